"""Hand drums (tabla, conga, bongo, djembe, frame drum) from modes of a membrane and the noise of the hand; all
parameters are drawn at random."""
import numpy as np

import audio

RATE, COUNT = audio.RATE, 200
MODES = np.array([1, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 3.6, 3.652, 4.06, 4.154, 4.6, 4.9, 5.2, 5.6])
LOADED = np.arange(1., 8)                        # the right drum of a tabla: nearly harmonic
DEEP = np.array([1, 1.5, 2, 2.5, 3, 3.6, 4.2])   # its left drum
DRUMS = {'conga': (110, 320), 'bongo': (240, 620), 'djembe': (60, 420), 'frame': (50, 180)}  # Hz of the lowest mode
# Of each stroke: seconds of the lowest mode, loss of the modes above, dB of the hand.
STROKES = {'open': ((.2, 1.1), (.15, .6), (-38, -14)), 'muted': ((.05, .2), (.2, .6), (-38, -14)),
           'slap': ((.05, .35), (0, .25), (-14, 0))}


def span(random, low, high):
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def ring(hz, gains, seconds, random, bend):
    """Partials that fall by 60 dB in `seconds`; bend: the factor of the frequency for each frame."""
    turns, x = np.cumsum(bend) / RATE, np.zeros(len(bend))
    for f, gain, t60 in zip(hz, gains, seconds):
        if 20 < f < 18000:
            n = min(len(x), int(t60 * 1.2 * RATE) + 64)
            phase = random.uniform(0, 2 * np.pi) * (f > 400)
            x[:n] += gain * np.exp(-6.9 * np.arange(n) / RATE / t60) * np.sin(2 * np.pi * f * turns[:n] + phase)
    return x / (np.abs(x).max() + 1e-9)


def hand(random, low, high, seconds, db):
    """Noise between two frequencies; each argument is a range."""
    n, size = RATE // 4, 16384
    hz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1)
    gain = 1 / np.sqrt(1 + (span(random, *low) / hz) ** 4) / np.sqrt(1 + (hz / span(random, *high)) ** 4)
    x = np.fft.irfft(np.fft.rfft(random.standard_normal(size)) * gain, size)[:n]
    fall = np.exp(-6.9 * np.arange(n) / RATE / span(random, *seconds))
    return x / (np.sqrt((x ** 2).mean()) + 1e-9) * fall * 10 ** (random.uniform(*db) / 20)


def mixed(x, y):
    out = np.zeros(max(len(x), len(y)))
    out[:len(x)] += x
    out[:len(y)] += y
    return out


def frames(seconds):
    return np.arange(int(seconds * RATE)) / RATE


def right_tabla(random):
    hz = span(random, 180, 460) * LOADED * (1 + random.normal(0, .015, len(LOADED)))
    gains = 10 ** (-random.uniform(0, 1) * np.abs(LOADED - 1 - random.integers(0, 3)) / 1.5)
    gains *= np.exp(random.normal(0, .5, len(gains)))
    seconds = span(random, .25, 2.5) / (1 + random.uniform(.1, .8) * (LOADED - 1))
    if random.random() < .3:
        seconds[0] *= .2
    x = ring(hz, gains, seconds, random, np.ones(len(frames(min(2.5, seconds.max() * 1.1 + .1)))))
    return mixed(x, hand(random, (800, 2500), (3500, 12000), (.01, .06), (-35, -10)))


def left_tabla(random):
    """The heel of the hand bends the pitch."""
    hz, t60 = span(random, 60, 150) * DEEP * (1 + random.normal(0, .03, len(DEEP))), span(random, .3, 2)
    t = frames(t60 * 1.1 + .1)
    glide = random.choice([0, random.uniform(.05, .8), -random.uniform(.05, .4)])
    curve = 1 - np.exp(-t / span(random, .05, .4))
    if random.random() > .6:
        curve *= np.sin(np.pi * np.minimum(1, t / t60))
    gains = 10 ** (-random.uniform(.2, 1) * np.arange(len(DEEP)) / 1.5)
    x = ring(hz, gains, t60 / (1 + random.uniform(.3, 1.5) * (DEEP - 1)), random, 1 + glide * curve)
    return mixed(x, hand(random, (300, 1500), (2000, 9000), (.01, .08), (-35, -12)))


def closed(random):
    """A stroke that the hand stops."""
    modes = MODES[:10] * (1 + random.normal(0, .05, 10))
    gains = np.exp(random.normal(0, .6, 10)) / (1 + np.arange(10) * random.uniform(0, .5))
    x = ring(span(random, 120, 900) * modes, gains, np.full(10, span(random, .02, .12)), random, np.ones(len(frames(.3))))
    return mixed(x * span(random, .2, 1), hand(random, (200, 1500), (2500, 12000), (.02, .12), (-22, -3)))


def shell(x, random):
    """A resonance of the drum's body."""
    size = 1 << len(x).bit_length()
    hz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1)
    f, sharp, gain = span(random, 120, 900), random.uniform(1, 6), random.uniform(0, 2)
    gain = 1 + gain / np.sqrt(1 + (sharp * (hz / f - f / hz)) ** 2)
    return np.fft.irfft(np.fft.rfft(x, size) * gain, size)[:len(x)]


def struck(random, drum):
    stroke = str(random.choice(list(STROKES), p=[.5, .25, .25]))
    seconds, loss, db = STROKES[stroke]
    modes = MODES[:random.integers(6, 16)]
    modes, t60 = modes * (1 + random.normal(0, .02, len(modes))), span(random, *seconds)
    gains = 10 ** (-random.uniform(*loss) * (modes - 1)) * np.exp(random.normal(0, .4, len(modes)))
    if stroke == 'slap':
        gains[:2] *= span(random, .1, .8)
    bend = 1 + random.uniform(0, .06) * np.exp(-frames(t60 * 1.2 + .1) / .02)
    falls = t60 / (1 + random.uniform(.1, .8) * (modes - 1))
    x = ring(span(random, *DRUMS[drum]) * modes, gains, falls, random, bend)
    return shell(mixed(x, hand(random, (400, 2000), (3000, 13000), (.008, .09), db)), random)


def originals():
    for i in range(COUNT):
        random = np.random.default_rng((31, i))
        drum = str(random.choice(['right', 'left', 'closed', *DRUMS], p=[.22, .18, .12, .16, .12, .12, .08]))
        make = {'right': right_tabla, 'left': left_tabla, 'closed': closed}.get(drum)
        x = make(random) if make else struck(random, drum)
        edge = min(len(x), RATE // 100)
        x[len(x) - edge:] *= np.linspace(1, 0, edge)
        x = (x / np.abs(x).max() * .8).astype('f4')[:, None]
        yield audio.Sound('perc_hand', f'hand_drums_{i // 20}', RATE, audio.trimmed(x), False)
