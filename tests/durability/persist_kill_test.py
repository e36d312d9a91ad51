#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kills persist with SIGKILL at random moments. Meanwhile eight clients edit, add places in batches, give up asks and
repeat acked ones, and a reader reads the store. In most kills the test starts the next persist at once, in some the
real supervisor does."""

from tests.claims import claim, how_often, run_claims
from tests.driving import drive


@claim
def killed_at_random_persist_has_every_acked_change_once_and_readers_continue(home):
    drive(home, 'durability/persist_kill.py', 'bare', how_often(200, 10000))


@claim
def killed_at_random_under_the_supervisor_it_loses_nothing(home):
    home.up()
    home.wait_ready('persist')
    drive(home, 'durability/persist_kill.py', 'engine', how_often(8, 200))


run_claims()
