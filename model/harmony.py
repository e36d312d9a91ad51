"""Progressions with a known key, on the tonic C: walks through functional harmony with modes, substitutions and borrowed
chords. Nothing here may depend on the songs of songs.py."""
import numpy as np

# For each degree its successors and their weights. A capital is a major triad.
SUCCESSORS = ({
    'I': 'IV 5 V 5 vi 4 ii 3 iii 2 bVII 1 iv .5 bVI .4 bIII .3 II .3',
    'ii': 'V 8 IV 1 vi .6 I 1 iii .8 bVII .4',
    'iii': 'vi 5 IV 4 ii 1.5 I .5',
    'IV': 'I 5 V 5 ii 2 iv 1 vi 1 bVII .7 iii 1.2',
    'V': 'I 8 vi 2.5 IV 2 ii .7 iii .4',
    'vi': 'IV 4 ii 4 V 2.5 iii 1.5 I 1 II .3',
    'bVII': 'I 3 IV 4 V .6 bVI .6', 'iv': 'I 5 V 1 bVII 1', 'bVI': 'bVII 4 V 1.5 I 1.5 iv .7', 'bIII': 'IV 3 bVI 2 bVII 1 ii 1',
    'II': 'V 4 IV 3 ii 1 I 1'}, {
    'i': 'iv 4 VI 4 VII 4 V 3 v 1.5 III 2 iio 1.5 IV .7 bII .4',
    'iio': 'V 8 i .7',
    'III': 'VI 4 VII 3 iv 2 i 1 iio .5',
    'iv': 'V 4 i 4 VII 3 VI 1 iio 1',
    'v': 'i 3 VI 3 iv 2', 'V': 'i 8 VI 2 iv .8',
    'VI': 'VII 4 III 2 V 3 iv 2 i 2 iio 1',
    'VII': 'i 4 III 3 VI 3 iv .5 V .5',
    'IV': 'i 4 VII 2 v 1', 'bII': 'V 3 i 3 iv .5'})
VAMPS = (('I bVII', 'I bVII IV', 'I v', 'I IV bVII IV', 'I bVII IV I', 'I v IV', 'I II', 'I II IV', 'I bIII IV', 'I IV I bVII',
          'I bVI bVII', 'I iv'),
         ('i IV', 'i IV VII', 'i ii', 'i bII', 'i bII VII', 'i VII', 'i VII VI VII', 'i v', 'i VI', 'i IV VI V', 'i VI VII', 'i iv',
          'i III IV VI', 'i'))
TONIC, OTHER_STARTS = ('I', 'i'), (('IV', 'V', 'vi', 'ii', 'iii'), ('VI', 'iv', 'V', 'VII', 'III', 'iio'))
APPROACHES = (('ii', 'IV', 'vi', 'iv'), ('iv', 'iio', 'VI'))  # of the dominant, in a cadence
STEPS = ({'I': 0, 'II': 2, 'III': 4, 'IV': 5, 'V': 7, 'VI': 9, 'VII': 11}, {'I': 0, 'II': 2, 'III': 3, 'IV': 5, 'V': 7, 'VI': 8, 'VII': 10})


class Chord:
    def __init__(self, beats, root, intervals, bass=None):
        self.beats, self.root, self.intervals = beats, root % 12, intervals
        self.bass = self.root if bass is None else bass % 12


class Harmony:
    """`chords` of a piece; `minor`: 0 or 1."""

    def __init__(self, random):
        self.random, self.minor = random, int(random.random() < .5)
        self.colour = self.pick(('triad', 'seventh', 'ninth', 'mixed', 'power', 'blues'), (6, 3, 2, 2, 1, .6))
        self.beats = float(self.pick((4, 2, 3, 8), (5, 4, 1, .5)))
        self.applied, self.slash = self.pick((0, .2, .4), (6, 3, 1)), self.pick((0, .2, .5), (5, 3, 1))
        self.leading = self.pick((.95, .5, .1), (4, 1, 1))
        self.chords = self.repeat(self.cycle(self.walk()))

    def chance(self, share):
        return self.random.random() < share

    def pick(self, things, counts=None):
        shares = None if counts is None else np.array(counts, float) / sum(counts)
        return things[int(self.random.choice(len(things), p=shares))]

    def root(self, name):
        plain = name.strip('bo').upper()
        return (STEPS[0][plain] - 1 if name.startswith('b') else STEPS[self.minor][plain]) % 12

    def walk(self):
        """Names of degrees: a vamp of a mode, or a walk from the tonic or elsewhere, perhaps to a cadence."""
        if self.chance(.2):
            names = self.pick(VAMPS[self.minor]).split()
            turn = int(self.random.integers(len(names))) if self.chance(.15) else 0
            return names[turn:] + names[:turn]
        tonic, count = TONIC[self.minor], self.pick((2, 3, 4, 5, 6, 8, 12), (.5, 1, 5, .7, 1.5, 4, 1))
        while True:
            names = [tonic if self.chance(.62) else self.pick(OTHER_STARTS[self.minor])]
            while len(names) < count:
                successors = SUCCESSORS[self.minor][names[-1]].split()
                names.append(self.pick(successors[::2], [float(w) for w in successors[1::2]]))
            if self.chance(.3):
                last = min(3, count - 1)
                names[-last:] = [self.pick(APPROACHES[self.minor]), 'V', tonic][-last:]
            if tonic in names or (self.chance(.1) and 'V' in names):
                return names

    def seventh(self, name, third):
        root = self.root(name)
        if name == 'i' and self.chance(.15):
            return self.pick((9, 11))
        if third == 4 and self.colour == 'blues':
            return 10
        if name == 'I' and self.chance(.2):
            return 9
        major = root in ((0, 5, 8, 3, 1), (3, 8, 1))[self.minor]
        return 11 if third == 4 and major else 10

    def intervals(self, name):
        """Of the chord of a degree, in the piece's colour."""
        third = 3 if name.strip('b').islower() else 4
        fifth, dominant = 6 if name.endswith('o') else 7, name.upper() == 'V'
        if self.minor and name == 'v' and self.chance(self.leading):
            third = 4
        colour = self.colour
        if colour == 'mixed':
            colour = self.pick(('triad', 'seventh', 'ninth', 'sus', 'add'), (4, 3, 1, 1, 1))
        if colour == 'power':
            return [0, 7, 12]
        if colour == 'sus' and third == 4:
            return [0, self.pick((2, 5)), 7] + [10] * dominant
        found = [0, third, fifth] + [14] * (colour == 'add')
        if colour in ('seventh', 'ninth', 'blues') or (colour == 'triad' and dominant and self.chance(.35)):
            found.append(self.seventh(name, third))
        if colour == 'ninth' and fifth == 7:
            flat = third == 4 and self.minor and dominant and self.chance(.6)
            found.append(self.pick((13, 15)) if flat else 14)
            found += [self.pick((21, 17 if third == 3 else 18))] * self.chance(.2)
        return found

    def approach(self, root, beats):
        """Chords that lead to `root`: its dominant, ii–V, the tritone substitution, a diminished or a chromatic chord."""
        kind = self.pick(('dominant', 'two-five', 'tritone', 'diminished', 'chromatic'), (5, 2.5, 1.2, 1, .5))
        if kind == 'dominant':
            return [Chord(beats, root + 7, [0, 4, 7] + [10] * (self.colour != 'power' and self.chance(.8)))]
        if kind == 'two-five':
            return [Chord(beats / 2, root + 2, [0, 3, self.pick((6, 7)), 10]), Chord(beats / 2, root + 7, [0, 4, 7, 10])]
        if kind == 'tritone':
            return [Chord(beats, root + 1, [0, 4, 7, 10])]
        if kind == 'diminished':
            return [Chord(beats, root + 11, [0, 3, 6, 9])]
        return [Chord(beats, root + self.pick((1, 11)), [0, self.pick((3, 4)), 7])]

    def cycle(self, names):
        chords = []
        for i, name in enumerate(names):
            root, found, after = self.root(name), self.intervals(name), self.root(names[(i + 1) % len(names)])
            if after != root and (i + 1 < len(names) or self.chance(.5)) and self.chance(self.applied):
                chords.append(Chord(self.beats / 2, root, found))
                chords += self.approach(after, self.beats / 2)
            else:
                chords.append(Chord(self.beats, root, found, root + self.pick(found[1:3]) if self.chance(self.slash) else None))
        return chords

    def repeat(self, cycle):
        tonic, chords = Chord(self.beats, 0, self.intervals(TONIC[self.minor])), []
        if self.chance(.04):
            return [tonic] * int(self.random.integers(1, 4))
        while not chords or (sum(c.beats for c in chords) <= 24 and self.chance(.7)):
            chords += [c if self.chance(.93) else Chord(c.beats, c.root, c.intervals[:3]) for c in cycle]
        return chords + [tonic] * self.chance(.3)
