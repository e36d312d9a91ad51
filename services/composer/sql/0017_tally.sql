-- Rounds that cost what changed. Triggers log which contexts and which words changed. A round counts only those again: it
-- keeps a copy of the uses that it counted, and the number of owners of each row. A first round, and one after a change of a
-- setting, counts everything. Only rounds write these tables, and exchanges only append to the log, so neither waits.

-- The log. Rows without a studio are of one that forgot: its context is gone, and must only be taken from the counts.
create table composer.touched_use (place uuid not null, studio text, context bytea);
create table composer.touched_word (content bytea not null, attribute text not null);
create table composer.touched_rest (what text not null check (what in ('sound', 'described')));

-- What the newest round counted. A place is one context of one studio; neither it nor the owner is stored by name.
create table composer.counted (
    place   uuid not null,
    owner   bigint not null,
    content bytea not null,
    role    text not null,
    section text not null,
    primary key (place, content, role, section)
);
create index on composer.counted (content, owner);
create index on composer.counted (owner);

-- How many owners each row has. A pair is kept once, with content < other, and only when `paired` is set for both contents: once
-- a content had least_studios owners. `back` is `later` of the pair in the other order.
create table composer.tally (
    kind     text not null check (kind in ('use', 'role', 'pair', 'total')),
    content  bytea not null,
    other    bytea not null,
    word     text not null,
    together bigint not null,
    stacked  bigint not null,
    later    bigint not null,
    back     bigint not null,
    paired   boolean not null default false,
    primary key (kind, content, other, word)
);

-- Contents of each context that may count; the limits of mark_round are made from it.
create table composer.context_size (
    place   uuid primary key,
    studio  text not null,
    context bytea not null,
    n       bigint not null
);
create index on composer.context_size (studio);
-- The studios that the newest round did not count, or counted under the name of an owner.
create table composer.standing (studio text primary key, owner text not null, counts boolean not null);
-- The settings of the newest round; none: the next round counts everything.
create table composer.tallied (settings text not null);

create index on composer.pack_content (content);

create function composer.place_of(studio text, context bytea) returns uuid language sql immutable
as $$ select md5(studio || ' ' || encode(context, 'hex'))::uuid $$;

-- ---- the log ----

create function composer.touch_uses() returns trigger language plpgsql
as $$
begin
    insert into composer.touched_use
        select distinct composer.place_of(studio, context), studio, context from changed where context is not null;
    return null;
end $$;
create function composer.touch_words() returns trigger language plpgsql
as $$
begin
    insert into composer.touched_word select distinct content, attribute from changed where attribute is not null;
    return null;
end $$;
create function composer.touch_sounds() returns trigger language plpgsql
as $$
begin
    insert into composer.touched_rest select distinct case studio when '' then 'described' else 'sound' end from changed;
    return null;
end $$;
create function composer.touch_described() returns trigger language plpgsql
as $$
begin
    insert into composer.touched_rest values ('described');
    return null;
end $$;
do $$
declare
    what  record;
    event text;
begin
    for what in select * from (values ('evidence_use', 'touch_uses'), ('mark', 'touch_uses'), ('evidence_word', 'touch_words'),
                                      ('mark', 'touch_words'), ('sound', 'touch_sounds')) w(name, does) loop
        foreach event in array array['insert:new', 'update:old', 'update:new', 'delete:old'] loop
            execute format('create trigger %2$s_%3$s_%4$s after %3$s on composer.%1$s referencing %4$s table as changed '
                           'for each statement execute function composer.%2$s()', what.name, what.does,
                           split_part(event, ':', 1), split_part(event, ':', 2));
        end loop;
    end loop;
    foreach event in array array['pack', 'pack_content', 'layout_slot'] loop
        execute format('create trigger touch_described after insert or update or delete or truncate on composer.%I '
                       'for each statement execute function composer.touch_described()', event);
    end loop;
end $$;

-- After a truncate the next round counts everything.
create function composer.touch_all() returns trigger language plpgsql
as $$
begin
    delete from composer.tallied;
    return null;
end $$;
do $$
declare each text;
begin
    foreach each in array array['evidence_use', 'evidence_word', 'mark', 'sound', 'feed'] loop
        execute format('create trigger touch_all after truncate on composer.%I for each statement execute function '
                       'composer.touch_all()', each);
    end loop;
end $$;

-- A studio that forgets leaves no name behind. Rows that a round takes at this moment go with it.
create function composer.forget_traces() returns trigger language plpgsql security definer set search_path = composer, pg_temp
as $$
begin
    with mine as (select ctid from composer.touched_use where studio = old.name for update skip locked),
         gone as (delete from composer.touched_use t using mine where t.ctid = mine.ctid returning t.place)
    insert into composer.touched_use (place) select distinct place from gone;
    delete from composer.context_size c using
        (select place from composer.context_size where studio = old.name for update skip locked) mine
        where c.place = mine.place;
    delete from composer.standing s using
        (select studio from composer.standing where studio = old.name for update skip locked) mine
        where s.studio = mine.studio;
    return null;
end $$;
create or replace function composer.forget_marks() returns trigger language plpgsql security definer
set search_path = composer, pg_temp
as $$
begin
    with mine as (select ctid from composer.mark where studio = old.name and of_round for update skip locked)
    delete from composer.mark m using mine where m.ctid = mine.ctid;
    return null;
end $$;
create trigger forget_traces after delete on composer.studio for each row execute function composer.forget_traces();

-- ---- which evidence counts ----

-- Without the marks of rounds, which are made from it.
create view composer.eligible_use as
    select e.studio, e.content, e.context from composer.evidence_use e
    where not exists (select from composer.uncounted u where u.studio = e.studio)
      and not exists (select from composer.mark m where m.studio = e.studio and m.context = e.context and not m.of_round);
create view composer.eligible_word as
    select e.studio, e.content, e.attribute from composer.evidence_word e
    where not exists (select from composer.uncounted u where u.studio = e.studio)
      and not exists (select from composer.mark m where m.studio = e.studio and m.content = e.content
                                                    and m.attribute = e.attribute and not m.of_round);

-- Moves the log into the tables of this round.
create function composer.take_touched() returns void language plpgsql set search_path = composer, pg_temp
as $$
begin
    with gone as (delete from composer.touched_use returning *) insert into dirty_use select distinct * from gone;
    with gone as (delete from composer.touched_word returning *) insert into dirty_word select distinct * from gone;
    with gone as (delete from composer.touched_rest returning *) insert into dirty_rest select distinct * from gone;
end $$;

-- Everything is to be counted again.
create function composer.touch_everything() returns void language plpgsql set search_path = composer, pg_temp
as $$
begin
    delete from composer.counted;
    delete from composer.tally;
    delete from composer.context_size;
    insert into dirty_use select composer.place_of(studio, context), studio, context
        from (select distinct studio, context from composer.evidence_use) e;
    insert into dirty_word select distinct content, attribute from composer.evidence_word;
    insert into dirty_word select content, word from composer.feed where kind = 'fact' and not gone;
    insert into dirty_key select kind, content, other, word from composer.feed where not gone;
    insert into dirty_rest values ('sound'), ('described');
end $$;

-- Of studios that count from now on, or no longer, or for another owner, all is to be counted again.
create function composer.touch_studios() returns void language plpgsql set search_path = composer, pg_temp
as $$
begin
    insert into changed_studio
        select s.studio, s.owner, s.counts
        from (select n.studio, coalesce(o.owner, n.studio) as owner,
                     not exists (select from composer.uncounted u where u.studio = n.studio) as counts
              from (select name as studio from composer.studio union select studio from composer.owner
                    union select studio from composer.mark where context is null and attribute is null
                    union select studio from composer.standing) n
              left join composer.owner o on o.studio = n.studio) s
        left join composer.standing t on t.studio = s.studio
        where (s.owner, s.counts) is distinct from (coalesce(t.owner, s.studio), coalesce(t.counts, true));
    delete from composer.standing s using changed_studio c where s.studio = c.studio;
    insert into composer.standing select * from changed_studio where owner <> studio or not counts;
    insert into dirty_use select distinct composer.place_of(studio, context), studio, context
        from composer.evidence_use join changed_studio using (studio);
    insert into dirty_word select distinct content, attribute from composer.evidence_word join changed_studio using (studio);
    insert into dirty_rest select 'sound' from changed_studio limit 1;
end $$;

-- ---- trimming ----

-- As mark_round did, from the sizes of contexts. Only marks that change are written, so that their contexts are counted again.
drop function composer.mark_round();
create function composer.mark_uses() returns void language plpgsql set search_path = composer, pg_temp
as $$
begin
    delete from composer.context_size where place in (select place from dirty_use);
    insert into composer.context_size
        select composer.place_of(studio, context), studio, context, count(distinct content)
        from (select distinct studio, context from dirty_use where studio is not null) d
        join composer.eligible_use using (studio, context) group by studio, context;
    with longest as (select composer.setting_of('longest_context') as most),
         size as (select studio, context, n, n * (n - 1) as pairs from composer.context_size),
         of_studio as (select sum(pairs) as pairs from size, longest where n <= longest.most group by studio),
         fence as (select greatest(composer.setting_of('trim_least'), composer.setting_of('trim_factor')
                                   * percentile_cont(0.75) within group (order by pairs)) as most from of_studio),
         so_far as (select *, sum(pairs) over (partition by studio order by n, context) as before from size)
    insert into wanted_mark (studio, context, reason)
        select studio, context, case when n > longest.most then 'a context that is too long' else 'more than other studios' end
        from so_far, fence, longest where n > longest.most or (pairs > 0 and before > fence.most);
    analyze wanted_mark;
    delete from composer.mark m where of_round and context is not null
        and not exists (select from wanted_mark w where (w.studio, w.context, w.reason) = (m.studio, m.context, m.reason));
    insert into composer.mark (studio, context, reason, of_round)
        select studio, context, reason, true from wanted_mark w
        where context is not null and not exists (select from composer.mark m
            where m.of_round and (m.studio, m.context, m.reason) = (w.studio, w.context, w.reason));
end $$;
create function composer.mark_words() returns void language plpgsql set search_path = composer, pg_temp
as $$
begin
    with many as (select studio, count(*) as n from composer.eligible_word group by studio),
         fence as (select greatest(composer.setting_of('trim_least'), composer.setting_of('trim_factor')
                                   * percentile_cont(0.75) within group (order by n)) as most from many),
         ranked as (select studio, content, attribute,
                           row_number() over (partition by studio order by md5(content), attribute) as number
                    from composer.eligible_word where studio in (select studio from many, fence where n > fence.most))
    insert into wanted_mark (studio, content, attribute, reason)
        select studio, content, attribute, 'more than other studios' from ranked, fence where number > fence.most;
    analyze wanted_mark;
    delete from composer.mark m where of_round and attribute is not null
        and not exists (select from wanted_mark w where (w.studio, w.content, w.attribute) = (m.studio, m.content, m.attribute));
    insert into composer.mark (studio, content, attribute, reason, of_round)
        select studio, content, attribute, reason, true from wanted_mark w
        where attribute is not null and not exists (select from composer.mark m
            where m.of_round and (m.studio, m.content, m.attribute) = (w.studio, w.content, w.attribute));
end $$;

-- ---- counting ----

-- What the owners in `holder` and `pair_holder` contribute to rows, as `counted` is now.
create function composer.contribute(sign int) returns void language plpgsql set search_path = composer, pg_temp
as $$
begin
    insert into contribution
        select 'use', content, ''::bytea, '', sign, 0, 0, 0
        from holder h, lateral (select from composer.counted c where c.content = h.content and c.owner = h.owner limit 1) one;
    insert into contribution
        select 'role', content, ''::bytea, said, sign, 0, 0, 0
        from (select distinct h.content, h.owner, lower(w.said) as said from holder h
              join composer.counted c using (content, owner), lateral (values (c.role), (c.section)) w(said)
              where w.said <> '') r;
    insert into contribution
        select 'pair', h.content, h.other, '', sign, sign * bool_or(composer.is_stacked(a.role, a.section, b.role, b.section))::int,
               sign * bool_or(composer.is_later(a.section, b.section))::int,
               sign * bool_or(composer.is_later(b.section, a.section))::int
        from pair_holder h join composer.counted a on a.content = h.content and a.owner = h.owner
        join composer.counted b on b.content = h.other and b.owner = h.owner and b.place = a.place
        group by h.owner, h.content, h.other;
end $$;
create function composer.is_stacked(a_role text, a_section text, b_role text, b_section text) returns boolean
language sql immutable
as $$ select (a_section = '' or b_section = '' or a_section = b_section) and (a_role = '' or a_role <> b_role) $$;
create function composer.is_later(a_section text, b_section text) returns boolean language sql immutable
as $$ select coalesce(composer.order_of(b_section) >= composer.order_of(a_section), true) $$;

-- Brings `counted` and `tally` up to date for the contexts in dirty_use, and names the rows that changed in dirty_key.
create function composer.count_uses(k bigint) returns void language plpgsql set search_path = composer, pg_temp
as $$
begin
    insert into former
        select c.* from composer.counted c where place in (select place from dirty_use);
    insert into latter
        select composer.place_of(u.studio, u.context), hashtextextended(u.owner, 0), u.content, u.role, u.section
        from (select distinct studio, context from dirty_use where studio is not null) d
        join composer.counted_use u on u.studio = d.studio and u.context = d.context;
    insert into changed_use
        select place, owner, content, role, section, sum(sign)
        from (select *, -1 as sign from former union all select *, 1 from latter) s
        group by place, owner, content, role, section having sum(sign) <> 0;
    insert into holder select distinct content, owner from changed_use;
    analyze former, latter, changed_use, holder;
    insert into pair_holder
        select distinct least(c.content, b.content), greatest(c.content, b.content), c.owner
        from changed_use c
        join (select place, owner, content from former union select place, owner, content from latter) b
            on b.place = c.place and b.owner = c.owner and b.content <> c.content
        join composer.tally s on s.kind = 'use' and s.content = c.content and s.paired
        join composer.tally t on t.kind = 'use' and t.content = b.content and t.paired;
    analyze pair_holder;
    insert into owned select owner, exists (select from composer.counted c where c.owner = h.owner)
        from (select distinct owner from holder) h;

    perform composer.contribute(-1);
    delete from composer.counted c using changed_use u
        where u.sign < 0 and c.place = u.place and c.content = u.content and c.role = u.role and c.section = u.section;
    insert into composer.counted select place, owner, content, role, section from changed_use where sign > 0;
    perform composer.contribute(1);
    insert into contribution
        select 'total', ''::bytea, ''::bytea, '', now_is::int - was::int, 0, 0, 0
        from (select was, exists (select from composer.counted c where c.owner = o.owner) as now_is from owned o) t;

    insert into delta
        select kind, content, other, word, sum(together), sum(stacked), sum(later), sum(back) from contribution
        group by 1, 2, 3, 4 having sum(together) <> 0 or sum(stacked) <> 0 or sum(later) <> 0 or sum(back) <> 0;
    analyze delta;
    insert into newly
        select d.content from delta d left join composer.tally t using (kind, content, other, word)
        where d.kind = 'use' and t.paired is not true and coalesce(t.together, 0) + d.together >= k;
    analyze newly;
    insert into delta
        select 'pair', content, other, '', count(*), sum(stacked), sum(later), sum(back)
        from (select least(a.content, b.content) as content, greatest(a.content, b.content) as other,
                     bool_or(composer.is_stacked(a.role, a.section, b.role, b.section))::int as stacked,
                     bool_or(case when a.content < b.content then composer.is_later(a.section, b.section)
                                  else composer.is_later(b.section, a.section) end)::int as later,
                     bool_or(case when a.content < b.content then composer.is_later(b.section, a.section)
                                  else composer.is_later(a.section, b.section) end)::int as back
              from newly n join composer.counted a on a.content = n.content
              join composer.counted b on b.place = a.place and b.content <> a.content
              join (select content, false as is_new from composer.tally where kind = 'use' and paired
                    union all select content, true from newly) p on p.content = b.content
              where not p.is_new or a.content < b.content
              group by a.owner, 1, 2) o
        group by content, other;
    insert into composer.tally
        select kind, content, other, word, together, stacked, later, back from delta
        on conflict (kind, content, other, word) do update set together = tally.together + excluded.together,
            stacked = tally.stacked + excluded.stacked, later = tally.later + excluded.later, back = tally.back + excluded.back;
    update composer.tally t set paired = true from newly n where t.kind = 'use' and t.content = n.content;
    delete from composer.tally t using delta d
        where t.together = 0 and (t.kind, t.content, t.other, t.word) = (d.kind, d.content, d.other, d.word);
    insert into dirty_key select kind, content, other, word from delta
        union all select kind, other, content, word from delta where kind = 'pair';
end $$;

-- ---- rows ----

-- What the operator describes, and the sounds of packs, but for facts.
create function composer.described_rows() returns table (kind text, content bytea, other bytea, word text, value text,
    together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
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

-- All rows that hold now are those of rows_now, which counts everything. A round makes the same ones for the keys in dirty_key.
drop function composer.rows_now(bigint), composer.sound_rows(bigint), composer.fact_rows(bigint);
create function composer.rows_now(k bigint) returns table (kind text, content bytea, other bytea, word text, value text,
    together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
    select r.* from composer.counted_rows(k) r
    left join composer.pack_fact p on r.kind = 'fact' and p.content = r.content and p.attribute = r.word
    where p.content is null and r.kind not in ('pack', 'packed')
  union all
    select 'fact', content, ''::bytea, attribute, value, 0, 0, 0, 0, 0.95, 0 from composer.pack_fact
  union all
    select * from composer.described_rows()
$$;

create function composer.fresh_rows(k bigint) returns table (kind text, content bytea, other bytea, word text, value text,
    together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language plpgsql stable set search_path = composer, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select kind, content, other, word, '', 0, 0, 0, together, 0, together
    from (select distinct * from dirty_key where kind in ('use', 'role', 'total')) d
    join composer.tally using (kind, content, other, word) where together >= k
  union all
    select kind, d.content, d.other, word, '', together, stacked, case when d.content < d.other then later else back end, 0, 0,
           together
    from (select distinct kind, content, other, word, least(content, other) as first, greatest(content, other) as second
          from dirty_key where kind = 'pair') d
    join (select kind, content as first, other as second, word, together, stacked, later, back from composer.tally) t
        using (kind, first, second, word)
    where together >= k
  union all
    select 'fact', d.content, ''::bytea, d.attribute, coalesce(p.value, r.value), 0, 0, 0, coalesce(r.studios, 0),
           coalesce(r.confidence, 0.95), coalesce(r.studios, 0)
    from (select distinct content, attribute from dirty_word) d
    left join lateral (select value from composer.pack_fact p where p.content = d.content and p.attribute = d.attribute) p on true
    left join lateral
        (select value, n as studios, n / step * step / (of / step * step + 1.0) as confidence
         from (select value, n, greatest(1, k / 2) as step, sum(n) over ()::bigint as of
               from (select value, count(distinct owner) as n from composer.counted_word w
                     where p.value is null and w.content = d.content and w.attribute = d.attribute group by value) said
               order by n desc, value limit 1) most
         where n >= k and 2 * n > of) r on true
    where p.value is not null or r.value is not null
  union all
    select * from composer.described_rows() where exists (select from dirty_rest where what = 'described');
end $$;

-- What changed since the newest round is in the tables dirty_…, and the counts are up to date. False: nothing changed.
create function composer.count_changes(k bigint) returns boolean language plpgsql set search_path = composer, pg_temp
as $$
declare
    wanted text := (select string_agg(name || ' ' || value, ' ' order by name) from composer.setting
                    where name in ('least_studios', 'colluders', 'longest_context', 'trim_factor', 'trim_least', 'most_sounds'));
    is_first bool;
begin
    create temp table dirty_use on commit drop as select * from composer.touched_use limit 0;
    create temp table dirty_word on commit drop as select * from composer.touched_word limit 0;
    create temp table dirty_rest on commit drop as select * from composer.touched_rest limit 0;
    create temp table dirty_key on commit drop as select kind, content, other, word from composer.feed limit 0;
    create temp table changed_studio on commit drop as select * from composer.standing limit 0;
    create temp table wanted_mark on commit drop as select studio, context, content, attribute, reason from composer.mark limit 0;
    create temp table former on commit drop as select * from composer.counted limit 0;
    create temp table latter on commit drop as select * from composer.counted limit 0;
    create temp table changed_use on commit drop as select *, 0::bigint as sign from composer.counted limit 0;
    create temp table holder on commit drop as select content, owner from composer.counted limit 0;
    create temp table pair_holder on commit drop as select content, content as other, owner from composer.counted limit 0;
    create temp table owned on commit drop as select owner, false as was from composer.counted limit 0;
    create temp table contribution on commit drop as
        select kind, content, other, word, together, stacked, later, back from composer.tally limit 0;
    create temp table delta on commit drop as select * from contribution limit 0;
    create temp table newly on commit drop as select content from composer.counted limit 0;

    perform composer.take_touched();
    is_first := not exists (select from composer.tallied where settings = wanted);
    if is_first then
        perform composer.touch_everything();
        delete from composer.tallied;
        insert into composer.tallied values (wanted);
    end if;
    perform composer.touch_studios();
    analyze dirty_use;
    if exists (select from dirty_use) then perform composer.mark_uses(); end if;
    if exists (select from dirty_word) then perform composer.mark_words(); end if;
    perform composer.take_touched(); -- of the marks
    analyze dirty_use;
    if exists (select from dirty_use) then perform composer.count_uses(k); end if;
    if is_first then analyze composer.counted, composer.tally, composer.context_size; end if; -- plans need their sizes
    if exists (select from dirty_rest) then
        perform composer.agree_sounds(k + composer.setting_of('colluders'));
        perform composer.take_touched();
    end if;
    if exists (select from dirty_rest where what = 'described') then
        insert into dirty_word select content, attribute from composer.pack_fact;
        insert into dirty_word select content, word from composer.feed where kind = 'fact' and raw = 0 and not gone;
        insert into dirty_key select kind, content, other, word from composer.feed
            where kind in ('pack', 'packed', 'sound', 'slot') and not gone;
    end if;
    insert into dirty_key select distinct 'fact', content, ''::bytea, attribute from dirty_word;
    analyze dirty_word, dirty_key;
    return exists (select from dirty_key) or exists (select from dirty_rest);
end $$;

-- As before, but only for the keys in dirty_key.
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
    if not composer.count_changes(k) then return 0; end if;
    create temp table fresh on commit drop as select * from composer.fresh_rows(k);
    analyze fresh;
    create temp table moved on commit drop as
        select f.*, false as gone from fresh f left join composer.feed o using (kind, content, other, word)
            where (f.raw = 0 or f.raw >= most) and (o.position is null or o.gone or o.value <> f.value)
               or abs(o.raw - f.raw) >= most
               or (f.kind = 'pack' and o.together <> f.together)
      union all
        select o.kind, o.content, o.other, o.word, o.value, 0, 0, 0, 0, 0, 0, true
            from (table dirty_key except select kind, content, other, word from fresh) d
            join composer.feed o using (kind, content, other, word) where not o.gone;
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
set search_path = composer, pg_temp set jit = off set work_mem = '64MB' set random_page_cost = 1.1
as $$
begin
    lock table composer.round in share row exclusive mode;
    perform composer.end_sessions();
    perform composer.limit_accounts();
    return composer.publish_rows();
end $$;

-- Makes the next round count everything: after a change that triggers do not see, for example of a partition. For the operator.
create function composer.count_again() returns void language sql set search_path = composer, pg_temp
as $$ delete from composer.tallied $$;

-- How many rows differ between the counts of the newest round and all evidence, counted now: 0, unless something changed since
-- the round. For the operator.
create function composer.check_counts() returns bigint language sql stable set search_path = composer, pg_temp
as $$
    with least as (select composer.setting_of('least_studios') as k),
         tallied as (
             select kind, content, other, word, together, stacked, later, together as raw from composer.tally, least
                 where together >= k and kind = 'pair'
           union all
             select kind, other, content, word, together, stacked, back, together from composer.tally, least
                 where together >= k and kind = 'pair'
           union all
             select kind, content, other, word, 0, 0, 0, together from composer.tally, least where together >= k and kind <> 'pair'),
         counted as (select r.kind, r.content, r.other, r.word, r.together, r.stacked, r.later, r.raw
                     from least, composer.counted_rows(k) r where r.kind in ('use', 'role', 'pair', 'total'))
    select count(distinct (kind, content, other, word)) from ((table tallied except table counted) union all (table counted except table tallied)) d
$$;

do $$
declare each text;
begin
    foreach each in array array['touched_use', 'touched_word', 'touched_rest', 'counted', 'tally', 'context_size', 'standing',
                                'tallied'] loop
        execute format('alter table composer.%I owner to composer_owner', each);
        execute format('alter table composer.%I enable row level security', each);
    end loop;
    foreach each in array array['eligible_use', 'eligible_word'] loop
        execute format('alter view composer.%I owner to composer_owner', each);
    end loop;
    foreach each in array array['forget_traces()', 'rows_now(bigint)', 'fresh_rows(bigint)', 'described_rows()'] loop
        execute format('alter function composer.%s owner to composer_owner', each);
    end loop;
end $$;
