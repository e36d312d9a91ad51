#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The web gateway: it passes messages on, serves sounds, and admits no other program."""
import contextlib
import io
import os
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.parse
import zipfile

from tests import client
import msgpack
from tests.web.browsing import Browser, Page, Refused, address, note_desktop
from tests.claims import (SONIC, TOP, claim, contains, figure, file_bytes, file_text, open_files, run_claims, same, samples, skip, state_of,
                    until, write_file)


class Engine:
    """A home whose engine runs."""

    def __init__(self, home):
        self.home = home

    def __enter__(self):
        self.home.up()
        return self.home

    def __exit__(self, *what):
        self.home.stop()


def engine(home):
    home.up()


def alone(home):
    """The same, for a claim that counts connections and stops a service for a moment."""
    home.settings('[supervisor]\nhang_ms = 300000\n')
    home.up()


def bells(home):
    """An engine with a few sounds."""
    os.mkdir(home.file('music'))
    home.sounds = samples('perc_bell*.flac', folder=SONIC)
    for sound in home.sounds:
        shutil.copy(sound, home.file('music'))
    home.up()
    home.loophole('index', home.file('music'), '--wait')


def changing_bells(home):
    """The same, for a claim that changes the folder."""
    bells(home)


def desktop(home):
    """A sound with a difficult name, and a desktop that notes what it is to show."""
    note_desktop(home)
    os.mkdir(home.file('music'))
    shutil.copy(samples('perc_bell*.flac', folder=SONIC)[0], home.file('music', "it's 100% a, b ü.flac"))
    home.up()
    home.loophole('index', home.file('music'), '--wait')


def twins(home):
    """The same, and a copy whose name differs in case."""
    os.makedirs(home.file('music', 'other'))
    home.sounds = samples('perc_bell*.flac', folder=SONIC)
    for sound in home.sounds:
        shutil.copy(sound, home.file('music'))
    shutil.copy(home.sounds[0], home.file('music', 'other', os.path.basename(home.sounds[0]).upper()))
    home.up()
    home.loophole('index', home.file('music'), '--wait')


def refusal_of(open_page):
    """The status with which a WebSocket is refused."""
    try:
        open_page()
    except Refused as refused:
        return str(refused)
    raise AssertionError('the WebSocket was opened')


@claim(shares=bells)
def a_page_asks_and_hears_what_another_client_changes(home):
    page = Browser(home).page()
    item = page.must('search.query', {'query': 'bell', 'limit': 1})['items'][0]['media']
    home.loophole('tag', '--all', 'bell', '+seen')
    contains(page.event('persist.changed')[3], 'revision')
    contains(page.must('search.get', {'id': item['id']})['item']['media']['tags'], 'seen')


@claim(shares=bells)
def a_page_hears_only_what_it_subscribed_to(home):
    browser = Browser(home)
    page, other = browser.page(), browser.page()
    page.subscribe('web.')
    page.must('search.ping')  # the subscription is in force; before it, each event came
    page.events.clear()
    home.loophole('tag', '--all', 'bell', '+heard')
    other.event('persist.changed')
    page.must('search.ping')
    same([], page.events)


@claim(shares=bells)
def an_item_is_served_whole_and_in_ranges(home):
    browser = Browser(home)
    line = home.first('search', 'bell', '--limit', '1', '--fields', 'id,path')
    whole = open(line['path'], 'rb').read()
    got = browser.get('/media/' + line['id'])
    same((200, whole), (got.status, got.content))
    for wanted, part in (('0-9', whole[:10]), ('100-', whole[100:]), ('-7', whole[-7:]), ('5-99999999', whole[5:])):
        got = browser.get('/media/' + line['id'], Range='bytes=' + wanted)
        same((206, part), (got.status, got.content), wanted)
    same(416, browser.get('/media/' + line['id'], Range='bytes=99999999-').status)
    got = browser.request('HEAD', '/media/' + line['id'])
    same((200, str(len(whole)), b''), (got.status, got.headers['content-length'], got.content))


def samples_of(wav):
    """(channels, rate, samples) of a WAV of float32."""
    same((b'RIFF', len(wav) - 8, b'WAVEfmt '), (wav[:4], struct.unpack('<I', wav[4:8])[0], wav[8:16]))
    kind, channels, rate = struct.unpack('<HHI', wav[20:28])
    same((3, b'data', len(wav) - 58), (kind, wav[50:54], struct.unpack('<I', wav[54:58])[0]))
    return channels, rate, wav[58:]


@claim(shares=bells)
def an_item_comes_as_wav_from_a_sandboxed_worker(home):
    browser = Browser(home)
    line = home.first('search', 'bell', '--limit', '1', '--fields', 'id,path')
    got = browser.get(f'/media/{line["id"]}?as=wav', Range='bytes=0-9')
    same((200, 'audio/wav', 'none'), (got.status, got.headers['content-type'], got.headers['accept-ranges']), got.content[:300])
    channels, rate, sound = samples_of(got.content)
    page = browser.page()
    item = next(one['media'] for one in page.must('search.query', {'query': 'bell', 'limit': 100})['items']
                if one['path'].decode() == line['path'])
    same((item['channels'], item['sample_rate']), (channels, rate))
    same(item['frames'] * channels * 4, len(sound))
    assert any(sound), 'silence'
    same(400, browser.get(f'/media/{line["id"]}?as=mp3').status)
    same([], os.listdir(home.file('cache', 'web-drop')))


@claim(shares=changing_bells)
def an_item_that_is_no_sound_is_refused_as_wav(home):
    browser = Browser(home)
    page = browser.page()
    path = home.file('music', 'perc_bell_broken.wav')
    shutil.copy(home.sounds[0], path)
    home.loophole('index', home.file('music'), '--wait')
    until(lambda: home.json('search', 'broken', '--fields', 'id'))
    line = home.first('search', 'broken', '--limit', '1', '--fields', 'id')
    write_file(path, bytes(range(256)) * 40)
    got = browser.get(f'/media/{line["id"]}?as=wav')
    same(400, got.status)
    contains(got.content.decode(), 'cannot be')
    os.unlink(path)
    same(404, browser.get(f'/media/{line["id"]}?as=wav').status)
    page.must('search.ping')


@claim(shares=twins)
def a_selection_comes_as_a_zip(home):
    browser = Browser(home)

    def found():
        return home.json('search', 'bell', '--fields', 'id,path')

    until(lambda: len(found()) == len(home.sounds) + 1)
    lines = found()
    gone = '01J0000000000000000000000A'
    got = browser.get('/zip?ids=' + ','.join([line['id'] for line in lines] + [gone]))
    same((200, 'application/zip'), (got.status, got.headers['content-type']))
    contains(got.headers['content-disposition'], 'attachment')
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        same(None, archive.testzip())
        names = archive.namelist()
        same(len(lines) + 1, len({name.lower() for name in names}))
        for line, name in zip(lines, names):
            same(open(line['path'], 'rb').read(), archive.read(name))
        contains(archive.read('missing.txt').decode(), gone)
    assert any('(2)' in name for name in names), names


@claim(shares=engine)
def a_zip_without_items_is_refused(home):
    browser = Browser(home)
    for wanted, status in (('', 400), ('?ids=', 400), ('?ids=x', 400), ('?ids=../../etc/passwd', 400),
                           ('?ids=' + ','.join(['01J0000000000000000000000A'] * 101), 400), ('?ids=01J0000000000000000000000A', 404)):
        same(status, browser.get('/zip' + wanted).status, wanted)
    browser.cookie = None
    same(403, browser.get('/zip?ids=01J0000000000000000000000A').status)


@claim(shares=bells)
def only_ids_of_the_catalogue_lead_to_files(home):
    browser = Browser(home)
    for path in ('/media/01J0000000000000000000000A', '/media/../../../etc/passwd', '/media/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
                 '/../../etc/passwd', '/media/', '/media//etc/passwd', '/assets/../../../../etc/passwd'):
        got = browser.get(path)
        assert got.status in (400, 403, 404), f'{path}: {got.status}'
        assert b'root:' not in got.content, path


@claim(shares=bells)
def a_dropped_file_is_analysed_and_deleted(home):
    browser = Browser(home)
    got = browser.request('POST', '/drop?name=a.flac', body=open(home.sounds[0], 'rb').read())
    same(200, got.status)
    heard = msgpack.unpackb(got.content, raw=False)
    alike = browser.page().must('search.similar', {'embedding': heard['found']['embedding'], 'limit': 1})
    same(os.path.basename(home.sounds[0]).encode(), os.path.basename(alike['items'][0]['path']))
    same([], os.listdir(home.file('cache', 'web-drop')))
    same(413, browser.request('POST', '/drop', headers={'Content-Length': str((64 << 20) + 1)}, body=b'').status)


def said_to(home, name):
    """The arguments of the desktop's program NAME, once; [] if it was not started."""
    try:
        said = file_text(path := home.file('desktop', name + '.said')).splitlines()
        os.unlink(path)
        return said
    except FileNotFoundError:
        return []


@claim(shares=desktop)
def an_item_is_shown_in_the_file_manager_or_its_folder_opened(home):
    path = home.file('music', "it's 100% a, b ü.flac")
    line = home.first('search', '100', '--fields', 'id,path')
    marked = 'array:string:file://' + urllib.parse.quote(path, safe='/')
    contains(home.loophole('reveal', line['id']).out, 'done: the file manager shows')
    contains(said_to(home, 'dbus-send'), marked)
    same([], said_to(home, 'xdg-open'))
    page = Browser(home).page()
    item = {'id': page.must('search.query', {'limit': 1})['items'][0]['media']['id']}
    same(path.encode(), page.must('web.reveal', item)['path'])
    contains(said_to(home, 'dbus-send'), marked)
    open(home.file('desktop', 'dbus-send.fails'), 'w').close()
    home.loophole('reveal', path)
    same([home.file('music')], said_to(home, 'xdg-open'))
    open(home.file('desktop', 'xdg-open.fails'), 'w').close()
    error, answer = page.ask('web.reveal', item)
    same('not_found', error)
    contains(str(answer), 'no file manager answers')
    os.unlink(path)
    contains(home.fails('loophole', 'reveal', line['id']), 'cannot be reached')


@claim(shares=twins)
def the_basket_has_readable_links_to_sounds(home):
    until(lambda: len(home.json('search', 'bell', '--fields', 'id')) == len(home.sounds) + 1)
    home.loophole('basket', 'clear')
    basket = home.first('basket', 'add', 'bell', '--all')
    paths = {line['path'] for line in home.json('search', 'bell', '--fields', 'path')}
    same((paths, len(paths), 0), ({link['target'] for link in basket['each']}, basket['added'], basket['present']))
    names = os.listdir(basket['folder'])
    same(home.file('data', 'basket'), basket['folder'])
    same(len(paths), len({name.lower() for name in names}))
    for name in names:
        contains(paths, os.path.realpath(os.path.join(basket['folder'], name)))
    assert any('(2)' in name for name in names), names
    again = home.first('basket', 'add', 'bell', '--all')
    same((0, len(paths)), (again['added'], again['present']))
    contains(home.loophole('basket', 'list').out, basket['folder'])
    write_file(os.path.join(basket['folder'], 'mine.txt'), 'a file of a person')
    same([], home.first('basket', 'clear')['each'])
    same(['mine.txt'], os.listdir(basket['folder']))
    assert all(os.path.exists(path) for path in paths)


@claim(shares=twins)
def the_basket_has_hard_links_when_they_are_wanted(home):
    home.loophole('basket', 'clear')
    line = home.first('search', 'bell', '--limit', '1', '--fields', 'id,path')
    basket = home.first('basket', 'add', line['id'], '--hard')
    at = os.path.join(basket['folder'], basket['each'][0]['name'])
    same((True, False), (os.path.samefile(at, line['path']), os.path.islink(at)))
    same(1, home.first('basket', 'add', line['id'], '--hard')['present'])
    home.loophole('basket', 'clear')
    same((False, True), (os.path.exists(at), os.path.exists(line['path'])))


@claim(shares=twins)
def asks_at_the_same_time_put_a_sound_into_the_basket_once(home):
    home.loophole('basket', 'clear')
    pages = [Browser(home).page() for _ in range(6)]
    ids = [item['media']['id'] for item in pages[0].must('search.query', {'query': 'bell', 'limit': 500})['items']]
    for _ in range(10):
        requests = [page.send('web.basket_add', {'ids': ids}) for page in pages]
        answers = [page.answer(request) for page, request in zip(pages, requests)]
        links = pages[0].must('web.basket')['each']
        same(len(ids), len(links), links)
        same((len(ids), {'ok'}), (sum(body['added'] for _, body in answers), {code for code, _ in answers}))
        home.loophole('basket', 'clear')


@claim(shares=engine)
def an_item_without_a_file_gets_no_link(home):
    page = Browser(home).page()
    got = page.must('web.basket_add', {'ids': [client.new_id()]})
    same((0, 1), (got['added'], len(got['refused'])), got)


@claim(inside=Engine)
def a_page_sees_the_logs_the_deaths_and_what_doctor_finds(home):
    page = Browser(home).page()
    contains(page.must('web.logs', {'service': 'search', 'limit': 50})['each'][-1]['line'], 'search[')
    same('not_found', page.ask('web.logs', {'service': 'nobody'})[0])
    same('not_found', page.ask('web.logs', {'service': '../search'})[0])
    times = [line['line'].split(' ')[0] for line in page.must('web.logs')['each']]
    same(sorted(times), times)
    findings = page.must('web.doctor', budget_ms=60000)['each']
    contains([one['about'] for one in findings], 'store')
    assert {one['verdict'] for one in findings} <= {'ok', 'watch', 'bad'}, findings
    until(lambda: home.has_lived('search'))
    os.kill(home.pid('search'), signal.SIGSEGV)
    deaths = until(lambda: [one for one in page.must('web.crashes').get('each', [])  # without deaths there is no list
                            if one['service'] == 'search' and one['ended']])
    contains(deaths[0]['signal'], 'SIGSEGV')
    one = page.must('web.crashes', {'name': deaths[0]['name']})['each']
    same((1, True), (len(one), 'backtrace' in one[0]['record'] or 'SIGSEGV' in one[0]['record']), one)
    same('not_found', page.ask('web.crashes', {'name': '../store/data.mdb'})[0])


@claim(shares=bells)
def the_files_of_an_item_that_is_not_missing_are_not_looked_for(home):
    page = Browser(home).page()
    item = page.must('search.query', {'query': 'bell', 'limit': 1})['items'][0]['media']
    error, said = page.ask('web.relink', {'id': item['id']})
    same('conflict', error)
    contains(said['what'], 'is not missing')
    same('not_found', page.ask('web.relink', {'id': client.new_id()})[0])


def bytes_read(pid):
    with open(f'/proc/{pid}/io') as file:
        return int(file.readline().split()[1])


@claim(inside=Engine)
def an_ask_for_logs_reads_a_bounded_part_of_them(home):
    page = Browser(home).page()
    for log in range(40):
        with open(home.file('data', 'log', f'made{log}.log'), 'w') as file:
            for line in range(20000):
                file.write(f'2001-01-01T{line // 3600:02}:{line // 60 % 60:02}:{line % 60:02}.{log:06}Z made{log}[1]: INFO line\n')
    before = bytes_read(home.pid('web'))
    error, answer = page.ask('web.logs', {'limit': 500})  # once: a slow machine does not ask again
    read = bytes_read(home.pid('web')) - before
    same('ok', error, answer)
    assert read < 3 << 20, read
    lines = [one['line'] for one in answer['each']]
    same(sorted(lines), lines)
    made = [line for line in lines if line.startswith('2001')]  # the others are of this start
    assert made, lines
    same([(20000 - 1 - i // 40, 39 - i % 40) for i in range(len(made))], [number_of(line) for line in reversed(made)])
    alone = page.must('web.logs', {'service': 'made7', 'limit': 500})['each']
    same((500, 19999, 7), (len(alone), *number_of(alone[-1]['line'])))


def number_of(line):
    """The number of a made line, and that of its log."""
    hour, minute, rest = line.split('T')[1].split(':')[:3]
    return int(hour) * 3600 + int(minute) * 60 + int(rest[:2]), int(rest[3:9])


@claim(shares=engine)
def the_app_comes_with_all_its_files(home):
    browser = Browser(home)
    got = browser.get('/')
    same((200, 'text/html; charset=utf-8'), (got.status, got.headers['content-type']))
    folder = os.path.join(TOP, 'frontends/web/dist')
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            got = browser.get('/' + os.path.relpath(path, folder))
            same((200, open(path, 'rb').read()), (got.status, got.content), path)


@claim(shares=engine)
def a_token_is_good_once(home):
    browser = Browser(home, enter=False)
    same(403, browser.get('/').status)
    got = browser.get('/?token=' + browser.token)
    same((303, '/'), (got.status, got.headers['location']))
    cookie = got.headers['set-cookie']
    for word in ('HttpOnly', 'SameSite=Strict', 'Path=/'):
        contains(cookie, word)
    same(403, browser.get('/?token=' + browser.token).status)
    same(403, browser.get('/?token=' + '0' * 32).status)


@claim(shares=engine)
def a_changed_cookie_is_refused(home):
    browser = Browser(home)
    name, value = browser.cookie.split('=')
    changed = value[:-1] + ('0' if value[-1] != '0' else '1')
    for cookie in (f'{name}={changed}', f'{name}=', f'other={value}', f'{name}={value}0', f'{name}={"0" * 72}'):
        same('403', refusal_of(lambda: Page(browser, cookie=cookie)), cookie)  # noqa: B023
        browser.cookie = cookie
        same(403, browser.get('/').status, cookie)


def alone_enough(home):
    """An engine of a claim that takes its port away."""
    home.up()


@claim(shares=alone_enough)
def a_cookie_opens_no_other_port_and_none_of_a_port_that_another_program_had(home):
    browser = Browser(home)
    port, value = browser.port, browser.cookie.split('=')[1]
    home.stop()
    shutil.copy('/bin/true', home.file('loophole-web'))
    with socket.socket() as thief, subprocess.Popen([home.file('loophole-web')]) as ended:  # by name the gateway of another engine
        until(lambda: state_of(ended.pid) == 'Z')
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(('127.0.0.1', port))
        thief.listen(5)
        home.up()
        home.wait_ready('web')
        moved = Browser(home)
        assert moved.port != port, port
        same(403, moved.request('GET', '/', {'Cookie': f'loophole-{moved.port}={value}'}).status)
        same(200, moved.get('/').status)
    home.stop()
    kept = file_text(home.file('data', 'web.gate'))
    write_file(home.file('data', 'web.gate'), re.sub(r'port \d+', f'port {port}', kept))  # the same key at another port
    home.up()
    home.wait_ready('web')
    back = Browser(home)
    same(port, back.port)
    for cookie in (value, moved.cookie.split('=')[1]):
        same(403, back.request('GET', '/', {'Cookie': f'loophole-{port}={cookie}'}).status)
    same(200, back.get('/').status)


@claim(shares=engine)
def another_user_of_the_machine_enters_with_neither_cookie_nor_token(home):
    if os.getuid() or not shutil.which('setpriv'):
        skip('needs root and setpriv')
    browser = Browser(home)
    script = 'import http.client, sys\nc = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))\nc.request("GET", sys.argv[2], headers={"Cookie": sys.argv[3]})\nprint(c.getresponse().status)'

    def status_of(path, cookie='', user=()):
        return int(subprocess.run([*user, sys.executable, '-c', script, str(browser.port), path, cookie], check=True, capture_output=True, text=True).stdout)
    nobody = ('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups')
    same(200, status_of('/', browser.cookie))
    same(403, status_of('/', browser.cookie, nobody))
    same(403, status_of('/?token=' + address(home)[1], '', nobody))
    same(303, status_of('/?token=' + address(home)[1]))


@claim(shares=engine)
def a_foreign_name_of_this_machine_is_refused(home):
    """DNS rebinding: origin and host are equal, and lead here."""
    browser = Browser(home)
    for host in (f'evil.test:{browser.port}', 'evil.test', f'127.0.0.1.evil.test:{browser.port}', '127.0.0.1:1', '127.0.0.1',
                 f'0.0.0.0:{browser.port}', f'localhost.:{browser.port}', f'127.0.0.1:{browser.port}@evil.test'):
        same(403, browser.get('/', Host=host).status, host)
        same('403', refusal_of(lambda: Page(browser, host=host)), host)  # noqa: B023
    assert browser.get('/', Host=f'localhost:{browser.port}').status != 403


@claim(shares=engine)
def a_page_of_another_origin_is_refused(home):
    browser = Browser(home)
    for origin in ('http://evil.test', 'null', f'https://127.0.0.1:{browser.port}', 'http://127.0.0.1',
                   f'http://localhost:{browser.port}', f'http://127.0.0.1:{browser.port}.evil.test'):
        same('403', refusal_of(lambda: Page(browser, origin=origin)), origin)  # noqa: B023
        same(403, browser.get('/', Origin=origin).status, origin)
        same(403, browser.request('POST', '/drop', {'Origin': origin}, b'x').status, origin)
    same('403', refusal_of(lambda: Page(browser, origin=None)))
    same('403', refusal_of(lambda: Page(browser, cookie=None)))
    same(403, browser.request('POST', '/drop', {'Origin': None}, b'x').status)


@claim(shares=engine)
def no_name_of_a_protocol_leads_past_the_checks(home):
    browser = Browser(home)
    for protocol in ('loophole', 'descriptor', 'descriptor, loophole'):
        same('403', refusal_of(lambda: Page(browser, cookie=None, protocol=protocol)), protocol)  # noqa: B023
        same('403', refusal_of(lambda: Page(browser, origin='http://evil.test', protocol=protocol)), protocol)  # noqa: B023
    same('403', refusal_of(lambda: Page(browser, protocol='descriptor')))
    Page(browser, protocol='loophole').must('search.ping')


@claim(shares=engine)
def no_answer_allows_inline_scripts_or_other_origins(home):
    got = Browser(home).get('/')
    assert 'unsafe-inline' not in got.headers['content-security-policy']
    contains(got.headers['content-security-policy'], "default-src 'self'")
    assert not [name for name in got.headers if name.lower().startswith('access-control')]


@claim(shares=engine)
def a_message_that_is_too_large_ends_its_page_alone(home):
    browser = Browser(home)
    page, other = browser.page(), browser.page()
    with contextlib.suppress(ConnectionError):  # the gateway reads no more than it may
        page.send_frame(b'\6search' + bytes(1 << 20))
    contains(page.is_closed(), '1009')
    endless = browser.page()
    for number in range(40):  # one message in many frames
        try:
            endless.send_frame(bytes(1 << 16), first=number == 0, last=False)
        except ConnectionError:
            break
    contains(endless.is_closed(), 'close')
    other.must('search.ping')


@claim(shares=engine)
def a_message_that_is_no_ask_ends_its_page_alone_and_says_why(home):
    browser = Browser(home)
    other = browser.page()
    for message in (b'', b'\6', b'\6search', b'\xff' * 300, b'\6search' + b'\x95\x01', b'\6search\xc1', b'\0' + b'a' * 200,
                    b'\0' + b'a\n' * 40):
        page = browser.page()
        page.send_frame(message)
        said = page.is_closed()
        assert said.startswith('closed with 1007: ') and len(said) > 30, (message, said)
    text = browser.page()
    text.send_frame(b'hello', opcode=1)
    contains(text.is_closed(), 'closed with 1003: messages are binary')
    other.must('search.ping')


def refused_frames():
    """(service, frame, id of the answer, error) of asks that no service takes."""
    request, name = client.new_id(), 'persist.ping'
    for service, parts, answered, error in (
            ('persist', [2, name, request, 1000, {}], request, 'version'),
            ('persist', [1, name, request, 1000], request, 'bad_request'),
            ('persist', [1, 7, request, 1000, {}], request, 'bad_request'),
            ('persist', [1, name, request, -1, {}], request, 'bad_request'),
            ('persist', [1, '', request, 1000, {}], request, 'not_found'),
            ('persist', [1, name, bytes(16), 1000, {}], bytes(16), 'bad_request'),
            ('persist', [1, 'search.ping', request, 1000, {}], request, 'not_found'),
            ('persist', [1, 'service.ping', request, 1000, {}], request, 'not_found'),
            ('x' * 200, [1, name, request, 1000, {}], request, 'not_found')):
        yield service, msgpack.packb(parts, use_bin_type=True), answered, error


@claim(shares=engine)
def a_frame_that_is_refused_is_answered_as_over_zeromq_and_ends_no_other_ask(home):
    page = Browser(home).page()
    other = client.Client(home.path)
    for service, frame, answered, error in refused_frames():
        page.send_frame(bytes([len(service)]) + service.encode() + frame)
        same(error, page.answer(answered)[0], frame)
        if service == 'persist':
            other.socket(service).send(frame)
            same((answered, error), other.take(service)[:2], frame)
    page.must('search.ping')


@claim(shares=engine)
def an_ask_that_does_not_exist_is_refused_by_name(home):
    page = Browser(home).page()
    same('not_found', page.ask('search.nothing')[0])
    same('not_found', page.ask('search.ping', service='persist')[0])
    same('not_found', page.ask('nobody.ping')[0])
    same('offline', page.ask('audio.ping')[0])  # the engine runs without sound


@claim(shares=engine)
def asks_of_one_page_are_bounded(home):
    page = Browser(home).page()
    requests = [page.send('search.ping', {'payload': bytes(100)}) for _ in range(3000)]
    errors = [page.answer(request)[0] for request in requests]
    same({'ok'}, set(errors) - {'busy'})
    page.must('search.ping')


def resident_kb(pid):
    with open(f'/proc/{pid}/status') as file:
        return int(next(line for line in file if line.startswith('VmRSS:')).split()[1])


@claim(inside=Engine)
def a_thousand_idle_pages_cost_less_than_50_mb(home):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    browser = Browser(home)
    first = browser.page()
    first.must('web.status')
    before = resident_kb(home.pid('web'))
    pages = [browser.page() for _ in range(1000)]
    for page in pages:
        page.subscribe('audio.meters')
    for page in pages:  # each is served
        page.must('search.ping')
    cost = resident_kb(home.pid('web')) - before
    figure(f'1,000 idle pages of the web gateway: {cost / 1024:.1f} MiB')
    assert cost * 1024 <= 50_000_000, cost
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@claim(shares=engine)
def the_time_that_the_gateway_adds_to_an_ask_is_printed(home):
    page, direct = Browser(home).page(), home.client()
    times = {page: [], direct: []}
    for _ in range(600):
        for way in (page, direct):
            began = time.perf_counter()
            way.must('search.ping')
            times[way].append(time.perf_counter() - began)
    far, near = (sorted(times[way])[300] * 1000 for way in (page, direct))
    figure(f'search.ping from Python: p50 {near:.2f} ms, through the web gateway {far:.2f} ms')


def sockets_of(home, service):
    return sum(path.startswith('socket:') for path in open_files(home.pid(service)))


def settled(count):
    """The count, once it stays the same: connections of the claim before may still be closing."""
    looks = []

    def stays():
        looks.append(count())
        return len(looks) >= 20 and len(set(looks[-20:])) == 1
    until(stays)
    return looks[-1]


@claim(shares=alone)
def a_page_that_reads_nothing_is_disconnected(home):
    browser = Browser(home)
    other = browser.page()
    other.must('search.ping')
    before = settled(lambda: sockets_of(home, 'web'))
    page = browser.page(receives=4096)  # the sender's kernel then holds 4 MiB at most
    until(lambda: sockets_of(home, 'web') > before)
    large = {'payload': bytes(60000)}  # search reads 64 larger ones at a time

    def answered():
        return next(one['count'] for one in other.must('search.stats')['asks'] if one['name'] == 'ping')

    # 30 MiB of answers, fewer than the gateway keeps. At most 256 asks may be under way. The count is only to wait: on a
    # slow machine the gateway asks again, and search counts such an ask twice.
    count = answered()
    for _ in range(7):
        for _ in range(75):
            page.send('search.ping', large)
        count += 75
        until(lambda: answered() >= count)
    # The page sends nothing after its last answers. So the gateway can only notice that the page does not read.
    with home.paused('search') as search:
        for _ in range(250):
            page.send('search.ping', large)
    until(lambda: sockets_of(home, 'web') <= before)
    other.must('search.ping')
    same(search, home.pid('search'))


@claim(shares=alone)
def a_page_may_have_256_asks_under_way(home):
    page = Browser(home).page()
    page.must('search.ping')
    with home.paused('search'):
        for _ in range(256):
            page.send('search.ping', budget_ms=60000)
        error, why = page.ask('search.ping', budget_ms=60000)
        same(('busy', 'this page has 256 asks under way'), (error, why['what']))
    until(lambda: page.ask('search.ping')[0] == 'ok')


def begin_request(browser, head, receives=None):
    """A connection on which a request of the browser has begun; `receives`: the bytes that its end buffers."""
    to = socket.socket()
    to.settimeout(60)
    if receives:
        to.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    to.connect(('127.0.0.1', browser.port))
    to.sendall((f'{head} HTTP/1.1\r\nHost: 127.0.0.1:{browser.port}\r\nCookie: {browser.cookie}\r\n'
                f'Origin: http://127.0.0.1:{browser.port}\r\n').encode())
    return to


def whole_answer(to, got=b''):
    """(status line, body) of an answer; it has all the bytes that its headers announce."""
    while b'\r\n\r\n' not in got:
        got += (more := to.recv(1 << 16))
        assert more, got
    head, _, body = got.partition(b'\r\n\r\n')
    length = int(re.search(rb'content-length: *(\d+)', head, re.I)[1])
    parts, have = [body], len(body)
    while have < length and (more := to.recv(1 << 20)):
        parts.append(more)
        have += len(more)
    same(length, have, 'bytes of an answer')
    return head.split(b'\r\n')[0], b''.join(parts)


@claim(shares=changing_bells)
def a_transfer_may_take_longer_than_the_headers_of_a_request(home):
    sound, length = b'RIFF' + struct.pack('<I', 36 + (24 << 20)) + b'WAVEfmt ' + struct.pack('<IHHIIHH', 16, 1, 2, 48000, 192000, 4, 16), 24 << 20
    with open(home.file('music', 'perc_bell_slow.wav'), 'wb') as file:
        file.write(sound + b'data' + struct.pack('<I', length))
        file.truncate(44 + length)
    home.loophole('index', home.file('music'), '--wait')
    item = until(lambda: home.json('search', 'bell slow', '--fields', 'id'))[0]['id']
    browser = Browser(home)
    down = begin_request(browser, f'GET /media/{item}', receives=1 << 14)
    down.sendall(b'\r\n')
    bell = file_bytes(home.sounds[0])
    up = begin_request(browser, 'POST /drop?name=bell.flac')
    up.sendall(f'Content-Length: {len(bell)}\r\n\r\n'.encode() + bell[:1000])
    got, end = b'', time.monotonic() + 7  # longer than WEB_HEADERS_S
    while time.monotonic() < end:
        got += down.recv(1 << 12)
        time.sleep(0.1)
    status, body = whole_answer(down, got)
    same((b'HTTP/1.1 200 OK', 44 + length), (status, len(body)))
    up.sendall(bell[1000:])
    status, body = whole_answer(up)
    same(b'HTTP/1.1 200 OK', status, body)


@claim(shares=engine)
def a_browser_that_sends_half_a_request_is_disconnected(home):
    browser = Browser(home)
    slow = [socket.create_connection(('127.0.0.1', browser.port), timeout=600) for _ in range(50)]
    for one in slow:
        one.sendall(b'GET / HTTP/1.1\r\nHost: 127.0.0.1')
    same(404, browser.get('/nothing').status)
    for one in slow:
        same(b'', one.recv(100))


@claim(shares=alone)
def many_half_requests_delay_no_good_one(home):
    browser = Browser(home)
    with contextlib.ExitStack() as open_ones:
        for n in range(1200):
            one = open_ones.enter_context(socket.create_connection(('127.0.0.1', browser.port), timeout=600))
            head = b'GET / HTTP/1.1\r\nX: '
            with contextlib.suppress(ConnectionError):
                one.sendall(head if n % 2 else f'GET / HTTP/1.1\r\nHost: 127.0.0.1:{browser.port}\r\n\r\n'.encode() + head)
        with contextlib.closing(begin_request(browser, 'GET /')) as good:
            good.sendall(b'\r\n')
            same(b'HTTP/1.1 200 OK', whole_answer(good)[0])
        assert sockets_of(home, 'web') < 1000  # the gateway still has the half requests that it may keep, and no more


@claim(shares=engine)
def an_upgrade_to_http_2_is_refused(home):
    browser, tree = Browser(home), home.ask('osc.state')['port']
    until(lambda: f'addresses is at http://127.0.0.1:{tree}/' in home.log('web'))  # some time after both services are ready
    for more in ('Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n', 'Upgrade: H2C\r\nConnection: Upgrade\r\n'):
        for host, port in (('evil.test', browser.port), (f'127.0.0.1:{browser.port}', browser.port), ('x', tree)):
            with socket.create_connection(('127.0.0.1', port), timeout=600) as one:
                one.sendall(f'GET / HTTP/1.1\r\nHost: {host}\r\n{more}\r\n'.encode())
                same(b' 400', one.recv(1000)[8:12], more)
    with socket.create_connection(('127.0.0.1', browser.port), timeout=600) as one:
        one.sendall(b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + bytes(3) + b'\4' + bytes(5))
        got = one.recv(1000)
        assert got == b'' or got[9:12] in (b'400', b'403', b'505'), got
    browser.page().must('search.ping')


@claim(inside=Engine)
def a_killed_gateway_returns_with_its_port_and_its_sessions(home):
    browser = Browser(home)
    page = browser.page()
    until(lambda: home.has_lived('web'))
    home.kill('web')
    page.is_closed()
    again = browser.page()
    again.must('search.ping')
    same(browser.port, address(home)[0])
    same(0o600, os.stat(home.file('data', 'web.gate')).st_mode & 0o777)


@claim(inside=Engine)
def a_page_hears_that_a_killed_service_is_back(home):
    page = Browser(home).page()
    until(lambda: home.has_lived('search'))
    page.must('search.ping')  # what came before is read
    page.back.clear()
    os.kill(home.pid('search'), signal.SIGKILL)
    while 'search' not in page.back:
        page.read()
    page.must('search.ping')


@claim(shares=engine)
def the_command_prints_an_address_that_enters(home):
    line = home.first('web')
    same({'address'}, set(line))
    contains(line['address'], 'http://127.0.0.1:')
    assert home.loophole('web').out.startswith('http://127.0.0.1:')


run_claims()
