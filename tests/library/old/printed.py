"""printed.py FILE: fails unless the command line prints the content of the file. Later keys are allowed, except in
artefacts. printed(): the output about the artefacts, facts and likeness of all items, as one JSON value."""
import hashlib
import json
import subprocess
import sys
import tempfile
import zlib

TYPES = ["waveform", "loudness", "onsets", "beats", "spectrum", "embedding", "print", "gist"]


def lines(*words):
    done = subprocess.run(["loophole", *words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, (words, done.stdout)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def pixels(item, kind):
    """A digest of the picture's bytes before they were packed."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        lines("artefact", item, kind, "--png", file.name)
        with open(file.name, "rb") as png:
            data, at, packed = png.read(), 8, b""
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        packed += data[at + 8:at + 8 + size] if data[at + 4:at + 8] == b"IDAT" else b""
        at += 12 + size
    return hashlib.md5(zlib.decompress(packed)).hexdigest()


def of_item(item):
    return {"show": lines("show", item), "similar": lines("similar", item),
            "artefacts": {kind: lines("artefact", item, kind) for kind in TYPES},
            "pictures": {kind: pixels(item, kind) for kind in TYPES}}


def printed():
    items = [line["id"] for line in lines("search", "", "--sort", "name")]
    return json.dumps({"items": {item: of_item(item) for item in items}, "duplicates": lines("duplicates"),
                       "changes": lines("ask", "persist.changes_since", "revision=0")}, indent=1)


def holds(now, then, where, exactly=False):
    """All of `then` is in `now`."""
    if isinstance(then, dict) and isinstance(now, dict) and (not exactly or now.keys() == then.keys()):
        for key, value in then.items():
            assert key in now, f"{where}: there is no {key}"
            holds(now[key], value, f"{where}.{key}", exactly or key in ("artefacts", "changes", "pictures"))
    elif isinstance(then, list) and isinstance(now, list) and len(now) == len(then):
        for i, value in enumerate(then):
            holds(now[i], value, f"{where}[{i}]", exactly)
    else:
        assert now == then, f"{where}: {str(now)[:300]} was {str(then)[:300]}"


if __name__ == "__main__":
    with open(sys.argv[1]) as saved:
        holds(json.loads(printed()), json.load(saved), "printed")
