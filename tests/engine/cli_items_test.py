#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""How the command line changes items: their names, one item or many, tags, facts, undo."""
import os
import re
import shutil

from tests.claims import claim, contains, run_claims, same, skip, until
from tests.engine.cli_library import library, search
from tests.client import Catalogue, Client


@claim(inside=library)
def an_edit_and_its_undo_meet_in_the_middle(home):
    id = search(home, 'amen')

    def shown(key):
        return home.first('show', id).get(key, '')

    home.loophole('edit', id, 'notes=a famous break', 'bpm=137')
    same('a famous break', shown('notes'))
    same(137, shown('bpm'))
    same('user', shown('bpm_source'))
    same(id, home.first('search', 'bpm:137')['id'])
    home.loophole('undo')
    same('', shown('notes'))
    home.loophole('redo')
    same('a famous break', shown('notes'))


@claim(inside=library)
def a_tag_may_begin_with_a_dash(home):
    id = search(home, 'amen')
    home.loophole('tag', id, '+warm', '+break')
    same(id, home.first('search', 'tag:warm', 'tag:break')['id'])
    home.loophole('tag', id, '-warm', '--json')
    same(['break'], home.first('show', id)['tags'])
    same([], home.json('search', '-tag:break', 'amen'))


@claim(inside=library)
def an_edit_of_an_old_revision_is_a_conflict(home):
    id = search(home, 'amen')
    revision = str(home.first('show', id)['revision'])
    home.loophole('edit', id, 'name=first', '--expect', revision)
    home.loophole('edit', id, 'name=second', '--expect', revision, code=14)
    same('first', home.first('show', id)['name'])


@claim(inside=library)
def a_request_that_is_repeated_changes_nothing(home):
    id = search(home, 'amen')
    once = ('tag', id, '+once', '--request-id', '01J8ZZZZZZZZZZZZZZZZZZZZZZ')
    first = home.json(*once)
    home.loophole('tag', id, '-once')
    same(first, home.json(*once))
    same([], home.first('show', id)['tags'])


@claim(inside=library)
def an_item_is_named_by_id_path_or_query(home):
    id, other = search(home, 'amen'), search(home, 'class:kick')
    home.folder = home.library
    similar = home.first('similar', id, '--limit', '1')['id']
    for name in (id, home.library + '/loop_amen.flac', 'loop_amen.flac', './loop_amen.flac', 'loop_amen', 'name:loop_amen',
                 'path:/loop_amen'):
        same(id, home.first('show', name, '--fields', 'id')['id'], f'by {name}')
        same(similar, home.first('similar', name, '--limit', '1')['id'])
        for command in (['artefact', name, 'onsets'], ['favourite', name], ['favourite', name, '--off'],
                        ['tag', name, '+x', '+y'], ['tag', name, '-x', '-y'], ['edit', name, 'bpm=137'],
                        ['unlike', name, other], ['unlike', name, other, '--off']):
            home.loophole(*command)
    same(id, home.first('show', 'amen', 'loop')['id'])
    contains(home.loophole('show', 'class:kick').all, 'items match; the first is used. Choose another by its id or path')
    assert 'id' in home.first('similar', '--like', 'amen', '--limit', '1')
    contains(home.refused('show', id, other), 'expected one id or path')
    contains(home.refused('show', 'zzz'), 'nothing matches "zzz"')
    contains(home.refused('tag', 'zzz', '+x'), 'nothing matches "zzz"')
    contains(home.refused('unlike', 'class:kick', 'amen'), 'matches')
    os.rename(home.library + '/loop_amen.flac', home.file('gone.flac'))  # out of the library: no scan follows it
    same(id, home.first('show', 'loop_amen.flac')['id'], 'of a file that has gone')


@claim(inside=library)
def many_items_are_changed_only_with_all_or_a_limit(home):
    def count(query):
        return len(home.json('search', query))

    kicks = count('class:kick')
    assert kicks > 2, f'only {kicks} kicks'
    contains(home.refused('tag', 'class:kick', '+mine'), f'matches {kicks} items')
    same(0, count('tag:mine'))
    contains(home.loophole('tag', 'class:kick', '--all', '+mine', '-kept').all,
             f'done: {kicks} items; `loophole undo` reverts it')
    same(kicks, count('tag:mine'))
    contains(home.loophole('undo').all, f'undone: Tag {kicks} items ({kicks} changes)')
    same(0, count('tag:mine'))
    contains(home.loophole('redo').all, f'redone: Tag {kicks} items')
    same(kicks, count('tag:mine'))
    home.loophole('tag', 'tag:mine', '--limit', '2', '-mine')
    same(kicks - 2, count('tag:mine'))
    id, path = search(home, 'amen'), home.first('search', 'class:kick', '--limit', '1')['path']
    same(2, home.first('tag', id, path, '+pair')['items'])
    same(2, count('tag:pair'))
    contains(home.refused('tag', id, 'class:kick', '+z'), 'neither an id nor the path of a known file')
    contains(home.refused('tag', id, path, '+z', '--expect', '1'), 'for one item')
    home.loophole('edit', 'class:kick', '--all', 'bpm=99', 'notes=all')
    same(kicks, count('bpm:99'))
    home.loophole('hide', 'class:kick', '--all')
    same(0, count('class:kick'))
    home.loophole('hide', 'is:hidden', '--all', '--off')
    home.loophole('favourite', 'class:kick', '--all')
    same(kicks, count('is:favourite'))


@claim(inside=library)
def a_limit_of_zero_names_no_item(home):
    for words in (('tag', '+none', '--all'), ('forget', '--yes'), ('send', home.file('card'))):
        contains(home.refused(words[0], 'class:kick', *words[1:], '--limit', '0'), '--limit 0 selects no item')
    same([], home.json('search', 'tag:none'))


@claim(inside=library)
def a_hidden_item_is_shown_again_by_the_query_that_hid_it(home):
    kicks = len(home.json('search', 'class:kick'))
    home.loophole('hide', 'amen')
    contains(home.refused('tag', 'amen', '+x'), '1 hidden item matches; try: (amen) is:hidden')
    said = home.loophole('hide', 'amen or class:kick', '--all', '--off').out  # means hidden items alone
    contains(said, search(home, 'amen') + ' is at revision')
    home.loophole('tag', 'amen', '+x')
    same(kicks, len(home.json('search', 'class:kick')))
    contains(home.refused('hide', 'amen', '--off'), 'nothing matches')


@claim(inside=library)
def a_forgotten_item_is_brought_back_by_its_id_which_the_error_says(home):
    id = search(home, 'amen')
    home.loophole('forget', 'amen')
    contains(home.refused('forget', 'amen', '--off'), '`loophole forgotten`')
    home.loophole('forget', id, '--off')
    same(id, search(home, 'amen'))


@claim(inside=library)
def a_fact_of_a_person_cannot_have_the_name_of_a_key_of_each_item(home):
    id = search(home, 'amen')
    for key in ('tags', 'path', 'frames', 'size', 'bpm_source', 'bpm_confidence'):
        contains(home.refused('edit', id, key + '=7'), f'"{key}" is a field of each item')
    contains(home.refused('edit', id, 'tags=7'), '`loophole tag ')
    home.loophole('edit', id, '--any', 'origin_source=7', 'size=')
    line = home.loophole('show', id, '--json').out
    same(1, line.count('"origin_source":'))
    Client(home.path).must('persist.put_media', {'edit': {'id': id, 'facts': [
        {'attribute': name, 'number': 7.0, 'confidence': 1.0, 'source': 'user', 'shown': True} for name in ('size', 'bpm_source')]}})
    until(lambda: home.first('show', id).get('fact_bpm_source') == 7)
    line = home.loophole('show', id, '--json').out
    same((1, 1), (line.count('"bpm_source":'), line.count('"fact_size":')))


@claim(inside=library)
def items_are_found_by_their_library_their_volume_and_a_pasted_path(home):
    usb = home.file('usb')
    os.makedirs(usb + '/Deep/Kicks')
    shutil.copy(home.library + '/loop_amen.flac', usb + '/Deep/Kicks/far.flac')
    home.loophole('index', usb, '--wait')
    ids = lambda *query: sorted(line['id'] for line in home.json('search', *query, '--limit', '1000', '--fields', 'id'))
    far, all_of = ids('name:far'), ids('')
    same(1, len(far))
    for query in ('library:usb', 'library:' + usb, usb, usb + '/', f'path:{usb}', f'"{usb}/Deep"', f'under:{usb}/Deep/Kicks',
                  f'{usb}/Deep/Kicks/far.flac', f'{usb} amen or far'):
        same(far, ids(query), query)
    same([], ids('library:nosuch'))
    same([], ids(f'under:{usb}/Deeper'))
    same(sorted(set(all_of) - set(far)), ids('-library:usb'))
    contains(home.refused('search', 'under:Deep'), 'is not an absolute path')
    contains(home.loophole('search', '', '--facets', 'library', '--limit', '0').out, 'library:usb  1\n')
    volume = home.json('search', 'far', '--facets', 'volume', '--limit', '0')[0]
    same(('volume', 1), (volume['facet'], volume['count']))
    assert set(far) <= set(ids(f'volume:"{volume["value"]}"'))
    complete = lambda query: home.ask('search.complete', 'query=' + query)['each']
    same(['library:usb'], complete('library:us'))
    same([f'under:{usb}/Deep'], complete(f'under:{usb}/D'))


@claim(inside=library)
def a_fact_that_no_query_knows_is_refused_with_a_near_word(home):
    id = search(home, 'amen')
    for fact, hint in (('nome=x', 'did you mean name=?'), ('ratting=5', 'did you mean rating=?'), ('tag=warm', '`loophole tag '),
                       ('Name=Big kick', 'did you mean name=?'), ('stars=5', 'did you mean rating=?'), ('clas=kick', 'class=?')):
        contains(home.refused('edit', id, fact), hint)
        contains(home.refused('edit', id, 'bpm=120', fact), hint)
    assert home.first('show', id).get('bpm') != 120
    home.loophole('edit', id, '--any', 'mood=happy')
    same('happy', until(lambda: home.first('show', id).get('mood')))
    home.loophole('edit', id, 'mood=')
    until(lambda: not home.first('show', id).get('mood'))


@claim(inside=library)
def a_word_of_digits_stays_as_it_was_typed(home):
    id = search(home, 'amen')
    words = {'class': '808', 'genre': '090', 'artist': '1e3', 'bank': '0808', 'sysex': '0x10'}
    numbers = {'bpm': '137', 'gain_db': '-3.5', 'punch': '0.5', 'low': '0', 'far': '1e3'}
    home.loophole('edit', id, '--any', *(f'{key}={value}' for key, value in (words | numbers).items()))
    shown = until(lambda: (one := home.first('show', id)).get('class') == '808' and one)
    same((words, {key: float(value) for key, value in numbers.items()}),
         tuple({key: shown[key] for key in given} for given in (words, numbers)))
    same(id, search(home, 'class:808'))
    same(id, search(home, 'genre:090'))


@claim(inside=library)
def show_names_the_item_that_is_not_alike_and_no_format_of_a_file_without_one(home):
    id, other = search(home, 'amen'), search(home, 'kick')
    home.loophole('unlike', id, other)
    assert re.search(f'^  unlike +{other} +user', home.loophole('show', id).out, re.M)
    with open(home.library + '/broken.wav', 'wb') as out:
        out.write(b'x')
    home.loophole('index', home.library, '--wait')
    assert re.search('^  format +not known$', home.loophole('show', home.library + '/broken.wav').out, re.M)


@claim(inside=library)
def an_item_that_refuses_a_change_refuses_it_for_all(home):
    ids = [line['id'] for line in home.json('search', 'class:kick')]
    home.loophole('tag', ids[-1], *(f'+t{n}' for n in range(256)))
    contains(home.refused('tag', 'class:kick', '--all', '+one'), 'the item would have 257 tags')
    same([], home.json('search', 'tag:one'))


@claim(inside=library)
def a_clause_with_an_equals_sign_belongs_to_the_query(home):
    short = len(home.json('search', 'class:kick', 'dur:<=60s'))
    assert short > 2, f'only {short} short kicks'
    contains(home.loophole('edit', 'class:kick', 'dur:<=60s', '--all', 'bpm=120').all, f'done: {short} items')
    changed = home.json('search', 'bpm:120')
    same(short, len(changed))
    assert 'dur:<' not in str(changed), 'the clause became a fact'
    contains(home.refused('edit', 'class:kick', 'dur:<=0.001s', '--all', 'bpm=121'), 'nothing matches')
    contains(home.refused('edit', 'class:kick', '--all', 'bpm=121', 'dur:<=60s'), 'is not KEY=VALUE')
    contains(home.refused('edit', 'class:kick', 'dur:<=60s', '--all'), 'is not KEY=VALUE')
    odd = home.file('a=b.wav')  # no scan finds it
    with open(odd, 'wb'):
        pass
    contains(home.refused('edit', home.library + '/loop_amen.flac', odd, 'bpm=121'), 'no media item')
    same([], home.json('search', 'bpm:121'))


@claim(inside=library)
def a_part_of_a_query_removes_no_tag(home):
    home.loophole('tag', 'class:kick', '--all', '+loop')
    for words in ('-is:loop', '-dur:<1s', '--al', '--short', '--limi=3'):
        contains(home.refused('tag', 'class:kick', words, '--all', '+brief'), f'"{words}"')
    contains(home.refused('tag', 'class:kick', '-is:loop', '--all', '+brief'),
             "put the whole query in quotes: loophole tag 'snare -is:loop' --all +short")
    contains(home.refused('tag', 'class:kick', '-loop', '--all', '+brief'), 'put the whole query in quotes')
    contains(home.refused('tag', 'class:kick', '--limit', '2', '-loop', '+brief'), 'put the whole query in quotes')
    contains(home.refused('tag', 'class:kick', '-is:loop', '--all', '+brief', '--json'), '"error":"bad_request"')
    same([], home.json('search', 'tag:brief'))
    same(len(home.json('search', 'class:kick')), len(home.json('search', 'tag:loop', 'class:kick')))
    id = search(home, 'amen')
    home.loophole('tag', id, '--', '+-al', '+a:b')  # tags that look like options
    same(['-al', 'a:b'], home.first('show', id)['tags'])
    home.loophole('tag', id, '--', '--al', '-a:b')
    same([], home.first('show', id)['tags'])
    home.loophole('tag', id, '-loop', '+brief')  # for a single item the order of arguments is free
    home.loophole('tag', 'class:kick -tag:none', '--all', '+brief', '-loop')
    same([], home.json('search', 'tag:loop'))


@claim(inside=library)
def a_take_is_deleted_by_its_id_or_path(home):
    said = home.refused('record', 'delete', 'amen')
    contains(said, '"amen" is neither an id nor the path of a known file')
    contains(said, 'give an id or a path')
    contains(home.refused('record', 'delete', search(home, 'amen')), 'not')
    contains(home.refused('record', 'delete', home.library + '/loop_amen.flac'), 'not')
    assert os.path.isfile(home.library + '/loop_amen.flac')


@claim
def more_items_than_undo_reaches_are_changed_only_when_their_number_is_named(home):
    home.up()
    catalogue, count = Catalogue(home.client()), 10001
    for first in range(0, count, 2000):
        got = catalogue.batch(*[catalogue.place(b'tone %d.wav' % n) for n in range(first, min(first + 2000, count))])
        assert all(one['error'] == 'ok' for one in got), got[:3]

    def total(query):
        return home.ask('search.query', f'query={query}', 'limit=0')['total']

    until(lambda: total('tone') == count)
    said = home.refused('tag', 'tone', '--all', '+x')
    contains(said, '10001 items match; at most 10000 changes can be undone')
    contains(said, '--limit 10001 changes all')
    same(0, total('tag:x'))
    contains(home.loophole('tag', 'tone', '--limit', '10001', '+x').all,
             '`loophole undo --times 2` reverts the last of these changes')
    until(lambda: total('tag:x') == count)
    contains(home.refused('undo', '--to', '1'), 'no longer kept')
    contains(home.loophole('undo', '--to', '4097').all, 'undone: 2 steps, 5905 changes')
    until(lambda: total('tag:x') == 4096)
    same(['Tag 1809 of 10001 items', 'Tag 4096 of 10001 items'],
         [one['label'] for one in home.json('undo', 'list', '--limit', '2')])
    contains(home.loophole('tag', 'tone', '--limit', '9000', '+y').all, 'done: 9000 items; `loophole undo` reverts it')
    contains(home.loophole('undo').all, 'undone: Tag 9000 items (9000 changes)')
    until(lambda: total('tag:y') == 0)
    contains(home.refused('hide', 'tag:x', '--all'), '4096 items would change: more than 100 need --yes')
    contains(home.loophole('hide', 'tag:x', '--all', '--yes').all, 'done: 4096 items')


@claim(inside=library)
def a_heard_tag_is_denied_for_each_of_many(home):
    facets = home.json('search', '', '--facets', 'tag', '--limit', '0')
    if not facets or not facets[0].get('value'):
        skip('no tag was heard')
    heard = facets[0]['value']
    home.loophole('tag', f'tag:{heard}', '--all', f'-{heard}')
    same([], home.json('search', f'tag:{heard}'))


@claim(inside=library)
def a_followed_move_is_listed_and_taken_back_for_good(home):
    id, old, new = search(home, 'amen'), home.library + '/loop_amen.flac', home.library + '/pack/moved.flac'
    home.loophole('tag', id, '+mine')

    def rescan():
        home.loophole('library', 'rescan', home.library, '--wait')

    os.rename(old, new)
    rescan()
    until(lambda: home.first('show', id).get('path') == new)
    move = home.first('moves')
    same([id, old, new, False], [move[key] for key in ('id', 'from', 'to', 'undone')])
    same('Tag +mine'.lower(), home.first('undo', 'list')['label'])  # a followed move is not a step of the catalogue
    contains(home.loophole('moves', '--undo', str(move['step'])).all, 'undone: ')
    same(['missing', old], [home.first('show', id)[key] for key in ('availability', 'path')])
    rescan()
    until(lambda: home.json('search', 'path:moved'))
    assert home.first('search', 'path:moved')['id'] != id, 'the move was followed again'
    same(['mine'], home.first('show', id)['tags'])
    assert home.first('moves')['undone']
    contains(home.refused('moves', '--undo', str(move['step'])), 'is already undone')


@claim(inside=library)
def a_followed_move_is_taken_back_by_name_id_or_path(home):
    id, old, new = search(home, 'amen'), home.library + '/loop_amen.flac', home.library + '/pack/moved.flac'
    other, there = search(home, 'path:pack'), home.library + '/pack/other.flac'
    here = home.first('show', other)['path']
    os.rename(old, new)
    os.rename(here, there)
    home.loophole('library', 'rescan', home.library, '--wait')
    until(lambda: len(home.json('moves')) == 2)
    contains(home.refused('moves', '--undo', 'no such item', code=None), '"no such item" matches no followed move')
    contains(home.refused('moves', '--undo', '0'), 'steps begin with 1')
    contains(home.refused('moves', '--undo', '999'), 'there is no step 999: the newest is 2')
    contains(home.refused('moves', '--undo', '/'), '"/" matches no followed move')
    name = home.first('show', id)['name']
    contains(home.loophole('moves', '--undo', name).all, 'undone: loop_amen')
    same(old, home.first('show', id)['path'])
    for word in ('loop_amen', id, old, new):
        contains(home.refused('moves', '--undo', word), 'is already undone: step')
    home.folder = home.library + '/pack'
    contains(home.loophole('moves', '--undo', 'other.flac').all, 'undone: ')
    same(here, home.first('show', other)['path'])
    same([True, True], [move['undone'] for move in home.json('moves')])


@claim(inside=library)
def a_renamed_folder_is_one_move_and_is_taken_back_for_good(home):
    old, new = home.library + '/pack', home.library + '/renamed'
    ids = [item['id'] for item in home.json('search', 'path:pack')]
    home.loophole('tag', ids[0], '+mine')

    def shown():
        return [home.first('show', id) for id in ids]

    os.rename(old, new)
    until(lambda: all(item['path'].startswith(new + '/') for item in shown()))
    move = home.first('moves')
    same(['renamed', old, new, True, False], [move[key] for key in ('name', 'from', 'to', 'folder', 'undone')])
    same(1, len(home.json('moves')))
    contains(home.loophole('moves').out, 'renamed/')
    same('tag +mine', home.first('undo', 'list')['label'])  # plain undo leaves it alone
    contains(home.loophole('moves', '--undo', new).all, 'undone: move of the folder pack')
    until(lambda: all(item['availability'] == 'missing' and item['path'].startswith(old + '/') for item in shown()))
    for service in ('persist', 'indexer'):
        until(lambda service=service: home.has_lived(service))
        home.kill(service)
    home.loophole('library', 'rescan', home.library, '--wait')
    until(lambda: len(home.json('search', 'path:renamed')) == len(ids))
    same(set(), {item['id'] for item in home.json('search', 'path:renamed')} & set(ids))  # it is not followed again
    same(['missing', True], [shown()[0]['availability'], 'mine' in shown()[0]['tags']])
    until(lambda: all(item['analysis'] == 'done' for item in home.json('search', 'path:renamed')))
    same([True], [line['undone'] for line in home.json('moves')])
    contains(home.refused('moves', '--undo', 'renamed'), 'is already undone')


@claim(inside=library)
def undo_of_the_scope_of_moves_takes_a_renamed_folder_back_for_good(home):
    old, new = home.library + '/pack', home.library + '/renamed'
    ids = [item['id'] for item in home.json('search', 'path:pack')]

    def lie(at):
        return all(item['path'].startswith(at + '/') for item in map(lambda id: home.first('show', id), ids))

    os.rename(old, new)
    until(lambda: lie(new))
    contains(home.refused('undo'), 'nothing')  # it is no step of the catalogue
    same('move of the folder pack', home.first('undo', 'list', '--scope', 'moves')['label'])
    contains(home.loophole('undo', '--scope', 'moves').all, 'undone: move of the folder pack')
    until(lambda: lie(old))
    same({'missing'}, {home.first('show', id)['availability'] for id in ids})
    home.loophole('library', 'rescan', home.library, '--wait')
    until(lambda: len(home.json('search', 'path:renamed')) == len(ids))
    same(set(), {item['id'] for item in home.json('search', 'path:renamed')} & set(ids))  # it is not followed again
    same([True], [line['undone'] for line in home.json('moves')])
    os.rename(new, old)  # a person puts the folder back
    until(lambda: {home.first('show', id)['availability'] for id in ids} == {'local'})


@claim(inside=library)
def saved_queries_and_undone_items_are_shown_by_name(home):
    contains(home.loophole('search', 'kick', '--save', 'mine').all, '@mine')
    contains(home.loophole('queries', 'mine', '--off').all, '@mine')
    assert '0000000' not in home.loophole('search', 'kick', '--save', 'mine').out
    home.loophole('tag', home.library + '/loop_amen.flac', '+x')
    contains(home.loophole('undo').all, 'undone: loop_amen ')
    contains(home.loophole('redo').all, 'redone: loop_amen ')


run_claims()
