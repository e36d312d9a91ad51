"""supervisor.py CLAIM TIMES: kills and stops the supervisor of a running engine. It needs LOOPHOLE_HOME."""
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

from tests.client import Client
from tests.faults.engine import (SERVICES, Probe, all_ready, holder, is_alive, kill, lines, percentiles, pid_of, ready,
                    running, start_editors, wait_until, watched)

SETTLED = 2.1  # seconds; after a death in its first 2 s a service is started again with a growing delay


def settled(*services):
    """Waits until each service has run long enough that its death does not count as early."""
    wait_until(lambda: all(lines()[service]["uptime_s"] > SETTLED for service in services), "all have settled")


class Twins(threading.Thread):
    """Checks continuously that no two processes of one service live. A process that finds the lock taken ends at
    once."""

    def __init__(self):
        super().__init__(daemon=True)
        self.going, self.both_answer, self.looks = True, [], 0

    def run(self):
        seen = {}
        while self.going:
            for service in SERVICES:
                pids = frozenset(running("loophole-" + service))
                since = seen.setdefault((service, pids), time.monotonic()) if len(pids) > 1 else None
                if since and time.monotonic() - since > 60:
                    self.both_answer.append((service, sorted(pids)))
            self.looks += 1
            time.sleep(0.02)

    def stop(self):
        self.going = False
        self.join()
        assert not self.both_answer, ("two processes of one service", self.both_answer)


def new_supervisor(old):
    """The seconds until the next supervisor answers, and the lines of its services."""
    began = time.monotonic()
    reported = Probe("supervisor.services").first_answer(lambda body: body["each"][0]["pid"] != old)
    return time.monotonic() - began, {line["service"]: line for line in reported["each"]}


def one_of_each(pids):
    """A second process that finds the lock taken may live for a moment."""
    for service in SERVICES:
        wait_until(lambda: running("loophole-" + service) == [pids[service]], "one %s runs" % service)
        assert holder(service) == pids[service]


def killed(times):
    """The supervisor is killed: its services are not affected."""
    pids, editors, took = all_ready(), start_editors(2), []
    for _ in range(times):
        settled("supervisor")
        old = pid_of("supervisor")
        time.sleep(random.uniform(0, 0.15))
        kill(old)
        seconds, found = new_supervisor(old)
        took.append(seconds)
        assert {s: found[s]["pid"] for s in SERVICES} == pids, found
        assert all(found[s]["adopted"] and found[s]["restarts"] == 0 for s in SERVICES), found
        one_of_each(pids)
    slowest = max(editor.slowest for editor in editors)
    watched(editors)
    print("figure: supervisor killed %d times; kill to its successor's answer: %s" % (times, percentiles(took)))
    print("figure: slowest edit meanwhile %.0f ms" % (slowest * 1000))


def killed_with_another(times):
    """The supervisor and a service die at the same moment, in either order."""
    all_ready()
    editors, took = start_editors(2), []
    for n in range(times):
        service = SERVICES[n % len(SERVICES)]
        settled("supervisor", service)
        old, victim = pid_of("supervisor"), pid_of(service)
        both = [old, victim]
        random.shuffle(both)
        began = time.monotonic()
        kill(both[0])
        time.sleep(random.choice((0, 0, random.uniform(0, 0.12))))
        kill(both[1])
        wait_until(lambda: not is_alive(victim) and not is_alive(old), "both are dead")
        ready(service, victim)
        took.append(time.monotonic() - began)
        one_of_each(all_ready())
    watched(editors)
    print("figure: supervisor and a service killed together %d times; kill to both ready: %s" % (
        times, percentiles(took)))


def killed_at_its_start(times):
    """The supervisor is killed again before it has adopted or started all services. Its successor starts nothing
    twice."""
    all_ready()
    keeper = [pid for pid in running("loopholed") if pid != pid_of("supervisor")]
    twins = Twins()
    twins.start()
    for n in range(times):
        for service in SERVICES[:n % 4]:
            kill(pid_of(service))
        for _ in range(3):
            found = wait_until(lambda: [p for p in running("loopholed") if p not in keeper], "a supervisor runs")
            time.sleep(random.uniform(0, 0.03))
            kill(found[0])
        one_of_each(all_ready())
    twins.stop()
    print("figure: supervisor killed %d times while it started; %d checks for a service that runs twice" % (
        times * 3, twins.looks))


def stopped(times):
    """The supervisor is stopped: all services work. A service that dies meanwhile is started once after the supervisor
    continues."""
    pids, editors = all_ready(), start_editors(2)
    for n in range(times):
        service, old = SERVICES[n % len(SERVICES)], pid_of("supervisor")
        kill(old, signal.SIGSTOP)
        second = subprocess.run(["timeout", "60", "loopholed"], stderr=subprocess.PIPE).returncode
        assert second not in (0, 124), "a second supervisor runs with the stopped one"
        acked = sum(len(editor.acked) for editor in editors)
        wait_until(lambda: sum(len(editor.acked) for editor in editors) > acked, "edits continue")
        kill(pids[service])
        time.sleep(2.5)  # longer than a service may be silent
        kill(old, signal.SIGCONT)
        pids[service] = ready(service, pids[service])
        one_of_each(pids)
        assert pid_of("supervisor") == old
    watched(editors)


def service_stopped(times):
    """A stopped service is detected by its missing heartbeats, killed and replaced."""
    all_ready()
    editors, found, back = start_editors(1), {}, {}
    for _ in range(times):
        for service in SERVICES:
            pid = pid_of(service)
            time.sleep(random.uniform(0, 0.2))
            began = time.monotonic()
            kill(pid, signal.SIGSTOP)
            wait_until(lambda: not is_alive(pid), service + " is detected as hanging")
            found.setdefault(service, []).append(time.monotonic() - began)
            ready(service, pid)
            back.setdefault(service, []).append(time.monotonic() - began)
            assert lines()[service]["last_death"].startswith("hung: "), lines()[service]
    watched(editors)
    for service in SERVICES:
        print("figure: %s stopped %d times; detected: %s; ready again: %s" % (
            service, times, percentiles(found[service]), percentiles(back[service])))


def stuck(times):
    """A search that hangs in an ask: it waits for its own lock, or runs an endless loop."""
    ready("search")
    others = {service: pid_of(service) for service in ("persist", "indexer")}
    for name, body in (("search.get", {}), ("search.complete", {})):
        took = []
        for _ in range(times):
            pid = ready("search")
            began = time.monotonic()
            ask = threading.Thread(target=ask_in_vain, args=(pid, name, body), daemon=True)
            ask.start()
            wait_until(lambda: not is_alive(pid), "search is detected as hanging")
            took.append(time.monotonic() - began)
            ready("search", pid)
            ask.join()
            time.sleep(2.2)  # after this time it is not an early death
        print("figure: search stuck in %s %d times; detected: %s" % (name, times, percentiles(took)))
    assert others == {service: pid_of(service) for service in others}


def processor_seconds(pid):
    """The processor time that the process has used; 0 if it is gone."""
    try:
        with open("/proc/%d/stat" % pid) as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spinning(times):
    """A search in an endless loop, among others that also spin: it is detected before it has used the time of its
    limit, 1.7 s."""
    others = [subprocess.Popen(["sh", "-c", "while :; do :; done"], start_new_session=True)
              for _ in range(3 * os.cpu_count())]
    took, used = [], []
    try:
        for _ in range(times):
            pid = ready("search")
            before = most = processor_seconds(pid)
            began = time.monotonic()
            ask = threading.Thread(target=ask_in_vain, args=(pid, "search.complete", {}), daemon=True)
            ask.start()
            while is_alive(pid):
                most = max(most, processor_seconds(pid))
                time.sleep(0.01)
            took.append(time.monotonic() - began)
            used.append(most - before)
            ready("search", pid)
            ask.join()
            time.sleep(2.2)  # after this time it is not an early death
    finally:
        for other in others:
            other.kill()
            other.wait()
    print("figure: search spinning among %d others, %d times; detected: %s; processor time: %s" % (
        len(others), times, percentiles(took), percentiles(used)))
    assert max(used) < 1.5, used


def ask_in_vain(pid, name, body):
    """Keeps its connection until that process is dead, so that a busy machine delivers the ask too."""
    client = Client()
    client.send(name, body)
    while is_alive(pid):
        client.take("search", 50)
    client.close()


def kill_with_keeper():
    """Kills keeper and supervisor. A keeper that lives a moment longer than its supervisor starts another one."""
    def are_dead():
        left = running("loopholed")
        for pid in left:
            kill(pid)
        return not left
    wait_until(are_dead, "keeper and supervisor are dead")


def killed_with_its_keeper(times):
    """Supervisor and keeper are dead, so nothing restarts a process. All services still work, and `loophole up` adopts
    them."""
    pids, editors = all_ready(), start_editors(2)
    for _ in range(times):
        kill_with_keeper()
        acked = sum(len(editor.acked) for editor in editors)
        wait_until(lambda: sum(len(editor.acked) for editor in editors) > acked, "edits continue")
        subprocess.run(["loophole", "up"], check=True, stdout=subprocess.DEVNULL)
        assert {service: pid_of(service) for service in SERVICES} == pids
        one_of_each(pids)
    watched(editors)


def homeless(times):
    """The home is removed under an engine whose supervisor and keeper die: its services live on, without sockets."""
    for _ in range(times):
        pids = all_ready()
        kill_with_keeper()
        assert all(is_alive(pid) for pid in pids.values())
        shutil.rmtree(os.environ["LOOPHOLE_HOME"])
        os.mkdir(os.environ["LOOPHOLE_HOME"])
        subprocess.run(["loophole", "up"], check=True, stdout=subprocess.DEVNULL)
        found = all_ready()
        assert not set(found.values()) & set(pids.values()), (pids, found)
        wait_until(lambda: not any(is_alive(pid) for pid in pids.values()), "the old services are dead")
        one_of_each(found)
        editors = start_editors(1)
        wait_until(lambda: editors[0].acked, "an edit is acked")
        watched(editors)


CLAIMS = {f.__name__: f for f in (killed, killed_with_another, killed_at_its_start, stopped, service_stopped, stuck,
                                  spinning, killed_with_its_keeper, homeless)}
CLAIMS[sys.argv[1]](int(sys.argv[2]))
