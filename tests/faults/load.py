"""load.py: clients that change the catalogue as fast as possible and keep all answers; then the audit. Each acked
change is in the store exactly once, each other change at most once, and the change log has no gap.

A slot is one item and one ask at a time; a client has several. After each death of persist an ask is sent again with
its request id, until it is acked. Some asks are given up after they were sent once. Some acked ones are sent again, and
must get the first answer."""
import collections
import json
import os
import random
import signal
import subprocess
import time

import zmq

from tests.client import Catalogue, Client, dies_with_its_parent, new_id  # noqa: E402

PATIENCE = 120  # seconds without any ack: then something hangs
MAY_PASS = ("busy", "timeout", "offline", "io", "full")


def with_preload():
    """An environment in which a program of loophole sees the disk as PRELOAD shows it."""
    return dict(os.environ, **({"LD_PRELOAD": os.environ["PRELOAD"]} if os.environ.get("PRELOAD") else {}))


class Persist:
    """loophole-persist, started by the test. The code that kills it starts the next one."""

    def __init__(self):
        self.process = None
        self.log = open(os.environ["LOOPHOLE_HOME"] + "/persist.err", "ab")
        self.generation = 0

    def start(self, within=()):
        """`within`: a program such as strace that runs it as its child."""
        self.process = subprocess.Popen([*within, "loophole-persist", "--foreground"], stdin=subprocess.DEVNULL,
                                        stderr=self.log, preexec_fn=dies_with_its_parent, env=with_preload())
        self.generation += 1

    def pid(self):
        return self.process.pid

    def is_dead(self):
        return self.process.poll() is not None

    def kill(self, number=signal.SIGKILL):
        """Kills it and returns its exit code; None if it had ended by itself before."""
        self.process.send_signal(number)
        return self.process.wait()


class Ask:
    def __init__(self, name, body, rows, again=None, makes=0):
        self.name, self.body, self.rows, self.again = name, body, rows, again
        self.makes = makes  # items
        self.request = again.request if again else new_id()
        self.answer, self.sent, self.generation = None, 0.0, -1
        self.refused = False  # once or more


class Slot:
    def __init__(self, client, item, heard, number):
        self.client, self.item, self.heard, self.number = client, item, heard, number
        self.ask, self.last, self.count = None, None, 0
        self.tags = []  # tags that the item may have


class Load:
    def __init__(self, clients=8, slots=3, seed=None, give_up=0.04, again=0.05, batches=0.1, filed=0.1,
                 places=8):
        self.seed = seed if seed is not None else int(os.environ.get("SEED", "1"))
        self.chance = random.Random(self.seed)
        self.give_up, self.again, self.batches, self.filed, self.places = give_up, again, batches, filed, places
        self.all = {}  # request -> the Ask that first carried it
        self.acked, self.given_up, self.repeats = 0, 0, 0
        self.refusals = collections.Counter()
        self.reasons = {}  # of the refusals
        self.generation, self.last_ack = 0, time.monotonic()
        self.filling = True
        catalogue = Catalogue(Client())
        self.folder, self.files, self.media = catalogue.folder, 0, 0
        self.catalogue = catalogue
        self.poller, self.clients, self.slots = zmq.Poller(), {}, []
        for _ in range(clients):
            client = Client()
            socket = client.socket("persist")
            self.poller.register(socket, zmq.POLLIN)
            self.clients[socket] = (client, [])
            for _ in range(slots):
                number = len(self.slots)
                slot = Slot(client, catalogue.put(b"slot-%d.wav" % number), catalogue.put(b"heard-%d.wav" % number),
                            number)
                self.slots.append(slot)
                self.clients[socket][1].append(slot)
        self.before = {row["request"] for row in catalogue.changes()}
        self.made = 2 * len(self.slots)

    # ---- asking ----

    def next_ask(self, slot):
        draw = self.chance.random()
        if draw < self.again and slot.last:
            return Ask(slot.last.name, slot.last.body, 0, slot.last)
        if draw < self.again + self.batches:
            count = self.chance.randint(1, self.places)
            operations = [self.catalogue.place(b"%d.wav" % (self.files + n)) for n in range(count)]
            self.files += count
            return Ask("persist.batch", {"operations": operations}, count, makes=count)
        if draw < self.again + self.batches + self.filed:
            count = self.chance.randint(1, 3)
            operations = [self.catalogue.analysed(slot.heard, self.some(16), self.some(self.chance.randint(1025, 6000)))
                          for _ in range(count)]
            return Ask("persist.batch", {"operations": operations}, count)
        slot.count += 1
        tag = "s%d-%d" % (slot.number, slot.count)
        edit = {"id": slot.item, "name": tag, "add_tags": [tag], "remove_tags": list(slot.tags)}
        slot.tags.append(tag)
        return Ask("persist.put_media", {"edit": edit}, 1)

    def some(self, count):
        return self.chance.getrandbits(8 * count).to_bytes(count, "big")

    def send(self, slot):
        ask = slot.ask
        ask.sent, ask.generation = time.monotonic(), self.generation
        try:
            slot.client.send(ask.name, ask.body, ask.request)
        except zmq.Again:
            pass

    def begin(self, slot):
        slot.ask = self.next_ask(slot)
        if not slot.ask.again:
            self.all[slot.ask.request] = slot.ask
        self.send(slot)
        if not slot.ask.again and self.chance.random() < self.give_up:
            self.given_up += 1
            slot.ask = None

    def restarted(self):
        """A new persist runs: every ask without an ack is sent again."""
        self.generation += 1

    # ---- being answered ----

    def ended(self, slot, body):
        ask = slot.ask
        slot.ask = None
        self.last_ack = time.monotonic()
        if ask.again:
            self.repeats += 1
            assert body == ask.again.answer, ("another answer to a repeated request", ask.again.answer, body)
            return
        ask.answer = body
        slot.last = ask
        if ask.name == "persist.put_media":
            slot.tags = ask.body["edit"]["add_tags"][:]
        self.acked += 1
        if ask.name == "persist.batch":
            wrong = [o for o in body["each"] if o["error"] != "ok" or [o["created"], o["stale"]] != [ask.makes > 0] * 2]
            assert len(body["each"]) == ask.rows and not wrong, ("an operation of a batch failed", wrong)

    def take(self, client, slots):
        while True:
            got = client.take("persist", 0)
            if not got:
                return
            request, error, body = got
            slot = next((s for s in slots if s.ask and s.ask.request == request), None)
            if not slot:
                continue  # given up, or the second answer to an ask that was sent twice
            if error == "ok":
                self.ended(slot, body)
                continue
            assert error in MAY_PASS, (slot.ask.name, error, body)
            self.refusals[error] += 1
            slot.ask.refused = True
            self.reasons[error] = body.get("what", "")
            slot.ask.sent = time.monotonic() - 0.75  # the ask is sent again a little later

    def turn(self, seconds):
        end = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            for slot in self.slots:
                if not slot.ask and self.filling:
                    self.begin(slot)
                elif slot.ask and (slot.ask.generation != self.generation or now - slot.ask.sent > 1):
                    self.send(slot)
            left = end - time.monotonic()
            if left <= 0:
                return
            for socket, _ in self.poller.poll(min(left, 0.05) * 1000):
                self.take(*self.clients[socket])

    def until(self, true, keep_alive=lambda: None):
        self.last_ack = time.monotonic()
        while not true():
            self.turn(0.005)
            keep_alive()
            assert time.monotonic() - self.last_ack < PATIENCE, "no ack for %d s; %s" % (PATIENCE, self.reasons)

    def until_acked(self, keep_alive=lambda: None):
        acked = self.acked + self.repeats
        self.until(lambda: self.acked + self.repeats > acked, keep_alive)

    def drain(self, keep_alive=lambda: None):
        """Waits until every ask that was not given up is acked."""
        self.filling = False
        self.restarted()
        self.until(lambda: not any(s.ask for s in self.slots), keep_alive)

    # ---- the audit ----

    def audit(self):
        """Compares the change log and the records with the acks. persist must run."""
        rows, owner = collections.defaultdict(list), {}
        log = self.catalogue.changes()
        numbers = [row["revision"] for row in log]
        assert numbers == list(range(1, len(numbers) + 1)), "the change log has a gap"
        for row in log:
            rows[row["request"]].append(row)
            owner[row["id"]] = row["request"]  # the last change of the item
        lost = doubled = there = 0
        for request, ask in self.all.items():
            found = rows.get(request, [])
            lost += ask.answer is not None and len(found) < ask.rows
            doubled += len(found) > ask.rows
            there += ask.answer is None and len(found) > 0
            assert ask.answer is None or not found or found[-1]["revision"] == self.revision_of(ask), "another revision"
            assert len(found) in (0, ask.rows), ("half of a batch", len(found), ask.rows)
        strange = [r for r in rows if r not in self.all and r not in self.before]
        print("figure: %d acked, %d given up (%d of these done), %d asked again, refused: %s" % (
            self.acked, self.given_up, there, self.repeats, dict(self.refusals) or "none"))
        print("figure: lost %d, doubled %d, changes %d" % (lost, doubled, len(log)))
        assert lost == 0 and doubled == 0 and not strange, ("lost, doubled, strange", lost, doubled, len(strange))
        self.audit_records(rows, owner)

    @staticmethod
    def revision_of(ask):
        return ask.answer["revision"] if ask.rows == 1 and "revision" in ask.answer else \
            ask.answer["each"][-1]["revision"]

    def audit_records(self, rows, owner):
        made = self.made + sum(len(rows.get(r, [])) for r, a in self.all.items() if a.makes)
        records = {}
        text = subprocess.run([os.environ["READER"], "dump"], stdout=subprocess.PIPE, check=True, text=True).stdout
        for line in text.splitlines():
            record = json.loads(line)
            assert record["id"] not in records, "one id twice"
            records[record["id"]] = record
        assert len(records) == made, ("media items: found, made", len(records), made)
        for slot in self.slots:
            ask, record = self.all.get(owner[slot.item]), records[slot.item.hex()]
            if not ask:
                continue  # never edited
            edit = ask.body["edit"]
            assert record["name"] == edit["name"], ("a record that differs from its last change", record, edit)
            assert edit["add_tags"] == record["tags"], (record, edit)


def check_store():
    """The store is consistent, and no artefact file is lost: the engine would make it again, but it was acked."""
    done = subprocess.run(["loophole", "store", "check", "--json"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    assert done.returncode == 0, done.stdout[-2000:]
    counts = json.loads(done.stdout.splitlines()[-1])
    assert counts["artefact_files_lost"] == 0, counts
