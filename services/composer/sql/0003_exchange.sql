-- What studios share, what is published, and the exchange of both. A studio has no right on any table: it may only execute
-- the calls, which act on the rows of the account that logged in (session_user), whatever role is set. Nothing that a studio
-- can do takes a lock that another studio, or a round, waits for.

-- The evidence of studios. Both are partitioned by content, so that they can be spread over machines. The bounds are bytes, as in
-- schemas/community.schema: an engine refuses an answer with a longer text.
create table composer.evidence_use (
    studio  text not null,
    content bytea not null check (octet_length(content) = 16),
    context bytea not null check (octet_length(context) in (16, 32)), -- 32: the key of the engine is at its end
    role    text not null check (octet_length(role) <= 64),
    section text not null check (octet_length(section) <= 64),
    primary key (content, studio, context, role, section)
) partition by hash (content);
create table composer.evidence_word (
    studio    text not null,
    content   bytea not null check (octet_length(content) = 16),
    attribute text not null check (attribute = 'class' or (attribute like 'tag:_%' and octet_length(attribute) <= 64)),
    value     text not null check (octet_length(value) between 1 and 255),
    engine    text not null default '' check (octet_length(engine) <= 64),
    primary key (content, studio, engine, attribute)
) partition by hash (content);
do $$
begin
    for i in 0..7 loop
        execute format('create table composer.evidence_use_%s partition of composer.evidence_use '
                       'for values with (modulus 8, remainder %s)', i, i);
        execute format('create table composer.evidence_word_%s partition of composer.evidence_word '
                       'for values with (modulus 8, remainder %s)', i, i);
        execute format('alter table composer.evidence_use_%s owner to composer_owner', i);
        execute format('alter table composer.evidence_word_%s owner to composer_owner', i);
    end loop;
end $$;
create index on composer.evidence_use (studio, context);
create index on composer.evidence_word (studio);

-- What is published: the newest state of each row, in the order in which rounds changed them. Only publish_round writes
-- here, one at a time, so positions are in the order of commits.
create table composer.feed (
    position   bigint primary key,
    kind       text not null,
    content    bytea not null default '',
    other      bytea not null default '',
    word       text not null default '',
    value      text not null default '',
    together   bigint not null default 0,
    stacked    bigint not null default 0,
    later      bigint not null default 0,
    studios    bigint not null default 0,
    confidence double precision not null default 0,
    gone       boolean not null default false,
    raw        bigint not null default 0, -- the exact count when the row changed last; no studio reads it
    unique (kind, content, other, word)
);
create table composer.round (
    number  bigint primary key,
    token   uuid not null unique default gen_random_uuid(),
    at      timestamptz not null default now(),
    studios bigint not null
);

do $$
declare each text;
begin
    foreach each in array array['evidence_use', 'evidence_word', 'feed', 'round'] loop
        execute format('alter table composer.%I owner to composer_owner', each);
        execute format('alter table composer.%I enable row level security', each);
    end loop;
end $$;

-- Another word after every restore: a copy of the whole server has another system identifier, a recovery to a point in
-- time another timeline, and a database that pg_restore made has other numbers of its objects.
create function composer.epoch() returns text language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select md5(concat_ws(' ', s.system_identifier, c.timeline_id, 'composer.feed'::regclass::oid,
                         (select oid from pg_database where datname = current_database())))
    from pg_control_system() s, pg_control_checkpoint() c
$$;

-- ---- offers ----

-- An offer as it comes, and as it is understood: of those about the same, the last one. A stamp, which the engine draws for
-- each offer, shows whether a number still names the same offer: an engine that was restored gives the numbers after its copy
-- to other offers.
create type composer.offer as (id bigint, kind text, content text, context text, role text, section text, attribute text,
    value text, withdrawn boolean, stamp bigint);
create function composer.said_of(offers composer.offer[]) returns table (id bigint, kind text, content bytea, context bytea,
    role text, section text, attribute text, value text, withdrawn boolean) language sql stable
as $$
    select distinct on (o.kind, o.content, o.context, o.role, o.section, o.attribute) o.id, o.kind, decode(o.content, 'base64'),
           decode(coalesce(o.context, ''), 'base64'), coalesce(o.role, ''), coalesce(o.section, ''), coalesce(o.attribute, ''),
           coalesce(o.value, ''), coalesce(o.withdrawn, false)
    from unnest(offers) o
    order by o.kind, o.content, o.context, o.role, o.section, o.attribute, o.id desc
$$;

create function composer.put_offers(who text, machine text, offers composer.offer[]) returns void language plpgsql
as $$
declare key bytea := decode(machine, 'base64');
begin
    delete from composer.evidence_use e using composer.said_of(offers) o
        where o.kind = 'use' and o.withdrawn and e.studio = who and e.content = o.content
          and e.context = o.context || key and e.role = o.role and e.section = o.section;
    insert into composer.evidence_use (studio, content, context, role, section)
        select who, content, context || key, role, section from composer.said_of(offers) where kind = 'use' and not withdrawn
        on conflict do nothing;
    delete from composer.evidence_word e using composer.said_of(offers) o
        where o.kind = 'word' and o.withdrawn and e.studio = who and e.engine = machine and e.content = o.content
          and e.attribute = o.attribute;
    insert into composer.evidence_word (studio, engine, content, attribute, value)
        select who, machine, content, attribute, value from composer.said_of(offers) where kind = 'word' and not withdrawn
        on conflict (content, studio, engine, attribute) do update set value = excluded.value;
    delete from composer.sound s using composer.said_of(offers) o
        where o.kind = 'sound' and o.withdrawn and s.studio = who and s.engine = machine and s.content = o.content;
    insert into composer.sound (studio, engine, content, value)
        select who, machine, content, value from composer.said_of(offers) where kind = 'sound' and not withdrawn
        on conflict (content, studio, engine) do update set value = excluded.value;
end $$;

-- Puts these offers. If one of them is refused, it puts the halves, down to that one. Returns the refused ones. An error
-- that is not about the offers, for example a full disk, ends the call.
create function composer.put_or_refuse(who text, machine text, offers composer.offer[]) returns jsonb language plpgsql
as $$
declare
    count  int := coalesce(cardinality(offers), 0);
    most   int; -- characters of a reason, which has at most 255 bytes
begin
    begin
        perform composer.put_offers(who, machine, offers);
        return '[]';
    exception when others then
        if left(sqlstate, 2) not in ('22', '23') and sqlstate not in ('42501', '44000', 'P0001') then raise; end if;
        if count <= 1 then
            most := case when octet_length(sqlerrm) = length(sqlerrm) then 250 else 60 end;
            return jsonb_build_array(jsonb_build_object('id', offers[1].id, 'why', left(sqlerrm, most)));
        end if;
    end;
    return composer.put_or_refuse(who, machine, offers[:count / 2]) ||
           composer.put_or_refuse(who, machine, offers[count / 2 + 1:]);
end $$;

create function composer.count_rows(who text) returns bigint language sql stable
as $$
    select (select count(*) from composer.evidence_use where studio = who) +
           (select count(*) from composer.evidence_word where studio = who) +
           (select count(*) from composer.sound where studio = who)
$$;

-- At most so many rows has the studio.
create function composer.bound_rows(who text) returns bigint language sql stable
as $$ select coalesce(sum(rows), 0)::bigint from composer.engine where studio = who $$;

-- Counts the rows of each engine of the studio, instead of the upper bounds that the calls keep.
create function composer.count_engines(who text) returns void language sql
as $$
    with counted as materialized (
        select encode(key, 'base64') as engine, n
            from (select substring(context from 17) as key, count(*) as n from composer.evidence_use where studio = who group by 1) u
      union all
        select engine, count(*) from composer.evidence_word where studio = who group by 1
      union all
        select engine, count(*) from composer.sound where studio = who group by 1)
    update composer.engine e set rows = coalesce((select sum(n) from counted c where c.engine = e.engine), 0) where studio = who
$$;

create function composer.has_row(who text, machine text, o composer.offer) returns boolean language plpgsql stable
as $$
declare what bytea := decode(o.content, 'base64');
begin
    return case o.kind
        when 'use' then exists (select from composer.evidence_use e where e.studio = who and e.content = what
            and e.context = decode(coalesce(o.context, ''), 'base64') || decode(machine, 'base64')
            and e.role = coalesce(o.role, '') and e.section = coalesce(o.section, ''))
        when 'word' then exists (select from composer.evidence_word e where e.studio = who and e.engine = machine
            and e.content = what and e.attribute = o.attribute)
        when 'sound' then exists (select from composer.sound s where s.studio = who and s.engine = machine and s.content = what)
        else true end;
exception when data_exception then
    return true; -- put_or_refuse says why
end $$;

-- Of the offers, those that need a row and find no room. The rows that the other ones withdraw are room too.
create function composer.ids_beyond(room bigint, who text, machine text, offers composer.offer[]) returns bigint[]
language sql stable
as $$
    with about as materialized (select o.id, coalesce(o.withdrawn, false) as withdrawn, composer.has_row(who, machine, o) as is_there
                                from unnest(offers) o)
    select coalesce(array_agg(id), '{}') from
        (select a.id from about a where not a.withdrawn and not a.is_there order by a.id
         offset (select greatest(0, room + count(*)) from about w where w.withdrawn and w.is_there)) b
$$;

-- The offers of a call that the engine has not given yet, in their order.
create function composer.offers_of(ask jsonb, after bigint) returns composer.offer[] language sql stable
as $$
    select coalesce(array_agg(row(id, kind, content, context, role, section, attribute, value, withdrawn, stamp)::composer.offer
                              order by id), '{}')
    from jsonb_to_recordset(coalesce(ask->'offers', '[]')) as o(id bigint, kind text, content text, context text, role text,
        section text, attribute text, value text, withdrawn boolean, stamp bigint) where id > after
$$;

-- Takes the offers of a call. `accepted` and `stamp` of the call are those of the offer before the first one, as the engine
-- knows them. Not known: they do not continue what is held, so the engine begins another generation. A studio that has
-- most_rows rows goes on reading, withdrawing and replacing: only offers that need another row are refused.
create function composer.take_offers(me composer.engine, ask jsonb, out known boolean, out refused jsonb) language plpgsql
as $$
declare
    before bigint := coalesce((ask->>'accepted')::bigint, me.accepted);
    room   bigint := composer.setting_of('most_rows');
    offers composer.offer[] := composer.offers_of(ask, before);
    last   bigint := coalesce(offers[cardinality(offers)].id, before);
    mark   bigint := coalesce(offers[cardinality(offers)].stamp, 0); -- the stamp of the last one
    made   bigint; -- offers that may need a row
    beyond bigint[] := '{}';
begin
    known := false;
    refused := '[]';
    if exists (select from composer.generation where studio = me.studio and generation = me.generation
               and full_at between 1 and room - 1) then return; end if;
    if me.accepted = before and me.stamp <> coalesce((ask->>'stamp')::bigint, me.stamp) then return; end if;
    if me.accepted > before and me.accepted <= last
       and not exists (select from unnest(offers) where id = me.accepted and coalesce(stamp, 0) = me.stamp) then return; end if;
    offers := array(select o from unnest(offers) o where o.id > me.accepted order by o.id);
    known := cardinality(offers) = 0 or (offers[1].id = me.accepted + 1 and last - me.accepted = cardinality(offers)
                                         and last = offers[cardinality(offers)].id);
    if cardinality(offers) = 0 or not known then return; end if;
    offers := array(select distinct on (o.kind, o.content, o.context, o.role, o.section, o.attribute) o from unnest(offers) o
                    order by o.kind, o.content, o.context, o.role, o.section, o.attribute, o.id desc);
    made := (select count(*) from unnest(offers) where withdrawn is not true);
    if composer.bound_rows(me.studio) + made > room then
        perform composer.count_engines(me.studio);
    end if;
    if composer.bound_rows(me.studio) + made > room then
        beyond := composer.ids_beyond(room - composer.bound_rows(me.studio), me.studio, me.engine, offers);
        offers := array(select o from unnest(offers) o where o.id <> all (beyond));
        made := made - cardinality(beyond);
        refused := coalesce((select jsonb_agg(jsonb_build_object('id', id, 'why', format('this studio has more than %s rows', room))
                                              order by id) from unnest(beyond) id), '[]');
        update composer.generation set full_at = room
            where studio = me.studio and generation = me.generation and beyond <> '{}';
    end if;
    refused := refused || composer.put_or_refuse(me.studio, me.engine, offers);
    update composer.engine set accepted = last, rows = rows + made, stamp = mark
        where studio = me.studio and engine = me.engine;
end $$;

-- ---- engines and generations ----

-- Removes the rows of one engine, or of all (null).
create function composer.drop_rows(who text, machine text) returns bigint language plpgsql
as $$
declare
    part    bigint;
    removed bigint := 0;
begin
    delete from composer.evidence_use
        where studio = who and (machine is null or substring(context from 17) = decode(machine, 'base64'));
    get diagnostics part = row_count; removed := removed + part;
    delete from composer.evidence_word where studio = who and engine = coalesce(machine, engine);
    get diagnostics part = row_count; removed := removed + part;
    delete from composer.sound where studio = who and engine = coalesce(machine, engine);
    get diagnostics part = row_count; removed := removed + part;
    return removed;
end $$;
alter function composer.drop_rows(text, text) owner to composer_owner;

-- The row of the engine. A client that names its engine for the first time takes over what its studio shared without naming
-- one, if it goes on with that generation.
create function composer.engine_of(who text, machine text, named text) returns composer.engine language plpgsql
as $$
declare
    me     composer.engine%rowtype;
    former text;
begin
    select * into me from composer.engine where studio = who and engine = machine;
    if found then return me; end if;
    if (select count(*) from composer.engine where studio = who) >= composer.setting_of('most_engines') then
        raise exception 'this studio has % engines already: `loophole composer forget` removes all of them',
            composer.setting_of('most_engines');
    end if;
    select generation into former from composer.engine where studio = who and engine = '';
    if found and machine <> '' and former = named then
        update composer.evidence_use set context = context || decode(machine, 'base64')
            where studio = who and octet_length(context) = 16;
        update composer.mark set context = context || decode(machine, 'base64')
            where studio = who and octet_length(context) = 16;
        update composer.evidence_word set engine = machine where studio = who and engine = '';
        update composer.sound set engine = machine where studio = who and engine = '';
        update composer.generation set engine = machine where studio = who and engine = '';
        update composer.engine set engine = machine where studio = who and engine = '' returning * into me;
        return me;
    end if;
    if found and machine <> '' then
        perform composer.drop_rows(who, '');
        delete from composer.engine where studio = who and engine = '';
    end if;
    insert into composer.engine (studio, engine) values (who, machine) returning * into me;
    return me;
end $$;

-- Begins a generation, unless it was used before: a copy of an old exchange that arrives late changes nothing. Of the used
-- ones the newest 64 are known.
create function composer.begin_generation(me composer.engine, named text, first bigint) returns boolean language plpgsql
as $$
begin
    insert into composer.generation (studio, engine, generation) values (me.studio, me.engine, named) on conflict do nothing;
    if not found then return false; end if;
    delete from composer.generation g using
        (select generation from composer.generation where studio = me.studio and engine = me.engine
         order by at desc, generation desc offset 64) old
        where g.studio = me.studio and g.generation = old.generation;
    perform composer.drop_rows(me.studio, me.engine);
    update composer.engine set generation = named, base = first, accepted = first, stamp = 0, rows = 0
        where studio = me.studio and engine = me.engine;
    return true;
end $$;

-- True, once for each engine, if its studio forgot since the engine's last exchange; for a generation of that time always.
create function composer.was_forgotten(who text, machine text, named text) returns boolean language plpgsql
as $$
begin
    if not exists (select from composer.forgotten where studio = who and (kind, name) in (('engine', machine),
                                                                                          ('generation', named))) then
        return false;
    end if;
    delete from composer.forgotten where studio = who and kind = 'engine' and name = machine;
    insert into composer.forgotten (studio, kind, name) values (who, 'generation', named) on conflict do nothing;
    return true;
end $$;

-- ---- the calls of a studio ----

create function composer.newest() returns bigint language sql stable
as $$ select coalesce(max(position), 0) from composer.feed $$;

create function composer.lessons_after(after bigint, most bigint) returns jsonb language sql stable
as $$
    with part as (select * from composer.feed where position > after order by position limit most)
    select jsonb_build_object(
        'position', coalesce((select max(position) from part), after),
        'more', (select count(*) from part) = most,
        'lessons', coalesce((select jsonb_agg(jsonb_build_object(
            'position', position, 'kind', kind, 'content', encode(content, 'base64'), 'other', encode(other, 'base64'),
            'word', word, 'value', value, 'both', together, 'stacked', stacked, 'later', later, 'studios', studios,
            'confidence', confidence, 'gone', gone) order by position) from part), '[]'))
$$;

create function composer.check_ask(ask jsonb) returns void language plpgsql
as $$
begin
    if jsonb_typeof(ask) is distinct from 'object' or pg_column_size(ask) > 8388608
       or jsonb_array_length(coalesce(ask->'offers', '[]')) > 4096 then
        raise exception 'expected an object with at most 4096 offers and 8 MiB';
    end if;
    if coalesce(ask->>'engine', '') <> '' and ask->>'engine' <> encode(decode(ask->>'engine', 'base64'), 'base64')
       or octet_length(decode(coalesce(ask->>'engine', ''), 'base64')) not in (0, 16) then
        raise exception 'expected an engine of 16 bytes, as base64';
    end if;
end $$;

-- Gives offers, gets what rounds published. One transaction. A call that goes on reads after the last row that this
-- connection read. Only the studio's own row is locked.
create function composer.exchange(ask jsonb) returns jsonb language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '25s' set jit = off
as $$
declare
    who       text := session_user;
    machine   text := coalesce(ask->>'engine', '');
    named     text := ask->>'generation';
    after     bigint := coalesce((ask->>'position')::bigint, 0);
    most      bigint := greatest(1, least(coalesce((ask->>'limit')::bigint, 1000), 4096));
    me        composer.engine%rowtype;
    known     boolean := true;
    refused   jsonb := '[]';
    begin_again boolean := false;
    forgotten boolean;
    answer    jsonb;
begin
    perform composer.check_ask(ask);
    if length(named) is distinct from 26 then raise exception 'expected a generation of 26 characters'; end if;
    perform composer.end_sessions();
    insert into composer.studio (name) values (who) on conflict do nothing;
    perform from composer.studio where name = who for update;
    forgotten := composer.was_forgotten(who, machine, named);
    if forgotten then
        known := false;
    else
        me := composer.engine_of(who, machine, named);
        if me.generation is distinct from named then
            known := composer.begin_generation(me, named, coalesce((ask->>'base')::bigint, 0));
            select * into me from composer.engine where studio = who and engine = machine;
        end if;
        if known then select t.known, t.refused into known, refused from composer.take_offers(me, ask) t; end if;
        update composer.engine set seen = now() where studio = who and engine = machine returning * into me;
    end if;

    if (ask->>'goes_on')::boolean then
        after := coalesce(nullif(current_setting('composer.read', true), '')::bigint, after);
    elsif after > 0 and not exists (select from composer.round where token::text = ask->>'history') then
        begin_again := true;
        after := 0;
        most := 1;
    end if;
    answer := jsonb_build_object(
        'epoch', composer.epoch(),
        'known', known,
        'accepted', coalesce(me.accepted, 0),
        'refused', refused,
        'again', begin_again,
        'history', coalesce((select token::text from composer.round order by number desc limit 1), ''),
        'studios', coalesce((select studios from composer.round order by number desc limit 1), 0),
        'least', composer.setting_of('least_studios'),
        'poll', composer.setting_of('poll_seconds'),
        'clock', (extract(epoch from clock_timestamp()) * 1000000)::bigint,
        'newest', composer.newest()) || composer.lessons_after(after, most);
    if forgotten then answer := answer || '{"forgotten": true}'; end if;
    perform set_config('composer.read', answer->>'position', false);
    return answer;
end $$;

-- Seconds until the engine looks again, as the server wants it; 0: an exchange with this ask would give or take something
-- now. It reads a few rows and writes none.
create function composer.next_look(ask jsonb) returns bigint language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set jit = off
as $$
begin
    if not exists (
        select from composer.engine e join composer.generation g using (studio, generation)
        where e.studio = session_user::text and e.engine = coalesce(ask->>'engine', '') and e.generation = ask->>'generation'
          and e.accepted = (ask->>'accepted')::bigint and e.stamp = (ask->>'stamp')::bigint
          and g.full_at not between 1 and composer.setting_of('most_rows') - 1)
        or coalesce((select token::text from composer.round order by number desc limit 1), '') <> ask->>'history'
        or composer.newest() <> (ask->>'position')::bigint or composer.epoch() <> ask->>'epoch' then return 0; end if;
    return composer.setting_of('poll_seconds');
end $$;

-- How many rows the server holds of what the caller shared: statements, generations, and the studio itself, with which its
-- engines go. Not counted is what `forget` must leave: `forgotten`, without which another engine would share again, and what
-- the operator wrote about the studio, `mark` and `owner`, which would be without effect if the studio could remove it.
create function composer.held() returns bigint language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare who text := session_user;
begin
    return composer.count_rows(who) + (select count(*) from composer.generation where studio = who) +
           (select count(*) from composer.studio where name = who);
end $$;

-- Removes all that the studio shared, with all its engines, but see `held`. It waits for an exchange of the studio that runs.
-- The other engines learn it at their next exchange; `engine` and `generation` of the call are those of the engine that forgets.
create function composer.forget(ask jsonb default '{}') returns bigint language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '25s'
as $$
declare
    who     text := session_user;
    removed bigint;
begin
    perform composer.check_ask(ask);
    perform from composer.studio where name = who for update;
    removed := composer.held();
    insert into composer.forgotten (studio, kind, name)
        select who, 'engine', engine from composer.engine
            where studio = who and engine not in ('', coalesce(ask->>'engine', ''))
      union
        select who, 'generation', generation from composer.engine where studio = who and generation is not null
      union
        select who, 'generation', ask->>'generation' where ask->>'generation' is not null
        on conflict (studio, kind, name) do update set at = now();
    delete from composer.forgotten f using
        (select kind, name from composer.forgotten where studio = who order by at desc, kind, name offset 256) old
        where f.studio = who and f.kind = old.kind and f.name = old.name;
    perform composer.drop_rows(who, null);
    delete from composer.studio where name = who;
    return removed;
end $$;
