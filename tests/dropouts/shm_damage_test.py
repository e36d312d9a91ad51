#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Shared memory is truncated, overwritten, removed or replaced under the engine that uses it, while it sounds."""
import re

from tests.claims import SEED, claim, claims, how_often, run_claims
from tests.driving import drive_sound
from tests.sounding import sound


def damage(home, kind, **more):
    sound.make('sine', home.file('tone.wav'), 480000, 48000, 480)
    drive_sound(home, 'durability/damage.py', kind, how_often(1, 'all'), SEED, **more)
    deaths = home.loophole('crash', 'list').all
    assert not re.search('SIG(BUS|SEGV|ABRT|FPE|ILL)|hung', deaths), f'not all ended in order: {deaths}'


claims(
    damage,
    memory_that_is_cut_short_is_made_again_and_sounds='cut',
    memory_of_random_bytes_is_made_again_and_sounds='noise',
    a_header_that_is_changed_is_made_again_and_sounds='header',
    impossible_indices_in_shared_memory_end_no_process='indices',
    after_shared_memory_is_removed_the_sound_continues_until_a_restart='removed',
    memory_that_is_replaced_is_made_again_and_sounds='replaced',
    a_damaged_bell_costs_nothing='bell',
)


@claim
def a_damaged_board_costs_no_process_and_no_frame(home):
    damage(home, 'board', in_step=True)  # it compares single frames


run_claims()
