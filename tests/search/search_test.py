#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The search service on real audio: its results, and the same results after any fault."""
import collections
import concurrent.futures
import json
import math
import os
import re
import shutil
import signal
import threading
import time

from tests.claims import BUILD, SONIC, claim, contains, how_often, run_claims, same, samples, skip, until, write_file
from tests.client import Catalogue
from tests.library.indexing import wav
from tests.kits.kits import first, ids, two_kits


def two_kits_under_kills(home):
    two_kits(home)


def everything(home, query=''):
    return home.json('search', query, '--limit', '1000')


def kill_search(home, by=signal.SIGKILL):
    """Waits first until search has lived for a while: its death would count as a failed start otherwise."""
    until(lambda: home.has_lived('search'))
    home.kill('search', by)


@claim(shares=two_kits)
def a_search_finds_every_item_of_a_library(home):
    same(sum(name.endswith(('.flac', '.wav')) for _, _, names in os.walk(home.library) for name in names), len(ids(home)))


@claim(shares=two_kits)
def filters_find_items_by_their_facts(home):
    """Compares every filter with a scan of all items."""
    items = everything(home)
    checks = {
        'class:kick': lambda i: i.get('class') == 'kick',
        'dur:<0.5s': lambda i: i['duration_s'] < 0.5,
        'channels:2': lambda i: i['channels'] == 2,
        'container:flac': lambda i: i['container'] == 'flac',
        'pack:tr808': lambda i: 'TR808' in i['pack'],
        'kind:audio -class:kick': lambda i: i['kind'] == 'audio' and i.get('class') != 'kick',
        'class:kick or class:snare': lambda i: i.get('class') in ('kick', 'snare'),
        'lufs:-20..': lambda i: i.get('lufs') is not None and i['lufs'] >= -20,
        'rate:44.1k': lambda i: i['sample_rate'] == 44100,
    }
    if 'size' in items[0]:
        checks['size:>50kB'] = lambda i: i['size'] > 50000
    for query, check in checks.items():
        same(sum(map(check, items)), len(ids(home, query)), f'for {query}')


@claim(shares=two_kits)
def an_error_shows_a_caret_under_its_place(home):
    said = home.refused('search', 'kick bmp:120')
    contains(said, 'no field "bmp" at character 6')
    contains(said, '  kick bmp:120\n       ^ did you mean bpm:?')


@claim(shares=two_kits)
def an_empty_result_explains_itself(home):
    for query, hint in (('kikc', 'did you mean kick'), ('class:snares', 'try: class:snare'),
                        ('class:oneshot', 'try: is:oneshot'), ('zzz kick', 'without zzz the rest finds'),
                        ('A minor zzz', 'try: key:~Am'), ('dur<0.5s', 'try: dur:<0.5s'), ('bpm:300', 'no item has bpm:300')):
        contains(home.loophole('search', query).out.replace('Try: ', 'try: '), hint)
    said = home.loophole('search', 'kikc', '--json')
    contains(said.err, 'did you mean kick')
    same('', said.out)
    same('unknown_word', home.ask('search.query', 'query=kikc', 'limit=1')['hints'][0]['kind'])
    same([], home.ask('search.query', 'query=kick', 'limit=1')['hints'])
    home.loophole('search', '--save', 'odd', 'class:snares')
    contains(home.loophole('search', '@odd kick').out, 'Try: class:snare kick')


@claim(shares=two_kits)
def only_a_query_that_can_be_asked_is_saved_and_its_order_with_it(home):
    home.loophole('search', '--save', 'long', 'class:kick', '--sort', '-duration_s')
    contains(home.refused('search', '--save', 'long', '(class:kick'), 'the parenthesis is not closed')
    contains(home.refused('search', '--save', 'long', '@nobody'), 'no query is saved as "nobody"')
    contains(home.refused('search', '--save', 'long', 'kick', '--sort', 'bogus'), 'bogus')
    contains(home.refused('search', '--save', 'long', 'kick', '--limit', '5'), 'only the query and --sort')
    longest = home.json('search', 'class:kick', '--sort', '-duration_s')
    shortest = home.json('search', 'class:kick', '--sort', 'duration_s')
    assert longest != shortest
    same(longest, home.json('search', '@long'))
    same(shortest, home.json('search', '@long', '--sort', 'duration_s'))
    same(longest[1], home.json('search', '@long', '--limit', '1', '--page', '2')[0])
    for history in (False, True):
        first = home.ask('search.queries', f'history={str(history).lower()}')['each']
        same(home.ask('search.queries', f'history={str(history).lower()}', 'limit=100')['each'], first)
        assert first and len(first) <= 100, first
    home.loophole('queries', 'long', '--off')


@claim(shares=two_kits)
def pages_cover_everything_once(home):
    found, cursor, more = [], [], True
    while more:
        page = home.ask('search.query', 'query=', 'sort=-duration_s', 'limit=7', *cursor)
        found += [item['media']['id'] for item in page.get('items', [])]
        more = page.get('cursor')
        cursor = [f'cursor={more}']
    same(ids(home), sorted(found))


@claim(shares=two_kits)
def facets_add_up_to_the_result(home):
    found = home.ask('search.query', 'query=', 'limit=0', 'facets=["kind","container"]')
    for facet in ('kind', 'container'):
        same(found['total'], sum(f['count'] for f in found['facets'] if f['facet'] == facet), facet)


@claim(shares=two_kits)
def sums_and_counts_of_a_result_are_those_of_its_items(home):
    """Results with all, most and few items, each with and without a hidden item."""
    id = first(home, 'snare')
    for hidden in ('false', 'true'):
        home.loophole('edit', id, f'hidden={hidden}')
        for query in ('', '-kick', 'kick', 'nothing-like-it'):
            reported = home.ask('search.query', f'query={query}', 'limit=512', 'facets=["kind","class"]')
            items = everything(home, query)
            for facet in ('kind', 'class'):
                counts = dict(collections.Counter(item[facet] for item in items if item.get(facet)))
                same(counts, {f['value']: f['count'] for f in reported['facets'] if f['facet'] == facet}, (query, hidden, facet))
            seconds = sum(item.get('duration_s') or 0 for item in items)
            same(len(items), reported['total'], (query, hidden))
            assert abs(reported['seconds'] - seconds) < 1e-3, (query, hidden, reported['seconds'], seconds)
    home.loophole('edit', id, 'hidden=false')


@claim(shares=two_kits)
def an_acknowledged_edit_is_found_by_the_next_query(home):
    id = first(home, 'kick')
    for n in range(1, 31):
        home.loophole('tag', id, f'+now{n}')
        same(id, first(home, f'tag:now{n}'), f'after tag {n}')
    home.loophole('tag', id, '-now7')
    same([], ids(home, 'tag:now7'))
    home.loophole('edit', id, 'bpm=123.5')
    same(id, first(home, 'bpm:123.5'))


@claim(shares=two_kits)
def a_hidden_item_is_left_out_unless_it_is_asked_for(home):
    id, before = first(home, 'snare'), ids(home)
    home.loophole('edit', id, 'hidden=true')
    same(len(before) - 1, len(ids(home)))
    same(id, first(home, 'is:hidden'))
    home.loophole('edit', id, 'hidden=false')
    same(before, ids(home))


@claim(shares=two_kits)
def items_like_an_item_come_nearest_first_without_the_item(home):
    id = first(home, 'kick')
    found = home.json('similar', id, '--limit', '10')
    distances = [item['distance'] for item in found]
    assert len(found) == 10 and distances == sorted(distances) and id not in [item['id'] for item in found], found


@claim(shares=two_kits)
def weights_of_a_likeness_are_factors_or_percent(home):
    item = ids(home, 'class:kick')[0]
    factors, percent = (home.json('similar', item, '--aspect', weights) for weights in
                        ('timbre=0.5,rhythm=2,pitch=0', 'timbre=50%,rhythm=200%,pitch=0%'))
    same(factors, percent)
    assert factors != home.json('similar', item)
    contains(home.refused('similar', item, '--aspect', 'timbre=half'), 'is not a number')


@claim(shares=two_kits)
def a_likeness_has_directions_in_shares_of_the_spread(home):
    items = {item['id']: item for item in everything(home)}
    kick = min((one for one in items.values() if one.get('class') == 'kick' and 'centroid_hz' in one), key=lambda one: one['centroid_hz'])['id']
    all_like_it = [item['id'] for item in home.json('similar', kick, '--limit', '1000')]
    answer = json.loads(home.loophole('ask', 'search.similar', f'id={kick}', 'directions=true', 'limit=1').out)
    directions = {one['name']: one for one in answer['directions']}
    for name, value in (('bright', lambda one: one['centroid_hz']), ('length', lambda one: one['duration_s']),
                        ('loud', lambda one: one['lufs']), ('punchy', lambda one: one['peak_dbfs'] - one['lufs'])):
        of = directions[name]
        scale = math.log2 if of['octaves'] else float
        known = {id: scale(value(one)) for id, one in items.items() if id in all_like_it and one.get('lufs') is not None}
        ranked = sorted([*known.values(), scale(value(items[kick]))])
        assert abs(scale(of['value']) - scale(value(items[kick]))) < 1e-3, of
        assert abs(of['spread'] - (ranked[(len(ranked) - 1) * 9 // 10] - ranked[len(ranked) // 10])) < 0.02 * of['spread'], (of, len(ranked))
        for share in (.25, -.1):
            bound = scale(of['value']) + share * of['spread']
            wanted = [id for id in all_like_it if id in known and (known[id] > bound if share > 0 else known[id] < bound)]
            same(wanted, [item['id'] for item in home.json('similar', kick, '--more', f'{name}={share}', '--limit', '1000')], name)
    both = [item['id'] for item in home.json('similar', kick, '--more', 'bright=.2,length=-10%', '--limit', '1000')]
    parts = [{item['id'] for item in home.json('similar', kick, '--more', more, '--limit', '1000')} for more in ('bright=.2', 'length=-.1')]
    same([id for id in all_like_it if id in parts[0] & parts[1]], both)
    contains(home.refused('similar', kick, '--more', 'bright=2'), 'bright')
    contains(home.refused('similar', kick, '--more', 'wide=1'), 'wide')


@claim(shares=two_kits)
def a_file_outside_the_library_is_analysed_on_the_fly(home):
    haus = samples('bd_haus.flac', 1, SONIC)
    if not haus:
        skip('sonic-pi-samples is not there')
    same(3, len(home.json('similar', haus[0], '--limit', '3')))
    kick = home.first('search', 'kick', '--limit', '1')
    shutil.copy(kick['path'], home.file('copy.flac'))
    same(kick['id'], home.first('similar', home.file('copy.flac'), '--limit', '1')['id'])
    home.refused('similar', '/etc/passwd')
    same([], ids(home, 'name:bd_haus'))


@claim(shares=two_kits_under_kills)
def a_stopped_search_maps_its_file_again(home):
    before = ids(home)
    kill_search(home, signal.SIGTERM)
    same(before, ids(home))
    contains('\n'.join(home.log('search').splitlines()[-20:]), "the index's file is at revision")


@claim(shares=two_kits_under_kills)
def a_killed_search_answers_again_and_the_same(home):
    before = ids(home)
    for n in (1, 2, 3):
        home.loophole('tag', first(home, 'kick'), f'+killed{n}')
        kill_search(home)
        same(before, ids(home))
        same(1, len(ids(home, f'tag:killed{n}')))


@claim(shares=two_kits_under_kills)
def a_damaged_file_is_thrown_away_and_made_again(home):
    before, index = ids(home), home.file('cache/search.index')
    kill_search(home, signal.SIGTERM)
    kill_search(home)  # it leaves the file of its predecessor
    if not os.path.exists(index) or not os.path.getsize(index):
        skip('no file was written')
    write_file(index + '.damaged', os.urandom(20000))
    os.rename(index + '.damaged', index)
    kill_search(home)
    same(before, ids(home))


@claim
def a_search_is_answered_while_a_client_changes_thousands_of_items_without_pause(home):
    """A search finds the changes before it, and does not wait for those after it."""
    home.up()
    client, ended = home.client(), threading.Event()
    catalogue = Catalogue(client)
    items = [one['id'] for one in catalogue.batch(*[catalogue.place(b'%d.wav' % number) for number in range(4096)])]
    own = catalogue.put(b'own.wav')

    def send_applies():
        sender, on, sent = home.client(), True, 0
        while not ended.is_set():
            on = not on
            actions = [{'edit': {'id': id, 'hidden': on, 'notes': 'n' * 200}} for id in items]
            sender.must('persist.apply', {'label': 'All', 'scope': '', 'actions': actions}, budget_ms=120000)
            sent += 1
        return sent

    with concurrent.futures.ThreadPoolExecutor() as beside:
        sending = beside.submit(send_applies)
        try:
            for number in range(how_often(20, 200)):
                client.must('persist.put_media', {'edit': {'id': own, 'name': f'own {number}'}})
                found = client.must('search.query', {'query': f'"own {number}"', 'limit': 5})['items']
                same([own], [one['media']['id'] for one in found])
        finally:
            ended.set()
        assert sending.result() > 2


@claim
def an_index_without_room_is_reported_with_what_to_do_and_comes_back(home):
    """A hundred thousand made-up items, first with less memory than they need, then without a limit."""
    if os.environ.get('SANITIZED'):
        skip('a sanitizer takes more memory than any limit allows')
    home.settings('[limits]\ndata_mb = 40\n')
    home.run(BUILD + '/bench_make', '100000', '1')
    home.up()
    until(lambda: 'data_mb in the section [limits]' in home.loophole('search', 'kick', code=None).all)
    contains(home.loophole('status').out, "search: the index cannot follow the catalogue")
    home.run('prlimit', '--pid', str(home.pid('search')), '--data=unlimited:')
    until(lambda: ' of 100000' in home.loophole('search', '', '--limit', '1', code=None).all)


@claim
def how_many_of_the_nearest_are_found_is_measured(home):
    """Made-up items, more than are all measured at each search. The check waits until no client asks."""
    home.run(BUILD + '/bench_make', '24000', '1', 'vectors')
    home.up()
    client, searches = home.client(), []

    def status_after_a_search():
        searches.append('made')  # on a slow machine its check may come after the next one
        error, _ = client.ask('search.similar', {'id': item, 'limit': 50, 'weights': {'pitch': 0.0}})
        same('ok', error)
        end = time.monotonic() + 2
        while 'recall' not in (status := client.ask('search.status')[1]) and time.monotonic() < end:
            time.sleep(0.05)
        return status if 'recall' in status else None

    until(lambda: client.ask('search.query', {'query': '', 'limit': 1})[1].get('total') == 24000)
    item = client.ask('search.query', {'query': '', 'limit': 1})[1]['items'][0]['media']['id']
    assert 'recall' not in client.ask('search.status')[1], 'no search was measured yet'
    status = until(status_after_a_search)
    assert 1 <= status['recall_checks'] <= len(searches), (status, searches)
    assert 0.9 < status['recall'] <= 1, status['recall']
    said = re.search(r'of the nearest are found \(measured with (\d+) search(?:es)?\)', home.loophole('doctor', code=None).out)
    assert said and 1 <= int(said[1]) <= len(searches), (said, searches)


@claim
def quotation_marks_make_a_phrase_and_an_empty_result_speaks_in_the_units_of_its_clause(home):
    for name in ('Dark Kick', 'Kick Dark'):
        wav(home.file(f'library/{name}.wav'), 300)
        os.utime(home.file(f'library/{name}.wav'), (1.6e9, 1.6e9))
    home.index_library()
    for query in ('"dark kick"', '“dark kick”', 'name:“dark kick”'):
        same(['Dark Kick'], [item['name'] for item in everything(home, query)], query)
    for query, said in (('modified:1d', ' y to '), ('size:>3GB', ' KiB to '), ('dur:>2h', ' s to '), ('rate:7', 'from 22050 to 22050')):
        contains(home.loophole('search', query).out, said)
        assert 'e+' not in home.loophole('search', query).out


@claim(shares=two_kits_under_kills)
def a_new_file_is_found_and_a_removed_library_is_gone(home):
    shutil.copy(samples('*kick*', 1, home.library + '/TR808EmulationKit')[0], home.library + '/Brandnew.flac')
    home.loophole('index', home.library, '--wait')
    until(lambda: len(ids(home, 'brandnew')) == 1)
    home.loophole('library', 'remove', home.library)
    until(lambda: ids(home) == [])


run_claims()
