#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A loop of four beats of 124 bpm at 44.1 kHz has no whole number of frames. Its turns begin on the frames of their beats,
after a minute and, with LONG=1, after an hour, or MINUTES=N."""
import json
import math
import os

from tests.sound import sound
from tests.claims import claim, figure, how_often, run_claims, same, until
from tests.sounding import engine, Tape, unstarved, until_connected, until_later

RATE, TEMPO, BEATS = 44100, 124, 4
LENGTH = BEATS * 60 / TEMPO * RATE  # 85354.838… frames
START, F1 = RATE, 1073741882
MINUTES = float(os.environ.get('MINUTES') or how_often(.5, 60))


def odd_loop(home):
    """F1 is a loop of a counter."""
    engine(home, f'[supervisor]\nhang_ms = 300000\n[audio]\nperiod = 1024\nrate = {RATE}\n', in_step=True)
    os.mkdir(home.file('files'))
    sound.make('counter', home.file('files/count.wav'), 5 * RATE, 0, RATE)
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('edit', home.file('files/count.wav'), 'bpm=', 'one_shot=0')
    home.loophole('project', 'new', 'Hour')
    context = {'source_video_id': home.first('show', home.file('files/count.wav'))['id'], 'start_frame': START,
               'end_frame': START + math.ceil(LENGTH), 'rate': RATE}
    body = {'fkey': F1, 'actions': '', 'duration': LENGTH / RATE, 'volume': 1, 'locked': False, 'music_context': context,
            'tempo': TEMPO, 'beats': BEATS}
    home.look('project.put', {'kind': 'loop', 'body': json.dumps(body)}, 600000)


def middles(home, act=lambda: None):
    """The frames of JACK's clock at which the middle of a turn is heard, during four turns."""
    tape = Tape(home, 60)
    act()
    until_later(home, 4 * math.ceil(LENGTH))
    counts = [0 if x != x else round(x * sound.UNIT) for x in sound.load(tape.stop())]
    first = json.loads(tape.words().splitlines()[-1])['first']
    return [first + n for n, x in enumerate(counts) if x == START + 1 + 40000]


@claim(shares=odd_loop)
def long_after_its_begin_a_turn_is_on_the_frame_of_its_beat(home):
    def heard():
        begin = middles(home, lambda: home.loophole('loop', 'play', 'F1'))
        for _ in range(math.ceil(2 * MINUTES)):
            until_later(home, 30 * RATE)
        end = middles(home)
        home.loophole('loop', 'stop', 'all')
        until(lambda: home.ask('streamer.voices')['each'] == [])
        return begin + end if len(begin) > 1 < len(end) else None
    turns = unstarved(home, heard, max(900, 300 * MINUTES), 'the machine has time for the streamer and the recorder')
    for at in turns:
        number = round((at - turns[0]) / LENGTH)
        same(math.floor(number * LENGTH + .5), at - turns[0], f'turn {number}')
    figure(f'turn {number} of {LENGTH:.3f} frames begins on its frame, after {(turns[-1] - turns[0]) / RATE / 60:.1f} minutes')


run_claims()
