-- Studios, their engines, and what the operator says about them. A studio is a login role that is a member of composer_studio.

do $$
begin
    if not exists (select from pg_roles where rolname = 'composer_owner') then create role composer_owner nologin; end if;
    if not exists (select from pg_roles where rolname = 'composer_studio') then create role composer_studio nologin; end if;
    if not exists (select from pg_roles where rolname = 'composer_publisher') then
        create role composer_publisher nologin;
    end if;
end $$;
grant usage on schema composer to composer_studio, composer_publisher;
grant usage, create on schema composer to composer_owner;

create table composer.setting (
    name  text primary key,
    value bigint not null,
    constraint setting_value_check check (value >= (name not in ('colluders', 'least_age'))::int)
);
insert into composer.setting values
    -- A row is published when at least `least_studios` and `colluders` owners contribute to it: so at least `least_studios` of
    -- them do not belong to any group of `colluders` studios, and what the group learns is true of that many.
    ('least_studios', 10),
    ('colluders', 9),              -- so many studios may work together and learn nothing of a single other one
    ('least_age', 86400),          -- seconds from the first exchange of a studio until it counts
    ('longest_context', 512),      -- contents of a context that counts for what is used together
    ('trim_factor', 2),            -- a studio counts with at most so many times what the upper quartile of studios says: three
                                   -- times it let fifty hostile studios of a thousand cost 8 % (bench/composer) …
    ('trim_least', 1000),          -- … but with so many pairs, and so many words, in any case
    ('most_sounds', 1000000),      -- public sounds that are published; near_sounds finds the others too
    ('most_rows', 2000000),        -- rows of one studio
    ('most_engines', 64),          -- engines of one studio
    ('poll_seconds', 300),         -- engines ask for news about so often
    ('most_connections', 8),       -- of one studio at the same time
    ('longest_session', 120),      -- seconds of a connection of a studio; then it is ended
    ('most_team_rows', 1000000),   -- statements of a team
    ('most_team_bytes', 268435456), -- bytes of their text
    ('most_team_members', 64),
    ('most_teams', 100000),
    ('most_teams_made', 8),        -- by one account, of those that are left
    ('team_poll_seconds', 2);      -- members ask for news about so often

create function composer.setting_of(wanted text) returns bigint language sql stable
as $$ select value from composer.setting where name = wanted $$;

create table composer.studio (
    name   text primary key,
    joined timestamptz not null default now()
);

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

-- The generations that engines used: a copy of an old exchange that arrives late changes nothing.
create table composer.generation (
    studio     text not null references composer.studio on delete cascade,
    generation text not null check (length(generation) = 26),
    full_at    bigint not null default 0, -- 0, or most_rows when offers were refused because of it: when it was raised since
                                          -- then, the engine begins another generation, and offers all again
    engine     text not null default '',
    at         timestamptz not null default now(),
    primary key (studio, generation)
);

-- What a studio may not go on with after `forget`: its other engines, and the generations of that time.
create table composer.forgotten (
    studio text not null,
    kind   text not null check (kind in ('engine', 'generation')),
    name   text not null check (octet_length(name) <= 64),
    at     timestamptz not null default now(),
    primary key (studio, kind, name)
);

-- ---- the operator ----

-- Studios of one owner count once. The operator fills it; it stays when a studio forgets.
create table composer.owner (
    studio text primary key,
    owner  text not null check (owner <> '')
);

-- What is suspicious is marked and does not count. It is never deleted, and counts again when its mark goes. Marks of the
-- operator outlive the rows: a studio that shares all again, or forgets and joins again, does not lose them.
create table composer.mark (
    studio    text not null,
    context   bytea,                           -- null, and no attribute: all that the studio says
    content   bytea,                           -- of a word
    attribute text,
    reason    text not null check (reason <> ''),
    of_round  boolean not null default false,  -- made by a round; a later one removes it when it is no longer due
    at        timestamptz not null default now(),
    check ((content is null) = (attribute is null) and (context is null or attribute is null))
);
create index on composer.mark (studio, context);

-- The marks of a round name contexts and contents that a studio shared: they go with it. It leaves the marks that a round is
-- about to delete to that round, or to the next one, so that no call waits.
create function composer.forget_marks() returns trigger language plpgsql security definer
set search_path = composer, pg_temp
as $$
begin
    delete from composer.mark where ctid = any (array(
        select ctid from composer.mark where studio = old.name and of_round for update skip locked));
    return null;
end $$;
create trigger forget_marks after delete on composer.studio for each row execute function composer.forget_marks();

-- A studio that is not counted: it is too young, or all of it is marked.
create view composer.uncounted as
    select name as studio from composer.studio
    where joined > now() - make_interval(secs => (select value from composer.setting where name = 'least_age'))
  union all
    select studio from composer.mark where context is null and attribute is null;

do $$
declare each text;
begin
    foreach each in array array['setting', 'studio', 'engine', 'generation', 'forgotten', 'owner', 'mark'] loop
        execute format('alter table composer.%I owner to composer_owner', each);
        execute format('alter table composer.%I enable row level security', each);
    end loop;
end $$;
alter view composer.uncounted owner to composer_owner;
alter function composer.setting_of(text) owner to composer_owner;
alter function composer.forget_marks() owner to composer_owner;

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
