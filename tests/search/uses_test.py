#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Contexts and their uses, noted by front-ends, in queries and in `show`."""
import contextlib
import json
import os
import random

from tests.claims import Persist, claim, contains, how_often, run_claims, same
from tests.client import new_id
from tests.kits.kits import first, ids, two_kits


LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'


def id_bytes(text):
    number = 0
    for letter in text:
        number = number * 32 + LETTERS.index(letter)
    return number.to_bytes(16, 'big')


def id_text(value):
    number = int.from_bytes(value, 'big')
    return ''.join(LETTERS[number >> 5 * place & 31] for place in reversed(range(26)))


def use(client, name, *uses, request=None, **more):
    """The answer to persist.use; each use is (media, role, section, ended)."""
    return client.ask('persist.use', body_of(name, *uses, **more), request)


def body_of(name, *uses, **more):
    """A repeated request must have the same bytes."""
    rows = [{'media': use[0], 'role': use[1] if len(use) > 1 else '', 'section': use[2] if len(use) > 2 else '', 'at': 0,
             'ended': len(use) > 3 and use[3]} for use in uses]
    return {'kind': 'named', 'name': name, 'uses': rows, 'whole': False, **more}


@claim(shares=two_kits)
def a_context_is_found_by_its_name(home):
    kick, snare = first(home, 'class:kick'), first(home, 'class:snare')
    home.loophole('use', 'Album 3', kick, snare, '--role', 'drums', '--section', 'chorus')
    same(sorted([kick, snare]), ids(home, 'used:"Album 3"'))
    same(sorted([kick, snare]), ids(home, 'used:"album 3"'))
    same([kick], ids(home, 'used:Alb* class:kick role:drums section:chorus'))
    others = [id for id in ids(home) if id not in (kick, snare)]
    same(others, ids(home, 'unused'))
    same(others, ids(home, 'unused:"Album 3"'))
    same(ids(home), ids(home, 'unused:"Album 4"'))
    same(sorted([kick, snare]), ids(home, '-unused'))
    home.loophole('use', 'Album 3', kick, '--role', 'drums', '--section', 'chorus', '--off')
    same([snare], ids(home, 'used:"Album 3"'))
    home.loophole('use', 'Album 3', snare, '--role', 'drums', '--section', 'chorus', '--off')
    same(ids(home), ids(home, 'unused'))


@claim(shares=two_kits)
def off_ends_each_use_of_the_item_in_the_context_or_says_that_there_is_none(home):
    kick, snare = first(home, 'class:kick'), first(home, 'class:snare')
    home.loophole('use', 'Album 5', kick, snare, '--role', 'drums', '--section', 'chorus')
    home.loophole('use', 'Album 5', kick, '--role', 'bass')
    contains(home.refused('use', 'Album 5', kick, '--role', 'vocal', '--off'), 'none of the items has such a use')
    home.loophole('use', 'Album 5', kick, snare, '--role', 'drums', '--off')
    same([kick], ids(home, 'used:"Album 5"'))
    contains(home.loophole('use', 'Album 5', kick, snare, '--off').out, '1 item no longer used in "Album 5"')
    same([], ids(home, 'used:"Album 5"'))
    contains(home.refused('use', 'Album 5', kick, '--off'), 'none of the items has such a use')
    contains(home.refused('use', 'Nowhere', kick, '--off'), 'no context named "Nowhere"')
    request = '01J8ZZZZZZZZZZZZZZZZZZZZ50'
    home.loophole('use', 'Album 5', kick)
    said = home.json('use', 'Album 5', kick, '--off', '--request-id', request)
    home.loophole('use', 'Album 5', kick)
    same(said, home.json('use', 'Album 5', kick, '--off', '--request-id', request))
    same([kick], ids(home, 'used:"Album 5"'))
    home.loophole('use', 'Album 5', kick, '--off')
    home.check_store()


@claim(shares=two_kits)
def an_item_shows_its_contexts(home):
    tom = first(home, 'class:tom')
    for number in range(4):
        home.loophole('use', f'Song {number}', tom)
    home.loophole('use', 'Song 2', tom, '--role', 'drums')
    contains(home.loophole('show', tom).out, 'used in          4 contexts: ')
    line = home.first('show', tom)
    same(4, line['contexts'])
    same(['Song 0', 'Song 1', 'Song 2', 'Song 2', 'Song 3'], sorted(one['name'] for one in line['used_in']))
    same(0, home.first('show', first(home, 'name:cymbal or name:crash'))['contexts'])


@claim(shares=two_kits)
def an_item_whose_use_ended_long_ago_is_not_found_by_it(home):
    tom, kick = first(home, 'class:tom'), first(home, 'class:kick')
    with contextlib.closing(home.client()) as client:
        body = body_of('Long ago', (id_bytes(kick), 'drums'), *((id_bytes(tom), '', str(n)) for n in range(8000)), whole=True)
        body['uses'][0]['at'] = 1
        same('ok', client.ask('persist.use', body)[0])
        same(sorted([tom, kick]), ids(home, 'used:"Long ago"'))
        same('ok', use(client, 'Long ago', (id_bytes(tom), 'bass'), whole=True)[0])  # the row of the kick goes at once
    same([tom], ids(home, 'used:"Long ago"'))
    assert 'Long ago' not in {one['name'] for one in home.first('show', kick).get('used_in', ())}
    same([tom], ids(home, 'used:"Long ago" role:bass'))


@claim(shares=two_kits)
def an_unknown_context_is_explained_by_a_near_name(home):
    home.loophole('use', 'Nightfall', first(home, 'name:cymbal or name:crash'))
    contains(home.loophole('search', 'used:Nightfal').out, 'Nightfall')


@claim(shares=two_kits)
def a_new_index_knows_all_uses(home):
    clap = first(home, 'class:clap or class:snare')
    home.loophole('use', 'Rebuilt', clap)
    same([clap], ids(home, 'used:Rebuilt'))
    home.down()
    if os.path.exists(home.file('cache', 'search.index')):  # search writes it only after it has caught up
        os.remove(home.file('cache', 'search.index'))
    home.up()
    same([clap], ids(home, 'used:Rebuilt'))
    home.check_store()


@claim(shares=two_kits)
def items_often_used_together_come_first(home):
    """A frequent pair comes before a pair that occurs once, and before an item that every context uses."""
    others = ('class:kick', 'class:snare', 'class:tom', 'name:cymbal or name:crash', 'class:clap or class:snare')
    items = sorted(set(ids(home)) - {first(home, query) for query in others})  # no other claim uses these
    kick, friend, rare, everywhere = items[:4]
    client = home.client()
    for number in range(30):
        parts = [(kick, 'drums', 'verse')] if number < 10 else []
        parts += [(friend, 'bass', 'verse')] if number < 9 else []
        parts += [(rare, 'fx', 'chorus')] if number == 5 else []
        parts += [(everywhere, 'vocal', 'intro')]
        rows = [{'media': id_bytes(id), 'role': role, 'section': section, 'at': 0, 'ended': False}
                for id, role, section in parts]
        client.must('persist.use', {'kind': 'named', 'name': f'Mix {number}', 'uses': rows, 'whole': True})
    found = home.json('search', f'after:{kick}')
    same([friend, rare], [one['id'] for one in found])
    same('in 9 of 10 contexts', found[0]['why'])
    same([friend], ids(home, f'with:{kick}'))
    same([friend], ids(home, f'with:{kick} role:bass'))
    same([everywhere], ids(home, 'for:vocal'))
    same([kick, friend], [one['id'] for one in home.json('search', 'for:verse')])
    client.must('persist.use', {'kind': 'named', 'name': 'Mix 0', 'uses': [], 'whole': True})
    same('in 9 of 10 contexts', home.first('search', f'after:{kick}')['why'])  # an ended use still ranks
    assert friend not in ids(home, 'used:"Mix 0"')
    said = home.loophole('search', f'with:{items[5]}')
    contains(said.out, 'no context exists yet')


@claim(inside=Persist)
def a_whole_list_of_uses_ends_the_other_uses_of_its_context(persist):
    client, catalogue = persist.client, persist.catalogue
    a, b, c = (catalogue.put(name) for name in (b'a.wav', b'b.wav', b'c.wav'))
    error, done = use(client, 'Song', (a, 'drums'), (b, 'bass'))
    same('ok', error)
    before = len(catalogue.changes())
    same('ok', use(client, '', (a, 'drums'), (b, 'bass'), id=done['id'])[0])
    same(before, len(catalogue.changes()), 'a repetition logs nothing')
    same('ok', use(client, 'Song', (b, 'bass'), (c, 'vocal'), whole=True)[0])
    same([('use', done['id'])] * 2, [(row['kind'], row['id']) for row in catalogue.changes() if row['kind'] == 'use'])
    same('bad_request', use(client, '', (a,))[0])
    error, said = use(client, 'Song', (a,), (new_id(),))
    same(('not_found', 'uses[1].media'), (error, said['field']))


@claim(inside=Persist)
def a_context_changes_for_years_and_keeps_the_newest_of_its_ended_uses(persist):
    items = [persist.catalogue.put(b'%d.wav' % number) for number in range(50)]

    def rows(word, count):
        return [(items[number % 50], word, str(number)) for number in range(count)]

    for year in range(3):  # more than 32,768 uses in all
        request = new_id()
        body = body_of('Song', *rows(f'year {year}', 11000), whole=True)
        persist.client.send('persist.use', body, request)
        if year == 2:
            persist.restart()
        same('ok', persist.client.ask('persist.use', body, request)[0], f'year {year}')
    persist.end()
    kept = persist.home.json('store', 'check')[-1]['rows']
    persist.start()
    assert 11000 + 4096 <= kept < 11000 + 4096 + 1000, kept
    same('ok', use(persist.client, 'Song', *rows('more', 16384))[0])
    error, said = use(persist.client, 'Song', *rows('too many', 5385))
    same('too_large', error)
    contains(said['what'], 'has 27384 uses and would have 5385 more: at most 32768')
    same('ok', use(persist.client, 'Song', *rows('as many', 5384))[0])
    same('too_large', use(persist.client, 'Song', (items[0], 'one more'))[0])
    same('ok', use(persist.client, 'Song', (items[7], 'more', '7', True), (items[0], 'one more'))[0])


@claim(inside=Persist)
def a_use_that_an_ask_names_twice_makes_no_room_for_others(persist):
    items = [persist.catalogue.put(b'%d.wav' % number) for number in range(50)]

    def rows(word, count):
        return [(items[number % 50], word, str(number)) for number in range(count)]

    same('ok', use(persist.client, 'Song', *rows('one', 16384))[0])
    same('ok', use(persist.client, 'Song', *rows('two', 16384))[0])
    first = (items[0], 'one', '0')
    again = [(*first, True), first]
    for named in ([(*first, True)] * 100, again * 100):
        error, said = use(persist.client, 'Song', *named, *rows('more', 99))
        same('too_large', error)
        contains(said['what'], 'has 32768 uses')
        contains(said['hint'], 'another context')
    same('ok', use(persist.client, 'Song', *again, (*first, True), (items[1], 'more'))[0])
    same('ok', use(persist.client, 'Song', *again[:1])[0])


@claim(inside=Persist)
def a_kit_or_a_project_with_the_id_of_another_context_leaves_that_as_it_was(persist):
    client, catalogue = persist.client, persist.catalogue
    mine, theirs = catalogue.put(b'mine.wav'), catalogue.put(b'theirs.wav')
    contexts = [use(client, 'Mix', (mine, 'kick'))[1]['id'],
                use(client, 'Song', (mine, 'kick'), kind='project', id=new_id())[1]['id']]
    before = [row for row in catalogue.changes() if row['kind'] == 'use']
    using = json.dumps({'name': 'Theirs', 'slots': [{'slot': 'kick', 'layers': [{'media': id_text(theirs)}]}]})

    def put(kind, project, part, body):
        element = {'id': part, 'project': project, 'kind': kind, 'body': body}
        client.must('persist.apply', {'label': 'open', 'actions': [{'element': element}]})

    for project in (new_id(), new_id()):
        put('project', project, project, '{"name": "Given"}')
        for context in contexts:
            put('kit', project, context, using)
            put('kit', project, context, '{"name": "Theirs", "slots": []}')
    error, said = use(client, 'Theirs', (theirs,), kind='project', id=contexts[0], whole=True)
    same(('conflict', 'kind'), (error, said['field']))
    uses = [row for row in catalogue.changes() if row['kind'] == 'use' and row['id'] in contexts]
    same(before, uses)
    other = [row['id'] for row in catalogue.changes() if row['kind'] == 'use' and row['id'] not in contexts]
    same((8, 4), (len(other), len(set(other))), 'each kit has a context of its own')


@claim(inside=Persist)
def the_uses_of_kits_count_in_what_is_rewritten_together(persist):
    client, item, project = persist.client, id_text(persist.catalogue.put(b'a.wav')), new_id()
    whole = {'id': project, 'project': project, 'kind': 'project', 'body': '{"name": "Wide"}'}
    slots = [{'slot': f'slot{number}', 'layers': [{'media': item}] * 32} for number in range(32)]
    kits = [{'element': {'id': new_id(), 'project': project, 'kind': 'kit',
                         'body': json.dumps({'name': f'Kit {number}', 'slots': slots})}} for number in range(30)]
    client.must('persist.apply', {'label': 'new', 'actions': [{'element': whole}]})
    error, said = client.ask('persist.apply', {'label': 'open', 'actions': kits})
    same('too_large', error)
    contains(said['what'], 'at most 6144 KiB are rewritten together')
    client.must('persist.apply', {'label': 'open', 'actions': kits, 'parts': True})


@claim(inside=Persist)
def a_kind_that_is_unknown_is_refused(persist):
    error, said = use(persist.client, 'Album 3', kind='moon')
    same(('bad_request', 'kind'), (error, said['field']))
    part = {'id': new_id(), 'project': new_id(), 'kind': 'moon', 'body': '{}'}
    error, said = persist.client.ask('persist.apply', {'label': 'x', 'actions': [{'element': part}]})
    same(('bad_request', 'actions[0].element.kind'), (error, said['field']))


@claim(inside=Persist)
def a_use_is_noted_once_across_kills(persist):
    items = [persist.catalogue.put(b'%d.wav' % number) for number in range(4)]
    chance = random.Random(1)
    for number in range(how_often(4, 100)):
        request, item = new_id(), chance.choice(items)
        persist.client.send('persist.use', body_of(f'Song {number}', (item,)), request)
        persist.kill()
        persist.restart()
        same('ok', use(persist.client, f'Song {number}', (item,), request=request)[0])
    kinds = [row['kind'] for row in persist.catalogue.changes()]
    same(how_often(4, 100), kinds.count('use'))


if __name__ == '__main__':
    run_claims()
