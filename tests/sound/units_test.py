#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Values with the units that people type, heard at JACK's ports; commands for voices, the clock and the transport."""
import array
import json

from tests.claims import claim, contains, file_bytes, run_claims, same, until
from tests.sounding import Tape, engine, noise, transport, until_later, until_quiet, until_sounds, until_transport


def units_engine(home):
    engine(home)


def strip(home, bus):
    return next(one for one in home.first('mixer')['strips'] if one['bus'] == bus)


@claim(shares=units_engine)
def a_gain_is_typed_in_decibels_percent_or_as_a_factor(home):
    for typed, gain in (('-6dB', .5012), ('-6 dB', .5012), ('50%', .5), ('0.25', .25), ('100%', 1)):
        home.loophole('mixer', 'sounds', f'gain={typed}')
        assert abs(strip(home, 'sounds')['gain'] - gain) < 1e-4, (typed, strip(home, 'sounds'))
    home.loophole('mixer', 'sounds', 'mute=on', 'pan=-50%')
    same((True, -.5), (strip(home, 'sounds')['mute'], strip(home, 'sounds')['pan']))
    home.loophole('mixer', 'sounds', 'mute=off', 'pan=0')
    same(False, strip(home, 'sounds')['mute'])
    contains(home.refused('mixer', 'sounds', 'gain=-6st'), '"-6st" is not a number')
    contains(home.refused('mixer', 'sounds', 'mute=perhaps'), 'expected on or off')
    assert abs(home.first('ask', 'audio.set_strip', 'strip.bus=sounds', 'strip.gain=0dB')['strips'][0]['gain'] - 1) < 1e-6


@claim(shares=units_engine)
def a_swing_of_percent_is_the_part_of_the_first_of_two_steps(home):
    for typed, swing in (('50%', 0), ('66%', .64), ('74.9%', .996), ('0.3', .3)):
        home.loophole('transport', 'swing', typed)
        until_transport(home, swing=lambda now: abs(now - swing) < 1e-9)
    for typed in ('49%', '75%', '50'):
        home.refused('transport', 'swing', typed)
    home.loophole('transport', 'swing', '0')


def part(home, kind):
    body = next(one['body'] for one in home.json('project', 'show') if one.get('kind') == kind)
    return json.loads(body) if isinstance(body, str) else body


@claim(shares=units_engine)
def parts_of_a_project_take_levels_and_switches_with_their_units(home):
    home.loophole('project', 'new', 'units', 'tempo_lock=on', 'swing=60%')
    home.loophole('project', 'add', 'track', 'name=drums', 'gain=-6dB', 'pan=-50%', 'mute=on', 'note=on')
    project, track = part(home, 'project'), part(home, 'track')
    same((True, .4), (project['tempo_lock'], round(project['swing'], 9)))
    same((-.5, True, 'on'), (track['pan'], track['mute'], track['note']))
    assert abs(track['gain'] - .5012) < 1e-4, track
    home.loophole('project', 'put', 'drums', 'gain=50%', 'mute=off', 'pan=0.25')
    track = part(home, 'track')
    same((.5, False, .25), (track['gain'], track['mute'], track['pan']))
    home.loophole('project', 'set', 'tempo_lock=no', 'swing=0.3')
    same((False, .3), (part(home, 'project')['tempo_lock'], part(home, 'project')['swing']))
    contains(home.refused('project', 'set', 'tempo_lock=perhaps'), 'expected on or off')
    contains(home.refused('project', 'set', 'swing=80%'), 'less than 75%')
    home.refused('project', 'put', 'drums', 'gain=-6st')


@claim(shares=units_engine)
def the_range_of_a_midi_control_has_the_units_of_its_target(home):
    for target, typed, wanted in (('mixer/streams/gain', ('-20dB', '0dB'), (.1, 1)),
                                  ('mixer/streams/pan', ('-50%', '50%'), (-.5, .5)),
                                  ('transport/swing', ('50%', '66%'), (0, .64)),
                                  ('transport/tempo', ('90', '140'), (90, 140)),
                                  ('pads/1', ('1', '0.25'), (1, .25)),
                                  ('pads/2', ('20', '100'), (20 / 127, 100 / 127)),
                                  ('pads/3', ('1', '127'), (1 / 127, 1))):
        rows = home.first('midi', 'learn', target, 'control=cc/1/20', f'from={typed[0]}', f'until={typed[1]}',
                          '--force')['each']
        got = next((one['from'], one['until']) for one in rows if one['target'] == target)
        assert all(abs(a - b) < 1e-6 for a, b in zip(got, wanted)), (target, got)
    contains(home.refused('midi', 'learn', 'transport/swing', 'from=40%', 'control=cc/1/21'), '50%')
    contains(home.refused('midi', 'learn', 'pads/1', 'from=200', 'control=cc/1/21'), '0 to 127')


def peaks(path):
    """The peaks of the bursts in a recording, which at least 12,000 frames of silence separate."""
    frames = [(n, abs(x)) for n, x in enumerate(array.array('f', file_bytes(path))) if abs(x) > 1e-4]
    found, last = [], None
    for n, level in frames:
        if last is None or n - last > 12000:
            found.append(0)
        found[-1], last = max(found[-1], level), n
    return found


@claim(shares=units_engine)
def a_velocity_of_midi_sounds_as_loud_as_its_fraction(home):
    path = home.file('noise.wav')
    noise(path, frames=12000)
    home.loophole('pads', 'set', '1', f'sound={path}', 'ratio=+0st', 'attack=0ms')

    tape = Tape(home, 60, 'main_left', name='hit')
    for velocity in ('1', '0.5', '64'):
        home.loophole('pads', 'hit', '1', velocity)
        until_later(home, 36000)
    full, half, midi = peaks(tape.stop())
    assert full > .3 and abs(half / full - .5) < .02 and abs(midi / full - 64 / 127) < .02, (full, half, midi)
    contains(home.refused('pads', 'hit', '1', '128'), '0 to 127')
    contains(home.refused('pads', 'hit', '1', '1.5'), '0.0 to 1.0')


@claim(shares=units_engine)
def the_limiter_is_set_with_units_and_says_its_delay(home):
    said = home.first('mixer', 'limiter', 'ceiling=-1dB', 'kind=lookahead')
    assert abs(said['ceiling'] - 10 ** (-1 / 20)) < 1e-6 and said['limiter'] == 'lookahead' and said['delay'] == 72, said
    contains(home.loophole('mixer').out, 'limiter at -1.00 dB, its look-ahead delays all sound by a further 72 frames')
    contains(home.refused('mixer', 'limiter', 'kind=brick'), 'one of: instant, lookahead')
    contains(home.refused('mixer', 'limiter', 'ceiling=3dB'), 'ceiling')
    said = home.first('mixer', 'limiter', 'ceiling=-0.1dB', 'kind=instant')
    same(('instant', 0), (said['limiter'], said['delay']))


@claim(shares=units_engine)
def the_transport_starts_at_a_bar(home):
    home.loophole('transport', 'start', '--from', '9')
    until_transport(home, running=True, bar=lambda bar: bar >= 8)
    home.loophole('transport', 'start', '--from', '3')
    until_transport(home, bar=lambda bar: 2 <= bar < 8)
    contains(home.refused('transport', 'start', '--from', '0'), 'bars count from 1')
    home.loophole('transport', 'stop')
    until_transport(home, running=False)
    for word, on in (('on', True), ('off', False)):
        home.loophole('transport', 'clock', word)
        until(lambda: transport(home)['clock_out'] == on)
        same(on, home.json('preview', 'apart', word)[0]['preview_apart'])
    home.loophole('transport', 'clock', 'always')
    until(lambda: transport(home)['clock_out'] and transport(home)['clock_stopped'])
    contains(home.loophole('transport').out, 'clock always')
    home.loophole('transport', 'clock', 'on', 'offset=-12ms')
    until(lambda: transport(home)['clock_out'] and not transport(home)['clock_stopped'])
    contains(home.loophole('transport').out, 'clock out -12 ms')
    same(-.012, transport(home)['clock_offset'])
    contains(home.refused('transport', 'clock', 'on', 'offset=200ms'), 'clock_offset')
    home.loophole('transport', 'clock', 'on', 'offset=0')
    home.loophole('transport', 'clock', 'off')


@claim(shares=units_engine)
def a_voice_is_sought_turned_down_queued_and_faded(home):
    path, other = home.file('long.wav'), home.file('next.wav')
    noise(path, frames=1920000)
    noise(other, frames=480000)
    voice = home.first('play', path, '--gain', '-20dB')['voice']
    until_sounds(home, 'streams')
    home.loophole('voice', 'gain', str(voice), '-6dB', '-50%')
    now = home.first('voice')
    assert abs(now['gain'] - .5012) < 1e-4 and now['pan'] == -.5, now
    home.loophole('voice', 'seek', str(voice), '5s')
    until(lambda: home.first('voice')['position'] >= 240000)
    home.loophole('voice', 'queue', str(voice), other)
    same(other, home.first('voice')['next'])
    contains(home.loophole('voice').out, 'next ' + other)
    home.loophole('voice', 'fade', str(voice), '200ms')
    until(lambda: not home.json('voice'))
    until_quiet(home)
    contains(home.refused('voice', 'seek', '31', '1'), 'voice 31 does not play')
    contains(home.refused('voice', 'fade', '32', '1'), 'from 0 to 31')


@claim(shares=units_engine)
def a_connection_to_a_port_that_is_not_there_warns(home):
    said = home.loophole('audio', 'connect', 'main_left', 'nosuch:port')
    contains(said.err, 'JACK has no port "nosuch:port" now')
    home.loophole('audio', 'disconnect', 'main_left', 'nosuch:port')


@claim(shares=units_engine)
def a_stop_after_a_take_of_some_seconds_says_what_became_of_it(home):
    take = home.first('record', 'start', '--name', 'short', '--seconds', '1')
    until(lambda: home.ask('streamer.take', f'id={take["id"]}')['state'] == 'final')
    reported = home.first('record', 'stop')
    same((take['id'], 'final', 48000), (reported['id'], reported['state'], reported['frames']))
    contains(home.refused('record', 'cancel'), 'no take is under way')


run_claims()
