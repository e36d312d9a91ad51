"""kits.py: shared by the tests of search and of kits: an engine with two drum kits in its catalogue; kits of sounds of one
level each."""
import array
import os
import shutil
import wave

from tests.claims import DRUMKITS, file_bytes, samples, skip, until
from tests.sounding import Tape, engine, until_connected, until_later, until_quiet

LONGER = 48000  # frames: twice as long as a sound of one level


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


def drums_and_levels(home):
    """A sounding engine with two drum kits and sounds of one level each."""
    samples('*', folder=f'{DRUMKITS}/GMRockKit')
    engine(home, in_step=True)
    make_levels(home)
    for kit in ('TR808EmulationKit', 'GMRockKit'):
        shutil.copytree(f'{DRUMKITS}/{kit}', home.file('library', kit))
    home.loophole('index', home.file('library'), '--wait')
    until_connected(home)


def is_level(x, name):
    return abs(x - LEVELS[name]) < 2e-3


def recorded(home, name, play):
    """The samples of the pads while play() plays, from a recorder that heard it and missed no period: otherwise it plays
    again."""
    def heard():
        until_quiet(home, 'pads', 0)
        tape = Tape(home, 120, 'pads_left', name=name)
        play()
        until_later(home, LONGER)
        samples_heard = array.array('f', file_bytes(tape.stop()))
        return samples_heard if any(samples_heard) and all(x == x for x in samples_heard) else None
    return until(heard, 900, 'the machine has time for the recorder')


def levels_of(frames):
    """The levels of a recording, in the order in which they sound."""
    where = {name: [] for name in LEVELS}
    for n, x in enumerate(frames):
        for name in LEVELS:
            if is_level(x, name):
                where[name].append(n)
    return sorted((name for name in LEVELS if len(where[name]) > 500), key=where.get)


def build(home, *more):
    return home.first('kit', 'build', *more)


def sounds_of(kit):
    return [layer['media'] for slot in kit['slots'] for layer in slot['layers']]


def class_of(home, media):
    return home.first('show', media)['class']


def sound_in(kit, slot):
    return next(one['layers'][0]['media'] for one in kit['slots'] if one['slot'] == slot)
