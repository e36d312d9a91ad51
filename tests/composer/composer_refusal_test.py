#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Exchanges in which one side has lost or damaged data, or answers wrongly: a real server refuses single offers, or
answers nonsense; the studio was restored, its copy is damaged; the clocks differ. The engine asks for news."""
import os
import signal
import struct
import subprocess

from tests.claims import BUILD, claim, contains, file_text, run_claims, same, until
from tests.composer.composing import TOOL, Studio

KIT = 16  # sounds of the kit that is used
TALK = 500  # offers of one call


def feed(server):
    return int(server.sql('select count(*) from composer.feed where not gone'))


def doctor(studio):
    return studio.home.loophole('doctor', code=None).out


@claim(inside=Studio)
def one_refused_offer_stops_no_other_and_is_reported(studio):
    server = studio.server
    server.sql("alter table composer.evidence_word add constraint no_zanzibar check (attribute <> 'tag:zanzibar')",
               'create function composer.refuse_pads() returns trigger language plpgsql as $$ begin if new.value = \'pad\' '
               "then raise exception 'pads are not wanted here'; end if; return new; end $$",
               'create trigger refuse_pads before insert on composer.evidence_word for each row '
               'execute function composer.refuse_pads()')
    studio.level('use')
    studio.use('Song', *range(KIT))
    for number, tag in enumerate(('dusty', 'zanzibar', 'warm', 'late')):
        studio.home.loophole('tag', studio.sound(number), f'+{tag}')
    studio.sync()
    same((KIT, 3), (studio.rows(), studio.rows('evidence_word')))
    status = studio.status()
    same((0, 1, ''), (status['outbox'], status['refused'], status['error']))
    contains(status['refused_why'], 'no_zanzibar')
    contains(studio.command('status'), 'no_zanzibar')
    contains(doctor(studio), 'statements that the server refuses: 1; the last one: ')
    studio.sync()
    same(1, studio.status()['refused'])
    studio.home.loophole('edit', studio.sound(4), 'class=pad')
    studio.home.loophole('edit', studio.sound(5), 'class=snare')
    studio.sync()
    same((4, 2), (studio.rows('evidence_word'), studio.status()['refused']))
    contains(studio.status()['refused_why'], 'pads are not wanted here')
    studio.home.loophole('edit', studio.sound(4), 'class=kick')
    studio.home.loophole('tag', studio.sound(1), '-zanzibar')
    studio.sync()
    same(5, studio.rows('evidence_word'))
    assert 'refused' not in studio.status(), studio.status()


@claim(inside=Studio)
def a_class_that_no_server_can_store_fails_no_exchange(studio):
    studio.level('use')
    item = studio.home.first('show', studio.sound(0))['id']
    fact = '{"attribute":"class","source":"user","text":"ki\\u0000ck","confidence":1}'
    studio.home.ask('persist.put_media', f'edit={{"id":"{item}","facts":[{fact}]}}')
    studio.home.loophole('edit', studio.sound(1), 'class=snare')
    studio.sync()
    same(('snare', 0), (studio.server.sql('select value from composer.evidence_word'), studio.status()['outbox']))


@claim(inside=Studio)
def offers_that_a_lower_level_forbids_meanwhile_fail_no_exchange(studio):
    """persist gets the lower level before the offers, which were gathered at the higher one."""
    home = studio.home
    home.settings(f'[composer]\nserver = {studio.setting}\n[supervisor]\nhang_ms = 300000\n')
    home.stop()
    home.up()
    home.wait_ready('composer')
    studio.join()
    studio.use('Song', 0, 1)
    home.loophole('tag', studio.sound(0), '+dusty')
    until(lambda: not studio.status()['syncing'])
    client, persist = home.client(), home.pid('persist')
    os.kill(persist, signal.SIGSTOP)
    asked = {client.send('composer.level', {'level': 'descriptors'}), client.send('composer.sync')}
    while not client.must('composer.state')['syncing']:
        pass
    for _ in range(5):
        client.must('composer.ping', {'payload': b''})
    os.kill(persist, signal.SIGCONT)
    for _ in range(2):
        request, error, body = client.take('composer', 60000)
        same('ok', error, body)
        asked.remove(request)
    same((0, 1, ''), (studio.rows(), studio.rows('evidence_word'), studio.status()['error']))


def kept_by(studio):
    """The rows that the server has, and those that the studio shares."""
    return studio.rows() + studio.rows('evidence_word'), studio.status()['shared']


@claim(inside=Studio)
def a_studio_restored_from_a_backup_offers_again_what_it_offers_otherwise(studio):
    backup = studio.home.file('backup')
    studio.level('use')
    studio.use('Song 1', 0, 1)
    studio.sync()
    studio.home.loophole('backup', backup)
    studio.use('Song 2', 2, 3, 4)
    studio.sync()
    same((5, 5), kept_by(studio))
    studio.home.loophole('down')
    studio.home.loophole('restore', backup)
    studio.home.loophole('up')
    studio.home.wait_ready('composer')
    same(2, studio.status()['shared'])
    studio.level('use')
    studio.use('Song 3', 5, 6, 7, 8)  # the numbers of its offers were given to those of Song 2
    studio.sync()
    same((6, 6), kept_by(studio))
    expected = studio.server.sql('select count(distinct context) from composer.evidence_use')
    same('2', expected)


NONSENSE = {
    'a new epoch each time': "answer || jsonb_build_object('epoch', gen_random_uuid()::text)",
    'never known': "answer || '{\"known\": false}'",
    'always again': "answer || '{\"again\": true}'",
    'more, but nothing': "answer || '{\"more\": true, \"lessons\": []}' || jsonb_build_object('position', ask->'position')",
    'a position beyond the lessons': "answer || '{\"position\": 9007199254740993}'",
    'a position before the last': "answer || '{\"position\": 0}'",
    'takes nothing': "answer || jsonb_build_object('accepted', ask->'base')",
    'took more than was offered': "answer || '{\"accepted\": 9007199254740993}'",
    'refuses what was not offered': "answer || '{\"refused\": [{\"id\": 77777, \"why\": \"no\"}]}'",
    'a content of three bytes': "jsonb_set(answer, '{lessons,0,content}', '\"AAAA\"')",
    'a title of a megabyte': "jsonb_set(answer, '{lessons,0,value}', to_jsonb(repeat('x', 1000000)))",
    'lessons twice': "jsonb_set(answer, '{lessons}', (answer->'lessons') || (answer->'lessons'))",
    'a number as text': "answer || '{\"accepted\": \"many\"}'",
    'null': 'null',
    'a list': "'[1, 2, 3]'",
}


@claim(inside=Studio)
def nonsense_of_a_real_server_ends_each_exchange_and_harms_nothing(studio):
    server = studio.server
    studio.level('use')
    studio.use('Song', 0, 1, 2)
    studio.sync()
    server.round(1)
    studio.use('Song', 3)
    for what, answer in NONSENSE.items():
        server.says(answer)
        said = studio.home.refused('composer', 'sync')
        assert said, what
        same('ready', studio.home.status('composer')['state'])
        assert studio.home.json('search', 'kick', '--limit', '1'), what
        assert studio.status()['inbox'] in (0, feed(server)), what  # an exchange of true answers may have been under way
        server.tells_the_truth()
    studio.sync()
    same((4, feed(server), 0, ''), (studio.rows(), studio.status()['inbox'], studio.status()['outbox'],
                                    studio.status()['error']))


@claim(inside=Studio)
def a_round_that_commits_late_is_not_passed_over(studio):
    """Positions follow the order of the commits: a later round waits for an earlier one, so no reader passes it over."""
    server = studio.server
    studio.level('use')
    studio.use('Song 1', 0, 1)
    studio.sync()
    server.sql("update composer.setting set value = 1 where name = 'least_studios'")
    late = subprocess.Popen([TOOL, 'psql', server.folder, '-At'], env=studio.home.env, text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)
    late.stdin.write("begin; select composer.publish_round() > 0;\n")
    late.stdin.flush()
    same('t', late.stdout.readline().strip())
    studio.use('Song 2', 2, 3)
    studio.sync()
    soon = studio.home.start(TOOL, 'psql', server.folder, '-Atc', 'select composer.publish_round() > 0',
                             stdout=subprocess.PIPE, text=True)
    until(lambda: server.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") == '1')
    same((0, 0), (studio.sync()['learned'], studio.status()['inbox']))
    late.stdin.write('commit;\n')
    late.stdin.close()
    same((0, 0), (late.wait(600), soon.wait(600)))
    late.stdout.close()
    studio.sync()
    same(feed(server), studio.status()['inbox'])
    assert feed(server) >= 4 + 2


def damage(home, word):
    """Changes what lies before each copy of the word in the store's file, so that the record does not decode."""
    path, count = home.file('data', 'store', 'data.mdb'), 0
    with open(path, 'r+b') as store:
        data, at = store.read(), -1
        while (at := data.find(word, at + 1)) >= 0:
            store.seek(at - 2)
            store.write(b'\xc1\xc1\xc1')
            count += 1
    return count


@claim(inside=Studio)
def a_damaged_copy_is_found_removed_and_read_again(studio):
    server, home = studio.server, studio.home
    server.sql("insert into composer.pack values ('zanzibar-nights', 'Zanzibar Nights', '', '{}')")
    studio.level('use')
    studio.use('Song', 0, 1)
    studio.sync()
    server.sql("insert into composer.evidence_word select 'studio_other', content, 'class', 'zanzibar' "
               'from composer.evidence_use')
    server.round(1)
    studio.sync()
    shown = home.first('show', studio.sound(0))
    same(('zanzibar', 'composer'), (shown['class'], shown['class_source']))
    whole = studio.status()['inbox']
    server.tool('stop')
    assert damage(home, b'Zanzibar Nights')
    assert damage_fact(home)
    assert home.first('show', studio.sound(0))['id'] == shown['id']
    assert home.json('search', 'kick', '--limit', '1')
    home.kill('composer')
    home.wait_ready('composer')
    until(lambda: studio.status()['inbox'] == 0, what='the damaged copy is removed')
    same(True, studio.status()['rebuilding'])
    contains(studio.command('status'), 'it is read again')
    contains(doctor(studio), 'was damaged')
    for service in ('persist', 'search', 'indexer'):
        same('ready', home.status(service)['state'])
    server.tool('again')
    home.loophole('composer', 'sync')
    same(whole, studio.status()['inbox'])
    assert 'rebuilding' not in studio.status()
    until(lambda: home.first('show', studio.sound(0))['class_source'] == 'composer')


def damage_fact(home):
    """The facts `class` of the community: their word and their value lie in one row."""
    path, count = home.file('data', 'store', 'data.mdb'), 0
    with open(path, 'r+b') as store:
        data, at = store.read(), -1
        while (at := data.find(b'zanzibar', at + 1)) >= 0:
            before = data.rfind(b'class', max(0, at - 12), at)
            if before < 0:
                continue
            store.seek(before - 1)
            store.write(b'\xc1')
            count += 1
    return count


OUTBOX_KEY, SHARED_KEY = 8, 16  # bytes: a number; a hash


def damage_offers(home, word, key_bytes):
    """Damages each row with such a key that has the word."""
    path, count = home.file('data', 'store', 'data.mdb'), 0
    with open(path, 'r+b') as store:
        data, at = store.read(), -1
        while (at := data.find(word, at + 1)) >= 0:
            for key in range(max(8, at - 300), at - key_bytes):
                low, high, flags, length = struct.unpack_from('<4H', data, key - 8)
                if (length, flags, high) != (key_bytes, 0, 0) or not at < key + key_bytes + low < at + 300:
                    continue
                if key_bytes == SHARED_KEY or data[key:key + 6] == bytes(6):
                    store.seek(key + key_bytes)
                    store.write(b'\xc1')
                    count += 1
    return count


@claim(inside=Studio)
def a_damaged_offer_is_offered_again_and_keeps_no_forget_from_its_end(studio):
    server, home = studio.server, studio.home
    studio.join()
    server.tool('stop')
    studio.use('Song', *range(KIT))
    home.loophole('tag', studio.sound(0), '+zanzibar')
    home.loophole('composer', 'sync', code=None)
    same(KIT + 1, studio.status()['outbox'])
    assert damage_offers(home, b'tag:zanzibar', OUTBOX_KEY)
    server.tool('again')
    studio.sync()
    same((KIT, 1, 0), (studio.rows(), studio.rows('evidence_word'), studio.status()['outbox']))
    server.tool('stop')
    home.loophole('tag', studio.sound(1), '+timbuktu')
    home.loophole('composer', 'sync', code=None)
    same(1, studio.status()['outbox'])
    assert damage_offers(home, b'tag:timbuktu', OUTBOX_KEY)
    home.loophole('composer', 'forget', code=None)
    server.tool('again')
    studio.json('forget')
    status = studio.status()
    same((0, 0, False), (status['shared'], status['outbox'], status['forgetting']))
    same((0, 0), (studio.rows(), studio.rows('evidence_word')))


@claim(inside=Studio)
def a_damaged_statement_is_withdrawn_too_and_keeps_no_forget_from_its_end(studio):
    home = studio.home
    studio.level('use')
    studio.use('Song', *range(KIT))
    for number, tag in enumerate(('zanzibar', 'timbuktu')):
        home.loophole('tag', studio.sound(number), f'+{tag}')
    studio.sync()
    same((KIT, 2), (studio.rows(), studio.rows('evidence_word')))
    assert damage_offers(home, b'tag:zanzibar', SHARED_KEY)
    assert damage_offers(home, b'tag:timbuktu', SHARED_KEY)
    home.loophole('tag', studio.sound(0), '-zanzibar')
    studio.sync()
    same((KIT, 1, KIT + 1), (studio.rows(), studio.rows('evidence_word'), studio.status()['shared']))
    assert damage_offers(home, b'tag:timbuktu', SHARED_KEY)
    studio.json('forget')
    same((0, 0, 0), (studio.status()['shared'], studio.rows(), studio.rows('evidence_word')))


@claim(inside=Studio)
def clocks_that_differ_by_years_change_nothing_and_are_reported(studio):
    server = studio.server
    for skew in (-320000000, 320000000):
        server.tool('stop')
        server.env = dict(studio.home.env, LD_PRELOAD=os.path.join(BUILD, 'tests/programs/skew.so'),
                          SKEW=str(skew))
        server.tool('again')
        studio.level('use')
        studio.use(f'Song {skew}', 0, 1)
        studio.sync()
        server.round(1)
        studio.sync()
        status = studio.status()
        assert abs(status['skew'] - skew) < 100000, status['skew']
        same((feed(server), 0, ''), (status['inbox'], status['outbox'], status['error']))
        contains(doctor(studio), f"s {'behind' if skew < 0 else 'ahead of'} this machine's")
    same(4, studio.rows())


@claim(inside=Studio)
def many_offers_come_in_few_calls_and_count_once(studio):
    server, songs = studio.server, 3 * TALK // KIT
    kit = [studio.home.first('show', studio.sound(number))['id'] for number in range(KIT)]
    for number in range(songs):
        studio.home.loophole('use', f'Song {number}', *kit, '--role', 'drums')
    studio.home.loophole('tag', studio.sound(0), '+back\\slash')
    studio.join()
    same((songs * KIT, 1), (studio.rows(), studio.rows('evidence_word')))
    same('tag:back\\slash', server.sql('select attribute from composer.evidence_word'))
    same(str(songs), server.sql('select count(distinct context) from composer.evidence_use'))


def sessions(studio):
    return int(studio.server.sql(f"select count(*) from pg_stat_activity where usename = 'studio_{studio.name}'"))


@claim(inside=Studio)
def the_lessons_of_a_new_round_arrive_without_an_ask_and_without_a_standing_connection(studio):
    server = studio.server
    server.sql("update composer.setting set value = 1 where name = 'poll_seconds'")
    studio.use('Song', 0, 1)
    studio.join()
    server.round(1)
    until(lambda: studio.status()['inbox'] == feed(server), what='the round is read, though nobody asked')
    server.sql("update composer.setting set value = 600000 where name = 'poll_seconds'")
    studio.sync()
    until(lambda: sessions(studio) == 0, what='no connection is left open')


@claim(inside=Studio)
def a_look_for_news_that_finds_none_changes_nothing_at_the_server(studio):
    server = studio.server
    server.sql("update composer.setting set value = 1 where name = 'poll_seconds'", "alter system set log_statement = 'all'",
               'select pg_reload_conf()')
    studio.use('Song', 0, 1)
    studio.join()
    looks = 'select composer.next_look'
    log = os.path.join(server.folder, 'server.log')
    until(lambda: file_text(log).count(looks) >= 3, what='three looks')
    last = "select seen from composer.engine"
    seen = server.sql(last)
    count = file_text(log).count(looks)
    until(lambda: file_text(log).count(looks) >= count + 3, what='three more looks')
    same((seen, False), (server.sql(last), studio.status()['syncing']))


@claim(inside=Studio)
def an_engine_learns_a_changed_pause_by_its_look_for_news(studio):
    """A pause that is out of range fails the look, so that the engine shows that it reads it."""
    server, change = studio.server, "update composer.setting set value = {} where name = 'poll_seconds'"
    server.sql(change.format(1))
    studio.join()
    server.sql(change.format(604801))
    until(lambda: 'poll' in studio.command('status'), what='an idle engine has read the pause')


@claim(inside=Studio)
def an_exchange_is_a_task_that_shows_its_progress_and_can_be_cancelled(studio):
    home = studio.home
    studio.join()
    same([], [task for task in home.json('tasks') if 'community' in task['label']])
    studio.use('Song', 0, 1, 2)
    holds = subprocess.Popen([TOOL, 'psql', studio.server.folder, '-At'], env=home.env, text=True, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    holds.stdin.write(f"begin; select 'held' from composer.studio where name = 'studio_{studio.name}' for update;\n")
    holds.stdin.flush()
    same('held', holds.stdout.readline().strip())
    syncing = home.start('loophole', 'composer', 'sync', stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    until(lambda: [task for task in home.json('tasks') if task.get('total') == 3], what='the task has its total')
    task = next(task for task in home.json('tasks') if 'community' in task['label'])
    same(('Exchanging with the community', 0), (task['label'], task['done']))
    home.loophole('cancel', task['id'])
    assert syncing.wait(600) != 0
    contains(syncing.stderr.read().decode(), 'a person cancelled the exchange')
    assert not any(studio.status()['syncing'] for _ in range(60)), 'the cancelled exchange began again'
    holds.stdin.write('rollback;\n')
    holds.stdin.close()
    holds.wait(600)
    holds.stdout.close()
    studio.sync()
    same((3, 0), (studio.rows(), studio.status()['outbox']))


@claim(inside=Studio)
def recognised_packs_are_counted_and_follow_the_inbox(studio):
    server, home = studio.server, studio.home
    studio.level('use')
    studio.use('Song', 0, 1, 2)
    studio.sync()
    server.sql("insert into composer.pack values ('zanzibar', 'Zanzibar', 'Nobody', '{}'), ('away', 'Away', '', '{}')",
               "insert into composer.pack_content select 'zanzibar', content from composer.evidence_use "
               'order by content limit 2',
               "insert into composer.pack_content values ('zanzibar', decode(repeat('ab', 16), 'hex')), "
               "('away', decode(repeat('cd', 16), 'hex'))")
    same([], home.json('composer', 'packs'))
    server.round(1)
    studio.sync()
    for _ in range(2):  # the second answer is the kept one
        same([('Zanzibar by Nobody', 3, 2)],
             [(pack['title'], pack['sounds'], pack['here']) for pack in home.json('composer', 'packs')])
    server.sql("insert into composer.pack_content select 'zanzibar', content from composer.evidence_use on conflict do nothing")
    server.round(1)
    studio.sync()
    same([(4, 3)], [(pack['sounds'], pack['here']) for pack in home.json('composer', 'packs')])
    server.sql("update composer.feed set value = 'Timbuktu' where kind = 'pack' and word = 'zanzibar'",
               'update composer.round set token = gen_random_uuid()')  # all is read again, up to the same position
    studio.sync()
    same(['Timbuktu'], [pack['title'] for pack in home.json('composer', 'packs')])


run_claims()
