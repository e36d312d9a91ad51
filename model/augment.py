"""Makes another sound of the same class: speed, equaliser, fade, drive, room, noise, a quiet second sound."""
import numpy as np


def resample(x, factor):
    """Plays `x` `factor` times as fast, by cubic Hermite interpolation."""
    at = np.arange(int(len(x) / factor)) * factor
    i = np.minimum(at.astype(int), len(x) - 2)
    a = (at - i).astype('f4')[:, None]
    padded = np.vstack([x[:1], x, x[-1:], x[-1:]])
    p0, p1, p2, p3 = (padded[i + k] for k in range(4))
    return (p1 + .5 * a * (p2 - p0 + a * (2 * p0 - 5 * p1 + 4 * p2 - p3 + a * (3 * (p1 - p2) + p3 - p0)))).astype('f4')


def power_of_two(least):
    return 1 << int(np.ceil(np.log2(least)))


def equalise(x, rate, random):
    size = power_of_two(len(x) + 2048)
    octaves = np.log2((np.fft.rfftfreq(size, 1 / rate) + 1) / 1000)
    db = random.uniform(-2.5, 2.5) * np.clip(octaves, -4, 4)
    for _ in range(random.integers(1, 4)):
        db = db + random.uniform(-8, 8) * np.exp(-.5 * ((octaves - random.uniform(-4, 4)) / random.uniform(.3, 1.2)) ** 2)
    if random.random() < .25:
        db = db - 24 * np.maximum(0, octaves - random.uniform(1.5, 4))
    if random.random() < .2:
        db = db - 18 * np.maximum(0, random.uniform(-4.5, -2.5) - octaves)
    spectrum = np.fft.rfft(x, size, axis=0) * (10 ** (db / 20))[:, None]
    return np.fft.irfft(spectrum, size, axis=0)[:len(x)].astype('f4')


def room(x, rate, random):
    seconds = random.uniform(.08, .9)
    frames = int(rate * seconds * 1.2)
    tail = random.standard_normal((frames, 1)) * np.exp(-6.9 * np.arange(frames) / (seconds * rate))[:, None]
    tail = np.vstack([np.zeros((int(rate * random.uniform(0, .02)), 1)), tail])
    tail *= 3 * 10 ** (random.uniform(-30, -12) / 20) / np.sqrt((tail ** 2).sum() + 1e-9)
    tail[0] = 1
    size = power_of_two(len(x) + len(tail))
    wet = np.fft.irfft(np.fft.rfft(x, size, axis=0) * np.fft.rfft(tail, size, axis=0), size, axis=0)
    return wet[:len(x) + int(rate * min(seconds, .4))].astype('f4')


def fade(x, rate, random):
    return x * np.exp(-np.arange(len(x)) / rate / random.uniform(.1, 1.5))[:, None]


def cut(x, rate, random):
    x = x[:int(len(x) * random.uniform(.4, 1))].copy()
    edge = min(len(x), int(rate * .01))
    x[len(x) - edge:] *= np.linspace(1, 0, edge)[:, None]
    return x


def drive(x, rate, random):
    gain = random.uniform(1, 6) / (np.abs(x).max() + 1e-9)
    return np.tanh(x * gain) / gain


def noise(x, rate, random):
    return x + np.abs(x).max() * 10 ** (random.uniform(-70, -38) / 20) * random.standard_normal(x.shape)


def late(x, rate, random):
    return np.vstack([np.zeros((int(rate * random.uniform(0, .2)), 1)), x])


def faster(x, rate, random):
    return resample(x, 2 ** (random.normal(0, 2.2) / 12))


TREATMENTS = ((.8, faster), (.8, equalise), (.3, fade), (.15, cut), (.3, drive), (.3, room), (.3, noise), (.3, late))


def layer(x, other, random):
    other = other.mean(1, keepdims=True)[:len(x)]
    gain = np.abs(x).max() / (np.abs(other).max() + 1e-9) * 10 ** (random.uniform(-30, -16) / 20)
    x = x.copy()
    x[:len(other)] += other * gain
    return x


def variant(x, rate, random, other):
    """At most five seconds, mono."""
    x = x[:int(rate * 5)].mean(1, keepdims=True)
    if len(x) < 64:
        return x
    for chance, treat in TREATMENTS:
        if random.random() < chance:
            x = treat(x, rate, random)
    if random.random() < .15:
        x = layer(x, other, random)
    return (x / (np.abs(x).max() + 1e-9) * 10 ** (random.uniform(-18, 0) / 20)).astype('f4')
