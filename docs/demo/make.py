#!/usr/bin/python3
"""make.py DIR: makes the demo bundle and its QA pack in a new folder. The sounds are computed here and are in the public domain
(CC0). It needs a running engine and `loophole` in the PATH. The same bytes come out each time: tests/projects/bundle_demo_test.py."""
import hashlib
import json
import math
import os
import struct
import subprocess
import sys

RATE, SECONDS = 44100, 0.6
# The name of a layer, its frequency, and what the sampler manifest states: LUFS and peak. The last one is off by intent.
LAYERS = (('choir_low.wav', 110.0, -17.65, -6.23), ('choir_mid.wav', 220.0, -14.15, -6.23), ('choir_high.wav', 440.0, -16.5, -6.23))


def voice(frequency, at):
    """One sample of three singers, who are a little apart, on the vowel a."""
    value = 0.0
    for n, detune in enumerate((0.997, 1.0, 1.004)):
        for harmonic in range(1, 9):
            hertz = frequency * detune * harmonic
            weight = math.exp(-((hertz - 700) / 500) ** 2) + 0.5 / harmonic
            value += weight * math.sin(2 * math.pi * hertz * at + n + harmonic)
    return value


def wav(frequency):
    count = int(RATE * SECONDS)
    samples = [voice(frequency, i / RATE) * min(1, i / 4000, (count - i) / 6000) for i in range(count)]
    most = max(abs(sample) for sample in samples)
    data = b''.join(struct.pack('<h', round(sample / most * 16000)) for sample in samples)
    head = struct.pack('<4sI4s4sIHHIIHH4sI', b'RIFF', 36 + len(data), b'WAVE', b'fmt ', 16, 1, 1, RATE, 2 * RATE, 2, 16, b'data', len(data))
    return head + data


def pattern(name, **rows):
    return {'schema_version': '1.0', 'timestamp': 1764028800.0, 'metadata': {'name': name, 'genre': 'choir'},
            'sequencer': {'bpm': 92, 'tracks': {row: {'pattern': steps} for row, steps in rows.items()}}}


def put(folder, name, content):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(content if isinstance(content, bytes) else (json.dumps(content, indent=2, sort_keys=True) + '\n').encode())


def main(folder):
    os.makedirs(folder)
    os.chdir(folder)
    sounds = {name: wav(frequency) for name, frequency, _, _ in LAYERS}
    for name, content in sounds.items():
        put('source', name, content)
    put('.', 'sampler_manifest.json', {
        'bucket': 'choir-demo', 'prefix': 'layers/', 'last_updated': '2025-11-25T00:00:00+00:00',
        'assets': [{'name': name, 's3_uri': f's3://choir-demo/layers/{name}', 'lufs': lufs, 'peak_dbfs': peak,
                    'sha256': hashlib.sha256(sounds[name]).hexdigest()} for name, _, lufs, peak in LAYERS]})
    put('source', 'project.json', {
        'schema_version': '1.0', 'revision': 1, 'project': {'id': 'choir_demo', 'name': 'Choir demo', 'bpm': 92.0, 'swing': 0.1},
        'mixer': [{'name': 'Verse', 'snapshot_type': 'master', 'gains': {'pads': 0.8}, 'pans': {'pads': -0.1}, 'mutes': {}, 'sends': {}}],
        'from_bundle': {'slots': {'verse': 1, 'chorus': 2},
                        'manifest': {'project': {'created_at': '2025-11-25T00:00:00+00:00', 'updated_at': '2025-11-25T00:00:00+00:00'}}}})
    put('source', 'patterns/slots/bank_1/slot_001.json', pattern('Verse', low='X...x...X...x...', mid='..x.....x.......'))
    put('source', 'patterns/slots/bank_1/slot_002.json', pattern('Chorus', low='X...X...X...X...', high='X.x.x.x.X.x.x.x.'))
    assets = [part for name in sounds for part in ('--asset', f'{name}=source/{name}')]

    def loophole(*words):
        return subprocess.run(('loophole',) + words, check=True, stdout=subprocess.PIPE).stdout
    loophole('bundle', 'export', '--project-file', 'source/project.json', '--bundle-root', 'bundle', '--sampler-manifest',
             'sampler_manifest.json', '--strict', *assets)
    put('.', 'stress.json', loophole('autosave', 'stress', '--project-id', 'choir_demo', '--autosave-dir', 'autosave', '--iterations', '12',
                                     '--manifest', 'bundle/project_manifest.json', '--json'))
    put('.', 'qa.md', loophole('bundle', 'qa', 'bundle', '--sampler-manifest', 'sampler_manifest.json'))
    for at, folders, names in os.walk('source', topdown=False):
        for name in names:
            os.remove(os.path.join(at, name))
        for name in folders:
            os.rmdir(os.path.join(at, name))
    os.rmdir('source')


main(sys.argv[1])
