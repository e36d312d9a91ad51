#!/bin/bash
# The worker alone, driven as the indexer drives it.
. "$(dirname "$0")/../lib.sh"

_drive() { /usr/bin/python3 "$top/tests/service/worker_drive.py" "$@"; }
_states() { /usr/bin/python3 -c '
import sys, json, collections
count = collections.Counter(json.loads(line)["state"] for line in sys.stdin)
print(" ".join("%s:%d" % pair for pair in sorted(count.items())))'; }

every_file_of_the_demo_libraries_is_answered() {
    [ -d "$drumkits" ] && [ -d "$sonic" ] || skip "hydrogen-drumkits or sonic-pi-samples are not installed"
    find "$drumkits" "$sonic" -type f >"$scratch/list"
    _drive "$build/bin/loophole-worker" "$drumkits" "$sonic" >"$scratch/answers" 2>"$scratch/figure" ||
        fail "a worker died: $(grep died "$scratch/answers" | head -n 3)"
    cat "$scratch/figure"
    same "$(wc -l <"$scratch/list")" "$(wc -l <"$scratch/answers")"
    same "$(grep -ciE '\.(wav|flac|aiff?|ogg|mp3)$' "$scratch/list")" "$(grep -c '"state": "done"' "$scratch/answers")"
    contains "$(grep drumkit.xml "$scratch/answers" | head -n 1)" "not an audio file"
}

the_same_file_twice_gives_the_same_answer() {
    [ -d "$sonic" ] || skip "sonic-pi-samples are not installed"
    local files; mapfile -t files < <(find "$sonic" -name '*.flac' | sort | head -n 3)
    _drive "$build/bin/loophole-worker" "${files[@]}" "${files[@]}" 2>/dev/null | sed 's/"number": [0-9]*//' >"$scratch/twice"
    same 3 "$(grep '"state": "done"' "$scratch/twice" | sort | uniq -d | wc -l)"
}

only_hashing_gives_the_same_content_and_no_analysis() {
    [ -d "$sonic" ] || skip "sonic-pi-samples are not installed"
    local file; file=$(find "$sonic" -name '*.flac' | sort | head -n 1)
    _drive --hash "$build/bin/loophole-worker" "$file" >"$scratch/hashed" 2>/dev/null
    _drive "$build/bin/loophole-worker" "$file" >"$scratch/analysed" 2>/dev/null
    same "$(field found.content <"$scratch/analysed")" "$(field found.content <"$scratch/hashed")"
    same waiting "$(field found.state <"$scratch/hashed")"
}

damaged_files_are_answered_too() {
    mkdir "$scratch/damaged"
    /usr/bin/python3 - "$scratch/damaged" "$sonic" "$drumkits" <<'END'
import os, random, struct, sys
to, random_source = sys.argv[1], random.Random(5)
good = [os.path.join(d, n) for top in sys.argv[2:] for d, _, names in sorted(os.walk(top)) for n in sorted(names)]
good = [g for g in good if os.path.getsize(g) < 200000]
sound = struct.pack("<%dh" % 4000, *(random_source.randrange(-9000, 9000) for _ in range(4000)))
wave = b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 44100, 88200, 2, 16) + b"data" + struct.pack("<I", 8000) + sound
for i in range(120):
    data = bytearray(open(random_source.choice(good), "rb").read() if good and i % 3 else wave)
    for _ in range(random_source.randrange(1, 30)):
        data[random_source.randrange(min(len(data), 300 if i % 2 else len(data)))] = random_source.randrange(256)
    if i % 5 == 0:
        data = data[:random_source.randrange(len(data))]
    open(os.path.join(to, "%03d" % i), "wb").write(data)
open(os.path.join(to, "empty.wav"), "wb").close()
with open(os.path.join(to, "sparse.wav"), "wb") as f:
    f.write(wave[:40] + b"\xff\xff\xff\xff")
    f.truncate(40_000_000)
END
    _drive "$build/bin/loophole-worker" "$scratch/damaged" >"$scratch/answers" 2>"$scratch/figure"
    cat "$scratch/figure"
    same 122 "$(wc -l <"$scratch/answers")"
    contains "$(grep empty.wav "$scratch/answers")" "an empty file"
    contains "$(grep sparse.wav "$scratch/answers")" '"state": "done"'
}

a_plain_user_can_run_it_too() {
    [ "$(id -u)" = 0 ] || skip "not root: the other claims have shown it"
    command -v setpriv >/dev/null || skip "setpriv is not installed"
    [ -d "$sonic" ] || skip "sonic-pi-samples are not installed"
    cp "$build/bin/loophole-worker" "$top/tests/service/worker_drive.py" "$scratch/" &&
        chmod 755 "$scratch" "$scratch/loophole-worker" "$scratch/worker_drive.py"
    (cd / && setpriv --reuid 65534 --regid 65534 --clear-groups /usr/bin/python3 "$scratch/worker_drive.py" \
        "$scratch/loophole-worker" "$sonic/"*bd_haus* 2>/dev/null) | _states >"$scratch/states"
    same done:1 "$(cat "$scratch/states")"
}

a_file_is_pulled_from_any_frame_on() {
    mkdir -p "$scratch/pulled"
    holds /usr/bin/python3 "$top/tests/service/worker_pull.py" "$build/bin/loophole-worker" "$scratch/pulled"
}

started_by_hand_it_says_who_starts_it() {
    contains "$(refused "$build/bin/loophole-worker" 3<&-)" "loophole-indexer"
    contains "$("$build/bin/loophole-worker" --version)" "loophole-worker"
}

run_claims "$@"
