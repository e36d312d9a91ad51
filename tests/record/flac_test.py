#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A take in FLAC: when its WAV has ended, it is encoded, read back and replaced."""
import array
import json
import os
import sys

from tests.claims import BUILD, TOP, claim, contains, file_bytes, file_text, printed_in, run_claims, same, until, write_file
from tests.record.takes import HeldEncoder, Recording, recording

FLAC = '[recording]\nformat = flac\n'


class HeldRecording(Recording):
    """A Recording with an encoder that waits until held.release()."""

    def __init__(self, home):
        super().__init__(home, FLAC)
        self.held = HeldEncoder(home)

    def until_encodes(self, id):
        until(lambda: self.state(id) == 'encoding', what='the take is encoded')


def remark(it, id):
    return it.home.ask('streamer.take', f'id={id}')['remark']


@claim(inside=recording(FLAC + 'latency_frames = 1000\n'))
def the_flac_has_the_recorded_input_frame_by_frame(it):
    lost, id = it.lost(), it.start('first')
    it.until_frames(id, 200000)
    shown = it.show(id)
    same(('wav', 'pending'), (shown['container'], shown['lifecycle']))
    reported = it.stop()
    same(('final', 'flac', id, it.file('first.flac')), tuple(reported[key] for key in ('state', 'format', 'id', 'path')))
    it.is_flac(id, 'first', lost)
    same((reported['frames'], reported['size']), (it.read('first.flac')['frames'], os.path.getsize(it.file('first.flac'))))
    shown = it.show(id)
    same((reported['first'], 1000), (shown['first'], shown['latency']))
    contains(it.home.run('soxi', '-a', it.file('first.flac')).out,
             f'loophole take {id} first {reported["first"]} latency 1000')
    it.until_analysed(id)


@claim(inside=recording(FLAC))
def the_content_that_is_reported_is_the_files(it):
    """The recorder reports the same content that the indexer finds by itself."""
    id = it.until_final('reported', '--seconds', '1')
    hashed = json.loads(it.home.run(sys.executable, TOP + '/tests/engine/worker_drive.py', '--hash',
                                    BUILD + '/bin/loophole-worker', it.file('reported.flac')).out.splitlines()[0])
    content = it.home.ask('search.get', f'id={id}')['item']['media']['content']
    assert content, 'the item has no content'
    same(hashed['found']['content'], content)


@claim(inside=Recording)
def each_take_may_ask_for_its_format(it):
    it.until_final('plain', '--seconds', '1')
    shown = it.show(it.until_final('small', '--seconds', '1', '--format', 'wav24'))
    same(('pcm', 24), (shown['sample_format'], shown['bit_depth']))
    same(4096 + 48000 * 6, os.path.getsize(it.file('small.wav')))
    id = it.start('packed', '--seconds', '1', '--format', 'flac')
    it.is_flac(id, 'packed')
    same(48000, it.show(id)['frames'])
    same(['packed.flac', 'plain.wav', 'small.wav'], it.files())
    contains(it.home.refused('record', 'start', '--format', 'mp3'), 'wav, wav24, flac')


@claim(inside=recording(FLAC))
def a_sample_over_full_scale_leaves_the_wav_with_a_reason(it):
    home = it.home
    loud, inputs = it.play_counter('loud', 'over')
    events = home.start_into(home.file('event'), 'loophole', 'events', 'streamer.take', '--json')

    def said(event):
        return [line for line in printed_in(home.file('event')).splitlines() if event in line]

    id = home.first('record', 'start', '--inputs', inputs, '--name', 'loud')['id']
    it.until_frames(id, 96000)
    until(lambda: said('streamer.take_progress'), what='it listens')
    reported = it.stop()
    same(('final', 'wav', it.file('loud.wav')), (reported['state'], reported['format'], reported['path']))
    contains(reported['remark'], '6.0 dB over full scale, which FLAC would clip')
    contains(home.loophole('status').out, 'stays a WAV')
    contains(until(lambda: said('streamer.take_final'))[0], 'over full scale')
    events.terminate()
    events.wait(600)
    same(['loud.wav'], it.files())
    shown = it.show(id)
    same(('wav', 'float', 'final'), (shown['container'], shown['sample_format'], shown['lifecycle']))
    same(2.0, max(array.array('f', file_bytes(it.file('loud.wav'))[4096:])), 'it is clipped')
    loud.terminate()
    loud.wait(600)


@claim(inside=HeldRecording)
def another_take_runs_while_one_is_encoded(it):
    home, lost, one = it.home, it.lost(), it.start('one')
    it.until_frames(one, 96000)
    stopped = home.file('stopped')
    stop = home.start_into(stopped, 'loophole', 'record', 'stop', '--json')
    it.until_encodes(one)
    contains(home.loophole('tasks').out, 'Making FLAC of "one"')
    contains(home.loophole('record', 'takes').out, 'encodes')
    home.loophole('library', 'rescan', '--wait')
    same('pending', it.lifecycle(one))
    two = it.start('two', '--seconds', '1')
    it.until_encodes(two)
    assert {'one.wav', 'two.wav'} <= set(it.files()), it.files()
    same(two, home.ask('streamer.record_stop')['id'])  # it has ended by itself
    it.held.release()
    code = stop.wait(600)
    with open(stopped, encoding='utf-8') as said:
        reported = json.loads(said.readline())
    same((0, 'final', 'flac'), (code, reported['state'], reported['format']))
    it.is_flac(one, 'one', lost)
    it.is_flac(two, 'two')
    contains(home.loophole('tasks').out, 'No task is under way')


@claim(inside=HeldRecording)
def an_encoding_that_is_cancelled_leaves_the_wav(it):
    one = it.start('one', '--seconds', '1')
    it.until_encodes(one)
    two = it.start('two', '--seconds', '1')
    it.until_encodes(two)
    it.home.loophole('cancel', two)  # this take waits
    it.until_is(two, 'final')
    it.home.loophole('cancel', one)  # this take is being encoded
    it.until_is(one, 'final')
    contains(remark(it, one), 'cancelled')
    same(['one.wav', 'two.wav'], it.files())
    it.held.release()


@claim(inside=HeldRecording)
def while_it_is_replaced_no_scan_takes_either_file_for_a_sound(it):
    """A scan, or a person, may see the FLAC and the WAV at any moment: there is still one item."""
    home, id = it.home, it.start('seen', '--seconds', '1')
    it.until_encodes(id)
    other = it.file('seen.flac')  # a foreign file with the name of the FLAC
    home.run('sox', '-n', '-r', '48000', '-c', '2', other, 'synth', '1', 'sine', '440')
    home.loophole('library', 'rescan', '--wait')
    same([id], [item['id'] for item in home.json('search', 'is:pending')])
    same(0, home.first('summary')['files'])
    it.held.release()
    it.until_is(id, 'final')
    contains(remark(it, id), f'another file is at {other}')
    home.loophole('library', 'rescan', '--wait')
    same(['seen.flac', 'seen.wav'], it.files())
    same(2, home.first('summary')['files'])


@claim(inside=recording(FLAC))
def a_flac_of_that_name_is_left_alone(it):
    it.until_final('same', '--seconds', '1')
    it.is_flac(it.start('same', '--seconds', '1'), 'same 2')
    write_file(it.file('mine.flac'), 'theirs')  # whether the catalogue has the file yet or not
    it.is_flac(it.start('mine', '--seconds', '1'), 'mine 2')
    same('theirs', file_text(it.file('mine.flac')))


@claim(inside=recording(FLAC))
def an_abandoned_take_is_not_encoded(it):
    id = it.start('no')
    it.until_frames(id, 4800)
    same('abandoned', it.home.first('record', 'cancel')['state'])
    same(['no.wav'], it.files())
    it.home.loophole('record', 'delete', id)
    same([], it.files())


run_claims()
