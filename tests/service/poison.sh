#!/bin/bash
# poison.sh: one client's legal but expensive asks keep no other client waiting. The figures are another client's times.
. "$(dirname "$0")/../lib.sh"

_poisoned() { # KIND
    local poisoners
    for poisoners in 1 4; do
        export LOOPHOLE_HOME=$scratch/home-$1-$poisoners; mkdir -p "$LOOPHOLE_HOME"
        engine_up
        drive poison.py "$1" "$poisoners" "$(how_often 1 20)" || fail "$(cat "$scratch/said")"
        same "" "$(loophole crash list | grep hung)"
        engine_down
        loophole store check >"$scratch/check" || fail "$(cat "$scratch/check")"
    done
}

a_batch_that_rewrites_a_large_item_is_answered_and_stops_nobody() { _poisoned edits; }
a_batch_of_refusals_that_is_long_to_read_stops_nobody() { _poisoned refusals; }
a_batch_of_files_stops_nobody() { _poisoned files; }
a_batch_of_a_hundred_thousand_facts_stops_nobody() { _poisoned facts; }
a_flood_of_expensive_edits_stops_nobody() { _poisoned flood; }
a_flood_of_long_reads_stops_nobody() { _poisoned reads; }
a_removed_library_of_many_folders_stops_nobody() { _poisoned removal; }
an_undo_past_thousands_of_removed_items_stops_nobody() { _poisoned undo; }

run_claims "$@"
