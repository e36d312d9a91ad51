#!/bin/bash
# two.sh: two engines on one home, two engines on one machine, two people who edit one item.
. "$(dirname "$0")/../lib.sh"
rounds=200
[ -z "${LONG:-}" ] || rounds=10000

_pids() { for service in supervisor persist search indexer; do pid_of $service; done | tr '\n' ' '; }
_home() { export LOOPHOLE_HOME=$scratch/home-$1; mkdir -p "$LOOPHOLE_HOME"; }
_living() { # processes of the home that run programs of the engine
    local pid
    for pid in $(processes_of_home "$LOOPHOLE_HOME"); do
        case $(readlink "/proc/$pid/exe") in "$build"/bin/loophole?*) echo "$pid" ;; esac
    done
}
_gone() { [ -z "$(_living)" ]; }

each_program_of_a_second_engine_is_refused() {
    local program pids
    _home one; engine_up
    pids=$(_pids)
    for program in loopholed "loopholed --keep" "loopholed --detach" loophole-persist loophole-search loophole-indexer; do
        contains "$(refused timeout 60 $program)" "already"
    done
    contains "$(loophole up)" "running already"
    same "$pids" "$(_pids)"
    engine_down
}

a_home_by_another_name_is_the_same_home() {
    local pids
    _home one; engine_up
    pids=$(_pids)
    ln -s "$LOOPHOLE_HOME" "$scratch/by-a-link"
    contains "$(LOOPHOLE_HOME=$scratch/by-a-link loophole up)" "running already"
    contains "$(cd "$scratch" && LOOPHOLE_HOME=home-one/../home-one/. loophole up)" "running already"
    contains "$(LOOPHOLE_HOME=$scratch/by-a-link refused timeout 60 loophole-persist)" "already"
    same "$pids" "$(LOOPHOLE_HOME=$scratch/by-a-link _pids)"
    engine_down
}

# As in a session over the network, with another XDG_RUNTIME_DIR: other sockets, the same data.
a_second_engine_on_the_same_data_is_refused() {
    local pids LOOPHOLE_HOME_WAS=$LOOPHOLE_HOME
    _home shared
    mkdir -p "$LOOPHOLE_HOME"/{data,config,cache}
    mkdir -m 700 "$LOOPHOLE_HOME/one" "$LOOPHOLE_HOME/two"
    export XDG_DATA_HOME=$LOOPHOLE_HOME/data XDG_CONFIG_HOME=$LOOPHOLE_HOME/config XDG_CACHE_HOME=$LOOPHOLE_HOME/cache
    export XDG_RUNTIME_DIR=$LOOPHOLE_HOME/one
    trap 'XDG_RUNTIME_DIR=$XDG_DATA_HOME/../one timeout 60 loophole down >/dev/null 2>&1' EXIT
    unset LOOPHOLE_HOME
    engine_up
    pids=$(_pids)
    export XDG_RUNTIME_DIR=$XDG_DATA_HOME/../two
    contains "$(refused loophole up)" "already runs for the data in"
    contains "$(refused timeout 60 loopholed --foreground)" "another engine has the data"
    contains "$(refused timeout 60 loophole-persist --foreground)" "another engine"
    contains "$(refused loophole status)" "not running"
    loophole down >/dev/null 2>&1
    export XDG_RUNTIME_DIR=$XDG_DATA_HOME/../one
    same "$pids" "$(_pids)"
    holds loophole down
}

# Runs `loophole up` twice at the same moment: both report that it is up, and one engine runs.
two_starts_in_one_moment_make_one_engine() {
    local n
    _home race
    for n in 1 2 3 4 5; do
        for one in 1 2 3; do
            loophole up >"$scratch/up.$one" 2>&1 &
            eval "start$one=$!"
        done
        wait $start1; wait $start2; wait $start3
        wait_ready persist; wait_ready search; wait_ready indexer
        for program in persist search indexer; do
            same 1 "$(_running "loophole-$program" | wc -l)"
        done
        contains "$(loophole up)" "running already"
        engine_down
        until_true 60 _gone
    done
}
_running() { local pid; for pid in $(_living); do [ "$(readlink "/proc/$pid/exe")" = "$build/bin/$1" ] && echo "$pid"; done; }

two_homes_side_by_side_know_nothing_of_each_other() {
    local first=$scratch/home-first second=$scratch/home-second pids
    mkdir -p "$scratch/library"
    cp "$(find -L "$drumkits" -iname '*kick*' -type f | sort | head -n 1)" "$scratch/library/" || skip "no hydrogen-drumkits"
    mkdir -p "$first" "$second"
    LOOPHOLE_HOME=$first engine_up
    LOOPHOLE_HOME=$second engine_up
    LOOPHOLE_HOME=$first loophole index "$scratch/library" --wait >/dev/null || fail "cannot index"
    same 1 "$(LOOPHOLE_HOME=$first loophole search kick --json --limit 5 | wc -l)"
    same 0 "$(LOOPHOLE_HOME=$second loophole search kick --json --limit 5 | wc -l)"
    pids=$(LOOPHOLE_HOME=$first _pids)
    LOOPHOLE_HOME=$second loophole index "$scratch/library" --wait >/dev/null || fail "cannot index the same folder"
    LOOPHOLE_HOME=$second loophole tag "$(LOOPHOLE_HOME=$second loophole search kick --json --limit 1 | field id)" +second ||
        fail "cannot tag"
    same 0 "$(LOOPHOLE_HOME=$first loophole search tag:second --json | wc -l)"
    export LOOPHOLE_HOME=$second
    kill -KILL $(_living)
    until_true 60 _gone
    export LOOPHOLE_HOME=$first
    same "$pids" "$(_pids)"
    same 1 "$(loophole search kick --json --limit 5 | wc -l)"
    export LOOPHOLE_HOME=$second
    engine_up
    until_true 60 _finds_its_tag
    engine_down
    LOOPHOLE_HOME=$first engine_down
}
_finds_its_tag() { [ "$(loophole search tag:second --json | wc -l)" = 1 ]; }

of_two_who_change_one_item_one_wins_and_one_is_told() {
    _home rivals; engine_up
    wait_ready persist
    python "$top/tests/faults/two.py" $rounds || fail "see above"
    engine_down
}

run_claims "$@"
