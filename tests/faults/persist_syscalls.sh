#!/bin/bash
# persist_syscalls.sh: kills persist at every system call of a commit, one by one, and makes every one fail once with
# EIO, ENOSPC and EINTR. The calls come from a trace of a commit of one edit and one of 400 places.
. "$(dirname "$0")/../lib.sh"
export READER=$build/tests/faults/reader WORK=$scratch

_can_trace() {
    local sleeper
    command -v strace >/dev/null || skip "strace is not installed"
    sleep 600 & sleeper=$!
    timeout --signal=INT 60 strace -p $sleeper -o /dev/null 2>"$scratch/attached" &
    for try in {1..600}; do
        [ -s "$scratch/attached" ] && break
        sleep 0.05
    done
    kill $sleeper
    wait
    grep -q attached "$scratch/attached" && ! grep -q "not permitted" "$scratch/attached" ||
        skip "strace cannot attach to a process: $(head -n 1 "$scratch/attached")"
}

at_every_call_of_a_commit_it_may_die_or_fail_and_nothing_acked_is_lost() {
    _can_trace
    python "$top/tests/faults/persist_syscalls.py" && return
    tail -n 12 "$LOOPHOLE_HOME"/persist.err
    fail "see above"
}

run_claims "$@"
