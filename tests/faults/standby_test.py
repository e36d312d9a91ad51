#!/usr/bin/python3
"""Two audio cores on one state. The owner is killed, or stopped and continued; the other one sounds."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import claim, how_often, run_claims, skip
from driving import drive
from sounding import engine

ROUNDS = how_often(5, 100)


def two_cores(home):
    engine(home, settings=f'[audio]\nstandby = yes\nperiod = {how_often(1024, 256)}\n')


@claim(shares=two_cores)
def the_standby_sounds_within_two_periods_of_the_owners_death(home):
    if subprocess.run(['chrt', '--fifo', '1', 'true'], check=False).returncode:
        skip('no real-time scheduling for this user')
    drive(home, 'faults/standby.py', 'kills', ROUNDS)


@claim(shares=two_cores)
def an_owner_that_was_stopped_and_continued_does_not_own_again(home):
    drive(home, 'faults/standby.py', 'stops', ROUNDS // 2)


run_claims()
