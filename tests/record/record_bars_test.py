#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Takes that begin at a bar and last some bars; the counter in their files shows each frame."""
import contextlib
import os

from tests.claims import claim, contains, run_claims, same, until
from tests.sounding import start_transport, transport, until_transport
from tests.record.takes import Recording

BAR = 48000  # frames at 240 bpm
UNIT = 8388607  # of the counter


def off_the_bar(home, frame, bar=BAR):
    """The distance of a frame from the nearest bar of the running transport."""
    now = transport(home)
    begin = now['frame'] - (now['step'] + now['phase']) * bar / 16
    return abs((frame - begin + bar / 2) % bar - bar / 2)


@claim(inside=Recording)
def a_take_begins_at_the_next_bar_and_lasts_so_many(it):
    home = it.home
    start_transport(home, 240)
    takes = []
    for name in ('one', 'two'):
        begun = it.begin('--name', name, '--bars', '1', '--at-bar', 'next')
        same('waiting', begun['state'])
        it.until_is(begun['id'], 'final')
        takes.append((home.ask('streamer.take', f'id={begun["id"]}'), it.read(name + '.wav')))
    for reported, file in takes:
        assert off_the_bar(home, reported['first']) <= 1, (reported['first'], transport(home))
        same((BAR, BAR, reported['first']), (reported['frames'], file['frames'], file['began']))
    (one, first), (two, second) = takes
    assert two['first'] > one['first'] and (two['first'] - one['first']) % BAR == 0, takes
    same((two['first'] - one['first']) % UNIT, (second['first'] - first['first']) % UNIT)


@claim(inside=Recording)
def a_take_of_bars_alone_waits_for_the_next_bar_and_its_answer_says_so(it):
    home = it.home
    until_transport(home, running=False)
    begun = home.ask('streamer.record', 'name=alone', 'bars=1', 'seconds=9')
    same('waiting', begun['state'])
    start_transport(home, 240)
    it.until_is(begun['id'], 'final')
    same(BAR, home.ask('streamer.take', f'id={begun["id"]}')['frames'])


@claim(inside=Recording)
def a_count_in_starts_the_transport_and_the_take_begins_with_the_music(it):
    home = it.home
    home.loophole('transport', 'tempo', '60')
    until_transport(home, bpm=60, running=False)
    begun = it.begin('--name', 'counted', '--bars', '1', '--count-in', '1')
    same('waiting', begun['state'])
    contains(home.refused('record', 'start', '--name', 'other'), 'the take "counted" is under way')
    it.until_is(begun['id'], 'final')
    reported = home.ask('streamer.take', f'id={begun["id"]}')
    same(4 * BAR, reported['frames'])
    assert transport(home)['running'] and off_the_bar(home, reported['first'], 4 * BAR) <= 1, reported
    contains(home.refused('record', 'start', '--count-in', '1'), 'the transport runs already')
    contains(home.refused('record', 'start', '--at-bar', '1'), 'bar 1 has passed')


@claim(inside=Recording)
def a_take_meets_the_transport_that_the_asks_before_it_left(it):
    home = it.home
    home.loophole('transport', 'tempo', '400')
    with contextlib.closing(home.client()) as client:
        for more in ({'at_bar': 1}, {'count_in': 1}):
            home.loophole('transport', 'start', '--from', '3')
            until_transport(home, running=True, bar=lambda bar: bar >= 2)
            client.must('audio.stop')
            same('waiting', client.must('streamer.record', {'name': 'punched', 'bars': 1, **more})['state'])
            client.must('streamer.record_cancel')
            client.must('audio.stop')


def slow_down_before_the_bar(it, name):
    """Starts a take of a bar at 120 bpm, and halves the tempo when its file exists. Returns its id, and whether that was
    done before its cue was sent, 0.3 s before the bar."""
    it.home.loophole('transport', 'tempo', '120')
    until_transport(it.home, running=True, bpm=120)
    begun = it.begin('--name', name, '--bars', '1', '--at-bar', 'next')
    until(lambda: f'{name}.wav' in it.files())
    it.home.loophole('transport', 'tempo', '60')
    until_transport(it.home, bpm=60)
    now = transport(it.home)
    left = (16 - (now['step'] + now['phase']) % 16) / 4  # seconds to the next bar
    return begun['id'], left > 0.5 and it.state(begun['id']) == 'waiting'


@claim(inside=Recording)
def a_tempo_that_changes_just_before_the_bar_is_that_of_the_take(it):
    it.home.loophole('transport', 'start')
    for attempt in range(10):
        name = f'slow {attempt}'
        id, was_in_time = slow_down_before_the_bar(it, name)
        it.until_is(id, 'final')
        if was_in_time:
            break
    same((True, 4 * BAR), (was_in_time, it.read(name + '.wav')['frames']))


def begin_of(home, bar, length):
    """The frame at which that bar begins, from 0, in the present tempo of the running transport."""
    now = transport(home)
    return now['frame'] - (now['step'] + now['phase']) * length / 16 + (bar - now['bar']) * length


@claim(inside=Recording)
def a_tempo_that_changes_inside_the_bars_moves_their_end(it):
    home = it.home
    home.loophole('transport', 'tempo', '120')
    home.loophole('transport', 'start')
    for tempo, length in ((60, 4 * BAR), (120, 2 * BAR)):
        until_transport(home, running=True)
        begin = transport(home)['bar'] + 3
        begun = it.begin('--name', f'to {tempo}', '--punch', f'{begin + 1}-{begin + 6}')  # long enough to change the tempo inside
        until(lambda: it.state(begun['id']) == 'running')
        home.loophole('transport', 'tempo', str(tempo))
        until_transport(home, bpm=tempo)
        same('running', it.state(begun['id']))
        it.until_is(begun['id'], 'final')
        reported = home.ask('streamer.take', f'id={begun["id"]}')
        end = begin_of(home, begin + 5, length)
        assert abs(reported['first'] + reported['frames'] - end) <= 2, (reported, end, transport(home))
        same(reported['frames'], it.read(f'to {tempo}.wav')['frames'])


@claim(inside=Recording)
def the_passes_of_a_loop_begin_at_bars_when_the_tempo_changes(it):
    home = it.home
    start_transport(home, 120)
    it.begin('--name', 'riff', '--bars', '1', '--loop')
    until(lambda: os.path.exists(it.file('riff 2.wav')))
    home.loophole('transport', 'tempo', '160')
    until_transport(home, bpm=160)
    files = len(it.files())
    until(lambda: os.path.exists(it.file(f'riff {files + 4}.wav')))
    it.stop()
    passes = [it.read(f'riff {number}.wav') for number in range(files + 1, files + 4)]
    for one in passes:
        assert off_the_bar(home, one['began'], BAR * 3 / 2) <= 2, (one, transport(home))
        assert abs(one['frames'] - BAR * 3 / 2) <= 1, one
    for one, following in zip(passes, passes[1:]):
        same((one['began'] + one['frames'], (one['first'] + one['frames']) % UNIT), (following['began'], following['first'] % UNIT))


@claim(inside=Recording)
def a_transport_that_stops_or_jumps_leaves_a_take_its_length(it):
    home = it.home
    home.loophole('transport', 'tempo', '120')
    home.loophole('transport', 'start', '--from', '9')
    begun = it.begin('--name', 'jumped', '--bars', '6')
    until(lambda: it.state(begun['id']) == 'running')
    home.loophole('transport', 'stop')
    until_transport(home, running=False)
    home.loophole('transport', 'start', '--from', '1')
    same('running', it.state(begun['id']))
    it.until_is(begun['id'], 'final')
    assert abs(it.read('jumped.wav')['frames'] - 12 * BAR) <= 2, it.read('jumped.wav')


@claim(inside=Recording)
def a_take_that_waits_keeps_its_place_until_it_is_stopped(it):
    home = it.home
    waiting = it.begin('--name', 'later', '--at-bar', '500')
    same('waiting', waiting['state'])
    contains(home.refused('record', 'start', '--name', 'other'), 'the take "later" is under way')
    same('waiting', it.state(waiting['id']))
    stopped = it.stop()
    same((waiting['id'], 'abandoned'), (stopped['id'], stopped['state']))
    it.until_final('other', '--seconds', '1')
    same(['other.wav'], it.files())
    home.loophole('transport', 'tempo', '240')
    near = it.begin('--name', 'near', '--at-bar', '2', '--bars', '1')
    until(lambda: it.state(near['id']) == 'waiting')
    home.loophole('transport', 'start', '--from', '1')
    it.until_is(near['id'], 'final')
    same(BAR, it.read('near.wav')['frames'])


@claim(inside=Recording)
def inputs_of_an_ask_that_was_refused_are_not_those_of_the_next_take(it):
    contains(it.home.refused('ask', 'streamer.record', 'keep=1', f'inputs={it.inputs}'), 'keep takes no inputs')
    it.home.loophole('record', 'start', '--name', 'unconnected')
    same([], [one for one in it.home.ask('audio.ports')['each'] if one['to'] in it.inputs.split(',')])


run_claims()
