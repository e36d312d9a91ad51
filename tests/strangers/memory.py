"""memory.py CLAIM [NUMBER…]: peers that make a service hold data that they send or ask for, while others continue to
work. It needs LOOPHOLE_HOME; its services may take DATA_MB of private memory each."""
import os
import select
import sys
import threading
import time

import msgpack

from tests.client import Client, new_id
from tests.faults.engine import Probe, lines, pid_of, wait_until
from tests.faults.largest import largest
from tests.strangers.zmtp import LONG, MORE, Peer, ask, frame

DATA_MB = 256
RUN = os.path.join(os.environ["LOOPHOLE_HOME"], "run")
PERSIST = os.path.join(RUN, "persist.ask")
EVENTS = os.path.join(RUN, "persist.events")
ANNOUNCED = 8 << 20  # bytes of one message, the most that a peer may announce


def memory(pid):
    """(resident, private) MB. The mapped store does not count: the kernel takes its pages back by itself."""
    fields = dict(line.split(":", 1) for line in open("/proc/%d/status" % pid) if ":" in line)
    return tuple(int(fields[name].split()[0]) >> 10 for name in ("RssAnon", "VmData"))


class Others:
    """One client that edits, and one that pings on a new connection each time. All their asks get an answer. Afterwards
    persist has not died, every measurement of its memory was within the limit, and it has returned memory."""

    def __enter__(self):
        self.pid, self.going, self.error = pid_of("persist"), True, None
        self.before, self.most, self.count = memory(self.pid), (0, 0), 0
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()
        return self

    def work(self):
        try:
            client = Client()
            while self.going:
                self.once(client)
        except BaseException as error:  # noqa: raised below
            self.error = error

    def once(self, client):
        volume = {"id": new_id(), "identity": os.urandom(8).hex(), "label": "d", "mount": b"/x", "backend": "local",
                  "online": True}
        client.must("persist.put_volume", {"volume": volume})
        Probe("persist.ping").first_answer()
        self.most = tuple(map(max, self.most, memory(self.pid)))
        self.count += 1
        time.sleep(0.02)

    def done(self, more):
        """Waits for `more` further answers to the others."""
        least = self.count + more
        wait_until(lambda: self.error or self.count >= least, "others are answered")

    def __exit__(self, kind, error, trace):
        self.going = False
        self.thread.join(60)
        if error:
            return
        assert not self.error, self.error
        now = lines()["persist"]
        assert now["pid"] == self.pid and not now["restarts"], now
        assert self.most[1] <= DATA_MB, self.most
        wait_until(lambda: memory(self.pid)[0] < self.before[0] + 48, "memory is returned")
        print("figure: resident before, at most and after: %d, %d and %d MB; others were answered %d times" % (
            self.before[0], self.most[0], memory(self.pid)[0], self.count))


def fill(peer, said, seconds=1):
    """Sends the message until the peer accepts no more for that time, or hangs up. Returns the number of sent
    messages."""
    peer.socket.setblocking(False)
    at = sent = 0
    while sent < 20000:
        try:
            at += peer.socket.send(said[at:])
            sent, at = (sent + 1, 0) if at == len(said) else (sent, at)
        except BlockingIOError:
            if not select.select([], [peer.socket], [], seconds)[1]:
                break
        except OSError:
            break
    return sent


def deaf(count, payload):
    """Each peer asks for more than may wait for it, and reads nothing."""
    said = frame(ask("persist.ping", {"payload": b"x" * payload})) if payload > 100 else b"".join(
        frame(ask("persist.ping", {"payload": b"x" * payload})) for _ in range(100))
    with Others() as others:
        peers = [Peer.joined(PERSIST) for _ in range(count)]
        sent = [0] * count
        end = time.monotonic() + (2 if count > 1 else 60)
        for n, peer in enumerate(peers):
            if n and time.monotonic() > end:
                peer.say(said)  # at least one answer each
            else:
                sent[n] = fill(peer, said, 0.2)
        others.done(10)
        for peer in peers:
            peer.close()
        others.done(5)
    print("figure: %d peers asked %d times and read nothing" % (count, sum(sent)))


def half(count):
    """Each peer announces the largest message and sends a part of it. Together that is too much, so the service pauses
    some peers, until it disconnects those that delay them."""
    with Others() as others:
        peers = [Peer.joined(PERSIST) for _ in range(count)]
        for peer in peers:
            peer.socket.setblocking(False)
            try:
                peer.socket.send(bytes([LONG]) + ANNOUNCED.to_bytes(8, "big") + bytes(60000))
            except BlockingIOError:
                pass
        others.done(10)
        wait_until(lambda: any(peer.is_hung_up() for peer in peers), "the first ones are disconnected")
        whole = Peer.joined(PERSIST)  # a large message of another client has its turn
        whole.say(frame(ask("persist.ping", {"payload": bytes(1 << 20)})))
        assert whole.answer()[0] in ("bad_request", "too_large")
        for peer in peers:
            peer.close()
        others.done(5)


def tiny():
    """Each frame takes two bytes on the wire and a hundred in the service."""
    with Others() as others:
        peers = [Peer.joined(PERSIST) for _ in range(20)]
        for peer in peers:
            peer.say(frame(b"", MORE) * 100000)
            assert peer.hears_the_end(), "a message of any number of frames is read"
        dribbling = [Peer.joined(PERSIST) for _ in range(100)]
        for _ in range(100):
            for peer in dribbling:
                peer.say(frame(b"x" * 40, MORE))  # each in a buffer of its own
        others.done(10)


def subscriptions():
    with Others() as others:
        for command in (False, True):
            peer = Peer.joined(EVENTS, b"SUB")
            for n in range(20000):
                topic = b"%08d" % n + b"x" * 100
                said = frame(b"\x09SUBSCRIBE" + topic, 4) if command else frame(b"\x01" + topic)
                if not peer.say(said):
                    break
            assert peer.hears_the_end(), "any number of subscriptions is kept"
        peer = Peer.joined(EVENTS, b"SUB")
        peer.say(frame(b"\x01" * (1 << 20)))
        assert peer.hears_the_end(), "a subscription of a megabyte is kept"
        others.done(5)


def deaf_subscriber():
    """Its socket fills with events, and it is disconnected; another subscriber is not affected."""
    with Others() as others:
        deaf_one = Peer.joined(EVENTS, b"SUB")
        deaf_one.say(frame(b"\x01"))
        going = True

        def edit():
            client, volume = Client(), {"id": new_id(), "identity": os.urandom(8).hex(), "mount": b"/x",
                                        "backend": "local", "online": True}
            while going:
                client.ask("persist.put_volume", {"volume": dict(volume, label=os.urandom(50).hex())})
        threads = [threading.Thread(target=edit, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        wait_until(lambda: select.select([deaf_one.socket], [], [], 0)[0] and hung_up(deaf_one),
                   "the subscriber is disconnected")
        going = False
        others.done(5)


def hung_up(peer):
    at = select.poll()
    at.register(peer.socket, 0)
    return any(events & select.POLLHUP for _, events in at.poll(0))


def crowd(count):
    """Messages of four megabytes that all come at once: each client gets an answer, and none is refused for lack of
    room."""
    said = frame(ask("persist.ping", {"payload": bytes(4 << 20)}))
    with Others() as others:
        peers = [Peer.joined(PERSIST) for _ in range(count)]
        threads = [threading.Thread(target=peer.say, args=(said,), daemon=True) for peer in peers]
        for thread in threads:
            thread.start()
        answers = [peer.answer() for peer in peers]
        assert all(answer and answer[0] in ("bad_request", "too_large") for answer in answers), answers
        others.done(5)
    print("figure: %d messages of 4 MiB at once, each answered" % count)


HARMFUL = ("supervisor.shutdown", "supervisor.restart", "supervisor.use_sound_device")
SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "schemas")


def is_answered(client, name, body):
    """All of the budget is used where no audio core runs. A busy machine needs a while more for the answer."""
    request, service = new_id(), name.split(".")[0]
    for _ in range(100):  # as every client, it sends the same request again
        client.send(name, body, request, 20000)
        again = time.monotonic() + 2
        while time.monotonic() < again:
            got = client.take(service, 2000)
            if got and got[0] == request:
                return True
    return False


def largest_messages():
    """Each service answers or refuses the largest messages that its schema allows, and none dies."""
    before, client, asked, most = lines(), Client(), 0, 0
    for name, body in largest(SCHEMAS, set(before) | {"supervisor"}):
        if name in HARMFUL:
            continue
        assert is_answered(client, name, body), name
        asked, most = asked + 1, max(most, len(msgpack.packb(body)))
    now = lines()
    assert {s: (l["pid"], l["restarts"]) for s, l in now.items()} == {
        s: (l["pid"], l["restarts"]) for s, l in before.items()}, now
    print("figure: %d messages of up to %d bytes, each answered or refused" % (asked, most))


CLAIMS = {f.__name__: f for f in (deaf, half, tiny, subscriptions, deaf_subscriber, crowd, largest_messages)}
CLAIMS[sys.argv[1]](*map(int, sys.argv[2:]))
