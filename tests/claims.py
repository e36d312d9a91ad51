"""claims.py: the base of all tests of running programs. A test is a Python program of functions:

    @claim
    def a_request_that_is_repeated_gives_the_first_answer(home):
        assert home.loophole('status').out

    run_claims()

Each claim is a function marked `@claim`; its name is the statement that it checks. `claims(CALL, NAME=WORD, …)` marks those
that differ in a word alone. It gets a Home of its own, with an
engine's LOOPHOLE_HOME, and fails on any exception. `@claim(inside=Persist)` runs the claim in `with Persist(home)` and
passes it the value of that statement; any context manager of a home will do. `@claim(shares=FIXTURE)` passes the home
that FIXTURE(home) has prepared. Claims that share a fixture run one after the other, all others in parallel. Output is
TAP. PROGRAM NAME… runs only these claims."""
import atexit
import contextlib
import ctypes
import fcntl
import fnmatch
import glob
import inspect
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

from tests import client

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, os.environ.get('BUILD', 'build'))
LONG = bool(os.environ.get('LONG'))
SEED = int(os.environ.get('SEED') or (random.randrange(1, 2**30) if LONG else 1))
BESIDE = int(os.environ.get('BESIDE', 3))  # claims that run in parallel
DRUMKITS = '/usr/share/hydrogen/data/drumkits'
SONIC = '/usr/share/sonic-pi/samples'
NEW_KEY = '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'  # openssl makes it at once, unlike RSA

os.environ.update(PATH=os.path.join(BUILD, 'bin') + ':' + os.environ['PATH'], LC_ALL='C.UTF-8', SEED=str(SEED),
                  LOOPHOLE_AUDIO='none', PYTHONPATH=TOP, PYTHONDONTWRITEBYTECODE='1')
for name in ('MAKEFLAGS', 'MAKELEVEL', 'MFLAGS'):
    os.environ.pop(name, None)


class Skipped(Exception):
    """The machine lacks something that the claim needs."""


def skip(why):
    raise Skipped(why)


def needs(program):
    if not shutil.which(program):
        skip(f'no {program}')


def lose_override():
    """The programs that this process starts obey the modes of files, also for root."""
    if os.getuid():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
            skip('capabilities cannot be dropped')


def figure(text):
    """Prints a measurement, which the report of the whole run contains."""
    print('figure:', text)


def how_often(short, long):
    return long if LONG else short


def until(true, seconds=180, what=None):
    """Waits until true() returns a true value, and returns that value. Claims wait for conditions, never for a fixed
    time. `what` is a text, or a function that makes one at the end. Between two looks it pauses for twice the time that
    a look takes, and for a sixteenth of the time that it has waited, so that the looks leave the processors to what they
    wait for."""
    began = time.monotonic()
    while True:
        looked = time.monotonic()
        if got := true():
            return got
        now = time.monotonic()
        if now >= began + seconds:
            said = what() if callable(what) else what or inspect.getsource(true).strip()
            raise AssertionError(f'still not true after {seconds} s: {said}')
        time.sleep(min(max(0.02, 2 * (now - looked), (now - began) / 16), 1))


def files_in(folder):
    """The sorted names in the folder of a project, without its autosaves, which may be there or not."""
    return sorted(name for name in os.listdir(folder) if name != '.autosave')


def same(expected, got, of=''):
    assert expected == got, f'expected {expected!r}, but got {got!r} {of}'


def contains(text, part):
    assert part in text, f'no {part!r} in: {text}'


def file_text(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def printed_in(path):
    """The output of a program that may still run: the last character may be incomplete."""
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def file_bytes(path):
    with open(path, 'rb') as file:
        return file.read()


def file_json(path):
    return json.loads(file_text(path))


def write_file(path, content):
    """The content, a text or bytes, replaces that of the file."""
    with open(path, 'wb') as file:
        file.write(content.encode() if isinstance(content, str) else content)


def samples(pattern, most=None, folder=DRUMKITS):
    """The sorted paths of the sounds below a folder; letter case is ignored."""
    if not os.path.isdir(folder):
        skip(f'{folder} is missing')
    found = [os.path.join(root, name) for root, _, names in os.walk(folder, followlinks=True) for name in names
             if fnmatch.fnmatch(name.lower(), pattern.lower())]
    return sorted(found)[:most]


def state_of(pid):
    """The letter of the state of a process: T if it is stopped, Z if it has ended or is gone."""
    try:
        return printed_in(f'/proc/{pid}/stat').rpartition(')')[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return 'Z'


def until_stopped(pid):
    """Waits until a process is stopped, and stays so: a tracer also stops it for a moment at each system call."""
    looks = []

    def stays():
        looks.append(state_of(pid) in 'tT')
        return len(looks) >= 15 and all(looks[-15:])
    until(stays, what=f'process {pid} is stopped')


def parent_of(pid):
    return int(file_text(f'/proc/{pid}/stat').rpartition(')')[2].split()[1])


def children_of(pid):
    """Those of all its threads."""
    found = []
    for path in glob.glob(f'/proc/{pid}/task/*/children'):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the thread has just ended
            found += map(int, printed_in(path).split())
    return found


def name_of(pid):
    """"": it has ended."""
    try:
        return printed_in(f'/proc/{pid}/comm').strip()
    except (FileNotFoundError, ProcessLookupError):
        return ''


def worker_of(pid):
    """The process in which a command that opens files does its work (frontends/cli/base/child_process.c). Waits for it."""
    return until(lambda: next((one for one in children_of(pid) if name_of(one) == 'loophole'), None), what='the command works')


def kill_command(running):
    """Kills a command. The process in which it works dies a moment later; this waits for it."""
    running.send_signal(signal.SIGSTOP)  # it starts no other
    until(lambda: running.poll() is not None or state_of(running.pid) == 'T')
    workers = children_of(running.pid) if running.poll() is None else []
    running.kill()
    running.wait()
    until(lambda: all(state_of(one) == 'Z' for one in workers), what='the killed command has ended')


def open_files(pid):
    """The paths of the files that a process has open; none if it has ended."""
    found = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for name in os.listdir(f'/proc/{pid}/fd'):
            with contextlib.suppress(FileNotFoundError):  # it has just been closed
                found.append(os.readlink(f'/proc/{pid}/fd/{name}'))
    return found


class Said:
    """The output of a program, and its exit code."""

    def __init__(self, args, done):
        self.args, self.code, self.out, self.err = args, done.returncode, done.stdout, done.stderr
        self.all = self.out + self.err

    def __repr__(self):
        return f'{" ".join(map(os.fsdecode, self.args))}: code {self.code}\n{self.all[-2000:]}'


class _Asker:
    """A process of `loophole ask -`, which sends one ask after another, because starting a process for each takes far longer."""

    def __init__(self, home):
        self.made_for = os.getpid(), dict(home.env), home.folder
        self.errors = tempfile.TemporaryFile('w+', encoding='utf-8', errors='replace')
        self.process = subprocess.Popen(['loophole', 'ask', '-'], env=home.env, cwd=home.folder, text=True, errors='surrogateescape',
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)

    def suits(self, home):
        return self.process.poll() is None and self.made_for == (os.getpid(), home.env, home.folder)

    def ask(self, words):
        """The answer, or the error."""
        said = f'loophole ask {" ".join(words)}'
        limit = threading.Timer(900, self.process.kill)
        limit.start()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write('\t'.join(words) + '\n')
            self.process.stdin.flush()
        line = self.process.stdout.readline()
        limit.cancel()
        if not line.endswith('\n'):
            code = self.process.wait()
            self.errors.seek(0)
            raise AssertionError(f'{said}: its process died with code {code}\n{self.errors.read()[-2000:]}')
        answer = json.loads(line)
        if {'error', 'what', 'field', 'hint'} <= set(answer):
            raise AssertionError(f'expected code 0: {said}: {answer["error"]}\nloophole: {answer["what"]}\n  {answer["hint"]}')
        return answer

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()


class Home:
    """A LOOPHOLE_HOME, and commands that run in it."""

    def __init__(self, path):
        self.path = path
        self.own = threading.local()  # the client and the asker of each thread
        self.askers = []  # of all threads
        os.makedirs(path, mode=0o700, exist_ok=True)
        self.env = dict(os.environ, LOOPHOLE_HOME=path)
        self.folder = None  # the working folder of commands

    def other(self, name):
        """A second home, which ends with this one."""
        return Home(f'{self.path}-{name}')

    def file(self, *parts):
        return os.path.join(self.path, *parts)

    def run(self, *args, code=0, input=None, timeout=900):
        """Runs a program to its end; its exit code must be `code`, unless `code` is None."""
        stdin = {'stdin': subprocess.DEVNULL} if input is None else {'input': input}
        done = subprocess.run(args, env=self.env, text=True, capture_output=True, timeout=timeout, check=False,
                              errors='surrogateescape', cwd=self.folder, **stdin)
        said = Said(args, done)
        assert code is None or said.code == code, f'expected code {code}: {said!r}'
        return said

    def start(self, *args, **more):
        """Starts a program, which ends when the home ends."""
        return subprocess.Popen(args, env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL, **more)

    def start_into(self, path, *args):
        """Starts a program whose output goes to a file."""
        with open(path, 'wb') as out:
            return self.start(*args, stdout=out, stderr=subprocess.STDOUT)

    def loophole(self, *args, **more):
        return self.run('loophole', *args, **more)

    def fails(self, *args, code=None, **more):
        """Runs a program that must fail, with the exit code `code` if that is given, and returns its output."""
        said = self.run(*args, code=code, **more)
        assert said.code != 0, f'not refused: {said!r}'
        return said.all

    def refused(self, *args, **more):
        """Runs a command that must fail, and returns its output."""
        return self.fails('loophole', *args, **more)

    def json(self, *args, **more):
        """The objects that a command prints with --json."""
        if args[0] == 'ask' and not more:
            return [self.ask(*args[1:])]
        return [json.loads(line) for line in self.loophole(*args, '--json', **more).out.splitlines()]

    def first(self, *args, **more):
        """The first object that a command prints with --json."""
        return self.json(*args, **more)[0]

    def ask(self, name, *fields):
        """The answer of a service to an ask."""
        words = [name, *fields]
        if not all(isinstance(word, str) and word and word[0] != '-' and not set(word) & {'\t', '\n'} for word in words):
            return json.loads(self.loophole('ask', *words).out)
        asker = getattr(self.own, 'asker', None)
        if not asker or not asker.suits(self):
            asker = self.own.asker = _Asker(self)
            self.askers.append(asker)
        return asker.ask(words)

    def look(self, name, body=None, budget_ms=30000):
        """The answer of a service to an ask, as it was sent: empty lists are left out. What is looked at again and again is
        asked like this, because to start a program takes much longer."""
        self.own.client = getattr(self.own, 'client', None) or self.client()
        return self.own.client.must(name, body, budget_ms=budget_ms)

    def up(self):
        self.loophole('up')

    def down(self):
        self.loophole('down', code=None)

    def stop(self):
        """Stops the engine and waits until none of its processes is left."""
        self.down()
        until(lambda: not self.engine_processes(), what='no process of the engine is left')

    def status(self, service):
        return next(one for one in self.json('status') if one['service'] == service)

    def pid(self, service):
        return self.status(service)['pid']

    def services(self):
        """The services as the supervisor sees them, as in `loophole status --json`; an empty list without a supervisor."""
        if not self.is_supervised():
            return []
        try:
            return self.look('supervisor.services', budget_ms=5000)['each']
        except AssertionError:  # it has died meanwhile
            return []

    def is_supervised(self):
        """True if a supervisor runs: it keeps its lock until its end, in whatever way. To look does not take the lock."""
        try:
            with open(self.file('run', 'supervisor.lock'), 'rb') as lock:
                held = fcntl.fcntl(lock, fcntl.F_OFD_GETLK, struct.pack('hhqqixxxx', fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
            return struct.unpack('hhqqixxxx', held)[0] != fcntl.F_UNLCK
        except FileNotFoundError:
            return False

    def is_ready(self, service):
        return any(one['service'] == service and one['state'] == 'ready' for one in self.services())

    def is_other(self, service, pid):
        """True if the service is ready in another process than `pid`."""
        return any(one['service'] == service and one['state'] == 'ready' and one['pid'] != pid for one in self.services())

    def has_lived(self, service):
        """True if the service has been ready for a while. A service that dies five times in a row, sooner than that, is
        quarantined."""
        return any(one['service'] == service and one['state'] == 'ready' and one['uptime_s'] > 2.5
                   for one in self.services())

    def kill(self, service, by=signal.SIGKILL):
        """Kills the service and waits for its successor."""
        pid = self.pid(service)
        os.kill(pid, by)
        until(lambda: self.is_other(service, pid), what=f'{service} is another process than {pid}')

    @contextlib.contextmanager
    def paused(self, service):
        """Stops a service for a moment. If that takes longer than its `hang_ms`, the supervisor replaces it."""
        pid = self.pid(service)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield pid
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def wait_ready(self, *services):
        for service in services:
            until(lambda: self.is_ready(service), what=f'{service} is ready')

    def log(self, service):
        return printed_in(self.file('data', 'log', service + '.log'))

    def board(self, service='persist'):
        """The path of the shared memory of the board."""
        return re.search('/dev/shm/loophole-[0-9a-f]*-board', file_text(f'/proc/{self.pid(service)}/maps'))[0]

    def settings(self, lines):
        """Replaces the settings of this home by these lines."""
        os.makedirs(self.file('config'), mode=0o700, exist_ok=True)
        write_file(self.file('config', 'loophole.conf'), lines)

    def client(self):
        return client.Client(self.path)

    def index_library(self):
        """Starts the engine, and indexes the folder `library` of the home."""
        self.up()
        self.loophole('index', self.file('library'), '--wait')

    def check_store(self):
        """Checks that every record and reference of the store is consistent, and that no artefact file is missing."""
        same(0, self.json('store', 'check')[-1]['artefact_files_lost'])

    def processes(self):
        """The processes of this home, except its askers: those that have it in their environment, and workers, whose
        standard error goes to a log in it."""
        mine = f'LOOPHOLE_HOME={self.path}'.encode()
        askers = {asker.process.pid for asker in self.askers}
        for pid in filter(str.isdigit, os.listdir('/proc')):
            if int(pid) in askers:
                continue
            try:
                if mine in file_bytes(f'/proc/{pid}/environ').split(b'\0') or \
                        os.readlink(f'/proc/{pid}/fd/2').startswith(self.path + '/'):
                    yield int(pid)
            except OSError:
                continue

    def engine_processes(self):
        """The living processes of this home that run programs of loophole."""
        def is_engine(pid):
            try:
                name, _, rest = printed_in(f'/proc/{pid}/stat').partition('(')[2].rpartition(')')
                return name.startswith('loophole') and rest.split()[0] != 'Z'
            except OSError:
                return False
        return [pid for pid in self.processes() if is_engine(pid)]

    def end(self):
        """Stops the engine, and kills the remaining processes of this home. No other process is ever killed."""
        while self.askers:
            self.askers.pop().end()
        if os.path.isdir(self.file('run')):
            with contextlib.suppress(subprocess.TimeoutExpired):  # what it leaves is killed
                subprocess.run(['loophole', 'down'], env=self.env, capture_output=True, timeout=600, check=False)
        for _ in range(5):  # those that are killed may have started others
            left = list(self.processes())
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if not left:
                return

    def _log_lines(self):
        for home in (self.path, self.path + '-*'):
            for name in sorted(glob.glob(home + '/data/log/*.log*')):
                with open(name, encoding='utf-8', errors='replace') as log:
                    yield from (line.strip() for line in log)

    def undeclared_errors(self):
        """Lines of the logs about answers with an error that the schema does not declare."""
        return [line for line in self._log_lines() if 'which its schema does not declare' in line]

    def last_of_the_logs(self, count, levels=('info', 'warn', 'error')):
        """The last lines of these levels, by their time, of all logs."""
        return sorted(line[:240] for line in self._log_lines() if line.split(' ', 2)[1:2] and line.split(' ', 2)[1] in levels)[-count:]


class Persist:
    """persist alone, started by the test, with a client and a catalogue. If the claim raises no exception, the end
    checks the store."""

    def __init__(self, home):
        self.home = home
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def start(self):
        with open(self.home.file('persist.err'), 'ab') as errors:
            self.process = self.home.start('loophole-persist', '--foreground', stderr=errors)
        self.client = self.home.client()
        until(lambda: self.client.ask('persist.ping', budget_ms=1000)[0] == 'ok', what='persist answers')
        self.catalogue = client.Catalogue(self.client)

    def end(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        self.process.wait(600)

    def kill(self):
        self.end(signal.SIGKILL)

    def restart(self):
        """Kills persist and starts it again."""
        self.kill()
        self.start()

    def __exit__(self, kind, *_):
        if kind is None:
            self.end()
            self.home.check_store()
        elif self.process.poll() is None:
            self.kill()


class _Claim:
    def __init__(self, call, shares=None, inside=None):
        self.call, self.shares, self.inside, self.name = call, shares, inside, call.__name__

    def run(self, home):
        if not self.inside:
            self.call(home)
            return
        with self.inside(home) as it:
            self.call(it)


_claims = []
_scratch = None


def scratch(*parts):
    """A path in the folder of this run, which is removed at the end."""
    return os.path.join(_scratch, *parts)


def claim(call=None, **how):
    """Marks a function as a claim."""
    if call is None:
        return lambda function: claim(function, **how)
    _claims.append(_Claim(call, **how))
    return call


def claims(call, shares=None, inside=None, **cases):
    """Marks a claim for each case: NAME='word' is call(home, 'word'), and NAME=('word', 2) is call(home, 'word', 2)."""
    for name, case in cases.items():
        def judge(home, case=case if isinstance(case, tuple) else (case,)):
            call(home, *case)
        judge.__name__ = name
        claim(judge, shares=shares, inside=inside)


def _room():
    """What a program may run short of on a busy machine, and is then blamed for."""
    free = {path: shutil.disk_usage(path).free >> 20 for path in ('/dev/shm', _scratch)}
    return ', '.join(f'{path}: {mib} MiB free' for path, mib in free.items()) + f'; load {os.getloadavg()[0]:.1f}'


def _explain():
    """Prints the local variables of the function that raised the exception, and at the end the exception."""
    print(_room())
    kind, error, trace = sys.exc_info()
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    mine = os.path.abspath(__file__)
    of_the_test = [frame for frame in frames if mine != frame.f_code.co_filename and
                   os.path.abspath(frame.f_code.co_filename).startswith(TOP)]
    for name, value in (of_the_test or frames)[-1].f_locals.items():
        print(f'  {name} = {repr(value)[:300]}')
    print(''.join(traceback.format_exception(kind, error, trace)).strip())


def _judge(one, home):
    """Runs one claim and returns its line of TAP, without its number, after 'ok ' or 'not ok '."""
    random.seed(SEED)
    try:
        one.run(home)
        return True, one.name
    except Skipped as why:
        return True, f'{one.name} # SKIP {why}'
    except BaseException:  # noqa: a claim passes only by returning
        # Why a service was replaced may be far above the last lines, which its clients write.
        print('the last warnings:', *home.last_of_the_logs(20, ('warn', 'error')), 'the last lines:', *home.last_of_the_logs(20), sep='\n')
        _explain()
        return False, one.name


def _have_own_mounts():
    """The mounts that this process makes are seen by no other claim: an engine takes each mount with the identity of a
    volume for that volume, wherever it is. Only root makes mounts."""
    if os.getuid() == 0 and ctypes.CDLL(None).unshare(0x00020000) == 0:  # CLONE_NEWNS
        subprocess.run(['mount', '--make-rprivate', '/'], check=True)


def _run_group(group, number):
    """Runs the claims of one home one after another, in a process of its own. Their results go to files."""
    _have_own_mounts()
    home = Home(scratch(f'home{number:03}'))
    prepared, known = not group[0].shares, set()
    for one in group:
        with open(scratch(f'{one.name}.log'), 'w', encoding='utf-8') as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            if not prepared:
                ok, line = _judge(_Claim(one.shares), home)
                prepared = ok and '# SKIP' not in line
                if not prepared:
                    line = line.replace(one.shares.__name__, one.name, 1)
            if prepared:
                ok, line = _judge(one, home)
            ok = _leaves_nothing_undeclared(home, known) and ok
            sys.stdout.flush()
        _note(one, ok, line)
    home.end()


def _leaves_nothing_undeclared(home, known):
    """Each line counts for the claim after which it first appears."""
    found = sorted(set(home.undeclared_errors()) - known)
    known.update(found)
    print(*found, sep='\n')
    return not found


def _note(one, ok, line):
    write_file(scratch(f'{one.name}.result'), ('ok ' if ok else 'not ok ') + line)


def _print(one, number):
    """Prints the result of a claim that has ended; True if it passed."""
    try:
        said = file_text(scratch(f'{one.name}.result'))
    except FileNotFoundError:
        said = f'not ok {one.name}'
    ok = said.startswith('ok')
    print(said.replace('ok ', f'ok {number} - ', 1), flush=True)
    lines = printed_in(scratch(f'{one.name}.log')).splitlines()
    for line in lines[-90:] if not ok else [l for l in lines if l.startswith('figure: ')]:
        print('# ' + (line if ok else '  ' + line))
    return ok


def _groups(claims):
    """One list for each shared home, with its claims; a list of its own for each other claim."""
    groups = {}
    for one in claims:
        groups.setdefault(one.shares or one.name, []).append(one)
    return list(groups.values())


def _have_room():
    """True if in most of the last ten seconds no process waited for a processor, or if the kernel does not tell. What
    begins beside others without room only makes all of them wait."""
    try:
        return float(file_text('/proc/pressure/cpu').partition('avg10=')[2].split()[0]) < 50
    except OSError:
        return True


def _run_beside(groups):
    """Runs each group in a process of its own, BESIDE of them in parallel while the processors have room."""
    going, waiting = set(), list(enumerate(groups))
    while going or waiting:
        while waiting and len(going) < BESIDE and (not going or _have_room()):
            number, group = waiting.pop(0)
            pid = os.fork()
            if pid == 0:
                _run_group(group, number)
                os._exit(0)
            going.add(pid)
        if len(going) == BESIDE or not waiting:
            going.discard(os.wait()[0])
        elif ended := os.waitpid(-1, os.WNOHANG)[0]:
            going.discard(ended)
        else:
            time.sleep(0.2)


def _end():
    for name in os.listdir(_scratch):
        if name.startswith('home'):
            Home(scratch(name)).end()
    shutil.rmtree(_scratch, ignore_errors=True)


def run_claims():
    """Runs the claims of the program, prints TAP, and exits with 0 if all pass."""
    global _scratch
    os.umask(0o077)
    _scratch = tempfile.mkdtemp(prefix='loophole-test.', dir='/tmp')
    owner = os.getpid()
    atexit.register(lambda: _end() if os.getpid() == owner else None)
    signals = signal.SIGINT, signal.SIGTERM, signal.SIGHUP

    def stop(*_):
        if os.getpid() != owner:
            os._exit(1)
        for number in signals:  # another one does not end the cleaning
            signal.signal(number, signal.SIG_IGN)
        sys.exit(1)
    for number in signals:
        signal.signal(number, stop)
    claims = [one for one in _claims if not sys.argv[1:] or one.name in sys.argv[1:]]
    print(f'# seed {SEED}', flush=True)
    _run_beside(_groups(claims))
    held = [_print(one, number) for number, one in enumerate(claims, 1)]
    print(f'1..{len(claims)}')
    sys.exit(0 if held and all(held) else 1)
