#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kits: built from the library, changed, loaded on the pads and heard through MIDI, over deaths."""
import itertools
import json
import math
import os

from tests.claims import claim, contains, file_bytes, how_often, run_claims, same, until
from tests.sound.devices import Device
from tests.kits.kits import (LONGER, build, class_of, constant, drums_and_levels, level, levels_of, make, pads_of, recorded,
                             sound_in, sounds_of)
from tests.sounding import frame, peak, random, until_later

NUMBERS = itertools.count()
CLASSES = {'kick': {'kick'}, 'snare': {'snare'}, 'clap': {'clap'}, 'hat': {'hat_closed', 'hat_open'},
           'perc': {'perc_bell', 'perc_hand', 'perc_shaker', 'perc_wood', 'rim', 'tom'}}


@claim(shares=drums_and_levels)
def each_slot_of_a_built_kit_has_a_sound_of_its_class_and_a_reason(home):
    kit = build(home, '--kind', 'drum', '--seed', '7', '--name', 'Seven')
    same(['id', 'name', 'scope', 'family', 'tags', 'slots'], list(kit)[:6])
    same(('Seven', 'global', 'drum', 7), (kit['name'], kit['scope'], kit['family'], kit['seed']))
    same('kick snare clap hat perc1 perc2 perc3 fx'.split(), [one['slot'] for one in kit['slots']])
    same(list(range(8)), [one['pad'] for one in kit['slots']])
    for slot in kit['slots']:
        same(['slot', 'pad', 'layers', 'why', 'placeholder'], list(slot)[:5])
        assert bool(slot['layers']) == bool(slot['why']) != bool(slot['placeholder']), slot
        for layer in slot['layers']:
            same(['media', 'velocity_from', 'velocity_until', 'gain', 'pitch', 'start', 'end'], list(layer)[:7])
            assert class_of(home, layer['media']) in CLASSES[slot['slot'].rstrip('123')], slot
    same(len(sounds_of(kit)), len(set(sounds_of(kit))))
    contains(next(one for one in kit['slots'] if one['slot'] == 'fx')['placeholder'], 'the library has no sound for fx')


@claim(shares=drums_and_levels)
def a_seed_builds_the_same_kit_again_and_another_seed_another(home):
    kits = [sounds_of(build(home, '--name', f'same{n}', '--seed', '11')) for n in range(2)]
    same(*kits)
    others = {tuple(sounds_of(build(home, '--scope', 'ephemeral'))) for _ in range(8)}
    assert len(others) >= 7, f'{len(others)} of 8 kits differ'


@claim(shares=drums_and_levels)
def no_kit_has_nearly_the_same_sound_twice(home):
    for seed in range(1, 6):
        kit = build(home, '--scope', 'ephemeral', '--seed', str(seed), '--slots', 'kick1,kick2,kick3,tom1,tom2,tom3')
        for media in sounds_of(kit):
            near = {one['id']: one['distance'] for one in home.json('similar', media, '--limit', '200')}
            for other in set(sounds_of(kit)) - {media}:
                assert near.get(other, 9) >= .25, (kit['name'], media, other, near[other])


@claim(shares=drums_and_levels)
def a_hidden_or_missing_sound_is_never_chosen(home):
    claps = [one['id'] for one in home.json('search', 'class:clap', '--limit', '100')]
    assert claps
    home.loophole('hide', *claps)
    try:
        slot, = build(home, '--scope', 'ephemeral', '--slots', 'clap')['slots']
        same([], slot['layers'])
        contains(slot['placeholder'], 'the library has no sound for clap')
    finally:
        home.loophole('hide', *claps, '--off')
    paths = [one['path'] for one in home.json('search', 'class:clap', '--limit', '100')]
    for path in paths:
        os.rename(path, path + '.away')
    home.loophole('index', home.file('library'), '--wait')
    slot, = build(home, '--scope', 'ephemeral', '--slots', 'clap')['slots']
    for path in paths:
        os.rename(path + '.away', path)
    home.loophole('index', home.file('library'), '--wait')
    same([], slot['layers'])
    assert build(home, '--scope', 'ephemeral', '--slots', 'clap')['slots'][0]['layers']


@claim(shares=drums_and_levels)
def the_loudness_of_a_built_kit_is_even(home):
    kit = build(home, '--name', 'Even', '--seed', '3', '--slots', 'kick,snare,hat,tom1,tom2,cymbal')
    heard = []
    for slot in kit['slots']:
        for layer in slot['layers']:
            fact = home.first('show', layer['media'])['lufs']
            if .05 < layer['gain'] < 4:
                heard.append(fact + 20 * math.log10(layer['gain']))
    assert len(heard) >= 3 and max(heard) - min(heard) < .1, heard


@claim(shares=drums_and_levels)
def a_loaded_kit_is_heard_through_midi(home):
    home.loophole('project', 'new', 'Many pads')
    make(home, 'Levels', low='low', middle='middle', high='high')
    home.loophole('kit', 'set', 'Levels', 'high', 'gain=50%', 'note=90', 'pad=119')
    contains(home.loophole('kit', 'load', 'Levels', '--from', '8').out, 'G#2/44')
    device = Device(home)
    device.until_wired()
    for message, wanted in (('90 2c 7f', 'low'), ('90 2d 7f', 'middle'), ('90 5a 7f', 'middle')):
        def play():
            device.send(message)
            since = frame(home)
            until(lambda: peak(home, 'pads', since) or frame(home) > since + 2 * LONGER, what='the pad sounds, or has sounded')
        same([wanted], levels_of(recorded(home, 'midi', play)), f'levels of {message}')
    device.end()
    kept = pads_of(home)[127]
    same(['middle'], levels_of(recorded(home, 'hit', lambda: home.loophole('pads', 'hit', '127'))))
    home.loophole('project', 'save')
    home.loophole('project', 'new', 'No pads')
    home.ask('audio.set_pads', 'each=[{"pad":127}]')
    assert 127 not in pads_of(home)
    home.loophole('project', 'open', 'Many pads')
    same(kept['note'], pads_of(home)[127]['note'])
    home.loophole('project', 'undo')
    until(lambda: 127 not in pads_of(home), what='the pads are those before the load')


@claim(shares=drums_and_levels)
def a_kit_is_loaded_at_once_or_not_at_all(home):
    make(home, 'First', a='low', b='middle')
    make(home, 'Wide', a='high', b='high')
    home.loophole('kit', 'set', 'Wide', 'b', 'pad=124')
    home.loophole('kit', 'load', 'First')
    before = pads_of(home)
    contains(home.refused('kit', 'load', 'Wide', '--from', '4', code=11), 'slot b would be on pad 128: pads are 0 to 127; all slots have one from pad 3')
    same(before, pads_of(home))
    home.loophole('kit', 'load', 'Wide')
    now = pads_of(home)
    assert now[0]['sound'] == now[124]['sound'] != before[0]['sound']
    same(before[1], now[1])


@claim(shares=drums_and_levels)
def a_placeholder_stays_and_is_whole_when_its_sound_is(home):
    path = home.file('library/levels/passing.wav')
    constant(path, .3)
    home.loophole('index', home.file('library'), '--wait')
    home.loophole('project', 'new', 'Passing')
    home.loophole('kit', 'new', 'Gone', '--scope', 'project')
    home.loophole('kit', 'set', 'Gone', 'a', 'sound=' + path, 'gain=0.5', 'choke=3')
    home.loophole('kit', 'set', 'Gone', 'b', 'sound=' + level(home, 'low'))
    before = home.first('kit', 'show', 'Gone')
    same(['', ''], [one['placeholder'] for one in before['slots']])
    os.rename(path, home.file('passing.wav'))
    home.loophole('index', home.file('library'), '--wait')

    def with_mark(kit):
        a, b = kit['slots']
        same(('passing is missing', ''), (a['placeholder'], b['placeholder']))
        same(dict(before['slots'][0], placeholder=''), dict(a, placeholder=''))
        return kit
    with_mark(home.first('kit', 'show', 'Gone'))
    loaded = home.loophole('kit', 'load', 'Gone')
    contains(loaded.err, 'pad 0 is silent')
    home.loophole('kit', 'set', 'Gone', 'tags=dusty')
    home.loophole('project', 'save')
    home.loophole('kit', 'remove', 'Gone')
    home.loophole('project', 'load')
    with_mark(home.first('kit', 'show', 'Gone'))
    contains(file_bytes(home.file('data/projects/Passing/project.json')).decode(), '"kits"')
    os.rename(home.file('passing.wav'), path)
    home.loophole('index', home.file('library'), '--wait')
    same('', home.first('kit', 'show', 'Gone')['slots'][0]['placeholder'])
    until(lambda: 'sound' in pads_of(home)[0], what='the pad has its sound again')
    home.loophole('project', 'close')


@claim(shares=drums_and_levels)
def each_change_of_a_kit_is_one_step_of_undo(home):
    kit = make(home, 'Steps', a='low')
    home.loophole('kit', 'set', 'Steps', 'name=Stairs', 'tags=a,b', 'author=Ana', 'licence=CC0')
    named = home.first('kit', 'show', 'Stairs')
    same((['a', 'b'], 'Ana', 'CC0'), (named['tags'], named['author'], named['licence']))
    home.loophole('kit', 'set', 'Stairs', 'a', 'off')
    home.loophole('kit', 'remove', 'Stairs')
    home.refused('kit', 'show', 'Stairs', code=12)
    home.loophole('undo')
    same([], home.first('kit', 'show', 'Stairs')['slots'])
    home.loophole('undo')
    same(dict(named, revision=0), dict(home.first('kit', 'show', 'Stairs'), revision=0))
    home.loophole('undo')
    same(dict(kit, revision=0), dict(home.first('kit', 'show', 'Steps'), revision=0))
    home.loophole('undo'), home.loophole('undo')
    home.refused('kit', 'show', 'Steps', code=12)
    home.loophole('redo')
    same([], home.first('kit', 'show', 'Steps')['slots'])
    home.loophole('kit', 'remove', 'Steps')
    home.loophole('project', 'new', 'Own')
    home.loophole('kit', 'new', 'Mine', '--scope', 'project')
    home.loophole('project', 'undo')
    home.refused('kit', 'show', 'Mine', code=12)
    home.loophole('project', 'redo')
    same('project', home.first('kit', 'show', 'Mine')['scope'])
    home.loophole('project', 'close')
    home.refused('kit', 'show', 'Mine', code=12)
    home.check_store()


@claim(shares=drums_and_levels)
def a_kit_is_copied_and_moves_from_the_workspace_to_another_scope_in_one_step(home):
    kit = build(home, '--scope', 'ephemeral', '--name', 'Sketch', '--seed', '5')
    saved = home.first('kit', 'save', 'Sketch', '--name', 'Song kit')
    same((kit['id'], 'global', 'Song kit', kit['slots']), (saved['id'], saved['scope'], saved['name'], saved['slots']))
    home.refused('kit', 'show', 'Sketch', code=12)
    contains(home.refused('kit', 'save', 'Song kit', code=11), 'has the scope global already')
    home.loophole('undo')
    same(('ephemeral', 'Sketch'), tuple(home.first('kit', 'show', kit['id'])[key] for key in ('scope', 'name')))
    home.loophole('redo')
    copy = home.first('kit', 'copy', 'Song kit', 'Other kit')
    same((kit['slots'], True), (copy['slots'], copy['id'] != kit['id']))
    contains(home.refused('kit', 'copy', 'Song kit', 'Other kit', code=13), 'there is a kit "Other kit" already')
    home.loophole('project', 'new', 'Song')
    same('project', home.first('kit', 'save', 'Song kit', '--scope', 'project')['scope'])
    home.loophole('project', 'undo')
    same('global', home.first('kit', 'show', 'Song kit')['scope'])
    home.loophole('project', 'close')
    home.check_store()


def uses_of(home, name):
    return {(one['kind'], one['name'], one['role']) for one in home.first('show', level(home, name)).get('used_in', [])}


@claim(shares=drums_and_levels)
def a_kit_uses_its_sounds_as_long_as_it_has_them(home):
    def users(*query):
        return {one['name'] for one in home.json('search', ' '.join(query), '--limit', '100')}
    make(home, 'User', user_a='low', user_b='high')
    same({'low', 'high'}, users('used:User'))
    same({'low'}, users('used:User role:user_a'))
    contains(str(home.first('show', level(home, 'low'))['used_in']), "'kind': 'kit'")
    home.loophole('kit', 'set', 'User', 'user_a', 'off')
    same({'high'}, users('used:User'))
    home.loophole('undo')
    same({'low', 'high'}, users('used:User'))
    home.loophole('kit', 'save', 'User', '--scope', 'ephemeral')
    same({'low', 'high'}, users('used:User'))
    home.loophole('undo')
    same({'low', 'high'}, users('used:User'))
    home.loophole('kit', 'remove', 'User')
    same(set(), {one['name'] for one in home.json('search', 'used:User', '--limit', '100', code=None)})
    home.loophole('undo')
    same({'low', 'high'}, users('used:User'))
    home.loophole('project', 'new', 'Using')
    home.loophole('kit', 'copy', 'User', 'Theirs', '--scope', 'project')
    same({'low', 'high'}, users('used:Theirs'))
    for name in ('low', 'high'):
        until(lambda: ('project', 'Using', 'kit') in uses_of(home, name), what=f'the project uses {name} in its kit')
    assert ('project', 'Using', 'kit') not in uses_of(home, 'middle')
    home.loophole('project', 'undo')
    same(set(), {one['name'] for one in home.json('search', 'used:Theirs', '--limit', '100', code=None)})
    home.loophole('project', 'close')
    home.check_store()


def sketch(home, *more):
    """Builds a kit in the workspace under a name of its own."""
    return build(home, '--scope', 'ephemeral', '--name', f'sketch {next(NUMBERS)}', *more)


@claim(shares=drums_and_levels)
def a_kit_like_a_sound_has_those_nearest_to_it_and_not_the_sound_itself(home):
    snare = home.first('search', 'class:snare -is:loop')['id']
    near = [one['id'] for one in home.json('similar', snare, '--in', 'class:snare -is:loop', '--limit', '10')]
    for seed in range(1, 5):
        kit = sketch(home, '--like', snare, '--slots', 'snare,kick', '--seed', str(seed))
        assert sound_in(kit, 'snare') in near, (seed, kit['slots'])
        contains(kit['slots'][0]['why'], 'at the distance')
    kit = build(home, '--name', 'Original', '--seed', '41', '--slots', 'kick,snare,hat,tom')
    alike = [sketch(home, '--like', 'Original', '--slots', 'kick,snare,hat,tom', '--seed', str(n))
             for n in range(1, 4)]
    for one in alike:
        same(set(), set(sounds_of(one)) & set(sounds_of(kit)))
    same(sounds_of(alike[0]), sounds_of(sketch(home, '--like', kit['id'], '--slots', 'kick,snare,hat,tom',
                                              '--seed', '1')))
    kick = sound_in(kit, 'kick')
    by_path = sketch(home, '--like', home.first('show', kick)['path'], '--slots', 'kick', '--seed', '1')
    same(sounds_of(sketch(home, '--like', kick, '--slots', 'kick', '--seed', '1')),
         sounds_of(by_path))


@claim(shares=drums_and_levels)
def a_kit_like_a_sound_has_sounds_of_its_pack_before_nearer_ones_of_others(home):
    snare = home.first('search', 'class:snare -is:loop pack:TR808EmulationKit')['id']
    for seed in range(1, 5):
        for slot in sketch(home, '--like', snare, '--slots', 'hat,perc', '--seed', str(seed))['slots']:
            contains(slot['why'], 'from TR808EmulationKit')


@claim(shares=drums_and_levels)
def a_favourite_keeps_its_place_in_kits_and_the_reason_says_so(home):
    snares = lambda: [sketch(home, '--slots', 'snare', '--seed', str(n))['slots'][0] for n in range(1, 9)]
    before = [one['layers'][0]['media'] for one in snares()]
    liked = set(before[:4])
    home.loophole('favourite', *liked)
    for was, now in zip(before, snares()):
        chosen = now['layers'][0]['media']
        assert chosen == was or chosen in liked, (was, chosen, liked)
        same(chosen in liked, ', a favourite' in now['why'])
    home.loophole('favourite', *liked, '--off')


@claim(shares=drums_and_levels)
def tonal_sounds_of_a_kit_are_tuned_to_the_key_and_swapped_ones_too(home):
    tom = home.first('search', 'class:tom -is:loop')['id']
    home.loophole('edit', tom, 'pitch_hz=115', 'colour=red')  # a quarter of a semitone below A#2
    tuned = lambda *more: sketch(home, '--slots', 'tom', '--in', 'colour:red', *more)['slots'][0]
    pitch = lambda slot: round(slot['layers'][0]['pitch'], 1)
    slot = tuned('--key', 'Am')
    contains(slot['why'], 'tuned by -0.77 semitones to A2, of Amin')
    same([-.8, 0, .2], [pitch(slot), pitch(tuned()), pitch(tuned('--key', 'F'))])
    home.loophole('project', 'new', 'Keyed')
    home.loophole('project', 'set', 'key=F')
    same([.2, 0], [pitch(tuned()), pitch(tuned('--key', 'none'))])
    kit = build(home, '--name', 'Tuned', '--slots', 'tom', '--in', 'colour:red', '--key', 'A minor')
    home.loophole('kit', 'load', 'Tuned')
    slot, = home.first('kit', 'swap', 'tom', 'next')['slots']
    same((True, 'tuned by' in slot['why']), (kit['key'] == 'A minor', pitch(slot) != 0))
    same(-.8, pitch(home.first('kit', 'swap', 'tom', 'back')['slots'][0]))
    home.loophole('project', 'close')
    home.loophole('edit', tom, 'pitch_hz=', 'colour=')


@claim(shares=drums_and_levels)
def what_is_wrong_with_a_kit_is_refused_and_changes_nothing(home):
    make(home, 'Right', a='low')
    home.loophole('kit', 'load', 'Right')
    before = home.json('kit', 'list')
    for code, said, *words in (
            (13, 'there is a kit "Right" already', 'new', 'Right'),
            (11, 'family "jazz"', 'new', 'Wrong', 'family=jazz'),
            (11, 'scope nowhere is unknown', 'new', 'Wrong', '--scope', 'nowhere'),
            (11, 'contains a slash', 'new', 'a/b'),
            (11, 'have the same pad, 0', 'set', 'Right', 'b', 'pad=0'),
            (11, 'has no sound that pitch=3 could change', 'set', 'Right', 'b', 'pitch=3'),
            (11, 'before it begins', 'set', 'Right', 'a', 'start=9', 'end=4'),
            (11, 'nothing is to be changed in slot typo', 'set', 'Right', 'typo'),
            (12, 'no kit "None"', 'load', 'None'),
            (12, 'has no slot z', 'set', 'Right', 'z', 'off'),
            (11, 'kind jazz is unknown', 'build', '--kind', 'jazz'),
            (11, 'is not a word of letters', 'build', '--slots', 'a b'),
            (12, 'no item and no kit "None"', 'build', '--like', 'None'),
            (11, '"H9" is no key', 'build', '--key', 'H9'),
            (12, 'slot zz is not in the loaded kit', 'swap', 'zz', 'next'),
            (12, 'slot zz is not in the loaded kit', 'lock', 'a', 'zz'),
            (12, 'has had no other sound', 'swap', 'a', 'back'),
            (11, 'pad 128 is out of range', 'load', 'Right', '--from', '128')):
        contains(home.refused('kit', *words, code=code), said)
    for body in ('{"name":""}', '{"name":"x","slots":[{"slot":"a","pad":200}]}', '{"name":"x","slots":{"a":1}}',
                 '{"name":"x","slots":[{"slot":"a"},{"slot":"a","pad":1}]}', '{"name":"x","family":"jazz"}',
                 '{"name":"x","slots":[{"slot":"a","layers":[{"media":"z"}]}]}',
                 '{"name":"x","slots":[{"slot":"a","turn":9223372036854775807}]}'):
        home.refused('ask', 'project.put', 'kind=kit', 'body=' + body, code=11)
    same(before, home.json('kit', 'list'))


@claim(shares=drums_and_levels)
def keys_of_other_programs_stay_in_a_kit_of_a_project(home):
    home.loophole('project', 'new', 'Foreign')
    home.ask('project.put', 'kind=kit', 'body=' + json.dumps({'name': 'Theirs', 'stars': 5, 'slots': [{'slot': 'a', 'glow': 1}]}))
    same(('free', 'a'), (home.first('kit', 'show', 'Theirs')['family'], home.first('kit', 'show', 'Theirs')['slots'][0]['slot']))
    home.loophole('kit', 'set', 'Theirs', 'tags=x')
    part = next(one for one in home.json('project', 'show') if one.get('kind') == 'kit')
    same((5, ['x']), (part['body']['stars'], part['body']['tags']))
    home.loophole('project', 'close')


@claim(shares=drums_and_levels)
def a_name_of_a_kit_is_completed(home):
    make(home, 'Completed')
    contains(home.loophole('complete', '--line', '--', 'kit', 'load', 'Compl').out, 'Completed')
    contains(home.loophole('complete', '--line', '--', 'kit', '').out, 'build')


@claim(shares=drums_and_levels)
def a_kit_that_is_loaded_over_a_death_is_whole(home):
    """Kills one service during each load. The pads have the old or the new kit, and the new one after the answer."""
    names = ('Old', 'New')
    for name, which in zip(names, ('low', 'high')):
        make(home, name, **{f's{n}': which for n in range(4)})
    home.loophole('kit', 'load', 'Old')
    for n in range(how_often(6, 60)):
        service = ('audio', 'project', 'persist', 'streamer', 'search')[n % 5]
        until(lambda: home.has_lived(service), what=f'{service} has lived')
        other = home.start('loophole', 'kit', 'load', names[(n + 1) % 2])
        until_later(home, random.randrange(0, 4096))
        home.kill(service)
        same(0, other.wait(600), f'of the load while {service} was killed')
        until(lambda: len(pads_of(home)) >= 4 and all('sound' in pads_of(home)[pad] for pad in range(4)),
              what='the pads have sounds')
        pads = pads_of(home)
        same(1, len({pads[pad]['sound'] for pad in range(4)}), f'sound on all pads after {service} was killed')


@claim(shares=drums_and_levels)
def a_kit_that_is_built_over_a_death_is_there_once(home):
    for n in range(how_often(6, 60)):
        service = ('project', 'search', 'persist')[n % 3]
        until(lambda: home.has_lived(service), what=f'{service} has lived')
        out = home.file('built')
        building = home.start_into(out, 'loophole', 'kit', 'build', '--name', f'built {n}', '--json')
        until_later(home, random.randrange(0, 2048))
        home.kill(service)
        same(0, building.wait(600), f'of the build while {service} was killed')
        kit = json.loads(file_bytes(out))
        same([kit['slots']], [one['slots'] for one in home.json('kit', 'list') if one['name'] == f'built {n}'])
    home.check_store()


@claim(shares=drums_and_levels)
def a_repeated_ask_gives_the_first_kit(home):
    request = '01J0000000000000000000KK7A'
    first = build(home, '--request-id', request)
    same(first, build(home, '--request-id', request))
    changed = home.first('kit', 'set', first['name'], 'name=Renamed', '--request-id', request[:-1] + 'B')
    same(changed, home.first('kit', 'set', first['name'], 'name=Renamed', '--request-id', request[:-1] + 'B'))
    for _ in range(2):
        home.loophole('kit', 'remove', 'Renamed', '--request-id', request[:-1] + 'C')


if __name__ == '__main__':
    run_claims()
