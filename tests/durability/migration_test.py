#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A store of an older version with a long migration. The supervisor lets it work, detects a migration without progress,
and no finished work is repeated after a kill. LONG=1: more items and more kills."""
import os
import shutil
import signal

from tests import client
from tests.claims import claim, contains, figure, file_text, how_often, run_claims, same, until
from tests.sounding import tool

ITEMS = how_often(120000, 1000000)


def old_store(home):
    """Keeps a store of version 1 in `home.old`; `home.rows` is its number of rows."""
    maker = home.other('maker')
    maker.up()
    catalogue = client.Catalogue(maker.client())
    for first in range(0, ITEMS, 4000):
        catalogue.batch(*(catalogue.place(b'%d.wav' % number) for number in range(first, first + 4000)))
    maker.stop()
    home.rows = int(maker.run(tool('older'), '1').out)
    home.old = shutil.copytree(maker.file('data/store'), home.file('old'))


def with_old_store(home, name, start_ms):
    """A home with a copy of that store."""
    one = home.other(name)
    shutil.copytree(home.old, one.file('data/store'))
    os.chmod(one.file('data'), 0o700)
    one.settings(f'[supervisor]\nstart_ms = {start_ms}\n')
    return one


def persist_line(home):
    return next((one for one in home.services() if one['service'] == 'persist'), {})


def migrates(home):
    return persist_line(home).get('work', '').startswith('migrating the store, ')


def is_whole(home, rows):
    """Checks that persist is ready after the migration, and that no row is missing."""
    until(lambda: home.is_ready('persist'), 120, 'persist is ready')
    checked = home.loophole('store', 'check').out
    contains(checked, ', 0 problems')
    assert home.json('store', 'check')[-1]['rows'] >= rows, checked


@claim(shares=old_store)
def a_migration_that_takes_longer_than_the_start_limit_is_finished(home):
    one = with_old_store(home, 'long', 1000)
    start = one.start_into(one.file('up'), 'loophole', 'up')
    until(lambda: 'persist: migrating the store, ' in one.loophole('status', code=None).out)
    same(0, start.wait(600))
    is_whole(one, home.rows)
    same([], one.json('crash', 'list'))
    one.stop()


@claim(shares=old_store)
def the_old_store_is_named_by_its_version_and_removed_by_a_command(home):
    one = with_old_store(home, 'named', 60000)
    one.up()
    assert os.path.isfile(one.file('data/store.before-1/data.mdb'))
    contains(one.loophole('doctor', code=None).all, 'store.before-1 in ')
    contains(one.loophole('store', 'forget-old').all, 'Removed store.before-1: ')
    assert not os.path.exists(one.file('data/store.before-1'))
    contains(one.loophole('store', 'forget-old').all, 'There is no old store.')
    one.stop()


@claim(shares=old_store)
def a_migration_that_is_stopped_is_replaced_and_goes_on_where_it_was(home):
    one = with_old_store(home, 'stopped', 60000)
    start = one.start_into(one.file('up'), 'loophole', 'up')
    until(lambda: migrates(one))
    old = one.pid('persist')
    os.kill(old, signal.SIGSTOP)
    until(lambda: any(death['pid'] == old and death.get('hang') for death in one.json('crash', 'list')), what='the hang is found')
    same(0, start.wait(600))
    contains(file_text(one.file('up')), 'persist: migrating the store, ')
    is_whole(one, home.rows)
    contains(one.log('persist'), 'the migration continues after ')
    one.stop()


@claim(shares=old_store)
def a_migration_that_is_killed_again_and_again_is_finished(home):
    one, kills = with_old_store(home, 'killed', 60000), 0
    one.run('loopholed', '--detach')
    for _ in range(how_often(6, 60)):
        until(lambda: migrates(one) or one.is_ready('persist'))
        if one.is_ready('persist'):
            break
        before, kills = one.pid('persist'), kills + 1
        os.kill(before, signal.SIGKILL)
        until(lambda: persist_line(one).get('pid', 0) not in (0, before), what='another persist')
    is_whole(one, home.rows)
    figure(f'killed {kills} times while it migrated {ITEMS} items')
    one.stop()


run_claims()
