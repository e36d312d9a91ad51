#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Homes that are removed under a running engine, mistyped, unwritable or owned by other users; and names that other
users may take."""
import contextlib
import grp
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time

from tests.claims import BUILD, claim, contains, file_text, run_claims, same, scratch, skip, state_of, until
from tests.sounding import kill_processes

NOBODY = ('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', 'env')


def needs_root():
    if os.getuid() or not shutil.which('setpriv'):
        skip('needs root and setpriv')


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def no_engine(home):
    return not home.engine_processes()


@claim
def a_home_that_is_removed_ends_its_engine(home):
    home.up()
    board = home.board()
    until(lambda: subprocess.run(['rm', '-rf', home.path], check=False).returncode == 0)  # a service may write its last file
    os.mkdir(home.path)
    until(lambda: no_engine(home))
    assert not os.path.exists(board)
    home.up()  # no file is left that would be in the way


@claim
def a_home_that_is_moved_ends_its_engine_with_a_line_in_its_log(home):
    home.up()
    os.rename(home.path, home.path + '-elsewhere')
    until(lambda: no_engine(home))
    said = file_text(home.path + '-elsewhere/data/log/supervisor.log')
    contains(said, 'was removed, moved or replaced: the engine ends')
    contains(said.splitlines()[-1], 'ended with 0')


@claim
def a_lock_that_is_replaced_ends_the_engine_and_its_successor_is_left_alone(home):
    home.up()
    old = home.engine_processes()
    os.rename(home.path, home.path + '-before')
    os.mkdir(home.path)
    home.up()
    until(lambda: all(state_of(pid) == 'Z' for pid in old))
    home.loophole('search', 'x')
    assert home.is_ready('persist')


@claim
def the_files_of_a_running_engine_stay_young_when_the_clock_is_set(home):
    """As after a suspend of 11 days, or after the date came from the network: a cleaner of /tmp would remove them."""
    home.up()
    run = home.file('run')
    files = [run] + [os.path.join(run, name) for name in os.listdir(run)]
    for path in sorted(files, key=lambda path: path.endswith('.lock')):  # the engine looks at the locks
        os.utime(path, (time.time() - 11 * 86400,) * 2, follow_symlinks=False)

    def is_young(path):
        return not os.path.lexists(path) or time.time() - os.lstat(path).st_mtime < 86400
    until(lambda: all(is_young(path) for path in files), what='all files in RUN have a new time')
    home.loophole('search', 'x')


@claim
def a_runtime_folder_of_another_user_is_reported_and_not_used(home):
    needs_root()
    os.chmod(scratch(), 0o755)
    theirs, foreign = home.path + '-of-nobody', home.path + '-foreign'
    os.mkdir(theirs)
    os.mkdir(foreign)
    os.chown(theirs, 65534, 65534)

    def loophole(*args):
        return home.run(*NOBODY, '-u', 'LOOPHOLE_HOME', f'HOME={theirs}', f'XDG_RUNTIME_DIR={foreign}', 'loophole', *args,
                        code=None).all

    try:
        contains(loophole('up'), f'XDG_RUNTIME_DIR={foreign} is ignored')
        said = loophole('doctor')
        contains(said, f'XDG_RUNTIME_DIR={foreign} is ignored')
        contains(said, 'unset XDG_RUNTIME_DIR')
    finally:
        loophole('down')


@claim
def commands_that_read_make_no_home(home):
    mistyped = home.file('mistyped')
    home.env['LOOPHOLE_HOME'] = mistyped
    for command in ('status', 'down', 'search x', 'store check', 'crash list', 'logs', 'doctor', 'library list'):
        home.loophole(*command.split(), code=None)
        assert not os.path.exists(mistyped), f'loophole {command} made a home'
    contains(home.refused('status'), f'{mistyped} does not exist')
    home.folder, home.env['LOOPHOLE_HOME'] = home.path, 'relative'
    home.loophole('status', code=None)
    assert not os.path.exists(home.file('relative')), 'a relative home was made'


@claim
def a_home_that_cannot_be_written_is_denied_with_its_owners_name(home):
    needs_root()
    for folder in (scratch(), home.path):
        os.chmod(folder, 0o755)
    theirs = home.file('home')
    said = home.run(*NOBODY, '-u', 'XDG_RUNTIME_DIR', f'LOOPHOLE_HOME={theirs}', BUILD + '/bin/loophole', 'up', code=21).all
    contains(said, f'cannot make directory {theirs}: Permission denied')
    contains(said, f'{home.path} belongs to user root (0)')


@claim
def a_home_that_links_to_a_folder_that_is_away_is_refused_with_its_name(home):
    home.env['LOOPHOLE_HOME'] = home.file('link')
    os.symlink(home.file('away'), home.file('link'))
    contains(home.refused('up'), f'{home.file("link")} is a link to a folder that is not there')


@claim
def a_home_of_another_user_is_refused(home):
    needs_root()
    os.chown(home.path, 65534, -1)
    for command in ('up', 'status'):
        contains(home.refused(command), f'{home.path} belongs to user nobody (65534), not to root (0)')
    os.chown(home.path, 0, -1)


@claim
def a_home_that_others_may_write_is_refused_and_one_that_they_may_read_is_closed(home):
    os.chmod(home.path, 0o772)
    said = home.refused('up')
    contains(said, f'{home.path} can be written by other users (mode 0772)')
    contains(said, 'others may have changed files in it; if all files in it are yours, run: chmod 700 ')
    os.chmod(home.path, 0o755)
    home.up()
    same(0o700, mode(home.path))


@claim
def a_home_that_only_the_private_group_of_its_user_may_write_is_closed(home):
    group = grp.getgrgid(os.getgid())
    if group.gr_name != pwd.getpwuid(os.getuid()).pw_name or group.gr_mem:
        skip('no private group')
    os.chmod(home.path, 0o775)
    home.up()
    same(0o700, mode(home.path))
    home.down()
    needs_root()
    os.chmod(home.path, 0o770)
    os.chown(home.path, -1, 65534)
    contains(home.refused('up'), 'can be written by other users (mode 0770)')


@claim
def a_log_that_is_a_link_is_not_followed(home):
    os.makedirs(home.file('data/log'))
    with open(home.file('target'), 'w', encoding='utf-8'):
        pass
    os.symlink(home.file('target'), home.file('data/log/persist.log'))
    home.up()
    home.down()
    same(0, os.path.getsize(home.file('target')))


@claim
def a_fifo_in_the_place_of_a_file_stops_no_service(home):
    """An open of a FIFO would wait for its other end without end. The store and its lock cannot be replaced."""
    home.up()
    home.down()
    for name in ('cache/search.index', 'data/log/persist.log', 'data/log/supervisor.log', 'data/osc.port', 'data/web.gate',
                 'data/names', 'run/persist.lock', 'run/indexer.answers', 'data/composer.salt', 'data/supervisor.lock'):
        path = home.file(name)
        if os.path.exists(path):
            os.remove(path)
        os.mkfifo(path, 0o600)
        home.loophole('up', timeout=300)
        for service in ('persist', 'search', 'indexer', 'composer', 'web', 'osc'):
            home.wait_ready(service)
        home.down()
        if os.path.exists(path):
            os.remove(path)
    state = home.file('data/store/state')
    os.remove(state)
    os.mkfifo(state, 0o600)
    home.loophole('up', code=None, timeout=300)  # refused or not, it ends
    home.down()


@claim
def a_start_that_adopts_nothing_draws_other_names_and_leaves_none_of_the_old(home):
    home.up()
    first = home.board()
    kill_processes(home.engine_processes())
    until(lambda: no_engine(home))
    home.up()
    assert home.board() != first
    assert not os.path.exists(first)


@claim
def a_name_that_another_user_has_taken_is_passed_over_and_doctor_names_the_user(home):
    needs_root()
    home.up()
    board = home.board()
    home.down()
    home.run(*NOBODY, 'sh', '-c', f': >{board}')
    try:
        contains(home.loophole('doctor', code=None).out, f'user nobody (65534) holds {board}')
        home.up()
        assert home.board() != board
        contains(home.loophole('doctor', code=None).out, f'user nobody (65534) holds {board}')
    finally:
        os.unlink(board)
    assert 'user nobody' not in home.loophole('doctor', code=None).out


@claim
def sockets_in_tmp_that_another_user_has_taken_are_passed_over(home):
    needs_root()
    long = home.other(90 * 'x')

    def run_folder():
        return '/tmp/loophole-0-' + file_text(long.file('data/names')).split()[1]

    long.up()
    run = run_folder()
    assert stat.S_ISSOCK(os.stat(run + '/persist.ask').st_mode)
    long.down()
    shutil.rmtree(run, ignore_errors=True)
    home.run(*NOBODY, '-u', 'XDG_RUNTIME_DIR', 'mkdir', run)
    try:
        long.up()
        long.loophole('search', 'x')
        contains(long.loophole('doctor', code=None).out, f'user nobody (65534) holds {run}')
        long.down()
    finally:
        os.rmdir(run)
        shutil.rmtree(run_folder(), ignore_errors=True)


@claim
def a_supervisor_that_ends_is_noticed_and_its_reason_is_printed(home):
    home.up()
    home.loophole('down')
    lock = home.file('data/supervisor.lock')
    if os.path.exists(lock):
        os.unlink(lock)
    os.mkdir(lock)
    said = home.refused('up')
    contains(said, 'the supervisor ended: ')
    contains(said, 'supervisor.lock: Is a directory')
    contains(home.loophole('crash', 'list').out, 'supervisor')
    os.rmdir(lock)
    home.up()


@claim
def fifteen_starts_at_once_end_with_one_engine(home):
    starts = [home.start_into(home.file(f'up{number}'), 'loophole', 'up') for number in range(15)]
    for number, start in enumerate(starts):
        code = start.wait(600)
        assert code == 0, file_text(home.file(f'up{number}'))

    def name(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return file_text(f'/proc/{pid}/comm').strip()

    same(1, [name(pid) for pid in home.engine_processes()].count('loophole-persis'))


@claim
def a_death_of_the_supervisor_is_on_record(home):
    home.up()
    old = home.pid('supervisor')
    os.kill(old, signal.SIGKILL)
    until(lambda: any(one['service'] == 'supervisor' and one['pid'] == old for one in home.json('crash', 'list')))
    contains(home.loophole('doctor', code=None).out, '1 death on record')


run_claims()
