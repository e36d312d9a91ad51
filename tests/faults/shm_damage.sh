#!/bin/bash
# F13: shared memory cut short, written over, removed or replaced under the engine that uses it, while it sounds.
. "$(dirname "$0")/../lib.sh"
export LOOPHOLE_AUDIO=dummy BUILD=$build
rounds=1
[ -z "${LONG:-}" ] || rounds=all

_run() {
    command -v jackd >/dev/null || skip "no jackd"
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME"
    /usr/bin/python3 "$top/tests/service/sound.py" make sine "$LOOPHOLE_HOME/tone.wav" 480000 48000 480
    engine_up
    drive damage.py "$@" "$SEED"
    loophole crash list >"$scratch/deaths" 2>&1
    ! grep -E 'SIG(BUS|SEGV|ABRT|FPE|ILL)|hung' "$scratch/deaths" || fail "not all ended in order"
    engine_down
}

memory_that_is_cut_short_is_made_anew_and_sounds() { _run cut $rounds; }
memory_of_random_bytes_is_made_anew_and_sounds() { _run noise $rounds; }
a_header_that_is_changed_is_made_anew_and_sounds() { _run header $rounds; }
indices_that_cannot_be_end_nobody() { _run indices $rounds; }
memory_that_is_removed_sounds_on_until_a_restart() { _run removed $rounds; }
memory_that_is_replaced_is_made_anew_and_sounds() { _run replaced $rounds; }
a_damaged_board_costs_no_process_and_no_frame() { _run board $rounds; }
a_damaged_bell_costs_nothing() { _run bell $rounds; }

run_claims "$@"
