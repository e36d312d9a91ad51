#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""What the page has of a project, in Chromium on real audio: loops of the F keys, regions of
clips, what can be recovered, and bundles. pages.mjs has what the browser does. The
claims of recovery are the last, because what they leave is offered to each page."""
import os

from tests.web.browsing import PASSWORD, certify, claims_in_browser, free_port, lan_settings, prepare_browser
from tests.claims import file_text, run_claims
from tests.sounding import engine, sound, until_connected

RATE = 48000


def stage(home):
    """An engine that sounds, with a file of 30 s, and an open project."""
    prepare_browser(home)
    os.mkdir(home.file('music'))
    sound.make('counter', home.file('music', 'count.wav'), 30 * RATE)
    home.env.update(MUSIC=home.file('music'))
    home.lan_port = free_port()
    certify(home)
    home.env.update(FAR=f'https://127.0.0.1:{home.lan_port}/', PASSWORD=PASSWORD)
    lan_settings(home, '[audio]\nperiod = 1024\n')
    engine(home, file_text(home.file('config', 'loophole.conf')))
    until_connected(home)
    home.loophole('index', home.file('music'), '--wait')
    home.loophole('edit', home.file('music', 'count.wav'), 'bpm=', 'one_shot=0')
    home.loophole('project', 'new', 'Night')
    home.wait_ready('audio', 'streamer', 'project', 'web')


claims_in_browser(
    stage,
    'a_keyboard_alone_captures_plays_locks_and_deletes_loops',
    'follow_the_tempo_is_part_of_each_play',
    'a_loop_shows_what_it_holds_and_a_placeholder_why_it_is_silent',
    'space_saves_the_selected_part_and_digits_play_lock_and_delete_it',
    'a_volume_leaves_the_part_that_another_page_gave_the_region',
    'a_region_is_typed_and_a_page_of_another_machine_plays_it',
    'a_bundle_is_exported_checked_and_imported_on_the_page',
    'a_command_on_a_bundle_shows_how_far_it_is_and_is_cancelled',
    'a_page_of_another_machine_reads_and_writes_no_bundle',
    'a_draft_is_offered_after_a_death_and_changes_nothing_without_a_choice',
    'a_new_page_offers_drafts_and_keeps_both_by_the_keyboard',
)


run_claims()
