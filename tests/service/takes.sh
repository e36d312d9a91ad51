#!/bin/bash
# The catalogue's view of a recording before, during and after it.
. "$(dirname "$0")/../lib.sh"

_engine() {
    [ -d "$scratch/takes" ] && return
    mkdir -p "$scratch/takes"
    engine_up
    loophole library add "$scratch/takes" --wait >/dev/null || fail "no library"
}
_folder() { loophole library list --json | field id; }
_reserve_file() { # BASE64
    loophole ask persist.reserve "folder=$(_folder)" "file=$1" sample_format=float bit_depth=32 sample_rate=48000 \
        channels=2 --json
}
_reserve() { _reserve_file "$(printf %s "$1.wav" | base64)" | field id; } # NAME: an id
_record() { sox -n -r 48000 -c 2 -e floating-point -b 32 "$scratch/takes/$1.wav" synth 0.5 sine "${2:-440}"; }
_end_take() { # ID LIFECYCLE NAME
    loophole ask persist.end_take "id=$1" "lifecycle=$2" frames=24000 "size=$(stat -c %s "$scratch/takes/$3.wav")" \
        "mtime=$(($(stat -c %.6Y "$scratch/takes/$3.wav" | tr -d .)))" --json
}
_state_of() { loophole show "$1" --json | field analysis; }
_is_analysed() { [ "$(_state_of "$1")" = done ]; }

a_take_is_no_sound_before_it_has_ended() {
    _engine
    local id; id=$(_reserve one)
    _record one
    loophole library rescan --wait >/dev/null
    same none "$(_state_of "$id")"
    same pending "$(loophole show "$id" --json | field lifecycle)"
    same recorded "$(loophole show "$id" --json | field origin)"
    same "" "$(loophole search one --json)"
    same "$id" "$(loophole search is:pending --json | field id)"
    _end_take "$id" final one >/dev/null
    loophole library rescan --wait >/dev/null
    until_true 30 _is_analysed "$id"
    same "$id" "$(loophole search one --json | field id)"
    same final "$(loophole show "$id" --json | field lifecycle)"
}

what_was_given_up_is_kept_and_never_heard() {
    _engine
    local id; id=$(_reserve two)
    _record two 220
    _end_take "$id" abandoned two >/dev/null
    loophole library rescan --wait >/dev/null
    same none "$(_state_of "$id")"
    same "" "$(loophole search two --json)"
    same "$id" "$(loophole search is:abandoned --json | field id)"
    contains "$(refused _end_take "$id" final two)" "already ended in another way"
}

an_end_told_again_changes_nothing() {
    _engine
    local id first; id=$(_reserve three)
    _record three 330
    _end_take "$id" final three >/dev/null
    until_true 60 eval '[ "$(loophole show "$id" --json | field analysis)" = done ]' # this is a change as well
    first=$(_end_take "$id" final three | field revision)
    same "$first" "$(_end_take "$id" final three | field revision)"
    contains "$(refused _end_take "$id" pending three)" "final or abandoned only"
}

a_place_that_is_taken_is_refused() {
    _engine
    _reserve four >/dev/null
    contains "$(refused _reserve_file "$(printf four.wav | base64)")" "has that place"
    contains "$(refused _reserve_file "$(printf .. | base64)")" "must not be empty"
}

_end_as_flac() { # ID NAME CONTENT
    loophole ask persist.end_take "id=$1" lifecycle=final frames=24000 "size=$(stat -c %s "$scratch/takes/$2.flac")" \
        "mtime=$(($(stat -c %.6Y "$scratch/takes/$2.flac" | tr -d .)))" first=-7 latency=768 \
        "encoded.file=$(printf '%s.flac' "$2" | base64)" encoded.container=flac encoded.sample_format=flac \
        encoded.bit_depth=24 "encoded.content=$(printf %s "$3" | base64)" --json
}

a_take_may_become_another_file_whose_name_was_kept_for_it() {
    _engine
    local id; id=$(_reserve five)
    _record five 550
    sox "$scratch/takes/five.wav" -b 24 "$scratch/takes/five.flac" 2>/dev/null
    loophole library rescan --wait >/dev/null
    same "$id" "$(loophole search five --json | field id each)$(loophole search is:pending --json | grep five | field id)" \
        "the FLAC was taken for a sound"
    contains "$(refused _end_as_flac "$id" five short)" "a content has 16 bytes"
    sox "$scratch/takes/five.wav" -b 24 "$scratch/takes/other.flac" 2>/dev/null
    loophole library rescan --wait >/dev/null
    contains "$(refused _end_as_flac "$id" other 0123456789abcdef)" "has that place"
    rm "$scratch/takes/five.wav"
    loophole library rescan --wait >/dev/null # its item is missed, and is there again
    _end_as_flac "$id" five 0123456789abcdef >/dev/null || fail "not ended"
    same local "$(loophole show "$id" --json | field availability)"
    _end_as_flac "$id" five 0123456789abcdef >/dev/null || fail "the repeated ask is refused"
    same "final flac flac 24 -7 768 $scratch/takes/five.flac" "$(for key in lifecycle container sample_format bit_depth first \
        latency path; do loophole show "$id" --json | field $key; done | xargs)"
    loophole library rescan --wait >/dev/null
    until_true 30 _is_analysed "$id"
    same "$id" "$(loophole search five --json | field id each)"
    contains "$(refused _reserve_file "$(printf five.wav | base64)")" "has that place" # the take may become that file
}

run_claims "$@"
