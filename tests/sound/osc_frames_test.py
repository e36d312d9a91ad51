#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""OSC messages with time tags, heard at JACK's ports: they are done at their frames of the audio clock."""
import array
import json
import math
import time
import wave

from tests.claims import claim, figure, file_bytes, how_often, run_claims, same, until
from tests.sound.osc import Osc, bundle, encode
from tests.sounding import Tape, engine, until_connected, until_later, until_transport

GAP_MS, GAP_FRAMES, HITS = 62.5, 3000, 64


def click(path):
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [32767] + [0] * 2000).tobytes())
    return path


def clicks(samples):
    return [number for number, level in enumerate(samples) if level > 0.1]


def waiting(home):
    return home.look('osc.state')['waiting']


@claim
def tagged_messages_are_heard_at_their_frames_also_after_the_death_of_osc(home):
    """Each hit is a click of one frame. The clocks are measured, so a distance may differ by one frame."""
    engine(home, '[osc]\nport = 0\n[audio]\nperiod = 1024\n', in_step=True)
    home.wait_ready('osc')
    until_connected(home)
    home.loophole('pads', 'set', '0', 'sound=' + click(home.file('click.wav')))
    until(lambda: home.has_lived('osc'))

    def hits_of_one_osc():
        until(lambda: home.has_lived('osc'))
        osc, tape = Osc(home), Tape(home, 60)
        first = math.floor(time.time()) + 4
        for number in range(HITS):
            osc.send_bytes(bundle(encode('/pads/hit', 0, 1.0), at=first + number * GAP_MS / 1000))
            until(lambda: (osc.take() or ['/none'])[0] == '/pads/message')
        came_before = time.time() < first
        home.kill('osc')  # the audio core has the hits
        until(lambda: time.time() > first + HITS * GAP_MS / 1000)
        until_later(home, 24000)
        samples = array.array('f', file_bytes(tape.stop()))
        return clicks(samples) if came_before and all(one == one for one in samples) else None
    gaps = []
    for _ in range(how_often(1, 16)):
        at = until(hits_of_one_osc, 600, 'the machine has time for the hits')
        same(HITS, len(at))
        gaps += [b - a for a, b in zip(at, at[1:])]
    assert all(abs(gap - GAP_FRAMES) <= 1 for gap in gaps), gaps
    figure(f'{gaps.count(GAP_FRAMES)} of {len(gaps)} distances of tagged hits are exact to the frame')
    osc = Osc(home)
    osc.send_bytes(bundle(encode('/transport/locate', 8), encode('/transport/start'), at=time.time() + 9))
    until(lambda: waiting(home) == 2)
    until_transport(home, running=True, bar=8)


@claim
def a_locate_of_a_bundle_is_heard_at_its_frame(home):
    """A bundle locates and hits a pad. The click of the pad and that of the bar's first step are in the same frame, at a
    stopped and at a running transport."""
    engine(home, '[osc]\nport = 0\n[audio]\nperiod = 1024\n', in_step=True)
    home.wait_ready('osc', 'project')
    until_connected(home)
    path, osc = click(home.file('click.wav')), Osc(home)
    slot = home.ask('streamer.load_sound', 'path=' + path)['sound']
    home.loophole('pads', 'set', '0', 'sound=' + path, 'gain=0.25')
    with open(home.file('first.json'), 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'bpm': 60, 'tracks': {'first': {'pattern': 'x...............', 'sound': slot, 'gate_frac': 1, 'base_amp': 0.5}}}}, out)
    home.loophole('pattern', home.file('first.json'))
    tape, when = Tape(home, 120), math.floor(time.time()) + 8
    osc.send_bytes(bundle(encode('/transport/locate', 8), encode('/transport/start'), encode('/pads/hit', 0, 1.0), at=when))
    osc.send_bytes(bundle(encode('/transport/locate', 20), encode('/pads/hit', 0, 1.0), at=when + 1.5))
    until(lambda: waiting(home) == 5)
    until_transport(home, bar=lambda bar: bar >= 20)
    until_later(home, 24000)
    home.loophole('transport', 'stop')
    heard = [(at, level) for at, level in enumerate(array.array('f', file_bytes(tape.stop()))) if abs(level) > 0.05]
    same(2, len(heard), f'one frame of each bundle has both clicks: {heard}')
    assert all(abs(level - 0.75) < 0.01 for _, level in heard), heard
    assert abs(heard[1][0] - heard[0][0] - 72000) <= 1, heard


run_claims()
