#!/bin/bash
# damaged.sh: a data.mdb with changed bytes. A child checks the store before any service uses it; a damaged store is
# refused with a sentence in status and doctor. No service dies of it repeatedly, and restoring a backup brings the
# engine back. If an older data.mdb is put back, that is noticed. 6 damages by default, 60 with LONG=1. SEED=N repeats a
# run.
. "$(dirname "$0")/../lib.sh"
damages=$(how_often 6 60)
sentence='is damaged (.*): restore a backup with `loophole restore FILE`'

# Makes a store of 4,000 items in $scratch/whole, and a backup of it in $scratch/backup; the engine is down.
_filled() {
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME"
    data=$LOOPHOLE_HOME/data/store/data.mdb
    engine_up
    python - <<'P'
from client import Catalogue, Client
catalogue = Catalogue(Client())
catalogue.batch(*(catalogue.place(b"%d.wav" % n) for n in range(4000)))
P
    holds loophole backup "$scratch/backup" --force
    engine_down
    cp "$data" "$scratch/whole"
}
# Starts an engine with 10 items.
_small() {
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME"
    data=$LOOPHOLE_HOME/data/store/data.mdb
    engine_up
    _put_items first 10
}
# Damages random bits, whole pages, or heads of pages. The pages that contain a certain item's name then have no valid
# type: one of them is in use, so a process that reads all items reaches it.
_damage() { # SEED
    python - "$1" "$data" <<'P'
import random, sys
chance, path = random.Random(int(sys.argv[1])), sys.argv[2]
with open(path, "r+b") as file:
    bytes_ = bytearray(file.read())
    pages = len(bytes_) // 4096
    named = {at // 4096 * 4096 for at in range(len(bytes_)) if bytes_.startswith(b"1234.wav", at)}
    kind = int(sys.argv[1]) % 3
    if kind == 0:
        for _ in range(400):
            bytes_[chance.randrange(8192, len(bytes_))] ^= 1 << chance.randrange(8)
    for _ in range([0, 10, 40][kind]):
        at = chance.randrange(2, pages) * 4096
        if kind == 1:
            bytes_[at:at + 4096] = chance.randbytes(4096)
        else:
            bytes_[at + chance.randrange(80)] ^= 1 << chance.randrange(8)
    for at in named:
        bytes_[at + 10:at + 12] = bytes(2)
    file.seek(0)
    file.write(bytes_)
P
}
# The services run, but `up` does not report success, and advises what to do.
_up_damaged() {
    local said
    said=$(refused loophole up) || fail "$said"
    contains "$said" 'restore a backup with `loophole restore FILE`'
    contains "$said" "without a backup: loophole down"
    case $said in *"The engine is up"*) fail "$said" ;; esac
}
_says_damaged() { loophole status | grep -q "^persist: the store $sentence"; }
_deaths() { loophole crash list --json | grep -c '"service"'; }
_put() { loophole ask persist.put_volume 'volume={"identity":"x","label":"x","mount":"Lw==","backend":"local","online":true,"id":"00000000000000000000000000"}'; }
_finds_all() { [ "$(loophole search wav --json | tail -n 1 | field total)" = 4000 ] || loophole search wav | grep -q 'of 4000'; }

a_damaged_store_is_refused_and_a_restored_backup_brings_the_engine_back() {
    local seed
    _filled refused
    for seed in $(seq "$SEED" $((SEED + damages - 1))); do
        _damage "$seed"
        _up_damaged
        until_true 60 _says_damaged
        contains "$(refused _put)" "the store is damaged"
        contains "$(loophole doctor)" "the store is damaged"
        holds is_ready search
        holds is_ready indexer
        same 0 "$(_deaths)" "seed $seed"
        holds loophole restore "$scratch/backup"
        until_true 60 _put
        until_true 60 _finds_all
        engine_down
        rm -rf "$LOOPHOLE_HOME"/data/store.before-restore*
        cp "$scratch/whole" "$data"
    done
}

a_whole_file_in_the_place_of_another_is_checked_and_used() {
    _filled whole
    cp "$scratch/whole" "$scratch/copy" && mv "$scratch/copy" "$data"
    engine_up
    until_true 60 _put
    contains "$(cat "$LOOPHOLE_HOME/data/log/persist.log")" "the store was checked: its pages are consistent"
    engine_down
    rm "$LOOPHOLE_HOME/data/log/persist.log"
    engine_up # a store that persist closed itself is not checked again
    until_true 60 _put
    same "" "$(grep checked "$LOOPHOLE_HOME/data/log/persist.log")"
    engine_down
}

# As a disk does that changes bytes by itself: nothing reports it before a process reads them.
damage_that_a_reader_meets_is_checked_after_the_first_death() {
    local time
    _filled met
    time=$(stat -c %y "$data")
    _damage "$SEED"
    touch -d "$time" "$data"
    rm -f "$LOOPHOLE_HOME"/cache/search.index # search reads every row again
    # `up` reports the damage if the check ends before all services are ready.
    loophole up >"$scratch/up.log" 2>&1 || contains "$(cat "$scratch/up.log")" "the store is damaged"
    until_true 60 _says_damaged
    until_true 60 is_ready search
    [ "$(_deaths)" -le 2 ] || fail "$(loophole crash list)"
    same "" "$(loophole status | grep quarantined)"
    holds loophole restore "$scratch/backup"
    until_true 60 _finds_all
    engine_down
}

a_store_that_is_put_back_by_hand_is_used_again() {
    _filled again
    _damage "$SEED"
    _up_damaged
    until_true 60 _says_damaged
    cp "$scratch/whole" "$data"
    until_true 60 _put
    until_true 60 _finds_all
    engine_down
}

_catalogue() { loophole ask persist.changes_since revision=0 limit=1 | field catalogue; }
_put_items() { # WORD COUNT
    python - "$1" "$2" <<'P'
import sys
from client import Catalogue, Client
catalogue = Catalogue(Client())
catalogue.batch(*(catalogue.place(b"%s%d.wav" % (sys.argv[1].encode(), n)) for n in range(int(sys.argv[2]))))
P
}
_finds() { [ "$(loophole search wav --json --limit 1000 | wc -l)" = "$1" ]; }

# Its revisions come again with other contents, as `changes_since` of the running engine and of the next one shows.
an_older_data_mdb_that_is_put_back_has_another_catalogue_id() {
    local first second
    _small older
    first=$(_catalogue)
    engine_down
    cp "$data" "$scratch/older"
    engine_up
    _put_items later 20
    same "$first" "$(_catalogue)" "(a restart alone)"
    kill -KILL "$(pid_of persist)"
    wait_ready persist
    same "$first" "$(_catalogue)" "(a kill alone)"
    engine_down
    cp "$scratch/older" "$data"
    engine_up
    second=$(_catalogue)
    differ "$first" "$second"
    until_true 60 _finds 10
    cp "$data" "$scratch/older" # while the engine runs
    _put_items later 20
    until_true 60 _finds 30
    engine_down
    cp "$scratch/older" "$data"
    engine_up
    differ "$second" "$(_catalogue)"
    until_true 60 _finds 10
    engine_down
}

an_older_data_mdb_that_is_moved_in_while_the_engine_runs_loses_no_ack() {
    local before
    _small moved
    engine_down
    cp "$data" "$scratch/older"
    engine_up
    _put_items later 20
    before=$(_catalogue)
    cp "$scratch/older" "$scratch/copy" && mv "$scratch/copy" "$data"
    until_true 60 _put_items after 5 # an ask that is refused may be sent again
    differ "$before" "$(_catalogue)"
    until_true 60 _finds 15
    kill -KILL "$(pid_of persist)"
    wait_ready persist
    until_true 60 _finds 15
    contains "$(loophole store check)" " 0 problems"
    engine_down
}

# Found by the next write, by a check each second, and when the engine stops.
a_data_mdb_that_is_removed_while_the_engine_runs_is_written_again_and_loses_no_ack() {
    local before
    _small removed
    before=$(_catalogue)
    rm "$data"
    until_true 60 _put_items written 5 # an ask that is refused may be sent again
    until_true 60 _finds 15
    rm "$data"
    until_true 60 test -e "$data"
    until_true 60 _put_items written 5 # the store is open again: before that, no process has the file that is removed
    until_true 60 _finds 15
    rm "$data"
    engine_down
    until_true 60 test -e "$data"
    engine_up
    until_true 60 _finds 15
    same "$before" "$(_catalogue)"
    contains "$(loophole store check)" " 0 problems"
    engine_down
}

run_claims "$@"
