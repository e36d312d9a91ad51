#!/usr/bin/python3
"""What a project has of a performance, in Chromium on real audio: loops of the F keys. pages.mjs has what the browser does."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import BUILD, TOP, claim, run_claims, skip
from sounding import engine, sound, until_connected

RATE = 48000


def stage(home):
    """An engine that sounds, with a file of 30 s, and an open project."""
    if not shutil.which('chromium') or not shutil.which('npm'):
        skip('no chromium or no npm')
    subprocess.run([os.path.join(TOP, 'tools/web'), BUILD], check=True)
    os.mkdir(home.file('music'))
    sound.make('counter', home.file('music', 'count.wav'), 30 * RATE)
    home.env.update(BUILD=BUILD, MUSIC=home.file('music'))
    engine(home, '[audio]\nperiod = 1024\n')
    until_connected(home)
    home.loophole('index', home.file('music'), '--wait')
    home.loophole('edit', home.file('music', 'count.wav'), 'bpm=', 'one_shot=0')
    home.loophole('project', 'new', 'Night')
    home.wait_ready('audio', 'streamer', 'project', 'web')


def in_browser(home, name):
    return home.run('node', os.path.join(TOP, 'tests/web/pages.mjs'), name, timeout=600)


@claim(shares=stage)
def a_keyboard_alone_captures_plays_locks_and_deletes_loops(home):
    in_browser(home, 'a_keyboard_alone_captures_plays_locks_and_deletes_loops')


@claim(shares=stage)
def a_loop_shows_what_it_holds_and_a_placeholder_why_it_is_silent(home):
    in_browser(home, 'a_loop_shows_what_it_holds_and_a_placeholder_why_it_is_silent')


run_claims()
