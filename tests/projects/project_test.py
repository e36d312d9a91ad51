#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Projects: their parts, saves, undo, and the files of their folders. Most claims share one engine, and have a project of
their own in it."""
import json
import os
import shutil
import signal
import threading

from tests.claims import claim, contains, figure, file_bytes, file_json, file_text, files_in, how_often, run_claims, same, until, write_file
from tests.client import Client, in_threads, new_id
from tests.library.indexing import Indexing, wav
from tests.studio import Studio, running, word


@claim(shares=running)
def keys_change_alone_and_unknown_ones_are_kept(home):
    it = Studio(home, 'Keys')
    track = it.put('track', name='Drums', later={'a': [1, None]})
    same({'name': 'Kit', 'gain': 0.5, 'later': {'a': [1, None]}}, json.loads(it.change(track, name='Kit', gain=0.5)['body']))
    same({'name': 'Kit', 'later': {'a': [1, None]}}, json.loads(it.change(track, gain=None)['body']))
    state = it.must('set', body={'bpm': 90, 'key': 'f# minor', 'swing': 0.25, 'tempo_lock': True})
    same((90, 'F#min', 0.25, True), tuple(state[key] for key in ('bpm', 'key', 'swing', 'tempo_lock')))


@claim(shares=running)
def a_key_out_of_its_range_is_refused_with_its_name(home):
    it = Studio(home, 'Ranges')
    contains(it.refused('bad_request', 'set', body={'bpm': 401}), 'bpm 401 is out of range: expected a number from 20 to 400')
    contains(it.refused('bad_request', 'set', body={'key': 'H#'}), 'expected a key')
    for name in ('', 'a/b', '.hidden', 'x' * 81, 'bell\x07'):
        it.refused('bad_request', 'new', name=name)
    it.refused('bad_request', 'put', kind='saved', body={})
    it.refused('bad_request', 'put', kind='track', body='[1]')
    it.refused('bad_request', 'put', kind='track', body='{"a":' * 80 + '1' + '}' * 80)
    it.refused('exists', 'new', name='Ranges')
    it.refused('exists', 'new', name='draft')  # also before it is made: both would have one folder
    it.refused('exists', 'save_as', name='draft')
    it.refused('exists', 'set', body={'name': 'draft'})


@claim(shares=running)
def a_change_is_undone_by_its_name_and_a_taken_back_one_is_not_dirty(home):
    it = Studio(home, 'Undo')
    assert it.state()['dirty']
    track = it.put('track', name='One')
    assert not it.must('save')['dirty']
    it.must('put', id=track, body={'name': 'Two'}, label='rename track')
    assert it.state()['dirty']
    undone = it.must('undo')
    same(('rename track', False), (undone['label'], undone['state']['dirty']))
    same('One', it.parts()['track', track]['name'])
    same('rename track', it.must('redo')['label'])
    same('Two', it.parts()['track', track]['name'])
    it.must('undo'), it.must('undo')
    assert ('track', track) not in it.parts()
    it.refused('not_found', 'undo')  # neither the save nor the making of the project is a step


@claim(shares=running)
def a_save_has_a_number_and_a_file_and_load_goes_back_to_it(home):
    it = Studio(home, 'Saves')
    track = it.put('track', name='A')
    same(1, it.must('save')['revision'])
    same(1, it.must('save')['revision'])  # nothing changed
    file = it.file()
    same(('1.0', 1, 'Saves'), (file['schema_version'], file['revision'], file['project']['name']))
    same([{'id': it.file()['tracks'][0]['id'], 'name': 'A'}], file['tracks'])
    it.change(track, name='B')
    it.put('clip', start=4)
    same(2, it.must('save')['revision'])
    second = it.parts()
    state = it.must('load', revision=1)
    same({'name': 'A'}, it.parts()['track', track])
    assert state['dirty'] and not any(kind == 'clip' for kind, _ in it.parts())
    same('load revision 1', it.must('undo')['label'])
    same(second, it.parts())
    it.refused('not_found', 'load', revision=7)
    assert not [name for name in files_in(it.folder) if name != 'project.json'], files_in(it.folder)


@claim(shares=running)
def a_file_changed_by_another_program_is_offered_and_never_overwritten_unasked(home):
    it = Studio(home, 'Mirror')
    track = it.put('track', name='A')
    it.must('save')
    file = it.file()
    file['tracks'][0]['name'] = 'by hand'
    file['tracks'][0]['colour'] = 'red'
    text = json.dumps(file)
    path = os.path.join(it.folder, 'project.json')
    write_file(path, text)
    same('changed', it.state()['mirror'])
    it.change(track, name='C')
    contains(it.refused('conflict', 'save'), 'changed by another program')
    same(text, file_text(path))
    it.must('load', file=True)
    same({'name': 'by hand', 'colour': 'red'}, it.parts()['track', track])
    same('same', it.must('save')['mirror'])
    same('by hand', it.file()['tracks'][0]['name'])
    it.must('undo')
    same('C', it.parts()['track', track]['name'])


@claim(shares=running)
def a_change_that_comes_second_is_refused_by_the_field_of_its_ask(home):
    it = Studio(home, 'Second')
    track = it.must('put', kind='track', body={'name': 'Drums'})['element']
    edit = {'id': track['id'], 'project': it.id, 'kind': 'track', 'expect': 999, 'body': '{}'}
    for ask, body, field in (('project.put', {'id': track['id'], 'kind': 'track', 'body': '{"name":"C"}'}, 'expect'),
                             ('project.set', {'body': '{"bpm":100}'}, 'expect'),
                             ('project.remove', {'id': track['id']}, 'expect'),
                             ('persist.apply', {'actions': [{'element': edit}]}, 'actions[0].element.expect')):
        if ask != 'persist.apply':
            body = {'project': it.name, 'expect': 999, **body}
        error, said = it.client.ask(ask, body)
        same(('conflict', field), (error, said['field']), (ask, said))
        contains(said['hint'], 'read it again')


@claim(shares=running)
def a_part_that_another_program_made_one_of_another_kind_is_taken(home):
    it = Studio(home, 'Kinds')
    it.put('track', name='stays'), it.put('track', name='changes')
    it.must('save')
    file = it.file()
    changed = [track for track in file['tracks'] if track['name'] == 'changes']
    file['tracks'].remove(changed[0])
    with open(os.path.join(it.folder, 'project.json'), 'w', encoding='utf-8') as out:
        json.dump(dict(file, sections=changed), out)
    it.must('load', file=True)
    same({'name': 'changes'}, it.parts()['section', changed[0]['id']])
    it.must('undo')
    same({'name': 'changes'}, it.parts()['track', changed[0]['id']])


@claim(shares=running)
def a_save_of_thousands_of_parts_is_loaded_again(home):
    it = Studio(home, 'Large')
    for _ in range(5):
        actions = [{'element': {'id': new_id(), 'project': it.id, 'kind': 'clip', 'expect': 0,
                                'body': json.dumps({'item': word(new_id())}, separators=(',', ':'))}} for _ in range(900)]
        it.client.must('persist.apply', {'label': 'many', 'scope': word(it.id), 'actions': actions})
    saved = it.must('save')
    same((4500, False), (saved['items'], saved['dirty']))
    before = {key: body for key, body in it.parts().items() if key[0] == 'clip'}
    it.must('remove', id=next(iter(before))[1])
    it.must('load', revision=1)
    same(before, {key: body for key, body in it.parts().items() if key[0] == 'clip'})


@claim(shares=running)
def files_of_newer_or_damaged_projects_are_refused_and_stay(home):
    it = Studio(home, 'Foreign')
    folder = home.file('foreign')
    os.makedirs(folder)
    path = os.path.join(folder, 'project.json')
    for text, error in (('{', 'bad_request'), ('[]', 'bad_request'), ('{"schema_version":"1.0"}', 'bad_request'),
                        ('{"schema_version":"2.0","project":{"name":"x"}}', 'version'),
                        ('{"schema_version":"1.0","project":{"name":"x","bpm":"fast"}}', 'bad_request'),
                        ('{"schema_version":"1.0","project":{"name":"x"},"tracks":{}}', 'bad_request'),
                        ('{"schema_version":"1.0","project":{"name":"x"},"clips":[{"start":-1}]}', 'bad_request'),
                        ('{"schema_version":"1.0","project":{"name":"x"},"tracks":[{"id":"%s"}],"clips":[{"id":"%s"}]}'
                         % (2 * (word(new_id()),)), 'bad_request')):
        write_file(path, text)
        it.refused(error, 'open', folder=folder.encode())
        same(text, file_text(path))
    it.refused('not_found', 'open', folder=home.file('nowhere').encode())


@claim(shares=running)
def a_later_minor_version_keeps_its_unknown_keys_at_every_level(home):
    it = Studio(home, 'Minor')
    folder = home.file('minor')
    os.makedirs(folder)
    written = {'schema_version': '1.7', 'project': {'name': 'From later', 'bpm': 99.5, 'mood': 'blue'},
               'tracks': [{'name': 'T', 'freeze': {'at': 1}}], 'scenes': [1, {'two': 2}]}
    with open(os.path.join(folder, 'project.json'), 'w', encoding='utf-8') as out:
        json.dump(written, out)
    opened = it.must('open', folder=folder.encode())
    same(('From later', 99.5, False), (opened['name'], opened['bpm'], opened['dirty']))
    it.name, it.folder = 'From later', folder
    it.put('section', name='Intro')
    it.must('save')
    file = it.file()
    same([1, {'two': 2}], file['scenes'])
    same('blue', file['project']['mood'])
    same({'at': 1}, file['tracks'][0]['freeze'])


@claim(shares=running)
def a_copy_under_another_name_is_a_project_of_its_own(home):
    it = Studio(home, 'Original')
    track = it.put('track', name='T')
    copy = it.must('save_as', name='Copy')
    assert copy['id'] != it.id and copy['current'] and not copy['dirty'], copy
    other = Studio.__new__(Studio)
    other.home, other.client, other.name = home, it.client, 'Copy'
    other.change(track, name='Changed')
    same('T', it.parts()['track', track]['name'])
    it.refused('exists', 'save_as', name='Copy')


@claim(shares=running)
def two_clients_that_edit_one_project_lose_nothing(home):
    it = Studio(home, 'Two')
    track = it.put('track', name='T')
    rounds, together, answers = how_often(150, 1000), threading.Barrier(2, timeout=600), {}

    def edit(number):
        client = Client(home.path)
        for i in range(rounds):
            body = {'project': 'Two', 'id': track, 'kind': 'track', 'body': json.dumps({f'key{number}_{i}': i})}
            together.wait()
            error, answer = client.ask('project.put', body)
            assert error == 'ok', (error, answer)
            got = json.loads(answer['element']['body'])
            answers[i, number] = answer['element']['revision'], [f'key{n}_{i}' in got for n in range(2)]
    in_threads(2, edit)
    for i in range(rounds):  # the first has its own edit, and the second has both
        first, second = sorted((0, 1), key=lambda number: answers[i, number][0])
        assert answers[i, first][0] < answers[i, second][0], (i, answers[i, 0], answers[i, 1])
        same(([n == first for n in range(2)], [True, True]), (answers[i, first][1], answers[i, second][1]), f'round {i}')
    wanted = {f'key{n}_{i}': i for n in range(2) for i in range(rounds)}
    same(dict(wanted, name='T'), it.parts()['track', track])
    figure(f'{rounds} rounds of two clients: none of {2 * rounds} changes is lost')


@claim(shares=running)
def of_two_clients_that_change_one_key_each_change_counts_or_its_client_gets_the_conflict(home):
    it = Studio(home, 'Counted')
    track = it.put('track', name='T', count=0)
    rounds, conflicts = how_often(150, 1000), []

    def count(_):
        mine = Client(home.path)
        for _ in range(rounds):
            while True:
                parts = mine.must('project.show', {'project': 'Counted'})['each']
                part = next(part for part in parts if word(part['id']) == track)
                body = {'project': 'Counted', 'id': part['id'], 'kind': 'track', 'expect': part['revision'],
                        'body': json.dumps({'count': json.loads(part['body'])['count'] + 1})}
                error, answer = mine.ask('project.put', body)
                assert error in ('ok', 'conflict'), (error, answer)
                if error == 'ok':
                    break
                conflicts.append(error)
    in_threads(2, count)
    same(2 * rounds, it.parts()['track', track]['count'])
    figure(f'{2 * rounds} changes of one key by two clients, and {len(conflicts)} conflicts: none lost')


@claim(shares=running)
def an_edit_of_a_revision_that_has_passed_is_a_conflict(home):
    it = Studio(home, 'Expect')
    part = it.must('put', kind='track', body={'name': 'T'})['element']
    track = word(part['id'])
    it.must('put', id=part['id'], body={'name': 'U'}, expect=part['revision'])
    it.refused('conflict', 'put', id=part['id'], body={'name': 'V'}, expect=part['revision'])
    same('U', it.parts()['track', track]['name'])
    request = new_id()
    first = it.must('put', request, kind='track', body={'name': 'once'})
    same(first, it.must('put', request, kind='track', body={'name': 'once'}))
    same(1, sum(body.get('name') == 'once' for body in it.parts().values()))


@claim(shares=running)
def an_answer_is_that_of_the_commit_also_when_the_part_was_changed_or_taken_back_since(home):
    it = Studio(home, 'Commit')
    request, again = new_id(), new_id()
    first = it.must('put', request, kind='track', body={'name': 'A'})
    track = first['element']['id']
    second = it.must('put', again, id=track, body={'name': 'B', 'gain': 0.5})
    it.change(track, name='C', later=1)
    same(second, it.must('put', again, id=track, body={'name': 'B', 'gain': 0.5}))
    same({'name': 'B', 'gain': 0.5}, json.loads(second['element']['body']))
    it.must('undo'), it.must('undo'), it.must('undo')
    same(first, it.must('put', request, kind='track', body={'name': 'A'}))
    same(second, it.must('put', again, id=track, body={'name': 'B', 'gain': 0.5}))
    assert ('track', word(track)) not in it.parts()
    contains(it.refused('not_found', 'put', id=track, body={'name': 'D'}), 'no part')
    it.must('bank', again := new_id(), bank='3')
    it.must('bank', bank='4')
    same(3, it.must('bank', again, bank='3')['number'])


@claim(shares=running)
def parts_that_another_client_takes_back_at_once_are_answered_as_they_were_made(home):
    it = Studio(home, 'Race')
    rounds, ended = how_often(100, 2000), []

    def add():
        client = Client(home.path)
        for i in range(rounds):
            body = '{"name":"%d"}' % i
            same(body, client.must('project.put', {'project': 'Race', 'kind': 'track', 'body': body})['element']['body'])

    def work(number):
        client = Client(home.path)
        try:
            while number == 1 and not ended:
                client.ask('project.undo', {'project': 'Race'})
            if number == 0:
                add()
        finally:
            ended.append(number)
    in_threads(2, work)


@claim(shares=running)
def a_change_that_comes_between_two_parts_of_an_undo_is_not_taken_back(home):
    it = Studio(home, 'Parts')
    apply, sent, undone, added = {'label': 'many', 'scope': word(it.id)}, [], [], []
    for _ in range(6):
        apply['actions'] = [{'element': {'id': new_id(), 'project': it.id, 'kind': 'clip', 'expect': 0, 'body': '{}'}}
                            for _ in range(1000)]
        apply['step'] = it.client.must('persist.apply', apply)['step']

    def change(number):
        client = Client(home.path)
        if number == 0:
            request = new_id()
            client.send('project.undo', {'project': 'Parts'}, request)
            sent.append(request)  # from now on changes come after it
            undone.append(client.ask('project.undo', {'project': 'Parts'}, request))
        until(lambda: sent)
        while number == 1 and not undone:
            added.append(client.must('project.put', {'project': 'Parts', 'kind': 'track', 'body': '{}'})['element']['id'])
    in_threads(2, change)
    parts = it.parts()
    same(sorted(map(word, added)), sorted(id for kind, id in parts if kind == 'track'))
    error, answer = undone[0]
    assert error == 'conflict' or ('many', 0) == (answer['label'], sum(kind == 'clip' for kind, _ in parts)), undone


@claim(shares=running)
def an_apply_in_parts_shows_the_part_that_its_first_action_put(home):
    it, request, clip = Studio(home, 'Shown'), new_id(), new_id()
    actions = [{'element': {'id': id, 'project': it.id, 'kind': 'clip', 'expect': 0, 'body': '{}'}}
               for id in [clip] + [new_id() for _ in range(200)]]
    actions.append({'element': {'id': clip, 'project': it.id, 'kind': 'clip', 'body': '{"name":"last"}'}})
    body = {'label': 'many', 'scope': word(it.id), 'actions': actions, 'parts': True, 'show': True}
    error, done = it.client.ask('persist.apply', body, request, 60000)
    same(('ok', 202), (error, done.get('items')), done)
    same((clip, '{"name":"last"}'), (done['element']['id'], done['element']['body']))
    same(('ok', done), it.client.ask('persist.apply', body, request, 60000))  # a repeated ask gets the same part


@claim
def the_draft_project_is_made_once_when_clients_ask_at_the_same_time(home):
    home.up()
    found = []
    in_threads(8, lambda _: found.append(Client(home.path).must('project.current')['id']))
    same(1, len(set(found)))
    same(['draft'], [one['name'] for one in Client(home.path).must('project.list')['each']])


@claim
def the_draft_project_becomes_the_open_one_when_the_open_one_is_gone(home):
    home.up()
    it = Studio(home, 'Gone')
    gone = {'id': it.id, 'project': it.id, 'kind': 'project'}
    it.client.must('persist.apply', {'label': 'remove', 'scope': word(it.id), 'actions': [{'element': gone}]})
    same('draft', it.must('current')['name'])


@claim
def the_draft_project_keeps_its_name(home):
    running(home)
    client = Client(home.path)
    for project in ('', 'draft'):
        error, answer = client.ask('project.set', {'project': project, 'body': '{"name":"Night"}'})
        same(('bad_request', 'the draft project cannot be renamed', 'name'), (error, answer['what'], answer['field']))
        contains(answer['hint'], 'project save_as NAME')
    same('draft', client.must('project.set', {'body': '{"name":"draft","bpm":99}'})['name'])
    same('Night', client.must('project.save_as', {'name': 'Night'})['name'])
    same({'draft', 'Night'}, {one['name'] for one in client.must('project.list')['each']})


def draft_with(home, name):
    """A client of an engine whose draft, which is saved, has a slot with a pattern of this name; the draft's state."""
    running(home)
    client = Client(home.path)
    file = {'metadata': {'name': name}, 'sequencer': {'tracks': {'k': {'pattern': 'x' * 16}}}}
    client.must('project.save_pattern', {'slot': '5', 'file': json.dumps(file)})
    return client, client.must('project.save')


def slots_of(client):
    return [slot['name'] for slot in client.must('project.list_patterns')['slots']]


@claim
def the_draft_of_another_engine_is_a_project_of_its_own(home):
    _, theirs = draft_with(home, 'theirs')
    other = home.other('second')
    moved, equal = other.file('moved'), other.file('equal')
    for copy in (moved, equal):
        shutil.copytree(os.fsdecode(theirs['folder']), copy)
    client, mine = draft_with(other, 'mine')
    same(theirs['id'], mine['id'])
    opened = client.must('project.open', {'folder': moved.encode()})
    same(('draft', moved.encode(), 1), tuple(opened[key] for key in ('name', 'folder', 'revision')))
    same(['theirs'], slots_of(client))
    client.must('project.change_slot', {'verb': 'rename', 'slot': '5', 'to': 'taken'})
    assert client.must('project.open', {'folder': equal.encode()})['id'] not in (opened['id'], mine['id'])
    same(['theirs'], slots_of(client))
    client.must('project.open', {'folder': moved.encode()})
    same(['taken'], slots_of(client))
    client.must('project.set', {'body': '{"bpm":99}'})
    same('same', client.must('project.save')['mirror'])
    same(word(opened['id']), file_json(moved + '/project.json')['project']['id'])
    for where in ({'project': 'draft'}, {'folder': mine['folder']}):
        own = client.must('project.open', where)
        same((mine['id'], mine['folder'], 'same'), tuple(own[key] for key in ('id', 'folder', 'mirror')))
        same(['mine'], slots_of(client))
        same(opened['id'], client.must('project.open', {'folder': moved.encode()})['id'])
    other.check_store()


@claim(inside=Indexing)
def a_project_opens_on_another_engine_that_joins_sounds_by_content(it):
    tone = wav(it.folder('lib', 'tone.wav'), 440)
    lost = wav(it.folder('lib', 'lost.wav'), 330)
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Travels')
    track = mine.put('track', name='T')
    for path in (tone, lost):
        mine.put('clip', track=track, item=it.id_of(path), start=1)
    os.unlink(lost)
    it.rescan(it.folder('lib'), accept_missing=True)
    until(lambda: mine.state()['missing'] == 1)
    mine.must('save')
    parts, file = mine.parts(), mine.file()
    names = {item['name']: item for item in file['items']}
    same({'tone', 'lost'}, set(names))
    assert all(len(item['content']) == 32 and item['format']['frames'] > 0 for item in names.values()), names

    other = it.home.other('second')
    moved = other.file('moved')
    shutil.copytree(mine.folder, moved, ignore=shutil.ignore_patterns('.autosave'))
    with Indexing(other) as second:
        wav(second.folder('sounds', 'renamed.wav'), 440)
        second.add(second.folder('sounds'))
        theirs = Studio(other, 'unused')
        opened = theirs.must('open', folder=moved.encode())
        same(('Travels', 1, 0, 2, False), tuple(opened[key] for key in ('name', 'missing', 'offline', 'items', 'dirty')))
        theirs.name, theirs.folder = 'Travels', moved
        same(parts, {key: body for key, body in theirs.parts().items() if key[0] != 'item'})
        theirs.must('set', body={'bpm': 100})
        theirs.must('save')
        again = {item['name']: item for item in theirs.file()['items']}
        same(names['lost'], again['lost'])
        other.check_store()


def contents_of(mine):
    """The digests of the sounds in a save of the project."""
    mine.must('save')
    return [item['content'] for item in mine.file()['items']]


@claim(inside=Indexing)
def sounds_in_use_are_collected_once_each_and_found_by_the_name_of_the_project(it):
    one = wav(it.folder('lib', 'a', 'kick.wav'), 440)
    same_name = wav(it.folder('lib', 'b', 'kick.wav'), 550)
    wav(it.folder('lib', 'other.wav'), 660)
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Gathered')
    track = mine.put('track', name='Drums', role='drums')
    section = mine.put('section', name='Intro')
    for path in (one, one, same_name):
        mine.put('clip', track=track, section=section, item=it.id_of(path))
    paths = lambda *query: sorted(item['path'] for item in it.home.json('search', *query))
    until(lambda: paths('used:Gathered') == sorted(map(os.fsdecode, (one, same_name))))
    same(2, len(paths('role:drums section:Intro')))
    same(1, len(paths('unused:Gathered')))
    same(2, len(paths('track:drums')))
    same(0, len(paths('track:Bass')))
    mine.change(track, name='Kit')  # a rename moves the uses to the new name
    until(lambda: len(paths('track:kit')) == 2 and not paths('track:Drums'))
    checked = it.home.first('project', 'collect', '--check')
    same((2, 0), (checked['copied'], checked['present']))
    assert not os.path.exists(os.path.join(mine.folder, 'Media'))
    done = it.home.first('project', 'collect')
    same((2, 0, checked['bytes']), (done['copied'], done['present'], done['bytes']))
    audio = os.path.join(mine.folder, 'Media', 'Audio')
    names = sorted(os.listdir(audio))
    assert names[1] == 'kick.wav' and names[0] in [f'kick-{content[:8]}.wav' for content in contents_of(mine)], names
    copied = {open(os.path.join(audio, name), 'rb').read() for name in names}
    same({open(path, 'rb').read() for path in (one, same_name)}, copied)
    done = it.home.first('project', 'collect')
    same((0, 2), (done['copied'], done['present']))
    os.unlink(same_name)
    it.rescan(it.folder('lib'), accept_missing=True)
    until(lambda: mine.state()['missing'] == 1)
    contains(it.home.refused('project', 'collect'), '1 item is missing, offline or no sound: "kick" (missing)')
    same(['kick'], it.home.first('project', 'collect', '--without-missing')['without'])
    same('collect', it.home.first('project', 'undo')['label'])


def pattern_of(name, *items):
    """The text of a pattern with a row for each item."""
    rows = {f'row{i}': {'pattern': 'X...' * 4, 'media_id': id} for i, id in enumerate(items)}
    return json.dumps({'metadata': {'name': name}, 'sequencer': {'tracks': rows}})


@claim(inside=Indexing)
def the_items_of_a_slot_are_in_use_while_the_slot_has_them(it):
    paths = [os.fsdecode(wav(it.folder('lib', f'{name}.wav'), pitch)) for name, pitch in (('kick', 440), ('snare', 550))]
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Slotted')
    used = lambda query: sorted(item['path'] for item in it.home.json('search', query))
    mine.must('save_pattern', slot='3', file=pattern_of('both', *map(it.id_of, paths)))
    until(lambda: used('used:Slotted') == sorted(paths), what='both items are in use')
    same([], used('unused:Slotted'))
    same(2, it.home.first('project', 'collect')['copied'])
    mine.must('save_pattern', slot='3', file=pattern_of('kick', it.id_of(paths[0])))
    until(lambda: used('unused:Slotted') == paths[1:], what='the snare is unused')
    mine.must('change_slot', slot='3', verb='delete')
    until(lambda: used('used:Slotted') == [], what='no item is in use')
    mine.must('undo')
    until(lambda: used('used:Slotted') == paths[:1], what='the kick is in use again')


@claim(shares=running)
def a_copy_of_a_project_has_its_slots_and_their_files(home):
    it = Studio(home, 'Slots')
    for slot, name in (('1', 'one'), ('128', 'last')):
        it.must('save_pattern', slot=slot, file=pattern_of(name))
    it.must('bank', bank='Verses')
    it.must('bank', bank='2')
    it.must('save_pattern', slot='1', file=pattern_of('two'))
    folder = it.must('save_as', name='Slots again')['folder'].decode()
    it.must('save_pattern', slot='1', file=pattern_of('changed'))
    copy = Studio.__new__(Studio)
    copy.home, copy.client, copy.name = home, it.client, 'Slots again'
    names = lambda: {slot['slot']: slot['name'] for slot in copy.must('list_patterns')['slots']}
    same(({1: 'two'}, 2), (names(), copy.must('list_patterns')['number']))
    same('Verses', copy.must('bank', bank='Verses')['bank'])
    same({1: 'one', 128: 'last'}, names())
    for bank, number, name in ((1, 1, 'one'), (1, 128, 'last'), (2, 129, 'two')):
        same(name, file_json(f'{folder}/patterns/slots/bank_{bank}/slot_{number:03d}.json')['metadata']['name'])


@claim(inside=Indexing)
def a_search_is_of_the_project_of_the_global_library_or_of_both(it):
    used = os.fsdecode(wav(it.folder('lib', 'used.wav'), 440))
    other = os.fsdecode(wav(it.folder('lib', 'other.wav'), 550))
    own = os.fsdecode(wav(it.folder('lib', 'song', 'Media', 'Audio', 'own.wav'), 660))
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Viewed', folder=os.fsencode(it.folder('lib', 'song')))
    mine.put('clip', item=it.id_of(used))
    paths = lambda *words: sorted(item['path'] for item in it.home.json('search', *words))
    until(lambda: paths('--view', 'project') == [used])
    same([other, used], paths('--view', 'global'))
    same([other, own, used], paths('--view', 'combined'))
    same([other, own, used], paths())
    same([], paths('other', '--view', 'project'))
    contains(it.home.loophole('search', 'other', '--view', 'project').out, '1 item matches outside this view: --view combined')
    same([used], paths('view:project'))
    same([other, used], paths('view:global'))
    same([other, own, used], paths('view:combined'))
    same([own], paths('-view:global'))
    same([own, used], paths('name:own or view:project'))
    contains(it.home.refused('search', 'view:mine'), 'view: has no value "mine"')
    same(1, len(it.client.must('search.query', {'view': 'project', 'limit': 0, 'facets': ['kind']})['facets']))
    contains(it.home.refused('search', '--view', 'nowhere'), 'nowhere')
    contains(it.home.refused('search', '--project', 'Nobody'), 'no project "Nobody"')
    mine.must('close')
    contains(it.home.refused('search', '--view', 'project'), 'no project is open')
    contains(it.home.refused('search', 'view:project'), 'no project is open')
    same([used], paths('--project', 'Viewed'))
    same([used], paths('--view', 'project', '--project', word(mine.id)))


@claim(shares=running)
def the_command_line_makes_changes_saves_and_goes_back(home):
    home.loophole('project', 'new', 'Line', 'bpm=96', 'key=Am')
    state = home.first('project', 'state')
    same(('Line', 96.0, 'Amin', True, 0), tuple(state[key] for key in ('name', 'bpm', 'key', 'dirty', 'revision')))
    track = home.first('project', 'add', 'track', 'name=808', 'gain=0.5')
    same({'name': '808', 'gain': 0.5}, track['body'])
    home.loophole('project', 'save')
    home.loophole('project', 'put', track['id'], 'name=909', 'gain=', '--label', 'rename track')
    contains(home.loophole('project', 'show').out, '"name":"909"')
    contains(home.loophole('project', 'undo').out, 'undone: rename track')
    assert not home.first('project', 'state')['dirty']
    home.loophole('project', 'redo')
    home.loophole('project', 'load', '1')
    same([{'name': '808', 'gain': 0.5}], [one['body'] for one in home.json('project', 'show')[1:] if one['kind'] == 'track'])
    contains(home.refused('project', 'load', 'x', code=12), 'no save "x"')
    contains(home.refused('project', 'open', 'Nobody', code=12), 'no project "Nobody"')
    home.folder = home.file()
    os.rename(home.first('project', 'state')['folder'], home.file('moved'))
    same(home.file('moved'), home.first('project', 'open', 'moved')['folder'])  # no project has this name
    home.folder = None
    home.loophole('project', 'remove', track['id'])
    home.loophole('project', 'draft')
    home.loophole('project', 'close')
    same('draft', home.first('project', 'state')['name'])
    assert 'Line' in [one['name'] for one in home.json('project', 'list')]


@claim
def steps_of_a_project_survive_a_restart_and_are_not_those_of_the_catalogue(home):
    home.up()
    it = Studio(home, 'Steps')
    track = it.put('track', name='808')
    it.must('put', id=track, body={'name': '909'}, label='rename track')
    Studio(home, 'Other').put('track', name='x')
    name = lambda: next(one['body']['name'] for one in home.json('project', 'show', 'Steps')[1:] if one['kind'] == 'track')
    home.stop()
    home.up()
    contains(home.refused('undo'), 'undo')  # the catalogue has no step
    contains(home.loophole('project', 'undo', '--project', 'Steps').out, 'undone: rename track')
    same('808', name())
    home.stop()
    home.up()
    contains(home.loophole('project', 'redo', '--project', 'Steps').out, 'rename track')
    same('909', name())


@claim
def an_ask_that_is_repeated_after_a_death_gets_its_first_answer(home):
    home.up()
    it = Studio(home, 'Again')
    track = it.put('track', name='T')
    for ask, body in (('remove', {'id': track}), ('save_as', {'name': 'Copy'})):
        request = new_id()
        first = it.must(ask, request, **body)
        until(lambda: home.has_lived('project'))
        os.kill(home.pid('project'), signal.SIGKILL)
        same(first, it.must(ask, request, **body))
    contains(it.refused('not_found', 'remove', id=track), 'the project has no part')
    it.refused('exists', 'save_as', name='Copy')


def send_and_kill(home, ask, body):
    """Sends an ask, kills the project service when persist has committed it, and returns the id of the ask."""
    request, client = new_id(), home.client()
    until(lambda: home.has_lived('project'))
    pid, log = home.pid('project'), lambda after: client.must('persist.changes_since', {'revision': after, 'limit': 4096})
    before = log(0)['head']
    client.send('project.' + ask, body, request)
    until(lambda: any(change['request'] == request for change in log(before).get('each', ())), what=f'persist has done {ask}')
    os.kill(pid, signal.SIGKILL)
    home.wait_ready('project')
    return request


@claim
def an_ask_whose_answer_a_death_prevented_is_answered_for_the_project_that_it_changed(home):
    home.up()
    it, other = Studio(home, 'Shut'), Studio(home, 'Other')
    names = lambda: {one['name'] for one in it.must('list')['each']} - {'draft'}
    open_now = lambda: [one['name'] for one in it.must('list')['each'] if one['current']]
    again = lambda ask, request, body: it.client.must('project.' + ask, body, request=request)

    it.must('open', project='Shut')
    closing = send_and_kill(home, 'close', {})
    shut = again('close', closing, {})
    same((it.id, 'Shut', False), (shut['id'], shut['name'], shut['current']))
    same([], open_now())
    it.must('open', project='Other')
    same(it.id, again('close', closing, {})['id'])
    same(['Other'], open_now())

    rename = {'project': 'Shut', 'body': '{"name":"New"}'}
    renaming = send_and_kill(home, 'set', rename)
    same((it.id, 'New'), tuple(again('set', renaming, rename)[key] for key in ('id', 'name')))
    it.must('set', project='New', body={'name': 'Third'})
    it.must('set', project='Other', body={'name': 'New'})
    same((it.id, 'Third'), tuple(again('set', renaming, rename)[key] for key in ('id', 'name')))
    same({'Third', 'New'}, names())

    tempo = {'body': '{"bpm":99}'}  # of the open one
    setting = send_and_kill(home, 'set', tempo)
    it.must('open', project='Third')
    same((other.id, 99), tuple(again('set', setting, tempo)[key] for key in ('id', 'bpm')))
    opening = send_and_kill(home, 'open', {'project': 'New'})
    it.must('set', project='New', body={'name': 'Fourth'})
    same((other.id, 'Fourth'), tuple(again('open', opening, {'project': 'New'})[key] for key in ('id', 'name')))
    taking = send_and_kill(home, 'undo', {'project': 'Fourth'})
    same((other.id, 'New'), tuple(again('undo', taking, {'project': 'Fourth'})['state'][key] for key in ('id', 'name')))
    same({'Third', 'New'}, names())
    it.must('close')
    contains(it.refused('not_found', 'close'), 'no project is open')


@claim
def a_copy_of_an_ask_that_was_done_changes_nothing_that_came_since(home):
    home.up()
    it = Studio(home, 'Since')
    saving, making = new_id(), new_id()
    it.put('track', name='saved')
    first = it.must('save', saving)
    made = it.must('new', making, name='Made')
    it.must('open', project='Since')
    it.must('save', project='Made')
    it.put('track', name='not saved')
    file = file_bytes(it.folder + '/project.json')
    again = it.must('save', saving)
    same((first['revision'], 'same', True), (again['revision'], again['mirror'], again['dirty']))
    same(file, file_bytes(it.folder + '/project.json'))
    same(first['revision'] + 1, it.must('save')['revision'])
    same(made['id'], it.must('new', making, name='Made')['id'])
    it.must('bind', control='cc/1/7', target='panic')
    forgetting = new_id()
    it.must('unbind', forgetting, named='cc/1/7')
    same([], it.must('unbind', forgetting, named='cc/1/7').get('each', []))


@claim
def after_kills_in_a_save_or_load_the_old_or_the_new_state_is_whole(home):
    home.up()
    it = Studio(home, 'Killed')
    track = it.put('track', name='0')
    it.must('save')
    for i in range(1, how_often(6, 60)):
        service = 'project' if i % 2 else 'persist'
        until(lambda: home.has_lived('project') and home.has_lived('persist'))
        it.change(track, name=str(i))
        request = new_id()
        it.client.send('project.save', {'project': 'Killed'}, request)
        os.kill(home.pid(service), signal.SIGKILL)
        state = it.must('save', request)
        same((i + 1, False, 'same'), (state['revision'], state['dirty'], state['mirror']))
        same(str(i), it.file()['tracks'][0]['name'])
    same(['project.json'], files_in(it.folder))
    home.stop()
    home.check_store()


@claim(inside=Indexing)
def after_a_death_before_its_uses_are_noted_they_are_noted_at_the_next_start(it):
    sound = wav(it.folder('lib', 'a.wav'), 440)
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Noted')
    clip = mine.put('clip', item=it.id_of(sound))
    used = lambda: len(it.home.json('search', 'used:Noted'))
    until(lambda: used() == 1)
    until(lambda: it.home.has_lived('project') and it.home.has_lived('persist'))
    with it.home.paused('persist'):
        mine.client.send('project.remove', {'project': 'Noted', 'id': clip})
        mine.state()  # answered after the ask above went to persist
        os.kill(it.home.pid('project'), signal.SIGKILL)
    until(lambda: ('clip', clip) not in mine.parts())
    until(lambda: used() == 0)


@claim(inside=Indexing)
def after_kills_in_a_load_or_a_collect_it_is_done_once_and_whole(it):
    sounds = [wav(it.folder('lib', f'{i}.wav'), 200 + i) for i in range(12)]
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Loaded')
    mine.put('track', name='first')
    mine.must('save')
    edits = lambda: {key: body for key, body in mine.parts().items() if key[0] != 'item'}
    before = edits()
    for path in sounds:
        mine.put('clip', item=it.id_of(path))
    after = edits()
    for i in range(how_often(2, 30)):
        until(lambda: it.home.has_lived('project') and it.home.has_lived('persist'))
        load, collect = new_id(), new_id()
        body = {'project': 'Loaded', 'revision': 1}
        mine.client.send('project.load', body, load)
        os.kill(it.home.pid('project' if i % 2 else 'persist'), signal.SIGKILL)
        mine.client.must('project.load', body, load)
        same(before, edits())
        same('load revision 1', mine.must('undo')['label'])
        same(after, edits())
        shutil.rmtree(os.path.join(mine.folder, 'Media'), ignore_errors=True)
        until(lambda: it.home.has_lived('project'))
        mine.client.send('project.collect', {'project': 'Loaded'}, collect)
        os.kill(it.home.pid('project'), signal.SIGKILL)
        done = mine.must('collect', collect)
        same(len(sounds), done['copied'] + done['present'])
        folder = os.path.join(mine.folder, 'Media', 'Audio')
        copies = {name: open(os.path.join(folder, name), 'rb').read() for name in files_in(folder)}
        same({os.path.basename(os.fsdecode(path)): open(path, 'rb').read() for path in sounds}, copies)
    it.home.stop()
    it.home.check_store()


run_claims()
