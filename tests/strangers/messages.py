"""messages.py CLAIM [ROUNDS]: strangers at every socket of an engine, who send wrong, incomplete or oversized messages,
while others continue to work. It needs LOOPHOLE_HOME."""
import multiprocessing
import os
import random
import resource
import select
import socket
import sys
import time

import msgpack

from tests.faults.engine import SERVICES, Probe, lines, percentiles, pid_of, start_editors, wait_until, watched
from tests.strangers.zmtp import COMMAND, GREETING, MORE, Peer, ask, frame, ready

ALL = ("supervisor",) + SERVICES + ("availability", "project", "composer", "web", "osc")
RUN = os.path.join(os.environ["LOOPHOLE_HOME"], "run")
CONNECTIONS = 10000
MESSAGE_MAX = 8 << 20  # bytes of one message (proto/wire/codec.h); the frame around it adds little
PLACES = 2304  # for connections to one service, about (LIMIT_PEERS and the spare ones)
# seconds between connections, if all are to be accepted (LIMIT_NEW_PEER_US of proto/limits.h)
NOT_A_FLOOD = 0.0015
ERRORS = ("bad_request", "not_found", "too_large", "version")


def ask_path(service):
    return os.path.join(RUN, service + ".ask")


def all_sockets():
    return [os.path.join(RUN, name) for name in sorted(os.listdir(RUN)) if name.endswith((".ask", ".events"))]


def kind_of(path):
    return b"DEALER" if path.endswith(".ask") else b"SUB"


class Bystanders:
    """Clients that edit meanwhile. Afterwards no service has died, and no edit was lost."""

    def __enter__(self):
        self.pids = {service: pid_of(service) for service in ALL}
        self.before = {service: resident(pid) for service, pid in self.pids.items()}
        self.editors = start_editors(2, pause=0.01)
        return self

    def __exit__(self, kind, error, trace):
        if error:
            return
        watched(self.editors)
        now = lines()
        assert {s: now[s]["pid"] for s in ALL} == self.pids and not any(now[s]["restarts"] for s in ALL), now
        print("figure: memory before and after: " + ", ".join("%s %d and %d MB" % (
            s, self.before[s] >> 20, resident(pid) >> 20) for s, pid in self.pids.items()))


def resident(pid):
    return int(open("/proc/%d/statm" % pid).read().split()[1]) * resource.getpagesize()


def descriptors(service):
    return len(os.listdir("/proc/%d/fd" % pid_of(service)))


# ---- garbage ----

def pack(value):
    return msgpack.packb(value, use_bin_type=True)


def wrong_messages(service):
    """Complete messages that are not asks."""
    name, id, chance = service + ".ping", os.urandom(16), random.Random(service)
    deep = b"\x91" * 2000 + b"\xc0"
    right = ask(name, {"payload": b"hello"})
    yield from (b"", b"\xc1", b"\xc0", b"\x80", b"\x90", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 1000, b"\xff" * 1000, deep)
    yield from (pack(x) for x in (7, "text", [1], [1, name], [1, name, id, 1000], [1, name, id, 1000, {}, {}],
                                  [2, name, id, 1000, {}], [0, name, id, 1000, {}], [-1, name, id, 1000, {}],
                                  ["1", name, id, 1000, {}], [1, 7, id, 1000, {}], [1, "", id, 1000, {}],
                                  [1, "x" * 1000, id, 1000, {}], [1, "no.such", id, 1000, {}],
                                  [1, service + ".nothing", id, 1000, {}], [1, name, b"short", 1000, {}],
                                  [1, name, None, 1000, {}], [1, name, id, 0, {}], [1, name, id, -1, {}],
                                  [1, name, id, 2 ** 32 - 1, {}], [1, name, id, 1e9, {}], [1, name, id, 1000, []],
                                  [1, name, id, 1000, None], [1, name, id, 1000, {"payload": ["text"]}],
                                  [1, name, id, 1000, {"payload": {"deep": [[[[[[[[[1]]]]]]]]]}}],
                                  [1, name, id, 1000, {"payload": b"x" * 65537}]))
    yield b"\x95\x01\xdb\xff\xff\xff\xff" + name.encode()  # a text of 4 GB
    yield b"\xdd\xff\xff\xff\xff\x01"  # a list of 4 thousand million
    yield b"\x95\x01\xa4\xff\xfe\xfd\xfc\xc4\x10" + id + b"\x01\x80"
    yield pack([1, name, id, 1000]) [:-1] + b"\xdf\xff\xff\xff\xff"
    yield right + b"\0"
    yield from (right[:n] for n in range(len(right)))  # cut at every byte
    for _ in range(200):
        yield chance.randbytes(chance.randint(1, 300))


def wrong_wire():
    """Bytes that no connection begins with, and bytes that cannot follow a valid beginning."""
    chance = random.Random(1)
    greeted = GREETING + ready()
    yield from (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\0" * 4096, b"\xff" * 4096)
    yield GREETING.replace(b"NULL", b"CURV") + ready()
    yield GREETING[:10] + b"\x09" + GREETING[11:] + ready()  # a future version
    yield GREETING + frame(b"\x05READY\x0bSocket-Type\xff\xff\xff\xff", COMMAND)
    yield GREETING + frame(b"\x05ERROR\x03bad", COMMAND)
    yield GREETING + ready(b"PULL") + frame(b"x")
    yield GREETING + frame(b"hello before the handshake")
    yield greeted + b"\xf8\xf8\xf8\xf8"  # unknown flags
    yield greeted + frame(b"\x04PING", COMMAND) * 1000 + frame(b"\x07UNKNOWN", COMMAND)
    yield greeted + frame(b"\x01" * 200) * 50  # a publisher's topics, or nothing
    for _ in range(100):
        yield chance.randbytes(chance.randint(1, 500))
        yield greeted + chance.randbytes(chance.randint(1, 500))
        at = chance.randrange(len(greeted))
        yield greeted[:at] + chance.randbytes(1) + greeted[at + 1:]


def must_refuse(peer, service, message):
    assert peer.say(frame(message)), "hung up"
    answer = peer.answer()
    assert answer, (service, "disconnected", message[:80])
    assert answer[0] in ERRORS and answer[1]["what"], (service, answer, message[:80])


def must_answer(peer, service):
    assert peer.say(frame(ask(service + ".ping", {"payload": b"still there"})))
    error, body = peer.answer()
    assert error == "ok" and body["payload"] == b"still there", (error, body)


def garbage(rounds):
    refused = wires = 0
    with Bystanders():
        for _ in range(rounds):
            for service in ALL:
                peer = Peer.joined(ask_path(service))
                for message in wrong_messages(service):
                    must_refuse(peer, service, message)
                    refused += 1
                must_answer(peer, service)
                peer.close()
            for path in all_sockets():
                peers = [Peer(path) for _ in range(3)]
                for said in wrong_wire():
                    peer = Peer(path)
                    peer.say(said)
                    peers.append(peer)
                    wires += 1
                    time.sleep(NOT_A_FLOOD)
                    if len(peers) > 20:
                        peers.pop(0).close()
                for peer in peers:
                    peer.close()
            for service in ALL:
                must_answer(Peer.joined(ask_path(service)), service)
    print("figure: %d wrong messages, each refused with an error; %d wrong connections at %d sockets" % (
        refused, wires, len(all_sockets())))


# ---- too large ----

def too_large(rounds):
    """Above the limit the connection ends. Below it, a value that is too large for its field or frame is refused."""
    with Bystanders():
        for _ in range(rounds):
            for service in ALL:
                peer = Peer.joined(ask_path(service))
                must_refuse(peer, service, ask(service + ".ping", {"payload": b"x" * (1 << 20)}))
                must_refuse(peer, service, ask(service + ".ping", {"payload": b"x" * (MESSAGE_MAX - 1000)}))
                must_refuse(peer, service, b"\xa5" * (MESSAGE_MAX - 1000))
                for _ in range(1000):  # frames before the ask: its return address
                    peer.say(frame(b"hop", MORE))
                must_refuse(peer, service, ask(service + ".ping"))
                must_answer(peer, service)
                peer.close()
            for path in all_sockets():
                for announced in (MESSAGE_MAX + 5000, 1 << 31, 1 << 40, (1 << 63) - 1, (1 << 64) - 1):
                    peer = Peer.joined(path, kind_of(path))
                    peer.say(b"\x02" + announced.to_bytes(8, "big") + b"x" * 100)
                    assert peer.hears_the_end(), "%s waits for %d bytes" % (path, announced)
                    peer.close()
                peer = Peer.joined(path, kind_of(path))
                peer.say(frame(b"x" * (MESSAGE_MAX * 2)))
                assert peer.hears_the_end(), path + " accepted a message of twice the size"
                peer.close()


def endless(rounds):
    """A message of many frames without an end: the peer is disconnected before the message takes memory."""
    piece = frame(b"x" * 65535, MORE) * 16
    with Bystanders():
        for _ in range(rounds):
            for path in all_sockets():
                pid = pid_of(os.path.basename(path).split(".")[0])
                before, sent = resident(pid), 0
                peer = Peer.joined(path, kind_of(path))
                while sent < 32 * MESSAGE_MAX and peer.say(piece):
                    sent += len(piece)
                assert sent < 4 * MESSAGE_MAX, "%s took %d MB of one message" % (path, sent >> 20)
                assert resident(pid) - before < 4 * MESSAGE_MAX, (path, before, resident(pid))
                peer.close()
            for service in ALL:
                must_answer(Peer.joined(ask_path(service)), service)


# ---- half and slow ----

def half(rounds):
    """A connection that never completes its message is closed after its time, and another one gets its place."""
    with Bystanders():
        before = {service: descriptors(service) for service in ALL}
        for _ in range(rounds):
            held = []
            for path in all_sockets():
                whole = GREETING + ready(kind_of(path))
                for cut in range(0, len(whole), 4):  # during the handshake
                    peer = Peer(path)
                    peer.say(whole[:cut])
                    held.append(peer)
                    time.sleep(NOT_A_FLOOD)
                message = frame(ask(os.path.basename(path).split(".")[0] + ".ping"))
                for cut in range(1, len(message), 7):  # during a message: left in the middle
                    peer = Peer.joined(path, kind_of(path))
                    peer.say(message[:cut])
                    peer.close()
            silent = Peer(held[0].socket.getpeername())
            assert silent.hears_the_end(), "a silent connection is kept for ever"
            for peer in held:
                assert peer.hears_the_end(), "half a handshake is kept for ever"
                peer.close()
        for service in ALL:
            must_answer(Peer.joined(ask_path(service)), service)
            wait_until(lambda: descriptors(service) < before[service] + 20, service + " closes what ended")
    print("figure: %d half handshakes, each disconnected; half messages: no trace" % (len(held) * rounds))


def slow(rounds):
    """An ask that arrives byte by byte is a normal ask. A client that asks for much and reads nothing slows only
    itself."""
    with Bystanders():
        for _ in range(rounds):
            for service in ALL:
                peer = Peer.joined(ask_path(service))
                for byte in frame(ask(service + ".ping", {"payload": b"slowly"})):
                    peer.say(bytes([byte]))
                    time.sleep(0.002)
                assert peer.answer()[0] == "ok"
                deaf(service)
                must_answer(peer, service)
                peer.close()


def deaf(service):
    """Asks for 2,000 large answers and reads none, until the service accepts no more."""
    peer = Peer.joined(ask_path(service))
    peer.socket.setblocking(False)
    said = frame(ask(service + ".ping", {"payload": b"x" * 60000}))
    for _ in range(2000):
        try:
            peer.socket.send(said)
        except BlockingIOError:
            if not select.select([], [peer.socket], [], 0.2)[1]:
                break
        except OSError:
            break
    peer.close()


# ---- floods ----

def ask_without_end(path, going):
    """Asks as fast as the service accepts it, partly with garbage, and reads the answers."""
    peer, said = Peer.joined(path), frame(ask(os.path.basename(path).split(".")[0] + ".ping")) + frame(b"garbage")
    peer.socket.setblocking(False)
    while going.is_set():
        readable, writable, _ = select.select([peer.socket], [peer.socket], [], 0.1)
        try:
            if writable:
                peer.socket.send(said * 100)  # cut anywhere: the next bytes are garbage, too
            if readable and not peer.socket.recv(1 << 20):
                raise ConnectionError
        except ConnectionError:  # disconnected
            peer.close()
            peer = Peer.joined(path)
            peer.socket.setblocking(False)


def greedy(rounds):
    """A client that asks without a pause gets its turns, and so do the others."""
    context = multiprocessing.get_context("fork")
    spans = {}
    with Bystanders(), Pings() as pings:
        idle = [(time.monotonic(), time.monotonic() + 2)]
        time.sleep(2)
        for service in ALL:
            going = context.Event()
            going.set()
            process = context.Process(target=ask_without_end, args=(ask_path(service), going), daemon=True)
            began = time.monotonic()
            process.start()
            time.sleep(1.5 * rounds)
            spans[service] = [(began, time.monotonic())]
            going.clear()
            process.join(60)
            process.kill()
    base = p99(pings.within(idle))
    for service, when in spans.items():
        print("figure: one client asks %s without a pause: p99 of the others' pings %.2f ms, idle %.2f ms" % (
            service, p99(pings.within(when, service)), base))


def gone(rounds):
    """A peer sends more asks than may wait for one peer, with a heartbeat after each, and closes its connection."""
    heartbeat = frame(b"\x04PING\x00\x00", COMMAND)
    with Bystanders():
        for service in ALL:
            said = b"".join(frame(ask(service + ".ping")) + heartbeat for _ in range(600))
            for _ in range(30 * rounds):
                peer = Peer.joined(ask_path(service))
                peer.say(said)
                peer.close()
            must_answer(Peer.joined(ask_path(service)), service)


def ping_all(pipe, going):
    """An older client that pings every service a hundred times a second; (service, time, seconds)."""
    peers, reported = {s: Peer.joined(ask_path(s)) for s in ALL}, []
    pipe.send("ready")
    while going.is_set():
        for service, peer in peers.items():
            began = time.monotonic()
            must_answer(peer, service)
            reported.append((service, began, time.monotonic() - began))
        time.sleep(0.01)
    pipe.send(reported)


class Pings:
    def __enter__(self):
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.going = context.Event()
        self.going.set()
        self.process = context.Process(target=ping_all, args=(theirs, self.going), daemon=True)
        self.process.start()
        assert self.pipe.poll(60) and self.pipe.recv() == "ready"
        return self

    def __exit__(self, kind, error, trace):
        self.going.clear()
        assert error or self.pipe.poll(60), "a ping was not answered"
        self.reported = [] if error else self.pipe.recv()
        self.process.join(60)
        self.process.kill()

    def within(self, spans, service=None):
        return [took for s, at, took in self.reported if (service is None or s == service) and
                any(begin <= at + took and at <= end for begin, end in spans)]


def greet_and_ask(path):
    return GREETING + ready(kind_of(path)) + (
        frame(ask(os.path.basename(path).split(".")[0] + ".ping")) if path.endswith(".ask") else frame(b"\x01"))


def flood(path, count):
    """Opens `count` connections as fast as possible and keeps most of them: silent, garbage, greeted, asking,
    closed."""
    sayings = (b"", os.urandom(64), GREETING + ready(kind_of(path)), greet_and_ask(path), None)
    held = []
    for n in range(count):
        said = sayings[n % len(sayings)]
        peer = socket.socket(socket.AF_UNIX)
        try:
            peer.connect(path)
            if said:
                peer.send(said)
        except (BrokenPipeError, ConnectionResetError):
            pass  # a connection may be refused
        if said is None:
            peer.close()
        else:
            held.append(peer)
    return held


def hang_up(held):
    for peer in held:
        peer.close()


def bystander(path):
    """A socket outside the engine, whose owner accepts and closes: it shows the machine's own share in the effects of a
    flood."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(4096)
    while True:
        listener.accept()[0].close()


def new_client_is_answered(path):
    service = os.path.basename(path).split(".")[0]
    began = time.monotonic()
    Probe(service + ".ping").first_answer()
    return time.monotonic() - began


def flood_socket(path, count, newcomers):
    began = time.monotonic()
    held = flood(path, count)
    ended = time.monotonic()
    if newcomers is not None:
        newcomers.append(new_client_is_answered(path))
    hang_up(held)
    return began, ended


def floods(rounds):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    count = CONNECTIONS if most == resource.RLIM_INFINITY or most > CONNECTIONS + 100 else most - 100
    mine = os.path.join(os.environ["LOOPHOLE_HOME"], "bystander")
    other = multiprocessing.get_context("fork").Process(target=bystander, args=(mine,), daemon=True)
    other.start()
    wait_until(lambda: os.path.exists(mine), "the bystander listens")
    spans, control, newcomers = {path: [] for path in all_sockets()}, [], []
    with Bystanders(), Pings() as pings:
        idle = []
        for _ in range(rounds):
            for path in all_sockets():  # in turn: a busy machine delays all alike
                idle.append((time.monotonic(), time.monotonic() + 0.7))
                time.sleep(1)
                control.append(flood_socket(mine, count, None))
                time.sleep(0.3)
                spans[path].append(flood_socket(path, count, newcomers))
                time.sleep(0.3)
    other.kill()
    tell_floods(count, pings, idle, control, spans, newcomers)


def fill_places(path, most):
    """Opens connections that do nothing after their handshake, until the first of them is closed."""
    held = []
    while len(held) < most and not (held and held[0].is_hung_up()):
        held.append(Peer.joined(path, kind_of(path)))
        time.sleep(NOT_A_FLOOD)
    return held


def idle(rounds):
    """Idle connections take all places at a socket. A new client still gets in, and a working one is not closed for
    them."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    took = []
    with Bystanders():
        for _ in range(rounds):
            for path in (ask_path(service) for service in ("persist", "search")):
                held = fill_places(path, PLACES + 100)
                for _ in range(5):
                    took.append(new_client_is_answered(path))
                assert held[0].is_hung_up(), "no connection was closed: the places were not full"
                hang_up(held)
    print("figure: %d silent connections fill a socket; a new client's answer: %s" % (len(held), percentiles(took)))


def p99(seconds):
    """Not a number if nothing was measured in the time."""
    s = sorted(seconds) or [float("nan")]
    return s[min(len(s) - 1, int(len(s) * 0.99))] * 1000


def tell_floods(count, pings, idle, control, spans, newcomers):
    base, machine = p99(pings.within(idle)), p99(pings.within(control))
    print("figure: p99 of a client's pings: idle %.2f ms; while %d connections flood a socket of the test's own "
          "%.2f ms" % (base, count, machine))
    for path, when in spans.items():
        service = os.path.basename(path).split(".")[0]
        flooded, others = p99(pings.within(when, service)), p99(pings.within(when))
        took = sum(end - begin for begin, end in when) / len(when)
        print("figure: %d connections at %s in %.2f s: its pings' p99 %.2f ms, all pings' p99 %.2f ms: %.1f x idle, "
              "%.1f x the bystander's" % (count, os.path.basename(path), took, flooded, others, others / base,
                                          others / machine))
    print("figure: time to the answer of a new client during a flood: %s" % percentiles(newcomers))


CLAIMS = {f.__name__: f for f in (garbage, too_large, endless, half, slow, greedy, gone, idle, floods)}
CLAIMS[sys.argv[1]](int(sys.argv[2]))
