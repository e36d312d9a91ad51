# stream.sh: what the tests of the streamer share: an engine with sound, and a recording of what it plays.
export LOOPHOLE_AUDIO=dummy
in_step

_sound() { /usr/bin/python3 "$top/tests/service/sound.py" "$@"; }
_field() { field "$1" <<<"$2"; }

# Made by the first claim that runs; the others go on with it.
_engine() {
    [ -d "$scratch/files" ] && return
    mkdir "$scratch/files"
    _sound make counter "$scratch/files/count.wav" 96000
    engine_up
    wait_ready streamer
    until_true 30 _connected
}
_connected() { [ "$(loophole ask audio.server | field connected)" = true ]; }
_server() { loophole ask audio.server | field server; }
_port() { echo "$(loophole ask audio.server | field client):$1"; }
_silent() { [ "$(loophole ask streamer.voices | field each)" = "[]" ]; }
_frame() { loophole ask audio.transport | field frame; }
_has_passed() { [ "$(_frame)" -gt "$1" ]; }
_underruns() { loophole ask audio.meters | field underruns; }

# Recording one port in the background; _stop_tape ends it.
_tape() {
    rm -f "$scratch/tape.log"
    "$build/tests/faults/tape" "$(_server)" "$scratch/tape" 60 "$(_port "${1:-main_left}")" >"$scratch/tape.log" 2>&1 &
    tape=$!
    until_true 10 grep -q connected "$scratch/tape.log"
}
_stop_tape() { kill -TERM "$tape"; wait "$tape"; }
_end_first() { [ -d "$scratch/mount" ] && fusermount3 -uz "$scratch/mount" 2>/dev/null; }
_played_to_the_end() { until_true 60 _silent; _stop_tape; }

