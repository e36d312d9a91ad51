#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kills during an import from K: of the services, of the command and of power in between, the project is there whole or not at
all, and the next import completes it."""
import os
import signal
import time

from tests.projects import kbases
from tests.claims import claim, figure, how_often, kill_command, random, run_claims, same, until
from tests.library.indexing import Indexing

CLIPS = 600


def made(home, name):
    """A database with one project of that name and hundreds of parts."""
    base = kbases.after(home.file(f'{name}.db'))
    base.executescript(f'''DELETE FROM f_track WHERE project = 2; DELETE FROM clip WHERE fragment = 9; DELETE FROM fragment WHERE id = 9;
        DELETE FROM project WHERE id = 2; UPDATE project SET name = '{name}';
        WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < {99 + CLIPS})
            INSERT INTO fragment SELECT i, 1, 101, 0, 1 FROM n;
        INSERT INTO clip (fragment, name) SELECT id, 'c' || id FROM fragment WHERE id > 99;''')
    base.close()
    return home.file(f'{name}.db')


def count_of(home, name):
    """The loops and clips of a project; None: it is not there."""
    def look():
        names = [one['name'] for one in home.look('project.list').get('each', [])]
        if name not in names:
            return (None,)
        kinds = [one['kind'] for one in home.look('project.show', {'project': name})['each']]
        return ((kinds.count('loop'), kinds.count('clip')),)
    return until(lambda: answered(look), what='the project service answers')[0]


def answered(look):
    try:
        return look()
    except Exception as e:  # its successor is not there yet
        return None if 'offline' in str(e) or 'timeout' in str(e) or 'busy' in str(e) else 1 / 0


def whole_or_none(home, name):
    count = count_of(home, name)
    same(True, count in (None, (2, 2 + CLIPS)), f'{name}: {count}')
    return count is not None


def completes(home, name):
    home.loophole('import-k', home.file(f'{name}.db'), '--budget', '600000')
    same((2, 2 + CLIPS), count_of(home, name))


def how_long(home):
    """Seconds of an import that nothing disturbs."""
    made(home, 'First')
    began = time.monotonic()
    completes(home, 'First')
    return time.monotonic() - began


def killing(home, kill, times):
    """Kills at random moments of imports, of which at least one is running then. It may end by itself, in any way."""
    seconds, done, hit, n = how_long(home), 0, 0, 0
    while n < times or (not hit and n < times + 20):
        name = f'Kill {n}'
        path, deed = made(home, name), kill(home)
        command = home.start('loophole', 'import-k', path, '--budget', '600000', '--json')
        time.sleep(random.uniform(0, seconds))
        if command.poll() is None:
            hit += 1
        else:  # the first one took longer, as when something paused it
            seconds /= 2
        deed(command)
        command.wait()
        done += whole_or_none(home, name)
        completes(home, name)
        n += 1
    same(True, hit > 0, 'kills that met a running import')
    figure(f'{done} of {n} imports were done in spite of the kill; {hit} were running')


def kill_of(service):
    def prepare(home):
        until(lambda: home.has_lived(service))
        pid = home.pid(service)

        def kill(_):
            os.kill(pid, signal.SIGKILL)
            until(lambda: home.is_other(service, pid), what=f'{service} has a successor')
        return kill
    return prepare


@claim(inside=Indexing)
def killed_at_any_time_the_command_leaves_a_whole_project_or_none(it):
    killing(it.home, lambda _: kill_command, how_often(5, 200))


@claim(inside=Indexing)
def killed_during_an_import_the_project_service_leaves_a_whole_project_or_none(it):
    killing(it.home, kill_of('project'), how_often(4, 100))


@claim(inside=Indexing)
def killed_during_an_import_persist_leaves_a_whole_project_or_none(it):
    killing(it.home, kill_of('persist'), how_often(4, 100))


@claim(inside=Indexing)
def an_import_is_done_once_though_its_answer_is_lost(it):
    """The project service dies when the change is committed and the answer is not sent yet, or later."""
    home = it.home
    for n in range(how_often(3, 50)):
        name = f'Once {n}'
        path = made(home, name)
        until(lambda: home.has_lived('project'))
        command = home.start('loophole', 'import-k', path, '--budget', '600000', '--json')
        pid = home.pid('project')
        until(lambda: command.poll() is not None or count_of(home, name), what='the project is there')
        os.kill(pid, signal.SIGKILL)
        until(lambda: home.is_other('project', pid), what='the service has a successor')
        same(0, command.wait())
        same((2, 2 + CLIPS), count_of(home, name))
        home.loophole('project', 'undo', '--project', name)
        same((0, 0), count_of(home, name))


run_claims()
