#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Some seven hundred hostile files, and good ones; then workers that crash, hang, leak and lie, and that try to leave
their sandbox. Each file gets its verdict with its reason, the others are analysed, and the indexer stays the same
process. With LONG=1 other files each time, for 20 rounds."""
import os
import shutil
import subprocess
import sys

from tests.claims import BUILD, TOP, claim, contains, how_often, run_claims, skip, write_file
from tests.driving import drive
from tests.sounding import tool


def with_worker(home, deadline_s, worker=None):
    """An engine with its own copies of the programs, one of which may be replaced; returns a folder for its files."""
    programs, folder = home.file('bin'), home.file('files')
    os.mkdir(folder)
    home.settings(f'[indexer]\ndeadline_s = {deadline_s}\n')
    shutil.copytree(os.path.join(BUILD, 'bin'), programs)
    if worker:
        os.remove(programs + '/loophole-worker')
        shutil.copy(worker, programs + '/loophole-worker')
    home.env['PATH'] = programs + ':' + home.env['PATH']
    home.up()
    home.wait_ready('indexer', 'search')
    return folder


def hostile(home, *args):
    drive(home, 'strangers/hostile.py', *args)


@claim
def each_hostile_file_has_its_verdict_and_the_rest_is_heard(home):
    folder = with_worker(home, 60)
    for number in range(1, how_often(1, 20) + 1):
        files = f'{folder}/{number}'
        os.mkdir(files)
        with open(home.file('manifest'), 'w', encoding='utf-8') as out:
            out.write(home.run(sys.executable, f'{TOP}/tests/strangers/hostile_files.py', files, str(number)).out)
        hostile(home, 'files', files, home.file('manifest'))
        shutil.rmtree(files)


@claim
def a_file_without_read_permission_has_its_reason(home):
    """root may read everything, so the engine runs as another user then."""
    folder, of_nobody = home.file('secret'), []
    os.mkdir(folder)
    secret = folder + '/secret.wav'
    write_file(secret, 'RIFF\n')
    os.chmod(secret, 0)
    os.chmod(folder, 0o777)
    theirs = home.other('of-nobody')
    if not os.getuid():
        of_nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
        for path in (os.path.dirname(home.path), home.path):
            os.chmod(path, 0o755)
        os.chown(theirs.path, 65534, 65534)
        if subprocess.run([*of_nobody, 'test', '-x', f'{BUILD}/bin/loophole', '-a', '-r', f'{TOP}/tests/client.py'],
                          check=False).returncode:
            skip('nobody else may be here')
    theirs.run(*of_nobody, f'{BUILD}/bin/loophole', 'up')
    said = theirs.run(*of_nobody, '/usr/bin/python3', f'{TOP}/tests/strangers/hostile.py', 'one', folder, 'secret.wav')
    contains(said.all, 'cannot open it: Permission denied')
    theirs.run(*of_nobody, f'{BUILD}/bin/loophole', 'down')


@claim
def a_file_of_100_gigabytes_of_nothing_has_its_verdict(home):
    folder = with_worker(home, 60)
    try:
        with open(folder + '/sparse.wav', 'wb') as file:
            file.truncate(100 << 30)
    except OSError:
        skip('no sparse files of 100 GB here')
    hostile(home, 'one', folder, 'sparse.wav')


@claim
def workers_that_die_hang_or_lie_cost_only_the_files_in_their_hands(home):
    folder, more = with_worker(home, 3, tool('stand_in')), home.file('more')
    hostile(home, 'workers', folder, 'late')
    os.mkdir(more)
    hostile(home, 'escape', more)


@claim
def workers_that_die_hang_or_lie_at_the_first_look_cost_only_their_files(home):
    hostile(home, 'workers', with_worker(home, 3, tool('stand_in')), 'early')


@claim
def the_indexers_workers_have_their_limits(home):
    with_worker(home, 60)
    hostile(home, 'limits')


@claim
def workers_that_end_at_their_start_raise_an_alarm_until_one_runs(home):
    folder = with_worker(home, 60, '/bin/false')
    hostile(home, 'start', folder, os.path.join(BUILD, 'bin/loophole-worker'), home.file('bin'))


run_claims()
