# lib.sh: the base of the scripts that check what is built. A script sources it, defines one function for each claim, and
# ends with `run_claims`. Functions whose names begin with _ are helpers. Output is TAP: `ok N - claim`.
set -u
umask 077
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$top/build}
case $build in /*) ;; *) build=$top/$build ;; esac
script=${BASH_SOURCE[-1]}
PATH=$build/bin:$PATH
export LC_ALL=C.UTF-8
unset MAKEFLAGS MAKELEVEL MFLAGS
scratch=$(mktemp -d /tmp/loophole-test.XXXXXX) || exit 1
export LOOPHOLE_HOME=$scratch/home LOOPHOLE_AUDIO=none
mkdir -p "$LOOPHOLE_HOME"

# fail prints why a claim fails, and ends it. `skip` ends the claim without failing it.
fail() { printf '# %s\n' "$*" >&2; exit 1; }
skip() { printf '%s\n' "$*" >"$scratch/skipped"; exit 0; }

same() { [ "$1" = "$2" ] || fail "expected: $1"$'\n'"# but got:  $2 ${3:-}"; }
differ() { [ "$1" != "$2" ] || fail "both are: $1 ${3:-}"; }
holds() { "$@" || fail "does not hold: $*"; }
refused() { "$@" >"$scratch/out" 2>&1 && fail "not refused: $*"; cat "$scratch/out"; }
contains() { case $1 in *"$2"*) ;; *) fail "no \"$2\" in: $1" ;; esac; }

# SEED determines everything that a test draws at random: 1, or a new one in each run with LONG=1.
if [ -n "${LONG:-}" ]; then SEED=${SEED:-$((RANDOM * 32768 + RANDOM + 1))}; else SEED=${SEED:-1}; fi
export SEED

run_claims() {
    local claim number=0 failed=0 only=${1:-}
    trap 'cd / && rm -rf "$scratch"' EXIT
    trap 'exit 1' INT TERM HUP
    echo "# seed $SEED"
    for claim in $(grep -oE '^[a-z][a-z0-9_]*\(\)' "$script" | tr -d '()'); do
        [ -n "$only" ] && [ "$only" != "$claim" ] && continue
        number=$((number + 1))
        rm -f "$scratch/skipped"
        if ( RANDOM=$SEED; "$claim" ) >"$scratch/claim.log" 2>&1 </dev/null; then
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
