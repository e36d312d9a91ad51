#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The audio core is killed and stopped; other processes are killed while it sounds."""

from tests.claims import claim, claims, how_often, run_claims
from tests.driving import drive_sound

ROUNDS = how_often(2, 20)


claims(
    drive_sound,
    a_core_that_is_killed_is_back_and_plays_on=('dropouts/core.py', 'core', ROUNDS),
    a_key_released_while_no_core_runs_releases_its_pad=('dropouts/core.py', 'gate'),
    a_core_that_is_stopped_is_replaced=('dropouts/core.py', 'hangs'),
    a_jack_server_that_answers_nobody_is_replaced=('dropouts/core.py', 'silent_server'),
)


@claim
def no_frame_is_lost_by_the_death_of_anybody_else(home):
    drive_sound(home, 'dropouts/core.py', 'others', ROUNDS // 2, in_step=True)


@claim
def a_pad_sounds_at_the_frame_of_its_note(home):
    drive_sound(home, 'dropouts/core.py', 'pads', 40, in_step=True)


run_claims()
