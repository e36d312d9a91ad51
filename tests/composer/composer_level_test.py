#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""What leaves a studio when its level goes down while offers wait or an exchange runs. The server is a real one, which
logs each statement."""
import os
import re
import subprocess

from tests.claims import claim, contains, run_claims, same, until
from tests.composer.composing import TOOL, Studio

TALK = 500  # offers of one exchange with the server


class Log:
    """The statements that the server received since the last look."""

    def __init__(self, server):
        self.path, self.at = os.path.join(server.folder, 'server.log'), 0
        server.sql("alter system set log_statement = 'all'", 'select pg_reload_conf()')
        self.news()

    def news(self):
        with open(self.path, encoding='utf-8') as log:
            log.seek(self.at)
            text, self.at = log.read(), log.tell()
        return text


USE = '"kind":"use"'


@claim(inside=Studio)
def offers_that_wait_do_not_leave_at_a_lower_level(studio):
    log = Log(studio.server)
    studio.level('use')
    studio.use('Song 1', 0, 1)
    studio.home.loophole('tag', studio.sound(4), '+dusty')
    studio.sync()
    same((2, 1), (studio.rows(), studio.rows('evidence_word')))
    contains(log.news(), USE)
    studio.server.tool('stop')
    studio.use('Song 2', 2, 3)
    studio.home.refused('composer', 'sync')
    same(2, studio.status()['outbox'])
    studio.level('descriptors')
    preview = studio.json('preview')['bytes']
    assert USE not in preview, preview
    contains(preview, 'dusty')
    studio.server.tool('again')
    studio.sync()
    leaves = log.news()
    contains(leaves, f"$1 = '{preview}'")
    assert USE not in leaves, leaves
    same((0, 1), (studio.rows(), studio.rows('evidence_word')))
    studio.join()
    same((4, 1), (studio.rows(), studio.rows('evidence_word')))


def while_the_server_waits(studio):
    """Begins an exchange that the server does not answer. Returns it with the administrator's transaction that holds it."""
    holds = subprocess.Popen([TOOL, 'psql', studio.server.folder, '-At'], env=studio.home.env, text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holds.stdin.write(f"begin; select 'held' from composer.studio where name = 'studio_{studio.name}' for update;\n")
    holds.stdin.flush()
    same('held', holds.stdout.readline().strip())
    syncing = studio.home.start('loophole', 'composer', 'sync', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: int(studio.server.sql("select count(*) from pg_stat_activity where usename like 'studio_%' "
                                        "and wait_event_type = 'Lock'")))
    return holds, syncing


def let_go(holds):
    holds.stdin.write('rollback;\n')
    holds.stdin.close()
    holds.wait(600)
    holds.stdout.close()


@claim(inside=Studio)
def a_lower_level_holds_for_the_exchange_that_runs(studio):
    log = Log(studio.server)
    studio.join()
    songs = TALK // 16 + 4
    kit = [studio.home.first('show', studio.sound(number))['id'] for number in range(16)]
    for number in range(songs):
        studio.home.loophole('use', f'Song {number}', *kit, '--role', 'drums')
    holds, syncing = while_the_server_waits(studio)
    contains(log.news(), USE)
    same(True, studio.status()['syncing'])
    studio.level('ask')
    let_go(holds)
    same(0, syncing.wait(600))
    leaves = log.news()
    contains(leaves, 'composer.exchange')
    # if the connection was lost, what may have arrived is withdrawn
    given = [one for one in re.findall(r'\{[^{}]*"kind":"use"[^{}]*\}', leaves) if '"withdrawn":true' not in one]
    same([], given)
    same((0, 0), (studio.rows(), studio.status()['outbox']))
    studio.join()
    same(16 * songs, studio.rows())


@claim(inside=Studio)
def level_off_ends_the_exchange_that_runs(studio):
    log = Log(studio.server)
    studio.join()
    studio.use('Song', 0, 1)
    holds, syncing = while_the_server_waits(studio)
    log.news()
    status = studio.level('off')
    same(('off', False), (status['level'], status['syncing']))
    let_go(holds)
    assert syncing.wait(600) != 0
    contains(studio.home.refused('composer', 'sync'), 'the level is off')
    assert 'composer.exchange' not in log.news()


run_claims()
