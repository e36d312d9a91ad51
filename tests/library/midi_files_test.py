#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""MIDI files in a library: tempo, key, notes and length as facts, in queries and lists; damaged ones; old items."""
import json
import os
import shutil
import struct

from tests.claims import claim, contains, file_bytes, run_claims, same, until, write_file

QUARTER = 96


def meta(kind, body):
    return b'\0\xff' + bytes([kind, len(body)]) + body


def tempo(bpm):
    return meta(0x51, struct.pack('>I', round(60e6 / bpm))[1:])


def notes(which, channel=0):
    """Notes of a quarter, one after the other."""
    return b''.join(bytes([0, 0x90 | channel, note, 100, QUARTER, 0x80 | channel, note, 0]) for note in which)


def song(path, *tracks):
    whole = b'MThd' + struct.pack('>IHHH', 6, len(tracks) > 1, len(tracks), QUARTER)
    for track in tracks:
        track += meta(0x2f, b'')
        whole += b'MTrk' + struct.pack('>I', len(track)) + track
    write_file(path, whole)


MELODY = [62 + step for step in (0, 4, 7, 12, 9, 7, 5, 4, 2, 7, 4, 0)]  # D major


def library(home):
    folder = home.file('library')
    os.makedirs(folder)
    song(f'{folder}/lead.mid', meta(3, b'Golden lead') + tempo(150) + notes(MELODY))
    song(f'{folder}/drums.midi', tempo(90), notes([36, 38] * 8, 9))
    song(f'{folder}/signed.mid', meta(0x59, b'\xfd\1') + tempo(100) + notes(MELODY))
    song(f'{folder}/unasked.mid', meta(0x59, b'\0\0') + tempo(120) + notes(MELODY))
    return folder


def paths(home, *query):
    return sorted(os.path.basename(item['path']) for item in home.json('search', *query))


@claim
def tempo_key_notes_and_length_are_facts_and_find_the_file(home):
    folder = library(home)
    home.index_library()
    lead = home.first('show', f'{folder}/lead.mid')
    same(('midi', 'midi', 'done', 'Golden lead'), tuple(lead[key] for key in ('kind', 'container', 'analysis', 'title')))
    same((150, 'Dmaj', 12, 62, 74, 4.8), tuple(lead[key] for key in ('bpm', 'key', 'note_count', 'note_low', 'note_high',
                                                                     'duration_s')))
    same(('file', 'analysis', 'analysis'), tuple(lead[f'{key}_source'] for key in ('bpm', 'key', 'note_count')))
    drums = home.first('show', f'{folder}/drums.midi')
    same((90, 16), (drums['bpm'], drums['note_count']))
    assert 'key' not in drums and 'note_low' not in drums, 'drums have no pitch'
    same(('Cmin', 'file'), tuple(home.first('show', f'{folder}/signed.mid')[key] for key in ('key', 'key_source')))
    same(('Dmaj', 'analysis'), tuple(home.first('show', f'{folder}/unasked.mid')[key] for key in ('key', 'key_source')))
    for query, found in (('kind:midi bpm:150', ['lead.mid']), ('key:Dmaj', ['lead.mid', 'signed.mid', 'unasked.mid']),
                         ('key:Cmin', ['signed.mid']), ('key:C', ['unasked.mid']), ('golden', ['lead.mid']),
                         ('note_count:16', ['drums.midi']), ('note_low:>=60 bpm:<120', ['signed.mid']),
                         ('dur:>10s', ['drums.midi']), ('is:analysed', ['drums.midi', 'lead.mid', 'signed.mid', 'unasked.mid'])):
        same(found, paths(home, query), f'of {query}')
    contains(home.loophole('search', 'golden').out, '4.80 s')
    contains(home.loophole('show', f'{folder}/lead.mid').out, '4.8')
    contains(home.refused('trim', f'{folder}/lead.mid', '--from', '1s'), 'is a MIDI file')
    contains(home.refused('normalise', f'{folder}/lead.mid'), 'is a MIDI file')
    same(['drums.midi', 'signed.mid', 'unasked.mid', 'lead.mid'],
         [os.path.basename(item['path']) for item in home.json('search', 'kind:midi', '--sort', '-duration_s')])


@claim
def a_persons_tempo_wins_and_a_moved_file_keeps_its_tags(home):
    folder = library(home)
    home.index_library()
    id = home.first('show', f'{folder}/lead.mid')['id']
    home.loophole('edit', id, 'bpm=75')
    home.loophole('tag', id, '+mine')
    os.rename(f'{folder}/lead.mid', f'{folder}/moved.mid')
    home.loophole('library', 'rescan', '--wait')
    moved = home.first('show', f'{folder}/moved.mid')
    same((id, 75, ['mine'], 'Dmaj'), tuple(moved[key] for key in ('id', 'bpm', 'tags', 'key')))


@claim
def a_damaged_file_has_the_facts_before_its_damage_and_an_empty_one_its_reason(home):
    folder = library(home)
    whole = file_bytes(f'{folder}/lead.mid')
    write_file(f'{folder}/cut.mid', whole[:-30])
    write_file(f'{folder}/empty.mid', whole[:14])
    home.index_library()
    cut = home.first('show', f'{folder}/cut.mid')
    same(('done', 150), (cut['analysis'], cut['bpm']))
    assert 0 < cut['note_count'] < 12, cut['note_count']
    empty = home.first('show', f'{folder}/empty.mid')
    same(('none', 'it has no track'), (empty['analysis'], empty['failure']))


def track(body, length=None):
    return b'MTrk' + struct.pack('>I', len(body) if length is None else length) + body


HEAD, END = b'MThd' + struct.pack('>IHHH', 6, 0, 1, QUARTER), meta(0x2f, b'')
DRUMS = notes([36] * 4, 9)
ODD = {  # name: the file, and the words of its repair
    'status': (track(DRUMS[:-4] + meta(1, b'x') + bytes([QUARTER]) + DRUMS[-3:] + meta(1, b'y') + b'\0\x24\x64\0\x24\0' + END),
               'without a status byte'),
    'clock': (track(DRUMS + b'\0\xf8\0\xfe' + DRUMS + END), 'between devices'),
    'open': (track(DRUMS), 'without an event for its end'),
    'after': (track(DRUMS + END + DRUMS), 'belong to no track'),
    'vendor': (b'SEM1\0\0\0\2ab' + track(DRUMS + END), 'chunk of another program'),
    'long': (track(DRUMS + END, 0x7fffffff), 'wrong length'),
    'unwritten': (track(DRUMS + END, 0), 'wrong length'),
    'loud': (track(DRUMS + b'\0\x99\x24\xff' + END), 'over 127'),
    'cut': (track(DRUMS + DRUMS)[:-3], 'ends within a track'),
    'damaged': (track(DRUMS + b'\xff\xff\xff\xff\xff' + DRUMS + END), 'damaged track'),
}


@claim
def an_odd_file_is_counted_and_imported_alike_and_each_repair_is_listed(home):
    folder = home.file('library')
    os.makedirs(folder)
    for name, (body, _) in ODD.items():
        write_file(f'{folder}/{name}.mid', HEAD + body)
    write_file(f'{folder}/mac.mid', bytes(128) + HEAD + track(DRUMS + END))
    home.index_library()
    for name in (*ODD, 'mac'):
        item = home.first('show', f'{folder}/{name}.mid')
        said = home.loophole('pattern', 'import_midi', f'{folder}/{name}.mid', home.file(f'{name}.json'))
        with open(home.file(f'{name}.json'), encoding='utf-8') as file:
            (row,) = json.load(file)['sequencer']['tracks'].values()
        steps = sum(step in 'xX' for step in row['pattern'])
        same((steps, 'done'), (item['note_count'], item['analysis']), name)
        if name in ODD:
            contains(item['repairs'], ODD[name][1])
            contains(said.out + said.err, ODD[name][1])
        else:
            same((4, False), (steps, 'repairs' in item))
    same(['cut.mid', 'damaged.mid'], paths(home, 'is:truncated'))


def as_an_older_engine_left_it(home, path):
    """The row of an engine that did not look into MIDI files and videos."""
    client, at = home.client(), os.stat(path)
    media = client.must('search.get', {'path': path.encode()})['item']['media']
    client.must('persist.batch', {'operations': [{'analysed': {
        'id': media['id'], 'size': at.st_size, 'mtime': at.st_mtime_ns // 1000, 'state': 'none', 'analyser': 1,
        'container': media['container'], 'content': media['content']}}]})
    client.close()
    until(lambda: home.first('show', path)['analysis'] == 'none')


@claim
def a_rescan_looks_into_midi_files_and_videos_that_an_older_engine_did_not_open(home):
    folder = library(home)
    names = ['lead.mid']
    if shutil.which('ffmpeg'):
        home.run('ffmpeg', '-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', 'sine=440:d=2', '-c:a', 'flac',
                 f'{folder}/film.mkv')
        names.append('film.mkv')
    home.index_library()
    for name in names:
        as_an_older_engine_left_it(home, f'{folder}/{name}')
    home.loophole('library', 'rescan', '--wait')
    for name in names:
        until(lambda name=name: home.first('show', f'{folder}/{name}')['analysis'] == 'done')
    same(150, home.first('show', f'{folder}/lead.mid')['bpm'])
    if 'film.mkv' in names:
        assert abs(home.first('show', f'{folder}/film.mkv')['duration_s'] - 2) < 0.2


@claim
def a_kill_of_the_indexer_loses_no_midi_file(home):
    folder = home.file('library')
    os.makedirs(folder)
    for i in range(200):
        song(f'{folder}/song{i}.mid', tempo(60 + i) + notes([40 + i % 40] * (1 + i)))
    home.up()
    home.loophole('index', folder)
    for _ in range(2):
        home.kill('indexer')
    until(lambda: len(home.json('search', 'kind:midi is:analysed', '--limit', '300')) == 200)
    same({f'song{i}.mid': (60 + i, 1 + i) for i in range(200)},
         {os.path.basename(item['path']): (round(item['bpm']), item['note_count'])
          for item in home.json('search', 'kind:midi', '--limit', '300')})


run_claims()
