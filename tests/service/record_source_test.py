#!/usr/bin/python3
"""Takes of a channel of the mixer and of the master; a file that counts shows each frame."""
import array
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import claim, contains, run_claims, same
from sounding import frame, noise, until_later
from takes import Recording

FRAMES = 48000


def played(home, at):
    """A file of noise that plays from that frame on; its samples."""
    samples = noise(home.file('noise.wav'), FRAMES)
    home.ask('streamer.play', f'path={home.file("noise.wav")}', f'at={at}')
    return [sample / 32768 for sample in samples]


def taken_of(it, id, name):
    it.until_is(id, 'final')
    with open(it.file(name), 'rb') as file:
        file.seek(4096)
        left = array.array('f', file.read())[0::2]
    return it.home.ask('streamer.take', f'id={id}'), left


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
    for name, gain in (('streams', .5), ('master', .5), ('pads', 0)):
        id = home.first('record', 'start', '--name', name, '--source', name, '--seconds', '5')['id']
        at = frame(home) + 2 * 48000
        samples = played(home, at)
        taken, left = taken_of(it, id, name + '.wav')
        same((5 * 48000, 0), (taken['frames'], taken['latency']))
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
    until_later(home, 5 * 48000)
    home.loophole('record', 'keep', '1', '--name', 'kept')
    read = it.read('kept.wav')
    same((48000, 0, 0, 0, []), tuple(read[key] for key in ('frames', 'wrong', 'back', 'jumps', 'silence')))


run_claims()
