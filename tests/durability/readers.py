"""readers.py killed|stopped: processes die, or are stopped, inside a read transaction during writes: how far does the
store grow? Prints the pages in use over time. It needs LOOPHOLE_HOME, READER and a running persist."""
import os
import re
import signal
import subprocess
import sys
import time

from tests.faults.load import Load, check_store, dies_with_its_parent

READERS = 5
EDITS = 400  # in one window of time: the same work in each
DEADLINE = 180


def pages():
    return int(subprocess.run([os.environ["READER"], "pages"], stdout=subprocess.PIPE, check=True, text=True).stdout)


def work(load):
    """Edits a few items repeatedly: without a pinned page the store needs new pages only for log rows."""
    acked = load.acked
    load.until(lambda: load.acked >= acked + EDITS)


def hold():
    """Starts a process that stays inside a read transaction."""
    process = subprocess.Popen([os.environ["READER"], "hold"], stdout=subprocess.PIPE, preexec_fn=dies_with_its_parent)
    assert process.stdout.readline() == b"holding\n"
    return process


def windows(load, count):
    """The pages in use, and the pages that each window added."""
    seen = [pages()]
    for _ in range(count):
        work(load)
        seen.append(pages())
    return seen, [b - a for a, b in zip(seen, seen[1:])]


def cleared():
    """How many slots of dead readers persist has cleared: those that die while it looks are cleared the next time."""
    log = open(os.environ["LOOPHOLE_HOME"] + "/persist.err").read()
    return sum(map(int, re.findall(r"dead readers of the store that were cleared: (\d+)", log)))


def wait_for(load, true, what):
    end = time.monotonic() + DEADLINE
    while not true():
        load.turn(0.05)
        assert time.monotonic() < end, what


def main():
    how = sys.argv[1]
    load = Load(clients=2, slots=1, batches=0, filed=0, give_up=0, again=0)
    windows(load, 2)
    _, quiet = windows(load, 3)
    readers = [hold() for _ in range(READERS)]
    _, held = windows(load, 3)
    for reader in readers:
        reader.send_signal(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    windows(load, 4)  # the readers now hold a state that is 1,000 commits old; each commit has at most two edits
    load.filling = False
    if how == "killed":
        for reader in readers:
            reader.wait()
        wait_for(load, lambda: cleared() >= READERS, "not every slot was cleared")
    else:
        wait_for(load, lambda: all(r.poll() is not None for r in readers), "a stopped reader pins the store for ever")
        wait_for(load, lambda: cleared() >= READERS, "not every slot was cleared")
    load.filling = True
    work(load)
    seen, after = windows(load, 5)
    print("figure: pages that %d edits add: %s undisturbed, %s while %d readers hold a transaction, %s after they "
          "were %s" % (EDITS, quiet, held, READERS, after, how))
    print("figure: pages in use over time after that: %s" % seen)
    assert sum(held) > 2 * sum(quiet), "the readers pinned no page, so the test shows nothing"
    assert sum(after) / 5 <= 2 * max(max(quiet), 8), "the store still grows"
    load.drain()
    load.audit()
    check_store()


main()
