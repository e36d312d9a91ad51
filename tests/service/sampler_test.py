#!/usr/bin/python3
"""Single sounds and the sampler of the pads, heard at JACK's ports."""
import array
import os
import sys
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import claim, contains, run_claims, same, until
from sounding import Tape, engine, until_connected, until_later, until_quiet, until_sounds

FRAMES = 24000


def constant(path, level):
    """Writes a WAVE file of one level, which shows each gain in a recording."""
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [round(level * 32767)] * FRAMES).tobytes())
    return path


def heard(path):
    with open(path, 'rb') as file:
        return [x for x in array.array('f', file.read()) if x == x]


def has_level(frames, level):
    """True if the recording stays at the level for a tenth of a second."""
    run = 0
    for x in frames:
        run = run + 1 if abs(x - level) < 2e-3 else 0
        if run >= 4800:
            return True
    return False


def sampler_engine(home):
    engine(home)


@claim(shares=sampler_engine)
def a_sound_is_started_changed_and_stopped(home):
    path = constant(home.file('half.wav'), .5)
    tapes = [Tape(home, 60, port, name=port) for port in ('main_left', 'main_right')]
    tag = str(home.first('sound', 'start', path, 'loop=on', 'gain=-6.0206dB', 'attack=10ms', 'release=200ms')['tag'])
    until_sounds(home, 'sounds')
    until_later(home, 48000)
    home.loophole('sound', 'set', tag, 'gain=0.8')
    until_later(home, 24000)
    home.loophole('sound', 'set', tag, 'pan=-100%')
    until_later(home, 24000)
    home.loophole('sound', 'stop', tag)
    until_quiet(home)
    left, right = [heard(tape.stop()) for tape in tapes]
    for level in (.25, .4, .4 * 2 ** .5):
        assert has_level(left, level), level
    assert has_level(right, .25) and has_level(right, .4) and not has_level(right, .4 * 2 ** .5)
    contains(home.refused('sound', 'start', path, 'from=2', 'until=1'), 'before it begins')
    contains(home.refused('sound', 'start', '1000'), 'no sound is in slot 1000')
    contains(home.refused('sound', 'start', path, 'gain=-6s'), 'is not a number')


@claim(shares=sampler_engine)
def a_sound_keeps_its_envelope_and_loop_through_the_death_of_the_core(home):
    path = constant(home.file('loop.wav'), .5)
    until(lambda: home.has_lived('audio'))
    tag = str(home.first('sound', 'start', path, 'loop=on', 'loop_until=0.2s', 'decay=100ms', 'sustain=50%',
                         'release=1s')['tag'])
    until_sounds(home, 'sounds')
    until_later(home, 24000)
    home.kill('audio')
    until_sounds(home, 'sounds')
    tape = Tape(home, 60, name='after')
    until_later(home, 24000)
    home.loophole('sound', 'stop', tag)
    until_quiet(home)
    assert has_level(heard(tape.stop()), .25)


@claim(shares=sampler_engine)
def a_hit_plays_the_layer_of_its_velocity_and_layers_take_turns(home):
    for n, level in ((1, .1), (2, .2), (3, .3)):
        constant(home.file(f'{n}.wav'), level)
    home.loophole('pads', 'layer', '7', home.file('1.wav'), 'velocity=0-63')
    home.loophole('pads', 'layer', '7', home.file('2.wav'), 'velocity=63-1.0')
    home.loophole('pads', 'layer', '7', home.file('3.wav'), 'velocity=63-1.0', 'gain=50%')
    home.loophole('pads', 'set', '7', 'curve=0.1', 'attack=2ms', 'choke=3')
    pad = next(one for one in home.json('pads') if one['pad'] == 7)
    same(3, len(pad['layers']))
    contains(home.loophole('pads').out, 'layers 3')
    tape = Tape(home, 60, name='layers')
    for velocity in ('1.0', '1.0', '0.001'):
        home.loophole('pads', 'hit', '7', velocity)
        until_later(home, 30000)
    frames = heard(tape.stop())
    assert has_level(frames, .2) and has_level(frames, .15) and has_level(frames, .1 * .001 ** .1), max(frames)
    contains(home.refused('pads', 'layer', '7', home.file('1.wav'), 'velocity=100-50'), 'before it begins')
    home.loophole('pads', 'layer', '7', 'off')
    same([], [one for one in home.json('pads') if one['pad'] == 7])


@claim(shares=sampler_engine)
def a_range_of_midi_velocities_includes_both_its_ends(home):
    for n, level in ((1, .1), (2, .2)):
        constant(home.file(f'{n}.wav'), level)
    home.loophole('pads', 'layer', '8', home.file('1.wav'), 'velocity=1-63')
    home.loophole('pads', 'layer', '8', home.file('2.wav'), 'velocity=64-127')
    home.loophole('pads', 'set', '8', 'attack=2ms', 'curve=0.1')
    for velocity, level in (('2', .1), ('63', .1), ('64', .2), ('127', .2)):
        tape = Tape(home, 60, name=f'velocity{velocity}')
        home.loophole('pads', 'hit', '8', velocity)
        until_later(home, 30000)
        frames, wanted = heard(tape.stop()), level * (int(velocity) / 127) ** .1
        assert has_level(frames, wanted), (velocity, wanted, max(frames))
    low, high = next(one for one in home.json('pads') if one['pad'] == 8)['layers']
    assert abs(low['low'] - 1 / 127) < 1e-6 and abs(low['high'] - high['low']) < 1e-6 and high['high'] == 1, (low, high)
    home.loophole('pads', 'layer', '8', 'off')


@claim(shares=sampler_engine)
def a_pad_sends_to_the_delay_of_the_engine(home):
    path = home.file('click.wav')
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [0] * 10 + [16000] * 300 + [0] * 10).tobytes())
    home.loophole('pads', 'set', '8', f'sound={path}', 'delay_send=100%', 'filter_freq=9000')
    tape = Tape(home, 60, name='echo')
    home.loophole('pads', 'hit', '8')
    until_later(home, 48000)
    frames = heard(tape.stop())
    first = next(n for n, x in enumerate(frames) if abs(x) > .2)
    assert max(map(abs, frames[first + 6000:first + 11000])) < .01
    assert max(map(abs, frames[first + 11900:first + 12500])) > .02  # a quarter of a second later
    home.loophole('panic')


def waves(path, samples):
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', samples).tobytes())
    return path


@claim(shares=sampler_engine)
def pads_of_one_choke_number_silence_each_other(home):
    for pad, level in ((10, 9830), (11, 6553)):
        path = waves(home.file(f'long{pad}.wav'), [level] * 48000 * 10)
        home.loophole('pads', 'set', str(pad), f'sound={path}', 'choke=5')
    tape = Tape(home, 60, name='choke')
    home.loophole('pads', 'hit', '10', '1.0')
    until_later(home, 12000)
    home.loophole('pads', 'hit', '11', '1.0')
    until_later(home, 12000)
    frames = heard(tape.stop())
    home.loophole('panic')
    assert has_level(frames, .3) and has_level(frames, .2)
    cut = next(n for n, x in enumerate(frames) if x > .302)  # both sound for a fade of 5 ms
    assert not has_level(frames[cut + 4096:], .3)


@claim(shares=sampler_engine)
def a_pad_plays_backwards_and_its_filter_removes_what_is_above_it(home):
    rising = waves(home.file('rising.wav'), [3277 + n // 2 for n in range(FRAMES)])
    high = waves(home.file('high.wav'), [13107 * (-1) ** n for n in range(FRAMES)])
    home.loophole('pads', 'set', '12', f'sound={rising}', 'reverse=on')
    home.loophole('pads', 'set', '13', f'sound={high}')
    home.loophole('pads', 'set', '14', f'sound={high}', 'filter_freq=200')
    levels = {}
    for pad in ('12', '13', '14'):
        tape = Tape(home, 60, name='pad' + pad)
        home.loophole('pads', 'hit', pad, '1.0')
        until_later(home, 48000)
        levels[pad] = heard(tape.stop())
    frames = [x for x in levels['12'] if x > .05]
    assert len(frames) > FRAMES / 2 and frames[480] > frames[-480] + .1, (len(frames), frames[480], frames[-480])
    assert max(map(abs, levels['13'])) > .39 and max(map(abs, levels['14'])) < .02, max(map(abs, levels['14']))


def lengths(frames):
    """The number of frames of each sound."""
    runs, run = [], 0
    for x in frames:
        if run and abs(x) < 1e-4:
            runs.append(run)
        run = run + 1 if abs(x) >= 1e-4 else 0
    return runs


@claim(shares=sampler_engine)
def a_keyboard_plays_a_pad_in_the_pitch_of_its_keys_also_after_the_death_of_the_core(home):
    path = constant(home.file('key.wav'), .5)
    home.loophole('pads', 'set', '9', f'sound={path}', 'keys_from=50', 'keys_until=72')
    contains(home.loophole('pads').out, 'keys 50 to 72')
    contains(home.refused('pads', 'set', '9', 'keys_from=80'), 'the highest key of pad 9 is 72, below the lowest, 80')
    until(lambda: home.has_lived('audio'))
    home.kill('audio')
    until_connected(home)
    same((50, 72, 2), tuple(next(one for one in home.json('pads') if one['pad'] == 9)[key] for key in ('keys_from', 'keys_until', 'bend')))
    for key, frames in ((72, FRAMES // 2), (60, FRAMES)):
        tape = Tape(home, 60, name=f'key{key}', notes=(str(key), '30000', home.ask('audio.server')['client'] + ':midi_in'))
        until_later(home, 100000)
        whole = [run for run in lengths(heard(tape.stop())) if abs(run - frames) < 300]
        assert len(whole) >= 2, (key, whole)
        until_quiet(home)
    home.loophole('pads', 'set', '9', 'sound=')


def pitches(frames):
    """The pitch of each tone of more than a tenth of a second."""
    found, tone = [], []
    for x in frames + [0] * 481:
        tone.append(x)
        if len(tone) > 480 and max(map(abs, tone[-480:])) < 1e-4:
            if len(tone) > 5280:
                found.append(sum(a < 0 <= b for a, b in zip(tone, tone[1:])) * 48000 / (len(tone) - 480))
            tone = []
    return found


@claim(shares=sampler_engine)
def a_keyboard_plays_a_synth_voice_also_after_the_death_of_the_core(home):
    home.loophole('pads', 'set', '21', 'wave=triangle', 'keys_from=24', 'keys_until=96', 'decay=0.3s', 'release=50ms', 'gain=0.5')
    contains(home.loophole('pads').out, 'triangle')
    contains(home.refused('pads', 'set', '21', 'wave=organ'), 'organ')
    until(lambda: home.has_lived('audio'))
    home.kill('audio')
    until_connected(home)
    same('triangle', next(one for one in home.json('pads') if one['pad'] == 21)['wave'])
    for key, hz in ((69, 440), (57, 220)):
        tape = Tape(home, 60, name=f'synth{key}', notes=(str(key), '30000', home.ask('audio.server')['client'] + ':midi_in'))
        until_later(home, 100000)
        whole = [one for one in pitches(heard(tape.stop())) if abs(one - hz) < hz / 30]
        assert len(whole) >= 2, (key, whole)
        until_quiet(home)
    home.loophole('pads', 'set', '21', 'wave=')


run_claims()
