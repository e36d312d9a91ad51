#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A disk is pulled in the middle of an import: that of the destination, or that of the bundle."""
import os

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
from tests.projects.bundles import foreign, packed
from tests.claims import SEED, claim, contains, figure, file_bytes, how_often, printed_in, random, run_claims, same, until, write_file
from tests.drives.disks import Lossy, ends_mounts
from tests.library.indexing import Indexing, wav


class Pulled:
    """Imports from or to a disk that can be pulled, one project after the other."""

    def __init__(self, home, disk, seconds):
        self.home, self.disk, self.number, self.seed = home, disk, 0, SEED
        self.sound = file_bytes(os.fsdecode(wav(home.file('noise.wav'), 441, seconds)))

    def to(self, source, root):
        """The command that imports another project."""
        self.number += 1
        project = {'id': f'bundle-{self.number}', 'name': f'Bundle {self.number}', 'bpm': 100.0, 'swing': .1}
        self.source, self.root = os.path.join(source, f'{self.number}.zip'), os.path.join(root, str(self.number), 'in')
        write_file(self.source, packed(foreign(self.sound, project=project), method=0))
        return ('bundle', 'import', '--bundle-root', self.source, '--destination-root', self.root)

    def is_known(self):
        return f'Bundle {self.number}' in [one['name'] for one in self.home.json('project', 'list')]

    def come_back(self):
        self.disk.unmount()
        self.seed += 1
        self.disk.mount(self.seed)

    def is_whole_or_absent(self):
        folder = os.path.dirname(self.root)
        same(self.is_known(), self.is_known() and os.path.exists(self.root))
        if os.path.exists(self.root):
            self.home.loophole('bundle', 'verify', self.root)
            self.home.loophole('project', 'open', self.root)
        else:
            self.home.loophole('bundle', 'import', '--bundle-root', self.source, '--destination-root', self.root)
        same((True, ['in']), (self.is_known(), os.listdir(folder)))
        self.home.check_store()


def sync(path):
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)


def changes(disk):
    return os.stat(os.path.join(disk.at, '.changes')).st_size


@claim(inside=ends_mounts)
def a_destination_that_is_pulled_during_an_import_is_named_and_has_the_project_whole_or_not_at_all(home):
    Indexing(home).__enter__()
    with Lossy(home, home.file('stick'), SEED) as disk:
        it = Pulled(home, disk, 1)
        before = changes(disk)
        home.loophole(*it.to(home.path, disk.at))
        count, failed = changes(disk) - before, 0
        for change in random.sample(range(1, count + 1), min(count, how_often(4, count))):
            command = it.to(home.path, disk.at)
            assert not os.path.exists(os.path.join(disk.at, f'.cut-{change}'))
            said = home.loophole(*command, code=None)
            disk.cut_power()  # a change that did not come
            if said.code:
                failed += 1
                contains(said.err, disk.at)
            it.come_back()
            it.is_whole_or_absent()
        figure(f'{failed} imports failed because their disk was pulled, at one of {count} changes')


@claim(inside=ends_mounts)
def a_bundle_whose_disk_is_pulled_during_its_import_is_named_and_nothing_is_half(home):
    Indexing(home).__enter__()
    with Lossy(home, home.file('stick'), SEED) as disk:
        it = Pulled(home, disk, 200)

        def is_pulled():
            command, said = it.to(disk.at, home.file('projects')), home.file('said')
            sync(it.source)
            sync(disk.at)
            running = home.start_into(said, 'loophole', *command)
            part = os.path.join(os.path.dirname(it.root), '.loophole-bundle.part')
            until(lambda: os.path.isdir(part) or running.poll() is not None, what='the import writes')
            disk.cut_power()
            code = running.wait(600)
            if code:
                contains(printed_in(said), disk.at)
                same((False, []), (it.is_known(), os.listdir(os.path.dirname(it.root))))
            it.come_back()
            it.is_whole_or_absent()
            return code
        until(is_pulled, 900, 'an import is met by the end of its disk')


run_claims()
