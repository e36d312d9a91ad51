#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Two engines on one home, two engines on one machine, two people who edit one item."""
import os
import shutil

from tests.claims import BUILD, Home, claim, contains, how_often, run_claims, same, samples, scratch, until
from tests.driving import drive
from tests.sounding import kill_processes

SERVICES = ('supervisor', 'persist', 'search', 'indexer')


def pids(home):
    return [home.pid(service) for service in SERVICES]


def kill_engine(home):
    """Kills all of an engine, also a process that its supervisor started meanwhile."""
    def is_gone():
        left = home.engine_processes()
        kill_processes(left)
        return not left
    until(is_gone)


def running(home, program):
    """The processes of the home that run this program."""
    found = []
    for pid in home.engine_processes():
        try:
            if os.readlink(f'/proc/{pid}/exe') == os.path.join(BUILD, 'bin', program):
                found.append(pid)
        except OSError:
            continue
    return found


@claim
def each_program_of_a_second_engine_is_refused(home):
    home.up()
    before = pids(home)
    for program in (['loopholed'], ['loopholed', '--keep'], ['loopholed', '--detach'], ['loophole-persist'],
                    ['loophole-search'], ['loophole-indexer']):
        contains(home.fails(*program, timeout=600), 'already')
    contains(home.loophole('up').all, 'running already')
    same(before, pids(home))


@claim
def a_home_by_another_name_is_the_same_home(home):
    home.up()
    before = pids(home)
    os.symlink(home.path, scratch('by-a-link'))
    by_a_link = Home(scratch('by-a-link'))
    by_dots = Home(home.path)
    by_dots.folder, name = os.path.split(home.path)
    by_dots.env['LOOPHOLE_HOME'] = f'{name}/../{name}/.'
    for other in (by_a_link, by_dots):
        contains(other.loophole('up').all, 'running already')
    contains(by_a_link.fails('loophole-persist', timeout=600), 'already')
    same(before, pids(by_a_link))


@claim
def a_second_engine_on_the_same_data_is_refused(home):
    """As in a session over the network, with another XDG_RUNTIME_DIR: other sockets, the same data."""
    def session(name):
        one = Home(home.path)
        os.makedirs(home.file(name), mode=0o700)
        one.env.update(XDG_DATA_HOME=home.file('data'), XDG_CONFIG_HOME=home.file('config'), XDG_CACHE_HOME=home.file('cache'),
                       XDG_RUNTIME_DIR=home.file(name))
        del one.env['LOOPHOLE_HOME']
        return one
    for name in ('data', 'config', 'cache'):
        os.mkdir(home.file(name))
    first, second = session('one'), session('two')
    first.up()
    try:
        before = pids(first)
        contains(second.refused('up'), 'already runs for the data in')
        contains(second.fails('loopholed', '--foreground', timeout=600), 'an engine with another XDG_RUNTIME_DIR has the data')
        contains(second.fails('loophole-persist', '--foreground', timeout=600), 'another engine')
        contains(second.refused('status'), 'not running')
        second.down()
        same(before, pids(first))
    finally:
        first.loophole('down')


@claim
def two_starts_in_one_moment_make_one_engine(home):
    """All of them report that the engine is up, and one runs."""
    for _ in range(5):
        starts = [home.start_into(home.file(f'up.{number}'), 'loophole', 'up') for number in range(3)]
        same([0, 0, 0], [start.wait(600) for start in starts])
        home.wait_ready('persist', 'search', 'indexer')
        for program in ('loophole-persist', 'loophole-search', 'loophole-indexer'):
            until(lambda: len(running(home, program)) == 1, what=f'one {program} runs')  # a child is a copy until it executes
        contains(home.loophole('up').all, 'running already')
        home.stop()


@claim
def two_homes_on_one_machine_share_nothing(first):
    second, library = first.other('second'), first.file('library')
    os.mkdir(library)
    shutil.copy(samples('*kick*', 1)[0], library)
    first.up()
    second.up()
    first.loophole('index', library, '--wait')
    same((1, 0), (len(first.json('search', 'kick')), len(second.json('search', 'kick'))))
    before = pids(first)
    second.loophole('index', library, '--wait')
    second.loophole('tag', second.first('search', 'kick')['id'], '+second')
    same([], first.json('search', 'tag:second'))
    kill_engine(second)
    same(before, pids(first))
    same(1, len(first.json('search', 'kick')))
    second.up()
    until(lambda: len(second.json('search', 'tag:second')) == 1)


@claim
def of_two_clients_that_change_one_item_one_gets_a_conflict(home):
    home.up()
    home.wait_ready('persist')
    drive(home, 'faults/two.py', how_often(200, 10000))


run_claims()
