#!/usr/bin/python3
"""Where `make install` puts its files, and that the engine runs from there."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import BUILD, TOP, claim, contains, file_text, run_claims, same

FILES = ('bin/loophole', 'bin/loopholed', 'bin/loophole-persist', 'bin/loophole-worker',
         'lib/systemd/user/loophole.service', 'share/man/man1/loophole.1', 'share/bash-completion/completions/loophole',
         'share/zsh/site-functions/_loophole', 'share/fish/vendor_completions.d/loophole.fish',
         'share/doc/loophole/protocol.md')


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


run_claims()
