"""Learns model/weights.bin from the sounds of audio.py. make model."""
import argparse
import subprocess
import sys
import threading

import numpy as np

import audio
import augment
import hand_drums
import loops
import nets
import packs
import pieces
import played
import weights

VARIANTS, PACK_VARIANTS, LOOPS, PIECES, PLAYED = 6, 4, 4500, 15000, 150
DRUMS = 'clap cymbal hat_closed hat_open kick perc_bell perc_hand perc_shaker perc_wood rim snare tom'.split()
EDGES = np.cumsum((0,) + weights.BLOCK_SIZES)
COMPONENTS = 120, 160, 200  # number that each network reads
OTHER_BLOCKS = 0.6  # weight of the blocks other than timbre


class Ear:
    """The program analyse_file, built with the present weights."""

    def __init__(self, build):
        self.build, self.program = build, f'{build}/analyse_file'

    def learn(self, found):
        weights.write(found)
        subprocess.run(['make', '-s', f'BUILD={self.build}', self.program], check=True, stdout=subprocess.DEVNULL)

    def hear(self, sounds, option):
        """The output of analyse_file for sounds (rate, frames × channels)."""
        ear = subprocess.Popen([self.program, option], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def feed():
            for rate, x in sounds:
                ear.stdin.write(b'%g %d %d\n' % (rate, x.shape[1], len(x)))
                ear.stdin.write(np.ascontiguousarray(x, '<f4').tobytes())
            ear.stdin.close()

        feeder = threading.Thread(target=feed)
        feeder.start()
        heard = ear.stdout.read()
        feeder.join()
        assert ear.wait() == 0, 'analyse_file failed'
        return heard

    def keys(self, sounds):
        """The key (0 to 23) of each sound, and its harmony."""
        heard = np.frombuffer(self.hear(sounds, '--key'), '<f4').reshape(-1, 1 + weights.HARMONY * 12)
        return heard[:, 0].astype(int), heard[:, 1:].reshape(-1, weights.HARMONY, 12)

    def rows(self, sounds):
        return np.frombuffer(self.hear(sounds, '--row'), '<f4').reshape(-1, weights.ROW)

    def candidates(self, sounds):
        """For each sound the candidates' bpm and features."""
        heard, at, found = self.hear(sounds, '--tempo'), 0, []
        while at < len(heard):
            count = int.from_bytes(heard[at:at + 4], 'little')
            width = 2 + weights.TEMPO_FEATURES
            table = np.frombuffer(heard, '<f4', count * width, at + 4).reshape(count, width)
            found.append((table[:, 0].astype(float), table[:, 2:].astype(float)))
            at += 4 + 4 * count * width
        return found


def learn_key(found, ear):
    keys = []

    def sounds():
        for seed in range(1, PIECES // 1500 + 1):
            for sound, key in pieces.tuned(1500, seed):
                keys.append(key)
                yield sound

    mean, spread, values = nets.key_network(ear.keys(sounds())[1], np.array(keys))
    names = 'key.in', 'key.in_bias', 'key.out', 'key.direct', 'key.bias'
    found |= {'key.mean': mean, 'key.spread': spread} | dict(zip(names, values))


def learn_tempo(found, ear, sounds):
    made = list(loops.loops(LOOPS, 5, sounds))
    heard = ear.candidates((loops.RATE, x) for _, x, _ in made)
    mean, spread, (inner, bias, outer, direct) = nets.tempo_scorer(
        [(bpm, c, f) for (bpm, _, _), (c, f) in zip(made, heard) if len(c)])
    found |= {'tempo.mean': mean, 'tempo.spread': spread, 'tempo.in': inner, 'tempo.in_bias': bias, 'tempo.out': outer,
              'tempo.direct': direct}


def variants(originals, count, seed):
    random = np.random.default_rng(seed)
    for _ in range(count):
        for sound in originals:
            other = originals[random.integers(len(originals))].samples
            yield sound.rate, augment.variant(sound.samples, sound.rate, random, other)


def classes(names):
    return np.array([sorted({c for _, c, _ in audio.labels()}).index(n) for n in names])


def wide_columns():
    """The columns that each block of the embedding may read: its own part of the row, and helpful other parts."""
    spectrum, timbre, pitch, amplitude, rhythm, signs = (np.arange(a, b) for a, b in zip(EDGES, EDGES[1:]))
    patch = timbre[:480]
    return {0: np.r_[spectrum, timbre[480:]], 2: np.r_[pitch, spectrum], 3: np.r_[amplitude, patch],
            4: np.r_[rhythm, amplitude, signs]}


def learn_embedding(found, x, y):
    """Blocks of equal mean length, except a longer timbre; timbre's axes separate the classes as far as 16 dimensions
    allow."""
    found['embed.timbre'] = nets.even_directions(weights.CLASSES, weights.EMBEDDING[1]) * np.sqrt(2)
    for block, columns in wide_columns().items():
        axes = nets.discriminant(x[:, columns], y, weights.EMBEDDING[block])
        z = x[:, columns] @ axes
        scale = OTHER_BLOCKS / np.sqrt(5 * ((z - z.mean(0)) ** 2).sum(1).mean())
        full = np.zeros((weights.ROW, axes.shape[1]))
        full[columns] = axes * scale
        found |= {f'embed.block{block}': full, f'embed.bias{block}': -z.mean(0) * scale}


def class_shares(found, x):
    linear = nets.softmax(x @ found['class.linear'] + found['class.bias'])
    inner = [nets.network_shares([found[f'class.{p}{i}'] for p in ('in', 'in_bias', 'out', 'out_bias')], x)
             for i in range(weights.NETS)]
    return (linear + np.mean(inner, 0)) / 2


def even_kits(y, kits):
    """Draws rows so that a kit with many sounds of a class does not dominate the class."""
    groups, inverse, sizes = np.unique([f'{k} {kit}' for k, kit in zip(y, kits)], return_inverse=True, return_counts=True)
    share = 1 / np.sqrt(sizes[inverse])
    return share / share.mean(), np.random.default_rng(3).choice(len(y), len(y), p=share / share.sum())


def learn_classes(found, rows, y, kits):
    """Learns from rows of originals and variants with their classes and kits."""
    share, drawn = even_kits(y, kits)
    mean, spread = rows.mean(0), rows.std(0) + .05
    x = np.clip((rows - mean) / spread, -4, 4)
    found |= {'row.mean': mean, 'row.spread': spread}
    found['class.linear'], found['class.bias'] = nets.linear_classifier(x[drawn], y[drawn])
    counts = share / np.sqrt(np.bincount(y, minlength=weights.CLASSES))[y]
    axes = nets.components(x, max(COMPONENTS))
    for i in range(weights.NETS):
        values = nets.network(x, y, counts, i, axes[:, :COMPONENTS[i]])
        found |= {f'class.{p}{i}': v for p, v in zip(('in', 'in_bias', 'out', 'out_bias'), values)}
    learn_embedding(found, x[drawn], y[drawn])


def learn_judges(found, single, drum, many, tonal):
    """Learns one-shot (single sounds against loops and pieces) and tonal (against drums; `tonal` labels the latter)."""
    x = np.clip((np.concatenate([single, many]) - found['row.mean']) / found['row.spread'], -4, 4)
    is_single = np.r_[np.ones(len(single)), np.zeros(len(many))]
    is_tonal = np.r_[1. - drum, tonal]
    balance = np.where(is_single > 0, 1 / len(single), 1 / len(many))
    whole = np.r_[EDGES[3]:EDGES[6]]
    pitched = np.r_[EDGES[1] + 480:EDGES[3], EDGES[5]:EDGES[6]]
    linear, bias = np.zeros((weights.ROW, 2)), np.zeros(2)
    linear[whole, 0], bias[0] = nets.judge(x[:, whole], is_single, balance)
    linear[pitched, 1], bias[1] = nets.judge(x[:, pitched], is_tonal, np.where(is_tonal > 0, balance, 2 * balance))
    found |= {'judge.linear': linear, 'judge.bias': bias}


def with_drums(x, loop):
    """Mixes a piece with a repeated loop of the same loudness."""
    beat = np.resize(loop, (len(x), 1))
    return x + beat * np.sqrt((x ** 2).mean() / ((beat ** 2).mean() + 1e-9))


def many_sounds(sounds):
    """Loops and pieces: (rate, samples) and whether they are tonal."""
    random, synth = np.random.default_rng(21), audio.Synth()
    programs = sorted({int(p[4:7]) for p, _, _ in audio.labels() if p.startswith('gm/p')})
    for _, x, kind in loops.loops(PLAYED * 3, 6, sounds):
        yield (loops.RATE, x), kind == 'bass'
    drums = [x for _, x, kind in loops.loops(40, 23, sounds) if kind != 'bass']
    for i, piece in enumerate(pieces.pieces(PLAYED, 22)):
        _, x = pieces.played(piece, synth, random, programs)
        yield (audio.RATE, x if i % 2 else with_drums(x, drums[i % len(drums)])), True


class Rows:
    """The model's input for sounds and their variants, with the class and kit of each."""

    def __init__(self, ear, sounds, count, seed):
        self.y, self.kit = classes([sound.kind for sound in sounds]), np.array([sound.kit for sound in sounds])
        self.rows = ear.rows((sound.rate, sound.samples) for sound in sounds)
        self.variants = ear.rows(variants(sounds, count, seed)).reshape(count, len(sounds), -1)

    def all(self, keep=slice(None)):
        """Rows, classes and kits of the kept sounds and their variants."""
        times = len(self.variants) + 1
        return (np.concatenate([self.rows[keep]] + [v[keep] for v in self.variants]), np.tile(self.y[keep], times),
                np.tile(self.kit[keep], times))


class Material:
    """All rows to learn from: those of the labelled sounds, of the packs, of notes and drums that are played for it, and
    of loops and pieces."""

    def __init__(self, ear, originals, sounds):
        self.labelled = Rows(ear, originals, VARIANTS, 7)
        self.listed = np.array([sound.listed for sound in originals])
        self.packs = Rows(ear, list(packs.originals()), PACK_VARIANTS, 9)
        self.played = Rows(ear, [*played.originals(), *hand_drums.originals()], PACK_VARIANTS, 11)
        many = list(many_sounds(sounds))
        self.many = ear.rows(sound for sound, _ in many)
        self.tonal = np.array([float(t) for _, t in many])

    def learn(self, found, keep):
        """Learns the classes from the labelled sounds of the mask `keep` and from all others, and the judges without the
        played ones: long hand drums make them hear a key in other drums."""
        unplayed = self.labelled.all(keep), self.packs.all()
        rows, y, kits = (np.concatenate(parts) for parts in zip(*unplayed, self.played.all()))
        learn_classes(found, rows, y, kits)
        rows, y, _ = (np.concatenate(parts) for parts in zip(*unplayed))
        learn_judges(found, rows, np.isin(y, classes(DRUMS)), self.many, self.tonal)


def folds(kits, count=3):
    """Distributes kits over folds, the large ones first; each General MIDI instrument is a kit."""
    names, sizes = np.unique(kits, return_counts=True)
    fold, filled = {}, np.zeros(count)
    for i in np.argsort(-sizes, kind='stable'):
        if names[i].startswith('gm_'):
            fold[names[i]] = int(names[i][3:]) // 2 % count
            continue
        fold[names[i]] = int(np.argmin(filled))
        filled[fold[names[i]]] += sizes[i]
    return np.array([fold[k] for k in kits])


def held_out(material, found):
    """The class probabilities of each original, from a model that did not learn from its kit."""
    heard = material.labelled
    fold, shares = folds(heard.kit), np.zeros((len(heard.y), weights.CLASSES))
    for k in range(fold.max() + 1):
        part = dict(found)
        material.learn(part, fold != k)
        x = np.clip((heard.rows[fold == k] - part['row.mean']) / part['row.spread'], -4, 4)
        shares[fold == k] = class_shares(part, x)
    return shares


def learn_sharpness(found, shares, y):
    """The exponent with which the held-out probabilities are likeliest."""
    found['class.sharpness'] = nets.likeliest_sharpness(np.log(shares + 1e-6), y)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('--build', default='build')
    options.add_argument('--keep', nargs='*', default=[], choices=('key', 'tempo'), help='what weights.bin has')
    chosen = options.parse_args()
    found, ear = {}, Ear(chosen.build)
    originals = list(audio.originals())
    sounds = loops.sounds_of(originals)
    say = lambda text: print(text, file=sys.stderr, flush=True)
    say(f'{len(originals)} sounds')
    if 'key' not in chosen.keep:
        ear.learn(found)
        learn_key(found, ear)
        say('the key is learned')
    if 'tempo' not in chosen.keep:
        ear.learn(found)
        learn_tempo(found, ear, sounds)
        say('the tempo is learned')
    ear.learn(found)
    material = Material(ear, originals, sounds)
    shares, y = held_out(material, found), material.labelled.y
    right = (shares.argmax(1) == y)[material.listed]
    say(f'classes, whole kits held out: {right.mean():.3f} right')
    learn_sharpness(found, shares, y)
    material.learn(found, np.ones(len(y), bool))
    ear.learn(found)
    say('model/weights.bin is written')


if __name__ == '__main__':
    main()
