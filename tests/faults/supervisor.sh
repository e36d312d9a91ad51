#!/bin/bash
# supervisor.sh: the supervisor killed and stopped again and again while people edit: its services never notice, its
# successor finds them all and starts nothing twice. A service that is stopped or stuck is found by its missed beats.
# What happens once stands in tests/service/supervisor.sh; here it happens often, under load, at any moment.
. "$(dirname "$0")/../lib.sh"

_claim() { # name times: on an engine of its own
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    drive supervisor.py "$@"
    loophole down >"$scratch/said" 2>&1 || { tail -n 15 "$LOOPHOLE_HOME/data/log/supervisor.log"; fail "$(cat "$scratch/said")"; }
}

a_supervisor_killed_again_and_again_is_never_missed() { _claim killed "$(how_often 6 300)"; }

killed_together_with_a_service_both_come_back_once() { _claim killed_with_another "$(how_often 3 150)"; }

killed_while_it_starts_it_starts_nothing_twice() { _claim killed_at_its_start "$(how_often 4 100)"; }

while_it_is_stopped_all_go_on_and_what_died_starts_once_after() { _claim stopped "$(how_often 2 30)"; }

killed_with_its_keeper_it_leaves_all_running_for_the_next() { _claim killed_with_its_keeper "$(how_often 3 100)"; }

a_stopped_service_is_found_by_its_missed_beats_and_replaced() { _claim service_stopped "$(how_often 2 40)"; }

# With a search that does as it is told.
_with_stuck() {
    mkdir -p "$scratch/bin"
    cp "$build"/bin/loophole* "$scratch/bin/"
    cp --remove-destination "$build/tests/faults/stuck" "$scratch/bin/loophole-search"
    PATH=$scratch/bin:$PATH
    _claim "$@"
}
a_service_stuck_in_an_ask_is_found_by_its_missed_beats_and_replaced() { _with_stuck stuck "$(how_often 1 20)"; }

a_service_that_spins_is_found_on_a_busy_machine_too() { _with_stuck spinning "$(how_often 2 20)"; }

# Whoever lives on the board without the lock of this run directory is reached by nobody.
services_whose_home_was_taken_away_are_replaced_by_the_next_engine() { _claim homeless "$(how_often 1 20)"; }

run_claims "$@"
