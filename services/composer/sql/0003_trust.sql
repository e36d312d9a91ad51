-- Trust: what is suspicious is marked and does not count. It is never deleted, and counts again when its mark goes.

insert into composer.setting values
    ('trim_factor', 3),            -- a studio counts with at most so many times what the upper quartile of studios says …
    ('trim_least', 1000);          -- … but with so many pairs, and so many words, in any case

-- Marks outlive the rows: a studio that shares all again, or forgets and joins again, does not lose them.
create table composer.mark (
    studio    text not null,
    context   bytea,                           -- null, and no attribute: all that the studio says
    content   bytea,                           -- of a word
    attribute text,
    reason    text not null check (reason <> ''),
    of_round  boolean not null default false,  -- made by the newest round, and made again by the next one
    at        timestamptz not null default now(),
    check ((content is null) = (attribute is null) and (context is null or attribute is null))
);
create index on composer.mark (studio, context);
alter table composer.mark owner to composer_owner;
alter table composer.mark enable row level security;
insert into composer.mark (studio, reason) select name, 'marked by the operator' from composer.studio where bad;

create or replace view composer.counted_use as
    select e.* from composer.evidence_use e
    where not exists (select from composer.mark m where m.studio = e.studio and m.context is null and m.attribute is null)
      and not exists (select from composer.mark m where m.studio = e.studio and m.context = e.context);
create view composer.counted_word as
    select e.* from composer.evidence_word e
    where not exists (select from composer.mark m where m.studio = e.studio and m.context is null and m.attribute is null)
      and not exists (select from composer.mark m where m.studio = e.studio and m.content = e.content
                                                    and m.attribute = e.attribute);
alter view composer.counted_word owner to composer_owner;

-- Trims each studio, so that a few that say very much do not decide what is used together. Long contexts go first. The
-- quartile is robust: a quarter of the studios would have to lie to move it far.
create function composer.mark_round() returns void language plpgsql set search_path = composer, pg_temp
as $$
declare
    longest bigint := composer.setting_of('longest_context');
    factor  bigint := composer.setting_of('trim_factor');
    least   bigint := composer.setting_of('trim_least');
begin
    delete from composer.mark where of_round;
    with size as (select studio, context, n, n * (n - 1) as pairs
                  from (select studio, context, count(distinct content) as n from composer.counted_use group by 1, 2) c),
         of_studio as (select sum(pairs) as pairs from size where n <= longest group by studio),
         fence as (select greatest(least, factor * percentile_cont(0.75) within group (order by pairs)) as most
                   from of_studio),
         so_far as (select *, sum(pairs) over (partition by studio order by n, context) as before from size)
    insert into composer.mark (studio, context, reason, of_round)
        select studio, context, case when n > longest then 'a context that is too long' else 'more than other studios' end,
               true
        from so_far, fence where n > longest or (pairs > 0 and before > most);
    with many as (select studio, count(*) as n from composer.counted_word group by studio),
         fence as (select greatest(least, factor * percentile_cont(0.75) within group (order by n)) as most from many),
         ranked as (select studio, content, attribute,
                           row_number() over (partition by studio order by md5(content), attribute) as number
                    from composer.counted_word join many using (studio) where n > least)
    insert into composer.mark (studio, content, attribute, reason, of_round)
        select studio, content, attribute, 'more than other studios', true from ranked, fence where number > most;
end $$;

-- All rows that hold now, with exact counts. One studio counts once in every figure.
create or replace function composer.rows_now(k bigint) returns table (kind text, content bytea, other bytea, word text,
    value text, together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
    -- what most studios say about a content
    select 'fact', content, ''::bytea, attribute, value, 0, 0, 0, n, n / (of + 1.0), n
    from (select distinct on (content, attribute) content, attribute, value, n,
                 sum(n) over (partition by content, attribute) as of
          from (select content, attribute, value, count(distinct studio) as n
                from composer.counted_word group by 1, 2, 3) said
          order by content, attribute, n desc, value) most
    where n >= k and 2 * n > of
  union all
    select 'use', content, ''::bytea, '', '', 0, 0, 0, count(distinct studio), 0, count(distinct studio)
    from composer.counted_use group by content having count(distinct studio) >= k
  union all
    select 'role', content, ''::bytea, lower(said), '', 0, 0, 0, count(distinct studio), 0, count(distinct studio)
    from (select content, studio, role as said from composer.counted_use
          union all select content, studio, section from composer.counted_use) r
    where said <> '' group by content, lower(said) having count(distinct studio) >= k
  union all
    select 'pair', a.content, b.content, '', '', count(distinct a.studio),
           count(distinct a.studio) filter (where (a.section = '' or b.section = '' or a.section = b.section)
                                                  and (a.role = '' or a.role <> b.role)),
           count(distinct a.studio) filter (where coalesce(composer.order_of(b.section) >= composer.order_of(a.section),
                                                           true)),
           0, 0, count(distinct a.studio)
    from composer.counted_use a
    join composer.counted_use b on a.studio = b.studio and a.context = b.context and a.content <> b.content
    group by a.content, b.content having count(distinct a.studio) >= k
  union all
    select 'total', ''::bytea, ''::bytea, '', '', 0, 0, 0, count(*), 0, count(*)
    from (select distinct studio from composer.counted_use) s having count(*) >= k
  union all
    select 'pack', ''::bytea, ''::bytea, p.name, p.title || case p.vendor when '' then '' else ' by ' || p.vendor end,
           count(c.content), 0, 0, 0, 1, 0
    from composer.pack p left join composer.pack_content c on c.pack = p.name group by p.name
  union all
    select 'packed', c.content, ''::bytea, c.pack, '', 0, 0, 0, 0, 1, 0 from composer.pack_content c
$$;
alter table composer.studio drop column bad;

alter function composer.publish_round() rename to publish_rows;
revoke all on function composer.publish_rows() from composer_publisher;
create function composer.publish_round() returns bigint language plpgsql security definer
set search_path = composer, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(hashtext('composer.publish_round'));
    perform composer.mark_round();
    return composer.publish_rows();
end $$;
alter function composer.publish_round() owner to composer_owner;
alter function composer.mark_round() owner to composer_owner;
revoke all on function composer.publish_round(), composer.mark_round() from public;
grant execute on function composer.publish_round() to composer_publisher;
