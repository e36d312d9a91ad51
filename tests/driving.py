"""driving.py: for claims whose work is done by a program of its own, on an engine with or without sound."""
import glob
import os
import shutil
import sys

from tests.claims import BUILD, LONG, TOP, figure, needs, printed_in, write_file
from tests.sounding import engine, tool


def drive(home, program, *args):
    """Runs the program, a path below tests, on the engine of the home. It must exit with 0. Returns its output."""
    home.env.update(BUILD=BUILD, READER=tool('reader'), LOSSY=tool('lossy'))
    said = home.run(sys.executable, os.path.join(TOP, 'tests', program), *map(str, args), code=None, timeout=None if LONG else 1400)
    for line in said.all.splitlines():
        if line.startswith('figure: '):
            figure(line[len('figure: '):])
    if said.code:
        for path in [home.file('persist.err'), home.file('services.err'), *sorted(glob.glob(home.file('data/log/*.log')))]:
            if os.path.exists(path):
                print(path, *printed_in(path).splitlines()[-4:], sep='\n')
    assert said.code == 0, said
    return said


def drive_sound(home, program, *args, in_step=False):
    """Does the same on an engine of its own that sounds."""
    needs('jackd')
    engine(home, in_step=in_step)
    return drive(home, program, *args)


def with_worker(home, script):
    """The command line with another worker: a script, which may start the real one."""
    folder, real = home.file('bin'), os.path.dirname(shutil.which('loophole', path=home.env['PATH']))
    os.mkdir(folder)
    shutil.copy(os.path.join(real, 'loophole'), folder)
    worker = os.path.join(folder, 'loophole-worker')
    write_file(worker, '#!/bin/sh\n' + script.replace('REAL', os.path.join(real, 'loophole-worker')) + '\n')
    os.chmod(worker, 0o755)
    return os.path.join(folder, 'loophole')
