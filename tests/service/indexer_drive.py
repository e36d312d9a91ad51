"""indexer_drive.py: what the indexer's claims need of a client. Usage: indexer_drive.py COMMAND ARGUMENT…

  ask NAME [JSON]       one ask; paths are text, other bytes hex; prints the answer as JSON; ends with 1 on an error
  idle                  waits until nothing is scanned and nothing waits
  wav PATH HZ [SECONDS] writes a tone
"""
import json
import math
import os
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))


def to_wire(value):
    return {k: os.fsencode(v) if k == "path" else v for k, v in value.items()}


def to_json(value):
    if isinstance(value, dict):
        return {k: os.fsdecode(v) if k in ("path", "file", "mount") else to_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [to_json(v) for v in value]
    return value.hex() if isinstance(value, bytes) else value


def ask(name, body="{}"):
    from client import Client
    error, answer = Client().ask(name, to_wire(json.loads(body)), budget_ms=120000)
    print(json.dumps({"error": error, **to_json(answer)}))
    return error != "ok"


def idle():
    from client import Client
    client, end = Client(), time.monotonic() + 300
    while time.monotonic() < end:
        error, answer = client.ask("indexer.progress", budget_ms=120000)
        if error == "ok" and answer.get("idle"):
            print(json.dumps(to_json(answer)))
            return 0
        time.sleep(0.05)
    print(json.dumps(to_json(answer)))
    return 1


def wav(path, hertz, seconds="0.25"):
    period = b"".join(struct.pack("<h", int(9000 * math.sin(i * float(hertz) * 6.2831853 / 22050)))
                      for i in range(22050))
    sound = period * int(float(seconds)) + period[:2 * int(22050 * (float(seconds) % 1))]
    with open(os.fsencode(path), "wb") as out:
        out.write(b"RIFF" + struct.pack("<I", 36 + len(sound)) + b"WAVEfmt " +
                  struct.pack("<IHHIIHH", 16, 1, 1, 22050, 44100, 2, 16) + b"data" + struct.pack("<I", len(sound)))
        out.write(sound)
    return 0


if __name__ == "__main__":
    sys.exit({"ask": ask, "idle": idle, "wav": wav}[sys.argv[1]](*sys.argv[2:]))
