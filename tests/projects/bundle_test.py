#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Bundles: what an export writes, and that the same project always gives the same bytes."""
import json
import os
import shutil
import zipfile

from tests.projects.bundles import demo, digest, digests_of, files_of
from tests.driving import with_worker
from tests.claims import claim, contains, file_bytes, file_json, run_claims, same, write_file
from tests.library.indexing import Indexing


@claim(inside=Indexing)
def an_export_has_the_files_of_the_manifest_and_their_digests(it):
    mine, home = demo(it), it.home
    where = home.file('out', 'demo')
    summary = home.first('bundle', 'export', '--bundle-root', where)
    files, manifest = files_of(where), file_json(f'{where}/project_manifest.json')
    same(['manifest_version', 'mixer_snapshots', 'patterns', 'project', 'sampler_assets'], sorted(manifest))
    same('1.0.0', manifest['manifest_version'])
    same({'id': mine.id if isinstance(mine.id, str) else manifest['project']['id'], 'name': 'Demo', 'bpm': 124.0, 'swing': .1},
         {key: manifest['project'][key] for key in ('id', 'name', 'bpm', 'swing')})
    same(['bpm', 'created_at', 'id', 'name', 'swing', 'updated_at'], sorted(manifest['project']))
    [pattern] = manifest['patterns']
    same({'pattern_id': 'Verse', 'path': 'patterns/Verse.json', 'sha256': digest(files['patterns/Verse.json']),
          'length_steps': 16, 'step_count': 8}, pattern)
    mixer = next(one for one in manifest['mixer_snapshots'] if one['name'] == 'Verse mix')
    same({'name': 'Verse mix', 'path': 'mixer/Verse mix.json', 'sha256': digest(files['mixer/Verse mix.json']),
          'snapshot_type': 'subgroup'}, mixer)
    for asset, name in zip(manifest['sampler_assets'], ('kick.wav', 'snare.wav')):
        same(['asset_name', 'lufs_lu', 'relative_path', 'sha256', 'source_uri'], sorted(asset))
        same((name, f'assets/{name}', digest(file_bytes(it.folder('lib', name))), None),
             (asset['asset_name'], asset['relative_path'], asset['sha256'], asset['source_uri']))
        same(True, -60 < asset['lufs_lu'] < 0)
    same((digest(files['project_manifest.json']), ['kick.wav', 'snare.wav'], 1, 2, len(files)),
         (summary['manifest_sha256'], summary['asset_names'], summary['patterns'], summary['sampler_assets'], summary['files']))
    same(['demo'], os.listdir(home.file('out')))
    contains(home.loophole('bundle', 'verify', where).out, 'verified: Demo')
    contains(home.refused('bundle', 'export', '--bundle-root', where), 'there is a file or folder demo already')
    same(files, files_of(where))


@claim(inside=Indexing)
def the_same_project_gives_the_same_bytes_in_each_zone(it):
    demo(it)
    home = it.home
    first = None
    for n, (zone, mask) in enumerate((('UTC', '022'), ('Pacific/Kiritimati', '077'), ('America/St_Johns', '002'))):
        where, archive = home.file(f'out{n}', f'demo{n}'), home.file(f'demo{n}.zip')
        home.run('sh', '-c', f'umask {mask}; TZ={zone} exec loophole bundle export --bundle-root {where} --zip {archive}')
        now = (files_of(where), file_bytes(archive))
        first = first or now
        same(first[0], now[0])
        same(True, first[1] == now[1], archive)
    with zipfile.ZipFile(home.file('demo0.zip')) as read:
        same(None, read.testzip())
        names = read.namelist()
        same(['project_manifest.json'] + sorted(set(names) - {'project_manifest.json'}), names)
        same({name: first[0][name] for name in names}, {name: read.read(name) for name in names})
        same({((1980, 1, 1, 0, 0, 0), 0)}, {(one.date_time, one.compress_type) for one in read.infolist()})


@claim(inside=Indexing)
def a_project_json_of_another_engine_is_exported_with_the_copies_beside_it(it):
    mine = demo(it)
    home, other = it.home, it.home.other('second')
    home.loophole('project', 'collect')
    mine.must('save')
    home.loophole('bundle', 'export', '--bundle-root', home.file('one'))
    home.stop()
    shutil.rmtree(home.file('lib'))
    file = os.path.join(mine.folder, 'project.json')
    with Indexing(other):
        other.loophole('bundle', 'export', '--project-file', file, '--bundle-root', home.file('two'))
        same(digests_of(home.file('one')), digests_of(home.file('two')))
        same([], [one for one in other.json('project', 'list') if one['name'] == 'Demo'])
        contains(other.refused('bundle', 'export', 'Demo', '--project-file', file, '--bundle-root', home.file('three')), 'not both')
        bank = os.path.join(mine.folder, 'patterns/slots/bank_3')
        os.makedirs(os.path.dirname(bank), exist_ok=True)
        os.symlink(home.file('one'), bank)
        contains(other.refused('bundle', 'export', '--project-file', file, '--bundle-root', home.file('three')), 'leads out')
        os.remove(bank)
        os.mkdir(bank)
        for n in range(4097):
            write_file(os.path.join(bank, f'{n}'), b'')
        contains(other.refused('bundle', 'export', '--project-file', file, '--bundle-root', home.file('three')), 'more than 4096 files')
        shutil.rmtree(bank)
        write_file(bank, b'')
        contains(other.refused('bundle', 'export', '--project-file', file, '--bundle-root', home.file('three')), 'bank_3 is no folder')
        os.remove(bank)
        copy = os.path.join(mine.folder, 'Media/Audio/kick.wav')
        os.rename(copy, home.file('kick.wav'))
        os.symlink(home.file('kick.wav'), copy)
        contains(other.refused('bundle', 'export', '--project-file', file, '--bundle-root', home.file('three')), '1 sound is missing')
        write_file(file, '{"schema_version":"2.0"}')
        contains(other.refused('bundle', 'export', '--project-file', file, '--bundle-root', home.file('three')), '2.0')
        same(False, os.path.exists(home.file('three')))


@claim(inside=Indexing)
def what_is_missing_is_said_before_anything_is_written(it):
    demo(it)
    home = it.home
    os.remove(it.folder('lib', 'snare.wav'))
    where = home.file('out', 'demo')
    contains(home.refused('bundle', 'export', '--bundle-root', where), '1 sound is missing or offline: snare')
    same(False, os.path.exists(home.file('out')))
    summary = home.first('bundle', 'export', '--bundle-root', where, '--without-missing')
    same((1, ['kick.wav']), (summary['missing'], summary['asset_names']))
    same(['snare'], file_json(f'{where}/project_manifest.json')['missing'])
    same(1, home.first('bundle', 'verify', where)['missing'])


@claim(inside=Indexing)
def a_file_that_was_changed_is_refused_by_its_name(it):
    demo(it)
    home = it.home
    where = home.file('demo')
    home.loophole('bundle', 'export', '--bundle-root', where)
    for name, content in sorted(files_of(where).items()):
        for changed in (content[:-1], bytes([content[0] ^ 1]) + content[1:], content[:len(content) // 2] + b'x' + content[len(content) // 2 + 1:]):
            if changed == content:
                continue
            write_file(f'{where}/{name}', changed)
            contains(home.refused('bundle', 'verify', where), name)
        write_file(f'{where}/{name}', content)
    os.rename(f'{where}/assets/kick.wav', f'{where}/other.wav')
    contains(home.refused('bundle', 'verify', where), 'assets/kick.wav is missing')
    os.symlink('../other.wav', f'{where}/assets/kick.wav')
    contains(home.refused('bundle', 'verify', where), 'assets/kick.wav is a link')
    os.remove(f'{where}/assets/kick.wav')
    os.mkfifo(f'{where}/assets/kick.wav')
    contains(home.refused('bundle', 'verify', where), 'assets/kick.wav is no regular file')
    os.remove(f'{where}/assets/kick.wav')
    os.rename(f'{where}/other.wav', f'{where}/assets/kick.wav')
    home.loophole('bundle', 'verify', where)


@claim(inside=Indexing)
def a_sampler_manifest_gives_loudness_and_source_and_must_agree(it):
    demo(it)
    home = it.home
    kick = digest(file_bytes(it.folder('lib', 'kick.wav')))
    listed = home.file('sampler.json')

    def sampler(**more):
        write_file(listed, json.dumps({'bucket': 'b', 'prefix': 'p', 'last_updated': '2025-11-25', 'assets': [
            {'name': 'kick.wav', 's3_uri': 's3://b/kick.wav', 'lufs': -18.5, 'sha256': kick, **more}]}).encode())
    sampler()
    said = home.loophole('bundle', 'export', '--bundle-root', home.file('one'), '--sampler-manifest', listed)
    contains(said.err, 'snare.wav is not in the sampler manifest')
    assets = file_json(home.file('one', 'project_manifest.json'))['sampler_assets']
    same((-18.5, 's3://b/kick.wav'), (assets[0]['lufs_lu'], assets[0]['source_uri']))
    contains(home.refused('bundle', 'export', '--bundle-root', home.file('two'), '--sampler-manifest', listed, '--strict'),
             'snare.wav is not in the sampler manifest')
    sampler(sha256='0' * 64)
    contains(home.refused('bundle', 'export', '--bundle-root', home.file('two'), '--sampler-manifest', listed),
             'the sampler manifest states 0000000000000000')
    same(False, os.path.exists(home.file('two')))
    same([], [name for name in os.listdir(home.path) if 'part' in name])


@claim(inside=Indexing)
def a_sound_that_ends_each_worker_is_exported_without_its_loudness(it):
    demo(it)
    home = it.home
    loophole = with_worker(home, 'test "$1" && exec REAL "$@"; kill -9 $$')
    said = home.run(loophole, 'bundle', 'export', '--bundle-root', home.file('out'), '--zip', home.file('out.zip'))
    contains(said.err, 'the loudness of kick.wav is unknown: the sound ends its worker each time')
    same([None, None], [one['lufs_lu'] for one in file_json(home.file('out/project_manifest.json'))['sampler_assets']])
    home.loophole('bundle', 'verify', home.file('out.zip'))


@claim(inside=Indexing)
def an_archive_is_read_again_before_it_gets_its_name(it):
    demo(it)
    home = it.home
    loophole = with_worker(home, 'test "$1" = archive && kill -9 $$; exec REAL "$@"')
    said = home.fails(loophole, 'bundle', 'export', '--bundle-root', home.file('place', 'out'), '--zip', home.file('out.zip'))
    contains(said, 'the archive cannot be read')
    same([], os.listdir(home.file('place')))
    same([], [name for name in os.listdir(home.path) if 'zip' in name])


run_claims()
