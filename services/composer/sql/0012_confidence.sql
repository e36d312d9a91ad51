-- The confidence of a fact is made from rounded counts, as publish_rows rounds them: the exact ones could be computed from
-- an exact confidence.

-- All rows that hold now, with exact counts, but for the confidence. One studio counts once in every figure.
create or replace function composer.counted_rows(k bigint) returns table (kind text, content bytea, other bytea, word text,
    value text, together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
    -- what most studios say about a content
    select 'fact', content, ''::bytea, attribute, value, 0, 0, 0, n, n / step * step / (of / step * step + 1.0), n
    from (select distinct on (content, attribute) content, attribute, value, n, greatest(1, k / 2) as step,
                 sum(n) over (partition by content, attribute)::bigint as of
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

-- Facts that are published already; `raw` is their exact count.
update composer.feed
    set confidence = raw / step * step / ((round(raw / confidence)::bigint - 1) / step * step + 1.0)
    from (select greatest(1, composer.setting_of('least_studios') / 2) as step) s
    where kind = 'fact' and raw > 0 and confidence > 0 and not gone;
