#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Takes of sound that was played already, and takes between two bars; the counter in their files shows each frame."""
import os
import time

from tests.claims import claim, contains, how_often, random, run_claims, same, until
from tests.sounding import frame, start_transport, transport, until_later, until_transport
from tests.record.takes import Recording, recording

BAR = 48000  # frames at 240 bpm
UNIT = 8388607  # of the counter


def connect_inputs(it):
    """Connects the counter to the inputs, as a musician does before a session."""
    for port, to in zip(('in_left', 'in_right'), it.inputs.split(',')):
        it.home.loophole('audio', 'connect', port, to)
    until_connected_to(it.home, it.inputs.split(','))
    until_later(it.home, 3 * BAR)


def until_connected_to(home, ports):
    until(lambda: {one['to'] for one in home.ask('audio.ports')['each'] if one['made']} >= set(ports))


def count_of(home, it, frame):
    """The counter's value at a frame of the audio clock: the two clocks differ by a constant."""
    now = until(lambda: home.ask('audio.transport').get('moment'), what='the core sounds')
    return (now['jack_frame'] + frame - now['frame']) % UNIT


def is_exact(it, file, reported, frames, lost):
    """Each frame once and in its place on the audio clock, the latency included. `lost`: what the core had missed before the
    first of these frames. What it missed since may be silent."""
    same((frames, 0, 0, 0), tuple(file[key] for key in ('frames', 'wrong', 'back', 'jumps')), file)
    missed = it.lost() - lost
    assert sum(length for _, length in file['silence']) <= missed, (missed, file)
    if file['silence'] and file['silence'][0][0] == 0:
        return  # its first frame is one of them
    same(reported['first'], file['began'])
    same(count_of(it.home, it, reported['first'] + reported['latency']), file['first'] % UNIT, (file, reported))


def off_the_bar(home, frame):
    """The distance of a frame from the nearest bar of the running transport."""
    now = transport(home)
    begin = now['frame'] - (now['step'] + now['phase']) * BAR / 16
    return abs((frame - begin + BAR / 2) % BAR - BAR / 2)


def running(it):
    it.home.loophole('transport', 'tempo', '240')
    it.home.loophole('transport', 'start')
    until_transport(it.home, running=True, bpm=240)
    until_transport(it.home, bar=lambda bar: bar >= 3)


@claim(inside=Recording)
def the_last_whole_bars_become_a_take_after_they_were_played(it):
    lost = it.lost()
    connect_inputs(it)
    running(it)
    taken = it.home.first('record', 'keep', '2', '--name', 'kept')
    same(('final', 2 * BAR), (taken['state'], taken['frames']))
    now = transport(it.home)
    begin = now['frame'] - (now['step'] + now['phase']) * BAR / 16 - now['bar'] * BAR
    bar, off = divmod(taken['first'] - begin + 1, BAR)
    assert off <= 2 and 0 <= now['bar'] - 2 - bar < 20, (bar, off, now)
    is_exact(it, it.read('kept.wav'), taken, 2 * BAR, lost)
    until_transport(it.home, bar=lambda bar: bar >= now['bar'] + 3)
    again = it.home.first('record', 'keep', '2', '--name', 'again')
    is_exact(it, it.read('again.wav'), again, 2 * BAR, lost)
    same(0, (again['first'] - taken['first']) % BAR)


def begin_of_all(home, bar):
    """The frame at which bar 0 would begin in the present tempo, and the present bar."""
    now = transport(home)
    return now['frame'] - (now['step'] + now['phase']) * bar / 16 - now['bar'] * bar, now['bar']


@claim(inside=Recording)
def kept_bars_are_those_that_were_played_when_the_tempo_has_changed_inside_them(it):
    home, lost = it.home, it.lost()
    connect_inputs(it)
    running(it)
    until_transport(home, bar=lambda bar: bar >= 6)
    fast, _ = begin_of_all(home, BAR)
    home.loophole('transport', 'tempo', '120')
    until_transport(home, bpm=120)
    slow, bar = begin_of_all(home, 2 * BAR)
    change = 2 * fast - slow  # the frame at which the lines of both tempos meet
    until_transport(home, bar=lambda now: now >= bar + 2)
    bars = begin_of_all(home, 2 * BAR)[1] - int((change - fast) // BAR) + 4  # more than one, if the ask comes late
    taken = home.first('record', 'keep', str(bars), '--name', 'kept')
    end = round((taken['first'] + taken['frames'] - slow) / (2 * BAR))  # the bar at which it ends
    begin = fast + (end - bars) * BAR
    assert begin < change, (begin, change)
    assert abs(taken['first'] - begin) <= 2, (taken, begin)
    assert abs(taken['first'] + taken['frames'] - slow - end * 2 * BAR) <= 2, (taken, slow, end)
    is_exact(it, it.read('kept.wav'), taken, taken['frames'], lost)


@claim(inside=Recording)
def a_take_of_frames_that_are_not_kept_is_refused_with_the_kept_length(it):
    connect_inputs(it)
    running(it)
    contains(it.home.refused('record', 'keep', '20'), 'only the last')
    contains(it.home.refused('record', 'keep', '0'), 'from 1 to 1000')
    contains(it.home.refused('ask', 'streamer.record', 'keep=1', 'bars=2'), 'keep takes no')
    it.home.loophole('transport', 'stop')
    until_transport(it.home, running=False)
    before = frame(it.home)
    taken = it.home.first('record', 'keep', '1')
    assert before - 3 * BAR < taken['first'] + BAR <= frame(it.home), (before, taken)
    it.until_final('after', '--seconds', '1')


@claim(inside=recording('[recording]\nlook_back = no\n'))
def no_input_is_kept_if_the_setting_says_so(it):
    contains(it.home.refused('record', 'keep', '1'), 'look_back')


@claim(inside=Recording)
def the_ring_keeps_the_newest_frames_over_the_death_of_streamer_and_core(it):
    connect_inputs(it)
    running(it)
    it.home.kill('streamer')
    it.home.kill('audio')
    it.home.wait_ready('streamer', 'audio')
    until_connected_to(it.home, it.inputs.split(','))
    lost = it.lost()
    until_later(it.home, 20 * 48000)  # longer than the ring
    taken = it.home.first('record', 'keep', '4', '--name', 'kept')
    is_exact(it, it.read('kept.wav'), taken, 4 * BAR, lost)


@claim(inside=Recording)
def killed_while_it_keeps_a_take_the_streamer_leaves_the_whole_take_or_none(it):
    lost = it.lost()
    connect_inputs(it)
    running(it)
    for number in range(how_often(3, 30)):
        until_later(it.home, 2 * BAR)
        until(lambda: it.home.has_lived('streamer'))
        keeping = it.home.start('loophole', 'record', 'keep', '1', '--name', f'kept{number}')
        time.sleep(random.uniform(0, .09))
        it.home.kill('streamer')
        keeping.wait(600)
        it.home.wait_ready('streamer')
        it.home.loophole('recover')
    until_later(it.home, 2 * BAR)
    it.home.loophole('record', 'keep', '1', '--name', 'kept after all')
    same([], [take for take in it.home.json('record', 'takes') if take['state'] != 'abandoned'])
    for item in it.home.json('search', 'kept', '--limit', '100'):
        taken = it.home.ask('streamer.take', f'id={item["id"]}')
        is_exact(it, it.read(os.path.basename(taken['path'])), taken, BAR, lost)


@claim(inside=Recording)
def a_loop_makes_a_take_of_each_pass_without_a_frame_between(it):
    home, lost = it.home, it.lost()
    start_transport(home, 240)
    it.begin('--name', 'riff', '--bars', '1', '--loop')
    until(lambda: os.path.exists(it.file('riff 5.wav')))
    stopped = it.stop()
    same('final', stopped['state'])
    files = [it.read(name) for name in ('riff.wav', 'riff 2.wav', 'riff 3.wav', 'riff 4.wav')]
    for file in files:
        same((BAR, 0, 0, 0), tuple(file[key] for key in ('frames', 'wrong', 'back', 'jumps')))
    missed = it.lost() - lost  # the machine paused: these frames may be silent
    assert sum(length for file in files for _, length in file['silence']) <= missed, (missed, files)
    for one, next_one in zip(files, files[1:]):
        if one['first'] and next_one['first']:  # neither is silent
            same((one['first'] + BAR) % UNIT, next_one['first'] % UNIT)
        same(one['began'] + BAR, next_one['began'])
    assert off_the_bar(home, files[0]['began']) <= 1
    same(it.files(), sorted(['riff.wav', *(f'riff {number}.wav' for number in range(2, len(it.files()) + 1))]))
    contains(home.refused('record', 'start', '--loop'), 'a loop needs')
    it.until_final('after', '--seconds', '1')


@claim(inside=Recording)
def a_take_between_two_bars_begins_and_ends_on_them(it):
    home = it.home
    home.loophole('transport', 'tempo', '240')
    begun = it.begin('--name', 'punched', '--punch', '3-5')
    same('waiting', begun['state'])
    home.loophole('transport', 'start', '--from', '1')
    it.until_is(begun['id'], 'final')
    taken = home.ask('streamer.take', f'id={begun["id"]}')
    now = transport(home)
    begin = now['frame'] - (now['step'] + now['phase']) * BAR / 16 - now['bar'] * BAR
    assert abs(taken['first'] - begin - 2 * BAR) <= 1, (taken, now)
    same((2 * BAR, 2 * BAR), (taken['frames'], it.read('punched.wav')['frames']))
    contains(home.refused('record', 'start', '--punch', '5-5'), '--punch expects')
    contains(home.refused('record', 'start', '--punch', '5-6', '--bars', '2'), 'omit')


run_claims()
