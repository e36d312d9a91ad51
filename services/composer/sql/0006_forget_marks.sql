-- The marks of a round name contexts and contents that a studio shared: they go with it. Those of the operator stay.
create function composer.forget_marks() returns trigger language plpgsql security definer
set search_path = composer, pg_temp
as $$
begin
    delete from composer.mark where studio = old.name and of_round;
    return null;
end $$;
alter function composer.forget_marks() owner to composer_owner;
revoke all on function composer.forget_marks() from public;
create trigger forget_marks after delete on composer.studio for each row execute function composer.forget_marks();
