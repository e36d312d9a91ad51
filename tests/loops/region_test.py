#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Regions of clips on the number keys: kept without a save, read as other programs write them, played from memory. What
plays is judged by its recording at the ports."""
import json
import os
import signal

from tests.sound import sound
from tests.claims import claim, contains, figure, run_claims, same, until
from tests.sounding import came_before, engine, frame, undisturbed, until_connected, until_later, until_quiet

RATE = 48000
EDGE = 144  # frames of the fade at the begin of a region


def clip_engine(home):
    """An engine with a project whose clip "Verse" is of a counter of 4 s."""
    engine(home, '[supervisor]\nhang_ms = 300000\n', in_step=True)
    os.mkdir(home.file('files'))
    sound.make('counter', home.file('files/count.wav'), 4 * RATE)
    until_connected(home)
    home.loophole('index', home.file('files'), '--wait')
    home.loophole('edit', home.file('files/count.wav'), 'bpm=', 'one_shot=0')
    home.loophole('project', 'new', 'Regions')
    home.item = home.first('show', home.file('files/count.wav'))['id']
    add_clip(home, 'Verse')


def add_clip(home, name, **more):
    body = json.dumps({'name': name, 'item': home.item, **more})
    return home.ask('project.put', 'kind=clip', f'body={body}')['element']['id']


def regions(home, *words):
    return home.first('region', *words)


def body_of(home, name):
    parts = [json.loads(one['body']) for one in home.ask('project.show')['each'] if one['kind'] == 'clip']
    return next(body for body in parts if body['name'] == name)


@claim(shares=clip_engine)
def a_saved_region_plays_its_frames_when_its_key_is_pressed(home):
    saved = regions(home, 'save', 'Verse', '1', '12000', '36000')
    same([{'key': 49, 'digit': 1, 'start': 12000, 'end': 36000, 'volume': 1, 'locked': False}], saved['each'])
    assert saved['armed'], saved
    regions(home, 'play', '1')
    until_quiet(home)

    def play():
        home.loophole('region', 'play', '1')
        until_later(home, RATE)
    counts = [round(x * sound.UNIT) for x in undisturbed(home, play, 'sounds_left')]
    first = next(n for n, x in enumerate(counts) if x == 12001 + EDGE) - EDGE
    for n in range(EDGE, 24000 - 480):
        same(12001 + n, counts[first + n])
    same(0, max(counts[first + 24000 + 480:]), 'nothing after its end')


@claim(shares=clip_engine)
def a_key_is_heard_soon_once_its_sound_is_in_memory(home):
    """Prints how long after its ask a region begins. A pad that is hit at a known frame shows where the recording begins."""
    sound.write_wave(home.file('click.wav'), [.9] + [0] * 2400, RATE)
    home.loophole('pads', 'set', '3', 'sound=' + home.file('click.wav'))
    regions(home, 'save', 'Verse', '2', '30000', '34000')
    regions(home, 'play', '2')
    until_quiet(home)
    client, asked, in_time = home.client(), [], []

    def play():
        asked.clear()
        asked.append(frame(home) + 3 * RATE)
        home.look('audio.hit', {'pad': 3, 'velocity': 1.0, 'at': asked[0]})
        in_time[:] = [came_before(home, asked[0])]
        until(lambda: frame(home) > asked[0] + RATE // 2, what='the hit has sounded')
        for _ in range(10):
            asked.append(frame(home))
            client.must('project.region_play', {'key': 50}, budget_ms=600000)
            until_later(home, RATE // 4)

    def heard_in_time():
        recording = undisturbed(home, play)
        return recording if in_time[0] else None
    samples = until(heard_in_time, 900, 'the hit is asked for before its frame')
    click = next(n for n, x in enumerate(samples) if x > .5)
    heard = [n - click + asked[0] - EDGE for n, x in enumerate(samples) if round(x * sound.UNIT) == 30001 + EDGE]
    same(10, len(heard))
    late = sorted(at - begin for at, begin in zip(heard, asked[1:]))
    assert late[0] >= 0, (heard, asked)
    period = home.ask('audio.server')['period']
    figure(f'a region begins {late[5] / RATE * 1000:.1f} ms after its ask (median), {late[-1] / RATE * 1000:.1f} ms at most; '
           f'a period is {period / RATE * 1000:.1f} ms')


@claim(shares=clip_engine)
def both_keys_of_a_digit_are_one_region(home):
    add_clip(home, 'Keys')
    client = home.client()
    for key, other, digit in ((48, 1073741922, 0), (57, 1073741921, 9), (50, 1073741914, 2)):
        client.must('project.region_save', {'clip': 'Keys', 'key': key, 'start': 1, 'end': 2})
        said = client.must('project.region_save', {'clip': 'Keys', 'key': other, 'start': 3, 'end': 4})
        same([(other, digit, 3)], [(one['key'], one['digit'], one['start']) for one in said['each']
                                   if one['digit'] == digit])
        client.must('project.region_play', {'clip': 'Keys', 'key': key})
    same([2, 9, 0], [one['digit'] for one in regions(home, 'list', 'Keys')['each']])
    for key in (58, 1073741912, 1073741923, 100):
        error, said = client.ask('project.region_save', {'clip': 'Keys', 'key': key, 'start': 1, 'end': 2})
        same(('bad_request', 'key'), (error, said['field']), key)


@claim(shares=clip_engine)
def a_locked_region_refuses_save_and_delete(home):
    regions(home, 'save', 'Verse', '3', '100', '200')
    locked = regions(home, 'lock', '3', 'Verse')
    client = home.client()
    for ask, more in (('save', {'start': 1, 'end': 2}), ('delete', {})):
        error, said = client.ask(f'project.region_{ask}', {'clip': 'Verse', 'key': 51, **more})
        same(('conflict', 'key'), (error, said['field']), said)
    same(locked, regions(home, 'list', 'Verse'))
    regions(home, 'lock', '3', 'Verse', '--off')
    assert 3 not in [one['digit'] for one in regions(home, 'delete', '3', 'Verse')['each']]
    home.loophole('project', 'undo')
    same([51], [one['key'] for one in regions(home, 'list', 'Verse')['each'] if one['digit'] == 3])


@claim(shares=clip_engine)
def a_save_without_start_or_end_keeps_them(home):
    add_clip(home, 'Kept')
    client = home.client()

    def save(**more):
        said = client.must('project.region_save', {'clip': 'Kept', **more})
        return [(one['key'], one['start'], one['end'], one['volume']) for one in said['each']]
    save(key=1073741913, start=100, end=200)
    same([(1073741913, 100, 200, .5)], save(key=49, volume=.5))
    same([(1073741913, 100, 300, .5)], save(key=49, end=300))
    same([(1073741913, 150, 300, .5)], save(key=49, start=150))
    kept = regions(home, 'list', 'Kept')
    for field, code, more in (('end', 'bad_request', {'key': 49, 'start': 300}), ('key', 'not_found', {'key': 50, 'volume': 1.0}),
                              ('key', 'not_found', {'key': 50, 'start': 1}), ('key', 'not_found', {'key': 50, 'end': 2})):
        error, said = client.ask('project.region_save', {'clip': 'Kept', **more})
        same((code, field), (error, said['field']), more)
    same(kept, regions(home, 'list', 'Kept'))
    same([(49, 1, 2, 1)], save(key=49, start=1, end=2))


@claim(shares=clip_engine)
def regions_of_other_programs_are_read_and_what_is_no_region_is_kept(home):
    add_clip(home, 'Python', selection_regions="{'1073741913': [100, 200, 1.0, False], '50': [1, 2], '51': [3, 4, 0.5]}")
    same([(1, 100, 200, 1, False), (2, 1, 2, 1, False), (3, 3, 4, 0.5, False)],
         [(one['digit'], one['start'], one['end'], one['volume'], one['locked'])
          for one in regions(home, 'list', 'Python')['each']])
    add_clip(home, 'Odd', selection_regions={'49': [1, 2, 1, True], 'x': [5, 6], '50': 'none', '52': [9, 1]})
    odd = regions(home, 'list', 'Odd')
    same(([1], True), ([one['digit'] for one in odd['each']], odd['each'][0]['locked']))
    assert odd['warning'], odd
    regions(home, 'save', 'Odd', '5', '7', '8')
    same({'49': [1, 2, 1, True], 'x': [5, 6], '50': 'none', '52': [9, 1], '53': [7, 8, 1.0, False]},
         body_of(home, 'Odd')['selection_regions'])
    for text in ('{"49": [1, 2', '[1]', '', "{'49': [1, 2]} and more", '{' * 500):
        name = f'Corrupt {len(text)}'
        add_clip(home, name, selection_regions=text)
        corrupt = regions(home, 'list', name)
        same([], corrupt['each'])
        assert corrupt['warning'], corrupt
        same(text, body_of(home, name)['selection_regions'])
        regions(home, 'save', name, '1', '7', '8')
        same((text, {'49': [7, 8, 1.0, False]}),
             (body_of(home, name)['selection_regions_unread'], body_of(home, name)['selection_regions']))


@claim(shares=clip_engine)
def a_clip_that_is_played_arms_its_keys(home):
    sound.make('sine', home.file('files/other.wav'), RATE, RATE, 111)
    home.loophole('index', home.file('files'), '--wait')
    other = home.first('show', home.file('files/other.wav'))['id']
    add_clip(home, 'Bare', item=other)
    add_clip(home, 'Other', item=other)
    add_clip(home, 'Third', item=other)
    for name in ('Third', 'Other', 'Verse'):
        regions(home, 'save', name, '6', '0', '24000')
    clips = [json.loads(one['body']) for one in home.ask('project.show')['each'] if one['kind'] == 'clip']
    first = next(body['name'] for body in clips if body['item'] == other and body.get('selection_regions'))
    for how in (('play', home.file('files/other.wav')), ('preview', home.file('files/other.wav'))):
        same('Verse', regions(home, 'arm', 'Verse')['name'])
        same('Verse', regions(home, 'list')['name'])
        home.loophole(*how)
        until(lambda: regions(home, 'list')['name'] == first, what='its first clip with regions is armed')
        same(first, regions(home, 'play', '6')['name'])
    same('Third', regions(home, 'arm', 'Third')['name'])
    home.loophole('play', home.file('files/other.wav'))
    until(lambda: any(one['id'] == other for one in home.ask('streamer.voices')['each']))
    same('Third', regions(home, 'play', '6')['name'], 'of clips of one item the armed one stays')
    contains(home.loophole('region', 'arm', 'None', code=None).all, 'no clip "None"')
    home.ask('streamer.stop')
    home.ask('streamer.preview_stop')
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')


@claim(shares=clip_engine)
def another_clip_arms_its_keys_and_regions_are_in_the_file(home):
    add_clip(home, 'Two')
    regions(home, 'save', 'Verse', '8', '100', '900')
    regions(home, 'save', 'Two', '8', '200', '900')
    same('Two', regions(home, 'list')['name'])
    assert home.first('project', 'state')['regions'] >= 2
    same('Verse', regions(home, 'play', '8', 'Verse')['name'])
    same('Verse', regions(home, 'list')['name'])
    contains(home.loophole('region', 'play', '7', 'Two', code=None).all, 'has no region')
    home.loophole('project', 'save')
    kept = regions(home, 'list', 'Two')
    regions(home, 'delete', '8', 'Two')
    home.loophole('project', 'load')
    same(kept['each'], regions(home, 'list', 'Two')['each'])
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')


def pads_of_regions(home):
    """{pad: (from, until, note)} of the pads that have a sound."""
    return {one['pad']: (one['from'], one['until'], one['note']) for one in home.ask('audio.pads')['each'] if one['pad'] > 9 and 'sound' in one}


@claim(shares=clip_engine)
def the_regions_of_the_armed_clip_are_on_ten_pads_if_it_is_asked(home):
    sound.make('sine', home.file('files/pads.wav'), RATE, RATE, 111)
    home.loophole('index', home.file('files'), '--wait')
    add_clip(home, 'Loose', item=home.first('show', home.file('files/pads.wav'))['id'], selection_regions={'50': [100, 4000]})
    add_clip(home, 'Firm', selection_regions={'49': [12000, 36000], '48': [1, 2]})
    regions(home, 'arm', 'Firm')
    contains(home.refused('region', 'pads'), '--off')
    contains(home.refused('region', 'pads', '119'), '118')
    same(54, regions(home, 'pads', '54')['pads'])
    both = {54: (12000, 36000, 90), 63: (1, 2, 99)}
    same(both, pads_of_regions(home))

    def hit():
        home.ask('audio.hit', 'pad=54', 'velocity=1')
        until_later(home, RATE)
    until_quiet(home)
    counts = [round(x * sound.UNIT) for x in undisturbed(home, hit)]
    first = next(n for n, x in enumerate(counts) if x == 12001 + EDGE) - EDGE
    for n in range(EDGE, 24000 - 480):
        same(12001 + n, counts[first + n])
    home.loophole('play', home.file('files/pads.wav'))
    until(lambda: pads_of_regions(home) == {55: (100, 4000, 91)}, what='the pads have the regions of the clip that plays')
    home.ask('streamer.stop')
    regions(home, 'save', 'Loose', '1', '7', '70')
    same({54: (7, 70, 90), 55: (100, 4000, 91)}, pads_of_regions(home))
    regions(home, 'delete', '2')
    same({54: (7, 70, 90)}, pads_of_regions(home))
    home.loophole('project', 'undo')
    same({54: (7, 70, 90), 55: (100, 4000, 91)}, pads_of_regions(home))
    home.loophole('project', 'undo')
    same({55: (100, 4000, 91)}, pads_of_regions(home))
    for _ in range(2):
        home.loophole('project', 'redo')
    same({54: (7, 70, 90)}, pads_of_regions(home))
    same('Firm', regions(home, 'play', '0', 'Firm')['name'])
    same(both, pads_of_regions(home))
    same(20, regions(home, 'pads', '20')['pads'])
    same({20: (12000, 36000, 56), 29: (1, 2, 65)}, pads_of_regions(home))
    pid = home.pid('project')
    os.kill(pid, signal.SIGSTOP)
    try:
        home.loophole('play', home.file('files/pads.wav'))
        arming = home.start('loophole', 'region', 'arm', 'Firm', '--budget', '600000')
    finally:
        os.kill(pid, signal.SIGCONT)
    same(0, arming.wait(600))
    home.ask('project.region_arm', f'item={regions(home, "list", "Loose")["item"]}', 'began=1')
    same('Firm', regions(home, 'list')['name'], 'a voice that began before arms nothing')
    home.ask('streamer.stop')
    assert 'pads' not in regions(home, 'pads', '--off')
    same({}, pads_of_regions(home))
    regions(home, 'arm', 'Loose')
    same({}, pads_of_regions(home))
    until(lambda: home.ask('streamer.voices')['each'] == [], what='no voice plays')


run_claims()
