#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Files that the engine writes, renames or deletes in folders of others, beside a project's own (stranger_folder_test):
takes, markers of volumes, sent sounds, exports. A link there leads it to no other file of the user. docs/writers.md has
the list."""
import os
import shutil

from tests.claims import claim, contains, file_bytes, file_text, run_claims, same, until, write_file
from tests.library.indexing import Indexing, wav
from tests.drives.storage import Disks
from tests.studio import running
from tests.record.takes import HeldEncoder, Recording, recording

MINE = 'MThd and all of my words'


class HeldRecording(Recording):
    """Takes become FLAC, and the encoder waits until held.release()."""

    def __init__(self, home):
        super().__init__(home, '[recording]\nformat = flac\n')
        self.held = HeldEncoder(home)


class Swapped:
    """The folder of a project's takes, which becomes a link to a folder of the user with files of the same names."""

    def __init__(self, it, name):
        self.mine, self.audio = it.home.file('mine', name), it.home.file(name, 'Media/Audio')
        it.home.loophole('project', 'new', name, '--folder', it.home.file(name))
        os.makedirs(self.mine)

    def swap(self, *names):
        for name in names:
            write_file(os.path.join(self.mine, name), MINE)
        os.rename(self.audio, self.audio + ' of before')
        os.symlink(self.mine, self.audio)
        self.names = sorted(names)

    def check(self):
        same((self.names, {MINE}), (sorted(os.listdir(self.mine)), {file_text(os.path.join(self.mine, name)) for name in self.names}))

    def back(self):
        os.unlink(self.audio)
        os.rename(self.audio + ' of before', self.audio)


@claim(inside=HeldRecording)
def a_take_whose_folder_became_a_link_is_not_encoded_or_deleted_there(it):
    place = Swapped(it, 'Shared')
    id = it.start('first', '--seconds', '1')
    until(lambda: it.state(id) == 'encoding', what='the take is encoded')
    it.held.until_reached()
    place.swap('first.wav', 'first.flac.part')
    it.held.release()
    until(lambda: it.state(id) != 'encoding', what='the encoding has ended')
    place.check()
    kept = sorted(os.listdir(place.audio + ' of before'))
    assert [name for name in kept if name.startswith('first.')], kept


@claim(inside=recording('[recording]\ncancelled = delete\n'))
def a_take_that_is_resumed_or_cancelled_in_a_link_changes_nothing_there(it):
    place = Swapped(it, 'Cancelled')
    id = it.start('first')
    it.until_frames(id, 20000)
    place.swap('first.wav')
    it.home.loophole('record', 'cancel', code=None)
    until(lambda: it.takes().get(id, {}).get('state') not in ('recording', 'ending'), what='the take has ended')
    place.check()
    place.back()
    id = it.start('second')
    it.until_frames(id, 20000)
    place.swap('first.wav', 'second.wav')
    os.kill(it.home.pid('streamer'), 9)
    until(lambda: it.home.status('streamer')['restarts'] > 0, what='the streamer is restarted')
    it.home.wait_ready('streamer')
    it.home.loophole('record', 'stop', code=None)
    place.check()


@claim(inside=Disks)
def a_marker_that_leads_out_of_its_volume_is_neither_read_nor_written(it):
    disk, secret = it.disk(), it.folder('secret')
    write_file(secret, 'words of mine\n')
    wav(disk + '/a.wav', 500)
    os.symlink(secret, disk + '/.loophole-volume')
    disk = it.move(disk, 'moved')  # it is looked at again
    it.add(disk)
    until(lambda: 'done=1' in it.states(disk), what='the sound is analysed')
    assert 'words of mine' not in str(it.home.json('volume', 'list'))
    it.home.loophole('volume', 'mark', disk, code=None)
    assert 'words of mine' not in str(it.home.json('volume', 'list'))
    it.home.loophole('volume', 'mark', '--new', disk)
    same('words of mine\n', file_text(secret))
    assert not os.path.islink(disk + '/.loophole-volume')


@claim(inside=Indexing)
def sounds_are_sent_into_a_folder_and_through_no_link_in_it(it):
    library, card, mine = it.folder('library'), it.folder('card'), it.folder('mine')
    os.makedirs(card)
    write_file(mine, MINE)
    wav(library + '/kick.wav', 500)
    it.home.loophole('index', library, '--wait')
    for name in ('.loophole-sent.part', 'kick.wav'):
        os.symlink(mine, os.path.join(card, name))
    it.home.loophole('send', 'kick', card)
    made = [one.path for one in os.scandir(card) if one.name.endswith('.wav') and not one.is_symlink()]
    same([file_bytes(library + '/kick.wav')], [file_bytes(path) for path in made])
    os.unlink(card + '/.loophole-sent')
    os.symlink(mine, card + '/.loophole-sent')
    contains(it.home.refused('send', 'kick', card), 'a link leads out of the folder')
    os.unlink(card + '/.loophole-sent')
    os.mkfifo(card + '/.loophole-sent')
    contains(it.home.refused('send', 'kick', card), 'is not a regular file')
    same(MINE, file_text(mine))


@claim(inside=Indexing)
def a_copy_in_a_folder_that_became_a_link_stays(it):
    """The link comes just before the removal. If a scan has seen it by then, the copy is no item any more: once again."""
    library, mine, was = it.folder('library'), it.folder('mine'), it.folder('was')
    wav(library + '/orig/kick.wav', 500)
    shutil.copytree(library + '/orig', library + '/backup', copy_function=shutil.copy2)
    shutil.copytree(library + '/orig', mine, copy_function=shutil.copy2)
    it.home.loophole('index', library, '--wait')

    def is_tried():
        until(lambda: len(it.home.json('duplicates', '--kind', 'same_file')) == 1)
        os.rename(library + '/backup', was)
        os.symlink(mine, library + '/backup')
        said = it.home.loophole('duplicates', 'remove', '--inside', 'path:backup', '--to', it.folder('removed'), code=None).all
        same(['kick.wav'], os.listdir(mine), said)
        os.unlink(library + '/backup')
        os.rename(was, library + '/backup')
        it.home.loophole('library', 'rescan', '--wait')
        return 'Too many levels of symbolic links' in said
    assert any(is_tried() for _ in range(20)), 'a scan was faster each time'


@claim(shares=running)
def an_export_replaces_a_link_in_its_place_or_leaves_it(home):
    mine, pattern, out = home.file('mine'), home.file('acid.json'), home.file('out.mid')
    write_file(mine, MINE)
    write_file(pattern, '{"metadata":{"name":"Acid"},"sequencer":{"bpm":120,"tracks":{"kick":{"pattern":"X...X...X...X..."}}}}')
    os.symlink(mine, out)
    contains(home.refused('pattern', 'export_midi', pattern, out), 'exists already')
    same(MINE, file_text(mine))
    home.loophole('pattern', 'export_midi', pattern, out, '--force')
    assert not os.path.islink(out) and file_bytes(out)[:4] == b'MThd'
    export = home.file('data/patterns/export')
    os.makedirs(export)
    os.symlink(mine, export + '/Acid.mid')
    home.loophole('pattern', 'save_library', 'Acid', pattern, code=None)
    home.client().ask('project.export_midi', {'name': 'Acid'})
    same(MINE, file_text(mine))


run_claims()
