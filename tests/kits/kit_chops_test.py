#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kits whose slots are the parts of one sound: the phrases and syllables of a voice, the beats of a loop."""
import array
import math
import os
import random
import wave

from tests.claims import SEED, claim, contains, file_bytes, run_claims, same, until, write_file
from tests.kits.kits import pads_of
from tests.sounding import Tape, engine, until_connected, until_later, until_quiet

RATE = 44100
PHRASES = ([1.0, 1.4, 1.75], [3.2, 3.6], [5.5, 5.9, 6.25, 6.6])  # s: where the syllables begin
END = 8.0


def write(path, samples, rate=RATE):
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(rate)
        out.writeframes(array.array('h', [round(32767 * max(-1, min(1, x))) for x in samples]).tobytes())


def vowel(pitch, seconds):
    """A tone with the overtones of a voice, which swells and fades."""
    count = round(seconds * RATE)
    tone = [sum(math.sin(2 * math.pi * k * pitch * n / RATE) / k for k in range(1, 9)) for n in range(count)]
    return [x * .15 * min(1, n / 1500, (count - n) / 2500) for n, x in enumerate(tone)]


def voice(breath=0, noise=0, gain=1):
    """A voice with breath before its phrases, and noise; both are levels."""
    chance = random.Random(SEED)
    samples = [noise * chance.gauss(0, 1) for _ in range(round(END * RATE))]
    for n, phrase in enumerate(PHRASES):
        for at in range(round((phrase[0] - .4) * RATE), round((phrase[0] - .1) * RATE)):
            samples[at] += breath * chance.gauss(0, 1)
        for place, begin in enumerate(phrase):
            until_next = phrase[place + 1] - begin if place + 1 < len(phrase) else .35
            for at, x in enumerate(vowel(180 + 20 * ((n + place) % 4), until_next), round(begin * RATE)):
                samples[at] += x
    return [gain * x for x in samples]


def silent(home):
    """An engine with a voice in several recordings, and a loop."""
    os.mkdir(home.file('library'))
    write(home.file('library/dry.wav'), voice())
    write(home.file('library/quiet.wav'), voice(gain=.003))
    write(home.file('library/breath.wav'), voice(breath=.006))
    write(home.file('library/noise.wav'), voice(noise=.003))
    beats = [.5 * math.sin(n / 9) * math.exp(-(n % 22050) / 4000) for n in range(8 * 22050)]
    write(home.file('library/loop.wav'), beats)
    write(home.file('library/long.wav'), 4 * beats)
    write(home.file('library/nothing.wav'), [])
    home.up()
    home.loophole('index', home.file('library'), '--wait')


def chop(home, name, *more):
    kit = home.first('kit', 'build', '--chops', home.file(f'library/{name}.wav'), '--scope', 'ephemeral', *more)
    home.loophole('kit', 'remove', kit['id'])
    return kit


def parts(kit):
    """The first frame of each slot and the one after its last."""
    return [(slot['layers'][0]['start'], slot['layers'][0]['end']) for slot in kit['slots']]


def samples_of(home, name):
    with wave.open(home.file(f'library/{name}.wav')) as sound:
        return array.array('h', sound.readframes(sound.getnframes()))


def in_order(home, name, kit):
    """The slices in the order of their pads are the sound."""
    source = samples_of(home, name)
    same(list(range(len(kit['slots']))), [slot['pad'] for slot in kit['slots']])
    same(source, sum((source[begin:end] for begin, end in parts(kit)), array.array('h')), name)


@claim(shares=silent)
def a_voice_is_chopped_into_syllables_and_phrases(home):
    begins = [at for phrase in PHRASES for at in phrase]
    for name in ('dry', 'quiet', 'breath', 'noise'):
        kit = chop(home, name, '--kind', 'vocal')
        same(['intro'] + [f'chop{n + 1}' for n in range(len(begins))], [slot['slot'] for slot in kit['slots']], name)
        for begin, (cut, _) in zip(begins, parts(kit)[1:]):
            assert begin - .06 < cut / RATE < begin + .05, (name, begin, cut / RATE)
        numbers = [f'phrase {n}, syllable {k + 1},' for n, phrase in enumerate(PHRASES, 1) for k in range(len(phrase))]
        for slot, number in zip(kit['slots'][1:], numbers):
            contains(slot['why'], number)
        contains(kit['slots'][0]['why'], 'before the first phrase')
        in_order(home, name, kit)


@claim(shares=silent)
def a_cut_is_where_the_sound_crosses_zero(home):
    source, kit = samples_of(home, 'dry'), chop(home, 'dry')
    for cut, _ in parts(kit)[1:]:
        assert source[cut - 1] * source[cut] <= 0, (cut, source[cut - 1], source[cut])
    for cut, _ in parts(chop(home, 'loop', '--kind', 'drum'))[1:]:
        loop = samples_of(home, 'loop')
        assert loop[cut - 1] * loop[cut] <= 0, (cut, loop[cut - 1], loop[cut])


@claim(shares=silent)
def a_loop_is_chopped_at_its_beats(home):
    home.loophole('edit', home.file('library/loop.wav'), 'bpm=120.5')  # its length says 120
    kit = chop(home, 'loop', '--kind', 'drum')
    same([f'beat{n}' for n in range(1, 9)], [slot['slot'] for slot in kit['slots']])
    for beat, (cut, _) in enumerate(parts(kit)):
        assert abs(cut - beat * 22050) <= 250, (beat, cut)
    contains(kit['slots'][5]['why'], 'bar 2, beat 2')
    in_order(home, 'loop', kit)
    home.loophole('edit', home.file('library/long.wav'), 'bpm=480')
    kit = chop(home, 'long', '--kind', 'drum')  # 128 beats
    same(64, len(kit['slots']))
    contains(kit['slots'][1]['why'], 'bar 1, beat 3')
    in_order(home, 'long', kit)
    home.loophole('edit', home.file('library/long.wav'), 'bpm=151.5')
    kit = chop(home, 'long', '--kind', 'drum')  # 40.4 beats are no whole number of them
    same(41, len(kit['slots']))
    for beat, (cut, _) in enumerate(parts(kit)):
        assert abs(cut - beat * 60 * RATE / 151.5) <= 700, (beat, cut)
    in_order(home, 'long', kit)


@claim(shares=silent)
def what_cannot_be_chopped_is_refused_and_makes_no_kit(home):
    before = home.json('kit', 'list')
    home.loophole('edit', home.file('library/noise.wav'), 'bpm=')
    contains(home.refused('kit', 'build', '--chops', home.file('library/nothing.wav'), code=11), 'no sound')
    contains(home.refused('kit', 'build', '--kind', 'texture', '--chops', home.file('library/dry.wav'), code=11),
             '--chops expects --kind vocal or drum, not texture')
    contains(home.refused('kit', 'build', '--chops', home.file('library/dry.wav'), '--tags', 'dusty', code=11), '--tags chooses sounds')
    home.refused('kit', 'build', '--chops', 'tuba', code=12)
    write_file(home.file('library/text.wav'), b'RIFF no sound')
    home.loophole('index', home.file('library'), '--wait')
    home.refused('kit', 'build', '--chops', home.file('library/text.wav'), code=11)
    same(before, home.json('kit', 'list'))


def sounding(home):
    """A sounding engine of 48 kHz, and a sound of 24 kHz that has another level in each second."""
    engine(home, in_step=True)
    os.mkdir(home.file('library'))
    os.mkdir(home.file('library/levels'))
    write(home.file('library/levels/steps.wav'), [level for level in (.1, .2, .4) for _ in range(24000)], 24000)
    home.loophole('index', home.file('library'), '--wait')
    until_connected(home)


def heard_of(home, *hit):
    """What a hit sounds like."""
    def heard():
        until_quiet(home, 'pads', 0)
        tape = Tape(home, 120, 'pads_left', name='part')
        home.loophole('pads', 'hit', *hit)
        until_later(home, 96000)
        frames = array.array('f', file_bytes(tape.stop()))
        return frames if any(frames) and all(x == x for x in frames) else None
    return until(heard, 900, 'the machine has time for the recorder')


@claim(shares=sounding)
def a_slot_plays_its_part_of_a_sound_of_another_rate(home):
    home.loophole('kit', 'new', 'Part')
    home.loophole('kit', 'set', 'Part', 'a', 'sound=' + home.file('library/levels/steps.wav'), 'start=24000', 'end=36000')
    home.loophole('kit', 'load', 'Part')
    pad = until(lambda: pads_of(home).get(0), what='the pad is set')
    same((48000, 72000), (pad['from'], pad['until']))

    frames = heard_of(home, '0')
    middle = [x for x in frames if abs(x - .2) < 5e-3]
    assert 23000 < len(middle) <= 24100, len(middle)
    same([], [x for x in frames if abs(x - .4) < 5e-3][50:], 'what follows the part is not heard')


@claim(shares=sounding)
def each_layer_plays_its_part_of_a_sound(home):
    steps = home.file('library/levels/steps.wav')
    home.loophole('kit', 'new', 'Parts')
    home.loophole('kit', 'set', 'Parts', 'b', 'pad=1', f'sound={steps}', 'velocity=0-0.5', 'end=12000')
    home.loophole('kit', 'set', 'Parts', 'b', f'layer={steps}', 'velocity=0.5-1', 'start=48000', 'end=60000')
    for words in (('kit', 'set', 'Parts', 'b', f'layer={steps}'), ('pads', 'layer', '1', steps)):
        for typed in ('90-10', '64-63', '0.5-0.2'):
            contains(home.fails('loophole', *words, f'velocity={typed}'), f'velocity "{typed}" ends before it begins')
    home.loophole('kit', 'load', 'Parts')
    def parts():
        return [(one['from'], one['until']) for one in pads_of(home).get(1, {}).get('layers', [])]
    until(lambda: parts() == [(0, 24000), (96000, 120000)], what='the pad has the parts of its layers')
    for velocity, level in (('1', .4), ('0.4', .04)):
        frames = heard_of(home, '1', velocity)
        assert 23000 < len([x for x in frames if abs(x - level) < 5e-3]) <= 24100, velocity
        same([], [x for x in frames if abs(x) > level * 1.2], 'no other part is heard')  # the edge of a step rings
    for name in ('Parts', 'Other'):
        home.loophole('project', 'new', name)
        home.loophole('pads', 'clear', '1')
        if name == 'Parts':
            home.loophole('kit', 'load', 'Parts')
    for step, wanted in ((('project', 'open', 'Parts'), 2), (('project', 'undo'), 0), (('project', 'redo'), 2)):
        home.loophole(*step)
        until(lambda: parts() == [(0, 24000), (96000, 120000)][:wanted], what=f'the pad after {step}')


if __name__ == '__main__':
    run_claims()
