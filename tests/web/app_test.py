#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The built browser app is made from its sources, and is small."""
import filecmp
import gzip
import os
import subprocess

from tests.web.browsing import prepare_browser
from tests.claims import BUILD, TOP, claim, figure, file_bytes, run_claims, same

DIST = os.path.join(TOP, 'frontends/web/dist')
GZIPPED_MOST = 300 * 1024


def files_of(folder):
    return sorted(os.path.relpath(os.path.join(root, name), folder) for root, _, names in os.walk(folder) for name in names)


@claim
def the_built_app_is_what_its_sources_give(home):
    made = home.file('dist')
    subprocess.run([os.path.join(TOP, 'tools/web'), BUILD, made], check=True)
    same(files_of(DIST), files_of(made), '\nbuild it again with `make web`')
    same(([], []), filecmp.cmpfiles(DIST, made, files_of(DIST), shallow=False)[1:], '\nbuild it again with `make web`')


@claim
def only_the_table_of_commands_follows_the_keyboard(home):
    """Widgets have handlers of their own elements; no other file of the app sees the keys of the whole page."""
    top = os.path.join(TOP, 'frontends/web/app/src')
    same([os.path.join('commands', 'keys.ts')], [name for name in files_of(top) if b"addEventListener('keydown'" in file_bytes(os.path.join(top, name))])


@claim
def the_built_app_is_small(home):
    size = 0
    for name in files_of(DIST):
        size += len(gzip.compress(file_bytes(os.path.join(DIST, name))))
    figure(f'the browser app: {size / 1024:.0f} KiB gzipped')
    assert size <= GZIPPED_MOST, size


def compile_app(home, source, out, *words):
    """Compiles one source, with esbuild."""
    esbuild = os.path.join(BUILD, 'web/node_modules/esbuild/bin/esbuild')
    home.run(os.path.join(TOP, 'tools/web'), BUILD, '--', 'node', esbuild, source, f'--outfile={out}', *words, timeout=600)


@claim
def messages_are_encoded_and_decoded_as_they_are(home):
    compile_app(home, os.path.join(BUILD, 'web/src/connection/msgpack.ts'), home.file('msgpack.mjs'), '--format=esm')
    home.run('node', os.path.join(TOP, 'tests/web/msgpack.mjs'), home.file('msgpack.mjs'))


@claim
def edits_of_one_pattern_are_merged_step_by_step(home):
    compile_app(home, os.path.join(BUILD, 'web/src/pattern/merge.ts'), home.file('merge.mjs'), '--format=esm')
    home.run('node', os.path.join(TOP, 'tests/web/merging.mjs'), home.file('merge.mjs'))


@claim
def a_value_that_changes_before_its_component_follows_it_is_drawn(home):
    prepare_browser(home)
    web = os.path.join(BUILD, 'web')
    with open(home.file('app.ts'), 'w') as file:
        file.write(f"export {{ Cell, useCell }} from '{web}/src/base/cell'\nexport {{ h, render }} from '{web}/node_modules/preact'\n"
                   f"export {{ useEffect }} from '{web}/node_modules/preact/hooks'\n")
    compile_app(home, home.file('app.ts'), home.file('app.js'), '--bundle', '--format=iife', '--global-name=app')
    home.run('node', os.path.join(TOP, 'tests/web/cells.mjs'), home.file('app.js'), timeout=300)


run_claims()
