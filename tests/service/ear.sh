#!/bin/bash
# What analysis reports about a library beyond single figures: duplicates, similarity to examples, tags, artefacts.
. "$(dirname "$0")/../lib.sh"

# Made by the first claim; the later ones use it.
_library() {
    [ -d "$scratch/library" ] && return
    local one; mkdir -p "$scratch/library"
    cp "$drumkits"/GMRockKit/*.wav "$drumkits"/GMRockKit/*.flac "$scratch/library/" 2>/dev/null
    cp "$drumkits"/TR808EmulationKit/*.flac "$scratch/library/" || fail "hydrogen-data is missing"
    cp "$sonic"/{bass_hit_c,ambi_choir,guit_e_fifths,loop_amen,drum_cowbell}.flac "$scratch/library/" || fail "sonic-pi-samples is missing"
    engine_up
    loophole index "$scratch/library" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
}
_variants() { # of one file, in a folder of its own
    [ -d "$scratch/variants" ] && return
    local from name w; mkdir -p "$scratch/variants"
    for name in bass_hit_c guit_e_fifths loop_amen drum_cowbell; do
        from=$scratch/library/$name.flac w=$scratch/variants/$name
        cp "$from" "${w}_copy.flac"
        sox -V1 -D "$from" -b 16 "${w}_wav.wav"
        oggenc -Q -q 4 -o "${w}_ogg.ogg" "${w}_wav.wav"
        lame --quiet -b 160 "${w}_wav.wav" "${w}_mp3.mp3"
        sox -V1 -D "${w}_wav.wav" -r 32000 "${w}_rate.wav" rate -h
        sox -V1 -D "${w}_wav.wav" "${w}_gain.wav" gain -9
        sox -V1 -D "${w}_wav.wav" "${w}_trim.wav" trim 0.0313
        sox -V1 -D "${w}_wav.wav" "${w}_up.wav" speed 100c rate 44100
        sox -V1 -D "${w}_wav.wav" "${w}_down.wav" speed -100c rate 44100
    done
    loophole index "$scratch/variants" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
}

every_way_to_store_a_sound_is_found_and_no_other_pitch() {
    _library; _variants
    loophole duplicates --json >"$scratch/groups" || fail "duplicates failed"
    /usr/bin/python3 - "$scratch" <<'PYTHON' || fail "$(head -c 3000 "$scratch/groups")"
import json, os, sys
top = sys.argv[1]
groups = [json.loads(line) for line in open(f'{top}/groups')]
for name in ('bass_hit_c', 'guit_e_fifths', 'loop_amen', 'drum_cowbell'):
    path = lambda kind: f'{top}/variants/{name}_{kind}.' + {'copy': 'flac', 'ogg': 'ogg', 'mp3': 'mp3'}.get(kind, 'wav')
    original = f'{top}/library/{name}.flac'
    of = {g['kind']: g for g in groups if original in g['paths']}
    assert set(of['same_file']['paths']) == {original, path('copy')}, (name, of['same_file'])
    assert set(of['same_audio']['paths']) == {original, path('copy'), path('wav')}, (name, of['same_audio'])
    every = {original} | {path(kind) for kind in ('copy', 'wav', 'ogg', 'mp3', 'rate', 'gain', 'trim')}
    assert set(of['same_sound']['paths']) == every, (name, set(of['same_sound']['paths']) ^ every)
    assert of['same_file']['differs'] == [] and of['same_file']['keep'] == original
    assert of['same_audio']['differs'][0] == 'container'
    assert {'sample_format', 'sample_rate', 'length', 'loudness'} <= set(of['same_sound']['differs'])
    assert of['same_sound']['keep'] == original, of['same_sound']['keep']
for g in groups:
    assert g['keep'] in g['paths'] and len(g['paths']) == len(set(g['paths'])) > 1, g
PYTHON
}

duplicates_are_asked_for_by_kind_and_query() {
    _library; _variants
    same "same_file" "$(loophole duplicates --kind same_file --json | field kind all | sort -u)"
    same 0 "$(loophole duplicates --json name:bass_hit_c container:mp3 | wc -l)"
    same 1 "$(loophole duplicates --json name:bass_hit_c -container:flac --kind same_sound | wc -l)"
    same 2 "$(loophole duplicates --limit 2 --json | wc -l)"
    contains "$(refused loophole duplicates --kind other)" "same_file, same_audio and same_sound"
    contains "$(loophole duplicates name:bass_hit_c)" "keep    flac"
}

a_hidden_item_is_no_duplicate_and_a_favourite_is_kept() {
    _library; _variants
    local copy=$scratch/variants/drum_cowbell_copy.flac
    loophole edit "$copy" favourite=true >/dev/null || fail "edit failed"
    same "$copy" "$(loophole duplicates --kind same_file --json name:drum_cowbell | field keep)"
    loophole edit "$copy" favourite=false hidden=true >/dev/null || fail "edit failed"
    same 0 "$(loophole duplicates --kind same_file --json name:drum_cowbell | wc -l)"
    loophole edit "$copy" hidden=false >/dev/null
}

_near() { loophole similar "$@" --limit 40 --json; }

several_examples_and_counter_examples_are_heeded() {
    _library
    local a b c; mapfile -t ids < <(loophole search class:kick --limit 2 --json | field id all)
    a=${ids[0]} b=${ids[1]} c=$(loophole search class:snare --limit 1 --json | field id)
    _near --like "$a,$b" >"$scratch/both" || fail "similar --like failed"
    _near "$a" --like "$b" >"$scratch/one_and_one"
    same "$(cat "$scratch/both")" "$(cat "$scratch/one_and_one")"
    _near "$a" --like "$b" --unlike "$c" >"$scratch/against"
    for id in "$a" "$b" "$c"; do
        same 0 "$(grep -c "\"id\":\"$id\"" "$scratch/against")" "an example is among the results"
    done
    /usr/bin/python3 - "$scratch" <<'PYTHON' || fail "$(cut -c 1-200 "$scratch/against")"
import json, sys
mean = lambda f: [json.loads(l) for l in open(f'{sys.argv[1]}/{f}')]
both, against = mean('both'), mean('against')
assert len(both) == 40 and [i['distance'] for i in both] == sorted(i['distance'] for i in both)
assert sum(i.get('class') == 'snare' for i in against) <= sum(i.get('class') == 'snare' for i in both)
assert [i['id'] for i in against] != [i['id'] for i in both]
PYTHON
    same "$(loophole search class:snare --limit 1000 --json | field id all | grep -vx "$c" | sort)" \
        "$(loophole similar "$a" --unlike "$c" --limit 1000 --in class:snare --json | field id all | sort -u | cat - <(loophole similar "$c" --unlike "$a" --limit 1000 --in class:snare --json | field id all) | sort -u)" \
        "a sound is on the one side or the other"
    refused loophole similar >/dev/null
    refused loophole similar --like /etc/passwd >/dev/null
}

a_marked_pair_lies_farther_apart_both_ways_until_it_is_taken_back() {
    _library
    local a b before marked; a=$(loophole search class:kick --limit 1 --json | field id)
    b=$(_near "$a" | field id)
    before=$(_near "$b" | grep "\"id\":\"$a\"" | field distance)
    loophole unlike "$a" "$b" >/dev/null || fail "unlike failed"
    differ "$b" "$(_near "$a" | field id)" "a marked item is still the nearest"
    for pair in "$a $b" "$b $a"; do
        set -- $pair
        marked=$(loophole similar "$1" --limit 1000 --json | grep "\"id\":\"$2\"" | field distance)
        /usr/bin/python3 -c "import sys; sys.exit(abs($marked - 2 * $before) > 1e-4)" || fail "from $before to $marked"
    done
    same "[\"$b\"]" "$(loophole show "$a" --json | field unlike)"
    loophole undo >/dev/null || fail "undo failed"
    same "$b" "$(_near "$a" | field id)"
    loophole unlike "$a" "$b" >/dev/null; loophole unlike "$a" "$b" --off >/dev/null || fail "--off failed"
    same "$b" "$(_near "$a" | field id)"
    refused loophole unlike "$a" "$a" >/dev/null
}

hidden_items_and_the_query_hold_for_examples_too() {
    _library
    local a b; a=$(loophole search class:kick --limit 1 --json | field id)
    b=$(_near --like "$a" | field id)
    loophole hide "$b" >/dev/null || fail "hide failed"
    same 0 "$(_near --like "$a" | grep -c "\"id\":\"$b\"")"
    loophole hide "$b" --off >/dev/null
    same "$b" "$(_near --like "$a" | field id)"
    same snare "$(_near --like "$a" --in class:snare | field class all | sort -u)"
    loophole favourite "$b" >/dev/null || fail "favourite failed"
    same "$b" "$(loophole search is:favourite --json | field id)"
    loophole favourite "$b" --off >/dev/null
    cp "$sonic/bd_haus.flac" "$scratch/elsewhere.flac"
    same 5 "$(loophole similar "$scratch/elsewhere.flac" --unlike "$b" --limit 5 --json | wc -l)"
}

what_is_heard_in_words_is_found_counted_and_corrected() {
    _library
    local id before; before=$(loophole search tag:short --limit 1000 --json | wc -l)
    holds [ "$before" -gt 5 ]
    loophole search class:kick --limit 1000 --json >"$scratch/kicks"
    /usr/bin/python3 - "$scratch/kicks" <<'PYTHON' || fail "$(head -c 1500 "$scratch/kicks")"
import json, sys
kicks = [json.loads(line) for line in open(sys.argv[1])]
assert sum('dark' in k['tags'] for k in kicks) > len(kicks) / 2 and not any('airy' in k['tags'] for k in kicks)
for k in kicks:
    assert set(k['tag_confidence']) <= set(k['tags']) and all(.5 <= c <= 1 for c in k['tag_confidence'].values())
PYTHON
    loophole search '' --facets tag,family --limit 0 --json >"$scratch/facets"
    same "$before" "$(grep '"value":"short"' "$scratch/facets" | field count)"
    id=$(loophole search tag:short --limit 1 --json | field id)
    loophole tag "$id" -short +mine >/dev/null || fail "tag failed"
    same $((before - 1)) "$(loophole search tag:short --limit 1000 --json | wc -l)"
    same '"mine"' "$(loophole show "$id" --json | /usr/bin/python3 -c 'import json,sys; t=json.load(sys.stdin)["tags"]; assert "short" not in t; print(json.dumps(t[0]))')"
    loophole tag "$id" +short >/dev/null && loophole tag "$id" -short +short >/dev/null || fail "tag failed"
    same "$before" "$(loophole search tag:short --limit 1000 --json | wc -l)"
    loophole undo >/dev/null && loophole undo >/dev/null || fail "undo failed" # both together change nothing
    same true "$(loophole show "$scratch/library/loop_amen.flac" --json | field loopable)"
    same true "$(loophole show "$scratch/library/808_Clap.flac" --json | field one_shot)"
}

# The rule is persist's, so it applies to every front-end.
a_heard_tag_that_any_front_end_removes_is_denied_and_comes_back() {
    _library
    local before; before=$(loophole search tag:short --limit 1000 --json | wc -l)
    python - "$(loophole search tag:short --limit 1 --json | field id)" <<'PYTHON' || fail "see above"
import sys
from client import Client
client = Client()
found = lambda: client.must("search.get", {"id": sys.argv[1], "path": b""})
own = lambda: {f["attribute"]: f["number"] for f in found()["sources"] if f["source"] == "user"}
edit = lambda **fields: client.must("persist.put_media", {"edit": dict(fields, id=sys.argv[1])})
was = own()
assert "tag:short" not in was, was
edit(remove_tags=["short", "unheard"])
assert own() == dict(was, **{"tag:short": 0}), own()
edit(add_tags=["short"])
assert own() == was, own()
client.must("persist.undo")
assert own() == dict(was, **{"tag:short": 0}), own()
said = {"attribute": "tag:short", "source": "user", "number": 1.0, "confidence": 1.0, "version": 0, "shown": True}
edit(remove_tags=["short"], facts=[said])  # what the edit itself contains has priority
assert own() == dict(was, **{"tag:short": 1}), own()
edit(clear_facts=["tag:short"])
PYTHON
    same "$before" "$(loophole search tag:short --limit 1000 --json | wc -l)"
}

# The model did not learn from GMRockKit; the names of its files say what the sounds are.
the_drums_of_a_kit_that_it_never_heard_are_named() {
    _library
    holds [ "$(cut -f1 "$top/model/classes.tsv" "$top/model/packs.tsv" | grep -c GMRockKit)" = 0 ]
    loophole search '' --limit 1000 --json >"$scratch/all" || fail "search failed"
    /usr/bin/python3 - "$scratch/all" <<'PYTHON' || fail "the ear does not know the kit"
import json, os, re, sys
NAMED = ((r'24Ride|Ride|Crash|Splash|Bell-', 'cymbal'), (r'Cowbell', 'perc_bell'), (r'HandClap', 'clap'),
         (r'HatClosed|HatPedal', 'hat_closed'), (r'HatOpen', 'hat_open'), (r'Kick', 'kick'), (r'SideStick', 'rim'),
         (r'Snare-', 'snare'), (r'Tom', 'tom'))
right, drums, sure, count = 0, 0, 0, 0
for item in map(json.loads, open(sys.argv[1])):
    wanted = [kind for name, kind in NAMED if re.match(name, item['name'])]
    if not wanted:
        continue
    count += 1
    right += item.get('class') == wanted[0]
    drums += item.get('family') == 'drums'
    sure += item.get('class_confidence', 0)
print(f'figure: {right} of {count} drums have their class, {drums} the family drums, mean confidence {sure / count:.2f}')
assert count > 50 and right > .85 * count and drums > .95 * count and abs(sure - right) < .2 * count
PYTHON
}

every_artefact_is_numbers_and_a_picture() {
    _library
    local type; for type in waveform loudness onsets beats spectrum embedding print gist; do
        loophole artefact "$scratch/library/loop_amen.flac" "$type" --json >"$scratch/$type.json" || fail "no $type"
        loophole artefact "$scratch/library/loop_amen.flac" "$type" --png "$scratch/$type.png" >/dev/null || fail "no picture of $type"
        same 89504e470d0a1a0a0000000d494844520000064000000190 "$(head -c 24 "$scratch/$type.png" | od -An -tx1 | tr -d ' \n')"
    done
    /usr/bin/python3 - "$scratch" "$scratch/library/loop_amen.flac" <<'PYTHON' || fail "an artefact is wrong"
import json, subprocess, sys
get = lambda type: json.load(open(f'{sys.argv[1]}/{type}.json'))
raw = subprocess.run(['sox', sys.argv[2], '-t', 'f32', '-'], capture_output=True).stdout
channels = int(subprocess.run(['soxi', '-c', sys.argv[2]], capture_output=True).stdout)
import array
x = array.array('f', raw); mono = [sum(x[i:i + channels]) / channels for i in range(0, len(x), channels)]
wave = get('waveform')
assert wave['frames'] == len(mono) and wave['levels'][0]['frames_a_bin'] == 128 and len(wave['levels'][-1]['low']) == 1
for level in wave['levels']:
    n = int(level['frames_a_bin'])
    for k, (low, high) in enumerate(zip(level['low'], level['high'])):
        part = mono[k * n:(k + 1) * n]
        assert abs(min(part) - low) < .005 and abs(max(part) - high) < .005, (n, k)
assert 130 < get('beats')['bpm'] < 144 and len(get('beats')['seconds']) == 4
assert len(get('onsets')['seconds']) == len(get('onsets')['strength']) > 4
assert len(get('spectrum')['db']) == 40 and len(get('loudness')['lufs']) == int(len(mono) / 4410)
assert [len(get('embedding')[b]) for b in ('spectrum', 'timbre', 'pitch', 'amplitude', 'rhythm')] == [16, 16, 12, 12, 8]
assert len(get('print')['samples']) == 14336 and len(get('gist')['bands']) == 64
PYTHON
    contains "$(refused loophole artefact "$scratch/library/loop_amen.flac" other)" "the types are waveform"
}

_first_of_history() { [ "$(loophole history --limit 1 --json | field query)" = "$1" ]; }

queries_are_remembered_and_saved_for_use_within_others() {
    _library
    local revision; revision=$(loophole ask search.query query= limit=0 | field revision)
    loophole search 'tag:deep class:kick' --json >"$scratch/plain" || fail "search failed"
    until_true 30 _first_of_history 'tag:deep class:kick'
    loophole search snare --limit 1 >/dev/null; until_true 30 _first_of_history snare
    loophole search 'tag:deep class:kick' --limit 1 >/dev/null; until_true 30 _first_of_history 'tag:deep class:kick'
    same 1 "$(loophole history --json | field query all | grep -c '^tag:deep class:kick$')" "one query is noted twice"
    loophole search --save low 'tag:deep or tag:dark' >/dev/null || fail "save failed"
    loophole search --save low_kicks '@low class:kick' >/dev/null || fail "save failed"
    same "$(loophole search 'class:kick (tag:deep or tag:dark)' --limit 1000 --json | field id all | sort)" \
        "$(loophole search @low_kicks --limit 1000 --json | field id all | sort)"
    same "$(loophole search '-(tag:deep or tag:dark)' --limit 1000 --json | wc -l)" "$(loophole search '-@low' --limit 1000 --json | wc -l)"
    same "low low_kicks" "$(loophole queries --json | field name all | paste -sd' ')"
    loophole search --save endless '@endless or kick' >/dev/null
    contains "$(refused loophole search @endless)" "in a cycle"
    contains "$(refused loophole search @none)" 'no query is saved as "none"'
    contains "$(refused loophole search --save 'a b' kick)" "letters, digits"
    loophole queries endless --off >/dev/null || fail "forgetting failed"
    refused loophole queries endless --off >/dev/null
    same "$revision" "$(loophole ask search.query query= limit=0 | field revision)" "queries are no changes of the catalogue"
    engine_down; engine_up
    same "low low_kicks" "$(loophole queries --json | field name all | paste -sd' ')" "after a restart"
    holds _first_of_history "-@low"
    loophole history --off >/dev/null || fail "forgetting failed"
    same 0 "$(loophole history | wc -l)"
    loophole store check >/dev/null || fail "the store is not consistent"
}

# Revision, analyser and class of every item, the latest revision last.
_versions() {
    loophole ask search.query query= limit=1000 | /usr/bin/python3 -c '
import json, sys
items = json.load(sys.stdin)["items"]
for i in sorted(items, key=lambda i: i["media"]["revision"]):
    print(i["media"]["revision"], i["media"]["analyser"], i["media"]["id"], *[f["text"] for f in i["facts"] if f["attribute"] == "class"])'
}
_heard_by() { _versions | awk -v by="$1" '$2 == by' | wc -l; }
_some_are_heard_by() { [ "$(_heard_by "$1")" -gt 0 ]; }
_all_are_heard_by() { [ "$(_versions | awk -v by="$1" '$2 != by' | wc -l)" = 0 ]; }

a_new_analyser_hears_all_again_and_no_correction_is_lost() {
    _library
    local edited kicks total; mkdir -p "$LOOPHOLE_HOME/config"
    edited=$(loophole search class:snare --limit 1 --json | field id)
    loophole edit "$edited" bpm=91.5 key=F#min class=vocal >/dev/null || fail "edit failed"
    loophole tag "$edited" +kept -short >/dev/null || fail "tag failed"
    kicks=$(loophole search class:kick --limit 1000 --json | field id all | sort)
    total=$(_versions | wc -l)
    engine_down
    export LOOPHOLE_ANALYSER=77
    engine_up
    until_true 60 _some_are_heard_by 77
    same "$kicks" "$(loophole search class:kick --limit 1000 --json | field id all | sort)" "while it is heard again"
    engine_down
    engine_up
    echo "figure: stopped after $(_heard_by 77) of $total"
    same "$kicks" "$(loophole search class:kick --limit 1000 --json | field id all | sort)" "after a stop"
    until_true 120 _all_are_heard_by 77
    same "$kicks" "$(loophole search class:kick --limit 1000 --json | field id all | sort)" "after the end"
    holds [ "$(_versions | grep -n "$edited" | cut -d: -f1)" -le 16 ]
    loophole show "$edited" --json >"$scratch/edited"
    /usr/bin/python3 - "$scratch/edited" <<'PYTHON' || fail "$(cat "$scratch/edited")"
import json, sys
i = json.load(open(sys.argv[1]))
assert (i['bpm'], i['key'], i['class']) == (91.5, 'F#min', 'vocal') and i['class_source'] == 'user', i
assert 'kept' in i['tags'] and 'short' not in i['tags']
PYTHON
    loophole ask search.get id="$edited" >"$scratch/whole"
    holds grep -q '"version":77' "$scratch/whole"
}

run_claims "$@"
