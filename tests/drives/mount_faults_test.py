#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The ways in which a mount dies or hangs, one by one, and a mount that must not be touched."""
import ctypes
import errno
import http.client
import os
import select
import shutil
import signal
import subprocess
import time

from tests.web.browsing import Browser
from tests.claims import TOP, claim, contains, run_claims, same, skip, until, write_file
from tests.library.indexing import wav
from tests.library.session_files import reaper
from tests.sounding import is_open_in
from tests.drives.storage import Disks, Hung

ERRORS = {errno.ENOTCONN: 'ENOTCONN', errno.ESTALE: 'ESTALE', errno.EIO: 'EIO', errno.ENODEV: 'ENODEV', errno.ENXIO: 'ENXIO'}


@claim(inside=Disks)
def each_error_of_a_mount_and_its_silence_make_the_items_offline_until_it_answers(it):
    with Hung(it, 'ill') as ill:
        write_file(ill.under + '/.loophole-volume', 'ill\n')
        wav(ill.under + '/kit/a.wav', 1000)
        it.add(ill.at + '/kit')
        it.becomes(ill.at, 'external_online:done=1')

        def is_state(state, why):
            volume = it.volume('marker:ill')
            return volume['state'] == state and why in volume['why'] and \
                len(it.home.json('search', 'is:external_online' if state == 'here' else 'is:external_offline')) == 1

        for number, name in ERRORS.items():
            ill.fail(number)
            until(lambda: is_state('dead', os.strerror(number)), what=name + ' makes the volume dead')
            same([], it.home.json('search', 'is:missing'), name)
            ill.heal()
            until(lambda: is_state('here', ''), what='the volume is here again after ' + name)
        ill.fail(0)
        until(lambda: is_state('hung', ''))
        same([], it.home.json('search', 'is:missing'))
        ill.heal()
        until(lambda: is_state('here', ''))
        it.idle()
        it.becomes(ill.at, 'external_online:done=1')


@claim(inside=Disks)
def a_scan_that_cannot_read_a_folder_marks_nothing_as_missing(it):
    with Hung(it, 'partly') as partly:
        write_file(partly.under + '/.loophole-volume', 'partly\n')
        for i, name in enumerate(('good/a', 'good/b', 'bad/c', 'bad/deep/d')):
            wav(f'{partly.under}/kit/{name}.wav', 1000 + 50 * i)
        it.add(partly.at + '/kit')
        it.becomes(partly.at, 'external_online:done=4')
        os.unlink(partly.under + '/kit/good/a.wav')
        for _ in range(2):
            partly.fail(errno.EIO, 'bad')
            it.rescan(partly.at + '/kit', accept_missing=True)
            same([], it.home.json('search', 'is:missing'))
            contains(it.must('status')['alarm'], f' files and folders of {partly.at}/kit could not be read')
        partly.heal()
        it.rescan(partly.at + '/kit')
        until(lambda: [one['name'] for one in it.home.json('search', 'is:missing')] == ['a'])
        same('', it.must('status')['alarm'])
        it.becomes(partly.at, 'external_online:done=3 missing:done=1')
        partly.fail(errno.EIO, 'b.wav')  # of one file, which may be a folder
        os.unlink(partly.under + '/kit/bad/c.wav')
        it.rescan(partly.at + '/kit')
        contains(it.must('status')['alarm'], f'1 files and folders of {partly.at}/kit could not be read')
        it.becomes(partly.at, 'external_online:done=3 missing:done=1')


def put_song(it, disk, name):
    """Two sounds and a session that uses one of them."""
    write_file(disk.under + '/.loophole-volume', name + '\n')
    for i, one in enumerate(('used', 'bad/hold')):
        wav(f'{disk.under}/kit/{one}.wav', 1000 + 50 * i)
    reaper(disk.under + '/kit/a/song.rpp', [('Bass', '../used.wav')])
    it.add(disk.at + '/kit')
    it.becomes(disk.at, 'external_online:done=2')


@claim(inside=Disks)
def a_scan_that_cannot_read_a_folder_ends_no_session(it):
    def songs():
        return [one['name'] for one in it.home.json('search', 'used:song')]

    with Hung(it, 'partly') as partly:
        put_song(it, partly, 'partly')
        until(lambda: songs() == ['used'])
        os.unlink(partly.under + '/kit/a/song.rpp')
        partly.fail(errno.EIO, 'kit/bad')
        it.rescan(partly.at + '/kit')
        same((1, ['used']), (len(it.home.json('sessions')), songs()))
        partly.heal()
        it.rescan(partly.at + '/kit')
        until(lambda: it.home.json('sessions') == [] and songs() == [])


@claim(inside=Disks)
def a_drive_that_goes_away_during_a_scan_ends_no_session(it):
    with Hung(it, 'pulled') as pulled:
        put_song(it, pulled, 'pulled')
        was = it.home.json('sessions')
        same(1, len(was))
        pulled.fail(0, 'hold.wav')  # the root was listed, and other folders follow
        it.must('rescan', pulled.at + '/kit')
        until(pulled.waits, what='the scan waits')
        it.unmount(pulled.at)
        pulled.heal()
        until(lambda: len(it.home.json('search', 'is:external_offline')) == 2)
        it.idle()
        same(was, it.home.json('sessions'))
        same(['used'], [one['name'] for one in it.home.json('search', 'used:song')])


@claim(inside=Disks)
def a_mount_below_one_that_covers_a_dead_one_is_here(it):
    def cover(at, marker):
        subprocess.run(['mount', '-t', 'tmpfs', marker, at], check=True)
        it.mounts.append(at)
        write_file(at + '/.loophole-volume', marker + '\n')

    with Hung(it, 'nas') as nas:
        write_file(nas.under + '/.loophole-volume', 'stale\n')
        wav(nas.under + '/kit/a.wav', 1000)
        it.add(nas.at + '/kit')
        nas.fail(errno.ESTALE)
        until(lambda: it.volume('marker:stale')['state'] == 'dead')
        cover(nas.at, 'again')
        os.mkdir(nas.at + '/samples')
        cover(nas.at + '/samples', 'below')
        wav(nas.at + '/samples/kit/b.wav', 1100)
        it.add(nas.at + '/samples/kit')
        it.becomes(nas.at + '/samples', 'external_online:done=1')
        same('here', it.volume('marker:below')['state'])
        it.unmount(nas.at + '/samples')
        it.unmount(nas.at)


class LooksSoon(Disks):
    settings = Disks.settings + 'rescan_minutes = 1\n'


@claim(inside=LooksSoon)
def a_scan_of_some_folders_puts_off_no_scan_after_an_error_of_reading(it):
    with Hung(it, 'partly') as partly:
        write_file(partly.under + '/.loophole-volume', 'partly\n')
        for i, name in enumerate(('good/a', 'good/b', 'bad/c')):
            wav(f'{partly.under}/kit/{name}.wav', 1000 + 50 * i)
        it.add(partly.at + '/kit')
        it.becomes(partly.at, 'external_online:done=3')
        os.unlink(partly.under + '/kit/good/a.wav')
        partly.fail(errno.EIO, 'bad')
        it.rescan(partly.at + '/kit')
        same([], it.home.json('search', 'is:missing'))
        partly.heal()
        wav(partly.under + '/kit/bad/d.wav', 1200)  # not seen yet
        os.chmod(partly.at + '/kit/bad/c.wav', 0o600)  # an event, so this folder is scanned
        it.becomes(partly.at, 'external_online:done=4')
        until(lambda: [one['name'] for one in it.home.json('search', 'is:missing')] == ['a'], 300)  # a minute later


@claim(inside=Disks)
def a_scan_that_cannot_read_a_folder_settles_no_question_about_missing_files(it):
    with Hung(it, 'partly') as partly:
        write_file(partly.under + '/.loophole-volume', 'partly\n')
        for number in range(40):
            wav(f'{partly.under}/kit/{number % 4}/{number}.wav', 1000 + 10 * number, 0.02)
        it.add(partly.at + '/kit')
        it.becomes(partly.at, 'external_online:done=40')
        for number in range(0, 40, 3):
            os.unlink(f'{partly.under}/kit/{number % 4}/{number}.wav')
        it.rescan(partly.at + '/kit')
        asked = it.must('libraries')['asks']
        same([(14, 40)], [(one['missing'], one['of']) for one in asked])
        partly.fail(errno.EIO, 'kit/2')
        it.rescan(partly.at + '/kit')
        same(asked, it.must('libraries')['asks'])
        it.rescan(partly.at + '/kit', accept_missing=True)  # what a person said counts for what was read
        it.becomes(partly.at, 'external_online:done=40')
        partly.heal()
        it.rescan(partly.at + '/kit', accept_missing=True)
        it.becomes(partly.at, 'external_online:done=26 missing:done=14')
        same(None, it.must('libraries').get('asks'))


@claim(inside=Disks)
def a_scan_that_cannot_read_a_folder_lowers_no_count_of_paths_that_are_too_long(it):
    def counted():
        return it.home.json('library', 'list')[0].get('too_long') or 0

    with Hung(it, 'deep') as deep:
        wav(deep.under + '/kit/a.wav', 1000)
        os.chdir(deep.under + '/kit')
        try:
            for _ in range((4090 - len(deep.at + '/kit')) // 201):
                os.mkdir('d' * 200)
                os.chdir('d' * 200)
            wav('./' + 'x' * 240 + '.wav', 1100)
        finally:
            os.chdir(TOP)
        it.add(deep.at + '/kit')
        same(1, counted())
        deep.fail(errno.EIO, 'ddd')
        it.rescan(deep.at + '/kit')
        same(1, counted())
        deep.heal()
        shutil.rmtree(deep.under + '/kit/' + 'd' * 200)
        it.rescan(deep.at + '/kit')
        same(0, counted())


@claim(inside=Disks)
def a_folder_that_nobody_may_read_lowers_no_count_of_files_and_raises_no_question(it):
    def counted():
        return it.home.json('library', 'list')[0]['files']

    with Hung(it, 'partly') as partly:
        write_file(partly.under + '/.loophole-volume', 'partly\n')
        sound = wav(it.folder('sound.wav'), 1000, 0.02)
        for folder in ('open', 'shut'):
            os.makedirs(f'{partly.under}/kit/{folder}')
            for number in range(130):
                shutil.copy(sound, os.fsencode(f'{partly.under}/kit/{folder}/{number}.wav'))
        it.add(partly.at + '/kit')
        it.becomes(partly.at, 'external_online:done=260')
        same(260, counted())
        partly.fail(errno.EACCES, 'shut')
        it.rescan(partly.at + '/kit')
        same(260, counted())
        for number in range(12):
            os.unlink(f'{partly.under}/kit/open/{number}.wav')
        it.rescan(partly.at + '/kit')
        same(None, it.must('libraries').get('asks'))
        it.becomes(partly.at, 'external_online:done=248 missing:done=12')
        same(248, counted())
        partly.heal()
        it.rescan(partly.at + '/kit')
        same(248, counted())


@claim(inside=Disks)
def a_mount_that_hangs_when_a_file_was_read_holds_up_no_ask_of_the_indexer(it):
    """After a worker has read a file, its attributes are compared, and it is closed: both calls wait."""
    with Hung(it, 'late') as late:
        wav(late.under + '/kit/a.wav', 1000)
        late.hold_reads()
        it.must('add_library', late.at + '/kit')
        until(lambda: is_open_in('loophole-worker', late.at + '/kit/a.wav'))
        late.fail(0, 'a.wav')
        late.let_reads_go()
        until(late.waits)
        pid = it.home.pid('indexer')
        for _ in range(30):
            same('ok', it.client.ask('indexer.progress', {}, budget_ms=30000)[0])
            time.sleep(0.1)
        same(pid, it.home.pid('indexer'))
        late.heal()
        until(lambda: it.states(late.at) in ('local:done=1', 'external_online:done=1'))


@claim(inside=Disks)
def a_library_whose_scan_hangs_can_be_removed_before_its_disk_answers(it):
    with Hung(it, 'deaf') as deaf:
        wav(deaf.under + '/kit/a.wav', 1000)
        it.add(deaf.at)
        until(lambda: it.states(deaf.at) in ('local:done=1', 'external_online:done=1'))
        deaf.fail(0, 'kit')
        it.must('rescan', deaf.at)
        until(deaf.waits)
        it.home.loophole('library', 'remove', deaf.at)
        same([], it.home.json('library', 'list'))
        deaf.heal()


@claim(inside=Disks)
def a_file_that_cannot_be_closed_holds_up_no_answer_of_the_gateway(it):
    with Hung(it, 'shut') as shut:
        wav(shut.under + '/kit/long.wav', 1000, 400)
        it.add(shut.at + '/kit')
        until(lambda: it.id_of(shut.at + '/kit/long.wav'))
        browser = Browser(it.home)
        away = http.client.HTTPConnection('127.0.0.1', browser.port, timeout=600)
        away.request('GET', '/media/' + it.id_of(shut.at + '/kit/long.wav'), headers={'Cookie': browser.cookie})
        same(1000, len(away.getresponse().read(1000)))
        until(lambda: is_open_in('loophole-web', shut.at + '/kit/long.wav'))
        shut.hang()
        away.close()
        for _ in range(30):
            same(200, browser.request('GET', '/', timeout=600).status)
            time.sleep(0.1)


class OneWorker(Disks):
    settings = '[indexer]\nworkers = 1\n'


class OneHastyWorker(Disks):
    settings = OneWorker.settings + 'deadline_s = 3\n'


def put_tones(disk, count):
    write_file(disk.under + '/.loophole-volume', 'ill\n')
    for number in range(count):
        wav(f'{disk.under}/kit/{number}.wav', 1000 + 20 * number)


def analysers(it):
    return {it.client.must('search.get', {'id': one['id']})['item']['media']['analyser']
            for one in it.home.json('search', '--limit', '50')}


@claim(inside=OneWorker)
def no_file_gets_a_verdict_from_a_mount_that_fails_before_it_is_opened(it):
    """Also not when a newer analyser hears all again."""
    with Hung(it, 'ill') as ill:
        put_tones(ill, 12)

        def fails_while_a_worker_reads(begin):
            ill.fail(0, '.wav', kind='reads')
            begin()
            until(lambda: any(is_open_in('loophole-worker', f'{ill.at}/kit/{number}.wav') for number in range(12)))
            ill.fail(errno.ENOTCONN, 'kit')
            until(lambda: it.ask('progress')[1]['idle'], 300)
            contains(it.home.log('indexer'), 'cannot open it: Transport endpoint is not connected')
            contains(it.must('status')['alarm'], 'files cannot be read now')
            same([], it.home.json('search', 'is:failed'))
            ill.heal()
            it.rescan(ill.at + '/kit')
            it.becomes(ill.at, 'external_online:done=12')
            same('', it.must('status')['alarm'])

        fails_while_a_worker_reads(lambda: it.must('add_library', ill.at + '/kit'))
        it.home.down()
        it.home.env['LOOPHOLE_ANALYSER'] = '77'

        def begin():
            it.home.up()
            it.client = it.home.client()

        fails_while_a_worker_reads(begin)
        until(lambda: analysers(it) == {77})


@claim(inside=Disks)
def a_file_that_a_disk_fails_to_read_keeps_its_state_until_it_can_be_read(it):
    with Hung(it, 'ill') as ill:
        put_tones(ill, 3)
        ill.fail(errno.EIO, '1.wav', kind='reads')
        it.add(ill.at + '/kit')
        it.becomes(ill.at, 'external_online:done=2 external_online:waiting=1')
        contains(it.must('status')['alarm'], 'files cannot be read now')
        contains(it.home.log('indexer'), f'{ill.at}/kit/1.wav is not analysed now: cannot read the file: Input/output error')
        it.rescan(ill.at + '/kit')
        it.becomes(ill.at, 'external_online:done=2 external_online:waiting=1')
        ill.heal()
        it.rescan(ill.at + '/kit')
        it.becomes(ill.at, 'external_online:done=3')
        same('', it.must('status')['alarm'])


@claim(inside=OneHastyWorker)
def a_file_that_hung_with_its_mount_is_not_quarantined(it):
    with Hung(it, 'ill') as ill:
        put_tones(ill, 2)
        ill.fail(0, '.wav', kind='reads')
        it.must('add_library', ill.at + '/kit')
        until(lambda: it.must('status')['alarm'] == 'a file system does not answer', 300)
        ill.heal()
        it.idle()
        it.rescan(ill.at + '/kit')
        it.becomes(ill.at, 'external_online:done=2')


class Automount:
    """A trigger of an automount: the kernel writes to a pipe when a process walks into it, and that process waits."""

    def __init__(self, it, *parts):
        self.at = it.place(*parts)

    def __enter__(self):
        libc = ctypes.CDLL(None, use_errno=True)
        self.pipe, kernel = os.pipe()
        options = f'fd={kernel},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct'
        if libc.mount(b'automount', os.fsencode(self.at), b'autofs', 0, options.encode()) != 0:
            skip('the kernel has no autofs: ' + os.strerror(ctypes.get_errno()))
        os.close(kernel)
        return self

    def is_triggered(self, seconds=0):
        return bool(select.select([self.pipe], [], [], seconds)[0])

    def __exit__(self, *_):
        subprocess.run(['umount', '-l', self.at], check=False, stderr=subprocess.DEVNULL)
        os.close(self.pipe)


@claim(inside=Disks)
def nothing_of_the_engine_triggers_an_automount(it):
    music = it.folder('music')
    wav(music + '/a.wav', 1000)
    with Automount(it, 'music', 'auto') as inside, Automount(it, 'beside') as beside:
        it.add(music)
        it.becomes(music, 'local:done=1')
        until(lambda: {inside.at, beside.at} <= set(open('/proc/self/mounts', encoding='utf-8').read().split()))
        disk = it.disk('comes')  # an event: all mounts are looked at
        until(lambda: it.client.must('availability.find', {'path': disk.encode()}).get('here'))
        it.rescan(music)
        for command in (('volume', 'list'), ('library', 'list'), ('doctor',), ('status',), ('tasks',), ('relink',),
                        ('complete', '--', 'library', 'add', it.home.path + '/'), ('search', 'a')):
            it.home.loophole(*command, code=None)
        it.home.kill('availability')
        it.home.kill('indexer')
        until(lambda: it.home.is_ready('availability') and it.home.is_ready('indexer'))
        it.idle()
        wav(music + '/b.wav', 1100)
        it.becomes(music, 'local:done=2')
        assert not inside.is_triggered() and not beside.is_triggered(), 'an automount was triggered'
        with subprocess.Popen(['ls', inside.at + '/x'], start_new_session=True, stderr=subprocess.DEVNULL) as walks:
            assert inside.is_triggered(60), 'the test sees no trigger'
            os.kill(walks.pid, signal.SIGKILL)


@claim(inside=Disks)
def a_volume_that_is_unmounted_above_its_automount_is_away_and_triggers_nothing(it):
    music = it.folder('music')
    wav(music + '/a.wav', 1000)
    with Automount(it, 'music', 'auto') as auto:
        disk = it.disk()
        wav(disk + '/b.wav', 1100)
        it.move(disk, 'music', 'auto')
        it.add(music)
        it.becomes(music, 'external_online:done=1 local:done=1')
        it.unmount(auto.at)
        until(lambda: [one['name'] for one in it.home.json('search', 'is:external_offline')] == ['b'], what='b is offline')
        same([False], [one['online'] for one in it.home.json('volume', 'list') if one['identity'].startswith('mount:')])
        it.rescan(music)
        it.home.kill('availability')
        until(lambda: it.home.is_ready('availability'))
        it.idle()
        same(['b'], [one['name'] for one in it.home.json('search', 'is:external_offline')])
        assert not auto.is_triggered(), 'an automount was triggered'


run_claims()
