#!/bin/bash
# take_gaps.sh: frames that a take lacks are silence of the same length, or are skipped; item and markers say where, to the
# frame. A JACK client plays a counter: each frame in the file shows its place on the server's clock.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/takes.sh"
rounds=2
[ -z "${LONG:-}" ] || rounds=20

_says_lost() { [ "$(field lost <<<"$(loophole ask streamer.take id="$1")")" -gt "$2" ]; }
_end_take() { # ID NAME
    local told; told=$(loophole record stop --json) || fail "not stopped: $told"
    same "final $1" "$(field state <<<"$told") $(field id <<<"$told")" "$told"
    _says_what_is_lost "$1" "$takes/$2.wav"
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
# By the core's clock, more frames have come in than the ring holds.
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

run_claims "$@"
