#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Bundles of a stranger, with archives written byte by byte. verify and import say the same of each, what is refused leaves nothing,
and nothing is written outside of the destination."""
import json
import os
import struct
import zlib

from tests.projects.bundles import digest, foreign, put
from tests.claims import claim, run_claims, same, write_file
from tests.library.indexing import Indexing

GOOD = foreign()
NAME = 'assets/choir_pad_soft.wav'
CONTENT = GOOD[NAME]
BIG = 0xffffffff


class Zip:
    """A zip whose headers may say anything. `listed` has what the central directory says otherwise."""

    def __init__(self, begin=b''):
        self.files, self.directory, self.count = begin, b'', 0

    def add(self, name, data, *, method=0, flags=0x800, extra=b'', size=None, packed=None, sum=None, raw=None, after=b'', listed=None):
        name, raw, at = name if isinstance(name, bytes) else name.encode(), data if raw is None else raw, len(self.files)
        self.files += struct.pack('<IHHHHHIIIHH', 0x04034b50, 20, flags, method, 0, 33, zlib.crc32(data) if sum is None else sum,
                                  len(raw) if packed is None else packed, len(data) if size is None else size, len(name), len(extra))
        self.files += name + extra + raw + after
        return self.list(at, name, data, **{'packed': len(raw), 'method': method, 'flags': flags, **(listed or {})})

    def list(self, at, name, data, packed=len(CONTENT), method=0, flags=0x800, extra=b'', size=None, mode=0o100644 << 16, made=0x031e):
        self.directory += struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, made, 20, flags, method, 0, 33, zlib.crc32(data), packed,
                                      len(data) if size is None else size, len(name), len(extra), 0, 0, 0, mode, at) + name + extra
        self.count += 1
        return self

    def end(self, comment=b'', before=b'', gap=b'', big=None):
        """`big`: what the end record of ZIP64 has more than it should; None: there is none."""
        at, count = len(self.files + gap), self.count
        whole = self.files + gap + self.directory
        if big is not None:
            end, number = len(whole), count + big.get('count', 0)
            whole += struct.pack('<IQHHIIQQQQ', 0x06064b50, 44, 45, 45, 0, 0, number, number, len(self.directory), at)
            whole += struct.pack('<IIQI', 0x07064b50, 0, end + big.get('locator', 0), 1)
        return before + whole + struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, count, count, len(self.directory), at, len(comment)) + comment


def zip_of(files, begin=b'', **sound):
    """The sound gets the options."""
    to = Zip(begin)
    for name, data in files.items():
        to.add(name, data, **(sound if name.startswith('assets/') else {}))
    return to


def field(tag, data):
    return struct.pack('<HH', tag, len(data)) + data


def numbers(*each):
    return field(1, struct.pack(f'<{len(each)}Q', *each))


def other_name(name, sum=None):
    return field(0x7075, struct.pack('<BI', 1, zlib.crc32(name.encode()) if sum is None else sum) + name.encode())


def listed_again(name):
    to = zip_of(GOOD)
    return to.list(to.files.index(b'PK\3\4', to.files.index(NAME.encode()) - 40), name.encode(), CONTENT).end()


def deflated():
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    return pack.compress(CONTENT) + pack.flush()


def sound_at(path):
    sound = {'asset_name': 'a.wav', 'relative_path': path, 'sha256': digest(CONTENT), 'lufs_lu': None, 'source_uri': None}
    files = {name: data for name, data in foreign(sampler_assets=[sound]).items() if name != NAME}
    return zip_of({**files, path: CONTENT}).end()


def manifest(change):
    return zip_of({**GOOD, 'project_manifest.json': change(GOOD['project_manifest.json'].decode()).encode()}).end()


def project(**more):
    whole = {'schema_version': '1.0', 'project': {'name': 'P', 'id': 'p'}, 'tracks': [{'name': 'T'}], **more}
    return zip_of({**GOOD, 'project.json': json.dumps(whole).encode()}).end()


def added(name):
    return zip_of(GOOD).add(name, b'x').end()


DAMAGED, OTHER = 'has damaged fields', 'has a header that says something else'
TWINS = 'has the name of another file, apart from case'
OURS = 'is not for files of the manifest'
KEY = 'duplicate object key'
ID = '01J0000000000000000000000A'

# Why: (the archive, what is said of it; None: it comes in)
ARCHIVES = {
    'both sizes in the header twice': (zip_of(GOOD, extra=numbers(4, 4)).end(), None),
    'sizes in the directory twice': (zip_of(GOOD, listed={'extra': numbers(4, 4)}).end(), DAMAGED),
    'a mark without its number': (zip_of(GOOD, listed={'size': BIG, 'extra': numbers()}).end(), DAMAGED),
    'a mark with its number': (zip_of(GOOD, listed={'size': BIG, 'extra': numbers(4)}).end(), None),
    'a mark with another number': (zip_of(GOOD, size=BIG, packed=BIG, extra=numbers(5, 4)).end(), OTHER),
    'a size that wraps': (zip_of(GOOD, listed={'size': BIG, 'packed': BIG, 'extra': numbers(2**64 - 1, 2**64 - 1)}).end(), 'unpacks to more'),
    'two end records that agree': (zip_of(GOOD).end(big={}), None),
    'two end records that differ': (zip_of(GOOD).end(big={'count': 1}), 'the two end records of the archive differ'),
    'a locator that leads astray': (zip_of(GOOD).end(big={'locator': -1}), 'damaged end record of ZIP64'),
    'the name in Unicode': (zip_of(GOOD, extra=other_name(NAME), listed={'extra': other_name(NAME)}).end(), None),
    'another name in Unicode': (zip_of(GOOD, listed={'extra': other_name('../evil')}).end(), DAMAGED),
    'another name in the header': (zip_of(GOOD, extra=other_name('evil.wav')).end(), OTHER),
    'the name in Unicode twice': (zip_of(GOOD, listed={'extra': 2 * other_name(NAME)}).end(), DAMAGED),
    'a cut field': (zip_of(GOOD, listed={'extra': other_name(NAME)[:-1]}).end(), DAMAGED),
    'fields of other programs': (zip_of(GOOD, extra=field(0x5455, bytes(5)), listed={'extra': field(0xcafe, b'hi')}).end(), None),
    'another compression in the header': (zip_of(GOOD, method=8, listed={'method': 0}).end(), OTHER),
    'other flags in the header': (zip_of(GOOD, flags=0, listed={'flags': 0x800}).end(), OTHER),
    'listed twice': (listed_again(NAME), 'overlaps'),
    'listed under two names': (listed_again('assets/b.wav'), 'overlaps'),
    'a link by its mode': (zip_of(GOOD, listed={'mode': 0o120777 << 16, 'made': 20}).end(), 'is a link'),
    'a socket': (zip_of(GOOD, listed={'mode': 0o140644 << 16}).end(), 'is no regular file'),
    'a folder for Windows alone': (zip_of(GOOD, listed={'mode': 0x10, 'made': 20}).end(), 'is marked as a folder'),
    'backslashes that lead out': (added('..\\..\\x'), 'leads out of it'),
    'backslashes of a twin': (added('assets\\choir_pad_soft.wav'), TWINS),
    'a host': (added('\\\\host\\share'), 'has an absolute path'),
    'a drive': (added('C:evil'), 'has an absolute path'),
    'a path that turns back': (added('assets/../../x'), 'leads out of it'),
    'an empty part': (added('assets//x'), 'has an empty part'),
    'a zero in a name': (added('assets/a\0.wav'), 'control characters'),
    'text from right to left': (added('assets/\u202egnp.wav'), 'control characters'),
    'a slash that is too long': (added(b'assets/\xc0\xaf../x'), 'without UTF-8'),
    'twins by the form of Unicode': (zip_of(GOOD).add('assets/\u00e9', b'x').add('assets/e\u0301', b'y').end(), TWINS),
    'twins by a sharp s': (zip_of(GOOD).add('assets/stra\u00dfe', b'x').add('assets/STRASSE', b'y').end(), TWINS),
    'twins by the sign of kelvin': (zip_of(GOOD).add('assets/\u212a', b'x').add('assets/k', b'y').end(), TWINS),
    'a long comment': (zip_of(GOOD).end(comment=bytes(65535)), None),
    'an end record in the comment': (zip_of(GOOD).end(comment=b'PK\5\6' + bytes(18)), 'two end records'),
    'a program before it': (zip_of(GOOD).end(before=b'#!/bin/sh\n'), 'not where its end record says'),
    'a program before it that counts': (zip_of(GOOD, b'MZ' + bytes(62)).end(), 'begins with bytes of no file'),
    'bytes before the directory': (zip_of(GOOD).end(gap=b'gap!'), 'is followed by bytes of no file'),
    'deflated': (zip_of(GOOD, method=8, raw=deflated()).end(), None),
    'deflated, and more': (zip_of(GOOD, method=8, raw=deflated() + b'x').end(), 'is damaged'),
    'deflated twice': (zip_of(GOOD, method=8, raw=2 * deflated()).end(), 'is damaged'),
    'a descriptor that lies': (zip_of(GOOD, flags=0x808, sum=0, size=0, packed=0, after=struct.pack('<4I', 0x08074b50, zlib.crc32(CONTENT), 4, 5)).end(),
                               'has no descriptor that says the same'),
    'deep lists': (manifest(lambda text: text[:-1] + ', "x": ' + 10**5 * '['), 'nested deeper'),
    'a key twice': (manifest(lambda text: text[:-1] + ', "sampler_assets": []}'), KEY),
    'a path twice': (manifest(lambda text: text.replace('"relative_path":', '"relative_path": "../x", "relative_path":')), KEY),
    'an unknown key twice': (manifest(lambda text: text[:-1] + ', "x": 1, "x": 2}'), KEY),
    'a number out of range': (manifest(lambda text: text.replace('"bpm": 100.0', '"bpm": 1e999')), '1e999 is out of range'),
    'no number': (manifest(lambda text: text.replace('"bpm": 100.0', '"bpm": NaN')), 'not JSON'),
    'steps below zero': (manifest(lambda text: text.replace('"length_steps": 16', '"length_steps": -1')), 'whole numbers from 0'),
    'half a character': (manifest(lambda text: text.replace('Foreign', '\\ud800')), 'not JSON'),
    'the name of a path': (manifest(lambda text: text.replace('Foreign', '../../x')), 'contains a slash'),
    'version 10': (manifest(lambda text: text.replace('1.0.0', '10.0')), 'this program reads 1.x'),
    'a sound in project.json': (sound_at('project.json/x.wav'), OURS),
    'a sound like project.json': (sound_at('PROJECT.json'), OURS),
    'a sound in place of the slots': (sound_at('patterns/slots'), OURS),
    'a sound in place of Media': (sound_at('Media'), OURS),
    'a sound in Media': (sound_at('media/Audio/x'), OURS),
    'a hidden sound': (sound_at('.autosave/x'), OURS),
    'a sound beside them': (sound_at('Media.wav'), None),
    'a project': (project(), None),
    'a project with a tempo out of range': (project(project={'name': 'P', 'id': 'p', 'bpm': 1e9}), 'bpm 1000000000 is out of range'),
    'a project of version 9': (project(schema_version='9.0'), 'this program reads 1.x'),
    'tracks that are no list': (project(tracks='x'), 'tracks is not a list'),
    'two tracks with one id': (project(tracks=2 * [{'name': 'T', 'id': ID}]), 'two parts of the project have the id'),
    'too many tracks': (project(tracks=20000 * [{'name': 'T'}]), 'more than 16000 parts'),
    'a sound outside': (project(items=[{'id': ID, 'name': 'x', 'storage': {'path': '../../../etc/passwd'}}]), None),
}


@claim(inside=Indexing)
def verify_and_import_say_the_same_of_each_archive_and_what_is_refused_leaves_nothing(it):
    home, archive = it.home, it.home.file('in.zip')
    os.mkdir(home.file('jail'))
    for number, (why, (content, words)) in enumerate(ARCHIVES.items()):
        write_file(archive, content)
        root = home.file('jail', str(number), 'in')
        verified = home.loophole('bundle', 'verify', archive, code=None)
        imported = home.loophole('bundle', 'import', '--bundle-root', archive, '--destination-root', root,
                                 *(() if words else ('--name', f'Name {number}')), code=None)
        same(verified.code, imported.code, (why, verified.err, imported.err))
        same((words is None, words is None), (verified.code == 0, os.path.exists(os.path.dirname(root))), (why, verified.err, imported.err))
        assert words is None or (words in verified.err and words in imported.err), (why, verified.err, imported.err)
        if words is None:
            home.loophole('bundle', 'verify', root)
    same({'jail'} | {str(number) for number, (_, words) in enumerate(ARCHIVES.values()) if words is None},
         {'jail'} | set(os.listdir(home.file('jail'))))
    home.stop()
    home.check_store()


@claim(inside=Indexing)
def a_link_that_lies_where_an_import_writes_leads_nowhere(it):
    home, source = it.home, put(it.home.file('good'), GOOD)
    outside = put(home.file('outside'), {'kept': b''})
    os.mkdir(home.file('jail'))
    for name in ('.loophole-bundle.part', 'in'):  # the temporary folder of an import, and its destination
        os.symlink(outside, home.file('jail', name))
        home.refused('bundle', 'import', '--bundle-root', source, '--destination-root', home.file('jail', 'in'))
        same((['kept'], [name]), (os.listdir(outside), os.listdir(home.file('jail'))), name)
        os.unlink(home.file('jail', name))


run_claims()
