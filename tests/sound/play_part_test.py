#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Play and preview a part of a file: its beginning, end and loop, in seconds and bars, at the next bar and in the present
tempo. All figures are of sound that was recorded at the ports."""
import os
import shutil

from tests.sound import sound
from tests.claims import claim, contains, run_claims, same, until
from tests.sounding import Tape, engine, undisturbed, unstarved, until_connected, until_later

SECONDS = 48000
BAR = 2 * SECONDS  # of the transport, at 120


def playing_engine(home):
    """An engine whose library has a counter of 2 s. A service that a claim stops is not replaced."""
    engine(home, '[supervisor]\nhang_ms = 300000\n', in_step=True)
    os.mkdir(home.file('files'))
    sound.make('counter', count(home), 2 * SECONDS)
    sound.make('sine', home.file('files/sine.wav'), 2 * SECONDS, 48000, 480)
    home.wait_ready('streamer')
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')
    for name in ('count', 'sine'):
        home.loophole('edit', home.file(f'files/{name}.wav'), 'bpm=', 'one_shot=0')


def count(home):
    return home.file('files/count.wav')


def is_part(heard, begin, end, of):
    """From the frame `begin` on, without a fade, up to the frame `end`."""
    same((begin + 1, end, end - begin), (heard[0], heard[-1], len(heard)), f'of {of}')


def until_silent(home):
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')


def counts(path):
    """The counts of a recording, from its first to its last sound."""
    return counts_in(sound.load(path))


def counts_in(samples):
    all_of_it = [0 if one != one else round(one * sound.UNIT) for one in samples]
    sounding = [i for i, one in enumerate(all_of_it) if one]
    return all_of_it[sounding[0]:sounding[-1] + 1]


def counts_of(home, *command):
    """The counts of what a command plays. It plays again if the machine paused: the recorder missed a period, or the
    streamer was too late for the ring."""
    def play():
        home.loophole(*command)
        until_silent(home)
    return unstarved(home, lambda: counts_in(undisturbed(home, play)))


def heard_of(home, act):
    """What sounds from act() on, until all is silent."""
    def recorded():
        tape = Tape(home, 60)
        act()
        until_silent(home)
        return sound.heard(tape.stop())
    return unstarved(home, recorded)


@claim(shares=playing_engine)
def a_part_begins_and_ends_on_its_frames(home):
    for ask in ('play', 'preview'):
        part = ('ask', f'streamer.{ask}', f'path={count(home)}', 'from=15000', 'until=70000')
        is_part(counts_of(home, *part), 15000, 70000, ask)


@claim(shares=playing_engine)
def a_seek_behind_the_end_is_refused_and_the_voice_plays_on(home):
    client = home.client()
    for loop in (False, True):
        voice = client.must('streamer.play', {'path': count(home).encode(), 'loop': loop})['voice']
        for frame in (2 * SECONDS, 10**10):
            error, said = client.ask('streamer.seek', {'voice': voice, 'frame': frame})
            same(('bad_request', 'frame'), (error, said['field']), said)
        same(2 * SECONDS, client.must('streamer.seek', {'voice': voice, 'frame': 2 * SECONDS - 1})['frames'])
        client.must('streamer.stop')
        until_silent(home)


@claim(shares=playing_engine)
def the_command_takes_seconds(home):
    for command in ('play', 'preview'):
        is_part(counts_of(home, command, count(home), '--from', '0.25', '--until', '1s'), 12000, 48000, command)


@claim(shares=playing_engine)
def a_part_of_a_file_of_another_rate_has_its_length(home):
    path = home.file('files/other.wav')
    sound.make('sine', path, 2 * 44100, 44100, 441)
    heard = heard_of(home, lambda: home.ask('streamer.play', f'path={path}', 'from=11025', 'until=55125'))
    assert abs(heard['frames'] - 48000) <= 2, heard


@claim(shares=playing_engine)
def a_loop_of_bars_goes_round_on_its_frames(home):
    home.loophole('edit', count(home), 'bpm=240')  # a bar lasts a second

    def play():
        home.loophole('play', count(home), '--loop', '--from', '0.25', '--bars', '1')
        until_later(home, 3 * SECONDS)
        home.loophole('stop')
        until_silent(home)
    heard = counts_in(undisturbed(home, play))
    home.loophole('edit', count(home), 'bpm=')
    same((12001 + sound.FADE, 60000), (heard[sound.FADE], max(heard)))
    turns = [i for i in range(sound.FADE + 1, len(heard) - 1000) if heard[i] != heard[i - 1] + 1]
    same({12001}, {heard[i] for i in turns})
    same([48000 * (i + 1) for i in range(len(turns))], turns)
    assert len(turns) >= 2, turns


@claim(shares=playing_engine)
def with_loop_the_end_is_where_it_repeats_from_and_the_loop_outlives_a_kill(home):
    home.loophole('play', count(home), '--loop', '--from', '0.5', '--until', '1')
    until_later(home, 2 * SECONDS)
    home.kill('streamer')
    home.wait_ready('streamer')
    until_later(home, 2 * SECONDS)
    [voice] = home.ask('streamer.voices')['each']
    assert voice['looping'] and 24000 <= voice['position'] < 48000, voice
    home.loophole('stop')
    until_silent(home)


@claim(shares=playing_engine)
def a_part_ends_on_its_frame_also_after_a_kill(home):
    path = home.file('files/long.wav')
    sound.make('counter', path, 14 * SECONDS)
    end = 9 * SECONDS + 17  # longer than a ring, so the successor has to read the end

    def heard_over_a_kill():
        until(lambda: home.has_lived('streamer'))
        tape = Tape(home, 60)
        home.ask('streamer.play', f'path={path}', f'until={end}')
        until_later(home, SECONDS // 2)
        home.kill('streamer')
        until_silent(home)
        return counts(tape.stop())
    heard = unstarved(home, heard_over_a_kill, what='a successor comes before the ring is empty')
    same((1, end, end), (heard[0], heard[-1], len(heard)))


@claim(shares=playing_engine)
def a_part_begins_at_the_bar_of_the_running_transport(home):
    home.loophole('transport', 'tempo', '120')
    home.loophole('transport', 'start')
    until(lambda: home.first('transport')['running'])

    def played_at_bars():
        tape = Tape(home, 60)
        client, before = home.client(), home.look('audio.transport')['bar']
        home.loophole('play', count(home), '--at', 'bar')
        client.must('streamer.preview', {'path': count(home).encode(), 'grid': 'bar', 'match': False})
        asked = home.look('audio.transport')['bar']
        until_silent(home)
        heard = counts(tape.stop())
        return heard if asked == before else None
    heard = until(played_at_bars, 600, 'both asks come within one bar')
    home.loophole('transport', 'stop')
    if len(heard) == BAR:  # both began at one bar: their sum
        same([2 * (i + 1) for i in range(sound.FADE, BAR)], heard[sound.FADE:])
    else:  # the preview began one bar later, at the frame at which the file ends
        same(2 * list(range(1, BAR + 1)), heard)


@claim(shares=playing_engine)
def a_part_is_stretched_to_the_present_tempo_at_its_own_pitch(home):
    sine = home.file('files/sine.wav')
    home.loophole('edit', sine, 'bpm=100')
    home.loophole('transport', 'tempo', '120')
    heard = heard_of(home, lambda: home.loophole('play', sine, '--stretch'))
    home.loophole('edit', sine, 'bpm=')
    assert abs(heard['frames'] / (2 * SECONDS / 1.2) - 1) < 0.03, heard
    assert abs(heard['hz'] - 480) < 5, heard


@claim(shares=playing_engine)
def wrong_points_are_refused_and_nothing_sounds(home):
    for args, part in ((('--from', '1', '--until', '0.5'), 'is not after the beginning'), (('--until', 'x'), '--until'),
                       (('--loop', '--bars', '2'), 'whose tempo is known'), (('--bars', '2'), 'needs --loop'),
                       (('--loop', '--until', '0.005'), 'is shorter than 256 frames'),
                       (('--loop', '--until', '1', '--loop-from', '2'), 'is shorter than 256 frames'),
                       (('--at', 'noon'), 'now, beat or bar'), (('--from', '30', '--until', '40'), 'no sound at that position')):
        for command in ('play', 'preview'):
            contains(home.run('loophole', command, count(home), *args, code=None).all, part)
    until_silent(home)


@claim(shares=playing_engine)
def a_copy_that_is_another_sound_now_is_not_played_in_its_place(home):
    """The copy was changed since its last scan. Its times alone prove nothing, so a copy with other times still plays."""
    first, copy = (home.file(f'kits/{name}/one.wav') for name in 'ab')
    for path in (first, copy):
        os.makedirs(os.path.dirname(path))
    sound.make('sine', first, SECONDS, 48000, 300)
    shutil.copy2(first, copy)
    home.loophole('index', home.file('kits'), '--wait')
    item = home.first('show', first)['id']
    os.unlink(first)
    until(lambda: home.first('show', item)['availability'] == 'missing')
    with home.paused('indexer'):
        for ask in ('play', 'preview'):
            os.utime(copy)
            contains(home.loophole(ask, item).out, 'identical file')
        home.loophole('stop')
        kept = os.stat(copy)
        sound.make('sine', copy, SECONDS, 48000, 700)
        os.utime(copy, ns=(kept.st_atime_ns, kept.st_mtime_ns))
        for words in (('play', item), ('preview', item), ('ask', 'streamer.load_sound', 'id=' + item)):
            contains(home.loophole(*words, code=None).all, 'is another sound now')


run_claims()
