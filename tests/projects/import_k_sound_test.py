#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Loops that came from K sound as they did there: to the frame of their video, and not before its file is here."""
import os
import shutil

from tests.projects import kbases
from tests.sound import sound
from tests.claims import claim, contains, run_claims, same, until
from tests.sounding import engine, undisturbed, unstarved, until_connected, until_later

RATE = 48000
EDGE = 144  # frames of the fades at both ends of a turn


def sounding_engine(home):
    engine(home, '[supervisor]\nhang_ms = 300000\n', in_step=True)
    os.mkdir(home.file('files'))
    sound.make('sine', home.file('files/sine.wav'), RATE, RATE, 111)
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')


def regions_of(home):
    return [tuple(one[key] for key in ('digit', 'start', 'end', 'volume', 'locked')) for one in home.first('region', 'list', 'Verse')['each']]


@claim(shares=sounding_engine)
def an_imported_loop_is_a_placeholder_until_its_file_is_here_and_plays_its_frames_then(home):
    base = kbases.after(home.file('k.db'))
    base.execute('UPDATE f_track SET duration = 1, volume = 1, music_context_json = ? WHERE project = 1 AND fkey = ?',
                 ("{'source_video_id': 101, 'start_frame': 60, 'end_frame': 90}", kbases.F1))
    base.close()
    home.loophole('import-k', home.file('k.db'), '--project', '1')
    home.loophole('project', 'open', 'Night drive')
    same('Billionaire Star Trek is missing', home.first('loop', 'show', 'F1')['placeholder'])
    contains(home.refused('loop', 'play', 'F1'), 'Billionaire Star Trek is missing')
    [missing] = until(lambda: home.json('search', 'is:missing "Billionaire Star Trek"'), what='the item is in the catalogue')
    sound.make('counter', home.file('count.wav'), 10 * RATE)
    shutil.move(home.file('count.wav'), home.file('files/Billionaire Star Trek.wav'))
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('relink', missing['id'], '--to', home.file('files/Billionaire Star Trek.wav'), '--apply')
    until(lambda: home.first('loop', 'show', 'F1')['placeholder'] == '', what='the loop is whole')
    regions = [(1, 160000, 320000, 1.0, False), (2, 560000, 800000, .8, True), (3, 1600, 3200, 1.0, False)]
    same(regions, regions_of(home), 'they are parts of its sound')
    home.loophole('region', 'lock', '2', 'Verse', '--off')
    regions[1] = regions[1][:4] + (False,)
    same(regions, regions_of(home), 'a change of one keeps the others')

    def play():
        home.loophole('loop', 'play', 'F1')
        until_later(home, 8 * RATE)
        home.loophole('loop', 'stop', 'all')
        until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')
    counts = [round(x * sound.UNIT) for x in unstarved(home, lambda: undisturbed(home, play))]
    middle = 2 * RATE + 1 + RATE // 2
    inside = [n for n, x in enumerate(counts) if x == middle]
    assert len(inside) >= 2, inside
    same({RATE}, {b - a for a, b in zip(inside, inside[1:])}, 'a turn lasts as long as in K')
    for n in range(EDGE, RATE - EDGE):
        same(2 * RATE + 1 + n, counts[inside[0] - RATE // 2 + n])


@claim(shares=sounding_engine)
def the_loops_of_the_open_project_play_on_during_an_import(home):
    kbases.after(home.file('two.db')).close()
    home.loophole('project', 'new', 'Before')
    sine = {'loop_key': 1, 'id': home.first('show', home.file('files/sine.wav'))['id'], 'from': 0, 'length': 4 * RATE,
            'gain': 1, 'edge': 0}
    home.look('streamer.play_loops', {'project': home.first('project', 'show')['id'], 'grid': 'now', 'each': [sine]}, 600000)
    home.loophole('import-k', home.file('two.db'), '--project', '2')
    same(['playing'], [one['state'] for one in home.look('streamer.voices')['each']])
    same('Before', home.first('project', 'state')['name'])


run_claims()
