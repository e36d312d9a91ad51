-- Studios, what they share, and how they exchange it. A studio is a login role that is a member of composer_studio.

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

create table composer.setting (name text primary key, value bigint not null check (value > 0));
insert into composer.setting values
    ('least_studios', 10),         -- an aggregate appears when at least so many studios contribute to it
    ('most_rows', 2000000),        -- rows of one studio
    ('longest_context', 512);      -- contents of a context that counts for what is used together

create table composer.studio (
    name       text primary key,
    generation text,
    base       bigint not null default 0,  -- the offers of this generation have greater numbers
    accepted   bigint not null default 0,  -- the last offer that is held
    rows       bigint not null default 0,  -- at most so many rows; deletions do not lower it before the next generation
    bad        boolean not null default false, -- the operator does not count this studio
    joined     timestamptz not null default now(),
    seen       timestamptz not null default now()
);

-- A generation is used once: a copy of an old exchange that arrives late changes nothing.
create table composer.generation (
    studio     text not null references composer.studio on delete cascade,
    generation text not null check (length(generation) = 26),
    primary key (studio, generation)
);

-- Both are partitioned by content, so that they can be spread over machines. The bounds are bytes, as in
-- schemas/community.schema: an engine refuses an answer with a longer text.
create table composer.evidence_use (
    studio  text not null,
    content bytea not null check (octet_length(content) = 16),
    context bytea not null check (octet_length(context) = 16),
    role    text not null check (octet_length(role) <= 64),
    section text not null check (octet_length(section) <= 64),
    primary key (content, studio, context, role, section)
) partition by hash (content);
create table composer.evidence_word (
    studio    text not null,
    content   bytea not null check (octet_length(content) = 16),
    attribute text not null check (attribute = 'class' or (attribute like 'tag:_%' and octet_length(attribute) <= 64)),
    value     text not null check (octet_length(value) between 1 and 255),
    primary key (content, studio, attribute)
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
    foreach each in array array['setting', 'studio', 'generation', 'evidence_use', 'evidence_word', 'feed', 'round'] loop
        execute format('alter table composer.%I owner to composer_owner', each);
        execute format('alter table composer.%I enable row level security', each);
    end loop;
end $$;
create policy own on composer.studio for all to composer_studio
    using (name = current_user) with check (name = current_user);
create policy own on composer.generation for all to composer_studio
    using (studio = current_user) with check (studio = current_user);
create policy own on composer.evidence_use for all to composer_studio
    using (studio = current_user) with check (studio = current_user);
create policy own on composer.evidence_word for all to composer_studio
    using (studio = current_user) with check (studio = current_user);
create policy everyone on composer.feed for select to composer_studio using (true);
create policy everyone on composer.round for select to composer_studio using (true);
create policy everyone on composer.setting for select to composer_studio using (true);

grant select, insert, delete on composer.studio, composer.generation to composer_studio;
grant update (generation, base, accepted, rows, seen) on composer.studio to composer_studio;
grant select, insert, update, delete on composer.evidence_use, composer.evidence_word to composer_studio;
grant select (position, kind, content, other, word, value, together, stacked, later, studios, confidence, gone)
    on composer.feed to composer_studio;
grant select on composer.round, composer.setting to composer_studio;

-- Another word after every restore: a copy has another system identifier, a recovery to a point in time another timeline.
create function composer.epoch() returns text language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select md5(s.system_identifier::text || ' ' || c.timeline_id::text)
    from pg_control_system() s, pg_control_checkpoint() c
$$;

create function composer.setting_of(wanted text) returns bigint language sql stable
as $$ select value from composer.setting where name = wanted $$;

-- Takes the offers of the caller. Returns false if they do not continue what is held: then the studio begins another
-- generation.
create function composer.take_offers(offers jsonb) returns boolean language plpgsql
as $$
declare
    me    composer.studio%rowtype;
    first bigint;
    last  bigint;
    many  bigint;
begin
    select * into me from composer.studio where name = current_user;
    select min(id), max(id), count(*) into first, last, many
        from jsonb_to_recordset(offers) as o(id bigint) where id > me.accepted;
    if many = 0 then return true; end if;
    if first <> me.accepted + 1 or last - first + 1 <> many then return false; end if;
    if me.rows + many > composer.setting_of('most_rows') then
        raise exception 'this studio has more than % rows', composer.setting_of('most_rows');
    end if;

    create temp table if not exists offered (
        id bigint, kind text, content bytea, context bytea, role text, section text, attribute text, value text,
        withdrawn boolean) on commit delete rows;
    truncate offered;
    insert into offered
        select distinct on (kind, content, context, role, section, attribute) id, kind, decode(content, 'base64'),
               decode(coalesce(context, ''), 'base64'), coalesce(role, ''), coalesce(section, ''),
               coalesce(attribute, ''), coalesce(value, ''), coalesce(withdrawn, false)
        from jsonb_to_recordset(offers) as o(id bigint, kind text, content text, context text, role text, section text,
                                             attribute text, value text, withdrawn boolean)
        where id > me.accepted
        order by kind, content, context, role, section, attribute, id desc;

    delete from composer.evidence_use e using offered o
        where o.kind = 'use' and o.withdrawn and e.studio = current_user and e.content = o.content
          and e.context = o.context and e.role = o.role and e.section = o.section;
    insert into composer.evidence_use (studio, content, context, role, section)
        select current_user, content, context, role, section from offered where kind = 'use' and not withdrawn
        on conflict do nothing;
    delete from composer.evidence_word e using offered o
        where o.kind = 'word' and o.withdrawn and e.studio = current_user and e.content = o.content
          and e.attribute = o.attribute;
    insert into composer.evidence_word (studio, content, attribute, value)
        select current_user, content, attribute, value from offered where kind = 'word' and not withdrawn
        on conflict (content, studio, attribute) do update set value = excluded.value;
    update composer.studio set accepted = last, rows = rows + many where name = current_user;
    return true;
end $$;

-- The one call of a studio: gives offers, gets what rounds published. One transaction.
create function composer.exchange(ask jsonb) returns jsonb language plpgsql
as $$
declare
    me       composer.studio%rowtype;
    named    text := ask->>'generation';
    after    bigint := coalesce((ask->>'position')::bigint, 0);
    most     bigint := least(coalesce((ask->>'limit')::bigint, 1000), 4096);
    known    boolean := true;
    begin_again boolean := false;
    answer   jsonb;
begin
    insert into composer.studio (name) values (current_user) on conflict do nothing;
    select * into me from composer.studio where name = current_user for update;
    if me.generation is distinct from named then
        if exists (select from composer.generation where studio = current_user and generation = named) then
            known := false;
        else
            delete from composer.evidence_use where studio = current_user;
            delete from composer.evidence_word where studio = current_user;
            insert into composer.generation (studio, generation) values (current_user, named);
            update composer.studio set generation = named, base = (ask->>'base')::bigint,
                accepted = (ask->>'base')::bigint, rows = 0 where name = current_user;
        end if;
    end if;
    if known then known := composer.take_offers(coalesce(ask->'offers', '[]')); end if;
    update composer.studio set seen = now() where name = current_user returning * into me;

    if after > 0 and not exists (select from composer.round where token::text = ask->>'history') then
        begin_again := true;
        after := 0;
        most := 1;
    end if;
    with part as (select * from (select position, kind, content, other, word, value, together, stacked, later, studios,
                                        confidence, gone
                                 from composer.feed) f
                  where position > after order by position limit most)
    select jsonb_strip_nulls(jsonb_build_object(
        'epoch', composer.epoch(),
        'known', known,
        'accepted', me.accepted,
        'again', begin_again,
        'history', coalesce((select token::text from composer.round order by number desc limit 1), ''),
        'studios', coalesce((select studios from composer.round order by number desc limit 1), 0),
        'least', composer.setting_of('least_studios'),
        'position', coalesce((select max(position) from part), after),
        'more', (select count(*) from part) = most,
        'lessons', coalesce((select jsonb_agg(jsonb_build_object(
            'position', position, 'kind', kind, 'content', encode(content, 'base64'), 'other', encode(other, 'base64'),
            'word', word, 'value', value, 'both', together, 'stacked', stacked, 'later', later, 'studios', studios,
            'confidence', confidence, 'gone', gone) order by position) from part), '[]'))) into answer;
    return answer;
end $$;

-- How many rows of the caller the server holds, in all tables together.
create function composer.held() returns bigint language sql
as $$
    select (select count(*) from composer.evidence_use where studio = current_user) +
           (select count(*) from composer.evidence_word where studio = current_user) +
           (select count(*) from composer.generation where studio = current_user) +
           (select count(*) from composer.studio where name = current_user)
$$;

-- Removes all that the caller shared. Its other connections end first, so that none adds something afterwards.
create function composer.forget() returns bigint language plpgsql
as $$
declare removed bigint;
begin
    perform pg_terminate_backend(pid, 5000) from pg_stat_activity
        where usename = current_user and pid <> pg_backend_pid() and backend_type = 'client backend';
    removed := composer.held();
    delete from composer.evidence_use where studio = current_user;
    delete from composer.evidence_word where studio = current_user;
    delete from composer.studio where name = current_user;
    return removed;
end $$;

do $$
declare each text;
begin
    foreach each in array array['epoch()', 'setting_of(text)', 'take_offers(jsonb)', 'exchange(jsonb)', 'held()',
                                'forget()'] loop
        execute format('revoke all on function composer.%s from public', each);
        execute format('grant execute on function composer.%s to composer_studio', each);
    end loop;
end $$;
