#!/bin/bash
# complaints.sh: frequent complaints of users of other programs, tried here on real sounds. tests/faults/hostile.sh
# tests the effects of one bad file; tests/service/indexer_test.py tests a library on another mount.
. "$(dirname "$0")/../lib.sh"

_drive() {
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$top/tests:$top/tests/faults:$top/tests/service \
        /usr/bin/python3 "$top/tests/service/complaints.py" "$@" 2>&1 && return
    tail -n 20 "$LOOPHOLE_HOME/data/log/indexer.log"
    fail "see above"
}
_again() { engine_down; engine_up; wait_ready indexer; wait_ready search; }
_end_first() { umount "$scratch/studio" 2>/dev/null || umount --lazy "$scratch/studio" 2>/dev/null; }

a_mount_that_is_away_purges_nothing() {
    local disk=$scratch/disk mount=$scratch/studio
    mkdir "$disk" "$mount"
    echo "studio samples" >"$disk/.loophole-volume"
    mount --bind "$disk" "$mount" 2>/dev/null || skip "mounting is not permitted"
    _drive fill "$mount" 20
    _drive holds "$mount" external_online
    umount "$mount"
    _drive rescan "$mount"
    _drive holds "$mount" external_offline
    _again # with the mount away from the start
    _drive rescan "$mount"
    _drive holds "$mount" external_offline
    mount --bind "$disk" "$mount" || fail "mounting is not permitted any more"
    _drive rescan "$mount"
    _drive holds "$mount" external_online 0
    umount "$mount"
}

an_empty_mount_point_purges_nothing() {
    local music=$scratch/empty
    _drive fill "$music" 20 20
    mv "$music" "$scratch/away"; mkdir "$music"
    _drive rescan "$music"
    _drive holds "$music" external_offline
    _again
    _drive holds "$music" external_offline
    rmdir "$music"; mv "$scratch/away" "$music"
    _drive rescan "$music"
    _drive holds "$music" local 0
}

files_moved_while_nobody_looked_keep_id_tags_and_analysis() {
    local music=$scratch/moves
    _drive fill "$music" 15 40
    engine_down
    mkdir -p "$music/new/place"
    mv "$music/a/b" "$music/new/place/c"; _drive moved "$music" a/b/ new/place/c/
    mv "$music/a" "$music/renamed"; _drive moved "$music" a/ renamed/
    engine_up
    _drive holds "$music" local 0
}

files_copied_elsewhere_and_deleted_keep_id_tags_and_analysis() {
    local music=$scratch/copied
    _drive fill "$music" 9 60
    engine_down
    cp -r "$music/a" "$music/copy"; rm -r "$music/a"; _drive moved "$music" a/ copy/
    engine_up
    _drive holds "$music" local
}

copies_of_one_file_that_move_together_lose_neither_files_nor_tags() {
    local music=$scratch/twins
    _drive twins "$music" 60
    engine_down
    cp -r "$music/old" "$music/new"; rm -r "$music/old"
    engine_up
    _drive reunited "$music" 60
}

a_new_analyser_never_overwrites_what_a_person_said() {
    local music=$scratch/corrected
    [ -x "$build/tests/faults/stand_in" ] || skip "no stand-in worker in this build"
    _drive fill "$music" 12 80
    mkdir "$scratch/bin"
    cp "$build"/bin/loophole* "$scratch/bin/"
    rm "$scratch/bin/loophole-worker" # a worker has no environment, so a script sets its settings
    printf '#!/bin/sh\nexport STAND_IN_ANALYSER=$(cat "%s/analyser") STAND_IN_BPM=$(cat "%s/bpm")\nexec "%s"\n' \
        "$scratch" "$scratch" "$build/tests/faults/stand_in" >"$scratch/bin/loophole-worker"
    chmod +x "$scratch/bin/loophole-worker"
    engine_down
    echo 900 >"$scratch/analyser"; echo 133 >"$scratch/bpm"
    ( PATH=$scratch/bin:$PATH; engine_up )
    _drive rescan "$music"
    _drive heard "$music" 900 133
    engine_down # after a step back to an older analyser, the engine reports nothing
    echo 800 >"$scratch/analyser"; echo 50 >"$scratch/bpm"
    ( PATH=$scratch/bin:$PATH; engine_up )
    _drive rescan "$music"
    _drive heard "$music" 900 133
    _again
}

a_restart_hears_nothing_again() {
    local music=$scratch/restart
    _drive fill "$music" 12 100
    _again
    _drive rescan "$music"
    _drive holds "$music" local 0
}

a_big_scan_does_not_hold_up_searches_and_edits() {
    _drive fill "$scratch/big.small" 10 120
    _drive busy "$scratch/big"
}

engine_up
run_claims "$@"
