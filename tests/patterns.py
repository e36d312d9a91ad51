"""patterns.py: shared by the tests that kill the project service while it changes patterns."""
import json

from sounding import engine


class Patterns:
    """An engine that sounds, and its commands of patterns."""

    def __init__(self, home, folder):
        self.home, self.folder = home, folder

    def start(self):
        engine(self.home)
        self.home.wait_ready('project', 'persist', 'audio')

    def __exit__(self, *_):
        pass

    def do(self, *args):
        return self.home.loophole('pattern', *args).out

    def pattern(self, name):
        """The path of a pattern's file with that name."""
        path = self.home.file(name + '.json')
        with open(path, 'w', encoding='utf-8') as out:
            json.dump({'metadata': {'name': name}, 'sequencer': {'tracks': {'kick': {'pattern': 'X...' * 4}}}}, out)
        return path
