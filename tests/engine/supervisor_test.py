#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The supervisor and what happens to processes: killed, stopped, crashing again and again, asked to end."""
import glob
import os
import shutil
import signal
import time

from tests.claims import BUILD, claim, contains, file_bytes, parent_of, run_claims, same, skip, state_of, until, write_file

SERVICES = ('persist', 'search', 'indexer')


def pids(home):
    return {service: home.pid(service) for service in SERVICES}


def until_other(home, service, pid):
    until(lambda: home.is_other(service, pid), what=f'{service} is another process than {pid}')


def no_process(home):
    return not home.engine_processes()


def with_stand_in(home, service, script):
    """An engine with its own copies of the programs, in which a script replaces one service. Returns their folder."""
    folder = home.file('bin')
    os.mkdir(folder)
    for program in glob.glob(BUILD + '/bin/loophole*'):
        shutil.copy(program, folder)
    path = f'{folder}/loophole-{service}'
    os.unlink(path)
    write_file(path, f'#!/bin/sh\n{script}\n')
    os.chmod(path, 0o755)
    home.env['PATH'] = folder + ':' + home.env['PATH']
    home.run('loopholed', '--detach')
    until(lambda: home.loophole('status', code=None).code == 0)
    return folder


@claim
def a_killed_service_returns_and_no_other_is_interrupted(home):
    home.up()
    for service in SERVICES:
        before = pids(home)
        home.kill(service)
        same({**before, service: home.pid(service)}, pids(home))
        same(1, home.status(service)['restarts'])
        contains(home.status(service)['last_death'], 'signal 9 (SIGKILL), ')
    home.stop()


@claim
def a_stopped_service_is_found_and_replaced(home):
    home.up()
    home.kill('search', signal.SIGSTOP)
    contains(home.status('search')['last_death'], 'hung: signal 9 (SIGKILL)')
    home.stop()


@claim
def a_supervisor_that_was_stopped_itself_kills_no_service(home):
    home.up()
    before, supervisor = pids(home), home.pid('supervisor')
    os.kill(supervisor, signal.SIGSTOP)
    time.sleep(4)  # longer than the limit for a hang; no condition can be polled while the supervisor is stopped
    os.kill(supervisor, signal.SIGCONT)
    home.wait_ready(*SERVICES)
    same(before, pids(home))
    same(0, home.status('search')['restarts'])
    home.stop()


@claim
def a_killed_supervisor_returns_and_no_service_is_interrupted(home):
    home.up()
    before, old = pids(home), home.pid('supervisor')
    home.kill('supervisor')
    same(before, pids(home))
    assert home.status('search')['adopted'] is True
    same(1, home.status('supervisor')['restarts'])
    contains(home.status('supervisor')['last_death'], 'signal 9 (SIGKILL)')
    contains(home.log('supervisor'), f'keeper: supervisor[{old}] ended: signal 9 (SIGKILL)')
    home.kill('indexer')
    assert home.status('indexer')['adopted'] is False
    same(1, home.status('indexer')['restarts'])
    home.stop()


@claim
def without_a_keeper_a_new_supervisor_adopts_all_and_starts_nothing_twice(home):
    first = home.start('loopholed')
    home.wait_ready(*SERVICES)
    before = pids(home)
    first.kill()
    first.wait(600)
    for pid in before.values():
        assert state_of(pid) != 'Z', pid
    second = home.start('loopholed')
    home.wait_ready(*SERVICES)
    same(before, pids(home))
    same(second.pid, home.pid('supervisor'))
    home.kill('search')
    home.down()
    same(0, second.wait(600))
    until(lambda: no_process(home))


def kill_keeper(home):
    """Kills the keeper, and waits until the supervisor has become the next one. Returns the pid of the dead keeper."""
    supervisor = home.pid('supervisor')
    keeper = parent_of(supervisor)
    os.kill(keeper, signal.SIGKILL)
    until_other(home, 'supervisor', supervisor)
    same(supervisor, parent_of(home.pid('supervisor')))
    return keeper


@claim
def a_keeper_that_is_killed_again_and_again_is_replaced_and_no_service_is_interrupted(home):
    home.up()
    before = pids(home)
    for number in range(4):
        keeper = kill_keeper(home)
        same(before, pids(home))
        supervisor = home.status('supervisor')
        same((2 * number + 1, True), (supervisor['restarts'], home.status('search')['adopted']))
        contains(supervisor['last_death'], f'the death of its keeper[{keeper}], ')
        contains(home.log('supervisor'), f'keeper[{keeper}] died')
        assert any(one['service'] == 'keeper' and one['pid'] == keeper for one in home.json('crash', 'list'))
        home.kill('supervisor')  # the new keeper starts the next one
        contains(home.status('supervisor')['last_death'], 'signal 9 (SIGKILL)')
    same(before, pids(home))
    home.kill('search')
    home.stop()


@claim
def a_keeper_and_its_supervisor_that_are_killed_together_leave_an_engine_that_up_keeps_again(home):
    home.up()
    before = pids(home)
    for _ in range(3):
        supervisor = home.pid('supervisor')
        both = parent_of(supervisor), supervisor
        for pid in both:
            os.kill(pid, signal.SIGKILL)
        until(lambda: all(state_of(pid) == 'Z' for pid in both))
        home.up()
        same(before, pids(home))
        kill_keeper(home)
        same(before, pids(home))
    home.stop()


@claim
def a_keeper_that_cannot_be_replaced_is_missed_until_it_can(home):
    """The configuration is wrong for a while: a keeper would end at once."""
    home.up()
    before, supervisor = pids(home), home.pid('supervisor')
    home.settings('[audio]\nnot a setting\n')
    os.kill(parent_of(supervisor), signal.SIGKILL)
    until(lambda: 'nothing would start a dead supervisor again' in home.ask('supervisor.status')['alarm'])
    same((before, supervisor), (pids(home), home.pid('supervisor')))
    home.settings('')
    until_other(home, 'supervisor', supervisor)
    same((before, ''), (pids(home), home.ask('supervisor.status').get('alarm', '')))
    home.stop()


@claim
def down_also_stops_a_service_without_a_board_entry(home):
    home.up()
    os.kill(home.pid('web'), signal.SIGSTOP)
    os.unlink(home.board('supervisor'))
    home.kill('supervisor')
    home.wait_ready(*SERVICES)
    home.stop()


@claim
def a_keeper_that_was_stopped_for_a_while_still_restarts_the_supervisor(home):
    """SIGSTOP and SIGCONT end a wait for a signal without a signal."""
    home.up()
    keeper = parent_of(home.pid('supervisor'))
    os.kill(keeper, signal.SIGSTOP)
    os.kill(keeper, signal.SIGCONT)
    time.sleep(0.1)
    home.kill('supervisor')
    home.stop()


@claim
def a_service_that_always_dies_is_quarantined_until_it_is_released(home):
    folder = with_stand_in(home, 'search', 'kill -SEGV $$')
    until(lambda: home.status('search')['state'] == 'quarantined')
    contains(home.status('search')['last_death'], 'signal 11 (SIGSEGV)')
    same(4, home.status('search')['restarts'])
    home.wait_ready('persist')
    shutil.copy(BUILD + '/bin/loophole-search', folder + '/loophole-search.new')
    os.rename(folder + '/loophole-search.new', folder + '/loophole-search')
    home.loophole('restart', 'search')
    home.wait_ready('search')
    home.stop()


@claim
def persist_is_never_quarantined(home):
    with_stand_in(home, 'persist', 'exit 21')

    def is_started_again():
        now = home.status('persist')
        assert now['state'] != 'quarantined', now
        return now['restarts'] > 5 and now['state'] == 'failed'  # between two tries
    until(is_started_again)
    contains(home.status('persist')['last_death'], 'exit code 21 (denied)')
    home.stop()


@claim
def a_missing_program_is_named_and_the_others_run(home):
    """`up` waits for no service in quarantine; the restart of one fails while its program is missing."""
    folder = with_stand_in(home, 'osc', '')
    os.unlink(folder + '/loophole-osc')
    for _ in range(2):
        contains(home.fails('loophole', 'restart', 'osc'), 'osc is in quarantine: ')
        up = home.loophole('up')
        contains(up.err, 'warning: osc is in quarantine: ')
        contains(up.err, '`loophole restart osc` starts it again')
    contains(home.log('supervisor'), f'cannot start {folder}/loophole-osc')
    contains(home.loophole('restart', 'indexer').err, 'warning: osc is in quarantine: ')
    home.stop()


@claim
def every_death_leaves_a_record(home):
    if os.environ.get('SANITIZED'):
        skip('the sanitizer handles fatal signals')
    home.up()
    old = home.pid('search')
    home.kill('search', signal.SIGSEGV)
    record = home.first('crash', 'list')
    same((old, 'search', 'signal 11 (SIGSEGV)'), (record['pid'], record['service'], record['ended']))
    contains(home.loophole('crash', 'show', record['name']).out, 'backtrace:')
    home.stop()


@claim
def a_death_is_an_event(home):
    """Events are hints: a listener that subscribed too late receives the next one."""
    home.up()
    listener = home.start_into(home.file('events'), 'loophole', 'events', '--json')

    def deaths():
        with open(home.file('events'), encoding='utf-8') as lines:
            return [line for line in lines if 'supervisor.died' in line]

    def is_heard():
        home.kill('search')
        until(lambda: home.has_lived('search'))  # now its death no longer counts towards quarantine
        return deaths()

    until(is_heard)
    contains(deaths()[0], '"search"')
    listener.kill()
    listener.wait(600)
    home.stop()


@claim
def a_service_restarts_when_asked(home):
    home.up()
    old = home.pid('indexer')
    home.loophole('restart', 'indexer')
    until_other(home, 'indexer', old)
    same('', home.status('indexer')['last_death'])
    same([], home.json('crash', 'list'))
    contains(home.refused('restart', 'nobody'), 'no service "nobody"')
    home.stop()


@claim
def a_second_supervisor_is_refused(home):
    home.up()
    before = pids(home)
    contains(home.fails('loopholed'), 'running already')
    contains(home.fails('loopholed', '--keep'), 'already runs')
    contains(home.fails('loopholed', '--detach'), 'already runs')
    same(before, pids(home))
    home.stop()


@claim
def two_engines_run_side_by_side(home):
    second = home.other('second')
    home.up()
    before = pids(home)
    second.up()
    assert not set(before.values()) & set(pids(second).values())
    os.kill(second.pid('search'), signal.SIGKILL)
    second.stop()
    same(before, pids(home))
    home.stop()


@claim
def a_shutdown_leaves_no_process_and_no_shared_memory(home):
    home.up()
    board = home.board()
    assert os.path.exists(board)
    home.loophole('down')
    until(lambda: no_process(home))
    assert not os.path.exists(board)
    contains(home.refused('status'), 'not running')
    contains(home.log('supervisor').splitlines()[-1], 'ended with 0')


@claim
def sigterm_to_the_supervisor_stops_all(home):
    """As systemd does."""
    _sigterm_stops_all(home, home.start('loopholed'))


@claim
def sigterm_to_the_keeper_stops_all(home):
    _sigterm_stops_all(home, home.start('loopholed', '--keep'))


def _sigterm_stops_all(home, process):
    home.wait_ready(*SERVICES)
    process.terminate()
    same(0, process.wait(600))
    until(lambda: no_process(home))


@claim
def a_service_that_ignores_the_shutdown_is_killed(home):
    with_stand_in(home, 'search', 'trap "" TERM; while :; do sleep 600; done')
    home.wait_ready('persist')
    home.loophole('down')
    until(lambda: no_process(home))
    contains(home.log('supervisor'), 'did not stop: killed')


@claim
def services_of_a_lost_board_continue_on_another(home):
    home.up()
    before = pids(home)
    os.unlink(home.board('supervisor'))
    home.kill('supervisor')
    home.wait_ready(*SERVICES)
    same(before, pids(home))
    home.stop()


@claim
def a_board_of_random_bytes_is_repaired(home):
    home.up()
    before, board = pids(home), home.board('supervisor')
    with open(board, 'r+b') as out:
        out.seek(64)
        out.write(os.urandom(2048))

    def is_repaired():
        return b'search' in file_bytes(board)

    until(is_repaired)
    home.wait_ready(*SERVICES)
    same(before, pids(home))
    home.stop()


@claim
def a_home_given_as_a_relative_path_is_one_home(home):
    home.folder = os.path.dirname(home.path)
    home.env['LOOPHOLE_HOME'] = os.path.basename(home.path)
    home.up()
    assert os.path.exists(home.file('data/log/search.log'))
    assert f'LOOPHOLE_HOME={home.path}'.encode() in file_bytes(f'/proc/{home.pid("search")}/environ').split(b'\0')
    home.loophole('down')
    until(lambda: no_process(home))


@claim
def settings_that_are_wrong_are_refused_before_anything_starts(home):
    home.settings('[supervisor]\nhang_ms = soon\n')
    contains(home.fails('loopholed', '--detach'), 'loophole.conf:2: supervisor.hang_ms is "soon"')
    assert no_process(home)


@claim
def a_service_that_ends_with_io_while_the_disk_works_is_quarantined(home):
    with_stand_in(home, 'search', 'exit 19')
    until(lambda: home.status('search')['state'] == 'quarantined')
    assert not [name for name in os.listdir(home.file('data')) if 'probe' in name]
    home.stop()


run_claims()
