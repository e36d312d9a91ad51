"""teams.py: engines of a team. Each has a library of a few small sounds of its own, which are the same in each."""
import base64
import json
import os

from tests.claims import BUILD, until
from tests.composer.composing import SOCKET, Server, as_studio
from tests.kits.kits import constant

SOUNDS = 4
LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'


def id_text(data):
    """The 26 characters of an id of 16 bytes, which may lack zeros at their end."""
    number = int.from_bytes(data.ljust(16, b'\0'), 'big')
    return ''.join(LETTERS[number >> 5 * place & 31] for place in range(25, -1, -1))


GLOBAL_KITS = id_text(b'global kits')  # in place of a project


class Member:
    """An engine with an account of its own at the server, in no team. `account`: that of another engine."""

    def __init__(self, home, server=None, account=None, name='a', skew=0):
        self.home, self.server, self.owns_server, self.name, self.account = home, server, server is None, name, account
        if skew:
            home.env.update(LD_PRELOAD=os.path.join(BUILD, 'tests/programs/skew.so'), SKEW=str(skew))

    def __enter__(self):
        self.server = self.server or Server(self.home)
        self.setting = (self.account or self.server.studio(self.name)).replace(self.server.folder, self.cable())
        self.home.settings(f'[composer]\nteam_server = {self.setting}\n')
        os.makedirs(self.home.file('library'))
        for number in range(SOUNDS):
            constant(self.sound(number), .1 * (number + 1))
        self.home.up()
        self.home.loophole('index', self.home.file('library'), '--wait')
        self.home.wait_ready('composer')
        return self

    def __exit__(self, *_):
        if self.owns_server:
            self.server.end()

    def cable(self):
        """A folder of its own with a link to the server's socket. Without the link the engine does not reach the server."""
        os.makedirs(self.home.file('cable'), exist_ok=True)
        self.plug()
        return self.home.file('cable')

    def plug(self):
        os.symlink(os.path.join(self.server.folder, SOCKET), self.home.file('cable', SOCKET))

    def unplug(self):
        os.unlink(self.home.file('cable', SOCKET))

    def is_plugged(self):
        return os.path.islink(self.home.file('cable', SOCKET))

    def beside(self, name, account=None, **more):
        """Another engine of the same server, in no team."""
        return Member(self.home.other(name), self.server, account, name, **more).__enter__()  # pylint: disable=unnecessary-dunder-call

    def sound(self, number):
        return self.home.file('library', f'sound{number}.wav')

    def team(self, *words):
        return self.home.first('composer', 'team', *words)

    def refused(self, *words):
        return self.home.refused('composer', 'team', *words)

    def create(self):
        return self.team('create', 'Studio', '--name', self.name)

    def code(self, *uses):
        return self.team('code', *uses)['code']

    def join(self, code):
        return self.team('join', code, '--name', self.name)

    def joined(self, name, account=None, **more):
        """Another engine, which is in the team of this one."""
        other = self.beside(name, account, **more)
        other.join(self.code())
        return other

    def item(self, number):
        return self.home.first('show', self.sound(number))

    def edit(self, number, **fields):
        """Sends an edit as a front-end does."""
        body = json.dumps({'edit': {'id': self.item(number)['id'], **fields}})
        return self.home.loophole('ask', 'persist.put_media', '--body', body)

    def media(self, number):
        return self.home.ask('search.get', f'id={self.item(number)["id"]}')['item']['media']

    def facts(self, number):
        """What a person said: tags, favourite, hidden, notes, and facts by their names."""
        item = self.home.ask('search.get', f'id={self.item(number)["id"]}')['item']
        media = item['media']
        own = {fact['attribute']: fact.get('number', fact.get('text')) for fact in item['facts'] if fact['source'] == 'user'}
        return {'tags': media.get('tags', []), 'favourite': media['favourite'], 'hidden': media['hidden'],
                'notes': media['notes'], **own}

    def said(self, *words):
        return self.home.json('composer', 'team', 'said', *words)

    def is_quiet(self):
        """All that it said is at the server, and it has compared all its items."""
        shown = self.team('show')
        return shown['waiting'] == 0 and not shown['comparing'] and shown['error'] == ''

    def until_fact(self, number, **wanted):
        until(lambda: wanted.items() <= self.facts(number).items(),
              what=lambda: f'{wanted} at {self.name}: {self.facts(number)}; {self.team("show")}')


class Stranger:
    """An account with psql."""

    def __init__(self, member, name='mal'):
        self.account = member.server.studio(name)

    def ask(self, what, number=0, **more):
        """A call of its engine with this number."""
        engine = base64.b64encode(number.to_bytes(16, 'big')).decode()
        ask = json.dumps({'what': what, 'engine': engine, **more}).replace("'", "''").replace('"HUGE"', '1e999')
        return f"select composer.team('{ask}')"

    def call(self, *ask, before='', **more):
        return as_studio(self.account, before + self.ask(*ask, **more))


def statement(field, value='yes', own=1, content='', **more):
    return {'content': content, 'field': field, 'value': value, 'own': own, **more}
