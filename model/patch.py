"""Plays notes of Gravis patches (.pat), the format of freepats: looped samples with an envelope of six stages."""
import struct

import numpy as np

import augment

RATE = 44100
HEADER, INSTRUMENT, LAYER, SAMPLE = 129, 63, 47, 96
WIDE, UNSIGNED, LOOPED, BOTH_WAYS, SUSTAINED = 1, 2, 4, 8, 32


class Sample:
    def __init__(self, head, data):
        (size, start, end, self.rate, self.low, self.high, self.root, _, _, self.rates, self.offsets, _, self.modes, _,
         _) = struct.unpack_from('<8xIIIHIIIhB6s6s6sBhH', head)
        width = 2 if self.modes & WIDE else 1
        x = np.frombuffer(data[:size - size % width], '<i2' if width == 2 else 'i1').astype('f4') / 128 ** width
        if self.modes & UNSIGNED:
            x = np.where(x < 0, x + 1, x - 1)
        self.x, self.start, self.end, self.size = x, start // width, max(start // width + 1, end // width), size


def samples(path):
    data, at, found = open(path, 'rb').read(), HEADER + INSTRUMENT + LAYER, []
    count = data[at - LAYER + 6]
    for _ in range(count):
        found.append(Sample(data[at:at + SAMPLE], data[at + SAMPLE:]))
        at += SAMPLE + found[-1].size
    return found


def looped(s, frames):
    """The sample with its loop repeated."""
    if not s.modes & LOOPED:
        return s.x
    loop = s.x[s.start:s.end]
    loop = np.concatenate([loop, loop[::-1]]) if s.modes & BOTH_WAYS else loop
    times = max(0, int(np.ceil((frames - s.end) / max(1, len(loop)))))
    return np.concatenate([s.x[:s.end]] + [loop] * times)


def envelope(s, frames, held):
    """Gain of each frame; a stage takes difference × 8192 ÷ rate frames. The end is 0."""
    level, now, t, gain = 0., 0, [0], [0.]
    for stage in range(6):
        if stage == 3 and s.modes & SUSTAINED:
            now = max(now, held)
            t.append(now)
            gain.append(level)
        rate = (s.rates[stage] & 63) << (3 * (3 - (s.rates[stage] >> 6)))
        now += abs(s.offsets[stage] - level) * 8192 / max(1, rate)
        level = float(s.offsets[stage])
        t.append(now)
        gain.append(level)
    level = np.interp(np.arange(frames), t, gain) / 255
    return np.where(level > 0, 10 ** (2.4 * (level - 1)), 0)


def note(path, key, held=1., seconds=3.):
    """One note, frames × 1. Without a key: at the recorded pitch."""
    hz = 440 * 2 ** ((key - 69) / 12) if key else None
    found = samples(path)
    s = min(found, key=lambda s: abs(np.log(s.root / 1000 / hz))) if key else found[0]
    speed = s.rate / RATE * (hz * 1000 / s.root if key else 1)
    x = looped(s, int(seconds * RATE * speed) + 4)
    x = augment.resample(x[:, None], speed)[:int(seconds * RATE)]
    return x * envelope(s, len(x), int(held * RATE))[:, None].astype('f4') if key else x
