#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Bars of JACK's transport, led and followed, grids of a count-in, and the clocks of core, JACK and machine. It runs on
JACK's dummy driver, with a JACK client that records each cycle (tests/programs/place.c)."""
import os
import sys

from tests.claims import BUILD, TOP, claim, how_often, needs, run_claims
from tests.driving import drive
from tests.sounding import engine


def sounding(home):
    needs('jackd')
    engine(home, in_step=True)


def place(home, work, *args):
    """Compares places with place.py."""
    drive(home, 'sound/place.py', work, os.path.join(BUILD, 'tests/programs'), home.path, *args)


@claim(shares=sounding)
def jack_is_led_to_bars_and_beats_through_tempos_a_locate_and_a_count_in(home):
    place(home, 'lead')


@claim(shares=sounding)
def a_leader_is_followed_through_tempos_and_a_locate(home):
    place(home, 'follow', 0)


@claim(shares=sounding)
def a_leader_with_whole_ticks_is_followed_to_a_tick(home):
    place(home, 'follow', 480)


@claim(shares=sounding)
def a_grid_asked_for_in_a_count_in_is_the_grid_that_comes(home):
    home.loophole('transport', 'sync', 'none')
    home.run(sys.executable, f'{TOP}/tests/sound/sound.py', 'make', 'sine', home.file('one.wav'), '4800', '48000', '480')
    place(home, 'count', home.file('one.wav'))


@claim(shares=sounding)
def a_time_of_the_machine_is_a_frame_of_the_core_and_of_jack(home):
    place(home, 'clock', how_often(3, 600))


@claim(shares=sounding)
def the_clocks_hold_for_the_next_core_and_the_next_server(home):
    place(home, 'again', 'loophole', 'restart', 'audio')
    place(home, 'again', 'kill', '-KILL', home.pid('audio'))
    place(home, 'again', 'kill', '-KILL', home.pid('jack'))


def drifts(home, seconds, millionths):
    """Compares times on an engine whose JACK reads a clock that differs from that of the machine."""
    home.env.update(LD_PRELOAD=os.path.join(BUILD, 'tests/programs/skew.so'), RAW_SKEW=str(seconds),
                    RAW_PPM=str(millionths))
    sounding(home)
    place(home, 'clock', 2, millionths)


@claim
def jacks_clock_may_be_seconds_late_and_too_slow(home):
    drifts(home, -2, -500)


@claim
def jacks_clock_may_be_seconds_ahead_and_too_fast(home):
    drifts(home, 2, 500)


@claim(shares=sounding)
def a_limiter_that_looks_ahead_delays_the_port_by_the_latency_that_jack_gets(home):
    place(home, 'delay')


@claim(shares=sounding)
def another_client_that_takes_the_lead_and_ends_gives_it_back(home):
    place(home, 'reclaim')


@claim(shares=sounding)
def the_other_core_leads_jack_on_when_the_leader_dies(home):
    """Kills whichever core leads, so both in turn."""
    home.down()
    engine(home, settings='[audio]\nstandby = yes\nperiod = 1024\n')
    home.wait_ready('audio-standby')
    place(home, 'takeover', how_often(2, 20))


run_claims()
