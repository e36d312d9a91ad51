#!/bin/bash
# indexer_kill.sh: kills the indexer with SIGKILL at random moments of a full index of real sounds that a person tags
# meanwhile. 100 kills; with LONG=1 500, over all installed sounds. In most of them the test starts the next indexer at
# once, in some the real supervisor does. SEED=N draws the same files and moments again.
. "$(dirname "$0")/../lib.sh"
kills=100 files=300 supervised=4
[ -z "${LONG:-}" ] || { kills=500 files=0 supervised=30; }

_drive() {
    python "$top/tests/faults/indexer_kill.py" "$@" && return
    tail -n 10 "$LOOPHOLE_HOME"/services.err "$LOOPHOLE_HOME"/data/log/indexer.log 2>/dev/null
    fail "see above"
}

killed_at_random_every_file_is_analysed_once_and_no_tag_is_lost() {
    mkdir "$scratch/sounds"
    _drive bare $kills $files "$scratch/sounds"
}

the_same_holds_under_the_supervisor() {
    export LOOPHOLE_HOME=$scratch/home-engine
    mkdir -p "$LOOPHOLE_HOME" "$scratch/more"
    engine_up
    wait_ready search
    _drive engine $supervised 25 "$scratch/more"
    loophole store check >"$scratch/check" 2>&1 || fail "$(cat "$scratch/check")"
    grep "lost or changed" "$scratch/check" && fail "a file of an artefact is gone"
    engine_down
}

run_claims "$@"
