#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""MIDI files that another program wrote (csvmidi) become patterns, and ours stay the same patterns when it writes them again."""
import json
import os
import random
import subprocess

from tests.claims import claim, contains, file_json, needs, run_claims, same

DRUMS, BASS = 9, 0


def write_midi(home, kind, ticks, *tracks):
    """A file that csvmidi makes of tracks, each a list of lines without their number."""
    needs('csvmidi')
    lines = [f'0, 0, Header, {kind}, {len(tracks)}, {ticks}']
    for number, track in enumerate(tracks, 1):
        lines += [f'{number}, {line}' for line in ('0, Start_track', *track, '60000, End_track')]
    with open(home.file('file.csv'), 'w', encoding='latin-1') as out:
        out.write('\n'.join([*lines, '0, 0, End_of_file', '']))
    subprocess.run(['csvmidi', home.file('file.csv'), home.file('file.mid')], check=True)
    return home.file('file.mid')


def note(at, length, channel, key, velocity=100):
    return [f'{at}, Note_on_c, {channel}, {key}, {velocity}', f'{at + length}, Note_off_c, {channel}, {key}, 0']


def import_midi(home, path):
    """The pattern, its rows by their names, and what the import lists."""
    said = json.loads(home.loophole('pattern', 'import_midi', path, home.file('read.json'), '--force', '--json').out)
    pattern = file_json(home.file('read.json'))
    return pattern, pattern['sequencer']['tracks'], said['remarks']


def by_time(*lines):
    return sorted((line for some in lines for line in some), key=lambda line: int(line.split(',')[0]))


@claim
def a_file_of_one_track_with_drums_becomes_a_row_for_each_drum(home):
    drums = [note(beat * 480, 100, DRUMS, key, velocity) for beat in range(8) for key, velocity in ((36, 120), (42, 60))]
    pattern, rows, remarks = import_midi(home, write_midi(home, 0, 480, ['0, Title_t, "Groove"', '0, Tempo, 500000',
                                                                         *by_time(*drums)]))
    same(('Groove', 120), (pattern['metadata']['name'], pattern['sequencer']['bpm']))
    same({'Groove C2': 'X...' * 8, 'Groove F#2': 'x...' * 8}, {name: row['pattern'] for name, row in rows.items()})
    same([], remarks)


@claim
def notes_off_the_grid_tempo_changes_and_chords_are_kept_or_listed(home):
    bass = [note(step * 24 + (5 if step % 2 else 0), 15, BASS, 36 + step, 40 + 5 * step) for step in range(16)]
    chord = [note(0, 380, 1, key, 90) for key in (60, 64, 67)]
    pattern, rows, remarks = import_midi(home, write_midi(
        home, 1, 96, ['0, Tempo, 400000', '384, Tempo, 600000'], ['0, Title_t, "Bass"', '0, Program_c, 0, 33', *by_time(*bass)],
        ['0, Title_t, "Chord"', *by_time(*chord)]))
    same(150, pattern['sequencer']['bpm'])
    same(['Bass', 'Chord', 'Chord E4', 'Chord G4'], list(rows))
    same('x' * 15 + 'X', rows['Bass']['pattern'])
    levels = rows['Bass']['velocity'][:15]  # the last step is an accent
    same((sorted(levels), 16), (levels, len(rows['Bass']['notes'])))
    same([0, 0.2083] * 8, [round(one, 4) for one in rows['Bass']['timing']])
    same(['the tempo changes at tick 384; the first one is used'], remarks)


@claim
def notes_after_64_steps_triplets_and_17_tracks_are_read(home):
    remarks = import_midi(home, write_midi(home, 0, 480, by_time(*(note(bar * 1920, 50, 3, 60) for bar in range(7)))))[2]
    same(['3 notes dropped after step 64, the last one'], remarks)
    _, rows, remarks = import_midi(home, write_midi(home, 0, 24, by_time(*(note(at * 8, 4, BASS, 60) for at in range(12)))))
    same(([], 'xx.x' * 4), (remarks, rows['channel 1']['pattern'][:16]))
    same([0, 0.3333, 0, -0.3333], [round(one, 4) for one in rows['channel 1']['timing'][:4]])
    rows = import_midi(home, write_midi(home, 1, 120, *([f'0, Title_t, "T{n}"', *note(n * 30, 15, n % 16, 60)]
                                                        for n in range(17))))[1]
    same([n for n in range(17)], [row['pattern'].index('x') for row in rows.values()])


@claim
def bars_of_other_signatures_become_rows_of_their_length(home):
    for signature, bar, bars, rows_have in (('3, 2', 12, 1, 16), ('3, 2', 12, 4, 48), ('6, 3', 12, 3, 48), ('7, 3', 14, 4, 64),
                                            ('5, 2', 20, 2, 48), ('4, 2', 16, 3, 48)):
        notes = [note(one * bar * 120, 60, BASS, 60) for one in range(bars)]
        _, rows, remarks = import_midi(home, write_midi(home, 0, 480, [f'0, Time_signature, {signature}, 24, 8', *by_time(*notes)]))
        row = rows['channel 1']
        same((rows_have, bar * bars, []), (len(row['pattern']), row.get('length', rows_have), remarks), signature)
        same([one * bar for one in range(bars)], [at for at, step in enumerate(row['pattern']) if step == 'x'], signature)
    late = [note(one * 12 * 120, 60, BASS, 60) for one in range(7)]
    same(['2 notes dropped after step 60, the last one'],
         import_midi(home, write_midi(home, 0, 480, ['0, Time_signature, 3, 2, 24, 8', *by_time(*late)]))[2])


@claim
def a_file_of_type_2_and_one_without_notes_are_refused(home):
    for kind, lines, why in ((2, note(0, 100, 0, 60), 'is of type 2'), (0, [], 'has no notes')):
        path = write_midi(home, kind, 96, lines)
        contains(home.refused('pattern', 'import_midi', path, home.file('no.json'), code=11), why)
    assert not os.path.exists(home.file('no.json'))


def any_row(draw):
    steps = ''.join(draw.choice('Xx..') for _ in range(64))
    return {'pattern': steps, 'gate_frac': 0.01, 'base_amp': draw.randrange(1, 11) / 10,
            'notes': [draw.choice(('C2', 'F#3', 'A4', 'D♯5')) for _ in range(draw.randrange(1, 65))],
            'velocity': [draw.randrange(1, 11) / 10 for _ in range(64)], 'ratchet': [draw.choice((1, 1, 1, 2, 3)) for _ in range(64)]}


@claim
def an_export_that_another_program_reads_and_writes_again_has_the_same_steps(home):
    draw = random.Random(5)
    rows = {f'row {number}': any_row(draw) for number in range(32)}
    with open(home.file('whole.json'), 'w', encoding='utf-8') as out:
        json.dump({'metadata': {'name': 'Whole'}, 'sequencer': {'bpm': 133.7, 'swing': 0.999, 'tracks': rows}}, out)
    home.loophole('pattern', 'export_midi', home.file('whole.json'), home.file('ours.mid'))
    needs('csvmidi')
    subprocess.run(['midicsv', home.file('ours.mid'), home.file('theirs.csv')], check=True)
    subprocess.run(['csvmidi', home.file('theirs.csv'), home.file('theirs.mid')], check=True)
    pattern, back, remarks = import_midi(home, home.file('theirs.mid'))
    same([], [remark for remark in remarks if 'moved' in remark or 'dropped' in remark])
    same((133.7, 0.999), (pattern['sequencer']['bpm'], pattern['sequencer']['swing']))
    same(list(rows), list(back))
    for name, row in rows.items():
        same((row['pattern'], 0.01), (back[name]['pattern'], back[name]['gate_frac']), name)
        for at, step in enumerate(row['pattern']):
            if step != '.':
                kept = (back[name]['velocity'][at], back[name].get('ratchet', [1] * 64)[at:at + 1] or [1])
                same((row['velocity'][at], [row['ratchet'][at]]), kept, f'{name}, step {at + 1}')


@claim
def an_export_lists_each_value_that_is_lost_or_rounded(home):
    row = {'pattern': 'x' * 5 + '.' * 11, 'base_amp': 1, 'pan': 0.3, 'probability': [0.5, 1, 1, 1, 0.7], 'own': 1}
    with open(home.file('whole.json'), 'w', encoding='utf-8') as out:
        json.dump({'metadata': {'name': 'Whole', 'genre': 'techno', 'tags': ['acid', '303']}, 'foo': 1,
                   'sequencer': {'bpm': 120, 'tracks': {'kick': row}}}, out)
    said = home.loophole('pattern', 'export_midi', home.file('whole.json'), home.file('ours.mid'), '--json').out
    same(['kick: probability: other programs play each of its steps', 'kick: rounded to a value of MIDI: pan',
          'metadata: lost: genre, tags', 'unknown keys: lost: sequencer.tracks.kick.own, foo'], json.loads(said)['remarks'])
    _, rows, _ = import_midi(home, home.file('ours.mid'))
    same([0.5, 1, 1, 1, 0.7], rows['kick']['probability'][:5])


run_claims()
