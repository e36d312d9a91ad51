#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""`duplicates remove` and `duplicates restore`: what goes, what stays, and kills in between."""
import glob
import json
import os
import random
import shutil
import subprocess

from tests.claims import claim, contains, file_bytes, kill_command, run_claims, same, until, write_file
from tests.sounding import noise

SOUNDS = 6


def copies(home):
    """A library with the folders orig and backup: each sound of the first is also in the second."""
    for folder in ('orig', 'backup'):
        os.makedirs(home.file('lib', folder))
    for n in range(SOUNDS):
        noise(home.file('lib/orig', f's{n}.wav'), frames=8000 + 500 * n)
        shutil.copy(home.file('lib/orig', f's{n}.wav'), home.file('lib/backup', f's{n}.wav'))
    home.up()
    home.loophole('index', home.file('lib'), '--wait')
    until(lambda: len(home.json('duplicates', '--kind', 'same_file')) == SOUNDS)


def backup(home, n):
    return home.file('lib/backup', f's{n}.wav')


def orig(home, n):
    return home.file('lib/orig', f's{n}.wav')


def left(home, folder):
    return sorted(os.listdir(home.file('lib', folder)))


def said(home, path):
    shown = home.first('show', path)
    return shown['tags'][:1], shown.get('rating'), shown['notes'], shown['favourite']


@claim
def copies_go_and_the_kept_ones_get_what_a_person_said_in_one_step_that_comes_back(home):
    copies(home)
    there = home.file('removed')
    home.loophole('tag', backup(home, 0), '+mine')
    home.loophole('rate', backup(home, 0), '5')
    home.loophole('edit', backup(home, 0), 'notes=from Bob')
    home.loophole('edit', orig(home, 0), 'notes=from Ann')
    home.loophole('favourite', backup(home, 0))
    home.loophole('rate', orig(home, 1), '2')
    home.loophole('rate', backup(home, 1), '4')
    home.loophole('use', 'Album 3', backup(home, 2))
    home.loophole('use', 'Album 3', orig(home, 5))  # its copy is not in use
    with open(backup(home, 3), 'r+b') as changed:  # without a trace: its time is set back
        was = os.stat(changed.fileno())
        changed.seek(5000), changed.write(b'x')
    os.utime(backup(home, 3), ns=(was.st_atime_ns, was.st_mtime_ns))
    os.remove(backup(home, 4))
    os.link(orig(home, 4), backup(home, 4))
    before = {path: file_bytes(path) for n in range(SOUNDS) for path in (orig(home, n), backup(home, n))}
    planned = home.loophole('duplicates', 'remove', '--inside', 'path:backup', '--to', there, '--dry-run')
    same(before, {path: file_bytes(path) for path in before})
    contains(planned.all, 'has other bytes')
    contains(planned.all, 'would remove ' + backup(home, 0))
    done = home.loophole('duplicates', 'remove', '--inside', 'path:backup', '--to', there)
    contains(done.all, 'has other bytes')
    contains(done.all, 'are one file')
    same((['s2.wav', 's3.wav', 's4.wav'], [f's{n}.wav' for n in range(SOUNDS)]), (left(home, 'backup'), left(home, 'orig')))
    same(before[backup(home, 0)], file_bytes(os.path.join(there, 's0.wav')))
    same((['mine'], 5, 'from Ann\nfrom Bob', True), said(home, orig(home, 0)))
    same(2, said(home, orig(home, 1))[1])
    same('Remove duplicates', home.json('undo', 'list')[0]['label'])
    contains(home.loophole('undo').out, 'restored ' + backup(home, 0))
    same(before, {path: file_bytes(path) for path in before})
    same('from Ann', said(home, orig(home, 0))[2])
    same(['mine'], said(home, backup(home, 0))[0])
    with open(backup(home, 5), 'ab') as other:
        other.write(b'x')
    again = home.loophole('redo')
    contains(again.all, 'removed ' + backup(home, 0))
    contains(again.all, 's5.wav has other bytes')
    same(['s2.wav', 's3.wav', 's4.wav', 's5.wav'], left(home, 'backup'))
    same(['mine'], said(home, orig(home, 0))[0])
    contains(home.loophole('undo').out, 'restored ' + backup(home, 0))
    os.truncate(backup(home, 5), len(before[backup(home, 5)]))
    same(before, {path: file_bytes(path) for path in before})
    plan = lambda: home.loophole('duplicates', 'remove', '--inside', 'path:backup', '--to', there, '--dry-run').all
    until(lambda: all('would remove ' + backup(home, n) in plan() for n in (0, 1, 5)), what='the catalogue has all files')
    home.loophole('duplicates', 'remove', '--inside', 'path:backup', '--to', there)
    contains(home.loophole('duplicates', 'restore').out, 'restored ' + backup(home, 0))
    home.loophole('undo')
    same(before, {path: file_bytes(path) for path in before})
    contains(home.refused('duplicates', 'remove', '--to', home.file('lib/orig')), 'is in a library')


def remove_all(home, to):
    """Removes the copies when the catalogue has all of them again."""
    remove = ('duplicates', 'remove', '--inside', 'path:backup', '--to', to)
    until(lambda: home.loophole(*remove, '--dry-run').all.count('would remove ') == SOUNDS)
    home.loophole(*remove)


@claim
def redo_moves_the_copies_of_its_own_step_that_are_unused_to_where_they_were(home):
    copies(home)
    there, trash, journal = home.file('there'), home.file('data-home'), home.file('data/duplicates.jsonl')
    os.makedirs(there), os.makedirs(trash)
    home.env['XDG_DATA_HOME'] = trash
    for to, place in ((there, there), ('trash', os.path.join(trash, 'Trash/files'))):
        remove_all(home, to)
        home.loophole('undo')
        same([], os.listdir(place))
        lines = [json.loads(line) for line in file_bytes(journal).splitlines()]
        write_file(journal, ''.join(json.dumps({key: line[key] for key in line if key != 'folder'}) + '\n' for line in lines))
        home.loophole('redo')
        same((SOUNDS, []), (len(os.listdir(place)), left(home, 'backup')))
        home.loophole('undo')
    home.loophole('tag', orig(home, 0), '+other'), home.loophole('undo'), home.loophole('redo')  # has the same number
    same(([], SOUNDS), (os.listdir(os.path.join(trash, 'Trash/info')), len(left(home, 'backup'))))
    remove_all(home, there)
    home.loophole('undo')
    home.loophole('use', 'Song', backup(home, 0))
    home.loophole('redo')
    same(['s0.wav'], left(home, 'backup'))


@claim
def a_kill_at_any_moment_loses_neither_a_file_nor_a_tag(home):
    copies(home)
    trash = home.file('data-home')
    os.makedirs(trash)
    for n in range(SOUNDS):
        home.loophole('tag', backup(home, n), f'+t{n}')
    contents = {n: file_bytes(orig(home, n)) for n in range(SOUNDS)}
    chance = random.Random(int(os.environ.get("SEED", "1")))
    for _ in range(8):
        running = home.start_into(home.file('said'), 'env', 'XDG_DATA_HOME=' + trash, 'loophole', 'duplicates', 'remove',
                                  '--inside', 'path:backup')
        try:
            running.wait(chance.random() * .2)
        except subprocess.TimeoutExpired:
            kill_command(running)
        same([f's{n}.wav' for n in range(SOUNDS)], left(home, 'orig'))
        for n in range(SOUNDS):
            files = glob.glob(os.path.join(glob.escape(trash), 'Trash/files', f's{n}[. ]*'))
            copy, = files + [backup(home, n)] * os.path.exists(backup(home, n))
            same(contents[n], file_bytes(orig(home, n)))
            same(contents[n], file_bytes(copy))
            tagged = home.json('search', f'tag:t{n}', '--fields', 'path')
            assert tagged, f'no item has the tag t{n}'
    home.loophole('duplicates', 'remove', '--inside', 'path:backup', '--to', home.file('rest'))
    for n in range(SOUNDS):
        same([f't{n}'], said(home, orig(home, n))[0])
    same([], left(home, 'backup'))
    names = {kind: sorted(glob.glob('*', root_dir=os.path.join(trash, 'Trash', kind))) for kind in ('files', 'info')}
    same([name + '.trashinfo' for name in names['files']], names['info'])


@claim
def a_record_in_the_trash_of_a_killed_removal_is_taken_away_by_the_next_one(home):
    copies(home)
    trash = home.file('data-home')
    os.makedirs(trash)
    home.run('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=renameat2', '-e', 'inject=renameat2:signal=KILL:when=1',
             'env', 'XDG_DATA_HOME=' + trash, 'loophole', 'duplicates', 'remove', '--inside', 'path:backup', code=None)
    alone, = os.listdir(os.path.join(trash, 'Trash/info'))
    same([alone.removesuffix('.trashinfo')], [name for name in left(home, 'backup') if name + '.trashinfo' == alone])
    home.run('env', 'XDG_DATA_HOME=' + trash, 'loophole', 'duplicates', 'remove', '--inside', 'path:backup', '--to',
             home.file('rest'))
    same(([], []), (os.listdir(os.path.join(trash, 'Trash/info')), left(home, 'backup')))


run_claims()
