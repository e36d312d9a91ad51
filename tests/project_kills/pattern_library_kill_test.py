#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The library of patterns is changed while the project service is killed. A step is done once, whole or not at all, and can
still be taken back."""
import glob
import json
import os
import shutil
import signal
import time

from tests.claims import claim, contains, figure, file_bytes, how_often, random, run_claims, same, until
from tests.kits.patterns import Patterns


class Library(Patterns):
    """`with Library(home)`: an engine whose library has user/one, user/two and user/three."""

    def __init__(self, home):
        super().__init__(home, home.file('data', 'patterns'))

    def __enter__(self):
        self.start()
        for name in ('one', 'two', 'three'):
            self.do('save_file', name, self.pattern(name))
        return self

    def files(self):
        """Each file but those of steps and MIDI files, with its content."""
        found = {}
        for root, folders, names in os.walk(self.folder):
            folders[:] = [folder for folder in folders if folder not in ('.steps', 'export')]
            for name in names:
                found[os.path.relpath(os.path.join(root, name), self.folder)] = file_bytes(os.path.join(root, name))
        return found

    def names(self):
        return sorted(self.files())


@claim(inside=Library)
def killed_before_any_call_of_a_step_the_project_service_does_the_whole_step_once(it):
    # order of the calls: 2 new and 2 old texts, step.json, state.json; then 2 files are made and 2 removed; state.json
    before = it.files()
    for call, when in random.sample([('rename', 1), ('rename', 3), ('rename', 5), ('rename', 6), ('rename', 7), ('unlink', 1),
                                     ('unlink', 2), ('sync', 1), ('sync', 4)],
                                    how_often(5, 9)):
        same('[PATTERN] Moved 2 patterns to techno\n', it.killed_before(call, when, 'pattern', 'move', 'user/one', 'user/two', 'techno'))
        same(['library/genre/techno/one.json', 'library/genre/techno/two.json', 'user/three.json'], it.names())
        contains(it.do('undo'), 'Taken back: Moved 2 patterns to techno')
        same(before, it.files())
        it.home.loophole('pattern', 'redo')
        it.home.loophole('pattern', 'undo')


@claim(inside=Library)
def killed_while_it_undoes_a_step_the_project_service_undoes_that_step_alone(it):
    it.do('archive', 'one', 'two')
    after = it.names()
    for call, when in (('rename', 1), ('rename', 2), ('unlink', 1)):
        contains(it.killed_before(call, when, 'pattern', 'undo'), 'Taken back: Archived 2 patterns')
        same(['user/one.json', 'user/three.json', 'user/two.json'], it.names())
        contains(it.do('redo'), 'Done again: Archived 2 patterns')
        same(after, it.names())


@claim(inside=Library)
def killed_at_any_moment_the_project_service_loses_no_pattern_and_the_sound_continues(it):
    kills, here = how_often(5, 100), {'one', 'two', 'three'}
    it.play()
    it.home.ask('project.export_midi', 'name=user/one')
    for number in range(kills):
        until(lambda: it.home.has_lived('project'))
        pid, name = it.home.pid('project'), random.choice(sorted(here))
        new = f'n{number}'
        args, words, after = random.choice([
            (('pattern', 'rename', 'user/' + name, new), 'Renamed', here - {name} | {new}),
            (('pattern', 'copy', 'user/' + name, new), 'Copied', here | {new}),
            (('pattern', 'save_file', new, it.pattern(new)), 'Saved to file', here | {new}),
            (('ask', 'project.import_midi', 'name=' + new), f'Imported {new} to user/{new}', here | {new}),
            (('pattern', 'load_file', name), '[SEQ] Pattern', here)])
        shutil.copy(it.folder + '/export/one.mid', f'{it.folder}/export/{new}.mid')
        command = it.command(*args)
        time.sleep(random.uniform(0, .08))
        os.kill(pid, signal.SIGKILL)
        contains(it.done(*command), words)
        until(lambda: it.home.is_other('project', pid))
        here = after
        same(sorted(f'user/{one}.json' for one in here), it.names())
        for text in it.files().values():
            json.loads(text)
    same([], glob.glob(it.folder + '/**/.loophole-*', recursive=True))
    it.still_plays()
    figure(f'{kills} kills of the project service while the library of patterns was changed')


run_claims()
