#!/bin/bash
# stages.sh: opening a store, migrating, restoring and backing up. Each is ended halfway, by SIGKILL at a system call or
# by a power cut at a change of the disk. A few places of each, drawn with SEED=N; LONG=1 takes every one.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lossy.sh"
export LOSSY=$build/tests/faults/lossy READER=$build/tests/faults/reader WORK=$scratch/work
export OLD=$top/tests/unit/store/old/version-2.backup

_can_trace() {
    command -v strace >/dev/null || skip "strace is not installed"
    strace -qq -o /dev/null true 2>"$scratch/strace.err" || skip "strace cannot trace: $(head -n 1 "$scratch/strace.err")"
}

_kill() { _can_trace; _drive kill "$1"; }
_cut() { _can_mount; export PRELOAD=$build/tests/faults/syncfs.so; _drive cut "$1"; }
_drive() {
    rm -rf "$WORK"; mkdir "$WORK"
    python "$top/tests/faults/stages.py" "$@" && return
    tail -n 5 "$WORK"/home-of-stage/persist.err
    fail "see above"
}

an_opening_that_is_killed_loses_nothing() { _kill opening; }
a_first_opening_that_is_killed_leaves_a_store_that_opens() { _kill first; }
a_migration_that_is_killed_is_finished_by_the_next_opening() { _kill migration; }
a_restore_that_is_killed_is_done_or_not_begun() { _kill restore; }
a_backup_that_is_killed_leaves_the_old_file_or_the_new_one() { _kill backup; }

an_opening_in_a_power_cut_loses_nothing() { _cut opening; }
a_first_opening_in_a_power_cut_leaves_a_store_that_opens() { _cut first; }
a_migration_in_a_power_cut_is_finished_by_the_next_opening() { _cut migration; }
a_restore_in_a_power_cut_is_done_or_not_begun() { _cut restore; }
a_backup_in_a_power_cut_leaves_the_old_file_or_the_new_one() { _cut backup; }

run_claims "$@"
