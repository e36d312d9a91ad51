#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The round trip from the outputs back to the inputs, measured through a client that delays by a known time."""
import os
import subprocess

from tests.claims import claim, contains, run_claims, same, until
from tests.sounding import engine, jack_client, until_connected

PERIOD, DELAY = 1024, 1234


class Cable:
    """An engine whose main_left leads through a delay; its input `back` is the end of the cable."""
    settings = ''

    def __init__(self, home):
        self.home = home

    def __enter__(self):
        home = self.home
        engine(home, self.settings, in_step=True)
        home.wait_ready('streamer')
        until_connected(home)
        jack_client(home, 'through', 'cable', 2, DELAY)
        home.loophole('audio', 'connect', 'main_left', 'cable:in_1')
        return self

    def __exit__(self, *_):
        pass

    def measured(self, *args):
        return next(line for line in self.home.json('doctor', '--loopback', *args, code=None)
                    if line['about'] == 'round trip')


@claim(inside=Cable)
def the_round_trip_is_measured_to_the_frame_and_used_for_takes(it):
    home = it.home
    finding = it.measured('--inputs', 'cable:out_1')
    same('watch', finding['verdict'], finding)
    frames = int(finding['what'].split()[0])
    # JACK2 passes what a client plays to a client before it one period later
    assert (frames - DELAY) % PERIOD == 0 and 0 <= frames - DELAY <= 2 * PERIOD, finding
    contains(finding['to_do'], f'latency_frames = {frames}')
    same([], home.json('record', 'takes'))
    same([], [name for name in os.listdir(home.file('data/recordings')) if name.endswith('.wav')])
    home.settings(f'[audio]\nperiod = {PERIOD}\n[recording]\nlatency_frames = {frames}\n')
    home.loophole('restart', 'streamer')
    home.wait_ready('streamer')
    finding = it.measured('--inputs', 'cable:out_1')
    same('ok', finding['verdict'], finding)
    contains(finding['what'], f'{frames} frames')
    contains(finding['what'], f'corrected by {frames} ')
    jack_client(home, 'through', 'strip', 2, 0)
    home.loophole('audio', 'insert', 'streams', 'strip:in_1,in_2')
    until(lambda: home.ask('audio.server').get('moment', {}).get('delay') == PERIOD, what='the channels wait for the insert')
    later = frames + PERIOD
    finding = it.measured('--inputs', 'cable:out_1')
    same('ok', finding['verdict'], finding)
    contains(finding['what'], f'{later} frames')
    contains(finding['what'], f'corrected by {later} ')
    home.settings(f'[audio]\nperiod = {PERIOD}\n')
    home.loophole('restart', 'streamer')
    home.wait_ready('streamer')
    finding = it.measured('--inputs', 'cable:out_1')
    contains(finding['what'], f'{later} frames')
    contains(finding['to_do'], f'latency_frames = {frames} below')


@claim(inside=Cable)
def a_measurement_of_the_round_trip_without_a_cable_explains_what_to_do(it):
    finding = it.measured()
    same('bad', finding['verdict'], finding)
    contains(finding['to_do'], 'with a cable')
    same([], it.home.json('record', 'takes'))


@claim(inside=Cable)
def a_take_that_another_client_began_meanwhile_is_not_cancelled(it):
    home = it.home
    doctor = home.start('loophole', 'doctor', '--loopback', '--inputs', 'cable:out_1', stdout=subprocess.PIPE)
    until(lambda: [take for take in home.json('record', 'takes') if take['state'] == 'running'],
          what='the take of the doctor runs')
    home.loophole('record', 'stop')
    id = home.first('record', 'start', '--name', 'mine')['id']
    contains(doctor.communicate(timeout=600)[0].decode(), 'another client has ended the take')
    same('running', home.ask('streamer.take', f'id={id}')['state'])


@claim(inside=Cable)
def channels_with_an_insert_keep_their_place_when_a_late_input_leaves(it):
    home = it.home
    jack_client(home, 'through', 'echo', 2, 0)
    home.loophole('audio', 'insert', 'sounds', 'echo:in_1,in_2')
    places = set()

    def latency_in():
        server = home.ask('audio.server')
        places.add(server['moment'].get('delay'))
        return server['latency_in']

    until(lambda: latency_in() == PERIOD and home.ask('audio.server')['moment'].get('delay') == PERIOD,
          what='the channels wait for the insert')
    places.clear()
    for _ in range(3):
        home.loophole('record', 'start', '--inputs', 'cable:out_1')
        until(lambda: latency_in() > PERIOD, what='the input is late')
        home.loophole('record', 'stop')
        until(lambda: latency_in() == PERIOD, what='the input has left')
        for _ in range(50):
            latency_in()
    same({PERIOD}, places)


run_claims()
