#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Rounds count only what changed, and publish what a round that counts everything would publish. The server is a real one."""
import base64
import contextlib
import json
import os
import random
import signal
import subprocess

from tests.claims import LONG, SEED, claim, run_claims, same, until
from tests.composer.composing import TOOL, Server, as_studio
from tests.composer.rounds import STATE, WHOLE_ROUND, Changes, after_a_round, after_a_whole_round, sound

SETTINGS = (('least_studios', 3), ('colluders', 1), ('least_age', 86400), ('longest_context', 7), ('trim_least', 5))


@contextlib.contextmanager
def community(home):
    server = Server(home)
    changes = Changes(random.Random(SEED))
    try:
        server.sql(WHOLE_ROUND, *(f"update composer.setting set value = {value} where name = '{name}'" for name, value in SETTINGS))
        for _ in range(12):
            server.sql(*changes.next(40))
        yield server, changes
    finally:
        server.end()


def publishes_what_a_whole_one_would(server, why):
    whole = after_a_whole_round(server)
    same(whole.split('\n', 1)[1], after_a_round(server).split('\n', 1)[1], why)


@claim(inside=community)
def a_round_of_changes_publishes_what_a_whole_one_would(given):
    server, changes = given
    after_a_round(server)
    server.sql('create or replace function composer.has_many_notes(who text) returns boolean language sql '
               'as $$ select hashtext(who) % 2 = 0 $$')
    for number in range(600 if LONG else 30):
        made = changes.next(changes.chance.choice((0, 1, 1, 2, 3, 5)))
        server.sql(*made, 'select 1')
        publishes_what_a_whole_one_would(server, f'round {number} after {made}')


FOUR = "generate_series(1, 4) n"
DUSTY = ("insert into composer.pack (name, title, tags) values ('dusty', 'Dusty', '{dusty}')",
         f"insert into composer.pack_content values ('dusty', {sound('dusty')})")
STEPS = (
    ("insert into composer.studio (name, joined) select 'studio_four_' || n, now() - interval '9 days' from " + FOUR,
     'insert into composer.evidence_word (studio, content, attribute, value) '
     f"select 'studio_four_' || n, {sound('dusty')}, 'tag:dusty', 'yes' from " + FOUR),
    DUSTY, ("delete from composer.pack where name = 'dusty'",),  # the pack's word goes, the studios' one stays
    ("update composer.setting set value = 2 where name = 'colluders'",), DUSTY,  # now four are too few to publish anything
    ("delete from composer.evidence_word where studio in ('studio_four_1', 'studio_four_2')",),
    ("delete from composer.pack where name = 'dusty'",),
    ('truncate composer.evidence_use',), ('truncate composer.mark',))


@claim(inside=community)
def rare_changes_publish_what_a_whole_round_would(given):
    server, _ = given
    after_a_round(server)
    for step in STEPS:
        server.sql(*step)
        publishes_what_a_whole_one_would(server, f'after {step}')


@claim(inside=community)
def the_notes_of_a_studio_are_few(given):
    server, _ = given
    notes = "select count(*) from composer.changed where studio = 'studio_loud'"
    words = ('insert into composer.evidence_word (studio, content, attribute, value) '
             f"values ('studio_loud', {sound('loud')}, 'class', 'kick') "
             'on conflict (content, studio, engine, attribute) do update set value = excluded.value')
    server.sql("insert into composer.studio (name, joined) values ('studio_loud', now() - interval '9 days')", words)
    after_a_round(server)
    same('0', server.sql(words, notes), 'the same word again')
    uses = ("insert into composer.evidence_use (studio, content, context, role, section) select 'studio_loud', "
            f"{sound('loud')}, decode(md5('loud ' || n), 'hex'), '', '' from generate_series({{}}, {{}}) n")
    same('4096', server.sql(uses.format(1, 4096), notes))
    same('4097', server.sql(uses.format(4097, 4100), notes), 'one for a statement')
    publishes_what_a_whole_one_would(server, 'after all notes')
    same('1', server.sql("delete from composer.evidence_use where studio = 'studio_loud'", notes), 'of more than 4,096 rows')
    publishes_what_a_whole_one_would(server, 'after the deletion')


# Each statement of a round that writes counts; at the number of `stop` it waits for a lock, which the claim holds.
STOP = """create sequence stop_at; create table stop (at bigint); insert into stop values (0);
create function wait_here() returns trigger language plpgsql security definer set search_path = public, pg_catalog as $$
begin
    if pg_trigger_depth() = 1 and nextval('stop_at') = (select at from stop) then perform pg_advisory_lock(7); end if;
    return null;
end $$;
do $$ declare each text; begin
    for each in select oid::regclass::text from pg_class where relnamespace = 'composer'::regnamespace and relkind in ('r', 'p')
            and not relispartition and relname <> 'migration' loop
        execute 'create trigger wait_here after insert or update or delete on ' || each || ' for each statement execute function wait_here()';
    end loop;
end $$"""
HOLDER = "select pid from pg_locks where locktype = 'advisory' and not granted"


def begin(server, *statements):
    words = [word for statement in statements for word in ('-c', statement)]
    return subprocess.Popen([TOOL, 'psql', server.folder, '-At', *words], env=server.env,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def holds_the_lock(server):
    return server.sql("select 1 from pg_locks where locktype = 'advisory' and granted")


def end_the_holder(server):
    server.sql("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted")


class Stopped:
    """A round that stops at a statement: `pid` is its process, or None if it has fewer statements."""

    def __init__(self, server, number):
        self.server = server
        server.sql(f'update stop set at = {number}', "select setval('stop_at', 1, false)")
        self.lock = begin(server, 'select pg_advisory_lock(7)', 'select pg_sleep(600)')
        until(lambda: holds_the_lock(server))
        self.round = begin(server, 'select composer.publish_round()')
        until(lambda: self.round.poll() is not None or server.sql(HOLDER))
        self.pid = None if self.round.poll() is not None else int(server.sql(HOLDER))

    def go_on(self):
        end_the_holder(self.server)
        self.lock.wait()
        self.round.wait()


def exchange(setting, number, **offer):
    """Gives the offer with this number, the first being 1. Returns the number that the server accepted."""
    ask = {'generation': 'G' * 26, 'base': 0, 'offers': [{'id': number, 'content': base64.b64encode(b'c' * 16).decode(), **offer}]}
    return json.loads(as_studio(setting, f"select composer.exchange('{json.dumps(ask)}')"))['accepted']


@claim(inside=community)
def no_call_of_a_studio_waits_for_a_round(given):
    server, changes = given
    setting, use = server.studio('beside'), {'kind': 'use', 'context': base64.b64encode(b'x' * 16).decode()}
    same(1, exchange(setting, 1, **use))
    after_a_round(server)
    same(2, exchange(setting, 2, **use, role='bass'))
    server.sql(STOP, *changes.next(20), "select setval('stop_at', 1, false)", 'select composer.publish_round()')
    last = int(server.sql('select last_value from stop_at'))
    server.sql(*changes.next(20), 'insert into composer.mark (studio, context, reason, of_round) '
               "select studio, context, 'deleted by the round', true from composer.evidence_use where studio = 'studio_beside'")
    stopped = Stopped(server, last // 2)
    assert stopped.pid
    same(3, exchange(setting, 3, kind='word', attribute='class', value='kick'))
    same(4, exchange(setting, 4, **use, withdrawn=True))
    same('0', as_studio(setting, "select composer.next_look('{}')"))
    same('4', as_studio(setting, "select composer.forget('{}')"))
    same(str(stopped.pid), server.sql(HOLDER), 'the round still waits')
    stopped.go_on()
    server.sql('update stop set at = 0')
    publishes_what_a_whole_one_would(server, 'after the calls')


@claim(inside=community)
def no_round_waits_for_a_call(given):
    server, changes = given
    server.sql("insert into composer.studio (name) values ('studio_slow')",
               'insert into composer.mark (studio, context, reason, of_round) '
               "values ('studio_slow', '', 'deleted by the round', true)")
    call = begin(server, "begin; delete from composer.studio where name = 'studio_slow'", 'select pg_advisory_lock(7)',
                 'select pg_sleep(600)')
    until(lambda: holds_the_lock(server))
    server.sql('select composer.publish_round()')
    assert holds_the_lock(server), 'the call still goes on'
    end_the_holder(server)
    call.wait()
    server.sql(*changes.next(20))
    publishes_what_a_whole_one_would(server, 'after the call')


@claim(inside=community)
def a_setting_that_changes_during_a_round_is_for_the_next_one(given):
    server, changes = given
    after_a_round(server)
    server.sql(STOP, *changes.next(20))
    stopped = Stopped(server, 3)
    assert stopped.pid
    server.sql("update composer.setting set value = 6 where name = 'least_studios'")
    stopped.go_on()
    server.sql('update stop set at = 0')
    publishes_what_a_whole_one_would(server, 'after the setting')


@claim(inside=community)
def a_round_that_dies_at_any_statement_has_done_nothing(given):
    server, changes = given
    after_a_round(server)
    server.sql(STOP)
    number, deaths = 0, 0
    while True:
        number += 1 if LONG else 5
        server.sql(*changes.next(20))
        before, whole = server.sql(*STATE), after_a_whole_round(server)
        stopped = Stopped(server, number)
        if stopped.pid is None:
            stopped.go_on()
            break
        os.kill(stopped.pid, signal.SIGKILL)
        stopped.lock.wait()  # the server ends its connections, and takes new ones only when it has recovered
        stopped.round.wait()
        deaths += 1
        until(lambda: server.tool('psql', '-At', '-c', 'select 1', check=False) == '1')
        same(before, server.sql(*STATE), f'after a death at statement {number}')
        server.sql('update stop set at = 0')
        same(whole.split('\n', 1)[1], after_a_round(server).split('\n', 1)[1], f'after a death at statement {number}')
    assert deaths > 2, deaths


run_claims()
