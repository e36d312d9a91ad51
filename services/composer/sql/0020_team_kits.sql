-- Kits of a team: statements of the field kit:ID, which are larger. An engine that reads them says so in each call; another
-- one gets none, and another epoch, so that an engine that begins or ends to read kits reads the team again.

alter table composer.team_said drop constraint team_said_value_check;
alter table composer.team_said add constraint team_said_value_check
    check (octet_length(value) <= case when field like 'kit:%' then 32768 else 4096 end);

-- What the team said after a position: at most 500 statements, and about a megabyte. A kit counts eight times, because an engine
-- takes so much longer for it: it answers nothing else meanwhile.
drop function composer.said_after(composer.team_member, bigint);
create function composer.said_after(me composer.team_member, after bigint, kits boolean) returns jsonb language sql stable
as $$
    with next as (select * from composer.team_said where team = me.team and position > after and (kits or field not like 'kit:%')
                  order by position limit 500),
         part as (select *, sum(octet_length(value) * case when field like 'kit:%' then 8 else 1 end + 200)
                            over (order by position) as upto from next)
    select jsonb_build_object(
        'position', coalesce(max(position) filter (where upto <= 1048576), after),
        'more', exists (select from composer.team_said where team = me.team and (kits or field not like 'kit:%') and position >
                        (select coalesce(max(position) filter (where upto <= 1048576), after) from part)),
        'said', coalesce(jsonb_agg(jsonb_build_object('content', content, 'field', field, 'value', value, 'at', at, 'own', own,
                                                      'member', member, 'who', who) order by position)
                         filter (where upto <= 1048576), '[]'))
    from part
$$;

-- Full: the team has no room, so of this call only what is withdrawn was taken; reading goes on.
create or replace function composer.exchange_said(me composer.team_member, ask jsonb) returns jsonb language plpgsql
as $$
declare
    is_full boolean := false;
begin
    if jsonb_array_length(coalesce(ask->'said', '[]')) > 0 then
        perform from composer.team_of where id = me.team for update;
        delete from composer.team_said s
            using jsonb_to_recordset(ask->'said') as o(content text, field text, withdrawn boolean)
            where o.withdrawn and s.team = me.team and s.content = o.content and s.field = o.field and s.member = me.id;
        begin
            if not composer.take_said(me, ask->'said') then raise exception using errcode = 'XT001'; end if;
        exception when sqlstate 'XT001' then
            is_full := true;
        end;
    end if;
    return composer.show_team(me) || composer.said_after(me, coalesce((ask->>'position')::bigint, 0),
                                                         coalesce((ask->>'kits')::boolean, false)) ||
           jsonb_build_object('full', is_full, 'clock', composer.team_clock());
end $$;

create or replace function composer.team(ask jsonb) returns jsonb language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '10s' set jit = off
as $$
declare
    who    text := session_user;
    me     composer.team_member%rowtype;
    answer jsonb;
begin
    perform composer.check_ask(ask);
    if octet_length(coalesce(ask->>'engine', '')) <> 24 or jsonb_array_length(coalesce(ask->'said', '[]')) > 500 then
        raise exception 'expected an engine of 16 bytes, as base64, and at most 500 statements';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'expected the isolation level read committed'; -- an older snapshot counts wrong
    end if;
    perform composer.end_sessions();
    select * into me from composer.team_member where studio = who and engine = ask->>'engine';
    if found then
        answer := case ask->>'what'
            when 'show' then composer.show_team(me)
            when 'code' then composer.make_code(me, ask)
            when 'leave' then composer.leave_team(me, ask)
            when 'exchange' then composer.exchange_said(me, ask)
            else composer.refuse_team('this engine is a member of a team already: leave it first') end;
    else
        answer := case ask->>'what'
            when 'create' then composer.make_team(ask)
            when 'join' then composer.join_team(ask)
            else composer.refuse_team('this engine is a member of no team') end;
    end if;
    if (ask->>'kits')::boolean and answer ? 'epoch' then
        answer := jsonb_set(answer, '{epoch}', to_jsonb((answer->>'epoch') || 'k'));
    end if;
    return answer;
end $$;
