#!/bin/bash
# The indexer with real files: what it finds, keeps, follows and survives.
. "$(dirname "$0")/../lib.sh"

_drive() { /usr/bin/python3 "$top/tests/service/indexer_drive.py" "$@"; }
_ask() { _drive ask "$@"; }
_wav() { mkdir -p "$(dirname "$1")"; _drive wav "$@"; }
_idle() { _drive idle >"$scratch/idle" || fail "not idle: $(cat "$scratch/idle")"; }
_add() { _ask indexer.add_library "{\"path\": \"$1\"${2:+, $2}}" >"$scratch/added" || fail "$(cat "$scratch/added")"; _idle; }
_rescan() { _ask indexer.rescan "{\"path\": \"$1\"${2:+, $2}}" >/dev/null || fail "rescan $1"; _idle; }
_counts() { field "$1" <"$scratch/idle"; }

# Lines "AVAILABILITY ANALYSIS ID PATH" of the items whose path begins with $1, sorted by path.
_items() { loophole search --limit 5000 --json | /usr/bin/python3 -c '
import sys, json, base64
for line in sys.stdin:
    item = json.loads(line)
    item = item.get("item", item)
    item = {**item, **item.get("media", {})}
    path = base64.b64decode(item["path_b64"]) if "path_b64" in item else item["path"].encode()
    if path.decode("latin-1").startswith(sys.argv[1]):
        print(item["availability"], item["analysis"], item["id"], ascii(path)[2:-1])
' "$1" | sort -k4; }
_states() { _items "$1" | awk '{ print $1 ":" $2 }' | sort | uniq -c | awk '{ printf "%s%s=%s", (NR > 1 ? " " : ""), $2, $1 }'; }
_id_of() { _items "$1" | awk -v path="$1" '$4 == path { print $3 }'; }
_is() { [ "$(_states "$1")" = "$2" ]; }
_becomes() { # search hears of it a moment later
    local end=$((SECONDS + 60))
    until _is "$1" "$2"; do [ $SECONDS -lt $end ] || same "$2" "$(_states "$1")"; sleep 0.05; done
}

a_path_that_is_too_long_is_counted_and_named() {
    local music=$scratch/deep short=$scratch/deep/short.wav
    _wav "$short" 440
    python - "$music" "$short" <<'P' || fail "the folders"
import os, shutil, sys
os.chdir(sys.argv[1])
folder, name = 'd' * 200, 'x' * 90 + '.wav'
length = len(sys.argv[1])
while length + 201 < 4300: # the system makes what has no path when it is made step by step
    os.mkdir(folder); os.chdir(folder); length += 201
    shutil.copy(sys.argv[2], name); open('notes.txt', 'w').close()
P
    _add "$music"
    contains "$(loophole summary)" "passed over "
    local count; count=$(loophole summary --json | field too_long)
    [ "$count" -ge 1 ] || fail "none is counted"
    same "$count" "$(loophole library list --json | grep "$music" | field too_long)"
    same 0 "$(loophole search is:failed --json | wc -l)"
    contains "$(loophole logs indexer)" "are passed over, for their path is over 4095 bytes"
    loophole restart indexer && wait_ready indexer
    same "$count" "$(loophole summary --json | field too_long)"
    rm -rf "$music"/d*
    _rescan "$music" '"accept_missing": true'
    same 0 "$(loophole summary --json | field too_long)"
    same 0 "$(loophole summary | grep -c 'passed over')"
    loophole library remove "$music" >/dev/null # else its folders are looked at while the next claim counts
}

every_file_of_a_library_is_found_and_heard() {
    local music=$scratch/first
    for i in 1 2 3 4 5 6; do _wav "$music/pack $((i % 2))/deep/tone $i.wav" ${i}00; done
    : >"$music/readme.txt"
    _add "$music"
    _becomes "$music" "local:done=6"
    same 6 "$(_counts files)"; same 6 "$(_counts done)"; same 0 "$(_counts failed)"
}

looking_again_finds_everything_known() {
    local music=$scratch/first
    _rescan "$music"
    same 6 "$(_counts known)"; same 0 "$(_counts done)"
}

# More of one level than one batch tells of, by the first scan and by a later one; and folders without a file in between.
files_in_many_and_deep_folders_have_their_places() {
    local music=$scratch/branches part pid
    _wav "$scratch/one.wav" 300
    pid=$(pid_of indexer)
    for part in first later; do
        for i in $(seq 700); do mkdir -p "$music/$part $i"; cp "$scratch/one.wav" "$music/$part $i/$i.wav"; done
        mkdir -p "$music/$part/b/c/d/e/f/g/h" "$music/$part/x/y/z"
        for i in "" b/c b/c/d/e/f/g/h x/y/z; do cp "$scratch/one.wav" "$music/$part/$i/deep.wav"; done
        if [ $part = first ]; then _add "$music"; else _rescan "$music"; fi
        _becomes "$music" "local:done=$(find "$music" -type f | wc -l)"
        same "$(find "$music" -type f | LC_ALL=C sort | md5sum)" "$(_items "$music" | cut -d' ' -f4- | LC_ALL=C sort | md5sum)"
    done
    same "$pid" "$(pid_of indexer)"
    _ask indexer.remove_library "{\"path\": \"$music\"}" >/dev/null || fail "it cannot be removed"
}

a_library_within_another_is_refused_with_a_hint() {
    _ask indexer.add_library "{\"path\": \"$scratch/first/pack 1\"}" >"$scratch/nested"
    same exists "$(field error <"$scratch/nested")"
    contains "$(cat "$scratch/nested")" hint
    mkdir -p "$scratch/first"
    same "$(_ask indexer.add_library "{\"path\": \"$scratch/first\"}" | field id)" \
        "$(_ask indexer.add_library "{\"path\": \"$scratch/first/../first/\"}" | field id)"
    _ask indexer.add_library '{"path": "/no/such/folder"}' >"$scratch/none"
    same not_found "$(field error <"$scratch/none")"
}

names_of_any_bytes_are_kept() {
    local music=$scratch/bytes
    mkdir -p "$music"
    _wav "$music/plain.wav" 300
    cp "$music/plain.wav" "$music/"$'caf\xe9 \xff\xfe.wav'
    cp "$music/plain.wav" "$music/"$'line\nbreak\t\x01.wav'
    cp "$music/plain.wav" "$music/$(printf '%0251d' 0).wav"
    _add "$music"
    _becomes "$music" "local:done=4"
    contains "$(_items "$music")" 'caf\xe9 \xff\xfe.wav'
}

links_pipes_hidden_and_ignored_files_are_passed_over() {
    local music=$scratch/odd
    _wav "$music/real.wav" 500
    _wav "$music/.hidden/a.wav" 510
    _wav "$music/.b.wav" 520
    _wav "$music/old/take.wav" 530
    _wav "$music/x.bak.wav" 540
    ln -s .. "$music/loop"; ln -s . "$music/self"; ln -s nowhere.wav "$music/dangling.wav"
    mkfifo "$music/kick.wav"
    _add "$music" '"ignore": ["*.bak.wav", "old"]'
    _becomes "$music" "local:done=1"
}

a_file_that_cannot_be_read_says_why_and_stops_nothing() {
    local music=$scratch/broken
    _wav "$music/good.wav" 600
    : >"$music/empty.wav"
    head -c 5000 /dev/urandom >"$music/noise.mp3"
    echo "not a sound" >"$music/text.flac"
    _add "$music"
    _becomes "$music" "local:done=1 local:failed=3"
    same 3 "$(_counts failed)"
    _rescan "$music"
    same 0 "$(_counts failed)"
    _rescan "$music" '"retry_failed": true'
    same 3 "$(_counts failed)"
}

what_moves_keeps_its_id_and_is_not_heard_again() {
    local music=$scratch/moves
    _wav "$music/a/one.wav" 700; _wav "$music/a/two.wav" 710; _wav "$music/b/three.wav" 720
    _add "$music"
    local one two three; one=$(_id_of "$music/a/one.wav"); two=$(_id_of "$music/a/two.wav"); three=$(_id_of "$music/b/three.wav")
    mkdir "$music/c"
    mv "$music/a/one.wav" "$music/c/renamed.wav"
    mv "$music/b" "$music/c/b2"
    _becomes "$music/c" "local:done=2"
    same "$one" "$(_id_of "$music/c/renamed.wav")"
    same "$three" "$(_id_of "$music/c/b2/three.wav")"
    same "$two" "$(_id_of "$music/a/two.wav")"
    _becomes "$music" "local:done=3"
}

# The packs below a folder, as "COUNT PACK, …".
_pack() { loophole search "" --limit 5000 --json --fields path,pack | grep -F "\"$1/" | sed 's/.*"pack":"\(.*\)"}/\1/' | sort | uniq -c | awk '{ $1 = $1; printf "%s%s", (NR > 1 ? ", " : ""), $0 }'; }
_packs() { [ "$(_pack "$1")" = "$2" ]; }
a_renamed_folder_is_the_pack_of_its_items_but_not_of_those_that_a_person_named() {
    local music=$scratch/renamed i
    for i in 1 2 3; do _wav "$music/Old Pack/deep/$i.wav" "$((i * 110))"; done
    _wav "$music/Old Pack/mine.wav" 500
    _add "$music"
    _becomes "$music" "local:done=4"
    loophole edit "$music/Old Pack/mine.wav" "pack=My Own" >/dev/null || fail "not edited"
    mv "$music/Old Pack" "$music/New Pack"
    until_true 60 _packs "$music" "1 My Own, 3 New Pack"
    engine_down
    mv "$music/New Pack" "$music/Third"
    engine_up
    until_true 60 _packs "$music" "1 My Own, 3 Third"
    loophole store check >/dev/null || fail "$(loophole store check | tail -n 3)"
}

a_copy_is_an_item_of_its_own() {
    local music=$scratch/copies
    _wav "$music/one.wav" 800
    _add "$music"
    local id; id=$(_id_of "$music/one.wav")
    cp "$music/one.wav" "$music/two.wav"
    _becomes "$music" "local:done=2"
    same "$id" "$(_id_of "$music/one.wav")"
    differ "$id" "$(_id_of "$music/two.wav")"
}

a_file_copied_and_then_deleted_is_the_older_item() {
    local music=$scratch/reborn
    _wav "$music/one.wav" 900; _wav "$music/other.wav" 910
    _add "$music"
    local id; id=$(_id_of "$music/one.wav")
    cp "$music/one.wav" "$scratch/aside.wav"; rm "$music/one.wav"
    _becomes "$music/one" "missing:done=1"
    mkdir "$music/sub"; mv "$scratch/aside.wav" "$music/sub/again.wav"; touch "$music/sub/again.wav"
    _becomes "$music/sub" "local:done=1"
    same "$id" "$(_id_of "$music/sub/again.wav")"
    _becomes "$music" "local:done=2"
}

a_vanished_file_keeps_its_record() {
    local music=$scratch/vanish
    _wav "$music/a.wav" 1000; _wav "$music/b.wav" 1010
    _add "$music"
    local id; id=$(_id_of "$music/a.wav")
    mv "$music/a.wav" "$scratch/kept.wav"
    _becomes "$music" "local:done=1 missing:done=1"
    mv "$scratch/kept.wav" "$music/a.wav"
    _becomes "$music" "local:done=2"
    same "$id" "$(_id_of "$music/a.wav")"
}

much_that_is_gone_waits_for_a_word() {
    local music=$scratch/many
    mkdir -p "$music"
    _wav "$music/0.wav" 1100
    for i in $(seq 1 39); do cp "$music/0.wav" "$music/$i.wav"; done
    _add "$music"
    _becomes "$music" "local:done=40"
    rm "$music"/1?.wav "$music"/20.wav "$music"/21.wav
    _rescan "$music"
    _becomes "$music" "local:done=40"
    _rescan "$music" '"accept_missing": true'
    _becomes "$music" "local:done=28 missing:done=12"
    rm "$music"/2?.wav "$music"/3?.wav
    _rescan "$music"
    _becomes "$music" "external_offline:done=18 local:done=10 missing:done=12"
}

a_library_that_is_away_is_offline_and_comes_back() {
    local music=$scratch/away
    _wav "$music/a.wav" 1200; _wav "$music/b/c.wav" 1210
    _add "$music"
    mv "$music" "$scratch/elsewhere"
    _rescan "$music"
    _becomes "$music" "external_offline:done=2"
    mv "$scratch/elsewhere" "$music"
    _rescan "$music"
    _becomes "$music" "local:done=2"
    same 0 "$(_counts done)"
}

a_new_file_is_seen_without_asking() {
    local music=$scratch/watched
    _wav "$music/a.wav" 1300
    _add "$music"
    _wav "$music/new/deep/b.wav" 1310
    _becomes "$music" "local:done=2"
    _wav "$music/a.wav" 1320 0.5
    _wav "$music/new/c.wav" 1330
    _becomes "$music" "local:done=3"
}

any_file_can_be_analysed_without_a_trace() {
    _wav "$scratch/query.wav" 440 1
    _ask indexer.analyse "{\"path\": \"$scratch/query.wav\"}" >"$scratch/heard" || fail "$(cat "$scratch/heard")"
    same wav "$(field found.container <"$scratch/heard")"
    same done "$(field found.state <"$scratch/heard")"
    same "" "$(_items "$scratch/query.wav")"
    _ask indexer.analyse '{"path": "/dev/zero"}' >"$scratch/heard" && fail "/dev/zero was analysed"
    contains "$(cat "$scratch/heard")" "not a regular file"
}

# Whatever the file: it is the only one under way when its workers are killed.
a_worker_that_hangs_is_replaced() {
    local music=$scratch/hang indexer worker; indexer=$(_pid indexer)
    read -r worker _ <"/proc/$indexer/task/$indexer/children" && kill -STOP "$worker"
    _wav "$music/a.wav" 1410; _wav "$music/b.wav" 1420
    _add "$music"
    _becomes "$music" "local:done=2"
    same "$indexer" "$(_pid indexer)"
}

# 80 files of one sound: each is known again by its name, and none becomes a new item.
many_copies_moved_at_once_to_another_library_stay_themselves() {
    local from=$scratch/eighty to=$scratch/elsewhere-eighty i
    _names() { _items "$1" | sed 's| [^ ]*/| |' | awk '{ print $3, $4 }'; }
    _wav "$from/copy-0.wav" 440
    for i in {1..79}; do cp "$from/copy-0.wav" "$from/copy-$i.wav"; done
    mkdir -p "$to"
    _add "$from"; _add "$to"
    _becomes "$from" "local:done=80"
    _names "$from" >"$scratch/names"
    mv "$from"/* "$to"
    _becomes "$to" "local:done=80"
    _becomes "$from" ""
    same "$(cat "$scratch/names")" "$(_names "$to")"
}

# Remove one library while its copy is added: the copies' facts leave with the last item that has them.
_bare() { loophole search "" --limit 5000 --json | grep -F "\"$1/" | grep '"analysis":"done"' | grep -vc '"peak_dbfs"'; }
no_item_is_done_without_facts_when_its_twins_leave() {
    local from=$scratch/twins-a to=$scratch/twins-b i adding
    for i in $(seq 150); do _wav "$from/$i.wav" $((200 + i)) 0.2; done
    cp -r "$from" "$to"
    _add "$from"
    for i in 1 2 3 4; do
        _ask indexer.add_library "{\"path\": \"$to\"}" >/dev/null & adding=$!
        _ask indexer.remove_library "{\"path\": \"$from\"}" >/dev/null || fail "it cannot be removed"
        wait $adding
        _idle
        _becomes "$to" "local:done=150"
        same 0 "$(_bare "$to")" "in turn $i"
        set -- "$from" "$to"; to=$1 from=$2
    done
    loophole store check >"$scratch/check" || fail "$(tail -n 3 "$scratch/check")"
}

# Copies, a second look while they are heard: each is heard once, and counted once.
many_copies_of_one_sound_are_each_counted_once() {
    local music=$scratch/many-copies i
    _wav "$scratch/many.wav" 610
    mkdir -p "$music"
    for i in $(seq 2000); do cp "$scratch/many.wav" "$music/$i.wav"; done
    local before; before=$(_ask indexer.progress | field files)
    _ask indexer.add_library "{\"path\": \"$music\"}" >/dev/null || fail "not added"
    for i in 1 2 3; do _ask indexer.rescan "{\"path\": \"$music\"}" >/dev/null; done
    _idle
    _becomes "$music" "local:done=2000"
    same "$((before + 2000))" "$(_counts files)"; same 0 "$(_counts waiting)"
    _ask indexer.remove_library "{\"path\": \"$music\"}" >/dev/null || fail "it cannot be removed"
}

the_indexer_killed_in_the_middle_goes_on_where_it_was() {
    local music=$scratch/killed i
    for i in $(seq 1 60); do _wav "$music/$((i % 7))/$i.wav" 15$((10 + i)) 1; done
    _ask indexer.add_library "{\"path\": \"$music\"}" >/dev/null
    for i in 1 2 3; do
        sleep 0.2
        _kill_indexer
    done
    _idle
    _becomes "$music" "local:done=60"
}

# A network share whose server is gone, or a file system that hangs, is anywhere in the mount table.
a_dead_mount_hides_no_other_volume() {
    local dead=$scratch/dead stall
    [ -w /dev/fuse ] || skip "/dev/fuse is not there for this user"
    mkdir -p "$dead" "$scratch/under"
    "$build/tests/faults/stall" "$scratch/under" "$dead" & stall=$!
    until_true 10 mountpoint -q "$dead"
    kill -USR2 $stall # from now on it answers nobody
    (a_library_follows_its_volume_to_another_mount)
    local code=$?
    kill -KILL $stall; umount -l "$dead"
    [ $code = 0 ] || fail "the dead mount was waited for"
}

a_library_follows_its_volume_to_another_mount() {
    local first=$scratch/mount1 second=$scratch/mount2
    mkdir -p "$first" "$second"
    mount -t tmpfs loophole-test "$first" 2>/dev/null || skip "mounting is not permitted"
    trap 'umount "$first" "$second" 2>/dev/null' EXIT
    echo "studio samples" >"$first/.loophole-volume"
    _wav "$first/a.wav" 1750; _wav "$first/b/b.wav" 1760
    _add "$first"
    _becomes "$first" "external_online:done=2"
    local id; id=$(_id_of "$first/a.wav")
    mount --move "$first" "$second" 2>/dev/null || { mount --bind "$first" "$second" && umount "$first"; }
    _rescan "$first"
    _becomes "$second" "external_online:done=2"
    same "$id" "$(_id_of "$second/a.wav")"
    umount "$second"
    _is_away() { _items "" | grep -q "^external_offline done $1"; }
    until_true 60 _is_away "$id"
}

without_watches_it_says_so_and_goes_on() {
    local music=$scratch/unwatched
    _wav "$music/a/a.wav" 1700; _wav "$music/b/b.wav" 1710
    export LOOPHOLE_HOME=$scratch/home2; mkdir -p "$LOOPHOLE_HOME"
    unshare -Ur bash -c 'echo 1 >/proc/sys/user/max_inotify_watches' 2>/dev/null || skip "user namespaces are not permitted"
    unshare -Ur bash -c 'echo 1 >/proc/sys/user/max_inotify_watches; loophole up' >"$scratch/up2.log" 2>&1 ||
        fail "$(cat "$scratch/up2.log")"
    _add "$music"
    _becomes "$music" "local:done=2"
    contains "$(_ask indexer.status | field alarm)" "no inotify watches are left"
    _wav "$music/b/c.wav" 1720
    _rescan "$music"
    _becomes "$music" "local:done=3"
}

a_removed_library_takes_its_items_along_and_no_file() {
    local music=$scratch/removed
    _wav "$music/a.wav" 1600
    _add "$music"
    _ask indexer.remove_library "{\"path\": \"$music\"}" >"$scratch/removal" || fail "$(cat "$scratch/removal")"
    _becomes "$music" ""
    [ -f "$music/a.wav" ] || fail "the file is gone"
    _ask indexer.remove_library "{\"path\": \"$music\"}" >"$scratch/removal"
    same not_found "$(field error <"$scratch/removal")"
}

mkdir -p "$LOOPHOLE_HOME/config"
printf '[indexer]\ndeadline_s = 20\n' >"$LOOPHOLE_HOME/config/loophole.conf"
_pid() { pid_of "$1"; }
_kill_indexer() { kill -KILL "$(_pid indexer)"; wait_ready indexer; }
engine_up
run_claims "$@"
