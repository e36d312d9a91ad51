-- A round. It takes the notes, brings the tallies up to date, and compares the rows of which a tally changed with the feed.
-- It is one transaction: a round that ends early has done nothing. A note that it misses, because a call ends later, is for
-- the next one. All functions but the last one are parts of it, and use its temporary tables:
--   dirty    contexts, words and sounds of which something changed        touched   rows of the feed that may have changed

-- Contents in one context: may they sound at the same time, and does the other one come no earlier?
create function composer.is_stacked(role text, section text, other_role text, other_section text) returns boolean
language sql immutable parallel safe
as $$ select (section = '' or other_section = '' or section = other_section) and (role = '' or role <> other_role) $$;
create function composer.order_of(section text) returns int language sql immutable parallel safe
as $$ select array_position(array['intro', 'verse', 'pre-chorus', 'chorus', 'bridge', 'drop', 'outro'], section) $$;
create function composer.is_later(section text, other_section text) returns boolean language sql immutable parallel safe
as $$ select coalesce(composer.order_of(other_section) >= composer.order_of(section), true) $$;

-- A setting as the round read it at its beginning: the table `in_force` has all that decide what is counted and published.
create function composer.in_force(wanted text) returns bigint language plpgsql stable
as $$ begin return (select value from in_force where name = wanted); end $$;

-- Fills `dirty`. The notes come first: what a studio commits later is not counted by a state of the studio that is older.
create function composer.take_notes() returns void language plpgsql
as $$
begin
    create temp table dirty (kind text, studio text, place bytea, primary key (kind, studio, place)) on commit drop;
    with taken as (delete from composer.changed returning *) insert into dirty select distinct * from taken;
    create temp table out_now on commit drop as select distinct studio from composer.uncounted;
    create temp table owned_now on commit drop as select * from composer.owner;
    create temp table recounted on commit drop as -- studios that begin or cease to count, have another owner, or changed much
        select studio from dirty where kind = 'studio'
      union
        select studio from out_now n full join composer.left_out l using (studio) where n.studio is null or l.studio is null
      union
        select studio from owned_now n full join composer.owned o using (studio) where n.owner is distinct from o.owner;
    delete from composer.left_out where studio not in (select studio from out_now);
    insert into composer.left_out select studio from out_now on conflict do nothing;
    delete from composer.owned where studio in (select studio from recounted);
    insert into composer.owned select n.* from owned_now n join recounted using (studio);
    insert into dirty
        select 'use', studio, context from composer.evidence_use join recounted using (studio)
      union
        select 'use', studio, context from composer.context_size join recounted using (studio)
      union
        select 'word', studio, content from composer.evidence_word join recounted using (studio)
      union
        select 'word', studio, content from composer.tallied_word join recounted using (studio)
      union
        select 'sound', studio, content from composer.sound join recounted using (studio)
      union
        select 'sound', '', content from composer.sound
        where studio = '' and agreed and exists (select from dirty where kind = 'studio')
        on conflict do nothing;
    analyze dirty, composer.left_out, composer.owned, composer.mark;
end $$;

-- ---- the marks of a round ----

-- Trims each studio, so that a few that say very much do not decide what is used together. Long contexts go first. The
-- quartile is robust: a quarter of the studios would have to lie to move it far.
create function composer.trim_uses() returns void language plpgsql
as $$
declare
    longest bigint := composer.in_force('longest_context');
    factor  bigint := composer.in_force('trim_factor');
    least   bigint := composer.in_force('trim_least');
begin
    create temp table wanted on commit drop as
        with size as (select studio, context, n, n * (n - 1) as pairs from composer.context_size),
             of_studio as (select sum(pairs) as pairs from size where n <= longest group by studio),
             fence as (select greatest(least, factor * percentile_cont(0.75) within group (order by pairs)) as most
                       from of_studio),
             so_far as (select *, sum(pairs) over (partition by studio order by n, context) as before from size)
        select studio, context, case when n > longest then 'a context that is too long' else 'more than other studios' end
                                as reason
        from so_far, fence where n > longest or (pairs > 0 and before > most);
    with gone as (delete from composer.mark where ctid = any (array(
                      select ctid from composer.mark m where of_round and context is not null and not exists
                          (select from wanted w where w.studio = m.studio and w.context = m.context and w.reason = m.reason)
                      for update of m skip locked)) -- those that a call is deleting
                  returning studio, context),
         made as (insert into composer.mark (studio, context, reason, of_round)
                  select studio, context, reason, true from wanted w where not exists
                      (select from composer.mark m where of_round and m.studio = w.studio and m.context = w.context
                                                     and m.reason = w.reason)
                  returning studio, context)
    insert into dirty select 'use', studio, context from gone union select 'use', studio, context from made
        on conflict do nothing;
    drop table wanted;
    analyze composer.mark;
end $$;

create function composer.trim_words() returns void language plpgsql
as $$
declare
    factor  bigint := composer.in_force('trim_factor');
    least   bigint := composer.in_force('trim_least');
begin
    create temp table wanted on commit drop as
        with fence as (select greatest(least, factor * percentile_cont(0.75) within group (order by n)) as most
                       from composer.word_count),
             ranked as (select b.studio, content, attribute, most,
                               row_number() over (partition by b.studio order by md5(content), attribute) as number
                        from fence join composer.word_count c on c.n > most join composer.base_word b on b.studio = c.studio)
        select distinct studio, content, attribute from ranked where number > most;
    with gone as (delete from composer.mark where ctid = any (array(
                      select ctid from composer.mark m where of_round and attribute is not null and not exists
                          (select from wanted w where w.studio = m.studio and w.content = m.content and w.attribute = m.attribute)
                      for update of m skip locked))
                  returning studio, content),
         made as (insert into composer.mark (studio, content, attribute, reason, of_round)
                  select studio, content, attribute, 'more than other studios', true from wanted w where not exists
                      (select from composer.mark m where of_round and m.studio = w.studio and m.content = w.content
                                                     and m.attribute = w.attribute)
                  returning studio, content)
    insert into dirty select 'word', studio, content from gone union select 'word', studio, content from made
        on conflict do nothing;
    drop table wanted;
    analyze composer.mark;
end $$;

-- ---- tallies of what changed ----

-- Adds to the tallies what `weighed` holds, and what changed to `touched`.
create function composer.add_to_tallies(k bigint) returns void language plpgsql
as $$
begin
    create temp table sums on commit drop as
        select content, kind, word, value, sum(n)::bigint as n from weighed group by 1, 2, 3, 4 having sum(n) <> 0;
    insert into composer.tally as t select * from sums
        on conflict (content, kind, word, value) do update set n = t.n + excluded.n;
    insert into touched
        select kind, content, '', word from sums s join composer.tally t using (content, kind, word, value)
        where kind = 'fact' or t.n >= k or t.n - s.n >= k on conflict do nothing;
end $$;
create function composer.end_tallies() returns void language plpgsql
as $$
begin
    delete from composer.tally t using sums s
        where t.n = 0 and t.content = s.content and t.kind = s.kind and t.word = s.word and t.value = s.value;
    drop table sums;
    truncate weighed;
end $$;

-- Puts what the owners of `affected` say into `weighed`, with this sign: -1 before a change, 1 after it.
create function composer.weigh_uses(sign int) returns void language plpgsql
as $$
begin
    insert into weighed
        select content, kind, word, '', sign * count(*)
        from (select distinct t.owner, t.content, s.kind, s.word
              from affected join composer.tallied_use t using (owner, content)
              cross join lateral (values ('use', ''), ('role', lower(role)), ('role', lower(section))) s(kind, word)
              where s.kind = 'use' or s.word <> '') said
        group by content, kind, word;
    insert into weighed_pair
        select content, other, sign * count(*), sign * count(*) filter (where stacked),
               sign * count(*) filter (where later), sign * count(*) filter (where earlier)
        from (select p.owner, p.content, p.other,
                     bool_or(composer.is_stacked(a.role, a.section, b.role, b.section)) as stacked,
                     bool_or(composer.is_later(a.section, b.section)) as later,
                     bool_or(composer.is_later(b.section, a.section)) as earlier
              from affected_pair p
              join composer.tallied_use a on a.owner = p.owner and a.content = p.content
              join composer.tallied_use b on b.content = p.other and b.owner = p.owner and b.context = a.context
                                             and b.studio = a.studio
              group by 1, 2, 3) said
        group by content, other;
end $$;
create function composer.weigh_words(sign int) returns void language plpgsql
as $$
begin
    insert into weighed
        select content, 'fact', attribute, value, sign * count(*)
        from (select distinct t.owner, t.content, t.attribute, t.value
              from affected_word join composer.tallied_word t using (owner, content, attribute)) said
        group by content, attribute, value;
end $$;

-- Of contents that begin or cease to have k owners: their pairs.
create function composer.cross_pairs(k bigint) returns void language plpgsql
as $$
begin
    create temp table crossed on commit drop as
        select content, t.n >= k as enters from sums s join composer.tally t using (content, kind, word, value)
        where kind = 'use' and (t.n >= k) <> (t.n - s.n >= k);
    analyze crossed;
    with gone as (delete from composer.pair_tally where content in (select content from crossed where not enters)
                                                     or other in (select content from crossed where not enters)
                  returning content, other)
    insert into touched
        select 'pair', content, other, '' from gone union select 'pair', other, content, '' from gone on conflict do nothing;
    with sides as (select a.owner, a.content as one, b.content as two, a.role, a.section, b.role as other_role,
                          b.section as other_section
                   from crossed c join composer.tallied_use a on a.content = c.content
                   join composer.tallied_use b on b.studio = a.studio and b.context = a.context and b.content <> a.content
                   join composer.tally e on e.content = b.content and e.kind = 'use' and e.n >= k
                   where c.enters),
         said as (select owner, least(one, two) as content, greatest(one, two) as other,
                         bool_or(composer.is_stacked(role, section, other_role, other_section)) as stacked,
                         bool_or(case when one < two then composer.is_later(section, other_section)
                                      else composer.is_later(other_section, section) end) as later,
                         bool_or(case when one < two then composer.is_later(other_section, section)
                                      else composer.is_later(section, other_section) end) as earlier
                  from sides group by 1, 2, 3),
         made as (insert into composer.pair_tally
                  select content, other, count(*), count(*) filter (where stacked), count(*) filter (where later),
                         count(*) filter (where earlier)
                  from said group by 1, 2 returning content, other, n)
    insert into touched
        select 'pair', content, other, '' from made where n >= k union select 'pair', other, content, '' from made where n >= k
        on conflict do nothing;
    drop table crossed;
end $$;

create function composer.add_to_pairs(k bigint) returns void language plpgsql
as $$
begin
    create temp table pair_sums on commit drop as
        select content, other, sum(n)::bigint as n, sum(stacked)::bigint as stacked, sum(later)::bigint as later,
               sum(earlier)::bigint as earlier
        from weighed_pair group by 1, 2 having sum(n) <> 0 or sum(stacked) <> 0 or sum(later) <> 0 or sum(earlier) <> 0;
    with updated as (insert into composer.pair_tally as p select * from pair_sums
                     on conflict (content, other) do update set n = p.n + excluded.n, stacked = p.stacked + excluded.stacked,
                         later = p.later + excluded.later, earlier = p.earlier + excluded.earlier
                     returning content, other, n),
         visible as (select content, other from updated t join pair_sums s using (content, other) where t.n >= k or t.n - s.n >= k)
    insert into touched
        select 'pair', content, other, '' from visible union select 'pair', other, content, '' from visible on conflict do nothing;
    delete from composer.pair_tally p using pair_sums s where p.n = 0 and p.content = s.content and p.other = s.other and s.n < 0;
    drop table pair_sums;
end $$;

-- What the dirty contexts hold now, and what the last round counted of them: `added` and `removed` are the differences.
create function composer.compare_uses(k bigint) returns void language plpgsql
as $$
begin
    create temp table now_use on commit drop as
        select c.owner, c.studio, c.context, c.content, c.role, c.section
        from dirty d join composer.counted_use c on c.studio = d.studio and c.context = d.place where d.kind = 'use';
    create temp table then_use on commit drop as
        select t.* from dirty d join composer.tallied_use t on t.studio = d.studio and t.context = d.place where d.kind = 'use';
    create temp table added on commit drop as select * from now_use except select * from then_use;
    create temp table removed on commit drop as select * from then_use except select * from now_use;
    create temp table affected on commit drop as
        select owner, content from added union select owner, content from removed;
    create temp table often on commit drop as -- of these contents, those that have pairs
        select content from (select content from now_use union select content from then_use) u
        where exists (select from composer.tally e where e.content = u.content and e.kind = 'use' and e.n >= k);
    create temp table affected_pair on commit drop as
        select d.owner, least(d.content, u.content) as content, greatest(d.content, u.content) as other
        from (select * from added join often using (content)) d join (select * from now_use join often using (content)) u
            using (studio, context) where u.content <> d.content
      union
        select d.owner, least(d.content, u.content), greatest(d.content, u.content)
        from (select * from removed join often using (content)) d join (select * from then_use join often using (content)) u
            using (studio, context) where u.content <> d.content;
    analyze added, removed, affected, affected_pair;
end $$;

create function composer.count_uses(k bigint) returns void language plpgsql
as $$
begin
    perform composer.compare_uses(k);
    perform composer.weigh_uses(-1);
    delete from composer.tallied_use t using removed l
        where t.studio = l.studio and t.context = l.context and t.content = l.content and t.role = l.role
          and t.section = l.section;
    insert into composer.tallied_use select * from added;
    perform composer.weigh_uses(1);
    perform composer.add_to_tallies(k);
    perform composer.add_to_pairs(k);
    perform composer.cross_pairs(k);
    perform composer.end_tallies();
    insert into touched values ('total', '', '', '') on conflict do nothing;
end $$;

create function composer.count_words(k bigint) returns void language plpgsql
as $$
begin
    create temp table now_word on commit drop as
        select c.owner, c.studio, c.engine, c.content, c.attribute, c.value
        from dirty d join composer.counted_word c on c.studio = d.studio and c.content = d.place where d.kind = 'word';
    create temp table then_word on commit drop as
        select t.* from dirty d join composer.tallied_word t on t.studio = d.studio and t.content = d.place where d.kind = 'word';
    create temp table added_word on commit drop as select * from now_word except select * from then_word;
    create temp table removed_word on commit drop as select * from then_word except select * from now_word;
    create temp table affected_word on commit drop as
        select owner, content, attribute from added_word union select owner, content, attribute from removed_word;
    analyze added_word, removed_word, affected_word;
    perform composer.weigh_words(-1);
    delete from composer.tallied_word t using removed_word l
        where t.studio = l.studio and t.content = l.content and t.attribute = l.attribute and t.engine = l.engine;
    insert into composer.tallied_word select * from added_word;
    perform composer.weigh_words(1);
    perform composer.add_to_tallies(k);
    perform composer.end_tallies();
end $$;

create function composer.count_changes(k bigint) returns void language plpgsql
as $$
begin
    if exists (select from dirty where kind = 'use') then
        delete from composer.context_size c using dirty d where d.kind = 'use' and c.studio = d.studio and c.context = d.place;
        insert into composer.context_size
            select b.studio, b.context, count(distinct b.content)
            from dirty d join composer.base_use b on b.studio = d.studio and b.context = d.place where d.kind = 'use' group by 1, 2;
        perform composer.trim_uses();
        perform composer.count_uses(k);
    end if;
    if exists (select from dirty where kind = 'word') then
        delete from composer.word_count where studio in (select studio from dirty where kind = 'word');
        insert into composer.word_count
            select studio, count(*) from composer.base_word where studio in (select studio from dirty where kind = 'word')
            group by 1;
        perform composer.trim_words();
        perform composer.count_words(k);
    end if;
end $$;

-- Counts everything. PostgreSQL uses several processes for what it puts into a table that it makes.
create function composer.count_all(k bigint) returns void language plpgsql set enable_nestloop = off
as $$
begin
    truncate composer.context_size, composer.word_count, composer.tallied_use, composer.tallied_word, composer.tally,
        composer.pair_tally;
    insert into composer.context_size select studio, context, count(distinct content) from composer.base_use group by 1, 2;
    insert into composer.word_count select studio, count(*) from composer.base_word group by 1;
    analyze composer.context_size, composer.word_count;
    perform composer.trim_uses();
    perform composer.trim_words();
    insert into composer.tallied_use select owner, studio, context, content, role, section from composer.counted_use;
    insert into composer.tallied_word select owner, studio, engine, content, attribute, value from composer.counted_word;
    analyze composer.tallied_use, composer.tallied_word;
    create temp table all_tallies on commit drop as
        select content, kind, word, ''::text as value, count(*) as n
        from (select owner, content, 'use' as kind, '' as word from composer.tallied_use
              union select owner, content, 'role', lower(role) from composer.tallied_use where role <> ''
              union select owner, content, 'role', lower(section) from composer.tallied_use where section <> '') said
        group by 1, 2, 3
      union all
        select content, 'fact', attribute, value, count(distinct owner) from composer.tallied_word group by 1, 3, 4;
    insert into composer.tally select * from all_tallies;
    analyze composer.tally;
    create temp table all_pairs on commit drop as
        with said as (select a.owner, a.content, b.content as other,
                             bool_or(composer.is_stacked(a.role, a.section, b.role, b.section)) as stacked,
                             bool_or(composer.is_later(a.section, b.section)) as later,
                             bool_or(composer.is_later(b.section, a.section)) as earlier
                      from composer.tallied_use a join composer.tally c on c.content = a.content and c.kind = 'use' and c.n >= k
                      join composer.tallied_use b on b.studio = a.studio and b.context = a.context and b.content > a.content
                      join composer.tally d on d.content = b.content and d.kind = 'use' and d.n >= k
                      group by 1, 2, 3)
        select content, other, count(*) as n, count(*) filter (where stacked) as stacked, count(*) filter (where later) as later,
               count(*) filter (where earlier) as earlier
        from said group by 1, 2;
    insert into composer.pair_tally select * from all_pairs;
    analyze composer.pair_tally;
    insert into touched
        select kind, content, ''::bytea, word from composer.tally where n >= k
      union
        select 'pair', content, other, '' from composer.pair_tally where n >= k
      union
        select 'pair', other, content, '' from composer.pair_tally where n >= k
      union
        select kind, content, other, word from composer.feed where not gone
      union
        select 'total', '', '', '';
end $$;

-- ---- what is published ----

-- Of a pack's content without a sound: the median of each number, once at least `most` owners gave it. Of the dirty sounds,
-- or of all. Returns the number of those that came or went.
create function composer.agree_sounds(every boolean, k bigint, most bigint) returns bigint language plpgsql
as $$
declare
    gone bigint;
    made bigint;
begin
    create temp table given on commit drop as
        select distinct on (s.content, coalesce(o.owner, s.studio)) s.*
        from composer.sound s join composer.studio t on t.name = s.studio left join composer.owned o on o.studio = s.studio
        where not exists (select from composer.left_out u where u.studio = s.studio)
          and (every or s.content in (select place from dirty where kind = 'sound'))
        order by s.content, coalesce(o.owner, s.studio), s.studio, s.engine;
    delete from composer.sound p where p.studio = '' and p.agreed
        and (every or p.content in (select place from dirty where kind = 'sound'))
        and (select count(*) from given g where g.content = p.content) < k;
    get diagnostics gone = row_count;
    insert into composer.sound (studio, content, value, agreed)
        select '', a.content, composer.sound_value(a.ms, (select array_agg(x order by i) from
            (select i, percentile_disc(0.5) within group (order by n) as x
             from given g, unnest(g.numbers) with ordinality as u(n, i) where g.content = a.content group by i) m)), true
        from (select content, percentile_disc(0.5) within group (order by ms) as ms from given
              where exists (select from composer.pack_content p where p.content = given.content)
                and not exists (select from composer.sound s where s.studio = '' and s.content = given.content)
              group by content having count(*) >= most) a;
    get diagnostics made = row_count;
    return gone + made;
end $$;

-- What the operator describes.
create view composer.described_row as
    select 'pack' as kind, ''::bytea as content, ''::bytea as other, p.name as word,
           p.title || case p.vendor when '' then '' else ' by ' || p.vendor end as value,
           count(c.content) as together, 1::double precision as confidence
    from composer.pack p left join composer.pack_content c on c.pack = p.name group by p.name
  union all
    select 'packed', c.content, '', c.pack, '', 0, 1 from composer.pack_content c
  union all
    select 'fact', content, '', attribute, value, 0, 0.95 from composer.pack_fact
  union all
    select 'slot', '', '', layout || '/' || to_char(slot, 'FM000'), array_to_string(array_prepend(class, tags), ','), 0, 1
    from composer.layout_slot
  union all
    (select 'sound', content, '', '', value, 0, 1 from composer.sound s
     where studio = '' and exists (select from composer.pack_content p where p.content = s.content)
     order by content limit composer.in_force('most_sounds'));
alter view composer.described_row owner to composer_owner;

-- The rows of `touched` that hold now, with exact counts, but for the confidence: it is made of rounded ones.
create function composer.rows_touched(k bigint) returns table (kind text, content bytea, other bytea, word text, value text,
    together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint) language plpgsql
as $$
#variable_conflict use_column
declare step bigint := greatest(1, k / 2);
begin
    return query
        select 'fact', content, ''::bytea, word, value, 0::bigint, 0::bigint, 0::bigint, n,
               n / step * step / (of / step * step + 1.0::double precision), n
        from (select distinct on (content, word) t.content, t.word, t.value, t.n,
                     sum(t.n) over (partition by t.content, t.word)::bigint as of
              from touched a join composer.tally t on t.kind = 'fact' and t.content = a.content and t.word = a.word
              where a.kind = 'fact' and not exists (select from composer.pack_fact p
                                                    where p.content = a.content and p.attribute = a.word)
              order by content, word, n desc, value) most
        where n >= k and 2 * n > of
      union all
        select kind, content, ''::bytea, word, '', 0, 0, 0, t.n, 0, t.n
        from touched a join composer.tally t using (kind, content, word) where a.kind in ('use', 'role') and t.n >= k
      union all
        select 'pair', a.content, a.other, '', '', t.n, t.stacked, case when a.content < a.other then t.later else t.earlier end,
               0, 0, t.n
        from touched a join composer.pair_tally t on t.content = least(a.content, a.other)
                                                  and t.other = greatest(a.content, a.other)
        where a.kind = 'pair' and t.n >= k
      union all
        select 'total', ''::bytea, ''::bytea, '', '', 0, 0, 0, t.n, 0, t.n
        from touched a, (select count(distinct coalesce(o.owner, c.studio)) as n
                         from composer.context_size c left join composer.owned o on o.studio = c.studio
                         where not exists (select from composer.mark m where m.studio = c.studio and m.context = c.context
                                                                        and m.of_round)) t
        where a.kind = 'total' and t.n >= k;
end $$;

-- A row appears, and its count moves, only when at least `most` owners contributed to it since it was published. So no group
-- of `colluders` studios sees in the difference of two rounds that a single other one joined. A row goes when it has fewer than
-- `k`, which the group alone cannot bring about. A group that withdrew what it gave sees then that one of the last `k` others
-- withdrew it too, but not which.
create function composer.publish_touched(described boolean, k bigint, most bigint) returns bigint language plpgsql
as $$
declare
    step    bigint := greatest(1, k / 2);
    newest  bigint := composer.newest();
    changed bigint;
begin
    if described then -- a fact of a pack has no count, or that of the studios' fact which it was before
        insert into touched
            select kind, content, other, word from composer.feed
            where not gone and (kind in ('pack', 'packed', 'slot', 'sound') or (kind = 'fact' and raw < most))
            on conflict do nothing;
    end if;
    create temp table fresh on commit drop as select * from composer.rows_touched(k);
    if described then
        insert into fresh select kind, content, other, word, value, together, 0, 0, 0, confidence, 0 from composer.described_row;
    else
        delete from touched t where kind = 'fact'
            and exists (select from composer.pack_fact p where p.content = t.content and p.attribute = t.word);
    end if;
    alter table fresh add primary key (kind, content, other, word);
    analyze touched, fresh;
    create temp table moved on commit drop as
        select f.*, false as gone from fresh f left join composer.feed o using (kind, content, other, word)
            where (f.raw = 0 or f.raw >= most) and (o.position is null or o.gone or o.value <> f.value)
               or abs(o.raw - f.raw) >= most
               or (f.kind = 'pack' and o.together <> f.together)
      union all
        select o.kind, o.content, o.other, o.word, o.value, 0, 0, 0, 0, 0, 0, true
            from touched t join composer.feed o using (kind, content, other, word)
            left join fresh f using (kind, content, other, word)
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

-- Counts everything if a setting changed, if the newest row of the feed is gone (an operator may empty the feed, so that a round
-- computes it again), or if more than half of all contexts changed: then it is the faster way. One round at a time: a table
-- that only the owner may lock.
create function composer.publish_round() returns bigint language plpgsql security definer set search_path = composer, pg_temp
set jit = off set work_mem = '64MB'
as $$
#variable_conflict use_variable
declare
    settings  text;
    newest    bigint;
    k         bigint;
    most      bigint;
    every     boolean;
    described boolean;
    published bigint;
begin
    lock table composer.round in share row exclusive mode;
    newest := composer.newest();
    create temp table in_force on commit drop as
        select name, value from composer.setting
        where name in ('least_studios', 'colluders', 'longest_context', 'trim_factor', 'trim_least', 'most_sounds');
    settings := (select string_agg(name || '=' || value, ' ' order by name) from in_force);
    k := composer.in_force('least_studios');
    most := k + composer.in_force('colluders');
    perform composer.end_sessions();
    perform composer.limit_accounts();
    create temp table touched (kind text, content bytea, other bytea, word text, primary key (kind, content, other, word))
        on commit drop;
    create temp table weighed (content bytea, kind text, word text, value text, n bigint) on commit drop;
    create temp table weighed_pair (content bytea, other bytea, n bigint, stacked bigint, later bigint, earlier bigint)
        on commit drop;
    every := not exists (select from composer.counted_with c where (c.settings, c.newest) = (settings, newest));
    perform composer.take_notes();
    if not every and not exists (select from dirty) then return 0; end if;
    every := every or exists (select from dirty where kind = 'everything')
        or (select count(*) from dirty where kind = 'use') > 100 + (select count(*) from composer.context_size) / 2;
    if every then perform composer.count_all(k); else perform composer.count_changes(k); end if;
    described := composer.agree_sounds(every, k, most) > 0;
    described := described or every or exists (select from dirty where kind = 'described');
    published := composer.publish_touched(described, k, most);
    delete from composer.counted_with;
    insert into composer.counted_with values (settings, newest + published);
    return published;
end $$;
do $$
declare each text;
begin
    for each in select oid::regprocedure::text from pg_proc where pronamespace = 'composer'::regnamespace and proname in
        ('is_stacked', 'is_later', 'in_force', 'take_notes', 'trim_uses', 'trim_words', 'add_to_tallies', 'end_tallies',
         'weigh_uses', 'weigh_words', 'cross_pairs', 'add_to_pairs', 'compare_uses', 'count_uses', 'count_words', 'count_changes',
         'count_all', 'agree_sounds', 'rows_touched', 'publish_touched', 'publish_round')
    loop execute format('alter function %s owner to composer_owner', each); end loop;
end $$;
grant execute on function composer.publish_round() to composer_publisher;
