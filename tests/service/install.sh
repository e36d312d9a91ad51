#!/bin/bash
# Where `make install` puts its files, and that the engine runs from there.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

_codes_of_the_keeper() { # exit codes of the errors in its two functions
    local name
    for name in $(sed -n '/^static bool ends_all/,/^static void record_death/p' "$top/supervisor/keeper.c" | grep -o 'ERR_[A-Z_]*'); do
        echo $((10 + $(sed -n '/ERR_OK = 0/,/ERR_COUNT/p' "$top/common/err.h" | grep -nw "$name" | cut -d: -f1) - 1))
    done | sort -n | paste -sd' '
}

an_installed_engine_runs_from_its_prefix() {
    local prefix=$scratch/prefix
    make -s -C "$top" BUILD="$build" PREFIX="$prefix" install >"$scratch/log" 2>&1 || fail "$(tail "$scratch/log")"
    for file in bin/loophole bin/loopholed bin/loophole-persist bin/loophole-worker lib/systemd/user/loophole.service \
        share/man/man1/loophole.1 share/bash-completion/completions/loophole share/zsh/site-functions/_loophole \
        share/fish/vendor_completions.d/loophole.fish share/doc/loophole/protocol.md; do
        [ -s "$prefix/$file" ] || fail "no $file"
    done
    contains "$(cat "$prefix/lib/systemd/user/loophole.service")" "ExecStart=$prefix/bin/loopholed"
    same "$(_codes_of_the_keeper)" "$(sed -n 's/^RestartPreventExitStatus=//p' "$prefix/lib/systemd/user/loophole.service")"
    "$prefix/bin/loophole" up >/dev/null || fail "it does not start"
    same ready "$("$prefix/bin/loophole" status --json | field state)"
    "$prefix/bin/loophole" down >/dev/null
}

a_staged_install_stays_below_its_destdir() {
    make -s -C "$top" BUILD="$build" PREFIX=/usr DESTDIR="$scratch/stage" install >"$scratch/log" 2>&1 ||
        fail "$(tail "$scratch/log")"
    [ -x "$scratch/stage/usr/bin/loophole" ] || fail "no program"
    contains "$(cat "$scratch/stage/usr/lib/systemd/user/loophole.service")" "ExecStart=/usr/bin/loopholed"
}

run_claims "$@"
