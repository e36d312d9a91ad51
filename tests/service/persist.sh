#!/bin/bash
# persist.sh: the only writer, started by hand: exactly once, group commit, edits and their undo, one engine a home.
. "$(dirname "$0")/../lib.sh"

# Python that speaks to persist: `c` is a client, `k` a catalogue with a volume and the folder "music".
_py() {
    { printf 'from client import *\nc = Client()\nk = Catalogue(c)\n'; cat; } >"$scratch/ask.py"
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$top/tests timeout 300 /usr/bin/python3 "$scratch/ask.py" "$@"
}

_answers() { echo 'pass' | _py; }

_persist_up() {
    [ ${#LOOPHOLE_HOME} -lt 70 ] || skip "the path of the home is too long for a socket"
    loophole-persist --foreground 2>>"$scratch/persist.err" &
    persist=$!
    until_true 60 _answers
}

_persist_ends() { kill "-$1" "$persist" && { wait "$persist"; } 2>/dev/null; }

# Ends it, and looks at every record and reference that it leaves.
_persist_leaves_all_well() {
    _persist_ends TERM
    said=$(loophole store check) || fail "the store does not hold together: $said"
    case $said in *"gone or changed"*) fail "a row names a file that is not there: $said" ;; esac
}

# Each claim has a home of its own.
_home() { export LOOPHOLE_HOME=$scratch/home-$1; mkdir -p "$LOOPHOLE_HOME"; }

a_request_repeated_gives_the_first_answer() {
    _home repeat; _persist_up
    _py <<'P' || fail "see above"
id, request = k.put(b"kick.wav"), new_id()
first = k.edit(id, request, name="one")
k.edit(id, name="two")
assert k.edit(id, request, name="one") == first
assert [r["kind"] for r in k.changes()].count("media") == 3, k.changes()
again = new_id()                                     # one that changes nothing is remembered too
quiet = k.edit(id, again, name="two")
k.edit(id, name="three")
assert k.edit(id, again, name="two") == quiet
assert k.edit(id, expect=k.changes()[-1]["revision"], name="four")[0] == "ok"
P
    _persist_leaves_all_well
}

a_request_repeated_within_one_commit_is_done_once() {
    _home within; _persist_up
    _py <<'P' || fail "see above"
id, request = k.put(b"kick.wav"), new_id()
before = len(k.changes())
for _ in range(50):
    c.send("persist.put_media", {"edit": {"id": id, "name": "one"}}, request)
answers = [c.take("persist") for _ in range(50)]
assert all(a == answers[0] and a[1] == "ok" for a in answers), answers
assert len(k.changes()) == before + 1
P
    _persist_leaves_all_well
}

# Of a request that is done, that waits for its commit, and that is under way: each id belongs to its ask.
another_ask_under_a_used_id_is_a_conflict() {
    _home used; _persist_up
    _py <<'P' || fail "see above"
id, request = k.put(b"kick.wav"), new_id()
first = k.edit(id, request, name="one")
def refused(name, body):
    error, said = c.ask(name, body, request)
    assert error == "conflict" and "belongs to another ask" in said["what"], (name, error, said)
refused("persist.put_media", {"edit": {"id": id, "name": "two"}})
refused("persist.undo", {})
refused("persist.batch", {"operations": [k.place(b"snare.wav")]})
refused("persist.put_query", {"query": {"name": "q", "query": "x", "sort": ""}})
assert k.edit(id, request, name="one") == first
assert c.ask("persist.put_media", {"edit": {"name": "one", "id": id}}, request, 5000) == first  # another budget
within = new_id()
for name in ("three", "four"):
    c.send("persist.put_media", {"edit": {"id": id, "name": name}}, within)
answers = [c.take("persist") for _ in range(2)]
assert sorted(a[1] for a in answers) == ["conflict", "ok"], answers
open(os.environ["LOOPHOLE_HOME"] + "/used", "wb").write(request + id)
P
    _persist_ends KILL; _persist_up
    _py <<'P' || fail "see above"
used = open(os.environ["LOOPHOLE_HOME"] + "/used", "rb").read()
request, id = used[:16], used[16:]
error, said = c.ask("persist.put_media", {"edit": {"id": id, "name": "two"}}, request)
assert error == "conflict", (error, said)
assert k.edit(id, request, name="one")[0] == "ok"
P
    _persist_leaves_all_well
}

# Another body under the id of a removal that goes on, also when its first client waits no more.
another_ask_under_the_id_of_one_under_way_is_a_conflict() {
    _home way; _persist_up
    _py <<'P' || fail "see above"
made = [c.must("persist.put_folder", {"folder": {"id": bytes(16), "volume": k.volume, "parent": bytes(16),
        "name": b"l%d" % n, "library": True}})["id"] for n in range(2)]
for folder in made:
    c.must("persist.put_library", {"library": {"id": folder}})
place = lambda n: {"place": {"folder": made[0], "file": b"%d.wav" % n, "kind": "audio", "size": 1, "mtime": 1, "inode": 0,
                             "pack": "", "availability": "local"}}
c.must("persist.batch", {"operations": [place(n) for n in range(4096)]})
request = new_id()
c.send("persist.remove_library", {"id": made[0]}, request)
c.send("persist.remove_library", {"id": made[1]}, request)
got = [c.take("persist") for _ in range(2)]
assert sorted(g[1] for g in got) == ["conflict", "ok"], got
request = new_id()
c.send("persist.remove_library", {"id": made[1]}, request)
c.send("persist.put_query", {"query": {"name": "q", "query": "x", "sort": ""}}, request)
got = [c.take("persist") for _ in range(2)]
assert sorted(g[1] for g in got) == ["conflict", "ok"], got
P
    _persist_leaves_all_well
}

# The sixth part of an ask: the digest of the ask that a client sent to the service that asks now.
a_service_asks_under_its_clients_id_with_the_digest_of_the_clients_ask() {
    _home forwarded; _persist_up
    _py <<'P' || fail "see above"
def frame(request, body, *more):
    c.socket("persist").send(msgpack.packb([1, "persist.put_media", request, 10000, body, *more]))
    return c.take("persist")
id, request = k.put(b"kick.wav"), new_id()
first = frame(request, {"edit": {"id": id, "name": "one"}}, 2**64 - 1)
assert first[1] == "ok"
assert frame(request, {"edit": {"id": id, "name": "worked out again"}}, 2**64 - 1) == first
assert frame(request, {"edit": {"id": id, "name": "one"}}, 7)[1] == "conflict"
assert frame(request, {"edit": {"id": id, "name": "one"}})[1] == "conflict"
for wrong in (0, -1, "seven", None, 2.5, bytes(16)):
    got = frame(new_id(), {"edit": {"id": id, "name": "one"}}, wrong)
    assert got[1] == "bad_request" and "digest" in got[2]["what"], (wrong, got)
assert frame(new_id(), {}, 1, 1)[1] == "bad_request"
P
    _persist_leaves_all_well
}

what_is_wrong_is_refused_with_the_name_of_its_field() {
    _home wrong; _persist_up
    _py <<'P' || fail "see above"
id = k.put(b"kick.wav")
def refused(code, field, edit):
    error, said = c.ask("persist.put_media", {"edit": edit})
    assert (error, said["field"]) == (code, field), (edit, error, said)
refused("bad_request", "edit.origin", {"id": id, "origin": "stolen"})
refused("conflict", "edit.expect", {"id": id, "expect": 1, "name": "x"})
now = k.edit(id, name="y")[1]["revision"]
stale = {"id": id, "expect": 1, "name": "x"}
assert c.ask("persist.put_media", {"edit": stale})[1]["revision"] == now
assert k.batch({"edit": stale})[0]["revision"] == now
assert "revision" not in c.ask("persist.put_media", {"edit": {"id": id, "origin": "stolen"}})[1]
refused("bad_request", "edit.add_tags[1]", {"id": id, "add_tags": ["a", ""]})
refused("too_large", "edit.add_tags[1]", {"id": id, "add_tags": ["a", "b" * 65]})
refused("too_large", "edit.add_tags", {"id": id, "add_tags": ["a"] * 257})
refused("too_large", "edit.notes", {"id": id, "notes": "n" * 4001})
refused("bad_request", "edit.facts[1]", {"id": id, "facts": [
    {"attribute": "x", "number": 1.0, "confidence": 1.0}, {"attribute": "bpm", "number": -1.0, "confidence": 1.0}]})
refused("bad_request", "edit.id", {"name": "x"})
refused("not_found", "edit.id", {"id": new_id(), "name": "x"})
odd = k.batch(k.place(b"odd.xyz", kind="hologram"))[0]     # a kind of a newer engine is kept
assert odd["error"] == "ok", odd
def frame(*parts):
    c.socket("persist").send(msgpack.packb(list(parts)))
    return c.take("persist")
request = new_id()
assert frame(2, "persist.ping", request, 1000, {})[:2] == (request, "version")
assert frame(1, "persist.ping", request, 1000)[:2] == (request, "bad_request")
assert frame(1, "persist.ping", "x" * 16, 1000, {})[:2] == (bytes(16), "bad_request")
P
    _persist_leaves_all_well
}

a_request_repeated_after_a_crash_changes_nothing() {
    _home crash; _persist_up
    _py <<'P' || fail "see above"
import os, pickle
id, request = k.put(b"kick.wav"), new_id()
first = k.edit(id, request, name="one", add_tags=["a"])
pickle.dump((id, request, first, k.changes()), open(os.environ["LOOPHOLE_HOME"] + "/state", "wb"))
P
    _persist_ends KILL
    _persist_up
    _py <<'P' || fail "see above"
import os, pickle
id, request, first, rows = pickle.load(open(os.environ["LOOPHOLE_HOME"] + "/state", "rb"))
assert k.edit(id, request, name="one", add_tags=["a"]) == first
assert k.changes() == rows
P
    _persist_leaves_all_well
}

killed_at_random_under_load_every_acked_edit_is_there_once() {
    _home load; _persist_up
    _py <<'P' || fail "see above"
import os
ids = [k.put(b"%d.wav" % n) for n in range(4)]
open(os.environ["LOOPHOLE_HOME"] + "/ids", "w").write(" ".join(i.hex() for i in ids))
P
    cat >"$scratch/load.py" <<'P'
import os, random, sys
from client import *
home = os.environ["LOOPHOLE_HOME"]
random.seed(int(os.environ["SEED"]))
ids = [bytes.fromhex(i) for i in open(home + "/ids").read().split()]

def work(number):
    c, acked = Client(), []
    for n in range(150):
        request = new_id()
        body = {"edit": {"id": ids[number], "name": "%d-%d" % (number, n)}}
        error, answer = c.ask("persist.put_media", body, request, 120000)
        assert error == "ok", answer
        acked.append((request, answer["revision"]))
        if random.random() < 0.2:
            assert c.ask("persist.put_media", body, request, 120000) == (error, answer)
    return acked

acked = sum(in_threads(4, work), [])
k = Catalogue(Client())
rows = {}
for row in k.changes():
    rows.setdefault(row["request"], []).append(row["revision"])
for request, revision in acked:
    assert rows.get(request) == [revision], (rows.get(request), revision)
numbers = [row["revision"] for row in k.changes()]
assert numbers == list(range(1, len(numbers) + 1)), "the change log has a gap"
print("figure: %d edits acked under kills, all there once" % len(acked))
P
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$top/tests timeout 300 /usr/bin/python3 "$scratch/load.py" &
    load=$!
    for n in 1 2 3 4 5 6 7 8 9 10; do
        sleep 0.1$((RANDOM % 10))
        kill -0 $load 2>/dev/null || break
        _persist_ends KILL
        _persist_up
    done
    wait $load || fail "an acked edit was lost or doubled"
    _persist_leaves_all_well
}

an_edit_that_expects_another_revision_is_a_conflict() {
    _home conflict; _persist_up
    _py <<'P' || fail "see above"
id = k.put(b"kick.wav")
revision = k.edit(id, name="one")[1]["revision"]
assert k.edit(id, expect=revision - 1, name="two")[0] == "conflict"
assert k.edit(new_id(), expect=1, name="two")[0] == "conflict"     # one that is not there, too
assert k.edit(new_id(), name="two")[0] == "not_found"
def both(number):
    return Catalogue(Client()).edit(id, expect=revision, name="of %d" % number)[0]
assert sorted(in_threads(8, both)) == ["conflict"] * 7 + ["ok"]
P
    _persist_leaves_all_well
}

undo_restores_exactly_what_the_edit_changed() {
    _home undo; _persist_up
    _py <<'P' || fail "see above"
id, other = k.put(b"kick.wav"), k.put(b"snare.wav")
def number(attribute, value):
    return {"attribute": attribute, "source": "user", "number": value, "confidence": 1.0, "version": 0, "shown": True}
assert k.edit(id, name="one", add_tags=["warm", "short"], facts=[number("bpm", 100.0)])[0] == "ok"
assert k.edit(id, name="two", notes="n", favourite=True, add_tags=["warm", "late"], remove_tags=["short", "none"],
              facts=[number("bpm", 120.0), number("year", 3.0)], pack="p")[0] == "ok"
assert k.edit(other, name="else")[0] == "ok"
for _ in range(2):                                   # undo two, redo two, and once more
    assert c.must("persist.undo")["id"] == other
    assert c.must("persist.undo")["id"] == id
    assert c.must("persist.redo")["id"] == id
    assert c.must("persist.redo")["id"] == other
assert c.ask("persist.redo")[0] == "not_found"
c.must("persist.undo"), c.must("persist.undo")
assert k.edit(id, hidden=True)[0] == "ok"            # a new edit drops what could be done again
assert c.ask("persist.redo")[0] == "not_found"
c.must("persist.undo"), c.must("persist.undo")
assert c.ask("persist.undo")[0] == "not_found"
P
    _persist_leaves_all_well
}

one_bad_operation_fails_alone() {
    _home batch; _persist_up
    _py <<'P' || fail "see above"
bad = k.place(b"a/b.wav")
nowhere = k.place(b"c.wav", folder=new_id())
both = dict(k.place(b"x.wav"), presence={"id": new_id(), "availability": "missing"})
got = k.batch(k.place(b"a.wav"), bad, nowhere, {}, both, {"presence": {"id": new_id(), "availability": "missing"}},
              k.place(b"z.wav"))
assert [o["error"] for o in got] == ["ok", "bad_request", "not_found", "bad_request", "bad_request", "not_found",
                                     "ok"], got
assert got[0]["created"] and got[6]["created"] and got[1]["what"]
again = k.batch(k.place(b"a.wav"))[0]                # the same place is the same item
assert again["id"] == got[0]["id"] and not again["created"]
P
    _persist_leaves_all_well
}

a_file_that_came_back_or_moved_or_changed_keeps_its_item() {
    _home places; _persist_up
    _py <<'P' || fail "see above"
def analysed(id, size=1000, mtime=1, content=b"c" * 16, **more):
    fact = {"attribute": "bpm", "source": "analysis", "number": 120.0, "confidence": 0.5, "version": 1, "shown": True}
    return {"analysed": dict({"id": id, "size": size, "mtime": mtime, "state": "done", "failure": "",
            "content": content, "container": "wav", "sample_format": "pcm", "bit_depth": 16, "sample_rate": 44100,
            "channels": 2, "frames": 44100, "analyser": 1, "facts": [fact]}, **more)}
id = k.put(b"kick.wav")
assert not k.batch(analysed(id))[0]["stale"]
assert k.batch(analysed(id, size=7))[0]["stale"]                    # of a file that has changed since
assert not k.batch(k.place(b"kick.wav"))[0]["stale"]
assert k.batch({"presence": {"id": id, "availability": "missing"}})[0]["error"] == "ok"
assert k.put(b"kick.wav") == id                                     # it is there again
assert k.batch({"move": {"id": id, "folder": k.folder, "file": b"moved.wav"}})[0]["id"] == id
assert k.put(b"moved.wav") == id
assert k.batch(k.place(b"moved.wav", size=2000))[0]["stale"]        # changed: to be analysed again
copy = k.put(b"copy.wav")
k.batch(analysed(id, size=2000), analysed(copy))
gone = k.batch({"move": {"id": id, "folder": k.folder, "file": b"copy.wav"}})[0]
assert gone["error"] == "ok" and gone["id"] == id, gone             # one content: they become the older one
assert k.put(b"copy.wav") == id
assert k.edit(copy, name="x")[0] == "not_found"
other = k.put(b"other.wav")
k.batch(analysed(other, content=b"d" * 16))
assert k.batch({"move": {"id": id, "folder": k.folder, "file": b"other.wav"}})[0]["error"] == "exists"
P
    _persist_leaves_all_well
}

a_removed_library_takes_its_items_and_leaves_the_rest() {
    _home removal; _persist_up
    _py <<'P' || fail "see above"
drums = k.put_folder(b"drums", k.folder)
inner = k.put_folder(b"inner", drums)
def library(folder):
    return {"library": {"id": folder, "path": b"/x", "volume": k.volume, "ignore": [], "hidden_files": False,
                        "online": True, "files": 0}}
c.must("persist.put_library", library(drums)), c.must("persist.put_library", library(inner))
k.batch(*[k.place(b"%d.wav" % n, folder=drums) for n in range(3000)])
kept, stays = k.put(b"in.wav", folder=inner), k.put(b"outside.wav")
request = new_id()
done = c.ask("persist.remove_library", {"id": drums}, request, 300000)
assert done[0] == "ok", done
assert c.ask("persist.remove_library", {"id": drums}, request) == done
assert c.ask("persist.remove_library", {"id": drums})[0] == "not_found"
assert sum(r["removed"] and r["kind"] == "media" for r in k.changes()) == 3000
assert k.put(b"in.wav", folder=inner) == kept and k.put(b"outside.wav") == stays
assert k.put_folder(b"drums", k.folder) == drums     # another library lies in it
c.must("persist.remove_library", {"id": inner})
numbers = [r["revision"] for r in k.changes()]
assert numbers == list(range(1, len(numbers) + 1))
P
    _persist_leaves_all_well
}

# The inner one's files stay the outer one's, and go with it; in this order and the other, and both at once.
a_library_inside_another_one_is_removed_without_an_orphan() {
    _home nested; _persist_up
    _py <<'P' || fail "see above"
def library(folder):
    return {"library": {"id": folder, "path": b"/x", "volume": k.volume, "ignore": [], "hidden_files": False,
                        "online": True, "files": 0}}
def nested(name, outside):
    outer = k.put_folder(name, k.folder)
    deep = k.put_folder(b"deep", outer)
    inner = k.put_folder(b"inner", deep)
    items = [k.put(b"in.wav", folder=inner), k.put(b"lower.wav", folder=k.put_folder(b"lower", inner))]
    if outside:
        k.batch(*[k.place(b"%d.wav" % n, folder=deep) for n in range(outside)])
    for folder in (outer, inner):
        c.must("persist.put_library", library(folder))
    return outer, inner, items
def remove(*folders):
    requests = {c.send("persist.remove_library", {"id": folder}) for folder in folders}
    answers = [c.take("persist", 300000) for _ in folders]
    assert {a[0] for a in answers} == requests and all(a[1] == "ok" for a in answers[:len(set(folders))]), answers
def gone(items):
    return set(items) <= {r["id"] for r in k.changes() if r["removed"]}
outer, inner, items = nested(b"one", 10)
remove(inner, inner)
assert not any(r["removed"] and r["kind"] in ("media", "folder") for r in k.changes())
assert k.put(b"in.wav", folder=inner) == items[0]
remove(outer)
assert gone(items)
for outside in (0, 2000):
    for inner_is_first in (False, True):
        outer, inner, items = nested(b"%d-%d" % (outside, inner_is_first), outside)
        remove(*([inner, outer] if inner_is_first else [outer, inner]))
        assert gone(items), (outside, inner_is_first)
P
    _persist_leaves_all_well
}

a_removal_cut_short_by_a_kill_is_finished_when_asked_again() {
    _home cut; _persist_up
    _py <<'P' || fail "see above"
import os
library = {"id": k.folder, "path": b"/music", "volume": k.volume, "ignore": [], "hidden_files": False, "online": True,
           "files": 0}
c.must("persist.put_library", {"library": library})
for part in range(5):
    k.batch(*[k.place(b"%d-%d.wav" % (part, n)) for n in range(4000)])
open(os.environ["LOOPHOLE_HOME"] + "/folder", "wb").write(k.folder)
c.send("persist.remove_library", {"id": k.folder}, b"0123456789abcdef")
first = c.must("persist.changes_since", {"revision": 0, "limit": 1})["head"]
while c.must("persist.changes_since", {"revision": 0, "limit": 1})["head"] == first:
    pass
P
    _persist_ends KILL
    _persist_up
    _py <<'P' || fail "see above"
import os
folder = open(os.environ["LOOPHOLE_HOME"] + "/folder", "rb").read()
done = c.ask("persist.remove_library", {"id": folder}, b"0123456789abcdef", 300000)
assert done[0] == "ok", done
assert sum(r["removed"] and r["kind"] == "media" for r in k.changes()) == 20000
P
    _persist_leaves_all_well
}

# The item is large, so that the batch needs many parts; each operation but those refused changes it.
a_batch_killed_between_its_parts_is_done_once_and_answered_whole() {
    _home parts; _persist_up
    cat >"$scratch/parts.py" <<'P'
import os
from client import *
c = Client(); k = Catalogue(c)
def fact(n, words):
    return {"attribute": "f%03d" % n, "source": "user", "text": words, "confidence": 1.0, "version": 0, "shown": True}
id, request = k.put(b"kick.wav"), new_id()
for n in range(4):
    assert k.edit(id, facts=[fact(64 * n + m, "x" * 1000) for m in range(64)])[0] == "ok"
before = k.changes()[-1]["revision"]
open(os.environ["LOOPHOLE_HOME"] + "/begun", "w").write(str(before))
body = {"operations": [{"edit": {"id": id, "facts": [fact(0, str(n))]}} if n % 8 else
                       {"edit": {"id": new_id(), "name": "nobody"}} for n in range(4096)]}
first = c.ask("persist.batch", body, request, 120000)
assert first[0] == "ok", first
each = first[1]["each"]
assert [o["error"] for o in each] == ["ok" if n % 8 else "not_found" for n in range(4096)]
rows = [r["revision"] for r in k.changes(before) if r["request"] == request]
assert rows == [o["revision"] for o in each if o["error"] == "ok"], "an operation was done twice, or not at all"
assert c.ask("persist.batch", body, request) == first
assert c.ask("persist.undo")[0] == "ok"
P
    python "$scratch/parts.py" & client=$!
    until_true 60 test -s "$LOOPHOLE_HOME/begun"
    kills=0 between=0
    while [ $kills -lt "$(how_often 6 60)" ] && kill -0 $client 2>/dev/null; do
        sleep 0.1$((RANDOM % 10))
        _persist_ends KILL
        kills=$((kills + 1))
        loophole store check >"$scratch/parts.check" || fail "$(cat "$scratch/parts.check")"
        _persist_up
        between=$((between + $(_py <<<'print(0 < c.must("persist.changes_since", {"revision": 0, "limit": 1})["head"] - int(open(c.run + "/../begun").read()) < 3584)' | grep -c True)))
    done
    wait $client || fail "the batch was not done once"
    echo "figure: $kills kills within one batch, $between of them between two of its parts"
    holds test $between -gt 0
    _persist_leaves_all_well
}

a_second_writer_is_refused() {
    _home second; _persist_up
    said=$(refused timeout 60 loophole-persist --foreground)
    contains "$said" "persist"
    _py <<<'k.put(b"kick.wav")' || fail "the first one does not answer any more"
    mkdir -p "$scratch/home-elsewhere"               # the same data under another run directory: the store's own lock
    mkdir -p "$scratch/home-elsewhere/data"
    cp -a "$LOOPHOLE_HOME/data/." "$scratch/home-elsewhere/data/"
    rm "$scratch/home-elsewhere/data/store.lock"
    ln "$LOOPHOLE_HOME/data/store.lock" "$scratch/home-elsewhere/data/store.lock"
    said=$(LOOPHOLE_HOME=$scratch/home-elsewhere refused timeout 60 loophole-persist --foreground)
    contains "$said" "another engine writes the store"
    _persist_ends TERM
}

what_was_committed_is_told_to_who_listens() {
    _home events; _persist_up
    _py <<'P' || fail "see above"
import time
ear = c.listen("persist", "persist.changed")
heard, end = None, time.monotonic() + 60
while not heard and time.monotonic() < end:          # until the subscription has arrived
    k.put(b"%f.wav" % time.monotonic())
    heard = c.heard(ear, 200)
revision = k.edit(k.put(b"kick.wav"), name="x")[1]["revision"]
topic, epoch, sequence, body = heard
while body["revision"] < revision:
    _, _, next_sequence, body = c.heard(ear)
    assert next_sequence == sequence + 1
    sequence = next_sequence
P
    _persist_leaves_all_well
}

on_a_full_disk_nothing_is_acked_and_writes_come_back_with_room() {
    _home full
    mount -t tmpfs -o size=8m,mode=700 none "$LOOPHOLE_HOME" 2>/dev/null || skip "a tmpfs cannot be mounted here"
    ( _on_full_disk ); result=$?
    { kill -KILL "$(cat "$scratch/full.pid")" && sleep 0.2; } 2>/dev/null
    umount -l "$LOOPHOLE_HOME"
    [ $result = 0 ] || exit 1
}

_on_full_disk() {
    _persist_up
    echo "$persist" >"$scratch/full.pid"
    _py <<'P' || fail "see above"
import os, time
notes, home = "n" * 4000, os.environ["LOOPHOLE_HOME"]
id, acked, error = k.put(b"kick.wav"), [], "ok"
ballast = os.open(home + "/ballast", os.O_WRONLY | os.O_CREAT)
try:
    while os.write(ballast, b"x" * 4096):
        pass
except OSError:
    os.close(ballast)
for n in range(5000):
    error, answer = k.edit(id, notes=notes[:3990] + str(n))
    if error != "ok":
        break
    acked.append(answer["revision"])
assert error == "full", (error, answer)
status = c.must("persist.status")
assert "full" in status["alarm"], status
rows = k.client.must("persist.changes_since", {"revision": 0, "limit": 4096})   # reads go on
assert rows["head"] == (acked[-1] if acked else rows["head"])
os.unlink(home + "/ballast")
end = time.monotonic() + 60
while k.edit(id, name="again")[0] != "ok":
    assert time.monotonic() < end, "writes are still refused"
while c.must("persist.status")["alarm"]:
    assert time.monotonic() < end, "the alarm does not end"
numbers = [r["revision"] for r in k.changes()]
assert numbers == list(range(1, len(numbers) + 1)) and set(acked) <= set(numbers)
P
    _persist_leaves_all_well
}

run_claims "$@"
