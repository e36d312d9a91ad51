#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""What front-ends with long lists ask of search: rows from any offset, folders, grids, many artefacts, peaks of a range."""
import os

import msgpack
from tests.claims import claim, contains, run_claims, same
from tests.client import Client
from tests.library.indexing import wav
from tests.kits.kits import two_kits


def listing(home):
    two_kits(home)


def client_of(home):
    return Client(home.path)


def ids_of(found):
    return [one['media']['id'] for one in found.get('items', [])]


@claim(shares=listing)
def each_order_has_the_same_rows_from_an_offset_as_page_by_page(home):
    search = client_of(home)
    for query in ('', 'kick', 'class:snare or class:kick'):
        for sort in ('', 'name', '-name', 'duration_s', '-bpm', 'key', '-class', 'id', '-id', 'pack'):
            whole, cursor = [], ''
            while True:
                page = search.must('search.query', {'query': query, 'sort': sort, 'limit': 7, 'cursor': cursor})
                whole += ids_of(page)
                cursor = page['cursor']
                if not cursor:
                    break
            for offset in (0, 1, len(whole) // 2, len(whole) - 3, len(whole), len(whole) + 100):
                page = search.must('search.query', {'query': query, 'sort': sort, 'limit': 5, 'offset': offset})
                same(whole[offset:offset + 5], ids_of(page), f'{query!r} by {sort!r} from {offset}')
                same(len(whole), page['total'])


@claim(inside=lambda home: _Own(home))
def a_number_given_as_a_class_or_an_artist_is_a_text(home):
    search = client_of(home)

    def by_class():
        return ids_of(search.must('search.query', {'sort': '+class', 'limit': 1000}))

    def found(query):
        return ids_of(search.must('search.query', {'query': query}))
    before = by_class()
    last = found('class:snare')[0]
    texts = {'class': '808', 'artist': '311', 'album': '1989', 'genre': '90', 'title': '10538'}
    facts = [{'attribute': name, 'source': 'user', 'confidence': 1.0, 'shown': True, 'number': float(text)}
             for name, text in texts.items()]
    search.must('persist.put_media', {'edit': {'id': last, 'facts': facts}})
    for query in ('class:808', 'artist:311', 'album:1989', 'genre:90', 'label:10538', 'label:311'):
        same([last], found(query), query)
    assert last not in found('class:snare')
    counts = search.must('search.query', {'facets': ['class']})['facets']
    same([1], [one['count'] for one in counts if one['value'] == '808'])
    same([last] + [id for id in before if id != last], by_class())
    home.loophole('undo')
    two = [{'attribute': name, 'source': 'user', 'confidence': 1.0, 'shown': True, 'text': 'Quiet Dub; Ambient'} for name in ('genre', 'artist')]
    search.must('persist.put_media', {'edit': {'id': last, 'facts': two}})
    for query in ('genre:ambient', 'genre:"=Ambient"', 'artist:"=quiet dub"'):
        same([last], found(query), query)
    home.loophole('undo')
    same((before, []), (by_class(), found('class:808')))


@claim(inside=lambda home: _Own(home))
def the_exact_form_of_a_value_finds_what_is_counted_of_it(home):
    search = client_of(home)
    packs = ['Drums', 'Drumstick Vol 1', 'Big Drums', 'Drums']
    items = ids_of(search.must('search.query', {'limit': len(packs)}))
    for id, pack in zip(items, packs):
        genre = {'attribute': 'genre', 'source': 'user', 'confidence': 1.0, 'shown': True, 'text': pack}
        search.must('persist.put_media', {'edit': {'id': id, 'pack': pack, 'facts': [genre]}})
    for one in search.must('search.query', {'facets': ['pack', 'genre']})['facets']:
        found = search.must('search.query', {'query': f'{one["facet"]}:"={one["value"]}"', 'limit': 0})['total']
        same(one['count'], found, one['value'])
    same(sorted([items[0], items[3]]), sorted(ids_of(search.must('search.query', {'query': 'pack:"=drums"'}))))
    same(sorted(items), sorted(ids_of(search.must('search.query', {'query': 'pack:drums'}))))
    hints = search.must('search.query', {'query': 'pack:"=Drum"'})['hints']
    contains(str(hints[0]['near']), 'Drums')


@claim(shares=listing)
def the_cursor_of_a_page_at_an_offset_goes_on(home):
    search = client_of(home)
    page = search.must('search.query', {'sort': 'name', 'limit': 4, 'offset': 10})
    after = search.must('search.query', {'sort': 'name', 'limit': 4, 'cursor': page['cursor']})
    same(ids_of(search.must('search.query', {'sort': 'name', 'limit': 4, 'offset': 14})), ids_of(after))
    same('bad_request', search.ask('search.query', {'offset': 1, 'sort': 'name', 'cursor': page['cursor']})[0])


@claim(inside=lambda home: _Own(home))
def a_page_of_another_revision_says_that_rows_moved(home):
    search = client_of(home)
    page = search.must('search.query', {'sort': 'name', 'limit': 3, 'offset': 5})
    assert not search.must('search.query', {'sort': 'name', 'limit': 3, 'offset': 8, 'revision': page['revision']})['moved']
    first = search.must('search.query', {'sort': 'name', 'limit': 1, 'offset': 0})['items'][0]['media']['id']
    search.must('persist.put_media', {'edit': {'id': first, 'name': 'zzzz'}})
    moved = search.must('search.query', {'sort': 'name', 'limit': 3, 'offset': 4, 'revision': page['revision']})
    same((True, ids_of(page)), (moved['moved'], ids_of(moved)))
    last = search.must('search.query', {'sort': '-name', 'limit': 1, 'offset': 0})
    same([first], ids_of(last))


class _Own:
    """A home of its own with the two kits."""

    def __init__(self, home):
        self.home = home

    def __enter__(self):
        two_kits(self.home)
        return self.home

    def __exit__(self, *what):
        self.home.stop()


def tree_of(home):
    """For each folder of the library, its path and the number of files in it and below."""
    counts = {}
    for root, _, names in os.walk(home.library):
        sounds = sum(name.endswith(('.flac', '.wav')) for name in names)
        while root.startswith(home.library):
            counts[root] = counts.get(root, 0) + sounds
            root = os.path.dirname(root)
    return counts


@claim(shares=listing)
def folders_have_the_counts_of_the_disk(home):
    search = client_of(home)
    counts = tree_of(home)
    library = search.must('search.folders')['each']
    same([home.library.encode()], [one['name'] for one in library])
    same(counts[home.library], library[0]['items'])
    inside = search.must('search.folders', {'folder': library[0]['id']})['each']
    same({name: counts[os.path.join(home.library, name)] for name in os.listdir(home.library)},
         {os.fsdecode(one['name']): one['items'] for one in inside})
    for one in inside:
        same(one['items'], search.must('search.query', {'folder': one['id'], 'limit': 0})['total'])
        kicks = search.must('search.query', {'query': 'kick', 'folder': one['id'], 'limit': 0})['total']
        reported = {each['id']: each['items'] for each in
                search.must('search.folders', {'folder': library[0]['id'], 'query': 'kick'}).get('each', [])}
        same(kicks, reported.get(one['id'], 0))
    same('not_found', search.ask('search.folders', {'folder': bytes(15) + b'1'})[0])


@claim(shares=listing)
def a_grid_counts_what_queries_of_its_cells_find(home):
    search = client_of(home)
    for query, rows, columns in (('', 'family', 'class'), ('kick or snare', 'class', 'pack'), ('', 'pack', 'family')):
        grid = search.must('search.grid', {'query': query, 'rows': rows, 'columns': columns, 'limit': 12})
        cells = {(one['row'], one['column']): one['count'] for one in grid.get('cells', [])}
        assert cells, (rows, columns)
        for row, down in enumerate(grid['rows']):
            for column, across in enumerate(grid['columns']):
                cell = f'{rows}:"{down}" {columns}:"{across}"'
                found = search.must('search.query', {'query': f'({query}) {cell}' if query else cell, 'limit': 0})
                same(found['total'], cells.get((row, column), 0), cell)
    error, said = search.ask('search.grid', {'rows': 'family', 'columns': 'bpm'})
    same('bad_request', error, said)


@claim(inside=lambda home: _Own(home))
def a_cell_counts_although_its_row_has_many_more_values_than_the_grid(home):
    search = client_of(home)
    pack, other = search.must('search.grid', {'rows': 'pack', 'columns': 'kind'})['rows'][:2]
    for i, id in enumerate(ids_of(search.must('search.query', {'query': f'pack:"{pack}"', 'limit': 9}))):
        tags = [f't{i}x{k}' for k in range(63)] + (['zz'] if i == 0 else [f't{i}y'])
        search.must('persist.put_media', {'edit': {'id': id, 'add_tags': tags}})
    for id in ids_of(search.must('search.query', {'query': f'pack:"{other}"', 'limit': 3})):
        search.must('persist.put_media', {'edit': {'id': id, 'add_tags': ['zz']}})
    grid = search.must('search.grid', {'rows': 'pack', 'columns': 'tag', 'limit': 12})
    cells = {(grid['rows'][one['row']], grid['columns'][one['column']]): one['count'] for one in grid['cells']}
    same((1, 3), (cells.get((pack, 'zz')), cells.get((other, 'zz'))))


@claim(inside=lambda home: _Own(home))
def notes_of_very_many_words_displace_nothing_else_of_an_item(home):
    search = client_of(home)

    def total(query, **more):
        return search.must('search.query', {'query': query, 'limit': 0, **more})['total']

    all_items = total('')
    media = search.must('search.query', {'query': 'kick path:tr808', 'limit': 1})['items'][0]['media']
    fact = {'attribute': 'class', 'source': 'user', 'text': 'oddity', 'confidence': 1.0, 'shown': True}
    search.must('persist.put_media', {'edit': {'id': media['id'], 'notes': 'Q4 ' * 1333, 'add_tags': ['two words'],
                                               'facts': [fact]}})
    for query in ('tag:"two words"', 'class:oddity', 'note:q4'):
        same(1, total(query), query)
    same(all_items, total('is:local'))
    same(all_items, sum(one['items'] for one in search.must('search.folders')['each']))
    assert search.must('search.similar', {'id': media['id'], 'limit': 3})['items']
    search.must('persist.put_media', {'edit': {'id': media['id'], 'hidden': True}})
    same((all_items - 1, 1), (total(''), total('is:hidden tag:"two words" path:tr808 class:oddity')))


@claim(inside=lambda home: _Own(home))
def a_note_in_quotes_is_a_pitch_too(home):
    search = client_of(home)
    id = ids_of(search.must('search.query', {'limit': 1}))[0]
    fact = {'attribute': 'note', 'source': 'user', 'text': 'C#9', 'confidence': 1.0, 'shown': True}
    search.must('persist.put_media', {'edit': {'id': id, 'facts': [fact]}})
    for query in ('note:C#9', 'note:"C#9"'):
        same([id], ids_of(search.must('search.query', {'query': query})), query)


@claim
def an_item_far_below_its_library_is_in_it(home):
    library = home.file('outermost')
    wav(f'{library}/{"d/" * 80}a.wav', 1000)
    home.up()
    home.loophole('index', library, '--wait')
    search = client_of(home)
    listed = search.must('search.folders')['each']
    same([(library.encode(), 1)], [(one['name'], one['items']) for one in listed])
    same(1, search.must('search.query', {'query': 'path:outermost', 'limit': 0})['total'])


@claim(shares=listing)
def artefacts_come_together_and_say_what_is_missing(home):
    search = client_of(home)
    ids = ids_of(search.must('search.query', {'limit': 40}))
    strange = bytes(15) + b'1'
    found = search.must('search.get_artefacts', {'ids': ids + [strange], 'type': 'waveform'})
    same(ids + [strange], [one['id'] for one in found['each']])
    same(0, found['left'])
    for one in found['each'][:-1]:
        alone = search.must('search.get_artefact', {'id': one['id'], 'type': 'waveform'})
        same(alone['artefact']['data'], one['artefact']['data'])
    last = found['each'][-1]
    assert 'artefact' not in last and last['refused'], last


@claim(shares=listing)
def peaks_of_a_range_are_those_of_the_waveform(home):
    search = client_of(home)
    id = ids_of(search.must('search.query', {'sort': '-duration_s', 'limit': 1}))[0]
    wave = msgpack.unpackb(search.must('search.get_artefact', {'id': id, 'type': 'waveform'})['artefact']['data'], raw=False)
    finest = wave['levels'][0]
    each = wave['frames_a_bin']
    bins = len(finest['low'])
    whole = search.must('search.peaks', {'id': id, 'bins': bins // 4})
    same((wave['frames'], bins // 4, True), (whole['frames'], len(whole['low']), whole['exact']))
    part = search.must('search.peaks', {'id': id, 'from': 8 * each, 'frames': 16 * each, 'bins': 16})
    same((finest['low'][8:24], finest['high'][8:24], finest['rms'][8:24]), (part['low'], part['high'], part['rms']))
    fine = search.must('search.peaks', {'id': id, 'from': 0, 'frames': 4 * each, 'bins': 16})
    same((False, 16), (fine['exact'], len(fine['low'])))
    same(finest['high'][0], fine['high'][0])
    beyond = search.must('search.peaks', {'id': id, 'from': wave['frames'] + 5, 'bins': 10})
    same(b'', beyond.get('low', b''))


run_claims()
