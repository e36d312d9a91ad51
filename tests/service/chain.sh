#!/bin/bash
# chain.sh: a preview through another JACK client and back: what is heard is what came back, and nothing else.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/stream.sh"
command -v jackd >/dev/null || { echo "1..0 # SKIP no jackd"; exit 0; }

# Two recordings at once: what leaves for the chain, and what the listener hears.
_record() {
    local port
    for port in preview_left main_left; do
        rm -f "$scratch/$port.log"
        "$build/tests/faults/tape" "$(_server)" "$scratch/$port" 60 "$(_port $port)" >"$scratch/$port.log" 2>&1 &
        eval "${port}=$!"
        until_true 10 grep -q connected "$scratch/$port.log"
    done
}
_recorded() { kill -TERM "$preview_left" "$main_left"; wait "$preview_left"; wait "$main_left"; }
_through() { # NAME OUTPUTS DELAY
    local log=$scratch/through.$1
    rm -f "$log"
    "$build/tests/faults/through" "$(_server)" "$@" >"$log" 2>&1 &
    through=$!
    until_true 10 grep -q ready "$log"
}
_gone() { kill -"${1:-TERM}" "$through"; wait "$through" 2>/dev/null; }
_jack() { JACK_DEFAULT_SERVER=$(_server) JACK_NO_START_SERVER=1 "$@" >/dev/null 2>&1; }
_wired() { loophole ask audio.ports | grep -q "\"port\":\"$1\",\"to\":\"$2\",\"made\":true"; }
_unwired() { ! _wired "$@"; }
_is_chained() { _wired preview_left "$1:in_1" && _wired return_left "$1:out_1"; }
_fails() { loophole preview "$scratch/files/count.wav" --chain nobody:in; [ -s "$scratch/events" ]; }
_events() { # of previews that fail: it listens once it has heard of one
    rm -f "$scratch/events"
    loophole events streamer.preview_failed --json >"$scratch/events" & events=$!
    until_true 20 _fails
}

what_is_heard_is_what_came_back_frame_by_frame_and_not_what_left() {
    _engine
    local outputs
    for outputs in 2 1; do
        _through strip $outputs 0; _record
        loophole preview "$scratch/files/count.wav" --chain strip:in_1,in_2 >/dev/null || fail "preview failed"
        _wired return_right strip:out_$outputs || fail "$(loophole ask audio.ports)"
        until_true 60 _silent
        _recorded
        local heard; heard=$(_sound through "$scratch"/preview_left{,.log} "$scratch"/main_left{,.log}) || fail "$heard"
        [ "$(_field frames "$heard")" -gt 90000 ] || fail "not all was compared: $heard"
        echo "figure: $outputs outputs: $(_field frames "$heard") frames are what went through, one period later"
        loophole preview stop
        until_true 10 _unwired preview_left strip:in_1
        until_true 10 _unwired return_left strip:out_1
        _gone
    done
}

a_stop_is_silence_also_of_what_the_chain_still_holds() {
    _engine
    _through late 2 12000; _record
    loophole preview "$scratch/files/count.wav" --loop --chain late:in_1,in_2 >/dev/null || fail "preview failed"
    until_true 20 _has_passed $(($(_frame) + 48000))
    loophole preview stop || fail "stop failed"
    until_true 20 _silent
    until_true 20 _has_passed $(($(_frame) + 24000))
    _recorded; _gone
    /usr/bin/python3 - "$top/tests/service" "$scratch" <<'END' || fail "heard after the stop"
import json, sys
sys.path.insert(0, sys.argv[1])
import sound
def last(name):
    facts = json.loads(open(sys.argv[2] + "/" + name + ".log").read().splitlines()[-1])
    samples = sound.load(sys.argv[2] + "/" + name)
    sounding = [n for n, s in enumerate(samples) if s == s and s != 0]
    assert len(sounding) > 24000, name + " was silent"
    assert all(s <= 0 for s in samples if s == s) or name != "main_left", "it was heard as it left"
    return facts["first"] + sounding[-1]
sent, heard = last("preview_left"), last("main_left")
assert heard <= sent, "%d frames later" % (heard - sent)  # both fade out over the same 5 ms
END
}

a_client_that_dies_stops_its_preview_with_a_word_and_may_come_back() {
    _engine
    _through strip 2 0; _record; _events
    loophole preview "$scratch/files/count.wav" --loop --chain strip:in_1,in_2 >/dev/null || fail "preview failed"
    until_true 20 _has_passed $(($(_frame) + 24000))
    _gone KILL
    until_true 20 grep -q "its chain is gone: .*strip:in_1" "$scratch/events"
    kill "$events"
    until_true 20 _silent
    contains "$(refused loophole preview "$scratch/files/count.wav" --chain strip:in_1)" "no JACK client has"
    _through strip 2 0
    until_true 20 _is_chained strip
    _recorded
    /usr/bin/python3 - "$top/tests/service" "$scratch/main_left" <<'END' || fail "heard as it left"
import sys
sys.path.insert(0, sys.argv[1])
import sound
samples = [s for s in sound.load(sys.argv[2]) if s == s]
assert min(samples) < 0 and max(samples) <= 0, (min(samples), max(samples))
END
    loophole preview "$scratch/files/count.wav" --chain strip:in_1,in_2 >/dev/null || fail "it cannot come back"
    loophole preview stop; until_true 20 _silent; _gone
}

a_chain_outlives_the_core_and_the_jack_server() {
    _engine
    _through strip 2 0
    loophole preview "$scratch/files/count.wav" --loop --chain strip:in_1,in_2 >/dev/null || fail "preview failed"
    kill -KILL "$(pid_of audio)"
    until_true 30 _is_chained strip
    until_true 20 _heard_again
    kill -KILL "$(pid_of jack)"; _gone KILL
    until_true 30 _connected
    until_true 30 _silent
    _through strip 2 0
    until_true 30 _is_chained strip
    loophole preview "$scratch/files/count.wav" --loop --chain strip:in_1,in_2 >/dev/null || fail "preview failed"
    until_true 20 _heard_again
    loophole preview stop
    until_true 10 _unwired return_left strip:out_1
    until_true 20 _silent
    loophole preview "$scratch/files/count.wav" >/dev/null || fail "no preview without a chain"
    until_true 20 _heard_again
    loophole preview stop; until_true 20 _silent; _gone
}
_heard_again() { [ "$(loophole meters --json | /usr/bin/python3 -c '
import json, sys
print(all(m["peak_left"] > 0 for m in json.load(sys.stdin)["meters"] if m["bus"] in ("preview", "master")))')" = True ]; }

a_standby_has_the_chain_as_well() {
    export LOOPHOLE_HOME=$scratch/home-standby
    mkdir -p "$LOOPHOLE_HOME/config" "$scratch/more"
    printf '[audio]\nperiod = 1024\nstandby = yes\n' >"$LOOPHOLE_HOME/config/loophole.conf"
    _sound make counter "$scratch/more/count.wav" 96000
    engine_up
    until_true 30 _connected
    _through strip 2 0
    loophole preview "$scratch/more/count.wav" --loop --chain strip:in_1,in_2 >/dev/null || fail "preview failed"
    local own; own=$(_port x); own=${own%:x}
    until_true 20 _jack eval "jack_lsp -c strip:in_1 | grep -q $own-standby:preview_left"
    until_true 20 _jack eval "jack_lsp -c $own-standby:return_right | grep -q strip:out_2"
    kill -KILL "$(pid_of audio)"
    until_true 20 eval '[ "$(loophole ask audio.server | field owner)" = 1 ]'
    until_true 20 _heard_again
    loophole preview stop
    until_true 20 _jack eval "! jack_lsp -c strip:in_1 | grep -q preview_left"
    _gone; engine_down
}

nothing_is_led_round() {
    _engine
    local own; own=$(_port x); own=${own%:x}
    local file=$scratch/files/count.wav
    contains "$(refused loophole preview "$file" --chain "$own:in_left")" "feed back"
    contains "$(refused loophole audio connect return_left "$own:main_left")" "feed back"
    contains "$(refused loophole preview "$file" --chain nobody)" "names no inputs"
    contains "$(refused loophole preview "$file" --chain "strip:in_1")" "no JACK client has"
    _through mute 0 0
    contains "$(refused loophole preview "$file" --chain mute:in_1)" "no audio output"
    _gone
    _through one 2 0; local one=$through
    _through two 2 0
    holds _jack jack_connect "$own:main_left" one:in_1
    holds _jack jack_connect one:out_1 two:in_1
    contains "$(refused loophole preview "$file" --chain two:in_1)" "feed back"
    holds _jack jack_disconnect "$own:main_left" one:in_1
    _events
    loophole preview "$file" --loop --chain two:in_1,in_2 >/dev/null || fail "no way through two"
    contains "$(refused loophole audio connect main_left one:in_1)" "feed back"
    holds _jack jack_connect "$own:main_right" one:in_2 # in a patch bay nobody can refuse
    until_true 20 grep -q "feed back" "$scratch/events"
    kill "$events"
    until_true 20 _unwired return_left two:out_1
    holds _jack jack_disconnect "$own:main_right" one:in_2
    holds _jack jack_connect "$own:main_left" "$own:return_left"
    until_true 20 _unwired return_left "$own:main_left"
    loophole preview stop; until_true 20 _silent
    _gone; kill $one; wait $one
}

run_claims "$@"
