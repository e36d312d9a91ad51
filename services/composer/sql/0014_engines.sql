-- Engines: the machines of one studio. Each has offers, a generation and rows of its own, so that they add up. A studio
-- counts once, whatever its number of engines. A key of 16 bytes names an engine, as base64; '' is that of a client that
-- names none. The rows of a use have it at the end of their context.

create table composer.engine (
    studio     text not null references composer.studio on delete cascade,
    engine     text not null check (octet_length(engine) <= 64),
    generation text,
    base       bigint not null default 0,  -- the offers of this generation have greater numbers
    accepted   bigint not null default 0,  -- the last offer that is held
    stamp      bigint not null default 0,  -- … and its stamp
    rows       bigint not null default 0,  -- at most so many rows; withdrawals do not lower it before the next generation
    seen       timestamptz not null default now(),
    primary key (studio, engine)
);
insert into composer.engine (studio, engine, generation, base, accepted, stamp, rows, seen)
    select name, '', generation, base, accepted, stamp, rows, seen from composer.studio;
alter table composer.studio drop column generation, drop column base, drop column accepted, drop column stamp,
    drop column rows, drop column seen;

alter table composer.generation
    add column engine text not null default '',
    add column at timestamptz not null default now();

-- What a studio may not go on with after `forget`: its other engines, and the generations of that time.
create table composer.forgotten (
    studio text not null,
    kind   text not null check (kind in ('engine', 'generation')),
    name   text not null check (octet_length(name) <= 64),
    at     timestamptz not null default now(),
    primary key (studio, kind, name)
);

alter table composer.evidence_use drop constraint evidence_use_context_check;
alter table composer.evidence_use add constraint evidence_use_context_check check (octet_length(context) in (16, 32));
alter table composer.evidence_word add column engine text not null default '' check (octet_length(engine) <= 64);
alter table composer.evidence_word drop constraint evidence_word_pkey;
alter table composer.evidence_word add primary key (content, studio, engine, attribute);
alter table composer.sound add column engine text not null default '' check (octet_length(engine) <= 64);
alter table composer.sound drop constraint sound_pkey;
alter table composer.sound add primary key (content, studio, engine);

do $$
declare each text;
begin
    foreach each in array array['engine', 'forgotten'] loop
        execute format('alter table composer.%I owner to composer_owner', each);
        execute format('alter table composer.%I enable row level security', each);
    end loop;
end $$;
drop trigger drop_sounds on composer.generation;
drop trigger drop_sounds on composer.studio;
drop function composer.drop_sounds();

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

-- Removes a studio: its rows, the marks on it, its owner and its role. For the operator. Returns the number of rows that it shared. A
-- role that is no studio is left alone, with its sessions.
create or replace function composer.drop_studio(dropped text) returns bigint language plpgsql
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
    if is_studio then
        execute format('drop role %I', dropped);
    end if;
    return removed;
end $$;
alter function composer.drop_studio(text) set search_path = pg_catalog, pg_temp;
