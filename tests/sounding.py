"""sounding.py: shared by the tests of a sounding engine: an engine on JACK's dummy driver, its transport and meters,
and a recorder."""
import array
import contextlib
import fcntl
import glob
import json
import os
import shutil
import signal
import struct
import wave

from tests.claims import BUILD, needs, printed_in, random, samples, until, write_file

from tests.sound import sound


def engine(home, settings='', in_step=False):
    """Starts an engine on JACK's dummy driver.

    The periods are longer than most of the short pauses that a machine makes; during such a pause JACK skips the period
    of a client. With `in_step`, JACK's server waits for its clients (-S). loophole starts it without -S: then JACK does
    not wait, and repeats a period that its clients are still in. Two periods then meet in one buffer, and a claim that
    compares single frames would blame loophole for that."""
    needs('jackd')
    home.env['LOOPHOLE_AUDIO'] = 'dummy'
    if in_step:
        _wait_for_clients(home)
    take_place()
    forget_dead_servers()
    home.settings(settings if '[audio]' in settings else settings + '[audio]\nperiod = 1024\n')
    home.up()


_place = None


def kill_processes(processes):
    """Kills these processes at once."""
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def forget_memory(home):
    """Removes the shared memory of the engine, as a reboot does."""
    with open(home.file('data/names'), encoding='utf-8') as names:
        for path in glob.glob(f'/dev/shm/loophole-{names.read().split()[0]}-*'):
            os.unlink(path)


def cut_power(home, processes):
    """Kills all of the engine at once, with JACK's server, and forgets its shared memory."""
    kill_processes(processes)

    def are_gone():
        left = list(home.processes())  # also a process that was started meanwhile
        kill_processes(left)
        return not left
    until(are_gone)
    forget_memory(home)


def take_place():
    """Waits for one of six places on this machine, which this process keeps until its end. JACK has room for eight
    servers. Those that wait take turns: who comes later looks only when all before have a place."""
    global _place
    if _place:
        return
    turn, *places = [os.open(f'/tmp/loophole-sounding.{os.getuid()}.{n}', os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                     for n in ('turn', *range(6))]
    fcntl.flock(turn, fcntl.LOCK_EX)

    def got_one():
        for place in places:
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return place
            except BlockingIOError:
                continue
        return None

    _place = until(got_one, 3000, 'fewer than six claims sound')
    for other in (turn, *places):
        if other != _place:
            os.close(other)


def forget_dead_servers():
    """Removes dead servers from JACK's registry. It has room for eight servers on a machine, and keeps those that were
    killed."""
    entry, most = 264, 8
    try:
        with open('/dev/shm/jack-shm-registry', 'r+b', buffering=0) as registry:
            for at in range(24, 24 + most * entry, entry):
                registry.seek(at)
                pid, = struct.unpack('<i', registry.read(4))
                if pid and not os.path.exists(f'/proc/{pid}'):
                    registry.seek(at)
                    registry.write(bytes(entry))
    except FileNotFoundError:
        pass


def _wait_for_clients(home):
    folder = home.file('in-step')
    os.makedirs(folder, exist_ok=True)
    write_file(folder + '/jackd', f'#!/bin/sh\nexec "{shutil.which("jackd")}" -S "$@"\n')
    os.chmod(folder + '/jackd', 0o755)
    home.env['PATH'] = folder + ':' + home.env['PATH']


def transport(home):
    return home.first('transport')


def until_transport(home, **wanted):
    """Waits until these fields of the transport have the wanted values. A wanted value may be a function that
    decides."""
    def is_there():
        now = home.look('audio.transport')
        return all(want(now.get(key)) if callable(want) else now.get(key) == want for key, want in wanted.items())
    until(is_there, what=f'the transport has {wanted}')


def start_transport(home, bpm):
    """Starts the transport at this tempo, and waits until it runs."""
    home.loophole('transport', 'tempo', str(bpm))
    home.loophole('transport', 'start')
    until_transport(home, running=True, bpm=bpm)


def meter(home, channel):
    """The last measured level of a channel, rms_left."""
    return next(one['rms_left'] for one in home.look('audio.meters')['meters'] if one['bus'] == channel)


def peak(home, channel, since):
    """The highest level of a channel after this frame."""
    levels = home.look('audio.meters', {'since': since})['meters']
    return max(max(one['peak_left'], one['peak_right']) for one in levels if one['bus'] == channel)


def until_sounds(home, channel):
    until(lambda: meter(home, channel) != 0, what=f'{channel} sounds')


def until_quiet(home, channel='master', level=1e-4):
    """Waits until a channel has been quiet for a quarter of a second; the level over 300 ms needs five seconds to fall."""
    def is_quiet():
        since = frame(home)
        until_later(home, 12000)
        return peak(home, channel, since) <= level
    until(is_quiet, what=f'{channel} is quiet')


def tool(name):
    """The path of a program of tests/programs."""
    return os.path.join(BUILD, 'tests/programs', name)


def jack_client(home, program, name, *args):
    """The process of a JACK client of these tests, which runs. NAME.said has what it prints."""
    said = home.file(name + '.said')
    process = home.start_into(said, tool(program), home.ask('audio.server')['server'], name, *map(str, args))
    until_prints(process, said, 'ready')
    return process


def until_prints(process, said, word):
    """Waits until a program prints this word. `said`: the file of its output."""
    def has_printed():
        has_ended = process.poll() is not None
        assert word in printed_in(said) or not has_ended, f'{process.args} has ended: {printed_in(said)}'
        return word in printed_in(said)
    until(has_printed, what=lambda: f'{process.args} prints "{word}": {printed_in(said)}')


class Tape:
    """A recording of ports of the engine, float32, of at most `seconds`. It contains NaN where the recorder missed a
    period. `notes`: NOTE EVERY TO of the recorder."""

    def __init__(self, home, seconds, *ports, name='tape', notes=()):
        server = home.ask('audio.server')
        self.path, self.said = home.file(name), home.file(name + '.said')
        names = [port if ':' in port else f'{server["client"]}:{port}' for port in ports or ('main_left',)]
        self.process = home.start_into(self.said, tool('tape'), server['server'], self.path, str(seconds), *names, *notes)
        until_prints(self.process, self.said, 'connected')

    def words(self):
        return printed_in(self.said)

    def wait(self):
        """Waits until the recording has its full length."""
        code = self.process.wait(600)
        assert code == 0, (code, self.words())
        return self.path

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.wait()


def undisturbed(home, act, *ports, seconds=60, name='tape', notes=()):
    """The samples of a port during act(). It is done again if the recorder missed a period: then the machine paused, and
    JACK skipped its clients."""
    def heard():
        tape = Tape(home, seconds, *ports, name=name, notes=notes)
        act()
        samples = sound.load(tape.stop())
        return list(samples) if all(x == x for x in samples) else None
    return until(heard, 900, 'the machine has time for the recorder')


def unstarved(home, act, seconds=900, what='the machine has time for the streamer'):
    """The result of act(). It is done again if it has none, or if a ring of the streamer ran dry meanwhile."""
    def done():
        underruns = home.ask('audio.meters')['underruns']
        result = act()
        return result if home.ask('audio.meters')['underruns'] == underruns else None
    return until(done, seconds, what)


def noise(path, frames=24000, rate=48000):
    """Writes a WAVE file of noise, the same each time, and returns its samples."""
    samples = random.Random(1).choices(range(-16000, 16000), k=frames)
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(rate)
        out.writeframes(array.array('h', samples).tobytes())
    return samples


def frame(home):
    """The current frame of the audio clock."""
    return home.look('audio.transport')['frame']


def until_later(home, frames):
    """Waits until this number of frames has passed."""
    end = frame(home) + frames
    until(lambda: frame(home) > end, what=f'{frames} frames pass')


LEADS = 2, 30, 10, 30  # s: how far ahead a claim asks for sounds; again, and further, if the machine paused


def came_before(home, at):
    """Every ask that was answered reached the audio core before this frame."""
    return frame(home) < at - 4800


def until_connected(home):
    until(lambda: home.look('audio.server')['connected'], what='the audio core is connected')


HARD = 'gain=0.70710678'  # of what is panned to one side, so that it is as loud there as its file


class BesideAnother:
    """Records what is played on the right, beside a counter on the left that begins with the frame `begins`."""

    def __init__(self, home):
        path = home.file('beside.wav')
        sound.make('counter', path, 1440000)
        self.home, self.underruns = home, home.ask('audio.meters')['underruns']
        self.tapes = [Tape(home, 120, port, name=port) for port in ('streams_left', 'streams_right')]
        self.begins = frame(home) + 48000
        self.voice = home.ask('streamer.play', f'path={path}', f'at={self.begins}', HARD, 'pan=-1')['voice']
        until(lambda: frame(home) > self.begins + 24000)

    def give_up(self):
        """Ends all of it; None."""
        self.home.loophole('stop', code=None)
        until(lambda: self.home.ask('streamer.voices')['each'] == [], what='no voice plays')
        for tape in self.tapes:
            tape.stop()

    def heard(self):
        """The recorded samples from the frame `begins` on, as soon as nothing else plays; None: the machine was so busy
        that a ring ran dry."""
        until(lambda: [one['voice'] for one in self.home.ask('streamer.voices')['each']] == [self.voice],
              what='only the counter plays')
        self.home.ask('streamer.stop')
        one, other = (tape.stop() for tape in self.tapes)
        if self.home.ask('audio.meters')['underruns'] != self.underruns:
            return None
        counted = sound.read(one, 1440000)  # to the fade of the stop
        assert (counted['lost'], counted['repeated']) == (0, 0), counted
        first, later = (json.loads(tape.words().strip().splitlines()[-1])['first'] for tape in self.tapes)
        return sound.load(other)[first + counted['at'] - counted['first'] + 1 - later:]


def is_open_in(program, path):
    """A process of this program has the file open."""
    def holds(pid):
        try:
            with open(f'/proc/{pid}/comm', encoding='ascii') as name:
                return name.read().strip() == program and \
                    any(os.readlink(fd) == path for fd in glob.glob(f'/proc/{pid}/fd/*'))
        except OSError:
            return False
    return any(holds(pid) for pid in filter(str.isdigit, os.listdir('/proc')))


def copy_sounds(folder, patterns, most):
    """Copies sounds to a folder, each under a name that includes its old folder."""
    os.makedirs(folder)
    for path in sorted(path for pattern in patterns for path in samples(pattern))[:most]:
        shutil.copy(path, f'{folder}/{os.path.basename(os.path.dirname(path))} {os.path.basename(path)}')
