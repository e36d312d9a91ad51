#!/bin/bash
# The protocols of common/rt and the audio core's owner word, with every order of steps, deaths and pauses, under the
# model checker spin. It must find the error in each broken model.
. "$(dirname "$0")/../lib.sh"

# Explores a whole model; prints the number of errors.
_explore() { # model define…
    local model=$1 dir=$scratch/$1
    shift
    mkdir -p "$dir" && cd "$dir" || fail "no place for $model"
    spin "${@/#/-D}" -a "$top/tests/rt/$model.pml" >spin.log 2>&1 || { cat spin.log; fail "$model: not a model"; }
    ${CC:-gcc} -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=1024 -o pan pan.c || fail "$model: does not compile"
    ./pan -m1000000 >pan.log 2>&1
    grep -q 'max search depth too small\|out of memory\|Search not completed' pan.log && grep -q 'errors: 0' pan.log &&
        { cat pan.log; fail "$model: not explored to the end"; }
    sed -n 's/.*errors: *\([0-9]*\).*/\1/p' pan.log
}
_is_right() {
    same 0 "$(_explore "$1")" "$(cat "$scratch/$1/pan.log")"
    echo "figure: $1: $(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$scratch/$1/pan.log") states, none wrong"
}
_is_found() { differ 0 "$(_explore "$@")"; grep -q 'assertion violated' "$scratch/$1/pan.log" || fail "another error"; }

no_frame_of_a_ring_is_lost_repeated_or_torn() { _is_right ring; }
no_snapshot_is_torn_or_old() { _is_right snapshot; }
no_slot_is_torn_or_old() { _is_right slots; }
nothing_that_a_paused_and_resumed_owner_does_reaches_a_reader() { _is_right owner; }

a_plain_store_of_an_index_is_found() { _is_found owner PLAIN_STORE; }
an_adoption_without_a_second_look_is_found() { _is_found owner BLIND_ADOPTION; }
cells_of_a_paused_owner_that_are_used_again_are_found() { _is_found owner NO_BOUND; }
an_index_before_its_frames_is_found() { _is_found ring INDEX_FIRST; }
buffer_names_kept_to_oneself_are_found() { _is_found snapshot PRIVATE_NAMES; }
a_reader_that_looks_once_is_found() { _is_found slots NO_BEFORE; }
a_number_before_its_value_is_found() { _is_found slots NEWEST_FIRST; }

run_claims "$@"
