#!/bin/bash
# disk_full.sh: the whole engine with its data on a disk of a few MB that fills up, and on a disk that becomes
# read-only: no false ack, an alarm in `status`, reads still work, and the engine recovers by itself.
. "$(dirname "$0")/../lib.sh"
export READER=$build/tests/faults/reader
lossy=$build/tests/faults/lossy

# The script may be killed at any time, and must leave no mount.
_end_first() {
    grep -o " $scratch/[^ ]*" /proc/self/mounts | while read -r at; do umount -l "$at" 2>/dev/null || fusermount3 -u -z "$at"; done
}

_home() {
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME/data"
}

_small_disk() { # options
    [ "$(id -u)" = 0 ] || skip "mounting a tmpfs needs root"
    mount -t tmpfs -o "size=64m,mode=700$1" none "$LOOPHOLE_HOME/data" 2>"$scratch/mount.err" ||
        skip "a tmpfs cannot be mounted: $(head -n 1 "$scratch/mount.err")"
}

_drive() {
    python "$top/tests/faults/disk_full.py" "$1" && return
    tail -n 20 "$LOOPHOLE_HOME/data/log/persist.log"
    loophole status
    fail "see above"
}

a_full_disk_refuses_writes_with_an_alarm_and_recovers_by_itself() {
    _home full
    _small_disk ""
    engine_up
    _drive full
    holds loophole down
    umount "$LOOPHOLE_HOME/data" || umount -l "$LOOPHOLE_HOME/data"
}

each_ack_on_a_full_disk_is_there_after_a_kill() {
    _home acks
    _small_disk ""
    drive full_acks.py "$(how_often 20 500)"
    umount "$LOOPHOLE_HOME/data" || umount -l "$LOOPHOLE_HOME/data"
}

a_disk_that_turns_read_only_refuses_writes_with_an_alarm_and_recovers_by_itself() {
    _home turns
    [ -w /dev/fuse ] || skip "/dev/fuse is not there for this user"
    mkdir -p "$scratch/disk"
    "$lossy" "$scratch/disk" "$LOOPHOLE_HOME/data" 1 2>"$scratch/lossy.err" &
    export DISK=$!
    for try in {1..600}; do
        mountpoint -q "$LOOPHOLE_HOME/data" && break
        kill -0 "$DISK" 2>/dev/null || skip "FUSE cannot be mounted: $(tail -n 1 "$scratch/lossy.err")"
        sleep 0.1
    done
    engine_up
    _drive read_only
    holds loophole down
    kill "$DISK"
    wait "$DISK"
}

# Only the store is on the disk that is read-only from the start: logs and sockets are elsewhere.
a_store_that_is_read_only_at_the_start_is_waited_for() {
    local persist
    _home begins
    mkdir -p "$LOOPHOLE_HOME/data/store"
    [ "$(id -u)" = 0 ] || skip "mounting a tmpfs needs root"
    mount -t tmpfs -o size=6m none "$LOOPHOLE_HOME/data/store" || skip "a tmpfs cannot be mounted"
    loophole-persist --foreground 2>"$LOOPHOLE_HOME/err" & persist=$!
    until_true 60 _put one
    kill -TERM $persist && wait $persist
    mount -o remount,ro "$LOOPHOLE_HOME/data/store" || skip "a tmpfs cannot be mounted read-only"
    loophole-persist --foreground 2>>"$LOOPHOLE_HOME/err" & persist=$!
    until_true 60 _is_alarmed
    contains "$(refused _put two)" "Read-only file system"
    contains "$(loophole store check)" ", 0 problems"
    mount -o remount,rw "$LOOPHOLE_HOME/data/store"
    until_true 60 _put two
    same "" "$(loophole ask persist.status --json | field alarm)"
    kill -TERM $persist && wait $persist
    contains "$(loophole store check)" ", 0 problems"
    umount "$LOOPHOLE_HOME/data/store"
}
_put() { loophole ask persist.put_volume "volume={\"identity\":\"$1\",\"label\":\"$1\",\"mount\":\"Lw==\",\"backend\":\"local\",\"online\":true,\"id\":\"00000000000000000000000000\"}"; }
_is_alarmed() { [ -n "$(loophole ask persist.status --json | field alarm)" ]; }

indexing_on_a_full_disk_reports_that_it_waits() {
    local index
    _home indexing
    _small_disk ""
    mkdir -p "$scratch/library"
    cp "$drumkits/TR808EmulationKit"/*.flac "$scratch/library" || fail "hydrogen-data is missing"
    engine_up
    loophole index "$scratch/library" --wait >/dev/null 2>&1 || fail "it cannot be indexed"
    cat /dev/zero >"$LOOPHOLE_HOME/data/filler" 2>/dev/null
    cp -r "$drumkits/GMRockKit" "$scratch/library/more"
    loophole index "$scratch/library" --wait >/dev/null 2>"$scratch/said" & index=$!
    until_true 60 grep -q "^persist: the disk is full" "$scratch/said"
    rm "$LOOPHOLE_HOME/data/filler"
    wait $index || fail "$(cat "$scratch/said")"
    holds loophole down
    umount "$LOOPHOLE_HOME/data" || umount -l "$LOOPHOLE_HOME/data"
}

run_claims "$@"
