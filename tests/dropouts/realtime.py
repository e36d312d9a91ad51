"""The audio thread with all voices, the sequencer and a capture: no forbidden call, no system call except JACK's wait,
no page fault."""
import collections
import os
import subprocess
import time

from tests.dropouts import sound
from tests.client import Client
from tests.dropouts.pattern import PATTERN

WAITS = {"futex"}  # the call in which JACK 1.9.21 waits


def load():
    """32 streams, 64 sounds, 16 rows, effects, metronome, capture."""
    client = Client()
    tone = sound.Tool("tone", "stream", 0, "sine")
    sound.Tool("tone", "sound", 1000)
    client.must("audio.set_pads", {"each": [{"pad": n, "sound": 1000, "generation": 1, "mode": "loop", "ratio": 1.26,
                                             "gain": 0.01} for n in range(64)]})
    client.must("audio.set_pattern", {"pattern": PATTERN})
    client.must("audio.set_metronome", {"on": True})
    client.must("audio.start")
    for pad in range(64):
        client.must("audio.hit", {"pad": pad, "velocity": 1.0})
    sound.until(lambda: busy(client), "all voices sound")
    return tone, client


def busy(client):
    meters = client.must("audio.meters")
    return meters["streams"] == 32 and meters["sounds"] == 64 and meters["transport"]["running"]


def stat_of(pid, tid):
    return open("/proc/%d/task/%d/stat" % (pid, tid)).read().rsplit(")", 1)[1].split()


def audio_thread(pid):
    """The only thread with real-time scheduling."""
    fifo = [int(tid) for tid in os.listdir("/proc/%d/task" % pid) if stat_of(pid, int(tid))[38] == "1"]
    assert len(fifo) == 1, "%d threads run in real time" % len(fifo)
    return fifo[0]


def system_calls(tid, seconds):
    """How often the thread made each system call."""
    out = os.path.join(os.environ["LOOPHOLE_HOME"], "strace")
    trace = subprocess.Popen(["strace", "-p", str(tid), "-o", out], stderr=subprocess.DEVNULL)
    sound.until(lambda: words_of(out), "strace is attached")
    time.sleep(seconds)
    trace.terminate()
    trace.wait(600)
    return collections.Counter(words_of(out))


def words_of(path):
    """The names of the calls in a trace."""
    if not os.path.exists(path):
        return []
    return [line.split("(")[0] for line in open(path) if "(" in line and not line.startswith(("---", "+++", "<..."))]


def run(seconds):
    seconds = int(seconds)
    tone, client = load()
    pid = sound.running()["audio"]["pid"]
    tid = audio_thread(pid)
    time.sleep(1)
    before = stat_of(pid, tid)
    time.sleep(seconds / 2)
    after = stat_of(pid, tid)
    faults = int(after[7]) - int(before[7]), int(after[9]) - int(before[9])
    calls = system_calls(tid, seconds / 2)
    assert busy(client), "not all voices sound at the end"
    lines = open(os.environ["FORBIDDEN_LOG"]).read().split()
    meters = client.must("audio.meters")
    tone.stop()
    print("figure: %d s, 32 streams, 64 sounds, 16 rows, capture: forbidden calls %d, system calls %s, page faults %d "
          "minor, %d major; load %.1f %%" % (seconds, len([x for x in lines if x != "watched"]), dict(calls), *faults,
                                           100 * meters["load"]))
    assert set(lines) == {"watched"}, "called within a period: %s" % lines
    assert sound.running()["audio"]["restarts"] == 0 and sound.running()["audio"]["pid"] == pid
    assert calls and set(calls) <= WAITS, "system calls of the audio thread: %s" % calls
    assert faults == (0, 0), "page faults: %s" % (faults,)


def found():
    """The check works: a callback that allocates ends its process."""
    log = os.environ["FORBIDDEN_LOG"]
    sound.until(lambda: os.path.exists(log) and "malloc" in open(log).read().split(), "the call is detected")


sound.main({"run": run, "found": found})
