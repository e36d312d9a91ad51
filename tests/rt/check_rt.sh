#!/bin/bash
# The audio thread calls only the functions listed in tests/rt/allowed and, at the door to JACK, in
# tests/rt/allowed_jack, and keeps no memory of its own. BUILD/rt/all.o (`make check-rt`) joins the same objects from
# which loophole-audio is linked: common/rt, services/audio/rt and services/audio/jack/rt_jack.c.
. "$(dirname "$0")/../lib.sh"
all=$build/rt/all.o
door=services/audio/jack/rt_jack
program=$build/bin/loophole-audio

_wanted() { nm -u "$@" | awk 'NF > 1 { print $NF }' | sort -u; }
_allowed() { cat "$top/tests/rt/allowed" "$top/tests/rt/allowed_jack" | grep -v '^#'; }
_forbidden() { _wanted "$1" | grep -vxFf <(_allowed); }
_kept() {
    size -A "$1" | awk '$1 ~ /^\.(data|bss|tdata|tbss)($|\.)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print $1, $2 }'
}
_sources() { (cd "$top" && printf '%s\n' common/rt/*.c services/audio/dsp/*.c services/audio/rt/*.c $door.c); }
_functions() { nm -S "$1" | awk '$3 ~ /^[tT]$/ { print $2, $4 }' | sort; } # size and name

# The flags of the build that add calls.
_compile() { ${CC:-gcc} -std=c17 -D_GNU_SOURCE -fPIE -I"$top" -I"$build/gen" "$@"; }

# The same object with one more function in it.
_with() { # source
    printf '%s\n' "$1" >"$scratch/more.c"
    _compile -O2 -fno-builtin -c -o "$scratch/more.o" "$scratch/more.c" || fail "$1"
    ld -r -o "$scratch/with.o" "$all" "$scratch/more.o" || fail "does not link: $1"
}

the_audio_thread_calls_only_what_is_allowed() {
    holds test -s "$all"
    same "" "$(_forbidden "$all")" "(forbidden on the audio thread)"
}

only_the_door_calls_jack() {
    local source
    for source in $(_sources); do
        [ "$source" = $door.c ] || same "" "$(_wanted "$build/${source%.c}.o" | grep '^jack_')" "(wanted by $source)"
    done
    same "" "$(nm "$build/services/audio/jack/jack.o" | grep -i ' t rt_')" "(real-time functions outside $door.c)"
}

every_source_of_the_audio_thread_is_checked() {
    local source
    for source in $(_sources); do
        holds test ! "$top/$source" -nt "$all"
        same "" "$(comm -23 <(_functions "$build/${source%.c}.o") <(_functions "$all"))" "(of $source)"
    done
}

the_program_that_ships_holds_these_very_functions() {
    differ 0 "$(_functions "$all" | wc -l)"
    same "" "$(comm -23 <(_functions "$all") <(_functions "$program"))" "(not in $program)"
}

the_audio_thread_keeps_no_memory_of_its_own() {
    same "" "$(_kept "$all")"
}

a_forbidden_call_is_found() {
    local name
    for name in malloc pthread_mutex_lock write printf clock_gettime syscall abort __errno_location jack_port_register; do
        _with "void $name(void); void rt_more(void) { $name(); }"
        same "$name" "$(_forbidden "$scratch/with.o")"
    done
}

# Writes the source with three forbidden calls at the beginning of its Nth function; prints the function's name.
_plant() { # N
    awk -v nth="$1" '
        /^[a-z].*[ *]rt_[a-z_]+\(/ { match($0, /rt_[a-z_]+/); name = substr($0, RSTART, RLENGTH) }
        { print }
        /^{/ && name != "" { if (++count == nth) { print "    plant();"; print name >"/dev/stderr" }; name = "" }
    ' "$top/$door.c" 2>"$scratch/planted" >"$scratch/rt_jack.c"
    cat "$scratch/planted"
}

a_call_planted_in_any_function_of_the_door_is_found() {
    local nth=0 name found call
    cat >"$scratch/plant.h" <<'C'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static inline void plant(void)
{
    extern pthread_mutex_t planted_mutex;
    void *volatile memory = malloc(8);

    pthread_mutex_lock(&planted_mutex);
    printf("%p\n", memory);
}
C
    while name=$(_plant $((nth + 1))) && [ "$name" ]; do
        nth=$((nth + 1))
        _compile -O2 -D_FORTIFY_SOURCE=3 -fstack-protector-strong -include "$scratch/plant.h" -c \
            -o "$scratch/planted.o" "$scratch/rt_jack.c" || fail "$name: does not compile"
        found=$(_forbidden "$scratch/planted.o")
        for call in malloc pthread_mutex_lock printf; do
            contains "$found (planted in $name)" "$call"
        done
    done
    same "$(grep -c '^[a-z].*[ *]rt_[a-z_]*(' "$top/$door.c")" $nth "(functions of $door.c)"
    differ 0 $nth "(functions of $door.c)"
}

memory_that_is_kept_is_found() {
    _with 'int rt_more_count; int rt_more(void) { return rt_more_count++; }'
    holds test -n "$(_kept "$scratch/with.o")"
    _with 'static _Thread_local int kept; int rt_more(void) { return kept++; }'
    holds test -n "$(_kept "$scratch/with.o")"
}

run_claims "$@"
