#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Names of saves, folders of projects, and the words that the command line takes in place of ids of parts and items."""
import itertools
import json
import os
import shutil

from tests.claims import claim, contains, file_bytes, files_in, how_often, run_claims, same, until, write_file
from tests.library.indexing import Indexing, wav
from tests.studio import Studio, running, word


def saves(it):
    return [(one['revision'], one['name']) for one in it.must('saves').get('each', ())]


@claim(shares=running)
def a_save_has_a_name_is_listed_and_loaded_by_it(home):
    it = Studio(home, 'Named')
    same([], saves(it))
    track = it.put('track', name='A')
    same(1, it.must('save', name='before the bridge')['revision'])
    same(1, it.must('save', name='before the bridge')['revision'])  # nothing changed
    same('before the bridge', it.file()['revision_name'])
    it.change(track, name='B')
    same(2, it.must('save')['revision'])
    assert 'revision_name' not in it.file()
    same(3, it.must('save', name='Ω mix')['revision'])  # a name is a save of its own
    same([(3, 'Ω mix'), (2, ''), (1, 'before the bridge')], saves(it))
    it.must('load', name='before the bridge')
    same('A', it.parts()['track', track]['name'])
    same('load revision 1', it.must('undo')['label'])
    contains(it.refused('not_found', 'load', name='nowhere'), 'no save "nowhere"')
    it.refused('bad_request', 'save', name='a/b')
    lines = home.json('project', 'saves', '--project', 'Named')
    same([3, 2, 1], [line['revision'] for line in lines])
    assert lines[0]['at'] >= lines[1]['at'] >= lines[2]['at'] > 1.5e15, lines
    contains(home.loophole('project', 'saves', '--project', 'Named').out, 'before the bridge')
    home.loophole('project', 'load', 'before the bridge', '--project', 'Named')
    same('A', it.parts()['track', track]['name'])
    for number in range(70):
        it.change(track, name=str(number))
        it.must('save', name='last' if number == 69 else f'n{number}')
    same((64, (73, 'last')), (len(saves(it)), saves(it)[0]))
    it.must('load', revision=saves(it)[-1][0])


@claim(inside=Indexing)
def a_save_has_what_a_person_gave_its_sounds_since_the_last_one(it):
    kick = wav(it.folder('lib', 'kick.wav'), 300)
    it.add(it.folder('lib'))
    until(lambda: it.states(it.folder('lib')) == 'local:done=1')
    mine, item = Studio(it.home, 'Described'), it.id_of(kick)
    mine.put('clip', item=item)
    same(1, mine.must('save')['revision'])
    same(1, mine.must('save')['revision'])  # nothing changed
    edit = ('edit', item)

    def described():
        one = mine.file()['items'][0]
        return one['name'], one['tags'], one['facts'].get('bpm', {}).get('value'), one.get('notes')

    name, tags, bpm, notes = described()
    for number, (change, wanted) in enumerate([
            (('tag', item, '+deep'), (name, ['deep'], bpm, notes)), ((*edit, 'name=My kick'), ('My kick', ['deep'], bpm, notes)),
            ((*edit, 'bpm=123'), ('My kick', ['deep'], 123, notes)), ((*edit, 'notes=from Bob'), ('My kick', ['deep'], 123, 'from Bob')),
            ((*edit, 'notes='), ('My kick', ['deep'], 123, None)), (('tag', item, '-deep'), ('My kick', [], 123, None))], 2):
        it.home.loophole(*change)
        same((number, wanted), (mine.must('save')['revision'], described()))
        same(number, mine.must('save')['revision'])
    same((False, 'same'), tuple(mine.state()[key] for key in ('dirty', 'mirror')))
    moved = it.folder('lib', 'moved', 'kick.wav')
    os.makedirs(os.path.dirname(moved))
    os.rename(kick, moved)
    it.until_it_is(item, moved)
    same((8, moved), (mine.must('save')['revision'], mine.file()['items'][0]['storage']['path']))


@claim(inside=Indexing)
def what_a_person_gave_a_sound_is_there_and_in_each_save_on_another_machine(it):
    kick = wav(it.folder('lib', 'kick.wav'), 300)
    it.add(it.folder('lib'))
    until(lambda: it.states(it.folder('lib')) == 'local:done=1')
    mine, item = Studio(it.home, 'Given'), it.id_of(kick)
    it.home.loophole('tag', item, '+deep')
    it.home.loophole('edit', item, 'name=My kick', 'bpm=123', 'key=F#min', 'rating=4', 'notes=from Bob')
    mine.put('clip', item=item)
    mine.must('save')
    mine.must('collect')
    it.home.stop()
    other = it.home.other('second')
    shutil.move(mine.folder, other.file('moved'))
    os.unlink(kick)
    other.up()
    theirs = Studio.at(other, other.file('moved'))

    def shown():
        lines = other.json('show', item, code=None)  # its tags are also those that the analysis hears
        return lines and (lines[0]['analysis'], lines[0]['name'], [tag for tag in lines[0]['tags'] if tag == 'deep'],
                          *(lines[0].get(key) for key in ('bpm', 'key', 'rating', 'notes')))

    given = ('My kick', ['deep'], 123, 'F#min', 4, 'from Bob')
    until(lambda: shown() == ('done', *given), what=lambda: shown())
    theirs.must('save')
    one = theirs.file()['items'][0]
    same(given, (one['name'], one['tags'], *(one['facts'][key]['value'] for key in ('bpm', 'key', 'rating')), one['notes']))
    same({'user'}, {one['facts'][key]['source'] for key in ('bpm', 'key', 'rating')})
    other.stop()


@claim(shares=running)
def a_named_save_has_its_name_at_another_engine(home):
    it = Studio(home, 'Travels')
    it.put('track', name='A')
    it.must('save', name='for Ana')
    other = home.other('second')
    shutil.copytree(it.folder, other.file('moved'), ignore=shutil.ignore_patterns('.autosave'))
    other.up()
    theirs = Studio.at(other, other.file('moved'))
    same([(1, 'for Ana')], saves(theirs))
    same(False, theirs.state()['dirty'])
    other.stop()


@claim(shares=running)
def two_projects_never_share_a_folder(home):
    it = Studio(home, 'a:b')  # the folder is a_b
    same('a_b', os.path.basename(it.folder))
    contains(it.refused('exists', 'new', name='a?b'), 'another project has the folder')
    contains(it.refused('exists', 'save_as', name='a*b'), 'another project has the folder')
    contains(it.refused('exists', 'new', name='c', folder=os.fsencode(it.folder)), 'another project has the folder')
    same(1, it.must('save')['revision'])


def at_once(first, second, ask, *bodies):
    """The errors of two asks that two clients send in one moment, sorted."""
    for it, body in zip((first, second), bodies):
        it.client.send('project.' + ask, body)
    got = []
    for it in (first, second):
        until(lambda: got.append(it.client.take('project', 1000)) or got[-1] or got.pop())
    return sorted(answer[1] for answer in got)


@claim(shares=running)
def of_two_projects_that_are_made_at_once_one_has_the_folder_and_the_name(home):
    it, other = Studio(home, 'Mine'), Studio(home, 'Other')
    for number in range(how_often(20, 300)):
        folder, name = os.fsencode(home.file('shared', str(number))), f'Made {number}'
        same(['exists', 'ok'], at_once(it, other, 'new', {'name': f'x{number}', 'folder': folder},
                                       {'name': f'y{number}', 'folder': folder}))
        same(['exists', 'ok'], at_once(it, other, 'new', {'name': name}, {'name': name}))
        same(['exists', 'ok'], at_once(it, other, 'save_as', {'project': 'Mine', 'name': f'{name} copy'},
                                       {'project': 'Other', 'name': f'{name} copy'}))
        name = json.dumps({'name': f'Renamed {number}'})
        same(['exists', 'ok'], at_once(it, other, 'set', {'project': word(it.id), 'body': name},
                                       {'project': word(other.id), 'body': name}))
        for project, own in ((it, 'Mine'), (other, 'Other')):
            project.must('set', project=word(project.id), body={'name': own})
    listed = it.must('list')['each']
    for key in ('name', 'folder'):
        same(len(listed), len({one[key] for one in listed}), key)


def put_file(folder, text):
    write_file(os.path.join(folder, 'project.json'), text)


def file_of(folder):
    return file_bytes(os.path.join(folder, 'project.json'))


def saved_twice(home, name):
    """A project, and its file after the first and the second save."""
    it = Studio(home, name)
    track, files = it.put('track', name='0'), []
    for number in ('1', '2'):
        it.change(track, name=number)
        it.must('save')
        files.append(file_of(it.folder))
    return it, *files


@claim
def a_save_whose_file_was_not_written_has_it_after_the_next_start_and_no_other_file_is_touched(home):
    running(home)
    projects = {name: saved_twice(home, name) for name in ('Older', 'Lost', 'Edited', 'Loaded', 'Later')}
    first = Studio(home, 'First')
    first.must('save')
    moved = Studio(home, 'Moved')
    moved.must('save')
    for name in ('Loaded', 'Later'):
        it, old, _ = projects[name]
        put_file(it.folder, old)
        it.must('load', file=True)
    projects['Later'][0].put('track', name='more')
    projects['Later'][0].must('save')
    newest, written = file_of(projects['Later'][0].folder), file_of(first.folder)
    home.stop()
    for name in ('Older', 'Later'):
        put_file(projects[name][0].folder, projects[name][1])
    put_file(projects['Edited'][0].folder, b'{"mine":1}')
    os.unlink(os.path.join(projects['Lost'][0].folder, 'project.json'))
    os.unlink(os.path.join(first.folder, 'project.json'))
    os.rename(moved.folder, moved.folder + ' elsewhere')
    running(home)
    for it, wanted in ((projects['Older'][0], projects['Older'][2]), (projects['Later'][0], newest), (first, written)):
        until(lambda: os.path.exists(os.path.join(it.folder, 'project.json')) and file_of(it.folder) == wanted, what=it.name)
        it.client = home.client()
        same(('same', False), tuple(it.state()[key] for key in ('mirror', 'dirty')))
    last = Studio(home, 'ZZZ')  # its id is the last one: all others were looked at
    until(lambda: 'was not written to' in home.loophole('logs', 'project').out)
    same(b'{"mine":1}', file_of(projects['Edited'][0].folder))
    same(projects['Loaded'][1], file_of(projects['Loaded'][0].folder))
    assert not os.path.exists(os.path.join(projects['Lost'][0].folder, 'project.json'))
    assert not os.path.exists(moved.folder)
    same(['project.json'], files_in(first.folder))
    last.must('close')


@claim(shares=running)
def an_opened_project_has_the_file_of_its_last_save_and_one_that_was_changed_stays(home):
    it, old, new = saved_twice(home, 'Opened')
    for body in ({'project': 'Opened'}, {'folder': os.fsencode(it.folder)}):
        put_file(it.folder, old)
        same('old', it.state()['mirror'])
        same('same', it.must('open', **body)['mirror'])
        same(new, file_of(it.folder))
    put_file(it.folder, old.replace(b'"1"', b'"3"'))
    same('changed', it.must('open', project='Opened')['mirror'])
    same('changed', it.must('open', folder=os.fsencode(it.folder))['mirror'])
    same(old.replace(b'"1"', b'"3"'), file_of(it.folder))


def tree_of(folder):
    """Each file below a folder without its autosaves, and its content."""
    return {path: file_bytes(path) for root, _, names in os.walk(folder) if '/.autosave' not in root
            for path in [os.path.join(root, name) for name in names]}


@claim(shares=running)
def a_copy_of_another_state_beside_the_folder_of_its_project_is_refused_and_stays(home):
    it = Studio(home, 'Backed up')
    Studio(home, 'Open')
    track = it.put('track', name='0')
    names = itertools.count()

    def change(name):
        it.change(track, name=name)
        pattern = {'metadata': {'name': name}, 'sequencer': {'tracks': {'k': {'pattern': 'x' * 16}}}}
        it.must('save_pattern', slot='5', file=json.dumps(pattern))
        it.must('save')

    def copied():
        return shutil.copytree(it.folder, home.file(f'copy {next(names)}'))

    change('first')
    older = copied()
    change('second')
    edited = copied()
    put_file(edited, file_of(edited).replace(b'second', b'edited'))
    same_save = copied()
    kept = {folder: tree_of(folder) for folder in (it.folder, older, edited)}
    for folder, says in ((older, f'this is save 1 of the project in {it.folder}'),
                         (edited, f'this is another state of the project in {it.folder}')):
        same(says, it.refused('conflict', 'open', folder=os.fsencode(folder)))
    contains(home.refused('project', 'open', older, code=14), '`loophole project load 1` goes back to this save')
    same(('Open', os.fsencode(it.folder)), (it.must('current')['name'], it.state()['folder']))
    same(kept, {folder: tree_of(folder) for folder in kept})

    opened = it.must('open', folder=os.fsencode(same_save))  # a copy of the last save
    same((os.fsencode(same_save), 'same'), (opened['folder'], opened['mirror']))
    moved = home.file('moved away')
    os.rename(same_save, moved)
    os.symlink(moved, same_save)
    put_file(moved, file_of(older))
    opened = it.must('open', folder=os.fsencode(moved))  # the folder itself, where its old path is a link to it
    same((os.fsencode(moved), 'same'), (opened['folder'], opened['mirror']))
    shutil.rmtree(moved)
    same('changed', it.must('open', folder=os.fsencode(edited))['mirror'])  # nothing is in the way


@claim(shares=running)
def clients_that_save_at_once_leave_the_file_of_the_last_save(home):
    it, other = Studio(home, 'Raced'), Studio(home, 'Beside')
    track = it.put('track', name='0')
    for number in range(how_often(30, 500)):
        body = {'project': 'Raced', 'over': True}
        it.change(track, name=str(number))
        same(['ok', 'ok'], at_once(it, other, 'save', dict(body, name=f's{number}'), dict(body, name=f't{number}')))
        state = it.state()
        same(('same', False, state['revision']), (state['mirror'], state['dirty'], it.file()['revision']))


@claim
def folders_lie_below_the_setting_under_names_that_every_system_accepts(home):
    home.settings(f'[project]\nfolder = {home.file("songs")}\n')
    running(home)
    for name, folder in (('Night drive', 'Night drive'), ('nul', '_nul'), ('COM1.wav', '_COM1.wav'), ('what? "x" <y>', 'what_ _x_ _y_'),
                         ('ends. ', 'ends__'), ('Ночь ☾', 'Ночь ☾')):
        it = Studio(home, name)
        same(home.file('songs', folder), it.folder)
        same(1, it.must('save')['revision'])
        same(name, it.file()['project']['name'])


@claim(inside=Indexing)
def parts_and_items_are_named_by_a_person_and_what_is_absent_is_named(it):
    home = it.home
    kick = wav(it.folder('lib', 'Kick 808.wav'), 440)
    wav(it.folder('lib', 'Snare.wav'), 550)
    it.add(it.folder('lib'))
    home.loophole('project', 'new', 'Hands')
    for kind, name in (('track', 'Drums'), ('track', 'Bass'), ('section', 'Drums')):
        home.loophole('project', 'add', kind, f'name={name}')
    ids = {(line['kind'], line['body']['name']): line['id'] for line in home.json('project', 'show')[1:] if line['kind'] != 'project'}
    clip = home.first('project', 'add', 'clip', 'item=kick', 'track=Drums', 'section=Drums', 'start=4')
    same((it.id_of(kick), ids['track', 'Drums'], ids['section', 'Drums']),
         tuple(clip['body'][key] for key in ('item', 'track', 'section')))
    home.loophole('project', 'put', clip['id'], 'item=' + it.folder('lib', 'Snare.wav'), 'track=Bass')
    home.loophole('project', 'put', 'Bass', 'gain=0.5')
    contains(home.refused('project', 'put', 'Drums', 'gain=0.5', code=11), '2 parts have the name "Drums"')
    contains(home.refused('project', 'add', 'clip', 'track=Horns', code=12), 'no track has this name')
    contains(home.refused('project', 'add', 'clip', 'item=class:nothing', code=12), 'no')
    home.loophole('project', 'remove', 'Bass')
    home.loophole('project', 'add', 'clip', 'item=kick')
    home.loophole('project', 'save')
    os.unlink(kick)
    it.rescan(it.folder('lib'), accept_missing=True)
    until(lambda: home.first('project', 'state')['missing'] == 1)
    folder = home.first('project', 'state')['folder']
    for said in (home.loophole('project', 'open', os.path.join(folder, 'project.json')).out,
                 home.loophole('project', 'load').out, home.loophole('project', 'state').out):
        contains(said, 'absent     Kick 808')
    same(['Kick 808'], home.first('project', 'state')['absent'])
    contains(home.refused('project', 'open', it.folder('lib'), code=12), 'there is no project.json in')


run_claims()
