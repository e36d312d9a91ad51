#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Commands whose disk stops answering while they use it: each ends, with the file that it waits for, and can be repeated."""
import os
import signal
import subprocess

from tests.claims import children_of, claim, contains, file_bytes, run_claims, same, state_of, until, worker_of, write_file
from tests.library.indexing import wav
from tests.drives.storage import Disks, Hung
from tests.sounding import is_open_in

TIMEOUT = 17  # the exit code
PATTERN = '{"version": 1, "rows": [{"oscillator": "sine", "steps": [0]}]}'


def label(it, at):
    """A library on the disk with one sound, which has a tag that no file has."""
    wav(at.under + '/kit/a.wav', 1000)
    it.add(at.at + '/kit')
    it.becomes(at.at, 'local:done=1')
    it.home.loophole('tag', at.at + '/kit/a.wav', '+warm')


def start(it, *args):
    return it.home.start('loophole', *args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def gives_up(running, path):
    """The command ends although its disk does not answer, and so do its pipes."""
    out, error = running.communicate(timeout=600)
    same(TIMEOUT, running.returncode, out + error)
    contains(error, 'does not answer')
    contains(error, path)


@claim(inside=Disks)
def labels_on_a_disk_that_hangs_in_any_call_end_with_the_file_and_can_be_written_again(it):
    with Hung(it, 'held') as hung:
        label(it, hung)
        was = file_bytes(hung.under + '/kit/a.wav')
        for word, kind, waits_for in (('.part', '', '.part'), ('.part', 'writes', '.part'), ('.part', 'syncs', '.part'),
                                      ('a.wav', 'renames', '.part')):
            hung.fail(0, word, kind)
            gives_up(start(it, 'labels', 'write', 'tag:warm'), waits_for)
            hung.heal()
            until(lambda: not hung.waits())
            until(lambda: not is_open_in('loophole', hung.at + '/kit/a.wav'))  # the killed writer has its lock
        until(lambda: it.home.loophole('labels', 'write', 'tag:warm', code=None).code == 0)
        assert was != file_bytes(hung.under + '/kit/a.wav'), 'no label was written'
        it.idle()
        hung.fail(0, '.part', 'syncs')
        gives_up(start(it, 'labels', 'restore', 'tag:warm'), '.part')
        hung.heal()
        until(lambda: it.home.loophole('labels', 'restore', 'tag:warm', code=None).code == 0)
        same(was, file_bytes(hung.under + '/kit/a.wav'))


@claim(inside=Disks)
def every_command_that_writes_a_named_file_ends_while_its_disk_hangs(it):
    wav(it.folder('music') + '/a.wav', 1000)
    it.add(it.folder('music'))
    write_file(it.home.file('p.json'), PATTERN)
    with Hung(it, 'held', 'cached') as hung:
        commands = {'all.backup': ('backup', '--force', hung.at + '/all.backup'),
                    'card': ('send', it.folder('music') + '/a.wav', hung.at + '/card'),
                    'p.mid': ('pattern', 'export_midi', '--force', it.home.file('p.json'), hung.at + '/p.mid'),
                    'map.png': ('map', '--png', hung.at + '/map.png')}
        for kind, names in {'writes': list(commands), 'syncs': ('all.backup', 'card')}.items():
            hung.fail(0, '/', kind)
            running = {name: start(it, *commands[name]) for name in names}
            for one in running.values():
                gives_up(one, hung.at + '/')
            hung.heal()
            until(lambda: not hung.waits())
        for name, command in commands.items():
            until(lambda: it.home.loophole(*command, code=None).code == 0, what=f'{name} is written')
            assert os.path.exists(f'{hung.under}/{name}')


@claim(inside=Disks)
def a_backup_whose_file_cannot_be_read_any_more_ends_the_restore(it):
    with Hung(it, 'held', 'cached') as hung:
        it.home.loophole('backup', hung.at + '/b')
        it.home.down()
        hung.fail(0, '/b', 'reads')
        gives_up(start(it, 'restore', hung.at + '/b'), hung.at)
        hung.heal()
        it.home.loophole('restore', hung.at + '/b')
        it.home.up()


@claim(inside=Disks)
def a_killed_command_takes_the_process_that_works_for_it_along(it):
    with Hung(it, 'held') as hung:
        label(it, hung)
        for by in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            hung.fail(0, '.part', 'syncs')
            running = start(it, 'labels', 'write', 'tag:warm')
            until(hung.waits)
            worker, = children_of(running.pid)
            running.send_signal(by)
            same(-by, running.wait(600))
            hung.heal()
            until(lambda: state_of(worker) == 'Z')
            until(lambda: not hung.waits())
        it.home.loophole('labels', 'write', 'tag:warm')


def _ends_unread(it, *args):
    """How a command ends whose output nobody reads from the start."""
    reader, out = os.pipe()
    os.close(reader)
    running = it.home.start('loophole', *args, stdout=out)
    os.close(out)
    return running.wait(600)


@claim(inside=Disks)
def a_command_that_its_process_ends_ends_like_it(it):
    wav(it.folder('music') + '/a.wav', 1000)
    it.add(it.folder('music'))
    send = ('send', '--json', it.folder('music') + '/a.wav', it.folder('card'))
    same(['sent', None], [one.get('state') for one in it.home.json(*send)])
    said = it.home.loophole('send', 'nothing-has-this-name', it.folder('card'), code=None)
    assert said.code not in (0, TIMEOUT), said
    both = subprocess.run(['loophole', *send], env=it.home.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=True, timeout=600).stdout
    contains(both, '"present"')
    same(-signal.SIGPIPE, _ends_unread(it, *send))


@claim(inside=Disks)
def a_command_whose_process_is_killed_by_a_signal_ends_by_that_signal(it):
    with Hung(it, 'held') as hung:
        label(it, hung)
        for by in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV):
            hung.fail(0, '.part', 'syncs')
            running = start(it, 'labels', 'write', 'tag:warm', '--budget', '600000')  # it gives nothing up meanwhile
            until(hung.waits)
            os.kill(worker_of(running.pid), by)
            hung.heal()
            out, error = running.communicate(timeout=600)
            same(-by, running.returncode, out + error)
            until(lambda: not hung.waits())
        it.home.loophole('labels', 'write', 'tag:warm')


def start_adding(it, path, budget_ms):
    return start(it, 'ask', 'indexer.add_library', 'path=' + path, '--budget', str(budget_ms))


@claim(inside=Disks)
def a_folder_becomes_a_library_while_the_disk_of_another_one_hangs(it):
    with Hung(it, 'held') as hung:
        os.makedirs(hung.under + '/kit')

        def is_added_beside(number):
            """The other one is still under way; if this machine was too slow, it was given up meanwhile."""
            hung.fail(0, '/kit')
            held = start_adding(it, hung.at + '/kit', 600000)
            until(hung.waits)
            os.makedirs(it.folder(f'healthy {number}'))
            it.must('add_library', it.folder(f'healthy {number}'))
            is_beside = held.poll() is None
            hung.heal()
            out, error = held.communicate(timeout=600)
            assert held.returncode == 0 or (held.returncode == TIMEOUT and not is_beside), out + error
            return is_beside
        assert any(is_added_beside(number) for number in range(3)), 'it waits for the disk that hangs'


@claim(inside=Disks)
def folders_of_a_disk_that_hangs_are_refused_in_time_with_the_disk_and_can_be_added_later(it):
    with Hung(it, 'held') as hung:
        for name in ('kit', 'kit 2'):
            os.makedirs(f'{hung.under}/{name}')
        link = it.folder('link')
        os.symlink(f'{hung.at}/kit', link)
        hung.fail(0, '/kit')
        typed, linked = (start_adding(it, path, 600000) for path in (f'{hung.at}/kit', link))
        gives_up(typed, hung.at)
        same(TIMEOUT, linked.wait(timeout=600))
        contains(linked.stderr.read(), f'the disk of {link} does not answer')
        hung.heal()
        until(lambda: not hung.waits())
        for name in ('kit', 'kit 2'):
            it.must('add_library', f'{hung.at}/{name}')


run_claims()
