"""poison.py KIND POISONERS SECONDS: clients that send the most expensive legal asks, each in a process of its own, and
another client that edits one item meanwhile. Prints the times of its edits, and before them its times without the
poisoners: the share of the disk and the machine. Each poisoner has a session of its own, as programs of a desktop have:
within one session Linux would take the processor from the other client too. Fails if a poisoner gets no answer or a
wrong one."""
import os
import signal
import sys
import time

from tests.client import Catalogue, Client

EDITS = 1000 if os.environ.get("LONG") else 150  # at least so many, so that a p99 is not the longest
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TAGS = [[LETTERS[n % 26] + LETTERS[n // 26] for n in range(200)], [LETTERS[n % 26] + str(n // 26) for n in range(200)]]


def fact(number, words):
    return {"attribute": ("f%03d" % number).ljust(60, "z"), "source": "user", "text": words, "confidence": 1.0,
            "version": 0, "shown": True}


def large_item(catalogue, name):
    """An item with the largest allowed number of user facts, each of the largest length."""
    id = catalogue.put(name)
    for row in range(8):
        facts = [fact(row * 64 + n, "x" * 1024) for n in range(64)]
        assert catalogue.edit(id, facts=facts)[0] == "ok"
    return id


def heavy_edit(id, number):
    return {"edit": {"id": id, "facts": [fact(511, str(number))], "clear_facts": ["%02d" % n for n in range(63)],
                     "add_tags": TAGS[number % 2], "remove_tags": TAGS[(number + 1) % 2]}}


class Poisoner:
    def __init__(self, kind, number):
        self.client = Client()
        self.catalogue = Catalogue(self.client)
        self.number, self.answers, self.stopped = number, 0, False
        self.prepare = getattr(self, "prepare_" + kind, lambda: None)
        self.once = getattr(self, kind)

    def batch(self, operations, wanted):
        """Sends a batch, and sends it again while persist is busy with the batches of others."""
        error = "busy"
        while error == "busy":
            error, answer = self.client.ask("persist.batch", {"operations": operations}, budget_ms=300000)
            time.sleep(0.1 if error == "busy" else 0)
        assert error == "ok", answer
        each = answer["each"]
        assert [o["error"] for o in each] == [wanted] * len(operations), each[0]
        self.answers += 1

    def pipelined(self, make, clients=None, most=100):
        """Keeps `most` asks in progress on each connection."""
        waiting = {client: 0 for client in clients or [self.client]}
        while not self.stopped or any(waiting.values()):
            for client in waiting:
                while waiting[client] < most and not self.stopped:
                    client.send(*make(self.answers + waiting[client]), budget_ms=120000)
                    waiting[client] += 1
                got = client.take("persist", 120000) if waiting[client] else None
                assert not waiting[client] or got and got[1] == "ok", got
                waiting[client] -= bool(got)
                self.answers += bool(got)

    def prepare_edits(self):
        self.item = large_item(self.catalogue, b"large%d.wav" % self.number)

    def edits(self):
        self.batch([heavy_edit(self.item, n) for n in range(4096 if os.environ.get("LONG") else 1024)], "ok")

    def prepare_applies(self):
        self.prepare_edits()
        self.items = [o["id"] for o in self.catalogue.batch(
            *[self.catalogue.place(b"%d-%d.wav" % (self.number, n)) for n in range(4096)])]

    def applies(self):
        """As many actions as one apply takes, and a batch before it."""
        self.edits()
        words = "%d " % self.answers * 40
        self.client.must("persist.apply", {"label": "", "scope": "", "actions": [
            {"edit": {"id": id, "name": words[:200], "notes": words}} for id in self.items]}, budget_ms=120000)
        self.answers += 1

    def refusals(self):
        self.batch([heavy_edit(os.urandom(16), n) for n in range(4096)], "not_found")

    def files(self):
        ids = [self.catalogue.put(b"%d-%d.wav" % (self.number, n)) for n in range(16)]
        self.batch([self.catalogue.analysed(ids[n % 16], os.urandom(16), os.urandom(1500), analyser=n + 1)
                    for n in range(1024)], "ok")

    def facts(self):
        """As many facts as fit into a message, and a file with them."""
        words = {"source": "analysis", "text": "x", "confidence": 1.0, "version": 0, "shown": True}
        each = [dict(words, attribute="%d" % n) for n in range(256)]
        ids = [self.catalogue.put(b"%d-%d.wav" % (self.number, n)) for n in range(400)]
        heard = [self.catalogue.analysed(id, os.urandom(16), os.urandom(1500), analyser=self.answers + 1) for id in ids]
        for operation in heard:
            operation["analysed"]["facts"] = each
        self.batch(heard, "ok")

    prepare_flood = prepare_edits

    def flood(self):
        self.pipelined(lambda number: ("persist.put_media", heavy_edit(self.item, number)))

    prepare_crowd = prepare_edits

    def crowd(self):
        self.pipelined(lambda number: ("persist.put_media", heavy_edit(self.item, number)),
                       [Client() for _ in range(64)], 4)

    def prepare_reads(self):
        for row in range(2):
            self.catalogue.batch(*[self.catalogue.place(b"%d-%d-%d.wav" % (self.number, row, n)) for n in range(4096)])

    def reads(self):
        self.pipelined(lambda number: ("persist.changes_since", {"revision": 0, "limit": 4096}))

    def library(self, folders):
        top = self.catalogue.put_folder(b"library%d-%d" % (self.number, self.answers))
        library = {"id": top, "volume": self.catalogue.volume, "path": b"/x", "ignore": [], "hidden_files": False,
                   "online": True, "files": 0}
        self.client.must("persist.put_library", {"library": library})
        for row in range(0, folders, 4096):
            self.catalogue.batch(*[{"folder": {"id": bytes(16), "volume": self.catalogue.volume, "parent": top,
                                               "name": b"%d" % (row + n), "library": False}} for n in range(4096)])
        return top

    def removal(self):
        top = self.library(100000 if os.environ.get("LONG") else 8192)
        self.client.must("persist.remove_library", {"id": top}, budget_ms=300000)
        self.answers += 1

    def prepare_undo(self):
        for row in range(2):
            ids = [o["id"] for o in self.catalogue.batch(
                *[self.catalogue.place(b"%d-%d-%d.wav" % (self.number, row, n)) for n in range(4096)])]
            self.catalogue.batch(*[{"edit": {"id": id, "notes": "n" * 1000}} for id in ids])
            for id in ids:
                self.client.send("persist.forget", {"id": id})
            for id in ids:
                assert self.client.take("persist")[1] == "ok"

    def undo(self):
        error, answer = self.client.ask("persist.undo", budget_ms=120000)
        assert error in ("ok", "not_found"), answer
        self.answers += 1

    def run(self, go, ready):
        signal.signal(signal.SIGTERM, self.stop)
        self.prepare()
        os.write(ready, b"r")
        self.stopped = self.stopped or not os.read(go, 1)
        while not self.stopped:
            self.once()
        os.write(ready, b"%d answers\n" % self.answers)

    def stop(self, *_):
        self.stopped = True


def start(kind, number):
    begin, ready = os.pipe()
    go, starter = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.close(starter)  # a child is stopped at once if the parent dies
        try:
            Poisoner(kind, number).run(go, ready)
            os._exit(0)
        except BaseException as error:  # noqa: the parent prints it
            os.write(ready, repr(error)[:300].encode())
            os._exit(1)
    os.close(ready)
    os.close(go)
    return pid, begin, starter


def edit_for(catalogue, id, seconds):
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end or len(times) < EDITS:
        began = time.monotonic()
        error, answer = catalogue.edit(id, name="name %d" % len(times))
        assert error == "ok", answer
        times.append((time.monotonic() - began) * 1000)
        time.sleep(0.002)
    return sorted(times)


def shown(times):
    return "p50 %.1f, p99 %.1f, longest %.1f ms" % (times[len(times) // 2], times[int(len(times) * 0.99)], times[-1])


def main():
    kind, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    poisoners = [start(kind, number) for number in range(count)]
    for pid, begin, _ in poisoners:
        said = os.read(begin, 1)
        assert said == b"r", said + os.read(begin, 300)
    catalogue = Catalogue(Client())
    id = catalogue.put(b"victim.wav")
    idle = edit_for(catalogue, id, seconds / 2)
    began = time.monotonic()
    for _, _, starter in poisoners:
        os.write(starter, b"g")
    times = edit_for(catalogue, id, seconds)
    for pid, _, _ in poisoners:
        os.kill(pid, signal.SIGTERM)
    ends = [(os.waitpid(pid, 0)[1], os.read(begin, 300)) for pid, begin, _ in poisoners]
    print("figure: %d x %s: %d edits of another client, %s (alone: %s; load %.1f); poisoners got %s in %.1f s" % (
        count, kind, len(times), shown(times), shown(idle), os.getloadavg()[0],
        b", ".join(said.strip() for _, said in ends).decode(errors="replace"), time.monotonic() - began))
    assert all(code == 0 for code, _ in ends), ends


main()
