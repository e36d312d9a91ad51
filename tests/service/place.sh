#!/bin/bash
# place.sh: bars of JACK's transport, led and followed, grids of a count-in, and the clocks of core, JACK and machine.
# It runs on JACK's dummy driver, with a JACK client that records each cycle (tests/faults/place.c).
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

another_client_that_takes_the_lead_and_ends_gives_it_back() {
    _place reclaim
}

# Kills whichever core leads, so both in turn.
the_other_core_leads_jack_on_when_the_leader_dies() {
    engine_down
    mkdir -p "$LOOPHOLE_HOME/config"
    printf '[audio]\nstandby = yes\n' >"$LOOPHOLE_HOME/config/loophole.conf"
    engine_up
    until_true 60 is_ready audio-standby
    _place takeover "$(how_often 2 20)"
}

run_claims "$@"
