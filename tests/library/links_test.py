#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Symbolic links in a library that lead outside: they are followed if a person says so. Each folder is scanned once, as
a tree of the library."""
import os
import shutil

from tests.claims import claim, contains, run_claims, same, until, write_file
from tests.library.indexing import wav
from tests.drives.storage import Disks, Hung


def fill(at, *names):
    for name in names:
        wav(f'{at}/{name}.wav', 1000 + sum(f'{at}/{name}'.encode()) % 997)


class Music(Disks):
    """A library with one file, and a folder outside with three."""

    def __enter__(self):
        super().__enter__()
        self.music, self.packs = self.folder('music'), self.folder('packs')
        fill(self.music, 'own')
        fill(self.packs, 'a', 'b', 'kit/c')
        self.add(self.music, follow_links=True)
        self.becomes(self.music, 'local:done=1')
        return self

    def link(self, target, name='linked'):
        os.symlink(target, f'{self.music}/{name}')

    def unlink(self, name='linked'):
        os.unlink(f'{self.music}/{name}')

    def ids(self, below):
        return sorted(item[2] for item in self.items(below))

    def libraries(self):
        return {one['path']: one for one in self.home.json('library', 'list')}

    def is_linked(self):
        """Its three items are here."""
        self.becomes(self.packs, 'local:done=3')
        return self.ids(self.packs)


@claim(inside=Music)
def a_linked_folder_is_scanned_once_however_many_links_lead_there(it):
    it.link(it.packs + '/kit', 'inner')
    it.becomes(it.packs, 'local:done=1')
    ids = it.ids(it.packs)
    for name in ('linked', 'again', 'linked.wav'):
        it.link(it.packs, name)
    assert set(ids) < set(it.is_linked()), 'the item of the inner link is another one'
    it.rescan(it.music)
    same(4, len(it.items()))
    row = it.libraries()[it.packs]
    same(it.libraries()[it.music]['id'], row['within'])
    assert row['link'] in (it.music + '/linked', it.music + '/again', it.music + '/linked.wav'), row
    same({it.music, it.packs}, set(it.libraries()))

    fill(it.packs, 'new')  # it is watched
    it.becomes(it.packs, 'local:done=4')
    os.unlink(it.packs + '/new.wav')
    it.becomes(it.packs, 'local:done=3 missing:done=1')


@claim(inside=Music)
def a_link_makes_no_loop(it):
    other = it.folder('other')
    fill(other, 'o')
    it.add(other)
    os.makedirs(it.music + '/sub')
    for target, name in (('.', 'self'), ('..', 'up'), ('/', 'root'), ('sub', 'inside'), (other, 'other'),
                         (it.home.path, 'home'), (it.music, 'whole'), ('gone', 'dangling'), ('round', 'round')):
        it.link(target, name)
        os.symlink(target, f'{it.music}/sub/{name}')
    it.rescan(it.music)
    it.rescan(it.music)
    same(2, len(it.items()))
    same({it.music, other}, set(it.libraries()))


@claim(inside=Music)
def a_linked_folder_goes_and_comes_with_its_link(it):
    it.link(it.packs)
    ids = it.is_linked()
    it.home.loophole('tag', ids[0], '+mine')
    it.unlink()
    it.becomes(it.packs, 'external_offline:done=3')
    same([], it.home.json('search', 'is:missing'))
    it.home.down()
    it.home.up()
    it.becomes(it.packs, 'external_offline:done=3')
    it.link(it.packs, 'renamed')
    same(ids, it.is_linked())
    same([ids[0]], [item['id'] for item in it.home.json('search', 'tag:mine')])

    more = it.folder('more')
    fill(more, 'm', 'n')
    it.unlink('renamed')
    it.link(more, 'renamed')
    it.becomes(more, 'local:done=2')
    it.becomes(it.packs, 'external_offline:done=3')
    it.link(it.packs)  # another link leads there
    same(ids, it.is_linked())


@claim(inside=Music)
def a_link_whose_name_has_an_extension_is_seen_as_it_comes_and_goes(it):
    for name in ('kits.pack', 'Vol. 1.final'):
        it.link(it.packs, name)
        ids = it.is_linked()
        it.unlink(name)
        it.becomes(it.packs, 'external_offline:done=3')
    it.link(it.packs, 'kits.pack')
    same(ids, it.is_linked())
    os.rename(f'{it.music}/kits.pack', f'{it.music}/kits.old')
    until(lambda: it.libraries()[it.packs]['link'] == f'{it.music}/kits.old')
    same(ids, it.is_linked())


@claim(inside=Music)
def a_link_to_a_folder_on_a_disk_goes_and_comes_with_the_disk(it):
    disk = it.disk('stick')
    fill(disk + '/loops', 'x', 'y')
    at = it.move(disk, 'usb')
    it.link(at + '/loops')
    it.becomes(at, 'external_online:done=2')
    ids = it.ids(at)
    same(2, it.volume('marker:stick')['items'])
    it.unmount(at)
    until(lambda: sorted(item['id'] for item in it.home.json('search', 'is:external_offline')) == ids)
    it.rescan(it.music)
    same([], it.home.json('search', 'is:missing'))

    again = it.disk('stick')
    fill(again + '/loops', 'x', 'y')
    it.move(again, 'usb')
    it.becomes(at, 'external_online:done=2')
    same(ids, it.ids(at))


@claim(inside=Music)
def a_link_to_a_file_on_a_disk_is_missing_while_the_disk_is_away_and_a_rescan_finds_it_again(it):
    disk = it.disk('stick')
    fill(disk, 'x')
    at = it.move(disk, 'usb')
    it.link(at + '/x.wav', 'file.wav')
    it.rescan(it.music)
    it.becomes(it.music, 'local:done=2')
    ids = it.ids(it.music)
    it.unmount(at)
    it.rescan(it.music)
    it.becomes(it.music, 'local:done=1 missing:done=1')
    again = it.disk('stick')
    fill(again, 'x')
    it.move(again, 'usb')
    it.rescan(it.music)
    it.becomes(it.music, 'local:done=2')
    same(ids, it.ids(it.music))


@claim(inside=Music)
def a_link_to_a_mount_that_hangs_holds_up_no_scan_of_its_library(it):
    with Hung(it, 'elsewhere') as hung:
        fill(hung.under, 'kits/x')
        write_file(hung.under + '/.loophole-volume', 'hangs\n')
        it.link(hung.at + '/kits')
        until(lambda: len(it.ids(hung.at)) == 1)
        ids = it.ids(hung.at)
        hung.hang()
        until(lambda: [item['id'] for item in it.home.json('search', 'is:external_offline')] == ids)
        for name in ('new', 'newer'):
            fill(it.music, name)
            it.must('rescan', it.music)
            until(lambda name=name: it.id_of(f'{it.music}/{name}.wav'))
        it.link(hung.at + '/kits', 'more')
        fill(it.music, 'last')
        until(lambda: it.id_of(it.music + '/last.wav'))
        same([], it.home.json('search', 'is:missing'))
        hung.answer()
        until(lambda: it.ids(hung.at) == ids and not it.home.json('search', 'is:external_offline'))


@claim(inside=Music)
def a_linked_folder_is_removed_with_its_library_and_comes_back_with_it(it):
    it.link(it.packs)
    ids = it.is_linked()
    contains(it.home.refused('library', 'remove', it.packs), 'is a tree of a library')
    it.home.loophole('library', 'remove', it.music)
    until(lambda: it.items() == [])
    it.home.loophole('undo')
    same(ids, it.is_linked())
    it.home.loophole('redo')
    until(lambda: it.items() == [])
    it.add(it.music, follow_links=True)
    same(ids, it.is_linked())


@claim(inside=Music)
def a_linked_folder_that_a_person_adds_is_a_library_of_its_own(it):
    it.link(it.packs)
    ids = it.is_linked()
    it.add(it.packs)
    assert 'within' not in it.libraries()[it.packs], it.libraries()
    it.unlink()
    it.rescan(it.music)
    it.rescan(it.packs)
    same(ids, it.is_linked())
    it.home.loophole('library', 'remove', it.music)
    until(lambda: it.ids('') == ids)


@claim(inside=Music)
def a_library_around_a_linked_folder_takes_its_items_over(it):
    it.link(it.packs + '/kit')
    it.becomes(it.packs, 'local:done=1')
    ids = it.ids(it.packs)
    it.add(it.packs)
    assert set(ids) < set(it.is_linked()), 'the item of the linked folder is another one'
    same({it.music, it.packs}, set(it.libraries()))


@claim(inside=Music)
def a_linked_folder_has_links_of_its_own(it):
    deeper = it.folder('deeper')
    fill(deeper, 'd')
    os.symlink(deeper, it.packs + '/deeper')
    os.symlink(it.music, it.packs + '/back')
    it.link(it.packs)
    it.is_linked()
    it.becomes(deeper, 'local:done=1')
    same(5, len(it.items()))
    shutil.move(it.music + '/linked', it.folder('away'))
    it.becomes(it.packs, 'external_offline:done=3')


@claim(inside=Disks)
def a_link_out_is_passed_over_unless_it_leads_into_a_library_or_a_person_says_so(it):
    music, other, mine = it.folder('music'), it.folder('other'), it.folder('mine')
    fill(music, 'own', 'became')
    fill(other, 'kit/o')
    fill(mine, 'secret', 'kit/m')
    os.symlink('music', it.folder('by link'))
    it.add(other)
    it.add(it.folder('by link'))
    it.becomes(music, 'local:done=2')
    os.unlink(music + '/became.wav')
    for target, name in ((mine + '/secret.wav', 'became.wav'), ('../mine/secret.wav', 'out.wav'), (mine, 'folder'),
                         ('../mine/kit', 'kit'), ('chain.wav', 'first.wav'), (mine + '/secret.wav', 'chain.wav'),
                         ('../other/kit/o.wav', 'other.wav'), ('own.wav', 'inside.wav'), (other, 'others')):
        os.symlink(target, f'{music}/{name}')
    it.rescan(music)
    it.becomes(music, 'local:done=3 missing:done=1')
    same(['inside.wav', 'other.wav', 'own.wav'],
         [os.path.basename(item[3]).decode() for item in it.items(music) if item[0] == 'local'])
    same([], it.items(mine))
    it.home.loophole('library', 'add', music, '--follow-links', '--wait')
    it.becomes(mine, 'local:done=2')
    it.becomes(music, 'local:done=7')


@claim(inside=Disks)
def a_file_that_is_no_sound_is_not_given_out_as_one(it):
    music, out = it.folder('music'), it.folder('out')
    os.makedirs(out)
    fill(music, 'real')
    write_file(music + '/kick.wav', 'a key')
    it.add(music)
    it.becomes(music, 'local:done=1 local:failed=1')
    kick = it.id_of(music + '/kick.wav')
    contains(it.home.refused('send', kick, out), 'could not be read as a sound')
    it.home.loophole('project', 'new', 'Song', '--folder', it.folder('song'))
    it.home.loophole('project', 'add', 'clip', 'item=' + kick, 'start=0')
    contains(it.home.refused('project', 'collect'), '"kick" (no sound)')
    it.home.loophole('project', 'collect', '--without-missing')
    assert not any('kick.wav' in names for _, _, names in os.walk(it.folder('song')))
    assert not any('kick.wav' in names for _, _, names in os.walk(out))


run_claims()
