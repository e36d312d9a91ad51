#!/bin/bash
# `make bench` runs: one short round on a busy machine. No claim checks its figures, because they mean little here.
. "$(dirname "$0")/../lib.sh"

_bench() { env -u LOOPHOLE_HOME HOME_AT="$scratch/home" BUILD="$build" "$top/bench/latency/run" "$@" 2>&1; }

the_bench_compares_messages_with_what_they_stand_on() {
    local said
    [ -x "$build/bench_latency" ] || skip "bench_latency is not built here"
    said=$(LIBRARY='' _bench 1) || fail "$said"
    contains "$said" "ping persist, p99"
    contains "$said" "ping supervisor, p50"
    ! command -v jackd >/dev/null || contains "$said" "ping audio, p50"
    contains "$said" "one client's durable put, p50"
    contains "$said" "64 clients' durable puts"
    contains "$said" "1,000 puts in one batch ask"
    contains "$said" "codec: media record"
}

puts_under_an_index_and_searches_are_measured() {
    [ -d "$drumkits/GMRockKit" ] || skip "the package hydrogen-data is not installed"
    local said
    [ -x "$build/bench_latency" ] || skip "bench_latency is not built here"
    said=$(LIBRARY=$drumkits/GMRockKit _bench 1) || fail "$said"
    contains "$said" "8 writers, index, 8 searchers"
    contains "$said" " 0 errors; "
}

run_claims "$@"
