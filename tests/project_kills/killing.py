"""killing.py: shared by the claims about kills of loophole-project at the system calls of a deed. A trace gives the calls. By
default a few of them are drawn with SEED; LONG takes all, in many engines side by side, because most of a kill is waiting.
After every second kill the successor is killed as well.

strace counts the calls of each thread apart, and the first thread that comes to a number dies, which is mostly the loop. So
the calls of the threads that do errands, which read and write the files, are counted by themselves as well: ERRAND."""
import collections
import contextlib
import os
import random
import re
import signal
import subprocess
import tempfile

from tests.claims import LONG, SEED, figure, file_text, files_in, how_often, needs, printed_in, skip, until
from tests.client import in_threads, new_id
from tests.library.indexing import Indexing
from tests.sounding import tool
from tests.studio import Studio

KILLS = 2  # of each kind of calls of each deed, unless LONG
ENGINES = 12  # side by side, if LONG
FAILURES_MOST = 5
ERRAND = 'errand'
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


class AtCall:
    """at_call, attached to a process: it counts the calls of all threads together."""

    def __init__(self, pid, call, number):
        said = tempfile.NamedTemporaryFile()
        self.process = subprocess.Popen([tool('at_call'), str(pid), call, str(number)], stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        until(lambda: 'attached' in printed_in(said.name) or self.process.poll() is not None)
        if 'attached' not in printed_in(said.name):
            self.end()
            skip('a process cannot be traced: ' + printed_in(said.name)[:100])

    def end(self):
        self.process.kill()
        self.process.wait()


def attach(pid, call, number):
    """Kills the process before that call."""
    if call == ERRAND:
        return AtCall(pid, call, number)
    return Strace(pid, '-e', 'trace=' + call, '-e', f'inject={call}:signal=KILL:when={number}')


def thread_name(pid, thread):
    """"": it has ended."""
    try:
        return printed_in(f'/proc/{pid}/task/{thread}/comm')
    except (FileNotFoundError, ProcessLookupError):
        return ''


def loop_threads(pid):
    """The threads that do no errands: the main one, and those of ZeroMQ."""
    return {thread for thread in os.listdir(f'/proc/{pid}/task')
            if thread == str(pid) or thread_name(pid, thread).startswith('ZMQbg')}


def errand_calls_of(trace, others):
    """Those of all threads but the others, in the order of the trace."""
    threads = re.findall(r'^(\d+) +\w+\(', trace, flags=re.M)
    return [(ERRAND, number + 1) for number in range(sum(thread not in others for thread in threads))]


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

    def body(self):
        return dict(self.more(), project=self.mine.name)

    def traced(self):
        """The calls of the deed, undisturbed, by thread; and those of its errands."""
        until(lambda: self.home.has_lived('project'))
        self.prepare()
        pid = self.home.pid('project')
        others = loop_threads(pid)
        strace = Strace(pid)
        self.do()
        trace = strace.end()
        self.check_after()
        return calls_of(trace), errand_calls_of(trace, others)

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
        tracer = attach(pid, call, number)
        is_over = self.begin_deed(request)
        until(lambda: is_dead(pid) or is_over())
        tracer.end()
        if not is_dead(pid):
            return False
        until(lambda: self.home.is_other('project', pid), what='the supervisor knows of the death')
        return True

    def kill_at(self, first, second):
        """Returns how often it was killed. `second`: the call at which the successor is killed, too, while it does the deed again; None: it is not."""
        until(lambda: self.home.has_lived('project'))
        self.prepare()
        request = new_id()
        kills = self.kill_in(request, *first)
        if kills and second:
            self.check_between()
            kills += self.kill_in(request, *second)
        self.check_between()
        self.do(request)
        self.check_after()
        return kills

    def more(self):
        return {}

    def is_clean(self):
        """No temporary file is left; the successor removes those of a death on its own."""
        until(lambda: files_in(self.mine.folder) == ['project.json'], what='only project.json is left')

    def check_between(self):
        pass


class Kills:
    """All kills of a deed, done by many engines side by side."""

    def __init__(self, it, kind):
        self.kind, self.first, self.kills, self.failures = kind, kind(it, kind.__name__), [], []
        calls, errand_calls = self.first.traced()
        self.all, chance = calls + errand_calls, random.Random(SEED)
        chosen = self.all if LONG else [one for some in (calls, errand_calls) for one in chance.sample(some, min(KILLS, len(some)))]
        self.todo = [(first, chance.choice((None, chance.choice(self.all)))) for first in chosen]
        chance.shuffle(self.todo)

    def work(self, killing):
        """Kills until nothing is left to do, and then checks the store; or until something fails."""
        at = None
        try:
            while at := self.take():
                self.kills.append(killing.kill_at(*at))
            end_checked(killing.home)
        except Exception as why:  # noqa: the other engines go on
            self.failures.append(f'{self.kind.deed}, {f"killed at {at[0]} and {at[1]}" if at else "at the end"}: {why}')

    def take(self):
        """The next kill; None: the engines took all."""
        with contextlib.suppress(IndexError):
            return self.todo.pop()

    def work_beside(self, number):
        """In an engine of its own; after a failure in a new one."""
        while self.todo and len(self.failures) < FAILURES_MOST:
            with self.first.it.beside(f'{number}-{len(self.failures)}') as it:
                self.work(self.kind(it, self.kind.__name__))


class Killed(Indexing):
    """An engine that replaces no service because a tracer makes it slow."""
    settings = Indexing.settings + '[supervisor]\nhang_ms = 300000\n'

    def beside(self, name):
        return Killed(self.home.other(name))


def end_checked(home):
    home.stop()
    home.check_store()


def run_killing(it, kind):
    needs('strace')
    kills = Kills(it, kind)
    in_threads(how_often(1, ENGINES), lambda number: kills.work_beside(number) if number else kills.work(kills.first))
    figure(f'{kind.deed}: killed {sum(kills.kills)} times, of {len(kills.all)} calls')
    assert not kills.failures, '\n'.join(kills.failures)
