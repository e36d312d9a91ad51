#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Bundles that come in: those of this engine and of other programs, as folders and as archives."""
import io
import json
import os
import shutil
import zipfile

from tests.projects.bundles import demo, digest, digests_of, files_of, foreign, packed, put
from tests.claims import claim, contains, file_bytes, file_json, run_claims, same, until, write_file
from tests.library.indexing import Indexing, wav
from tests.studio import Studio, word


def events_until(home, events, is_it):
    """The first event that is meant."""
    client, heard = home.client(), []

    def look():
        heard.append(client.heard(events)[-1])
        return is_it(heard[-1])
    until(look)
    return heard[-1]


def parts_of(shown):
    """The clips and mixers of a project, without their revisions."""
    return [(part['id'], part['kind'], part['body']) for part in shown[1:] if part['kind'] in ('clip', 'mixer')]


@claim(inside=Indexing)
def a_bundle_opens_elsewhere_with_its_sounds_and_gives_the_same_bytes_again(it):
    demo(it)
    home, other = it.home, it.home.other('second')
    home.loophole('bundle', 'export', '--bundle-root', home.file('demo'), '--zip', home.file('demo.zip'))
    before = parts_of(home.json('project', 'show'))
    same(3, len(before))
    home.stop()
    with Indexing(other):
        for n, source in enumerate((home.file('demo.zip'), home.file('demo'))):
            more = ['--name', f'Copy {n}'] if n else []
            summary = other.first('bundle', 'import', '--bundle-root', source, '--destination-root', other.file('in', str(n)), *more)
            same((['kick.wav', 'snare.wav'], 1, 2), (summary['asset_names'], summary['patterns'], summary['sampler_assets']))
            until(lambda: other.first('project', 'state')['missing'] == 0, what='all sounds are found')
            if n:
                continue
            same(before, parts_of(other.json('project', 'show')))
            same(files_of(home.file('demo'))['project_manifest.json'], file_bytes(other.file('in/0/project_manifest.json')))
            same([('Verse', 3)], [(slot['name'], slot['slot']) for slot in other.ask('project.list_patterns')['slots']])
            out = other.file('again')
            until(lambda: other.loophole('bundle', 'export', '--bundle-root', out, code=None).code == 0, what='it is exported again')
            for name in ('project_manifest.json', 'project.json'):
                one, two = (json.loads(files_of(at)[name]) for at in (home.file('demo'), out))
                same({}, {key: (one.get(key), two.get(key)) for key in one.keys() | two.keys() if key != 'bundle' and one.get(key) != two.get(key)})
            same(digests_of(home.file('demo')), digests_of(out))
            contains(other.refused('bundle', 'import', '--bundle-root', source, '--destination-root', other.file('in', 'twice')),
                     'the project of this bundle is here already')
            same(False, os.path.exists(other.file('in', 'twice')))
        other.stop()
        other.check_store()


@claim(inside=Indexing)
def bundles_of_other_programs_come_in(it):
    home = it.home
    files = foreign(file_bytes(os.fsdecode(wav(it.folder('choir.wav'), 440, 1))))
    folder = put(home.file('foreign'), files)
    made = {'python': packed(files), 'stored': packed(files, zipfile.ZIP_STORED), 'backwards': packed(files, names=list(files)[::-1])}
    inner = {f'demo_bundle/{name}': content for name, content in files.items()}
    made['inner'] = packed({**inner, '__MACOSX/._x': b'x', 'readme.txt': b'x'})
    stream = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self):
            return True

        def write(self, bytes):
            return stream.write(bytes)
    with zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED) as zip:
        for name, content in files.items():
            zip.writestr(name, content)
    made['stream'] = stream.getvalue()
    big = io.BytesIO()
    with zipfile.ZipFile(big, 'w') as zip:
        for name, content in files.items():
            with zip.open(name, 'w', force_zip64=True) as entry:
                entry.write(content)
    made['zip64'] = big.getvalue()
    for name, content in made.items():
        write_file(home.file(f'{name}.zip'), content)
    for name, options in (('info', ['-r']), ('plain', ['-r0']), ('streamed', ['-rfd'])):
        home.run('sh', '-c', f'cd {folder} && zip -q {" ".join(options)} {home.file(name)}.zip .')
        made[name] = None
    seven = next(name for name in ('7zz', '7z', '7za') if shutil.which(name))  # Debian 12 has the first one alone
    for name, options in (('seven', []), ('seven stored', ['-mx0']), ('seven in UTF-8', ['-mcu=on'])):
        home.run('sh', '-c', f'cd {folder} && {seven} a -tzip {" ".join(options)} "{home.file(name)}.zip" .')
        made[name] = None
    home.run('sh', '-c', f'cd {folder} && zip -q - $(find . -type f) | cat >{home.file("pipe.zip")}')
    for name in [*made, 'pipe']:
        summary = home.first('bundle', 'verify', home.file(f'{name}.zip'))
        same((1, 1, ['choir_pad_soft.wav'], digest(files['project_manifest.json'])),
             (summary['patterns'], summary['mixer_snapshots'], summary['asset_names'], summary['manifest_sha256']), name)
        same(2 if name == 'inner' else 0, summary['left_out'], name)
    for n, source in enumerate((home.file('inner.zip'), folder)):
        name = ['--name', 'Second'] if n else []
        home.loophole('bundle', 'import', '--bundle-root', source, '--destination-root', home.file(f'in{n}'), *name)
        same(['Media', 'assets', 'mixer', 'patterns', 'project.json', 'project_manifest.json'], sorted(os.listdir(home.file(f'in{n}'))))
        state = home.first('project', 'state')
        same((100.0, .1, name[1] if n else 'Foreign'), (state['bpm'], state['swing'], state['name']))
        same([('Verse', 1)], [(slot['name'], slot['slot']) for slot in home.ask('project.list_patterns')['slots']])
    same('verified', home.loophole('bundle', 'import', '--bundle-root', folder).out.split(':')[0])


@claim(inside=Indexing)
def sounds_that_pack_well_come_in(it):
    home = it.home
    for size in (65535, 65536, 65537, 65600, 66600, 131073):
        write_file(home.file('zeros.zip'), packed(foreign(bytes(size))))
        same(1, home.first('bundle', 'verify', home.file('zeros.zip'))['sampler_assets'], size)


@claim(inside=Indexing)
def an_id_of_a_stranger_names_no_place(it):
    home = it.home
    text = foreign()['patterns/verse.json']
    ids = ['../../../escaped/x', '/escaped', '..', '.', 'CON', 'a/b', 'slots/x', 'n' * 255, 'verse']
    files = {f'patterns/{n}.json': text for n in range(len(ids))}
    listed = [{'pattern_id': id, 'path': f'patterns/{n}.json', 'sha256': digest(text)} for n, id in enumerate(ids)]
    files = {**foreign(file_bytes(os.fsdecode(wav(it.folder('choir.wav'), 440, 1))), patterns=listed), **files}
    home.loophole('bundle', 'import', '--bundle-root', put(home.file('foreign'), files), '--destination-root', home.file('in'))
    os.mkdir(home.file('escaped'))
    home.loophole('bundle', 'export', '--bundle-root', home.file('deep', 'out'))
    same([], os.listdir(home.file('escaped')))
    same(['out'], os.listdir(home.file('deep')))
    patterns = file_json(home.file('deep/out/project_manifest.json'))['patterns']
    same(ids, [one['pattern_id'] for one in patterns])
    same(sorted(one['path'] for one in patterns), sorted(f'patterns/{name}' for name in os.listdir(home.file('deep/out/patterns'))))
    home.loophole('bundle', 'verify', home.file('deep', 'out'))


@claim(inside=Indexing)
def equal_sounds_of_one_name_get_numbers(it):
    home = it.home
    sound = file_bytes(os.fsdecode(wav(it.folder('choir.wav'), 440, 1)))
    paths = [f'assets/{place}/kick.wav' for place in 'abc']
    listed = [{'asset_name': path, 'relative_path': path, 'sha256': digest(sound)} for path in paths]
    files = {**foreign(sampler_assets=listed), **{path: sound for path in paths}}
    home.loophole('bundle', 'import', '--bundle-root', put(home.file('foreign'), files), '--destination-root', home.file('in'))
    same(['kick (2).wav', 'kick (3).wav', 'kick.wav'], sorted(os.listdir(home.file('in/Media/Audio'))))


@claim(inside=Indexing)
def what_a_manifest_has_more_is_kept_and_written_again(it):
    home = it.home
    files = foreign(file_bytes(os.fsdecode(wav(it.folder('choir.wav'), 440, 1))), manifest_version='1.7.2')
    home.loophole('bundle', 'import', '--bundle-root', put(home.file('foreign'), files), '--destination-root', home.file('in'))
    home.loophole('bundle', 'export', '--bundle-root', home.file('out'))
    manifest = file_json(home.file('out/project_manifest.json'))
    same(({'room': 7}, 'demo-project', 'calm', '2025-11-25T00:00:00+00:00', '2025-11-26T00:00:00+00:00'),
         (manifest['studio'], *(manifest['project'][key] for key in ('id', 'mood', 'created_at', 'updated_at'))))
    same(('verse', 'red'), (manifest['patterns'][0]['pattern_id'], manifest['patterns'][0]['colour']))
    newer = put(home.file('newer'), foreign(manifest_version='2.0.0'))
    contains(home.refused('bundle', 'verify', newer), 'this program reads 1.x')
    contains(home.refused('bundle', 'import', '--bundle-root', newer, '--destination-root', home.file('no')), 'this program reads 1.x')
    same(False, os.path.exists(home.file('no')))


@claim(inside=Indexing)
def a_hostile_archive_is_refused_by_name_and_nothing_is_written(it):
    home = it.home
    good = foreign()
    name, content = 'assets/choir_pad_soft.wav', good['assets/choir_pad_soft.wav']

    def added(*entries):
        to = io.BytesIO()
        with zipfile.ZipFile(to, 'w') as zip:
            for file, data in good.items():
                zip.writestr(file, data)
            for entry, data in entries:
                zip.writestr(entry, data)
        return to.getvalue()

    def special(path, mode):
        entry = zipfile.ZipInfo(path)
        entry.create_system, entry.external_attr = 3, mode << 16
        return entry
    whole = packed(good, zipfile.ZIP_STORED)
    at = whole.index(b'PK\1\2')
    named = whole.rindex(b'assets/choir', 0, at)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, 'w', zipfile.ZIP_DEFLATED) as zip:
        for file, data in good.items():
            zip.writestr(file, data)
        zip.writestr('assets/bomb', bytes(300 << 20))
    hostile = {
        'up': (added(('../out.wav', b'x')), '../out.wav in the archive leads out of it'),
        'absolute': (added(('/out.wav', b'x')), '/out.wav in the archive has an absolute path'),
        'drive': (added(('C:\\out.wav', b'x')), 'has an absolute path'),
        'link': (added((special('assets/l', 0o120777), b'/etc/passwd')), 'assets/l in the archive is a link'),
        'device': (added((special('assets/d', 0o020666), b'')), 'assets/d in the archive is no regular file'),
        'case': (added(('assets/CHOIR_PAD_SOFT.wav', b'x')), 'assets/CHOIR_PAD_SOFT.wav in the archive has the name of another file, apart from case'),
        'twice': (added((name, b'other')), f'{name} in the archive has the name of another file, apart from case'),
        'folder': (added((name + '/x', b'x')), f'{name}/x in the archive lies in a file'),
        'after': (whole + b'x', 'bytes after its end record'),
        'before': (b'x' + whole, 'not where its end record says'),
        'cut': (whole[:-1], 'cut'),
        'local name': (whole[:named] + b'assets/chair' + whole[named + 12:], 'has a header that says something else'),
        'none': (packed({'a.txt': b''}), 'has no project_manifest.json'),
        'bomb': (bomb.getvalue(), 'unpacks to more than 256 MiB'),
        'sum': (whole[:at].replace(b'RIFF', b'RIFX') + whole[at:], 'is damaged'),
        'digest': (packed({**good, name: content + b'x'}), 'its SHA-256 is'),
        'manifest up': (packed(foreign(sampler_assets=[{'asset_name': 'a', 'relative_path': '../a', 'sha256': '0' * 64}])),
                        'leads out of the bundle'),
    }
    home.loophole('bundle', 'import', '--bundle-root', put(home.file('good'), good))
    before = home.json('project', 'list')
    for why, (archive, words) in hostile.items():
        write_file(home.file('hostile.zip'), archive)
        said = [home.refused('bundle', 'verify', home.file('hostile.zip')),
                home.refused('bundle', 'import', '--bundle-root', home.file('hostile.zip'), '--destination-root', home.file('new', 'in'))]
        same([True, True], [words in one for one in said], (why, said))
        same(False, os.path.exists(home.file('new')), why)
    same(before, home.json('project', 'list'))


@claim(inside=Indexing)
def a_plan_counts_the_layers_of_a_sampler_manifest(it):
    listed = it.home.file('sampler.json')
    write_file(listed, json.dumps({'assets': [{'name': f'choir_{n}.wav', 'sha256': '0' * 64} for n in range(3)]}).encode())
    contains(it.home.loophole('bundle', 'plan', '--sampler-manifest', listed).out, '3 choir layers available')
    plan = it.home.first('bundle', 'plan', '--sampler-manifest', listed)
    same((3, [{'label': 'WAV audio', 'patterns': ['*.wav']}]), (plan['import_asset_count'], plan['import_dialog_filters']))
    same(['*.wav', '*.flac'], [one['patterns'][0] for one in it.home.first('bundle', 'plan')['import_dialog_filters']])


@claim(inside=Indexing)
def an_import_is_one_step_of_undo_and_the_project_before_it_has_an_autosave_that_stays(it):
    home = it.home
    files = foreign(file_bytes(os.fsdecode(wav(it.folder('choir.wav'), 440, 1))))
    write_file(home.file('foreign.zip'), packed(files))
    mine = Studio(home, 'Mine', body={'bpm': 90})
    mine.put('track', name='Unsaved')
    os.makedirs(mine.folder, exist_ok=True)
    write_file(os.path.join(mine.folder, 'project_manifest.json'), files['project_manifest.json'])
    events = home.client().listen('project', 'project.noted')
    importing = ('bundle', 'import', '--budget', '600000', '--bundle-root', home.file('foreign.zip'), '--destination-root')
    stem = home.first(*importing, home.file('in'))['checkpoint']
    sets = os.path.join(mine.folder, '.autosave', word(mine.id))
    same('import', file_json(os.path.join(sets, stem + '-layout.json'))['reason'])
    same(['Unsaved'], [one['name'] for one in file_json(os.path.join(sets, stem + '.json'))['tracks']])
    same(files['project_manifest.json'], file_bytes(os.path.join(sets, stem + '-manifest.json')))
    state = home.first('project', 'state')
    sum = digest(files['project_manifest.json'])
    said = {'import_asset_count': 1, 'import_bundle_root': home.file('foreign.zip'), 'import_manifest_sha256': sum,
            'import_dialog_filters': [{'label': 'WAV audio', 'patterns': ['*.wav']}],
            'import_sampler_asset_names': ['choir_pad_soft.wav'],
            'import_summary': f'imported 1 pattern, 1 mixer snapshot, 1 sound; manifest {sum}'}
    same(('Foreign', said), (state['name'], {key: state[key] for key in said}))
    noted = events_until(home, events, lambda event: event['import_summary'])
    same(said['import_summary'], noted['import_summary'])
    same(['choir_pad_soft.wav'], noted['import_sampler_asset_names'])
    home.loophole('undo')
    same(['Mine'], sorted(one['name'] for one in home.json('project', 'list') if one['name'] in ('Mine', 'Foreign')))
    same(('Mine', True), (home.first('project', 'state')['name'], os.path.exists(home.file('in', 'project.json'))))
    home.check_store()
    home.loophole('redo')
    same('Foreign', home.first('project', 'state')['name'])
    home.loophole('undo')
    home.loophole('project', 'set', 'name=Ours')
    same('Ours', home.first('project', 'state')['name'])
    home.loophole('project', 'set', 'name=Mine')
    home.loophole('redo')
    same('Foreign', home.first('project', 'open', 'Foreign')['name'])
    same(said['import_summary'], home.first('project', 'state')['import_summary'])
    same(('*.wav', '*.flac', 0, ''), (*(one['patterns'][0] for one in home.first('project', 'state', 'Mine')['import_dialog_filters']),
                                    *(home.first('project', 'state', 'Mine')[key] for key in ('import_asset_count', 'import_summary'))))
    home.check_store()


@claim(inside=Indexing)
def undo_of_an_import_leaves_its_folder_and_redo_finds_it_again(it):
    home, root = it.home, it.home.file('in')
    demo(it)
    home.loophole('bundle', 'export', 'Demo', '--bundle-root', home.file('out'))
    importing = ('bundle', 'import', '--name', 'Copy', '--bundle-root', home.file('out'), '--destination-root')
    home.loophole(*importing, root)
    parts = lambda: [(part['kind'], part['id'], part['body']) for part in home.json('project', 'show')[1:]]
    before, whole = digests_of(root), parts()
    home.loophole('undo')
    same((before, 'Demo'), (digests_of(root), home.first('project', 'state')['name']))
    home.loophole('bundle', 'verify', root)
    contains(home.refused(*importing, root), 'nothing is replaced')
    home.loophole('redo')
    state = home.first('project', 'state')
    same(('Copy', root, 'same', before, whole), (state['name'], state['folder'], state['mirror'], digests_of(root), parts()))
    home.loophole('undo')
    shutil.rmtree(root)  # a person removed it: the redo brings back what the store has
    home.loophole('redo')
    same(whole, parts())
    home.loophole('project', 'save')
    same(True, os.path.exists(os.path.join(root, 'project.json')))
    home.loophole('undo')
    home.loophole('project', 'open', root)  # this is no step of undo, so the redo finds the project there
    home.loophole('project', 'set', 'bpm=77')
    whole = parts()
    home.loophole('redo')
    same(whole, parts())
    home.loophole('undo')
    same((False, 'draft'), ('Copy' in [one['name'] for one in home.json('project', 'list')], home.first('project', 'state')['name']))
    home.loophole('redo')
    home.loophole('project', 'open', 'Copy')
    same(whole, parts())
    home.check_store()


@claim(inside=Indexing)
def what_differs_from_an_import_under_another_name_is_only_what_a_person_changed(it):
    home = it.home
    demo(it)
    home.loophole('bundle', 'export', 'Demo', '--bundle-root', home.file('out'))
    home.loophole('bundle', 'import', '--name', 'Copy', '--bundle-root', home.file('out'), '--destination-root', home.file('in'))

    def differs():
        until(lambda: home.has_lived('project'))
        home.kill('project')
        home.wait_ready('project')
        offers = home.client().must('project.recoveries', {}, budget_ms=600000)
        return [line for one in offers.get('each', ()) if one['name'] == 'Copy' for line in one['differs']]

    same([], differs())
    home.loophole('project', 'set', 'bpm=99')
    same(['project changed: tempo'], [line for line in differs() if 'mixer' not in line])  # it gets its own mixer


@claim(inside=Indexing)
def an_import_of_more_parts_than_are_changed_at_once_is_one_step_of_undo_too(it):
    home = it.home
    mine = Studio(home, 'Mine', body={'bpm': 90})
    steps = len(home.json('undo', 'list'))
    project = {'schema_version': '1.0', 'project': {'name': 'Many', 'id': 'many'}, 'tracks': [{'name': f'T{n}'} for n in range(4200)]}
    files = {**foreign(file_bytes(os.fsdecode(wav(it.folder('choir.wav'), 440, 1)))), 'project.json': json.dumps(project).encode()}
    importing = ('bundle', 'import', '--budget', '600000', '--bundle-root', put(home.file('foreign'), files), '--destination-root')
    home.loophole(*importing, home.file('in'))

    def is_whole():
        same('Many', home.first('project', 'state')['name'])
        same(4200, sum(part['kind'] == 'track' for part in home.json('project', 'show')[1:]))
        same(steps + 1, len(home.json('undo', 'list')))

    is_whole()
    home.loophole('undo')
    same(['Mine'], sorted(one['name'] for one in home.json('project', 'list') if one['name'] in ('Mine', 'Many')))
    same('Mine', home.first('project', 'state')['name'])
    contains(home.refused('project', 'show', 'Many'), 'Many')
    mine.put('track', name='Later')
    home.loophole('redo')
    is_whole()
    home.loophole('undo')
    home.check_store()
    home.loophole(*importing, home.file('again'))  # what is left of the first one is no obstacle
    is_whole()
    home.loophole('undo')
    home.stop()
    home.check_store()


run_claims()
