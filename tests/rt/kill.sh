#!/bin/bash
# Writer and reader of shared memory are killed: at random, as processes that are started again, and after every single
# instruction of an operation, from one of its possible states. LONG=1: from all of them, and more kills.
. "$(dirname "$0")/../lib.sh"
kills=500 start=$((SEED % 1000))
[ -z "${LONG:-}" ] || kills=4000 start=

_killed_at_random() { holds "$build/tests/rt/kill" "$1" "$kills" "$SEED"; }
_stopped_everywhere() {
    local operation
    for operation in "$@"; do holds "$build/tests/rt/steps" "$operation" $start; done
}
_found() { holds "$build/tests/rt/steps" "$1"; }

a_ring_loses_and_repeats_no_frame_when_either_side_is_killed() { _killed_at_random ring; }
a_snapshot_is_whole_and_the_newest_when_either_side_is_killed() { _killed_at_random snapshot; }
slots_give_whole_values_and_no_older_ones_when_either_side_is_killed() { _killed_at_random slots; }

a_ring_survives_a_death_at_every_instruction() {
    _stopped_everywhere ring_write ring_read ring_release
}
a_snapshot_survives_a_death_at_every_instruction() { _stopped_everywhere snapshot_publish snapshot_take; }
slots_survive_a_death_at_every_instruction() { _stopped_everywhere slots_put slots_get; }

# The same steps find forbidden behaviour of the operations.
an_index_before_its_cells_is_found() { _found ring_index_before_cells; }
buffer_names_kept_to_oneself_are_found() { _found snapshot_private_names; }
a_number_before_its_words_is_found() { _found slots_number_before_words; }

run_claims "$@"
