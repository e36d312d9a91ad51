#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Loops and regions over OSC and MIDI: the same asks as those of the command line."""
import json
import os

from tests.sound import sound
from tests.claims import claim, run_claims, same, until
from tests.sound.devices import Device
from tests.sound.osc import Osc
from tests.sounding import engine, undisturbed, until_connected, until_later


def remote_engine(home):
    """A sounding engine with a MIDI device, an open project, and a voice that plays."""
    engine(home, '[osc]\nport = 0\n[audio]\nperiod = 1024\n', in_step=True)
    os.mkdir(home.file('files'))
    sound.make('counter', home.file('files/count.wav'), 480000)
    home.wait_ready('osc', 'project', 'persist', 'audio')
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('edit', home.file('files/count.wav'), 'bpm=', 'one_shot=0')
    home.loophole('project', 'new', 'Live')
    home.device = Device(home)
    home.device.until_wired()
    home.loophole('play', home.file('files/count.wav'), '--loop')


def state(home, key):
    return home.first('loop', 'show', key)['state']


def until_is(home, key, wanted):
    until(lambda: state(home, key) == wanted, what=f'{key} is {wanted}')


@claim(shares=remote_engine)
def osc_captures_plays_locks_and_deletes_a_loop(home):
    osc = Osc(home)
    same(0, osc.say('/loop/2/capture', 1)[1])
    until_is(home, 'F2', 'capturing')
    until_later(home, 10000)
    same(0, osc.say('/loop/2/capture')[1])
    until_is(home, 'F2', 'stopped')
    same(0, osc.say('/loop/2/volume', 0.25)[1])
    same(0.25, home.first('loop', 'show', 'F2')['volume'])
    same(0, osc.say('/loop/2/play')[1])
    until_is(home, 'F2', 'playing')
    same(0, osc.say('/loop/2/stop')[1])
    until_is(home, 'F2', 'stopped')
    same(0, osc.say('/loop/2/play_at', 'bar')[1])
    until_is(home, 'F2', 'playing')
    same(0, osc.say('/loop/stop')[1])
    until_is(home, 'F2', 'stopped')
    same(0, osc.say('/loop/2/lock', True)[1])
    assert osc.say('/loop/2/delete')[1] != 0, 'a locked loop was removed'
    same('stopped', state(home, 'F2'))
    same(0, osc.say('/loop/2/lock', False)[1])
    same(0, osc.say('/loop/2/delete')[1])
    same('empty', state(home, 'F2'))
    same(0, osc.say('/loop/2/undo')[1])
    same('stopped', state(home, 'F2'))
    same(11, osc.say('/loop/2/play_at', 'noon')[1])


@claim(shares=remote_engine)
def a_control_captures_plays_and_stops_a_loop(home):
    for number, deed in enumerate(('capture', 'play', 'stop')):
        home.loophole('midi', 'learn', f'loop/{deed}/F3', f'control=note/1/{48 + number}')
    for message, wanted in (('90 30 40', 'capturing'), ('90 30 40', 'stopped'), ('90 31 40', 'playing'),
                            ('90 32 40', 'stopped')):
        home.device.press(message, lambda: state(home, 'F3') == wanted, f'F3 is {wanted}')
        until_later(home, 10000)


def clip_of_two_regions(home):
    """A clip of the counter; its keys are armed."""
    item = home.first('show', home.file('files/count.wav'))['id']
    home.ask('project.put', 'kind=clip', 'body=' + json.dumps({'name': 'Verse', 'item': item}))
    home.loophole('stop', code=None)
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')


def heard_of(home, act, start):
    """True if act() plays the frames from this one on: the core may skip the period in which a message comes."""
    def play():
        act()
        until_later(home, 24000)
    return start + 6001 in [round(x * sound.UNIT) for x in undisturbed(home, play, 'sounds_left')]


@claim(shares=remote_engine)
def regions_are_saved_locked_played_and_deleted_by_osc_and_played_by_a_control(home):
    clip_of_two_regions(home)
    osc = Osc(home)
    for key, start in ((1, 12000), (0, 60000)):
        same(0, osc.say(f'/region/{key}/save', 'Verse', start, start + 12000)[1])
    same([(1, 12000, 24000), (0, 60000, 72000)],
         [(one['digit'], one['start'], one['end']) for one in home.first('region', 'list', 'Verse')['each']])
    until(lambda: heard_of(home, lambda: same(0, osc.say('/region/1/play', 'Verse')[1]), 12000), 900)
    until(lambda: heard_of(home, lambda: same(0, osc.say('/region/0/play')[1]), 60000), 900)
    home.loophole('midi', 'learn', 'region/play/1', 'control=note/2/60')
    until(lambda: heard_of(home, lambda: home.device.send('91 3c 40', '91 3c 00'), 12000), 900)
    same(0, osc.say('/region/1/lock', True)[1])
    assert osc.say('/region/1/delete')[1] != 0, 'a locked region was removed'
    same(0, osc.say('/region/1/lock', False)[1])
    same(0, osc.say('/region/1/delete')[1])
    same([0], [one['digit'] for one in home.first('region', 'list', 'Verse')['each']])
    assert osc.say('/region/1/play')[1] != 0, 'a region that was removed played'


run_claims()
