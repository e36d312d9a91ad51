#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Asks that change the sound are done once, whatever dies between the ask and its answer."""
import os
import signal
import time

import msgpack
import zmq
from tests.claims import claim, figure, file_text, how_often, needs, random, run_claims, same, until
from tests.client import Client, new_id
from tests.sounding import engine
from tests.studio import Studio, running

TOGGLE = {'count_in': 0}


class Sounding:
    """An engine that sounds, with a client. The pid of a service to kill comes from its lock."""

    def __init__(self, home):
        self.home = home

    def __enter__(self):
        engine(self.home)
        self.client = Client(self.home.path)
        self.must, self.ask = self.client.must, self.client.ask
        return self

    def __exit__(self, *_):
        pass

    def pid(self, service):
        return int(file_text(self.home.file('run', service + '.lock')) or 0)

    def kill(self, service):
        was = self.pid(service)
        os.kill(was, signal.SIGKILL)
        until(lambda: self.pid(service) not in (0, was), what=f'{service} is another process than {was}')

    def settled(self, wanted):
        until(lambda: self.must('audio.transport')['running'] == wanted, what=f'running is {wanted}')

    def stopped(self):
        self.must('audio.stop')
        self.settled(False)


@claim(inside=Sounding)
def a_late_copy_of_an_ask_does_not_undo_what_another_has_set(it):
    request = new_id()
    first = it.must('audio.set_tempo', {'bpm': 100.0}, request)
    it.must('audio.set_tempo', {'bpm': 120.0})
    same(first, it.must('audio.set_tempo', {'bpm': 100.0}, request))
    same(120.0, it.must('audio.transport')['set_bpm'])


@claim(inside=Sounding)
def a_toggle_is_answered_from_memory_after_the_death_of_the_core(it):
    it.stopped()
    request = new_id()
    first = it.must('audio.toggle', TOGGLE, request)
    assert first['running'], first
    it.settled(True)
    for _ in range(3):
        it.kill('audio')
        assert it.must('audio.toggle', TOGGLE, request) == first
        it.settled(True)
    error, said = it.ask('audio.toggle', {'count_in': 1}, request)
    assert error == 'conflict' and 'belongs to another ask' in said['what'], (error, said)
    error, said = it.ask('audio.stop', {}, request)
    assert error == 'conflict', (error, said)
    it.settled(True)


@claim(inside=Sounding)
def a_toggle_under_kills_is_done_once(it):
    """The kill comes before, within and after the handler, so also between the effect and the record of its answer."""
    def toggled(request):
        error, answer = it.ask('audio.toggle', TOGGLE, request)
        assert error in ('ok', 'offline', 'busy', 'timeout'), (error, answer)
        return answer if error == 'ok' else None

    it.stopped()
    wanted, rounds = False, how_often(12, 60)
    for number in range(rounds):
        wanted, request = not wanted, new_id()
        it.client.send('audio.toggle', TOGGLE, request)
        time.sleep(random.choice((0, random.random() / 1000, random.random() / 100)))
        it.kill('audio')
        until(lambda: it.must('audio.server').get('connected', True))
        answer = until(lambda: toggled(request))
        assert answer['running'] == wanted, (number, wanted, answer)
        it.settled(wanted)
    figure(f'{rounds} toggles under kills, each done once')


@claim(inside=Sounding)
def a_toggle_whose_answer_could_not_be_sent_is_done_once(it):
    """The effect is recorded even if its answer finds no room on the way."""
    it.stopped()
    deaf = it.client.context.socket(zmq.DEALER)
    deaf.setsockopt(zmq.LINGER, 0)
    deaf.setsockopt(zmq.RCVHWM, 1)
    deaf.connect('ipc://' + os.path.join(it.client.run, 'audio.ask'))
    ping = msgpack.packb([1, 'audio.describe', new_id(), 30000, {}], use_bin_type=True)
    request = new_id()
    for _ in range(3000):
        deaf.send(ping)
    deaf.send(msgpack.packb([1, 'audio.toggle', request, 30000, TOGGLE], use_bin_type=True))
    it.settled(True)
    deaf.close()
    answer = it.must('audio.toggle', TOGGLE, request)
    assert answer['running'], answer
    it.settled(True)


@claim(inside=Sounding)
def a_preview_and_a_play_are_begun_once_though_the_streamer_dies(it):
    needs('sox')
    path = it.home.file('long.wav').encode()
    it.home.run('sox', '-n', '-r', '48000', '-c', '2', path, 'synth', '60', 'sine', '200')

    def playing():
        return [v for v in it.must('streamer.voices').get('each', []) if v['state'] != 'ending']

    for name in ('streamer.play', 'streamer.preview'):
        for number in range(2):
            request = new_id()
            it.client.send(name, {'path': path}, request)
            time.sleep(random.choice((0, random.random() / 100, random.random() / 5)))
            it.kill('streamer')
            first = it.must(name, {'path': path}, request)
            assert it.must(name, {'path': path}, request) == first
            mine = [v for v in playing() if v['path'] == path]
            assert len(mine) == 1, (name, number, mine)
            it.must('streamer.stop', {'fade': 0.0})
            it.must('streamer.preview_stop')
            until(lambda: not playing())


@claim(shares=running)
def a_step_is_taken_back_once_though_the_project_service_is_restarted_before_its_answer(home):
    it = Studio(home, 'Restarted')
    for number in range(3):
        it.must('set', body={'bpm': 100 + number})
    was, request = home.pid('project'), new_id()
    with home.paused('persist'):
        it.client.send('project.undo', {'project': it.name}, request)
        it.client.must('project.ping')  # answered after the undo was passed on to persist
        home.loophole('restart', 'project')
        until(lambda: home.pid('project') not in (None, was))
    it.must('undo', request)
    same(101, it.state()['bpm'])


run_claims()
