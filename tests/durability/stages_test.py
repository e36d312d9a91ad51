#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Opening a store, migrating, restoring and backing up. Each is ended halfway, by SIGKILL at a system call or by a power
cut at a change of the disk. A few places of each, drawn with SEED=N; LONG=1 takes every one."""
import os
import subprocess

from tests.claims import TOP, claim, run_claims, skip
from tests.drives.disks import ends_mounts
from tests.driving import drive
from tests.sounding import tool


def end_halfway(home, how, stage):
    work = home.file('work')
    os.mkdir(work)
    home.env.update(WORK=work, OLD=f'{TOP}/tests/unit/store/old/version-2.backup')
    drive(home, 'durability/stages.py', how, stage)


def kill(home, stage):
    if subprocess.run(['strace', '-qq', '-o', '/dev/null', 'true'], check=False).returncode:
        skip('strace cannot trace')
    end_halfway(home, 'kill', stage)


def cut(home, stage):
    home.env['PRELOAD'] = tool('syncfs.so')
    end_halfway(home, 'cut', stage)


@claim
def an_opening_that_is_killed_loses_nothing(home):
    kill(home, 'opening')


@claim
def a_first_opening_that_is_killed_leaves_a_store_that_opens(home):
    kill(home, 'first')


@claim
def a_migration_that_is_killed_is_finished_by_the_next_opening(home):
    kill(home, 'migration')


@claim
def a_restore_that_is_killed_is_done_or_not_begun(home):
    kill(home, 'restore')


@claim
def a_backup_that_is_killed_leaves_the_old_file_or_the_new_one(home):
    kill(home, 'backup')


@claim(inside=ends_mounts)
def an_opening_in_a_power_cut_loses_nothing(home):
    cut(home, 'opening')


@claim(inside=ends_mounts)
def a_first_opening_in_a_power_cut_leaves_a_store_that_opens(home):
    cut(home, 'first')


@claim(inside=ends_mounts)
def a_migration_in_a_power_cut_is_finished_by_the_next_opening(home):
    cut(home, 'migration')


@claim(inside=ends_mounts)
def a_restore_in_a_power_cut_is_done_or_not_begun(home):
    cut(home, 'restore')


@claim(inside=ends_mounts)
def a_backup_in_a_power_cut_leaves_the_old_file_or_the_new_one(home):
    cut(home, 'backup')


run_claims()
