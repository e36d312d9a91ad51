#!/bin/bash
# Recording on a running sound core: what a JACK client plays into it is compared frame by frame with the take.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/takes.sh"
takes=$LOOPHOLE_HOME/data/recordings

_is_forgotten() { ! loophole ask audio.ports | grep -q "$1"; }

what_comes_in_is_in_the_file_frame_by_frame() {
    _engine_anew
    local lost id told; lost=$(_lost); id=$(_start --name first)
    _wait_frames "$id" 96000
    told=$(loophole record stop --json)
    same "final $id" "$(field state <<<"$told") $(field id <<<"$told")" "$told"
    _is_whole "$takes/first.wav" "$lost" "$(field lost <<<"$told")"
    same "$(field frames <<<"$told")" "$(_read "$takes/first.wav" | field frames)"
    same "$(stat -c %s "$takes/first.wav")" "$(field size <<<"$told")"
    same "final recorded float 48000 2" "$(for key in lifecycle origin sample_format sample_rate channels; do
        loophole show "$id" --json | field $key; done | xargs)"
    until_true 60 _is_analysed "$id"
    _end_engine
}

a_take_of_so_many_seconds_ends_by_itself_to_the_frame() {
    _engine_anew
    local lost id; lost=$(_lost); id=$(_start --name short --seconds 2)
    until_true 60 _is "$id" final
    same 96000 "$(_read "$takes/short.wav" | field frames)"
    _end_engine
}

a_take_lies_where_it_was_heard() {
    _engine_anew '[recording]\nlatency_frames = 1000\n'
    local one two
    one=$(loophole record start --inputs "$inputs" --name one --seconds 1 --json)
    until_true 60 _is "$(field id <<<"$one")" final
    two=$(loophole record start --inputs "$inputs" --name two --seconds 1 --json)
    until_true 60 _is "$(field id <<<"$two")" final
    same "1000 1000" "$(field latency <<<"$one") $(field latency <<<"$two")"
    same "$(field first <<<"$one")" "$(_read "$takes/one.wav" | field began)"
    local clock; clock=$(($(field first <<<"$two") - $(field first <<<"$one")))
    same $((clock % 8388607)) $((($(_read "$takes/two.wav" | field first) - $(_read "$takes/one.wav" | field first) +
        8388607) % 8388607))
    printf '' >"$LOOPHOLE_HOME/config/loophole.conf"
    loophole restart streamer && wait_ready streamer
    one=$(loophole record start --inputs "$inputs" --name three --seconds 1 --json)
    same "$(loophole ask audio.server | /usr/bin/python3 -c 'import json, sys
s = json.load(sys.stdin); print(s["latency_in"] + s["latency_out"])')" "$(field latency <<<"$one")"
    until_true 60 _is "$(field id <<<"$one")" final
    _end_engine
}

a_take_is_neither_found_nor_analysed_while_it_runs() {
    _engine_anew
    local id; id=$(_start --name running)
    _wait_frames "$id" 48000
    loophole library rescan --wait >/dev/null
    same "pending none" "$(_lifecycle "$id") $(_analysis "$id")"
    same "" "$(loophole search running --json)"
    same "$id" "$(loophole search is:pending --json | field id)"
    contains "$(refused loophole record start --name second)" 'the take "running" is under way'
    loophole record stop >/dev/null || fail "not stopped"
    until_true 60 _is_analysed "$id"
    same "$id" "$(loophole search running --json | field id)"
    contains "$(refused loophole record stop)" "no take is under way"
    _end_engine
}

what_is_given_up_is_kept_and_deleted_only_on_request() {
    _engine_anew
    local id told final; id=$(_start --name no)
    _wait_frames "$id" 4800
    told=$(loophole record cancel --json)
    same "abandoned $id" "$(field state <<<"$told") $(field id <<<"$told")" "$told"
    loophole library rescan --wait >/dev/null
    same "abandoned none" "$(_lifecycle "$id") $(_analysis "$id")"
    same "$(stat -c %s "$takes/no.wav")" "$(_take "$id" size)"
    contains "$(loophole record takes)" "given up"
    final=$(_start --name yes --seconds 1)
    until_true 60 _is "$final" final
    contains "$(refused loophole record delete "$final")" "is not an abandoned take"
    loophole record delete "$id" || fail "not deleted"
    same "" "$(loophole record takes)"
    [ ! -e "$takes/no.wav" ] || fail "its file is there"
    contains "$(refused loophole show "$id")" "no such media item"
    [ -e "$takes/yes.wav" ] || fail "another file is gone"
    _end_engine
}

what_is_given_up_is_deleted_at_once_where_the_setting_says_so() {
    _engine_anew '[recording]\ncancelled = delete\n'
    local id; id=$(_start --name never)
    _wait_frames "$id" 4800
    loophole record cancel >/dev/null || fail "not given up"
    [ ! -e "$takes/never.wav" ] || fail "its file is there"
    same "" "$(loophole record takes)"
    contains "$(refused loophole show "$id")" "no such media item"
    _end_engine
}

a_take_outlives_a_restart_and_is_final_after_an_orderly_end() {
    _engine_anew
    local id told; id=$(_start --name long)
    _wait_frames "$id" 4800
    loophole restart streamer && wait_ready streamer
    _wait_frames "$id" $(($(_take "$id" frames) + 4800))
    engine_down # before the player: silence would be no counter
    kill "$counting" && wait "$counting"
    engine_up
    same "$id final" "$(loophole recover --json | /usr/bin/python3 -c 'import json, sys
t = json.loads(sys.stdin.readline()); print(t["id"], t["state"])')"
    until_true 60 _is_analysed "$id"
    told=$(_read "$takes/long.wav")
    same "0 0" "$(field wrong <<<"$told") $(field back <<<"$told")" "$told"
    contains "$(loophole recover)" "final"
    engine_down
}

a_name_that_is_taken_gets_a_number() {
    _engine_anew
    local id
    id=$(_start --name same --seconds 1); until_true 60 _is "$id" final
    id=$(_start --name same --seconds 1); until_true 60 _is "$id" final
    same "$takes/same 2.wav" "$(loophole show "$id" --json | field path)"
    contains "$(refused loophole record start --name a/b)" "has no /"
    contains "$(refused loophole record start --inputs nobody:left)" "no such JACK port"
    until_true 30 _is_forgotten nobody
    echo theirs >"$takes/mine.wav"
    contains "$(refused loophole record start --name mine)" "cannot make the recording"
    same theirs "$(cat "$takes/mine.wav")"
    same "" "$(loophole record takes)"
    _end_engine
}

_in_ports() { loophole audio ports | grep -cE "^in_(left|right) .*count-"; }
_no_in_ports() { [ "$(_in_ports)" = 0 ]; }

what_a_take_connected_is_disconnected_after_it() {
    _engine_anew
    local id; id=$(_start --name first --seconds 1)
    contains "$(loophole audio ports)" "(take)"
    until_true 60 _is "$id" final
    until_true 60 _no_in_ports
    same 0 "$(grep -c count- "$LOOPHOLE_HOME/data/audio.connections")"
    loophole audio connect in_left "${inputs%,*}" >/dev/null || fail "connect"
    id=$(_start --name second)
    _kill streamer
    _kill audio
    _goes_on "$id"
    loophole record stop >/dev/null || fail "stop"
    until_true 60 eval '[ "$(_in_ports)" = 1 ]'
    contains "$(loophole audio ports)" "in_left        ${inputs%,*}"
    loophole audio disconnect in_left "${inputs%,*}" >/dev/null
    id=$(_start --name third --seconds 1)
    _kill streamer # its successor finds the connections of a take that ends, or has ended
    until_true 60 _is "$id" final
    until_true 60 _no_in_ports
    refused loophole record start --inputs "${inputs%,*},nobody:right" >"$scratch/refusal"
    contains "$(cat "$scratch/refusal")" 'no such JACK port: "nobody:right"'
    until_true 60 _no_in_ports
    same 0 "$(loophole audio ports | grep -c nobody)"
    _end_engine
}

what_is_disconnected_is_gone_from_the_next_list() {
    _engine_anew
    local own try
    own=$(loophole ask audio.server | field client)
    for try in 1 2 3 4 5; do
        loophole audio connect in_left "$own:preview_left" >/dev/null || fail "connect to a port of our own"
        until_true 30 eval '[ "$(loophole audio ports | grep -c "preview_left.*in_left")" = 1 ]'
        same 0 "$(loophole audio disconnect in_left "$own:preview_left" | grep -c "$own")"
        same 0 "$(loophole audio ports | grep -c "$own")"
        loophole audio connect in_right "${inputs#*,}" >/dev/null || fail "connect"
        same 0 "$(loophole audio disconnect in_right "${inputs#*,}" | grep -c count-)"
        same 0 "$(loophole audio ports | grep -c count-)"
    done
    refused loophole audio disconnect in_left nobody:left >"$scratch/refusal"
    same 12 "$(loophole audio disconnect in_left nobody:left 2>/dev/null; echo $?)"
    contains "$(cat "$scratch/refusal")" 'in_left is not connected to "nobody:left"'
    _end_engine
}

at_96_khz_the_rings_hold_as_many_seconds() { _records_at 96000; }
at_192_khz_the_rings_hold_as_many_seconds() { _records_at 192000; }
_records_at() { # RATE
    local rate=$1
    engine_down
    rm -rf "$LOOPHOLE_HOME"; mkdir -p "$LOOPHOLE_HOME"
    _engine "[audio]\nrate = $rate\n"
    until_true 60 eval '[ "$(stat -c %s /dev/shm/loophole-$(_tag)-capture.0)" -gt $((16 * rate * 8)) ]'
    until_true 60 eval '[ "$(loophole ask audio.server | field connected)" = true ]'
    wait_ready streamer
    same "$rate" "$(cat "$LOOPHOLE_HOME/data/audio.rate")"
    loophole record start --name fast --seconds 1 >/dev/null || fail "no take"
    until_true 60 eval '[ "$(_read "$takes/fast.wav" | field frames)" = "$rate" ]'
    _end_engine
}

without_a_sound_core_nothing_begins() {
    engine_down
    LOOPHOLE_AUDIO=none engine_up
    contains "$(refused loophole record start)" "streamer"
    engine_down
}

run_claims "$@"
