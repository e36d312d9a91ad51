#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A service whose thread waits in the kernel for a file system cannot end when it is killed. Its successor takes over, and
nothing waits for the dead one."""
import contextlib
import http.client
import os
import signal

from tests.web.browsing import Browser
from tests.claims import claim, file_text, run_claims, same, until
from tests.library.indexing import wav
from tests.drives.storage import Disks, Hung


class HungScan(Disks):
    """A scan waits in the kernel for a file of a mount whose root answers. `music` is another library."""

    def __enter__(self):
        super().__enter__()
        self.music = self.folder('music')
        wav(self.music + '/a.wav', 1000)
        self.add(self.music)
        self.hung = Hung(self, 'held').__enter__()
        wav(self.hung.under + '/kit/slow/b.wav', 1100)
        self.add(self.hung.at + '/kit')
        self.becomes(self.hung.at, 'local:done=1')
        self.hung.fail(0, '/slow/')  # its root answers, so only the scan waits
        self.must('rescan', self.hung.at + '/kit')
        until(self.hung.waits)
        self.pid = self.home.pid('indexer')
        return self

    def goes_on(self):
        wav(self.music + '/new.wav', 1200)
        self.becomes(self.music, 'local:done=2')
        self.hung.heal()
        self.idle()
        until(lambda: not os.path.exists(f'/proc/{self.pid}'))
        same('local:done=1', self.states(self.hung.at))

    def __exit__(self, *how):
        self.hung.__exit__()
        super().__exit__(*how)


@claim(inside=HungScan)
def an_indexer_that_cannot_die_does_not_block_its_successor(it):
    os.kill(it.pid, signal.SIGKILL)
    until(lambda: it.home.is_other('indexer', it.pid))
    alarm = 'killed services that wait in the kernel for a file system and cannot end: 1'
    until(lambda: alarm in it.home.loophole('status', code=None).all)
    it.goes_on()
    until(lambda: 'killed services that wait' not in it.home.loophole('status', code=None).all)


@claim(inside=HungScan)
def an_engine_starts_again_beside_an_indexer_that_cannot_die(it):
    it.home.down()
    it.home.up()
    it.goes_on()


@claim(inside=HungScan)
def clients_of_an_indexer_that_cannot_die_are_connected_to_its_successor(it):
    page = Browser(it.home).page()
    page.subscribe('indexer.')
    page.must('indexer.ping')
    page.back.clear()
    page.events.clear()
    os.kill(it.pid, signal.SIGKILL)
    until(lambda: it.home.is_other('indexer', it.pid))
    while 'indexer' not in page.back:
        page.read()
    assert page.must('indexer.ping')['pid'] != it.pid
    it.goes_on()

    def hears_it():  # an event that is sent before the gateway has connected again is lost
        it.must('rescan', it.music)
        page.must('indexer.ping')
        return any(topic == 'indexer.progressed' for topic, _ in page.events)
    until(hears_it, what='the page hears the events of the successor')


@claim(inside=Disks)
def a_gateway_that_cannot_die_gets_its_port_back_at_the_next_start(it):
    home = it.home
    with Hung(it, 'held') as hung:
        wav(hung.under + '/kit/slow/b.wav', 1100, 400)
        it.add(hung.at + '/kit')
        id = it.id_of(hung.at + '/kit/slow/b.wav')
        browser, kept = Browser(home), file_text(home.file('data/web.gate'))
        away = http.client.HTTPConnection('127.0.0.1', browser.port, timeout=600)
        hung.fail(0, '/slow/')
        away.request('GET', '/media/' + id, headers={'Cookie': browser.cookie})
        until(hung.waits)
        was = home.pid('web')
        os.kill(was, signal.SIGKILL)
        until(lambda: home.is_other('web', was))
        same(200, Browser(home).get('/').status)
        same(kept, file_text(home.file('data/web.gate')))
        hung.heal()
        until(lambda: not os.path.exists(f'/proc/{was}'))
        home.loophole('restart', 'web')

        def has_its_port():
            with contextlib.suppress(AssertionError, OSError):  # it may be away for a moment
                return Browser(home).port == browser.port
            return False
        until(has_its_port)
        same(200, browser.get('/').status)


run_claims()
