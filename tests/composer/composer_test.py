#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The exchange with a community of studios, over a real PostgreSQL server, with engines as studios."""
import base64
import collections
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import threading

from tests.claims import SEED, claim, contains, figure, file_text, how_often, run_claims, same, until
from tests.composer.composing import AFTER_ROWS, BEFORE_ROWS, Speaking, Studio, row_of
from tests.kits.kits import two_kits


def inbox_of(server):
    return int(server.sql('select count(*) from composer.feed where not gone'))


@claim(inside=Studio)
def sounds_used_together_reach_the_server_and_come_back(studio):
    other = studio.beside()
    for one in (studio, other):
        for song in ('Secret Song', 'Hidden Album'):
            one.use(song, 0, 1, 2, 3)
        one.join()
        same(8, one.rows())
    other.home.loophole('edit', other.sound(0), 'class=clap')
    studio.home.loophole('edit', studio.sound(0), 'class=clap')
    for one in (studio, other):
        one.home.loophole('tag', one.sound(1), '+dusty')
        one.sync()
        same(2, one.rows('evidence_word'))
    assert studio.server.round() > 0
    studio.sync()
    status = studio.status()
    same((0, True, '', 'use'), (status['outbox'], status['reachable'], status['error'], status['level']))
    same((inbox_of(studio.server), 10), (status['inbox'], status['shared']))
    a_fact_of_the_community_says_so(studio.beside_again('third'))
    a_lower_level_withdraws_the_rest(studio)


def a_fact_of_the_community_says_so(third):
    def shown():
        return third.home.first('show', third.sound(0))

    third.level('ask')
    third.sync()
    same((0, 0), (third.rows(), third.rows('evidence_word')))
    until(lambda: shown()['class_source'] == 'composer')
    same('clap', shown()['class'])
    until(lambda: 'dusty' in third.home.first('show', third.sound(1))['tags'])
    until(lambda: third.home.json('search', 'class:clap tag:dusty or class:clap'))
    kick = third.home.first('show', third.sound(0))['id']
    found = [line for line in third.home.json('search', f'after:{kick}', '--limit', '100') if 'path' in line]
    pairs = {os.path.basename(third.sound(number)) for number in (1, 2, 3)}
    same(pairs, {os.path.basename(line['path']) for line in found[:3]})
    same({'in 2 of 2 studios'}, {line['why'] for line in found[:3]})
    same({'of the same pack'}, {line['why'] for line in found[3:]})
    pack = third.home.json('search', 'path:TR808EmulationKit', '--limit', '100')
    same({line['id'] for line in pack} - {kick}, {line['id'] for line in found})
    same(4, len([line for line in third.home.json('search', 'for:drums') if 'path' in line]))
    third.use('Own Song', 0, 3)
    same('in 1 of 1 contexts, in 2 of 2 studios', third.home.first('search', f'after:{kick}')['why'])
    third.home.loophole('edit', third.sound(0), 'class=kick')
    same(('kick', 'user'), (shown()['class'], shown()['class_source']))


@claim(inside=Studio)
def a_pair_that_is_not_public_is_found_by_its_pack(studio):
    """The pair of 0 and 3 is below the least number of studios. Each of them is not."""
    server, home = studio.server, studio.home
    items = [home.first('show', studio.sound(number))['id'] for number in range(4)]
    studio.use('Song', 0, 1)
    studio.join()
    uses = [(name, song, number) for name in range(3) for song, number in ((0, 0), (0, 1), (1, 3), (1, 1))]
    contents = server.sql('select distinct content from composer.evidence_use').splitlines()
    same(2, len(contents))
    media = [one['media'] for one in home.ask('search.query', 'query=', 'limit=200')['items']]
    content = {items.index(one['id']): base64.b64decode(one['content']) for one in media if one['id'] in items}
    server.sql('insert into composer.evidence_use values ' + ', '.join(
        f"('studio_made{name}', '\\x{content[number].hex()}', '\\x{song:032x}', '', '')" for name, song, number in uses))
    assert server.round(3) > 0
    same([], home.json('search', f'after:{items[2]}', '--limit', '100'))
    studio.sync()
    found = home.json('search', f'after:{items[0]}', '--limit', '100')
    same([(items[1], 'in 1 of 1 contexts, in 4 of 4 studios'), (items[3], 'of the same pack, used in 3 of 4 studios')],
         [(line['id'], line['why']) for line in found[:2]])
    same({'of the same pack'}, {line['why'] for line in found[2:]})
    assert items[2] in [line['id'] for line in found[2:]]
    same([items[1]], [line['id'] for line in home.json('search', f'with:{items[0]}')])
    rest = [line['id'] for line in home.json('search', f'path:TR808EmulationKit -after:{items[0]}', '--limit', '100')]
    assert items[1] not in rest and items[3] in rest, rest
    other = home.first('search', 'path:GMRockKit')['id']
    assert set(items).isdisjoint(line['id'] for line in home.json('search', f'after:{other}', '--limit', '100'))


def a_lower_level_withdraws_the_rest(studio):
    studio.level('descriptors')
    studio.sync()
    same((0, 2), (studio.rows(), studio.rows('evidence_word')))
    same(2, studio.status()['shared'])


def packets(home):
    """Packets that left over the only interface of the engine's network namespace."""
    with open(f'/proc/{home.pid("composer")}/net/dev', encoding='ascii') as lines:
        return sum(int(line.split(':')[1].split()[8]) for line in lines if ':' in line)


UP = ('import fcntl, socket, struct; '
      'fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x41))')  # SIOCSIFFLAGS: up


@claim
def at_level_off_no_packet_leaves(home):
    home.settings('[composer]\nserver = host=127.0.0.1 port=5999 dbname=composer user=studio_x\n')
    ns = ['unshare', '--net'] if os.getuid() == 0 else ['unshare', '--map-root-user', '--net']
    home.run(*ns, 'sh', '-c', f"{sys.executable} -c '{UP}' && exec loophole up")
    two_kits(home)
    home.wait_ready('composer')
    home.loophole('use', 'Song', f'{home.library}/GMRockKit/Kick-Hard.wav')
    home.loophole('composer', 'preview')
    contains(home.refused('composer', 'sync'), 'the level is off')
    home.kill('composer')
    same(0, packets(home))
    home.loophole('composer', 'level', 'ask')
    until(lambda: packets(home) > 0, what='a packet leaves at level ask, so the count counts')
    home.loophole('composer', 'level', 'off')
    count = packets(home)
    home.loophole('edit', f'{home.library}/GMRockKit/Kick-Hard.wav', 'class=kick')
    home.loophole('composer', 'status')
    same(count, packets(home))


@claim(inside=Studio)
def a_preview_is_the_exact_bytes_that_leave(studio):
    studio.server.sql("alter system set log_statement = 'all'", 'select pg_reload_conf()')
    studio.use('Secret Song', 0, 1, 2, section='chorus')
    studio.use('Secret Song', 3, role='Anna und Bernd')
    studio.home.loophole('tag', studio.sound(0), '+dusty')
    preview = studio.json('preview')
    said = ' '.join(preview['words'])
    contains(said, 'which packs this studio owns')
    contains(said, 'The level is off')
    same((5, 0), (preview['offers'], preview['more']))
    same(5, len(json.loads(preview['bytes'])['offers']))
    for secret in ('Secret', 'Anna', 'TR808', 'library', os.path.basename(studio.sound(0)), studio.home.path):
        assert secret not in preview['bytes'], secret
    studio.join()
    contains(file_text(os.path.join(studio.server.folder, 'server.log')), f"$1 = '{preview['bytes']}'")


@claim(inside=Studio)
def kills_of_service_backend_and_server_lose_and_double_nothing(studio):
    chance, server, expected, killed = random.Random(SEED), studio.server, set(), collections.Counter()
    studio.level('use')
    kills = how_often(100, 300)
    for number in range(kills):
        sounds = chance.sample(range(16), 4)
        studio.use(f'Song {number}', *sounds)
        expected.update((number, sound) for sound in sounds)
        syncing = subprocess.Popen(['loophole', 'composer', 'sync'], env=studio.home.env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        threading.Event().wait(chance.random() * 0.08)
        killed.update(kill_one(studio, server, number % 3))
        syncing.wait(600)
    until(lambda: studio.home.loophole('composer', 'sync', code=None).code == 0, what='an exchange ends')
    same((len(expected), 0), (studio.rows(), studio.status()['outbox']))
    same(str(len(expected)), server.sql('select count(distinct (content, context)) from composer.evidence_use'))
    server.sql("update composer.setting set value = 1 where name = 'least_studios'")
    server.round(1)
    studio.sync()
    same(inbox_of(server), studio.status()['inbox'])
    figure(f'{kills} kills during exchanges: {dict(killed)}; {len(expected)} uses are at the server once')


def kill_one(studio, server, kind):
    """Returns what was killed, with the number of processes."""
    if kind == 0 and studio.home.has_lived('composer'):
        studio.home.kill('composer')
        return {'service': 1}
    if kind == 1:
        backends = server.sql("select pid from pg_stat_activity where usename like 'studio_%'").split()
        for pid in backends:
            subprocess.run(["kill", "-9", pid], check=False, stderr=subprocess.DEVNULL)
        until(lambda: server.tool('psql', '-Atc', 'select 1', check=False) == '1')
        return {'backends': len(backends)}
    server.tool('kill')
    server.tool('again')
    return {'server': 1}


@claim(inside=Studio)
def a_restored_server_is_given_and_read_all_again(studio):
    server, data = studio.server, os.path.join(studio.server.folder, 'data')
    studio.use('Song 1', 0, 1)
    studio.join()
    server.round(1)
    studio.sync()
    same(2, studio.rows())
    server.tool('stop')
    subprocess.run(['cp', '-a', data, data + '.before'], check=True)
    server.tool('again')
    studio.use('Song 2', 2, 3, 4)
    studio.sync()
    server.round(1)
    studio.sync()
    same((5, inbox_of(server)), (studio.rows(), studio.status()['inbox']))
    server.tool('stop')
    shutil.rmtree(data)
    os.rename(data + '.before', data)
    server.tool('again')
    studio.sync()
    same((5, inbox_of(server)), (studio.rows(), studio.status()['inbox']))
    studio.use('Song 3', 5)
    studio.sync()
    same(6, studio.rows())


@claim(inside=Studio)
def forget_removes_all_at_the_server_and_proves_it(studio):
    studio.use('Song', 0, 1, 2)
    studio.join()
    preview = studio.json('preview')['bytes']
    same(3, studio.rows())
    forgot = studio.json('forget')
    same((5, 0), (forgot['removed'], forgot['left']))
    same((0, 0), (studio.rows(), studio.server.rows(studio.name, 'evidence_word')))
    status = studio.status()
    same(('off', 0, 0, False), (status['level'], status['shared'], status['outbox'], status['forgetting']))
    studio.join()
    same(3, studio.rows())
    assert json.loads(preview)['generation'] != json.loads(studio.json('preview')['bytes'])['generation']


class Nonsense(Speaking):
    """Answers each call with the same value; or never answers."""

    def __init__(self, folder, value):
        self.value = value
        super().__init__(folder)

    def talk(self, peer):
        if self.value is None:
            peer.recv(65536)
            peer.recv(1)
        else:
            super().talk(peer)

    def reply(self, peer):
        peer.sendall(BEFORE_ROWS + row_of(self.value.encode()) + AFTER_ROWS)


@claim
def a_server_that_answers_nonsense_or_nothing_harms_nothing(home):
    folders = [home.file('one'), home.file('two')]
    for folder in folders:
        os.mkdir(folder)
    lesson = {'position': 1, 'kind': 'pair', 'content': 'AAAA', 'other': '', 'word': ''}
    nonsense = Nonsense(folders[0], json.dumps({'epoch': 'x', 'known': True, 'accepted': 0, 'again': False, 'history': '',
                                                'position': 1, 'more': False, 'lessons': [lesson]}))
    Nonsense(folders[1], None)
    home.settings(f'[composer]\nserver = host={folders[0]} dbname=composer user=studio_x\n')
    two_kits(home)
    home.loophole('composer', 'level', 'use')
    for value in (nonsense.value, '{"epoch": ', '{}', json.dumps({'accepted': -1}), 'x' * 100000,
                  json.dumps({'epoch': 'x', 'known': False}), json.dumps({'epoch': 'x', 'known': True, 'accepted': 999})):
        nonsense.value = value
        assert home.refused('composer', 'sync'), value
        same((0, 'use'), (home.first('composer', 'status')['inbox'], home.first('composer', 'status')['level']))
    assert home.first('composer', 'status')['error']
    home.settings(f'[composer]\nserver = host={folders[1]} dbname=composer user=studio_x\n')
    home.loophole('restart', 'composer')
    home.wait_ready('composer')
    until(lambda: home.first('composer', 'status')['syncing'])
    assert home.json('search', 'kick', '--limit', '1')
    home.settings(f'[composer]\nserver = host={home.path}/none dbname=composer user=studio_x\n')
    home.loophole('restart', 'composer')
    home.wait_ready('composer')
    contains(home.refused('composer', 'sync'), 'No such file')
    home.settings('[composer]\nserver = host=db.example.org sslmode=prefer\n')
    home.loophole('restart', 'composer')
    home.wait_ready('composer')
    contains(home.refused('composer', 'sync'), 'verify-full')



class Excess(Speaking):
    """Answers each call with `first`, and then with `again` as often as the engine takes it, at most GIVEN_MOST bytes."""

    GIVEN_MOST = 1 << 30

    def __init__(self, folder):
        self.first, self.again, self.given = b'', b'', 0
        super().__init__(folder)

    def reply(self, peer):
        self.given = 0
        peer.sendall(BEFORE_ROWS + self.first)
        while self.again and self.given < self.GIVEN_MOST:
            try:
                peer.sendall(self.again)
            except OSError:
                return
            self.given += len(self.again)
        peer.sendall(AFTER_ROWS)


LESSON = {'position': 1, 'kind': 'fact', 'content': 'A' * 22 + '==', 'other': '', 'word': 'class', 'value': 'kick', 'both': 0,
          'stacked': 0, 'later': 0, 'studios': 10, 'confidence': 1, 'gone': False}
EMPTY = {'epoch': 'e', 'known': True, 'accepted': 0, 'refused': [], 'again': False, 'history': 'h', 'studios': 10, 'least': 10,
         'clock': 1, 'newest': 0, 'position': 0, 'more': False, 'lessons': []}


@claim
def a_server_cannot_make_an_exchange_take_more_than_its_bounds(home):
    folder = home.file('server')
    os.mkdir(folder)
    server = Excess(folder)
    home.settings(f'[composer]\nserver = host={folder} dbname=composer user=studio_x\n')
    two_kits(home)
    home.loophole('composer', 'level', 'use')
    pid = home.pid('composer')

    def answer(first, again=b''):
        server.first, server.again = first, again
        return home.refused('composer', 'sync')

    def answer_json(**more):
        return answer(row_of(json.dumps(dict(EMPTY, **more)).encode()))

    def good_exchange():
        server.first, server.again = row_of(json.dumps(EMPTY).encode()), b''
        home.loophole('composer', 'sync')

    part = b'x' * (1 << 20)
    contains(answer(b'', row_of(part) * 8), 'not one value')
    good_exchange()
    answer(b'D' + struct.pack('>IHI', 10 + (1 << 30), 1, 1 << 30), part)
    assert server.given < server.GIVEN_MOST, server.given
    good_exchange()
    for number in (1 << 63) - 1, (1 << 53) + 1:
        for name in ('accepted', 'position', 'newest', 'studios', 'least'):
            contains(answer_json(**{name: number}), f'invalid: {name} {number} is out of range')
        for name in ('position', 'both', 'stacked', 'later', 'studios'):
            contains(answer_json(newest=1, position=1, lessons=[dict(LESSON, **{name: number})]), f'{name} {number}')
    for confidence in 1e300, -1:
        contains(answer_json(newest=1, position=1, lessons=[dict(LESSON, confidence=confidence)]), 'confidence')
    good_exchange()
    same((0, pid), (home.first('composer', 'status')['inbox'], home.pid('composer')))


run_claims()
