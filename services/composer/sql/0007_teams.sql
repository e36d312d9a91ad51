-- Teams: engines that share what they know about sounds, with each other only. An engine of an account is a member of at most
-- one team. It calls composer.team, which acts on the team of this engine and on nothing else: for an account that is no
-- member it answers the same whether a team exists or not.

create table composer.team_of (
    id       uuid primary key default gen_random_uuid(), -- a number would say how many teams there are
    name     text not null check (octet_length(name) between 1 and 64),
    maker    text not null,               -- the account; '': it was dropped
    position bigint not null default 0,   -- of the newest statement
    rows     bigint not null default 0,
    bytes    bigint not null default 0,
    made     timestamptz not null default now()
);
create index on composer.team_of (maker);
create table composer.team_member (
    studio  text not null,
    engine  text not null check (octet_length(engine) = 24),
    team    uuid not null references composer.team_of on delete cascade,
    id      text not null unique,         -- a hash of account and engine: what the others see
    name    text not null check (octet_length(name) between 1 and 64),
    joined  timestamptz not null default now(),
    primary key (studio, engine)
);
create index on composer.team_member (team);
create table composer.team_code (
    hash    bytea primary key,
    team    uuid not null references composer.team_of on delete cascade,
    uses    int not null,                 -- that are left
    expires timestamptz not null
);
create index on composer.team_code (team);
-- An account that made or joined a team. Its row is locked while it does, so its teams and members are counted right.
create table composer.team_account (
    studio text primary key,
    wrong  int not null default 0,        -- codes since the last right one
    until  timestamptz not null default now() -- no further code is looked at before
);
-- Of each member the newest statement about a field. Content and times are those that each engine can read.
create table composer.team_said (
    team     uuid not null references composer.team_of on delete cascade,
    content  text not null check (content ~ '^([A-Za-z0-9+/]{21}[AQgw]==)?$'),
    field    text not null check (octet_length(field) between 1 and 80),
    member   text not null,
    who      text not null,
    value    text not null check (octet_length(value) <= 4096),
    at       bigint not null,             -- microseconds, by the clock of the member; bounded by that of the server
    own      bigint not null check (own > 0), -- the same without the bound: the order of what one member said
    position bigint not null,
    primary key (team, content, field, member)
);
create unique index on composer.team_said (team, position);

do $$
declare each text;
begin
    foreach each in array array['team_of', 'team_member', 'team_code', 'team_account', 'team_said'] loop
        execute format('alter table composer.%I owner to composer_owner', each);
        execute format('alter table composer.%I enable row level security', each);
    end loop;
end $$;

-- The last member's team goes, whatever removes the member.
create function composer.end_team() returns trigger language plpgsql
as $$
begin
    perform from composer.team_of where id = old.team for update;
    delete from composer.team_of where id = old.team and not exists (select from composer.team_member where team = old.team);
    return null;
end $$;
create trigger end_team after delete on composer.team_member for each row execute function composer.end_team();

-- What is removed no longer counts.
create function composer.count_removed() returns trigger language plpgsql
as $$
begin
    update composer.team_of t set rows = t.rows - g.rows, bytes = t.bytes - g.bytes
        from (select team, count(*) as rows, sum(octet_length(field) + octet_length(value)) as bytes from gone group by team) g
        where t.id = g.team;
    return null;
end $$;
create trigger count_removed after delete on composer.team_said referencing old table as gone
    for each statement execute function composer.count_removed();

create function composer.team_clock() returns bigint language sql volatile
as $$ select (extract(epoch from clock_timestamp()) * 1000000)::bigint $$;

create function composer.team_hash(code text) returns bytea language sql immutable
as $$ select sha256(convert_to(lower(regexp_replace(code, '[^0-9A-Fa-f]', '', 'g')), 'UTF8')) $$;

create function composer.refuse_team(why text) returns jsonb language sql immutable
as $$ select jsonb_build_object('refused', why) $$;

-- The team as a member sees it, also one that this statement added: so it is volatile.
create function composer.show_team(me composer.team_member) returns jsonb language sql volatile
as $$
    select jsonb_build_object('team', t.name, 'me', me.id, 'epoch', composer.epoch() || replace(t.id::text, '-', ''),
        'poll', composer.setting_of('team_poll_seconds'),
        'codes', (select count(*) from composer.team_code c where c.team = t.id and c.expires > now()),
        'members', (select jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name,
                        'joined', (extract(epoch from m.joined) * 1000000)::bigint) order by m.joined, m.id)
                    from composer.team_member m where m.team = t.id))
    from composer.team_of t where t.id = me.team
$$;

create function composer.add_member(ask jsonb, into_team uuid) returns composer.team_member language plpgsql
as $$
declare
    who text := session_user;
    me  composer.team_member%rowtype;
begin
    insert into composer.team_member (studio, engine, team, id, name)
        values (who, ask->>'engine', into_team,
                encode(substring(sha256(convert_to(who || ' ' || (ask->>'engine'), 'UTF8')) for 16), 'hex'), ask->>'name')
        returning * into me;
    return me;
end $$;

-- Locks the row of the account. Without a further engine, why the account may have none.
create function composer.begin_membership() returns text language plpgsql
as $$
declare who text := session_user;
begin
    insert into composer.team_account (studio) values (who) on conflict do nothing;
    perform from composer.team_account where studio = who for update;
    if (select count(*) from composer.team_member where studio = who) >= composer.setting_of('most_engines') then
        return format('this account has %s engines in teams already', composer.setting_of('most_engines'));
    end if;
    return null;
end $$;

create function composer.make_team(ask jsonb) returns jsonb language plpgsql
as $$
declare
    who  text := session_user;
    why  text := composer.begin_membership();
    most bigint := composer.setting_of('most_teams_made');
    made uuid;
begin
    if why is not null then return composer.refuse_team(why); end if;
    if (select count(*) from composer.team_of where maker = who) >= most then
        return composer.refuse_team(format('this account has made %s teams that have members', most));
    end if;
    if (select count(*) from composer.team_of) >= composer.setting_of('most_teams') then
        return composer.refuse_team('the server has as many teams as its operator allows');
    end if;
    insert into composer.team_of (name, maker) values (ask->>'team', who) returning id into made;
    return composer.show_team(composer.add_member(ask, made));
end $$;

-- 160 random bits, of which the server keeps a hash.
create function composer.make_code(me composer.team_member, ask jsonb) returns jsonb language plpgsql
as $$
declare
    code  text := left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 40);
    hours int := greatest(1, least(coalesce((ask->>'hours')::int, 24), 720));
    times int := greatest(1, least(coalesce((ask->>'uses')::int, 1), 64));
begin
    perform from composer.team_of where id = me.team for update;
    delete from composer.team_code where team = me.team and (expires <= now() or (ask->>'revoke')::boolean);
    if (ask->>'revoke')::boolean then return composer.show_team(me); end if;
    if (select count(*) from composer.team_code where team = me.team) >= 16 then
        return composer.refuse_team('the team has 16 codes that are valid: revoke them first');
    end if;
    insert into composer.team_code values (composer.team_hash(code), me.team, times, now() + make_interval(hours => hours));
    return composer.show_team(me) || jsonb_build_object('code', rtrim(regexp_replace(code, '(.{5})', '\1-', 'g'), '-'));
end $$;

-- A wrong code is counted, and the account waits twice as long after each, up to an hour. A team is locked before its codes.
create function composer.join_team(ask jsonb) returns jsonb language plpgsql
as $$
declare
    who   text := session_user;
    why   text := composer.begin_membership();
    pause timestamptz := (select until from composer.team_account where studio = who);
    found_team uuid;
begin
    if why is not null then return composer.refuse_team(why); end if;
    if pause > now() then
        return composer.refuse_team(format('wrong codes came from this account: wait %s seconds',
                                           ceil(extract(epoch from pause - now()))));
    end if;
    perform from composer.team_of where id = (select team from composer.team_code where hash = composer.team_hash(ask->>'code'))
        for update;
    update composer.team_code set uses = uses - 1
        where hash = composer.team_hash(ask->>'code') and uses > 0 and expires > now() returning team into found_team;
    if found_team is null then
        update composer.team_account set wrong = wrong + 1,
                                         until = now() + make_interval(secs => least(3600, 2 ^ least(wrong, 12)))
            where studio = who;
        return composer.refuse_team('the code is wrong, expired, used up or revoked');
    end if;
    update composer.team_account set wrong = 0 where studio = who;
    delete from composer.team_code where team = found_team and uses = 0;
    if (select count(*) from composer.team_member where team = found_team) >= composer.setting_of('most_team_members') then
        return composer.refuse_team('the team has as many members as its operator allows');
    end if;
    return composer.show_team(composer.add_member(ask, found_team));
end $$;

-- What the member said stays with the team, unless it asks for its removal.
create function composer.leave_team(me composer.team_member, ask jsonb) returns jsonb language plpgsql
as $$
begin
    perform from composer.team_of where id = me.team for update;
    if (ask->>'forget')::boolean then delete from composer.team_said where team = me.team and member = me.id; end if;
    delete from composer.team_member where studio = me.studio and engine = me.engine;
    return '{}';
end $$;

-- Takes what the member said after what it has of it: a restored member sends old words again. False: the team has no room.
create function composer.take_said(me composer.team_member, said jsonb) returns boolean language plpgsql
as $$
declare
    most  bigint := composer.team_clock() + 600000000; -- nobody is further in the future than ten minutes
    last  bigint;
    each  record;
    held  record; -- by the statement before it too
    added bigint := 0;
    size  bigint := 0;
begin
    select position into last from composer.team_of where id = me.team;
    for each in select * from jsonb_to_recordset(said) as o(content text, field text, value text, own bigint, withdrawn boolean)
                where withdrawn is not true
    loop
        select own, octet_length(field) + octet_length(value) as bytes into held from composer.team_said
            where team = me.team and content = each.content and field = each.field and member = me.id;
        continue when held.own >= each.own;
        last := last + 1;
        insert into composer.team_said values (me.team, each.content, each.field, me.id, me.name, each.value,
                                               greatest(1, least(each.own, most)), each.own, last)
            on conflict (team, content, field, member) do update
            set value = excluded.value, at = excluded.at, own = excluded.own, position = excluded.position, who = excluded.who;
        added := added + (held.own is null)::int;
        size := size + octet_length(each.field) + octet_length(each.value) - coalesce(held.bytes, 0);
    end loop;
    update composer.team_of set position = last, rows = rows + added, bytes = bytes + size where id = me.team;
    return (select (added <= 0 or rows <= composer.setting_of('most_team_rows')) and
                   (size <= 0 or bytes <= composer.setting_of('most_team_bytes')) from composer.team_of where id = me.team);
end $$;

-- What the team said after a position: at most 500 statements, and about a megabyte.
create function composer.said_after(me composer.team_member, after bigint) returns jsonb language sql stable
as $$
    with next as (select * from composer.team_said where team = me.team and position > after order by position limit 500),
         part as (select *, sum(octet_length(value) + 200) over (order by position) as upto from next)
    select jsonb_build_object(
        'position', coalesce(max(position) filter (where upto <= 1048576), after),
        'more', exists (select from composer.team_said where team = me.team and position >
                        (select coalesce(max(position) filter (where upto <= 1048576), after) from part)),
        'said', coalesce(jsonb_agg(jsonb_build_object('content', content, 'field', field, 'value', value, 'at', at, 'own', own,
                                                      'member', member, 'who', who) order by position)
                         filter (where upto <= 1048576), '[]'))
    from part
$$;

-- Full: the team has no room, so of this call only what is withdrawn was taken; reading goes on.
create function composer.exchange_said(me composer.team_member, ask jsonb) returns jsonb language plpgsql
as $$
declare
    is_full boolean := false;
begin
    if jsonb_array_length(coalesce(ask->'said', '[]')) > 0 then
        perform from composer.team_of where id = me.team for update;
        delete from composer.team_said s
            using jsonb_to_recordset(ask->'said') as o(content text, field text, withdrawn boolean)
            where o.withdrawn and s.team = me.team and s.content = o.content and s.field = o.field and s.member = me.id;
        begin
            if not composer.take_said(me, ask->'said') then raise exception using errcode = 'XT001'; end if;
        exception when sqlstate 'XT001' then
            is_full := true;
        end;
    end if;
    return composer.show_team(me) || composer.said_after(me, coalesce((ask->>'position')::bigint, 0)) ||
           jsonb_build_object('full', is_full, 'clock', composer.team_clock());
end $$;

create function composer.team(ask jsonb) returns jsonb language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '10s' set jit = off
as $$
declare
    who text := session_user;
    me  composer.team_member%rowtype;
begin
    perform composer.check_ask(ask);
    if octet_length(coalesce(ask->>'engine', '')) <> 24 or jsonb_array_length(coalesce(ask->'said', '[]')) > 500 then
        raise exception 'expected an engine of 16 bytes, as base64, and at most 500 statements';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'expected the isolation level read committed'; -- an older snapshot counts wrong
    end if;
    perform composer.end_sessions();
    select * into me from composer.team_member where studio = who and engine = ask->>'engine';
    if found then
        return case ask->>'what'
            when 'show' then composer.show_team(me)
            when 'code' then composer.make_code(me, ask)
            when 'leave' then composer.leave_team(me, ask)
            when 'exchange' then composer.exchange_said(me, ask)
            else composer.refuse_team('this engine is a member of a team already: leave it first') end;
    end if;
    return case ask->>'what'
        when 'create' then composer.make_team(ask)
        when 'join' then composer.join_team(ask)
        else composer.refuse_team('this engine is a member of no team') end;
end $$;

-- Removes a studio: its rows, the marks on it, its owner, its members of teams and its role. What these said stays with the
-- teams, unless nobody is left. For the operator. Returns the number of rows that it shared. A role that is no studio is left
-- alone, with its sessions.
create function composer.drop_studio(dropped text) returns bigint language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    removed bigint;
    is_studio bool := exists (select from pg_auth_members m join pg_roles r on r.oid = m.member
                              where r.rolname = dropped and m.roleid = 'composer_studio'::regrole);
begin
    if not is_studio and exists (select from pg_roles where rolname = dropped) then
        raise exception 'the role % is no studio: nothing was removed', dropped using errcode = 'wrong_object_type';
    end if;
    perform pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = dropped and pid <> pg_backend_pid();
    perform from composer.studio where name = dropped for update; -- first, as in an exchange
    removed := composer.drop_rows(dropped, null);
    delete from composer.studio where name = dropped;
    delete from composer.forgotten where studio = dropped;
    delete from composer.mark where studio = dropped;
    delete from composer.owner where studio = dropped;
    delete from composer.team_member where studio = dropped;
    delete from composer.team_account where studio = dropped;
    update composer.team_of set maker = '' where maker = dropped;
    if is_studio then
        execute format('drop role %I', dropped);
    end if;
    return removed;
end $$;
