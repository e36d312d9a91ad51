#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Patterns on the command line: MIDI files in both directions, and files that are not ours."""
import fcntl
import glob
import gzip
import json
import os
import subprocess

from tests.claims import (TOP, claim, contains, figure, file_bytes, file_json, file_text, how_often, open_files, run_claims, same,
                    until, write_file)
from tests.sounding import engine, meter, until_connected, until_sounds, until_transport

ACID = os.path.join(TOP, 'frontends/examples/acid.json')


def steps_of(path):
    return {name: row['pattern'] for name, row in file_json(path)['sequencer']['tracks'].items()}


@claim
def a_pattern_is_exported_for_other_programs_and_imported_with_the_same_steps(home):
    midi, back = home.file('acid.mid'), home.file('back.json')
    line = json.loads(home.loophole('pattern', 'export_midi', ACID, midi, '--json').out)
    assert (line['rows'], line['steps'], line['bpm']) == (3, 16, 132) and 'bass: lost: accent_boost' in line['remarks'], line
    text = subprocess.run(['midicsv', midi], check=True, capture_output=True, text=True).stdout
    contains(text, '0, 0, Header, 1, 4, 960\n')
    contains(text, '1, 0, Tempo, 454545\n')
    contains(text, '2, 0, Note_on_c, 0, 33, 127\n2, 72, Note_off_c, 0, 33, 64\n')
    contains(text, '3, 480, Note_on_c, 1, 57, 19\n')
    home.loophole('pattern', 'import_midi', midi, back)
    same(steps_of(ACID), steps_of(back))
    same((132, 0.1), (file_json(back)['sequencer']['bpm'], file_json(back)['sequencer']['swing']))


@claim
def a_midi_file_with_smpte_time_and_a_damaged_one_are_refused(home):
    for name, division, why in (('smpte.mid', b'\xe7\x28', 'SMPTE'), ('cut.mid', b'\0\x60', 'it ends within a track')):
        write_file(home.file(name), b'MThd\0\0\0\6\0\0\0\1' + division + b'MTrk\0\0\0\x20\0\x90')
        contains(home.refused('pattern', 'import_midi', home.file(name), home.file('no.json')), why)
    assert not os.path.exists(home.file('no.json'))


@claim
def a_file_of_a_newer_version_is_refused_as_such_and_stays(home):
    path, text = home.file('newer.json'), '{"schema_version": "2.0", "sequencer": {"tracks": {}}}'
    write_file(path, text)
    said = home.refused('pattern', 'export_midi', path, home.file('no.mid'), code=22)
    assert 'a newer loophole wrote' in said and 'is not a pattern' not in said, said
    same(text, file_text(path))
    assert not os.path.exists(home.file('no.mid'))


@claim
def a_file_of_another_program_is_replaced_only_when_asked(home):
    midi, mine = home.file('a.mid'), home.file('mine.json')
    home.loophole('pattern', 'export_midi', ACID, midi)
    home.loophole('pattern', 'export_midi', ACID, midi)  # an earlier export
    write_file(mine, '{"mine": 1}\n')
    contains(home.refused('pattern', 'import_midi', midi, mine), 'exists already')
    contains(home.refused('pattern', 'export_midi', ACID, mine), 'exists already')
    same({'mine': 1}, file_json(mine))
    home.loophole('pattern', 'import_midi', midi, mine, '--force')
    same(steps_of(ACID), steps_of(mine))


# ---- rows ----


def rows(home):
    return {row['name']: row for row in json.loads(home.loophole('pattern', 'rows', '--json').out)['each']}


def play_rows(home, **steps):
    path = home.file('rows.json')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'tracks': {name: {'pattern': each, 'gate_frac': 1} for name, each in steps.items()}}}, out)
    home.loophole('pattern', path)


def until_sequencer_quiet(home):
    until(lambda: meter(home, 'sequencer') <= 1e-4, what='the sequencer is quiet')


@claim
def a_row_is_muted_and_soloed_while_it_plays_and_stays_so_over_the_death_of_the_core(home):
    engine(home)
    until_connected(home)
    contains(home.refused('pattern', 'rows'), 'no pattern plays')
    play_rows(home, tone='x' * 16, rest='.' * 16)
    home.loophole('transport', 'start')
    until_sounds(home, 'sequencer')
    home.loophole('pattern', 'rows', 'tone', 'mute=on')
    until_sequencer_quiet(home)
    home.loophole('pattern', 'rows', '1', 'mute=off')
    until_sounds(home, 'sequencer')
    home.loophole('pattern', 'rows', 'rest', 'solo=on')
    until_sequencer_quiet(home)
    for ask in ('audio.pattern', 'audio.sounding'):  # for a front-end, and for the project that keeps it
        same([False, True], [row.get('solo', False) for row in home.ask(ask)['pattern']['sequencer']['tracks']])
    home.kill('audio')
    until(lambda: rows(home)['rest']['solo'] and not rows(home)['tone']['sounds'], what='the rest is solo')
    home.loophole('pattern', 'rows', 'rest', 'solo=off')
    until_sounds(home, 'sequencer')


@claim
def a_wrong_row_is_refused_with_its_name(home):
    engine(home)
    play_rows(home, tone='x' * 16)
    contains(home.refused('pattern', 'rows', 'hat', 'mute=on'), 'the pattern has no row "hat"')
    contains(home.refused('pattern', 'rows', '2', 'mute=on'), 'the pattern has no row 2')
    contains(home.refused('pattern', 'rows', 'tone'), 'expected mute=on|off')
    contains(home.refused('pattern', 'rows', 'tone', 'mute=perhaps'), 'expected on or off')


# ---- slots ----


def slots_engine(home):
    engine(home)
    home.wait_ready('project', 'persist')


def slot_file(home, number, bank=1):
    return home.file('data', 'projects', 'draft', 'patterns', 'slots', f'bank_{bank}', f'slot_{number:03d}.json')


def said(home, *args):
    return home.loophole('pattern', *args).out


def make_pattern(home, name, steps='X...X...X...X...', **more):
    path = home.file(name + '.json')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump(dict({'metadata': {'name': name}, 'sequencer': {'bpm': 120, 'tracks': {'kick': {'pattern': steps}}}}, **more),
                  out)
    return path


def is_packed(path):
    with open(path, 'rb') as file:
        return file.read(2) == b'\x1f\x8b'


def names(home):
    line = json.loads(home.loophole('pattern', 'slots', '--json').out)
    return {slot['slot']: slot['name'] for slot in line['slots']}


@claim
def nothing_is_saved_before_a_pattern_plays(home):
    slots_engine(home)
    for args in (('save', '1'), ('save_file', 'user/Nothing')):
        contains(home.loophole('pattern', *args, code=12).err, '[PATTERN] Error: No pattern plays\n')
    same({}, names(home))


@claim
def a_core_that_died_without_an_open_project_reports_that_it_does_not_know_its_pattern(home):
    slots_engine(home)
    home.loophole('pattern', ACID)
    pid = home.pid('audio')
    home.kill('audio')
    until(lambda: home.is_other('audio', pid) and home.is_ready('audio'))
    wanted = '[PATTERN] Error: The restarted audio core does not know the pattern that plays\n'
    contains(home.loophole('pattern', 'save_file', 'user/Lost', code=12).err, wanted)
    contains(home.loophole('pattern', 'rows').out, 'kick')
    home.loophole('pattern', ACID)
    same('[PATTERN] Saved to file user/Lost\n', said(home, 'save_file', 'user/Lost'))


@claim(shares=slots_engine)
def a_slot_is_saved_loaded_and_changed_in_the_words_of_the_table(home):
    same('[PATTERN] Saved to slot 5\n', said(home, 'save', '5.0', ACID))
    same(steps_of(ACID), steps_of(slot_file(home, 5)))
    same('[SEQ] Pattern loaded at bar 0\n', said(home, 'load', '5'))
    same('[PATTERN] Saved to slot 6\n', said(home, 'save', '6'))  # the pattern that plays
    same(steps_of(ACID), steps_of(slot_file(home, 6)))
    same('[PATTERN] Copied slot 5 to slot 7\n', said(home, 'copy', '5', '7'))
    same('[PATTERN] Renamed slot 7 to Hard\n', said(home, 'rename', '7', 'Hard'))
    same('[PATTERN] Swapped slots 5 and 7\n', said(home, 'swap', '5', '7'))
    same('[PATTERN] Moved slot 7 to slot 8\n', said(home, 'move', '7', '8'))
    same('[PATTERN] Deleted slot 6\n', said(home, 'delete', '6'))
    same({5: 'Hard', 8: 'Acid'}, names(home))
    same('Hard', file_json(slot_file(home, 5))['metadata']['name'])
    assert not os.path.exists(slot_file(home, 6)) and not os.path.exists(slot_file(home, 7))
    same('[PATTERN] Bank 2\n', said(home, 'bank', '2'))
    said(home, 'save', '1', ACID)
    assert os.path.exists(slot_file(home, 129, 2))
    said(home, 'bank', '1')


@claim(shares=slots_engine)
def a_wrong_slot_is_refused_in_the_words_of_the_table(home):
    def refused(code, words, *args):
        same(words + '\n', home.loophole('pattern', *args, code=code).err)

    for arg in ('0', '129', '-1', 'nan', '1e999', 'five'):
        refused(11, f'[PATTERN] Error: Invalid slot number: {arg}', 'save', arg)
    refused(11, '[PATTERN] Error: No slot number provided', 'load')
    refused(12, '[PATTERN] Error: Slot 99 is empty', 'load', '99')
    said(home, 'save', '20', ACID)
    contains(home.loophole('pattern', 'rename', '20', 'a/b', code=11).err, '[PATTERN] Error: Invalid name: a/b')
    for wrong in ('x' * 81, '\u266f' * 81, 'x' + '\u266f' * 81):
        error = home.loophole('pattern', 'rename', '20', wrong, code=11).err
        assert error.splitlines()[0].rpartition(' ')[2] in wrong and error.startswith('[PATTERN] Error: Invalid name: ' + wrong[:20]), error
        contains(home.loophole('pattern', 'bank', wrong, code=11).err, '[PATTERN] Error: Invalid bank: ' + wrong[:20])
    contains(home.loophole('pattern', 'save', '1' * 40, code=11).err, '[PATTERN] Error: Invalid slot number: 1111')
    longest = '\U0001d11e' * 80
    same(f'[PATTERN] Renamed slot 20 to {longest}\n', said(home, 'rename', '20', longest))
    same(longest, names(home)[20])
    same('[SEQ] Pattern loaded at bar 0\n', said(home, 'load', '20'))
    same('[PATTERN] Saved to slot 21\n', said(home, 'save', '21'))
    same(longest, names(home)[21])


ODD = {'schema_version': '1.7', 'mood': 1, 'metadata': {'name': 'Odd', 'author': 'A'},
       'sequencer': {'groove': 3, 'tracks': {'kick': {'pattern': 'X...X...X...X...', 'colour': 'red', 'notes': ['C#4']}}},
       'modules': {'flanger1': {'rate': 0.1}}}


def has_all(kept, whole):
    """`whole` has each key of `kept`, at every level, with its value."""
    for key, value in kept.items():
        if isinstance(value, dict):
            has_all(value, whole[key])
        else:
            same(value, whole[key], key)


@claim
def a_pattern_that_was_loaded_is_saved_with_its_unknown_keys_also_after_a_restart_and_the_death_of_the_core(home):
    slots_engine(home)
    until_connected(home)
    with open(home.file('odd.json'), 'w', encoding='utf-8') as out:
        json.dump(ODD, out)

    def saves(slot):
        same(f'[PATTERN] Saved to slot {slot}\n', said(home, 'save', str(slot)))
        has_all(ODD, file_json(slot_file(home, slot)))
    said(home, 'save', '1', home.file('odd.json'))
    said(home, 'load', '1')
    saves(1)
    said(home, 'save_file', 'user/Odd')
    has_all(ODD, file_json(home.file('data/patterns/user/Odd.json')))
    home.stop()
    home.up()
    until_connected(home)
    until(lambda: home.first('transport').get('pattern'), what='the pattern plays again')
    saves(2)
    home.kill('project')
    saves(3)
    home.kill('audio')
    until(lambda: home.loophole('ask', 'audio.pattern', code=None).code == 0, what='the successor knows the pattern that plays')
    saves(4)
    home.loophole('pattern', 'rows', 'kick', 'mute=on')
    saves(5)
    same(True, file_json(slot_file(home, 5))['sequencer']['tracks']['kick']['mute'])


@claim(shares=slots_engine)
def an_undo_brings_a_slot_and_its_file_back(home):
    said(home, 'save', '30', make_pattern(home, 'one'))
    said(home, 'save', '30', make_pattern(home, 'two'))
    home.ask('project.undo')
    same('one', names(home)[30])
    said(home, 'load', '30')
    until(lambda: file_json(slot_file(home, 30))['metadata']['name'] == 'one', what='the file is the old one')
    said(home, 'delete', '30')
    home.ask('project.undo')
    said(home, 'load', '30')
    until(lambda: os.path.exists(slot_file(home, 30)), what='the file is back')


@claim(shares=slots_engine)
def a_file_of_another_program_is_taken_and_a_corrupt_one_names_its_backup(home):
    said(home, 'save', '40', make_pattern(home, 'ours'))
    foreign = make_pattern(home, 'theirs', colour='red')
    os.replace(foreign, slot_file(home, 40))
    said(home, 'load', '40')
    same('theirs', names(home)[40])
    until(lambda: 'slot 40 was changed by another program' in home.log('project'))
    said(home, 'rename', '40', 'Mine')
    same('red', file_json(slot_file(home, 40))['colour'])  # unknown keys stay
    write_file(slot_file(home, 40), '{"sequencer": {')
    error = home.loophole('pattern', 'load', '40', code=11).err
    contains(error, '[PATTERN] Error: Slot 40 is corrupt: not JSON')
    contains(error, 'patterns/backups/slot_040_')
    backup = slot_file(home, 40).replace('slots/bank_1/slot_040.json', error.split('patterns/')[1].split()[0])
    until(lambda: is_packed(backup), what='the backup is in gzip')
    contains(home.loophole('pattern', 'load', '40', code=11).err, os.path.basename(backup))  # still the newest good one
    said(home, 'save', '40', ACID)  # the corrupt file is among the backups
    same('Acid', names(home)[40])


@claim(shares=slots_engine)
def a_list_shows_each_change_of_a_slot_though_it_keeps_what_it_read(home):
    def listed():
        return {slot['slot']: slot for slot in home.first('pattern', 'slots')['slots']}.get(90)

    said(home, 'save', '90', make_pattern(home, 'ours'))
    same(('ours', True), (listed()['name'], listed().get('active', False)))
    os.replace(make_pattern(home, 'them'), slot_file(home, 90))
    same('them', listed()['name'])
    write_file(slot_file(home, 90), '{')
    contains(listed()['trouble'], 'not JSON')
    os.unlink(slot_file(home, 90))  # the store has it
    same('ours', listed()['name'])
    said(home, 'save', '91', make_pattern(home, 'other'))
    assert not listed().get('active')
    said(home, 'bank', '2')
    same(None, listed())
    said(home, 'bank', '1')
    said(home, 'delete', '90')
    same(None, listed())
    home.ask('project.undo')
    same('ours', listed()['name'])


@claim(shares=slots_engine)
def a_save_that_fails_says_so_in_the_words_of_the_plan(home):
    home.loophole('project', 'new', 'Full')
    folder = home.first('project', 'state')['folder']
    os.makedirs(folder + '/patterns')
    with open(folder + '/patterns/slots', 'w', encoding='utf-8'):
        pass  # a file in the place of the folder
    failed = home.loophole('pattern', 'save', '4', ACID, code=None)
    assert failed.code != 0 and failed.out == '', failed
    same('[PATTERN] Failed to save to slot 4', failed.err.splitlines()[0])
    contains(home.log('project'), '[PATTERN] Save failed: ')
    os.unlink(folder + '/patterns/slots')
    same('[PATTERN] Saved to slot 4\n', said(home, 'save', '4', ACID))
    home.loophole('project', 'open', 'draft')


@claim(shares=slots_engine)
def a_file_that_was_changed_and_not_loaded_is_in_a_copy_of_the_project(home):
    said(home, 'save', '70', make_pattern(home, 'ours'))
    said(home, 'save', '71', make_pattern(home, 'kept'))
    os.replace(make_pattern(home, 'theirs', colour='red'), slot_file(home, 70))
    os.replace(make_pattern(home, 'new'), slot_file(home, 72))
    write_file(slot_file(home, 71), '{')
    home.loophole('project', 'save_as', 'Copy')
    copied = names(home)
    same(('theirs', 'kept', 'new'), tuple(copied[slot] for slot in (70, 71, 72)))
    copy = os.path.join(home.first('project', 'state')['folder'], 'patterns/slots/bank_1/slot_070.json')
    same('red', file_json(copy)['colour'])
    home.loophole('project', 'open', 'draft')


@claim(shares=slots_engine)
def clients_that_save_one_slot_leave_one_whole_pattern(home):
    clients = [home.client() for _ in range(6)]
    turns = how_often(40, 1000)
    for turn in range(turns):
        for i, client in enumerate(clients):
            client.send('project.save_pattern', {'slot': '50', 'file': json.dumps(
                {'metadata': {'name': f'{turn} of {i}'}, 'sequencer': {'tracks': {'k': {'pattern': 'x' * 16}}}})})
        said = [client.take('project')[1] for client in clients]
        assert set(said) <= {'ok', 'conflict'}, said
        acked = {f'{turn} of {i}' for i, one in enumerate(said) if one == 'ok'}
        there = name_in(slot_file(home, 50))
        assert there in acked, (there, acked)
        same(next(slot['name'] for slot in clients[0].must('project.list_patterns')['slots'] if slot['slot'] == 50), there,
             'the file is what the store has')
        backups = glob.glob(os.path.dirname(slot_file(home, 50)) + '/../../backups/slot_050_*')
        same(set(), acked - {there} - {name_in(path) for path in backups}, 'the losers are among the backups')
    assert names(home)[50] in [f'{turns - 1} of {i}' for i in range(len(clients))]
    figure(f'{len(clients)} clients saved one slot {turns} times')


def write_slot(home, number, text, bank=1):
    write_file(slot_file(home, number, bank), text)


def read_slot(home, number, bank=1):
    return file_text(slot_file(home, number, bank))


def slots_of_two_banks(home):
    for slot, name in (('5', 'ours'), ('6', 'kept'), ('7', 'older')):
        said(home, 'save', slot, make_pattern(home, name))
    older = read_slot(home, 7)
    said(home, 'save', '7', make_pattern(home, 'newer'))
    said(home, 'bank', '2')
    said(home, 'save', '3', make_pattern(home, 'far'))
    said(home, 'bank', '1')
    return older


@claim
def files_that_changed_while_the_engine_was_down_count_from_its_start_on_also_over_a_kill(home):
    slots_engine(home)
    older = slots_of_two_banks(home)
    home.stop()
    write_slot(home, 6, '{')
    write_slot(home, 7, older)
    os.replace(make_pattern(home, 'theirs'), slot_file(home, 5))
    os.replace(make_pattern(home, 'theirs too'), slot_file(home, 131, 2))
    home.up()
    home.kill('project')
    until(lambda: 'slot 131 was changed by another program' in home.log('project'), what='both banks are compared')
    until(lambda: name_in(slot_file(home, 7)) == 'newer', what='the older file is written again')
    contains(home.log('project'), 'slot 5 was changed by another program')
    contains(home.log('project'), 'Slot 6 is corrupt')
    assert 'slot 6 was changed' not in home.log('project') and 'slot 7 was changed' not in home.log('project')
    same('{', read_slot(home, 6))
    os.unlink(slot_file(home, 5))
    same('theirs', names(home)[5])  # the store has it


@claim
def files_that_changed_while_another_project_was_open_count_when_it_is_opened_again(home):
    slots_engine(home)
    slots_of_two_banks(home)
    home.loophole('project', 'new', 'Other')
    os.replace(make_pattern(home, 'theirs'), slot_file(home, 5))
    home.loophole('project', 'open', 'draft')
    until(lambda: 'slot 5 was changed by another program' in home.log('project'), what='the bank is compared')


def name_in(path):
    text = file_bytes(path)
    return json.loads(gzip.decompress(text) if text.startswith(b'\x1f\x8b') else text)['metadata']['name']


@claim
def two_engines_that_share_a_folder_leave_one_whole_pattern_and_keep_the_other(home):
    folder, other, turns = home.file('Shared'), home.other('two'), how_often(15, 1000)
    home.up()
    home.loophole('project', 'new', 'Shared', '--folder', folder)
    home.loophole('project', 'save')
    other.up()
    other.loophole('project', 'open', folder)
    clients = [one.client() for one in (home, other)]
    for turn in range(turns):
        for number, client in enumerate(clients):
            client.send('project.save_pattern', {'slot': '5', 'file': json.dumps(
                {'metadata': {'name': f'{turn} of {number}'}, 'sequencer': {'tracks': {'k': {'pattern': 'x' * 16}}}})})
        acked = {f'{turn} of {number}' for number, client in enumerate(clients) if client.take('project')[1] == 'ok'}
        patterns = folder + '/patterns/'
        there = name_in(patterns + 'slots/bank_1/slot_005.json')
        assert there in acked, (there, acked)
        same(set(), acked - {there} - {name_in(path) for path in glob.glob(patterns + 'backups/slot_005_*')})
    other.end()
    figure(f'two engines saved one slot of one folder {turns} times')


# ---- what plays as a text, and a text as what plays ----


def state(home, ask):
    return json.loads(home.ask(ask)['file'])


def put_state(home, ask, pattern, **fields):
    status, said = home.client().ask(ask, dict(fields, file=json.dumps(pattern)))
    same('ok', status, said)
    return said


@claim(shares=slots_engine)
def a_snapshot_has_the_sequencer_and_all_states_have_the_modules_too(home):
    home.loophole('pattern', make_pattern(home, 'all', modules={'voice1': {'freq': 61.0}, 'reverb1': {'mix': 0.75},
                                                                'flanger1': {'rate': 0.1}}))
    whole, sequencer = state(home, 'project.capture_all_states'), state(home, 'project.snapshot')
    same((61.0, 0.75), (whole['modules']['voice1']['freq'], whole['modules']['reverb1']['mix']))
    same({'rate': 0.1}, whole['modules']['flanger1'])
    assert 'modules' not in sequencer
    same('X...' * 4, sequencer['sequencer']['tracks']['kick']['pattern'])
    put_state(home, 'project.apply_snapshot', {'sequencer': {'tracks': {'hat': {'pattern': 'x' * 16}}}})
    now = state(home, 'project.capture_all_states')
    same((['hat'], whole['modules']), (list(now['sequencer']['tracks']), now['modules']))
    put_state(home, 'project.restore_all_states', whole)
    again = state(home, 'project.capture_all_states')
    same((whole['sequencer']['tracks'], whole['modules']), (again['sequencer']['tracks'], again['modules']))


@claim
def what_plays_is_saved_however_long_the_transport_has_run(home):
    slots_engine(home)
    home.loophole('pattern', make_pattern(home, 'long'))
    home.loophole('transport', 'locate', '1000000')
    home.loophole('transport', 'start')
    until_transport(home, bar=lambda bar: bar > 1000000)
    home.loophole('transport', 'stop')
    same('[PATTERN] Saved to slot 62\n', said(home, 'save', '62'))
    whole = state(home, 'project.capture_all_states')
    assert whole['sequencer']['global_step'] > 16000000, whole['sequencer']['global_step']
    home.loophole('transport', 'locate', '1')
    said(home, 'load', '62', 'immediate')
    until(lambda: state(home, 'project.snapshot')['sequencer']['global_step'] == whole['sequencer']['global_step'])


@claim(shares=slots_engine)
def nothing_of_a_wrong_snapshot_is_applied(home):
    home.loophole('pattern', make_pattern(home, 'right'))
    before = state(home, 'project.snapshot')
    for ask in ('project.apply_snapshot', 'project.restore_all_states'):
        status, why = home.client().ask(ask, {'file': json.dumps(
            {'sequencer': {'bpm': 33, 'tracks': {'kick': {'pattern': 'x' * 15}}}, 'modules': {'voice1': {'freq': 99}}})})
        same('bad_request', status)
        contains(str(why), 'sequencer.tracks.kick.pattern: 15 steps, expected 16, 32, 48 or 64')
    after = state(home, 'project.snapshot')
    same(dict(before, timestamp=0), dict(after, timestamp=0))


@claim(shares=slots_engine)
def a_queued_pattern_is_announced_before_its_bar_and_at_it_and_a_newer_one_replaces_it(home):
    said(home, 'save', '60', make_pattern(home, 'first'))
    said(home, 'save', '61', make_pattern(home, 'second'))
    home.loophole('transport', 'tempo', '60')
    home.loophole('transport', 'start')
    until(lambda: home.first('transport')['running'], what='the transport runs')
    lines = said(home, 'load', '60', '--wait').splitlines()
    bar = int(lines[0].rpartition(' ')[2])
    same([f'[SEQ] Pattern queued for bar {bar}', f'[SEQ] Pattern loaded at bar {bar}'], lines)
    client = home.client()
    for slot in (60, 61):
        client.send('project.load_pattern', {'slot': str(slot)})
    answers = [client.take('project')[2] for _ in range(2)]
    assert any('; it replaces a queued pattern' in str(answer) for answer in answers) or \
        len({answer['bar'] for answer in answers}) == 2, answers
    home.loophole('transport', 'stop')


@claim
def a_project_with_a_locked_tempo_applies_no_tempo_of_a_pattern_and_the_file_keeps_it(home):
    slots_engine(home)
    until_connected(home)
    tracks = {'kick': {'pattern': 'X' * 16}}
    said(home, 'save', '20', make_pattern(home, 'fast', sequencer={'bpm': 240, 'swing': 0.3, 'tracks': tracks}))
    said(home, 'load', '20')
    until_transport(home, bpm=240, swing=0.3)
    said(home, 'save_file', 'user/Fast')
    kept = [read_slot(home, 20), file_json(home.file('data/patterns/user/Fast.json'))]
    home.loophole('project', 'set', 'tempo_lock=true')
    until(lambda: home.ask('audio.sounding')['tempo_lock'], what='the core has the lock')
    home.loophole('transport', 'tempo', '101')
    home.loophole('transport', 'swing', '0.1')
    home.loophole('song', 'set', '20')

    def loads(*args):
        number = home.first('transport').get('pattern', 0)
        home.loophole(*args)
        until_transport(home, pattern=lambda now: now and now > number, queued_bar=None)
        same((101, 0.1), tuple(home.first('transport')[key] for key in ('bpm', 'swing')))
    every = (('pattern', 'load', '20'), ('pattern', 'load_file', 'user/Fast'), ('pattern', home.file('fast.json')), ('song', 'play'))
    for command in every:
        loads(*command)
    home.loophole('transport', 'start')
    for command in every:
        loads(*command)
    home.loophole('transport', 'stop')
    same(kept, [read_slot(home, 20), file_json(home.file('data/patterns/user/Fast.json'))])
    same((240, 0.3), (kept[1]['sequencer']['bpm'], kept[1]['sequencer']['swing']))
    home.loophole('project', 'set', 'tempo_lock=false')
    until(lambda: not home.ask('audio.sounding')['tempo_lock'], what='the core has no lock')
    said(home, 'load', '20')
    until_transport(home, bpm=240, swing=0.3)


@claim
def a_load_is_of_the_bank_that_was_current_when_it_began(home):
    slots_engine(home)
    until_connected(home)
    for bank in (2, 1):
        said(home, 'bank', str(bank))
        for slot in (5, 6):
            said(home, 'save', str(slot), make_pattern(home, f'of bank {bank}'))
    lock = home.file('data', 'projects', 'draft', 'patterns', '.lock')
    client, pid = home.client(), home.pid('project')

    def load_while_the_bank_changes():
        home.look('project.bank', {'bank': '1'})
        with open(lock, 'w', encoding='utf-8') as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # the load waits for the files, for 3 s
            client.send('project.load_pattern', {'slot': '5'})
            until(lambda: lock in open_files(pid), what='the load has begun')
            home.look('project.bank', {'bank': '2'})
        _, error, loaded = client.take('project')
        return (error, loaded) if error != 'busy' else None
    error, loaded = until(load_while_the_bank_changes, what='the bank changes while the load waits')
    same(('ok', 1), (error, loaded['number']), loaded)
    same(2, home.first('pattern', 'bank')['number'])
    active = {}
    for bank in (2, 1):
        said(home, 'bank', str(bank))
        active[bank] = [one['slot'] for one in home.first('pattern', 'slots')['slots'] if one['active']]
    same({1: [5], 2: [6]}, active)


@claim
def a_pattern_that_was_queued_before_the_tempo_was_locked_does_not_change_it(home):
    slots_engine(home)
    until_connected(home)
    said(home, 'save', '20', make_pattern(home, 'fast', sequencer={'bpm': 240, 'swing': 0.3, 'tracks': {'kick': {'pattern': 'X' * 16}}}))
    home.loophole('transport', 'start')
    before = 0

    def is_locked_while_queued():
        nonlocal before
        home.loophole('project', 'set', 'tempo_lock=false')
        home.loophole('transport', 'tempo', '20')  # a bar lasts 12 s
        home.loophole('transport', 'swing', '0.1')
        before = home.first('transport').get('pattern', 0)
        home.loophole('pattern', 'load', '20')
        home.loophole('project', 'set', 'tempo_lock=true')
        until(lambda: home.ask('audio.sounding')['tempo_lock'], what='the core has the lock')
        return 'queued_bar' in home.first('transport')
    until(is_locked_while_queued, what='the tempo is locked before the bar')
    home.loophole('transport', 'tempo', '150')
    until_transport(home, pattern=lambda now: now and now > before, queued_bar=None)
    same((150, 0.1), tuple(home.first('transport')[key] for key in ('bpm', 'swing')))


@claim
def a_pattern_that_is_loaded_right_after_a_stop_begins_at_once(home):
    slots_engine(home)
    until_connected(home)
    said(home, 'save', '20', make_pattern(home, 'first', sequencer={'bpm': 120, 'tracks': {'kick': {'pattern': 'X' * 16}}}))
    client = home.client()
    for _ in range(how_often(8, 50)):
        client.must('audio.start', {})
        until_transport(home, running=True)
        client.must('audio.stop', {})
        contains(str(client.must('project.load_pattern', {'slot': '20'})), 'Pattern loaded at bar')
    client.close()


run_claims()
