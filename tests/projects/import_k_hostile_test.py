#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Databases of K that are damaged, hostile, or open in another program: they are refused, or read as far as they are sound."""
import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys

from tests.projects import kbases
from tests.claims import claim, contains, file_bytes, how_often, run_claims, same, until, write_file
from tests.library.indexing import Indexing

F1 = kbases.F1


def names(home):
    return sorted(one['name'] for one in home.json('project', 'list'))


def parts(home, project, kind):
    found = home.ask('project.show', f'project={project}')['each']
    return {body.get('name', body.get('fkey')): body
            for body in (json.loads(one['body']) for one in found if one['kind'] == kind)}


def kept(home, project):
    [body] = parts(home, project, 'project').values()
    return {name: [json.loads(line) for line in lines.splitlines()]
            for name, lines in body['file_keys']['k']['tables'].items()}


def notes(home, *words):
    return '\n'.join(note for one in home.json('import-k', *words) for note in one['notes'])


def made(home, sql='', name='k.db', make=kbases.after):
    base = make(home.file(name))
    base.executescript(sql)
    base.close()
    return home.file(name)


def contains_all(text, *all):
    for one in all:
        contains(text, one)


def refused(home, path, why, *words):
    said = home.refused('import-k', path, *words)
    contains(said, why)
    same([], names(home))


# ---- in use ----

@claim(inside=Indexing)
def what_another_program_has_committed_to_its_log_is_read_and_the_rest_is_not(it):
    home = it.home
    base = kbases.after(home.file('k.db'))
    base.execute('PRAGMA journal_mode=WAL')
    base.execute('PRAGMA wal_autocheckpoint=0')
    base.execute('UPDATE f_track SET duration = 7.5 WHERE project = 2')
    base.execute('BEGIN')
    base.execute('UPDATE f_track SET duration = 9 WHERE project = 2')
    files = {name: file_bytes(home.file(name)) for name in ('k.db', 'k.db-wal')}
    home.loophole('import-k', home.file('k.db'))
    same(7.5, parts(home, 'Other', 'loop')[F1 + 1]['duration'])
    same(files, {name: file_bytes(home.file(name)) for name in files})
    base.execute('COMMIT')
    base.close()


WRITER = '''
import os, sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute('PRAGMA cache_size = 2')
base.execute('BEGIN')
base.execute("UPDATE f_track SET duration = 9")
base.execute("UPDATE clip SET name = 'changed'")
base.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
             "INSERT INTO meta SELECT 'x' || i, hex(zeroblob(200)) FROM n")
print('written', flush=True)
os.kill(os.getpid(), 9)
'''


@claim(inside=Indexing)
def the_change_of_a_program_that_died_in_it_is_taken_back_in_the_copy(it):
    home, path = it.home, made(it.home)
    subprocess.run([sys.executable, '-c', WRITER, path], check=False, stdout=subprocess.DEVNULL)
    files = {name: file_bytes(home.file(name)) for name in ('k.db', 'k.db-journal')}
    same(True, len(files['k.db-journal']) > 512 and b'changed' in files['k.db'])
    home.loophole('import-k', path)
    same((4.125, ['Clip 8', 'Verse']),
         (parts(home, 'Night drive', 'loop')[F1]['duration'], sorted(parts(home, 'Night drive', 'clip'))))
    same(1, len(kept(home, 'Night drive')['meta']))
    same(files, {name: file_bytes(home.file(name)) for name in files})


@claim(inside=Indexing)
def a_change_of_several_databases_of_which_nobody_knows_whether_it_is_committed_is_refused(it):
    home, path = it.home, made(it.home)
    subprocess.run([sys.executable, '-c', WRITER, path], check=False, stdout=subprocess.DEVNULL)
    for name in (b'/music/k.db-mj0123', b'/' + b'long/' * 60 + b'k.db-mj0123'):
        with open(path + '-journal', 'ab') as file:  # as SQLite writes the name at the end of a journal
            file.write(struct.pack('>I', 1) + name + struct.pack('>II', len(name), sum(name)) + b'\xd9\xd5\x05\xf9\x20\xa1\x63\xd7')
        refused(home, path, 'changed several databases together')


@claim(inside=Indexing)
def a_program_that_does_not_stop_writing_is_named_and_nothing_is_read(it):
    home = it.home
    base = kbases.after(home.file('k.db'))
    base.execute('BEGIN EXCLUSIVE')
    refused(home, home.file('k.db'), 'does not stop writing', '--budget', '2000')
    base.execute('COMMIT')
    base.close()
    home.loophole('import-k', home.file('k.db'))


@claim(inside=Indexing)
def a_database_that_another_program_changes_without_pause_is_read_at_one_moment(it):
    """The writer keeps the volumes of two loops equal."""
    home = it.home
    base = kbases.after(home.file('k.db'))
    base.execute('UPDATE f_track SET duration = 0')
    base.execute('PRAGMA journal_mode=WAL')
    base.close()
    writer = home.start(sys.executable, '-c', '''
import sqlite3, sys, time
base = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=600)
base.execute('PRAGMA wal_autocheckpoint=5')
n = 0
while True:
    n += 1
    base.execute('BEGIN')
    for fkey in (1073741882, 1073741893):
        base.execute('UPDATE f_track SET duration = ? WHERE project = 1 AND fkey = ?', (n, fkey))
        base.execute('INSERT OR REPLACE INTO meta VALUES (?, hex(zeroblob(3000)))', (n % 50 + fkey,))
    base.execute('COMMIT')
    time.sleep(.002)
''', home.file('k.db'))
    try:
        for _ in range(how_often(5, 50)):
            home.loophole('import-k', home.file('k.db'), '--project', '1', '--budget', '600000')
            durations = [one['duration'] for one in parts(home, 'Night drive', 'loop').values()]
            same((2, 1), (len(durations), len(set(durations))))
            home.loophole('project', 'undo', '--project', 'Night drive')
    finally:
        writer.kill()
        writer.wait()


# ---- damaged ----

@claim(inside=Indexing)
def what_is_no_database_is_refused_with_its_reason(it):
    home = it.home
    write_file(home.file('text.db'), 'this is no database, but long enough for a head' * 90)
    write_file(home.file('empty.db'), '')
    os.mkfifo(home.file('pipe.db'))
    refused(home, home.file('text.db'), 'not a database')
    refused(home, home.file('empty.db'), 'it is empty')
    refused(home, home.file('pipe.db'), 'not a regular file')
    refused(home, home.path, 'not a regular file')
    refused(home, home.file('none.db'), 'is not there')
    sqlite3.connect(home.file('other.db')).executescript('CREATE TABLE clip (id)').close()
    refused(home, home.file('other.db'), 'it is no database of K')
    os.truncate(made(home), 100)
    refused(home, home.file('k.db'), 'cannot be read')
    os.symlink('/etc/passwd', made(home, name='linked.db') + '-wal')
    home.loophole('import-k', home.file('linked.db'))


def page_of(path, table):
    base = sqlite3.connect(path)
    [[root]] = base.execute('SELECT rootpage FROM sqlite_schema WHERE name = ?', [table])
    [[size]] = base.execute('PRAGMA page_size')
    base.close()
    return (root - 1) * size, size


@claim(inside=Indexing)
def damage_of_a_table_is_said_and_the_others_are_read(it):
    home, path = it.home, made(it.home)
    at, size = page_of(path, 'f_track')
    with open(path, 'r+b') as file:
        file.seek(at)
        file.write(b'\xff' * size)
    contains_all(notes(home, path), 'f_track is damaged', 'f_track, project 1: the loops could be read in part only')
    same(({}, ['Clip 8', 'Verse']), (parts(home, 'Night drive', 'loop'), sorted(parts(home, 'Night drive', 'clip'))))


@claim(inside=Indexing)
def rows_before_the_damage_are_read(it):
    home = it.home
    path = made(home, ''.join(f"INSERT INTO fragment VALUES ({n}, 1, 101, 0, 1); INSERT INTO clip (fragment, name) VALUES ({n}, "
                              f"'{'Clip' * 60}{n}');" for n in range(100, 300)))
    at, size = page_of(path, 'clip')
    page = file_bytes(path)[at:at + size]
    last = struct.unpack('>I', page[8:12])[0]  # the right-most page of the table
    with open(path, 'r+b') as file:
        file.seek((last - 1) * size)
        file.write(b'\xff' * size)
    contains_all(notes(home, path, '--project', '1'), 'clip is damaged', 'the clips could be read in part only')
    same(True, 100 < len(parts(home, 'Night drive', 'clip')) < 202)


@claim(inside=Indexing)
def an_index_that_lacks_rows_hides_none(it):
    home, path = it.home, made(it.home, 'PRAGMA writable_schema = 1; CREATE TABLE empty (a UNIQUE);'
                               "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_empty_1')"
                               " WHERE name = 'sqlite_autoindex_f_track_1'")
    contains(notes(home, path), 'f_track is damaged')
    same([F1, F1 + 11], sorted(parts(home, 'Night drive', 'loop')))


# ---- of other types ----

@claim(inside=Indexing)
def rows_of_wrong_types_are_named_and_kept_as_text(it):
    home = it.home
    path = made(home, f'''
        INSERT INTO f_track (project, fkey, actions, duration) VALUES (1, 17, '', 1), (1, 'F2', '', 1), (9, {F1}, '', 1),
            (1, {F1 + 1}, x'00', 1), (1, {F1 + 2}, 'a' || char(0) || 'b', 1), (1, {F1 + 3}, '', 'long'), (1, {F1 + 4}, '', -1),
            (1, {F1 + 5}, cast(x'ff' AS TEXT), 1), (1, {F1 + 6}, '', 9e999);
        INSERT INTO f_track VALUES (1, {F1 + 7}, '', 1, 'loud', 7, '{{"source_video_id": 101}}'), (1, {F1 + 8}, '', 1, 9, 'x', 5);
        INSERT INTO fragment VALUES (20, 1, 'no id \' || char(10), 0, 1), (21, 1, 101, 0, 1), (22, 1, x'00', 0, 1);
        INSERT INTO clip (fragment, name, selection_regions) VALUES (20, x'41', '{{{{{{'), (21, 'A' || char(27) || 'B', x'7b7d'), (22, '', 'x' || char(0));
        '''.replace("\\'", "'"))
    said = notes(home, path)
    for name, why in (('17', 'the key is none'), ('F2', 'the key is none'), (F1 + 1, 'its actions'), (F1 + 2, 'its actions'),
                      (F1 + 3, 'its duration'), (F1 + 4, 'its duration'), (F1 + 5, 'its actions'), (F1 + 6, 'its duration'),
                      (F1 + 7, 'its volume'), (F1 + 7, 'its lock'), (F1 + 7, 'its music context'), (F1 + 8, 'its volume'),
                      (F1 + 8, 'its lock'), (F1 + 8, 'its music context')):
        contains(said, f'f_track, project 1, fkey {name}: {why}')
    contains_all(said, f'f_track, project 9, fkey {F1}: its project is not in the database', 'clip 20: its name is no text',
             'clip 20: its selection_regions are no JSON object', 'clip 21: its selection_regions are no text',
             'clip 22: its selection_regions are no text', 'clip 22: its source is no id')
    loops = parts(home, 'Night drive', 'loop')
    same([F1, F1 + 7, F1 + 8, F1 + 11], sorted(loops))
    same((.5, True, None, '{"source_video_id": 101}'),
         tuple(loops[F1 + 7][key] for key in ('volume', 'locked', 'music_context', 'music_context_json')))
    rest = kept(home, 'Night drive')['f_track']
    same(({17, 'F2', F1 + 1, F1 + 2, F1 + 3, F1 + 4, F1 + 5, F1 + 6}, {'blob': '00'}),
         ({row['fkey'] for row in rest if 'fkey' in row}, next(row['actions'] for row in rest if row.get('fkey') == F1 + 1)))
    clips = parts(home, 'Night drive', 'clip')
    same('{{{', clips['Clip 20']['selection_regions'])
    same(True, 'A B' in clips and 'selection_regions' not in clips['A B'])
    contains(home.json('region', 'list', 'Clip 20', '--project', 'Night drive')[0]['warning'], 'no JSON object')


@claim(inside=Indexing)
def huge_values_are_left_out_by_name(it):
    home = it.home
    path = made(home, f'''
        INSERT INTO f_track (project, fkey, actions, duration) VALUES (1, {F1 + 1}, hex(zeroblob(40000)), 1), (1, {F1 + 2}, hex(zeroblob(9000000)), 1);
        CREATE TABLE blobs (a BLOB); INSERT INTO blobs VALUES (zeroblob(300000)), (x'01');
        INSERT INTO project VALUES (3, replace(hex(zeroblob(500)), '0', '/'), NULL);''')
    said = notes(home, path)
    contains_all(said, f'fkey {F1 + 1}: its actions are no text of at most 65,536 bytes', 'the loops could be read in part only',
             'blobs: more rows than can be kept')
    same(True, F1 in parts(home, 'Night drive', 'loop'))
    same('-' * 60, names(home)[0])


@claim(inside=Indexing)
def a_project_that_is_too_large_is_imported_without_other_tables(it):
    home = it.home
    quotes = "replace(hex(zeroblob(30000)), '0', '\"')"
    path = made(home, f'DELETE FROM f_track;{"".join(f"INSERT INTO f_track VALUES (1, {F1 + n}, {quotes}, 1, 1, 0, NULL);" for n in range(12))}' + ''.join(
        f'CREATE TABLE t{n} (a); INSERT INTO t{n} VALUES ({quotes}), ({quotes});' for n in range(4)))
    contains(notes(home, path, '--project', '1'), 'too large to keep other tables as text')
    same([60000] * 12, [len(one['actions']) for one in parts(home, 'Night drive', 'loop').values()])


@claim(inside=Indexing)
def rows_without_keys_and_with_the_keys_of_others_hide_none_and_are_kept(it):
    home, path = it.home, home_made(it.home)
    said = notes(home, path)
    contains_all(said, 'fkey : the key is none', 'more than 64 rows are no loops', 'clip without an id: the row is kept as text',
                 'clip 1: another row has its id already', 'clip 2: its selection_regions are no text',
                 'clip 4: its selection_regions are no JSON object, or too deep', '1 is not checked', 'made is not checked', 'table wide has more than 128 columns')
    same(False, 'limited is' in said)  # its CHECK was not run
    same({F1 + 1: None}, {fkey: one['music_context'] for fkey, one in parts(home, 'Night drive', 'loop').items()})
    tables = kept(home, 'Night drive')
    same([{'project': 1, 'fkey': F1 + 1, 'music_context_json': {'blob': '00'}}],
         [row for row in tables['f_track'] if row['fkey'] == F1 + 1])
    same((64, 1), tuple(len([row for row in tables['f_track'] if row['fkey'] == fkey]) for fkey in (F1, None)))
    for row in ({'id': None, 'name': 'none', 'selection_regions': '{"50": [1, 2]}'}, {'id': 1, 'name': 'twice', 'selection_regions': None},
                {'id': 2, 'name': 'blob', 'selection_regions': {'blob': '00'}}):
        same(1, tables['clip'].count(row), row)
    clips = parts(home, 'Night drive', 'clip')
    same((['blob', 'deep', 'first', 'other'], 2), (sorted(clips), len({one['item'] for one in clips.values()})))
    until(lambda: len(home.json('search', 'name:Same is:missing')) == 4, what='the items of both projects are in the catalogue')
    same(128, len(kept(home, 'Other')['wide'][0]))


def home_made(home):
    """A database whose tables have no keys, and two sources of the same title."""
    deep = '{"a":' * 62 + '{}' + '}' * 62
    return made(home, f'''
        DROP TABLE f_track; DROP TABLE clip; DROP TABLE fragment; DROP TABLE video;
        CREATE TABLE f_track (project, fkey, actions, duration, volume, locked, music_context_json);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO f_track SELECT 1, {F1}, '', 'bad', 1, 0, NULL FROM n;
        INSERT INTO f_track VALUES (1, {F1 + 1}, '', 1, 1, 0, x'00'), (1, NULL, '', 1, 1, 0, NULL);
        CREATE TABLE video (id INTEGER PRIMARY KEY, title); INSERT INTO video VALUES (1, 'Same'), (2, 'Same');
        CREATE TABLE clip (id, project, name, source, selection_regions);
        INSERT INTO clip VALUES (1, 1, 'first', 1, NULL), (1, 1, 'twice', 1, NULL), (NULL, 1, 'none', 1, '{{"50": [1, 2]}}'),
            (2, 1, 'blob', 2, x'00'), (3, 1, 'other', 2, NULL), (4, 1, 'deep', 2, '{deep}'), (5, 2, 'x', 1, NULL), (6, 2, 'y', 2, NULL);
        CREATE TABLE "1" (a CHECK (a > 0)); CREATE TABLE limited (a CHECK (a > 0)); PRAGMA ignore_check_constraints = 1; INSERT INTO limited VALUES (-1); CREATE TABLE made (a); CREATE INDEX computed ON made (a || 'x');
        CREATE TABLE wide (project, {','.join(f'c{n}' for n in range(299))}); INSERT INTO wide (project) VALUES (2);''')


# ---- of another kind ----

@claim(inside=Indexing)
def views_triggers_and_virtual_tables_in_place_of_tables_are_not_run(it):
    home = it.home
    path = made(home, f'''
        CREATE VIEW f_track AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS project, {F1} AS fkey FROM n;
        CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a;
        CREATE VIRTUAL TABLE words USING fts5(text);
        CREATE TRIGGER t AFTER INSERT ON clip BEGIN DELETE FROM clip; END;
        CREATE TABLE made (a, b AS (hex(zeroblob(a))) VIRTUAL, c AS (a || zeroblob(a))); INSERT INTO made (a) VALUES (9000);
        CREATE INDEX odd ON made (abs(a));''', make=kbases.before)
    said = notes(home, path)
    contains_all(said, 'f_track is a view', 'a is a view', 'words is a virtual table')
    same(({}, ['Clip 8', 'Verse']), (parts(home, 'Night drive', 'loop'), sorted(parts(home, 'Night drive', 'clip'))))
    same([{'a': 9000}], kept(home, 'Night drive')['made'])
    base = sqlite3.connect(home.file('views.db'))
    base.executescript('CREATE VIEW project AS SELECT 1 AS id; CREATE VIEW f_track AS SELECT 1 AS project')
    base.close()
    contains_all(home.refused('import-k', home.file('views.db')), 'it is no database of K', 'project is a view')


def lied(home, n, change):
    """A database whose schema says something else than its pages."""
    base = kbases.after(home.file(f'{n}.db'))
    base.executescript(f'PRAGMA writable_schema = 1; UPDATE sqlite_schema SET {change};')
    base.close()
    return home.file(f'{n}.db')


@claim(inside=Indexing)
def a_schema_that_lies_is_refused_or_read_within_bounds(it):
    home = it.home
    for n, change in enumerate((
            "sql = 'CREATE TABLE f_track (' || replace(hex(zeroblob(30000)), '0', 'a,') || 'b)' WHERE name = 'f_track'",
            "sql = 'CREATE VIEW f_track AS SELECT 1' WHERE name = 'f_track'", "type = 'view' WHERE name = 'f_track'",
            "name = 'clip', tbl_name = 'clip' WHERE name = 'f_track'", "rootpage = 1 WHERE name = 'f_track'",
            "rootpage = 99999 WHERE name = 'f_track'", "rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'clip') WHERE name = 'f_track'",
            "sql = 'CREATE TABLE project (id INTEGER PRIMARY KEY, name TEXT CHECK (' || replace(hex(zeroblob(500)), '0', '(') || ')' WHERE name = 'project'",
            "sql = NULL WHERE name = 'project'", "name = char(10) || '\"' WHERE name = 'video'", "sql = 'DROP TABLE clip' WHERE name = 'clip'",
            "sql = 'CREATE TABLE f_track (project, fkey, actions, duration AS (randomblob(900000000)), volume, locked, music_context_json)' WHERE name = 'f_track'")):
        said = home.run('loophole', 'import-k', lied(home, n, change), '--project', '1', '--dry-run', '--json', code=None)
        same(True, said.code in (0, 11), f'{change}: {said!r}')
        contains(said.out + said.err, '"notes":[' if said.code == 0 else 'the database cannot be read')
    same([], names(home))


@claim(inside=Indexing)
def millions_of_rows_are_read_within_bounds(it):
    home = it.home
    count = how_often(400_000, 10_000_000)
    path = made(home, f'''
        PRAGMA synchronous = OFF;
        WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) INSERT INTO fragment SELECT i, 1, i, 0, 1 FROM n;
        INSERT INTO clip (fragment, name) SELECT id, 'c' FROM fragment WHERE id > 99;
        INSERT INTO f_track (project, fkey, actions, duration) SELECT 1, id, '', 1 FROM fragment WHERE id > 99;''')
    one = home.first('import-k', path, '--project', '1', '--budget', '600000')
    said = '\n'.join(one['notes'])
    contains_all(said, 'the project has more than 4000 clips and sources', 'fragment: more rows than can be kept as text; left out from')
    same((True, ['F1', 'F12'], True), (1990 < len(one['clips']) < 2010, one['loops'], one['more_notes'] > 0))


@claim(inside=Indexing)
def millions_of_rows_with_the_id_of_one_clip_are_read_within_bounds(it):
    home = it.home
    count = how_often(400_000, 10_000_000)
    path = made(home, f'''
        PRAGMA synchronous = OFF;
        DROP TABLE clip;
        CREATE TABLE clip (fragment INTEGER, name TEXT, selection_regions TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
            INSERT INTO clip SELECT 7, 'c' || i, '{{}}' FROM n;
        INSERT INTO clip VALUES (8, 'Last', NULL);''')
    one = home.first('import-k', path, '--project', '1', '--budget', '600000')
    same((['Last', 'c1'], True), (one['clips'], one['more_notes'] > 0))
    contains_all('\n'.join(one['notes']), 'clip 7: another row has its id already', 'clip: more rows than can be kept as text')


@claim(inside=Indexing)
def a_reader_that_dies_leaves_nothing(it):
    home = it.home
    path = made(home, '''PRAGMA synchronous = OFF;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) INSERT INTO video SELECT i + 1000, i, 'x', 0 FROM n;''')

    def killed():
        before = names(home)
        command = home.start('loophole', 'import-k', path, '--project', '1', '--json', stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until(lambda: command.poll() is not None or kill_reader(command.pid), what='the reader is there')
        out, err = command.communicate()
        if not command.returncode:
            return None
        same(before, names(home))
        return err
    for _ in range(how_often(3, 30)):
        contains(until(killed, what='the reader was killed in time'), 'its reader ended')


def kill_reader(pid):
    """Kills the worker below a command; False: there is none."""
    for entry in os.listdir('/proc'):
        try:
            line = file_bytes(f'/proc/{entry}/cmdline') if entry.isdigit() else b''
            if b'\0kbase\0' in line and is_below(int(entry), pid):
                os.kill(int(entry), signal.SIGKILL)
                return True
        except (OSError, ValueError):
            pass
    return False


def is_below(pid, ancestor):
    while pid > 1:
        if pid == ancestor:
            return True
        pid = int(file_bytes(f'/proc/{pid}/stat').rsplit(b')', 1)[1].split()[1])
    return False


run_claims()
