#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A preview, a channel or the master that goes through another JACK client and back."""
import array
import json
import os
import re
import signal

from tests.claims import claim, contains, figure, file_json, printed_in, run_claims, same, until
from tests.sounding import LEADS, Tape, came_before, engine, frame, jack_client, sound, until_connected, until_later, until_quiet


class Chain:
    """An engine with a counter file of 2 s, and JACK clients that the preview may go through."""
    settings, in_step = '', True

    def __init__(self, home):
        self.home = home

    def __enter__(self):
        self.file = self.home.file('count.wav')
        sound.make('counter', self.file, 96000)
        engine(self.home, self.settings, in_step=self.in_step)
        self.home.wait_ready('streamer')
        until_connected(self.home)
        self.own = self.home.ask('audio.server')['client']
        return self

    def __exit__(self, *_):
        pass

    def through(self, name, outputs, delay=0):
        """The process of a client that passes on its input, negated and `delay` frames later."""
        return jack_client(self.home, 'through', name, outputs, delay)

    @staticmethod
    def end(process, by=signal.SIGTERM):
        process.send_signal(by)
        process.wait(600)

    def record(self):
        """Records what goes out to the chain, and what reaches the listener."""
        return [Tape(self.home, 240, port, name=port) for port in ('preview_left', 'main_left')]

    def preview(self, *args, **more):
        self.home.loophole('preview', self.file, *args, **more)

    def stop(self):
        self.home.loophole('preview', 'stop')
        self.until_silent()

    def until_silent(self):
        until(lambda: self.home.ask('streamer.voices')['each'] == [], what='no voice plays')

    def is_wired(self, port, to):
        return any((wire['port'], wire['to'], wire['made']) == (port, to, True)
                   for wire in self.home.ask('audio.ports')['each'])

    def until_unwired(self, port, to):
        until(lambda: not self.is_wired(port, to), what=f'{port} leads no longer to {to}')

    def until_chained(self, name):
        until(lambda: self.is_wired('preview_left', f'{name}:in_1') and self.is_wired('return_left', f'{name}:out_1'))

    def until_heard(self):
        def is_heard():
            meters = self.home.look('audio.meters')['meters']
            return all(m['peak_left'] > 0 for m in meters if m['bus'] in ('preview', 'master'))
        until(is_heard)

    def refused(self, part, *args):
        contains(self.home.refused(*args), part)

    def jack(self, *args):
        """The output of a JACK program; None if it fails."""
        env = ('env', f'JACK_DEFAULT_SERVER={self.home.ask("audio.server")["server"]}', 'JACK_NO_START_SERVER=1')
        said = self.home.run(*env, *args, code=None)
        return said.out if said.code == 0 else None

    def do_in_jack(self, program, *ports):
        """Runs jack_connect or jack_disconnect, again if JACK refuses it as a client, as it does on a busy machine."""
        def is_done():
            if self.jack(program, *ports) is None:
                return (ports[1] in self.wires_of(ports[0])) == (program == 'jack_connect')
            return True
        until(is_done, what=f'{program} {ports}')

    def wires_of(self, port):
        return until(lambda: self.jack('jack_lsp', '-c', port), what='jack_lsp lists the port').split()

    def listen(self):
        """A process that writes the events of failing previews to a file, and the path of that file. Its subscription
        works once the file has one event."""
        path = self.home.file('events')
        process = self.home.start_into(path, 'loophole', 'events', 'streamer.preview_failed', '--json')

        def fails():
            self.preview('--chain', 'nobody:in', code=None)
            return os.path.getsize(path)

        until(fails)
        return process, path


class FreeChain(Chain):
    in_step = False


class StandbyChain(FreeChain):
    settings = '[audio]\nperiod = 1024\nstandby = yes\n'


def heard_through(it, play, *ports):
    """Compares what goes out at the first port with what is heard at the other, unless JACK skipped a recorder."""
    def compared():
        sent, back = [Tape(it.home, 60, port, name=port) for port in ports]
        play()
        it.until_silent()
        whole = [all(x == x for x in sound.load(tape.stop())) for tape in (sent, back)]
        return sound.through(sent.path, sent.said, back.path, back.said) if all(whole) else None
    return until(compared, 600, 'the machine has time for the recorders')


@claim(inside=Chain)
def a_preview_through_a_chain_is_the_returned_sound_frame_by_frame(it):
    for outputs in (2, 1):
        strip = it.through('strip', outputs)

        def preview():
            it.preview('--chain', 'strip:in_1,in_2')
            assert it.is_wired('return_right', f'strip:out_{outputs}'), it.home.ask('audio.ports')
        heard = heard_through(it, preview, 'preview_left', 'main_left')
        assert heard['frames'] > 90000, f'not all was compared: {heard}'
        figure(f'{outputs} outputs: {heard["frames"]} frames are what went through, one period later')
        it.home.loophole('preview', 'stop')
        it.until_unwired('preview_left', 'strip:in_1')
        it.until_unwired('return_left', 'strip:out_1')
        it.end(strip)


@claim(inside=Chain)
def a_stop_also_silences_the_frames_that_are_still_in_the_chain(it):
    late, tapes = it.through('late', 2, 12000), it.record()
    it.preview('--loop', '--chain', 'late:in_1,in_2')
    until_later(it.home, 48000)
    it.stop()
    until_later(it.home, 24000)
    ends = []
    for tape in tapes:
        tape.stop()
        samples = sound.load(tape.path)
        sounding = [n for n, s in enumerate(samples) if s == s and s != 0]
        assert len(sounding) > 24000, f'{tape.path} was silent'
        ends.append(json.loads(tape.words().splitlines()[-1])['first'] + sounding[-1])
    assert all(s <= 0 for s in samples if s == s), 'it was heard as it left'
    sent, heard = ends
    assert heard <= sent, f'{heard - sent} frames later'  # both fade out over the same 5 ms
    it.end(late)


@claim(inside=Chain)
def a_client_of_a_chain_that_dies_stops_the_preview_with_a_report_and_may_come_back(it):
    strip, tapes = it.through('strip', 2), it.record()
    listener, events = it.listen()
    it.preview('--loop', '--chain', 'strip:in_1,in_2')
    until_later(it.home, 24000)
    it.end(strip, signal.SIGKILL)
    until(lambda: re.search('its chain is gone: .*strip:in_1', printed_in(events)))
    it.end(listener)
    it.until_silent()
    contains(it.home.refused('preview', it.file, '--chain', 'strip:in_1'), 'no JACK client has')
    strip = it.through('strip', 2)
    it.until_chained('strip')
    for tape in tapes:
        tape.stop()
    samples = [s for s in sound.load(tapes[1].path) if s == s]
    assert min(samples) < 0 and max(samples) <= 0, (min(samples), max(samples))  # the outgoing sound was never heard
    it.preview('--chain', 'strip:in_1,in_2')
    it.stop()
    it.end(strip)


@claim(inside=FreeChain)
def a_chain_outlives_the_core_and_the_jack_server(it):
    home, strip = it.home, it.through('strip', 2)
    it.preview('--loop', '--chain', 'strip:in_1,in_2')
    os.kill(home.pid('audio'), signal.SIGKILL)
    it.until_chained('strip')
    it.until_heard()
    os.kill(home.pid('jack'), signal.SIGKILL)
    it.end(strip, signal.SIGKILL)
    until_connected(home)
    it.until_silent()
    strip = it.through('strip', 2)
    it.until_chained('strip')
    it.preview('--loop', '--chain', 'strip:in_1,in_2')
    it.until_heard()
    home.loophole('preview', 'stop')
    it.until_unwired('return_left', 'strip:out_1')
    it.until_silent()
    it.preview()
    it.until_heard()
    it.stop()
    it.end(strip)


@claim(inside=StandbyChain)
def a_standby_has_the_chain_as_well(it):
    home, own, strip = it.home, it.own, it.through('strip', 2)
    it.preview('--loop', '--chain', 'strip:in_1,in_2')
    until(lambda: f'{own}-standby:preview_left' in (it.jack('jack_lsp', '-c', 'strip:in_1') or ''))
    until(lambda: 'strip:out_2' in (it.jack('jack_lsp', '-c', f'{own}-standby:return_right') or ''))
    os.kill(home.pid('audio'), signal.SIGKILL)
    until(lambda: home.ask('audio.server')['owner'] == 1)
    it.until_heard()
    home.loophole('preview', 'stop')

    def is_free():
        said = it.jack('jack_lsp', '-c', 'strip:in_1')
        return said is not None and 'preview_left' not in said

    until(is_free)
    it.end(strip)


@claim(inside=Chain)
def a_chain_that_would_feed_back_is_refused(it):
    home, own = it.home, it.own

    def jack(*args):
        it.do_in_jack(*args)

    it.refused('feed back', 'preview', it.file, '--chain', f'{own}:in_left')
    it.refused('feed back', 'audio', 'connect', 'return_left', f'{own}:main_left')
    it.refused('names no inputs', 'preview', it.file, '--chain', 'nobody')
    it.refused('no JACK client has', 'preview', it.file, '--chain', 'strip:in_1')
    mute = it.through('mute', 0)
    it.refused('no audio output', 'preview', it.file, '--chain', 'mute:in_1')
    it.end(mute)
    one, two = it.through('one', 2), it.through('two', 2)
    jack('jack_connect', f'{own}:main_left', 'one:in_1')
    jack('jack_connect', 'one:out_1', 'two:in_1')
    it.refused('feed back', 'preview', it.file, '--chain', 'two:in_1')
    jack('jack_disconnect', f'{own}:main_left', 'one:in_1')
    listener, events = it.listen()
    it.preview('--loop', '--chain', 'two:in_1,in_2')
    it.refused('feed back', 'audio', 'connect', 'main_left', 'one:in_1')
    jack('jack_connect', f'{own}:main_right', 'one:in_2')  # loophole cannot refuse a connection made in a patch bay
    until(lambda: 'feed back' in printed_in(events))
    it.end(listener)
    it.until_unwired('return_left', 'two:out_1')
    jack('jack_disconnect', f'{own}:main_right', 'one:in_2')
    jack('jack_connect', f'{own}:main_left', f'{own}:return_left')
    it.until_unwired('return_left', f'{own}:main_left')
    it.stop()
    it.end(two)
    it.end(one)


class Insert(Chain):
    """A chain of a channel or of the master."""

    def record(self, *ports):
        return [Tape(self.home, 240, port, name=port) for port in ports]

    def insert(self, *args):
        return self.home.first('audio', 'insert', *args)

    def until_made(self, channel, made=True):
        until(lambda: any((one['channel'], one['made']) == (channel, made)
                          for one in self.home.json('audio', 'insert')), what=f'the insert of {channel} is made: {made}')

    def play(self, *args):
        self.home.loophole('play', self.file, *args)


class FreeInsert(Insert):
    in_step = False


def _is_heard_as_it_came_back(it, channel, left):
    """`left`: the port at which the channel leaves."""
    strip = it.through('strip', 2)
    said = it.insert(channel, 'strip:in_1,in_2')
    same((channel, True, 'strip:out_1', 'strip:out_2', it.home.ask('audio.server')['period']),
         (said['channel'], said['made'], said['back_left'], said['back_right'], said['latency']))
    heard = heard_through(it, it.play, left, 'main_left')
    assert heard['frames'] > 90000, f'not all was compared: {heard}'
    same('', it.insert(channel, 'off')['to'])
    it.until_unwired(left, 'strip:in_1')
    it.until_unwired(f'return_{channel}_left', 'strip:out_1')
    same([], it.home.json('audio', 'insert'))
    it.end(strip)


@claim(inside=Insert)
def a_channel_with_an_insert_is_heard_as_it_came_back_frame_by_frame(it):
    _is_heard_as_it_came_back(it, 'streams', 'streams_left')


@claim(inside=Insert)
def the_master_with_an_insert_is_heard_as_it_came_back_frame_by_frame(it):
    _is_heard_as_it_came_back(it, 'master', 'insert_left')


@claim(inside=Insert)
def a_take_of_a_channel_with_an_insert_lies_on_its_frames(it):
    strip = it.through('strip', 2, 100)
    it.insert('streams', 'strip:in_1,in_2')
    for lead in LEADS:
        id = it.home.first('record', 'start', '--source', 'streams', '--seconds', f'{lead + 5}', '--format', 'wav')['id']
        at = frame(it.home) + lead * 48000
        it.home.ask('streamer.play', 'path=' + it.file, f'at={at}')
        in_time = came_before(it.home, at)
        until(lambda: [one.get('lifecycle') for one in it.home.json('show', id, code=None)] == ['final'])
        it.until_silent()
        taken = it.home.ask('streamer.take', f'id={id}')
        if in_time and taken['lost'] == 0:
            break
    same((it.home.ask('audio.server')['period'], 0), (taken['latency'], taken['lost']))
    with open(taken['path'], 'rb') as file:
        file.seek(4096)
        left = array.array('f', file.read())[0::2]
    first = next(n for n, x in enumerate(left) if x)
    same(at + 100, taken['first'] + first, 'the client reports nothing of its own delay')
    it.end(strip)


@claim(inside=Insert)
def a_channel_with_an_insert_and_one_without_are_heard_together(it):
    """The insert negates its channel, so with the same sound on the other one nothing is left."""
    strip = it.through('strip', 2)
    it.insert('streams', 'strip:in_1,in_2')
    period = it.home.ask('audio.server')['period']
    until(lambda: it.home.ask('audio.server').get('moment', {}).get('delay') == period, what='the channels wait for the insert')
    until_later(it.home, 4800)
    slot = it.home.ask('streamer.load_sound', 'path=' + it.file)['sound']
    for lead in LEADS:
        tapes = it.record('streams_left', 'sounds_left', 'main_left')
        at = frame(it.home) + lead * 48000
        it.home.ask('streamer.play', 'path=' + it.file, f'at={at}')
        it.home.ask('audio.start_sound', f'sound={slot}', f'at={at}')
        in_time = came_before(it.home, at)
        until(lambda: frame(it.home) > at + 48000)
        for tape in tapes:
            tape.stop()
        it.until_silent()
        until_quiet(it.home, 'sounds', 0)
        if in_time:
            break
    streams, sounds, heard = ([x for x in sound.load(tape.path) if x == x and x != 0] for tape in tapes)
    assert len(streams) > 40000 and len(sounds) > 40000, (len(streams), len(sounds))
    same([], heard[:10], 'all of both channels is cancelled out')
    it.insert('streams', 'off')
    until(lambda: 'delay' not in it.home.ask('audio.server').get('moment', {'delay': 0}), what='no channel waits')
    it.end(strip)


@claim(inside=FreeInsert)
def a_channel_whose_insert_dies_sounds_without_it_until_it_is_back(it):
    strip, tapes = it.through('strip', 2), it.record('main_left')
    it.insert('streams', 'strip:in_1,in_2')
    it.play('--loop')
    until_later(it.home, 24000)
    it.end(strip, signal.SIGKILL)
    it.until_made('streams', False)
    until(lambda: 'away: no JACK client has an audio input strip:in_1' in it.home.loophole('audio', 'insert').out)
    until_later(it.home, 24000)
    strip = it.through('strip', 2)
    it.until_made('streams')
    until_later(it.home, 24000)
    tapes[0].stop()
    signs = ''.join('+' if s > 0 else '-' for s in sound.load(tapes[0].path) if s == s and s != 0)
    runs = re.findall(r'\+{4800,}|-{4800,}', signs)
    same('-+-', ''.join(run[0] for run in runs), 'the inserted, the direct and the inserted sound')
    it.end(strip)


@claim(inside=FreeInsert)
def an_insert_outlives_the_core_and_the_engine(it):
    home, strip = it.home, it.through('strip', 2)
    it.insert('pads', 'strip:in_1,in_2')
    os.kill(home.pid('audio'), signal.SIGKILL)
    until(lambda: it.is_wired('pads_left', 'strip:in_1') and it.is_wired('return_pads_right', 'strip:out_2'))
    it.until_made('pads')
    it.end(strip)
    it.until_made('pads', False)
    home.down()
    home.up()
    until_connected(home)
    strip = it.through('strip', 2)
    it.until_made('pads')
    it.end(strip)


def inserts_of(home):
    """The inserts in the part of the open project that keeps what sounds."""
    return next(one['body'] for one in home.json('project', 'show') if one.get('kind') == 'sound').get('inserts')


@claim(inside=FreeInsert)
def an_insert_belongs_to_its_project_and_waits_there_for_its_client(it):
    home, strip, kept = it.home, it.through('strip', 2), [{'channel': 'pads', 'to': 'strip:in_1,in_2'}]
    home.loophole('project', 'new', 'Without')
    home.loophole('mixer', 'pads', 'gain=0.7')
    home.loophole('project', 'new', 'With')
    it.insert('pads', 'strip:in_1,in_2')
    until(lambda: inserts_of(home) == kept)
    home.loophole('project', 'save')
    with open(home.first('project', 'state')['folder'] + '/project.json', encoding='utf-8') as file:
        same([kept], [one['inserts'] for one in json.load(file)['sound']])
    home.loophole('project', 'open', 'Without')
    until(lambda: home.json('audio', 'insert') == [])
    it.until_unwired('pads_left', 'strip:in_1')
    until(lambda: inserts_of(home) == [])
    home.loophole('project', 'open', 'With')
    it.until_made('pads')
    home.loophole('project', 'open', 'Without')
    it.end(strip)
    home.loophole('project', 'open', 'With')  # its client is away
    it.until_made('pads', False)
    until(lambda: inserts_of(home) == kept)
    it.insert('pads', 'off')
    until(lambda: inserts_of(home) == [])
    home.loophole('project', 'load', '1')
    it.until_made('pads', False)
    strip = it.through('strip', 2)
    it.until_made('pads')
    it.end(strip)
    home.down()
    home.up()
    until_connected(home)
    strip = it.through('strip', 2)
    it.until_made('pads')
    it.end(strip)


@claim(inside=FreeInsert)
def a_project_whose_file_has_no_inserts_leaves_those_that_are_set(it):
    home, strip = it.home, it.through('strip', 2)
    path = home.first('project', 'new', 'Older')['folder'] + '/project.json'
    home.loophole('mixer', 'pads', 'gain=0.7')
    home.loophole('project', 'save')
    older = file_json(path)
    same([[]], [one.pop('inserts') for one in older['sound']])
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(older, file)
    home.loophole('project', 'load', '--file')
    home.loophole('project', 'close')
    home.loophole('mixer', 'pads', 'gain=0.9')
    it.insert('pads', 'strip:in_1,in_2')
    home.loophole('project', 'open', 'Older')
    until(lambda: [round(one['gain'], 6) for one in home.first('mixer')['strips'] if one['bus'] == 'pads'] == [.7])
    it.until_made('pads')
    same([('pads', 'strip:in_1,in_2')], [(one['channel'], one['to']) for one in home.json('audio', 'insert')])
    until(lambda: inserts_of(home) is None)
    home.loophole('mixer', 'pads', 'gain=0.6')  # from now on the project keeps them
    until(lambda: inserts_of(home) == [{'channel': 'pads', 'to': 'strip:in_1,in_2'}])
    it.end(strip)


@claim(inside=Insert)
def an_insert_that_would_feed_back_is_refused(it):
    home, own = it.home, it.own

    one, two = it.through('one', 2), it.through('two', 2)
    it.refused('feed back', 'audio', 'insert', 'pads', f'{own}:in_left')
    it.refused('has no insert', 'audio', 'insert', 'preview', 'one:in_1')
    it.refused('unknown channel "drums"', 'audio', 'insert', 'drums', 'one:in_1')
    it.refused('no insert is given for pads', 'audio', 'insert', 'pads')
    it.refused('names no inputs', 'audio', 'insert', 'pads', 'one')
    it.do_in_jack('jack_connect', f'{own}:main_left', 'one:in_1')
    it.refused('feed back', 'audio', 'insert', 'pads', 'one:in_1')
    it.refused('feed back', 'audio', 'insert', 'master', 'one:in_1')
    it.do_in_jack('jack_disconnect', f'{own}:main_left', 'one:in_1')
    it.insert('pads', 'one:in_1,in_2')
    it.insert('sequencer', 'one:in_1,in_2')
    it.refused('a channel comes back from there', 'audio', 'insert', 'master', 'one:in_1')
    it.insert('master', 'two:in_1,in_2')
    it.refused('the insert of the master leads there', 'audio', 'insert', 'streams', 'two:in_1')
    it.refused('feed back', 'audio', 'connect', 'main_left', 'one:in_1')
    same(['pads', 'sequencer', 'master'], [line['channel'] for line in home.json('audio', 'insert')])
    it.end(two)
    it.end(one)


run_claims()
