"""cli_library.py: shared by the tests of the command line: an engine for each claim, with five kicks and a loop."""
import contextlib
import os
import shutil

from tests.claims import SONIC, samples


@contextlib.contextmanager
def library(home):
    home.library = home.file('library')
    os.makedirs(home.library + '/pack')
    for kick in samples('*kick*', 5):
        if not os.path.exists(f'{home.library}/pack/{os.path.basename(kick)}'):
            shutil.copy(kick, home.library + '/pack')
    shutil.copy(samples('loop_amen.flac', 1, SONIC)[0], home.library)
    home.up()
    home.loophole('index', home.library, '--wait')
    yield home


def search(home, query):
    """The id of the first item that matches."""
    return home.first('search', query, '--limit', '1')['id']
