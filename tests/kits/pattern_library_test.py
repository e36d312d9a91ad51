#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The library of patterns that all projects share: files in folders, changed in steps that can be taken back."""
import gzip
import json
import os
import time

from tests.claims import TOP, claim, contains, figure, file_bytes, file_text, how_often, run_claims, same, write_file
from tests.sounding import engine

ACID = os.path.join(TOP, 'frontends/examples/acid.json')


def engine_with_library(home):
    engine(home)
    home.wait_ready('project', 'persist')


def said(home, *args):
    return home.loophole('pattern', *args).out


def make(home, name, steps='X...X...X...X...', genre='', tags=(), bpm=120, row='kick', **more):
    path = home.file(name + '.json')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump(dict({'metadata': {'name': name, 'genre': genre, 'tags': list(tags)}, 'sequencer': {'bpm': bpm, 'tracks': {row: {'pattern': steps}}}}, **more), out)
    return path


def save(home, place, *args, **how):
    name = place.rpartition('/')[2]
    home.loophole('pattern', 'save_file', place, make(home, name, *args, **how))


def places(home, *filters):
    return [line['place'] for line in home.first('pattern', 'list', 'view=library', *filters)['each']]


def in_library(home, *parts):
    return home.file('data', 'patterns', *parts)


def read_json(path):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rt', encoding='utf-8') as file:
        return json.load(file)


def files(home):
    """Each file of the library but those of steps, with its content."""
    found = {}
    for root, _, names in os.walk(in_library(home)):
        for name in names:
            path = os.path.join(root, name)
            if '/.steps' not in path:
                found[os.path.relpath(path, in_library(home))] = file_bytes(path)
    return found


@claim
def a_step_that_is_asked_for_again_under_its_id_is_one_step(home):
    engine_with_library(home)
    for name in ('user/One', 'user/Two', 'user/Three'):
        save(home, name)
    for verb, left in (('undo', ['user/One', 'user/Two']), ('redo', ['user/One', 'user/Three', 'user/Two'])):
        for _ in range(2):
            said(home, verb, '--request-id', f'01J8ZZZZZZZZZZZZZZZZZZZZ{verb[0].upper()}0'.replace('U', 'V'))
            same(left, sorted(places(home)))
    contains(home.refused('pattern', 'undo', '--request-id', 'soon'), 'soon')


@claim(shares=engine_with_library)
def a_pattern_is_saved_by_name_listed_by_what_it_is_and_loaded(home):
    same('[PATTERN] Saved to file user/kick_303\n', said(home, 'save_file', 'kick_303', ACID))
    save(home, 'techno/Rolling', tags=('acid',), bpm=134)
    save(home, 'techno/Hard', tags=('acid', 'peak'), bpm=145)
    save(home, 'templates/Empty', steps='.' * 16)
    assert os.path.exists(in_library(home, 'library/genre/techno/Hard.json'))
    same(['techno/Hard', 'techno/Rolling', 'user/kick_303'], places(home, 'genre=techno'))
    same(['techno/Hard', 'techno/Rolling'], places(home, 'folder=techno'))
    same(['techno/Hard'], places(home, 'tag=peak'))
    same(['templates/Empty'], places(home, 'folder=templates'))
    same(['techno/Rolling'], places(home, 'bpm_from=133', 'bpm_until=140'))
    same(['techno/Rolling'], places(home, 'name=roll'))
    same(['templates/Empty', 'techno/Hard'], places(home, 'recent=2.0'))
    same('[SEQ] Pattern loaded at bar 0\n', said(home, 'load_file', 'techno/Hard'))
    same('[PATTERN] Saved to file user/Mine\n', said(home, 'save_file', 'Mine'))  # what plays
    same(145, read_json(in_library(home, 'user/Mine.json'))['sequencer']['bpm'])
    same('[SEQ] Pattern loaded at bar 0\n', said(home, 'load_file', 'kick_303'))


@claim(shares=engine_with_library)
def a_save_replaces_no_pattern_of_another_name(home):
    save(home, 'user/Kick: hard', bpm=90)
    for other in ('Kick| hard', 'kick: hard', 'KICK? HARD'):
        contains(home.loophole('pattern', 'save_file', other, ACID, code=13).err,
                 '[PATTERN] Error: A pattern exists already: user/Kick_ hard')
    for same_one in ('Kick: hard', 'Kick_ hard'):  # its name, and that of its file
        save(home, 'user/' + same_one, bpm=91)
    same(1, places(home, 'folder=user').count('user/Kick_ hard'))


@claim(shares=engine_with_library)
def each_change_is_one_step_that_is_taken_back_and_done_again(home):
    for name in ('one', 'two', 'three'):
        save(home, 'dub/' + name, bpm=100 + len(name), colour='red')
    for words, *args in (
            ('[PATTERN] Renamed dub/one to First', 'rename', 'dub/one', 'First'),
            ('[PATTERN] Copied dub/two to user/Two', 'copy', 'dub/two', 'user/Two'),
            ('[PATTERN] Swapped dub/two and dub/three', 'swap', 'dub/two', 'dub/three'),
            ('[PATTERN] Moved 2 patterns to house', 'move', 'dub/two', 'dub/three', 'house'),
            ('[PATTERN] Archived 3 patterns', 'archive', 'dub/one', 'dub/two', 'dub/three'),
            ('[PATTERN] Deleted 3 patterns', 'delete', 'folder=dub', '--all')):
        before = files(home)
        same(words + '\n', said(home, *args))
        after = files(home)
        assert before != after
        same(f"[PATTERN] Taken back: {words.partition('] ')[2]}\n", said(home, 'undo'))
        same(before, files(home))
        contains(said(home, 'redo'), 'Done again')
        same(after, files(home))
        said(home, 'undo')
    said(home, 'swap', 'dub/two', 'dub/three')
    two = read_json(in_library(home, 'library/genre/dub/two.json'))
    same(('two', 105, 'red'), (two['metadata']['name'], two['sequencer']['bpm'], two['colour']))
    said(home, 'move', 'dub/two', 'house')
    same('house', read_json(in_library(home, 'library/genre/house/two.json'))['metadata']['genre'])


@claim(shares=engine_with_library)
def an_archived_pattern_is_out_of_the_lists_kept_packed_and_found(home):
    save(home, 'ambient/Drone', bpm=60, tags=('slow',))
    before = read_json(in_library(home, 'library/genre/ambient/Drone.json'))
    same('[PATTERN] Archived ambient/Drone\n', said(home, 'archive', 'Drone'))
    same([], places(home, 'genre=ambient'))
    same(['ambient/Drone'], places(home, 'tag=slow', 'archived=true'))
    same(before, read_json(in_library(home, 'archive/library/genre/ambient/Drone.json.gz')))
    contains(said(home, 'load_file', 'Drone'), '[SEQ] Pattern loaded')
    save(home, 'ambient/Drone', bpm=70)
    contains(home.loophole('pattern', 'unarchive', 'Drone', code=13).err, '[PATTERN] Error: A pattern exists already: ambient/Drone')
    said(home, 'archive', 'Drone')  # beside the first
    same(['ambient/Drone', 'ambient/Drone-2'], places(home, 'genre=ambient', 'archived=true'))
    same('[PATTERN] Unarchived ambient/Drone\n', said(home, 'unarchive', 'ambient/Drone'))
    same(before, read_json(in_library(home, 'library/genre/ambient/Drone.json')))


@claim(shares=engine_with_library)
def a_packed_pattern_that_another_program_put_into_the_library_is_archived_and_comes_back(home):
    text = file_bytes(make(home, 'Packed'))
    save(home, 'user/Beside')  # makes the folder
    for _ in range(2):
        write_file(in_library(home, 'user/Packed.json.gz'), gzip.compress(text))
        same('[PATTERN] Archived user/Packed\n', said(home, 'archive', 'user/Packed'))
        same([], places(home, 'name=Packed'))
    same(['user/Packed', 'user/Packed-2'], places(home, 'name=Packed', 'archived=true'))
    same('[PATTERN] Unarchived user/Packed\n', said(home, 'unarchive', 'user/Packed'))
    same(json.loads(text), read_json(in_library(home, 'user/Packed.json')))


@claim(shares=engine_with_library)
def a_wrong_name_is_refused_in_the_words_of_the_table_and_nothing_changes(home):
    def refused(code, words, *args):
        contains(home.loophole('pattern', *args, code=code).err, words)

    save(home, 'user/Here')
    save(home, 'jungle/Here')
    before = files(home)
    refused(12, '[PATTERN] Error: No pattern named user/nowhere', 'archive', 'user/Here', 'user/nowhere')
    refused(11, '[PATTERN] Error: Several patterns are named Here', 'load_file', 'Here')
    refused(11, '[PATTERN] Error: Invalid name: .x', 'rename', 'user/Here', '.x')
    refused(11, 'is longer than 80 characters', 'rename', 'user/Here', '\U0001d11e' * 81)
    refused(13, '[PATTERN] Error: A pattern exists already: user/Here', 'move', 'jungle/Here', 'user')
    refused(11, '[PATTERN] Error: No name provided', 'archive')
    refused(11, 'patterns match', 'delete', 'name=here')
    refused(11, '[PATTERN] Error: Invalid slot number: five', 'delete', 'five')
    same(before, files(home))
    write_file(in_library(home, 'user/Broken.json'), '{"sequencer": {')
    refused(11, '[PATTERN] Error: Pattern user/Broken is corrupt: not JSON', 'load_file', 'user/Broken')
    contains(str(home.first('pattern', 'list', 'view=library', 'name=Broken')['each'][0]['trouble']), 'not JSON')
    said(home, 'archive', 'user/Broken')  # it is kept as it is
    longest = '\U0001d11e' * 80
    said(home, 'rename', 'user/Here', longest)
    contains([one['name'] for one in home.first('pattern', 'list', 'view=library')['each']], longest)


@claim(shares=engine_with_library)
def a_step_is_not_taken_back_over_a_file_that_another_program_changed(home):
    save(home, 'user/Shared', bpm=90)
    said(home, 'rename', 'user/Shared', 'Ours')
    with open(in_library(home, 'user/Ours.json'), 'a', encoding='utf-8') as out:
        out.write(' ')
    contains(home.loophole('pattern', 'undo', code=14).err, '[PATTERN] Error: Pattern user/Ours was changed since then')
    assert os.path.exists(in_library(home, 'user/Ours.json')) and not os.path.exists(in_library(home, 'user/Shared.json'))


@claim(shares=engine_with_library)
def a_pattern_that_is_a_link_into_another_folder_stays_one(home):
    save(home, 'user/Kept', bpm=90)
    path, kept = in_library(home, 'user/Kept.json'), home.file('elsewhere.json')
    os.rename(path, kept)
    os.symlink(kept, path)
    for change, bpm in ((lambda: save(home, 'user/Kept', bpm=91), 91), (lambda: said(home, 'undo'), 90)):
        change()
        same((kept, bpm), (os.readlink(path), read_json(kept)['sequencer']['bpm']))


@claim(shares=engine_with_library)
def patterns_are_similar_by_their_rhythm(home):
    save(home, 'like/four', steps='X...X...X...X...')
    save(home, 'like/soft', steps='x...x...x...x...', bpm=90)
    save(home, 'like/twice', steps='X...X...X...X...' * 2)
    save(home, 'like/broken', steps='X.....X...X.....')
    save(home, 'like/offbeat', steps='..X...X...X...X.', row='hat')
    near = [line['place'] for line in home.first('pattern', 'similar', 'like/four')['each']
            if line['place'].startswith('like/')]
    same({'like/soft', 'like/twice'}, set(near[:2]))
    same('like/offbeat', near[3])
    line = home.first('pattern', 'similar', make(home, 'as', steps='X...X...X...X...'))['each'][0]
    assert line['distance'] < 1e-6, line


@claim
def patterns_like_a_slot_are_found(home):
    engine_with_library(home)
    for place, steps in (('like/four', 'X...X...X...X...'), ('like/broken', 'X.....X...X.....')):
        save(home, place, steps=steps)
    for slot, steps in (('7', 'X.....X...X.....'), ('8', 'X...X...X...X...')):
        said(home, 'save', slot, make(home, 'slot', steps=steps))
    same('like/broken', home.first('pattern', 'similar', '7')['each'][0]['place'])
    same('like/four', home.first('pattern', 'similar', '8.0', '--limit', '1')['each'][0]['place'])
    contains(home.loophole('pattern', 'similar', '9', code=12).err, '[PATTERN] Error: Slot 9 is empty')
    contains(home.loophole('pattern', 'similar', '129', code=11).err, '[PATTERN] Error: Invalid slot number: 129')
    write_file(os.path.join(home.first('project', 'state')['folder'], 'patterns/slots/bank_1/slot_007.json'), '{')
    contains(home.loophole('pattern', 'similar', '7', code=11).err, '[PATTERN] Error: Slot 7 is corrupt')


@claim
def a_slot_and_a_pattern_of_the_library_are_exported_by_their_names(home):
    engine_with_library(home)
    steps, midi, back = 'X..x..X.....X...', home.file('a.mid'), home.file('back.json')
    save(home, 'techno/Dub', steps=steps)
    said(home, 'save', '7', make(home, 'slot', steps=steps))
    for source in ('7', '7.0', 'Dub', 'techno/Dub', make(home, 'file', steps=steps)):
        line = home.first('pattern', 'export_midi', source, midi)
        same((1, 16), (line['rows'], line['steps']))
        home.loophole('pattern', 'import_midi', midi, back)
        same(steps, read_json(back)['sequencer']['tracks']['kick']['pattern'], source)
        os.unlink(midi), os.unlink(back)
    same('Dub.mid', os.path.basename(home.ask('project.export_midi', 'name=Dub')['file']))
    same('[PATTERN] Exported slot to slot.mid', home.ask('project.export_midi', 'slot=7')['message'])
    for source, code, why in (('9', 12, '[PATTERN] Error: Slot 9 is empty'), ('0', 11, '[PATTERN] Error: Invalid slot number: 0'),
                              ('none', 12, '[PATTERN] Error: No pattern named none')):
        contains(home.loophole('pattern', 'export_midi', source, midi, code=code).err, why)
    contains(home.refused('pattern', 'export_midi', 'Dub', code=11), 'expected FILE.mid')
    write_file(in_library(home, 'library/genre/techno/Dub.json'), '{')
    for words in (('export_midi', 'Dub', midi), ('similar', 'Dub')):
        contains(home.loophole('pattern', *words, code=11).err, '[PATTERN] Error: Pattern Dub is corrupt')
    assert not os.path.exists(midi)


@claim
def the_view_of_lists_is_a_setting(home):
    engine_with_library(home)
    home.settings('[pattern]\nview = library\n')
    save(home, 'user/Acid')
    same(['user/Acid'], [line['place'] for line in home.first('pattern', 'list')['each']])
    assert 'slots' in home.first('pattern', 'list', 'view=slots')
    said(home, 'rename', 'Acid', 'Base')  # a name without a slash
    same(['user/Base'], places(home))
    home.settings('[pattern]\nview = shelf\n')
    contains(home.refused('pattern', 'list'), 'expected slots or library')


@claim
def ten_thousand_patterns_are_listed(home):
    count = how_often(2000, 10000)
    engine_with_library(home)
    text = file_text(ACID)
    for genre in range(10):
        os.makedirs(in_library(home, 'library/genre', f'genre {genre}'))
        for number in range(count // 10):
            with open(in_library(home, 'library/genre', f'genre {genre}', f'{number:05d}.json'), 'w', encoding='utf-8') as out:
                out.write(text.replace('"Acid"', f'"{genre} {number}"'))
    client, times = home.client(), []
    for _ in range(12):
        begun = time.monotonic()
        status, listed = client.ask('project.list_library', {'limit': 10000})
        times.append((time.monotonic() - begun) * 1000)
        same(('ok', count, count), (status, listed['total'], len(listed['each'])))
    figure(f'{count} patterns listed: first {times[0]:.0f} ms, then {sorted(times[1:])[5]:.1f} ms (median of 11)')


run_claims()
