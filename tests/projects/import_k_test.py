#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Databases of K become projects: all that its document names, once, by name, and nothing else changes."""
import json
import os
import sqlite3

from tests.projects import kbases
from tests.sound import sound
from tests.claims import claim, contains, file_bytes, run_claims, same, until
from tests.client import in_threads
from tests.library.indexing import Indexing

F1 = kbases.F1


def imported(home, *words):
    return home.json('import-k', *words)


def parts(home, project, kind):
    found = home.ask('project.show', f'project={project}')['each']
    return {name_of(body): body for body in map(body_of, found) if kind == body.pop('kind')}


def body_of(part):
    """The body of a part with its kind, and without the note of the import."""
    body = {**json.loads(part['body']), 'kind': part['kind']}
    body.pop('imported', None)
    return body


def name_of(body):
    return body.get('name', body.get('fkey'))


def kept(home, project):
    """The rows of the tables that the document does not name."""
    [body] = parts(home, project, 'project').values()
    return {name: [json.loads(line) for line in lines.splitlines()]
            for name, lines in body['file_keys']['k']['tables'].items()}


def loops(home, project):
    return {fkey - F1 + 1: one for fkey, one in parts(home, project, 'loop').items()}


def everything(home):
    return {name: home.ask('project.show', f'project={name}')['each'] for name in names(home)}


def names(home):
    return sorted(one['name'] for one in home.json('project', 'list'))


def head(home):
    """The number of the newest change."""
    return home.look('persist.changes_since', {'revision': 0, 'limit': 1})['head']


def made(home, make=kbases.after, name='k.db'):
    make(home.file(name)).close()
    return home.file(name)


@claim(inside=Indexing)
def a_database_after_its_version_8_is_imported_whole_and_once(it):
    home = it.home
    path = made(home)
    one, other = imported(home, path)
    same(('Night drive', True, False, ['F1', 'F12'], ['Clip 8', 'Verse'], 2, 0, []),
         tuple(one[key] for key in ('project', 'made', 'dry_run', 'loops', 'clips', 'items', 'same', 'kept')))
    same(('Other', ['F2'], ['Elsewhere']), (other['project'], other['loops'], other['clips']))
    first = parts(home, 'Night drive', 'loop')[F1]
    video = first['music_context'].pop('source_video_id')
    same({'fkey': F1, 'actions': kbases.ACTIONS, 'duration': 4.125, 'volume': .75, 'locked': True,
          'music_context': {'start_frame': 1500, 'end_frame': 2500, 'rate': 30.0}}, first)
    last = parts(home, 'Night drive', 'loop')[F1 + 11]
    same(('', 2.5, .5, False, 48), (last['actions'], last['duration'], last['volume'], last['locked'], last['music_context']['end_frame']))
    contains(' '.join(one['notes']), 'frames a second')
    same({'fkey': F1 + 1, 'actions': '0 stop', 'duration': 1.0, 'volume': .5, 'locked': False, 'music_context': None},
         parts(home, 'Other', 'loop')[F1 + 1])
    clip = parts(home, 'Night drive', 'clip')['Verse']
    same((video, 'k:7', {'1073741913': [100, 200, 1.0, False], '50': [350, 500, .8, True], '51': [1, 2]}, 30),
         (clip['item'], clip['alias'], clip['selection_regions'], clip['selection_regions_rate']))
    regions = home.json('region', 'list', 'Verse', '--project', 'Night drive')
    same([(1, 100, 200, 1.0, False), (2, 350, 500, .8, True), (3, 1, 2, 1.0, False)],
         [tuple(region[key] for key in ('digit', 'start', 'end', 'volume', 'locked')) for region in regions[0]['each']])
    same(['Billionaire Star Trek', 'Shud the Mermaid'], sorted(one['missing']))
    until(lambda: len(home.json('search', 'is:missing used:"Night drive"')) == 2, what='the placeholders are in the catalogue')
    before = everything(home)
    for again in imported(home, path):
        same((False, [], [], 0, []), tuple(again[key] for key in ('made', 'loops', 'clips', 'items', 'kept')))
    same(before, everything(home))


@claim(inside=Indexing)
def what_the_document_does_not_name_is_kept_as_text(it):
    home = it.home
    base = kbases.after(home.file('k.db'))
    base.executescript("CREATE TABLE odd (a, b BLOB, project INTEGER); INSERT INTO odd VALUES (1.5, x'00ff', 1), (9e999, NULL, 2);"
                       "INSERT INTO odd VALUES (cast(x'41ff' AS TEXT), 'é' || char(0) || '\"', 1)")
    base.close()
    imported(home, home.file('k.db'))
    night = kept(home, 'Night drive')
    same([{'name': 'db_version', 'value': '8'}], night['meta'])
    same([{'id': 1, 'created': '2025-01-02 03:04:05'}], night['project'])
    same(kbases.rows('fragment')[:2], night['fragment'])
    same([{'fragment': 7, 'name': 'Verse', 'key': 97, 'loop': None}, {'fragment': 8, 'name': None, 'key': None, 'loop': 'x'},
          {'fragment': 9, 'name': 'Elsewhere', 'key': None, 'loop': None}], night['clip'])
    same(kbases.rows('video'), night['video'])
    same([{'a': 1.5, 'b': {'blob': '00ff'}, 'project': 1}, {'a': {'text': '41ff'}, 'b': 'é\0"', 'project': 1}], night['odd'])
    same([{'a': 'Infinity', 'b': None, 'project': 2}], kept(home, 'Other')['odd'])
    same(False, 'f_track' in night)
    home.loophole('project', 'save', '--project', 'Night drive')
    with open(home.file('data', 'projects', 'Night drive', 'project.json'), encoding='utf-8') as file:
        same(night['odd'], [json.loads(line) for line in json.load(file)['k']['tables']['odd'].splitlines()])


@claim(inside=Indexing)
def a_database_before_its_version_8_has_projects_and_clips(it):
    home = it.home
    one, other = imported(home, made(home, kbases.before))
    same(([], ['Clip 8', 'Verse'], [], ['Elsewhere'], []),
         (one['loops'], one['clips'], other['loops'], other['clips'], one['notes']))
    same(None, parts(home, 'Night drive', 'clip')['Verse'].get('selection_regions'))
    # The same database after its patch: the loops come, the clips stay.
    base = sqlite3.connect(home.file('k.db'))
    base.execute(kbases.F_TRACK)
    base.execute(kbases.REGIONS)
    base.execute('INSERT INTO f_track (project, fkey, actions, duration) VALUES (1, ?, ?, 1)', (F1, '0 stop'))
    base.commit()
    base.close()
    again = imported(home, home.file('k.db'))[0]
    same((['F1'], [], 4, []), (again['loops'], again['clips'], again['same'], again['kept']))


@claim(inside=Indexing)
def an_import_is_one_step_of_undo(it):
    home = it.home
    path = made(home)
    home.loophole('project', 'new', 'Mine')
    home.ask('project.put', 'project=Mine', 'kind=loop', 'body=' + json.dumps({'fkey': F1, 'duration': 9, 'volume': .1, 'locked': True}))
    contains(home.refused('import-k', path, '--project', 'Nobody'), 'none is "Nobody"')
    before = everything(home)
    [one] = imported(home, path, '--project', '1', '--dry-run')
    same(('Night drive', True), (one['project'], one['made']))
    made_alone(home, 'one.db')
    [into] = imported(home, home.file('one.db'), '--project', 'Mine', '--dry-run')
    same((False, ['F12'], ['Clip 8', 'Verse'], ['F1']), tuple(into[key] for key in ('made', 'loops', 'clips', 'kept')))
    same(before, everything(home))
    imported(home, home.file('one.db'), '--project', 'Mine')
    same((9, True), (loops(home, 'Mine')[1]['duration'], loops(home, 'Mine')[1]['locked']))
    after = everything(home)
    same([1, 12], sorted(loops(home, 'Mine')))
    home.loophole('project', 'undo', '--project', 'Mine')
    same(([1], {}), (sorted(loops(home, 'Mine')), parts(home, 'Mine', 'clip')))
    home.loophole('project', 'redo', '--project', 'Mine')
    same([(one['id'], one['body']) for one in after['Mine']], [(one['id'], one['body']) for one in everything(home)['Mine']])
    same([0, 0], [len(imported(home, home.file('one.db'), '--project', 'Mine')[0][key]) for key in ('loops', 'clips')])


def made_alone(home, name):
    """A database with one project."""
    base = kbases.after(home.file(name))
    base.executescript('DELETE FROM f_track WHERE project = 2; DELETE FROM clip WHERE fragment = 9;'
                       'DELETE FROM fragment WHERE id = 9; DELETE FROM project WHERE id = 2')
    base.close()


@claim(inside=Indexing)
def a_project_of_another_origin_is_not_mixed_in_without_its_name(it):
    home = it.home
    home.loophole('project', 'new', 'Night drive')
    before = everything(home)
    contains(home.refused('import-k', made(home)), 'was not made by this import')
    same(before['Night drive'], everything(home)['Night drive'])
    [one] = imported(home, home.file('k.db'), '--project', 'Other')
    same(('Other', False, 3), (one['project'], one['made'], one['same']))  # the one that failed did not keep it back
    made_alone(home, 'one.db')
    [named] = imported(home, home.file('one.db'), '--project', 'Drive 2')
    same(('Drive 2', True, ['F1', 'F12']), (named['project'], named['made'], named['loops']))
    same([], imported(home, home.file('one.db'), '--project', 'Drive 2')[0]['loops'])
    same(['Drive 2', 'Night drive', 'Other'], names(home))


def untitled(home, name, title, created, duration):
    """A database with one project, whose number and name others have too."""
    made_alone(home, name)
    base = sqlite3.connect(home.file(name))
    base.execute("UPDATE project SET name = ?, created = ?", (title, created))
    base.execute('UPDATE f_track SET duration = ?', (duration,))
    base.execute("UPDATE clip SET name = 'c' || ?", (duration,))
    base.commit()
    base.close()
    return home.file(name)


@claim(inside=Indexing)
def projects_of_two_databases_with_the_same_number_and_name_are_not_one(it):
    home = it.home
    for n, (created, why) in enumerate(((('2025-01-01', '2025-01-02'), 'was not made by this import'), ((None, None), 'may be of another database'))):
        title = f'Untitled {n}'
        first, second = untitled(home, f'{n}a.db', title, created[0], 1), untitled(home, f'{n}b.db', title, created[1], 2)
        [one] = imported(home, first)
        before = everything(home)
        said = home.refused('import-k', second)
        contains(said, why)
        contains(said, f'project "{title}" of the database')
        same(before, everything(home))
        same(True, imported(home, second, '--project', f'Second {n}')[0]['made'])
        # A loop that is locked here stays, whatever the other program does.
        base = sqlite3.connect(first)
        base.execute('UPDATE f_track SET duration = 3 WHERE fkey = ?', (F1,))
        base.commit()
        base.close()
        before = everything(home)
        again = imported(home, first)[0]
        same((one['id'], False, [], [], ['F1']), tuple(again[key] for key in ('id', 'made', 'loops', 'updated', 'kept')))
        same(before, everything(home))


@claim(inside=Indexing)
def what_only_k_changed_is_updated_and_what_was_changed_here_is_kept(it):
    home = it.home
    made_alone(home, 'one.db')

    def edit(*statements):
        base = sqlite3.connect(home.file('one.db'))
        for statement in statements:
            base.execute(statement)
        base.commit()
        base.close()
    edit('UPDATE f_track SET locked = 0', "UPDATE clip SET selection_regions = NULL")
    [one] = imported(home, home.file('one.db'))
    home.loophole('project', 'open', one['project'])
    edit('UPDATE f_track SET duration = 3', "UPDATE clip SET name = 'Chorus' WHERE fragment = 7", 'UPDATE meta SET value = 9')
    would = imported(home, home.file('one.db'), '--dry-run')[0]
    first = imported(home, home.file('one.db'))[0]
    same((['Chorus', 'F1', 'F12', 'k'], [], [], [], False), tuple(first[key] for key in ('updated', 'kept', 'loops', 'clips', 'made')))
    same((would['updated'], would['kept']), (first['updated'], first['kept']))
    same({1: 3, 12: 3}, {key: loop['duration'] for key, loop in loops(home, one['project']).items()})
    same({'Chorus', 'Clip 8'}, set(parts(home, one['project'], 'clip')))
    same(([], []), tuple(imported(home, home.file('one.db'))[0][key] for key in ('updated', 'kept')))
    home.loophole('project', 'undo')  # as one step
    same({1: 4.125, 12: 2.5}, {key: loop['duration'] for key, loop in loops(home, one['project']).items()})
    home.loophole('project', 'redo')
    same(('unknown', .25), tuple(home.first('loop', 'volume', 'F1', '0.25')[key] for key in ('state', 'volume')))
    home.ask('project.region_save', 'clip=Clip 8', 'key=49', 'start=1', 'end=2')
    edit('UPDATE f_track SET duration = 5', "UPDATE clip SET name = 'Mine' WHERE fragment = 8")
    last = imported(home, home.file('one.db'))[0]
    same((['F12', 'k'], ['F1', 'Mine']), (last['updated'], last['kept']))
    same({1: (3, .25), 12: (5, .5)}, {key: (loop['duration'], loop['volume']) for key, loop in loops(home, one['project']).items()})
    contains(home.loophole('import-k', home.file('one.db')).all, 'different, and kept as they are: F1, Mine')


@claim(inside=Indexing)
def loops_and_clips_that_k_removed_stay_and_regions_go_with_the_update_of_their_clip(it):
    home = it.home
    path = made(home)

    def edit(regions, *statements):
        base = sqlite3.connect(path)
        for statement in statements:
            base.execute(statement)
        base.execute('UPDATE clip SET selection_regions = ? WHERE fragment = 7', [json.dumps(regions)])
        base.commit()
        base.close()
    edit({'49': [100, 200], '50': [350, 500]})
    [one] = imported(home, path, '--project', 'Night drive')
    home.loophole('project', 'open', one['project'])
    before = loops(home, one['project'])
    same((2, [1, 2]), (len(before), [one['digit'] for one in home.first('region', 'list', 'Verse')['each']]))
    edit({'49': [100, 200]}, 'DELETE FROM f_track', 'DELETE FROM clip WHERE fragment = 8')
    [again] = imported(home, path, '--project', 'Night drive')
    same((['Verse'], [], [], []), tuple([name for name in again[key] if name != 'k'] for key in ('updated', 'kept', 'loops', 'clips')))
    same(before, loops(home, one['project']))
    same({'Verse', 'Clip 8'}, set(parts(home, one['project'], 'clip')))
    same([1], [one['digit'] for one in home.first('region', 'list', 'Verse')['each']])


@claim(inside=Indexing)
def an_import_leaves_open_what_is_open_and_autosaves_it_first(it):
    home = it.home
    made(home)
    imported(home, home.file('k.db'))
    same(False, any(one['current'] for one in home.json('project', 'list')), 'none was open')
    home.loophole('project', 'new', 'Mine')
    home.ask('project.put', 'kind=track', 'body={"name":"Drums"}')
    folder = home.first('project', 'state')['folder']

    def autosaves():
        return set(os.listdir(folder + '/.autosave')) if os.path.isdir(folder + '/.autosave') else set()
    made_alone(home, 'one.db')
    imported(home, home.file('one.db'), '--project', 'Third', '--dry-run')
    before = autosaves()
    imported(home, home.file('one.db'), '--project', 'Third')
    assert autosaves() - before, 'the open project has an autosave'
    same('Mine', home.first('project', 'state')['name'])


@claim(inside=Indexing)
def a_dry_run_writes_nothing_and_says_what_an_import_does(it):
    home = it.home
    path = made(home)
    before, files, revision = file_bytes(path), sorted(os.listdir(home.path)), head(home)
    would = imported(home, path, '--dry-run')
    same([], names(home))
    same((before, files, revision), (file_bytes(path), sorted(os.listdir(home.path)), head(home)))
    did = imported(home, path)
    for one, other in zip(would, did):
        other.pop('id')
        for line in (one, other):  # the item of a video that both projects use is new for the first alone
            line['items'] += line.pop('same')
        same(dict(one, dry_run=False), other)
    same((before, files), (file_bytes(path), sorted(os.listdir(home.path))))
    contains(home.loophole('import-k', path, '--dry-run').out, 'unchanged: Night drive')


@claim(inside=Indexing)
def sources_are_found_by_name_by_id_and_by_path_and_one_of_two_by_none(it):
    home = it.home
    base = kbases.after(home.file('k.db'))
    base.executescript("ALTER TABLE video ADD COLUMN path TEXT; INSERT INTO video VALUES (103, 'third000003', 'Third', 9, 'lib/deep/x.wav');"
                       "INSERT INTO video VALUES (104, 'fourth00004', 'Twice', 9, '../../etc/passwd');"
                       "INSERT INTO fragment VALUES (10, 1, 103, 0, 1), (11, 1, 104, 0, 1); INSERT INTO clip (fragment, name) VALUES (10, 'C3'), (11, 'C4')")
    base.close()
    os.makedirs(home.file('lib/deep'))
    for n, name in enumerate(('Billionaire  star_trek', 'Other title [gaoQ5mMRDhg]', 'deep/x', 'Twice', 'deep/twice')):
        sound.make('sine', home.file('lib', name + '.wav'), 4800, 48000, 100 + n)
    home.loophole('index', home.file('lib'), '--wait')
    one = imported(home, home.file('k.db'))[0]
    same((['Twice'], 1), (one['missing'], one['items']))
    ids = {one['name']: one['id'] for one in home.json('search', 'is:local')}
    clips = parts(home, 'Night drive', 'clip')
    same((ids['Billionaire  star_trek'], ids['Other title [gaoQ5mMRDhg]'], ids['x']),
         tuple(clips[name]['item'] for name in ('Verse', 'Clip 8', 'C3')))
    same(ids['Billionaire  star_trek'], parts(home, 'Night drive', 'loop')[F1]['music_context']['source_video_id'])
    # A placeholder is whole when a person gives it the file.
    [missing] = until(lambda: home.json('search', 'is:missing used:"Night drive"'), what='the item is in the catalogue')
    same(clips['C4']['item'], missing['id'])
    before = everything(home)
    imported(home, home.file('k.db'))
    same(before, everything(home))


@claim(inside=Indexing)
def clients_that_import_the_same_document_at_once_make_one_project_and_none_is_refused(it):
    document = json.dumps({'schema_version': '1.0', 'project': {'id': 'shared', 'name': 'Shared'}, 'tracks': [{'name': f'T{number}'} for number in range(40)]})
    answers = in_threads(8, lambda _: it.home.client().ask('project.import_document', {'file': document}, budget_ms=600000))
    same(8 * ['ok'], [error for error, _ in answers], answers)
    same(1, sum(answer['made'] for _, answer in answers))
    same(40, len(parts(it.home, 'Shared', 'track')))


run_claims()
