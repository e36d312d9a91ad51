"""copies.py COUNT: adds COUNT made-up copies of the indexed sounds to the catalogue, pages through their duplicates,
and compares every page with its bounds. Prints the time."""
import json
import os
import subprocess
import sys
import time

from tests.client import Client

COUNT = int(sys.argv[1])
BATCH = 1500
client = Client()


def ask(name, body):
    error, answer = client.ask(name, body, budget_ms=300000)
    assert not error or error == "ok", (name, error, answer)
    return answer


def contents():
    items = ask("search.query", {"query": "", "limit": 100})["items"]
    return sorted(item["media"]["content"] for item in items), items[0]["media"]["analyser"]


def fill(found, analyser):
    volume = ask("persist.put_volume", {"volume": {"identity": "root", "label": "d", "mount": b"/", "backend": "local", "online": True}})["id"]
    folder = ask("persist.put_folder", {"folder": {"volume": volume, "parent": bytes(16), "name": b"made-up", "library": False}})["id"]
    for begin in range(0, COUNT, BATCH):
        numbers = range(begin, min(begin + BATCH, COUNT))
        places = [{"place": {"folder": folder, "file": b"%06d.wav" % n, "kind": "audio", "size": 1000, "mtime": 10**15 - n,
                             "inode": 0, "pack": "", "availability": "local"}} for n in numbers]
        each = ask("persist.batch", {"operations": places})["each"]
        heard = [{"analysed": {"id": one["id"], "size": 1000, "mtime": 10**15 - n, "state": "done", "failure": "",
                               "content": found[n % len(found)], "container": "wav", "sample_format": "pcm", "bit_depth": 16,
                               "sample_rate": 44100, "channels": 1, "frames": 26460, "analyser": analyser, "facts": [],
                               "artefacts": []}} for n, one in zip(numbers, each)]
        each = ask("persist.batch", {"operations": heard})["each"]
        assert not any(one["stale"] for one in each), each[0]


def processor_seconds():
    """The processor time of the search service."""
    lines = subprocess.run(["loophole", "status", "--json"], check=True, capture_output=True, text=True).stdout.splitlines()
    pid = [one["pid"] for one in map(json.loads, lines) if one["service"] == "search"][0]
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def page_through(found):
    copies, keeps, cursor, pages = {}, {}, "", 0
    while True:
        page = ask("search.duplicates", {"query": "-is:missing", "kind": "same_file", "limit": 100, "cursor": cursor})
        pages += 1
        for part in page.get("groups", []):
            of = copies.setdefault(part["keep"], [])
            assert part.get("first", 0) == len(of), (part.get("first"), len(of))
            of += [one["id"] for one in part["each"]]
            keeps[part["keep"]] = part["count"]
        cursor = page.get("cursor", "")
        if not cursor:
            break
    assert page["total"] == len(found) == len(copies), (page["total"], len(copies))
    assert {key: len(each) for key, each in copies.items()} == keeps
    everything = [one for each in copies.values() for one in each]
    assert len(everything) == len(set(everything)) == COUNT + len(found), (len(everything), COUNT)
    assert pages > 1, pages
    return pages, copies


found, analyser = contents()
fill(found, analyser)
ask("search.query", {"query": "", "limit": 1})  # the index is up to date
began = processor_seconds()
ask("search.duplicates", {"query": "-is:missing", "limit": 0})
looked = processor_seconds() - began
began = time.monotonic()
pages, copies = page_through(found)
paged = time.monotonic() - began
oldest = [ask("search.get", {"id": key})["item"]["media"]["mtime"] for key in copies]
assert all(mtime <= 10**15 - COUNT + len(found) for mtime in oldest), oldest
lines = subprocess.run(["loophole", "duplicates", "--kind", "same_file", "-is:missing"], check=True, capture_output=True).stdout
assert lines.count(b"\n") == COUNT + 2 * len(found) + 1, lines.count(b"\n")
assert len(subprocess.run(["loophole", "duplicates", "--limit", "1", "--json"], check=True, capture_output=True).stdout
           .splitlines()) == -(-(COUNT // len(found) + 1) // 1000)
print("figure: %d copies of %d sounds: found in %.2f s of processor time, %.1f us a copy; %d pages in %.2f s" %
      (COUNT, len(found), looked, looked / COUNT * 1e6, pages, paged))
