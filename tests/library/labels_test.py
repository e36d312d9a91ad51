#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Tags, key and tempo in the files themselves: written on request only, found by other programs, with each byte of the
sound and of other chunks as before, and taken back byte for byte; odd and hostile files; kills at system calls."""
import contextlib
import glob
import json
import os
import pty
import random
import re
import shutil
import struct
import subprocess
import termios

from tests.claims import (BUILD, LONG, claim, contains, figure, file_bytes, printed_in, run_claims, same, skip, until,
                    write_file)
from tests.driving import with_worker
from tests.record.wave_files import acid, chunk, chunks, smpl, wav
from tests.sounding import tool

SOUND = [int(12000 * (i % 97 / 48 - 1)) for i in range(44100)]
NOT_TO_INJECT = ('execve', 'exit', 'exit_group', 'rt_sigreturn', 'restart_syscall')
KILLS = 12  # of a write, and of a restore, unless LONG


def file(home, name):
    return home.file(f'library/{name}')


def has_program(name):
    if not shutil.which(name):
        skip(f'{name} is not installed')


def labelled(home, *names):
    """Gives items a tag, a key and a tempo, which stay in the catalogue."""
    for name in names:
        home.loophole('tag', file(home, name), '+warm', '+öl & <fire>')
        home.loophole('edit', file(home, name), 'bpm=127.5', 'key=C#m')


def bext(words):
    return chunk(b'bext', (words.encode() + bytes(256))[:256] + b'Zoom'.ljust(32, b'\0') + bytes(314) + b'history')


def library(home):
    os.makedirs(home.file('library'))
    wav(file(home, 'plain.wav'), SOUND)
    wav(file(home, 'rich.wav'), SOUND[:44099], more=bext('Take 7, rainy') + smpl(10, 20) + acid(4, 90.0) + chunk(b'odd ', b'xyz') +
        chunk(b'iXML', b'<?xml version="1.0"?><BWFXML><SCENE>12A</SCENE><ASWG><tempo>90</tempo></ASWG></BWFXML>\0\0'))
    home.index_library()


def sound_of(path):
    """Of any format, as samples, by another program."""
    return subprocess.run(['sox', path, '-t', 's32', '-'], check=True, capture_output=True).stdout


@claim
def a_wav_gets_bwf_and_ixml_and_all_else_stays_byte_for_byte(home):
    library(home)
    before = {name: chunks(file(home, name)) for name in ('plain.wav', 'rich.wav')}
    whole = {name: file_bytes(file(home, name)) for name in before}
    labelled(home, *before)
    same(whole, {name: file_bytes(file(home, name)) for name in before}, 'without a request')
    os.chmod(file(home, 'rich.wav'), 0o640)
    home.loophole('labels', 'write', file(home, 'plain.wav'), file(home, 'rich.wav'))
    for name, old in before.items():
        new = chunks(file(home, name))
        for key in old:
            if key not in (b'bext', b'iXML'):
                same(old[key], new[key], f'{key} of {name}')
        xml = new[b'iXML'].decode()
        for part in ('<tempo>127.5</tempo>', '<inKey>C#m</inKey>', '<KEYWORDS>warm, öl &amp; &lt;fire&gt;</KEYWORDS>'):
            contains(xml, part)
        contains(new[b'bext'][:256].decode(), '[loophole: tempo 127.5; key C#m; tags warm, ')
    new = chunks(file(home, 'rich.wav'))
    contains(new[b'iXML'].decode(), '<SCENE>12A</SCENE>')
    assert new[b'bext'].startswith(b'Take 7, rainy [loophole: ') and new[b'bext'][256:] == before['rich.wav'][b'bext'][256:]
    same(0o640, os.stat(file(home, 'rich.wav')).st_mode & 0o777)
    same([], [name for name in os.listdir(home.file('library')) if name.startswith('.')])
    same(['same', 'same'], [one['state'] for one in home.json('labels', 'write', file(home, 'plain.wav'), file(home, 'rich.wav'))])
    home.loophole('labels', 'restore', file(home, 'plain.wav'), file(home, 'rich.wav'))
    same(whole, {name: file_bytes(file(home, name)) for name in whole})


@claim
def another_catalogue_reads_the_labels_that_were_written(home):
    library(home)
    labelled(home, 'rich.wav')
    item = home.first('show', file(home, 'rich.wav'))['id']
    home.loophole('labels', 'write', file(home, 'rich.wav'))
    home.loophole('edit', file(home, 'rich.wav'), 'bpm=', 'key=')
    home.loophole('tag', file(home, 'rich.wav'), '-warm')
    home.loophole('library', 'rescan', '--wait')
    shown = until(lambda: (one := home.first('show', file(home, 'rich.wav'))).get('bpm_source') == 'file' and one)
    same((127.5, 'C#min', 'file', item), tuple(shown[key] for key in ('bpm', 'key', 'key_source', 'id')))
    same([item], [one['id'] for one in home.json('search', 'label:warm')])


@claim
def mp3_and_aiff_get_id3_and_keep_their_sound(home):
    has_program('sox')
    has_program('ffmpeg')
    os.makedirs(home.file('library'))
    wav(home.file('plain.wav'), SOUND)
    subprocess.run(['sox', home.file('plain.wav'), file(home, 'hit.aiff')], check=True)
    for name, more in (('v3.mp3', ('-id3v2_version', '3', '-metadata', 'title=Rain', '-metadata', 'TBPM=90')),
                       ('v4.mp3', ('-id3v2_version', '4', '-metadata', 'title=Rain')), ('bare.mp3', ('-id3v2_version', '0', '-write_xing', '0'))):
        subprocess.run(['ffmpeg', '-nostdin', '-loglevel', 'error', '-i', home.file('plain.wav'), *more, file(home, name)], check=True)
    home.index_library()
    names = sorted(os.listdir(home.file('library')))
    whole, sounds = ({name: make(file(home, name)) for name in names} for make in (file_bytes, sound_of))
    labelled(home, *names)
    home.loophole('labels', 'write', *(file(home, name) for name in names))
    for name in names:
        same(True, sounds[name] == sound_of(file(home, name)), f'the sound of {name} is the same')
        said = json.loads(subprocess.run(['ffprobe', '-loglevel', 'error', '-show_format', '-of', 'json', file(home, name)], check=True,
                                         capture_output=True).stdout)['format']['tags']
        said = {key.lower(): value for key, value in said.items()}
        same(('127.5', 'C#m', 'warm, öl & <fire>'), tuple(said.get(key, said.get(other)) for key, other in
             (('tbpm', 'bpm'), ('tkey', 'initialkey'), ('keywords', ''))), f'{name}: {said}')
        assert 'v' not in name or said['title'] == 'Rain', said
    home.loophole('labels', 'restore', *(file(home, name) for name in names))
    same(True, whole == {name: file_bytes(file(home, name)) for name in names}, 'each byte is as before')


@claim
def a_file_keeps_its_group_and_its_access_list(home):
    library(home)
    labelled(home, 'plain.wav')
    path, folder = file(home, 'plain.wav'), home.file('library')
    groups = [one for one in os.getgroups() if one != os.getegid()] if os.geteuid() else [1]
    if not groups:
        skip('no second group')
    mine, another = os.getegid(), groups[0]
    os.chown(folder, -1, another)
    os.chmod(folder, 0o2775)
    os.chmod(path, 0o640)
    try:  # user::rwx, user:65534:rwx, group::rwx, mask::rwx, other::r-x
        os.setxattr(folder, 'system.posix_acl_default', struct.pack('<I', 2) + b''.join(
            struct.pack('<HHI', tag, may, who) for tag, may, who in ((1, 7, 2**32 - 1), (2, 7, 65534), (4, 7, 2**32 - 1), (16, 7, 2**32 - 1), (32, 5, 2**32 - 1))))
    except OSError:
        pass  # the file system has no access lists
    for word in ('write', 'restore'):
        home.loophole('labels', word, path)
        same((mine, 0o640), (os.stat(path).st_gid, os.stat(path).st_mode & 0o777), word)
        same([], [name for name in os.listxattr(path) if 'acl' in name], word)


def id3_frame(name, said, data):
    return name + struct.pack('>I', said) + b'\0\0' + data


@claim
def a_tag_whose_frames_cannot_be_followed_stays_as_it_is(home):
    """The sizes of version 2.4 have seven bits a byte; some programs write plain ones."""
    has_program('sox')
    has_program('ffmpeg')
    os.makedirs(home.file('library'))
    wav(home.file('plain.wav'), SOUND)
    subprocess.run(['ffmpeg', '-nostdin', '-loglevel', 'error', '-i', home.file('plain.wav'), '-id3v2_version', '0', '-write_id3v1', '0',
                    '-write_xing', '0', home.file('bare.mp3')], check=True)
    subprocess.run(['sox', home.file('plain.wav'), home.file('bare.aiff')], check=True)
    frames = id3_frame(b'TIT2', 256, b'\1\xff\xfe' + b'n\0' * 126 + b'\0') + id3_frame(b'TALB', 5, b'\0Rain')
    tag = b'ID3\4\0\0' + bytes(len(frames) >> 7 * i & 127 for i in (3, 2, 1, 0)) + frames
    write_file(file(home, 'plain.mp3'), tag + file_bytes(home.file('bare.mp3')))
    good = b'ID3\4\0\0\0\0\0\x0f' + id3_frame(b'TALB', 5, b'\0Rain') + b'left over!'
    body = file_bytes(home.file('bare.aiff'))[8:] + b'ID3 ' + struct.pack('>I', len(good)) + good + b'\0' * (len(good) & 1)
    write_file(file(home, 'over.aiff'), b'FORM' + struct.pack('>I', len(body)) + body)
    home.index_library()
    labelled(home, 'plain.mp3', 'over.aiff')
    for name in ('plain.mp3', 'over.aiff'):
        before = file_bytes(file(home, name))
        contains(home.run('loophole', 'labels', 'write', file(home, name), code=None).all, 'its ID3 tag is damaged at byte')
        same(True, before == file_bytes(file(home, name)), f'{name} is as before')


@claim
def files_that_cannot_have_labels_are_reported_and_stay_unchanged(home):
    library(home)
    whole = file_bytes(file(home, 'plain.wav'))
    form, data = whole[8:36], whole[36:]
    made = {'cut.wav': (whole[:-1000], 'not whole|header says'), 'long.wav': (whole + b'more bytes here', 'header says'),
            'damaged.wav': (b'RIFF' + struct.pack('<I', len(whole) + 16) + form + chunk(b'bext', b'short') + data + b'\0' * 2, 'damaged|header says|not whole'),
            'big.wav': (b'RIFX' + whole[4:], 'RIFF'), 'linked.wav': (whole, 'hard links')}
    for name, (data, _) in made.items():
        write_file(file(home, name), data)
    os.link(file(home, 'linked.wav'), home.file('other.wav'))
    if shutil.which('sox'):
        subprocess.run(['sox', file(home, 'plain.wav'), file(home, 'hit.flac')], check=True)
        made['hit.flac'] = (file_bytes(file(home, 'hit.flac')), 'labels cannot be written into flac files')
    wav(file(home, 'silent.wav'), [0] * 4410)
    home.loophole('library', 'rescan', '--wait')
    contains(home.run('loophole', 'labels', 'write', file(home, 'silent.wav'), code=None).all, 'no tags, no key and no tempo')
    labelled(home, *made, 'plain.wav')
    for name, (data, why) in made.items():
        said = home.run('loophole', 'labels', 'write', file(home, name), code=None)
        assert said.code != 0 and re.search(why, said.all), f'{name}: {said.all}'
        same(True, data == file_bytes(file(home, name)), f'{name} is as before')
    contains(home.run('loophole', 'labels', 'restore', file(home, 'plain.wav'), code=None).all, 'nothing was written')
    contains(home.loophole('labels', 'write', file(home, 'plain.wav')).out, 'written: plain.wav')
    with open(file(home, 'plain.wav'), 'ab') as one:
        one.write(b'by another program')
    changed = file_bytes(file(home, 'plain.wav'))
    contains(home.run('loophole', 'labels', 'restore', file(home, 'plain.wav'), code=None).all, 'changed since')
    same(True, changed == file_bytes(file(home, 'plain.wav')))


@claim
def a_file_with_another_sound_than_the_item_stays_unchanged(home):
    home.settings('[supervisor]\nhang_ms = 300000\n')
    library(home)
    labelled(home, 'plain.wav')
    was = os.stat(file(home, 'plain.wav'))
    wav(home.file('other.wav'), SOUND[::-1])
    os.utime(home.file('other.wav'), ns=(was.st_atime_ns, was.st_mtime_ns))
    other = file_bytes(home.file('other.wav'))
    with home.paused('indexer'):  # no scan sees the exchange
        os.rename(home.file('other.wav'), file(home, 'plain.wav'))
        contains(home.run('loophole', 'labels', 'write', file(home, 'plain.wav'), code=None).all, 'another sound than the item')
    same(True, other == file_bytes(file(home, 'plain.wav')))


@claim
def a_file_in_which_a_worker_finds_another_sound_afterwards_stays_unchanged(home):
    library(home)
    labelled(home, 'plain.wav')
    home.loophole('labels', 'write', file(home, 'plain.wav'))
    before = file_bytes(file(home, 'plain.wav'))
    loophole = with_worker(home, f'test "$1" && exec REAL "$@"; exec "{tool("stand_in")}"')  # its hash is that of the head
    said = home.run(loophole, 'labels', 'restore', file(home, 'plain.wav'), code=None)
    contains(said.all, 'its sound would change: nothing was written')
    same(True, before == file_bytes(file(home, 'plain.wav')))


@claim
def hostile_files_harm_only_themselves(home):
    library(home)
    draw = random.Random(int(os.environ['SEED']))
    whole = file_bytes(file(home, 'rich.wav'))
    body = whole.index(b'data')
    for i in range(12):
        odd = bytearray(whole)
        for _ in range(30):
            at = draw.randrange(12, body) if i % 2 else len(whole) - draw.randrange(1, 900)
            odd[at] = draw.choice((0, 255, draw.randrange(256)))
        write_file(file(home, f'odd{i}.wav'), bytes(odd))
    home.loophole('library', 'rescan', '--wait')
    names = [f'odd{i}.wav' for i in range(12)]
    labelled(home, *names)
    before = {name: file_bytes(file(home, name)) for name in names + ['plain.wav', 'rich.wav']}
    home.run('loophole', 'labels', 'write', *(file(home, name) for name in names), code=None)
    home.run('loophole', 'labels', 'restore', *(file(home, name) for name in names), code=None)
    same(True, before == {name: file_bytes(file(home, name)) for name in before})


def steps(home):
    """Label, number of operations and `undone` of the newest steps."""
    return [(one['label'], one['items'], one['undone']) for one in home.json('undo', 'list', '--limit', '2')]


@claim
def undo_takes_a_write_back_as_one_named_step_and_redo_does_it_again(home):
    library(home)
    names = ('plain.wav', 'rich.wav')
    labelled(home, *names)
    before = {name: file_bytes(file(home, name)) for name in names}
    home.loophole('labels', 'write', *(file(home, name) for name in names))
    written = {name: file_bytes(file(home, name)) for name in names}
    same(('Write labels into files', 2, False), steps(home)[0])
    for _ in range(2):
        home.loophole('undo')
        same(True, before == {name: file_bytes(file(home, name)) for name in names}, 'each byte is as before')
        same(('Write labels into files', 2, True), steps(home)[0])
        same(False, steps(home)[1][2], 'only this step is taken back')
        contains(home.run('loophole', 'ask', 'persist.redo', code=None).all, 'wrote into a file')
        home.loophole('redo')
        same(True, written == {name: file_bytes(file(home, name)) for name in names}, 'the labels are written again')
        contains(home.run('loophole', 'ask', 'persist.undo', code=None).all, 'wrote into a file')
        contains(home.run('loophole', 'undo', '--to', '1', code=None).all, 'wrote into a file')
    with open(file(home, 'plain.wav'), 'ab') as one:
        one.write(b'by another program')
    changed = file_bytes(file(home, 'plain.wav'))
    contains(home.loophole('undo').all, 'stays as it is')
    same((True, True), (changed == file_bytes(file(home, 'plain.wav')), before['rich.wav'] == file_bytes(file(home, 'rich.wav'))))
    same(('Write labels into files', 2, True), steps(home)[0])
    home.loophole('tag', file(home, 'rich.wav'), '+later')
    home.loophole('labels', 'write', file(home, 'rich.wav'))
    home.loophole('undo')
    same(True, before['rich.wav'] == file_bytes(file(home, 'rich.wav')))
    home.loophole('undo')
    same([], home.json('search', 'tag:later'))


def read_all(reading):
    try:
        while os.read(reading, 4096):
            pass
    except OSError:  # no process has the terminal open
        os.close(reading)


@contextlib.contextmanager
def held(home, *args, stream):
    """Runs the command until it writes to `stream`, a stopped terminal; then it waits for the end of the block. `code` is
    its exit code."""
    reading, writing = pty.openpty()
    termios.tcflow(writing, termios.TCOOFF)
    with subprocess.Popen([os.path.join(BUILD, 'bin/loophole'), *args], env=dict(os.environ, **home.env), stdin=subprocess.DEVNULL,
                          **{'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL, stream: writing}) as command:
        try:
            yield command
        finally:
            termios.tcflow(writing, termios.TCOON)
            os.close(writing)
            read_all(reading)
        command.wait()


@claim
def a_write_that_another_edit_interrupts_is_two_steps_and_undo_takes_the_files_of_each_apart(home):
    library(home)
    names = ('plain.wav', 'rich.wav')
    labelled(home, *names)
    before = {name: file_bytes(file(home, name)) for name in names}
    with held(home, 'labels', 'write', *(file(home, name) for name in names), stream='stdout') as command:
        until(lambda: steps(home)[0] == ('Write labels into files', 1, False))
        home.loophole('tag', file(home, 'plain.wav'), '+between')  # the command waits before the second file
    same(0, command.returncode)
    written = {name: file_bytes(file(home, name)) for name in names}
    same([True, True], [written[name] != before[name] for name in names])
    for _ in range(2):
        home.loophole('undo')
        same((True, True), (written['plain.wav'] == file_bytes(file(home, 'plain.wav')), before['rich.wav'] == file_bytes(file(home, 'rich.wav'))),
             'the files of the newer step only')
        home.loophole('undo')
        home.loophole('undo')
        same(True, before == {name: file_bytes(file(home, name)) for name in names}, 'the files of both steps')
        home.loophole('redo', '--times', '2')
        same((True, True), (written['plain.wav'] == file_bytes(file(home, 'plain.wav')), before['rich.wav'] == file_bytes(file(home, 'rich.wav'))))
        home.loophole('redo')
        same(True, written == {name: file_bytes(file(home, name)) for name in names})


@claim
def undo_and_redo_that_are_repeated_under_their_request_id_leave_other_files_as_they_are(home):
    library(home)
    labelled(home, 'plain.wav', 'rich.wav')
    before = {name: file_bytes(file(home, name)) for name in ('plain.wav', 'rich.wav')}
    for name in before:
        home.loophole('labels', 'write', file(home, name))
    written = {name: file_bytes(file(home, name)) for name in before}
    mixed = {'plain.wav': written['plain.wav'], 'rich.wav': before['rich.wav']}
    undo = ('undo', '--request-id', '01J0000000000000000000000A')
    said = [home.loophole(*undo).out for _ in range(2)]
    same((said[0], True), (said[1], mixed == {name: file_bytes(file(home, name)) for name in before}), 'the repeated undo changes nothing')
    same([('Write labels into files', 1, True), ('Write labels into files', 1, False)], steps(home))
    contains(home.run('loophole', 'redo', *undo[1:], code=None).all, 'belongs to another ask')
    home.loophole('undo')
    redo = ('redo', '--request-id', '01J0000000000000000000000B')
    mixed = {'plain.wav': written['plain.wav'], 'rich.wav': before['rich.wav']}
    said = [home.loophole(*redo).out for _ in range(2)]
    same((said[0], True), (said[1], mixed == {name: file_bytes(file(home, name)) for name in before}), 'the repeated redo changes nothing')
    same([('Write labels into files', 1, True), ('Write labels into files', 1, False)], steps(home))


def two_labelled(home):
    """Writes labels into two files. Returns their paths, in the order in which undo takes them."""
    library(home)
    labelled(home, 'plain.wav', 'rich.wav')
    items = {home.first('show', file(home, name))['id']: file(home, name) for name in ('plain.wav', 'rich.wav')}
    home.loophole('labels', 'write', *items.values())
    return [items[item] for item in sorted(items)]


@claim
def a_step_that_comes_while_undo_restores_files_is_taken_back_and_the_labels_stay_with_their_step(home):
    first, second = two_labelled(home)
    written = file_bytes(first)
    write_file(second, file_bytes(second)[:-1000])  # its remark holds the command
    with held(home, 'undo', stream='stderr') as command:
        until(lambda: file_bytes(first) != written)
        home.loophole('tag', first, '+between')
    same((0, []), (command.returncode, home.json('search', 'tag:between')), 'the newest step is taken back')
    same((True, False), (written == file_bytes(first), steps(home)[1][2]), 'the labels of the step that is done')
    home.loophole('undo')
    same((True, True), (written != file_bytes(first), steps(home)[1][2]))


@claim
def a_step_that_comes_while_redo_writes_labels_ends_redo_and_the_files_stay_without_them(home):
    first, second = two_labelled(home)
    written = file_bytes(first)
    home.loophole('undo')
    before = file_bytes(first)
    write_file(second, file_bytes(second)[:-1000])
    with held(home, 'redo', stream='stderr') as command:
        until(lambda: file_bytes(first) == written)
        home.loophole('tag', first, '+between')
    same((True, True), (command.returncode != 0, before == file_bytes(first)))


@claim
def undo_and_redo_of_labels_without_their_ways_back_leave_the_files_as_they_are(home):
    library(home)
    labelled(home, 'plain.wav')
    home.loophole('labels', 'write', file(home, 'plain.wav'))
    written = file_bytes(file(home, 'plain.wav'))
    shutil.rmtree(home.file('data/labels'))  # as after `loophole restore` at another computer
    for word, is_undone in (('undo', True), ('redo', False)):
        contains(home.loophole(word).all, 'data/labels is not there')
        same(('Write labels into files', 1, is_undone), steps(home)[0])
        same(True, written == file_bytes(file(home, 'plain.wav')), f'the file is as it was before {word}')


@claim
def undo_of_a_step_without_items_keeps_the_labels_of_the_step_before(home):
    library(home)
    labelled(home, 'plain.wav')
    before = file_bytes(file(home, 'plain.wav'))
    home.loophole('labels', 'write', file(home, 'plain.wav'))
    written = file_bytes(file(home, 'plain.wav'))
    assert written != before
    home.loophole('forget', file(home, 'rich.wav'))
    home.loophole('forgotten', '--empty', '--yes')
    contains(home.loophole('undo').out, 'no longer in the catalogue: 1 item')
    same((True, False), (written == file_bytes(file(home, 'plain.wav')), steps(home)[1][2]))
    home.loophole('undo')
    same((True, True), (before == file_bytes(file(home, 'plain.wav')), steps(home)[1][2]))


@claim
def undo_and_redo_of_labels_that_are_killed_are_repeated(home):
    has_program('strace')
    library(home)
    path = file(home, 'rich.wav')
    labelled(home, 'rich.wav')
    old = file_bytes(path)
    draw = random.Random(int(os.environ['SEED']))
    home.loophole('labels', 'write', path)
    new = file_bytes(path)
    calls = {word: trace(home, word) for word in ('undo', 'redo')}
    same(True, file_bytes(path) == new and old != new)
    kills = 0
    for word, end, back in (('undo', old, 'redo'), ('redo', new, 'undo')):
        is_undone = word == 'undo'
        for call, number in points_of(calls[word], draw):
            if steps(home)[0][2] == is_undone:
                home.loophole(back)
            trace(home, word, inject=('-e', f'inject={call}:signal=KILL:when={number}'))
            kills += 1
            assert file_bytes(path) in (old, new), f'neither file after a kill at {call} {number} of {word}'
            for _ in range(2):  # the second one is answered after the turn in which the killed command's ask was done
                home.ask('persist.ping')
            if steps(home)[0][2] != is_undone:
                home.loophole(word)
            same(True, file_bytes(path) == end, f'after a kill at {call} {number} of {word} and the command again')
            same(('Write labels into files', 1, is_undone), steps(home)[0])
            same([], glob.glob(home.file('library/.*')), 'nothing is left')
    figure(f'{kills} kills of undo and redo of labels')


def trace(home, *args, inject=()):
    """Runs the command below strace; returns the calls of the process in which it works, in their order."""
    out = home.file('trace')
    done = subprocess.run(['strace', '-f', '-b', 'execve', '-o', out, *inject, os.path.join(BUILD, 'bin/loophole'), *args], env=dict(os.environ, **home.env),
                          stdin=subprocess.DEVNULL, capture_output=True)
    if b'not permitted' in done.stderr and b'strace' in done.stderr:
        skip('strace cannot trace a process')
    calls = re.findall(r'^(\d+) +(\w+)\(', printed_in(out), flags=re.M)
    _, worker = list(dict.fromkeys(pid for pid, _ in calls))[:2] if inject == () else (None, None)
    return [call for pid, call in calls if pid == worker]


def points_of(calls, draw):
    """(call, its number): all of them, or some, among them each rename, sync and unlink."""
    counts, points = {}, []
    for call in calls:
        counts[call] = counts.get(call, 0) + 1
        if call not in NOT_TO_INJECT:
            points.append((call, counts[call]))
    if LONG:
        return points
    musts = [one for one in points if re.match(r'rename|fsync|unlink|fchmod', one[0])]
    return musts + draw.sample(points, min(KILLS, len(points)))


@claim
def killed_at_each_system_call_the_file_is_the_old_or_the_new_one(home):
    has_program('strace')
    library(home)
    path = file(home, 'rich.wav')
    labelled(home, 'rich.wav')
    old = file_bytes(path)
    draw = random.Random(int(os.environ['SEED']))
    write, restore = ('labels', 'write', path), ('labels', 'restore', path)
    calls = {write: trace(home, *write)}
    new = file_bytes(path)
    calls[restore] = trace(home, *restore)
    same(True, old == file_bytes(path) and old != new)
    kills = 0
    for command, (begin, end) in ((write, (old, new)), (restore, (new, old))):
        for call, number in points_of(calls[command], draw):
            if file_bytes(path) != begin:
                home.loophole(*(write if begin == new else restore))
            same(True, file_bytes(path) == begin, 'it is as it was before the command')
            trace(home, *command, inject=('-e', f'inject={call}:signal=KILL:when={number}'))
            kills += 1
            assert file_bytes(path) in (old, new), f'neither file after a kill at {call} {number} of {command[1]}'
            if file_bytes(path) == begin:
                home.loophole(*command)
            same(True, file_bytes(path) == end, f'after a kill at {call} {number} of {command[1]} and the command again')
            same([], glob.glob(home.file('library/.*')), 'nothing is left')
    figure(f'{kills} kills of labels write and labels restore')


run_claims()
