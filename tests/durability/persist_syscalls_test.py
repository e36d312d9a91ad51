#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kills persist at every system call of a commit, one by one, and makes every one fail once with EIO, ENOSPC and EINTR. The
calls come from a trace of a commit of one edit and one of 400 places."""
import os

from tests.claims import claim, file_text, needs, run_claims, skip, until
from tests.driving import drive


def need_attaching(home):
    """Skips the claim where strace cannot attach to a process."""
    needs('strace')
    said = home.file('attached')
    sleeper = home.start('sleep', '600')
    with open(said, 'wb') as errors:
        tracer = home.start('strace', '-p', str(sleeper.pid), '-o', '/dev/null', stderr=errors)
    until(lambda: os.path.getsize(said) or tracer.poll() is not None, what='strace says something')
    sleeper.kill()
    sleeper.wait()
    tracer.wait(600)
    words = file_text(said)
    if 'attached' not in words or 'not permitted' in words:
        skip(f'strace cannot attach to a process: {words}')


@claim
def at_every_call_of_a_commit_persist_may_die_or_fail_and_no_acked_change_is_lost(home):
    need_attaching(home)
    home.env['WORK'] = home.path
    drive(home, 'durability/persist_syscalls.py')


run_claims()
