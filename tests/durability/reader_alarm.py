"""reader_alarm.py: edits until persist's status shows an alarm with the process PID (and NAME), then, with `ends`,
until that process has ended. It needs LOOPHOLE_HOME and a running persist."""
import os
import sys
import time

from tests.client import Catalogue, Client

DEADLINE = 240


def main():
    pid, name, ends = int(sys.argv[1]), sys.argv[2], "ends" in sys.argv[3:]
    client = Client()
    catalogue = Catalogue(client)
    events = client.listen("persist", "persist.alarm")
    items = [catalogue.put(b"%d.wav" % n) for n in range(64)]
    words = "process %d (%s)" % (pid, name)
    end, count, alarm = time.monotonic() + DEADLINE, 0, ""
    while words not in alarm or (ends and os.path.exists("/proc/%d" % pid)):
        for item in items:
            count += 1
            assert catalogue.edit(item, name="edit %d" % count)[0] == "ok"
        time.sleep(0.05)  # some hundred MiB are enough
        alarm = client.must("persist.status")["alarm"] or alarm
        assert time.monotonic() < end, "no alarm names %s: %r" % (words, alarm)
    print("figure: after %d edits: %s" % (count, alarm))
    heard = []
    while not any(words in event["what"] for event in heard):
        got = client.heard(events)
        assert got, "no event of the alarm: %s" % heard[-3:]
        heard.append(got[3])


main()
