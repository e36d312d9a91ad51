#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The builder of kits: what it may take, what speaks for a sound, and that each slot says so."""
import base64
import itertools
import os
import shutil
import struct
import subprocess

from tests.claims import DRUMKITS, claim, contains, run_claims, same, samples, until
from tests.kits.kits import first, ids, two_kits

NUMBERS = itertools.count()


def build(home, *more):
    """The slots of a kit in the workspace, with a name of its own, by name."""
    kit = home.first('kit', 'build', '--scope', 'ephemeral', '--name', f'sketch {next(NUMBERS)}', *more)
    return {one['slot']: one for one in kit['slots']}


def sound_of(slot):
    return slot['layers'][0]['media'] if slot['layers'] else None


def of_name(home, media):
    return 'name:"%s"' % home.first('show', media)['name']


def why(home, slot, media, *more):
    """The reason for a sound, if it is the only one that the slot may have."""
    slot = build(home, '--slots', slot, '--in', of_name(home, media), '--seed', '1', *more)[slot]
    same(media, sound_of(slot))
    return slot['why']


@claim(shares=two_kits)
def a_kit_has_only_sounds_with_one_of_the_tags_and_none_with_another(home):
    kicks = ids(home, 'class:kick -is:loop')
    home.loophole('tag', kicks[0], '+Dusty "9"')
    home.loophole('tag', *kicks[1:3], '+grim', '+odd')
    try:
        for seed in map(str, range(1, 9)):
            kit = build(home, '--slots', 'kick,snare', '--tags', 'grim,dusty "9"', '--seed', seed)
            assert sound_of(kit['kick']) in kicks[:3], (seed, kit)
            same(sound_of(kit['kick']) == kicks[0], ', it is dusty "9"' in kit['kick']['why'])
            contains(kit['snare']['placeholder'], 'no sound for snare that can be read now and has one of the tags')
            kit = build(home, '--slots', 'kick', '--tags', 'grim,dusty "9"', '--without', 'ODD', '--seed', seed)
            same(kicks[0], sound_of(kit['kick']))
        same(['grim', 'tough'], home.first('kit', 'build', '--slots', 'kick', '--tags', 'grim,tough', '--name', 'Grim')['tags'])
        contains(build(home, '--slots', 'kick', '--without', 'drums')['kick']['placeholder'], 'none of the unwanted tags')
    finally:
        home.loophole('tag', *kicks[:3], '-Dusty "9"', '-grim', '-odd')


@claim(shares=two_kits)
def tags_that_fit_no_slot_make_no_kit_and_the_error_says_which_nothing_has(home):
    kick = first(home, 'class:kick -is:loop')
    home.loophole('tag', kick, '+sole')
    before = home.json('kit', 'list')
    for words, *more in (('no sound has the tag, genre or class zzz', '--tags', 'zzz'),
                         ('no sound has the tag, genre or class zzz or yyy', '--tags', 'zzz,yyy'),
                         ('no sound with the tag, genre or class sole or zzz fits a slot of the kit; none at all has zzz',
                          '--tags', 'sole,zzz', '--slots', 'snare,hat'),
                         ('no sound with the tag, genre or class sole fits a slot of the kit (field', '--tags', 'sole', '--in', 'class:hat_closed')):
        said = home.fails('loophole', 'kit', 'build', *more)
        contains(said, words), contains(said, 'leave the tags out, or give sounds a tag')
    for option in ('--tags', '--without', '--slots', '--like'):
        contains(home.fails('loophole', 'kit', 'build', option, ',,'), f'{option} ",," names nothing: expected A,B')
    same(before, home.json('kit', 'list'))
    kit = build(home, '--tags', 'sole,zzz')
    same((kick, None), (sound_of(kit['kick']), sound_of(kit['snare'])))
    home.loophole('tag', kick, '-sole')


def chosen_of_two(home, slot, *more):
    """How often each seed of many chooses which of the two sounds with the tag "pair"."""
    return [sound_of(build(home, '--slots', slot, '--in', 'tag:pair', '--seed', str(n), *more)[slot]) for n in range(1, 49)]


def comes_earlier(before, after, sound):
    """Some seeds choose it now, and no seed chooses the other one instead."""
    assert all(now in (was, sound) for was, now in zip(before, after)), (before, after, sound)
    assert before != after, (before, sound)


@claim(shares=two_kits)
def tags_and_sections_of_a_build_are_completed(home):
    complete = lambda *words: home.loophole('complete', '--line', '--', 'kit', 'build', *words).out.split()
    kick = first(home, 'class:kick')
    home.loophole('tag', kick, '+smoky')
    same([['smoky'], ['odd,smoky'], ['--without=odd,smoky'], ['chorus']],
         [complete('--tags', 'smo'), complete('--tags', 'odd,smo'), complete('--without=odd,smo'), complete('--section', 'ch')])
    home.loophole('tag', kick, '-smoky')


@claim(shares=two_kits)
def a_sound_with_more_of_the_tags_comes_earlier(home):
    kicks = ids(home, 'class:kick -is:loop')[:2]
    home.loophole('edit', *kicks, 'class=kick')
    home.loophole('tag', *kicks, '+pair', '+one')
    before = chosen_of_two(home, 'kick', '--tags', 'one,two,three')
    home.loophole('tag', kicks[0], '+two', '+three')
    comes_earlier(before, chosen_of_two(home, 'kick', '--tags', 'one,two,three'), kicks[0])
    home.loophole('tag', *kicks, '-pair', '-one', '-two', '-three')


@claim(shares=two_kits)
def an_unknown_section_is_refused_with_those_that_there_are(home):
    kick = first(home, 'class:kick -is:loop')
    for text in ('section "hook" is unknown', 'the project has no sections, and no sound was used in one'):
        contains(home.refused('kit', 'build', '--section', 'hook'), text)
    home.loophole('use', 'Album', kick, '--section', 'coda')
    home.loophole('project', 'add', 'section', 'name=Hook', 'start=0', 'length=16')
    home.loophole('project', 'add', 'section', 'name=Big one', 'role=chorus', 'start=16', 'length=16')
    contains(home.refused('kit', 'build', '--section', 'verse'), 'there are: ')
    for name in ('Hook', 'chorus', 'coda'):
        contains(home.refused('kit', 'build', '--section', 'verse'), name)
    for section in ('hook', 'big ONE', 'Chorus', 'coda'):
        assert sound_of(build(home, '--slots', 'kick', '--section', section)['kick'])
    home.loophole('use', 'Album', kick, '--off')


@claim(shares=two_kits)
def a_section_is_found_by_its_own_name_whatever_others_are_called_or_how_long_its_role_is(home):
    """Its role may be the name of the next one, and a role of more than 64 bytes is that of no use."""
    home.loophole('project', 'new', 'Chained')
    sections = [('Intro', 'Outro'), ('Outro', 'bridge'), ('Long', 'r' * 65)] + [(f'part {n}', f'role {n}') for n in range(64)]
    for n, (name, role) in enumerate(sections):
        home.loophole('project', 'add', 'section', f'name={name}', f'role={role}', f'start={n * 4}', 'length=4')
    snare = first(home, 'class:snare -is:loop')
    home.loophole('use', 'Chain', snare, '--section', 'Outro')
    contains(why(home, 'snare', snare, '--section', 'intro'), 'used for Outro')
    for section in ('Long', 'part 63'):
        assert sound_of(build(home, '--slots', 'kick', '--section', section)['kick'])
    home.loophole('use', 'Chain', snare, '--off')
    home.loophole('project', 'close')


def song(home):
    """Two drum kits, and a project with a clip in its chorus, whose sound was used with others."""
    two_kits(home)
    home.clip, home.mate, home.other = ids(home, 'class:snare -is:loop')[:3]
    for album in ('Album 1', 'Album 2'):
        home.loophole('use', album, home.clip, home.mate, '--role', 'drums', '--section', 'chorus')
    for args in (('add', 'track', 'name=Kit', 'role=drums'), ('add', 'section', 'name=Hook', 'role=chorus', 'start=0', 'length=16'),
                 ('add', 'clip', 'item=' + home.clip, 'track=Kit', 'section=Hook', 'start=0', 'length=4'), ('set', 'bpm=90')):
        home.loophole('project', *args)
    until(lambda: home.json('search', 'track:Kit', code=None), what='the use of the clip is noted')


@claim(shares=song)
def what_speaks_for_a_sound_is_named_in_its_reason(home):
    name = home.first('show', home.clip)['name']
    contains(why(home, 'snare', home.mate), f', used with {name} in 2 contexts, used for drums in 2 contexts, used before')
    contains(why(home, 'snare', home.mate, '--section', 'hook'), f', used for chorus in 2 contexts, used with {name} in 2 contexts, ')
    reason = why(home, 'snare', home.other, '--section', 'hook')
    assert 'used' not in reason, reason
    home.loophole('edit', home.other, 'bpm=90.5')
    contains(why(home, 'snare', home.other), 'its tempo fits 90')
    home.loophole('edit', home.other, 'key=Am')
    contains(why(home, 'snare', home.other, '--key', 'Am'), 'its key goes with Amin')
    home.loophole('rate', home.other, '5')
    home.loophole('favourite', home.other)
    contains(why(home, 'snare', home.other), 'a favourite, rated 4 or 5')
    home.loophole('edit', home.clip, 'name=' + 'é' * 120)
    contains(why(home, 'snare', home.mate), ', used with ' + 'é' * 32 + ' in 2 contexts, ')


@claim(shares=song)
def what_was_used_with_the_clips_of_the_section_comes_earlier(home):
    home.loophole('edit', home.mate, home.other, 'class=snare')
    home.loophole('tag', home.mate, home.other, '+pair')
    home.loophole('project', 'add', 'section', 'name=Calm', 'role=verse', 'start=16', 'length=16')
    before = chosen_of_two(home, 'snare', '--section', 'calm')
    comes_earlier(before, chosen_of_two(home, 'snare', '--section', 'hook'), home.mate)
    home.loophole('tag', home.mate, home.other, '-pair')


@claim(shares=two_kits)
def kits_do_not_make_their_own_sounds_come_earlier(home):
    kit = home.first('kit', 'build', '--slots', 'hat', '--seed', '3', '--name', 'Once')
    hat = kit['slots'][0]['layers'][0]['media']
    assert home.json('search', 'used:Once')
    home.loophole('project', 'new', 'Owner')
    home.loophole('kit', 'save', 'Once', '--scope', 'project')
    until(lambda: home.json('search', 'used:Owner role:kit', code=None), what='the project uses the sound in its kit')
    home.loophole('project', 'add', 'track', 'name=Beat')
    home.loophole('project', 'add', 'clip', 'item=' + first(home, 'class:kick'), 'track=Beat', 'start=0', 'length=4')
    until(lambda: home.json('search', 'used:Owner track:Beat', code=None), what='the project uses the kick in its clip')
    assert 'used ' not in why(home, 'hat', hat)
    home.loophole('kit', 'remove', 'Once')
    home.loophole('project', 'close')


@claim(shares=two_kits)
def what_is_nearly_the_same_as_a_liked_sound_is_not_taken(home):
    snare = home.first('search', 'class:snare -is:loop')
    shutil.copy(snare['path'], os.path.join(home.library, 'another name' + os.path.splitext(snare['path'])[1]))
    home.loophole('index', home.library, '--wait')
    distances = {one['id']: one['distance'] for one in home.json('similar', snare['id'], '--in', 'class:snare', '--limit', '100')}
    copy = first(home, 'name:"another name"')
    same(0, distances[copy])
    for seed in range(1, 5):
        media = sound_of(build(home, '--like', snare['id'], '--slots', 'snare', '--seed', str(seed))['snare'])
        assert media and distances[media] >= .25, (seed, media, distances[media])


def software(path, name):
    """Names a program in a WAV: a chunk after the sound."""
    info = b'INFOISFT' + struct.pack('<I', len(name)) + name
    with open(path, 'r+b') as file:
        size = file.seek(0, os.SEEK_END)
        file.write(b'LIST' + struct.pack('<I', len(info)) + info)
        file.seek(4)
        file.write(struct.pack('<I', size + len(info)))


def written(home):
    """Two drum kits; a hat and a snare of them as two programs wrote them. The content of the snares is the same."""
    two_kits(home)
    os.mkdir(os.path.join(home.library, 'mixed'))
    home.mixed = {}
    for slot, kind, gains in (('hat', 'hat_closed', '0 -0.1'), ('snare', 'snare', '0 0')):
        source = home.first('search', f'class:{kind} -is:loop')['path']
        for program, gain in zip(('one', 'other'), gains.split()):
            path = home.mixed[slot, program] = os.path.join(home.library, 'mixed', f'{slot} {program}.wav')
            subprocess.run(['sox', '-D', source, '-b16', path, 'gain', gain], check=True)
            if program == 'other':
                software(path, b'Another program!')
    home.loophole('index', home.library, '--wait')


@claim(shares=written)
def a_sound_that_was_written_in_the_same_form_is_nearer_to_a_liked_one(home):
    found = {key: home.first('show', path) for key, path in home.mixed.items()}
    media = {key: home.ask('search.get', 'id=' + one['id'])['item']['media'] for key, one in found.items()}
    same(media['snare', 'one']['content'], media['snare', 'other']['content'])
    for program in ('one', 'other'):
        same(media['snare', program]['form'], media['hat', program]['form'])
    parts = [[base64.b64decode(media['snare', program]['form'])[n:n + 3] for n in range(0, 12, 3)] for program in ('one', 'other')]
    same([False, True, False, True], [a == b for a, b in zip(*parts)])
    home.loophole('edit', *(found['hat', program]['id'] for program in ('one', 'other')), 'class=hat_closed')
    for seed, program in itertools.product('123456', ('one', 'other')):
        kit = build(home, '--like', found['snare', program]['id'], '--slots', 'hat', '--in', 'path:mixed', '--seed', seed)
        same(found['hat', program]['id'], sound_of(kit['hat']))


@claim(shares=written)
def what_few_sounds_share_with_a_liked_one_counts_more_than_what_most_share(home):
    folder = os.path.join(home.library, 'rates')
    os.mkdir(folder)
    snare, hat = home.mixed['snare', 'one'], home.mixed['hat', 'one']
    for name, source, shape in (('snare', snare, '-r32000 -c1'), ('rare', hat, '-r32000 -c2'), ('common', hat, '-r44100 -c1')):
        subprocess.run(['sox', '-D', source, *shape.split(), '-b16', f'{folder}/{name}.wav', 'gain', '-0.2'], check=True)
    home.loophole('index', home.library, '--wait')
    found = {name: home.first('show', f'{folder}/{name}.wav')['id'] for name in ('snare', 'rare', 'common')}
    home.loophole('edit', found['rare'], found['common'], 'class=hat_closed')
    for seed in '123456':
        kit = build(home, '--like', found['snare'], '--slots', 'hat', '--in', 'path:rates', '--seed', seed)
        same(found['rare'], sound_of(kit['hat']), seed)  # both differ in one sign: most are mono, nearly none has this rate


def formless(home):
    """Two snares in files of which no form is known."""
    home.library = home.file('library')
    os.mkdir(home.library)
    for source in samples('808_Snare_*', folder=f'{DRUMKITS}/TR808EmulationKit'):
        subprocess.run(['sox', '-D', source, os.path.join(home.library, os.path.basename(source).replace('.flac', '.au'))], check=True)
    home.up()
    home.loophole('index', home.library, '--wait')


@claim(shares=formless)
def a_kit_like_a_sound_is_built_where_no_file_has_a_known_form(home):
    snare = first(home, 'name:Snare_1')
    same(None, home.ask('search.get', 'id=' + snare)['item']['media'].get('form'))
    media = sound_of(build(home, '--like', snare, '--slots', 'snare')['snare'])
    assert media and media != snare, media


@claim(shares=two_kits)
def a_sound_whose_class_is_hardly_known_leaves_its_slot_empty_until_a_person_says_it(home):
    sweep = 'synth 4 saw 100:3000 tremolo 8 90'.split()
    subprocess.run(['sox', '-R', '-n', '-c1', '-r44100', '-b16', os.path.join(home.library, 'sweep.wav'), *sweep], check=True)
    home.loophole('index', home.library, '--wait')
    sound = home.first('search', 'name:sweep')
    assert sound['class_confidence'] < .2, sound
    slot = lambda: build(home, '--slots', sound['class'], '--in', 'name:sweep')[sound['class']]
    contains(slot()['placeholder'], f'no sound is sure enough for {sound["class"]}: the surest that is left has a confidence of 0.1')
    home.loophole('tag', sound['id'], '+' + sound['class'])
    same(sound['id'], sound_of(slot()))
    contains(slot()['why'], f'tag:{sound["class"]}, confidence 1.00')
    home.loophole('tag', sound['id'], '-' + sound['class'])
    home.loophole('edit', sound['id'], 'class=' + sound['class'])
    contains(slot()['why'], f'{sound["class"]}, confidence 1.00')


@claim(shares=two_kits)
def a_seed_that_is_used_again_without_a_name_gets_a_number(home):
    name = lambda *more: home.first('kit', 'build', '--slots', 'kick', '--seed', '77', *more)['name']
    same(['drum 77', 'drum 77 (2)', 'drum 77 (3)', 'drum 77'], [name(), name(), name(), name('--scope', 'ephemeral')])
    home.loophole('kit', 'remove', 'drum 77 (2)')
    same('drum 77 (2)', name())
    contains(home.refused('kit', 'build', '--name', 'drum 77'), 'there is a kit "drum 77" already')


if __name__ == '__main__':
    run_claims()
