#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The inputs on the main ports; a counter at the inputs shows each frame."""
import array
import json
import math

from tests.claims import claim, contains, file_bytes, run_claims, same, until
from tests.sounding import Tape, until_later
from tests.record.takes import Recording

UNIT = 8388607  # of the counter
SECOND = 48000
FADE = 240


def connect_inputs(it):
    for port, to in zip(('in_left', 'in_right'), it.inputs.split(',')):
        it.home.loophole('audio', 'connect', port, to)
    until(lambda: {one['to'] for one in it.home.ask('audio.ports')['each'] if one['made']} >= set(it.inputs.split(',')))


def counts(tape):
    """The number of each recorded frame by the counter, minus its number by the server's clock; None: silence."""
    frames = array.array('f', file_bytes(tape.stop()))
    said = json.loads(next(line for line in tape.words().splitlines() if line.startswith('{')))
    return [None if math.isnan(frame) or frame == 0 else (round(frame * UNIT) - said['first'] - at) % UNIT
            for at, frame in enumerate(frames)]


@claim(inside=Recording)
def monitored_inputs_are_heard_in_the_same_period_until_monitoring_ends(it):
    home = it.home
    connect_inputs(it)
    tape = Tape(home, 120, 'main_left')
    until_later(home, SECOND)
    said = home.loophole('record', 'monitor', 'on').out
    server = home.ask('audio.server')
    frames = server['latency_in'] + server['latency_out']
    same(f'monitoring is on; latency from input to output: {frames / 48:.1f} ms ({frames} frames)\n', said)
    until_later(home, SECOND)
    home.kill('audio')
    home.wait_ready('audio')
    until(lambda: home.ask('audio.server')['connected'])
    until_later(home, 2 * SECOND)
    same(True, home.first('record', 'monitor')['on'])
    same(False, home.first('record', 'monitor', 'off')['on'])
    until_later(home, SECOND)
    heard = counts(tape)
    exact = [at for at, off in enumerate(heard) if off == 0]
    assert len(exact) > 2 * SECOND, len(exact)
    assert all(off is None for off in heard[:exact[0] - FADE]) and all(off is None for off in heard[exact[-1] + FADE:])
    other = [at for at, off in enumerate(heard) if off not in (0, None)]
    assert len(other) <= 4 * FADE, (len(other), other[:5], other[-5:])


@claim(inside=Recording)
def panic_ends_monitoring(it):
    connect_inputs(it)
    it.home.loophole('record', 'monitor', 'on')
    it.home.loophole('panic')
    same(False, it.home.first('record', 'monitor')['on'])
    contains(it.home.refused('record', 'monitor', 'perhaps'), 'perhaps')


run_claims()
