#!/bin/bash
# readers.sh: readers are killed, or stopped, inside a read transaction: their slots are cleared and the store stops
# growing, without any restart.
. "$(dirname "$0")/../lib.sh"
export READER=$build/tests/faults/reader

_drive() {
    local persist code=0
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME"
    loophole-persist --foreground 2>"$LOOPHOLE_HOME/persist.err" &
    persist=$!
    python "$top/tests/faults/readers.py" "$1" || code=1
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

_setting() { mkdir -p "$LOOPHOLE_HOME/config" && printf '[store]\n%s\n' "$1" >"$LOOPHOLE_HOME/config/loophole.conf"; }

a_reader_that_sleeps_in_a_transaction_is_named_and_ends_at_the_bound() {
    local persist holder
    export LOOPHOLE_HOME=$scratch/home-sleeps
    _setting 'reader_growth_mib = 32'
    _persist
    cp "$READER" "$scratch/loophole-held"
    "$scratch/loophole-held" hold >"$scratch/held" & holder=$!
    until_true 30 grep -q holding "$scratch/held"
    drive reader_alarm.py $holder loophole-held ends
    wait $holder; same 137 $? # SIGKILL
    until_true 60 eval '[ -z "$(loophole ask persist.status --json | field alarm)" ]'
    kill -TERM $persist; wait $persist
}

# A program that is not of loophole is named and left alone.
a_foreign_reader_is_named_and_left_alone() {
    local persist holder
    export LOOPHOLE_HOME=$scratch/home-foreign
    _setting 'reader_growth_mib = 32'
    _persist
    "$READER" hold >"$scratch/held" & holder=$!
    until_true 30 grep -q holding "$scratch/held"
    drive reader_alarm.py $holder reader
    kill -TERM $holder; wait $holder; same 0 $?
    kill -TERM $persist; wait $persist
}

# The first process to open the store makes LMDB's lock file again, and only at the end writes there which commit is the
# newest. If it dies in between, a process that waits to open the store must not be misled: its first write would begin
# at an older commit. Each of LMDB's two meta pages must once have been the newest.
_opening() { # it is delayed before its first read of data.mdb
    strace -f -qq -o /dev/null -P "$LOOPHOLE_HOME/data/store/data.mdb" -e trace=pread64 \
        -e inject=pread64:delay_enter=20000000:when=1 loophole-persist --foreground \
        2>>"$LOOPHOLE_HOME/persist.err" &
    opening=$!
}
_is_opening() { # a process has locked the first byte of the lock file
    grep -q "POSIX *ADVISORY *WRITE .*:$(stat -c %i "$LOOPHOLE_HOME/data/store/lock.mdb") 0 0" /proc/locks
}
_waits() { find "/proc/$1/fd" -lname "$LOOPHOLE_HOME/data/store" | grep -q .; } # for its turn to open the store
_persist() { loophole-persist --foreground 2>>"$LOOPHOLE_HOME/persist.err" & persist=$!; until_true 30 loophole ask persist.ping; }
_edit() {
    loophole ask persist.put_volume volume.identity=root "volume.label=$1" volume.mount=/ \
        volume.backend=local --json | field revision
}
_revisions() { loophole ask persist.changes_since revision=0 limit=4096 --json | field head; }

an_opening_that_is_cut_short_takes_no_commit_back() {
    local round persist opening holder revision
    export LOOPHOLE_HOME=$scratch/home-opening
    mkdir -p "$LOOPHOLE_HOME"
    for round in 1 2 3 4; do
        _persist
        revision=$(_edit "round $round")
        [ $((round % 3)) = 0 ] && revision=$(_edit "again $round")
        kill -KILL $persist; wait $persist
        _opening
        until_true 30 _is_opening
        "$READER" hold >"$scratch/held" & holder=$!
        until_true 30 _waits $holder
        kill -KILL $(cat /proc/$opening/task/$opening/children) $opening
        wait $opening
        until_true 30 grep -q holding "$scratch/held"
        _persist
        same "$revision" "$(_revisions)" "in round $round"
        same $((revision + 1)) "$(_edit "after $round")" "in round $round"
        kill -TERM $holder $persist; wait $persist
    done
}

run_claims "$@"
