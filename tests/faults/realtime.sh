#!/bin/bash
# realtime.sh: the work of the audio thread while all voices, the sequencer and a capture run.
. "$(dirname "$0")/../lib.sh"
export LOOPHOLE_AUDIO=dummy BUILD=$build
seconds=8
[ -z "${LONG:-}" ] || seconds=60

# The audio core with the check for forbidden calls: a script of its name starts it with the library preloaded.
_run() {
    command -v jackd >/dev/null || skip "no jackd"
    [ -z "${SANITIZED:-}" ] || skip "a sanitizer allocates where it likes"
    export LOOPHOLE_HOME=$scratch/home-$1 FORBIDDEN_LOG=$scratch/forbidden-$1
    mkdir -p "$LOOPHOLE_HOME" "$scratch/bin"
    cp "$build"/bin/loophole* "$scratch/bin/"
    rm "$scratch/bin/loophole-audio"
    printf '#!/bin/sh\nexec env LD_PRELOAD=%q %q "$@"\n' "$build/tests/faults/forbidden.so" "$build/bin/loophole-audio" \
        >"$scratch/bin/loophole-audio"
    chmod +x "$scratch/bin/loophole-audio"
    PATH=$scratch/bin:$PATH
    $2 || fail "the engine did not start"
    drive realtime.py "$1" ${3:-}
    engine_down
}

the_audio_thread_asks_nothing_of_anybody() { _run run "loophole up" $seconds; }
a_forbidden_call_would_be_found() { export FORBIDDEN_TRY=1; _run found "loopholed --detach"; }

run_claims "$@"
