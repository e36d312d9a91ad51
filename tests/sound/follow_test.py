#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Sounds that follow the tempo of the transport while they play."""

from tests.sound import sound
from tests.claims import claim, run_claims, same, until
from tests.sound.following import SECOND, again_if_starved, generations, hits, hits_engine, plays, stage, tempo, until_followed, until_in_step
from tests.sounding import undisturbed, unstarved, until_connected, until_later, until_transport


@claim(shares=hits_engine)
@again_if_starved
def a_loop_follows_the_tempo_while_it_sounds(home):
    with stage(home):
        plays(home, 'play', hits(home), '--loop', '--stretch', '--at', 'bar')
        until_in_step(home)
        for bpm in (132, 97, 141):
            tempo(home, bpm)
            until_in_step(home)


def captured(home):
    """The loop of F1, made of a file that plays on the beat. None: the machine starved the voice, and its place is
    wrong."""
    before = home.ask('audio.meters')['underruns']
    plays(home, 'play', hits(home), '--loop', '--at', 'bar')
    home.loophole('loop', 'capture', 'F1', '--at', 'bar')
    until(lambda: home.first('loop', 'show', 'F1')['state'] == 'capturing', what='the bar has begun')
    until_later(home, SECOND)
    made = home.first('loop', 'capture', 'F1', '--at', 'bar')
    home.loophole('stop')
    if home.ask('audio.meters')['underruns'] == before:
        return made
    home.loophole('loop', 'delete', 'F1')
    return None


@claim(shares=hits_engine)
@again_if_starved
def the_loop_of_a_key_follows_the_tempo_if_it_is_asked_to(home):
    with stage(home):
        home.loophole('project', 'new', f'Keys {len(home.json("project", "list"))}')
        made = until(lambda: captured(home), 900, 'no gap while it is captured')
        same((120, 0), (made['tempo'], made['beats'] % 4))
        assert made['beats'] >= 4, made
        home.loophole('loop', 'play', 'F1', '--stretch', '--at', 'bar')
        until_later(home, 3 * SECOND)
        until_in_step(home)
        for bpm in (132, 97):
            tempo(home, bpm)
            until_in_step(home)
        home.loophole('loop', 'stop', 'all')


@claim(shares=hits_engine)
@again_if_starved
def a_loop_of_another_rate_and_a_preview_follow_too(home):
    with stage(home):
        plays(home, 'play', hits(home, 'other'), '--loop', '--stretch', '--at', 'bar')
        tempo(home, 104)
        until_in_step(home)
        home.loophole('stop')
        home.loophole('preview', hits(home), '--loop', '--in-context')
        until_later(home, 3 * SECOND)
        tempo(home, 126)
        until_in_step(home, 'preview_left')


@claim(shares=hits_engine)
@again_if_starved
def a_loop_takes_its_place_again_when_the_transport_jumps_and_starts(home):
    with stage(home):
        home.loophole('transport', 'tempo', '110')
        home.loophole('play', hits(home), '--loop', '--stretch')
        until_later(home, SECOND)
        before = generations(home)
        home.loophole('transport', 'start')
        until_transport(home, running=True)
        until_followed(home, before)
        until_in_step(home)
        before = generations(home)
        home.loophole('transport', 'locate', '7')
        until_followed(home, before)
        until_in_step(home)
        home.loophole('transport', 'stop')
        until_later(home, SECOND // 3)
        before = generations(home)
        home.loophole('transport', 'start', '--from', '2')
        until_followed(home, before)
        until_in_step(home)


@claim(shares=hits_engine)
@again_if_starved
def a_loop_stays_in_step_when_streamer_or_core_are_killed(home):
    with stage(home):
        plays(home, 'play', hits(home), '--loop', '--stretch', '--at', 'bar')
        tempo(home, 101)
        for service in ('streamer', 'audio', 'streamer'):
            until(lambda: home.has_lived(service))
            home.kill(service)
            home.wait_ready(service)
            until_connected(home)
            until_later(home, SECOND)
            until_in_step(home)
        tempo(home, 138)
        until_in_step(home)


@claim(shares=hits_engine)
def a_panic_ends_a_loop_that_has_just_followed_a_change_of_tempo(home):
    with stage(home):
        for bpm in (132, 97, 141, 100, 127, 90, 113, 150):
            plays(home, 'play', hits(home), '--loop', '--stretch')
            until_later(home, SECOND // 2)
            home.loophole('transport', 'tempo', str(bpm))
            home.loophole('panic')
            until(lambda: home.ask('streamer.voices')['each'] == [], what='the panic ended the voice')


def ends_with_a_stop(home):
    home.loophole('stop')
    until(lambda: home.ask('streamer.voices')['each'] == [], what='the stop ended the voice')
    assert home.ask('audio.meters')['streams'] == 0


@claim(shares=hits_engine)
def a_stop_ends_a_loop_before_its_new_generation_is_due(home):
    with stage(home):
        for part, bpm in enumerate((132, 97, 141, 100, 127, 90), 4):
            plays(home, 'play', hits(home), '--loop', '--stretch')
            until_later(home, SECOND // 2)
            home.loophole('transport', 'tempo', str(bpm))
            until_later(home, SECOND // part)
            ends_with_a_stop(home)
        plays(home, 'play', hits(home), '--loop', '--stretch')
        until_later(home, 2 * SECOND)
        until(lambda: home.has_lived('streamer'))
        home.kill('streamer')
        home.wait_ready('streamer')
        until_later(home, SECOND // 4)
        ends_with_a_stop(home)


@claim(shares=hits_engine)
def a_sound_that_is_no_loop_goes_on_in_the_new_tempo_to_its_end(home):
    path = home.file('files/long.wav')
    sound.make('sine', path, 12 * SECOND, SECOND, 480)
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('edit', path, 'bpm=120', 'one_shot=0')

    def play_through():
        home.loophole('transport', 'tempo', '120')
        home.loophole('play', path, '--stretch')
        until_later(home, 3 * SECOND)
        home.loophole('transport', 'tempo', '150')
        until(lambda: home.ask('streamer.voices')['each'] == [], what='it ends')

    unstarved(home, lambda: undisturbed(home, play_through))
    heard = sound.heard(home.file('tape'))
    assert 10.2 * SECOND < heard['frames'] < 11.4 * SECOND, heard  # 3 s or some more, and the rest in 4 s of 5
    assert abs(heard['hz'] - 480) < 5, heard


run_claims()
