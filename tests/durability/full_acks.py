"""full_acks.py ACKS: on a full disk some commits still fit into free pages of the store, or into a few pages that
became free. Each of their acks is compared with the store: persist is killed as soon as the client has the ack, and
after its restart the change must be in the store. It needs LOOPHOLE_HOME and READER; DATA is a small disk of its own.
SEED=N repeats a run."""
import json
import os
import random
import signal
import subprocess
import sys

from tests.durability.disk import fill, give, make_room
from tests.faults.load import Persist, check_store, new_id
from tests.client import Catalogue, Client

ASKS_MAX, PAGE = 1000, 4096
chance = random.Random(int(os.environ.get("SEED", "1")))


class Writer:
    def __init__(self):
        self.persist, self.client = Persist(), Client()
        self.persist.start()
        self.catalogue = Catalogue(self.client)
        self.items = [self.catalogue.put(b"%d.wav" % n) for n in range(20)]
        self.files = self.edits = 0

    def edit(self):
        """Edits one item, which writes about one row. Returns the answer, and the expected request, ids and names."""
        self.edits += 1
        id, name, request = chance.choice(self.items), "name %d" % self.edits, new_id()
        error, body = self.client.ask("persist.put_media", {"edit": {"id": id, "name": name}}, request)
        return error, body, request, {id.hex(): name}

    def add(self):
        """Adds so many rows that they need new pages."""
        count = chance.randint(20, 200)
        operations = [self.catalogue.place(b"%0100d.wav" % (self.files + n)) for n in range(count)]
        self.files += count
        request = new_id()
        error, body = self.client.ask("persist.batch", {"operations": operations}, request)
        if error == "ok":
            assert all(o["error"] == "ok" for o in body["each"]), body
        return error, body, request, {}

    def killed(self):
        assert self.persist.kill() == -signal.SIGKILL, "persist ended by itself: see persist.err"
        self.client.reconnect()
        self.persist.start()


def is_there(writer, request, names, rows):
    """True if the change is in the change log, as persist reads it, and in the records, as a reader does."""
    found = [row for row in writer.catalogue.changes() if row["request"] == request]
    assert len(found) == rows, ("an acked change is not in the log", request.hex(), len(found), rows)
    text = subprocess.run([os.environ["READER"], "dump"], stdout=subprocess.PIPE, check=True, text=True).stdout
    records = {record["id"]: record for record in map(json.loads, text.splitlines())}
    for id, name in names.items():
        assert records[id]["name"] == name, ("an acked edit is not in its record", records[id], name)


def until_acked(writer, wanted):
    acks, refusals = 0, 0
    while acks < wanted or not refusals:
        ask = writer.add if chance.random() < 0.2 else writer.edit
        error, body, request, names = ask()
        if error != "ok":
            assert error in ("full", "io"), (error, body)
            refusals += 1
            if refusals % 3 == 0:
                give(chance.randint(1, 16) * PAGE)  # too little for most batches
        else:
            acks += 1
            writer.killed()
            is_there(writer, request, names, len(body.get("each", [0])))
        assert acks + refusals < ASKS_MAX, ("acks and refusals on a full disk", acks, refusals)
    return acks, refusals


def main():
    print("seed %d" % int(os.environ.get("SEED", "1")))
    writer = Writer()
    for _ in range(200):
        assert writer.edit()[0] == "ok"
    fill()
    acks, refusals = until_acked(writer, int(sys.argv[1]))
    print("figure: %d acks on a full disk, each in the store after a kill; %d refusals" % (acks, refusals))
    make_room()
    assert writer.edit()[0] == "ok"
    check_store()
    assert writer.persist.kill(signal.SIGTERM) == 0


main()
