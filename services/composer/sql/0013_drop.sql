-- Removes a studio: its rows, the marks on it and its role. For the operator. Returns the number of rows that it shared. A
-- role that is no studio is left alone, with its sessions.
create function composer.drop_studio(dropped text) returns bigint language plpgsql
as $$
declare
    removed bigint;
    is_studio bool := exists (select from pg_auth_members m join pg_roles r on r.oid = m.member
                              where r.rolname = dropped and m.roleid = 'composer_studio'::regrole);
begin
    if not is_studio and exists (select from pg_roles where rolname = dropped) then
        raise exception 'the role % is no studio: nothing was removed', dropped using errcode = 'wrong_object_type';
    end if;
    perform pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = dropped and pid <> pg_backend_pid();
    perform from composer.studio where name = dropped for update; -- first, as in an exchange
    select (select count(*) from composer.evidence_use where studio = dropped) +
           (select count(*) from composer.evidence_word where studio = dropped) +
           (select count(*) from composer.sound where studio = dropped) into removed;
    delete from composer.evidence_use where studio = dropped;
    delete from composer.evidence_word where studio = dropped;
    delete from composer.sound where studio = dropped;
    delete from composer.studio where name = dropped;
    delete from composer.mark where studio = dropped;
    if is_studio then
        execute format('drop role %I', dropped);
    end if;
    return removed;
end $$;
alter function composer.drop_studio(text) set search_path = pg_catalog, pg_temp;
revoke all on function composer.drop_studio(text) from public;
