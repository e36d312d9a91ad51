#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The rules of an exchange: which data leaves the studio, which value wins, and how a server is
made. With a real PostgreSQL server."""
import os
import tempfile

from tests.claims import TOP, claim, contains, run_claims, same, until
from tests.composer.composing import TOOL, Studio


def contexts(studio):
    return set(studio.server.sql('select distinct context from composer.evidence_use where '
                                 f"studio = 'studio_{studio.name}'").split())


@claim(inside=Studio)
def the_salt_of_a_studio_is_its_own_and_is_kept(studio):
    other = studio.beside()
    for one in (studio, other):
        one.use('Song', 0, 1)
        one.join()
        same(1, len(contexts(one)))
    assert contexts(studio).isdisjoint(contexts(other))
    before = contexts(studio)
    studio.home.stop()
    studio.home.up()
    studio.home.wait_ready('composer')
    studio.use('Song', 2)
    studio.sync()
    same((before, 3), (contexts(studio), studio.rows()))


@claim(inside=Studio)
def show_prints_the_hash_that_a_server_knows(studio):
    studio.use('Song', 0)
    studio.join()
    printed = studio.home.loophole('show', '--content', studio.sound(0)).out
    same('\\x' + printed.strip(), studio.server.sql('select content from composer.evidence_use'))


def give_class(studio, number, source, word):
    """A fact of a person, or one that a worker found in the file."""
    client, at = studio.home.client(), os.stat(studio.sound(number))
    media = client.must('search.get', {'path': studio.sound(number).encode()})['item']['media']
    fact = {'attribute': 'class', 'source': source, 'text': word, 'confidence': 1.0, 'shown': True}
    edit = {'edit': {'id': media['id'], 'facts': [fact]}}
    found = {'analysed': {'id': media['id'], 'size': at.st_size, 'mtime': at.st_mtime_ns // 1000, 'state': 'done', 'analyser': 1,
                          'container': media['container'], 'content': media['content'], 'facts': [fact]}}
    client.must('persist.batch', {'operations': [found if source == 'file' else edit]})
    client.close()


@claim(inside=Studio)
def a_fact_of_the_community_comes_after_a_person_and_a_file_and_before_an_analysis(studio):
    home = studio.home

    def shown(number):
        line = home.first('show', studio.sound(number))
        return line['class'], line['class_source']

    studio.use('Song', 0, 1, 2)
    studio.join()
    give_class(studio, 0, 'file', 'snare')
    give_class(studio, 1, 'user', 'tom')
    until(lambda: shown(2)[1] == 'analysis')
    studio.server.sql("insert into composer.evidence_word select 'studio_other', content, 'class', 'zanzibar' "
                      'from composer.evidence_use')
    studio.server.round(1)
    studio.sync()
    until(lambda: shown(2) == ('zanzibar', 'composer'))
    same([('snare', 'file'), ('tom', 'user')], [shown(0), shown(1)])


@claim(inside=Studio)
def an_exchange_is_an_event(studio):
    client = studio.home.client()
    studio.use('Song', 0, 1)
    events, seen = client.listen('composer', 'composer.synced'), []
    studio.level('use')

    def has_come():
        seen.append(client.heard(events, 1000))
        return any(one and one[3]['offered'] == 2 for one in seen)
    until(has_come, what='the event of the exchange')


@claim(inside=Studio)
def evidence_is_partitioned_by_content_and_passwords_are_scram(studio):
    server = studio.server
    same('composer.evidence_use|HASH (content)\ncomposer.evidence_word|HASH (content)\ncomposer.sound|HASH (content)', server.sql(
        'select partrelid::regclass, pg_get_partkeydef(partrelid) from pg_partitioned_table order by partrelid::regclass::text'))
    same('t', server.sql("select bool_and(rolpassword like 'SCRAM-SHA-256$%') from pg_authid where rolname like 'studio_%'"))


@claim(inside=Studio)
def a_round_can_be_computed_again_from_the_evidence(studio):
    server, rows = studio.server, ('select kind, content, other, word, value, together, stacked, later, studios, confidence '
                                   'from composer.feed where not gone order by 1, 2, 3, 4')
    studio.level('use')
    studio.use('Song', 0, 1, 2, section='chorus')
    studio.home.loophole('tag', studio.sound(0), '+dusty')
    studio.sync()
    server.round(1)
    first = server.sql(rows)
    assert len(first.splitlines()) > 6, first
    server.sql('truncate composer.feed, composer.round')
    server.round(1)
    same(first, server.sql(rows))
    studio.sync()
    same(len(first.splitlines()), studio.status()['inbox'])


@claim(inside=Studio)
def the_script_of_serve_makes_a_server_and_may_run_again(studio):
    server = studio.server
    script = studio.home.loophole('composer', 'serve').out
    for words in ('pg_hba.conf', 'scram-sha-256', 'ssl = on', 'createdb composer'):
        contains(script, words)
    server.sql('create database made')
    with open(os.path.join(server.folder, 'password'), encoding='ascii') as password:
        env = dict(server.env, PGPASSWORD=password.read())
    for _ in range(2):
        studio.home.run('env', f'PGPASSWORD={env["PGPASSWORD"]}', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', server.folder,
                        '-U', 'postgres', '-d', 'made', input=script)
    setting = studio.setting.replace('dbname=composer', 'dbname=made')
    studio.home.settings(f'[composer]\nserver = {setting}\n')
    studio.home.loophole('restart', 'composer')
    studio.home.wait_ready('composer')
    studio.use('Song', 0, 1)
    studio.join()
    same('2', server.tool('psql', '-At', '-d', 'made', '-c', 'select count(*) from composer.evidence_use'))


@claim(inside=Studio)
def a_server_with_a_part_of_the_former_schema_is_refused_and_one_with_all_of_it_goes_on(studio):
    server = studio.server
    script = studio.home.loophole('composer', 'serve').out
    with open(os.path.join(server.folder, 'password'), encoding='ascii') as password:
        psql = ('env', f'PGPASSWORD={password.read()}', 'psql', '-Xq', '-h', server.folder, '-U', 'postgres', '-d', 'composer')
    granted = "select has_table_privilege('composer_studio', 'composer.setting', 'select')"
    server.sql('grant select on composer.setting to composer_studio', 'create table kept as table composer.migration',
               'delete from composer.migration where number > 12', "delete from composer.setting where name = 'most_teams'")
    said = studio.home.fails(*psql, input=script)
    contains(said, 'the schema composer of the database composer is of a version before the first release: it has 12 of 19 migrations')
    contains(said, 'Nothing was changed. Keep what matters with pg_dump, and run this script in another, empty database.')
    same('t', server.sql(granted))  # the script sets all rights, if it runs to its end
    server.sql('insert into composer.migration table kept on conflict do nothing')
    studio.home.run(*psql, input=script)
    same('f', server.sql(granted))
    same('0', server.sql("select count(*) from composer.setting where name = 'most_teams'"))  # nothing was made again


def refuses_no_studio(server):
    """A role that is no studio keeps its rows, and its session goes on."""
    server.sql("create role other login", "insert into composer.mark (studio, reason) values ('other', 'kept')",
               'insert into composer.studio (name) values (\'other\')')
    for role in ('other', 'postgres', 'composer_studio', 'composer_owner'):
        said = server.tool('psql', '-At', '-c', 'do $$ begin perform composer.drop_studio(\'' + role + '\'); raise \'removed\'; '
                           'exception when wrong_object_type then null; end $$', '-c', 'select 1')
        same('1', said.splitlines()[-1])
    same('1|1|1', server.sql("select (select count(*) from pg_roles where rolname = 'other'), (select count(*) from "
                             "composer.mark where studio = 'other'), (select count(*) from composer.studio where name = 'other')"))


@claim(inside=Studio)
def a_dropped_studio_leaves_no_row_and_no_role(studio):
    other, server = studio.beside(), studio.server
    for one in (studio, other):
        one.use('Song', 0, 1)
        one.home.loophole('tag', one.sound(0), '+dusty')
        one.join()
    name = f'studio_{other.name}'
    server.sql(f"insert into composer.mark (studio, reason) values ('{name}', 'left')",
               f"insert into composer.owner values ('{name}', 'anna')")
    other.home.stop()
    same('3', server.sql(f"select composer.drop_studio('{name}')"))
    same('0|0|0|0|0|0', server.sql("select " + ', '.join(
        f"(select count(*) from {table} where {column} = '{name}')" for table, column in (
            ('composer.evidence_use', 'studio'), ('composer.evidence_word', 'studio'), ('composer.mark', 'studio'),
            ('composer.owner', 'studio'), ('composer.studio', 'name'), ('pg_roles', 'rolname')))))
    same((2, 1), (studio.rows(), studio.rows('evidence_word')))
    refuses_no_studio(server)
    same('f', server.sql(f"select has_function_privilege('studio_{studio.name}', 'composer.drop_studio(text)', 'execute')"))


WRONG_SERVERS = ('host=localhost dbname=composer user=studio_x password=word1 word2secret',
                 'postgres://studio_x:word2secret@more@localhost/composer',
                 'postgres://studio_x:pass/word2secret@localhost/composer',
                 'postgres://studio_x:word2secret%zz@localhost/composer')


@claim(inside=Studio)
def no_part_of_a_password_stands_in_an_error(studio):
    home = studio.home
    for server in WRONG_SERVERS:
        home.settings(f'[composer]\nserver = {server}\n')
        pid = home.pid('composer')
        home.loophole('restart', 'composer')
        until(lambda: home.is_other('composer', pid))  # pylint: disable=cell-var-from-loop
        said = home.refused('composer', 'level', 'ask') + home.loophole('composer', 'status').out
        said += home.run('loophole', 'doctor', code=None).all + home.log('composer')
        contains(said, 'cannot be read as a connection string')
        assert 'word2secret' not in said and 'more@' not in said, (server, said)


@claim
def make_starts_a_server_for_trials_and_stops_it(home):
    folder = tempfile.mkdtemp(prefix='lpg-', dir='/tmp')
    os.chmod(folder, 0o755)
    words = ['make', '-s', '-C', TOP, f'COMPOSER_SERVER={folder}/server']
    try:
        for _ in range(2):  # the second time it runs already
            contains(home.run(*words, 'composer-server').out, f'it runs in {folder}/server')
        contains(home.run(TOOL, 'studio', f'{folder}/server', 'anna').out, 'user=studio_anna')
        same('1', home.run(TOOL, 'psql', f'{folder}/server', '-Atc', 'select 1').out.strip())
    finally:
        home.run(*words, 'composer-server-stop', code=None)
    assert not os.path.exists(f'{folder}/server/data/postmaster.pid')
    home.run('rm', '-rf', folder)


run_claims()
