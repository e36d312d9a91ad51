"""A single audio core and its JACK server under faults."""
import os
import resource
import signal
import subprocess
import time
import wave

from tests.dropouts import sound
from tests.client import Client
from tests.dropouts.pattern import PATTERN


def replaced(service, pid):
    return sound.running().get(service, {}).get("pid", 0) not in (0, pid) and sound.is_ready(service)


def playing():
    error, meters = Client().ask("audio.meters", budget_ms=500)
    return meters if error == "ok" and meters["transport"]["running"] and meters["streams"] > 0 else None


def core(rounds):
    """After a kill the core is back with the same connections, and continues transport, pattern and stream."""
    tone, tape = sound.Tool("tone", "stream", 31, "sine"), sound.Tape(3600)
    Client().must("audio.set_pattern", {"pattern": PATTERN})
    Client().must("audio.start")
    sound.until(playing, "the transport runs")
    waits = []
    for _ in range(int(rounds)):
        before, pid = sound.until(playing, "the sound plays"), sound.running()["audio"]["pid"]
        time.sleep(2.2)
        began = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        sound.until(lambda: replaced("audio", pid), "another core is ready")
        sound.until(playing, "the sound continues")
        sound.until(lambda: tape.heard == 1, "the core is connected to the tape again")
        waits.append(time.monotonic() - began)
        after = sound.until(playing, "the sound plays on")
        assert after["transport"]["pattern"] == before["transport"]["pattern"] != 0
        assert after["transport"]["bar"] >= before["transport"]["bar"], "the transport went back"
    tape.stop(), tone.stop()
    holes = sound.gaps(tape.frames[next(i for i, x in enumerate(tape.frames) if not sound.is_silent(x)):])
    worst = max(length for _, length, _ in holes) / tape.facts["rate"]
    assert len(holes) >= int(rounds)
    print("figure: %d kills of the only core: longest silence %.0f ms on the tape, longest until all was as before "
          "%.0f ms" % (int(rounds), 1000 * worst, 1000 * max(waits)))


def others(rounds):
    """The death of any other process loses no frame."""
    tone, tape = sound.Tool("tone", "stream", 31, "count"), sound.Tape(3600)
    names = [n for n in sound.running() if n not in ("audio", "jack", "streamer")] + ["streamer"]
    time.sleep(1)
    for _ in range(int(rounds)):
        for name in names:
            pid = sound.running()[name]["pid"]
            os.kill(pid, signal.SIGKILL)
            sound.until(lambda: Client().ask("supervisor.services", budget_ms=500)[0] == "ok" and replaced(name, pid),
                        "another %s is ready" % name)
            time.sleep(0.2)
    assert sound.running()["audio"]["restarts"] == 0
    tape.stop(), tone.stop()
    kills = int(rounds) * len(names)
    lost = count_lost(tape.frames)
    print("figure: %d kills of %s: %d frames lost or repeated, missed by the tape %d, by an undisturbed client %d"
          % (kills, ", ".join(names), lost, tape.facts["missed"], tape.facts["baseline"]))
    assert lost <= max(tape.facts["missed"], tape.facts["baseline"]), "lost %d" % lost


def count_lost(frames):
    """Counts the frames that are not one above the previous frame, in a counter that rises by 2^-24 in each frame."""
    heard = [round(x * 16777216) if x == x and x > 0 else None for x in frames]
    first = next(i for i, x in enumerate(heard) if x is not None and x > 4800)  # after the fade
    lost = 0
    for n in range(first + 1, len(heard)):
        if heard[n] is None:
            lost += 1
        elif heard[n - 1] is not None and heard[n] != heard[n - 1] + 1:
            lost += 1
    return lost


def connect(port, to, take_away=False):
    return Client().must("audio.disconnect" if take_away else "audio.connect", {"port": port, "to": to})["each"]


def wired():
    return {(c["port"], c["to"]) for c in Client().must("audio.ports")["each"] if c["made"]}


def server(rounds):
    """The JACK server is killed, and restarted with another period: everything is as before, including a person's
    connections."""
    tone = sound.Tool("tone", "stream", 31, "sine")
    connect("midi_out", "system:midi_none")  # it is remembered, although this port does not exist
    connect("in_left", "system:capture_1", take_away=True)
    wanted = {("main_left", "system:playback_1"), ("main_right", "system:playback_2"),
              ("in_right", "system:capture_2"), ("main_left", "system:playback_2")}
    connect("main_left", "system:playback_2")
    sound.until(lambda: wired() >= wanted, "the connections are made")
    Client().must("audio.start")
    audio = sound.running()["audio"]["pid"]
    for n in range(int(rounds)):
        period = (64, 512, 1024, 128)[n % 4]
        jack = sound.running()["jack"]["pid"]
        os.kill(jack, signal.SIGKILL)
        sound.until(lambda: replaced("jack", jack), "another JACK server runs")
        settled(wanted, 0)
        assert ("in_left", "system:capture_1") not in wired()
        Client().must("supervisor.use_sound_device", {"device": "dummy", "period": period})
        settled(wanted, period)
        assert ("in_left", "system:capture_1") not in wired()
    assert sound.running()["audio"]["pid"] == audio, "the core was replaced"
    tone.stop()
    print("figure: %d times the server was killed, %d times its period changed: the same core, all connections" %
          (int(rounds), int(rounds)))


def a_change(rounds):
    """The JACK server is killed while its graph changes. It changes at the end of a period, so periods are long here."""
    period = 8192
    Client().must("supervisor.use_sound_device", {"device": "dummy", "period": period})
    Client().must("audio.start")
    tone = sound.Tool("tone", "stream", 31, "sine")
    wanted = {("main_left", "system:playback_1"), ("main_right", "system:playback_2")}
    settled(wanted, period)
    audio = sound.running()["audio"]["pid"]
    for _ in range(int(rounds)):
        jack = sound.running()["jack"]["pid"]
        client = Client()
        client.send("audio.connect", {"port": "preview_left", "to": "system:playback_2"})
        time.sleep(0.02)
        os.kill(jack, signal.SIGKILL)
        sound.until(lambda: replaced("jack", jack), "another JACK server runs")
        settled(wanted, period)
        connect("preview_left", "system:playback_2", take_away=True)
    assert sound.running()["audio"]["pid"] == audio, "the core was replaced"
    tone.stop()


def silent_server():
    """A server that runs and answers no client: its thread for clients ends, as it may not poll a single file."""
    running = sound.running()
    jack = running["jack"]["pid"]
    resource.prlimit(jack, resource.RLIMIT_NOFILE, (0, 4096))
    os.kill(running["audio"]["pid"], signal.SIGKILL)
    sound.until(lambda: replaced("jack", jack), "another JACK server runs")
    sound.until(lambda: replaced("audio", running["audio"]["pid"]), "another core plays")


def settled(wanted, period):
    def is_so():
        server = Client().must("audio.server")
        return server["connected"] and period in (0, server["period"]) and wired() >= wanted and playing()
    sound.until(is_so, "connected as before, periods of %d" % period)


def wires():
    """A connection that another program made or removed is remembered like one that loophole made."""
    name = Client().must("audio.server")["client"]
    env = dict(os.environ, JACK_DEFAULT_SERVER=Client().must("audio.server")["server"], JACK_NO_START_SERVER="1")
    pair, other = ("preview_right", "system:playback_1"), ("main_left", "system:playback_1")

    def patched(program, port, to, is_so):
        """A busy server refuses a program at times, which then begins again."""
        subprocess.run([program, name + ":" + port, to], env=env, check=False, stdout=subprocess.DEVNULL)
        return is_so() or time.sleep(1) or is_so()
    sound.until(lambda: other in wired(), "the connection exists")
    sound.until(lambda: patched("jack_connect", *pair, lambda: pair in wired()), "the change is noticed")
    sound.until(lambda: patched("jack_disconnect", *other, lambda: other not in wired()), "the change is noticed")
    pid = sound.running()["audio"]["pid"]
    os.kill(pid, signal.SIGKILL)
    sound.until(lambda: replaced("audio", pid), "another core is ready")
    sound.until(lambda: pair in wired(), "the connection is made again")
    time.sleep(0.2)
    assert other not in wired(), "a removed connection came back"


def hangs():
    """A stopped core is detected and replaced."""
    pid = sound.running()["audio"]["pid"]
    os.kill(pid, signal.SIGSTOP)
    sound.until(lambda: replaced("audio", pid), "the core is replaced")


def pads(hits):
    """Each note sounds at its own frame: all onsets have the same distance from their notes."""
    server = Client().must("audio.server")
    sound.Tool("tone", "sound", 1000)
    pad = {"pad": 5, "sound": 1000, "generation": 1, "note": 60, "mode": "one_shot"}
    Client().must("audio.set_pads", {"each": [pad]})
    delays, facts = sound.until(lambda: delays_of(server, int(hits)), "half of the hits can be judged", 600)
    print("figure: %d hits by MIDI: %s frames from note to sound" % (len(delays), sorted(set(map(str, delays)))))
    assert len(set(delays)) == 1 and delays[0] is not None, "not equally late: %s" % sorted(map(str, set(delays)))
    assert delays[0] <= 2 * facts["period"]


def delays_of(server, hits):
    """Frames from each note to its sound. None: the machine paused at most of them."""
    tape = sound.Tape(2 + hits * 5003 // 48000, 60, 5003, server["client"] + ":midi_in")
    facts = tape.ended()
    delays, frames = [], tape.frames
    for note in facts["notes"]:
        window = range(note, min(note + 2400, len(frames)))
        is_whole = len(window) == 2400 and not any(frames[n] != frames[n] for n in window)
        if is_whole and not sound.overlaps(sound.spoilt(tape), note, note + 2400):
            delays.append(next((n - note for n in window if abs(frames[n]) > 1e-4), None))
    return (delays, facts) if len(delays) >= hits // 2 else None


def gate():
    """A key is released while no core runs: the next core must end the sound of its pad."""
    client, path = Client(), os.path.join(os.environ["LOOPHOLE_HOME"], "minute.wav")
    with wave.open(path, "wb") as minute:
        minute.setparams((1, 2, 48000, 0, "NONE", ""))
        minute.writeframes(b"\x00\x10" * 48000 * 60)
    loaded = client.must("streamer.load_sound", {"path": path.encode()})
    pad = {"pad": 5, "sound": loaded["sound"], "generation": loaded["generation"], "note": 60, "mode": "gate"}
    client.must("audio.set_pads", {"each": [pad]})
    tape = sound.Tape(3600, 60, 48000, client.must("audio.server")["client"] + ":midi_in")
    sound.until(lambda: client.must("audio.meters")["sounds"] > 0, "the pad sounds")
    supervisor, pid = sound.running()["supervisor"]["pid"], sound.running()["audio"]["pid"]
    os.kill(supervisor, signal.SIGSTOP)  # the next core starts when the tape has left: it would play its next note
    os.kill(pid, signal.SIGKILL)
    tape.stop()  # not before: JACK may lose a period when a client leaves, and a core that lost one releases all keys
    os.kill(supervisor, signal.SIGCONT)
    sound.until(lambda: replaced("audio", pid), "another core is ready")
    sound.until(lambda: Client().must("audio.meters")["sounds"] == 0, "the pad is silent", 45)  # the sound lasts a minute


sound.main({"gate": gate, "core": core, "others": others, "server": server, "silent_server": silent_server,
            "a_change": a_change, "wires": wires, "hangs": hangs, "pads": pads})
