"""patterns.py: shared by the tests that kill the project service while it changes patterns."""
import json
import shutil

from claims import same, skip, until
from sounding import engine, tool


def needs_strace():
    if not shutil.which('strace'):
        skip('strace is not installed')


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

    def command(self, *args, number=0):
        """Starts a command of loophole; `done(*…)` waits for its end."""
        said = self.home.file(f'said{number}')
        return said, self.home.start_into(said, 'loophole', *args)

    def done(self, said, process):
        """What a command printed that ran during a kill."""
        code = process.wait(120)
        with open(said, encoding='utf-8') as file:
            text = file.read()
        same(0, code, text)
        return text

    def killed_before(self, call, when, *args):
        """Runs a command, and kills the project service before its WHEN-th call of that kind. Returns what it printed."""
        home = self.home
        until(lambda: home.has_lived('project'))
        pid, said = home.pid('project'), home.file('at_call')
        tracer = home.start_into(said, tool('at_call'), str(pid), call, str(when))
        until(lambda: 'attached' in open(said, encoding='utf-8').read())
        command = self.command(*args)
        until(lambda: home.is_other('project', pid), what=f'the project service was killed before {call} of {args}')
        tracer.wait(120)
        return self.done(*command)
