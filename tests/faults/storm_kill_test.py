#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The monitor of volumes, the indexer and persist are killed in turn during storms of mounts, fetches and relinks: no
item is lost or doubled, and each fetch ends or continues."""
import collections
import os
import random
import subprocess

from tests.claims import SEED, claim, figure, how_often, run_claims, same, until
from tests.library.indexing import wav
from tests.drives.storage import Cloud, Disks


def everything(it):
    """What must not change of each item, by id."""
    return {line['id']: (line['name'], line['tags'], line.get('notes', ''))
            for line in it.home.json('search', '', '--limit', '1000')}


KILLED = ['availability', 'indexer', 'persist']


class Storm:
    def __init__(self, it, cloud, disk):
        self.it, self.cloud, self.disk, self.music = it, cloud, disk, it.folder('music')
        self.random = random.Random(SEED)
        self.number = self.turns = 0
        self.running = []
        self.count = collections.Counter()

    def run(self, *command):
        self.running.append(self.it.home.start('loophole', *command, stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL))

    def mounts(self):
        """The disk goes to a place of another length; others come and go."""
        self.disk = self.it.move(self.disk, 'p' * self.random.randrange(1, 60) + str(self.number))
        other = self.it.disk()
        if self.random.randrange(2):
            self.it.unmount(other)

    def fetches(self):
        here = self.cloud.control + '/here'
        for name in self.random.sample(sorted(os.listdir(here)), len(os.listdir(here)) // 2):
            os.unlink(f'{here}/{name}')
        self.run('library', 'rescan', self.cloud.at, '--wait')
        self.run('fetch', 'is:remote', '--all')

    def relinks(self):
        os.rename(f'{self.music}/kit{self.number}', f'{self.music}/kit{self.number + 1}')
        self.number += 1
        self.run('library', 'rescan', self.music, '--accept-missing', '--wait')
        self.run('relink', '--apply', '--yes')

    def turn(self):
        deeds = [self.mounts, self.fetches, self.relinks]
        self.random.shuffle(deeds)
        kill_after, killed = self.random.randrange(3), KILLED[self.turns % len(KILLED)]
        self.turns += 1
        until(lambda: self.it.home.has_lived(killed))
        for i, deed in enumerate(deeds):
            deed()
            self.count[deed.__name__] += 1
            if i == kill_after:
                self.it.home.kill(killed)
                self.count[f'kills of {killed}'] += 1
        for process in self.running:
            process.wait()
        self.running.clear()


@claim(inside=Disks)
def kills_in_storms_of_mounts_fetches_and_relinks_lose_and_double_nothing(it):
    disk, music = it.disk('stormy'), it.folder('music')
    for i in range(8):
        wav(f'{disk}/a/{i}.wav', 1000 + 10 * i)
        wav(f'{music}/kit0/m{i}.wav', 1500 + 10 * i)
    with Cloud(it, 'storm', 'rclone') as cloud:
        cloud.put(*(f'c{i}.wav' for i in range(8)), hertz=2000)
        for at in (disk + '/a', music, cloud.at):
            it.add(at)
        it.home.loophole('fetch', 'is:remote', '--all', '--wait')
        it.becomes('', 'external_online:done=8 local:done=16')
        it.home.loophole('tag', 'kind:audio', '--all', '+kept')
        it.idle()
        before = everything(it)
        same(24, len(before))
        cloud.set('rate', 200)
        storm = Storm(it, cloud, disk)
        for _ in range(how_often(6, 102)):
            storm.turn()
        cloud.set('rate', 0)
        until(lambda: not any(one['state'] in ('waiting', 'fetching', 'settling') for one in it.home.json('fetches')))
        it.rescan(cloud.at)
        it.rescan(music)
        if it.home.json('search', 'is:remote'):
            it.home.loophole('fetch', 'is:remote', '--all', '--wait')
        it.becomes('', 'external_online:done=8 local:done=16')
        same(before, everything(it))
        same({storm.disk + '/a'}, {os.path.dirname(os.fsdecode(one[3])) for one in it.items(storm.disk)})
        same([], it.home.json('forgotten'))
        same([], it.home.json('tasks'))
        it.home.check_store()
        figure(', '.join(f'{count} {what}' for what, count in sorted(storm.count.items())) +
               f': {len(before)} items as before, {len(it.home.json("moves", "--limit", "10000"))} moves followed, '
               f'{len(it.home.json("fetches"))} fetches kept, 0 tasks left')


run_claims()
