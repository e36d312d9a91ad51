#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Artefact files without a row, left by kills of persist between a file and its commit. They are removed when they are an
hour old; a file of a row or of a batch in progress is never removed."""

from tests.claims import claim, how_often, needs, run_claims
from tests.driving import drive


@claim
def files_that_kills_leave_are_removed_after_an_hour(home):
    drive(home, 'durability/sweep.py', 'leaves')


@claim
def batches_sent_again_while_the_sweep_runs_keep_their_files(home):
    drive(home, 'durability/sweep.py', 'race', how_often(4, 40))


@claim
def the_file_of_a_batch_under_way_stays_however_old_it_looks(home):
    needs('strace')
    drive(home, 'durability/sweep.py', 'pinned')


run_claims()
