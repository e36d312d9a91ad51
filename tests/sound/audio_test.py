#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The messages and commands of the audio core, on JACK's dummy driver."""
import array
import contextlib
import json
import math
import os
import re
import signal
import time

from tests.sound import sound
from tests.claims import DRUMKITS, claim, contains, file_bytes, file_text, needs, run_claims, same, until
from tests.client import Catalogue, new_id
from tests.sounding import Tape, engine, noise, tool, transport, undisturbed, until_later, until_quiet, until_sounds, until_transport


def transport_engine(home):
    engine(home, in_step=True)


def pattern_engine(home):
    engine(home, in_step=True)


def pads_engine(home):
    engine(home)


def write_pattern(home, name, steps, more=''):
    """Writes a pattern to a file of that name; its one row has every possible key."""
    path = home.file(name)
    with open(path, 'w', encoding='utf-8') as out:
        out.write("""{"chronus_version": "1.0.0", "schema_version": "1.0", "timestamp": 1704654321.456,
 "metadata": {"name": "Pattern 1", "genre": "techno", "tags": ["acid", "303"]},
 "sequencer": {"bpm": 150.0, "swing": 0.25, "running": false, "global_step": 0, "tracks": {
   "kick": {"name": "kick", "voice_id": "voice1", "pattern": "STEPS", "notes": [55.0], "base_freq": 55.0, "base_amp": 0.5,
            "filter_freq": 150.0, "accent_boost": 1500.0, "reverb_send": 0.0, "delay_send": 0.0, "gate_frac": 0.2,
            "note_index": 0}}},
 "modules": {"voice1": {"freq": 55.0, "amp": 0.5, "filter_freq": 150.0, "filter_q": 2.0,
   "adsr": {"attack": 0.001, "decay": 0.05, "sustain": 0.0, "release": 0.1}, "reverb_send": 0.0, "delay_send": 0.0},
   "reverb1": {"mix": 0.3, "room": 0.5, "damp": 0.5},
   "delay1": {"time": 0.25, "feedback": 0.4, "mix": 0.3, "lowcut": 100.0, "highcut": 5000.0},
   "acid1": {"cutoff": 1500.0, "res": 0.45, "env_amount": 2500.0, "decay": 0.25, "drive": 0.2, "mix": 1.0,
             "vol_comp": 0.5}}MORE}
""".replace('STEPS', steps).replace('MORE', more))
    return path


def write_row(home, steps, **keys):
    """Writes a pattern of one row, with these additional keys for the row."""
    path = home.file('row.json')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'bpm': 120.0, 'swing': 0.0, 'tracks': {'hat': dict(keys, pattern=steps)}}}, out)
    return path


@claim(shares=transport_engine)
def the_metronome_sounds_at_the_port_when_the_transport_starts(home):
    home.loophole('transport', 'metronome', 'on')
    home.loophole('transport', 'start')
    until_transport(home, running=True)
    frames = undisturbed(home, lambda: until_later(home, 144000))
    onsets = [n for n in range(2400, len(frames)) if abs(frames[n]) > 0.01 and
              all(abs(x) < 0.01 for x in frames[n - 2400:n])]
    steps = [b - a for a, b in zip(onsets, onsets[1:])]
    # Two beats in a second. The recorder may have begun within the first click.
    assert len(onsets) >= 4 and set(steps[1:]) == {24000}, (onsets, steps)
    home.loophole('transport', 'metronome', 'off')
    home.loophole('transport', 'stop')
    until_transport(home, running=False)


@claim(shares=transport_engine)
def meters_hold_what_was_heard_since_the_last_look_and_counts_begin_again(home):
    home.loophole('mixer', 'metronome', 'gain=4')
    home.loophole('transport', 'metronome', 'on')
    home.loophole('transport', 'start')
    until(lambda: re.search('master.*clips', home.loophole('meters').out))  # at four times the level of a click
    contains(home.loophole('meters').out, 'LUFS')
    contains(home.loophole('events', 'audio.levels', '--limit', '2', '--json').out, '"momentary"')
    home.loophole('transport', 'stop')
    until_quiet(home)
    before = home.ask('audio.meters')['transport']['frame']
    until(lambda: home.ask('audio.meters')['transport']['frame'] > before + 12000)
    meters = home.ask('audio.meters', f'since={before}')['meters']
    same([], [m for m in meters if m['bus'] == 'master' and m['peak_left'] > 0.01])

    def counts_begin_again():  # a busy machine may miss a period right after the reset: then reset again
        home.loophole('meters', 'reset')
        return home.ask('audio.meters')['xruns'] == 0 and 'clips' not in home.loophole('meters').out

    until(counts_begin_again)
    home.loophole('transport', 'metronome', 'off')
    home.loophole('mixer', 'metronome', 'gain=1')


@claim(shares=transport_engine)
def the_transport_goes_where_a_client_moves_it(home):
    home.loophole('transport', 'tempo', '400')
    home.loophole('transport', 'locate', '9')
    until_transport(home, bar=8)
    home.loophole('transport', 'start')
    until_transport(home, bar=lambda bar: bar >= 9)
    home.loophole('transport', 'toggle')
    until_transport(home, running=False)
    home.loophole('transport', 'swing', '0.5')
    until_transport(home, swing=0.5)
    home.loophole('transport', 'tempo', '120')
    until_transport(home, bpm=120)
    contains(home.refused('transport', 'tempo', '500'), 'bpm')
    contains(home.refused('transport', 'swing', 'nan'), 'swing')
    contains(home.refused('transport', 'locate', '0'), 'is not a bar')
    contains(home.refused('transport', 'sync', 'cassette'), 'source')
    contains(home.loophole('transport', 'sync', 'midi').out, 'sync midi')
    home.loophole('transport', 'sync', 'none')
    home.loophole('transport', 'swing', '0')


@claim(shares=transport_engine)
def an_answer_and_its_event_have_what_all_asks_before_it_did(home):
    asks = (('stop', {}), ('locate', {'bar': 39}), ('set_tempo', {'bpm': 21.0}), ('locate', {'bar': 1}), ('start', {}),
            ('set_swing', {'swing': 0.5}), ('stop', {}), ('set_tempo', {'bpm': 22.0}), ('set_swing', {'swing': 0.0}))
    wanted = [(False, 39, 21, 0), (False, 1, 21, 0), (True, 1, 21, 0), (True, 1, 21, 0.5), (False, 1, 21, 0.5),
              (False, 1, 22, 0.5), (False, 1, 22, 0)]
    home.loophole('transport', 'start')
    until_transport(home, running=True)
    with contextlib.closing(home.client()) as client:
        events = client.listen('audio', 'audio.changed')
        until(lambda: client.must('audio.set_swing', {'swing': 0.0}) and client.heard(events, 100))
        client.must('audio.set_tempo', {'bpm': 20.0})
        until(lambda: client.heard(events)[-1]['transport']['bpm'] == 20)
        sent = [client.send(f'audio.{name}', body) for name, body in asks]
        answers = {request: body for request, _, body in (client.take('audio') for _ in sent)}
        heard = [client.heard(events)[-1]['transport'] for _ in sent]
    for all in ([answers[request] for request in sent], heard):
        same(wanted, [(now['running'], now['bar'], now['bpm'], now['swing']) for now in all][2:])


def _place(text):
    return re.findall('bar [0-9.]*', text)


@claim(shares=transport_engine)
def a_place_is_reported_as_bar_beat_and_sixteenth(home):
    same(['bar 3.1.1'], _place(home.loophole('transport', 'locate', '3').out))
    home.loophole('transport', 'start')
    until(lambda: re.search(r'bar [0-9]*\.[2-4]\.[2-4] ', home.loophole('transport').out))
    home.loophole('transport', 'stop')
    until_transport(home, running=False)
    now = transport(home)
    bar, step = now['bar'], now['step']
    same([f'bar {bar + 1}.{step // 4 + 1}.{step % 4 + 1}'], _place(home.loophole('transport').out))
    same(_place(home.loophole('transport').out), _place(home.loophole('meters').out))
    home.loophole('transport', 'locate', '1')


@claim(shares=pads_engine)
def a_tapped_tempo_is_the_one_between_the_taps(home):
    client = home.client()

    def is_slow():
        tapped = client.must('audio.tap', budget_ms=30000)
        time.sleep(1)  # the claim is about the time between taps
        return 30 < tapped['bpm'] < 90
    home.loophole('transport', 'tempo', '120')
    assert any(is_slow() for _ in range(100)), 'on a busy machine some taps, but not all, are too far apart'


@claim(shares=pattern_engine)
def a_pattern_is_loaded_at_once_when_stopped_and_at_the_next_bar_when_not(home):
    one = write_pattern(home, 'one.json', 'X...X...X...X...')
    home.loophole('transport', 'locate', '1')
    until_transport(home, bar=0)
    same('[SEQ] Pattern loaded at bar 0 (bar 1)\n', home.loophole('pattern', one).out)
    until_transport(home, bpm=150)  # from the next period
    home.loophole('transport', 'start')
    until_sounds(home, 'sequencer')
    first = transport(home)['pattern']
    contains(home.loophole('pattern', one).out, '[SEQ] Pattern queued for bar ')
    until_transport(home, pattern=first + 1)
    until_transport(home, queued_bar=None)
    until(lambda: re.search(r'\[SEQ\] Pattern queued for bar [0-9]*$', home.log('audio'), re.M))
    until(lambda: re.search(r'\[SEQ\] Pattern loaded at bar [1-9][0-9]*$', home.log('audio'), re.M))
    home.loophole('transport', 'stop')


@claim(shares=pattern_engine)
def a_pattern_with_anything_wrong_changes_nothing(home):
    before = transport(home)['pattern']
    said = home.refused('pattern', write_pattern(home, 'bad.json', 'X...Y...X...X...'))
    contains(said, 'step 5 is "Y"')
    contains(said, 'sequencer.tracks.kick.pattern')
    contains(home.refused('pattern', write_pattern(home, 'bad.json', 'X...X...X...X..')),
             'sequencer.tracks.kick.pattern: 15 steps, expected 16, 32, 48 or 64')
    contains(home.refused('ask', 'audio.set_pattern', 'pattern={"sequencer":{"tracks":[{"pattern":"X...X...X...X...",'
                          '"voice_id":"reverb1"}]}}'), 'unknown voice "reverb1"')
    contains(home.refused('ask', 'audio.set_pattern', 'pattern={"modules":{"voice1":{"filter_q":1e9}}}'), 'filter_q')
    right, client = {'name': 'a', 'pattern': 'x' * 16}, home.client()
    for ask, body, field in (
            ('set_pattern', {'pattern': {'sequencer': {'tracks': [right, dict(right, pattern='xx')]}}}, 'pattern.sequencer.tracks[1].pattern'),
            ('set_pattern', {'pattern': {'sequencer': {'tracks': [right, dict(right, sound=900)]}}}, 'pattern.sequencer.tracks[1].sound'),
            ('set_pattern', {'pattern': {'sequencer': {'tracks': [right, {'pattern': 'xx'}]}}}, 'pattern.sequencer.tracks[1].pattern'),
            ('set_pads', {'each': [{'pad': 0}, {'pad': 0, 'sound': 900}]}, 'each[1].sound'),
            ('set_pads', {'each': [{'pad': 0}, {'pad': 199}]}, 'each[1].pad')):
        same(field, client.ask('audio.' + ask, body)[1]['field'], body)
    same(before, transport(home)['pattern'])


@claim(shares=pattern_engine)
def a_pattern_file_of_another_program_is_read_and_its_errors_name_the_row(home):
    row = {'pattern': 'X.x.X.x.X.x.X.x.', 'notes': ['C♯4', '55'], 'base_amp': '0.5', 'colour': 'red'}
    old = {'created_at': '2025-01-07T18:24:00Z', 'bpm': '125', 'swing': 0.3, 'tags': ['acid'], 'tracks': {'kick': row},
           'global_effects': {'reverb1': {'mix': 0.3}}}
    with open(home.file('old.json'), 'w', encoding='utf-8') as out:
        json.dump(old, out)
    home.loophole('pattern', home.file('old.json'), '--immediate')
    until_transport(home, bpm=125, swing=0.3)
    with open(home.file('new.json'), 'w', encoding='utf-8') as out:
        json.dump({'schema_version': '2.0', 'sequencer': {'tracks': {'kick': row}}}, out)
    contains(home.refused('pattern', home.file('new.json')), 'schema_version: schema 2 is newer')


@claim(shares=pattern_engine)
def a_copy_of_an_ask_does_not_repeat_its_effect(home):
    """A client sends its ask again as long as no answer has come, so it may also do that just after the answer."""
    home.loophole('transport', 'stop')
    until_transport(home, running=False)
    client = home.client()

    def runs(wanted):
        until(lambda: client.must('audio.transport')['running'] == wanted)

    for wanted in (True, False):
        request = new_id()
        first = client.ask('audio.toggle', {}, request)
        runs(wanted)
        for _ in range(3):
            assert client.ask('audio.toggle', {}, request) == first
        frame = client.must('audio.transport')['frame']
        until(lambda: client.must('audio.transport')['frame'] > frame + 9600)
        same(wanted, client.must('audio.transport')['running'])


@claim(shares=pattern_engine)
def panic_silences_and_stops(home):
    home.loophole('pattern', write_pattern(home, 'loud.json', 'XxXxXxXxXxXxXxXx'))
    home.loophole('transport', 'start')
    until_sounds(home, 'sequencer')
    home.loophole('panic')
    until_transport(home, running=False)
    until_quiet(home)


@claim(shares=pads_engine)
def the_mixer_is_reported_by_channel(home):
    def mixer():
        return home.loophole('mixer', '--json').out

    home.loophole('mixer', 'pads', 'gain=0.5', 'pan=-1', 'mute=true')
    contains(mixer(), '{"bus":"pads","gain":0.5,"pan":-1,"mute":true,"solo":false}')
    home.loophole('mixer', 'pads', 'mute=false')
    contains(mixer(), '{"bus":"pads","gain":0.5,"pan":-1,"mute":false,"solo":false}')
    contains(home.refused('mixer', 'drums', 'gain=1'), 'bus')
    contains(home.refused('mixer', 'pads', 'gain=9'), 'gain')
    home.loophole('mixer', 'pads', 'gain=-20dB')
    contains(mixer(), '{"bus":"pads","gain":0.10000000149011612,')
    home.loophole('mixer', 'pads', 'gain=1', 'pan=0')


@claim(shares=pads_engine)
def a_pad_that_is_hit_sounds_and_ends(home):
    home.run(tool('tone'), 'sound', '900')
    home.loophole('pads', 'set', '3', 'sound=900', 'mode=loop')
    contains(home.loophole('pads').out, 'sound 900')
    home.loophole('pads', 'set', '5', 'note=36', 'channel=10')
    contains(home.loophole('pads').out, 'note 36  channel 10')
    contains(home.loophole('pads', '--json').out, '"channel":9')
    contains(home.refused('pads', 'set', '5', 'channel=0'), '1 to 16')
    home.loophole('pads', 'hit', '3', '0.5')
    until_sounds(home, 'pads')
    home.loophole('panic')
    until_quiet(home)
    contains(home.refused('pads', 'hit', '128'), 'pad')
    contains(home.refused('pads', 'set', '3', 'from=10', 'until=5'), 'before it begins')


@claim
def cues_for_a_frame_are_refused_when_too_many_wait_and_taken_when_these_are_done(home):
    engine(home)
    client = home.client()
    frame = lambda: client.must('audio.transport')['frame']
    near, far = frame() + 24000, frame() + 48000 * 600
    same({'ok'}, {client.ask('audio.release', {'pad': 3, 'at': near})[0] for _ in range(192)})
    end = max(near, frame() + 4096)  # some may have come late: these are done in the next period
    until(lambda: frame() > end)
    answers = [client.ask('audio.release', {'pad': 3, 'at': far}) for _ in range(200)]
    same(['ok'] * 192 + ['busy'] * 8, [error for error, _ in answers])
    contains(answers[-1][1]['what'], '192')
    client.must('audio.release', {'pad': 3})  # a cue without a frame waits for none


@claim(shares=pads_engine)
def a_file_is_loaded_for_a_pad(home):
    path = home.file('pad.wav')
    sound.make('sine', path, 24000, 48000, 480)
    contains(home.loophole('pads', 'set', '4', f'sound={path}', 'mode=loop').out, path)
    contains(home.loophole('pads', 'set', '4', 'gain=-6dB').out, f'gain 0.50 pan 0.00 ratio 1.000  {path}')
    contains(home.refused('pads', 'hit', '5'), 'pad 5 has no sound')
    home.loophole('pads', 'hit', '4')
    until_sounds(home, 'pads')
    home.loophole('panic')
    until_quiet(home)
    contains(home.refused('pads', 'set', '4', f'sound={home.file("gone.wav")}'), 'gone.wav')


@claim(shares=pads_engine)
def a_take_from_silent_inputs_warns(home):
    said = home.loophole('record', 'start', code=None).all
    home.loophole('record', 'stop')
    contains(said, 'the inputs of the device "dummy" are silent')
    client = home.first('audio', 'status')['client']
    inputs = f'--inputs {client}:main_left,{client}:main_right'
    contains(said, inputs)
    said = home.loophole('record', 'start', *inputs.split(), code=None).all
    home.loophole('record', 'stop')
    assert 'silen' not in said, said


@claim(shares=pattern_engine)
def a_row_with_a_sound_is_that_sound(home):
    sample = noise(home.file('noise.wav'))
    slot = home.ask('streamer.load_sound', 'path=' + home.file('noise.wav'))['sound']
    home.loophole('pattern', write_row(home, 'X.......x.......', sound=slot), '--immediate')
    home.loophole('transport', 'locate', '1')
    tape = Tape(home, 60)
    home.loophole('transport', 'start')
    until_transport(home, bar=lambda bar: bar >= 5)
    home.loophole('transport', 'stop')
    heard = array.array('f', file_bytes(tape.stop()))
    louder = math.pow(10, 3 / 20)
    hits, at = [], 0
    while at + 48000 < len(heard):
        if abs(heard[at]) < 1e-6:
            at += 1
            continue
        gain = max(0.5, 0.5 * louder, key=lambda g: -abs(heard[at + 9] - g * sample[9] / 32768))
        wrong = sum(abs(heard[at + i] - gain * sample[i] / 32768) > 1e-5 for i in range(24000))
        hits.append((at, round(gain, 3), wrong))
        at += 24000
    whole = [gain for _, gain, wrong in hits if wrong == 0]  # a hit is spoilt by a period that JACK skipped
    assert {0.5, round(0.5 * louder, 3)} <= set(whole), hits


@claim(shares=pads_engine)
def an_ask_with_an_unknown_sound_or_voice_is_refused(home):
    row = 'x...............'
    contains(home.refused('pattern', write_row(home, row, sound=77)), 'no sound is in slot 77')
    contains(home.refused('pattern', write_row(home, row, sound=5000)), 'sound')
    contains(home.refused('pattern', write_row(home, row, voice_id='voice99')), 'voice1 to voice32')
    contains(home.refused('pads', 'set', '7', 'sound=77'), 'no sound is in slot 77')
    contains(home.refused('pads', 'hit', '60'), 'pad 60 has no sound')
    noise(home.file('noise.wav'))
    slot = home.ask('streamer.load_sound', 'path=' + home.file('noise.wav'))['sound']
    home.loophole('pads', 'set', '8', f'sound={slot}')  # a slot without a generation
    home.loophole('pads', 'hit', '8')


@claim(shares=pads_engine)
def a_media_item_that_cannot_be_loaded_leaves_its_row_and_its_pad_silent(home):
    client = home.client()
    catalogue = Catalogue(client, identity='uuid:away', mount=b'/nowhere', label='AWAY')
    item = catalogue.put(b'away.wav')
    catalogue.unmount()
    queued = client.must('audio.set_pattern', {'pattern': {'sequencer': {'tracks': [
        {'name': 'kick', 'pattern': 'x' * 16}, {'name': 'hat', 'pattern': 'x' * 16, 'id': item}]}}})
    (silent,) = queued['silent']
    assert (silent['index'], silent['name'], silent['id']) == (1, 'hat', item) and 'AWAY' in silent['why'], silent
    pads = client.must('audio.set_pads', {'each': [{'pad': 9, 'id': item}, {'pad': 10, 'id': bytes(15) + b'x'}]})
    assert [s['index'] for s in pads['silent']] == [9, 10] and 'AWAY' in pads['silent'][0]['why'], pads
    alphabet, number = '0123456789ABCDEFGHJKMNPQRSTVWXYZ', int.from_bytes(item, 'big')
    id = ''.join(alphabet[number >> 5 * place & 31] for place in range(25, -1, -1))
    said = home.loophole('pattern', write_row(home, 'x...............', id=id), code=None).all
    contains(said, f'warning: row 1 hat is silent: {id}')
    contains(home.loophole('pads', 'set', '9', f'id={id}', code=None).all, 'warning: pad 9 is silent')
    contains(home.refused('pads', 'hit', '9'), 'pad 9 is silent: ')
    contains(home.loophole('pads').out, f'  silent: {id}: ')
    pads = client.must('audio.pads')
    same([9, 10], [one['index'] for one in pads['silent']])
    assert {9, 10} <= {pad['pad'] for pad in pads['each']}, pads
    home.loophole('pads', 'clear', '9')
    contains(home.refused('pads', 'hit', '9'), 'pad 9 has no sound')
    same([10], [one['index'] for one in client.must('audio.pads')['silent']])


@claim(shares=pads_engine)
def a_pad_with_an_oscillator_says_so_although_it_has_a_sound(home):
    noise(home.file('noise.wav'))
    home.loophole('pads', 'set', '12', 'sound=' + home.file('noise.wav'))
    contains(home.loophole('pads', 'set', '12', 'wave=saw').out, '  saw, in place of ' + home.file('noise.wav'))


@claim(shares=pads_engine)
def an_earlier_pattern_whose_sounds_load_late_does_not_replace_a_later_one(home):
    home.loophole('transport', 'stop')
    until_transport(home, running=False)
    client, streamer = home.client(), home.pid('streamer')
    item = Catalogue(client, identity='uuid:late', mount=b'/late').put(b'late.wav')
    clap = DRUMKITS + '/TR808EmulationKit/808_Clap.flac'
    slot = client.must('streamer.load_sound', {'path': clap.encode()})['sound']

    def pattern(name, **row):
        return {'pattern': {'metadata': {'name': name}, 'sequencer': {'tracks': [dict(row, name='hat', pattern='x' * 16)]}}}

    os.kill(streamer, signal.SIGSTOP)  # it loads nothing until the later asks have arrived
    earlier = client.send('audio.set_pattern', pattern('earlier', id=item))
    later = client.send('audio.set_pattern', pattern('later'))
    client.send('audio.set_pads', {'each': [{'pad': 11, 'gain': 0.25, 'id': item}]})
    client.send('audio.set_pads', {'each': [{'pad': 11, 'gain': 0.75, 'sound': slot}]})
    answers = {}
    while len(answers) < 4:
        if later in answers and len(answers) >= 2:
            with contextlib.suppress(ProcessLookupError):  # on a slow machine the supervisor may have replaced it
                os.kill(streamer, signal.SIGCONT)
        request, error, body = client.take('audio')
        answers[request] = (error, body)
    assert answers[later][0] == 'ok', answers
    assert answers[earlier][0] == 'conflict' and 'later pattern' in answers[earlier][1]['what'], answers
    number = answers[later][1]['number']  # it sounds from one of the next periods
    until(lambda: client.must('audio.transport')['pattern'] == number, what='the later pattern sounds')
    (pad,) = [p for p in client.must('audio.pads')['each'] if p['pad'] == 11]
    assert pad['gain'] == 0.75 and pad['sound'] == slot, pad
    home.wait_ready('streamer')


@claim(shares=pads_engine)
def an_edit_does_not_cancel_a_pattern_whose_sounds_were_still_loaded(home):
    """An edit of the former pattern, as a person makes one, or the engine itself when a sound can be loaded again."""
    home.loophole('transport', 'stop')
    until_transport(home, running=False)
    client, streamer = home.client(), home.pid('streamer')
    item = Catalogue(client, identity='uuid:edited', mount=b'/edited').put(b'edited.wav')
    row = {'name': 'hat', 'pattern': 'x' * 16}

    def pattern(name, **fields):
        return {'metadata': {'name': name}, 'sequencer': {'tracks': [dict(row, **fields)]}}

    first = client.must('audio.set_pattern', {'pattern': pattern('first')})['number']
    os.kill(streamer, signal.SIGSTOP)
    launched = client.send('audio.set_pattern', {'pattern': pattern('launched', id=item)})
    edit = client.send('audio.set_pattern', {'pattern': pattern('edit'), 'made_from': first})
    request, error, body = client.take('audio')
    same((edit, 'ok'), (request, error))
    with contextlib.suppress(ProcessLookupError):  # on a slow machine the supervisor may have replaced it
        os.kill(streamer, signal.SIGCONT)
    request, error, body = client.take('audio')
    same((launched, 'ok'), (request, error))
    same('launched', client.must('audio.pattern')['pattern']['metadata']['name'])
    home.wait_ready('streamer')


@claim(shares=transport_engine)
def jack_s_transport_is_led_when_asked(home):
    """JACK's transport rolls with bars and beats."""
    needs('jack_showtime')
    home.env['JACK_DEFAULT_SERVER'] = home.first('audio', 'status')['server']
    home.loophole('transport', 'sync', 'lead')
    home.loophole('transport', 'start')
    until(lambda: re.search('Rolling.*BBT: *[0-9]', home.run(
        'sh', '-c', '{ sleep 0.5; } | timeout --kill-after=1 5 jack_showtime 2>&1', code=None).out.replace('\r', '\n')))
    home.loophole('transport', 'stop')
    home.loophole('transport', 'sync', 'none')


@claim(shares=transport_engine)
def changes_of_the_audio_core_are_reported_as_events(home):
    path = home.file('events')

    def events():
        return file_text(path)

    listener = home.start_into(path, 'loophole', 'events', 'audio', '--json')
    home.loophole('transport', 'tempo', '400')
    home.loophole('transport', 'start')
    until(lambda: 'audio.bar' in events())
    line = home.loophole('events', 'audio.bar', '--limit=1').out  # the wire counts bars from 0, people from 1
    same(int(re.search('"bar":([0-9]*)', line)[1]) + 1, int(re.search(r'\(bar ([0-9]*)\)', line)[1]))
    home.loophole('transport', 'stop')
    until(lambda: '"running":false' in events())
    listener.kill()
    home.loophole('transport', 'tempo', '120')


@claim(shares=pads_engine)
def the_state_of_the_core_survives_its_restart(home):
    home.loophole('transport', 'tempo', '133')
    home.loophole('mixer', 'streams', 'gain=0.25')
    before = home.pid('audio')
    home.loophole('restart', 'audio')
    assert home.pid('audio') != before
    until_transport(home, bpm=133)
    contains(home.loophole('mixer', '--json').out, '{"bus":"streams","gain":0.25')
    home.loophole('transport', 'tempo', '120')
    home.loophole('mixer', 'streams', 'gain=1')


@claim(shares=transport_engine)
def the_device_is_listed_and_a_silent_one_is_reported(home):
    contains(home.loophole('audio', 'devices').out, '* dummy')
    contains(home.loophole('status').out, 'silent')
    contains(home.loophole('doctor', code=None).out, 'silent')
    contains(home.refused('audio', 'use', 'vinyl'), 'is not a device')
    contains(home.refused('audio', 'use', 'alsa:hw:0'), 'LOOPHOLE_AUDIO=dummy')
    contains(home.refused('audio', 'use', 'dummy', '--period', '100'), 'power of two')
    contains(home.refused('audio', 'connect', 'main_left', 'nowhere'), 'CLIENT:PORT')
    contains(home.refused('audio', 'connect', 'main_middle', 'a:b'), 'no port')


def _silent_engine(home):
    home.env['LOOPHOLE_AUDIO'] = f'jack:nobody-{os.getpid()}'
    home.settings('[audio]\nperiod = 1024\n')
    home.up()


@claim
def without_a_jack_server_commands_report_that_at_once(home):
    _silent_engine(home)
    contains(home.refused('transport', 'start'), 'no JACK server')
    contains(home.loophole('status').out, 'no sound')
    contains(home.loophole('transport', 'tempo', '90').out, '90.00 bpm')


def _pattern_of(bpm, **more):
    return {'metadata': {'name': f'at {bpm}'}, 'sequencer': dict({'bpm': bpm, 'tracks': []}, **more)}


@claim
def a_pattern_that_is_refused_without_a_jack_server_leaves_the_former_one(home):
    _silent_engine(home)
    client = home.client()
    error, body = client.ask('audio.set_pattern', {'pattern': _pattern_of(100.0), 'immediate': True})
    same('ok', error, body)
    former = home.ask('audio.pattern')
    for more in ({'immediate': True, 'pattern': _pattern_of(150.0, running=True)},
                 {'immediate': True, 'pattern': _pattern_of(150.0, global_step=32)},
                 {'start': True, 'pattern': _pattern_of(150.0)}):
        error, body = client.ask('audio.set_pattern', more)
        assert error == 'offline' and 'no JACK server' in body['what'], (error, body)
        same(former, home.ask('audio.pattern'))


@claim
def a_move_that_is_refused_without_a_jack_server_does_not_move_the_song(home):
    """An entry of four bars from bar 0 on, so the next one begins with bar 4."""
    _silent_engine(home)
    client = home.client()
    entry = {'pattern': _pattern_of(100.0), 'song': 1, 'bars': 4}
    error, first = client.ask('audio.set_pattern', dict(entry, immediate=True))
    same('ok', error, first)
    for ask in ('locate', 'start'):
        error, body = client.ask('audio.' + ask, {'bar': 8})
        assert error == 'offline', (ask, error, body)
    error, second = client.ask('audio.set_pattern', dict(entry, after=first['number']))
    same('ok', error, second)
    same(4, second['bar'])


def private_memory(pid):
    """The memory of a process in KiB that no file backs, including the stacks of its threads."""
    return int(re.search(r'VmData:\s+(\d+)', file_text(f'/proc/{pid}/status'))[1])


@claim
def the_supervisor_and_the_audio_core_take_all_their_memory_before_they_are_ready(home):
    engine(home)
    # a large ask starts a thread to read it; if that has no stack, the loop reads it
    for ask in ('supervisor.restart', 'audio.set_tempo'):
        home.client().ask(ask, {'more': 'x' * 300000})
    held = {pid: private_memory(pid) for pid in (home.pid('supervisor'), home.pid('audio'))}
    path = home.file('pad.wav')
    sound.make('sine', path, 24000, 48000, 480)
    killed = home.pid('search')
    home.kill('search')
    for n in range(8):
        home.loophole('pattern', write_row(home, 'X...X...X...X...'))
        home.loophole('pads', 'set', str(n), f'sound={path}', 'mode=loop')
        home.loophole('pads', 'hit', str(n))
        home.loophole('transport', 'start' if n % 2 else 'stop')
        home.loophole('mixer', 'pads', f'gain=0.{n + 1}')
        for service in ('supervisor', 'audio'):
            for ask in ('describe', 'stats', 'ping', 'unknown'):
                home.loophole('ask', f'{service}.{ask}', code=None)
        for command in ('meters', 'pads', 'mixer', 'audio', 'status', 'connections'):
            home.loophole(command, code=None)
        client = home.client()
        for size in (100, 30000, 300000):
            client.ask('supervisor.restart', {'service': 'x' * size})
            client.ask('audio.hit', {'pad': 0, 'more': 'x' * size})
    until(lambda: home.is_other('search', killed))
    same(held, {pid: private_memory(pid) for pid in held})


@claim
def with_the_device_none_no_audio_core_runs(home):
    home.up()
    assert not re.search('^(audio|streamer|jack) ', home.loophole('status').out, re.M)
    board = re.search('/dev/shm/loophole-[0-9a-f]*-board', file_text(f'/proc/{home.pid("persist")}/maps'))[0]
    assert not os.path.exists(board[:-len('board')] + 'score')
    for command in (['play', 'x/y.wav'], ['record', 'takes'], ['recover'], ['mixer'], ['ask', 'audio.status']):
        contains(home.refused(*command), 'this engine runs without sound')


@claim
def no_ask_waits_for_a_service_that_the_engine_runs_without(home):
    home.up()
    contains(home.refused('ask', 'audio.status', '--budget', '600000'), 'this engine runs without sound')
    for slow in ('supervisor', 'project'):  # project asks the core with the rest of the budget
        home.kill(slow)
        home.wait_ready('supervisor', 'project')
        contains(home.refused('ask', 'project.save_pattern', 'slot=5', '--budget', '600000'), 'this engine runs without sound')


run_claims()
