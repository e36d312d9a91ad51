#!/bin/bash
# Which copy `loophole duplicates` suggests to keep, with any number of copies.
. "$(dirname "$0")/../lib.sh"

_groups() { loophole duplicates "$@" --json; }
_is_away() { _groups name:kick | grep -q '"state":"missing"'; }
_tone() { sox -V1 -D -n -r 44100 -b 16 "$1" synth 0.6 pluck "${2:-C3}" gain -3; }

# A kit of one sound with typical copies: one with a later date, one in a folder of backups, one resampled to a higher
# rate, and one with lossy coding.
_copies() {
    [ -d "$scratch/kit" ] && return
    mkdir -p "$scratch/kit/drums" "$scratch/kit/old backup"
    _tone "$scratch/kit/drums/kick.wav" || fail "sox is missing"
    cp "$scratch/kit/drums/kick.wav" "$scratch/kit/kick.wav"
    cp -p "$scratch/kit/drums/kick.wav" "$scratch/kit/old backup/kick.wav"
    sox -V1 -D "$scratch/kit/drums/kick.wav" -b 24 -r 48000 "$scratch/kit/kick48.wav" rate -h
    lame --quiet -b 160 "$scratch/kit/drums/kick.wav" "$scratch/kit/kick.mp3"
    touch -d '2001-01-01' "$scratch/kit/drums/kick.wav" "$scratch/kit/kick.mp3"
    touch -d '2000-01-01' "$scratch/kit/old backup/kick.wav"
    engine_up
    loophole index "$scratch/kit" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
}

the_original_is_kept_and_the_reason_is_printed() {
    _copies
    local kit=$scratch/kit
    same "$kit/drums/kick.wav" "$(_groups --kind same_file | field keep)"
    same age "$(_groups --kind same_file | field reason)"
    contains "$(loophole duplicates)" "keep: older"
    same 5 "$(_groups --kind same_sound | field count)"
    same "$kit/drums/kick.wav" "$(_groups --kind same_sound | field keep)" "of an upsampled copy, an older backup and an mp3"
    same folder "$(_groups --kind same_file 'path:drums or path:backup' | field reason)"
}

a_folder_shows_what_it_has_in_common_with_the_rest() {
    _copies
    same 0 "$(_groups 'path:backup' | wc -l)"
    same 3 "$(_groups --kind same_file --inside path:backup | field count)"
    same 0 "$(_groups --inside name:nothing | wc -l)"
    same 1 "$(loophole ask search.duplicates kind=same_file inside=path:backup | field total)"
    contains "$(refused loophole duplicates --inside 'bmp:3')" 'did you mean bpm'
}

# Two hits of one drum that differ a little, side by side.
layers_of_a_kit_are_marked() {
    _copies
    mkdir -p "$scratch/layers"
    _tone "$scratch/layers/hard.wav" F2
    sox -V1 -D "$scratch/layers/hard.wav" "$scratch/layers/med.wav" gain -4
    loophole index "$scratch/layers" --wait >/dev/null 2>&1
    same true "$(_groups --kind same_sound path:layers | field layers)"
    contains "$(loophole duplicates path:layers)" "may be layers"
    same false "$(_groups --kind same_file | field layers)"
}

what_can_be_freed_is_summed_once() {
    _copies
    local size; size=$(stat -c %s "$scratch/kit/kick.wav")
    same $((2 * size)) "$(loophole ask search.duplicates kind=same_file | field free)"
    same $((2 * size + $(stat -c %s "$scratch/kit/kick48.wav") + $(stat -c %s "$scratch/kit/kick.mp3"))) \
        "$(loophole ask search.duplicates query=path:kit | field free)"
    contains "$(loophole duplicates --kind same_file path:kit)" $'\n1 group, '
    contains "$(loophole duplicates path:kit)" $'\n2 groups, '
}

a_copy_that_is_gone_is_marked_and_never_kept() {
    _copies
    local left=$scratch/kit/kick.wav
    rm "$scratch/kit/drums/kick.wav" "$scratch/kit/old backup/kick.wav"
    until_true 60 _is_away
    same "$left" "$(_groups --kind same_file | field keep)"
    same only_one_here "$(_groups --kind same_file | field reason)"
    same 0 "$(_groups --kind same_file | field free)"
    same 2 "$(loophole duplicates --kind same_file | grep -c '^  missing')"
    same "$left" "$(_groups --kind same_sound | field keep)"
    same 0 "$(_groups --kind same_file -is:missing | wc -l)"
}

# Before the catalogue has the files: the indexer is stopped.
a_copy_that_goes_unnoticed_is_not_named_as_the_one_to_keep() {
    _copies
    local pid; pid=$(pid_of indexer)
    mkdir -p "$scratch/unseen"
    _tone "$scratch/unseen/first.wav" A2; cp "$scratch/unseen/first.wav" "$scratch/unseen/second.wav"
    touch -d '2001-01-01' "$scratch/unseen/first.wav"
    loophole index "$scratch/unseen" --wait >/dev/null 2>&1
    same "$scratch/unseen/first.wav" "$(_groups path:unseen | field keep)"
    kill -STOP "$pid"
    rm "$scratch/unseen/first.wav"
    _groups path:unseen >"$scratch/out" 2>"$scratch/err"
    loophole duplicates path:unseen >"$scratch/text" 2>/dev/null
    kill -CONT "$pid" 2>/dev/null # the supervisor may have replaced it, because it looked like a hang
    if grep -q '"state":"missing"' "$scratch/out"; then return; fi
    same "" "$(field keep <"$scratch/out")"
    contains "$(cat "$scratch/err")" "before you remove anything"
    contains "$(cat "$scratch/text")" "  gone "
}

# A sound has many more copies than a page has room for. Each is shown once, and the suggestion is the best of all
# copies.
many_copies_are_paged() {
    local home=$LOOPHOLE_HOME
    export LOOPHOLE_HOME=$scratch/home-many
    engine_up
    for many in $(how_often "4500" "4500 18000 100000"); do
        rm -rf "$scratch/many"; mkdir -p "$scratch/many"
        for note in C3 E3 G3; do _tone "$scratch/many/$note.wav" "$note"; done
        [ "$many" = 4500 ] || { engine_down; rm -rf "$LOOPHOLE_HOME"; mkdir -p "$LOOPHOLE_HOME"; engine_up; }
        loophole index "$scratch/many" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
        python "$top/tests/service/copies.py" "$many" || fail "$many copies"
    done
    engine_down
    export LOOPHOLE_HOME=$home
}

run_claims "$@"
