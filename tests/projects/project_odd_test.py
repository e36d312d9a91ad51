#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""project.json as an outsider writes it: minimal, damaged, older and newer ones. Each is opened, and written back with all
that it had, or it is refused with the path of the wrong value, and nothing changes."""
import json
import os

from tests.claims import claim, contains, file_bytes, file_text, files_in, lose_override, run_claims, same, write_file
from tests.client import new_id
from tests.library.indexing import Indexing, wav
from tests.studio import Studio, running, word

MADE = word(new_id())
TWICE = f'{{"id":"{MADE}"}}'


def document(project='"name":"Odd"', more='', version='"1.0"'):
    return f'{{"schema_version":{version},"project":{{{project}}}{"," if more else ""}{more}}}'


def sound(keys):
    return document('"name":"Loud"', '"sound":[{%s}]' % keys)


# What is wrong; the text; the error; a part of its sentence; the path of the value.
WRONG = (
    ('nothing', '', 'bad_request', 'not JSON', ''),
    ('no object', '[]', 'bad_request', 'expected an object', ''),
    ('half a file', document()[:-1], 'bad_request', 'not JSON at line 1', ''),
    ('more than JSON', document() + ' x', 'bad_request', 'end of file expected', ''),
    ('a comment', '/* mine */' + document(), 'bad_request', 'not JSON at line 1', ''),
    ('a key twice', document('"name":"a","name":"b"'), 'bad_request', 'duplicate object key', ''),
    ('latin 1', document('"name":"caf\xe9"').encode('latin-1'), 'bad_request', 'unable to decode byte 0xe9', ''),
    ('utf-16', document().encode('utf-16'), 'bad_request', 'UTF-16', ''),
    ('half a pair', document('"name":"a\\ud800b"'), 'bad_request', 'invalid Unicode', ''),
    ('many keys', document(more=','.join(f'"{n:x}":0' for n in range(70000))), 'too_large', 'values: at most 65536', 'project'),
    ('many keys in a part', document(more='"clips":[{},{"x":{%s}}]' % ','.join(f'"{n:x}":0' for n in range(70000))), 'too_large',
     'the JSON has 70002 values: at most 65536', 'clips[1]'),
    ('many numbers', document(more='"x":[' + '0,' * 7000000 + '0]'), 'too_large', 'at most 262144', ''),
    ('many lists', document(more='"x":[' + '[],' * 4000000 + '[]]'), 'too_large', 'at most 262144', ''),
    ('very deep', document(more='"x":' + '[' * 7000000 + ']' * 7000000), 'bad_request', 'deeper than 64', ''),
    ('too deep', document(more='"x":' + '[' * 100 + ']' * 100), 'bad_request', 'deeper than 64', ''),
    ('NaN', document('"name":"n","bpm":NaN'), 'bad_request', "near 'NaN'", ''),
    ('Infinity', document(more='"clips":[{"start":Infinity}]'), 'bad_request', "near 'Infinity'", ''),
    ('a real too large', document(more='"later":1e999'), 'bad_request', '1e999 is out of range', 'later'),
    ('a whole too large', document(more='"later":' + '9' * 40), 'bad_request', '999 is out of range', 'later'),
    ('a real too large inside', document('"name":"n","a\\"b":{"x":[1e1,"]"]}', '"clips":[{"x":[{},[1,2]],"start":1},{"gain":-1e400}]'),
     'bad_request', '-1e400 is out of range', 'clips[1].gain'),
    ('a whole too large inside', document(more='"scenes":[[],[{"at":[0,' + '9' * 20 + ']}]]'), 'bad_request',
     '99999999999999999999 is out of range', 'scenes[1][0].at[1]'),
    ('a strip too loud', sound('"mixer":{"strips":[{},{"gain":4},{"bus":"pads","gain":9.5}]}'), 'bad_request',
     '9.5 is out of range: 0 to 4', 'sound[0].mixer.strips[2].gain'),
    ('a pad that is not there', sound('"pads":[{"pad":128}]'), 'bad_request', '128 is out of range: 0 to 127', 'sound[0].pads[0].pad'),
    ('a fraction as pad', sound('"pads":[{"pad":0},{"pad":1.5}]'), 'bad_request', 'a whole number', 'sound[0].pads[1].pad'),
    ('a layer below zero', sound('"pads":[{"pad":0,"layers":[{"low":-0.5}]}]'), 'bad_request', '-0.5 is out of range',
     'sound[0].pads[0].layers[0].low'),
    ('a tempo of what sounds', sound('"bpm":401'), 'bad_request', '401 is out of range: 20 to 400', 'sound[0].bpm'),
    ('a swing of a pattern', sound('"pattern":{"sequencer":{"swing":7}}'), 'bad_request', '7 is out of range',
     'sound[0].pattern.sequencer.swing'),
    ('too many pads', sound('"pads":[%s]' % ','.join(['{"pad":1}'] * 129)), 'too_large', '129 elements', 'sound[0].pads'),
    ('no version', '{"project":{"name":"Odd"}}', 'bad_request', 'no schema_version', 'schema_version'),
    ('a number as version', document(version='1.0'), 'bad_request', 'schema_version', 'schema_version'),
    ('a word as version', document(version='"new"'), 'bad_request', 'schema_version', 'schema_version'),
    ('version 2', document(version='"2.0"'), 'version', 'is 2.0', 'schema_version'),
    ('version 10', document(version='"10.1"'), 'version', 'is 10.1', 'schema_version'),
    ('version 0', document(version='"0.9"'), 'version', 'is 0.9', 'schema_version'),
    ('no project', '{"schema_version":"1.0"}', 'bad_request', 'project is missing', 'project'),
    ('a list as project', '{"schema_version":"1.0","project":[]}', 'bad_request', 'project', 'project'),
    ('no name', document(''), 'bad_request', 'has no name', 'project.name'),
    ('an empty name', document('"name":""'), 'bad_request', 'is empty', 'project.name'),
    ('a number as name', document('"name":7'), 'bad_request', 'expected a name', 'project.name'),
    ('a path as name', document('"name":"../../etc"'), 'bad_request', 'slash', 'project.name'),
    ('a long name', document('"name":"%s"' % ('x' * 81)), 'bad_request', '80 characters', 'project.name'),
    ('a NUL in the name', document('"name":"a\\u0000b"'), 'bad_request', 'control character', 'project.name'),
    ('a text as tempo', document('"name":"n","bpm":"fast"'), 'bad_request', 'bpm "fast"', 'project.bpm'),
    ('a tempo too large', document('"name":"n","bpm":1e308'), 'bad_request', 'from 20 to 400', 'project.bpm'),
    ('a bad key', document('"name":"n","key":"H"'), 'bad_request', 'expected a key', 'project.key'),
    ('true as id', document('"name":"n","id":true'), 'bad_request', 'the id is neither', 'project.id'),
    ('a text as revision', document(more='"revision":"x"'), 'bad_request', 'revision', 'revision'),
    ('a revision below 0', document(more='"revision":-1'), 'bad_request', 'revision', 'revision'),
    ('a huge revision', document(more='"revision":1e300'), 'bad_request', 'revision', 'revision'),
    ('an object as list', document(more='"tracks":{}'), 'bad_request', 'not a list', 'tracks'),
    ('a text as items', document(more='"items":"all"'), 'bad_request', 'not a list', 'items'),
    ('a number as part', document(more='"clips":[{},7]'), 'bad_request', 'JSON object', 'clips[1]'),
    ('an object as id', document(more='"clips":[{},{"id":{}}]'), 'bad_request', 'the id is neither', 'clips[1].id'),
    ('a fraction as id', document(more='"tracks":[{"id":1.5}]'), 'bad_request', 'the id is neither', 'tracks[0].id'),
    ('a text as gain', document(more='"tracks":[{},{"gain":"loud"}]'), 'bad_request', 'gain "loud"', 'tracks[1].gain'),
    ('a start too large', document(more='"clips":[{"start":1e300}]'), 'bad_request', 'start 1e+300', 'clips[0].start'),
    ('an unknown track', document(more='"clips":[{"track":99}]'), 'bad_request', 'track 99', 'clips[0].track'),
    ('a text as storage', document(more='"items":[{"id":"x","storage":"/a.wav"}]'), 'bad_request', 'storage', 'items[0].storage'),
    ('two parts with one id', document(more=f'"tracks":[{TWICE}],"clips":[{{}},{TWICE}]'), 'bad_request', MADE, 'clips[1].id'),
    ('two items with one id', document(more=f'"items":[{TWICE},{TWICE}]'), 'bad_request', MADE, 'items[1].id'),
    ('a track with the id of the project', document(f'"name":"n","id":"{MADE}"', f'"tracks":[{TWICE}]'), 'bad_request',
     MADE, 'tracks[0].id'),
    ('one alias twice', document(more='"tracks":[{"id":1},{"id":1}]'), 'bad_request', 'alias 1', 'tracks'),
)


def write(folder, text):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, 'project.json')
    write_file(path, text)
    return path


@claim(shares=running)
def a_file_that_is_wrong_is_refused_with_the_path_of_the_value_and_nothing_changes(home):
    it = Studio(home, 'Beside')
    it.put('track', name='T')
    it.must('save')
    before = it.must('list')['each'], it.must('current')
    for name, text, error, says, field in WRONG:
        folder = home.file('wrong', name)
        path = write(folder, text)
        written = file_bytes(path)
        got, answer = it.ask('open', folder=os.fsencode(folder))
        same((name, error, field), (name, got, answer['field']))
        contains(answer['what'], says)
        contains(answer['hint'], 'nothing was changed')
        same((written, ['project.json']), (file_bytes(path), files_in(folder)), name)
    same(before, (it.must('list')['each'], it.must('current')))


@claim(shares=running)
def a_file_of_a_project_that_another_program_damaged_is_refused_by_load_and_stays(home):
    it = Studio(home, 'Damaged')
    track = it.put('track', name='T')
    it.must('save')
    parts = it.parts()
    for name, text, error, says, field in WRONG:
        if name == 'a track with the id of the project':
            continue  # the project has its own id
        path = write(it.folder, text)
        written = file_bytes(path)
        got, answer = it.ask('load', file=True)
        same((name, error, field), (name, got, answer['field']))
        contains(answer['what'], says)
        it.refused('conflict', 'save')
        same((parts, 'changed'), (it.parts(), it.state()['mirror']), name)
        same((written, ['project.json']), (file_bytes(path), files_in(it.folder)), name)
    same('same', it.must('save', over=True)['mirror'])
    same([{'id': track, 'name': 'T'}], it.file()['tracks'])


def make_no_file(path, kind):
    """Makes something at the path that is no file of a project."""
    if kind == 'folder':
        os.makedirs(path)
    elif kind == 'pipe':
        os.mkfifo(path)
    elif kind == 'huge':
        with open(path, 'wb') as out:
            out.truncate(1 << 36)
    else:
        os.symlink('/dev/zero', path)


@claim(shares=running)
def a_project_json_that_is_no_file_or_too_large_is_neither_read_nor_replaced(home):
    it = Studio(home, 'No file')
    track = it.put('track', name='T')
    it.must('save')
    path = os.path.join(it.folder, 'project.json')
    for kind, error in (('folder', 'bad_request'), ('pipe', 'bad_request'), ('device', 'denied'), ('huge', 'too_large')):
        there = os.path.join(home.file('no files', kind), 'project.json')
        os.makedirs(os.path.dirname(there))
        make_no_file(there, kind)
        was = os.lstat(there)
        it.refused(error, 'open', folder=os.fsencode(os.path.dirname(there)))
        same(was.st_ino, os.lstat(there).st_ino, kind)
        os.unlink(path)
        make_no_file(path, kind)
        was, parts = os.lstat(path), it.parts()
        same((kind, 'changed'), (kind, it.state()['mirror']))
        it.refused(error, 'load', file=True)
        contains(it.refused('conflict', 'save'), 'changed by another program')
        same((parts, was.st_ino, ['project.json']), (it.parts(), os.lstat(path).st_ino, files_in(it.folder)), kind)
        it.change(track, name=kind)
        if kind == 'folder':
            os.rmdir(path)
        same('same', it.must('save', over=True)['mirror'])
        same(kind, it.file()['tracks'][0]['name'])


@claim
def a_file_that_may_not_be_read_is_not_replaced(home):
    lose_override()
    running(home)
    it = Studio(home, 'Closed file')
    it.must('save')
    path = os.path.join(it.folder, 'project.json')
    with open(path, 'a', encoding='utf-8') as file:
        file.write(' ')
    os.chmod(path, 0)
    same('changed', it.state()['mirror'])
    contains(it.refused('conflict', 'save'), 'changed by another program')
    os.chmod(path, 0o600)
    same(' ', file_text(path)[-1])


# What is odd; the text; what a changed save still has.
ODD = (
    ('what sounds, of a later time', sound('"mixer":{"strips":[{"bus":"choir","gain":4,"width":9}],"space":9},"pads":[{"pad":63,'
                                           '"mode":"bowed","glow":1e9}],"weather":[99]'), {}),
    ('only a name', document('"name":"Minimal"'), {}),
    ('version 1', document('"name":"One"', version='"1"'), {}),
    ('a later minor version', document('"name":"Minor","mood":"blue"', '"scenes":[{"at":1}]', '"1.99"'),
     {'scenes': [{'at': 1}]}),
    ('names of the world', document('"name":"Ночь ☾ ドラム 🥁"'), {}),
    ('nulls', document('"name":"Nulls","bpm":null,"id":null,"key":null', '"revision":null,"tracks":null,"clips":'
                       '[{"item":null,"start":null,"track":null,"gain":null}],"items":null'), {}),
    ('a key of its own with the name of ours', document('"name":"Ours","file_keys":{"deep":1}', '"file_keys":{"mine":[1]}'),
     {'file_keys': {'mine': [1]}}),
    ('such a key in the project alone', document('"name":"Deep","file_keys":{"mood":"blue","revision_name":""}'), {}),
    ('such a key that is no object', document('"name":"Text","file_keys":"mine"', '"later":null'), {'later': None}),
    ('paths that leave the folder', document('"name":"Dots"', '"clips":[{"item":"x"}],"items":[{"id":"x","name":"../../up",'
                                             '"storage":{"path":"../../../../etc/passwd","url":"ftp://a/b"}}]'), {}),
    ('an absolute path upwards', document('"name":"Up"', '"clips":[{"item":"x"}],"items":[{"id":"x","storage":{"path":'
                                          '"/../../etc/passwd"}}]'), {}),
    ('an item that no part uses', document('"name":"Unused"', '"scenes":[{"media":"x"}],"items":[{"id":"x","name":"Kept",'
                                           '"content":"%s","kind":"hologram"}]' % ('5a' * 16)), {}),
    ('kinds of a later time', document('"name":"Kinds"', '"clips":[{"item":"x","kind":"spline"}],"items":[{"id":"x","name":'
                                       '"H","format":{"kind":"hologram","planes":3}}],"automata":[{"rule":30}]'),
     {'automata': [{'rule': 30}]}),
    ('a sound of another program', document('"name":"Sound"', '"sound":[{"bpm":"fast","pads":7,"mixer":[]}]'), {}),
)


def without_ids(value):
    """A document without what an engine adds: ids and aliases, whole numbers as reals."""
    if isinstance(value, list):
        return [without_ids(one) for one in value]
    if isinstance(value, dict):
        return {key: without_ids(one) for key, one in value.items() if key not in ('id', 'alias', 'item')}
    return value


def has_all(file, name, made):
    """Each list of the file has the parts that the outsider wrote."""
    for key, parts in made.items():
        if key in ('tracks', 'clips', 'items', 'sound'):
            for part in parts or ():
                assert without_ids(part) in without_ids(file[key]), (name, key, part, file[key])


@claim(shares=running)
def a_file_that_is_odd_is_opened_and_written_back_with_all_that_it_has(home):
    for name, text, kept in ODD:
        folder = home.file('odd', name)
        path = write(folder, text)
        it = Studio.at(home, folder)
        same((name, file_bytes(path), False), (name, text.encode('utf-8'), it.state()['dirty']))
        it.put('section', name='new')
        same((name, 'same'), (name, it.must('save')['mirror']))
        file, made = it.file(), json.loads(text)
        same(kept, {key: file[key] for key in kept}, name)
        same(without_ids({key: value for key, value in made['project'].items()}), without_ids(file['project']), name)
        has_all(file, name, made)
        same(['project.json'], files_in(folder), name)
    assert not os.path.exists(home.file('odd', 'up'))


@claim(shares=running)
def a_file_without_ids_of_ours_stays_the_project_of_its_folder(home):
    folder = home.file('foreign', 'Stays')
    write(folder, document('"name":"Stays","id":42', '"tracks":[{"id":1,"name":"A"}]'))
    it = Studio.at(home, folder)
    write(folder, document('"name":"Stays","id":42', '"tracks":[{"id":1,"name":"B"}]'))
    again = Studio.at(home, folder)
    same((it.id, 'changed'), (again.id, again.state()['mirror']))
    same(['A'], [body['name'] for key, body in again.parts().items() if key[0] == 'track'])
    again.must('load', file=True)
    same(['B'], [body['name'] for key, body in again.parts().items() if key[0] == 'track'])


@claim(shares=running)
def an_alias_that_a_client_gave_is_matched_by_the_file_of_another_program(home):
    it = Studio(home, 'Aliased')
    track = it.put('track', name='Drums', alias='drums')
    clip = it.put('clip', start=1, track=track, alias=7)
    it.must('save')
    write(it.folder, document('"name":"Aliased"', '"tracks":[{"id":"drums","name":"Kit"}],"clips":[{"id":7,"track":"drums",'
                              '"start":2}]'))
    it.must('load', file=True)
    parts = it.parts()
    same({('track', track): {'name': 'Kit', 'alias': 'drums'}, ('clip', clip): {'start': 2.0, 'track': track, 'alias': 7}},
         {key: body for key, body in parts.items() if key[0] in ('track', 'clip')})
    it.must('undo')
    same('Drums', it.parts()['track', track]['name'])


@claim(shares=running)
def a_key_of_the_project_that_is_named_as_the_kept_ones_takes_none_of_them_away(home):
    folder = home.file('kept keys')
    write(folder, document('"name":"Kept keys"', '"scenes":[{"at":1}],"later":null'))
    it = Studio.at(home, folder)
    for own in ('mine', {'scenes': 2}, 7, None):
        it.must('set', body={'file_keys': own})
        it.must('save')
        file = it.file()
        same(([{'at': 1}], None, own), (file['scenes'], file['later'], file['project'].get('file_keys')))
    it.must('undo')
    it.must('save')
    same((7, [{'at': 1}]), (it.file()['project']['file_keys'], it.file()['scenes']))
    theirs = Studio(home, 'Begins with it', body={'file_keys': {'deep': 1}})
    theirs.must('save')
    same({'deep': 1}, theirs.file()['project']['file_keys'])
    assert 'deep' not in theirs.file()


@claim(inside=Indexing)
def a_url_and_other_keys_of_an_item_stay_when_its_file_is_found(it):
    folder = it.folder('known')
    path = os.fsdecode(wav(it.folder('lib', 'tone.wav'), 440))
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Keys of items')
    id = it.id_of(path)
    write(folder, document('"name":"Known"', f'"clips":[{{"item":"{id}"}}],"items":[{{"id":"{id}","name":"tone","mood":1,'
                           '"storage":{"url":"ftp://a/b","provider":"x"},"format":{"dither":"none"}}]'))
    theirs = Studio.at(it.home, folder)
    theirs.put('track', name='T')
    theirs.must('save')
    item = theirs.file()['items'][0]
    same((1, 'ftp://a/b', 'x', path, 'none', 22050),
         (item['mood'], item['storage']['url'], item['storage']['provider'], item['storage']['path'],
          item['format']['dither'], item['format']['sample_rate']))
    mine.must('close')


@claim(inside=Indexing)
def keys_of_an_item_that_another_program_adds_stay_after_the_load_of_its_file(it):
    path = os.fsdecode(wav(it.folder('lib', 'load.wav'), 550))
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Keys loaded')
    id = it.id_of(path)
    mine.put('clip', item=id)
    mine.must('save')
    file = mine.file()
    file['items'][0].update(mood=1, storage={**file['items'][0]['storage'], 'url': 'ftp://a/b'})
    write(mine.folder, json.dumps(file))
    mine.must('load', file=True)
    for number, mood in enumerate((1, 2)):
        mine.put('track', name=f'T{number}')
        mine.must('save')
        file = mine.file()
        item = file['items'][0]
        same((mood, 'ftp://a/b', path), (item.get('mood'), item['storage'].get('url'), item['storage']['path']))
        item['mood'] = 2
        write(mine.folder, json.dumps(file))
        mine.must('load', file=True)
    del item['mood']
    file['clips'] = []
    write(mine.folder, json.dumps(file))
    mine.must('load', file=True)
    mine.must('save')
    same([(id, 'load', 'ftp://a/b', False)],
         [(one['id'], one['name'], one['storage']['url'], 'mood' in one) for one in mine.file()['items']])
    mine.must('close')


run_claims()
