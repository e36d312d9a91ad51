"""library.py: a folder of sounds, and the engine's reports about it."""
import os
import time

from tests.client import Client  # noqa: E402

DEADLINE = 900  # seconds; anything slower counts as failed
DECIDED = ("done", "none", "failed", "quarantined")
AUDIO = ("/usr/share/hydrogen/data/drumkits", "/usr/share/sonic-pi/samples")


def wait_until(true, what, seconds=DEADLINE, every=0.05):
    """Waits for a true value of `true`, and returns it. An ask without a service counts as false."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = true()
        if got:
            return got
        time.sleep(every)
    raise AssertionError("still not true after %d s: %s" % (seconds, what))


def real_audio(*extensions):
    """Paths of the installed sounds, the smallest first."""
    found = [os.path.join(folder, name) for top in AUDIO for folder, _, names in os.walk(top) for name in names]
    return sorted((p for p in found if p.endswith(extensions)), key=lambda path: (os.path.getsize(path), path))


class Library:
    def __init__(self, path):
        self.path, self.client = os.fsencode(path), Client()

    def add(self):
        self.must("indexer.add_library", {"path": self.path})
        return self

    def rescan(self, **more):
        self.must("indexer.rescan", dict(more, path=self.path))
        return self

    def must(self, name, body):
        """Asks again as long as no service answers."""
        def answer():
            error, got = self.client.ask(name, body, budget_ms=60000)
            assert error in ("ok", "busy", "timeout", "offline"), "%s: %s: %s" % (name, error, got)
            return (error, got) if error == "ok" else None
        return wait_until(answer, name)[1]

    def progress(self):
        return self.must("indexer.progress", {})

    def wait_idle(self):
        wait_until(lambda: self.progress().get("idle"), "the indexer is idle")
        return self

    def items(self):
        """All items below the folder: relative path -> item. Each path must have one item."""
        found, cursor, prefix = {}, "", self.path + b"/"
        while True:
            page = self.must("search.query", {"query": "", "sort": "name", "limit": 1000, "cursor": cursor})
            for item in page.get("items", []):
                path = item.get("path", b"")
                if path.startswith(prefix):
                    assert path not in found or found[path]["media"]["id"] == item["media"]["id"], \
                        "two items of one file: %r" % path
                    found[path] = item
            cursor = page.get("cursor", "")
            if not cursor:
                return {path[len(prefix):]: item for path, item in found.items()}

    def decided(self, count):
        """The items, once there are `count` and each has its verdict: search learns of it a moment later."""
        def all_decided():
            items = self.items()
            return items if len(items) >= count and all(state(i) in DECIDED for i in items.values()) else None
        try:
            return wait_until(all_decided, "each file has its verdict", 120, 0.2)
        except AssertionError:
            items = self.items()
            waiting = [path for path, item in items.items() if state(item) not in DECIDED]
            raise AssertionError("%d items instead of %d; undecided: %s" % (len(items), count, waiting[:10]))


def state(item):
    return item["media"].get("analysis", "waiting")


def why(item):
    return item["media"].get("failure", "")
