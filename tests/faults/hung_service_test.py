#!/usr/bin/python3
"""A service whose thread waits in the kernel for a file system cannot end when it is killed. Its successor takes over, and
nothing waits for the dead one."""
import os
import signal
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), *part) for part in (['..'], ['..', 'service'])]
from claims import claim, run_claims, same, until
from indexing import wav
from storage import Disks, Hung


class HungScan(Disks):
    """A scan waits in the kernel for a file of a mount whose root answers. `music` is another library."""

    def __enter__(self):
        super().__enter__()
        self.music = self.folder('music')
        wav(self.music + '/a.wav', 1000)
        self.add(self.music)
        self.hung = Hung(self, 'held').__enter__()
        wav(self.hung.under + '/kit/slow/b.wav', 1100)
        self.add(self.hung.at + '/kit')
        self.becomes(self.hung.at, 'local:done=1')
        self.hung.fail(0, '/slow/')  # its root answers, so only the scan waits
        self.must('rescan', self.hung.at + '/kit')
        until(self.hung.waits)
        self.pid = self.home.pid('indexer')
        return self

    def goes_on(self):
        wav(self.music + '/new.wav', 1200)
        self.becomes(self.music, 'local:done=2')
        self.hung.heal()
        self.idle()
        until(lambda: not os.path.exists(f'/proc/{self.pid}'))
        same('local:done=1', self.states(self.hung.at))

    def __exit__(self, *how):
        self.hung.__exit__()
        super().__exit__(*how)


@claim(inside=HungScan)
def an_indexer_that_cannot_die_does_not_block_its_successor(it):
    os.kill(it.pid, signal.SIGKILL)
    until(lambda: it.home.is_other('indexer', it.pid))
    alarm = 'killed services that wait in the kernel for a file system and cannot end: 1'
    until(lambda: alarm in it.home.loophole('status', code=None).all)
    it.goes_on()
    until(lambda: 'killed services that wait' not in it.home.loophole('status', code=None).all)


@claim(inside=HungScan)
def an_engine_starts_again_beside_an_indexer_that_cannot_die(it):
    it.home.down()
    it.home.up()
    it.goes_on()


run_claims()
