#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A take becomes FLAC under kills at every step, power cuts and full disks. In the end there is one complete file, and
one item that has it."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import time

from tests.claims import (claim, contains, figure, how_often, needs, printed_in, random, run_claims, same, skip, until,
                    write_file)
from tests.drives.disks import Lossy, Small, Stalling
from tests.record.takes import HeldEncoder, recording, recording_in

FLAC = '[recording]\nformat = flac\n'


def is_in_order(it, name):
    """The file has only the holes that the audio core left, and nothing wrong in it."""
    read = it.read(name)
    assert (read['wrong'], read['back']) == (0, 0), read


def stop_in_background(it):
    return it.home.start_into(it.home.file('stop.log'), 'loophole', 'record', 'stop')


@claim(inside=recording(FLAC))
def a_take_goes_on_when_the_streamer_is_killed_and_is_flac_then(it):
    lost, id = it.lost(), it.start('killed')
    for _ in range(3):
        it.until_frames(id, it.frames(id) + 100001)
        until(lambda: it.home.has_lived('streamer'))
        it.home.kill('streamer')
    it.until_it_goes_on(id)
    reported = it.stop()
    same(('final', 'flac'), (reported['state'], reported['format']))
    it.is_flac(id, 'killed', lost)


def _needs_strace():
    needs('strace')
    with subprocess.Popen(['sleep', '60']) as sleeper:
        tried = subprocess.run(['timeout', '--signal=INT', '5', 'strace', '-p', str(sleeper.pid), '-o', '/dev/null'],
                               stderr=subprocess.PIPE, text=True, check=False)
        sleeper.kill()
    if 'attached' not in tried.stderr:
        skip(f'strace cannot attach to a process: {tried.stderr[:200]}')


def _kill_at(it, call, path, when, name):
    """Kills the streamer before its WHEN-th call of that kind on that path."""
    home, lost, id, said = it.home, it.lost(), it.start(name), it.home.file('strace')
    it.until_frames(id, 150000)
    until(lambda: home.has_lived('streamer'))
    pid = home.pid('streamer')
    strace = home.start_into(said, 'strace', '-f', '-p', str(pid), '-o', '/dev/null', '-P', path,
                             '-P', os.path.basename(path), '-e', f'trace={call}',
                             '-e', f'inject={call}:signal=KILL:when={when}')
    until(lambda: 'attached' in printed_in(said))
    stop = stop_in_background(it)
    until(lambda: home.is_other('streamer', pid), what=f'the streamer was killed before {call} of {path}')
    strace.wait(600)
    stop.wait(600)
    it.is_flac(id, name, lost)


def _killed_before_calls(it, *calls):
    for call, file, when, name in calls:
        _kill_at(it, call, it.file(file) if file else it.folder, when, name)
    same(sorted(name + '.flac' for *_, name in calls), it.files())


@claim(inside=recording(FLAC))
def killed_before_any_call_of_the_encoding_the_streamer_leaves_one_whole_file(it):
    _needs_strace()
    _killed_before_calls(it, ('openat', 'call_a.flac.part', 1, 'call_a'), ('ftruncate', 'call_b.flac.part', 1, 'call_b'),
                         ('pwrite64', 'call_c.flac.part', 1, 'call_c'), ('pwrite64', 'call_d.flac.part', 3, 'call_d'),
                         ('fdatasync', 'call_e.flac.part', 1, 'call_e'))


@claim(inside=recording(FLAC))
def killed_before_any_call_of_the_replacement_the_streamer_leaves_one_whole_file(it):
    """The calls from the rename to after the removal of the WAV."""
    _needs_strace()
    _killed_before_calls(it, ('renameat2', 'call_f.flac.part', 1, 'call_f'), ('fsync', '', 1, 'call_g'),
                         ('/^unlink', 'call_h.wav', 1, 'call_h'), ('fsync', '', 2, 'call_i'))


@claim(inside=recording(FLAC))
def killed_at_any_moment_of_the_encoding_the_streamer_leaves_one_whole_file(it):
    for number in range(1, how_often(4, 40) + 1):
        lost, id = it.lost(), it.start(f'take{number}')
        it.until_frames(id, 100000)
        until(lambda: it.home.has_lived('streamer'))
        stop = stop_in_background(it)
        time.sleep(random.uniform(.1, .35))
        os.kill(it.home.pid('streamer'), signal.SIGKILL)
        if stop.wait(600):  # its answer did not leave, or its disk was silent for long
            said = printed_in(it.home.file('stop.log'))
            assert re.search('no take is under way|the take "take.*" ends when it does', said), said
        it.is_flac(id, f'take{number}', lost)
        it.home.wait_ready('streamer')


@claim(inside=recording(FLAC))
def a_report_to_a_killed_persist_is_repeated_also_by_the_streamers_successor(it):
    """The streamer repeats its report to persist's successor if persist was stopped during the first one."""
    home, lost = it.home, it.lost()
    for which in ('one', 'both'):
        id = it.start(which)
        it.until_frames(id, 100000)
        until(lambda: home.has_lived('persist') and home.has_lived('streamer'))
        persist = home.pid('persist')
        os.kill(persist, signal.SIGSTOP)
        stop = stop_in_background(it)
        until(lambda: not os.path.exists(it.file(which + '.wav')))
        assert os.path.exists(it.file(which + '.flac')), 'neither file exists'
        if which == 'both':
            os.kill(home.pid('streamer'), signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):  # the supervisor may have replaced it, because it was stopped
            os.kill(persist, signal.SIGKILL)
        stop.wait(600)
        it.is_flac(id, which, lost)
        shown = it.show(id)
        same([f'first {shown["first"]} latency {shown["latency"]}'],
             re.findall('first [0-9]* latency [0-9]*', home.run('soxi', '-a', it.file(which + '.flac')).out))


@claim
def a_scan_that_saw_the_wav_makes_no_second_item_after_it_became_flac(home):
    """A scan keeps its findings while it waits for a slow folder, and sends them after the take has ended."""
    takes = home.file('takes')
    os.mkdir(takes)
    with Stalling(home, home.file('under'), takes + '/slow', home.file('fault')) as slow, recording_in(takes, FLAC)(home) as it:
        id = it.start('seen')
        it.until_frames(id, 100000)
        slow.fail(0, '')
        home.loophole('library', 'rescan')
        until(slow.waits)
        home.loophole('record', 'stop')
        it.until_is(id, 'final')
        slow.heal()
        it.is_flac(id, 'seen')
        same(1, len(home.json('search', '')))
        home.stop()


def _held(home):
    home.held = HeldEncoder(home)
    return recording(FLAC)(home)


@claim(inside=_held)
def after_the_death_of_all_during_an_encoding_recover_has_the_whole_take(it):
    home, id = it.home, it.start('rest')
    it.until_frames(id, 100000)
    stop = stop_in_background(it)
    until(lambda: it.state(id) == 'encoding')
    frames = it.frames(id)
    it.kill_all()
    stop.wait(600)
    assert os.path.exists(it.file('rest.wav')), 'the WAV is gone'
    home.held.release()
    it.forget_memory()
    home.up()
    reported = home.first('recover')
    same((id, 'final', 'flac', frames), tuple(reported[key] for key in ('id', 'state', 'format', 'frames')))
    it.is_flac(id, 'rest')
    is_in_order(it, 'rest.flac')


@claim
def a_flac_that_a_disk_fails_to_read_is_not_forgotten(home):
    """Power fails after the WAV was deleted, and before the store knows that the FLAC is the take."""
    folder = home.file('takes')
    with Lossy(home, folder, 1) as disk:
        home.held = HeldEncoder(home)
        with recording_in(folder, FLAC)(home) as it:
            id = it.start('only')
            it.until_frames(id, 100000)
            stop = stop_in_background(it)
            until(lambda: it.state(id) == 'encoding')
            it.kill_all(but=disk.process.pid)
            stop.wait(600)
            it.forget_memory()
            shutil.copytree(home.file('data'), home.file('earlier'))
            home.held.release()
            home.up()
            it.is_flac(id, 'only')
            home.stop()
            shutil.rmtree(home.file('data'))
            os.rename(home.file('earlier'), home.file('data'))
            disk.turn_readable(it.file('only.flac'), False)
            home.up()
            until(lambda: 'cannot read the FLAC' in home.log('streamer'))
            same('pending', it.lifecycle(id))
            disk.turn_readable(it.file('only.flac'), True)
            same((id, 'final'), tuple(home.first('recover')[key] for key in ('id', 'state')))
            it.is_flac(id, 'only')
            home.stop()


@claim(inside=_held)
def a_wav_that_a_person_deletes_during_its_encoding_is_no_item_and_no_other_file_replaces_it(it):
    home, id = it.home, it.start('deleted')
    it.until_frames(id, 100000)
    stop = stop_in_background(it)
    until(lambda: it.state(id) == 'encoding')
    it.kill_all()
    stop.wait(600)
    os.unlink(it.file('deleted.wav'))
    write_file(it.file('deleted.flac'), "somebody's")
    home.held.release()
    it.forget_memory()
    home.up()
    it.until_is(id, '')
    same(['deleted.flac'], it.files())
    same("somebody's", open(it.file('deleted.flac'), encoding='utf-8').read())


@claim(inside=recording(FLAC))
def after_the_death_of_all_recover_makes_flac_of_the_recorded_frames(it):
    """The death comes during the recording: at most the last second is missing."""
    id = it.start('rest')
    it.until_frames(id, 100000)
    it.kill_all()
    frames = it.frames_on_disk('rest.wav')
    it.forget_memory()
    it.home.up()
    reported = it.home.first('recover')
    same((id, 'final', 'flac'), (reported['id'], reported['state'], reported['format']))
    assert reported['frames'] >= frames - 48000, f'of {frames} frames there are: {reported}'
    it.is_flac(id, 'rest')
    is_in_order(it, 'rest.flac')


def _power_cut_while_it_ends(home, seed):
    with Lossy(home.other(f'cut{seed}'), home.file(f'takes{seed}'), seed) as disk, \
            recording_in(disk.at, FLAC)(disk.home) as it:
        name = f'cut{seed}'
        id = it.start(name)
        it.until_frames(id, 100000)
        streamer, before = it.home.pid('streamer'), it.frames(id)
        stop = stop_in_background(it)
        time.sleep((seed % 6 * 5 + 6) / 100)
        os.kill(streamer, signal.SIGKILL)
        disk.cut_power()
        it.kill_all(but=disk.process.pid)
        stop.wait(600)
        disk.unmount()
        it.forget_memory()
        disk.mount(seed + 100)
        figure(f'seed {seed}: the disk had {it.files()}')
        it.home.up()
        it.home.loophole('recover')
        it.is_flac(id, name)
        is_in_order(it, name + '.flac')
        assert it.show(id)['frames'] >= before - 48000, 'more than a second is missing'
        it.home.stop()


@claim
def after_a_power_cut_at_the_end_of_a_take_there_is_one_whole_file(home):
    for seed in range(1, how_often(6, 30) + 1, 2):
        _power_cut_while_it_ends(home, seed)


@claim
def after_another_power_cut_at_the_end_of_a_take_there_is_one_whole_file(home):
    """The same with the even seeds, which select the other half of the moments."""
    for seed in range(2, how_often(6, 30) + 1, 2):
        _power_cut_while_it_ends(home, seed)


@claim
def a_disk_without_room_for_both_keeps_the_wav(home):
    with Small(home.file('takes'), '2m') as disk, recording_in(disk.at, FLAC)(home) as it:
        id = it.start('room')
        it.until_frames(id, 100000)
        reported = it.stop()
        same(('final', 'wav'), (reported['state'], reported['format']))
        contains(reported['remark'], 'no room for a FLAC beside it')
        contains(home.loophole('status').out, 'stays a WAV')
        same(['room.wav'], it.files())
        same(reported['frames'], it.read('room.wav')['frames'])
        os.unlink(it.file('room.wav'))
        until(lambda: shutil.disk_usage(disk.at).free > 1000000)  # the analysis may still read the file
        it.until_final('again')  # the take ends when the disk is full
        same(['again.wav'], it.files())
        is_in_order(it, 'again.wav')
        home.stop()


@claim
def a_disk_that_fills_up_during_the_encoding_keeps_the_wav(home):
    held = HeldEncoder(home)
    with Small(home.file('takes'), '8m') as disk, recording_in(disk.at, FLAC)(home) as it:
        id = it.start('fills', '--seconds', '2')
        held.until_reached()  # the room for both was checked before
        with contextlib.suppress(OSError), open(it.file('other'), 'wb', buffering=0) as other:
            while other.write(bytes(4096)):
                pass
        held.release()
        it.until_is(id, 'final')
        contains(home.ask('streamer.take', f'id={id}')['remark'], 'No space left')
        same(['fills.wav', 'other'], it.files())
        same(96000, it.read('fills.wav')['frames'])
        os.unlink(it.file('other'))
        it.is_flac(it.start('next', '--seconds', '1'), 'next')
        home.stop()


run_claims()
