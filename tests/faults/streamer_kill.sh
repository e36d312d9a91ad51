#!/bin/bash
# F9: the streamer killed and stopped while it plays: at the JACK port no frame is lost, none comes twice.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/stream.sh"

rounds=4
[ -z "${LONG:-}" ] || rounds=11
seconds=$((rounds * 5)) # of sound

# Another one is there, and feeds again.
_is_another() { local pid; pid=$(pid_of streamer); [ -n "$pid" ] && [ "$pid" != 0 ] && [ "$pid" != "$1" ] && is_ready streamer; }
_has_been_up() { # one that has just come up would be taken for one that cannot start
    loophole status --json | /usr/bin/python3 -c '
import sys, json
sys.exit(not any(s["service"] == "streamer" and s["uptime_s"] > 2.2 for s in map(json.loads, sys.stdin)))'
}
_strike() {
    local pid
    until_true 30 _has_been_up
    pid=$(pid_of streamer)
    kill "-$1" "$pid"
    until_true 30 _is_another "$pid"
}

# First while the ring is being filled, then while it is full.
_play_through() {
    local signal=$1 round
    until_true 30 _has_been_up
    _tape
    loophole play "$2" >/dev/null || fail "play failed"
    for round in $(seq $rounds); do
        _strike "$signal"
    done
}

_compare() {
    _played_to_the_end
    local heard; heard=$(_sound read "$scratch/tape" "$@")
    echo "figure: $heard"
    same "0 0" "$(_field lost "$heard") $(_field repeated "$heard")" "$heard"
}

killed_while_it_plays_it_goes_on_without_a_gap() {
    _engine
    _sound make counter "$scratch/files/long.wav" $((seconds * 48000))
    _play_through KILL "$scratch/files/long.wav"
    _compare
    same $((seconds * 48000)) "$(_field last "$(_sound read "$scratch/tape")")"
}

# Forward by a tenth of a second, as fast as it goes; who is killed is asked again.
_seek_on() {
    local frame=0
    while :; do
        loophole ask streamer.seek voice="$1" frame=$((frame += 4800)) >/dev/null 2>&1
        echo "$frame" >>"$scratch/sought"
    done
}
killed_while_it_seeks_it_goes_on_from_the_place_before_or_the_one_behind() {
    _engine
    _sound make counter "$scratch/files/endless.wav" 6000000
    local voice round heard
    until_true 30 _has_been_up
    _tape
    voice=$(loophole play "$scratch/files/endless.wav" --json | field voice)
    _seek_on "$voice" & local seeking=$!
    for round in $(seq $rounds); do _strike KILL; done
    kill "$seeking"; wait "$seeking" 2>/dev/null
    until_true 20 _has_passed $(($(_frame) + 9600))
    local sought; sought=$(tail -n 1 "$scratch/sought")
    local at; at=$(loophole ask streamer.voices | field each.0.position)
    [ "$at" -ge "$sought" ] && [ "$at" -lt $((sought + 480000)) ] || fail "it is at $at, and was to be at $sought"
    loophole ask streamer.seek voice="$voice" frame=5980000 >/dev/null || fail "seek failed"
    _played_to_the_end
    same 6000000 "$(_field last "$(_sound read "$scratch/tape")")"
}

stopped_while_it_plays_it_is_replaced_without_a_gap() {
    _engine
    _sound make counter "$scratch/files/long.wav" $((seconds * 48000))
    _play_through STOP "$scratch/files/long.wav"
    _compare
}

a_resampled_sound_is_the_same_with_a_death_and_without() {
    _engine
    _sound make noise "$scratch/files/noise.wav" $((12 * 44100)) 44100
    _tape
    loophole play "$scratch/files/noise.wav" >/dev/null || fail "play failed"
    _played_to_the_end
    mv "$scratch/tape" "$scratch/undisturbed"
    _tape
    loophole play "$scratch/files/noise.wav" >/dev/null || fail "play failed"
    _strike KILL; _strike KILL
    _played_to_the_end
    holds _sound same "$scratch/undisturbed" "$scratch/tape"
}

run_claims "$@"
