#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The streamer on a running audio core: its sound is recorded at the JACK port and compared frame by frame."""
import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import wave

from tests.sound import sound
from tests.claims import claim, contains, figure, file_bytes, file_text, needs, run_claims, same, skip, until, write_file
from tests.client import Catalogue
from tests.drives.disks import Stalling
from tests.sounding import HARD, BesideAnother, Tape, engine, frame, undisturbed, unstarved, until_connected, until_later


def playing_engine(home):
    """An engine with a counter file of 2 s."""
    engine(home, in_step=True)
    os.mkdir(home.file('files'))
    make(home, 'counter', 'count.wav', 96000)
    home.wait_ready('streamer')
    until_connected(home)


def other_engine(home):
    playing_engine(home)


def make(home, kind, name, *more):
    """Makes a file of that kind (see sound.py) and returns its path."""
    path = home.file('files', name)
    sound.make(kind, path, *more)
    return path


def count(home):
    return home.file('files/count.wav')


def until_silent(home):
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')


def played_to_the_end(home, tape):
    until_silent(home)
    return tape.stop()


def play(home, path, *more):
    """Plays a file and returns the number of its voice."""
    return home.first('play', path, *more)['voice']


def is_whole(heard, last, frames):
    """A recording of a counter has no lost or repeated frame, ends with the frame `last`, and has more than
    `frames`."""
    assert (heard['lost'], heard['repeated'], heard['last']) == (0, 0, last) and heard['frames'] > frames, heard


@claim(shares=playing_engine)
def a_file_is_heard_frame_by_frame(home):
    tape = Tape(home, 60)
    contains(home.loophole('play', count(home)).out, 'count.wav (2.00 s)')
    is_whole(sound.read(played_to_the_end(home, tape)), 96000, 95700)


@claim(shares=playing_engine)
def a_file_begins_with_its_own_first_frame_when_it_is_played_and_previewed(home):
    for ask in ('play', 'preview'):
        tape = Tape(home, 60)
        home.loophole(ask, count(home))
        sound.whole(played_to_the_end(home, tape), 96000)


@claim(shares=playing_engine)
def a_slow_stop_fades_for_as_long_as_was_asked(home):
    """The fade is longer than a ring, so the streamer continues to read."""
    path = make(home, 'sine', 'long_sine.wav', 1440000, 48000, 480)
    tape = Tape(home, 60)
    voice = play(home, path)
    until_later(home, 24000)
    home.ask('streamer.stop', f'voice={voice}', 'fade=10')
    heard = sound.heard(played_to_the_end(home, tape))
    assert heard['frames'] > 480000 + 24000, f'it ended before its fade: {heard}'


@claim(shares=playing_engine)
def a_loop_goes_round_without_a_gap(home):
    path = make(home, 'counter', 'loop.wav', 10000)
    tape = Tape(home, 60)
    play(home, path, '--loop')
    until_later(home, 72000)
    home.loophole('stop')
    heard = sound.read(played_to_the_end(home, tape), 10000)
    assert heard['frames'] > 30000, f'it looped too rarely: {heard}'
    assert (heard['lost'], heard['repeated']) == (0, 0), heard


@claim(shares=playing_engine)
def a_part_of_a_file_is_repeated_without_a_gap_also_after_a_kill(home):
    def repeated():
        until(lambda: home.has_lived('streamer'))
        tape = Tape(home, 60)
        home.ask('streamer.preview', f'path={count(home)}', 'from=15000', 'loop=true', 'loop_from=20000', 'loop_frames=10000')
        until_later(home, 72000)
        home.kill('streamer')
        home.wait_ready('streamer')
        until_later(home, 72000)
        [voice] = home.ask('streamer.voices')['each']
        assert voice['looping'] and 20000 <= voice['position'] < 30000, voice
        home.loophole('preview', 'stop')
        return played_to_the_end(home, tape)
    path = unstarved(home, repeated, what='a successor comes before the ring is empty')
    heard = sound.read(path, 10000)
    assert (heard['lost'], heard['repeated']) == (0, 0) and heard['frames'] > 60000, heard
    counts = [round(one * sound.UNIT) for one in sound.load(path)[heard['at']:heard['at'] + heard['frames']] if one == one]
    assert 15000 < counts[0] < 16000 and max(counts) == 30000, (counts[0], max(counts))
    same(20001, min(counts[20000:]))


@claim(shares=playing_engine)
def a_part_that_the_file_does_not_have_ends_as_a_failure(home):
    said = home.loophole('ask', 'streamer.preview', f'path={count(home)}', 'from=200000', 'loop=true', 'loop_from=200000',
                         'loop_frames=1000', code=None)
    contains(said.all, 'the file has no sound at that position')
    until_silent(home)


@claim(shares=playing_engine)
def a_file_without_a_frame_does_not_repeat_for_ever(home):
    path = home.file('files', 'empty.wav')
    with wave.open(path, 'wb') as file:
        file.setparams((2, 2, 48000, 0, 'NONE', ''))
    said = home.loophole('ask', 'streamer.preview', f'path={path}', 'loop=true', code=None)
    contains(said.all, 'the file has no sound at that position')
    until_silent(home)


@claim(shares=playing_engine)
def a_sound_whose_file_does_not_state_its_length_is_shown_so(home):
    needs('oggenc')
    whole = make(home, 'sine', 'minute.wav', 60 * 48000, 48000, 440)
    home.run('oggenc', '-Q', '-o', home.file('files/minute.ogg'), whole)
    with open(home.file('files/minute.ogg'), 'r+b') as file:
        file.truncate(os.path.getsize(file.name) - 1000)  # its last page states the length
    said = home.loophole('play', home.file('files/minute.ogg')).out
    contains(said, 'minute.ogg (of unknown length)')
    contains(home.loophole('voice').out, 'minute.ogg (of unknown length)')
    home.loophole('stop')
    until_silent(home)


@claim(shares=other_engine)
def a_file_at_another_rate_keeps_its_length_and_its_pitch(home):
    for rate in (44100, 96000):
        path = make(home, 'sine', 'sine.wav', rate, rate, 1000)
        tape = Tape(home, 60)
        play(home, path)
        heard = sound.heard(played_to_the_end(home, tape))
        assert 47900 <= heard['frames'] <= 48010 and 999 <= round(heard['hz']) <= 1001, (rate, heard)


@claim(shares=playing_engine)
def a_file_follows_another_without_a_gap(home):
    one, two = make(home, 'counter', 'one.wav', 960000), make(home, 'counter', 'two.wav', 48000, 960000)  # not read to its end at once
    tape = Tape(home, 60)
    voice = play(home, one)
    contains(home.loophole('ask', 'streamer.queue', f'voice={voice}', f'path={two}', code=None).all, 'one.wav')
    is_whole(sound.read(played_to_the_end(home, tape)), 1008000, 0)


@claim(shares=other_engine)
def a_seek_goes_on_at_that_frame(home):
    path = make(home, 'counter', 'long.wav', 480000)
    tape = Tape(home, 60)
    voice = play(home, path)
    home.ask('streamer.seek', f'voice={voice}', 'frame=456000')
    heard = sound.read(played_to_the_end(home, tape))
    same(480000, heard['last'])
    assert heard['frames'] < 240000, f'nothing was skipped: {heard}'


@claim(shares=playing_engine)
def a_seek_crosses_over_in_5_ms_and_is_never_silent(home):
    """A counter that is sought forward rises at each frame, also during the crossfade."""
    path = make(home, 'counter', 'rising.wav', 4800000)
    tape = Tape(home, 60)
    voice = play(home, path)

    def seek(to):
        home.look('streamer.seek', {'voice': voice, 'frame': to})

    for n in range(1, 9):
        until_later(home, 9600)
        seek(n * 480000)
    for n in range(1, 9):  # each seek comes during the previous one
        seek(4000000 + n * 80000)
        until_later(home, 4800)
    until_later(home, 24000)
    seek(4780000)
    recorded = played_to_the_end(home, tape)
    heard = sound.rises(recorded)
    same(4800000, sound.read(recorded)['last'])
    assert heard['jumps'] >= 10, f'the seek had no effect: {heard}'
    assert heard['crossing'] <= 17 * 242, f'the crossfade is longer than 5 ms: {heard}'
    figure(heard)


AHEAD = 144000  # frames before a sound begins


def heard_after_asks(home, frames, *asks):
    """What is heard of a counter that begins in AHEAD frames, if these asks come before."""
    path = make(home, 'counter', 'later.wav', frames)

    def heard():
        beside = BesideAnother(home)
        voice = home.ask('streamer.play', f'path={path}', f'at={beside.begins + AHEAD}', HARD, 'pan=1')['voice']
        codes = [home.loophole('ask', name, f'voice={voice}', *words, code=None).code for name, *words in asks]
        if any(codes) or frame(home) >= beside.begins + AHEAD:
            return beside.give_up()
        until(lambda: frame(home) > beside.begins + AHEAD + 4096)
        return beside.heard()
    return until(heard, 900, 'the machine has time for the asks before the beginning')


@claim(shares=other_engine)
def a_seek_before_the_beginning_changes_what_begins_then(home):
    samples = heard_after_asks(home, 480000, *(('streamer.seek', f'frame={to}') for to in (96000, 192000, 240000)))
    wrong = [i for i, one in enumerate(samples[:AHEAD + 240000])
             if one == one and round(one * sound.UNIT) != (i - AHEAD + 240001 if i >= AHEAD + sound.FADE else 0) and
             not AHEAD <= i < AHEAD + sound.FADE]
    assert not wrong, f'{len(wrong)} frames are wrong, from {wrong[0] - AHEAD} on: {samples[wrong[0]] * sound.UNIT}'


@claim(shares=other_engine)
def a_gain_before_the_beginning_is_heard_from_the_beginning_on(home):
    asks = (('streamer.gain', f'gain={gain}', 'pan=1') for gain in (0.1, 0.4, 0.35355339))
    samples = heard_after_asks(home, 240000, *asks)[AHEAD:]
    wrong = [i for i, one in enumerate(samples[:240000]) if one == one and abs(one * sound.UNIT - (i + 1) / 2) > 0.5]
    assert not wrong, f'{len(wrong)} frames are wrong, from {wrong[0]} on: {samples[wrong[0]] * sound.UNIT}'


@claim(shares=other_engine)
def a_file_that_cannot_be_played_has_a_reason(home):
    broken, events = home.file('files/broken.wav'), home.file('events')
    write_file(broken, 'no sound\n')
    contains(home.refused('play', broken), 'broken.wav')
    contains(home.refused('play', home.file('files/gone.wav')), 'gone.wav')
    contains(home.refused('play', home.file('files')), 'not a regular file')
    listener = home.start_into(events, 'loophole', 'events', 'streamer.preview_failed', '--limit', '1', '--json')

    def an_event_came():
        home.refused('preview', broken)
        return os.path.getsize(events)

    until(an_event_came)
    listener.kill()
    contains(file_text(events), 'broken.wav')
    until_silent(home)


def _decoders(home):
    """The workers of the streamer, zombies included."""
    found = subprocess.run(['pgrep', '-P', str(home.pid('streamer')), 'loophole-worker'], stdout=subprocess.PIPE, text=True,
                           check=False)
    return set(map(int, found.stdout.split()))


@claim(shares=other_engine)
def decoders_that_are_killed_are_replaced(home):
    until(lambda: len(_decoders(home)) >= 4)
    killed = _decoders(home)
    for pid in killed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def has_others():
        now = _decoders(home)
        return len(now) >= 4 and not now & killed

    until(has_others)
    contains(home.loophole('play', count(home)).out, 'count.wav (2.00 s)')
    until_silent(home)


@claim(shares=other_engine)
def an_item_whose_volume_is_away_is_offline(home):
    client = home.client()
    catalogue = Catalogue(client, identity='uuid:away', mount=b'/nowhere', label='AWAY')
    item = catalogue.put(b'away.wav')
    catalogue.unmount()
    for ask in ('play', 'preview', 'load_sound'):
        error, body = client.ask('streamer.' + ask, {'id': item})
        assert error == 'offline' and 'AWAY' in body['what'], (ask, error, body)


def _stalling(home):
    """The same files, in a mount that can stop answering."""
    return Stalling(home, home.file('files'), home.file('mount'), home.file('fault'))


@claim(shares=other_engine)
def a_dead_mount_holds_up_its_own_voice_alone(home):
    with _stalling(home) as mount:
        mount.hang()  # sent as a message: the command line itself would hang in the mount
        hung = home.start_into(home.file('hung'), 'loophole', 'ask', 'streamer.play', f'path={mount.at}/count.wav')
        tape = Tape(home, 60)
        play(home, count(home))
        until(lambda: hung.poll() is not None)
        contains(file_text(home.file('hung')), 'does not answer')
        recorded = played_to_the_end(home, tape)
        mount.answer()
    is_whole(sound.read(recorded), 96000, 0)


@claim(shares=other_engine)
def a_file_queued_during_a_seek_follows_it(home):
    make(home, 'counter', 'sought.wav', 1920000)
    with _stalling(home) as mount:
        tape = Tape(home, 60)
        voice = play(home, mount.at + '/sought.wav')
        until_later(home, 48000)
        mount.hang()
        home.look('streamer.seek', {'voice': voice, 'frame': 1896000})
        home.look('streamer.queue', {'voice': voice, 'path': count(home).encode()})
        mount.answer()
        recorded = played_to_the_end(home, tape)
    heard = sound.read(recorded)
    same(96000, heard['last'])
    assert heard['frames'] > 120000, f'the sound at the sought place is missing: {heard}'


@claim(shares=other_engine)
def sounds_are_loaded_once_and_freed_when_nothing_plays_them(home):
    path = make(home, 'sine', 'short.wav', 4410, 44100, 500)

    def load():
        return home.ask('streamer.load_sound', f'path={path}')

    first = load()
    same(first, load())
    same((4800, 48000), (first['frames'], first['rate']))
    release = ('streamer.release_sound', f'sound={first["sound"]}', f'generation={first["generation"]}')
    os.kill(home.pid('streamer'), signal.SIGKILL)
    until(lambda: '"frames":4800' in home.loophole('ask', 'streamer.sounds', code=None).out)
    home.ask(*release)
    until(lambda: home.ask('streamer.sounds')['bytes_used'] == 0)
    same(first['generation'] + 1, load()['generation'])
    contains(home.refused('ask', *release), 'no sound')


def _score(home):
    """A digest of the bytes of the engine's score."""
    with open(home.file('data/names'), encoding='utf-8') as names:
        path = f'/dev/shm/loophole-{names.read().split()[0]}-score'
    return hashlib.md5(file_bytes(path)).hexdigest()


@claim(shares=playing_engine)
def a_preview_changes_only_the_sound_of_previews(home):
    def state():
        return (home.loophole('ask', 'persist.changes_since', 'revision=0').out, home.ask('audio.transport')['running'],
                _score(home))

    before = state()
    tape = Tape(home, 60, 'preview_left')
    home.loophole('preview', count(home), '--in-context', '--at', 'bar')
    heard = sound.heard(played_to_the_end(home, tape))
    assert heard['frames'] > 95000, heard
    same(before, state())


@claim(shares=playing_engine)
def a_preview_is_silent_once_it_is_stopped_and_makes_no_click(home):
    path = make(home, 'sine', 'tone.wav', 480000, 48000, 100)
    tape = Tape(home, 60, 'preview_left')
    home.loophole('preview', path)
    until_later(home, 9600)
    home.loophole('preview', 'stop')
    samples = sound.load(played_to_the_end(home, tape))
    # NaN: the tape missed this frame
    steps = max(abs(b - a) for a, b in zip(samples, samples[1:]) if a == a and b == b)
    # a 100 Hz sine at a quarter of full scale has steps of 0.0033; half of a 5 ms fade adds little
    assert steps < 0.01, steps
    assert max(s for s in samples if s == s) > 0.01, 'it was not heard'


@claim(shares=playing_engine)
def a_preview_in_context_keeps_tempo_key_and_bar(home):
    os.mkdir(home.file('library'))
    loop = home.file('library/loop.wav')
    sound.make('sine', loop, 96000, 48000, 440)
    home.loophole('index', home.file('library'), '--wait')
    home.loophole('edit', loop, 'bpm=100', 'key=Amin')
    home.loophole('edit', loop, 'one_shot=0', code=None)
    home.ask('audio.set_tempo', 'bpm=120')
    home.ask('audio.start', 'count_in=0')
    until(lambda: home.ask('audio.transport')['running'])
    begun, frames = {}, []

    def previewed():
        bars = home.start_into(home.file('bars'), 'loophole', 'events', 'audio.bar', '--limit', '2', '--json')
        begun.update(home.first('preview', loop, '--in-context', '--key', 'Cmin'))
        until_silent(home)
        bars.wait(600)
        frames[:] = [int(f) for f in re.findall(r'"frame":\s*(\d+)', file_text(home.file('bars')))]

    unstarved(home, lambda: undisturbed(home, previewed, 'preview_left'))
    heard = sound.heard(home.file('tape'))
    home.ask('audio.stop')
    assert (begun['tempo_ratio'], begun['semitones']) == (1.2, 3), begun
    assert any((begun['at'] - f) % 96000 in (0, 1, 95999) for f in frames), (begun, frames)
    assert 78000 < heard['frames'] < 84000, f'length: {heard}'
    assert 515 < round(heard['hz']) < 531, f'pitch: {heard}'


@claim(shares=playing_engine)
def a_preview_in_context_is_in_the_key_of_the_open_project(home):
    home.wait_ready('project')
    path = home.file('keyed', 'tone.wav')
    os.mkdir(home.file('keyed'))
    sound.make('sine', path, 48000, 48000, 440)
    home.loophole('index', home.file('keyed'), '--wait')
    home.loophole('edit', path, 'key=Amin')
    home.loophole('project', 'new', 'Keyed')

    def shift(*more):
        begun = home.first('preview', *more)
        home.loophole('preview', 'stop')
        return begun['semitones'], begun.get('remark')

    same((0, None), shift(path, '--in-context'))
    home.loophole('project', 'set', 'key=Cmin')
    same((3, None), shift(path, '--in-context'))
    same((0, None), shift(path))
    same((5, None), shift(path, '--in-context', '--key', 'Dmin'))
    home.loophole('project', 'set', 'key=C')  # the same notes as those of A minor
    same((0, None), shift(path, '--in-context'))
    same((0, 'its key is unknown: it is not shifted to Cmaj'), shift(count(home), '--in-context'))
    contains(home.loophole('preview', count(home), '--in-context').out, 'its key is unknown')
    home.loophole('preview', 'stop')


@claim(shares=other_engine)
def thirty_two_streams_play_at_once_without_an_underrun(home):
    if os.environ.get('SANITIZED') == 'tsan':
        skip('too much for workers under ThreadSanitizer')
    first = home.file('files/0.flac')
    if not shutil.which('sox') or home.run('sox', *'-n -r 96000 -b 24 -c 2'.split(), first, 'synth', '6', 'pinknoise', 'vol',
                                           '0.02', code=None).code:
        skip('sox is not installed, or writes no FLAC')
    for n in range(1, 32):
        shutil.copy(first, home.file('files', f'{n}.flac'))

    def play_without_an_underrun():  # other programs may need the processors for a while
        before = home.ask('audio.meters')['underruns']
        for n in range(32):
            home.loophole('play', home.file('files', f'{n}.flac'), '--loop')
        contains(home.refused('play', count(home)), 'all 32 voices are in use')
        until_later(home, 192000)
        home.loophole('stop')
        until_silent(home)
        return home.ask('audio.meters')['underruns'] == before
    until(play_without_an_underrun, 600)


def _soon(home):
    sound.make('counter', home.file('soon.wav'), 4800)
    return home.file('soon.wav')


@claim
def a_file_played_as_soon_as_the_engine_is_up_is_audible(home):
    for number in range(6):
        each = home.other(str(number))
        engine(each, in_step=True)
        each.loophole('play', _soon(each))
        each.down()


@claim
def a_jack_server_that_starts_late_is_waited_for(home):
    """As on a machine that is so busy that its JACK server starts late."""
    os.mkdir(home.file('late'))
    write_file(home.file('late/jackd'), f'#!/bin/sh\nsleep 5\nexec "{shutil.which("jackd")}" "$@"\n')
    os.chmod(home.file('late/jackd'), 0o755)
    home.env['PATH'] = home.file('late') + ':' + home.env['PATH']
    engine(home)
    home.loophole('play', _soon(home))


@claim
def asks_to_a_core_that_is_stopped_are_done_when_it_continues(home):
    """The server is stopped for longer than the streamer considers a silent core as running."""
    engine(home, in_step=True)
    path, jack = _soon(home), home.pid('jack')
    os.kill(jack, signal.SIGSTOP)
    until(lambda: home.ask('streamer.status')['waits_for'] == 'audio')
    asked = home.start_into(home.file('asked'), 'loophole', 'play', path)
    home.loophole('ask', 'streamer.load_sound', f'path={path}')
    with contextlib.suppress(ProcessLookupError):  # the supervisor may have started another one
        os.kill(jack, signal.SIGCONT)
    code = asked.wait(600)
    assert code == 0, file_text(home.file('asked'))


run_claims()
