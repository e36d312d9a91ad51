#!/bin/bash
# messages.sh: strangers at every socket: garbage, too much, half, slow, and 10,000 connections at once. Each is refused
# with an error or hung up on, no service dies of it, others go on with their work.
. "$(dirname "$0")/../lib.sh"
_times() { if [ -z "${LONG:-}" ]; then echo "$1"; else echo "$2"; fi; } # short, long

_claim() {
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$top/tests:$top/tests/faults \
        /usr/bin/python3 "$top/tests/faults/messages.py" "$@" >"$scratch/said" 2>&1
    local code=$?
    [ $code = 0 ] || tail -n 3 "$LOOPHOLE_HOME"/data/log/*.log
    cat "$scratch/said"
    [ $code = 0 ] || fail "see above"
}

garbage_is_refused_and_harms_nobody() { _claim garbage "$(_times 1 50)"; }

what_is_too_large_is_refused_before_it_takes_memory() { _claim too_large "$(_times 1 20)"; }

half_a_message_waits_for_nobody() { _claim half "$(_times 1 20)"; }

the_slow_are_served_and_slow_nobody() { _claim slow "$(_times 1 20)"; }

one_who_asks_without_end_gets_his_turn_and_others_theirs() { _claim greedy "$(_times 1 20)"; }

floods_of_ten_thousand_connections_pass_by() { _claim floods "$(_times 2 25)"; }

engine_up
run_claims "$@"
