#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Kits of a team: global kits travel to all engines of it; of two changes that did not know each other the later one holds, and
the other one is there as a copy. With a real PostgreSQL server."""
import base64
import json
import os
import random
import shutil
import threading

from tests.claims import claim, contains, run_claims, same, until
from tests.composer.teams import GLOBAL_KITS, Member, Stranger, id_text, statement
from tests.kits.kits import constant

KITS_MOST = 1024


def sound_of(layer):
    content, preset = layer.get('content'), layer.get('preset')
    return content and base64.b64encode(content).decode(), preset and id_text(preset)


def all_kits(one):
    """Kits that arrive between two pages move others to the next one: it begins again then."""
    found = {}
    while True:
        page = one.home.look('project.kits', {'limit': 256, 'offset': len(found)})
        each = {kit['id']: kit for kit in page.get('each', [])}
        found = {} if set(found) & set(each) else found | each
        if each and found and not page.get('more') or not each:
            return [kit for kit in found.values() if kit['scope'] == 'global']


def kits(one):
    """The kits of an engine by name: {slot: (pad, [(content, preset)], gain)}."""
    each = all_kits(one)
    found = {kit['name']: {slot['slot']: (slot['pad'], [sound_of(layer) for layer in slot.get('layers', [])], slot.get('gain'))
                           for slot in kit.get('slots', [])} for kit in each}
    same(len(each), len(found))  # no two have one name
    return found


def make(one, name, **slots):
    """A kit whose slots have these sounds."""
    one.home.loophole('kit', 'new', name, 'family=drum')
    for slot, number in slots.items():
        put(one, name, slot, number)


def put(one, name, slot, number):
    one.home.loophole('kit', 'set', name, slot, 'sound=' + one.sound(number))


def until_same(*members, what=None):
    """Until all have the same kits, and all that they said is at the server."""
    def differ():
        return [(one.name, kits(one), one.team('show')) for one in members]

    def are_same():
        first = kits(members[0])
        return all(one.is_quiet() for one in members) and all(kits(one) == first for one in members) and (not what or what(first))
    until(are_same, what=lambda: f'the kits differ: {differ()}')
    return kits(members[0])


def until_kits(one, names):
    until(lambda: sorted(kits(one)) == sorted(names), what=lambda: f'{names} at {one.name}: {sorted(kits(one))}; {one.team("show")}')


def contents(one, *numbers):
    return [[(one.media(number)['content'], None)] for number in numbers]


def said_kits(server):
    """The kits that are at the server: [(who, text of the kit)]."""
    rows = server.sql("select coalesce(json_agg(json_build_array(who, value) order by who, value), '[]') from composer.team_said "
                      "where field like 'kit:%'")
    return [(who, value.partition('\n')[2]) for who, value in json.loads(rows)]


def body_of(kit, **more):
    return json.dumps({'family': 'drum', 'tags': [], 'slots': [], **kit, **more}, sort_keys=True, separators=(',', ':'))


def apply(one, *bodies, **ids):
    """Puts kits as a client does: {id: body}, or bodies with new ids."""
    each = [(id_text(os.urandom(15)), body) for body in bodies] + list(ids.items())
    actions = [{'element': {'id': id, 'project': GLOBAL_KITS, 'kind': 'kit', 'body': body}} for id, body in each]
    one.home.loophole('ask', 'persist.apply', '--body', json.dumps({'label': 'kits', 'actions': actions}))


@claim(inside=Member)
def a_kit_travels_with_its_changes_its_name_and_its_removal(a):
    make(a, 'Dusty', kick=0, snare=1)
    a.create()
    b = a.joined('b')
    until_kits(b, ['Dusty'])
    until_same(a, b)
    same({'kick': contents(b, 0)[0], 'snare': contents(b, 1)[0]}, {slot: layers for slot, (_, layers, _) in kits(b)['Dusty'].items()})
    same(['sound0', 'sound1'], sorted(line['name'] for line in b.home.json('search', 'used:"Dusty"') if 'name' in line))
    put(b, 'Dusty', 'kick', 2)
    b.home.loophole('kit', 'set', 'Dusty', 'snare', 'gain=0.5')
    until(lambda: kits(a)['Dusty']['kick'][1] == contents(a, 2)[0] and kits(a)['Dusty']['snare'][2] == .5, what='the change arrives')
    a.home.loophole('kit', 'set', 'Dusty', 'name=Clean')
    until_kits(b, ['Clean'])
    make(b, 'Own', hat=3)
    until_kits(a, ['Clean', 'Own'])
    a.home.loophole('kit', 'remove', 'Clean')
    until_kits(b, ['Own'])
    a.home.loophole('undo')
    until_kits(b, ['Clean', 'Own'])
    until_same(a, b)
    same(0, int(a.server.sql("select count(*) from composer.team_said where field like 'use:%' and value <> ''")))
    contains(a.home.loophole('composer', 'team', 'said', '--all').out, 'kit: Own, 1 slot (b, ')
    for one in (a, b):
        one.home.check_store()


@claim(inside=Member)
def a_sound_that_is_not_there_is_heard_as_soon_as_it_is(a):
    a.create()
    b = a.joined('b')
    constant(a.sound(9), .7)
    a.home.loophole('index', a.home.file('library'), '--wait')
    make(a, 'Dusty', kick=9)
    until_kits(b, ['Dusty'])
    slot, = b.home.first('kit', 'show', 'Dusty')['slots']
    contains(slot['placeholder'], 'sound9 is missing')
    constant(b.sound(9), .7)
    b.home.loophole('index', b.home.file('library'), '--wait')
    slot, = b.home.first('kit', 'show', 'Dusty')['slots']
    same('', slot['placeholder'])
    until_same(a, b)


@claim(inside=Member)
def of_two_changes_of_parted_engines_the_later_one_holds_and_the_other_one_is_a_copy(a):
    make(a, 'Dusty', kick=0)
    a.create()
    b, c = a.joined('b'), a.joined('c')
    until_same(a, b, c, what=lambda found: 'Dusty' in found)
    for one in (a, b):
        one.unplug()
    put(a, 'Dusty', 'kick', 1)
    put(b, 'Dusty', 'kick', 2)
    b.home.loophole('kit', 'set', 'Dusty', 'name=Dusty b')
    for one in (b, a):
        one.plug()
    found = until_same(a, b, c, what=lambda found: len(found) == 2)
    same(contents(a, 2)[0], found.pop('Dusty b')['kick'][1])
    name, copy = found.popitem()
    assert name.startswith('Dusty (a, 20'), name
    same(contents(a, 1)[0], copy['kick'][1])
    put(c, 'Dusty b', 'kick', 3)
    until(lambda: all(len(kits(one)) == 2 and kits(one)['Dusty b']['kick'][1] == contents(one, 3)[0] for one in (a, b, c)), what='one more change')
    until_same(a, b, c)


@claim(inside=Member)
def a_change_and_a_removal_that_did_not_know_each_other_lose_nothing(a):
    for name in ('Changed first', 'Removed first'):
        make(a, name, kick=0)
    a.create()
    b = a.joined('b')
    until_same(a, b, what=lambda found: len(found) == 2)
    for one in (a, b):
        one.unplug()
    put(a, 'Changed first', 'kick', 1)
    a.home.loophole('kit', 'remove', 'Removed first')
    b.home.loophole('kit', 'remove', 'Changed first')
    put(b, 'Removed first', 'kick', 2)
    for one in (a, b):
        one.plug()
    found = until_same(a, b, what=lambda found: len(found) == 2)
    same(contents(a, 2)[0], found.pop('Removed first')['kick'][1])
    name, copy = found.popitem()
    assert name.startswith('Changed first (a, 20'), name
    same(contents(a, 1)[0], copy['kick'][1])


@claim(inside=Member)
def kits_of_the_same_name_keep_apart_and_each_keeps_its_own_name(a):
    make(a, 'Dusty', kick=0)
    b = a.beside('b')
    make(b, 'Dusty', kick=1)
    a.create()
    b.join(a.code())
    until_kits(a, ['Dusty', 'Dusty (b)'])
    until_kits(b, ['Dusty', 'Dusty (a)'])
    put(a, 'Dusty (b)', 'kick', 2)
    until(lambda: kits(b)['Dusty']['kick'][1] == contents(b, 2)[0], what='the change arrives under its own name')
    same(['Dusty', 'Dusty (a)'], sorted(kits(b)))
    a.home.loophole('kit', 'set', 'Dusty (b)', 'name=Ours')
    until_kits(b, ['Dusty (a)', 'Ours'])
    until(lambda: a.is_quiet() and b.is_quiet(), what='all is said')
    same(['Dusty', 'Ours'], sorted(kits(a)))


@claim(inside=Member)
def a_kit_with_an_excluded_sound_does_not_leave(a):
    a.create()
    b = a.joined('b')
    client = a.home.file('library', 'client')
    os.makedirs(client)
    os.rename(a.sound(3), os.path.join(client, 'sound3.wav'))
    a.home.loophole('index', a.home.file('library'), '--wait')
    a.home.loophole('composer', 'exclude', 'add', client)
    secret = os.path.join(client, 'sound3.wav')
    make(a, 'Secret', kick=0)
    a.home.loophole('kit', 'set', 'Secret', 'snare', 'sound=' + secret)
    make(a, 'Open', kick=1)
    until_kits(b, ['Open', 'Secret'])
    until(a.is_quiet, what='all is at the server')
    same([], [text for _, text in said_kits(a.server) if 'sound3' in text])
    until(lambda: list(kits(b)['Secret']) == ['kick'], what='what could be said is there')
    shown = a.team('show')['kits']
    same([('Secret', 'its sound sound3 lies in an excluded folder')], [(kit['name'], kit['why']) for kit in shown])
    contains(a.home.loophole('composer', 'team', 'show').out, 'Secret is not shared: its sound sound3 lies in an excluded folder')
    put(b, 'Secret', 'kick', 2)  # what others say does not replace what cannot be said
    until(b.is_quiet, what='it is at the server')
    make(b, 'Last', kick=1)
    until(lambda: 'Last' in kits(a), what='what came later is here')
    same(['kick', 'snare'], list(kits(a)['Secret']))
    a.home.loophole('composer', 'exclude', 'remove', client)
    found = until_same(a, b, what=lambda found: len(found) == 4)
    same(['kick', 'snare'], list(found['Secret']))
    copy, = (name for name in found if name.startswith('Secret (b, 20'))
    same(contents(b, 2)[0], found[copy]['kick'][1])


@claim(inside=Member)
def a_kit_whose_sound_is_excluded_later_is_withdrawn_also_after_another_member_removed_it(a):
    a.create()
    b = a.joined('b')
    client = a.home.file('library', 'client')
    os.makedirs(client)
    os.rename(a.sound(3), os.path.join(client, 'sound3.wav'))
    a.sound = lambda number: a.home.file('library', 'client' if number == 3 else '', f'sound{number}.wav')
    a.home.loophole('index', a.home.file('library'), '--wait')
    make(a, 'Kept', kick=3)
    make(a, 'Removed', kick=3, snare=0)
    until_same(a, b, what=lambda found: len(found) == 2)
    b.home.loophole('kit', 'remove', 'Removed')
    until_kits(a, ['Kept'])
    same(2, len([text for who, text in said_kits(a.server) if who == 'a' and text]))
    a.home.loophole('composer', 'exclude', 'add', client)
    until(lambda: [who for who, _ in said_kits(a.server)] == ['b'], what=lambda: said_kits(a.server))
    same([('b', '')], said_kits(a.server))
    same(['Kept'], [kit['name'] for kit in a.team('show')['kits']])
    until(a.is_quiet, what='it knows that all is at the server')
    c = a.joined('c')
    until(lambda: c.is_quiet() and c.team('show')['known'], what='it has read what is there')
    same({}, kits(c))
    same((['Kept'], ['Kept']), (list(kits(a)), list(kits(b))))
    a.home.loophole('composer', 'exclude', 'remove', client)
    until_kits(c, ['Kept'])
    until_same(a, b, c)
    same([], a.team('show').get('kits', []))


@claim(inside=Member)
def a_layer_with_a_preset_has_no_content_and_nothing_of_this_engine_leaves(a):
    a.create()
    b = a.joined('b')
    a.home.loophole('preset', 'save', 'Bass', 'wave=saw')
    content = contents(a, 3)[0][0][0]
    preset = a.home.first('preset', 'show', 'Bass')['id']
    media = a.item(0)['id']
    layer = {'media': media, 'name': 'sound0'}
    apply(a, body_of({'name': 'Synth'}, odd='kept here', slots=[
        {'slot': 'bass', 'pad': 0, 'why': 'secret reason',
         'layers': [{'media': '0' * 26, 'preset': preset, 'name': 'Bass', 'content': content}]},
        {'slot': 'kick', 'pad': 1, 'layers': [layer], 'locked': True, 'anchor': media, 'turn': 2, 'before_why': 'secret before',
         'before': [{'media': a.item(3)['id'], 'name': 'sound3', 'content': content}]}]))
    until_kits(b, ['Synth'])
    (_, text), = said_kits(a.server)
    for word in (content, media, 'secret', 'odd', 'anchor', 'locked', 'turn', 'sound3'):
        assert word not in text, (word, text)
    same([(None, preset)], kits(b)['Synth']['bass'][1])
    put(b, 'Synth', 'hat', 1)
    until(lambda: 'hat' in kits(a)['Synth'], what='the change arrives')
    kick = next(slot for slot in a.home.first('kit', 'show', 'Synth')['slots'] if slot['slot'] == 'kick')
    same((True, 'secret before', 2), (kick['locked'], kick['before_why'], kick['turn']))


def leave(one, *words):
    one.team('leave', *words)
    until(lambda: not one.team('show').get('leaving'), what='the server knows it')


@claim(inside=Member)
def an_engine_that_leaves_and_joins_again_changes_no_kit(a):
    b = a.beside('b')
    make(a, 'Dusty', kick=0)
    make(b, 'Dusty', kick=1)
    a.create()
    b.join(a.code())
    until_kits(a, ['Dusty', 'Dusty (b)'])
    until_kits(b, ['Dusty', 'Dusty (a)'])
    leave(b)
    make(a, 'New', kick=2)
    until(a.is_quiet)
    b.join(a.code())
    until_kits(b, ['Dusty', 'Dusty (a)', 'New'])
    make(b, 'Last', kick=3)  # what b says comes after all that it said by joining
    until_kits(a, ['Dusty', 'Dusty (b)', 'Last', 'New'])
    until_kits(b, ['Dusty', 'Dusty (a)', 'Last', 'New'])
    for one, mine, other in ((a, 0, 1), (b, 1, 0)):
        found = kits(one)
        same(contents(one, mine)[0], found['Dusty']['kick'][1])
        same(contents(one, other)[0], next(kit for name, kit in found.items() if name.startswith('Dusty ('))['kick'][1])


@claim(inside=Member)
def a_kit_that_the_team_changed_while_an_engine_had_left_is_beside_the_old_one(a):
    make(a, 'Dusty', kick=0)
    a.create()
    b = a.joined('b')
    until_kits(b, ['Dusty'])
    leave(b)
    put(a, 'Dusty', 'kick', 2)
    until(a.is_quiet)
    b.join(a.code())
    found = until_same(a, b, what=lambda found: len(found) == 2)
    same(contents(a, 2)[0], found.pop('Dusty')['kick'][1])
    same(contents(a, 0)[0], found.popitem()[1]['kick'][1])


@claim(inside=Member)
def a_version_that_its_member_took_from_the_team_is_kept_by_those_who_have_it(a):
    make(a, 'Dusty', kick=0)
    a.create()
    b = a.joined('b')
    until_kits(b, ['Dusty'])
    put(b, 'Dusty', 'kick', 2)
    until(lambda: kits(a)['Dusty']['kick'][1] == contents(a, 2)[0] and b.is_quiet(), what='the change arrives')
    leave(b, '--all')
    c = a.joined('c')
    until_kits(c, ['Dusty'])
    same(contents(c, 0)[0], kits(c)['Dusty']['kick'][1])
    put(c, 'Dusty', 'hat', 1)
    found = until_same(a, c, what=lambda found: len(found) == 2)
    same(['hat', 'kick'], sorted(found['Dusty']))
    same(contents(a, 2)[0], next(kit for name, kit in found.items() if name.startswith('Dusty (b, '))['kick'][1])


@claim(inside=Member)
def a_sound_that_comes_into_an_excluded_folder_is_withdrawn(a):
    a.create()
    client = a.home.file('library', 'client')
    os.makedirs(client)
    constant(os.path.join(client, 'other.wav'), .91)
    a.home.loophole('index', a.home.file('library'), '--wait')
    a.home.loophole('composer', 'exclude', 'add', client)
    make(a, 'Moved', kick=3)
    make(a, 'Copied', kick=2)
    make(a, 'Kept', kick=0)
    until(lambda: len(said_kits(a.server)) == 3)
    os.rename(a.sound(3), os.path.join(client, 'moved.wav'))
    shutil.copy(a.sound(2), os.path.join(client, 'copied.wav'))
    a.home.loophole('library', 'rescan', '--wait')
    until(lambda: len(said_kits(a.server)) == 1, what=lambda: said_kits(a.server))
    contains(said_kits(a.server)[0][1], '"Kept"')
    until(lambda: sorted(kit['name'] for kit in a.team('show')['kits']) == ['Copied', 'Moved'], what=lambda: a.team('show'))


@claim(inside=Member)
def a_file_that_is_written_again_changes_no_kit(a):
    make(a, 'Dusty', kick=0)
    a.create()
    b = a.joined('b')
    until_kits(b, ['Dusty'])
    before = contents(b, 0)[0]
    constant(a.sound(0), .77)
    a.home.loophole('library', 'rescan', '--wait')
    b.home.loophole('kit', 'set', 'Dusty', 'kick', 'gain=0.5')
    until(lambda: kits(a)['Dusty']['kick'][2] == .5, what='the change arrives')
    found = until_same(a, b)
    same((['Dusty'], before), (list(found), found['Dusty']['kick'][1]))


@claim(inside=Member)
def undo_of_a_step_leaves_all_of_it_if_a_kit_of_it_was_changed_since(a):
    a.create()
    b = a.joined('b')
    a.home.loophole('project', 'new', 'Song')
    a.home.loophole('kit', 'new', 'Dusty', 'family=drum', '--scope', 'project')
    a.home.loophole('kit', 'set', 'Dusty', 'kick', 'sound=' + a.sound(0))
    a.home.loophole('kit', 'save', 'Dusty', '--scope', 'global')
    until_kits(b, ['Dusty'])
    put(b, 'Dusty', 'kick', 2)
    until(lambda: kits(a)['Dusty']['kick'][1] == contents(a, 2)[0], what='the change arrives')
    contains(a.home.loophole('undo').out, 'skipped, because another member of the team or another client changed it since: 1 kit')
    same(['global'], [kit['scope'] for kit in a.home.look('project.kits', {'limit': 256})['each']])
    same(contents(a, 2)[0], kits(a)['Dusty']['kick'][1])


@claim(inside=Member)
def undo_of_a_change_that_another_member_changed_since_is_skipped_and_says_so(a):
    make(a, 'Dusty', kick=0)
    a.create()
    b = a.joined('b')
    until_same(a, b, what=lambda found: 'Dusty' in found)
    a.home.loophole('tag', a.sound(0), '+before')
    put(a, 'Dusty', 'kick', 1)
    until(lambda: kits(b)['Dusty']['kick'][1] == contents(b, 1)[0], what='the change arrives')
    put(b, 'Dusty', 'kick', 2)
    until(lambda: kits(a)['Dusty']['kick'][1] == contents(a, 2)[0], what='the other change arrives')
    contains(a.home.loophole('undo').out, 'skipped, because another member of the team or another client changed it since: 1 kit')
    same((contents(a, 2)[0], ['before']), (kits(a)['Dusty']['kick'][1], a.facts(0)['tags']))
    a.home.loophole('undo')
    same([], a.facts(0)['tags'])
    b.home.loophole('undo')
    until(lambda: kits(a)['Dusty']['kick'][1] == contents(a, 1)[0], what='an undo travels')
    b.home.loophole('redo')
    until(lambda: kits(a)['Dusty']['kick'][1] == contents(a, 2)[0], what='a redo travels')
    until_same(a, b)


@claim(inside=Member)
def kits_beyond_the_bound_wait_and_come_when_there_is_room(a):
    a.create()
    make(a, 'Mine', kick=0)
    b = a.beside('b')
    for start in range(0, KITS_MOST, 256):
        apply(b, *(body_of({'name': f'kit {n}'}) for n in range(start, start + 256)))
    b.join(a.code())
    until(lambda: len(kits(a)) == KITS_MOST and a.is_quiet() and b.is_quiet(), what=lambda: f'{len(kits(a))} kits; {a.team("show")}')
    same(KITS_MOST, len(kits(b)))
    held, = a.team('show')['kits']
    contains(held['why'], 'there are 1024 global kits already')
    same(['Mine'], [kit['name'] for kit in b.team('show')['kits']])
    gone = 'kit 0' if held['name'] != 'kit 0' else 'kit 1'
    b.home.loophole('kit', 'remove', gone)
    until(lambda: len(kits(a)) == KITS_MOST and 'Mine' in kits(b) and held['name'] in kits(a), what=lambda: f'{a.team("show")} {b.team("show")}')
    found = until_same(a, b)
    same((KITS_MOST, False), (len(found), gone in found))
    same(([], []), (a.team('show').get('kits', []), b.team('show').get('kits', [])))


@claim(inside=Member)
def statements_of_a_hostile_member_about_kits_do_nothing(a):
    make(a, 'Dusty', kick=0)
    a.create()
    b = a.joined('b')
    until_same(a, b, what=lambda found: 'Dusty' in found)
    mal = Stranger(a)
    mal.call('join', code=a.code(), name='mal')
    kit = a.home.first('kit', 'show', 'Dusty')
    before = kits(a)
    far = 9000000000000000000
    members = [member['id'] for member in a.team('show')['members']]
    lies = ','.join(f'{member} {far}' for member in members)
    slot = {'slot': 'kick', 'pad': 0, 'layers': []}
    content = contents(a, 0)[0][0][0]

    def text(**more):
        return json.dumps({'name': 'Evil', 'family': 'drum', 'tags': [], 'slots': [], **more})
    bad = [text(slots=[slot, {**slot, 'slot': 'snare'}]), text(slots=[slot, slot]), text(name='\x1b[31mred'), text(name=''),
           text(name='../../x'), text(tags=['\x1b]0;x']), text(slots=[{**slot, 'gain': 1e300}]), text(slots=[{**slot, 'pad': 4000000000}]),
           text(slots=[{**slot, 'layers': [{'content': 'AAAA', 'velocity_from': 0, 'pitch': 0, 'start': 0, 'end': 0, 'name': 'x'}]}]),
           text(slots=[{**slot, 'layers': [{'content': content, 'velocity_from': .5, 'velocity_until': .1, 'pitch': 0, 'start': 0, 'end': 0,
                                            'name': 'x'}]}]), text(family='evil'), text(seed=-1), text(slots={}), text(slots=7),
           text(author='a\nb'), '[]', 'null', '{', '{"name":"Evil"} {}', '[' * 9000, '{"name":1e999}']
    own = 1
    for number, body in enumerate(bad):
        said = [statement(f'kit:{kit["id"]}', f'{lies}\n{body}', own=far + number),
                statement(f'kit:{id_text(bytes([number]) * 15)}', f'\n{body}', own=own)]
        contains(mal.call('exchange', position=0, said=said), '"full": false')
    odd = [statement(f'kit:{kit["id"]}', '/etc/passwd', far + 100), statement('kit:', '\n', own), statement('kit:../../x', '\n' + text(), own),
           statement(f'kit:{"0" * 26}', '\n' + text(), own), statement(f'kit:{"Z" * 26}', '\n' + text(), own),
           statement(f'kit:{kit["id"]}', '\n' + text(), far, content=content)]
    contains(mal.call('exchange', position=0, said=odd), '"full": false')
    contains(mal.call('exchange', position=0, said=[statement(f'kit:{kit["id"]}', 'x' * 32769, far + 200)]), 'violates check constraint')
    make(b, 'Last', kick=1)
    until(lambda: 'Last' in kits(a), what='what came later is here')
    same({**before, 'Last': kits(a)['Last']}, kits(a))
    put(b, 'Dusty', 'kick', 2)
    until(lambda: kits(a)['Dusty']['kick'][1] == contents(a, 2)[0], what='honest changes go on')
    said = statement(f'kit:{kit["id"]}', f'{lies}\n' + text(name='Lie'), far + 300)  # a kit, which claims to contain all that will be said
    contains(mal.call('exchange', position=0, said=[said]), '"full": false')
    until(lambda: 'Lie' in kits(a) and 'Lie' in kits(b), what='it is a change like others')
    b.home.loophole('kit', 'set', 'Lie', 'name=Dusty')
    until_kits(a, ['Dusty', 'Last'])
    until_same(a, b)
    now, = (value for who, value in said_kits(a.server) if who == 'b' and json.loads(value)['name'] == 'Dusty')
    said = statement(f'kit:{kit["id"]}', f'{lies}\n{now}', far + 400)  # the kit as it is, with lies that nobody repeats
    contains(mal.call('exchange', position=0, said=[said]), '"full": false')
    make(b, 'More', kick=1)
    until_same(a, b, what=lambda found: 'More' in found)
    for one, number in ((a, 1), (b, 3)):
        one.unplug()
        put(one, 'Dusty', 'kick', number)
    for one in (a, b):
        one.plug()
    found = until_same(a, b, what=lambda found: len(found) == 4)
    # the clocks of both are as late as a member may say, so either change may be the later one
    same(sorted(contents(a, 1, 3)), sorted(kit['kick'][1] for name, kit in found.items() if name.startswith('Dusty')))
    assert '\x1b' not in a.home.loophole('composer', 'team', 'said', '--all').out
    for one in (a, b):
        one.home.check_store()


@claim(inside=Member)
def an_engine_that_reads_no_kits_gets_none_and_reads_all_when_it_does(a):
    make(a, 'Dusty', kick=0)
    a.create()
    until(a.is_quiet, what='all is at the server')
    a.edit(0, notes='hello')
    until(a.is_quiet, what='all is at the server')
    old = Stranger(a, 'old')
    joined = json.loads(old.call('join', code=a.code(), name='old'))
    read = json.loads(old.call('exchange', position=0))
    same((['notes'], False, joined['epoch']), ([one['field'] for one in read['said']], read['more'], read['epoch']))
    newer = json.loads(old.call('exchange', position=0, kits=True))
    same(2, len(newer['said']))
    same(joined['epoch'] + 'k', newer['epoch'])
    contains(old.call('exchange', position=0, said=[statement('tag:x', 'y' * 4097)]), 'violates check constraint')


@claim(inside=Member)
def kits_wait_for_a_server_that_takes_them_and_stop_nothing_else(a):
    a.server.sql('alter function composer.team(jsonb) rename to team_with_kits',
                 "create function composer.team(ask jsonb) returns jsonb language sql security definer set search_path = pg_catalog, pg_temp "
                 "as $$ select composer.team_with_kits(ask - 'kits') $$",
                 'alter function composer.team(jsonb) owner to composer_owner', 'grant execute on function composer.team(jsonb) to composer_studio')
    a.create()
    b = a.joined('b')
    make(a, 'Dusty', kick=0)
    a.edit(0, notes='hello')
    b.until_fact(0, notes='hello')
    same(({}, [], ''), (kits(b), said_kits(a.server), a.team('show')['error']))
    a.server.sql('drop function composer.team(jsonb)', 'alter function composer.team_with_kits(jsonb) rename to team')
    until_kits(b, ['Dusty'])
    until_same(a, b)


@claim(inside=Member)
def a_kit_whose_sound_is_excluded_before_it_was_sent_is_never_sent(a):
    a.create()
    b = a.joined('b')
    client = a.home.file('library', 'client')
    os.makedirs(client)
    os.rename(a.sound(3), os.path.join(client, 'sound3.wav'))
    a.sound = lambda number: a.home.file('library', 'client' if number == 3 else '', f'sound{number}.wav')
    a.home.loophole('index', a.home.file('library'), '--wait')
    a.unplug()
    make(a, 'Secret', kick=3)
    a.home.loophole('composer', 'exclude', 'add', client)
    make(a, 'Open', kick=0)
    a.home.kill('composer')
    a.home.wait_ready('composer')
    a.plug()
    until_kits(b, ['Open'])
    until(a.is_quiet, what='all is at the server')
    same(['Open'], [json.loads(text)['name'] for _, text in said_kits(a.server)])
    same(['Secret'], [kit['name'] for kit in a.team('show')['kits']])
    a.home.loophole('composer', 'exclude', 'remove', client)
    until_kits(b, ['Open', 'Secret'])
    until_same(a, b)


@claim(inside=Member)
def persist_is_killed_while_kits_are_exchanged_and_nothing_is_lost_or_doubled(a):
    a.create()
    b = a.joined('b')
    for number in range(12):
        one, other = (a, b) if number % 2 else (b, a)
        until(lambda: one.home.has_lived('persist') and other.home.has_lived('persist'), what='persist has lived')
        killing = [threading.Timer(random.random() * .3, each.home.kill, ('persist',)) for each in (one, other)]
        for each in killing:
            each.start()
        request = id_text(os.urandom(15))
        for _ in range(2):  # a request that is repeated makes one kit
            one.home.loophole('kit', 'new', f'kit {number}', '--request-id', request, code=None)
        for each in killing:
            each.join()
        until(lambda: f'kit {number}' in kits(one), what='it is made')
    until_kits(a, [f'kit {number}' for number in range(12)])
    until_same(a, b)
    same(12, int(a.server.sql("select count(*) from composer.team_said where field like 'kit:%'")))
    for one in (a, b):
        one.home.check_store()


@claim(inside=Member)
def a_restored_engine_goes_on_with_the_kits_of_the_team(a):
    a.create()
    b = a.joined('b')
    for name in ('Old', 'Gone', 'Changed'):
        make(a, name, kick=0)
    until_same(a, b, what=lambda found: len(found) == 3)
    backup = a.home.file('backup')
    a.home.loophole('backup', backup)
    make(a, 'New', kick=1)
    a.home.loophole('kit', 'remove', 'Gone')
    put(a, 'Changed', 'kick', 2)
    before = until_same(a, b, what=lambda found: 'New' in found and 'Gone' not in found)
    put(b, 'Old', 'kick', 3)
    before = until_same(a, b, what=lambda found: found['Old'] != before['Old'])
    a.home.loophole('down')
    a.home.loophole('restore', backup)
    a.home.loophole('up')
    a.home.wait_ready('composer')
    a.team('join', '--name', 'a')
    same(before, until_same(a, b, what=lambda found: 'New' in found and 'Gone' not in found))
    put(a, 'New', 'kick', 3)
    until(lambda: kits(b)['New']['kick'][1] == contents(b, 3)[0], what='it speaks again')
    until_same(a, b)


@claim(inside=Member)
def what_a_restored_engine_has_forgotten_stays_with_the_others_as_one_copy(a):
    make(a, 'Dusty', kick=0)
    a.create()
    b, c = a.joined('b'), a.joined('c')
    until_same(a, b, c, what=lambda found: 'Dusty' in found)
    backup = a.home.file('backup')
    a.home.loophole('backup', backup)
    put(a, 'Dusty', 'kick', 1)
    until_same(a, b, c, what=lambda found: found['Dusty']['kick'][1] == contents(a, 1)[0])
    a.home.loophole('down')
    a.home.loophole('restore', backup)
    a.home.loophole('up')
    a.home.wait_ready('composer')
    put(a, 'Dusty', 'kick', 2)
    a.team('join', '--name', 'a')
    found = until_same(a, b, c, what=lambda found: len(found) == 2)
    same(contents(a, 2)[0], found.pop('Dusty')['kick'][1])
    name, copy = found.popitem()
    assert name.startswith('Dusty (a, 20'), name
    same(contents(a, 1)[0], copy['kick'][1])


@claim(inside=Member)
def a_kit_that_leaves_the_global_scope_is_another_one(a):
    a.create()
    b = a.joined('b')
    make(a, 'Dusty', kick=0)
    until_kits(b, ['Dusty'])
    id = a.home.first('kit', 'show', 'Dusty')['id']
    a.home.loophole('project', 'new', 'Song')
    moved = a.home.first('kit', 'save', 'Dusty', '--scope', 'project')
    same(('project', True), (moved['scope'], moved['id'] != id))
    until_kits(b, [])
    a.home.loophole('project', 'undo')
    until_kits(b, ['Dusty'])
    same(id, b.home.first('kit', 'show', 'Dusty')['id'])
    until_same(a, b)


run_claims()
