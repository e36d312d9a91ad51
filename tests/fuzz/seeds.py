#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Makes the first inputs of every fuzz target: tests/fuzz/seeds.py FOLDER. They come from the golden messages, the
schemas, and small sound files made here; they are not kept."""
import base64
import gzip
import io
import os
import struct
import sys
import tarfile
import tempfile
import zipfile

from tests.schema.bad import bad_schemas

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(TOP, 'tests/schema/golden')
CONTAINERS = ['', 'wav', 'aiff', 'flac', 'ogg', 'mp3']  # the numbers of enum container


def keep(target, name, data):
    folder = os.path.join(sys.argv[1], target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), 'wb') as out:
        out.write(data)


def name_hash(name):
    """As fuzz_hash in tests/fuzz/fuzz.h."""
    value = 0
    for byte in name.encode():
        value = (value * 31 + byte) & 0xffff
    return struct.pack('>H', value)


def text(word):
    return bytes([0xd9, len(word)]) + word.encode()


def goldens():
    for file in sorted(os.listdir(GOLDEN)):
        with open(os.path.join(GOLDEN, file), encoding='ascii') as golden:
            for message in golden.read().split('# ')[1:]:
                name, digits = message.split('\n', 1)
                yield name.replace(' ', '.'), bytes.fromhex(digits)


def value_of(body, at=0):
    """The MessagePack value at `at` as a JSON value, and its end; it knows only the types of our own messages."""
    import msgpack
    def plain(value):
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        return base64.b64encode(value).decode() if isinstance(value, bytes) else value
    return plain(msgpack.unpackb(body[at:], raw=False))


def as_json(name, body):
    import json
    try:
        keep('proto/json', name, name_hash(name) + json.dumps(value_of(body)).encode())
        lines = [f'{key}={json.dumps(value)}' for key, value in value_of(body).items()]
        keep('proto/json', name + '.typed', name_hash(name) + '\n'.join(lines).encode())
    except (ImportError, ValueError):
        pass


def messages():
    request = b'\xc4\x10' + bytes(range(16))
    for name, body in goldens():
        keep('proto/codec', name, name_hash(name) + body)
        as_json(name, body)
        full, part = name.rsplit('.', 1)
        if part == 'request':
            keep('proto/frame', name, b'\0\x95\x01' + text(full) + request + b'\xcd\x03\xe8' + body)
        elif part == 'answer':
            keep('proto/frame', name, b'\1\x94\x01' + request + b'\xa2ok' + body)
        else:
            keep('proto/frame', name, b'\2\x94\x01\x07\x09' + body)
    keep('proto/frame', 'fault', b'\3no media item\nset.tags[3]\nlook it up')


# The last byte of an id in the schemas' examples, and the known id of tests/fuzz/persist/asks.c that replaces it.
KNOWN = {0x1b: 0, 0x0f: 1, 0x10: 2, 0x0a: 3}


def with_known_ids(body):
    for last, known in KNOWN.items():
        body = body.replace(b'\x01\x90' + bytes(13) + bytes([last]), b'\xff' * 15 + bytes([known]))
    return body


def ask(name, body, request=0):
    return name_hash(name) + struct.pack('>BH', request, len(body)) + body


def asks():
    rows = {}
    for name, body in goldens():
        full, part = name.rsplit('.', 1)
        service, short = full.split('.')
        if part == 'request' and service != 'service':
            rows.setdefault(service, []).append(ask(short, with_known_ids(body), len(rows.get(service, []))))
            keep(f'{service}/asks', short, rows[service][-1])
            keep(f'{service}/asks', short + '.twice', rows[service][-1] * 2)
    for service, row in rows.items():
        keep(f'{service}/asks', 'all', b''.join(row))
        keep(f'{service}/asks', 'all.turned', b''.join(reversed(row)))


BLOCKS = {'spectrum': 16, 'timbre': 16, 'pitch': 12, 'amplitude': 12, 'rhythm': 8}  # of an embedding


def known(number):
    return b'\xff' * 15 + bytes([number])


def batches():
    """One operation in each: the schema's example has all of them at once, which is refused."""
    import msgpack
    example = msgpack.unpackb(dict(goldens())['persist.batch.request'], raw=False)['operations'][0]
    example['edit'].pop('expect', None)
    example['analysed']['embedding'] = {block: [0.5] * count for block, count in BLOCKS.items()}
    rows = []
    for name, value in example.items():
        for sound in (3, 4):
            ids = {'id': known(sound), 'folder': known(2)}
            value = {key: ids.get(key, inner) for key, inner in value.items()}
            body = msgpack.packb({'operations': [{name: value}]})
            rows.append(ask('batch', body, len(rows)))
            keep('persist/asks', f'batch.{name}.{sound}', rows[-1])
    keep('persist/asks', 'batch.all', b''.join(rows))
    gone = ask('batch', msgpack.packb({'operations': [{'presence': {'id': known(3), 'availability': 'missing'}}]}), 40)
    keep('persist/asks', 'batch.reunited', gone + b''.join(rows))
    put = ask('put_media', msgpack.packb({'edit': {'id': known(3), 'name': 'Snare', 'add_tags': ['a', 'b']}}), 41)
    keep('persist/asks', 'undone', put + ask('undo', b'\x80', 42) + ask('redo', b'\x80', 43) + ask('undo', b'\x80', 44))
    remove = ask('remove_library', msgpack.packb({'id': known(1)}), 45)
    keep('persist/asks', 'removed', remove + ask('forget', msgpack.packb({'id': known(4)}), 46) + remove)


def steps():
    """Keys of a part of a project, and of one that is gone."""
    import msgpack
    project, sound = bytes(15) + b'P', bytes(15) + b'S'
    apply = lambda number, *actions: ask('apply', msgpack.packb({'label': '', 'scope': '', 'actions': actions}), number)
    part = {'project': project, 'id': sound, 'kind': 'sound'}
    made = apply(47, {'element': {'project': project, 'id': project, 'kind': 'project', 'body': '{}'}})
    keys = apply(48, {'keys': dict(part, body='{"bpm":100}')}, {'keys': dict(part, body='{"bpm":null,"swing":0.5}')})
    gone = apply(49, {'element': dict(part, apart=True)})
    turns = lambda number: ask('undo', b'\x80', number) + ask('redo', b'\x80', number + 1)
    keep('persist/asks', 'keys', made + keys + turns(50) + ask('undo', b'\x80', 52))
    keep('persist/asks', 'keys.gone', made + keys + gone + turns(53))
    for body in ('[1]', '{', '{"a":1,"a":2}'):
        keep('persist/asks', f'keys.{len(body)}', made + apply(55, {'keys': dict(part, body=body)}))


def pieces(data, passes):
    out = b''
    for at in range(0, len(data), 100):
        part = data[at:at + 100]
        out += bytes([len(part) - 1 | (128 if passes and at == 0 else 0)]) + part
    return out


def worker_answers():
    analysed = dict(goldens()).get('persist.put_analysis.request', b'\x80')
    job = b'\x83\xa6number\x07\xa4mode\xa7analyse\xa4size\xcd\x10\x00'
    result = b'\x82\xa6number\x07\xa5found' + analysed
    for name, body in (('job', job), ('result', result)):
        message = struct.pack('<I', len(body)) + body
        keep('proto/pipe', name, bytes([name == 'result']) + pieces(message + message, name == 'job'))
    keep('proto/pipe', 'huge', b'\1\x03\xff\xff\xff\xff')
    greeting = b'\xff' + bytes(8) + b'\x7f\x03\0NULL' + bytes(48)
    keep('proto/wire', 'asks', b'\0\7' + greeting + b'\4\5READY\1\3hop\0\5hello\2' + bytes(7) + b'\x03bye')
    keep('proto/wire', 'endless', b'\0\x40' + greeting + b'\1\2xy' * 99)


def schemas():
    folder = os.path.join(TOP, 'schemas')
    for file in sorted(os.listdir(folder)):
        with open(os.path.join(folder, file), 'rb') as source:
            keep('schemac/parse', file, source.read()[:6000])
    for _, _, files in bad_schemas():
        path, data = files[0]
        if len(data) < 4096:
            keep('schemac/parse', 'bad.' + path, data)
    keep('schemac/parse', 'two', b'enum kind "K."\n    loop one\n\0service one 1 "S."\nuse shared\n\nrecord item "R."\n'
                                 b'    kind kind loop # k\n    tags text(8)[4] ["a", "b"] # t\n\nask get "G." -> item\n'
                                 b'    n u64(1..9) 3 # n\n')


# ---- sound files ----

def chunk(name, data, order='<'):
    return name + struct.pack(order + 'I', len(data)) + data + b'\0' * (len(data) & 1)


def wave(*more, form=b'RIFF'):
    body = b'WAVE' + chunk(b'fmt ', struct.pack('<HHIIHH', 1, 1, 44100, 88200, 2, 16))
    body += b''.join(more) + chunk(b'data', bytes(range(64)))
    return form + struct.pack('<I', len(body)) + body


def waves():
    info = b'INFO' + chunk(b'INAM', b'Kick\0') + chunk(b'IGNR', b'Techno\0') + chunk(b'ICRD', b'2004-05-01\0')
    yield 'info', wave(chunk(b'LIST', info))
    bext = b'description'.ljust(256, b'\0') + b'somebody'.ljust(32, b'\0') + b'\0' * 32 + b'2004-05-0112:00:00'
    yield 'bext', wave(chunk(b'bext', bext + b'\0' * 300))
    smpl = struct.pack('<9I', 0, 0, 22675, 60, 0, 0, 0, 1, 0) + struct.pack('<6I', 0, 0, 4, 28, 0, 0)
    acid = struct.pack('<IHHfIHHf', 1, 60, 0x8000, 0.0, 4, 4, 4, 120.0)
    yield 'loops', wave(chunk(b'smpl', smpl), chunk(b'acid', acid), chunk(b'inst', bytes([60, 0, 0, 0, 127, 1, 127])))
    yield 'id3', wave(chunk(b'id3 ', id3()))
    ixml = b'<BWFXML><USER><KEYWORDS>warm, &amp;c</KEYWORDS></USER><ASWG><tempo>90</tempo><inKey>Am</inKey></ASWG></BWFXML>\0'
    yield 'ixml', wave(chunk(b'bext', bext + b'\0' * 300), chunk(b'iXML', ixml))
    yield 'rf64', wave(chunk(b'ds64', struct.pack('<QQQI', 200, 64, 32, 0)), form=b'RF64')


def aiff():
    rate = struct.pack('>HQ', 0x400e, 44100 << 48)
    body = b'AIFF' + chunk(b'COMM', struct.pack('>hIh', 1, 32, 16) + rate, '>') + chunk(b'NAME', b'Kick', '>')
    body += chunk(b'MARK', struct.pack('>HHIBBHIBB', 2, 1, 0, 1, 65, 2, 16, 1, 66), '>')
    body += chunk(b'INST', struct.pack('>6bhHHHHHH', 60, 0, 0, 127, 1, 127, 0, 1, 1, 2, 0, 0, 0), '>')
    body += chunk(b'ID3 ', id3(), '>') + chunk(b'SSND', bytes(72), '>')
    return b'FORM' + struct.pack('>I', len(body)) + body


def frame(name, data, syncsafe=False):
    size = len(data)
    if syncsafe:
        size = (size & 0x7f) | (size & 0x3f80) << 1 | (size & 0x1fc000) << 2
    return name + struct.pack('>IH', size, 0) + data


def id3(version=4):
    body = frame(b'TIT2', b'\3Kick 808') + frame(b'TBPM', b'\0128') + frame(b'TKEY', b'\1\xff\xfeA\0m\0')
    body += frame(b'TCON', b'\0(17)Rock') + frame(b'COMM', b'\0engx\0a comment') + frame(b'TXXX', b'\3KEYWORDS\0warm, deep')
    return b'ID3' + bytes([version, 0, 0, 0, 0, len(body) >> 7, len(body) & 0x7f]) + body


def mpeg():
    one = b'\xff\xfb\x90\x64' + b'\0' * 413
    old = b'TAG' + b'title'.ljust(30, b'\0') + b'artist'.ljust(30, b'\0') + bytes(64) + b'\x11'
    return {'frames': one * 3, 'id3': id3(3) + one * 2 + old, 'id3v22': b'ID3\2\0\0\0\0\0\x0dTT2\0\0\5\0Kick' + one * 2,
            'ape': one * 2 + b'APETAGEX' + struct.pack('<IIII', 2000, 32, 0, 0) + bytes(8) + old}


def comments():
    words = [b'TITLE=Kick', b'BPM=128', b'KEY=Am', b'GENRE=Techno', b'DATE=2004']
    return struct.pack('<I', 4) + b'made' + struct.pack('<I', len(words)) + \
        b''.join(struct.pack('<I', len(word)) + word for word in words)


def flac():
    info = struct.pack('>HHIHQ', 4096, 4096, 0, 0, 44100 << 44 | 15 << 36 | 1000) + bytes(16)
    words = comments()
    return b'fLaC' + b'\0' + struct.pack('>I', len(info))[1:] + info + b'\x84' + struct.pack('>I', len(words))[1:] + \
        words + b'\xff\xf8\xc9\x08' + bytes(60)


def page(number, packet, flags=0):
    lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    return b'OggS\0' + bytes([flags]) + struct.pack('<qIII', 0, 7, number, 0) + bytes([len(lacing)]) + lacing + packet


def oggs():
    vorbis = b'\1vorbis' + struct.pack('<IBIiiiBB', 0, 1, 44100, 0, 96000, 0, 0xb8, 1)
    yield 'vorbis', page(0, vorbis, 2) + page(1, b'\3vorbis' + comments() + b'\1') + page(2, b'\5vorbis') + page(3, b'x' * 300)
    opus = b'OpusHead' + struct.pack('<BBHIhB', 1, 2, 312, 48000, 0, 0)
    yield 'opus', page(0, opus, 2) + page(1, b'OpusTags' + comments()) + page(2, b'y' * 300, 4)


def others():
    yield 'midi', b'MThd\0\0\0\6\0\1\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0'
    song = bytes.fromhex('00ff0304536f6e67 00ff510307a120 00ff59020300 00903c64 60803c00 00903e64 603e00 00f0027ef7 00c005 00ff2f00')
    yield 'midi.song', b'MThd\0\0\0\6\0\0\0\1\0\x60MTrk' + struct.pack('>I', len(song)) + song
    yield 'midi.frames', b'RIFF\0\0\0\0RMIDdata\x40\0\0\0MThd\0\0\0\6\0\0\0\1\xe2\x50MTrk' + struct.pack('>I', len(song)) + song
    yield 'mp4', b'\0\0\0\x18ftypM4A \0\0\0\0M4A mp42\0\0\0\x08moov'
    yield 'mkv', b'\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska'
    yield 'avi', b'RIFF\x20\0\0\0AVI LIST\x10\0\0\0hdrl'
    yield 'wma', bytes.fromhex('3026b2758e66cf11a6d900aa0062ce6c') + bytes(16)


def sounds():
    files = [('wav', name, data) for name, data in waves()] + [('aiff', 'aiff', aiff()), ('flac', 'flac', flac())]
    files += [('mp3', name, data) for name, data in mpeg().items()] + [('ogg', name, data) for name, data in oggs()]
    for container, name, data in files:
        keep('worker/file', f'{container}.{name}', b'\0' + data)
        keep('worker/file', f'{container}.{name}.named', bytes([CONTAINERS.index(container)]) + data)
    for name, data in others():
        keep('worker/file', name, b'\0' + data)


def analysed():
    import math
    tone = [math.sin(i * 0.0627) * math.exp(-i / 600) for i in range(1500)]
    for name, rate, samples in (('tone', 2940, tone), ('silence', 2940, [0.0] * 500), ('click', 3000, [1.0] + [0.0] * 900),
                                ('loud', 500, [1e30, -1e30] * 400), ('nan', 6000, [math.nan, math.inf, 1e-40] * 300)):
        keep('worker/analysis', name, struct.pack('>HBB', rate, 0, 12) + struct.pack(f'<{len(samples)}f', *samples))


def words():
    keep('worker/words', 'vorbis', b'\xff\xff' + comments())
    for attribute, word in enumerate(('C# minor', '(17)Rock', '127,5', '2004-05-01', '3/12', 'Kick \u2713')):
        for charset, name in enumerate(('latin-1', 'utf-16', 'utf-16-be', 'utf-8', 'utf-8')):
            keep('worker/words', f'{attribute}.{charset}',
                 struct.pack('>H', attribute * 5 + charset) + word.encode(name, 'replace'))


def kits():
    layer = b'<layer><filename>a.wav</filename><min>0</min><max>0,5</max><gain>9</gain><pitch>-1</pitch></layer>'
    values = b'<volume>0.8</volume><pan_L>1</pan_L><pan_R>.5</pan_R><Attack>9</Attack><muteGroup>0</muteGroup><midiOutNote>36</midiOutNote>'
    one = b'<instrument><name>A</name>' + values + b'%s<odd/></instrument>'
    for name, inner in (('plain', one % layer + one % (layer * 2)), ('old', one % b'<filename>b.wav</filename>'),
                        ('parts', one % (b'<instrumentComponent><gain>.5</gain>' + layer + b'</instrumentComponent>') * 2)):
        keep('worker/kit', name, b'h<drumkit_info><name>K</name><license>x</license><instrumentList>' + inner +
             b'</instrumentList></drumkit_info>')
    keep('worker/kit', 'record', b'h<drumkit_info><!--loophole family vocal --><!--loophole tag t --><instrumentList><instrument><!--loophole why a &amp;-&#45; -->'
         b'<!--loophole locked  --><!--loophole placeholder none --><layer><filename>a.wav</filename><!--loophole start 9 --><!--loophole end 99 -->'
         b'</layer></instrument></instrumentList></drumkit_info>')
    keep('worker/kit', 'sfz-record', b's//loophole name N\n//loophole family vocal\n//loophole author A\n//loophole licence L\n'
         b'//loophole tag t\n<group> key=36\n//loophole why w\n//loophole locked\n//loophole slot S\n//loophole placeholder none\n<region> sample=a.wav\n'
         b'region_label=x_\n//loophole label x=\n')
    keep('worker/kit', 'sfz', b's// c\n#define $K 36\n<control> default_path=a\\\\\n<group> key=$K group=1 off_by=1 /* */\n'
         b'<region> sample=b c.wav lovel=64 volume=-3 <region> sample=d.wav hivel=63 seq_length=2 region_label=A loop_mode=one_shot\n'
         b'<region> sample=e.wav lokey=c#4 hikey=60 odd=1 ampeg_release=.5 pan=-100 tune=50 offset=3 end=99')


def zips():
    """Archives of bundles, as Python makes them: stored, deflated, streamed, with ZIP64 and in a folder."""
    class Pipe(io.RawIOBase):
        def __init__(self, to):
            super().__init__()
            self.to = to

        def writable(self):
            return True

        def write(self, bytes):
            return self.to.write(bytes)
    for name, method in (('stored', zipfile.ZIP_STORED), ('deflated', zipfile.ZIP_DEFLATED)):
        for streams in (False, True):
            for big in (False, True):
                to = io.BytesIO()
                with zipfile.ZipFile(Pipe(to) if streams else to, 'w', method) as zip:
                    for file, content in (('b/project_manifest.json', b'{}' * 40), ('b/assets/a.wav', b'RIFF' * 30), ('b/', b''), ('c.txt', b'')):
                        entry = zipfile.ZipInfo(file)
                        entry.compress_type = method
                        with zip.open(entry, 'w', force_zip64=big) as out:
                            out.write(content)
                keep('worker/zip', f'{name}{streams:d}{big:d}', to.getvalue())


def databases():
    """Databases of K before and after its version 8, with a log and with a journal."""
    sys.path.insert(0, TOP)
    from tests.projects import kbases
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (('before', kbases.before), ('after', kbases.after)):
            path = os.path.join(folder, name)
            base = make(path)
            whole = open(path, 'rb').read()
            keep('worker/kbase', name, b'\0\0' + whole)
            for mode, mark, end in (('WAL', 0, '-wal'), ('PERSIST', 0x80, '-journal')):
                base.execute(f'PRAGMA journal_mode={mode}')
                base.execute("UPDATE project SET name = 'x'")
                with open(path, 'rb') as one, open(path + end, 'rb') as other:
                    whole, more = one.read(), other.read()
                more += bytes(-len(more) % 512)
                keep('worker/kbase', name + end, struct.pack('>H', mark << 8 | len(more) // 512) + whole + more)
            base.close()


def archives():
    for name, form in (('v7', tarfile.USTAR_FORMAT), ('gnu', tarfile.GNU_FORMAT), ('pax', tarfile.PAX_FORMAT)):
        to = io.BytesIO()
        with tarfile.open(fileobj=to, mode='w', format=form) as tar:
            for path, size in (('./K', -1), ('./K/drumkit.xml', 9), ('K/' + 'm' * (90 if form == tarfile.USTAR_FORMAT else 120), 700),
                               ('K/a.wav', 0), ('.b', 1)):
                entry = tarfile.TarInfo(path)
                entry.type, entry.size = (tarfile.DIRTYPE, 0) if size < 0 else (tarfile.REGTYPE, size)
                tar.addfile(entry, io.BytesIO(b'x' * entry.size))
            length = tar.offset
        keep('worker/archive', name, to.getvalue()[:length] + bytes(1024))
        keep('worker/archive', name + '.gz', gzip.compress(to.getvalue()[:length] + bytes(1024), mtime=0))


def queries():
    for number, query in enumerate((
            'kick bpm:120-130 -tag:loop', 'kick or (snare -dark)', 'name:"kick 808" key:~Am', 'is:local size:>1mb',
            'centroid_hz:>1000', 'like:01J0000000000000000000000A', 'tag:wa* -"deep bass"', '"unclosed', 'bmp:120', '((a',
            'dur:<1s added:<2d', 'note:A4 key:8A genre:hou*', '- -a |', 'bpm:')):
        keep('search/query', str(number), query.encode())


def cursors():
    for sort in ('', 'name', '-bpm', 'pack', '-added', 'size', 'key'):
        for number in (0.0, 120.5):
            keep('search/cursor', f'{sort}.{number}', sort.encode() + b'\n\0\1' + struct.pack('<d', number) + b'\0\7kick 808')


def index_changes():
    for number, change in enumerate((b'', b'\0\0\x10\2', b'\0\0\x40\xff\0\0\x41\xff', b'\0\x40\0\xff', b'\0\x80\4\xff')):
        keep('search/file', str(number), change)


def map_changes():
    for number, change in enumerate((b'\1', b'\1\0\0\x40\xff', b'\1\0\0\x18\7', b'\1\0\0\x53\x7f\0\0\x52\x80', b'\0\0\0\x60\1',
                                     b'\3\0\x1c', b'\1\0\0\x0c\2', b'\1\0\0\x1e\xff\0\0\x1f\x7f')):
        keep('search/map', str(number), change)


def take_changes():
    fmt, take = 658, 694  # the places of these chunks in services/streamer/record/wav.c
    def to(at, *values):
        return b''.join(struct.pack('>HB', at + i, value) for i, value in enumerate(values))
    for name, change in (('float', b''), ('pcm', to(fmt + 8, 1)), ('large', to(0, *b'RF64')), ('alien', to(take, *b'fake')),
                         ('size', to(4092, 255, 255, 255, 255)), ('rate', to(take + 28, 0, 0, 0, 0)),
                         ('time', to(take + 48, 255, 255, 255, 255, 255, 255, 255, 127))):
        for len in (0, 1, 4096):
            keep('streamer/wav', f'{name}.{len}', struct.pack('>H', len) + change)


def settings():
    keep('common/config', 'good', b'; settings\n[a]\ni = 7\nr = 1.5\nb = yes\nt = some words\n')
    keep('common/config', 'bad', b'[a]\ni = 7x\ni = 8\n[b\n = \nr: 1e999\n')


def deaths():
    keep('common/crash', 'within', b'service: persist\npid: 7\nat: 1700000000\nsignal: 11 (SIGSEGV)\naddress: 0x0\n'
                                   b'in hand: persist.put_media 01J0000000000000000000000R\nbacktrace:\n  f+0x7\n')
    keep('common/crash', 'closed', b'service: persist\npid: 7\nat: 1700000000\nended: exit code 1\nhang: yes\n')


def board():
    line = b'persist'.ljust(24, b'\0') + struct.pack('<iIQqQI', 4242, 2, 77, 10 ** 12, 3, 0) + bytes(4)
    keep('common/rt', 'whole', bytes([0, 7, 3, 9, 2, 0, 1]) * 40)
    keep('common/rt', 'noise', bytes(i * 151 + (i >> 8) & 255 for i in range(2048)))
    keep('common/board', 'one', line + b'search'.ljust(24, b'\0') + bytes(40))
    keep('common/board', 'full', (b'x' * 64) * 32)


def audio_commands():
    """The commands of tests/fuzz/audio/engine.c."""
    def run(what, frames):
        return b'\3' + struct.pack('>HH', what, frames)

    def noise(region, seed, sparse):
        return b'\1' + struct.pack('>HHH', region, seed, sparse)

    def order(verb, *, frame=0, voice=0xffffffff, sound=1, group=1, flags=0):
        return struct.pack('<qIIIIIHHffffIIII', frame, verb, voice, 1, sound, 1, group, flags, 1, 0, 1, 0, 0, 0, 0, 0)

    def sane(verb, **more):
        return b'\6' + struct.pack('>HHHHH', 1, 1500, 1, 0, 40000) + order(verb, **more)

    score = b'\5' + struct.pack('>HHHHH', 120, 9999, 0, 2, 1) + b'\1\2\0\1' * 32 + b'\0\0'
    stream = b'\7' + struct.pack('>HHH', 1, 9, 1500)
    music = score + stream + sane(9) + sane(4) + sane(4, flags=5) + sane(18) + sane(1, voice=0, group=0) + sane(12, voice=0)
    midi = b'\4\3\x90\x24\x60' + struct.pack('>H', 50) + b'\4\1\xf8\0\0' + struct.pack('>H', 60)
    keep('audio/engine', 'music', music + midi + run(1, 200) * 4 + run(0, 8000) * 4)
    keep('audio/engine', 'panic', music + run(1, 200) * 3 + sane(8) + run(1, 200) * 5)
    keep('audio/engine', 'standby', music + run(1, 250) * 3 + run(513, 250) * 3 + run(1025, 250) * 3)
    for region in range(8):
        keep('audio/engine', f'noise{region}',
             music + run(1, 200) + noise(region, 77, 0) + run(1, 200) * 2 + noise(region, 5, 40) + run(3, 200) * 2)


def row_changes():
    """For tests/fuzz/rows.c: the database, the kind of change, the row, and the arguments of the kind."""
    for target in ('store/rows', 'search/rows'):
        keep(target, 'nothing', b'')
        for db in range(18):
            keep(target, f'{db}.removed', bytes([db, 0, 0]))
            keep(target, f'{db}.other', bytes([db, 1, 0, 0, 9]) + b'\x81\xa2id\xc4\x03abc')
            keep(target, f'{db}.changed', bytes([db, 2, 1, 0, 3, 0, 255, 5, 0x80, 9, 1, 20, 0xdf]))
            keep(target, f'{db}.cut', bytes([db, 3, 0, 0, 7]))
            keep(target, f'{db}.added', bytes([db, 4, 0, 0, 15]) + bytes(range(16)) + b'\x80' * 20)


def image_changes():
    """For tests/fuzz/store/image.c: place, kind, a byte. Bits, bytes, heads of pages, pages instead of others."""
    def change(at, how, byte):
        return struct.pack('>IBB', at, how, byte)

    keep('store/image', 'nothing', b'')
    for page in range(2, 40):
        keep('store/image', f'{page}.bits', b''.join(change(page * 4096 + n * 97 % 4096, 0, n) for n in range(40)))
        keep('store/image', f'{page}.head', change(page * 4096 + page % 26, 2, 255) + change(page * 4096 + 12, 2, page))
        keep('store/image', f'{page}.other', change(page * 4096, 3, page * 7 % 40))


def patterns():
    with open(os.path.join(TOP, 'frontends/examples/acid.json'), 'rb') as example:
        keep('store/pattern', 'acid', example.read())
    row = b'{"pattern": "X.x.X.x.X.x.X.x.", "notes": ["C#4", "440", 55], "media_id": "/a.wav", "odd": [1, {"x": null}]}'
    keep('store/pattern', 'old', b'{"created_at": "2025-01-07T18:24:00Z", "bpm": 125.0, "tags": ["acid"], "tracks": {"kick": '
         + row + b'}, "global_effects": {"reverb1": {"mix": "0.3"}}}')
    keep('store/pattern', 'older', b'{"metadata": {"bpm": 99, "genre": "user"}, "timestamp": "2025-01-07T18:24:00.5+0100", '
         b'"tracks": [' + row + b']}')
    keep('store/pattern', 'newer', b'{"schema_version": "2.0"}')
    keep('store/pattern', 'deep', b'{"x":' + b'[' * 70 + b']' * 70 + b'}')


def midi_files():
    def chunk(kind, data):
        return kind + struct.pack('>I', len(data)) + data

    def file(type, division, *tracks):
        return chunk(b'MThd', struct.pack('>HHH', type, len(tracks), division)) + b''.join(chunk(b'MTrk', t) for t in tracks)

    end, tempo = b'\0\xff\x2f\0', b'\0\xff\x51\3\x07\xa1\x20'
    notes = b'\0\x90\x3c\x7f\0\x40\x50\x0c\x3c\0\0\x40\0\x0d\x90\x3c\x50\x0c\x3c\0'
    drums = b'\0\xff\3\5drums\0\xb9\7\x64\0\x99\x24\x64\0\x26\x64\6\x24\0\0\x26\0\x81\x40\xc9\5\0\xf0\2\1\xf7'
    mark = b'\0\xff\1\x21loophole steps=64 swing=0.9 bpm=90'
    row = b'\0\xff\1\x19loophole accent=90 gate=.5'
    keep('store/midi', 'one', file(0, 96, tempo + notes + end))
    keep('store/midi', 'two', file(1, 480, tempo + end, notes + end, drums + end))
    keep('store/midi', 'ours', file(1, 960, mark + tempo + end, row + notes + end, row + end))
    keep('store/midi', 'smpte', file(1, 0xe728, tempo + end))
    keep('store/midi', 'other', file(2, 96, notes + end))
    keep('store/midi', 'damaged', file(1, 96, notes, b'\0\xf8' + notes + end + notes, b'\0\x3c')[:-1] + chunk(b'SEM1', b'own'))
    keep('store/midi', 'riff', b'RIFF\0\0\0\0RMID' + b'data\x40\0\0\0' + file(0, 96, notes + end).replace(b'MTrk\0', b'MTrk\xff'))


def pages():
    """Messages and requests of browsers, with the key, port and token of tests/fuzz/web/requests.c."""
    import hashlib
    import hmac
    request = b'\xc4\x10' + bytes(range(1, 17))
    ask = b'\x95\x01' + text('search.ping') + request + b'\xcd\x03\xe8\x80'
    messages = {'ask': b'\6search' + ask, 'topics': b'\0audio.meters\npersist.', 'foreign': b'\7persist' + ask,
                'unknown': b'\6search\x95\x01' + text('search.nothing') + request + b'\xcd\x03\xe8\x80', 'empty': b'',
                'many': b'\0' + b'a\n' * 40, 'version': b'\6search\x95\2' + ask[2:], 'four': b'\6search\x94' + ask[1:-1],
                'zeros': b'\6search\x95\1' + text('search.ping') + b'\xc4\x10' + bytes(16) + b'\xcd\x03\xe8\x80',
                'long': b'\xff' + b'x' * 255 + ask, 'cut': b'\6search\x95\1'}
    for name, message in messages.items():
        keep('web/messages', name, message)
    nonce = bytes(16)
    cookie = f'Cookie: a=b; loophole-4242={(nonce + hmac.new(bytes([7] * 32), nonce, hashlib.sha1).digest()).hex()}'
    own = ['Host: 127.0.0.1:4242', cookie]

    def http(name, first, *lines, body=b'', piece=9999):
        keep('web/requests', name, struct.pack('>H', piece) + '\r\n'.join((first + ' HTTP/1.1', *lines, '', '')).encode() + body)

    def frame(opcode, payload, mask=b'\1\2\3\4'):
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b'\xfe' + struct.pack('>H', len(payload))
        return bytes([opcode]) + size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

    item = '/media/01J0000000000000000000000A'
    for name, first in (('app', 'GET /'), ('head', 'HEAD /'), ('item', 'GET ' + item), ('no-id', 'GET /media/../x'),
                        ('put', 'PUT /'), ('escaped', 'GET /%2e%2e/%00?a=%zz&&=')):
        http(name, first, *own)
        http(name + '.cut', first, *own, piece=0)
    for name, wanted in (('range', 'bytes=0-9'), ('suffix', 'bytes=-7'), ('rest', 'bytes=5-'), ('list', 'bytes=0-1,3-4'),
                         ('wrong', 'bytes=9-1'), ('huge', 'bytes=9999999999999999999-')):
        http(name, 'GET ' + item, *own, 'Range: ' + wanted)
    http('token', 'GET /?token=' + '0' * 32, own[0])
    http('foreign', 'GET /', 'Host: evil.test:4242', cookie)
    http('drop', 'POST /drop?name=a.wav', *own, 'Origin: http://127.0.0.1:4242', 'Content-Length: 4', body=b'RIFF')
    http('large', 'POST /drop', *own, 'Origin: http://127.0.0.1:4242', 'Content-Length: 99999999999', body=b'RIFF')
    upgrade = (*own, 'Origin: http://127.0.0.1:4242', 'Upgrade: websocket', 'Connection: Upgrade',
               'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Version: 13')
    for name, message in messages.items():
        http('page-' + name, 'GET /ws', *upgrade, body=frame(0x82, message))
        http('page-cut-' + name, 'GET /ws', *upgrade, body=frame(2, message[:3]) + frame(0x89, b'hi') + frame(0x80, message[3:]),
             piece=13)
    http('page-text', 'GET /ws', *upgrade, body=frame(0x81, b'hello'))
    http('page-close', 'GET /ws', *upgrade, body=frame(0x82, messages['topics']) + frame(0x88, b'\3\xe8'))


def packets():
    """OSC messages and bundles."""
    sys.path.insert(0, TOP)
    from tests.sound.osc import bundle, encode
    save, tempo = encode('/pattern/save', 5, 'Kick'), encode('/transport/tempo', 120.5)
    types = encode('/pads/hit', 3, 0.5, True, None, 2**40, ('d', struct.pack('>d', .5)), ('b', struct.pack('>I', 4) + b'blob'),
                   ('t', bytes(8)), ('m', bytes(4)), ('c', b'\0\0\0x'), ('I', b''))
    for name, data in (('save', save), ('tempo', tempo), ('types', types), ('fields', encode('/pattern/list', 'recent=3', 'tag=a')),
                       ('words', encode('/transport/sync', 'jack')), ('read', encode('/transport/bar')),
                       ('bundle', bundle(save, tempo)), ('later', bundle(save, bundle(tempo, at=2e9), at=1.9e9)),
                       ('name', encode('/pattern/rename', '7.0', 'C'))):
        keep('osc/packets', name, data)


def main():
    for make in (messages, asks, batches, steps, worker_answers, schemas, sounds, analysed, words, kits, archives, databases, zips, queries, cursors, index_changes,
                 map_changes, take_changes, settings, deaths, board, audio_commands,
                 row_changes, image_changes, patterns, midi_files, pages, packets):
        make()


if __name__ == '__main__':
    main()
