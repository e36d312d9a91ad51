#!/usr/bin/python3
"""A set on stage: a keyboard, a pad and a loop that follows the tempo, while services are killed. With LONG=1 it lasts an
hour, or MINUTES=N."""
import json
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import SEED, claim, figure, how_often, run_claims, until
from following import SECOND, hits, hits_engine, plays, stage, tempo, until_in_step
from sounding import Tape, noise, until_connected, until_later

KILLED = ('streamer', 'audio', 'persist', 'search', 'indexer', 'project', 'availability')
AT_LEAST = how_often(3, len(KILLED))
NEAR = SECOND // 100  # a note is heard at most this late


def instruments(home):
    noise(home.file('hit.wav'), 2000)
    home.loophole('pads', 'set', '1', f'sound={home.file("hit.wav")}', 'note=40', 'output=1')
    home.loophole('pads', 'set', '2', 'wave=triangle', 'keys_from=60', 'keys_until=84', 'decay=50ms', 'sustain=0',
                  'output=2')


def begins(samples):
    """The frames at which sound begins after 50 ms of silence."""
    found, quiet = [], 0
    for i, one in enumerate(samples):
        if one != one or abs(one) < 0.01:
            quiet += 1
            continue
        if quiet > 2400:
            found.append(i)
        quiet = 0
    return found


def is_heard(home, key, port):
    """Plays some notes; each must be heard."""
    from sound import load
    client = home.ask('audio.server')['client']
    tape = Tape(home, 60, port, name=port, notes=(str(key), '12000', f'{client}:midi_in'))
    until_later(home, 2 * SECOND)
    found = begins(load(tape.stop()))
    notes = json.loads(tape.words().strip().splitlines()[-1])['notes']
    inner = [note for note in notes if note > 4800 and note < notes[-1]]
    missed = [note for note in inner if not any(0 <= one - note <= NEAR for one in found)]
    assert len(inner) >= 3 and not missed, (key, missed, notes, found)
    return len(inner)


@claim(shares=hits_engine)
def keyboard_pad_and_loop_play_on_while_services_are_killed(home):
    chance, end = random.Random(SEED), time.monotonic() + 60 * float(os.environ.get('MINUTES', how_often(0, 60)))
    instruments(home)
    with stage(home):
        plays(home, 'play', hits(home), '--loop', '--stretch', '--at', 'bar')
        kills = notes = beats = 0
        while kills < AT_LEAST or time.monotonic() < end:
            service = KILLED[kills % len(KILLED)] if kills < AT_LEAST else chance.choice(KILLED)
            until(lambda: home.has_lived(service))
            home.kill(service)
            kills += 1
            home.wait_ready(service)
            until_connected(home)
            tempo(home, chance.randrange(85, 160))
            beats += len(until_in_step(home, seconds=2))
            notes += is_heard(home, 40, 'out_1_left') + is_heard(home, chance.randrange(60, 85), 'out_2_left')
    figure(f'{kills} kills: {beats} hits of the loop on their beats, {notes} notes heard')


run_claims()
