#!/bin/bash
# Front-ends in other languages, without any code of loophole: they search, and they receive events.
. "$(dirname "$0")/../lib.sh"
examples=$top/frontends/examples
node_folder=$build/node # the packages stay for the next run

_a_small_library() {
    mkdir -p "$scratch/library"
    cp "$(find -L "$drumkits" -iname '*kick*' -type f | sort | head -n 1)" "$scratch/library/" || skip "no hydrogen-drumkits"
    engine_up
    loophole index "$scratch/library" --wait >"$scratch/index.log" 2>&1 || fail "$(cat "$scratch/index.log")"
}

# The folder of the sockets, also if the home's path is too long for them.
_run_directory() { dirname "$(readlink "/proc/$(pid_of search)/fd/"* | grep '/search\.lock$')"; }

_a_change() {
    loophole tag "$(loophole search kick --limit 1 --json | field id)" "+seen$RANDOM" >/dev/null
    grep -q '^persist.changed [0-9]* {.*"revision":' "$scratch/out"
}

# The program finds the kick, and prints an event after a change.
_searches_and_listens() {
    local pid
    "$@" kick "$(_run_directory)" >"$scratch/out" 2>&1 &
    pid=$!
    trap 'kill $pid 2>/dev/null' EXIT
    until_true 60 grep -q 'now listening' "$scratch/out"
    holds grep -qi 'kick.*/library/' "$scratch/out"
    holds grep -q '^1 found' "$scratch/out"
    until_true 60 _a_change
}

each_is_at_most_30_lines_long() {
    local file
    for file in "$examples"/*; do
        [ "$(wc -l <"$file")" -le 30 ] || fail "$file: $(wc -l <"$file") lines"
    done
}

a_python_program_searches_and_listens() {
    /usr/bin/python3 -c 'import zmq, msgpack' 2>/dev/null || skip "python3-zmq or python3-msgpack is not installed"
    _a_small_library
    _searches_and_listens /usr/bin/python3 "$examples/search.py"
    engine_down
}

a_node_program_searches_and_listens() {
    command -v node >/dev/null && command -v npm >/dev/null || skip "node or npm is not installed"
    mkdir -p "$node_folder"
    [ -d "$node_folder/node_modules/zeromq" ] ||
        (cd "$node_folder" && timeout 120 npm install --ignore-scripts --no-fund --no-audit zeromq@6 @msgpack/msgpack@3) \
            >"$scratch/npm.log" 2>&1 || skip "npm cannot install zeromq: $(tail -n 1 "$scratch/npm.log")"
    cp "$examples/search.mjs" "$node_folder/"
    _a_small_library
    _searches_and_listens node "$node_folder/search.mjs"
    engine_down
}

# The program in the protocol's document, exactly as it is printed there.
the_examples_of_the_protocol_run_as_printed() {
    /usr/bin/python3 -c 'import zmq, msgpack' 2>/dev/null || skip "python3-zmq or python3-msgpack is not installed"
    _a_small_library
    sed -n '/^```python$/,/^```$/{/^```/d;p}' "$top/docs/protocol.md" >"$scratch/examples.py"
    holds [ "$(wc -l <"$scratch/examples.py")" -gt 60 ]
    sed -i "s|^run = .*|run = '$(_run_directory)'|; s/poll(5000)/poll(100)/" "$scratch/examples.py"
    cat >>"$scratch/examples.py" <<'PYTHON'
assert found["items"] and len(everything) == 1 and error == "ok", (found, everything, error, alike)
assert "mine" not in search.must("search.get", {"id": media["id"], "path": b""})["item"]["media"].get("tags", [])
assert len(search.must("search.query", {"query": ""})["items"]) == 1  # without a limit: a page
assert not search.must("search.query", {"query": "", "limit": 0}).get("items")
import json, subprocess
wave, picture = waveform(media), draw(waveform(media))
shown = json.loads(subprocess.check_output(["loophole", "artefact", os.fsdecode(found["items"][0]["path"]), "waveform", "--json"]))
assert (wave["frames"], len(wave["levels"])) == (shown["frames"], len(shown["levels"])) and wave["frames"] > 0
for mine, theirs in zip(wave["levels"], shown["levels"]):
    for key, kind, full in ("low", "b", 127), ("high", "b", 127), ("rms", "B", 255):
        numbers = [n / full for n in array.array(kind, mine[key])]
        assert len(numbers) == len(theirs[key]) > 0
        assert max(abs(a - b) for a, b in zip(numbers, theirs[key])) < 1e-5, key
assert len(picture) == 64 and len(set(picture)) > 2 and min(picture[:8]) > picture[-1], picture
PYTHON
    /usr/bin/python3 "$scratch/examples.py" || fail "an example of docs/protocol.md does not run"
    engine_down
}

# The bytes of a waveform in the document are those of the record next to them.
the_bytes_of_the_protocols_waveform_are_the_record() {
    /usr/bin/python3 -c 'import msgpack' 2>/dev/null || skip "python3-msgpack is not installed"
    /usr/bin/python3 - "$top/docs/protocol.md" <<'PYTHON' || fail "the bytes in docs/protocol.md are not a waveform"
import msgpack, re, sys

section = open(sys.argv[1]).read().split("\n## Artefacts\n")[1].split("```")[1]
text = " ".join(re.match(r"(?: *[0-9a-f]{2}(?= |$))+", line).group() for line in section.strip().splitlines())
wave = msgpack.unpackb(bytes.fromhex(text), raw=False)
assert (wave["frames"], wave["frames_a_bin"]) == (300, 128), wave
assert [len(level[key]) for level in wave["levels"] for key in ("low", "high", "rms")] == [3] * 3 + [2] * 3 + [1] * 3
assert wave["levels"][0] == {"low": b"\x81\xf0\xfe", "high": b"\x7f\x10\x02", "rms": b"\x80\x10\x02"}, wave
for fine, coarse in zip(wave["levels"], wave["levels"][1:]):
    signed = lambda data: memoryview(data).cast("b").tolist()
    for i in range(len(coarse["low"])):
        assert signed(coarse["low"])[i] == min(signed(fine["low"])[2 * i:2 * i + 2])
        assert signed(coarse["high"])[i] == max(signed(fine["high"])[2 * i:2 * i + 2])
PYTHON
}

run_claims "$@"
