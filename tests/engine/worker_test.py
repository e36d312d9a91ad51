#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The worker alone, driven as the indexer drives it."""
import collections
import glob
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys

from tests.claims import (BUILD, DRUMKITS, SONIC, TOP, claim, contains, figure, file_bytes, run_claims, same, samples, skip,
                    write_file)

WORKER = os.path.join(BUILD, 'bin/loophole-worker')
DRIVE = os.path.join(TOP, 'tests/engine/worker_drive.py')
HEARD = ('.wav', '.flac', '.aif', '.aiff', '.ogg', '.mp3')


def drive(home, *args, code=0):
    """The answer of the worker to each file."""
    said = home.run(sys.executable, DRIVE, *args, code=code)
    answers = [json.loads(line) for line in said.out.splitlines()]
    if len(answers) > 100:
        figure(said.err.partition('figure: ')[2].strip())
    return answers


def all_files(*folders):
    return [os.path.join(folder, name) for top in folders for folder, _, names in sorted(os.walk(top)) for name in sorted(names)]


@claim
def every_file_of_the_demo_libraries_is_answered(home):
    for folder in (DRUMKITS, SONIC):
        if not os.path.isdir(folder):
            skip(f'{folder} is missing')
    answers = drive(home, WORKER, DRUMKITS, SONIC)
    files = all_files(DRUMKITS, SONIC)
    same(len(files), len(answers))
    same(sum(path.lower().endswith(HEARD) for path in files), sum(each['state'] == 'done' for each in answers))
    contains(json.dumps(next(each for each in answers if 'drumkit.xml' in each['path'])), 'not an audio file')


@claim
def no_library_is_loaded_that_no_worker_uses(home):
    if not glob.glob('/usr/lib/*/libaubio.a') and not os.path.exists('/usr/lib/libaubio.a'):
        skip('aubio is installed without its archive')
    said = home.run('ldd', WORKER).out
    contains(said, 'libsndfile')
    same([], [line for line in said.splitlines() if re.search('libaubio|libavcodec|libavformat|libX11|libglib', line)])


@claim
def the_same_file_twice_gives_the_same_answer(home):
    files = samples('*.flac', 3, SONIC)
    answers = [{key: value for key, value in each.items() if key != 'number'} for each in drive(home, WORKER, *files, *files)]
    assert all(each['state'] == 'done' for each in answers)
    same(answers[:3], answers[3:])


@claim
def only_hashing_gives_the_same_content_and_no_analysis(home):
    file, = samples('*.flac', 1, SONIC)
    hashed, = drive(home, '--hash', WORKER, file)
    analysed, = drive(home, WORKER, file)
    same(analysed['found']['content'], hashed['found']['content'])
    same('waiting', hashed['found']['state'])


def damage_files(folder):
    """120 files with random damage, an empty one and a long sparse one."""
    chance = random.Random(5)
    good = [path for path in all_files(SONIC, DRUMKITS) if os.path.getsize(path) < 200000]
    sound = struct.pack('<4000h', *(chance.randrange(-9000, 9000) for _ in range(4000)))
    wave = (b'RIFF\0\0\0\0WAVEfmt ' + struct.pack('<IHHIIHH', 16, 1, 1, 44100, 88200, 2, 16) + b'data' +
            struct.pack('<I', 8000) + sound)
    for number in range(120):
        data = bytearray(wave)
        if good and number % 3:
            data = bytearray(file_bytes(chance.choice(good)))
        for _ in range(chance.randrange(1, 30)):
            data[chance.randrange(min(len(data), 300 if number % 2 else len(data)))] = chance.randrange(256)
        if number % 5 == 0:
            data = data[:chance.randrange(len(data))]
        write_file(f'{folder}/{number:03}', data)
    with open(f'{folder}/empty.wav', 'wb'):
        pass
    with open(f'{folder}/sparse.wav', 'wb') as file:
        file.write(wave[:40] + b'\xff\xff\xff\xff')
        file.truncate(40_000_000)


@claim
def damaged_files_are_answered_too(home):
    folder = home.file('damaged')
    os.mkdir(folder)
    damage_files(folder)
    answers = drive(home, WORKER, folder, code=None)
    same(122, len(answers))
    said = {os.path.basename(each['path']): each for each in answers}
    contains(json.dumps(said['empty.wav']), 'an empty file')
    same('done', said['sparse.wav']['state'])


@claim
def a_user_without_privileges_can_run_a_worker(home):
    if os.getuid() or not shutil.which('setpriv'):
        skip('needs root and setpriv')
    with_worker = home.file('of-all')
    os.mkdir(with_worker)
    for path in (os.path.dirname(home.path), home.path, with_worker):
        os.chmod(path, 0o755)
    for path in (WORKER, DRIVE):
        os.chmod(shutil.copy(path, with_worker), 0o755)
    files = samples('*bd_haus*', None, SONIC)
    said = subprocess.run(['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '/usr/bin/python3',
                           with_worker + '/worker_drive.py', with_worker + '/loophole-worker', *files],
                          cwd='/', stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=True).stdout
    same({'done': 1}, dict(collections.Counter(json.loads(line)['state'] for line in said.splitlines())))


@claim
def a_worker_decodes_a_file_from_any_frame_on(home):
    os.mkdir(home.file('pulled'))
    home.run(sys.executable, f'{TOP}/tests/engine/worker_pull.py', WORKER, home.file('pulled'))


@claim
def a_worker_that_a_person_starts_names_the_services_that_start_it(home):
    contains(home.fails(WORKER), 'loophole-indexer')
    contains(home.run(WORKER, '--version').out, 'loophole-worker')


run_claims()
