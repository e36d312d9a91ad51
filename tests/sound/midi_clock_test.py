#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""MIDI clock at the port midi_out, heard by a JACK client: beside the music, earlier and later, and while the transport is
stopped."""
import contextlib
import subprocess

from tests.claims import claim, run_claims, same, until
from tests.sounding import engine, tool, until_connected, until_later, until_transport

SECOND, BEAT = 48000, 24000  # frames at 120 bpm
CLOCK = BEAT // 24


def clock_engine(home):
    engine(home, in_step=True)
    until_connected(home)
    home.loophole('transport', 'tempo', '120')
    until_transport(home, bpm=120)


@contextlib.contextmanager
def listening(home, clocks):
    """Adds the frames of the audio clock at which MIDI clocks arrived meanwhile."""
    server, path = home.ask('audio.server')['server'], home.file('cycles')
    with subprocess.Popen([tool('place'), server, path], env=home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as place:
        same('ready\n', place.stdout.readline())
        home.loophole('audio', 'connect', 'midi_out', 'place:midi')
        until(lambda: any((one['port'], one['to'], one['made']) == ('midi_out', 'place:midi', True)
                          for one in home.ask('audio.ports')['each']), what='MIDI is connected')
        yield
        at = until(lambda: home.ask('audio.transport').get('moment'), what='the core sounds')
        place.communicate()
    with open(path + '.midi', encoding='ascii') as file:
        for line in file:
            frame, status = map(int, line.split()[:2])
            if status == 0xf8:
                clocks.append(at['frame'] + (frame - at['jack_frame'] + 2**31) % 2**32 - 2**31)


def bars_of(home):
    """The frame at which the present bar of the running transport began."""
    now = home.first('transport')
    return now['frame'] - round((now['step'] + now['phase']) * BEAT / 4)


@claim(shares=clock_engine)
def the_clock_leaves_with_the_music_or_as_much_later_or_earlier_as_was_set(home):
    away = {}
    for offset in (0, 12, -12):
        clocks = []
        home.loophole('transport', 'clock', 'on', f'offset={offset}ms')
        with listening(home, clocks):
            home.loophole('transport', 'start', '--from', '1')
            until_transport(home, running=True, bar=lambda bar: bar >= 1)
            bar = bars_of(home)
            until_later(home, 2 * SECOND)
            home.loophole('transport', 'stop')
            until_transport(home, running=False)
        due = bar + offset * SECOND // 1000
        away[offset] = min((clock - due for clock in clocks), key=abs)
    assert all(abs(away[offset] - away[0]) <= 2 for offset in away) and abs(away[0]) < SECOND // 10, away
    home.loophole('transport', 'clock', 'off')


@claim(shares=clock_engine)
def the_clock_goes_on_in_its_tempo_while_the_transport_is_stopped(home):
    home.loophole('transport', 'clock', 'always', 'offset=0')

    def heard():
        clocks, lost = [], home.ask('audio.meters')['lost']
        with listening(home, clocks):
            until_later(home, 2 * SECOND)
        return clocks if home.ask('audio.meters')['lost'] == lost else None
    clocks, none = until(heard, 600, 'the machine does not pause'), []
    gaps = [b - a for a, b in zip(clocks, clocks[1:])]
    assert len(gaps) >= 48 and all(abs(gap - CLOCK) <= 1 for gap in gaps), gaps
    home.loophole('transport', 'clock', 'on')
    with listening(home, none):
        until_later(home, SECOND)
    same([], none[2:])
    home.loophole('transport', 'clock', 'off')


run_claims()
