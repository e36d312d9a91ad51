#!/bin/bash
# Files that are missing or truncated: the question before very many are marked, the marks, and the counts.
. "$(dirname "$0")/../lib.sh"

_library() { # 40 files in two folders, made by the first claim
    [ -d "$scratch/music" ] && return
    local i; mkdir -p "$scratch/music/a" "$scratch/music/b"
    for i in $(seq 10 29); do
        sox -V1 -D -n -r 44100 -b 16 "$scratch/music/a/tone$i.wav" synth 0.2 sine $((i * 40)) || fail "sox is missing"
        sox -V1 -D -n -r 44100 -b 16 "$scratch/music/b/buzz$i.wav" synth 0.2 sawtooth $((i * 40))
    done
    engine_up
    loophole index "$scratch/music" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
}
_asks() { loophole library list --json | field asks.missing; }
_asks_about() { [ "$(_asks)" = "$1" ]; }
_missing() { loophole ask search.query query=is:missing limit=0 | field total; }
_missing_are() { [ "$(_missing)" = "$1" ]; }
_command="loophole library rescan $scratch/music --accept-missing"

many_that_are_gone_are_asked_about_wherever_a_person_looks() {
    _library
    timeout 60 loophole events indexer.asks --limit 1 --json >"$scratch/event" 2>/dev/null &
    mv "$scratch/music/a" "$scratch/away"
    until_true 60 _asks_about 20
    contains "$(loophole library list)" "20 of 40 files in $scratch/music are not found"
    contains "$(loophole library list)" "$_command"
    contains "$(loophole library list)" "None is marked missing before you answer"
    contains "$(loophole summary)" "$_command"
    contains "$(loophole search is:missing)" "$_command"
    contains "$(loophole status)" "20 of 40 files of $scratch/music are gone"
    contains "$(loophole doctor)" "-> $_command"
    wait
    contains "$(cat "$scratch/event")" '"missing":20'
    same 0 "$(_missing)"
}

the_question_survives_a_kill_of_the_indexer() {
    _library
    [ -d "$scratch/away" ] || { mv "$scratch/music/a" "$scratch/away"; until_true 60 _asks_about 20; }
    local pid; pid=$(pid_of indexer)
    kill -KILL "$pid"
    until_true 60 _asks_about 20
    differ "$pid" "$(pid_of indexer)"
}

the_question_goes_when_the_files_return() {
    _library
    [ -d "$scratch/away" ] || { mv "$scratch/music/a" "$scratch/away"; until_true 60 _asks_about 20; }
    mv "$scratch/away/tone10.wav" "$scratch/"
    mv "$scratch/away" "$scratch/music/a"
    until_true 60 _asks_about ""
    mv "$scratch/tone10.wav" "$scratch/music/a/"
    until_true 60 _missing_are 0
    case $(loophole doctor) in *"$_command"*) fail "doctor still asks" ;; esac
    case $(loophole status) in *"are gone"*) fail "status still asks" ;; esac
}

_offline_are() { [ "$(loophole ask search.query query=is:offline limit=0 | field total)" = "$1" ]; }
over_half_are_offline_and_the_question_says_so() {
    _library
    mkdir "$scratch/most"
    engine_down # one scan finds all of them
    mv "$scratch/music/a" "$scratch/music"/b/buzz1*.wav "$scratch/most/"
    engine_up
    until_true 60 _asks_about 30
    until_true 60 _offline_are 30
    contains "$(loophole library list)" "That is over half: they are marked offline"
    contains "$(loophole doctor)" "30 of 40 files of $scratch/music are gone and marked offline"
    mv "$scratch"/most/buzz* "$scratch/music/b/"
    mv "$scratch/most/a" "$scratch/music/a"
    until_true 60 _asks_about ""
    until_true 60 _offline_are 0
}

an_answered_question_goes_and_what_is_missing_is_marked_in_every_list() {
    _library
    mv "$scratch/music/a" "$scratch/away"
    until_true 60 _asks_about 20
    $_command || fail "rescan failed"
    until_true 60 _missing_are 20
    until_true 60 _asks_about ""
    contains "$(loophole summary)" "missing  20"
    same 20 "$(loophole search tone --limit 100 | grep -c ' missing$')"
    same missing "$(loophole search tone --limit 1 --json | field availability)"
    [ "$(loophole search tone --limit 1 --json | field missing_since_us)" -gt 0 ] || fail "no time"
    contains "$(loophole similar "$(loophole search tone --limit 1 --json | field id)" --limit 10)" " missing"
    contains "$(loophole map)" "20 of them missing"
    same 20 "$(loophole map --json | grep -c '"missing":true')"
}

an_item_whose_folder_is_gone_is_still_named_by_its_path() {
    local id
    _library
    mkdir -p "$scratch/music/c/d"
    cp "$scratch/music/b/buzz12.wav" "$scratch/music/c/d/deep.wav"
    loophole index "$scratch/music" --wait >/dev/null
    id=$(loophole show "$scratch/music/c/d/deep.wav" --json | field id)
    rm -r "$scratch/music/c"
    same "$id" "$(loophole show "$scratch/music/c/d/deep.wav" --json | field id)"
    same "$id" "$(cd "$scratch/music" && loophole show ./c/d/deep.wav --json | field id)"
    holds loophole tag "$scratch/music/c/d/deep.wav" +kept
    contains "$(refused loophole show "$scratch/music/c/d/other.wav")" "no such media item"
    contains "$(refused loophole show "$scratch/music/c/../b/other.wav")" "neither an id nor a path"
}

_truncated_are() { [ "$(loophole ask search.query query=is:truncated limit=0 | field total)" = "$1" ]; }

# A copy of a known file is recognised by its content and not decoded; a touched file is hashed again.
a_file_that_is_cut_short_is_found_counted_and_named() {
    _library
    local cut=$scratch/cut
    mkdir -p "$cut"
    sox -V1 -D -n -r 44100 -b 16 "$cut/whole.flac" synth 5 pinknoise
    sox -V1 -D -n -r 44100 -b 16 "$cut/short.wav" synth 2 brownnoise
    truncate -s $(($(stat -c %s "$cut/whole.flac") / 3)) "$cut/whole.flac"
    truncate -s 100000 "$cut/short.wav"
    loophole index "$cut" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
    until_true 60 _truncated_are 2
    contains "$(loophole summary)" "truncated 2"
    contains "$(loophole summary)" "$cut/whole.flac: "
    contains "$(loophole show "$cut/whole.flac")" "of 220500 frames"
    cp "$cut/whole.flac" "$cut/copy.flac"
    until_true 60 _truncated_are 3
    touch "$cut/whole.flac" "$cut/short.wav"
    loophole index "$cut" --wait >/dev/null 2>&1
    until_true 60 _truncated_are 3
    sox -V1 -D -n -r 44100 -b 16 "$cut/short.wav" synth 2 brownnoise
    until_true 60 _truncated_are 2
}

run_claims "$@"
