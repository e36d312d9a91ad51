#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Trim, fades and gain as facts: play, preview, queue, pads and send obey them, the file keeps its bytes, undo takes them back.
Figures of play and preview are of sound that was recorded at the ports."""
import contextlib
import json
import os
import signal

from tests.sound import sound
from tests.claims import claim, contains, file_bytes, run_claims, same, until
from tests.engine.cli_library import search
from tests.sounding import Tape, engine, undisturbed, unstarved, until_connected, until_later, until_quiet
from tests.record.wave_files import acid, chunks, form, samples_of, smpl, wav

RATE = 48000
FACTS = ('trim_from', 'trim_until', 'fade_in', 'fade_out', 'gain_db')


def treated_engine(home):
    """An engine whose library has a counter of 2 s, a WAV of 1 s at a level of a quarter, and a silent one."""
    engine(home, in_step=True)
    os.mkdir(home.file('files'))
    sound.make('counter', file(home, 'count'), 2 * RATE)
    wav(file(home, 'level'), [8192] * RATE, rate=RATE, more=smpl(24000, 35999) + smpl(0, 11) + acid(4, 240.0))
    wav(file(home, 'silence'), [0] * RATE, rate=RATE)
    home.wait_ready('streamer')
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')


def file(home, name):
    return home.file(f'files/{name}.wav')


def facts(home, name):
    item = home.first('show', file(home, name))
    return {key: item[key] for key in FACTS if key in item}


def untreated(home):
    """Another claim may have failed before it took its facts back."""
    for command in ('trim', 'fade', 'normalise'):
        home.loophole(command, 'is:local', '--all', '--off')
    same({}, facts(home, 'level'))


def until_silent(home):
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')


def heard(tape):
    return sounding_part(sound.load(tape.stop()))


def sounding_part(samples):
    """The sound of a recording, from its first to its last sample that is not zero."""
    samples = [0 if one != one else one for one in samples]
    sounding = [i for i, one in enumerate(samples) if one]
    return samples[sounding[0]:sounding[-1] + 1]


def played(home, *command):
    def play():
        home.loophole(*command)
        until_silent(home)
    return sounding_part(undisturbed(home, play))


def counts(samples):
    return [round(one * sound.UNIT) for one in samples]


def is_part(got, begin, end, of):
    """The frames from `begin` to before `end` of the counter, without a fade of the core."""
    got = counts(got)
    same((begin + 1, end, end - begin), (got[0], got[-1], len(got)), f'of {of}')


@claim(shares=treated_engine)
def play_and_preview_obey_the_trim_and_undo_takes_it_back(home):
    untreated(home)
    before = file_bytes(file(home, 'count'))
    home.loophole('trim', file(home, 'count'), '--from', '0.25', '--until', '1s')
    same({'trim_from': 12000, 'trim_until': 48000}, facts(home, 'count'))
    for command in ('play', 'preview'):
        is_part(played(home, command, file(home, 'count')), 12000, 48000, command)
        is_part(played(home, command, file(home, 'count'), '--whole'), 0, 96000, f'{command} --whole')
        is_part(played(home, command, file(home, 'count'), '--from', '1.5'), 72000, 96000, f'{command} --from')
    home.loophole('undo')
    is_part(played(home, 'play', file(home, 'count')), 0, 96000, 'play after undo')
    home.loophole('redo')
    same({'trim_from': 12000, 'trim_until': 48000}, facts(home, 'count'))
    same(before, file_bytes(file(home, 'count')))


@claim(shares=treated_engine)
def a_loop_repeats_the_trimmed_part_and_a_queued_file_begins_with_it(home):
    untreated(home)
    home.loophole('trim', file(home, 'count'), '--from', '0.5', '--until', '1')
    tape = Tape(home, 60)
    home.loophole('play', file(home, 'count'), '--loop')
    until_later(home, 2 * RATE)
    home.loophole('stop')
    until_silent(home)
    got = counts(heard(tape))
    turns = [i for i in range(sound.FADE + 1, len(got) - 1000) if got[i] != got[i - 1] + 1]
    same({24001}, {got[i] for i in turns})
    same([24000 * (i + 1) for i in range(len(turns))], turns)
    assert len(turns) >= 2, turns
    sound.make('counter', home.file('long.wav'), 15 * RATE)  # not read to its end at once: a file can follow
    tape = Tape(home, 60)
    voice = home.first('play', home.file('long.wav'))['voice']
    home.loophole('voice', 'queue', str(voice), file(home, 'count'))
    until_silent(home)
    got = counts(heard(tape))
    same((15 * RATE, 24001, 48000, 24000), (got[15 * RATE - 1], got[15 * RATE], got[-1], len(got) - 15 * RATE))


@claim(shares=treated_engine)
def fades_and_gain_are_heard_on_their_frames(home):
    untreated(home)
    home.loophole('trim', file(home, 'level'), '--until', '0.5')
    home.loophole('fade', file(home, 'level'), '--fade-in', '50ms', '--fade-out', '0.25')
    home.loophole('edit', file(home, 'level'), 'gain_db=6.020599913')
    got = played(home, 'play', file(home, 'level'))
    at = len(got) - 23998  # its first and its last frame are silent
    for frame, level in ((600, 0.125), (1200, 0.25), (2400, 0.5), (9000, 0.5), (12000, 0.5), (18000, 0.25), (21000, 0.125)):
        wanted = level if frame != 12000 else 0.5
        assert abs(got[at + frame - 1] - wanted) < 0.001, f'{got[at + frame - 1]} at {frame}, not {wanted}'
    home.kill('persist')
    home.wait_ready('persist')
    same({'trim_until': 24000, 'fade_in': 2400, 'fade_out': 12000, 'gain_db': 6.020599913}, facts(home, 'level'))


@claim(shares=treated_engine)
def fades_and_trim_go_on_when_the_streamer_is_killed(home):
    untreated(home)
    path = file(home, 'long')
    sound.make('counter', path, 14 * RATE)
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('trim', path, '--from', '1', '--until', '12')
    home.loophole('fade', path, '--fade-out', '1')

    def played_over_a_kill():
        until(lambda: home.has_lived('streamer'))
        tape = Tape(home, 60)
        home.loophole('play', path)
        until_later(home, RATE // 2)
        home.kill('streamer')
        until_silent(home)
        return heard(tape)
    got = unstarved(home, played_over_a_kill, what='a successor comes before the ring is empty')
    same(11 * RATE - 1, len(got))  # the last frame of a fade is silent
    same(2 * RATE, counts(got)[RATE - 1])
    end, halfway = 12 * RATE, 12 * RATE - RATE // 2
    for frame in (end - RATE - 10, end - 3 * RATE // 4, halfway, end - 100):
        wanted = (frame + 1) / sound.UNIT * min(1, (end - 1 - frame) / RATE)
        assert abs(got[frame - RATE] - wanted) * sound.UNIT < 2, f'{got[frame - RATE]} at {frame}, not {wanted}'


@claim(shares=treated_engine)
def normalise_measures_the_trimmed_part_and_preview_plays_its_gain(home):
    untreated(home)
    before = file_bytes(file(home, 'level'))
    home.loophole('normalise', file(home, 'level'), '--to', '-6.020599913dB')
    assert abs(facts(home, 'level')['gain_db'] - 6.0206) < 0.001, facts(home, 'level')
    for command in ('play',), ('ask', 'streamer.preview', 'match=false'):
        got = played(home, *command, ('path=' if len(command) > 1 else '') + file(home, 'level'))
        assert abs(got[len(got) // 2] - 0.5) < 0.001, got[len(got) // 2]
    home.loophole('normalise', file(home, 'count'))
    all_of_it = facts(home, 'count')['gain_db']
    home.loophole('trim', file(home, 'count'), '--until', '0.5')
    home.loophole('normalise', file(home, 'count'))
    assert abs(facts(home, 'count')['gain_db'] - all_of_it - 12.04) < 0.01, 'a quarter of it is four times lower'
    contains(home.run('loophole', 'normalise', file(home, 'silence'), code=None).all, 'is silent')
    same(before, file_bytes(file(home, 'level')))


@claim(shares=treated_engine)
def send_makes_the_part_with_its_fades_gain_loops_and_beats(home):
    untreated(home)
    path, card = file(home, 'level'), home.file('card')
    home.loophole('trim', path, '--from', '0.25', '--until', '0.75')
    home.loophole('send', path, card)
    same((1, 1, RATE, 16), form(f'{card}/level.wav'))
    same((24000, {8192}), (len(got := samples_of(f'{card}/level.wav')), set(got)))
    found = chunks(f'{card}/level.wav')
    same([1, 12000, 23999], [int.from_bytes(found[b'smpl'][at:at + 4], 'little') for at in (28, 44, 48)])
    same(2, int.from_bytes(found[b'acid'][12:16], 'little'))
    home.loophole('fade', path, '--fade-in', '0.125', '--fade-out', '0.125')
    home.loophole('edit', path, 'gain_db=-6.020599913')
    home.loophole('send', path, card)
    got = samples_of(f'{card}/level (2).wav')
    same(24000, len(got))
    for frame, level in ((0, 0), (3000, 2048), (6000, 4096), (12000, 4096), (21000, 2048), (23999, 0)):
        assert abs(got[frame] - level) <= 3, f'{got[frame]} at {frame}, not {level}'
    same((0, 1), tuple(home.json('send', path, card)[-1][key] for key in ('sent', 'present')))
    home.loophole('send', path, home.file('all'), '--whole')
    same(file_bytes(path), file_bytes(home.file('all/level.wav')))
    home.loophole('send', path, home.file('full'), '--normalise', '--rate', '24000', '--bits', '24')
    full = samples_of(home.file('full/level.wav'))
    assert len(full) == 12000 and abs(max(full) - 10 ** (-0.1 / 20) * 2 ** 23) < 3, (len(full), max(full))


def loaded(home, path):
    return next(one for one in home.ask('streamer.sounds')['each'] if one['path'] == path)


def until_treated(home, path, **wanted):
    """The streamer has put these facts of the item into the entry of its sound; no other one."""
    until(lambda: {key: round(one, 4) for key, one in loaded(home, path).items() if key in FACTS} == wanted, what=str(wanted))


def hit(home, pad='1', again=lambda: None):
    return started(home, 'pads', 'hit', pad, '1.0', again=again)


def started(home, *command, again=lambda: None):
    def start():
        home.loophole(*command)
        again()
        until_later(home, RATE)
        until_quiet(home)
    return sounding_part(undisturbed(home, start))


@claim(shares=treated_engine)
def a_pad_obeys_trim_fades_and_gain_of_its_item_from_its_next_hit_on(home):
    untreated(home)
    path = file(home, 'level')
    before = file_bytes(path)
    home.loophole('pads', 'set', '1', f'sound={path}')
    same(RATE, len(hit(home)))
    home.loophole('trim', path, '--from', '0.25', '--until', '0.75')
    until_treated(home, path, trim_from=12000, trim_until=36000)
    got = hit(home)
    same(24000 - 1, len(got))  # cut early: the core fades out over 5 ms, and the last frame of a fade is silent
    assert abs(got[12000] - 0.25) < 0.001, got[12000]
    home.loophole('fade', path, '--fade-in', '50ms', '--fade-out', '0.25')
    home.loophole('edit', path, 'gain_db=6.020599913')
    until_treated(home, path, trim_from=12000, trim_until=36000, fade_in=2400, fade_out=12000, gain_db=6.0206)
    got = hit(home)
    same(24000 - 2, len(got))  # the first and the last frame of the fades are silent
    for frame, level in ((1, .5 / 2400), (600, .125), (1200, .25), (2400, .5), (11999, .5), (17999, .25), (20999, .125)):
        assert abs(got[frame - 1] - level) < 1e-4, f'{got[frame - 1]} at {frame}, not {level}'
    home.loophole('undo', '--times', '3')
    until_treated(home, path)
    same(RATE, len(hit(home)))
    same(before, file_bytes(path))


def row_hit(home):
    """The first hit of a row whose next one comes after 8 s."""
    def play():
        home.loophole('transport', 'locate', '1')
        home.loophole('transport', 'start')
        until_later(home, 2 * RATE)
        home.loophole('transport', 'stop')
    got = sounding_part(undisturbed(home, play, 'sequencer_left'))[:RATE]
    return got[:max(i for i, one in enumerate(got) if one) + 1]


@claim(shares=treated_engine)
def a_row_obeys_trim_fades_and_gain_of_its_item_from_its_next_hit_on(home):
    untreated(home)
    path = file(home, 'level')
    row = {'name': 'level', 'pattern': 'x' + '.' * 63, 'base_amp': 0.5, 'id': home.first('show', path)['id']}
    with open(home.file('row.json'), 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'bpm': 120, 'swing': 0, 'tracks': [row]}}, out)
    home.loophole('pattern', home.file('row.json'), '--immediate')
    got = row_hit(home)
    assert len(got) == RATE and abs(got[12000] - 0.125) < 1e-4, (len(got), got[12000])
    home.loophole('trim', path, '--from', '0.25', '--until', '0.75')
    home.loophole('fade', path, '--fade-in', '50ms', '--fade-out', '0.25')
    home.loophole('edit', path, 'gain_db=6.020599913')
    until_treated(home, path, trim_from=12000, trim_until=36000, fade_in=2400, fade_out=12000, gain_db=6.0206)
    got = row_hit(home)
    same(24000 - 2, len(got))  # the first and the last frame of the fades are silent
    for frame, level in ((1, .25 / 2400), (600, .0625), (1200, .125), (2400, .25), (11999, .25), (17999, .125), (20999, .0625)):
        assert abs(got[frame - 1] - level) < 1e-4, f'{got[frame - 1]} at {frame}, not {level}'
    home.loophole('undo', '--times', '3')
    until_treated(home, path)
    same(RATE, len(row_hit(home)))


@claim(shares=treated_engine)
def a_row_takes_an_id_or_a_path_as_its_sound(home):
    untreated(home)
    path = file(home, 'level')
    for key, value in (('sound', path), ('sound', home.first('show', path)['id']), ('media_id', path)):
        row = {'name': 'level', 'pattern': 'x' + '.' * 63, 'base_amp': 0.5, key: value}
        with open(home.file('row.json'), 'w', encoding='utf-8') as out:
            json.dump({'sequencer': {'bpm': 120, 'swing': 0, 'tracks': [row]}}, out)
        home.loophole('pattern', home.file('row.json'), '--immediate')
        got = row_hit(home)
        assert len(got) == RATE and abs(got[12000] - 0.125) < 1e-4, (key, value, len(got), got[12000])
    row['media_id'] = 'level.wav'
    with open(home.file('row.json'), 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'tracks': [row]}}, out)
    contains(home.refused('pattern', home.file('row.json')), 'neither an id of 26 characters nor an absolute path')


@claim(shares=treated_engine)
def a_pad_with_points_of_its_own_keeps_only_the_gain(home):
    untreated(home)
    path = file(home, 'count')
    home.loophole('trim', path, '--from', '0.5', '--until', '1')
    home.loophole('fade', path, '--fade-in', '0.5')
    home.loophole('edit', path, 'gain_db=-6.020599913')
    home.loophole('pads', 'set', '1', f'sound={path}', 'from=1000', 'until=5000')
    got = [one * 2 for one in hit(home)]
    same((1000 + 2000, 4000 - 1), (counts(got)[2000 - 1], len(got)))
    home.loophole('pads', 'set', '1', 'from=0', 'until=0')
    got = [one * 2 for one in hit(home)]
    same(24000 - 2, len(got))
    assert abs(got[12000 - 1] * sound.UNIT - 36001 / 2) < 2, got[12000 - 1] * sound.UNIT


@claim(shares=treated_engine)
def loops_layers_and_single_sounds_obey_and_a_death_of_the_streamer_misses_no_fact(home):
    untreated(home)
    path = file(home, 'count')
    home.loophole('pads', 'layer', '2', path)
    home.loophole('pads', 'set', '3', f'sound={path}', 'mode=loop')
    home.loophole('trim', path, '--from', '0.5', '--until', '1')
    until_treated(home, path, trim_from=24000, trim_until=48000)
    got = counts(hit(home, '2'))
    same((24000 + 12000, 24000 - 1), (got[12000 - 1], len(got)))
    got = counts(started(home, 'sound', 'start', path))
    same((24000 + 12000, 24000 - 1), (got[12000 - 1], len(got)))
    got = counts(hit(home, '3', lambda: (until_later(home, 2 * RATE), home.loophole('pads', 'hit', '3'))))
    turns = [i for i in range(sound.FADE, len(got) - 1000) if got[i] != got[i - 1] + 1]
    same([24000 * (i + 1) for i in range(len(turns))], turns)
    assert len(turns) >= 2 and {got[i] for i in turns} == {24001}, turns
    stopped = home.pid('streamer')
    os.kill(stopped, signal.SIGSTOP)
    home.loophole('trim', path, '--from', '1', '--until', '1.5')
    with contextlib.suppress(ProcessLookupError):  # the supervisor was faster
        os.kill(stopped, signal.SIGKILL)
    until(lambda: home.is_other('streamer', stopped))
    home.wait_ready('streamer')
    until(lambda: any(one.get('trim_from') == 48000 for one in home.ask('streamer.sounds')['each']), what='the new part')
    got = counts(hit(home, '2'))
    same((48000 + 12000, 24000 - 1), (got[12000 - 1], len(got)))
    home.kill('audio')
    until_connected(home)
    same((48000 + 12000, 24000 - 1), ((again := counts(hit(home, '2')))[12000 - 1], len(again)))


@claim(shares=treated_engine)
def queries_find_treated_items_and_one_step_takes_all_back(home):
    untreated(home)
    home.loophole('trim', 'name:level or name:silence', '--all', '--from', '0.1')
    home.loophole('fade', file(home, 'level'), '--fade-out', '0.5')
    same(['level', 'silence'], sorted(item['name'] for item in home.json('search', 'trim_from:>0')))
    same(['level'], [item['name'] for item in home.json('search', 'fade_out:>20000')])
    same(['silence'], [item['name'] for item in home.json('search', 'trim_from:>0 -fade_out:>0')])
    home.loophole('undo', '--times', '2')
    same([], home.json('search', 'trim_from:>0'))


@claim(shares=treated_engine)
def wrong_treatments_are_refused_and_change_nothing(home):
    untreated(home)
    path = file(home, 'level')
    for args, part in ((('trim', path), 'no part is given'), (('trim', path, '--from', '2'), 'has only 1.000 s'),
                       (('trim', path, '--from', '0.5', '--until', '0.2'), 'is not after'),
                       (('trim', path, '--from', 'x'), '--from'), (('fade', path), 'no fade is given'),
                       (('normalise', path, '--to', '3'), 'out of range'), (('trim', 'name:level or name:count', '--from', '0.1'), '--all'),
                       (('edit', path, 'gain_db=99'), 'out of range'), (('edit', path, 'trim_from=-1'), 'out of range'),
                       (('edit', path, 'fade_in=soon'), 'is not a number')):
        contains(home.run('loophole', *args, code=None).all, part)
    same({}, facts(home, 'level'))
    same(1, len(search(home, 'name:level').split()))


run_claims()
