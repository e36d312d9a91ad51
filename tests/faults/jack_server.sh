#!/bin/bash
# jack_server.sh: the JACK server is killed, started again, and with another period; connections that others make.
. "$(dirname "$0")/../lib.sh"
export LOOPHOLE_AUDIO=dummy BUILD=$build
rounds=2
[ -z "${LONG:-}" ] || rounds=20

_run() { export LOOPHOLE_HOME=$scratch/home-$1; drive_sound core.py "$@"; }

the_core_comes_back_to_a_server_that_was_killed_or_changed() { _run server $rounds; }
connections_made_elsewhere_are_remembered() { _run wires; }

what_is_asked_of_a_server_that_is_slow_is_answered_once_when_it_is_done_and_nobody_else_waits() {
    command -v jackd >/dev/null || skip "no jackd"
    export LOOPHOLE_HOME=$scratch/home-slow
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    until_true 20 _is_connected
    local jack asking; jack=$(pid_of jack)
    kill -STOP "$jack"
    loophole audio connect main_left system:playback_2 >"$scratch/asked" 2>&1 & asking=$!
    sleep 1
    kill -0 "$asking" || fail "answered before it was done: $(cat "$scratch/asked")"
    contains "$(timeout 5 loophole transport tempo 90)" "90.00 bpm"
    kill -CONT "$jack"
    wait "$asking" || fail "$(cat "$scratch/asked")"
    grep -q "^main_left *system:playback_2$" "$scratch/asked" || fail "$(cat "$scratch/asked")"
    engine_down
}

# The server is stopped for longer than a core may be silent, but not so long that the core leaves it.
what_is_asked_of_a_core_that_stands_still_is_done_when_it_goes_on() {
    command -v jackd >/dev/null || skip "no jackd"
    export LOOPHOLE_HOME=$scratch/home-still
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    until_true 20 _is_connected
    local jack asking; jack=$(pid_of jack)
    kill -STOP "$jack"
    until_true 20 _stands_still
    loophole transport start >"$scratch/started" 2>&1 & asking=$!
    sleep 0.3
    kill -0 "$asking" || fail "answered while nothing sounds: $(cat "$scratch/started")"
    kill -CONT "$jack"
    wait "$asking" || fail "$(cat "$scratch/started")"
    until_true 20 eval '[ "$(loophole transport --json | field running)" = true ]'
    engine_down
}
_stands_still() { ! loophole ask audio.transport | grep -q '"moment"'; }

# The arguments of each command line of this home that begins with that program.
_running() {
    local p
    for p in $(processes_of_home "$LOOPHOLE_HOME"); do
        tr '\0' ' ' <"/proc/$p/cmdline" | grep -q "^[^ ]*$1" && echo "$p"
    done
}
# Kills supervisor, keeper and board at once: then no process knows of jackd.
_forget_all() {
    local board
    board=$(grep -o '/dev/shm/loophole-[0-9a-f]*-board' "/proc/$(pid_of persist)/maps" | head -n 1)
    kill -KILL $(_running loopholed)
    rm "$board"
}
a_server_that_nobody_knows_of_any_more_is_taken_up_again() {
    command -v jackd >/dev/null || skip "no jackd"
    export LOOPHOLE_HOME=$scratch/home-orphan
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    until_true 20 _is_connected
    local jack; jack=$(pid_of jack)
    _forget_all
    engine_up
    until_true 30 is_ready jack
    until_true 30 _is_connected
    same "$jack" "$(pid_of jack)"
    same "$jack" "$(_running jackd)"
    _forget_all
    LOOPHOLE_AUDIO=jack:nobody-$$ engine_up # it is no longer wanted
    until_true 30 eval '! kill -0 '"$jack"
    engine_down
    same "" "$(_running jackd)"
}

a_server_that_runs_already_is_used_and_left_alone() {
    local server
    command -v jackd >/dev/null || skip "no jackd"
    export LOOPHOLE_HOME=$scratch/home-other LOOPHOLE_AUDIO=jack:other-$$
    mkdir -p "$LOOPHOLE_HOME"
    jackd -n other-$$ -p 128 -d dummy -r 44100 -p 512 >"$scratch/jackd.log" 2>&1 & server=$!
    engine_up
    until_true 20 _is_connected
    same 44100 "$(loophole audio status --json | field rate)"
    same "" "$(loophole status | grep '^jack ')"
    engine_down
    holds kill -0 $server
    kill $server
    wait $server
}

a_named_server_that_is_late_or_goes_is_reported_and_used_when_it_comes() {
    command -v jackd >/dev/null || skip "no jackd"
    export LOOPHOLE_HOME=$scratch/home-named LOOPHOLE_AUDIO=jack:late-$$
    mkdir -p "$LOOPHOLE_HOME"
    local server round
    engine_up
    contains "$(cat "$scratch/up.log")" "no JACK server \"late-$$\" runs"
    for round in $(seq $rounds); do
        until_true 30 _says "no JACK server" # right after its end: "it has ended"
        contains "$(cat "$LOOPHOLE_HOME/data/log/audio.log")" "the audio core keeps trying"
        until_true 20 _is_in_state audio waiting
        jackd -n late-$$ -r -d dummy -p 512 >"$scratch/jackd.log" 2>&1 & server=$!
        until_true 60 _is_in_state audio ready
        loophole transport start >/dev/null || fail "the transport does not start, round $round"
        loophole transport stop >/dev/null
        kill -KILL $server
        wait $server
        until_true 60 _is_in_state audio waiting
    done
    contains "$(loophole up 2>&1)" "no sound"
    engine_down
}
_says() { loophole status | grep -qF "$1"; }
_is_in_state() { [ "$(loophole status --json | grep "\"$1\"" | field state)" = "$2" ]; }
_is_connected() { [ "$(loophole audio status --json | field connected)" = true ]; }

a_shutdown_leaves_nothing_of_jack_behind() {
    local name
    command -v jackd >/dev/null || skip "no jackd"
    export LOOPHOLE_HOME=$scratch/home-gone
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    name=$(loophole ask audio.server | field client)
    kill -KILL "$(pid_of jack)" "$(pid_of audio)"
    engine_down
    same "" "$(ls /dev/shm | grep -F "$name")"
}

run_claims "$@"
