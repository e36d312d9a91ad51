#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Where `make install` puts its files, and that the engine runs from there."""
import glob
import os
import re

from tests.claims import BUILD, TOP, claim, contains, file_text, run_claims, same, write_file

FILES = ('bin/loophole', 'bin/loopholed', 'bin/loophole-persist', 'bin/loophole-worker',
         'lib/systemd/user/loophole.service', 'share/man/man1/loophole.1', 'share/bash-completion/completions/loophole',
         'share/zsh/site-functions/_loophole', 'share/fish/vendor_completions.d/loophole.fish',
         'share/doc/loophole/docs/protocol.md', 'share/doc/loophole/frontends/examples/acid.json')


def codes_of_the_keeper():
    """The exit codes of the errors after which the keeper does not start a supervisor again."""
    errors = re.findall(r'\bERR_\w+', file_text(f'{TOP}/common/err.h').partition('ERR_OK = 0')[2])
    ends = re.search(r'^static bool ends_all.*?^static void record_death', file_text(f'{TOP}/supervisor/keeper.c'), re.M | re.S)[0]
    return ' '.join(str(code) for code in sorted({11 + errors.index(name) for name in re.findall(r'\bERR_[A-Z_]+', ends)}))


@claim
def an_installed_engine_runs_from_its_prefix(home):
    prefix = home.file('prefix')
    home.run('make', '-s', '-C', TOP, f'BUILD={BUILD}', f'PREFIX={prefix}', 'install')
    for file in FILES:
        assert os.path.getsize(f'{prefix}/{file}') > 0, file
    unit = file_text(f'{prefix}/lib/systemd/user/loophole.service')
    contains(unit, f'ExecStart={prefix}/bin/loopholed')
    contains(unit, f'RestartPreventExitStatus={codes_of_the_keeper()}\n')
    home.env['PATH'] = f'{prefix}/bin:/usr/bin:/bin'
    home.run(f'{prefix}/bin/loophole', 'up')
    same(os.path.realpath(f'{prefix}/bin/loophole-persist'), os.readlink(f'/proc/{home.pid("persist")}/exe'))
    assert home.is_ready('persist')


@claim
def a_staged_install_stays_below_its_destdir(home):
    stage = home.file('stage')
    home.run('make', '-s', '-C', TOP, f'BUILD={BUILD}', 'PREFIX=/usr', f'DESTDIR={stage}', 'install')
    assert os.access(f'{stage}/usr/bin/loophole', os.X_OK)
    contains(file_text(f'{stage}/usr/lib/systemd/user/loophole.service'), 'ExecStart=/usr/bin/loopholed')


def links_of(document):
    """The relative links of a document, as paths."""
    for link in re.findall(r'\]\(([^)#\s]+)', file_text(document)):
        if '://' not in link:
            yield os.path.normpath(os.path.join(os.path.dirname(document), link))


@claim
def the_links_of_installed_documents_lead_to_installed_files_or_sources(home):
    prefix = home.file('prefix')
    home.run('make', '-s', '-C', TOP, f'BUILD={BUILD}', f'PREFIX={prefix}', 'install')
    top = f'{prefix}/share/doc/loophole'
    documents = [f'{top}/README.md', *glob.glob(f'{top}/docs/*.md')]
    links = {link for document in documents for link in links_of(document)}
    lost = sorted(os.path.relpath(link, top) for link in links if not os.path.exists(link))
    assert len(links) > 20 and all(os.path.exists(f'{TOP}/{link}') and not link.startswith('docs/') for link in lost), lost


@claim
def an_uninstall_removes_all_that_an_install_made_and_nothing_else(home):
    prefix = home.file('prefix')
    os.makedirs(f'{prefix}/bin')
    write_file(f'{prefix}/bin/mine', 'mine')
    for what in ('install', 'uninstall'):
        home.run('make', '-s', '-C', TOP, f'BUILD={BUILD}', f'PREFIX={prefix}', what)
    same([f'{prefix}/bin/mine'], [os.path.join(path, file) for path, _, files in os.walk(prefix) for file in files])


run_claims()
