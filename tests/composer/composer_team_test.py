#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A team: engines that share what they know about sounds, by content. With a real PostgreSQL server."""
import json
import os
import threading
import time

from tests.claims import claim, contains, run_claims, same, until
from tests.composer.composing import SOCKET, as_studio, restored, run
from tests.composer.teams import Member, Stranger, statement
from tests.web.browsing import in_browser, prepare_browser


@claim(inside=Member)
def a_rating_and_a_tag_travel_to_an_engine_that_joined_by_a_code(a):
    same('', a.team('show')['team'])
    a.create()
    b = a.joined('b')
    same(['a', 'b'], [member['name'] for member in b.team('show')['members']])
    a.edit(0, add_tags=['warm'], facts=[{'attribute': 'rating', 'number': 4}])
    b.until_fact(0, tags=['warm'], rating=4)
    b.edit(0, remove_tags=['warm'], clear_facts=['rating'], favourite=True)
    a.until_fact(0, tags=[], favourite=True)
    same(False, 'rating' in a.facts(0))


@claim(inside=Member)
def each_kind_of_value_travels_by_content(a):
    """Also what was said before the team was made, to an engine where the sound lies at another path, in another folder."""
    a.edit(0, add_tags=['Ää b'], notes='line one\nline two', hidden=True, favourite=True)
    a.home.loophole('tag', a.sound(1), '+dry')
    a.create()
    b = a.beside('b')
    os.makedirs(b.home.file('library', 'deep'))
    os.rename(b.sound(0), b.home.file('library', 'deep', 'else.wav'))
    b.home.loophole('index', b.home.file('library'), '--wait')
    b.sound = lambda number: b.home.file('library', 'deep', 'else.wav') if number == 0 else a.__class__.sound(b, number)
    b.join(a.code())
    b.until_fact(0, tags=['Ää b'], notes='line one\nline two', hidden=True, favourite=True)
    b.until_fact(1, tags=['dry'])
    b.edit(1, facts=[{'attribute': 'bpm', 'number': 120.5}, {'attribute': 'key', 'text': 'C#min'}, {'attribute': 'class', 'text': 'snare'},
                     {'attribute': 'colour', 'text': 'red'}], notes='corrected')
    a.until_fact(1, bpm=120.5, key='C#min', colour='red', notes='corrected', **{'class': 'snare'})
    a.home.loophole('undo')  # the last step here: a tag of before the team
    b.until_fact(1, tags=[], notes='corrected')


def save(one, name, query):
    one.home.loophole('ask', 'persist.put_query', '--body', json.dumps({'query': {'name': name, 'query': query}}))


def saved(one):
    return {line['name']: line['query'] for line in one.home.json('queries') if line.get('name')}


@claim(inside=Member)
def saved_queries_travel_and_go(a):
    save(a, 'loud', 'kick lufs:-12..')
    a.create()
    b = a.joined('b')
    until(lambda: saved(b) == {'loud': 'kick lufs:-12..'}, what='it arrives')
    save(b, 'soft', '@loud -hat')
    save(b, 'loud', 'snare')
    until(lambda: saved(a) == {'loud': 'snare', 'soft': '@loud -hat'}, what='both arrive')
    a.home.loophole('ask', 'persist.remove_query', 'name=loud')
    until(lambda: list(saved(b)) == ['soft'], what='it goes')


def uses_of(one, number):
    """The contexts that use the sound now, and the roles."""
    found = one.home.ask('search.get', f'id={one.item(number)["id"]}')
    return sorted((use['name'], use['role']) for use in found.get('used_in', []))


@claim(inside=Member)
def uses_add_up_and_end(a):
    a.home.loophole('use', 'Night', a.sound(0), a.sound(1), '--role', 'drums')
    a.create()
    b = a.joined('b')
    b.home.loophole('use', 'Night', b.sound(0), '--role', 'bass')

    def found(one, query):
        return sorted(line['name'] for line in one.home.json('search', query) if 'name' in line)
    for one in (a, b):
        until(lambda one=one: (found(one, 'used:"Night"'), len(uses_of(one, 0))) == (['sound0', 'sound1'], 2),
              what=lambda one=one: f'{one.name} has {uses_of(one, 0)}')
    same([('Night', 'bass'), ('Night', 'drums')], uses_of(a, 0))
    a.home.loophole('use', 'Night', a.sound(1), '--role', 'drums', '--off')
    until(lambda: found(b, 'used:"Night"') == ['sound0'], what='the use ends there')
    until(lambda: a.is_quiet() and b.is_quiet(), what='all is said')
    same('3', a.server.sql("select count(*) from composer.team_said where field like 'use:%'"))  # nothing came back as news


@claim(inside=Member)
def a_hostile_member_changes_what_is_allowed_and_is_not_the_last_for_ever(a):
    a.create()
    account = a.server.studio('mal')

    def call(what, **more):
        ask = json.dumps({'what': what, 'engine': 'AAAAAAAAAAAAAAAAAAAAAA==', **more}).replace("'", "''")
        return as_studio(account, f"select composer.team('{ask}')")
    contains(call('join', code=a.code(), name='mal'), '"team": "Studio"')
    content = a.media(0)['content']
    far = 9000000000000000000
    odd = {'tag:\x1b[31mred': 'yes', 'tag:fine': 'yes', 'tag:no': 'perhaps', 'fact:rating': 'n99', 'fact:bpm': 'nnan', 'fact:key': 'tnone',
           'fact:colour': 'tultraviolet', 'fact:mood': 't\x1b]0;x', 'fact:unlike:01J0000000000000000000000A': 'n1', 'notes': 'hello',
           'hidden': 'maybe', 'path': '/etc/passwd', 'query:../../x': '\nkick', 'kit:x': '/etc/passwd'}
    said = [{'content': '' if field.startswith(('query', 'kit')) else content, 'field': field, 'value': value, 'own': far}
            for field, value in odd.items()]
    contains(call('exchange', position=0, said=said), '"full": false')
    a.until_fact(0, tags=['fine'], notes='hello', hidden=False)
    same({'tags', 'favourite', 'hidden', 'notes'}, set(a.facts(0)))
    a.edit(0, notes='mine')
    until(a.is_quiet, what='it is at the server')
    a.until_fact(0, notes='mine')
    same({}, saved(a))
    contains(call('exchange', position=0), '"mine"')
    line = next(line for line in a.said('--all') if line['each'][0]['field'] == 'notes')
    same(['mine', 'hello'], [one['value'] for one in line['each']])
    assert '\x1b' not in a.home.loophole('composer', 'team', 'said', '--all').out
    for wrong in ({'content': 'AAAA', 'field': 'notes', 'value': '', 'own': 1}, {'content': content, 'field': 'x' * 81, 'value': '', 'own': 1},
                  {'content': content, 'field': 'notes', 'value': 'x' * 4097, 'own': far + 1}):
        contains(call('exchange', position=0, said=[wrong]), 'violates check constraint')
    contains(call('exchange', position=0, said=[said[0]] * 501), 'at most 500 statements')
    a.server.sql("update composer.setting set value = 14 where name = 'most_team_rows'")
    contains(call('exchange', position=0, said=[{**said[0], 'field': f'tag:{n}'} for n in range(9)]), '"full": true')
    a.edit(1, add_tags=['more'])
    until(lambda: 'no room' in a.team('show')['error'], what='it says that there is no room')
    a.server.sql("update composer.setting set value = 1000 where name = 'most_team_rows'")
    until(a.is_quiet, what='it is at the server')


@claim(inside=Member)
def no_way_to_say_or_withdraw_passes_the_size_of_a_team(a):
    a.create()
    mal = Stranger(a)
    mal.call('join', code=a.code(), name='mal')
    size = "select rows || ' ' || bytes from composer.team_of"
    held = "select count(*) || ' ' || coalesce(sum(octet_length(field) + octet_length(value)), 0) from composer.team_said"

    def say(*said):
        answer = json.loads(mal.call('exchange', position=0, said=said))
        same(a.server.sql(held), a.server.sql(size))
        return answer['full']
    same(False, say(*[statement('tag:a', own=own) for own in range(1, 251)], *[statement('tag:a', 'x' * own, 500 - own) for own in range(1, 200)]))
    same('1 6', a.server.sql(size))
    same(False, say(*[statement('tag:a', own=900, withdrawn=True)] * 500))
    same('0 0', a.server.sql(size))
    same(False, say(*[statement(f'tag:{n}') for n in range(4)]))
    a.server.sql("update composer.setting set value = 3 where name = 'most_team_rows'")
    same(True, say(statement('tag:4'), statement('tag:0', withdrawn=True)))  # what is withdrawn goes, though there is no room
    same('3', a.server.sql('select rows from composer.team_of'))
    same(True, say(statement('tag:4')))
    same(False, say(statement('tag:1', 'no', 2)))
    a.server.sql("update composer.setting set value = 20 where name = 'most_team_bytes'")
    same((True, False), (say(statement('tag:1', 'yes', 3)), say(statement('tag:1', '', 4))))
    mal.call('leave', forget=True)
    same(('0', '0 0'), (a.server.sql('select count(*) from composer.team_said'), a.server.sql(size)))


@claim(inside=Member)
def an_account_keeps_no_other_out_by_teams_and_engines_of_its_own(a):
    mal = Stranger(a)
    for number in range(8):
        contains(mal.call('create', number, team='T', name='m'), '"team": "T"')
    same('{"refused": "this account has made 8 teams that have members"}', mal.call('create', 8, team='T', name='m'))
    mal.call('leave', 3)
    contains(mal.call('create', 8, team='T', name='m'), '"team": "T"')
    a.create()
    code = a.code('64')
    a.server.sql("update composer.setting set value = 10 where name = 'most_engines'")
    for number in (9, 10):
        contains(mal.call('join', number, code=code, name='m'), '"team": "Studio"')
    for what in ('create', 'join'):
        same('{"refused": "this account has 10 engines in teams already"}', mal.call(what, 11, team='T', code=code, name='m'))
    same('62', a.server.sql('select uses from composer.team_code'))  # a refusal uses nothing up
    contains(mal.call('create', 12, team='T', name='m', before='begin isolation level repeatable read;'), 'isolation level read committed')
    a.server.sql("select composer.drop_studio('studio_mal')")
    same('1|1', a.server.sql('select (select count(*) from composer.team_of), (select count(*) from composer.team_member)'))
    a.joined('b')
    a.server.sql("delete from composer.team_member where name <> 'b'")
    contains(a.refused('code'), 'is a member of no team')
    a.server.sql('delete from composer.team_member')
    same('0', a.server.sql('select count(*) from composer.team_of'))


@claim(inside=Member)
def each_odd_word_of_a_member_is_refused_and_stops_no_other_one(a):
    a.create()
    mal = Stranger(a)
    contains(mal.call('join', code=a.code(), name='\x1b[31mmal'), '"team": "Studio"')
    content = a.media(0)['content']
    contains(mal.call('exchange', said=[statement('tag:good', content=content)]), '"full": false')
    for said, why in ((None, 'array length'), ({}, 'array length'), ([None], 'object'), ([1], 'object'), ([[]], 'object'), ([{}], 'null value'),
                      ([statement(None)], 'null value'), ([statement('tag:a', None)], 'null value'), ([statement('tag:a', own=None)], 'null value'),
                      ([statement('tag:a', own=0)], 'check constraint'), ([statement('tag:a', own=-5)], 'check constraint'),
                      ([statement('tag:a', own=1.5)], 'invalid input'), ([statement('tag:a', own=10 ** 30)], 'out of range'),
                      ([statement('tag:a', own='HUGE')], 'out of range'), ([statement('tag:a', withdrawn='maybe')], 'invalid input'),
                      ([statement('tag:a', content='!' * 24)], 'check constraint'), ([statement('tag:a', content='A' * 24)], 'check constraint'),
                      ([statement('tag:a', content=content[:-3] + 'B==')], 'check constraint'), ([statement('')], 'check constraint')):
        contains(mal.call('exchange', said=said), why)
    for ask, why in (({'position': -(2 ** 62)}, '"said": [{'), ({'position': 2 ** 62}, '"said": []'), ({'position': 2 ** 70}, 'out of range'),
                     ({'position': 'x'}, 'invalid input'), ({'position': 'HUGE'}, 'out of range'), ({'position': [None]}, 'invalid input')):
        contains(mal.call('exchange', **ask), why)
    for ask, why in (({'hours': 'HUGE'}, 'out of range'), ({'hours': -5, 'uses': 10 ** 9}, '"code": "'), ({'hours': {}}, 'invalid input'),
                     ({'uses': 2 ** 31}, 'out of range'), ({'revoke': 'x'}, 'invalid input'), ({'hours': None, 'uses': None, 'revoke': None}, '"code": "')):
        contains(mal.call('code', **ask), why)
    for ask, why in (({'name': None}, 'null value'), ({'team': None}, 'null value'), ({'name': ''}, 'check constraint'), ({'team': 'x' * 65}, 'check constraint')):
        contains(mal.call('create', 1, **{'team': 'T', 'name': 'm', **ask}), why)
    for what in (None, '', 5, 'drop', 'create', 'join'):
        contains(mal.call(what), 'leave it first')
    for engine in (None, '', 'x', '!' * 24, 'A' * 24, 7, [], {}):
        answer = mal.call('show', engine=engine)
        assert 'engine of 16 bytes' in answer or 'base64' in answer, answer
    a.until_fact(0, tags=['good'])  # all others are read on
    same('', a.team('show')['error'])
    assert '\x1b' not in a.home.loophole('composer', 'team', 'show').out
    other = Stranger(a, 'other')  # of an engine of another account it is no member
    for what in ('show', 'exchange', 'code', 'leave'):
        same('{"refused": "this engine is a member of no team"}', other.call(what))


@claim(inside=Member)
def members_that_come_and_go_at_once_leave_no_team_without_members(a):
    a.create()
    b = a.joined('b')
    code = a.code('64')
    strangers = [Stranger(a, f'mal{number}') for number in range(4)]
    answers = []

    def come_and_go(one):
        for _ in range(6):
            answers.append(one.call('join', code=code, name='m'))
            answers.append(one.call('exchange', said=[statement('tag:x', own=int(time.time() * 1e6))]))
            answers.append(one.call('code', revoke=False))
            answers.append(one.call('leave', forget=True))
            answers.append(one.call('create', team='T', name='m'))
            answers.append(one.call('leave'))
    threads = [threading.Thread(target=come_and_go, args=(one,)) for one in strangers]
    for thread in threads:
        thread.start()
    a.edit(0, notes='meanwhile')
    b.until_fact(0, notes='meanwhile')
    for thread in threads:
        thread.join()
    wrong = [answer for answer in answers if 'deadlock' in answer or 'timeout' in answer or not answer.startswith('{')]
    same([], wrong)
    same('0|2|1', a.server.sql('select (select count(*) from composer.team_of t where not exists (select from composer.team_member m where '
                               'm.team = t.id)), (select count(*) from composer.team_member), (select count(*) from composer.team_of)'))
    same('t', a.server.sql('select rows = (select count(*) from composer.team_said) from composer.team_of'))


@claim(inside=Member)
def an_engine_restored_on_its_machine_goes_on_and_a_copy_does_not(a):
    backup = a.home.file('backup')
    a.create()
    b = a.joined('b')
    a.edit(0, notes='before')
    a.home.loophole('backup', backup)
    a.edit(0, notes='after')
    a.edit(1, add_tags=['after'])
    b.until_fact(1, tags=['after'])
    for one in (a, b):
        one.home.loophole('down')
        one.home.loophole('restore', backup)
        one.home.loophole('up')
        one.home.wait_ready('composer')
        same(True, one.team('show')['elsewhere'])
        contains(one.home.loophole('doctor', code=None).out, 'nothing is sent: this catalogue was restored')
    a.until_fact(0, notes='before')
    a.edit(1, add_tags=['later'])
    a.team('join', '--name', 'a')
    a.until_fact(0, notes='after')
    a.until_fact(1, tags=['after', 'later'])
    contains(b.refused('join', '--name', 'b'), 'is a member of no team')
    b.home.loophole('composer', 'team', 'join', a.code(), '--name', 'b2')
    b.sound = a.sound
    same(['a', 'b', 'b2'], [member['name'] for member in b.team('show')['members']])
    b.edit(2, add_tags=['of b2'])
    a.until_fact(2, tags=['of b2'])


@claim(inside=Member)
def a_restored_server_gets_everything_again(a):
    dump = a.home.file('dump')
    a.create()
    b = a.joined('b')
    a.edit(0, notes='before')
    b.until_fact(0, notes='before')
    run(a.server, 'pg_dump', '-Fc', '-f', dump, 'composer')
    a.edit(0, notes='after')
    b.edit(1, notes='of b')
    a.until_fact(1, notes='of b')
    b.until_fact(0, notes='after')
    with restored(a.server, dump):
        a.server.tool('migrate')
    c = a.joined('c')
    c.until_fact(0, notes='after')
    c.until_fact(1, notes='of b')


@claim(inside=Member)
def the_later_field_holds_and_both_values_are_kept(a):
    a.create()
    b = a.joined('b')
    for one in (a, b):
        until(one.is_quiet, what='both know all')
    a.server.tool('stop')
    a.edit(2, facts=[{'attribute': 'rating', 'number': 2}], add_tags=['mine'])
    b.edit(2, facts=[{'attribute': 'rating', 'number': 5}], add_tags=['yours'])
    a.edit(2, notes='from a')
    a.until_fact(2, rating=2)
    b.until_fact(2, rating=5)
    a.server.tool('again')
    for one in (a, b):
        one.until_fact(2, rating=5, tags=['mine', 'yours'], notes='from a')
        line = until(lambda one=one: one.said() or None, what='a conflict is listed')[0]
        same(('fact:rating', [('n5', 'b'), ('n2', 'a')]),
             (line['each'][0]['field'], [(said['value'], said['who']) for said in line['each']]))
        assert line['each'][0]['at'] > line['each'][1]['at']
    contains(a.home.loophole('composer', 'team', 'said').out, 'fact:rating: 5 (b, ')
    b.edit(2, facts=[{'attribute': 'rating', 'number': 3}])
    a.until_fact(2, rating=3)


@claim(inside=Member)
def a_code_is_used_up_revoked_and_guessed_in_vain(a):
    a.create()
    b, c = a.beside('b'), a.beside('c')
    contains(b.refused('code'), 'in no team')
    contains(b.refused('join', 'ab-cd', '--name', 'b'), 'the code is wrong, expired, used up or revoked')
    same('1', a.server.sql("select wrong from composer.team_account where studio = 'studio_b' and until > now() - interval '1 hour'"))
    a.server.sql("update composer.team_account set until = now() + interval '1 hour'")
    contains(b.refused('join', a.code(), '--name', 'b'), 'wait 3')
    code = a.code()
    assert len(code.replace('-', '')) == 40, code
    same('0', a.server.sql(f"select count(*) from composer.team_code where hash::text like '%{code}%'"))
    c.join(code)
    a.server.sql("update composer.team_account set until = now()")
    contains(b.refused('join', code, '--name', 'b'), 'used up')
    code = a.code('2')
    a.home.loophole('composer', 'team', 'code', '--off')
    a.server.sql("update composer.team_account set until = now()")
    contains(b.refused('join', code, '--name', 'b'), 'revoked')
    same(3, int(a.server.sql("select wrong from composer.team_account where studio = 'studio_b'")))
    code = a.code()
    a.server.sql("update composer.team_account set until = now()", "update composer.team_code set expires = now()")
    contains(b.refused('join', code, '--name', 'b'), 'expired')
    contains(c.refused('create', 'Other'), 'is in the team "Studio" already')
    same('', b.team('show')['team'])


@claim(inside=Member)
def who_left_and_strangers_get_nothing(a):
    a.create()
    b, stranger = a.joined('b'), a.beside('c')
    stranger.team('create', 'Other')
    a.edit(0, facts=[{'attribute': 'rating', 'number': 4}])
    b.until_fact(0, rating=4)
    same('', b.team('leave')['team'])
    until(lambda: not b.team('show')['leaving'], what='the server knows it')
    same(4, b.facts(0)['rating'])
    a.edit(0, facts=[{'attribute': 'rating', 'number': 1}])
    until(a.is_quiet, what='it is at the server')
    b.edit(0, facts=[{'attribute': 'rating', 'number': 2}])
    until(stranger.is_quiet, what='the stranger has looked')
    for one, value in ((b, 2), (a, 1)):
        one.until_fact(0, rating=value)
    same(False, 'rating' in stranger.facts(0))
    same(['a'], [member['name'] for member in a.team('show')['members']])
    same([], b.said('--all'))
    for one in (b, stranger):
        answer = as_studio(one.setting, 'select composer.team(\'{"what": "exchange", "engine": "AAAAAAAAAAAAAAAAAAAAAA=="}\')')
        same('{"refused": "this engine is a member of no team"}', answer)
    a.home.loophole('composer', 'team', 'leave', '--all')
    until(lambda: not a.team('show')['leaving'], what='the server knows it')
    same('0', a.server.sql("select count(*) from composer.team_of where name = 'Studio'"))
    same('0', a.server.sql("select count(*) from composer.team_said"))
    a.server.sql("select composer.drop_studio('studio_c')")
    same('0|0', a.server.sql('select (select count(*) from composer.team_of), (select count(*) from composer.team_member)'))


@claim(inside=Member)
def an_engine_leaves_at_once_also_without_the_server(a):
    a.create()
    b = a.joined('b')
    c = b.joined('c')
    for one in (a, b, c):
        until(one.is_quiet, what='all is at the server')
    members = 'select string_agg(name, \' \' order by name) from composer.team_member'
    a.edit(0, notes='of a')
    for one in (b, c):
        one.until_fact(0, notes='of a')
    for one in (b, c):
        one.unplug()
    b.edit(0, notes='said while away')
    left = b.team('leave', '--all')
    same(('', True, []), (left['team'], left['leaving'], left['members']))
    c.team('leave')
    a.edit(0, notes='after b left')
    until(a.is_quiet, what='it is at the server')
    until(lambda: b.team('show')['error'], what='it says why the server is not told')
    contains(b.home.loophole('composer', 'team', 'show').out, 'The server does not know yet that it left; it learns that when it answers.')
    contains(b.home.loophole('doctor', code=None).out, 'the server does not know yet')
    contains(b.refused('leave'), 'in no team')
    contains(b.refused('create', 'New'), 'No such file')
    b.home.kill('composer')
    b.home.wait_ready('composer')
    same((True, 'a b c'), (b.team('show')['leaving'], a.server.sql(members)))
    for one in (b, c):
        one.plug()
    same('New', c.team('create', 'New', '--name', 'c')['team'])  # the server is told before
    until(lambda: not b.team('show')['leaving'], what='it is told')
    same('a c', a.server.sql(members))
    same('said while away', b.facts(0)['notes'])
    same('0', a.server.sql("select count(*) from composer.team_said where value = 'said while away'"))


@claim(inside=Member)
def nothing_of_an_excluded_folder_is_said(a):
    a.create()
    b = a.joined('b')
    os.makedirs(a.home.file('library', 'client'))
    os.rename(a.sound(3), a.home.file('library', 'client', 'sound3.wav'))
    a.home.loophole('index', a.home.file('library'), '--wait')
    a.home.loophole('composer', 'exclude', 'add', a.home.file('library', 'client'))
    a.home.loophole('tag', a.home.file('library', 'client', 'sound3.wav'), '+secret')
    a.home.loophole('use', 'Night', a.home.file('library', 'client', 'sound3.wav'))
    a.home.loophole('tag', a.sound(0), '+open')
    a.home.loophole('use', 'Day', a.sound(0))
    b.until_fact(0, tags=['open'])
    until(a.is_quiet, what='all is at the server')
    until(lambda: uses_of(b, 0) == [('Day', '')], what='the use of the other one arrives')
    same(([], []), (b.facts(3)['tags'], uses_of(b, 3)))
    same('2', a.server.sql("select count(*) from composer.team_said"))
    b.home.loophole('tag', b.sound(3), '+heard')  # what others say arrives there
    until(lambda: 'heard' in a.home.first('show', a.home.file('library', 'client', 'sound3.wav'))['tags'], what='it arrives')


@claim(inside=Member)
def a_team_is_made_on_the_page_which_shows_who_gave_what(a):
    prepare_browser(a.home)
    a.home.wait_ready('web')
    b = a.beside('b')
    a.home.env.update(SOUND=a.sound(0), OTHER=b.home.path, SOUND_THERE=b.sound(0), BACKUP=a.home.file('backup'), CABLE=a.home.file('cable', SOCKET))
    in_browser(a.home, 'a_team_is_made_on_the_page_which_shows_who_gave_what')


@claim(inside=Member)
def what_was_said_of_a_folder_that_is_excluded_later_is_withdrawn(a):
    a.create()
    b = a.joined('b')
    client = a.home.file('library', 'client')
    os.makedirs(client)
    for number in (2, 3):
        os.rename(a.sound(number), os.path.join(client, f'sound{number}.wav'))
    a.sound = lambda number: a.home.file('library', 'client' if number > 1 else '', f'sound{number}.wav')
    a.home.loophole('index', a.home.file('library'), '--wait')
    a.edit(0, notes='open')
    a.edit(3, notes='secret')
    a.home.loophole('use', 'Night', a.sound(3))
    b.until_fact(3, notes='secret')
    until(lambda: uses_of(b, 3) == [('Night', '')], what='the use arrives')
    b.edit(3, favourite=True)
    b.until_fact(0, notes='open')
    a.until_fact(3, favourite=True)
    until(a.is_quiet, what='all is at the server')
    a.unplug()
    a.edit(2, notes='never sent')
    a.edit(3, notes='later')
    a.home.loophole('composer', 'exclude', 'add', client)
    a.home.loophole('tag', a.sound(0), '+beside')
    a.home.kill('composer')
    a.home.wait_ready('composer')
    a.plug()
    said = "select string_agg(who || ' ' || field || ' ' || value, ', ' order by who, field) from composer.team_said"
    until(lambda: a.server.sql(said) == 'a notes open, a tag:beside yes, b favourite yes', what=lambda: a.server.sql(said))
    until(a.is_quiet, what='it knows that all is at the server')
    c = a.joined('c')
    c.until_fact(0, notes='open', tags=['beside'])
    c.until_fact(3, favourite=True, notes='')
    same(('secret', 'later', 'never sent'), (b.facts(3)['notes'], a.facts(3)['notes'], a.facts(2)['notes']))
    b.edit(3, notes='of b')  # later than what was withdrawn
    a.until_fact(3, notes='of b')
    a.home.loophole('composer', 'exclude', 'remove', client)
    for one in (b, c):
        one.until_fact(2, notes='never sent')


run_claims()
