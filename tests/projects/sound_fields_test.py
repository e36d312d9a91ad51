#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Each field of the sound, absent, as usual and odd, comes back with its project: the schemas say which fields there are."""
import contextlib
import glob
import itertools
import json
import math
import os
import re

from tests.claims import TOP, claim, run_claims, until
from tests.sounding import engine

ROWS, VOICES, PADS = 32, 8, 128
ABSENT = object()
REFUSALS = ('bad_request', 'not_found', 'conflict', 'denied', 'too_large')
FREE = {'pad', 'sound', 'generation', 'id', 'file_rate', 'row', 'bus', 'at', 'strips', 'global_step', 'running'}  # places and slots, or not kept


class Schemas:
    """Records and asks of all schemas: the fields of each with its type and example; the words of each enum."""

    def __init__(self):
        self.fields, self.words = {}, {}
        for path in glob.glob(os.path.join(TOP, 'schemas/*.schema')):
            with open(path, encoding='utf-8') as file:
                for line in file:
                    if found := re.match(r'(record|ask|enum|event) (\w+)', line):
                        kind, name = found.groups()
                        into = (self.words if kind == 'enum' else self.fields).setdefault(f'{os.path.basename(path)[:-7]}.{name}' if kind == 'ask' else name, [])
                    elif line.startswith('    '):
                        into += line.split() if kind == 'enum' else [line.split(None, 3)[:3]]

    def values(self, name, kind):
        """Values of a type: the ends of its range, something between, what is usual, and what is odd."""
        kind = kind.rstrip('?')
        if found := re.fullmatch(r'[fiu]64\(([-\d.]*)\.\.([-\d.]*)\)', kind):
            least, most = (float(end) if end else side * 1e6 for end, side in zip(found.groups(), (-1, 1)))
            between = [least, most, least + (most - least) / math.pi, 0]
            return between if kind[0] == 'f' else [int(one) for one in between]
        if kind == 'bool':
            return [True, False]
        if kind.startswith('text'):
            return ['', 'odd "é\\ name']
        if kind in self.words:
            return [*self.words[kind], '']
        if kind in self.fields and '[' not in kind:
            return list(self.cases(kind))
        if found := re.fullmatch(r'(\w+)\[\d+\]', kind):
            return [[], *([case] for case in self.cases(found[1]))] if found[1] in self.fields else []
        return []

    def cases(self, record, base=None):
        """Values of a record that differ from `base` in one field."""
        for name, kind, _ in self.fields[record]:
            if name in FREE:
                continue
            without = {key: value for key, value in (base or {}).items() if key != name}
            yield without
            for value in self.values(name, kind):
                yield {**without, name: value}


def taken(client, ask, make, cases):
    """The cases that the engine takes; it must refuse the others in words."""
    kept, seen = [], set()
    for case in cases:
        if json.dumps(case, sort_keys=True) in seen:
            continue
        seen.add(json.dumps(case, sort_keys=True))
        error, said = client.ask(ask, make(case))
        assert error == 'ok' or (error in REFUSALS and said['what']), (ask, case, error, said)
        if error == 'ok':
            kept.append(case)
    return kept


def pattern(rows, modules=None):
    tracks = [{**row, 'name': row.get('name') or f'row {i}'} for i, row in enumerate(rows)]
    return {'pattern': {'metadata': {'name': 'odd'}, 'modules': modules or {}, 'sequencer': {'tracks': tracks}}}


def sound(client):
    """What sounds, without what counts changes, and without empty pads, which a project need not name."""
    now = client.must('audio.sounding')
    kept = {name: value for name, value in now.items() if name not in ('project', 'revision', 'serial', 'touched', 'keeper', 'newest', 'sets')}
    return {**kept, 'pads': {str(pad['pad']): pad for pad in now.get('pads', []) if any(value for name, value in pad.items() if name not in ('pad', 'mode'))}}


def differences(one, other, at=''):
    if isinstance(one, dict) and isinstance(other, dict):
        return [line for name in sorted({*one, *other}) for line in differences(one.get(name), other.get(name), f'{at}.{name}')]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [line for i, pair in enumerate(zip(one, other)) for line in differences(*pair, f'{at}[{i}]')]
    return [] if one == other else [f'{at}: {one!r} is {other!r}']


def comes_back(home, client, name):
    """Saves the project, opens another one and this again: the same sounds."""
    before = sound(client)
    home.loophole('project', 'save')
    home.loophole('project', 'open', 'Other')
    until(lambda: differences(before, sound(client)), what='the other project sounds')
    home.loophole('project', 'open', name)
    until(lambda: not differences(before, sound(client)), what=lambda: '\n'.join(differences(before, sound(client))[:20]))


def chunks(cases, most):
    return [cases[i:i + most] for i in range(0, len(cases), most)]


@claim
def each_field_of_the_sound_comes_back_with_its_project(home):
    engine(home)
    schemas = Schemas()
    for name in ('Other', 'Odd'):
        home.loophole('project', 'new', name)
    with contextlib.closing(home.client()) as client:
        pads = taken(client, 'audio.set_pads', lambda case: {'each': [{'pad': 0, **case}]}, schemas.cases('pad', {'wave': 'saw'}))
        rows = taken(client, 'audio.set_pattern', lambda case: pattern([case]), schemas.cases('row', {'name': 'row', 'pattern': 'x...X...........'}))
        voices = taken(client, 'audio.set_pattern', lambda case: pattern([], {'voice1': case}), schemas.cases('voice_values'))
        effects = {name: taken(client, 'audio.set_pattern', lambda case, name=name: pattern([], {name: case}), schemas.cases(kind.rstrip('?')))
                   for name, kind, _ in schemas.fields['modules'] if not name.startswith('voice')}
        strips = {bus: taken(client, 'audio.set_strip', lambda case, bus=bus: {'strip': {'bus': bus, **case}}, schemas.cases('mixer_strip')) for bus in schemas.words['channel']}
        asks = {ask: taken(client, ask, lambda case: case, schemas.cases(ask, base)) for ask, base in {
            'audio.set_tempo': {'bpm': 111}, 'audio.set_swing': {'swing': 0.5}, 'audio.set_metronome': {'on': True}, 'audio.set_quantise': {'lines': 16},
            'audio.set_sync': {'source': 'none'}, 'audio.set_limiter': {}, 'audio.set_preview': {'apart': True}}.items()}
        counts = [len(pads), len(rows), len(voices), *map(len, effects.values()), *map(len, strips.values()), *map(len, asks.values())]
        assert min(counts) > 1 and sum(counts) > 300, counts
        rounds = itertools.zip_longest(chunks(pads, PADS), chunks(rows, ROWS), chunks(voices, VOICES), *map(iter, effects.values()))
        for turn, (some_pads, some_rows, some_voices, *some_effects) in enumerate(rounds):
            client.must('audio.set_pads', {'each': [{'pad': i, **case} for i, case in enumerate(some_pads or [])]})
            modules = {f'voice{i + 1}': case for i, case in enumerate(some_voices or [])}
            modules.update({name: case for name, case in zip(effects, some_effects) if case is not None})
            client.must('audio.set_pattern', pattern(some_rows or [], modules))
            for bus, cases in strips.items():
                client.must('audio.set_strip', {'strip': {'bus': bus, **cases[turn % len(cases)]}})
            for ask, cases in asks.items():
                client.must(ask, cases[turn % len(cases)])
            comes_back(home, client, 'Odd')


run_claims()
