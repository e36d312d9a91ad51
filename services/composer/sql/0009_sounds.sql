-- How the sounds of packs sound, so that studios recognise converted copies of them, which have another content. A sound is
-- its length and the 64 numbers of its embedding; on the wire 4 bytes of milliseconds and 64 numbers of 2 bytes, each in
-- units of 1/4096, as base64. Studios send it only for contents that a public pack has.

create function composer.sound_numbers(value text) returns real[] language sql immutable strict
as $$
    select array_agg(((get_byte(b, 4 + 2 * i) * 256 + get_byte(b, 5 + 2 * i) + 32768) % 65536 - 32768)::real / 4096 order by i)
    from decode(value, 'base64') b, generate_series(0, 63) i
$$;
create function composer.sound_ms(value text) returns bigint language sql immutable strict
as $$
    select get_byte(b, 0)::bigint * 16777216 + get_byte(b, 1) * 65536 + get_byte(b, 2) * 256 + get_byte(b, 3)
    from decode(value, 'base64') b
$$;
create function composer.sound_value(ms bigint, numbers real[]) returns text language sql immutable strict
as $$
    select translate(encode(int4send(ms::int) || string_agg(int2send(greatest(-32767, least(32767, round(x * 4096)))::int2), ''
                                                            order by i), 'base64'), E'\n', '')
    from unnest(numbers) with ordinality as n(x, i)
$$;

create table composer.sound (
    studio  text not null,                  -- '': everybody may read it
    content bytea not null check (octet_length(content) = 16),
    value   text not null check (octet_length(value) = 176 and octet_length(decode(value, 'base64')) = 132),
    agreed  boolean not null default false, -- with studio '': at least k studios gave it; otherwise the operator did
    ms      bigint not null check (ms between 0 and 2147483647),
    numbers real[] not null check (cardinality(numbers) = 64),
    primary key (content, studio)
) partition by hash (content);
do $$
begin
    for i in 0..7 loop
        execute format('create table composer.sound_%s partition of composer.sound for values with (modulus 8, remainder %s)',
                       i, i);
        execute format('alter table composer.sound_%s owner to composer_owner', i);
    end loop;
end $$;
alter table composer.sound owner to composer_owner;
create index on composer.sound (studio, ms);
alter table composer.sound enable row level security;
create policy own on composer.sound for all to composer_studio
    using (studio = current_user) with check (studio = current_user);
create policy everyone on composer.sound for select to composer_studio using (studio = '');
grant select, insert, update, delete on composer.sound to composer_studio;

create function composer.fill_sound() returns trigger language plpgsql
as $$
begin
    new.ms := composer.sound_ms(new.value);
    new.numbers := composer.sound_numbers(new.value);
    return new;
end $$;
create trigger fill before insert or update on composer.sound for each row execute function composer.fill_sound();

-- ---- the search ----

-- pgvector makes the search fast. Call it again after pgvector was installed; it does nothing the second time.
create function composer.use_vectors() returns text language plpgsql set search_path = composer, public, pg_temp
as $$
begin
    if not exists (select from pg_available_extension_versions where name = 'vector'
                   and string_to_array(substring(version from '^[0-9]+[.][0-9]+'), '.')::int[] >= '{0,8}') then
        raise warning 'pgvector 0.8 or newer is not installed: composer.near_sounds compares all sounds (exact, but slow)';
        return 'exact';
    end if;
    create extension if not exists vector schema public;
    if composer.sound_search() = 'exact' then
        alter table composer.sound add column vector public.halfvec(64)
            generated always as (numbers::public.halfvec(64)) stored;
        create index sound_vector on composer.sound using hnsw (vector public.halfvec_l2_ops);
    end if;
    return 'index';
exception when insufficient_privilege then
    raise warning 'pgvector is not used, because %: composer.near_sounds compares all sounds (exact, but slow)', sqlerrm;
    return 'exact';
end $$;

create function composer.sound_search() returns text language sql stable
as $$
    select case when exists (select from pg_attribute where attrelid = 'composer.sound'::regclass and attname = 'vector'
                             and not attisdropped) then 'index' else 'exact' end
$$;
do $$ begin perform composer.use_vectors(); end $$;

create function composer.sound_distance(a real[], b real[]) returns real language sql immutable strict
as $$ select sqrt(sum((x - y) * (x - y)))::real from unnest(a, b) as t(x, y) $$;

create type composer.near_sound as (content bytea, ms bigint, distance real);

-- The index of pgvector walks from near to far until enough rows pass row-level security and have one of these lengths.
create function composer.near_by_index(asked real[], most int, shortest bigint, longest bigint)
returns setof composer.near_sound language plpgsql set search_path = composer, public, pg_temp
as $$
begin
    perform '[1]'::halfvec; -- loads pgvector, so that it checks the setting
    perform set_config('hnsw.iterative_scan', 'strict_order', true);
    perform set_config('hnsw.ef_search', greatest(100, most)::text, true);
    if current_setting('hnsw.iterative_scan') <> 'strict_order' then
        raise exception 'pgvector does not take the setting hnsw.iterative_scan';
    end if;
    return query execute 'select s.content, s.ms, (s.vector <-> $1::halfvec(64))::real from composer.sound s '
        'where s.ms between $3 and $4 order by s.vector <-> $1::halfvec(64) limit $2' using asked, most, shortest, longest;
end $$;

-- Compares each visible row of these lengths.
create function composer.near_exactly(asked real[], most int, shortest bigint, longest bigint)
returns setof composer.near_sound language plpgsql set search_path = composer, public, pg_temp
as $$
declare
    distance text := case composer.sound_search() when 'index' then '(s.vector <-> $1::halfvec(64))::real + 0::real'
                                                  else 'composer.sound_distance(s.numbers, $1)' end;
begin
    return query execute format('select s.content, s.ms, %1$s from composer.sound s where s.ms between $3 and $4 '
                                'order by %1$s, s.content limit $2', distance) using asked, most, shortest, longest;
end $$;

-- The nearest sounds of these lengths that the caller may read. `how`: index; exact; completed, if the index found fewer
-- rows than asked, so that all were compared.
create function composer.near_sounds(asked real[], most int, shortest bigint default 0, longest bigint default 2147483647)
returns table (content bytea, ms bigint, distance real, how text) language plpgsql set jit = off
as $$
declare
    way text := composer.sound_search();
    near composer.near_sound[];
begin
    if cardinality(asked) <> 64 or most not between 1 and 1000 then
        raise exception 'expected 64 numbers, and a limit of 1 to 1000';
    end if;
    if way = 'index' then
        near := array(select n from composer.near_by_index(asked, most, shortest, longest) n);
        way := case when cardinality(near) < most then 'completed' else way end;
    end if;
    if way <> 'index' then
        near := array(select n from composer.near_exactly(asked, most, shortest, longest) n);
    end if;
    return query select n.content, n.ms, n.distance, way from unnest(near) n;
end $$;

-- ---- what a studio gives ----

-- The rows of a studio go when it begins another generation, and when it forgets.
create function composer.drop_sounds() returns trigger language plpgsql
as $$
begin
    if tg_table_name = 'generation' then
        delete from composer.sound s where s.studio = new.studio;
    else
        delete from composer.sound s where s.studio = old.name;
    end if;
    return null;
end $$;
create trigger drop_sounds after insert on composer.generation for each row execute function composer.drop_sounds();
create trigger drop_sounds after delete on composer.studio for each row execute function composer.drop_sounds();

create or replace function composer.held() returns bigint language sql
as $$
    select (select count(*) from composer.evidence_use where studio = current_user) +
           (select count(*) from composer.evidence_word where studio = current_user) +
           (select count(*) from composer.sound where studio = current_user) +
           (select count(*) from composer.generation where studio = current_user) +
           (select count(*) from composer.studio where name = current_user)
$$;

alter function composer.put_offers(bigint, bigint) rename to put_words_and_uses;
create function composer.put_offers(first bigint, last bigint) returns void language plpgsql
as $$
begin
    perform composer.put_words_and_uses(first, last);
    delete from composer.sound s using composer.said_between(first, last) o
        where o.kind = 'sound' and o.withdrawn and s.studio = current_user and s.content = o.content;
    insert into composer.sound (studio, content, value)
        select current_user, content, value from composer.said_between(first, last)
        where kind = 'sound' and not withdrawn
        on conflict (content, studio) do update set value = excluded.value;
end $$;

-- ---- what is published ----

insert into composer.setting values ('most_sounds', 1000000); -- public sounds; near_sounds finds the others too

-- Of a pack's content without a sound: the median of each number, once at least k studios gave it.
create function composer.agree_sounds(k bigint) returns void language sql set search_path = composer, pg_temp
as $$
    with counted as (select s.* from composer.sound s join composer.studio t on t.name = s.studio
                     where not exists (select from composer.mark m where m.studio = s.studio and m.context is null
                                                                    and m.attribute is null)),
         gone as (delete from composer.sound p where p.studio = '' and p.agreed
                  and (select count(*) from counted c where c.content = p.content) < k)
    insert into composer.sound (studio, content, value, agreed)
        select '', a.content, composer.sound_value(a.ms, (select array_agg(x order by i) from
            (select i, percentile_disc(0.5) within group (order by n) as x
             from counted c, unnest(c.numbers) with ordinality as u(n, i) where c.content = a.content group by i) m)), true
        from (select content, percentile_disc(0.5) within group (order by ms) as ms from counted
              where exists (select from composer.pack_content p where p.content = counted.content)
                and not exists (select from composer.sound s where s.studio = '' and s.content = counted.content)
              group by content having count(*) >= k) a
$$;

alter function composer.rows_now(bigint) rename to fact_rows;
create function composer.rows_now(k bigint) returns table (kind text, content bytea, other bytea, word text, value text,
    together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
    select * from composer.fact_rows(k)
  union all
    (select 'sound', content, ''::bytea, '', value, 0, 0, 0, 0, 1, 0 from composer.sound s
     where studio = '' and exists (select from composer.pack_content p where p.content = s.content)
     order by content limit composer.setting_of('most_sounds'))
$$;

create or replace function composer.publish_round() returns bigint language plpgsql security definer
set search_path = composer, pg_temp
as $$
declare
    last    timestamptz;
    changed bigint;
begin
    perform pg_advisory_xact_lock(hashtext('composer.publish_round'));
    select notified into last from composer.round order by number desc limit 1;
    perform composer.mark_round();
    perform composer.agree_sounds(composer.setting_of('least_studios'));
    changed := composer.publish_rows();
    if changed > 0 then
        perform pg_sleep(greatest(0, least(1, 1 - extract(epoch from clock_timestamp() - last))));
        update composer.round set notified = clock_timestamp()
            where number = (select max(number) from composer.round);
    end if;
    return changed;
end $$;

do $$
declare each text;
begin
    foreach each in array array['rows_now(bigint)', 'agree_sounds(bigint)'] loop
        execute format('alter function composer.%s owner to composer_owner', each);
        execute format('revoke all on function composer.%s from public', each);
    end loop;
    revoke all on function composer.use_vectors() from public;
    foreach each in array array['put_offers(bigint, bigint)', 'drop_sounds()', 'fill_sound()',
                                'near_by_index(real[], int, bigint, bigint)', 'near_exactly(real[], int, bigint, bigint)',
                                'near_sounds(real[], int, bigint, bigint)', 'sound_search()', 'sound_ms(text)',
                                'sound_numbers(text)', 'sound_distance(real[], real[])'] loop
        execute format('revoke all on function composer.%s from public', each);
        execute format('grant execute on function composer.%s to composer_studio, composer_owner', each);
    end loop;
    revoke all on function composer.sound_value(bigint, real[]) from public;
    grant execute on function composer.sound_value(bigint, real[]) to composer_owner;
end $$;
