-- The calls of a studio. It has no right on any table: it may only execute exchange, next_look, held, forget and
-- near_sounds, which act on the rows of the account that logged in (session_user), whatever role is set. Nothing that a
-- studio can do takes a lock that another studio, or a round, waits for.

drop function composer.exchange(jsonb), composer.take_offers(bigint, bigint), composer.begin_upload(),
    composer.said_between(bigint, bigint), composer.put_offers(bigint, bigint), composer.put_words_and_uses(bigint, bigint),
    composer.put_or_refuse(bigint, bigint), composer.count_rows(), composer.rows_between(bigint, bigint),
    composer.refuse_beyond(bigint, bigint, bigint), composer.held(), composer.forget(),
    composer.near_sounds(real[], int, bigint, bigint), composer.near_by_index(real[], int, bigint, bigint),
    composer.near_exactly(real[], int, bigint, bigint);

insert into composer.setting values
    ('most_engines', 64),          -- engines of one studio
    ('poll_seconds', 300),         -- engines ask for news about so often
    ('most_connections', 8),       -- of one studio at the same time
    ('longest_session', 120);      -- seconds of a connection of a studio; then it is ended

-- An offer as it comes, and as it is understood: of those about the same, the last one.
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
-- knows them. Not known: they do not continue what is held, so the engine begins another generation.
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

-- The row of the engine. A client that names its engine for the first time takes over what its studio shared before
-- engines had names, if it goes on with that generation.
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

-- ---- what a studio calls ----

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

-- Removes all that the studio shared, with all its engines, but see `held`. It waits for an exchange of the studio that runs. The other
-- engines learn it at their next exchange; `engine` and `generation` of the call are those of the engine that forgets.
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

-- ---- the search for sounds ----

-- The index of pgvector walks from near to far until enough rows are public or the caller's, and have one of these lengths.
create function composer.near_by_index(who text, asked real[], most int, shortest bigint, longest bigint)
returns setof composer.near_sound language plpgsql set search_path = composer, public, pg_temp
as $$
begin
    perform '[1]'::halfvec; -- loads pgvector, so that it checks the setting
    perform set_config('hnsw.iterative_scan', 'strict_order', true);
    perform set_config('hnsw.ef_search', greatest(100, most)::text, true);
    if current_setting('hnsw.iterative_scan') <> 'strict_order' then
        raise exception 'pgvector does not take the setting hnsw.iterative_scan';
    end if;
    return query execute 'select s.content, s.ms, (s.vector <-> $1::halfvec(64))::real from composer.sound s where '
        's.studio in ('''', $5) and s.ms between $3 and $4 order by s.vector <-> $1::halfvec(64) limit $2'
        using asked, most, shortest, longest, who;
end $$;

-- Compares each row of these lengths that is public or the caller's.
create function composer.near_exactly(who text, asked real[], most int, shortest bigint, longest bigint)
returns setof composer.near_sound language plpgsql set search_path = composer, public, pg_temp
as $$
declare
    distance text := case composer.sound_search() when 'index' then '(s.vector <-> $1::halfvec(64))::real + 0::real'
                                                  else 'composer.sound_distance(s.numbers, $1)' end;
begin
    return query execute format('select s.content, s.ms, %1$s from composer.sound s where s.studio in ('''', $5) and '
                                's.ms between $3 and $4 order by %1$s, s.content limit $2', distance)
        using asked, most, shortest, longest, who;
end $$;

-- The nearest of the public sounds and the caller's, of these lengths. `how`: index; exact; completed, if the index found
-- fewer rows than asked, so that all were compared.
create function composer.near_sounds(asked real[], most int, shortest bigint default '0', longest bigint default '2147483647')
returns table (content bytea, ms bigint, distance real, how text) language plpgsql security definer
set search_path = pg_catalog, pg_temp set jit = off
as $$
declare
    who text := session_user;
    way text := composer.sound_search();
    near composer.near_sound[];
begin
    if cardinality(asked) is distinct from 64 or coalesce(most not between 1 and 1000, true) then
        raise exception 'expected 64 numbers, and a limit of 1 to 1000';
    end if;
    if way = 'index' then
        near := array(select n from composer.near_by_index(who, asked, most, shortest, longest) n);
        way := case when cardinality(near) < most then 'completed' else way end;
    end if;
    if way <> 'index' then
        near := array(select n from composer.near_exactly(who, asked, most, shortest, longest) n);
    end if;
    return query select n.content, n.ms, n.distance, way from unnest(near) n;
end $$;

-- ---- accounts and their sessions: these belong to the administrator, who may end sessions and change roles ----

-- Ends connections of studios that are older than longest_session. Each exchange and each round calls it, so a studio that
-- lifts its own time-outs still holds neither connections nor old snapshots. Returns how many it ended.
create function composer.end_sessions() returns bigint language sql security definer set search_path = pg_catalog, pg_temp
as $$
    select count(pg_terminate_backend(a.pid))
    from pg_stat_activity a join pg_auth_members m on m.member = a.usesysid and m.roleid = 'composer_studio'::regrole
    where a.pid <> pg_backend_pid() and a.backend_type = 'client backend'
      and a.backend_start < clock_timestamp() - make_interval(secs => (select value from composer.setting
                                                                       where name = 'longest_session'))
$$;

-- Gives each studio the limits that it lacks: of its connections, and of its temporary files. Those that an operator set stay.
-- Only an administrator can change them.
create function composer.limit_accounts() returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    account record;
    limited bigint := 0;
begin
    for account in select * from (select r.rolname as name, r.rolconnlimit = -1 as connects,
                                         not exists (select from unnest(r.rolconfig) c
                                                     where starts_with(c, 'temp_file_limit=')) as writes
                                  from pg_roles r join pg_auth_members m on m.member = r.oid
                                  where m.roleid = 'composer_studio'::regrole and not r.rolsuper) a where connects or writes loop
        if account.connects then
            execute format('alter role %I connection limit %s', account.name, (select value from composer.setting
                                                                               where name = 'most_connections'));
        end if;
        if account.writes then
            execute format('alter role %I set temp_file_limit = ''64MB''', account.name);
        end if;
        limited := limited + 1;
    end loop;
    return limited;
end $$;

-- Adds a studio, for the operator. Its name is random, because a studio can find out the names of roles. Returns the end of
-- its engine's setting.
create function composer.add_studio() returns text language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    name   text := 'studio_' || left(replace(gen_random_uuid()::text, '-', ''), 12);
    secret text := replace(gen_random_uuid()::text, '-', '');
begin
    execute format('create role %I login password %L in role composer_studio', name, secret);
    perform composer.limit_accounts();
    return format('user=%s password=%s', name, secret);
end $$;
