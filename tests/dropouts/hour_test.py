#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A set on stage: a keyboard, a pad and a loop that follows the tempo, while services are killed. With LONG=1 it lasts an
hour, or MINUTES=N."""
import json
import os
import random
import signal
import time

from tests.claims import SEED, claim, figure, how_often, run_claims, same, until
from tests.sound.devices import Device
from tests.sound.following import SECOND, hits, hits_engine, plays, sound, stage, tempo, until_in_step
from tests.sounding import Tape, meter, noise, until_connected, until_later

KILLED = ('streamer', 'search', 'persist', 'audio', 'project', 'indexer', 'availability', 'osc', 'web')
AT_LEAST = how_often(4, len(KILLED))
NEAR = SECOND // 100  # a note is heard at most this late, and ends at most this late
EVERY, LENGTH = 12000, 4800  # frames from note to note, and of a note of the keyboard
PAD, KEYS, HELD = (40, 'out_1_left'), (range(60, 85), 'out_2_left'), 50


def instruments(home):
    """A pad that is hit, a keyboard whose notes last as long as their keys are held, and a key that is held."""
    noise(home.file('hit.wav'), LENGTH)
    home.loophole('pads', 'set', '1', f'sound={home.file("hit.wav")}', f'note={PAD[0]}', 'output=1')
    home.loophole('pads', 'set', '2', 'wave=square', f'keys_from={KEYS[0][0]}', f'keys_until={KEYS[0][-1]}', 'mode=gate',
                  'release=2ms', 'output=2')
    home.loophole('pads', 'set', '3', 'wave=sine', f'note={HELD}', 'mode=gate', 'output=3')


def heard_notes(samples):
    """The first and the last frame of each sound; 20 ms of silence are between two."""
    found, quiet = [], SECOND
    for i, one in enumerate(samples):
        if one != one or abs(one) < 0.01:
            quiet += 1
            continue
        if quiet > 960:
            found.append([i, i])
        found[-1][1], quiet = i, 0
    return found


class Player:
    """Plays a key again and again, and records its output."""

    def __init__(self, home, key, port):
        self.home, self.key = home, key
        client = home.ask('audio.server')['client']
        self.tape = Tape(home, 60, port, name=port, notes=(str(key), str(EVERY), f'{client}:midi_in', str(LENGTH)))

    def mark(self):
        self.tape.process.send_signal(signal.SIGUSR1)

    def until_wired(self):
        """Waits until the core, which has come back, has connected the recorder and the key again."""
        until(lambda: [line for line in self.tape.words().splitlines() if line.startswith('connected')][-1] == 'connected 1')
        until(lambda: any(one['made'] and one['to'].startswith(f'beside-{self.tape.process.pid}-')
                          for one in self.home.ask('audio.ports')['each']), what='its key is connected again')

    def end(self):
        """Each note must be heard from its frame to its end, except between the marks, where the core is away. Returns the
        numbers of notes that were heard, that the recorder itself has missed, and that were lost between the marks."""
        samples = sound.load(self.tape.stop())
        said = json.loads(self.tape.words().strip().splitlines()[-1])
        notes, found = sorted(said['notes'] + said['unsent']), heard_notes(samples)
        away = range(said['marks'][0] - LENGTH - NEAR, said['marks'][1]) if said['marks'] else ()
        heard = missed = lost = 0
        for note in notes:
            part = samples[note - 960:note + LENGTH + 960]
            if note <= EVERY or len(part) < LENGTH + 2 * 960:  # the keys are played on while the recorder ends
                continue
            if any(0 <= begin - note <= NEAR and abs(end - note - LENGTH) <= NEAR for begin, end in found):
                heard += 1
            elif note in away:
                lost += 1
            else:
                missed += 1
                same(True, any(one != one for one in part),
                     ('a note of this key is lost or hangs', self.key, note, said, found))
        return heard, missed, lost


def kill_while_it_plays(home, service, players):
    """Kills a service while keys are played, and while another one is held. The core's own death silences for a moment."""
    until(lambda: home.has_lived(service))
    begun = [Player(home, *one) for one in players]
    home.keys.send(f'90 {HELD:02x} 64')
    until_later(home, SECOND)
    for one in begun if service == 'audio' else ():
        one.mark()
    home.kill(service)
    if service == 'audio':
        home.wait_ready(service)
        until_connected(home)
        for one in begun:
            one.until_wired()
            one.mark()
    home.keys.send(f'80 {HELD:02x} 00')
    until_later(home, 2 * SECOND)
    return begun


def until_no_note_hangs(home):
    until(lambda: meter(home, 'pads') <= 1e-4, what='the pads are quiet')


@claim(shares=hits_engine)
def keyboard_pad_and_loop_play_on_while_services_are_killed(home):
    chance, end = random.Random(SEED), time.monotonic() + 60 * float(os.environ.get('MINUTES', how_often(0, 60)))
    instruments(home)
    home.keys = Device(home, 'stage', number='_2')
    home.keys.until_wired()
    with stage(home):
        plays(home, 'play', hits(home), '--loop', '--stretch', '--at', 'bar')
        kills, notes, beats = {}, [0, 0, 0], 0
        while sum(kills.values()) < AT_LEAST or time.monotonic() < end:
            count = sum(kills.values())
            service = KILLED[count] if count < AT_LEAST else chance.choice(KILLED)
            players = (PAD, (chance.choice(KEYS[0]), KEYS[1]))
            kills[service] = kills.get(service, 0) + 1
            for player, (key, _) in zip(kill_while_it_plays(home, service, players), players):
                notes = [all + more for all, more in zip(notes, player.end())]
                home.keys.send(f'89 {key:02x} 00')  # the recorder ends in the middle of a note
            until_no_note_hangs(home)
            beats += len(until_in_step(home, seconds=2))
            home.wait_ready(service)
            tempo(home, chance.randrange(85, 160))
            beats += len(until_in_step(home, seconds=2))
    home.keys.end()
    killed = ', '.join(f'{name} {count}' for name, count in kills.items())
    figure(f'kills: {killed}; {beats} hits of the loop on their beats; {notes[0]} notes heard from their frame to their end, '
           f'{notes[1]} not measured as the recorder missed a period, {notes[2]} lost while the audio core was away')


run_claims()
