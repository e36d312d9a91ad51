# lib.sh: the base of all shell tests. A test sources it, defines one function for each claim, and ends with
# `run_claims`. Functions whose names begin with _ are helpers. Output is TAP: `ok N - claim`.
set -u
umask 077 # the engine refuses a home that is open to a group
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$top/build}
case $build in /*) ;; *) build=$top/$build ;; esac
script=${BASH_SOURCE[-1]}
PATH=$build/bin:$PATH
export LC_ALL=C.UTF-8
unset MAKEFLAGS MAKELEVEL MFLAGS
scratch=$(mktemp -d /tmp/loophole-test.XXXXXX) || exit 1
export LOOPHOLE_HOME=$scratch/home
mkdir -p "$LOOPHOLE_HOME"
export LOOPHOLE_AUDIO=none # a test of sound sets dummy: a JACK server that needs no card
drumkits=/usr/share/hydrogen/data/drumkits
sonic=/usr/share/sonic-pi/samples

# fail prints why a claim fails, and ends it. `skip` ends the claim without failing it.
fail() { printf '# %s\n' "$*" >&2; exit 1; }
skip() { printf '%s\n' "$*" >"$scratch/skipped"; exit 0; }

same() { [ "$1" = "$2" ] || fail "expected: $1"$'\n'"# but got:  $2 ${3:-}"; }
differ() { [ "$1" != "$2" ] || fail "both are: $1 ${3:-}"; }
holds() { "$@" || fail "does not hold: $*"; }
refused() { "$@" >"$scratch/out" 2>&1 && fail "not refused: $*"; cat "$scratch/out"; }
contains() { case $1 in *"$2"*) ;; *) fail "no \"$2\" in: $1" ;; esac; }

# until_true SECONDS COMMAND…: waits until the command succeeds; fails after SECONDS (never asserts speed).
until_true() {
    local end=$((SECONDS + $1)); shift
    while ! "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "still not true: $*"
        sleep 0.05
    done
}

# One field of the first line of JSON on standard input (or of every line, with each=1).
field() { /usr/bin/python3 -c '
import sys, json
for line in sys.stdin:
    if not line.strip(): continue
    value = json.loads(line)
    for part in sys.argv[1].split("."):
        value = value[int(part)] if isinstance(value, list) else value.get(part)
        if value is None: break
    print("" if value is None else value if isinstance(value, str) else json.dumps(value))
    if len(sys.argv) < 3: break
' "$@"; }

# how_often SHORT LONG: prints LONG if $LONG is set, else SHORT.
how_often() { if [ -z "${LONG:-}" ]; then echo "$1"; else echo "$2"; fi; }

# SEED determines everything that a test draws at random: 1, or a new one in each run with LONG=1.
SEED=${SEED:-$(how_often 1 $((RANDOM * 32768 + RANDOM + 1)))}
export SEED

# Runs Python with the modules of tests and tests/faults.
python() { PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$top/tests:$top/tests/faults /usr/bin/python3 "$@"; }

# A machine sometimes pauses for some milliseconds, and JACK then skips a client's period. These periods are longer than
# most of the pauses.
_long_periods() {
    local conf=$LOOPHOLE_HOME/config/loophole.conf
    grep -qs '^\[audio\]' "$conf" && return
    mkdir -p "${conf%/*}" && printf '[audio]\nperiod = 1024\n' >>"$conf"
}
# After this, JACK's server waits for its clients (-S). loophole starts it without -S: then JACK does not wait, and
# repeats a period that its clients are still in. Two periods then meet in one buffer, and a test that compares single
# frames would blame loophole for that.
in_step() {
    local jackd
    jackd=$(command -v jackd) || return 0
    mkdir -p "$scratch/in-step"
    printf '#!/bin/sh\nexec "%s" -S "$@"\n' "$jackd" >"$scratch/in-step/jackd"
    chmod +x "$scratch/in-step/jackd"
    PATH=$scratch/in-step:$PATH
}
engine_up() {
    [ "$LOOPHOLE_AUDIO" = none ] || _long_periods
    loophole up >"$scratch/up.log" 2>&1 || { cat "$scratch/up.log" >&2; fail "the engine did not start"; }
}
engine_down() { loophole down >/dev/null 2>&1; }
# The first claim starts an engine with two kits in $scratch/library; the later claims use the same engine.
two_kits() {
    [ -d "$scratch/library" ] && return
    mkdir -p "$scratch/library"
    cp -r "$drumkits/TR808EmulationKit" "$drumkits/GMRockKit" "$scratch/library/" || fail "hydrogen-data is missing"
    engine_up
    loophole index "$scratch/library" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
}
# drive PROGRAM ARGS…: runs a Python program of tests/faults on the engine; prints the ends of all logs if it fails.
drive() {
    python "$top/tests/faults/$1" "${@:2}" >"$scratch/said" 2>&1
    local code=$?
    [ $code = 0 ] || tail -q -n 4 "$LOOPHOLE_HOME"/data/log/*.log
    cat "$scratch/said"
    [ $code = 0 ] || fail "$(tail -n 1 "$scratch/said")"
}
# Does the same on an engine of its own that sounds.
drive_sound() {
    command -v jackd >/dev/null || skip "no jackd"
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    drive "$@"
    engine_down
}
# Reads paths from standard input and copies the files to a folder, each under a name that includes its old folder.
copy_files() { # FOLDER
    mkdir -p "$1"
    while read -r file; do cp "$file" "$1/$(basename "$(dirname "$file")") $(basename "$file")"; done
}
pid_of() { loophole status --json | /usr/bin/python3 -c '
import sys, json
for line in sys.stdin:
    s = json.loads(line)
    if s["service"] == sys.argv[1]: print(s["pid"])
' "$1"; }
is_ready() { [ "$(loophole status --json | /usr/bin/python3 -c '
import sys, json
print([json.loads(l)["state"] for l in sys.stdin if json.loads(l)["service"] == sys.argv[1]][0])
' "$1")" = ready ]; }
wait_ready() { until_true 60 is_ready "$1"; }

# Prints the processes of this test. They have its home in their environment; the standard error of a worker is a log in
# that home. No other process is ever killed.
processes_of_home() {
    local p
    for p in /proc/[0-9]*; do
        { tr '\0' '\n' <"$p/environ" | grep -qxF "LOOPHOLE_HOME=$1" || [[ $(readlink "$p/fd/2") == "$1"/* ]]; } \
            2>/dev/null && echo "${p#/proc/}"
    done
}
# A test defines _end_first to end something of its own, like a mount.
_end() {
    local pid try home
    if declare -F _end_first >/dev/null; then _end_first; fi
    for home in "$scratch"/home*; do
        LOOPHOLE_HOME=$home timeout 30 "$build/bin/loophole" down >/dev/null 2>&1
        for try in 1 2 3 4 5; do
            for pid in $(processes_of_home "$home"); do
                [ "$pid" != $$ ] && [ "$pid" != "$BASHPID" ] && kill -KILL "$pid" 2>/dev/null
            done
        done
    done
    cd / && rm -rf "$scratch"
}

# The lines of all logs about an answer with an error that the schema does not declare. Such a line fails a claim.
_undeclared() {
    local at
    for at in "$scratch"/*/data/log "$scratch"/*/*/data/log "$LOOPHOLE_HOME/data/log"; do
        [ -d "$at" ] && grep -hs "which its schema does not declare" "$at"/*.log*
    done | sort -u
}
# True if the last claim left no such line. Reports each line once.
_errors_are_declared() {
    _undeclared >"$scratch/undeclared.now"
    [ -z "$(comm -13 "$scratch/undeclared" "$scratch/undeclared.now")" ] && return
    comm -13 "$scratch/undeclared" "$scratch/undeclared.now" | sed 's/^/# /' >>"$scratch/claim.log"
    sort -u -o "$scratch/undeclared" "$scratch/undeclared" "$scratch/undeclared.now"
    return 1
}

run_claims() {
    local claim number=0 failed=0 only=${1:-}
    : >"$scratch/undeclared"
    trap _end EXIT
    trap 'exit 1' INT TERM HUP
    echo "# seed $SEED"
    for claim in $(grep -oE '^[a-z][a-z0-9_]*\(\)' "$script" | tr -d '()'); do
        [ -n "$only" ] && [ "$only" != "$claim" ] && continue
        number=$((number + 1))
        rm -f "$scratch/skipped"
        if ( RANDOM=$SEED; "$claim" ) >"$scratch/claim.log" 2>&1 </dev/null && _errors_are_declared; then
            if [ -f "$scratch/skipped" ]; then
                echo "ok $number - $claim # SKIP $(cat "$scratch/skipped")"
            else
                echo "ok $number - $claim"
            fi
            grep '^figure: ' "$scratch/claim.log" | sed 's/^/# /'
        else
            echo "not ok $number - $claim"
            tail -n 30 "$scratch/claim.log" | sed 's/^/#   /'
            failed=$((failed + 1))
        fi
    done
    echo "1..$number"
    [ "$failed" = 0 ]
}
