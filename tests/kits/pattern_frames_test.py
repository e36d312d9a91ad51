#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The values of steps, heard at JACK's ports: each hit on its frame with its level, also over the death of the core."""
import array
import json
import math
import subprocess
import wave

from tests.claims import claim, contains, file_bytes, file_json, run_claims, same, until
from tests.sounding import Tape, engine, tool, until_connected, until_later, until_quiet, until_transport

STEP, SWING = 6000, 0.3  # frames at 120 BPM
ROW = {'pattern': 'xx..Xx......x...', 'gate_frac': 1, 'base_amp': 0.5, 'ratchet': [1, 2, 1, 1, 3], 'timing': [0, 0.25, 0, 0, 0, -0.5],
       'velocity': [1, 0.5], 'probability': [1] * 12 + [0]}


def click(path):
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [16384] + [0] * 2000).tobytes())
    return path


def write_pattern(home, slot, **row):
    path = home.file('steps.json')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'bpm': 120, 'swing': SWING, 'tracks': {'click': dict(ROW, sound=slot, **row)}}}, out)
    return path


def place(step):
    return step + (SWING / 2 if step % 2 else 0)


def hits_of_bar():
    """Frames from the bar on, and levels."""
    for at, step in enumerate(ROW['pattern']):
        if step == '.' or (ROW['probability'] + [1] * 16)[at] == 0:
            continue
        timing, ratchet = (ROW['timing'] + [0] * 16)[at], (ROW['ratchet'] + [1] * 16)[at]
        after, before = place(at + 1) - place(at), place(at) - place(at - 1)
        moved = timing * (before if timing < 0 else after)
        apart = (after - max(moved, 0)) / ratchet
        level = 0.25 * (ROW['velocity'] + [1] * 16)[at] * (math.sqrt(10 ** 0.3) if step == 'X' else 1)
        for hit in range(ratchet):
            yield STEP * (place(at) + moved + hit * apart), level


def clicks(tape):
    return [(frame, level) for frame, level in enumerate(array.array('f', file_bytes(tape.stop()))) if level > 0.05]


EARLY = STEP * place(5), 0.25  # the step that is early: one that follows the start of a core begins at its own time


def count_whole_bars(heard):
    """Bars with all their hits. The beat stays in time over a death, which takes only the hits of its own time."""
    wanted, bars, starts = [*sorted(hits_of_bar()), EARLY], {}, 0
    for frame, level in heard:
        past = frame - heard[0][0]
        number, rest = divmod(past + 1, 16 * STEP)
        which = [at for at, (should, loud) in enumerate(wanted) if abs(rest - 1 - should) <= 1 and abs(level - loud) < 1e-3]
        assert len(which) == 1, (past, level, wanted)
        starts += wanted[which[0]] == EARLY
        bars.setdefault(number, set()).add(which[0])
    assert starts <= 1, heard
    return sum(set(range(len(wanted) - 1)) <= bar for bar in bars.values())


@claim
def each_hit_is_on_its_frame_with_its_level_also_after_the_death_of_the_core(home):
    """A place of a step may lie between two frames."""
    engine(home, '[audio]\nperiod = 1024\n', in_step=True)
    until_connected(home)
    slot = home.ask('streamer.load_sound', 'path=' + click(home.file('click.wav')))['sound']
    home.loophole('pattern', write_pattern(home, slot))
    tape = Tape(home, 60)
    home.loophole('transport', 'start')
    until_transport(home, bar=lambda bar: bar >= 3)
    home.kill('audio')
    until(lambda: home.has_lived('audio'))
    until_connected(home)
    until_later(home, 3 * 16 * STEP)
    home.loophole('transport', 'stop')
    assert count_whole_bars(clicks(tape)) >= 3


# ---- a change on the bar ----

BAR_STEP, BAR = 3000, 48000  # frames at 240 BPM, without swing
EFFECTS = {'delay1': {'time': 0.1, 'feedback': 0.5, 'mix': 1.0}, 'reverb1': {'mix': 0.3}}


def tone(path):
    """Two steps and a half of a sine that falls to silence."""
    frames = 5 * BAR_STEP // 2
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [int(12000 * (1 - n / frames) * math.sin(n * math.tau * 200 / 48000))
                                          for n in range(frames)]).tobytes())
    return path


def save_changes(home):
    """Slot 1 has a tone and a synth voice on its last step, slot 2 a click on each beat, slot 3 only rests; all have the same
    effects."""
    def load(path):
        return home.ask('streamer.load_sound', 'path=' + path)['sound']

    voice = {'voice2': {'wave': 'saw', 'adsr': {'attack': 0.001, 'decay': 0.05, 'sustain': 0.6, 'release': 0.2}, 'reverb_send': 0.3}}
    rows = {1: {'tone': {'pattern': '....x..........x', 'sound': load(tone(home.file('tone.wav'))), 'gate_frac': 1, 'delay_send': 0.8, 'reverb_send': 0.5},
                'synth': {'pattern': '...............x', 'voice_id': 'voice2', 'gate_frac': 1, 'base_amp': 0.3}},
            2: {'click': {'pattern': 'x...x...x...x...', 'sound': load(click(home.file('click.wav'))), 'gate_frac': 1, 'base_amp': 0.5}},
            3: {'none': {'pattern': '................'}}}
    for slot, tracks in rows.items():
        path = home.file(f'slot{slot}.json')
        with open(path, 'w', encoding='utf-8') as out:
            json.dump({'sequencer': {'bpm': 240, 'swing': 0, 'tracks': tracks}, 'modules': dict(EFFECTS, **voice if slot == 1 else {})}, out)
        home.loophole('pattern', 'save', str(slot), path)


def hear_change(home, slot):
    """What JACK hears of two bars of slot 1 and then one of `slot`, from the start of the transport on. A busy machine
    may change later than at the second bar: then it plays again."""
    home.loophole('song', 'set', '1:2', f'{slot}:8')
    for number in range(20):
        home.loophole('transport', 'stop')
        home.loophole('panic')
        home.loophole('transport', 'locate', '1')
        until_quiet(home)
        said = len(home.log('audio'))
        tape = Tape(home, 60, name=f'change{slot}.{number}')
        home.loophole('song', 'play')
        until_transport(home, bar=lambda bar: bar >= 4)
        home.loophole('transport', 'stop')
        heard = array.array('f', file_bytes(tape.stop()))
        begin = next(at for at, level in enumerate(heard) if abs(level) > 1e-3) - 1 - 4 * BAR_STEP  # a sine begins with 0
        whole = heard[begin:begin + 3 * BAR]
        if 'Pattern loaded at bar 2\n' in home.log('audio')[said:] and not any(map(math.isnan, whole)):
            return whole
    raise AssertionError('it never changed at the second bar')


@claim
def a_pattern_that_begins_at_its_bar_is_heard_frame_by_frame(home):
    """The sound of the old one's last step and the tails of the effects go on as if nothing had changed, and only the
    clicks of the new one are added, on their frames."""
    engine(home, '[audio]\nperiod = 1024\n', in_step=True)
    until_connected(home)
    home.wait_ready('project', 'persist')
    save_changes(home)
    unchanged, changed, rests = (hear_change(home, slot) for slot in (1, 2, 3))
    change, next_hit = 2 * BAR, 2 * BAR + 4 * BAR_STEP
    same([], [at for at in range(next_hit) if abs(unchanged[at] - rests[at]) > 1e-5][:5], 'the last step, whole, and the tails')
    assert max(map(abs, rests[change:change + BAR_STEP])) > 0.02, 'the last step sounds beyond the bar'
    assert max(map(abs, rests[change + 2 * BAR_STEP:])) > 1e-3, 'the tails sound'
    added = [(at, changed[at] - rests[at]) for at in range(3 * BAR) if abs(changed[at] - rests[at]) > 1e-4]
    same([change + beat * 4 * BAR_STEP for beat in range(4)], [at for at, _ in added])
    assert all(abs(level - 0.25) < 1e-3 for _, level in added), added


@claim
def values_of_steps_are_read_kept_and_refused_with_their_place(home):
    engine(home)
    path = write_pattern(home, 0, seed=1)
    contains(home.refused('pattern', write_pattern(home, 0, velocity=[1] * 17)),
             'sequencer.tracks.click.velocity: 17 steps, but the row has 16')
    contains(home.refused('pattern', write_pattern(home, 0, ratchet=9)), 'sequencer.tracks.click.ratchet')
    contains(home.refused('pattern', write_pattern(home, 0, length=20)), 'length: 20 steps, but the row has 16')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'seed': 7, 'tracks': {'click': dict(ROW, length=12.0, probability=[1, 0.5])}}}, out)
    home.loophole('pattern', path)
    kept = json.loads(home.ask('project.snapshot')['file'])['sequencer']
    row = kept['tracks']['click']
    same((7, 12, ROW['ratchet'], ROW['timing'], ROW['velocity'], [1, 0.5]),
         (kept['seed'], row['length'], row['ratchet'], row['timing'], row['velocity'], row['probability']))
    midi, back = home.file('steps.mid'), home.file('back.json')
    remarks = json.loads(home.loophole('pattern', 'export_midi', path, midi, '--json').out)['remarks']
    assert 'click: probability: other programs play each of its steps' in remarks, remarks
    home.loophole('pattern', 'import_midi', midi, back)
    row = file_json(back)['sequencer']['tracks']['click']
    same((12, [1, 2, 1, 1, 3, 1], -0.5), (row['length'], row['ratchet'][:6], row['timing'][5]))


# ---- MIDI ----

NOTE_ON, NOTE_OFF, CONTROL, SUSTAIN, CHANNEL = 0x90, 0x80, 0xb0, 64, 2


class Device:
    """A JACK client with a MIDI input, which outlives the engine's programs."""

    def __init__(self, home):
        self.path = home.file('device')
        self.process = subprocess.Popen([tool('place'), home.ask('audio.server')['server'], self.path], env=home.env,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == 'ready\n'

    def messages(self):
        """(kind, first, second) of each message; ends the client."""
        self.process.communicate(timeout=600)
        same(0, self.process.returncode)
        with open(self.path + '.midi', encoding='utf-8') as file:
            lines = [list(map(int, line.split())) for line in file]
        same({CHANNEL}, {status & 15 for _, status, _, _ in lines})
        return [(status & 0xf0, first, second) for _, status, first, second in lines]


def is_wired(home):
    return any(one['port'] == 'midi_out' and one['to'] == 'place:midi' and one['made'] for one in home.ask('audio.ports')['each'])


def wire(home, wanted):
    home.loophole('audio', 'connect' if wanted else 'disconnect', 'midi_out', 'place:midi')
    until(lambda: is_wired(home) == wanted, what=f'the MIDI connection is {wanted}')


@claim
def each_note_at_the_midi_port_has_its_end_also_over_a_kill_a_lost_connection_and_a_mute(home):
    """A note sounds at each instant, so one sounds whatever happens."""
    engine(home, '[audio]\nperiod = 1024\n', in_step=True)
    until_connected(home)
    device = Device(home)
    with open(home.file('keys.json'), 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'bpm': 60, 'tracks': {'keys': {'pattern': 'x' * 16, 'notes': ['C4', 'E4', 'G4'], 'gate_frac': 1,
                                                                'midi_channel': CHANNEL}}}}, out)
    home.loophole('pattern', home.file('keys.json'))
    wire(home, True)
    home.loophole('transport', 'start')
    until_transport(home, bar=lambda bar: bar >= 1)
    home.kill('audio')
    until(lambda: home.has_lived('audio'))
    until_connected(home)
    until(lambda: is_wired(home), what='the successor is connected')
    until_later(home, 48000)
    wire(home, False)
    home.loophole('pattern', 'rows', 'keys', 'mute=on')
    until_later(home, 12000)
    wire(home, True)
    until_later(home, 12000)
    home.loophole('pattern', 'rows', 'keys', 'mute=off')
    until_later(home, 48000)
    home.loophole('transport', 'stop')
    until_later(home, 12000)
    sounding, pedals, notes = set(), 0, []
    for kind, first, second in device.messages():
        if kind == NOTE_ON:
            assert not sounding and second == 64, (sounding, first, second, notes)
            sounding.add(first)
            notes.append(first)
        elif kind == NOTE_OFF:
            sounding.discard(first)
        else:
            same((CONTROL, SUSTAIN, 0, set()), (kind, first, second, sounding))
            pedals += 1
    assert not sounding and pedals >= 3 and len(notes) > 20 and {60, 64, 67} == set(notes), (sounding, pedals, notes)


@claim
def a_note_that_sounds_when_the_engine_goes_down_has_its_end(home):
    engine(home, '[audio]\nperiod = 1024\n', in_step=True)
    until_connected(home)
    device = Device(home)
    with open(home.file('keys.json'), 'w', encoding='utf-8') as out:
        json.dump({'sequencer': {'bpm': 20, 'tracks': {'keys': {'pattern': 'x' * 16, 'notes': ['C4'], 'gate_frac': 1,
                                                                'midi_channel': CHANNEL}}}}, out)
    home.loophole('pattern', home.file('keys.json'))
    wire(home, True)
    home.loophole('transport', 'start')
    until_transport(home, bar=0, step=lambda step: step >= 1)
    home.stop()
    messages = device.messages()
    same([(NOTE_OFF, 60, 64), (CONTROL, SUSTAIN, 0)], messages[-2:])
    same(1 + len(messages[:-2]) // 2, [kind for kind, _, _ in messages].count(NOTE_ON))


run_claims()
