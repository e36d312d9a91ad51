#!/bin/bash
# hostile.sh: some seven hundred hostile files, and good ones; then workers that crash, hang, leak and lie, and that try
# to leave their sandbox. Each file gets its verdict with its reason, the others are analysed, and the indexer stays the
# same process. With LONG=1 other files each time, for 20 rounds.
. "$(dirname "$0")/../lib.sh"

_drive() {
    python "$top/tests/faults/hostile.py" "$@" && return
    tail -n 20 "$LOOPHOLE_HOME/data/log/indexer.log"
    fail "see above"
}
_engine() { # an engine of its own; $1: its name, $2: seconds for a file, $3: what replaces the worker
    export LOOPHOLE_HOME=$scratch/home-$1
    mkdir -p "$LOOPHOLE_HOME/config" "$scratch/bin-$1" "$scratch/$1"
    printf '[indexer]\ndeadline_s = %s\n' "$2" >"$LOOPHOLE_HOME/config/loophole.conf"
    cp "$build"/bin/loophole* "$scratch/bin-$1/"
    [ -z "${3:-}" ] || cp --remove-destination "$3" "$scratch/bin-$1/loophole-worker"
    PATH=$scratch/bin-$1:$PATH
    engine_up
    wait_ready indexer
    wait_ready search
}
_round() { # number
    mkdir -p "$scratch/files/$1"
    python "$top/tests/faults/hostile_files.py" "$scratch/files/$1" "$1" >"$scratch/manifest" ||
        fail "no files were made"
    _drive files "$scratch/files/$1" "$scratch/manifest"
    rm -rf "$scratch/files/$1"
}

each_hostile_file_has_its_verdict_and_the_rest_is_heard() {
    local round
    _engine files 60
    for round in $(seq 1 "$([ -z "${LONG:-}" ] && echo 1 || echo 20)"); do _round "$round"; done
    engine_down
}

a_file_that_nobody_may_read_says_so() {
    local as=() folder=$scratch/secret
    mkdir -p "$folder"
    echo RIFF >"$folder/secret.wav"
    chmod 000 "$folder/secret.wav"
    if [ "$(id -u)" = 0 ]; then # root may read everything, so the engine runs as another user
        as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
        chmod 755 "$scratch"
        "${as[@]}" test -x "$build/bin/loophole" -a -r "$top/tests/client.py" 2>/dev/null ||
            skip "nobody else may be here"
    fi
    export LOOPHOLE_HOME=$scratch/home-nobody
    mkdir -p "$LOOPHOLE_HOME"
    chmod 777 "$folder"
    [ "$(id -u)" != 0 ] || chown 65534 "$LOOPHOLE_HOME"
    "${as[@]}" "$build/bin/loophole" up >"$scratch/up.log" 2>&1 || fail "$(cat "$scratch/up.log")"
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$top/tests:$top/tests/faults "${as[@]}" \
        /usr/bin/python3 "$top/tests/faults/hostile.py" one "$folder" secret.wav >"$scratch/one.log" 2>&1 ||
        fail "$(cat "$scratch/one.log")"
    cat "$scratch/one.log"
    contains "$(cat "$scratch/one.log")" "cannot open it: Permission denied"
    "${as[@]}" "$build/bin/loophole" down >/dev/null 2>&1
}

a_file_of_100_gigabytes_of_nothing_has_its_verdict() {
    _engine sparse 60
    truncate -s 100G "$scratch/sparse/sparse.wav" 2>/dev/null || skip "no sparse files of 100 GB here"
    _drive one "$scratch/sparse" sparse.wav
    engine_down
}

workers_that_die_hang_and_lie_cost_only_the_files_they_did_it_over() {
    _engine late 3 "$build/tests/faults/stand_in"
    _drive workers "$scratch/late" late
    mkdir "$scratch/late2"
    _drive escape "$scratch/late2"
    engine_down
}

so_do_those_that_do_it_at_the_first_look() {
    _engine early 3 "$build/tests/faults/stand_in"
    _drive workers "$scratch/early" early
    engine_down
}

the_indexers_workers_stand_under_their_limits() {
    _engine limits 60
    _drive limits
    engine_down
}

workers_that_end_as_they_start_raise_an_alarm_until_they_do_not() {
    _engine start 60 /bin/false
    _drive start "$scratch/start" "$build/bin/loophole-worker" "$scratch/bin-start"
    engine_down
}

run_claims "$@"
