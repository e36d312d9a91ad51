#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The indexer with real files: it finds and follows them, and survives kills, damage and full disks."""
import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time

from tests.claims import TOP, children_of, claim, contains, file_text, run_claims, same, skip, until, write_file
from tests.client import Client
from tests.drives.disks import Stalling
from tests.library.indexing import Indexing, text_of, up_without_watches, wav
from tests.drives.storage import Disks, Hung


@claim(inside=Indexing)
def a_path_that_is_too_long_is_counted_and_named(it):
    home, music = it.home, it.folder('deep')
    short = wav(music + '/short.wav', 440)
    _make_deep_folders(music, short)

    def counted():
        return home.first('summary').get('too_long') or 0

    it.add(music)
    contains(home.loophole('summary').out, 'skipped ')
    count = counted()
    assert count >= 1, 'none is counted'
    same(count, next(one['too_long'] for one in home.json('library', 'list') if one['path'] == music))
    same([], home.json('search', 'is:failed'))
    contains(home.loophole('logs', 'indexer').out, 'skipped files and folders whose path is longer than the limit: ')
    home.loophole('restart', 'indexer')
    home.wait_ready('indexer')
    same(count, counted())
    for name in os.listdir(music):
        if name.startswith('d'):
            shutil.rmtree(os.path.join(music, name))
    it.rescan(music, accept_missing=True)
    same(0, counted())
    assert 'skipped' not in home.loophole('summary').out


def _make_deep_folders(top, sound):
    """Creates folders step by step, so that their path becomes longer than the system accepts."""
    os.chdir(top)
    try:
        folder, length = 'd' * 200, len(top)
        while length + 201 < 4300:
            os.mkdir(folder)
            os.chdir(folder)
            length += 201
            shutil.copy(sound, 'x' * 90 + '.wav')
            with open('notes.txt', 'w', encoding='utf-8'):
                pass
    finally:
        os.chdir(TOP)


def first_library(it):
    """A library of six tones and a text file."""
    music = it.folder('first')
    for i in range(1, 7):
        wav(f'{music}/pack {i % 2}/deep/tone {i}.wav', i * 100)
    with open(music + '/readme.txt', 'w', encoding='utf-8'):
        pass
    it.add(music)
    return music


@claim(inside=Indexing)
def every_file_of_a_library_is_found_and_heard(it):
    music = first_library(it)
    it.becomes(music, 'local:done=6')
    same((6, 6, 0), tuple(it.counts[key] for key in ('files', 'done', 'failed')))


@claim(inside=Indexing)
def a_second_scan_finds_everything_known(it):
    it.rescan(first_library(it))
    same((6, 0), (it.counts['known'], it.counts['done']))


@claim(inside=Indexing)
def files_in_many_and_deep_folders_have_their_places(it):
    """The first scan and a later one each find more places of one level than a batch has room for. Some folders in
    between contain no file."""
    music, one, pid = it.folder('branches'), wav(it.folder('one.wav'), 300), it.home.pid('indexer')
    for part in ('first', 'later'):
        places = [f'{music}/{part} {i}/{i}.wav' for i in range(1, 701)]
        places += [f'{music}/{part}/{deep}/deep.wav' for deep in ('.', 'b/c', 'b/c/d/e/f/g/h', 'x/y/z')]
        for place in places:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            shutil.copy(one, place)
        it.add(music) if part == 'first' else it.rescan(music)
        files = [os.path.join(root, name).encode() for root, _, names in os.walk(music) for name in names]
        it.becomes(music, f'local:done={len(files)}')
        same(sorted(files), [item[3] for item in it.items(music)])
    same(pid, it.home.pid('indexer'))
    it.must('remove_library', music)


@claim(inside=Indexing)
def a_library_within_another_is_refused_with_a_hint(it):
    music = first_library(it)
    error, said = it.ask('add_library', music + '/pack 1')
    same('exists', error)
    contains(text_of(said), 'hint')
    same(it.must('add_library', music)['id'], it.must('add_library', f'{music}/../first/')['id'])
    same('not_found', it.ask('add_library', '/no/such/folder')[0])


@claim(inside=Indexing)
def names_of_any_bytes_are_kept(it):
    music = os.fsencode(it.folder('bytes'))
    plain = wav(music + b'/plain.wav', 300)
    names = [b'caf\xe9 \xff\xfe.wav', b'line\nbreak\t\x01.wav', b'0' * 251 + b'.wav']
    for name in names:
        shutil.copy(plain, music + b'/' + name)
    it.add(music)
    it.becomes(music, 'local:done=4')
    same(sorted(names + [b'plain.wav']), [os.path.basename(item[3]) for item in it.items(music)])


@claim(inside=Indexing)
def links_pipes_hidden_and_ignored_files_are_passed_over(it):
    music = it.folder('odd')
    for number, name in enumerate(('real.wav', '.hidden/a.wav', '.b.wav', 'old/take.wav', 'x.bak.wav')):
        wav(f'{music}/{name}', 500 + 10 * number)
    for target, name in (('..', 'loop'), ('.', 'self'), ('nowhere.wav', 'dangling.wav')):
        os.symlink(target, f'{music}/{name}')
    os.mkfifo(music + '/kick.wav')
    it.add(music, ignore=['*.bak.wav', 'old'])
    it.becomes(music, 'local:done=1')


@claim(inside=Disks)
def what_a_library_passes_over_changes_when_it_is_added_again_also_during_a_scan(it):
    def here():
        return [os.path.basename(item[3]).decode() for item in it.items() if item[0] == 'external_online']

    with Hung(it, 'slow') as slow:
        write_file(slow.under + '/.loophole-volume', 'listed late\n')
        kit = slow.at + '/kit'
        for number, name in enumerate(('a', 'b.bak', 'old/c', '.d')):
            wav(f'{slow.under}/kit/{name}.wav', 500 + 10 * number)
        slow.fail(0, 'kit/old')
        it.must('add_library', kit)
        until(slow.waits, what='the first scan waits')
        it.must('add_library', kit, ignore=['*.later.wav'])
        slow.heal()
        until(lambda: here() == ['a.wav', 'b.bak.wav', 'c.wav'])
        it.idle()
        wav(slow.under + '/kit/e.later.wav', 550)
        wav(slow.under + '/kit/f.wav', 560)
        it.home.kill('indexer')  # its successor knows what the catalogue has, and scans all
        until(lambda: 'f.wav' in here())
        it.idle()
        same(['a.wav', 'b.bak.wav', 'f.wav', 'c.wav'], here())
        it.must('add_library', kit, ignore=['*.bak.wav'], hidden_files=True)
        until(lambda: here() == ['.d.wav', 'a.wav', 'e.later.wav', 'f.wav', 'c.wav'])


@claim(inside=Indexing)
def a_file_that_cannot_be_read_says_why_and_stops_nothing(it):
    music = it.folder('broken')
    wav(music + '/good.wav', 600)
    for name, data in (('empty.wav', b''), ('noise.mp3', os.urandom(5000)), ('text.flac', b'not a sound\n')):
        write_file(f'{music}/{name}', data)
    it.add(music)
    it.becomes(music, 'local:done=1 local:failed=3')
    same(3, it.counts['failed'])
    it.rescan(music)
    same(0, it.counts['failed'])
    it.rescan(music, retry_failed=True)
    same(3, it.counts['failed'])


@claim(inside=Indexing)
def a_moved_file_keeps_its_id_and_is_not_heard_again(it):
    music = it.folder('moves')
    for number, name in enumerate(('a/one.wav', 'a/two.wav', 'b/three.wav')):
        wav(f'{music}/{name}', 700 + 10 * number)
    it.add(music)
    one, two, three = (it.id_of(f'{music}/{name}') for name in ('a/one.wav', 'a/two.wav', 'b/three.wav'))
    os.mkdir(music + '/c')
    os.rename(music + '/a/one.wav', music + '/c/renamed.wav')
    os.rename(music + '/b', music + '/c/b2')
    it.becomes(music + '/c', 'local:done=2')
    it.until_it_is(one, music + '/c/renamed.wav')
    it.until_it_is(three, music + '/c/b2/three.wav')
    same(two, it.id_of(music + '/a/two.wav'))
    it.becomes(music, 'local:done=3')


@claim(inside=Indexing)
def a_folder_that_moves_into_a_new_folder_is_one_move_and_one_file_of_a_deleted_folder_is_its_own(it):
    """Into a folder that the engine has not seen, into a seen one without a sound, and while the engine is down."""
    home, music = it.home, it.folder('into')
    for number, name in enumerate(('Kit/a', 'Kit/b', 'Kit/sub/c', 'Other/d', 'Other/e', 'Other/f', 'stays')):
        wav(f'{music}/{name}.wav', 500 + 20 * number)
    it.add(music)
    names = {name: it.id_of(f'{music}/{name}.wav') for name in ('Kit/a', 'Kit/sub/c', 'Other/d')}

    def moves():
        return len(home.json('moves', '-n', '1000'))

    def are_in(folder, count):
        it.until_it_is(names['Kit/a'], folder + '/a.wav')
        it.until_it_is(names['Kit/sub/c'], folder + '/sub/c.wav')
        it.becomes(music, 'local:done=7')
        until(lambda: moves() == count)

    os.mkdir(music + '/new')
    os.rename(music + '/Kit', music + '/new/Kit')
    are_in(music + '/new/Kit', 1)
    os.makedirs(music + '/seen/deep')
    it.rescan(music)
    os.rename(music + '/new/Kit', music + '/seen/deep/Set')
    are_in(music + '/seen/deep/Set', 2)
    home.down()
    os.makedirs(music + '/down')
    os.rename(music + '/seen', music + '/down/seen')
    home.up()
    are_in(music + '/down/seen/deep/Set', 3)
    home.down()
    os.mkdir(music + '/one')
    os.rename(music + '/Other/d.wav', music + '/one/d.wav')
    shutil.rmtree(music + '/Other')
    home.up()
    it.until_it_is(names['Other/d'], music + '/one/d.wav')
    it.becomes(music, 'local:done=5 missing:done=2')
    same(4, moves())
    same({os.fsencode(f'{music}/Other/{name}.wav') for name in 'ef'},
         {item[3] for item in it.items(music) if item[0] == 'missing'})


@claim(inside=Indexing)
def a_file_that_changes_but_keeps_its_size_and_time_is_read_again(it):
    """Backups and tag editors restore the time; the file system notes the change all the same."""
    home, music = it.home, it.folder('kept times')
    paths = [wav(f'{music}/{name}.wav', 440) for name in ('replaced', 'written', 'while down')]
    for path in paths:
        os.utime(path, (1600000000, 1600000000))

    def contents():
        found = [one['media'] for one in home.ask('search.query', 'query=', 'limit=10')['items']]
        return {one['content'] for one in found if one['analysis'] == 'done'}

    def change(path, hertz, replaces):
        new = wav(it.folder('new.wav'), hertz)
        os.utime(new, (1600000000, 1600000000))
        if replaces:
            os.rename(new, path)
        else:
            shutil.copyfile(new, path)
            os.utime(path, (1600000000, 1600000000))

    it.add(music)
    it.becomes(music, 'local:done=3')
    same(1, len(contents()))
    change(paths[0], 550, True)
    until(lambda: len(contents()) == 2)
    change(paths[1], 660, False)
    until(lambda: len(contents()) == 3)
    home.down()
    change(paths[2], 770, True)
    home.up()
    until(lambda: len(contents()) == 3 and it.states(music) == 'local:done=3' and len(
        home.json('duplicates')) == 0)


@claim(inside=Indexing)
def a_full_rescan_reads_files_that_seem_unchanged(it):
    music = it.folder('full')
    wav(music + '/a.wav', 440)
    wav(music + '/b.wav', 550)
    it.add(music)
    it.becomes(music, 'local:done=2')
    id = it.id_of(music + '/a.wav')

    def revision():
        return next(one['media']['revision'] for one in it.home.ask('search.query', 'query=', 'limit=10')['items']
                    if one['media']['id'] == id)

    it.idle()
    before = revision()
    it.rescan(music)
    same(before, revision())
    it.home.loophole('library', 'rescan', '--full', '--wait', music)
    until(lambda: revision() > before)
    it.becomes(music, 'local:done=2')


@claim(inside=Indexing)
def items_follow_files_that_change_names_among_themselves(it):
    """Two files of one folder and two of two folders exchange names; one is deleted, and those after it move up."""
    home, music = it.home, it.folder('loops')
    sounds = [wav(f'{music}/loop{number}.wav', 300 + 100 * number) for number in range(6)]
    others = [wav(f'{music}/{name}/same.wav', 1000 + ord(name)) for name in 'ab']
    for sound in sounds + others:
        os.utime(sound, (1700000000, 1700000000))

    def contents():
        found = [one['media'] for one in home.ask('search.query', 'query=', 'limit=20')['items']]
        return {one['id']: one['content'] for one in found}

    def exchange(one, other):
        os.rename(one, one + b'.aside')
        os.rename(other, one)
        os.rename(one + b'.aside', other)

    it.add(music)
    it.becomes(music, 'local:done=8')
    before = contents()
    ids, other_ids = [it.id_of(sound) for sound in sounds], [it.id_of(sound) for sound in others]
    home.down()  # one scan finds all changes
    exchange(sounds[0], sounds[1])
    exchange(others[0], others[1])
    os.unlink(sounds[2])
    for to, sound in zip(sounds[2:], sounds[3:]):
        os.rename(sound, to)
    home.up()
    it.becomes(music, 'local:done=7 missing:done=1')
    it.idle()
    it.becomes(music, 'local:done=7 missing:done=1')
    same([ids[number] for number in (1, 0, 3, 4, 5)], [it.id_of(sound) for sound in sounds[:5]])
    same(other_ids[::-1], [it.id_of(sound) for sound in others])
    same(before, contents())
    until(lambda: time.time() - os.stat(others[0]).st_ctime > 3)  # a younger one was just saved
    exchange(*others)
    until(lambda: [it.id_of(sound) for sound in others] == other_ids)


@claim(inside=Indexing)
def a_file_that_is_saved_again_keeps_its_item(it):
    """A program writes another file and renames it: no item has been that file."""
    music = it.folder('saved')
    path = wav(music + '/loop.wav', 440)
    it.add(music)
    it.becomes(music, 'local:done=1')
    id = it.id_of(path)
    os.rename(wav(it.folder('new.wav'), 550, 0.5), path)
    it.rescan(music)
    it.becomes(music, 'local:done=1')
    same(id, it.id_of(path))


@claim(inside=Indexing)
def a_folder_that_moves_to_the_place_of_a_deleted_one_is_followed_with_all_below_it(it):
    music = it.folder('replaced')
    for number, name in enumerate(('A/x/a', 'A/x/sub/b', 'B/x/c', 'B/x/sub/d')):
        wav(f'{music}/{name}.wav', 740 + 10 * number)
    it.add(music)
    one, two = it.id_of(music + '/A/x/a.wav'), it.id_of(music + '/A/x/sub/b.wav')
    shutil.rmtree(music + '/B/x')
    it.becomes(music, 'local:done=2 missing:done=2')
    os.rename(music + '/A/x', music + '/B/x')
    it.until_it_is(one, music + '/B/x/a.wav')
    it.until_it_is(two, music + '/B/x/sub/b.wav')
    it.becomes(music + '/B', 'local:done=2 missing:done=2')


@claim(inside=Indexing)
def a_renamed_folder_is_the_pack_of_its_items_but_not_of_those_that_a_person_named(it):
    home, music = it.home, it.folder('renamed')
    for i in (1, 2, 3):
        wav(f'{music}/Old Pack/deep/{i}.wav', i * 110)
    wav(music + '/Old Pack/mine.wav', 500)

    def packs():
        return sorted(item['pack'] for item in home.json('search', '', '--limit', '5000', '--fields', 'path,pack')
                      if item['path'].startswith(music))

    it.add(music)
    it.becomes(music, 'local:done=4')
    home.loophole('edit', music + '/Old Pack/mine.wav', 'pack=My Own')
    os.rename(music + '/Old Pack', music + '/New Pack')
    until(lambda: packs() == ['My Own'] + 3 * ['New Pack'])
    home.down()
    os.rename(music + '/New Pack', music + '/Third')
    home.up()
    until(lambda: packs() == ['My Own'] + 3 * ['Third'])
    home.check_store()


@claim(inside=Indexing)
def a_copy_is_an_item_of_its_own(it):
    music = it.folder('copies')
    wav(music + '/one.wav', 800)
    it.add(music)
    id = it.id_of(music + '/one.wav')
    shutil.copy(music + '/one.wav', music + '/two.wav')
    it.becomes(music, 'local:done=2')
    same(id, it.id_of(music + '/one.wav'))
    assert id != it.id_of(music + '/two.wav')


@claim(inside=Indexing)
def a_file_copied_and_then_deleted_is_the_older_item(it):
    music, aside = it.folder('reborn'), it.folder('aside.wav')
    wav(music + '/one.wav', 900)
    wav(music + '/other.wav', 910)
    it.add(music)
    id = it.id_of(music + '/one.wav')
    shutil.copy(music + '/one.wav', aside)
    os.unlink(music + '/one.wav')
    it.becomes(music + '/one', 'missing:done=1')
    os.mkdir(music + '/sub')
    os.rename(aside, music + '/sub/again.wav')
    os.utime(music + '/sub/again.wav')
    it.becomes(music + '/sub', 'local:done=1')
    it.until_it_is(id, music + '/sub/again.wav')
    it.becomes(music, 'local:done=2')


@claim(inside=Indexing)
def a_file_deleted_long_after_its_copy_is_the_copy(it):
    """File managers copy a whole folder to another disk, and delete the sources at the end."""
    first, second = it.folder('copied from'), it.folder('copied to')
    for number in range(3):
        wav(f'{first}/{number}.wav', 1000 + 50 * number)
    wav(second + '/other.wav', 300)
    it.add(first)
    it.becomes(first, 'local:done=3')
    ids = [it.id_of(f'{first}/{number}.wav') for number in range(3)]
    shutil.copytree(first, second + '/new')
    it.add(second)
    it.becomes(second, 'local:done=4')
    for id in ids + [it.id_of(second + '/new/2.wav')]:  # a person knows both items of the last sound
        it.home.loophole('tag', id, '+mine')
    for number in range(3):
        os.unlink(f'{first}/{number}.wav')
    it.rescan(first)
    it.becomes(second, 'local:done=4')
    it.becomes(first, 'missing:done=1')
    same(ids, [it.id_of(f'{second}/new/{number}.wav') for number in range(2)] + [it.id_of(first + '/2.wav')])


@claim(inside=Indexing)
def a_vanished_file_keeps_its_record(it):
    music, kept = it.folder('vanish'), it.folder('kept.wav')
    wav(music + '/a.wav', 1000)
    wav(music + '/b.wav', 1010)
    it.add(music)
    id = it.id_of(music + '/a.wav')
    os.rename(music + '/a.wav', kept)
    it.becomes(music, 'local:done=1 missing:done=1')
    os.rename(kept, music + '/a.wav')
    it.becomes(music, 'local:done=2')
    same(id, it.id_of(music + '/a.wav'))


@claim(inside=Indexing)
def many_missing_files_wait_for_a_persons_answer(it):
    music = it.folder('many')
    first = wav(music + '/0.wav', 1100)
    for folder, numbers in (('few', range(1, 10)), ('more', range(10, 22)), ('most', range(22, 40))):
        os.mkdir(f'{music}/{folder}')
        for i in numbers:
            shutil.copy(first, f'{music}/{folder}/{i}.wav')
    it.add(music)
    it.becomes(music, 'local:done=40')
    os.rename(music + '/more', it.home.file('more'))  # in one moment: no scan sees a part of them
    it.rescan(music)
    it.becomes(music, 'local:done=40')
    it.rescan(music, accept_missing=True)
    it.becomes(music, 'local:done=28 missing:done=12')
    os.rename(music + '/most', it.home.file('most'))
    it.rescan(music)
    it.becomes(music, 'external_offline:done=18 local:done=10 missing:done=12')


@claim(inside=Indexing)
def a_library_that_is_away_is_offline_and_comes_back(it):
    music = it.folder('away')
    wav(music + '/a.wav', 1200)
    wav(music + '/b/c.wav', 1210)
    it.add(music)
    os.rename(music, it.folder('elsewhere'))
    it.rescan(music)
    it.becomes(music, 'external_offline:done=2')
    os.rename(it.folder('elsewhere'), music)
    it.rescan(music)
    it.becomes(music, 'local:done=2')
    same(0, it.counts['done'])


@claim(inside=Indexing)
def a_new_file_is_seen_without_asking(it):
    music = it.folder('watched')
    wav(music + '/a.wav', 1300)
    it.add(music)
    wav(music + '/new/deep/b.wav', 1310)
    it.becomes(music, 'local:done=2')
    wav(music + '/a.wav', 1320, 0.5)
    wav(music + '/new/c.wav', 1330)
    it.becomes(music, 'local:done=3')


def overflow(it, music, change):
    """Fills the queue of inotify while the indexer is stopped, and then changes files, of which it hears nothing.
    If the supervisor replaced the stopped indexer, the new one scans all at its start: so all is done again."""
    count = int(file_text('/proc/sys/fs/inotify/max_queued_events')) + 2
    for number in range(3):
        indexer = it.home.pid('indexer')
        os.kill(indexer, signal.SIGSTOP)
        for i in range(count):  # equal events that follow each other are one
            os.utime(f'{music}/{"ab"[i % 2]}.wav', (i, i))
        change(number)
        with contextlib.suppress(ProcessLookupError):
            os.kill(indexer, signal.SIGCONT)
        it.becomes(music, f'local:done=6 missing:done={1 + number}')
        it.idle()
        if it.home.pid('indexer') == indexer:
            return number
    raise AssertionError('the supervisor replaced each indexer that was stopped')


@claim(inside=Indexing)
def events_that_inotify_loses_lose_no_change(it):
    music = it.folder('watched')
    for i, name in enumerate(('a', 'b', 'kit0/c', 'gone0', 'gone1', 'gone2')):
        wav(f'{music}/{name}.wav', 1300 + 10 * i)
    it.add(music)
    ids = {os.path.basename(item[3]): item[2] for item in it.items(music)}

    def change(number):
        wav(f'{music}/deep/er/new{number}.wav', 1400 + 10 * number)
        os.unlink(f'{music}/gone{number}.wav')
        os.rename(f'{music}/kit{number}', f'{music}/kit{number + 1}')
    number = overflow(it, music, change)
    contains(it.home.log('indexer'), 'inotify lost events')
    wav(f'{music}/kit{number + 1}/later.wav', 1500)  # its folder is still watched
    it.becomes(music, f'local:done=7 missing:done={1 + number}')
    assert ids.items() <= {os.path.basename(item[3]): item[2] for item in it.items(music)}.items()


@claim(inside=Indexing)
def any_file_can_be_analysed_without_a_trace(it):
    query = wav(it.folder('query.wav'), 440, 1)
    found = it.must('analyse', query)['found']
    same(('wav', 'done'), (found['container'], found['state']))
    same([], it.items(query))
    error, said = it.ask('analyse', '/dev/zero')
    assert error != 'ok', '/dev/zero was analysed'
    contains(text_of(said), 'not a regular file')


@claim(inside=Indexing)
def a_worker_that_hangs_is_replaced(it):
    """Whatever the file is: it is the only one in progress when its workers are killed."""
    music, indexer = it.folder('hang'), it.home.pid('indexer')
    for worker in children_of(indexer)[:1]:
        os.kill(worker, signal.SIGSTOP)
    wav(music + '/a.wav', 1410)
    wav(music + '/b.wav', 1420)
    it.add(music)
    it.becomes(music, 'local:done=2')
    same(indexer, it.home.pid('indexer'))


@claim(inside=Indexing)
def many_copies_moved_at_once_to_another_library_stay_themselves(it):
    """80 files of one sound: each is recognised by its name, and none becomes a new item."""
    old, new = it.folder('eighty'), it.folder('elsewhere-eighty')
    first = wav(old + '/copy-0.wav', 440)
    for i in range(1, 80):
        shutil.copy(first, f'{old}/copy-{i}.wav')
    os.mkdir(new)
    it.add(old)
    it.add(new)

    def names(folder):
        return {(item[2], os.path.basename(item[3])) for item in it.items(folder)}

    it.becomes(old, 'local:done=80')
    before = names(old)
    for name in os.listdir(old):
        os.rename(f'{old}/{name}', f'{new}/{name}')
    it.becomes(new, 'local:done=80')
    it.becomes(old + '/', '')
    same(before, names(new))


@claim(inside=Indexing)
def no_item_is_done_without_facts_when_files_of_its_content_leave(it):
    """One library is removed while its copy is added: the facts of the copies go with the last item that has them."""
    one, other = it.folder('twins-a'), it.folder('twins-b')
    for i in range(1, 151):
        wav(f'{one}/{i}.wav', 200 + i, 0.2)
    shutil.copytree(one, other)
    it.add(one)
    for turn in range(4):
        adding = threading.Thread(target=lambda: Client(it.home.path).ask('indexer.add_library',
                                                                          {'path': os.fsencode(other)}, budget_ms=120000))
        adding.start()
        it.must('remove_library', one)
        adding.join()
        it.idle()
        it.becomes(other, 'local:done=150')
        bare = [item['path'] for item in it.home.json('search', '', '--limit', '5000')
                if item['path'].startswith(other + '/') and item['analysis'] == 'done' and 'peak_dbfs' not in item]
        assert not bare, (turn, bare)
        one, other = other, one
    it.home.loophole('store', 'check')


@claim(inside=Indexing)
def many_copies_of_one_sound_are_each_counted_once(it):
    """Copies, scanned again during their analysis: each is analysed once, and counted once."""
    music, one = it.folder('many-copies'), wav(it.folder('many.wav'), 610)
    os.mkdir(music)
    for i in range(2000):
        shutil.copy(one, f'{music}/{i}.wav')
    before = it.must('progress')['files']
    it.must('add_library', music)
    for _ in range(3):
        it.must('rescan', music)
    it.idle()
    it.becomes(music, 'local:done=2000')
    same((before + 2000, 0), (it.counts['files'], it.counts['waiting']))
    it.must('remove_library', music)


@claim(inside=Indexing)
def the_indexer_killed_in_the_middle_goes_on_where_it_was(it):
    music = it.folder('killed')
    for i in range(1, 61):
        wav(f'{music}/{i % 7}/{i}.wav', 1510 + i, 1)
    it.must('add_library', music)
    for number in (1, 2, 3):
        until(lambda: sum(item[1] == 'done' for item in it.items(music)) > number * 6)
        it.home.kill('indexer')
    it.idle()
    it.becomes(music, 'local:done=60')


@claim(inside=Disks)
def a_scan_that_a_person_cancels_does_not_begin_again_by_itself(it):
    other, away = it.folder('other'), it.folder('away')
    wav(other + '/b.wav', 1500)
    it.add(other)
    it.becomes(other, 'local:done=1')
    with Hung(it, 'slow') as slow:
        write_file(slow.under + '/.loophole-volume', 'cancelled\n')
        wav(slow.under + '/kit/sub/a.wav', 1510)
        slow.fail(0, 'kit/sub')
        it.must('add_library', slow.at + '/kit')
        until(slow.waits, what='the scan waits')
        it.home.loophole('cancel', it.home.first('tasks')['id'])
        slow.heal()
        it.idle()
        os.rename(other, away)  # the engine looks for its folder as soon again as it would scan after an error
        it.rescan(other)
        it.becomes(other, 'external_offline:done=1')
        os.rename(away, other)
        it.becomes(other, 'local:done=1')
        it.idle()
        same([], it.items(slow.at))
        it.rescan(slow.at + '/kit')
        it.becomes(slow.at, 'external_online:done=1')


@claim(inside=Indexing)
def a_dead_mount_hides_no_other_volume(it):
    """Somewhere in the mount table is a network share whose server is gone, or a file system that hangs."""
    with Stalling(it.home, it.folder('under'), it.folder('dead'), it.folder('fault')) as dead:
        dead.hang()
        _library_follows_its_volume(it)


@claim(inside=Indexing)
def a_library_follows_its_volume_to_another_mount(it):
    _library_follows_its_volume(it)


def _library_follows_its_volume(it):
    first, second = it.folder('mount1'), it.folder('mount2')
    os.mkdir(first)
    os.mkdir(second)
    if subprocess.run(['mount', '-t', 'tmpfs', 'loophole-test', first], check=False, stderr=subprocess.DEVNULL).returncode:
        skip('mounting is not permitted')
    with contextlib.ExitStack() as end:
        for mount in (first, second):
            end.callback(subprocess.run, ['umount', mount], check=False, stderr=subprocess.DEVNULL)
        write_file(first + '/.loophole-volume', f'studio samples {os.path.basename(it.home.path)}\n')
        wav(first + '/a.wav', 1750)
        wav(first + '/b/b.wav', 1760)
        it.add(first)
        it.becomes(first, 'external_online:done=2')
        id = it.id_of(first + '/a.wav')
        if subprocess.run(['mount', '--move', first, second], check=False, stderr=subprocess.DEVNULL).returncode:
            subprocess.run(['mount', '--bind', first, second], check=True)
            subprocess.run(['umount', '-l', first], check=True)
        it.must('rescan')  # its library may have the other path already
        it.idle()
        it.becomes(second, 'external_online:done=2')
        same(id, it.id_of(second + '/a.wav'))
        subprocess.run(['umount', '-l', second], check=True)
        until(lambda: any(item[:3] == ('external_offline', 'done', id) for item in it.items()))


@claim
def without_watches_the_indexer_reports_that_and_scans(home):
    it, music = Indexing(home), home.file('unwatched')
    wav(music + '/a/a.wav', 1700)
    wav(music + '/b/b.wav', 1710)
    up_without_watches(home, 1)
    it.client = home.client()
    it.add(music)
    it.becomes(music, 'local:done=2')
    contains(it.must('status')['alarm'], 'no inotify watches are left')
    wav(music + '/b/c.wav', 1720)
    it.rescan(music)
    it.becomes(music, 'local:done=3')


@claim(inside=Indexing)
def a_removed_library_takes_its_items_along_and_no_file(it):
    music = it.folder('removed')
    wav(music + '/a.wav', 1600)
    it.add(music)
    it.must('remove_library', music)
    it.becomes(music, '')
    assert os.path.isfile(music + '/a.wav'), 'the file is gone'
    same('not_found', it.ask('remove_library', music)[0])


run_claims()
