#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Takes of a channel of the mixer and of the master; a file that counts shows each frame."""
import array
import itertools

from tests.claims import claim, contains, run_claims, same, until
from tests.sounding import LEADS, came_before, frame, noise, until_later
from tests.record.takes import Recording

FRAMES = 48000


def taken_of(it, id):
    it.until_is(id, 'final')
    taken = it.home.ask('streamer.take', f'id={id}')
    with open(taken['path'], 'rb') as file:
        file.seek(4096)
        return taken, array.array('f', file.read())[0::2]


def take_while_it_plays(it, source):
    """A take of that source, its left side, the frame of the clock from which a file of noise plays, and its samples."""
    home, samples = it.home, noise(it.home.file('noise.wav'), FRAMES)
    for lead in LEADS:
        id = home.first('record', 'start', '--source', source, '--seconds', f'{lead + 5}')['id']
        at = frame(home) + lead * 48000
        home.ask('streamer.play', f'path={home.file("noise.wav")}', f'at={at}')
        in_time = came_before(home, at)
        taken, left = taken_of(it, id)
        same(((lead + 5) * 48000, 0), (taken['frames'], taken['latency']))
        until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')
        if in_time and taken['lost'] == 0:  # else the machine paused
            break
    return taken, left, at, [sample / 32768 for sample in samples]


def sounds_from(it, taken, left, at, samples, gain):
    """The sound begins on its frame of the clock, and each frame of it is in the take."""
    begin = at - taken['first']
    same(0, taken['lost'], taken)
    assert all(abs(left[begin + n] - gain * x) < 1e-4 for n, x in enumerate(samples[:FRAMES - 480])), (begin, taken)
    same(0, sum(x != 0 for x in left[:begin]))


@claim(inside=Recording)
def a_channel_and_the_master_are_recorded_frame_by_frame_at_their_place(it):
    home = it.home
    home.loophole('mixer', 'streams', 'gain=0.5')
    for source, gain in (('streams', .5), ('master', .5), ('pads', 0)):
        taken, left, at, samples = take_while_it_plays(it, source)
        if gain:
            sounds_from(it, taken, left, at, samples, gain)
        else:
            same(0, sum(x != 0 for x in left))
    contains(home.refused('record', 'start', '--source', 'choir'), 'unknown take source "choir"')
    contains(home.refused('record', 'start', '--source', 'pads', '--inputs', it.inputs), 'a take has one of them')


@claim(inside=Recording)
def after_a_take_of_a_channel_the_inputs_are_kept_again(it):
    home = it.home
    id = home.first('record', 'start', '--name', 'bus', '--source', 'master', '--seconds', '1')['id']
    it.until_is(id, 'final')
    for port, to in zip(('in_left', 'in_right'), it.inputs.split(',')):
        home.loophole('audio', 'connect', port, to)
    home.loophole('transport', 'tempo', '240')

    def kept():
        name = f'kept {next(numbers)}'
        lost = it.lost()
        until_later(home, 5 * 48000)
        home.loophole('record', 'keep', '1', '--name', name)
        return it.read(name + '.wav') if it.lost() == lost else None
    numbers = itertools.count()
    read = until(kept, 600, 'the machine does not pause')
    same((48000, 0, 0, 0, []), tuple(read[key] for key in ('frames', 'wrong', 'back', 'jumps', 'silence')))


run_claims()
