#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Disks that another machine, another name or a write protection changes: no record is rewritten, nothing is analysed
again, and nothing counts as missing."""
import errno
import os
import shutil
import subprocess

from tests.claims import claim, contains, file_text, run_claims, same, skip, until, write_file
from tests.library.indexing import Indexing, wav
from tests.drives.storage import Disks


def records(home):
    """All that the catalogue knows of each item but its path, by id."""
    found = {}
    for line in home.json('search', '', '--limit', '1000'):
        for key in ('path', 'path_b64', 'availability', 'score', 'volume'):
            line.pop(key, None)
        found[line['id']] = line
    return found


def marked(it, name):
    """A disk with a library of three files."""
    disk = it.disk(name)
    for i in range(3):
        wav(f'{disk}/kit/{i}.wav', 1000 + 50 * i)
    it.add(disk + '/kit')
    it.becomes(disk, 'external_online:done=3')
    it.idle()
    return disk


@claim(inside=Disks)
def a_copied_catalogue_knows_the_disk_on_another_machine(it):
    disk = marked(it, 'travels')
    before = records(it.home)
    it.home.stop()
    other = it.home.other('another machine')
    shutil.copytree(it.home.path + '/data', other.path + '/data')
    disk = it.move(disk, 'a', 'longer', 'place')
    other.up()
    until(lambda: len(other.json('search', 'is:external_online')) == 3)
    same({f'{disk}/kit/{i}.wav' for i in range(3)}, {one['path'] for one in other.json('search', '')})
    until(lambda: other.client().must('indexer.progress').get('idle'))
    same(before, records(other))
    same([], other.json('search', 'is:missing'))
    other.stop()


@claim(inside=Disks)
def a_folder_that_is_mounted_at_two_paths_is_one_library(it):
    """A bind mount of the folder of a library, of a folder in it, and of a folder around it."""
    home, music = it.home, it.folder('two paths', 'kit')
    for i in range(3):
        wav(f'{music}/in/{i}.wav', 1000 + 50 * i)
    it.add(music)
    it.becomes(music, 'local:done=3')
    for name, folder in (('whole', music), ('in', music + '/in'), ('around', os.path.dirname(music))):
        at = it.place('bound ' + name)
        os.makedirs(at, exist_ok=True)
        subprocess.run(['mount', '--bind', folder, at], check=True)
        if name == 'whole':
            same(music, it.must('add_library', at)['path'].decode())
        else:
            contains(home.refused('library', 'add', at), 'lies in' if name == 'in' else 'contains')
        it.idle()
        same([music], [one['path'] for one in home.json('library', 'list')])
        same(3, len(home.json('search', '')))
        it.unmount(at)
    it.becomes(music, 'local:done=3')


@claim(inside=Disks)
def a_disk_that_was_formatted_again_gets_ids_and_tags_back(it):
    """The same files are at the same places of a disk that has another identity. Another sound there is another item; a
    copy of the sound at another place of the new disk is another item too."""
    home, kept = it.home, it.folder('kept')
    for i in range(3):
        wav(f'{kept}/{i}.wav', 1000 + 50 * i)

    def plug(marker):
        disk = it.disk(marker)
        shutil.copytree(kept, disk + '/kit')
        return it.move(disk, 'stick')

    def ids():
        return {os.path.basename(one['path']): one['id'] for one in home.json('search', 'tag:mine -is:offline')}

    stick = plug('first')
    it.add(stick + '/kit')
    it.becomes(stick, 'external_online:done=3')
    for i in range(3):
        home.loophole('tag', f'{stick}/kit/{i}.wav', '+mine')
    before = ids()
    it.unmount(stick)
    until(lambda: not it.volume('marker:first')['online'])
    wav(f'{kept}/2.wav', 3000)
    wav(f'{kept}/copies/0.wav', 1000)
    plug('second')
    it.add(stick + '/kit')
    it.idle()
    same({name: before[name] for name in ('0.wav', '1.wav')}, ids())
    same(5, len(home.json('search', '')))
    it.unmount(stick)
    until(lambda: not it.volume('marker:second')['online'])
    plug('first')
    until(lambda: ids() == before, what='the first disk has them again')


@claim(inside=Disks)
def a_disk_that_returns_under_another_name_keeps_its_label(it):
    disk = marked(it, 'renamed')
    before, label = records(it.home), it.volume('marker:renamed')['label']
    disk = it.move(disk, os.path.basename(disk) + '2')
    until(lambda: it.volume('marker:renamed')['mount'] == disk)
    it.becomes(disk, 'external_online:done=3')
    it.idle()
    same((label, []), (it.volume('marker:renamed')['label'], it.volume('marker:renamed')['duplicates']))
    same(before, records(it.home))


@claim(inside=Disks)
def a_marker_that_cannot_be_written_or_read_changes_nothing(it):
    disk = marked(it, 'sealed')
    before = records(it.home)
    subprocess.run(['mount', '-o', 'remount,ro', disk], check=True)
    contains(it.home.refused('volume', 'mark', '--new', disk), '.loophole-volume')
    it.rescan(disk + '/kit')
    it.becomes(disk, 'external_online:done=3')
    same('here', it.volume('marker:sealed')['state'])
    subprocess.run(['mount', '-o', 'remount,rw', disk], check=True)
    os.truncate(disk + '/.loophole-volume', 0)
    it.rescan(disk + '/kit')
    it.becomes(disk, 'external_online:done=3')
    same(before, records(it.home))


def loop_disk(it, image, *at):
    at = it.place(*at)
    if subprocess.run(['mount', '-o', 'loop', image, at], check=False).returncode:
        skip('a file cannot be mounted as a disk')
    subprocess.run(['mount', '--make-private', at], check=True)
    return at


@claim(inside=Disks)
def a_copy_of_a_whole_disk_is_a_duplicate_and_changes_no_record(it):
    """dd copies the identity too: the first disk that is here keeps it, whichever of the two it is."""
    first, copy = it.folder('first.img'), it.folder('copy.img')
    it.home.run('truncate', '-s', '8M', first)
    it.home.run('mkfs.ext4', '-q', first)
    disk = loop_disk(it, first, 'first')
    for i in range(3):
        wav(f'{disk}/kit/{i}.wav', 1000 + 50 * i)
    it.add(disk + '/kit')
    it.becomes(disk, 'local:done=3')
    it.idle()
    before, identity = records(it.home), next(one['identity'] for one in it.home.json('volume', 'list')
                                              if one['mount'] == disk)
    assert identity.startswith('uuid:'), identity
    subprocess.run(['sync', '-f', disk], check=True)
    it.home.run('dd', 'if=' + first, 'of=' + copy, 'bs=1M')
    second = loop_disk(it, copy, 'a', 'second')
    until(lambda: it.volume(identity)['duplicates'] == [second])
    same((disk, True), tuple(it.volume(identity)[key] for key in ('mount', 'online')))
    it.rescan(disk + '/kit')
    same(before, records(it.home))
    it.unmount(disk)  # now the copy is that disk
    until(lambda: it.volume(identity)['mount'] == second and it.volume(identity)['online'])
    it.becomes(second, 'local:done=3')
    it.idle()
    same((before, []), (records(it.home), it.home.json('search', 'is:missing')))
    again = loop_disk(it, first, 'first again')
    until(lambda: it.volume(identity)['duplicates'] == [again])
    it.home.loophole('volume', 'mark', '--new', again)
    until(lambda: it.volume(identity)['duplicates'] == [])
    it.add(again + '/kit')
    it.becomes(again, 'external_online:done=3')  # a disk with a marker
    it.becomes(second, 'local:done=3')
    same(6, len(it.home.json('search', '')))
    assert before.items() <= records(it.home).items()


@claim(inside=Disks)
def a_library_on_the_second_mount_of_a_disk_is_the_folder_of_that_disk(it):
    disk = it.disk('twice')
    wav(disk + '/a/a.wav', 1000)
    wav(disk + '/b/b.wav', 1100)
    it.add(disk + '/a')
    it.becomes(disk, 'external_online:done=1')
    for number, name in enumerate(('s', 'longer/name of the second mount')):
        second, new = it.place(name), f'{disk}/new{number}'
        subprocess.run(['mount', '--bind', disk, second], check=True)
        wav(new + '/new.wav', 1200 + 100 * number)
        it.idle()
        it.add(f'{second}/new{number}')
        until(lambda: [one[0] for one in it.items(new)] == ['external_online'])
        same(0, len(it.items(second)))
        it.add(second + '/a')  # a library already
        same(2 + number, len(it.home.json('library', 'list')))
        same('exists', it.ask('add_library', second)[0])
        os.symlink(second + '/b', f'{disk}/a/link{number}')
        wav(f'{disk}/a/later{number}.wav', 1600 + 100 * number)
        it.rescan(disk + '/a')
        it.becomes(disk + '/a', f'external_online:done={2 + number}')
        same(2 + number, len(it.home.json('library', 'list')))


def ext4_disk(it, name):
    """(its image, where it is mounted)"""
    image = it.folder(name + '.img')
    it.home.run('truncate', '-s', '8M', image)
    it.home.run('mkfs.ext4', '-q', image)
    return image, loop_disk(it, image, name)


@claim(inside=Disks)
def a_disk_that_returns_elsewhere_without_some_files_is_scanned_once(it):
    image, disk = ext4_disk(it, 'here')
    for i in range(8):
        wav(f'{disk}/kit/{i}.wav', 1000 + 50 * i)
    it.add(disk + '/kit')
    it.becomes(disk, 'local:done=8')
    it.home.down()
    it.unmount(disk)
    disk = loop_disk(it, image, 'elsewhere')
    for i in range(3):
        os.unlink(f'{disk}/kit/{i}.wav')
    it.home.up()
    it.becomes(disk, 'local:done=5 missing:done=3')
    it.idle()
    same([disk + '/kit'], [one['path'] for one in it.home.json('library', 'list')])


@claim(inside=Disks)
def a_marker_that_cp_took_to_another_disk_makes_that_disk_no_other_one(it):
    """The copy has the marker, and the same files, with the same times."""
    image, disk = ext4_disk(it, 'original')
    for i in range(3):
        wav(f'{disk}/kit/{i}.wav', 1000 + 50 * i)
    it.home.loophole('volume', 'mark', disk)
    it.add(disk + '/kit')
    it.becomes(disk, 'external_online:done=3')
    it.idle()
    before, identity = records(it.home), next(one['identity'] for one in it.home.json('volume', 'list')
                                              if one['mount'] == disk)
    assert identity.startswith('marker:'), identity
    copy = ext4_disk(it, 'copied')[1]
    it.home.run('cp', '-a', disk + '/.', copy)
    copy = it.move(copy, 'copy')  # the monitor looks at a mount when it appears
    until(lambda: it.volume(identity)['duplicates'] == [copy])
    same(disk, it.volume(identity)['mount'])
    it.rescan(disk + '/kit')
    same(before, records(it.home))
    for at in (copy, disk):
        it.unmount(at)
    until(lambda: not it.volume(identity)['online'])
    disk = loop_disk(it, image, 'back')
    it.becomes(disk, 'external_online:done=3')
    it.idle()
    same((before, []), (records(it.home), it.home.json('search', 'is:missing')))


@claim(inside=Disks)
def a_marker_that_a_cleaner_removes_while_the_engine_is_down_changes_nothing(it):
    _, disk = ext4_disk(it, 'cleaned')
    for i in range(3):
        wav(f'{disk}/kit/{i}.wav', 1000 + 50 * i)
    it.home.loophole('volume', 'mark', disk)
    it.add(disk + '/kit')
    it.becomes(disk, 'external_online:done=3')
    it.idle()
    before = records(it.home)
    it.home.stop()
    os.unlink(disk + '/.loophole-volume')
    disk = it.move(disk, 'another', 'place')
    it.home.up()
    it.client.reconnect()
    it.becomes(disk, 'external_online:done=3')
    it.idle()
    same((before, []), (records(it.home), it.home.json('search', 'is:missing')))
    it.home.loophole('volume', 'mark', disk)
    it.rescan(disk + '/kit')
    it.becomes(disk, 'external_online:done=3')
    same(before, records(it.home))


@claim(inside=Disks)
def a_marker_that_is_written_again_or_later_changes_nothing(it):
    """On a disk without a UUID and on one that is known by its UUID; by the command and by hand."""
    memory = marked(it, 'again')
    _, disk = ext4_disk(it, 'later')
    for i in range(3):
        wav(f'{disk}/kit/{i}.wav', 1500 + 50 * i)
    it.add(disk + '/kit')
    it.becomes(disk, 'local:done=3')
    it.idle()
    before, volumes = records(it.home), {one['id'] for one in it.home.json('volume', 'list')}

    def stays():
        for at in (memory, disk):
            until(lambda: it.ask('rescan', at + '/kit')[0] == 'ok')  # the indexer hears of the new place
        it.idle()
        it.becomes(memory, 'external_online:done=3')
        it.becomes(disk, 'local:done=3')
        same((before, volumes), (records(it.home), {one['id'] for one in it.home.json('volume', 'list')}))
        same({True}, {one['online'] for one in it.home.json('volume', 'list')})

    os.unlink(memory + '/.loophole-volume')
    it.home.loophole('volume', 'mark', memory)
    same('again\n', file_text(memory + '/.loophole-volume'))
    it.home.loophole('volume', 'mark', disk)
    stays()
    disk = it.move(disk, 'a', 'longer', 'place')
    stays()
    for at in (memory, disk):
        write_file(at + '/.loophole-volume', f'by hand at {at}\n')
    stays()
    os.unlink(memory + '/.loophole-volume')
    it.home.loophole('volume', 'mark', memory)
    it.home.down()
    it.home.up()
    it.client.reconnect()
    stays()
    it.home.loophole('volume', 'mark', '--new', disk)  # a person parts the disk from what is known
    it.becomes(memory, 'external_online:done=3')
    until(lambda: len(it.home.json('search', 'is:external_offline')) == 3)
    same([], it.home.json('search', 'is:missing'))
    wav(disk + '/new/a.wav', 2000)
    it.add(disk + '/new')
    it.becomes(disk, 'external_online:done=1')
    for is_down in False, True:
        if is_down:
            it.home.down()
        write_file(disk + '/.loophole-volume', f'by hand after a person parted it, while the engine is down: {is_down}\n')
        if is_down:
            it.home.up()
            it.client.reconnect()
        until(lambda: it.ask('rescan', disk + '/new')[0] == 'ok')  # the monitor looks at the mount first
        it.idle()
        it.becomes(disk, 'external_online:done=1')
        same(3, len(it.home.json('search', 'is:external_offline')))
        same(([], len(volumes) + 1), (it.home.json('search', 'is:missing'), len(it.home.json('volume', 'list'))))


@claim(inside=Disks)
def one_of_two_libraries_on_a_disk_is_removed_and_the_other_stays(it):
    disk = it.disk('shared')
    for i in range(3):
        wav(f'{disk}/kit/{i}.wav', 1000 + 50 * i)
        wav(f'{disk}/other/{i}.wav', 2000 + 50 * i)
    for name in ('kit', 'other'):
        it.add(f'{disk}/{name}')
    it.becomes(disk, 'external_online:done=6')
    it.home.loophole('library', 'remove', disk + '/other')
    it.idle()
    assert os.path.exists(disk + '/.loophole-volume')
    it.becomes(disk, 'external_online:done=3')
    before = records(it.home)
    disk = it.move(disk, 'a', 'longer', 'place')
    it.becomes(disk, 'external_online:done=3')
    it.unmount(disk)
    until(lambda: len(it.home.json('search', 'is:external_offline')) == 3)
    same((before, []), (records(it.home), it.home.json('search', 'is:missing')))


@claim(inside=Disks)
def a_drive_that_is_pulled_is_offline_though_its_mount_can_be_read(it):
    image = it.folder('drive.img')
    it.home.run('truncate', '-s', '8M', image)
    it.home.run('mkfs.ext4', '-q', image)
    disk = loop_disk(it, image, 'drive')
    wav(disk + '/kit/a.wav', 1000)
    it.add(disk + '/kit')
    it.becomes(disk, 'local:done=1')
    device = os.stat(disk).st_dev
    event = f'/sys/dev/block/{os.major(device)}:{os.minor(device)}/uevent'

    def send(word):
        """The kernel sends this event, as it does for a drive."""
        write_file(event, word)
    send('remove')
    until(lambda: len(it.home.json('search', 'is:external_offline')) == 1)
    same(['kit', 'lost+found'], sorted(os.listdir(disk)))
    seen = next(one for one in it.home.json('volume', 'list') if one['mount'] == disk)
    same('dead', seen['state'])
    contains(seen['why'], os.strerror(errno.ENODEV))
    same([], it.home.json('search', 'is:missing'))
    send('add')
    it.becomes(disk, 'local:done=1')


@claim(inside=Disks)
def a_drive_that_is_pulled_while_the_engine_is_down_is_offline_at_its_start(it):
    image, listed = it.folder('drive.img'), it.folder('listed')
    it.home.run('truncate', '-s', '8M', image)
    it.home.run('mkfs.ext4', '-q', image)
    disk = loop_disk(it, image, 'drive')
    wav(disk + '/kit/a.wav', 1000)
    it.add(disk + '/kit')
    it.becomes(disk, 'local:done=1')
    it.home.stop()
    device = os.stat(disk).st_dev
    os.makedirs(listed, exist_ok=True)
    for name in os.listdir('/sys/dev/block'):  # the kernel's list without this drive, seen by the engine alone
        if name != f'{os.major(device)}:{os.minor(device)}':
            os.symlink('/sys/devices', f'{listed}/{name}')
    it.home.run('unshare', '--mount', 'sh', '-c', 'mount --bind "$1" /sys/dev/block && exec loophole up', 'sh', listed)
    until(lambda: len(it.home.json('search', 'is:external_offline')) == 1)
    same(['kit', 'lost+found'], sorted(os.listdir(disk)))
    seen = next(one for one in it.home.json('volume', 'list') if one['mount'] == disk)
    same('dead', seen['state'])
    contains(seen['why'], os.strerror(errno.ENODEV))
    same([], it.home.json('search', 'is:missing'))
    it.home.stop()
    it.home.up()
    it.becomes(disk, 'local:done=1')


@claim(inside=Disks)
def a_device_that_has_another_file_system_at_once_is_another_volume(it):
    """libblkid's cache, which all programs share, still has the first one."""
    image, at = it.folder('device.img'), it.place('place')
    it.home.run('truncate', '-s', '8M', image)
    device = it.home.run('losetup', '--find', '--show', image).out.strip()

    def fill(number):
        # an engine in another namespace, of a claim beside this one, may still have a copy of the mount
        until(lambda: it.home.run('mkfs.ext4', '-q', device, code=None).code == 0, what='the device is in use by nobody')
        it.home.run('mount', device, at)
        subprocess.run(['mount', '--make-private', at], check=True)
        wav(at + '/kit/a.wav', number)
    try:
        fill(1000)
        it.home.run('blkid', device)
        it.add(at + '/kit')
        it.becomes(at, 'local:done=1')
        first = next(one['identity'] for one in it.home.json('volume', 'list') if one['mount'] == at)
        until(lambda: it.home.run('umount', at, code=None).code == 0, what='no look has the mount open')
        fill(1100)
        until(lambda: len(it.home.json('search', 'is:external_offline')) == 1)
        it.add(at + '/kit')
        until(lambda: [one['state'] for one in it.home.json('volume', 'list') if one['identity'] == first] == ['away'])
        second = it.home.run('blkid', '-p', '-s', 'UUID', '-o', 'value', device).out.strip()
        same(1, sum(one['identity'] == 'uuid:' + second for one in it.home.json('volume', 'list')))
    finally:
        it.home.stop()
        subprocess.run(['umount', '-l', at], check=False)
        subprocess.run(['losetup', '-d', device], check=False)


@claim
def a_home_that_is_renamed_keeps_ids_and_tags_and_nothing_is_missing(home):
    with Indexing(home) as it:
        for name in ('a', 'b', 'deep/c'):
            wav(f'{it.folder("music")}/{name}.wav', 1000 + 10 * len(name))
        it.add(it.folder('music'))
        it.becomes('', 'local:done=3')
        home.loophole('tag', 'kind:audio', '--all', '+mine')
        ids = sorted(item[2] for item in it.items())
        before = {line['id']: line['revision'] for line in home.json('show', 'kind:audio')}
        old = it.folder('music')
        home.stop()
    os.rename(home.path, home.path + '-renamed')
    with Indexing(home.other('renamed')) as it:
        until(lambda: len(it.home.json('search', 'is:external_offline')) == 3)
        it.idle()
        same([], it.home.json('search', 'is:missing'))
        it.add(it.folder('music'))
        it.becomes(it.folder('music'), 'local:done=3')
        same(ids, sorted(item[2] for item in it.items()))
        same(3, len(it.home.json('search', 'tag:mine')))
        same([], it.home.json('search', 'is:missing'))
        # nothing was read again: the library is where it was renamed to, and no row of an item changed
        same(before, {line['id']: line['revision'] for line in it.home.json('show', 'kind:audio')})
        same([(old, it.folder('music'), True)], [(one['from'], one['to'], one['folder']) for one in it.home.json('moves')])
        same([it.folder('music')], [one['path'] for one in it.home.json('library', 'list')])
        wav(it.folder('music') + '/late.wav', 3000)  # it is watched there
        it.becomes(it.folder('music'), 'local:done=4')
        it.home.stop()


def trees_of(it):
    """Path, backend and library around, of each library and tree."""
    lines = it.home.json('library', 'list')
    place = {one['id']: one['path'] for one in lines}
    return sorted((one['path'], one.get('backend') or '', place.get(one.get('within'), '')) for one in lines)


def readable(it):
    return sum(item[:2] in (('local', 'done'), ('external_online', 'done')) for item in it.items())


def renamed_with_trees(home, make):
    """Renames a home whose library has four files and the trees that `make` made; its records stay as they are."""
    with Disks(home) as it:
        music = it.folder('music')
        for i, name in enumerate(('a', 'kit/b', 'drop/c', 'drop/deep/d')):
            wav(f'{music}/{name}.wav', 1000 + 50 * i)
        it.add(music)
        it.becomes(music, 'local:done=4')
        count = make(it, music)
        until(lambda: readable(it) == count)
        home.loophole('tag', 'kind:audio', '--all', '+mine')
        it.idle()
        ids = sorted(item[2] for item in it.items())
        before, trees = records(home), trees_of(it)
        home.stop()
    other = home.other('renamed')
    os.rename(home.path, other.path)
    with Disks(other) as it:
        it.mounts.append(it.folder('music', 'stick'))
        it.idle()
        it.add(it.folder('music'))
        until(lambda: readable(it) == count)
        it.idle()
        same([], other.json('search', 'is:missing'))
        same(ids, sorted(item[2] for item in it.items()))
        same(before, records(other))
        moved = [tuple(word.replace(home.path, other.path) if word.startswith(home.path + '/') else word for word in one)
                 for one in trees]
        same(moved, trees_of(it))
        wav(it.folder('music') + '/drop/late.wav', 3000)  # a tree is watched there
        until(lambda: readable(it) == count + 1)
        other.stop()


@claim
def a_renamed_home_with_a_declared_folder_inside_rewrites_no_item(home):
    def declare(it, music):
        it.home.loophole('library', 'set', music + '/drop', 'backend=external')
        until(lambda: len(trees_of(it)) == 2)
        return 4
    renamed_with_trees(home, declare)


def renamed_with_disk(home, marker):
    def plug(it, music):
        disk = it.disk(marker)
        wav(disk + '/x.wav', 2000)
        it.move(disk, 'music', 'stick')
        it.mounts.clear()
        until(lambda: len(trees_of(it)) == 2)
        return 5
    renamed_with_trees(home, plug)


@claim
def a_renamed_home_with_a_disk_inside_rewrites_no_item(home):
    renamed_with_disk(home, 'stick of ' + home.path)


@claim
def a_renamed_home_with_a_disk_without_identity_inside_rewrites_no_item(home):
    renamed_with_disk(home, None)


@claim
def another_disk_at_the_place_of_one_that_moved_has_items_of_its_own(home):
    """Both disks have no identity, so each is known by its place."""
    old = home.path + '/music'
    renamed_with_disk(home, None)
    with Disks(home.other('renamed')) as it:
        until(lambda: readable(it) == 5)
        same(1, len(it.home.json('search', 'is:external_offline')))
        disk = it.disk()
        wav(disk + '/z.wav', 3000)
        os.makedirs(old + '/stick')
        it.mounts.append(old + '/stick')
        subprocess.run(['mount', '--move', disk, old + '/stick'], check=True)
        it.add(old)
        until(lambda: readable(it) == 6)
        same([old + '/stick/z.wav'], [one['path'] for one in it.home.json('search', 'is:external_online')])
        same(1, len(it.home.json('search', 'is:external_offline')))
        it.home.stop()


run_claims()
