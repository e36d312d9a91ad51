#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""project.json on an engine that knows none of its sounds, packs and effects: random projects."""
import json
import os
import re
import signal
import time

from tests.claims import SEED, claim, contains, figure, files_in, how_often, run_claims, same, until
from tests.client import new_id
from tests.projects.project_documents import Chance, are_noted, document, is_canonical, of_store, same_but_revision, same_store, there_and_back, written
from tests.studio import Studio, running


def one_round(home, number):
    chance = Chance(SEED * 1000 + number)
    made, folder = document(chance, f'Absent {number}'), home.file('absent', str(number))
    os.makedirs(folder)
    with open(os.path.join(folder, 'project.json'), 'w', encoding='utf-8') as out:
        json.dump(made, out)
    it = Studio.at(home, folder)
    same(len(made['items']), it.state()['missing'])
    until(lambda: are_noted(it), what='the items that are missing and their uses are in the catalogue')
    before, rows = written(folder), of_store(it)
    it.must('load')
    same(made['revision'], it.must('save')['revision'])
    same(before, written(folder))  # nothing changed: the file has the layout of its writer
    same_store(rows, of_store(it))
    there_and_back(it)
    same_but_revision(made, written(folder)[0])
    is_canonical(folder)
    before = written(folder)[1]
    there_and_back(it)
    same(before, written(folder)[1])
    same(['project.json'], files_in(folder))


@claim(shares=running)
def a_load_and_a_save_without_any_sound_pack_or_effect_change_only_the_revision(home):
    for number in range(how_often(40, 2000)):
        try:
            one_round(home, number)
        except Exception as why:
            raise AssertionError(f'SEED={SEED}, project {number}: {why}') from why


def large(chance, name, clips, sounds=True, note=''):
    """A project with many clips, each with a sound of its own that no engine has."""
    made = [{'id': chance.id(), 'start': n, **({'item': chance.id()} if sounds else {}), **({'note': note} if note else {})}
            for n in range(clips)]
    items = [{'id': clip['item'], 'content': chance.randbytes(16).hex(), 'name': f'sound {n}', 'tags': ['warm', 'gone'],
              'format': {'container': 'wav', 'sample_rate': 48000}, 'storage': {'path': f'/nowhere/packs/gone/{n}.wav'}}
             for n, clip in enumerate(made) if sounds]
    return dict(schema_version='1.0', revision=1, project={'id': chance.id(), 'name': name}, clips=made, items=items)


def write(home, name, made):
    folder = home.file('large', name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'project.json'), 'w', encoding='utf-8') as out:
        json.dump(made, out)
    return folder


@claim(shares=running)
def a_project_of_thousands_of_clips_and_sounds_is_opened_found_changed_saved_and_taken_back(home):
    made = large(Chance(SEED), 'Large', 5000, note='verse ' * 20)
    service = home.pid('project')
    it = Studio.at(home, write(home, 'Large', made))
    assert os.path.getsize(os.path.join(it.folder, 'project.json')) > 2 << 20
    same((5000, 5000, False), tuple(it.state()[key] for key in ('items', 'missing', 'dirty')))
    until(lambda: it.client.must('search.query', {'query': 'used:Large', 'limit': 0})['total'] == 5000)
    it.put('track', name='extra')
    same(2, it.must('save')['revision'])
    before = it.parts()
    for clip in made['clips']:
        clip['start'] += 1
    write(home, 'Large', made)
    it.must('load', file=True)  # changes each clip
    moved = it.parts()
    same([n + 1 for n in range(5000)], sorted(body['start'] for key, body in moved.items() if key[0] == 'clip'))
    same('load project.json', it.must('undo')['label'])
    same(before, it.parts())
    it.must('load', revision=1)
    same(5000, it.state()['items'])
    same(service, home.pid('project'), 'the service was replaced: a turn was too long')


@claim(shares=running)
def a_project_that_is_too_large_is_refused_with_its_bound_and_nothing_changes(home):
    chance = Chance(SEED)
    it = Studio(home, 'Beside')
    before = it.must('list')['each']
    for name, made, why in (('Many', large(chance, 'Many', 16001, sounds=False), '16000'),
                            ('Long', large(chance, 'Long', 1000, note='x' * 3200), '3072 KiB')):
        contains(it.refused('too_large', 'open', folder=os.fsencode(write(home, name, made))), why)
    same(before, it.must('list')['each'])
    most = Studio.at(home, write(home, 'Most', large(chance, 'Most', 15999, sounds=False)))
    contains(most.refused('too_large', 'put', kind='track', body={'name': 'one more'}), '16000')
    for clip in [key[1] for key in most.parts() if key[0] == 'clip'][:6]:
        most.must('remove', id=clip)
    most.put('track', name='in its place')
    same(2, most.must('save')['revision'])
    before = most.parts()
    for _ in range(4):
        most.put('track', name='long', note='x' * 900000)
    contains(most.refused('too_large', 'save'), '3072 KiB')
    same((2, True), tuple(most.state()[key] for key in ('revision', 'dirty')))
    for _ in range(4):
        most.must('undo')
    same(before, most.parts())
    same(False, most.state()['dirty'])


@claim(shares=running)
def a_project_json_that_is_a_link_stays_one(home):
    """A person keeps it in another folder, and says so."""
    it = Studio(home, 'Linked')
    it.must('save')
    path, kept = os.path.join(it.folder, 'project.json'), home.file('kept.json')
    os.rename(path, kept)
    os.chmod(kept, 0o600)
    os.symlink(kept, path)
    it.put('track', name='extra')
    same('changed', it.state()['mirror'])
    it.refused('conflict', 'save')
    assert 'links' not in it.must('open', folder=os.fsencode(it.folder), trust_links=True)
    same((2, 'same'), tuple(it.must('save')[key] for key in ('revision', 'mirror')))
    same(kept, os.readlink(path))
    same((2, 0o100600), (it.file()['revision'], os.stat(kept).st_mode))


@claim(shares=running)
def the_schema_lists_each_word_about_the_file(home):
    it = Studio(home, 'Words')
    (listed,) = [each['mirror'] for each in it.must('list')['each'] if each['name'] == 'Words']
    words = re.search(r'^ +mirror .*#(.*)$', it.client.must('project.describe')['schema'], re.M).group(1)
    for word in (it.must('draft')['mirror'], listed, it.state()['mirror'], it.must('save')['mirror'], 'old', 'changed', 'away'):
        assert re.search(rf'(: |, ){word or chr(34) * 2} \(|(: |, ){word},', words), (word, words)


@claim(shares=running)
def a_save_whose_file_would_be_too_large_to_be_read_is_refused(home):
    it = Studio(home, 'Deep')
    it.must('save')
    file, deep = it.file(), '[' * 50 + '1,' * 16000 + '1' + ']' * 50  # a value a line, each after 106 spaces
    for _ in range(14):
        it.must('put', kind='clip', body='{"later":' + deep + '}')
    for ask in ({'ask': 'save'}, {'ask': 'save_as', 'name': 'Deeper'}):
        contains(it.refused('too_large', **ask), 'its project.json would have')
    same((1, True, 'same'), tuple(it.state()[key] for key in ('revision', 'dirty', 'mirror')))
    same(file, it.file())
    for _ in range(14):
        it.must('undo')
    same((1, 'same'), tuple(it.must('save')[key] for key in ('revision', 'mirror')))
    for _ in range(4):
        it.put('track', name='Long', note='x' * 900000)
    contains(it.refused('too_large', 'save_as', name='Deeper'), '3072 KiB')


def open_and_kill(home, folder, victims, chance):
    """Sends the ask that opens a project, kills services after persist's first commit, and returns the ask's id."""
    request, client, pids = new_id(), home.client(), [home.pid(victim) for victim in victims]
    commits = client.listen('persist', 'persist.changed')
    client.send('project.open', {'folder': os.fsencode(folder)}, request)
    assert client.heard(commits), 'persist commits nothing'
    time.sleep(chance.uniform(0, .02))
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    home.wait_ready('persist', 'project')
    return request


def clips_of(it):
    return sorted(id for kind, id in it.parts() if kind == 'clip')


@claim
def a_large_project_whose_opening_a_kill_interrupts_is_opened_completely_or_not_listed(home):
    running(home)
    chance, opened, rounds = Chance(SEED), 0, how_often(12, 60)
    for number in range(rounds):
        made = large(chance, f'Cut {number}', 15000, sounds=False)
        made['project']['id'] = '00' + made['project']['id'][2:]  # before the id of any project that the engine makes
        folder, client = write(home, made['project']['name'], made), home.client()
        victims = (['persist', 'project'], ['persist'], ['project'])[number % 3]
        request = open_and_kill(home, folder, victims, chance)
        listed = [one for one in client.must('project.list').get('each', []) if one['name'] == made['project']['name']]
        opened += len(listed)
        same([15001] * len(listed), [len(client.must('project.show', {'project': one['name']})['each']) for one in listed])
        if number % 2:  # before it is opened again, its file has changed, and another project has its name
            if not listed and len(victims) == 2:  # otherwise the opening goes on
                same([], clips_of(Studio(home, made['project']['name'])))
            made['tracks'] = [{'id': clip['id'], 'name': 'was a clip'} for clip in made['clips'][:100]]
            made['clips'] = made['clips'][2500:] + [{'id': chance.id(), 'start': 7} for _ in range(2400)]
            made['project']['name'] += ' again'
            with open(os.path.join(folder, 'project.json'), 'w', encoding='utf-8') as out:
                json.dump(made, out)
        elif not listed:
            same('ok', client.ask('project.open', {'folder': os.fsencode(folder)}, request, 60000)[0])
        it = Studio.at(home, folder)
        if it.state()['mirror'] == 'changed':  # the opening was complete, from the earlier file
            it.must('load', file=True)
            it.name = made['project']['name']
        same(sorted(clip['id'] for clip in made['clips']), clips_of(it))
        same({track['id'] for track in made.get('tracks', [])}, {id for kind, id in it.parts() if kind == 'track'})
    figure(f'{rounds} kills while a project of 15000 clips was opened: {opened} openings were complete, the others were repeated')
    home.check_store()


@claim(shares=running)
def a_load_that_changes_more_parts_than_undo_takes_back_is_refused_and_nothing_changes(home):
    made = large(Chance(SEED), 'Much', 10500, sounds=False)
    it = Studio.at(home, write(home, 'Much', made))
    before = it.parts()
    for clip in made['clips'][:10000]:
        clip['start'] += 0.5
    write(home, 'Much', made)
    contains(it.refused('too_large', 'load', file=True), '10001 parts would change: at most 10000')  # with the digest of the file
    same((before, 'changed'), (it.parts(), it.state()['mirror']))
    contains(it.refused('not_found', 'undo'), 'undo')
    made['clips'][0]['start'] -= 0.5
    write(home, 'Much', made)
    it.must('load', file=True)
    same(9999, sum(body['start'] % 1 == 0.5 for body in it.parts().values() if 'start' in body))
    same('load project.json', it.must('undo')['label'])
    same(before, it.parts())
    same(2, it.must('save', over=True)['revision'])


def foreign(name, **more):
    """A project of another program, with ids of its own: numbers and words."""
    item = {'tags': [], 'format': {'container': 'wav'}, 'storage': {}}
    return {'schema_version': '1.0', 'project': {'id': 42, 'name': name},
            'tracks': [{'id': 1, 'name': 'Drums'}, {'id': 'bass-line', 'name': 'Bass'}],
            'sections': [{'id': 7, 'name': 'Verse', 'role': 'verse'}],
            'clips': [{'id': 1, 'track': 1, 'section': 7, 'item': 5, 'start': 0},
                      {'id': 2, 'track': 'bass-line', 'item': 'kick-808', 'start': 4}],
            'pads': [{'id': 3, 'pads': [{'pad': 0, 'item': 'kick-808'}]}],
            'loops': [{'fkey': 1073741882, 'actions': '', 'duration': 2, 'music_context':
                       "{'source_video_id': 5, 'start_frame': 0, 'end_frame': 50, 'rate': 25}"}],
            'items': [{'id': 5, 'name': 'a snare', 'content': '05' * 16, **item},
                      {'id': 'kick-808', 'name': 'a kick', 'content': '08' * 16, **item}], **more}


def aliases_of(it, kind):
    return {body['alias']: id for (one, id), body in it.parts().items() if one == kind and 'alias' in body}


@claim(shares=running)
def ids_of_another_program_are_kept_as_aliases_and_written_back(home):
    made = foreign('Foreign')
    it = Studio.at(home, write(home, 'Foreign', made))
    tracks, clips, section = (aliases_of(it, kind) for kind in ('track', 'clip', 'section'))
    before = it.parts()
    same(({1, 'bass-line'}, {1, 2}, {7}), (set(tracks), set(clips), set(section)))
    first, second = (before['clip', clips[number]] for number in (1, 2))
    same((tracks[1], section[7], tracks['bass-line']), (first['track'], first['section'], second['track']))
    same([second['item']], [pad['item'] for body in before.values() for pad in body.get('pads', ()) if 'item' in pad])
    same([first['item']], [body['music_context']['source_video_id'] for body in before.values() if 'fkey' in body])
    same((2, 2), tuple(it.state()[key] for key in ('items', 'missing')))
    until(lambda: {'a snare', 'a kick'} == {line['name'] for line in home.json('search', 'used:Foreign is:missing')})
    it.put('track', name='New', alias='new one')
    same('exists', it.ask('put', kind='track', body={'name': 'Again', 'alias': 1})[0])
    contains(it.refused('bad_request', 'put', kind='track', body={'alias': 1.5}), 'alias')
    it.must('save', over=True)
    file = it.file()
    same(([1, 'bass-line', 'new one'], 42), (sorted((track['alias'] for track in file['tracks']), key=str), file['project']['alias']))
    made['clips'][0]['start'] = 8  # the other program writes its own ids again
    write(home, 'Foreign', made)
    it.must('load', file=True)
    same((first['track'], 8), tuple(it.parts()['clip', clips[1]][key] for key in ('track', 'start')))
    same((tracks, clips), (aliases_of(it, 'track'), aliases_of(it, 'clip')))  # the file lacks the new track


@claim(shares=running)
def an_alias_that_two_parts_have_or_none_has_is_refused(home):
    before = Studio(home, 'Apart').must('list')['each']
    for number, (more, why) in enumerate((
            ({'tracks': [{'id': 1}, {'id': 1}]}, 'two parts in tracks have the alias 1'),
            ({'items': [{'id': 'x'}, {'id': 'x'}]}, 'two parts in items have the alias "x"'),
            ({'clips': [{'id': 1, 'track': 99}]}, 'track 99: expected an id'))):
        folder = write(home, f'Wrong {number}', foreign('Wrong', **more))
        contains(Studio(home, f'For {number}').refused('bad_request', 'open', folder=os.fsencode(folder)), why)
    same(len(before) + 3, len(Studio(home, 'Last').must('list')['each']) - 1)


run_claims()
