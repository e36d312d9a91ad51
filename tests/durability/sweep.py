"""sweep.py leaves | race ROUNDS | pinned: kills persist while batches bring artefact files, sets back the times of the
files, and compares them with the rows. It needs LOOPHOLE_HOME.

`store check` compares each row with its file; if there are as many files as rows, they are the files of the rows."""
import contextlib
import json
import os
import signal
import subprocess
import sys
import time

from tests.client import Catalogue, Client
from tests.faults.load import Load, Persist, check_store

DEADLINE = 600
KILLS_MAX, MANY, TRIES = 200, 3000, 10
folder = os.environ["LOOPHOLE_HOME"] + "/data/artefact"


def files():
    return {os.path.join(at, name) for at, _, names in os.walk(folder) for name in names}


def counts():
    done = subprocess.run(["loophole", "store", "check", "--json"], stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def wait_until(true, what):
    end = time.monotonic() + DEADLINE
    while not true():
        time.sleep(0.02)
        assert time.monotonic() < end, what


def age():
    two_hours_ago = time.time() - 7200
    for path in files():
        with contextlib.suppress(FileNotFoundError):  # removed, or named, meanwhile
            os.utime(path, (two_hours_ago, two_hours_ago))


def plant(name):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(bytes(2000))
    return path


def plant_many(load):
    for _ in range(MANY):
        content = load.some(16).hex()
        plant("%s/%s-waveform-1" % (content[:2], content))


def kill_in_the_middle(load, persist, most=0.05):
    load.until_acked()
    load.turn(load.chance.uniform(0, most))
    assert persist.kill() == -signal.SIGKILL, "persist ended by itself: see persist.err"


def leave_orphans(load, persist):
    """Kills persist until files without a row are left. persist does not run at the end."""
    for kill in range(1, KILLS_MAX):
        kill_in_the_middle(load, persist)
        persist.start()
        if kill % 5 == 0:
            load.drain()
            assert persist.kill(signal.SIGTERM) == 0
            left = counts()
            if left["artefact_files_orphaned"] >= 10:
                print("figure: %d kills left %d files (%d bytes) without a row, and %d with one" % (
                    kill, left["artefact_files_orphaned"], left["artefact_bytes_orphaned"], left["artefact_files"]))
                assert len(files()) == left["artefact_files"] + left["artefact_files_orphaned"], left
                return left["artefact_files"]
            persist.start()
            load.filling = True
        load.restarted()
    raise AssertionError("no kill left a file without a row")


def leaves(load, persist):
    rows = leave_orphans(load, persist)
    old_part = plant("ab/.loophole-f00d42")
    foreign = plant("ab/notes.txt")
    age()
    young = {plant("cd/" + "cd" * 16 + "-waveform-1"), plant("cd/.loophole-f00d43")}
    said = subprocess.run(["loophole", "store", "check"], stdout=subprocess.PIPE, text=True).stdout
    assert "artefact files without a row: " in said and "). This is not damage" in said and ", 0 problems" in said, said
    persist.start()
    kept = young | {foreign}
    wait_until(lambda: len(files()) == rows + len(kept), "old files without a row stay")
    assert kept <= files() and old_part not in files(), "the wrong files were removed"
    assert counts()["artefact_files_orphaned"] == len(young), counts()


def race(load, persist, rounds):
    """After a kill, its batches come again while persist judges their files, which seem old. Many other files make this
    take a second: a file that was suspected at first has a row when its turn comes."""
    for _ in range(rounds):
        for _ in range(3):
            kill_in_the_middle(load, persist)
            persist.start()
            load.restarted()
        kill_in_the_middle(load, persist)
        plant_many(load)
        age()
        left = counts()["artefact_files_orphaned"]
        persist.start()
        time.sleep(load.chance.uniform(1, 1.5))  # persist starts the sweep 1 s after its start
        load.drain()  # no later batch replaces the content of these
        wait_until(lambda: len(files()) <= counts()["artefact_files"], "old files without a row stay")
        print("figure: %d files had no row when persist started; all remaining files have one" % left)
        check_store()
        load.filling = True


def child_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return int(f.read().split()[0])


def removals():
    with open(os.environ["LOOPHOLE_HOME"] + "/data/log/persist.log") as f:
        return f.read().count("artefact files without a row")


def is_judged_in_time(ask, item):
    """Sets back the times of the file of a batch that waits for its sync, and of another file without a batch. True:
    the sweep judged both before the batch was answered."""
    content, client = os.urandom(16), ask.client
    before = removals()
    waveform = ask.analysed(item, content, os.urandom(3000))
    request = client.send("persist.batch", {"operations": [waveform]}, budget_ms=60000)
    name = "%s/%s-waveform-1" % (content.hex()[:2], content.hex())
    wait_until(lambda: any(path.startswith(os.path.join(folder, name[:-2])) for path in files()), "no file is written")
    age()
    other = plant("%s%s-waveform-1" % (name[:5], os.urandom(15).hex()))
    age()
    in_time = False
    while True:
        answer = client.take("persist", 10)
        if answer and answer[0] == request:
            assert answer[1] == "ok" and answer[2]["each"][0]["error"] == "ok", answer
            with contextlib.suppress(FileNotFoundError):  # the next sweep would find it
                os.unlink(other)
            return in_time
        in_time = in_time or removals() > before


def pinned(persist):
    """Each sync of the disk takes 4 s, so the sweep, 1 s after persist's start, comes while a batch waits for a
    sync. A busy machine has little time for that batch, so all else is done before."""
    slow = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=syncfs",
            "-e", "inject=syncfs:delay_enter=4000000"]
    persist.start()
    ask = Catalogue(Client())
    items = [ask.put(b"%d.wav" % number) for number in range(TRIES)]
    assert persist.kill(signal.SIGTERM) == 0
    for number, item in enumerate(items, 1):
        ask.client.reconnect()
        persist.start(slow)
        in_time = is_judged_in_time(ask, item)
        os.kill(child_of(persist.pid()), signal.SIGTERM)
        assert persist.process.wait(DEADLINE) == 0
        left = counts()
        assert left["artefact_files_lost"] == 0 and left["problems"] == 0, left
        if in_time:
            print("figure: at try %d the sweep judged the old file of a batch in progress" % number)
            return
    raise AssertionError("no sweep came during a batch")


def main():
    persist = Persist()
    if sys.argv[1] == "pinned":
        pinned(persist)
        return
    persist.start()
    load = Load(filed=0.7, batches=0.05)
    print("seed %d" % load.seed)
    if sys.argv[1] == "leaves":
        leaves(load, persist)
    else:
        race(load, persist, int(sys.argv[2]))
    load.drain()
    check_store()
    assert persist.kill(signal.SIGTERM) == 0


main()
