#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Recording on a running audio core: the sound that a JACK client plays is compared frame by frame with the take."""
import array
import json
import os
import re

from tests.claims import claim, contains, file_bytes, file_text, run_claims, same, until
from tests.sounding import until_connected
from tests.record.take import UNIT, chunks
from tests.record.takes import Recording, recording


@claim(inside=Recording)
def the_file_of_a_take_has_the_recorded_input_frame_by_frame(it):
    lost, id = it.lost(), it.start('first')
    it.until_frames(id, 96000)
    reported = it.stop()
    same(('final', id), (reported['state'], reported['id']))
    it.is_whole('first.wav', lost, reported['lost'])
    same(reported['frames'], it.read('first.wav')['frames'])
    same(os.path.getsize(it.file('first.wav')), reported['size'])
    shown = it.show(id)
    same(('final', 'recorded', 'float', 48000, 2),
         tuple(shown[key] for key in ('lifecycle', 'origin', 'sample_format', 'sample_rate', 'channels')))
    it.until_analysed(id)


@claim(inside=Recording)
def the_events_of_a_take_draw_what_its_file_has(it):
    events, over = it.progress(), it.over()
    it.begin('--name', 'drawn', inputs=over)
    heard = until(lambda: events(lambda one: one['take']['frames'] > 150000))
    same(0, it.draws_the_file(heard, 'drawn.wav'))
    it.stop()


@claim(inside=Recording)
def a_take_of_so_many_seconds_ends_by_itself_to_the_frame(it):
    it.until_final('short', '--seconds', '2')
    same(96000, it.read('short.wav')['frames'])


@claim(inside=recording('[recording]\nlatency_frames = 1000\n'))
def a_take_lies_where_it_was_heard(it):
    def take(name):
        begun = it.begin('--name', name, '--seconds', '1')
        it.until_is(begun['id'], 'final')
        it.home.run('loophole', 'record', 'stop', code=None)  # the streamer has the answer of persist
        return begun

    one, two = take('one'), take('two')
    same((1000, 1000), (one['latency'], two['latency']))
    same(one['first'], it.read('one.wav')['began'])
    clock = two['first'] - one['first']
    same(clock % 8388607, (it.read('two.wav')['first'] - it.read('one.wav')['first']) % 8388607)
    it.home.settings('')
    it.home.loophole('restart', 'streamer')
    it.home.wait_ready('streamer')
    server = it.home.ask('audio.server')
    same(server['latency_in'] + server['latency_out'], take('three')['latency'])


@claim(inside=Recording)
def a_take_is_neither_found_nor_analysed_while_it_runs(it):
    home, id = it.home, it.start('running')
    it.until_frames(id, 48000)
    home.loophole('library', 'rescan', '--wait')
    shown = it.show(id)
    same(('pending', 'none'), (shown['lifecycle'], shown['analysis']))
    same([], home.json('search', 'running'))
    same(id, home.first('search', 'is:pending')['id'])
    contains(home.refused('record', 'start', '--name', 'second'), 'the take "running" is under way')
    home.loophole('record', 'stop')
    it.until_analysed(id)
    same(id, home.first('search', 'running')['id'])
    contains(home.refused('record', 'stop'), 'no take is under way')


@claim(inside=Recording)
def an_abandoned_take_is_kept_and_deleted_only_on_request(it):
    home, id = it.home, it.start('no')
    it.until_frames(id, 4800)
    reported = home.first('record', 'cancel')
    same(('abandoned', id), (reported['state'], reported['id']))
    home.loophole('library', 'rescan', '--wait')
    shown = it.show(id)
    same(('abandoned', 'none'), (shown['lifecycle'], shown['analysis']))
    same(os.path.getsize(it.file('no.wav')), it.takes()[id]['size'])
    contains(home.loophole('record', 'takes').out, 'given up')
    final = it.until_final('yes', '--seconds', '1')
    contains(home.refused('record', 'delete', final), 'is not an abandoned take')
    home.loophole('record', 'delete', id)
    same([], home.json('record', 'takes'))
    assert not os.path.exists(it.file('no.wav')), 'its file is there'
    contains(home.refused('show', id), 'no media item')
    assert os.path.exists(it.file('yes.wav')), 'another file is gone'


@claim(inside=recording('[recording]\ncancelled = delete\n'))
def an_abandoned_take_is_deleted_at_once_if_the_setting_says_so(it):
    id = it.start('never')
    it.until_frames(id, 4800)
    it.home.loophole('record', 'cancel')
    assert not os.path.exists(it.file('never.wav')), 'its file is there'
    same([], it.home.json('record', 'takes'))
    contains(it.home.refused('show', id), 'no media item')


@claim(inside=Recording)
def a_take_outlives_a_restart_and_is_final_after_an_orderly_end(it):
    home, id = it.home, it.start('long')
    it.until_frames(id, 4800)
    home.loophole('restart', 'streamer')
    home.wait_ready('streamer')
    it.until_frames(id, it.frames(id) + 4800)
    home.down()  # before the player starts: silence would not be a counter
    it.stop_counting()
    home.up()
    ended = home.first('recover')
    same((id, 'final'), (ended['id'], ended['state']))
    it.until_analysed(id)
    read = it.read('long.wav')
    same((0, 0), (read['wrong'], read['back']), read)
    contains(home.loophole('recover').out, 'final')


@claim(inside=Recording)
def a_name_that_is_taken_gets_a_number(it):
    home = it.home
    it.until_final('same', '--seconds', '1')
    until(lambda: home.loophole('library', 'list').out.endswith('  1 file\n'))
    id = it.until_final('same', '--seconds', '1')
    same(it.file('same 2.wav'), it.show(id)['path'])
    contains(home.refused('record', 'start', '--name', 'a/b'), 'has a slash')
    contains(home.refused('record', 'start', '--inputs', 'nobody:left'), 'no JACK port')
    contains(home.refused('record', 'start', '--inputs', 'nobody:left,right'), 'field inputs[1]')
    contains(home.refused('similar', '--port', 'right'), 'field port')
    until(lambda: 'nobody' not in home.loophole('ask', 'audio.ports').out)
    os.makedirs(it.file('mine.wav/theirs'))
    mine = it.until_final('mine', '--seconds', '1')
    same((it.file('mine 2.wav'), 'mine'), (it.show(mine)['path'], it.show(mine)['name']))
    same(['theirs'], os.listdir(it.file('mine.wav')))
    same([], home.json('record', 'takes'))


@claim(inside=Recording)
def the_file_of_a_take_has_a_portable_name(it):
    """The item keeps the name that the person gave; no other file of the folder has a twin of the file's."""
    names = {'Chorus: 2?': 'Chorus_ 2_.wav', 'CON': '_CON.wav', 'ÉTÉ': 'ÉTÉ.wav', 'été': 'été 2.wav', 'Chorus_ 2*': 'Chorus_ 2_ 2.wav'}
    for name, file in names.items():
        id = it.until_final(name, '--seconds', '1')
        same((it.file(file), name), (it.show(id)['path'], it.show(id)['name']))


def _ports(it):
    return it.home.loophole('audio', 'ports').out


def _in_ports(it):
    return len(re.findall('^in_(?:left|right) .*count-', _ports(it), re.M))


@claim(inside=Recording)
def connections_made_for_a_take_are_removed_after_it(it):
    home, left = it.home, it.inputs.split(',')[0]
    id = it.start('first', '--seconds', '1')
    contains(_ports(it), '(take)')
    it.until_is(id, 'final')
    until(lambda: _in_ports(it) == 0)
    assert 'count-' not in file_text(home.file('data/audio.connections'))
    home.loophole('audio', 'connect', 'in_left', left)
    id = it.start('second')
    home.kill('streamer')
    home.kill('audio')
    it.until_it_goes_on(id)
    home.loophole('record', 'stop')
    until(lambda: _in_ports(it) == 1)
    contains(_ports(it), f'in_left        {left}')
    home.loophole('audio', 'disconnect', 'in_left', left)
    id = it.start('third', '--seconds', '1')
    home.kill('streamer')  # its successor finds the connections of a take that is ending or has ended
    it.until_is(id, 'final')
    until(lambda: _in_ports(it) == 0)
    contains(home.refused('record', 'start', '--inputs', f'{left},nobody:right'), 'no JACK port "nobody:right"')
    until(lambda: _in_ports(it) == 0)
    assert 'nobody' not in _ports(it)


@claim(inside=Recording)
def more_than_two_inputs_are_added_in_turn_to_the_left_and_the_right(it):
    """Both counters play the same clock, so the left side has twice the right one's count."""
    home, own = it.home, it.inputs
    other, theirs = it.play_counter('other')
    it.others.append(other)
    three = f'{own},{theirs.split(",")[0]}'
    it.until_is(it.begin('--name', 'three', '--seconds', '1', inputs=three)['id'], 'final')
    data = file_bytes(it.file('three.wav'))
    samples = next(array.array('f', data[at:at + size]) for name, at, size in chunks(data) if name == b'data')
    left, right = ([round(one * UNIT) for one in samples[side::2]] for side in (0, 1))
    added = sum(b < 0 and abs(a + 2 * b) <= 1 for a, b in zip(left, right))
    steps = sum(after == before - 1 for before, after in zip(right, right[1:]))
    assert len(left) == 48000 and min(added, steps) > 40000, (len(left), added, steps)  # JACK may skip a client's period
    until(lambda: _in_ports(it) == 0)
    contains(home.refused('record', 'start', '--inputs', f'{own},nobody:left'), 'no JACK port "nobody:left"')
    contains(home.refused('record', 'start', '--inputs', f'{own},nobody:left,nobody:right'), '"nobody:left" and "nobody:right"')
    contains(home.refused('record', 'start', '--inputs', ','.join([own] * 9)), 'more than 16 ports')
    contains(home.refused('ask', 'streamer.record', 'inputs=' + json.dumps([*own.split(','), '', 'other:left'])), 'inputs[2]')
    until(lambda: _in_ports(it) == 0)


@claim(inside=Recording)
def a_removed_connection_is_gone_from_the_next_list(it):
    home, own = it.home, it.home.ask('audio.server')['client']
    right = it.inputs.split(',')[1]
    for _ in range(5):
        home.loophole('audio', 'connect', 'in_left', f'{own}:preview_left')
        until(lambda: len(re.findall('preview_left.*in_left', _ports(it))) == 1)
        assert own not in home.loophole('audio', 'disconnect', 'in_left', f'{own}:preview_left').out
        assert own not in _ports(it)
        home.loophole('audio', 'connect', 'in_right', right)
        assert 'count-' not in home.loophole('audio', 'disconnect', 'in_right', right).out
        assert 'count-' not in _ports(it)
    contains(home.refused('audio', 'disconnect', 'in_left', 'nobody:left', code=12),
             'in_left is not connected to "nobody:left"')


@claim
def at_96_khz_the_rings_hold_as_many_seconds(home):
    _records_at(home, 96000)


@claim
def at_192_khz_the_rings_hold_as_many_seconds(home):
    _records_at(home, 192000)


def _records_at(home, rate):
    with Recording(home, f'[audio]\nrate = {rate}\n') as it:
        with open(home.file('data/names'), encoding='utf-8') as names:
            ring = f'/dev/shm/loophole-{names.read().split()[0]}-capture.0'
        until(lambda: os.path.exists(ring) and os.path.getsize(ring) > 16 * rate * 8)
        until_connected(home)
        home.wait_ready('streamer')
        same(rate, int(file_text(home.file('data/audio.rate'))))
        home.loophole('record', 'start', '--name', 'fast', '--seconds', '1')
        until(lambda: os.path.exists(it.file('fast.wav')) and _frames(it) == rate)


@claim
def a_recording_begins_although_the_streamer_ends_meanwhile(home):
    with Recording(home) as it:
        with open(home.file('data/names'), encoding='utf-8') as names:
            ring = f'/dev/shm/loophole-{names.read().split()[0]}-stream.0'
        streamer = home.pid('streamer')
        with home.paused('persist'):
            begins = home.start('loophole', 'record', 'start', '--name', 'kept', '--seconds', '1')
            until(lambda: os.path.isdir(it.folder))  # then the streamer waits for persist
            with open(ring, 'r+b') as file:
                file.write(bytes(64))
            until(lambda: home.pid('streamer') not in (None, streamer))
        same(0, begins.wait(600))
        until(lambda: os.path.exists(it.file('kept.wav')) and _frames(it, 'kept.wav') == 48000)


@claim(inside=Recording)
def a_recording_begins_although_the_streamer_is_restarted_meanwhile(it):
    home = it.home
    streamer = home.pid('streamer')
    with home.paused('persist'):
        begins = home.start('loophole', 'record', 'start', '--name', 'kept', '--seconds', '1')
        until(lambda: os.path.isdir(it.folder))  # then the streamer waits for persist
        home.loophole('restart', 'streamer')
        until(lambda: home.pid('streamer') not in (None, streamer))
    same(0, begins.wait(600))
    until(lambda: os.path.exists(it.file('kept.wav')) and _frames(it, 'kept.wav') == 48000)


def _frames(it, name='fast.wav'):
    try:
        return it.read(name)['frames']
    except Exception:  # it is being written
        return None


@claim
def without_an_audio_core_nothing_begins(home):
    home.up()
    contains(home.refused('record', 'start'), 'streamer')


run_claims()
