"""powered.py: shared by the claims about power cuts in a deed: an engine whose data is on a disk (lossy.c) that loses unsynced
data, and all of the engine dies with it. The change of the disk that cuts is drawn with SEED."""
import glob
import os
import random

from tests.claims import SEED, figure, until
from tests.client import new_id
from tests.drives.disks import Lossy
from tests.library.indexing import Indexing, wav
from tests.sounding import kill_processes
from tests.studio import Studio

SOUNDS = 6


class Powered:
    """A project on such an engine. A subclass has a deed: an ask, or what its `do` and `begin_deed` say."""
    deed = ''

    def __init__(self, home, disk):
        self.home, self.disk, self.seed, self.cuts = home, disk, SEED * 1000, 0
        self.it = Indexing(home).__enter__()
        with open(home.file('data/names'), encoding='utf-8') as names:
            self.memory = f'/dev/shm/loophole-{names.read().split()[0]}-*'
        self.sounds = {f'{n}.wav': wav(home.file('lib', f'{n}.wav'), 300 + n) for n in range(SOUNDS)}
        self.it.add(home.file('lib'))
        self.mine = Studio(home, 'Powered')
        self.begin()

    def begin(self):
        """Once."""

    def prepare(self):
        """Before each deed."""

    def check_new(self):
        """The deed is done."""
        raise NotImplementedError

    def check_old_or_new(self):
        """The deed is done or not done."""
        raise NotImplementedError

    def more(self):
        """The body of the ask, apart from the project."""
        return {}

    def changes(self):
        return os.stat(os.path.join(self.disk.at, '.changes')).st_size

    def cut_power_at(self, change):
        """The change of the disk, counted from now, at which the power is cut."""
        assert not os.path.exists(os.path.join(self.disk.at, f'.cut-{change}'))

    def has_power(self):
        try:
            return bool(os.stat(self.disk.at))
        except OSError:
            return False

    def lose_power(self):
        """The whole engine dies with its memory. Data that the disk did not sync may be lost."""
        self.disk.cut_power()

        def are_gone():
            left = list(self.home.engine_processes())
            kill_processes(left)
            return not left
        until(are_gone)
        for path in glob.glob(self.memory):
            os.unlink(path)
        self.disk.unmount()

    def start(self):
        self.seed += 1
        self.disk.mount(self.seed)
        self.home.up()
        self.home.wait_ready('persist', 'project')
        self.mine.client = self.home.client()

    def do(self):
        """The whole deed, which must succeed."""
        self.mine.must(self.deed, **self.more())

    def begin_deed(self):
        """Begins the deed. Returns a function: true if the deed has succeeded, None as long as it is not over."""
        client, request = self.mine.client, new_id()
        client.send('project.' + self.deed, dict(self.more(), project=self.mine.name), request)

        def look():
            answer = client.take('project', 50)
            return answer and answer[1] == 'ok' or None
        return look

    def measure(self):
        """The number of changes of the disk that the whole deed makes without a power cut."""
        self.prepare()
        before = self.changes()
        self.do()
        count = self.changes() - before
        self.check_new()
        return count

    def cut_power_in(self, change):
        """Begins the deed, and cuts the power at that change of the disk. True: the deed had succeeded before."""
        ends = []
        self.mine.state()  # the answer shows that earlier asks are done
        self.cut_power_at(change)
        look = self.begin_deed()
        until(lambda: ends.append(look()) or ends[-1] is not None or not self.has_power())
        self.lose_power()
        self.cuts += not ends[-1]
        self.start()
        if ends[-1]:
            self.check_new()
        self.check_old_or_new()
        return ends[-1]

    def cut_at(self, change, second):
        """`second`: the power is cut once more, at that change of the repeated deed; None: it is not."""
        self.prepare()
        if not self.cut_power_in(change) and second:
            self.cut_power_in(second)
        self.is_clean()
        self.do()
        self.check_new()
        self.is_clean()

    def is_clean(self):
        """No temporary file is left; the store is consistent. `patterns/.lock` is none."""
        left = lambda: [name for _, _, names in os.walk(self.mine.folder) for name in names if name.startswith('.') and name != '.lock']
        until(lambda: not left(), what=lambda: f'no temporary file is left: {left()}')
        self.home.check_store()

    def run(self, cuts):
        count = self.measure()
        chance = random.Random(SEED)
        for _ in range(cuts):
            change, second = chance.randrange(1, count + 2), chance.choice((None, chance.randrange(1, count + 2)))
            try:
                self.cut_at(change, second)
            except Exception as why:
                raise AssertionError(f'{self.deed}, cut at changes {change} and {second} of {count}: {why}') from why
        self.home.stop()
        self.home.check_store()
        figure(f'{self.deed}: {self.cuts} power cuts before the answer, {count} changes of the disk')


def run_cuts(home, kind, cuts):
    with Lossy(home, home.file('data'), SEED) as disk:
        kind(home, disk).run(cuts)
