"""studio.py: shared by the claims about projects: an engine, and one project of it with its asks."""
import json
import os

from tests.client import Client


def word(id):
    """An id as text: 26 characters of Crockford's base 32."""
    number = int.from_bytes(id, 'big')
    return ''.join('0123456789ABCDEFGHJKMNPQRSTVWXYZ'[number >> 5 * i & 31] for i in reversed(range(26)))


def running(home):
    home.up()
    home.wait_ready('persist', 'project')


class Studio:
    """A new project on the engine of a home."""

    def __init__(self, home, name, **more):
        self.home, self.client, self.name = home, Client(home.path), name
        self.id = self.must('new', name=name, **more)['id']
        self.folder = self.state()['folder'].decode()

    @classmethod
    def at(cls, home, folder):
        """The project whose project.json is in a folder."""
        it = cls.__new__(cls)
        it.home, it.client, it.folder = home, Client(home.path), folder
        opened = it.must('open', folder=os.fsencode(folder))
        it.name, it.id = opened['name'], opened['id']
        return it

    def ask(self, ask, request=None, **body):
        if ask not in ('new', 'open', 'close', 'list', 'current'):
            body.setdefault('project', self.name)
        if isinstance(body.get('body'), dict):
            body['body'] = json.dumps(body['body'])
        return self.client.ask('project.' + ask, body, request)

    def must(self, ask, request=None, **body):
        error, answer = self.ask(ask, request, **body)
        assert error == 'ok', (ask, body, error, answer)
        return answer

    def refused(self, error, ask, **body):
        got, answer = self.ask(ask, **body)
        assert got == error, (ask, body, got, answer)
        return answer['what']

    def state(self):
        return self.must('state')

    def put(self, kind, **keys):
        """Adds a part and returns its id."""
        return word(self.must('put', kind=kind, body=keys)['element']['id'])

    def change(self, id, **keys):
        return self.must('put', id=id, body=keys)['element']

    def parts(self):
        """{(kind, id): body} of all parts."""
        return {(part['kind'], word(part['id'])): json.loads(part['body']) for part in self.must('show')['each']}

    def file(self):
        with open(os.path.join(self.folder, 'project.json'), encoding='utf-8') as file:
            return json.load(file)
