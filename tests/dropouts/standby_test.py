#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Two audio cores on one state. The owner is killed, or stopped and continued; the other one sounds."""
import os
import signal
import subprocess

from tests.claims import claim, contains, how_often, needs, run_claims, same, skip, until
from tests.driving import drive
from tests.sounding import engine, forget_dead_servers, take_place

ROUNDS = how_often(5, 100)
LAYOUT_AT = 64  # the first word of the survival state, after the header of the object


def two_cores(home):
    engine(home, settings=f'[audio]\nstandby = yes\nperiod = {how_often(1024, 256)}\n')


@claim(shares=two_cores)
def the_standby_sounds_within_two_periods_of_the_owners_death(home):
    if subprocess.run(['chrt', '--fifo', '1', 'true'], check=False).returncode:
        skip('no real-time scheduling for this user')
    drive(home, 'dropouts/standby.py', 'kills', ROUNDS)


@claim(shares=two_cores)
def an_owner_that_was_stopped_and_continued_does_not_own_again(home):
    drive(home, 'dropouts/standby.py', 'stops', ROUNDS // 2)


def supervised_anew(home, settings):
    """The settings are changed, and the supervisor is killed. Waits for its successor, and ends the engine."""
    home.settings(settings)
    home.kill('supervisor')
    home.down()
    until(lambda: not list(home.processes()), what='no process is left')


@claim
def a_standby_that_is_no_longer_wanted_ends_with_the_engine(home):
    two_cores(home)
    home.wait_ready('audio-standby')
    supervised_anew(home, '[audio]\nperiod = 1024\n')


@claim
def an_engine_whose_sound_is_no_longer_wanted_leaves_nothing_that_sounds(home):
    needs('jackd')
    take_place()
    forget_dead_servers()
    home.env['LOOPHOLE_AUDIO'] = ''
    home.settings('[audio]\ndevice = dummy\nstandby = yes\n')
    home.up()
    home.wait_ready('jack', 'audio', 'audio-standby', 'streamer')
    contains(home.refused('audio', 'use', 'none'), 'takes effect at the next start')
    home.kill('supervisor')
    same(set(), {'jack', 'audio', 'audio-standby', 'streamer'} & {each['service'] for each in home.services()})
    home.down()
    until(lambda: not list(home.processes()), what='no process is left')


@claim
def a_core_of_another_layout_leaves_the_memory_to_the_one_that_sounds(home):
    """As after an update under a running engine: the first core is started again, and its program has another layout of
    the survival state than the standby, which sounds."""
    two_cores(home)
    home.wait_ready('audio', 'audio-standby')
    home.loophole('transport', 'start')
    memory = home.board('audio').replace('-board', '-engine')
    core = home.pid('audio')
    with open(memory, 'r+b', buffering=0) as engine_memory:
        engine_memory.seek(LAYOUT_AT)
        engine_memory.write(b'another!')
        os.kill(core, signal.SIGKILL)
        until(lambda: 'another layout' in home.log('audio'), what='the new core refuses')
        engine_memory.seek(LAYOUT_AT)
        same(b'another!', engine_memory.read(8))
    until(lambda: 'audio-standby' in home.loophole('status', code=None).all)
    home.loophole('restart', 'audio-standby')
    home.wait_ready('audio', 'audio-standby')


run_claims()
