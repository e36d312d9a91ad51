"""sound.py: shared by the tests of the audio core: a running tape, a tone, and the evaluation of the tape."""
import array
import json
import math
import os
import re
import subprocess
import sys
import threading
import time

from tests.client import Client, dies_with_its_parent

TOOLS = os.path.join(os.environ["BUILD"], "tests", "programs")
TURN, LEVEL = 100, 0.25  # of tone's sine
CLICK = 0.01             # -40 dBFS


def until(true, what, seconds=180):
    """Waits for a true value of `true`, and returns it."""
    end = time.monotonic() + seconds
    while True:
        got = true()
        if got:
            return got
        assert time.monotonic() < end, "still not true: " + what
        time.sleep(0.005)


def running():
    """The lines of the supervisor, by service."""
    return {line["service"]: line for line in Client().must("supervisor.services")["each"]}


def is_ready(service):
    return running().get(service, {}).get("state") == "ready"


class Tool:
    """A program of tests/programs that prints "ready" and ends on SIGTERM."""

    def __init__(self, *words):
        # Otherwise the pipe of a failed test would stay open, and no reader would see its end.
        self.process = subprocess.Popen([os.path.join(TOOLS, words[0]), *map(str, words[1:])], stdout=subprocess.PIPE,
                                        preexec_fn=dies_with_its_parent)
        line = self.process.stdout.readline().decode().strip()
        assert line == "ready", "%s: %s" % (words[0], line)

    def stop(self):
        self.process.terminate()
        said = self.process.stdout.read().decode().splitlines()
        assert self.process.wait(600) == 0
        return said


class Tape(Tool):
    """Records main_left of the core whose name ends with `core`, by default of the first one. `heard` is the number of
    connected ports, `stood` the number of times at which the whole machine paused."""

    def __init__(self, seconds, *notes, core=""):
        server = Client().must("audio.server")
        self.path = os.path.join(os.environ["LOOPHOLE_HOME"], "tape%s.f32" % core)
        self.heard, self.stood, self.said = 0, 0, []
        super().__init__("tape", server["server"], self.path, seconds,
                         ("+" if core else "") + server["client"] + core + ":main_left", *notes)
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()

    def listen(self):
        for line in self.process.stdout:
            self.said.append(line.decode().strip())
            if self.said[-1].startswith("connected"):
                self.heard = int(self.said[-1].split()[1])
            elif self.said[-1].startswith("stood"):
                self.stood = int(self.said[-1].split()[1])

    def until_told(self):
        """Waits until the tape has told all that it knows now. Between two looks its main thread sleeps once."""
        before = self.looks()
        until(lambda: self.looks() >= before + 2, "the tape looks")
        time.sleep(0.05)  # the line is read

    def looks(self):
        with open("/proc/%d/status" % self.process.pid) as status:
            return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status.read(), re.M)[1])

    def stop(self):
        self.process.terminate()
        return self.ended()

    def ended(self):
        assert self.process.wait(700) == 0
        self.reader.join()
        self.facts = json.loads(self.said[-1])
        self.frames = array.array("f")
        self.frames.frombytes(open(self.path, "rb").read())
        return self.facts


def merged(one, other):
    """The frames of the tape `one`. Where `one` missed a callback, those of `other`, which JACK calls at another place
    of its graph."""
    frames, shift = array.array("f", one.frames), one.facts["first"] - other.facts["first"]
    for n, x in enumerate(frames):
        if x != x and 0 <= n + shift < len(other.frames):
            frames[n] = other.frames[n + shift]
    return frames


def overlaps(spans, begin, end):
    return any(first < end and begin < last for first, last in spans)


def spoilt(tape, skipped=0):
    """Spans of frames around the pauses of the machine, counted from `skipped`. After a pause JACK repeats a period
    that its clients are still in, so these frames prove nothing."""
    around = 4 * tape.facts["period"]
    return [(begin - around - skipped, end + around - skipped) for begin, end in tape.facts["stood"]]


def is_silent(x):
    return x != x or -1e-7 < x < 1e-7


def gaps(frames, least=32):
    """(begin, length, frames of it that the tape itself missed) of each silence of at least `least` frames."""
    found, at, count = [], 0, len(frames)
    while at < count:
        if not is_silent(frames[at]):
            at += 16 if at + 16 < count and not is_silent(frames[at + 16]) else 1
            continue
        begin = at
        while begin > 0 and is_silent(frames[begin - 1]):
            begin -= 1
        while at < count and is_silent(frames[at]):
            at += 1
        if at - begin >= least:
            found.append((begin, at - begin, sum(1 for x in frames[begin:at] if x != x)))
    return found


def clicks(frames, holes, spoilt=()):
    """The largest deviation from a steady sine, outside the edges of the holes and the spoilt spans, and its frame."""
    edges = set()
    for begin, length, _ in holes:
        edges.update(range(begin - 1, begin + 3))
        edges.update(range(begin + length - 1, begin + length + 3))
    for begin, end in spoilt:
        edges.update(range(begin, end))
    twice, worst, where = 2 * math.cos(2 * math.pi / TURN), 0.0, 0
    for n in range(2, len(frames)):
        e = abs(frames[n] - twice * frames[n - 1] + frames[n - 2])
        if e > worst and n not in edges:
            worst, where = e, n
    return worst, where


def phase(frames, at):
    """The phase of the sine at a frame."""
    def error(p):
        return sum(abs(frames[at + i] - LEVEL * math.sin(2 * math.pi * ((p + i) % TURN) / TURN)) for i in range(TURN))
    return min(range(TURN), key=error)


def shifts(frames, holes, spoilt=()):
    """Jumps in the phase of the sine: [(frame, by)]. Compares a place some time after each hole with one before the
    next hole. A jump in a spoilt span does not count."""
    before, found = None, []
    borders = [0] + [h[0] + h[1] for h in holes]
    for begin, end in zip(borders, [h[0] for h in holes] + [len(frames)]):
        for at in (begin + 2400, end - 2 * TURN):
            if begin + 2400 <= at < end - TURN and not overlaps(spoilt, at, at + TURN):
                here = (phase(frames, at) - at) % TURN
                if before and here != before[1] and not overlaps(spoilt, before[0], at):
                    found.append((at, (here - before[1] + TURN // 2) % TURN - TURN // 2))
                before = (at, here)
    return found


def decibel(x):
    return 20 * math.log10(x) if x > 0 else -999


def main(tests):
    """Runs the test named on the command line."""
    tests[sys.argv[1]](*sys.argv[2:])
