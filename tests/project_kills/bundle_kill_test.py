#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Exports and imports of bundles are killed between their steps, at random, and again while they are repeated. A folder or an
archive is there whole or not at all, the catalogue has the whole project or none, and nothing temporary stays."""
import json
import os
import re
import signal
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
from tests.projects.bundles import demo, digests_of, foreign, packed, put
from tests.claims import TOP, claim, contains, figure, file_bytes, file_text, how_often, kill_command, random, run_claims, same, until, write_file
from tests.library.indexing import Indexing, wav
from tests.project_kills.killing import calls_of


def stop_points(file):
    """All names in a source, in their order, so a new one is stopped at too."""
    return re.findall(r'stop_point\("([a-z-]+)"\)', file_text(os.path.join(TOP, 'frontends/cli/bundle', file)))


def stopped_at(home, point, *command):
    """A command that ends at a point, as if it were killed there."""
    stop = home.file('stop')
    write_file(stop, point)
    home.env['LOOPHOLE_STOP'] = stop
    said = home.loophole(*command, code=None)
    del home.env['LOOPHOLE_STOP']
    same((False, 137), (os.path.exists(stop), said.code), point)


def killed_after(home, seconds, *command):
    """A command that is killed; False: it had ended before."""
    it = home.start('loophole', *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends = threading.Timer(seconds, lambda: None)
    ends.start()
    ends.join()
    runs = it.poll() is None
    kill_command(it)
    return runs and it.returncode == -signal.SIGKILL


NAMING = 'linkat', 'renameat2'


def all_calls(home, *command):
    """(call, its number in its thread) of the calls of a command, also those that only read or write."""
    trace = home.file('trace')
    home.run('strace', '-f', '-o', trace, 'loophole', *command)
    all = calls_of(file_text(trace))
    assert len(all) > 100, all
    return all


def killed_at_call(home, call, number, *command):
    return home.run('strace', '-f', '-o', '/dev/null', '-e', f'trace={call}', '-e', f'inject={call}:signal=KILL:when={number}', 'loophole',
             *command, code=None)


def some_of(calls):
    """With LONG=1 all; otherwise a few, always with those that give a name."""
    naming = [one for one in calls if one[0] in NAMING]
    others = [one for one in calls if one not in naming]
    return naming + random.sample(others, min(len(others), how_often(12, 10**6)))


def second_call(calls):
    """For every second kill: the call at which the next command is killed, while it removes what the first one left."""
    return random.choice((None, random.choice(calls)))


def names_in(folder):
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


class Exported:
    """The places of an export, one after the other, in one folder, and what is in them."""

    def __init__(self, it):
        demo(it)
        self.home, self.folder, self.number = it.home, it.home.file('out'), 0
        os.mkdir(self.folder)
        self.to()
        self.home.loophole(*self.command)
        self.digests, self.zip = digests_of(self.root), file_bytes(self.archive)

    def to(self):
        self.number += 1
        self.root, self.archive = (os.path.join(self.folder, f'{self.number}{end}') for end in ('', '.zip'))
        self.command = ('bundle', 'export', 'Demo', '--bundle-root', self.root, '--zip', self.archive)

    def is_whole_or_absent(self, why):
        if os.path.exists(self.root):
            same(self.digests, digests_of(self.root), why)
        if os.path.exists(self.archive):
            same(self.zip, file_bytes(self.archive), why)

    def is_verified(self):
        """An export without the loudness of a sound."""
        for place in filter(os.path.exists, (self.root, self.archive)):
            self.home.loophole('bundle', 'verify', place)

    def ends_clean(self, why):
        """The next export writes the same, and what the killed one left is gone."""
        self.to()
        self.home.loophole(*self.command)
        same((self.digests, self.zip), (digests_of(self.root), file_bytes(self.archive)), why)
        same([], [name for name in names_in(self.folder) if name.startswith('.')], why)


@claim(inside=Indexing)
def killed_at_each_stop_point_an_export_is_whole_or_absent_and_the_next_one_leaves_nothing(it):
    out = Exported(it)
    points = stop_points('bundle_export.c')
    same(6, len(points))
    for point in points:
        out.to()
        stopped_at(out.home, point, *out.command)
        out.is_whole_or_absent(point)
        for second in random.sample(points[:4], how_often(1, 4)):  # a second death, while what the first one left is removed
            out.to()
            stopped_at(out.home, second, *out.command)
            out.is_whole_or_absent((point, second))
        out.ends_clean(point)


@claim(inside=Indexing)
def killed_at_random_an_export_is_whole_or_absent(it):
    out = Exported(it)
    began = time.monotonic()
    out.to()
    out.home.loophole(*out.command)
    whole = time.monotonic() - began
    left, runs, hits = 0, 0, 0
    while runs < how_often(4, 200) or not hits:
        out.to()
        hits += killed_after(out.home, random.uniform(0, whole), *out.command)
        runs += 1
        out.is_whole_or_absent('at random')
        left += any(name.startswith('.') for name in names_in(out.folder))
    out.ends_clean('at random')
    figure(f'{hits} of {runs} exports killed at random: {left} left a temporary, the next export removed it')


@claim(inside=Indexing)
def killed_before_any_of_its_calls_an_export_is_whole_or_absent(it):
    out = Exported(it)
    out.to()
    all = all_calls(out.home, *out.command)
    calls = some_of(all)
    for one in calls:
        for call in filter(None, (one, second_call(all))):
            out.to()
            said = killed_at_call(out.home, *call, *out.command)
            if 'ends its worker each time' in said.err:  # only the worker was killed, and its successor
                out.is_verified()
            else:
                out.is_whole_or_absent(call)
    out.ends_clean(calls)
    figure(f'exports killed at {len(calls)} of {len(all)} calls')


@claim(inside=Indexing)
def an_export_that_cannot_lock_its_temporary_says_why_and_leaves_nothing(it):
    out = Exported(it)
    for number, part in enumerate(('folder', 'archive')):
        out.to()
        said = out.home.run('strace', '-f', '-o', '/dev/null', '-e', 'trace=flock', '-e', f'inject=flock:error=ENOLCK:when={number + 1}',
                            'loophole', *out.command, code=None)
        contains(said.err, 'cannot lock')
        same([], [name for name in names_in(out.folder) if name.startswith('.')], part)


def cancelled_at_call(home, call, number, *command):
    """The command, which is stopped after that call, gets that signal and goes on. Returns (exit code, what it said)."""
    trace, said = home.file('stopped'), home.file('said')
    write_file(trace, '')
    with open(said, 'wb') as errors:
        it = home.start('strace', '-o', trace, '-e', f'trace={call}', '-e', f'inject={call}:signal=STOP:when=1', 'loophole', *command,
                        stdout=errors, stderr=errors)
    until(lambda: '--- stopped by SIGSTOP' in file_text(trace), what=f'stopped at {call}')
    pid = int(file_text(f'/proc/{it.pid}/task/{it.pid}/children').split()[0])
    os.kill(pid, number)
    os.kill(pid, signal.SIGCONT)
    return it.wait(600), file_text(said)


@claim(inside=Indexing)
def a_cancelled_export_says_so_and_leaves_nothing(it):
    out = Exported(it)
    for number in (signal.SIGTERM, signal.SIGINT):
        out.to()
        before = names_in(out.folder)
        code, said = cancelled_at_call(out.home, 'fsync', number, *out.command)
        assert code > 0 and 'cancelled: nothing was written' in said, (code, said)
        same(before, names_in(out.folder))
    out.ends_clean('cancelled')


class Imported:
    """Bundles of another program, one after the other: each is another project."""

    def __init__(self, it):
        self.home, self.folder, self.number = it.home, it.home.file('in'), 0
        self.sound = file_bytes(os.fsdecode(wav(it.folder('choir.wav'), 440, 1)))
        os.mkdir(self.folder)

    def to(self):
        self.number += 1
        self.name = f'Bundle {self.number}'
        project = {'id': f'bundle-{self.number}', 'name': self.name, 'bpm': 100.0, 'swing': .1}
        self.source, self.root = self.home.file(f'{self.number}.zip'), os.path.join(self.folder, str(self.number))
        write_file(self.source, packed(foreign(self.sound, project=project)))
        self.command = ('bundle', 'import', '--bundle-root', self.source, '--destination-root', self.root)

    def projects(self):
        return [one['name'] for one in self.home.json('project', 'list')]

    def is_whole_or_absent(self, why):
        if os.path.exists(self.root):
            self.home.loophole('bundle', 'verify', self.root)
            same(True, os.path.exists(os.path.join(self.root, 'project.json')), why)
        if self.name in self.projects():
            same(True, os.path.exists(self.root), why)
            parts = [part['kind'] for part in self.home.json('project', 'show', self.name)[1:]]
            same(1, parts.count('mixer'), why)

    def ends_clean(self, why):
        """A whole folder opens; without one the same import succeeds. Nothing temporary is left after the next import."""
        if os.path.exists(self.root):
            self.home.loophole('project', 'open', self.root)
        else:
            self.home.loophole(*self.command)
        same(True, self.name in self.projects(), why)
        same(1, len(self.home.ask('project.list_patterns', f'project={self.name}')['slots']), why)
        self.to()
        self.home.loophole(*self.command)
        same([], [name for name in names_in(self.folder) if name.startswith('.')], why)


@claim(inside=Indexing)
def killed_at_each_stop_point_an_import_is_whole_or_absent_and_can_be_repeated(it):
    into = Imported(it)
    points = stop_points('bundle_import.c')
    same(5, len(points))
    for point in points:
        into.to()
        stopped_at(into.home, point, *into.command)
        into.is_whole_or_absent(point)
        if not os.path.exists(into.root):
            stopped_at(into.home, 'import-written', *into.command)  # a second death
            into.is_whole_or_absent((point, 'again'))
        into.ends_clean(point)
    into.home.stop()
    into.home.check_store()


@claim(inside=Indexing)
def a_cancelled_import_leaves_nothing_until_its_folder_is_complete(it):
    into = Imported(it)
    into.to()
    code, said = cancelled_at_call(into.home, 'fsync', signal.SIGTERM, *into.command)
    assert code > 0 and 'cancelled: nothing was written' in said, (code, said)
    same(([], False), (names_in(into.folder), into.name in into.projects()))
    code, said = cancelled_at_call(into.home, 'renameat2', signal.SIGTERM, *into.command)
    same((0, True), (code, into.name in into.projects()), said)
    into.ends_clean('cancelled')


@claim(inside=Indexing)
def killed_before_any_of_its_calls_an_import_is_whole_or_absent(it):
    into = Imported(it)
    into.to()
    all = all_calls(into.home, *into.command)
    calls = some_of(all)
    for one in calls:
        into.to()
        for call in filter(None, (one, second_call(all))):
            killed_at_call(into.home, *call, *into.command)
            into.is_whole_or_absent(call)
    into.ends_clean(calls)
    figure(f'imports killed at {len(calls)} of {len(all)} calls')
    into.home.stop()
    into.home.check_store()


@claim(inside=Indexing)
def killed_while_a_service_puts_many_parts_an_import_is_whole_and_one_step_of_undo(it):
    home, kills = it.home, how_often(2, 40)
    for number in range(kills):
        project = {'id': f'many-{number}', 'name': f'Many {number}', 'bpm': 100.0, 'swing': .1}
        files = {**foreign(project=project),
                 'project.json': json.dumps({'schema_version': '1.0', 'project': project, 'tracks': 6000 * [{'name': 'T'}]}).encode()}
        source, root, service = put(home.file(f's{number}'), files), home.file(f'd{number}'), ('project', 'persist')[number % 2]
        until(lambda: home.has_lived(service))
        run = home.start('loophole', 'bundle', 'import', '--budget', '600000', '--bundle-root', source, '--destination-root', root)
        until(lambda: os.path.exists(root) or run.poll() is not None)
        ends = threading.Timer(random.uniform(0, .5), home.kill, (service,))
        ends.start()
        same(0, run.wait(600))
        ends.join()
        home.wait_ready('persist', 'project')
        same(6000, sum(part['kind'] == 'track' for part in home.json('project', 'show', project['name'])[1:]))
        home.loophole('undo')
        same(False, project['name'] in [one['name'] for one in home.json('project', 'list')])
    figure(f'{kills} imports of 6,000 parts whose services were killed at random: each is one step of undo')
    home.stop()
    home.check_store()


@claim(inside=Indexing)
def killed_at_random_an_import_is_whole_or_absent(it):
    into = Imported(it)
    into.to()
    began = time.monotonic()
    into.home.loophole(*into.command)
    whole = time.monotonic() - began
    runs, hits = 0, 0
    while runs < how_often(4, 200) or not hits:
        into.to()
        hits += killed_after(into.home, random.uniform(0, whole), *into.command)
        runs += 1
        into.is_whole_or_absent('at random')
    into.ends_clean('at random')
    figure(f'{hits} of {runs} imports killed at random')
    into.home.stop()
    into.home.check_store()


run_claims()
