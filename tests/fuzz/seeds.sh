#!/bin/bash
# Every fuzz target accepts its seeds, and all inputs of earlier findings, without a sanitizer's report. `make fuzz`
# goes further.
. "$(dirname "$0")/../lib.sh"
found=$top/tests/fuzz/found

_has_fuzzer() {
    printf '%s\n' '#include <stddef.h>' 'int LLVMFuzzerTestOneInput(const char *, size_t);' \
        'int LLVMFuzzerTestOneInput(const char *b, size_t n) { return b && n > 9; }' >"$scratch/try.c"
    "$(ls /usr/bin/clang /usr/bin/clang-[0-9]* 2>/dev/null | sort -V | tail -n 1)" -fsanitize=fuzzer,address,undefined -o "$scratch/try" "$scratch/try.c" 2>/dev/null
}

_replay() { # target
    local target=$build/seeds/targets/$1
    [ -f "$scratch/no_fuzzer" ] && skip "clang has no fuzzer and sanitizers here (libclang-rt-19-dev)"
    [ -x "$target" ] || fail "not built: $target"
    mkdir -p "$scratch/seeds/$1" "$scratch/tmp"
    cd "$scratch" || fail "no $scratch"
    TMPDIR=$scratch/tmp timeout 300 "$target" -runs=0 -timeout=120 -rss_limit_mb=3072 -close_fd_mask=1 \
        "$scratch/seeds/$1" $([ -d "$found/$1" ] && echo "$found/$1") >"$scratch/log" 2>&1 || {
        grep -vE '^(#|INFO)' "$scratch/log" | head -n 40
        fail "$1 ends with an error"
    }
}

every_target_is_built_and_has_seeds() {
    _has_fuzzer || { touch "$scratch/no_fuzzer"; skip "clang has no fuzzer and sanitizers here (libclang-rt-19-dev)"; }
    (unset MAKEFLAGS MAKELEVEL; make -s -C "$top" BUILD="$build" seed-build) || fail "the fuzz targets do not build"
    holds "$top/tests/fuzz/seeds.py" "$scratch/seeds"
    for target in "$top"/tests/fuzz/*/*.c; do
        target=${target#"$top/tests/fuzz/"}
        holds [ -d "$scratch/seeds/${target%.c}" ]
        holds grep -q "_replay ${target%.c};" "$script"
    done
}

any_bytes_are_a_message_or_refused() { _replay proto/codec; }
any_bytes_are_a_frame_or_refused() { _replay proto/frame; }
any_text_is_json_of_a_message_or_refused() { _replay proto/json; }
any_worker_is_understood_or_refused() { _replay proto/pipe; }
any_bytes_of_a_peer_are_counted_or_refused() { _replay proto/wire; }
any_text_is_a_schema_or_refused() { _replay schemac/parse; }
any_file_has_tags_and_a_payload_inside() { _replay worker/file; }
any_bytes_are_the_file_of_a_kit_or_refused() { _replay worker/kit; }
any_bytes_are_the_archive_of_a_kit_or_refused() { _replay worker/archive; }
any_bytes_are_the_archive_of_a_bundle_or_refused() { _replay worker/zip; }
any_bytes_are_a_database_of_k_or_refused() { _replay worker/kbase; }
any_words_make_facts_within_bounds() { _replay worker/words; }
any_numbers_are_analysed_within_bounds() { _replay worker/analysis; }
any_settings_are_read_or_refused() { _replay common/config; }
any_board_is_read() { _replay common/board; }
any_shared_memory_is_read_and_written() { _replay common/rt; }
any_memory_of_a_studio_is_sounded() { _replay audio/engine; }
any_record_of_a_death_is_told_or_passed_over() { _replay common/crash; }
any_rows_of_a_store_are_read_or_reported() { _replay store/rows; }
any_bytes_are_the_file_of_a_pattern_or_refused() { _replay store/pattern; }
any_bytes_are_a_midi_file_or_refused() { _replay store/midi; }
any_damage_of_data_mdb_is_read_or_refused() { _replay store/image; }
any_rows_of_an_item_make_an_entry_or_are_left_out() { _replay search/rows; }
any_asks_leave_the_store_whole() { _replay persist/asks; }
any_query_finds_rows_or_is_explained() { _replay search/query; }
any_index_file_is_searched_or_refused() { _replay search/file; }
any_cursor_is_one_that_was_written_or_refused() { _replay search/cursor; }
any_asks_to_search_are_answered() { _replay search/asks; }
any_asks_to_the_supervisor_are_answered() { _replay supervisor/asks; }
any_asks_to_the_indexer_are_answered() { _replay indexer/asks; }
any_asks_to_the_streamer_are_answered() { _replay streamer/asks; }
any_asks_to_the_audio_core_are_answered() { _replay audio/asks; }
any_file_of_a_map_is_used_or_refused() { _replay search/map; }
any_take_goes_on_or_is_refused() { _replay streamer/wav; }
any_packet_is_osc_or_refused() { _replay osc/packets; }
any_message_of_a_page_is_passed_or_refused() { _replay web/messages; }
any_bytes_of_a_browser_are_answered_or_end_its_connection() { _replay web/requests; }

what_was_found_stays_small() {
    [ -d "$found" ] || skip "nothing was found yet"
    holds [ "$(du -sk "$found" | cut -f1)" -le 200 ]
}

run_claims "$@"
