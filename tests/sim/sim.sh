#!/bin/bash
# The protocol of asks, commits, acks and repetitions under a seeded simulator (tests/sim/sim.h), with the real persist
# and the real courier. Messages are lost, doubled, late and out of order, disks fail, and deaths come at any write,
# commit and ack. Replay a world: SEED=n build/simulate, with TRACE=1 for each step.
. "$(dirname "$0")/../lib.sh"
# For the simulator, SEED selects a single world. A test runs all worlds from its own seed on.
export FIRST=$SEED
export -n SEED

# Commits in memory: the test is about their order, not about the disk.
_simulate() { # program, arguments…
    local memory=$scratch
    [ -d /dev/shm ] && [ -w /dev/shm ] && memory=/dev/shm
    LOOPHOLE_HOME=$(mktemp -d "$memory/loophole-sim.XXXXXX") || fail "no folder for the store"
    export LOOPHOLE_HOME
    trap 'rm -rf "$LOOPHOLE_HOME"' EXIT
    trap 'exit 1' INT TERM HUP
    "$build/$1" "${@:2}"
}

a_million_steps_lose_nothing_and_do_nothing_twice() {
    if [ -n "${LONG:-}" ]; then
        MOST_SECONDS=600 _simulate simulate 50000000
    else
        MOST_SECONDS=60 _simulate simulate 1000000
    fi
}

a_seed_replays_exactly() {
    local first again
    first=$(SEED=7 TRACE=1 _simulate simulate 2>&1) || fail "$first"
    again=$(SEED=7 TRACE=1 _simulate simulate 2>&1) || fail "$again"
    contains "$first" "digest of seed 7: "
    same "$first" "$again"
    same "$(tail -n 1 <<<"$first")" "$(FIRST=6 _simulate simulate 10000 | tail -n 1)" "(behind another world)"
}

# A flaw is detected, and the reported world shows it again.
_is_found_out() { # flaw, words of the report: an extended regular expression
    local said seed
    said=$(BROKEN=$1 _simulate simulate_broken 5000000 2>&1) && fail "not found out: $said"
    [[ $said =~ $2 ]] || fail "no \"$2\" in: $said"
    seed=$(grep -oE 'SEED=[0-9]+' <<<"$said")
    same "$said" "$(export "${seed?}"; BROKEN=$1 _simulate simulate_broken 2>&1)"
    echo "figure: $1: $said"
}

an_ack_before_the_commit_is_found_out() { _is_found_out acks_before_the_commit "request"; }
an_ack_of_a_failed_commit_is_found_out() { _is_found_out acks_a_failed_commit "request"; }
a_forgotten_request_is_found_out() { _is_found_out forgets_requests "request"; }
a_gap_in_the_log_is_found_out() { _is_found_out leaves_gaps_in_the_log "log"; }
a_forgotten_undo_is_found_out() { _is_found_out forgets_where_undo_stands "undo is at"; }
an_expect_that_is_not_looked_at_is_found_out() { _is_found_out does_not_look_at_expect "request"; }
a_digest_that_is_not_compared_is_found_out() { _is_found_out does_not_compare_digests "request"; }
an_answer_that_is_trimmed_too_young_is_found_out() { _is_found_out trims_young_answers "young"; }
a_log_that_grows_for_ever_is_found_out() { _is_found_out does_not_trim "not trimmed"; }

a_verdict_that_rests_on_nothing_is_found_out() { _is_found_out believes_any_verdict "request"; }
an_ask_that_is_done_again_after_a_death_is_found_out() { _is_found_out prepares_nothing "twice"; }

a_library_around_that_is_overlooked_is_found_out() { _is_found_out overlooks_the_library_around "of kind 1"; }
a_library_inside_that_is_entered_is_found_out() { _is_found_out enters_the_library_inside "of kind 1"; }
# This world moves a folder into a library between two parts of its removal.
a_folder_that_comes_during_a_removal_is_found_out() {
    FIRST=200478 _is_found_out overlooks_folders_that_come "of kind 4|never right"
}
an_item_that_is_not_forgotten_is_found_out() { _is_found_out forgets_no_item "changed too little|of kind 1, removed"; }
items_that_undo_does_not_bring_back_are_found_out() {
    _is_found_out mistakes_the_time_of_forgetting "nothing forgets or brings back"
}
items_that_stay_half_forgotten_are_found_out() { _is_found_out leaves_items_half_forgotten "for long"; }
an_emptying_of_too_much_is_found_out() { _is_found_out empties_what_is_forgotten_since "a deed of kind 13"; }
a_step_that_is_not_continued_is_found_out() { _is_found_out begins_a_step_anew "and answers"; }
packs_of_a_moved_folder_that_stay_are_found_out() { _is_found_out leaves_the_packs_of_a_moved_folder "pack"; }
packs_that_a_death_ends_are_found_out() { _is_found_out does_not_go_on_with_packs "pack"; }
a_library_of_the_mount_that_is_overlooked_is_found_out() {
    _is_found_out overlooks_the_library_of_the_mount "of kind 1|not brought back"
}
an_item_that_a_relink_does_not_forget_is_found_out() { _is_found_out keeps_the_other_item "of kind 1|forgotten item is left"; }
a_long_change_that_begins_anew_is_found_out() { _is_found_out begins_a_long_change_anew "request"; }
parts_that_are_steps_of_their_own_are_found_out() { _is_found_out makes_each_part_a_step "and answers"; }
a_row_that_stays_between_parts_is_found_out() { _is_found_out leaves_a_row_between_parts "request"; }
an_undo_that_goes_back_one_step_only_is_found_out() { _is_found_out goes_back_one_step_only "request"; }

# The simulator of these claims is the normal one, except for the flaw.
without_a_flaw_the_second_build_finds_nothing() { _simulate simulate_broken 50000; }

run_claims "$@"
