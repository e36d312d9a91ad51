#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Giving content out: nothing that somebody puts in the place of a sound after the scan leads to another file of the user."""
import io
import os
import shutil
import signal
import zipfile

from tests.web.browsing import Browser
from tests.claims import claim, contains, file_bytes, run_claims, same, write_file
from tests.library.indexing import wav
from tests.drives.storage import Disks

KEY = '-----BEGIN OPENSSH PRIVATE KEY-----'


class Shop(Disks):
    """A library of a stranger, another library, and a private folder. The indexer is stopped: no scan sees what changes later."""

    settings = '[indexer]\ndeadline_s = 20\n[supervisor]\nhang_ms = 300000\n'

    def __enter__(self):
        super().__enter__()
        self.music, self.other, self.mine, self.out = (self.folder(name) for name in ('music', 'other', 'mine', 'out'))
        os.makedirs(self.out)
        for at, hertz in ((self.music + '/kit/kick.wav', 500), (self.music + '/good.wav', 600), (self.other + '/o.wav', 700),
                          (self.mine + '/kick.wav', 800), (self.mine + '/kit/kick.wav', 900)):
            wav(at, hertz)
        write_file(self.mine + '/id_ed25519', KEY)
        self.add(self.music)
        self.add(self.other)
        self.becomes(self.music, 'local:done=2')
        self.becomes(self.other, 'local:done=1')
        self.kick, self.good = self.id_of(self.at()), self.id_of(self.music + '/good.wav')
        self.home.loophole('tag', self.kick, '+hard')
        self.home.loophole('project', 'new', 'Song', '--folder', self.folder('song'))
        self.home.loophole('project', 'add', 'clip', 'item=' + self.kick, 'start=0')
        os.kill(self.home.pid('indexer'), signal.SIGSTOP)
        self.browser = Browser(self.home)
        shutil.copytree(self.music, self.folder('as it was'), copy_function=shutil.copy2)
        return self

    def at(self):
        return self.music + '/kit/kick.wav'

    def restore(self):
        if os.path.islink(self.music + '/kit'):
            os.unlink(self.music + '/kit')
        else:
            shutil.rmtree(self.music + '/kit')
        shutil.copytree(self.folder('as it was') + '/kit', self.music + '/kit', copy_function=shutil.copy2)

    def zip(self, *ids):
        got = self.browser.get('/zip?ids=' + ','.join(ids))
        if got.status != 200:
            return got.content.decode()
        with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
            same(['good.wav', 'missing.txt'], sorted(archive.namelist()))
            return archive.read('missing.txt').decode()

    def ways(self):
        """What each way of giving the sound out says."""
        def basket():
            got = self.home.first('basket', 'add', self.kick)
            same([], got['each'])
            return got['refused'][0]
        yield 'send', lambda: self.home.refused('send', self.kick, self.out)
        yield 'collect', lambda: self.home.refused('project', 'collect')
        yield 'media', lambda: self.browser.get('/media/' + self.kick).content.decode()
        yield 'as wav', lambda: self.browser.get(f'/media/{self.kick}?as=wav').content.decode()
        yield 'zip', lambda: self.zip(self.kick)
        yield 'zip of two', lambda: self.zip(self.kick, self.good)
        yield 'basket', basket
        yield 'labels', lambda: self.home.refused('labels', 'write', self.kick, '--yes')

    def refuses(self, why, *but):
        for way, give in self.ways():
            if way not in but:
                contains(give(), why)
        same([], [name for name in os.listdir(self.out) if not name.startswith('.')])

    def replace(self, put):
        os.unlink(self.at())
        put()


@claim(inside=Shop)
def a_link_that_came_after_the_scan_gives_nothing_out(it):
    def replaced_folder():
        os.rmdir(it.music + '/kit')
        os.symlink('../mine', it.music + '/kit')

    def two_links():
        os.symlink('../../mine', it.music + '/kit/step')
        os.symlink('step/kit/kick.wav', it.at())
    out = 'leads out of its library'
    for why, put in ((out, lambda: os.symlink(it.mine + '/kick.wav', it.at())), (out, lambda: os.symlink('../../mine/id_ed25519', it.at())),
                     (out, replaced_folder), (out, two_links),
                     (out, lambda: os.symlink('../kit/../../mine/kit/kick.wav', it.at())),
                     ('Too many levels', lambda: os.symlink('kick.wav', it.at())),
                     ('Too many levels', lambda: os.symlink('/proc/self/root' + it.mine + '/kick.wav', it.at())),
                     ('No such file', lambda: os.symlink('nowhere', it.at())),
                     ('not a regular file', lambda: os.mkfifo(it.at())), ('not a regular file', lambda: os.mkdir(it.at())),
                     (out, lambda: os.symlink('/dev/zero', it.at()))):
        it.replace(put)
        it.refuses(why)
        if os.path.isdir(it.at()):
            os.rmdir(it.at())
            write_file(it.at(), '')
        it.restore()


@claim(inside=Shop)
def a_file_that_took_the_place_of_a_sound_is_not_given_out_as_one(it):
    for put in (lambda: os.link(it.mine + '/id_ed25519', it.at()), lambda: write_file(it.at(), KEY)):
        it.replace(put)
        it.refuses('does not begin as a sound', 'as wav', 'labels')
        it.restore()
    write_file(it.music + '/notes.txt', KEY)
    it.replace(lambda: os.symlink('../notes.txt', it.at()))
    it.refuses('does not begin as a sound', 'as wav', 'labels')


@claim(inside=Shop)
def a_link_into_a_library_or_an_added_volume_is_followed(it):
    disk = it.disk()
    wav(disk + '/lib/d.wav', 1100)
    wav(disk + '/loose.wav', 1200)
    os.kill(it.home.pid('indexer'), signal.SIGCONT)
    it.home.loophole('volume', 'mark', disk)
    it.add(disk + '/lib')
    os.kill(it.home.pid('indexer'), signal.SIGSTOP)
    for target in (it.other + '/o.wav', '../good.wav', disk + '/loose.wav', disk + '/lib/d.wav'):
        it.replace(lambda to=target: os.symlink(to, it.at()))
        same(file_bytes(it.at()), it.browser.get('/media/' + it.kick).content)
        it.home.loophole('send', it.kick, it.out)
    it.replace(lambda: os.symlink(it.mine + '/kick.wav', it.at()))
    contains(it.home.refused('send', it.kick, it.out), 'leads out of its library')
    os.kill(it.home.pid('indexer'), signal.SIGCONT)
    it.home.loophole('library', 'add', it.music, '--follow-links')
    it.becomes(it.music, 'local:done=2')
    same(file_bytes(it.at()), it.browser.get('/media/' + it.kick).content)


run_claims()
