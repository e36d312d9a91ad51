"""bundles.py: shared by the claims about bundles: a project to export, and bundles as other programs make them."""
import hashlib
import io
import json
import os
import zipfile

from tests.claims import file_bytes, write_file
from tests.library.indexing import wav
from tests.studio import Studio

PATTERN = {'schema_version': '1.0', 'timestamp': 1704654321.5, 'metadata': {'name': 'Verse', 'genre': 'techno'},
           'sequencer': {'bpm': 120, 'tracks': {'kick': {'voice_id': 'voice1', 'pattern': 'X...x...X...x...'},
                                                'hat': {'pattern': '..x...x...x...x.'}}}}


def files_of(folder):
    """{path: bytes} of all files below a folder."""
    return {os.path.relpath(os.path.join(at, name), folder): file_bytes(os.path.join(at, name))
            for at, _, names in os.walk(folder) for name in names}


def digest(content):
    return hashlib.sha256(content).hexdigest()


def digests_of(folder):
    """{path: digest} of all files below a folder."""
    return {name: digest(content) for name, content in files_of(folder).items()}


def demo(it, name='Demo'):
    """A project with a pattern, a mixer and two sounds."""
    kick, snare = (os.fsdecode(wav(it.folder('lib', file), pitch, 1)) for file, pitch in (('kick.wav', 220), ('snare.wav', 330)))
    it.add(it.folder('lib'))
    mine = Studio(it.home, name, body={'bpm': 124, 'swing': .1})
    for path in (kick, snare):
        mine.put('clip', item=it.id_of(path))
    mine.put('mixer', name='Verse mix', snapshot_type='subgroup', gains={'pads': .5})
    mine.must('save_pattern', slot='3', file=json.dumps(PATTERN))
    mine.must('save')
    return mine


def foreign(sound=b'RIFF', **more):
    """{path: bytes} of a bundle as another program makes it."""
    files = {'patterns/verse.json': json.dumps(PATTERN).encode(), 'mixer/main.json': b'{"gains": {"drums": 0.5}}',
             'assets/choir_pad_soft.wav': sound}
    manifest = {
        'manifest_version': '1.0.0',
        'project': {'id': 'demo-project', 'name': 'Foreign', 'bpm': 100.0, 'swing': .1,
                    'created_at': '2025-11-25T00:00:00+00:00', 'updated_at': '2025-11-26T00:00:00+00:00', 'mood': 'calm'},
        'patterns': [{'pattern_id': 'verse', 'path': 'patterns/verse.json', 'sha256': digest(files['patterns/verse.json']),
                      'length_steps': 16, 'step_count': 8, 'colour': 'red'}],
        'mixer_snapshots': [{'name': 'Main', 'path': 'mixer/main.json', 'sha256': digest(files['mixer/main.json']),
                             'snapshot_type': 'master'}],
        'sampler_assets': [{'asset_name': 'choir_pad_soft.wav', 'relative_path': 'assets/choir_pad_soft.wav',
                            'sha256': digest(sound), 'lufs_lu': -18.5, 'source_uri': 's3://bucket/choir'}],
        'studio': {'room': 7}, **more}
    return {'project_manifest.json': json.dumps(manifest, indent=2).encode(), **files}


def packed(files, method=zipfile.ZIP_DEFLATED, names=None):
    """The bytes of a zip that Python makes."""
    to = io.BytesIO()
    with zipfile.ZipFile(to, 'w', method) as zip:
        for name in names or files:
            zip.writestr(name, files[name])
    return to.getvalue()


def put(folder, files):
    """Writes files into a folder, which it returns."""
    for name, content in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        write_file(os.path.join(folder, name), content)
    return folder
