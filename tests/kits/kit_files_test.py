#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kits of other programs: what comes in, what does not, and that nothing hostile does."""
import os
import random
import re
import shutil
import time

from tests.claims import (DRUMKITS, claim, contains, file_bytes, file_text, how_often, kill_command, needs, run_claims, same,
                    samples, until, write_file)
from tests.client import Client
from tests.library.indexing import wav
from tests.kits.kit_folders import exported, files_of, hydrogen, imported, instrument, kits, layer, layers_of, without_ids

SCHEMA = '/usr/share/hydrogen/data/xsd/drumkit.xsd'
KITS = ('TR808EmulationKit', 'HardElectro1', 'Millo_MultiLayered2', 'VariBreaks', 'BJA_Pacific')


def running(home):
    home.up()


@claim(shares=running)
def each_instrument_and_layer_of_a_hydrogen_kit_comes_in(home):
    samples('*', folder=f'{DRUMKITS}/{KITS[0]}')
    for name in how_often(KITS, sorted(os.listdir(DRUMKITS))):
        folder = shutil.copytree(f'{DRUMKITS}/{name}', home.file('kits', name))
        before, text = files_of(folder), file_text(f'{folder}/drumkit.xml')
        kit, _ = imported(home, folder)
        same(text.count('<instrument>'), len(kit['slots']), name)
        same(text.count('<filename>'), len(layers_of(kit)), name)
        same(list(range(len(kit['slots']))), [slot['pad'] for slot in kit['slots']])
        missing = [file for file in re.findall('<filename>(.*?)</filename>', text)
                   if not os.path.exists(f'{folder}/{file}')]
        same(17 if name == 'Millo_MultiLayered2' else 0, len(missing), name)
        same(missing, [one['name'] for one in layers_of(kit) if 'content' not in one], name)
        same(before, files_of(folder), name)
    same(3, sum(slot.get('choke') == 1 for slot in kits(home)['VariBreaks']['slots']))


@claim(shares=running)
def the_values_of_an_instrument_come_in(home):
    folder = hydrogen(
        home.file('values'),
        instrument('Kick', layer('kick.wav', min=0, max=.5, gain=.5, pitch=-2), layer('snare.wav', min=.5, max=1),
                   volume=.8, gain=1.5, pan_L=1, pan_R=.5, Attack=441, Decay=4410, Sustain=.25, Release=22050,
                   muteGroup=3, midiOutNote=35),
        instrument('Kick', '<instrumentComponent><component_id>0</component_id><gain>.5</gain>' + layer('hat.wav') +
                   '</instrumentComponent>', pan='0.25', midiOutNote=42, pitchOffset=1),
        instrument('', midiOutNote=38, filename='snare.wav'))
    kit, remarks = imported(home, folder)
    same(('Own', 'Ana', 'CC0', 'drum', 'global'), tuple(kit[key] for key in ('name', 'author', 'licence', 'family', 'scope')))
    first, second, third = kit['slots']
    same(('Kick', 'Kick 2', 'pad 2'), tuple(slot['slot'] for slot in kit['slots']))
    same((35, 42, None), tuple(slot.get('note') for slot in kit['slots']))
    same((1.2, -.5, 4, .01, .1, .25, .5), tuple(
        round(first[key], 9) for key in ('gain', 'pan', 'choke', 'attack', 'decay', 'sustain', 'release')))
    same([('kick', 0, .5, .5, -2), ('snare', .5, 1, 1, 0)],
         [tuple(one[key] for key in ('name', 'velocity_from', 'velocity_until', 'gain', 'pitch')) for one in first['layers']])
    same([('hat', .5, 1)], [(one['name'], one['gain'], one['pitch']) for one in second['layers']])
    same((.25, None), (second['pan'], second.get('gain')))
    same(['snare'], [one['name'] for one in third['layers']])
    same('', remarks)


@claim(shares=running)
def a_kit_with_a_namespace_or_a_prefix_or_junk_after_its_end_is_the_same(home):
    one = instrument('Kick', layer('kick.wav'), midiOutNote=36)
    plain, _ = imported(home, hydrogen(home.file('plain'), one, name='Plain'))
    folder = hydrogen(home.file('odd'), one, name='Prefixed')
    text = file_text(f'{folder}/drumkit.xml')
    write_file(f'{folder}/drumkit.xml', re.sub('<(/?)', r'<\1h2:', text).replace('info>', 'info xmlns:h2="x">', 1).encode())
    prefixed, _ = imported(home, folder)
    write_file(f'{folder}/drumkit.xml', ('<?xml version="1.0"?>' + text.replace('info>', 'info xmlns="x">', 1).replace(
        'Prefixed', 'Spaced') + '<junk/>\0').encode())
    spaced, _ = imported(home, folder)
    for kit in (prefixed, spaced):
        same([(slot['slot'], len(slot['layers'])) for slot in plain['slots']],
             [(slot['slot'], len(slot['layers'])) for slot in kit['slots']])


@claim(shares=running)
def what_a_kit_has_no_place_for_is_counted(home):
    folder = hydrogen(home.file('odd words'), instrument('A', layer('kick.wav', wobble=1), filterActive='true'),
                      instrument('B', layer('kick.wav', wobble=2), filterActive='false', muteGroup=99), name='Odd',
                      more='<shine>1</shine><info/>')
    _, remarks = imported(home, folder)
    contains(remarks, 'a kit has no place for: shine ×1, filterActive ×1, wobble ×2, muteGroup ×1')


@claim(shares=running)
def no_path_leaves_the_folder_of_a_kit(home):
    outside = home.file('outside')
    wav(outside + '/secret.wav', 500)
    folder = hydrogen(home.file('leaving'), *(
        instrument(f'I{n}', layer(file)) for n, file in enumerate((
            '../outside/secret.wav', outside + '/secret.wav', 'link.wav', 'folder/secret.wav', 'kick.wav', 'within.wav',
            '/dev/zero', 'fifo', 'x' * 2000))), name='Leaving')
    os.symlink(outside + '/secret.wav', folder + '/link.wav')
    os.symlink(outside, folder + '/folder')
    os.symlink('snare.wav', folder + '/within.wav')
    os.mkfifo(folder + '/fifo')
    kit, remarks = imported(home, folder)
    same(['I4', 'I5'], [slot['slot'] for slot in kit['slots'] if not slot['placeholder']])
    contains(remarks, "5 sounds not in the kit's folder")
    same(9, len(layers_of(kit)))
    same([], [one for one in home.json('search', 'secret')])


@claim(shares=running)
def a_missing_sound_is_a_placeholder_through_copy_and_set(home):
    folder = hydrogen(home.file('missing'), instrument('Kick', layer('kick.wav', min=0, max=.5), layer('gone.wav', min=.5, gain=.5)),
                      instrument('Gone', layer('gone too.wav', pitch=3), muteGroup=1), name='Half')
    kit, remarks = imported(home, folder)
    contains(remarks, "2 sounds missing in the kit's folder: gone.wav, gone too.wav")
    contains(kit['slots'][0]['placeholder'], '1 of 2 sounds are not here: gone.wav is missing')
    contains(kit['slots'][1]['placeholder'], 'gone too.wav is missing')
    home.loophole('kit', 'set', 'Half', 'Kick', 'gain=0.5')
    copy = home.first('kit', 'copy', 'Half', 'Half again')
    same(kit['slots'][1], copy['slots'][1])
    same(kit['slots'][0]['layers'], copy['slots'][0]['layers'])


@claim(shares=running)
def a_missing_sound_comes_when_its_file_arrives_in_the_folder_of_the_kit(home):
    files = 'later.wav', 'deep/later.wav', './also later.wav', 'deep/../up.wav', 'no/../../outside/later.wav'
    folder = hydrogen(home.file('late'), *(instrument(f'I{n}', layer(file)) for n, file in enumerate((*files, 'kick.wav'))), name='Late')
    kit, remarks = imported(home, folder)
    contains(remarks, "5 sounds missing in the kit's folder")
    same([True] * 5 + [False], [bool(slot['placeholder']) for slot in kit['slots']])
    known = until(lambda: home.json('search', 'later', '--limit', '100', code=None), what='the missing items are known')
    same([], [one['path'] for one in known if not one['path'].startswith(folder + '/')])
    for n, file in enumerate(files[:3]):
        wav(f'{folder}/{file}', 300 + 50 * n)
    until(lambda: [bool(slot['placeholder']) for slot in kits(home)['Late']['slots']] == [False] * 3 + [True] * 2 + [False],
          what='the sounds are here')
    again, _ = imported(home, folder, '--name', 'Late again')
    same([one['media'] for one in layers_of(kit)], [one['media'] for one in layers_of(again)])


@claim(shares=running)
def an_import_of_many_missing_sounds_with_a_request_id_is_repeated(home):
    folder = hydrogen(home.file('many'), instrument('Kick', layer('kick.wav')), *(
        instrument(f'I{n}', *(layer(f'{n} {k}.wav') for k in range(30))) for n in range(10)), name='Many')
    request = '01J0000000000000000000KK9B'
    kit, remarks = imported(home, folder, '--request-id', request)
    contains(remarks, "300 sounds missing in the kit's folder")
    same(kit, imported(home, folder, '--request-id', request)[0])
    for one in layers_of(kit)[::150]:  # of each of the asks
        same(one['media'], home.first('show', one['media'])['id'])


@claim(shares=running)
def missing_sounds_make_no_library_and_a_name_of_no_file_makes_no_item(home):
    imported(home, hydrogen(home.file('known'), instrument('Kick', layer('kick.wav')), name='Known'))
    folder = hydrogen(home.file('no sounds'), *(instrument(f'I{n}', layer(file)) for n, file in enumerate((
        'gone.wav', '.', './', 'inner', 'inner/', 'inner/.', 'kick.wav/'))), name='No sounds')
    os.mkdir(folder + '/inner')
    kit, _ = imported(home, folder)
    assert folder not in [one['path'] for one in home.json('library', 'list')]
    first, *others = [one['media'] for one in layers_of(kit)]
    same(first, home.first('show', folder + '/gone.wav')['id'])
    for item in (folder, folder + '/inner', folder + '/kick.wav', *others):
        home.fails('loophole', 'show', item)


@claim(shares=running)
def a_hostile_kit_is_refused_and_changes_nothing(home):
    folder = hydrogen(home.file('hostile'), name='Hostile')
    before = set(kits(home))
    one = instrument('A', layer('kick.wav'))
    part = f'<instrumentComponent>{layer("kick.wav")}</instrumentComponent>'
    for text, why in (
            ('', 'not well-formed'), ('<a>' * 300, 'nested too deep'), ('<song></song>', 'not the drumkit.xml'),
            ('<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><drumkit_info>&b;</drumkit_info>', 'declares entities'),
            ('<!DOCTYPE d SYSTEM "/etc/passwd"><drumkit_info>&x;</drumkit_info>', 'no instruments'),
            (f'<drumkit_info>{one * 129}</drumkit_info>', 'more than 128 instruments'),
            (f'<drumkit_info>{instrument("A", layer("kick.wav") * 33)}</drumkit_info>', 'more than 32 layers'),
            (f'<drumkit_info>{instrument("A", part * 9)}</drumkit_info>', 'more than 8 components')):
        write_file(f'{folder}/drumkit.xml', text.encode())
        contains(home.fails('loophole', 'kit', 'import', folder), why)
    os.remove(f'{folder}/drumkit.xml')
    contains(home.fails('loophole', 'kit', 'import', folder), 'has no drumkit.xml, and 0 .sfz files')
    os.mkfifo(f'{folder}/drumkit.xml')
    home.fails('loophole', 'kit', 'import', folder)
    same(before, set(kits(home)))


@claim(shares=running)
def a_kit_that_is_cut_or_damaged_is_refused_or_whole(home):
    folder = hydrogen(home.file('damaged'), instrument('A', layer('kick.wav', min=0, max=1)), name='Damaged')
    whole = file_bytes(f'{folder}/drumkit.xml')
    before = set(kits(home))
    for n in range(how_often(12, 400)):
        write_file(f'{folder}/drumkit.xml', whole[:random.randrange(len(whole))])
        home.fails('loophole', 'kit', 'import', folder)
    same(before, set(kits(home)))
    for n in range(how_often(12, 400)):
        at = random.randrange(len(whole))
        write_file(f'{folder}/drumkit.xml', whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1:])
        done = home.loophole('kit', 'import', folder, '--scope', 'ephemeral', '--name', f'damaged {n}', code=None)
        same(done.code == 0, f'damaged {n}' in kits(home), done.err)
    home.check_store()


@claim(shares=running)
def an_import_over_a_death_makes_the_kit_once_and_a_killed_one_at_most_once(home):
    folder = hydrogen(home.file('killed'), *(instrument(f'I{n}', layer('kick.wav'), layer('snare.wav')) for n in range(20)))
    for n in range(how_often(6, 60)):
        service = ('project', 'persist', 'search')[n % 3]
        until(lambda: home.has_lived(service), what=f'{service} has lived')
        out = home.file('out')
        importing = home.start_into(out, 'loophole', 'kit', 'import', folder, '--name', f'over {n}', '--json')
        began = time.monotonic()
        home.kill(service)
        same(0, importing.wait(600), f'of the import while {service} was killed')
        took = time.monotonic() - began
        same([20], [len(one['slots']) for one in home.json('kit', 'list') if one['name'] == f'over {n}'])
        importing = home.start('loophole', 'kit', 'import', folder, '--name', f'ended {n}')
        if n % 3 == 0:  # once it is there
            until(lambda: f'ended {n}' in kits(home), what='the kit is there')
        elif n % 3 == 1:  # at any time
            time.sleep(random.uniform(0, took))
        kill_command(importing)
        found = [len(one['slots']) for one in home.json('kit', 'list') if one['name'] == f'ended {n}']
        assert found == [20] or (n % 3 and found == []), found
    home.check_store()


@claim(shares=running)
def a_name_that_is_taken_needs_another_and_a_repeated_ask_gives_the_first_kit(home):
    folder = hydrogen(home.file('twice'), instrument('A', layer('kick.wav')), name='Twice')
    request = '01J0000000000000000000KK9A'
    first, _ = imported(home, folder, '--request-id', request)
    same(first, imported(home, folder, '--request-id', request)[0])
    contains(home.fails('loophole', 'kit', 'import', folder), '--name NAME')
    second, _ = imported(home, f'{folder}/drumkit.xml', '--name', 'Second', '--scope', 'ephemeral')
    same(('Second', 'ephemeral'), (second['name'], second['scope']))
    same([one['media'] for one in layers_of(first)], [one['media'] for one in layers_of(second)])


# ---- export ----

def any_kit(home, number):
    """A kit with random values, also odd ones."""
    def some(least, most):
        return repr(random.choice((least, most, random.uniform(least, most), round(random.uniform(least, most), 2))))

    def any_layer(file):
        low = random.choice((0, .25, .5, random.random()))
        return layer(file, min=low, max=random.choice((1, low + .1, .5)), gain=some(0, 5), pitch=some(-24.5, 24.5))

    def any_instrument(n):
        layers = [any_layer(random.choice(('kick.wav', 'snare.wav', 'hat.wav', 'gone.wav', 'not/here.wav')))
                  for _ in range(random.randrange(5))]
        parts = ''.join(f'<instrumentComponent><gain>{some(0, 2)}</gain>{one}</instrumentComponent>' for one in layers)
        return instrument(random.choice(('Kick', 'A &lt;&amp;&gt; B', '\u00fc' * 40, '', f'I{n}')),
                          *(layers if random.random() < .5 else [parts]), volume=some(0, 1.5), gain=some(0, 3),
                          pan=some(-1, 1), Attack=random.randrange(9999), Decay=random.randrange(99999), Sustain=some(0, 1),
                          Release=random.randrange(99999), muteGroup=random.randrange(-1, 64), pitchOffset=some(-3, 3),
                          midiOutNote=random.randrange(128))
    return hydrogen(home.file(f'any {number}'), *map(any_instrument, range(random.randrange(1, 40))), name=f'Any {number}')


@claim(shares=running)
def an_exported_kit_passes_the_checker_of_hydrogen_and_comes_in_as_the_same_record(home):
    needs('xmllint')
    names = how_often(('TR808EmulationKit', 'VariBreaks', 'Millo_MultiLayered2'), sorted(os.listdir(DRUMKITS)))
    folders = [f'{DRUMKITS}/{name}' for name in names]
    folders += [any_kit(home, n) for n in range(how_often(8, 100))]
    for n, folder in enumerate(folders):
        kit, _ = imported(home, folder, '--name', f'Way {n}', '--scope', 'ephemeral')
        out = exported(home, kit)
        home.run('xmllint', '--noout', '--schema', SCHEMA, f'{out}/drumkit.xml')
        if how_often(0, 1) and shutil.which('h2cli'):
            contains(home.run('env', f'HOME={home.folder}', 'QT_QPA_PLATFORM=offscreen', 'h2cli', '--check', out).out, 'is valid')
        again, remarks = imported(home, out, '--name', f'Way back {n}', '--scope', 'ephemeral')
        same(without_ids(kit), without_ids(again), folder)
        assert 'no place for' not in remarks, remarks
        for name in os.listdir(out):
            assert name == 'drumkit.xml' or file_bytes(f'{out}/{name}') in map(file_bytes, (
                f'{folder}/{one}' for one in os.listdir(folder))), name
    same(len(folders), len(os.listdir(home.file('exported'))))


def sfz(folder, text):
    """Writes an SFZ beside three sounds."""
    hydrogen(folder)
    os.remove(f'{folder}/drumkit.xml')
    write_file(f'{folder}/Regions.sfz', text.encode())
    return folder


@claim(shares=running)
def the_regions_of_an_sfz_come_in(home):
    folder = sfz(home.file('sfz'), """// a comment <region> sample=no.wav
        #define  $KICK\t35 #define $SNARE snare.wav
        <control> default_path=.\\
        <global> ampeg_release=0.5 loop_mode=one_shot
        <group> key=$KICK group=2 off_by=2 /* <region>
        sample=no.wav */ <region> sample=kick.wav hivel=63 volume=-6 pitch_keycenter=35 <region> sample=$SNARE lovel=64
        <group> key=f#2 shine=1 pan=-50
        <region> sample=hat.wav seq_length=2 seq_position=1 offset=100
        <region> sample=not here.wav seq_length=2 seq_position=2 shine=2
        <group> key=50 loop_mode=no_loop
        <region> sample=hat.wav transpose=2 tune=50 offset=100 end=999 cutoff=800
        <region> sample=../outside.wav trigger=release
        <region> sample=kick.wav""")
    kit, remarks = imported(home, folder)
    same(('Regions', 'free'), (kit['name'], kit['family']))
    first, second, third, fourth = kit['slots']
    same(['kick', 'hat', 'hat 2', 'kick 2'], [slot['slot'] for slot in kit['slots']])
    same([35, 42, 50, 50], [slot['note'] for slot in kit['slots']])
    same([(0, .5, .501), (.5, 1, 1)], [tuple(round(one[key], 3) for key in ('velocity_from', 'velocity_until', 'gain'))
                                           for one in first['layers']])
    same((2, .5, None), (first['choke'], first['release'], first.get('mode')))
    same((['hat', './not here.wav'], -.5), ([one['name'] for one in second['layers']], second['pan']))
    same((2.5, 100, 1000, 800, 'gate'), (*(third['layers'][0][key] for key in ('pitch', 'start', 'end')),
                                         third['filter_freq'], third['mode']))
    contains(remarks, "1 sound missing in the kit's folder: ./not here.wav")
    contains(remarks, 'a kit has no place for: shine ×2, trigger ×1')
    same([100, 0], [one['start'] for one in second['layers']])
    first_frame, _ = imported(home, sfz(home.file('frame'), '<region> sample=kick.wav key=36 end=0'), '--name', 'Frame')
    again, _ = imported(home, exported(home, first_frame, 'frame out', '--format', 'sfz'), '--name', 'Frame again')
    same([1, 1], [kit['slots'][0]['layers'][0]['end'] for kit in (first_frame, again)])
    same([2] * 4, [slot['curve'] for slot in kit['slots']])
    write_file(f'{folder}/Regions.sfz', b'#include "other.sfz"\n<region> sample=kick.wav')
    contains(home.fails('loophole', 'kit', 'import', f'{folder}/Regions.sfz'), 'includes another file (#include)')


@claim(shares=running)
def regions_that_sound_together_are_pads_of_one_note_and_those_that_take_turns_are_layers(home):
    kit, remarks = imported(home, sfz(home.file('turns'), """<group> key=40 seq_length=2
        <region> sample=kick.wav seq_position=1 <region> sample=snare.wav seq_position=1
        <region> sample=hat.wav seq_position=2 <region> sample=kick.wav seq_position=2
        <group> key=41
        <region> sample=kick.wav hirand=.5 <region> sample=snare.wav lorand=.5 <region> sample=hat.wav hirand=.6
        <group> key=43 <region> sample=kick.wav seq_length=2 seq_position=1
        <region> sample=snare.wav seq_length=4 seq_position=3 <region> sample=hat.wav seq_length=4 seq_position=2
        <group> key=42 seq_length=40""" + ''.join(f'<region> sample=kick.wav seq_position={n + 1}' for n in range(40))), '--name', 'Turns')
    same([['kick', 'hat'], ['snare', 'kick'], ['kick', 'snare'], ['hat'], ['kick', 'hat'], ['snare'], ['kick'] * 32],
         [[one['name'] for one in slot['layers']] for slot in kit['slots']])
    same([40, 40, 41, 41, 43, 43, 42], [slot.get('note', 36 + slot['pad']) for slot in kit['slots']])
    contains(remarks, 'a kit has no place for: lorand to hirand ×3, more than 32 layers of a slot ×8')


@claim(shares=running)
def each_velocity_of_midi_meets_one_of_two_adjoining_regions(home):
    kit, _ = imported(home, sfz(home.file('bounds'), """<group> key=40
        <region> sample=kick.wav hivel=126 <region> sample=snare.wav lovel=127"""), '--name', 'Bounds')
    soft, hard = kit['slots'][0]['layers']
    same([True, False], [soft['velocity_from'] <= n / 127 < soft['velocity_until'] for n in (126, 127)])
    same([False, True], [n / 127 >= hard['velocity_from'] for n in (126, 127)])
    again, remarks = imported(home, exported(home, kit, 'bounds out', '--format', 'sfz'), '--name', 'Bounds again')
    same(without_ids(kit), without_ids(again))
    same('', remarks)


@claim(shares=running)
def a_layer_of_the_highest_velocity_alone_comes_in_goes_out_and_comes_back(home):
    highest = [(.9, 1), (1, 1), (.5, .501)]
    kit, _ = imported(home, hydrogen(home.file('highest'), instrument('A', *(
        layer('kick.wav', min=low, max=high) for low, high in ((.9, 1), (1, 1), (.5, .5)))), name='Highest'))
    velocities = lambda of: [tuple(round(one[key], 6) for key in ('velocity_from', 'velocity_until')) for one in layers_of(of)]
    same(highest, velocities(kit))
    folder = exported(home, kit, 'highest out')
    contains(file_text(folder + '/drumkit.xml'), 'ROUND_ROBIN')  # two layers end with the highest velocity
    again, _ = imported(home, folder, '--name', 'Highest again')
    same(without_ids(kit), without_ids(again))
    kit, _ = imported(home, sfz(home.file('top'), '<region> key=40 lovel=127 hivel=127 sample=kick.wav'), '--name', 'Top')
    again, _ = imported(home, exported(home, kit, 'top out', '--format', 'sfz'), '--name', 'Top again')
    same(without_ids(kit), without_ids(again))
    same([True, False], [n / 127 >= layers_of(again)[0]['velocity_from'] for n in (127, 126)])
    home.loophole('kit', 'set', 'Highest', 'A', 'layer=' + layers_of(kit)[0]['media'], 'velocity=127-127')
    kit = home.first('kit', 'show', 'Highest')
    same([*highest, (round(126.5 / 127, 6), 1)], velocities(kit))
    again, _ = imported(home, exported(home, kit, 'highest sfz', '--format', 'sfz'), '--name', 'Highest sfz')
    same(3, sum(one['velocity_from'] > 126 / 127 for one in layers_of(again)))


@claim(shares=running)
def what_an_sfz_has_of_its_own_becomes_the_nearest_and_is_counted(home):
    kit, remarks = imported(home, sfz(home.file('nearest'), """<region> sample=kick.wav key=36 loop_mode=loop_continuous
        <region> sample=kick.wav key=37 loop_mode=loop_sustain <region> sample=kick.wav key=38 trigger=first
        <region> sample=kick.wav key=39 trigger=legato <region> sample=kick.wav key=40 end=-1
        <region> sample=kick.wav key=41 amp_veltrack=0 <region> sample=kick.wav key=42 amp_velcurve_1=1
        <region> sample=kick.wav key=43 amp_velcurve_127=1 <region> sample=kick.wav lokey=-1 hikey=-1
        <region> sample=kick.wav lovel=90 hivel=80"""), '--name', 'Nearest')
    same([36, 37, 38, 41, 42, 43], [slot.get('note', 36 + slot['pad']) for slot in kit['slots']])
    same(['gate'] * 6, [slot['mode'] for slot in kit['slots']])
    same([2, 2, 2, .1, .1, None], [slot.get('curve') for slot in kit['slots']])
    for words in ('region without a key or velocity ×2', 'loop_mode ×2', 'trigger ×1', 'end=-1 ×1', 'amp_veltrack ×1', 'amp_velcurve ×2'):
        contains(remarks, words)


@claim(shares=running)
def an_sfz_of_one_long_line_is_read(home):
    folder = sfz(home.file('long'), '<region> key=40 ' + 'sample=kick.wav ' * 260000)
    os.rename(f'{folder}/Regions.sfz', f'{folder}/Regions.SFZ')
    kit, _ = imported(home, folder, '--name', 'Long')
    same(['kick'], [one['name'] for one in layers_of(kit)])
    write_file(f'{folder}/Regions.SFZ', b'#define $A ' + b'$A' * 2000000)
    contains(home.fails('loophole', 'kit', 'import', folder), 'no region with a sample')


@claim(shares=running)
def what_a_file_has_no_place_for_is_listed_and_the_rest_comes_back(home):
    kit, _ = imported(home, hydrogen(home.file('rest'), instrument(
        'A', layer('kick.wav', min=0, max=.6), layer('snare.wav', min=.4, max=1)), instrument('B', layer('hat.wav')),
                                     instrument('C', layer('kick.wav')), name='Rest'))
    home.loophole('kit', 'set', 'Rest', 'A', 'curve=3.3', 'mode=gate')
    home.loophole('kit', 'set', 'Rest', 'B', 'curve=2', 'mode=loop', 'filter_freq=900', 'filter_q=3')
    done = home.loophole('kit', 'export', 'Rest', home.file('rest sfz'), '--format', 'sfz')
    contains(done.err, 'the format sfz has no place for: mode ×1, filter resonance ×1\n')
    again, _ = imported(home, home.file('rest sfz/Rest'), '--name', 'Rest again')
    first, second, third = again['slots']
    same(('gate', 'gate', None), tuple(slot.get('mode') for slot in again['slots']))
    same((3.3, 2, None), tuple(slot.get('curve') for slot in again['slots']))
    same([(0, 50), (51, 76), (51, 76), (77, 127)], sorted(
        (round(one['velocity_from'] * 127 + .1), round(one['velocity_until'] * 127 - .6) if one['velocity_until'] < 1 else 127)
        for one in first['layers']))
    contains(home.loophole('kit', 'export', 'Rest', home.file('rest xml')).err, 'mode ×2, filter ×1, curve ×2')
    same(1, file_text(home.file('rest xml/Rest/drumkit.xml')).count('ROUND_ROBIN'))
    many, _ = imported(home, sfz(home.file('high'), '<region> sample=kick.wav ' * 93), '--name', 'High')
    for form in ('sfz', 'hydrogen'):
        contains(home.loophole('kit', 'export', many['id'], home.file('high ' + form), '--format', form).err,
                 'pad without note ×1')
        again, _ = imported(home, home.file(f'high {form}/High'), '--name', 'High ' + form)
        same([None, 0], [slot.get('note') for slot in again['slots'][91:]])
    shown = home.loophole('kit', 'show', many['id']).out
    contains(shown, ' 91  G9/127 '), contains(shown, ' 92  -  ')


@claim(shares=running)
def a_copy_never_takes_the_name_of_a_missing_sound(home):
    folder = hydrogen(home.file('names'), *(instrument(f'I{n}', layer(file)) for n, file in enumerate(
        ('x=y.wav', 'x_y.wav', 'a=b$c.wav', 'late.wav'))), name='Names \uffff')
    text = file_bytes(f'{folder}/drumkit.xml').replace(b'\xef\xbf\xbf', b'')
    write_file(f'{folder}/drumkit.xml', text)
    wav(f'{folder}/x=y.wav', 440)
    wav(f'{folder}/late.wav', 550)
    kit, _ = imported(home, folder, '--name', 'Names \uffff')
    os.remove(f'{folder}/late.wav')
    again, _ = imported(home, exported(home, kit, 'names out', '--format', 'sfz'), '--name', 'Names again')
    same([False, True, True, True], [bool(slot['placeholder']) for slot in again['slots']])
    same(['x_y.wav', 'a_b_c.wav', 'late.wav'], [one['name'] for one in layers_of(again)[1:]])
    again, _ = imported(home, exported(home, kit, 'names xml'), '--name', 'Names third')
    same([False, True, True, True], [bool(slot['placeholder']) for slot in again['slots']])


@claim(shares=running)
def an_item_that_is_gone_is_exported_as_another_one_with_its_content(home):
    kit, _ = imported(home, hydrogen(home.file('one'), instrument('A', layer('kick.wav')), name='Alike'))
    imported(home, hydrogen(home.file('two'), instrument('A', layer('kick.wav')), name='Alike too'))
    os.remove(home.file('one/kick.wav'))
    until(lambda: kits(home)['Alike']['slots'][0]['placeholder'], what='it is known to be gone')
    same(['drumkit.xml', 'kick.wav'], sorted(os.listdir(exported(home, kit, 'alike out'))))


@claim(shares=running)
def an_exported_sfz_is_read_back_as_the_same_record(home):
    folders = [f'{DRUMKITS}/GMRockKit'] + [any_kit(home, f'sfz {n}') for n in range(how_often(6, 100))]
    for n, folder in enumerate(folders):
        kit, _ = imported(home, folder, '--name', f'Sfz {n}', '--scope', 'ephemeral')
        if not layers_of(kit):
            continue
        first, _ = imported(home, exported(home, kit, 'sfz once', '--format', 'sfz'), '--name', f'Sfz once {n}',
                            '--scope', 'ephemeral')
        second, remarks = imported(home, exported(home, first, 'sfz twice', '--format', 'sfz'), '--name',
                                   f'Sfz twice {n}', '--scope', 'ephemeral')
        assert len(layers_of(kit)) <= len(layers_of(first)), folder  # one for each range of velocities with other turns
        for one, other in zip(first['slots'], second['slots']):
            same(*(without_ids({'slots': [slot]}) for slot in (one, other)), folder)
        same(without_ids(first), without_ids(second), folder)
        assert 'no place for' not in remarks, remarks


def any_record(home, number, form):
    """A kit of the catalogue with random values that the format can say, and slots without a sound."""
    media = [home.first('search', f'"{name}"', '--limit', '1')['id'] for name in ('kick', 'snare', 'hat')]
    some = lambda least, most: random.choice((least, most, round(random.uniform(least, most), 3)))
    velocity = lambda n: (n + .5) / 127
    part = lambda: random.choice(({}, {'start': 100}, {'end': 1000}, {'end': 1}, {'start': 100, 'end': random.choice((101, 5000, 2**31 - 1))}))

    def any_slot(n):
        slot = random.choice(({}, {'why': 'kick -- <!-- -->, &amp; // /* confidence 0.93-'}, {'locked': True, 'why': '-'})) | {'slot': random.choice(('Kick', 'A <b> & =c', '1/2 // no /* comment', 'Trommel \u00fc', '#1')) + f' {n}', 'pad': n}
        if random.random() < .3:
            return slot | {'placeholder': random.choice(('no such sound', 'nothing <here> // yet --'))}
        edge = velocity(random.randrange(1, 126))
        bounds = random.choice(([(0, 1)], [(0, edge), (edge, 1)]))
        slot['layers'] = [{'media': random.choice(media), 'velocity_from': low, 'velocity_until': high, 'gain': some(.1, 2),
                           'pitch': some(-12, 12)} | part() for low, high in bounds]
        slot |= {key: value for key, value in {'gain': some(.1, 2), 'pan': some(-1, 1), 'attack': random.randrange(9) * 441 / 44100,
                                               'release': random.randrange(1, 9) * 441 / 44100, 'sustain': some(0, .9),
                                               'choke': random.randrange(1, 30)}.items() if random.random() < .5}
        if form == 'sfz' and random.random() < .5:
            slot |= {'filter_freq': some(20, 20000), 'mode': 'gate', 'curve': some(.2, 7)}
        return slot
    more = {'tags': [f'tag {n}' for n in range(random.randrange(3))], 'family': random.choice(('drum', 'vocal', 'free'))}
    record = {'name': f'Record {form} {number}', 'scope': 'ephemeral', 'author': 'Ana // \u00fc', 'licence': 'CC0 <1.0>',
              'slots': [any_slot(n) for n in range(random.randrange(1, 12))]} | more
    Client(home.path).must('project.new_kit', record)
    return kits(home)[record['name']]


USUAL = {'gain': 1, 'pan': 0, 'attack': 0, 'sustain': 1, 'release': 0, 'curve': 1}


def rounded(value):
    """Without what a number loses as a text of a file, and without values that an empty pad has."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items() if USUAL.get(key) != one}
    return [rounded(one) for one in value] if isinstance(value, list) else round(value, 6) if isinstance(value, float) else value


@claim(shares=running)
def a_record_comes_back_from_each_format_and_from_one_after_the_other(home):
    imported(home, hydrogen(home.file('sounds of records'), instrument('A', layer('kick.wav'))), '--name', 'Sounds of records')
    for n in range(how_often(10, 200)):
        form = ('sfz', 'hydrogen')[n % 2]
        kit = any_record(home, n, form)
        name, again = kit['name'], kit
        for turn, way in enumerate((form,) if form == 'sfz' else ('hydrogen', 'sfz', 'hydrogen')):
            folder = exported(home, again, f'record {n} {turn}', '--format', way)
            home.loophole('kit', 'remove', again['id'])
            again, remarks = imported(home, folder, '--scope', 'ephemeral')
            assert 'no place for' not in remarks, remarks
            same(name, again['name'])
            same(rounded(without_ids(kit)), rounded(without_ids(again)), f'{way}: {folder}')


@claim(shares=running)
def comments_of_a_strangers_sfz_are_bounded_and_change_no_sound(home):
    text = ('//loophole name ' + 'n' * 9000 + '\n//loophole family spaceship\n//loophole slot \n//loophole placeholder a\x07b\u202e\n'
            '//loophole what is this\n//loophole placeholder\n' + '//loophole tag t\n' * 100 + '<region> sample=kick.wav //loophole name no\n'
            '//loophole placeholder the kick has a sound\n//loophole')
    kit, remarks = imported(home, sfz(home.file('stranger'), text), '--scope', 'ephemeral')
    same(('n' * 80, 'free', ['t'] * 64), (kit['name'], kit['family'], kit['tags']))
    same([('pad 0', 'a b'), ('kick', '')], [(slot['slot'], slot['placeholder']) for slot in kit['slots']])
    contains(remarks, '//loophole ×3'), contains(remarks, 'tag ×36'), contains(remarks, 'family ×1')
    home.fails('loophole', 'kit', 'import', sfz(home.file('many slots'), '//loophole slot a\n' * 129))


@claim(shares=running)
def a_record_that_an_editor_of_windows_saved_again_is_the_same(home):
    record = ('name Saved again', 'family drum', 'tag lofi', 'slot Gong', 'placeholder it is lost')
    text = '\ufeff' + ''.join(f'//loophole {line}\r\n' for line in record) + '<region>\r\nsample=kick.wav\r\n//loophole label A=\r\n'
    kit, remarks = imported(home, sfz(home.file('windows'), text), '--scope', 'ephemeral')
    same(('Saved again', 'drum', ['lofi']), (kit['name'], kit['family'], kit['tags']))
    same([('Gong', 'it is lost'), ('A=', '')], [(slot['slot'], slot['placeholder']) for slot in kit['slots']])
    assert 'family' not in remarks and '?' not in remarks, remarks


@claim(shares=running)
def an_export_overwrites_nothing_and_follows_no_link(home):
    kit, _ = imported(home, hydrogen(home.file('over'), instrument('A', layer('kick.wav')), name='Over'))
    out, other = home.file('existing'), home.file('other')
    for name in ('Over', 'file', 'link', 'part'):
        os.makedirs(f'{out}/{name}'), os.makedirs(f'{other}/{name}')
    write_file(f'{out}/Over/mine', b'mine')
    write_file(f'{out}/file/Over', b'mine')
    os.symlink(other, f'{out}/link/Over')
    os.symlink(other, f'{out}/part/.loophole-kit.part')
    before = files_of(out), files_of(other)
    for folder in (out, out + '/file', out + '/link', out + '/part'):
        home.fails('loophole', 'kit', 'export', 'Over', folder)
    contains(home.fails('loophole', 'kit', 'export', 'Over', out), 'there is a file or folder Over already')
    home.fails('loophole', 'kit', 'export', 'Over', out, '--format', 'none')
    same(before, (files_of(out), files_of(other)))
    same(['drumkit.xml', 'kick.wav'], sorted(os.listdir(exported(home, kit, 'existing/new/deep'))))


@claim(shares=running)
def a_killed_export_leaves_no_kit_or_the_whole_one(home):
    folder = hydrogen(home.file('large'), *(instrument(f'I{n}', layer(f'{n}.wav')) for n in range(12)), name='Large')
    for n in range(12):
        wav(f'{folder}/{n}.wav', 100 + n, 20)
    imported(home, folder)
    out = home.file('killed out')
    for _ in range(how_often(8, 80)):
        exporting = home.start('loophole', 'kit', 'export', 'Large', out)
        until(lambda: exporting.poll() is not None or os.path.exists(f'{out}/.loophole-kit.part'), what='it has begun')
        for _ in range(random.randrange(2000)):
            pass
        kill_command(exporting)
        if os.path.exists(f'{out}/Large'):
            same(13, len(os.listdir(f'{out}/Large')))
            shutil.rmtree(f'{out}/Large')
    home.loophole('kit', 'export', 'Large', out)
    same(['Large'], os.listdir(out))
    same(13, len(os.listdir(f'{out}/Large')))


if __name__ == '__main__':
    run_claims()
