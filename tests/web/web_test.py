#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The browser app in Chromium on real audio: each mode, hearing, edits, kills of services, accessibility. pages.mjs has
what the browser does."""
import array
import bisect
import json
import math
import os
import random
import shutil
import struct
import subprocess
import wave

from tests.web.browsing import PASSWORD, certify, claims_in_browser, free_port, in_browser, lan_settings, note_desktop, prepare_browser
from tests.claims import BUILD, SONIC, TOP, claim, figure, file_bytes, how_often, run_claims, samples
from tests.sounding import Tape, engine, sound, tool

COUNTED = 44100  # frames of a sound in which each frame is its number


def sounds(home, in_step=False):
    """An engine that sounds, with a small library."""
    prepare_browser(home)
    os.mkdir(home.file('music'))
    for sample in samples('*.flac', folder=SONIC):
        if os.path.basename(sample).startswith(('perc_bell', 'drum_', 'bass_', 'ambi_')):
            shutil.copy(sample, home.file('music'))
    subprocess.run(['sox', '-n', '-r', '44100', home.file('music', 'foreign.aiff'), 'synth', '4', 'sine', '300'], check=True)
    subprocess.run(['sox', '-n', '-r', '44100', '--comment', 'TITLE=Night bell', '--add-comment', 'ARTIST=Ana', home.file('music', 'titled.flac'),
                    'synth', '1', 'sine', '500'], check=True)
    subprocess.run(['sox', '-n', '-r', '44100', home.file('music', 'lengthy.wav'), 'synth', '12', 'sine', '200'], check=True)
    sound.make('counter', home.file('music', 'counter.wav'), COUNTED, 0, 44100)
    sound.make('counter', home.file('other.wav'), COUNTED // 2, 0, 48000)
    home.env.update(KNOB=tool('knob'), THROUGH=tool('through'), COUNTED=str(COUNTED), DIST=os.path.join(TOP, 'frontends/web/dist'), DOCS=os.path.join(TOP, 'docs'), OTHER=home.file('other.wav'), SOUND=samples('perc_bell.flac', folder=SONIC)[0],
                    PATTERN=os.path.join(TOP, 'frontends/examples/acid.json'))
    note_desktop(home)
    home.lan_port = free_port()
    certify(home)
    home.env.update(FAR=f'https://127.0.0.1:{home.lan_port}/', PASSWORD=PASSWORD)
    without_offers = '[project]\nautosave = no\n'  # a dialogue that offers an autosave would be in the way of each claim
    engine(home, without_offers, in_step=in_step)
    home.loophole('index', home.file('music'), '--wait')
    lan_settings(home, '[audio]\nperiod = 1024\n' + without_offers)
    home.loophole('restart', 'web')
    home.wait_ready('audio', 'streamer', 'web')


def finding(home):
    """As sounds, for the claims of layout, likeness, maps and facts, which run beside the others. What is heard is judged."""
    sounds(home, in_step=True)


def studio(home):
    """An engine that sounds, with drums, and five loops of 120 bpm in A minor."""
    prepare_browser(home)
    os.mkdir(home.file('music'))
    for sample in samples('*.flac', folder=SONIC):
        if os.path.basename(sample).startswith(('bd_', 'sn_', 'drum_', 'elec_', 'loop_m', 'loop_a', 'loop_g', 'loop_p')):
            shutil.copy(sample, home.file('music'))
    home.env.update(DOCS=os.path.join(TOP, 'docs'))
    engine(home, '[project]\nautosave = no\n')
    home.loophole('index', home.file('music'), '--wait')
    for name in ('loop_amen_full', 'loop_garzul', 'loop_mika', 'loop_mehackit1', 'loop_perc1'):
        home.loophole('edit', home.file('music', name + '.flac'), 'bpm=120', 'key=Am')
    home.wait_ready('audio', 'streamer', 'web')


def working(home):
    """As sounds, for the claims of a person at work, and of services that are killed."""
    sounds(home)


claims_in_browser(
    sounds,
    'the_table_shows_what_the_engine_finds',
    'a_keyboard_alone_reaches_a_sound',
    'an_edit_is_seen_by_others_and_theirs_by_the_page',
    'each_mode_shows_what_the_engine_holds',
    'all_groups_of_duplicates_are_reached_and_large_ones_come_in_named_parts',
    'a_damaged_waveform_is_not_asked_for_again_and_again',
    'projects_are_made_saved_and_looked_at',
    'a_missing_item_gets_its_file_back',
    'items_of_a_drive_that_is_away_are_marked_until_it_returns',
    'a_file_in_the_cloud_is_marked_and_fetched',
    'patterns_are_kept_in_slots',
    'the_pattern_that_plays_is_edited_in_the_grid',
    'each_key_means_one_thing_and_the_documents_list_the_same_keys',
    'edits_of_two_pages_within_a_bar_both_hold',
    'an_edit_while_another_pattern_waits_for_its_bar_takes_nothing_from_it',
    'a_row_or_pad_without_its_file_is_reported',
    'a_take_is_drawn_while_it_grows',
    'sounds_go_into_the_basket_and_are_downloaded',
    'the_engine_page_shows_logs_deaths_and_what_doctor_finds',
    'a_click_in_a_waveform_plays_from_there_and_a_pull_repeats_a_part',
    'a_browser_plays_what_it_can_decode_and_what_it_cannot',
    'a_sound_that_is_stopped_before_it_is_decoded_stays_silent',
    'an_answer_about_an_earlier_preview_ends_no_later_one',
    'a_preview_of_another_client_that_fails_ends_nothing_on_the_page',
    'a_sound_whose_file_never_arrives_keeps_no_other_silent',
    'a_browser_repeats_a_part_to_the_frame_while_its_page_is_busy',
    'the_values_of_steps_are_edited_in_the_grid',
    'a_song_is_made_played_and_followed_on_the_page',
    'patterns_of_the_library_are_found_kept_loaded_and_changed_on_the_page',
    'a_control_is_learned_and_forgotten_on_the_page',
    'pads_are_filled_and_hit_by_touch_keys_and_mouse',
    'a_pad_is_edited_on_the_page',
    'a_kit_is_built_played_swapped_held_and_kept_on_the_page',
    'a_row_is_dragged_onto_a_pad_and_what_was_played_becomes_a_clip',
    'a_pad_that_a_lock_holds_is_shown_and_freed',
    'what_is_hit_flashes_whoever_plays',
    'meters_move_by_transforms_without_a_redraw_of_the_mixer',
    'a_strip_shows_and_changes_its_channel',
    'a_strip_has_its_sends_its_own_ports_and_pfl',
    'an_insert_is_set_seen_and_removed_on_the_page',
    'the_values_of_a_row_are_edited_on_the_page',
    'a_browser_of_another_machine_hears_each_frame',
    'axe_finds_nothing',
)


claims_in_browser(
    finding,
    'what_fails_without_a_word_is_said',
    'waveforms_have_the_colours_of_their_brightness',
    'an_error_lies_over_the_dock_alone',
    'a_map_that_cannot_be_searched_says_so',
    'the_hypergrid_says_what_a_cell_holds_by_mouse_and_by_keyboard',
    'nothing_moves_while_a_mode_fills',
    'nothing_moves_while_the_page_arrives_in_parts',
    'a_tablet_has_room_for_each_mode',
    'each_command_names_a_command_line_that_works',
    'keys_that_work_everywhere_work_in_fields_and_dialogs',
    'three_touches_lead_from_the_page_to_a_sound',
)


@claim
def a_folder_that_is_dropped_is_added_when_its_path_is_known(home):
    prepare_browser(home)
    home.env.update(MUSIC=home.file('music'), SOUND=samples('perc_bell.flac', folder=SONIC)[0])
    home.up()
    in_browser(home, 'a_folder_that_is_dropped_is_added_when_its_path_is_known')


@claim(shares=finding)
def a_task_is_cancelled(home):
    home.env['LONG_WORK'] = home.file('long_work')
    os.mkdir(home.file('long_work'))
    for n in range(60):
        write_hole(home.file('long_work', f'{n}.wav'), 90)
    in_browser(home, 'a_task_is_cancelled')


claims_in_browser(
    finding,
    'likeness_answers_and_composes',
    'likeness_ends_the_order_and_the_folder_and_is_ordered_by_a_click',
    'a_dropped_file_is_an_example',
    'the_sound_at_a_jack_port_is_an_example',
    'counts_are_shown_while_the_catalogue_changes_without_end',
    'a_facet_counts_what_its_click_finds_also_beside_an_or',
    'a_pack_counts_what_its_click_finds',
    'a_scan_moves_neither_scroll_nor_selection',
    'a_lasso_selects_the_points_inside_that_the_query_finds',
    'a_map_in_space_is_turned_and_its_points_are_hit',
    'the_map_is_coloured_by_any_fact',
    'facts_are_corrected_by_hand_and_name_their_source',
    'trim_fades_and_gain_are_given_and_taken_back',
    'undo_takes_back_what_was_written_into_files',
    'colours_and_ratings_are_given_seen_and_filtered_by',
    'queries_are_saved_and_found_in_the_history',
    'a_saved_query_is_replaced_only_after_a_question',
    'what_is_typed_at_once_after_a_filter_was_removed_stays',
    'ranges_and_keys_are_set_by_the_mouse',
    'words_as_people_say_them_become_a_query',
    'a_list_without_items_says_what_leads_on',
    'chips_lie_in_the_query_field_and_a_keyboard_alone_reaches_them',
    'likeness_has_a_direction',
    'a_map_is_zoomed_and_selected_from_by_touch',
)


claims_in_browser(
    working,
    'services_are_killed_without_a_reload',
)


@claim(shares=working)
def services_are_killed_while_a_person_drags(home):
    home.env['KILLS'] = str(how_often(3, 7))
    for line in in_browser(home, 'services_are_killed_while_a_person_drags'):
        figure(line)


claims_in_browser(
    working,
    'the_keyboard_goes_with_the_mode_and_the_mark_with_the_item',
    'no_key_changes_an_item_that_is_not_shown',
    'a_mouse_alone_finds_what_is_like_a_sound',
    'edits_and_downloads_are_for_what_the_page_names',
    'a_selection_is_made_as_in_every_list',
    'a_second_space_ends_a_preview_that_is_only_asked_for',
    'keys_of_the_list_work_after_a_click_on_a_control',
    'the_volume_changes_what_sounds_now',
    'the_dock_says_why_nothing_is_heard',
    'the_map_without_webgl_says_so',
    'the_list_keeps_a_height_when_zoomed_and_on_a_telephone',
    'transport_and_dock_are_in_each_mode',
    'the_colours_that_a_person_chose_stay',
    'an_offer_is_for_the_project_that_made_it',
    'details_are_never_those_of_another_item',
    'what_is_typed_into_the_details_is_no_command_and_for_their_item_alone',
    'fields_of_the_sound_page_show_what_the_engine_has',
    'files_are_offered_for_the_item_that_they_were_looked_for',
    'an_edit_that_changes_nothing_offers_no_undo',
    'an_edit_whose_answer_is_lost_is_repeated_under_its_id',
    'a_browser_whose_session_ended_says_what_to_open',
    'letters_after_ctrl_k_reach_the_palette',
    'pads_keep_their_names_after_a_restart_of_the_streamer',
)


def write_hole(path, seconds):
    """A WAV of 24 bits: a second of noise, then silence that takes no room on the disk."""
    size = seconds * 48000 * 6
    with open(path, 'wb') as out:
        out.write(struct.pack('<4sI8sIHHIIHH4sI', b'RIFF', 36 + size, b'WAVEfmt ', 16, 1, 2, 48000, 48000 * 6, 6, 24, b'data', size))
        out.write(os.urandom(48000 * 6))
        out.truncate(44 + size)


def evening(home):
    """A long file, most of it a hole: with LONG=1 of four hours and 4 GB."""
    prepare_browser(home)
    os.mkdir(home.file('music'))
    write_hole(home.file('music', 'evening.wav'), how_often(600, 4 * 3600))
    engine(home)
    home.loophole('index', home.file('music'), '--wait', timeout=600)
    home.wait_ready('audio', 'streamer', 'web')


claims_in_browser(
    evening,
    'the_line_of_a_long_sound_rests_until_it_moves_by_a_pixel',
    'a_long_file_is_sought_in',
)


def shelf(home):
    """Short sounds in folders; with LONG=1 there are 20,000 of them."""
    prepare_browser(home)
    chance = random.Random(18)
    for n in range(how_often(120, 20000)):
        folder = home.file('music', f'pack {n // 500}')
        os.makedirs(folder, exist_ok=True)
        frames, step, fall = chance.randrange(2000, 12000), chance.uniform(0.01, 0.5), chance.uniform(0.9990, 0.9998)
        level, data = 20000.0, array.array('h')
        for i in range(frames):
            level *= fall
            data.append(int(level * (math.sin(i * step) if n % 3 else chance.uniform(-1, 1))))
        with wave.open(f'{folder}/{chance.choice(("kick", "snare", "hat", "tone", "blip"))} {n}.wav', 'wb') as file:
            file.setparams((1, 2, 44100, 0, 'NONE', ''))
            file.writeframes(data.tobytes())
    engine(home, '[audio]\nperiod = 256\n')
    home.loophole('index', home.file('music'), '--wait', timeout=7200)
    home.wait_ready('audio', 'streamer', 'web')


claims_in_browser(
    shelf,
    'real_files_are_browsed_by_the_keyboard',
)


def frame_times(path, clock):
    """The recording, and a function that gives the time of day in microseconds of a frame in it."""
    heard = array.array('f')
    heard.frombytes(file_bytes(path))

    def time_of(frame):
        at = min(max(bisect.bisect(clock, [frame]), 1), len(clock) - 1)
        (one, begin), (other, end) = clock[at - 1], clock[at]
        return begin + (frame - one) * (end - begin) / (other - one)
    return heard, time_of


def first_sounds(heard, time_of, keys):
    """The milliseconds from each key to the first frame of its sound; None without one before the next key."""
    frame, found = 0, []
    for key, after in zip(keys, keys[1:] + [math.inf]):
        while frame < len(heard) and time_of(frame) < key:
            frame += 16
        while frame < len(heard) and (heard[frame] == 0 or heard[frame] != heard[frame]):
            frame += 1
        when = time_of(frame)
        found.append((when - key) / 1000 if frame < len(heard) and when < after else None)
    return found


@claim(shares=shelf)
def a_key_sounds_at_the_port(home):
    home.env['KEYS'] = str(how_often(40, 250))
    tape = Tape(home, 900, 'preview_left')
    said = in_browser(home, 'a_key_sounds_at_the_port')
    path = tape.stop()
    clock = json.loads(tape.words().splitlines()[-1])['clock']
    keys = [int(line.split()[1]) for line in said if line.startswith('key ')]
    took = first_sounds(*frame_times(path, clock), keys)
    assert None not in took, took
    took.sort()
    at = [took[int(len(took) * part)] for part in (0.5, 0.9, 0.99)]
    figure(f'{len(keys)} keys in the browser, load {os.getloadavg()[0]:.0f}: from the key to the first frame at the port of JACK '
           f'p50 {at[0]:.0f} ms, p90 {at[1]:.0f} ms, p99 {at[2]:.0f} ms')


def many(home):
    """Made-up items without files."""
    prepare_browser(home)
    count = how_often(20000, 1000000)
    home.run(os.path.join(BUILD, 'bench_make'), str(count), '1', timeout=600)
    home.env.update(COUNT=str(count))
    home.up()


claims_in_browser(
    many,
    'many_items_are_scrolled_and_searched',
    'a_range_begins_at_the_item_that_is_current',
    'a_range_has_each_of_its_items',
    'all_items_are_selected_while_the_catalogue_changes',
    'rows_on_the_screen_stay_loaded_after_a_sort_and_a_selection_of_all',
)


@claim(shares=many)
def a_map_of_very_many_points_is_moved(home):
    home.env['POINTS'] = str(how_often(20000, 1000000))
    for line in in_browser(home, 'a_map_of_very_many_points_is_moved'):
        figure(line)


@claim(shares=many)
def points_on_one_line_freeze_nothing(home):
    home.env['POINTS'] = str(how_often(20000, 1000000))
    in_browser(home, 'points_on_one_line_freeze_nothing')


claims_in_browser(
    studio,
    'twelve_tasks_are_done_by_keyboard_alone_and_by_mouse_alone',
)


run_claims()
