#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Loops and regions of a project that is collected, and that travels in a bundle or without its sounds: they sound on
another engine as here. All figures are of sound that was recorded at the ports."""
import os
import shutil
import subprocess

from tests.sound import sound
from tests.claims import claim, needs, run_claims, same, until
from tests.sounding import engine, undisturbed, unstarved, until_connected, until_later, until_quiet
from tests.studio import Studio

RATE = 48000
EDGE = 144  # frames of the fades at both ends of a part
FPS = 25
F1 = 1073741882
FRAMES = {'plain': 4, 'quoted': 5, 'region': 6}  # seconds of the sounds, so that each has its own content
PARTS = {'F1': (10000, 34000), 'F2': (60000, 84000), 'F3': (51 * RATE // FPS, 76 * RATE // FPS)}
REGION = 100000, 124000


def begin(home):
    engine(home, '[supervisor]\nhang_ms = 300000\n[audio]\nperiod = 1024\n', in_step=True)
    home.wait_ready('project', 'indexer', 'streamer')
    until_connected(home)


def make_sounds(home):
    """A library with three counters, and a video whose sound is a counter."""
    needs('ffmpeg')
    os.mkdir(home.file('files'))
    for name, seconds in FRAMES.items():
        sound.make('counter', home.file(f'files/{name}.wav'), seconds * RATE)
    sound.make('counter', home.file('count.wav'), 5 * RATE)
    subprocess.run(('ffmpeg', '-nostdin', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', f'testsrc=d=5:s=64x64:r={FPS}',
                    '-i', home.file('count.wav'), '-c:v', 'mpeg4', '-c:a', 'pcm_f32le', home.file('files/film.mov')), check=True)
    home.loophole('index', home.file('files'), '--wait')
    return {name: home.first('show', home.file(f'files/{name}'))['id'] for name in os.listdir(home.file('files'))}


def put_loop(song, key, item, start, end, rate, is_text=False):
    context = {'source_video_id': item, 'start_frame': start, 'end_frame': end, 'rate': rate}
    song.put('loop', fkey=F1 + key - 1, actions='', duration=(end - start) / rate, volume=1, locked=key == 1,
             music_context=str(context) if is_text else context)


def make_song(home):
    """Each of the four sounds is used by one loop, or by the clip with a region, alone."""
    items = make_sounds(home)
    song = Studio(home, 'Song')
    put_loop(song, 1, items['plain.wav'], *PARTS['F1'], RATE)
    put_loop(song, 2, items['quoted.wav'], *PARTS['F2'], RATE, is_text=True)
    put_loop(song, 3, items['film.mov'], 51, 76, FPS)
    song.put('clip', name='Verse', item=items['region.wav'],
             selection_regions=f"{{'49': [{REGION[0]}, {REGION[1]}, 1.0, True]}}")
    return song


def kept(home):
    """What the keys hold, without what only concerns this moment."""
    loops = [{key: one[key] for key in ('fkey', 'actions', 'duration', 'volume', 'locked', 'music_context')}
             for one in home.json('loop', 'list')]
    return loops, home.first('region', 'list', 'Verse')['each']


def heard(home, act, start, end):
    """True once act() was heard with each frame from `start` to `end`, but for the fades at both ends."""
    def play():
        act()
        until_later(home, 3 * RATE)
        home.loophole('loop', 'stop', 'all')
        until_quiet(home)

    def look():
        counts = [round(x * sound.UNIT) for x in undisturbed(home, play)]
        begin = next((n for n, x in enumerate(counts) if x == start + EDGE + 1), None)
        return begin is not None and counts[begin:begin + end - start - 5 * EDGE] == \
            list(range(start + EDGE + 1, end - 4 * EDGE + 1))
    return unstarved(home, look, 300, f'the frames {start} to {end} are heard')


def check_sounds(home):
    for key, (start, end) in PARTS.items():
        heard(home, lambda key=key: home.loophole('loop', 'play', key), start, end)
    heard(home, lambda: home.loophole('region', 'play', '1', 'Verse'), *REGION)


def until_whole(home):
    until(lambda: home.first('project', 'state')['missing'] == 0, what='all sounds are found')
    until(lambda: {one['placeholder'] for one in home.json('loop', 'list')} == {''}, what='no loop is a placeholder')


@claim
def loops_and_regions_sound_on_another_engine_with_the_copies_of_a_bundle_or_sounds_of_its_own(home):
    begin(home)
    song = make_song(home)
    until_whole(home)
    before = kept(home)
    same((3, 1), (len(before[0]), len(before[1])))
    same((4, 4), tuple(song.must(ask)[key] for ask, key in (('collect', 'copied'), ('state', 'items'))))
    same(['Audio/plain.wav', 'Audio/quoted.wav', 'Audio/region.wav', 'Video/film.mov'],
         sorted(os.path.relpath(os.path.join(at, name), song.folder + '/Media')
                for at, _, names in os.walk(song.folder + '/Media') for name in names))
    check_sounds(home)
    song.must('save')
    home.loophole('bundle', 'export', '--bundle-root', home.file('song'), '--zip', home.file('song.zip'))
    shutil.copytree(song.folder, home.file('bare'), ignore=shutil.ignore_patterns('.autosave', 'Media'))
    home.stop()
    shutil.rmtree(song.folder)

    fresh = home.other('fresh')
    begin(fresh)
    fresh.loophole('bundle', 'import', '--budget', '600000', '--bundle-root', home.file('song.zip'), '--destination-root', fresh.file('song'))
    until_whole(fresh)
    same(before, kept(fresh))
    shutil.move(home.file('files'), fresh.file('away'))
    check_sounds(fresh)
    fresh.stop()

    own = home.other('own')
    begin(own)
    shutil.move(fresh.file('away'), own.file('own'))
    own.loophole('index', own.file('own'), '--wait')
    own.loophole('project', 'open', home.file('bare'))
    until_whole(own)
    same(before, kept(own))
    own.loophole('play', own.file('own/region.wav'))
    until(lambda: 'Verse' in own.loophole('region', 'list', code=None).out, what='the clip of the sound is armed')
    own.ask('streamer.stop')
    until_quiet(own)
    check_sounds(own)
    own.stop()


run_claims()
