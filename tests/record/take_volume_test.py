#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Takes on a disk that goes: while they are recorded, and after they were given up."""
import os
import signal
import subprocess

from tests.claims import claim, contains, run_claims, same, skip, until
from tests.drives.storage import Hung
from tests.record.takes import Recording

SECOND = 48000


class OnADisk(Recording):
    """An engine that records to a disk, which can go and come back at another place."""

    def __init__(self, home):
        super().__init__(home, f'[recording]\nfolder = {home.file("disk")}/takes\n')
        self.disk, self.device = home.file('disk'), None

    def __enter__(self):
        image = self.home.file('disk.img')
        self.home.run('truncate', '-s', '64M', image)
        self.home.run('mkfs.ext4', '-q', image)
        made = self.home.run('losetup', '--find', '--show', image, code=None)
        if made.code:
            skip('a file cannot be a disk')
        self.device = made.out.strip()
        self.mount(self.disk)
        with open(self.disk + '/.loophole-volume', 'w', encoding='utf-8') as out:
            out.write(f'{self.home.path}\n')  # claims run beside each other, and see all disks
        super().__enter__()
        self.folder = self.disk + '/takes'
        return self

    def __exit__(self, *args):
        super().__exit__(*args)
        self.home.stop()
        for at in (self.disk, self.home.file('other', 'place')):
            subprocess.run(['umount', '-l', at], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(['losetup', '-d', self.device], check=False)

    def mount(self, at):
        os.makedirs(at, exist_ok=True)
        subprocess.run(['mount', self.device, at], check=True)
        subprocess.run(['mount', '--make-private', at], check=True)

    def unmount(self):
        subprocess.run(['umount', '-l', self.disk], check=True)

    def until_shown(self, id, lifecycle, availability):
        def shown():
            item = self.show(id)
            return item['lifecycle'], item['availability']
        until(lambda: shown() == (lifecycle, availability), what=f'the take is {lifecycle} and {availability}: {shown()}')

    def until_stopped(self, id):
        """The take may go on with the frames that still wait in memory, so it is stopped when that is known."""
        def stopped():
            self.home.loophole('record', 'stop', code=None)
            return self.show(id)['lifecycle'] == 'final'
        until(stopped, what='the take is final')
        self.until_shown(id, 'final', 'external_online')

    def is_back(self, id, name, frames):
        """The take lies at the disk's new place, with all frames that were written before the disk went."""
        same(self.file(name), self.show(id)['path'])
        read = self.read(name)
        assert min(self.show(id)['frames'], read['frames']) >= frames, (frames, self.show(id)['frames'], read)
        same((0, 0, 0), (read['wrong'], read['back'], read['jumps']))


@claim(inside=OnADisk)
def a_take_whose_disk_goes_while_it_is_recorded_is_pending_offline_and_loses_nothing(it):
    id = it.start('goes')
    it.until_frames(id, 2 * SECOND)
    it.until_shown(id, 'pending', 'external_online')
    before = it.frames(id)
    it.unmount()
    it.until_shown(id, 'pending', 'external_offline')
    it.home.kill('availability')  # a successor sees the same
    it.until_shown(id, 'pending', 'external_offline')
    it.home.loophole('record', 'stop', code=None)
    it.mount(it.home.file('other', 'place'))
    it.folder = it.home.file('other', 'place', 'takes')
    it.home.loophole('record', 'recover', id, code=None)
    it.until_shown(id, 'final', 'external_online')
    it.is_back(id, 'goes.wav', before)


@claim(inside=OnADisk)
def a_take_whose_disk_and_streamer_go_is_final_when_the_disk_returns(it):
    id = it.start('both go')
    it.until_frames(id, 2 * SECOND)
    until(lambda: it.frames_on_disk('both go.wav') >= SECOND)
    it.unmount()
    it.until_shown(id, 'pending', 'external_offline')
    it.home.kill('streamer')
    it.home.wait_ready('streamer')
    it.until_shown(id, 'pending', 'external_offline')
    it.mount(it.home.file('other', 'place'))
    it.folder = it.home.file('other', 'place', 'takes')
    it.until_stopped(id)
    it.is_back(id, 'both go.wav', SECOND)


@claim(inside=OnADisk)
def a_take_is_not_removed_because_its_folder_is_there_without_its_disk(it):
    """The streamer dies before the monitor knows that the disk went, so the catalogue still has the old place."""
    id = it.start('hidden')
    it.until_frames(id, 2 * SECOND)
    until(lambda: it.frames_on_disk('hidden.wav') >= SECOND)
    os.kill(it.home.pid('availability'), signal.SIGSTOP)  # the supervisor replaces it soon
    it.unmount()
    os.makedirs(it.folder)
    it.home.kill('streamer')
    it.home.wait_ready('streamer', 'availability')
    it.until_shown(id, 'pending', 'external_offline')
    it.mount(it.home.file('other', 'place'))
    it.folder = it.home.file('other', 'place', 'takes')
    it.until_stopped(id)
    it.is_back(id, 'hidden.wav', SECOND)


@claim(inside=OnADisk)
def a_take_that_a_person_abandons_goes_offline_with_its_disk(it):
    id = it.start('given up')
    it.until_frames(id, SECOND)
    it.home.loophole('record', 'cancel')
    it.until_shown(id, 'abandoned', 'external_online')
    it.unmount()
    it.until_shown(id, 'abandoned', 'external_offline')
    it.mount(it.home.file('other', 'place'))
    it.until_shown(id, 'abandoned', 'external_online')
    same(it.home.file('other', 'place', 'takes', 'given up.wav'), it.show(id)['path'])
    same([], it.home.json('search', 'is:missing'))


class Places:
    """The home as the places of disks."""

    def __init__(self, home):
        self.home, self.folder = home, home.file


class OnHeld(Recording):
    """An engine that records to a folder of the disk `held`, which can stop answering."""

    def __init__(self, home):
        super().__init__(home, f'[recording]\nfolder = {home.file("held")}/takes\n')
        self.held = Hung(Places(home), 'held')

    def __enter__(self):
        self.held.__enter__()
        self.folder = self.held.at + '/takes'
        return super().__enter__()

    def __exit__(self, *args):
        super().__exit__(*args)
        self.home.stop()
        self.held.__exit__()

    def refused(self, word):
        """A take that the disk does not let begin; then the disk answers again."""
        self.held.fail(0, word)
        said = self.home.loophole('record', 'start', '--name', 'held', '--inputs', self.inputs, '--budget', '600000', code=17)
        contains(said.all, f'the disk at {self.held.at} does not answer')
        self.held.heal()
        until(lambda: not self.held.waits())


@claim(inside=OnHeld)
def a_take_that_its_disk_does_not_let_begin_is_refused_with_the_disk_and_leaves_nothing(it):
    it.refused('.wav')
    until(lambda: it.takes() == {})
    until(lambda: it.home.loophole('record', 'start', '--name', 'begins', '--inputs', it.inputs, code=None).code == 0)
    it.stop()
    same(['begins.wav'], it.files())


run_claims()
