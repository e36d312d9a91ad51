"""project_documents.py: project.json of random projects, and what two of them have in common."""
import json
import os
import random
import re

from tests.claims import file_text, same
from tests.studio import word

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


def document(chance, name, known=()):
    """A project whose packs and effects no engine has; an engine has at most the sounds `known`."""
    sounds = [*known, *(chance.id() for _ in range(chance.randrange(1, 8)))]
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
                mixer=mixer, pads=pads, sound=[], patterns=patterns, items=[item(chance, id) for id in used if id not in known],
                project=dict(id=chance.id(), name=name, bpm=chance.real(20, 400), **chance.maybe(
                    swing=chance.real(0, 0.9), key=chance.choice(KEYS), tempo_lock=True, effects=[effect()])),
                **chance.maybe(scenes=chance.foreign()))


def written(folder):
    """project.json, and its bytes without the number of the revision."""
    text = file_text(os.path.join(folder, 'project.json'))
    return json.loads(text), re.sub(r'^( *"revision": ?)\d+', r'\1N', text, flags=re.M)


def is_canonical(folder):
    """The keys of each object of project.json are sorted, and each has a line of its own."""
    keys = []

    def take(pairs):
        names = [name for name, _ in pairs]
        same(sorted(names), names)
        keys.extend(names)
        return dict(pairs)
    text = file_text(os.path.join(folder, 'project.json'))
    json.loads(text, object_pairs_hook=take)
    same(len(keys), len(re.findall(r'^ *"(?:[^"\\\\]|\\\\.)*":', text, flags=re.M)))


def same_but_revision(made, got):
    same(sorted(made), sorted(got))
    for key in sorted(set(made) - {'revision'}):
        pairs = zip(made[key], got[key]) if isinstance(made[key], list) else [(made[key], got[key])]
        for one, other in pairs:
            for name in sorted(set(one) | set(other)) if isinstance(one, dict) else ():
                same(one.get(name), other.get(name), f'in {name} of {key}')
            same(one, other, 'in ' + key)
        same(made[key], got[key], 'in ' + key)


def there_and_back(it):
    """Saves the project with one more track, then as it was."""
    was = it.state()['revision']
    it.put('track', name='extra')
    same(was + 1, it.must('save')['revision'])
    it.must('load', revision=was)
    same(was + 2, it.must('save')['revision'])


def of_store(it):
    """The rows of a project in the store: its parts with their revisions, and the catalogue's records of its items."""
    parts = {word(part['id']): (part['kind'], part['revision'], part['body']) for part in it.must('show')['each']}
    named = sorted(set(re.findall(r'"(?:item|media_id|id)":"(\w{26})"', json.dumps([part[2] for part in parts.values()])
                                  .replace('\\"', '"'))) | {id for id, part in parts.items() if part[0] == 'item'})
    return parts, {id: it.client.ask('search.get', {'id': id}) for id in named}


def same_store(before, after):
    for was, now, of in zip(before, after, ('parts', 'items')):
        same(sorted(was), sorted(now), of)
        for id in was:
            same(was[id], now[id], f'of {of}: {id}')


def are_noted(it):
    """True if the catalogue has the items of the project, and that the project uses them."""
    return all(error == 'ok' and answer['contexts'] for error, answer in of_store(it)[1].values())
