"""kits.py: shared by the tests of search and of kits: an engine with two drum kits in its catalogue; kits of sounds of one
level each."""
import array
import os
import shutil
import wave

from tests.claims import DRUMKITS, skip


def two_kits(home):
    home.library = home.file('library')
    os.mkdir(home.library)
    for kit in ('TR808EmulationKit', 'GMRockKit'):
        if not os.path.isdir(f'{DRUMKITS}/{kit}'):
            skip('hydrogen-data is missing')
        shutil.copytree(f'{DRUMKITS}/{kit}', f'{home.library}/{kit}')
    home.up()
    home.loophole('index', home.library, '--wait')


def ids(home, query=''):
    """The sorted ids of all items that match."""
    return sorted(line['id'] for line in home.json('search', query, '--limit', '1000'))


def first(home, query):
    return home.first('search', query, '--limit', '1')['id']


LEVELS = {'low': .1, 'middle': .2, 'high': .4}


def constant(path, level):
    """Writes a WAVE file of one level, which shows each gain in a recording."""
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [round(level * 32767)] * 24000).tobytes())


def make_levels(home):
    """Writes the sounds of one level each, below the library."""
    os.makedirs(home.file('library/levels'))
    for name, value in LEVELS.items():
        constant(home.file(f'library/levels/{name}.wav'), value)


def level(home, name):
    """The path of a sound of one level."""
    return home.file(f'library/levels/{name}.wav')


def make(home, name, **levels):
    """A kit whose slots have sounds of one level, on pads from 0 on."""
    home.loophole('kit', 'new', name, 'family=drum')
    for slot, which in levels.items():
        home.loophole('kit', 'set', name, slot, 'sound=' + level(home, which))
    return home.first('kit', 'show', name)


def pads_of(home):
    return {one['pad']: one for one in home.json('pads')}
