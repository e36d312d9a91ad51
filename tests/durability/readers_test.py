#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Readers are killed, or stopped, inside a read transaction: their slots are cleared and the store stops growing, without
any restart."""
import os
import re
import shutil
import signal
import threading

from tests.claims import Persist, children_of, claim, file_text, open_files, run_claims, same, until
from tests.driving import drive
from tests.sounding import tool


def hold(home, program):
    """A program that stays inside a read transaction."""
    holder = home.start_into(home.file('held'), program, 'hold')
    until(lambda: 'holding' in file_text(home.file('held')))
    return holder


class Bounded(Persist):
    """persist with a small bound for the growth of the store that one reader may cause."""

    def __enter__(self):
        self.home.settings('[store]\nreader_growth_mib = 32\n')
        return super().__enter__()


@claim(inside=Persist)
def a_reader_killed_inside_a_transaction_does_not_make_the_store_grow(persist):
    drive(persist.home, 'durability/readers.py', 'killed')


@claim(inside=Persist)
def a_reader_stopped_inside_a_transaction_does_not_make_the_store_grow(persist):
    drive(persist.home, 'durability/readers.py', 'stopped')


@claim(inside=Bounded)
def a_reader_that_sleeps_in_a_transaction_is_named_and_ends_at_the_bound(persist):
    home = persist.home
    holder = hold(home, shutil.copy(tool('reader'), home.file('loophole-held')))
    threading.Thread(target=holder.wait).start()  # so that nothing of it is left when it has ended
    drive(home, 'durability/reader_alarm.py', holder.pid, 'loophole-held', 'ends')
    same(-signal.SIGKILL, holder.wait(600))
    until(lambda: not home.ask('persist.status').get('alarm'), what='the alarm ends')


@claim(inside=Bounded)
def a_foreign_reader_is_named_and_left_alone(persist):
    holder = hold(persist.home, tool('reader'))
    drive(persist.home, 'durability/reader_alarm.py', holder.pid, 'reader')
    holder.terminate()
    same(0, holder.wait(600))


class Opening:
    """A persist that is delayed before its first read of data.mdb."""

    def __init__(self, home):
        self.store = home.file('data/store')
        self.tracer = home.start('strace', '-f', '-qq', '-o', '/dev/null', '-P', self.store + '/data.mdb', '-e', 'trace=pread64',
                                 '-e', 'inject=pread64:delay_enter=20000000:when=1', 'loophole-persist', '--foreground')
        until(self.has_begun)

    def has_begun(self):
        """True if a process has locked the first byte of the lock file."""
        lock = f':{os.stat(self.store + "/lock.mdb").st_ino} 0 0'
        return re.search(rf'POSIX *ADVISORY *WRITE .*{re.escape(lock)}', file_text('/proc/locks'))

    def kill(self):
        for pid in [*children_of(self.tracer.pid), self.tracer.pid]:
            os.kill(pid, signal.SIGKILL)
        self.tracer.wait(600)


class Alone(Persist):
    """persist without a catalogue: no change but those of the claim."""

    def start(self):
        self.process = self.home.start_into(self.home.file('persist.err'), 'loophole-persist', '--foreground')
        until(lambda: self.home.loophole('ask', 'persist.ping', code=None).code == 0, what='persist answers')


@claim(inside=Alone)
def an_interrupted_opening_undoes_no_commit(persist):
    """The first process to open the store makes LMDB's lock file again, and only at the end writes there which commit is the
    newest. If it dies in between, a process that waits to open the store must not be misled: its first write would begin at
    an older commit. Each of LMDB's two meta pages must once have been the newest."""
    home = persist.home

    def edit(label):
        return home.ask('persist.put_volume', 'volume.identity=root', f'volume.label={label}', 'volume.mount=/',
                        'volume.backend=local')['revision']

    def waits(pid):
        """True if it waits for its turn to open the store."""
        return home.file('data/store') in open_files(pid)
    for number in range(1, 5):
        revision = edit(f'round {number}')
        if number % 3 == 0:
            revision = edit(f'again {number}')
        persist.kill()
        opening = Opening(home)
        holder = home.start_into(home.file('held'), tool('reader'), 'hold')
        until(lambda: waits(holder.pid), what='the reader waits')
        opening.kill()
        until(lambda: 'holding' in file_text(home.file('held')))
        persist.start()
        same(revision, home.ask('persist.changes_since', 'revision=0', 'limit=4096')['head'], f'in round {number}')
        same(revision + 1, edit(f'after {number}'), f'in round {number}')
        holder.terminate()
        holder.wait(600)


run_claims()
