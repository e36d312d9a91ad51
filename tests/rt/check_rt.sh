#!/bin/bash
# What is linked into the audio thread wants nothing from outside but what tests/rt/allowed names, and keeps no memory
# of its own. BUILD/rt/all.o (`make check-rt`) is all of common/rt and services/audio/rt in one object.
. "$(dirname "$0")/../lib.sh"
all=$build/rt/all.o
allowed=$top/tests/rt/allowed

_wanted() { nm -u "$1" | awk '{ print $NF }' | sort -u; }
_forbidden() { _wanted "$1" | grep -vxFf <(grep -v '^#' "$allowed"); }
_kept() {
    size -A "$1" | awk '$1 ~ /^\.(data|bss|tdata|tbss)($|\.)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print $1, $2 }'
}

# The same object with one more function in it.
_with() { # source
    printf '%s\n' "$1" >"$scratch/more.c"
    ${CC:-gcc} -std=c17 -O2 -fno-builtin -fno-stack-protector -c -o "$scratch/more.o" "$scratch/more.c" || fail "$1"
    ld -r -o "$scratch/with.o" "$all" "$scratch/more.o" || fail "does not link: $1"
}

the_audio_thread_calls_only_what_is_allowed() {
    holds test -s "$all"
    same "" "$(_forbidden "$all")" "(forbidden on the audio thread)"
}

every_source_of_the_audio_thread_is_checked() {
    local source object
    for source in "$top"/common/rt/*.c "$top"/services/audio/rt/*.c; do
        [ -e "$source" ] || continue
        object=$build/rt/${source#"$top"/}
        holds test -s "${object%.c}.o"
        holds test ! "$source" -nt "$all"
    done
}

the_audio_thread_keeps_no_memory_of_its_own() {
    same "" "$(_kept "$all")"
}

a_forbidden_call_is_found() {
    local name
    for name in malloc pthread_mutex_lock write printf clock_gettime syscall abort __errno_location __stack_chk_fail; do
        _with "void $name(void); void rt_more(void) { $name(); }"
        same "$name" "$(_forbidden "$scratch/with.o")"
    done
}

memory_that_is_kept_is_found() {
    _with 'int rt_more_count; int rt_more(void) { return rt_more_count++; }'
    holds test -n "$(_kept "$scratch/with.o")"
    _with 'static _Thread_local int kept; int rt_more(void) { return kept++; }'
    holds test -n "$(_kept "$scratch/with.o")"
}

run_claims "$@"
