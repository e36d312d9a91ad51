-- Rounds: what at least k studios share becomes public, with rounded counts. One studio counts once in every figure.

create table composer.pack (
    name   text primary key check (octet_length(name) between 1 and 64),
    title  text not null check (octet_length(title) between 1 and 255),
    vendor text not null default '' check (octet_length(vendor) <= 255),
    tags   text[] not null default '{}'
);
create table composer.pack_content (
    pack    text not null references composer.pack on delete cascade,
    content bytea not null check (octet_length(content) = 16),
    primary key (pack, content)
);
alter table composer.pack owner to composer_owner;
alter table composer.pack_content owner to composer_owner;

create function composer.order_of(section text) returns int language sql immutable
as $$ select array_position(array['intro', 'verse', 'pre-chorus', 'chorus', 'bridge', 'drop', 'outro'], section) $$;

-- Uses of studios that count, without contexts that are too long.
create view composer.counted_use as
    select e.* from composer.evidence_use e
    join (select u.studio, u.context from composer.evidence_use u join composer.studio s on s.name = u.studio
          where not s.bad group by u.studio, u.context
          having count(distinct u.content) <= (select value from composer.setting where name = 'longest_context')) c
    using (studio, context);
alter view composer.counted_use owner to composer_owner;

-- All rows that hold now, with exact counts.
create function composer.rows_now(k bigint) returns table (kind text, content bytea, other bytea, word text, value text,
    together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
    -- what most studios say about a content
    select 'fact', content, ''::bytea, attribute, value, 0, 0, 0, n, n / (of + 1.0), n
    from (select distinct on (content, attribute) content, attribute, value, n,
                 sum(n) over (partition by content, attribute) as of
          from (select w.content, w.attribute, w.value, count(distinct w.studio) as n
                from composer.evidence_word w join composer.studio s on s.name = w.studio
                where not s.bad group by 1, 2, 3) said
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

-- Rows of one round. A count moves only when at least k studios changed it since it was published, so that no difference
-- of two rounds shows a single studio. A row that falls below k goes at once.
create function composer.publish_round() returns bigint language plpgsql security definer
set search_path = composer, pg_temp
as $$
declare
    k       bigint := composer.setting_of('least_studios');
    step    bigint := greatest(1, k / 2);
    newest  bigint;
    changed bigint;
begin
    perform pg_advisory_xact_lock(hashtext('composer.publish_round'));
    newest := coalesce((select max(position) from composer.feed), 0);
    create temp table fresh on commit drop as select * from composer.rows_now(k);
    create temp table moved on commit drop as
        select f.*, false as gone from fresh f left join composer.feed o using (kind, content, other, word)
            where o.position is null or o.gone or o.value <> f.value or abs(o.raw - f.raw) >= k
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
    perform pg_notify('composer_round', changed::text);
    return changed;
end $$;
alter function composer.publish_round() owner to composer_owner;
alter function composer.rows_now(bigint) owner to composer_owner;
alter function composer.setting_of(text) owner to composer_owner;
grant execute on function composer.setting_of(text) to composer_owner;
grant execute on function composer.order_of(text) to composer_owner;
revoke all on function composer.publish_round(), composer.rows_now(bigint), composer.order_of(text) from public;
grant execute on function composer.publish_round() to composer_publisher;
