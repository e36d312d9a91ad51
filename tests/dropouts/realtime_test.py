#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The work of the audio thread while all voices, the sequencer and a capture run."""
import os
import shutil

from tests.claims import BUILD, claim, how_often, needs, run_claims, skip
from tests.driving import drive
from tests.sounding import engine, forget_dead_servers, take_place, tool


def watched(home):
    """The programs of this home, with an audio core that has the check for forbidden calls: a script of its name starts
    it with the library preloaded."""
    needs('jackd')
    if os.environ.get('SANITIZED'):
        skip('a sanitizer allocates where it likes')
    programs = home.file('bin')
    shutil.copytree(os.path.join(BUILD, 'bin'), programs)
    os.remove(programs + '/loophole-audio')
    with open(programs + '/loophole-audio', 'w', encoding='utf-8') as out:
        out.write(f'#!/bin/sh\nexec env LD_PRELOAD="{tool("forbidden.so")}" "{BUILD}/bin/loophole-audio" "$@"\n')
    os.chmod(programs + '/loophole-audio', 0o755)
    home.env.update(PATH=programs + ':' + home.env['PATH'], FORBIDDEN_LOG=home.file('forbidden'), LOOPHOLE_AUDIO='dummy')
    return home


@claim
def the_audio_thread_makes_no_system_call(home):
    watched(home)
    engine(home, settings='[audio]\n')
    drive(home, 'dropouts/realtime.py', 'run', how_often(8, 60))


@claim
def a_forbidden_call_would_be_found(home):
    watched(home)
    home.env['FORBIDDEN_TRY'] = '1'
    take_place()
    forget_dead_servers()
    home.run('loopholed', '--detach')
    drive(home, 'dropouts/realtime.py', 'found')


run_claims()
