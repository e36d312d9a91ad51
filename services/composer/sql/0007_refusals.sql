-- One offer that the server refuses stops no other one: the answer names it, with the reason. Offers come within the call,
-- or by COPY before it. A stamp, which the studio draws for each offer, shows whether a number still names the same offer:
-- a studio that was restored gives the numbers after its copy to other offers.

alter table composer.studio add column stamp bigint not null default 0; -- of the last offer that is held
grant update (stamp) on composer.studio to composer_studio;

drop function composer.take_offers(jsonb);

-- The table of this connection for the offers of one transaction. They are checked when they are put where they belong.
create function composer.begin_upload() returns void language plpgsql
as $$
begin
    create temp table if not exists offered (
        id bigint not null, kind text, content text, context text, role text, section text, attribute text, value text,
        withdrawn boolean, stamp bigint) on commit delete rows;
end $$;

-- What the offers with these numbers say: of those about the same, the last one.
create function composer.said_between(first bigint, last bigint) returns table (id bigint, kind text, content bytea,
    context bytea, role text, section text, attribute text, value text, withdrawn boolean) language plpgsql
as $$
begin
    return query
        select distinct on (o.kind, o.content, o.context, o.role, o.section, o.attribute) o.id, o.kind,
               decode(o.content, 'base64'), decode(coalesce(o.context, ''), 'base64'), coalesce(o.role, ''),
               coalesce(o.section, ''), coalesce(o.attribute, ''), coalesce(o.value, ''), coalesce(o.withdrawn, false)
        from offered o where o.id between first and last
        order by o.kind, o.content, o.context, o.role, o.section, o.attribute, o.id desc;
end $$;

create function composer.put_offers(first bigint, last bigint) returns void language plpgsql
as $$
begin
    delete from composer.evidence_use e using composer.said_between(first, last) o
        where o.kind = 'use' and o.withdrawn and e.studio = current_user and e.content = o.content
          and e.context = o.context and e.role = o.role and e.section = o.section;
    insert into composer.evidence_use (studio, content, context, role, section)
        select current_user, content, context, role, section from composer.said_between(first, last)
        where kind = 'use' and not withdrawn
        on conflict do nothing;
    delete from composer.evidence_word e using composer.said_between(first, last) o
        where o.kind = 'word' and o.withdrawn and e.studio = current_user and e.content = o.content
          and e.attribute = o.attribute;
    insert into composer.evidence_word (studio, content, attribute, value)
        select current_user, content, attribute, value from composer.said_between(first, last)
        where kind = 'word' and not withdrawn
        on conflict (content, studio, attribute) do update set value = excluded.value;
end $$;

-- Puts these offers. If one of them is refused, it puts the halves, down to that one. Returns the refused ones. An error
-- that is not about the offers, for example a full disk, ends the call.
create function composer.put_or_refuse(first bigint, last bigint) returns jsonb language plpgsql
as $$
declare
    middle bigint := (first + last) / 2;
    most   int; -- characters of a reason, which has at most 255 bytes
begin
    begin
        perform composer.put_offers(first, last);
        return '[]';
    exception when others then
        if left(sqlstate, 2) not in ('22', '23') and sqlstate not in ('42501', '44000', 'P0001') then raise; end if;
        if first = last then
            most := case when octet_length(sqlerrm) = length(sqlerrm) then 250 else 60 end;
            return jsonb_build_array(jsonb_build_object('id', first, 'why', left(sqlerrm, most)));
        end if;
    end;
    return composer.put_or_refuse(first, middle) || composer.put_or_refuse(middle + 1, last);
end $$;

-- Takes the offers of the caller. `before` and `before_stamp` are the number and the stamp of the offer before the first
-- one, as the studio knows them. Not known: they do not continue what is held, so the studio begins another generation.
create function composer.take_offers(before bigint, before_stamp bigint, out known boolean, out refused jsonb)
language plpgsql
as $$
declare
    me     composer.studio%rowtype;
    first  bigint;
    last   bigint;
    many   bigint;
begin
    known := false;
    refused := '[]';
    select * into me from composer.studio where name = current_user;
    last := coalesce((select max(id) from offered), before);
    if me.accepted = before and me.stamp <> before_stamp then return; end if;
    if me.accepted > before and me.accepted <= last
       and not exists (select from offered where id = me.accepted and coalesce(stamp, 0) = me.stamp) then return; end if;
    delete from offered where id <= me.accepted;
    select min(id), max(id), count(*) into first, last, many from offered;
    known := many = 0 or (first = me.accepted + 1 and last - first + 1 = many);
    if many = 0 or not known then return; end if;
    if me.rows + many > composer.setting_of('most_rows') then
        raise exception 'this studio has more than % rows', composer.setting_of('most_rows');
    end if;
    refused := composer.put_or_refuse(first, last);
    update composer.studio set accepted = last, rows = rows + many - jsonb_array_length(refused),
        stamp = coalesce((select o.stamp from offered o where o.id = last), 0) where name = current_user;
end $$;

-- The one call of a studio: gives offers, gets what rounds published. One transaction. A call that goes on reads after the
-- last row that this connection read.
create or replace function composer.exchange(ask jsonb) returns jsonb language plpgsql
as $$
declare
    me       composer.studio%rowtype;
    named    text := ask->>'generation';
    after    bigint := coalesce((ask->>'position')::bigint, 0);
    most     bigint := least(coalesce((ask->>'limit')::bigint, 1000), 4096);
    taken    record;
    known    boolean := true;
    refused  jsonb := '[]';
    begin_again boolean := false;
    answer   jsonb;
begin
    insert into composer.studio (name) values (current_user) on conflict do nothing;
    select * into me from composer.studio where name = current_user for update;
    if me.generation is distinct from named then
        if exists (select from composer.generation where studio = current_user and generation = named) then
            known := false;
        else
            delete from composer.evidence_use where studio = current_user;
            delete from composer.evidence_word where studio = current_user;
            insert into composer.generation (studio, generation) values (current_user, named);
            update composer.studio set generation = named, base = (ask->>'base')::bigint,
                accepted = (ask->>'base')::bigint, rows = 0, stamp = 0 where name = current_user returning * into me;
        end if;
    end if;
    if known then
        perform composer.begin_upload();
        insert into offered
            select id, kind, content, context, role, section, attribute, value, withdrawn, stamp
            from jsonb_to_recordset(coalesce(ask->'offers', '[]')) as o(id bigint, kind text, content text, context text,
                role text, section text, attribute text, value text, withdrawn boolean, stamp bigint);
        select * into taken from composer.take_offers(coalesce((ask->>'accepted')::bigint, me.accepted),
                                                      coalesce((ask->>'stamp')::bigint, me.stamp));
        known := taken.known;
        refused := taken.refused;
    end if;
    update composer.studio set seen = now() where name = current_user returning * into me;

    if (ask->>'goes_on')::boolean then
        after := coalesce(nullif(current_setting('composer.read', true), '')::bigint, after);
    elsif after > 0 and not exists (select from composer.round where token::text = ask->>'history') then
        begin_again := true;
        after := 0;
        most := 1;
    end if;
    with part as (select * from (select position, kind, content, other, word, value, together, stacked, later, studios,
                                        confidence, gone
                                 from composer.feed) f
                  where position > after order by position limit most)
    select jsonb_strip_nulls(jsonb_build_object(
        'epoch', composer.epoch(),
        'known', known,
        'accepted', me.accepted,
        'refused', refused,
        'again', begin_again,
        'history', coalesce((select token::text from composer.round order by number desc limit 1), ''),
        'studios', coalesce((select studios from composer.round order by number desc limit 1), 0),
        'least', composer.setting_of('least_studios'),
        'clock', (extract(epoch from clock_timestamp()) * 1000000)::bigint,
        'newest', coalesce((select max(position) from (select position from composer.feed) f), 0),
        'position', coalesce((select max(position) from part), after),
        'more', (select count(*) from part) = most,
        'lessons', coalesce((select jsonb_agg(jsonb_build_object(
            'position', position, 'kind', kind, 'content', encode(content, 'base64'), 'other', encode(other, 'base64'),
            'word', word, 'value', value, 'both', together, 'stacked', stacked, 'later', later, 'studios', studios,
            'confidence', confidence, 'gone', gone) order by position) from part), '[]'))) into answer;
    perform set_config('composer.read', answer->>'position', false);
    return answer;
end $$;

do $$
declare each text;
begin
    foreach each in array array['begin_upload()', 'said_between(bigint, bigint)', 'put_offers(bigint, bigint)',
                                'put_or_refuse(bigint, bigint)', 'take_offers(bigint, bigint)', 'exchange(jsonb)'] loop
        execute format('revoke all on function composer.%s from public', each);
        execute format('grant execute on function composer.%s to composer_studio', each);
    end loop;
end $$;

-- Rounds notify the studios that listen, at most once a second: a round that follows another one within a second waits.
alter table composer.round add column notified timestamptz not null default clock_timestamp();
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
    changed := composer.publish_rows();
    if changed > 0 then
        perform pg_sleep(greatest(0, least(1, 1 - extract(epoch from clock_timestamp() - last))));
        update composer.round set notified = clock_timestamp()
            where number = (select max(number) from composer.round);
    end if;
    return changed;
end $$;
