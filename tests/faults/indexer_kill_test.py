#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kills the indexer with SIGKILL at random moments of a full index of real sounds that a person tags meanwhile; with
LONG=1 over all installed sounds. In most kills the test starts the next indexer at once, in some the real supervisor
does."""
import os

from tests.claims import claim, how_often, run_claims
from tests.driving import drive


def kill(home, mode, kills, files):
    os.mkdir(home.file('sounds'))
    drive(home, 'faults/indexer_kill.py', mode, kills, files, home.file('sounds'))


@claim
def killed_at_random_every_file_is_analysed_once_and_no_tag_is_lost(home):
    kill(home, 'bare', how_often(100, 500), how_often(300, 0))


@claim
def killed_at_random_under_the_supervisor_it_loses_nothing(home):
    home.up()
    home.wait_ready('search')
    kill(home, 'engine', how_often(4, 30), 25)
    home.check_store()


run_claims()
