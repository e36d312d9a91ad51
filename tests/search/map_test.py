#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The map of a real library: it shows everything that can be heard, it does not change, and it can be displayed."""
import contextlib
import os
import shutil
import stat
import struct
import zlib

from tests.claims import claim, contains, figure, file_bytes, file_text, run_claims, same, samples, until, write_file
from tests.kits.kits import first, ids, two_kits


def points(home, *args):
    """All points of the map by id."""
    return {point['id']: point for point in home.json('map', *args)}


@claim(shares=two_kits)
def every_analysed_sound_is_on_the_map(home):
    heard = points(home, 'class:*')
    assert len(heard) > 50
    same(ids(home, 'class:*'), sorted(heard))
    summary = home.loophole('map').out
    figure(summary.splitlines()[-1])
    assert float(summary.partition('trustworthiness ')[2].split(',')[0]) >= 0.9, summary


@claim(shares=two_kits)
def the_map_is_the_same_after_a_restart_and_from_the_same_seed(home):
    before = points(home)
    home.loophole('restart', 'search')
    home.wait_ready('search')
    same(before, points(home))
    same(before, points(home, '--remake'))
    contains(home.refused('map', '--seed', '5'), 'made with seed 1')
    assert before != points(home, '--remake', '--seed', '5')
    points(home, '--seed', '5')
    same(before, points(home, '--remake', '--seed', '1'))


@claim(shares=two_kits)
def a_new_sound_gets_its_place_on_the_map_and_moves_no_other(home):
    before = points(home)
    shutil.copy(samples('*snare*.flac', 1)[0], home.library + '/late.flac')
    home.loophole('library', 'rescan', '--wait')
    late = first(home, 'late')
    until(lambda: late in points(home))
    after = points(home)
    del after[late]
    same(before, after)


@claim
def the_map_is_the_same_in_an_older_catalogue_that_is_moved_in_while_the_engine_runs(home):
    """The index is made again, without the gap of the item that was forgotten."""
    two_kits(home)

    def catalogue():
        return home.ask('persist.changes_since', 'revision=0', 'limit=1')['catalogue']
    forgotten, tagged = ids(home)[:2]
    home.loophole('forget', forgotten)
    home.down()
    older = shutil.copyfile(home.file('data/store/data.mdb'), home.file('older'))
    home.up()
    home.loophole('tag', tagged, '+lost')
    before, first_catalogue = points(home), catalogue()
    assert len(before) > 50 and forgotten not in before
    os.rename(older, home.file('data/store/data.mdb'))
    until(lambda: home.loophole('tag', tagged, '+later', code=None).code == 0)
    until(lambda: home.json('search', 'tag:later') and not home.json('search', 'tag:lost'))
    assert first_catalogue != catalogue()
    same(before, points(home))


@claim(shares=two_kits)
def which_items_are_on_a_page_comes_in_one_piece_too(home):
    points(home)  # the map is made
    with contextlib.closing(home.client()) as client:
        ask = {'dimensions': 2, 'query': 'class:kick or class:snare', 'limit': 5}
        page, short = client.must('search.map', ask), client.must('search.map', {**ask, 'ids': True})
    assert page['points'] and page['cursor'], page
    same(b''.join(point['id'] for point in page['points']), short['ids'])
    same(([], page['cursor'], page['total']), (short.get('points', []), short['cursor'], short['total']))


@claim
def the_next_page_of_points_goes_on_where_the_last_one_ended(home):
    """Whether the last item is forgotten, comes back in the row of another one, or has another row in a new index."""
    def page(**fields):
        return home.ask('search.map', 'dimensions=2', *(f'{name}={value}' for name, value in fields.items()))

    def next_of(cursor):
        return [point['id'] for point in page(limit=2, cursor=cursor)['points']]
    two_kits(home)
    points(home)  # the map is made
    home.loophole('restart', 'search')
    home.wait_ready('search')
    order = [point['id'] for point in page()['points']]
    cursor, last = page(limit=10)['cursor'], order[9]
    same(order[10:12], next_of(cursor))
    home.loophole('forget', last)
    same(order[10:12], next_of(cursor))
    home.loophole('forget', order[0])
    home.loophole('forget', last, '--off')
    same(last, page(limit=1)['points'][0]['id'], '(it has the row of the first)')
    same(order[10:12], next_of(cursor))
    cursor = page(limit=10, cursor=cursor)['cursor']
    home.down()
    os.remove(home.file('cache/search.index'))
    home.up()
    same(order[20:22], next_of(cursor))
    for not_one in (last, 'nonsense'):
        contains(home.refused('ask', 'search.map', 'dimensions=2', 'cursor=' + not_one), 'is not one of the map')


@claim
def a_map_whose_items_are_all_gone_is_made_again(home):
    two_kits(home)
    other = shutil.copytree(home.library + '/GMRockKit', home.file('other'))
    points(home)  # the map is made
    home.loophole('library', 'remove', home.library)
    home.loophole('index', other, '--wait')
    analysed = ids(home, 'class:*')
    assert len(analysed) > 10
    same(analysed, sorted(points(home)))


@claim(shares=two_kits)
def a_point_has_any_fact_as_its_colour(home):
    lines = {line['id']: line for line in home.json('search', 'class:*', '--limit', '1000', '--fields', 'id,lufs,key,pack')}
    same(set(lines), set(points(home, 'class:*')))  # the map is made
    for colour, key in (('lufs', 'number'), ('pack', 'word'), ('key', 'word')):
        shown = {point['id']: point.get(key) for point in home.ask('search.map', 'dimensions=2', 'query=class:*', 'colour=' + colour)['points']}
        same(set(lines), set(shown))
        for item, value in shown.items():
            wanted = lines[item].get(colour) or None
            if key == 'number' and wanted is not None:
                assert abs(value - wanted) < 1e-3, (colour, value, wanted)
            else:
                same(wanted, value, colour)
    contains(home.refused('ask', 'search.map', 'dimensions=2', 'colour=nothing_such'), 'no item has the fact')


@claim(shares=two_kits)
def a_filter_shows_the_same_places(home):
    same({key: point for key, point in points(home).items() if point['class'] == 'kick'}, points(home, 'class:kick'))
    assert any(abs(point['z']) > 0.1 for point in points(home, '--room').values()), 'the room is flat'
    home.refused('map', 'bpm:what')


def png(path):
    """Width, height and the rows of RGB pixels of a picture whose checksums are right."""
    data = file_bytes(path)
    same(b'\x89PNG\r\n\x1a\n', data[:8])
    at, packed, size = 8, b'', None
    while at < len(data):
        length, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        same(zlib.crc32(kind + body), struct.unpack('>I', data[at + 8 + length:at + 12 + length])[0])
        if kind == b'IHDR':
            size = struct.unpack('>II', body[:8])
        if kind == b'IDAT':
            packed += body
        at += 12 + length
    same(b'IEND', kind)
    width, height = size
    rows = zlib.decompress(packed)
    same(height * (3 * width + 1), len(rows))
    starts = range(1, len(rows), 3 * width + 1)
    pixels = [[rows[at:at + 3] for at in range(start, start + 3 * width, 3)] for start in starts]
    return width, height, pixels


@claim(shares=two_kits)
def the_picture_is_a_png_with_the_colours_of_the_classes(home):
    """The legend lies beside the map: each class has its own colour there, next to letters."""
    letters = bytes.fromhex('d7dae0')
    said = home.loophole('map', '--png', home.file('map.png')).out
    classes = [bytes.fromhex(line[1:7]) for line in said.splitlines() if line.startswith('#')]
    _, height, pixels = png(home.file('map.png'))
    beside = [set(row[height:]) for row in pixels]
    for colour in classes:
        assert any(colour in row and letters in row for row in beside), colour.hex()
    drawn = len(set().union(*map(set, pixels)))
    assert drawn > len(classes) > 5, (drawn, len(classes))
    home.refused('map', '--png', '/nowhere/map.png')


@claim(shares=two_kits)
def a_picture_replaces_an_earlier_picture_and_nothing_else(home):
    sound, fifo, link = home.file('sound.wav'), home.file('fifo'), home.file('link')
    write_file(sound, 'a sound')
    os.mkfifo(fifo)
    os.symlink(home.file('elsewhere'), link)
    for made in (sound, fifo, link):
        contains(home.refused('map', '--png', made), 'is not an earlier file of this kind')
    same('a sound', file_text(sound))
    assert stat.S_ISFIFO(os.stat(fifo).st_mode) and os.path.islink(link) and not os.path.exists(home.file('elsewhere'))
    with open(home.file('empty.png'), 'wb'):
        pass  # as mktemp makes one
    for name in ('again.png', 'again.png', 'empty.png'):
        home.loophole('map', '--png', home.file(name))
    assert os.path.getsize(home.file('empty.png')) > 0


run_claims()
