"""Drum machines by rule, so that a class of drums is more than the kits it was heard in.

Each maker gives two seconds at most, mono, from its own random numbers."""
import numpy as np

RATE = 44100


def clock(seconds):
    return np.arange(int(seconds * RATE)) / RATE


def fall(t, seconds):
    """An exponential that has fallen by 60 dB after `seconds`."""
    return np.exp(-6.9 * t / seconds)


def phase(hz):
    return 2 * np.pi * np.cumsum(hz) / RATE


def band(x, low, high, slope=4):
    """Between two frequencies, by Butterworth magnitudes."""
    hz = np.fft.rfftfreq(len(x), 1 / RATE) + 1e-3
    gain = 1 / np.sqrt(1 + (low / hz) ** (2 * slope)) / np.sqrt(1 + (hz / high) ** (2 * slope))
    return np.fft.irfft(np.fft.rfft(x) * gain, len(x))


def hiss(r, t):
    return r.standard_normal(len(t))


def drive(x, gain):
    return np.tanh(gain * x / (np.abs(x).max() + 1e-9))


def swept(r, t, low, sweep, seconds):
    """A sine that falls to `low` Hz."""
    return np.sin(phase(low * (1 + sweep * np.exp(-t / seconds))))


def kick(r):
    t = clock(r.uniform(.15, .9))
    body = swept(r, t, r.uniform(38, 70), r.uniform(1, 6), r.uniform(.008, .05)) * fall(t, r.uniform(.15, .9))
    click = band(hiss(r, t), 1000, 8000) * fall(t, .02) * r.uniform(0, .3)
    return drive(body + click, r.uniform(.5, 3))


def tom(r):
    t = clock(r.uniform(.25, .9))
    low = r.uniform(75, 230)
    body = swept(r, t, low, r.uniform(.1, .8), r.uniform(.03, .12)) + .3 * swept(r, t, low * 1.59, .2, .05) * fall(t, .2)
    return body * fall(t, r.uniform(.25, .9)) + band(hiss(r, t), 200, 6000) * fall(t, .06) * r.uniform(0, .25)


def snare(r):
    t = clock(r.uniform(.12, .5))
    low = r.uniform(150, 260)
    body = (np.sin(2 * np.pi * low * t) + .6 * np.sin(2 * np.pi * low * r.uniform(1.5, 1.9) * t)) * fall(t, r.uniform(.08, .25))
    wires = band(hiss(r, t), r.uniform(700, 2500), r.uniform(7000, 15000), 2) * fall(t, r.uniform(.12, .45))
    return drive(body * r.uniform(.2, 1) + wires * r.uniform(.3, .8), r.uniform(.5, 2))


def clap(r):
    t = clock(r.uniform(.15, .5))
    envelope = .5 * fall(t, r.uniform(.15, .5)) * (t > .03)
    for start in np.cumsum(r.uniform(.007, .013, 4)) - .01:
        envelope = envelope + (t >= start) * fall(np.maximum(0, t - start), .03)
    return band(hiss(r, t), r.uniform(600, 1100), r.uniform(2000, 7000), 2) * envelope


def rim(r):
    t = clock(r.uniform(.03, .12))
    tones = sum(np.sin(2 * np.pi * hz * t) for hz in (r.uniform(400, 900), r.uniform(1500, 2100), r.uniform(2300, 3500)))
    return tones * fall(t, r.uniform(.02, .08)) + band(hiss(r, t), 2000, 9000) * fall(t, .015) * r.uniform(.2, 1)


def metal(r, t):
    """Six squares, as in old drum machines, and hiss."""
    base = r.uniform(.8, 1.3)
    squares = sum(np.sign(np.sin(2 * np.pi * hz * base * t)) for hz in (205.3, 304.4, 369.6, 522.7, 540, 800))
    return squares / 6 * r.uniform(0, 1) + hiss(r, t) * r.uniform(.1, .8)


def hat(r, seconds):
    t = clock(max(.03, seconds))
    return band(metal(r, t), r.uniform(5000, 8500), r.uniform(11000, 18000), 3) * fall(t, seconds)


def hat_closed(r):
    return hat(r, r.uniform(.03, .14))


def hat_open(r):
    return hat(r, r.uniform(.3, 1.1))


def cymbal(r):
    t = clock(2)
    wash = band(metal(r, t), r.uniform(1200, 4500), r.uniform(9000, 17000), 2) * fall(t, r.uniform(1.2, 3.5))
    return wash + band(hiss(r, t), 3000, 14000) * fall(t, r.uniform(.1, .4)) * r.uniform(0, 1)


def perc_bell(r):
    t, low = clock(r.uniform(.2, 1)), r.uniform(450, 1100)
    tone = np.sign(np.sin(2 * np.pi * low * t)) + np.sign(np.sin(2 * np.pi * low * r.uniform(1.42, 1.55) * t))
    return band(tone, low * .7, low * r.uniform(3, 8), 2) * (fall(t, r.uniform(.2, 1)) + .6 * fall(t, .05))


def perc_wood(r):
    t, low = clock(r.uniform(.04, .16)), r.uniform(700, 2700)
    return (np.sin(2 * np.pi * low * t) + r.uniform(0, .5) * np.sin(2 * np.pi * low * 2.6 * t)) * fall(t, r.uniform(.03, .13))


def perc_hand(r):
    t, low = clock(r.uniform(.1, .6)), r.uniform(110, 480)
    modes = sum(r.uniform(.2, 1) * np.sin(2 * np.pi * low * m * t) * fall(t, r.uniform(.08, .5) / m) for m in (1, 1.5, 1.99, 2.44))
    return modes + band(hiss(r, t), 800, 7000) * fall(t, r.uniform(.01, .05)) * r.uniform(.2, 1.2)


def perc_shaker(r):
    t = clock(r.uniform(.06, .3))
    rise = r.uniform(.01, .08)
    return band(hiss(r, t), r.uniform(3500, 7000), 17000, 2) * np.minimum(1, t / rise) ** 2 * fall(np.maximum(0, t - rise), r.uniform(.05, .25))


MAKERS = (kick, tom, snare, clap, rim, hat_closed, hat_open, cymbal, perc_bell, perc_wood, perc_hand, perc_shaker)


def made(count, seed):
    """`count` sounds of each class: (class, samples × 1)."""
    random = np.random.default_rng(seed)
    for maker in MAKERS:
        for _ in range(count):
            x = maker(random)[:2 * RATE]
            edge = min(len(x), 200)
            x[len(x) - edge:] *= np.linspace(1, 0, edge)
            yield maker.__name__, (x / (np.abs(x).max() + 1e-9) * .8).astype('f4')[:, None]
