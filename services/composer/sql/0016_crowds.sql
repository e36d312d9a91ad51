-- Who counts. A row is published when at least `least_studios` and `colluders` owners contribute to it: so at least
-- `least_studios` of them do not belong to any group of `colluders` studios, and what the group learns is true of that many.

alter table composer.setting drop constraint setting_value_check;
alter table composer.setting add constraint setting_value_check check (value >= (name not in ('colluders', 'least_age'))::int);
insert into composer.setting values
    ('colluders', 9),              -- so many studios may work together and learn nothing of a single other one
    ('least_age', 86400);          -- seconds from the first exchange of a studio until it counts

-- Studios of one owner count once. The operator fills it; it stays when a studio forgets.
create table composer.owner (
    studio text primary key,
    owner  text not null check (owner <> '')
);
alter table composer.owner owner to composer_owner;
alter table composer.owner enable row level security;

-- A studio that is not counted: it is too young, or all of it is marked.
create view composer.uncounted as
    select name as studio from composer.studio
    where joined > now() - make_interval(secs => (select value from composer.setting where name = 'least_age'))
  union all
    select studio from composer.mark where context is null and attribute is null;
alter view composer.uncounted owner to composer_owner;

create or replace view composer.counted_use as
    select e.studio, e.content, e.context, e.role, e.section, coalesce(o.owner, e.studio) as owner
    from composer.evidence_use e left join composer.owner o on o.studio = e.studio
    where not exists (select from composer.uncounted u where u.studio = e.studio)
      and not exists (select from composer.mark m where m.studio = e.studio and m.context = e.context);
create or replace view composer.counted_word as
    select e.studio, e.content, e.attribute, e.value, coalesce(o.owner, e.studio) as owner
    from composer.evidence_word e left join composer.owner o on o.studio = e.studio
    where not exists (select from composer.uncounted u where u.studio = e.studio)
      and not exists (select from composer.mark m where m.studio = e.studio and m.content = e.content
                                                    and m.attribute = e.attribute);

-- All rows that hold now, with exact counts, but for the confidence. One owner counts once in every figure.
create or replace function composer.counted_rows(k bigint) returns table (kind text, content bytea, other bytea, word text,
    value text, together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
    -- what most studios say about a content
    select 'fact', content, ''::bytea, attribute, value, 0, 0, 0, n, n / step * step / (of / step * step + 1.0), n
    from (select distinct on (content, attribute) content, attribute, value, n, greatest(1, k / 2) as step,
                 sum(n) over (partition by content, attribute)::bigint as of
          from (select content, attribute, value, count(distinct owner) as n
                from composer.counted_word group by 1, 2, 3) said
          order by content, attribute, n desc, value) most
    where n >= k and 2 * n > of
  union all
    select 'use', content, ''::bytea, '', '', 0, 0, 0, count(distinct owner), 0, count(distinct owner)
    from composer.counted_use group by content having count(distinct owner) >= k
  union all
    select 'role', content, ''::bytea, lower(said), '', 0, 0, 0, count(distinct owner), 0, count(distinct owner)
    from (select content, owner, role as said from composer.counted_use
          union all select content, owner, section from composer.counted_use) r
    where said <> '' group by content, lower(said) having count(distinct owner) >= k
  union all
    select 'pair', a.content, b.content, '', '', count(distinct a.owner),
           count(distinct a.owner) filter (where (a.section = '' or b.section = '' or a.section = b.section)
                                                 and (a.role = '' or a.role <> b.role)),
           count(distinct a.owner) filter (where coalesce(composer.order_of(b.section) >= composer.order_of(a.section),
                                                          true)),
           0, 0, count(distinct a.owner)
    from composer.counted_use a
    join composer.counted_use b on a.studio = b.studio and a.context = b.context and a.content <> b.content
    group by a.content, b.content having count(distinct a.owner) >= k
  union all
    select 'total', ''::bytea, ''::bytea, '', '', 0, 0, 0, count(*), 0, count(*)
    from (select distinct owner from composer.counted_use) s having count(*) >= k
  union all
    select 'pack', ''::bytea, ''::bytea, p.name, p.title || case p.vendor when '' then '' else ' by ' || p.vendor end,
           count(c.content), 0, 0, 0, 1, 0
    from composer.pack p left join composer.pack_content c on c.pack = p.name group by p.name
  union all
    select 'packed', c.content, ''::bytea, c.pack, '', 0, 0, 0, 0, 1, 0 from composer.pack_content c
$$;

-- Of a pack's content without a sound: the median of each number, once at least k owners gave it.
create or replace function composer.agree_sounds(k bigint) returns void language sql set search_path = composer, pg_temp
as $$
    with counted as (select distinct on (s.content, coalesce(o.owner, s.studio)) s.*
                     from composer.sound s join composer.studio t on t.name = s.studio
                     left join composer.owner o on o.studio = s.studio
                     where not exists (select from composer.uncounted u where u.studio = s.studio)
                     order by s.content, coalesce(o.owner, s.studio), s.studio, s.engine),
         gone as (delete from composer.sound p where p.studio = '' and p.agreed
                  and (select count(*) from counted c where c.content = p.content) < composer.setting_of('least_studios'))
    insert into composer.sound (studio, content, value, agreed)
        select '', a.content, composer.sound_value(a.ms, (select array_agg(x order by i) from
            (select i, percentile_disc(0.5) within group (order by n) as x
             from counted c, unnest(c.numbers) with ordinality as u(n, i) where c.content = a.content group by i) m)), true
        from (select content, percentile_disc(0.5) within group (order by ms) as ms from counted
              where exists (select from composer.pack_content p where p.content = counted.content)
                and not exists (select from composer.sound s where s.studio = '' and s.content = counted.content)
              group by content having count(*) >= k) a
$$;

-- Rows of one round. A row appears, and its count moves, only when at least `most` owners contributed to it since it was
-- published. So no group of `colluders` studios sees in the difference of two rounds that a single other one joined. A row goes
-- when it has fewer than `k`, which the group alone cannot bring about. A group that withdrew what it gave sees then that one of
-- the last `k` others withdrew it too, but not which.
create or replace function composer.publish_rows() returns bigint language plpgsql security definer
set search_path = composer, pg_temp
as $$
declare
    k       bigint := composer.setting_of('least_studios');
    most    bigint := k + composer.setting_of('colluders');
    step    bigint := greatest(1, k / 2);
    newest  bigint := composer.newest();
    changed bigint;
begin
    create temp table fresh on commit drop as select * from composer.rows_now(k);
    create temp table moved on commit drop as
        select f.*, false as gone from fresh f left join composer.feed o using (kind, content, other, word)
            where (f.raw = 0 or f.raw >= most) and (o.position is null or o.gone or o.value <> f.value)
               or abs(o.raw - f.raw) >= most
               or (f.kind = 'pack' and o.together <> f.together)
      union all
        select o.kind, o.content, o.other, o.word, o.value, 0, 0, 0, 0, 0, 0, true
            from composer.feed o left join fresh f using (kind, content, other, word)
            where not o.gone and f.kind is null;
    select count(*) into changed from moved;
    if changed = 0 then return 0; end if;
    delete from composer.feed o using moved m
        where o.kind = m.kind and o.content = m.content and o.other = m.other and o.word = m.word;
    insert into composer.feed (position, kind, content, other, word, value, together, stacked, later, studios, confidence,
                               gone, raw)
        select newest + row_number() over (order by kind = 'pair', kind, content, other, word), kind, content, other, word,
               value, case kind when 'pack' then together else together / step * step end, stacked / step * step,
               later / step * step, studios / step * step, confidence, gone, raw
        from moved;
    insert into composer.round (number, studios)
        select coalesce(max(number), 0) + 1,
               (select coalesce(max(studios), 0) from composer.feed where kind = 'total' and not gone)
        from composer.round;
    return changed;
end $$;

-- One round at a time: a table that only the owner may lock.
create or replace function composer.publish_round() returns bigint language plpgsql security definer
set search_path = composer, pg_temp
as $$
begin
    lock table composer.round in share row exclusive mode;
    perform composer.end_sessions();
    perform composer.limit_accounts();
    perform composer.mark_round();
    perform composer.agree_sounds(composer.setting_of('least_studios') + composer.setting_of('colluders'));
    return composer.publish_rows();
end $$;
alter table composer.round drop column notified;

-- What was published for fewer owners than now needed goes, as in a round. The next round finds the sounds again that enough
-- owners gave.
do $$
declare most bigint := composer.setting_of('least_studios') + composer.setting_of('colluders');
begin
    lock table composer.round in share row exclusive mode;
    delete from composer.sound where studio = '' and agreed;
    update composer.feed f set position = m.position, gone = true, together = 0, stacked = 0, later = 0, studios = 0,
                               confidence = 0, raw = 0
        from (select position as former, composer.newest() + row_number() over (order by position) as position
              from composer.feed where not gone and raw between 1 and most - 1) m
        where f.position = m.former;
    if found then
        insert into composer.round (number, studios)
            select coalesce(max(number), 0) + 1,
                   (select coalesce(max(studios), 0) from composer.feed where kind = 'total' and not gone)
            from composer.round;
    end if;
end $$;
