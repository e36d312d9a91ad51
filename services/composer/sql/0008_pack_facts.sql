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
alter view composer.pack_fact owner to composer_owner;

alter function composer.rows_now(bigint) rename to counted_rows;
create function composer.rows_now(k bigint) returns table (kind text, content bytea, other bytea, word text, value text,
    together bigint, stacked bigint, later bigint, studios bigint, confidence double precision, raw bigint)
language sql stable
as $$
    select r.* from composer.counted_rows(k) r
    left join composer.pack_fact p on r.kind = 'fact' and p.content = r.content and p.attribute = r.word
    where p.content is null
  union all
    select 'fact', content, ''::bytea, attribute, value, 0, 0, 0, 0, 0.95, 0 from composer.pack_fact
$$;
alter function composer.rows_now(bigint) owner to composer_owner;
revoke all on function composer.rows_now(bigint) from public;
