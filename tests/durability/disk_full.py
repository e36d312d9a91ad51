"""disk_full.py full|read_only: three times, the disk of the data directory accepts no writes for a while, with clients
at work. It needs LOOPHOLE_HOME, READER and a running engine. For read_only, DISK is the pid of `lossy`, which SIGUSR2
makes read-only; for full, DATA is a small disk of its own."""
import os
import signal
import subprocess
import sys
import time

from tests.durability.disk import fill, make_room
from tests.faults.load import Load, check_store, dies_with_its_parent

DEADLINE = 600


def turn_read_only():
    os.kill(int(os.environ["DISK"]), signal.SIGUSR2)


BLOCK, FREE, REFUSAL = {"full": (fill, make_room, "full"), "read_only": (turn_read_only, turn_read_only, "io")}[sys.argv[1]]


def alarm():
    """The alarm of persist in the output of `loophole status`."""
    text = subprocess.run(["loophole", "status"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    return next((line for line in text.splitlines() if line.startswith("persist: ")), "")


def wait_until(load, true, what):
    end = time.monotonic() + DEADLINE
    while not true():
        load.turn(0.02)
        assert time.monotonic() < end, what


def reads_go_on():
    assert "rows" in subprocess.run(["loophole", "store", "check"], stdout=subprocess.PIPE, text=True).stdout
    subprocess.run([os.environ["READER"], "dump"], stdout=subprocess.DEVNULL, check=True)


def stop_and_go(load):
    """An ack while nothing can be written would be false. On a full disk some commits fit into free pages of the store:
    full_acks.py checks each of their acks."""
    load.until_acked()
    load.turn(0.5)
    BLOCK()
    for slot in load.slots:
        if slot.ask:
            slot.ask.refused = False  # earlier, for another reason
    wait_until(load, lambda: load.refusals[REFUSAL] > 0, "writes are not refused")
    wait_until(load, lambda: all(s.ask and s.ask.refused for s in load.slots), "each ask is refused: no ack is under way")
    refused, acked = sum(load.refusals.values()), load.acked
    wait_until(load, lambda: sum(load.refusals.values()) >= refused + 2 * len(load.slots), "no further refusals")
    if REFUSAL != "full":
        assert load.acked == acked, "acked on a disk that accepts no writes"
    wait_until(load, lambda: alarm() != "", "status shows no alarm")
    shown = alarm()
    reads_go_on()
    FREE()
    began = time.monotonic()
    load.until_acked()
    wait_until(load, lambda: alarm() == "", "the alarm does not end")
    return shown, time.monotonic() - began


def main():
    load = Load(clients=4, slots=2, give_up=0.02, places=3)
    load.refusals.clear()
    reader = subprocess.Popen([os.environ["READER"], "watch_failing"], preexec_fn=dies_with_its_parent)
    for _ in range(3):
        load.refusals.clear()
        shown, seconds = stop_and_go(load)
        print("figure: %s refused with `%s`; accepted again %.1f s after the disk was writable; status showed: %s" % (
            load.refusals[REFUSAL], REFUSAL, seconds, shown))
        assert reader.poll() is None, "a reader failed"
    load.drain()
    load.audit()
    check_store()
    reader.send_signal(signal.SIGTERM)
    assert reader.wait(600) == 0, "a reader failed"


main()
