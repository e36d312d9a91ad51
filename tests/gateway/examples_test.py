#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Front-ends in other languages, without any code of loophole: they search, and they receive events."""
import fcntl
import glob
import importlib.util
import json
import os
import re
import shutil
import subprocess

from tests.claims import BUILD, TOP, claim, file_text, open_files, run_claims, same, samples, skip, until, write_file

EXAMPLES = os.path.join(TOP, 'frontends/examples')
NODE = os.path.join(BUILD, 'node')  # the packages stay for the next run
PROTOCOL = os.path.join(TOP, 'docs/protocol.md')

# Added to the program that the document prints.
CHECKS = '''
assert found["items"] and len(everything) == 1 and error == "ok", (found, everything, error, alike)
assert "mine" not in search.must("search.get", {"id": media["id"], "path": b""})["item"]["media"].get("tags", [])
assert len(search.must("search.query", {"query": ""})["items"]) == 1  # without a limit: a page
assert not search.must("search.query", {"query": "", "limit": 0}).get("items")
import json, subprocess
wave, picture = waveform(media), draw(waveform(media))
shown = json.loads(subprocess.check_output(["loophole", "artefact", os.fsdecode(found["items"][0]["path"]), "waveform", "--json"]))
assert (wave["frames"], len(wave["levels"])) == (shown["frames"], len(shown["levels"])) and wave["frames"] > 0
for mine, theirs in zip(wave["levels"], shown["levels"]):
    for key, kind, full in ("low", "b", 127), ("high", "b", 127), ("rms", "B", 255):
        numbers = [n / full for n in array.array(kind, mine[key])]
        assert len(numbers) == len(theirs[key]) > 0
        assert max(abs(a - b) for a, b in zip(numbers, theirs[key])) < 1e-5, key
assert len(picture) == 64 and len(set(picture)) > 2 and min(picture[:8]) > picture[-1], picture
'''


def needs(*modules):
    for module in modules:
        if not importlib.util.find_spec(module):
            skip(f'python3-{module} is not installed')


def small_library(home):
    """Starts an engine with one kick."""
    os.mkdir(home.file('library'))
    shutil.copy(samples('*kick*', 1)[0], home.file('library'))
    home.index_library()


def run_directory(home):
    """The folder of the sockets, also if the home's path is too long for them."""
    return os.path.dirname(next(path for path in open_files(home.pid('search')) if path.endswith('/search.lock')))


def searches_and_listens(home, *program):
    """The program finds the kick, and prints an event after a change."""
    small_library(home)
    out = home.file('out')
    home.start_into(out, *program, 'kick', run_directory(home))
    until(lambda: 'now listening' in file_text(out))
    assert re.search('(?i)kick.*/library/', file_text(out)) and re.search('^1 found', file_text(out), re.M), file_text(out)
    kick, count = home.first('search', 'kick')['id'], iter(range(10**6))

    def prints_a_change():
        home.loophole('tag', kick, f'+seen{next(count)}')
        return re.search(r'^persist\.changed \d+ \{.*"revision":', file_text(out), re.M)
    until(prints_a_change)


@claim
def each_example_program_has_at_most_30_lines(_):
    for path in glob.glob(EXAMPLES + '/*'):
        assert len(file_text(path).splitlines()) <= 30, path


@claim
def a_python_program_searches_and_listens(home):
    needs('zmq', 'msgpack')
    searches_and_listens(home, '/usr/bin/python3', EXAMPLES + '/search.py')


def node_packages():
    """Installs the packages of a client in Node in the folder NODE."""
    if not shutil.which('node') or not shutil.which('npm'):
        skip('node or npm is not installed')
    os.makedirs(NODE, exist_ok=True)
    installed = os.path.join(NODE, '.installed')
    with open(NODE + '.lock', 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two claims need the packages at the same time
        if os.path.exists(installed):
            return
        shutil.rmtree(NODE + '/node_modules', ignore_errors=True)  # of an installation that was interrupted
        done = subprocess.run(['npm', 'install', '--ignore-scripts', '--no-fund', '--no-audit', 'zeromq@6', '@msgpack/msgpack@3',
                               '@types/node@18'], cwd=NODE, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            skip(f'npm cannot install zeromq: {" ".join(done.stderr.split())}')
        write_file(installed, '')


@claim
def a_node_program_searches_and_listens(home):
    node_packages()
    shutil.copy(EXAMPLES + '/search.mjs', NODE)
    searches_and_listens(home, 'node', NODE + '/search.mjs')


@claim
def a_program_in_typescript_is_checked_by_the_generated_types_and_runs(home):
    node_packages()
    subprocess.run([os.path.join(TOP, 'tools/web'), BUILD], check=True)
    compilers = os.path.join(BUILD, 'web/node_modules')
    for path in (EXAMPLES + '/search.ts', os.path.join(BUILD, 'gen/loophole.ts')):
        shutil.copy(path, NODE)
    with open(NODE + '/tsconfig.json', 'w', encoding='utf-8') as out:
        json.dump({'compilerOptions': {'target': 'ES2022', 'module': 'ESNext', 'moduleResolution': 'bundler', 'strict': True, 'noEmit': True,
                                       'skipLibCheck': True, 'types': ['node'], 'lib': ['ES2023', 'DOM']}, 'files': ['search.ts']}, out)
    same('', home.run(compilers + '/.bin/tsc', '-p', NODE, code=None).out)
    home.run('node', compilers + '/esbuild/bin/esbuild', NODE + '/search.ts', '--bundle', '--packages=external', '--format=esm', '--platform=node',
             f'--outfile={NODE}/typed.mjs')
    searches_and_listens(home, 'node', NODE + '/typed.mjs')


@claim
def the_examples_of_the_protocol_run_as_printed(home):
    """The program in the protocol's document, exactly as it is printed there."""
    needs('zmq', 'msgpack')
    small_library(home)
    program = ''.join(re.findall(r'^```python\n(.*?)^```$', file_text(PROTOCOL), re.M | re.S))
    assert len(program.splitlines()) > 60
    program = re.sub(r'^run = .*$', f"run = '{run_directory(home)}'", program, flags=re.M).replace('poll(5000)', 'poll(100)')
    write_file(home.file('examples.py'), program + CHECKS)
    home.run('/usr/bin/python3', home.file('examples.py'))


@claim
def the_bytes_of_the_protocols_waveform_are_the_record(_):
    """The bytes of a waveform in the document are those of the record next to them."""
    needs('msgpack')
    import msgpack
    section = file_text(PROTOCOL).split('\n## Artefacts\n')[1].split('```')[1]
    text = ' '.join(re.match(r'(?: *[0-9a-f]{2}(?= |$))+', line).group() for line in section.strip().splitlines())
    wave = msgpack.unpackb(bytes.fromhex(text), raw=False)
    same((300, 128), (wave['frames'], wave['frames_a_bin']))
    same([3] * 3 + [2] * 3 + [1] * 3, [len(level[key]) for level in wave['levels'] for key in ('low', 'high', 'rms')])
    same({'low': b'\x81\xf0\xfe', 'high': b'\x7f\x10\x02', 'rms': b'\x80\x10\x02'}, wave['levels'][0])

    def signed(data):
        return memoryview(data).cast('b').tolist()
    for fine, coarse in zip(wave['levels'], wave['levels'][1:]):
        for i in range(len(coarse['low'])):
            same(min(signed(fine['low'])[2 * i:2 * i + 2]), signed(coarse['low'])[i])
            same(max(signed(fine['high'])[2 * i:2 * i + 2]), signed(coarse['high'])[i])


run_claims()
