"""indexer_kill.py bare|engine KILLS FILES FOLDER: kills the indexer with SIGKILL at random moments while it indexes
FILES real sounds (0: all of them; with an engine, 25 more before each kill), and a person tags them. Afterwards nothing
is missing, nothing is doubled, and no work that was durable before a kill was repeated. It needs LOOPHOLE_HOME and, for
`engine`, a running engine.

inotify counts each open of a file: the indexer opens a file once for all its work on it."""
import ctypes
import hashlib
import itertools
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time

from tests.client import Catalogue, Client, new_id
from tests.faults.engine import Probe, holder, is_alive, percentiles, running
from tests.faults.library import Library, real_audio, state, wait_until
from tests.faults.load import dies_with_its_parent

IN_OPEN, IN_ISDIR, IN_Q_OVERFLOW = 0x20, 0x40000000, 0x4000
MORE = 25  # parallel files
SETTLED = 2.2  # seconds; after an earlier death the supervisor waits longer each time
SEED = int(os.environ.get("SEED", "1"))
chance = random.Random(SEED)


class Opens(threading.Thread):
    """The opens of files: (seconds, path below the folder)."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.all, self.distinct, self.overflown = folder, [], set(), False
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd, self.names = self.libc.inotify_init1(0o2000000), {}
        self.bell, self.rung, self.heard = folder + b".bell", 0, 0
        with open(self.bell, "wb"):
            self.ringing = self.watch(self.bell)
        for below, _, _ in os.walk(folder):
            self.names[self.watch(below)] = os.path.relpath(below, folder)

    def watch(self, path):
        number = self.libc.inotify_add_watch(self.fd, path, IN_OPEN)
        assert number >= 0, "no inotify watch: %s" % os.strerror(ctypes.get_errno())
        return number

    def all_until_now(self):
        """Waits until each open before this is noted: the bell is opened after them."""
        self.rung += 1
        with open(self.bell, "rb"):
            wait_until(lambda: self.heard >= self.rung, "the opens are noted", every=0.002)

    def run(self):
        while True:
            data, at = os.read(self.fd, 1 << 20), 0
            now = time.monotonic()
            while at < len(data):
                number, mask, _, size = struct.unpack_from("iIII", data, at)
                name = data[at + 16:at + 16 + size].rstrip(b"\0")
                at += 16 + size
                self.overflown |= bool(mask & IN_Q_OVERFLOW)
                self.heard += number == self.ringing
                if name and not mask & IN_ISDIR:
                    path = os.path.normpath(os.path.join(self.names[number], name))
                    self.all.append((now, path))
                    self.distinct.add(path)


class Tagger(threading.Thread):
    """A person who tags each item as soon as it exists, and sets the tempo of some."""

    def __init__(self):
        super().__init__(daemon=True)
        self.catalogue, self.tagged, self.requests = Catalogue(Client()), {}, set()
        self.log = Catalogue(Client())  # lets the other thread run
        self.before, self.going, self.error = len(self.catalogue.changes()), True, None
        self.revision = self.before

    def run(self):
        try:
            while self.going:
                self.once()
                time.sleep(0.05)
        except BaseException as error:  # noqa: raised in stop()
            self.error = error

    def once(self):
        for row in self.catalogue.changes(self.revision):
            self.revision = row["revision"]
            if row["kind"] == "media" and not row.get("removed") and row["id"] not in self.tagged:
                self.tag(row["id"])

    def tag(self, item):
        request, word = new_id(), "kept %d" % len(self.tagged)
        edit = {"id": item, "add_tags": [word]}
        if len(self.tagged) % 5 == 0:
            edit["facts"] = [{"attribute": "bpm", "source": "user", "number": 77.0, "confidence": 1.0, "shown": True}]
        self.requests.add(request)
        self.catalogue.client.must("persist.put_media", {"edit": edit}, request, budget_ms=120000)
        self.tagged[item] = edit

    def stop(self):
        self.going = False
        self.join(120)
        if self.error:
            raise self.error
        self.once()


class Bare:
    """persist, search, availability and the indexer started by the test, so that the next indexer starts at once."""

    OTHERS = ("persist", "search", "availability")

    def __init__(self):
        self.log = open(os.environ["LOOPHOLE_HOME"] + "/services.err", "ab")
        self.others = [self.start_one(name) for name in self.OTHERS]
        for name in self.OTHERS:
            Probe(name + ".ping").first_answer()
        self.start()

    def start_one(self, name):
        return subprocess.Popen(["loophole-" + name, "--foreground"], stdin=subprocess.DEVNULL, stderr=self.log,
                                preexec_fn=dies_with_its_parent)

    def start(self):
        self.process, self.began = self.start_one("indexer"), time.monotonic()

    def pid(self):
        assert self.process.poll() is None, "the indexer ended by itself: %s" % self.process.returncode
        return self.process.pid

    def kill(self):
        self.process.kill()
        assert self.process.wait() == -signal.SIGKILL, "the indexer ended by itself"

    def end(self):
        for process in [self.process] + self.others[::-1]:
            process.terminate()
            assert process.wait(600) == 0, "%s ended with %d" % (process.args[0], process.returncode)


class Supervised:
    def __init__(self):
        self.start()

    def start(self):
        Probe("indexer.ping").first_answer()
        self.began = time.monotonic()

    def pid(self):
        return holder("indexer")

    def kill(self):
        old = self.pid()
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: not is_alive(old), "the process is dead")

    def end(self):
        pass


class Sounds:
    """A folder into which real sounds of different content are moved, each complete."""

    def __init__(self, folder, most):
        self.folder, self.aside, self.count = folder, folder + b".aside", 0
        found = real_audio(".wav", ".aiff", ".flac")
        self.paths = [path for path in found if most or os.path.getsize(path) < 1 << 20]
        chance.shuffle(self.paths)
        self.waiting = self._different()
        for n in range(9):
            os.makedirs(self._pack(n))

    def _pack(self, n):
        return os.path.join(self.folder, b"pack %d" % (n % 9))

    def _different(self):
        seen = set()
        for path in self.paths:
            digest = hashlib.sha256(open(path, "rb").read()).digest()
            if digest not in seen:
                seen.add(digest)
                yield os.fsencode(path)

    def put(self, count):
        for path in itertools.islice(self.waiting, count):
            self.count += 1
            shutil.copy(path, self.aside)
            name = b"%04d " % self.count + os.path.basename(path)
            os.rename(self.aside, os.path.join(self._pack(self.count), name))


def heard_until_now(tagger):
    """The items whose analysis is durable. The first row of an item in the change log is its place, the second its
    analysis."""
    words = {}
    for row in tagger.log.changes(tagger.before):
        if row["kind"] == "media" and row["request"] not in tagger.requests:
            words[row["id"]] = words.get(row["id"], 0) + 1
    return words


def heard_for_good(tagger):
    return {item for item, words in heard_until_now(tagger).items() if words >= 2}


def kill_bare(indexer, opens, sounds, n, kills, tagger):
    """Kills at the start now and then, but mostly when a chosen total of files was opened. Returns what the successor
    must know."""
    if chance.random() < 0.3:
        time.sleep(chance.uniform(0, 0.4))
    else:
        at = int(sounds.count * 0.95 * n / kills) + 1
        wait_until(lambda: len(opens.distinct) >= at, "file %d is opened" % at, every=0.002)
        time.sleep(chance.uniform(0, 0.05))
    indexer.pid()
    indexer.kill()
    time.sleep(0.05)  # messages on their way to persist arrive
    return heard_for_good(tagger)


def kill_supervised(indexer, opens, sounds, n, kills, tagger):
    """Kills during work on files that came after it had settled. Its successor starts at once, and may read the
    catalogue before messages on their way to persist arrive. It must know what was durable before the kill."""
    wait_until(lambda: time.monotonic() - indexer.began > SETTLED, "settled")
    before = len(opens.distinct)
    sounds.put(MORE)
    at = before + chance.randrange(MORE // 2)
    wait_until(lambda: len(opens.distinct) > at, "file %d is opened" % at, every=0.002)
    time.sleep(chance.uniform(0, 0.05))
    known = heard_for_good(tagger)
    indexer.kill()
    return known


def held_against(items, tagger, opens, lives, count):
    """Checks every claim of the module's docstring."""
    assert len(items) == count, "%d items of %d files" % (len(items), count)
    assert all(state(item) == "done" for item in items.values()), "not all are analysed"
    twice = {item: words for item, words in heard_until_now(tagger).items() if words != 2}
    assert not twice, "not changed exactly twice (found, analysed): %s" % list(twice.items())[:5]
    by_id = {item["media"]["id"]: item for item in items.values()}
    assert set(tagger.tagged) == set(by_id), "the tagged items are not the items of the folder"
    for item, edit in tagger.tagged.items():
        assert by_id[item]["media"].get("tags") == edit["add_tags"], "a tag is lost: %s" % by_id[item]
        bpm = [fact for fact in by_id[item]["facts"] if fact["attribute"] == "bpm" and fact["source"] == "user"]
        assert bool(bpm) == ("facts" in edit), "a person's fact is lost: %s" % by_id[item]
    path_of = {item["media"]["id"]: path for path, item in items.items()}
    for at, heard in lives:
        known = {path_of[item] for item in heard}
        again = {path for when, path in opens.all if when > at and path in known}
        assert not again, "opened again although its analysis was durable: %s" % list(again)[:5]


def main():
    mode, kills, count, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), os.fsencode(sys.argv[4])
    print("seed %d" % SEED)
    sounds = Sounds(folder, most=count == 0)
    sounds.put(count or None)
    indexer, kill_it = (Bare(), kill_bare) if mode == "bare" else (Supervised(), kill_supervised)
    opens, tagger, lives, left, back = Opens(folder), Tagger(), [], [], []
    opens.start()
    tagger.start()
    began = time.monotonic()
    adding = threading.Thread(target=Library(folder).add, daemon=True)
    adding.start()
    for n in range(kills):
        known = kill_it(indexer, opens, sounds, n, kills, tagger)
        opens.all_until_now()
        lives.append((time.monotonic(), known))
        left.append(len(lives[-1][1]) < sounds.count)
        indexer.start()
    adding.join(120)
    assert not adding.is_alive(), "the library is not added"
    Library(folder).wait_idle()
    seconds = time.monotonic() - began
    tagger.stop()
    library = Library(folder)
    items = wait_until(lambda: caught_up(library, tagger, sounds.count), "search has caught up", 120, 0.2)
    assert not opens.overflown, "inotify lost events"
    held_against(items, tagger, opens, lives, sounds.count)
    ends = [at for at, _ in lives][1:] + [float("inf")]
    for (at, _), end, work in zip(lives, ends, left):
        back += [when - at for when, _ in opens.all if at < when < end and work][:1]
    redone = len(opens.all) - len(opens.distinct)
    print("figure: indexer killed %d times over %d files, in %d s: each analysed once, %d tags kept" % (
        kills, sounds.count, seconds, len(tagger.tagged)))
    print("figure: files begun again %d, %.1f for each kill; kill to the next file: %s" % (
        redone, redone / kills, percentiles(back)))
    indexer.end()
    if mode == "bare":
        wait_until(lambda: not running("loophole-worker"), "no worker is left", 60)


def caught_up(library, tagger, count):
    """The items, once search has the last tag."""
    items = library.items()
    tags = [item["media"].get("tags") for item in items.values()]
    decided = all(state(item) != "waiting" for item in items.values())
    return items if len(items) == count == len(tagger.tagged) and all(tags) and decided else None


main()
