"""composing.py: a real PostgreSQL server for a claim, and engines as studios. The server lies in a folder of its own with a
Unix socket. It ends with the claim; its processes have the home in their environment, so they end with the home even if
the claim is killed."""
import base64
import contextlib
import fcntl
import glob
import hashlib
import itertools
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

from tests.claims import BUILD, NEW_KEY, TOP, file_bytes
from tests.kits.kits import two_kits

TOOL = os.path.join(TOP, 'tools', 'composer-server')
SOCKET = '.s.PGSQL.5432'


class FalseServer:
    """A socket in FOLDER that an engine takes for that of a server. Each connection gets a thread, which runs talk(peer)."""

    def __init__(self, folder):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(folder, SOCKET))
        self.listener.listen(16)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(peer,), daemon=True).start()

    def talk(self, peer):
        raise NotImplementedError


class Speaking(FalseServer):
    """Speaks the protocol of PostgreSQL as far as an engine's calls need it, and answers each with reply(peer)."""

    def __init__(self, folder):
        self.asked = 0
        super().__init__(folder)

    def talk(self, peer):
        self.asked += 1
        peer.recv(65536)
        peer.sendall(message(b'R', struct.pack('>I', 0)) + message(b'Z', b'I'))
        while b'exchange' in peer.recv(1 << 20):
            self.reply(peer)

    def reply(self, peer):
        raise NotImplementedError


def message(kind, body):
    return kind + struct.pack('>I', len(body) + 4) + body


# What comes before the rows of an answer, and after them.
BEFORE_ROWS = message(b'1', b'') + message(b'2', b'') + message(
    b'T', struct.pack('>H', 1) + b'exchange\0' + struct.pack('>IHIhih', 0, 0, 3802, -1, -1, 0))
AFTER_ROWS = message(b'C', b'SELECT 1\0') + message(b'Z', b'I')


def row_of(value):
    return message(b'D', struct.pack('>HI', 1, len(value)) + value)


class Half(FalseServer):
    """Passes bytes between an engine and a server; of the server's answer to a call it passes a part, and ends."""

    def __init__(self, folder, server):
        self.server, self.passes = os.path.join(server.folder, SOCKET), 0
        super().__init__(folder)

    def talk(self, peer):
        there, called = socket.socket(socket.AF_UNIX), threading.Event()  # an engine also makes exchanges by itself
        there.connect(self.server)
        threading.Thread(target=self.give, args=(peer, there, called), daemon=True).start()
        self.take(there, peer, called)

    def give(self, peer, there, called):
        while data := peer.recv(1 << 16):
            if b'composer.exchange' in data:
                called.set()
            there.sendall(data)
        there.close()

    def take(self, there, peer, called):
        while data := there.recv(1 << 16):
            if called.is_set():
                peer.sendall(data[:self.passes])
                break
            peer.sendall(data)
        peer.shutdown(socket.SHUT_RDWR)


# Of a claim's server: its few studios count at once.
FIRST = "update composer.setting set value = 0 where name in ('colluders', 'least_age')"


def version_of_server():
    """Of PostgreSQL, the schema and the tools."""
    made = hashlib.sha256((' '.join(sorted(os.listdir('/usr/lib/postgresql'))) + FIRST).encode())
    for path in (TOOL, os.path.join(TOP, 'tools', 'composer-sql'), *sorted(glob.glob(os.path.join(TOP, 'services/composer/sql/*')))):
        made.update(file_bytes(path))
    return made.hexdigest()[:16]


class Server:
    """A copy, in memory, of a server that is made once, because PostgreSQL takes long to make one. Without fsync it survives
    all but a loss of power, which no claim has; benches set it, and have their server on the disk."""

    def __init__(self, home, fsync=False):
        self.env = home.env
        self.folder = tempfile.mkdtemp(prefix='lpg-', dir='/tmp' if fsync else '/dev/shm')
        os.chmod(self.folder, 0o755)
        if fsync:
            self.tool('start')
        else:
            self.copy_first()

    def copy_first(self):
        kept = os.path.join(BUILD, 'tests', 'composer-server')
        first = f'{kept}.{version_of_server()}.tar'
        with open(kept + '.lock', 'w', encoding='ascii') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(first):
                self.make_first(kept, first)
        self.tar('--extract', '--preserve-permissions', '--file', first)
        with open(os.path.join(self.folder, 'data', 'postgresql.conf'), 'a', encoding='ascii') as conf:
            conf.write(f"unix_socket_directories = '{self.folder}'\nfsync = off\n")
        if os.getuid() == 0:
            shutil.chown(self.folder, 'postgres', 'postgres')
        self.tool('again')

    def make_first(self, kept, path):
        for older in glob.glob(f'{kept}.*.tar*'):
            os.unlink(older)
        self.tool('start')
        self.sql(FIRST)
        self.tool('stop')
        self.tar('--create', '--file', path + '.part', 'data', 'password')
        os.rename(path + '.part', path)
        shutil.rmtree(os.path.join(self.folder, 'data'))

    def tar(self, *words):
        subprocess.run(['tar', '--directory', self.folder, *words], check=True, timeout=600)

    def tool(self, verb, *args, check=True, **more):
        done = subprocess.run([TOOL, verb, self.folder, *args], capture_output=True, text=True, check=False, timeout=600,
                              stdin=subprocess.DEVNULL, env=self.env, **more)
        assert done.returncode == 0 or not check, f'{verb}: {done.stdout}{done.stderr}'
        return done.stdout.strip()

    def sql(self, *statements):
        """The output of the last statement, as the administrator; rows are lines, columns are separated by |."""
        args = [part for statement in statements for part in ('-c', statement)]
        return self.tool('psql', '-At', *args)

    def round(self, least=2):
        """Publishes a round for at least that many studios."""
        self.sql(f"update composer.setting set value = {least} where name = 'least_studios'")
        return int(self.sql('select composer.publish_round()'))

    def says(self, answer):
        """From now on each exchange answers what this SQL expression makes of the true answer, `answer`, and of `ask`."""
        self.sql('alter function composer.exchange(jsonb) rename to true_exchange',
                 'create function composer.exchange(ask jsonb) returns jsonb language plpgsql security definer as $$ '
                 'declare answer jsonb; '
                 f'begin answer := composer.true_exchange(ask); return {answer}; end $$')

    def tells_the_truth(self):
        self.sql('drop function composer.exchange(jsonb)', 'alter function composer.true_exchange(jsonb) rename to exchange')

    def studio(self, name):
        return self.tool('studio', name)

    def rows(self, name, table='evidence_use'):
        return int(self.sql(f"select count(*) from composer.{table} where studio = 'studio_{name}'"))

    def end(self):
        self.tool('stop', check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def run(server, program, *words):
    programs = sorted(os.listdir('/usr/lib/postgresql'))[-1]
    with open(os.path.join(server.folder, 'password'), encoding='ascii') as password:
        env = dict(os.environ, PGPASSWORD=password.read())
    subprocess.run([f'/usr/lib/postgresql/{programs}/bin/{program}', '-h', server.folder, '-U', 'postgres', *words],
                   check=True, env=env, timeout=600, capture_output=True)


@contextlib.contextmanager
def restored(server, dump):
    """Only the administrator meets the restored server before the end: an engine also makes exchanges by itself."""
    run(server, 'dropdb', '--force', 'composer')
    run(server, 'psql', '-d', 'postgres', '-c', 'create database composer connection limit 0')
    run(server, 'pg_restore', '-d', 'composer', dump)
    yield
    server.sql('alter database composer connection limit -1')


def as_studio(setting, *statements):
    """psql as a studio, one connection; its output and errors."""
    psql = sorted(path for path in os.listdir('/usr/lib/postgresql'))[-1]
    done = subprocess.run([f'/usr/lib/postgresql/{psql}/bin/psql', '-XAtq', setting], capture_output=True, text=True,
                          check=False, timeout=600, input=''.join(f'{statement};\n' for statement in statements))
    return (done.stdout + done.stderr).strip()


_names = itertools.count(1)


class Studio:
    """An engine with two drum kits that is a studio of a server; the level is off."""

    def __init__(self, home, server=None):
        self.home, self.server, self.owns_server = home, server, server is None

    def __enter__(self):
        self.server = self.server or Server(self.home)
        self.name = f's{next(_names)}'
        self.setting = self.server.studio(self.name)
        self.home.settings(f'[composer]\nserver = {self.setting}\n')
        two_kits(self.home)
        self.home.wait_ready('composer')
        return self

    def __exit__(self, *_):
        if self.owns_server:
            self.server.end()

    def beside(self):
        """A second studio of the same server."""
        return self.beside_again('beside')

    def beside_again(self, name):
        return Studio(self.home.other(name), self.server).__enter__()  # pylint: disable=unnecessary-dunder-call

    def sound(self, number):
        """The path of one of the sounds, which are the same in every studio."""
        folder = os.path.join(self.home.library, 'TR808EmulationKit')
        return os.path.join(folder, sorted(name for name in os.listdir(folder) if name.endswith('.flac'))[number])

    def use(self, song, *numbers, role='drums', **more):
        words = [word for name, value in more.items() for word in (f'--{name}', value)]
        self.home.loophole('use', song, *map(self.sound, numbers), '--role', role, *words)

    def command(self, *words, **more):
        return self.home.loophole('composer', *words, **more).out

    def json(self, *words):
        return self.home.first('composer', *words)

    def status(self):
        return self.json('status')

    def level(self, word):
        return self.json('level', word)

    def sync(self):
        return self.json('sync')

    def join(self):
        """The studio shares what it uses, and makes an exchange."""
        self.level('use')
        self.sync()

    def rows(self, table='evidence_use'):
        return self.server.rows(self.name, table)


def serve_tls(server):
    """Makes the server listen on localhost, with a certificate for this name from an authority of its own."""
    folder = server.folder

    def openssl(*words):
        subprocess.run(['openssl', *words], check=True, capture_output=True, timeout=600, cwd=folder)

    for name in ('ca', 'other'):
        openssl('req', '-x509', *NEW_KEY, '-days', '2', '-subj', f'/CN={name}',
                '-keyout', f'{name}.key', '-out', f'{name}.pem')
    openssl('req', *NEW_KEY, '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr')
    openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2',
            '-out', 'server.pem')
    os.chmod(os.path.join(folder, 'server.key'), 0o600)
    if os.getuid() == 0:
        subprocess.run(['chown', 'postgres:', 'server.key', 'server.pem'], check=True, cwd=folder)
    for name in ('ca', 'other'):
        os.chmod(os.path.join(folder, f'{name}.pem'), 0o644)
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    server.sql("alter system set listen_addresses = 'localhost'", 'alter system set ssl = on',
               'alter system set log_connections = on',
               f"alter system set ssl_cert_file = '{folder}/server.pem'",
               f"alter system set ssl_key_file = '{folder}/server.key'")
    server.tool('stop')
    server.env = dict(server.env, PGPORT=str(port))
    server.tool('again')
    return port


# ---- packs, and what is known of sounds ----


def content_of(studio, number):
    id = studio.home.first('show', studio.sound(number))['id']
    media = [one['media'] for one in studio.home.ask('search.query', 'query=', 'limit=200')['items']]
    return next(base64.b64decode(one['content']).hex() for one in media if one['id'] == id)


def put_pack(studio, name, title, vendor, tags, *numbers):
    studio.server.sql(f"insert into composer.pack values ('{name}', '{title}', '{vendor}', '{tags}')",
                      *(f"insert into composer.pack_content values ('{name}', '\\x{content_of(studio, number)}')"
                        for number in numbers))


def facts_of(studio, number):
    id = studio.home.first('show', studio.sound(number))['id']
    return {fact['attribute']: (fact.get('text'), fact['source'])
            for fact in studio.home.ask('search.get', f'id={id}')['item']['facts']}


def found(studio, query):
    return sorted(line['id'] for line in studio.home.json('search', query) if 'id' in line)
