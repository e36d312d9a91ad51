#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The JACK server is killed, started again, and with another period; connections that others make."""
import os
import re
import shutil
import signal
import subprocess
import time

from tests.claims import (claim, contains, file_bytes, file_text, how_often, needs, parent_of, printed_in, run_claims, same, state_of,
                    until, write_file)
from tests.client import Client
from tests.driving import drive_sound
from tests.sounding import engine, forget_dead_servers, kill_processes, take_place, tool, until_connected, until_transport


@claim
def the_core_comes_back_to_a_server_that_was_killed_or_changed(home):
    drive_sound(home, 'dropouts/core.py', 'server', how_often(2, 20))


@claim
def a_server_that_dies_while_its_graph_changes_holds_nothing_up(home):
    drive_sound(home, 'dropouts/core.py', 'a_change', how_often(3, 20))


@claim
def connections_made_elsewhere_are_remembered(home):
    drive_sound(home, 'dropouts/core.py', 'wires')


@claim
def a_server_of_our_own_on_a_card_is_asked_for_the_midi_devices_of_the_machine(home):
    tools = home.file('tools')
    os.mkdir(tools)
    write_file(tools + '/jackd', f'#!/bin/sh\necho "$@" >> {home.file("words")}\nexec sleep 60\n')
    os.chmod(tools + '/jackd', 0o755)
    home.env.update(PATH=tools + ':' + home.env['PATH'], LOOPHOLE_AUDIO='alsa:hw:PCH')
    home.start('loophole', 'up')
    until(lambda: os.path.exists(home.file('words')) and os.path.getsize(home.file('words')))
    contains(file_text(home.file('words')), '-d alsa -r 48000 -p 256 -X seq -d hw:PCH')
    if shutil.which('jackd'):
        known = home.run(shutil.which('jackd'), '-d', 'alsa', '--help', code=None)
        contains(known.out + known.err, '-X, --midi-driver')


def asked(home, *args):
    """Starts a command of loophole in the background."""
    return home.start('loophole', *args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def answer(command):
    said = command.communicate(timeout=600)[0]
    same(0, command.returncode, said)
    return said


def own_server(home, name, *driver):
    """A JACK server that the claim starts."""
    needs('jackd')
    return home.start_into(home.file('jackd.log'), 'jackd', '-n', name, *driver)


def named(home, name):
    """The settings of an engine that uses the JACK server of this name."""
    needs('jackd')
    take_place()
    forget_dead_servers()
    home.env['LOOPHOLE_AUDIO'] = f'jack:{name}'
    home.settings('[audio]\nperiod = 1024\n')


def start_beside(home, name):
    """Starts an engine that uses a server of the claim, and returns the server's process. The supervisor would replace
    a server of its own as hung once it is stopped for 1.8 s, which a busy machine can take for a few commands."""
    named(home, name)
    server = own_server(home, name, '-d', 'dummy', '-p', '1024')
    home.up()
    until_connected(home)
    return server.pid


def until_all_stopped(pid):
    """Each thread stops when it next runs: one that a busy machine holds up may still serve a client."""
    until(lambda: {state_of(thread) for thread in os.listdir(f'/proc/{pid}/task')} == {'T'}, what='all threads of the server are stopped')


LEAVES_S = 3  # a core leaves a server that is silent for so long


@claim
def an_ask_to_a_slow_jack_server_is_answered_once_when_it_is_done_and_no_other_ask_waits(home):
    jack = start_beside(home, f'slow-{os.getpid()}')
    asker = Client(home.path)

    def waits_while_another_ask_does_not():  # on a busy machine the stop may last so long that the core leaves the server
        began = time.monotonic()
        os.kill(jack, signal.SIGSTOP)
        until_all_stopped(jack)
        connecting = asked(home, 'audio', 'connect', 'main_left', 'system:playback_2')
        time.sleep(1)  # nothing shows that it waits
        waits = [connecting.poll() is None]
        bpm = asker.must('audio.set_tempo', {'bpm': 90.0})['bpm']
        waits.append(connecting.poll() is None)
        os.kill(jack, signal.SIGCONT)
        if time.monotonic() - began > LEAVES_S - 1:
            connecting.communicate(timeout=600)
            until_connected(home)
            home.loophole('audio', 'disconnect', 'main_left', 'system:playback_2', code=None)
            return None
        same(90, bpm)
        assert waits == [True, True], f'answered before it was done, or before another ask: {waits} {answer(connecting)}'
        return answer(connecting)
    said = until(waits_while_another_ask_does_not, 600)
    assert re.search('^main_left *system:playback_2$', said, re.M), said


@claim
def asks_to_a_core_that_is_stopped_are_done_when_it_continues(home):
    """The server is stopped for longer than a core may be silent, but not so long that the core leaves it."""
    jack = start_beside(home, f'still-{os.getpid()}')
    asker = Client(home.path)

    def starts_when_it_continues():  # on a busy machine the stop may last so long that the core leaves the server
        began = time.monotonic()
        os.kill(jack, signal.SIGSTOP)
        until_all_stopped(jack)
        until(lambda: 'moment' not in asker.must('audio.transport'), what='the core stands still')
        starting = asked(home, 'transport', 'start')
        time.sleep(0.3)  # nothing shows that it waits
        waits = starting.poll() is None
        os.kill(jack, signal.SIGCONT)
        if time.monotonic() - began > LEAVES_S - 1:
            starting.communicate(timeout=600)
            until_connected(home)
            home.loophole('transport', 'stop')
            return False
        assert waits, f'answered while nothing sounds: {answer(starting)}'
        answer(starting)
        return True
    until(starts_when_it_continues, 600)
    until_transport(home, running=True)


def running(home, program):
    """The processes of this home whose program has this name."""
    found = []
    for pid in home.processes():
        try:
            name = os.path.basename(os.fsdecode(file_bytes(f'/proc/{pid}/cmdline').split(b'\0')[0]))
        except OSError:
            continue
        if name == program:
            found.append(pid)
    return found


def kill_supervisors(home):
    """Kills supervisor and keeper. One that outlives the other for a moment starts it again."""
    def are_gone():
        left = running(home, 'loopholed')
        kill_processes(left)
        return not left
    until(are_gone)


def forget_all(home):
    """Kills supervisor, keeper and board: then no process knows of jackd."""
    board = home.board()
    kill_supervisors(home)
    os.remove(board)


@claim
def a_jack_server_whose_records_are_lost_is_adopted_again(home):
    engine(home)
    until_connected(home)
    jack = home.pid('jack')
    forget_all(home)
    home.up()
    home.wait_ready('jack')
    until_connected(home)
    same((jack, [jack]), (home.pid('jack'), running(home, 'jackd')))
    forget_all(home)
    home.env['LOOPHOLE_AUDIO'] = f'jack:nobody-{os.getpid()}'
    home.up()  # the server is no longer wanted
    until(lambda: not running(home, 'jackd'))


@claim
def a_jack_server_that_is_adopted_is_reported_with_the_device_that_it_runs(home):
    engine(home)
    until_connected(home)
    jack = home.pid('jack')
    kill_supervisors(home)
    home.env['LOOPHOLE_AUDIO'] = 'alsa:hw:PCH'  # as if a card that was busy could be opened now
    home.up()
    home.wait_ready('jack')
    same(jack, home.pid('jack'))
    devices = home.ask('supervisor.sound_devices')
    same(['dummy'], [one['name'] for one in devices['each'] if one['used']])
    contains(devices['alarm'], 'silent: no sound card can be used')
    contains(home.loophole('status').all, 'silent: no sound card can be used')


@claim
def a_keeper_that_is_killed_is_replaced_while_the_same_core_and_server_sound_on(home):
    engine(home)
    until_connected(home)
    asked(home, 'transport', 'start').wait(600)
    until_transport(home, running=True)
    heard = {service: home.pid(service) for service in ('audio', 'streamer', 'jack')}
    for _ in range(3):
        supervisor = home.pid('supervisor')
        os.kill(parent_of(supervisor), signal.SIGKILL)
        until(lambda: home.is_other('supervisor', supervisor))
        same(heard, {service: home.pid(service) for service in heard})
        same(0, home.status('audio')['restarts'])
        until_transport(home, running=True)


@claim
def a_server_that_runs_already_is_used_and_left_alone(home):
    name = f'other-{os.getpid()}'
    named(home, name)
    server = own_server(home, name, '-p', '128', '-d', 'dummy', '-r', '44100', '-p', '512')
    home.up()
    until_connected(home)
    same(44100, home.first('audio', 'status')['rate'])
    assert not any(one['service'] == 'jack' for one in home.services())
    home.down()
    assert server.poll() is None, 'it was ended'


@claim
def a_named_server_that_is_late_or_goes_is_reported_and_used_when_it_comes(home):
    name = f'late-{os.getpid()}'
    named(home, name)
    contains(home.loophole('up').all, f'no JACK server "{name}" is running')

    def until_state(state):
        until(lambda: home.status('audio')['state'] == state, what=f'audio is {state}')
    for _ in range(how_often(2, 20)):
        until(lambda: 'no JACK server' in home.loophole('status').all)  # right after its end: "it has ended"
        until(lambda: 'the audio core keeps trying' in home.log('audio'))
        until_state('waiting')
        server = own_server(home, name, '-r', '-d', 'dummy', '-p', '512')
        until_state('ready')
        home.loophole('transport', 'start')
        home.loophole('transport', 'stop')
        server.kill()
        server.wait()
        until_state('waiting')
    contains(home.loophole('up').all, 'no sound')


def until_no_alarm(home):
    until(lambda: 'no sound' not in home.loophole('status').all, what='no alarm is left')


@claim
def a_server_that_refuses_the_client_is_reported_and_joined_when_it_lets_it_in(home):
    name = f'full-{os.getpid()}'
    named(home, name)
    home.settings('[audio]\nperiod = 1024\n[supervisor]\nhang_ms = 300000\n')
    home.up()
    ours = home.ask('audio.server')['client']
    said = home.file('other.said')

    def takes_the_name():
        other = home.start_into(said, tool('count'), name, ours)
        until(lambda: other.poll() is not None or 'ready' in printed_in(said))
        return other.poll() is None and other
    with home.paused('audio'):
        own_server(home, name, '-r', '-d', 'dummy', '-p', '1024')
        other = until(takes_the_name)
    until(lambda: f'the JACK server refuses the client {ours}' in home.loophole('status').all)
    assert 'no JACK server' not in home.loophole('status').all
    other.kill()
    until_connected(home)
    until_no_alarm(home)


@claim
def the_alarm_of_a_named_server_that_does_not_run_ends_when_it_runs(home):
    name = f'awaited-{os.getpid()}'
    named(home, name)
    contains(home.loophole('up').all, 'no sound: that JACK server is not running')
    own_server(home, name, '-r', '-d', 'dummy', '-p', '1024')
    until_connected(home)
    until_no_alarm(home)


@claim
def the_alarm_of_a_card_that_cannot_be_opened_ends_when_it_can(home):
    tools = home.file('tools')
    named(home, 'unused')
    os.mkdir(tools)
    write_file(home.file('is-busy'), '')
    write_file(tools + '/jackd', f'#!/bin/sh\n[ ! -e {home.file("is-busy")} ] || exit 1\n'
                                 f'exec {shutil.which("jackd")} "$1" "$2" -r -d dummy -p 1024\n')
    os.chmod(tools + '/jackd', 0o755)
    home.env.update(PATH=tools + ':' + home.env['PATH'], LOOPHOLE_AUDIO='alsa:hw:PCH')
    home.start('loophole', 'up')
    until(lambda: 'no sound: jackd cannot open alsa:hw:PCH' in home.loophole('status', code=None).all)
    os.remove(home.file('is-busy'))
    until_connected(home)
    until_no_alarm(home)


@claim
def a_shutdown_leaves_no_shared_memory_of_jack(home):
    engine(home)
    until_connected(home)
    name = home.ask('audio.server')['client']
    for service in ('jack', 'audio'):
        os.kill(home.pid(service), signal.SIGKILL)
    home.down()
    same([], [left for left in os.listdir('/dev/shm') if name in left])


run_claims()
