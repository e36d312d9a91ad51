"""disks.py: disks that lose their power, stall or are full, for tests of the files on them."""
import contextlib
import os
import signal
import subprocess

from tests.claims import skip, until, write_file
from tests.sounding import tool


class Stalling:
    """`with Stalling(home, UNDER, AT, FAULT) as disk`: the files of UNDER, at AT, on a disk that can stop answering. The file
    FAULT says so. See tests/programs/stall.c."""

    def __init__(self, home, under, at, fault, *how):
        self.home, self.under, self.at, self.fault, self.how, self.process = home, under, at, fault, how, None

    def __enter__(self):
        if not os.access('/dev/fuse', os.W_OK):
            skip('/dev/fuse is not there for this user')
        os.makedirs(self.at, exist_ok=True)
        os.makedirs(self.under, exist_ok=True)
        self.process = self.home.start(tool('stall'), self.under, self.at, self.fault, *self.how)
        until(lambda: os.path.ismount(self.at))
        return self

    def _toggle(self, number, word, waits):
        self.process.send_signal(number)
        until(lambda: os.path.exists(f'{self.fault}.{word}') == waits)

    def hang(self):
        self._toggle(signal.SIGRTMIN + 1, 'hangs', True)

    def answer(self):
        self._toggle(signal.SIGRTMIN + 1, 'hangs', False)

    def hold_reads(self):
        self._toggle(signal.SIGRTMIN, 'holds', True)

    def let_reads_go(self):
        self._toggle(signal.SIGRTMIN, 'holds', False)

    def fail(self, number, word='', kind=''):
        """Requests about paths that contain `word`, other than reads, fail with this errno; 0: they wait. With a `kind` only
        'reads', 'writes', 'syncs' or 'renames'."""
        write_file(self.fault + '.new', f'{number} {word} {kind}\n')
        os.rename(self.fault + '.new', self.fault)

    def waits(self):
        """A request waits because of `fail(0)`."""
        return os.path.exists(self.fault + '.waits')

    def heal(self):
        os.unlink(self.fault)

    def __exit__(self, *_):
        """Its end lets all that wait for it go on, whoever has its files open."""
        self.process.kill()
        self.process.wait()
        subprocess.run(['fusermount3', '-uz', self.at], check=False, stderr=subprocess.DEVNULL)


class Lossy:
    """`with Lossy(home, AT, SEED) as disk`: a disk mounted at AT, which may lose unsynced data. See
    tests/programs/lossy.c."""

    def __init__(self, home, at, seed):
        self.home, self.at, self.folder, self.process = home, at, home.file('disk'), None
        if not os.access('/dev/fuse', os.W_OK):
            skip('/dev/fuse is not there for this user')
        os.makedirs(self.folder, exist_ok=True)
        os.makedirs(at, exist_ok=True)
        self.mount(seed)

    def mount(self, seed):
        errors = self.home.file('lossy.err')
        self.process = self.home.start_into(errors, tool('lossy'), self.folder, self.at, str(seed))
        until(lambda: os.path.ismount(self.at) or self.process.poll() is not None)
        if self.process.poll() is not None:
            with open(errors, encoding='utf-8') as said:
                skip(f'FUSE cannot be mounted: {said.read()[-200:]}')

    def cut_power(self):
        self.process.send_signal(signal.SIGUSR1)

    def turn_readable(self, path, is_readable):
        """Reads of files fail from now on, or succeed again; `path` is one of them."""
        def can_read():
            try:
                with open(path, 'rb') as file:
                    return bool(file.read(1))
            except OSError:
                return False
        if can_read() != is_readable:
            self.process.send_signal(signal.SIGHUP)
            until(lambda: can_read() == is_readable)

    def unmount(self):
        """If a signal arrives just before lossy waits for a request, lossy notices it only after that request. So stat
        sends some."""
        self.process.terminate()

        def is_gone():
            try:
                os.stat(self.at)
            except OSError:
                pass
            return self.process.poll() is not None
        until(is_gone)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.unmount()
        if os.path.ismount(self.at):
            subprocess.run(['umount', '-l', self.at], check=False)


class Small:
    """`with Small(AT, SIZE)`: a disk of that size in memory, like "2m"."""

    def __init__(self, at, size):
        self.at = at
        os.makedirs(at, exist_ok=True)
        if os.getuid():
            skip('mounting a tmpfs needs root')
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}', 'none', at], check=False).returncode:
            skip('a tmpfs cannot be mounted')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(['umount', '-l', self.at], check=True)


class SmallExt4(Small):
    """The same as ext4 in a file: it gives a file its blocks when the data is synced, so late errors are possible."""

    def __init__(self, at, size):
        self.at = at
        os.makedirs(at, exist_ok=True)
        if os.getuid():
            skip('mounting a file as a disk needs root')
        for command in (['truncate', '-s', size, at + '.img'], ['mkfs.ext4', '-q', at + '.img']):
            subprocess.run(command, check=True)
        if subprocess.run(['mount', '-o', 'loop', at + '.img', at], check=False).returncode:
            skip('a file cannot be mounted as a disk')


@contextlib.contextmanager
def ends_mounts(home):
    """Removes the mounts below the home that a killed program of the claim has left."""
    if not os.access('/dev/fuse', os.W_OK):
        skip('/dev/fuse is not there for this user')
    try:
        yield home
    finally:
        with open('/proc/self/mounts', encoding='utf-8') as mounts:
            for at in reversed([line.split()[1] for line in mounts if line.split()[1].startswith(home.path + '/')]):
                subprocess.run(['umount', '-l', at], check=False)


def put(home, word):
    """Makes one write; returns the output."""
    volume = (f'volume={{"identity":"{word}","label":"{word}","mount":"Lw==","backend":"local","online":true,'
              '"id":"00000000000000000000000000"}')
    return home.loophole('ask', 'persist.put_volume', volume, code=None)
