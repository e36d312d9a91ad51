"""driving.py: claims whose work is done by a program of tests/faults or tests/service, at an engine that sounds or not."""
import os
import shutil
import sys

from claims import BUILD, LONG, TOP, figure, skip
from sounding import engine


def drive(home, program, *args):
    """Runs the program, by its path below tests, at the engine of the home; it must end with 0. Gives what it printed."""
    home.env['BUILD'] = BUILD
    said = home.run(sys.executable, os.path.join(TOP, 'tests', program), *map(str, args), code=None, timeout=None if LONG else 1400)
    for line in said.all.splitlines():
        if line.startswith('figure: '):
            figure(line[len('figure: '):])
    if said.code:
        for service in sorted(os.listdir(home.file('data/log'))):
            with open(home.file('data/log', service), encoding='utf-8', errors='replace') as log:
                print(service, *log.read().splitlines()[-4:], sep='\n')
    assert said.code == 0, said
    return said


def drive_sound(home, program, *args, in_step=False):
    """The same at an engine of its own that sounds."""
    if not shutil.which('jackd'):
        skip('no jackd')
    engine(home, in_step=in_step)
    return drive(home, program, *args)
