"""session_files.py: writes session files as Ardour, REAPER, LMMS, Hydrogen and Ableton Live do, and hostile ones."""
import gzip
import itertools
import os
import struct
import zlib
from xml.sax.saxutils import quoteattr


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as out:
        out.write(data if isinstance(data, bytes) else data.encode())


def ardour(path, files, frames=0):
    """All files are stereo: each channel is a source."""
    length = f' length="{frames}"' if frames else ''
    sources = ''.join(f'<Source id="{n + 1000 * side}" type="audio" name={quoteattr(file)} origin="" channel="{side}"{length}/>'
                      for n, (_, file) in enumerate(files, 10) for side in (0, 1))
    lists = ''.join(f'<Playlist name={quoteattr(track + ".1")}><Region name="r" source-0="{n}" source-1="{n + 1000}"/>'
                    '</Playlist>'
                    for n, (track, _) in enumerate(files, 10))
    write(path, f'<?xml version="1.0" encoding="UTF-8"?>\n<Session version="7003" name="song" sample-rate="48000">'
          f'<program-version created-with="Ardour 7.3" modified-with="Ardour 7.5.0"/><Sources>{sources}'
          f'<Source id="5" type="midi" name="notes.mid"/></Sources><Playlists>{lists}</Playlists></Session>\n')


def reaper(path, files):
    tracks = ''.join(f'  <TRACK {{0A-{n}}}\n    NAME "{track}"\n    <ITEM\n      NAME clip\n      <SOURCE WAVE\n'
                     f'        FILE "{file}"\n      >\n    >\n  >\n' for n, (track, file) in enumerate(files))
    write(path, f'<REAPER_PROJECT 0.1 "6.80/linux-x86_64" 1690000000\n  TEMPO 120 4 4\n{tracks}>\n')


def lmms_xml(files):
    tracks = ''.join(f'<track type="0" name={quoteattr(track)}><instrumenttrack><instrument name="{holder}">'
                     f'<{holder} src={quoteattr(file)}/></instrument></instrumenttrack></track>'
                     for (track, file), holder in zip(files, itertools.cycle(('audiofileprocessor', 'slicert'))))
    return (f'<?xml version="1.0"?><!DOCTYPE lmms-project><lmms-project version="1.0" creator="LMMS" '
            f'creatorversion="1.2.2" type="song"><song><trackcontainer>{tracks}</trackcontainer></song></lmms-project>')


def lmms(path, files):
    write(path, lmms_xml(files))


def lmms_packed(path, files):
    text = lmms_xml(files).encode()
    write(path, struct.pack('>I', len(text)) + zlib.compress(text))


def hydrogen(path, files, folder=None):
    """The track of a file is the name of its instrument; its kit is the folder, which has a path in newer versions."""
    at = f'<drumkitPath>{folder}</drumkitPath>' if folder else ''
    parts = ''.join(f'<instrument><name>{track}</name>{at}<drumkit>{os.path.dirname(file)}</drumkit><instrumentComponent>'
                    f'<layer><filename>{os.path.basename(file)}</filename></layer></instrumentComponent></instrument>'
                    for track, file in files)
    write(path, f'<?xml version="1.0"?><song><version>1.2.3</version><name>song</name><instrumentList>{parts}'
          f'</instrumentList></song>')


def live(path, files, version='11.0', size=0, absolute=None):
    """Of Live 11, or the older form for versions 9 and 10. With an absolute path, the relative one is of the user library."""
    def reference(file):
        if version.startswith('1') and not version.startswith('10'):
            place = absolute or '/elsewhere/' + os.path.basename(file)
            return (f'<RelativePathType Value="{6 if absolute else 3}"/><RelativePath Value={quoteattr(file)}/>'
                    f'<Path Value={quoteattr(place)}/>'
                    f'<OriginalFileSize Value="{size}"/>')
        dirs = ''.join(f'<RelativePathElement Id="0" Dir={quoteattr("" if part == ".." else part)}/>'
                       for part in file.split('/')[:-1])
        return (f'<RelativePath>{dirs}</RelativePath><Name Value={quoteattr(os.path.basename(file))}/>'
                f'<SearchHint><FileSize Value="{size}"/></SearchHint>')
    tracks = ''.join(f'<AudioTrack Id="{n}"><Name><EffectiveName Value={quoteattr(track)}/></Name><DeviceChain><SampleRef>'
                     f'<FileRef>{reference(file)}</FileRef><DefaultDuration Value="0"/></SampleRef></DeviceChain>'
                     f'</AudioTrack>' for n, (track, file) in enumerate(files))
    write(path, gzip.compress(f'<?xml version="1.0"?><Ableton MajorVersion="5" Creator="Ableton Live {version}">'
                              f'<LiveSet><Tracks>{tracks}</Tracks></LiveSet></Ableton>'.encode()))


FORMATS = {'ardour': ardour, 'rpp': reaper, 'mmp': lmms, 'mmpz': lmms_packed, 'h2song': hydrogen, 'als': live}


def hostile(folder):
    """Files that must be refused, or read in part; returns their paths with a part of the reason."""
    nested, huge, long = b'<a>' * 5000, 65 << 20, 20 << 20
    lol = ''.join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "x">{lol}]><song>&l9;</song>'.encode()
    regions = b'<Region source-0="8000"/>' * 2000000
    files = {
        'bomb.als': (gzip.compress(b'<Ableton>' + b' ' * (200 << 20)), 'unpacks to more than'),
        'bomb.mmpz': (struct.pack('>I', 9) + zlib.compress(b'<lmms-project>' + b' ' * (100 << 20)), 'unpacks to more than'),
        'zeros.mmpz': (struct.pack('>I', 9) + zlib.compress(b'<lmms-project>' + b'\0' * (100 << 20)), ''),
        'huge.h2song': (b'<song>' + b' ' * huge, 'larger than'),
        'huge.rpp': (b'<REAPER_PROJECT 0.1 "6"\n' + b'\n' * huge, 'larger than'),
        'deep.ardour': (nested, 'nested too deep'),
        'deep.mmp': (nested, 'nested too deep'),
        'deep.mmpz': (struct.pack('>I', 9) + zlib.compress(nested), 'nested too deep'),
        'deep.h2song': (nested, 'nested too deep'),
        'deep.als': (gzip.compress(nested), 'nested too deep'),
        'entities.h2song': (bomb, 'entities'),
        'entities.ardour': (bomb, 'entities'),
        'entities.mmp': (bomb, 'entities'),
        'entities.mmpz': (struct.pack('>I', 9) + zlib.compress(bomb), 'entities'),
        'entities.als': (gzip.compress(bomb), 'entities'),
        'outside.mmp': ('<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "/etc/passwd">]><a>&x;</a>', 'entities'),
        'cut.als': (gzip.compress(b'<Ableton>' + os.urandom(1000))[:-300], ''),
        'empty.rpp': (b'', ''),
        'noise.ardour': (os.urandom(5000), ''),
        'long.rpp': (b'<REAPER_PROJECT 0.1 "6"\n' + b'FILE "' + b'x' * 100000 + b'"\n' + b'<A\n' * 100000, None),
        'wide.rpp': ('<REAPER_PROJECT 0.1 "6"\n' + ''.join(f'FILE "{n:04}{"w" * 4090}"\n' for n in range(2100)), None),
        'many.rpp': ('<REAPER_PROJECT 0.1 "6"\n' + ''.join(f'FILE "{n:07}.wav"\n' for n in range(2000000)), None),
        'regions.ardour': (b'<Session><Sources>' + b''.join(b'<Source id="%d" name="%d.wav"/>' % (n, n % 2000) for n in range(8192)) +
                           b'</Sources><Playlist name="a.1">' + regions + b'</Playlist></Session>', None),
        'attribute.ardour': (b'<Session x="' + b'x' * long + b'"/>', 'over 8 MiB'),
        'attribute.als': (gzip.compress(b'<Ableton x="' + b'x' * long + b'"/>'), 'over 8 MiB'),
        'attributes.h2song': (b'<song ' + b'a' * 60 + b' '.join(b'a%x="1"' % n for n in range(long // 10)), 'over 8 MiB'),
        'comment.mmp': (b'<lmms-project><!--' + b'x' * long + b'--></lmms-project>', 'over 8 MiB'),
        'sample.mmp': (b'<lmms-project><a data="' + b'x' * (7 << 20) + b'"/></lmms-project>', None),
        'text.mmp': (b'<lmms-project><a>' + b'x' * long + b'</a></lmms-project>', None),
        'name.mmp': (b'<' + b'n' * 100000 + b'>', 'too long'),
        'empty.mmp': (b'<' + b'n' * 100000 + b'/>', 'too long'),
    }
    for name, (data, _) in files.items():
        write(f'{folder}/{name}', data)
    return {f'{folder}/{name}': why for name, (_, why) in files.items()}
