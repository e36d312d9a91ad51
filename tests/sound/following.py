"""following.py: shared by the tests of loops that follow the tempo. The engine's own metronome is the measure: both are
recorded at their ports, and each hit of the loop must lie on a click."""
import contextlib
import functools
import json
import math
import os

from tests.claims import same, until
from tests.sounding import Tape, engine, frame, until_connected, until_later, until_transport

from tests.sound import sound

SECOND = 48000
NEAR = SECOND // 100  # a hit is at most this far from its click


def hits_engine(home):
    """An engine whose library has a loop of four beats at 120: a high hit and three low ones."""
    engine(home, in_step=True)
    os.mkdir(home.file('files'))
    for name, rate in (('hits', SECOND), ('other', 44100)):
        beat = rate // 2
        sound.write_wave(home.file(f'files/{name}.wav'),
                         (0.7 * math.exp(-(n % beat) / 400) * math.sin(n % beat * (0.3 if n < beat else 0.15))
                          for n in range(4 * beat)), rate)
    home.wait_ready('streamer')
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')
    for name in ('hits', 'other'):
        home.loophole('edit', home.file(f'files/{name}.wav'), 'bpm=119.4', 'one_shot=0')
    home.loophole('transport', 'metronome', 'on')


def hits(home, name='hits'):
    return home.file(f'files/{name}.wav')


def onsets(samples, first, floor):
    """The frames of JACK's clock at which something begins, and the crossings of the 20 ms after each."""
    found, quiet = [], SECOND
    for i, one in enumerate(samples[:-960]):
        if one != one or abs(one) < floor:
            quiet += 1
            continue
        if quiet > 4000:
            part = samples[i:i + 960]
            found.append((first + i, sum(a < 0 <= b for a, b in zip(part, part[1:]))))
        quiet = 0
    return found


def recorded(home, ports, seconds):
    """Recordings of some seconds: the samples and the first frame of each. None: the machine starved a voice."""
    before = home.ask('audio.meters')['underruns']
    tapes = [Tape(home, 60, port, name=port) for port in ports]
    until_later(home, seconds * SECOND)
    samples = [sound.load(tape.stop()) for tape in tapes]
    if home.ask('audio.meters')['underruns'] != before:
        return None
    return [(each, json.loads(tape.words().strip().splitlines()[-1])['first']) for each, tape in zip(samples, tapes)]


def is_whole(tape, at):
    """The recorder missed nothing near this frame."""
    samples, first = tape
    part = samples[max(0, at - first - 4096):at - first + 2048]
    return len(part) == 4096 + 2048 and not any(one != one for one in part)


def until_in_step(home, port='streams_left', seconds=4):
    """Checks some seconds of sound: a hit on each click, and the high hit on the first beat of each bar."""
    heard, metronome = until(lambda: recorded(home, (port, 'metronome_left'), seconds), 600, 'no gap while it records')
    found, clicks = onsets(*heard, 0.05), onsets(*metronome, 0.05)
    inner = [click for click in clicks[1:]  # the recorder may have been connected within the first one
             if is_whole(heard, click[0]) and is_whole(metronome, click[0])]
    assert inner, (found, clicks)
    for at, crossings in inner:
        near = min(found, key=lambda hit: abs(hit[0] - at))
        assert abs(near[0] - at) <= NEAR, (at, found, clicks)
        same(crossings > 24, near[1] > 32, ('the high hit is on the first beat of the bar', at, found, clicks))
    return inner


def generations(home):
    """Those of the voices that play. A voice that takes its place again gets another one."""
    return [one['generation'] for one in home.look('streamer.voices').get('each', [])]


def until_followed(home, before):
    """Waits until each voice has taken its place again, and keeps it. `before`: its generations before the change. A voice
    that is in its place by chance keeps its generation."""
    end = frame(home) + 10 * SECOND

    def has_followed():
        now = generations(home)
        until_later(home, SECOND)
        return (now != before or frame(home) > end) and now == generations(home)
    until(has_followed, what='the voices follow')


def tempo(home, bpm):
    before = generations(home)
    home.loophole('transport', 'tempo', str(bpm))
    until_transport(home, bpm=lambda now: abs(now - bpm) < 1e-3)
    until_followed(home, before)


def plays(home, *args):
    home.loophole('transport', 'tempo', '120')
    home.loophole('transport', 'start')
    until_transport(home, running=True)
    home.loophole(*args)
    until_later(home, 3 * SECOND)


def again_if_starved(act):
    """The claim is tried again if it fails and a ring of the streamer ran dry in it: a voice that starved stays late."""
    @functools.wraps(act)
    def tried(home):
        for _ in range(10):
            underruns = home.ask('audio.meters')['underruns']
            try:
                return act(home)
            except AssertionError:
                if home.ask('audio.meters')['underruns'] == underruns:
                    raise
        return act(home)
    return tried


@contextlib.contextmanager
def stage(home):
    """Ends all sound on it, so that the next claim begins with a stopped transport and without a voice."""
    try:
        yield
    finally:
        home.loophole('stop')
        home.loophole('preview', 'stop')
        until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')
        home.loophole('transport', 'stop')
        until_transport(home, running=False)
