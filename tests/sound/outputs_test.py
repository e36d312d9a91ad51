#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Where sound leaves besides main: a pair of ports for each channel, PFL, outputs of single pads; sends of channels."""
import array
import glob
import os
import signal
import time
import wave

from tests.claims import claim, contains, file_bytes, file_text, run_claims, same, until
from tests.sound.devices import Device
from tests.sounding import Tape, engine, undisturbed, until_connected, until_later, until_quiet, until_sounds

LEVEL, SECOND = .25, 48000


def wave_file(path, samples):
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(SECOND)
        out.writeframes(array.array('h', samples).tobytes())
    return path


def constant(home, name='level.wav'):
    return wave_file(home.file(name), [round(LEVEL * 32768)] * SECOND)


class Tapes:
    """Recordings of ports between two moments; a claim looks at the last `part` of each."""

    def __init__(self, home, *ports):
        self.home, self.tapes = home, {port: Tape(home, 60, port, name=port) for port in ports}

    def levels(self, frames=SECOND // 2):
        until_later(self.home, frames + 16384)
        return {port: self.end_of(tape, frames // 2) for port, tape in self.tapes.items()}

    @staticmethod
    def end_of(tape, frames):
        heard = [x for x in array.array('f', file_bytes(tape.stop())) if x == x]
        return max(map(abs, heard[-frames:]))


def near(levels, **wanted):
    same({port: True for port in wanted}, {port: abs(levels[port] - level) < 1e-3 for port, level in wanted.items()})


def level_of(home, *ports):
    return Tapes(home, *ports).levels()


def sounds(home):
    tag = str(home.first('sound', 'start', constant(home), 'loop=on')['tag'])
    until_sounds(home, 'sounds')
    return tag


def ports_engine(home):
    engine(home)
    until_connected(home)


@claim(shares=ports_engine)
def a_channel_leaves_at_its_own_ports_and_apart_not_at_main(home):
    tag = sounds(home)
    near(level_of(home, 'main_left', 'sounds_left', 'sounds_right', 'pads_left'), main_left=LEVEL, sounds_left=LEVEL,
         sounds_right=LEVEL, pads_left=0)
    contains(home.loophole('mixer', 'sounds', 'apart=on', 'gain=50%').out, 'apart')
    near(level_of(home, 'main_left', 'sounds_left'), main_left=0, sounds_left=LEVEL / 2)
    until(lambda: home.has_lived('audio'))
    home.kill('audio')
    until_connected(home)
    until_sounds(home, 'sounds')
    near(level_of(home, 'main_left', 'sounds_left'), main_left=0, sounds_left=LEVEL / 2)
    home.loophole('mixer', 'sounds', 'apart=off', 'gain=1')
    near(level_of(home, 'main_left'), main_left=LEVEL)
    home.loophole('sound', 'stop', tag)
    until_quiet(home)


@claim(shares=ports_engine)
def the_click_has_ports_of_its_own(home):
    home.loophole('mixer', 'metronome', 'apart=on')
    home.loophole('transport', 'metronome', 'on')
    home.loophole('transport', 'start')
    tapes = Tapes(home, 'main_left', 'metronome_left', 'metronome_right')
    levels = tapes.levels(2 * SECOND)
    home.loophole('transport', 'stop')
    home.loophole('transport', 'metronome', 'off')
    home.loophole('mixer', 'metronome', 'apart=off')
    near(levels, main_left=0)
    assert levels['metronome_left'] > .1 and levels['metronome_right'] > .1, levels


@claim(shares=ports_engine)
def the_pfl_has_a_channel_that_is_muted(home):
    tag = sounds(home)
    home.loophole('mixer', 'sounds', 'mute=on', 'pfl=on')
    near(level_of(home, 'main_left', 'sounds_left', 'pfl_left', 'pfl_right'), main_left=0, sounds_left=0, pfl_left=LEVEL,
         pfl_right=LEVEL)
    home.loophole('mixer', 'sounds', 'mute=off', 'pfl=off')
    near(level_of(home, 'main_left', 'pfl_left'), main_left=LEVEL, pfl_left=0)
    home.loophole('sound', 'stop', tag)
    until_quiet(home)


@claim(shares=ports_engine)
def a_pad_leaves_at_an_output_of_its_own_also_after_the_death_of_the_core(home):
    home.loophole('pads', 'set', '3', f'sound={constant(home)}', 'mode=loop', 'output=2')
    contains(home.loophole('pads').out, 'output 2')
    home.loophole('pads', 'hit', '3', '1.0')
    wanted = {'out_2_left': LEVEL, 'out_2_right': LEVEL, 'out_1_left': 0, 'main_left': 0, 'pads_left': 0}
    near(level_of(home, *wanted), **wanted)
    until(lambda: home.has_lived('audio'))
    home.kill('audio')
    until_connected(home)
    until_later(home, SECOND // 2)
    near(level_of(home, *wanted), **wanted)
    home.loophole('mixer', 'pads', 'mute=on')
    near(level_of(home, 'out_2_left'), out_2_left=0)
    home.loophole('mixer', 'pads', 'mute=off')
    home.loophole('pads', 'hit', '3')
    home.loophole('pads', 'set', '3', 'output=0')
    home.loophole('pads', 'hit', '3', '1.0')
    near(level_of(home, 'out_2_left', 'main_left'), out_2_left=0, main_left=LEVEL)
    home.loophole('panic')
    contains(home.refused('pads', 'set', '3', 'output=5'), 'output')


@claim(shares=ports_engine)
def a_channel_sends_to_the_delay(home):
    path = wave_file(home.file('click.wav'), [0] * 10 + [16000] * 300 + [0] * 10)
    home.loophole('mixer', 'streams', 'delay_send=100%')
    contains(home.loophole('mixer').out, 'delay 1.00')

    def play():
        until_quiet(home)
        home.loophole('play', path)
        until_later(home, SECOND)
    frames = undisturbed(home, play, name='echo')
    home.loophole('mixer', 'streams', 'delay_send=0')
    first = next(n for n, x in enumerate(frames) if abs(x) > .2)
    assert max(map(abs, frames[first + 6000:first + 11000])) < .01
    assert max(map(abs, frames[first + 11900:first + 12500])) > .02  # a quarter of a second later


@claim(shares=ports_engine)
def settings_that_a_channel_lacks_are_refused(home):
    contains(home.refused('mixer', 'master', 'apart=on'), 'master has no ports of its own')
    contains(home.refused('mixer', 'preview', 'pfl=on'), 'preview has no ports of its own')
    contains(home.refused('mixer', 'sequencer', 'reverb_send=10%'), 'sequencer has no sends')


def strip(home, bus):
    return next(one for one in home.first('mixer')['strips'] if one['bus'] == bus)


@claim()
def a_project_keeps_outputs_and_another_does_not_get_them(home):
    ports_engine(home)
    home.loophole('project', 'new', 'Two')
    home.loophole('mixer', 'pads', 'gain=0.7')  # a project that has a mixer
    home.loophole('project', 'new', 'One')
    home.loophole('mixer', 'pads', 'apart=on', 'pfl=on', 'reverb_send=0.5')
    home.loophole('project', 'open', 'Two')
    until(lambda: not any(strip(home, 'pads').get(key) for key in ('apart', 'pfl', 'reverb_send')))
    home.loophole('project', 'open', 'One')
    until(lambda: strip(home, 'pads').get('apart') is True)
    home.loophole('down')
    home.up()
    until_connected(home)
    until(lambda: strip(home, 'pads').get('apart') is True)
    same((True, .5), (strip(home, 'pads')['pfl'], strip(home, 'pads')['reverb_send']))


@claim()
def the_connection_that_was_unused_longest_gives_way_to_a_new_one(home):
    ports_engine(home)
    keys = Device(home, 'keys')
    keys.until_wired()
    client = home.client()
    for n in range(256):
        client.must('audio.connect', {'port': 'main_left', 'to': f'passer:{n}'})

    def remembered():
        return [line.split('\t')[1] for line in file_text(home.file('data/audio.connections')).splitlines()]

    def numbers():
        return [int(name.split(':')[1]) for name in remembered() if name.startswith('passer:')]

    most = numbers()
    same(256, len(remembered()))
    same(list(range(256 - len(most), 256)), most)  # those that were wanted first have given way
    same(2, sum(name.startswith('keys:') for name in remembered()))  # these are in use

    def end_keys():
        keys.end()
        until(lambda: not any(one['made'] and one['to'].startswith('keys:') for one in home.ask('audio.ports')['each']),
              what='the connections of the keys have ended')

    end_keys()
    tape = Tape(home, 60, name='heard')  # its connection is made by another program
    until(lambda: any(name.startswith('tape-') for name in remembered()), what='it is remembered')
    same((256, most[1:]), (len(remembered()), numbers()))
    tape.stop()
    keys = Device(home, 'keys')
    keys.until_wired()
    end_keys()
    until(lambda: [name for name in remembered() if not name.startswith('system:')][-1].startswith('keys:'),
          what='of those that do not exist, the one that was used last is the last one')
    for n in range(200):
        client.must('audio.connect', {'port': 'main_left', 'to': f'other:{n}'})
    same(most[-len(numbers()):], numbers())
    keys = Device.__new__(Device)
    keys.home, keys.name, keys.ports = home, 'keys', ('midi_in', 'control_out')
    keys.start('out')
    keys.until_wired()  # by the engine
    keys.end()


def running_ticks(stat):
    """The state of a thread, and how long it ran, from its file `stat`."""
    fields = file_text(stat).rsplit(')', 1)[1].split()
    return fields[0], int(fields[11]) + int(fields[12])


def stumble(home):
    """Stops the core for two periods while its busiest thread runs, most probably within a period, which then takes that
    long."""
    core = home.pid('audio')
    period = max(glob.glob(f'/proc/{core}/task/*/stat'), key=lambda stat: running_ticks(stat)[1])
    until(lambda: any(running_ticks(period)[0] == 'R' for _ in range(1000)), what='a period begins')
    os.kill(core, signal.SIGSTOP)
    time.sleep(.045)
    os.kill(core, signal.SIGCONT)
    return home.ask('audio.meters')


@claim
def lost_periods_and_the_worst_load_are_counted_again_after_a_reset(home):
    ports_engine(home)
    client = home.client()
    client.must('audio.set_pads', {'each': [{'pad': n, 'wave': 'saw', 'mode': 'loop', 'filter_freq': 5000.0, 'reverb_send': .1}
                                            for n in range(64)]})
    for n in range(64):  # a period then takes long enough to be stopped
        client.must('audio.hit', {'pad': n, 'velocity': .1})

    def all_count():
        meters = stumble(home)
        return meters['xruns'] > 1 and meters['lost'] > 0 and meters['worst_load'] > 1 and meters

    def none_counts():  # a busy machine may miss a period right after the reset: then reset again
        home.loophole('meters', 'reset')
        meters = home.ask('audio.meters')
        return meters['xruns'] == meters['lost'] == 0 and meters['worst_load'] < 1 and meters

    for _ in range(2):
        before = until(all_count, what=lambda: f'a stop is counted: {home.ask("audio.meters")}')
        after = until(none_counts, what='all is counted from 0')
        assert after['worst_load'] < before['worst_load'], (before, after)
    contains(home.loophole('meters').out, f'xruns {home.ask("audio.meters")["xruns"]}')


run_claims()
