#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""What was played on the pads becomes a MIDI file and a clip: ticks and frames, deaths of services, refusals."""
import json
import os
import random
import signal
import struct

from tests.claims import claim, contains, file_bytes, how_often, run_claims, same, until
from tests.client import Client
from tests.kits.kits import first, make, make_levels
from tests.sounding import Tape, came_before, engine, frame, start_transport, until_connected, until_later, until_quiet, until_transport

RATE, BPM = 48000, 400
STEP, BAR = 1800, 16 * 1800  # frames at that tempo
NOTE_OFF, NOTE_ON, META = 0x80, 0x90, 0xff


# ---- MIDI files ----

def read_number(data, at):
    number = 0
    while True:
        number = number << 7 | data[at] & 0x7f
        at += 1
        if data[at - 1] < 0x80:
            return number, at


def read_track(data):
    """(tick, status, bytes) of each event."""
    events, at, tick = [], 0, 0
    while at < len(data):
        delta, at = read_number(data, at)
        tick += delta
        status = data[at]
        if status == META:
            length, begin = read_number(data, at + 2)
            events.append((tick, META, data[at + 1:at + 2] + data[begin:begin + length]))
            at = begin + length
        else:
            events.append((tick, status, data[at + 1:at + 3]))
            at += 3
    return events


class MidiFile:
    """The notes of a MIDI file, with their frames from its beginning: (frame, note, velocity, frames of its length)."""

    def __init__(self, path):
        data = file_bytes(path)
        same((b'MThd', 6, 1), struct.unpack('>4sIH', data[:10]))
        count, self.ticks = struct.unpack('>HH', data[10:14])
        tracks, at = [], 14
        for _ in range(count):
            kind, length = struct.unpack('>4sI', data[at:at + 8])
            same(b'MTrk', kind)
            tracks.append(read_track(data[at + 8:at + 8 + length]))
            at += 8 + length
        same(len(data), at)
        self.tempos = [(tick, int.from_bytes(what[1:], 'big')) for tick, status, what in tracks[0]
                       if status == META and what[0] == 0x51]
        self.ends = [track[-1][0] for track in tracks]
        self.notes = self.pair(tracks[1])

    def frame(self, tick):
        us, last, now = 0, 0, 500000
        for at, beat in self.tempos:
            if at >= tick:
                break
            us, last, now = us + (at - last) * now, at, beat
        return (us + (tick - last) * now) / self.ticks / 1e6 * RATE

    def pair(self, events):
        notes, held = [], {}
        for tick, status, what in events:
            if status & 0xf0 == NOTE_ON:
                assert what[0] not in held, (tick, what)
                held[what[0]] = len(notes)
                notes.append([tick, what[0], what[1], None])
            elif status & 0xf0 == NOTE_OFF:
                notes[held.pop(what[0])][3] = tick
        same({}, held)
        return [(self.frame(on), note, velocity, self.frame(off) - self.frame(on)) for on, note, velocity, off in notes]


# ---- playing ----

def sounding_kit(home):
    engine(home, '[supervisor]\nhang_ms = 300000\n[audio]\nperiod = 1024\n', in_step=True)
    make_levels(home)
    home.loophole('index', home.file('library'), '--wait')
    until_connected(home)
    make(home, 'Levels', a='low', b='middle', c='high')
    home.loophole('kit', 'load', 'Levels')
    for pad in range(3):
        home.loophole('pads', 'set', str(pad), 'choke=1')
    start_transport(home, BPM)


def next_bar(home, lead):
    """The frame of a bar that comes, and its number."""
    now = home.look('audio.transport')
    place = 16 * now['bar'] + now['step'] + now['phase']
    return now['frame'] + round((16 * (now['bar'] + lead) - place) * STEP), now['bar'] + lead


def hit_at(home, hits):
    """Lets pads be hit at these frames: (frame, pad, velocity)."""
    client = Client(home.path)
    for at, pad, velocity in hits:
        client.must('audio.hit', {'pad': pad, 'velocity': velocity, 'at': at})


def events(home, since=0):
    """The lines of the record from this number on, and the number of the next."""
    answer = home.look('streamer.played', {'from': since})
    return answer.get('events', []), answer['next']


def until_recorded(home, hits):
    """Waits until the record has these hits."""
    want = {(at, pad) for at, pad, _ in hits}

    def has_all():
        lines, at = [], 0
        while True:
            more, at = events(home, at)
            lines += more
            if not more:
                break
        return want <= {(one['frame'], one.get('pad', 0)) for one in lines if one['kind'] in (1, 'hit')}
    until(has_all, what='the record has all hits')


def play(home, places, lead=5, bars=2):
    """Plays hits at these places, in steps from a bar on: (place, pad, velocity). Returns the frame and number of the
    bar, and the hits by their frames."""
    def played():
        begin, number = next_bar(home, lead)
        hits = [(begin + round(place * STEP), pad, velocity) for place, pad, velocity in places]
        hit_at(home, hits)
        return (begin, number, hits) if came_before(home, begin) else until_later(home, (lead + bars + 1) * BAR)
    begin, number, hits = until(played, 900, 'the hits come in time')
    until_recorded(home, hits)
    return begin, number, hits


def check_file(made, begin, hits):
    """The notes of the file are the hits, to a frame."""
    file = MidiFile(made['path'])
    want = sorted((at - begin, (36 + pad) % 128, max(1, round(velocity * 127))) for at, pad, velocity in hits)
    same([one[1:] for one in want], [note[1:3] for note in file.notes])
    for one, note in zip(want, file.notes):
        assert abs(one[0] - note[0]) <= 1, (one, note)
    return file


PLACES = [(0, 0, 1), (3.5, 1, .5), (7.25, 2, .25), (12, 0, .75), (15.9, 1, 1), (16, 0, .5), (20.125, 2, 1), (31, 0, .1)]


@claim(shares=sounding_kit)
def hits_become_a_midi_file_and_a_clip_whose_ticks_are_the_frames_on_the_tape(home):
    def heard():
        tape = Tape(home, 120, 'pads_left')
        begin, number, hits = play(home, PLACES)
        until(lambda: frame(home) > begin + 3 * BAR, what='the last hit has sounded')
        frames = tape.stop()
        levels = memoryview(file_bytes(frames)).cast('f')
        return (begin, number, hits, levels) if all(x == x for x in levels) else None
    begin, number, hits, levels = until(heard, 900, 'the machine has time for the recorder')
    made = home.first('kit', 'commit', '2', '--track', 'Drums')
    same((2, 8, number * 4), (made['bars'], made['hits'], made['start']))
    assert abs(made['from'] - begin) <= 1 and abs(made['until'] - begin - 2 * BAR) <= 1, (made, begin)
    file = check_file(made, begin, hits)
    same([(0, 150000)], file.tempos)
    same([2 * 16 * file.ticks // 4] * 2, file.ends)
    loud = next(i for i, x in enumerate(levels) if abs(x) > .01)
    onsets = [loud] + [i for i in range(loud + 1, len(levels)) if abs(levels[i] - levels[i - 1]) > .002]
    shift = onsets[0] - file.notes[0][0]
    for at, *_ in file.notes:
        near = min(onsets, key=lambda x: abs(x - shift - at))
        assert abs(near - shift - at) <= 2, (at, near - shift)


@claim(shares=sounding_kit)
def a_commit_is_one_step_of_undo_and_the_item_is_a_midi_file_of_the_project(home):
    without_note = 91, 92, 127
    for pad in without_note:
        home.loophole('pads', 'set', str(pad), 'wave=sine')
    begin, _, hits = play(home, [(0, 0, 1), (4, 1, 1)] + [(6, pad, 1) for pad in without_note])
    before = home.json('pads'), home.ask('audio.transport')['running']
    parts = {part['id'] for part in home.json('project', 'show')}
    made = home.first('kit', 'commit', '1', '--track', 'Second')
    check_file(made, begin, hits)
    new = [part for part in home.json('project', 'show') if part['id'] not in parts]
    same({'track', 'clip', 'item'}, {part['kind'] for part in new}, new)
    same(before, (home.json('pads'), home.ask('audio.transport')['running']))
    until(lambda: home.first('show', made['item'])['availability'] in ('local', 'present'), what='the item is here')
    item = home.first('show', made['item'])
    same(('midi', made['path'], 'Second 1 bar'), (item['kind'], item['path'], item['name']))
    until(lambda: home.first('show', made['item'])['analysis'] == 'done', what='the file is read')
    same(5, home.first('show', made['item'])['note_count'])
    again = home.first('kit', 'commit', '1', '--track', 'Second')
    same(made['track'], again['track'])
    assert made['item'] != again['item'] and made['path'] != again['path'], (made, again)
    contains(home.loophole('project', 'undo').out, 'commit kit')
    contains(home.loophole('project', 'undo').out, 'commit kit')
    same(parts, {part['id'] for part in home.json('project', 'show')})
    home.loophole('project', 'redo')
    same({part['id'] for part in new} | parts, {part['id'] for part in home.json('project', 'show')})
    assert os.path.exists(made['path'])
    for pad in without_note:
        home.loophole('pads', 'clear', str(pad))


@claim(shares=sounding_kit)
def hits_before_and_after_the_deaths_of_services_are_kept(home):
    until(lambda: all(home.has_lived(one) for one in ('streamer', 'audio', 'project', 'persist')))
    start, _, hits = play(home, [(step, step % 3, 1) for step in range(0, 16, 2)])
    all_hits = list(hits)
    for service in ('streamer', 'audio', 'project', 'persist'):
        if service == 'streamer':
            begin, _ = next_bar(home, 8)
            more = [(begin + round(step * STEP), step % 3, .5) for step in range(0, 64, 2)]
            hit_at(home, more)
            until(lambda: frame(home) > begin, what='the hits have begun')
            home.kill(service)
        else:
            home.kill(service)
            begin, _, more = play(home, [(3, 1, .75)])
        until_recorded(home, more)
        all_hits += more
    made = home.first('kit', 'commit', str(1 + (all_hits[-1][0] - start) // BAR), '--track', 'Killed')
    same(len(all_hits), made['hits'])
    check_file(made, start, all_hits)


@claim(shares=sounding_kit)
def keys_of_a_device_have_the_length_for_which_they_were_held(home):
    tape = Tape(home, 120, 'pads_left', name='keys',
                notes=('37', '9000', home.ask('audio.server')['client'] + ':midi_in', '2500'))
    begun = frame(home)
    until(lambda: frame(home) > begun + 4 * BAR, what='some keys were pressed')
    tape.stop()
    made = home.first('kit', 'commit', '2', '--track', 'Keys')
    notes = MidiFile(made['path']).notes
    assert len(notes) >= 4 and {note[1] for note in notes} == {37}, notes
    held = [note[3] for note in notes[:-1]]
    assert all(abs(one - 2500) <= 2 for one in held[1:]), held


@claim(shares=sounding_kit)
def hits_move_to_a_grid_by_the_strength_and_keep_their_place_in_a_pattern(home):
    loose = [(.25, 0, 1), (3.75, 1, .5), (8.5, 2, .25), (15.8, 1, 1)]
    begin, _, _ = play(home, loose)
    for strength in 1, .5:
        made = home.first('kit', 'commit', '2', '--track', 'Grid', '--quantise', '1/16', '--strength', f'{strength:.0%}')
        moved = [(place + strength * (int(place + .5) - place), pad, velocity) for place, pad, velocity in loose]
        bar = 0 if strength == 1 else 1  # half way, the last hit stays in its bar
        check_file(made, begin - bar * BAR, [(begin + round(place * STEP), pad, velocity) for place, pad, velocity in moved])
    made = home.first('kit', 'commit', '1', '--track', 'Grid', '--quantise', '1/8', '--strength', '0')
    check_file(made, begin, [(begin + round(place * STEP), pad, velocity) for place, pad, velocity in loose])

    said = home.first('kit', 'commit', '1', '--as-pattern', '5')
    same((3, 16, BPM, '5'), tuple(said[key] for key in ('rows', 'steps', 'bpm', 'slot')))
    rows = json.loads(home.look('project.read_pattern', {'slot': '5'})['file'])['sequencer']['tracks']
    same({'a', 'b', 'c'}, set(rows))
    same('x' + 15 * '.', rows['a']['pattern'])
    same('x...x...........', rows['b']['pattern'])
    same([-.2, 0, 0, 0, -.25], [round(one, 3) for one in rows['b']['timing'][:5]])
    same((1, .5), (rows['b']['base_amp'], round(rows['b']['velocity'][4], 6)))
    same(first(home, 'name:middle'), rows['b']['media_id'])
    before = home.ask('audio.transport')
    contains(home.loophole('kit', 'commit', '2', '--as-pattern', '6', '--quantise', '1/16').out, '3 rows of 32 steps, 400 bpm')
    rows = json.loads(home.look('project.read_pattern', {'slot': '6'})['file'])['sequencer']['tracks']
    same([0] * 32, rows['a']['timing'])
    same('....x...........x...............', rows['b']['pattern'])
    same((before['running'], before['bpm']), tuple(home.ask('audio.transport')[key] for key in ('running', 'bpm')))
    contains(home.refused('kit', 'commit', '5', '--as-pattern', '5'), '5 bars are out of range: 1 to 4')
    contains(home.refused('kit', 'commit', '1', '--as-pattern', '5', '--track', 'x'), 'a pattern has no track')
    contains(home.refused('kit', 'commit', '1', '--track', 'x', '--quantise', '16'), 'expects 1/N, such as 1/16, not "16"')
    contains(home.refused('kit', 'commit', '1', '--track', 'x', '--quantise', '1/5'), '1/5 is no grid')
    contains(home.refused('kit', 'commit', '1', '--track', 'x', '--strength', '1'), '--strength needs --quantise')


class Wav:
    """A WAV of 32-bit floats with two channels, as the engine writes it."""

    def __init__(self, path):
        data = file_bytes(path)
        same((b'RIFF', len(data) - 8, b'WAVEfmt '), struct.unpack('<4sI8s', data[:16]))
        same((3, 2, RATE, 32), struct.unpack('<HHI', data[20:28]) + struct.unpack('<H', data[34:36]))
        same((b'data', len(data) - 58), struct.unpack('<4sI', data[50:58]))
        samples = memoryview(data[58:]).cast('f')
        self.left, self.right = samples[::2].tolist(), samples[1::2].tolist()


@claim(shares=sounding_kit)
def hits_become_an_audio_file_whose_frames_are_those_of_the_port(home):
    home.loophole('mixer', 'pads', 'gain=-6dB')

    def heard():
        until_quiet(home, 'pads')  # a hit of the claim before may sound still
        tape = Tape(home, 120, 'pads_left')
        begin, _, hits = play(home, PLACES)
        until(lambda: frame(home) > begin + 3 * BAR, what='the last hit has sounded')
        levels = memoryview(file_bytes(tape.stop())).cast('f')
        return (begin, hits, levels) if all(x == x for x in levels) else None
    begin, hits, levels = until(heard, 900, 'the machine has time for the recorder')
    before = home.json('pads'), home.ask('audio.transport')['running']
    made = home.first('kit', 'commit', '2', '--track', 'Audio', '--as-audio')
    same((2, 8), (made['bars'], made['hits']))
    contains(made['path'], '/Media/Audio/Audio 2 bars')
    wav = Wav(made['path'])
    assert len(wav.left) >= 2 * BAR and wav.left == wav.right, len(wav.left)
    loud = next(i for i, x in enumerate(levels) if abs(x) > .001)
    shift = loud - next(i for i, x in enumerate(wav.left) if abs(x) > .001)
    count = min(len(wav.left), len(levels) - shift)
    assert count >= 2 * BAR - 1000, count
    far = [i for i in range(count) if abs(wav.left[i] - levels[shift + i]) > 1e-6]
    same([], far[:10])
    same(before, (home.json('pads'), home.ask('audio.transport')['running']))
    until(lambda: home.first('show', made['item'])['analysis'] == 'done', what='the file is read')
    same('audio', home.first('show', made['item'])['kind'])
    contains(home.loophole('project', 'undo').out, 'commit kit')
    home.loophole('mixer', 'pads', 'gain=0dB')


@claim(shares=sounding_kit)
def audio_of_hits_on_a_grid_is_on_its_lines(home):
    begin, _, _ = play(home, [(0, 0, 1), (3.75, 1, 1), (8.25, 2, 1)])
    made = home.first('kit', 'commit', '1', '--track', 'Grid audio', '--as-audio', '--quantise', '1/16')
    left = Wav(made['path']).left
    onsets = [i for i in range(1, len(left)) if abs(left[i]) > .001 and abs(left[i - 1]) <= .001] or [0]
    same(True, abs(left[0]) > .001 or abs(left[1]) > .001, left[:4])
    changes = [i for i in range(1, len(left)) if abs(left[i] - left[i - 1]) > .002]
    for line in 4 * STEP, 8 * STEP:
        assert any(abs(i - line) <= 1 for i in changes), (line, changes[:20], onsets[:20])
    contains(home.refused('kit', 'commit', '1', '--track', 'x', '--as-audio', '--as-pattern', '5', code=11), 'track')


def record_from(home, since):
    lines, at = [], since
    while True:
        more, at = events(home, at)
        lines += more
        if not more:
            return lines


@claim(shares=sounding_kit)
def hits_wait_for_the_lines_of_a_grid_that_the_project_keeps(home):
    home.loophole('project', 'new', 'Straight')
    home.loophole('project', 'new', 'Tight')
    contains(home.loophole('pads', 'quantise', '1/16').out, 'hits wait for the lines of 1/16')

    def played():
        begin, _ = next_bar(home, 5)
        _, since = events(home)
        hits = [(begin - 300, 0, 1), (begin + 3 * STEP - 800, 0, 1), (begin + 8 * STEP + 500, 0, 1)]
        hit_at(home, hits)
        if not came_before(home, begin - 300):
            return until_later(home, 7 * BAR)
        until(lambda: frame(home) > begin + BAR, what='the hits have sounded')
        return begin, [one['frame'] for one in record_from(home, 0) if one['kind'] in (1, 'hit') and one['frame'] > begin - BAR]
    begin, frames = until(played, 900, 'the hits come in time')
    want = [begin, begin + 3 * STEP, begin + 8 * STEP + 500]
    same([], [(got, one) for got, one in zip(frames, want) if abs(got - one) > 1] + [len(frames)][3 == len(frames):])
    same(16, home.ask('audio.transport')['quantise'])
    home.loophole('project', 'open', 'Straight')
    until(lambda: 'quantise' not in home.ask('audio.transport'), what='the other project has no grid')
    home.loophole('project', 'open', 'Tight')
    until(lambda: home.ask('audio.transport').get('quantise') == 16, what='the grid is there again')
    same('4x4', home.loophole('pads', 'layout').out.strip())
    home.loophole('pads', 'layout', '8x8')
    contains(home.refused('pads', 'layout', '5x5', code=11), 'expected 4x4 or 8x8')
    for service in ('persist', 'project'):
        os.kill(home.pid(service), signal.SIGKILL)
    same('8x8', home.loophole('pads', 'layout').out.strip())

    def hits():
        return [(one['place'], one.get('pad'), one['velocity']) for one in record_from(home, 0)
                if one['kind'] in (1, 'hit') and 'place' in one]
    before = hits()
    home.loophole('down')
    home.loophole('up')
    until(lambda: home.ask('audio.transport').get('quantise') == 16, what='the grid is there after a restart')
    same('8x8', home.loophole('pads', 'layout').out.strip())
    same(before, hits())
    assert all(one['frame'] < 0 for one in record_from(home, 0) if one['kind'] in (1, 'hit'))
    same(3, home.first('kit', 'commit', '1', '--track', 'After')['hits'])
    contains(home.refused('pads', 'quantise', '16', code=11), 'expected 1/N, such as 1/16')
    contains(home.refused('pads', 'quantise', '1/7', code=11), '1/7 is no grid')
    contains(home.loophole('pads', 'quantise', 'off').out, 'hits sound at once')
    same(None, home.ask('audio.transport').get('quantise'))
    until_connected(home)
    start_transport(home, BPM)


def names_in(folder):
    """Without temporary files."""
    return {name for name in os.listdir(folder) if not name.startswith('.')} if os.path.isdir(folder) else set()


def clips_of(home):
    return {part['id'] for part in home.json('project', 'show') if part.get('kind') == 'clip'}


@claim(shares=sounding_kit)
def a_commit_over_a_death_makes_one_whole_file_and_one_clip(home):
    """Kills one service during each commit: at any time, or once the file has its name, before or after its parts are made."""
    begin, _, hits = play(home, [(0, 0, 1), (4, 1, 1)])
    media = home.first('project', 'show')['folder'] + '/Media/'
    sound = None
    for n in range(how_often(6, 60)):
        service = ('project', 'persist', 'project', 'streamer', 'project', 'audio')[n % 6]
        until(lambda: home.has_lived(service), what=f'{service} has lived')
        kind = ('Audio', 'MIDI')[n % 4 // 2]
        files, clips, out = names_in(media + kind), clips_of(home), home.file('committed')
        committing = home.start_into(out, 'loophole', 'kit', 'commit', '1', '--track', 'Killed', '--json',
                                     *(['--as-audio'] if kind == 'Audio' else []))
        if n % 6 in (0, 2):
            until(lambda: committing.poll() is not None or names_in(media + kind) > files, what='the file has its name')
        else:
            until_later(home, random.randrange(0, 8192))
        home.kill(service)
        same(0, committing.wait(600), f'of the commit while {service} was killed')
        made = json.loads(file_bytes(out))
        same({os.path.basename(made['path'])}, names_in(media + kind) - files)
        same({made['clip']}, clips_of(home) - clips)
        if kind == 'MIDI':
            check_file(made, begin, hits)
            continue
        wav = Wav(made['path'])
        sound = sound or wav.left
        same((True, 2), (wav.left == sound and len(sound) >= BAR, made['hits']))
    home.check_store()


@claim(shares=sounding_kit)
def a_commit_into_a_linked_folder_writes_nothing_out(home):
    outside = home.file('outside')
    os.mkdir(outside)
    folder = home.first('project', 'new', 'Linked')['folder']
    os.makedirs(folder, exist_ok=True)
    os.symlink(outside, folder + '/Media')
    play(home, [(0, 0, 1)])
    contains(home.refused('kit', 'commit', '1', '--track', 'Drums'), 'Media')
    contains(home.refused('kit', 'commit', '1', '--track', 'Drums', '--as-audio'), 'Media')
    same([], os.listdir(outside))
    same([], [part for part in home.json('project', 'show') if part.get('kind') in ('track', 'clip', 'item')])
    os.unlink(folder + '/Media')
    home.loophole('kit', 'commit', '1', '--track', 'Drums')


@claim(shares=sounding_kit)
def what_cannot_be_committed_is_refused_with_the_reason(home):
    contains(home.refused('kit', 'commit', '0', '--track', 'Drums', code=11), '0 bars are out of range: 1 to 64')
    contains(home.refused('kit', 'commit', '1', code=11), 'a clip needs a track')
    contains(home.refused('kit', 'commit', '1', '--track', 'Drums', '--project', 'None', code=12), 'no project "None"')


def silent(home):
    engine(home)
    until_connected(home)


@claim(shares=silent)
def without_hits_in_bars_nothing_is_committed(home):
    contains(home.refused('kit', 'commit', '1', '--track', 'Drums'), 'no pad was hit since the engine started')
    home.loophole('transport', 'stop', code=None)
    until_transport(home, running=False)
    home.loophole('pads', 'set', '0', 'wave=sine')
    home.loophole('pads', 'hit', '0')
    until(lambda: events(home)[0], what='the record has the hit')
    contains(home.refused('kit', 'commit', '1', '--track', 'Drums'), 'the transport was stopped at each hit')
    start_transport(home, BPM)
    play(home, [(0, 0, 1)])
    contains(home.refused('kit', 'commit', '64', '--track', 'Drums'), 'heard until the last hit, not 64')


run_claims()
