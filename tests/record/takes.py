"""takes.py: shared by the tests of recording: an engine that sounds, and a client that plays a counter into it."""
import array
import os

from tests.claims import same, until
from tests.sounding import engine, forget_memory, jack_client, kill_processes, until_connected

from tests.record import take as take_file


class Recording:
    """`with Recording(home, SETTINGS)`: an engine, and a JACK client that counts on both of its ports."""

    def __init__(self, home, settings=''):
        self.home, self.settings = home, settings
        self.folder = home.file('data/recordings')
        self.counting, self.others = None, []

    def __enter__(self):
        engine(self.home, self.settings, in_step=True)
        until_connected(self.home)
        self.count()
        return self

    def __exit__(self, *_):
        self.stop_counting()

    def count(self, name=None, *more):
        """Plays the counter, as a client with a name of its own."""
        self.counting, self.inputs = self.play_counter(name or f'count-{os.getpid()}', *more)

    def play_counter(self, name, *more):
        """(process, its two ports in the form that --inputs takes)."""
        return jack_client(self.home, 'count', name, *more), f'{name}:left,{name}:right'

    def stop_counting(self):
        for playing in [self.counting, *self.others]:
            if playing and playing.poll() is None:
                playing.terminate()
                playing.wait(600)

    def file(self, name):
        return os.path.join(self.folder, name)

    def files(self):
        return sorted(os.listdir(self.folder))

    def begin(self, *args, inputs=None):
        """Starts a recording of the counter and returns the answer."""
        return self.home.first('record', 'start', '--inputs', inputs or self.inputs, *args)

    def start(self, name, *args):
        """Starts a take with that name and returns its id."""
        return self.begin('--name', name, *args)['id']

    def stop(self):
        return self.home.first('record', 'stop')

    def takes(self):
        """The lines of `loophole record takes`, by id."""
        return {line['id']: line for line in self.home.json('record', 'takes')}

    def frames(self, id):
        return (self.takes().get(id) or {}).get('frames') or 0

    def until_frames(self, id, frames):
        until(lambda: self.frames(id) >= frames, what=f'the take has {frames} frames')

    def until_it_goes_on(self, id):
        before = self.frames(id)
        until(lambda: self.frames(id) > before, what='the take grows')

    def show(self, id):
        return self.home.first('show', id)

    def lifecycle(self, id):
        said = self.home.json('show', id, code=None)
        return said[0].get('lifecycle', '') if said else ''

    def until_is(self, id, lifecycle):
        until(lambda: self.lifecycle(id) == lifecycle, what=f'the take is {lifecycle}')

    def until_analysed(self, id):
        until(lambda: self.show(id).get('analysis') == 'done', what='the take is analysed')

    def until_final(self, name, *args):
        """Starts a take that ends by itself, waits for its end, and returns its id."""
        id = self.start(name, *args)
        self.until_is(id, 'final')
        return id

    def state(self, id):
        return self.home.ask('streamer.take', f'id={id}')['state']

    def lost(self):
        """The frames that the audio core has missed, for any reason."""
        return self.home.ask('audio.meters')['lost']

    def frames_on_disk(self, name):
        """The length of a WAV that has not ended, taken from the size of the file and not from its header."""
        return (os.path.getsize(self.file(name)) - 4096) // 8

    def kill_all(self, but=None):
        """Kills the engine, JACK's server and the counter at once."""
        kill_processes(pid for pid in self.home.processes() if pid != but)
        self.counting.wait(600)

    def forget_memory(self):
        forget_memory(self.home)

    def over(self):
        """The ports of another counter, with one frame of more than full scale in each second. It ends with the claim."""
        playing, inputs = self.play_counter(f'over-{os.getpid()}', 'over')
        self.others.append(playing)
        return inputs

    def progress(self):
        """A function that reads the next progress of a take with a waveform; None unless `holds`."""
        engine = self.home.client()
        events = engine.listen('streamer', 'streamer.take_progress')

        def read(holds):
            heard = engine.heard(events, 1000)
            return heard and 'peaks' in heard[3] and holds(heard[3]) and heard[3]
        return read

    def draws_the_file(self, heard, name):
        """Checks the waveform of a progress event against the take's file; returns its first known frame."""
        peaks, bin = heard['peaks'], heard['peaks']['frames_a_bin']
        lows, highs = array.array('b', peaks['low']), array.array('b', peaks['high'])
        with open(self.file(name), 'rb') as file:
            file.seek(4096)
            samples = array.array('f', file.read(len(lows) * bin * 8))
        known = -(-peaks['from'] // bin)  # the first bin that it knows as a whole
        whole = range(known, min(len(lows) - 1, len(samples) // 2 // bin))
        for i in whole:
            levels = [max(-1, min(1, sample)) * 127 for sample in samples[2 * i * bin:2 * (i + 1) * bin]]
            assert abs(lows[i] - min(levels)) <= 1 and abs(highs[i] - max(levels)) <= 1, (i, lows[i], highs[i])
        assert 127 in [highs[i] for i in whole], 'no second of the counter'
        return peaks['from']

    def read(self, name, again=False):
        return take_file.read(self.file(name), again)

    def is_whole(self, name, lost_at_start, lost_in_take):
        """Checks that each frame is in the file once and in its place. Only frames that the audio core itself missed
        are silence."""
        read = self.read(name)
        assert (read['wrong'], read['back'], read['jumps']) == (0, 0, 0), read
        same(lost_in_take, sum(frames for _, frames in read['silence']), read)
        missed = self.lost() - lost_at_start
        assert lost_in_take <= missed, f'the capture ring lost frames: {lost_in_take} of {missed}'

    def is_flac(self, id, name, lost_at_start=None):
        """Checks that the take is final and its FLAC complete, and that the folder and the catalogue contain nothing
        else of it."""
        self.until_is(id, 'final')
        flac = name + '.flac'
        same([flac], [file for file in self.files() if file.startswith(name + '.')])
        shown = self.show(id)
        same(('flac', 'flac', 24), (shown['container'], shown['sample_format'], shown['bit_depth']))
        same((self.file(flac), os.path.getsize(self.file(flac))), (shown['path'], shown['size']))
        if lost_at_start is not None:
            self.is_whole(flac, lost_at_start, self.lost() - lost_at_start)
        same(shown['frames'], self.read(flac)['frames'])
        self.home.loophole('library', 'rescan', '--wait')
        stem = self.file(name)
        found = [(item['id'], item['path']) for item in self.home.json('search', '', '--limit', '1000')
                 if item['path'].rpartition('.')[0] == stem or item['path'].startswith(stem + '.')]
        same([(id, self.file(flac))], found)


def recording(settings):
    """Recording with settings, for @claim(inside=…)."""
    return lambda home: Recording(home, settings)


def recording_in(folder, settings='[recording]\n'):
    """Recording into that folder."""
    def make(home):
        it = Recording(home, settings.replace('[recording]\n', f'[recording]\nfolder = {folder}\n', 1))
        it.folder = folder
        return it
    return make


class HeldEncoder:
    """Copies of the programs, with a worker that waits before it encodes, until release()."""

    def __init__(self, home):
        self.hold = home.file('hold')
        folder = home.file('held-bin')
        os.makedirs(folder, exist_ok=True)
        home.run('sh', '-c', f'cp "$(dirname "$(command -v loophole)")"/loophole* "{folder}/"')
        os.rename(folder + '/loophole-worker', folder + '/worker')
        with open(folder + '/loophole-worker', 'w', encoding='utf-8') as out:
            out.write(f'#!/bin/sh\nif [ "$1" = encode ]; then\n: >"{self.hold}.reached"\n'
                      f'while [ -e "{self.hold}" ]; do sleep 0.02; done\nfi\nexec "{folder}/worker" "$@"\n')
        os.chmod(folder + '/loophole-worker', 0o755)
        home.env['PATH'] = folder + ':' + home.env['PATH']
        self.close()

    def close(self):
        with open(self.hold, 'w', encoding='utf-8'):
            pass

    def until_reached(self):
        until(lambda: os.path.exists(self.hold + '.reached'), what='an encoder is held')

    def release(self):
        os.unlink(self.hold)
