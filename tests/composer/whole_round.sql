-- A round that counts everything, in the schema `whole`: what composer.publish_round must publish too.
create schema whole;
create view whole.counted_use as
    select e.studio, e.content, e.context, e.role, e.section, coalesce(o.owner, e.studio) as owner
    from composer.evidence_use e left join composer.owner o on o.studio = e.studio
    where not exists (select from composer.uncounted u where u.studio = e.studio)
      and not exists (select from composer.mark m where m.studio = e.studio and m.context = e.context);
create view whole.counted_word as
    select e.studio, e.content, e.attribute, e.value, coalesce(o.owner, e.studio) as owner
    from composer.evidence_word e left join composer.owner o on o.studio = e.studio
    where not exists (select from composer.uncounted u where u.studio = e.studio)
      and not exists (select from composer.mark m where m.studio = e.studio and m.content = e.content
                                                    and m.attribute = e.attribute);

create function whole.mark_round() returns void language plpgsql set search_path = composer, pg_temp
as $$
declare
    longest bigint := composer.setting_of('longest_context');
    factor  bigint := composer.setting_of('trim_factor');
    least   bigint := composer.setting_of('trim_least');
begin
    delete from composer.mark where of_round;
    with size as (select studio, context, n, n * (n - 1) as pairs
                  from (select studio, context, count(distinct content) as n from whole.counted_use group by 1, 2) c),
         of_studio as (select sum(pairs) as pairs from size where n <= longest group by studio),
         fence as (select greatest(least, factor * percentile_cont(0.75) within group (order by pairs)) as most
                   from of_studio),
         so_far as (select *, sum(pairs) over (partition by studio order by n, context) as before from size)
    insert into composer.mark (studio, context, reason, of_round)
        select studio, context, case when n > longest then 'a context that is too long' else 'more than other studios' end,
               true
        from so_far, fence where n > longest or (pairs > 0 and before > most);
    with many as (select studio, count(*) as n from whole.counted_word group by studio),
         fence as (select greatest(least, factor * percentile_cont(0.75) within group (order by n)) as most from many),
         ranked as (select studio, content, attribute,
                           row_number() over (partition by studio order by md5(content), attribute) as number
                    from whole.counted_word join many using (studio) where n > least)
    insert into composer.mark (studio, content, attribute, reason, of_round)
        select studio, content, attribute, 'more than other studios', true from ranked, fence where number > most;
end $$;

-- All rows that hold now, with exact counts, but for the confidence. One owner counts once in every figure.
create function whole.rows_now(k bigint) returns table (kind text, content bytea, other bytea, word text, value text,
    together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
    -- what most studios say about a content
    select 'fact', content, ''::bytea, attribute, value, 0, 0, 0, n, n / step * step / (of / step * step + 1.0), n
    from (select distinct on (content, attribute) content, attribute, value, n, greatest(1, k / 2) as step,
                 sum(n) over (partition by content, attribute)::bigint as of
          from (select content, attribute, value, count(distinct owner) as n
                from whole.counted_word group by 1, 2, 3) said
          order by content, attribute, n desc, value) most
    where n >= k and 2 * n > of
      and not exists (select from composer.pack_fact p where p.content = most.content and p.attribute = most.attribute)
  union all
    select 'fact', content, ''::bytea, attribute, value, 0, 0, 0, 0, 0.95, 0 from composer.pack_fact
  union all
    select 'use', content, ''::bytea, '', '', 0, 0, 0, count(distinct owner), 0, count(distinct owner)
    from whole.counted_use group by content having count(distinct owner) >= k
  union all
    select 'role', content, ''::bytea, lower(said), '', 0, 0, 0, count(distinct owner), 0, count(distinct owner)
    from (select content, owner, role as said from whole.counted_use
          union all select content, owner, section from whole.counted_use) r
    where said <> '' group by content, lower(said) having count(distinct owner) >= k
  union all
    select 'pair', a.content, b.content, '', '', count(distinct a.owner),
           count(distinct a.owner) filter (where (a.section = '' or b.section = '' or a.section = b.section)
                                                 and (a.role = '' or a.role <> b.role)),
           count(distinct a.owner) filter (where coalesce(composer.order_of(b.section) >= composer.order_of(a.section),
                                                          true)),
           0, 0, count(distinct a.owner)
    from whole.counted_use a
    join whole.counted_use b on a.studio = b.studio and a.context = b.context and a.content <> b.content
    group by a.content, b.content having count(distinct a.owner) >= k
  union all
    select 'total', ''::bytea, ''::bytea, '', '', 0, 0, 0, count(*), 0, count(*)
    from (select distinct owner from whole.counted_use) s having count(*) >= k
  union all
    select 'pack', ''::bytea, ''::bytea, p.name, p.title || case p.vendor when '' then '' else ' by ' || p.vendor end,
           count(c.content), 0, 0, 0, 1, 0
    from composer.pack p left join composer.pack_content c on c.pack = p.name group by p.name
  union all
    select 'packed', c.content, ''::bytea, c.pack, '', 0, 0, 0, 0, 1, 0 from composer.pack_content c
  union all
    (select 'sound', content, ''::bytea, '', value, 0, 0, 0, 0, 1, 0 from composer.sound s
     where studio = '' and exists (select from composer.pack_content p where p.content = s.content)
     order by content limit composer.setting_of('most_sounds'))
  union all
    select 'slot', ''::bytea, ''::bytea, layout || '/' || to_char(slot, 'FM000'),
           array_to_string(array_prepend(class, tags), ','), 0, 0, 0, 0, 1, 0 from composer.layout_slot
$$;

-- Of a pack's content without a sound: the median of each number, once at least k owners gave it.
create function whole.agree_sounds(k bigint) returns void language sql set search_path = composer, pg_temp
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

create function whole.publish_rows() returns bigint language plpgsql set search_path = composer, pg_temp
as $$
declare
    k       bigint := composer.setting_of('least_studios');
    most    bigint := k + composer.setting_of('colluders');
    step    bigint := greatest(1, k / 2);
    newest  bigint := composer.newest();
    changed bigint;
begin
    create temp table fresh on commit drop as select * from whole.rows_now(k);
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

create function whole.publish_round() returns bigint language plpgsql
as $$
begin
    perform whole.mark_round();
    perform whole.agree_sounds(composer.setting_of('least_studios') + composer.setting_of('colluders'));
    return whole.publish_rows();
end $$;
