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


@claim(inside=Disks)
def an_indexer_that_cannot_die_does_not_keep_out_its_successor(it):
    music = it.folder('music')
    wav(music + '/a.wav', 1000)
    it.add(music)
    with Hung(it, 'held') as hung:
        wav(hung.under + '/kit/slow/b.wav', 1100)
        it.add(hung.at + '/kit')
        it.becomes(hung.at, 'local:done=1')
        hung.fail(0, '/slow/')  # its root answers, so only the scan waits
        it.must('rescan', hung.at + '/kit')
        until(hung.waits)
        pid = it.home.pid('indexer')
        os.kill(pid, signal.SIGKILL)
        until(lambda: it.home.is_other('indexer', pid))
        wav(music + '/new.wav', 1200)
        it.becomes(music, 'local:done=2')
        hung.heal()
        it.idle()
        until(lambda: not os.path.exists(f'/proc/{pid}'))
        same('local:done=1', it.states(hung.at))


run_claims()
