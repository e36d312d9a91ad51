#!/bin/bash
# F9: the disk under a stream does not answer: 2 s of it nobody hears; longer, it fades and is counted, and sounds again.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/stream.sh"

_mounted() {
    _engine
    command -v fusermount3 >/dev/null || skip "fuse3 is not installed"
    mkdir -p "$scratch/mount" "$scratch/disk"
    "$build/tests/faults/stall" "$scratch/disk" "$scratch/mount" & stall=$!
    until_true 10 mountpoint -q "$scratch/mount"
}
_play_long() {
    _sound make counter "$scratch/disk/long.wav" $((14 * 48000))
    loophole play "$scratch/mount/long.wav" >/dev/null || fail "play failed"
}
_unmounted() { _end_first; wait "$stall"; }
_toggle() { kill -USR1 "$stall"; }
_ahead() { loophole ask streamer.voices | field each.0.buffered_s; }
_is_full() { /usr/bin/python3 -c 'import sys; sys.exit(not float(sys.argv[1]) > 6.5)' "$(_ahead)"; }
_stalls() { loophole ask streamer.voices | grep -q '"state":"stalled"'; }

two_seconds_without_a_disk_are_not_heard() {
    _mounted
    local before; before=$(_underruns)
    _tape
    _play_long
    until_true 30 _is_full
    _toggle; until_true 30 _has_passed $(($(_frame) + 96000)); _toggle
    _played_to_the_end; _unmounted
    local heard; heard=$(_sound read "$scratch/tape")
    same "0 0 672000" "$(_field lost "$heard") $(_field repeated "$heard") $(_field last "$heard")" "$heard"
    same "$before" "$(_underruns)"
}

a_longer_time_is_counted_and_then_the_sound_goes_on() {
    _mounted
    local before; before=$(_underruns)
    _tape
    _play_long
    until_true 30 _is_full
    _toggle; until_true 30 _stalls; _toggle
    _played_to_the_end; _unmounted
    same $((before + 1)) "$(_underruns)"
    same 672000 "$(_field last "$(_sound read "$scratch/tape")")"
}

a_voice_whose_disk_is_gone_can_be_stopped_at_once() {
    _mounted
    _play_long
    _toggle
    loophole stop; until_true 20 _silent
    _toggle; _unmounted
}

run_claims "$@"
