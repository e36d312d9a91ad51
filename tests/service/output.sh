#!/bin/bash
# What the command line prints: nothing of others steers a terminal, and what cannot be written is an error.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

esc=$'\e' csi=$'\u009b' rlo=$'\u202e' raw=$'\x9b'

# A folder, files, a tag, notes and a saved query whose names are written against the reader.
_hostile_library() {
    export LOOPHOLE_HOME=$scratch/home
    library="$scratch/lib$esc]0;x"
    folder=$library/pack$esc[31m$csi$rlo
    [ -d "$folder" ] && return
    mkdir -p "$folder"
    python - "$folder" <<'P' || fail "the files"
import os, sys, wave
def sound(name, frames):
    with wave.open(open(os.path.join(os.fsencode(sys.argv[1]), name), 'wb'), 'wb') as w:
        w.setnchannels(1); w.setsampwidth(2); w.setframerate(8000); w.writeframes(frames)
noise = bytes(range(256)) * 64
for name in (b'a\x1b[2J.wav', b'copy\xc2\x9b2J.wav', b'two\nlines.wav', b'byte\x9b.wav', b'gpj\xe2\x80\xaevaw.wav'):
    sound(name, noise)
sound(b'other\x7f.wav', noise[::-1])
open(os.path.join(os.fsencode(sys.argv[1]), b'bad\x1b]52;c;T1dORUQ=.wav'), 'w').write('no sound')
P
    engine_up
    loophole index "$library" --wait >/dev/null 2>&1 || fail "index"
    loophole edit "$folder/a$esc[2J.wav" "notes=n$esc[1m$csi" "mood$esc=b$rlo" >/dev/null 2>&1
    loophole tag "$folder/a$esc[2J.wav" "+t$esc[31m" "+u$csi" >/dev/null 2>&1
    loophole search "x$esc y" --save "q$csi" >/dev/null 2>&1
    loophole search "x$esc y" --save plain >/dev/null 2>&1
    loophole search "h$esc$rlo$csi" >/dev/null 2>&1
}
# Standard input is text that only shows something: valid UTF-8, no control but line ends and tabs, no bidi control.
_only_shows() {
    python -c '
import sys, json
data = sys.stdin.buffer.read()
try: text = data.decode()
except UnicodeDecodeError as e: sys.exit(f"{sys.argv[1]}: not UTF-8: {e}")
for c in text:
    n = ord(c)
    if (n < 32 and c not in "\n\t") or 127 <= n < 160 or 0x2028 <= n <= 0x202e or 0x2066 <= n <= 0x2069:
        sys.exit(f"{sys.argv[1]}: raw U+{n:04X}")
if len(sys.argv) > 2:
    for line in text.splitlines():
        if not line.startswith("  "): json.loads(line) # but remarks on an empty result, for a person
' "$@" || fail "$(cat "$scratch/shown")"
}
_shows() {
    loophole "$@" >"$scratch/shown" 2>&1
    _only_shows "$*" <"$scratch/shown"
    loophole "$@" --json >"$scratch/shown" 2>&1
    _only_shows "$* --json" json <"$scratch/shown"
}

names_of_others_steer_no_terminal() {
    local file
    _hostile_library
    _shows search ''
    _shows search '' --facets pack,tag,is
    _shows search is:failed
    _shows summary
    _shows library list
    _shows duplicates
    _shows complete pack:
    _shows complete tag:
    _shows history
    _shows queries
    _shows tasks
    _shows map
    _shows status
    _shows doctor
    _shows record takes
    for file in "$folder"/*; do
        _shows show "$file"
        _shows similar "$file"
    done
}

what_is_typed_wrongly_comes_back_without_effect() {
    _hostile_library
    _shows search "bpn$esc:1"
    _shows library add "$folder"
    _shows library add "$library/none$esc$csi"
    _shows show "none$csi$raw"
    _shows show "$folder"/*
    _shows "none$esc"
    _shows search "--none$esc" "class:$csi"
    _shows status "--none$esc$raw"
    _shows ask "search.query$esc" "query$csi=1"
    _shows ask search.query "que$esc=1"
    _shows restart "none$esc"
    _shows logs "none$esc"
    _shows mixer "none$esc" gain=1
    _shows pads set 1 "so$csi=1"
    _shows completion "none$esc"
    _shows crash show "none$esc"
    _shows restore "none$esc"
    _shows backup "$library/none/$esc$csi"
    _shows tag "$folder/a$esc[2J.wav" "x$esc"
}

events_and_logs_show_no_raw_byte() {
    _hostile_library
    loophole events persist.changed --limit 1 >"$scratch/event" 2>&1 &
    until_true 60 _an_event_came
    wait $!
    _only_shows events <"$scratch/event"
    _shows logs --all
    cat "$LOOPHOLE_HOME"/data/log/*.log >"$scratch/shown"
    _only_shows 'log files' <"$scratch/shown"
}
_an_event_came() {
    loophole tag "$folder/a$esc[2J.wav" "+t$RANDOM$csi" >/dev/null
    [ -s "$scratch/event" ]
}

a_name_with_a_line_end_is_one_line() {
    local file
    _hostile_library
    file=$folder/two$'\n'lines.wav
    same 1 "$(loophole show "$file" | grep -c 'two.x0alines.wav$')"
    same 0 "$(loophole show "$file" | grep -c '^lines')"
    same 0 "$(loophole search two | grep -c '^lines')"
}

the_exact_bytes_are_in_the_json() {
    local file
    _hostile_library
    file=$folder/two$'\n'lines.wav
    same "$file" "$(loophole show "$file" --json | field path)"
    contains "$(loophole show "$file" --json)" '\u009b'
    contains "$(loophole show "$folder/byte$raw.wav" --json)" path_b64
}

# ---- output that cannot be written ----

output_that_cannot_be_written_is_an_error() {
    local line code
    [ -c /dev/full ] || skip "no /dev/full"
    _hostile_library
    while read -r line; do
        [ -n "$(eval "loophole $line" 2>/dev/null)" ] || fail "$line prints nothing: no test"
        eval "loophole $line" >/dev/full 2>"$scratch/err"
        code=$?
        same 20 $code "of loophole $line"
        contains "$(cat "$scratch/err")" 'No space left on device'
    done <<'LINES'
up
status
status --json
logs
tasks
library list
library list --json
library rescan --wait
summary
summary --json
search ''
search '' --json
search '' --facets pack
history
queries
similar "$folder/a$esc[2J.wav"
map
map --json
duplicates
show "$folder/a$esc[2J.wav"
artefact "$folder/a$esc[2J.wav"
tag "$folder/a$esc[2J.wav" +full
edit "$folder/a$esc[2J.wav" pack=full
undo
redo
ask persist.ping
stats
stats --prometheus
bench persist.ping --seconds 1
doctor
doctor --json
store check
backup "$scratch/backup-$RANDOM"
complete class:
completion bash
man
--help
--version
search --help
record --help
crash list
LINES
}

a_command_that_is_read_on_stops_at_the_first_failure() {
    _hostile_library
    timeout 30 loophole status --watch >/dev/full 2>/dev/null
    same 20 $?
}

a_full_disk_leaves_no_silent_rest() {
    local small=$scratch/small
    _hostile_library
    mkdir -p "$small"
    mount -t tmpfs -o size=8k none "$small" 2>/dev/null || skip "no tmpfs can be mounted here"
    loophole man >"$small/man" 2>"$scratch/err"
    code=$?
    umount "$small"
    same 20 $code
    contains "$(cat "$scratch/err")" 'No space left'
}

closed_output_is_an_error_and_touches_no_file() {
    _hostile_library
    loophole status >&- 2>"$scratch/err"
    same 19 $?
    holds loophole store check >/dev/null
}

a_reader_that_leaves_is_no_failure_to_speak_of() {
    _hostile_library
    (loophole man; echo $? >"$scratch/code") 2>"$scratch/err" | head -n 1 >/dev/null
    same '' "$(cat "$scratch/err")"
    python -c '
import signal, subprocess
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
read, write = __import__("os").pipe()
__import__("os").close(read)
done = subprocess.run(["loophole", "man"], stdout=write, stderr=subprocess.PIPE, restore_signals=False)
assert done.stderr == b"" and done.returncode == -signal.SIGPIPE, (done.returncode, done.stderr)' || fail "SIGPIPE ignored"
}

run_claims "$@"
