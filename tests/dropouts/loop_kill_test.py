#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Random sessions with loops, compared with a model, while services are killed: no answered loop is lost, and there is no half
one. Loops that play outlive the kills in their time."""
import json
import math
import os
import signal
import subprocess
import time

from tests.sound import sound
from tests.claims import claim, figure, how_often, random, run_claims, same, until
from tests.sounding import engine, start_transport, Tape, until_connected, until_later

RATE = 48000
FIRST = 1073741882
KEYS = [FIRST, FIRST + 5, FIRST + 11]  # few, so that they meet
RECORD = 'fkey actions duration volume locked music_context tempo beats'.split()
BUDGET = 600000
PAD = 3


def looping_engine(home):
    engine(home, '[supervisor]\nhang_ms = 300000\n', in_step=True)
    os.mkdir(home.file('files'))
    sound.make('counter', home.file('files/count.wav'), 150 * RATE)  # a capture rarely meets its end
    sound.write_wave(home.file('files/pad.wav'), [.5] + [0] * 2400, RATE)
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('edit', home.file('files/count.wav'), 'bpm=', 'one_shot=0')
    home.item = home.first('show', home.file('files/count.wav'))['id']


def record(loop):
    return {key: loop[key] for key in RECORD if key in loop}


class Session:
    """The loops of two projects, and what they must be."""

    def __init__(self, home):
        self.home, self.client, self.kills, self.deeds = home, home.client(), 0, 0
        self.loops, self.before = {'One': {}, 'Two': {}}, {'One': {}, 'Two': {}}
        for self.open in self.loops:
            home.loophole('project', 'new', self.open)
            home.loophole('pads', 'set', str(PAD), 'sound=' + home.file('files/pad.wav'))
        home.loophole('play', home.file('files/count.wav'), '--loop')

    def must(self, name, kill=None, **body):
        """The answer, also if a service is killed meanwhile."""
        if not kill:
            return self.client.must(name, body, budget_ms=BUDGET)
        until(lambda: self.home.has_lived(kill))
        pid = self.home.pid(kill)
        fields = [f'{key}={value if isinstance(value, str) else json.dumps(value)}' for key, value in body.items()]
        running = self.home.start('loophole', 'ask', name, *fields, '--budget', str(BUDGET), stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        time.sleep(random.uniform(0, .06))
        os.kill(pid, signal.SIGKILL)
        out, err = running.communicate()
        same(0, running.returncode, f'{name} {body} {err}')
        until(lambda: self.home.is_other(kill, pid))
        self.kills += 1
        return json.loads(out)

    def refused(self, code, name, **body):
        same(code, self.client.ask(name, body, budget_ms=BUDGET)[0], (name, body))

    def step(self, kill):
        here, before = self.loops[self.open], self.before[self.open]
        key = random.choice(KEYS)
        deed = random.choice(['capture', 'capture', 'delete', 'undo', 'lock', 'volume', 'open'])
        now = here.get(key)
        if deed == 'open':
            self.open = random.choice(list(self.loops))
            self.must('project.open', kill, project=self.open, folder='')
        elif deed in ('capture', 'delete', 'undo') and now and now['locked']:
            # without a loop before, an undo is refused too, for that reason
            self.refused('not_found' if deed == 'undo' and key not in before else 'conflict', f'project.loop_{deed}', fkey=key)
        elif deed == 'capture':
            self.capture(key, kill)
        elif deed == 'undo':
            if before.get(key) is None and (key not in before or not now):
                self.refused('not_found', 'project.loop_undo', fkey=key)
                return
            self.must('project.loop_undo', kill, fkey=key)
            here[key], before[key] = before[key], now
        elif not now:
            self.refused('not_found', f'project.loop_{deed}', fkey=key, **{'volume': 1} if deed == 'volume' else {})
        elif deed == 'delete':
            self.must('project.loop_delete', kill, fkey=key)
            here[key], before[key] = None, now
        elif deed == 'lock':
            here[key] = {**now, 'locked': not now['locked']}
            self.must('project.loop_lock', kill, fkey=key, on=not now['locked'])
        else:
            here[key] = {**now, 'volume': random.choice([0.25, 0.5, 0.75, 1])}
            self.must('project.loop_volume', kill, fkey=key, volume=here[key]['volume'])

    def capture(self, key, kill):
        now = self.loops[self.open].get(key)
        until(lambda: self.has_begun(key, kill))
        until_later(self.home, 1000)
        begun = self.must('project.loop_show', fkey=key)
        done = [line for _ in range(random.randrange(4)) for line in self.do(begun)]
        made = record(self.must('project.loop_capture', random.choice([None, kill]), fkey=key))
        lines = [line.split(' ', 1) for line in made['actions'].split('\n')]
        same('play', lines[0][1].split()[0])
        # the file may have come to its end, and repeats
        same(done, [deed.split('@')[0] for _, deed in lines[1:] if deed != 'seek 0'], made['actions'])
        times = [float(at) for at, _ in lines]
        same(sorted(times), times)
        assert times[0] == 0 and times[-1] < made['duration'], made
        same((now['volume'] if now else .5, False), (made['volume'], made['locked']))
        self.before[self.open][key], self.loops[self.open][key] = now, self.listed()[key]
        same(made['duration'], self.loops[self.open][key]['duration'])

    def do(self, begun):
        """Seeks, pauses or hits a pad during a capture, and waits until it was heard. Its lines without times and frames."""
        voice, frame = begun['voice'], self.must('streamer.voices')['frame']
        self.deeds += 1
        deed = random.choice(['seek', 'pause', 'hit'])
        if deed == 'seek':
            to = random.randrange(1, 100 * RATE)
            self.must('streamer.seek', voice=voice, frame=to)
            until(lambda: any(act['deed'] == 'play' and act.get('position') == to for act in self.acts(voice, frame)))
            return [f'seek {to}']
        if deed == 'pause':
            for on, heard in ((True, 'pause'), (False, 'play')):
                self.must('streamer.pause', voice=voice, on=on)
                until(lambda deed=heard: any(act['deed'] == deed for act in self.acts(voice, frame)))
            return ['pause', f'play {self.home.item}']
        velocity = random.choice(['1', '0.5'])
        self.must('audio.hit', pad=PAD, velocity=float(velocity))
        until(lambda: any(act['deed'] == 'hit' for act in self.acts(voice, frame)))
        return [f'hit {PAD} {velocity}']

    def acts(self, voice, since):
        """What was done from that frame on, and is heard already."""
        mark = self.must('streamer.mark_loop', voice=voice, grid='now', since=since)
        return [act for act in mark.get('acts', []) if act['frame'] < mark['line']['now']]

    def has_begun(self, key, kill):
        """Presses the key unless its capture has begun or waits: then a press would end it."""
        state = self.must('project.loop_show', fkey=key)['state']
        if state not in ('waiting', 'capturing'):
            state = self.must('project.loop_capture', kill, fkey=key)['state']
        return state == 'capturing'

    def listed(self):
        return {one['fkey']: record(one) for one in self.home.json('loop', 'list')}

    def check(self):
        listed = self.listed()
        same({key: one for key, one in self.loops[self.open].items() if one}, listed)
        for one in listed.values():
            context = one['music_context']
            end = context['start_frame'] + math.floor(one['duration'] * context['rate'] + .5)
            same(min(end, 150 * RATE), context['end_frame'])


@claim(shares=looping_engine)
def after_any_session_and_any_kill_the_loops_are_those_that_were_answered(home):
    session = Session(home)
    for number in range(how_often(30, 1000)):
        deadly = random.randrange(10) if number % 5 == 0 else None
        for step in range(10):
            session.step(random.choice(['project', 'persist', 'streamer']) if step == deadly else None)
        session.check()
    for session.open in session.loops:
        home.loophole('project', 'open', session.open)
        session.check()
    home.ask('streamer.stop')
    until(lambda: home.ask('streamer.voices')['each'] == [])
    figure(f'{session.kills} kills of project, persist and streamer in sessions with loops, {session.deeds} seeks, pauses and hits in '
           'captures')


@claim(shares=looping_engine)
def a_loop_that_plays_outlives_kills_and_keeps_the_tempo(home):
    home.loophole('project', 'new', 'Plays')
    start_transport(home, 237)  # a beat is 12151.898… frames

    def captured():
        home.loophole('play', home.file('files/count.wav'), '--loop')
        until(lambda: has_pressed(home), what='the capture begins, or waits')
        until(lambda: home.first('loop', 'show', 'F1')['state'] == 'capturing')
        until_later(home, 4000)  # more than half a step: it does not end where it began
        made = home.first('loop', 'capture', 'F1', '--at', 'bar')
        home.ask('streamer.stop')
        return made if made['state'] == 'stopped' and made.get('beats') and made['beats'] <= 8 else None
    made = until(captured, 600, 'a capture of one or two bars')
    home.loophole('transport', 'stop')
    home.loophole('loop', 'volume', 'F1', '1.0')
    until(lambda: home.ask('streamer.voices')['each'] == [])
    length, context = made['duration'] * RATE, made['music_context']
    assert length != round(length), made

    def heard():
        underruns = home.ask('audio.meters')['underruns']
        tape = Tape(home, 240)
        home.loophole('loop', 'play', 'F1')
        for service in ('project', 'streamer', 'persist', 'streamer'):
            until_later(home, RATE)
            until(lambda: home.has_lived(service))
            home.kill(service)
            same('playing', until(lambda: playing(home), what='the loop plays'))
        until_later(home, 14 * RATE)  # the ring has 7 s of the predecessor
        home.loophole('loop', 'stop', 'all')
        until(lambda: home.ask('streamer.voices')['each'] == [])
        samples = sound.load(tape.stop())
        return samples if home.ask('audio.meters')['underruns'] == underruns and all(x == x for x in samples) else None
    counts = [round(x * sound.UNIT) for x in until(heard, 900, 'the machine has time for the recorder')]
    middle = context['start_frame'] + 1 + int(length) // 2
    turns = [n for n, x in enumerate(counts) if x == middle]
    assert len(turns) >= math.floor(18 * RATE / length) - 1, turns  # 14 s, and one for each kill
    for n, at in enumerate(turns):
        same(math.floor(n * length + .5), at - turns[0], f'turn {n}')
    figure(f'{len(turns)} turns of {length} frames over four kills, each on its frame')


@claim(shares=looping_engine)
def what_a_loop_does_in_its_turns_outlives_kills_on_its_frames(home):
    home.loophole('project', 'new', 'Acts')
    sound.write_wave(home.file('click.wav'), [.5] + [0] * 2400, RATE)
    home.loophole('pads', 'set', '5', 'sound=' + home.file('click.wav'))
    home.loophole('play', home.file('files/count.wav'), '--loop', '--from', '1')
    voice = until(lambda: capturing(home), what='the capture begins')['voice']
    until_later(home, RATE // 4)
    home.loophole('voice', 'seek', str(voice), '2')
    until(lambda: is_heard(home, voice, 'play', position=2 * RATE), what='the seek is heard')
    until_later(home, RATE // 2)
    home.kill('streamer')
    until(lambda: home.has_lived('streamer'))
    home.loophole('pads', 'hit', '5', '1.0')
    until(lambda: is_heard(home, voice, 'hit'), what='the hit is heard')
    until_later(home, RATE // 4)
    home.ask('streamer.stop')
    made = home.first('loop', 'capture', 'F1')
    lines = made['actions'].split('\n')
    sought = next(line for line in lines if line.split(' ', 1)[1] == f'seek {2 * RATE}')
    hit = next(line for line in lines if line.split(' ', 1)[1] == 'hit 5 1')
    home.loophole('loop', 'volume', 'F1', '0.1')
    until(lambda: home.ask('streamer.voices')['each'] == [])
    length = round(made['duration'] * RATE)

    def heard():
        underruns = home.ask('audio.meters')['underruns']
        tape = Tape(home, 240)
        home.loophole('loop', 'play', 'F1')
        for service in ('project', 'streamer', 'persist'):
            until_later(home, RATE)
            until(lambda: home.has_lived(service))
            home.kill(service)
        until_later(home, 12 * RATE)  # the ring has 7 s of the predecessor
        home.loophole('loop', 'stop', 'all')
        until(lambda: home.ask('streamer.voices')['each'] == [])
        samples = sound.load(tape.stop())
        return samples if home.ask('audio.meters')['underruns'] == underruns and all(x == x for x in samples) else None
    samples = until(heard, 900, 'the machine has time for the recorder')
    hits = [n for n, x in enumerate(samples) if x > .3]
    place = 2 * RATE + 8000  # heard 8,000 frames after the seek of each turn
    parts = [n for n, x in enumerate(samples) if abs(10 * x * sound.UNIT - place - 1) < .5]
    assert len(parts) >= 12 * RATE // length - 1, parts
    same([turn * length for turn in range(len(parts))], [at - parts[0] for at in parts])
    begin = parts[0] - 8000 - round(float(sought.split()[0]) * RATE)
    due = [begin + round(float(hit.split()[0]) * RATE) + turn * length for turn in range(len(parts))]
    same([], sorted(set(hits) - set(due)), 'no hit elsewhere')
    assert len(set(due) - set(hits)) <= 2, (due, hits)  # a death leaves one out; the last turn may have been stopped
    figure(f'{len(parts)} turns with a seek and {len(hits)} hits over three kills, on their frames')


def capturing(home):
    """The loop of F1, once its capture has begun."""
    one = home.first('loop', 'show', 'F1')
    if one['state'] not in ('capturing', 'waiting'):
        one = home.first('loop', 'capture', 'F1')
    return one if one['state'] == 'capturing' else None


def is_heard(home, voice, deed, **more):
    """A deed of the capture of F1 was heard, and is noted."""
    mark = home.look('streamer.mark_loop', {'voice': voice, 'grid': 'now', 'since': 0})
    return any(act['deed'] == deed and more.items() <= act.items() and act['frame'] < mark['line']['now'] for act in mark.get('acts', []))


def has_pressed(home):
    return any(home.first('loop', *words)['state'] in ('waiting', 'capturing')
               for words in (('show', 'F1'), ('capture', 'F1', '--at', 'bar')))


def playing(home):
    state = home.first('loop', 'show', 'F1')['state']
    return state if state == 'playing' else None


run_claims()
