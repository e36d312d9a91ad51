#!/bin/bash
# backup.sh: backups of a store during writes, several backups in parallel, to files of any kind; and their restore.
. "$(dirname "$0")/../lib.sh"
target=$scratch/catalogue.backup
export READER=$build/tests/faults/reader

# The first claim starts an engine with a few thousand items.
_store() {
    [ -d "$LOOPHOLE_HOME/data/store" ] && return
    engine_up
    _py <<'P' || fail "see above"
for batch in range(5):
    k.batch(*[k.place(b"%d.wav" % (4096 * batch + n)) for n in range(4096)])
P
}
# Runs Python that asks persist: `c` is a client, `k` a catalogue with a volume and the folder "music".
_py() {
    { printf 'from client import *\nc = Client()\nk = Catalogue(c)\n'; cat; } >"$scratch/ask.py"
    python "$scratch/ask.py" "$@"
}
# Edits one item again and again until it is killed.
_edit_on() {
    { printf 'from client import *\nk = Catalogue(Client())\nitem = k.put(b"edited.wav")\nn = 0\n'
      printf 'while True:\n    k.edit(item, name="n%%d" %% n)\n    n += 1\n'; } >"$scratch/edit.py"
    python "$scratch/edit.py" & editor=$!
}
# Restores FILE into a new home, checks the store, and prints the item.
_restores() {
    rm -rf "$scratch/home-restored" && mkdir "$scratch/home-restored"
    LOOPHOLE_HOME=$scratch/home-restored loophole restore "$1" --json || fail "the backup cannot be restored"
    LOOPHOLE_HOME=$scratch/home-restored loophole store check >&2 || fail "the restored store is not consistent"
}
_nothing_beside() { # no files of unfinished backups are left
    same '' "$(find "$scratch" -maxdepth 1 -name '.*.loophole-*')"
}
_is_stopped() { grep -q '^State:.[Tt]' "/proc/$1/status"; }
# Starts a backup and stops it right after it has taken its lock.
_backup_that_stops() {
    strace -qq -o /dev/null -e trace=flock -e inject=flock:signal=STOP:when=1 \
        loophole backup --force "$target" >"$scratch/first" 2>&1 & tracer=$!
    until_true 30 pgrep -P $tracer
    first=$(pgrep -P $tracer)
    until_true 30 _is_stopped "$first"
}

of_two_backups_to_one_file_one_is_refused_and_the_other_restores() {
    local tracer first
    _store
    _backup_that_stops
    contains "$(refused loophole backup --force "$target")" "another backup to $target is running"
    kill -CONT "$first"; wait $tracer || fail "$(cat "$scratch/first")"
    contains "$(cat "$scratch/first")" Wrote
    _restores "$target" >/dev/null
    _nothing_beside
    holds loophole backup --force "$target"
}

a_backup_that_is_killed_leaves_the_old_file_and_the_next_one_tidies_up() {
    local tracer first before
    _store
    loophole backup --force "$target" >/dev/null || fail "backup"
    before=$(sha256sum "$target")
    strace -f -qq -o /dev/null -e trace=fsync -e inject=fsync:signal=KILL:when=1 loophole backup --force "$target"
    same "$before" "$(sha256sum "$target")"
    differ '' "$(find "$scratch" -maxdepth 1 -name '.*.loophole-*')"
    loophole backup --force "$target" >/dev/null || fail "backup"
    _restores "$target" >/dev/null
    _nothing_beside
}

many_backups_at_once_under_writes_are_all_whole() {
    local round one editor
    _store
    _edit_on
    for ((round = 0; round < $(how_often 3 20); round++)); do
        loophole backup --force "$target" --json >"$scratch/one" 2>/dev/null & one=$!
        loophole backup --force "$target" --json >"$scratch/two" 2>/dev/null
        wait $one
        differ '' "$(cat "$scratch/one" "$scratch/two")"
        [ -s "$scratch/one" ] && [ -s "$scratch/two" ] && continue # both finished: they ran one after the other
        same "$(cat "$scratch/one" "$scratch/two" | field revision)" "$(_restores "$target" | field revision)"
    done
    kill $editor
}

a_backup_replaces_a_regular_file_and_nothing_else() {
    local made
    _store
    mkfifo "$scratch/fifo"; mkdir "$scratch/folder"; ln -s "$scratch/elsewhere" "$scratch/link"
    [ "$(id -u)" != 0 ] || mknod "$scratch/device" c 1 7 || fail "mknod"
    for made in fifo folder link device; do
        [ "$made" = device ] && [ "$(id -u)" != 0 ] && continue
        contains "$(refused loophole backup --force "$scratch/$made")" "not a regular file"
        contains "$(refused loophole backup "$scratch/$made")" "not a regular file"
    done
    holds test -p "$scratch/fifo" -a -d "$scratch/folder" -a -L "$scratch/link"
    [ "$(id -u)" != 0 ] || holds test -c "$scratch/device"
    echo mine >"$scratch/mine"
    contains "$(refused loophole backup "$scratch/mine")" "exists already"
    same mine "$(cat "$scratch/mine")"
    holds loophole backup --force "$scratch/mine"
    same 600 "$(stat -c %a "$scratch/mine")"
    _restores "$scratch/mine" >/dev/null
    for made in data/store/data.mdb data/store/lock.mdb data/supervisor.lock; do
        contains "$(refused loophole backup --force "$LOOPHOLE_HOME/$made")" "is a file of the engine"
    done
    holds loophole backup "$LOOPHOLE_HOME/data/mine"
    holds loophole backup --force "$LOOPHOLE_HOME/data/mine"
    _nothing_beside
}

# It is stopped at its first write of the image, as by a disk that hangs.
a_backup_to_a_disk_that_hangs_lets_go_of_the_store() {
    local tracer first editor source
    export LOOPHOLE_HOME=$scratch/home-hangs
    mkdir -p "$LOOPHOLE_HOME/config"
    printf '[store]\nbackup_growth_mib = 4\n' >"$LOOPHOLE_HOME/config/loophole.conf"
    _store
    strace -qq -o /dev/null -e trace=write -e inject=write:signal=STOP:when=1 \
        loophole backup "$scratch/slow.backup" >"$scratch/first" 2>&1 & tracer=$!
    until_true 30 pgrep -P $tracer
    first=$(pgrep -P $tracer)
    until_true 30 _is_stopped "$first"
    source=$(pgrep -P "$first")
    same loophole-backup "$(cat "/proc/$source/comm")"
    _edit_on
    until_true 60 grep -q '^State:.Z' "/proc/$source/status"
    kill $editor
    until_true 30 eval '! "$READER" readers | grep -q "^$source "'
    kill -CONT "$first"
    wait $tracer && fail "it reports success: $(cat "$scratch/first")"
    contains "$(cat "$scratch/first")" "the store grew by more than 4 MiB"
    holds test ! -e "$scratch/slow.backup"
    _nothing_beside
    engine_down
}

run_claims "$@"
