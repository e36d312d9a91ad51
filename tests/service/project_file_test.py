#!/usr/bin/python3
"""project.json on an engine that knows none of its sounds, packs and effects: random projects."""
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import SEED, claim, how_often, run_claims, same
from studio import Studio, running, word

KEYS = ('Amin', 'F#min', 'Cmaj', 'A#maj')
WORDS = ('Kick', 'Snäre', 'Pad 7', 'ドラム', 'a "b" \\ c', 'Röhre', ' tail ')
PATHS = ('/nowhere/kick.wav', 'Packs/Gone/kit 1.wav')


class Chance(random.Random):
    def maybe(self, **keys):
        """About half of these keys."""
        return {key: value for key, value in keys.items() if self.random() < 0.5}

    def real(self, low, high):
        return round(self.uniform(low, high), self.choice((1, 3, 9)))

    def foreign(self, deep=3):
        """A value that loophole does not know."""
        if deep == 0 or self.random() < 0.4:
            return self.choice((None, True, False, 0, -7, 2**40, 0.125, -1.5e-7, '', self.choice(WORDS)))
        if self.random() < 0.5:
            return [self.foreign(deep - 1) for _ in range(self.randrange(4))]
        return {f'x{n}': self.foreign(deep - 1) for n in range(self.randrange(4))}

    def id(self):
        return word(self.randbytes(16))


def parts(chance, most, make):
    """Up to `most` parts with ids, in the order of a save."""
    made = [dict(make(), id=chance.id(), **chance.maybe(later=chance.foreign())) for _ in range(chance.randrange(most))]
    return sorted(made, key=lambda part: part['id'])


def item(chance, id):
    return dict(id=id, content=chance.randbytes(16).hex(), name=chance.choice(WORDS),
                storage={'path': chance.choice(PATHS), **chance.maybe(volume=chance.choice(WORDS), pack='Gone')},
                **chance.maybe(format={'container': 'wav', 'sample_rate': 48000}, tags=['warm', chance.choice(WORDS)],
                               facts={'bpm': chance.real(60, 180), 'later': chance.foreign()},
                               later=chance.foreign()))


def document(chance, name):
    """A project whose sounds, packs and effects no engine has."""
    sounds = [chance.id() for _ in range(chance.randrange(1, 8))]
    effect = lambda: {'effect': f'gone.{chance.randrange(99)}', 'state': chance.foreign()}
    tracks = parts(chance, 6, lambda: chance.maybe(
        name=chance.choice(WORDS), role='drums', order=chance.randrange(9), gain=chance.real(0, 16), mute=True,
        effects=[effect()], freeze={'media_id': chance.choice(sounds)}))
    sections = parts(chance, 4, lambda: chance.maybe(name=chance.choice(WORDS), start=chance.real(0, 99), length=4))
    clips = parts(chance, 9, lambda: dict(
        item=chance.choice(sounds), **chance.maybe(
            track=chance.choice(tracks or [{'id': chance.id()}])['id'], lane=chance.randrange(9), base='beats',
            start=chance.real(0, 999), pitch=chance.real(-96, 96), automation={'cutoff': [[0, 0.5], [4, 1]]})))
    mixer = parts(chance, 3, lambda: chance.maybe(snapshot_type='master', gains={'main': chance.real(0, 4)},
                                                  sends={'gone': {'to': 0.5}}, inserts=[effect(), effect()]))
    pads = parts(chance, 3, lambda: {'pads': [{'item': chance.choice(sounds), 'pad': n, **chance.maybe(choke=2)}
                                              for n in range(chance.randrange(1, 5))]})
    patterns = parts(chance, 3, lambda: {'name': chance.choice(WORDS), 'rows': [{'item': chance.choice(sounds)}]})
    used = sorted(set(re.findall(r'"(?:item|media_id)": "(\w{26})"', json.dumps([tracks, clips, pads, patterns]))))
    return dict(schema_version='1.0', revision=chance.randrange(1, 50), tracks=tracks, sections=sections, clips=clips,
                mixer=mixer, pads=pads, sound=[], patterns=patterns, items=[item(chance, id) for id in used],
                project=dict(id=chance.id(), name=name, bpm=chance.real(20, 400), **chance.maybe(
                    swing=chance.real(0, 0.9), key=chance.choice(KEYS), tempo_lock=True, effects=[effect()])),
                **chance.maybe(scenes=chance.foreign()))


def written(folder):
    """project.json, and its bytes without the number of the revision."""
    with open(os.path.join(folder, 'project.json'), encoding='utf-8') as file:
        text = file.read()
    return json.loads(text), re.sub(r'^( *"revision": ?)\d+', r'\1N', text, flags=re.M)


def same_but_revision(made, got):
    same(sorted(made), sorted(got))
    for key in sorted(set(made) - {'revision'}):
        pairs = zip(made[key], got[key]) if isinstance(made[key], list) else [(made[key], got[key])]
        for one, other in pairs:
            same(one, other, 'in ' + key)
        same(made[key], got[key], 'in ' + key)


def one_round(home, number):
    chance = Chance(SEED * 1000 + number)
    made, folder = document(chance, f'Absent {number}'), home.file('absent', str(number))
    os.makedirs(folder)
    with open(os.path.join(folder, 'project.json'), 'w', encoding='utf-8') as out:
        json.dump(made, out)
    it = Studio.at(home, folder)
    same(len(made['items']), it.state()['missing'])
    before = written(folder)
    it.must('load')
    same(made['revision'], it.must('save')['revision'])
    same(before, written(folder))  # nothing changed: the file has the layout of its writer
    there_and_back(it)
    same_but_revision(made, written(folder)[0])
    before = written(folder)[1]
    there_and_back(it)
    same(before, written(folder)[1])
    same(['project.json'], os.listdir(folder))


def there_and_back(it):
    """Saves the project with one more track, then as it was."""
    was = it.state()['revision']
    it.put('track', name='extra')
    same(was + 1, it.must('save')['revision'])
    it.must('load', revision=was)
    same(was + 2, it.must('save')['revision'])


@claim(shares=running)
def a_load_and_a_save_without_any_sound_pack_or_effect_change_only_the_revision(home):
    for number in range(how_often(40, 2000)):
        try:
            one_round(home, number)
        except Exception as why:
            raise AssertionError(f'SEED={SEED}, project {number}: {why}') from why


run_claims()
