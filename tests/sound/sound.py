"""sound.py: makes files to play, and checks recordings of them. For tests.

In a counter sound, frame n is n + 1, in units of 2^-23: each lost or repeated frame is visible. A recording is float32,
with NaN where the recorder itself missed a period.

  make counter FILE FRAMES [FIRST] [RATE]     a WAVE file
  make sine FILE FRAMES RATE HZ
  make noise FILE FRAMES RATE
  read FILE [LOOP]      JSON: first and last: the counts at both ends; at: place of the first; frames: how many were
                        counted; lost and repeated: frames within; holes: of the recorder. LOOP: the counter repeats
                        after this many frames, until it fades out
  same FILE FILE        fails if the two differ, each from its first sound on
  through FILE FACTS FILE FACTS   fails unless the second recording is the first one, negated and a period later, frame
                        by frame. FACTS: what tape printed about it. JSON: number of compared frames
  whole FILE FRAMES     fails unless FILE is a counter of FRAMES frames, the first one included, and silence before it
  rises FILE            fails unless each frame of a counter is above the previous one, from the first to the last;
                        a seek forward crossfades. JSON: frames, crossing: frames that are not counts, jumps
  heard FILE            JSON: frames from the first to the last that are not silent, peak, hz by crossings of zero"""
import array
import json
import math
import random
import struct
import sys

UNIT = 1 << 23
FADE = 240  # frames: 5 ms at 48 kHz, in which a counter cannot be read


def write_wave(path, samples, rate):
    data = array.array("f", (s for s in samples for _ in (0, 1))).tobytes()
    with open(path, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
                struct.pack("<IHHIIHH", 16, 3, 2, rate, rate * 8, 8, 32) + b"data" + struct.pack("<I", len(data)) + data)


def make(kind, path, frames, *more):
    frames, more = int(frames), [int(m) for m in more]
    if kind == "counter":
        first, rate = (more + [0, 48000][len(more):])[:2]
        write_wave(path, ((first + n + 1) / UNIT for n in range(frames)), rate)
    elif kind == "noise":
        chance = random.Random(7)
        write_wave(path, (chance.uniform(-0.1, 0.1) for _ in range(frames)), *more)
    else:
        rate, hz = more
        write_wave(path, (0.25 * math.sin(2 * math.pi * hz * n / rate) for n in range(frames)), rate)


def load(path):
    samples = array.array("f")
    samples.frombytes(open(path, "rb").read())
    return samples


def read(path, loop=0):
    loop = int(loop)
    counts = [None if s != s else round(s * UNIT) for s in load(path)]
    sounding = [i for i, c in enumerate(counts) if c]
    reported = {"first": 0, "last": 0, "at": -1, "frames": 0, "lost": 0, "repeated": 0, "holes": counts.count(None)}
    if not sounding:
        return reported
    begin, end = sounding[0] + FADE, sounding[-1] - (FADE if loop else 0)
    reported.update(first=counts[begin], last=counts[end], at=begin, frames=end - begin + 1)
    step = None
    for i in range(begin, end + 1):
        if counts[i] is None:
            continue
        now = counts[i] - i
        if loop and step is not None:
            now += round((step - now) / loop) * loop
        if step is not None and now > step:
            reported["lost"] += now - step
        elif step is not None and now < step:
            reported["repeated"] += step - now
        step = now
    return reported


def heard(path):
    samples = [0.0 if s != s else s for s in load(path)]
    sounding = [i for i, s in enumerate(samples) if abs(s) > 1e-5]
    if not sounding:
        return {"frames": 0, "peak": 0, "hz": 0, "at": -1}
    part = samples[sounding[0]:sounding[-1] + 1]
    crossings = sum(1 for a, b in zip(part, part[1:]) if a < 0 <= b)
    return {"frames": len(part), "peak": max(map(abs, part)), "hz": crossings * 48000 / len(part), "at": sounding[0]}


def same(one, other):
    one, other = ([s for s in load(path)] for path in (one, other))
    one, other = (s[next(i for i, v in enumerate(s) if v == v and v != 0):] for s in (one, other))
    differ = [i for i, (a, b) in enumerate(zip(one, other)) if a == a and b == b and abs(a - b) > 1e-6]
    assert not differ, "they differ at %d frames, first at %d" % (len(differ), differ[0])


def through(sent, sent_facts, back, back_facts):
    sent, back = load(sent), load(back)
    sent_facts, back_facts = (json.loads(open(path).read().splitlines()[-1]) for path in (sent_facts, back_facts))
    later = sent_facts["first"] + sent_facts["period"] - back_facts["first"]
    compared, at = 0, range(max(0, -later), min(len(sent), len(back) - later))
    for n in at:
        assert sent[n] != sent[n] or back[n + later] != back[n + later] or back[n + later] == -sent[n], \
            "frame %d is %g and went out as %g" % (n, back[n + later], sent[n])
        compared += back[n + later] == back[n + later] and sent[n] == sent[n] and sent[n] != 0
    assert sum(1 for s in back[:max(0, at.start + later)] if s == s and s != 0) == 0, "something else was heard before"
    assert sum(1 for s in back[at.stop + later:] if s == s and s != 0) == 0, "something else was heard after"
    return {"frames": compared}


def whole(path, frames):
    samples, frames = load(path), int(frames)
    last = max(i for i, s in enumerate(samples) if s == s and s != 0)
    begin = last - frames + 1
    for i, s in enumerate(samples):
        wanted = i - begin + 1 if begin <= i <= last else 0
        assert s != s or round(s * UNIT) == wanted, "frame %d is %g, not %d" % (i - begin, s * UNIT, wanted)


def rises(path):
    samples = load(path)
    sounding = [i for i, s in enumerate(samples) if s == s and s != 0]
    crossing, jumps, at = 0, 0, sounding[0] + FADE
    for n in range(at + 1, sounding[-1] + 1):
        a, b = samples[n - 1], samples[n]
        assert not b <= a, "frame %d falls from %g to %g" % (n, a * UNIT, b * UNIT)
        if b == b and a == a and round(b * UNIT) != round(a * UNIT) + 1:
            jumps += n > at + FADE
            at = n if n > at + FADE else at
            crossing += 1
    return {"frames": sounding[-1] - sounding[0] + 1, "crossing": crossing, "jumps": jumps}


if __name__ == "__main__":
    work = {"make": make, "same": same, "read": read, "heard": heard, "through": through,
            "rises": rises, "whole": whole}[sys.argv[1]]
    result = work(*sys.argv[2:])
    if result is not None:
        print(json.dumps(result))
