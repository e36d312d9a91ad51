#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The output of the command line: no foreign text controls a terminal, and a failed write is an error."""
import json
import os
import signal
import subprocess
import wave

from tests.claims import claim, contains, file_bytes, run_claims, same, skip, until, write_file

ESC, CSI, RLO, RAW = b'\x1b', b'\xc2\x9b', b'\xe2\x80\xae', b'\x9b'
MARKS = '\u200e\u200f\u061c'.encode()


def hostile_library(home):
    """A folder, files, a tag, notes and a saved query whose names try to deceive the reader."""
    home.library = os.fsencode(home.path) + b'/lib' + ESC + b']0;x'
    home.pack = home.library + b'/pack' + ESC + b'[31m' + CSI + RLO
    home.item = home.pack + b'/a' + ESC + b'[2J.wav'
    os.makedirs(home.pack)
    noise = bytes(range(256)) * 64
    for name in (b'a\x1b[2J.wav', b'copy\xc2\x9b2J.wav', b'two\nlines.wav', b'byte\x9b.wav', b'gpj\xe2\x80\xaevaw.wav'):
        _sound(home.pack + b'/' + name, noise)
    _sound(home.pack + b'/other\x7f.wav', noise[::-1])
    write_file(home.pack + b'/bad\x1b]52;c;T1dORUQ=.wav', 'no sound')
    home.up()
    home.loophole('index', home.library, '--wait')
    for command in (['edit', home.item, b'notes=n' + ESC + b'[1m' + CSI + MARKS, b'mood' + ESC + b'=b' + RLO],
                    ['tag', home.item, b'+t' + ESC + b'[31m', b'+u' + CSI + MARKS],
                    ['search', b'x' + ESC + b' y', '--save', b'q' + CSI],
                    ['search', b'x' + ESC + b' y', '--save', 'plain'], ['search', b'h' + ESC + RLO + CSI]):
        home.loophole(*command, code=None)


def other_hostile_library(home):
    hostile_library(home)


def _sound(path, frames):
    with open(path, 'wb') as file, wave.open(file, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(8000), out.writeframes(frames)


def raw(home, *args, **more):
    """The bytes that a command prints, and its exit code. They include standard error unless `stderr` is given."""
    more = dict({'stdout': subprocess.PIPE, 'stderr': subprocess.STDOUT}, **more)
    return subprocess.run(('loophole', *args), env=home.env, stdin=subprocess.DEVNULL, timeout=300, check=False, **more)


def only_shows(data, of, as_json=False):
    """Valid UTF-8, without control characters except line ends and tabs, and without bidi controls."""
    text = data.decode()
    for c in text:
        n = ord(c)
        is_bidi = n in (0x61c, 0x200e, 0x200f) or 0x2028 <= n <= 0x202e or 0x2066 <= n <= 0x2069
        assert not ((n < 32 and c not in '\n\t') or 127 <= n < 160 or is_bidi), \
            f'{of}: raw U+{n:04X}: {data!r}'
    for line in text.splitlines() if as_json else []:
        if not line.startswith('  '):  # except the remarks on an empty result, which are for a person
            json.loads(line)


def shows(home, *args):
    only_shows(raw(home, *args).stdout, args)
    only_shows(raw(home, *args, '--json').stdout, (*args, '--json'), True)


@claim(shares=hostile_library)
def foreign_names_control_no_terminal(home):
    for command in (['search', ''], ['search', '', '--facets', 'pack,tag,is'], ['search', 'is:failed'], ['summary'],
                    ['library', 'list'], ['duplicates'], ['complete', 'pack:'], ['complete', 'tag:'], ['history'],
                    ['queries'], ['tasks'], ['map'], ['status'], ['doctor'], ['record', 'takes']):
        shows(home, *command)
    for name in os.listdir(home.pack):
        shows(home, 'show', home.pack + b'/' + name)
        shows(home, 'similar', home.pack + b'/' + name)


@claim(shares=other_hostile_library)
def errors_about_mistyped_arguments_show_no_raw_byte(home):
    paths = [home.pack + b'/' + name for name in sorted(os.listdir(home.pack))]
    for command in (
            ['search', b'bpn' + ESC + b':1'], ['library', 'add', home.pack],
            ['library', 'add', home.library + b'/none' + ESC + CSI], ['show', b'none' + CSI + RAW], ['show', *paths],
            [b'none' + ESC], ['search', b'--none' + ESC, b'class:' + CSI], ['status', b'--none' + ESC + RAW],
            ['ask', b'search.query' + ESC, b'query' + CSI + b'=1'], ['ask', 'search.query', b'que' + ESC + b'=1'],
            ['restart', b'none' + ESC], ['logs', b'none' + ESC], ['mixer', b'none' + ESC, 'gain=1'],
            ['pads', 'set', '1', b'so' + CSI + b'=1'], ['completion', b'none' + ESC], ['crash', 'show', b'none' + ESC],
            ['restore', b'none' + ESC], ['backup', home.library + b'/none/' + ESC + CSI], ['tag', home.item, b'x' + ESC]):
        shows(home, *command)


@claim(shares=hostile_library)
def events_and_logs_show_no_raw_byte(home):
    path, numbers = home.file('event'), iter(range(100000))
    listener = home.start_into(path, 'loophole', 'events', 'persist.changed', '--limit', '1')

    def an_event_came():
        home.loophole('tag', home.item, b'+t%d' % next(numbers) + CSI)
        return os.path.getsize(path)

    until(an_event_came)
    listener.wait(600)
    only_shows(file_bytes(path), 'events')
    shows(home, 'logs', '--all')
    for name in os.listdir(home.file('data/log')):
        if name.endswith('.log'):
            only_shows(file_bytes(home.file('data/log', name)), name)


@claim(shares=hostile_library)
def a_name_with_a_line_end_is_one_line(home):
    shown = raw(home, 'show', home.pack + b'/two\nlines.wav').stdout.splitlines()
    same(1, sum(line.endswith(b'two\\x0alines.wav') for line in shown))
    assert not [line for line in shown if line.startswith(b'lines')], shown
    assert not [line for line in raw(home, 'search', 'two').stdout.splitlines() if line.startswith(b'lines')]


@claim(shares=hostile_library)
def the_exact_bytes_are_in_the_json(home):
    path = home.pack + b'/two\nlines.wav'
    same(os.fsdecode(path), home.first('show', path)['path'])
    contains(home.loophole('show', path, '--json').out, r'\u009b')
    contains(home.loophole('show', home.pack + b'/byte' + RAW + b'.wav', '--json').out, 'path_b64')


# ---- output that cannot be written ----


@claim(shares=other_hostile_library)
def output_that_cannot_be_written_is_an_error(home):
    if not os.path.exists('/dev/full'):
        skip('no /dev/full')
    numbers = iter(range(1000))
    for line in ('up', 'status', 'status --json', 'logs', 'tasks', 'library list', 'library list --json',
                 'library rescan --wait', 'summary', 'summary --json', 'search ALL', 'search ALL --json',
                 'search ALL --facets pack', 'history', 'queries', 'similar ITEM', 'map', 'map --json', 'duplicates',
                 'show ITEM', 'artefact ITEM', 'tag ITEM +full', 'edit ITEM pack=full', 'undo', 'redo', 'ask persist.ping',
                 'stats', 'stats --prometheus', 'bench persist.ping --seconds 1', 'doctor', 'doctor --json', 'store check',
                 'backup NEW', 'complete class:', 'completion bash', 'man', '--help', '--version', 'search --help',
                 'record --help', 'crash list'):
        def words():
            special = {'ALL': '', 'ITEM': home.item, 'NEW': home.file(f'backup-{next(numbers)}')}
            return [special.get(word, word) for word in line.split()]

        assert raw(home, *words(), stderr=subprocess.DEVNULL).stdout, f'{line} prints nothing: no test'
        with open('/dev/full', 'wb') as full:
            done = raw(home, *words(), stdout=full, stderr=subprocess.PIPE)
        same(20, done.returncode, f'of loophole {line}')
        assert b'No space left on device' in done.stderr, (line, done.stderr)


@claim(shares=hostile_library)
def a_command_that_is_read_on_stops_at_the_first_failure(home):
    with open('/dev/full', 'wb') as full:
        same(20, raw(home, 'status', '--watch', stdout=full, stderr=subprocess.DEVNULL).returncode)


@claim(shares=other_hostile_library)
def a_full_disk_is_an_error_of_the_command(home):
    small = home.file('small')
    os.mkdir(small)
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=8k', 'none', small], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        skip('no tmpfs can be mounted here')
    try:
        with open(small + '/man', 'wb') as out:
            done = raw(home, 'man', stdout=out, stderr=subprocess.PIPE)
    finally:
        subprocess.run(['umount', small], check=True)
    same(20, done.returncode)
    assert b'No space left' in done.stderr, done.stderr


@claim(shares=other_hostile_library)
def closed_output_is_an_error_and_touches_no_file(home):
    home.run('sh', '-c', 'loophole status >&-', code=19)
    home.loophole('store', 'check')


@claim(shares=other_hostile_library)
def a_reader_that_leaves_ends_the_command_without_a_message(home):
    same('', home.run('sh', '-c', 'loophole man | head -n 1 >/dev/null').err)
    was = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    read, write = os.pipe()
    os.close(read)
    done = raw(home, 'man', stdout=write, stderr=subprocess.PIPE, restore_signals=False)
    os.close(write)
    signal.signal(signal.SIGPIPE, was)
    assert done.stderr == b'' and done.returncode == -signal.SIGPIPE, done


run_claims()
