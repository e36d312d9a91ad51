"""stages.py kill|cut STAGE: ends an opening, a migration, a restore or a backup halfway. It does so at one place after
the other, each time in a fresh copy of one home.

kill: by SIGKILL at a system call. A trace of a whole run gives the calls.
cut:  by a power cut at a change of the disk, which is `lossy`.

Afterwards the engine must open the store. It contains all items from before or all items from after; if the program had
reported success, those from after. A second run succeeds, and no partial file is left. By default a few places, drawn
with SEED; LONG takes all. It needs WORK, LOSSY, READER, PRELOAD, OLD and BUILD's programs."""
import contextlib
import glob
import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import time

from tests.client import Catalogue, Client
from tests.faults.load import dies_with_its_parent, with_preload

work = os.environ["WORK"]
seed = int(os.environ.get("SEED", "1"))
chance = random.Random(seed)
CALLS = ("open", "openat", "pwrite64", "pwritev", "write", "writev", "fdatasync", "fsync", "syncfs", "msync", "ftruncate",
         "fallocate", "rename", "renameat2", "mkdir", "unlink", "unlinkat", "rmdir", "flock", "fcntl", "mmap", "munmap",
         "clone", "clone3", "vfork", "wait4", "pipe2", "lseek", "read", "pread64")
NOT_TO_INJECT = ("restart_syscall", "rt_sigreturn", "exit", "exit_group", "execve")
PLACES = 14  # of each stage, unless LONG
NEVER = 10 ** 9
DEADLINE = 600


def at_home(home):
    os.environ["LOOPHOLE_HOME"] = home
    os.environ["LOSSY_MOUNT"] = home + "/disk-of-test" if os.path.isdir(home + "/disk-of-test") else home + "/data"


def run(*argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=with_preload())
    return done.returncode, done.stdout


def must(*argv):
    code, said = run(*argv)
    assert code == 0, (argv, code, said[-1000:])
    return said


def items():
    """Names and tags of all items in the store of LOOPHOLE_HOME."""
    lines = must(os.environ["READER"], "dump").splitlines()
    return sorted((r["id"], r["name"], tuple(r["tags"])) for r in map(json.loads, lines))


class Persist:
    """loophole-persist, started by the test; `begin` is put before the program's name on the command line."""

    def __init__(self, begin=(), out=None):
        self.err = os.environ["LOOPHOLE_HOME"] + "/persist.err"
        open(self.err, "w").close()
        self.process = subprocess.Popen([*begin, "loophole-persist", "--foreground"], stdin=subprocess.DEVNULL,
                                        stderr=open(self.err, "a"), preexec_fn=dies_with_its_parent, env=with_preload())

    def is_ready(self):
        return re.search(r"\] ready$", open(self.err).read(), re.M) is not None

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


def wait_for(true, what):
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.005)


def opened():
    """Starts a persist, checks that it takes edits, and ends it."""
    persist = Persist()
    wait_for(lambda: persist.is_ready() or persist.process.poll() is not None, "persist does not open the store")
    assert persist.process.poll() is None, "persist ended: " + open(persist.err).read()[-1000:]
    there = items()
    client = Client()
    assert client.ask("persist.put_volume", {"volume": {"id": bytes(16), "identity": "later", "label": "d",
                                                        "mount": b"/later", "backend": "local", "online": True}})[0] == "ok"
    client.close()
    assert persist.end() == 0
    return there


# ---- stages ----

class Stage:
    """A home, a program that runs on it, and the results that are allowed afterwards. `disk` is the part of the home
    that lies on `lossy`."""
    disk, is_service = "data", True

    def __init__(self):
        self.template = "%s/template-%s" % (work, self.name)
        os.makedirs(self.template)
        at_home(self.template)
        self.make()

    def fresh(self):
        home = work + "/home-of-stage"
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run(["cp", "-a", self.template, home], check=True)
        at_home(home)
        return home

    def argv(self):
        return ["loophole-persist", "--foreground"]

    def verify(self, is_done):
        there = opened()
        assert there in self.outcomes, "neither the old nor the new items: %d items" % len(there)
        assert not is_done or there == self.outcomes[-1], "it reported success, but is not done"
        left = glob.glob(os.environ["LOOPHOLE_HOME"] + "/data/store.[nrm][er][wai]*")
        assert not left, left
        must("loophole", "store", "check")
        self.verify_more(is_done)

    def verify_more(self, is_done):
        pass


def some_items(first, count):
    persist = Persist()
    wait_for(persist.is_ready, "persist is not ready")
    client = Client()
    catalogue = Catalogue(client)
    for number in range(first, first + count):
        id = catalogue.put(b"%d.wav" % number)
        assert catalogue.edit(id, name="item %d" % number, add_tags=["t%d" % number])[0] == "ok"
    client.close()
    return persist


class Opening(Stage):
    """The opening of a store whose writer was killed."""
    name = "opening"

    def make(self):
        some_items(0, 40).end(signal.SIGKILL)
        self.outcomes = [items()]


class Young(Stage):
    """The first opening: no store exists yet."""
    name = "first"

    def make(self):
        self.outcomes = [[]]


class Migration(Stage):
    name = "migration"

    def make(self):
        must("loophole", "restore", os.environ["OLD"])
        version = os.path.basename(os.environ["OLD"]).split("-")[1].split(".")[0]
        self.old = "store.before-" + version
        self.fresh()
        self.outcomes = [opened()]
        self.verify_more(True)

    def verify_more(self, is_done):
        there = os.listdir(os.environ["LOOPHOLE_HOME"] + "/data")
        assert [n for n in there if n.startswith("store.") and n != "store.lock"] == [self.old], there


class Restore(Stage):
    name, is_service = "restore", False

    def make(self):
        some_items(0, 40).end()
        after = items()
        must("loophole", "backup", work + "/restore.backup")
        some_items(40, 20).end()
        self.outcomes = [items(), after]

    def argv(self):
        return ["loophole", "restore", work + "/restore.backup"]

    def verify_more(self, is_done):
        must(*self.argv())
        assert opened() == self.outcomes[-1]


class Backup(Stage):
    """A backup to an existing file. The store itself is not changed."""
    name, is_service, disk = "backup", False, "disk-of-test"

    def make(self):
        os.mkdir(self.template + "/disk-of-test")
        some_items(0, 40).end()
        before = items()
        must("loophole", "backup", self.template + "/disk-of-test/file")
        some_items(40, 20).end()
        self.outcomes = [before, items()]

    def target(self):
        return os.environ["LOOPHOLE_HOME"] + "/disk-of-test/file"

    def argv(self):
        return ["loophole", "backup", "--force", self.target()]

    def restored(self):
        home, target = os.environ["LOOPHOLE_HOME"], self.target()
        shutil.rmtree(work + "/restored", ignore_errors=True)
        os.mkdir(work + "/restored")
        at_home(work + "/restored")
        must("loophole", "restore", target)
        there = opened()
        at_home(home)
        return there

    def verify(self, is_done):
        there = self.restored()
        assert there in self.outcomes, "the backup has neither its old nor its new content"
        assert not is_done or there == self.outcomes[-1], "it reported success, but did not write"
        must(*self.argv())
        assert self.restored() == self.outcomes[-1]
        left = [n for n in os.listdir(os.path.dirname(self.target())) if n != "file"]
        assert not left, left


STAGES = {s.name: s for s in (Opening, Young, Migration, Restore, Backup)}


# ---- kills ----

def children_of(pid):
    """Those of all its threads."""
    try:
        return [int(child) for path in glob.glob("/proc/%d/task/*/children" % pid) for child in open(path).read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def strace(stage, out, *options):
    """Runs the program under strace to its end or, for a service, until it is ready."""
    begin = ["strace", "-f", "-qq", "-o", out, *options]
    if stage.is_service:
        persist = Persist(begin)
        wait_for(lambda: persist.is_ready() or persist.process.poll() is not None, "the program neither opens nor ends")
        is_done = persist.is_ready()
        for child in children_of(persist.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        persist.process.wait(DEADLINE)
        return is_done
    done = subprocess.run([*begin, *stage.argv()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0


def calls_of(text):
    """(call, its number in its thread), from the first call with the home's path until a service reports that it is
    ready."""
    counts, calls, is_home = {}, [], False
    for line in text.splitlines():
        found = re.match(r"(\d+) +(\w+)\(", line)
        if not found:
            continue
        counts[found.groups()] = counts.get(found.groups(), 0) + 1
        is_home = is_home or os.environ["LOOPHOLE_HOME"] in line and found.group(2) != "execve"
        place = (found.group(2), counts[found.groups()])
        if is_home and place[0] not in NOT_TO_INJECT and place not in calls:
            calls.append(place)
        if re.search(r"\bwrite(v|)\(2, .*\] ready", line):
            break
    return calls


def killed_at(stage, call, number):
    """None if this run did not make that call, else whether the program had reported success."""
    stage.fresh()
    out = work + "/strace.out"
    is_done = strace(stage, out, "-e", "trace=" + call, "-e", "inject=%s:signal=KILL:when=%d" % (call, number))
    text = open(out).read()
    injected = len([l for l in text.splitlines() if "%s(" % call in l or "<... %s resumed" % call in l])
    if "killed by SIGKILL" not in text or not injected:
        return None
    return is_done


def kill_at_places(stage):
    stage.fresh()
    assert strace(stage, work + "/trace"), "the program fails under strace"
    calls = calls_of(open(work + "/trace").read())
    wanted = len(calls)
    if not os.environ.get("LONG"):  # another run may not make a call of the trace: then another call is chosen
        chosen = [c for c in calls if c[0] in CALLS]
        wanted, calls = min(PLACES, len(chosen)), chance.sample(chosen, len(chosen))
    fired = {}
    for call, number in calls:
        if sum(fired.values()) == wanted:
            break
        is_done = killed_at(stage, call, number)
        if is_done is None:
            continue
        fired[call] = fired.get(call, 0) + 1
        try:
            stage.verify(is_done)
        except AssertionError:
            print("killed at %s %d" % (call, number))
            raise
    count = sum(fired.values())
    print("figure: %s: killed at %d of %d calls: %s" % (
        stage.name, count, len(calls), " ".join("%s×%d" % c for c in sorted(fired.items()))))
    assert count * 4 >= wanted * 3, "too few of the kills happened"


# ---- power cuts ----

class Disk:
    def __init__(self, home, folder, number, cut_at):
        self.mount, under = home + "/" + folder, home + "/under"
        os.makedirs(self.mount, exist_ok=True)
        if not os.path.isdir(under):
            os.rename(self.mount, under)
            os.mkdir(self.mount)
        self.process = subprocess.Popen([os.environ["LOSSY"], under, self.mount, str(number), str(cut_at)],
                                        stdout=subprocess.PIPE, text=True, preexec_fn=dies_with_its_parent)
        wait_for(lambda: os.path.ismount(self.mount), "the file system is not mounted")

    def is_cut(self):
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def unmount(self):
        """Its output at its end."""
        subprocess.run(["fusermount3", "-u", "-z", self.mount], check=True)
        said, _ = self.process.communicate(timeout=DEADLINE)
        assert self.process.returncode == 0, "the file system could not lose the chosen data"
        return json.loads([l for l in said.splitlines() if l.startswith("{")][-1])


def run_on(stage, disk):
    """True if the program reported success."""
    if stage.is_service:
        persist = Persist()
        wait_for(lambda: persist.is_ready() or disk.is_cut() or persist.process.poll() is not None,
                 "persist does not open the store")
        wait_for(lambda: persist.is_ready() or open(persist.err).read().find("cannot") >= 0 or
                 persist.process.poll() is not None, "persist neither opens nor fails")
        is_done = persist.is_ready() and not disk.is_cut()
        persist.end(signal.SIGKILL)
        return is_done
    return run(*stage.argv())[0] == 0


def cut_at(stage, place, number):
    """(is done, output of lossy)."""
    home = stage.fresh()
    disk = Disk(home, stage.disk, number, place)
    is_done = run_on(stage, disk)
    said = disk.unmount()
    os.rmdir(disk.mount)
    os.rename(home + "/under", disk.mount)
    shutil.rmtree(home + "/under.gone", ignore_errors=True)
    return is_done, said


def cut_at_places(stage):
    is_done, said = cut_at(stage, NEVER, seed)
    assert is_done and said["changes"] > 5, said
    places = list(range(1, said["changes"] + 1))
    if not os.environ.get("LONG"):
        places = sorted(chance.sample(places, min(2 * PLACES, len(places))))
    totals, cuts = {}, 0
    for number, place in enumerate(places):
        is_done, lost = cut_at(stage, place, 1000 * seed + number)
        if "sectors" not in lost:
            continue
        cuts += 1
        for key, count in lost.items():
            totals[key] = totals.get(key, 0) + count
        try:
            stage.verify(is_done)
        except AssertionError:
            print("cut at change %d with seed %d" % (place, 1000 * seed + number))
            raise
    print("figure: %s: cut at %d of %d changes; lost were %d of %d unsynced sectors, %d of %d unsynced names" % (
        stage.name, cuts, said["changes"], *(totals[k] for k in ("sectors_lost", "sectors", "names_lost", "names"))))
    assert cuts * 4 >= len(places) * 3, "too few of the cuts happened"


def main():
    print("seed %d" % seed)
    stage = STAGES[sys.argv[2]]()
    (kill_at_places if sys.argv[1] == "kill" else cut_at_places)(stage)


main()
