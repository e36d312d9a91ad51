#!/bin/bash
# jack_server.sh: the JACK server killed, started again, and with another period; connections that others make.
. "$(dirname "$0")/../lib.sh"
export LOOPHOLE_AUDIO=dummy BUILD=$build
rounds=2
[ -z "${LONG:-}" ] || rounds=20

_run() { export LOOPHOLE_HOME=$scratch/home-$1; drive_sound core.py "$@"; }

the_core_comes_back_to_a_server_that_was_killed_or_changed() { _run server $rounds; }
connections_made_elsewhere_are_remembered() { _run wires; }

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
