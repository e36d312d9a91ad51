#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Archives of Hydrogen's kits: what comes in, what goes out, and that nothing hostile does."""
import gzip
import io
import os
import random
import shutil
import tarfile

from tests.claims import (DRUMKITS, claim, contains, file_bytes, how_often, kill_command, run_claims, same, samples,
                    until, write_file)
from tests.library.indexing import wav
from tests.kits.kit_folders import exported, files_of, hydrogen, imported, instrument, kits, layer, layers_of, without_ids


def running(home):
    home.up()


def packed(home, folder, *options, name=None):
    """The archive that tar makes of a folder, in a folder of its own."""
    where = home.file('packed', name or os.path.basename(folder))
    os.makedirs(where, exist_ok=True)
    archive = f'{where}/{name or os.path.basename(folder)}.h2drumkit'
    home.run('tar', *options, '-C', os.path.dirname(folder), '-cf', archive, os.path.basename(folder))
    return archive


def made(home, name, *entries, packs=False, end=2):
    """An archive of these entries: (path, content), or (path, kind, target) of another kind than a file."""
    to = io.BytesIO()
    with tarfile.open(fileobj=to, mode='w', format=tarfile.PAX_FORMAT) as tar:
        for path, content, *target in entries:
            entry = tarfile.TarInfo(path)
            if isinstance(content, str):
                entry.type, entry.linkname = content.encode(), (target or [''])[0]
                entry.size = 4096 * entry.isdir()  # which says nothing of data
                tar.addfile(entry)
            else:
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        length = tar.offset
    where = home.file('made', name)
    os.makedirs(where, exist_ok=True)
    whole = to.getvalue()[:length] + bytes(512 * end)
    write_file(f'{where}/{name}.h2drumkit', gzip.compress(whole) if packs else whole)
    return f'{where}/{name}.h2drumkit'


def kit_of(*files, name='Made'):
    layers = ''.join(instrument(f'I{n}', layer(file)) for n, file in enumerate(files))
    return f'<drumkit_info><name>{name}</name><instrumentList>{layers}</instrumentList></drumkit_info>'.encode()


def sound(home):
    path = home.file('one.wav')
    wav(path, 330)
    return file_bytes(path)


def same_files(one, other):
    same(sorted(os.listdir(one)), sorted(os.listdir(other)))
    for name in os.listdir(one):
        same(file_bytes(f'{one}/{name}'), file_bytes(f'{other}/{name}'), name)


@claim(shares=running)
def an_archive_that_tar_made_comes_in_as_its_folder_does(home):
    samples('*', folder=f'{DRUMKITS}/TR808EmulationKit')
    folder = shutil.copytree(f'{DRUMKITS}/TR808EmulationKit', home.file('kits/TR808'))
    plain, _ = imported(home, folder)
    long = hydrogen(home.file('kits', 'L' * 90), instrument('A', layer('m' * 90 + '.wav')), name='Long')
    os.rename(f'{long}/kick.wav', f'{long}/{"m" * 90}.wav')
    for n, (of, *options) in enumerate(((folder, '-z'), (folder, '--format=pax'), (folder, '--format=v7', '-z'),
                                        (long, '--format=gnu'), (long, '--format=posix', '-z'), (long, '--format=ustar'))):
        archive = packed(home, of, *options, name=f'Kit {n}')
        before = file_bytes(archive)
        kit, remarks = imported(home, archive, '--name', f'Kit {n}')
        same([], [words for words in ('missing', 'left out') if words in remarks])
        same_files(of, archive.removesuffix('.h2drumkit'))
        same(before, file_bytes(archive))
        same(2, len(os.listdir(os.path.dirname(archive))))
        same([True] * len(layers_of(kit)), ['content' in one for one in layers_of(kit)])
        if of == folder:
            same(without_ids(plain), without_ids(kit))


@claim(shares=running)
def an_archive_is_unpacked_once_and_replaces_nothing(home):
    archive = packed(home, hydrogen(home.file('once'), instrument('A', layer('kick.wav')), name='Once'))
    request = '01J0000000000000000000KK9D'
    folder = home.file('into', 'once')
    kit, _ = imported(home, archive, home.file('into'), '--request-id', request)
    before = files_of(folder)
    same(kit, imported(home, archive, home.file('into'), '--request-id', request)[0])
    second, _ = imported(home, archive, home.file('into'), '--name', 'Twice')
    same([one['media'] for one in layers_of(kit)], [one['media'] for one in layers_of(second)])
    same((before, ['once']), (files_of(folder), os.listdir(home.file('into'))))
    write_file(f'{folder}/kick.wav', b'mine')
    contains(home.fails('loophole', 'kit', 'import', archive, home.file('into'), '--name', 'Third'),
             'there is a file or folder once already')
    same((b'mine', ['once']), (file_bytes(f'{folder}/kick.wav'), os.listdir(home.file('into'))))
    contains(home.fails('loophole', 'kit', 'import', home.file('once'), home.file('into')), 'is no archive .h2drumkit')


@claim(shares=running)
def files_that_are_not_of_the_kit_are_left_out_and_counted(home):
    one = sound(home)
    kit, remarks = imported(home, made(
        home, 'Left out', ('./._Kit', b'x'), ('./Kit/', tarfile.DIRTYPE.decode()), ('./README', b'x'), ('Kit/.hidden', b'x'),
        ('./Kit/drumkit.xml', kit_of('a.wav', 'deep/b.wav', name='Left')), ('Kit/./a.wav', one), ('Kit/deep/b.wav', one),
        ('Kit2/c.wav', one), ('Kit/\x07.wav', one), ('Kit/empty', b''), packs=True))
    contains(remarks, '6 files of the archive left out')
    contains(remarks, "1 sound missing in the kit's folder: deep/b.wav")
    same(['a.wav', 'drumkit.xml', 'empty'], sorted(os.listdir(home.file('made/Left out/Left out'))))
    same([True, False], ['content' in one for one in layers_of(kit)])
    flat, _ = imported(home, made(home, 'Flat', ('drumkit.xml', kit_of('a.wav', name='Flat')), ('a.wav', one)))
    same(['a'], [one['name'] for one in layers_of(flat)])
    parts = made(home, 'Parts', ('drumkit.xml', kit_of('a.wav', name='Parts')), ('a.wav', one))
    whole = file_bytes(parts)
    write_file(parts, b''.join(gzip.compress(piece) for piece in (whole[:700], b'', whole[700:])) + bytes(100))
    same(['a'], [one['name'] for one in layers_of(imported(home, parts)[0])])
    _, remarks = imported(home, made(home, 'Extended', ('Kit/drumkit.xml', kit_of('a.wav', name='Extended')), ('Kit/a.wav', one),
                                     *((f'Other/\u00fc{n}', b'') for n in range(4200)), packs=True))
    contains(remarks, '4200 files of the archive left out')


@claim(shares=running)
def a_hostile_archive_is_refused_by_name_and_nothing_is_written(home):
    outside = home.file('outside')
    os.makedirs(outside)
    before = set(kits(home))
    kit, one = ('Kit/drumkit.xml', kit_of('a.wav')), sound(home)
    link, hard, fifo, device = '2', '1', '6', '3'
    hostile = {
        'up': ([kit, ('Kit/../../outside/a.wav', one)], 'Kit/../../outside/a.wav in the archive leads out of it'),
        'first': ([('../drumkit.xml', kit_of('a.wav'))], '../drumkit.xml in the archive leads out of it'),
        'absolute': ([kit, (outside + '/a.wav', one)], 'has an absolute path'),
        'link': ([kit, ('Kit/a.wav', link, '/etc/passwd')], 'Kit/a.wav in the archive is a link'),
        'folder': ([('Kit', link, outside), kit, ('Kit/a.wav', one)], 'Kit in the archive is a link'),
        'hard': ([kit, ('Kit/a.wav', hard, 'Kit/drumkit.xml')], 'is a link'),
        'fifo': ([kit, ('Kit/a.wav', fifo)], 'is no regular file'),
        'device': ([kit, ('Kit/a.wav', device)], 'is no regular file'),
        'two': ([kit, ('Other/drumkit.xml', kit_of('a.wav'))], 'more than one drumkit.xml'),
        'same': ([kit, kit], 'more than one drumkit.xml'),
        'twice': ([kit, ('Kit/a.wav', one), ('Kit/a.wav', b'other')], 'two files a.wav'),
        'none': ([('Kit/a.wav', one)], 'no drumkit.xml'),
        'empty': ([], 'no drumkit.xml'),
        'bad kit': ([('Kit/drumkit.xml', b'<song></song>'), ('Kit/a.wav', one)], 'not the drumkit.xml'),
        'bomb': ([kit, ('Kit/a.wav', bytes(100 << 20))], 'unpacks to more than 64 MiB'),
        'many': ([kit, *((f'Kit/{n}', b'') for n in range(8192))], 'more than 8192 files'),
    }
    for name, (entries, why) in hostile.items():
        archive = made(home, name, *entries, packs=True)
        contains(home.fails('loophole', 'kit', 'import', archive), why)
        same([f'{name}.h2drumkit'], os.listdir(os.path.dirname(archive)))
        if name == 'up':
            contains(home.fails('loophole', 'kit', 'import', archive, home.file('new/folder')), why)
            same(False, os.path.exists(home.file('new')))
    contains(home.fails('loophole', 'kit', 'import', made(home, 'cut', kit, ('Kit/a.wav', one), end=0)), 'is cut')
    write_file(home.file('zip.h2drumkit'), b'PK\3\4' + bytes(2000))
    contains(home.fails('loophole', 'kit', 'import', home.file('zip.h2drumkit')), 'is damaged, or no tar')
    os.mkfifo(home.file('pipe.h2drumkit'))
    home.fails('loophole', 'kit', 'import', home.file('pipe.h2drumkit'))
    same((before, []), (set(kits(home)), os.listdir(outside)))


@claim(shares=running)
def an_archive_that_is_cut_or_damaged_leaves_nothing_or_a_whole_kit(home):
    for packs in (False, True):
        archive = made(home, f'damaged {packs}', ('Kit/drumkit.xml', kit_of('a.wav')), ('Kit/a.wav', sound(home)), packs=packs)
        whole, where = file_bytes(archive), os.path.dirname(archive)
        for n in range(how_often(4, 200)):
            write_file(archive, whole[:random.randrange(len(whole) - 1024 * (not packs))])
            home.fails('loophole', 'kit', 'import', archive)
            same(1, len(os.listdir(where)))
        for n in range(how_often(4, 200)):
            at = random.randrange(min(len(whole), 3000))
            write_file(archive, whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1:])
            done = home.loophole('kit', 'import', archive, '--scope', 'ephemeral', '--name', f'damaged {packs} {n}', code=None)
            same(done.code == 0, f'damaged {packs} {n}' in kits(home), done.err)
            shutil.rmtree(archive.removesuffix('.h2drumkit'), ignore_errors=True)
            same(1, len(os.listdir(where)), done.err)
    home.check_store()


@claim(shares=running)
def an_exported_archive_comes_in_as_the_same_record(home):
    folder = hydrogen(home.file('way'), instrument('A', layer('kick.wav', min=0, max=.5), layer('m\u00fc.wav', min=.5, max=1)),
                      instrument('B', layer('gone.wav')), name='Way ' + 'w' * 100)
    os.rename(f'{folder}/snare.wav', f'{folder}/m\u00fc.wav')
    kit, _ = imported(home, folder)
    archive = exported(home, kit, 'way out', '--format', 'h2drumkit')
    same([kit['name'] + '.h2drumkit'], os.listdir(home.file('way out')))
    same([f'{kit["name"]}/{name}' for name in ('drumkit.xml', 'kick.wav', 'm\u00fc.wav')],
         sorted(home.run('env', 'LC_ALL=C.UTF-8', 'tar', '--quoting-style=literal', '-tf', archive).out.splitlines()))
    again, remarks = imported(home, archive, '--name', 'Way back')
    contains(remarks, "1 sound missing in the kit's folder: gone.wav")
    same(without_ids(kit), without_ids(again))
    contains(home.fails('loophole', 'kit', 'export', kit['id'], home.file('way out'), '--format', 'h2drumkit'),
             'there is a file or folder')


def count_files(folder):
    """-1: there is no such folder."""
    try:
        return len(os.listdir(folder))
    except FileNotFoundError:
        return -1


@claim(shares=running)
def a_killed_import_of_an_archive_leaves_no_folder_or_the_whole_one(home):
    folder = hydrogen(home.file('large'), *(instrument(f'I{n}', layer(f'{n}.wav')) for n in range(12)), name='Large')
    for n in range(12):
        wav(f'{folder}/{n}.wav', 100 + n, 20)
    archive = packed(home, folder)
    where = os.path.dirname(archive)
    part = f'{where}/.loophole-kit.part'
    for n in range(how_often(8, 80)):
        shutil.rmtree(part, ignore_errors=True)
        files = random.randrange(14)
        importing = home.start('loophole', 'kit', 'import', archive, '--name', f'Large {n}')
        until(lambda: importing.poll() is not None or count_files(part) >= files, what='it has begun')
        kill_command(importing)
        if os.path.exists(f'{where}/large'):
            same_files(folder, f'{where}/large')
            shutil.rmtree(f'{where}/large')
    os.makedirs(part, exist_ok=True)
    write_file(f'{part}/left', b'by a killed command')
    imported(home, archive, '--name', 'Large at last')
    same_files(folder, f'{where}/large')
    same(['large', 'large.h2drumkit'], sorted(os.listdir(where)))


if __name__ == '__main__':
    run_claims()
