#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Servers that were restored from a dump, are full, pretend to be another, or answer half: the engine reports it, stays as
it is, and continues when the server works again. The servers are real ones, over TLS where a certificate is checked."""
import os
import re
import signal

from tests.claims import claim, contains, file_text, run_claims, same, until
from tests.composer.composing import Half, Studio, restored, run, serve_tls


def still_answers(studio):
    assert studio.home.json('search', 'kick', '--limit', '1')
    same('ready', studio.home.status('composer')['state'])


def feed(server):
    return int(server.sql('select count(*) from composer.feed where not gone'))


@claim(inside=Studio)
def only_the_server_of_the_name_and_its_authority_is_believed(studio):
    folder, port = studio.server.folder, serve_tls(studio.server)
    user = studio.setting[studio.setting.index('user='):]
    studio.use('Song', 0, 1)
    studio.level('use')

    def try_server(host, authority):
        studio.home.settings(f'[composer]\nserver = host={host} port={port} dbname=composer {user} '
                             f'sslrootcert={folder}/{authority}.pem\n')
        studio.home.loophole('restart', 'composer')
        studio.home.wait_ready('composer')

    for host, authority, why in (('localhost', 'other', 'certificate verify failed'),
                                 ('127.0.0.1', 'ca', 'does not match host name')):
        try_server(host, authority)
        contains(studio.home.refused('composer', 'sync'), why)
        same((False, 0), (studio.status()['reachable'], studio.rows()))
        contains(studio.status()['error'], why)
        still_answers(studio)
    try_server('localhost', 'ca')
    studio.sync()
    same((2, True, ''), (studio.rows(), studio.status()['reachable'], studio.status()['error']))
    assert re.search(r'user=studio_\w+ database=composer .*SSL enabled', file_text(os.path.join(folder, 'server.log')))


@claim(inside=Studio)
def a_full_server_is_asked_again(studio):
    role = f'studio_{studio.name}'
    studio.server.sql(f'alter role {role} connection limit 0')
    studio.use('Song', 0, 1)
    studio.level('use')
    contains(studio.home.refused('composer', 'sync'), 'too many connections')
    same((False, 2), (studio.status()['reachable'], studio.status()['outbox']))
    contains(studio.home.loophole('doctor', code=None).out, 'the last exchange failed: ')
    still_answers(studio)
    studio.server.sql(f'alter role {role} connection limit 5', "update composer.setting set value = 1 where name = 'most_rows'")
    studio.sync()
    same((1, 0, 1), (studio.rows(), studio.status()['outbox'], studio.status()['refused']))
    contains(studio.status()['refused_why'], 'more than 1 rows')
    still_answers(studio)
    studio.server.sql("update composer.setting set value = 1000 where name = 'most_rows'")
    studio.sync()
    same((2, 0, None), (studio.rows(), studio.status()['outbox'], studio.status().get('refused')))
    contains(studio.home.loophole('doctor', code=None).out, 'statements not sent yet: 0')


@claim(inside=Studio)
def statements_that_are_made_again_need_no_further_room(studio):
    studio.server.sql("update composer.setting set value = 3 where name = 'most_rows'")
    studio.use('Song', 0, 1)
    studio.join()
    for _ in range(3):
        for sign, rows in (('+', 1), ('-', 0)):
            studio.home.loophole('tag', studio.sound(0), f'{sign}dusty')
            studio.sync()
            same((2, rows, None), (studio.rows(), studio.rows('evidence_word'), studio.status().get('refused')))


@claim(inside=Studio)
def a_full_studio_still_withdraws_replaces_and_reads(studio):
    server, home = studio.server, studio.home
    server.sql("update composer.setting set value = 4 where name = 'most_rows'")
    studio.use('Song', 0, 1)
    home.loophole('edit', studio.sound(0), 'class=kick')
    home.loophole('tag', studio.sound(0), '+warm')
    studio.join()
    server.round(1)

    def words():
        studio.sync()
        same((2, feed(server), 0, ''), (studio.rows(), *map(studio.status().get, ('inbox', 'outbox', 'error'))))
        return server.sql("select string_agg(attribute || '=' || value, ' ' order by attribute) from composer.evidence_word")

    home.loophole('tag', studio.sound(1), '+dusty')
    same(('class=kick tag:warm=yes', 1), (words(), studio.status()['refused']))
    home.loophole('edit', studio.sound(0), 'class=snare')
    same(('class=snare tag:warm=yes', 1), (words(), studio.status()['refused']))
    home.loophole('tag', studio.sound(0), '-warm')
    home.loophole('tag', studio.sound(1), '+late')
    same(('class=snare tag:late=yes', 1), (words(), studio.status()['refused']))
    home.loophole('tag', studio.sound(1), '-dusty')
    same(('class=snare tag:late=yes', None), (words(), studio.status().get('refused')))


@claim(inside=Studio)
def half_an_answer_changes_nothing_and_the_offers_count_once(studio):
    folder = studio.home.file('half')
    os.mkdir(folder)
    half = Half(folder, studio.server)
    studio.home.settings('[composer]\nserver = ' + studio.setting.replace(studio.server.folder, folder) + '\n')
    studio.home.loophole('restart', 'composer')
    studio.home.wait_ready('composer')
    studio.use('Song', 0, 1, 2)
    studio.level('use')
    for half.passes in (0, 1, 5, 40, 120):
        assert studio.home.refused('composer', 'sync')
        same((3, 0), (studio.status()['outbox'], studio.status()['inbox']))
        still_answers(studio)
    same(3, studio.rows())
    half.passes = 1 << 20
    studio.home.loophole('composer', 'sync', code=None)
    until(lambda: studio.home.loophole('composer', 'sync', code=None).code == 0, what='an exchange ends')
    same((3, 0), (studio.rows(), studio.status()['outbox']))


@claim(inside=Studio)
def a_server_restored_from_a_dump_is_given_and_read_all_again(studio):
    server, dump = studio.server, studio.home.file('dump')
    studio.use('Song 1', 0, 1)
    studio.join()
    server.round(1)
    studio.sync()
    epoch = server.sql('select composer.epoch()')
    run(server, 'pg_dump', '-Fc', '-f', dump, 'composer')
    studio.use('Song 2', 2, 3, 4)
    studio.sync()
    server.round(1)
    studio.sync()
    same(5, studio.rows())
    with restored(server, dump):
        same(2, studio.rows())
        assert epoch != server.sql('select composer.epoch()')
    studio.sync()
    same(5, studio.rows())
    same(feed(server), studio.status()['inbox'])
    contains(studio.home.log('composer'), 'the server was restored')


@claim(inside=Studio)
def a_clearing_of_the_inbox_that_was_cancelled_is_continued(studio):
    server, home, dump, lessons = studio.server, studio.home, studio.home.file('dump'), 5000  # persist clears 4,096 at once
    home.settings(f'[composer]\nserver = {studio.setting}\n[supervisor]\nhang_ms = 300000\n')
    home.stop()
    home.up()
    home.wait_ready('composer')
    studio.use('Song', 0, 1)
    studio.join()
    server.round(1)
    run(server, 'pg_dump', '-Fc', '-f', dump, 'composer')
    server.sql("insert into composer.pack (name, title) values ('zanzibar', 'Zanzibar')",
               "insert into composer.pack_content select 'zanzibar', decode(md5(n::text), 'hex') "
               f'from generate_series(1, {lessons}) n')
    server.round(1)
    studio.sync()
    whole = studio.status()['inbox']
    same((feed(server), True), (whole, whole > lessons))
    client, persist = home.client(), home.pid('persist')
    with restored(server, dump):
        os.kill(persist, signal.SIGSTOP)
    client.send('composer.sync')
    until(lambda: 'the server was restored' in home.log('composer'))
    client.must('composer.cancel', {'task': client.must('composer.status')['tasks'][0]['id']})
    os.kill(persist, signal.SIGCONT)
    until(lambda: studio.status()['inbox'] < whole, what='a part of the inbox is cleared')
    studio.sync()
    same(feed(server), studio.status()['inbox'])


run_claims()
