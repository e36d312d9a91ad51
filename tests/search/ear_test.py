#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""What analysis reports about a library beyond single figures: duplicates, similarity to examples, tags, artefacts."""
import array
import glob
import json
import os
import re
import shutil
import subprocess

from tests.claims import DRUMKITS, SONIC, TOP, claim, contains, figure, file_text, run_claims, same, skip, until
from tests.kits.kits import first, ids

LOOP = '/loop_amen.flac'
VARIED = ('bass_hit_c', 'guit_e_fifths', 'loop_amen', 'drum_cowbell')
ARTEFACTS = ('waveform', 'loudness', 'onsets', 'beats', 'spectrum', 'spectrogram', 'embedding', 'print', 'gist')


def sounds(home):
    """An engine with two kits and five other sounds."""
    home.library = home.file('library')
    os.mkdir(home.library)
    kits = [path for pattern in ('GMRockKit/*.wav', 'GMRockKit/*.flac', 'TR808EmulationKit/*.flac')
            for path in glob.glob(f'{DRUMKITS}/{pattern}')]
    others = [f'{SONIC}/{name}.flac' for name in (*VARIED, 'ambi_choir')]
    if not kits or not all(map(os.path.exists, others)):
        skip('hydrogen-data or sonic-pi-samples is missing')
    for path in kits + others:
        shutil.copy(path, home.library)
    home.up()
    home.loophole('index', home.library, '--wait')


def variants(home):
    """The same, with variants of four sounds."""
    sounds(home)
    home.variants = home.file('variants')
    os.mkdir(home.variants)
    for name in VARIED:
        original, to = f'{home.library}/{name}.flac', f'{home.variants}/{name}'
        wave = to + '_wav.wav'
        shutil.copy(original, to + '_copy.flac')
        home.run('sox', '-V1', '-D', original, '-b', '16', wave)
        home.run('oggenc', '-Q', '-q', '4', '-o', to + '_ogg.ogg', wave)
        home.run('lame', '--quiet', '-b', '160', wave, to + '_mp3.mp3')
        home.run('sox', '-V1', '-D', wave, '-r', '32000', to + '_rate.wav', 'rate', '-h')
        home.run('sox', '-V1', '-D', wave, to + '_gain.wav', 'gain', '-9')
        home.run('sox', '-V1', '-D', wave, to + '_trim.wav', 'trim', '0.0313')
        home.run('sox', '-V1', '-D', wave, to + '_up.wav', 'speed', '100c', 'rate', '44100')
        home.run('sox', '-V1', '-D', wave, to + '_down.wav', 'speed', '-100c', 'rate', '44100')
    home.loophole('index', home.variants, '--wait')


@claim(shares=variants)
def every_way_to_store_a_sound_is_found_and_no_other_pitch(home):
    groups = home.json('duplicates')
    for name in VARIED:
        def variant(kind):
            return f'{home.variants}/{name}_{kind}.' + {'copy': 'flac', 'ogg': 'ogg', 'mp3': 'mp3'}.get(kind, 'wav')
        original = f'{home.library}/{name}.flac'
        of = {group['kind']: group for group in groups if original in group['paths']}
        same({original, variant('copy')}, set(of['same_file']['paths']), name)
        same({original, variant('copy'), variant('wav')}, set(of['same_audio']['paths']), name)
        every = {original} | {variant(kind) for kind in ('copy', 'wav', 'ogg', 'mp3', 'rate', 'gain', 'trim')}
        same(every, set(of['same_sound']['paths']), name)
        same(([], original), (of['same_file']['differs'], of['same_file']['keep']))
        same('container', of['same_audio']['differs'][0])
        assert {'sample_format', 'sample_rate', 'length', 'loudness'} <= set(of['same_sound']['differs'])
        same(original, of['same_sound']['keep'])
    for group in groups:
        assert group['keep'] in group['paths'] and len(group['paths']) == len(set(group['paths'])) > 1, group


@claim(shares=variants)
def duplicates_are_asked_for_by_kind_and_query(home):
    same({'same_file'}, {group['kind'] for group in home.json('duplicates', '--kind', 'same_file')})
    same([], home.json('duplicates', 'name:bass_hit_c', 'container:mp3'))
    same(1, len(home.json('duplicates', 'name:bass_hit_c', '-container:flac', '--kind', 'same_sound')))
    same(2, len(home.json('duplicates', '--limit', '2')))
    contains(home.refused('duplicates', '--kind', 'other'), 'same_file, same_audio or same_sound')
    contains(home.loophole('duplicates', 'name:bass_hit_c').out, 'keep    flac')


@claim(shares=variants)
def a_hidden_item_is_no_duplicate_and_a_favourite_is_kept(home):
    def same_files():
        return home.json('duplicates', '--kind', 'same_file', 'name:drum_cowbell')
    copy = home.variants + '/drum_cowbell_copy.flac'
    home.loophole('edit', copy, 'favourite=true')
    same(copy, same_files()[0]['keep'])
    home.loophole('edit', copy, 'favourite=false', 'hidden=true')
    same([], same_files())


def near(home, *args):
    return home.json('similar', *args, '--limit', '40')


def nearest(home, *args):
    return near(home, *args)[0]['id']


@claim(shares=sounds)
def a_search_uses_several_examples_and_counter_examples(home):
    a, b = [item['id'] for item in home.json('search', 'class:kick', '--limit', '2')]
    c = first(home, 'class:snare')
    both = near(home, '--like', f'{a},{b}')
    same(both, near(home, a, '--like', b))
    same((40, sorted(item['distance'] for item in both)), (len(both), [item['distance'] for item in both]))
    against = near(home, a, '--like', b, '--unlike', c)
    found = [item['id'] for item in against]
    assert not {a, b, c} & set(found), 'an example is among the results'
    assert found != [item['id'] for item in both]

    def snares(items):
        return sum(item.get('class') == 'snare' for item in items)
    assert snares(against) <= snares(both)
    home.refused('similar')
    home.refused('similar', '--like', '/etc/passwd')


@claim(shares=sounds)
def each_sound_is_on_the_side_of_one_of_two_examples(home):
    kick, snare = first(home, 'class:kick'), first(home, 'class:snare')
    sides = {item['id'] for one, other in ((kick, snare), (snare, kick))
             for item in home.json('similar', one, '--unlike', other, '--limit', '1000', '--in', 'class:snare')}
    same(set(ids(home, 'class:snare')) - {snare}, sides)


@claim(shares=sounds)
def a_marked_pair_lies_farther_apart_both_ways_until_it_is_taken_back(home):
    def distance(one, other):
        return next(item['distance'] for item in home.json('similar', one, '--limit', '1000') if item['id'] == other)
    a = first(home, 'class:kick')
    b = nearest(home, a)
    before = distance(b, a)
    home.loophole('unlike', a, b)
    assert nearest(home, a) != b, 'a marked item is still the nearest'
    for one, other in ((a, b), (b, a)):
        assert abs(distance(one, other) - 2 * before) <= 1e-4, (before, distance(one, other))
    same([b], home.first('show', a)['unlike'])
    home.loophole('undo')
    same(b, nearest(home, a))
    home.loophole('unlike', a, b)
    home.loophole('unlike', a, b, '--off')
    same(b, nearest(home, a))
    home.refused('unlike', a, a)


@claim(shares=sounds)
def hidden_items_and_the_query_hold_for_examples_too(home):
    a = first(home, 'class:kick')
    b = nearest(home, '--like', a)
    home.loophole('hide', b)
    assert b not in [item['id'] for item in near(home, '--like', a)]
    home.loophole('hide', b, '--off')
    same(b, nearest(home, '--like', a))
    same({'snare'}, {item['class'] for item in near(home, '--like', a, '--in', 'class:snare')})
    home.loophole('favourite', b)
    same([b], ids(home, 'is:favourite'))
    home.loophole('favourite', b, '--off')
    elsewhere = shutil.copy(f'{SONIC}/bd_haus.flac', home.file('elsewhere.flac'))
    same(5, len(home.json('similar', elsewhere, '--unlike', b, '--limit', '5')))


@claim(shares=sounds)
def heard_tags_are_found_counted_and_corrected(home):
    before = len(ids(home, 'tag:short'))
    assert before > 5
    kicks = home.json('search', 'class:kick', '--limit', '1000')
    assert sum('dark' in kick['tags'] for kick in kicks) > len(kicks) / 2
    assert not any('airy' in kick['tags'] for kick in kicks)
    for kick in kicks:
        sure = kick['tag_confidence']
        assert set(sure) <= set(kick['tags']) and all(.5 <= confidence <= 1 for confidence in sure.values())
    facets = home.loophole('search', '', '--facets', 'tag,family', '--limit', '0', '--json').out.splitlines()
    same(before, next(json.loads(line)['count'] for line in facets if '"value":"short"' in line))
    item = first(home, 'tag:short')
    home.loophole('tag', item, '-short', '+mine')
    same(before - 1, len(ids(home, 'tag:short')))
    tags = home.first('show', item)['tags']
    assert tags[0] == 'mine' and 'short' not in tags, tags
    home.loophole('tag', item, '+short')
    home.loophole('tag', item, '-short', '+short')
    same(before, len(ids(home, 'tag:short')))
    home.loophole('undo')
    home.loophole('undo')  # both together change nothing
    same(True, home.first('show', home.library + LOOP)['loopable'])
    same(True, home.first('show', home.library + '/808_Clap.flac')['one_shot'])


@claim(shares=sounds)
def a_heard_tag_that_any_front_end_removes_is_denied_and_comes_back(home):
    """The rule is persist's, so it applies to every front-end."""
    before, client = ids(home, 'tag:short'), home.client()
    item = before[0]

    def own():
        found = client.must('search.get', {'id': item, 'path': b''})
        return {fact['attribute']: fact['number'] for fact in found['sources'] if fact['source'] == 'user'}

    def edit(**fields):
        client.must('persist.put_media', {'edit': dict(fields, id=item)})
    was = own()
    assert 'tag:short' not in was, was
    denied = dict(was, **{'tag:short': 0})
    edit(remove_tags=['short', 'unheard'])
    same(denied, own())
    edit(add_tags=['short'])
    same(was, own())
    client.must('persist.undo')
    same(denied, own())
    said = {'attribute': 'tag:short', 'source': 'user', 'number': 1.0, 'confidence': 1.0, 'version': 0, 'shown': True}
    edit(remove_tags=['short'], facts=[said])  # what the edit itself contains has priority
    same(dict(was, **{'tag:short': 1}), own())
    edit(clear_facts=['tag:short'])
    same(before, ids(home, 'tag:short'))


NAMED = ((r'24Ride|Ride|Crash|Splash|Bell-', 'cymbal'), (r'Cowbell', 'perc_bell'), (r'HandClap', 'clap'),
         (r'HatClosed|HatPedal', 'hat_closed'), (r'HatOpen', 'hat_open'), (r'Kick', 'kick'), (r'SideStick', 'rim'),
         (r'Snare-', 'snare'), (r'Tom', 'tom'))


@claim(shares=sounds)
def the_drums_of_an_unknown_kit_are_named(home):
    """The model did not learn from GMRockKit; the names of its files state the classes of the sounds."""
    for model in ('classes', 'packs'):
        assert 'GMRockKit' not in file_text(f'{TOP}/model/{model}.tsv')
    drums = [(item, kind) for item in home.json('search', '', '--limit', '1000')
             for kind in [next((kind for name, kind in NAMED if re.match(name, item['name'])), None)] if kind]
    count = len(drums)
    right = sum(item.get('class') == kind for item, kind in drums)
    family = sum(item.get('family') == 'drums' for item, _ in drums)
    sure = sum(item.get('class_confidence', 0) for item, _ in drums)
    figure(f'{right} of {count} drums have their class, {family} the family drums, mean confidence {sure / count:.2f}')
    assert count > 50 and right > .85 * count and family > .95 * count and abs(sure - right) < .2 * count


def is_the_waveform_of(wave, path):
    """Compares each bin with the samples of the file."""
    channels = int(subprocess.run(['soxi', '-c', path], capture_output=True, check=True).stdout)
    sound = array.array('f', subprocess.run(['sox', path, '-t', 'f32', '-'], capture_output=True, check=True).stdout)
    mono = [sum(sound[i:i + channels]) / channels for i in range(0, len(sound), channels)]
    same((len(mono), 128, 1), (wave['frames'], wave['levels'][0]['frames_a_bin'], len(wave['levels'][-1]['low'])))
    for level in wave['levels']:
        size = int(level['frames_a_bin'])
        for number, (low, high) in enumerate(zip(level['low'], level['high'])):
            part = mono[number * size:(number + 1) * size]
            assert abs(min(part) - low) < .005 and abs(max(part) - high) < .005, (size, number)
    return len(mono)


@claim(shares=sounds)
def every_artefact_is_numbers_and_a_picture(home):
    path, made = home.library + LOOP, {}
    for kind in ARTEFACTS:
        made[kind] = home.first('artefact', path, kind)
        home.loophole('artefact', path, kind, '--png', home.file(kind + '.png'))
        with open(home.file(kind + '.png'), 'rb') as picture:
            same('89504e470d0a1a0a0000000d494844520000064000000190', picture.read(24).hex())
    frames = is_the_waveform_of(made['waveform'], path)
    assert 130 < made['beats']['bpm'] < 144 and len(made['beats']['seconds']) == 4
    assert len(made['onsets']['seconds']) == len(made['onsets']['strength']) > 4
    same((40, frames // 4410), (len(made['spectrum']['db']), len(made['loudness']['lufs'])))
    shown = made['spectrogram']
    columns = len(shown['levels']) // 40
    assert 0 < columns <= 128 and abs(columns / shown['columns_a_second'] - frames / 44100) < .1 and max(shown['levels']) > 100, columns
    same([16, 16, 12, 12, 8], [len(made['embedding'][block]) for block in ('spectrum', 'timbre', 'pitch', 'amplitude', 'rhythm')])
    same((14336, 64), (len(made['print']['samples']), len(made['gist']['bands'])))
    contains(home.refused('artefact', path, 'other'), 'the types are waveform')


@claim(shares=sounds)
def queries_are_remembered_and_saved_for_use_within_others(home):
    def history():
        return [line['query'] for line in home.json('history')]

    def until_last(query):
        until(lambda: history()[:1] == [query], what=f'{query} is the last query')

    def saved():
        return [line['name'] for line in home.json('queries')]

    def revision():
        return home.ask('search.query', 'query=', 'limit=0')['revision']

    def found(query):
        return [one['media']['id'] for one in home.ask('search.query', f'query={query}', 'limit=1000').get('items', [])]
    before = revision()
    for query in ('tag:deep class:kick', 'snare', 'tag:deep class:kick'):
        home.loophole('search', query, '--limit', '1')
        until_last(query)
    same(1, history().count('tag:deep class:kick'), 'one query is noted twice')
    home.loophole('search', '--save', 'low', 'tag:deep or tag:dark')
    home.loophole('search', '--save', 'low_kicks', '@low class:kick')
    same(ids(home, 'class:kick (tag:deep or tag:dark)'), ids(home, '@low_kicks'))
    same(ids(home, '-(tag:deep or tag:dark)'), ids(home, '-@low'))
    same(['low', 'low_kicks'], saved())
    contains(home.refused('search', '--save', 'endless', '@endless or kick'), 'no query is saved as "endless"')
    home.loophole('search', '--save', 'endless', 'kick')
    contains(home.refused('search', '--save', 'endless', '@endless or kick'), 'would use itself: @endless')
    contains(home.refused('search', '--save', 'low', 'kick -@low_kicks'), 'would use itself: "low_kicks", which it uses, uses @low')
    home.loophole('search', '--save', 'endless', 'kick "@endless"')
    home.loophole('search', '--save', 'endless', 'kick')
    same((found('kick'), found('class:kick (tag:deep or tag:dark)')), (found('@endless'), found('@low_kicks')))
    contains(home.refused('search', ' or '.join(['@endless'] * 65)), 'in a cycle')
    contains(home.refused('search', '@none'), 'no query is saved as "none"')
    contains(home.refused('search', '--save', 'a b', 'kick'), 'letters, digits')
    home.loophole('queries', 'endless', '--off')
    home.refused('queries', 'endless', '--off')
    same(before, revision(), 'queries are no changes of the catalogue')
    until_last('-@low')
    home.down()
    home.up()
    same(['low', 'low_kicks'], saved(), 'after a restart')
    same('-@low', history()[0])
    home.loophole('history', '--off')
    same([], history())
    home.loophole('store', 'check')


def analysers(home):
    """The analyser of every item, the latest revision last."""
    items = home.ask('search.query', 'query=', 'limit=1000')['items']
    items = sorted((item['media'] for item in items), key=lambda media: media['revision'])
    return [(media['id'], media['analyser']) for media in items]


@claim(shares=sounds)
def a_new_analyser_hears_all_again_and_no_correction_is_lost(home):
    def heard_by_it():
        return sum(analyser == 77 for _, analyser in analysers(home))
    edited = first(home, 'class:snare')
    home.loophole('edit', edited, 'bpm=91.5', 'key=F#min', 'class=vocal')
    home.loophole('tag', edited, '+kept', '-short')
    kicks, total = ids(home, 'class:kick'), len(analysers(home))
    home.down()
    home.env['LOOPHOLE_ANALYSER'] = '77'
    home.up()
    until(lambda: heard_by_it() > 0)
    same(kicks, ids(home, 'class:kick'), 'while it is heard again')
    home.down()
    home.up()
    figure(f'stopped after {heard_by_it()} of {total}')
    same(kicks, ids(home, 'class:kick'), 'after a stop')
    until(lambda: heard_by_it() == total, 600)
    same(kicks, ids(home, 'class:kick'), 'after the end')
    assert [item for item, _ in analysers(home)].index(edited) < 16, 'what a person edited is not heard first'
    now = home.first('show', edited)
    same((91.5, 'F#min', 'vocal', 'user'), (now['bpm'], now['key'], now['class'], now['class_source']))
    assert 'kept' in now['tags'] and 'short' not in now['tags'], now
    contains(home.loophole('ask', 'search.get', f'id={edited}').out, '"version":77')


run_claims()
