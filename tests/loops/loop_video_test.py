#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Loops whose sound is that of a video: cut at the frames of the video, through the decoder in its sandbox; and without
it. All figures are of sound that was recorded at the ports."""
import json
import os
import subprocess

from tests.sound import sound
from tests.claims import claim, contains, needs, run_claims, same, until
from tests.sounding import engine, undisturbed, unstarved, until_connected, until_later

RATE = 48000
EDGE = 144  # frames of the fades at both ends of a part
FPS = 25
LATE = 12  # frames of the picture before its sound begins
F1 = 1073741882


def film(home):
    """A library with a video of 10 s: its sound is a counter of 48 kHz, which begins later than its picture."""
    needs('ffmpeg')
    os.mkdir(home.file('files'))
    sound.make('counter', home.file('count.wav'), 10 * RATE)
    subprocess.run(('ffmpeg', '-nostdin', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', f'testsrc=d=10:s=64x64:r={FPS}',
                    '-itsoffset', str(LATE / FPS), '-i', home.file('count.wav'), '-c:v', 'mpeg4', '-c:a', 'pcm_f32le',
                    home.file('files/film.mov')), check=True)
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('project', 'new', 'Film')
    return home.first('show', home.file('files/film.mov'))


def put_loop(home, item, start, end, duration, **more):
    """F1 is a loop of these frames of the video."""
    body = {'fkey': F1, 'actions': '', 'duration': duration, 'volume': 1, 'locked': False,
            'music_context': {'source_video_id': item['id'], 'start_frame': start, 'end_frame': end, 'rate': FPS}, **more}
    home.look('project.put', {'kind': 'loop', 'body': json.dumps(body)}, 600000)


def heard(home, seconds):
    """The counts of a whole number of turns of F1."""
    def play():
        home.loophole('loop', 'play', 'F1')
        until_later(home, seconds * RATE)
        home.loophole('loop', 'stop', 'all')
        until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')
    return [round(x * sound.UNIT) for x in unstarved(home, lambda: undisturbed(home, play))]


@claim
def a_loop_of_a_video_is_cut_at_its_frames(home):
    engine(home, '[supervisor]\nhang_ms = 300000\n', in_step=True)
    item = film(home)
    same(('video', 'done'), (item['kind'], item['analysis']))
    put_loop(home, item, 51, 76, 1.5)
    same(('', 'stopped'), tuple(home.first('loop', 'show', 'F1')[key] for key in ('placeholder', 'state')))
    counts = heard(home, 6)
    start = (51 - LATE) * RATE // FPS
    [first, second] = [n for n, x in enumerate(counts) if x == start + 1 + RATE // 2][:2]
    same(3 * RATE // 2, second - first, 'a turn lasts as long as the loop')
    begin = first - RATE // 2
    for n in range(EDGE, RATE - EDGE):
        same(start + 1 + n, counts[begin + n], f'frame {n} of the turn')
    assert counts[begin + RATE - 1] > 0, 'the last frame of the context sounds'
    same({0}, set(counts[begin + RATE:begin + 3 * RATE // 2]), 'the context ends at its last frame')


@claim
def without_its_decoder_a_loop_of_a_video_says_so_and_stays(home):
    home.env['LOOPHOLE_FFMPEG'] = '/nonexistent/ffmpeg'
    engine(home, '[supervisor]\nhang_ms = 300000\n')
    item = film(home)
    put_loop(home, item, 51, 76, 1)
    why = 'film cannot be read: only ffmpeg can decode it, which is not installed'
    same(why, home.first('loop', 'show', 'F1')['placeholder'])
    contains(home.refused('loop', 'play', 'F1'), 'only ffmpeg can decode it')
    louder = home.first('loop', 'volume', 'F1', '0.5')
    same((.5, why), (louder['volume'], louder['placeholder']))
    # frames of a known rate need no analysis: the streamer says what is missing
    home.loophole('loop', 'delete', 'F1')
    put_loop(home, item, 51, 76, 1, music_context={'source_video_id': item['id'], 'start_frame': 0, 'end_frame': RATE, 'rate': RATE})
    contains(home.refused('loop', 'play', 'F1'), 'only ffmpeg can decode it')
    same('stopped', home.first('loop', 'show', 'F1')['state'])
    home.stop()
    del home.env['LOOPHOLE_FFMPEG']
    home.up()
    until_connected(home)
    home.loophole('library', 'rescan', '--retry-failed', '--wait')
    until(lambda: home.first('loop', 'show', 'F1')['placeholder'] == '', what='the video can be read')
    home.loophole('loop', 'play', 'F1')
    until(lambda: home.first('loop', 'show', 'F1')['state'] == 'playing', what='the loop plays')


run_claims()
