#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The disk of the engine's data fails, fills up or is taken away, and returns. Instead of a loop of crashes there are an
alarm and a wait. Then every service is back by itself, and all deaths are on record."""
import os
import re
import shutil
import signal
import subprocess

from tests import client
from tests.claims import claim, contains, run_claims, until
from tests.drives.disks import Lossy, put

SERVICES = ('persist', 'search', 'indexer')


def until_back(home):
    """Waits until every service is ready and a write is accepted."""
    until(lambda: all(map(home.is_ready, SERVICES)), 120, 'all services are ready')
    until(lambda: put(home, 'two').code == 0, what='a write is accepted')


@claim
def a_disk_that_fails_and_returns_has_every_service_back_and_every_death_on_record(home):
    data = home.file('data')
    with Lossy(home, data, 1) as disk:
        home.up()
        assert put(home, 'one').code == 0
        old = home.pid('search')
        disk.cut_power()
        os.kill(old, signal.SIGKILL)  # a service that dies while the disk is away cannot start
        until(lambda: re.search('^supervisor: the disk of .* fails: ', home.loophole('status').out, re.M), what='an alarm')
        until(lambda: home.status('search')['state'] == 'waiting', what='search waits')
        disk.process.terminate()
        disk.process.wait(600)
        if os.path.ismount(data):
            subprocess.run(['umount', '-l', data], check=False)
        disk.mount(1)
        until_back(home)
        assert 'quarantined' not in home.loophole('status').out
        until(lambda: any(death['pid'] == old for death in home.json('crash', 'list')), what='the death is on record')
        contains(home.loophole('store', 'check').out, ', 0 problems')
        home.stop()


@claim
def a_store_that_was_cut_short_is_an_error_and_no_crash(home):
    """A read from the map of a truncated file raises SIGBUS."""
    data = home.file('data/store/data.mdb')
    home.up()
    catalogue = client.Catalogue(home.client())
    catalogue.batch(*(catalogue.place(b'%d.wav' % number) for number in range(4000)))
    home.down()
    whole = shutil.copyfile(data, home.file('whole'))
    os.truncate(data, 65536)
    contains(home.loophole('store', 'check', code=23).all, 'the store is damaged: ')
    home.loophole('up', code=19)
    until(lambda: re.search(r'^persist: the store is damaged \(', home.loophole('status').out, re.M), what='the damage is named')
    assert 'sigbus' not in home.loophole('crash', 'list').out.lower()
    shutil.copyfile(whole, data)
    until_back(home)
    contains(home.loophole('store', 'check').out, ', 0 problems')


run_claims()
