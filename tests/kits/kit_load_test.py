#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Loading kits: at a step or a bar, and as steps of undo of the project."""
import array
import json
import os
import subprocess
import types

from tests.claims import claim, contains, file_bytes, run_claims, same, until
from tests.client import Client
from tests.kits.kits import LEVELS, constant, first, make, make_levels, pads_of
from tests.sounding import Tape, came_before, engine, frame, start_transport, until_connected, until_transport
from tests.drives.storage import Hung
from tests.studio import Studio

BARS, STEP = 16, 1800  # a step at 400 BPM and 48 kHz
BEFORE, AFTER = .5, 1  # velocities of a hit half a step before a bar, and of one after it


def levels(home):
    """A sounding engine with sounds of one level each."""
    engine(home, in_step=True)
    make_levels(home)
    home.loophole('index', home.file('library'), '--wait')
    until_connected(home)


def sounds(home):
    return {number: pad['sound'] for number, pad in pads_of(home).items() if 'sound' in pad}


def steps(home):
    """The labels of the steps of undo of the open project, the newest first."""
    scope = home.ask('project.state')['id']
    return [line['label'] for line in home.ask('persist.undo_list', f'scope={scope}', 'limit=100').get('each', [])]


def load(home, name, *more):
    """Loads a kit, and waits until the project has the step of undo: on a slow machine the answer may come earlier."""
    before = len(steps(home))
    home.loophole('kit', 'load', name, *more)
    until(lambda: len(steps(home)) > before, what=f'the load of {name} is a step of undo')
    same('load kit', steps(home)[0])


def hit_around_bars(home, lead):
    """Lets hits come around the next bars. Returns the frame of the first of these bars, or None: it is too late."""
    client, now = Client(home.path), home.look('audio.transport')
    place = 16 * now['bar'] + now['step'] + now['phase']
    first = now['frame'] + round((16 * (now['bar'] + lead) - place) * STEP)
    for bar in range(BARS):
        at = first + 16 * STEP * bar
        client.must('audio.hit', {'pad': 0, 'velocity': BEFORE, 'at': at - STEP // 2})
        client.must('audio.hit', {'pad': 0, 'velocity': AFTER, 'at': at + STEP // 2})
    return first if came_before(home, first) else None


def runs_of(frames):
    """The levels that sound for a while, in order."""
    found, length, last = [], 0, 0
    for x in frames:
        length = length + 1 if abs(x - last) < 2e-3 else 0
        last = last if length else x
        if length == 1000 and abs(x) > .02:
            found.append(min((.05, .1, .2, .4), key=lambda one: abs(one - x)))
    return found


def levels_of_hit(home):
    """The levels that a hit of pad 0 records."""
    tape, begun = Tape(home, 120, 'pads_left'), frame(home)
    home.loophole('pads', 'hit', '0')
    until(lambda: frame(home) > begun + 48000, what='the hit has sounded')
    return runs_of(array.array('f', file_bytes(tape.stop())))


@claim(shares=levels)
def pads_change_at_a_bar_while_the_transport_runs(home):
    for name, which in (('Old', 'low'), ('New', 'high')):
        make(home, name, a=which)
        home.loophole('kit', 'set', name, 'a', 'choke=1')
    start_transport(home, 400)

    def heard():
        home.loophole('kit', 'load', 'Old')
        tape = Tape(home, 120, 'pads_left')
        first = hit_around_bars(home, 8)
        until(lambda: frame(home) > (first or 0) + 2 * 16 * STEP, what='some hits have sounded')
        home.loophole('kit', 'load', 'New', '--at', 'bar')
        until(lambda: frame(home) > (first or 0) + BARS * 16 * STEP, what='the last hit has sounded')
        frames = array.array('f', file_bytes(tape.stop()))
        runs = runs_of(frames)
        are_all = first and all(x == x for x in frames) and len(runs) == 2 * BARS
        in_time = are_all and runs[0] < .2 <= runs[-1]
        return runs if in_time else None
    runs = until(heard, 900, 'the machine has time for the recorder')
    same(.4, next(x for x in runs if x > .15), 'the first hit of the new kit comes after a bar')
    home.loophole('transport', 'stop')


@claim(shares=levels)
def pads_change_at_once_while_the_transport_is_stopped(home):
    home.loophole('transport', 'stop')
    until_transport(home, running=False)
    for at, which in (('now', 'low'), ('step', 'middle'), ('bar', 'high')):
        make(home, at, a=which)
        home.loophole('kit', 'set', at, 'a', 'choke=1')
        home.loophole('kit', 'load', at, '--at', at)
        until(lambda: LEVELS[which] in levels_of_hit(home), 300, f'pad 0 has the sound of the kit loaded at {at}')
    contains(home.refused('kit', 'load', 'now', '--at', 'noon', code=11), '--at expects now, step or bar, not "noon"')
    contains(home.loophole('complete', '--line', '--', 'kit', 'load', 'now', '--at', '').out, 'step')


@claim(shares=levels)
def a_kit_with_more_sounds_than_pads_is_loaded(home):
    constant(home.file('library/unloaded.wav'), .3)
    home.loophole('index', home.file('library'), '--wait')
    make(home, 'Many')
    media = first(home, 'unloaded')  # no claim before has loaded it

    def fill(slots):
        layers = [{'media': media, 'velocity_from': n / 32, 'velocity_until': (n + 1) / 32} for n in range(32)]
        each = [{'slot': f's{n}', 'pad': n + 1, 'layers': layers} for n in range(slots)]
        home.ask('project.set_kit', 'kit=Many', 'slots=' + json.dumps(each))
    fill(4)
    same(0, len(home.ask('project.load_kit', 'kit=Many').get('silent', [])))
    same([32] * 4, [len(pads_of(home)[n]['layers']) for n in range(1, 5)])
    fill(17)
    contains(home.refused('kit', 'load', 'Many', code=None), '544 sounds are too many: 512 at most')


def sound_of(home):
    """The part of the open project that has what sounds, with its body."""
    part, = (part for part in home.ask('project.show')['each'] if part['kind'] == 'sound')
    return part['id'], json.loads(part['body'])


@claim(shares=levels)
def all_layers_of_all_pads_and_a_full_pattern_are_kept_with_a_load_as_a_step(home):
    home.loophole('project', 'new', 'Full')
    make(home, 'Small', a='low')
    load(home, 'Small')
    layers = [{'id': first(home, 'low'), 'low': n / 32, 'high': (n + 1) / 32, 'gain': .5, 'ratio': 1.5} for n in range(32)]
    row = {'pattern': 64 * 'x', 'notes': 64 * [440.5], 'ratchet': 64 * [2], 'timing': 64 * [.25]} | \
        {key: 64 * [.5] for key in ('velocity', 'probability')}
    full = {'pads': [{'pad': n, 'layers': layers} for n in range(128)],
            'pattern': {'sequencer': {'tracks': {f'row {n}': row for n in range(32)}}}}

    def put(body):
        Client(home.path).must('project.put', {'id': sound_of(home)[0], 'body': json.dumps(body)})
    put(full)
    until(lambda: [32] * 128 == [len(pad.get('layers', [])) for pad in pads_of(home).values()], what='all pads have all layers')
    load(home, 'Small')
    body = sound_of(home)[1]
    same([0] + [32] * 127, [len(pad.get('layers', [])) for pad in body['pads']])
    same([64] * 32, [len(row['timing']) for row in body['pattern']['sequencer']['tracks']])
    make(home, 'Other', a='high', b='low')
    load(home, 'Other')
    load(home, 'Small', '--from', '64')
    for _ in range(3):
        home.loophole('project', 'undo')
    until(lambda: [32] * 128 == [len(pad.get('layers', [])) for pad in pads_of(home).values()], what='all pads are back after three steps')
    put({'pads': [], 'pattern': {'sequencer': {'tracks': []}}})
    until(lambda: not pads_of(home), what='the pads are empty for the next claim')
    home.loophole('project', 'close')


@claim(shares=levels)
def a_load_is_one_step_of_undo_of_the_project(home):
    home.loophole('project', 'new', 'Steps')
    make(home, 'First', a='low', b='low')
    make(home, 'Second', a='high', b='low', c='middle')
    before = sounds(home)
    load(home, 'First')
    first = sounds(home)
    load(home, 'Second')
    second = sounds(home)
    assert first[0] != second[0] and first[1] == second[1] and first.get(2) != second[2], (first, second)
    home.loophole('project', 'undo')
    until(lambda: sounds(home) == first, what='the pads of the first kit are back')
    contains(home.refused('kit', 'lock', 'c', code=12), 'slot c is not in the loaded kit')
    home.loophole('project', 'undo')
    until(lambda: sounds(home) == before, what='the pads before are back')
    contains(home.refused('kit', 'lock', code=12), 'no kit is loaded')
    home.loophole('project', 'redo'), home.loophole('project', 'redo')
    until(lambda: sounds(home) == second, what='the pads of the second kit are back')
    home.loophole('project', 'close')
    home.check_store()


@claim(shares=levels)
def undo_of_a_load_leaves_the_pads_that_were_changed_since(home):
    home.loophole('project', 'new', 'Merged')
    make(home, 'Merged', a='low', b='low', c='low')
    before = sounds(home)
    load(home, 'Merged', '--from', '16')
    assert sounds(home) != before, before

    def kept():
        parts = [json.loads(part['body']) for part in home.ask('project.show')['each'] if part['kind'] == 'sound']
        return {pad['pad']: pad.get('wave') for pad in parts[0].get('pads', [])}
    home.loophole('pads', 'set', '17', 'wave=square')
    until(lambda: kept().get(17) == 'square', what='the project keeps the pad')
    home.loophole('project', 'undo')
    until(lambda: 16 not in sounds(home) and 18 not in sounds(home), what='the other pads are back')
    same('square', pads_of(home)[17]['wave'])
    home.loophole('project', 'redo')
    until(lambda: 16 in sounds(home) and 18 in sounds(home), what='the other pads are of the kit again')
    same('square', pads_of(home)[17]['wave'])
    home.loophole('pads', 'clear', '17')
    home.loophole('project', 'close')


@claim(shares=levels)
def undo_of_a_load_leaves_the_mixer_and_the_pattern(home):
    home.loophole('project', 'new', 'Beside')
    home.loophole('pattern', os.path.join(os.path.dirname(__file__), '../../frontends/examples/acid.json'))
    make(home, 'Beside', a='low', b='low')
    before = sounds(home)
    load(home, 'Beside', '--from', '8')
    assert before != sounds(home), before
    home.loophole('mixer', 'pads', 'gain=50%')
    pattern = home.look('audio.pattern')['number']
    home.loophole('project', 'undo')
    until(lambda: sounds(home) == before, what='the pads before are back')
    same(.5, next(one['gain'] for one in home.look('audio.mixer')['strips'] if one['bus'] == 'pads'))
    same(pattern, home.look('audio.pattern')['number'])
    home.loophole('mixer', 'pads', 'gain=100%')
    home.loophole('project', 'close')


@claim(shares=levels)
def a_pad_that_is_set_while_a_kit_is_being_loaded_is_no_step_of_undo(home):
    with Hung(types.SimpleNamespace(home=home, folder=home.file), 'held') as hung:
        project = Studio(home, 'Waits')
        constant(hung.under + '/slow.wav', .3)
        home.loophole('index', hung.at, '--wait')
        make(home, 'Slow')
        home.loophole('kit', 'set', 'Slow', 'a', f'sound={hung.at}/slow.wav')
        media = home.first('kit', 'show', 'Slow')['slots'][0]['layers'][0]['media']
        hung.fail(0, 'slow.wav')
        load = home.start('loophole', 'kit', 'load', 'Slow', stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        until(hung.waits, what='the sound of the kit is being loaded')

        def kept():
            pads = [body.get('pads', []) for (kind, _), body in project.parts().items() if kind == 'sound']
            return {pad['pad']: pad for pad in sum(pads, [])}
        home.loophole('pads', 'set', '40', 'wave=sine')
        until(lambda: 40 in kept(), what='the project keeps the pad')
        found = steps(home)
        if kept().get(0, {}).get('id') != media:  # the load has not given up yet
            assert 'load kit' not in found, found
        hung.heal()
        said = load.communicate(timeout=600)[0]
        if load.returncode == 0:  # a slow machine may not have had the time
            until(lambda: 'load kit' in steps(home), what=lambda: f'the load is a step of undo: {said}')
    home.loophole('pads', 'clear', '40')
    home.loophole('project', 'close')


if __name__ == '__main__':
    run_claims()
