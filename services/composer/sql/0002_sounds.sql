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

-- Partitioned by content, so that it can be spread over machines, as is all that studios share.
create table composer.sound (
    studio  text not null,                  -- '': everybody may read it
    content bytea not null check (octet_length(content) = 16),
    value   text not null check (octet_length(value) = 176 and octet_length(decode(value, 'base64')) = 132),
    agreed  boolean not null default false, -- with studio '': enough owners gave it; otherwise the operator did
    ms      bigint not null check (ms between 0 and 2147483647),
    numbers real[] not null check (cardinality(numbers) = 64),
    engine  text not null default '' check (octet_length(engine) <= 64),
    primary key (content, studio, engine)
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
alter table composer.sound enable row level security;
create index on composer.sound (studio, ms);

create function composer.fill_sound() returns trigger language plpgsql
as $$
begin
    new.ms := composer.sound_ms(new.value);
    new.numbers := composer.sound_numbers(new.value);
    return new;
end $$;
create trigger fill before insert or update on composer.sound for each row execute function composer.fill_sound();

-- ---- the search ----

create function composer.sound_search() returns text language sql stable
as $$
    select case when exists (select from pg_attribute where attrelid = 'composer.sound'::regclass and attname = 'vector'
                             and not attisdropped) then 'index' else 'exact' end
$$;

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
do $$ begin perform composer.use_vectors(); end $$;

create function composer.sound_distance(a real[], b real[]) returns real language sql immutable strict
as $$ select sqrt(sum((x - y) * (x - y)))::real from unnest(a, b) as t(x, y) $$;

create type composer.near_sound as (content bytea, ms bigint, distance real);

-- The index of pgvector walks from near to far until enough rows are public or the caller's, and have one of these lengths.
create function composer.near_by_index(who text, asked real[], most int, shortest bigint, longest bigint)
returns setof composer.near_sound language plpgsql set search_path = composer, public, pg_temp
as $$
begin
    perform '[1]'::halfvec; -- loads pgvector, so that it checks the setting
    perform set_config('hnsw.iterative_scan', 'strict_order', true);
    perform set_config('hnsw.ef_search', greatest(100, most)::text, true);
    if current_setting('hnsw.iterative_scan') <> 'strict_order' then
        raise exception 'pgvector does not take the setting hnsw.iterative_scan';
    end if;
    return query execute 'select s.content, s.ms, (s.vector <-> $1::halfvec(64))::real from composer.sound s where '
        's.studio in ('''', $5) and s.ms between $3 and $4 order by s.vector <-> $1::halfvec(64) limit $2'
        using asked, most, shortest, longest, who;
end $$;

-- Compares each row of these lengths that is public or the caller's.
create function composer.near_exactly(who text, asked real[], most int, shortest bigint, longest bigint)
returns setof composer.near_sound language plpgsql set search_path = composer, public, pg_temp
as $$
declare
    distance text := case composer.sound_search() when 'index' then '(s.vector <-> $1::halfvec(64))::real + 0::real'
                                                  else 'composer.sound_distance(s.numbers, $1)' end;
begin
    return query execute format('select s.content, s.ms, %1$s from composer.sound s where s.studio in ('''', $5) and '
                                's.ms between $3 and $4 order by %1$s, s.content limit $2', distance)
        using asked, most, shortest, longest, who;
end $$;

-- A call of a studio: the nearest of the public sounds and the caller's, of these lengths. `how`: index; exact; completed, if
-- the index found fewer rows than asked, so that all were compared.
create function composer.near_sounds(asked real[], most int, shortest bigint default '0', longest bigint default '2147483647')
returns table (content bytea, ms bigint, distance real, how text) language plpgsql security definer
set search_path = pg_catalog, pg_temp set jit = off
as $$
declare
    who text := session_user;
    way text := composer.sound_search();
    near composer.near_sound[];
begin
    if cardinality(asked) is distinct from 64 or coalesce(most not between 1 and 1000, true) then
        raise exception 'expected 64 numbers, and a limit of 1 to 1000';
    end if;
    if way = 'index' then
        near := array(select n from composer.near_by_index(who, asked, most, shortest, longest) n);
        way := case when cardinality(near) < most then 'completed' else way end;
    end if;
    if way <> 'index' then
        near := array(select n from composer.near_exactly(who, asked, most, shortest, longest) n);
    end if;
    return query select n.content, n.ms, n.distance, way from unnest(near) n;
end $$;
