#!/bin/bash
# Homes: removed under a running engine, mistyped, unwritable, of other users; and names that other users may take.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

_home() { export LOOPHOLE_HOME=$scratch/home-$1; mkdir -p "$LOOPHOLE_HOME"; }
_engines() { # processes of a home that are loophole's
    local pid
    for pid in $(processes_of_home "$1"); do
        case $(cat "/proc/$pid/comm" 2>/dev/null) in loopholed | loophole-*) echo "$pid" ;; esac
    done
}
_no_engine() { [ -z "$(_engines "$1")" ]; }
_board() { grep -o '/dev/shm/loophole-[0-9a-f]*-board' "/proc/$(pid_of persist)/maps" | head -n 1; }
_needs_root() { [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || skip "needs root and setpriv"; }
_as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups env -u XDG_RUNTIME_DIR "$@"; }

a_home_that_is_removed_ends_its_engine() {
    local board
    _home removed
    engine_up
    board=$(_board)
    rm -rf "$LOOPHOLE_HOME"
    mkdir "$LOOPHOLE_HOME"
    until_true 60 _no_engine "$LOOPHOLE_HOME"
    holds test ! -e "$board"
    engine_up # nothing is left in the way
    engine_down
}

a_home_that_is_moved_ends_its_engine_with_a_word_in_its_log() {
    _home moved
    engine_up
    mv "$LOOPHOLE_HOME" "$scratch/elsewhere"
    until_true 60 _no_engine "$LOOPHOLE_HOME"
    contains "$(cat "$scratch/elsewhere/data/log/supervisor.log")" "was removed, moved or replaced: the engine ends"
    contains "$(tail -n 1 "$scratch/elsewhere/data/log/supervisor.log")" "ended with 0"
}

a_lock_that_is_replaced_ends_the_engine_and_its_successor_is_left_alone() {
    local old
    _home replaced
    engine_up
    old=$(_engines "$LOOPHOLE_HOME" | tr '\n' ' ')
    mv "$LOOPHOLE_HOME" "$scratch/home-before"
    mkdir "$LOOPHOLE_HOME"
    engine_up
    until_true 60 _all_gone "$old"
    holds loophole search x
    holds is_ready persist
    engine_down
}
_all_gone() { local pid; for pid in $1; do [ ! -d "/proc/$pid" ] || grep -q '^State:.Z' "/proc/$pid/status" || return 1; done; }

a_runtime_folder_of_another_user_is_passed_over_with_a_word() {
    local home=$scratch/home-of-nobody said
    _needs_root
    mkdir "$home" "$scratch/home-foreign"
    chmod 755 "$scratch" && chown 65534:65534 "$home"
    _in() { setpriv --reuid 65534 --regid 65534 --clear-groups env -u LOOPHOLE_HOME HOME="$home" \
        XDG_RUNTIME_DIR="$scratch/home-foreign" "$@"; }
    said=$(_in loophole up 2>&1)
    contains "$said" "XDG_RUNTIME_DIR=$scratch/home-foreign is passed over"
    contains "$(_in loophole doctor)" "XDG_RUNTIME_DIR=$scratch/home-foreign is passed over"
    contains "$(_in loophole doctor)" "unset XDG_RUNTIME_DIR"
    _in loophole down
}

commands_that_read_make_no_home() {
    local command
    export LOOPHOLE_HOME=$scratch/mistyped
    for command in status down "search x" "store check" "crash list" logs doctor "library list"; do
        loophole $command >"$scratch/said" 2>&1
        [ ! -e "$LOOPHOLE_HOME" ] || fail "loophole $command made a home"
    done
    contains "$(refused loophole status)" "there is no $LOOPHOLE_HOME"
    cd "$scratch" && LOOPHOLE_HOME=relative loophole status >/dev/null 2>&1
    [ ! -e "$scratch/relative" ] || fail "a relative home was made"
}

a_home_that_cannot_be_written_is_denied_with_its_owners_name() {
    _needs_root
    mkdir "$scratch/public" && chmod 755 "$scratch" "$scratch/public"
    LOOPHOLE_HOME=$scratch/public/home _as_nobody "$build/bin/loophole" up >"$scratch/said" 2>&1
    same 21 $? "$(cat "$scratch/said")"
    contains "$(cat "$scratch/said")" "cannot make directory $scratch/public/home: Permission denied"
    contains "$(cat "$scratch/said")" "$scratch/public belongs to user root (0)"
    chmod 700 "$scratch"
}

a_home_of_another_user_is_refused() {
    _needs_root
    _home anothers
    chown 65534 "$LOOPHOLE_HOME"
    for command in up status; do
        contains "$(refused loophole $command)" "$LOOPHOLE_HOME belongs to user nobody (65534), not to root (0)"
    done
    chown 0 "$LOOPHOLE_HOME"
}

a_home_that_others_may_write_is_refused_and_one_that_they_may_read_is_closed() {
    _home open
    chmod 772 "$LOOPHOLE_HOME"
    contains "$(refused loophole up)" "$LOOPHOLE_HOME can be written by other users (mode 0772)"
    contains "$(cat "$scratch/out")" "others may have changed files in it; if all in it is yours: chmod 700 "
    chmod 755 "$LOOPHOLE_HOME"
    engine_up
    same 700 "$(stat -c %a "$LOOPHOLE_HOME")"
    engine_down
}

a_home_that_only_the_private_group_of_its_user_may_write_is_closed() {
    [ "$(id -gn)" = "$(id -un)" ] && [ "$(getent group "$(id -gn)" | cut -d: -f4)" = "" ] || skip "no private group"
    _home group
    chmod 775 "$LOOPHOLE_HOME"
    engine_up
    same 700 "$(stat -c %a "$LOOPHOLE_HOME")"
    engine_down
    _needs_root
    chmod 770 "$LOOPHOLE_HOME" && chgrp 65534 "$LOOPHOLE_HOME"
    contains "$(refused loophole up)" "can be written by other users (mode 0770)"
}

a_log_that_is_a_link_is_not_followed() {
    _home link
    mkdir -p "$LOOPHOLE_HOME/data/log" && : >"$scratch/target"
    ln -s "$scratch/target" "$LOOPHOLE_HOME/data/log/persist.log"
    engine_up
    engine_down
    same "" "$(cat "$scratch/target")"
}

a_start_that_adopts_nothing_draws_other_names_and_leaves_none_of_the_old() {
    local first second
    _home names
    engine_up
    first=$(_board)
    kill -KILL $(_engines "$LOOPHOLE_HOME")
    until_true 60 _no_engine "$LOOPHOLE_HOME"
    engine_up
    second=$(_board)
    differ "$first" "$second"
    holds test ! -e "$first"
    engine_down
}

a_name_that_another_user_has_taken_is_passed_over_and_doctor_names_the_user() {
    local board
    _needs_root
    _home taken
    engine_up
    board=$(_board)
    engine_down
    _as_nobody sh -c ": >$board" || fail "the name cannot be taken"
    contains "$(loophole doctor)" "user nobody (65534) holds $board"
    engine_up
    differ "$board" "$(_board)"
    contains "$(loophole doctor)" "user nobody (65534) holds $board"
    rm "$board"
    same "" "$(loophole doctor | grep -o 'user nobody.*')"
    engine_down
}

sockets_in_tmp_that_another_user_has_taken_are_passed_over() {
    local run
    _needs_root
    export LOOPHOLE_HOME=$scratch/home-long-$(head -c 90 /dev/zero | tr '\0' x)
    engine_up
    run=/tmp/loophole-0-$(cut -d' ' -f2 "$LOOPHOLE_HOME/data/names")
    holds test -S "$run/persist.ask"
    engine_down
    rm -rf "$run" && _as_nobody mkdir "$run"
    engine_up
    holds loophole search x
    contains "$(loophole doctor)" "user nobody (65534) holds $run"
    engine_down
    rmdir "$run"; rm -rf "/tmp/loophole-0-$(cut -d' ' -f2 "$LOOPHOLE_HOME/data/names")"
}

a_supervisor_that_ends_is_noticed_and_its_reason_is_printed() {
    _home ends
    loophole up && loophole down
    rm -f "$LOOPHOLE_HOME/data/supervisor.lock"
    mkdir "$LOOPHOLE_HOME/data/supervisor.lock"
    contains "$(refused loophole up)" "the supervisor ended: "
    contains "$(cat "$scratch/out")" "supervisor.lock: Is a directory"
    contains "$(loophole crash list)" "supervisor"
    rmdir "$LOOPHOLE_HOME/data/supervisor.lock"
    engine_up
    engine_down
}

fifteen_starts_at_once_end_with_one_engine() {
    local pids="" pid
    _home at-once
    for _ in $(seq 15); do loophole up >>"$scratch/ups" 2>&1 & pids="$pids $!"; done
    for pid in $pids; do wait "$pid" || fail "one of them ended with $?: $(cat "$scratch/ups")"; done
    same 1 "$(_engines "$LOOPHOLE_HOME" | while read -r pid; do cat "/proc/$pid/comm"; done | grep -c loophole-persis)"
    engine_down
}

a_death_of_the_supervisor_is_on_record() {
    local old
    _home record
    engine_up
    old=$(pid_of supervisor)
    kill -KILL "$old"
    until_true 60 _is_recorded "$old"
    contains "$(loophole doctor)" "1 deaths on record"
    engine_down
}
_is_recorded() { loophole crash list --json | grep '"service":"supervisor"' | grep -q "\"pid\":$1"; }

run_claims "$@"
