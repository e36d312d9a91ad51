#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Pages of other machines: they need TLS and the password, and may send only the asks that the schemas mark."""
import glob
import os
import re
import signal
import socket

from tests.web.browsing import PASSWORD, Browser, FarBrowser, Refused, asks_of_the_schemas, certify, far_bells, free_port, lan_settings
from tests.claims import TOP, claim, contains, file_bytes, run_claims, same, until

@claim(shares=far_bells)
def a_browser_of_another_machine_needs_the_password(home):
    far = FarBrowser(home, password=None)
    contains(far.get('/').content.decode(), 'Password')
    same(403, far.get('/media/01J0000000000000000000000A').status)
    same(403, far.get('/assets/x.js').status)
    same(403, far.login('a wrong password').status)
    same(403, far.login(PASSWORD, Origin='https://evil.test').status)
    same(400, far.request('POST', '/login', {}, 'other=1').status)
    token = home.first('web')['address'].split('=')[1]
    contains(far.get('/?token=' + token).content.decode(), 'Password')  # a token is for this machine
    assert '"password"' not in FarBrowser(home).get('/').content.decode()


@claim(shares=far_bells)
def a_page_of_another_machine_searches_plays_and_tags_but_names_no_path(home):
    far = FarBrowser(home)
    page = far.page()
    item = page.must('search.query', {'query': 'bell', 'limit': 1})['items'][0]
    media = '/media/' + home.first('search', 'bell', '--limit', '1', '--fields', 'id')['id']
    sound = file_bytes(item['path'])
    same((200, sound), ((got := far.get(media)).status, got.content))
    same((206, sound[100:200]), ((got := far.get(media, Range='bytes=100-199')).status, got.content))
    same((200, b'RIFF'), ((got := far.get(media + '?as=wav')).status, got.content[:4]))
    page.must('persist.put_media', {'edit': {'id': item['media']['id'], 'add_tags': ['far']}})
    page.must('persist.edit_media', {'label': 'Tag', 'edits': [{'id': item['media']['id'], 'add_tags': ['farther']}]})
    contains(page.must('search.get', {'id': item['media']['id']})['item']['media']['tags'], 'farther')
    same('Tag', page.must('persist.undo', {})['label'])
    for name, body in (('supervisor.services', {}), ('supervisor.shutdown', {}), ('web.logs', {}), ('web.basket', {}), ('web.address', {}),
                       ('web.reveal', {'id': item['media']['id']}), ('search.similar', {'path': item['path']}), ('search.get', {'path': item['path']}),
                       ('indexer.add_library', {'path': b'/etc'}), ('project.new', {'name': 'x', 'folder': b'/tmp/x', 'body': ''}),
                       ('streamer.preview', {'path': b'/etc/passwd'}), ('streamer.preview', {'id': item['media']['id'], 'chain': 'system:capture_1'}),
                       ('persist.undo', {'scope': 'moves'}), ('persist.undo', {'files': True}), ('indexer.remake', {'thorough': True}),
                       ('persist.put_query', {'query': {'name': 'kept', 'query': 'kick'}}),
                       ('persist.put_media', {'edit': {'id': item['media']['id'], 'remote': 'https://evil.test/x'}}),
                       ('persist.apply', {'actions': [{'move': {'id': item['media']['id'], 'folder': item['media']['folder'], 'file': b'.netrc'}}]})):
        error, answer = page.ask(name, body)
        same('denied', error, (name, answer))
    page.must('search.get', {'id': item['media']['id']})
    same('bad_request', page.ask('search.query', {'limit': 'many'})[0])


@claim(shares=far_bells)
def each_ask_without_the_mark_is_refused_to_a_page_of_another_machine(home):
    page = FarBrowser(home).page()
    asks = {name: 'remote' in marks for name, marks in asks_of_the_schemas().items()}
    refused = [name for name, remote in asks.items() if not remote]
    assert len(refused) > 80, refused
    for name in refused:
        error, answer = page.ask(name, {})
        assert error in ('denied', 'not_found') and (error == 'denied' or 'no ask' in answer['what']), (name, error, answer)
    page.must('search.ping')
    with open(os.path.join(TOP, 'docs', 'gateway.md'), encoding='utf-8') as docs:
        told = set(re.findall(r'`(\w+\.\w+)`', docs.read().partition('## Pages of other machines')[2].partition('### Events')[0]))
    same({name for name, remote in asks.items() if remote and name.split('.')[1] not in ('ping', 'describe', 'status', 'stats')}, told)


def events_of_the_schemas():
    """The topic of each event, and whether the schema marks it for pages of other machines."""
    events = {}
    for path in glob.glob(os.path.join(TOP, 'schemas/*.schema')):
        with open(path, encoding='utf-8') as schema:
            found = re.findall(r'^event (\w+) "[^"]*"(.*)$', schema.read(), re.M)
        events.update({f'{os.path.basename(path)[:-len(".schema")]}.{event}': 'remote' in marks.split() for event, marks in found})
    return events


@claim(shares=far_bells)
def a_page_of_another_machine_hears_each_marked_event_and_no_other(home):
    events = events_of_the_schemas()
    with open(os.path.join(TOP, 'docs', 'gateway.md'), encoding='utf-8') as docs:
        told = set(re.findall(r'`(\w+\.\w+)`', docs.read().partition('### Events of other machines')[2]))
    same({name for name, remote in events.items() if remote}, told)
    far, near = FarBrowser(home).page(), Browser(home).page()
    for page in (far, near):  # without a subscription a page hears all that it may hear
        page.must('search.ping')
    home.loophole('tag', '--all', 'bell', '+told')
    far.event('persist.changed')
    pid = home.status('composer')['pid']
    os.kill(pid, signal.SIGKILL)
    near.event('supervisor.died')
    home.wait_ready('composer')
    home.loophole('tag', '--all', 'bell', '+again')
    far.event('persist.changed')
    same([], [topic for topic, _ in far.events if not events[topic]])


@claim(shares=far_bells)
def host_and_origin_of_another_machines_page_are_compared(home):
    far = FarBrowser(home)
    for host in ('evil.test', f'evil.test:{far.port}', f'localhost:{far.port}', '127.0.0.1', f'127.0.0.2:{far.port}'):
        same(403, far.get('/', Host=host).status, host)
    same(200, far.get('/', Host=f'studio.test:{far.port}').status)
    for origin in ('https://evil.test', f'http://127.0.0.1:{far.port}', 'null', None):
        try:
            far.page(origin=origin)
        except Refused as refused:
            same('403', str(refused), origin)
        else:
            raise AssertionError(f'{origin} entered')
    same(403, far.request('POST', '/drop', {'Origin': 'https://evil.test'}, b'x').status)


@claim(shares=far_bells)
def the_session_of_another_machine_is_invalid_elsewhere(home):
    far, near = FarBrowser(home), Browser(home)
    name = near.cookie.split('=')[0]
    same(403, near.request('GET', '/', {'Cookie': f'{name}={far.cookie.split("=")[1]}'}).status)
    here = near.cookie.split('=')[1]
    contains(far.request('GET', '/', {'Cookie': f'{far.cookie.split("=")[0]}={here}'}).content.decode(), 'Password')
    near.page().must('supervisor.services')
    with socket.create_connection(('127.0.0.1', far.port), timeout=600) as plain:  # no TLS
        plain.sendall(f'GET / HTTP/1.1\r\nHost: 127.0.0.1:{far.port}\r\n\r\n'.encode())
        try:
            assert b'HTTP' not in plain.recv(4096)
        except ConnectionResetError:
            pass


def guarded(home):
    """The same, for a claim that locks the door."""
    far_bells(home)


@claim(shares=guarded)
def wrong_passwords_are_bounded_and_a_new_one_ends_sessions(home):
    far = FarBrowser(home)
    far.page().must('search.ping')
    same([403] * 5, [far.login(f'wrong password {n}').status for n in range(5)])
    same(429, far.login(PASSWORD).status)
    other = FarBrowser(home, password=None)
    other.source = '127.0.0.2'  # another machine, which guessed nothing
    same([403, 303], [other.login('a wrong password').status, other.login(PASSWORD).status])
    far.page().must('search.ping')
    lan_settings(home, password='another long password')
    home.loophole('restart', 'web')
    home.wait_ready('web')
    until(lambda: b'name="password"' in far.get('/').content)
    FarBrowser(home, 'another long password').page().must('search.ping')


@claim
def without_tls_or_a_password_the_port_for_other_machines_does_not_open(home):
    certify(home)
    home.lan_port = free_port()
    for changed, why in (({'password': None}, 'needs a password'), ({'password': 'short'}, 'needs a password'),
                         ({'certificate': None}, 'needs TLS'), ({'key': 'key.pem'}, 'needs TLS'),
                         ({'listen': 'studio:8443'}, '"studio:8443": expected an address of this machine and a port'),
                         ({'listen': '127.0.0.1'}, '"127.0.0.1": expected an address of this machine and a port'),
                         ({'key': home.file('none.pem')}, 'cannot listen')):
        lan_settings(home, **changed)
        contains(web_alone(home), why)
    lan_settings(home)
    os.chmod(home.file('config', 'loophole.conf'), 0o644)
    contains(web_alone(home), 'other users can read it')


def web_alone(home):
    """The log of a gateway that must end by itself."""
    got = home.run('loophole-web', '--foreground', code=None, timeout=600)
    assert got.code not in (0, -9), got
    return got.all


run_claims()
