#!/bin/bash
# persist_kill.sh: kills persist with SIGKILL at random moments. Meanwhile eight clients edit, add places in batches,
# give up asks and repeat acked ones, and a reader reads the store. 200 kills, 10,000 with LONG=1. In most of them the
# test starts the next persist at once, in some the real supervisor does. SEED=N repeats a run.
. "$(dirname "$0")/../lib.sh"
export READER=$build/tests/faults/reader
kills=200 supervised=8
[ -z "${LONG:-}" ] || { kills=10000 supervised=200; }

_drive() {
    python "$top/tests/faults/persist_kill.py" "$@" && return
    tail -n 5 "$LOOPHOLE_HOME"/persist.err "$LOOPHOLE_HOME"/data/log/persist.log 2>/dev/null
    fail "see above"
}

killed_at_random_every_acked_change_is_there_once_and_readers_go_on() {
    _drive bare $kills
}

the_same_holds_under_the_supervisor() {
    export LOOPHOLE_HOME=$scratch/home-engine
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    wait_ready persist
    _drive engine $supervised
    engine_down
}

run_claims "$@"
