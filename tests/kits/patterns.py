"""patterns.py: shared by the tests of patterns: kills of the project service, and errors in all their forms."""
import json
import re

from tests.claims import file_text, same, until
from tests.sounding import engine, tool, until_connected, until_sounds


class Patterns:
    """An engine that sounds, and its commands of patterns."""

    def __init__(self, home, folder):
        self.home, self.folder = home, folder

    def start(self):
        engine(self.home)
        self.home.wait_ready('project', 'persist', 'audio')
        until_connected(self.home)

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

    def play(self):
        self.do(self.pattern('plays'))
        self.home.loophole('transport', 'start')
        until_sounds(self.home, 'sequencer')
        self.core = self.home.pid('audio')

    def still_plays(self):
        same(self.core, self.home.pid('audio'))
        assert self.home.first('transport')['running']
        until_sounds(self.home, 'sequencer')

    def command(self, *args, number=0):
        """Starts a command of loophole; `done(*…)` waits for its end."""
        said = self.home.file(f'said{number}')
        return said, self.home.start_into(said, 'loophole', *args)

    def done(self, said, process):
        """The output of a command that ran during a kill."""
        code = process.wait(600)
        text = file_text(said)
        same(0, code, text)
        return text

    def killed_before(self, call, when, *args):
        """Runs a command, and kills the project service before its WHEN-th call of that kind. Returns its output."""
        home = self.home
        until(lambda: home.has_lived('project'))
        pid, said = home.pid('project'), home.file('at_call')
        tracer = home.start_into(said, tool('at_call'), str(pid), call, str(when))
        until(lambda: 'attached' in open(said, encoding='utf-8').read())
        command = self.command(*args)
        until(lambda: home.is_other('project', pid), what=f'the project service was killed before {call} of {args}')
        tracer.wait(600)
        return self.done(*command)


# The names of errors on the wire, in the order of their exit codes from 11.
ERRORS = ('bad_request', 'not_found', 'exists', 'conflict', 'too_large', 'busy', 'timeout', 'offline', 'io', 'full', 'denied',
          'version')


def undated(body):
    """A sentence or an answer, without the second in the name of the backup that could not be written: each try has its own."""
    return json.loads(re.sub(r'_[0-9]{10}(-[0-9]+)?\.backup', '_SECOND.backup', json.dumps(body)))


def refused_alike(home, osc, code, begin, message, ask, words):
    """The message, the ask and the command get one sentence, and one exit code; the name of the error is that of the code."""
    sentence, said = undated(osc.say(*message))
    error, body = undated(home.client().ask(*ask))
    printed = home.loophole(*words, code=None)
    line = undated(json.loads(home.loophole(*words, '--json', code=None).err))
    assert body['what'].startswith(begin), (begin, body)
    hint = body['hint']
    same((body['what'] + (': ' + hint if hint else ''), code), (sentence, said), message)
    same((ERRORS[code - 11], body['what']), (error, line['message']), ask)
    same((code, '', body['what'] + '\n' + (f'  {hint}\n' if hint else '')), (printed.code, printed.out, undated(printed.err)), words)
    same((error, body['what']), (line['error'], line['what']))


def refused_slot(home, osc, code, begin, verb, *args):
    """The same for a command about slots."""
    fields = dict(zip(('slot', 'to'), map(str, args)))
    ask = (f'project.{verb}_pattern', fields) if verb in ('save', 'load') else ('project.change_slot', {'verb': verb, **fields})
    refused_alike(home, osc, code, '[PATTERN] ' + begin, (f'/pattern/{verb}', *args), ask, ('pattern', verb, *map(str, args)))
