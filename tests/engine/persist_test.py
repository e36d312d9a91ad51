#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""persist, the only writer, started by the test: exactly once, group commit, edits and their undo, one engine in a
home."""
import os
import subprocess
import threading
import time

import msgpack

from tests.claims import Home, Persist, claim, figure, how_often, random, run_claims, skip, until
from tests.client import Catalogue, Client, in_threads, new_id

LIBRARY = {"path": b"/x", "volume": bytes(16), "ignore": [], "hidden_files": False, "online": True, "files": 0}


@claim(inside=Persist)
def a_request_repeated_gives_the_first_answer(persist):
    c, k = persist.client, persist.catalogue
    id, request = k.put(b"kick.wav"), new_id()
    first = k.edit(id, request, name="one")
    k.edit(id, name="two")
    assert k.edit(id, request, name="one") == first
    assert [r["kind"] for r in k.changes()].count("media") == 3, k.changes()
    again = new_id()  # a request without an effect is recorded too
    quiet = k.edit(id, again, name="two")
    k.edit(id, name="three")
    assert k.edit(id, again, name="two") == quiet
    assert k.edit(id, expect=k.changes()[-1]["revision"], name="four")[0] == "ok"


@claim(inside=Persist)
def a_request_repeated_within_one_commit_is_done_once(persist):
    c, k = persist.client, persist.catalogue
    id, request = k.put(b"kick.wav"), new_id()
    before = len(k.changes())
    for _ in range(50):
        c.send("persist.put_media", {"edit": {"id": id, "name": "one"}}, request)
    answers = [c.take("persist") for _ in range(50)]
    assert all(a == answers[0] and a[1] == "ok" for a in answers), answers
    assert len(k.changes()) == before + 1


@claim(inside=Persist)
def another_ask_under_a_used_id_is_a_conflict(persist):
    c, k = persist.client, persist.catalogue
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
    # with another budget
    assert c.ask("persist.put_media", {"edit": {"name": "one", "id": id}}, request, 5000) == first
    within = new_id()
    for name in ("three", "four"):
        c.send("persist.put_media", {"edit": {"id": id, "name": name}}, within)
    answers = [c.take("persist") for _ in range(2)]
    assert sorted(a[1] for a in answers) == ["conflict", "ok"], answers
    persist.restart()
    c, k = persist.client, persist.catalogue
    error, said = c.ask("persist.put_media", {"edit": {"id": id, "name": "two"}}, request)
    assert error == "conflict", (error, said)
    assert k.edit(id, request, name="one")[0] == "ok"


@claim(inside=Persist)
def another_ask_under_the_id_of_one_under_way_is_a_conflict(persist):
    c, k = persist.client, persist.catalogue
    made = [c.must("persist.put_folder", {"folder": {"id": bytes(16), "volume": k.volume, "parent": bytes(16),
            "name": b"l%d" % n, "library": True}})["id"] for n in range(2)]
    for folder in made:
        c.must("persist.put_library", {"library": {"id": folder}})
    k.batch(*[k.place(b"%d.wav" % n, folder=made[0]) for n in range(4096)])
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


@claim(inside=Persist)
def a_service_asks_under_its_clients_id_with_the_digest_of_the_clients_ask(persist):
    c, k = persist.client, persist.catalogue

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


@claim(inside=Persist)
def a_wrong_value_is_refused_with_the_name_of_its_field(persist):
    c, k = persist.client, persist.catalogue
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
    odd = k.batch(k.place(b"odd.xyz", kind="hologram"))[0]  # a kind that only a newer engine knows is kept
    assert odd["error"] == "ok", odd

    def frame(*parts):
        c.socket("persist").send(msgpack.packb(list(parts)))
        return c.take("persist")

    request = new_id()
    assert frame(2, "persist.ping", request, 1000, {})[:2] == (request, "version")
    assert frame(1, "persist.ping", request, 1000)[:2] == (request, "bad_request")
    assert frame(1, "persist.ping", "x" * 16, 1000, {})[:2] == (bytes(16), "bad_request")


@claim(inside=Persist)
def a_request_repeated_after_a_crash_changes_nothing(persist):
    c, k = persist.client, persist.catalogue
    id, request = k.put(b"kick.wav"), new_id()
    first = k.edit(id, request, name="one", add_tags=["a"])
    rows = k.changes()
    persist.restart()
    c, k = persist.client, persist.catalogue
    assert k.edit(id, request, name="one", add_tags=["a"]) == first
    assert k.changes() == rows


@claim
def killed_at_random_under_load_every_acked_edit_is_there_once(home):
    def work(number):
        mine, acked = Client(home.path), []
        for n in range(150):
            request = new_id()
            body = {"edit": {"id": ids[number], "name": "%d-%d" % (number, n)}}
            error, answer = mine.ask("persist.put_media", body, request, 120000)
            assert error == "ok", answer
            acked.append((request, answer["revision"]))
            if random.random() < 0.2:
                assert mine.ask("persist.put_media", body, request, 120000) == (error, answer)
        return acked

    with Persist(home) as persist:
        ids = [persist.catalogue.put(b"%d.wav" % n) for n in range(4)]
        done = []
        load = threading.Thread(target=lambda: done.append(in_threads(4, work)))
        load.start()
        for _ in range(10):
            load.join(random.uniform(.1, .2))
            if not load.is_alive():
                break
            persist.restart()
        load.join()
        assert done, "an edit was not acked"
        acked, rows = sum(done[0], []), {}
        for row in persist.catalogue.changes():
            rows.setdefault(row["request"], []).append(row["revision"])
        for request, revision in acked:
            assert rows.get(request) == [revision], (rows.get(request), revision)
        numbers = [row["revision"] for row in persist.catalogue.changes()]
        assert numbers == list(range(1, len(numbers) + 1)), "the change log has a gap"
        figure("%d edits acked under kills, all there once" % len(acked))


@claim(inside=Persist)
def an_edit_that_expects_another_revision_is_a_conflict(persist):
    c, k = persist.client, persist.catalogue
    id = k.put(b"kick.wav")
    revision = k.edit(id, name="one")[1]["revision"]
    assert k.edit(id, expect=revision - 1, name="two")[0] == "conflict"
    assert k.edit(new_id(), expect=1, name="two")[0] == "conflict"  # also an item that does not exist
    assert k.edit(new_id(), name="two")[0] == "not_found"

    def both(number):
        return Catalogue(Client(persist.home.path)).edit(id, expect=revision, name="of %d" % number)[0]

    assert sorted(in_threads(8, both)) == ["conflict"] * 7 + ["ok"]


@claim(inside=Persist)
def undo_restores_exactly_what_the_edit_changed(persist):
    c, k = persist.client, persist.catalogue
    id, other = k.put(b"kick.wav"), k.put(b"snare.wav")

    def number(attribute, value):
        return {"attribute": attribute, "source": "user", "number": value, "confidence": 1.0, "version": 0, "shown": True}

    assert k.edit(id, name="one", add_tags=["warm", "short"], facts=[number("bpm", 100.0)])[0] == "ok"
    assert k.edit(id, name="two", notes="n", favourite=True, add_tags=["warm", "late"], remove_tags=["short", "none"],
                  facts=[number("bpm", 120.0), number("year", 3.0)], pack="p")[0] == "ok"
    assert k.edit(other, name="else")[0] == "ok"
    for _ in range(2):  # undo two, redo two, and once more
        assert c.must("persist.undo")["id"] == other
        assert c.must("persist.undo")["id"] == id
        assert c.must("persist.redo")["id"] == id
        assert c.must("persist.redo")["id"] == other
    assert c.ask("persist.redo")[0] == "not_found"
    c.must("persist.undo"), c.must("persist.undo")
    assert k.edit(id, hidden=True)[0] == "ok"  # a new edit discards the steps that could be redone
    assert c.ask("persist.redo")[0] == "not_found"
    c.must("persist.undo"), c.must("persist.undo")
    assert c.ask("persist.undo")[0] == "not_found"


@claim(inside=Persist)
def one_bad_operation_fails_alone(persist):
    c, k = persist.client, persist.catalogue
    bad = k.place(b"a/b.wav")
    nowhere = k.place(b"c.wav", folder=new_id())
    both = dict(k.place(b"x.wav"), presence={"id": new_id(), "availability": "missing"})
    got = k.batch(k.place(b"a.wav"), bad, nowhere, {}, both, {"presence": {"id": new_id(), "availability": "missing"}},
                  k.place(b"z.wav"))
    assert [o["error"] for o in got] == ["ok", "bad_request", "not_found", "bad_request", "bad_request", "not_found",
                                         "ok"], got
    assert got[0]["created"] and got[6]["created"] and got[1]["what"]
    again = k.batch(k.place(b"a.wav"))[0]  # the same place is the same item
    assert again["id"] == got[0]["id"] and not again["created"]


@claim(inside=Persist)
def a_file_that_came_back_or_moved_or_changed_keeps_its_item(persist):
    c, k = persist.client, persist.catalogue

    def analysed(id, size=1000, mtime=1, content=b"c" * 16, **more):
        fact = {"attribute": "bpm", "source": "analysis", "number": 120.0, "confidence": 0.5, "version": 1, "shown": True}
        return {"analysed": dict({"id": id, "size": size, "mtime": mtime, "state": "done", "failure": "",
                "content": content, "container": "wav", "sample_format": "pcm", "bit_depth": 16, "sample_rate": 44100,
                "channels": 2, "frames": 44100, "analyser": 1, "facts": [fact]}, **more)}

    id = k.put(b"kick.wav")
    assert not k.batch(analysed(id))[0]["stale"]
    assert k.batch(analysed(id, size=7))[0]["stale"]  # the analysis of a file that has changed since
    assert not k.batch(k.place(b"kick.wav"))[0]["stale"]
    assert k.batch({"presence": {"id": id, "availability": "missing"}})[0]["error"] == "ok"
    assert k.put(b"kick.wav") == id  # the file is there again
    assert k.batch({"move": {"id": id, "folder": k.folder, "file": b"moved.wav"}})[0]["id"] == id
    assert k.put(b"moved.wav") == id
    assert k.batch(k.place(b"moved.wav", size=2000))[0]["stale"]  # the file has changed: it must be analysed again
    copy = k.put(b"copy.wav")
    k.batch(analysed(id, size=2000), analysed(copy))
    gone = k.batch({"move": {"id": id, "folder": k.folder, "file": b"copy.wav"}})[0]
    assert gone["error"] == "ok" and gone["id"] == id, gone  # equal content: the items become the older one
    assert k.put(b"copy.wav") == id
    assert k.edit(copy, name="x")[0] == "not_found"
    other = k.put(b"other.wav")
    k.batch(analysed(other, content=b"d" * 16))
    assert k.batch({"move": {"id": id, "folder": k.folder, "file": b"other.wav"}})[0]["error"] == "exists"


@claim(inside=Persist)
def a_removed_library_takes_its_items_and_leaves_the_rest(persist):
    c, k = persist.client, persist.catalogue
    drums = k.put_folder(b"drums", k.folder)
    inner = k.put_folder(b"inner", drums)

    def library(folder):
        return {"library": dict(LIBRARY, id=folder, volume=k.volume)}

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
    assert k.put_folder(b"drums", k.folder) == drums  # the folder contains another library
    c.must("persist.remove_library", {"id": inner})
    numbers = [r["revision"] for r in k.changes()]
    assert numbers == list(range(1, len(numbers) + 1))


@claim(inside=Persist)
def a_library_inside_another_one_is_removed_without_an_orphan(persist):
    c, k = persist.client, persist.catalogue

    def library(folder):
        return {"library": dict(LIBRARY, id=folder, volume=k.volume)}

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


@claim(inside=Persist)
def a_removal_cut_short_by_a_kill_is_finished_when_asked_again(persist):
    c, k = persist.client, persist.catalogue
    c.must("persist.put_library", {"library": dict(LIBRARY, id=k.folder, volume=k.volume)})
    for part in range(5):
        k.batch(*[k.place(b"%d-%d.wav" % (part, n)) for n in range(4000)])
    c.send("persist.remove_library", {"id": k.folder}, b"0123456789abcdef")
    first = c.must("persist.changes_since", {"revision": 0, "limit": 1})["head"]
    while c.must("persist.changes_since", {"revision": 0, "limit": 1})["head"] == first:
        pass
    persist.restart()
    c, k = persist.client, persist.catalogue
    done = c.ask("persist.remove_library", {"id": k.folder}, b"0123456789abcdef", 300000)
    assert done[0] == "ok", done
    assert sum(r["removed"] and r["kind"] == "media" for r in k.changes()) == 20000


@claim(inside=Persist)
def a_library_that_is_forgotten_or_brought_back_through_kills_is_so_whole(persist):
    """After a kill persist continues the work by itself; the repeated request gets its answer."""
    c, k = persist.client, persist.catalogue
    c.must("persist.put_library", {"library": dict(LIBRARY, id=k.folder, volume=k.volume)})
    for part in range(3):
        k.batch(*[k.place(b"%d-%d.wav" % (part, n)) for n in range(4000)])

    def forgotten():
        found, after = 0, bytes(16)
        while True:
            each = persist.client.must("persist.forgotten", {"after": after, "limit": 1000}).get("each", [])
            if not each:
                return found
            found, after = found + len(each), each[-1]["id"]

    def head():
        return persist.client.must("persist.changes_since", {"revision": 0, "limit": 1})["head"]

    def cut(name, body):
        """Kills persist when it has begun, before its end; returns the answer of the repeated request."""
        request, first = new_id(), head()
        persist.client.send("persist." + name, body, request)
        until(lambda: head() > first)
        persist.restart()
        return persist.client.ask("persist." + name, body, request, 300000)

    assert cut("forget_library", {"id": k.folder})[0] == "ok"
    assert forgotten() == 12000
    error, taken = cut("undo", {})
    assert error == "ok" and taken["label"].startswith("Remove the library"), taken
    until(lambda: forgotten() == 0)
    first = head()
    persist.client.send("persist.redo", {}, new_id())
    until(lambda: head() > first)
    persist.restart()  # no client asks again
    until(lambda: forgotten() == 12000)
    assert persist.client.ask("persist.forget_library", {"id": k.folder})[0] == "not_found"
    persist.client.must("persist.put_library", {"library": dict(LIBRARY, id=k.folder, volume=k.volume)})
    assert cut("recall", {"folder": k.folder})[0] == "ok"
    assert forgotten() == 0 and not any(r["removed"] and r["kind"] == "media" for r in persist.catalogue.changes())


@claim(inside=Persist)
def a_library_that_is_added_during_its_removal_is_there_at_the_end(persist):
    c, k = persist.client, persist.catalogue
    library = {"library": dict(LIBRARY, id=k.folder, volume=k.volume)}
    c.must("persist.put_library", library)
    for part in range(3):
        k.batch(*[k.place(b"%d-%d.wav" % (part, n)) for n in range(4000)])
    first = k.changes()[-1]["revision"]
    removal = c.send("persist.forget_library", {"id": k.folder})
    other = Client(persist.home.path)
    until(lambda: other.must("persist.changes_since", {"revision": 0, "limit": 1})["head"] > first)
    other.must("persist.put_library", library)
    other.must("persist.recall", {"folder": k.folder})
    assert c.take("persist", 300000)[:2] == (removal, "ok")
    assert not other.must("persist.forgotten", {"after": bytes(16), "limit": 1}).get("each")
    assert [r for r in k.changes() if r["kind"] == "library"][-1]["removed"] is False


@claim
def a_batch_killed_between_its_parts_is_done_once_and_answered_whole(home):
    """The item is large, so the batch needs many parts. Each operation that is not refused changes the item."""
    def fact(n, words):
        return {"attribute": "f%03d" % n, "source": "user", "text": words, "confidence": 1.0, "version": 0, "shown": True}

    def head():
        return persist.client.must("persist.changes_since", {"revision": 0, "limit": 1})["head"]

    def killed(number):
        """Kills persist within a batch. Returns how often, and how often between two of its parts."""
        request, kills, between = new_id(), 0, 0
        before = persist.catalogue.changes()[-1]["revision"]
        body = {"operations": [{"edit": {"id": id, "facts": [fact(0, f"{number} {n}")]}} if n % 8 else
                               {"edit": {"id": new_id(), "name": "nobody"}} for n in range(4096)]}
        answers = []
        batch = threading.Thread(target=lambda: answers.append(Client(home.path).ask("persist.batch", body, request,
                                                                                     120000)))
        batch.start()
        while kills < how_often(6, 60) and batch.is_alive():
            if not between:
                until(lambda: head() > before or not batch.is_alive(), what="a part is done")
            batch.join(random.uniform(.1, .2) if between else random.uniform(0, .05))
            persist.kill()
            kills += 1
            home.check_store()
            persist.start()
            between += 0 < head() - before < 3584
        batch.join()
        error, answer = answers[0]
        assert error == "ok", answer
        each = answer["each"]
        assert [o["error"] for o in each] == ["ok" if n % 8 else "not_found" for n in range(4096)]
        rows = [r["revision"] for r in persist.catalogue.changes(before) if r["request"] == request]
        assert rows == [o["revision"] for o in each if o["error"] == "ok"], "an operation was done twice, or not at all"
        assert persist.client.ask("persist.batch", body, request) == (error, answer)
        assert persist.client.ask("persist.undo")[0] == "ok"
        return kills, between

    with Persist(home) as persist:
        id, rounds = persist.catalogue.put(b"kick.wav"), []
        for n in range(4):
            assert persist.catalogue.edit(id, facts=[fact(64 * n + m, "x" * 1000) for m in range(64)])[0] == "ok"
        while not any(between for _, between in rounds):  # this process may wait until a whole batch is done
            assert len(rounds) < 20, rounds
            rounds.append(killed(len(rounds)))
        kills, between = map(sum, zip(*rounds))
        figure(f"{kills} kills within one batch, {between} of them between two of its parts")


@claim(inside=Persist)
def an_apply_is_done_whole_or_not_at_all(persist):
    c, k = persist.client, persist.catalogue
    items = [k.put(b"%d.wav" % n) for n in range(40)]
    actions = [{"edit": {"id": id, "add_tags": ["warm"], "favourite": True}} for id in items]
    before = k.changes()
    broken = actions[:20] + [{"edit": {"id": new_id(), "name": "nobody"}}] + actions[20:]
    error, said = c.ask("persist.apply", {"label": "Tag", "scope": "", "actions": broken})
    assert error == "not_found" and said["field"] == "actions[20].edit.id" and "no media item" in said["what"], said
    assert k.changes() == before
    done = c.must("persist.apply", {"label": "Tag", "scope": "", "actions": actions})
    assert done["items"] == 40 and done["revision"] == k.changes()[-1]["revision"], done
    rows = k.changes(before[-1]["revision"])
    assert [r["id"] for r in rows] == items and len({r["request"] for r in rows}) == 1
    for name in ("undo", "redo", "undo"):  # one step
        taken = c.must("persist." + name)
        assert taken["items"] == 40 and taken["label"] == "Tag" and taken["step"] == done["step"], taken
    assert c.ask("persist.undo")[0] == "not_found"


@claim(inside=Persist)
def an_apply_that_makes_small_rows_too_large_is_refused_before_it_begins(persist):
    c, k = persist.client, persist.catalogue
    items = [one["id"] for part in range(4) for one in k.batch(*[k.place(b"%d-%d.wav" % (part, n)) for n in range(1024)])]

    def fill(size):
        return {"label": "Fill", "scope": "", "actions": [{"edit": {"id": id, "notes": "n" * size}} for id in items]}

    before = k.changes()
    error, said = c.ask("persist.apply", fill(1500))
    assert error == "too_large" and "rewrites about" in said["what"], said
    said = [{"attribute": "mood", "source": "user", "text": "x" * 1000, "confidence": 1.0, "version": 0, "shown": True}]
    facts = {"label": "Fill", "scope": "", "actions": [{"edit": {"id": id, "facts": said}} for id in items]}
    assert c.ask("persist.apply", facts)[0] == "too_large"
    assert k.changes() == before
    assert c.must("persist.apply", fill(150))["items"] == len(items)
    assert c.must("persist.undo")["items"] == len(items)  # what one apply may do, one undo may take back
    redone = c.must("persist.redo")
    assert redone["items"] == len(items)
    assert c.must("persist.undo", {"scope": "", "to": redone["step"]})["items"] == len(items)
    assert c.must("persist.apply", {**fill(1500), "parts": True}, budget_ms=120000)["items"] == len(items)


@claim(inside=Persist)
def steps_of_every_scope_survive_a_kill(persist):
    c, k = persist.client, persist.catalogue
    a, b, project = k.put(b"a.wav"), k.put(b"b.wav"), "01J0000000000000000000000P"

    def apply(label, *actions, scope=""):
        return persist.client.must("persist.apply", {"label": label, "scope": scope, "actions": list(actions)})["step"]

    def name(id, to):
        return {"edit": {"id": id, "name": to}}

    def steps(scope=""):
        ask = {"scope": scope, "before": 0, "limit": 0}
        return [(one["label"], one["items"], one["undone"])
                for one in persist.client.must("persist.undo_list", ask).get("each", [])]

    assert k.edit(a, favourite=True, add_tags=["warm"])[0] == "ok"
    two = apply("Name two", name(a, "one"), name(b, "two"))
    apply("Name a", name(a, "three"))
    apply("Of the project", {"edit": {"id": b, "notes": "n"}}, scope=project)
    assert k.batch({"move": {"id": b, "folder": k.folder, "file": b"moved.wav"}})[0]["error"] == "ok"
    persist.restart()
    assert steps() == [("Name a", 1, False), ("Name two", 2, False), ("favourite, tag +warm", 1, False)], steps()
    assert steps(project) == [("Of the project", 1, False)] and steps("moves") == [("move", 1, False)]
    taken = persist.client.must("persist.undo", {"scope": "", "to": two})
    assert (taken["steps"], taken["items"], taken["label"]) == (2, 3, "Name two"), taken
    assert [undone for _, _, undone in steps()] == [True, True, False]
    assert persist.client.must("persist.undo", {"scope": project})["id"] == b
    moved = persist.client.must("persist.moves", {"before": 0, "limit": 0})["each"][0]
    assert (moved["id"], moved["from"], moved["to"]) == (b, b"/music/b.wav", b"/music/moved.wav"), moved
    persist.restart()
    assert persist.client.must("persist.redo")["label"] == "Name two"
    assert persist.client.must("persist.forget", {"id": a})
    assert persist.client.must("persist.undo")["gone"] == 1  # one of two items is left
    refused = persist.client.ask("persist.undo", {"scope": "", "to": 1})
    assert refused[0] == "conflict" and "no longer in the catalogue" in refused[1]["what"], refused


@claim(inside=Persist)
def edits_of_others_wait_briefly_while_a_client_sends_the_largest_applies(persist):
    """The claim asserts no figure, because a busy machine may have any latency."""
    c, k = persist.client, persist.catalogue
    items = [one["id"] for part in range(4) for one in k.batch(*[k.place(b"%d-%d.wav" % (part, n)) for n in range(1024)])]
    own, waits, applies = k.put(b"own.wav"), [], []

    def send_applies():
        client, on = Client(persist.home.path), True
        while len(waits) < how_often(300, 5000):
            on = not on
            actions = [{"edit": {"id": id, "hidden": on, "notes": "n" * 100}} for id in items]
            applies.append(client.must("persist.apply", {"label": "All", "scope": "", "actions": actions})["items"])

    thread = threading.Thread(target=send_applies)
    thread.start()
    try:
        while thread.is_alive():
            began = time.monotonic()
            assert k.edit(own, notes=str(len(waits)))[0] == "ok"
            waits.append(time.monotonic() - began)
    finally:
        waits += [0] * how_often(300, 5000)
        thread.join()
    waits = sorted(w for w in waits if w)
    assert len(applies) > 1 and set(applies) <= {0, len(items)}, applies
    figure(f"p99 of {len(waits)} edits while {len(applies)} applies of {len(items)} actions were sent: "
           f"{waits[len(waits) * 99 // 100] * 1000:.1f} ms, median {waits[len(waits) // 2] * 1000:.1f} ms")


@claim
def an_apply_killed_at_any_moment_is_done_once_or_not_at_all(home):
    with Persist(home) as persist:
        items = [one["id"] for one in persist.catalogue.batch(*[persist.catalogue.place(b"%d.wav" % n)
                                                                for n in range(3000)])]
        done, kills, unanswered = 0, 0, 0
        while kills < how_often(8, 100):
            before = persist.catalogue.changes()[-1]["revision"]
            body = {"label": "All", "scope": "", "actions": [{"edit": {"id": id, "name": f"{kills} {done}"}}
                                                             for id in items]}
            request, client = new_id(), Client(home.path)
            client.send("persist.apply", body, request)
            got = client.take("persist", random.randrange(1, 200))
            persist.kill()
            kills += 1
            persist.start()
            rows = [r for r in persist.catalogue.changes(before) if r["request"] == request]
            assert len(rows) in (0, len(items)), len(rows)
            assert rows or not got, "an apply was acknowledged and is not there"
            unanswered += bool(rows) and not got
            again = persist.client.ask("persist.apply", body, request, 120000)
            assert again[0] == "ok" and again[1]["items"] == len(items), again
            assert not got or got[1:] == again, (got, again)
            assert len([r for r in persist.catalogue.changes(before) if r["request"] == request]) == len(items)
            done += 1
        assert persist.client.must("persist.undo", budget_ms=120000)["items"] == len(items)
        home.check_store()
        figure(f"{kills} kills within applies, {unanswered} of them after the commit and before the answer")


@claim(inside=Persist)
def an_undo_that_a_death_cuts_goes_on_but_takes_back_no_step_of_another_client(persist):
    c, k = persist.client, persist.catalogue
    items = [one["id"] for part in range(2) for one in k.batch(*[k.place(b"%d-%d.wav" % (part, n)) for n in range(4000)])]
    c.must("persist.apply", {"label": "All", "scope": "", "parts": True,
                             "actions": [{"edit": {"id": id, "favourite": True}} for id in items]}, budget_ms=120000)

    def head():
        return c.must("persist.changes_since", {"revision": 0, "limit": 1})["head"]

    def cut(name, other):
        """Kills persist after the first part; returns the id of the request."""
        while True:
            request, first = new_id(), head()
            c.send("persist." + name, {}, request)
            while head() == first:
                pass  # the parts follow each other within milliseconds
            persist.restart()
            if head() < first + len(items):
                return request
            c.must("persist." + other, {}, budget_ms=60000)  # this process waited too long: all parts were done

    for name, other in (("undo", "redo"), ("redo", "undo")):
        error, taken = c.ask("persist." + name, {}, cut(name, other), 60000)
        assert (error, taken["items"], taken["label"]) == ("ok", len(items), "All"), (error, taken)
    request = cut("undo", "redo")
    assert k.edit(items[0], name="between")[0] == "ok"
    error, fault = c.ask("persist.undo", {}, request, 60000)
    assert error == "conflict" and "another change came between" in fault["what"], (error, fault)
    assert c.must("persist.undo")["id"] == items[0]  # it was still there


@claim
def a_second_writer_is_refused(home):
    """It is refused with the same run directory, and also with another one: the store has a lock of its own."""
    with Persist(home) as persist:
        said = home.run("loophole-persist", "--foreground", code=None, timeout=600)
        assert said.code != 0 and "persist" in said.all, said
        persist.catalogue.put(b"kick.wav")
        other = Home(home.path + "-elsewhere")
        home.run("cp", "-a", home.file("data"), other.file("data"))
        os.unlink(other.file("data", "store.lock"))
        os.link(home.file("data", "store.lock"), other.file("data", "store.lock"))
        said = other.run("loophole-persist", "--foreground", code=None, timeout=600)
        assert said.code != 0 and "another engine writes the store" in said.all, said


@claim(inside=Persist)
def subscribers_get_an_event_after_each_commit(persist):
    c, k = persist.client, persist.catalogue
    subscription = c.listen("persist", "persist.changed")
    numbers = iter(range(1000))

    def heard_after_a_put():  # a subscription takes effect some time after connect
        k.put(b"%d.wav" % next(numbers))
        return c.heard(subscription, 200)

    heard = until(heard_after_a_put)
    revision = k.edit(k.put(b"kick.wav"), name="x")[1]["revision"]
    topic, epoch, sequence, body = heard
    while body["revision"] < revision:
        _, _, next_sequence, body = c.heard(subscription)
        assert next_sequence == sequence + 1
        sequence = next_sequence


@claim
def on_a_full_disk_nothing_is_acked_and_writes_come_back_with_room(home):
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "none", home.path], check=False)
    if mounted.returncode:
        skip("a tmpfs cannot be mounted here")
    try:
        with Persist(home) as persist:
            _fill_the_disk(home, persist.client, persist.catalogue)
    finally:
        home.end()
        subprocess.run(["umount", "-l", home.path], check=True)


def _fill_the_disk(home, c, k):
    notes, acked = "n" * 4000, []
    id = k.put(b"kick.wav")
    with open(home.file("ballast"), "wb", buffering=0) as ballast:
        try:
            while ballast.write(b"x" * 4096):
                pass
        except OSError:
            pass
    for n in range(5000):
        error, answer = k.edit(id, notes=notes[:3990] + str(n))
        if error != "ok":
            break
        acked.append(answer["revision"])
    assert error == "full", (error, answer)
    status = c.must("persist.status")
    assert "full" in status["alarm"], status
    rows = c.must("persist.changes_since", {"revision": 0, "limit": 4096})  # reads continue
    assert rows["head"] == (acked[-1] if acked else rows["head"])
    os.unlink(home.file("ballast"))
    until(lambda: k.edit(id, name="again")[0] == "ok", what="writes are taken")
    until(lambda: not c.must("persist.status")["alarm"], what="the alarm ends")
    numbers = [r["revision"] for r in k.changes()]
    assert numbers == list(range(1, len(numbers) + 1)) and set(acked) <= set(numbers)


run_claims()
