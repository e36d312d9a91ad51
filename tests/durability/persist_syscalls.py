"""persist_syscalls.py: kills persist at each system call of one commit, then makes each of them fail once (EIO, ENOSPC,
EINTR). A trace gives the list of calls. It needs LOOPHOLE_HOME, READER and a folder WORK. LONG covers all calls of the
large commit, otherwise only those on the store and memory, and of the many that write its pages one after another the first,
the last and some of SEED."""
import collections
import os
import random
import re
import signal
import subprocess
import time

from tests.faults.engine import is_alive
from tests.faults.load import Ask, Load, Persist, check_store, dies_with_its_parent

work = os.environ["WORK"]
chance = random.Random(int(os.environ["SEED"]))
STORE_CALLS = ("lseek", "writev", "pwritev", "pwrite64", "fdatasync", "fsync", "syncfs", "msync", "ftruncate")
FILE_CALLS = ("mkdir", "openat")
MEMORY_CALLS = ("mmap", "munmap", "mremap", "madvise", "brk")
ALWAYS = STORE_CALLS + FILE_CALLS + ("recvfrom", "sendto")  # other calls may be missing in the next commit
NEVER_FAIL = ("getpid", "gettid", "clock_gettime", "brk")  # brk returns no error, but the old break
NOT_TO_INJECT = ("restart_syscall", "rt_sigreturn", "exit", "exit_group")
ERRORS = ("EIO", "ENOSPC", "EINTR")
DEADLINE = 600
LARGE = 400  # places of the large commit
EACH = 8  # that many of the calls of one name in a large commit, without LONG


class Strace:
    """strace, attached to persist; `fired` after its injection has happened."""

    def __init__(self, pid, *options):
        self.pid, self.out, self.said = pid, work + "/strace.out", work + "/strace.err"
        for path in (self.out, self.said):
            open(path, "w").close()
        self.process = subprocess.Popen(["strace", "-f", "-p", str(pid), "-o", self.out, *options],
                                        stdin=subprocess.DEVNULL, stderr=open(self.said, "w"),
                                        preexec_fn=dies_with_its_parent)
        end = time.monotonic() + DEADLINE
        while "attached" not in open(self.said).read():
            assert self.process.poll() is None and time.monotonic() < end, open(self.said).read()
            time.sleep(0.002)

    def fired(self):
        return "(INJECTED)" in open(self.out).read()

    def end(self):
        """If strace is interrupted while its process dies, it may wait for a dead thread for ever."""
        if self.process.poll() is None and is_alive(self.pid):
            self.process.send_signal(signal.SIGINT)
        end = time.monotonic() + DEADLINE
        while self.process.poll() is None and is_alive(self.pid) and time.monotonic() < end:
            time.sleep(0.002)
        self.process.kill()  # this releases the other threads
        self.process.wait()
        return open(self.out).read()


class Commits:
    """One ask at a time, of the given kind. It is repeated after deaths and refusals until it is acked."""

    def __init__(self, persist):
        self.persist, self.deaths = persist, collections.Counter()
        self.is_injected = False  # this process got an injected error
        self.load = Load(clients=1, slots=1)
        self.load.filling = False
        self.slot = self.load.slots[0]

    def begin(self, kind):
        load = self.load
        load.again, load.batches, load.filed = 0, int(kind == "large"), int(kind == "filed")
        self.slot.ask = load.next_ask(self.slot)
        if kind == "large":
            operations = [load.catalogue.place(b"large-%d-%d.wav" % (load.files, n)) for n in range(LARGE)]
            load.files += 1
            self.slot.ask = Ask("persist.batch", {"operations": operations}, LARGE, makes=LARGE)
        load.all[self.slot.ask.request] = self.slot.ask
        load.send(self.slot)

    def restart_if_dead(self):
        if self.persist.is_dead():
            self.deaths[self.persist.process.returncode] += 1
            self.is_injected = False
            self.persist.start()
            self.load.restarted()

    def until_acked(self):
        self.load.restarted()
        self.load.until(lambda: not self.slot.ask, self.restart_if_dead)

    def fresh(self):
        """Starts a new process, whose memory and counts of calls are then the same as in the trace."""
        ended = self.persist.kill()
        if self.is_injected and ended == -signal.SIGABRT:  # of the error, a moment after the answer
            self.deaths[ended] += 1
        else:
            assert ended == -signal.SIGKILL, ended
        self.is_injected = False
        self.persist.start()
        self.whole("small")

    def whole(self, kind):
        self.begin(kind)
        self.until_acked()


def calls_of(trace):
    """(call, its number in its thread) from the arrival of the ask to the departure of the answer."""
    counts, calls, within = collections.Counter(), [], False
    for line in trace.splitlines():
        found = re.match(r"(\d+) +(?:<\.\.\. )?(\w+)(\(| resumed)", line)
        if not found:
            continue
        thread, call, how = found.groups()
        if call == "recvfrom" and re.search(r"= [1-9]\d*$", line):
            within = True
        if how == "(":
            counts[thread, call] += 1
            if within and call not in NOT_TO_INJECT and (call, counts[thread, call]) not in calls:
                calls.append((call, counts[thread, call]))
        if call == "sendto" and any(name == "fdatasync" for name, _ in calls):
            return calls
    raise AssertionError("no ask, commit and answer in the trace:\n" + trace[-3000:])


def trace(commits, kind):
    commits.fresh()
    strace = Strace(commits.persist.pid())
    commits.whole(kind)
    return calls_of(strace.end())


def inject(commits, kind, call, number, what):
    """Asks until the injection has fired. Returns the answer to the first ask, and the number of asks. "not reached":
    this process did not make a call that some commits do without."""
    commits.fresh()
    strace = Strace(commits.persist.pid(), "-e", "trace=" + call, "-e", "inject=%s:%s:when=%d" % (call, what, number))
    commits.is_injected = True
    acked, refused, first = commits.load.acked, sum(commits.load.refusals.values()), None
    end = time.monotonic() + DEADLINE
    while not fired(commits, strace, what) and time.monotonic() < end:
        if call not in ALWAYS and commits.load.acked - acked > 10:
            strace.end()
            return "not reached", 0
        if not commits.slot.ask:
            commits.begin(kind)
        commits.load.turn(0.01)
    came_true = fired(commits, strace, what)
    while first is None and not commits.persist.is_dead() and time.monotonic() < end:
        commits.load.turn(0.005)
        if sum(commits.load.refusals.values()) > refused:
            first = "refused"
        elif not commits.slot.ask:
            first = "acked"
    strace.end()
    asked = commits.load.acked - acked + (first != "acked")
    if commits.slot.ask:
        commits.until_acked()
    commits.restart_if_dead()
    assert came_true, "%s %d of the %s commit: the injection never fired" % (call, number, kind)
    return first, asked


def fired(commits, strace, what):
    return commits.persist.is_dead() if what == "signal=KILL" else strace.fired()


def kill_at_each(commits, kind, calls):
    reached = [c for c in calls if inject(commits, kind, *c, "signal=KILL")[0] != "not reached"]
    print("figure: %s commit: killed at %d of %d calls: %s" % (kind, len(reached), len(calls), reported(reached)))


def fail_each(commits, kind, calls):
    counts = collections.Counter()
    for call, number in calls:
        if call in NEVER_FAIL:
            continue
        for error in ERRORS:
            first, asked = inject(commits, kind, call, number, "error=" + error)
            counts[first or "no answer, it ended"] += 1
            false = call in STORE_CALLS and error != "EINTR" and asked == 1 and first == "acked"
            assert not false, "%s %d failed with %s, but the commit was acked" % (call, number, error)
    print("figure: %s commit: %d failures of calls: %s" % (kind, sum(counts.values()), dict(counts)))


def some_of(calls):
    """In order: of each name the first, the last and some between."""
    kept = set()
    for name in {call for call, _ in calls}:
        same = [c for c in calls if c[0] == name]
        kept.update(same if len(same) <= EACH else [same[0], same[-1], *chance.sample(same[1:-1], EACH - 2)])
    return [c for c in calls if c in kept]


def reported(calls):
    return " ".join("%s×%d" % item for item in collections.Counter(call for call, _ in calls).items())


def main():
    persist, began = Persist(), time.monotonic()
    persist.start()
    commits = Commits(persist)
    reader = subprocess.Popen([os.environ["READER"], "watch"], preexec_fn=dies_with_its_parent)
    for kind in ("small", "filed", "large"):
        calls = trace(commits, kind)
        if kind != "small" and not os.environ.get("LONG"):
            calls = [c for c in calls if c[0] in STORE_CALLS + (FILE_CALLS + ("write",) if kind == "filed" else MEMORY_CALLS)]
            calls = some_of(calls)
        kill_at_each(commits, kind, calls)
        fail_each(commits, kind, calls)
        assert reader.poll() is None, "a reader failed"
    commits.load.audit()
    check_store()
    deaths = {("signal %d" % -code if code < 0 else "exit %d" % code): n for code, n in commits.deaths.items()}
    print("figure: %d s; persist ended by: %s" % (time.monotonic() - began, deaths))
    reader.send_signal(signal.SIGTERM)
    assert reader.wait(600) == 0, "a reader failed"
    assert persist.kill(signal.SIGTERM) == 0


main()
