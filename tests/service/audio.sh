#!/bin/bash
# audio.sh: the sound core by its messages and commands, on JACK's dummy driver.
. "$(dirname "$0")/../lib.sh"
command -v jackd >/dev/null || { echo "1..0 # SKIP no jackd"; exit 0; }
export LOOPHOLE_AUDIO=dummy
engine_up

_transport() { loophole transport --json | field "$1"; }
_is_at() { [ "$(_transport "$1")" = "$2" ]; }
_bar_is_past() { [ "$(_transport bar)" -ge "$1" ]; }
_meter() { loophole meters --json | /usr/bin/python3 -c '
import sys, json
print([m[sys.argv[2]] for m in json.load(sys.stdin)["meters"] if m["bus"] == sys.argv[1]][0])' "$1" "$2"; }
_sounds() { [ "$(_meter "$1" rms_left)" != 0.0 ] && [ "$(_meter "$1" rms_left)" != 0 ]; }
_is_quiet() { /usr/bin/python3 -c 'import sys; sys.exit(float(sys.argv[1]) > 1e-4)' "$(_meter master rms_left)"; }
_pattern() { # STEPS FILE [MORE]
    cat >"$2" <<JSON
{"chronus_version": "1.0.0", "schema_version": "1.0", "timestamp": 1704654321.456,
 "metadata": {"name": "Pattern 1", "genre": "techno", "tags": ["acid", "303"]},
 "sequencer": {"bpm": 150.0, "swing": 0.25, "running": false, "global_step": 0, "tracks": {
   "kick": {"name": "kick", "voice_id": "voice1", "pattern": "$1", "notes": [55.0], "base_freq": 55.0, "base_amp": 0.5,
            "filter_freq": 150.0, "accent_boost": 1500.0, "reverb_send": 0.0, "delay_send": 0.0, "gate_frac": 0.2,
            "note_index": 0}}},
 "modules": {"voice1": {"freq": 55.0, "amp": 0.5, "filter_freq": 150.0, "filter_q": 2.0,
   "adsr": {"attack": 0.001, "decay": 0.05, "sustain": 0.0, "release": 0.1}, "reverb_send": 0.0, "delay_send": 0.0},
   "reverb1": {"mix": 0.3, "room": 0.5, "damp": 0.5},
   "delay1": {"time": 0.25, "feedback": 0.4, "mix": 0.3, "lowcut": 100.0, "highcut": 5000.0},
   "acid1": {"cutoff": 1500.0, "res": 0.45, "env_amount": 2500.0, "decay": 0.25, "drive": 0.2, "mix": 1.0,
             "vol_comp": 0.5}}${3:-}}
JSON
}

the_metronome_sounds_at_the_port_when_the_transport_starts() {
    loophole transport metronome on >/dev/null
    loophole transport start >/dev/null
    until_true 20 _is_at running true
    local server client
    server=$(loophole audio status --json | field server)
    client=$(loophole audio status --json | field client)
    "$build/tests/faults/tape" "$server" "$scratch/tape" 3 "$client:main_left" >"$scratch/said" || fail "no tape"
    /usr/bin/python3 - "$scratch/tape" <<'PYTHON' || fail "nothing is heard"
import array, sys
frames = array.array("f", open(sys.argv[1], "rb").read())
onsets = [n for n in range(2400, len(frames)) if abs(frames[n]) > 0.01 and all(abs(x) < 0.01 for x in frames[n - 2400:n])]
steps = [b - a for a, b in zip(onsets, onsets[1:])]
print(onsets, steps)
assert len(onsets) >= 4 and set(steps) == {24000}, (onsets, steps)  # two beats a second
PYTHON
    loophole transport metronome off >/dev/null
    loophole transport stop >/dev/null
    until_true 20 _is_at running false
}

_frame() { loophole ask audio.meters | field transport.frame; }
_is_later() { [ "$(_frame)" -gt "$1" ]; }
_counts_begin_again() { # a busy machine may lose a period right after it: then once more
    loophole meters reset || fail "not reset"
    [ "$(loophole ask audio.meters | field xruns)" = 0 ] && ! loophole meters | grep -q clips
}
meters_hold_what_was_heard_since_the_last_look_and_counts_begin_again() {
    loophole mixer metronome gain=4 >/dev/null
    loophole transport metronome on >/dev/null
    loophole transport start >/dev/null
    until_true 20 eval 'loophole meters | grep -q "master.*clips"' # four times as loud as a click is
    contains "$(loophole meters)" "LUFS"
    loophole events audio.levels --limit 2 --json >"$scratch/levels" || fail "no levels"
    contains "$(cat "$scratch/levels")" '"momentary"'
    loophole transport stop >/dev/null
    until_true 20 _is_quiet
    local before; before=$(_frame)
    until_true 20 _is_later $((before + 12000))
    same 0 "$(loophole ask audio.meters since="$before" | /usr/bin/python3 -c 'import json, sys
print(sum(m["bus"] == "master" and m["peak_left"] > 0.01 for m in json.load(sys.stdin)["meters"]))')"
    until_true 20 _counts_begin_again
    loophole transport metronome off >/dev/null
    loophole mixer metronome gain=1 >/dev/null
}

the_transport_goes_where_it_is_told() {
    loophole transport tempo 400 >/dev/null
    loophole transport locate 9 >/dev/null
    until_true 20 _is_at bar 8
    loophole transport start >/dev/null
    until_true 20 _bar_is_past 9
    loophole transport toggle >/dev/null
    until_true 20 _is_at running false
    loophole transport swing 0.5 >/dev/null
    until_true 20 _is_at swing 0.5
    loophole transport tempo 120 >/dev/null
    until_true 20 _is_at bpm 120
    contains "$(refused loophole transport tempo 500)" "bpm"
    contains "$(refused loophole transport swing nan)" "swing"
    contains "$(refused loophole transport locate 0)" "no bar"
    contains "$(refused loophole transport sync cassette)" "source"
    loophole transport sync midi | grep -q "sync midi" || fail "not told"
    loophole transport sync none >/dev/null
    loophole transport swing 0 >/dev/null
}

_place() { grep -o 'bar [0-9.]*' <<<"$1"; }
_is_on_a_later_beat() { loophole transport >"$scratch/at"; grep -q 'bar [0-9]*\.[2-4]\.[2-4] ' "$scratch/at"; }
a_place_is_told_as_bar_beat_and_sixteenth() {
    same "bar 3.1.1" "$(_place "$(loophole transport locate 3)")"
    loophole transport start >/dev/null
    until_true 30 _is_on_a_later_beat
    loophole transport stop >/dev/null
    until_true 20 _is_at running false
    local step; step=$(_transport step)
    same "bar $(($(_transport bar) + 1)).$((step / 4 + 1)).$((step % 4 + 1))" "$(_place "$(loophole transport)")"
    same "$(_place "$(loophole transport)")" "$(_place "$(loophole meters)")"
    loophole transport locate 1 >/dev/null
}

a_tapped_tempo_is_the_one_between_the_taps() {
    local n
    for n in 1 2 3 4; do loophole transport tap >"$scratch/tap"; sleep 1; done
    /usr/bin/python3 -c 'import sys; sys.exit(not 30 < float(sys.argv[1]) < 90)' "$(loophole transport --json | field bpm)" ||
        fail "$(cat "$scratch/tap")"
}

a_pattern_is_loaded_at_once_when_stopped_and_at_the_next_bar_when_not() {
    _pattern X...X...X...X... "$scratch/one.json"
    loophole transport locate 1 >/dev/null
    until_true 20 _is_at bar 0
    same "[SEQ] Pattern loaded at bar 0 (bar 1)" "$(loophole pattern "$scratch/one.json")"
    until_true 20 _is_at bpm 150 # from the next period on
    loophole transport start >/dev/null
    until_true 20 _sounds sequencer
    local first
    first=$(_transport pattern)
    contains "$(loophole pattern "$scratch/one.json")" "[SEQ] Pattern queued for bar "
    until_true 20 _is_at pattern $((first + 1))
    until_true 20 _is_at queued_bar ""
    local log=$LOOPHOLE_HOME/data/log/audio.log
    until_true 20 grep -q '\[SEQ\] Pattern queued for bar [0-9]*$' "$log"
    until_true 20 grep -q '\[SEQ\] Pattern loaded at bar [1-9][0-9]*$' "$log"
    loophole transport stop >/dev/null
}

a_pattern_with_anything_wrong_changes_nothing() {
    local before
    before=$(_transport pattern)
    _pattern X...Y...X...X... "$scratch/bad.json"
    contains "$(refused loophole pattern "$scratch/bad.json")" 'step 5 is "Y"'
    contains "$(cat "$scratch/out")" "pattern.sequencer.tracks.0.pattern"
    _pattern X...X... "$scratch/bad.json"
    contains "$(refused loophole pattern "$scratch/bad.json")" "16, 32, 48 or 64 steps"
    _pattern X...X...X...X... "$scratch/bad.json" ', "surprise": 1'
    contains "$(refused loophole pattern "$scratch/bad.json")" "surprise"
    contains "$(refused loophole ask audio.set_pattern 'pattern={"sequencer":{"tracks":[{"pattern":"X...X...X...X...","voice_id":"reverb1"}]}}')" \
        'no voice "reverb1"'
    contains "$(refused loophole ask audio.set_pattern 'pattern={"modules":{"voice1":{"filter_q":1e9}}}')" "filter_q"
    same "$before" "$(_transport pattern)"
}

# A client sends its ask again while no answer has come, and so maybe just behind the answer.
what_is_done_once_is_not_done_again_by_a_copy_of_the_ask() {
    loophole transport stop >/dev/null
    until_true 10 _is_at running false
    python - <<'END' || fail "a copy was handled"
import time
from client import Client, new_id
client = Client()

def runs(wanted):
    deadline = time.monotonic() + 10
    while client.must("audio.transport")["running"] != wanted:
        assert time.monotonic() < deadline, "running is not %s" % wanted

for wanted in (True, False):
    request = new_id()
    first = client.ask("audio.toggle", {}, request)
    runs(wanted)
    for _ in range(3):
        assert client.ask("audio.toggle", {}, request) == first
    time.sleep(0.2)
    runs(wanted)
END
}

panic_silences_and_stops() {
    _pattern XxXxXxXxXxXxXxXx "$scratch/loud.json"
    loophole pattern "$scratch/loud.json" >/dev/null
    loophole transport start >/dev/null
    until_true 20 _sounds sequencer
    holds loophole panic
    until_true 20 _is_at running false
    until_true 20 _is_quiet
}

the_mixer_is_told_by_channel() {
    loophole mixer pads gain=0.5 pan=-1 mute=true >/dev/null
    contains "$(loophole mixer --json)" '{"bus":"pads","gain":0.5,"pan":-1,"mute":true,"solo":false}'
    loophole mixer pads mute=false >/dev/null
    contains "$(loophole mixer --json)" '{"bus":"pads","gain":0.5,"pan":-1,"mute":false,"solo":false}'
    contains "$(refused loophole mixer drums gain=1)" "bus"
    contains "$(refused loophole mixer pads gain=9)" "gain"
    loophole mixer pads gain=-20dB >/dev/null
    contains "$(loophole mixer --json)" '{"bus":"pads","gain":0.10000000149011612,'
    loophole mixer pads gain=1 pan=0 >/dev/null
}

a_pad_that_is_hit_sounds_and_ends() {
    "$build/tests/faults/tone" sound 900 >/dev/null || fail "no sound"
    loophole pads set 3 sound=900 mode=loop >/dev/null
    contains "$(loophole pads)" "sound 900"
    loophole pads set 5 note=36 channel=10 >/dev/null
    contains "$(loophole pads)" "note 36  channel 10"
    contains "$(loophole pads --json)" '"channel":9'
    contains "$(refused loophole pads set 5 channel=0)" "1 to 16"
    holds loophole pads hit 3 0.5
    until_true 20 _sounds pads
    holds loophole panic
    until_true 20 _is_quiet
    contains "$(refused loophole pads hit 64)" "pad"
    contains "$(refused loophole pads set 3 from=10 until=5)" "before it begins"
}

a_file_is_loaded_for_a_pad() {
    /usr/bin/python3 "$top/tests/service/sound.py" make sine "$scratch/pad.wav" 24000 48000 480
    contains "$(loophole pads set 4 sound="$scratch/pad.wav" mode=loop)" "$scratch/pad.wav"
    contains "$(loophole pads set 4 gain=-6dB)" "gain 0.50 pan 0.00 ratio 1.000  $scratch/pad.wav"
    contains "$(refused loophole pads hit 5)" "pad 5 has no sound"
    holds loophole pads hit 4
    until_true 20 _sounds pads
    holds loophole panic
    until_true 20 _is_quiet
    contains "$(refused loophole pads set 4 sound="$scratch/gone.wav")" "gone.wav"
}

a_take_that_can_only_be_silence_says_so() {
    local said client
    said=$(loophole record start 2>&1)
    loophole record stop >/dev/null || fail "$said"
    contains "$said" 'the inputs of the device "dummy" are silent'
    client=$(loophole audio status --json | field client)
    contains "$said" "--inputs $client:main_left,$client:main_right"
    said=$(loophole record start --inputs "$client:main_left,$client:main_right" 2>&1)
    loophole record stop >/dev/null || fail "$said"
    case $said in *silen*) fail "$said" ;; esac
}

# A pattern of one row, with more keys for it.
_row() { # FILE STEPS KEYS
    printf '{"sequencer": {"bpm": 120.0, "swing": 0.0, "tracks": {"hat": {"pattern": "%s"%s}}}}' "$2" "$3" >"$1"
}

a_row_with_a_sound_is_that_sound() {
    /usr/bin/python3 - "$scratch/noise.wav" <<'PYTHON'
import random, struct, sys, wave
random.seed(1)
out = wave.open(sys.argv[1], "wb")
out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
out.writeframes(struct.pack("<24000h", *[random.randrange(-16000, 16000) for _ in range(24000)]))
PYTHON
    local slot server client tape
    slot=$(loophole ask streamer.load_sound path="$scratch/noise.wav" | field sound)
    server=$(loophole audio status --json | field server)
    client=$(loophole audio status --json | field client)
    _row "$scratch/row.json" "X.......x......." ", \"sound\": $slot"
    loophole pattern "$scratch/row.json" --immediate >/dev/null || fail "not taken"
    loophole transport locate 1 >/dev/null
    "$build/tests/faults/tape" "$server" "$scratch/tape" 6 "$client:main_left" >"$scratch/said" & tape=$!
    until_true 10 grep -q connected "$scratch/said"
    loophole transport start >/dev/null
    wait "$tape" || fail "no tape"
    loophole transport stop >/dev/null
    /usr/bin/python3 - "$scratch/noise.wav" "$scratch/tape" <<'PYTHON' || fail "the row is not its sound"
import array, math, sys, wave
sample = array.array("h", wave.open(sys.argv[1], "rb").readframes(24000))
heard = array.array("f", open(sys.argv[2], "rb").read())
louder = math.pow(10, 3 / 20)
hits = []
at = 0
while at + 48000 < len(heard):
    if abs(heard[at]) < 1e-6:
        at += 1
        continue
    gain = max(0.5, 0.5 * louder, key=lambda g: -abs(heard[at + 9] - g * sample[9] / 32768))
    wrong = sum(abs(heard[at + i] - gain * sample[i] / 32768) > 1e-5 for i in range(24000))
    hits.append((at, round(gain, 3), wrong))
    at += 24000
print(hits)
whole = [gain for _, gain, wrong in hits if wrong == 0]  # a period that JACK left out spoils the hit that it was in
assert {0.5, round(0.5 * louder, 3)} <= set(whole), hits
PYTHON
}

what_names_no_sound_and_no_voice_is_refused() {
    _row "$scratch/row.json" "x..............." ", \"sound\": 77"
    contains "$(refused loophole pattern "$scratch/row.json")" "no sound is in slot 77"
    _row "$scratch/row.json" "x..............." ", \"sound\": 5000"
    contains "$(refused loophole pattern "$scratch/row.json")" "sound"
    _row "$scratch/row.json" "x..............." ", \"voice_id\": \"voice99\""
    contains "$(refused loophole pattern "$scratch/row.json")" "voice1 to voice32"
    contains "$(refused loophole pads set 7 sound=77)" "no sound is in slot 77"
    contains "$(refused loophole pads hit 60)" "pad 60 has no sound"
    local slot
    slot=$(loophole ask streamer.load_sound path="$scratch/noise.wav" | field sound)
    loophole pads set 8 sound="$slot" >/dev/null || fail "a slot without a generation"
    holds loophole pads hit 8
}

a_media_item_that_cannot_be_loaded_leaves_its_row_and_its_pad_silent() {
    local item
    item=$(cd "$top/tests" && /usr/bin/python3 - <<'END'
from client import Client, Catalogue
client = Client()
catalogue = Catalogue(client, identity="uuid:away", mount=b"/nowhere")
item = catalogue.put(b"away.wav")
catalogue.unmount("AWAY")
queued = client.must("audio.set_pattern", {"pattern": {"sequencer": {"tracks": [
    {"name": "kick", "pattern": "x" * 16}, {"name": "hat", "pattern": "x" * 16, "id": item}]}}})
(silent,) = queued["silent"]
assert silent["index"] == 1 and silent["name"] == "hat" and silent["id"] == item and "AWAY" in silent["why"], silent
pads = client.must("audio.set_pads", {"each": [{"pad": 9, "id": item}, {"pad": 10, "id": bytes(15) + b"x"}]})
assert [s["index"] for s in pads["silent"]] == [9, 10] and "AWAY" in pads["silent"][0]["why"], pads
alphabet, number = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", int.from_bytes(item, "big")
print("".join(alphabet[number >> 5 * place & 31] for place in range(25, -1, -1)))
END
) || fail "not silent: $item"
    _row "$scratch/row.json" "x..............." ", \"id\": \"$item\""
    contains "$(loophole pattern "$scratch/row.json" 2>&1)" "warning: row 0 hat is silent: $item"
    contains "$(loophole pads set 9 id="$item" 2>&1)" "warning: pad 9 is silent"
    contains "$(refused loophole pads hit 9)" "pad 9 has no sound"
}

an_earlier_pattern_whose_sounds_load_late_does_not_replace_a_later_one() {
    loophole transport stop >/dev/null
    until_true 20 _is_at running false
    python - "$(pid_of streamer)" "$drumkits/TR808EmulationKit/808_Clap.flac" <<'END' || fail "the later one does not win"
import contextlib, os, signal, sys, time
from client import Client, Catalogue
client, streamer = Client(), int(sys.argv[1])
item = Catalogue(client, identity="uuid:late", mount=b"/late").put(b"late.wav")
slot = client.must("streamer.load_sound", {"path": sys.argv[2].encode()})["sound"]
def pattern(name, **row):
    return {"pattern": {"metadata": {"name": name}, "sequencer": {"tracks": [dict(row, name="hat", pattern="x" * 16)]}}}
os.kill(streamer, signal.SIGSTOP)                                # it loads nothing until the later ones are there
earlier = client.send("audio.set_pattern", pattern("earlier", id=item))
later = client.send("audio.set_pattern", pattern("later"))
client.send("audio.set_pads", {"each": [{"pad": 11, "gain": 0.25, "id": item}]})
client.send("audio.set_pads", {"each": [{"pad": 11, "gain": 0.75, "sound": slot}]})
answers = {}
while len(answers) < 4:
    if later in answers and len(answers) >= 2:
        with contextlib.suppress(ProcessLookupError):            # on a slow machine it was replaced meanwhile
            os.kill(streamer, signal.SIGCONT)
    request, error, body = client.take("audio")
    answers[request] = (error, body)
assert answers[later][0] == "ok", answers
assert answers[earlier][0] == "conflict" and "later pattern" in answers[earlier][1]["what"], answers
end, number = time.monotonic() + 30, answers[later][1]["number"]
while client.must("audio.transport")["pattern"] != number:       # it sounds from one of the next periods on
    assert time.monotonic() < end, "the later pattern does not sound"
(pad,) = [p for p in client.must("audio.pads")["each"] if p["pad"] == 11]
assert pad["gain"] == 0.75 and pad["sound"] == slot, pad
END
    wait_ready streamer
}

_leads() { # JACK's transport rolls with bars and beats
    { sleep 0.5; } | timeout --kill-after=1 5 jack_showtime 2>/dev/null | tr '\r' '\n' | grep -q 'Rolling.*BBT: *[0-9]'
}
jack_s_transport_is_led_when_asked() {
    command -v jack_showtime >/dev/null || skip "no jack_showtime"
    export JACK_DEFAULT_SERVER
    JACK_DEFAULT_SERVER=$(loophole audio status --json | field server)
    loophole transport sync lead >/dev/null
    loophole transport start >/dev/null
    until_true 20 _leads
    loophole transport stop >/dev/null
    loophole transport sync none >/dev/null
}

what_happens_is_told_as_events() {
    loophole events audio --json >"$scratch/events" &
    local listener=$!
    loophole transport tempo 400 >/dev/null
    loophole transport start >/dev/null
    until_true 20 grep -q audio.bar "$scratch/events"
    # The wire counts bars from 0, people from 1.
    local line; line=$(loophole events audio.bar --limit=1)
    same "$(($(grep -o '"bar":[0-9]*' <<<"$line" | cut -d: -f2) + 1))" "$(grep -o '(bar [0-9]*)' <<<"$line" | tr -dc 0-9)"
    loophole transport stop >/dev/null
    until_true 20 grep -q '"running":false' "$scratch/events"
    kill $listener
    loophole transport tempo 120 >/dev/null
}

the_state_of_the_core_survives_its_restart() {
    local pid
    loophole transport tempo 133 >/dev/null
    loophole mixer streams gain=0.25 >/dev/null
    pid=$(pid_of audio)
    holds loophole restart audio
    differ "$pid" "$(pid_of audio)"
    until_true 20 _is_at bpm 133
    contains "$(loophole mixer --json)" '{"bus":"streams","gain":0.25'
    loophole transport tempo 120 >/dev/null
    loophole mixer streams gain=1 >/dev/null
}

the_device_is_listed_and_a_silent_one_is_told() {
    contains "$(loophole audio devices)" "* dummy"
    contains "$(loophole status)" "silent"
    contains "$(loophole doctor)" "silent"
    contains "$(refused loophole audio use vinyl)" "no device"
    contains "$(refused loophole audio use alsa:hw:0)" "LOOPHOLE_AUDIO=dummy"
    contains "$(refused loophole audio use dummy --period 100)" "power of two"
    contains "$(refused loophole audio connect main_left nowhere)" "CLIENT:PORT"
    contains "$(refused loophole audio connect main_middle a:b)" "no port"
}

without_a_server_there_is_a_clear_word_and_no_wait() {
    export LOOPHOLE_HOME=$scratch/home-none LOOPHOLE_AUDIO=jack:nobody-$$
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    contains "$(refused loophole transport start)" "no JACK server"
    contains "$(loophole status)" "no sound"
    contains "$(loophole transport tempo 90)" "90.00 bpm"
    engine_down
}

with_no_sound_wanted_there_is_none() {
    export LOOPHOLE_HOME=$scratch/home-off LOOPHOLE_AUDIO=none
    mkdir -p "$LOOPHOLE_HOME"
    engine_up
    same "" "$(loophole status | grep -E '^(audio|streamer|jack) ')"
    local board
    board=$(grep -o '/dev/shm/loophole-[0-9a-f]*-board' "/proc/$(pid_of persist)/maps" | head -n 1)
    holds test ! -e "${board%board}score"
    engine_down
}

run_claims "$@"
