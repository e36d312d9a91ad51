"""persist_kill.py bare|engine KILLS: kills persist with SIGKILL at random moments while eight clients change the
catalogue, and compares the store with the acks. It needs LOOPHOLE_HOME, READER and, for `engine`, a running engine."""
import json
import os
import signal
import subprocess
import sys
import time

from tests.faults.engine import percentiles
from tests.faults.load import Load, Persist, check_store, dies_with_its_parent

DEADLINE = 600


class Supervised:
    """persist under the real supervisor: the test kills it, and the supervisor starts it again."""

    def pid(self):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            done = subprocess.run(["loophole", "status", "--json"], stdout=subprocess.PIPE, text=True)
            for line in done.stdout.splitlines():
                service = json.loads(line)
                if service["service"] == "persist" and service["state"] == "ready":
                    return service["pid"]
            time.sleep(0.02)
        raise AssertionError("the supervisor shows no ready persist")

    def kill(self):
        old = self.pid()
        os.kill(old, signal.SIGKILL)
        return old


def kill_bare(load, persist, restored):
    """Sometimes while it opens the store, mostly while it commits."""
    if load.chance.random() < 0.2:
        load.turn(load.chance.uniform(0, 0.012))
    else:
        load.until_acked(lambda: alive(persist))
        restored.append(time.monotonic() - persist.began)
        load.turn(load.chance.uniform(0, 0.1))
    assert persist.kill() == -signal.SIGKILL, "persist ended by itself: see persist.err"
    persist.began = time.monotonic()
    persist.start()
    load.restarted()


def alive(persist):
    assert not persist.is_dead(), "persist ended by itself: see persist.err"


def kill_supervised(load, persist, restored):
    """At least 2 s after its start: after an earlier death the supervisor waits longer each time."""
    load.until_acked()
    load.turn(2.1 + load.chance.uniform(0, 0.3))
    persist.kill()
    began = time.monotonic()
    load.until_acked(load.restarted)
    restored.append(time.monotonic() - began)


def main():
    mode, kills = sys.argv[1], int(sys.argv[2])
    persist, restored, began = (Persist() if mode == "bare" else Supervised()), [], time.monotonic()
    if mode == "bare":
        persist.began = time.monotonic()
        persist.start()
    load = Load()
    print("seed %d" % load.seed)
    reader = subprocess.Popen([os.environ["READER"], "watch"], preexec_fn=dies_with_its_parent)
    for _ in range(kills):
        (kill_bare if mode == "bare" else kill_supervised)(load, persist, restored)
        assert reader.poll() is None, "a reader failed"
    load.drain(lambda: alive(persist) if mode == "bare" else None)
    print("figure: %d kills in %d s; kill to the next ack: %s" % (kills, time.monotonic() - began,
                                                                  percentiles(restored)))
    load.audit()
    check_store()
    reader.send_signal(signal.SIGTERM)
    assert reader.wait(600) == 0, "a reader failed"
    if mode == "bare":
        assert persist.kill(signal.SIGTERM) == 0


main()
