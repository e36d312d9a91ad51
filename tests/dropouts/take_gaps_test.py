#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Frames that a take lacks are silence of the same length, or are skipped. Item and markers give their exact places. A JACK
client plays a counter: each frame in the file shows its place on the server's clock."""
import array
import os
import re
import signal

from tests.claims import claim, contains, figure, file_bytes, how_often, name_of, run_claims, same, until
from tests.record.takes import Recording, recording

ROUNDS = how_often(2, 20)
UNIT = 8388607  # frame n of the counter is n / UNIT


def kill(home, service):
    """Kills a service that has lived for a while, so that it is not quarantined."""
    until(lambda: home.has_lived(service), what=f'{service} has lived')
    home.kill(service)


def says_what_is_lost(it, take, file, again=False):
    """Checks that the file has exactly the missing frames that the item lists: silence and markers (fill), or jumps
    (skip)."""
    shown, read = it.show(take), it.read(file, again)
    places, fills = shown.get('lost_at', []), shown['gaps'] == 'fill'
    found = read['silence'] if fills else read['skipped']
    ends = [place for place in places if not fills and place[0] >= read['frames']]  # no frames follow that could be displaced
    assert read['wrong'] == read['back'] == 0, read
    same(found, [place for place in places if place not in ends])
    same(shown['lost'], sum(frames for _, frames in places))
    assert fills == (read['jumps'] == 0) or not found, read
    if read['form'] != 'fLaC':
        same([[at, frames if fills else 0] for at, frames in places], read['cues'])
    same(shown['frames'], read['frames'])


def end_take(it, take, name, again=False):
    """Stops the take, which has lost frames, and compares the file with its item."""
    said = it.stop()
    same(('final', take), (said['state'], said['id']))
    says_what_is_lost(it, take, name + '.wav', again)
    same(said['lost'], it.home.ask('streamer.take', f'id={take}')['lost'])
    assert said['lost'] > 0, said
    figure(f'lost {said["lost"]} of {said["frames"]} frames: {it.show(take)["lost_at"]}')


@claim(inside=Recording)
def frames_lost_in_kills_of_the_core_are_silence_in_their_place(it):
    home, take = it.home, it.start('core')
    for _ in range(ROUNDS):
        it.until_it_goes_on(take)
        kill(home, 'audio')
        it.until_it_goes_on(take)
        home.kill('persist')
        kill(home, 'streamer')
    it.until_it_goes_on(take)
    end_take(it, take, 'core')
    home.loophole('restart', 'streamer')
    home.wait_ready('streamer')
    says_what_is_lost(it, take, 'core.wav')
    contains(home.loophole('show', take).out, 'filled with silence')


@claim(inside=recording('[audio]\nstandby = yes\nperiod = 1024\n'))
def frames_lost_in_a_death_of_both_cores_are_silence_in_their_place(it):
    home, cores = it.home, ('audio', 'audio-standby')
    home.wait_ready('audio-standby')
    take = it.start('both')
    it.until_it_goes_on(take)
    kill(home, 'audio')
    it.until_it_goes_on(take)
    until(lambda: home.has_lived('audio'))
    pids = [home.pid(core) for core in cores]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for core, pid in zip(cores, pids):
        until(lambda: home.is_other(core, pid), what=f'another {core}')
    it.until_it_goes_on(take)
    end_take(it, take, 'both')


def supervisors(home):
    found = []
    for pid in home.engine_processes():
        if name_of(pid) == 'loopholed':
            found.append(pid)
    return found


@claim(inside=Recording)
def a_streamer_stopped_for_longer_than_the_ring_loses_the_frames_that_the_item_lists(it):
    home, take = it.home, it.start('still', '--gaps', 'fill')

    def frame():
        return home.ask('audio.meters')['transport']['frame']
    it.until_it_goes_on(take)
    stopped = [*supervisors(home), home.pid('streamer')]  # a supervisor would replace a stopped streamer
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    began = frame()
    until(lambda: frame() - began > 48000 * 17, what='more frames have come in than the ring has room for')
    for pid in reversed(stopped):
        os.kill(pid, signal.SIGCONT)
    it.until_it_goes_on(take)
    end_take(it, take, 'still')


@claim(inside=recording('[recording]\ngaps = skip\n[audio]\nperiod = 1024\n'))
def a_take_that_skips_gaps_lists_their_places(it):
    home, take = it.home, it.start('skip')
    it.until_it_goes_on(take)
    kill(home, 'audio')
    it.until_it_goes_on(take)
    end_take(it, take, 'skip')
    contains(home.loophole('show', take).out, 'skipped')
    take = it.start('flac', '--gaps', 'fill', '--format', 'flac')
    it.until_it_goes_on(take)
    kill(home, 'audio')
    it.until_it_goes_on(take)
    it.stop()
    it.until_is(take, 'final')
    says_what_is_lost(it, take, 'flac.flac')


def offset(moment):
    """How far the audio clock is ahead of the JACK server's."""
    return moment['frame'] - moment['jack_frame']


def counters_in(path):
    """Where each server's counter begins in the file: the place, less the count there."""
    data = file_bytes(path)
    at = data.index(b'data') + 8
    left = array.array('f', data[at:at + int.from_bytes(data[at - 4:at], 'little')])[0::2]
    places, before = [], None
    for place, sample in enumerate(left):
        count = round(sample * UNIT)
        if count and (before is None or count - place != before):
            before = count - place
            places.append(place - count)
    return places


@claim(inside=Recording)
def frames_lost_in_the_death_of_the_jack_server_are_silence_in_their_place(it):
    """A counter client dies with its server. One of the same name plays on the next server, whose clock starts again."""
    home, offsets = it.home, []

    def server():
        return home.ask('audio.server')

    def is_of_another_server():
        now = server()
        return now['connected'] and 'moment' in now and offset(now['moment']) != offsets[-1]
    for port, capture in (('in_left', 'system:capture_1'), ('in_right', 'system:capture_2')):
        home.loophole('audio', 'disconnect', port, capture)  # only the counter is recorded
    name = it.inputs.split(':')[0]
    take = it.start('server')
    for _ in range(ROUNDS):
        it.until_it_goes_on(take)
        offsets.append(offset(server()['moment']))
        left = home.pid('jack')
        os.kill(left, signal.SIGKILL)
        it.stop_counting()
        until(lambda: home.is_other('jack', left), what='another server')
        until(is_of_another_server)
        it.count(name)
        connected = re.compile(f'^in_.*{name}', re.M)
        until(lambda: len(connected.findall(home.loophole('audio', 'ports').out)) == 2, what='the counter is connected')
        it.until_it_goes_on(take)
        it.until_it_goes_on(take)
    offsets.append(offset(server()['moment']))
    end_take(it, take, 'server', again=True)
    places = counters_in(it.file('server.wav'))
    same(len(offsets), len(places), (places, offsets))
    same(1, len({place - ahead for place, ahead in zip(places, offsets)}), (places, offsets))


run_claims()
