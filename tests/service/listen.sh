#!/bin/bash
# Likeness to what sounds on a JACK port: a client plays catalogued files, and each is found by its own sound.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/takes.sh"
player=$build/tests/faults/player
sounds="bd_haus loop_amen ambi_choir elec_cymbal bass_dnb_f perc_bell guit_e_fifths misc_crow"

_library() {
    [ -d "$sonic" ] || skip "no $sonic"
    [ -d "$scratch/library" ] || { mkdir "$scratch/library"
        cp "$sonic"/{bd,drum,loop,ambi,elec,bass,perc,guit,misc}_*.flac "$scratch/library"; }
    mkdir -p "$LOOPHOLE_HOME"
    _engine
    loophole index "$scratch/library" --wait >/dev/null || fail "not indexed"
    revision=$(_revision)
}
_revision() { loophole ask search.query limit=0 | field revision; }
# FILE: plays as "player-PID" until it is stopped.
_play() {
    port=player-$BASHPID:out
    sox -G "$1" -t f32 -r 48000 -c 1 "$scratch/sound.f32" || fail "sox cannot read $1"
    rm -f "$scratch/playing"
    "$player" "$(loophole ask audio.server | field server)" "${port%:out}" "$scratch/sound.f32" >"$scratch/playing" &
    playing=$!
    until_true 30 grep -q ready "$scratch/playing"
}
_stop_playing() { kill "$playing" && wait "$playing"; }
_wires() { loophole ask audio.ports | /usr/bin/python3 -c 'import json, sys
print(sum(w["port"] == "listen" for w in json.load(sys.stdin)["each"]))'; }
_is_unwired() { [ "$(_wires)" = 0 ]; }
_leaves_nothing() {
    same "$revision" "$(_revision)"
    same "" "$(loophole record takes)"
    [ ! -e "$takes" ] || fail "there is a recordings folder"
    until_true 10 _is_unwired
    same "" "$(ls -l /proc/"$(pid_of streamer)"/fd | grep listening)"
}
takes=$LOOPHOLE_HOME/data/recordings

a_sound_that_is_played_finds_its_own_file_and_leaves_nothing_behind() {
    _library
    local sound found
    for sound in $sounds; do
        _play "$scratch/library/$sound.flac"
        found=$(loophole similar --port "$port" --limit 3 --json) || fail "$sound is not heard"
        same "$scratch/library/$sound.flac" "$(field path <<<"$found")" "$found"
        [ -n "$(field distance <<<"$found")" ] || fail "no distance in $found"
        _stop_playing
    done
    _leaves_nothing
    _end_engine
}

all_that_narrows_a_likeness_narrows_this_one() {
    _library
    local found
    _play "$scratch/library/bd_haus.flac"
    found=$(loophole similar --port "$port" --seconds 2 --in "name:bd_" --limit 5 --json)
    same 5 "$(wc -l <<<"$found")"
    differ "" "$(field path <<<"$found")"
    same "" "$(field path each <<<"$found" | grep -v /bd_)"
    found=$(loophole similar --port "$port" --seconds 2 --in -name:bd_haus --aspect rhythm=0,pitch=0 --limit 5 --json)
    same "" "$(field path each <<<"$found" | grep bd_haus)"
    found=$(loophole similar --port "$port" --seconds 2 --unlike "$scratch/library/drum_heavy_kick.flac" --json)
    same "" "$(field path each <<<"$found" | grep drum_heavy_kick)"
    found=$(loophole similar --port "$port" --seconds 2 --like "$scratch/library/loop_amen.flac" --json)
    same "" "$(field path each <<<"$found" | grep loop_amen.flac)"
    _stop_playing
    _leaves_nothing
    _end_engine
}

a_take_under_way_goes_on_and_another_listener_is_refused() {
    _library
    local id told lost
    lost=$(_lost); id=$(_start --name beside)
    _wait_frames "$id" 4800
    _play "$scratch/library/loop_amen.flac"
    loophole similar --port "$port" --limit 1 --json >"$scratch/found" &
    local first=$!
    until_true 10 eval '[ "$(_wires)" = 1 ]'
    contains "$(refused loophole similar --port "$port")" "another client listens to"
    wait "$first" || fail "the first was not answered"
    same "$scratch/library/loop_amen.flac" "$(field path <"$scratch/found")"
    told=$(loophole record stop --json)
    _is_whole "$takes/beside.wav" "$lost" "$(field lost <<<"$told")"
    _stop_playing
    _end_engine
    rm -rf "$LOOPHOLE_HOME" # the others leave no take
}

silence_an_unknown_port_and_no_sound_at_all_are_said_clearly() {
    _library
    head -c 4800 /dev/zero >"$scratch/nothing.raw"
    sox -t raw -r 48000 -e signed -b 16 -c 1 "$scratch/nothing.raw" "$scratch/nothing.wav"
    _play "$scratch/nothing.wav"
    contains "$(refused loophole similar --port "$port" --seconds 1)" "only silence came from \"$port\""
    _stop_playing
    contains "$(refused loophole similar --port nobody:out --seconds 1)" 'no JACK port "nobody:out"'
    contains "$(refused loophole similar --port nobody --seconds 1)" "CLIENT:PORT"
    contains "$(refused loophole similar --port a:b --seconds 61)" "seconds"
    contains "$(refused loophole similar --port a:b "$scratch/library/bd_haus.flac")" "one of them"
    _leaves_nothing
    _end_engine
    LOOPHOLE_AUDIO=none engine_up
    contains "$(refused loophole similar --port a:b)" "streamer"
    engine_down
}

a_streamer_that_dies_while_it_listens_leaves_nothing_either() {
    _library
    _play "$scratch/library/bd_haus.flac"
    loophole similar --port "$port" --seconds 60 >"$scratch/said" 2>&1 &
    local asking=$!
    until_true 10 eval '[ "$(_wires)" = 1 ]'
    kill -KILL "$(pid_of streamer)"
    kill "$asking"; wait "$asking" 2>/dev/null
    wait_ready streamer
    until_true 10 _is_unwired
    same "$scratch/library/bd_haus.flac" "$(loophole similar --port "$port" --limit 1 --json | field path)"
    _stop_playing
    _leaves_nothing
    _end_engine
}

a_file_outside_the_library_is_heard_by_its_path() {
    _library
    sox "$scratch/library/loop_amen.flac" -r 32000 "$scratch/outside.wav" || fail "no sox"
    same "$scratch/library/loop_amen.flac" "$(loophole similar "$scratch/outside.wav" --limit 1 --json | field path)"
    _leaves_nothing
    _end_engine
}

run_claims "$@"
