"""Makes pieces with a known key: progressions, bass lines and melodies by the rules of major and minor, on the tonic C.

They are notes (start, length, MIDI pitch, strength) in beats, and the pitch-class views that tonality.c makes."""
import numpy as np

SCALE = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10))
PROGRESSIONS = (
    ('1451', '1564', '1645', '2511', '1415', '1345', '6415', '1544', '4511', '1245', '1625', '4151', '1465', '15634145',
     '11415415', '1425', '4411'),
    ('1637', '1451', '1767', '1671', '1473', '1415', '1376', '1645', '1167', '1765', '4151', '1567', '2511', '1465',
     '6711', '11415415', '1617'))
LENGTHS = (.5, .5, 1, 1, 1.5, 2)


class Piece:
    def __init__(self, random):
        self.random, self.minor, self.notes = random, int(random.integers(2)), []
        self.scale = SCALE[self.minor]
        degrees = self.choose_degrees()
        self.beats = 4 if len(degrees) <= 4 else 2
        self.degrees = degrees * int(random.integers(1, 5)) + ([1] if random.random() < .45 else [])
        self.length = len(self.degrees) * self.beats
        self.seventh, self.base = random.random() < .2, 48 + int(random.integers(-5, 8))
        self.compose()

    def chance(self, share):
        return self.random.random() < share

    def choose_degrees(self):
        names = PROGRESSIONS[self.minor]
        degrees = [int(c) for c in names[self.random.integers(len(names))]]
        turn = self.random.integers(len(degrees)) if self.chance(.12) else 0
        return degrees[turn:] + degrees[:turn]

    def chord(self, degree):
        steps = [degree - 1 + 2 * k for k in range(4 if self.seventh else 3)]
        notes = [self.scale[s % 7] + 12 * (s // 7) for s in steps]
        if self.minor and degree == 5 and self.chance(.65):  # the leading note
            notes = [n + 1 if n % 12 == 10 else n for n in notes]
        return notes

    def compose(self):
        kind = self.random.random()
        chords = bass = melody = False
        if self.chance(.04):
            self.add_drone()
            return
        if kind < .3:
            melody, bass = True, self.chance(.25)
        elif kind < .5:
            bass, chords = True, self.chance(.2)
        else:
            chords, bass, melody = True, self.chance(.7), self.chance(.4)
        arpeggio, inverted = self.chance(.3), self.chance(.5)
        for i, degree in enumerate(self.degrees):
            chord = self.chord(degree)
            if chords:
                self.add_chord(i * self.beats, [self.base + n - (12 if inverted and n > 9 else 0) for n in chord], arpeggio)
            if bass:
                self.add_bass(i * self.beats, chord)
        if melody:
            self.add_melody()
        for _ in range(int(self.random.integers(1, 6)) if self.chance(.15) else 0):
            self.notes.append((self.random.uniform(0, self.length), .5, int(self.random.integers(48, 72)), .4))

    def add_drone(self):
        for step in (0, 12, 7)[:int(self.random.integers(1, 4))]:
            self.notes.append((0, self.length, self.base + step, .7))

    def add_chord(self, start, voices, arpeggio):
        if arpeggio:
            for k in range(2 * self.beats):
                voice = voices[int(self.random.integers(len(voices))) if self.chance(.3) else k % len(voices)]
                self.notes.append((start + k / 2, .5, voice, .7))
            return
        for voice in voices:
            self.notes.append((start, self.beats * (1 if self.chance(.7) else .5), voice, .7))

    def add_bass(self, start, chord):
        at = 0
        while at < self.beats:
            length = (.5, 1, 2, self.beats)[int(self.random.integers(4))]
            other = chord[int(self.random.integers(1, 3))] if self.chance(.7) else self.scale[int(self.random.integers(7))]
            step = (chord[0] if self.chance(.7) else other) % 12
            self.notes.append((start + at, length, 36 + step - (12 if step > 7 else 0), .9))
            at += length

    def next_degree(self, degree, at):
        if not self.chance(.35):
            return max(-5, min(10, degree + int(self.random.integers(-2, 3))))
        root = self.degrees[min(len(self.degrees) - 1, int(at // self.beats))] - 1
        tones = [(root + 2 * k) % 7 for k in range(3)]
        near = int(np.argmin([abs(degree % 7 - t) + self.random.random() for t in tones]))
        return max(-5, min(10, tones[near] + 7 * (degree // 7)))

    def add_melody(self):
        at, degree = 0, int((0, 2, 4)[self.random.integers(3)])
        while at < self.length:
            length = LENGTHS[int(self.random.integers(6))]
            degree = self.next_degree(degree, at)
            last = at + length >= self.length - 1
            if last and self.chance(.75):
                degree, length = 7 * round(degree / 7), 2
            step = self.scale[degree % 7] + 12 * (degree // 7)
            step += self.minor and step % 12 == 10 and self.chance(.5)
            self.notes.append((at, length, 60 + int(step), .8))
            at = self.length if last else at + length

    def views(self):
        """The views (5 × 12) of struct tonality, for notes with decreasing overtones."""
        r = self.random
        slots = max(8, int(self.length * 4))
        chroma, bass, lowest = np.zeros((slots, 12)), np.zeros((slots, 12)), np.full(slots, 999)
        fall, fade = .75 + .2 * r.random(), r.uniform(0, .6)
        partials = [(0, 1)] + [(step, r.uniform(.1, .9) * fall ** k) for k, step in enumerate((0, 7, 0, 4, 7, 10, 0))]
        for start, length, pitch, strength in self.notes:
            first = int(start * 4)
            for i in range(first, min(slots, max(first + 1, int((start + length) * 4 + r.integers(0, 3))))):
                power = strength * np.exp(-fade * (i - first) / 4)
                for step, share in partials:
                    chroma[i, (pitch + step) % 12] += power * share
                if pitch < lowest[i]:
                    lowest[i], bass[i] = pitch, 0
                    bass[i, pitch % 12] = power
        return views_of(chroma, bass)


def views_of(chroma, bass):
    power = chroma.sum(1)
    active = power > .05 * power.max()
    chroma, bass = chroma[active], bass[active]
    tenth = max(1, len(chroma) // 10)
    even = (chroma / (chroma.sum(1, keepdims=True) + 1e-9)) ** .5
    views = np.array([v.sum(0) for v in (chroma, even, bass, chroma[:tenth], chroma[-tenth:])])
    return views / (views.sum(1, keepdims=True) + 1e-9)


def pieces(count, seed):
    random = np.random.default_rng(seed)
    return [Piece(random) for _ in range(count)]


def played(piece, synth, random, programs):
    """The sound of a piece: a random tempo and key, and a random instrument for each register."""
    beat, turn = 60 / random.uniform(80, 150), int(random.integers(-5, 7))
    channels = {c: (0, int(random.choice(programs))) for c in (0, 1, 2)}
    notes = [(start * beat, 0 if pitch < 48 else 1 if pitch < 62 else 2, pitch + turn, int(40 + 75 * strength), length * beat)
             for start, length, pitch, strength in piece.notes if start * beat < 12]
    return synth.render(channels, notes, min(14, piece.length * beat + .5))
