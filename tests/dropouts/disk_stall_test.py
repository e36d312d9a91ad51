#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The disk under a stream does not answer. A stall of 2 s is inaudible; in a longer one the sound fades out, the stall
is counted, and the sound comes back."""
import os
import signal
import subprocess
import time

from tests.claims import claim, contains, run_claims, same, until
from tests.drives.disks import Lossy, Stalling
from tests.sounding import Tape, engine, is_open_in, sound, until_connected, until_later


class StallingDisk(Stalling):
    """An engine, and a disk with a long sound."""

    def __init__(self, home):
        super().__init__(home, home.file('disk'), home.file('mount'), home.file('fault'))

    def __enter__(self):
        engine(self.home, in_step=True)
        self.home.wait_ready('streamer')
        until_connected(self.home)
        super().__enter__()
        sound.make('counter', self.under + '/long.wav', 14 * 48000)
        return self

    def play(self):
        self.home.loophole('play', self.at + '/long.wav')

    def play_until_all_is_read_ahead(self):
        self.play()
        until(lambda: self.voices()[0]['buffered_s'] > 6.5)

    def voices(self):
        return self.home.ask('streamer.voices')['each']

    def until_silent(self):
        until(lambda: self.voices() == [], what='no voice plays')

    def underruns(self):
        return self.home.ask('audio.meters')['underruns']


@claim(inside=StallingDisk)
def two_seconds_without_a_disk_are_inaudible(it):
    before, tape = it.underruns(), Tape(it.home, 60)
    it.play_until_all_is_read_ahead()
    it.hold_reads()
    until_later(it.home, 96000)
    it.let_reads_go()
    it.until_silent()
    heard = sound.read(tape.stop())
    same((0, 0, 672000), (heard['lost'], heard['repeated'], heard['last']), heard)
    same(before, it.underruns())


@claim(inside=StallingDisk)
def a_panic_stops_what_is_still_being_read(it):
    it.hold_reads()
    begun = [it.home.start('loophole', *words, it.at + '/long.wav', stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
             for words in (['play'], ['preview'])]
    until(lambda: [voice['state'] for voice in it.voices()] == ['opening', 'opening'])
    it.home.loophole('panic')
    for one in begun:
        contains(one.communicate(timeout=600)[0].decode(), 'it was stopped before it began')
    same([], it.voices())
    it.let_reads_go()
    it.play_until_all_is_read_ahead()  # what is asked for later is not stopped


@claim(inside=StallingDisk)
def frames_of_a_longer_time_without_a_disk_are_counted_and_the_sound_continues(it):
    before, tape = it.underruns(), Tape(it.home, 60)
    it.play_until_all_is_read_ahead()
    it.hold_reads()
    until(lambda: any(voice['state'] == 'stalled' for voice in it.voices()))
    it.let_reads_go()
    it.until_silent()
    recorded = tape.stop()
    assert it.underruns() > before
    same(672000, sound.read(recorded)['last'])


@claim(inside=StallingDisk)
def a_voice_whose_disk_is_gone_can_be_stopped_at_once(it):
    it.play()
    it.hold_reads()
    it.home.loophole('stop')
    it.until_silent()
    it.let_reads_go()


@claim(inside=StallingDisk)
def a_voice_whose_file_cannot_be_closed_is_stopped_at_once(it):
    """The file is open, and its worker waits for the first bytes, when the disk stops answering at all."""
    client = it.home.client()
    it.hold_reads()
    client.send('streamer.play', {'path': os.fsencode(it.at + '/long.wav')}, budget_ms=600000)
    until(lambda: is_open_in('loophole-worker', it.at + '/long.wav'))
    it.hang()
    other = it.home.client()
    other.must('streamer.stop', budget_ms=30000)
    for _ in range(30):
        same('ok', other.ask('streamer.voices', {}, budget_ms=30000)[0])
        time.sleep(0.1)
    it.until_silent()
    it.answer()
    it.let_reads_go()


@claim(inside=StallingDisk)
def a_disk_that_hangs_keeps_no_sound_of_another_disk_waiting(it):
    """More of its files are opened than workers are ready, and a file that is open cannot be closed either."""
    clients, other = [it.home.client() for _ in range(10)], it.home.file('other.wav')
    sound.make('counter', other, 4800)
    it.hold_reads()
    for client in clients:
        client.send('streamer.play', {'path': os.fsencode(it.at + '/long.wav')}, budget_ms=600000)
    until(lambda: is_open_in('loophole-worker', it.at + '/long.wav'))
    it.hang()
    for _ in range(4):
        it.home.loophole('play', other)
        it.home.loophole('preview', other)
        it.home.loophole('ask', 'streamer.load_sound', 'path=' + other)
    same(['opening'] * 10, [voice['state'] for voice in it.voices() if voice['path'] != other])
    it.answer()
    it.let_reads_go()


@claim(inside=StallingDisk)
def the_end_of_a_take_does_not_wait_for_its_disk(it):
    """The ask fails and names the disk; the take is final when the disk answers."""
    at = it.home.file('record')
    with Lossy(it.home, at, 1) as disk:
        it.home.loophole('project', 'new', 'P', '--folder', at + '/P')
        it.home.loophole('record', 'start', '--name', 'held')
        disk.process.send_signal(signal.SIGSTOP)
        try:
            contains(it.home.refused('record', 'stop'),
                     f'the disk at {at} does not answer: the take "held" ends when it does')
        finally:
            disk.process.send_signal(signal.SIGCONT)
        until(lambda: it.home.json('search', 'held'), what='the take is final')
        it.home.loophole('project', 'close', code=None)


run_claims()
