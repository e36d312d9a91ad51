#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Similarity to a sound on a JACK port: a client plays catalogued files, and search finds each by its own sound."""
import os
import shutil
import signal

from tests.claims import SONIC, claim, contains, open_files, printed_in, run_claims, same, skip, until
from tests.sounding import jack_client
from tests.record.takes import Recording


class Listening(Recording):
    """A Recording with a library of sounds, and a client that plays any file on a JACK port."""

    def __enter__(self):
        if not os.path.isdir(SONIC):
            skip(f'no {SONIC}')
        super().__enter__()
        self.library, self.playing, self.port = self.home.file('library'), None, f'player-{os.getpid()}:out'
        os.mkdir(self.library)
        for name in os.listdir(SONIC):
            if name.split('_')[0] in ('bd', 'drum', 'loop', 'ambi', 'elec', 'bass', 'perc', 'guit', 'misc') and \
                    name.endswith('.flac'):
                shutil.copy(os.path.join(SONIC, name), self.library)
        self.home.loophole('index', self.library, '--wait')
        self.revision_before = self.revision()
        return self

    def __exit__(self, *_):
        self.stop_playing()
        super().__exit__()

    def sound(self, name):
        return f'{self.library}/{name}.flac'

    def revision(self):
        return self.home.ask('search.query', 'limit=0')['revision']

    def play(self, path):
        """Plays the file as "player-PID:out", until the client is stopped."""
        raw = self.home.file('sound.f32')
        self.home.run('sox', '-G', path, '-t', 'f32', '-r', '48000', '-c', '1', raw)
        self.playing = jack_client(self.home, 'player', self.port.partition(':')[0], raw)

    def stop_playing(self):
        if self.playing:
            self.playing.terminate()
            self.playing.wait(600)
            self.playing = None

    def similar(self, *args):
        return self.home.json('similar', '--port', self.port, *args)

    def wires(self):
        return sum(wire['port'] == 'listen' for wire in self.home.ask('audio.ports')['each'])

    def leaves_nothing(self):
        same(self.revision_before, self.revision())
        same({}, self.takes())
        assert not os.path.exists(self.folder), 'there is a recordings folder'
        until(lambda: self.wires() == 0)
        assert not [path for path in open_files(self.home.pid('streamer')) if 'listening' in path]


@claim(inside=Listening)
def a_sound_at_a_jack_port_finds_its_own_file_and_nothing_of_it_is_kept(it):
    for name in 'bd_haus loop_amen ambi_choir elec_cymbal bass_dnb_f perc_bell guit_e_fifths misc_crow'.split():
        it.play(it.sound(name))
        found = it.similar('--limit', '3')
        same(it.sound(name), found[0]['path'], found)
        assert 'distance' in found[0], found
        it.stop_playing()
    it.leaves_nothing()


@claim(inside=Listening)
def a_search_by_a_jack_port_takes_all_options_of_similar(it):
    def names(*args):
        return [os.path.basename(line['path']) for line in it.similar('--seconds', '2', *args)]

    it.play(it.sound('bd_haus'))
    found = names('--in', 'name:bd_', '--limit', '5')
    assert len(found) == 5 and all(name.startswith('bd_') for name in found), found
    found = names('--in', '-name:bd_haus', '--aspect', 'rhythm=0,pitch=0', '--limit', '5')
    assert not [name for name in found if 'bd_haus' in name], found
    found = names('--unlike', it.sound('drum_heavy_kick'))
    assert not [name for name in found if 'drum_heavy_kick' in name], found
    found = names('--like', it.sound('loop_amen'))
    assert 'loop_amen.flac' not in found, found
    it.stop_playing()
    it.leaves_nothing()


@claim(inside=Listening)
def a_take_under_way_goes_on_and_another_listener_is_refused(it):
    home, lost, id = it.home, it.lost(), it.start('beside')
    it.until_frames(id, 4800)
    it.play(it.sound('loop_amen'))
    first = home.start_into(home.file('found'), 'loophole', 'similar', '--port', it.port, '--seconds', '12', '--limit', '1',
                            '--fields', 'path')
    until(lambda: it.wires() == 1)
    contains(home.refused('similar', '--port', it.port), 'another client listens to')
    same(0, first.wait(600), 'the first was not answered')
    contains(printed_in(home.file('found')), it.sound('loop_amen'))
    it.is_whole('beside.wav', lost, it.stop()['lost'])


@claim(inside=Listening)
def silence_an_unknown_port_and_wrong_options_are_reported(it):
    home, nothing = it.home, it.home.file('nothing.wav')
    home.run('sox', '-n', '-r', '48000', '-b', '16', '-c', '1', nothing, 'trim', '0', '0.05')

    def refused(part, *args):
        contains(home.refused('similar', '--port', *args), part)

    it.play(nothing)
    refused(f'only silence came from "{it.port}"', it.port, '--seconds', '1')
    it.stop_playing()
    refused('no JACK port "nobody:out"', 'nobody:out', '--seconds', '1')
    refused('CLIENT:PORT', 'nobody', '--seconds', '1')
    refused('seconds', 'a:b', '--seconds', '61')
    contains(it.home.refused('similar', 'any', '--seconds', '2'), '--seconds 2 needs --port')
    refused('not both', 'a:b', it.sound('bd_haus'))
    it.leaves_nothing()
    it.stop_counting()
    home.down()
    home.env['LOOPHOLE_AUDIO'] = 'none'
    home.up()
    refused('streamer', 'a:b')


@claim(inside=Listening)
def a_streamer_that_dies_while_it_listens_leaves_no_file(it):
    it.play(it.sound('bd_haus'))
    asking = it.home.start_into(it.home.file('said'), 'loophole', 'similar', '--port', it.port, '--seconds', '60')
    until(lambda: it.wires() == 1)
    os.kill(it.home.pid('streamer'), signal.SIGKILL)
    asking.kill()
    asking.wait(600)
    it.home.wait_ready('streamer')
    until(lambda: it.wires() == 0)
    same(it.sound('bd_haus'), it.similar('--limit', '1')[0]['path'])
    it.stop_playing()
    it.leaves_nothing()


@claim(inside=Listening)
def a_streamer_that_dies_before_it_listens_leaves_no_connection(it):
    it.play(it.sound('bd_haus'))
    it.home.ask('audio.connect', 'port=listen', f'to={it.port}')
    until(lambda: it.wires() == 1)
    it.home.kill('streamer')
    it.home.wait_ready('streamer')
    until(lambda: it.wires() == 0)
    it.stop_playing()


@claim(inside=Listening)
def a_file_outside_the_library_is_heard_by_its_path(it):
    outside = it.home.file('outside.wav')
    it.home.run('sox', it.sound('loop_amen'), '-r', '32000', outside)
    same(it.sound('loop_amen'), it.home.first('similar', outside, '--limit', '1')['path'])
    it.leaves_nothing()


run_claims()
