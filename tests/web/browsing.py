"""browsing.py: a browser's side of the web gateway for tests: requests, the cookie, and a WebSocket that is written by
hand, so that it can also send what no browser sends."""
import base64
import contextlib
import glob
import http.client
import json
import os
import random
import re
import select
import shutil
import socket
import ssl
import struct
import subprocess
import time
import urllib.parse

import msgpack

from tests import client
from tests.claims import BUILD, NEW_KEY, SONIC, TOP, claims, contains, figure, needs, printed_in, same, samples, write_file

PASSWORD = 'a long pass%word + more'
PATIENCE_S = 120  # for an answer of the gateway: no claim ends because the machine is busy


_kept = []  # a socket for each port that this process has drawn: no other test gets it meanwhile


def free_port():
    """A TCP port of this machine that no program has. It is below those that the kernel gives to programs that ask for
    any port, so that none gets it before the gateway has it."""
    drawing = random.SystemRandom()  # claims beside this one have the same seed
    while True:
        port, kept = drawing.randrange(20000, 32000), socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError):
            kept.bind(f'\0loophole-test.{port}')
            with socket.create_server(('127.0.0.1', port)):
                _kept.append(kept)
                return port
        kept.close()


def prepare_browser(home):
    """What tests/web/pages.mjs needs."""
    needs('chromium-headless-shell')
    needs('npm')
    subprocess.run([os.path.join(TOP, 'tools/web'), BUILD], check=True)
    home.env['BUILD'] = BUILD


def _start_browser(home):
    """A process of tests/web/pages.mjs. It ends with its input, thus also if this program is killed."""
    os.makedirs(home.file('browser'), exist_ok=True)
    with open(home.file('browser.said'), 'wb') as said:
        return subprocess.Popen(['node', os.path.join(TOP, 'tests/web/pages.mjs')], env=home.env,
                                cwd=home.folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)


def _end_browser(pages):
    """Its input ends. That ends it, unless it hangs."""
    with contextlib.suppress(BrokenPipeError):
        pages.stdin.close()
    try:
        pages.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        pages.kill()
        pages.wait()


def in_browser(home, name):
    """Runs a claim of tests/web/pages.mjs. The claims of a home share a browser until one fails. Returns the lines that
    the claim prints."""
    pages = getattr(home, 'pages', None)
    if not pages or pages.poll() is not None:
        pages = _start_browser(home)
    home.pages = None
    with contextlib.suppress(BrokenPipeError):
        pages.stdin.write(json.dumps({'name': name, 'env': {**home.env, 'TMPDIR': home.file('browser')}}) + '\n')
        pages.stdin.flush()
    answer = pages.stdout.readline() if select.select([pages.stdout], [], [], 600)[0] else ''
    got = json.loads(answer or '{"said": [], "error": "the browser did not answer", "last": true}')
    if got['last']:
        _end_browser(pages)
    else:
        home.pages = pages
    assert not got['error'], '\n'.join([*got['said'], got['error'], printed_in(home.file('browser.said'))])
    return got['said']


def _show(home, name):
    for line in in_browser(home, name):
        figure(line)


def claims_in_browser(shares, *names):
    """Claims of tests/web/pages.mjs that need no more than a home which `shares` has prepared."""
    claims(_show, shares, **{name: name for name in names})


def certify(home):
    """A certificate for this test alone."""
    needs('openssl')
    subprocess.run(['openssl', 'req', '-x509', *NEW_KEY, '-keyout', home.file('key.pem'), '-out',
                    home.file('certificate.pem'), '-days', '2', '-subj', '/CN=studio.test'], check=True, capture_output=True)


def lan_settings(home, more='', **changed):
    """Writes settings with which other machines enter; None leaves one out."""
    values = {'listen': f'127.0.0.1:{home.lan_port}', 'certificate': home.file('certificate.pem'), 'key': home.file('key.pem'),
              'password': PASSWORD, 'name': 'studio.test', **changed}
    home.settings('[web]\n' + ''.join(f'{key} = {value}\n' for key, value in values.items() if value is not None) + more)
    os.chmod(home.file('config', 'loophole.conf'), 0o600)


def note_desktop(home):
    """From now on, dbus-send and xdg-open of this home only note their arguments in files: NAME.said. While NAME.fails exists, they fail."""
    os.mkdir(home.file('desktop'))
    for name in ('dbus-send', 'xdg-open'):
        write_file(home.file('desktop', name), '#!/bin/sh\n[ ! -e "$0.fails" ] && printf "%s\\n" "$@" > "$0.said"\n')
        os.chmod(home.file('desktop', name), 0o755)
    home.env['PATH'] = home.file('desktop') + ':' + home.env['PATH']


def address(home):
    """(port, token) of a new address."""
    parts = urllib.parse.urlsplit(home.first('ask', 'web.address')['address'])
    return parts.port, urllib.parse.parse_qs(parts.query)['token'][0]


class Browser:
    """A browser with a session."""

    def __init__(self, home, enter=True):
        self.port, self.token = address(home)
        self.cookie = None
        if enter:
            got = self.get('/?token=' + self.token)
            assert got.status == 303, got.status
            self.cookie = got.headers['set-cookie'].split(';')[0]

    def request(self, method, path, headers=None, body=None, timeout=PATIENCE_S):
        """A request; the response has its body as `content`."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=timeout)
        sent = {'Cookie': self.cookie} if self.cookie else {}
        if method == 'POST':
            sent['Origin'] = f'http://127.0.0.1:{self.port}'
        sent.update(headers or {})
        connection.request(method, path, body=body, headers={key: to for key, to in sent.items() if to is not None})
        got = connection.getresponse()
        got.content = got.read()
        connection.close()
        return got

    def get(self, path, **headers):
        return self.request('GET', path, {key.replace('_', '-'): to for key, to in headers.items()})

    def page(self, **more):
        return Page(self, **more)


class Refused(Exception):
    """The gateway did not open a WebSocket; the status of its answer."""


class Page:
    """An open page: its WebSocket. `receives`: the bytes that its end buffers."""

    def __init__(self, browser, origin='own', host=None, cookie='own', path='/ws', protocol=None, wrap=None,
                 source='127.0.0.1', token=None, receives=None):
        self.left = b''
        self.answers, self.events, self.back = {}, [], []
        self.name = ''  # the client's, in its asks
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE_S)
        if receives:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        self.socket.bind((source, 0))
        self.socket.connect(('127.0.0.1', browser.port))
        if wrap:
            self.socket = wrap.wrap_socket(self.socket)
        host = host or f'127.0.0.1:{browser.port}'
        lines = [f'GET {path} HTTP/1.1', f'Host: {host}', 'Upgrade: websocket', 'Connection: Upgrade',
                 'Sec-WebSocket-Key: ' + base64.b64encode(os.urandom(16)).decode(), 'Sec-WebSocket-Version: 13']
        if origin:
            lines.append('Origin: ' + (f'http://{host}' if origin == 'own' else origin))
        cookie = browser.cookie if cookie == 'own' else cookie
        if token:
            lines.append('Authorization: Bearer ' + token)
        if cookie:
            lines.append('Cookie: ' + cookie)
        if protocol:
            lines.append('Sec-WebSocket-Protocol: ' + protocol)
        self.socket.sendall('\r\n'.join(lines + ['', '']).encode())
        while b'\r\n\r\n' not in self.left:
            more = self.socket.recv(4096)
            if not more:
                raise Refused('closed')
            self.left += more
        head, self.left = self.left.split(b'\r\n\r\n', 1)
        status = head.split(b' ')[1].decode()
        if status != '101':
            raise Refused(status)

    # ---- frames of RFC 6455 ----

    def send_frame(self, payload, opcode=2, first=True, last=True):
        head = bytes([(128 if last else 0) | (opcode if first else 0)])
        if len(payload) < 126:
            head += bytes([128 | len(payload)])
        elif len(payload) < 65536:
            head += bytes([128 | 126]) + struct.pack('>H', len(payload))
        else:
            head += bytes([128 | 127]) + struct.pack('>Q', len(payload))
        self.socket.sendall(head + bytes(4) + payload)  # the mask is zero

    def _take(self, count):
        while len(self.left) < count:
            more = self.socket.recv(1 << 16)
            if not more:
                raise EOFError('the gateway closed the WebSocket')
            self.left += more
        got, self.left = self.left[:count], self.left[count:]
        return got

    def frame(self):
        """(opcode, payload) of the next frame."""
        first, second = self._take(2)
        size = second & 127
        if size == 126:
            size = struct.unpack('>H', self._take(2))[0]
        elif size == 127:
            size = struct.unpack('>Q', self._take(8))[0]
        return first & 15, self._take(size)

    # ---- messages of the gateway ----

    def send(self, name, body=None, request=None, budget_ms=30000, service=None):
        request = request or client.new_id()
        service = (service or name.split('.')[0]).encode()
        named = [0, self.name] if self.name else []
        frame = msgpack.packb([1, name, request, budget_ms, body or {}, *named], use_bin_type=True)
        self.send_frame(bytes([len(service)]) + service + frame)
        return request

    def subscribe(self, *topics):
        self.send_frame(b'\0' + '\n'.join(topics).encode())

    def read(self):
        """Reads one message into answers, events or back. Raises EOFError when the WebSocket is closed."""
        opcode, payload = self.frame()
        if opcode == 8:
            code = struct.unpack('>H', payload[:2])[0] if payload else None
            raise EOFError(f'closed with {code}: {payload[2:].decode()}')
        if opcode != 2:
            return
        kind, size = payload[0], payload[1]
        service, rest = payload[2:2 + size].decode(), payload[2 + size:]
        if kind == 0:
            _, request, error, body = msgpack.unpackb(rest, raw=False, strict_map_key=False)
            self.answers[request] = error, body
        elif kind == 1:
            size = struct.unpack('<I', rest[:4])[0]
            frame = msgpack.unpackb(rest[8 + size:], raw=False, strict_map_key=False)
            self.events.append((rest[4:4 + size].decode(), frame))
        else:
            self.back.append(service)

    def answer(self, request):
        while request not in self.answers:
            self.read()
        return self.answers.pop(request)

    def ask(self, name, body=None, **more):
        return self.answer(self.send(name, body, **more))

    def _hears(self, request):
        """Reads for a second at most, until the answer is there or a service is back."""
        end, back = time.monotonic() + 1, len(self.back)
        while request not in self.answers and len(self.back) == back:
            if not self.left and not select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
                break
            self.read()
        return request in self.answers

    def must(self, name, body=None, **more):
        """The body of an answer that must be ok. As pages do, it asks again each second, and while the service is away."""
        request = client.new_id()
        end = time.monotonic() + 180
        error, answer = 'no answer', None
        while error in ('no answer', 'offline') and time.monotonic() < end:
            self.send(name, body, request=request, **more)
            if self._hears(request):
                error, answer = self.answers.pop(request)
                time.sleep(0.02 if error == 'offline' else 0)
        assert error == 'ok', f'{name}: {error}: {answer}'
        return answer

    def event(self, topic):
        """The next event of the topic."""
        while True:
            for one in self.events:
                if one[0] == topic:
                    self.events.remove(one)
                    return one[1]
            self.read()

    def is_closed(self):
        """Waits for the end of the WebSocket, and returns why."""
        try:
            while True:
                self.read()
        except (EOFError, ConnectionError) as error:
            return str(error) or 'closed'

    def close(self):
        self.socket.close()


class FarBrowser(Browser):
    """A browser or a program of another machine, with a password or the token of a device. The address that it comes to
    says so, not its own."""

    def __init__(self, home, password=PASSWORD, token=None):
        self.port, self.cookie, self.source, self.token = home.lan_port, None, '127.0.0.1', token
        self.trusted = ssl.create_default_context(cafile=home.file('certificate.pem'))
        self.trusted.check_hostname = False
        self.trusted.set_alpn_protocols(['h2', 'http/1.1'])  # as browsers offer them
        if password and not token:
            got = self.login(password)
            same(303, got.status, got.content)
            self.cookie = got.headers['set-cookie'].split(';')[0]
            for word in ('Secure', 'HttpOnly', 'SameSite=Strict'):
                contains(got.headers['set-cookie'], word)

    def login(self, password, **headers):
        form = urllib.parse.urlencode({'password': password})
        return self.request('POST', '/login', {'Content-Type': 'application/x-www-form-urlencoded', **headers}, form)

    def request(self, method, path, headers=None, body=None, timeout=PATIENCE_S):
        connection = http.client.HTTPSConnection('127.0.0.1', self.port, timeout=timeout, context=self.trusted,
                                                 source_address=(self.source, 0))
        sent = {'Cookie': self.cookie} if self.cookie else {}
        if self.token:
            sent['Authorization'] = 'Bearer ' + self.token
        elif method == 'POST':
            sent['Origin'] = f'https://127.0.0.1:{self.port}'
        sent.update(headers or {})
        connection.request(method, path, body=body, headers=sent)
        got = connection.getresponse()
        got.content = got.read()
        connection.close()
        return got

    def page(self, **more):
        more.setdefault('origin', None if self.token else f'https://127.0.0.1:{self.port}')
        return Page(self, wrap=self.trusted, source=self.source, token=self.token, **more)


def far_bells(home):
    """An engine with a few sounds that other machines reach."""
    certify(home)
    home.lan_port = free_port()
    lan_settings(home)
    os.mkdir(home.file('music'))
    for sound in samples('perc_bell*.flac', folder=SONIC):
        shutil.copy(sound, home.file('music'))
    home.up()
    home.loophole('index', home.file('music'), '--wait')


def asks_of_the_schemas():
    """The name of each ask, and its marks in the schema: remote, reads …"""
    asks = {}
    services = {os.path.basename(path)[:-len('.schema')]: open(path, encoding='utf-8').read() for path in glob.glob(os.path.join(TOP, 'schemas/*.schema'))}
    for name, text in services.items():
        found = re.findall(r'^ask (\w+) "[^"]*"(.*?)->', text, re.M)
        of = [other for other in services if re.search(r'^service ', services[other], re.M)] if name == 'service' else [name]
        asks.update({f'{service}.{ask}': marks.split() for service in of for ask, marks in found})
    return asks
