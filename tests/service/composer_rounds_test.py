#!/usr/bin/python3
"""Rounds that count only what changed: after each of many random changes they publish what a count of everything would."""
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import LONG, SEED, claim, run_claims, same
from composing import TOOL, Server

STUDIOS = [f'studio_made{number}' for number in range(9)]
CONTENTS, CONTEXTS = range(9), range(4)
KEYS = 'kind, content, other, word'

# What a round must publish, counted from all evidence: the feed before it, and rows_now, which reads no counts that are kept.
WAS = 'create temp table was on commit drop as select * from composer.feed'
SET = "(select value from composer.setting where name = '{}')"
MOVED = f'''
with k as (select {SET.format('least_studios')} as k, {SET.format('colluders')} as c),
     fresh as materialized (select r.* from k, composer.rows_now(k) r)
select f.kind, f.content, f.other, f.word, f.value, case f.kind when 'pack' then f.together else f.together / s.step * s.step end,
       f.stacked / s.step * s.step, f.later / s.step * s.step, f.studios / s.step * s.step, f.confidence, false as gone, f.raw
    from k, lateral (select greatest(1, k / 2) as step) s, fresh f left join was o using ({KEYS})
    where (f.raw = 0 or f.raw >= k + c) and (o.position is null or o.gone or o.value <> f.value)
       or abs(o.raw - f.raw) >= k + c or (f.kind = 'pack' and o.together <> f.together)
union all
select o.kind, o.content, o.other, o.word, o.value, 0, 0, 0, 0, 0, true, 0
    from was o left join fresh f using ({KEYS}) where not o.gone and f.kind is null'''
PUBLISHED = f'''
select {KEYS}, value, together, stacked, later, studios, confidence, gone, raw from composer.feed
    where position > (select coalesce(max(position), 0) from was)'''
# The marks of a round, made from all evidence.
MARKED = f'''
with size as (select studio, context, n, n * (n - 1) as pairs
              from (select studio, context, count(distinct content) as n from composer.eligible_use group by 1, 2) c),
     of_studio as (select sum(pairs) as pairs from size where n <= {SET.format('longest_context')} group by studio),
     fence as (select greatest({SET.format('trim_least')}, {SET.format('trim_factor')}
                               * percentile_cont(0.75) within group (order by pairs)) as most from of_studio),
     so_far as (select *, sum(pairs) over (partition by studio order by n, context) as before from size),
     many as (select studio, count(*) as n from composer.eligible_word group by studio),
     word_fence as (select greatest({SET.format('trim_least')}, {SET.format('trim_factor')}
                                    * percentile_cont(0.75) within group (order by n)) as most from many),
     ranked as (select studio, content, attribute,
                       row_number() over (partition by studio order by md5(content), attribute) as number
                from composer.eligible_word)
select studio, context, null::bytea, null::text from so_far, fence
    where n > {SET.format('longest_context')} or (pairs > 0 and before > most)
union all
select studio, null, content, attribute from ranked, word_fence where number > most'''
KEPT = 'select studio, context, content, attribute from composer.mark where of_round'


def unlike(one, other):
    return (f'select count(*) from (({one}) except all ({other})) a', f'select count(*) from (({other}) except all ({one})) b')


CHECK = (WAS, 'select composer.publish_round() > -1', *unlike(PUBLISHED, MOVED), *unlike(KEPT, MARKED),
         'select composer.check_counts()')


class OnServer(Server):
    """A server without engines: claims write the evidence."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def together(self, *statements):
        """The output of all statements, in one transaction."""
        return self.tool('psql', '-At1', *(part for statement in statements for part in ('-c', statement))).split()


def content(number):
    return f"decode(md5('content {number}'), 'hex')"


class Changes:
    """Random statements about few studios and few sounds, so that counts cross the least number of studios often."""

    def __init__(self, chance):
        self.chance = chance

    def one(self):
        kinds = [self.use] * 6 + [self.unuse] * 3 + [self.move, self.word, self.word, self.unword, self.forget, self.age, self.age,
                 self.mark, self.unmark, self.owner, self.disown, self.pack, self.setting, self.nothing]
        return self.chance.choice(kinds)()

    def studio(self):
        return self.chance.choice(STUDIOS)

    def context(self):
        return f"'\\x{self.chance.choice(CONTEXTS):032x}'"

    def content(self):
        return content(self.chance.choice(CONTENTS))

    def use(self):
        rows = [f"('{self.studio()}', {self.content()}, {self.context()}, '{self.chance.choice(['', 'drums', 'Bass', 'bass'])}', "
                f"'{self.chance.choice(['', 'intro', 'chorus', 'odd'])}')" for _ in range(self.chance.randint(1, 12))]
        return f"insert into composer.evidence_use values {', '.join(rows)} on conflict do nothing"

    def unuse(self):
        return (f"delete from composer.evidence_use where studio = '{self.studio()}' and (content = {self.content()} "
                f'or context = {self.context()})')

    def move(self):
        return (f"update composer.evidence_use set context = decode(md5(context::text || {self.chance.random()}), 'hex') "
                f"where studio = '{self.studio()}'")

    def word(self):
        return ('insert into composer.evidence_word (studio, content, attribute, value) '
                f"select '{self.studio()}', c, '{self.chance.choice(['class', 'tag:dusty'])}', '{self.chance.choice('ab')}' from "
                f"unnest(array[{', '.join(content(n) for n in self.chance.sample(CONTENTS, 4))}]) c "
                'on conflict (content, studio, engine, attribute) do update set value = excluded.value')

    def unword(self):
        return f"delete from composer.evidence_word where studio = '{self.studio()}' and content > {self.content()}"

    def forget(self):
        one = self.studio()
        return f"select composer.drop_rows('{one}', null) > -1; delete from composer.studio where name = '{one}'"

    def age(self):
        return (f"insert into composer.studio (name, joined) values ('{self.studio()}', now() - interval "
                f"'{self.chance.choice([0, 0, 2])} days') on conflict (name) do update set joined = excluded.joined")

    def mark(self):
        what = self.chance.choice(['null, null, null', f'{self.context()}, null, null', f"null, {self.content()}, 'class'"])
        return f"insert into composer.mark (studio, context, content, attribute, reason) values ('{self.studio()}', {what}, 'why')"

    def unmark(self):
        return 'delete from composer.mark where not of_round and ctid = (select min(ctid) from composer.mark where not of_round)'

    def owner(self):
        return (f"insert into composer.owner values ('{self.studio()}', '{self.chance.choice(['anna', STUDIOS[0]])}') "
                'on conflict (studio) do update set owner = excluded.owner')

    def disown(self):
        return f"delete from composer.owner where studio = '{self.studio()}'"

    def pack(self):
        return self.chance.choice([
            "insert into composer.pack values ('pack', 'Pack', 'Maker', '{dusty}') on conflict (name) do update set vendor = ''",
            f"insert into composer.pack_content select 'pack', {self.content()} from composer.pack on conflict do nothing",
            'delete from composer.pack_content', 'delete from composer.pack'])

    def setting(self):
        name, values = self.chance.choice([('least_studios', (2, 3, 4)), ('colluders', (0, 1)), ('longest_context', (4, 6)),
                                           ('trim_least', (8, 1000)), ('least_age', (0, 86400))])
        return f"update composer.setting set value = {self.chance.choice(values)} where name = '{name}'"

    def nothing(self):
        return 'select 1 > 0'


@claim(inside=OnServer)
def a_round_publishes_what_a_count_of_everything_would(server):
    changes = Changes(random.Random(SEED))
    server.sql("update composer.setting set value = 2 where name = 'least_studios'",
               "update composer.setting set value = 1 where name = 'colluders'",
               "update composer.setting set value = 8 where name = 'trim_least'")
    for _ in range(3000 if LONG else 40):
        made = [changes.one() for _ in range(changes.chance.randint(1, 3))]
        server.sql(*made)
        same(['t', '0', '0', '0', '0', '0'], server.together(*CHECK))
    assert int(server.sql('select count(*) from composer.feed')) > 10


def fill(server, first, last):
    server.sql('insert into composer.evidence_use (studio, content, context, role, section) '
               f"select 'studio_made' || n, decode(md5('content ' || c), 'hex'), decode(md5('song ' || n), 'hex'), '', '' "
               f'from generate_series({first}, {last}) n, generate_series(1, 4) c')


@claim(inside=OnServer)
def a_round_counts_again_only_what_changed(server):
    """A count that is falsified stays false until its sound changes, or everything is counted."""
    fill(server, 1, 6)
    assert server.round(2) > 0
    server.sql(f"update composer.tally set together = 100 where kind = 'use' and content = {content(1)}")
    same('1', server.sql('select composer.check_counts()'))
    server.sql("insert into composer.evidence_use select studio, decode(md5('more'), 'hex'), decode(md5(studio), 'hex'), '', '' "
               'from composer.evidence_use on conflict do nothing')
    same((1, '1'), (server.round(2), server.sql('select composer.check_counts()')))
    same(0, server.round(2))
    server.sql('select composer.count_again()')
    server.round(2)
    same('0', server.sql('select composer.check_counts()'))


TRACES = ("select (select count(*) from composer.touched_use where studio = '{0}') + (select count(*) from composer.context_size "
          "where studio = '{0}') + (select count(*) from composer.standing where studio = '{0}')")


def forget(server, name):
    return server.tool('psql', '-At', '-c', f'create role {name} login in role composer_studio',
                       '-c', f'set session authorization {name}', '-c', "select composer.forget('{}')")


@claim(inside=OnServer)
def a_studio_that_forgets_during_a_round_waits_for_nothing(server):
    fill(server, 1, 7)
    server.sql("insert into composer.studio (name) select 'studio_made' || n from generate_series(1, 7) n")
    server.round(2)
    same(('5', '0'), (forget(server, 'studio_made7'), server.sql(TRACES.format('studio_made7'))))
    server.sql("insert into composer.evidence_use select studio, content, decode(md5(studio), 'hex'), '', '' "
               "from composer.evidence_use where studio = 'studio_made6'")
    with subprocess.Popen([TOOL, 'psql', server.folder, '-At'], env=server.env, text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as late:
        late.stdin.write('begin; select composer.publish_round() > -1;\n')
        late.stdin.flush()
        same('t', late.stdout.readline().strip())
        same('9', forget(server, 'studio_made6'))
        late.stdin.write('commit;\n')
        late.stdin.close()
        same(0, late.wait(60))
    server.round(2)
    same(('5', '0', '0'), (server.sql("select together from composer.tally where kind = 'total'"),
                           server.sql('select composer.check_counts()'), server.sql(TRACES.format('studio_made6'))))


run_claims()
