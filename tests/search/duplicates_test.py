#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Which copy `loophole duplicates` suggests to keep, with any number of copies."""
import contextlib
import json
import os
import shutil

from tests.claims import claim, contains, how_often, run_claims, same, until
from tests.driving import drive

DAY = 24 * 3600
OLD, OLDER = 11323 * DAY, 10957 * DAY  # January 2001 and January 2000


def groups(home, *args):
    return home.json('duplicates', *args)


def group(home, *args):
    return groups(home, *args)[0]


def tone(home, path, note='C3'):
    home.run('sox', '-V1', '-D', '-n', '-r', '44100', '-b', '16', path, 'synth', '0.6', 'pluck', note, 'gain', '-3')


def copies(home):
    """An engine with a kit of one sound and its typical copies: one with a later date, one in a folder of backups, one
    resampled to a higher rate, and one with lossy coding."""
    home.kit = home.file('kit')
    os.makedirs(home.kit + '/drums')
    os.makedirs(home.kit + '/old backup')
    original = home.kit + '/drums/kick.wav'
    tone(home, original)
    shutil.copyfile(original, home.kit + '/kick.wav')
    shutil.copyfile(original, home.kit + '/old backup/kick.wav')
    home.run('sox', '-V1', '-D', original, '-b', '24', '-r', '48000', home.kit + '/kick48.wav', 'rate', '-h')
    home.run('lame', '--quiet', '-b', '160', original, home.kit + '/kick.mp3')
    for path, date in ((original, OLD), (home.kit + '/kick.mp3', OLD), (home.kit + '/old backup/kick.wav', OLDER)):
        os.utime(path, (date, date))
    home.up()
    home.loophole('index', home.kit, '--wait')


@claim(shares=copies)
def the_original_is_kept_and_the_reason_is_printed(home):
    original = home.kit + '/drums/kick.wav'
    file = group(home, '--kind', 'same_file')
    same((original, 'age'), (file['keep'], file['reason']))
    contains(home.loophole('duplicates').out, 'keep: older')
    sound = group(home, '--kind', 'same_sound')
    same((5, original), (sound['count'], sound['keep']), 'of an upsampled copy, an older backup and an mp3')
    same('folder', group(home, '--kind', 'same_file', 'path:drums or path:backup')['reason'])


@claim(shares=copies)
def a_folder_shows_what_it_has_in_common_with_the_rest(home):
    same([], groups(home, 'path:backup'))
    same(3, group(home, '--kind', 'same_file', '--inside', 'path:backup')['count'])
    same([], groups(home, '--inside', 'name:nothing'))
    same(1, home.ask('search.duplicates', 'kind=same_file', 'inside=path:backup')['total'])
    contains(home.refused('duplicates', '--inside', 'bmp:3'), 'did you mean bpm')


@claim(shares=copies)
def layers_of_a_kit_are_marked(home):
    """Two hits of one drum that differ a little, side by side."""
    layers = home.file('layers')
    os.mkdir(layers)
    tone(home, layers + '/hard.wav', 'F2')
    home.run('sox', '-V1', '-D', layers + '/hard.wav', layers + '/med.wav', 'gain', '-4')
    home.loophole('index', layers, '--wait')
    same(True, group(home, '--kind', 'same_sound', 'path:layers')['layers'])
    contains(home.loophole('duplicates', 'path:layers').out, 'may be layers')
    same(False, group(home, '--kind', 'same_file')['layers'])


@claim(shares=copies)
def the_bytes_that_can_be_freed_count_once(home):
    size, larger, lossy = (os.path.getsize(f'{home.kit}/{name}') for name in ('kick.wav', 'kick48.wav', 'kick.mp3'))
    same(2 * size, home.ask('search.duplicates', 'kind=same_file')['free'])
    same(2 * size + larger + lossy, home.ask('search.duplicates', 'query=path:kit')['free'])
    contains(home.loophole('duplicates', '--kind', 'same_file', 'path:kit').out, '\n1 group, ')
    contains(home.loophole('duplicates', 'path:kit').out, '\n2 groups, ')


@claim(shares=copies)
def a_copy_that_is_gone_is_marked_and_never_kept(home):
    left = home.kit + '/kick.wav'
    os.remove(home.kit + '/drums/kick.wav')
    os.remove(home.kit + '/old backup/kick.wav')
    until(lambda: '"state":"missing"' in home.loophole('duplicates', 'name:kick', '--json').out)
    file = group(home, '--kind', 'same_file')
    same((left, 'only_one_here', 0), (file['keep'], file['reason'], file['free']))
    same(2, home.loophole('duplicates', '--kind', 'same_file').out.count('\n  missing'))
    same(left, group(home, '--kind', 'same_sound')['keep'])
    same([], groups(home, '--kind', 'same_file', '-is:missing'))


@claim(shares=copies)
def a_copy_that_goes_unnoticed_is_not_named_as_the_one_to_keep(home):
    """Before the catalogue has noticed: the indexer is stopped. The supervisor may replace it, because that looks like
    a hang; then the copy is marked as missing."""
    unseen = home.file('unseen')
    os.mkdir(unseen)
    tone(home, unseen + '/first.wav', 'A2')
    shutil.copyfile(unseen + '/first.wav', unseen + '/second.wav')
    os.utime(unseen + '/first.wav', (OLD, OLD))
    home.loophole('index', unseen, '--wait')
    same(unseen + '/first.wav', group(home, 'path:unseen')['keep'])
    with home.paused('indexer'):
        os.remove(unseen + '/first.wav')
        said, text = home.loophole('duplicates', 'path:unseen', '--json'), home.loophole('duplicates', 'path:unseen').out
    if '"state":"missing"' not in said.out and '  missing ' not in text:
        assert not json.loads(said.out).get('keep'), said
        contains(said.err, 'before you remove anything')
        contains(text, '  gone ')


@claim(shares=copies)
def a_copy_whose_bytes_changed_is_never_called_the_same(home):
    """The file is still open for writing, so no event tells of it. In a cloud the catalogue compares no change time: there
    nothing tells of it at all, and only the reading finds it."""
    home.wait_ready('indexer')
    home.loophole('library', 'rescan', '--wait')  # an indexer that replaced a stopped one scans too
    for folder in ('written', 'cloud'):
        lies = home.file(folder)
        os.mkdir(lies)
        for name, date in (('kept', OLDER), ('copy', OLD)):
            tone(home, f'{lies}/{name}.wav', 'B2')
            os.utime(f'{lies}/{name}.wav', (date, date))
        tone(home, home.file(folder + '.wav'), 'D4')
        home.loophole('index', lies, '--wait')
        if folder == 'cloud':
            home.loophole('library', 'set', lies, 'backend=cloud')
            home.loophole('library', 'rescan', '--wait')

        def pair():
            return groups(home, '--kind', 'same_file', 'path:' + folder)

        until(lambda: pair() and not pair()[0]['away'])
        same((lies + '/kept.wav', []), (pair()[0]['keep'], pair()[0]['changed']))
        with open(lies + '/kept.wav', 'r+b') as kept, open(home.file(folder + '.wav'), 'rb') as other:
            kept.write(other.read())
            kept.flush()
            os.utime(kept.fileno(), (OLDER, OLDER))
            said = home.loophole('duplicates', '--kind', 'same_file', 'path:' + folder, '--json')
            found = json.loads(said.out)
            same((None, None, 0), (found.get('keep'), found.get('keep_id'), found['free']))
            same((1, found['away']), (len(found['changed']), found['changed']))
            contains(said.err, 'remove nothing because of these')
            until(lambda: not pair())


@claim(shares=copies)
def a_copy_that_was_read_again_since_is_not_the_same_as_the_others_of_its_group(home):
    """The catalogue knows the new bytes before search has compared the copies again."""
    lies = home.file('since')
    os.mkdir(lies)
    for name in ('one', 'two'):
        tone(home, f'{lies}/{name}.wav', 'E2')
    home.loophole('index', lies, '--wait')
    with contextlib.closing(home.client()) as client:
        def groups_since():
            return client.must('search.duplicates', {'kind': 'same_file', 'query': 'path:since', 'limit': 9}).get('groups')

        each = until(groups_since)[0]['each']
        ask = {'ids': [one['id'] for one in each], 'contents': [one['content'] for one in each]}

        def verdicts(ask):
            return [one['verdict'] for one in client.must('indexer.verify', ask)['each']]

        same(['same', 'same'], verdicts(ask))
        tone(home, f'{lies}/one.wav', 'F2')
        home.loophole('index', lies, '--wait')
        until(lambda: verdicts({'ids': ask['ids']}) == ['same', 'same'])  # as the catalogue knows them now
        same(['changed', 'same'], [verdict for _, verdict in sorted(zip([one['path'] for one in each], verdicts(ask)))])
        for contents in (ask['contents'][:1], [b'short', b'short']):
            same('bad_request', client.ask('indexer.verify', {'ids': ask['ids'], 'contents': contents})[0])


@claim
def many_copies_are_paged(home):
    """A sound has many more copies than a page has room for. Each is shown once, and the suggestion is the best of all
    copies."""
    for count in how_often((4500,), (4500, 18000, 100000)):
        one, folder = home.other(f'of-{count}'), home.file(f'many-{count}')
        os.mkdir(folder)
        for note in ('C3', 'E3', 'G3'):
            tone(home, f'{folder}/{note}.wav', note)
        one.up()
        one.loophole('index', folder, '--wait')
        drive(one, 'search/copies.py', count)
        one.stop()


run_claims()
