#!/bin/bash
# errors.sh: asks that services refuse, and the errors that these asks declare (`gives` in the schemas).
. "$(dirname "$0")/../lib.sh"
command -v jackd >/dev/null && export LOOPHOLE_AUDIO=dummy # without jackd there is no streamer

# An ask, its body and the expected error. The document of the running service must declare this error for this ask.
each_refusal_is_declared_in_the_schema() {
    mkdir -p "$scratch/library"
    engine_up
    cat >"$scratch/ask.py" <<'P'
import os, re, sys
from client import *
c = Client()
folder = os.path.join(sys.argv[1], "library").encode()
none = bytes(15) + b"\1"
of_all = {"bad_request", "too_large", "busy", "timeout", "offline", "io", "full", "version", "internal"}
c.must("indexer.add_library", {"path": folder})
refusals = [
    ("persist.put_media", {"edit": {"id": none, "name": "x"}}, "not_found"),
    ("persist.put_media", {"edit": {"id": none, "name": "x", "expect": 1}}, "conflict"),
    ("persist.forget", {"id": none}, "not_found"),
    ("persist.undo", {}, "not_found"),
    ("persist.redo", {}, "not_found"),
    ("persist.remove_query", {"name": "none"}, "not_found"),
    ("persist.remove_library", {"id": none}, "not_found"),
    ("persist.put_folder", {"folder": {"volume": none, "name": b"x"}}, "not_found"),
    ("persist.cancel", {"task": none}, "not_found"),
    ("indexer.add_library", {"path": folder + b"/none"}, "not_found"),
    ("indexer.add_library", {"path": os.path.dirname(folder)}, "exists"),
    ("indexer.remove_library", {"path": b"/none"}, "not_found"),
    ("indexer.rescan", {"path": b"/none"}, "not_found"),
    ("indexer.analyse", {"path": b"none"}, "bad_request"),
    ("search.get", {"id": none}, "not_found"),
    ("search.get_artefact", {"id": none, "type": "waveform"}, "not_found"),
    ("search.similar", {"id": none}, "not_found"),
    ("search.query", {"query": "@none"}, "not_found"),
    ("supervisor.restart", {"service": "none"}, "not_found"),
    ("streamer.stop", {"voice": 3}, "not_found"),
    ("streamer.seek", {"voice": 3, "frame": 1}, "conflict"),
    ("streamer.gain", {"voice": 3, "gain": 1.0}, "not_found"),
    ("streamer.take", {"id": none}, "not_found"),
    ("streamer.record_stop", {}, "not_found"),
]
if os.environ["LOOPHOLE_AUDIO"] == "none":
    refusals = [each for each in refusals if not each[0].startswith("streamer.")]
schemas = {}
for name, body, wanted in refusals:
    error, said = c.ask(name, body)
    assert error == wanted and said["what"], (name, error, said)
    service, ask = name.split(".")
    if service not in schemas:
        schemas[service] = c.must(service + ".describe")["schema"]
    line = re.search(rf'^ask {ask} .*$', schemas[service], re.M)
    declared = line.group(0).partition(" gives ")[2].split() if line else ["not_found"]  # every service has cancel
    assert error in of_all or error in declared, (name, error, declared)
print("figure:", len(refusals), "refusals, each declared")
P
    python "$scratch/ask.py" "$scratch" || fail "see above"
}

run_claims "$@"
