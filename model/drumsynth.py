"""Plays the DrumSynth presets (.ds) of LMMS: a falling tone, noise, two overtones and two bands of noise, each with its
own envelope, then a filter and distortion. The result is close to that of DrumSynth, but not equal."""
import configparser

import numpy as np

RATE = 44100
LONGEST = 3 * RATE


def read(path):
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters='=', comment_prefixes=(';;',))
    parser.read_string(open(path, encoding='latin1').read())
    return parser


class Part:
    """A section; missing values are zero."""

    def __init__(self, parser, name):
        self.values = parser[name] if parser.has_section(name) else {}

    def number(self, key, default=0.):
        try:
            return float(self.values.get(key, default))
        except ValueError:
            return default

    def points(self, key, stretch=1.):
        """An envelope: points of (sample, share of the full level)."""
        pairs = [p.split(',') for p in self.values.get(key, '').split() if p.count(',') == 1]
        pairs = [(float(t) * stretch, float(level) / 100) for t, level in pairs] or [(0, 0)]
        return np.array(pairs).T

    def gain(self):
        return (self.number('Level', 128) / 128) ** 2


def curve(points, count):
    t, level = points
    return np.interp(np.arange(count), t, level, right=level[-1] if len(t) < 2 else 0)


def wave(phase, kind):
    """0 sine, 1 a sine with its second harmonic, 2 triangle, 3 saw, 4 square; `phase` in turns."""
    turn = phase % 1
    return (np.sin(2 * np.pi * phase), np.abs(2 * np.sin(np.pi * phase)) - 1, 4 * np.abs(turn - .5) - 1, 2 * turn - 1,
            np.where(turn < .5, 1., -1.))[int(kind) % 5]


def pitch(tone, count, tune):
    first, last, droop = tone.number('F1', 60) * tune, tone.number('F2', 60) * tune, tone.number('Droop')
    if droop > 0:
        length = max(1, tone.points('Envelope')[0][-1])
        pull = 10 ** ((droop - 20) / 30) / length * 4
        return last + (first - last) * np.exp(-pull * np.arange(count))
    return np.interp(np.arange(count), [0, max(1, tone.points('Envelope')[0][-1])], [first, last])


def tone(part, count, stretch, hz):
    phase = np.cumsum(hz) / RATE + part.number('Phase', 90) / 360
    return part.gain() * np.sin(2 * np.pi * phase) * curve(part.points('Envelope', stretch), count)


def tilted(noise, slope):
    """-100: dull; 100: bright."""
    hz = np.maximum(np.fft.rfftfreq(len(noise), 1 / RATE), 20)
    gain = (hz / 4000) ** (slope / 60) if slope > 0 else 1 / np.sqrt(1 + (hz / (12000 * 10 ** (slope / 70))) ** 2)
    return np.fft.irfft(np.fft.rfft(noise) * gain, len(noise))


def noise(part, count, stretch, random):
    x = tilted(random.uniform(-1, 1, count), part.number('Slope'))
    return part.gain() * x / (np.abs(x).max() + 1e-9) * curve(part.points('Envelope', stretch), count)


def band(part, count, stretch, tune, random):
    """Noise around a frequency: slow noise times a sine."""
    slow = random.standard_normal(count)
    hz, edge = np.fft.rfftfreq(count, 1 / RATE), 10 ** (part.number('dF', 50) / 100 * 2.2 + 1.2)
    slow = np.fft.irfft(np.fft.rfft(slow) / (1 + (hz / edge) ** 2), count)
    slow /= np.abs(slow).max() + 1e-9
    carrier = np.sin(2 * np.pi * part.number('F', 1000) * tune * np.arange(count) / RATE)
    return part.gain() * slow * carrier * curve(part.points('Envelope', stretch), count)


def overtones(part, count, stretch, tune, hz, base):
    bend = hz / max(base, 1e-3)
    e1, e2 = (curve(part.points(f'Envelope{i}', stretch), count) for i in (1, 2))
    f1, f2 = (part.number(f'F{i}', 200) * tune * (bend if part.number(f'Track{i}') else np.ones(count)) for i in (1, 2))
    depth, method = part.number('Param', 50) / 100, part.number('Method')
    a, b = np.cumsum(f1) / RATE, np.cumsum(f2) / RATE
    w1, w2 = part.number('Wave1'), part.number('Wave2')
    if method == 1:
        x = wave(a + depth ** 2 * 4 * e2 * wave(b, w2), w1) * e1
    elif method == 2:
        x = wave(a, w1) * e1 * (1 - depth + depth * wave(b, w2) * e2)
    elif method == 3:
        tones = sum(wave(np.cumsum(f1 * ratio) / RATE, 4) for ratio in (1, 1.483, 1.932, 2.546, 2.63, 3.897))
        x = (tones / 6) * e1 + .3 * wave(b, w2) * e2 * depth
    else:
        x = (1 - depth / 2) * wave(a, w1) * e1 + (.5 + depth / 2) * wave(b, w2) * e2
    return part.gain() * x


def filtered(x, part, stretch):
    """A swept low-pass (or its complement), in blocks that overlap by half."""
    cut = curve(part.points('FilterEnv', stretch), len(x))
    if part.values.get('FilterEnv', '').startswith('0,100 442000,100'):
        cut = np.ones(len(x))
    sharp, block = 1 + part.number('Resonance') / 12, 1024
    window = np.hanning(block + 1)[:block]
    padded, out = np.pad(x, (block, 2 * block)), np.zeros(len(x) + 3 * block)
    hz = np.fft.rfftfreq(block, 1 / RATE)
    for at in range(0, len(x) + block, block // 2):
        edge = 20 * 1000 ** cut[min(len(x) - 1, max(0, at - block // 2))]
        gain = 1 / np.sqrt((1 - (hz / edge) ** 2) ** 2 + (hz / edge / sharp) ** 2 * 2)
        gain = (hz / edge) ** 2 * gain if part.number('HighPass') else gain
        out[at:at + block] += np.fft.irfft(np.fft.rfft(padded[at:at + block] * window) * gain, block)
    return out[block:block + len(x)]


def distorted(x, part):
    x = np.clip(x * 10 ** (part.number('Clipping') / 20), -1, 1)
    every = int(part.number('Rate')) + 1
    x = np.repeat(x[::every], every)[:len(x)]
    steps = 2. ** (15 - 2 * part.number('Bits'))
    return np.round(x * steps) / steps


def played(path, seed=0):
    """The preset's sound, frames × 1, at most three seconds; None if it is silent."""
    parser, random = read(path), np.random.default_rng(seed)
    names = 'General', 'Tone', 'Noise', 'Overtones', 'NoiseBand', 'NoiseBand2', 'Distortion'
    general, low, hiss, over, band1, band2, distortion = (Part(parser, name) for name in names)
    stretch = (general.number('Stretch', 100) or 100) / 100
    tune = 2 ** (general.number('Tuning') / 12)
    on = lambda part: part.number('On') > 0
    shaped = [(part, 'Envelope') for part in (low, hiss, band1, band2)] + [(over, 'Envelope1'), (over, 'Envelope2')]
    ends = [part.points(key, stretch)[0][-1] for part, key in shaped if on(part)]
    count = int(min(LONGEST, max(ends, default=0)))
    if count < 256:
        return None
    hz = pitch(low, count, tune)
    x = np.zeros(count)
    x += tone(low, count, stretch, hz) if on(low) else 0
    x += noise(hiss, count, stretch, random) if on(hiss) else 0
    x += overtones(over, count, stretch, tune, hz, low.number('F1', 60) * tune) if on(over) else 0
    for part in (band1, band2):
        x += band(part, count, stretch, tune, random) if on(part) else 0
    x = filtered(x, general, stretch) if general.number('Filter') else x
    x = distorted(x, distortion) if on(distortion) else x
    most = np.abs(x).max()
    return (x / most * .8).astype('f4')[:, None] if most > 1e-4 and np.isfinite(most) else None
