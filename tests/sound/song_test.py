#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Songs: patterns of slots that follow each other. Each bar is heard at JACK's ports, also over the deaths of the
services that give the next pattern and that play it."""
import array
import itertools
import json
import os
import time
import wave

from tests.claims import claim, contains, file_bytes, file_json, lose_override, run_claims, same, until
from tests.sound.osc import Osc
from tests.sounding import Tape, engine, until_connected, until_later, until_transport

BPM, STEP, BARS = 240, 3000, 3
HITS = {1: 'x...x...........', 2: 'x.......x.......', 3: 'x...........x...'}  # of each slot; none has all of another's


def sounding(home, **more):
    engine(home, '[osc]\nport = 0\n[audio]\nperiod = 1024\n', **more)
    home.wait_ready('project', 'persist', 'audio', 'osc')
    until_connected(home)


def write_pattern(home, steps, **row):
    path = home.file('pattern.json')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'bpm': BPM, 'tracks': {'click': dict({'pattern': steps, 'gate_frac': 1}, **row)}}}, out)
    return path


def save_slots(home, *slots, **row):
    for slot in slots:
        home.loophole('pattern', 'save', str(slot), write_pattern(home, HITS.get(slot, HITS[1]), **row))


def click(home):
    path = home.file('click.wav')
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [16384] + [0] * 2000).tobytes())
    return home.ask('streamer.load_sound', 'path=' + path)['sound']


def song(home):
    said = home.first('song')
    return [(one['bank'], one['slot'], one['bars']) for one in said['entries']], said['loop']


def until_entry(home, entry):
    until_transport(home, song=entry)


# ---- what is kept ----


@claim
def a_slot_and_a_song_list_the_rows_whose_sound_is_missing(home):
    sounding(home)
    missing = '01J0000000000000000000000A'
    save_slots(home, 5, id=missing)
    warning = f'warning: row 1 click is silent: {missing}: '
    contains(home.loophole('pattern', 'load', '5').all, warning)
    silent, = home.first('pattern', 'load', '5')['silent']
    same((0, 'click', missing), (silent['index'], silent['name'], silent['id']))
    home.loophole('song', 'set', '5')
    contains(home.loophole('song', 'play').all, warning)
    save_slots(home, 5)
    assert 'silent' not in home.first('pattern', 'load', '5')


@claim
def a_wait_ends_when_the_queued_entry_is_withdrawn(home):
    sounding(home)
    save_slots(home, 1)
    home.loophole('song', 'set', '1')
    home.loophole('transport', 'tempo', '20')  # a bar lasts 12 s
    home.loophole('transport', 'start')
    said = home.file('said')
    process = home.start_into(said, 'loophole', 'song', 'play', '--wait')
    until(lambda: 'queued_bar' in home.first('transport'), what='the entry is queued')
    home.loophole('transport', 'stop')  # it stays queued
    home.loophole('song', 'stop')
    same(14, process.wait(600))
    contains(file_bytes(said).decode(), 'the pattern was withdrawn before it began')


@claim(shares=sounding)
def a_song_is_set_shown_undone_and_kept_with_the_project(home):
    same('[SONG] 0 entries\n', home.loophole('song').out)
    same('[SONG] 3 entries\n  1  slot 1/1  4 bars\n  2  slot 1/2\n  3  slot 2/7  8 bars\nagain from 1\n',
         home.loophole('song', 'set', '1:4', '2', '2/7:8', '--loop').out)
    same('[SONG] 1 entry\n  1  slot 1/5\n', home.loophole('song', 'set', '5').out)
    same(([(1, 5, 0)], False), song(home))
    home.loophole('project', 'undo')
    wanted = [(1, 1, 4), (1, 2, 0), (2, 7, 8)], True
    same(wanted, song(home))
    folder = home.first('project', 'save')['folder']
    same(7, file_json(os.path.join(folder, 'project.json'))['project']['song']['entries'][2]['slot'])
    home.loophole('song', 'set')
    home.loophole('project', 'load')
    same(wanted, song(home))
    home.kill('project')
    home.loophole('project', 'save_as', 'Copy')
    same(wanted, song(home))


@claim(shares=sounding)
def wrong_entries_are_refused_in_the_words_of_the_table(home):
    for entry in ('0', '129', 'x', '1:', '1:1025', '1/', '1/2/3', '200/1', '1:2:3', '-1', '9' * 40):
        contains(home.refused('song', 'set', '1', '--', entry, code=11), '[SONG] Error: Invalid entry: ' + entry[:30])
    contains(home.refused('song', 'set', *['1'] * 257), 'more than 256 entries')
    home.loophole('song', 'set')
    contains(home.refused('song', 'play', code=12), '[SONG] Error: The song has no entries')
    home.loophole('song', 'set', '100', '101')
    contains(home.refused('song', 'play', code=12), '[PATTERN] Error: Slot 100 is empty')
    contains(home.refused('song', 'play', '3', code=11), '[SONG] Error: Invalid entry: 3')
    home.ask('project.set', 'body={"song": {"entries": [7, {"slot": 500}, {"slot": 2, "bars": -1}, {"slot": 3}], "loop": 1}}')
    same(([(1, 2, 0), (1, 3, 0)], False), song(home))


# ---- what plays ----


@claim
def a_core_that_died_between_two_equal_entries_knows_the_pattern_of_both(home):
    def known():
        said = home.loophole('ask', 'audio.pattern', '--json', code=None)
        return said.code == 0 and json.loads(said.out)['pattern']['sequencer']['tracks'][0]
    sounding(home)
    save_slots(home, 1)
    home.loophole('song', 'set', '1:8', '1:512')
    home.loophole('song', 'play')
    home.loophole('transport', 'start')
    until_transport(home, song=1, queued_bar=lambda bar: bar is not None)
    home.kill('audio')
    until(known, what='the successor knows the pattern that plays')
    until_entry(home, 2)
    assert known(), home.loophole('ask', 'audio.pattern', code=None)
    home.loophole('pattern', 'rows', 'click', 'mute=on')
    same(True, known()['mute'])


@claim
def a_core_that_knows_only_the_next_entry_forgets_it_when_the_song_ends(home):
    sounding(home)
    save_slots(home, 1, 2)
    home.loophole('song', 'set', '1:64', '2')
    home.loophole('song', 'play')
    until_transport(home, song=1, queued_bar=lambda bar: bar is not None)
    until(lambda: home.ask('audio.sounding')['touched'] is False, what='the project has the next entry')
    home.kill('audio')
    until(lambda: home.ask('audio.sounding').get('pattern'), what='the successor has a pattern of the project')
    contains(home.refused('ask', 'audio.pattern', code=12), 'does not know the pattern that plays')
    home.loophole('song', 'stop')
    same(None, home.ask('audio.sounding').get('pattern'))
    home.loophole('pattern', 'rows', 'click', 'mute=on')
    same(None, home.ask('audio.sounding').get('pattern'))


@claim(shares=sounding)
def a_song_plays_over_osc_passes_over_an_empty_slot_and_ends_when_another_pattern_is_loaded(home):
    osc = Osc(home)
    save_slots(home, 1, 3)
    same(('[SONG] 3 entries', 0), osc.say('/song/set', '1:2 2:1 3:2', 1))
    contains(osc.say('/song/play')[0], '[SEQ] Pattern loaded at bar ')
    until_entry(home, 3)
    contains(home.log('project'), 'entry 2 of the song is skipped: [PATTERN] Error: Slot 2 is empty')
    until_entry(home, 1)
    home.loophole('transport', 'locate', '100')
    until_transport(home, song=3, bar=lambda bar: bar >= 101)  # two bars after its first, the 100th
    home.loophole('pattern', 'load', '1', '--wait')
    until_transport(home, song=None, queued_bar=None)
    contains(osc.say('/song/play', 3)[0], '[SEQ] Pattern queued for bar ')
    until_entry(home, 3)
    same(('[SONG] Stopped; the pattern plays on', 0), osc.say('/song/stop'))
    until_transport(home, song=None, queued_bar=None)
    plays = home.first('transport')
    until_transport(home, bar=lambda bar: bar > plays['bar'] + 3)
    same(plays['pattern'], home.first('transport')['pattern'])
    home.loophole('transport', 'stop')


@claim
def a_song_passes_over_an_entry_whose_file_is_denied_or_too_large(home):
    lose_override()
    sounding(home)
    save_slots(home, *HITS)
    path = os.path.join(home.first('project', 'state')['folder'], 'patterns/slots/bank_1/slot_002.json')
    home.loophole('song', 'set', '1:1', '2:1', '3:1', '--loop')
    os.chmod(path, 0)
    home.loophole('song', 'play')
    until_entry(home, 3)
    contains(home.log('project'), 'entry 2 of the song is skipped: [PATTERN] Error: Slot 2 cannot be read: ')
    os.chmod(path, 0o644)
    until_entry(home, 2)
    os.truncate(path, 2 << 20)
    passed = home.log('project').count('is skipped')
    until(lambda: home.log('project').count('is skipped') > passed, what='the entry is skipped again')
    contains(home.log('project'), 'is larger than 1048576 bytes')
    until_entry(home, 1)
    until_entry(home, 3)
    home.loophole('transport', 'stop')


@claim(shares=sounding)
def a_song_whose_slots_were_all_empty_goes_on_when_one_is_filled(home):
    save_slots(home, 1, 2)
    home.loophole('song', 'set', '1:1', '2:1', '--loop')
    home.loophole('song', 'play')
    until_entry(home, 2)
    home.loophole('pattern', 'delete', '1')
    home.loophole('pattern', 'delete', '2')
    passed = home.log('project').count('is skipped')
    until(lambda: home.log('project').count('is skipped') >= passed + 2, what='both entries are skipped')
    save_slots(home, 1)
    until_entry(home, 1)
    save_slots(home, 2)
    until_entry(home, 2)
    home.loophole('transport', 'stop')


def has_sound_of(home, project):
    """The core has all of the sound of this project, or knows that none is open."""
    now = home.ask('audio.sounding')
    return (now.get('keeper'), now.get('project')) == ('keeps', project) if project else now.get('keeper') == 'none'


@claim
def a_song_ends_when_another_project_is_opened_and_none_of_that_project_begins(home):
    sounding(home)
    for name, slot in (('Other', 2), ('Mine', 3)):
        home.loophole('project', 'new', name)
        save_slots(home, 1, slot)
        home.loophole('song', 'set', '1:1', f'{slot}:1', '--loop')
    home.loophole('song', 'play')
    until_entry(home, 2)
    for change in ('open', 'Other'), ('close',), ('new', 'Third'):
        line = home.first('project', *change)
        until(lambda: has_sound_of(home, None if change == ('close',) else line['id']), what='the core has its sound')
        opened = home.first('transport')
        until_transport(home, bar=lambda bar: bar > opened['bar'] + 2)  # the project's own pattern begins at a bar
        plays = home.first('transport')
        until_transport(home, bar=lambda bar: bar > plays['bar'] + 3)
        same((None, None, plays['pattern']), tuple(home.first('transport').get(key) for key in ('song', 'queued_bar', 'pattern')))
    home.loophole('transport', 'stop')


# ---- what is heard ----


def clicks(tape):
    return [frame for frame, level in enumerate(array.array('f', file_bytes(tape.stop()))) if level > 0.05]


def slots_of_bars(heard):
    """The slot of each bar; 0: it is not whole. Each hit is on its frame, to one frame."""
    bars = {}
    for frame in heard:
        number, rest = divmod(frame - heard[0] + 1, 16 * STEP)
        at, past = divmod(rest, STEP)
        assert past <= 2, (frame - heard[0], rest)
        bars.setdefault(number, set()).add(at)
    hits = {slot: {at for at, step in enumerate(steps) if step == 'x'} for slot, steps in HITS.items()}
    return [next((slot for slot, wanted in hits.items() if wanted == bars.get(number)), 0) for number in range(max(bars))]


@claim
def the_patterns_of_a_song_follow_on_the_frame_also_over_the_death_of_the_project_service_and_the_core(home):
    """A service that is replaced late lets a pattern go on for more bars, never for less, and breaks none."""
    sounding(home, in_step=True)
    save_slots(home, *HITS, sound=click(home))
    home.loophole('song', 'set', *[f'{slot}:{BARS}' for slot in HITS], '--loop')
    tape = Tape(home, 300)
    home.loophole('song', 'play')
    until_transport(home, bar=lambda bar: bar >= 3 * BARS)
    home.kill('project')
    until_entry(home, 3)
    home.kill('audio')
    until_connected(home)
    until_entry(home, 1)
    until_entry(home, 2)
    until_later(home, 16 * STEP)
    home.loophole('transport', 'stop')
    bars = slots_of_bars(clicks(tape))
    same([slot for slot in HITS for _ in range(BARS)], bars[:3 * BARS])
    assert bars.count(0) <= 3, bars  # of the time without a core
    runs = [(slot, len(list(run))) for slot, run in itertools.groupby(slot for slot in bars if slot)]
    same([1 + at % 3 for at in range(len(runs))], [slot for slot, _ in runs], runs)
    assert len(runs) >= 8, runs


def queue(client, **values):
    return client.must('audio.set_pattern', {'pattern': {'sequencer': dict(tracks=[], **values)}})['number']


def until_plays(client, number):
    """Asks without a pause, so that the next ask follows at once. Returns the patterns that played before."""
    before, end = set(), time.monotonic() + 60
    while (now := client.must('audio.transport')['pattern']) != number:
        before.add(now)
        assert time.monotonic() < end, f'pattern {number} does not begin'
    return before


@claim(shares=sounding)
def a_tempo_and_a_pattern_that_are_set_just_after_a_queued_one_began_stay(home):
    client = home.client()
    client.must('audio.set_tempo', {'bpm': 240})
    home.loophole('transport', 'start')
    until_transport(home, running=True)
    for bpm in range(300, 308):
        first = queue(client, bpm=400)
        until_plays(client, first)
        second = queue(client)
        assert until_plays(client, second) <= {first}  # or none, if the bar ended before the first look
        until_plays(client, queue(client, bpm=400))
        client.must('audio.set_tempo', {'bpm': bpm})
        until_plays(client, queue(client))
        same(bpm, client.must('audio.transport')['set_bpm'])
    home.loophole('transport', 'stop')


run_claims()
