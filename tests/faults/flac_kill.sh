#!/bin/bash
# flac_kill.sh: a take that becomes FLAC, under kills at every step, power cuts and full disks. In the end there is one
# file, whole, and one item that has it.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/takes.sh"
rounds=$(how_often 4 40)
flac='format = flac\n'

_flac_engine() { _home "$1"; _settings "$flac"; _engine; }
_tail_is_whole() { # FILE: what there is has no hole that is not the sound core's, and nothing wrong in it
    same "0 0" "$(_read "$1" | /usr/bin/python3 -c 'import json, sys
t = json.load(sys.stdin); print(t["wrong"], t["back"])')"
}

a_take_goes_on_when_the_streamer_is_killed_and_is_flac_then() {
    _flac_engine record
    local lost id round; lost=$(_lost); id=$(_start --name killed)
    for round in 1 2 3; do
        until_true 60 _grown "$id" $(($(_take "$id" frames) + 100000))
        _kill streamer
    done
    _goes_on "$id"
    same "final flac" "$(loophole record stop --json >"$scratch/told"; for key in state format; do field $key <"$scratch/told"; done | xargs)"
    _is_flac "$id" killed "$lost"
    _end_engine
}

# CALL PATH WHEN NAME: the streamer dies before this call, the WHEN-th, on that path.
_kill_at() {
    local lost id pid; lost=$(_lost); id=$(_start --name "$4")
    _wait_frames "$id" 150000
    until_true 60 _has_lived streamer
    pid=$(pid_of streamer)
    strace -f -p "$pid" -o /dev/null -P "$2" -e "trace=$1" -e "inject=$1:signal=KILL:when=$3" 2>"$scratch/strace" &
    local strace=$!
    until_true 30 grep -q attached "$scratch/strace"
    loophole record stop >/dev/null 2>&1 & local stop=$!
    echo "to be killed before $1 of $2"
    until_true 30 _other_pid streamer "$pid"
    wait $strace; wait $stop
    wait_ready streamer
    _is_flac "$id" "$4" "$lost"
}

killed_before_any_call_of_the_encoding_it_leaves_one_whole_file() {
    command -v strace >/dev/null || skip "strace is not installed"
    sleep 60 & local sleeper=$!
    timeout --signal=INT 5 strace -p $sleeper -o /dev/null 2>"$scratch/attached"
    kill $sleeper
    grep -q "attached" "$scratch/attached" || skip "strace cannot attach to a process: $(head -n 1 "$scratch/attached")"
    _flac_engine calls
    _kill_at openat "$takes/call_a.flac.part" 1 call_a
    _kill_at ftruncate "$takes/call_b.flac.part" 1 call_b
    _kill_at pwrite64 "$takes/call_c.flac.part" 1 call_c
    _kill_at pwrite64 "$takes/call_d.flac.part" 3 call_d
    _kill_at fdatasync "$takes/call_e.flac.part" 1 call_e
    _kill_at renameat2 "$takes/call_f.flac.part" 1 call_f
    _kill_at openat "$takes" 1 call_g        # behind the rename
    _kill_at '/^unlink' "$takes/call_h.wav" 1 call_h
    _kill_at openat "$takes" 2 call_i        # behind the WAV's end
    same 9 "$(ls "$takes" | wc -l)"
    _end_engine
}

killed_at_any_moment_of_it_the_streamer_leaves_one_whole_file() {
    _flac_engine moments
    local round id lost
    for round in $(seq "$rounds"); do
        lost=$(_lost); id=$(_start --name "take$round")
        _wait_frames "$id" 100000
        until_true 60 _has_lived streamer
        loophole record stop >"$scratch/stop.log" 2>&1 & local stop=$!
        sleep "0.$((RANDOM % 250 + 100))"
        kill -KILL "$(pid_of streamer)"
        wait $stop || contains "$(cat "$scratch/stop.log")" "no take is under way" # its answer did not leave
        _is_flac "$id" "take$round" "$lost"
        wait_ready streamer
    done
    _end_engine
}

# What is told while persist stands still is told again to its successor.
persist_killed_while_it_is_told_and_the_streamer_too() {
    _flac_engine persist
    local id lost which; lost=$(_lost)
    for which in one both; do
        id=$(_start --name $which)
        _wait_frames "$id" 100000
        until_true 60 _has_lived persist; until_true 60 _has_lived streamer
        local persist; persist=$(pid_of persist)
        kill -STOP "$persist"
        loophole record stop >/dev/null 2>&1 & local stop=$!
        until_true 30 eval "! test -e '$takes/$which.wav'"
        [ -e "$takes/$which.flac" ] || fail "neither is there"
        [ $which = one ] || kill -KILL "$(pid_of streamer)"
        kill -KILL "$persist"
        wait $stop
        _is_flac "$id" $which "$lost"
        same "$(soxi -a "$takes/$which.flac" | grep -o 'first [0-9]* latency [0-9]*')" \
            "first $(loophole show "$id" --json | field first) latency $(loophole show "$id" --json | field latency)"
    done
    _end_engine
}

# A scan holds what it saw while it waits for a slow folder, and sends it after the take has ended.
a_scan_that_saw_the_wav_makes_no_second_item_after_it_became_flac() {
    _home scan
    [ -w /dev/fuse ] || skip "/dev/fuse is not there for this user"
    mkdir -p "$takes/slow" "$scratch/under"
    "$build/tests/faults/stall" "$scratch/under" "$takes/slow" >"$scratch/stall" & local stall=$!
    until_true 30 mountpoint -q "$takes/slow"
    _flac_engine scan
    local id; id=$(_start --name seen)
    _wait_frames "$id" 100000
    kill -USR2 $stall
    loophole library rescan >/dev/null
    until_true 30 grep -q waits "$scratch/stall"
    loophole record stop >/dev/null
    until_true 30 _is "$id" final
    kill -USR2 $stall
    _is_flac "$id" seen
    same 1 "$(loophole search "" --json | wc -l)"
    umount -l "$takes/slow"
    _end_engine
}

after_the_death_of_all_while_it_is_encoded_recover_has_all_of_it() {
    _hold_encoder
    _flac_engine all
    local id lost tag frames told; lost=$(_lost); tag=$(_tag); id=$(_start --name rest)
    _wait_frames "$id" 100000
    loophole record stop >/dev/null 2>&1 & local stop=$!
    until_true 30 _is_in "$id" encoding
    frames=$(_take "$id" frames)
    _kill_all
    wait $stop
    [ -e "$takes/rest.wav" ] || fail "the WAV is gone"
    rm "$scratch/hold"
    _forget_memory "$tag"
    engine_up
    told=$(loophole recover --json)
    same "$id final flac $frames" "$(for key in id state format frames; do field $key <<<"$told"; done | xargs)" "$told"
    _is_flac "$id" rest
    _tail_is_whole "$takes/rest.flac"
    engine_down
}

# While it was recorded: at most the last second is missing.
after_the_death_of_all_recover_makes_flac_of_what_there_is() {
    _flac_engine rest
    local id tag frames told; tag=$(_tag); id=$(_start --name rest)
    _wait_frames "$id" 100000
    _kill_all
    frames=$((($(stat -c %s "$takes/rest.wav") - 4096) / 8))
    _forget_memory "$tag"
    engine_up
    told=$(loophole recover --json)
    same "$id final flac" "$(for key in id state format; do field $key <<<"$told"; done | xargs)" "$told"
    [ "$(field frames <<<"$told")" -ge $((frames - 48000)) ] || fail "of $frames frames there are: $told"
    _is_flac "$id" rest
    _tail_is_whole "$takes/rest.flac"
    engine_down
}

after_a_power_cut_while_it_ends_there_is_one_whole_file() {
    local seed id tag before streamer
    for seed in $(seq 1 "$(how_often 6 30)"); do
        _home "cut$seed"
        _mount_lossy "$seed"
        _settings "$flac"
        _engine
        tag=$(_tag); id=$(_start --name "cut$seed")
        _wait_frames "$id" 100000
        streamer=$(pid_of streamer); before=$(_take "$id" frames)
        loophole record stop >/dev/null 2>&1 & local stop=$!
        sleep "$(printf '0.%02d' $((seed % 6 * 5 + 6)))"
        kill -KILL "$streamer"; kill -USR1 "$disk"
        _kill_all
        wait $stop
        _unmount
        _forget_memory "$tag"
        _mount_lossy $((seed + 100))
        echo "figure: seed $seed: the disk had $(ls -s "$takes" | xargs)"
        engine_up
        loophole recover >/dev/null
        _is_flac "$id" "cut$seed"
        _tail_is_whole "$takes/cut$seed.flac"
        [ "$(loophole show "$id" --json | field frames)" -ge $((before - 48000)) ] || fail "more than a second is missing"
        engine_down
        _unmount
        rm -rf "$scratch/disk"
    done
}

_tmpfs() { # HOME SIZE
    _home "$1"
    [ "$(id -u)" = 0 ] || skip "mounting a tmpfs needs root"
    mkdir -p "$takes"
    mount -t tmpfs -o "size=$2" none "$takes" 2>"$scratch/mount.err" || skip "a tmpfs cannot be mounted"
    _settings "$flac"
}

a_disk_without_room_for_both_keeps_the_wav() {
    _tmpfs room 2m
    _engine
    local id told; id=$(_start --name room)
    _wait_frames "$id" 100000
    told=$(loophole record stop --json)
    same "final wav" "$(for key in state format; do field $key <<<"$told"; done | xargs)" "$told"
    contains "$(field remark <<<"$told")" "no room for a FLAC beside it"
    contains "$(loophole status)" "stays a WAV"
    same "room.wav" "$(ls "$takes" | xargs)"
    same "$(field frames <<<"$told")" "$(_read "$takes/room.wav" | field frames)"
    rm "$takes/room.wav"
    id=$(_start --name again) # until the disk is full
    until_true 60 _is "$id" final
    same "again.wav" "$(ls "$takes" | xargs)"
    _tail_is_whole "$takes/again.wav"
    _end_engine
    umount -l "$takes"
}

a_disk_that_fills_up_while_it_is_encoded_keeps_the_wav() {
    _hold_encoder
    _tmpfs fills 8m
    _engine
    local id; id=$(_start --name fills --seconds 2)
    until_true 30 _is_in "$id" encoding
    dd if=/dev/zero of="$takes/other" bs=4k 2>/dev/null
    rm "$scratch/hold"
    until_true 60 _is "$id" final
    contains "$(loophole ask streamer.take id="$id" | field remark)" "No space left"
    same "fills.wav other" "$(ls "$takes" | xargs)"
    same 96000 "$(_read "$takes/fills.wav" | field frames)"
    rm "$takes/other"
    id=$(_start --name next --seconds 1)
    _is_flac "$id" next
    _end_engine
    umount -l "$takes"
}

run_claims "$@"
