#!/bin/bash
# unanswered.sh: a service is killed after an ask was done and before its answer was remembered. The same bytes, sent
# again, change nothing: not what sounds by then, not the takes, not the libraries.
. "$(dirname "$0")/../lib.sh"
export LOOPHOLE_AUDIO=dummy

command -v jackd >/dev/null || { echo "1..0 # SKIP no jackd"; exit 0; }
_engine() {
    [ -e "$scratch/long.wav" ] && return
    sox -n -r 48000 -c 2 "$scratch/long.wav" synth 90 sine 200 && sox -n -r 48000 -c 2 "$scratch/short.wav" synth 0.4 sine 400 &&
        sox -n -r 48000 -c 2 "$scratch/lead.wav" synth 2 sine 300 || fail "sox"
    LD_PRELOAD=$build/tests/faults/unanswered.so engine_up
    until_true 60 eval '[ "$(loophole ask audio.server | field connected)" = true ]'
}

_py() {
    _engine
    { cat <<'P'
import os, sys, time
from client import *
c = Client()
home, scratch = os.environ["LOOPHOLE_HOME"], sys.argv[1]
long, short, lead = (os.path.join(scratch, name).encode() for name in ("long.wav", "short.wav", "lead.wav"))
def until(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "still not true"
        time.sleep(0.02)
def pid(service):
    return int(open(f"{home}/run/{service}.lock").read() or 0)
def has_lived(service):
    """One that dies sooner, five times in a row, is quarantined."""
    return any(s["service"] == service and s["state"] == "ready" and s["uptime_s"] > 2.5
               for s in c.must("supervisor.services")["each"])
def unanswered(name, body=None):
    """Its service does this ask, and dies before it remembers the answer; gives the request id."""
    service, request = name.split(".")[0], new_id()
    until(lambda: has_lived(service))
    was, mark = pid(service), f"{home}/die-{service}"
    open(mark, "w").close()
    c.send(name, body, request)
    until(lambda: not os.path.exists(mark) and pid(service) not in (0, was))
    c.must(service + ".ping")
    return request
def voices():
    return [v for v in c.must("streamer.voices").get("each", []) if v["state"] != "ending"]
def _silence():
    c.must("streamer.stop", {"fade": 0.0})
    c.must("streamer.preview_stop")
    until(lambda: not c.must("streamer.voices").get("each", []))
P
      cat; } >"$scratch/ask.py"
    python "$scratch/ask.py" "$scratch"
}

a_sound_that_has_ended_by_then_is_not_played_again() {
    _py <<'P' || fail "see above"
for name in ("streamer.play", "streamer.preview"):
    request = unanswered(name, {"path": short})
    until(lambda: not voices())
    answer = c.must(name, {"path": short}, request)
    assert "voice" in answer and not voices(), (name, answer, voices())
    error, said = c.ask(name, {"path": long}, request)
    assert error == "conflict", (error, said)
P
}

a_file_follows_once() {
    _py <<'P' || fail "see above"
until(lambda: has_lived("streamer"))
voice = c.must("streamer.play", {"path": lead})["voice"]
body = {"voice": voice, "path": long}
request = unanswered("streamer.queue", body)
until(lambda: [v["path"] for v in voices()] == [long])
c.must("streamer.queue", body, request)
assert voices()[0]["next"] == b"", voices()
_silence()
P
}

a_seek_does_not_go_back() {
    _py <<'P' || fail "see above"
voice = c.must("streamer.play", {"path": long})["voice"]
body = {"voice": voice, "frame": 960000}
request = unanswered("streamer.seek", body)
until(lambda: voices()[0]["position"] > 970000)
generation = voices()[0]["generation"]
assert c.must("streamer.seek", body, request)["position"] == 960000
assert voices()[0]["generation"] == generation, voices()
_silence()
P
}

a_stop_does_not_stop_what_began_since() {
    _py <<'P' || fail "see above"
for begin, end in (("streamer.play", "streamer.stop"), ("streamer.preview", "streamer.preview_stop")):
    c.must(begin, {"path": long})
    request = unanswered(end)
    until(lambda: not c.must("streamer.voices").get("each", []))
    c.must(begin, {"path": lead})
    c.must(end, {}, request)
    assert [v["path"] for v in voices()] == [lead], (end, voices())
    _silence()
P
}

what_the_core_did_is_not_done_again_over_what_came_since() {
    _py <<'P' || fail "see above"
def running():
    return c.must("audio.transport")["running"]
c.must("audio.tap")
request = unanswered("audio.tap")
c.must("audio.set_tempo", {"bpm": 99.0})
c.must("audio.tap", {}, request)
assert c.must("audio.set_swing", {"swing": 0.0})["bpm"] == 99.0
request = unanswered("audio.panic")
c.must("audio.start")
until(running)
c.must("audio.panic", {}, request)
c.must("audio.locate", {"bar": 2})
until(lambda: c.must("audio.transport")["bar"] >= 2)
assert running()
request = unanswered("audio.locate", {"bar": 4})
c.must("audio.locate", {"bar": 900})
c.must("audio.locate", {"bar": 4}, request)
until(lambda: c.must("audio.transport")["bar"] >= 900)
c.must("audio.stop")
P
}

a_take_is_begun_once_and_its_end_ends_no_other() {
    _py <<'P' || fail "see above"
folder = f"{home}/data/recordings"
def state(take):
    return c.must("streamer.take", {"id": take["id"]})["state"]
body = {"name": "one", "seconds": 0.5}
request = unanswered("streamer.record", body)
first = c.must("streamer.record", body, request)
until(lambda: state(first) == "final")
os.unlink(f"{home}/run/streamer.answers")  # its memory is lost, as after 64 other asks; the store's is not
until(lambda: has_lived("streamer"))
c.must("supervisor.restart", {"service": "streamer"})
assert c.must("streamer.record", body, request)["id"] == first["id"]
assert os.listdir(folder) == ["one.wav"], os.listdir(folder)
error, said = c.ask("streamer.record", dict(body, name="two"), request)
assert error == "conflict" and "belongs to another ask" in said["what"], (error, said)
error, said = c.ask("persist.put_query", {"query": {"name": "x", "query": "y"}}, request)
assert error == "conflict", (error, said)
for end, wanted in (("streamer.record_stop", "final"), ("streamer.record_cancel", "abandoned")):
    ended = c.must("streamer.record", {"name": wanted})
    request = unanswered(end)
    until(lambda: state(ended) == wanted)
    other = c.must("streamer.record", {"name": "other"})
    answer = c.must(end, {}, request)
    assert (answer["id"], answer["state"]) == (ended["id"], wanted), answer
    assert state(other) == "running"
    other = c.must("streamer.record_cancel")
    request = new_id()
    c.must("streamer.delete_take", {"id": other["id"]}, request)
    c.must("streamer.delete_take", {"id": other["id"]}, request)
    error, said = c.ask("streamer.delete_take", {"id": first["id"]}, request)
    assert error == "conflict", (error, said)
P
}

a_library_is_added_and_removed_once() {
    mkdir -p "$scratch/library"
    _py <<'P' || fail "see above"
def paths():
    return [each["path"] for each in c.must("indexer.libraries").get("each", []) if each["path"] == path["path"]]
path = {"path": os.path.join(scratch, "library").encode()}
add, remove, again = new_id(), new_id(), new_id()
added = c.must("indexer.add_library", path, add)
assert c.must("indexer.add_library", path, add)["id"] == added["id"]
error, said = c.ask("indexer.add_library", dict(path, hidden_files=True), add)
assert error == "conflict", (error, said)
c.must("indexer.remove_library", path, remove)
c.must("indexer.remove_library", path, remove)
error, said = c.ask("indexer.add_library", path, add)
assert error == "not_found" and "removed since" in said["what"] and not paths(), (error, said, paths())
c.must("indexer.add_library", path, again)
c.must("supervisor.restart", {"service": "indexer"})
c.must("indexer.remove_library", path, remove)
assert paths(), "what was added since is gone"
P
}

run_claims "$@"
