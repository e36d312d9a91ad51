"""power_loss.py load|new CUTS: the store is on `lossy`, whose power is cut at random moments while eight clients change
the catalogue. After each cut the disk contains only the unsynced data that lossy.c kept. persist opens the store and
continues, and in the end it must contain each acked change once. `new`: each cut hits a new store, during its first
acks. It needs LOOPHOLE_HOME, LOSSY, READER and SEED."""
import json
import os
import random
import signal
import subprocess
import sys
import time

from tests.client import Catalogue, Client
from tests.faults.load import Load, Persist, check_store, dies_with_its_parent

home = os.environ["LOOPHOLE_HOME"]
data, disk_folder = home + "/data", home + "/disk"


class Disk:
    def __init__(self, seed):
        self.seed, self.process, self.totals = seed, None, {}
        os.makedirs(data, exist_ok=True)
        os.makedirs(disk_folder, exist_ok=True)

    def mount(self):
        self.seed += 1
        self.process = subprocess.Popen([os.environ["LOSSY"], disk_folder, data, str(self.seed)], stdout=subprocess.PIPE,
                                        stderr=sys.stderr, preexec_fn=dies_with_its_parent)
        end = time.monotonic() + 60
        while not os.path.ismount(data):
            assert self.process.poll() is None, "the file system ended with %s" % self.process.returncode
            assert time.monotonic() < end, "the file system is not mounted"
            time.sleep(0.002)

    def cut(self):
        self.process.send_signal(signal.SIGUSR1)

    def last_words(self):
        """If a signal arrives just before lossy waits for a request, lossy notices it only after that request. So stat
        sends some."""
        for _ in range(60):
            try:
                return self.process.communicate(timeout=1)[0]
            except subprocess.TimeoutExpired:
                subprocess.Popen(["stat", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        raise AssertionError("the file system does not end")

    def unmount(self):
        self.process.send_signal(signal.SIGTERM)
        out = self.last_words()
        assert self.process.returncode == 0, "the file system could not lose the chosen data"
        for key, count in json.loads(out or b"{}").items():
            self.totals[key] = self.totals.get(key, 0) + count
        if os.path.ismount(data):
            subprocess.run(["fusermount3", "-u", "-z", data], check=True)


def start(persist, disk):
    disk.mount()
    persist.start()


def power_is_cut(load, persist, disk):
    """Cuts the power while persist opens the store, or under load."""
    if load.chance.random() < 0.15:
        load.turn(load.chance.uniform(0, 0.02))
    else:
        load.until_acked(lambda: alive(persist))
        load.turn(load.chance.uniform(0, 0.1))
    disk.cut()
    load.turn(load.chance.choice([0, 0, 0.02]))  # persist may live on for a while without its disk
    if not persist.is_dead():
        persist.kill()
    disk.unmount()
    start(persist, disk)
    load.restarted()


def alive(persist):
    assert not persist.is_dead(), "persist ended by itself: see persist.err"


def cut_new_stores(cuts, persist, disk, chance):
    """An empty disk each time: acks of a young store must survive as well."""
    for number in range(cuts):
        start(persist, disk)
        client = Client()
        catalogue = Catalogue(client)
        acked = [catalogue.put(b"%d.wav" % n) for n in range(chance.randint(0, 5))]
        disk.cut()
        persist.kill()
        disk.unmount()
        start(persist, disk)
        client.close()
        there = {row["id"] for row in catalogue.changes()}
        assert {catalogue.volume, catalogue.folder, *acked} <= there, "a young store lost acked changes"
        check_store()
        persist.kill(signal.SIGTERM)
        disk.unmount()
        client.close()
        subprocess.run(["rm", "-rf", disk_folder], check=True)
        os.mkdir(disk_folder)
    print("figure: %d cuts of young stores; lost %d of %d unsynced sectors, %d of %d unsynced names" % (
        cuts, *(disk.totals[k] for k in ("sectors_lost", "sectors", "names_lost", "names"))))


def cut_under_load(cuts, persist, disk, seed):
    began = time.monotonic()
    start(persist, disk)
    load = Load(seed=seed, give_up=0.02, filed=0.3)
    for _ in range(cuts):
        power_is_cut(load, persist, disk)
    load.drain(lambda: alive(persist))
    load.audit()
    check_store()
    print("figure: %d power cuts in %d s; lost %d of %d unsynced sectors, %d of %d unsynced names" % (
        cuts, time.monotonic() - began,
        *(disk.totals[k] for k in ("sectors_lost", "sectors", "names_lost", "names"))))
    assert bool(disk.totals["syncfs"]) == bool(os.environ.get("PRELOAD")), "files were synced the other way"
    print("figure: the whole file system was synced %d times" % disk.totals["syncfs"])
    assert persist.kill(signal.SIGTERM) == 0
    disk.unmount()


def main():
    mode, cuts, seed = sys.argv[1], int(sys.argv[2]), int(os.environ.get("SEED", "1"))
    print("seed %d" % seed)
    disk, persist = Disk(seed * 1000), Persist()
    if mode == "new":
        cut_new_stores(cuts, persist, disk, random.Random(seed))
    else:
        cut_under_load(cuts, persist, disk, seed)


main()
