#!/bin/bash
# sweep.sh: artefact files without a row, left by kills of persist between a file and its commit. They are removed when
# they are an hour old; a file of a row or of a batch in progress is never removed. 4 rounds, 40 with LONG=1. SEED=N
# repeats a run.
. "$(dirname "$0")/../lib.sh"
rounds=4
[ -z "${LONG:-}" ] || rounds=40

_drive() {
    python "$top/tests/faults/sweep.py" "$@" && return
    tail -n 5 "$LOOPHOLE_HOME/persist.err"
    fail "see above"
}
_home() { export LOOPHOLE_HOME=$scratch/home-$1; mkdir -p "$LOOPHOLE_HOME"; }

what_kills_leave_is_removed_after_an_hour() {
    _home leaves
    _drive leaves
}

batches_sent_again_while_the_sweep_runs_keep_their_files() {
    _home race
    _drive race $rounds
}

the_file_of_a_batch_under_way_stays_however_old_it_looks() {
    command -v strace >/dev/null || skip "no strace"
    _home pinned
    _drive pinned
}

run_claims "$@"
