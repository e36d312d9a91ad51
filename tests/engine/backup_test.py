#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Backups of a store during writes, several backups in parallel, to files of any kind; and their restore."""
import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import threading

from tests import client
from tests.claims import (children_of, claim, contains, file_bytes, file_text, how_often, name_of, run_claims, same, state_of,
                    until, until_stopped, worker_of, write_file)
from tests.sounding import noise, tool


def store(home):
    """An engine with a few thousand items."""
    home.target = home.file('catalogue.backup')
    home.up()
    home.catalogue = client.Catalogue(home.client())
    for batch in range(5):
        home.catalogue.batch(*[home.catalogue.place(b'%d.wav' % (4096 * batch + n)) for n in range(4096)])


class Editing:
    """Edits one item again and again, in a thread."""

    def __init__(self, home):
        self.home, self.over = home, threading.Event()
        self.thread = threading.Thread(target=self._edit)

    def _edit(self):
        catalogue, count = client.Catalogue(self.home.client()), 0
        item = catalogue.put(b'edited.wav')
        while not self.over.is_set():
            catalogue.edit(item, name=f'n{count}')
            count += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def restored(home, file):
    """Restores the file into a new home, checks the store, and returns what restore reports."""
    other = home.other('restored')
    shutil.rmtree(other.path)
    os.mkdir(other.path, 0o700)
    said = other.first('restore', file)
    other.loophole('store', 'check')
    return said


def unfinished(home):
    """The files that unfinished backups have left."""
    return [name for name in os.listdir(home.path) if name.startswith('.') and '.loophole-' in name]


class StoppedBackup:
    """A backup that is stopped at its first call of `at`; `on` lets it go on and gives its exit code and its output."""

    def __init__(self, home, at, *args):
        self.home = home
        self.tracer = home.start('strace', '-f', '-qq', '-o', '/dev/null', '-e', f'trace={at}', '-e', f'inject={at}:signal=STOP:when=1',
                                 'loophole', 'backup', *args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.program, = until(self.programs, what='strace has started the backup')
        self.pid = worker_of(self.program)
        until_stopped(self.pid)

    def programs(self):
        """The tracer's children that are the command: its first children only try what the kernel can trace."""
        return [pid for pid in children_of(self.tracer.pid) if name_of(pid) == 'loophole']

    def has_ended(self):
        """Each of its processes stops at its first call of that kind."""
        for pid in (self.program, self.pid, *children_of(self.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        return self.tracer.poll() is not None

    def on(self):
        until(self.has_ended)
        said = self.tracer.communicate(timeout=600)[0]
        return self.tracer.returncode, said


@claim(shares=store)
def of_two_backups_to_one_file_one_is_refused_and_the_other_restores(home):
    first = StoppedBackup(home, 'flock', '--force', home.target)  # it has just taken its lock
    contains(home.refused('backup', '--force', home.target), f'another backup to {home.target} is running')
    code, said = first.on()
    same(0, code, said)
    contains(said, 'Wrote')
    restored(home, home.target)
    same([], unfinished(home))
    home.loophole('backup', '--force', home.target)


@claim(shares=store)
def a_backup_that_is_killed_leaves_the_old_file_and_the_next_one_tidies_up(home):
    home.loophole('backup', '--force', home.target)
    whole = file_bytes(home.target)
    home.run('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:signal=KILL:when=1',
             'loophole', 'backup', '--force', home.target, code=None)
    assert whole == file_bytes(home.target), 'the old backup has changed'
    assert unfinished(home)
    home.loophole('backup', '--force', home.target)
    restored(home, home.target)
    same([], unfinished(home))


@claim(shares=store)
def many_backups_at_once_under_writes_are_all_whole(home):
    with Editing(home):
        for _ in range(how_often(3, 20)):
            both = [home.start('loophole', 'backup', '--force', home.target, '--json', stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True) for _ in range(2)]
            said = [one.communicate(timeout=600)[0] for one in both]
            assert any(said), 'no backup was written'
            if not all(said):  # otherwise they ran one after the other
                same(json.loads(''.join(said))['revision'], restored(home, home.target)['revision'])


@claim(shares=store)
def a_backup_replaces_a_regular_file_and_nothing_else(home):
    made = {name: home.file(name) for name in ('fifo', 'folder', 'link')}
    os.mkfifo(made['fifo'])
    os.mkdir(made['folder'])
    os.symlink(home.file('elsewhere'), made['link'])
    if not os.getuid():
        made['device'] = home.file('device')
        os.mknod(made['device'], 0o600 | stat.S_IFCHR, os.makedev(1, 7))
    before = {path: os.lstat(path).st_mode for path in made.values()}
    for path in made.values():
        contains(home.refused('backup', '--force', path), 'not a regular file')
        contains(home.refused('backup', path), 'not a regular file')
    same(before, {path: os.lstat(path).st_mode for path in made.values()})
    mine = home.file('mine')
    write_file(mine, 'mine')
    contains(home.refused('backup', mine), 'exists already')
    same('mine', file_text(mine))
    home.loophole('backup', '--force', mine)
    same(0o600, stat.S_IMODE(os.stat(mine).st_mode))
    restored(home, mine)
    for name in ('store/data.mdb', 'store/lock.mdb', 'supervisor.lock'):
        contains(home.refused('backup', '--force', home.file('data', name)), 'is a file of the engine')
    home.loophole('backup', home.file('data/mine'))
    home.loophole('backup', '--force', home.file('data/mine'))
    same([], unfinished(home))


def with_files(home):
    """An engine with a pattern, a record of labels and a project; its backup, and where each file lies."""
    home.up()
    home.files = {'data/patterns/drums.json': '{"new":1}', 'data/labels/01J0000000000000000000000A-1': 'label',
                  'data/projects/Song/project.json': '{"song":1}'}
    for name, text in home.files.items():
        os.makedirs(os.path.dirname(home.file(name)), exist_ok=True)
        write_file(home.file(name), text)
    home.target = home.file('files.backup')
    home.said = home.first('backup', '--with-projects', home.target)


def old_home(home, number):
    """A home whose pattern another one replaces."""
    other = home.other(f'old{number}')
    shutil.rmtree(other.path)
    os.makedirs(other.file('data/patterns'), 0o700)
    write_file(other.file('data/patterns/drums.json'), '{"old":1}')
    return other


def text_at(home, name):
    return file_text(home.file(name)) if os.path.exists(home.file(name)) else None


@claim
def a_restore_makes_the_same_engine_elsewhere(home):
    home.settings('[web]\nname = one.local\n')
    with_files(home)
    same((True, True), (home.said['projects'], home.said['settings']))
    other = old_home(home, 0)
    contains(other.loophole('restore', home.target).out, '--settings')
    for name, text in home.files.items():
        same(text, text_at(other, name), name)
    same('{"old":1}', text_at(other, 'data/patterns.before-restore/drums.json'))
    assert 'one.local' not in (text_at(other, 'config/loophole.conf') or '')
    other.loophole('restore', '--settings', home.target)
    contains(file_text(other.file('config/loophole.conf')), 'one.local')
    home.loophole('backup', '--force', home.target)
    write_file(other.file('data/projects/Song/project.json'), 'mine')
    other.loophole('restore', home.target)
    same('mine', text_at(other, 'data/projects/Song/project.json'), 'a backup without projects leaves them alone')


@claim
def a_restored_engine_has_projects_of_its_own_beside_the_first(home):
    home.up()
    home.loophole('project', 'new', 'Song')
    home.loophole('project', 'save', 'first')
    home.loophole('project', 'new', 'Elsewhere', '--folder', home.file('elsewhere'))
    home.loophole('project', 'open', 'Song')
    home.loophole('backup', home.file('files.backup'))
    other = home.other('restored')
    other.loophole('restore', home.file('files.backup'))
    other.up()
    folders = {line['name']: line['folder'] for line in other.json('project', 'list')}
    same(home.file('elsewhere'), folders.pop('Elsewhere'))
    for name, folder in folders.items():
        assert folder.startswith(other.path + '/data/projects/'), (name, folder)
    other.loophole('project', 'set', 'bpm=99')
    other.loophole('project', 'save', 'second')
    home.loophole('project', 'set', 'bpm=77')
    home.loophole('project', 'save', 'third')
    for each, bpm in ((home, 77), (other, 99)):
        same(bpm, json.loads(file_text(each.file('data/projects/Song/project.json')))['project']['bpm'])
    other.stop()
    other.check_store()


@claim
def sounds_in_the_media_of_a_restored_project_are_those_of_the_restored_engine(home):
    home.up()
    home.loophole('project', 'new', 'Song')
    os.makedirs(home.file('data/projects/Song/Media/Audio'))
    noise(home.file('data/projects/Song/Media/Audio/take.wav'))
    home.loophole('project', 'save')
    home.loophole('project', 'open', 'Song')
    until(lambda: home.json('search', 'take', '--fields', 'id'))
    home.loophole('tag', 'take', '+mine')
    home.loophole('backup', '--with-projects', home.file('files.backup'))
    other = home.other('restored')
    other.loophole('restore', home.file('files.backup'))
    other.up()
    for each in other, home:
        until(lambda: [line['path'] for line in each.json('search', 'tag:mine', '--fields', 'path')] ==
              [each.file('data/projects/Song/Media/Audio/take.wav')])
    other.stop()
    other.check_store()


@claim
def a_restore_that_is_killed_leaves_the_old_files_or_the_new_ones(home):
    with_files(home)
    done = 0
    for kill in range(1, how_often(8, 20)):
        other = old_home(home, kill)
        code = other.run('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename,renameat,renameat2', '-e',
                         f'inject=rename,renameat,renameat2:signal=KILL:when={kill}', 'loophole', 'restore', home.target,
                         code=None).code
        other.up()
        was = other.first('status')
        assert was['service'] == 'supervisor', was
        is_new = text_at(other, 'data/patterns/drums.json') == '{"new":1}'
        same('{"new":1}' if is_new else '{"old":1}', text_at(other, 'data/patterns/drums.json'))
        for name, text in home.files.items():
            same(text if is_new else {'data/patterns/drums.json': '{"old":1}'}.get(name), text_at(other, name), name)
        assert not os.path.exists(other.file('data/store/carried'))
        done += is_new
        other.down()
        if not code:
            break
    assert 0 < done < kill, f'{done} of {kill} kills came after the commit'


@claim
def a_backup_to_a_disk_that_hangs_lets_go_of_the_store(home):
    """It is stopped at its first write of the image, as by a disk that hangs."""
    home.settings('[store]\nbackup_growth_mib = 4\n')
    store(home)
    slow = StoppedBackup(home, 'write', home.file('slow.backup'))
    source, = until(lambda: children_of(slow.pid), what='the copy is made by a process of its own')
    same('loophole-backup', name_of(source))
    until_stopped(source)  # at its first write, too
    os.kill(source, signal.SIGCONT)
    with Editing(home):
        until(lambda: state_of(source) == 'Z', what='the copy is ended')
    until(lambda: f'\n{source} ' not in '\n' + home.run(tool('reader'), 'readers').out, what='the store has no such reader')
    code, said = slow.on()
    assert code, f'it reports success: {said}'
    contains(said, 'the store grew by more than 4 MiB')
    assert not os.path.exists(home.file('slow.backup'))
    same([], unfinished(home))


run_claims()
