"""complaints.py COMMAND …: common complaints of users of other programs, tried on a running engine (LOOPHOLE_HOME).

  fill FOLDER COUNT [SKIP]  copies real sounds, has them analysed, adds a person's tags; records all in FOLDER.kept
  twins FOLDER COUNT        the same with copies of one sound, each with its own tag
  reunited FOLDER COUNT     expects COUNT copies, each with another tag
  moved FOLDER FROM TO      changes FROM to TO in the recorded paths
  holds FOLDER [STATE [N]]  expects the ids, tags, names, notes, facts and analysis as recorded, files with the
                            availability STATE, and N files analysed since the previous call
  rescan FOLDER             scans again, and waits
  heard FOLDER ANALYSER BPM expects that this analyser analysed all, with this tempo, and that a person's facts remain
  busy FOLDER               searches and edits, before and during the scan of a big folder"""
import os
import pickle
import shutil
import sys
import time

from tests.client import new_id
from tests.faults.library import Library, real_audio, state, wait_until

WORDS = ("name", "notes", "tags", "favourite", "content", "frames", "sample_rate")


def essence(item):
    """The values that a person entered, and those that analysis found."""
    media = item["media"]
    facts = sorted((f["attribute"], f.get("source", ""), f.get("number"), f.get("text")) for f in item["facts"])
    return {"id": media["id"], "analysis": state(item), "facts": facts, **{word: media.get(word) for word in WORDS}}


def kept(folder):
    with open(folder + ".kept", "rb") as file:
        return pickle.load(file)


def keep(folder, essences):
    with open(folder + ".kept", "wb") as file:
        pickle.dump(essences, file)


def speak(library, item, number):
    facts = [{"attribute": "bpm", "source": "user", "number": 77.0 + number, "confidence": 1.0, "shown": True},
             {"attribute": "class", "source": "user", "text": "kick", "confidence": 1.0, "shown": True}]
    edit = {"id": item["media"]["id"], "name": "my own %d" % number, "notes": "do not touch", "favourite": True,
            "add_tags": ["mine", "number %d" % number], "facts": facts}
    library.must("persist.put_media", {"edit": edit})


def fill(folder, count, skip="0"):
    os.makedirs(os.path.join(folder, "a/b"), exist_ok=True)
    for n, path in enumerate(real_audio(".wav", ".flac")[int(skip):int(skip) + int(count)]):
        shutil.copy(path, os.path.join(folder, ("a", "a/b", "")[n % 3], "%d %s" % (n, os.path.basename(path))))
    library = Library(folder).add().wait_idle()
    for number, (_, item) in enumerate(sorted(library.decided(int(count)).items())):
        speak(library, item, number)

    def all_spoken():
        items = library.items()
        return items if all("mine" in item["media"].get("tags", []) for item in items.values()) else None
    items = wait_until(all_spoken, "search knows of each word", 120)
    assert len(items) == int(count)
    keep(folder, {path: essence(item) for path, item in items.items()})


def twins(folder, count):
    """Copies of one sound, which a person tags one by one."""
    os.makedirs(folder + "/old")
    for n in range(int(count)):
        shutil.copy(real_audio(".wav")[140], folder + "/old/twin %d.wav" % n)
    library = Library(folder).add().wait_idle()
    for number, (_, item) in enumerate(sorted(library.decided(int(count)).items())):
        speak(library, item, number)


def reunited(folder, count):
    """Each copy is one of the tagged items; content alone cannot say which."""
    def all_there():
        items = library.items().values()
        tags = {tag for item in items for tag in item["media"].get("tags", []) if tag != "mine"}
        return len(items) == len(tags) == int(count)
    library = Library(folder)
    wait_until(all_there, "each copy is an item that was tagged", 120, 0.2)


def moved(folder, before, after):
    there = os.fsencode(before), os.fsencode(after)
    keep(folder, {there[1] + path[len(there[0]):] if path.startswith(there[0]) else path: essence
                  for path, essence in kept(folder).items()})


def holds(folder, availability="local", heard=None):
    library, were = Library(folder), kept(folder)
    wanted, place = {e["id"]: e for e in were.values()}, {path: e["id"] for path, e in were.items()}
    is_there = availability in ("local", "external_online")

    def as_they_were():
        found = [library.must("search.get", {"id": id})["item"] for id in wanted]
        good = all(item["media"].get("availability") == availability for item in found)
        return good and (not is_there or place_now(library) == place) and found

    try:
        found = wait_until(as_they_were, "all are " + availability, 120, 0.2)
    except AssertionError:
        raise AssertionError("not all are %s; other paths: %s" % (availability, sorted(
            set(place_now(library).items()) ^ set(place.items()))[:6]))
    for item in found:
        now = essence(item)
        assert now == wanted[now["id"]], "changed: %s\nwas: %s" % (now, wanted[now["id"]])
    if heard is not None:
        done = library.wait_idle().progress().get("done", 0)
        assert done == int(heard), "%d files were heard again" % done


def place_now(library):
    return {path: item["media"]["id"] for path, item in library.items().items()}


def rescan(folder):
    Library(folder).rescan().wait_idle()


def heard(folder, analyser, bpm):
    library, wanted = Library(folder), {e["id"]: e for e in kept(folder).values()}

    def all_heard():
        found = [library.must("search.get", {"id": id}) for id in wanted]
        return found if all(f["item"]["media"].get("analyser") == int(analyser) for f in found) else None
    for found in wait_until(all_heard, "all are heard by analyser " + analyser, 120):
        said = {(f["attribute"], f.get("source", "")): f.get("number", f.get("text")) for f in found["sources"]}
        assert said[("bpm", "analysis")] == float(bpm), said
        was = wanted[found["item"]["media"]["id"]]
        now = essence(found["item"])
        own = [fact for fact in was["facts"] if fact[1] == "user"]
        assert own == [fact for fact in now["facts"] if fact[1] == "user"] and len(own) == 2, (was, now)
        assert [f for f in now["facts"] if f[0] in ("bpm", "class")] == own, "a person's word does not win: %s" % now
        assert all(now[word] == was[word] for word in ("name", "notes", "tags", "favourite")), (was, now)


def busy(folder):
    for n, path in enumerate(real_audio(".wav", ".aiff", ".flac")):
        if os.path.getsize(path) < 1 << 20:
            below = os.path.join(folder, str(n % 20))
            os.makedirs(below, exist_ok=True)
            shutil.copy(path, os.path.join(below, "%d %s" % (n, os.path.basename(path))))
    small = Library(folder + ".small")
    library = Library(folder)
    item = next(iter(small.items().values()))["media"]["id"]
    idle = [(one_search(library), one_edit(library, item, n)) for n in range(100)]
    library.add()
    during = []
    while len(during) <= 10:
        while not library.progress().get("idle"):
            during.append((one_search(library), one_edit(library, item, len(during))))
        library.rescan(full=True)  # if the scan was over too soon to tell
    for what, column in (("search", 0), ("edit", 1)):
        alone, beside = ([row[column] for row in rows] for rows in (idle, during))
        print("figure: %s alone: %s; while %d files are indexed: %s" % (
            what, reported(alone), library.progress().get("files", 0), reported(beside)))


def reported(seconds):
    s = sorted(seconds)
    return "p50 %.1f ms, p99 %.1f ms, max %.1f ms" % tuple(
        1000 * s[min(len(s) - 1, int(len(s) * p))] for p in (0.5, 0.99, 1))


def one_search(library):
    began = time.monotonic()
    error, found = library.client.ask("search.query", {"query": "tag:mine", "limit": 100})
    assert error == "ok" and found["items"], error
    return time.monotonic() - began


def one_edit(library, item, number):
    began = time.monotonic()
    edit = {"id": item, "notes": "note %d" % number}
    error, got = library.client.ask("persist.put_media", {"edit": edit}, new_id())
    assert error == "ok", (error, got)
    return time.monotonic() - began


{f.__name__: f for f in (fill, twins, reunited, moved, rescan, holds, heard, busy)}[sys.argv[1]](*sys.argv[2:])
