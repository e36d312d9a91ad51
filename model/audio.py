"""Sounds to learn from: Debian's hydrogen-drumkits and sonic-pi-samples, and General MIDI notes (fluid-soundfont-gm).

classes.tsv names them: path below /usr/share or gm/pPROGRAM_kKEY.wav or gm/drumPROGRAM_kKEY.wav, class, kit."""
import collections
import ctypes
import ctypes.util
import re
import subprocess

import numpy as np

# kind: the class; samples: frames × channels; listed: in classes.tsv, so not a neighbouring key.
Sound = collections.namedtuple('Sound', 'kind kit rate samples listed')

RATE = 44100
SHARE = '/usr/share/'
SOUNDFONT = SHARE + 'sounds/sf2/FluidR3_GM.sf2'


def labels(path='model/classes.tsv'):
    return [line.rstrip('\n').split('\t') for line in open(path, encoding='utf-8')]


def decode(path):
    """Decodes a file with sox: (rate, frames × channels)."""
    rate, channels = (int(subprocess.run(['soxi', o, path], capture_output=True, check=True).stdout) for o in ('-r', '-c'))
    raw = subprocess.run(['sox', '-D', path, '-t', 'f32', '-'], capture_output=True, check=True).stdout
    return rate, np.frombuffer(raw, '<f4').reshape(-1, channels)


class Synth:
    """libfluidsynth without effects."""

    def __init__(self, font=SOUNDFONT, rate=RATE):
        self.rate = rate
        self.lib = lib = ctypes.CDLL(ctypes.util.find_library('fluidsynth'))
        for name in ('new_fluid_settings', 'new_fluid_synth'):
            getattr(lib, name).restype = ctypes.c_void_p
        settings = ctypes.c_void_p(lib.new_fluid_settings())
        lib.fluid_settings_setnum(settings, b'synth.sample-rate', ctypes.c_double(rate))
        for effect in (b'synth.reverb.active', b'synth.chorus.active'):
            lib.fluid_settings_setint(settings, effect, 0)
        lib.fluid_settings_setnum(settings, b'synth.gain', ctypes.c_double(0.6))
        self.synth = ctypes.c_void_p(lib.new_fluid_synth(settings))
        self.font = lib.fluid_synth_sfload(self.synth, font.encode(), 1)
        assert self.font >= 0, font

    def pull(self, frames):
        out = np.zeros((frames, 2), '<i2')
        at = out.ctypes.data_as(ctypes.c_void_p)
        self.lib.fluid_synth_write_s16(self.synth, frames, at, 0, 2, at, 1, 2)
        return out

    def render(self, programs, notes, seconds):
        """programs: channel → (bank, program); notes: (start, channel, key, velocity, length) in seconds."""
        for channel, (bank, program) in programs.items():
            self.lib.fluid_synth_program_select(self.synth, channel, self.font, bank, program)
        events = [(t, 1, c, k, v) for t, c, k, v, _ in notes] + [(t + d, 0, c, k, 0) for t, c, k, _, d in notes]
        parts, now = [], 0
        for t, on, channel, key, velocity in sorted(events):
            frames = min(int(t * self.rate), int(seconds * self.rate)) - now
            parts.append(self.pull(frames))
            now += frames
            if on:
                self.lib.fluid_synth_noteon(self.synth, channel, key, velocity)
            else:
                self.lib.fluid_synth_noteoff(self.synth, channel, key)
        parts.append(self.pull(int(seconds * self.rate) - now))
        self.lib.fluid_synth_system_reset(self.synth)
        for _ in range(40):
            self.pull(4096)
        return np.concatenate(parts).astype('f4') / 32768

    def note(self, program, key, velocity, bank=0):
        return trimmed(self.render({0: (bank, program)}, [(0, 0, key, velocity, 1)], 3))

    def drum(self, program, key, velocity):
        return trimmed(self.render({9: (128, program)}, [(0, 9, key, velocity, 1)], 4))


def trimmed(x):
    """Cuts the silence at the end."""
    loud = np.nonzero(np.abs(x).max(1) > 0.0015 * np.abs(x).max())[0]
    return x[:max(2205, loud[-1] + 1)] if len(loud) else x[:2205]


def note(synth, name, shift=0, velocity=100):
    """The sound of a gm/… line of classes.tsv; for instruments, shifted by some semitones."""
    drum, program, key = re.fullmatch(r'gm/(drum|p)(\d+)_k(\d+)\.wav', name).groups()
    if drum == 'drum':
        return synth.drum(int(program), int(key), velocity)
    return synth.note(int(program), int(key) + shift, velocity)


def originals():
    """Every labelled sound, and the sounds of its neighbouring keys."""
    synth = Synth()
    for path, kind, kit in labels():
        if not path.startswith('gm/'):
            yield Sound(kind, kit, *decode(SHARE + path), True)
            continue
        yield Sound(kind, kit, RATE, note(synth, path), True)
        for shift, velocity in ((0, 60),) if 'drum' in path else ((-4, 70), (5, 115)):
            yield Sound(kind, kit, RATE, note(synth, path, shift, velocity), False)
