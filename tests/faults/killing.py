"""killing.py: shared by the claims about kills of loophole-project at the system calls of a deed. A trace gives the calls. By
default a few of them are drawn with SEED; LONG takes all. After every second kill the successor is killed as well."""
import collections
import os
import random
import re
import signal
import subprocess
import tempfile

from claims import LONG, SEED, figure, file_text, files_in, needs, printed_in, same, skip, until
from client import new_id
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
        self.do()
        calls = calls_of(strace.end())
        self.check_after()
        return calls

    def do(self, request=None):
        """The whole deed, which must succeed."""
        self.mine.must(self.deed, request, **self.more())

    def begin_deed(self, request):
        """Begins the deed. Returns a function: true if it is over."""
        client = self.mine.client
        client.send('project.' + self.deed, self.body(), request)
        return lambda: client.take('project', 20)

    def kill_in(self, request, call, number):
        """Begins the deed, and kills the service at that call. True: it was killed."""
        until(lambda: self.home.has_lived('project'))
        pid = self.home.pid('project')
        strace = Strace(pid, '-e', 'trace=' + call, '-e', f'inject={call}:signal=KILL:when={number}')
        is_over = self.begin_deed(request)
        until(lambda: is_dead(pid) or is_over())
        strace.end()
        self.kills += is_dead(pid)
        return is_dead(pid)

    def kill_at(self, first, second):
        """`second`: the call at which the successor is killed, too, while it does the deed again; None: it is not."""
        until(lambda: self.home.has_lived('project'))
        self.prepare()
        request = new_id()
        if self.kill_in(request, *first) and second:
            self.check_between()
            self.kill_in(request, *second)
        self.check_between()
        self.do(request)
        self.check_after()

    def run(self):
        calls, chance = self.traced(), random.Random(SEED)
        for first in calls if LONG else chance.sample(calls, KILLS):
            second = chance.choice((None, chance.choice(calls)))
            try:
                self.kill_at(first, second)
            except Exception as why:
                raise AssertionError(f'{self.deed}, killed at {first} and {second}: {why}') from why
        figure(f'{self.deed}: killed {self.kills} times, of {len(calls)} calls')

    def more(self):
        return {}

    def is_clean(self):
        """No temporary file is left; the successor removes those of a death on its own."""
        until(lambda: files_in(self.mine.folder) == ['project.json'], what='only project.json is left')

    def check_between(self):
        pass


def run_killing(it, kind):
    needs('strace')
    killing = kind(it, kind.__name__)
    killing.run()
    it.home.stop()
    it.home.check_store()
