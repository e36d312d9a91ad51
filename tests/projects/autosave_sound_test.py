#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Autosaves beside 32 voices: no stream runs dry and no period is lost because of them."""
import os

from tests.claims import claim, figure, how_often, run_claims, same, until
from tests.sounding import engine, frame, noise, until_connected, until_later, until_sounds
from tests.studio import Studio

VOICES, PARTS, ROUND = 32, 400, 10  # parts: an autosave of some size; autosaves in one round


def play_voices(home):
    noise(home.file('noise.wav'), 96000)
    with_gain = {'path': os.fsencode(home.file('noise.wav')), 'loop': True, 'gain': .02}
    for _ in range(VOICES):
        home.look('streamer.play', with_gain, budget_ms=600000)
    until(lambda: len(home.look('streamer.voices')['each']) == VOICES, what='all voices play')
    until_sounds(home, 'streams')


def lost(home):
    meters = home.look('audio.meters')
    return meters.get('xruns', 0) + meters.get('underruns', 0)


def autosave_often(home, song, track):
    """Each autosave has an edit of its own, and is on the disk when this returns."""
    for _ in range(ROUND):
        song.number += 1
        song.change(track, name=f'T{song.number}')
        error, made = song.client.ask('project.checkpoint', {}, budget_ms=600000)
        same(('ok', ''), (error, made['trouble']))
        song.sets.add(made['autosave'])


@claim
def autosaves_under_32_voices_lose_no_more_of_the_sound_than_the_machine(home):
    """Rounds of autosaves and as long times without one take turns in one run. A busy machine loses periods in both."""
    engine(home, '[audio]\nperiod = 1024\n[supervisor]\nhang_ms = 300000\n')
    home.wait_ready('project', 'streamer')
    until_connected(home)
    song = Studio(home, 'Autosaved')
    song.number, song.sets = 0, set()
    for number in range(PARTS):
        song.put('clip', name=f'Clip {number}', gain=.5)
    track = song.put('track', name='T0')
    song.must('save')
    play_voices(home)

    def take_turns():
        """(lost with autosaves, lost without) of 20 autosaves, or of 100."""
        with_them = without = 0
        for _ in range(how_often(2, 10)):
            before, begun = lost(home), frame(home)
            autosave_often(home, song, track)
            between = lost(home)
            until_later(home, frame(home) - begun)
            with_them += between - before
            without += lost(home) - between
        figure(f'{len(song.sets)} autosaves of {PARTS} parts under {VOICES} voices: {with_them} periods and streams lost, {without} without')
        return with_them <= without
    until(take_turns, 900, 'autosaves lose no more than the machine loses without them')
    same(VOICES, len(home.look('streamer.voices')['each']))


run_claims()
