"""indexing.py: shared by the claims about libraries: an engine, tones in files, and the items that search lists for a
folder."""
import base64
import collections
import json
import math
import os
import struct

from tests.claims import same, skip, until


def wav(path, hertz, seconds=0.25):
    """Writes a tone."""
    path = os.fsencode(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    period = b''.join(struct.pack('<h', int(9000 * math.sin(i * hertz * 6.2831853 / 22050))) for i in range(22050))
    sound = period * int(seconds) + period[:2 * int(22050 * (seconds % 1))]
    with open(path, 'wb') as out:
        out.write(b'RIFF' + struct.pack('<I', 36 + len(sound)) + b'WAVEfmt ' +
                  struct.pack('<IHHIIHH', 16, 1, 1, 22050, 44100, 2, 16) + b'data' + struct.pack('<I', len(sound)))
        out.write(sound)
    return path


def up_without_watches(home, most):
    """Starts an engine that may watch only so many folders."""
    few = f'echo {most} >/proc/sys/user/max_inotify_watches'
    if home.run('unshare', '-Ur', 'bash', '-c', few, code=None).code:
        skip('user namespaces are not permitted')
    home.run('unshare', '-Ur', 'bash', '-c', few + '; loophole up')


class Indexing:
    """An engine for each claim; `counts` are the counts of the last scan."""
    settings = '[indexer]\ndeadline_s = 20\n'

    def __init__(self, home):
        self.home, self.counts = home, None

    def __enter__(self):
        self.home.settings(self.settings)
        self.home.up()
        self.client = self.home.client()
        return self

    def __exit__(self, *_):
        pass

    def folder(self, *parts):
        return self.home.file(*parts)

    def ask(self, name, path=None, **body):
        """(error, answer) of the indexer."""
        if path is not None:
            body['path'] = os.fsencode(path)
        return self.client.ask('indexer.' + name, body, budget_ms=120000)

    def must(self, name, path=None, **body):
        error, answer = self.ask(name, path, **body)
        assert error == 'ok', (name, path, error, answer)
        return answer

    def idle(self):
        """Waits until no scan runs and none is queued."""
        def is_idle():
            error, answer = self.ask('progress')
            return answer if error == 'ok' and answer.get('idle') else None
        self.counts = until(is_idle, 300)

    def add(self, path, **more):
        self.must('add_library', path, **more)
        self.idle()

    def rescan(self, path, **more):
        self.must('rescan', path, **more)
        self.idle()

    def items(self, path=''):
        """(availability, analysis, id, path) of the items whose path begins with `path`, sorted by path."""
        found = []
        for item in self.home.json('search', '--limit', '5000'):
            at = base64.b64decode(item['path_b64']) if 'path_b64' in item else item['path'].encode()
            if at.startswith(os.fsencode(path)):
                found.append((item['availability'], item['analysis'], item['id'], at))
        return sorted(found, key=lambda one: one[3])

    def states(self, path):
        """The number of items in each state, as "local:done=6 missing:done=1"."""
        counts = collections.Counter(f'{one[0]}:{one[1]}' for one in self.items(path))
        return ' '.join(f'{state}={counts[state]}' for state in sorted(counts))

    def becomes(self, path, states):
        """Waits for these states: search learns of a change a moment later."""
        try:
            until(lambda: self.states(path) == states)
        except AssertionError:
            print(self.home.loophole('volume', 'list', code=None).all, self.home.loophole('search', code=None).all)
            same(states, self.states(path))

    def until_it_is(self, id, path):
        """A file that moved is an item of its own until its content is known to be that of the older item."""
        until(lambda: self.id_of(path) == id, what=f'{path} is item {id}')

    def id_of(self, path):
        return next((one[2] for one in self.items(path) if one[3] == os.fsencode(path)), '')


def text_of(answer):
    """An answer as one line of text."""
    return json.dumps(answer, default=repr)
