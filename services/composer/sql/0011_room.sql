-- A studio that has most_rows rows goes on reading, withdrawing and replacing; only offers that need another row are
-- refused, by name. composer.studio.rows is an upper bound, because it also counts repeated offers and ignores
-- withdrawals: when it is too large, the rows are counted.

-- 0, or most_rows when offers of this generation were refused because of it: when it was raised since then, the studio
-- begins another generation, and offers all again.
alter table composer.generation add column full_at bigint not null default 0;
grant update (full_at) on composer.generation to composer_studio;

create function composer.count_rows() returns bigint language sql
as $$
    select (select count(*) from composer.evidence_use where studio = current_user) +
           (select count(*) from composer.evidence_word where studio = current_user) +
           (select count(*) from composer.sound where studio = current_user)
$$;

-- What the offers with these numbers say, and whether the caller has a row of it.
create function composer.rows_between(first bigint, last bigint) returns table (id bigint, withdrawn boolean, is_there boolean)
language sql
as $$
    select o.id, o.withdrawn, case o.kind
        when 'use' then exists (select from composer.evidence_use e where e.studio = current_user and e.content = o.content
                                and e.context = o.context and e.role = o.role and e.section = o.section)
        when 'word' then exists (select from composer.evidence_word e where e.studio = current_user
                                 and e.content = o.content and e.attribute = o.attribute)
        when 'sound' then exists (select from composer.sound s where s.studio = current_user and s.content = o.content)
        else true end
    from composer.said_between(first, last) o
$$;

-- Removes the offers with these numbers that need a row and find no room, and returns them as refused. The rows that the
-- other ones withdraw are room too.
create function composer.refuse_beyond(room bigint, first bigint, last bigint) returns jsonb language plpgsql
as $$
declare refused jsonb;
begin
    with about as (select * from composer.rows_between(first, last)),
         beyond as (select a.id from about a where not a.withdrawn and not a.is_there order by a.id
                    offset (select greatest(0, room + count(*)) from about w where w.withdrawn and w.is_there)),
         gone as (delete from offered o using beyond b where o.id = b.id returning o.id)
    select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'why', format('this studio has more than %s rows',
                                                 composer.setting_of('most_rows'))) order by g.id), '[]')
        into refused from gone g;
    return refused;
end $$;

create or replace function composer.take_offers(before bigint, before_stamp bigint, out known boolean, out refused jsonb)
language plpgsql
as $$
declare
    me    composer.studio%rowtype;
    room  bigint := composer.setting_of('most_rows');
    first bigint;
    last  bigint;
    many  bigint;
    made  bigint; -- those that may need a row
    mark  bigint; -- the stamp of the last one
begin
    known := false;
    refused := '[]';
    select * into me from composer.studio where name = current_user;
    if exists (select from composer.generation where studio = current_user and generation = me.generation
               and full_at between 1 and room - 1) then return; end if;
    last := coalesce((select max(id) from offered), before);
    if me.accepted = before and me.stamp <> before_stamp then return; end if;
    if me.accepted > before and me.accepted <= last
       and not exists (select from offered where id = me.accepted and coalesce(stamp, 0) = me.stamp) then return; end if;
    delete from offered where id <= me.accepted;
    select min(id), max(id), count(*), count(*) filter (where withdrawn is not true) into first, last, many, made from offered;
    known := many = 0 or (first = me.accepted + 1 and last - first + 1 = many);
    if many = 0 or not known then return; end if;
    mark := coalesce((select o.stamp from offered o where o.id = last), 0);
    if me.rows + made > room then me.rows := composer.count_rows(); end if;
    if me.rows + made > room then
        refused := composer.refuse_beyond(room - me.rows, first, last);
        made := made - jsonb_array_length(refused);
        update composer.generation set full_at = room
            where studio = current_user and generation = me.generation and refused <> '[]';
    end if;
    refused := refused || composer.put_or_refuse(first, last);
    update composer.studio set accepted = last, rows = me.rows + made, stamp = mark where name = current_user;
end $$;

do $$
declare each text;
begin
    foreach each in array array['count_rows()', 'rows_between(bigint, bigint)', 'refuse_beyond(bigint, bigint, bigint)'] loop
        execute format('revoke all on function composer.%s from public', each);
        execute format('grant execute on function composer.%s to composer_studio', each);
    end loop;
end $$;
