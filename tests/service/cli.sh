#!/bin/bash
# The command line as its users and their scripts see it, on a running engine with real audio.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

_library() { # five kicks and a loop, in an engine of the claim's own
    export LOOPHOLE_HOME=$scratch/home-$BASHPID
    library=$scratch/library-$BASHPID
    mkdir -p "$LOOPHOLE_HOME"
    trap engine_down EXIT
    [ -d "$drumkits" ] && [ -d "$sonic" ] || skip "the sample packages are not installed"
    mkdir -p "$library/pack"
    find -L "$drumkits" -iname '*kick*' -type f | sort | head -n 5 | while read -r file; do
        cp -n "$file" "$library/pack/"
    done
    cp "$sonic/loop_amen.flac" "$library/"
    engine_up
    loophole index "$library" --wait >/dev/null 2>"$scratch/err" || fail "$(cat "$scratch/err")"
}
_first() { loophole search "${1:-}" --limit 1 --json | field id; }
_keys() { /usr/bin/python3 -c 'import sys, json; print(" ".join(json.loads(sys.stdin.readline())))'; }

without_an_engine_a_command_says_so_at_once() {
    local out code
    out=$(loophole search kick 2>&1)
    code=$?
    same 18 $code
    contains "$out" "loophole up"
    same '' "$(loophole search kick --json 2>/dev/null)"
    same offline "$(loophole search kick --json 2>&1 | field error)"
}

an_up_with_another_runtime_directory_is_refused_at_once_and_down_does_not_call_it_down() {
    local home=$scratch/home-runtime
    mkdir -p "$home/one" "$home/two" && chmod 700 "$home/one" "$home/two"
    export XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_CACHE_HOME=$home/cache XDG_RUNTIME_DIR=$home/one
    unset LOOPHOLE_HOME
    trap 'XDG_RUNTIME_DIR=$XDG_DATA_HOME/../one timeout 60 loophole down >/dev/null 2>&1' EXIT
    engine_up
    export XDG_RUNTIME_DIR=$home/two
    contains "$(refused loophole up)" "a supervisor runs already for the data in $home/data"
    contains "$(cat "$scratch/out")" 'XDG_RUNTIME_DIR was another when it started'
    same exists "$(refused loophole up --json | field error)"
    contains "$(refused loophole down)" "an engine runs for the data in $home/data"
    export XDG_RUNTIME_DIR=$home/one
    contains "$(loophole down)" 'is down'
    contains "$(loophole down)" 'is not running'
}

down_waits_for_a_supervisor_that_is_started_again() {
    local pid round
    export LOOPHOLE_HOME=$scratch/home-$BASHPID
    mkdir -p "$LOOPHOLE_HOME"
    trap engine_down EXIT
    engine_up
    for round in 1 2 3; do # the keeper rests longer after each
        pid=$(pid_of supervisor)
        kill -KILL "$pid"
        [ $round = 3 ] || until_true 60 is_ready supervisor
    done
    contains "$(loophole down)" 'The engine is down.'
    until_true 60 _no_engine_of "$LOOPHOLE_HOME"
}
_no_engine_of() { # HOME
    local pid
    for pid in $(processes_of_home "$1"); do
        case $(cat "/proc/$pid/comm" 2>/dev/null) in loopholed | loophole-*) return 1 ;; esac
    done
}

an_old_error_in_the_log_is_not_the_reason_of_a_new_end() {
    export LOOPHOLE_HOME=$scratch/home-$BASHPID
    mkdir -p "$LOOPHOLE_HOME"
    trap engine_down EXIT
    engine_up
    engine_down
    echo '2026-01-01T00:00:00.000Z error supervisor[1] an error of last year' >>"$LOOPHOLE_HOME/data/log/supervisor.log"
    rm -f "$LOOPHOLE_HOME/data/supervisor.lock"
    mkdir "$LOOPHOLE_HOME/data/supervisor.lock"
    contains "$(refused loophole up)" 'supervisor.lock: Is a directory'
    case $(cat "$scratch/out") in *'last year'*) fail "an old error is printed" ;; esac
    rmdir "$LOOPHOLE_HOME/data/supervisor.lock"
    engine_up
}

an_item_has_every_key_that_scripts_count_on() {
    local keys key
    _library
    keys=" $(loophole search amen --json --limit 1 | _keys) "
    for key in id name path volume backend kind origin pack notes tags lifecycle availability container sample_format \
        bit_depth sample_rate channels frames duration_s lufs lufs_confidence one_shot loopable score; do
        contains "$keys" " $key "
    done
    contains " $(loophole similar "$(_first amen)" --json --limit 1 | _keys) " ' distance '
    same 44100 "$(loophole show "$library/loop_amen.flac" --json | field sample_rate)"
    same "$(_first amen)" "$(cd "$library" && loophole show loop_amen.flac --json | field id)"
    same 'name path' "$(loophole search amen --json --fields name,path | _keys)"
}

what_json_prints_is_declared_in_the_protocol() { # the keys of each record, in its order
    local id other
    _library
    cp "$library/loop_amen.flac" "$library/pack/copy.flac"
    loophole index "$library" --wait >/dev/null 2>&1 || fail "index"
    id=$(_first class:kick) other=$(_first amen)
    loophole edit "$id" mood=happy size=7 bpm=120 >/dev/null && loophole unlike "$id" "$other" >/dev/null || fail "edit"
    loophole search kick --save kicks >/dev/null
    {
        _of item_line search '' --limit 100
        _of item_line show "$id"
        _of item_line similar "$id"
        _of duplicate_line duplicates
        _of query_line queries
        _of query_line history
        _of summary_line summary
        _of stats_line stats persist
        _of log_line logs persist
        _of finding_line doctor
        _of check_line store check
        _of backup_line backup "$scratch/backup-$BASHPID"
        _of bench_line bench persist.ping --seconds 1
        _of event_line events persist.changed --limit 1 &
        until_true 60 _has_heard $! "$id"
        loophole show nothing --json 2>&1 | sed 's/^/error_line /'
    } >"$scratch/lines"
    python - "$top/docs/protocol.md" "$scratch/lines" <<'END' || fail "$(cat "$scratch/lines")"
import json, re, sys
records = {name: re.findall(r"^\| `(\w+)` \| (.*?) \|", body, re.M)
           for name, body in re.findall(r"^### record (\w+)\n(.*?)(?=^###? |\Z)", open(sys.argv[1]).read(), re.M | re.S)}
seen = set()
for line in open(sys.argv[2]):
    name, text = line.split(" ", 1)
    line, fields, any = json.loads(text), [f for f, _ in records[name]], False
    keys = [k[:-4] if k.endswith("_b64") and k[:-4] in line else k for k in line]
    known = [k for k in keys if k in fields]
    assert known == sorted(known, key=fields.index), (name, keys)
    needed = [f for f, type in records[name] if "optional" not in type and "as keys" not in type]
    assert not set(needed) - set(keys), (name, set(needed) - set(keys))
    others = [k for k in keys if k not in fields]
    assert not others or "as keys" in str(records[name]), (name, others)
    if name == "item_line":                          # a fact is three keys
        assert all(other in line for k in others for other in (k + "_confidence", k + "_source")
                   if not re.search("_(confidence|source)$", k)), others
    seen.add(name)
assert {"item_line", "duplicate_line", "query_line", "summary_line", "stats_line", "log_line", "finding_line", "check_line",
        "backup_line", "bench_line", "event_line", "error_line"} <= seen, seen
END
    same '120 7 happy' "$(loophole show "$id" --json | field bpm) $(loophole show "$id" --json | field fact_size) $(
        loophole show "$id" --json | field mood)"
    same "[\"$other\"]" "$(loophole show "$id" --json | field unlike)"
}
_of() { # RECORD COMMAND…: each line that it prints, after the record's name
    local record=$1; shift
    loophole "$@" --json 2>/dev/null | sed "s/^/$record /"
}

_has_heard() { # PID ID: changes the item until that process has ended
    loophole tag "$2" "+t$RANDOM" >/dev/null
    ! kill -0 "$1" 2>/dev/null
}

a_program_removes_and_adds_a_heard_tag_and_marks_a_pair_as_the_command_line_does() {
    local tag file by_shell by_python
    _library
    read -r by_shell tag file < <(loophole search '' --limit 100 --json | /usr/bin/python3 -c '
import json, sys
line = next(line for line in map(json.loads, sys.stdin) if line["tags"])
print(line["id"], line["tags"][0], line["path"])')
    differ '' "$file" "no tag is heard in any of the sounds"
    cp "$file" "$library/pack/copy.${file##*.}" # the same content: the same tags are heard
    loophole index "$library" --wait >/dev/null 2>&1 || fail "index"
    by_python=$(loophole show "$library/pack/copy.${file##*.}" --json | field id)
    _same_facts
    loophole tag "$by_shell" -"$tag" >/dev/null && _put "$by_python" remove_tags "$tag" || fail "remove"
    same '0 0' "$(_count_tagged "$by_shell") $(_count_tagged "$by_python")"
    _same_facts
    loophole undo >/dev/null || fail "undo"
    same '0 1' "$(_count_tagged "$by_shell") $(_count_tagged "$by_python")"
    loophole redo >/dev/null || fail "redo"
    loophole tag "$by_shell" +"$tag" >/dev/null && _put "$by_python" add_tags "$tag" || fail "add"
    _same_facts
    same '1 1' "$(_count_tagged "$by_shell") $(_count_tagged "$by_python")"
    _put "$by_python" add_unlike "$by_shell" || fail "add_unlike"
    same "[\"$by_shell\"]" "$(loophole show "$by_python" --json | field unlike)"
    contains "$(_put "$by_python" add_unlike "$by_python")" 'edit.add_unlike[0]'
    contains "$(_put "$by_python" add_unlike 01J0000000000000000000000Z)" 'not_found'
    _put "$by_python" remove_unlike "$by_shell" || fail "remove_unlike"
    _same_facts
}
_put() { # ID FIELD WORD: persist.put_media, without the command line
    python - "$@" <<'END'
import sys
from client import Client
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
def id_of(text):
    number = 0
    for letter in text:
        number = number * 32 + LETTERS.index(letter)
    return number.to_bytes(16, "big")
id, field, word = sys.argv[1:]
error, answer = Client().ask("persist.put_media", {"edit": {"id": id_of(id), field: [id_of(word) if "unlike" in field else word]}})
if error != "ok":
    print(error, answer.get("field"), answer.get("what"))
sys.exit(error != "ok")
END
}
_count_tagged() { loophole search "tag:$tag" --limit 100 --json | grep -c "\"id\":\"$1\""; } # ID
_same_facts() { # of the two copies
    same "$(_of_copy "$by_shell")" "$(_of_copy "$by_python")"
}
_of_copy() {
    loophole show "$1" --json | /usr/bin/python3 -c '
import json, sys
line = json.loads(sys.stdin.readline())
print({k: v for k, v in line.items() if k not in ("id", "name", "path", "pack", "revision", "added_us")})'
}

every_service_has_a_line_with_its_keys() {
    local service
    engine_up
    for service in supervisor persist search indexer; do
        same ready "$(loophole status --json | grep "\"$service\"" | field state)"
    done
    for key in service state pid uptime_s restarts last_death; do
        contains "$(loophole status --json | _keys)" "$key"
    done
}

an_edit_and_its_undo_meet_in_the_middle() {
    local id
    _library
    id=$(_first amen)
    loophole edit "$id" notes="a famous break" bpm=137 >/dev/null || fail "edit"
    same 'a famous break' "$(loophole show "$id" --json | field notes)"
    same 137 "$(loophole show "$id" --json | field bpm)"
    same user "$(loophole show "$id" --json | field bpm_source)"
    same "$id" "$(loophole search bpm:137 --json | field id)"
    loophole undo >/dev/null
    same '' "$(loophole show "$id" --json | field notes)"
    loophole redo >/dev/null
    same 'a famous break' "$(loophole show "$id" --json | field notes)"
}

a_tag_may_begin_with_a_dash() {
    local id
    _library
    id=$(_first amen)
    loophole tag "$id" +warm +break >/dev/null || fail "tag"
    same "$id" "$(loophole search tag:warm tag:break --json | field id)"
    loophole tag "$id" -warm --json >/dev/null || fail "untag"
    same '["break"]' "$(loophole show "$id" --json | field tags)"
    same '' "$(loophole search -tag:break amen --json)"
}

an_edit_of_an_old_revision_is_a_conflict() {
    local id revision
    _library
    id=$(_first amen)
    revision=$(loophole show "$id" --json | field revision)
    loophole edit "$id" name=first --expect "$revision" >/dev/null || fail "the first edit"
    loophole edit "$id" name=second --expect "$revision" >/dev/null 2>"$scratch/err"
    same 14 $?
    same first "$(loophole show "$id" --json | field name)"
}

a_request_that_is_repeated_changes_nothing() {
    local id request first
    _library
    id=$(_first amen)
    request=01J8ZZZZZZZZZZZZZZZZZZZZZZ
    first=$(loophole tag "$id" +once --request-id $request --json)
    loophole tag "$id" -once >/dev/null
    same "$first" "$(loophole tag "$id" +once --request-id $request --json)"
    same '[]' "$(loophole show "$id" --json | field tags)"
}

any_message_can_be_asked_without_code() {
    _library
    same persist "$(loophole ask persist.ping | field service)"
    same "$(_first amen)" "$(loophole ask search.query query=amen limit=1 | field items.0.media.id)"
    same "$(_first amen)" "$(loophole ask search.query --body '{"query":"amen","limit":1}' | field items.0.media.id)"
    loophole ask persist.pang >/dev/null 2>"$scratch/err"
    same 12 $?
    refused loophole ask search.query limit=1001 >"$scratch/refusal"
    contains "$(cat "$scratch/refusal")" limit
}

a_wrong_query_is_explained_with_a_caret() {
    local out
    _library
    out=$(loophole search 'kick bpn:120' 2>&1)
    same 11 $?
    contains "$out" '^'
    contains "$out" bpm
}

a_file_outside_the_library_finds_its_like() {
    _library
    cp "$library/loop_amen.flac" "$scratch/outside.flac"
    same loop_amen "$(loophole similar "$scratch/outside.flac" --limit 1 --json | field name)"
    same "$(loophole search '' --json | wc -l)" "$(loophole search '' --json --limit 1000 | wc -l)"
}

an_item_is_named_by_id_path_or_query() {
    local id other
    _library
    id=$(_first amen)
    other=$(_first class:kick)
    cd "$library" || fail "cd"
    for name in "$id" "$library/loop_amen.flac" loop_amen.flac ./loop_amen.flac loop_amen 'name:loop_amen' 'path:/loop_amen'; do
        same "$id" "$(loophole show "$name" --json --fields id | field id)" "by $name"
        same "$(loophole similar "$id" --limit 1 --json | field id)" "$(loophole similar "$name" --limit 1 --json | field id)"
        loophole artefact "$name" onsets >/dev/null || fail "artefact of $name"
        loophole favourite "$name" >/dev/null || fail "favourite of $name"
        loophole favourite "$name" --off >/dev/null || fail "no favourite of $name"
        loophole tag "$name" +x +y >/dev/null || fail "tag of $name"
        loophole tag "$name" -x -y >/dev/null || fail "no tag of $name"
        loophole edit "$name" bpm=137 >/dev/null || fail "edit of $name"
        loophole unlike "$name" "$other" >/dev/null || fail "unlike of $name"
        loophole unlike "$name" "$other" --off >/dev/null
    done
    same "$id" "$(loophole show amen loop --json | field id)"
    contains "$(loophole show class:kick 2>&1)" 'items match; this uses the first. An id or a path chooses another'
    contains "$(loophole similar --like amen --limit 1 --json)" '"id"'
    contains "$(refused loophole show "$id" "$other")" 'one id or path is wanted'
    contains "$(refused loophole show zzz)" 'nothing matches "zzz"'
    contains "$(refused loophole tag zzz +x)" 'nothing matches "zzz"'
    contains "$(refused loophole unlike class:kick amen)" 'matches'
    mv loop_amen.flac gone.flac
    same "$id" "$(loophole show loop_amen.flac --json | field id)" 'of a file that has gone'
    mv gone.flac loop_amen.flac
}

many_items_are_changed_when_that_is_said() {
    local kicks id path before
    _library
    kicks=$(loophole search class:kick --json | wc -l)
    [ "$kicks" -gt 2 ] || fail "only $kicks kicks"
    contains "$(refused loophole tag class:kick +mine)" "matches $kicks items"
    same '' "$(loophole search tag:mine --json)"
    contains "$(loophole tag class:kick --all +mine -kept)" "done: $kicks items"
    same "$kicks" "$(loophole search tag:mine --json | wc -l)"
    loophole undo --times "$kicks" >/dev/null || fail "undo"
    same '' "$(loophole search tag:mine --json)"
    loophole redo --times "$kicks" >/dev/null || fail "redo"
    same "$kicks" "$(loophole search tag:mine --json | wc -l)"
    loophole tag tag:mine --limit 2 -mine >/dev/null || fail "two of them"
    same $((kicks - 2)) "$(loophole search tag:mine --json | wc -l)"
    id=$(_first amen)
    path=$(loophole search class:kick --limit 1 --json | field path)
    same 2 "$(loophole tag "$id" "$path" +pair --json | wc -l)"
    same 2 "$(loophole search tag:pair --json | wc -l)"
    contains "$(refused loophole tag "$id" class:kick +z)" 'neither an id nor the path of a known file'
    contains "$(refused loophole tag "$id" "$path" +z --expect 1)" 'for one item'
    loophole edit class:kick --all bpm=99 notes=all >/dev/null || fail "edit"
    same "$kicks" "$(loophole search bpm:99 --json | wc -l)"
    loophole hide class:kick --all >/dev/null || fail "hide"
    same '' "$(loophole search class:kick --json)"
    loophole hide 'is:hidden' --all --off >/dev/null || fail "hide --off"
    loophole favourite class:kick --all >/dev/null || fail "favourite"
    same "$kicks" "$(loophole search is:favourite --json | wc -l)"
}

a_clause_with_an_equals_sign_belongs_to_the_query() {
    local short
    _library
    short=$(loophole search class:kick 'dur:<=60s' --json | wc -l)
    [ "$short" -gt 2 ] || fail "only $short short kicks"
    contains "$(loophole edit class:kick 'dur:<=60s' --all bpm=120)" "done: $short items"
    same "$short" "$(loophole search bpm:120 --json | wc -l)"
    case $(loophole search bpm:120 --json) in *'dur:<'*) fail "the clause became a fact" ;; esac
    contains "$(refused loophole edit class:kick 'dur:<=0.001s' --all bpm=121)" 'nothing matches'
    contains "$(refused loophole edit class:kick --all bpm=121 'dur:<=60s')" 'is not KEY=VALUE'
    contains "$(refused loophole edit class:kick 'dur:<=60s' --all)" 'is not KEY=VALUE'
    : >"$library/a=b.wav"
    contains "$(refused loophole edit "$library/loop_amen.flac" "$library/a=b.wav" bpm=121)" 'no such media item'
    same '' "$(loophole search bpm:121 --json)"
}

a_part_of_a_query_removes_no_tag() {
    local id out
    _library
    loophole tag class:kick --all +loop >/dev/null || fail "tag"
    for words in '-is:loop' '-dur:<1s' '--al' '--short' '--limi=3'; do
        out=$(refused loophole tag class:kick "$words" --all +brief)
        contains "$out" "\"$words\""
    done
    contains "$(refused loophole tag class:kick -is:loop --all +brief)" \
        "put the whole query in quotes: loophole tag 'snare -is:loop' --all +short"
    contains "$(refused loophole tag class:kick -loop --all +brief)" 'put the whole query in quotes'
    contains "$(refused loophole tag class:kick --limit 2 -loop +brief)" 'put the whole query in quotes'
    same bad_request "$(refused loophole tag class:kick -is:loop --all +brief --json | field error)"
    same '' "$(loophole search tag:brief --json)"
    same "$(loophole search class:kick --json | wc -l)" "$(loophole search tag:loop class:kick --json | wc -l)"
    id=$(_first amen)
    loophole tag "$id" -- +-al +a:b >/dev/null || fail "tags that look like others"
    same '["-al", "a:b"]' "$(loophole show "$id" --json | field tags)"
    loophole tag "$id" -- --al -a:b >/dev/null || fail "no tags"
    same '[]' "$(loophole show "$id" --json | field tags)"
    loophole tag "$id" -loop +brief >/dev/null || fail "of one item the order is free"
    loophole tag 'class:kick -tag:none' --all +brief -loop >/dev/null || fail "a query in quotes"
    same '' "$(loophole search tag:loop --json)"
}

a_take_is_deleted_by_its_id_or_path() {
    _library
    contains "$(refused loophole record delete amen)" '"amen" is neither an id nor the path of a known file'
    contains "$(refused loophole record delete amen)" 'give an id or a path'
    contains "$(refused loophole record delete "$(_first amen)")" 'not'
    contains "$(refused loophole record delete "$library/loop_amen.flac")" 'not'
    holds test -f "$library/loop_amen.flac"
}

more_items_than_undo_reaches_are_changed_only_when_their_number_is_named() {
    export LOOPHOLE_HOME=$scratch/home-$BASHPID
    mkdir -p "$LOOPHOLE_HOME"
    trap engine_down EXIT
    engine_up
    python - 10001 <<'P' || fail "the items cannot be put"
import sys
from client import Client
client = Client()
def put(name, body):
    error, answer = client.ask(name, body)
    assert not error or error == "ok", (error, answer)
    return answer
none = bytes(16)
volume = put("persist.put_volume", {"volume": {"id": none, "identity": "root", "label": "d", "mount": b"/",
                                               "backend": "local", "online": True}})["id"]
folder = put("persist.put_folder", {"folder": {"id": none, "volume": volume, "parent": none, "name": b"m",
                                               "library": False}})["id"]
place = {"folder": folder, "kind": "audio", "size": 1, "mtime": 1, "inode": 0, "pack": "", "availability": "local"}
count = int(sys.argv[1])
for first in range(0, count, 2000):
    put("persist.batch", {"operations": [{"place": dict(place, file=b"tone %d.wav" % number)}
                                         for number in range(first, min(first + 2000, count))]})
P
    until_true 60 _tones_are 10001
    contains "$(refused loophole tag tone --all +x)" '10001 items match; at most 10000 changes can be undone'
    contains "$(cat "$scratch/out")" '--limit 10001 changes all'
    same 0 "$(_tagged)"
    contains "$(loophole tag tone --limit 10001 +x)" '`loophole undo --times 10000` takes the last of these changes back'
    until_true 60 _tagged_are 10001
    loophole undo --times 10000 >/dev/null || fail "undo"
    until_true 60 _tagged_are 1
}
_tones_are() { [ "$(loophole ask search.query query=tone limit=0 | field total)" = "$1" ]; }
_tagged() { loophole ask search.query query=tag:x limit=0 | field total; }
_tagged_are() { [ "$(_tagged)" = "$1" ]; }

a_heard_tag_is_denied_for_each_of_many() {
    local heard
    _library
    heard=$(loophole search '' --facets tag --limit 0 --json | field value)
    [ -n "$heard" ] || skip "no tag was heard"
    loophole tag "tag:$heard" --all "-$heard" >/dev/null || fail "tag"
    same '' "$(loophole search "tag:$heard" --json)"
}

every_group_explains_itself() {
    local group
    for group in library record preview pads transport audio crash store; do
        contains "$(loophole $group --help)" "$group"
        holds loophole $group --help >/dev/null
    done
    contains "$(loophole record --help)" 'record takes'
    contains "$(loophole pads --help)" 'pads set'
    same 64 "$(loophole record >/dev/null 2>&1; echo $?)"
    same 64 "$(loophole status --none 2>/dev/null; echo $?)"
    same bad_request "$(loophole status --none --json 2>&1 | field error)"
}

the_fields_that_are_named_are_the_columns() {
    local out
    _library
    out=$(loophole search amen --fields name,path,tags)
    same 'NAME PATH TAGS' "$(head -n 1 <<<"$out" | xargs)"
    contains "$out" "loop_amen  $library/loop_amen.flac"
    contains "$(loophole similar "$library/loop_amen.flac" --limit 1 --fields distance,path)" 'DISTANCE  PATH'
    same "path             $library/loop_amen.flac" "$(loophole show "$library/loop_amen.flac" --fields path)"
}

pages_go_by_number() {
    local page
    _library
    for page in 1 2 3; do
        loophole search '' --sort name --limit 2 --page $page --json --fields name >>"$scratch/numbered" || fail "page $page"
    done
    same "$(loophole search '' --sort name --json --fields name)" "$(cat "$scratch/numbered")"
    contains "$(loophole search '' --limit 2)" '--page 2'
    same 12 "$(loophole search '' --limit 2 --page 9 2>/dev/null; echo $?)"
}

what_is_saved_and_undone_is_named() {
    _library
    contains "$(loophole search kick --save mine)" '@mine'
    contains "$(loophole queries mine --off)" '@mine'
    same '' "$(loophole search kick --save mine | grep 0000000)"
    loophole tag "$library/loop_amen.flac" +x >/dev/null
    contains "$(loophole undo)" 'undone: loop_amen '
    contains "$(loophole redo)" 'done again: loop_amen '
}

pages_hold_every_item_once() {
    local cursor=
    _library
    for page in 1 2 3; do
        loophole ask search.query limit=2 sort=name cursor="$cursor" >"$scratch/page" || fail "page $page"
        cursor=$(field cursor <"$scratch/page")
        /usr/bin/python3 -c 'import json, sys
for item in json.load(open(sys.argv[1]))["items"]: print(item["media"]["name"])' "$scratch/page" >>"$scratch/names"
    done
    same 6 "$(sort -u "$scratch/names" | wc -l)"
    same '' "$cursor"
    same "$(cat "$scratch/names")" "$(sort -f "$scratch/names")"
}

events_and_logs_tell_what_happens() {
    local id
    _library
    id=$(_first amen)
    loophole events persist.changed --limit 1 --json >"$scratch/events" &
    until_true 60 _an_event_came "$id"
    wait $!
    same persist.changed "$(field event <"$scratch/events")"
    contains "$(loophole logs indexer)" 'library'
}
_an_event_came() {
    loophole tag "$1" "+t$RANDOM" >/dev/null
    [ -s "$scratch/events" ]
}

two_engines_live_side_by_side() {
    local first
    _library
    first=$LOOPHOLE_HOME
    mkdir "$scratch/home2"
    LOOPHOLE_HOME=$scratch/home2 loophole up >/dev/null || fail "the second engine"
    same '' "$(LOOPHOLE_HOME=$scratch/home2 loophole search amen --json)"
    LOOPHOLE_HOME=$scratch/home2 loophole down >/dev/null
    same loop_amen "$(LOOPHOLE_HOME=$first loophole search amen --json | field name)"
}

a_backup_brings_back_what_was_lost() {
    local id
    _library
    id=$(_first amen)
    loophole tag "$id" +kept >/dev/null
    loophole backup "$library.backup" >/dev/null || fail "backup"
    loophole tag "$id" -kept >/dev/null
    refused loophole restore "$library.backup" >/dev/null
    loophole down >/dev/null
    loophole restore "$library.backup" >/dev/null || fail "restore"
    engine_up
    same "$id" "$(loophole search tag:kept --json | field id)"
    holds loophole store check
}

a_damaged_backup_is_refused_and_nothing_changes() {
    _library
    loophole backup "$library.backup" >/dev/null || fail "backup"
    loophole down >/dev/null
    printf 'x' | dd of="$library.backup" bs=1 seek=5000 conv=notrunc 2>/dev/null
    refused loophole restore "$library.backup" >/dev/null
    truncate -s -10 "$library.backup"
    refused loophole restore "$library.backup" >/dev/null
    engine_up
    same loop_amen "$(loophole search amen --json | field name)"
}

the_doctor_finds_nothing_bad_in_a_healthy_engine() {
    _library
    loophole doctor --json >"$scratch/doctor" || fail "$(cat "$scratch/doctor")"
    same 0 "$(grep -c '"verdict":"bad"' "$scratch/doctor")"
}

numbers_come_as_a_table_as_json_and_for_prometheus() {
    engine_up
    loophole ask persist.ping >/dev/null
    contains "$(loophole stats persist)" ping
    same persist "$(loophole stats persist --json | field service)"
    contains "$(loophole stats --prometheus)" 'loophole_ask_seconds{service="persist",ask="ping",quantile="0.99"}'
    loophole bench persist.ping --seconds 1 --clients 2 --rate 200 --plot "$scratch/plot.svg" --json >"$scratch/bench" ||
        fail "bench"
    same 0 "$(field errors <"$scratch/bench")"
    contains "$(cat "$scratch/plot.svg")" polyline
}

# What is wrong comes with its value, then what to do.
_refused() { # PART-OF-THE-ERROR ARGUMENT…
    local part=$1 said
    shift
    said=$(refused timeout 30 loophole "$@") || fail "$said"
    contains "$said" "$part"
}
a_wrong_command_line_is_answered_with_what_is_wrong() {
    local command
    _library
    for command in index 'library add' 'library rescan' play preview show similar tag edit hide backup restore pattern; do
        # shellcheck disable=SC2086 # two words
        _refused 'argument 1 is empty' $command '' '+x'
    done
    _refused 'the FILE of --png is empty' map --png ''
    _refused 'no option "--nosuch"' search kick --nosuch
    _refused '-5 is out of range' transport tempo -5
    _refused 'unknown bus "mastre"' mixer mastre gain=1
    _refused 'no such media item: /tmp' show /tmp
    _refused 'no such media item: 01J0000000000000000000000F' similar 01J0000000000000000000000F
    _refused 'nothing matches "nosuchthing"' map nosuchthing
    _refused 'no event begins with "persist.nosuch"' events persist.nosuch
    _refused 'no query is saved as "nosuch"' queries nosuch
    _refused '`loophole status` lists' logs nosuch
    _refused 'is it one of: search' serch
    _refused 'no command "library ad"' library ad /tmp
    _refused 'bpm "fast" is not a number' edit "$library/loop_amen.flac" bpm=fast
    _refused 'bpm 99999 is out of range' edit "$library/loop_amen.flac" bpm=99999
    _refused 'unknown key "H"' edit "$library/loop_amen.flac" key=H
    _refused 'is no pattern' pattern /etc/passwd
    _refused 'has an empty port' record start --inputs ,
    contains "$(loophole search kick --fields name,nosuch 2>&1)" 'no item of these has a "nosuch"'
    same 1 "$(loophole library list --json | wc -l)" "libraries"
    holds loophole search kick -- -is:loop
}

the_examples_of_the_readme_work_on_any_library() {
    local line count=0
    _library
    find -L "$drumkits" -iname '*snare*' -type f | sort | head -n 3 | while read -r file; do cp -n "$file" "$library/pack/"; done
    loophole index "$library" --wait >/dev/null || fail "index"
    sed -n '/^## Five things/,/^## Sound/s/^\$ //p' "$top/README.md" >"$scratch/examples"
    while read -r line; do
        eval "$line" >"$scratch/example" 2>&1 || fail "$line: $(cat "$scratch/example")"
        [ "$(grep -vc '^loophole:' "$scratch/example")" -gt 0 ] || fail "$line prints nothing"
        same 0 "$(grep -c '^0 of 0' "$scratch/example")" "of $line"
        count=$((count + 1))
    done <"$scratch/examples"
    [ $count -ge 5 ] || fail "$count examples"
    wait_ready persist
}

the_tables_make_help_completions_and_the_man_page() {
    local command
    bash -n <(loophole completion bash) || fail "bash cannot read its completion"
    for command in search similar 'library add' backup; do
        contains "$(loophole man)" "$command"
        contains "$(loophole --help)" "$command"
        contains "$(loophole completion fish)" "${command%% *}"
        contains "$(loophole completion zsh)" "${command%% *}"
    done
    contains "$(loophole --version)" 'loophole 0'
    refused loophole serch kick >/dev/null
}

run_claims "$@"
