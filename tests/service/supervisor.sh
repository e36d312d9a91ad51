#!/bin/bash
# The supervisor against what happens to processes: killed, stopped, crashing for ever, asked to end.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# "pid" or any other field of one service's line, of the engine in $LOOPHOLE_HOME.
_of() {
    loophole status --json | /usr/bin/python3 -c '
import sys, json
for line in map(json.loads, sys.stdin):
    if line["service"] == sys.argv[1]: print(line[sys.argv[2]])
' "$1" "$2"
}
_is() { [ "$(_of "$1" "$2")" = "$3" ]; }
_began_as() { local pid; pid=$(_of "$1" pid); [ -n "$pid" ] && [ "$pid" != 0 ] && [ "$pid" != "$2" ] && is_ready "$1"; }
_is_gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
_pids() { for s in persist search indexer; do _of $s pid; done | tr '\n' ' '; }
_all_ready() { is_ready persist && is_ready search && is_ready indexer; }
_no_process() { [ -z "$(_living "$1")" ]; }
_living() { # processes of a home that are not this test
    local pid
    for pid in $(processes_of_home "$1"); do
        case " $(_ancestors) " in *" $pid "*) continue ;; esac
        case $(cat "/proc/$pid/comm" 2>/dev/null) in loophole*) _is_gone "$pid" || echo "$pid" ;; esac
    done
}
_ancestors() {
    local pid=$BASHPID
    while [ "${pid:-0}" -gt 1 ]; do echo "$pid"; pid=$(awk '{print $4}' "/proc/$pid/stat" 2>/dev/null); done
}
_stop_all() { engine_down; until_true 60 _no_process "$LOOPHOLE_HOME"; }

# A home and a directory of programs of its own, in which $2 is the program of service $1.
_with_stand_in() {
    export LOOPHOLE_HOME=$scratch/home-$1-$RANDOM
    mkdir -p "$LOOPHOLE_HOME" "$scratch/bin-$1"
    cp "$build"/bin/loophole* "$scratch/bin-$1/"
    rm -f "$scratch/bin-$1/loophole-$1"
    printf '#!/bin/sh\n%s\n' "$2" >"$scratch/bin-$1/loophole-$1"
    chmod +x "$scratch/bin-$1/loophole-$1"
    PATH=$scratch/bin-$1:$PATH
    loopholed --detach || fail "loopholed did not start"
    until_true 60 loophole status
}

a_service_that_is_killed_is_back_and_the_others_never_noticed() {
    local service old others
    engine_up
    for service in persist search indexer; do
        old=$(_of $service pid)
        others=$(_pids | sed "s/\b$old\b//")
        kill -KILL "$old"
        until_true 60 _began_as $service "$old"
        same "$others" "$(_pids | sed "s/\b$(_of $service pid)\b//")"
        same 1 "$(_of $service restarts)"
        contains "$(_of $service last_death)" "signal 9 (SIGKILL), "
    done
    _stop_all
}

a_stopped_service_is_found_and_replaced() {
    local old
    engine_up
    old=$(_of search pid)
    kill -STOP "$old"
    until_true 60 _began_as search "$old"
    contains "$(_of search last_death)" "hung: signal 9 (SIGKILL)"
    _stop_all
}

a_supervisor_that_was_stopped_itself_kills_nobody() {
    local pids supervisor
    engine_up
    pids=$(_pids)
    supervisor=$(_of supervisor pid)
    kill -STOP "$supervisor"
    sleep 4 # longer than the limit for a hang: nothing can be polled while nobody looks
    kill -CONT "$supervisor"
    until_true 60 _all_ready
    same "$pids" "$(_pids)"
    same 0 "$(_of search restarts)"
    _stop_all
}

a_killed_supervisor_is_back_and_its_services_never_noticed() {
    local pids old
    engine_up
    pids=$(_pids)
    old=$(_of supervisor pid)
    kill -KILL "$old"
    until_true 60 _began_as supervisor "$old"
    same "$pids" "$(_pids)"
    same True "$(_of search adopted)"
    same 1 "$(_of supervisor restarts)"
    contains "$(_of supervisor last_death)" "signal 9 (SIGKILL)"
    contains "$(cat "$LOOPHOLE_HOME/data/log/supervisor.log")" "keeper: the supervisor[$old] ended: signal 9 (SIGKILL)"

    old=$(_of indexer pid)
    kill -KILL "$old"
    until_true 60 _began_as indexer "$old"
    same False "$(_of indexer adopted)"
    same 1 "$(_of indexer restarts)"
    _stop_all
}

without_a_keeper_a_new_supervisor_adopts_all_and_starts_nothing_twice() {
    local pids first second
    loopholed & first=$!
    until_true 60 _all_ready
    pids=$(_pids)
    kill -KILL "$first"
    wait "$first" 2>/dev/null
    for pid in $pids; do holds test -d "/proc/$pid"; done
    loopholed & second=$!
    until_true 60 _all_ready
    same "$pids" "$(_pids)"
    same "$second" "$(_of supervisor pid)"
    kill -KILL "$(echo "$pids" | cut -d' ' -f2)"
    until_true 60 _began_as search "$(echo "$pids" | cut -d' ' -f2)"
    engine_down
    wait "$second" || fail "the supervisor ended with $?"
    until_true 60 _no_process "$LOOPHOLE_HOME"
}

a_keeper_that_is_killed_takes_nobody_along() {
    local pids keeper
    engine_up
    pids=$(_pids)
    keeper=$(awk '{print $4}' "/proc/$(_of supervisor pid)/stat")
    kill -KILL "$keeper"
    until_true 60 _is_gone "$keeper"
    same "$pids" "$(_pids)"
    _stop_all
}

# Being stopped ends a wait for a signal without one.
a_keeper_that_was_stopped_for_a_while_goes_on_keeping() {
    local old keeper
    engine_up
    old=$(_of supervisor pid)
    keeper=$(awk '{print $4}' "/proc/$old/stat")
    kill -STOP "$keeper"
    kill -CONT "$keeper"
    sleep 0.1
    kill -KILL "$old"
    until_true 20 _began_as supervisor "$old"
    _stop_all
}

a_service_that_always_dies_is_quarantined_until_it_is_released() {
    _with_stand_in search 'kill -SEGV $$'
    until_true 60 _is search state quarantined
    contains "$(_of search last_death)" "signal 11 (SIGSEGV)"
    same 4 "$(_of search restarts)"
    until_true 60 is_ready persist
    cp "$build/bin/loophole-search" "$scratch/bin-search/loophole-search.new"
    mv "$scratch/bin-search/loophole-search.new" "$scratch/bin-search/loophole-search"
    holds loophole restart search
    until_true 60 is_ready search
    _stop_all
}

persist_is_never_quarantined() {
    _with_stand_in persist 'exit 21'
    until_true 60 _is persist restarts 6
    same failed "$(_of persist state)"
    contains "$(_of persist last_death)" "exit code 21 (denied)"
    _stop_all
}

a_program_that_is_not_there_is_named() {
    _with_stand_in indexer ''
    rm "$scratch/bin-indexer/loophole-indexer"
    loophole restart indexer >/dev/null 2>&1 &
    until_true 60 _is indexer state quarantined
    until_true 60 is_ready search
    contains "$(cat "$LOOPHOLE_HOME/data/log/supervisor.log")" "cannot start $scratch/bin-indexer/loophole-indexer"
    kill $! 2>/dev/null
    _stop_all
}

every_death_leaves_a_record() {
    local old
    [ -z "${SANITIZED:-}" ] || skip "the sanitizer handles fatal signals"
    engine_up
    old=$(_of search pid)
    kill -SEGV "$old"
    until_true 60 _began_as search "$old"
    record=$(loophole crash list --json)
    same "$old" "$(field pid <<<"$record")"
    same search "$(field service <<<"$record")"
    same "signal 11 (SIGSEGV)" "$(field ended <<<"$record")"
    contains "$(loophole crash show "$(field name <<<"$record")")" "backtrace:"
    _stop_all
}

a_death_is_an_event() {
    local old listener
    engine_up
    loophole events --json >"$scratch/events" &
    listener=$!
    until_true 60 _hears_a_death
    contains "$(grep supervisor.died "$scratch/events")" '"search"'
    kill "$listener"
    _stop_all
}
_hears_a_death() { # events are hints: who listens too late hears the next one
    kill -KILL "$(_of search pid)"
    sleep 3 # past the time in which a death counts towards quarantine
    grep -q supervisor.died "$scratch/events"
}

a_service_restarts_when_asked() {
    local old
    export LOOPHOLE_HOME=$scratch/home-restart # where no death has left a record yet
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    old=$(_of indexer pid)
    holds loophole restart indexer
    until_true 60 _began_as indexer "$old"
    same "" "$(_of indexer last_death)"
    same "" "$(loophole crash list --json)"
    contains "$(refused loophole restart nobody)" 'no service "nobody"'
    _stop_all
}

a_second_supervisor_is_refused() {
    local pids
    engine_up
    pids=$(_pids)
    contains "$(refused loopholed)" "running already"
    contains "$(refused loopholed --keep)" "runs already"
    contains "$(refused loopholed --detach)" "runs already"
    same "$pids" "$(_pids)"
    _stop_all
}

two_engines_run_side_by_side() {
    local first=$LOOPHOLE_HOME second=$scratch/home-second pids
    mkdir -p "$second"
    engine_up
    pids=$(_pids)
    LOOPHOLE_HOME=$second engine_up
    differ "$pids" "$(LOOPHOLE_HOME=$second _pids)"
    kill -KILL "$(LOOPHOLE_HOME=$second _of search pid)"
    (LOOPHOLE_HOME=$second; _stop_all)
    same "$pids" "$(_pids)"
    LOOPHOLE_HOME=$first _stop_all
}

a_shutdown_leaves_no_process_and_no_shared_memory() {
    local board
    engine_up
    board=$(grep -o '/dev/shm/loophole-[0-9a-f]*-board' "/proc/$(_of persist pid)/maps" | head -n 1)
    holds test -e "$board"
    holds loophole down
    until_true 60 _no_process "$LOOPHOLE_HOME"
    holds test ! -e "$board"
    contains "$(refused loophole status)" "not running"
    contains "$(tail -n 1 "$LOOPHOLE_HOME/data/log/supervisor.log")" "ended with 0"
}

sigterm_to_the_supervisor_stops_all() { # what systemd does
    local supervisor
    loopholed & supervisor=$!
    until_true 60 _all_ready
    kill -TERM "$supervisor"
    wait "$supervisor" || fail "ended with $?"
    until_true 60 _no_process "$LOOPHOLE_HOME"
}

sigterm_to_the_keeper_stops_all() {
    local keeper
    loopholed --keep & keeper=$!
    until_true 60 _all_ready
    kill -TERM "$keeper"
    wait "$keeper" || fail "ended with $?"
    until_true 60 _no_process "$LOOPHOLE_HOME"
}

a_service_that_ignores_the_shutdown_is_killed() {
    _with_stand_in search 'trap "" TERM; while :; do sleep 600; done'
    until_true 60 is_ready persist
    holds loophole down
    until_true 60 _no_process "$LOOPHOLE_HOME"
    contains "$(cat "$LOOPHOLE_HOME/data/log/supervisor.log")" "does not stop: killed"
}

services_of_a_lost_board_go_on_on_another() {
    local pids board supervisor
    engine_up
    pids=$(_pids)
    supervisor=$(_of supervisor pid)
    board=$(grep -o '/dev/shm/loophole-[0-9a-f]*-board' "/proc/$supervisor/maps" | head -n 1)
    rm "$board"
    kill -KILL "$supervisor"
    until_true 60 _began_as supervisor "$supervisor"
    until_true 60 _all_ready
    same "$pids" "$(_pids)"
    _stop_all
}

a_board_of_random_bytes_is_healed() {
    local pids board
    engine_up
    pids=$(_pids)
    board=$(grep -o '/dev/shm/loophole-[0-9a-f]*-board' "/proc/$(_of supervisor pid)/maps" | head -n 1)
    head -c 2048 /dev/urandom | dd of="$board" bs=64 seek=1 conv=notrunc 2>/dev/null
    until_true 60 grep -q search "$board"
    until_true 60 _all_ready
    same "$pids" "$(_pids)"
    _stop_all
}

a_home_given_as_a_relative_path_is_one_home() {
    mkdir -p "$scratch/home-relative" && cd "$scratch" || fail
    LOOPHOLE_HOME=home-relative
    engine_up
    holds test -e home-relative/data/log/search.log
    same "$scratch/home-relative" "$(tr '\0' '\n' <"/proc/$(_of search pid)/environ" | sed -n 's/^LOOPHOLE_HOME=//p')"
    holds loophole down
    until_true 60 _no_process "$scratch/home-relative"
}

settings_that_are_wrong_are_refused_before_anything_starts() {
    export LOOPHOLE_HOME=$scratch/home-settings
    mkdir -p "$LOOPHOLE_HOME/config"
    printf '[supervisor]\nhang_ms = soon\n' >"$LOOPHOLE_HOME/config/loophole.conf"
    contains "$(refused loopholed --detach)" 'loophole.conf:2: supervisor.hang_ms is "soon"'
    holds _no_process "$LOOPHOLE_HOME"
}

a_service_that_ends_with_io_while_the_disk_works_is_quarantined() {
    _with_stand_in search 'exit 19'
    until_true 60 _is search state quarantined
    same "" "$(ls -A "$LOOPHOLE_HOME/data" | grep probe)"
    _stop_all
}

run_claims "$@"
