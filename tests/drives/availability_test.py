#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The monitor of volumes: drives that come, go, move, hang and die. No item is lost or doubled, and no ask is
delayed."""
import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import time

from tests.claims import (children_of, claim, contains, figure, file_text, how_often, run_claims, same, state_of, until,
                    write_file)
from tests.client import new_id
from tests.drives.disks import Lossy
from tests.library.indexing import wav
from tests.drives.storage import Disks, Hung


def everything(it):
    """All that the catalogue knows of each item but its path and state, by id."""
    found = {}
    for line in it.home.json('search', '', '--limit', '5000'):
        for key in ('path', 'path_b64', 'availability', 'score', 'volume'):
            line.pop(key, None)
        found[line['id']] = line
    return found


@claim(inside=Disks)
def an_unmount_is_one_small_commit_that_all_see(it):
    disk = it.disk('unmounted')
    first = wav(disk + '/kit/0.wav', 1000)
    for i in range(1, 40):
        shutil.copy(first, f'{disk}/kit/{i}.wav')
    it.add(disk + '/kit')
    it.becomes(disk, 'external_online:done=40')
    it.idle()
    before, events = len(it.rows()), it.client.listen('availability', 'availability.changed')
    id = it.client.must('availability.find', {'path': os.fsencode(disk)})['volume']['id']
    it.unmount(disk)
    until(lambda: not it.volume('marker:unmounted')['online'])
    event = until(lambda: next((body for _, _, _, body in iter(lambda: it.client.heard(events), None)
                                if body['volume'] == id and not body['online']), None))
    same((False, 40, 0), (event['online'], event['counts']['external_offline'], event['counts']['missing']))
    until(lambda: len(it.home.json('search', 'is:external_offline', '--limit', '100')) == 40)
    same(40, len(it.home.json('search', 'is:offline is:external-offline', '--limit', '100')))
    it.idle()
    assert len(it.rows()) - before <= 2, it.rows()[before:]
    seen = it.volume('marker:unmounted')
    same((40, 40, 40, 'away'), (seen['items'], seen['offline'], seen['external_offline'], seen['state']))
    for key in 'id identity label mount backend online items offline'.split():
        assert key in seen, key


@claim(inside=Disks)
def a_library_on_an_unmounted_disk_is_listed_by_its_path(it):
    disk = it.disk('named')
    wav(disk + '/kit/0.wav', 1000)
    it.add(disk + '/kit')
    it.becomes(disk, 'external_online:done=1')
    listed = it.client.must('search.folders')['each']
    same([f'{disk}/kit'.encode()], [one['name'] for one in listed])
    it.unmount(disk)
    until(lambda: not it.volume('marker:named')['online'])
    same(listed, it.client.must('search.folders')['each'])


@claim(inside=Disks)
def two_libraries_follow_their_disk_to_a_longer_path(it):
    disk = it.disk('moves')
    for kit in ('a', 'bb'):
        for i in range(3):
            wav(f'{disk}/{kit}/{i}.wav', 1000 + i)
        it.add(f'{disk}/{kit}')
    it.becomes(disk, 'external_online:done=6')
    it.idle()
    before = everything(it)
    for number in range(3):
        disk = it.move(disk, 'x' * (10 * number + 1), f'mount{number}')
        until(lambda: it.volume('marker:moves')['mount'] == disk)
        it.becomes(disk, 'external_online:done=6')
        it.idle()
        it.home.loophole('tag', '--yes', '--all', 'is:external_online', '+moved')
        it.home.loophole('undo')
    after = everything(it)
    for line in list(before.values()) + list(after.values()):
        line.pop('revision', None)
    same(before, after)
    same([], [one for one in it.home.json('search', 'is:missing')])


@claim(inside=Disks)
def a_second_disk_of_one_identity_is_a_duplicate(it):
    first = it.disk('twin')
    wav(first + '/a/a.wav', 1000)
    it.add(first + '/a')
    second = it.move(it.disk('twin'), 'second')  # a disk that is mounted with its marker
    wav(second + '/b/b.wav', 1100)
    until(lambda: it.volume('marker:twin')['duplicates'] == [second])
    same((first, True), tuple(it.volume('marker:twin')[key] for key in ('mount', 'online')))
    error, said = it.ask('add_library', second + '/b')
    same('exists', error)
    contains(said['hint'], 'volume mark --new')
    it.home.loophole('volume', 'mark', '--new', second)
    it.add(second + '/b')
    same([], it.volume('marker:twin')['duplicates'])
    it.becomes(first, 'external_online:done=1')
    it.becomes(second, 'external_online:done=1')


@claim(inside=Disks)
def two_disks_that_take_turns_at_one_place_are_two_libraries(it):
    def plug(name, files):
        disk = it.disk(name)
        for i in range(files):
            wav(f'{disk}/kit/{name} {i}.wav', 1000 + 100 * files + i)
        return it.move(disk, 'stick')

    stick = plug('first', 2)
    it.add(stick + '/kit')
    it.becomes(stick, 'external_online:done=2')
    it.unmount(stick)
    until(lambda: not it.volume('marker:first')['online'])
    it.becomes('', 'external_offline:done=2')
    plug('second', 3)
    it.add(stick + '/kit')
    it.becomes('', 'external_offline:done=2 external_online:done=3')
    for name, here, away in ('first', 2, 3), ('second', 3, 2), ('first', 2, 3):
        it.unmount(stick)
        it.becomes('', 'external_offline:done=5')
        plug(name, here)
        it.becomes('', f'external_offline:done={away} external_online:done={here}')
        same(here, it.volume('marker:' + name)['items'])
        it.rescan(stick + '/kit')
        it.becomes('', f'external_offline:done={away} external_online:done={here}')
    same([(stick + '/kit', 2, True), (stick + '/kit', 3, False)],
         sorted((one['path'], one['files'], one['online']) for one in it.home.json('library', 'list')))
    it.home.loophole('library', 'remove', stick + '/kit')
    until(lambda: len(it.items()) == 3)
    it.becomes('', 'external_offline:done=3')
    it.home.loophole('undo')
    it.becomes('', 'external_offline:done=3 external_online:done=2')
    it.unmount(stick)
    plug('third', 1)
    it.add(stick)  # its library is around the folders of the others
    it.becomes('', 'external_offline:done=5 external_online:done=1')


@claim(inside=Disks)
def a_disk_that_is_mounted_over_a_library_hides_it_until_it_is_unmounted(it):
    def plug(at, name, hertz):
        disk = it.disk(name)
        for i in range(2):
            wav(f'{disk}/{name} {i}.wav', hertz + 10 * i)
        it.move(disk, at)

    def until_states(name, own, others):
        wanted = [(f'{name} 0', others), (f'{name} 1', others), (f'{name} own', own)]
        until(lambda: sorted((one['name'], one['availability']) for one in it.home.json('search', name)) == wanted)

    for name, at, state, hertz in (('folder', it.folder('nas'), 'local', 1000),
                                   ('stick', it.disk('under') + '/kit', 'external_online', 1100)):
        wav(f'{at}/below/{name} own.wav', hertz)
        it.add(at)
        own = until(lambda: it.id_of(f'{at}/below/{name} own.wav'))
        for _ in range(2):
            plug(at, name, hertz + 10)
            it.add(at)
            it.rescan(at)
            it.must('rescan')
            it.idle()
            until_states(name, 'external_offline', 'external_online')
            it.unmount(at)
            until_states(name, state, 'external_offline')
            same(own, it.id_of(f'{at}/below/{name} own.wav'))
        same([(1, True), (2, False)], sorted((one['files'], one['online']) for one in it.home.json('library', 'list')
                                             if one['path'] == at))


@claim(inside=Disks)
def a_foreign_disk_that_no_person_added_hides_the_library_over_which_it_is_mounted(it):
    kinds = {'folder': it.folder('folder'), 'nameless': it.disk(), 'marked': it.disk('under')}
    ids = {}
    for kind, at in kinds.items():
        for i in range(3):
            wav(f'{at}/kit/{kind} {i}.wav', 1000 + 50 * i)
        it.add(at + '/kit')
        it.idle()
        ids[kind] = it.id_of(f'{at}/kit/{kind} 0.wav')
    for number, (kind, at) in enumerate(kinds.items()):
        before = [one['availability'] for one in it.home.json('search', kind)]
        same(3, len(before))
        for name in (None, f'foreign {number}'):
            for place in ('/kit', ''):
                foreign = it.disk(name)
                wav(f'{foreign}{"" if place else "/kit"}/{kind} 0.wav', 3000)
                it.move(foreign, at + place)
                until(lambda: {one['availability'] for one in it.home.json('search', kind)} == {'external_offline'})
                it.home.refused('send', ids[kind], it.folder('out'))
                it.must('rescan')
                it.idle()
                same(['external_offline'] * 3, [one['availability'] for one in it.home.json('search', kind)])
                it.unmount(at + place)
                until(lambda: [one['availability'] for one in it.home.json('search', kind)] == before)
                same(ids[kind], it.id_of(f'{at}/kit/{kind} 0.wav'))


@claim(inside=Disks)
def a_folder_that_is_mounted_over_itself_stays_the_same(it):
    at = it.place('bound')
    wav(at + '/kit/one.wav', 1000)
    it.add(at + '/kit')
    it.becomes(at, 'local:done=1')
    subprocess.run(['mount', '--bind', at, at], check=True)
    wav(at + '/kit/two.wav', 1100)
    it.rescan(at + '/kit')
    it.becomes(at, 'local:done=2')
    it.unmount(at)
    it.rescan(at + '/kit')
    it.becomes(at, 'local:done=2')


@claim(inside=Disks)
def a_library_that_is_removed_stays_removed_when_another_disk_at_its_place_is_added_meanwhile(it):
    def plug(name, hertz):
        disk = it.disk(name)
        wav(disk + '/kit/a.wav', hertz)
        return it.move(disk, 'stick')

    stick = plug('removed', 1000)
    it.add(stick + '/kit')
    it.becomes(stick, 'external_online:done=1')
    first = it.home.json('library', 'list')[0]['id']
    it.unmount(stick)
    it.becomes('', 'external_offline:done=1')
    plug('added', 1200)
    asks = {it.client.send('indexer.' + name, {'path': os.fsencode(stick + '/kit')}, budget_ms=120000): name
            for name in ('remove_library', 'add_library')}
    answers = {asks[said[0]]: said[1] for said in (it.client.take('indexer', 120000) for _ in asks)}
    same({'remove_library': 'ok', 'add_library': 'ok'}, answers)
    it.becomes('', 'external_online:done=1')
    it.idle()
    same([(stick + '/kit', False)], [(one['path'], one['id'] == first) for one in it.home.json('library', 'list')])
    it.home.loophole('store', 'check')


@claim(inside=Disks)
def a_folder_around_the_library_of_a_disk_that_is_away_is_refused(it):
    music = it.folder('music')
    wav(music + '/own.wav', 1000)
    disk = it.move(it.disk('inside'), 'music', 'usb')
    wav(disk + '/a.wav', 1100)
    it.add(disk)
    it.unmount(disk)
    until(lambda: not it.volume('marker:inside')['online'])
    error, said = it.ask('add_library', music)
    same('exists', error)
    contains(said['what'], f'contains the library {disk}')


@claim(inside=Disks)
def a_marker_that_is_lost_or_made_again_loses_nothing(it):
    disk = it.disk('marked')
    for i in range(12):
        wav(f'{disk}/a/{i}.wav', 1000 + 10 * i)
    it.add(disk + '/a')
    it.becomes(disk, 'external_online:done=12')
    os.unlink(disk + '/.loophole-volume')
    it.rescan(disk + '/a')
    it.becomes(disk, 'external_online:done=12')
    write_file(disk + '/.loophole-volume', 'marked\n')
    it.rescan(disk + '/a')
    it.becomes(disk, 'external_online:done=12')


@claim(inside=Disks)
def a_mark_that_fails_leaves_nothing_and_an_empty_marker_is_none(it):
    disk = it.place('small')
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'small', disk], check=True)
    marker, filler = disk + '/.loophole-volume', disk + '/filler'
    subprocess.run(['dd', 'if=/dev/zero', 'of=' + filler, 'bs=4k'], check=False, stderr=subprocess.DEVNULL)
    request = it.client.send('availability.mark', {'path': disk.encode()})  # once: a late copy would find room
    said = until(lambda: next((got for got in [it.client.take('availability')] if got and got[0] == request), None))
    contains(said[2]['what'], 'No space left')
    same(['filler'], os.listdir(disk))
    os.unlink(filler)
    write_file(marker, '')
    it.home.loophole('volume', 'mark', disk)
    kept = file_text(marker)
    assert kept.endswith('\n'), kept
    subprocess.run(['dd', 'if=/dev/zero', 'of=' + filler, 'bs=4k'], check=False, stderr=subprocess.DEVNULL)
    contains(it.home.refused('volume', 'mark', '--new', disk), 'No space left')
    same(kept, file_text(marker))


@claim(inside=Disks)
def a_mark_that_another_marker_refuses_says_what_new_would_do(it):
    disk = it.disk('of another catalogue')
    said = it.home.refused('volume', 'mark', disk)
    contains(said, 'recognised by "of another catalogue" already')
    contains(said, 'the items of the current one are offline')
    same('of another catalogue\n', file_text(disk + '/.loophole-volume'))


@claim(inside=Disks)
def a_mark_with_a_name_labels_the_volume(it):
    disk = it.disk()
    wav(disk + '/a.wav', 1000)
    for number, new in enumerate(([], [], ['--new'])):
        name = f'Nice {number}'
        said = it.home.loophole('volume', 'mark', disk, '--name', name, *new).out
        contains(said, f'here   external           {disk}')  # it does not know how many items there are
        until(lambda name=name: it.volume(name)['mount'] == disk)
        id = it.volume(name)['id']
        it.home.loophole('volume', 'mark', disk)
        same(name, next(one['label'] for one in it.home.json('volume', 'list') if one['id'] == id))


class Patient(Disks):
    """A stopped persist is not replaced."""
    settings = Disks.settings + '[supervisor]\nhang_ms = 300000\n'


@claim(inside=Patient)
def a_mark_is_made_once_though_the_monitor_dies_before_its_answer(it):
    for new in (False, True):
        disk, request = it.disk(), new_id()
        marker, ask = disk + '/.loophole-volume', {'path': disk.encode(), 'new': new}
        was = it.home.pid('availability')
        with it.home.paused('persist'):
            it.client.send('availability.mark', ask, request)
            until(lambda: os.path.exists(marker) and file_text(marker).endswith('\n'))
            until(lambda: not children_of(was))
            it.client.must('availability.ping')
            os.kill(was, signal.SIGKILL)
            until(lambda: it.home.is_other('availability', was))
        it.client.reconnect()
        it.client.must('availability.mark', ask, request)
        until(lambda: it.volume('marker:' + file_text(marker).strip())['online'])
        same([disk], [one['mount'] for one in it.home.json('volume', 'list')
                      if one['mount'] == disk or (one['identity'].startswith('marker:') and not one['online'])])


@claim(inside=Disks)
def a_look_that_is_killed_says_nothing_about_its_mount(it):
    monitor = it.home.pid('availability')
    with Lossy(it.home, it.folder('fuse'), 1) as disk:
        until(lambda: not children_of(monitor))
        disk.process.send_signal(signal.SIGSTOP)
        it.client.send('availability.find', {'path': disk.at.encode()}, budget_ms=60000)
        for look in until(lambda: children_of(monitor)):
            os.kill(look, signal.SIGKILL)
        disk.process.send_signal(signal.SIGCONT)
        _, error, seen = it.client.take('availability')
        same(('ok', True), (error, seen and seen['here']))
        contains(it.home.log('availability'), 'ended without a report: status 0x9')
        assert 'does not answer' not in it.home.log('availability')


@claim(inside=Disks)
def an_offline_item_says_what_would_bring_it_and_where_its_copies_are(it):
    disk, home = it.disk('copied'), it.folder('home')
    wav(disk + '/a/same.wav', 1000)
    wav(disk + '/a/alone.wav', 1100)
    wav(home + '/copy.wav', 1000)
    it.add(disk + '/a')
    it.add(home)
    it.becomes(disk, 'external_online:done=2')
    same_id, alone, copy = it.id_of(disk + '/a/same.wav'), it.id_of(disk + '/a/alone.wav'), it.id_of(home + '/copy.wav')
    it.unmount(disk)
    until(lambda: len(it.home.json('search', 'is:external_offline')) == 2)
    copies = {one['id']: one for one in it.home.json('whereis', same_id)}
    same({same_id: 'external_offline', copy: 'local'}, {id: one['state'] for id, one in copies.items()})
    same(disk + '/a/same.wav', copies[same_id]['path'])
    assert copies[same_id]['seen_at_us'] > 0
    counts = {one['path']: one for one in it.home.json('library', 'list')}
    same((1, 0), (counts[home]['local'], counts[home]['external_offline']))
    assert any(one['external_offline'] == 2 for one in counts.values())
    contains(it.home.loophole('search', 'is:offline').out, 'STATE')
    assert 'STATE' not in it.home.loophole('search', 'is:local').out
    same('external_offline', it.home.first('show', alone)['availability'])
    same({'backend': 'external', 'volume': os.path.basename(disk), 'relative_path': 'a/alone.wav'},
         it.home.first('show', alone)['storage'])
    same({'backend': 'local', 'volume': 'root', 'relative_path': home + '/copy.wav'},
         it.home.first('show', copy, '--fields', 'storage')['storage'])


@claim(inside=Disks)
def a_placeholder_is_the_same_item_before_and_after_it_is_fetched(it):
    music = it.folder('cloud')
    wav(music + '/here.wav', 1000)
    for name in ('a.wav.nextcloud', 'b.wav.owncloud'):
        write_file(f'{music}/{name}', ' ')
    it.add(music)
    it.becomes(music, 'local:done=1 remote_offline:waiting=2')
    id = it.id_of(music + '/a.wav')
    it.home.loophole('tag', id, '+kept')
    wav(music + '/a.wav', 1100)
    os.unlink(music + '/a.wav.nextcloud')
    it.rescan(music)
    it.becomes(music, 'local:done=2 remote_offline:waiting=1')
    same(id, it.id_of(music + '/a.wav'))
    contains(it.home.first('show', id)['tags'], 'kept')
    os.unlink(music + '/a.wav')
    write_file(music + '/a.wav.nextcloud', ' ')
    it.rescan(music)
    it.becomes(music, 'local:done=1 remote_offline:done=1 remote_offline:waiting=1')


class OnSmallDisk(Disks):
    """The data directory lies on a disk of its own."""

    def __enter__(self):
        at = self.home.file('data')
        os.makedirs(at, mode=0o700)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=24m,mode=700', 'small', at], check=True)
        super().__enter__()
        self.mounts.append(at)
        return self


@claim(inside=OnSmallDisk)
def a_label_that_is_not_stored_is_refused(it):
    disk = it.disk('labelled')
    wav(disk + '/a/a.wav', 1000)
    it.add(disk + '/a')
    it.becomes(disk, 'external_online:done=1')
    id = it.volume('marker:labelled')['id']
    filler = it.home.file('data', 'filler')
    subprocess.run(['dd', 'if=/dev/zero', 'of=' + filler, 'bs=4k'], check=False, stderr=subprocess.DEVNULL)
    kept = it.volume('marker:labelled')['label']
    tries = iter(range(200))

    def is_refused():
        nonlocal kept
        label = f'label {next(tries)}'
        said = it.home.loophole('volume', 'label', id, label, code=None)
        kept = label if said.code == 0 else kept
        same(kept, it.volume('marker:labelled')['label'])
        return said.code != 0
    until(is_refused)
    os.unlink(filler)
    until(lambda: it.home.loophole('volume', 'label', id, 'last', code=None).code == 0)
    same('last', it.volume('marker:labelled')['label'])


@claim(inside=Disks)
def a_hung_mount_holds_up_no_other_library(it):
    with Hung(it, 'hung') as hung:
        wav(hung.under + '/a/a.wav', 1000)
        it.add(hung.at + '/a')
        hung.hang()
        it.must('rescan', hung.at + '/a')
        disk = it.disk('beside')
        wav(disk + '/b/b.wav', 1100)
        it.must('add_library', disk + '/b')
        it.becomes(disk, 'external_online:done=1')
        error, said = it.ask('add_library', hung.at + '/b')
        same('timeout', error)
        contains(said['what'], hung.at)
        until(lambda: it.client.must('availability.volumes')['hung'] == 1)


def slow_answers(it, times):
    """The time in ms within which 99 of 100 asks to these services are answered."""
    took = []
    for number in range(times):
        for name, body in (('persist.status', {}), ('search.query', {'query': 'a', 'limit': 5}), ('indexer.progress', {}),
                           ('indexer.libraries', {}), ('availability.volumes', {}), ('project.status', {})):
            start = time.monotonic()
            it.client.must(name, body)
            took.append(1000 * (time.monotonic() - start))
    return sorted(took)[len(took) * 99 // 100]


@claim(inside=Disks)
def sixty_four_hung_mounts_hold_up_no_ask_and_no_start(it):
    music, times = it.folder('music'), how_often(50, 1000)
    wav(music + '/a.wav', 1000)
    it.add(music)
    idle = slow_answers(it, times)
    with contextlib.ExitStack() as stack:
        mounts = [stack.enter_context(Hung(it, f'hung{number}')) for number in range(64)]
        write_file(mounts[0].under + '/.loophole-volume', 'hangs at last\n')
        wav(mounts[0].under + '/a/b.wav', 1100)
        it.add(mounts[0].at + '/a')
        it.becomes(mounts[0].at, 'external_online:done=1')
        it.home.stop()  # a process that waits for a file system cannot end
        for one in mounts:
            one.hang()
        it.home.up()
        until(lambda: it.client.must('availability.volumes')['hung'] == 64)
        it.must('rescan', mounts[0].at + '/a')
        figure(f'p99 of asks: {idle:.1f} ms, and {slow_answers(it, times):.1f} ms beside 64 hung mounts')
        wav(music + '/new.wav', 1200)
        it.becomes(music, 'local:done=2')
        same(1, len(it.home.json('search', 'is:external_offline')))


def looks_of(it):
    """The processes with which the service looks at mounts."""
    pid = next(one['pid'] for one in it.home.json('status') if one.get('service') == 'availability')
    return children_of(pid)


@claim(inside=Disks)
def a_hung_mount_holds_one_process_however_often_it_is_asked_for(it):
    with Hung(it, 'once') as hung:
        wav(hung.under + '/a/a.wav', 1000)
        it.add(hung.at + '/a')
        hung.hang()
        for _ in range(3):
            same('timeout', it.client.ask('availability.find', {'path': (hung.at + '/a').encode()})[0])
        same('timeout', it.client.ask('availability.mark', {'path': (hung.at + '/a').encode()})[0])
        until(lambda: len(looks_of(it)) == 1)
        hung.answer()
        until(lambda: it.client.ask('availability.find', {'path': (hung.at + '/a').encode()})[1].get('here'))


@claim(inside=Disks)
def lists_come_from_the_catalogue_and_touch_no_file(it):
    with Hung(it, 'untouched') as hung:
        for i in range(3):
            wav(f'{hung.under}/kit/{i}.wav', 1000 + 100 * i)
        write_file(hung.under + '/.loophole-volume', 'untouched\n')
        it.add(hung.at + '/kit')
        it.becomes(hung.at, 'external_online:done=3')
        it.idle()
        id, folder = it.id_of(hung.at + '/kit/0.wav'), it.client.must('search.folders')['each'][0]['id']
        hung.fail(0, '.wav')  # a request about a file would wait
        for command in (('search', ''), ('search', 'is:external_online', '--facets', 'is,class'), ('show', id),
                        ('similar', id), ('duplicates',), ('map',), ('whereis', id), ('library', 'list'), ('volume', 'list'),
                        ('summary',), ('tag', id, '+seen'), ('undo', 'list'), ('moves',), ('status',), ('tasks',)):
            it.home.loophole(*command)
        for name, body in (('search.folders', {'folder': folder}), ('search.complete', {'query': 'ki'}),
                           ('search.states', {}), ('search.query', {'query': 'path:kit', 'sort': 'name'})):
            same((name, 'ok'), (name, it.client.ask(name, body)[0]))
        assert not hung.waits()
        look = it.home.start('ls', '-l', hung.at + '/kit')
        until(hung.waits, what='a look at a file is noticed')
        hung.heal()
        same(0, look.wait(600))


@claim(inside=Disks)
def commands_with_a_path_on_a_hung_mount_name_the_mount(it):
    with Hung(it, 'hung mount') as hung:
        link = it.folder('link')
        os.symlink(hung.at + '/kits', link)
        wav(hung.under + '/kits/a.wav', 1000)
        write_file(hung.under + '/.loophole-volume', 'hangs\n')
        it.add(hung.at + '/kits')
        it.becomes(hung.at, 'external_online:done=1')
        id = it.id_of(hung.at + '/kits/a.wav')
        same(id, it.home.first('show', link + '/a.wav')['id'])
        hung.hang()
        at = hung.at + '/kits'
        for command in (('show', link + '/a.wav'), ('play', at + '/a.wav'), ('tag', at + '/a.wav', '+x'),
                        ('library', 'add', link), ('relink', '--to', at), ('backup', at + '/b'), ('restore', link + '/b'),
                        ('map', '--png', at + '/map.png'), ('pattern', at + '/p.json')):
            contains(it.home.refused(*command), f'the disk at {hung.at} does not answer')
        same('timeout', json.loads(it.home.refused('show', link, '--json').splitlines()[-1])['error'])
        until(lambda: not it.volume('marker:hangs')['online'])
        same('external_offline', it.home.first('show', id)['availability'])
        contains(it.home.loophole('doctor', code=None).out, 'hung mount')
        it.home.loophole('complete', '--', 'show', link + '/')


@claim(inside=Disks)
def a_typed_path_is_resolved_also_where_nothing_is(it):
    music = it.folder('music')
    it.home.folder = music
    wav(music + '/kit/a.wav', 1000)
    os.symlink('kit', music + '/link')
    os.symlink('loop', music + '/loop')
    it.add(music)
    it.becomes(music, 'local:done=1')
    id = it.id_of(music + '/kit/a.wav')
    for path in ('kit/a.wav', './kit/../link/a.wav', 'link//a.wav', '../music/kit/./a.wav', music + '/link/a.wav'):
        same(id, it.home.first('show', path)['id'], path)
    shutil.rmtree(music + '/kit')
    for path in ('kit/a.wav', music + '/kit/a.wav', music + '/link/a.wav'):
        same(id, it.home.first('show', path)['id'], path)
    for path in ('kit/../kit/a.wav', 'loop/a.wav', './' + 'x' * 5000):
        contains(it.home.refused('show', path), 'is neither an id nor a path')


@claim(inside=Disks)
def a_daemon_that_died_makes_its_volume_dead_or_away(it):
    with Hung(it, 'dies') as dying:
        write_file(dying.under + '/.loophole-volume', 'dies\n')
        wav(dying.under + '/a/a.wav', 1000)
        it.add(dying.at + '/a')
        it.becomes(dying.at, 'external_online:done=1')
        dying.process.kill()
        until(lambda: not it.volume('marker:dies')['online'])
        same(1, len(it.home.json('search', 'is:external_offline')))
        same([], it.home.json('search', 'is:missing'))


def cpu_seconds(pid):
    user, system = file_text(f'/proc/{pid}/stat').rpartition(')')[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf('SC_CLK_TCK')


def put_volumes(it, first, last):
    """Sends the rows of volumes that are away, 16 at a time; returns their ids."""
    ids = []
    for number in range(first, last):
        it.client.send('persist.put_volume', {'volume': {
            'id': bytes(16), 'identity': f'uuid:{number}', 'label': f'disk {number}', 'mount': b'/media/none',
            'backend': 'external', 'online': False}})
        if number % 16 == 15 or number == last - 1:
            while len(ids) <= number - first:
                _, error, answer = it.client.take('persist')
                same('ok', error)
                ids.append(answer['id'])
    return ids


@claim(inside=Disks)
def thousands_of_volumes_are_known_one_by_one(it):
    many, monitor = how_often(2000, 10000), it.home.pid('availability')
    start = cpu_seconds(monitor)
    ids = put_volumes(it, 0, many)
    for id in (ids[0], ids[many // 2], ids[-1]):
        until(lambda: it.client.ask('availability.check', {'volume': id})[0] == 'ok')
    figure(f'{many} new volumes take {cpu_seconds(monitor) - start:.2f} s of the monitor\'s processor time')
    disk = it.disk('one of many')
    wav(disk + '/a/a.wav', 1000)
    it.add(disk + '/a')
    it.becomes(disk, 'external_online:done=1')
    it.unmount(disk)
    until(lambda: len(it.home.json('search', 'is:external_offline')) == 1)
    same(monitor, it.home.pid('availability'))


MNT_DETACH = 2


@claim(inside=Disks)
def storms_of_mounts_leave_true_states(it):
    disk = it.disk('stormy')
    for i in range(12):
        wav(f'{disk}/a/{i}.wav', 1000 + 10 * i)
    it.add(disk + '/a')
    it.becomes(disk, 'external_online:done=12')
    ids = sorted(item[2] for item in it.items(disk))
    noise, libc = it.place('noise').encode(), ctypes.CDLL(None, use_errno=True)
    began = time.monotonic()
    for number in range(1000):
        same(0, libc.mount(b'noise', noise, b'tmpfs', 0, None))
        if number % 20 == 0:
            at = number // 20 % 2
            disk = it.move(disk, f'at{at}' * (1 + at))
        same(0, libc.umount2(noise, MNT_DETACH))  # the monitor may look at it
    ended = time.monotonic()
    it.becomes(disk, 'external_online:done=12')
    figure(f'1,000 disks mounted and unmounted in {ended - began:.1f} s, each state right {time.monotonic() - ended:.2f} s after them')
    until(lambda: ids == sorted(item[2] for item in it.items(disk)))  # it may still have been at an earlier move to this place
    it.unmount(disk)
    until(lambda: len(it.home.json('search', 'is:external_offline', '--limit', '100')) == 12)
    it.idle()
    same(12, len(it.home.json('search', '', '--limit', '100')))


@claim(inside=Patient)
def a_look_that_saw_another_mount_at_the_place_is_taken_again(it):
    with Hung(it, 'flying') as disk:
        write_file(disk.under + '/.loophole-volume', 'flying\n')
        wav(disk.under + '/kit/a.wav', 1000)
        it.add(disk.at + '/kit')
        it.becomes(disk.at, 'external_online:done=1')
        monitor = it.home.pid('availability')
        disk.fail(0)
        there = it.move(disk.at, 'there')
        until(disk.waits, what='the look at the new place waits')
        os.kill(monitor, signal.SIGSTOP)
        away = it.move(there, 'away')
        disk.heal()
        until(lambda: all(state_of(pid) == 'Z' for pid in children_of(monitor)), what='the look ends')
        it.move(away, 'there')
        os.kill(monitor, signal.SIGCONT)
        it.becomes(there, 'external_online:done=1')


@claim(inside=Disks)
def a_disk_that_is_moved_onto_another_one_is_here(it):
    disk, other = it.disk('above'), it.disk('below')  # the table lists the older mount first
    for at in (disk, other):
        wav(at + '/a/a.wav', 1000)
        it.add(at + '/a')
    subprocess.run(['mount', '--move', disk, other], check=True)
    until(lambda: (it.volume('marker:above')['state'], it.volume('marker:below')['state']) == ('here', 'away'))
    it.unmount(other)
    it.becomes(other, 'external_online:done=1')


@claim(inside=Disks)
def a_folder_above_a_hidden_mount_is_no_volume(it):
    other = it.disk('other')
    wav(other + '/a/a.wav', 1000)
    it.add(other + '/a')
    it.unmount(other)
    above = it.place('above')
    disk = it.move(it.disk('hidden'), 'above', 'disk')
    wav(disk + '/a/a.wav', 1100)
    it.add(disk + '/a')
    subprocess.run(['mount', '-t', 'tmpfs', 'above', above], check=True)
    os.mkdir(disk)
    write_file(disk + '/.loophole-volume', 'other\n')  # an ordinary folder of the mount above
    until(lambda: it.volume('marker:hidden')['state'] == 'away')
    same('away', it.volume('marker:other')['state'])
    it.unmount(above)
    it.becomes(disk, 'external_online:done=1')


@claim(inside=Disks)
def the_monitor_is_killed_and_finds_the_truth_again(it):
    disk = it.disk('killed')
    wav(disk + '/a/a.wav', 1000)
    it.add(disk + '/a')
    until(lambda: it.home.has_lived('availability'))
    os.kill(it.home.pid('availability'), signal.SIGKILL)
    disk = it.move(disk, 'elsewhere')
    it.becomes(disk, 'external_online:done=1')
    until(lambda: it.home.has_lived('availability'))
    os.kill(it.home.pid('availability'), signal.SIGKILL)
    it.unmount(disk)
    until(lambda: len(it.home.json('search', 'is:external_offline')) == 1)


run_claims()
