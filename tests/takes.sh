# takes.sh: shared by the tests of recording, in addition to lib.sh: an engine, and a client that plays a counter into
# it.
export LOOPHOLE_AUDIO=dummy
in_step
count=$build/tests/faults/count

_engine() {
    command -v jackd >/dev/null || skip "no jackd"
    [ -z "${1:-}" ] || { mkdir -p "$LOOPHOLE_HOME/config" && printf "$1" >"$LOOPHOLE_HOME/config/loophole.conf"; }
    engine_up
    until_true 30 eval '[ "$(loophole ask audio.server | field connected)" = true ]'
    _count
}
# Plays the counter as the client "count-PID" until the claim ends.
_count() { _count_as "count-$BASHPID"; }
_count_as() { # NAME
    local name=$1
    rm -f "$scratch/counting"
    "$count" "$(loophole ask audio.server | field server)" "$name" >"$scratch/counting" &
    counting=$!
    until_true 30 grep -q ready "$scratch/counting"
    inputs=$name:left,$name:right
}
# Starts an engine with an empty home.
_engine_anew() {
    engine_down
    rm -rf "$LOOPHOLE_HOME"; mkdir -p "$LOOPHOLE_HOME"
    _engine "$@"
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
_analysis() { loophole show "$1" --json | field analysis; }
_is_analysed() { [ "$(_analysis "$1")" = done ]; }
_read() { /usr/bin/python3 "$top/tests/service/take.py" "$@"; }
_lost() { loophole ask audio.meters | field lost; } # frames that the audio core missed, for any reason

# FILE LOST-AT-THE-START LOST-IN-THE-TAKE: each frame is in the file once and in its place. Only frames that the sound
# core itself missed are silence.
_is_whole() {
    local told; told=$(_read "$1") || fail "it cannot be read: $told"
    same "0 0 0" "$(field wrong <<<"$told") $(field back <<<"$told") $(field jumps <<<"$told")" "$told"
    same "$3" "$(/usr/bin/python3 -c 'import json, sys; print(sum(n for _, n in json.loads(sys.argv[1])["silence"]))' "$told")" "$told"
    [ "$3" -le $(($(_lost) - $2)) ] || fail "the capture ring lost frames: $3 of $(($(_lost) - $2))"
}
# ID FILE [anew]: the file has exactly the missing frames that the item lists: silence and markers (fill), or jumps (skip).
_says_what_is_lost() {
    loophole show "$1" --json >"$scratch/shown" || fail "no such item"
    _read "${@:2}" >"$scratch/read" || fail "it cannot be read: $(cat "$scratch/read")"
    /usr/bin/python3 - "$scratch/shown" "$scratch/read" <<'END' || fail "item and file disagree"
import json, sys
shown, read = (json.load(open(path)) for path in sys.argv[1:])
places = shown.get("lost_at", [])
print("lost", shown["lost"], "at", places)
fills = shown["gaps"] == "fill"
found = read["silence"] if fills else read["skipped"]
ends = [p for p in places if not fills and p[0] >= read["frames"]]  # no frames follow that it could displace
assert read["wrong"] == read["back"] == 0, read
assert [p for p in places if p not in ends] == found, (places, found)
assert sum(n for _, n in places) == shown["lost"], places
assert fills == (read["jumps"] == 0) or not found, read
if read["form"] != "fLaC":
    assert read["cues"] == [[at, n if fills else 0] for at, n in places], (places, read["cues"])
assert shown["frames"] == read["frames"], (shown["frames"], read["frames"])
END
}

# ---- takes that become FLAC ----

# Copies of the programs, with a worker that waits before it encodes, as long as $scratch/hold exists.
_hold_encoder() {
    if [ ! -d "$scratch/bin" ]; then
        cp -r "$build/bin" "$scratch/bin" && mv "$scratch/bin/loophole-worker" "$scratch/bin/worker"
        printf '#!/bin/sh\nif [ "$1" = encode ]; then while [ -e "%s" ]; do sleep 0.02; done; fi\nexec "%s" "$@"\n' \
            "$scratch/hold" "$scratch/bin/worker" >"$scratch/bin/loophole-worker"
        chmod +x "$scratch/bin/loophole-worker"
    fi
    PATH=$scratch/bin:$PATH
    touch "$scratch/hold"
}
_state() { loophole ask streamer.take id="$1" | field state; }
_is_in() { [ "$(_state "$1")" = "$2" ]; } # ID STATE
# The take is final and its FLAC complete, and the folder and the catalogue contain nothing else of it.
_is_flac() { # ID NAME LOST-AT-THE-START
    until_true 60 _is "$1" final
    same "$2.flac" "$(cd "$takes" && ls -d "$2".*)"
    same "flac flac 24" "$(for key in container sample_format bit_depth; do loophole show "$1" --json | field $key; done | xargs)"
    same "$takes/$2.flac $(stat -c %s "$takes/$2.flac")" "$(loophole show "$1" --json | field path) $(loophole show "$1" --json | field size)"
    [ -z "${3:-}" ] || _is_whole "$takes/$2.flac" "$3" "$(($(_lost) - $3))"
    same "$(loophole show "$1" --json | field frames)" "$(_read "$takes/$2.flac" | field frames)"
    loophole library rescan --wait >/dev/null
    same "$1 $takes/$2.flac" "$(loophole search "" --limit 1000 --json | /usr/bin/python3 -c 'import json, sys
for item in map(json.loads, sys.stdin):
    if item["path"].rpartition(".")[0] == sys.argv[1] or item["path"].startswith(sys.argv[1] + "."): print(item["id"], item["path"])' \
        "$takes/$2")"
}

# ---- takes under kills and on bad disks: each claim in a home of its own ----

lossy=$build/tests/faults/lossy

# The script may be killed at any time, and must leave no mount.
_end_first() {
    grep -o " $scratch/[^ ]*" /proc/self/mounts | while read -r at; do fusermount3 -u -z "$at" || umount -l "$at"; done
}
_home() {
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME"
    takes=$LOOPHOLE_HOME/data/recordings
}
_settings() { # [LINES]
    mkdir -p "$LOOPHOLE_HOME/config" && printf "[recording]\nfolder = $takes\n${1:-}" >"$LOOPHOLE_HOME/config/loophole.conf"
}
_grown() { local now; now=$(_take "$1" frames); [ "${now:-0}" -gt "$2" ]; }
_goes_on() { until_true 60 _grown "$1" "$(_take "$1" frames)"; }
_other_pid() { local now; now=$(pid_of "$1"); [ "${now:-0}" != 0 ] && [ "$now" != "$2" ]; }
_kill() { # SERVICE, and waits for its successor
    local pid; pid=$(pid_of "$1")
    kill -KILL "$pid" && until_true 60 _other_pid "$1" "$pid" && wait_ready "$1"
}
_kill_all() {
    local pid
    for pid in $(processes_of_home "$LOOPHOLE_HOME"); do
        [ "$pid" != $$ ] && [ "$pid" != "$BASHPID" ] && [ "$pid" != "${disk:-0}" ] && kill -KILL "$pid" 2>/dev/null
    done
    wait "$counting" 2>/dev/null
    until_true 30 eval "! kill -0 $counting"
}
_forget_memory() { rm -f /dev/shm/loophole-"$1"-*; } # as a reboot does
_tag() { cut -d" " -f1 "$LOOPHOLE_HOME/data/names"; }

_has_lived() { # a service that dies five times in a row, sooner than that, is quarantined
    loophole status --json | /usr/bin/python3 -c 'import json, sys
sys.exit(not any(s["service"] == sys.argv[1] and s["state"] == "ready" and s["uptime_s"] > 2.5
                 for s in map(json.loads, sys.stdin)))' "$1"
}

_mount_lossy() { # SEED
    [ -w /dev/fuse ] || skip "/dev/fuse is not there for this user"
    mkdir -p "$scratch/disk" "$takes"
    "$lossy" "$scratch/disk" "$takes" "$1" 2>"$scratch/lossy.err" & disk=$!
    for try in {1..600}; do
        mountpoint -q "$takes" && return
        kill -0 "$disk" 2>/dev/null || skip "FUSE cannot be mounted: $(tail -n 1 "$scratch/lossy.err")"
        sleep 0.1
    done
    fail "not mounted"
}

# If a signal arrives just before lossy waits for a request, lossy notices it only after that request. So stat sends a
# request.
_is_unmounted() { stat "$takes" >/dev/null 2>&1; ! kill -0 "$disk" 2>/dev/null; }
_unmount() { kill "$disk"; until_true 60 _is_unmounted; }
