"""Damages shared memory under an engine that plays. Each time, processes end only in order, the alarm says what
happened, all others survive, and new sounds play. By default a few objects are damaged, each in another way; with
"all", every object in every way."""
import ctypes
import glob
import os
import random
import signal
import struct
import sys
import time

from tests.dropouts import sound
from tests.client import Client

HOME = os.environ["LOOPHOLE_HOME"]
PLANE = ("audio", "streamer")
OBJECTS = ("score", "state", "cues.0", "cues.1", "notes.0", "notes.1", "stream.0", "stream.9", "capture.0",
           "sounds", "engine", "streamer")
HEADER = 64  # bytes: magic at 0, version at 8, size at 16
SETTLED = 2  # seconds after the start; a later death does not count as early
MOST = 2 ** 64 - 1
FEW = 3


def prefix():
    """The common prefix of this engine's objects, from the memory map of its supervisor."""
    maps = open("/proc/%d/maps" % sound.running()["supervisor"]["pid"]).read()
    return next(word[:-len("board")] for word in maps.split() if word.endswith("-board"))


def pids():
    return {name: line["pid"] for name, line in sound.running().items()}


def alarm(service):
    return Client().ask(service + ".status", budget_ms=1000)[1].get("alarm") or ""


# ---- the sound ----

def play():
    Client().must("streamer.play", {"path": os.path.join(HOME, "tone.wav"), "loop": True})


def is_heard():
    error, meters = Client().ask("audio.meters", budget_ms=500)
    return error == "ok" and any(m["bus"] == "master" and m["rms_left"] > 0.01 for m in meters["meters"])


def sounds():
    """Plays a file and waits until it sounds."""
    Client().must("streamer.stop")
    sound.until(lambda: not is_heard(), "silence")
    play()
    sound.until(is_heard, "the played file is heard")


def settled():
    """Waits until all services have been ready long enough that their next death is not counted with earlier ones."""
    lines = sound.running()
    is_settled = lambda line: line["state"] == "ready" and line["uptime_s"] > SETTLED
    return len(lines) > len(PLANE) and all(map(is_settled, lines.values()))


def wait_settled():
    sound.until(settled, "all are ready")


# ---- damage: each way is given the open object and its size, and may be done again and again ----

def write(fd, at, data):
    os.pwrite(fd, data, at)


def cut(fd, size):
    os.ftruncate(fd, size)


CUTS = [lambda fd, size, to=to: cut(fd, to(size)) for to in (
    lambda size: 0, lambda size: 1, lambda size: HEADER - 1, lambda size: HEADER, lambda size: 4096,
    lambda size: size // 2, lambda size: size - 1, lambda size: size + 4096)]


def noise(first):
    return lambda fd, size: write(fd, first, os.urandom(min(size, 1 << 20) - first))


HEADERS = [lambda fd, size, at=at, data=data: write(fd, at, data) for at, data in (
    (0, bytes(8)), (0, b"LOOPHOLF"), (8, struct.pack("<I", 1 << 20)), (8, struct.pack("<I", 0)),
    (16, struct.pack("<Q", 0)), (16, struct.pack("<Q", MOST)), (0, bytes(HEADER)))]


def words(*pairs):
    def hit(fd, size):
        for at, value in pairs:
            write(fd, at, struct.pack("<Q", value))
    return hit


def ring_at(name):
    return HEADER + (64 if name.split(".")[0] in ("stream", "capture") else 0)


def indices(name):
    """(way, whether it must be detected): hostile values in the fields that a side trusts least."""
    if name == "score":
        return [(words((HEADER, MOST)), False), (words((HEADER, 0)), True)]
    if name == "state":
        return [(words((HEADER, MOST)), False), (words((HEADER, 1 << 63)), False)]
    if name in ("sounds", "engine", "streamer"):
        return [(words(*((at, MOST) for at in range(HEADER, HEADER + 4096, 8))), name == "sounds"),
                (words(*((at, 1 << 63) for at in range(HEADER, HEADER + 65536, 24))), False)]
    ring = ring_at(name)
    pair = lambda written, read, found: (words((ring + 64, written), (ring + 128, read)), found)
    return [pair(0, MOST, True), (words((ring + 64, 0), (ring + 128, 1)), True), pair(MOST, 0, True),
            pair(1 << 40, 1, True), pair(1 << 63, 1 << 63, False), pair(MOST - 5, MOST - 5, False),
            (words((ring, MOST)), True), (words((ring, 0)), True)]


# ---- rounds ----

def replaced(before):
    now = sound.running()
    return all(now[name]["pid"] not in (0, before[name]) and now[name]["state"] == "ready" for name in PLANE)


def others(of):
    return {name: pid for name, pid in of.items() if name not in PLANE}


def is_found(before, hit):
    """The other side's own writes may cover the damage. So it is repeated in the old object until it is detected."""
    def found():
        if replaced(before):
            return True
        hit()
    sound.until(found, "the damage is detected, and both are replaced")


def restart(before):
    Client().must("supervisor.restart", {"service": "audio"})
    sound.until(lambda: sound.running()["audio"]["pid"] not in (0, before["audio"]) and sound.is_ready("audio"), "another core is ready")


def strike(path, way, must_be_found=True):
    """Damages one object in one way, and checks the consequences."""
    name = path.split("-", 2)[2]
    wait_settled()
    sounds()
    before, size = pids(), os.stat(path).st_size
    fd = os.open(path, os.O_RDWR)
    try:
        way(fd, size)
        if must_be_found:
            is_found(before, lambda: way(fd, size))
            sound.until(lambda: "shared memory" in alarm("supervisor"), "an alarm of " + name)
        else:
            time.sleep(1.2)  # nothing reports this damage: after a second each check has read it, and used it
    finally:
        os.close(fd)
    if not must_be_found:
        for service in PLANE:
            Client().must("supervisor.restart", {"service": service})
        sound.until(lambda: replaced(before), "both are replaced")
    assert os.stat(path).st_size == size, "the object has another size"
    sounds()
    assert others(before) == others(pids()), "others were replaced: %s, %s" % (before, pids())


def chosen(objects, ways, rounds):
    """The chosen pairs (object, way)."""
    if rounds == "all":
        return [(o, w) for o in objects for w in ways]
    return list(zip(random.sample(objects, len(ways)), random.sample(ways, len(ways))))[:FEW]


def each(ways):
    def run(rounds):
        base = prefix()
        hits = chosen(OBJECTS, range(len(ways)), rounds)
        for name, n in hits:
            print("%s, way %d" % (name, n), flush=True)
            opaque = name in ("engine", "streamer") and ways is NOISES and n == 1
            strike(base + name, ways[n], not opaque)
        if ways is CUTS:
            again_from_the_start()
        print("figure: %d times: all others survived, and it sounded again" % len(hits))
    return run


NOISES = [noise(0), noise(HEADER)]


def hostile_indices(rounds):
    base = prefix()
    hits = [(name, way, found) for name in OBJECTS for way, found in indices(name)]
    hits = hits if rounds == "all" else random.sample(hits, FEW)
    for name, way, found in hits:
        print("%s, must be found: %s" % (name, found), flush=True)
        strike(base + name, way, found)
    print("figure: %d times: all others survived, and it sounded again" % len(hits))


def again_from_the_start():
    """Stops and starts the engine, and checks the sound at the JACK port."""
    assert os.system("loophole down >/dev/null 2>&1") == 0
    assert not glob.glob("/dev/shm/*%s*" % os.path.basename(HOME)), "shared memory is left over"
    assert os.system("loophole up >/dev/null 2>&1") == 0
    wait_settled()
    assert "shared memory" not in alarm("supervisor")
    tape = sound.Tape(600)
    sound.until(lambda: tape.heard == 1, "the tape is connected")
    play()
    sound.until(is_heard, "the played file is heard")
    tape.stop()
    assert max(x for x in tape.frames if x == x) > 0.05, "silent at the JACK port"


def removed(rounds):
    """The engine plays on with the mapped objects, and an alarm reports the removal; a restart repairs it."""
    base = prefix()
    hits = OBJECTS if rounds == "all" else random.sample(OBJECTS, 2)
    for name in hits:
        wait_settled()
        sounds()
        before = pids()
        os.unlink(base + name)
        for service in PLANE:
            sound.until(lambda: name + " was removed" in alarm(service), "%s reports %s" % (service, name))
        sound.until(is_heard, "the sound goes on")
        assert pids() == before, "the sound ended"
        restart(before)
        sound.until(lambda: replaced(before), "the streamer follows")
        assert os.path.exists(base + name)
        sounds()
        assert others(before) == others(pids()), "others were replaced"
    again_from_the_start()
    print("figure: %d objects removed: no process ended before the restart" % len(hits))


def another(rounds):
    """Another object takes the name: an empty one, or a valid copy."""
    base = prefix()
    for name in OBJECTS if rounds == "all" else random.sample(OBJECTS, 1):
        for content in (bytes, lambda size: open(base + name, "rb").read()):
            wait_settled()
            sounds()
            before, data = pids(), content(os.stat(base + name).st_size)
            with open(base + "new", "wb") as f:
                f.write(data)
            os.chmod(base + "new", 0o600)
            os.rename(base + "new", base + name)
            sound.until(lambda: replaced(before), "both are replaced")
            sounds()
            assert others(before) == others(pids()), "others were replaced"


# ---- the board, the bell ----

BOARD_WAYS = {
    "cut to nothing": lambda path, fd, size: cut(fd, 0),
    "cut in the middle": lambda path, fd, size: cut(fd, size // 2),
    "random bytes": lambda path, fd, size: write(fd, 0, os.urandom(size)),
    "random lines": lambda path, fd, size: write(fd, HEADER, os.urandom(size - HEADER)),
    "removed": lambda path, fd, size: os.unlink(path),
    "another header": lambda path, fd, size: write(fd, 0, bytes(HEADER)),
}


def is_back_on(path, before):
    """True if each living process has its line on the board of that name."""
    try:
        data = open(path, "rb").read()
    except FileNotFoundError:
        return False
    lines = {data[at:at + 24].rstrip(b"\0").decode("latin-1"): struct.unpack_from("<iI", data, at + 24)
             for at in range(HEADER, len(data) - 63, 64)}
    return all(lines.get(name) == (pid, 2) for name, pid in before.items() if name != "supervisor")


def board(rounds):
    path = prefix() + "board"
    wait_settled()
    tone, tape = sound.Tool("tone", "stream", 31, "count"), sound.Tape(3600)
    before = pids()
    for what, way in BOARD_WAYS.items():
        print(what, flush=True)
        fd = os.open(path, os.O_RDWR)
        way(path, fd, os.stat(path).st_size)
        os.close(fd)
        sound.until(lambda: is_back_on(path, before), "all are on the board again")
        wait_settled()
        if what != "random lines":
            sound.until(lambda: "board" in alarm("supervisor"), "an alarm of the board")
        kill_and_wait("search")
        assert {**before, "search": 0} == {**pids(), "search": 0}, "a process was replaced"
        before = pids()
    tape.stop(), tone.stop()
    lost = lost_of(tape.frames)
    print("figure: %d damages of the board: %d frames lost or repeated, missed by the tape %d, by an undisturbed "
          "client %d" % (len(BOARD_WAYS), lost, tape.facts["missed"], tape.facts["baseline"]))
    assert lost <= max(tape.facts["missed"], tape.facts["baseline"]), "lost %d" % lost


def lost_of(frames):
    heard = [round(x * 16777216) if x == x and x > 0 else None for x in frames]
    first = next(i for i, x in enumerate(heard) if x is not None and x > 4800)
    return sum(1 for n in range(first + 1, len(heard))
               if heard[n] is None or (heard[n - 1] is not None and heard[n] != heard[n - 1] + 1))


def kill_and_wait(service):
    wait_settled()
    pid = sound.running()[service]["pid"]
    os.kill(pid, signal.SIGKILL)
    sound.until(lambda: sound.running()[service]["pid"] not in (0, pid) and sound.is_ready(service), "another %s is ready" % service)


class Shape(ctypes.Structure):
    _fields_ = [(name, ctypes.c_long) for name in ("flags", "messages", "bytes", "now", "a", "b", "c", "d")]


def queue(name, make=False):
    """Opens the bell as its ringers do, or makes another one of that name."""
    libc = ctypes.CDLL(None, use_errno=True)
    shape = Shape(messages=4, bytes=1024)
    flags = os.O_WRONLY | os.O_NONBLOCK | (os.O_CREAT if make else 0)
    fd = libc.mq_open(name, flags, ctypes.c_uint(0o600), ctypes.byref(shape))
    assert fd >= 0, "no bell: %s" % os.strerror(ctypes.get_errno())
    return libc, fd


def bell(rounds):
    name = ("/" + os.path.basename(prefix()) + "bell").encode()
    wait_settled()
    before = pids()
    libc, fd = queue(name)
    for n in range(20000):
        noise_bytes = os.urandom(random.randrange(65))
        libc.mq_send(fd, noise_bytes, len(noise_bytes), random.randrange(9))
    kill_and_wait("search")
    libc.mq_close(fd)
    assert libc.mq_unlink(name) == 0
    kill_and_wait("search")
    libc, fd = queue(name, make=True)  # a queue with longer messages, which is full
    while libc.mq_send(fd, bytes(1024), 1024, 0) == 0:
        pass
    kill_and_wait("search")
    libc.mq_close(fd)
    assert {**before, "search": 0} == {**pids(), "search": 0}, "a process was replaced"
    sounds()
    again_from_the_start()
    libc, fd = queue(("/" + os.path.basename(prefix()) + "bell").encode())  # the start has drawn another name
    assert libc.mq_send(fd, bytes(64), 64, 0) == 0 and libc.mq_send(fd, bytes(65), 65, 0) != 0, \
        "the queue has another shape"
    libc.mq_close(fd)


random.seed(int(sys.argv.pop()))
sound.main({"cut": each(CUTS), "noise": each(NOISES), "header": each(HEADERS), "indices": hostile_indices,
            "removed": removed, "replaced": another, "board": board, "bell": bell})
