#!/bin/bash
# power_loss.sh: the data directory is on a file system (lossy.c, FUSE) that can lose unsynced data. 120 cuts at random
# moments under load from 8 clients; lossy.c says what the cuts cover and what not. SEED=N repeats a run.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lossy.sh"
export LOSSY=$build/tests/faults/lossy READER=$build/tests/faults/reader
cuts=${CUTS:-120}
[ -z "${LONG:-}" ] || cuts=2000

_drive() {
    _can_mount
    python "$top/tests/faults/power_loss.py" "$@" && return
    tail -n 5 "$LOOPHOLE_HOME"/persist.err
    fail "see above"
}

# As on ext4, xfs and btrfs: syncfs makes artefact files durable.
after_every_power_cut_all_that_was_acked_is_there_once() {
    export PRELOAD=$build/tests/faults/syncfs.so LOSSY_MOUNT=$LOOPHOLE_HOME/data
    _drive load $cuts
}

# As on a file system whose syncfs is not reliable: each file is synced, and each folder.
where_each_file_is_synced_by_itself_it_is_there_as_well() {
    export LOOPHOLE_HOME=$scratch/home-each
    mkdir -p "$LOOPHOLE_HOME"
    _drive load $((cuts / 4))
}

a_new_store_survives_a_cut_at_its_first_acks() {
    export LOOPHOLE_HOME=$scratch/home-new
    mkdir -p "$LOOPHOLE_HOME"
    _drive new $((cuts / 5))
}

run_claims "$@"
