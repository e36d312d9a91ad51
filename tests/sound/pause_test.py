#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Voices that are paused: silent without a click, and then on with the frame at which they were paused; also after
deaths. The figures are of sound that was recorded at the ports."""
import os

from tests.sound import sound
from tests.claims import claim, contains, run_claims, same, until
from tests.sounding import engine, undisturbed, unstarved, until_connected, until_later

RATE = 48000
FADE = 240


def pausing_engine(home):
    engine(home, '[supervisor]\nhang_ms = 300000\n', in_step=True)
    os.mkdir(home.file('files'))
    sound.make('counter', count(home), 30 * RATE)
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('edit', count(home), 'bpm=120', 'one_shot=0')


def count(home):
    return home.file('files/count.wav')


def voices(home):
    return home.ask('streamer.voices')['each']


def pause(home, *more):
    return home.json('pause', *more)


def until_silent(home):
    home.ask('streamer.stop')
    until(lambda: voices(home) == [], what='no voice plays')


def heard_pause(home, meanwhile):
    """What is heard of a voice that is paused, and lets on after meanwhile()."""
    def play():
        home.loophole('play', count(home), '--from', '1')
        until_later(home, RATE // 2)
        same(['paused'], [one['state'] for one in pause(home)])
        until_later(home, RATE // 2)
        meanwhile()
        same(['playing'], [one['state'] for one in pause(home, '--off')])
        until_later(home, RATE)
        until_silent(home)
    return [round(x * sound.UNIT) for x in unstarved(home, lambda: undisturbed(home, play))]


def runs_of(counts):
    """(place, count, length) of each run of frames that follow each other, longer than a fade."""
    runs, begin = [], 0
    for n in range(1, len(counts) + 1):
        if n == len(counts) or counts[n] != counts[n - 1] + 1:
            if n - begin > FADE and counts[begin] > 0:
                runs.append((begin, counts[begin], n - begin))
            begin = n
    return runs


def check_runs(counts):
    [one, other] = runs_of(counts)
    ends, follows = one[1] + one[2], other[1]
    assert 2 * FADE - 8 <= follows - ends <= 2 * FADE, f'frames in the two fades: {follows - ends}'
    gap = counts[one[0] + one[2] + FADE + 1:other[0] - FADE - 1]
    assert len(gap) >= RATE // 4, len(gap)
    same({0}, set(gap), 'silence between the fades')


@claim(shares=pausing_engine)
def a_paused_voice_goes_on_with_its_next_frame(home):
    check_runs(heard_pause(home, lambda: None))


@claim(shares=pausing_engine)
def a_pause_outlives_the_streamer(home):
    def kill():
        before = [(one['state'], one['position']) for one in voices(home)]
        home.kill('streamer')
        same(before, [(one['state'], one['position']) for one in voices(home)])
    check_runs(heard_pause(home, kill))


@claim(shares=pausing_engine)
def a_pause_outlives_the_audio_core(home):
    home.loophole('play', count(home), '--from', '1')
    until_later(home, RATE // 2)
    pause(home)
    until_later(home, RATE // 10)
    [before] = voices(home)
    home.kill('audio')
    until_connected(home)
    until_later(home, RATE // 2)
    [after] = voices(home)
    same((before['position'], 'paused'), (after['position'], after['state']))
    pause(home, '--off')
    until(lambda: voices(home)[0]['position'] > before['position'] + RATE // 4, what='it goes on')
    until_silent(home)


@claim(shares=pausing_engine)
def a_paused_voice_is_sought_and_stopped(home):
    home.loophole('play', count(home), '--from', '1')
    until_later(home, RATE // 4)
    [voice] = pause(home)
    home.loophole('voice', 'seek', str(voice['voice']), '10')
    until_later(home, RATE // 2)
    same([('paused', 10 * RATE)], [(one['state'], one['position']) for one in voices(home)])
    pause(home, str(voice['voice']), '--off')
    until(lambda: voices(home)[0]['position'] > 10 * RATE + RATE // 4, what='it goes on')
    pause(home)
    home.loophole('stop', str(voice['voice']))
    until(lambda: voices(home) == [], what='it ends')
    home.loophole('play', count(home), '--from', '1')
    until(lambda: voices(home)[0]['position'] > RATE + RATE // 4, what='the next file on the voice plays')
    until_silent(home)


@claim(shares=pausing_engine)
def what_cannot_be_paused_says_why(home):
    contains(home.refused('pause', '3'), 'voice 3 is silent')
    contains(home.loophole('pause').out, 'No voice')
    home.loophole('play', count(home), '--stretch')
    until(lambda: [one['state'] for one in voices(home)] == ['playing'])
    contains(home.refused('pause', str(voices(home)[0]['voice'])), 'stretched')
    same([], pause(home))
    until_silent(home)


run_claims()
