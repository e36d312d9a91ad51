-- What the operator describes: packs, and kit layouts.

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
create index on composer.pack_content (content);

-- What the operator says of a pack holds for each of its contents, as facts: its name, its vendor, its tags. Where studios
-- say the same attribute, the pack's word is published. Of two packs with one content, the first one by name names it.
create view composer.pack_fact as
    select distinct on (content, attribute) content, attribute, value
    from (select c.content, 'pack_name' as attribute, p.title as value, p.name
          from composer.pack_content c join composer.pack p on p.name = c.pack
        union all
          select c.content, 'vendor', p.vendor, p.name
          from composer.pack_content c join composer.pack p on p.name = c.pack where p.vendor <> ''
        union all
          select c.content, 'tag:' || t.tag, 'yes', p.name
          from composer.pack_content c join composer.pack p on p.name = c.pack, unnest(p.tags) t(tag)
          where t.tag <> '' and octet_length(t.tag) <= 60) said
    order by content, attribute, name;

-- Kit layouts: which class and which tags a sound of each slot has. The table is empty until the operator describes layouts.
create table composer.layout_slot (
    layout text not null check (octet_length(layout) between 1 and 56),
    slot   int not null check (slot between 1 and 128),
    class  text not null default '' check (octet_length(class) <= 64 and class !~ ','),
    tags   text[] not null default '{}' check (cardinality(tags) <= 32),
    primary key (layout, slot),
    check (octet_length(class || ',' || array_to_string(tags, ',')) <= 1024)
);
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

alter table composer.pack owner to composer_owner;
alter table composer.pack_content owner to composer_owner;
alter table composer.layout_slot owner to composer_owner;
alter view composer.pack_fact owner to composer_owner;
