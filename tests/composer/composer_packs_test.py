#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Packs that the operator of a real PostgreSQL server describes, and a studio that has some of their sounds."""

from tests.claims import claim, contains, run_claims, same, until
from tests.composer.composing import Studio, facts_of, found, put_pack


def tags_of(studio, number):
    return studio.home.first('show', studio.sound(number))['tags']


@claim(inside=Studio)
def a_recognised_pack_names_its_sounds_at_once(studio):
    ids = [studio.home.first('show', studio.sound(number))['id'] for number in range(3)]
    put_pack(studio, 'zanzibar', 'Zanzibar Drums', 'Nobody', '{dusty,worn}', 0, 1)
    put_pack(studio, 'later', 'Later Pack', 'Somebody', '{dusty}', 2)
    studio.level('ask')
    assert studio.server.round(1) > 0
    studio.sync()
    until(lambda: found(studio, 'label:zanzibar') == sorted(ids[:2]))
    same(sorted(ids[:2]), found(studio, 'label:nobody tag:worn'))
    same(sorted(ids), found(studio, 'tag:dusty'))
    same([('Zanzibar Drums', 'composer'), ('Nobody', 'composer')],
         [facts_of(studio, 0).get(name) for name in ('pack_name', 'vendor')])
    same(0, studio.rows('evidence_word'))  # a studio that only reads says nothing about its packs
    studio.server.sql("delete from composer.pack where name = 'zanzibar'")
    assert studio.server.round(1) > 0
    studio.sync()
    until(lambda: not found(studio, 'label:zanzibar'))
    same([ids[2]], found(studio, 'tag:dusty'))


@claim(inside=Studio)
def facts_of_a_person_win_over_those_of_a_pack(studio):
    studio.level('ask')
    put_pack(studio, 'zanzibar', 'Zanzibar Drums', 'Nobody', '{dusty}', 0, 1)
    studio.server.round(1)
    studio.sync()
    until(lambda: 'dusty' in tags_of(studio, 0))
    studio.home.loophole('tag', studio.sound(0), '-dusty')
    studio.server.sql("update composer.pack set title = 'Zanzibar Two'")
    assert studio.server.round(1) > 0
    studio.sync()
    until(lambda: found(studio, 'label:two'))
    assert 'dusty' not in tags_of(studio, 0), tags_of(studio, 0)
    contains(tags_of(studio, 1), 'dusty')


@claim(inside=Studio)
def studios_and_a_pack_that_give_one_tag_are_one_fact(studio):
    """Each row of the feed is unique, so two rows for one attribute would fail the round."""
    studio.level('descriptors')
    studio.home.loophole('tag', studio.sound(0), '+dusty')
    studio.sync()
    same(1, studio.rows('evidence_word'))
    put_pack(studio, 'zanzibar', 'Zanzibar Drums', '', '{dusty}', 0)
    put_pack(studio, 'again', 'Again', '', '{dusty}', 0)
    assert studio.server.round(1) > 0
    same('1', studio.server.sql("select count(*) from composer.feed where word = 'tag:dusty'"))
    same('Again', studio.server.sql("select value from composer.feed where word = 'pack_name'"))


MANY = 20000  # sounds: more than a slice of a count reads


@claim(inside=Studio)
def an_ask_for_packs_does_not_wait_for_a_long_count(studio):
    """After a change it gets the last count, and is told so."""
    server, home = studio.server, studio.home

    def packs():
        return home.json('composer', 'packs')

    put_pack(studio, 'zanzibar', 'Zanzibar', '', '{}', 0)
    server.sql("insert into composer.pack_content select 'zanzibar', decode(md5(n::text), 'hex') "
               f'from generate_series(1, {MANY}) n')
    studio.level('ask')
    server.round(1)
    studio.sync()
    expected = [{'name': 'zanzibar', 'title': 'Zanzibar', 'sounds': MANY + 1, 'here': 1}]
    until(lambda: packs() == expected, what='the packs are counted')
    home.loophole('tag', studio.sound(0), '+dusty')
    same([dict(expected[0], recounting=True)], packs())
    until(lambda: packs() == expected, what='the packs are counted again')
    home.loophole('tag', studio.sound(0), '+late')
    contains(studio.command('packs'), 'these packs are being counted again')


@claim(inside=Studio)
def kit_layouts_arrive_and_are_known_while_the_server_is_away(studio):
    home, server = studio.home, studio.server
    contains(studio.command('layouts'), 'The community knows no kit layout.')
    server.sql("insert into composer.layout_slot values ('rock', 2, 'snare', '{}'), ('rock', 10, '', '{dusty,short tail}'), "
               "('rock', 1, 'kick', '{dusty}')")
    server.tool('psql', '-c', "insert into composer.layout_slot values ('rock', 3, '', '{\"a,b\"}')", check=False)
    same('3', server.sql('select count(*) from composer.layout_slot'))
    studio.level('ask')
    assert server.round() > 0
    studio.sync()
    expected = [('rock', 1, 'kick', ['dusty']), ('rock', 2, 'snare', []), ('rock', 10, '', ['dusty', 'short tail'])]

    def known():
        return [tuple(slot[key] for key in ('layout', 'slot', 'class', 'tags')) for slot in home.json('composer', 'layouts')]

    same(expected, known())
    contains(studio.command('layouts'), 'rock, slot 10: any class, dusty, short tail')
    server.tool('kill')
    home.loophole('restart', 'composer')
    home.wait_ready('composer')
    same(expected, known())
    kick = home.first('search', 'class:kick -is:loop')
    slot = lambda: home.first('kit', 'build', '--slots', 'kick', '--in', f'name:"{kick["name"]}"')['slots'][0]['why']
    assert 'layout' not in slot(), slot()
    home.loophole('tag', kick['id'], '+Dusty')
    contains(slot(), ", as in the community's layout rock")
    server.tool('again')
    server.sql("delete from composer.layout_slot where slot = 2", "update composer.layout_slot set class = 'clap' where slot = 1")
    assert server.round() > 0
    studio.sync()
    same([('rock', 1, 'clap', ['dusty']), expected[2]], known())
    server.sql("insert into composer.layout_slot select 'big-' || n, slot, 'tom', '{}' "
               'from generate_series(10, 35) n, generate_series(1, 100) slot')
    assert server.round() > 0
    studio.sync()
    same([(f'big-{n}', slot) for n in range(10, 36) for slot in range(1, 101)] + [('rock', 1), ('rock', 10)],
         [slot[:2] for slot in known()])


run_claims()
