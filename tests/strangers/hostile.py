"""hostile.py COMMAND …: how a running engine handles hostile files and workers. It needs LOOPHOLE_HOME.

  files FOLDER MANIFEST   the files of hostile_files.py
  one FOLDER FILE         a file that must not stop the others, and must get a verdict with a reason
  workers FOLDER early|late   fake workers that die, hang and lie on most of the files
  escape FOLDER           a fake worker that tries to leave its sandbox
  limits                  the limits of the indexer's workers
  start FOLDER WORKER BIN workers that end at their start; then WORKER takes their place in BIN"""
import collections
import contextlib
import os
import shutil
import sys
import time

from tests.faults.engine import SERVICES, pid_of
from tests.faults.library import DECIDED, Library, real_audio, state, wait_until, why

# What a fake worker does with a file, and a word of the reason that the indexer reports.
DEEDS = {"crash": "SEGV", "abort": "ABRT", "exit": "exit code 0", "overflow": "SEGV", "hang": "no answer within",
         "spin": "no answer within", "leak": "ABRT", "hangup": "",
         "length": "", "empty": "", "babble": "", "flood": "", "half": "",
         "number": "a job that it was not given", "content": "state", "state": "state", "reason": "state", "negative": "",
         "embedding": "embedding", "nan": "number", "user": "source"}


def indexer_pid():
    return int(open(os.path.join(os.environ["LOOPHOLE_HOME"], "run", "indexer.lock")).read().split()[0])


def write(folder, name, data):
    with open(os.path.join(folder, name), "wb") as out:
        out.write(data)


def indexed(folder, count):
    """The items of a folder, the seconds it took, and a check that one indexer did it all."""
    pid, began = indexer_pid(), time.monotonic()
    library = Library(folder).add().wait_idle()
    seconds = time.monotonic() - began
    assert indexer_pid() == pid, "the indexer was replaced"
    return library, library.decided(count), seconds


def verdict_fits(verdict, item):
    if item is None:
        return verdict == "odd"
    if state(item) in ("done", "none"):
        return verdict in ("fine", "reported")
    return verdict != "fine" and why(item) != ""


def files(folder, manifest):
    lines = [line.split() for line in open(manifest)]
    wanted = {bytes.fromhex(path): verdict for verdict, path in lines}
    seen = sum(1 for verdict in wanted.values() if verdict != "odd")
    library, items, seconds = indexed(folder, seen)
    wrong = [(verdict, path, path in items and (state(items[path]), why(items[path])))
             for path, verdict in wanted.items() if not verdict_fits(verdict, items.get(path))]
    assert not wrong, "%d wrong: %s" % (len(wrong), wrong[:10])
    strangers = set(items) - set(wanted)
    assert not strangers, "items of unknown files: %s" % sorted(strangers)[:10]
    states = collections.Counter(state(item) for item in items.values())
    print("figure: %d hostile files with %d good ones in %d s: %s; %d are not items" % (
        len(wanted) - 40, 40, seconds, ", ".join("%d %s" % (n, s) for s, n in sorted(states.items())),
        len(wanted) - len(items)))
    print("figure: reasons: " + "; ".join("%d %s" % (n, r) for r, n in collections.Counter(
        why(item)[:40] for item in items.values() if why(item)).most_common(5)))
    again = time.monotonic()
    library.rescan().wait_idle()
    counts = library.progress()
    assert counts.get("done", 0) + counts.get("failed", 0) == 0, "analysed again by the next scan: %s" % counts
    print("figure: scanned again in %d ms: all are known" % ((time.monotonic() - again) * 1000))


def one(folder, name):
    for path in real_audio(".wav")[:3]:
        shutil.copy(path, folder)
    _, items, seconds = indexed(folder, 4)
    item = items.pop(os.fsencode(name))
    assert state(item) in DECIDED and (state(item) in ("done", "none") or why(item)), item
    assert all(state(other) == "done" for other in items.values()), items
    print("figure: %s: %s%s, in %d s with 3 good ones" % (name, state(item), why(item) and ": " + why(item), seconds))


def workers(folder, when):
    for deed in DEEDS:
        write(folder, deed + ".wav", b"%s%s \n" % (b"early " if when == "early" else b"", deed.encode()))
    for n in range(20):
        write(folder, "good %d.wav" % n, b"good %d\n" % n)
    write(folder, "good, said to change.wav", b"%schanged\n" % (b"early " if when == "early" else b""))
    of_analysis = ("embedding", "source", "state", "number") if when == "early" else ()
    deeds = {deed: reason for deed, reason in DEEDS.items() if reason not in of_analysis}
    library, items, seconds = indexed(folder, len(DEEDS) + 21)
    all_done(items, b"good")
    for deed, reason in deeds.items():
        item = items[deed.encode() + b".wav"]
        fits = reason in why(item) or "no answer within" in why(item)  # a busy machine may be too slow for any attempt
        assert state(item) == "quarantined" and fits, (deed, state(item), why(item))
        assert why(item).startswith("it ended 2 workers: "), (deed, why(item))
    if when == "late":
        answered_twice(folder, library, len(items))
    print("figure: %d kinds of attack during %s; %d quarantined with their reason, %d good files done, in %d s" % (
        len(deeds), "the hash" if when == "early" else "the analysis", len(deeds), 21, seconds))


def all_done(items, *beginnings):
    those = [(path, state(item), why(item)) for path, item in items.items() if path.startswith(beginnings)]
    assert those and all(verdict == "done" for _, verdict, _ in those), those


def answered_twice(folder, library, count):
    """The second answer may come when the worker has its next file: that file is given to another worker, and is
    analysed."""
    write(folder, "twice.wav", b"twice\n")
    for n in range(20):
        write(folder, "next %d.wav" % n, b"next %d\n" % n)
    library.rescan().wait_idle()
    all_done(library.decided(count + 21), b"twice", b"next")


def escape(folder):
    write(folder, "escape.wav", b"escape\n")
    _, items, _ = indexed(folder, 1)
    assert why(items[b"escape.wav"]) == "escaped by nothing", why(items[b"escape.wav"])


def workers_of(pid):
    """Its threads and workers may end at any time."""
    found = []
    for task in os.listdir("/proc/%d/task" % pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in open("/proc/%d/task/%s/children" % (pid, task)).read().split()]
    return [child for child in found if program_of(child) == "loophole-worker"]


def program_of(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return os.path.basename(os.readlink("/proc/%d/exe" % pid))
    return ""


def is_bound(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return "Seccomp:\t2" in open("/proc/%d/status" % pid).read()
    return False


def limits():
    def bound():
        return [pid for pid in workers_of(indexer_pid()) if is_bound(pid)]
    pids = wait_until(bound, "a worker is in its sandbox", 60)
    status = open("/proc/%d/status" % pids[0]).read()
    for line in ("NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000"):
        assert line in status, status
    rows = {line[:26].strip(): line[26:].split()[:2] for line in open("/proc/%d/limits" % pids[0])}
    assert rows["Max address space"] == [str(2048 << 20)] * 2, rows
    assert rows["Max file size"] == ["0", "0"] and rows["Max core file size"] == ["0", "0"], rows
    assert int(rows["Max cpu time"][1]) <= 36000 and int(rows["Max open files"][1]) <= 16, rows
    ends = {s: int(open("/proc/%d/oom_score_adj" % pid_of(s)).read()) for s in ("supervisor",) + SERVICES}
    assert int(open("/proc/%d/oom_score_adj" % pids[0]).read()) == 1000 > ends["search"] > ends["indexer"] > \
        ends["persist"] > ends["supervisor"], ends
    known = open("/proc/%d/environ" % pids[0], "rb").read()
    assert not known or "SANITIZED" in os.environ, known
    files = sorted(os.listdir("/proc/%d/fd" % pids[0]))
    assert set(files) <= {"0", "1", "2", "3"}, files
    print("figure: %d workers: seccomp, no new privileges, no capabilities, 2 GiB, no file but the socket" % len(pids))


def start(folder, worker, programs):
    shutil.copy(real_audio(".wav")[0], folder)
    library, pid = Library(folder), indexer_pid()
    alarm = lambda: library.must("indexer.status", {}).get("alarm", "")
    wait_until(lambda: "workers die when they start" in alarm(), "the alarm", 60)
    library.add()
    wait_until(lambda: library.items(), "the item is there", 120)
    shutil.copy(worker, programs + "/new")
    os.rename(programs + "/new", programs + "/loophole-worker")
    items = library.decided(1)
    assert [state(item) for item in items.values()] == ["done"], items
    assert indexer_pid() == pid, "the indexer was replaced"
    wait_until(lambda: not alarm(), "the alarm ends", 60)


{f.__name__: f for f in (files, one, workers, escape, limits, start)}[sys.argv[1]](*sys.argv[2:])
