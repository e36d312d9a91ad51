-- What a round needs to cost only what changed: what changed since the last one, what that one counted, and how often.

-- A note for each thing that changed. It has no unique key, because a call must not wait for a round that takes the notes.
create table composer.changed (
    kind   text not null check (kind in ('use', 'word', 'sound', 'described', 'studio', 'everything')),
    studio text not null,  -- '' is the operator
    place  bytea not null  -- the context of a use, the content of a word or of a sound
);
create index on composer.changed (studio);

-- Only rounds write the rest. What the last one counted, without what was marked:
create table composer.tallied_use (
    owner   text not null,
    studio  text not null,
    context bytea not null,
    content bytea not null,
    role    text not null,
    section text not null,
    primary key (studio, context, content, role, section)
);
create index on composer.tallied_use (content, owner, context);
create table composer.tallied_word (
    owner     text not null,
    studio    text not null,
    engine    text not null,
    content   bytea not null,
    attribute text not null,
    value     text not null,
    primary key (studio, content, attribute, engine)
);
create index on composer.tallied_word (content, attribute, owner);
-- … how many owners say each thing (kinds use, role and fact of the feed), and use each two contents together. Pairs are
-- only those of two contents that `least_studios` owners use: no other pair can be public.
create table composer.tally (
    content bytea not null,
    kind    text not null,
    word    text not null,
    value   text not null,
    n       bigint not null,
    primary key (content, kind, word, value)
);
create table composer.pair_tally (
    content bytea not null,
    other   bytea not null check (content < other),
    n       bigint not null,
    stacked bigint not null,
    later   bigint not null,  -- the other one comes no earlier
    earlier bigint not null,  -- … no later
    primary key (content, other)
);
create index on composer.pair_tally (other);
-- … the contents of each context and the words of each studio, before the round's own marks:
create table composer.context_size (
    studio  text not null,
    context bytea not null,
    n       bigint not null,
    primary key (studio, context)
);
create table composer.word_count (studio text primary key, n bigint not null);
-- … the studios that did not count, those that have an owner, and the settings with the end of the feed.
-- No settings: nothing is counted yet.
create table composer.left_out (studio text primary key);
create table composer.owned (studio text primary key, owner text not null);
create table composer.counted_with (settings text not null, newest bigint not null);

do $$
declare each text;
begin
    foreach each in array array['changed', 'tallied_use', 'tallied_word', 'tally', 'pair_tally', 'context_size', 'word_count',
                                'left_out', 'owned', 'counted_with'] loop
        execute format('alter table composer.%I owner to composer_owner', each);
        execute format('alter table composer.%I enable row level security', each);
    end loop;
end $$;

-- ---- notes ----

-- A studio with so many notes, or of which a statement changes so many rows, gets one for the statement. It is always a new
-- one, because a round may be taking the others.
create function composer.has_many_notes(who text) returns boolean language sql
as $$ select count(*) = 4096 from (select from composer.changed where studio = who limit 4096) c $$;
create function composer.note_rows() returns trigger language plpgsql security definer set search_path = composer, pg_temp
as $$
declare many text[] := '{}';
begin
    if tg_table_name in ('evidence_use', 'evidence_word', 'sound') then
        many := array(select studio from those where studio <> ''
                      group by studio having count(*) > 4096 or composer.has_many_notes(studio));
        insert into composer.changed select 'studio', unnest(many), '';
    end if;
    if tg_table_name = 'evidence_use' then
        insert into composer.changed select distinct 'use', studio, context from those where studio <> all (many);
    elsif tg_table_name = 'evidence_word' then
        insert into composer.changed select distinct 'word', studio, content from those where studio <> all (many);
    elsif tg_table_name = 'sound' then
        insert into composer.changed select distinct 'sound', studio, content from those where studio <> all (many);
        insert into composer.changed select distinct 'described', '', ''::bytea from those where studio = '';
    else
        insert into composer.changed select 'described', '', '' where exists (select from those);
        if tg_table_name = 'pack_content' then
            insert into composer.changed select distinct 'sound', '', content from those;
        end if;
    end if;
    return null;
end $$;
create function composer.note_mark() returns trigger language plpgsql security definer set search_path = composer, pg_temp
as $$
begin
    insert into composer.changed
        select case when context is null then 'word' else 'use' end, studio, coalesce(context, content)
        from (values (old.studio, old.context, old.content, old.of_round), (new.studio, new.context, new.content, new.of_round))
            m(studio, context, content, of_round)
        where not of_round and coalesce(context, content) is not null;
    return null;
end $$;
create function composer.note_truncate() returns trigger language plpgsql security definer set search_path = composer, pg_temp
as $$
begin
    insert into composer.changed values ('everything', '', '');
    return null;
end $$;
alter function composer.has_many_notes(text) owner to composer_owner;
alter function composer.note_rows() owner to composer_owner;
alter function composer.note_mark() owner to composer_owner;
alter function composer.note_truncate() owner to composer_owner;
do $$
declare each text;
begin
    foreach each in array array['evidence_use', 'evidence_word', 'sound', 'pack', 'pack_content', 'layout_slot'] loop
        execute format('create trigger note_insert after insert on composer.%I referencing new table as those '
                       'for each statement execute function composer.note_rows()', each);
        execute format('create trigger note_delete after delete on composer.%I referencing old table as those '
                       'for each statement execute function composer.note_rows()', each);
        execute format('create trigger note_new after update on composer.%I referencing new table as those '
                       'for each statement execute function composer.note_rows()', each);
        execute format('create trigger note_old after update on composer.%I referencing old table as those '
                       'for each statement execute function composer.note_rows()', each);
        execute format('create trigger note_truncate after truncate on composer.%I '
                       'for each statement execute function composer.note_truncate()', each);
    end loop;
    -- A row that gets the values that it has is not written; the name comes after that of the trigger `fill`.
    foreach each in array array['evidence_word', 'sound'] loop
        execute format('create trigger skip_unchanged before update on composer.%I for each row '
                       'execute function suppress_redundant_updates_trigger()', each);
    end loop;
end $$;
create trigger note_truncate after truncate on composer.mark for each statement execute function composer.note_truncate();
create trigger note_mark after insert or update or delete on composer.mark for each row execute function composer.note_mark();

-- ---- what counts, as the newest round sees it ----

create view composer.base_use as
    select e.studio, e.content, e.context, e.role, e.section, coalesce(o.owner, e.studio) as owner
    from composer.evidence_use e left join composer.owned o on o.studio = e.studio
    where not exists (select from composer.left_out u where u.studio = e.studio)
      and not exists (select from composer.mark m where m.studio = e.studio and m.context = e.context and not m.of_round);
create view composer.base_word as
    select e.studio, e.engine, e.content, e.attribute, e.value, coalesce(o.owner, e.studio) as owner
    from composer.evidence_word e left join composer.owned o on o.studio = e.studio
    where not exists (select from composer.left_out u where u.studio = e.studio)
      and not exists (select from composer.mark m where m.studio = e.studio and m.content = e.content
                                                    and m.attribute = e.attribute and not m.of_round);
create view composer.counted_use as
    select b.* from composer.base_use b
    where not exists (select from composer.mark m where m.studio = b.studio and m.context = b.context and m.of_round);
create view composer.counted_word as
    select b.* from composer.base_word b
    where not exists (select from composer.mark m where m.studio = b.studio and m.content = b.content
                                                    and m.attribute = b.attribute and m.of_round);
do $$
declare each text;
begin
    foreach each in array array['base_use', 'base_word', 'counted_use', 'counted_word'] loop
        execute format('alter view composer.%I owner to composer_owner', each);
    end loop;
end $$;
