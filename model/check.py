"""Scores classes and similarity on kits outside the training: the kits are split into two halves, and each half is
scored by the model of the other. Prints, as shared by both halves: top-1, precision@10 (macro, micro; drums)."""
import argparse
import sys

import numpy as np

import audio
import loops
import train


def halves(kits, names, seed):
    """Instruments of a class alternate; drum kits go in pairs of equal size."""
    random, side = np.random.default_rng(seed), {}
    unique = sorted(set(kits))
    random.shuffle(unique)
    count = {}
    for kit in (k for k in unique if k.startswith('gm_')):
        name = names[kits == kit][0]
        side[kit] = (count.get(name, random.integers(2)) + 1) % 2
        count[name] = side[kit]
    drums = sorted((k for k in unique if not k.startswith('gm_')), key=lambda k: -(kits == k).sum())
    for i in range(0, len(drums), 2):
        turn = random.integers(2)
        for j, kit in enumerate(drums[i:i + 2]):
            side[kit] = (j + turn) % 2
    return np.array([side[k] for k in kits])


def embed(found, x):
    """Computes the same as embed.c."""
    blocks = [np.sqrt(train.class_shares(found, x)) @ found['embed.timbre'] if b == 1
              else x @ found[f'embed.block{b}'] + found[f'embed.bias{b}'] for b in range(5)]
    return np.hstack(blocks)


def precision(z, y, kits):
    """class → precision@10 of its sounds, among other kits only."""
    found = {}
    square = (z * z).sum(1)
    distance = square[:, None] + square - 2 * z @ z.T
    for i in range(len(z)):
        other = kits != kits[i]
        there = (other & (y == y[i])).sum()
        if there:
            near = np.argsort(np.where(other, distance[i], np.inf), kind='stable')[:10]
            found.setdefault(y[i], []).append((y[near] == y[i]).sum() / min(10, there))
    return found


def summary(found):
    drums = train.classes(train.DRUMS)
    part = {k: v for k, v in found.items() if k in drums}
    return [f(p) for p in (found, part) for f in (lambda p: np.mean([np.mean(v) for v in p.values()]),
                                                   lambda p: np.mean([x for v in p.values() for x in v]))]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('--build', default='build')
    options.add_argument('--rounds', type=int, default=2)
    chosen = options.parse_args()
    originals = list(audio.originals())
    material = train.Material(train.Ear(chosen.build), originals, loops.sounds_of(originals))
    names = np.array([sound.kind for sound in originals])
    results = []
    for seed in range(chosen.rounds):
        side = halves(material.labelled.kit, names, seed)
        for half in (0, 1):
            found, heard = {}, side == half
            material.learn(found, ~heard)
            heard = heard & material.listed
            y, kits = material.labelled.y[heard], material.labelled.kit[heard]
            x = np.clip((material.labelled.rows[heard] - found['row.mean']) / found['row.spread'], -4, 4)
            shares = train.class_shares(found, x)
            right = (shares.argmax(1) == y).mean()
            results.append([right] + summary(precision(embed(found, x), y, kits)))
            print(np.round(results[-1], 3), file=sys.stderr, flush=True)
    print('top-1 %.3f  precision@10 %.3f / %.3f  drums %.3f / %.3f' % tuple(np.mean(results, 0)))


if __name__ == '__main__':
    main()
