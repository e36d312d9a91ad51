-- Rights. It runs each time, after the schema and its migrations, because a restore into another database loses some of them.

do $$
declare
    each text;
    those text;
begin
    -- A studio calls six functions. All tables and the other functions are the owner's.
    for each in select format('drop policy %I on composer.%I', policyname, tablename) from pg_policies where schemaname = 'composer'
    loop execute each; end loop;
    revoke all on all tables in schema composer from public, composer_studio;
    revoke all on all routines in schema composer from public, composer_studio;
    grant execute on all routines in schema composer to composer_owner;
    foreach each in array array['exchange(jsonb)', 'next_look(jsonb)', 'held()', 'forget(jsonb)', 'team(jsonb)',
                                'near_sounds(real[], int, bigint, bigint)'] loop
        execute format('alter function composer.%s owner to composer_owner', each);
        execute format('grant execute on function composer.%s to composer_studio', each);
    end loop;
    revoke all on function composer.drop_studio(text), composer.add_studio(), composer.use_vectors() from composer_owner;

    -- What PostgreSQL gives to everybody: catalogues, views of activity, functions that take locks, notify, write large
    -- objects and the log, or wait. The owner keeps it, because its functions need it.
    select string_agg(oid::regprocedure::text, ', ') into those from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
          and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0));
    if those is not null then
        execute 'grant execute on routine ' || those || ' to composer_owner';
        execute 'revoke execute on routine ' || those || ' from public';
    end if;
    select string_agg(oid::regclass::text, ', ') into those from pg_class c
        where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v')
          and (exists (select from aclexplode(relacl) where grantee = 0)
               or exists (select from pg_attribute a, aclexplode(attacl) where attrelid = c.oid and grantee = 0));
    if those is not null then
        execute 'grant select on ' || those || ' to composer_owner';
        execute 'revoke all on ' || those || ' from public';
    end if;
    grant execute on function textout(text), jsonb_in(cstring) to composer_studio; -- an engine's cast of its call
    revoke all on schema information_schema, public from public;
    grant usage on schema public to composer_owner;
    revoke all on language plpgsql, sql from public;
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to composer_studio, composer_publisher', current_database());
    execute format('grant connect, temporary on database %I to composer_owner', current_database());
    perform composer.limit_accounts();
end $$;
