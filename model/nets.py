"""Learns discriminants, small networks and logistic regressions, with plain numpy, from fixed seeds."""
import numpy as np

import weights


def softmax(scores):
    p = np.exp(scores - scores.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


class Adam:
    def __init__(self, values, slow=.999):
        self.values, self.slow, self.step = values, slow, 0
        self.mean = [np.zeros_like(v) for v in values]
        self.square = [np.zeros_like(v) for v in values]

    def descend(self, slopes, rate, decay=0):
        self.step += 1
        for i, (value, slope) in enumerate(zip(self.values, slopes)):
            self.mean[i] = .9 * self.mean[i] + .1 * slope
            self.square[i] = self.slow * self.square[i] + (1 - self.slow) * slope * slope
            mean, square = self.mean[i] / (1 - .9 ** self.step), self.square[i] / (1 - self.slow ** self.step)
            value -= rate * (mean / (np.sqrt(square) + 1e-8) + (decay * value if value.ndim > 1 else 0))


def discriminant(x, y, size, shrink=.4):
    """Linear discriminants; the within-class scatter is shrunk towards a sphere, and all classes have equal weight."""
    within, between = np.zeros((x.shape[1],) * 2), np.zeros((x.shape[1],) * 2)
    for k in np.unique(y):
        rows = x[y == k]
        within += np.cov(rows.T)
        off = rows.mean(0) - x.mean(0)
        between += np.outer(off, off)
    within /= len(np.unique(y))
    within = (1 - shrink) * within + shrink * np.trace(within) / len(within) * np.eye(len(within))
    spread, axes = np.linalg.eigh(within)
    whiten = axes / np.sqrt(spread)
    _, turn = np.linalg.eigh(whiten.T @ between @ whiten)
    return (whiten @ turn[:, ::-1])[:, :size]


def linear_classifier(x, y, softness=8):
    """Weights and biases whose softmax depends on the distances to the class means in the discriminants' space."""
    axes = discriminant(x, y, weights.CLASSES - 2)
    means = np.array([(x[y == k] @ axes).mean(0) if (y == k).any() else np.full(axes.shape[1], 1e3)
                      for k in range(weights.CLASSES)])
    return axes @ means.T * 2 / softness, -(means ** 2).sum(1) / softness


def components(x, size, rows=6000):
    """The principal components of some rows, as columns, scaled to a spread of about one each."""
    some = x[np.random.default_rng(0).choice(len(x), min(rows, len(x)), replace=False)]
    some = some - some.mean(0)
    spread, axes = np.linalg.eigh(some.T @ some / len(some))
    return axes[:, :-size - 1:-1] / np.sqrt(spread[-size:]).mean()


def network(x, y, counts, seed, axes, epochs=25, batch=256, drop=.3, smooth=.1, decay=.02):
    """A network with one hidden layer on the columns `axes`; `counts` are the weights of the rows."""
    random, f = np.random.default_rng(seed), np.float32
    x, hidden = (x @ axes).astype(f), weights.HIDDEN
    values = [(random.standard_normal((x.shape[1], hidden)) * np.sqrt(2 / x.shape[1])).astype(f),
              np.zeros(hidden, f), np.zeros((hidden, weights.CLASSES), f), np.zeros(weights.CLASSES, f)]
    adam, steps = Adam(values), epochs * len(x) // batch
    bounds = np.cumsum(counts / counts.sum())
    for step in range(steps):
        rows = np.minimum(np.searchsorted(bounds, random.random(batch)), len(x) - 1)
        xb = x[rows] + f(.1) * random.standard_normal((batch, x.shape[1]), dtype=f)
        xb *= (random.random(xb.shape, dtype=f) > drop / 3) / f(1 - drop / 3)
        sums = xb @ values[0] + values[1]
        keep = (random.random(sums.shape, dtype=f) > drop) / f(1 - drop) * (sums > 0)
        inner = sums * keep
        wanted = np.full((batch, weights.CLASSES), smooth / weights.CLASSES, f)
        wanted[np.arange(batch), y[rows]] += 1 - smooth
        slope = (softmax(inner @ values[2] + values[3]) - wanted) / batch
        back = slope @ values[2].T * keep
        rate = f(2e-3 * min(1, step / 100) * .5 * (1 + np.cos(np.pi * step / steps)))
        adam.descend([xb.T @ back, back.sum(0), inner.T @ slope, slope.sum(0)], rate, f(decay))
    return [axes @ values[0]] + values[1:]


def network_shares(values, x):
    return softmax(np.maximum(x @ values[0] + values[1], 0) @ values[2] + values[3])


def judge(x, wanted, counts, penalty=3e-3, steps=400):
    """A logistic regression."""
    values = [np.zeros((x.shape[1], 1)), np.zeros(1)]
    adam = Adam(values, .99)
    for step in range(steps):
        p = 1 / (1 + np.exp(-(x @ values[0] + values[1])[:, 0]))
        off = (counts * (p - wanted) / counts.sum())[:, None]
        adam.descend([x.T @ off + penalty * values[0], off.sum(0)], .02 * (1 - step / steps))
    return values[0][:, 0], values[1][0]


def tempo_scorer(sounds, seed=0, epochs=25, batch=16, drop=.15, penalty=1e-3):
    """`sounds`: for each (bpm, candidates' bpm, candidates' features). Learns to score the right candidates highest."""
    random = np.random.default_rng(seed)
    every = np.concatenate([f for _, _, f in sounds])
    mean, spread = every.mean(0), every.std(0) + .02
    right = [np.abs(c / bpm - 1) < .012 for bpm, c, _ in sounds]
    usable = [i for i, r in enumerate(right) if r.any()]
    features = [np.clip((f - mean) / spread, -5, 5) for _, _, f in sounds]
    n, hidden = weights.TEMPO_FEATURES, weights.TEMPO_HIDDEN
    values = [random.standard_normal((n, hidden)) * np.sqrt(1.5 / n), np.zeros(hidden),
              random.standard_normal(hidden) * .1, np.zeros(n)]
    adam, steps = Adam(values), epochs * len(usable) // batch
    for step in range(steps):
        chosen = [usable[k] for k in random.integers(len(usable), size=batch)]
        x = np.concatenate([features[i] for i in chosen])
        x = x * (random.random(x.shape) > drop) / (1 - drop)
        sums = x @ values[0] + values[1]
        rectified = np.maximum(sums, 0)
        scores, slope, at = rectified @ values[2] + x @ values[3], np.zeros(len(x)), 0
        for i in chosen:
            part = slice(at, at + len(features[i]))
            p = np.exp(scores[part] - scores[part].max())
            p /= p.sum()
            good = p * right[i]
            slope[part] = (p - good / (good.sum() + 1e-12)) / batch
            at = part.stop
        back = np.outer(slope, values[2]) * (sums > 0)
        slopes = [x.T @ back, back.sum(0), rectified.T @ slope, x.T @ slope]
        adam.descend([s + penalty * v for s, v in zip(slopes, values)], 3e-3 * .5 * (1 + np.cos(np.pi * step / steps)))
    return mean, spread, values


def likeliest_sharpness(scores, right):
    """The factor of the scores with which the right answers are likeliest."""
    rows = np.arange(len(right))
    return min(np.arange(.5, 3, .05), key=lambda factor: -np.log(softmax(factor * scores)[rows, right] + 1e-9).mean())


def turned(harmony, tonic):
    """The rows of harmony.h (pieces × rows × 12) as they are seen from a tonic, flat."""
    seen = np.roll(harmony, -tonic, axis=2)
    pairs = [np.roll(seen[:, i:i + 12], -tonic, axis=1) for i in range(12, weights.HARMONY, 12)]
    return np.concatenate([seen[:, :12], *pairs], 1).reshape(len(seen), -1)


def key_network(harmony, keys, epochs=8, batch=64, drop=.4, noise=.5, smooth=.15, decay=.02):
    """Learns the network of tonality.h from the harmony of pieces and their keys (0 to 23). It sees each of the 12
    tonics with the same weights, and the right one of the 24 keys is to score highest."""
    random, f, hidden = np.random.default_rng(0), np.float32, weights.KEY_HIDDEN
    x = np.stack([turned(harmony, tonic) for tonic in range(12)], 1)
    mean, spread = x.mean((0, 1)), x.std((0, 1)) + 1e-3
    x, width = np.clip((x - mean) / spread, -4, 4).astype(f), x.shape[2]
    values = [(random.standard_normal((width, hidden)) * np.sqrt(1.5 / width)).astype(f), np.zeros(hidden, f),
              (random.standard_normal((hidden, 2)) * .1).astype(f), np.zeros((width, 2), f), np.zeros(2, f)]
    adam, steps = Adam(values), epochs * len(x) // batch
    for step in range(steps):
        rows = random.integers(len(x), size=batch)
        seen = x[rows] + f(noise) * random.standard_normal((batch, 12, width), dtype=f)
        seen = (seen * (random.random((batch, 1, width), dtype=f) > drop) / f(1 - drop)).reshape(-1, width)
        sums = seen @ values[0] + values[1]
        keep = (random.random(sums.shape, dtype=f) > .3) / f(.7) * (sums > 0)
        inner = sums * keep
        scores = (inner @ values[2] + seen @ values[3] + values[4]).reshape(batch, 12, 2)
        slope = softmax(scores.transpose(0, 2, 1).reshape(batch, 24)) - f(smooth / 24)
        slope[np.arange(batch), keys[rows]] -= 1 - f(smooth)
        slope = slope.reshape(batch, 2, 12).transpose(0, 2, 1).reshape(-1, 2) / batch
        back = slope @ values[2].T * keep
        rate = f(3e-3 * min(1, step / 100) * .5 * (1 + np.cos(np.pi * step / steps)))
        adam.descend([seen.T @ back, back.sum(0), inner.T @ slope, seen.T @ slope, slope.sum(0)], rate, f(decay))
    sharpness = likeliest_sharpness(key_scores(mean, spread, values, harmony), keys)
    return mean, spread, values[:2] + [v * f(sharpness) for v in values[2:]]


def key_scores(mean, spread, values, harmony):
    """The scores of the 24 keys for each piece."""
    x = [np.clip((turned(harmony, tonic) - mean) / spread, -4, 4) for tonic in range(12)]
    scores = np.stack([np.maximum(t @ values[0] + values[1], 0) @ values[2] + t @ values[3] + values[4] for t in x], 2)
    return scores.reshape(len(harmony), 24)


def even_directions(count, size, tries=20, rounds=400):
    """`count` unit vectors in `size` dimensions with small products: alternately limits the products and the rank."""
    random, best = np.random.default_rng(0), None
    for _ in range(tries):
        vectors = random.standard_normal((count, size))
        for _ in range(rounds):
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            products = np.clip(vectors @ vectors.T, -.15, .15)
            np.fill_diagonal(products, 1)
            values, axes = np.linalg.eigh(products)
            vectors = axes[:, -size:] * np.sqrt(np.maximum(values[-size:], 0))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        worst = np.abs(vectors @ vectors.T - np.eye(count)).max()
        if best is None or worst < best[0]:
            best = worst, vectors
    return best[1]
