#!/bin/bash
# The streamer on a running sound core: what is played is recorded at the JACK port and compared frame by frame.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/stream.sh"

a_file_is_heard_frame_by_frame() {
    _engine; _tape
    contains "$(loophole play "$scratch/files/count.wav")" "count.wav (2.00 s)"
    _played_to_the_end
    local heard; heard=$(_sound read "$scratch/tape")
    same 0 "$(_field lost "$heard")" "$heard"
    same 0 "$(_field repeated "$heard")" "$heard"
    same 96000 "$(_field last "$heard")" "$heard"
    [ "$(_field frames "$heard")" -gt 95700 ] || fail "the beginning is missing: $heard"
}

a_file_begins_with_its_own_first_frame_when_it_is_played_and_previewed() {
    _engine
    local ask
    for ask in play preview; do
        _tape
        loophole $ask "$scratch/files/count.wav" >/dev/null || fail "$ask failed"
        _played_to_the_end
        _sound whole "$scratch/tape" 96000 || fail "$ask"
    done
}

# Longer than a ring lasts: the streamer goes on reading.
a_slow_stop_fades_for_as_long_as_was_asked() {
    _engine
    _sound make sine "$scratch/files/long_sine.wav" 1440000 48000 480
    _tape
    local voice; voice=$(loophole play "$scratch/files/long_sine.wav" --json | field voice)
    until_true 20 _has_passed $(($(_frame) + 24000))
    loophole ask streamer.stop voice="$voice" fade=10 >/dev/null || fail "stop failed"
    _played_to_the_end
    local heard; heard=$(_sound heard "$scratch/tape")
    [ "$(_field frames "$heard")" -gt $((480000 + 24000)) ] || fail "it ended before its fade did: $heard"
}

a_loop_goes_round_without_a_gap() {
    _engine
    _sound make counter "$scratch/files/loop.wav" 10000
    _tape
    loophole play "$scratch/files/loop.wav" --loop >/dev/null || fail "play failed"
    until_true 30 _has_passed $(($(_frame) + 72000))
    loophole stop; _played_to_the_end
    local heard; heard=$(_sound read "$scratch/tape" 10000)
    [ "$(_field frames "$heard")" -gt 30000 ] || fail "it went round too seldom: $heard"
    same "0 0" "$(_field lost "$heard") $(_field repeated "$heard")" "$heard"
}

a_file_at_another_rate_keeps_its_length_and_its_pitch() {
    _engine
    local rate heard
    for rate in 44100 96000; do
        _sound make sine "$scratch/files/sine.wav" "$rate" "$rate" 1000
        _tape
        loophole play "$scratch/files/sine.wav" >/dev/null || fail "play failed"
        _played_to_the_end
        heard=$(_sound heard "$scratch/tape")
        [ "$(_field frames "$heard")" -ge 47900 ] && [ "$(_field frames "$heard")" -le 48010 ] || fail "$rate: $heard"
        case $(printf %.0f "$(_field hz "$heard")") in 999 | 1000 | 1001) ;; *) fail "$rate: $heard" ;; esac
    done
}

a_file_follows_another_without_a_gap() {
    _engine
    _sound make counter "$scratch/files/one.wav" 480000
    _sound make counter "$scratch/files/two.wav" 48000 480000
    _tape
    local voice; voice=$(loophole play "$scratch/files/one.wav" --json | field voice)
    contains "$(loophole ask streamer.queue voice="$voice" path="$scratch/files/two.wav" 2>&1)" "one.wav" ||
        fail "it was complete before another could follow"
    _played_to_the_end
    local heard; heard=$(_sound read "$scratch/tape")
    same "0 0 528000" "$(_field lost "$heard") $(_field repeated "$heard") $(_field last "$heard")" "$heard"
}

a_seek_goes_on_at_that_frame() {
    _engine
    _sound make counter "$scratch/files/long.wav" 480000
    _tape
    local voice; voice=$(loophole play "$scratch/files/long.wav" --json | field voice)
    loophole ask streamer.seek voice="$voice" frame=456000 >/dev/null || fail "seek failed"
    _played_to_the_end
    local heard; heard=$(_sound read "$scratch/tape")
    same 480000 "$(_field last "$heard")" "$heard"
    [ "$(_field frames "$heard")" -lt 240000 ] || fail "nothing was skipped: $heard"
}

# A counter that is sought forward rises at each frame, also while it crosses over.
a_seek_crosses_over_in_5_ms_and_is_never_silent() {
    _engine
    _sound make counter "$scratch/files/rising.wav" 4800000
    _tape
    local voice n heard
    voice=$(loophole play "$scratch/files/rising.wav" --json | field voice)
    for n in 1 2 3 4 5 6 7 8; do
        until_true 20 _has_passed $(($(_frame) + 9600))
        loophole ask streamer.seek voice="$voice" frame=$((n * 480000)) >/dev/null || fail "seek failed"
    done
    for n in 1 2 3 4 5 6 7 8; do # each while the one before it is under way
        loophole ask streamer.seek voice="$voice" frame=$((4000000 + n * 80000)) >/dev/null || fail "seek failed"
    done
    until_true 20 _has_passed $(($(_frame) + 24000))
    loophole ask streamer.seek voice="$voice" frame=4780000 >/dev/null || fail "seek failed"
    _played_to_the_end
    heard=$(_sound rises "$scratch/tape") || fail "$heard"
    same 4800000 "$(_field last "$(_sound read "$scratch/tape")")"
    [ "$(_field jumps "$heard")" -ge 10 ] || fail "it was not sought: $heard"
    [ "$(_field crossing "$heard")" -le $((17 * 242)) ] || fail "it crosses over for longer than 5 ms: $heard"
    echo "figure: $heard"
}

what_cannot_be_played_says_why() {
    _engine
    echo "no sound" >"$scratch/files/broken.wav"
    contains "$(refused loophole play "$scratch/files/broken.wav")" "broken.wav"
    contains "$(refused loophole play "$scratch/files/gone.wav")" "gone.wav"
    contains "$(refused loophole play "$scratch/files")" "not a regular file"
    loophole events streamer.preview_failed --limit 1 --json >"$scratch/events" &
    local events=$!
    until_true 30 eval 'refused loophole preview "$scratch/files/broken.wav" >/dev/null; [ -s "$scratch/events" ]'
    kill "$events" 2>/dev/null
    contains "$(cat "$scratch/events")" "broken.wav"
    until_true 10 _silent
}

_decoders() { pgrep -P "$(pid_of streamer)" loophole-worker; }
_has_others() { # PID…: four decoders wait, and none of these is left, not even as a zombie
    local now; now=$(_decoders)
    [ "$(wc -w <<<"$now")" -ge 4 ] && [ -z "$(comm -12 <(sort <<<"$now") <(printf '%s\n' "$@" | sort))" ]
}

decoders_that_are_killed_are_replaced() {
    _engine
    until_true 30 _has_others 0
    local killed; killed=$(_decoders)
    kill -KILL $killed
    until_true 30 _has_others $killed
    _tape
    contains "$(loophole play "$scratch/files/count.wav")" "count.wav (2.00 s)"
    _played_to_the_end
}

an_item_whose_volume_is_away_is_offline() {
    _engine
    (cd "$top/tests" && /usr/bin/python3 - <<'END') || fail "not offline"
from client import Client, Catalogue
client = Client()
catalogue = Catalogue(client, identity="uuid:away", mount=b"/nowhere")
item = catalogue.put(b"away.wav")
catalogue.unmount("AWAY")
for ask in ("play", "preview", "load_sound"):
    error, body = client.ask("streamer." + ask, {"id": item})
    assert error == "offline" and "AWAY" in body["what"], (ask, error, body)
END
}

# Files again, in $scratch/mount, of which none is read between one SIGUSR2 to $stall and the next.
_mount() {
    command -v fusermount3 >/dev/null || skip "fuse3 is not installed"
    mkdir -p "$scratch/mount"
    "$build/tests/faults/stall" "$scratch/files" "$scratch/mount" & stall=$!
    until_true 10 mountpoint -q "$scratch/mount"
}
_unmount() { _end_first; wait "$stall"; }

a_dead_mount_holds_up_its_own_voice_alone() {
    _engine
    _mount
    kill -USR2 "$stall"
    # by the message: the command line would hang in the mount itself
    loophole ask streamer.play path="$scratch/mount/count.wav" >"$scratch/hung" 2>&1 &
    local hung=$!
    _tape
    loophole play "$scratch/files/count.wav" >/dev/null || fail "the other file was not played"
    until_true 20 eval '! kill -0 '$hung
    contains "$(cat "$scratch/hung")" "does not answer"
    _played_to_the_end
    kill -USR2 "$stall"
    _unmount
    local heard; heard=$(_sound read "$scratch/tape")
    same "0 0 96000" "$(_field lost "$heard") $(_field repeated "$heard") $(_field last "$heard")" "$heard"
}

what_is_queued_while_a_seek_is_under_way_follows_it() {
    _engine
    _sound make counter "$scratch/files/sought.wav" 1920000
    _mount
    _tape
    local voice; voice=$(loophole play "$scratch/mount/sought.wav" --json | field voice)
    until_true 20 _has_passed $(($(_frame) + 48000))
    kill -USR2 "$stall"
    loophole ask streamer.seek voice="$voice" frame=1896000 >/dev/null || fail "seek failed"
    loophole ask streamer.queue voice="$voice" path="$scratch/files/count.wav" >/dev/null || fail "queue failed"
    kill -USR2 "$stall"
    _played_to_the_end
    _unmount
    local heard; heard=$(_sound read "$scratch/tape")
    same 96000 "$(_field last "$heard")" "$heard"
    [ "$(_field frames "$heard")" -gt 120000 ] || fail "it was not heard where it was sought: $heard"
}

sounds_are_loaded_once_and_freed_when_nothing_plays_them() {
    _engine
    _sound make sine "$scratch/files/short.wav" 4410 44100 500
    local first again
    first=$(loophole ask streamer.load_sound path="$scratch/files/short.wav") || fail "$first"
    again=$(loophole ask streamer.load_sound path="$scratch/files/short.wav")
    same "$first" "$again"
    same "4800 48000" "$(_field frames "$first") $(_field rate "$first")"
    local slot generation; slot=$(_field sound "$first"); generation=$(_field generation "$first")
    kill -KILL "$(pid_of streamer)"
    until_true 30 eval 'loophole ask streamer.sounds | grep -q "\"frames\":4800"'
    loophole ask streamer.release_sound sound="$slot" generation="$generation" >/dev/null || fail "release failed"
    until_true 10 eval '[ "$(loophole ask streamer.sounds | field bytes_used)" = 0 ]'
    again=$(loophole ask streamer.load_sound path="$scratch/files/short.wav")
    same $((generation + 1)) "$(_field generation "$again")"
    contains "$(refused loophole ask streamer.release_sound sound="$slot" generation="$generation")" "no sound"
}

a_preview_changes_nothing_but_what_is_heard() {
    _engine
    _revision() { loophole ask persist.changes_since revision=0 | md5sum; }
    local revision score transport
    revision=$(_revision); transport=$(loophole ask audio.transport | field running)
    score=$(md5sum /dev/shm/loophole-*"$(_tag)"-score | cut -d' ' -f1)
    _tape preview_left
    loophole preview "$scratch/files/count.wav" --in-context --at bar >/dev/null || fail "preview failed"
    _played_to_the_end
    [ "$(_field frames "$(_sound heard "$scratch/tape")")" -gt 95000 ] || fail "$(_sound heard "$scratch/tape")"
    same "$revision" "$(_revision)"
    same "$transport" "$(loophole ask audio.transport | field running)"
    same "$score" "$(md5sum /dev/shm/loophole-*"$(_tag)"-score | cut -d' ' -f1)"
}
_tag() { loophole ask audio.server | field client | sed 's/.*-//'; }

a_preview_is_silent_once_it_is_stopped_and_makes_no_click() {
    _engine
    _sound make sine "$scratch/files/tone.wav" 480000 48000 100
    _tape preview_left
    loophole preview "$scratch/files/tone.wav" >/dev/null || fail "preview failed"
    until_true 10 _has_passed $(($(_frame) + 9600))
    loophole preview stop || fail "stop failed"
    _played_to_the_end
    /usr/bin/python3 - "$top/tests/service" "$scratch/tape" <<'END' || fail "a click"
import sys
sys.path.insert(0, sys.argv[1])
import sound
samples = sound.load(sys.argv[2])
steps = max(abs(b - a) for a, b in zip(samples, samples[1:]) if a == a and b == b)  # NaN: the tape missed it
assert steps < 0.01, steps  # a sine of 100 Hz at a quarter makes steps of 0.0033; half of a 5 ms fade adds little
assert max(s for s in samples if s == s) > 0.01, "it was not heard"
END
}

a_preview_in_context_keeps_tempo_key_and_bar() {
    _engine
    [ -d "$scratch/library" ] || { mkdir "$scratch/library"; _sound make sine "$scratch/library/loop.wav" 96000 48000 440
        loophole index "$scratch/library" --wait >/dev/null || fail "not indexed"; }
    local begun bar
    loophole edit "$scratch/library/loop.wav" bpm=100 key=Amin >/dev/null || fail "edit failed"
    loophole edit "$scratch/library/loop.wav" one_shot=0 >/dev/null 2>&1
    loophole ask audio.set_tempo bpm=120 >/dev/null; loophole ask audio.start count_in=0 >/dev/null
    until_true 10 eval '[ "$(loophole ask audio.transport | field running)" = true ]'
    _tape preview_left
    loophole events audio.bar --limit 2 --json >"$scratch/bars" & bar=$!
    begun=$(loophole preview "$scratch/library/loop.wav" --in-context --key Cmin --json) || fail "$begun"
    same 1.2 "$(_field tempo_ratio "$begun")" "$begun"
    same 3 "$(_field semitones "$begun")" "$begun"
    _played_to_the_end; wait "$bar"
    loophole ask audio.stop >/dev/null
    /usr/bin/python3 - "$scratch/bars" "$(_field at "$begun")" <<'END' || fail "not on a bar: $(cat "$scratch/bars") $begun"
import json, re, sys
frames = [int(f) for f in re.findall(r'"frame":\s*(\d+)', open(sys.argv[1]).read())]
assert any((int(sys.argv[2]) - f) % 96000 in (0, 1, 95999) for f in frames), frames
END
    local heard; heard=$(_sound heard "$scratch/tape")
    [ "$(_field frames "$heard")" -gt 78000 ] && [ "$(_field frames "$heard")" -lt 84000 ] || fail "length: $heard"
    [ "$(printf %.0f "$(_field hz "$heard")")" -gt 515 ] && [ "$(printf %.0f "$(_field hz "$heard")")" -lt 531 ] ||
        fail "pitch: $heard"
}

thirty_two_streams_play_at_once_without_an_underrun() {
    [ "${SANITIZED:-}" != tsan ] || skip "too much for workers under ThreadSanitizer"
    _engine
    command -v sox >/dev/null || skip "sox is not installed"
    sox -n -r 96000 -b 24 -c 2 "$scratch/files/0.flac" synth 6 pinknoise vol 0.02 || skip "sox writes no FLAC"
    local i before; before=$(_underruns)
    for i in $(seq 31); do cp "$scratch/files/0.flac" "$scratch/files/$i.flac"; done
    for i in $(seq 0 31); do
        loophole play "$scratch/files/$i.flac" --loop >/dev/null || fail "stream $i"
    done
    contains "$(refused loophole play "$scratch/files/count.wav")" "all 32 voices play"
    until_true 60 _has_passed $(($(_frame) + 192000))
    loophole stop; until_true 60 _silent
    same "$before" "$(_underruns)"
}

who_plays_as_soon_as_the_engine_is_up_is_heard() {
    command -v jackd >/dev/null || skip "no jackd"
    local i
    engine_down
    for i in 1 2 3 4 5 6; do
        export LOOPHOLE_HOME=$scratch/home-soon$i; mkdir "$LOOPHOLE_HOME"
        [ -f "$scratch/soon.wav" ] || _sound make counter "$scratch/soon.wav" 4800
        engine_up
        loophole play "$scratch/soon.wav" >/dev/null || fail "refused, time $i"
        engine_down
    done
}

# As on a machine that is so busy that its JACK server starts late.
a_jack_server_that_starts_late_is_waited_for() {
    command -v jackd >/dev/null || skip "no jackd"
    export LOOPHOLE_HOME=$scratch/home-late; mkdir -p "$LOOPHOLE_HOME" "$scratch/late"
    printf '#!/bin/sh\nsleep 5\nexec "%s" "$@"\n' "$(command -v jackd)" >"$scratch/late/jackd"
    chmod +x "$scratch/late/jackd"
    [ -f "$scratch/soon.wav" ] || _sound make counter "$scratch/soon.wav" 4800
    PATH=$scratch/late:$PATH engine_up
    loophole play "$scratch/soon.wav" >/dev/null || fail "refused"
    engine_down
}

# The server is stopped for longer than the streamer takes a core for running.
what_is_asked_of_a_core_that_stands_still_is_done_when_it_goes_on() {
    command -v jackd >/dev/null || skip "no jackd"
    export LOOPHOLE_HOME=$scratch/home-still; mkdir -p "$LOOPHOLE_HOME"
    [ -f "$scratch/soon.wav" ] || _sound make counter "$scratch/soon.wav" 4800
    engine_up
    local jack=$(pid_of jack) asked
    kill -STOP "$jack"
    until_true 20 _streamer_waits
    loophole play "$scratch/soon.wav" >"$scratch/asked" 2>&1 & asked=$!
    loophole ask streamer.load_sound path="$scratch/soon.wav" >"$scratch/loaded" 2>&1 || fail "$(cat "$scratch/loaded")"
    kill -CONT "$jack" 2>/dev/null # or the supervisor has started another
    wait "$asked" || fail "$(cat "$scratch/asked")"
    engine_down
}
_streamer_waits() { [ "$(loophole ask streamer.status | field waits_for)" = audio ]; }

run_claims "$@"
