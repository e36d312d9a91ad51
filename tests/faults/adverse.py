"""adverse.py PROJECT ITEM: the most adverse bodies of each ask, made from the schemas: texts and lists up to their bounds,
with many keys, many numbers, deep nesting, equal beginnings and words of the query language. Prints the processor time
of the dearest ones. Fails if a service dies, or if twice the bytes take more than about twice the time."""
import glob
import os
import sys

import msgpack

from client import Client
from engine import lines
from largest import NUMBERS, Schemas

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "schemas")
SERVICES = ("persist", "search", "project", "indexer", "availability", "composer")
LEFT_OUT = ("project.close", "project.new", "project.open",  # they change what the others work on
            "composer.sync", "composer.forget")  # they wait for a server
MOST = 950000  # bytes of a body
DEAR_NS = 50_000_000  # below this, doubling says nothing
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
}


class Adverse(Schemas):
    """Bodies of about `size` bytes, whose texts have one shape. `left` is what remains for the fields that follow."""

    def body(self, ask, shape, size, known):
        self.shape, self.known, self.number = SHAPES[shape], known, 0
        return self.fill(ask, size)

    def fill(self, name, size, depth=0):
        body = {}
        fields = self.shapes[name]
        if name in ("action", "operation"):  # exactly one of them is set
            fields = [fields[self.number % len(fields)]]
        fields = [f for f in fields if not f[4] or f[1] not in NUMBERS and f[1] != "id" and f[1] not in self.enums]
        wide = [f for f in fields if f[3] or f[1] in ("text", "bytes") or f[1] in self.shapes]
        for field in fields:
            body[field[0]] = self.field(field, size // max(1, len(wide)), depth)
        return body

    def field(self, field, size, depth):
        name, kind, bound, count, _ = field
        if name == "project" and depth == 0:
            return ""
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
            return self.known[self.number % 2] if self.number % 3 else os.urandom(16)
        if kind in self.shapes:
            return self.fill(kind, size, depth + 1) if depth < 5 else {}
        if kind in ("bytes", "path"):
            return b"%x" % self.number
        return self.value(kind, bound, False, depth)


def used_ns(pid):
    """The processor time of all threads."""
    return sum(int(open(path).read().split()[0]) for path in glob.glob("/proc/%d/task/*/schedstat" % pid))


def cost(client, pid, ask, body):
    before = used_ns(pid)
    error, answer = client.ask(ask, body, budget_ms=20000)
    assert answer.get("what") != "no answer", (ask, error)
    return used_ns(pid) - before, error


def main():
    known = [bytes.fromhex(word) for word in sys.argv[1:3]]
    before, client, adverse = lines(), Client(), Adverse(SCHEMAS)
    dear, asked, done = [], 0, 0
    for ask in adverse.asks:
        service = ask.split(".")[0]
        if service not in SERVICES or ask in LEFT_OUT:
            continue
        pid = before[service]["pid"]
        if not any(kind == "text" or count or kind in adverse.shapes for _, kind, _, count, _ in adverse.shapes[ask]):
            continue
        seen = set()
        for shape in SHAPES:
            body = adverse.body(ask, shape, MOST, known)
            packed = msgpack.packb(body)
            if len(packed) < 4000 and seen:
                continue
            seen.add(shape)
            ns, error = cost(client, pid, ask, body)
            asked, done = asked + 1, done + (error == "ok")
            if ns > DEAR_NS:
                half = min(cost(client, pid, ask, adverse.body(ask, shape, MOST // 2, known))[0] for _ in range(2))
                dear.append((ns, half, ask, shape, len(packed), error))
            assert lines()[service]["pid"] == pid, (ask, shape, "ended", service)
    now = lines()
    assert {s: now[s]["restarts"] for s in SERVICES} == {s: before[s]["restarts"] for s in SERVICES}, now
    dear.sort(reverse=True)
    print("figure: %d adverse bodies, %d done and the others refused; %d took more than %d ms of processor time" % (
        asked, done, len(dear), DEAR_NS // 1000000))
    for ns, half, ask, shape, size, error in dear[:12]:
        print("figure: %s, %s, %d KB: %.0f ms, half of it %.0f ms, %s" % (ask, shape, size // 1000, ns / 1e6, half / 1e6, error))
    steep = [one for one in dear if one[0] > 3 * one[1] + DEAR_NS]
    assert not steep, steep


main()
