#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The power is cut in the middle of a save, a load and a collect. The store and the projects are on a disk that loses
unsynced data (powered.py). Afterwards the old or the new state is whole, the new one if the ask was answered, and no
temporary file is left. LONG cuts more."""
import os
import shutil

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
from tests.claims import claim, how_often, run_claims, same, until
from tests.drives.disks import ends_mounts
from tests.project_kills.powered import SOUNDS, Powered, run_cuts

CUTS = how_often(3, 60)


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


@claim(inside=ends_mounts)
def a_power_cut_in_a_save_leaves_the_old_or_the_new_project_whole(home):
    run_cuts(home, Saving, CUTS)


@claim(inside=ends_mounts)
def a_power_cut_in_a_load_leaves_the_old_or_the_new_project_whole(home):
    run_cuts(home, Loading, CUTS)


@claim(inside=ends_mounts)
def a_power_cut_in_a_collect_leaves_whole_copies_and_no_other_file(home):
    run_cuts(home, Collecting, CUTS)


run_claims()
