#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A home from before artefact.schema (old/make): each read converts its artefacts and writes nothing. Its sounds are
removed, so no program can open them."""
import glob
import hashlib
import os
import signal
import sys
import time

from tests.claims import TOP, claim, contains, file_bytes, how_often, run_claims, same

PRINTED = os.path.join(TOP, 'tests/library/old/printed.py')
SERVICES = ('persist', 'search', 'indexer')


def old_home(home):
    home.run('tar', '-C', home.path, '-xJf', f'{TOP}/tests/library/old/artefacts.tar.xz')
    assert not os.path.exists('/tmp/loophole-old-sounds'), 'the sounds exist: /tmp/loophole-old-sounds'
    home.up()


def digests(home):
    found = {}
    for path in glob.glob(home.file('data/artefact/**'), recursive=True):
        if os.path.isfile(path):
            found[path] = hashlib.md5(file_bytes(path)).hexdigest()
    assert found, 'no artefact files'
    return found


def prints_what_it_printed(home):
    home.run(sys.executable, PRINTED, home.file('printed.json'))


@claim(shares=old_home)
def an_old_home_prints_what_it_printed_and_nothing_is_written(home):
    before = digests(home)
    prints_what_it_printed(home)
    same(before, digests(home))
    contains(home.loophole('store', 'check').out, ' 0 problems')


@claim(shares=old_home)
def readers_killed_in_the_middle_go_on(home):
    before = digests(home)
    for tenths in how_often((1, 2), range(1, 10)):
        reading = home.start(sys.executable, PRINTED, home.file('printed.json'))
        time.sleep(tenths / 10)  # a moment somewhere in the reading
        for pid in [home.pid(service) for service in SERVICES]:
            os.kill(pid, signal.SIGKILL)
        reading.wait(600)
        home.wait_ready(*SERVICES)
    prints_what_it_printed(home)
    same(before, digests(home))


@claim(shares=old_home)
def a_damaged_old_artefact_is_lost_and_the_others_are_not(home):
    with open(sorted(glob.glob(home.file('data/artefact/**/*-waveform-1'), recursive=True))[0], 'r+b') as file:
        file.seek(20)
        file.write(b'X')
    lost = 0
    for item in home.json('search', ''):
        home.loophole('artefact', item['id'], 'print')
        said = home.loophole('artefact', item['id'], 'waveform', code=None)
        lost += said.code != 0 and 'artefact waits: offline' in said.all
    same(1, lost, 'artefacts are lost')
    contains(home.loophole('store', 'check').out, ' 0 problems')


run_claims()
