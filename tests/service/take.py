"""take.py FILE: what a recording of `count` (tests/faults/count.c) holds, as one line of JSON:

frames, size (of the file), form (RIFF, RF64 or fLaC), first (counted at frame 0), jumps: frames that were left out, in sum; back:
places where it went back or stood; wrong: frames whose two sides do not belong together; began: the time reference of the bext chunk."""
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
    """Decoded by another program than the one that made it."""
    raw = subprocess.run(["sox", path, "-t", "s32", "-"], check=True, capture_output=True).stdout
    numbers = array.array("i", raw)
    assert not any(n & 0xFF for n in numbers), "more than 24 bit"
    return array.array("f", (n / 256 / UNIT for n in numbers))


def main(path):
    data = open(path, "rb").read()
    told = {"form": data[:4].decode(), "size": os.path.getsize(path)}
    if data[:4] == b"fLaC":
        samples, data = flac(path), b" " * 12
    for name, at, size in chunks(data):
        if name == b"bext":
            told["began"] = struct.unpack_from("<Q", data, at + 338)[0]
        if name == b"fmt ":
            assert struct.unpack_from("<HH", data, at) == (3, 2), "not two channels of floats"
        if name == b"data":
            samples = array.array("f", data[at:at + size])
    left, right = samples[0::2], samples[1::2]
    counts = [round(s * UNIT) for s in left]
    told.update(frames=len(counts), first=counts[0] if counts else -1, jumps=0, back=0,
                wrong=sum(1 for a, b in zip(left, right) if a != -b))
    for before, now in zip(counts, counts[1:]):
        step = (now - before) % UNIT
        if 1 < step < UNIT // 2:
            told["jumps"] += step - 1
        elif step != 1:
            told["back"] += 1
    print(json.dumps(told))


main(sys.argv[1])
