#!/bin/bash
# culprit.sh: a process that is stopped while it opens the store, or while it has LMDB's mutex of readers, blocks all
# others from the store. status and doctor name it. If it is a program of loophole, it is ended after a while.
. "$(dirname "$0")/../lib.sh"

_home() { export LOOPHOLE_HOME=$scratch/home-$1; mkdir -p "$LOOPHOLE_HOME"; }
_is_gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
_is_stopped() { grep -q '^State:.[Tt]' "/proc/$1/status"; }
_is_named() { loophole status 2>/dev/null | grep -q "^supervisor: process $1 ($2.*and makes no progress"; }
_child() { # of a process: of strace, not the one that it starts first to test the kernel
    local pid
    for pid in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = loophole ] && echo "$pid"
    done
}
_checker() { _child "$(_child "$1")"; } # the command reads the store in a child of its own
_has_checker() { [ -n "$(_checker "$1")" ]; }
_stop_an_opening() { # of a process whose pid is then in $culprit, traced by $tracer
    strace -f -qq -o /dev/null -P "$LOOPHOLE_HOME/data/store/data.mdb" -e trace=pread64 \
        -e inject=pread64:signal=STOP:when=1 loophole store check >"$scratch/check" 2>&1 & tracer=$!
    until_true 30 _has_checker $tracer
    culprit=$(_checker $tracer)
    until_true 30 _is_stopped "$culprit"
}

a_reader_that_is_stopped_while_it_opens_is_named_and_ended() {
    local tracer culprit
    command -v strace >/dev/null || skip "no strace"
    _home opening
    engine_up
    _stop_an_opening
    kill -KILL "$(pid_of persist)"
    until_true 30 _is_named "$culprit" loophole
    contains "$(loophole doctor)" "process $culprit (loophole"
    until_true 60 _is_gone "$culprit"
    wait_ready persist
    contains "$(cat "$LOOPHOLE_HOME/data/log/supervisor.log")" "process $culprit (loophole) was killed"
    engine_down
}

_holds_mutex() { # NAME OF THE PROGRAM; its pid is in $culprit
    cp "$build/tests/faults/mutex" "$scratch/$1"
    : >"$scratch/held"
    "$scratch/$1" >"$scratch/held" & culprit=$!
    until_true 30 _is_stopped "$culprit"
    same holding "$(cat "$scratch/held")"
}

a_reader_that_is_stopped_with_the_readers_mutex_is_named_and_ended() {
    local culprit
    _home mutex
    engine_up
    _holds_mutex loophole-mutex
    until_true 30 _is_named "$culprit" loophole-mutex
    contains "$(loophole doctor)" "process $culprit (loophole-mutex, stopped) is beginning to read"
    until_true 60 _is_gone "$culprit"
    until_true 60 loophole search x
    engine_down
}

another_program_that_holds_it_is_named_and_left_alone() {
    local culprit
    _home foreign
    engine_up
    _holds_mutex innocent
    until_true 30 _is_named "$culprit" innocent
    sleep 11 # longer than a program of loophole is left alone; nothing shows until then
    holds _is_stopped "$culprit"
    kill -KILL "$culprit"
    until_true 60 loophole search x
    engine_down
}

_names_it() { # COMMAND…: it ends by itself, and names $culprit
    timeout 60 "$@" >"$scratch/said" 2>&1
    same 16 $? "$(cat "$scratch/said")"
    contains "$(cat "$scratch/said")" "process $culprit (innocent, stopped) is beginning to read the store"
    contains "$(cat "$scratch/said")" "kill -KILL $culprit ends it"
}

without_an_engine_a_command_names_it_and_ends() {
    local culprit
    _home alone
    engine_up
    engine_down
    _holds_mutex innocent
    _names_it loophole store check
    _names_it loophole backup "$scratch/never"
    [ ! -e "$scratch/never" ] || fail "a backup was made"
    contains "$(loophole doctor)" "process $culprit (innocent, stopped) is beginning to read the store"
    kill -KILL "$culprit"
    contains "$(loophole store check)" ", 0 problems"
}

without_an_engine_a_command_names_a_process_that_is_stopped_while_it_opens() {
    local tracer culprit
    command -v strace >/dev/null || skip "no strace"
    _home alone-opening
    engine_up
    engine_down
    _stop_an_opening
    timeout 60 loophole backup "$scratch/never" >"$scratch/said" 2>&1
    same 16 $? "$(cat "$scratch/said")"
    contains "$(cat "$scratch/said")" "process $culprit (loophole"
    kill -KILL "$culprit"
    wait $tracer
    contains "$(loophole store check)" ", 0 problems"
}

a_disk_that_takes_no_file_locks_is_refused() {
    command -v strace >/dev/null || skip "no strace"
    _home locks
    engine_up
    strace -f -qq -o /dev/null -e trace=flock -e inject=flock:error=ENOLCK loophole store check >"$scratch/said" 2>&1
    same 21 $? "$(cat "$scratch/said")"
    contains "$(cat "$scratch/said")" "does not support file locks: No locks available"
    engine_down
}

run_claims "$@"
