#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Trees that come and go as one inside a library: mounts, and folders that a person declared."""
import glob
import os
import shutil
import signal

from tests.claims import claim, contains, file_bytes, run_claims, same, until
from tests.client import Client
from tests.library.indexing import wav
from tests.drives.storage import Cloud, Disks, Hung


def fill(at, *names):
    for i, name in enumerate(names):
        wav(f'{at}/{name}.wav', 1000 + 50 * i)


def ids_of(it, below):
    return sorted(item[2] for item in it.items(below))


def lines(it):
    return {one['path']: one for one in it.home.json('library', 'list')}


class Music(Disks):
    """A library with four files, and a place inside for a mount. A stopped service is not replaced."""
    settings = Disks.settings + '[supervisor]\nhang_ms = 300000\n'

    def __enter__(self):
        super().__enter__()
        self.music = self.folder('music')
        fill(self.music, 'a', 'b', 'kit/c', 'kit/d')
        self.usb = self.place('music', 'usb')
        self.add(self.music)
        self.becomes(self.music, 'local:done=4')
        return self

    def become(self, state, count):
        """Waits until so many items are in that state, and none is missing."""
        until(lambda: len(self.home.json('search', 'is:' + state)) == count)
        same([], self.home.json('search', 'is:missing'))

    def plug(self, marker=None, at=None):
        """A disk with three files, mounted inside the library."""
        disk = self.disk(marker)
        fill(disk, 'x', 'y', 'deep/z')
        return self.move(disk, at) if at else self.move(disk, 'music', 'usb')

    def unplug(self):
        """Its three items go offline by at most two rows of the change log."""
        self.idle()
        before = len(self.rows())
        self.unmount(self.usb)
        self.become('external_offline', 3)
        self.idle()
        assert len(self.rows()) - before <= 2, self.rows()[before:]


@claim(inside=Music)
def a_disk_inside_a_library_goes_and_comes_as_one(it):
    it.plug('stick')
    it.become('external_online', 3)
    ids = ids_of(it, it.usb)
    same('stick', it.volume('marker:stick')['identity'].removeprefix('marker:'))
    same((lines(it)[it.music]['id'], 3), (lines(it)[it.usb]['within'], lines(it)[it.usb]['external_online']))
    it.rescan(it.music)
    it.unplug()
    it.rescan(it.music)
    it.become('external_offline', 3)

    other = it.disk('other')  # another disk in the same place
    fill(other, 'new')
    it.move(other, 'music', 'usb')
    it.become('external_online', 1)
    same(3, it.volume('marker:stick')['offline'])
    same(1, it.volume('marker:other')['items'])
    it.unmount(it.usb)

    again = it.disk('stick')
    fill(again, 'x', 'y', 'deep/z')
    it.move(again, 'elsewhere')  # its items go with it
    it.become('external_online', 3)
    same(ids, ids_of(it, it.folder('elsewhere')))
    same([], it.home.json('search', 'is:missing'))


@claim(inside=Music)
def a_library_that_is_a_whole_mount_has_its_folders_with_their_counts(it):
    it.plug('stick')
    it.become('external_online', 3)
    search = Client(it.home.path)
    at = {one['name'].decode(): one for one in search.must('search.folders')['each']}
    same({it.music: 4, it.usb: 3}, {name: one['items'] for name, one in at.items()})
    for path, inside in (it.music, {'kit': 2}), (it.usb, {'deep': 1}):
        same(at[path]['items'], search.must('search.query', {'folder': at[path]['id'], 'limit': 0})['total'])
        below = search.must('search.folders', {'folder': at[path]['id']})['each']
        same(inside, {one['name'].decode(): one['items'] for one in below})


@claim(inside=Music)
def a_mount_without_an_identity_is_known_by_its_place(it):
    it.plug()
    it.become('external_online', 3)
    ids = ids_of(it, it.usb)
    same('mount:' + it.usb, it.volume('mount:' + it.usb)['identity'])
    it.unplug()
    it.rescan(it.music)
    it.plug()
    it.become('external_online', 3)
    same(ids, ids_of(it, it.usb))


@claim(inside=Music)
def an_answer_about_a_library_is_none_about_a_tree_in_it(it):
    """The server of the tree exports an empty folder."""
    usb = it.plug('stick')
    fill(usb, *(f'{number}' for number in range(12)))
    it.rescan(it.music)
    it.become('external_online', 15)
    away = it.folder('away')
    os.mkdir(away)
    with it.home.paused('indexer'):  # one scan finds all of them
        for name in glob.glob(usb + '/*'):
            shutil.move(name, away)
    it.rescan(it.music, accept_missing=True)
    it.become('external_offline', 15)
    it.rescan(usb, accept_missing=True)
    until(lambda: len(it.home.json('search', 'is:missing')) == 15)


@claim(inside=Music)
def a_tree_goes_with_its_library_and_comes_back_with_it(it):
    it.plug('goes')
    it.become('external_online', 3)
    ids = ids_of(it, it.music)
    same(7, len(ids))
    contains(it.home.refused('library', 'remove', it.usb), 'is a tree of a library')
    it.home.loophole('library', 'remove', it.music)
    until(lambda: it.items() == [])
    same({}, lines(it))
    same(7, len(it.home.json('forgotten')))
    it.home.loophole('undo')
    until(lambda: ids_of(it, it.music) == ids)
    same({it.music, it.usb}, set(lines(it)))
    it.home.loophole('redo')
    until(lambda: it.items() == [])
    it.add(it.music)
    until(lambda: ids_of(it, it.music) == ids)
    same([], it.home.json('forgotten'))
    it.become('external_online', 3)


@claim(inside=Music)
def a_tree_that_a_scan_finds_after_its_library_was_removed_is_refused(it):
    it.plug('late')
    it.become('external_online', 3)
    was = lines(it)
    it.home.loophole('library', 'remove', it.music)
    until(lambda: it.items() == [])
    contains(it.home.refused('ask', 'persist.put_library', f"library.id={was[it.usb]['id']}", f'library.path={it.usb}',
                             f"library.within={was[it.music]['id']}"), 'the library around the tree is not in the catalogue')
    same({}, lines(it))


@claim(inside=Music)
def a_tree_that_hangs_holds_up_no_scan_of_the_library_around_it(it):
    with Hung(it, 'music/hung') as hung:
        fill(hung.under, 'h')
        it.rescan(it.music)
        until(lambda: len(it.items()) == 5)
        hung.hang()
        until(lambda: not it.volume('mount:' + hung.at)['online'])
        fill(it.music, 'new')
        it.rescan(it.music)
        it.become('local', 5)
        it.become('offline', 1)
        same([], it.home.json('search', 'is:missing'))


@claim(inside=Music)
def kills_while_a_tree_comes_and_goes_lose_and_double_nothing(it):
    it.plug('stormy')
    it.become('external_online', 3)
    ids = ids_of(it, it.music)
    for name in ('indexer', 'availability', 'persist'):
        until(lambda: it.home.has_lived(name))
        it.must('rescan', it.music)
        it.unmount(it.usb)
        os.kill(it.home.pid(name), signal.SIGKILL)
        it.become('external_offline', 3)
        until(lambda: it.ask('rescan', it.music)[0] == 'ok')
        it.plug('stormy')
        os.kill(it.home.pid('indexer'), signal.SIGKILL)
        it.become('external_online', 3)
        until(lambda: it.home.has_lived('indexer'))
    it.idle()
    same(ids, ids_of(it, it.music))
    same([], it.home.json('search', 'is:missing'))
    it.home.loophole('library', 'remove', it.music)
    os.kill(it.home.pid('persist'), signal.SIGKILL)
    until(lambda: it.home.loophole('forgotten', '--json', code=None).out.count('"id"') == 7)
    it.home.loophole('undo')
    until(lambda: ids_of(it, it.music) == ids)


@claim(inside=Music)
def items_that_an_older_engine_scanned_inside_a_mount_stay_the_same_items(it):
    """An older engine had no trees: it scanned the files of a mount as those of a folder."""
    fill(it.usb, 'x', 'deep/y', 'deep/z', 'gone')
    it.rescan(it.music)
    it.becomes(it.music, 'local:done=8')
    it.home.loophole('tag', it.usb + '/x.wav', '+mine')
    ids = ids_of(it, it.music)
    lost, kept = it.id_of(it.usb + '/gone.wav'), it.folder('kept')
    it.home.stop()
    shutil.copytree(it.usb, kept)
    os.unlink(kept + '/gone.wav')
    disk = it.disk('was there')
    shutil.copytree(kept, disk, dirs_exist_ok=True)
    it.move(disk, 'music', 'usb')
    it.home.up()
    it.home.kill('indexer')
    until(lambda: lines(it).get(it.usb, {}).get('external_online') == 3)
    it.idle()
    it.rescan(it.usb)
    same(sorted(ids), sorted(one['id'] for one in it.home.json('search', '')))
    same(3, len(it.home.json('search', 'is:external_online')))
    contains(it.home.first('show', it.usb + '/x.wav')['tags'], 'mine')
    assert lost not in {one['id'] for one in it.home.json('search', 'is:external_online')}
    same(0, it.counts['done'])
    it.unmount(it.usb)
    it.become('external_offline', 3)


@claim(inside=Music)
def items_below_a_mount_are_away_until_it_is_unmounted(it):
    fill(it.usb, 'x', 'y', 'deep/z')
    it.rescan(it.music)
    it.becomes(it.music, 'local:done=7')
    it.home.loophole('tag', it.usb + '/x.wav', '+mine')
    ids, mine = ids_of(it, it.music), it.id_of(it.usb + '/x.wav')
    disk = it.disk('over')
    wav(disk + '/x.wav', 3000)  # another sound at the same path
    whole = file_bytes(disk + '/x.wav')
    it.move(disk, 'music', 'usb')
    it.become('external_online', 1)
    it.become('external_offline', 3)
    it.idle()
    until(lambda: lines(it)[it.music]['files'] == 4)
    contains(it.home.refused('labels', 'write', mine), 'its volume is away')
    same(whole, file_bytes(it.usb + '/x.wav'))
    it.rescan(it.music)
    it.become('external_offline', 3)
    it.unmount(it.usb)
    it.become('local', 7)
    same(set(ids), {one['id'] for one in it.home.json('search', 'is:local')})
    until(lambda: lines(it)[it.music]['files'] == 7)


@claim(inside=Music)
def items_below_a_disk_that_is_a_library_of_its_own_are_away_too(it):
    disk = it.disk('own')
    fill(disk, 'o')
    it.add(disk)
    it.becomes(disk, 'external_online:done=1')
    fill(it.usb, 'x', 'y')
    it.rescan(it.music)
    it.becomes(it.music, 'local:done=6')
    it.move(disk, 'music', 'usb')
    it.become('external_offline', 2)
    it.unmount(it.usb)
    it.become('local', 6)


@claim(inside=Music)
def items_that_lie_inside_a_mount_that_hangs_hold_up_no_scan_of_the_library_around_it(it):
    """The mount's root answers, so its volume is here; the file of the item does not."""
    at = it.folder('music', 'hung')
    fill(at, 'slow/x')
    it.rescan(it.music)
    it.becomes(it.music, 'local:done=5')
    ids = ids_of(it, it.music)
    hung = Hung(it, 'music/hung')
    shutil.copytree(at, hung.under)
    hung.fail(0, '/slow')
    with hung:
        it.must('rescan', it.music)
        until(hung.waits)
        for name in ('new', 'newer'):
            fill(it.music, name)
            it.must('rescan', it.music)
            until(lambda name=name: it.id_of(f'{it.music}/{name}.wav'))
        same([], it.home.json('search', 'is:missing'))
        hung.heal()
        until(lambda: ids[-1] in ids_of(it, hung.at) and len(it.items()) == 7)
        same(7, len(set(ids + ids_of(it, ''))))


@claim(inside=Music)
def a_link_to_a_mount_that_hangs_holds_up_no_scan(it):
    with Hung(it, 'elsewhere') as hung:
        fill(hung.under, 'slow/x')
        os.symlink(hung.at + '/slow/x.wav', it.music + '/link.wav')
        it.add(it.music, follow_links=True)
        until(lambda: it.id_of(it.music + '/link.wav'))
        hung.fail(0, '/slow')
        for name in ('new', 'newer'):
            fill(it.music, name)
            it.must('rescan', it.music)
            until(lambda name=name: it.id_of(f'{it.music}/{name}.wav'))
        assert hung.waits()
        same([], it.home.json('search', 'is:missing'))
        hung.heal()
        it.rescan(it.music)
        it.becomes(it.music, 'local:done=7')


@claim(inside=Music)
def items_that_are_twice_since_an_upgrade_become_one(it):
    it.plug('twice')
    it.becomes(it.usb, 'external_online:done=3')
    it.home.loophole('tag', it.usb + '/x.wav', '+kept')
    ids = ids_of(it, it.music)
    music = next(one for one in it.must('libraries')['each'] if one['path'] == it.music.encode())
    folder = it.client.must('persist.put_folder', {'folder': {
        'id': bytes(16), 'volume': music['volume'], 'parent': music['id'], 'name': b'usb'}})['id']
    seen = os.stat(it.usb + '/x.wav')
    made = it.client.must('persist.batch', {'operations': [{'place': {
        'folder': folder, 'file': b'x.wav', 'kind': 'audio', 'size': seen.st_size, 'mtime': seen.st_mtime_ns // 1000,
        'inode': 1, 'pack': 'usb', 'availability': 'local'}}]})['each'][0]
    same('ok', made['error'])
    it.client.must('persist.put_media', {'edit': {'id': made['id'], 'add_tags': ['second']}})
    until(lambda: len(it.items()) == 8)
    it.rescan(it.music)
    until(lambda: ids_of(it, it.music) == ids)
    tags = it.home.first('show', it.usb + '/x.wav')['tags']
    contains(tags, 'kept')
    contains(tags, 'second')


def declared(it, backend='cloud'):
    """A folder with three files that is a tree of the library."""
    drop = it.folder('music', 'drop')
    fill(drop, 'x', 'y', 'deep/z')
    it.rescan(it.music)
    it.become('local', 7)
    it.home.loophole('library', 'set', drop, 'backend=' + backend)
    until(lambda: drop in lines(it))
    it.idle()
    return drop


@claim(inside=Music)
def a_folder_that_a_person_declared_goes_and_comes_as_one(it):
    drop, away, ids = declared(it), it.folder('away'), ids_of(it, it.music)
    same((lines(it)[it.music]['id'], 'cloud'), (lines(it)[drop]['within'], lines(it)[drop]['backend']))
    same('cloud', it.home.first('show', drop + '/deep/z.wav')['storage']['backend'])
    it.become('local', 7)
    it.idle()
    before = len(it.rows())
    os.rename(drop, away)
    it.become('remote_offline', 3)
    it.idle()
    assert len(it.rows()) - before <= 2, it.rows()[before:]
    it.rescan(it.music)
    it.become('remote_offline', 3)
    os.rename(away, drop)
    it.rescan(it.music)
    it.become('local', 7)
    same(ids, ids_of(it, it.music))

    moved = it.folder('music', 'kit', 'moved')
    os.rename(drop, moved)
    until(lambda: moved in lines(it))
    it.idle()
    it.rescan(it.music)
    it.become('local', 7)
    same(ids, ids_of(it, it.music))
    it.home.loophole('library', 'set', moved, 'backend=volume')
    until(lambda: set(lines(it)) == {it.music})
    it.idle()
    it.become('local', 7)
    same('local', it.home.first('show', moved + '/x.wav')['storage']['backend'])
    same(ids, ids_of(it, it.music))
    contains(it.home.refused('library', 'set', moved, 'fetch=all'), 'is not a library')
    contains(it.home.refused('library', 'set', it.home.path, 'backend=cloud'), 'is not a library')


@claim(inside=Music)
def a_folder_that_becomes_a_tree_counts_in_its_library_no_more(it):
    """Else a part of the library that vanishes is too small a part for the question."""
    drop = it.folder('music', 'drop')
    fill(drop, 'x')
    for i in range(249):
        shutil.copy(drop + '/x.wav', f'{drop}/{i}.wav')
    fill(it.music, *(f'own {i}' for i in range(26)))
    it.rescan(it.music)
    until(lambda: lines(it)[it.music]['files'] == 280)
    it.home.loophole('library', 'set', drop, 'backend=cloud')
    until(lambda: lines(it)[it.music]['files'] == 30)
    same(250, lines(it)[drop]['files'])
    it.idle()
    for i in range(12):
        os.unlink(f'{it.music}/own {i}.wav')
    until(lambda: it.must('libraries').get('asks'))
    same([], it.home.json('search', 'is:missing'))


@claim(inside=Music)
def a_declared_folder_goes_with_its_library_and_survives_kills(it):
    drop, ids = declared(it, 'external'), ids_of(it, it.music)
    it.become('external_online', 3)
    for name in ('indexer', 'persist'):
        os.rename(drop, it.folder('away'))
        os.kill(it.home.pid(name), signal.SIGKILL)
        it.become('external_offline', 3)
        until(lambda: it.home.has_lived('indexer'))
        os.rename(it.folder('away'), drop)
        os.kill(it.home.pid('indexer'), signal.SIGKILL)
        it.become('external_online', 3)
        until(lambda: it.home.has_lived('indexer'))
    it.idle()
    same(ids, ids_of(it, it.music))
    it.home.loophole('library', 'remove', it.music)
    until(lambda: it.items() == [])
    it.home.loophole('undo')
    it.become('external_online', 3)
    same(ids, ids_of(it, it.music))


@claim(inside=Music)
def declarations_of_a_person_survive_remove_and_add(it):
    drop, ids = declared(it, 'external'), ids_of(it, it.music)
    it.home.loophole('library', 'set', it.music, 'fetch=all')
    it.home.loophole('library', 'remove', it.music)
    until(lambda: it.items() == [])
    it.home.kill('persist')
    it.add(it.music)
    it.home.kill('persist')
    it.become('external_online', 3)
    until(lambda: ids_of(it, it.music) == ids)
    same(('external', 'all'), (lines(it)[drop]['backend'], lines(it)[it.music]['fetch']))
    os.rename(drop, it.folder('away'))
    it.become('external_offline', 3)
    os.rename(it.folder('away'), drop)
    it.become('external_online', 3)
    it.home.loophole('library', 'set', drop, 'backend=volume')
    until(lambda: set(lines(it)) == {it.music})
    it.home.loophole('library', 'remove', it.music)
    until(lambda: it.items() == [])
    it.add(it.music)
    until(lambda: ids_of(it, it.music) == ids)
    same({it.music}, set(lines(it)))


@claim(inside=Music)
def a_cloud_that_is_added_again_is_a_cloud_from_its_first_scan(it):
    with Cloud(it, 'plain') as cloud:
        cloud.put('a.wav')
        with open(cloud.control + '/here/a.wav', 'w', encoding='utf-8'):
            it.add(cloud.at)
        it.home.loophole('library', 'set', cloud.at, 'backend=cloud')
        it.idle()
        it.home.loophole('library', 'remove', cloud.at)
        until(lambda: it.items(cloud.at) == [])
        cloud.put('b.wav')
        before = cloud.log()
        it.add(cloud.at)
        until(lambda: len(it.items(cloud.at)) == 2)
        same('cloud', lines(it)[cloud.at]['backend'])
        same(1, len(it.home.json('search', 'is:remote_offline')))
        same(before, cloud.log())


@claim(inside=Music)
def a_part_that_the_setting_names_is_a_cloud_also_in_lists(it):
    it.home.stop()
    whole = it.folder('whole')  # a library that is a cloud has no tree for each folder
    it.home.settings(it.settings + f'[availability]\ncloud = {it.music}/drop*, {whole}\n')
    it.home.up()
    fill(whole, 'kit/a', 'kit/deep/b')
    it.add(whole)
    for at in ('drop', 'plain'):
        fill(f'{it.music}/{at}', 'full')
        with open(f'{it.music}/{at}/sparse.wav', 'wb') as out:
            out.truncate(1 << 20)
    it.rescan(it.music)
    until(lambda: f'{it.music}/drop' in lines(it))
    it.become('remote_offline', 1)
    same('cloud', lines(it)[it.music + '/drop']['backend'])
    same('cloud', it.home.first('show', it.music + '/drop/full.wav')['storage']['backend'])
    same('local', it.home.first('show', it.music + '/plain/sparse.wav')['availability'])
    same({it.music, it.music + '/drop', whole}, set(lines(it)))


run_claims()
