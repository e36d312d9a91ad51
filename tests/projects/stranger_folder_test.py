#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A project's folder that comes from a stranger: no link in it leads the engine to a file outside, unless a person trusts it."""
import ctypes
import glob
import gzip
import json
import mmap
import os
import pty
import signal
import struct
import subprocess
import threading

from tests.claims import claim, contains, file_bytes, file_text, run_claims, same, state_of, until, write_file
from tests.library.indexing import wav
from tests.studio import running
from tests.record.takes import Recording

MINE = 'alias ll="ls -l"'
SLOT = 'patterns/slots/bank_1/slot_001.json'


def pattern(name, bpm=120):
    return json.dumps({'metadata': {'name': name}, 'sequencer': {'bpm': bpm, 'tracks': {'kick': {'pattern': 'X...X...X...X...'}}}})


class Stranger:
    """A downloaded project, and beside it a folder of the user with one file."""

    def __init__(self, home, name):
        self.home, self.folder, self.mine = home, home.file('downloads', name), home.file('mine', name)
        os.makedirs(self.mine)
        write_file(self.mine + '/secret', MINE)
        self.put('project.json', json.dumps({'schema_version': '1.0', 'project': {'name': name, 'bpm': 120}}))

    def at(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def put(self, name, text):
        write_file(self.at(name), text)

    def link(self, name, target):
        if os.path.lexists(self.at(name)):
            os.unlink(self.at(name))
        os.symlink(os.path.relpath(os.path.join(self.mine, target), os.path.dirname(self.at(name))), self.at(name))

    def open(self, *words):
        return self.home.first('project', 'open', self.folder, *words)

    def save(self, slot, name, **more):
        write_file(self.home.file('saved.json'), pattern(name))
        return self.home.loophole('pattern', 'save', str(slot), self.home.file('saved.json'), **more)

    def backups(self):
        return [gzip.decompress(each) if each[:2] == b'\x1f\x8b' else each
                for each in map(file_bytes, sorted(glob.glob(self.folder + '/patterns/backups/slot_*')))]

    def check(self, *others):
        """The user's folder is as it was."""
        same((sorted(['secret', *others]), MINE), (sorted(os.listdir(self.mine)), file_text(self.mine + '/secret')))


@claim(shares=running)
def a_slot_that_is_a_link_out_is_listed_and_each_change_of_it_stays_in_the_folder(home):
    it = Stranger(home, 'Slots')
    it.put('patterns/slots/bank_1/slot_002.json', pattern('$(touch owned)'))
    changes = ((('save', '1', home.file('saved.json')), 1), (('copy', '2', '1'), 1), (('move', '2', '1'), 1), (('swap', '1', '2'), 1),
               (('rename', '1', 'New'), 1), (('delete', '1'), 1))
    it.open()
    it.save(1, 'first')
    for number, (words, slot) in enumerate(changes):
        name = f'patterns/slots/bank_1/slot_{slot:03}.json'

        def is_listed():
            it.link(name, 'secret')
            return name in json.dumps(it.open().get('links'))
        until(is_listed)  # a comparison that an earlier `open` began may write the slot once more
        home.loophole('pattern', *words)
        assert not os.path.islink(it.at(name)), (number, words)
        it.check()
        it.save(2, '$(touch owned)')
        it.save(1, 'first')


@claim(shares=running)
def a_slot_that_became_a_link_keeps_its_earlier_pattern_as_a_backup(home):
    it = Stranger(home, 'Backups')
    it.open()
    it.save(1, 'first')
    os.rename(it.at(SLOT), it.mine + '/shared.json')
    it.link(SLOT, 'shared.json')
    it.save(1, 'second')
    same(['first'], [json.loads(each)['metadata']['name'] for each in it.backups()])
    same('first', json.loads(file_text(it.mine + '/shared.json'))['metadata']['name'])
    os.unlink(it.at(SLOT))
    it.link(SLOT, 'shared.json')
    assert 'links' not in it.open('--trust-links')
    it.save(1, 'third')
    same('third', json.loads(file_text(it.mine + '/shared.json'))['metadata']['name'])
    assert os.path.islink(it.at(SLOT)) and b'first' in b''.join(it.backups())
    it.link(SLOT, 'secret')  # another target is not trusted
    it.save(1, 'fourth')
    it.check('shared.json')


@claim(shares=running)
def folders_of_patterns_that_lead_out_are_neither_written_nor_pruned(home):
    for number, (name, target) in enumerate((('patterns', '.'), ('patterns/slots', '.'), ('patterns/slots/bank_1', '.'),
                                             ('patterns/backups', '.'), ('patterns/.lock', 'made'))):
        it = Stranger(home, f'Folders {number}')
        for second in range(14):
            write_file(it.mine + f'/slot_001_{1700000000 + second}.backup', pattern('old'))
        kept = sorted(os.listdir(it.mine))
        it.link(name, target)
        it.open()
        contains(it.save(1, 'new', code=None).err, 'a link leads out of the folder')
        same(kept, sorted(os.listdir(it.mine)), name)
        same(MINE, file_text(it.mine + '/secret'))
        assert {file_text(path) for path in glob.glob(it.mine + '/*.backup')} == {pattern('old')}, name


@claim(shares=running)
def a_project_file_or_a_draft_that_leads_out_is_neither_read_nor_replaced(home):
    it = Stranger(home, 'Files')
    it.open()
    it.link('draft.json', 'secret')
    it.link('project.json', 'secret')
    home.loophole('project', 'draft')
    contains(home.refused('project', 'save', code=None), 'changed by another program')
    it.check()
    contains(home.refused('project', 'open', it.folder, code=None), '--trust-links')
    same('ok', home.client().ask('project.save', {'project': 'Files', 'over': True})[0])
    it.check()
    same('Files', json.loads(file_text(it.at('project.json')))['project']['name'])


@claim(shares=running)
def pipes_and_devices_in_the_folder_hold_up_nothing(home):
    it = Stranger(home, 'Pipes')
    os.mkfifo(it.at('patterns/.lock'))
    it.open()
    contains(it.save(1, 'one', code=None).err, 'is not a regular file')
    os.unlink(it.at('patterns/.lock'))
    os.mkfifo(it.at(SLOT))
    os.mkfifo(it.at('patterns/backups/slot_001_1700000000.backup'))
    it.save(1, 'two', code=None)
    it.check()


@claim(shares=running)
def collecting_into_a_linked_folder_copies_nothing_out(home):
    it = Stranger(home, 'Collect')
    wav(home.file('sounds/kick.wav'), 4000)
    home.loophole('index', home.file('sounds'), '--wait')
    it.open()
    home.loophole('project', 'add', 'clip', 'item=' + home.file('sounds/kick.wav'), 'start=0')
    for name, target in (('Media', '.'), ('Media/Audio', '.')):
        it.link(name, target)
        contains(home.refused('project', 'collect', code=None), 'a link leads out of the folder')
        it.check()
        os.unlink(it.at(name))
    it.link('Media/Audio/kick.wav', 'made.wav')
    home.loophole('project', 'collect', code=None)
    it.check()


@claim(shares=running)
def opening_a_project_whose_media_leads_out_indexes_nothing(home):
    for number, (name, target) in enumerate((('Media/Audio', '.'), ('Media', '.'))):
        it = Stranger(home, f'Media {number}')
        wav(it.mine + '/Audio/memo.wav', 4000)
        document = {'schema_version': '1.0', 'project': {'name': f'Media {number}', 'bpm': 120},
                    'clips': [{'item': '01J0000000000000000000000A', 'start': 0}],
                    'items': [{'id': '01J0000000000000000000000A', 'name': 'kick', 'content': '00112233445566778899aabbccddeeff'}]}
        it.put('project.json', json.dumps(document))
        it.link(name, target)
        it.open()
        error, said = home.client().ask('indexer.add_library', {'path': os.fsencode(it.at('Media/Audio')), 'project': None})
        assert error in ('ok', 'bad_request', 'denied', 'not_found'), said
    until(lambda: home.client().must('indexer.progress') is not None)


@claim(inside=Recording)
def a_take_is_recorded_whatever_the_media_of_its_project_is(it):
    recordings = it.home.file('data/recordings')
    for number, (name, target) in enumerate((('Media', '.'), ('Media/Audio', '.'))):
        there = Stranger(it.home, f'Takes {number}')
        there.link(name, target)
        there.open()
        id = it.until_final(f'first {number}', '--seconds', '1')
        same(recordings + f'/first {number}.wav', it.show(id)['path'])
        there.check()
        there.open('--trust-links')
        id = it.until_final(f'second {number}', '--seconds', '1')
        same(os.path.join(there.mine, *(['Audio'] if name == 'Media' else []), f'second {number}.wav'), it.show(id)['path'])
        it.until_analysed(id)


def answer_question(home, said, folder, meanwhile, answer):
    """What `project open` prints on a terminal; `meanwhile` happens while the person reads the question."""
    leader, follower = pty.openpty()
    asked = subprocess.Popen(['loophole', 'project', 'open', folder], env=home.env, stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    text = b''
    try:
        while more := os.read(leader, 65536):
            text += more
            if said in text.decode(errors='replace') and meanwhile:
                meanwhile()
                meanwhile = None
                os.write(leader, answer)
    except OSError:  # the terminal has no other end any more
        pass
    same(0, asked.wait(600))
    os.close(leader)
    return text.decode(errors='replace')


@claim(shares=running)
def a_link_that_is_made_while_a_person_reads_the_question_is_not_trusted(home):
    it = Stranger(home, 'Question')
    it.link('notes/seen', 'secret')
    it.link('notes/moved', 'secret')
    os.mkdir(it.mine + '/other')

    def meanwhile():
        it.link('notes/late', 'secret')
        it.link('notes/moved', 'other')
    contains(answer_question(home, 'y or n:', it.folder, lambda: None, b'n\n'), 'notes/seen -> ' + it.mine + '/secret')
    same(2, len(it.open()['links']))
    answer_question(home, 'y or n:', it.folder, meanwhile, b'y\n')
    same([f'notes/late -> {it.mine}/secret', f'notes/moved -> {it.mine}/other'], sorted(it.open()['links']))
    error, answer = home.client().ask('project.open', {'folder': os.fsencode(it.folder), 'trust_links': True, 'trusted': []})
    same(('ok', 2), (error, len(answer['links'])))


class Hands:
    """What the project service has in hand, on the board (common/shared/in_hand.h)."""

    FILE = 72  # the place of its word in an entry

    def __init__(self, home):
        self.home = home
        with open(home.board('project'), 'rb') as file:
            self.memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        self.at = self.memory.find(b'project\0') + self.FILE

    def has_file(self):
        return struct.unpack_from('<Q', self.memory, self.at)[0] != 0

    def strike(self, pid):
        """Crashes the thread that reads if the process still has a file in hand when it stands still."""
        os.kill(pid, signal.SIGSTOP)
        until(lambda: state_of(pid) == 'T')
        reading = [int(thread) for thread in os.listdir(f'/proc/{pid}/task')
                   if file_text(f'/proc/{pid}/task/{thread}/syscall').startswith('-1 ')]  # in no system call
        held = self.has_file() and len(reading) == 1
        if held:
            same(0, ctypes.CDLL(None).tgkill(pid, reading[0], signal.SIGSEGV))
        os.kill(pid, signal.SIGCONT)
        return held

    def crash(self, read):
        """Crashes the service while it has the file in hand that `read` makes it read. False: it was not seen."""
        pid, held = self.home.pid('project'), False
        reading = threading.Thread(target=read)
        reading.start()
        while reading.is_alive() and not held:
            held = self.has_file() and self.strike(pid)
        reading.join()
        return held


def a_crash_while_it_reads(home, read, name):
    """The second reading is refused, by the name of the file."""
    until(lambda: Hands(home).crash(read), what='the service is crashed while it reads')
    error, answer = read()
    same('internal', error)
    contains(answer['what'], 'the project service died while it read ' + name)
    home.wait_ready('project')
    restarts = home.status('project')['restarts']
    read()
    same(restarts, home.status('project')['restarts'])


@claim
def a_project_file_that_ended_its_reader_is_refused_by_its_name(home):
    running(home)
    it = Stranger(home, 'Killer')
    document = {'schema_version': '1.0', 'project': {'name': 'Killer', 'bpm': 120}, 'x': [0] * 200000}
    it.put('project.json', json.dumps(document))

    def read():
        return home.client().ask('project.open', {'folder': os.fsencode(it.folder)})
    a_crash_while_it_reads(home, read, it.folder + '/project.json')
    same('ok', home.client().ask('project.list', {})[0])
    document['x'] = [0]
    it.put('project.json', json.dumps(document))
    same('ok', read()[0])


@claim
def a_slot_that_ended_its_reader_is_refused_by_its_name(home):
    running(home)
    it = Stranger(home, 'Killer slot')
    it.put(SLOT, pattern('killer')[:-1] + ', "x": [0' + ', 0' * 30000 + ']}')
    it.put('patterns/slots/bank_1/slot_002.json', pattern('good'))
    it.open()
    a_crash_while_it_reads(home, lambda: home.client().ask('project.read_pattern', {'project': 'Killer slot', 'slot': '1'}), SLOT)
    same('ok', home.client().ask('project.read_pattern', {'project': 'Killer slot', 'slot': '2'})[0])
    listed = home.client().must('project.list_patterns', {'project': 'Killer slot'})
    contains(str(listed), 'died while it read')
    contains(str(listed), 'good')
    it.save(1, 'new')
    same('ok', home.client().ask('project.read_pattern', {'project': 'Killer slot', 'slot': '1'})[0])


@claim
def parts_that_name_one_large_part_and_copies_that_all_changed_hang_nothing(home):
    running(home)
    fat, copies, track, section = Stranger(home, 'Fat'), Stranger(home, 'Copies'), '01J0000000000000000000000T', '01J0000000000000000000000S'
    keys = {f'k{i:x}': 0 for i in range(16000)}
    fat.put('project.json', json.dumps({
        'schema_version': '1.0', 'project': {'name': 'Fat', 'bpm': 120}, 'tracks': [dict(keys, id=track, name='t')],
        'sections': [dict(keys, id=section, name='s')],
        'clips': [{'id': f'01K{i:023}', 'item': '01J0000000000000000000000A', 'track': track, 'section': section, 'start': i} for i in range(8000)]}))
    for i in range(6000):
        copies.put(f'Media/Audio/f{i}.wav', 'x')
    copies.put('project.json', json.dumps({
        'schema_version': '1.0', 'project': {'name': 'Copies', 'bpm': 120}, 'clips': [{'item': f'01K{i:023}', 'start': 0} for i in range(6000)],
        'items': [{'id': f'01K{i:023}', 'name': 'k', 'copy': f'Media/Audio/f{i}.wav', 'copy_digest': '0' * 32} for i in range(6000)]}))
    full = Stranger(home, 'Full')
    full.put('project.json', json.dumps({  # just below the bound of values
        'schema_version': '1.0', 'project': {'name': 'Full', 'bpm': 120}, 'clips': [dict(keys, start=i) for i in range(16)]}))
    for it in (full, fat, copies):
        it.open()
    until(lambda: home.first('project', 'state').get('altered') == 6000, what='the copies are checked')
    same(0, home.status('project')['restarts'])


run_claims()
