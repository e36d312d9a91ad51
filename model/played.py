"""Further sounds to learn from: the notes and drums of GeneralUser GS (Debian's minuet-data), a General MIDI font. The
notes are also played short, with a slide, with vibrato and as chords."""
import numpy as np

import audio
import packs

FONT = audio.SHARE + 'minuet/soundfonts/GeneralUser-v1.47.sf2'
BANKS = {0: range(96), 8: (16, 17, 19, 21, 24, 25, 26, 27, 28, 30, 31, 38, 39, 48, 50, 61, 62, 63, 80),
         11: (38, 39, 49, 50, 51, 61, 88, 89), 12: (27, 38, 48, 80, 81, 88, 89), 13: (80, 81, 88),
         1: (38, 56, 57, 59, 60, 80, 81)}
KITS = 0, 1, 8, 16, 24, 25, 26, 32, 40
CHORDAL = 'piano', 'guitar', 'organ', 'string', 'pad', 'vocal', 'lead', 'brass'
CHORDS = (0, 4, 7), (0, 3, 7, 12), (0, 7, 12)
BEND = 12  # semitones of the pitch wheel's range


class Player(audio.Synth):
    def play(self, bank, program, notes, seconds, bend=None, vibrato=0):
        """notes: (start, key, velocity, length) in seconds; bend: time → semitones."""
        lib, size = self.lib, self.rate // 100
        lib.fluid_synth_program_select(self.synth, 0, self.font, bank, program)
        lib.fluid_synth_pitch_wheel_sens(self.synth, 0, BEND)
        lib.fluid_synth_cc(self.synth, 0, 1, vibrato)
        events = sorted([(t, 1, k, v) for t, k, v, _ in notes] + [(t + d, 0, k, 0) for t, k, _, d in notes])
        parts = []
        for now in range(0, int(seconds * self.rate), size):
            while events and events[0][0] * self.rate <= now + 1:
                _, on, key, velocity = events.pop(0)
                if on:
                    lib.fluid_synth_noteon(self.synth, 0, key, velocity)
                else:
                    lib.fluid_synth_noteoff(self.synth, 0, key)
            if bend:
                lib.fluid_synth_pitch_bend(self.synth, 0, int(np.clip((bend(now / self.rate) / BEND + 1) * 8192, 0, 16383)))
            parts.append(self.pull(size))
        lib.fluid_synth_system_reset(self.synth)
        for _ in range(40):
            self.pull(4096)
        return audio.trimmed(np.concatenate(parts).astype('f4') / 32768)


def articulations(player, kind, bank, program, middle, random):
    play = lambda notes, seconds=3, **more: player.play(bank, program, notes, seconds, **more)
    key = lambda: int(middle + random.integers(-10, 11))
    velocity = lambda: int(random.integers(50, 120))
    yield play([(0, key(), velocity(), random.uniform(.05, .25))], 2)
    yield play([(0, key(), velocity(), random.uniform(.2, .6))])
    steps, start, length = random.uniform(-7, 7), random.uniform(0, .3), random.uniform(.05, .5)
    slide = lambda t: steps * (1 - np.clip((t - start) / length, 0, 1))
    yield play([(0, key(), velocity(), random.uniform(.6, 1.5))], bend=slide)
    yield play([(0, key(), velocity(), random.uniform(.6, 1.8))], vibrato=int(random.integers(40, 127)))
    if kind in CHORDAL:
        low, gap = key() - 5, random.uniform(0, .03)
        for chord in CHORDS:
            yield play([(i * gap, low + step, velocity(), 1 + random.uniform(0, .5)) for i, step in enumerate(chord)])


def tones():
    player, random = Player(FONT), np.random.default_rng(5)
    for kind, (programs, middle) in packs.TONES.items():
        for bank, own in BANKS.items():
            for program in (p for p in programs if p in own):
                notes = [player.note(program, middle + step, velocity, bank) for step, velocity in packs.STEPS]
                for x in notes + list(articulations(player, kind, bank, program, middle, random)):
                    yield audio.Sound(kind, f'general_{bank}_{program}', audio.RATE, x, False)


def beginning(x):
    x = np.resize(x.mean(1), 8000) * (np.arange(8000) < len(x))
    return x / (np.linalg.norm(x) + 1e-9)


def drums():
    """The drums of every kit, loud and quiet; recordings that only differ in gain once."""
    synth = audio.Synth(FONT)
    for kind, keys in packs.DRUMS.items():
        seen = []
        for program, key in ((p, k) for p in KITS for k in keys if packs.is_usual(p, k)):
            for velocity in (100, 50):
                x = synth.drum(program, key, velocity)
                shape = beginning(x)
                if np.abs(x).max() > 1e-3 and not any(shape @ other > .98 for other in seen):
                    seen.append(shape)
                    yield audio.Sound(kind, f'general_drums_{program}', audio.RATE, x, False)


def originals():
    yield from tones()
    yield from drums()
