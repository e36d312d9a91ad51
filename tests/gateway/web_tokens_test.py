#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Tokens of devices: each lets one device of another machine in, until a person removes it."""
import os
import re
import shutil
import signal
import subprocess

from tests.web.browsing import Browser, FarBrowser, Refused, asks_of_the_schemas, far_bells, free_port
from tests.claims import SONIC, TOP, claim, contains, file_bytes, file_text, how_often, needs, run_claims, same, samples, until, write_file


def new_token(home, name, *more):
    return home.first('token', 'add', name, *more)['secret']


def tokens_of(home):
    return home.json('token', 'list')


def sound_of(home):
    return '/media/' + home.first('search', 'bell', '--limit', '1', '--fields', 'id')['id']


def kill_gateway(home):
    pid = home.status('web')['pid']
    os.kill(pid, signal.SIGKILL)
    until(lambda: home.status('web')['pid'] not in (0, pid))
    home.wait_ready('web')


@claim(shares=far_bells)
def a_device_comes_in_with_its_token_and_nothing_else(home):
    secret = home.loophole('token', 'add', 'Phone of Ana').out.strip()
    phone = FarBrowser(home, token=secret)
    same((200, b'RIFF'), ((got := phone.get(sound_of(home) + '?as=wav')).status, got.content[:4]))
    page = phone.page()
    item = page.must('search.query', {'query': 'bell', 'limit': 1})['items'][0]['media']['id']
    page.must('persist.put_media', {'edit': {'id': item, 'add_tags': ['of_the_phone']}})
    same('denied', page.ask('web.tokens')[0])
    same('denied', page.ask('web.add_token', {'name': 'x', 'digest': bytes(32)})[0])
    same(403, phone.get('/', Origin='https://evil.test').status)
    same(403, phone.get('/', Host='evil.test').status)
    same(403, Browser(home, enter=False).get(sound_of(home), Authorization='Bearer ' + secret).status)  # not on this machine
    browser = FarBrowser(home, password=secret)  # the page of the password takes it too
    browser.page().must('search.ping')
    same(200, browser.get(sound_of(home)).status)
    listed, = [one for one in tokens_of(home) if one['name'] == 'Phone of Ana']
    same((False, True), (listed['read_only'], listed['used'] >= listed['made'] > 0))


@claim(shares=far_bells)
def the_steps_of_a_device_have_the_name_of_its_token_and_it_undoes_its_own(home):
    phone = FarBrowser(home, token=new_token(home, 'Phone of Eva')).page()
    phone.name = 'loophole'  # a device cannot take the name of another client
    here, there = Browser(home).page(), FarBrowser(home).page()
    one, two = (found['media']['id'] for found in phone.must('search.query', {'query': 'bell', 'limit': 2})['items'])
    for page, item in ((phone, one), (here, two), (there, two)):
        page.must('persist.put_media', {'edit': {'id': item, 'notes': str(id(page))}})
    same(['browser at 127.0.0.1', 'browser', 'Phone of Eva'], [line['by'] for line in home.json('undo', 'list', '--limit', '3')])
    phone.must('persist.undo', {'by': ''})
    same([True, False, False], [line['undone'] for line in reversed(home.json('undo', 'list', '--limit', '3'))])
    here.name = 'Notes'  # a program of this machine has the name that it gives
    here.must('persist.put_media', {'edit': {'id': two, 'add_tags': ['again']}})
    same('Notes', home.json('undo', 'list', '--limit', '1')[0]['by'])


@claim(shares=far_bells)
def a_read_only_device_sees_everything_and_changes_nothing(home):
    tablet = FarBrowser(home, token=new_token(home, 'Tablet', '--read-only'))
    page, asks = tablet.page(), asks_of_the_schemas()
    home.loophole('project', 'state')  # opens the draft, as any program does
    before = home.first('ask', 'persist.changes_since', 'revision=0', 'limit=1')
    revision = FarBrowser(home).page().must('search.query', {'query': 'bell', 'limit': 1})['items'][0]['media']['revision']
    for name, marks in asks.items():
        error, answer = page.ask(name, {})
        if 'reads' in marks:
            assert 'remote' in marks and error != 'denied', (name, error, answer)
            continue
        assert error in ('denied', 'not_found') and (error == 'denied' or 'no ask' in answer['what']), (name, error, answer)
        if 'remote' in marks:
            contains(answer['what'], 'read-only')
            contains(answer['hint'], 'loophole token add')
    error, answer = page.ask('search.map', {'dimensions': 2, 'seed': 1, 'remake': True})
    same(('denied', 'remake'), (error, answer['field']))
    same(403, tablet.request('POST', '/drop?name=x.wav', {}, b'RIFF').status)
    same(before, home.first('ask', 'persist.changes_since', 'revision=0', 'limit=1'))
    same(revision, page.must('search.query', {'query': 'bell', 'limit': 1})['items'][0]['media']['revision'])
    home.loophole('tag', '--all', 'bell', '+seen')
    page.event('persist.changed')
    browser = FarBrowser(home, password=new_token(home, 'Tablet of Ben', '--read-only')).page()
    same('denied', browser.ask('persist.undo')[0])


@claim(shares=far_bells)
def a_removed_device_is_locked_out_at_once_and_for_ever(home):
    secret, other = new_token(home, 'Lost phone'), FarBrowser(home, token=new_token(home, 'Kept phone')).page()
    lost = FarBrowser(home, token=secret)
    far = FarBrowser(home, password=secret)
    pages = [lost.page(), far.page()]
    for page in pages:
        page.must('search.ping')
    removed = home.first('token', 'remove', 'LOST phone')
    same('Lost phone', removed['name'])
    for page in pages:
        request = page.send('search.ping')
        contains(page.is_closed(), 'token of this device was removed')
        assert request not in page.answers
    for _ in range(2):
        same(403, lost.get('/').status)
        contains(far.get('/').content.decode(), 'Password')
        for one in (lost, far):
            try:
                one.page()
            except Refused as refused:
                same('403', str(refused))
            else:
                raise AssertionError('a removed device entered')
        other.must('search.ping')
        same('Kept phone', [one['name'] for one in tokens_of(home) if 'phone' in one['name'] and 'Ana' not in one['name']][0])
        kill_gateway(home)
        other = FarBrowser(home, token=new_token(home, f'After {_}')).page()
    contains(home.loophole('token', 'remove', 'Lost phone', code=12).all, 'no token of a device')


@claim(shares=far_bells)
def the_engine_keeps_no_secret_and_a_name_is_a_name(home):
    secret = new_token(home, 'Écran', '--read-only')
    for folder, _, names in os.walk(home.path):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                assert secret.encode() not in file_bytes(path), path
    same(0o600, os.stat(home.file('data', 'web.tokens')).st_mode & 0o777)
    for name in ('', ' x', 'x ', 'a\nb', 'x' * 65, '01J0000000000000000000000A', 'ecran', 'ÉCRAN'):
        home.refused('token', 'add', name)
    id_of = [one['id'] for one in tokens_of(home) if one['name'] == 'Écran'][0]
    same('Écran', home.first('token', 'remove', id_of)['name'])


def guarded(home):
    """The same, for claims that lock the door or damage the file."""
    far_bells(home)


@claim(shares=guarded)
def wrong_tokens_are_slowed_as_wrong_passwords_are(home):
    wrong = FarBrowser(home, token='0' * 32)
    wrong.source = '127.0.0.3'
    same(403, wrong.get('/').status)
    until(lambda: wrong.get('/').status == 429)  # certain to come, because these tries are faster than 5 in 60 s
    right, browser = FarBrowser(home, token=new_token(home, 'Right')), FarBrowser(home, None)
    right.source = browser.source = '127.0.0.3'
    same(200, right.get('/').status)  # the same machine, as behind one router
    right.page().must('search.ping')
    same(303, browser.login(right.token).status)
    same(200, FarBrowser(home, token=right.token).get('/').status)


@claim(shares=far_bells)
def one_device_cannot_take_all_pages(home):
    most, device = 128, FarBrowser(home, token=new_token(home, 'Greedy', '--read-only'))
    pages = [device.page() for _ in range(most)]
    pages[-1].must('search.ping')  # the gateway has opened all of them
    assert not answers(device)
    FarBrowser(home, token=new_token(home, 'Modest')).page().must('search.ping')
    FarBrowser(home).page().must('search.ping')
    Browser(home).page().must('search.ping')
    pages.pop().close()
    until(lambda: answers(device))
    for page in pages:
        page.close()


def answers(browser):
    try:
        browser.page().must('search.ping')
    except (EOFError, ConnectionError, Refused):
        return False
    return True


@claim(shares=guarded)
def a_gateway_that_dies_while_a_token_is_removed_or_added_forgets_nothing(home):
    for number in range(how_often(3, 20)):
        secret = new_token(home, f'Device {number}')
        commands = [home.start('loophole', 'token', *words, stdout=subprocess.PIPE, text=True)
                    for words in (('remove', f'Device {number}'), ('add', f'Next {number}'))]
        kill_gateway(home)
        same([0, 0], [one.wait(600) for one in commands])
        added = commands[1].stdout.read().strip()
        same(403, FarBrowser(home, token=secret).get('/').status)
        same(200, FarBrowser(home, token=added).get('/').status)
        home.loophole('token', 'remove', f'Next {number}')


@claim(shares=guarded)
def a_damaged_file_lets_nobody_in(home):
    secret = new_token(home, 'Before the damage')
    home.loophole('down')
    path = home.file('data', 'web.tokens')
    write_file(path, file_text(path) + '{"token":')
    home.up()
    same(403, FarBrowser(home, token=secret).get('/').status)
    same([], tokens_of(home))
    contains(home.log('web'), 'web.tokens is damaged')
    same(200, FarBrowser(home, token=new_token(home, 'After it')).get('/').status)


@claim(shares=guarded)
def the_number_of_tokens_is_bounded(home):
    for number in range(64 - len(tokens_of(home))):
        new_token(home, f'Number {number}')
    contains(home.refused('token', 'add', 'One more'), 'there are 64 tokens already')
    same(64, len(tokens_of(home)))


def commands_of_the_document():
    """The commands of the section on logging in, in their order."""
    text = file_text(os.path.join(TOP, 'docs', 'gateway.md')).partition('## Logging in')[2].partition('## Messages')[0]
    return re.findall(r'^ *\$ (.*)$', text, re.M)


def a_person(home):
    """An engine whose settings a person's shell finds, and where the name of the document leads to this machine."""
    home.lan_port = free_port()
    os.makedirs(home.file('person', '.config'))
    os.makedirs(home.file('config'), exist_ok=True)
    os.symlink(home.file('config'), home.file('person', '.config', 'loophole'))
    write_file(home.file('person', '.curlrc'), f'resolve = studio.local:{home.lan_port}:127.0.0.1\nsilent\nshow-error\nfail\n')
    os.mkdir(home.file('music'))
    for sound in samples('perc_bell*.flac', folder=SONIC):
        shutil.copy(sound, home.file('music'))
    home.up()
    home.loophole('index', home.file('music'), '--wait')


@claim(shares=a_person)
def the_commands_of_the_document_log_in(home):
    needs('openssl')
    needs('curl')
    item = sound_of(home).rpartition('/')[2]
    commands = commands_of_the_document()
    assert len(commands) >= 12, commands
    for number, command in enumerate(commands):
        command = command.replace('8443', str(home.lan_port)).replace('01J0000000000000000000000A', item)
        if command == 'loophole restart web':
            command += ' && loophole up'  # waits until the gateway is ready
        done = subprocess.run(['sh', '-ec', command], env=dict(home.env, HOME=home.file('person')), cwd=home.file('person'),
                              capture_output=True, text=True, timeout=600, check=False)
        same(0, done.returncode, (number, command, done.stdout, done.stderr))
        if '-o kick.wav' in command:
            same(b'RIFF', file_bytes(home.file('person', 'kick.wav'))[:4])
            os.remove(home.file('person', 'kick.wav'))


run_claims()
