#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A process that is stopped while it opens the store, or while it has LMDB's mutex of readers, blocks all others from the
store. status and doctor name it. If it is a program of loophole, it is ended after a while."""
import os
import re
import shutil
import signal
import time

from tests.claims import claim, contains, needs, printed_in, run_claims, same, state_of, until, until_stopped
from tests.sounding import tool


def until_gone(pid):
    until(lambda: state_of(pid) == 'Z', what=f'{pid} is gone')


def until_named(home, pid, name):
    line = re.compile(rf'^supervisor: process {pid} \({re.escape(name)}.*and makes no progress', re.M)
    until(lambda: line.search(home.loophole('status', code=None).all), what=f'status names {pid}')


def child(pid):
    """The child of strace that is named loophole. strace first starts another child to test the kernel."""
    try:
        for one in printed_in(f'/proc/{pid}/task/{pid}/children').split():
            if printed_in(f'/proc/{one}/comm').strip() == 'loophole':
                return int(one)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None


def stop_an_opening(home):
    """(strace, the pid of a process that is stopped while it opens the store)."""
    needs('strace')
    tracer = home.start_into(home.file('check'), 'strace', '-f', '-qq', '-o', '/dev/null', '-P', home.file('data/store/data.mdb'),
                             '-e', 'trace=pread64', '-e', 'inject=pread64:signal=STOP:when=1', 'loophole', 'store', 'check')
    checker = until(lambda: child(tracer.pid) and child(child(tracer.pid)))  # the command reads in a child of its own
    until_stopped(checker)
    return tracer, checker


def hold_mutex(home, name):
    """A program of this name that is stopped with the mutex."""
    holder = home.start_into(home.file('held'), shutil.copy(tool('mutex'), home.file(name)))
    until_stopped(holder.pid)
    same('holding', printed_in(home.file('held')).strip())
    return holder


def finds_again(home):
    until(lambda: home.loophole('search', 'x', code=None).code == 0, what='search answers')


@claim
def a_reader_that_is_stopped_while_it_opens_is_named_and_ended(home):
    home.up()
    tracer, culprit = stop_an_opening(home)
    os.kill(home.pid('persist'), signal.SIGKILL)
    until_named(home, culprit, 'loophole')
    until_gone(culprit)
    home.wait_ready('persist')
    contains(home.log('supervisor'), f'process {culprit} (loophole) was killed')
    tracer.wait(600)


@claim
def a_reader_that_is_stopped_with_the_readers_mutex_is_named_and_ended(home):
    home.up()
    culprit = hold_mutex(home, 'loophole-mutex').pid
    until_named(home, culprit, 'loophole-mutex')
    until_gone(culprit)
    finds_again(home)


@claim
def another_program_that_holds_it_is_named_and_left_alone(home):
    home.up()
    holder = hold_mutex(home, 'innocent')
    until_named(home, holder.pid, 'innocent')
    contains(home.loophole('doctor', code=None).all, f'process {holder.pid} (innocent, stopped) is beginning to read')
    time.sleep(11)  # a stopped program of loophole would be killed by now; nothing else shows that this one is spared
    until_stopped(holder.pid)
    holder.kill()
    holder.wait(600)
    finds_again(home)


@claim
def without_an_engine_a_command_names_it_and_ends(home):
    home.up()
    home.down()
    holder = hold_mutex(home, 'innocent')
    words = f'process {holder.pid} (innocent, stopped) is beginning to read the store'
    for command in (('store', 'check'), ('backup', home.file('never'))):
        said = home.loophole(*command, code=16, timeout=600).all
        contains(said, words)
        contains(said, f'kill -KILL {holder.pid} ends it')
    assert not os.path.exists(home.file('never')), 'a backup was made'
    contains(home.loophole('doctor', code=None).all, words)
    holder.kill()
    holder.wait(600)
    contains(home.loophole('store', 'check').out, ', 0 problems')


@claim
def without_an_engine_a_command_names_a_process_that_is_stopped_while_it_opens(home):
    home.up()
    home.down()
    tracer, culprit = stop_an_opening(home)
    contains(home.loophole('backup', home.file('never'), code=16, timeout=600).all, f'process {culprit} (loophole')
    contains(home.loophole('doctor', code=None).all, f'process {culprit} (loophole')
    os.kill(culprit, signal.SIGKILL)
    tracer.wait(600)
    contains(home.loophole('store', 'check').out, ', 0 problems')


@claim
def a_disk_that_takes_no_file_locks_is_refused(home):
    needs('strace')
    home.up()
    said = home.run('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=flock', '-e', 'inject=flock:error=ENOLCK',
                    'loophole', 'store', 'check', code=21)
    contains(said.all, 'does not support file locks: No locks available')
    home.down()
    writer = home.run('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=flock', '-e', 'inject=flock:error=ENOLCK',
                      'loophole-persist', '--foreground', code=21)
    contains(writer.all, 'does not support file locks: No locks available')


@claim
def up_says_at_once_why_a_service_may_not_start(home):
    needs('strace')
    tracer = home.start('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=flock', '-e', 'inject=flock:error=ENOLCK',
                        'loopholed', '--foreground')
    until(lambda: home.is_ready('supervisor'), what='the traced supervisor runs')  # else `up` starts another one
    said = home.loophole('up', code=21, timeout=50)
    contains(said.all, 'persist ends at each start: the disk of')
    contains(said.all, 'does not support file locks: No locks available')
    home.down()
    tracer.wait(600)


run_claims()
