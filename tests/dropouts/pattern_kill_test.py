#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Slots of patterns are saved, loaded and changed while the project service is killed. A command is done once, and the
file of each slot is one whole pattern, the one of the store."""
import glob
import gzip
import json
import os
import signal
import time

from tests.claims import claim, contains, figure, file_bytes, how_often, needs, random, run_claims, same, until
from tests.kits.patterns import Patterns


class Slots(Patterns):
    """`with Slots(home)`: an engine whose slots 1 and 2 are `one` and `two`; each has been replaced once."""

    def __init__(self, home):
        super().__init__(home, home.file('data', 'projects', 'draft', 'patterns'))
        self.names = {}

    def __enter__(self):
        self.start()
        for name in ('old', 'one'):
            self.do('save', '1', self.pattern(name))
            self.do('save', '2', self.pattern('two'))
        self.names = {1: 'one', 2: 'two'}
        return self

    def files(self):
        """The name of each slot that has a file."""
        return {int(path[-8:-5]): name_in(path) for path in glob.glob(self.folder + '/slots/bank_1/slot_*.json')}

    def are_whole(self, names):
        """Each slot and its file have that name, and the folder contains nothing else."""
        listed = self.home.first('pattern', 'slots')['slots']
        same(names, {slot['slot']: slot['name'] for slot in listed})
        same(names, self.files())
        until(lambda: not [name for _, _, names in os.walk(self.folder) for name in names if name.startswith('.loophole-')],
              what='nothing is left half written')
        for backup in glob.glob(self.folder + '/backups/slot_*'):
            name_in(backup)
        assert 'changed by another program' not in self.home.log('project')
        self.names = names


def read_file(path):
    """The bytes of a pattern; a backup is in gzip, or will be soon."""
    text = file_bytes(path)
    return gzip.decompress(text) if text.startswith(b'\x1f\x8b') else text


def name_in(path):
    return json.loads(read_file(path))['metadata']['name']


@claim(inside=Slots)
def killed_before_any_call_of_a_save_the_project_service_leaves_the_new_pattern_whole(it):
    for name, call, when in (('copied', 'sync', 1), ('backup', 'rename', 1), ('written', 'sync', 2), ('named', 'rename', 2),
                             ('synced', 'sync', 3)):
        contains(it.killed_before(call, when, 'pattern', 'save', '1', it.pattern(name)), '[PATTERN] Saved to slot 1')
        it.are_whole({1: name, 2: 'two'})


@claim(inside=Slots)
def killed_within_a_change_of_slots_the_project_service_makes_that_change_once(it):
    contains(it.killed_before('rename', 2, 'pattern', 'swap', '1', '2'), 'Swapped slots 1 and 2')
    it.are_whole({1: 'two', 2: 'one'})
    contains(it.killed_before('rename', 1, 'pattern', 'move', '1', '3'), 'Moved slot 1 to slot 3')
    it.are_whole({2: 'one', 3: 'two'})
    contains(it.killed_before('unlink', 1, 'pattern', 'delete', '3'), 'Deleted slot 3')
    it.are_whole({2: 'one'})


@claim(inside=Slots)
def killed_within_a_copy_of_the_project_the_project_service_copies_each_slot(it):
    for name, when in (('first', 1), ('second', 2), ('project', 3)):
        it.killed_before('rename', when, 'project', 'save_as', name)
        it.folder = os.path.join(it.home.first('project', 'state')['folder'], 'patterns')
        it.are_whole({1: 'one', 2: 'two'})


@claim(inside=Slots)
def a_load_that_is_repeated_after_a_death_queues_nothing_again(it):
    client = it.home.client()
    request = os.urandom(16)
    ask = ('project.load_pattern', {'slot': '1'}, request)
    first = client.ask(*ask)
    it.home.kill('project')
    same(first, client.ask(*ask))
    assert client.ask(*ask[:2])[1]['pattern'] > first[1]['pattern']


def is_packed(path):
    with open(path, 'rb') as file:
        return file.read(2) == b'\x1f\x8b'


def all_packed(it):
    return all(is_packed(path) for path in glob.glob(it.folder + '/backups/slot_*'))


@claim(inside=Slots)
def killed_while_it_packs_a_backup_the_project_service_keeps_the_backup_and_packs_it_later(it):
    needs('strace')
    home = it.home
    for call in ('/^rename', 'fsync'):
        until(lambda: home.has_lived('project'))
        until(lambda: all_packed(it), what='all is packed')
        before = {path: read_file(path) for path in glob.glob(it.folder + '/backups/slot_*')}
        pid, said = home.pid('project'), home.file('strace')
        while not home.is_other('project', pid):  # a slow machine may pack before strace is attached
            it.do('save', '1', it.pattern('more'))
            strace = home.start_into(said, 'strace', '-f', '-p', str(pid), '-o', '/dev/null', '-e', f'trace={call}',
                                     '-e', f'inject={call}:signal=KILL:when=1')
            until(lambda: home.is_other('project', pid) or all_packed(it), what=f'{call} of the packing')
            strace.terminate()
            strace.wait(600)
        for path, text in before.items():
            same(text, read_file(path))
        it.are_whole({1: 'more', 2: 'two'})


def change(it, number):
    """Runs a command. Returns its output, and the names of the slots after it."""
    names = it.names
    return random.choice([
        (('save', '1', it.pattern(f'save{number}')), 'Saved to slot 1', {**names, 1: f'save{number}'}),
        (('swap', '1', '2'), 'Swapped', {**names, 1: names[2], 2: names[1]}),
        (('copy', '1', '2'), 'Copied', {**names, 2: names[1]}),
        (('load', '1'), '[SEQ] Pattern', names)])


@claim(inside=Slots)
def killed_at_any_moment_the_project_service_loses_no_pattern_and_the_sound_continues(it):
    kills = how_often(4, 100)
    it.play()
    for number in range(kills):
        args, words, after = change(it, number)
        service = random.choice(('project', 'project', 'persist'))
        until(lambda: it.home.has_lived('project') and it.home.has_lived('persist'))
        pid = it.home.pid(service)
        command = it.command('pattern', *args, number=number)
        time.sleep(random.uniform(0, .08))
        os.kill(pid, signal.SIGKILL)
        contains(it.done(*command), words)
        until(lambda: it.home.is_other(service, pid))
        it.are_whole(after)
    it.still_plays()
    figure(f'{kills} kills of project and persist while slots were saved, changed and loaded')


run_claims()
