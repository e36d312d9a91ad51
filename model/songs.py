"""Scores the key on songs written by hand, played with sound fonts that no training reads.

Usage: /usr/bin/python3 model/songs.py BUILD [COUNT]   (Debian's musescore-general-soundfont-small opl3-soundfont csound-soundfont)"""
import re
import sys

import numpy as np

import audio
import train

FONTS = [audio.SHARE + 'sounds/' + f for f in ('sf3/MuseScore_General_Lite.sf3', 'sf2/OPL-3_FM_128M.sf2', 'sf2/sf_GMbank.sf2')]
QUALITY = {
    '': (0, 4, 7), 'm': (0, 3, 7), '7': (0, 4, 7, 10), 'maj7': (0, 4, 7, 11), 'm7': (0, 3, 7, 10), '9': (0, 4, 7, 10, 14),
    'maj9': (0, 4, 7, 11, 14), 'm9': (0, 3, 7, 10, 14), '13': (0, 4, 10, 14, 21), '7b9': (0, 4, 7, 10, 13), 'm6': (0, 3, 7, 9),
    'dim': (0, 3, 6), 'dim7': (0, 3, 6, 9), 'm7b5': (0, 3, 6, 10), 'sus4': (0, 5, 7), '7sus4': (0, 5, 7, 10),
    'add9': (0, 4, 7, 14), '5': (0, 7, 12), 'mmaj7': (0, 3, 7, 11)}
STEP = {'C': 0, 'D': 2, 'E': 4, 'F': 5, 'G': 7, 'A': 9, 'B': 11}
PIANO, ELECTRIC, GUITAR, DISTORTED = (0, 1, 3), (4, 5), (24, 25, 26, 27), (29, 30)
STRINGS, SYNTH, ORGAN, WIND = (48, 49, 44), (80, 81, 88, 89, 90), (16, 18, 19), (73, 68, 71, 60)
SCALES = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)

# Name: minor, chords (None: a tune), style or tune, instruments, bass, and the chances of drums, a melody, and an end on
# the tonic. With `half`, chords last two beats.
SONGS = {
    'bossa': (0, 'Cmaj9 Cmaj9 D9 D9 Dm9 G13 Em7 A7b9', 'stab', GUITAR + ELECTRIC, dict(bass='five', drums=.7)),
    'rhythm': (0, 'Cmaj7 A7 Dm7 G7 Em7 A7 Dm7 C#7', 'stab', PIANO, dict(bass='walk', half=1, drums=.6)),
    'ragtime': (0, 'C E7 A7 A7 D7 G7 C G7', 'oom', PIANO, dict(bass='none')),
    'mixture': (0, 'C Fm C Ab Bb C', 'block', STRINGS + ORGAN, {}),
    'canon': (0, 'C G Am Em F C F G', 'arp', STRINGS + PIANO, {}),
    'gospel': (0, 'C C/E F F#dim7 C/G A7 D7 G7sus4', 'block', ORGAN + PIANO, dict(half=1, drums=.5)),
    'mixorock': (0, 'C5 Bb5 F5 C5', 'strum', DISTORTED, dict(drums=1)),
    'doriansoul': (1, 'Cm7 F9 Cm7 F9', 'stab', ELECTRIC, dict(drums=.8)),
    'blues': (0, 'C7 F7 C7 C7 F7 F7 C7 A7 Dm7 G7 C7 G7', 'oom', PIANO + GUITAR, dict(bass='walk', half=1, drums=.6)),
    'minorblues': (1, 'Cm7 Fm7 Cm7 Cm7 Fm7 Fm7 Cm7 Cm7 Ab7 G7 Cm7 G7', 'stab', ORGAN, dict(bass='walk', half=1, drums=.6)),
    'andalusia': (1, 'Cm Bb Ab G', 'strum', GUITAR, dict(bass='none')),
    'leaves': (1, 'Fm7 Bb7 Ebmaj7 Abmaj7 Dm7b5 G7 Cm6 Cm6', 'stab', PIANO, dict(bass='walk', drums=.5)),
    'neosoul': (0, 'Fmaj9 Em7 Dm9 Cmaj9', 'block', ELECTRIC, dict(drums=.8)),
    'fourfirst': (0, 'F G Am Em F G C C', 'strum', GUITAR + PIANO, dict(drums=.7, melody=.5)),
    'epic': (1, 'Cm Ab Eb Bb', 'block', STRINGS + SYNTH, dict(drums=.5, melody=.7, end=.5)),
    'pedalminor': (1, 'Cm Bb Ab Bb', 'arp', SYNTH, dict(bass='pedal', drums=.5)),
    'pedalmajor': (0, 'C Dm G7 C', 'arp', STRINGS + ORGAN, dict(bass='pedal')),
    'waltz': (0, 'C G7 C D7 G C7 F Fm C G7 C', 'oom', PIANO + STRINGS, dict(beats=3, bass='none', melody=.8)),
    'baroque': (1, 'Cm Fm Bb Eb Ab Ddim G Cm', 'alberti', (6,) + STRINGS, dict(half=1, melody=.5)),
    'lament': (1, 'Cm G/B Gm/Bb Am7b5 Ab G7', 'block', STRINGS + PIANO, dict(half=1)),
    'chromatic': (0, 'Cmaj7 C#dim7 Dm7 D#dim7 Em7 A7 Dm7 G7', 'stab', PIANO + ELECTRIC, dict(half=1, drums=.4)),
    'suspop': (0, 'Cadd9 Gsus4 Am7 Fadd9', 'strum', GUITAR, dict(drums=.8)),
    'phrygian': (1, 'Cm C# Cm Bbm', 'strum', DISTORTED + SYNTH, dict(drums=.6)),
    'ballad': (0, 'Cmaj7 C/E Fmaj7 Fm6 Em7 Am7 Dm7 G7', 'arp', PIANO + ELECTRIC, dict(half=1)),
    'housem7': (1, 'Cm7 Fm7 Gm7 Cm7', 'stab', (4, 80, 16, 90), dict(drums=1)),
    'jazzminor': (1, 'Dm7b5 C#7 Cmmaj7 Cm6', 'block', PIANO + ELECTRIC, dict(drums=.4)),
    'mixovamp': (0, 'C7 C7 Bb F', 'stab', ORGAN + GUITAR, dict(drums=.7)),
    'axis': (0, 'Am F C G', 'block', PIANO + SYNTH, dict(drums=.6, melody=.7)),
    'folktune': (0, None, 'G3 C4 C4 D4 E4 C4 E4 G4 A4 G4 E4 D4 C4 D4 E4 D4 C4 A3 G3 C4', WIND + GUITAR, {}),
    'harmtune': (1, None, 'C4 D4 Eb4 F4 G4 Ab4 G4 B3 C4 G3 Ab3 G3 F4 Eb4 D4 Eb4 D4 C4 B3 C4', WIND + (40, 42), {}),
    'bassriff': (1, None, 'C2 C2 Eb2 F2 C2 Bb1 C2 C2 F2 Gb2 F2 Eb2', (33, 34, 38, 39), dict(drums=.6)),
    'jingle': (0, 'C F/C G/B C Am D7/F# G', 'arp', (11, 12, 9, 10), dict(half=1)),
}


def pitch_class(name):
    return (STEP[name[0]] + name.count('#') - name[1:].count('b')) % 12


class Song:
    def __init__(self, entry, random):
        self.random, self.notes, self.length = random, [], 0.
        self.minor, chords, self.style, instruments, self.options = entry
        self.programs = {0: int(random.choice(instruments)), 1: int(random.choice((32, 33, 38, 43))),
                         2: int(random.choice((73, 66, 56, 81, 40, 11)))}
        if chords is None:
            self.add_tune()
        else:
            self.add_chords(chords.split())
        if random.random() < self.options.get('drums', 0):
            self.add_drums()

    def add(self, start, channel, pitch, velocity, length):
        self.notes.append((start, channel, int(pitch), velocity, length))

    def add_tune(self):
        steps = [pitch_class(n[:-1]) + 12 * (int(n[-1]) + 1) for n in self.style.split()]
        lengths = self.random.choice((.5, .5, 1, 1, 1.5), len(steps))
        for step, length in list(zip(steps, lengths)) * 2:
            self.add(self.length, 0, step, int(self.random.integers(80, 110)), length * .95)
            self.length += length

    def add_chords(self, names):
        beats = self.options.get('beats', 2 if self.options.get('half') else 4)
        rounds = int(self.random.integers(1, 4)) if len(names) < 8 else int(self.random.integers(1, 3))
        for name in names * rounds + ['Cm' if self.minor else 'C'] * (self.random.random() < self.options.get('end', .25)):
            root, quality, _, bass = re.fullmatch(r'([A-G][#b]?)([^/]*)(/([A-G][#b]?))?', name).groups()
            notes = [pitch_class(root) + i for i in QUALITY[quality]]
            turn = int(self.random.integers(3))
            voices = [60 + n + 12 * (k < turn) for k, n in enumerate(notes)]
            voices = sorted(n - 12 * int(np.ceil(max(0, min(voices) - 67) / 12)) - 12 * (np.mean(voices) > 72) for n in voices)
            self.add_voices(voices, beats, 36 + pitch_class(bass or root))
            self.add_bass(beats, 32 + (pitch_class(bass or root) + 4) % 12, QUALITY[quality])
            self.length += beats
        if self.random.random() < self.options.get('melody', .25):
            self.add_melody()

    def add_voices(self, voices, beats, bass):
        at, each = self.length, lambda t, pitches, length: [self.add(self.length + t, 0, n, 80, length) for n in pitches]
        if self.style == 'block':
            each(0, voices, beats * .97)
        elif self.style == 'strum':
            for k in range(int(beats * 2)):
                if k in (0, 3, 4, 6, 7) or self.random.random() < .5:
                    each(k / 2, voices, .45)
        elif self.style == 'stab':
            for t in (0, 1.5, 2.5, 3)[:int(beats)]:
                each(t, voices, .4)
        elif self.style in ('arp', 'alberti'):
            for k in range(int(beats * 2)):
                place = (0, 2, 1, 2)[k % 4] if self.style == 'alberti' else k
                self.add(at + k / 2, 0, voices[place % len(voices)], 82, .8)
        else:
            self.add(at, 0, bass, 90, .8)
            for k in range(1, int(beats)):
                each(k, voices, .5)

    def add_bass(self, beats, low, intervals):
        kind, at = self.options.get('bass', 'root'), self.length
        if kind == 'walk':
            for k in range(int(beats)):
                step = 0 if k == 0 else int(self.random.choice(intervals[:3] if k < beats - 1 else (-1, 1, 2, 5)))
                self.add(at + k, 1, low + step, 95, .9)
        elif kind == 'five':
            self.add(at, 1, low, 95, 1.4)
            self.add(at + beats / 2, 1, low + 7 if low < 40 else low - 5, 90, 1.4)
        elif kind != 'none':
            self.add(at, 1, 36 if kind == 'pedal' else low, 95, beats * .9)

    def add_melody(self):
        scale, degree, at = SCALES[self.minor], int(self.random.integers(5)), 0.
        while at < self.length - 1:
            length = float(self.random.choice((.5, 1, 1, 2)))
            self.add(at, 2, 72 + scale[degree % 7] + 12 * (degree // 7), 95, length * .9)
            degree, at = int(np.clip(degree + self.random.integers(-2, 3), -2, 8)), at + length

    def add_drums(self):
        for beat in range(int(self.length)):
            self.add(beat, 9, 38 if beat % 2 else 36, 100, .2)
            for half in (0, .5):
                self.add(beat + half, 9, 42, 70, .2)

    def played(self, synth, tonic):
        beat = 60 / self.random.uniform(75, 150)
        seconds = min(self.length * beat, float(self.random.choice((6, 12, 20))))
        notes = [(start * beat, c, pitch + (0 if c == 9 else tonic - 12 * (tonic > 6)), velocity, length * beat)
                 for start, c, pitch, velocity, length in self.notes if start * beat < seconds - .1]
        x = synth.render({c: (0, p) for c, p in self.programs.items()} | {9: (128, 0)}, notes, seconds + self.random.choice((0, .5)))
        return x * np.linspace(1, .05 if self.random.random() < .25 else 1, len(x))[:, None].astype('f4')


def songs(table, count, seed):
    """(rate, samples), name, key (0 to 23)."""
    random, synths = np.random.default_rng(seed), [audio.Synth(font) for font in FONTS]
    for i, name in enumerate(name for name in table for _ in range(count)):
        song, tonic = Song(table[name], random), int(random.integers(12))
        cents = random.uniform(-45, 45) if random.random() < .35 else 0
        yield (audio.RATE * 2 ** (cents / 1200), song.played(synths[i % 3], tonic)), name, tonic + 12 * song.minor


def worth(key, heard):
    """By MIREX: 1 right, .5 a fifth up, .3 the relative and .2 the parallel key."""
    if heard == key:
        return 1
    step, minor = (heard - key) % 12, key // 12
    if heard // 12 == minor:
        return .5 * (step == 7)
    return .3 if step == (3 if minor else 9) else .2 * (step == 0)


def main(table, seed):
    labels, sounds = [], songs(table, int(sys.argv[2]) if len(sys.argv) > 2 else 12, seed)
    heard, _ = train.Ear(sys.argv[1]).keys(labels.append((name, key)) or sound for sound, name, key in sounds)
    each = {name: [(k == h, worth(k, h)) for (n, k), h in zip(labels, heard) if n == name] for name in table}
    means = np.array([np.mean(scores, 0) for scores in each.values()])
    random = np.random.default_rng(0)
    spread = np.std([means[random.integers(len(means), size=len(means))].mean(0) for _ in range(1000)], 0)
    print(' '.join(f'{name} {mean:.2f}' for name, (mean, _) in zip(each, means)))
    print('right {:.3f} ± {:.3f}, MIREX-weighted {:.3f} ± {:.3f}'.format(*np.stack([means.mean(0), spread], 1).ravel()))


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(SONGS, 77)
