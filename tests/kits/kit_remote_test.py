#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kits over OSC and MIDI: the same asks as those of the command line."""
import json
import os
import shlex
import shutil
import subprocess
import time

from tests.claims import DRUMKITS, claim, contains, file_text, run_claims, same, samples, until
from tests.sound.devices import Device
from tests.kits.kits import pads_of
from tests.sound.osc import Osc, bundle, encode
from tests.sounding import engine, start_transport, until_connected, until_transport


def loaded(home):
    """A sounding engine with a drum kit on its pads, and a MIDI device."""
    samples('*', folder=f'{DRUMKITS}/TR808EmulationKit')
    engine(home, '[osc]\nport = 0\n[audio]\nperiod = 1024\n', in_step=True)
    os.mkdir(home.file('library'))
    shutil.copytree(f'{DRUMKITS}/TR808EmulationKit', home.file('library/808'))
    home.loophole('index', home.file('library'), '--wait')
    home.wait_ready('osc', 'project', 'persist', 'audio')
    until_connected(home)
    home.loophole('project', 'new', 'Live')
    home.loophole('kit', 'build', '--name', 'Eight', '--slots', 'kick,snare,hat', '--seed', '3')
    home.loophole('kit', 'load', 'Eight')
    home.device = Device(home)
    home.device.until_wired()


def sounds(home):
    return {slot['slot']: slot['layers'][0]['media'] for slot in home.first('kit', 'show', 'Eight')['slots'] if slot['layers']}


def name(home, media):
    return home.first('show', media)['name']


def press(home, message, changed):
    home.device.press(message, changed, f'{message} acts')


@claim(shares=loaded)
def osc_swaps_randomises_and_locks_the_slots_of_the_loaded_kit(home):
    osc, before = Osc(home), sounds(home)
    said = osc.say('/kit/swap', 'snare')
    after = sounds(home)
    same((f'snare: {name(home, after["snare"])}', 0), said)
    same({'snare'}, {slot for slot in after if after[slot] != before[slot]})
    same((f'snare: {name(home, before["snare"])}', 0), osc.say('/kit/swap', 'snare', 'previous'))
    same((f'kick: {name(home, after["hat"])}', 0), osc.say('/kit/swap', 'kick', after['hat']))
    same((f'kick: {name(home, before["kick"])}', 0), osc.say('/kit/swap', 'kick', 'back'))
    same(before, sounds(home))
    same(('/kit/lock: done', 0), osc.say('/kit/lock', 'kick'))
    contains(osc.say('/kit/swap', 'kick')[0], 'slot kick is locked')
    same(('Eight: seed 5', 0), osc.say('/kit/randomise', 'slots=kick,snare', 'seed=5', 'spread=1'))
    chosen = sounds(home)
    same({'snare'}, {slot for slot in chosen if chosen[slot] != before[slot]})
    same(0, osc.say('/kit/lock', 'kick', 'off')[1])
    said = osc.say('/kit/randomise', 1)  # a button
    same(f'Eight: seed {home.first("kit", "show", "Eight")["seed"]}', said[0])
    osc.send('/kit/randomise', 0)  # its release
    same(0, osc.say('/kit/lock', 'hat')[1])
    same(said[0], f'Eight: seed {home.first("kit", "show", "Eight")["seed"]}')
    same(0, osc.say('/kit/lock', 'hat', 'off')[1])
    contains(osc.say('/kit/randomise', 'colour=red')[0], 'slots,spread,seed')
    same(11, osc.say('/kit/randomise', 'spread=2')[1])
    same(12, osc.say('/kit/swap', 'tuba')[1])


@claim(shares=loaded)
def osc_chops_a_sound_into_its_parts(home):
    osc = Osc(home)
    snare = home.first('search', 'class:snare')
    same(0, osc.say('/kit/chop', snare['id'])[1])
    slots = home.first('kit', 'show', f'{snare["name"]} chops')['slots']
    same([snare['id']] * len(slots), [slot['layers'][0]['media'] for slot in slots])
    contains(osc.say('/kit/chop', snare['id'], 'drum')[0], 'has no tempo')
    home.loophole('kit', 'remove', f'{snare["name"]} chops')


@claim(shares=loaded)
def osc_builds_lists_copies_moves_loads_and_removes_kits(home):
    osc = Osc(home)
    same(('Far: seed 9', 0), osc.say('/kit/build', 'name=Far', 'slots=kick,snare', 'seed=9', 'scope=ephemeral'))
    kick = home.first('search', 'class:kick -is:loop')['id']
    home.loophole('tag', kick, '+odd', '+rare')
    same(('Odd: seed 9', 0), osc.say('/kit/build', 'name=Odd', 'slots=kick,snare', 'tags=rare,unknown', 'without=dull,snare', 'seed=9', 'scope=ephemeral'))
    same([[kick], []], [[layer['media'] for layer in one['layers']] for one in home.first('kit', 'show', 'Odd')['slots']])
    contains(osc.say('/kit/build', 'section=nowhere', 'scope=ephemeral')[0], 'section "nowhere" is unknown')
    home.loophole('kit', 'remove', 'Odd')
    osc.send('/kit/show', 'Far')
    said, rows = osc.until('/kit/message')
    same(['/kit/message', 'Far: 2 slots', 0], said)
    shown = home.first('kit', 'show', 'Far')
    same([['/kit/row', one['slot'], one['pad'], one['layers'][0]['name'], one['why'], 0] for one in shown['slots']], rows)
    same(('/kit/save: done', 0), osc.say('/kit/save', 'Far', 'project'))
    same(('/kit/copy: done', 0), osc.say('/kit/copy', 'Far', 'Farther'))
    osc.send('/kit/list')
    said, rows = osc.until('/kit/message')
    same({'Far': 'project', 'Farther': 'global', 'Eight': 'global'}, {row[1]: row[2] for row in rows})
    same(f'{len(rows)} kits', said[1])
    same(('Far is on the pads from 16 on', 0), osc.say('/kit/load', 'Far', 16))
    until(lambda: {16, 17} <= {pad for pad, one in pads_of(home).items() if one.get('sound') is not None}, what='the pads are there')
    same(('Eight is on the pads from 0 on', 0), osc.say('/kit/load', 'Eight', 0, 'bar'))
    same(('/kit/remove: done', 0), osc.say('/kit/remove', 'Farther'))
    same(12, osc.say('/kit/load', 'Farther')[1])
    for wrong in (('Far', 128), ('Far', 0, 'noon'), ()):
        same(11, osc.say('/kit/load', *wrong)[1], wrong)
    same(11, osc.say('/kit/save', 'Far', 'moon')[1])
    osc.send_bytes(bundle(encode('/kit/copy', 'Far', 'Nothing'), encode('/kit/load', 'Far', 200)))
    osc.ping()
    assert 'Nothing' not in {kit['name'] for kit in home.json('kit', 'list')}


@claim(shares=loaded)
def osc_makes_and_changes_kits_and_presets(home):
    osc = Osc(home)
    same(('/kit/new: done', 0), osc.say('/kit/new', 'Empty', 'family=drum', 'tags=lofi,dusty', 'scope=ephemeral'))
    kit = home.first('kit', 'show', 'Empty')
    same(('drum', ['lofi', 'dusty'], 'ephemeral', []), tuple(kit[key] for key in ('family', 'tags', 'scope', 'slots')))
    same(13, osc.say('/kit/new', 'Empty', 'scope=ephemeral')[1])
    same(('/kit/set: done', 0), osc.say('/kit/set', 'Empty', 'name=Full', 'author=Ana Lee', 'tags='))
    kit = home.first('kit', 'show', kit['id'])
    same(('Full', 'Ana Lee', []), tuple(kit[key] for key in ('name', 'author', 'tags')))
    home.loophole('kit', 'set', 'Full', 'kick', 'sound=class:kick')
    home.loophole('kit', 'set', 'Full', 'snare', 'sound=class:snare')
    same(0, osc.say('/kit/set', 'Full', 'remove=kick')[1])
    same(['snare'], [slot['slot'] for slot in home.first('kit', 'show', 'Full')['slots']])
    same(12, osc.say('/kit/set', 'Nobody', 'name=Full')[1])
    contains(osc.say('/kit/set', 'Full', 'colour=red')[0], 'name,family,tags,author,licence,remove')
    same(('Bass: version 1', 0), osc.say('/preset/save', 'Bass', 'wave=square', 'freq=55', 'adsr.decay=0.2'))
    osc.send('/preset/show', 'Bass')
    said, (row,) = osc.until('/preset/message')
    same((['/preset/message', 'Bass: version 1', 0], ['/preset/row', 'Bass', 'global', 1]), (said, row[:4]))
    values = json.loads(row[5])
    same(('square', 55, .2), (values['wave'], values['freq'], values['adsr']['decay']))
    home.loophole('kit', 'set', 'Full', 'low', 'preset=Bass')
    osc.send('/preset/list')
    said, rows = osc.until('/preset/message')
    same(('1 preset', ['Bass']), (said[1], [one[1] for one in rows]))
    contains(osc.say('/preset/remove', 'Bass')[0], 'Full')
    same(('/preset/remove: done', 0), osc.say('/preset/remove', 'Bass', 'used'))
    home.loophole('kit', 'remove', 'Full')


@claim(shares=loaded)
def osc_swaps_by_likeness_and_says_which_pads_stay(home):
    osc, before = Osc(home), sounds(home)
    same(0, osc.say('/kit/swap', 'hat', before['snare'], 1)[1])
    same('snare', home.first('show', before['snare'])['class'])
    liked = sounds(home)['hat']
    assert liked != before['snare'], liked
    same(0, osc.say('/kit/swap', 'hat', 'next', 1)[1])
    assert sounds(home)['hat'] not in (liked, before['snare']), liked
    same(0, osc.say('/kit/swap', 'hat', 'back')[1])
    same(liked, sounds(home)['hat'])
    same(0, osc.say('/kit/lock', 'hat')[1])
    home.loophole('kit', 'build', '--name', 'Over', '--slots', 'kick', '--seed', '4')
    same(('Over is on the pads from 0 on; locked pads that stay: 1', 0), osc.say('/kit/load', 'Over'))
    same(0, osc.say('/kit/lock', 'hat', 'off')[1])
    same(('Eight is on the pads from 0 on', 0), osc.say('/kit/load', 'Eight'))
    same(0, osc.say('/kit/lock', 'hat', 'off')[1])


@claim(shares=loaded)
def a_kit_is_loaded_at_the_time_of_a_bundle(home):
    osc, was = Osc(home), home.first('kit', 'show', 'Eight')
    home.loophole('kit', 'build', '--name', 'Timed', '--slots', 'kick', '--seed', '4')
    osc.send_bytes(bundle(encode('/kit/load', 'Timed'), at=time.time() + 1.5))
    until(lambda: home.first('kit', 'show', 'Timed').get('loaded') == 0, what='the kit is loaded')
    home.loophole('kit', 'load', was['id'])


@claim(shares=loaded)
def osc_has_the_addresses_of_kits_with_their_keys(home):
    kits = json.loads(home.ask('osc.tree', 'path=/kit')['json'])['CONTENTS']
    same(set('load swap randomise lock build chop new set quantise commit save copy remove list show'.split()), set(kits))
    same((['kit', '[first]', '[at]'], 'sis', {'VALS': ['now', 'step', 'bar']}),
         (kits['load']['ARGS'], kits['load']['TYPE'], kits['load']['RANGE'][2]))
    assert all(one['DESCRIPTION'] and one['ACCESS'] == 2 for one in kits.values())


@claim(shares=loaded)
def a_key_swaps_and_randomises_slots_of_the_loaded_kit_and_loads_another(home):
    process = home.start('loophole', 'midi', 'learn', 'kit/swap/snare/next', stdout=subprocess.PIPE)
    until(lambda: home.log('project').count('waits for a MIDI control') > 0, what='the service waits for a control')
    press(home, '90 30 40', lambda: process.poll() is not None)
    same(0, process.poll())
    home.loophole('midi', 'learn', 'kit/swap/snare/back', 'control=note/1/49')
    home.loophole('midi', 'learn', 'kit/randomise/kick', 'control=note/1/50')
    home.loophole('midi', 'learn', 'kit/randomise', 'control=note/1/51')
    home.loophole('kit', 'build', '--name', 'Other', '--slots', 'hat', '--seed', '1')
    home.loophole('midi', 'learn', 'kit/load/Other', 'control=program/1/7')
    before = sounds(home)
    press(home, '90 30 40', lambda: sounds(home)['snare'] != before['snare'])
    swapped = sounds(home)
    same({'snare'}, {slot for slot in before if swapped[slot] != before[slot]})
    press(home, '90 31 40', lambda: sounds(home)['snare'] != swapped['snare'])
    press(home, '90 32 40', lambda: sounds(home)['kick'] != swapped['kick'])
    seed = home.first('kit', 'show', 'Eight')['seed']
    press(home, '90 33 40', lambda: home.first('kit', 'show', 'Eight')['seed'] != seed)
    press(home, 'c0 07', lambda: home.first('kit', 'lock', '--off')['name'] == 'Other')
    contains(home.refused('midi', 'learn', 'kit/swap/snare/away', 'control=note/1/60', code=11), 'kit/swap/snare/away')


def clips(home):
    return [part for part in home.json('project', 'show') if part.get('kind') == 'clip']


@claim(shares=loaded)
def osc_and_a_key_keep_what_was_played(home):
    osc = Osc(home)
    same(12, osc.say('/kit/commit', 1)[1])  # nothing was played
    same(0, osc.say('/kit/quantise', 8)[1])
    same(8, home.ask('audio.transport')['quantise'])
    same(11, osc.say('/kit/quantise', 7)[1])
    same(0, osc.say('/kit/quantise', 0)[1])
    start_transport(home, 120)

    def hit():
        home.loophole('pads', 'hit', '0')
        return osc.say('/kit/commit', 1, 'Beats', 16)[1] == 0
    until(hit, what='a hit in a bar is kept')
    same(1, len(clips(home)))
    said = osc.say('/kit/commit', 1)
    contains(said[0], 'Pads 1 bar: ')
    contains(said[0], ', on track Pads from beat ')
    same((0, 2), (said[1], len(clips(home))))
    for wrong in ((), (65,), (1, 'Beats', 5), (1, 'Beats', 16, 2)):
        same(11, osc.say('/kit/commit', *wrong)[1], wrong)
    home.loophole('midi', 'learn', 'kit/commit/1', 'control=note/1/60')
    press(home, '90 3c 40', lambda: len(clips(home)) >= 3)
    contains(home.refused('midi', 'learn', 'kit/commit/none', 'control=note/1/61', code=11), '"none" is not a whole number')


def commands_of(page):
    """The words of each command that a page prints in its first block, without what follows a #."""
    block = file_text(os.path.join(os.path.dirname(__file__), '../../docs', page)).split('```')[1]
    return [shlex.split(line[len('$ loophole '):], comments=True) for line in block.split('\n') if line.startswith('$ loophole ')]


@claim(shares=loaded)
def the_walk_of_the_page_about_kits_can_be_typed_as_it_is_printed(home):
    home.loophole('transport', 'stop')
    until_transport(home, running=False)
    home.loophole('project', 'new', 'Walk')
    controls = iter(('90 50 40', '90 51 40', '90 52 40'))
    acts = {}  # the message of each target that was learned

    def learn(target):
        waits = home.log('project').count('waits for a MIDI control')
        process = home.start('loophole', 'midi', 'learn', target)
        until(lambda: home.log('project').count('waits for a MIDI control') > waits, what='the service waits for a control')
        acts[target] = next(controls)
        press(home, acts[target], lambda: process.poll() is not None)
        same(0, process.poll(), target)

    def commit(*words):
        hits = lambda: [one for one in home.look('streamer.played').get('events', []) if one['kind'] in (1, 'hit')]
        begun = len(hits())
        until_transport(home, running=True)
        home.loophole('pads', 'hit', '1')
        until(lambda: len(hits()) > begun, what='a hit of the running transport is in the record')
        home.loophole(*words)
    for words in commands_of('kits.md'):
        if words[:2] == ['midi', 'learn']:
            learn(words[2])
        else:
            (commit if words[:2] == ['kit', 'commit'] else home.loophole)(*words)
    same(1, len(clips(home)))
    kit = home.first('kit', 'show', 'Dusty')
    same((16, True), (kit['loaded'], kit['slots'][0]['locked']))  # as before the last load
    snare = lambda: home.first('kit', 'show', 'Dusty')['slots'][1]['layers'][0]['media']
    before = snare()
    press(home, acts['kit/swap/snare/next'], lambda: snare() != before)
    seed = home.first('kit', 'show', 'Dusty')['seed']
    press(home, acts['kit/randomise'], lambda: home.first('kit', 'show', 'Dusty')['seed'] != seed)
    press(home, acts['kit/commit/1'], lambda: len(clips(home)) >= 2)


if __name__ == '__main__':
    run_claims()
