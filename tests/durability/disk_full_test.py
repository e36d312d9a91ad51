#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The whole engine with its data on a disk of a few MB that fills up, and on a disk that becomes read-only: no false ack,
an alarm in `status`, reads still work, and the engine recovers by itself."""
import contextlib
import os
import re
import shutil
import subprocess

from tests.claims import DRUMKITS, claim, contains, how_often, printed_in, run_claims, skip, until
from tests.drives.disks import Lossy, Small, SmallExt4, put
from tests.driving import drive


@contextlib.contextmanager
def on_a_small_disk(home, kind=Small):
    """A home whose data are on a disk of 64 MB."""
    with kind(home.file('data'), '64M'):
        os.chmod(home.file('data'), 0o700)
        yield home
        home.stop()


@claim(inside=on_a_small_disk)
def a_full_disk_refuses_writes_with_an_alarm_and_recovers_by_itself(home):
    home.up()
    drive(home, 'durability/disk_full.py', 'full')
    home.loophole('down')


@claim(inside=on_a_small_disk)
def each_ack_on_a_full_disk_is_there_after_a_kill(home):
    drive(home, 'durability/full_acks.py', how_often(20, 500))


@claim(inside=lambda home: on_a_small_disk(home, SmallExt4))
def each_ack_on_a_full_disk_of_ext4_is_there_after_a_kill(home):
    drive(home, 'durability/full_acks.py', how_often(20, 500))


@claim
def a_disk_that_turns_read_only_refuses_writes_with_an_alarm_and_recovers_by_itself(home):
    with Lossy(home, home.file('data'), 1) as disk:
        home.env['DISK'] = str(disk.process.pid)
        home.up()
        drive(home, 'durability/disk_full.py', 'read_only')
        home.loophole('down')


@claim
def a_store_that_is_read_only_at_the_start_is_waited_for(home):
    """Only the store is on the disk that is read-only from the start: logs and sockets are elsewhere."""
    store = home.file('data/store')

    def start():
        return home.start_into(home.file('err'), 'loophole-persist', '--foreground')

    def end(persist):
        persist.terminate()
        persist.wait(600)

    def alarm():
        said = home.loophole('ask', 'persist.status', code=None)
        return re.search('"alarm":"[^"]', said.out)

    def remount(how):
        if subprocess.run(['mount', '-o', f'remount,{how}', store], check=False).returncode:
            skip('a tmpfs cannot be mounted read-only')
    os.makedirs(store, mode=0o700)
    with Small(store, '6m'):
        persist = start()
        until(lambda: put(home, 'one').code == 0, what='a write is accepted')
        end(persist)
        remount('ro')
        persist = start()
        until(alarm, what='an alarm')
        contains(put(home, 'two').all, 'Read-only file system')
        contains(home.loophole('store', 'check').out, ', 0 problems')
        remount('rw')
        until(lambda: put(home, 'two').code == 0, what='a write is accepted')
        until(lambda: not alarm(), what='the alarm ends')
        end(persist)
        contains(home.loophole('store', 'check').out, ', 0 problems')


def fill_disk(home):
    with contextlib.suppress(OSError), open(home.file('data/filler'), 'wb', buffering=0) as filler:
        while True:
            filler.write(bytes(65536))


@claim(inside=on_a_small_disk)
def a_library_that_is_added_on_a_full_disk_is_refused_with_the_reason(home):
    """A person waits for the answer, so it does not wait for the disk. Some commits fit into free pages of the store."""
    home.up()
    fill_disk(home)

    def add(number):
        os.makedirs(home.file(f'library{number}'), exist_ok=True)
        return home.loophole('library', 'add', home.file(f'library{number}'), code=None)
    said, number = next((said, n) for n in range(100) if (said := add(n)).code)
    contains(said.all, f'the disk is full: {home.file("data")} has no room: free some space')
    contains(home.loophole('status').out, f'the disk is full: read-only: {home.file("data")} has no room')
    os.remove(home.file('data/filler'))
    until(lambda: add(number).code == 0, what='the disk has room again')
    home.down()


@claim(inside=on_a_small_disk)
def indexing_on_a_full_disk_reports_that_it_waits(home):
    library, said = home.file('library'), home.file('said')
    if not os.path.isdir(f'{DRUMKITS}/GMRockKit'):
        skip('hydrogen-data is missing')
    shutil.copytree(f'{DRUMKITS}/TR808EmulationKit', library)
    home.up()
    home.loophole('index', library, '--wait')
    fill_disk(home)
    shutil.copytree(f'{DRUMKITS}/GMRockKit', library + '/more')
    index = home.start_into(said, 'loophole', 'index', library, '--wait')

    def waits():
        return re.search('^persist: the disk is full', printed_in(said), re.M)
    until(waits)
    os.remove(home.file('data/filler'))
    assert index.wait(600) == 0, waits()


run_claims()
