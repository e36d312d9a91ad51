#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Several engines of one studio: they add up, they forget together, and a restored copy is another engine. With a real
PostgreSQL server."""

from tests.claims import claim, contains, run_claims, same
from tests.composer.composing import Studio
from tests.kits.kits import two_kits


def second_engine(studio, name='laptop'):
    """Another home with the same account."""
    other = Studio(studio.home.other(name), studio.server)
    other.name, other.setting = studio.name, studio.setting
    other.home.settings(f'[composer]\nserver = {studio.setting}\n')
    two_kits(other.home)
    other.home.wait_ready('composer')
    return other


def engines(studio):
    return int(studio.server.sql(f"select count(*) from composer.engine where studio = 'studio_{studio.name}'"))


@claim(inside=Studio)
def two_engines_of_one_account_add_up_and_forget_together(studio):
    laptop, server = second_engine(studio), studio.server
    studio.use('Desk', 0, 1)
    laptop.use('Travel', 2, 3, 4)
    for one in (studio, laptop):
        one.join()
    same((5, 2), (studio.rows(), engines(studio)))
    generations = server.sql('select count(*) from composer.generation')
    for _ in range(3):
        for one in (studio, laptop):
            one.sync()
            same((5, 0, ''), (studio.rows(), one.status()['outbox'], one.status()['error']))
    same(generations, server.sql('select count(*) from composer.generation'))
    server.round(1)
    same('1', server.sql("select distinct studios from composer.feed where kind = 'use'"))
    same(0, studio.json('forget')['left'])
    same(0, studio.rows())
    contains(laptop.home.refused('composer', 'sync'), 'another machine of this studio')
    same((0, 'off'), (studio.rows(), laptop.status()['level']))
    contains(laptop.home.refused('composer', 'sync'), 'the level is off')
    laptop.join()
    same((3, 1), (studio.rows(), engines(studio)))
    studio.join()
    same((5, 2), (studio.rows(), engines(studio)))


@claim(inside=Studio)
def a_copy_of_a_catalogue_in_another_home_is_another_engine(studio):
    backup = studio.home.file('backup')
    studio.use('Desk', 0, 1)
    studio.join()
    studio.home.loophole('backup', backup)
    laptop = second_engine(studio)
    laptop.home.loophole('down')
    laptop.home.loophole('restore', backup)
    laptop.home.loophole('up')
    laptop.home.wait_ready('composer')
    same('off', laptop.status()['level'])
    laptop.level('use')
    laptop.home.loophole('use', 'Travel', studio.sound(2), '--role', 'drums')
    for _ in range(2):
        for one in (laptop, studio):
            one.sync()
            same((0, ''), (one.status()['outbox'], one.status()['error']))
    same(2, engines(studio))
    same('2\n3', studio.server.sql('select count(*) from composer.evidence_use group by substring(context from 17) order by 1'))


run_claims()
