#!/usr/bin/python3
"""loophole-project is killed at the system calls of a save, a load and a collect. A trace gives the calls. By default a
few of them are drawn with SEED; LONG takes all."""
import collections
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
sys.path[:0] = [TOP, os.path.join(TOP, 'service')]
from claims import LONG, SEED, claim, contains, figure, file_text, files_in, needs, printed_in, run_claims, same, skip, until
from client import new_id
from indexing import Indexing, wav
from studio import Studio

KILLS = 4  # of each deed, unless LONG
NOT_TO_INJECT = ('restart_syscall', 'rt_sigreturn', 'exit', 'exit_group')


class Strace:
    """strace, attached to a process."""

    def __init__(self, pid, *options):
        self.pid = pid
        self.out, said = tempfile.NamedTemporaryFile(suffix='.strace'), tempfile.NamedTemporaryFile()
        self.process = subprocess.Popen(['strace', '-f', '-p', str(pid), '-o', self.out.name, *options],
                                        stdin=subprocess.DEVNULL, stderr=said)
        reported = lambda: open(said.name, encoding='utf-8').read()
        until(lambda: 'attached' in reported() or self.process.poll() is not None)
        if 'attached' not in reported() or 'not permitted' in reported():
            self.end()
            skip('strace cannot attach to a process: ' + reported()[:100])

    def end(self):
        """Ends the trace and returns it. If strace is interrupted while its process dies, it may never end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        until(lambda: self.process.poll() is not None or is_dead(self.pid))
        self.process.kill()
        self.process.wait()
        return printed_in(self.out.name)


def calls_of(trace):
    """(call, its number in its thread), each once."""
    counts = collections.Counter(re.findall(r'^(\d+) +(\w+)\(', trace, flags=re.M))
    most = collections.Counter()
    for (_, call), count in counts.items():
        most[call] = max(most[call], count)
    return [(call, number + 1) for call in sorted(most) if call not in NOT_TO_INJECT for number in range(most[call])]


def is_dead(pid):
    try:
        return file_text(f'/proc/{pid}/stat').rpartition(')')[2].split()[0] in 'ZX'
    except (FileNotFoundError, ProcessLookupError):
        return True


class Killing:
    """A project, and one deed of it that is killed. A subclass prepares, and checks after the death and after the answer
    to the repeated ask."""

    def __init__(self, it, name):
        self.it, self.home, self.mine = it, it.home, Studio(it.home, name)
        self.kills = 0

    def body(self):
        return dict(self.more(), project=self.mine.name)

    def traced(self):
        """The calls of the deed, undisturbed."""
        until(lambda: self.home.has_lived('project'))
        self.prepare()
        strace = Strace(self.home.pid('project'))
        self.mine.must(self.deed, **self.more())
        calls = calls_of(strace.end())
        self.check_after()
        return calls

    def kill_at(self, call, number):
        until(lambda: self.home.has_lived('project'))
        self.prepare()
        pid, request = self.home.pid('project'), new_id()
        strace = Strace(pid, '-e', 'trace=' + call, '-e', f'inject={call}:signal=KILL:when={number}')
        client = self.mine.client
        client.send('project.' + self.deed, self.body(), request)
        until(lambda: is_dead(pid) or client.take('project', 20))
        strace.end()
        self.kills += is_dead(pid)
        self.check_between()
        self.mine.must(self.deed, request, **self.more())
        self.check_after()

    def run(self):
        calls = self.traced()
        for call, number in calls if LONG else random.Random(SEED).sample(calls, KILLS):
            try:
                self.kill_at(call, number)
            except Exception as why:
                raise AssertionError(f'{self.deed}, killed at {call} {number}: {why}') from why
        figure(f'{self.deed}: killed {self.kills} times, of {len(calls)} calls')

    def more(self):
        return {}

    def is_clean(self):
        """No temporary file is left; the successor removes those of a death on its own."""
        until(lambda: files_in(self.mine.folder) == ['project.json'], what='only project.json is left')

    def check_between(self):
        pass


class Saving(Killing):
    deed = 'save'

    def prepare(self):
        if not self.kills and not hasattr(self, 'track'):
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


def run_killing(it, kind):
    needs('strace')
    killing = kind(it, kind.__name__)
    killing.run()
    it.home.stop()
    it.home.check_store()


@claim(inside=Indexing)
def killed_at_its_calls_of_a_save_the_project_is_the_old_or_the_new_one(it):
    run_killing(it, Saving)


@claim(inside=Indexing)
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


@claim(inside=Indexing)
def killed_at_its_calls_of_a_collect_each_copy_is_whole_and_none_is_left_over(it):
    run_killing(it, Collecting)


run_claims()
