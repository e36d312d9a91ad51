#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A data.mdb with changed bytes. A child checks the store before any service uses it; a damaged store is refused with a
sentence in status and doctor. No service dies of it repeatedly, and restoring a backup brings the engine back. If an
older data.mdb is put back, that is noticed."""
import glob
import os
import random
import re
import shutil
import signal

from tests import client
from tests.claims import SEED, claim, contains, how_often, run_claims, same, until

SENTENCE = r'^persist: the store is damaged \(.*\): restore a backup with `loophole restore FILE`'
VOLUME = '{"identity":"x","label":"x","mount":"Lw==","backend":"local","online":true,"id":"00000000000000000000000000"}'


class Store:
    """An engine whose data.mdb the claim changes."""

    def __init__(self, home):
        self.home, self.data = home, home.file('data/store/data.mdb')

    def __enter__(self):
        self.home.up()
        return self

    def __exit__(self, *_):
        pass

    def put_items(self, word, count):
        catalogue = client.Catalogue(self.home.client())
        catalogue.batch(*(catalogue.place(b'%s%d.wav' % (word, number)) for number in range(count)))

    def try_items(self, word, count):
        """An ask that is refused may be sent again."""
        try:
            self.put_items(word, count)
            return True
        except AssertionError:
            return False

    def put(self):
        """Makes one write; returns the output."""
        return self.home.loophole('ask', 'persist.put_volume', 'volume=' + VOLUME, code=None)

    def until_written(self):
        until(lambda: self.put().code == 0, what='a write is accepted')

    def until_found(self, count):
        until(lambda: self.home.ask('search.query', 'query=wav', 'limit=0').get('total') == count, what=f'{count} are found')

    def catalogue(self):
        return self.home.ask('persist.changes_since', 'revision=0', 'limit=1')['catalogue']

    def copy(self, name):
        return shutil.copyfile(self.data, self.home.file(name))

    def put_back(self, path):
        """Writes another content into the file."""
        shutil.copyfile(path, self.data)

    def replace(self, path):
        """Moves a copy to the place of the file."""
        shutil.copyfile(path, self.home.file('moved'))
        os.rename(self.home.file('moved'), self.data)

    def until_damage_is_said(self):
        until(lambda: re.search(SENTENCE, self.home.loophole('status').out, re.M), what='status names the damage')

    def deaths(self):
        return self.home.json('crash', 'list')

    def kill_persist(self):
        self.home.kill('persist', signal.SIGKILL)


class Filled(Store):
    """A store of 4,000 items with a backup; the engine is down."""

    def __enter__(self):
        super().__enter__()
        self.put_items(b'', 4000)
        self.backup = self.home.file('backup')
        self.home.loophole('backup', self.backup)
        self.home.down()
        self.whole = self.copy('whole')
        return self

    def damage(self, seed):
        """Damages random bits, whole pages, or heads of pages. The pages that contain a certain item's name then have no
        valid type: one of them is in use, so a process that reads all items reaches it."""
        with open(self.home.file('data/store/state'), encoding='utf-8') as state:
            contains(state.read(), 'closed')  # else persist was killed, and readers trust the file
        chance, kind = random.Random(seed), seed % 3
        with open(self.data, 'r+b') as file:
            content = bytearray(file.read())
            named = {at // 4096 * 4096 for at in range(len(content)) if content.startswith(b'1234.wav', at)}
            for _ in range(400 if kind == 0 else 0):
                content[chance.randrange(8192, len(content))] ^= 1 << chance.randrange(8)
            for _ in range((0, 10, 40)[kind]):
                at = chance.randrange(2, len(content) // 4096) * 4096
                if kind == 1:
                    content[at:at + 4096] = chance.randbytes(4096)
                else:
                    content[at + chance.randrange(80)] ^= 1 << chance.randrange(8)
            for at in named:
                content[at + 10:at + 12] = bytes(2)
            file.seek(0)
            file.write(content)

    def damage_row_of_meta(self, at, value):
        """Writes a byte into each version of the row that names the database `meta`, which has the store's version. The
        file keeps its time, so nothing is checked before it is used."""
        with open(self.data, 'r+b') as file:
            before, content = os.stat(self.data), bytearray(file.read())
            rows = [found.start() for found in re.finditer(re.escape(b'\x30\0\0\0\2\0\4\0meta'), content)]
            assert rows, 'no row names the database'
            for row in rows:
                content[row + at] = value
            file.seek(0)
            file.write(content)
        os.utime(self.data, ns=(before.st_atime_ns, before.st_mtime_ns))

    def up_damaged(self):
        """The services run, but `up` does not report success, and advises what to do."""
        said = self.home.refused('up')
        contains(said, 'restore a backup with `loophole restore FILE`')
        contains(said, 'without a backup: loophole down')
        assert 'The engine is up' not in said, said


class Small(Store):
    """A running engine with 10 items."""

    def __enter__(self):
        super().__enter__()
        self.put_items(b'first', 10)
        return self


@claim(inside=Filled)
def a_damaged_store_is_refused_and_a_restored_backup_brings_the_engine_back(store):
    home = store.home
    for seed in range(SEED, SEED + how_often(6, 60)):
        store.damage(seed)
        store.up_damaged()
        store.until_damage_is_said()
        contains(store.put().all, 'the store is damaged')
        contains(home.loophole('doctor', code=None).all, 'the store is damaged')
        home.wait_ready('search', 'indexer')
        same([], store.deaths(), f'seed {seed}')
        home.loophole('restore', store.backup)
        store.until_written()
        store.until_found(4000)
        home.down()
        for old in glob.glob(home.file('data/store.before-restore*')):
            shutil.rmtree(old)
        store.put_back(store.whole)


@claim(inside=Filled)
def a_whole_file_in_the_place_of_another_is_checked_and_used(store):
    home = store.home
    store.replace(store.whole)
    home.up()
    store.until_written()
    contains(home.log('persist'), 'the store was checked: its pages are consistent')
    home.down()
    os.remove(home.file('data/log/persist.log'))
    home.up()  # a store that persist closed itself is not checked again
    store.until_written()
    assert 'checked' not in home.log('persist'), home.log('persist')


@claim(inside=Filled)
def damage_that_a_reader_meets_is_checked_after_the_first_death(store):
    """As a disk does that changes bytes by itself: nothing reports it before a process reads them."""
    home, before = store.home, os.stat(store.data)
    store.damage(SEED)
    os.utime(store.data, ns=(before.st_atime_ns, before.st_mtime_ns))
    index = home.file('cache/search.index')
    if os.path.exists(index):
        os.remove(index)  # search reads every row again
    said = home.loophole('up', code=None)
    if said.code:  # the check ended before all services were ready
        contains(said.all, 'the store is damaged')
    store.until_damage_is_said()
    home.wait_ready('search')
    died = [death['service'] for death in store.deaths()]
    same(sorted(set(died)), sorted(died), 'no service dies twice')
    assert 'quarantined' not in home.loophole('status').out
    home.loophole('restore', store.backup)
    store.until_found(4000)


def is_noticed_and_restored(store):
    store.home.loophole('up', code=None)
    store.until_damage_is_said()
    assert 'quarantined' not in store.home.loophole('status').out
    store.home.loophole('restore', store.backup)
    store.until_found(4000)


@claim(inside=Filled)
def a_row_that_names_no_database_where_one_is_due_is_damage(store):
    store.damage_row_of_meta(at=4, value=0)  # its flags: a row of bytes
    is_noticed_and_restored(store)


@claim(inside=Filled)
def a_store_without_its_version_is_checked_before_it_is_migrated(store):
    store.damage_row_of_meta(at=16, value=8)  # the flags of the database: its keys are numbers, so none is found
    is_noticed_and_restored(store)


@claim(inside=Filled)
def a_store_that_damage_made_look_empty_is_not_made_anew(store):
    before = os.stat(store.data)
    with open(store.data, 'r+b') as file:
        content = bytearray(file.read())
        for page in range(2 * 4096, len(content), 4096):
            if b'meta' in content[page:page + 4096] and b'folder_name' in content[page:page + 4096]:
                content[page + 12:page + 14] = (16).to_bytes(2, 'little')  # the table of databases has no row
        file.seek(0)
        file.write(content)
    os.utime(store.data, ns=(before.st_atime_ns, before.st_mtime_ns))
    is_noticed_and_restored(store)


@claim(inside=Filled)
def a_store_that_is_put_back_by_hand_is_used_again(store):
    store.damage(SEED)
    store.up_damaged()
    store.until_damage_is_said()
    store.put_back(store.whole)
    store.until_written()
    store.until_found(4000)


@claim(inside=Small)
def an_older_data_mdb_that_is_put_back_has_another_catalogue_id(store):
    """Its revisions come again with other contents, as `changes_since` of the running engine and of the next one
    shows."""
    home, first = store.home, store.catalogue()
    home.down()
    older = store.copy('older')
    home.up()
    store.put_items(b'later', 20)
    same(first, store.catalogue(), '(a restart alone)')
    store.kill_persist()
    same(first, store.catalogue(), '(a kill alone)')
    home.down()
    store.put_back(older)
    home.up()
    second = store.catalogue()
    assert first != second
    store.until_found(10)
    older = store.copy('older')  # while the engine runs
    store.put_items(b'later', 20)
    store.until_found(30)
    home.down()
    store.put_back(older)
    home.up()
    assert second != store.catalogue()
    store.until_found(10)


@claim(inside=Small)
def an_older_data_mdb_that_is_moved_in_while_the_engine_runs_loses_no_ack(store):
    home = store.home
    home.down()
    older = store.copy('older')
    home.up()
    store.put_items(b'later', 20)
    before = store.catalogue()
    store.replace(older)
    until(lambda: store.try_items(b'after', 5))
    assert before != store.catalogue()
    store.until_found(15)
    store.kill_persist()
    store.until_found(15)
    home.check_store()


@claim(inside=Small)
def a_data_mdb_that_is_removed_while_the_engine_runs_is_written_again_and_loses_no_ack(store):
    """It is found by the next write, by a check each second, and when the engine stops."""
    home, before = store.home, store.catalogue()

    def is_there():
        return os.path.exists(store.data)
    os.remove(store.data)
    until(lambda: store.try_items(b'written', 5))
    store.until_found(15)
    os.remove(store.data)
    until(is_there)
    until(lambda: store.try_items(b'written', 5))  # the store is open again: before that, no process has the removed file
    store.until_found(15)
    os.remove(store.data)
    home.down()
    until(is_there)
    home.up()
    store.until_found(15)
    same(before, store.catalogue())
    home.check_store()


run_claims()
