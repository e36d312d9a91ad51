"""engine.py: what the benches need of a running engine: its services, their processor time, their answers."""
import json
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(TOP, "build")))
LOOPHOLE = os.path.join(BUILD, "bin", "loophole")


def lines(*command):
    ended = subprocess.run([LOOPHOLE, *command, "--json"], capture_output=True, text=True)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def services():
    return {s["service"]: s["pid"] for s in lines("status")}


def processor(pids):
    """Seconds of all threads of these processes, with the resolution of a nanosecond."""
    return sum(int(open("/proc/%d/task/%s/schedstat" % (pid, thread)).read().split()[0])
               for pid in pids for thread in os.listdir("/proc/%d/task" % pid)) / 1e9


def threads():
    """Seconds of processor time of each thread of each service."""
    return {(name, int(thread)): int(open("/proc/%d/task/%s/schedstat" % (pid, thread)).read().split()[0]) / 1e9
            for name, pid in services().items() if pid for thread in os.listdir("/proc/%d/task" % pid)}


def serial_costs(before, after, count):
    """Microseconds for each of `count` files of each service's busiest thread, the dearest first: what one thread does
    for each file bounds the rate of any number of cores."""
    busiest = {}
    for thread, seconds in after.items():
        busiest[thread[0]] = max(busiest.get(thread[0], 0), seconds - before.get(thread, 0))
    return sorted(((name, seconds / count * 1e6) for name, seconds in busiest.items()), key=lambda cost: -cost[1])


def serial_text(costs):
    return ", ".join("%s %.1f" % cost for cost in costs if cost[1] >= 0.5)


def workers(indexer):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open("/proc/%s/stat" % pid).read().rsplit(")", 1)
        except OSError:
            continue
        if int(words[1].split()[1]) == indexer and "loophole-worker" in open("/proc/%s/cmdline" % pid).read():
            yield int(pid)


def ask(engine, name, **body):
    error, answer = engine.ask(name, body, budget_ms=600000)
    if error not in (None, "", 0, "ok"):
        sys.exit("%s: %s %s" % (name, error, answer))
    return answer
