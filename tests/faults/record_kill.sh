#!/bin/bash
# record_kill.sh: a take under kills, power cuts, full disks and disks that stall. What a JACK client plays is compared
# with the file frame by frame.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/takes.sh"
rounds=20
[ -z "${LONG:-}" ] || rounds=200

a_take_goes_on_when_the_streamer_is_killed() {
    _home streamer
    _engine
    local lost id told round; lost=$(_lost); id=$(_start --name killed)
    for round in $(seq $rounds); do
        until_true 60 _grown "$id" $(($(_take "$id" frames) + 100000)) # 2 s: a service that dies sooner is put off
        sleep "0.$((RANDOM % 300 + 100))"
        _kill streamer
    done
    _goes_on "$id"
    told=$(loophole record stop --json)
    same "final $id" "$(field state <<<"$told") $(field id <<<"$told")" "$told"
    _is_whole "$takes/killed.wav" "$lost" "$(field lost <<<"$told")"
    echo "figure: $rounds kills, $(field frames <<<"$told") frames, $(field lost <<<"$told") that the sound core missed"
    _end_engine
}

a_stop_that_the_streamer_did_not_live_to_do_is_done_by_its_successor() {
    _home stop
    _engine
    local round lost id
    for round in 1 2 3 4 5; do
        lost=$(_lost); id=$(_start --name "stop$round")
        _goes_on "$id"
        until_true 60 _has_lived streamer
        loophole record stop >"$scratch/stop.log" 2>&1 & local stop=$!
        sleep "0.0$((RANDOM % 9))"
        kill -KILL "$(pid_of streamer)"
        wait $stop || contains "$(cat "$scratch/stop.log")" "no take is under way" # it was final before the answer left
        until_true 60 _is "$id" final
        same "0 0" "$(_read "$takes/stop$round.wav" | /usr/bin/python3 -c 'import json, sys
t = json.load(sys.stdin); print(t["wrong"], t["back"])')"
        wait_ready streamer
    done
    _end_engine
}

a_take_outlives_persist_and_indexer() {
    _home persist
    _engine
    local lost id told; lost=$(_lost); id=$(_start --name lives)
    _goes_on "$id"; _kill persist
    _goes_on "$id"; _kill indexer
    _goes_on "$id"
    kill -KILL "$(pid_of persist)"
    told=$(loophole record stop --json) || fail "not stopped: $told"
    same "final $id" "$(field state <<<"$told") $(field id <<<"$told")" "$told"
    _is_whole "$takes/lives.wav" "$lost" "$(field lost <<<"$told")"
    _is "$id" final || fail "it is $(_lifecycle "$id")"
    _end_engine
}

# Engine, JACK server and the player die at once; then the memory is gone as after a reboot.
after_the_death_of_all_at_most_the_last_second_is_missing() {
    _home all
    _engine
    local id frames tag told; tag=$(_tag); id=$(_start --name rest)
    _wait_frames "$id" 100000
    _kill_all
    frames=$((($(stat -c %s "$takes/rest.wav") - 4096) / 8))
    _forget_memory "$tag"
    engine_up
    told=$(loophole recover --json)
    same "$id final" "$(field id <<<"$told") $(field state <<<"$told")" "$told"
    [ "$(field frames <<<"$told")" -ge $((frames - 48000)) ] || fail "of $frames frames there are: $told"
    same "0 0" "$(_read "$takes/rest.wav" | /usr/bin/python3 -c 'import json, sys
t = json.load(sys.stdin); print(t["wrong"], t["back"])')"
    same "$(field frames <<<"$told")" "$(_read "$takes/rest.wav" | field frames)"
    same "" "$(loophole record takes)"
    engine_down
}

after_a_power_cut_at_most_the_last_second_is_missing() {
    local seed id frames tag told
    for seed in 1 2 3 4 5 6; do
        _home "cut$seed"
        _mount_lossy $seed
        _settings
        _engine
        tag=$(_tag); id=$(_start --name "cut$seed")
        _wait_frames "$id" 100000
        sleep "0.$((RANDOM % 900 + 100))"
        _kill_all
        frames=$((($(stat -c %s "$takes/cut$seed.wav") - 4096) / 8))
        kill -USR1 "$disk" && _unmount
        _forget_memory "$tag"
        _mount_lossy $((seed + 100))
        engine_up
        told=$(loophole recover --json)
        same "$id final" "$(field id <<<"$told") $(field state <<<"$told")" "$told"
        [ "$(field frames <<<"$told")" -ge $((frames - 48000)) ] || fail "of $frames frames there are: $told"
        same "0 0 $(field frames <<<"$told")" "$(_read "$takes/cut$seed.wav" | /usr/bin/python3 -c 'import json, sys
t = json.load(sys.stdin); print(t["wrong"], t["back"], t["frames"])')"
        echo "figure: seed $seed: of $frames frames $((frames - $(field frames <<<"$told"))) are missing"
        engine_down
        _unmount
        rm -rf "$scratch/disk"
    done
}

a_disk_that_stands_still_for_a_while_loses_nothing() {
    _home stall
    _mount_lossy 1
    _settings
    _engine
    local lost id told; lost=$(_lost); id=$(_start --name stall)
    for round in 1 2; do
        _goes_on "$id"
        kill -STOP "$disk"
        sleep 3
        kill -CONT "$disk"
    done
    _goes_on "$id"
    told=$(loophole record stop --json)
    _is_whole "$takes/stall.wav" "$lost" "$(field lost <<<"$told")"
    _end_engine
    _unmount
}

a_full_disk_ends_the_take_with_what_there_is() {
    _home full
    [ "$(id -u)" = 0 ] || skip "mounting a tmpfs needs root"
    mkdir -p "$takes"
    mount -t tmpfs -o size=2m none "$takes" 2>"$scratch/mount.err" || skip "a tmpfs cannot be mounted"
    _settings
    _engine
    local lost id; lost=$(_lost)
    loophole events streamer.take_failed --limit 1 --json >"$scratch/event" & local events=$!
    id=$(_start --name full)
    until_true 60 _is "$id" final
    contains "$(loophole status)" "ended early"
    wait $events
    contains "$(cat "$scratch/event")" "No space left"
    local told; told=$(_read "$takes/full.wav")
    same "0 0" "$(field wrong <<<"$told") $(field back <<<"$told")" "$told"
    [ "$(field size <<<"$told")" -gt 2000000 ] || fail "there was room for more: $told"
    rm "$takes/full.wav"
    id=$(_start --name again --seconds 1)
    until_true 60 _is "$id" final
    same 48000 "$(_read "$takes/again.wav" | field frames)"
    contains "$(loophole ask streamer.status)" '"alarm":""'
    _end_engine
    umount -l "$takes"
}

run_claims "$@"
