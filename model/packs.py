"""Further sounds to learn from: two small General MIDI fonts, freepats, and the samples and DrumSynth presets of LMMS.
packs.tsv gives the classes of LMMS's sounds; the others have their classes from General MIDI."""
import glob
import os

import numpy as np

import audio
import drumsynth
import patch

# TimGM6mb: only the programs with its own recordings; the others, and the drums, are the same as in sf_GMbank.
BANKS = (('csound', 'sounds/sf2/sf_GMbank.sf2', 0, range(96)),
         ('csound', 'sounds/sf2/sf_GMbank.sf2', 8, (16, 17, 19, 21, 24, 25, 26, 27, 28, 30, 31, 38, 39, 40, 48, 50,
                                                    *range(61, 64), 80)),
         ('tim', 'sounds/sf2/TimGM6mb.sf2', 0, (3, 10, 21, 29, 33, 37, 44, 48, 49, 50, 52, 56, 60, 64, 65, 67, 68, 73,
                                                *range(75, 80))))
FREEPATS, LMMS = audio.SHARE + 'midi/freepats', audio.SHARE + 'lmms/samples'
KITS = 0, 8, 16, 24, 25, 32, 40, 48
ORCHESTRA, LIKE_OTHERS = 48, (35, 36, 37, 38, 40, 54, 56, 60, 61, 62, 63, 64, 69, 70, 75, 76, 77, 82)
BRUSH_SLAP = 40, 39

# Programs and keys of each class of tones, keys of each class of drums.
TONES = {'piano': (range(0, 6), 58), 'mallet': (range(8, 14), 67), 'organ': (range(16, 22), 58),
         'guitar': (range(24, 32), 58), 'bass': (range(32, 40), 36), 'string': ((*range(40, 46), *range(48, 52)), 58),
         'vocal': (range(52, 55), 58), 'brass': (range(56, 64), 57), 'reed': (range(64, 72), 60),
         'flute': (range(72, 80), 73), 'lead': (range(80, 88), 67), 'pad': (range(88, 96), 58)}
STEPS = (-9, 60), (-5, 100), (0, 115), (5, 80), (10, 100)
DRUMS = {'kick': (35, 36), 'snare': (38, 40), 'rim': (37,), 'clap': (39,), 'hat_closed': (42, 44), 'hat_open': (46,),
         'tom': (41, 43, 45, 47, 48, 50), 'cymbal': (49, 51, 52, 53, 55, 57, 59), 'perc_shaker': (54, 69, 70, 82),
         'perc_bell': (56, 67, 68), 'perc_hand': (60, 61, 62, 63, 64), 'perc_wood': (75, 76, 77)}


def tones(name, font, bank, own):
    synth = audio.Synth(audio.SHARE + font)
    for kind, (programs, middle) in TONES.items():
        for program in (p for p in programs if p in own):
            for step, velocity in STEPS:
                yield audio.Sound(kind, f'{name}_{program}', audio.RATE,
                                  synth.note(program, middle + step, velocity, bank), False)


def same(x):
    """A value that is equal for equal sounds, whatever their gain."""
    return len(x) // 4000, np.round(x[500:2500] / (np.abs(x).max() + 1e-9), 2).tobytes()


def is_usual(program, key):
    """Whether the key has the sound that DRUMS says: an orchestra's kit has timpani in place of toms, hats and cymbals."""
    return (program, key) != BRUSH_SLAP and (program != ORCHESTRA or key in LIKE_OTHERS)


def drums(name, font):
    """The drums of every kit, each recording once."""
    synth, seen = audio.Synth(audio.SHARE + font), set()
    for kind, keys in DRUMS.items():
        for program in KITS:
            for key in (key for key in keys if is_usual(program, key)):
                x = synth.drum(program, key, 100)
                if np.abs(x).max() > 1e-3 and same(x) not in seen:
                    seen.add(same(x))
                    yield audio.Sound(kind, f'{name}_drums', audio.RATE, x, False)


def patch_sounds():
    """freepats: tones at two or three pitches, drums unchanged."""
    for path in sorted(glob.glob(FREEPATS + '/*/*.pat')):
        number = int(os.path.basename(path)[:3])
        if '/Drum_000/' in path:
            for kind, keys in DRUMS.items():
                if number in keys:
                    yield audio.Sound(kind, 'freepats_drums', audio.RATE, audio.trimmed(patch.note(path, None)), False)
            continue
        for kind, (programs, middle) in TONES.items():
            for step, _ in STEPS[::2] if number in programs else ():
                x = audio.trimmed(patch.note(path, middle + step))
                if np.abs(x).max() > 1e-3:
                    yield audio.Sound(kind, f'freepats_{number}', audio.RATE, x, False)


def lmms_sounds():
    for path, kind, kit in audio.labels('model/packs.tsv'):
        path = f'{LMMS}/{path}'
        x = drumsynth.played(path) if path.endswith('.ds') else None
        if x is None and path.endswith('.ds'):
            continue
        rate, x = (drumsynth.RATE, x) if x is not None else audio.decode(path)
        yield audio.Sound(kind, kit, rate, audio.trimmed(x), False)


def originals():
    for bank in BANKS:
        yield from tones(*bank)
    yield from drums(*BANKS[0][:2])
    yield from patch_sounds()
    yield from lmms_sounds()
