#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kills every service in turn, repeatedly, while people search and edit: no wrong answer, no lost ack, and the time until
it answers again. LONG=1 prints the table of docs/measured.md."""
import shutil

from tests.claims import claim, how_often, run_claims
from tests.driving import drive
from tests.sounding import copy_sounds, engine


@claim
def every_service_killed_in_turn_answers_again_and_nothing_is_lost(home):
    library = home.file('library')
    copy_sounds(library, ('*kick*', '*snare*', '*hat*'), 60)
    if shutil.which('jackd'):
        engine(home)
    else:
        home.up()
    home.loophole('index', library, '--wait')
    drive(home, 'faults/each_service.py', how_often(10, 50), library)


run_claims()
