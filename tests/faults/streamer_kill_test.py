#!/usr/bin/python3
"""The streamer is killed and stopped while it plays: at the JACK port no frame is lost, and none is repeated."""
import os
import signal
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import claim, figure, how_often, run_claims, same, until
from client import Client
from sounding import Tape, sound, until_connected, until_later, engine

ROUNDS = how_often(4, 11)
SECONDS = ROUNDS * 5  # of sound


def playing_engine(home):
    engine(home, in_step=True)
    home.wait_ready('streamer')
    until_connected(home)


def made(home, kind, name, *more):
    path = home.file(name)
    sound.make(kind, path, *more)
    return path


def strike(home, by=signal.SIGKILL):
    """Waits first until the streamer has lived for a while: its death would count as a failed start otherwise."""
    until(lambda: home.has_lived('streamer'))
    home.kill('streamer', by)


def played_to_the_end(home, tape):
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')
    return tape.stop()


def play_through(home, by):
    """First while the ring fills, then while it is full."""
    path = made(home, 'counter', 'long.wav', SECONDS * 48000)
    until(lambda: home.has_lived('streamer'))
    tape = Tape(home, 60 + 2 * SECONDS)
    home.loophole('play', path)
    for _ in range(ROUNDS):
        strike(home, by)
    heard = sound.read(played_to_the_end(home, tape))
    figure(heard)
    same((0, 0), (heard['lost'], heard['repeated']), heard)
    return heard


def killing_engine(home):
    playing_engine(home)


def stopping_engine(home):
    playing_engine(home)


@claim(shares=killing_engine)
def killed_while_it_plays_the_streamer_continues_without_a_gap(home):
    same(SECONDS * 48000, play_through(home, signal.SIGKILL)['last'])


@claim(shares=stopping_engine)
def stopped_while_it_plays_the_streamer_is_replaced_without_a_gap(home):
    play_through(home, signal.SIGSTOP)


@claim(shares=killing_engine)
def killed_while_it_seeks_the_streamer_continues_from_the_old_or_the_new_place(home):
    """Each seek goes a tenth of a second forward, and back to the beginning before the file ends. A seek that a kill
    interrupts is sent again."""
    path = made(home, 'counter', 'endless.wav', 6000000)
    until(lambda: home.has_lived('streamer'))
    tape = Tape(home, 180)
    voice = home.first('play', path)['voice']
    sought, ends = [0], threading.Event()

    def seek_on():
        client = Client(home.path)
        while not ends.is_set():
            sought.append((sought[-1] + 4800) % 4800000)
            client.ask('streamer.seek', {'voice': voice, 'frame': sought[-1]})

    seeking = threading.Thread(target=seek_on)
    seeking.start()
    try:
        for _ in range(ROUNDS):
            strike(home)
    finally:
        ends.set()
        seeking.join()
    until_later(home, 9600)
    at = home.ask('streamer.voices')['each'][0]['position']
    assert sought[-1] <= at < sought[-1] + 480000, f'it is at {at}, and was to be at {sought[-1]}'
    home.ask('streamer.seek', f'voice={voice}', 'frame=5980000')
    same(6000000, sound.read(played_to_the_end(home, tape))['last'])


@claim(shares=stopping_engine)
def a_resampled_sound_is_the_same_with_a_death_and_without(home):
    path = made(home, 'noise', 'noise.wav', 12 * 44100, 44100)
    tape = Tape(home, 60, name='undisturbed')
    home.loophole('play', path)
    undisturbed = played_to_the_end(home, tape)
    tape = Tape(home, 60)
    home.loophole('play', path)
    strike(home)
    strike(home)
    sound.same(undisturbed, played_to_the_end(home, tape))


run_claims()
