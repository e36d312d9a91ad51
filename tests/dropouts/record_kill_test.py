#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A take under kills, power cuts, full disks and disks that stall. The sound that a JACK client plays is compared with
the file frame by frame."""
import os
import re
import shutil
import signal
import time

from tests.claims import claim, contains, figure, how_often, printed_in, random, run_claims, same, until
from tests.drives.disks import Lossy, Small
from tests.record.takes import Recording, recording_in

ROUNDS = how_often(20, 200)


def is_in_order(it, name):
    """The existing part of the take has nothing wrong in it, and never goes back."""
    read = it.read(name)
    assert (read['wrong'], read['back']) == (0, 0), read
    return read


@claim(inside=Recording)
def a_take_goes_on_when_the_streamer_is_killed(it):
    lost, id = it.lost(), it.start('killed')
    for _ in range(ROUNDS):
        it.until_frames(id, it.frames(id) + 100001)
        until(lambda: it.home.has_lived('streamer'))  # its frames may be those of a pause, read at once
        time.sleep(random.uniform(.1, .4))
        it.home.kill('streamer')
    it.until_it_goes_on(id)
    reported = it.stop()
    same(('final', id), (reported['state'], reported['id']))
    it.is_whole('killed.wav', lost, reported['lost'])
    figure(f'{ROUNDS} kills, {reported["frames"]} frames, {reported["lost"]} that the audio core missed')


@claim(inside=Recording)
def after_a_kill_the_waveform_of_a_take_has_its_first_known_frame(it):
    events, over = it.progress(), it.over()
    id = it.begin('--name', 'known', inputs=over)['id']
    it.until_frames(id, 100000)
    until(lambda: it.home.has_lived('streamer'))
    it.home.kill('streamer')
    heard = until(lambda: events(lambda one: one['peaks']['from'] > 0 and
                                 one['take']['frames'] - one['peaks']['from'] > 150000))
    assert it.draws_the_file(heard, 'known.wav') >= 90000, heard['peaks']['from']
    it.stop()


@claim(inside=Recording)
def a_stop_that_the_streamer_dies_before_is_done_by_its_successor(it):
    home = it.home
    for number in range(1, 6):
        id = it.start(f'stop{number}')
        it.until_it_goes_on(id)
        until(lambda: home.has_lived('streamer'))
        said = home.file('stop.log')
        stop = home.start_into(said, 'loophole', 'record', 'stop', '--budget', '120000')
        time.sleep(random.uniform(0, .09))
        os.kill(home.pid('streamer'), signal.SIGKILL)
        if stop.wait(600):  # the take was final before the answer left, or its disk was silent for long
            assert re.search('no take is under way|the take "stop.*" ends when it does', printed_in(said)), printed_in(said)
        it.until_is(id, 'final')
        is_not_cut(it, id)
        is_in_order(it, f'stop{number}.wav')
        home.wait_ready('streamer')


@claim
def a_stop_that_comes_while_a_take_is_recovered_is_answered_at_its_end(home):
    """Its disk pauses meanwhile. An ask may blame the disk 4 s after it was sent, but not sooner."""
    with Lossy(home, home.file('takes'), 1) as disk, recording_in(disk.at)(home) as it:
        id = it.start('kept')
        it.until_frames(id, 100000)
        until(lambda: home.has_lived('streamer'))
        was = home.pid('streamer')
        os.kill(was, signal.SIGKILL)
        until(lambda: not os.path.exists(f'/proc/{was}'))
        disk.process.send_signal(signal.SIGSTOP)
        try:
            home.wait_ready('streamer')
            began, said = time.monotonic(), [home.file(f'stop{n}') for n in range(2)]
            stops = [home.start_into(path, 'loophole', 'record', 'stop', '--budget', '120000') for path in said]
            until(lambda: any('another client ends this take' in printed_in(path) for path in said), what='one ask waits')
        finally:
            disk.process.send_signal(signal.SIGCONT)
        codes = [stop.wait(600) for stop in stops]
        assert 0 in codes or time.monotonic() - began >= 4, [printed_in(path) for path in said]
        it.until_is(id, 'final')
        is_not_cut(it, id)
        home.stop()


@claim(inside=Recording)
def a_take_outlives_persist_and_indexer(it):
    lost, id = it.lost(), it.start('lives')
    for service in ('persist', 'indexer'):
        it.until_it_goes_on(id)
        it.home.kill(service)
    it.until_it_goes_on(id)
    os.kill(it.home.pid('persist'), signal.SIGKILL)
    reported = it.stop()
    same(('final', id), (reported['state'], reported['id']))
    it.is_whole('lives.wav', lost, reported['lost'])
    same('final', it.lifecycle(id))


@claim(inside=Recording)
def after_the_death_of_all_at_most_the_last_second_is_missing(it):
    """Engine, JACK server and player die at once; then the memory is removed, as by a reboot."""
    id = it.start('rest')
    it.until_frames(id, 100000)
    it.kill_all()
    frames = it.frames_on_disk('rest.wav')
    it.forget_memory()
    it.home.up()
    _recovers(it, id, 'rest.wav', frames)
    same([id], list(it.takes()))
    says_why(it, id, 'stopped while it was recorded')


def _recovers(it, id, name, frames):
    reported = it.home.first('recover')
    same((id, 'final'), (reported['id'], reported['state']))
    assert reported['frames'] >= frames - 48000, f'of {frames} frames there are: {reported}'
    same(reported['frames'], is_in_order(it, name)['frames'])
    return reported['frames']


@claim(inside=Recording)
def a_take_whose_file_a_person_deleted_after_the_death_of_all_is_no_item(it):
    id = it.start('deleted')
    it.until_frames(id, 100000)
    it.kill_all()
    os.unlink(it.file('deleted.wav'))
    it.forget_memory()
    it.home.up()
    it.until_is(id, '')
    same([], it.home.json('record', 'takes'))
    same([], it.files())


@claim(inside=lambda home: Recording(home, '[supervisor]\nhang_ms = 300000\n'))
def an_ask_to_end_a_take_that_is_lost_does_not_end_the_next_one(it):
    """Its file is deleted, so its streamer's successor cannot continue it, and persist does not answer meanwhile."""
    home = it.home
    id = it.start('gone')
    it.until_frames(id, 100000)
    until(lambda: home.has_lived('streamer'))
    os.unlink(it.file('gone.wav'))
    with home.paused('persist'):
        home.kill('streamer')
        home.wait_ready('streamer')
        said = [home.file(f'cancel{n}') for n in range(2)]
        asked = [home.start_into(path, 'loophole', 'record', 'cancel') for path in said]
        until(lambda: any('another client ends this take' in printed_in(path) for path in said), what='one ask waits')
        contains(home.refused('record', 'start', '--inputs', it.inputs, '--name', 'next'), 'is being finished')
    for one in asked:
        one.wait(600)
    id = until(lambda: home.json('record', 'start', '--inputs', it.inputs, '--name', 'next', code=None))[0]['id']
    it.until_frames(id, 100000)
    same(('running', []), (it.state(id), [one for one in it.files() if 'gone' in one]))
    same('final', it.stop()['state'])


@claim
def after_a_power_cut_at_most_the_last_second_is_missing(home):
    for seed in range(1, 7):
        with Lossy(home.other(f'cut{seed}'), home.file(f'takes{seed}'), seed) as disk, \
                recording_in(disk.at)(disk.home) as it:
            name = f'cut{seed}'
            id = it.start(name)
            it.until_frames(id, 100000)
            time.sleep(random.uniform(.1, 1))
            it.kill_all(but=disk.process.pid)
            frames = it.frames_on_disk(name + '.wav')
            disk.cut_power()
            disk.unmount()
            it.forget_memory()
            disk.mount(seed + 100)
            it.home.up()
            there = _recovers(it, id, name + '.wav', frames)
            figure(f'seed {seed}: of {frames} frames {frames - there} are missing')
            it.home.stop()


@claim
def a_take_whose_disk_fails_while_it_is_taken_over_stays_pending_and_ends_later(home):
    with Lossy(home, home.file('takes'), 1) as disk, recording_in(disk.at)(home) as it:
        id = it.start('unread')
        it.until_frames(id, 100000)
        until(lambda: home.has_lived('streamer'))
        disk.turn_readable(it.file('unread.wav'), False)
        home.kill('streamer')
        until(lambda: 'cannot read the take' in home.loophole('status').out, what='the alarm of the take')
        same('pending', it.lifecycle(id))
        disk.turn_readable(it.file('unread.wav'), True)
        home.loophole('recover')
        home.loophole('record', 'stop', code=None)  # it goes on, if the ring still has its next frame
        it.until_is(id, 'final')
        assert is_in_order(it, 'unread.wav')['frames'] >= 48000
        home.stop()


@claim
def a_disk_that_stalls_for_a_while_loses_nothing(home):
    with Lossy(home, home.file('takes'), 1) as disk, recording_in(disk.at)(home) as it:
        lost, id = it.lost(), it.start('stall')
        for _ in range(2):
            it.until_it_goes_on(id)
            disk.process.send_signal(signal.SIGSTOP)
            time.sleep(3)  # the fault itself: the length of the stall
            disk.process.send_signal(signal.SIGCONT)
        it.until_it_goes_on(id)
        it.is_whole('stall.wav', lost, it.stop()['lost'])
        home.stop()


@claim
def a_full_disk_ends_the_take_with_the_frames_so_far(home):
    with Small(home.file('takes'), '2m') as disk, recording_in(disk.at)(home) as it:
        events = home.start_into(home.file('event'), 'loophole', 'events', 'streamer.take_failed', '--limit', '1', '--json')
        it.until_final('full')
        contains(home.loophole('status').out, 'ended early')
        said = home.loophole('record', 'stop', code=20)  # full
        contains(said.out, 'final')
        contains(said.out, '(cannot write the take: No space left on device)')
        contains(said.err, 'the take ended early')
        contains(home.first('record', 'stop', code=20)['failure'], 'No space left')
        contains(home.loophole('logs', 'streamer').out, 'a take ended early')
        events.wait(600)
        contains(printed_in(home.file('event')), 'No space left')
        assert is_in_order(it, 'full.wav')['size'] > 2000000, 'there was room for more'
        os.unlink(it.file('full.wav'))
        until(lambda: shutil.disk_usage(disk.at).free > 1000000)  # the analysis may still read the file
        it.until_final('again', '--seconds', '1')
        same(48000, it.read('again.wav')['frames'])
        same('', home.ask('streamer.status')['alarm'])
        home.stop()


def says_why(it, id, why):
    """The mark of a take that was cut: in the item, in the list of takes, in its answer and in a search. Returns it."""
    cut, listed, taken = it.show(id)['cut'], it.takes()[id], it.home.ask('streamer.take', f'id={id}')
    contains(cut['why'], why)
    same({(cut['why'], cut['code'], cut['at'])}, {(one['failure'], one['failure_code'], one['frames']) for one in (listed, taken)})
    contains(it.home.loophole('show', id).out, cut['why'])
    contains(it.home.loophole('record', 'takes').out, cut['why'])
    query = 'is:cut' if it.lifecycle(id) == 'final' else 'is:cut is:abandoned'
    until(lambda: id in [one['id'] for one in it.home.json('search', query)], what='search finds it')
    return cut


def is_not_cut(it, id):
    same((None, None, ''), (it.show(id).get('cut'), it.takes().get(id), it.home.ask('streamer.take', f'id={id}')['failure']))


@claim
def a_take_that_a_full_disk_cut_says_so_after_the_next_take_and_after_a_restart(home):
    with Small(home.file('takes'), '2m') as disk, recording_in(disk.at)(home) as it:
        id = it.until_final('full', '--seconds', '60')
        cut = says_why(it, id, 'No space left on device')
        same(('full', 60 * 48000, it.show(id)['frames']), (cut['code'], cut['wanted'], cut['at']))
        it.until_analysed(id)
        os.truncate(it.file('full.wav'), 4096)
        until(lambda: shutil.disk_usage(disk.at).free > 1000000)
        is_not_cut(it, it.until_final('again', '--seconds', '1'))
        stopped = it.start('stopped')
        it.until_frames(stopped, 10000)
        it.stop()
        is_not_cut(it, stopped)
        home.kill('streamer')
        home.wait_ready('streamer')
        same(cut['why'], home.ask('streamer.take', f'id={id}')['failure'])
        same(cut, it.show(id)['cut'])
        is_not_cut(it, stopped)
        home.stop()


@claim(inside=Recording)
def a_take_that_was_answered_is_never_gone_after_a_power_cut_and_says_why_it_ended(it):
    for number in range(4):
        id = it.start(f'cut{number}', '--seconds', '600')
        time.sleep(number * .3)  # the fault itself: how long it was recorded
        it.kill_all()
        it.forget_memory()
        it.home.up()
        until(lambda: it.lifecycle(id) in ('final', 'abandoned'), what='the take has ended')  # pylint: disable=cell-var-from-loop
        cut = says_why(it, id, 'stopped while it was recorded')
        same(('offline', 600 * 48000), (cut['code'], cut['wanted']))
        contains(it.home.loophole('status').out, f'the take cut{number} ended early')
        figure(f'{number * .3} s: {cut["at"]} frames, {it.lifecycle(id)}')
        it.home.kill('streamer')
        it.home.wait_ready('streamer')
        same(cut, says_why(it, id, 'stopped while'))
        it.count()
        until(lambda: it.home.is_ready('audio'))
    it.home.stop()


@claim(inside=Recording)
def a_take_that_the_end_of_the_engine_cut_says_so(it):
    id = it.start('down')
    it.until_frames(id, 50000)
    it.home.stop()
    it.home.up()
    it.until_is(id, 'final')
    says_why(it, id, 'the engine stopped while it was recorded')


run_claims()
