#!/bin/bash
# each_service.sh: kills every service in turn, repeatedly, while people search and edit: no wrong answer, no lost ack,
# and the time until it answers again. LONG=1 tests/faults/each_service.sh prints the table of docs/measured.md.
. "$(dirname "$0")/../lib.sh"
command -v jackd >/dev/null && export LOOPHOLE_AUDIO=dummy
times=10
[ -z "${LONG:-}" ] || times=50

every_service_killed_in_turn_answers_again_and_nothing_is_lost() {
    local library=$scratch/library
    find -L "$drumkits" -type f \( -iname '*kick*' -o -iname '*snare*' -o -iname '*hat*' \) 2>/dev/null | sort | head -n 60 |
        copy_files "$library"
    [ "$(find "$library" -type f | wc -l)" -ge 20 ] || skip "no hydrogen-drumkits"
    engine_up
    loophole index "$library" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
    drive each_service.py $times "$library"
    engine_down
}

run_claims "$@"
