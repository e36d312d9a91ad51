#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Frequent complaints of users of other programs, tried here on real sounds. tests/strangers/hostile_test.py tests the effects
of one bad file; tests/library/indexer_test.py tests a library on another mount."""
import os
import shutil
import subprocess

from tests.claims import BUILD, claim, run_claims, skip, write_file
from tests.driving import drive
from tests.sounding import tool


class Studio:
    """An engine, a folder of music, and complaints.py, which records and compares the items of that folder."""

    def __init__(self, home):
        self.home, self.music = home, home.file('music')

    def __enter__(self):
        self.home.up()
        return self

    def __exit__(self, *_):
        subprocess.run(['umount', '--lazy', self.music], stderr=subprocess.DEVNULL, check=False)

    def drive(self, command, *args, folder=None):
        drive(self.home, 'library/complaints.py', command, folder or self.music, *args)

    def again(self):
        self.home.down()
        self.home.up()
        self.home.wait_ready('indexer', 'search')

    def mount(self, disk):
        if subprocess.run(['mount', '--bind', disk, self.music], check=False).returncode:
            skip('mounting is not permitted')


@claim(inside=Studio)
def a_mount_that_is_away_purges_nothing(studio):
    disk = studio.home.file('disk')
    os.mkdir(disk)
    os.mkdir(studio.music)
    write_file(disk + '/.loophole-volume', 'studio samples\n')
    studio.mount(disk)
    studio.drive('fill', 20)
    studio.drive('holds', 'external_online')
    subprocess.run(['umount', '-l', studio.music], check=True)
    studio.drive('rescan')
    studio.drive('holds', 'external_offline')
    studio.again()  # with the mount away from the start
    studio.drive('rescan')
    studio.drive('holds', 'external_offline')
    studio.mount(disk)
    studio.drive('rescan')
    studio.drive('holds', 'external_online', 0)


@claim(inside=Studio)
def an_empty_mount_point_purges_nothing(studio):
    studio.drive('fill', 20, 20)
    os.rename(studio.music, studio.music + '.away')
    os.mkdir(studio.music)
    studio.drive('rescan')
    studio.drive('holds', 'external_offline')
    studio.again()
    studio.drive('holds', 'external_offline')
    os.rmdir(studio.music)
    os.rename(studio.music + '.away', studio.music)
    studio.drive('rescan')
    studio.drive('holds', 'local', 0)


@claim(inside=Studio)
def files_moved_while_the_engine_was_down_keep_id_tags_and_analysis(studio):
    studio.drive('fill', 15, 40)
    studio.home.down()
    os.makedirs(studio.music + '/new/place')
    for before, after in (('a/b', 'new/place/c'), ('a', 'renamed')):
        os.rename(f'{studio.music}/{before}', f'{studio.music}/{after}')
        studio.drive('moved', before + '/', after + '/')
    studio.home.up()
    studio.drive('holds', 'local', 0)


@claim(inside=Studio)
def files_copied_elsewhere_and_deleted_keep_id_tags_and_analysis(studio):
    studio.drive('fill', 9, 60)
    studio.home.down()
    shutil.copytree(studio.music + '/a', studio.music + '/copy')
    shutil.rmtree(studio.music + '/a')
    studio.drive('moved', 'a/', 'copy/')
    studio.home.up()
    studio.drive('holds', 'local')


@claim(inside=Studio)
def copies_of_one_file_that_move_together_lose_neither_files_nor_tags(studio):
    studio.drive('twins', 60)
    studio.home.down()
    shutil.copytree(studio.music + '/old', studio.music + '/new')
    shutil.rmtree(studio.music + '/old')
    studio.home.up()
    studio.drive('reunited', 60)


def write(path, text):
    write_file(path, text)


def with_stand_in(home):
    """Copies of the programs with another worker, whose analyser and tempo two files name. A worker has no environment,
    so a script sets its settings."""
    programs = home.file('bin')
    shutil.copytree(os.path.join(BUILD, 'bin'), programs)
    os.remove(programs + '/loophole-worker')
    write(programs + '/loophole-worker',
          f'#!/bin/sh\nexport STAND_IN_ANALYSER=$(cat "{home.path}/analyser") STAND_IN_BPM=$(cat "{home.path}/bpm")\n'
          f'exec "{tool("stand_in")}" "$@"\n')
    os.chmod(programs + '/loophole-worker', 0o755)
    home.env['PATH'] = programs + ':' + home.env['PATH']


@claim(inside=Studio)
def a_new_analyser_never_overwrites_what_a_person_said(studio):
    home = studio.home
    if not os.access(tool('stand_in'), os.X_OK):
        skip('no stand-in worker in this build')
    studio.drive('fill', 12, 80)
    home.down()
    with_stand_in(home)
    for analyser, bpm in ((900, 133), (800, 50)):  # after a step back to an older analyser, the engine reports nothing
        write(home.file('analyser'), f'{analyser}\n')
        write(home.file('bpm'), f'{bpm}\n')
        home.up()
        studio.drive('rescan')
        studio.drive('heard', 900, 133)
        home.down()


def upgrade(home):
    """Another analyser is there when the engine, which is down, comes up."""
    if not os.access(tool('stand_in'), os.X_OK):
        skip('no stand-in worker in this build')
    with_stand_in(home)
    write(home.file('analyser'), '900\n')
    write(home.file('bpm'), '133\n')


@claim(inside=Studio)
def files_that_were_missing_or_moved_during_an_upgrade_are_analysed_when_they_are_found(studio):
    home = studio.home
    studio.drive('fill', 12, 20)
    missing, moved = sorted(os.listdir(studio.music + '/a/b'))[:2]
    os.rename(f'{studio.music}/a/b/{missing}', home.file(missing))
    studio.drive('rescan')
    home.down()
    upgrade(home)
    os.mkdir(studio.music + '/other')
    os.rename(f'{studio.music}/a/b/{moved}', f'{studio.music}/other/{moved}')
    home.up()
    os.rename(home.file(missing), f'{studio.music}/a/b/{missing}')
    studio.drive('heard', 900, 133)


@claim(inside=Studio)
def an_empty_mount_point_purges_nothing_in_the_full_scan_after_an_upgrade(studio):
    home = studio.home
    studio.drive('fill', 20, 20)
    home.down()
    upgrade(home)
    os.rename(studio.music, studio.music + '.away')
    os.mkdir(studio.music)
    home.up()
    studio.drive('rescan')
    studio.drive('holds', 'external_offline')
    os.rmdir(studio.music)
    os.rename(studio.music + '.away', studio.music)
    studio.drive('rescan')
    studio.drive('heard', 900, 133)


@claim(inside=Studio)
def a_restart_analyses_nothing_again(studio):
    studio.drive('fill', 12, 100)
    studio.again()
    studio.drive('rescan')
    studio.drive('holds', 'local', 0)


@claim(inside=Studio)
def a_big_scan_does_not_hold_up_searches_and_edits(studio):
    studio.drive('fill', 10, 120, folder=studio.music + '.small')
    studio.drive('busy')


run_claims()
