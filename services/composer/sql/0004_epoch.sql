-- Another word after every restore: a copy of the whole server has another system identifier, a recovery to a point in
-- time another timeline, and a database that pg_restore made has other numbers of its objects.
create or replace function composer.epoch() returns text language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select md5(concat_ws(' ', s.system_identifier, c.timeline_id, 'composer.feed'::regclass::oid,
                         (select oid from pg_database where datname = current_database())))
    from pg_control_system() s, pg_control_checkpoint() c
$$;
