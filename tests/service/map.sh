#!/bin/bash
# The map of a real library: it shows everything that can be heard, it does not change, and it can be displayed.
. "$(dirname "$0")/../lib.sh"

_all_points() { loophole map "$@" --json | sort; }
_is_placed() { _all_points | grep -q "$1"; }

everything_that_can_be_heard_is_on_the_map() {
    two_kits
    holds [ "$(_all_points "class:*" | wc -l)" -gt 50 ]
    same "$(loophole search 'class:*' --limit 1000 --json | field id all | sort)" \
        "$(_all_points 'class:*' | field id all)"
    local summary; summary=$(loophole map)
    contains "$summary" trustworthiness
    echo "figure: $(tail -n 1 <<<"$summary")"
    /usr/bin/python3 -c 'import sys; sys.exit(float(sys.argv[1].split("trustworthiness ")[1].split(",")[0]) < 0.9)' \
        "$summary" || fail "$summary"
}

it_is_the_same_after_a_restart_and_from_the_same_seed() {
    two_kits
    _all_points >"$scratch/first"
    loophole restart search >/dev/null; wait_ready search
    same "$(cat "$scratch/first")" "$(_all_points)"
    same "$(cat "$scratch/first")" "$(_all_points --remake)"
    differ "$(cat "$scratch/first")" "$(_all_points --remake --seed 5)"
    _all_points --remake --seed 1 >/dev/null
}

a_new_sound_finds_its_place_and_moves_nothing() {
    two_kits
    _all_points >"$scratch/before"
    sox "$(find "$drumkits/YamahaVintageKit" -name '*.flac' 2>/dev/null | head -n 1 || true)" "$scratch/library/late.wav" \
        2>/dev/null || sox -n "$scratch/library/late.wav" synth 0.3 sine 60 fade l 0 0.3 0.28
    loophole library rescan --wait >/dev/null
    local id; id=$(loophole search late --limit 1 --json | field id)
    [ -n "$id" ] || fail "it was not indexed"
    until_true 30 _is_placed "$id"
    same "$(cat "$scratch/before")" "$(_all_points | grep -v "$id")"
}

a_filter_shows_the_same_places() {
    two_kits
    same "$(_all_points | grep '"class":"kick"')" "$(_all_points class:kick)"
    _all_points --room >"$scratch/room"
    /usr/bin/python3 - "$scratch/room" <<'PYTHON' || fail "the room is flat"
import json, sys
sys.exit(not any(abs(json.loads(line)['z']) > 0.1 for line in open(sys.argv[1])))
PYTHON
    refused loophole map 'bpm:what' >/dev/null
}

the_picture_is_a_png_with_the_colours_of_the_classes() {
    two_kits
    loophole map --png "$scratch/map.png" >"$scratch/legend"
    /usr/bin/python3 - "$scratch/map.png" "$scratch/legend" <<'PYTHON' || fail "the picture is not right"
import struct, sys, zlib
data = open(sys.argv[1], 'rb').read()
assert data[:8] == b'\x89PNG\r\n\x1a\n'
at, pixels = 8, b''
while at < len(data):
    size, kind = struct.unpack('>I4s', data[at:at + 8])
    body = data[at + 8:at + 8 + size]
    assert struct.unpack('>I', data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
    if kind == b'IHDR': width, height = struct.unpack('>II', body[:8])
    if kind == b'IDAT': pixels += body
    at += 12 + size
assert kind == b'IEND'
rows = zlib.decompress(pixels)
assert len(rows) == height * (3 * width + 1)
drawn = len(set(rows[i:i + 3] for y in range(height) for i in range(y * (3 * width + 1) + 1, (y + 1) * (3 * width + 1), 3)))
legend = [line for line in open(sys.argv[2]) if line.startswith('#')]
# the legend is beside the map: each class has its own colour there, next to letters
beside = [set(rows[y * (3 * width + 1) + 1 + 3 * x:y * (3 * width + 1) + 4 + 3 * x] for x in range(height, width))
          for y in range(height)]
colors = set().union(*beside)
for line in legend:
    assert bytes.fromhex(line[1:7]) in colors, line
    assert any(bytes.fromhex(line[1:7]) in row and bytes.fromhex('d7dae0') in row for row in beside), line
assert len(legend) > 5 and drawn > len(legend), (len(legend), drawn)
PYTHON
    refused loophole map --png /nowhere/map.png >/dev/null
}

a_picture_replaces_an_earlier_picture_and_nothing_else() {
    local made
    two_kits
    echo "a sound" >"$scratch/sound.wav"
    mkfifo "$scratch/fifo"; ln -s "$scratch/elsewhere" "$scratch/link"
    for made in sound.wav fifo link; do
        contains "$(refused loophole map --png "$scratch/$made")" "is not an earlier file of this kind"
    done
    same "a sound" "$(cat "$scratch/sound.wav")"
    holds test -p "$scratch/fifo" -a -L "$scratch/link" -a ! -e "$scratch/elsewhere"
    : >"$scratch/empty.png" # as mktemp makes one
    for made in again.png again.png empty.png; do holds loophole map --png "$scratch/$made"; done
    holds test -s "$scratch/empty.png"
}

run_claims "$@"
