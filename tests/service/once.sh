#!/bin/bash
# once.sh: asks that change what sounds are done once, whatever dies between the ask and its answer.
. "$(dirname "$0")/../lib.sh"
export LOOPHOLE_AUDIO=dummy

command -v jackd >/dev/null || { echo "1..0 # SKIP no jackd"; exit 0; }
engine_up

# Python with a client `c`, and what the claims share. kill(service) ends the process that its lock names.
_py() {
    { cat <<'P'
import os, random, signal, sys, time
from client import *
c = Client()
rng = random.Random(int(os.environ["SEED"]))
def pid(service):
    return int(open(f"{os.environ['LOOPHOLE_HOME']}/run/{service}.lock").read() or 0)
def kill(service):
    os.kill(pid(service), signal.SIGKILL)
def until(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "still not true"
        time.sleep(0.02)
def running():
    return c.must("audio.transport")["running"]
def settled(wanted):
    until(lambda: running() == wanted)
P
      cat; } >"$scratch/ask.py"
    python "$scratch/ask.py" "$@"
}

a_toggle_is_answered_from_memory_after_the_death_of_the_core() {
    _py <<'P' || fail "see above"
c.must("audio.stop")
settled(False)
request = new_id()
first = c.must("audio.toggle", {"count_in": 0}, request)
assert first["running"], first
settled(True)
for _ in range(3):
    was = pid("audio")
    kill("audio")
    until(lambda: pid("audio") not in (0, was))
    assert c.must("audio.toggle", {"count_in": 0}, request) == first
    settled(True)
error, said = c.ask("audio.toggle", {"count_in": 1}, request)
assert error == "conflict" and "belongs to another ask" in said["what"], (error, said)
error, said = c.ask("audio.stop", {}, request)
assert error == "conflict", (error, said)
settled(True)
P
}

# The kill comes before, within and after the handler, so also between what is done and what is remembered.
a_toggle_under_kills_is_done_once() {
    _py "$(how_often 12 60)" <<'P' || fail "see above"
c.must("audio.stop")
settled(False)
wanted = False
for i in range(int(sys.argv[1])):
    wanted = not wanted
    request = new_id()
    c.send("audio.toggle", {"count_in": 0}, request)
    time.sleep(rng.choice((0, rng.random() / 1000, rng.random() / 100)))
    was = pid("audio")
    kill("audio")
    until(lambda: pid("audio") not in (0, was))
    until(lambda: c.must("audio.server").get("connected", True))
    while True:
        error, answer = c.ask("audio.toggle", {"count_in": 0}, request)
        if error == "ok":
            break
        assert error in ("offline", "busy", "timeout"), (error, answer)
        time.sleep(0.05)
    assert answer["running"] == wanted, (i, wanted, answer)
    settled(wanted)
print("figure:", sys.argv[1], "toggles under kills, each done once")
P
}

# What is done is remembered when its answer finds no room on the way.
a_toggle_whose_answer_could_not_be_sent_is_done_once() {
    _py <<'P' || fail "see above"
c.must("audio.stop")
settled(False)
deaf = c.context.socket(zmq.DEALER)
deaf.setsockopt(zmq.LINGER, 0)
deaf.setsockopt(zmq.RCVHWM, 1)
deaf.connect("ipc://" + os.path.join(c.run, "audio.ask"))
ping = msgpack.packb([1, "audio.describe", new_id(), 30000, {}], use_bin_type=True)
request = new_id()
for _ in range(3000):
    deaf.send(ping)
deaf.send(msgpack.packb([1, "audio.toggle", request, 30000, {"count_in": 0}], use_bin_type=True))
settled(True)
deaf.close()
answer = c.must("audio.toggle", {"count_in": 0}, request)
assert answer["running"], answer
settled(True)
P
}

a_preview_and_a_play_are_begun_once_though_the_streamer_dies() {
    sox -n -r 48000 -c 2 "$scratch/long.wav" synth 60 sine 200 || fail "sox"
    _py "$scratch/long.wav" <<'P' || fail "see above"
path = sys.argv[1].encode()
def voices():
    return c.must("streamer.voices").get("each", [])
for name in ("streamer.play", "streamer.preview"):
    for i in range(2):
        request = new_id()
        c.send(name, {"path": path}, request)
        time.sleep(rng.choice((0, rng.random() / 100, rng.random() / 5)))
        was = pid("streamer")
        kill("streamer")
        until(lambda: pid("streamer") not in (0, was))
        first = c.must(name, {"path": path}, request)
        assert c.must(name, {"path": path}, request) == first
        mine = [v for v in voices() if v["path"] == path and v["state"] != "ending"]
        assert len(mine) == 1, (name, i, mine)
        c.must("streamer.stop", {"fade": 0.0})
        c.must("streamer.preview_stop")
        until(lambda: not [v for v in voices() if v["state"] != "ending"])
P
}

run_claims "$@"
