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
