#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Single sounds and the sampler of the pads, heard at JACK's ports."""
import array
import contextlib
import json
import os
import re
import threading
import time
import wave

from tests.claims import claim, contains, file_bytes, run_claims, same, until
from tests.sound.devices import Device
from tests.sounding import (LEADS, Tape, came_before, engine, frame, peak, undisturbed, until_connected, until_later, until_quiet,
                      until_sounds, until_transport)

FRAMES = 24000


def constant(path, level):
    """Writes a WAVE file of one level, which shows each gain in a recording."""
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [round(level * 32767)] * FRAMES).tobytes())
    return path


def heard(path):
    return [x for x in array.array('f', file_bytes(path)) if x == x]


def has_level(frames, level):
    """True if the recording stays at the level for a tenth of a second."""
    run = 0
    for x in frames:
        run = run + 1 if abs(x - level) < 2e-3 else 0
        if run >= 4800:
            return True
    return False


def rounded(pad, *keys):
    """These values of a pad; it keeps numbers as 32-bit floats."""
    return tuple(round(pad[key], 6) if isinstance(pad.get(key), float) else pad.get(key) for key in keys)


def pad_of(home, number):
    return next((one for one in home.json('pads') if one['pad'] == number), None)


def sampler_engine(home):
    """JACK waits for its clients, so that a short pause of one of them takes no frame away. A service may be paused."""
    engine(home, '[supervisor]\nhang_ms = 600000\n', in_step=True)


@claim(shares=sampler_engine)
def a_file_that_was_replaced_is_loaded_again(home):
    path, new = home.file('edited.wav'), home.file('edited.new')
    constant(path, .2)
    first = home.ask('streamer.load_sound', 'path=' + path)
    same(first, home.ask('streamer.load_sound', 'path=' + path))
    os.rename(constant(new, .4), path)
    second = home.ask('streamer.load_sound', 'path=' + path)
    assert (first['sound'], first['generation']) != (second['sound'], second['generation'])
    home.loophole('pads', 'set', '20', 'sound=' + path)
    tape = Tape(home, 60, 'main_left', name='replaced')
    home.loophole('pads', 'hit', '20')
    until_sounds(home, 'pads')
    until_quiet(home)
    assert has_level(heard(tape.stop()), .4)
    same(second, home.ask('streamer.load_sound', 'path=' + path))
    home.ask('streamer.release_sound', f'sound={first["sound"]}', f'generation={first["generation"]}')


@claim(shares=sampler_engine)
def a_client_holds_only_the_sound_that_it_got(home):
    path, new = home.file('held.wav'), home.file('held.new')
    load = lambda *more: home.ask('streamer.load_sound', 'path=' + path, *more)
    release = lambda one: ('ask', 'streamer.release_sound', f'sound={one["sound"]}', f'generation={one["generation"]}')
    constant(path, .2)
    first = load('unheld=true')
    os.rename(constant(new, .4), path)
    second = load()
    home.loophole(*release(first), 'unheld=true')
    contains(home.refused(*release(second), 'unheld=true', code=None), 'is held by a client')
    home.loophole(*release(second))


def long_file(path, level):
    """Of a minute: in the memory of sounds, at 48,000 Hz, it takes a sixth."""
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(8000)
        out.writeframes(array.array('h', [round(level * 32767)] * 480000).tobytes())


def long_items(home):
    if not os.path.isdir(home.file('long')):
        os.mkdir(home.file('long'))
        for number in range(8):
            long_file(home.file(f'long/{number}.wav'), .1 + number / 20)
        home.loophole('index', home.file('long'), '--wait')
    items = [one['id'] for one in sorted(home.json('search', 'dur:>50s'), key=lambda one: one['name'])]
    same(8, len(items))
    return items


def put(home, items):
    """Sets pads to items, or to none; returns why those that are silent are."""
    each = [{'pad': pad, 'id': item} if item else {'pad': pad} for pad, item in items.items()]
    return [one['why'] for one in home.ask('audio.set_pads', f'each={json.dumps(each)}')['silent']]


def long_sounds(home):
    """The names of the long sounds that are in the memory, with the slot and generation, and if they leave."""
    return {os.path.basename(one['path']): (one['sound'], one['generation'], one['leaving'])
            for one in home.ask('streamer.sounds')['each'] if '/long/' in one['path']}


@contextlib.contextmanager
def full_of_pads(home):
    """Pads 40 to 44 have five of the long sounds: one more finds no room."""
    items = long_items(home)
    release_long(home)
    same([], put(home, dict(zip(range(40, 45), items))))
    same(5, len(long_sounds(home)))
    yield items
    release_long(home)


def release_long(home):
    home.ask('audio.panic')
    put(home, dict.fromkeys(range(40, 52)))
    until(lambda: len([one for one in long_sounds(home).values() if not one[2]]) <= 2)
    for sound, generation, leaves in long_sounds(home).values():
        if not leaves:
            home.ask('streamer.release_sound', f'sound={sound}', f'generation={generation}')
    until(lambda: not long_sounds(home))


@claim(shares=sampler_engine)
def sounds_that_no_pad_has_any_more_make_room_for_others(home):
    items = long_items(home)
    held = home.ask('streamer.load_sound', 'path=' + constant(home.file('kept.wav'), .3))
    same([], put(home, {40: items[0]}))
    for item in items[1:] + items[1:]:
        same([], put(home, {41: item}))
    loaded = {one['path'] for one in home.ask('streamer.sounds')['each']}
    assert {home.file('kept.wav'), home.file('long/0.wav')} <= loaded, loaded
    same(held, home.ask('streamer.load_sound', 'path=' + home.file('kept.wav')))
    for pad, level in ((40, .1), (41, .45)):
        tape = Tape(home, 60, 'main_left', name=f'room{pad}')
        home.loophole('pads', 'hit', str(pad))
        until_later(home, 24000)
        home.ask('audio.panic')
        until_quiet(home)
        assert has_level(heard(tape.stop()), level), pad
    release_long(home)
    home.ask('streamer.release_sound', f'sound={held["sound"]}', f'generation={held["generation"]}')


@claim(shares=sampler_engine)
def pads_that_are_cleared_make_room_for_a_client_too(home):
    with full_of_pads(home) as items:
        contains(' '.join(put(home, {45: items[5]})), 'no room')
        put(home, dict.fromkeys(range(40, 45)))
        until(lambda: len(long_sounds(home)) == 2)
        home.ask('streamer.load_sound', 'path=' + home.file('long/6.wav'))


@claim(shares=sampler_engine)
def a_load_waits_for_room_whose_release_has_no_answer_yet(home):
    """The streamer answers the load before it has a note that the sounds are free."""
    with full_of_pads(home) as items:
        said, slots = [], {slot for slot, _, _ in long_sounds(home).values()}
        ask = threading.Thread(target=lambda: said.append(put(home, {45: items[5]})))
        with home.paused('streamer'):
            put(home, dict.fromkeys(range(40, 45)))
            until(lambda: len(loaded_slots(home) & slots) == 2)
            ask.start()
            time.sleep(2.2)
        ask.join()
        same([[]], said)


def loaded_slots(home):
    """The slots that pads may name."""
    said = re.search('sounds are in: ([^\n(]*)', home.refused('sound', 'start', '1000'))[1]
    spans = [part.split(' to ') for part in said.strip().split(', ') if part != 'none']
    return {slot for span in spans for slot in range(int(span[0]), int(span[-1]) + 1)}


@claim(shares=sampler_engine)
def a_pad_gets_no_slot_whose_release_was_asked(home):
    with full_of_pads(home), home.paused('streamer'):
        before = loaded_slots(home)
        put(home, dict.fromkeys(range(40, 45)))
        until(lambda: before - loaded_slots(home))
        slot = min(before - loaded_slots(home))
        contains(home.refused('pads', 'set', '46', f'sound={slot}'), f'no sound is in slot {slot}')


@claim(shares=sampler_engine)
def a_load_does_not_wait_for_a_sound_that_plays_on(home):
    with full_of_pads(home) as items:
        since = frame(home)
        home.loophole('pads', 'hit', '41')
        until(lambda: peak(home, 'pads', since) > .01)
        put(home, {40: None, 41: None})
        until(lambda: '0.wav' not in long_sounds(home))
        same([], put(home, {45: items[5]}))
        contains(' '.join(put(home, {46: items[6]})), 'no room')
        assert long_sounds(home)['1.wav'][2], long_sounds(home)
        put(home, {42: None, 43: None})
        same([], put(home, {46: items[6], 47: items[7]}))
        assert long_sounds(home)['1.wav'][2], long_sounds(home)


@claim(shares=sampler_engine)
def a_pattern_that_was_queued_and_replaced_keeps_no_sound(home):
    with full_of_pads(home) as items:
        row = lambda number: {'name': f'r{number}', 'id': items[number], 'pattern': '.' * 16}
        pattern = lambda name, bpm, *rows: 'pattern=' + json.dumps(
            {'metadata': {'name': name}, 'sequencer': {'bpm': bpm, 'tracks': [*rows, {'name': 'x', 'pattern': '.' * 16}]}})
        home.ask('audio.set_pattern', pattern('empty', 300), 'immediate=true')
        home.loophole('transport', 'start')
        until_transport(home, running=True)
        home.ask('audio.set_pattern', pattern('queued', 300, row(0), row(1), row(2)))
        until(lambda: home.ask('audio.pattern')['pattern']['metadata']['name'] == 'queued')
        home.ask('audio.set_pattern', pattern('empty', 120), 'immediate=true')
        home.loophole('transport', 'stop')
        put(home, dict.fromkeys(range(40, 45)))
        same([], put(home, {45: items[5], 46: items[6], 47: items[7], 48: items[3]}))


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
    waves(home.file('none.wav'), [])
    refused = home.refused('sound', 'start', home.file('none.wav'))
    assert 'the file contains no sound' in refused and 'not needed' not in refused, refused
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
    left = pad_of(home, 7)
    same(([], None, .1, .002, 3), rounded(left, 'layers', 'sound', 'curve', 'attack', 'choke'))
    home.loophole('pads', 'clear', '7')
    same(None, pad_of(home, 7))


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
    home.loophole('pads', 'layer', '8', home.file('1.wav'), 'velocity=64-126')
    home.loophole('pads', 'layer', '8', home.file('2.wav'), 'velocity=127-127')
    tape = Tape(home, 60, name='highest')
    for velocity in ('127', '126'):
        home.loophole('pads', 'hit', '8', velocity)
        until_later(home, 30000)
    frames = heard(tape.stop())
    assert has_level(frames, .2) and has_level(frames, .1 * (126 / 127) ** .1), max(frames)
    home.loophole('pads', 'layer', '8', 'off')


@claim(shares=sampler_engine)
def a_pad_sends_to_the_delay_of_the_engine(home):
    path = home.file('click.wav')
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [0] * 10 + [16000] * 300 + [0] * 10).tobytes())
    home.loophole('pads', 'set', '8', f'sound={path}', 'delay_send=100%', 'filter_freq=9000')

    def hit():
        until_quiet(home)
        home.loophole('pads', 'hit', '8')
        until_later(home, 48000)
    frames = undisturbed(home, hit, name='echo')
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

    def hit_both():
        home.loophole('panic')
        until_quiet(home)
        for pad in ('10', '11'):
            home.loophole('pads', 'hit', pad, '1.0')
            until_later(home, 12000)
    frames = undisturbed(home, hit_both, name='choke')
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


def played(home, key):
    """What is heard while a client sends this key again and again."""
    notes = (str(key), '30000', home.ask('audio.server')['client'] + ':midi_in')
    return undisturbed(home, lambda: until_later(home, 100000), name=f'key{key}', notes=notes)


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
        whole = [run for run in lengths(played(home, key)) if abs(run - frames) < 300]
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
        whole = [one for one in pitches(played(home, key)) if abs(one - hz) < hz / 30]
        assert len(whole) >= 2, (key, whole)
        until_quiet(home)
    home.loophole('pads', 'set', '21', 'wave=')


def counted(home, name='count'):
    """A file that counts its frames; the counts that a recording has, without the silence around them."""
    return waves(home.file(name + '.wav'), list(range(1, FRAMES + 1)))


def counts(samples):
    return [round(x * 32768) for x in samples if abs(x) > 1e-6]


def steps(found, by):
    """The places where a recording does not count on, as pairs of counts."""
    return [(a, b) for a, b in zip(found, found[1:]) if abs(b - a - by) > 1]


@claim(shares=sampler_engine)
def a_sound_begins_ends_repeats_and_is_pitched_on_its_frames(home):
    path = counted(home)
    for words, by, first, last, frames in ((('from=0.1s', 'until=0.3s'), 1, 4801, 14400, 9600),
                                           (('from=4800', 'until=14400', 'ratio=+12st'), 2, 4801, 14400, 4800),
                                           (('until=9600', 'reverse=on'), -1, 9600, 1, 9600)):
        def play():
            home.loophole('sound', 'start', path, *words)
            until_later(home, 24000)
            until_quiet(home)
        found = counts(undisturbed(home, play, name='part'))
        assert abs(len(found) - frames) <= 2, (words, len(found))
        middle = found[480:-480]  # a part that is cut early fades out
        same([], steps(middle, by), words)
        assert abs(middle[0] - first - 480 * by) <= 2 and abs(middle[-1] - last + 480 * by) <= 3, (words, middle[0], middle[-1])

    def repeat():
        tag = str(home.first('sound', 'start', path, 'loop=on', 'loop_from=0.1s', 'loop_until=0.2s')['tag'])
        until_sounds(home, 'sounds')
        until_later(home, 36000)
        home.loophole('sound', 'set', tag, 'ratio=-12st')
        until_later(home, 24000)
        home.loophole('sound', 'stop', tag, '--fade', '5ms')
        until_quiet(home)
    found = counts(undisturbed(home, repeat, name='loop'))[:-2000]
    turns = [n for n, (a, b) in enumerate(zip(found, found[1:])) if b < a - 2000]
    same({4800}, {b - a for a, b in zip(turns[:4], turns[1:4])})
    last = [n for n in turns if n > turns[-1] - 12000]  # an octave lower, where a turn takes two frames; none before the change
    assert abs(last[-1] - last[0] - 9600 * ((last[-1] - last[0]) // 9600)) <= 2 and last[-1] - last[0] >= 9600, last


@claim(shares=sampler_engine)
def a_sound_has_its_attack_decay_sustain_and_release(home):
    path = waves(home.file('even.wav'), [16384] * FRAMES)

    def play():
        tag = str(home.first('sound', 'start', path, 'loop=on', 'attack=0.2s', 'decay=0.2s', 'sustain=0.5', 'release=0.3s')['tag'])
        until_sounds(home, 'sounds')
        until_later(home, 40000)
        home.loophole('sound', 'stop', tag)
        until_quiet(home)
    frames = undisturbed(home, play, name='envelope')
    begin = next(n for n, x in enumerate(frames) if x > 1e-4)
    peak = max(range(len(frames)), key=lambda n: frames[n])
    end = len(frames) - next(n for n, x in enumerate(reversed(frames)) if x > 1e-4)
    held = [n for n, x in enumerate(frames) if n > peak and abs(x - .25) < 1e-3]
    assert abs(frames[peak] - .5) < .01 and abs(peak - begin - 9600) < 480, (begin, peak, frames[peak])
    assert abs(held[0] - peak - 9600) < 4800, (peak, held[0])
    release = end - held[-1]
    assert 9600 < release < 16800, release


@claim(shares=sampler_engine)
def a_pad_is_a_one_shot_a_gate_or_a_loop(home):
    path = waves(home.file('even.wav'), [9830] * FRAMES)
    found = {}
    for mode in ('one_shot', 'gate', 'loop'):
        home.loophole('pads', 'set', '30', f'sound={path}', f'mode={mode}', 'release=5ms')
        for lead in LEADS:
            tape, at = Tape(home, 60, name=mode), frame(home) + lead * 48000
            home.ask('audio.hit', 'pad=30', 'velocity=1', f'at={at}')
            home.ask('audio.release', 'pad=30', f'at={at + 9600}')
            if mode == 'loop':
                home.ask('audio.hit', 'pad=30', 'velocity=1', f'at={at + 60000}')
            in_time = came_before(home, at)
            until(lambda: frame(home) > at + 144000)
            samples = array.array('f', file_bytes(tape.stop()))
            found[mode] = lengths(x for x in samples if x == x)
            home.loophole('panic')
            until_quiet(home)
            if in_time and all(x == x for x in samples):
                break
    same([FRAMES], found['one_shot'])
    assert len(found['gate']) == 1 and 9600 <= found['gate'][0] <= 9600 + 480, found
    assert len(found['loop']) == 1 and 60000 <= found['loop'][0] <= 60000 + 480, found
    home.loophole('pads', 'set', '30', 'sound=')


@claim(shares=sampler_engine)
def pads_and_rows_of_one_choke_number_silence_each_other(home):
    pad, row = [waves(home.file(f'{name}.wav'), [level] * 48000 * 12) for name, level in (('pad', 9830), ('row', 6553))]
    home.loophole('pads', 'set', '31', f'sound={pad}', 'choke=9')
    slot = home.ask('streamer.load_sound', f'path={row}')
    track = {'voice_id': 'voice1', 'pattern': 'x' + '.' * 15, 'sound': slot['sound'], 'generation': slot['generation'],
             'gate_frac': 1, 'choke': 9, 'base_amp': 1}
    with open(home.file('choke.json'), 'w', encoding='utf-8') as out:
        json.dump({'metadata': {'name': 'choke'}, 'sequencer': {'bpm': 20, 'swing': 0, 'tracks': {'long': track}}}, out)
    home.loophole('pattern', home.file('choke.json'))
    tape = Tape(home, 60, name='choke')
    home.loophole('pads', 'hit', '31', '1.0')
    until_sounds(home, 'pads')
    until_later(home, 12000)
    home.loophole('transport', 'start')
    until_sounds(home, 'sequencer')
    until_later(home, 12000)
    home.loophole('pads', 'hit', '31', '1.0')
    until_later(home, 24000)
    home.loophole('transport', 'stop')
    home.loophole('panic')
    until_transport(home, running=False)
    frames = heard(tape.stop())
    levels = []
    for n in range(0, len(frames) - 2400, 2400):
        part = frames[n:n + 2400]
        if max(part) - min(part) < 1e-3 and max(part) > .05 and (not levels or abs(levels[-1] - part[0]) > .02):
            levels.append(part[0])
    pad_level, row_level = 9830 / 32768, levels[1]
    assert len(levels) == 3 and abs(levels[0] - pad_level) < .002 and abs(levels[2] - pad_level) < .002, levels
    assert .02 < row_level < pad_level - .02, levels


@claim(shares=sampler_engine)
def a_pad_sends_to_the_reverb_of_the_engine(home):
    path = waves(home.file('short.wav'), [16000] * 300)
    tails = []
    for send in ('0', '100%'):
        home.loophole('pads', 'set', '32', f'sound={path}', f'reverb_send={send}')
        tape = Tape(home, 60, name='reverb')
        home.loophole('pads', 'hit', '32', '1.0')
        until_later(home, 48000)
        frames = heard(tape.stop())
        first = next(n for n, x in enumerate(frames) if abs(x) > .2)
        tails.append(max(map(abs, frames[first + 2400:first + 12000])))
        until_quiet(home)
    assert tails[0] < 1e-4 and tails[1] > 1e-3, tails


@claim(shares=sampler_engine)
def all_values_of_a_pad_hold_after_the_death_of_the_core(home):
    for n, level in ((1, .1), (2, .2), (3, .3)):
        constant(home.file(f'v{n}.wav'), level)
    home.loophole('pads', 'set', '33', f'sound={home.file("v1.wav")}', 'gain=-1dB', 'pan=0', 'ratio=+1st', 'from=100',
                  'until=20000', 'mode=gate', 'choke=7', 'reverse=on', 'note=33', 'channel=4', 'attack=3ms', 'release=20ms',
                  'curve=0.5', 'decay=50ms', 'sustain=0.9', 'loop_from=200', 'loop_until=19000', 'filter_freq=15000',
                  'filter_q=1', 'reverb_send=0.1', 'delay_send=0.2', 'keys_from=40', 'keys_until=50', 'bend=3', 'output=3')
    for n in (2, 3):
        home.loophole('pads', 'layer', '33', home.file(f'v{n}.wav'), 'velocity=64-127', 'gain=80%', 'ratio=+2st')
        home.loophole('pads', 'layer', '34', home.file(f'v{n}.wav'), 'velocity=64-127')
    home.loophole('pads', 'set', '34', 'curve=2', 'attack=2ms')

    def pads():
        return [one for one in home.json('pads') if one['pad'] in (33, 34)]

    before = pads()
    same({'gain': .891251, 'pan': 0, 'ratio': 1.059463, 'from': 100, 'until': 20000, 'mode': 'gate', 'choke': 7,
          'reverse': True, 'note': 33, 'channel': 3, 'attack': .003, 'release': .02, 'curve': .5, 'decay': .05,
          'sustain': .9, 'loop_from': 200, 'loop_until': 19000, 'filter_freq': 15000, 'filter_q': 1, 'reverb_send': .1,
          'delay_send': .2, 'keys_from': 40, 'keys_until': 50, 'bend': 3, 'output': 3},
         {key: rounded(before[0], key)[0] for key in before[0] if key not in ('pad', 'sound', 'generation', 'layers')})
    same([(.8, 1.122462, 1, round(64 / 127, 6))] * 2,
         [rounded(one, 'gain', 'ratio', 'high', 'low') for one in before[0]['layers']])
    until(lambda: home.has_lived('audio'))
    home.kill('audio')
    until_connected(home)
    same(before, pads())
    tape = Tape(home, 60, name='turns')
    for _ in range(2):
        home.loophole('pads', 'hit', '34', '100')
        until_later(home, 36000)
    frames = heard(tape.stop())
    assert all(has_level(frames, level * (100 / 127) ** 2) for level in (.2, .3)), max(frames)


VALUES = {'gain': .5, 'curve': .1, 'attack': .002, 'choke': 9, 'filter_q': 2.0, 'keys_from': 36, 'bend': 5.0, 'channel': 4}


def has_values(home, number=36):
    same(tuple(VALUES.values()), rounded(pad_of(home, number), *VALUES))


@claim
def values_of_an_empty_pad_are_kept_for_its_first_sound_or_layer(home):
    """Also by the project, and after the death of the core."""
    sampler_engine(home)
    home.wait_ready('project')
    constant(home.file('half.wav'), .5)
    home.loophole('project', 'new', 'Empty pads')
    for key, value in VALUES.items():
        home.loophole('pads', 'set', '36', f'{key}={value + 1 if key == "channel" else value}')
    has_values(home)
    contains(home.loophole('pads').out, 'gain 0.50 pan 0.00 ratio 1.000  channel 5  no sound')
    contains(home.refused('pads', 'hit', '36'), 'pad 36 has no sound')
    home.kill('audio')
    until_connected(home)
    has_values(home)
    home.loophole('project', 'new', 'Another')
    home.loophole('pads', 'clear', '36')
    same([], home.json('pads'))
    home.loophole('project', 'open', 'Empty pads')
    until(lambda: pad_of(home, 36), what='the project has set it')
    has_values(home)
    home.stop()
    engine(home)
    until_connected(home)
    until(lambda: pad_of(home, 36), what='the project has set it')
    has_values(home)
    home.loophole('pads', 'layer', '36', home.file('half.wav'))
    has_values(home)
    home.loophole('pads', 'layer', '36', 'off')
    home.loophole('pads', 'set', '36', f'sound={home.file("half.wav")}')
    has_values(home)
    tape = Tape(home, 60, name='hit')
    home.loophole('pads', 'hit', '36', '1.0')
    until_later(home, 36000)
    assert has_level(heard(tape.stop()), .25)


@claim(shares=sampler_engine)
def a_pad_with_an_oscillator_is_hit_by_command(home):
    home.loophole('pads', 'set', '37', 'wave=square', 'decay=500ms')
    home.loophole('pads', 'hit', '37')
    until_sounds(home, 'pads')
    until_quiet(home)
    home.loophole('pads', 'clear', '37')
    contains(home.refused('pads', 'hit', '37'), 'pad 37 has no sound')


class Keys:
    """A keyboard on which a pad plays a sine that lasts while its key is held."""

    def __init__(self, home):
        home.loophole('pads', 'set', '35', 'wave=sine', 'keys_from=24', 'keys_until=96', 'mode=gate', 'release=5ms', 'bend=12',
                      'channel=1')
        self.home, self.device = home, Device(home, 'keys')
        self.device.until_wired()

    def sounds(self, *messages):
        """Sends these messages, and returns the pitch of what sounds then; 0: silence."""
        self.device.send_now(*messages)
        until_later(self.home, 12000)
        tape = Tape(self.home, 60, name='heard')
        until_later(self.home, 24000)
        frames = heard(tape.stop())[-9600:]
        return 0 if max(map(abs, frames)) < 1e-4 else sum(a < 0 <= b for a, b in zip(frames, frames[1:])) * 5

    def end(self):
        self.device.end()
        self.home.loophole('pads', 'set', '35', 'wave=')


@claim(shares=sampler_engine)
def a_pad_that_was_set_since_it_was_read_is_not_set_again(home):
    def gain(pad):
        return next(one['gain'] for one in home.ask('audio.pads')['each'] if one['pad'] == pad)

    def put_again(gain, made_from):
        home.ask('audio.set_pads', f'each={json.dumps([{"pad": pad, "gain": gain} for pad in (50, 51)])}', f'made_from={made_from}')

    home.ask('audio.set_pads', 'each=[{"pad":50,"gain":0.25},{"pad":51,"gain":0.25}]')
    read = home.ask('audio.sounding')['sets']
    home.ask('audio.set_pads', 'each=[{"pad":50,"gain":0.5}]')
    put_again(.75, read)
    same((.5, .75), (gain(50), gain(51)))
    put_again(.875, home.ask('audio.sounding')['sets'])
    same((.875, .875), (gain(50), gain(51)))
    put(home, dict.fromkeys((50, 51)))



def in_step(home):
    """JACK waits for its clients, so that no message of the keyboard and no frame is lost."""
    engine(home, in_step=True)


@claim(shares=in_step)
def a_keyboard_has_its_pedal_its_wheel_and_all_notes_off(home):
    keys = Keys(home)

    def near(hz, wanted):
        return abs(hz - wanted) <= 10 or (hz, wanted)

    same(True, near(keys.sounds('90 45 64'), 440))
    same(True, near(keys.sounds('e0 7f 7f'), 880))
    same(True, near(keys.sounds('e0 00 40'), 440))
    same(0, keys.sounds('80 45 00'))
    same(True, near(keys.sounds('b0 40 7f', '90 45 64', '80 45 00'), 440))
    same(0, keys.sounds('b0 40 00'))
    for off in ('b0 7b 00', 'b0 78 00'):  # all notes off, all sound off
        same(True, near(keys.sounds('90 45 64'), 440))
        same(0, keys.sounds(off))
        same(0, keys.sounds('80 45 00'))
    keys.end()


run_claims()
