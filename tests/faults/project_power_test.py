#!/usr/bin/python3
"""The power is cut in the middle of a save, a load and a collect. The store and the projects are on a disk (lossy.c) that
loses unsynced data, and all of the engine dies with it. Afterwards the old or the new state is whole, the new one if the
ask was answered, and no temporary file is left. The change of the disk that cuts is drawn with SEED; LONG cuts more."""
import glob
import os
import random
import shutil
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
sys.path[:0] = [TOP, os.path.join(TOP, 'service')]
from claims import SEED, claim, figure, how_often, run_claims, same, until
from client import new_id
from disks import Lossy, ends_mounts
from indexing import Indexing, wav
from sounding import kill_processes
from studio import Studio

CUTS = how_often(3, 60)
SOUNDS = 6


class Powered:
    """An engine whose data is on a disk that loses its power, and a project of it. A subclass has a deed."""

    def __init__(self, home, disk):
        self.home, self.disk, self.seed, self.cuts = home, disk, SEED * 1000, 0
        self.it = Indexing(home).__enter__()
        with open(home.file('data/names'), encoding='utf-8') as names:
            self.memory = f'/dev/shm/loophole-{names.read().split()[0]}-*'
        self.sounds = {f'{n}.wav': wav(home.file('lib', f'{n}.wav'), 300 + n) for n in range(SOUNDS)}
        self.it.add(home.file('lib'))
        self.mine = Studio(home, 'Powered')
        self.begin()

    def changes(self):
        return os.stat(os.path.join(self.disk.at, '.changes')).st_size

    def cut_power_at(self, change):
        """The change of the disk, counted from now, at which the power is cut."""
        assert not os.path.exists(os.path.join(self.disk.at, f'.cut-{change}'))

    def has_power(self):
        try:
            return bool(os.stat(self.disk.at))
        except OSError:
            return False

    def lose_power(self):
        """The whole engine dies with its memory. Data that the disk did not sync may be lost."""
        self.disk.cut_power()

        def are_gone():
            left = list(self.home.engine_processes())
            kill_processes(left)
            return not left
        until(are_gone)
        for path in glob.glob(self.memory):
            os.unlink(path)
        self.disk.unmount()

    def start(self):
        self.seed += 1
        self.disk.mount(self.seed)
        self.home.up()
        self.home.wait_ready('persist', 'project')
        self.mine.client = self.home.client()

    def measure(self):
        """The number of changes of the disk that the whole deed makes without a power cut."""
        self.prepare()
        before = self.changes()
        self.mine.must(self.deed, **self.more())
        count = self.changes() - before
        self.check_new()
        return count

    def cut_at(self, change):
        self.prepare()
        self.mine.state()  # the answer shows that earlier asks are done
        request, answers = new_id(), []
        self.cut_power_at(change)
        client = self.mine.client
        client.send('project.' + self.deed, dict(self.more(), project=self.mine.name), request)
        until(lambda: answers.append(client.take('project', 50)) or any(answers) or not self.has_power())
        is_acked = any(answer and answer[1] == 'ok' for answer in answers)
        self.lose_power()
        self.cuts += not is_acked
        self.start()
        if is_acked:
            self.check_new()
        self.check_old_or_new()
        self.is_clean()
        self.mine.must(self.deed, **self.more())
        self.check_new()
        self.is_clean()

    def is_clean(self):
        """No temporary file is left; the store is consistent."""
        left = lambda: [name for _, _, names in os.walk(self.mine.folder) for name in names if name.startswith('.')]
        until(lambda: not left(), what='no temporary file is left')
        self.home.check_store()

    def run(self):
        count = self.measure()
        chance = random.Random(SEED)
        for _ in range(CUTS):
            change = chance.randrange(1, count + 2)
            try:
                self.cut_at(change)
            except Exception as why:
                raise AssertionError(f'{self.deed}, cut at change {change} of {count}: {why}') from why
        self.home.stop()
        self.home.check_store()
        figure(f'{self.deed}: {self.cuts} of {CUTS} power cuts before the answer, {count} changes of the disk')

    def more(self):
        return {}


class Saving(Powered):
    deed = 'save'

    def begin(self):
        self.track, self.number = self.mine.put('track', name='0'), 0
        self.mine.must('save')

    def prepare(self):
        self.number += 1
        self.mine.change(self.track, name=str(self.number))

    def check_old_or_new(self):
        state, file = self.mine.state(), self.mine.file()
        same(str(self.number), self.mine.parts()['track', self.track]['name'])  # the edit was acknowledged
        assert (state['revision'], state['dirty']) in ((self.number, True), (self.number + 1, False)), state
        assert (file['revision'], file['tracks'][0]['name']) in ((n + 1, str(n)) for n in (self.number - 1, self.number))
        assert file['revision'] <= state['revision'] and state['mirror'] in ('same', 'old'), (file['revision'], state)
        until(lambda: self.mine.state()['mirror'] == 'same', what='the file is that of the last save')
        same(state['revision'], self.mine.file()['revision'])

    def check_new(self):
        state = self.mine.state()
        same((self.number + 1, False, 'same'), (state['revision'], state['dirty'], state['mirror']))
        same((self.number + 1, str(self.number)), (self.mine.file()['revision'], self.mine.file()['tracks'][0]['name']))


class Loading(Powered):
    deed = 'load'

    def more(self):
        return {'revision': 1}

    def begin(self):
        track = self.mine.put('track', name='first')
        self.mine.must('save')
        self.old = self.mine.parts()
        self.mine.change(track, name='second')
        for start, path in enumerate(self.sounds.values()):
            self.mine.put('clip', start=start, item=self.it.id_of(path))
        self.new = self.mine.parts()
        self.is_loaded = False

    def prepare(self):
        if self.is_loaded:
            same('load revision 1', self.mine.must('undo')['label'])
        same(self.new, self.mine.parts())

    def check_old_or_new(self):
        parts = self.mine.parts()
        assert parts in (self.old, self.new), parts
        if parts == self.old:
            same('load revision 1', self.mine.must('undo')['label'])
            same(self.new, self.mine.parts())

    def check_new(self):
        same(self.old, self.mine.parts())
        same(('same', 1), tuple(self.mine.state()[key] for key in ('mirror', 'revision')))
        self.is_loaded = True


class Collecting(Powered):
    deed = 'collect'

    def begin(self):
        for path in self.sounds.values():
            self.mine.put('clip', item=self.it.id_of(path))
        self.audio = os.path.join(self.mine.folder, 'Media', 'Audio')

    def prepare(self):
        shutil.rmtree(os.path.dirname(self.audio), ignore_errors=True)
        while self.notes():
            same('collect', self.mine.must('undo')['label'])

    def notes(self):
        """The paths of the copies, as the project notes them."""
        return sorted(body['copy'] for body in self.mine.parts().values() if 'copy' in body)

    def copies(self):
        there = os.listdir(self.audio) if os.path.isdir(self.audio) else []
        return {name: open(os.path.join(self.audio, name), 'rb').read() for name in there if not name.startswith('.')}

    def check_old_or_new(self):
        copies = self.copies()
        for name, sound in copies.items():
            same(open(self.sounds[name], 'rb').read(), sound, name)
        assert self.notes() in ([], [f'Media/Audio/{name}' for name in sorted(self.sounds)]), self.notes()
        assert not self.notes() or len(copies) == SOUNDS, copies.keys()

    def check_new(self):
        same({name: open(path, 'rb').read() for name, path in self.sounds.items()}, self.copies())
        same([f'Media/Audio/{name}' for name in sorted(self.sounds)], self.notes())


def run_cuts(home, kind):
    with Lossy(home, home.file('data'), SEED) as disk:
        kind(home, disk).run()


@claim(inside=ends_mounts)
def a_power_cut_in_a_save_leaves_the_old_or_the_new_project_whole(home):
    run_cuts(home, Saving)


@claim(inside=ends_mounts)
def a_power_cut_in_a_load_leaves_the_old_or_the_new_project_whole(home):
    run_cuts(home, Loading)


@claim(inside=ends_mounts)
def a_power_cut_in_a_collect_leaves_whole_copies_and_no_other_file(home):
    run_cuts(home, Collecting)


run_claims()
