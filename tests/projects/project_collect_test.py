#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Collecting the sounds of a project: each content once, under names that every system accepts, compared with its digest."""
import os
import shutil
import subprocess

from tests.claims import claim, contains, figure, files_in, how_often, run_claims, same, until, write_file
from tests.client import Catalogue, new_id
from tests.drives.disks import Small
from tests.library.indexing import Indexing, wav
from tests.studio import Studio, running, word

MANY = 10001  # more than the catalogue's undo takes back, and than one message has


def collected(mine):
    """{name: bytes} of Media."""
    media = os.path.join(mine.folder, 'Media')
    return {os.path.relpath(os.path.join(at, name), media): open(os.path.join(at, name), 'rb').read()
            for at, _, names in os.walk(media) for name in names}


def notes(mine):
    """{item: where the project says that its copy is}."""
    return {id: body['copy'] for (kind, id), body in mine.parts().items() if 'copy' in body}


def twice(it, project, *names):
    """A project that uses sounds with the same bytes."""
    paths = [os.fsdecode(wav(it.folder('lib', *name.split('/')), 440)) for name in names]
    it.add(it.folder('lib'))
    mine = Studio(it.home, project)
    for path in paths:
        mine.put('clip', item=it.id_of(path))
    same(len(paths), mine.state()['items'])
    return mine, open(paths[0], 'rb').read()


@claim(inside=Indexing)
def a_content_that_has_two_names_is_copied_once_and_is_both_items_elsewhere(it):
    mine, sound = twice(it, 'Twice', 'a/kick.wav', 'b/kick.wav', 'b/boom.wav')
    checked = mine.must('collect', check=True)
    done = mine.must('collect')
    same((1, len(sound)), (done['copied'], done['bytes']))
    same((1, len(sound)), (checked['copied'], checked['bytes']))
    copies = collected(mine)
    same([sound], list(copies.values()))
    same(['Media/' + name for name in copies] * 3, list(notes(mine).values()))
    same((0, 1), tuple(mine.must('collect')[key] for key in ('copied', 'present')))
    mine.must('save')
    other = it.home.other('second')
    shutil.copytree(mine.folder, other.file('moved'), ignore=shutil.ignore_patterns('.autosave'))
    it.home.stop()
    shutil.rmtree(it.folder('lib'))
    with Indexing(other):
        theirs = Studio.at(other, other.file('moved'))
        same((3, 0), (theirs.state()['items'], theirs.state()['missing']), 'once it is open')
        same((0, 1), tuple(theirs.must('collect')[key] for key in ('copied', 'present')))
        theirs.put('track', name='T')
        theirs.must('save')
        same({item['id'] for item in mine.file()['items']} | set(), {item['id'] for item in theirs.file()['items']})
        other.stop()
        other.check_store()


@claim(inside=Indexing)
def a_project_without_its_sounds_is_opened_elsewhere_with_their_names(it):
    mine, _ = twice(it, 'Bare', 'a/kick.wav', 'b/boom.wav')
    mine.must('save')
    other = it.home.other('second')
    shutil.copytree(mine.folder, other.file('moved'), ignore=shutil.ignore_patterns('.autosave'))
    it.home.stop()
    shutil.rmtree(it.folder('lib'))
    with Indexing(other):
        opened = other.first('project', 'open', other.file('moved'))
        same((2, {'kick', 'boom'}), (opened['missing'], {name.removesuffix('.wav') for name in opened['absent']}))
        same(None, opened.get('moved_from'))


@claim(inside=Indexing)
def a_copy_that_is_opened_says_where_the_project_was(it):
    mine, _ = twice(it, 'Moves', 'a/kick.wav')
    mine.must('save')
    shutil.copytree(mine.folder, it.home.file('copy'), ignore=shutil.ignore_patterns('.autosave'))
    opened = it.home.first('project', 'open', it.home.file('copy'))
    same((mine.folder, it.home.file('copy')), (opened['moved_from'], opened['folder']))
    contains(it.home.loophole('project', 'open', mine.folder).out, 'moved      it was in ' + it.home.file('copy'))
    assert 'moved_from' not in it.home.first('project', 'open', 'Moves')


@claim(inside=Indexing)
def copies_have_names_that_every_system_accepts(it):
    names = ('what?: "x".wav', 'nul.wav', 'Ünï ドラム.wav', '.dot.wav', b'\xff\xfe.wav', 'tail. .wav', 'x' * 250 + '.wav')
    for number, name in enumerate(names):
        wav(os.path.join(os.fsencode(it.folder('lib')), os.fsencode(name)), 200 + number)
    it.home.settings(it.settings + 'hidden = yes\n')
    it.add(it.folder('lib'), hidden_files=True)
    mine = Studio(it.home, 'Portable')
    found = it.items(it.folder('lib'))
    for item in found:
        mine.put('clip', item=item[2])
    same(len(found), mine.must('collect')['copied'])
    copies = collected(mine)
    same(sorted(open(item[3], 'rb').read() for item in found), sorted(copies.values()))
    for name in copies:
        folder, _, name = name.partition('/')
        assert folder == 'Audio' and not set(name) & set('/<>:"\\|?*') and name[0] != '.' and name != 'nul.wav', name
        assert len(os.fsencode(name)) <= 250 and name.encode().decode() == name, name
    assert 'Audio/Ünï ドラム.wav' in copies, copies.keys()
    same(len(found), len(notes(mine)))


@claim(inside=Indexing)
def a_copy_that_was_damaged_is_named_kept_and_copied_again(it):
    path = os.fsdecode(wav(it.folder('lib', 'kick..wav'), 440))
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Damage')
    mine.put('clip', item=it.id_of(path))
    mine.must('collect')
    copy = os.path.join(mine.folder, 'Media', 'Audio', 'kick..wav')
    with open(copy, 'r+b') as file:
        file.seek(200)
        file.write(b'damaged')
    damaged = open(copy, 'rb').read()
    same((['Audio/kick..wav'], 1), tuple(mine.must('collect', check=True)[key] for key in ('damaged', 'copied')))
    contains(it.home.loophole('project', 'collect', '--check').out, 'damaged in Media: Audio/kick..wav')
    same(1, mine.must('collect')['copied'])
    copies = collected(mine)
    same(damaged, copies.pop('Audio/kick..wav'))
    same([open(path, 'rb').read()], list(copies.values()))
    same(['Media/' + name for name in copies], list(notes(mine).values()))
    assert 'damaged' not in mine.must('collect', check=True)
    second = os.path.join(mine.folder, 'Media', *copies)
    os.truncate(second, 100)
    contains(mine.refused('exists', 'collect'), ', '.join(copies))
    contains(mine.ask('collect')[1]['hint'], 'rename or remove')
    os.unlink(second)
    same(1, mine.must('collect')['copied'])
    same('collect', mine.must('undo')['label'])
    same(['Media/Audio/kick..wav'], list(notes(mine).values()))


@claim(inside=Indexing)
def a_video_is_collected_to_its_own_folder_and_what_cannot_be_is_named_with_why(it):
    sound, video = os.fsdecode(wav(it.folder('lib', 'kick.wav'), 440)), it.folder('lib', 'clip.mp4')
    write_file(video, b'\0\0\0\x18ftypmp42\0\0\0\0mp42isom' + bytes(1000))
    gone = [os.fsdecode(wav(it.folder('lib', f'gone {n}.wav'), 500 + n)) for n in range(10)]
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Video')
    for path in (sound, video, *gone):
        mine.put('clip', item=it.id_of(path))
    for path in gone:
        os.unlink(path)
    it.rescan(it.folder('lib'), accept_missing=True)
    until(lambda: mine.state()['missing'] == 10)
    said = mine.refused('not_found', 'collect')
    contains(said, '10 items are missing, offline or no sound: "gone 0" (missing), "gone 1" (missing)')
    assert not os.path.exists(os.path.join(mine.folder, 'Media'))
    same([f'gone {n}' for n in range(10)], sorted(mine.must('collect', without_missing=True)['without']))
    same(['Audio/kick.wav', 'Video/clip.mp4'], sorted(collected(mine)))


@claim(inside=Indexing)
def a_collect_on_a_full_disk_notes_its_whole_copies_and_goes_on_when_there_is_room(it):
    paths = [os.fsdecode(wav(it.folder('lib', f'{n}.wav'), 300 + n, 8)) for n in range(6)]  # 350 KB each
    it.add(it.folder('lib'))
    with Small(it.folder('small'), '1m') as disk:
        mine = Studio(it.home, 'Full', folder=os.fsencode(os.path.join(disk.at, 'Full')))
        for path in paths:
            mine.put('clip', item=it.id_of(path))
        mine.must('save')
        for _ in range(2):
            mine.refused('full', 'collect')
            contains(mine.ask('collect')[1]['hint'], 'collect again')
            copies = collected(mine)
            assert 0 < len(copies) < len(paths), copies.keys()
            for name, found in copies.items():
                same(open(it.folder('lib', os.path.basename(name)), 'rb').read(), found, name)
            same(sorted('Media/' + name for name in copies), sorted(notes(mine).values()))
        mine.put('track', name='T')
        revision = mine.state()['revision']
        error, answer = mine.ask('save')
        assert error in ('ok', 'full'), (error, answer)
        subprocess.run(['mount', '-o', 'remount,size=16m', disk.at], check=True)
        same(revision + 1, mine.must('save')['revision'])
        same('same', mine.state()['mirror'])
        done = mine.must('collect')
        same((len(paths) - len(copies), len(copies)), (done['copied'], done['present']))
        same(sorted(os.path.join('Audio', os.path.basename(path)) for path in paths), sorted(collected(mine)))
        same(sorted('Media/' + name for name in collected(mine)), sorted(notes(mine).values()))
        same(sorted(['project.json', 'Media']), files_in(mine.folder))
        it.home.stop()


@claim(inside=Indexing)
def the_results_of_a_freeze_and_a_bounce_that_a_track_names_are_in_the_pool(it):
    paths = {name: os.fsdecode(wav(it.folder('lib', f'{name}.wav'), 300 + n)) for n, name in enumerate(('frozen', 'bounced'))}
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Results')
    ids = {name: it.id_of(path) for name, path in paths.items()}
    mine.put('track', name='Drums', freeze={'media_id': ids['frozen'], 'tail': 2})
    mine.put('track', name='Bass', bounces=[{'at': 4, 'item': ids['bounced']}])
    same((2, 0), tuple(mine.state()[key] for key in ('items', 'missing')))
    until(lambda: sorted(item['id'] for item in it.home.json('search', 'used:Results')) == sorted(ids.values()))
    mine.must('collect')
    same(['Audio/bounced.wav', 'Audio/frozen.wav'], sorted(collected(mine)))
    mine.must('save')
    same(sorted(ids.values()), sorted(item['id'] for item in mine.file()['items']))


@claim(inside=Indexing)
def a_copy_of_a_collection_that_comes_late_changes_nothing_again(it):
    """A client sends its ask again until it has the answer; the copy may arrive after its next asks."""
    mine, request = twice(it, 'Late', 'a/kick.wav', 'b/kick.wav')[0], new_id()
    first = mine.must('collect', request=request)
    again, nothing_new = new_id(), mine.must('collect')['copied']
    same((1, 0), (first['copied'], nothing_new))
    mine.must('collect', request=again)
    same('collect', mine.must('undo')['label'])
    for one in (request, again):
        mine.must('collect', request=one)
        same(0, len(notes(mine)))
    same(('collect', 2), (mine.must('redo')['label'], len(notes(mine))))
    same(first, mine.must('collect', request=request))


def put_many(home, folder):
    """Items of one content, each with a file of its own."""
    client = home.client()
    catalogue, parent = Catalogue(client), bytes(16)
    os.makedirs(folder)
    for part in folder.strip('/').split('/'):
        parent = catalogue.put_folder(part.encode(), parent)
    first = wav(os.path.join(folder, '0.wav'), 440, 0.01)
    for n in range(1, MANY):
        os.link(first, os.path.join(folder, f'{n}.wav'))
    ids = []
    for at in range(0, MANY, 2500):
        places = [catalogue.place(b'%d.wav' % n, parent) for n in range(at, min(MANY, at + 2500))]
        ids += [outcome['id'] for outcome in catalogue.batch(*places)]
    return ids, first


@claim(shares=running)
def more_sounds_than_one_message_has_are_collected_and_taken_back_as_one_step(home):
    ids, first = put_many(home, home.file('many'))
    mine = Studio(home, 'Many')
    for at in range(0, MANY, 2600):
        mine.put('pads', pads=[{'item': word(id)} for id in ids[at:at + 2600]])
    until(lambda: mine.state()['items'] == MANY)
    mine.must('collect')
    same((MANY, 0), (len(notes(mine)), mine.must('collect')['copied']))
    same([open(first, 'rb').read()], list(collected(mine).values()))
    same(('collect', 0), (mine.must('undo')['label'], len(notes(mine))))
    same(('collect', MANY), (mine.must('redo')['label'], len(notes(mine))))
    mine.must('undo')
    kills, cut = how_often(5, 50), 0
    for _ in range(kills):
        request = new_id()
        mine.client.send('project.collect', {'project': 'Many'}, request)
        until(lambda: notes(mine) or mine.client.take('project', 1))
        home.kill('persist')
        cut += len(notes(mine)) < MANY
        home.kill('project')
        mine.must('collect', request=request)
        same((MANY, 0), (len(notes(mine)), mine.must('collect')['copied']))
        while notes(mine):  # a death begins another step
            same('collect', mine.must('undo')['label'])
    figure(f'{kills} kills while {MANY} sounds were collected, {cut} of them between two parts: no note is lost')


run_claims()
