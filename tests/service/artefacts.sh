#!/bin/bash
# Artefacts whose files are gone or changed: they are made again by themselves, and nothing else changes.
. "$(dirname "$0")/../lib.sh"

_drive() { /usr/bin/python3 "$top/tests/service/indexer_drive.py" "$@"; }
_files() { echo "$LOOPHOLE_HOME/data/artefact"; }
_checks() { loophole store check --json >"$scratch/check" || fail "$(tail -n 3 "$scratch/check")"; tail -n 1 "$scratch/check"; }
_lost() { _checks | field artefact_files_lost; }
_is_whole() { [ "$(_lost)" = 0 ]; }
_wait_whole() { until_true 60 _is_whole; }
_head() { _drive ask persist.changes_since '{"revision": 0, "limit": 1}' | field head; }
_shows() { loophole artefact "$1" waveform 2>&1; }
_gives() { loophole artefact "$1" waveform >/dev/null 2>&1; }
_task() { loophole tasks | grep -q "Making artefacts again"; }
_workers() { # SIGNAL
    local indexer; indexer=$(pid_of indexer)
    for worker in $(cat "/proc/$indexer/task/$indexer/children"); do kill "-$1" "$worker"; done
}
# A sound with a waveform of more than 1 KB.
_library() {
    [ -d "$scratch/sounds" ] && return
    mkdir -p "$scratch/sounds"
    for i in 1 2 3 4 5 6; do _drive wav "$scratch/sounds/tone $i.wav" "$((i * 130))" 2; done
    engine_up
    loophole index "$scratch/sounds" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
    _gives "$scratch/sounds/tone 1.wav" || fail "there is no waveform"
}

a_deleted_folder_is_made_again_and_no_item_changes() {
    _library
    local before; before=$(_head)
    _workers STOP
    rm -r "$(_files)"
    contains "$(_shows "$scratch/sounds/tone 1.wav")" "is being made again"
    until_true 60 _task
    _workers CONT
    until_true 60 _gives "$scratch/sounds/tone 1.wav"
    _wait_whole
    same "$before" "$(_head)" "the change log grew"
}

a_cut_and_a_changed_file_are_no_damage() {
    _library
    local files; mapfile -t files < <(find "$(_files)" -type f | sort)
    truncate -s 7 "${files[0]}"
    printf 'X' | dd of="${files[1]}" bs=1 seek=9 conv=notrunc status=none
    loophole store check >"$scratch/said" || fail "$(cat "$scratch/said")"
    contains "$(cat "$scratch/said")" "2 of ${#files[@]} artefact files are lost or changed. This is no damage"
    contains "$(cat "$scratch/said")" " 0 problems"
    _wait_whole
}

what_was_lost_while_the_engine_was_down_is_made_again() {
    _library
    local files; mapfile -t files < <(find "$(_files)" -type f | sort)
    engine_down
    rm "${files[0]}"
    truncate -s +1 "${files[1]}"
    engine_up
    _there() { [ -f "${files[0]}" ]; }
    until_true 60 _there
    _wait_whole
}

an_offline_item_says_that_its_artefact_waits() {
    _library
    mv "$scratch/sounds" "$scratch/away"
    loophole library rescan --wait >/dev/null 2>&1
    local id before; id=$(loophole search "tone 1" --limit 1 --json | field id); before=$(_head)
    rm -r "$(_files)"
    contains "$(_shows "$id")" "artefact waits: offline"
    contains "$(loophole show "$id")" "artefact waits: offline"
    loophole search "tone 1" --limit 1 --json | grep -q '"peak_dbfs"' || fail "its facts are gone"
    same "$before" "$(_head)"
    mv "$scratch/away" "$scratch/sounds"
    loophole library rescan --wait >/dev/null 2>&1
    until_true 60 _gives "$id"
    _wait_whole
}

# The survey that finds it cannot have it made again; later ones, which read only what changed since, still find it.
a_changed_file_of_an_offline_item_is_found_again_later() {
    _library
    local files; mapfile -t files < <(find "$(_files)" -type f | sort)
    mv "$scratch/sounds" "$scratch/away"
    loophole library rescan --wait >/dev/null 2>&1
    printf 'Y' | dd of="${files[1]}" bs=1 seek=9 conv=notrunc status=none
    _look() { _drive ask indexer.remake '{}' >/dev/null; }
    _waiting() { grep -c "1 wait for a drive that is away" "$LOOPHOLE_HOME/data/log/indexer.log"; }
    _is_older() { _look; [ "$(date +%s)" -gt "$(($(stat -c %Z "${files[1]}") + 3))" ]; } # than what a survey reads
    until_true 60 _is_older
    local was; was=$(_waiting)
    _found_more() { _look; [ "$(_waiting)" -gt "$((was + 2))" ]; }
    until_true 60 _found_more
    mv "$scratch/away" "$scratch/sounds"
    loophole library rescan --wait >/dev/null 2>&1
    _wait_whole
}

duplicates_say_which_prints_they_could_not_read() {
    _library
    mkdir -p "$scratch/sounds/again"
    _drive wav "$scratch/sounds/again/same tone.wav" 390 2.01
    loophole index "$scratch/sounds" --wait >/dev/null 2>&1
    local before; before=$(loophole duplicates --json | md5sum)
    _workers STOP
    rm -r "$(_files)"
    until_true 60 sh -c 'loophole search tone >/dev/null'
    contains "$(loophole duplicates "tone " 2>&1)" "could not be compared: prints are being made again"
    _workers CONT
    _wait_whole
    _same_again() { [ "$before" = "$(loophole duplicates --json | md5sum)" ]; }
    until_true 60 _same_again
}

persist_and_indexer_killed_in_the_middle_go_on() {
    _library
    local n
    for n in $(how_often "1 2" "1 2 3 4 5 6 7 8 9"); do
        _workers STOP
        rm -r "$(_files)"
        _shows "$scratch/sounds/tone 3.wav" >/dev/null
        until_true 60 _task
        kill -KILL "$(pid_of persist)" "$(pid_of indexer)"
        wait_ready persist; wait_ready indexer
    done
    _wait_whole
}

a_restore_says_what_is_made_again_and_makes_it() {
    _library
    loophole backup "$scratch/backup" >/dev/null || fail "no backup"
    engine_down
    export LOOPHOLE_HOME=$scratch/home-elsewhere
    mkdir -p "$LOOPHOLE_HOME"
    contains "$(loophole restore "$scratch/backup")" "will be made again"
    engine_up
    until_true 60 _gives "$scratch/sounds/tone 2.wav"
    _wait_whole
}

run_claims "$@"
