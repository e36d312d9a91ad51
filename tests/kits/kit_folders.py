"""kit_folders.py: shared by the tests of kits of other programs: their folders, imports and exports."""
import json
import os

from tests.claims import write_file
from tests.library.indexing import wav


def layer(file, **values):
    inner = ''.join(f'<{key}>{value}</{key}>' for key, value in values.items())
    return f'<layer><filename>{file}</filename>{inner}</layer>'


def instrument(name, *layers, **values):
    inner = ''.join(f'<{key}>{value}</{key}>' for key, value in values.items())
    return f'<instrument><name>{name}</name>{inner}{"".join(layers)}</instrument>'


def hydrogen(folder, *instruments, name='Own', more='', root='drumkit_info'):
    """Writes a drumkit.xml with these instruments, beside three sounds."""
    os.makedirs(folder, exist_ok=True)
    for number, sound in enumerate(('kick', 'snare', 'hat')):
        wav(f'{folder}/{sound}.wav', 100 * (number + 1))
    text = (f'<{root}><name>{name}</name><author>Ana</author><license>CC0</license>{more}'
            f'<instrumentList>{"".join(instruments)}</instrumentList></{root}>')
    write_file(f'{folder}/drumkit.xml', text.encode())
    return folder


def files_of(folder):
    """All names below a folder, with size, time and content."""
    found = {}
    for at, folders, files in os.walk(folder):
        for name in folders + files:
            st = os.lstat(f'{at}/{name}')
            found[f'{at}/{name}'] = st.st_mode, st.st_size, st.st_mtime_ns
    return found


def imported(home, path, *more):
    """The kit, and the remarks about it."""
    done = home.loophole('kit', 'import', path, '--json', *more)
    return json.loads(done.out), done.err


def kits(home):
    return {one['name']: one for one in home.json('kit', 'list')}


def layers_of(kit):
    return [one for slot in kit['slots'] for one in slot['layers']]


def exported(home, kit, where='exported', *more):
    """The folder of a kit that is exported."""
    return home.first('kit', 'export', kit['id'], home.file(where), *more)['path']


def without_ids(kit):
    """What an import of the same kit from another folder has, too."""
    slots = [{**slot, 'layers': [{key: one[key] for key in one if key != 'media'} for one in slot['layers']]}
             for slot in kit['slots']]
    return {**{key: kit[key] for key in kit if key not in ('id', 'name', 'revision')}, 'slots': slots}
