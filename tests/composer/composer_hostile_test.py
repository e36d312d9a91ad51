#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A studio is a stranger with psql: what it can send, what each statement returns, and that it stops no other one. With a
real PostgreSQL server."""
import base64
import contextlib
import json
import subprocess

from tests.claims import claim, contains, run_claims, same, until
from tests.composer.composing import Studio, as_studio

CALLS = ['exchange', 'forget', 'held', 'near_sounds', 'next_look', 'team']


@claim(inside=Studio)
def a_studio_may_execute_six_functions_and_has_no_other_right(studio):
    role, sql = f'studio_{studio.name}', studio.server.sql
    may = sql(f"select proname from pg_proc where has_function_privilege('{role}', oid, 'execute') and "
              f"has_schema_privilege('{role}', pronamespace, 'usage') order by 1").splitlines()
    same(sorted(CALLS + ['jsonb_in', 'textout']), may)  # these two cast the text of a call
    same('', sql("select relname from pg_class where relkind in ('r', 'v', 'm', 'p', 'S', 'f') and "
                 f"has_schema_privilege('{role}', relnamespace, 'usage') and case relkind when 'S' then "
                 f"has_sequence_privilege('{role}', oid, 'usage,select,update') else has_table_privilege('{role}', oid, "
                 f"'select,insert,update,delete,truncate,references,trigger') or has_any_column_privilege('{role}', oid, "
                 "'select,insert,update,references') end"))
    same('', sql(f"select nspname from pg_namespace where has_schema_privilege('{role}', oid, 'create')"))
    same('', sql(f"select lanname from pg_language where lanpltrusted and has_language_privilege('{role}', oid, 'usage')"))
    same('f|t', sql(f"select has_database_privilege('{role}', 'composer', 'create,temporary'), "
                    f"has_database_privilege('{role}', 'composer', 'connect')"))
    same('t', sql("select bool_and(prosecdef and proconfig::text like '%search_path=pg_catalog, pg_temp%') from pg_proc "
                  f"where pronamespace = 'composer'::regnamespace and proname = any ('{{{','.join(CALLS)}}}')"))
    same('', sql('select proname from pg_proc p join pg_roles r on r.oid = proowner where prosecdef and rolsuper and pronargs > 0 '
                 "and pronamespace = 'composer'::regnamespace"))


DENIED, TEMPORARY = 'permission denied', 'permission denied to create temporary tables'
ASK = '\'{"generation": "01J00000000000000000000099", "position": 0, "accepted": 0, "stamp": 0, "offers": []}\''

NO_MEMBER = '={"refused": "this engine is a member of no team"}'


def team_ask(what, **more):
    return f"select composer.team('{json.dumps({'what': what, 'engine': 'AAAAAAAAAAAAAAAAAAAAAA==', **more})}')"


# What a studio sends, and a part of the answer; "=": the whole answer.
SENT = [
    # rows, of others and its own
    ('select * from composer.evidence_use', DENIED),
    ('select raw from composer.feed', DENIED),
    ('select * from composer.evidence_use_0', DENIED),
    ('select * from composer.counted_use', DENIED),
    ("select 1 from composer.evidence_use where studio = 'studio_other'", DENIED),
    ("insert into composer.evidence_use values ('studio_other', '\\x00', '\\x00', '', '')", DENIED),
    ('update composer.studio set joined = null', DENIED),
    ('delete from composer.generation', DENIED),
    ('truncate composer.evidence_use', DENIED),
    ('copy composer.evidence_use to stdout', DENIED),
    ('copy (select * from composer.mark) to stdout', DENIED),
    ("copy composer.mark to program 'id'", 'must be superuser'),
    ('merge into composer.mark m using composer.studio s on m.studio = s.name when matched then delete', DENIED),
    ('select for update from composer.studio', 'syntax error'),
    ('table composer.setting', DENIED),
    # the planner
    ('explain select * from composer.evidence_use', DENIED),
    ("explain (analyze, format json) select 1 from composer.evidence_use where content >= '\\x00'", DENIED),
    ('explain select * from composer.counted_use', DENIED),
    ('explain select 1 from pg_stats', DENIED),
    # locks
    ('begin; lock table composer.evidence_use in access exclusive mode', DENIED),
    ('begin; lock table composer.round in access share mode', DENIED),
    ('begin; lock table pg_class in access share mode', DENIED),
    ("select pg_advisory_lock(hashtext('composer.publish_round'))", DENIED),
    ('select pg_try_advisory_xact_lock_shared(1)', DENIED),
    ('select pg_export_snapshot()', DENIED),
    # catalogues
    ('select rolname from pg_roles', DENIED),
    ('select * from pg_authid', DENIED),
    ('select usename from pg_user', DENIED),
    ('select member from pg_auth_members', DENIED),
    ('select usename, client_addr from pg_stat_activity', DENIED),
    ('select pg_stat_get_activity(null)', DENIED),
    ('select relname, n_live_tup from pg_stat_user_tables', DENIED),
    ('select pg_stat_get_live_tuples(1)', DENIED),
    ('select reltuples from pg_class', DENIED),
    ('select most_common_vals from pg_stats', DENIED),
    ('select * from pg_statistic', DENIED),
    ('select prosrc from pg_proc', DENIED),
    ('select * from pg_locks', DENIED),
    ('select * from pg_settings', DENIED),
    ('select * from pg_prepared_statements', DENIED),
    ('select * from information_schema.tables', DENIED),
    ('select pg_get_userbyid(10)', DENIED),
    ("select has_table_privilege('composer.feed', 'select')", DENIED),
    ('select pg_database_size(1)', DENIED),
    ("select pg_total_relation_size('composer.feed')", DENIED),
    ('select txid_current()', DENIED),
    ('select pg_ls_dir(\'.\')', DENIED),
    ('select current_database()', DENIED),
    ("select 'studio_nobody'::regrole", 'does not exist'),
    # things to leave behind
    ('create temp table t as select 1', TEMPORARY),
    ('create temp sequence s', TEMPORARY),
    ('create table composer.x (a int)', DENIED),
    ('create table public.x (a int)', DENIED),
    ('create schema x', DENIED),
    ("create function composer.f() returns int language sql as 'select 1'", DENIED),
    ('create extension pg_trgm schema composer', 'permission denied to create extension'),
    ('select lo_create(0)', DENIED),
    ("select lo_from_bytea(0, '\\x00')", DENIED),
    ("select pg_logical_emit_message(false, 'a', 'b')", DENIED),
    ('do $$ begin null; end $$', DENIED),
    # work without an end, and words to others
    ('select pg_sleep(9)', DENIED),
    ('select count(*) from generate_series(1, 9)', DENIED),
    ("select repeat('x', 9)", DENIED),
    ("select pg_notify('composer_round', '1')", DENIED),
    ('select pg_terminate_backend(1)', DENIED),
    ('select pg_reload_conf()', DENIED),
    # roles and settings
    ('set role composer_owner', DENIED),
    ('set session authorization postgres', DENIED),
    ('alter role current_user connection limit 1000', DENIED),
    ('alter role current_user createdb', DENIED),
    ("alter role current_user set temp_file_limit = '9GB'", DENIED),
    ('alter role current_user reset temp_file_limit', DENIED),
    ("set temp_file_limit = '9GB'", DENIED),
    ('set session_replication_role = replica', DENIED),
    ('alter role composer_owner rename to x', DENIED),
    ('grant composer_studio to composer_owner', 'must have admin option'),
    ('alter system set max_connections = 1', DENIED),
    ('alter database composer connection limit 0', 'must be owner'),
    ('checkpoint', 'must be superuser'),
    ('vacuum composer.feed', 'skipping'),
    ('drop owned by composer_owner', DENIED),
    ('security label on role studio_mal is null', 'no security label providers'),
    # the functions that are not its own
    ('select composer.publish_round()', DENIED),
    ('select composer.publish_touched(true, 1, 1)', DENIED),
    ('select * from composer.rows_touched(1)', DENIED),
    ('select composer.end_sessions()', DENIED),
    ('select composer.limit_accounts()', DENIED),
    ('select composer.add_studio()', DENIED),
    ("select composer.drop_studio('studio_other')", DENIED),
    ("select composer.drop_rows('studio_other', null)", DENIED),
    ('select composer.epoch()', DENIED),
    ("select composer.setting_of('least_studios')", DENIED),
    ("select composer.put_offers('studio_other', '', '{}')", DENIED),
    ("select composer.begin_generation(null, 'x', 0)", DENIED),
    ("select composer.near_exactly('studio_other', null, 1, 0, 1)", DENIED),
    # a team of which it is no member; another's engine
    ('select * from composer.team_said', DENIED),
    ('select name from composer.team_of', DENIED),
    ('select count(*) from composer.team_member', DENIED),
    ('select hash from composer.team_code', DENIED),
    ('delete from composer.team_account', DENIED),
    ('explain (analyze) select 1 from composer.team_said where position = 1', DENIED),
    ("insert into composer.team_member values ('studio_mal', '', null, '', '')", DENIED),
    ("select composer.team_hash('x')", DENIED),
    ('select composer.show_team(null)', DENIED),
    ('select composer.said_after(null, 0, true)', DENIED),
    ("select composer.take_said(null, '[]')", DENIED),
    (team_ask('show'), NO_MEMBER),
    (team_ask('exchange', position=0, said=[]), NO_MEMBER),
    (team_ask('code'), NO_MEMBER),
    (team_ask('leave', forget=True), NO_MEMBER),
    (team_ask('join', code='0' * 40, name='mal'), '={"refused": "the code is wrong, expired, used up or revoked"}'),
    (team_ask('join', code='0' * 40, name='mal'), '{"refused": "'),  # the same, or that it must wait
    (team_ask('create', team='x' * 65, name='mal'), 'violates check constraint'),
    ('select composer.team(null)', 'expected an object'),
    ("select composer.team('{}')", 'expected an engine of 16 bytes'),
    # its own, with odd words
    ('select composer.exchange(null)', 'expected an object'),
    ("select composer.exchange('[]')", 'expected an object'),
    ('select composer.exchange(\'{"offers": 1}\')', 'cannot get array length'),
    ("select composer.exchange('{}')", 'expected a generation of 26 characters'),
    ('select composer.exchange(\'{"engine": "x"}\')', 'base64'),
    ('select composer.exchange(\'{"engine": "AAAA"}\')', 'expected an engine of 16 bytes'),
    ("select composer.near_sounds(null, 10)", 'expected 64 numbers'),
    ("select composer.near_sounds('{1}', 10)", 'expected 64 numbers'),
    ("set role composer_studio; select composer.held()", '=0'),
    # that is allowed, and harms nobody
    ('explain (analyze, costs off, timing off, summary off) select composer.held()', 'Result'),
    ('notify composer_round', '='),
    ('listen composer_round', '='),
    ('set statement_timeout = 0; show statement_timeout', '=0'),
    ("alter role current_user set statement_timeout = 0", '='),
    ("select 1", '=1'),
    (f'select composer.next_look({ASK})', '=0'),
]


@claim(inside=Studio)
def each_thing_that_a_studio_sends_by_psql_is_refused_or_harmless(studio):
    other, server = studio.beside(), studio.server
    studio.use('Song', 0, 1)
    other.use('Song', 1, 2, 3)
    for one in (studio, other):
        one.join()
    other.json('team', 'create', 'Studio')
    server.round(2)
    mal = server.studio('mal')
    wrong = []
    for statement, expected in SENT:
        answer = as_studio(mal, statement)
        if answer != expected[1:] if expected.startswith('=') else expected not in answer:
            wrong.append((statement, answer))
    same([], wrong)
    same((2, 3), (studio.rows(), other.rows()))
    same('0', server.sql("select count(*) from pg_largeobject_metadata"))
    theirs = as_studio(mal, f'select composer.exchange({ASK})')
    contents = "select encode(content, 'base64') from composer.evidence_use group by content having count(distinct studio)"
    public, secrets = (server.sql(f'{contents} {what}').splitlines() for what in ('= 2', "= 1 union select name from composer.studio "
                                                                                  "where name <> 'studio_mal'"))
    same((1, 3 + 2), (len(public), len(secrets)))
    contains(theirs, public[0])
    for secret in secrets:
        assert secret not in theirs, secret
    other.use('Song 2', 4)
    other.sync()
    same(4, other.rows())


def key(engine):
    """Of an engine with a short name, as it is sent."""
    return base64.b64encode(engine.encode().ljust(16)).decode()


class Session:
    """psql as a studio that stays connected."""

    def __init__(self, setting):
        self.psql = subprocess.Popen(['psql', '-XAtq', setting], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True)

    def say(self, statement):
        """The first line of the answer to it."""
        with contextlib.suppress(BrokenPipeError):  # it was refused
            self.psql.stdin.write(statement + '\n')
            self.psql.stdin.flush()
        return self.psql.stdout.readline().strip()

    def end(self):
        """Returns what else it printed."""
        with contextlib.suppress(BrokenPipeError):
            self.psql.stdin.close()
        rest = self.psql.stdout.read()
        self.psql.stdout.close()
        self.psql.wait(600)
        return rest


@claim(inside=Studio)
def a_studio_in_the_middle_of_a_transaction_holds_up_no_other_and_no_round(studio):
    server = studio.server
    mal = Session(server.studio('mal'))
    mal.say('begin isolation level serializable;\\echo begun')
    contains(mal.say(f'select composer.exchange({ASK});'), '"known": true')
    same('2', mal.say('select composer.held();'))
    studio.use('Song', 0, 1)
    studio.join()
    assert server.round(1) > 0
    studio.sync()
    same((2, int(server.sql('select count(*) from composer.feed'))), (studio.rows(), studio.status()['inbox']))
    same('2', mal.say('select composer.held();'))
    mal.end()


@claim(inside=Studio)
def the_connections_of_one_account_are_limited_and_end(studio):
    """Also those of an account that was made without a limit, once a round has run."""
    server = studio.server
    server.sql("create role studio_mal login password 'mal' in role composer_studio",
               'create role studio_few login connection limit 3 in role composer_studio',
               "create role studio_set login in role composer_studio; alter role studio_set set temp_file_limit = '9MB'",
               'select composer.publish_round()')
    same(['studio_few|3|{temp_file_limit=64MB}', 'studio_mal|8|{temp_file_limit=64MB}', 'studio_set|8|{temp_file_limit=9MB}'],
         server.sql("select rolname, rolconnlimit, rolconfig from pg_roles where rolname in ('studio_mal', 'studio_few', 'studio_set') "
                    'order by 1').splitlines())
    same('0', server.sql('select composer.limit_accounts()'))
    sessions = [Session(f'host={server.folder} dbname=composer user=studio_mal password=mal') for _ in range(12)]
    said = [one.say('select 1;') for one in sessions]
    same(8, said.count('1'), said)
    assert all('too many connections for role' in one for one in said if one != '1'), said
    studio.use('Song', 0)
    studio.join()
    same(1, studio.rows())
    server.sql("update composer.setting set value = 1 where name = 'longest_session'")

    def left():
        server.sql('select composer.end_sessions()')
        return server.sql("select count(*) from pg_stat_activity where usename = 'studio_mal'")
    until(lambda: left() == '0', what='its sessions are ended')
    for one in sessions:
        one.end()


@claim(inside=Studio)
def no_way_to_write_an_offer_passes_the_greatest_number_of_rows(studio):
    """Each content twice, in one call; in two generations; and as another engine."""
    server = studio.server
    server.sql("update composer.setting set value = 3 where name = 'most_rows'")
    mal = server.studio('mal')

    def content(number):
        return base64.b64encode(((number - 1) // 2).to_bytes(16, 'big')).decode()

    def give(engine, generation, count):
        offers = ','.join(f'{{"id": {n}, "kind": "use", "content": "{content(n)}", '
                          '"context": "AAAAAAAAAAAAAAAAAAAAAA==", "stamp": 1}' for n in range(1, count + 1))
        return as_studio(mal, f'select composer.exchange(\'{{"engine": "{key(engine)}", "generation": "{generation:026}", "base": 0, '
                              f'"position": 0, "accepted": 0, "stamp": 0, "offers": [{offers}]}}\')')
    for number, engine in enumerate(('a', 'a', 'b', 'c')):
        contains(give(engine, number, 20), '"accepted": 20')
        same(3, server.rows('mal'))
        same('3', server.sql("select sum(rows) from composer.engine where studio = 'studio_mal'"))
    contains(give('d', 9, 4097), 'at most 4096 offers')
    server.sql("update composer.setting set value = 4 where name = 'most_engines'")
    contains(give('d', 10, 1), '"accepted": 1')
    contains(give('e', 11, 1), 'has 4 engines already')
    for number in range(100, 170):
        give('a', number, 0)
    same('t', server.sql("select count(*) <= 64 + 3 from composer.generation where studio = 'studio_mal'"))


OFFER = ('{"id": 1, "kind": "use", "content": "AAAAAAAAAAAAAAAAAAAAAA==", "context": "AAAAAAAAAAAAAAAAAAAAAA==", "role": "drums", '
         '"stamp": 7}, {"id": 2, "kind": "word", "content": "AAAAAAAAAAAAAAAAAAAAAA==", "attribute": "class", "value": "kick", '
         '"stamp": 8}')


def ask_of(engine, generation, accepted, stamp, offers=''):
    engine = f'"engine": "{key(engine)}", ' if engine else ''
    return (f'select composer.exchange(\'{{{engine}"generation": "{generation:026}", "base": 0, "position": 0, '
            f'"accepted": {accepted}, "stamp": {stamp}, "offers": [{offers}]}}\')')


@claim(inside=Studio)
def an_engine_goes_on_with_what_its_studio_shared_without_naming_one(studio):
    server = studio.server
    two = [server.studio(name) for name in ('one', 'two')]
    for setting in two:
        contains(as_studio(setting, ask_of('', 1, 0, 0, OFFER)), '"accepted": 2')
    answer = as_studio(two[0], ask_of('laptop', 1, 2, 8))
    contains(answer, '"known": true')
    contains(answer, '"accepted": 2')
    same('4', as_studio(two[0], 'select composer.held()'))
    same('\\x' + b'laptop'.ljust(16).hex(), server.sql("select distinct substring(context from 17) from composer.evidence_use "
                                                       "where studio = 'studio_one'"))
    same('4', as_studio(two[1], 'select composer.held()'))
    contains(as_studio(two[1], ask_of('', 1, 2, 8)), '"accepted": 2')


run_claims()
