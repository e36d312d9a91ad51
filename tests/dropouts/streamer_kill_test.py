#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The streamer is killed and stopped while it plays: at the JACK port no frame is lost, and none is repeated."""
import os
import signal
import threading

from tests.claims import claim, figure, how_often, run_claims, same, until
from tests.client import Client
from tests.sounding import HARD, BesideAnother, Tape, engine, frame, sound, until_connected, until_later

ROUNDS = how_often(4, 11)
SECONDS = ROUNDS * 5  # of sound


def playing_engine(home):
    engine(home, in_step=True)
    home.wait_ready('streamer')
    until_connected(home)


def made(home, kind, name, *more):
    path = home.file(name)
    sound.make(kind, path, *more)
    return path


def shortages(home):
    """How often the machine was too busy for the sound: rings that ran dry, and frames that the audio core missed."""
    meters = home.ask('audio.meters')
    return meters['underruns'], meters['lost']


def without_shortage(home, play):
    """The value of play(home), which may be None if the machine was too busy. A recording with a shortage shows nothing
    about the successor, so it is made again."""
    def played():
        before, value = shortages(home), play(home)
        return value if shortages(home) == before else None
    return until(played, 900, 'a recording for which the machine has time')


def until_ahead(home, seconds):
    """Waits until so much is in the ring, or the rest of the file: a busy machine needs a while to start a successor. False:
    the sound has ended."""
    def is_ahead():
        voices = home.ask('streamer.voices')['each']
        left = [(one['frames'] - one['position']) / one['rate'] for one in voices]
        return not voices or voices[0]['buffered_s'] > min(seconds, left[0] - .5)
    until(is_ahead, what=f'{seconds} s are written ahead')
    return bool(home.ask('streamer.voices')['each'])


def strike(home, by=signal.SIGKILL, ahead=0):
    """Waits first until the streamer has lived for a while: its death would count as a failed start otherwise. False: the
    sound has ended."""
    until(lambda: home.has_lived('streamer'))
    if ahead and not until_ahead(home, ahead):
        return False
    home.kill('streamer', by)
    return True


def played_to_the_end(home, tape):
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')
    return tape.stop()


def struck(home, path, by, ahead, rounds):
    """The recording of a file whose streamer is struck when so many seconds are in the ring. None: the machine was so slow
    that the sound ended before the last strike."""
    tape = Tape(home, 180)
    home.loophole('play', path)
    struck_in_time = all([strike(home, by, ahead) for _ in range(rounds)])
    recorded = played_to_the_end(home, tape)
    return recorded if struck_in_time else None


def play_through(home, by, ahead):
    """What was heard, and the length of the sound, which is longer for a slow machine."""
    lengths = [SECONDS * 48000]

    def played(home):
        path = made(home, 'counter', f'long{len(lengths)}.wav', lengths[-1])
        recorded = struck(home, path, by, ahead, ROUNDS)
        if not recorded:
            lengths.append(min(150 * 48000, 2 * lengths[-1]))
        return recorded
    heard = sound.read(without_shortage(home, played))
    figure(heard)
    same((0, 0), (heard['lost'], heard['repeated']), heard)
    return heard['last'], lengths[-1]


def killing_engine(home):
    playing_engine(home)


def stopping_engine(home):
    playing_engine(home)


@claim(shares=killing_engine)
def killed_while_it_plays_the_streamer_continues_without_a_gap(home):
    same(*play_through(home, signal.SIGKILL, 3))


@claim(shares=stopping_engine)
def stopped_while_it_plays_the_streamer_is_replaced_without_a_gap(home):
    play_through(home, signal.SIGSTOP, 6.5)


@claim(shares=killing_engine)
def killed_while_it_seeks_the_streamer_continues_from_the_old_or_the_new_place(home):
    """Each seek goes a tenth of a second forward, and back to the beginning before the file ends. A seek that a kill
    interrupts is sent again."""
    path = made(home, 'counter', 'endless.wav', 6000000)
    until(lambda: home.has_lived('streamer'))
    tape = Tape(home, 180)
    voice = home.first('play', path)['voice']
    sought, ends = [0], threading.Event()

    def seek_on():
        client = Client(home.path)
        while not ends.is_set():
            sought.append((sought[-1] + 4800) % 4800000)
            client.ask('streamer.seek', {'voice': voice, 'frame': sought[-1]})

    seeking = threading.Thread(target=seek_on)
    seeking.start()
    try:
        for _ in range(ROUNDS):
            strike(home)
    finally:
        began = frame(home)
        ends.set()
        seeking.join()
    until_later(home, 9600)
    at = home.ask('streamer.voices')['each'][0]['position']
    assert sought[-1] <= at < sought[-1] + 480000 + frame(home) - began, f'it is at {at}, and was to be at {sought[-1]}'
    home.ask('streamer.seek', f'voice={voice}', 'frame=5980000')
    same(6000000, sound.read(played_to_the_end(home, tape))['last'])


@claim(shares=stopping_engine)
def a_resampled_sound_is_the_same_with_a_death_and_without(home):
    path = made(home, 'noise', 'noise.wav', 12 * 44100, 44100)

    def recordings(home):
        tape = Tape(home, 60, name='undisturbed')
        home.loophole('play', path)
        undisturbed, disturbed = played_to_the_end(home, tape), struck(home, path, signal.SIGKILL, 3, 2)
        return (undisturbed, disturbed) if disturbed else None
    sound.same(*without_shortage(home, recordings))


AHEAD = 288000  # frames: the sound begins so long after the other one


def begun_later(home, *how):
    """The samples of a sound on the right, from the frame for which it was asked on. Its streamer died before."""
    def played(home):
        until(lambda: home.has_lived('streamer'))
        beside = BesideAnother(home)
        home.ask('streamer.play', *how, f'at={beside.begins + AHEAD}', HARD, 'pan=1')
        home.kill('streamer')
        home.wait_ready('streamer')
        is_in_time = frame(home) < beside.begins + AHEAD - 48000
        until(lambda: frame(home) > beside.begins + AHEAD + 4096)
        samples = beside.heard()
        return samples if is_in_time else None
    samples = without_shortage(home, played)
    assert not any(one for one in samples[:AHEAD] if one == one), 'it was heard before its frame'
    return samples[AHEAD:]


@claim(shares=killing_engine)
def killed_before_the_frame_of_a_sound_the_streamer_begins_it_with_that_frame(home):
    samples = begun_later(home, f'path={made(home, "counter", "later.wav", 480000)}')
    wrong = [i for i, one in enumerate(samples[:480000]) if one == one and round(one * sound.UNIT) != i + 1]
    assert not wrong, f'{len(wrong)} frames are wrong, from {wrong[0]} on: {samples[wrong[0]] * sound.UNIT}'


@claim(shares=stopping_engine)
def killed_before_the_frame_of_a_stretched_sound_the_streamer_continues_it(home):
    """At 6/5 of its tempo 6 s take 5 s. A streamer writes 3 s of it in advance."""
    os.mkdir(home.file('library'))
    path = made(home, 'sine', 'library/sine.wav', 288000, 48000, 440)
    home.loophole('index', home.file('library'), '--wait')
    home.loophole('edit', path, 'bpm=100', 'one_shot=0')
    home.ask('audio.set_tempo', 'bpm=120')
    samples = begun_later(home, f'path={path}', 'stretch=true')
    loud = [i for i, one in enumerate(samples) if abs(one) > 0.01]
    assert loud and loud[0] < 480, f'it begins {loud[:1]} frames late'
    assert 235000 < loud[-1] < 245000, f'it is {loud[-1]} frames long'
    longest = max(b - a for a, b in zip(loud, loud[1:]))
    assert longest < 1000, f'it was silent for {longest} frames'


run_claims()
