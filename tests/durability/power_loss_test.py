#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The data directory is on a file system (lossy.c, FUSE) that can lose unsynced data. Cuts at random moments under load
from 8 clients; lossy.c says what the cuts cover and what not."""

from tests.claims import claim, how_often, run_claims
from tests.drives.disks import ends_mounts
from tests.driving import drive
from tests.sounding import tool

CUTS = how_often(120, 2000)


@claim(inside=ends_mounts)
def after_every_power_cut_each_acked_change_is_there_once(home):
    """As on ext4, xfs and btrfs: syncfs makes artefact files durable."""
    home.env.update(PRELOAD=tool('syncfs.so'), LOSSY_MOUNT=home.file('data'))
    drive(home, 'durability/power_loss.py', 'load', CUTS)


@claim(inside=ends_mounts)
def after_a_power_cut_on_a_disk_that_syncs_each_file_by_itself_each_acked_change_is_there(home):
    """As on a file system whose syncfs is not reliable: each file is synced, and each folder."""
    drive(home, 'durability/power_loss.py', 'load', CUTS // 4)


@claim(inside=ends_mounts)
def a_new_store_survives_a_cut_at_its_first_acks(home):
    drive(home, 'durability/power_loss.py', 'new', CUTS // 5)


run_claims()
