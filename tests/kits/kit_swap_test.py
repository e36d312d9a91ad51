#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Other sounds for the slots of a loaded kit, while it plays: swap, randomise, and the locks that hold them."""
import json
import os

from tests.claims import claim, contains, how_often, run_claims, same, until
from tests.kits.kits import (LEVELS, LONGER, build, class_of, constant, drums_and_levels, first, ids, is_level, level, levels_of,
                             make, pads_of, recorded, sound_in, sounds_of)
from tests.sounding import random, until_later


@claim(shares=drums_and_levels)
def a_slot_is_swapped_with_its_neighbours_of_the_class_and_back(home):
    kit = build(home, '--name', 'Swapped', '--seed', '21')
    home.loophole('kit', 'load', 'Swapped')
    swap = lambda *to: sound_in(home.first('kit', 'swap', *to), to[0])
    first = sound_in(kit, 'snare')
    one, two = swap('snare', 'next'), swap('snare', 'next')
    same(3, len({first, one, two}))
    same([one, first], [swap('snare', 'previous'), swap('snare', 'previous')])
    same(one, swap('snare', 'back'))
    same(first, swap('snare', 'back'))
    near = [line['id'] for line in home.json('similar', first, '--in', 'class:snare -is:loop', '--limit', '20')]
    assert near.index(one) < near.index(two), (near, one, two)
    for _ in range(5):
        same('snare', class_of(home, swap('snare', 'random')))
    same({'low'}, {home.first('show', swap('snare', level(home, 'low')))['name']})
    home.loophole('undo')
    same('snare', class_of(home, sound_in(home.first('kit', 'show', 'Swapped'), 'snare')))


@claim(shares=drums_and_levels)
def a_load_and_a_swap_say_which_pads_are_silent(home):
    path = home.file('library/levels/gone.wav')
    constant(path, .3)
    home.loophole('index', home.file('library'), '--wait')
    gone = first(home, 'gone')
    os.unlink(path)
    make(home, 'Silent', a='low', b='high')
    quiet = home.loophole('kit', 'load', 'Silent')
    assert 'is silent' not in quiet.all, quiet.all
    swapped = home.loophole('kit', 'swap', 'a', gone)
    contains(swapped.err, f'warning: pad 0 is silent: {gone}: ')
    contains(swapped.out, 'gone')
    silent = lambda *args: [(one['index'], one['id']) for one in home.first('kit', *args).get('silent', [])]
    same([], silent('swap', 'a', 'back'))
    same([(0, gone)], silent('swap', 'a', 'back'))
    same([(0, gone)], silent('load', 'Silent'))
    same([], silent('swap', 'b', level(home, 'middle')))  # only the pads of the ask
    same([], silent('show', 'Silent'))


@claim(shares=drums_and_levels)
def the_way_back_brings_the_reason_of_the_sound_too(home):
    kit = build(home, '--name', 'Reasons', '--seed', '5', '--slots', 'snare')
    home.loophole('kit', 'load', 'Reasons')
    why = lambda *to: home.first('kit', 'swap', 'snare', *to)['slots'][0]['why']
    next_one = why('next')
    assert next_one and next_one != kit['slots'][0]['why'], next_one
    same([kit['slots'][0]['why'], next_one], [why('back'), why('back')])
    same('', why(level(home, 'low')))  # a person chose it
    same(next_one, why('back'))


@claim(shares=drums_and_levels)
def a_swap_by_likeness_takes_sounds_of_the_pack_first_and_an_item_is_what_they_are_like(home):
    packs = ('TR808EmulationKit', 'GMRockKit')
    one, other = (home.first('search', f'class:snare -is:loop pack:{pack}')['id'] for pack in packs)
    make(home, 'Alike')
    home.loophole('kit', 'set', 'Alike', 'snare', f'sound={one}')
    home.loophole('kit', 'load', 'Alike')
    swap = lambda *to: sound_in(home.first('kit', 'swap', 'snare', *to, '--like'), 'snare')
    pack = lambda media: home.first('show', media)['pack']
    count = len(home.json('search', f'class:snare -is:loop pack:{packs[0]}'))
    forth = [swap('next') for _ in range(count - 1)]
    same({packs[0]}, {pack(media) for media in forth})
    same(count - 1, len(set(forth)))
    same(forth[-2::-1] + [one], [swap('previous') for _ in range(count - 1)])
    last = swap('previous')  # of the 64 nearest
    same(packs[1], pack(last))
    same(one, swap('next'))
    assert swap('random') not in (one, None)
    like = swap(other)
    assert like != other and pack(like) == packs[1], like
    same(like, swap(other))  # it is that already
    got = swap('next')
    assert got not in (like, other), (got, like, other)
    same(like, swap('previous'))
    contains(home.refused('kit', 'swap', 'snare', 'next', '--like=A', code=64), '--like takes no value')


@claim(shares=drums_and_levels)
def swap_and_randomise_keep_to_the_tags_of_the_kit_while_sounds_have_them(home):
    snares, others = (ids(home, f'class:{name} -is:loop') for name in ('snare', 'kick'))
    tagged = snares[:3]
    home.loophole('tag', *tagged, '+Smoky')
    kit = build(home, '--slots', 'snare,kick', '--tags', 'smoky', '--name', 'Smoky')
    home.loophole('kit', 'set', 'Smoky', 'kick', 'sound=' + others[0])
    home.loophole('kit', 'load', 'Smoky')
    slot = lambda name, *args: next(one for one in home.first('kit', *args)['slots'] if one['slot'] == name)
    sound = lambda name, *args: slot(name, *args)['layers'][0]['media']
    for args in (('swap', 'snare', 'next'), ('swap', 'snare', 'next', '--like'), ('swap', 'snare', 'random'), ('randomise', '--spread', '1')):
        for _ in range(4):
            before = sound_in(home.first('kit', 'show', 'Smoky'), 'snare')
            after = slot('snare', *args)
            media = after['layers'][0]['media']
            assert media in tagged and media != before, (args, media, before)
            contains(after['why'], ', it is smoky')
    assert sound('kick', 'swap', 'kick', 'next') in others[1:], 'no kick has the tag: all of them count'
    heard = {sound('snare', 'swap', 'snare', 'random', '--any', '--seed', str(n)) for n in range(1, 9)}
    assert heard - set(tagged), heard
    home.loophole('kit', 'set', 'Smoky', 'tags=')
    home.loophole('kit', 'swap', 'snare', tagged[0])
    heard = {sound('snare', 'swap', 'snare', 'next') for _ in range(6)}
    assert heard - set(tagged), heard
    same(kit['tags'], ['smoky'])
    home.loophole('tag', *tagged, '-Smoky')


def locks_of(kit):
    return [(one['pad'], one['slot'], one['name']) for one in kit.get('held', [])]


@claim(shares=drums_and_levels)
def a_sound_with_many_long_tags_of_the_kit_is_chosen_with_the_reasons_for_which_there_is_room(home):
    tags = ['a' * 61 + f'{n:03}' for n in range(16)]
    snares = ids(home, 'class:snare -is:loop')[:2]
    home.loophole('tag', *snares, *('+' + tag for tag in tags))
    try:
        kit = build(home, '--slots', 'snare', '--tags', ','.join(tags), '--name', 'Long')
        home.loophole('kit', 'load', 'Long')
        swapped = home.first('kit', 'swap', 'snare', 'next')
        for one in (kit, swapped):
            (slot,) = one['slots']
            assert slot['layers'][0]['media'] in snares and len(slot['why'].encode()) <= 1024, slot
            contains(slot['why'], ', it is ' + tags[0])
    finally:
        home.loophole('tag', *snares, *('-' + tag for tag in tags))


@claim(shares=drums_and_levels)
def a_locked_pad_stays_through_all_later_loads_until_it_is_unlocked(home):
    for kit, slots in (('Wide', {'a': 'low', 'b': 'middle', 'c': 'low'}), ('Two', {'x': 'high', 'y': 'high'}),
                       ('Three', {'x': 'middle', 'y': 'middle', 'z': 'high'})):
        make(home, kit, **slots)
    home.loophole('kit', 'load', 'Wide')
    home.loophole('kit', 'lock', 'a', 'c')
    held = {number: pads_of(home)[number] for number in (0, 2)}
    stays = lambda: same(held, {number: pads_of(home)[number] for number in held})
    same([(0, 'a', 'Wide'), (2, 'c', 'Wide')], locks_of(home.first('kit', 'load', 'Two')))
    stays()
    shown = home.loophole('kit', 'show', 'Two').out
    contains(shown, 'locked, plays a of Wide; here: high')
    contains(shown, '  2  locked, plays c of Wide')  # no slot of the kit has this pad
    contains(home.refused('kit', 'swap', 'x', level(home, 'low')), 'slot x is locked: pad 0 plays a of Wide')
    contains(home.refused('kit', 'randomise', 'x'), 'locked')
    home.loophole('kit', 'load', 'Three')
    stays()
    same('middle', home.first('kit', 'show', 'Three')['slots'][1]['layers'][0]['name'])
    home.kill('project')
    until(lambda: home.has_lived('project'), what='project has lived')
    home.loophole('kit', 'load', 'Two', '--from', '2')
    stays()
    same([(0, 'a', 'Wide'), (2, 'c', 'Wide')], locks_of(home.first('kit', 'show', 'Two')))
    home.loophole('project', 'undo')
    until(lambda: home.first('kit', 'show', 'Three').get('loaded') == 0, what='the kit before is loaded')
    stays()
    same([(2, 'c', 'Wide')], locks_of(home.first('kit', 'lock', 'x', '--off')))
    stays()
    home.loophole('kit', 'swap', 'x', level(home, 'high'))
    assert pads_of(home)[0] != held.pop(0)
    contains(home.refused('kit', 'lock', 'c', code=12), 'slot c is not in the loaded kit')
    same([], locks_of(home.first('kit', 'lock', 'c', '--off')))
    stays()
    home.loophole('kit', 'load', 'Three')
    assert pads_of(home)[2] != held.pop(2)
    home.loophole('kit', 'load', 'Wide')
    same([], locks_of(home.first('kit', 'show', 'Wide')))  # its own locks are in the kit
    home.loophole('kit', 'lock', '--off')


@claim(shares=drums_and_levels)
def a_pad_can_be_unlocked_after_the_loaded_kit_was_removed(home):
    for kit in ('Holder', 'Gone', 'After'):
        make(home, kit, u='low', v='high')
    home.loophole('kit', 'load', 'Holder')
    home.loophole('kit', 'lock', 'u', 'v')
    home.loophole('kit', 'load', 'Gone')
    home.loophole('kit', 'remove', 'Gone')
    contains(home.refused('kit', 'lock', 'u', code=12), 'no kit is loaded')
    contains(home.refused('kit', 'lock', 'w', '--off', code=12), 'slot w is not in the loaded kit')
    first = ('kit', 'lock', 'u', '--off', '--request-id', '01J0000000000000000000KK7M')
    same(home.loophole(*first).out, home.loophole(*first).out)
    shown = home.loophole(*first).out
    contains(shown, 'no kit is loaded; 1 pad locked'), contains(shown, '  1  locked, plays v of Holder')
    again = ('kit', 'lock', '--off', '--json', '--request-id', '01J0000000000000000000KK7L')
    same([], locks_of(home.first(*again)))
    same([], locks_of(home.first(*again)))
    contains(home.refused('kit', 'lock', '--off', code=12), 'no kit is loaded')
    same([], locks_of(home.first('kit', 'load', 'After')))


@claim(shares=drums_and_levels)
def a_kit_takes_its_own_locked_pad_back(home):
    make(home, 'Own', a='low')
    make(home, 'Guest', a='high')
    home.loophole('kit', 'load', 'Own')
    home.loophole('kit', 'lock')
    home.loophole('kit', 'load', 'Guest')
    home.loophole('kit', 'set', 'Own', 'a', 'gain=50%')
    home.loophole('kit', 'load', 'Own')
    same((.5, []), (pads_of(home)[0]['gain'], locks_of(home.first('kit', 'show', 'Own'))))
    home.loophole('kit', 'lock', '--off')


@claim(shares=drums_and_levels)
def a_hit_under_way_ends_as_it_began_and_the_next_one_plays_the_new_sound(home):
    make(home, 'Live', a='low', b='middle')
    home.loophole('kit', 'load', 'Live')

    def play():
        home.loophole('kit', 'swap', 'a', level(home, 'low'))
        home.loophole('pads', 'hit', '0')
        until_later(home, 4096)  # the hit has begun
        home.loophole('kit', 'swap', 'a', level(home, 'high'))
        until_later(home, LONGER)
        home.loophole('pads', 'hit', '0')
    frames = recorded(home, 'live', play)
    same(['low', 'high'], levels_of(frames))
    first = [n for n, x in enumerate(frames) if is_level(x, 'low')]
    assert all(is_level(x, 'low') for x in frames[first[0]:first[-1]]), 'the first hit changes'
    assert len(first) > 20000, len(first)


@claim(shares=drums_and_levels)
def randomise_changes_all_but_locked_slots_and_a_seed_repeats_it(home):
    kit = build(home, '--name', 'Dice', '--seed', '31', '--slots', 'kick,snare,hat,tom')
    home.loophole('kit', 'load', 'Dice')
    home.loophole('kit', 'lock', 'kick')
    one = home.first('kit', 'randomise', '--seed', '5', '--spread', '1')
    same((sound_in(kit, 'kick'), 5), (sound_in(one, 'kick'), one['seed']))
    for slot in ('snare', 'hat', 'tom'):
        assert sound_in(kit, slot) != sound_in(one, slot), slot
        same(class_of(home, sound_in(kit, slot)), class_of(home, sound_in(one, slot)))
    home.loophole('undo')
    same(sounds_of(one), sounds_of(home.first('kit', 'randomise', '--seed', '5', '--spread', '1')))
    home.loophole('undo')
    near = home.first('kit', 'randomise', 'snare', '--spread', '0')
    same(sound_in(kit, 'hat'), sound_in(near, 'hat'))
    same(home.json('similar', sound_in(kit, 'snare'), '--in', 'class:snare -is:loop', '--limit', '1')[0]['id'],
         sound_in(near, 'snare'))
    contains(home.refused('kit', 'swap', 'kick', 'next'), 'slot kick is locked')
    contains(home.refused('kit', 'randomise', 'kick'), 'locked')
    home.loophole('kit', 'lock', 'kick', '--off')
    home.loophole('kit', 'swap', 'kick', 'next')


@claim(shares=drums_and_levels)
def randomise_changes_each_slot_of_a_kit_with_many(home):
    kick, snare = (home.first('search', f'class:{name} -is:loop')['id'] for name in ('kick', 'snare'))
    make(home, 'Many', first='low')
    home.loophole('kit', 'load', 'Many')
    slots = [{'slot': f'kick{n}', 'pad': n, 'layers': [{'media': kick}]} for n in range(1, 80)]
    slots.append({'slot': 'snare', 'pad': 80, 'layers': [{'media': snare}]})
    home.ask('project.set_kit', 'kit=Many', 'slots=' + json.dumps(slots))
    same(snare, sound_in(home.first('kit', 'show', 'Many'), 'snare'))
    assert sound_in(home.first('kit', 'randomise', '--spread', '1'), 'snare') != snare, 'the last slot has its old sound'


@claim(shares=drums_and_levels)
def a_swap_that_is_repeated_after_a_death_leaves_the_pads_of_another_kit(home):
    make(home, 'Earlier', a='low')
    make(home, 'Later', a='middle')
    home.loophole('kit', 'load', 'Earlier')
    swap = ('kit', 'swap', 'a', level(home, 'high'), '--request-id', '01J0000000000000000000KK7S')
    home.loophole(*swap)
    home.loophole('kit', 'load', 'Later')
    before = pads_of(home)[0]['sound']
    home.kill('project')
    until(lambda: home.has_lived('project'), what='project has lived')
    home.loophole(*swap)
    same(before, pads_of(home)[0]['sound'])


@claim(shares=drums_and_levels)
def a_slot_that_is_swapped_over_a_death_has_the_sound_of_its_pad(home):
    make(home, 'Killed', a='low')
    home.loophole('kit', 'load', 'Killed')
    for n in range(how_often(4, 60)):
        service = ('project', 'audio', 'persist', 'search')[n % 4]
        until(lambda: home.has_lived(service), what=f'{service} has lived')
        name = list(LEVELS)[(n + 1) % 3]
        swapping = home.start('loophole', 'kit', 'swap', 'a', level(home, name))
        until_later(home, random.randrange(0, 4096))
        home.kill(service)
        same(0, swapping.wait(600), f'of the swap while {service} was killed')
        same(name, home.first('kit', 'show', 'Killed')['slots'][0]['layers'][0]['name'])
        hit = lambda: until(lambda: home.loophole('pads', 'hit', '0', code=None).code == 0, what='the pad is hit')
        same([name], levels_of(recorded(home, 'killed', hit)), f'levels after {service} was killed')


if __name__ == '__main__':
    run_claims()
