"""Pieces with a known key, on the tonic C: arrangements of harmony.py for one to five instruments, and drums.

A note is (start, channel, MIDI pitch, velocity, length), in beats. Channels: chords 0 to 2, bass 3, melody 4, drums 9."""
import numpy as np

import audio
import harmony

BASS, MELODY, DRUMS = 3, 4, 9
SCALES, HARMONIC = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)), (0, 2, 3, 5, 7, 8, 11)
PENTATONIC = ((0, 2, 4, 7, 9), (0, 3, 5, 7, 10))
RHYTHMS = (.5, .5, 1), (1, 2, .5), (.25, .5, .5), (1, 1.5, 2, 3)
DRUM_SHARES = (36, .5), (38, .3), (42, .8), (46, .15), (49, .03), (45, .1), (54, .2), (37, .15)
FONTS = audio.SOUNDFONT, audio.SHARE + 'sounds/sf2/TimGM6mb.sf2'
PITCHED = [p for p in range(96) if p not in (47, 55, 78)] + [104, 105, 106, 107, 108, 114]
RATE = 22050


class Piece(harmony.Harmony):
    def __init__(self, random):
        super().__init__(random)
        self.notes, self.length = [], sum(c.beats for c in self.chords)
        self.starts = np.cumsum([0] + [c.beats for c in self.chords])[:-1]
        self.compose()

    def compose(self):
        kind = self.pick(('all', 'chords', 'melody', 'bass', 'duo'), (8, 5, 1.2, 1, 1))
        if kind in ('all', 'chords'):
            for channel in range(self.pick((1, 2, 3), (6, 2.5, 1))):
                self.add_chords(channel)
        if kind in ('bass', 'duo') or (kind == 'all' and self.chance(.85)):
            self.add_bass()
        if kind in ('melody', 'duo') or (kind == 'all' and self.chance(.45)):
            self.add_melody()

    def add(self, start, channel, pitch, velocity, length):
        pitch = int(pitch) - 12 * max(0, (int(pitch) - 85) // 12)
        self.notes.append((start, channel, pitch, int(velocity * self.random.uniform(.85, 1.1)), length))

    def voicing(self, chord, centre, near):
        """Around `centre`, or on the root; sometimes without root or fifth, or spread."""
        found = list(chord.intervals)
        if near:
            if len(found) > 3 and self.chance(.25):
                found.pop(self.pick((0, 2)))
            return sorted(centre - 6 + (chord.root + i - centre + 6) % 12 for i in found)
        low, spread = centre - 6 + (chord.root - centre + 6) % 12, self.chance(.2)
        return sorted(low + i + 12 * (spread and k % 2) for k, i in enumerate(found))

    def add_chords(self, channel):
        style = self.pick((self.block, self.strum, self.arpeggio, self.alberti, self.off_beats), (4, 4, 3, 1, 1.5))
        centre, near = int(self.random.integers(52, 74)), self.chance(.6)
        pattern = [k / 2 for k in range(16) if self.chance(.45)]
        for at, chord in zip(self.starts, self.chords):
            style(at, channel, chord, self.voicing(chord, centre, near), pattern)

    def block(self, at, channel, chord, voices, _):
        for pitch in voices:
            self.add(at, channel, pitch, 80, chord.beats * .97)

    def strum(self, at, channel, chord, voices, pattern):
        for t in [t for t in pattern if t < chord.beats] or [0]:
            for i, pitch in enumerate(voices):
                self.add(at + t + .02 * i, channel, pitch, 80, .4 if len(pattern) % 2 else .9)

    def arpeggio(self, at, channel, chord, voices, pattern):
        step = .5 if len(pattern) % 3 else .25
        for k in range(int(chord.beats / step)):
            self.add(at + k * step, channel, voices[k % len(voices)], 82, step * (.95, .5, 1.5)[len(pattern) % 3])

    def alberti(self, at, channel, chord, voices, _):
        for k in range(int(chord.beats * 2)):
            self.add(at + k / 2, channel, voices[(0, -1, 1, -1)[k % 4]], 80, .5)

    def off_beats(self, at, channel, chord, voices, _):
        self.add(at, channel, 36 + chord.bass, 88, .9)
        for k in range(1, max(2, int(chord.beats))):
            for pitch in voices:
                self.add(at + k * min(1, chord.beats / 2), channel, pitch, 74, .5)

    def add_bass(self):
        style = self.pick((self.long_bass, self.pulse, self.walking_bass, self.riff), (8, 2, 2, 2))
        pedal = self.pick((0, 0, 7)) if self.chance(.06) else None
        rhythm = [(t / 2, self.pick((0, 0, 0, 2, 2, 3, 1, 12))) for t in range(16) if t == 0 or self.chance(.4)]
        for at, chord in zip(self.starts, self.chords):
            style(at, chord, 31 + ((chord.bass if pedal is None else pedal) - 31) % 12, rhythm)

    def long_bass(self, at, chord, low, rhythm):
        if len(rhythm) % 4:
            self.add(at, BASS, low, 95, chord.beats * .95)
            return
        self.add(at, BASS, low, 95, chord.beats * .45)
        self.add(at + chord.beats / 2, BASS, low + min(7, chord.intervals[2]), 90, chord.beats * .45)

    def pulse(self, at, chord, low, _):
        for k in range(int(chord.beats * 2)):
            self.add(at + k / 2, BASS, low, 92, .4)

    def walking_bass(self, at, chord, low, _):
        for k in range(max(1, int(chord.beats))):
            tone = chord.root + self.pick(chord.intervals[:3]) if self.chance(.6) else self.pick(SCALES[self.minor])
            self.add(at + k, BASS, 31 + (tone - 31) % 12 if k else low, 95, .9)

    def riff(self, at, chord, low, rhythm):
        for t, k in rhythm:
            if t < chord.beats:
                self.add(at + t, BASS, low + (12 if k == 12 else chord.intervals[min(k, len(chord.intervals) - 1)]), 95, .45)

    def melody_scale(self):
        if self.chance(.25):
            return np.array(PENTATONIC[self.minor])
        return np.array(HARMONIC if self.minor and self.chance(.33) else SCALES[self.minor])

    def near_tone(self, chord, pitch):
        tones = [(chord.root + i) % 12 + 12 * octave for i in chord.intervals[:4] for octave in (-1, 0, 1, 2)]
        return min(tones, key=lambda tone: abs(tone - pitch))

    def add_melody(self):
        """Steps in a scale, with tones of the chord on the beats."""
        scale, centre = self.melody_scale(), self.pick((48, 60, 60, 72))
        rhythm, at, degree, n = self.pick(RHYTHMS), 0., int(self.random.integers(-2, 6)), len(scale)
        while at < self.length - .2:
            length, pitch = float(self.pick(rhythm)), scale[degree % n] + 12 * (degree // n)
            if at % 1 == 0 and self.chance(.5):
                chord = self.chords[int(np.searchsorted(self.starts, at, 'right')) - 1]
                pitch = self.near_tone(chord, pitch)
                degree = int(np.argmin(abs(scale - pitch % 12))) + n * (pitch // 12)
            if at + length >= self.length - .2 and self.chance(.5):
                pitch, length = 12 * round(pitch / 12), 2
            if self.chance(.88):
                self.add(at, MELODY, centre + pitch, 95, length * .95)
            degree = int(np.clip(degree + self.pick((-2, -1, -1, 0, 1, 1, 2)), -4, 10))
            at += length


def drums(length, random):
    """A pattern of one bar, repeated."""
    notes, swing = [], random.choice((0, 0, .04))
    for key, share in DRUM_SHARES:
        hits = [k for k in range(16) if random.random() < share] if random.random() < .65 else []
        notes += [(bar + k / 4 + swing * (k % 2), DRUMS, key, int(random.integers(60, 110)), .2)
                  for bar in range(0, int(length), 4) for k in hits]
    return notes


def pieces(count, seed):
    random = np.random.default_rng(seed)
    return [Piece(random) for _ in range(count)]


def played(piece, synth, random, programs, with_drums=0):
    """The tonic and the sound of a piece: random tempo, key, length, instruments and levels."""
    beat, tonic = 60 / random.uniform(65, 170), int(random.integers(12))
    channels = {c: (0, int(random.choice(programs))) for c in range(MELODY + 1)}
    if random.random() < .7:
        channels[BASS] = 0, int(random.integers(32, 40))
    channels[DRUMS] = 128, 0
    seconds = min(piece.length * beat + random.choice((0, 0, .7)), float(random.choice((4, 8, 12, 16))))
    gain = random.uniform(.5, 1.1, 16)
    notes = piece.notes + (drums(piece.length, random) if random.random() < with_drums else [])
    notes = [(start * beat, c, pitch + (0 if c == DRUMS else tonic - 12 * (tonic > 5)), int(np.clip(velocity * gain[c], 20, 127)),
              length * beat) for start, c, pitch, velocity, length in notes if start * beat < seconds - .05]
    x = synth.render(channels, notes, seconds)
    fade = random.permutation((1, .1)) if random.random() < .2 else (1, 1)
    return tonic, x * np.linspace(*fade, len(x))[:, None].astype('f4')


def tuned(count, seed):
    """Plays pieces, some detuned by up to half a semitone: (rate, samples), key (0 to 23)."""
    random, synths = np.random.default_rng(seed), [audio.Synth(font, RATE) for font in FONTS]
    for i in range(count):
        piece = Piece(random)
        tonic, x = played(piece, synths[i % 2], random, PITCHED, .4)
        cents = random.uniform(-50, 50) if random.random() < .4 else 0
        yield (RATE * 2 ** (cents / 1200), x), tonic + 12 * piece.minor
