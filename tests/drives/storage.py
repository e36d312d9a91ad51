"""storage.py: disks and clouds that come and go, for claims about where items are."""
import collections
import os
import subprocess

from tests.claims import file_text, until, write_file
from tests.drives.disks import Stalling
from tests.library.indexing import Indexing, wav
from tests.sounding import tool


class Disks(Indexing):
    """An engine, and disks in memory at any mount point. All are unmounted at the end."""

    def __enter__(self):
        super().__enter__()
        self.mounts = []
        self.disks = 0
        return self

    def __exit__(self, *_):
        for at in reversed(self.mounts):
            subprocess.run(['umount', '-l', at], check=False, stderr=subprocess.DEVNULL)

    def place(self, *parts):
        at = self.folder(*parts)
        os.makedirs(at, exist_ok=True)
        self.mounts.append(at)
        return at

    def disk(self, marker=None):
        """A new disk at a place of its own; `mount` shows it elsewhere."""
        self.disks += 1
        at = self.place(f'disk{self.disks}')
        subprocess.run(['mount', '-t', 'tmpfs', f'disk{self.disks}', at], check=True)
        subprocess.run(['mount', '--make-private', at], check=True)
        if marker:
            write_file(at + '/.loophole-volume', marker + '\n')
        return at

    def move(self, at, *to):
        to = self.place(*to)
        subprocess.run(['mount', '--move', at, to], check=True)
        return to

    def unmount(self, at):
        subprocess.run(['umount', '-l', at], check=True)

    def volume(self, label_or_identity):
        return next(one for one in self.home.json('volume', 'list')
                    if label_or_identity in (one['label'], one['identity']))

    def rows(self, kind=None):
        """The change log."""
        rows, after = [], 0
        while got := self.client.must('persist.changes_since', {'revision': after, 'limit': 4096}).get('each'):
            rows += got
            after = got[-1]['revision']
        return [row for row in rows if kind in (None, row['kind'])]


class Hung(Stalling):
    """`with Hung(it, NAME) as at`: a file system that can stop answering, among the disks of an Indexing."""

    def __init__(self, it, name, *how):
        flat = name.replace('/', ' ')
        super().__init__(it.home, it.folder('under ' + flat), it.folder(name), it.folder('fault of ' + flat), *how)


class Cloud:
    """`with Cloud(it, NAME) as cloud`: a file system like that of a cloud. See tests/programs/cloud.c."""

    def __init__(self, it, name, kind=None):
        self.it, self.kind = it, kind
        self.at, self.under, self.control = (it.folder(name + part) for part in ('', '-under', '-control'))
        self.process = None

    def __enter__(self):
        for folder in (self.at, self.under, self.control):
            os.makedirs(folder, exist_ok=True)
        self.start()
        return self

    def start(self):
        self.process = self.it.home.start(tool('cloud'), self.under, self.at, self.control,
                                          *([self.kind] if self.kind else []))
        until(lambda: os.path.ismount(self.at) or self.process.poll() is not None)

    def __exit__(self, *_):
        self.set('mode', 'ok')
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        subprocess.run(['umount', '-l', self.at], check=False, stderr=subprocess.DEVNULL)

    def set(self, name, value):
        write_file(f'{self.control}/{name}.new', str(value))
        os.rename(f'{self.control}/{name}.new', f'{self.control}/{name}')

    def send_back(self, name):
        os.unlink(f'{self.control}/here/{name.replace("/", "%")}')

    def log(self):
        """[what, pid, program, bytes, path] of each open and read."""
        try:
            return [line.split(' ', 4) for line in file_text(self.control + '/log').splitlines()]
        except FileNotFoundError:
            return []

    def bytes_by(self):
        """Bytes that were read, by program."""
        count = collections.Counter()
        for what, _, program, got, _ in self.log():
            if what == 'read':
                count[program] += int(got)
        return dict(count)

    def put(self, *names, hertz=1000, seconds=0.25):
        for i, name in enumerate(names):
            wav(f'{self.under}/{name}', hertz + 10 * i, seconds)
