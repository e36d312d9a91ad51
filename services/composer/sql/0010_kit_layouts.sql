-- Kit layouts: which class and which tags a sound of each slot has. The table is empty until the community has kits; until
-- then the operator may describe layouts.

create table composer.layout_slot (
    layout text not null check (octet_length(layout) between 1 and 56),
    slot   int not null check (slot between 1 and 128),
    class  text not null default '' check (octet_length(class) <= 64 and class !~ ','),
    tags   text[] not null default '{}' check (cardinality(tags) <= 32),
    primary key (layout, slot),
    check (octet_length(class || ',' || array_to_string(tags, ',')) <= 1024)
);
alter table composer.layout_slot owner to composer_owner;

create function composer.check_tags() returns trigger language plpgsql
as $$
declare tag text;
begin
    foreach tag in array new.tags loop
        if coalesce(octet_length(tag) not between 1 and 60 or tag ~ ',', true) then
            raise exception 'the tag "%" is no tag of a slot: expected 1 to 60 bytes without a comma', tag;
        end if;
    end loop;
    return new;
end $$;
create trigger check_tags before insert or update on composer.layout_slot for each row execute function composer.check_tags();

alter function composer.rows_now(bigint) rename to sound_rows;
create function composer.rows_now(k bigint) returns table (kind text, content bytea, other bytea, word text, value text,
    together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
    select * from composer.sound_rows(k)
  union all
    select 'slot', ''::bytea, ''::bytea, layout || '/' || to_char(slot, 'FM000'),
           array_to_string(array_prepend(class, tags), ','), 0, 0, 0, 0, 1, 0 from composer.layout_slot
$$;
alter function composer.rows_now(bigint) owner to composer_owner;
revoke all on function composer.rows_now(bigint), composer.check_tags() from public;
grant execute on function composer.check_tags() to composer_owner;
