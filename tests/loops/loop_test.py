#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Loops of the keys F1 to F12: captured from a voice, kept without a save, played to the frame. All figures are of sound
that was recorded at the ports."""
import json
import math
import os
import signal
import subprocess
import time

from tests.sound import sound
from tests.claims import claim, contains, run_claims, same, until
from tests.sound.devices import Device
from tests.drives.disks import Stalling
from tests.sounding import engine, start_transport, undisturbed, unstarved, until_connected, until_later, until_quiet

RATE, PERIOD = 48000, 1024
EDGE = 144  # frames of the fades at both ends of a turn
WAIT_S = 2  # loops that start together wait so long for the files of all, once the first is read
KEYS = [1073741882 + n for n in range(12)]


def looping_engine(home):
    """An engine whose library has a counter of 30 s and a sine. A service that a claim stops is not replaced."""
    engine(home, '[supervisor]\nhang_ms = 300000\n', in_step=True)
    os.mkdir(home.file('files'))
    sound.make('counter', count(home), 30 * RATE)
    sound.make('sine', home.file('files/sine.wav'), 4 * RATE, RATE, 111)
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')
    for name in ('count', 'sine'):
        home.loophole('edit', home.file(f'files/{name}.wav'), 'bpm=', 'one_shot=0')


def count(home):
    return home.file('files/count.wav')


def loop(home, *words):
    return home.first('loop', *words)


def until_silent(home):
    home.ask('streamer.stop')
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')


def capture(home, key, path, frames=RATE, *more, begin='1'):
    """Captures a key from a file that plays for at least this many frames, and stops the file."""
    home.loophole('play', path, '--loop', '--from', begin)  # a fade hides the first frames of a counter
    until(lambda: begun(home, key, *more), what='the capture begins')
    until_later(home, frames)
    made = loop(home, 'capture', key, *more)
    until_silent(home)
    return made


def begun(home, key, *more):
    """Presses a key unless its capture has begun or waits."""
    state = loop(home, 'show', key)['state']
    if state not in ('capturing', 'waiting'):
        state = loop(home, 'capture', key, *more)['state']
    return state == 'capturing'


def item(home, name):
    return home.first('show', home.file(f'files/{name}.wav'))['id']


def heard_turns(home, *keys, seconds=4):
    """The samples of the streams while loops play. They play again if the machine was too busy to read a file in time."""
    said = []

    def play():
        said[:] = home.json('loop', 'play', *keys)
        until_later(home, seconds * RATE)
        stop_loops(home)

    def heard():
        samples = undisturbed(home, play)
        return None if any(one.get('late') for one in said) else samples
    return unstarved(home, heard)


def stop_loops(home):
    home.loophole('loop', 'stop', 'all')
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')


def three_turns(made):
    """Seconds in which a loop that begins within one of them has three turns."""
    return math.ceil(3 * made['duration']) + 1


@claim(shares=looping_engine)
def a_capture_is_the_part_that_was_heard_and_plays_in_turns_of_its_frames(home):
    home.loophole('project', 'new', 'One')
    made = unstarved(home, lambda: capture(home, 'F1', count(home)))
    context = made['music_context']
    same((KEYS[0], 0.5, False, 'stopped', item(home, 'count'), RATE),
         (made['fkey'], made['volume'], made['locked'], made['state'], context['source_video_id'], context['rate']))
    same(f"0 play {context['source_video_id']}@{context['start_frame']}", made['actions'])
    length = context['end_frame'] - context['start_frame']
    same(length, round(made['duration'] * RATE))
    assert length >= RATE, made
    home.loophole('loop', 'volume', 'F1', '-6dB')
    same(1, loop(home, 'volume', 'F1', '1.0')['volume'])
    counts = [round(x * sound.UNIT) for x in heard_turns(home, 'F1', seconds=three_turns(made))]
    inside = [n for n, x in enumerate(counts) if x == context['start_frame'] + 1 + length // 2]
    assert len(inside) >= 2, inside
    same({length}, {b - a for a, b in zip(inside, inside[1:])}, 'a turn lasts as long as the capture')
    first = inside[0] - length // 2
    for n in range(EDGE, length - EDGE):
        same(context['start_frame'] + 1 + n, counts[first + n])


@claim(shares=looping_engine)
def no_seam_and_no_end_has_a_click(home):
    capture(home, 'F2', home.file('files/sine.wav'), RATE // 2)
    home.loophole('loop', 'volume', 'F2', '1.0')
    samples = heard_turns(home, 'F2')
    steps = [abs(b - a) for a, b in zip(samples, samples[1:])]
    level = max(map(abs, samples))
    assert level > 0.1, level
    most = level * (2 * 3.1416 * 111 / RATE + 1 / EDGE)
    assert max(steps) <= 1.05 * most, (max(steps), most)


def units(samples):
    return [round(x * sound.UNIT) for x in samples]


def first_heard(samples):
    return next(n for n, x in enumerate(samples) if x)


def first_turn(home, key):
    """What a loop sounds like alone, from its first frame that can be heard up to that of the next turn."""
    made = loop(home, 'volume', key, '1.0')
    samples = units(heard_turns(home, key, seconds=three_turns(made)))
    return samples[first_heard(samples):][:round(made['duration'] * RATE)]


def check_sum(samples, turns, since=0):
    """All of these turns repeat from the first frame that can be heard on."""
    begin, most = first_heard(samples), max(map(len, turns))
    for n in range(since, since + 2 * most):
        if all(2 * EDGE < n % len(turn) < len(turn) - 2 * EDGE for turn in turns):  # no fade
            summed = sum(turn[n % len(turn)] for turn in turns)
            assert abs(summed - samples[begin + n]) <= len(turns), (n, summed, samples[begin + n])


def plays(home, key):
    return loop(home, 'show', key)['state'] == 'playing'


@claim(shares=looping_engine)
def loops_that_start_together_start_on_one_frame_whatever_the_disk_does(home):
    os.mkdir(home.file('under'))
    sound.make('counter', home.file('under/slow.wav'), 30 * RATE)
    with Stalling(home, home.file('under'), home.file('slow'), home.file('fault')) as disk:
        home.loophole('index', home.file('slow'), '--wait')
        home.loophole('edit', home.file('slow/slow.wav'), 'bpm=', 'one_shot=0')
        keys = 'F3', 'F4', 'F5'
        for key in keys:
            capture(home, key, count(home) if key == 'F5' else home.file('slow/slow.wav'), 4000 * int(key[1]))
        turns = {key: first_turn(home, key) for key in keys}
        seconds = 3 * max(map(len, turns.values())) / RATE
        said, took = [], [0]

        def play(*keys):
            disk.hold_reads()
            said[:] = home.json('loop', 'play', *keys)
            began = time.monotonic()
            disk.let_reads_go()
            until(lambda: all(plays(home, key) for key in keys), what='the disk has answered')
            took[0] = time.monotonic() - began
            until_later(home, seconds * RATE)
            stop_loops(home)

        def heard(is_in_time, *keys):
            """Done again unless the machine was quick enough."""
            def once():
                samples = undisturbed(home, lambda: play(*keys))
                return units(samples) if is_in_time() else None
            return unstarved(home, once)
        together = heard(lambda: took[0] < WAIT_S, 'F3', 'F4')
        same({'F3': ('waiting', True), 'F4': ('waiting', True)}, states(said, 'F3', 'F4'), 'both are late')
        check_sum(together, [turns['F3'], turns['F4']])
        together = heard(lambda: not states(said, 'F5')['F5'][1], *keys)
        same({'F3': ('waiting', True), 'F4': ('waiting', True)}, states(said, 'F3', 'F4'), 'two are late, and the other one is not')
        last = len(together) - 1 - next(n for n, x in enumerate(reversed(together)) if x)
        check_sum(together, list(turns.values()), last - first_heard(together) - round(seconds * RATE))
        together = units(heard_turns(home, *keys, seconds=seconds))
        check_sum(together, list(turns.values()))
        for key in keys:
            home.loophole('loop', 'delete', key)


def states(each, *keys):
    return {key: (one['state'], one.get('late')) for one in each for key in keys if one['fkey'] == KEYS[int(key[1:]) - 1]}


@claim(shares=looping_engine)
def a_capture_at_the_bar_has_the_length_of_the_bars(home):
    start_transport(home, 124)

    def captured():
        until_silent(home)
        home.loophole('play', count(home), '--loop')
        if loop(home, 'capture', 'F6', '--at', 'bar')['state'] not in ('waiting', 'capturing'):
            return None
        until(lambda: loop(home, 'show', 'F6')['state'] == 'capturing', what='the bar has begun')
        until_later(home, RATE)
        one = loop(home, 'capture', 'F6', '--at', 'bar')
        return one if one['state'] == 'stopped' and 'beats' in one else None  # without beats if it reached the end of the file
    made = unstarved(home, lambda: until(captured, 900, 'a capture that ends before its file'))
    home.loophole('transport', 'stop')
    until_silent(home)
    same((124, 0), (made['tempo'], made['beats'] % 4))
    assert made['beats'] >= 4, made
    same(made['beats'] * 60 / 124, made['duration'], 'the duration is exact')
    context = made['music_context']
    same(round(made['duration'] * RATE), context['end_frame'] - context['start_frame'])


@claim(shares=looping_engine)
def a_second_press_while_it_waits_takes_the_capture_back(home):
    start_transport(home, 20)  # a bar lasts 12 s
    home.loophole('play', count(home), '--loop')

    def waited():
        one = loop(home, 'capture', 'F7', '--at', 'bar')
        if one['state'] == 'waiting':
            return loop(home, 'capture', 'F7', '--at', 'bar')
        home.loophole('loop', 'capture', 'F7')
        home.loophole('loop', 'delete', 'F7', code=None)
        return None
    same('empty', until(waited, what='a press before the bar')['state'])
    home.loophole('transport', 'stop')
    until_silent(home)
    same([], [one for one in home.json('loop', 'list') if one['fkey'] == KEYS[6]])


def in_time(action):
    """The frame of an action, by the clock of the port."""
    return round(float(action.split()[0]) * RATE)


def heard_turn(home, key, made):
    """The counter of two turns of a loop, as if its fades were not there. It begins after the counter's first EDGE frames,
    which a fade makes too small to be seen."""
    home.loophole('loop', 'volume', key, '1.0')
    counts = [round(x * sound.UNIT) for x in heard_turns(home, key, seconds=three_turns(made))]
    first = next(n for n, x in enumerate(counts) if x)
    return first - 1, counts, round(made['duration'] * RATE)


@claim(shares=looping_engine)
def a_capture_holds_seeks_and_stops_and_plays_them_on_their_frames(home):
    def is_sought():
        [voice] = home.look('streamer.voices')['each']
        return voice['state'] == 'playing' and 2 * RATE < voice['position'] < 10 * RATE

    def captured():
        home.loophole('play', count(home), '--loop', '--from', '10')
        until(lambda: begun(home, 'F11'), what='the capture begins')
        voice = loop(home, 'show', 'F11')['voice']
        until_later(home, RATE // 4)
        home.loophole('voice', 'seek', str(voice), '2')
        until(is_sought, what='the seek is heard')
        until_later(home, RATE // 2)
        until_silent(home)
        until_later(home, RATE // 4)
        return loop(home, 'capture', 'F11')
    made = unstarved(home, captured)
    lines = made['actions'].split('\n')
    item_id, start = lines[0].split()[2].split('@')
    same((item(home, 'count'), ['play', 'seek', 'stop']), (item_id, [line.split()[1] for line in lines]), lines)
    same(int(start), made['music_context']['start_frame'])
    sought, stopped, target = in_time(lines[1]), in_time(lines[2]), int(lines[1].split()[2])
    same(2 * RATE, target)
    assert RATE // 4 <= sought < stopped - RATE // 4, lines
    zero, counts, length = heard_turn(home, 'F11', made)
    for turn in (0, 1):
        at = zero + turn * length
        for n in range(EDGE, sought - EDGE):
            same(int(start) + 1 + n, counts[at + n], f'frame {n} of turn {turn}')
        for n in range(sought + EDGE, stopped - EDGE):
            same(target + 1 + n - sought, counts[at + n], f'frame {n} of turn {turn}, after the seek')
        same({0}, set(counts[at + stopped + 1:at + length]), 'silence after the stop')


@claim(shares=looping_engine)
def a_capture_holds_a_pause_and_plays_it_on_its_frames(home):
    def captured():
        home.loophole('play', count(home), '--loop', '--from', '10')
        until(lambda: begun(home, 'F11'), what='the capture begins')
        for off in ((), ('--off',)):
            until_later(home, RATE // 4)
            home.loophole('pause', *off)
        until_later(home, RATE // 4)
        made = loop(home, 'capture', 'F11')
        until_silent(home)
        return made
    made = unstarved(home, captured)
    lines = made['actions'].split('\n')
    same(['play', 'pause', 'play'], [line.split()[1] for line in lines], lines)
    (item_id, start), (again, resumed) = (lines[n].split()[2].split('@') for n in (0, 2))
    same((item(home, 'count'), item_id), (item_id, again))
    paused, at = in_time(lines[1]), in_time(lines[2])
    assert RATE // 4 <= paused < at - RATE // 4, lines
    same(int(start) + paused + 240, int(resumed), 'it goes on after the fade of the pause')
    zero, counts, length = heard_turn(home, 'F11', made)
    for turn in (0, 1):
        begin = zero + turn * length
        for n in range(EDGE, paused - EDGE):
            same(int(start) + 1 + n, counts[begin + n], f'frame {n} of turn {turn}')
        same({0}, set(counts[begin + paused + 1:begin + at]), 'silence during the pause')
        for n in range(at + EDGE, length - EDGE):
            same(int(resumed) + 1 + n - at, counts[begin + n], f'frame {n} of turn {turn}, after the pause')


@claim(shares=looping_engine)
def a_capture_holds_the_hits_that_the_streamer_has_not_read_yet(home):
    sound.write_wave(home.file('click.wav'), [.5] + [0] * 2400, RATE)
    home.loophole('pads', 'set', '5', 'sound=' + home.file('click.wav'))
    home.loophole('play', count(home), '--loop', '--from', '1')
    until(lambda: begun(home, 'F12'), what='the capture begins')
    until_later(home, RATE // 4)
    with home.paused('streamer'):  # afterwards it takes the ask before its next tick
        home.ask('audio.hit', 'pad=5', 'velocity=1')
        until_later(home, RATE // 4)
        ends = home.start('loophole', 'loop', 'capture', 'F12', '--json', stdout=subprocess.PIPE)
        until_later(home, RATE // 2)
    made = json.loads(ends.communicate()[0])
    until_silent(home)
    same(['play', 'hit'], [line.split()[1] for line in made['actions'].split('\n')], made)


@claim(shares=looping_engine)
def a_capture_holds_hits_of_pads_and_its_turns_hit_them_on_their_frames(home):
    sound.write_wave(home.file('click.wav'), [.5] + [0] * 2400, RATE)
    home.loophole('pads', 'set', '5', 'sound=' + home.file('click.wav'))
    home.loophole('play', count(home), '--loop', '--from', '1')
    until(lambda: begun(home, 'F11'), what='the capture begins')
    for velocity in ('1.0', '0.5', '1.0'):
        until_later(home, RATE // 4)
        home.loophole('pads', 'hit', '5', velocity)
    until_later(home, RATE // 4)
    made = loop(home, 'capture', 'F11')
    until_silent(home)
    lines = made['actions'].split('\n')
    same(['hit 5 1', 'hit 5 0.5', 'hit 5 1'], [line.split(' ', 1)[1] for line in lines[1:]])
    hits, length = [in_time(line) for line in lines[1:]], round(made['duration'] * RATE)
    home.loophole('loop', 'volume', 'F11', '0')
    samples = heard_turns(home, 'F11', seconds=three_turns(made))
    heard = [n for n, x in enumerate(samples) if x > .1]
    assert len(heard) >= 7, heard
    first = next(n for n, x in enumerate(heard) if samples[x] < .3) - 1  # after the first of a turn is the soft one
    assert first >= 0, heard
    for n, at in enumerate(heard[first:]):
        same(hits[n % 3] - hits[0] + n // 3 * length, at - heard[first], f'hit {n}')


@claim(shares=looping_engine)
def a_capture_holds_keys_of_a_keyboard_and_plays_them_in_their_pitch(home):
    home.loophole('pads', 'set', '6', 'wave=sine', 'keys_from=24', 'keys_until=96', 'mode=gate', 'release=5ms', 'channel=1')
    keys = Device(home, 'keys')
    keys.until_wired()
    home.loophole('play', count(home), '--loop', '--from', '1')
    until(lambda: begun(home, 'F11'), what='the capture begins')
    for message in '90 45 64', '80 45 00', '90 51 64':  # the last key is down at the end
        keys.send_now(message)
        until_later(home, RATE // 4)
    made = loop(home, 'capture', 'F11')
    keys.send_now('80 51 00')
    until_silent(home)
    lines = [line.split() for line in made['actions'].split('\n')[1:]]
    same([('hit', '6', '69'), ('release', '6', '69'), ('hit', '6', '81'), ('release', '6', '81')],
         [(line[1], line[2], line[-1]) for line in lines])
    at = [in_time(' '.join(line)) for line in lines]
    assert at[3] == round(made['duration'] * RATE) - 1, made
    home.loophole('loop', 'volume', 'F11', '0')
    samples = heard_turns(home, 'F11', seconds=three_turns(made))
    first = first_heard([abs(x) > 1e-3 for x in samples])
    for turn in range(2):
        for hz, begin, end in ((440, at[0], at[1]), (880, at[2], at[3])):
            begins = first + turn * round(made['duration'] * RATE) - at[0]
            tone = samples[begins + begin + 480:begins + end - 480]
            heard = sum(a < 0 <= b for a, b in zip(tone, tone[1:])) * RATE / len(tone)
            assert abs(heard - hz) < 20, (turn, hz, heard)
    until_quiet(home)  # the key that was down when it stopped is up
    keys.end()
    home.loophole('pads', 'set', '6', 'wave=')


@claim(shares=looping_engine)
def a_late_press_of_play_counts_as_on_time(home):
    beat = 3 * RATE
    start_transport(home, 20)

    def captured():
        home.loophole('play', count(home), '--loop', '--from', '1')
        until(lambda: begun(home, 'F11', '--at', 'beat'), what='the beat has begun')
        until_later(home, RATE)
        one = loop(home, 'capture', 'F11', '--at', 'beat')
        until_silent(home)
        return one
    made = unstarved(home, captured)
    assert made['duration'] >= 3 and made['duration'] % 3 == 0, made

    def line():
        return home.look('streamer.mark_loop', {'grid': 'beat', 'since': 1 << 40})['line']

    def played():
        before = line()
        if before['frame'] > before['now']:
            return None
        home.look('project.loop_play', {'fkeys': [KEYS[10]], 'grid': 'beat'})
        now = home.look('streamer.voices')
        if {**line(), 'now': 0} == {**before, 'now': 0}:
            return before, now
        until_silent(home)
        return None
    before, now = until(played, 600, 'a press within half a step of the beat')
    voice = now['each'][0]
    begins, place = voice.get('at', now['frame']), voice['position'] - made['music_context']['start_frame']
    assert begins < before['frame'] + beat // 2, (before, now)
    same((begins - before['frame']) % beat, place % beat, 'it is where it would be')
    home.loophole('loop', 'stop', 'all')
    home.loophole('transport', 'stop')
    until_silent(home)


@claim(shares=looping_engine)
def a_capture_over_the_end_of_a_file_that_repeats_has_its_begin_too(home):
    sound.make('counter', home.file('files/brief.wav'), RATE)
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('edit', home.file('files/brief.wav'), 'bpm=', 'one_shot=0')

    def captured():
        one = capture(home, 'F11', home.file('files/brief.wav'), 2 * RATE, begin='0.4')
        return one if int(one['actions'].split('\n')[0].split('@')[1]) > EDGE else None
    made = unstarved(home, captured)
    lines = made['actions'].split('\n')
    start, length = int(lines[0].split('@')[1]), round(made['duration'] * RATE)
    same([RATE - start + n * RATE for n in range(len(lines) - 1)], [in_time(line) for line in lines[1:]])
    same({'seek 0'}, {line.split(' ', 1)[1] for line in lines[1:]})
    zero, counts, _ = heard_turn(home, 'F11', made)
    for n in range(EDGE, length - EDGE):
        place = (start + n) % RATE
        if EDGE < place < RATE - EDGE:
            same(place + 1, counts[zero + n], n)


@claim(shares=looping_engine)
def a_one_shot_that_ends_before_the_second_press_is_captured(home):
    def captured():
        home.loophole('play', count(home), '--from', '20')
        until(lambda: begun(home, 'F11'), what='the capture begins')
        until(lambda: home.ask('streamer.voices')['each'] == [], what='the file has ended')
        return loop(home, 'capture', 'F11')
    made = unstarved(home, captured)
    lines = made['actions'].split('\n')
    start = int(lines[0].split('@')[1])
    same(['play', 'stop'], [line.split()[1] for line in lines])
    same(30 * RATE - start, in_time(lines[1]), lines)
    same(30 * RATE, made['music_context']['end_frame'])
    assert made['duration'] * RATE > 30 * RATE - start, made


@claim(shares=looping_engine)
def a_capture_in_which_nothing_was_heard_is_taken_back(home):
    kept = capture(home, 'F11', count(home))
    start_transport(home, 20)  # a bar lasts 12 s

    def waited():
        until_silent(home)
        home.loophole('play', count(home), '--loop')
        waits = loop(home, 'capture', 'F11', '--at', 'bar')['state'] == 'waiting'
        until_silent(home)
        if waits and loop(home, 'show', 'F11')['state'] == 'waiting':
            return True
        home.loophole('loop', 'capture', 'F11', code=None)
        return False
    until(waited, what='a sound that ends before its capture begins')
    until(lambda: loop(home, 'show', 'F11')['state'] == 'capturing')
    until_later(home, RATE // 2)
    assert 'nothing was heard' in home.refused('loop', 'capture', 'F11', code=14)
    home.loophole('transport', 'stop')
    assert loop(home, 'show', 'F11')['state'] == 'stopped', kept


def copy_through_a_death(home, name):
    """The project service dies when the copy is in the store, and its loops are not yet those of the copy."""
    streamer, project = home.pid('streamer'), home.pid('project')
    os.kill(streamer, signal.SIGSTOP)
    try:
        copying = home.start('loophole', 'project', 'save_as', name, '--budget', '600000')
        until(lambda: home.look('project.current')['name'] == name, what='the copy is open')
        os.kill(project, signal.SIGKILL)
    finally:
        os.kill(streamer, signal.SIGCONT)
    until(lambda: home.is_other('project', project), what='the service is another one')
    same(0, copying.wait(600))


@claim(shares=looping_engine)
def without_an_answer_of_the_streamer_the_loops_are_there_and_their_states_unknown(home):
    capture(home, 'F7', count(home))
    client, pid = home.client(), home.pid('streamer')
    os.kill(pid, signal.SIGSTOP)
    try:
        def listed():
            error, said = client.ask('project.loop_list', budget_ms=8000)
            return said['each'] if error == 'ok' else None
        each = until(listed)
    finally:
        os.kill(pid, signal.SIGCONT)
    same({'unknown'}, {one['state'] for one in each})
    assert KEYS[6] in [one['fkey'] for one in each], each
    known = client.must('project.loop_list', budget_ms=600000)['each']
    same({'stopped'}, {one['state'] for one in known})
    same([{**one, 'state': ''} for one in each], [{**one, 'state': ''} for one in known])


@claim(shares=looping_engine)
def a_locked_loop_refuses_capture_undo_and_delete(home):
    capture(home, 'F8', count(home))
    locked = loop(home, 'lock', 'F8')
    same(True, locked['locked'])
    client = home.client()
    home.loophole('play', count(home), '--loop')
    for ask in ('capture', 'delete', 'undo'):
        error, said = client.ask(f'project.loop_{ask}', {'fkey': KEYS[7]})
        same(('conflict', 'fkey'), (error, said['field']), said)
    until_silent(home)
    same(locked, loop(home, 'show', 'F8'))
    contains(home.loophole('loop', 'list').out, f"  locked  count@{locked['music_context']['start_frame']}-")
    same(False, loop(home, 'lock', 'F8', '--off')['locked'])
    same('empty', loop(home, 'delete', 'F8')['state'])


@claim(shares=looping_engine)
def undo_of_a_key_brings_its_former_loop_back_and_again_the_other(home):
    first = capture(home, 'F9', count(home))
    second = capture(home, 'F9', home.file('files/sine.wav'), 5000)
    assert first['music_context'] != second['music_context']
    same(first, loop(home, 'undo', 'F9'))
    same(second, loop(home, 'undo', 'F9'))
    home.loophole('loop', 'delete', 'F9')
    same(second, loop(home, 'undo', 'F9'))
    home.loophole('project', 'undo')
    same('empty', loop(home, 'show', 'F9')['state'])


@claim(shares=looping_engine)
def loops_are_in_the_project_and_its_file_without_a_save_of_their_own(home):
    home.loophole('project', 'new', 'Kept')
    made = capture(home, 'F10', count(home))
    home.loophole('project', 'save')
    home.loophole('project', 'open', 'One')
    same('empty', loop(home, 'show', 'F10')['state'])
    home.loophole('project', 'open', 'Kept')
    same(made, loop(home, 'show', 'F10'))
    home.loophole('loop', 'delete', 'F10')
    home.loophole('project', 'load')
    same(made, loop(home, 'show', 'F10'))
    copy = home.first('project', 'save_as', 'Copy')
    same({**made, 'project': copy['id']}, loop(home, 'show', 'F10'))
    same(1, copy['items'], 'the sound of a loop is in use')


@claim(shares=looping_engine)
def another_project_that_is_opened_clears_the_keys_and_stops_their_loops(home):
    def sounding():
        return [one['loop_key'] for one in home.look('streamer.voices').get('each', []) if one['state'] != 'ending']

    def states():
        return [one['state'] for one in home.json('loop', 'list')]
    home.loophole('project', 'new', 'Left')
    capture(home, 'F1', count(home))
    for words in (('open', 'Left'), ('new', 'Fresh'), ('open', 'Left'), ('open', 'Fresh'), ('open', 'Left'), ('close',)):
        if words[-1] == 'Left':
            home.loophole('project', *words)
            home.loophole('loop', 'play', 'F1')
        home.loophole('project', *words)
        if words[-1] == 'Left':  # a loop whose sound was read too late begins a turn later
            until(lambda: sounding() == [1] and states() == ['playing'], what=f'{words} keeps its loop')
        else:
            same(([], []), (sounding(), states()), words)
    home.loophole('project', 'open', 'Left')
    same('stopped', loop(home, 'show', 'F1')['state'])


@claim(shares=looping_engine)
def a_loop_that_plays_goes_on_as_that_of_a_copy_of_its_project(home):
    def sounding():
        return [one['loop_key'] for one in home.look('streamer.voices').get('each', []) if one['state'] != 'ending']
    home.loophole('project', 'new', 'Source')
    capture(home, 'F1', count(home))
    capture(home, 'F2', count(home))
    home.loophole('loop', 'play', 'F1')
    home.loophole('project', 'save_as', 'Second')
    until(lambda: sounding() == [1] and loop(home, 'show', 'F1')['state'] == 'playing', what='it goes on')
    home.loophole('project', 'load')  # stops the loops of others
    same([1], sounding())
    state = home.first('project', 'state')
    same(('Second', 2, 0), (state['name'], state['loops'], state['regions']))
    contains(home.run('loophole', 'project', 'state').out, 'loops      2, 0 regions')
    copy_through_a_death(home, 'Third')
    same([1], sounding())
    home.loophole('project', 'load')
    same([1], sounding(), 'it is that of the copy, also if the service died meanwhile')
    home.loophole('project', 'open', 'Source')
    same([], sounding(), 'it is not of this project any more')
    same('stopped', loop(home, 'show', 'F1')['state'])


@claim(shares=looping_engine)
def loops_without_a_project_are_in_the_draft_and_offered_when_one_is_opened(home):
    home.loophole('project', 'new', 'Later')
    taken = capture(home, 'F2', count(home))
    home.loophole('project', 'close')
    drafted = {key: capture(home, key, count(home), 5000) for key in ('F1', 'F2')}
    assert home.refused('loop', 'adopt', code=14)
    opened = home.first('project', 'open', 'Later')
    same(2, opened['draft_loops'])
    adopted = {one['fkey']: one for one in home.json('loop', 'adopt')}
    same({KEYS[0]: {**drafted['F1'], 'project': opened['id']}, KEYS[1]: taken}, adopted)
    same([drafted['F2']], home.json('loop', 'list', '--project', 'draft'))
    home.refused('loop', 'adopt', code=12)
    home.loophole('project', 'undo')
    same('empty', loop(home, 'show', 'F1')['state'])


@claim(shares=looping_engine)
def a_loop_without_its_sound_is_a_placeholder_and_whole_again_when_it_returns(home):
    home.loophole('project', 'new', 'Away')
    name = '鼓' * 80  # 80 bytes end inside of a character
    sound.make('sine', home.file(f'files/{name}.wav'), 2 * RATE, RATE, 200)
    home.loophole('index', home.file('files'), '--wait')
    made = capture(home, 'F12', home.file(f'files/{name}.wav'), 20000)
    same('', made['placeholder'])
    os.rename(home.file(f'files/{name}.wav'), home.file('leaves.wav'))
    home.loophole('library', 'rescan', home.file('files'), '--wait')
    away = until(lambda: next((one for one in home.json('loop', 'list') if one['placeholder']), None), what='it is away')
    same('鼓' * 26 + ' is missing', away['placeholder'])
    same(made, {**away, 'placeholder': ''}, 'nothing else changes')
    assert 'missing' in home.refused('loop', 'play', 'F12', code=12)
    os.rename(home.file('leaves.wav'), home.file(f'files/{name}.wav'))
    home.loophole('library', 'rescan', home.file('files'), '--wait')
    same(made, until(lambda: whole(loop(home, 'show', 'F12')), what='it is back'))


@claim(shares=looping_engine)
def a_loop_is_silent_beyond_the_end_of_its_file_and_stays_in_time(home):
    length, last = 9600.25, 30 * RATE

    def play():
        play = {'loop_key': 12, 'id': item(home, 'count'), 'from': last - 3, 'length': length, 'gain': 1, 'edge': 0}
        home.look('streamer.play_loops', {'project': bytes(16), 'grid': 'now', 'each': [play]}, 600000)
        until_later(home, 2 * RATE)
        until_silent(home)
    samples = unstarved(home, lambda: undisturbed(home, play))
    counts = [round(x * sound.UNIT) for x in samples]
    heard = [n for n, x in enumerate(counts) if x]
    turns = len(heard) // 3
    assert turns >= 4, heard
    for n in range(turns - 1):  # the stop may fade the last one
        at = heard[0] + math.floor(n * length + .5)
        same([0, last - 2, last - 1, last, 0], counts[at - 1:at + 4], f'turn {n}')


@claim(shares=looping_engine)
def a_file_of_few_frames_is_not_repeated(home):
    sound.make('counter', home.file('few.wav'), 100)
    for path, more in ((home.file('few.wav'), {}), (count(home), {'from': 30 * RATE - 50, 'loop_from': 30 * RATE - 50})):
        error, said = home.client().ask('streamer.play', {'path': path, 'loop': True, **more})
        same('bad_request', error, said)
        assert 'a loop needs 256' in said['what'], said
    same([], home.ask('streamer.voices')['each'])


def whole(one):
    return None if one['placeholder'] else one


run_claims()
