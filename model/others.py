"""Scores the classes on sounds that no training may use: six drum kits (classes by their
file names, three sounds an instrument) and the General MIDI notes of odd programs. Prints top-1 and calibration error.

Usage: python3 model/others.py ANALYSE_FILE"""
import collections
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import wave

import numpy as np

import audio
import packs

KITS = audio.SHARE + 'hydrogen/data/drumkits/'
ROCK = {'cymbal': 'Ride|Crash|Splash|China|^Bell|PaisteBell', 'perc_bell': 'Cowbell', 'clap': 'Clap', 'rim': 'SideStick',
        'hat_closed': 'Hat.*Clos|HatPedal|HatChoke', 'hat_open': 'HatOpen', 'kick': 'Kick', '': 'Rimshot',
        'snare': 'Snare', 'tom': 'Tom'}
NAMES = {'GMRockKit': ROCK, 'The Black Pearl 1.0': ROCK,
         'BJA_Pacific': {'kick': '^BD', 'cymbal': '^CB|^RD', '': '^SN3', 'snare': '^SN', 'tom': '^TM'},
         'ElectricEmpireKit': {'clap': 'Clap', 'perc_hand': 'Conga', 'hat_closed': 'Hat_Cl', 'hat_open': 'Hat_Op',
                               'kick': 'Kick', 'snare': 'Snare'},
         'VariBreaks': {'hat_closed': 'Hat . (Cl|Pd)', 'hat_open': 'Hat . Op', 'kick': 'Kick', 'snare': 'Snare',
                        'tom': 'Tom'},
         'circAfrique v4': {'perc_hand': 'Djembe', 'perc_bell': 'Bell'}}
KEYS = {'mallet': (60, 67, 76), 'bass': (31, 36, 43), 'flute': (67, 74, 79), 'lead': (60, 67, 74)}


def drums():
    """(path, class, kit)."""
    for kit, names in NAMES.items():
        instruments = collections.defaultdict(list)
        for path in sorted(glob.glob(f'{KITS}{kit}/*')):
            name = os.path.basename(path)
            kind = next((k for k, pattern in names.items() if re.search(pattern, name)), '')
            if kind and name.endswith(('.wav', '.flac', '.aiff')):
                layer = r'[-_]?(Hard|Hardest|Med|Soft|Softest|\d+)\.\w+$'
                instruments[re.sub(layer, '', name)].append((path, kind, kit))
        for layers in instruments.values():
            yield from layers[::2][:3] if len(layers) > 3 else layers


def notes(folder):
    synth = audio.Synth()
    for kind, (programs, _) in packs.TONES.items():
        for program in (p for p in programs if p % 2):
            for key in KEYS.get(kind, (50, 57, 67)):
                path = f'{folder}/p{program:03d}_k{key}.wav'
                with wave.open(path, 'wb') as out:
                    out.setparams((2, 2, audio.RATE, 0, 'NONE', ''))
                    samples = np.clip(synth.note(program, key, 100), -1, 1) * 32767
                    out.writeframes(samples.astype('<i2').tobytes())
                yield path, kind, 'General MIDI'


def say(what, judged):
    right, sure = np.array(judged).T
    tenth = np.minimum((sure * 10).astype(int), 9)
    error = sum(abs((right - sure)[tenth == b].sum()) for b in range(10)) / len(right)
    print(f'{what:22s} {len(right):4d} sounds, top-1 {right.mean():.3f}, calibration error {error:.3f}, '
          f'mean confidence {sure.mean():.3f}')


def main():
    with tempfile.TemporaryDirectory() as folder:
        sounds = list(drums()) + list(notes(folder))
        lines = subprocess.run([sys.argv[1]] + [path for path, _, _ in sounds], capture_output=True).stdout.splitlines()
    heard = {sound['path']: sound for sound in map(json.loads, lines)}
    judged = collections.defaultdict(list)
    for path, kind, kit in sounds:
        found = heard[path]
        for group in (kit, 'all'):
            judged[group].append((found.get('class') == kind, found.get('class_confidence', 0)))
    for kit, pairs in judged.items():
        if kit != 'all':
            say(kit, pairs)
    say('all', judged['all'])


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
