#!/bin/bash
# migration.sh: a store of an older version with a long migration. The supervisor lets it work, detects a migration
# without progress, and no finished work is repeated after a kill. LONG=1: more items and more kills.
. "$(dirname "$0")/../lib.sh"
items=$(how_often 120000 1000000) kills=$(how_often 6 60)

_fill() { python - "$1" <<'P'
import sys
from client import Client
client = Client()
def put(name, body):
    error, answer = client.ask(name, body)
    assert not error or error == "ok", (error, answer)
    return answer
none = bytes(16)
volume = put("persist.put_volume", {"volume": {"id": none, "identity": "root", "label": "d", "mount": b"/",
                                               "backend": "local", "online": True}})["id"]
folder = put("persist.put_folder", {"folder": {"id": none, "volume": volume, "parent": none, "name": b"m",
                                               "library": False}})["id"]
place = {"folder": folder, "kind": "audio", "size": 1, "mtime": 1, "inode": 0, "pack": "", "availability": "local"}
for first in range(0, int(sys.argv[1]), 4000):
    put("persist.batch", {"operations": [{"place": dict(place, file=b"%d.wav" % number)}
                                         for number in range(first, first + 4000)]})
P
}
# Makes a home whose store has version 1. Engines of other claims' homes are down by now.
_old_home() { # NAME START_MS
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME"
    if [ ! -d "$scratch/old" ]; then
        engine_up
        _fill "$items"
        engine_down
        "$build/tests/faults/older" 1 >"$scratch/rows" || fail "the store cannot be made an older one"
        mkdir "$scratch/old" && cp "$LOOPHOLE_HOME"/data/store/* "$scratch/old"
    fi
    mkdir -p "$LOOPHOLE_HOME/data/store" "$LOOPHOLE_HOME/config"
    cp "$scratch/old"/* "$LOOPHOLE_HOME/data/store"
    printf '[supervisor]\nstart_ms = %s\n' "$2" >"$LOOPHOLE_HOME/config/loophole.conf"
}
_persist_line() { loophole status --json 2>/dev/null | grep '"service":"persist"'; }
_migrates() { _persist_line | field work | grep -q "^migrating the store, "; }
_log() { cat "$LOOPHOLE_HOME/data/log/persist.log"; }
_is_whole() {
    until_true 120 is_ready persist
    same "0 problems" "$(loophole store check | grep -o '[0-9]* problems')"
    [ "$(loophole store check --json | field rows)" -ge "$(cat "$scratch/rows")" ] || fail "rows are missing"
}

a_migration_that_takes_longer_than_the_start_limit_is_finished() {
    _old_home long 1000
    loophole up >"$scratch/up" 2>&1 &
    until_true 60 _migrates
    contains "$(loophole status)" "persist: migrating the store, "
    wait $! || fail "$(cat "$scratch/up")"
    _is_whole
    same "" "$(loophole crash list --json)"
    engine_down
}

the_old_store_is_named_by_its_version_and_removed_by_a_command() {
    export LOOPHOLE_HOME=$scratch/home-long
    holds test -f "$LOOPHOLE_HOME/data/store.before-1/data.mdb"
    contains "$(loophole doctor)" "store.before-1 in "
    contains "$(loophole store forget-old)" "Removed store.before-1: "
    [ ! -e "$LOOPHOLE_HOME/data/store.before-1" ] || fail "the old store still exists"
    contains "$(loophole store forget-old)" "There is no old store."
}

a_migration_that_is_stopped_is_replaced_and_goes_on_where_it_was() {
    local old
    _old_home stopped 60000
    loopholed --detach
    until_true 60 _migrates
    old=$(pid_of persist)
    kill -STOP "$old"
    until_true 30 _was_hung "$old"
    _is_whole
    contains "$(_log)" "the migration continues after "
    engine_down
}
_was_hung() { loophole crash list --json | grep "\"pid\":$1" | grep -q '"hang":true'; }

a_migration_that_is_killed_again_and_again_is_finished() {
    local kill before
    _old_home killed 60000
    loopholed --detach
    for kill in $(seq "$kills"); do
        until_true 60 _migrates_or_is_ready
        is_ready persist && break
        before=$(pid_of persist)
        kill -KILL "$before"
        until_true 60 _is_another "$before"
    done
    _is_whole
    echo "figure: killed $kill times while it migrated $items items"
    engine_down
}
_migrates_or_is_ready() { _migrates || is_ready persist; }
_is_another() { local pid; pid=$(pid_of persist); [ "${pid:-0}" != 0 ] && [ "$pid" != "$1" ]; }

run_claims "$@"
