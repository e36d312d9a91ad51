#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Opening a store, migrating, restoring and backing up. Each is ended halfway, by SIGKILL at a system call or by a power
cut at a change of the disk. A few places of each, drawn with SEED=N; LONG=1 takes every one."""
import os
import subprocess

from tests.claims import TOP, claims, run_claims, skip
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


claims(
    kill,
    an_opening_that_is_killed_loses_nothing='opening',
    a_first_opening_that_is_killed_leaves_a_store_that_opens='first',
    a_migration_that_is_killed_is_finished_by_the_next_opening='migration',
    a_restore_that_is_killed_is_done_or_not_begun='restore',
    a_backup_that_is_killed_leaves_the_old_file_or_the_new_one='backup',
)


claims(
    cut,
    inside=ends_mounts,
    an_opening_in_a_power_cut_loses_nothing='opening',
    a_first_opening_in_a_power_cut_leaves_a_store_that_opens='first',
    a_migration_in_a_power_cut_is_finished_by_the_next_opening='migration',
    a_restore_in_a_power_cut_is_done_or_not_begun='restore',
    a_backup_in_a_power_cut_leaves_the_old_file_or_the_new_one='backup',
)


run_claims()
