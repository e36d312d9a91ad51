#!/bin/bash
# place.sh: bars of JACK's transport, led and followed, grids of a count-in, and the clocks of core, JACK and machine, on
# JACK's dummy driver, by a JACK client that writes down each cycle (tests/faults/place.c).
. "$(dirname "$0")/../lib.sh"
command -v jackd >/dev/null || { echo "1..0 # SKIP no jackd"; exit 0; }
export LOOPHOLE_AUDIO=dummy
in_step
engine_up

_place() { python "$top/tests/service/place.py" "$1" "$build/tests/faults" "$scratch" "${@:2}" || fail "$1"; }

jack_is_led_to_bars_and_beats_through_tempos_a_locate_and_a_count_in() {
    _place lead
}

a_leader_is_followed_through_tempos_and_a_locate() {
    _place follow 0
}

a_leader_with_whole_ticks_is_followed_to_a_tick() {
    _place follow 480
}

a_grid_asked_for_in_a_count_in_is_the_grid_that_comes() {
    loophole transport sync none >/dev/null
    /usr/bin/python3 "$top/tests/service/sound.py" make sine "$scratch/one.wav" 4800 48000 480
    _place count "$scratch/one.wav"
}

# LONG: ten minutes.
a_time_of_the_machine_is_a_frame_of_the_core_and_of_jack() {
    _place clock "$(how_often 3 600)"
}

the_clocks_hold_for_the_next_core_and_the_next_server() {
    _place again loophole restart audio
    _place again kill -KILL "$(pid_of audio)"
    _place again kill -KILL "$(pid_of jack)"
}

a_limiter_that_looks_ahead_delays_the_port_by_what_jack_is_told() {
    _place delay
}

run_claims "$@"
