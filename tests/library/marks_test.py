#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A person's ratings and colours: commands, queries, order, counts, undo, errors, and a kill of the writer."""

from tests.claims import claim, contains, run_claims, same, until
from tests.engine.cli_library import library, search


def names(home, *query):
    return sorted(item['name'] for item in home.json('search', *query))


@claim(inside=library)
def a_rating_is_given_found_sorted_by_and_taken_away(home):
    kick, amen = search(home, 'kick'), search(home, 'amen')
    home.loophole('rate', kick, '5')
    home.loophole('rate', amen, '2')
    same((5, 'user'), tuple(home.first('show', kick)[key] for key in ('rating', 'rating_source')))
    same([kick], [item['id'] for item in home.json('search', 'rating:>=4')])
    same([kick, amen], [item['id'] for item in home.json('search', 'rating:1..', '--sort', '-rating')])
    same([amen], [item['id'] for item in home.json('search', 'stars:2')])
    home.loophole('rate', kick, '0')
    assert 'rating' not in home.first('show', kick)
    home.loophole('undo')
    same(5, home.first('show', kick)['rating'])


@claim(inside=library)
def a_colour_marks_many_items_in_one_step_is_counted_and_completed(home):
    found = len(home.json('search', 'kick', '--limit', '1000'))
    assert found > 1, found
    home.loophole('colour', 'kick', '--all', 'red')
    home.loophole('colour', search(home, 'amen'), 'gray')
    same(found, len(home.json('search', 'colour:red', '--limit', '1000')))
    same(1, len(home.json('search', 'color:grey')))
    counted = home.ask('search.query', 'query=', 'limit=0', 'facets=colour')['facets']
    same({'red': found, 'grey': 1}, {one['value']: one['count'] for one in counted})
    same('grey', home.json('search', 'colour:red or colour:grey', '--sort', 'colour')[0]['colour'])
    contains(home.loophole('search', 'colour:rde').all, 'colour:red')
    home.loophole('undo', '--times', '2')
    same([], home.json('search', 'colour:red or colour:grey'))


@claim(inside=library)
def a_wrong_mark_is_refused_and_changes_nothing(home):
    id = search(home, 'amen')
    for args, part in ((('rate', id, '6'), '0 to 5'), (('rate', id, '4.5'), '0 to 5'), (('rate', id, ''), 'is empty'),
                       (('rate', 'kick', '4'), '--all'), (('colour', id, 'teal'), 'unknown colour'),
                       (('edit', id, 'colour=teal'), 'unknown colour'), (('edit', id, 'colour=7'), 'unknown colour'),
                       (('edit', id, 'rating=9'), 'out of range')):
        contains(home.run('loophole', *args, code=None).all, part)
    item = home.first('show', id)
    assert 'rating' not in item and 'colour' not in item, item


@claim(inside=library)
def marks_outlive_a_kill_of_the_writer_and_of_search(home):
    id = search(home, 'amen')
    home.loophole('rate', id, '3')
    home.loophole('colour', id, 'green')
    home.kill('persist')
    home.kill('search')
    until(lambda: [item['id'] for item in home.json('search', 'rating:3 colour:green')] == [id])


run_claims()
