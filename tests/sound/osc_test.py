#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""OSC: messages and their answers, bundles and time tags, subscriptions, hostile packets, and kills."""
import contextlib
import fcntl
import http.client
import json
import os
import random
import signal
import shutil
import socket
import struct
import subprocess
import sys
import time

from tests.claims import (SEED, TOP, claim, contains, file_bytes, file_json, file_text, how_often, needs, run_claims, same, skip,
                    until, write_file)
from tests.sound.osc import Osc, bundle, encode
from tests.kits.patterns import refused_alike, refused_slot
from tests.sounding import engine, until_connected, until_transport

ACID = os.path.join(TOP, 'frontends/examples/acid.json')
DRAWN = '[osc]\nport = 0\n'


def sounding(home):
    engine(home, DRAWN + '[audio]\nperiod = 1024\n')
    home.wait_ready('osc', 'project', 'persist')
    until_connected(home)


def sounding_for_any(home):
    """The same, for oscsend, which ends at once."""
    engine(home, DRAWN + 'users = any\n[audio]\nperiod = 1024\n')
    home.wait_ready('osc', 'project', 'persist')
    until_connected(home)


def silent(home):
    home.settings(DRAWN)
    home.up()
    home.wait_ready('osc')


def plays(home, begin=sounding):
    begin(home)
    home.loophole('pattern', ACID)
    until_transport(home, bpm=132.0)  # the pattern's


def state(home):
    return home.ask('osc.state')


# ---- messages and answers ----


@claim
def oscsend_drives_the_transport_and_oscdump_receives_the_values(home):
    needs('oscsend')
    sounding_for_any(home)
    port, spare = str(state(home)['port']), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    spare.bind(('127.0.0.1', 0))
    mine = str(spare.getsockname()[1])
    spare.close()
    dump = home.start_into(home.file('dump'), 'oscdump', '-L', mine)

    def dumped():
        return file_text(home.file('dump'))

    def is_subscribed():
        home.run('oscsend', '127.0.0.1', port, '/subscribe', 'i', mine)
        return '/transport/tempo f 120' in dumped()
    until(is_subscribed)
    home.run('oscsend', '127.0.0.1', port, '/transport/tempo', 's', '133.5')
    until_transport(home, bpm=133.5)
    until(lambda: '/transport/tempo f 133.5' in dumped())
    home.run('oscsend', '127.0.0.1', port, '/transport/start')
    until_transport(home, running=True)
    until(lambda: '/transport/running i 1' in dumped())
    home.run('oscsend', '127.0.0.1', port, '/transport/stop', 'f', '0')  # the release of a button
    home.run('oscsend', '127.0.0.1', port, '/transport/stop', 'f', '1')
    until_transport(home, running=False)
    dump.send_signal(signal.SIGINT)
    dump.wait(600)
    until(lambda: state(home)['subscribers'] == 0 or home.loophole('transport', 'tempo', str(random.randrange(60, 180))))


@claim
def the_messages_of_patterns_are_answered_with_the_sentences_of_the_project_service(home):
    plays(home)
    osc = Osc(home)
    same(('[PATTERN] Saved to slot 5', 0), osc.say('/pattern/save', '5.0'))
    same(('[PATTERN] Saved to slot 6', 0), osc.say('/pattern/save', 6.9, 'Six'))
    same(('[PATTERN] Saved to slot 7', 0), osc.say('/pattern/save', 7))
    for wrong in ('0', '129', '-1', 'kick', 'nan'):
        same((f'[PATTERN] Error: Invalid slot number: {wrong}', 11), osc.say('/pattern/save', wrong))
    same(('[PATTERN] Error: Invalid slot number: nan', 11), osc.say('/pattern/load', float('nan')))
    same(('[PATTERN] Error: Invalid slot number: inf', 11), osc.say('/pattern/load', float('inf')))
    for nothing in ((), (None,), ('',)):
        same(('[PATTERN] Error: No slot number provided', 11), osc.say('/pattern/load', *nothing))
    same(('[PATTERN] Error: Slot 9 is empty', 12), osc.say('/pattern/load', 9))
    same(('[SEQ] Pattern loaded at bar 0', 0), osc.say('/pattern/load', 5))
    same(0, osc.say('/transport/start')[1])
    until_transport(home, running=True)
    queued = osc.say('/pattern/load', 6)[0]
    contains(queued, '[SEQ] Pattern queued for bar ')
    same(['/pattern/message', queued.replace('queued for', 'loaded at'), 0], osc.until('/pattern/message')[0])
    contains(osc.say('/pattern/load', 6, 'immediate')[0], '[SEQ] Pattern loaded at bar ')
    same('[PATTERN] Copied slot 6 to slot 8', osc.say('/pattern/copy', 6, 8.0)[0])
    same('[PATTERN] Swapped slots 5 and 8', osc.say('/pattern/swap', '5', '8')[0])
    same('[PATTERN] Moved slot 8 to slot 20', osc.say('/pattern/move', 8, 20)[0])
    same('[PATTERN] Renamed slot 20 to Late', osc.say('/pattern/rename', 20, 'Late')[0])
    same('[PATTERN] Deleted slot 7', osc.say('/pattern/delete', 7)[0])
    contains(osc.say('/pattern/rename', 20, '')[0], '[PATTERN] Error: Invalid name: ')
    for untyped in (b'/ping\0\0\0', b'/ping\0\0\0\0\0\0\0'):  # as old programs send it
        osc.send_bytes(untyped)
        osc.until('/pong')
    osc.send('/pattern/list', 'recent=2')
    said, rows = osc.until('/pattern/message')
    same(['/pattern/message', '[PATTERN] 2 slots in bank 1', 0], said)
    osc.send('/pattern/list', 'recent=1.9')
    same(['/pattern/message', '[PATTERN] 1 slot in bank 1', 0], osc.until('/pattern/message')[0])
    osc.send('/pattern/slots')
    rows = osc.until('/pattern/message')[1]
    same([5, 6, 20], [row[1] for row in rows])
    same(['/pattern/row', 'Late', '1', 'techno'], [rows[2][0], *rows[2][2:5]])
    same(16, rows[2][7])
    contains(osc.say('/pattern/list', 'project=draft')[0], 'is invalid: expected NAME=VALUE')
    same('[PATTERN] Bank 2', osc.say('/pattern/bank', 2.9)[0])
    contains(home.log('osc'), '[PATTERN] Saved to slot 5 (127.0.0.1:')


@claim
def the_sender_of_a_load_whose_pattern_begins_before_the_answer_gets_both_sentences(home):
    def save(hit):
        with open(home.file('fast.json'), 'w', encoding='utf-8') as out:
            json.dump({'sequencer': {'bpm': 400, 'tracks': {'kick': {'pattern': hit * 16}}}}, out)
        home.loophole('pattern', 'save', '1', home.file('fast.json'))
    plays(home)
    save('X')
    osc = Osc(home)
    same('[SEQ] Pattern loaded at bar 0', osc.say('/pattern/load', 1)[0])
    save('x')
    home.loophole('transport', 'start')
    until_transport(home, running=True)
    with home.paused('persist'):  # the core waits a second for the project, and a bar lasts 0.6 s
        queued = osc.say('/pattern/load', 1)[0]
    contains(queued, '[SEQ] Pattern queued for bar ')
    same(['/pattern/message', queued.replace('queued for', 'loaded at'), 0], osc.until('/pattern/message')[0])


@claim
def the_library_is_saved_to_loaded_from_and_archived(home):
    plays(home)
    osc = Osc(home)
    same(0, osc.say('/pattern/save_file', 'techno/Night, one')[1])
    same(('[SEQ] Pattern loaded at bar 0', 0), osc.say('/pattern/load_file', 'techno/Night, one'))
    same([['techno/Night, one', 'library', 16]], [[row[1], row[3], row[7]] for row in library(osc)])
    same([], library(osc, 'genre=jazz'))
    same(0, osc.say('/pattern/archive', 'techno/Night, one')[1])
    same([], library(osc))
    same(0, osc.say('/pattern/unarchive', 'techno/Night, one')[1])
    same(1, len(library(osc)))
    same(12, osc.say('/pattern/load_file', 'nothing')[1])
    for wrong in ((), ('',), (None,)):
        same(('[PATTERN] Error: Invalid name: ', 11), osc.say('/pattern/save_file', *wrong))
        same(11, osc.say('/pattern/archive', *wrong)[1])


@claim
def changes_of_slots_and_of_the_library_are_taken_back_and_done_again(home):
    needs('oscsend')
    plays(home, sounding_for_any)
    osc, port = Osc(home), str(state(home)['port'])

    def slots():
        return [(one['slot'], one['name']) for one in home.first('pattern', 'slots')['slots']]

    def press(address):
        home.run('oscsend', '127.0.0.1', port, address, 'i', '1')  # a button of a touch controller
        home.run('oscsend', '127.0.0.1', port, address, 'i', '0')  # its release
    same(0, osc.say('/pattern/save', 5)[1])
    same(0, osc.say('/pattern/rename', 5, 'Five')[1])
    press('/project/undo')
    until(lambda: slots() == [(5, 'Acid')])
    press('/project/redo')
    until(lambda: slots() == [(5, 'Five')])
    same(('undone: rename slot 5', 0), osc.say('/project/undo'))
    same(('done again: rename slot 5', 0), osc.say('/project/redo'))
    contains(osc.say('/project/redo')[0], 'there is nothing')
    same(12, osc.say('/project/redo')[1])
    same(0, osc.say('/pattern/save_file', 'user/Night')[1])
    same(0, osc.say('/pattern/archive', 'user/Night')[1])
    press('/pattern/undo')
    until(lambda: len(library(osc)) == 1)
    press('/pattern/redo')
    until(lambda: not library(osc))
    same(('[PATTERN] Taken back: Archived user/Night', 0), osc.say('/pattern/undo'))
    same(('[PATTERN] Done again: Archived user/Night', 0), osc.say('/pattern/redo'))
    same(('[PATTERN] Error: Nothing to take back or to do again', 12), osc.say('/pattern/redo'))
    same([(5, 'Five')], slots())


@claim
def patterns_like_a_slot_are_found(home):
    plays(home)
    osc = Osc(home)
    same(0, osc.say('/pattern/save', 5)[1])
    same(0, osc.say('/pattern/save_file', 'techno/Night')[1])
    same([['techno/Night', 'library']], [[row[1], row[3]] for row in library(osc, 'slot=5', 'limit=1', to='/pattern/similar')])
    same(('[PATTERN] Error: Slot 6 is empty', 12), osc.say('/pattern/similar', 'slot=6'))
    same(('[PATTERN] Error: Invalid slot number: 0', 11), osc.say('/pattern/similar', 'slot=0'))


def library(osc, *fields, to='/pattern/library'):
    osc.send(to, *fields)
    said, rows = osc.until('/pattern/message')
    same(0, said[2])
    return rows


@claim
def a_pattern_is_exported_as_a_midi_file_and_imported_once_also_over_a_kill(home):
    plays(home)
    osc, folder = Osc(home), home.file('data/patterns/export')
    osc.send('/pattern/export_midi')
    said, remarks = osc.until('/pattern/message')
    same(['/pattern/message', '[PATTERN] Exported Acid to Acid.mid', 0], said)
    assert ['/pattern/remark', 'bass: lost: accent_boost'] in remarks, remarks
    request, client = os.urandom(16), home.client()
    first = client.ask('project.import_midi', {'name': 'Acid'}, request)
    same(('[PATTERN] Imported Acid to user/Acid', 'user/Acid'), (first[1]['message'], first[1]['place']))
    home.kill('project')
    same(first[1]['message'], client.ask('project.import_midi', {'name': 'Acid'}, request)[1]['message'])
    same([['user/Acid', 16]], [[row[1], row[7]] for row in library(osc)])
    home.loophole('pattern', 'undo')
    same([], library(osc))
    same(('[PATTERN] Imported Acid to user/Acid', 0), osc.say('/pattern/import_midi', 'Acid'))
    os.unlink(folder + '/Acid.mid')
    same(('[PATTERN] Exported Acid to Acid.mid', 0), osc.say('/pattern/export_midi', 'user/Acid'))
    same(('[PATTERN] Saved to slot 5', 0), osc.say('/pattern/save', 5))
    for slot in (5, 5.9, '5'):
        os.unlink(folder + '/Acid.mid')
        same(('[PATTERN] Exported Acid to Acid.mid', 0), osc.say('/pattern/export_midi', slot))
        assert os.path.exists(folder + '/Acid.mid')
    same(('[PATTERN] Error: Slot 6 is empty', 12), osc.say('/pattern/export_midi', 6))
    same(('[PATTERN] Error: Invalid slot number: 129', 11), osc.say('/pattern/export_midi', 129))
    cut = file_bytes(folder + '/Acid.mid')[:60]
    for name, data in (('cut', cut), ('Acid', b'RIFF of another program')):
        write_file(f'{folder}/{name}.mid', data)
    for code, address, name in ((11, 'import', 'cut'), (11, 'import', 'Acid'), (12, 'import', 'nothing'), (11, 'import', '../cut'),
                                (11, 'import', ''), (12, 'export', 'nothing'), (13, 'export', 'Acid')):
        same(code, osc.say(f'/pattern/{address}_midi', name)[1], (address, name))
    same(b'RIFF', open(folder + '/Acid.mid', 'rb').read(4))
    made = file_json(ACID)
    made['metadata']['name'] = '../../wide'
    with open(home.file('wide.json'), 'w', encoding='utf-8') as out:
        json.dump(made, out)
    home.loophole('pattern', home.file('wide.json'))
    same(folder + '/_._.._wide.mid', os.fsdecode(client.ask('project.export_midi', {'name': ''})[1]['file']))
    assert not os.path.exists(home.file('data/wide.mid'))


@claim
def an_error_has_one_sentence_and_one_code_over_osc_on_the_wire_and_on_the_command_line(home):
    plays(home)
    osc = Osc(home)
    for slot in (5, 7, 8):
        same(0, osc.say('/pattern/save', slot)[1])
    patterns = home.first('project', 'state')['folder'] + '/patterns/'
    with open(patterns + 'slots/bank_1/slot_007.json', encoding='utf-8') as file:
        newer = file.read().replace('"schema_version": "1.0"', '"schema_version": "2.0"')
    for slot, content in ((7, newer), (8, '{"sequencer": {')):
        write_file(f'{patterns}slots/bank_1/slot_00{slot}.json', content)
    for number in (0, 129, -1, 'five'):
        refused_slot(home, osc, 11, f'Error: Invalid slot number: {number}', 'load', number)
        refused_slot(home, osc, 11, f'Error: Invalid slot number: {number}', 'save', number)
    refused_slot(home, osc, 11, 'Error: No slot number provided', 'load')
    refused_slot(home, osc, 11, 'Error: Invalid name: a/b', 'rename', 5, 'a/b')
    refused_slot(home, osc, 11, 'Error: Slot 8 is corrupt: not JSON', 'load', 8)
    refused_slot(home, osc, 12, 'Error: Slot 99 is empty', 'load', 99)
    refused_slot(home, osc, 12, 'Error: Slot 99 is empty', 'swap', 99, 98)
    refused_slot(home, osc, 22, 'Error: Slot 7 is corrupt: ', 'load', 7)
    refused_alike(home, osc, 12, '[PATTERN] Error: No pattern named none', ('/pattern/load_file', 'none'),
                  ('project.load_file', {'name': 'none'}), ('pattern', 'load_file', 'none'))
    refused_alike(home, osc, 12, '[SONG] Error: The song has no entries', ('/song/play',), ('project.play_song', {}), ('song', 'play'))
    refused_alike(home, osc, 11, '[SONG] Error: Invalid entry: x', ('/song/set', 'x'), ('project.set_song', {'entries': 'x'}),
                  ('song', 'set', 'x'))
    same(0, osc.say('/pattern/save_file', 'techno/Night')[1])
    same(0, osc.say('/pattern/archive', 'techno/Night')[1])
    same(0, osc.say('/pattern/save_file', 'techno/Night')[1])
    archived = home.first('pattern', 'list', 'view=library', 'archived=true')['each'][0]['place']
    refused_alike(home, osc, 13, '[PATTERN] Error: A pattern exists already: techno/Night', ('/pattern/unarchive', archived),
                  ('project.change_library', {'verb': 'unarchive', 'names': [archived]}), ('pattern', 'unarchive', archived))
    with open(patterns + '.lock', 'w', encoding='utf-8') as lock:  # as another engine on this folder
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused_slot(home, osc, 16, 'Failed to save to slot 5', 'save', 5)
    os.rename(patterns + 'slots', patterns + 'away')
    with open(patterns + 'slots', 'w', encoding='utf-8'):
        pass  # a file in the place of the folder
    refused_slot(home, osc, 19, 'Failed to save to slot 5', 'save', 5)


@claim
def arguments_of_any_form_are_understood_and_others_refused(home):
    sounding(home)
    osc = Osc(home)
    for value in (121, 121.0, '121', '121.0', ('d', struct.pack('>d', 121)), ('h', struct.pack('>q', 121))):
        home.loophole('transport', 'tempo', '90')
        osc.send('/transport/tempo', value, 'and', 'more')
        same(['/transport/tempo', 121.0], osc.until('/transport/tempo')[0])
        until_transport(home, bpm=121.0)
    for wrong in ('fast', 700, 19.9, float('nan'), '', None):
        contains(osc.say('/transport/tempo', wrong)[0], 'bpm')
    same(121.0, home.ask('audio.transport')['bpm'])
    for on in (True, 1, 0.5, 'on', 'yes'):
        osc.send('/mixer/pads/mute', on)
        same(['/mixer/pads/mute', 1], osc.until('/mixer/pads/mute')[0])
        osc.send('/mixer/pads/mute', False)
        same(['/mixer/pads/mute', 0], osc.until('/mixer/pads/mute')[0])
    until(lambda: read(osc, '/mixer/pads/gain') == [1.0])
    osc.send('/mixer/pads/gain', 0.25)
    until(lambda: read(osc, '/mixer/pads/gain') == [0.25])
    contains(osc.say('/transport/sync', 'nobody')[0], 'is invalid')
    contains(osc.say('/transport/rewind')[0], 'no address /transport/rewind: /routes lists all addresses')
    contains(osc.say('/pads/hit', 3)[0], 'pad 3 has no sound')


def read(osc, address):
    osc.send(address)
    return osc.until(address)[0][1:]


# ---- the tree ----


@claim(shares=silent)
def the_tree_has_all_addresses_with_their_keys(home):
    osc = Osc(home)
    osc.send('/routes')
    osc.send('/ping')
    routes = {got[1]: json.loads(got[2]) for got in osc.until('/pong')[1] if got[0] == '/route'}

    def leaves(node):
        below = node.get('CONTENTS', {})
        return [leaf for one in below.values() for leaf in leaves(one)] if below else [node]
    tree = json.loads(home.ask('osc.tree', 'path=/')['json'])
    same(routes, {leaf['FULL_PATH']: leaf for leaf in leaves(tree)})
    save = routes['/pattern/save']
    same(('is', 2, ['slot_number', '[name]'], 'Save current pattern to slot 1-128', {'MIN': 1, 'MAX': 128}, [{'TYPE': 'i'}]),
         (save['TYPE'], save['ACCESS'], save['ARGS'], save['DESCRIPTION'], save['RANGE'][0], save['OVERLOADS']))
    same((1, 'i'), (routes['/transport/running']['ACCESS'], routes['/transport/running']['TYPE']))
    for path, node in routes.items():
        assert {'FULL_PATH', 'TYPE', 'ACCESS', 'DESCRIPTION', 'ARGS'} <= set(node), path
    names = 'save load list slots save_file load_file delete copy swap move rename bank archive unarchive undo redo'.split()
    assert all(f'/pattern/{name}' in routes for name in names) and {'/project/undo', '/project/redo'} <= set(routes)
    same({'RANGE': [{'MIN': 20, 'MAX': 400}]},
         json.loads(home.ask('osc.tree', 'path=/transport/tempo', 'attribute=RANGE')['json']))
    same(state(home)['port'], json.loads(home.ask('osc.tree', 'path=/', 'attribute=HOST_INFO')['json'])['OSC_PORT'])
    contains(home.refused('ask', 'osc.tree', 'path=/nothing', code=12), 'no address /nothing')
    contains(home.refused('ask', 'osc.tree', 'path=/', 'attribute=COLOUR', code=11), 'no attribute COLOUR')


def fetch(port, path, method='GET', **headers):
    """(status, JSON or text) of the tree's port; (0, '') without an answer."""
    try:
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=600)
        connection.request(method, path, headers={key.replace('_', '-'): to for key, to in headers.items()})
        got = connection.getresponse()
        text = got.read().decode()
        return got.status, json.loads(text) if got.headers['content-type'] == 'application/json' else text
    except (OSError, http.client.HTTPException):
        return 0, ''


@claim
def a_client_of_oscquery_finds_all_addresses_over_http(home):
    sounding(home)
    port, osc = state(home)['port'], Osc(home)
    until(lambda: fetch(port, '/?HOST_INFO')[0] == 200)
    info = fetch(port, '/?HOST_INFO')[1]
    same((port, 'UDP', True, False), (info['OSC_PORT'], info['OSC_TRANSPORT'], info['EXTENSIONS']['VALUE'],
                                     info['EXTENSIONS']['LISTEN']))
    found, left = {}, ['/']
    while left:  # as a client that descends
        status, node = fetch(port, left.pop())
        same(200, status)
        if 'TYPE' in node:
            found[node['FULL_PATH']] = node
        left += [node['FULL_PATH'].rstrip('/') + '/' + name for name in node.get('CONTENTS', {})]
    same(set(routes_of(osc)), set(found))
    osc.send('/transport/tempo', 99.5)
    until(lambda: fetch(port, '/transport/tempo?VALUE') == (200, {'VALUE': [99.5]}))
    same([404, 400, 204, 400], [fetch(port, path)[0] for path in ('/nothing', '/?COLOUR', '/transport/start?VALUE',
                                                               '/?' + 'A' * 99)])
    same([403, 403], [fetch(port, '/', Host=host)[0] for host in (f'evil.test:{port}', '127.0.0.1:1')])
    same(405, fetch(port, '/', 'POST')[0])
    same(403, fetch(port, '/ws', Upgrade='websocket', Connection='Upgrade', Sec_WebSocket_Version='13',
                    Sec_WebSocket_Key='AAAAAAAAAAAAAAAAAAAAAA==')[0])
    for service in ('web', 'osc'):
        until(lambda: home.has_lived(service))
        home.kill(service)
        until(lambda: fetch(port, '/transport/tempo?TYPE') == (200, {'TYPE': 'f'}))


@claim
def a_subscriber_gets_each_tempo_and_swing_that_is_set_and_no_older_one(home):
    sounding(home)
    osc = Osc(home)
    osc.send('/subscribe')
    osc.until('/subscribe/message')
    tempos = [61 + 7.5 * n for n in range(20)]
    swings = [n / 32 for n in range(1, 21)]
    got = {'/transport/tempo': [], '/transport/swing': []}
    for tempo, swing in zip(tempos, swings):
        home.ask('audio.set_tempo', f'bpm={tempo}')
        home.ask('audio.set_swing', f'swing={swing}')
        until_transport(home, bpm=tempo, swing=swing)
        while tempo not in got['/transport/tempo'] or swing not in got['/transport/swing']:
            address, *values = osc.take()
            got.get(address, []).extend(values)
    same(tempos, [tempo for tempo in got['/transport/tempo'] if tempo != 120])
    same(swings, [swing for swing in got['/transport/swing'] if swing != 0])


# ---- bundles and time tags ----


@claim
def a_pattern_of_addresses_is_done_for_each_value_that_it_matches_or_for_none(home):
    plays(home)
    osc = Osc(home)
    osc.send('/mixer/[ps][aeot]*/gain', 0.25)
    buses = ['pads', 'sequencer', 'sounds', 'streams']
    same([[f'/mixer/{bus}/gain', 0.25] for bus in buses], sorted(osc.take() for _ in buses))
    same(buses, sorted(bus for bus, gain in gains(home).items() if gain == 0.25))
    osc.send('/transport/[r-t]*')
    same(['/transport/running', '/transport/swing', '/transport/sync', '/transport/tempo'], sorted(osc.take()[0] for _ in range(4)))
    contains(osc.say('/pattern/delet?', 1)[0], 'no address with a value matches')
    osc.send_bytes(bundle(encode('/mixer/master/gain', 0.5), encode('/mixer/*/nothing', 1)))
    contains(osc.until('/mixer/message')[0][1], 'no address with a value matches')
    contains(osc.say('/mixer/*/gain', 9)[0], 'expected a number from 0 to 4')
    same(1, gains(home)['master'])


def gains(home):
    return {strip['bus']: strip['gain'] for strip in home.ask('audio.mixer')['strips']}


@claim
def a_bundle_is_done_as_a_whole_or_not_at_all(home):
    plays(home)
    osc = Osc(home)
    tempo = encode('/transport/tempo', 99.0)
    for wrong in (encode('/transport/swing', 7.0), encode('/nothing'), encode('/pattern/save', 0),
                  encode('/pattern/rename', 1, 'n' * 81), bundle(encode('/transport/swing', 'x'))):
        osc.send_bytes(bundle(tempo, wrong, encode('/transport/start')))
        until(lambda: osc.take()[0].endswith('/message'))
    osc.send_bytes(bundle(tempo)[:-4])
    osc.until('/message')
    at = home.ask('audio.transport')
    same((132.0, False), (at['bpm'], at['running']))
    osc.send_bytes(bundle(tempo, bundle(encode('/transport/swing', 0.25)), encode('/transport/start')))
    until_transport(home, bpm=99.0, swing=0.25, running=True)


@claim
def a_time_tag_is_waited_for_and_a_late_one_is_counted(home):
    sounding(home)
    osc = Osc(home)
    contains(osc_say_bytes(osc, bundle(encode('/transport/start'), at=time.time() + 30)), 'ahead')
    osc.send_bytes(bundle(encode('/transport/tempo', 77.0), at=time.time() - 3600))
    until_transport(home, bpm=77.0)
    same(1, state(home)['late'])
    osc.send_bytes(bundle(encode('/transport/tempo', 88.0), at=time.time() + 9))
    until(lambda: state(home)['waiting'] == 1)
    same(77.0, home.ask('audio.transport')['bpm'])
    for _ in range(2):  # 127 others may wait
        osc.send_bytes(bundle(*[encode('/mixer/pads/gain', 0.5)] * 63, at=time.time() + 9.5))
    osc.send_bytes(bundle(encode('/mixer/pads/gain', 0.5), at=time.time() + 9.5))
    until(lambda: state(home)['waiting'] == 128)
    contains(osc_say_bytes(osc, bundle(encode('/mixer/pads/gain', 0.1), at=time.time() + 9)), 'no more can wait')
    until_transport(home, bpm=88.0)
    until(lambda: state(home)['waiting'] == 0)


def osc_say_bytes(osc, data):
    osc.send_bytes(data)
    while not (got := osc.take())[0].endswith('/message'):
        pass
    return got[1]


# ---- subscriptions ----


@claim
def a_subscriber_gets_all_values_then_the_latest_and_all_again_after_each_kill(home):
    plays(home)
    osc, other = Osc(home), Osc(home)
    until(lambda: read(other, '/pattern/name')[0])
    wanted = {path for path, node in routes_of(other).items() if 'VALUE' in node and not path.startswith('/meters')}
    osc.send('/subscribe')
    until_all_came(osc, wanted)
    began, sent = time.monotonic(), how_often(1000, 5000)
    for number in range(sent):
        other.send('/mixer/pads/gain', number / sent)
        while other.take(0):
            pass
        time.sleep(0.001)
    other.send('/mixer/pads/gain', 3.5)
    got = []
    until(lambda: (got.append(osc.until('/mixer/pads/gain')[0][1]) or got[-1] == 3.5))
    most = (time.monotonic() - began) * 50 + 2
    assert len(got) <= most, (len(got), most)
    for service in ('audio', 'osc'):
        until(lambda: home.has_lived(service))
        home.kill(service)
        until_all_came(osc, wanted)
    same(3.5, read(Osc(home), '/mixer/pads/gain')[0])
    osc.send('/unsubscribe')
    until(lambda: state(home)['subscribers'] == 0)


def wakes_of(home, service):
    with open(f'/proc/{home.pid(service)}/status', encoding='utf-8') as file:
        return int(next(line for line in file if line.startswith('voluntary_ctxt_switches')).split()[1])


@claim
def a_service_sleeps_while_nothing_changes_also_with_a_subscriber(home):
    """An idle service wakes for its heartbeats alone, as the project service does."""
    sounding(home)
    osc = Osc(home)
    osc.send('/subscribe')
    osc.until('/pattern/queued')
    osc.ping()
    before, project = wakes_of(home, 'osc'), wakes_of(home, 'project')
    until(lambda: wakes_of(home, 'project') >= project + 30)
    awake = wakes_of(home, 'osc') - before
    assert awake < 2 * (wakes_of(home, 'project') - project) + 20, awake
    osc.send('/transport/tempo', 99.5)
    until(lambda: osc.until('/transport/tempo')[0][1] == 99.5)


def routes_of(osc):
    osc.send('/routes')
    osc.send('/ping')
    return {got[1]: json.loads(got[2]) for got in osc.until('/pong')[1] if got[0] == '/route'}


def until_all_came(osc, wanted):
    """Waits until each of these addresses came once more."""
    missing = set(wanted)
    until(lambda: not missing or missing.discard((osc.take(1) or [None])[0]), what=f'{missing} came')


# ---- kills, hostile packets, the port ----


@claim
def answered_changes_stay_while_osc_is_killed_in_use(home):
    plays(home)
    port, saved = state(home)['port'], set()
    for _ in range(how_often(3, 20)):
        until(lambda: home.has_lived('osc'))
        osc = Osc(home)
        for slot in range(1, 9):
            osc.send('/pattern/save', slot + 10 * (len(saved) % 3))
            if slot == 4:
                said = [osc.until('/pattern/message')[0]]  # a busy machine may have answered none before the kill
                os.kill(home.pid('osc'), signal.SIGKILL)
        while (got := osc.take(1)):
            said.append(got)
        saved |= {int(got[1].rsplit(' ', 1)[1]) for got in said if got[0] == '/pattern/message' and got[2] == 0}
        home.wait_ready('osc')
    until(lambda: state(home)['port'] == port)
    there = {line['slot'] for line in home.ask('project.list_patterns')['slots']}
    assert saved and saved <= there, (saved, there)
    Osc(home).ping()


@claim(shares=silent)
def any_packet_is_answered_or_refused_and_harms_nothing(home):
    osc, chance, pid = Osc(home), random.Random(SEED), home.pid('osc')
    osc.ping()
    good = [encode('/pattern/save', 5, 'x'), bundle(encode('/ping'), bundle(encode('/transport/tempo', 99.5)))]
    for _ in range(how_often(1500, 100000)):
        data = bytearray(chance.choice(good) if chance.random() < .7 else chance.randbytes(chance.randrange(64)))
        for _ in range(chance.randrange(4)):
            if data:
                data[chance.randrange(len(data))] = chance.choice((0, 0xff, 0x2c, chance.randrange(256)))
        osc.send_bytes(bytes(data[:chance.randrange(len(data) + 1)] if chance.random() < .3 else data))
        while osc.take(0):
            pass
    deep = encode('/ping')
    for _ in range(9):
        deep = bundle(deep)
    for data in (b'', b'/', bytes(4), b'#bundle\0', bytes(9000), deep, encode('/ping') * 2000, encode('/' + 'a' * 300),
                 bundle(*[encode('/ping')] * 65), encode('/ping', *range(17)), b'/ping\0\0\0,b\0\0\xff\xff\xff\xff'):
        osc.send_bytes(data)
    assert state(home)['refused'] > 0

    def is_dropped():
        osc.send_bytes(bytes(9000))  # the kernel drops packets too, while the service has not read earlier ones
        return state(home)['dropped'] > 0
    until(is_dropped)
    until(lambda: pongs(osc))
    same(pid, home.pid('osc'))


def pongs(osc):
    osc.send('/ping')
    return any(got[0] == '/pong' for got in iter(lambda: osc.take(.2), None))


@claim(shares=silent)
def a_flood_is_cut_and_the_service_goes_on(home):
    osc, dropped = Osc(home), state(home)['dropped']
    many = bundle(*[encode('/ping')] * 60)  # a slow machine takes fewer packets a second than messages are permitted

    def is_cut():
        for _ in range(300):
            osc.send_bytes(many)
        return state(home)['dropped'] > dropped
    until(is_cut)
    until(lambda: pongs(Osc(home)))


def hold(home):
    """The service stops until the `with` ends: what is sent waits at its port."""
    return signalled(home.pid('osc'), signal.SIGSTOP, signal.SIGCONT)


@contextlib.contextmanager
def signalled(pid, first, last):
    os.kill(pid, first)
    try:
        yield
    finally:
        os.kill(pid, last)


@claim(shares=silent)
def packets_of_a_sender_that_has_ended_are_refused(home):
    osc = Osc(home)
    osc.ping()  # what the claim before sent has been read; its sender may have ended meanwhile
    before = state(home)['refused']
    with hold(home), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.sendto(encode('/pattern/delete', 1), osc.to)
        gone.close()
        osc.send('/ping')
    osc.until('/pong')
    same(before + 1, state(home)['refused'])


FOREIGNER = """
import socket, sys
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.sendto(bytes.fromhex(sys.argv[2]), ('127.0.0.1', int(sys.argv[1])))
sys.stdin.read()
"""


@claim(shares=silent)
def packets_of_another_user_of_the_machine_are_refused(home):
    if os.getuid() or not shutil.which('setpriv'):
        skip('needs root and setpriv')
    osc = Osc(home)
    osc.ping()
    before = state(home)['refused']
    with subprocess.Popen(['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', sys.executable, '-c', FOREIGNER,
                           str(osc.to[1]), encode('/transport/tempo', 99.0).hex()], stdin=subprocess.PIPE) as other:
        until(lambda: state(home)['refused'] == before + 1)
        other.stdin.close()
    osc.ping()


@claim
def packets_of_any_user_are_taken_when_the_setting_says_so(home):
    home.settings(DRAWN + 'users = some\n')
    contains(home.loophole('up', code=None).all, 'osc.users is "some": expected own or any')
    home.settings(DRAWN + 'users = any\n')
    home.up()
    home.wait_ready('osc')
    before = state(home)
    with hold(home), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.sendto(encode('/ping'), ('127.0.0.1', before['port']))
    until(lambda: state(home)['received'] == before['received'] + 1)
    same(before['refused'], state(home)['refused'])


@claim
def the_port_is_kept_and_a_taken_one_is_waited_for(home):
    silent(home)
    port = state(home)['port']
    same({'address', 'port', 'subscribers', 'received', 'refused', 'dropped', 'late', 'waiting'}, set(home.first('osc')))
    contains(home.loophole('osc').out, f'UDP port {port} of 127.0.0.1')
    contains(home.loophole('doctor', code=None).out, f'UDP port {port} of 127.0.0.1')
    home.stop()
    home.up()
    home.wait_ready('osc')
    same(port, state(home)['port'])
    home.stop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(('127.0.0.1', 0))
        taken = other.getsockname()[1]
        home.settings(f'[osc]\nport = {taken}\n')
        home.up()
        until(lambda: f'UDP port {taken}' in home.ask('osc.status')['alarm'])
        same(0, state(home)['port'])
    home.wait_ready('osc')
    same((taken, ''), (state(home)['port'], home.ask('osc.status')['alarm']))


run_claims()
