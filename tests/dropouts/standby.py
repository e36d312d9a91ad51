"""The first core is killed; the standby sounds. And a core that was stopped no longer owns anything when it
continues."""
import os
import random
import signal
import time

from tests.dropouts import sound
from tests.client import Client

NAMES = ("audio", "audio-standby")


def owner():
    answer = Client().must("audio.server")
    return answer["owner"], answer["epoch"]


def both_stand(tape):
    """Waits until both cores are connected to the server in the same way."""
    sound.until(lambda: sound.is_ready("audio") and sound.is_ready("audio-standby"), "both cores are ready")
    sound.until(lambda: tape.heard == 2, "both cores are connected to the tape")


def strike(tape, rounds, blow):
    """Strikes each core `rounds` times while it is the owner, and waits until the other one is. Returns for each core
    the frames without an owner, for the blows during which the machine itself did not pause."""
    lost, blows = ([], []), 0
    random.seed(int(os.environ["SEED"]))
    while min(len(lost[0]), len(lost[1])) < rounds:
        assert blows < 12 * rounds, "the machine paused at most blows: only %s can be judged" % (lost,)
        blows += 1
        both_stand(tape)
        time.sleep(0.3 + random.random() * 0.1)
        who, epoch = owner()
        before, stood = Client().must("audio.meters")["lost"], tape.stood
        blow(NAMES[who], sound.running()[NAMES[who]]["pid"])
        sound.until(lambda: owner_now() not in (None, (who, epoch)), "the other core is the owner")
        frames = Client().must("audio.meters")["lost"] - before
        tape.until_told()
        if tape.stood == stood:
            lost[who].append(frames)
    return lost, blows


def owner_now():
    """The present owner and its epoch. None while the first core is away, because that core answers this ask."""
    error, answer = Client().ask("audio.server", budget_ms=500)
    return (answer["owner"], answer["epoch"]) if error == "ok" else None


def kill(name, pid):
    os.kill(pid, signal.SIGKILL)
    sound.until(lambda: sound.running()[name]["pid"] not in (0, pid), name + " starts again")


def kills(rounds):
    """One tape records both cores, but JACK does not call it while a killed core precedes it in the graph. Another tape
    records only the standby, so it shows the takeover."""
    tone, tape, beside = sound.Tool("tone", "stream", 31, "sine"), sound.Tape(3600), sound.Tape(3600, core="-standby")
    lost, blows = strike(tape, int(rounds), kill)
    both_stand(tape)
    tape.stop(), beside.stop(), tone.stop()
    judge(tape, beside, lost, blows)


def judge(tape, beside, lost, blows):
    period, baseline = tape.facts["period"], tape.facts["baseline"]
    frames = sound.merged(tape, beside)
    begin = next(i for i, x in enumerate(frames) if not sound.is_silent(x))
    frames, spoilt = frames[begin:], sound.spoilt(tape, begin)
    every = sound.gaps(frames)
    holes = [hole for hole in every if not sound.overlaps(spoilt, hole[0], hole[0] + hole[1])]
    seen, unseen = [hole for hole in holes if hole[2] == 0], [hole for hole in holes if hole[2] > 0]
    click, where = sound.clicks(frames, every, spoilt)
    shifts = sound.shifts(frames, every, spoilt)
    print("figure: %d kills of the first core, %d of the standby, and %d while the machine paused; frames that no core "
          "played: at most %d, %d; gaps on the tape: %s periods of %d frames; worst click %.1f dBFS; lost by JACK "
          "itself %d; the machine paused %d times" %
          (len(lost[0]), len(lost[1]), blows - len(lost[0]) - len(lost[1]), max(lost[0]), max(lost[1]),
           histogram(seen, period), period, sound.decibel(click), baseline, len(spoilt)))
    assert max(lost[0] + lost[1]) <= 2 * period, "frames that no core played: %s" % (lost,)
    assert all(length - missed <= 2 * period for _, length, missed in holes), "silent for too long: %s" % holes
    assert len(seen) >= 1 and len(unseen) <= blows - len(lost[0]), "not on the tape: %s" % holes
    assert len(holes) <= blows, "more gaps than kills: %s" % holes
    assert click < sound.CLICK, "a click of %.1f dBFS at %d" % (sound.decibel(click), where)
    assert not shifts, "out of time: %s" % shifts


def histogram(holes, period):
    counts = {}
    for _, length, _ in holes:
        counts[round(length / period, 1)] = counts.get(round(length / period, 1), 0) + 1
    return " ".join("%d×%.1f" % (count, periods) for periods, count in sorted(counts.items())) or "none"


def owner_stays(tape):
    """Checks that nothing changes the owner in a second. False: the machine paused, which may."""
    stood, last = tape.stood, owner()
    time.sleep(1)
    now = owner()
    tape.until_told()
    if tape.stood != stood:
        return False
    assert now == last, "the owner changes by itself: %s, %s" % (last, now)
    return True


def stops(rounds):
    """The owner is stopped and the other core takes over; the first one continues, unless the supervisor replaced
    it."""
    tone, tape = sound.Tool("tone", "stream", 31, "sine"), sound.Tape(3600)

    def stop(_, pid):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.1)
        os.kill(pid, signal.SIGCONT)

    _, blows = strike(tape, int(rounds), stop)
    both_stand(tape)
    sound.until(lambda: owner_stays(tape), "the machine does not pause for a second")
    tape.stop(), tone.stop()
    spoilt = sound.spoilt(tape)
    louder = [n for n, x in enumerate(tape.frames) if x == x and abs(x) >= sound.LEVEL * 1.02]
    louder = [n for n in louder if not sound.overlaps(spoilt, n, n + 1)]
    assert not louder, "two cores sounded at once: %d frames from %d" % (len(louder), louder[0])
    print("figure: %d times stopped and continued: one owner each time; %d gaps; the machine paused %d times" %
          (blows, len(sound.gaps(tape.frames)), len(spoilt)))


sound.main({"kills": kills, "stops": stops})
