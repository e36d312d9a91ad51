"""each_service.py TIMES LIBRARY: kills every service in turn while people search and edit. It needs LOOPHOLE_HOME."""
import os
import sys
import time

from tests.faults.engine import (SERVICES, Catalogue, Client, Probe, Searcher, all_ready, is_alive, kill, lines, start_editors,
                    wait_until, watched)

SETTLED = 2.1  # seconds; after a death in its first 2 s a service is started again with a growing delay
QUERIES = ("kick", "snare -kick", "hat", "class:kick")
TIMES, LIBRARY = int(sys.argv[1]), os.fsencode(sys.argv[2])


def answers():
    """The expected result of each query, at any time."""
    client = Client()
    found = {}
    for query in QUERIES:
        got = client.must("search.query", {"query": query, "limit": 1000})
        found[query] = sorted(item["media"]["id"] for item in got["items"])
        assert got["total"] == len(found[query]), query
    assert all(found[query] for query in ("kick", "snare -kick", "hat")), {q: len(f) for q, f in found.items()}
    return found


def probes(found):
    """For each service an ask that is typical of its work, and a check of the answer."""
    item = Catalogue(Client()).put(b"probe.wav", availability="missing")
    sound = {
        "audio": (Probe("audio.transport"), lambda body: body["bpm"] > 0),
        "streamer": (Probe("streamer.sounds"), lambda body: body["bytes_free"] > 0),
    }
    there = lines()
    return {
        **{service: sound[service] for service in sound if service in there},
        "supervisor": (Probe("supervisor.services"), lambda body: body["each"][0]["state"] == "ready"),
        "persist": (Probe("persist.put_media", {"edit": {"id": item, "notes": "written"}}),
                    lambda body: body["revision"] > 0),
        "search": (Probe("search.query", {"query": "kick", "limit": 1000}),
                   lambda body: sorted(i["media"]["id"] for i in body["items"]) == found["kick"]),
        "project": (Probe("project.current"), lambda body: body["name"] == "draft"),
        "composer": (Probe("composer.state"), lambda body: body["level"] == "off"),
        "indexer": (Probe("indexer.libraries"), lambda body: [b["path"] for b in body.get("each", [])] == [LIBRARY]),
    }


def settled(service):
    def has_run_for_long():
        line = lines()[service]
        return line["state"] == "ready" and line["uptime_s"] > SETTLED and line["pid"]
    return wait_until(has_run_for_long, service + " has settled")


def kill_once(service, probe, is_right):
    pid = settled(service)
    began = time.monotonic()
    kill(pid)
    wait_until(lambda: not is_alive(pid), service + " is dead")
    probe.first_answer(is_right)
    return time.monotonic() - began


def at(seconds, share):
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000


def table(took):
    """Prints the rows for docs/measured.md."""
    print("figure: | killed, during searches and edits | times | answers again: p50 | p99 | max |")
    print("figure: | --- | --- | --- | --- | --- |")
    for service, seconds in took.items():
        print("figure: | %s | %d | %.0f ms | %.0f ms | %.0f ms |" % (
            service, len(seconds), at(seconds, .5), at(seconds, .99), at(seconds, 1)))


def main():
    all_ready()
    found = answers()
    asks = probes(found)
    editors = start_editors(2, pause=0.01)
    wait_until(lambda: answers() == found, "search has the edited items")
    searchers = [Searcher(query, found[query], pause=0.01) for query in QUERIES]
    for searcher in searchers:
        searcher.start()
    took = {service: [] for service in asks}
    for _ in range(TIMES):
        for service, (probe, is_right) in asks.items():
            took[service].append(kill_once(service, probe, is_right))
    watched(editors, searchers)
    print("figure: slowest edit %.0f ms, slowest search %.0f ms, over the deaths of their own service" % (
        max(e.slowest for e in editors) * 1000, max(s.slowest for s in searchers) * 1000))
    table(took)
    restarts = {service: line["restarts"] for service, line in lines().items()}
    assert all(restarts[service] == TIMES for service in (*SERVICES, *asks)), ("died by itself, or started twice", restarts)


main()
