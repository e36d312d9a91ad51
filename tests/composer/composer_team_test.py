#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A team: engines that share what they know about sounds, by content. With a real PostgreSQL server."""
import os

from tests.claims import claim, contains, run_claims, same, until
from tests.composer.composing import as_studio
from tests.composer.teams import Member


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
    same((2, 5), (a.facts(2)['rating'], b.facts(2)['rating']))
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
    contains(b.refused('join', a.code(), '--name', 'b'), 'wait')
    same('1', a.server.sql("select wrong from composer.team_guess where studio = 'studio_b'"))
    code = a.code()
    assert len(code.replace('-', '')) == 40, code
    same('0', a.server.sql(f"select count(*) from composer.team_code where hash::text like '%{code}%'"))
    c.join(code)
    a.server.sql("update composer.team_guess set until = now()")
    contains(b.refused('join', code, '--name', 'b'), 'used up')
    code = a.code('2')
    a.home.loophole('composer', 'team', 'code', '--off')
    a.server.sql("update composer.team_guess set until = now()")
    contains(b.refused('join', code, '--name', 'b'), 'revoked')
    same(3, int(a.server.sql("select wrong from composer.team_guess where studio = 'studio_b'")))
    code = a.code()
    a.server.sql("update composer.team_guess set until = now()", "update composer.team_code set expires = now()")
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
    same(4, b.facts(0)['rating'])
    a.edit(0, facts=[{'attribute': 'rating', 'number': 1}])
    until(a.is_quiet, what='it is at the server')
    b.edit(0, facts=[{'attribute': 'rating', 'number': 2}])
    until(stranger.is_quiet, what='the stranger has looked')
    same((2, 1, False), (b.facts(0)['rating'], a.facts(0)['rating'], 'rating' in stranger.facts(0)))
    same(['a'], [member['name'] for member in a.team('show')['members']])
    same([], b.said('--all'))
    for one in (b, stranger):
        answer = as_studio(one.setting, 'select composer.team(\'{"what": "exchange", "engine": "AAAAAAAAAAAAAAAAAAAAAA=="}\')')
        same('{"refused": "this engine is a member of no team"}', answer)
    a.home.loophole('composer', 'team', 'leave', '--all')
    same('0', a.server.sql("select count(*) from composer.team_of where name = 'Studio'"))
    same('0', a.server.sql("select count(*) from composer.team_said"))


@claim(inside=Member)
def nothing_of_an_excluded_folder_is_said(a):
    a.create()
    b = a.joined('b')
    os.makedirs(a.home.file('library', 'client'))
    os.rename(a.sound(3), a.home.file('library', 'client', 'sound3.wav'))
    a.home.loophole('index', a.home.file('library'), '--wait')
    a.home.loophole('composer', 'exclude', 'add', a.home.file('library', 'client'))
    a.home.loophole('tag', a.home.file('library', 'client', 'sound3.wav'), '+secret')
    a.home.loophole('tag', a.sound(0), '+open')
    b.until_fact(0, tags=['open'])
    until(a.is_quiet, what='all is at the server')
    same([], b.facts(3)['tags'])
    same('1', a.server.sql("select count(*) from composer.team_said"))
    b.home.loophole('tag', b.sound(3), '+heard')  # what others say arrives there
    until(lambda: 'heard' in a.home.first('show', a.home.file('library', 'client', 'sound3.wav'))['tags'], what='it arrives')


run_claims()
