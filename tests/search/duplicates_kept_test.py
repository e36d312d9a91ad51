#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The kept groups of duplicates: they are brought up to date when sounds come, change and go, and equal those of a new
search."""
import array
import os
import random
import shutil
import wave

from tests.claims import claim, run_claims, same, until
from tests.library.indexing import Indexing

RATE = 16000


def write_sound(path, seed, gain=0.5, lead=0):
    """Half a second of a decaying chord that the seed names, after `lead` frames of silence."""
    dice = random.Random(seed)
    steps = [(dice.uniform(0.01, 0.6), dice.uniform(0.2, 1), dice.uniform(0.9985, 0.9997)) for _ in range(5)]
    frames = array.array('h', [0] * lead)
    state = [[0.0, 1.0, 1 - step * step / 2, fall, level] for step, level, fall in steps]
    for _ in range(RATE // 2):
        total = 0.0
        for one in state:
            one[0], one[1] = (2 * one[2] * one[0] - one[1]) * one[3], one[0] if one[0] else one[1]
            total += one[4] * (dice.random() - 0.5) * one[3] if abs(one[0]) > 4 else one[4] * one[0] / 4
        frames.append(max(-32767, min(32767, int(9000 * gain * total))))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with wave.open(path + '.new', 'wb') as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(frames.tobytes())
    os.rename(path + '.new', path)


def groups(it, *query):
    """The groups as the command line prints them: kind, and the sorted paths."""
    found = it.home.json('duplicates', '--limit', '1000', *query)
    return sorted((one['kind'], tuple(sorted(one['paths']))) for one in found)


def kill_search(it):
    """A search that dies too often soon after its start would be quarantined."""
    until(lambda: it.home.has_lived('search'), what='search has lived')
    it.home.kill('search')
    it.home.wait_ready('search')


def kept_file(it):
    """The file of the groups. search writes it after it has answered, but before it answers anything else."""
    it.home.json('search', '--limit', '1')
    return it.home.file('cache', 'search.duplicates')


def forget(it):
    """The next search for duplicates uses nothing that is known."""
    os.unlink(kept_file(it))
    kill_search(it)


def groups_anew(it):
    forget(it)
    return groups(it)


def change(music, dice, known):
    """Copies, new sounds, changed sounds and removed ones."""
    for _ in range(3):
        number = len(known)
        known[f'{music}/new{number}.wav'] = number
        write_sound(f'{music}/new{number}.wav', number)
        seed = dice.choice(list(known.values()))
        known[f'{music}/copy{number}.wav'] = seed
        write_sound(f'{music}/copy{number}.wav', seed, dice.choice([0.5, 0.4, 0.3]), dice.choice([0, 200]))
    for path in dice.sample(sorted(known), 2):
        known[path] = dice.randrange(8)
        write_sound(path, known[path], 0.45)
    for path in dice.sample(sorted(known), 2):
        os.unlink(path)
        del known[path]


@claim(inside=Indexing)
def after_changes_and_kills_the_groups_of_duplicates_equal_those_of_a_new_search(it):
    dice, music, known = random.Random(int(os.environ.get('SEED', 3))), it.folder('sounds'), {}
    for number in range(8):
        known[f'{music}/{number}.wav'] = number
        write_sound(f'{music}/{number}.wav', number)
    it.add(music)
    groups(it)
    for turn in range(3):
        change(music, dice, known)
        it.rescan(music)
        until(lambda: not it.home.json('search', 'is:waiting'), what='every sound is analysed')
        kept = groups(it)
        assert kept, 'no duplicates'
        if turn > 0:
            kill_search(it)
            same(kept, groups(it), f'after the kill of turn {turn}')
        same(groups_anew(it), kept, f'a new search of turn {turn}')


def lose_prints(it):
    """The engine makes lost prints again, unless a file is where their folder would be."""
    folder = it.home.file('data', 'artefact')
    it.home.stop()
    shutil.rmtree(folder)
    with open(folder, 'w', encoding='utf-8'):
        pass
    it.home.up()


@claim(inside=Indexing)
def the_groups_of_all_items_answer_for_a_query(it):
    """No print is left, so a new search would compare none, and say so."""
    music = it.folder('sounds')
    for number in range(4):
        write_sound(f'{music}/{number}.wav', number)
        write_sound(f'{music}/{number} soft.wav', number, 0.3)
        write_sound(f'{music}/{number} late.wav', number, 0.5, 200)
    it.add(music)
    every = groups(it)
    same(4, len([one for one in every if one[0] == 'same_sound']))
    lose_prints(it)
    for words in ('soft', 'dur:>0 -soft', 'late or soft', 'path:"1 soft"', 'nothing'):
        wanted = {item['path'] for item in it.home.json('search', words, '--limit', '100')}
        cut = [(kind, tuple(path for path in paths if path in wanted)) for kind, paths in every]
        same([one for one in cut if len(one[1]) > 1], groups(it, words), words)
        same(0, it.home.ask('search.duplicates', 'query=' + words)['unread'])
    forget(it)
    assert groups(it, 'dur:>0') != every, 'a new search needs no print'


@claim(inside=Indexing)
def a_damaged_file_of_duplicates_is_dropped(it):
    music = it.folder('sounds')
    for number in range(3):
        write_sound(f'{music}/{number}.wav', number)
        write_sound(f'{music}/{number}b.wav', number, 0.3)
    it.add(music)
    kept = groups(it)
    assert kept, 'no duplicates'
    with open(kept_file(it), 'r+b') as file:
        file.seek(200)
        file.write(bytes(40))
    kill_search(it)
    same(kept, groups(it))
    assert 'is damaged' in it.home.log('search'), 'the log does not name the file'


run_claims()
