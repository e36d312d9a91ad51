"""Databases of K, as its document describes them: before its version 8 and after."""
import sqlite3

F1 = 1073741882

# The document's own statements.
F_TRACK = '''CREATE TABLE IF NOT EXISTS f_track (
    project             INTEGER NOT NULL,
    fkey                INTEGER NOT NULL, -- The pygame keycode (e.g., K_F1)
    actions             TEXT NOT NULL,
    duration            REAL NOT NULL,
    volume              REAL NOT NULL DEFAULT 0.5,
    locked              BOOLEAN NOT NULL DEFAULT 0,
    music_context_json  TEXT, -- JSON storing sample source info

    PRIMARY KEY (project, fkey),
    FOREIGN KEY (project) REFERENCES project (id)
)'''
REGIONS = 'ALTER TABLE clip ADD COLUMN selection_regions TEXT'
# Its tables before: the document names project and clip; a clip has its project and its video by a fragment.
BEFORE = '''
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT);
INSERT INTO meta VALUES ('db_version', 7);
CREATE TABLE video (id INTEGER PRIMARY KEY, ytid TEXT NOT NULL UNIQUE, title TEXT, length INTEGER);
CREATE TABLE stream (id INTEGER PRIMARY KEY, video INTEGER NOT NULL, fps INTEGER);
CREATE TABLE project (id INTEGER PRIMARY KEY, name TEXT, created TIMESTAMP);
CREATE TABLE fragment (id INTEGER PRIMARY KEY, project INTEGER NOT NULL, source INTEGER NOT NULL, start INTEGER, stop INTEGER,
    FOREIGN KEY (project) REFERENCES project (id));
CREATE TABLE clip (fragment INTEGER PRIMARY KEY, name TEXT, key INTEGER, loop TEXT,
    FOREIGN KEY (fragment) REFERENCES fragment (id));
INSERT INTO video VALUES (101, 'XD66suMp3J4', 'Billionaire Star Trek', 300), (102, 'gaoQ5mMRDhg', 'Shud the Mermaid', 200);
INSERT INTO stream VALUES (1, 101, 30), (2, 101, 25), (3, 102, NULL);
INSERT INTO project VALUES (1, 'Night drive', '2025-01-02 03:04:05'), (2, 'Other', NULL);
INSERT INTO fragment VALUES (7, 1, 101, 1500, 2500), (8, 1, 102, 10, 20), (9, 2, 102, 0, NULL);
INSERT INTO clip VALUES (7, 'Verse', 97, NULL), (8, NULL, NULL, 'x'), (9, 'Elsewhere', NULL, NULL);
'''
ACTIONS = '0.0 play 101@1500\n1.25 seek 1600\nPlayerAction(JUMP, 3)\n2 volume .5'


def before(path):
    """A database before version 8."""
    base = sqlite3.connect(path, isolation_level=None)
    base.executescript(BEFORE)
    return base


def after(path):
    """The same after version 8, with three loops and regions."""
    base = before(path)
    base.execute(F_TRACK)
    base.execute(REGIONS)
    base.execute("UPDATE meta SET value = 8")
    base.execute('INSERT INTO f_track VALUES (1, ?, ?, 4.125, 0.75, 1, ?)',
                 (F1, ACTIONS, "{'source_video_id': 101, 'start_frame': 1500, 'end_frame': 2500}"))
    base.execute('INSERT INTO f_track (project, fkey, actions, duration, music_context_json) VALUES (1, ?, ?, 2.5, ?)',
                 (F1 + 11, '', '{"source_video_id": 102, "start_frame": 0, "end_frame": 48}'))
    base.execute('INSERT INTO f_track (project, fkey, actions, duration) VALUES (2, ?, ?, 1)', (F1 + 1, '0 stop'))
    base.execute('UPDATE clip SET selection_regions = ? WHERE fragment = 7',
                 ("{'1073741913': [100, 200, 1.0, False], '50': [350, 500, 0.8, true], '51': [1, 2]}",))
    return base


def rows(table):
    """The rows of a table of a database before version 8."""
    base = before(':memory:')
    base.row_factory = sqlite3.Row
    return [dict(row) for row in base.execute(f'SELECT * FROM {table}')]
