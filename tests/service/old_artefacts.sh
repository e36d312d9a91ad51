#!/bin/bash
# A home from before artefact.schema (old/make): each read converts its artefacts and writes nothing. Its sounds are
# removed, so no program can open them.
. "$(dirname "$0")/../lib.sh"

_prints_the_same() { python "$top/tests/service/old/printed.py" "$LOOPHOLE_HOME/printed.json"; }
_digests() { (cd "$LOOPHOLE_HOME/data/artefact" && find . -type f -exec md5sum {} + | sort -k 2); }
_home() {
    [ -d "$LOOPHOLE_HOME/data" ] && return
    tar -C "$LOOPHOLE_HOME" -xJf "$top/tests/service/old/artefacts.tar.xz" || fail "no home"
    [ ! -e /tmp/loophole-old-sounds ] || fail "the sounds exist: /tmp/loophole-old-sounds"
    engine_up
}

an_old_home_prints_what_it_printed_and_nothing_is_written() {
    _home
    local before; before=$(_digests)
    _prints_the_same || fail "it prints something else"
    same "$before" "$(_digests)" "a file has changed"
    contains "$(loophole store check)" " 0 problems"
}

readers_killed_in_the_middle_go_on() {
    _home
    local before n reading; before=$(_digests)
    for n in $(how_often "1 2" "1 2 3 4 5 6 7 8 9"); do
        _prints_the_same >"$scratch/reading" 2>&1 &
        reading=$!
        sleep "0.$n"
        kill -KILL "$(pid_of search)" "$(pid_of persist)" "$(pid_of indexer)"
        wait $reading
        wait_ready persist; wait_ready search; wait_ready indexer
    done
    _prints_the_same || fail "it prints something else"
    same "$before" "$(_digests)" "a file has changed"
}

a_damaged_old_artefact_is_lost_and_the_others_are_not() {
    _home
    local file id; file=$(find "$LOOPHOLE_HOME/data/artefact" -name '*-waveform-1' | sort | head -n 1)
    printf 'X' | dd of="$file" bs=1 seek=20 conv=notrunc status=none
    for id in $(loophole search "" --json | field id each); do
        loophole artefact "$id" print >/dev/null || fail "no print of $id"
        loophole artefact "$id" waveform >"$scratch/out" 2>&1 || cat "$scratch/out" >>"$scratch/refused"
    done
    same 1 "$(grep -c "artefact waits: offline" "$scratch/refused")" "artefacts are lost"
    contains "$(loophole store check)" " 0 problems"
}

run_claims "$@"
