#!/bin/bash
# The search service on real audio: what it finds, and that it finds it again after whatever happens to it.
. "$(dirname "$0")/../lib.sh"

_json() { loophole search "$@" --json; }
_count() { loophole search "$@" --limit 1000 --json | wc -l; }
_first() { loophole search "$@" --limit 1 --json | field id; }
_ids() { loophole search "$@" --limit 1000 --json | field id all | sort; }
_count_is() { [ "$(_count "$1")" = "$2" ]; }
_search_is_another_than() { local pid; pid=$(pid_of search); [ -n "$pid" ] && [ "$pid" != 0 ] && [ "$pid" != "$1" ] && is_ready search; }
_search_has_been_up() {
    loophole status --json | /usr/bin/python3 -c '
import sys, json
sys.exit(not any(s["service"] == "search" and s["uptime_s"] > 2.5 for s in map(json.loads, sys.stdin)))'
}
_kill_search() { # not one that has just come up: it would be taken for one that cannot start
    local pid
    until_true 60 _search_has_been_up
    pid=$(pid_of search)
    kill -"$1" "$pid"
    until_true 60 _search_is_another_than "$pid"
}

a_library_is_found_whole() {
    two_kits
    same "$(find "$scratch/library" -type f \( -name '*.flac' -o -name '*.wav' \) | wc -l)" "$(_count '')"
}

# Every filter against a look at all items.
filters_find_what_the_items_say() {
    two_kits
    _json '' --limit 1000 >"$scratch/all"
    /usr/bin/python3 - "$scratch/all" >"$scratch/expected" <<'PYTHON'
import json, sys
items = [json.loads(line) for line in open(sys.argv[1])]
checks = {
    'class:kick': lambda i: i.get('class') == 'kick',
    'dur:<0.5s': lambda i: i['duration_s'] < 0.5,
    'size:>50kB': lambda i: i['size'] > 50000 if 'size' in i else False,
    'pack:gmrock*': None,
    'channels:2': lambda i: i['channels'] == 2,
    'container:flac': lambda i: i['container'] == 'flac',
    'pack:tr808': lambda i: 'TR808' in i['pack'],
    'kind:audio -class:kick': lambda i: i['kind'] == 'audio' and i.get('class') != 'kick',
    'class:kick or class:snare': lambda i: i.get('class') in ('kick', 'snare'),
    'lufs:-20..': lambda i: i.get('lufs') is not None and i['lufs'] >= -20,
    'rate:44.1k': lambda i: i['sample_rate'] == 44100,
}
for query, check in checks.items():
    if check and (query != 'size:>50kB' or 'size' in items[0]):
        print(f"{query}\t{sum(map(check, items))}")
PYTHON
    while IFS=$'\t' read -r query expected; do
        same "$expected" "$(_count "$query")" "for $query"
    done <"$scratch/expected"
    [ "$(wc -l <"$scratch/expected")" -ge 8 ] || fail "too few checks"
}

an_error_shows_a_caret_under_its_place() {
    two_kits
    out=$(refused loophole search 'kick bmp:120')
    contains "$out" 'no field "bmp" at character 6'
    contains "$out" $'  kick bmp:120\n       ^ did you mean bpm:?'
    out=$(refused loophole search 'kick used:song')
    contains "$out" 'no projects yet'
}

an_empty_result_explains_itself() {
    two_kits
    contains "$(loophole search kikc)" "did you mean kick"
    contains "$(loophole search class:snares)" "try: class:snare"
    contains "$(loophole search class:oneshot)" "try: is:oneshot"
    contains "$(loophole search 'zzz kick')" "without zzz the rest finds"
    contains "$(loophole search 'A minor zzz')" "try: key:~Am"
    contains "$(loophole search 'dur<0.5s')" "try: dur:<0.5s"
    contains "$(loophole search bpm:300)" "no item has bpm:300"
    contains "$(_json kikc 2>&1)" "did you mean kick"
    same "" "$(_json kikc 2>/dev/null)"
    same unknown_word "$(loophole ask search.query query=kikc limit=1 | field hints.0.kind)"
    same "[]" "$(loophole ask search.query query=kick limit=1 | field hints)"
    loophole search --save odd 'class:snares' >/dev/null || fail "not saved"
    contains "$(loophole search '@odd kick')" "try: class:snare kick"
}

pages_cover_everything_once() {
    two_kits
    local cursor='' more=1
    : >"$scratch/paged"
    while [ $more = 1 ]; do
        loophole ask search.query query= sort=-duration_s limit=7 ${cursor:+"cursor=$cursor"} >"$scratch/page" || fail "a page failed"
        /usr/bin/python3 -c 'import json,sys
for i in json.load(open(sys.argv[1])).get("items", []): print(i["media"]["id"])' "$scratch/page" >>"$scratch/paged"
        cursor=$(field cursor <"$scratch/page")
        [ -n "$cursor" ] || more=0
    done
    same "$(_ids '')" "$(sort "$scratch/paged")"
}

facets_add_up_to_the_result() {
    two_kits
    loophole ask search.query query= limit=0 'facets=["kind","container"]' >"$scratch/facets"
    /usr/bin/python3 - "$scratch/facets" <<'PYTHON' || fail "$(cat "$scratch/facets")"
import json, sys
found = json.load(open(sys.argv[1]))
for facet in ('kind', 'container'):
    assert sum(f['count'] for f in found['facets'] if f['facet'] == facet) == found['total'], facet
PYTHON
}

# Of all items, of most and of few, with one of them hidden and without.
sums_and_counts_of_a_result_are_those_of_its_items() {
    two_kits
    local id query; id=$(_first snare)
    for hidden in false true; do
        loophole edit "$id" hidden=$hidden >/dev/null || fail "edit failed"
        for query in '' -kick kick nothing-like-it; do
            loophole ask search.query query="$query" limit=512 'facets=["kind","class"]' >"$scratch/summed"
            _json "$query" --limit 1000 | /usr/bin/python3 -c '
import collections, json, sys
told, items = json.load(open(sys.argv[1])), [json.loads(line) for line in sys.stdin]
for facet in ("kind", "class"):
    counts = collections.Counter(item[facet] for item in items if item.get(facet))
    assert counts == {f["value"]: f["count"] for f in told["facets"] if f["facet"] == facet}, (facet, told["facets"])
seconds = sum(item.get("duration_s") or 0 for item in items)
assert told["total"] == len(items) and abs(told["seconds"] - seconds) < 1e-3, (told["total"], told["seconds"], len(items), seconds)
' "$scratch/summed" || fail "\"$query\", hidden: $hidden"
        done
    done
    loophole edit "$id" hidden=false >/dev/null
}

an_acknowledged_edit_is_found_by_the_next_query() {
    two_kits
    local id n; id=$(_first kick)
    for n in $(seq 30); do
        loophole tag "$id" "+now$n" >/dev/null || fail "tag failed"
        same "$id" "$(_first "tag:now$n")" "after tag $n"
    done
    loophole tag "$id" -now7 >/dev/null
    same 0 "$(_count tag:now7)"
    loophole edit "$id" bpm=123.5 >/dev/null || fail "edit failed"
    same "$id" "$(_first bpm:123.5)"
}

a_hidden_item_is_left_out_unless_it_is_asked_for() {
    two_kits
    local id before; id=$(_first snare); before=$(_count '')
    loophole edit "$id" hidden=true >/dev/null || fail "edit failed"
    same $((before - 1)) "$(_count '')"
    same "$id" "$(_first is:hidden)"
    loophole edit "$id" hidden=false >/dev/null
    same "$before" "$(_count '')"
}

the_like_of_an_item_comes_nearest_first_without_itself() {
    two_kits
    local id; id=$(_first kick)
    loophole similar "$id" --limit 10 --json >"$scratch/similar" || fail "similar failed"
    /usr/bin/python3 - "$scratch/similar" "$id" <<'PYTHON' || fail "$(cat "$scratch/similar")"
import json, sys
found = [json.loads(line) for line in open(sys.argv[1])]
distances = [item['distance'] for item in found]
assert len(found) == 10 and distances == sorted(distances) and sys.argv[2] not in [item['id'] for item in found]
PYTHON
}

a_file_outside_the_library_is_analysed_on_the_fly() {
    two_kits
    [ -f "$sonic/bd_haus.flac" ] || skip "sonic-pi-samples is not there"
    same 3 "$(loophole similar "$sonic/bd_haus.flac" --limit 3 --json | wc -l)"
    cp "$(loophole search kick --limit 1 --json | field path)" "$scratch/copy.flac"
    same "$(loophole search kick --limit 1 --json | field content)" "$(loophole similar "$scratch/copy.flac" --limit 1 --json | field content)"
    refused loophole similar /etc/passwd >/dev/null
    same 0 "$(_count name:bd_haus)"
}

a_stopped_search_maps_its_file_again() {
    two_kits
    local before; before=$(_ids '')
    _kill_search TERM
    same "$before" "$(_ids '')"
    contains "$(tail -n 20 "$LOOPHOLE_HOME/data/log/search.log")" "the index's file has"
}

a_killed_search_answers_again_and_the_same() {
    two_kits
    local before n; before=$(_ids '')
    for n in 1 2 3; do
        loophole tag "$(_first kick)" "+killed$n" >/dev/null || fail "tag failed"
        _kill_search KILL
        same "$before" "$(_ids '')"
        same 1 "$(_count "tag:killed$n")"
    done
}

a_damaged_file_is_thrown_away_and_made_anew() {
    two_kits
    local before; before=$(_ids '')
    _kill_search TERM
    _kill_search KILL # it leaves the file of the one before it
    [ -s "$LOOPHOLE_HOME/cache/search.index" ] || skip "no file was written"
    dd if=/dev/urandom of="$LOOPHOLE_HOME/cache/search.index.damaged" bs=1000 count=20 2>/dev/null
    mv "$LOOPHOLE_HOME/cache/search.index.damaged" "$LOOPHOLE_HOME/cache/search.index"
    _kill_search KILL
    same "$before" "$(_ids '')"
}

# A hundred thousand made-up items, with less memory than they need, and then with as much as they like.
an_index_without_room_says_so_and_what_to_do_and_comes_back() {
    [ -z "${SANITIZED:-}" ] || skip "a sanitizer takes more memory than any limit allows"
    export LOOPHOLE_HOME=$scratch/home-narrow
    mkdir -p "$LOOPHOLE_HOME/config"
    printf '[limits]\ndata_mb = 40\n' >"$LOOPHOLE_HOME/config/loophole.conf"
    "$build/bench_make" 100000 1 || fail "no items were made"
    engine_up
    until_true 60 _says_there_is_no_room
    contains "$(loophole status)" "search: the index can't follow the catalogue"
    prlimit --pid "$(pid_of search)" --data=unlimited: || fail "its memory cannot be freed"
    until_true 60 _all_are_there
    engine_down
}
_says_there_is_no_room() { loophole search kick 2>&1 | grep -q 'data_mb in the section \[limits\]'; }
_all_are_there() { loophole search '' --limit 1 | grep -q ' of 100000'; }

a_new_file_is_found_and_a_removed_library_is_gone() {
    two_kits
    cp "$scratch/library/TR808EmulationKit"/*[Kk]ick*.flac "$scratch/library/Brandnew.flac" 2>/dev/null ||
        cp "$(find "$scratch/library" -name '*.flac' -o -name '*.wav' | head -n 1)" "$scratch/library/Brandnew.flac"
    loophole index "$scratch/library" --wait >/dev/null 2>&1 || fail "indexing again failed"
    until_true 60 _count_is brandnew 1
    loophole library remove "$scratch/library" >/dev/null || fail "remove failed"
    until_true 60 _count_is '' 0
}

run_claims "$@"
