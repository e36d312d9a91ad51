#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Projects whose sounds are away: on a disk that is unmounted, in a cloud, or gone."""
import json
import os
import shutil
import subprocess

from tests.claims import SEED, claim, contains, files_in, how_often, run_claims, same, skip, until, write_file
from tests.library.indexing import wav
from tests.projects.project_documents import Chance, are_noted, document, of_store, same_but_revision, same_store, there_and_back, written
from tests.drives.storage import Cloud, Disks
from tests.studio import Studio


def mount(disk, at):
    if subprocess.run(['mount', '--bind', disk, at], check=False).returncode:
        skip('mounting is not permitted')
    subprocess.run(['mount', '--make-private', at], check=True)


def shelf_of(it, count):
    """A disk with sounds that a person has tagged: the folder, its mount, and the ids of its items."""
    disk, shelf = it.folder('disk'), it.place('shelf')
    for n in range(count):
        wav(f'{disk}/kit {n % 3}/sound {n}.wav', 300 + n, 0.05)
    write_file(disk + '/.loophole-volume', 'shelf')
    mount(disk, shelf)
    it.add(shelf)
    it.becomes(shelf, f'external_online:done={count}')
    it.home.loophole('tag', '--yes', '--all', 'is:external_online', '+warm')
    return disk, shelf, sorted(one[2] for one in it.items(shelf))


def lone_of(it, count):
    """The folder and the ids of sounds that will be deleted."""
    lone = it.folder('lone')
    for n in range(count):
        wav(f'{lone}/lone {n}.wav', 900 + n, 0.05)
    it.add(lone)
    it.becomes(lone, f'local:done={count}')
    return lone, sorted(one[2] for one in it.items(lone))


def opened_and_saved(it, number, known):
    chance, folder = Chance(SEED * 1000 + number), it.folder('away', str(number))
    os.makedirs(folder)
    with open(os.path.join(folder, 'project.json'), 'w', encoding='utf-8') as out:
        json.dump(document(chance, f'Away {number}', chance.sample(known, chance.randrange(1, len(known)))), out)
    mine = Studio.at(it.home, folder)
    until(lambda: are_noted(mine), what='the items and their uses are in the catalogue')
    mine.must('save', name='complete')
    return mine


def one_round(it, mine, offline):
    state, before, file, rows = mine.state(), of_store(mine), written(mine.folder), len(it.rows())
    used = {item['id'] for item in file[0]['items']}
    same((len(used & offline), len(used - offline), False), tuple(state[key] for key in ('offline', 'missing', 'dirty')))
    mine.must('load')
    same(state['revision'], mine.must('save')['revision'])
    same((file, rows), (written(mine.folder), len(it.rows())))
    same_store(before, of_store(mine))
    there_and_back(mine)
    same(state['revision'] + 3, mine.must('save', name='complete')['revision'])
    same_but_revision(file[0], written(mine.folder)[0])
    same_store(before, of_store(mine))


@claim(inside=Disks)
def a_load_and_a_save_while_all_sounds_are_away_change_only_the_revision(it):
    (disk, shelf, offline), (lone, gone) = shelf_of(it, 12), lone_of(it, 6)
    projects = [opened_and_saved(it, number, offline + gone) for number in range(how_often(8, 200))]
    files = [written(mine.folder)[0] for mine in projects]
    shutil.rmtree(lone)
    os.makedirs(lone)
    it.rescan(lone, accept_missing=True)
    it.unmount(shelf)
    for words, items in (('is:external_offline', offline), ('name:lone is:missing', gone)):
        until(lambda: len(it.home.json('search', words, '--limit', '100')) == len(items), what=words)
    it.idle()
    for number, (mine, file) in enumerate(zip(projects, files)):
        try:
            one_round(it, mine, set(offline))
            same_but_revision(file, written(mine.folder)[0])
        except Exception as why:
            raise AssertionError(f'SEED={SEED}, project {number}: {why}') from why
    mount(disk, shelf)
    for mine, file in zip(projects, files):
        until(lambda: mine.state()['offline'] == 0)
        mine.must('save', name='returned')
        same_but_revision(dict(file, revision_name='returned'), written(mine.folder)[0])
    it.home.stop()
    it.home.check_store()


@claim(inside=Disks)
def a_collect_names_what_is_offline_online_only_or_missing_and_neither_writes_nor_fetches_it(it):
    disk = it.disk('away')
    with Cloud(it, 'cloud', 'rclone') as cloud:
        cloud.put('online.wav', hertz=500)
        paths = {name: os.fsdecode(wav(os.path.join(at, name + '.wav'), pitch)) for name, at, pitch in (
            ('here', it.folder('lib'), 300), ('gone', it.folder('lib'), 350), ('away', disk, 400))}
        paths['online'] = cloud.at + '/online.wav'
        for at in (it.folder('lib'), disk, cloud.at):
            it.add(at)
        mine = Studio(it.home, 'Absent')
        for path in paths.values():
            mine.put('clip', item=it.id_of(path))
        os.unlink(paths['gone'])
        it.rescan(it.folder('lib'), accept_missing=True)
        it.unmount(disk)
        until(lambda: [mine.state()[key] for key in ('missing', 'offline', 'items')] == [1, 2, 4], what=mine.state)
        parts = mine.parts()
        said = mine.refused('not_found', 'collect')
        contains(said, '3 items are missing, offline or no sound: ')
        for words in ('"away" (offline)', '"online" (online-only)', '"gone" (missing)'):
            contains(said, words)
        checked = mine.must('collect', check=True)
        size = os.path.getsize(paths['here'])
        same((['away', 'gone', 'online'], 1, size), (sorted(checked['without']), checked['copied'], checked['bytes']))
        same((parts, []), (mine.parts(), files_in(mine.folder) if os.path.isdir(mine.folder) else []))
        done = mine.must('collect', without_missing=True)
        same((['away', 'gone', 'online'], 1, size), (sorted(done['without']), done['copied'], done['bytes']))
        same(['here.wav'], os.listdir(os.path.join(mine.folder, 'Media', 'Audio')))
        same({}, cloud.bytes_by())


run_claims()
