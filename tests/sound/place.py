"""place.py: compares JACK's musical position with the core's own events and with the clicks at its port. For tests.

  place lead TOOLS SCRATCH            the core leads JACK through tempos, a locate and a count-in, with stops between
  place follow TOOLS SCRATCH TICKS    the core follows a client that leads; TICKS in a beat, 0: with a fraction
  place count TOOLS SCRATCH FILE      a preview of FILE, a click, at the next bar and beat of a count-in
  place clock TOOLS SCRATCH SECONDS MILLIONTHS
                                      converts times of the steady clock to frames, and compares with JACK's cycles;
                                      JACK's clock differs by MILLIONTHS
  place again TOOLS SCRATCH KILL...   the same after a death; KILL is a command
  place delay TOOLS SCRATCH           the limiter with and without look-ahead: the port, and the latency in JACK
  place takeover TOOLS SCRATCH KILLS  the core that leads JACK is killed KILLS times, and the other core leads on
  place reclaim TOOLS SCRATCH         another client takes the lead from the core, and ends"""
import array
import bisect
import json
import os
import signal
import subprocess
import sys
import time

from tests.client import Client, frame_at, jack_frame_of, time_at

WAIT = 180  # seconds until a condition must be true
MAP_US = 20  # microseconds: between the clocks of the machine and of JACK, as two programs measure it
MAP_DRIFTS_US = 300  # the same while the clocks drift, on a busy machine
PLAYS, STARTS = 1, 3  # the states of JACK's transport
client = Client()


def until(what, condition):
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end, "still not true: " + what
        time.sleep(0.02)


def transport():
    return client.must("audio.transport")


def moment():
    found = []
    until("the core sounds", lambda: found.append(transport().get("moment")) or found[-1])
    return found[-1]


class Tool:
    """A program of tests/programs that prints "ready", and writes a file at its end."""

    def __init__(self, *command):
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.program.stdout.readline()
        assert line == "ready\n", line

    def say(self, line):
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()

    def end(self, signal=None):
        """Ends the program and returns its last output."""
        if signal:
            self.program.terminate()
        said, _ = self.program.communicate()
        assert self.program.returncode == 0, said
        return said


class Cycle:
    def __init__(self, line):
        numbers = line.split()
        self.clock, self.begins, self.ends, self.state, self.frame, self.bar, self.beat = map(int, numbers[:7])
        self.tick, self.bar_start_tick, self.ticks_a_beat, self.bpm = map(float, numbers[7:])

    def beats(self):
        """Beats since the beginning of bar 1."""
        return (self.bar - 1) * 4 + self.beat - 1 + self.tick / self.ticks_a_beat


class Place:
    """A JACK client that records each of its cycles."""

    def __init__(self, tools, scratch, *lead):
        self.path = os.path.join(scratch, "cycles")
        server = client.must("audio.server")["server"]
        self.tool = Tool(os.path.join(tools, "place"), server, self.path, *lead)

    def say(self, line):
        self.tool.say(line)

    def messages(self):
        """(frame of JACK's clock, first byte) of each MIDI message at its port; to be read after its end."""
        return [tuple(map(int, line.split()[:2])) for line in open(self.path + ".midi")]

    def end(self):
        self.tool.end()
        cycles = [Cycle(line) for line in open(self.path)]
        assert len(cycles) > 10, "it was called %d times" % len(cycles)
        return cycles


class Tape:
    def __init__(self, tools, scratch, port="main_left"):
        server = client.must("audio.server")
        self.path = os.path.join(scratch, "tape")
        self.tool = Tool(os.path.join(tools, "tape"), server["server"], self.path, "600", server["client"] + ":" + port)

    def end(self):
        """The frames of JACK's clock at which a sound begins after silence."""
        facts = json.loads(self.tool.end(signal=True).splitlines()[-1])
        self.first, self.samples = facts["first"], array.array("f", open(self.path, "rb").read())
        onsets, quiet = [], 0
        for n, sample in enumerate(self.samples):
            if sample == sample and sample != 0 and quiet > 1000:
                onsets.append((self.first + n) % 2**32)
            quiet = quiet + 1 if sample == 0 or sample != sample else 0
        return onsets

    def missed(self, clock):
        """True if the recorder missed a frame near this frame of JACK's clock: what began there may be unknown."""
        at = signed(round(clock) - self.first)
        return any(sample != sample for sample in self.samples[max(0, at - 2048):max(0, at + 2048)])


def signed(frames):
    return (frames + 2**31) % 2**32 - 2**31


class Bars:
    """The events audio.bar."""

    def __init__(self):
        self.socket = client.listen("audio", "audio.bar")
        self.all = []

    def take(self):
        while heard := client.heard(self.socket, 1):
            self.all.append(heard[3])
        return self.all

    def until(self, bar):
        until("bar %d begins" % bar, lambda: any(b["bar"] >= bar for b in self.take()))


def is_next(a, b):
    """True if b is the cycle after a, without a missed cycle in between."""
    return signed(b.clock - a.clock) == b.frame - a.frame and 0 < b.frame - a.frame <= 8192


def rolling(cycles):
    runs, run = [], []
    for cycle in cycles:
        if cycle.state != PLAYS or (run and (not is_next(run[-1], cycle) or abs(cycle.beats() - run[-1].beats()) > 2)):
            runs, run = runs + [run] if run else runs, []
        if cycle.state == PLAYS:
            run.append(cycle)
    return runs + [run] if run else runs


def beats_of(run, rate):
    """(beat, frame of JACK's clock) of each beat that begins in a run of cycles, as JACK's position predicts it."""
    found = []
    for a, b in zip(run, run[1:]):
        beat = -int(-(a.beats() - 1e-6) // 1)
        while (away := (beat - a.beats()) * 60 * rate / a.bpm) < signed(b.clock - a.clock) - 0.51:
            found.append((beat, a.clock + away))
            beat += 1
    return found


def goes_on(run, rate):
    """Checks that each cycle is at the place that the previous one predicted."""
    for a, b in zip(run, run[1:]):
        frames = signed(b.clock - a.clock)
        error = (b.beats() - a.beats()) * 60 * rate / a.bpm - frames
        assert abs(error) < 1, "cycle %d: %.2f beats at %.2f bpm, then %.2f: %.2f frames off" % (
            b.clock, a.beats(), a.bpm, b.beats(), error)
        assert a.ticks_a_beat == 1920 and a.bar_start_tick == (a.bar - 1) * 7680, vars(a)


def lead(tools, scratch):
    client.must("audio.set_metronome", {"on": True})
    client.must("audio.set_tempo", {"bpm": 240.0})
    client.must("audio.set_sync", {"source": "lead"})
    place, tape, bars = Place(tools, scratch), Tape(tools, scratch), Bars()
    client.must("audio.start", {"count_in": 1})
    for bar, bpm in (2, 280.0), (4, 137.0), (5, 333.0):
        bars.until(bar)
        client.must("audio.set_tempo", {"bpm": bpm})
    bars.until(8)
    client.must("audio.locate", {"bar": 40})
    bars.until(42)
    client.must("audio.stop")
    until("it stops", lambda: not transport()["running"])
    rate = client.must("audio.server")["rate"]
    at = moment()
    cycles, clicks = place.end(), tape.end()
    runs = [run for run in rolling(cycles) if len(run) > 3]
    rolled = sum(b.state == PLAYS and (a.state != PLAYS or abs(b.beats() - a.beats()) > 2) for a, b in zip(cycles, cycles[1:]))
    assert 2 <= rolled <= 3, "JACK rolled %d times" % rolled
    beats = [beat for run in runs for beat in beats_of(run, rate)]
    tempos = {run[n].bpm for run in runs for n in range(len(run))}
    assert tempos == {240, 280, 137, 333}, tempos
    for run in runs:
        goes_on(run, rate)
    for beat, clock in beats:
        near = min(clicks, key=lambda click: abs(signed(click - round(clock))))
        assert tape.missed(clock) or abs(signed(near - round(clock))) <= 1, "beat %d: JACK says %.2f, the click is at %d" % (beat, clock, near)
    first = runs[0][0]
    assert first.beats() < 60 / rate * 8192 and len(clicks) > 4 and len(beats) > 30, (first.beats(), len(beats))
    reported = {b["bar"]: jack_frame_of(at, b["frame"]) for b in bars.take()}
    named = {beat // 4: clock for beat, clock in beats if beat % 4 == 0}
    for bar in set(reported) & set(named):
        assert abs(signed(reported[bar] - round(named[bar]))) <= 1, "bar %d: %d, JACK says %.2f" % (bar, reported[bar], named[bar])
    assert len(set(reported) & set(named)) >= 8 and max(named) >= 41, (reported, named)
    # With a count-in JACK begins in the cycle of the first bar: JACK's frames then count from the first bar.
    assert abs(signed(reported[0] - (first.clock - first.frame))) <= 1, (reported[0], first.clock, first.frame)
    print("figure: %d beats and %d bars on their frame" % (len(beats), len(set(reported) & set(named))))


def follow(tools, scratch, ticks):
    client.must("audio.set_metronome", {"on": True})
    client.must("audio.set_sync", {"source": "jack"})
    place = Place(tools, scratch, "lead", ticks, "0:120", "100100:171", "250000:93", "5000000:300")
    place.say("locate 0")
    until("it is at the beginning", lambda: transport()["bar"] == 0 and not transport()["running"])
    tape, bars = Tape(tools, scratch), Bars()
    place.say("start")
    bars.until(4)
    place.say("locate 5000000")
    until("it is located", lambda: transport()["bar"] > 30)
    bars.until(30)
    bars.until(bars.take()[-1]["bar"] + 3)
    place.say("stop")
    until("it stops", lambda: not transport()["running"])
    rate = client.must("audio.server")["rate"]
    cycles, clicks = place.end(), tape.end()
    coarse = 2 if ticks == "0" else 2 + 60 * rate / 93 / int(ticks)
    beats = [beat for run in rolling(cycles) for beat in beats_of(run, rate)]
    tempos = [(a, b) for run in rolling(cycles) for a, b in zip(run, run[1:]) if a.bpm != b.bpm]
    assert len(tempos) == 2, tempos
    late = []
    for beat, clock in beats:
        if any(signed(round(clock) - a.clock) >= 0 and signed(b.clock - round(clock)) > 0 for a, b in tempos):
            continue  # the tempo changed within this cycle
        if tape.missed(clock):
            continue
        near = min(clicks, key=lambda click: abs(signed(click - round(clock))))
        late.append(abs(near - clock))
        assert late[-1] <= coarse, "beat %d: JACK says %.2f, the click is at %d" % (beat, clock, near)
    runs = len(rolling(cycles))  # two, and one more for each time at which JACK left us out
    assert len(late) > 20 and len(clicks) <= len(beats) + max(runs, 2), (len(late), len(clicks), runs)
    print("figure: %d beats, at most %.2f frames off" % (len(late), max(late)))


def count(tools, scratch, path):
    client.must("audio.set_metronome", {"on": False})
    client.must("audio.set_tempo", {"bpm": 61.0})
    step = 15 * client.must("audio.server")["rate"] / 61
    for _ in range(10):
        client.must("audio.locate", {"bar": 3})
        until("it is there", lambda: transport()["bar"] == 3)
        bars, begun = Bars(), {}
        client.must("audio.start", {"count_in": 2})
        until("it counts in, or has", lambda: transport()["counting_in"] > 0 or transport()["running"])
        was = transport()
        for grid in "bar", "beat", "bar":
            until("a bar is left", lambda: grid == "beat" or transport()["counting_in"] < 16)
            begun[grid] = client.must("streamer.preview", {"path": path.encode(), "grid": grid})["at"]
        if was["counting_in"] > 0 and transport()["counting_in"] > 2:
            break  # all asks came half a second before the bar, or earlier
        client.must("audio.stop")
        until("it stops", lambda: not transport()["running"])
    else:
        raise AssertionError("the asks came never before the bar: %s" % begun)
    assert was["bar"] == 3, was
    bars.until(3)
    first = bars.take()[0]
    assert first["bar"] == 3
    assert begun["bar"] == first["frame"], (begun, first)
    beats = (first["frame"] - begun["beat"]) / (4 * step)
    assert abs(beats - round(beats)) * 4 * step <= 1 and 0 <= beats <= 8, (begun, first, beats)
    client.must("audio.stop")
    until("it stops", lambda: not transport()["running"])


def truth(cycles, begins, now, moment):
    """JACK's frame at the time `now`, computed from the cycles in which JACK called us, and the wobble: by how many
    frames JACK's own time drifted between `now` and `moment`, because JACK smooths late wake-ups of its server. None if
    JACK skipped us."""
    first = bisect.bisect_right(begins, min(now, moment["at"])) - 1
    last = bisect.bisect_right(begins, max(now, moment["at"])) + 1
    if first < 0 or last > len(cycles):
        return None
    near = cycles[first:last]
    if any(abs(b.begins - a.ends) > MAP_US or signed(b.clock - a.clock) != a.frames for a, b in zip(near, near[1:])):
        return None
    wobble = sum(abs((c.ends - c.begins) * moment["rate"] / 1e6 - c.frames) for c in near)
    a = cycles[bisect.bisect_right(begins, now) - 1]
    return a.clock + (now - a.begins) * a.frames / (a.ends - a.begins), wobble


def clock(tools, scratch, seconds, millionths=0, place=None):
    place = place or Place(tools, scratch)
    readings, end = [], time.monotonic() + float(seconds)
    while time.monotonic() < end or len(readings) < 50:
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1000
        moment = client.must("audio.transport").get("moment")  # absent while the core pauses
        if moment:
            readings.append((now, moment))
        time.sleep(0.02 if float(seconds) < 60 else 0.2)
    time.sleep(0.5)
    compare(readings, place.end(), abs(float(millionths)) / 1e6)


def compare(readings, cycles, drift):
    """`drift` is the share by which JACK's clock differs, which `rate` lacks in the first minute."""
    server = client.must("audio.server")
    for c in cycles:
        c.frames = server["period"]
    offsets = {signed(m["jack_frame"] - m["frame"] % 2**32) for _, m in readings}
    assert len(offsets) == 1, "the two clocks moved against each other: %s" % offsets
    at = {c.clock: c.begins for c in cycles}
    late_by = {m["jack_frame"]: at[m["jack_frame"]] - m["at"] for _, m in readings if m["jack_frame"] in at}
    exact = [late_by[m["jack_frame"]] for _, m in readings if m["jack_frame"] in at]
    assert len(exact) > len(readings) * 0.8, (len(exact), len(readings))
    close = sum(abs(late) <= (MAP_DRIFTS_US if drift else MAP_US) for late in exact)  # a pause of the machine makes some worse
    assert close > len(exact) * 0.9 and max(map(abs, exact)) < 1000, exact
    begins, errors, unexplained = [c.begins for c in cycles], [], []
    for now, m in readings:
        frame = frame_at(m, now)
        assert abs(time_at(m, frame) - now) < 1
        found = truth(cycles, begins, now, m)
        if found:
            error = (jack_frame_of(m, frame) - found[0] + 2**31) % 2**32 - 2**31
            errors.append(abs(error))
            unexplained.append(abs(error) - found[1])
            # Each program compares the two clocks itself, so both the moment and the cycle may be off.
            apart = abs(late_by.get(m["jack_frame"], 0)) + drift * abs(now - m["at"]) + (MAP_DRIFTS_US if drift else MAP_US)
            assert abs(error) < 0.1 + found[1] + apart * m["rate"] / 1e6, (
                "%.3f frames off; JACK's own time wobbled by %.3f" % (error, found[1]))
    assert len(errors) > len(readings) / 2, "JACK left us out of too many cycles"
    assert drift or sorted(unexplained)[len(errors) // 2] < 0.6, "half of the times are off: %s" % unexplained
    print("figure: %d times, %d of them less than a frame off, the median %.3f; offset %d" % (
        len(errors), sum(e < 1 for e in errors), sorted(errors)[len(errors) // 2], offsets.pop()))


def again(tools, scratch, *kill):
    found = []
    until("the core sounds", lambda: found.append(client.must("audio.server")) or "moment" in found[-1])
    before = found[-1]
    clock(tools, scratch, 1)
    subprocess.run(kill, check=True)

    def is_new():
        try:
            after = client.must("audio.server")
        except AssertionError:
            return False
        return "moment" in after and (after["epoch"], after["connects"]) != (before["epoch"], before["connects"])
    until("another one sounds", is_new)
    clock(tools, scratch, 1)
    assert moment()["frame"] > before["moment"]["frame"]


def port_latency(server, mode):
    """[least, most] of main_left as any JACK client sees it."""
    def lists():  # JACK may refuse a client on a busy machine
        done = subprocess.run(["jack_lsp", "-l", server["client"] + ":main_left"], capture_output=True, text=True, check=False,
                              env=dict(os.environ, JACK_DEFAULT_SERVER=server["server"]))
        said.append(done.stdout)
        return done.returncode == 0

    said = []
    until("jack_lsp lists the port", lists)
    words = said[-1].split("port %s latency = [" % mode)[1].split("]")[0]
    return [int(word) for word in words.split()]


def is_connected(port, to):
    return any(c["port"] == port and c["to"] == to and c["made"] for c in client.must("audio.ports")["each"])


def delay(tools, scratch):
    client.must("audio.set_sync", {"source": "none", "clock_out": True})
    client.must("audio.set_metronome", {"on": True})
    client.must("audio.set_tempo", {"bpm": 240.0})
    server, found, ticks = client.must("audio.server"), [], []
    plain = port_latency(server, "capture")
    for kind in "instant", "lookahead", "instant":
        late = client.must("audio.set_limiter", {"kind": kind})["delay"]
        assert late == (round(0.0015 * server["rate"]) if kind == "lookahead" else 0), late
        until("the core says so", lambda: moment().get("delay", 0) == late)
        until("JACK says so", lambda: port_latency(server, "capture") == [latency + late for latency in plain])
        until("takes count it",
              lambda: client.must("audio.server")["latency_out"] == server["latency_out"] + late)
        assert port_latency(server, "playback")[1] == server["latency_out"], "what comes after the port is another thing"
        client.must("audio.locate", {"bar": 0})
        tape, place, bars = Tape(tools, scratch), Place(tools, scratch), Bars()
        client.must("audio.connect", {"port": "midi_out", "to": "place:midi"})
        until("MIDI is connected", lambda: is_connected("midi_out", "place:midi"))
        client.must("audio.start", {"count_in": 0})
        bars.until(3)
        client.must("audio.stop")
        until("it stops", lambda: not transport()["running"])
        at, clicks = moment(), tape.end()
        place.end()
        clocks = [clock for clock, status in place.messages() if status == 0xf8]
        for bar in bars.take():
            due = jack_frame_of(at, bar["frame"])
            if tape.missed(due):
                continue
            near = min(clicks, key=lambda click: abs(signed(click - due)))
            found.append((kind, signed(near - due) - late))
            ticks.append((kind, min((signed(clock - due) - late for clock in clocks), key=abs)))
    assert len(found) >= 9 and len({off for _, off in found}) == 1, found
    assert ticks and {off for _, off in ticks} == {found[0][1]}, (ticks, found)
    print("figure: clicks and MIDI clocks of %d bars, all %d frames after the frame that was said" % (len(found), found[0][1]))


def owner():
    """Name and epoch of the core that sounds. None while the first core, which answers this ask, is away."""
    error, server = client.ask("audio.server", budget_ms=500)
    return (("audio", "audio-standby")[server["owner"]], server["epoch"]) if error == "ok" else None


def services():
    said = subprocess.run(["loophole", "status", "--json"], capture_output=True, text=True, check=True).stdout
    return {line["service"]: line for line in map(json.loads, said.splitlines())}


def kill_leader():
    """Kills the core that leads. Returns when the other core sounds and both cores are ready again."""
    def both_stand():
        now = services()
        return all(now[name]["state"] == "ready" for name in ("audio", "audio-standby"))
    until("both cores are ready", both_stand)
    until("the first core answers", owner)
    name, epoch = owner()
    os.kill(services()[name]["pid"], signal.SIGKILL)
    until("another core sounds after the death of " + name, lambda: owner() not in (None, (name, epoch)))
    until("both cores are ready again", both_stand)
    return name


def led_runs(cycles, bpm):
    """Runs of consecutive cycles that a leader named. JACK's server copies bar, beat and tick from one cycle to the next
    until a leader writes them. So a cycle without a leader repeats the last position, has none, or, after a missed
    cycle, shows the position that the dead leader wrote for the missed one: such cycles belong to no run."""
    runs, period = [[]], min((b.frame - a.frame for a, b in zip(cycles, cycles[1:]) if b.frame > a.frame), default=0)
    for before, cycle in zip(cycles, cycles[1:]):
        repeats = (cycle.bar, cycle.beat, cycle.tick) == (before.bar, before.beat, before.tick)
        missed = cycle.frame - before.frame > period
        if cycle.bar > 0 and cycle.bpm == bpm and not repeats and not missed:
            runs[-1].append(cycle)
        elif runs[-1]:
            runs.append([])
    return [part for run in runs for part in rolling(run) if len(part) > 3]


def takeover(tools, scratch, kills):
    client.must("audio.set_tempo", {"bpm": 337.0})
    client.must("audio.set_sync", {"source": "lead"})
    place, bars, died, killed = Place(tools, scratch), Bars(), [], set()
    client.must("audio.start", {"count_in": 0})
    bars.until(3)
    while len(died) < int(kills):
        died.append(transport()["frame"])
        killed.add(kill_leader())
        bars.until(transport()["bar"] + 3)
    at, rate = moment(), client.must("audio.server")["rate"]
    client.must("audio.stop")
    until("it stops", lambda: not transport()["running"])
    cycles = place.end()
    runs = led_runs(cycles, 337)
    for run in runs:
        goes_on(run, rate)
    reported = {b["bar"]: b["frame"] for b in bars.take()}
    named = {beat // 4: clock for run in runs for beat, clock in beats_of(run, rate) if beat % 4 == 0}
    both = sorted(set(reported) & set(named))
    for bar in both:
        off = signed(jack_frame_of(at, reported[bar]) - round(named[bar]))
        assert abs(off) <= 1, "bar %d: %d frames from where JACK has it" % (bar, off)
    for begin, end in zip([0] + died, died + [2**62]):
        assert any(begin < reported[bar] < end for bar in both), "no bar of JACK's between %d and %d" % (begin, end)
    assert len(killed) == min(2, int(kills)), killed
    print("figure: %d kills of the leader; %d bars on their frame, %d cycles of %d without a leader" % (
        len(died), len(both), sum(c.state == PLAYS for c in cycles) - sum(map(len, runs)), len(cycles)))


def reclaim(tools, scratch):
    client.must("audio.set_tempo", {"bpm": 337.0})
    client.must("audio.set_sync", {"source": "lead"})
    place, bars = Place(tools, scratch), Bars()
    client.must("audio.start", {"count_in": 0})
    bars.until(2)
    server = client.must("audio.server")["server"]
    other = Tool(os.path.join(tools, "place"), server, os.path.join(scratch, "others"), "lead", "0", "0:91")
    bars.until(transport()["bar"] + 2)
    other.end()
    bars.until(transport()["bar"] + 3)
    client.must("audio.stop")
    until("it stops", lambda: not transport()["running"])
    tempos = [c.bpm for c in place.end() if c.state == PLAYS and c.bar > 0]
    changes = [b for a, b in zip([0] + tempos, tempos) if a != b]
    assert changes == [337, 91, 337], changes


if __name__ == "__main__":
    work = {"lead": lead, "follow": follow, "count": count, "clock": clock, "again": again, "takeover": takeover,
            "reclaim": reclaim, "delay": delay}[sys.argv[1]]
    work(os.path.join(sys.argv[2]), *sys.argv[3:])
