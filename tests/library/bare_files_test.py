#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Files without an extension: sounds and MIDI files among them are found by their content, other files are not; watched,
removed, in a cloud."""
import math
import os
import shutil
import struct
import wave

from tests.claims import claim, run_claims, same, until, write_file


def tone(path, hertz=440):
    with wave.open(path, 'wb') as out:
        out.setparams((1, 2, 48000, 0, 'NONE', ''))
        out.writeframes(b''.join(struct.pack('<h', round(9000 * math.sin(i * hertz * math.tau / 48000)))
                                 for i in range(24000)))


def library(home):
    folder = home.file('library')
    os.makedirs(f'{folder}/Old Mac')
    for i, name in enumerate(('kick', 'Loop v1.2', 'Old Mac/No. 3 dry', 'plain.wav')):
        tone(f'{folder}/{name}', 200 + 50 * i)
    write_file(f'{folder}/song', b'MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\x0c\0\x90\x3c\x64\x60\x80\x3c\0\0\xff\x2f\0')
    for name, content in (('README', b'RIFF is a format of files'), ('empty', b''), ('Makefile', b'all:\n'),
                          ('short', b'RI'), ('notes.txt', b'RIFF....WAVE')):
        write_file(f'{folder}/{name}', content)
    os.mkfifo(f'{folder}/pipe')
    return folder


FOUND = ['Loop v1.2', 'No. 3 dry', 'kick', 'plain.wav', 'song']


def found(home, query='-is:missing'):
    return sorted(os.path.basename(item['path']) for item in home.json('search', query, '--limit', '100'))


@claim
def sounds_and_midi_files_without_an_extension_are_found_and_heard(home):
    folder = library(home)
    home.index_library()
    same(FOUND, found(home))
    item = home.first('show', f'{folder}/kick')
    same(('audio', 'wav', 'done', 0.5), tuple(item[key] for key in ('kind', 'container', 'analysis', 'duration_s')))
    assert abs(item['pitch_hz'] - 200) < 3, item['pitch_hz']
    same(('midi', 1), tuple(home.first('show', f'{folder}/song')[key] for key in ('kind', 'note_count')))
    home.loophole('library', 'rescan', '--wait')
    same(FOUND, found(home))
    same([], found(home, 'is:failed or is:missing'))


@claim
def a_new_file_without_an_extension_is_noticed_a_renamed_one_keeps_its_tags_and_a_removed_one_is_missing(home):
    folder = library(home)
    home.index_library()
    tone(home.file('made'), 700)
    shutil.copy(home.file('made'), f'{folder}/Snare 7')
    until(lambda: 'Snare 7' in found(home))
    home.loophole('tag', f'{folder}/kick', '+mine')
    os.rename(f'{folder}/kick', f'{folder}/Big Kick')
    until(lambda: found(home, 'tag:mine -is:missing') == ['Big Kick'])
    os.unlink(f'{folder}/Loop v1.2')
    until(lambda: found(home, 'is:missing') == ['Loop v1.2'])
    write_file(f'{folder}/song', b'a list of songs')
    until(lambda: found(home, 'is:missing') == ['Loop v1.2', 'song'])


@claim
def in_a_cloud_no_file_without_an_extension_is_opened_and_known_ones_stay(home):
    folder = library(home)
    home.index_library()
    home.loophole('library', 'set', folder, 'backend=cloud')
    home.loophole('library', 'rescan', '--wait')
    same(FOUND, found(home))
    same(len(FOUND), home.first('library', 'list')['files'], 'files that may be no media do not count')
    tone(f'{folder}/later', 900)
    tone(f'{folder}/later.wav', 901)
    until(lambda: 'later.wav' in found(home))
    assert 'later' not in found(home), found(home)


@claim
def a_kill_of_the_indexer_in_the_scan_loses_no_file_without_an_extension(home):
    folder = home.file('library')
    os.makedirs(folder)
    tone(home.file('made'))
    for i in range(300):
        shutil.copy(home.file('made'), f'{folder}/take {i:03}')
    home.up()
    home.loophole('index', folder)
    home.kill('indexer')
    until(lambda: len(found(home, 'is:analysed')) == 100)
    until(lambda: len(home.json('search', 'is:analysed', '--limit', '400')) == 300)


run_claims()
