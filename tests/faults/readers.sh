#!/bin/bash
# readers.sh: readers that are killed, or stopped, inside a read transaction: their slots are cleared and the store
# stops growing, without a restart of anybody.
. "$(dirname "$0")/../lib.sh"
export READER=$build/tests/faults/reader

_drive() {
    local persist code=0
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME"
    loophole-persist --foreground 2>"$LOOPHOLE_HOME/persist.err" &
    persist=$!
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$top/tests:$top/tests/faults \
        /usr/bin/python3 "$top/tests/faults/readers.py" "$1" 2>&1 || code=1
    kill -TERM $persist
    wait $persist || code=1
    [ $code = 0 ] || { tail -n 5 "$LOOPHOLE_HOME/persist.err"; fail "see above"; }
}

a_reader_killed_inside_a_transaction_lets_the_store_grow_no_longer() {
    _drive killed
}

a_reader_stopped_inside_a_transaction_lets_the_store_grow_no_longer() {
    _drive stopped
}

run_claims "$@"
