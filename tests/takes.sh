# takes.sh: what the tests of recording share, beside lib.sh: an engine, and a client that plays a counter into it.
export LOOPHOLE_AUDIO=dummy
count=$build/tests/faults/count

_engine() {
    command -v jackd >/dev/null || skip "no jackd"
    [ -z "${1:-}" ] || { mkdir -p "$LOOPHOLE_HOME/config" && printf "$1" >"$LOOPHOLE_HOME/config/loophole.conf"; }
    engine_up
    until_true 30 eval '[ "$(loophole ask audio.server | field connected)" = true ]'
    _count
}
# Plays as "count-PID" until the claim ends.
_count() {
    local name=count-$BASHPID
    rm -f "$scratch/counting"
    "$count" "$(loophole ask audio.server | field server)" "$name" >"$scratch/counting" &
    counting=$!
    until_true 30 grep -q ready "$scratch/counting"
    inputs=$name:left,$name:right
}
_end_engine() { kill "$counting" && wait "$counting"; engine_down; }

_start() { loophole record start --inputs "$inputs" "$@" --json | field id; }
_take() { loophole record takes --json | /usr/bin/python3 -c '
import sys, json
for line in sys.stdin:
    take = json.loads(line)
    if take["id"] == sys.argv[1]: print(take[sys.argv[2]])
' "$1" "$2"; } # ID FIELD
_has_frames() { local frames; frames=$(_take "$1" frames); [ "${frames:-0}" -ge "$2" ]; }
_wait_frames() { until_true 60 _has_frames "$1" "$2"; }
_lifecycle() { loophole show "$1" --json | field lifecycle; }
_is() { [ "$(_lifecycle "$1")" = "$2" ]; }
_read() { /usr/bin/python3 "$top/tests/service/take.py" "$1"; }
_lost() { loophole ask audio.meters | field lost; } # frames that the sound core missed, whoever is to blame

# FILE LOST-AT-THE-START LOST-IN-THE-TAKE: each frame is there once, but those that the sound core itself missed. What it
# missed right before it heard that the take ends is counted, and leaves no gap within.
_is_whole() {
    local told; told=$(_read "$1") || fail "it cannot be read: $told"
    same "0 0" "$(field wrong <<<"$told") $(field back <<<"$told")" "$told"
    [ "$(field jumps <<<"$told")" -le "$3" ] || fail "more is missing than the take's $3 that were lost: $told"
    [ "$3" -le $(($(_lost) - $2)) ] || fail "the capture ring lost frames: $3 of $(($(_lost) - $2))"
}
