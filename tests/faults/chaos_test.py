#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Processes get signals, and their system calls fail, at random moments. Meanwhile a folder is indexed, people edit
and search, and a sound plays."""
import os
import subprocess

from tests.claims import claim, how_often, run_claims, skip, until
from tests.driving import drive
from tests.sounding import copy_sounds, engine


def storm(home, what):
    copy_sounds(home.file('known'), ('*kick*', '*snare*', '*hat*'), 60)
    copy_sounds(home.file('fresh'), ('*tom*', '*cymbal*', '*crash*'), how_often(120, 400))
    engine(home)
    home.loophole('index', home.file('known'), '--wait')
    drive(home, 'faults/chaos.py', what, how_often(40, 1800), home.file('known'), home.file('fresh'))
    home.check_store()
    home.down()
    until(lambda: not left(home))


def left(home):
    """The programs of the engine that still run; jackd is one of them."""
    names = []
    for pid in home.processes():
        try:
            names.append(os.path.basename(os.readlink(f'/proc/{pid}/exe')))
        except OSError:
            continue
    return [name for name in names if 'loophole' in name or 'jackd' in name]


@claim
def no_signal_loses_an_acked_edit_or_makes_a_wrong_answer(home):
    storm(home, 'signals')


@claim
def no_failing_call_loses_an_acked_edit_or_makes_a_wrong_answer(home):
    if subprocess.run(['strace', '-o', '/dev/null', 'true'], check=False).returncode:
        skip('strace cannot trace')
    storm(home, 'calls')


run_claims()
