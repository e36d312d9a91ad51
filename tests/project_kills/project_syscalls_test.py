#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""loophole-project is killed at the system calls of a save, a load and a collect (killing.py)."""
import contextlib
import os
import shutil

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
from tests.claims import claim, contains, needs, run_claims, same, until
from tests.library.indexing import Indexing, wav
from tests.project_kills.killing import Killed, Killing, Strace, run_killing


class Saving(Killing):
    deed = 'save'

    def prepare(self):
        if not hasattr(self, 'track'):
            self.track, self.number = self.mine.put('track', name='0'), 0
            self.mine.must('save')
        self.number += 1
        self.mine.change(self.track, name=str(self.number))

    def check_between(self):
        assert self.mine.file()['tracks'][0]['name'] in (str(self.number - 1), str(self.number))
        until(self.has_file, what='the file is that of the last save')

    def has_file(self):
        """The successor may be doing the ask meanwhile, so the state is read before and after the file."""
        before, file, after = self.mine.state(), self.mine.file(), self.mine.state()
        if before['revision'] != after['revision'] or not before['mirror'] == after['mirror'] == 'same':
            return False
        same(after['revision'], file['revision'])
        return True

    def check_after(self):
        state = self.mine.state()
        same((self.number + 1, False, 'same'), (state['revision'], state['dirty'], state['mirror']))
        same(str(self.number), self.mine.file()['tracks'][0]['name'])
        self.is_clean()


class Loading(Killing):
    deed = 'load'

    def more(self):
        return {'revision': 1}

    def prepare(self):
        if not hasattr(self, 'old'):
            track = self.mine.put('track', name='first')
            self.mine.must('save')
            self.old = self.mine.parts()
            self.mine.change(track, name='second')
            for start in range(20):
                self.mine.put('clip', start=start)
            self.new = self.mine.parts()
        same(self.new, self.mine.parts())

    def check_between(self):
        parts = self.mine.parts()
        assert parts in (self.old, self.new), parts

    def check_after(self):
        same(self.old, self.mine.parts())
        same('load revision 1', self.mine.must('undo')['label'])
        same(self.new, self.mine.parts())
        self.is_clean()


class Collecting(Killing):
    deed = 'collect'

    def prepare(self):
        if not hasattr(self, 'sounds'):
            sounds = [os.fsdecode(wav(self.it.folder('lib', f'{n}.wav'), 300 + n)) for n in range(4)]
            self.it.add(self.it.folder('lib'))
            self.sounds = {os.path.basename(path): open(path, 'rb').read() for path in sounds}
            for path in sounds:
                self.mine.put('clip', item=self.it.id_of(path))
            self.audio = os.path.join(self.mine.folder, 'Media', 'Audio')
        shutil.rmtree(os.path.dirname(self.audio), ignore_errors=True)

    def copies(self):
        """The files of the folder; the successor may remove a temporary one meanwhile."""
        found = {}
        for name in os.listdir(self.audio) if os.path.isdir(self.audio) else []:
            with contextlib.suppress(FileNotFoundError), open(os.path.join(self.audio, name), 'rb') as file:
                found[name] = file.read()
        return found

    def check_between(self):
        for name, sound in self.copies().items():
            assert name not in self.sounds or sound == self.sounds[name], name

    def check_after(self):
        until(lambda: set(self.copies()) <= set(self.sounds), what='no temporary file is left')
        same(self.sounds, self.copies())


@claim(inside=Killed)
def killed_at_its_calls_of_a_save_the_project_is_the_old_or_the_new_one(it):
    run_killing(it, Saving)


@claim(inside=Killed)
def killed_at_its_calls_of_a_load_the_project_is_the_old_or_the_new_one(it):
    run_killing(it, Loading)


@claim(inside=Indexing)
def a_collect_needs_neither_renames_that_replace_nothing_nor_links(it):
    needs('strace')
    for refused in ('renameat2', 'renameat2,link,linkat'):
        collecting = Collecting(it, refused)
        collecting.prepare()
        strace = Strace(it.home.pid('project'), '-e', 'trace=' + refused, '-e', 'inject=renameat2:error=EINVAL',
                        *(['-e', 'inject=link,linkat:error=EPERM'] if 'link' in refused else []))
        collecting.mine.must('collect')
        contains(strace.end(), 'INJECTED')
        collecting.check_after()


@claim(inside=Killed)
def killed_at_its_calls_of_a_collect_each_copy_is_whole_and_none_is_left_over(it):
    run_killing(it, Collecting)


run_claims()
