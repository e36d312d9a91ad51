"""take.py FILE [again], or read(): describes a recording of `count` (tests/programs/count.c) in one line of JSON:

frames, size (of the file), form (RIFF, RF64 or fLaC), first (the count at frame 0); silence: places [frame, length]
without sound; jumps: frames that were left out elsewhere, in sum, and skipped: their places [frame, length]; back:
places where the count fell or stayed; wrong: frames whose two sides do not match, and wrong_first: the first of them
with its sides; cues: the markers [frame, length of the silence]; began: the time reference of the bext chunk. With
"again" the counter may start again after a silence, because another server plays it."""
import array
import json
import os
import struct
import subprocess
import sys

UNIT = 8388607  # full scale of 24 bit


def chunks(data):
    at, sizes = 12, {}
    while at + 8 <= len(data):
        name, size = data[at:at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"ds64":
            sizes[b"data"] = struct.unpack_from("<Q", data, at + 16)[0]
        if size == 0xFFFFFFFF:
            size = sizes[name]
        yield name, at + 8, size
        at += 8 + size + size % 2
    assert at == len(data), "the chunks end at %d, the file at %d" % (at, len(data))


def flac(path):
    """Decodes with another program than the one that made the file."""
    raw = subprocess.run(["sox", path, "-t", "s32", "-"], check=True, capture_output=True).stdout
    numbers = array.array("i", raw)
    assert not any(n & 0xFF for n in numbers), "more than 24 bit"
    return array.array("f", (n / 256 / UNIT for n in numbers))


def labels(data):
    """The numbers of the labels, with the lengths that belong to them."""
    assert data[:4] == b"adtl"
    at = 4
    while at < len(data):
        name, size, number, frames = struct.unpack_from("<4sIII", data, at)
        if name == b"labl":
            words = data[at + 12:at + 8 + size]
            assert words.endswith(b"\0") and b" frames lost (" in words, words
        else:
            assert name == b"ltxt", name
            yield number, frames
        at += 8 + size + size % 2
    assert at == len(data), "the labels end at %d of %d" % (at, len(data))


def read(path, again=False):
    data = open(path, "rb").read()
    cues, lengths = {}, {}
    reported = {"form": data[:4].decode(), "size": os.path.getsize(path)}
    if data[:4] == b"fLaC":
        samples, data = flac(path), b" " * 12
    for name, at, size in chunks(data):
        if name == b"bext":
            reported["began"] = struct.unpack_from("<Q", data, at + 338)[0]
        if name == b"fmt ":
            assert struct.unpack_from("<HH", data, at) == (3, 2), "not two channels of floats"
        if name == b"cue ":
            for n in range(struct.unpack_from("<I", data, at)[0]):
                number, place, what, _, _, offset = struct.unpack_from("<II4sIII", data, at + 4 + 24 * n)
                assert what == b"data" and offset == place, "a cue of another chunk"
                cues[number] = place
        if name == b"LIST":
            lengths = {number: frames for number, frames in labels(data[at:at + size])}
        if name == b"data":
            samples = array.array("f", data[at:at + size])
    left, right = samples[0::2], samples[1::2]
    counts = [round(s * UNIT) for s in left]
    reported.update(frames=len(counts), first=counts[0] if counts else -1, jumps=0, back=0, silence=[], skipped=[],
                wrong=sum(1 for a, b in zip(left, right) if a != -b),
                wrong_first=next(([at, a * UNIT, b * UNIT] for at, (a, b) in enumerate(zip(left, right)) if a != -b), None))
    reported["cues"] = [[at, lengths.get(n, 0)] for n, at in cues.items()]
    ahead = None  # the count of a frame minus its place: constant throughout
    for place, count in enumerate(counts):
        if count == 0 and (ahead is None or (ahead + place) % UNIT != 0):
            if reported["silence"] and sum(reported["silence"][-1]) == place:
                reported["silence"][-1][1] += 1
            else:
                reported["silence"].append([place, 1])
            continue
        now = (count - place) % UNIT
        step = (now - ahead) % UNIT if ahead is not None else 0
        ahead = now
        if again and step and reported["silence"] and sum(reported["silence"][-1]) == place:
            continue
        if 0 < step < UNIT // 2:
            reported["jumps"] += step
            reported["skipped"].append([place, step])
        elif step != 0:
            reported["back"] += 1
    return reported


if __name__ == "__main__":
    print(json.dumps(read(sys.argv[1], sys.argv[2:] == ["again"])))
