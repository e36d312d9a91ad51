#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A project between two engines: its disk is mounted at another place, and the second engine knows none of its sounds."""
import json
import os
import shutil
import subprocess

from tests.claims import claim, contains, file_text, run_claims, same, skip, until, write_file
from tests.library.indexing import Indexing, wav
from tests.drives.storage import Disks, Hung
from tests.studio import Studio, word


class Disk:
    """A disk in memory that is mounted at one place after the other."""

    def __init__(self, at, marker):
        if os.getuid():
            skip('mounting a tmpfs needs root')
        self.at = at
        os.makedirs(at)
        subprocess.run(['mount', '-t', 'tmpfs', marker, at], check=True)
        subprocess.run(['mount', '--make-private', at], check=True)
        write_file(os.path.join(at, '.loophole-volume'), marker)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(['umount', '-l', self.at], check=False)

    def move(self, to):
        os.makedirs(to)
        subprocess.run(['mount', '--move', self.at, to], check=True)
        self.at = to


def items_of(it):
    """The items of the catalogue by name."""
    return {item['name']: item for item in it.home.json('search', '--limit', '100')}


def made(project):
    """The parts that a person made."""
    return {key: body for key, body in project.parts().items() if key[0] != 'item'}


def used(it, name='Travels'):
    return sorted(item['name'] for item in it.home.json('search', f'used:{name}'))


@claim(inside=Indexing)
def a_project_on_a_disk_opens_at_another_engine_which_knows_none_of_its_sounds(it):
    with Disk(it.folder('first mount'), 'travels') as disk:
        inside, outside = (os.fsdecode(wav(os.path.join(at, name), pitch)) for at, name, pitch in (
            (os.path.join(disk.at, 'sounds'), 'tone.wav', 440), (it.folder('lib'), 'kick.wav', 550)))
        lost = os.fsdecode(wav(it.folder('lib', 'lost.wav'), 660))
        it.add(os.path.join(disk.at, 'sounds'))
        it.add(it.folder('lib'))
        mine = Studio(it.home, 'Travels', folder=os.path.join(disk.at, 'Travels').encode())
        for path in (inside, outside):
            mine.put('clip', item=it.id_of(path))
        it.home.loophole('tag', 'name:tone', '+warm')
        mine.must('collect')
        mine.put('clip', item=it.id_of(lost))  # is not collected
        ids = {name: it.id_of(path) for name, path in (('tone', inside), ('kick', outside), ('lost', lost))}
        mine.must('save')
        parts, file = made(mine), mine.file()
        it.home.stop()
        disk.move(it.folder('other', 'second mount'))
        shutil.rmtree(it.folder('lib'))
        other = it.home.other('second')
        with Indexing(other) as second:
            folder = os.path.join(disk.at, 'Travels')
            theirs = Studio.at(other, folder)
            until(lambda: set(items_of(second)) == {'tone', 'kick', 'lost'})
            # the copies are scanned, and become the items that the project names
            until(lambda: theirs.state()['missing'] == 1)
            until(lambda: sorted(ids.values()) == sorted(item['id'] for item in second.home.json('search', '--limit', '100')))
            found = items_of(second)
            same(ids, {name: item['id'] for name, item in found.items()})
            same({'tone': 'local', 'kick': 'local', 'lost': 'missing'},
                 {name: item['availability'].replace('external_online', 'local') for name, item in found.items()})
            same(os.path.join(folder, 'Media', 'Audio', 'kick.wav'), found['kick']['path'])
            assert 'warm' in found['tone']['tags'], found['tone']
            until(lambda: used(second) == ['kick', 'lost', 'tone'])
            same(parts, made(theirs))
            theirs.must('set', body={'bpm': 100})
            theirs.must('save')
            again, was = ({item['name']: item for item in one['items']} for one in (theirs.file(), file))
            same(was['lost'], again['lost'])
            # its file comes back at another place, and it gets the title of that file
            wav(second.folder('mine', 'renamed.wav'), 660)
            second.add(second.folder('mine'))
            until(lambda: theirs.state()['missing'] == 0)
            back = items_of(second)['renamed']
            same((ids['lost'], os.fsdecode(second.folder('mine', 'renamed.wav'))), (back['id'], back['path']))
            other.stop()
            other.check_store()


@claim(inside=Indexing)
def many_unknown_items_are_missing_in_the_catalogue_and_stay_after_kills(it):
    folder, ids = it.folder('foreign'), [word(os.urandom(16)) for _ in range(600)]
    os.makedirs(folder)
    hostile = ['/../../etc/x.wav', '/music/' + 'n' * 300 + '.wav', 'C:\\kick.wav', '', '/', '/a/../b.wav']
    item = lambda n, id: {'id': id, 'name': f'sound {n}', 'content': os.urandom(16).hex(),
                          'storage': {'path': hostile[n] if n < len(hostile) else f'/music/{n // 9}/same.wav'}}
    with open(os.path.join(folder, 'project.json'), 'w', encoding='utf-8') as out:
        json.dump({'schema_version': '1.0', 'project': {'name': 'Many'}, 'clips': [{'item': id} for id in ids],
                   'items': [item(n, id) for n, id in enumerate(ids)]}, out)
    mine = Studio.at(it.home, folder)
    it.home.kill('project')
    it.home.kill('persist')
    until(lambda:
          it.home.client().must('search.query', {'query': 'is:missing used:Many', 'limit': 0})['total'] >= 590)
    same(600, mine.state()['missing'])
    same(0, mine.state()['dirty'])
    it.home.stop()
    it.home.check_store()


@claim(inside=Indexing)
def more_missing_items_than_one_path_has_names_for_are_all_in_the_catalogue(it):
    folder, ids = it.folder('foreign'), [word(os.urandom(16)) for _ in range(700)]
    os.makedirs(folder)
    item = lambda n, id: {'id': id, 'name': 'kick', **({'storage': {'path': '/music/kick.wav'}} if n % 2 else {})}
    with open(os.path.join(folder, 'project.json'), 'w', encoding='utf-8') as out:
        json.dump({'schema_version': '1.0', 'project': {'name': 'Alike'}, 'clips': [{'item': id} for id in ids],
                   'items': [item(n, id) for n, id in enumerate(ids)]}, out)
    mine = Studio.at(it.home, folder)
    until(lambda: it.home.client().must('search.query', {'query': 'is:missing used:Alike', 'limit': 0})['total'] == 700)
    same(700, mine.state()['missing'])


@claim(inside=Disks)
def a_save_to_a_disk_that_hangs_says_so_within_its_budget_and_the_next_one_writes_the_file(it):
    with Hung(it, 'held') as hung:
        mine = Studio(it.home, 'Held', folder=os.fsencode(hung.at + '/song'))
        for kind in ('', 'writes'):
            mine.must('set', body={'bpm': 90 if kind else 91})
            hung.fail(0, '/song/' if kind else 'project.json', kind)
            said = it.home.loophole('ask', 'project.save', 'project=', '--budget', '20000', code=17)
            contains(said.all, 'does not answer')
            contains(said.all, hung.at + '/song/project.json')
            hung.heal()
            until(lambda: not hung.waits())
            until(lambda: it.home.loophole('project', 'save', code=None).code == 0)
            contains(file_text(hung.under + '/song/project.json'), '90' if kind else '91')


@claim(inside=Disks)
def a_disk_that_hangs_is_named_by_collect_and_by_an_ask_about_slots(it):
    with Hung(it, 'held') as hung:
        wav(hung.under + '/lib/kick.wav', 550)
        it.add(hung.at + '/lib')
        it.becomes(hung.at, 'local:done=1')
        away, here = (Studio(it.home, name, folder=os.fsencode(folder)) for name, folder in (
            ('Away', hung.at + '/side'), ('Here', it.folder('here'))))
        here.put('clip', item=it.home.first('search', 'kick')['id'])
        hung.fail(0, 'i')  # both folders, but not their disk
        asks = {('project.collect', 'project=Here'): '/lib/kick.wav', ('project.collect', 'project=Away'): '/side',
                ('project.list_patterns', 'project=Away'): '/side'}
        running = {ask: it.home.start('loophole', 'ask', *ask, '--budget', '20000', stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                   for ask in asks}
        for ask, path in asks.items():
            said = running[ask].communicate(timeout=600)[0]
            same((ask, 17), (ask, running[ask].returncode), said)
            contains(said, 'does not answer')
            contains(said, hung.at + path)
        hung.heal()
        until(lambda: not hung.waits())


@claim(inside=Disks)
def a_collect_names_the_copy_whose_check_hangs(it):
    wav(it.folder('lib') + '/kick.wav', 550)
    it.add(it.folder('lib'))
    it.becomes(it.folder('lib'), 'local:done=1')
    with Hung(it, 'held') as hung:
        mine = Studio(it.home, 'Held', folder=os.fsencode(hung.at + '/song'))
        mine.put('clip', item=it.home.first('search', 'kick')['id'])
        mine.must('collect')
        hung.fail(0, 'Audio/kick.wav')
        said = it.home.loophole('ask', 'project.collect', 'project=Held', '--budget', '20000', code=17)
        contains(said.all, f'does not answer while the copy {hung.at}/song/Media/Audio/kick.wav is checked')
        hung.heal()
        until(lambda: not hung.waits())


@claim(inside=Disks)
def commands_of_a_project_on_a_disk_that_hangs_end_within_their_budget(it):
    with Hung(it, 'held') as hung:
        it.home.loophole('project', 'new', 'Held', '--folder', hung.at + '/song')
        it.home.loophole('project', 'save')
        hung.fail(0, '/song')
        asked = {('save',): '/song/project.json', ('draft',): '/song/draft.json', ('load', '1'): None, ('open', 'Held'): None}
        running = {args: it.home.start('loophole', 'project', *args, '--budget', '600000', stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True) for args in asked}
        for args, path in asked.items():
            said = running[args].communicate(timeout=600)[0]
            same((args, 17 if path else 0), (args, running[args].returncode), said)
            contains(said, hung.at + (path or ''))
        hung.heal()
        until(lambda: not hung.waits())


@claim(inside=Disks)
def a_project_that_is_opened_from_a_disk_that_hangs_names_the_disk(it):
    with Hung(it, 'held') as hung:
        it.home.loophole('project', 'new', 'Held', '--folder', hung.at + '/song')
        it.home.loophole('project', 'save')
        it.home.loophole('project', 'close')
        for fails in 'project.json', '/song':
            hung.fail(0, fails)
            said = it.home.loophole('project', 'open', 'Held', '--budget', '600000')
            contains(said.out, f'project.json cannot be read: the disk at {hung.at} does not answer')
            hung.heal()
            until(lambda: not hung.waits())
            it.home.loophole('project', 'close')


run_claims()
