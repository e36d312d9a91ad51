"""adverse.py PROJECT ITEM…: the most adverse bodies of each ask, made from the schemas: texts, paths and lists up to their
bounds, with many keys, many numbers, deep nesting, equal beginnings, words of the query language, patterns with unknown
keys, and all options. One body of each ask also goes through the WebSocket of a page, and the gateway is measured.
Prints the dearest ones, and how many take the loop of a service more than MOST_MS of processor time between two answers
to pings, or the gateway for one ask that it passes on. Fails if one takes more than FAILS_MS, if an ask is not measured,
or if a service dies."""
import glob
import os
import sys
import time

import msgpack
import zmq

from tests.web.browsing import Browser
from tests.client import Client, new_id
from tests.faults.engine import lines
from tests.faults.largest import NUMBERS, Schemas

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SCHEMAS = os.path.join(TOP, "schemas")
LEFT_OUT = {"supervisor.shutdown": "it ends the engine, and has no field"}
LAST = ("project.close", "project.new", "project.open", "project.save_as")  # they change what the others work on
COMMON = "service"  # the asks that each service answers
LONG = bool(os.environ.get("LONG"))
NOT_ASKED = ("worker",)  # its parent alone can reach it
ONE_OF = ("action", "operation")  # records of which exactly one field is set
MOST = 950000  # bytes of a body
BUDGET_MS = 300  # of an ask: some wait for a sound, or for a person
MOST_MS = 20  # of the loop's processor time, on a machine that does the work of `calibrated` in CALIBRATED_NS …
FAILS_MS = 2 * MOST_MS  # … and what no noise of other programs in the caches makes of it
CALIBRATED_NS = 12_000_000
PATTERN = open(os.path.join(TOP, "frontends/examples/acid.json"), encoding="utf-8").read().rstrip()
SHAPES = {
    "keys": lambda n: '{"a":{%s}}' % ",".join('"%x":0' % i for i in range(n // 9)),
    "outer keys": lambda n: "{%s}" % ",".join('"%x":0' % i for i in range(n // 9)),
    "allowed keys": lambda n: '{"a":{%s}}' % ",".join('"%x":0' % i for i in range(min(n // 9, 16000))),
    "numbers": lambda n: '{"a":[%s0]}' % ("0," * (n // 2 - 6)),
    "deep": lambda n: '{"a":%s%s}' % ("[" * (n // 2 - 4), "]" * (n // 2 - 4)),
    "beginnings": lambda n: " ".join("x" * 40 + "%x" % i for i in range(n // 46)),
    "words": lambda n: " ".join("%x" % (i * 7919) for i in range(n // 7)),
    "ors": lambda n: "|".join("%x" % i for i in range(n // 6)),
    "brackets": lambda n: "(" * (n // 2) + ")" * (n // 2),
    "stars": lambda n: "*a" * (n // 2),
    "nots": lambda n: "-" * n,
    "quotes": lambda n: '"' * n,
    "slashes": lambda n: "/a" * (n // 2),
    "pattern": lambda n: PATTERN[:-1] + ',"mood":"%s"}' % ("x" * (n - len(PATTERN) - 20)),
    "pattern with keys": lambda n: PATTERN[:-1] + ',"mood":{%s}}' % ",".join(
        '"%x":0' % i for i in range(min(n // 9 - 1000, 16000))),
}


class Adverse(Schemas):
    """Bodies of about `size` bytes, whose texts have one shape. With `options`, each optional field is given."""

    def kinds_of(self, ask):
        """The fields of which each action of the ask sets one, and the empty word for all in turn."""
        inner = [kind for _, kind, *_ in self.shapes[ask] if kind in ONE_OF]
        return [""] + [field[0] for field in self.shapes[inner[0]]] if inner else [""]

    def body(self, ask, shape, size, known, options, only):
        self.shape, self.known, self.number, self.options, self.only = SHAPES[shape], known, 0, options, only
        return self.fill(ask, size)

    def is_given(self, field):
        return self.options or not field[4] or not (
            field[1] in NUMBERS or field[1] in ("id", "path") or field[1] in self.enums)

    def fill(self, name, size, depth=0):
        body = {}
        fields = self.shapes[name]
        if name in ONE_OF:
            fields = [field for field in fields if field[0] == self.only] or [fields[self.number % len(fields)]]
        fields = [f for f in fields if self.is_given(f)]
        wide = [f for f in fields if f[3] or f[1] in ("text", "bytes") or f[1] in self.shapes]
        for field in fields:
            body[field[0]] = self.field(field, size // max(1, len(wide)), depth)
        return body

    def field(self, field, size, depth):
        name, kind, bound, count, _ = field
        if name == "project" and (depth == 0 or kind == "id"):
            return "" if kind == "text" else self.known[0]
        if name == "id" and self.only in ("keys", "element"):
            return self.known[1]
        if not count:
            return self.one(name, kind, bound, size, depth)
        each = max(24, size // int(count))
        elements, used = [], 0
        while len(elements) < int(count) and used < size:
            elements.append(self.one(name, kind, bound, each, depth))
            used += len(msgpack.packb(elements[-1])) + 1
        return elements

    def one(self, name, kind, bound, size, depth):
        self.number += 1
        if kind == "text":
            most = min(int(bound) if bound else 255, size)
            return self.shape(most)[:most] if most >= 60 else ("x" * most + "%x" % self.number)[-most:]
        if kind == "id":
            return self.known[self.number % len(self.known)] if self.number % 3 else os.urandom(16)
        if kind in self.shapes:
            return self.fill(kind, size, depth + 1) if depth < 5 else {}
        if kind == "path":
            return (b"/%x" % self.number + b"/a" * 2040)[:4095]
        if kind == "bytes":
            return (b"%x" % self.number)[:int(bound or 255)]
        return self.value(kind, bound, False, depth)


def loop_ns(pid):
    """The processor time of the thread of a service's loop."""
    return int(open("/proc/%d/task/%d/schedstat" % (pid, pid)).read().split()[0])


class Loop:
    """Pings one service again and again: its loop's processor time between two answers is that of a turn, or of a few."""

    def __init__(self, service, pid):
        self.service, self.pid, self.longest = service, pid, 0
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect("ipc://" + os.path.join(os.environ["LOOPHOLE_HOME"], "run", service + ".ask"))
        self.ping()

    def ping(self):
        self.socket.send(msgpack.packb([1, self.service + ".ping", new_id(), 60000, {"payload": b""}], use_bin_type=True))

    def begin(self):
        assert self.socket.poll(60000), "%s answers no ping" % self.service
        self.longest, self.mark = 0, loop_ns(self.pid)
        self.answered()

    def answered(self):
        """Notes the time since the last answer, and asks again."""
        self.socket.recv()
        now = loop_ns(self.pid)
        self.longest, self.mark = max(self.longest, now - self.mark), now
        self.ping()


def measure(loop, client, ask, body):
    """(longest turn of the service, error) while it works on an ask."""
    poller, socket, got = zmq.Poller(), client.socket(loop.service), None
    poller.register(loop.socket, zmq.POLLIN)
    poller.register(socket, zmq.POLLIN)
    loop.begin()
    request = client.send(ask, body, budget_ms=BUDGET_MS)
    while not got:
        ready = dict(poller.poll(60000))
        assert ready, (ask, "neither an answer nor a pong")
        if loop.socket in ready:
            loop.answered()
        if socket in ready:
            got = client.take(loop.service)
            got = got if got[0] == request else None
    assert loop.socket.poll(60000), "%s answers no ping" % loop.service
    loop.answered()
    return loop.longest, got[1]


class Engine:
    """What a browser needs of a home: the answer of web.address."""

    def __init__(self, client):
        self.client = client

    def first(self, *_):
        return self.client.must("web.address")


def process_ns(pid):
    """The processor time of all threads: that of the WebSockets is not the loop's."""
    return sum(int(open(path).read().split()[0]) for path in glob.glob("/proc/%d/task/*/schedstat" % pid))


def measure_page(pid, page, ask, body):
    """(processor time of the gateway, error) for an ask that a page sends through it, and its answer."""
    before = process_ns(pid)
    error, _ = page.answer(page.send(ask, body, budget_ms=BUDGET_MS))
    return process_ns(pid) - before, error


def table_of_page(client, adverse, loops, known):
    """As table_of, of the gateway: it does the same with each shape. Its own asks are its loop's work, in turns."""
    table, page = [], Browser(Engine(client)).page()
    page.subscribe("web.")
    for shaped, ask in asks_of(adverse, [service for service in loops if service != "web"]):
        if ask.startswith("web."):
            continue
        body = adverse.body(shaped, "words", MOST, known, True, "")
        ns, error = measure_page(loops["web"].pid, page, ask, body)
        if ns > MOST_MS * 1e6:
            ns = min([ns] + [measure_page(loops["web"].pid, page, ask, body)[0] for _ in range(3)]) / calibrated()
        table.append((ns / 1e6, ask, "through a page", len(msgpack.packb(body)), error))
    page.close()
    return table


def calibrated():
    """How much slower than the reference this machine is now, by the processor time of some work of this process."""
    packed, took = msgpack.packb({"%x" % i: i for i in range(60000)}), []
    for _ in range(3):
        began = time.thread_time_ns()
        msgpack.unpackb(packed)
        took.append(time.thread_time_ns() - began)
    return max(1, min(took) / CALIBRATED_NS)


def asks_of(adverse, services):
    """(ask of the schemas, ask of a service): the asks of `service` are those of each service."""
    for ask in sorted(adverse.asks, key=LAST.__contains__):
        service, name = ask.split(".")
        if service not in NOT_ASKED and ask not in LEFT_OUT:
            yield from ((ask, other + "." + name) for other in (services if service == COMMON else (service,)))


def bodies(adverse, shaped, known):
    """(shape, body) of an ask, each body once: of small bodies one is enough."""
    seen = set()
    for only in adverse.kinds_of(shaped):
        for shape in SHAPES:
            for options in (False, True):
                body = adverse.body(shaped, shape, MOST, known, options, only)
                packed = msgpack.packb(body)
                key = (only, options) if len(packed) < 4000 else packed
                if key not in seen:
                    seen.add(key)
                    yield " ".join(filter(None, (shape, only, options and "options"))), body


def shortest(loop, client, ask, body, first):
    """The shortest of a few turns with this body: some are longer because of what else goes on."""
    return min([first] + [measure(loop, client, ask, body)[0] for _ in range(3)])


def table_of(client, adverse, loops, known):
    """[milliseconds, ask, shape, bytes, error] of each body."""
    table = []
    for shaped, ask in asks_of(adverse, loops):
        loop = loops[ask.split(".")[0]]
        for shape, body in bodies(adverse, shaped, known):
            ns, error = measure(loop, client, ask, body)
            if ns > MOST_MS * 1e6:
                ns = shortest(loop, client, ask, body, ns) / calibrated()
            table.append((ns / 1e6, ask, shape, len(msgpack.packb(body)), error))
        now = lines()
        assert all(now[s]["pid"] == loops[s].pid for s in loops), (table[-1], [line["last_death"] for line in now.values()])
    return table


def main():
    known = [bytes.fromhex(word) for word in sys.argv[1:]]
    client, adverse = Client(), Adverse(SCHEMAS)
    loops = {service: Loop(service, line["pid"]) for service, line in lines().items() if service != "jack"}
    direct = table_of(client, adverse, loops, known)
    of_page = table_of_page(client, adverse, loops, known)
    table = sorted(direct + of_page, reverse=True)
    asked = {ask for _, ask, *_ in table}
    print("figure: %d bodies came through a page; %.1f ms of the gateway at most" % (len(of_page), max(of_page)[0]))
    missing = {ask for _, ask in asks_of(adverse, loops)} - asked
    assert not missing, ("no body is made for", missing)
    unknown = set(LEFT_OUT) - set(adverse.asks)
    assert not unknown, ("no such ask", unknown)
    print("figure: %d adverse bodies of %d asks, %d done and the others refused" % (
        len(table), len(asked), sum(error == "ok" for *_, error in table)))
    for ms, ask, shape, size, error in table[:None if LONG else 8]:
        print("figure: %.1f ms, %s, %s, %d KB, %s" % (ms, ask, shape, size // 1000, error))
    print("figure: %d of them took more than %d ms" % (sum(one[0] > MOST_MS for one in table), MOST_MS))
    dear = [one for one in table if one[0] > FAILS_MS]
    assert not dear, dear


main()
