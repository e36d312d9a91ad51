"""Sounds made by rule, so that a class is more than the kits it was heard in: drum machines and simple synthesizers.

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


def pitch(r, low=45, high=76):
    return 440 * 2 ** ((r.integers(low, high) - 69) / 12)


def harmonic(t, hz, gains, wobble=0, rate=5.5):
    """Partials at whole multiples; `gains` from the first on."""
    turn = phase(hz * (1 + wobble * np.sin(2 * np.pi * rate * t)))
    return sum(g * np.sin((k + 1) * turn) for k, g in enumerate(gains) if (k + 1) * hz < RATE / 2.3)


def held(t, attack, release=.08):
    return np.minimum(1, t / attack) * np.minimum(1, np.maximum(0, t[-1] - t) / release)


def saw(t, hz, voices=1, spread=0., r=None):
    offsets = r.uniform(-spread, spread, voices) if voices > 1 else [0]
    return sum(2 * ((t * hz * (1 + o) + i * .37) % 1) - 1 for i, o in enumerate(offsets)) / voices


def opening(x, t, low, high, seconds, up=False):
    """A low-pass that closes (or opens) from `high` to `low` Hz, as two filtered copies cross-faded."""
    mix = np.minimum(1, t / seconds) if up else fall(t, seconds)
    return band(x, 20, high, 2) * mix + band(x, 20, low, 2) * (1 - mix)


def bass(r):
    t, hz = clock(r.uniform(.3, 1.5)), pitch(r, 26, 48)
    wave = [saw(t, hz, 2, .004, r), np.sign(np.sin(2 * np.pi * hz * t)), np.sin(2 * np.pi * hz * t + r.uniform(.5, 3) * np.sin(2 * np.pi * hz * t))]
    x = opening(wave[r.integers(3)], t, r.uniform(120, 500), r.uniform(600, 4000), r.uniform(.1, .8))
    return drive(x * fall(t, r.uniform(.6, 5)) * held(t, .004, .03), r.uniform(.3, 3))


def lead(r):
    t, hz = clock(r.uniform(.6, 1.6)), pitch(r, 55, 80)
    wave = saw(t, hz, int(r.integers(1, 4)), .006, r) if r.random() < .5 else np.sign(np.sin(phase(hz * (1 + .004 * np.sin(30 * t)))) + r.uniform(-.6, .6))
    return band(wave, 60, r.uniform(2500, 12000), 2) * held(t, r.uniform(.004, .03))


def pad(r):
    t, hz = clock(2), pitch(r, 48, 70)
    wave = saw(t, hz, 6, .01, r) + saw(t, hz * 2 ** (r.choice([7, 12, 0]) / 12), 4, .01, r)
    return opening(wave, t, r.uniform(500, 1500), r.uniform(1500, 5000), 1, True) * held(t, r.uniform(.15, .7), .4)


def string(r):
    t, hz = clock(r.uniform(1, 2)), pitch(r, 45, 80)
    x = sum(harmonic(t, hz * (1 + r.normal(0, .003)), [1 / (k + 1) ** r.uniform(.8, 1.2) for k in range(24)], .004, r.uniform(4.5, 6.5)) for _ in range(int(r.integers(1, 5))))
    return band(x, 100, r.uniform(3000, 8000), 1) * held(t, r.uniform(.05, .3), .2)


def brass(r):
    t, hz = clock(r.uniform(.5, 1.4)), pitch(r, 45, 72)
    x = harmonic(t, hz, [r.uniform(.7, 1) * .86 ** k for k in range(26)], .002)
    return opening(x, t, r.uniform(1500, 4500), r.uniform(400, 900), r.uniform(.02, .1)) * held(t, r.uniform(.02, .08))


def reed(r):
    t, hz = clock(r.uniform(.5, 1.4)), pitch(r, 48, 78)
    even = r.uniform(.02, .8)
    x = harmonic(t, hz, [(1 if k % 2 == 0 else even) * r.uniform(.3, 1) * .82 ** k for k in range(18)], .003 * r.random())
    return (x + .03 * band(hiss(r, t), 1000, 6000)) * held(t, r.uniform(.02, .09))


def flute(r):
    t, hz = clock(r.uniform(.5, 1.4)), pitch(r, 60, 88)
    x = harmonic(t, hz, [1, r.uniform(.05, .5), r.uniform(.02, .25), r.uniform(0, .08)], .004 * r.random(), r.uniform(4, 6))
    return (x + r.uniform(.02, .15) * band(hiss(r, t), hz, hz * 5, 1)) * held(t, r.uniform(.03, .12))


def organ(r):
    t, hz = clock(r.uniform(.7, 1.5)), pitch(r, 45, 76)
    bars = r.random(9) ** 2 * (r.random(9) < .7)
    bars[2] = 1
    x = sum(g * np.sin(2 * np.pi * hz * m * t) for g, m in zip(bars, (.5, 1.5, 1, 2, 3, 4, 5, 6, 8)) if hz * m < 18000)
    tremble = 1 + r.uniform(0, .25) * np.sin(2 * np.pi * r.uniform(5, 7) * t)
    return (x * tremble + band(hiss(r, t), 2000, 8000) * fall(t, .015) * r.uniform(0, .5)) * held(t, r.uniform(.002, .02), .03)


def struck(r, t, hz, ratios, seconds, bright):
    return sum(bright ** k * np.sin(2 * np.pi * hz * m * t + r.uniform(0, 6)) * fall(t, seconds / (1 + .4 * k))
               for k, m in enumerate(ratios) if hz * m < 18000)


def piano(r):
    t, hz = clock(r.uniform(.8, 2)), pitch(r, 40, 80)
    stiff = r.uniform(1e-4, 8e-4)
    ratios = [k * np.sqrt(1 + stiff * k * k) for k in range(1, 16)]
    x = struck(r, t, hz, ratios, r.uniform(1.5, 4), r.uniform(.55, .85))
    return x + band(hiss(r, t), 100, 3000) * fall(t, .04) * r.uniform(.02, .2)


def mallet(r):
    t, hz = clock(r.uniform(.4, 1.8)), pitch(r, 55, 92)
    ratios = ((1, 3.93, 9.5), (1, 4, 10), (1, 2.76, 5.4, 8.9), (1, 2, 5.9))[r.integers(4)]
    return struck(r, t, hz, ratios, r.uniform(.3, 3), r.uniform(.15, .5)) + band(hiss(r, t), 500, 6000) * fall(t, .015) * r.uniform(0, .4)


def guitar(r):
    """A plucked string after Karplus and Strong, by its transfer function on the harmonics."""
    t, hz = clock(r.uniform(.5, 2)), pitch(r, 40, 70)
    pluck, damp = r.uniform(.08, .4), r.uniform(.02, .15)
    x = sum(np.sin(np.pi * k * pluck) / k ** r.uniform(.6, 1.1) * np.sin(2 * np.pi * hz * k * (1 + 4e-5 * k * k) * t)
            * fall(t, r.uniform(1, 3.5) / (1 + damp * k * k ** .5)) for k in range(1, 28) if hz * k < 15000)
    x = x + band(hiss(r, t), 800, 6000) * fall(t, .012) * r.uniform(0, .5)
    return drive(x, r.uniform(4, 15)) * held(t, .002) if r.random() < .3 else x


def vocal(r):
    t, hz = clock(r.uniform(.6, 1.8)), pitch(r, 45, 72)
    formants = ((800, 1150, 2900), (350, 2000, 2800), (270, 2140, 2950), (450, 800, 2830), (325, 700, 2530))[r.integers(5)]
    x = sum(saw(t + .02 * np.sin(2 * np.pi * 5.5 * t) / hz, hz * (1 + r.normal(0, .004))) for _ in range(int(r.integers(1, 6))))
    x = sum(band(x, f * .88, f * 1.13, 3) * .6 ** i for i, f in enumerate(formants))
    return (x + .02 * band(hiss(r, t), 2000, 9000)) * held(t, r.uniform(.04, .3), .15)


MAKERS = (kick, tom, snare, clap, rim, hat_closed, hat_open, cymbal, perc_bell, perc_wood, perc_hand, perc_shaker, bass, lead,
          pad, string, brass, reed, flute, organ, piano, mallet, guitar, vocal)


def made(count, seed):
    """`count` sounds of each class: (class, samples × 1)."""
    random = np.random.default_rng(seed)
    for maker in MAKERS:
        for _ in range(count):
            x = maker(random)[:2 * RATE]
            edge = min(len(x), 200)
            x[len(x) - edge:] *= np.linspace(1, 0, edge)
            yield maker.__name__, (x / (np.abs(x).max() + 1e-9) * .8).astype('f4')[:, None]
