#!/bin/bash
# The completion scripts, each run by its shell.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

_library() { # two kicks and a loop with tags: the first claim makes them, the later ones use them
    library=$scratch/library
    [ ! -d "$library" ] || return 0
    mkdir -p "$library"
    [ -d "$drumkits" ] && [ -d "$sonic" ] || skip "the sample packages are not installed"
    find -L "$drumkits" -iname '*kick*' -type f | sort | head -n 2 | while read -r file; do cp -n "$file" "$library/"; done
    cp "$sonic/loop_amen.flac" "$library/"
    engine_up
    loophole index "$library" --wait >/dev/null 2>"$scratch/err" || fail "$(cat "$scratch/err")"
    loophole tag amen +warm +worn >/dev/null || fail "tag"
}

# The completions that bash offers for a line, in one line.
_bash_offers() {
    COMP_LINE=$1 COMP_POINT=${#1} bash -c '
        compopt() { :; }
        source <(loophole completion bash)
        _loophole loophole
        printf "%s\n" "${COMPREPLY[@]}"' | sort | xargs
}

bash_completes_what_the_engine_knows() {
    _library
    loophole search kick --save mine >/dev/null
    contains " $(_bash_offers 'loophole s') " ' search '
    same 'add list remove rescan' "$(_bash_offers 'loophole library ')"
    same 'warm worn' "$(_bash_offers 'loophole search kick tag:w')"
    same '+worn' "$(_bash_offers 'loophole tag amen +wo')"
    same 'kick' "$(_bash_offers 'loophole play class:k')"
    same 'search' "$(_bash_offers 'loophole restart se')"
    same 'persist' "$(_bash_offers 'loophole logs per')"
    same 'sequencer sounds streams' "$(_bash_offers 'loophole mixer s')"
    same 'gain=' "$(_bash_offers 'loophole mixer master g')"
    same 'ratio= release= reverb_send= reverse=' "$(_bash_offers 'loophole pads set 1 r')"
    contains " $(_bash_offers 'loophole audio use ') " ' dummy '
    same 'mine' "$(_bash_offers 'loophole queries m')"
    same 'bpm' "$(_bash_offers 'loophole search x --sort b')"
    same 'bpm' "$(_bash_offers 'loophole search x --sort=b')"
    same '--limit' "$(_bash_offers 'loophole search x --li')"
    same 'search.query' "$(_bash_offers 'loophole ask search.query')"
    same 'query=' "$(_bash_offers 'loophole ask search.query quer')"
    same 'persist.changed' "$(_bash_offers 'loophole events persist.c')"
    same 'bash' "$(_bash_offers 'loophole completion b')"
    contains "$(_bash_offers "loophole show $library/loop")" "$library/loop_amen.flac"
}

# The completions that the other shells offer for a line, in one line.
_fish_offers() { fish -c 'loophole completion fish | source; complete -C $argv[1]' "$1" | cut -f1 | sort | xargs; }

# zsh completes only at a terminal. A terminal of the test types the line and then ^T, which completes and reports the
# end. HOW: `fpath`, as it is installed, or `source`.
_zsh_offers() { # LINE [HOW]
    local at=$scratch/zsh-$RANDOM how='fpath=($at $fpath)' late=
    [ "${2:-fpath}" = fpath ] || { how=; late='source <(loophole completion zsh)'; }
    mkdir -p "$at"
    loophole completion zsh >"$at/_loophole"
    cat >"$at/init" <<EOF
at=$at
$how
autoload -Uz compinit; compinit -D -u
$late
function compadd {
    local -a found
    case " \${@[1,(i)(-|--)]} " in *' '-(O|A|D)' '*) builtin compadd "\$@"; return ;; esac
    builtin compadd -O found "\$@"
    print -rl -- \$found >>\$at/found
    builtin compadd "\$@"
}
zle -C candidates complete-word _main_complete
function report { zle candidates; : >\$at/done; }
zle -N report
bindkey '^T' report
: >\$at/ready
EOF
    : >"$at/found"
    # shellcheck disable=SC2016 # zsh expands these
    at=$at line=$1 timeout 60 zsh -f -c '
        zmodload zsh/zpty
        zpty inner "exec zsh -f -i"
        zpty -w inner "source $at/init"
        until [[ -e $at/ready ]]; do sleep 0.02; done
        zpty -w -n inner "$line"$'"'\\C-t'"'
        until [[ -e $at/done ]]; do sleep 0.02; done
        zpty -d inner' || fail "zsh does not complete: $1"
    sort -u "$at/found" | xargs
}

_completes() { # SHELL [HOW]
    command -v "$1" >/dev/null || skip "no $1"
    _library
    same 'tag tasks' "$(_"$1"_offers 'loophole ta' "${2:-}")"
    same 'add list remove rescan' "$(_"$1"_offers 'loophole library ' "${2:-}")"
    same 'search' "$(_"$1"_offers 'loophole restart se' "${2:-}")"
    same 'tag:warm tag:worn' "$(_"$1"_offers 'loophole search tag:w' "${2:-}")"
    same '+worn' "$(_"$1"_offers 'loophole tag amen +wo' "${2:-}")"
    same '--sort=bpm' "$(_"$1"_offers 'loophole search x --sort=b' "${2:-}")"
    contains "$(_"$1"_offers "loophole show $library/loop" "${2:-}")" loop_amen.flac
}
zsh_completes_commands_tags_services_and_files() { _completes zsh; }
zsh_completes_after_source_too() { _completes zsh source; }
fish_completes_commands_tags_services_and_files() { _completes fish; }

without_an_engine_its_names_are_completed_and_nothing_else() {
    engine_down
    contains " $(_bash_offers 'loophole restart ') " ' persist '
    same '' "$(_bash_offers 'loophole search tag:w')"
}

run_claims "$@"
