"""engine.py: a running engine in these tests: its processes, killed and started again, and people at work meanwhile,
who check every answer."""
import os
import signal
import threading
import time

import msgpack
import zmq

from tests.client import Catalogue, Client, new_id  # noqa: E402

DEADLINE = 600  # seconds; anything slower counts as failed
SERVICES = ("persist", "search", "indexer")
BACK_SOON_MS = 5  # a client whose service has died tries to connect again after this time


def percentiles(seconds):
    s = sorted(seconds)
    at = lambda p: s[min(len(s) - 1, int(len(s) * p))] * 1000
    return "p50 %.0f ms, p99 %.0f ms, max %.0f ms" % (at(.5), at(.99), s[-1] * 1000)


def wait_until(true, what, seconds=DEADLINE):
    """Waits for a true value of `true`, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = true()
        if got:
            return got
        time.sleep(0.005)
    raise AssertionError("still not true after %d s: %s" % (seconds, what))


class Probe:
    """Asks one service the same thing again and again, on a new connection, until it answers."""

    def __init__(self, name, body=None):
        self.name, self.body = name, body or {}
        self.path = os.path.join(os.environ["LOOPHOLE_HOME"], "run", name.split(".")[0] + ".ask")

    def first_answer(self, is_it=lambda body: True, seconds=DEADLINE, every=0.005):
        """The body of the first ok answer that `is_it` accepts."""
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.IMMEDIATE, 1)
        socket.setsockopt(zmq.RECONNECT_IVL, BACK_SOON_MS)
        socket.connect("ipc://" + self.path)
        try:
            return wait_until(lambda: self._turn(socket, is_it, every), "%s answers" % self.name, seconds)
        finally:
            socket.close()

    def _turn(self, socket, is_it, every):
        try:
            frame = [1, self.name, new_id(), 30000, self.body]
            socket.send(msgpack.packb(frame, use_bin_type=True), zmq.DONTWAIT)
        except zmq.Again:  # not connected yet
            return None
        while socket.poll(every * 1000):
            _, _, error, body = msgpack.unpackb(socket.recv(), raw=False, strict_map_key=False)
            if error == "ok" and is_it(body):
                return body
        return None


def lines(seconds=DEADLINE):
    """All services by name, as reported by the supervisor."""
    reported = Probe("supervisor.services").first_answer(seconds=seconds)
    return {line["service"]: line for line in reported["each"]}


def pid_of(service):
    return lines()[service]["pid"]


def ready(service, other_than=0):
    """The pid of a service, once it is ready."""
    def is_ready():
        line = lines()[service]
        return line["state"] == "ready" and line["pid"] != other_than and line["pid"]
    return wait_until(is_ready, service + " is ready")


def all_ready():
    return {service: ready(service) for service in SERVICES}


def is_alive(pid):
    try:
        return open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def running(program):
    """The processes of this home that run the program, without zombies. Workers have no environment; their standard
    error is the log of a service of this home."""
    home = os.environ["LOOPHOLE_HOME"]
    mine = ("LOOPHOLE_HOME=" + home).encode()
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.path.basename(os.readlink("/proc/%s/exe" % entry)) == program and (
                    mine in open("/proc/%s/environ" % entry, "rb").read().split(b"\0") or
                    os.readlink("/proc/%s/fd/2" % entry).startswith(home + "/")) and is_alive(int(entry)):
                found.append(int(entry))
        except OSError:
            pass
    return found


def holder(service):
    """The process whose pid is in a service's lock."""
    return int(open(os.path.join(os.environ["LOOPHOLE_HOME"], "run", service + ".lock")).read().split()[0])


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


class Worker(threading.Thread):
    """A thread that works until stop(); stop() raises its exception."""
    passing = ("busy", "timeout", "offline")  # errors after which it asks again

    def __init__(self):
        super().__init__(daemon=True)
        self.client = Client()
        self.going, self.error = True, None
        self.slowest, self.count = 0.0, 0

    def run(self):
        try:
            while self.going:
                began = time.monotonic()
                self.once()
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.count += 1
        except BaseException as error:  # noqa: raised in stop()
            self.error = error

    def stop(self):
        self.going = False
        self.join(DEADLINE)
        assert not self.is_alive(), "%s hangs" % type(self).__name__
        if self.error:
            raise self.error

    def ask(self, name, body, request=None):
        """Sends the ask until an answer comes, as every client does; after a transient error it asks again."""
        request, end = request or new_id(), time.monotonic() + DEADLINE
        while time.monotonic() < end:
            self.client.send(name, body, request)
            again = time.monotonic() + 0.25
            while time.monotonic() < again:
                got = self.client.take(name.split(".")[0], 50)
                if got and got[0] == request and got[1] == "ok":
                    return got[2]
                if got and got[0] == request:
                    assert got[1] in self.passing, (name, got)
                    time.sleep(0.01)
                    break
        raise AssertionError("%s: no answer in %d s" % (name, DEADLINE))


class Editor(Worker):
    """Renames one item again and again; each edit is sent until it is acked."""

    def __init__(self, catalogue, number, pause=0.002):
        super().__init__()
        self.item = catalogue.put(b"edited-%d.wav" % number)
        self.number, self.pause, self.acked = number, pause, []

    def once(self):
        request, name = new_id(), "edit %d of %d" % (self.count, self.number)
        answer = self.ask("persist.put_media", {"edit": {"id": self.item, "name": name}}, request)
        self.acked.append((request, answer["revision"], name))
        time.sleep(self.pause)


class Searcher(Worker):
    """Searches for items from before the test; any other answer is wrong."""

    def __init__(self, query, expected, pause=0.002):
        super().__init__()
        self.query, self.expected, self.pause = query, expected, pause

    def once(self):
        found = self.ask("search.query", {"query": self.query, "limit": 1000})
        ids = sorted(item["media"]["id"] for item in found["items"])
        assert ids == self.expected and found["total"] == len(ids), \
            ("a wrong answer to %s: %d instead of %d" % (self.query, len(ids), len(self.expected)))
        time.sleep(self.pause)


def start_editors(count, pause=0.002):
    catalogue = Catalogue(Client())
    editors = [Editor(catalogue, n, pause) for n in range(count)]
    for editor in editors:
        editor.start()
    return editors


def audit(editors):
    """Every acked edit is in the change log once, with the acked revision; the log has no gap."""
    log = Catalogue(Client()).changes()
    numbers = [row["revision"] for row in log]
    assert numbers == list(range(1, len(numbers) + 1)), "the change log has a gap"
    rows = {}
    for row in log:
        rows.setdefault(row["request"], []).append(row["revision"])
    acked = [ack for editor in editors for ack in editor.acked]
    lost = sum(1 for request, _, _ in acked if request not in rows)
    doubled = sum(1 for request, _, _ in acked if len(rows.get(request, [])) > 1)
    assert not lost and not doubled, "lost %d, doubled %d of %d" % (lost, doubled, len(acked))
    for request, revision, _ in acked:
        assert rows[request] == [revision], "an ack has revision %d, the log %s" % (revision, rows[request])
    return len(acked)


def watched(editors, searchers=()):
    """Stops all workers and prints their results."""
    for worker in [*editors, *searchers]:
        worker.stop()
    acked = audit(editors)
    line = "%d edits acked, none lost, none twice" % acked
    if searchers:
        line += "; %d searches, none wrong" % sum(s.count for s in searchers)
    print("figure: " + line)
