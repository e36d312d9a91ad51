#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The bundle, the autosaves and the page in docs/demo come from its script."""
import os
import shlex

from tests.projects.bundles import digests_of, foreign, put
from tests.claims import TOP, claim, contains, file_text, run_claims, same
from tests.library.indexing import Indexing

DEMO = os.path.join(TOP, 'docs', 'demo')


@claim(inside=Indexing)
def the_demo_is_made_again_byte_for_byte(it):
    home = it.home
    made = home.file('demo')
    home.run('/usr/bin/python3', os.path.join(DEMO, 'make.py'), made)
    there = {name: sum for name, sum in digests_of(DEMO).items() if name not in ('make.py', 'README.md')}
    same(there, digests_of(made))
    assert sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(DEMO) for name in names) < 300000
    page = file_text(os.path.join(made, 'qa.md'))
    contains(page, 'Autosaved choir_demo at 20251127-154630')
    same(1, page.count('more than 0.5'))


@claim(inside=Indexing)
def the_demo_comes_in_and_its_autosaves_are_read(it):
    home = it.home
    summary = home.first('bundle', 'import', '--bundle-root', os.path.join(DEMO, 'bundle'), '--destination-root', home.file('in'))
    same((['choir_low.wav', 'choir_mid.wav', 'choir_high.wav'], 2, 1, 3),
         (summary['asset_names'], summary['patterns'], summary['mixer_snapshots'], summary['sampler_assets']))
    same('Choir demo', home.first('project', 'state')['name'])
    qa = home.first('bundle', 'qa', os.path.join(DEMO, 'bundle'), '--sampler-manifest', os.path.join(DEMO, 'sampler_manifest.json'))
    same([False, False, True], [sound['lufs_differs'] for sound in qa['sounds']])
    same([False] * 3, [sound['sha256_differs'] for sound in qa['sounds']])
    same((12, 7), (qa['stress']['written'], qa['stress']['pruned']))


@claim(inside=Indexing)
def a_page_has_names_as_plain_text_and_commands_as_words_of_a_shell_and_a_killed_one_leaves_nothing(it):
    home = it.home
    root = home.file("it's; a|b")
    put(root, foreign(project={'id': 'x', 'name': '<b>[x](http://y) _A_ `z`'}))
    temporary = home.file('temporary')
    os.makedirs(os.path.join(temporary, f'loophole-qa-{os.getuid()}-0', 'left'))  # by a killed one
    home.env['TMPDIR'] = temporary
    page = home.loophole('bundle', 'qa', root).out
    same([], os.listdir(temporary))
    same(r'# Test of the bundle \<b\>\[x\]\(http\://y\) \_A\_ \`z\`', page.splitlines()[0])
    commands = [shlex.split(line) for line in page.split('```\n')[1].splitlines()]
    same([['loophole', 'bundle', 'verify', root], ['loophole', 'bundle', 'qa', root]], [commands[0], commands[3]])
    same([(root, 7), (root + '/project_manifest.json', 9)], [(commands[1][4], len(commands[1]) - 1), (commands[2][-1], len(commands[2]))])


run_claims()
