#!/bin/bash
# take_gaps.sh: frames that a take lacks are silence of the same length, or are skipped. Item and markers give their
# exact places. A JACK client plays a counter: each frame in the file shows its place on the server's clock.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/takes.sh"
rounds=2
[ -z "${LONG:-}" ] || rounds=20

_says_lost() { [ "$(field lost <<<"$(loophole ask streamer.take id="$1")")" -gt "$2" ]; }
_end_take() { # ID NAME [anew]
    local told; told=$(loophole record stop --json) || fail "not stopped: $told"
    same "final $1" "$(field state <<<"$told") $(field id <<<"$told")" "$told"
    _says_what_is_lost "$1" "$takes/$2.wav" ${3:-}
    same "$(field lost <<<"$told")" "$(loophole ask streamer.take id="$1" | field lost)"
    [ "$(field lost <<<"$told")" -gt 0 ] || fail "nothing was lost: $told"
    echo "figure: $(grep -c . "$scratch/shown") take, lost $(field lost <<<"$told") of $(field frames <<<"$told") frames: $(
        loophole show "$1" --fields lost_at)"
}

what_kills_of_the_core_cost_is_silence_in_its_place() {
    _home core
    _engine
    local id round; id=$(_start --name core)
    for round in $(seq $rounds); do
        _goes_on "$id"
        until_true 60 _has_lived audio
        _kill audio
        _goes_on "$id"
        _kill persist
        until_true 60 _has_lived streamer
        _kill streamer
    done
    _goes_on "$id"
    _end_take "$id" core
    loophole restart streamer && wait_ready streamer
    _says_what_is_lost "$id" "$takes/core.wav"
    contains "$(loophole show "$id")" "filled with silence"
    _end_engine
}

what_a_death_of_both_cores_costs_is_silence_in_its_place() {
    _home both
    _settings '[audio]\nstandby = yes\n'
    _engine
    until_true 60 eval '[ "$(pid_of audio-standby)" != 0 ]'
    wait_ready audio-standby
    local id; id=$(_start --name both)
    _goes_on "$id"
    _kill audio
    _goes_on "$id"
    until_true 60 _has_lived audio
    local one two; one=$(pid_of audio) two=$(pid_of audio-standby)
    kill -KILL "$one" "$two"
    until_true 60 _other_pid audio "$one"
    until_true 60 _other_pid audio-standby "$two"
    _goes_on "$id"
    _end_take "$id" both
    _end_engine
}

a_streamer_that_stands_still_for_longer_than_the_ring_loses_what_the_item_says() {
    _home still
    _engine
    local id pid; id=$(_start --name still --gaps fill)
    _goes_on "$id"
    pid=$(pid_of streamer)
    kill -STOP $(_supervisors) "$pid" # they would replace a stopped streamer
    until_true 60 _is_overrun
    kill -CONT "$pid" $(_supervisors)
    _goes_on "$id"
    _end_take "$id" still
    _end_engine
}
_supervisors() { processes_of_home "$LOOPHOLE_HOME" | while read -r pid; do
    [ "$(cat /proc/$pid/comm 2>/dev/null)" = loopholed ] && echo "$pid"
done; }
# By the core's clock, more frames have come in than the ring has room for.
_is_overrun() {
    local now; now=$(loophole ask audio.meters | field transport.frame)
    : "${began_at:=$now}"
    [ $((now - began_at)) -gt $((48000 * 17)) ]
}

where_gaps_are_skipped_the_item_says_before_which_frames() {
    _home skip
    _settings 'gaps = skip\n'
    _engine
    local id; id=$(_start --name skip)
    _goes_on "$id"
    _kill audio
    _goes_on "$id"
    _end_take "$id" skip
    contains "$(loophole show "$id")" "skipped"
    id=$(_start --name flac --gaps fill --format flac)
    _goes_on "$id"
    until_true 60 _has_lived audio
    _kill audio
    _goes_on "$id"
    loophole record stop >/dev/null || fail "not stopped"
    until_true 60 _is "$id" final
    _says_what_is_lost "$id" "$takes/flac.flac"
    _end_engine
}

# A counter client dies with its server. One of the same name plays on the next server, whose clock starts again.
what_the_death_of_the_jack_server_costs_is_silence_in_its_place() {
    _home server
    _engine
    local id round left
    loophole audio disconnect in_left system:capture_1 >/dev/null # only the counter is recorded
    loophole audio disconnect in_right system:capture_2 >/dev/null
    id=$(_start --name server)
    : >"$scratch/moments"
    for round in $(seq $rounds); do
        _goes_on "$id"
        _note_moment
        left=$(pid_of jack)
        kill -KILL "$left"
        kill "$counting"
        wait "$counting"
        until_true 60 _other_pid jack "$left"
        until_true 60 _moment_is_of_another_server
        _count_as "${inputs%%:*}"
        _sounds_in "$id"
    done
    _note_moment
    _end_take "$id" server anew
    /usr/bin/python3 - "$scratch/moments" "$takes/server.wav" <<'END' || fail "frames are displaced"
import array, json, sys
UNIT = 8388607
moments = [json.loads(line) for line in open(sys.argv[1])]
data = open(sys.argv[2], "rb").read()
at = data.index(b"data") + 8
left = array.array("f", data[at:at + int.from_bytes(data[at - 4:at], "little")])[0::2]
# The offset of each server's counter in the file, less the offset of that server's clock on the audio clock.
places, before = [], None
for place, sample in enumerate(left):
    count = round(sample * UNIT)
    if count and (before is None or count - place != before):
        before = count - place
        places.append(place - count)
offsets = [m["frame"] - m["jack_frame"] for m in moments]
print("figure: servers", len(moments), "first frames", [p - o for p, o in zip(places, offsets)])
assert len(places) == len(offsets), (places, offsets)
assert len({p - o for p, o in zip(places, offsets)}) == 1, (places, offsets)
END
    _end_engine
}
_note_moment() { loophole ask audio.server | /usr/bin/python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["moment"]))' >>"$scratch/moments"; }
_moment_is_of_another_server() {
    loophole ask audio.server | /usr/bin/python3 -c 'import json, sys
now, last = json.load(sys.stdin), json.loads(open(sys.argv[1]).readlines()[-1])
moment = now.get("moment")
sys.exit(not (now["connected"] and moment and moment["frame"] - moment["jack_frame"] != last["frame"] - last["jack_frame"]))' \
        "$scratch/moments"
}
# The inputs of the take are connected, and more of it comes in.
_sounds_in() {
    until_true 60 eval '[ "$(loophole audio ports | grep -c "^in_.*${inputs%%:*}")" = 2 ]'
    _goes_on "$1"
    _goes_on "$1"
}

run_claims "$@"
