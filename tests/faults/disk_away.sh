#!/bin/bash
# disk_away.sh: the disk of the engine's data fails, fills up or is taken away, and returns. Instead of a loop of
# crashes there are an alarm and a wait. Then every service is back by itself, and all deaths are on record.
. "$(dirname "$0")/../lib.sh"
lossy=$build/tests/faults/lossy

_end_first() {
    grep -o " $scratch/[^ ]*" /proc/self/mounts | while read -r at; do umount -l "$at" 2>/dev/null || fusermount3 -u -z "$at"; done
}
_mount_disk() {
    [ -w /dev/fuse ] || skip "/dev/fuse is not there for this user"
    mkdir -p "$scratch/disk" "$LOOPHOLE_HOME/data"
    "$lossy" "$scratch/disk" "$LOOPHOLE_HOME/data" 1 2>"$scratch/lossy.err" &
    disk=$!
    until_true 60 _is_mounted
}
_is_mounted() { mountpoint -q "$LOOPHOLE_HOME/data" || ! kill -0 "$disk" 2>/dev/null; }
_all_ready() { is_ready persist && is_ready search && is_ready indexer; }
_put() { loophole ask persist.put_volume "volume={\"identity\":\"$1\",\"label\":\"$1\",\"mount\":\"Lw==\",\"backend\":\"local\",\"online\":true,\"id\":\"00000000000000000000000000\"}"; }
_alarm_is() { loophole status | grep -q "^supervisor: the disk of .* fails: "; }
_is_damaged() { loophole status | grep -q '^persist: the store is damaged ('; }
_waits() { [ "$(loophole status --json | grep "\"service\":\"$1\"" | field state)" = waiting ]; }

a_disk_that_fails_and_returns_has_every_service_back_and_every_death_on_record() {
    local disk old
    export LOOPHOLE_HOME=$scratch/home-away
    mkdir -p "$LOOPHOLE_HOME"
    _mount_disk
    engine_up
    holds _put one
    old=$(pid_of search)
    kill -USR1 "$disk"
    kill -KILL "$old" # a service that dies while the disk is away cannot start
    until_true 30 _alarm_is
    until_true 60 _waits search
    kill -TERM "$disk"; wait "$disk" 2>/dev/null
    umount -l "$LOOPHOLE_HOME/data" 2>/dev/null
    _mount_disk
    until_true 120 _all_ready
    until_true 60 _put two
    same "" "$(loophole status | grep quarantined)"
    until_true 30 _is_recorded "$old"
    contains "$(loophole store check)" ", 0 problems"
    engine_down
    kill "$disk"; wait "$disk" 2>/dev/null
}
_is_recorded() { loophole crash list --json | grep -q "\"pid\":$1"; }

# A read from the map of a truncated file raises SIGBUS.
a_store_that_was_cut_short_is_an_error_and_no_crash() {
    export LOOPHOLE_HOME=$scratch/home-page
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    python - <<'P'
from client import Catalogue, Client
catalogue = Catalogue(Client())
catalogue.batch(*(catalogue.place(b"%d.wav" % n) for n in range(4000)))
P
    engine_down
    cp "$LOOPHOLE_HOME/data/store/data.mdb" "$scratch/whole"
    truncate -s 65536 "$LOOPHOLE_HOME/data/store/data.mdb"
    loophole store check >"$scratch/said" 2>&1
    same 23 $? "$(cat "$scratch/said")"
    contains "$(cat "$scratch/said")" "the store is damaged: "
    loophole up >"$scratch/said" 2>&1
    same 19 $? "$(cat "$scratch/said")"
    until_true 60 _is_damaged
    same "" "$(loophole crash list | grep -i sigbus)"
    cp "$scratch/whole" "$LOOPHOLE_HOME/data/store/data.mdb"
    until_true 60 _all_ready
    contains "$(loophole store check)" ", 0 problems"
    engine_down
}

run_claims "$@"
