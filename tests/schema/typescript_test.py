#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The types and the table that schemac writes for clients in TypeScript: build/gen/loophole.ts."""
import glob
import json
import os
import re
import subprocess

from tests.claims import BUILD, TOP, claim, contains, file_text, run_claims, same, write_file

GENERATED = os.path.join(BUILD, 'gen/loophole.ts')

# A client that uses asks, answers, enums, ids and large numbers.
CLIENT = """
import type { Asks, Events, Whole, Id, kind } from 'loophole'
import { asks, kind_words, error_words } from 'loophole'

type Ask = <K extends keyof Asks>(name: K, body: Asks[K]['ask']) => Asks[K]['answer']
declare const ask: Ask
declare const heard: Events['persist.changed']

const page = ask('search.query', { query: 'kick', limit: 5 })
const names: string[] = (page.items ?? []).map(item => item.media.name)
const first: Id | undefined = page.items?.[0]?.media.id
const revision: Whole = heard.revision
const far: Whole = 2n ** 63n
const word: kind = kind_words[0]
ask('persist.put_media', { edit: { id: '01J0000000000000000000000A', add_tags: ['warm'], favourite: true } })
ask('audio.ping', {})
export const used = [names, first, revision, far, word, asks['search.query'].service, error_words]
"""


def compile_client(home, text):
    """The lines of the compiler, which are none if the client is right."""
    subprocess.run([os.path.join(TOP, 'tools/web'), BUILD], check=True)
    folder = home.file('client')
    os.makedirs(folder, exist_ok=True)
    write_file(os.path.join(folder, 'client.ts'), text)
    with open(os.path.join(folder, 'tsconfig.json'), 'w', encoding='utf-8') as out:
        json.dump({'compilerOptions': {'target': 'ES2022', 'module': 'ESNext', 'moduleResolution': 'bundler',
                                       'strict': True, 'noEmit': True, 'types': [],
                                       'paths': {'loophole': [GENERATED]}}, 'files': ['client.ts']}, out)
    return home.run(os.path.join(BUILD, 'web/node_modules/.bin/tsc'), '-p', folder, code=None).out


@claim
def each_ask_and_event_has_types_and_each_ask_a_row(home):
    text = file_text(GENERATED)
    asks, rows = text.partition('export const asks')[::2]
    for path in glob.glob(os.path.join(TOP, 'schemas/*.schema')):
        schema = file_text(path)
        service = re.search(r'^service (\w+) ', schema, re.M)
        for what, name in re.findall(r'^(ask|event) (\w+) ', schema, re.M):
            shared = service[1] == 'service'
            contains(asks, f"'{'search' if shared else service[1]}.{name}': ")
            if what == 'ask':
                contains(rows, f"'{'search' if shared else service[1]}.{name}': ")


@claim
def a_client_compiles_from_the_types(home):
    same('', compile_client(home, CLIENT))


@claim
def the_compiler_refuses_a_wrong_client(home):
    for right, wrong in (('limit: 5', "limit: 'five'"), ('page.items', 'page.things'), ("'audio.ping'", "'audio.pong'"),
                         ('const far: Whole', 'const far: number')):
        contains(compile_client(home, CLIENT.replace(right, wrong)), 'error TS')


run_claims()
