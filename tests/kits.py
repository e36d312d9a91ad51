"""kits.py: shared by the tests of search: an engine with two drum kits in its catalogue."""
import os
import shutil

from claims import DRUMKITS, skip


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
