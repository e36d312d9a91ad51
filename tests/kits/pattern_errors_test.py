#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Errors of pattern commands that the disk, another program or a missing service causes: one sentence and one exit code on
the command line, on the wire and over OSC; what was saved stays whole; when the cause is gone, the command works."""
import contextlib
import fcntl
import gzip
import json
import os
import signal
import subprocess

from tests.claims import TOP, claim, contains, file_bytes, lose_override, run_claims, same, until, write_file
from tests.client import new_id
from tests.drives.disks import Lossy, Small
from tests.sound.osc import Osc
from tests.kits.patterns import refused_alike, refused_slot
from tests.sounding import engine, until_connected

ACID = os.path.join(TOP, 'frontends/examples/acid.json')
TOO_LARGE = 1048577  # one byte more than a pattern's file may have


def sounding(home):
    """An engine that plays a pattern, and an OSC client of it."""
    engine(home, '[osc]\nport = 0\n[audio]\nperiod = 1024\n')
    home.wait_ready('osc', 'project', 'persist')
    until_connected(home)
    home.loophole('pattern', ACID)
    return Osc(home)


@contextlib.contextmanager
def on_small_disks(home):
    """The folder of a project, and the library, on disks of 1 MB. Slot 5 and user/Night are saved."""
    with Small(home.file('Band'), '1m') as band, Small(home.file('data/patterns'), '1m') as library:
        osc = sounding(home)
        home.loophole('project', 'new', 'Band', '--folder', band.at)
        home.loophole('pattern', ACID)
        same(('[PATTERN] Saved to slot 5', 0), osc.say('/pattern/save', 5))
        same(('[PATTERN] Saved to file user/Night', 0), osc.say('/pattern/save_file', 'user/Night'))
        yield home, osc, band.at, library.at
        home.stop()


def files(folder, within=''):
    """Each file that is a pattern or a temporary one, with its content, if its path contains `within`."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            if '/.steps' not in root and name not in ('.lock', 'filler') and within in os.path.join(root, name):
                found[os.path.relpath(os.path.join(root, name), folder)] = file_bytes(os.path.join(root, name))
    return found


def patterns_of(band, library):
    """Backups are not read: the service may pack one meanwhile."""
    return files(band, 'slots/'), files(library)


def backups_of(band):
    """The texts of the backups, sorted; none is packed while they are read, but some may be packed."""
    with open(band + '/patterns/.lock', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = files(band, 'backups/').values()
    return sorted(gzip.decompress(text) if text[:2] == b'\x1f\x8b' else text for text in found)


def name_of(text):
    return json.loads(text)['metadata']['name']


def sorted_names(texts):
    """The names of the patterns "Take N", by their numbers."""
    return sorted(map(name_of, texts), key=lambda name: int(name.split()[1]))


def fill(folder):
    with contextlib.suppress(OSError), open(os.path.join(folder, 'filler'), 'wb', buffering=0) as filler:
        while True:
            filler.write(bytes(4096))


def save_is_refused(home, osc, code, why):
    """A save to the slot, a save to the library and a change of the library."""
    refused_slot(home, osc, code, 'Failed to save to slot 5', 'save', 5)
    refused_alike(home, osc, code, '[PATTERN] Failed to save to file user/Night', ('/pattern/save_file', 'user/Night'),
                  ('project.save_file', {'folder': '', 'name': 'user/Night'}), ('pattern', 'save_file', 'user/Night'))
    refused_alike(home, osc, code, '[PATTERN] Error: ', ('/pattern/archive', 'user/Night'),
                  ('project.change_library', {'verb': 'archive', 'names': ['user/Night']}), ('pattern', 'archive', 'user/Night'))
    for words in (('save', '5'), ('save_file', 'user/Night'), ('archive', 'user/Night')):
        contains(home.loophole('pattern', *words, code=code).err, why)
    contains(home.log('project'), '[PATTERN] Save failed: ')


def save_works(osc):
    same(('[PATTERN] Saved to slot 5', 0), osc.say('/pattern/save', 5))
    same(('[PATTERN] Saved to file user/Night', 0), osc.say('/pattern/save_file', 'user/Night'))


@claim(inside=on_small_disks)
def a_full_disk_is_full(it):
    home, osc, band, library = it
    for number in range(10):
        home.client().must('audio.set_pattern', {'pattern': {'metadata': {'name': f'Take {number}'}}})
        same(0, osc.say('/pattern/save', 5)[1])
    before, backups = patterns_of(band, library), backups_of(band)
    same(10, len(set(backups)))
    write_file(home.file('large'), json.dumps({'sequencer': {'tracks': {}}, 'note': 'x' * 60000}))
    home.loophole('pattern', home.file('large'))  # larger than what all backups would free
    fill(band)
    fill(library)
    save_is_refused(home, osc, 20, 'No space left on device')
    same(before, patterns_of(band, library))
    for _ in range(10):  # each load tries to write the file of the slot again
        same(0, osc.say('/pattern/load', 5)[1])
    same(0, osc.say('/pattern/load_file', 'user/Night')[1])
    same(backups, backups_of(band))
    os.unlink(band + '/filler')
    os.unlink(library + '/filler')
    save_works(osc)


@claim(inside=on_small_disks)
def a_save_that_is_asked_twice_pushes_out_no_backup(it):
    home, _, band, _ = it
    client = home.client()
    for number in range(12):
        client.must('audio.set_pattern', {'pattern': {'metadata': {'name': f'Take {number}'}}})
        request = new_id()
        for _ in range(1 + number % 2):  # the second ask is that of a client to whom the answer came late
            client.must('project.save_pattern', {'slot': '5'}, request)
    same([f'Take {number}' for number in range(1, 11)], sorted_names(backups_of(band)))


@claim(inside=on_small_disks)
def each_acknowledged_pattern_is_in_the_save_after_it(it):
    home, _, band, _ = it
    client, slot = home.client(), band + '/patterns/slots/bank_1/slot_005.json'
    for number in range(1000):
        client.must('audio.set_pattern', {'pattern': {'metadata': {'name': f'Take {number}'}}})
        client.must('project.save_pattern', {'slot': '5'})
        same(f'Take {number}', name_of(file_bytes(slot)))
    same([f'Take {number}' for number in range(989, 999)], sorted_names(backups_of(band)))


@claim(inside=on_small_disks)
def a_disk_that_is_read_only_is_denied(it):
    home, osc, band, library = it
    before = patterns_of(band, library)

    def remount(how):
        for disk in (band, library):
            subprocess.run(['mount', '-o', f'remount,{how}', disk], check=True)
    remount('ro')
    save_is_refused(home, osc, 21, 'Read-only file system')
    same(before, patterns_of(band, library))
    same(0, osc.say('/pattern/load', 5)[1])
    same(0, osc.say('/pattern/load_file', 'user/Night')[1])
    remount('rw')
    save_works(osc)


def saved(home):
    """An OSC client, and the paths of slot 5, which was saved twice, and of user/Night."""
    osc = sounding(home)
    for _ in range(2):
        same(0, osc.say('/pattern/save', 5)[1])
    same(0, osc.say('/pattern/save_file', 'user/Night')[1])
    folder = home.first('project', 'state')['folder']
    return osc, folder + '/patterns/slots/bank_1/slot_005.json', home.file('data/patterns/user/Night.json')


def load_is_refused(home, osc, code, why):
    refused_slot(home, osc, code, 'Error: Slot 5 cannot be read: ', 'load', 5)
    refused_slot(home, osc, code, 'Error: Slot 5 cannot be read: ', 'copy', 5, 6)
    refused_alike(home, osc, code, '[PATTERN] Error: Pattern user/Night cannot be read: ', ('/pattern/load_file', 'user/Night'),
                  ('project.load_file', {'name': 'user/Night'}), ('pattern', 'load_file', 'user/Night'))
    refused_alike(home, osc, code, '[PATTERN] Error: Pattern user/Night cannot be read: ', ('/pattern/archive', 'user/Night'),
                  ('project.change_library', {'verb': 'archive', 'names': ['user/Night']}), ('pattern', 'archive', 'user/Night'))
    slot, night = (home.loophole('pattern', *words, code=code).err for words in (('load', '5'), ('load_file', 'user/Night')))
    contains(slot, why)
    contains(slot, 'the newest good backup is patterns/backups/slot_005_')
    contains(night, why)
    listed = home.first('pattern', 'slots')['slots'][0]
    same(5, listed['slot'])
    contains(listed['trouble'], why)
    contains(home.first('pattern', 'list', 'view=library')['each'][0]['trouble'], why)


@claim
def a_file_and_a_folder_without_permission_are_denied(home):
    lose_override()
    osc, slot, night = saved(home)
    for path in (slot, night):
        os.chmod(path, 0)
    load_is_refused(home, osc, 21, 'Permission denied')
    for path in (slot, night):
        os.chmod(path, 0o644)
        os.chmod(os.path.dirname(path), 0o500)
    refused_slot(home, osc, 21, 'Failed to save to slot 5', 'save', 5)
    refused_alike(home, osc, 21, '[PATTERN] Failed to save to file user/Night', ('/pattern/save_file', 'user/Night'),
                  ('project.save_file', {'name': 'user/Night'}), ('pattern', 'save_file', 'user/Night'))
    for path in (slot, night):
        os.chmod(os.path.dirname(path), 0o755)
    save_works(osc)


@claim
def a_file_larger_than_a_pattern_may_be_is_too_large(home):
    osc, slot, night = saved(home)
    for path in (slot, night):
        with open(path, 'r+b') as file:
            file.truncate(TOO_LARGE)
    load_is_refused(home, osc, 15, 'is larger than 1048576 bytes')
    same(0, osc.say('/pattern/save', 5)[1])
    same(('[SEQ] Pattern loaded at bar 0', 0), osc.say('/pattern/load', 5))
    refused_alike(home, osc, 15, '[PATTERN] Failed to save to file user/Night', ('/pattern/save_file', 'user/Night'),
                  ('project.save_file', {'name': 'user/Night'}), ('pattern', 'save_file', 'user/Night'))
    same(TOO_LARGE, os.path.getsize(night))  # undo could not bring it back, so it is not replaced
    os.unlink(night)
    save_works(osc)


@claim
def the_file_of_a_slot_that_was_cut_to_no_bytes_is_no_empty_slot(home):
    osc, slot, _ = saved(home)
    before = file_bytes(slot)
    os.truncate(slot, 0)
    for words in (('load', 5), ('copy', 5, 6), ('rename', 5, 'Other'), ('delete', 5)):
        refused_slot(home, osc, 11, 'Error: Slot 5 cannot be read: the file is empty', *words)
    contains(home.loophole('pattern', 'load', '5', code=11).err, 'the newest good backup is patterns/backups/slot_005_')
    listed = home.first('pattern', 'slots')['slots']
    same([(5, 'the file is empty')], [(one['slot'], one['trouble']) for one in listed])
    home.client().must('project.compare_slots', {'bank': 1})
    same(b'', file_bytes(slot))  # it is left alone
    contains(home.log('project'), 'the file of slot 5 cannot be compared: the file is empty')
    write_file(slot, before)
    same(('[SEQ] Pattern loaded at bar 0', 0), osc.say('/pattern/load', 5))
    os.truncate(slot, 0)
    same(('[PATTERN] Saved to slot 5', 0), osc.say('/pattern/save', 5))
    same(['Acid'], [one['name'] for one in home.first('pattern', 'slots')['slots']])


@claim
def a_pattern_whose_file_would_be_too_large_to_be_read_is_neither_saved_nor_renamed(home):
    _, slot, night = saved(home)
    marks = [{'k': 0}] * 15000
    for _ in range(40):  # the file indents each line by its level
        marks = {'in': marks}
    grows = json.dumps({'sequencer': {'tracks': {'k': {'pattern': 'x' * 16}}}, 'marks': marks}, separators=(',', ':'))
    copy, other = slot.replace('_005', '_006'), night.replace('Night', 'Grows')
    for path in (copy, other):
        write_file(path, grows)  # another program may write it so
    client, before = home.client(), [file_bytes(path) for path in (slot, night, copy, other)]

    def is_refused(sentence, ask, **fields):
        error, body = client.ask('project.' + ask, fields)
        same('too_large', error, body)
        contains(body['what'] + ': ' + body['hint'], sentence + ': the file of the pattern would have ')
    contains(client.must('project.load_pattern', {'slot': '6'})['message'], 'Pattern loaded')
    is_refused('[PATTERN] Failed to save to slot 5', 'save_pattern', slot='5', file=grows)
    is_refused('[PATTERN] Error', 'change_slot', verb='rename', slot='6', to='Grown')
    is_refused('[PATTERN] Error', 'change_library', verb='rename', names=['user/Grows'], to='Grown')
    home.loophole('pattern', 'save', '5', other, code=15)
    same(before, [file_bytes(path) for path in (slot, night, copy, other)])
    same(['Acid', ''], [one['name'] for one in client.must('project.list_patterns')['slots']])
    for verb, more in (('copy', {'to': '7'}), ('delete', {})):
        client.must('project.change_slot', {'verb': verb, 'slot': '6', **more})


@claim
def a_file_that_was_changed_since_a_step_of_the_library_is_a_conflict(home):
    osc, _, night = saved(home)
    with open(night, 'a', encoding='utf-8') as out:
        out.write(' ')
    sentence = '[PATTERN] Error: Pattern user/Night was changed since then'
    error, body = home.client().ask('project.undo_library', {})
    same(('conflict', sentence), (error, body['what']))
    same(sentence + '\n', home.loophole('pattern', 'undo', code=14).err)
    line = json.loads(home.loophole('pattern', 'undo', '--json', code=14).err)
    same(('conflict', sentence, sentence), (line['error'], line['what'], line['message']))
    same((sentence, 14), osc.say('/pattern/undo'))


@claim
def a_disk_that_does_not_answer_is_a_timeout(home):
    with Lossy(home, home.file('Band'), 1) as band:
        osc = sounding(home)
        home.loophole('project', 'new', 'Band', '--folder', band.at)
        home.loophole('pattern', ACID)
        same(0, osc.say('/pattern/save', 5)[1])
        band.process.send_signal(signal.SIGSTOP)
        clients = [home.client() for _ in range(3)]
        for client in clients:
            client.send('project.save_pattern', {'slot': '5'}, budget_ms=14000)
        said = [client.take('project')[1:] for client in clients]
        same({('timeout', '[PATTERN] Failed to save to slot 5')}, {(error, body['what']) for error, body in said})
        refused_slot(home, osc, 17, 'Failed to save to slot 5', 'save', 5)
        refused_slot(home, osc, 17, f'Error: Slot 5 cannot be read: the disk at {band.at} does not answer', 'load', 5)
        band.process.send_signal(signal.SIGCONT)
        until(lambda: osc.say('/pattern/save', 5)[1] == 0, what='the slot is saved')
        assert os.listdir(band.at + '/patterns/backups')  # this disk has no hard links
        home.stop()


@claim
def a_library_whose_disk_does_not_answer_is_a_timeout_and_busy_meanwhile(home):
    with Lossy(home, home.file('data/patterns'), 1) as library:
        osc = sounding(home)
        same(0, osc.say('/pattern/save_file', 'user/Night')[1])
        library.process.send_signal(signal.SIGSTOP)
        client, other = home.client(), home.client()
        client.send('project.save_file', {'name': 'user/Night'}, budget_ms=90000)
        until(lambda: other.ask('project.load_file', {'name': 'user/Night'})[0] == 'busy', what='the library is in use')
        refused_alike(home, osc, 16, '[PATTERN] Error: another ask has used the library of patterns', ('/pattern/load_file', 'user/Night'),
                      ('project.load_file', {'name': 'user/Night'}), ('pattern', 'load_file', 'user/Night'))
        _, error, body = client.take('project', 90000)
        same(('timeout', '[PATTERN] Failed to save to file user/Night', 'the disk of the library of patterns does not answer'),
             (error, body['what'], body['hint']))
        library.process.send_signal(signal.SIGCONT)
        until(lambda: osc.say('/pattern/save_file', 'user/Night')[1] == 0, what='the pattern is saved')
        home.stop()


@claim
def a_client_that_waits_10_s_hears_that_the_disk_of_the_library_does_not_answer(home):
    with Lossy(home, home.file('data/patterns'), 1) as library:
        osc = sounding(home)
        same(0, osc.say('/pattern/save_file', 'user/Night')[1])
        library.process.send_signal(signal.SIGSTOP)
        refused_alike(home, osc, 17, '[PATTERN] Failed to save to file user/Night', ('/pattern/save_file', 'user/Night'),
                      ('project.save_file', {'name': 'user/Night'}), ('pattern', 'save_file', 'user/Night'))
        refused_alike(home, osc, 17, '[PATTERN] Error: the disk of the library of patterns does not answer',
                      ('/pattern/load_file', 'user/Night'), ('project.load_file', {'name': 'user/Night'}),
                      ('pattern', 'load_file', 'user/Night'))
        library.process.send_signal(signal.SIGCONT)
        until(lambda: osc.say('/pattern/load_file', 'user/Night')[1] == 0, what='the pattern is loaded')
        library.process.send_signal(signal.SIGSTOP)
        contains(home.loophole('pattern', 'archive', 'user/Night', code=17).err, 'the disk of the library of patterns does not answer')
        library.process.send_signal(signal.SIGCONT)
        until(lambda: osc.say('/pattern/load_file', 'user/Night')[1] == 0, what='the pattern is loaded')
        home.stop()


@claim
def a_core_that_is_not_there_is_offline(home):
    osc = sounding(home)
    same(0, osc.say('/pattern/save', 5)[1])
    same(0, osc.say('/pattern/save_file', 'user/Night')[1])
    home.settings('[osc]\nport = 0\n')
    home.stop()
    home.env['LOOPHOLE_AUDIO'] = 'none'
    home.up()
    home.wait_ready('osc', 'project', 'persist')
    osc = Osc(home)
    refused_alike(home, osc, 18, '[PATTERN] Failed to save to slot 5', ('/pattern/save', 5),
                  ('project.save_pattern', {'slot': '5'}, None, 10000), ('pattern', 'save', '5'))
    contains(home.log('project'), '[PATTERN] Save failed: audio is not running')
    refused_alike(home, osc, 18, '[PATTERN] Error: audio is not running', ('/pattern/load', 5),
                  ('project.load_pattern', {'slot': '5'}, None, 10000), ('pattern', 'load', '5'))
    refused_alike(home, osc, 18, '[PATTERN] Error: audio is not running', ('/pattern/load_file', 'user/Night'),
                  ('project.load_file', {'name': 'user/Night'}, None, 10000), ('pattern', 'load_file', 'user/Night'))
    refused_alike(home, osc, 18, '[PATTERN] Failed to save to file user/Night', ('/pattern/save_file', 'user/Night'),
                  ('project.save_file', {'name': 'user/Night'}, None, 10000), ('pattern', 'save_file', 'user/Night'))
    same(['Acid'], [slot['name'] for slot in home.first('pattern', 'slots')['slots']])


run_claims()
