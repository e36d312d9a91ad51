"""chaos.py signals|calls SECONDS KNOWN FRESH: for SECONDS, any process of the engine gets any signal at any moment, or
some of its system calls fail repeatedly for a while. Meanwhile FRESH is indexed, people edit and search KNOWN, and
sounds play. Afterwards the catalogue must contain all that was acknowledged. It needs LOOPHOLE_HOME and a running
engine; SEED draws the same victims, signals and calls again."""
import collections
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

from tests.client import Client
from tests.faults.engine import (DEADLINE, Searcher, Worker, kill, lines, running, start_editors, wait_until, watched)
from tests.faults.library import Library, state

WHAT, SECONDS, KNOWN, FRESH = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
SEED = int(os.environ.get("SEED", "1"))
QUERIES = ("folder:known kick", "folder:known snare -kick", "folder:known hat")
PROGRAMS = ("loopholed", "loophole-persist", "loophole-search", "loophole-indexer", "loophole-audio",
            "loophole-streamer", "loophole-worker", "jackd")
DEADLY = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGQUIT,
          signal.SIGTRAP, signal.SIGSYS, signal.SIGXCPU)
ORDERS = (signal.SIGTERM, signal.SIGINT)  # signals to the supervisor that end the whole engine
OTHERS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGPIPE, signal.SIGWINCH)
CALLS = {
    "openat": ("EMFILE", "EIO", "ENOSPC", "EACCES"), "close": ("EIO", "EINTR"), "flock": ("EINTR", "ENOLCK"),
    "fcntl": ("EINTR", "ENOLCK"), "newfstatat": ("EIO", "EACCES"), "getdents64": ("EIO",), "lseek": ("EIO",),
    "read": ("EIO", "EINTR"), "pread64": ("EIO", "EINTR"), "readlink": ("EIO", "ENOMEM"),
    "write": ("EIO", "ENOSPC", "EINTR"), "pwrite64": ("EIO", "ENOSPC"), "writev": ("EIO", "ENOSPC"),
    "fsync": ("EIO", "ENOSPC"), "fdatasync": ("EIO", "ENOSPC"), "ftruncate": ("EIO", "ENOSPC"),
    "fallocate": ("EIO", "ENOSPC"), "mkdir": ("EIO", "ENOSPC"), "rename": ("EIO", "ENOSPC"), "unlink": ("EIO", "EPERM"),
    "mmap": ("ENOMEM",), "munmap": ("ENOMEM",), "mremap": ("ENOMEM",), "brk": ("ENOMEM",), "madvise": ("ENOMEM",),
    "mprotect": ("ENOMEM",), "clone3": ("EAGAIN", "ENOMEM"), "execve": ("ENOMEM", "EAGAIN"), "wait4": ("EINTR",),
    "socket": ("EMFILE", "ENOBUFS"), "socketpair": ("EMFILE",), "accept4": ("EMFILE", "ECONNABORTED"),
    "connect": ("ECONNREFUSED", "EINTR"), "bind": ("EADDRINUSE", "EACCES"), "listen": ("EADDRINUSE",),
    "sendto": ("ENOBUFS", "ECONNRESET", "EPIPE", "EINTR"), "recvfrom": ("ECONNRESET", "EINTR", "ENOMEM"),
    "sendmsg": ("ENOBUFS", "EPIPE", "EINTR"), "recvmsg": ("EIO", "ENOMEM", "EINTR"), "getsockopt": ("ENOBUFS",),
    "poll": ("EINTR", "ENOMEM"), "epoll_wait": ("EINTR",), "epoll_ctl": ("ENOMEM", "ENOSPC"),
    "inotify_add_watch": ("ENOSPC", "ENOMEM"), "mq_timedsend": ("EMSGSIZE", "EINTR"), "mq_timedreceive": ("EINTR",),
    "getrandom": ("EINTR",), "sched_setattr": ("EPERM",), "kill": ("EPERM",), "memfd_create": ("EMFILE", "ENOMEM"),
}
PASSES = {"signals": ("busy", "timeout", "offline"),
          "calls": ("busy", "timeout", "offline", "io", "full", "internal", "denied")}


class Player(threading.Thread):
    """A person who listens: starts a sound whenever none plays, and ignores refusals."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.going, self.begun = os.fsencode(path), True, 0

    def run(self):
        client = Client()
        while self.going:
            error, _ = client.ask("streamer.play", {"path": self.path, "loop": True}, budget_ms=1000)
            self.begun += error == "ok"
            client.ask("streamer.stop", {}, budget_ms=1000)
            time.sleep(0.3)


def answers():
    client = Client()
    got = {q: client.must("search.query", {"query": q, "limit": 1000}) for q in QUERIES}
    assert all(body["total"] for body in got.values()), {q: body["total"] for q, body in got.items()}
    return {q: sorted(item["media"]["id"] for item in body["items"]) for q, body in got.items()}


def draw(chance):
    """(program, signal, seconds until SIGCONT); without seconds a stopped process stays stopped."""
    program = chance.choice(PROGRAMS)
    kind = chance.random()
    if kind < 0.5:
        return program, chance.choice(DEADLY), None
    if kind < 0.7:
        return program, signal.SIGSTOP, chance.choice((0.05, 0.5, 3, None))
    if kind < 0.85:
        return program, chance.choice(OTHERS), None
    return program, chance.choice(DEADLY if program == "loopholed" else ORDERS), None


def signal_one(chance, tally):
    program, number, pause = draw(chance)
    there = running(program)
    if not there:
        return
    pid = chance.choice(there)
    kill(pid, number)
    tally[program] += 1
    if number == signal.SIGSTOP and pause is not None:
        threading.Timer(pause, kill, (pid, signal.SIGCONT)).start()


def fail_calls(chance, tally):
    """For a while, some calls of one process fail: each from its own start, a given number of times."""
    program, calls = chance.choice(PROGRAMS), sorted(chance.sample(sorted(CALLS), 8))
    options, seconds = ["trace=" + ",".join(calls)], chance.choice((0.2, 0.5, 2))
    for call in calls:
        options.append("inject=%s:error=%s:when=%d+%d" % (call, chance.choice(CALLS[call]), chance.randint(1, 20),
                                                          chance.choice((1, 3, 10))))
    there = running(program)
    if not there:
        return
    out = os.path.join(os.environ["LOOPHOLE_HOME"], "strace.out")
    strace = subprocess.Popen(["strace", "-f", "-p", str(chance.choice(there)), "-o", out,
                               *(word for option in options for word in ("-e", option))],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              start_new_session=True)
    time.sleep(seconds)
    strace.send_signal(signal.SIGINT)
    try:
        strace.wait(600)
    except subprocess.TimeoutExpired:  # it waits for a thread of a dead process; killing it releases the others
        strace.kill()
        strace.wait(DEADLINE)
    with contextlib.suppress(ProcessLookupError):  # strace that ends while it starts leaves a stopped child, its probe
        os.killpg(strace.pid, signal.SIGKILL)
    lines = open(out).read() if os.path.exists(out) else ""  # strace may end before it has begun
    failed = collections.Counter(re.findall(r"(\w+)\(.* = -1 (\w+) .*\(INJECTED\)", lines))
    with contextlib.suppress(FileNotFoundError):
        os.unlink(out)
    tally[program] += sum(failed.values())
    if failed and os.environ.get("TELL"):
        print(program, dict(failed), flush=True)


def up():
    subprocess.run(["loophole", "up"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=DEADLINE)


def reported():
    """If there is no supervisor, calls `loophole up`, as a person would. The keeper may have died with it, or both may
    be about to die of signals that came while they were stopped."""
    if not running("loopholed"):
        up()
    try:
        return lines(seconds=2)
    except AssertionError:
        return None


def calm():
    """Continues all stopped processes, and restarts the services that are in quarantine."""
    for program in PROGRAMS:
        for pid in running(program):
            kill(pid, signal.SIGCONT)
    wait_until(engine_is_up, "all are ready")


def engine_is_up():
    """Restarts what is in quarantine; the supervisor may still die of an earlier signal before it answers."""
    up()
    there = reported() or {}
    for service in [name for name, line in there.items() if line["state"] == "quarantined"]:
        Client().ask("supervisor.restart", {"service": service}, budget_ms=5000)
    return there and all(line["state"] == "ready" for line in there.values())


def storm(chance):
    tally, end, calmed = collections.Counter(), time.monotonic() + SECONDS, time.monotonic()
    while time.monotonic() < end:
        time.sleep(chance.expovariate(2))
        {"signals": signal_one, "calls": fail_calls}[WHAT](chance, tally)
        if time.monotonic() > calmed + 20:
            calm()
            calmed = time.monotonic()
    calm()
    return tally


def all_heard():
    """Each file of FRESH is one item, and is analysed in the end. A file whose workers were killed is analysed after a
    rescan."""
    library = Library(FRESH)
    files = sum(len(names) for _, _, names in os.walk(FRESH))
    library.wait_idle().decided(files)
    library.rescan(retry_failed=True).wait_idle()
    states = collections.Counter()

    def all_done():  # search learns of it a moment later
        states.clear()
        states.update(state(item) for item in library.items().values())
        return states["done"] == files
    try:
        wait_until(all_done, "each file is analysed")
    except AssertionError as error:
        raise AssertionError("%d files, but items: %s" % (files, states)) from error
    assert sum(states.values()) == files, (files, states)
    return files


def main():
    chance = random.Random(SEED)
    Worker.passing = PASSES[WHAT]
    print("figure: seed %d" % SEED)
    found = answers()
    editors = start_editors(2, pause=0.01)
    searchers = [Searcher(query, found[query], pause=0.01) for query in QUERIES]
    player = Player(next(os.path.join(KNOWN, name) for name in sorted(os.listdir(KNOWN))))
    for thread in [*searchers, player]:
        thread.start()
    Library(FRESH).add()
    tally = storm(chance)
    watched(editors, searchers)
    player.going = False
    player.join(DEADLINE)
    print("figure: %d %s in %.0f s: %s" % (sum(tally.values()), WHAT, SECONDS,
                                           ", ".join("%s %d" % (p, n) for p, n in sorted(tally.items()))))
    print("figure: %d files indexed meanwhile, each of them one item; %d sounds started" % (all_heard(), player.begun))
    assert answers() == found


main()
