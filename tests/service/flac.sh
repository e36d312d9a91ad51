#!/bin/bash
# A take that is to be FLAC: its WAV is encoded when it has ended, read back, and replaced.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/takes.sh"
takes=$LOOPHOLE_HOME/data/recordings

_content() { loophole ask search.get id="$1" | field item.media.content; }

what_comes_in_is_in_the_flac_frame_by_frame() {
    _engine_anew '[recording]\nformat = flac\nlatency_frames = 1000\n'
    local lost id told wav; lost=$(_lost); id=$(_start --name first)
    _wait_frames "$id" 200000
    same "wav pending" "$(loophole show "$id" --json | field container) $(_lifecycle "$id")"
    told=$(loophole record stop --json)
    same "final flac $id $takes/first.flac" \
        "$(for key in state format id path; do field $key <<<"$told"; done | xargs)" "$told"
    _is_flac "$id" first "$lost"
    same "$(field frames <<<"$told") $(field size <<<"$told")" \
        "$(_read "$takes/first.flac" | field frames) $(stat -c %s "$takes/first.flac")"
    same "$(field first <<<"$told") 1000" "$(for key in first latency; do loophole show "$id" --json | field $key; done | xargs)"
    contains "$(soxi -a "$takes/first.flac")" "loophole take $id first $(field first <<<"$told") latency 1000"
    until_true 60 _is_analysed "$id"
    _end_engine
}

# What the recorder says it is, the indexer finds by itself.
the_content_that_is_told_is_the_files() {
    _engine_anew '[recording]\nformat = flac\n'
    local id; id=$(_start --name told --seconds 1)
    until_true 60 _is "$id" final
    python "$top/tests/service/worker_drive.py" --hash "$build/bin/loophole-worker" "$takes/told.flac" >"$scratch/hashed" 2>/dev/null
    same "$(field found.content <"$scratch/hashed")" "$(_content "$id")"
    _end_engine
}

each_take_may_ask_for_its_format() {
    _engine_anew
    local id
    id=$(_start --name plain --seconds 1); until_true 60 _is "$id" final
    id=$(_start --name small --seconds 1 --format wav24); until_true 60 _is "$id" final
    same "pcm 24" "$(for key in sample_format bit_depth; do loophole show "$id" --json | field $key; done | xargs)"
    same $((4096 + 48000 * 6)) "$(stat -c %s "$takes/small.wav")"
    id=$(_start --name packed --seconds 1 --format flac); _is_flac "$id" packed
    same 48000 "$(loophole show "$id" --json | field frames)"
    same "packed.flac plain.wav small.wav" "$(ls "$takes" | xargs)"
    contains "$(refused loophole record start --format mp3)" "wav, wav24, flac"
    _end_engine
}

a_sample_over_full_scale_leaves_the_wav_and_says_so() {
    _engine_anew '[recording]\nformat = flac\n'
    "$count" "$(loophole ask audio.server | field server)" loud over >"$scratch/loud" & local loud=$!
    until_true 30 grep -q ready "$scratch/loud"
    loophole events streamer.take_final --limit 1 --json >"$scratch/event" & local events=$!
    local id told; id=$(loophole record start --inputs loud:left,loud:right --name loud --json | field id)
    _wait_frames "$id" 96000
    told=$(loophole record stop --json)
    same "final wav $takes/loud.wav" "$(for key in state format path; do field $key <<<"$told"; done | xargs)" "$told"
    contains "$(field remark <<<"$told")" "6.0 dB over full scale, which FLAC would clip"
    contains "$(loophole status)" "stays a WAV"
    wait $events; contains "$(cat "$scratch/event")" "over full scale"
    same "loud.wav" "$(ls "$takes" | xargs)"
    same "wav float final" "$(for key in container sample_format lifecycle; do loophole show "$id" --json | field $key; done | xargs)"
    same 2.0 "$(/usr/bin/python3 -c 'import array, sys
print(max(array.array("f", open(sys.argv[1], "rb").read()[4096:])))' "$takes/loud.wav")" "it is clipped"
    kill $loud && wait $loud
    _end_engine
}

another_take_runs_while_one_is_encoded() {
    _hold_encoder
    _engine_anew '[recording]\nformat = flac\n'
    local one two lost; lost=$(_lost); one=$(_start --name one)
    _wait_frames "$one" 96000
    loophole record stop --json >"$scratch/stopped" & local stop=$!
    until_true 30 _is_in "$one" encoding
    contains "$(loophole tasks)" 'Making FLAC of "one"'
    contains "$(loophole record takes)" "encodes"
    loophole library rescan --wait >/dev/null
    same "pending" "$(_lifecycle "$one")"
    two=$(_start --name two --seconds 1)
    until_true 30 _is_in "$two" encoding
    [ -e "$takes/one.wav" ] && [ -e "$takes/two.wav" ] || fail "$(ls "$takes")"
    contains "$(refused loophole record stop)" "no take is under way"
    rm "$scratch/hold"
    wait $stop || fail "$(cat "$scratch/stopped")"
    same "final flac" "$(for key in state format; do field $key <"$scratch/stopped"; done | xargs)"
    _is_flac "$one" one "$lost"; _is_flac "$two" two
    contains "$(loophole tasks)" "No long work"
    _end_engine
}

an_encoding_that_is_cancelled_leaves_the_wav() {
    _hold_encoder
    _engine_anew '[recording]\nformat = flac\n'
    local one two; one=$(_start --name one --seconds 1)
    until_true 30 _is_in "$one" encoding
    two=$(_start --name two --seconds 1)
    until_true 30 _is_in "$two" encoding
    loophole cancel "$two" || fail "one that waits is not cancelled"
    until_true 30 _is "$two" final
    loophole cancel "$one" || fail "one that is encoded is not cancelled"
    until_true 30 _is "$one" final
    contains "$(loophole ask streamer.take id="$one" | field remark)" "cancelled"
    same "one.wav two.wav" "$(ls "$takes" | xargs)"
    rm "$scratch/hold"
    _end_engine
}

# A scan, or a person, sees the FLAC and the WAV at any moment: the item stays one.
while_it_is_replaced_no_scan_takes_either_file_for_a_sound() {
    _hold_encoder
    _engine_anew '[recording]\nformat = flac\n'
    local id; id=$(_start --name seen --seconds 1)
    until_true 30 _is_in "$id" encoding
    sox -n -r 48000 -c 2 "$takes/seen.flac" synth 1 sine 440 # somebody else's, in its place
    loophole library rescan --wait >/dev/null
    same "$id" "$(loophole search is:pending --json | field id each)"
    same 0 "$(loophole summary --json | field files)"
    rm "$scratch/hold"
    until_true 30 _is "$id" final
    contains "$(loophole ask streamer.take id="$id" | field remark)" "another file is at $takes/seen.flac"
    loophole library rescan --wait >/dev/null
    same "seen.flac seen.wav" "$(ls "$takes" | xargs)"
    same 2 "$(loophole summary --json | field files)"
    _end_engine
}

a_flac_of_that_name_is_left_alone() {
    _engine_anew '[recording]\nformat = flac\n'
    local id; id=$(_start --name same --seconds 1); until_true 60 _is "$id" final
    id=$(_start --name same --seconds 1); _is_flac "$id" "same 2"
    echo theirs >"$takes/mine.flac"
    contains "$(refused loophole record start --name mine)" "cannot make the recording"
    same theirs "$(cat "$takes/mine.flac")"
    same "" "$(loophole record takes)"
    _end_engine
}

a_take_that_is_given_up_is_not_encoded() {
    _engine_anew '[recording]\nformat = flac\n'
    local id; id=$(_start --name no)
    _wait_frames "$id" 4800
    same abandoned "$(loophole record cancel --json | field state)"
    same "no.wav" "$(ls "$takes" | xargs)"
    loophole record delete "$id" || fail "not deleted"
    same "" "$(ls "$takes" | xargs)"
    _end_engine
}

run_claims "$@"
