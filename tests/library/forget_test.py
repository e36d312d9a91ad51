#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Items that a person forgets: out of every list, kept whole, brought back, and removed for good only when asked. And
missing items that take the files of others."""
import json
import os
import shutil

from tests.claims import Persist, claim, contains, run_claims, same, until
from tests.client import Catalogue, new_id
from tests.library.indexing import Indexing, wav
from tests.drives.storage import Disks


def a_library(it, name, files=6):
    """A library of tones, and the ids of its items by file name."""
    music = it.folder(name)
    for i in range(files):
        wav(f'{music}/{i % 2}/{i}.wav', 300 + 20 * i)
    it.add(music)
    it.becomes(music, f'local:done={files}')
    return music, {os.path.basename(item[3]).decode(): item[2] for item in it.items(music)}


def forgotten(it):
    return sorted(line['id'] for line in it.home.json('forgotten'))


@claim(inside=Indexing)
def a_forgotten_item_is_in_no_list_and_undo_brings_it_back_whole(it):
    music, ids = a_library(it, 'one')
    loophole, one = it.home.loophole, ids['1.wav']
    loophole('tag', one, '+mine')
    before = it.home.first('show', one)
    loophole('forget', one)
    it.becomes(music, 'local:done=5')
    same([], [line for line in it.home.json('similar', ids['0.wav'], '--limit', '50') if line['id'] == one])
    same([one], forgotten(it))
    line = it.home.first('forgotten')
    same((before['name'], before['path']), (line['name'], line['path']))
    it.rescan(music)
    os.utime(f'{music}/1/1.wav')
    it.rescan(music)
    it.becomes(music, 'local:done=5')
    contains(loophole('undo').out, 'forget')
    it.becomes(music, 'local:done=6')
    after = it.home.first('show', one)
    same((before['tags'], before['facts'] if 'facts' in before else 0, before['added_us']),
         (after['tags'], after['facts'] if 'facts' in after else 0, after['added_us']))
    same([], forgotten(it))
    loophole('redo')
    it.becomes(music, 'local:done=5')
    loophole('forget', one, '--off')
    it.becomes(music, 'local:done=6')
    loophole('store', 'check')


@claim(inside=Indexing)
def forgetting_the_last_copy_of_a_sound_warns(it):
    music, ids = a_library(it, 'copied', 3)
    shutil.copy(music + '/0/0.wav', music + '/copy.wav')
    it.rescan(music)
    it.becomes(music, 'local:done=4')
    ids = {os.path.basename(item[3]).decode(): item[2] for item in it.items(music)}
    warning = 'no other copy of this sound can be read now'
    same('', it.home.loophole('forget', ids['0.wav']).err)
    contains(it.home.loophole('forget', ids['copy.wav']).err, warning)
    contains(it.home.loophole('forget', ids['1.wav']).err, warning)
    for _ in range(3):
        it.home.loophole('undo')
    it.becomes(music, 'local:done=4')
    contains(it.home.loophole('forget', ids['0.wav'], ids['1.wav']).err, '1 of the 2 sounds has no other copy that')
    it.home.loophole('undo')
    same({'last_copies': 1, 'of': 2}, it.home.json('forget', ids['0.wav'], ids['1.wav'])[-1])
    contains(it.home.loophole('library', 'remove', music).err, '2 of the 2 sounds have no other copy that')


@claim(inside=Disks)
def the_last_copies_in_the_trees_of_a_library_and_hidden_ones_warn_too(it):
    music, ids = a_library(it, 'around', 2)
    linked, disk = it.folder('linked'), it.disk('inside')
    for i in range(4):
        wav(f'{linked}/{i}.wav', 1000 + 20 * i)
    for i in range(3):
        wav(f'{disk}/{i}.wav', 2000 + 20 * i)
        wav(f'{music}/declared/{i}.wav', 3000 + 20 * i)
    shutil.copy(linked + '/0.wav', it.folder('copy.wav'))
    os.makedirs(it.folder('copies'))
    os.rename(it.folder('copy.wav'), it.folder('copies', 'copy.wav'))
    it.add(it.folder('copies'))
    os.symlink(linked, music + '/link')
    it.add(music, follow_links=True)
    it.home.loophole('library', 'set', music + '/declared', 'backend=external')
    it.move(disk, 'around', 'usb')
    it.home.loophole('hide', ids['0.wav'])
    until(lambda: len(it.home.json('library', 'list')) == 5)
    it.idle()
    until(lambda: len(it.items()) == 12 and it.home.json('search', 'is:hidden'))
    contains(it.home.loophole('library', 'remove', music).err, '11 of the 12 sounds have no other copy that')


@claim(inside=Indexing)
def a_query_forgets_many_items_as_one_step(it):
    music, ids = a_library(it, 'many')
    contains(it.home.loophole('forget', 'kind:audio', '--all').out, '6 items')
    it.becomes(music, '')
    same(sorted(ids.values()), forgotten(it))
    contains(it.home.loophole('undo').out, 'Forget 6 items')
    it.becomes(music, 'local:done=6')


@claim(inside=Indexing)
def a_removed_library_comes_back_by_undo_and_by_adding_it(it):
    music, ids = a_library(it, 'back')
    loophole = it.home.loophole
    loophole('tag', ids['2.wav'], '+mine')
    loophole('forget', ids['3.wav'])
    for way in ('undo', 'add'):
        loophole('library', 'remove', music)
        it.becomes(music, '')
        same(sorted(ids.values()), forgotten(it))
        same([], it.home.json('library', 'list'))
        if way == 'undo':
            contains(loophole('undo').out, f'Remove the library {music}')
            it.idle()
            same([music], [line['path'] for line in it.home.json('library', 'list')])
            it.becomes(music, 'local:done=5')
            same([ids['3.wav']], forgotten(it))
        else:
            it.add(music)
            it.becomes(music, 'local:done=6')
    same(ids, {os.path.basename(item[3]).decode(): item[2] for item in it.items(music)})
    contains(it.home.first('show', ids['2.wav'])['tags'], 'mine')
    wav(f'{music}/new.wav', 900)
    it.becomes(music, 'local:done=7')  # it is watched
    loophole('store', 'check')


@claim(inside=Indexing)
def only_emptying_the_forgotten_removes_items_and_it_asks_first(it):
    music, ids = a_library(it, 'empty')
    it.home.loophole('library', 'remove', music)
    contains(it.home.refused('forgotten', '--empty'), '6 items would be removed for good')
    same(6, len(forgotten(it)))
    same(6, it.home.first('forgotten', '--empty', '--yes')['items'])
    same([], forgotten(it))
    it.home.loophole('show', ids['0.wav'], code=12)
    same(True, os.path.isfile(f'{music}/0/0.wav'))
    it.home.loophole('store', 'check')
    it.add(music)
    it.becomes(music, 'local:done=6')
    assert not set(ids.values()) & {item[2] for item in it.items(music)}, 'a removed id came back'


@claim(inside=Indexing)
def a_removed_library_that_moved_comes_back_where_it_is_added(it):
    music, ids = a_library(it, 'old place')
    it.home.loophole('library', 'remove', music)
    shutil.move(music, it.folder('new place'))
    it.add(it.folder('new place'))
    it.becomes(it.folder('new place'), 'local:done=6')
    until(lambda: sorted(ids.values()) == sorted(item[2] for item in it.items(it.folder('new place'))))


@claim(inside=Indexing)
def a_library_that_is_added_while_it_is_removed_stays_with_its_items(it):
    music, one = it.folder('again'), wav(it.folder('one.wav'), 610)
    os.mkdir(music)
    for i in range(300):
        shutil.copy(one, f'{music}/{i}.wav')
    it.add(music)
    it.becomes(music, 'local:done=300')
    ids = sorted(item[2] for item in it.items(music))
    for _ in range(3):
        it.must('rescan', music)  # the removal waits for the end of the scan
        asks = {it.client.send('indexer.' + name, {'path': os.fsencode(music)}, budget_ms=120000): name
                for name in ('remove_library', 'add_library')}
        answers = {asks[said[0]]: said[1] for said in (it.client.take('indexer', 120000) for _ in asks)}
        same({'remove_library': 'ok', 'add_library': 'ok'}, answers)
        until(lambda: [line['path'] for line in it.home.json('library', 'list')] == [music])
        until(lambda: forgotten(it) == [])
        it.idle()
        it.becomes(music, 'local:done=300')
        same(ids, sorted(item[2] for item in it.items(music)))
    it.home.loophole('store', 'check')


# ---- relinking ----

def lose(it, name, files=4):
    """A library of tones with tags whose files are then replaced by others in another library, which differ in content
    but not in name; returns both folders and the ids of the missing items by file name."""
    music, other = it.folder(name), it.folder('found ' + name)
    for i in range(files):
        wav(f'{music}/pack/{i}.wav', 300 + 20 * i)
    it.add(music)
    it.becomes(music, f'local:done={files}')
    ids = {os.path.basename(item[3]).decode(): item[2] for item in it.items(music)}
    it.home.loophole('tag', 'kind:audio', '--all', '+mine')
    for i in range(files):
        os.unlink(f'{music}/pack/{i}.wav')
        wav(f'{other}/pack/{i}.wav', 700 + 20 * i)
    it.rescan(music, accept_missing=True)
    it.becomes(music, f'missing:done={files}')
    it.add(other)
    it.becomes(other, f'local:done={files}')
    return music, other, ids


def ids_at(it, folder):
    return {os.path.basename(item[3]).decode(): item[2] for item in it.items(folder)}


@claim(inside=Indexing)
def candidates_have_a_score_and_reasons_and_apply_takes_the_best(it):
    music, other, ids = lose(it, 'lost')
    lines = it.home.json('relink')
    same(sorted(ids.values()), sorted(line['id'] for line in lines))
    for line in lines:
        best = line['candidates'][0]
        same(os.path.basename(line['path']), os.path.basename(best['path']))
        same({'name', 'size', 'duration', 'content', 'folders'}, set(best['why']) - {'distance'})
        assert 0.5 < best['score'] <= 1, best
    assert 'distance' in it.home.first('relink', ids['1.wav'])['candidates'][0]['why']
    theirs = ids_at(it, other)
    contains(it.home.loophole('relink', music, '--to', other, '--apply').out, 'relinked: 4 of 4')
    it.becomes(music, '')
    it.becomes(other, 'local:done=4')
    same(ids, ids_at(it, other))
    contains(it.home.first('show', ids['1.wav'])['tags'], 'mine')
    same(sorted(theirs.values()), forgotten(it))
    it.home.loophole('store', 'check')
    it.rescan(other)
    same(ids, ids_at(it, other))
    contains(it.home.loophole('undo').out, 'Relink 4 items')
    it.becomes(music, 'missing:done=4')
    same(theirs, ids_at(it, other))
    same([], forgotten(it))
    it.home.loophole('redo')
    it.becomes(music, '')
    same(ids, ids_at(it, other))
    it.home.loophole('store', 'check')


@claim(inside=Indexing)
def one_item_takes_the_file_that_a_person_names(it):
    music, other, ids = lose(it, 'one lost', 2)
    it.home.loophole('relink', ids['0.wav'], '--to', f'{other}/pack/1.wav', '--apply')
    until(lambda: ids_at(it, other).get('1.wav') == ids['0.wav'])
    contains(it.home.refused('relink', ids['0.wav']), 'is not missing')
    assert all(line['id'] != ids['1.wav'] and line['availability'] == 'local'
               for line in it.home.json('suggest', ids['1.wav']))
    contains(it.home.refused('relink', ids['1.wav'], '--to', '/nowhere'), 'no file below /nowhere')
    it.home.loophole('undo')
    it.home.loophole('store', 'check')


@claim(inside=Indexing)
def the_item_that_takes_a_file_also_gets_what_a_person_said_of_the_file(it):
    music, other, ids = lose(it, 'said', 2)
    it.home.loophole('rate', ids['0.wav'], '2')
    it.home.loophole('tag', f'{other}/pack/0.wav', '+theirs')
    it.home.loophole('rate', f'{other}/pack/0.wav', '5')
    it.home.loophole('edit', f'{other}/pack/0.wav', 'bpm=99', 'notes=of the other')
    it.home.loophole('use', 'Ann', f'{other}/pack/0.wav', '--role', 'drums')
    it.home.loophole('use', 'Both', f'{other}/pack/0.wav')
    it.home.loophole('use', 'Both', ids['0.wav'])
    it.home.loophole('use', 'Mine', ids['0.wav'])
    contains(it.home.loophole('relink', music, '--to', other, '--apply').out,
             'relinked: 2 of 2 missing items; 1 also got the tags and facts of the file\'s former item')
    it.becomes(other, 'local:done=2')
    shown = it.home.first('show', ids['0.wav'])
    same(['mine', 'theirs'], sorted({'mine', 'theirs'}.intersection(shown['tags'])))
    same((2, 'of the other'), (shown['rating'], shown['notes']))
    same([ids['0.wav']], [line['id'] for line in it.home.json('search', 'bpm:99', '--fields', 'id')])
    used = lambda name: [line['id'] for line in it.home.json('search', 'used:' + name, '--fields', 'id')]
    same([[ids['0.wav']]] * 3, [used('Ann'), used('Both'), used('Mine')])
    it.home.loophole('undo')
    it.becomes(music, 'missing:done=2')
    shown = it.home.first('show', f'{other}/pack/0.wav')
    same((5, 'of the other'), (shown['rating'], shown['notes']))
    same(([shown['id']], [ids['0.wav']]), (used('Ann'), used('Mine')))
    same(sorted([shown['id'], ids['0.wav']]), sorted(used('Both')))
    it.home.loophole('redo')
    it.becomes(music, '')
    same([ids['0.wav']], used('Ann'))
    it.home.loophole('store', 'check')


def put_many(k, folder, name, count):
    """The ids of new items, in the order of their numbers."""
    ids = []
    for at in range(0, count, 2500):
        numbers = range(at, min(at + 2500, count))
        ids += [o["id"] for o in k.batch(*[k.place(name % n, folder=folder) for n in numbers])]
    return ids


def forget_many(k, ids):
    for at in range(0, len(ids), 2500):
        k.batch(*[{"edit": {"id": id, "forgotten": True}} for id in ids[at:at + 2500]])


def head_of(c):
    return c.must("persist.changes_since", {"revision": 0, "limit": 1})["head"]


def forgotten_ids(c):
    ids, after = [], bytes(16)
    while True:
        lines = c.must("persist.forgotten", {"after": after, "limit": 1000}).get("each")
        if not lines:
            return ids
        after = lines[-1]["id"]
        ids += [line["id"] for line in lines]


@claim(inside=Persist)
def emptying_again_after_a_death_leaves_what_was_forgotten_meanwhile(persist):
    k = persist.catalogue
    first, later = put_many(k, k.folder, b"first%d.wav", 5000), put_many(k, k.folder, b"later%d.wav", 3)
    forget_many(k, first)
    request, head = new_id(), head_of(persist.client)
    persist.client.send("persist.empty_forgotten", {}, request)
    until(lambda: head_of(persist.client) > head)
    persist.restart()
    persist.catalogue.batch(*[{"edit": {"id": id, "forgotten": True}} for id in later])
    same(("ok", 5000), (lambda said: (said[0], said[1]["items"]))(
        persist.client.ask("persist.empty_forgotten", {}, request, 60000)))
    same(sorted(later), forgotten_ids(persist.client))
    same(3, persist.client.must("persist.empty_forgotten", {})["items"])
    persist.home.check_store()


@claim(inside=Persist)
def emptying_leaves_the_items_of_a_library_whose_removal_is_under_way(persist):
    c, k = persist.client, persist.catalogue
    before = put_many(k, k.put_folder(b"plain"), b"%d.wav", 5000)
    forget_many(k, before)
    inside = put_many(k, k.folder, b"%d.wav", 5000)
    c.must("persist.put_library", {"library": {"id": k.folder}})
    head, asks = head_of(c), {}
    for name in ("forget_library", "empty_forgotten"):
        asks[c.send("persist." + name, {"id": k.folder} if name == "forget_library" else {}, budget_ms=60000)] = name
    answers = {asks[said[0]]: said[1] for said in (c.take("persist", 60000) for _ in asks)}
    same({"forget_library": "ok", "empty_forgotten": "ok"}, answers)
    changes = k.changes(head)
    emptied = {one["id"] for one in changes if one["removed"] and one["kind"] == "media"}
    begun = min(one["revision"] for one in changes if one["removed"] and one["kind"] == "media")
    marked = {one["id"] for one in changes if one["revision"] < begun}
    assert emptied <= marked | set(before), "an item was removed that was forgotten after the emptying began"
    same(sorted(set(inside) - emptied), forgotten_ids(c))


@claim(inside=Persist)
def an_item_that_was_brought_back_alone_still_comes_back_with_its_library(persist):
    c, k = persist.client, persist.catalogue
    ids = put_many(k, k.folder, b"%d.wav", 3)
    c.must("persist.put_library", {"library": {"id": k.folder}})
    c.must("persist.forget_library", {"id": k.folder})
    c.must("persist.put_media", {"edit": {"id": ids[0], "forgotten": False}})
    for _ in range(2):
        c.must("persist.undo", {})
    until(lambda: forgotten_ids(c) == [])


@claim(inside=Persist)
def the_removal_of_a_mounts_library_takes_its_folders_and_no_library_inside(persist):
    c, k = persist.client, persist.catalogue
    mount, inside = k.put_folder(b""), k.put_folder(b"inside")
    own = put_many(k, k.put_folder(b"deep", k.folder), b"%d.wav", 3) + put_many(k, mount, b"r%d.wav", 2)
    put_many(k, inside, b"%d.wav", 2)
    for folder in (mount, inside):
        c.must("persist.put_library", {"library": {"id": folder}})
    head = head_of(c)
    c.must("persist.remove_library", {"id": mount})
    same(sorted(own), sorted(one["id"] for one in k.changes(head) if one["removed"] and one["kind"] == "media"))
    persist.home.check_store()


@claim(inside=Persist)
def a_scan_that_ends_after_its_library_was_removed_does_not_add_it_again(persist):
    c, k = persist.client, persist.catalogue
    scanned = {"library": {"id": k.folder, "path": b"/music", "files": 3}, "found": True}
    ids = put_many(k, k.folder, b"%d.wav", 3)
    c.must("persist.put_library", {"library": {"id": k.folder, "path": b"/music"}})
    c.must("persist.put_library", scanned)
    c.must("persist.forget_library", {"id": k.folder})
    head = head_of(c)
    error, fault = c.ask("persist.put_library", scanned)
    same(("not_found", head), (error, head_of(c)))
    contains(fault["what"], "removed during its scan")
    same(sorted(ids), forgotten_ids(c))
    c.must("persist.undo", {})
    c.must("persist.put_library", scanned)
    persist.home.check_store()


@claim(inside=Persist)
def a_library_whose_items_were_emptied_does_not_stop_undo(persist):
    c, k = persist.client, persist.catalogue
    keep, = put_many(k, k.put_folder(b"plain"), b"%d.wav", 1)
    c.must("persist.put_media", {"edit": {"id": keep, "notes": "first"}})
    put_many(k, k.folder, b"%d.wav", 20)
    c.must("persist.put_library", {"library": {"id": k.folder}})
    c.must("persist.forget_library", {"id": k.folder})
    same(20, c.must("persist.empty_forgotten", {})["items"])
    taken = c.must("persist.undo", {})
    same((keep, 1), (taken["id"], taken["items"]))
    same(keep, c.must("persist.redo", {})["id"])
    same("not_found", c.ask("persist.redo", {})[0])
    persist.home.check_store()


@claim
def more_relinks_than_undo_keeps_are_done_only_when_their_number_is_named(home):
    home.up()
    k, count = Catalogue(home.client()), 10001
    lost = put_many(k, k.put_folder(b"old", k.folder), b"tone%d.wav", count)
    put_many(k, k.put_folder(b"new", k.folder), b"tone%d.wav", count)
    for at in range(0, count, 2500):
        k.batch(*[{"presence": {"id": id, "availability": "missing"}} for id in lost[at:at + 2500]])

    def missing():
        return home.ask('search.query', 'query=is:missing', 'limit=0')['total']

    until(lambda: missing() == count and home.ask('search.query', 'query=-is:missing', 'limit=0')['total'] == count)
    contains(home.refused('relink', '--apply'), '10001 items match; at most 10000 changes can be undone')
    same(count, missing())
    contains(home.loophole('relink', '--apply', '--limit', '10001').out,
             'relinked: 10001 of 10001 missing items; `loophole undo --times 10` reverts the last of these changes')
    contains(home.loophole('undo', '--times', '10').all, 'Relink 1 of 10001 items')
    until(lambda: missing() == 9001)


@claim(inside=Persist)
def a_relink_to_a_forgotten_item_that_is_taken_back_leaves_it_forgotten(persist):
    c, k = persist.client, persist.catalogue
    lost, found = k.put(b"a.wav"), k.put(b"a.wav", folder=k.put_folder(b"new", k.folder))
    k.edit(found, forgotten=True)
    k.batch({"presence": {"id": lost, "availability": "missing"}})
    first = c.must("persist.forgotten", {"after": bytes(16), "limit": 9})["each"]
    c.must("persist.apply", {"label": "", "scope": "", "actions": [{"relink": {"id": lost, "with": found}}]})
    c.must("persist.undo", {})
    same(first, c.must("persist.forgotten", {"after": bytes(16), "limit": 9})["each"])
    same([found], [line["id"] for line in first])
    c.must("persist.redo", {})
    same(1, len(c.must("persist.forgotten", {"after": bytes(16), "limit": 9})["each"]))
    persist.home.check_store()


@claim(inside=Persist)
def ten_thousand_relinks_are_one_step_that_undo_takes_back_in_parts(persist):
    c, k = persist.client, persist.catalogue
    old, new = k.put_folder(b"old", k.folder), k.put_folder(b"new", k.folder)
    lost, found = [], []
    for at in range(0, 10000, 2500):
        for folder, ids in ((old, lost), (new, found)):
            ids += [o["id"] for o in k.batch(*[k.place(b"%d.wav" % n, folder=folder) for n in range(at, at + 2500)])]
        k.batch(*[{"presence": {"id": id, "availability": "missing"}} for id in lost[at:]])
    step, sent = {}, []
    for at in range(0, 10000, 1000):
        actions = [{"relink": {"id": lost[n], "with": found[n]}} for n in range(at, at + 1000)]
        body = {"label": "Relink 10000 items", "scope": "", "actions": actions, **step}
        request = new_id()
        done = c.ask("persist.apply", body, request, 60000)
        assert done[0] == "ok" and done[1]["items"] == 1000, done
        step = step or {"step": done[1]["step"]}
        sent.append((request, body, done))
        if at == 4000:  # a kill between two parts, and a part that is sent twice
            persist.restart()
            c = persist.client
            assert c.ask("persist.apply", body, request, 60000) == done
    lines = c.must("persist.undo_list", {"scope": "", "before": 0, "limit": 10})["each"]
    assert [(line["step"], line["items"]) for line in lines] == [(step["step"], 10000)], lines
    assert c.ask("persist.apply", {"label": "", "scope": "", "actions": actions, "step": 999999})[0] == "conflict"
    request = new_id()
    first = c.must("persist.changes_since", {"revision": 0, "limit": 1})["head"]
    c.send("persist.undo", {}, request)
    until(lambda: persist.client.must("persist.changes_since", {"revision": 0, "limit": 1})["head"] > first)
    persist.restart()  # between two parts: the same request continues
    c, k = persist.client, persist.catalogue
    error, taken = c.ask("persist.undo", {}, request, 60000)
    assert error == "ok" and taken["label"] == "Relink 10000 items", taken
    assert not c.must("persist.forgotten", {"after": bytes(16), "limit": 1}).get("each")
    assert k.put(b"77.wav", folder=new) == found[77] and k.put(b"77.wav", folder=old) == lost[77]
    persist.home.check_store()


def lost_and_found(k, count):
    """Missing items, and the items of their files at another place."""
    lost = put_many(k, k.put_folder(b"old", k.folder), b"%d.wav", count)
    found = put_many(k, k.put_folder(b"new", k.folder), b"%d.wav", count)
    for at in range(0, count, 2500):
        k.batch(*[{"presence": {"id": id, "availability": "missing"}} for id in lost[at:at + 2500]])
    return {"label": f"Relink {count} items", "scope": "", "parts": True,
            "actions": [{"relink": {"id": id, "with": there}} for id, there in zip(lost, found)]}


def task_of(client):
    return next(iter(client.must("persist.status").get("tasks") or []), None)


def half_done(sender, watcher, body, then=lambda request, task: True):
    """Sends the relinks, and calls `then` when their task has done some of its work. Returns the request and the task. The task
    may take less than a second: if it ended before it was seen so, or `then` comes too late, all is taken back and sent again."""
    total = len(body["actions"])
    for _ in range(30):
        request, got = new_id(), None
        sender.send("persist.apply", body, request, 60000)
        while not got:  # without a pause
            task = task_of(watcher)
            if task and task["id"] == request and 0 < task["done"] < total // 2 and then(request, task):
                return request, task
            got = sender.take("persist", 0)
        same((request, "ok"), got[:2])
        same(total, watcher.must("persist.undo", {}, budget_ms=60000)["items"])
    raise AssertionError("each time all was done before it was seen")


def steps_of(client):
    """(label, operations) of all steps, the newest first."""
    steps, before = [], 0
    while some := client.must("persist.undo_list", {"scope": "", "before": before, "limit": 100}).get("each"):
        steps += [(line["label"], line["items"]) for line in some]
        before = some[-1]["step"]
    return steps


@claim(inside=Persist)
def ten_thousand_relinks_are_one_task_that_goes_on_after_a_kill(persist):
    body = lost_and_found(persist.catalogue, 10000)
    request, task = half_done(persist.client, persist.home.client(), body)
    same((body["label"], 10000), (task["label"], task["total"]))
    persist.restart()
    error, done = persist.client.ask("persist.apply", body, request, 60000)
    same(("ok", 10000, 1), (error, done["items"], done["steps"]))
    same((error, done), persist.client.ask("persist.apply", body, request, 60000))  # a repeated ask changes nothing
    same([(body["label"], 10000)], steps_of(persist.client))
    same(None, task_of(persist.client))
    same(10000, persist.client.must("persist.undo", {}, budget_ms=60000)["items"])
    assert not persist.client.must("persist.forgotten", {"after": bytes(16), "limit": 1}).get("each")


@claim(inside=Persist)
def a_task_of_relinks_goes_on_without_its_client_and_beside_other_edits(persist):
    other = persist.catalogue.put(b"other.wav")
    body, gone = lost_and_found(persist.catalogue, 5000), persist.home.client()
    request, _ = half_done(gone, persist.client, body)
    gone.close()
    for number in range(10):
        same("ok", persist.catalogue.edit(other, notes=str(number))[0])
    until(lambda: not task_of(persist.client))
    steps = steps_of(persist.client)
    parts = [items for label, items in steps if label == body["label"]]
    assert len(parts) > 1 and len(steps) == len(parts) + 10, steps  # steps of one label, with the edits between them
    same(5000, sum(parts))
    error, done = persist.client.ask("persist.apply", body, request, 60000)
    same(("ok", 5000, len(parts)), (error, done["items"], done["steps"]))


@claim(inside=Persist)
def a_task_of_relinks_that_is_cancelled_or_fails_keeps_its_first_part_as_a_step(persist):
    body, second = lost_and_found(persist.catalogue, 10000), persist.home.client()
    request, _ = half_done(persist.client, second, body,
                           lambda request, task: second.ask("persist.cancel", {"task": request})[0] == "ok")
    answer = until(lambda: persist.client.take("persist"))
    same(("conflict", "a person cancelled the changes"), (answer[1], answer[2]["what"]))
    contains(answer[2]["hint"], "of 10000 actions are done")
    (label, items), = steps_of(second)
    assert label == body["label"] and 0 < items < 10000, items
    same("not_found", second.ask("persist.cancel", {"task": request})[0])
    same(items, second.must("persist.undo", {}, budget_ms=60000)["items"])
    body["actions"][5000]["relink"]["id"] = new_id()
    error, why = second.ask("persist.apply", body, new_id(), 60000)
    same(("not_found", "actions[5000].relink"), (error, why["field"]))
    contains(why["hint"], "of 10000 actions are done")
    same("bad_request", second.ask("persist.apply", dict(body, step=7), new_id(), 60000)[0])


@claim(inside=Indexing)
def events_contain_what_edits_and_undo_changed(it):
    music = it.folder('reported')
    for i in range(3):
        wav(f'{music}/{i}.wav', 1000 + i)
    it.add(music)
    it.becomes(music, 'local:done=3')
    path = it.home.file('events')
    it.home.start_into(path, 'loophole', 'events', 'persist.changed', '--json')

    def steps():
        with open(path, encoding='utf-8') as events:
            bodies = [json.loads(line)['body'] for line in events if line.endswith('\n')]
        return [(one['deed'], one['scope'], one['label'], one['items']) for body in bodies for one in body.get('steps', [])]

    def edit():
        it.home.loophole('edit', it.id_of(music + '/0.wav'), 'notes=x')
        it.home.loophole('edit', it.id_of(music + '/0.wav'), 'notes=')
        return steps()
    until(edit)
    it.home.loophole('tag', 'kind:audio', '--all', '+warm')
    it.home.loophole('undo')
    it.home.loophole('redo')
    expected = [(deed, 'catalogue', 'Tag 3 items', 3) for deed in ('done', 'undone', 'redone')]
    until(lambda: steps()[-3:] == expected)
    same(('done', 'catalogue', 'notes', 1), steps()[0])


run_claims()
