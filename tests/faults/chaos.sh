#!/bin/bash
# chaos.sh: any process, any signal or any failing system call, at any moment, while a folder is indexed, people edit
# and search, and a sound plays.
. "$(dirname "$0")/../lib.sh"
export LOOPHOLE_AUDIO=dummy

whatever_signal_comes_what_was_acked_stands_and_no_answer_is_wrong() { _storm_of signals; }
whatever_call_fails_what_was_acked_stands_and_no_answer_is_wrong() {
    strace -o /dev/null true 2>/dev/null || skip "nobody may trace here"
    _storm_of calls
}
_storm_of() { # signals|calls
    command -v jackd >/dev/null || skip "no jackd"
    local known=$scratch/$1/known fresh=$scratch/$1/fresh
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME"
    find -L "$drumkits" -type f \( -iname '*kick*' -o -iname '*snare*' -o -iname '*hat*' \) 2>/dev/null | sort | head -n 60 |
        copy_files "$known"
    find -L "$drumkits" -type f \( -iname '*tom*' -o -iname '*cymbal*' -o -iname '*crash*' \) 2>/dev/null | sort |
        head -n "$(how_often 120 400)" | copy_files "$fresh"
    [ "$(find "$known" -type f | wc -l)" -ge 20 ] || skip "no hydrogen-drumkits"
    engine_up
    loophole index "$known" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
    drive chaos.py "$1" "$(how_often 40 1800)" "$known" "$fresh"
    loophole store check >"$scratch/check"
    contains "$(cat "$scratch/check")" "0 problems"
    grep "lost or changed" "$scratch/check" && fail "a file of an artefact is gone"
    engine_down
    until_true 30 _nobody_is_left
}
_nobody_is_left() { # of the engine; this shell and its children also belong to the home
    local pid
    for pid in $(processes_of_home "$LOOPHOLE_HOME"); do
        case $(readlink "/proc/$pid/exe") in *loophole* | *jackd*) return 1 ;; esac
    done
}

run_claims "$@"
