"""two.py ROUNDS: two clients change one item at the same moment, each on condition that no other client has changed it."""
import sys
import threading

from tests.client import Catalogue, Client, new_id  # noqa: E402

ROUNDS = int(sys.argv[1])
CLIENTS = 2


class Rival(threading.Thread):
    def __init__(self, number, item, rounds):
        super().__init__(daemon=True)
        self.client, self.number, self.item, self.rounds = Client(), number, item, rounds
        self.got = []

    def run(self):
        for turn in self.rounds:
            turn.begin.wait()
            edit = {"id": self.item, "expect": turn.revision, "name": "%d of %d" % (turn.number, self.number),
                    "add_tags": ["by-%d" % self.number]}
            request = new_id()
            self.got.append((request, *self.client.ask("persist.put_media", {"edit": edit}, request)))
            turn.end.wait()


class Turn:
    def __init__(self, number):
        self.number, self.revision = number, 0
        self.begin, self.end = threading.Barrier(CLIENTS + 1), threading.Barrier(CLIENTS + 1)


def main():
    catalogue = Catalogue(Client())
    item = catalogue.put(b"kick.wav")
    revision = catalogue.edit(item, name="at first")[1]["revision"]
    turns = [Turn(n) for n in range(ROUNDS)]
    rivals = [Rival(n, item, turns) for n in range(CLIENTS)]
    for rival in rivals:
        rival.start()
    wins, winners, refused = [0] * CLIENTS, [], []
    for turn in turns:
        turn.revision = revision
        turn.begin.wait()
        turn.end.wait()
        reported = [rival.got[-1] for rival in rivals]
        assert sorted(error for _, error, _ in reported) == ["conflict", "ok"], reported
        winner = [error for _, error, _ in reported].index("ok")
        wins[winner] += 1
        revision = reported[winner][2]["revision"]
        winners.append((reported[winner][0], revision))
        refused.append(reported[1 - winner])
    rows = {row["request"]: row["revision"] for row in catalogue.changes()}
    assert all(rows.get(request) == at for request, at in winners), "a winner's change is not in the log"
    assert not any(request in rows for request, _, _ in refused), "a refused change is in the log"
    assert all(body["what"] for _, _, body in refused), "a conflict without an explanation"
    request, _, body = refused[-1]  # also when it is sent again later, a conflict stays a conflict
    edit = {"id": item, "expect": winners[-2][1], "name": "late"}
    assert catalogue.client.ask("persist.put_media", {"edit": edit})[0] == "conflict"
    print("figure: %d rounds, one winner and one conflict each (%s won)" % (ROUNDS, " and ".join(map(str, wins))))


main()
