#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The command line as its users and their scripts see it: the engine up and down, output, and backups."""
import ctypes
import json
import os
import re
import shutil
import signal

from tests.claims import TOP, claim, contains, file_text, parent_of, run_claims, same, samples, state_of, until
from tests.engine.cli_library import library, search
from tests.client import Client


@claim
def without_an_engine_a_command_says_so_at_once(home):
    contains(home.refused('search', 'kick', code=18), 'loophole up')
    said = home.loophole('search', 'kick', '--json', code=18)
    same('', said.out)
    same('offline', json.loads(said.err)['error'])


@claim
def an_up_with_another_runtime_directory_is_refused_at_once_and_down_does_not_call_it_down(home):
    one, two = home.file('one'), home.file('two')
    for folder in (one, two):
        os.mkdir(folder, 0o700)
    del home.env['LOOPHOLE_HOME']
    home.env.update(XDG_CONFIG_HOME=home.file('config'), XDG_DATA_HOME=home.file('data'),
                    XDG_CACHE_HOME=home.file('cache'), XDG_RUNTIME_DIR=one)
    try:
        home.up()
        home.env['XDG_RUNTIME_DIR'] = two
        said = home.refused('up')
        contains(said, f'a supervisor already runs for the data in {home.file("data")}')
        contains(said, 'it started with another XDG_RUNTIME_DIR')
        same('exists', json.loads(home.refused('up', '--json'))['error'])
        contains(home.refused('down'), f'an engine runs for the data in {home.file("data")}')
        home.env['XDG_RUNTIME_DIR'] = one
        contains(home.loophole('down').out, 'is down')
        contains(home.loophole('down').all, 'is not running')
    finally:
        home.env['XDG_RUNTIME_DIR'] = one
        home.down()


@claim
def down_waits_for_a_supervisor_that_is_started_again(home):
    home.up()
    for number in range(3):  # after each death the keeper waits longer
        os.kill(home.pid('supervisor'), signal.SIGKILL)
        if number < 2:
            home.wait_ready('supervisor')
    contains(home.loophole('down').out, 'The engine is down.')
    until(lambda: not home.engine_processes(), what='no process of the engine is left')


def kill_supervisors(home):
    """Kills the supervisor and its keeper: all services live on."""
    supervisor = home.pid('supervisor')
    keeper = parent_of(supervisor)
    for pid in (keeper, supervisor):
        os.kill(pid, signal.SIGKILL)
    until(lambda: state_of(keeper) == state_of(supervisor) == 'Z', what='keeper and supervisor are dead')


@claim
def down_ends_services_whose_supervisor_and_keeper_were_killed(home):
    home.up()
    kill_supervisors(home)
    contains(home.loophole('down').out, 'The engine is down.')
    same([], home.engine_processes())
    contains(home.loophole('down').out, 'The engine is not running.')


@claim
def down_names_what_keeps_it_from_ending_services_without_a_supervisor(home):
    home.up()
    kill_supervisors(home)
    services = home.engine_processes()
    home.settings('[audio]\nnot a setting\n')
    said = home.refused('down', code=11)
    for part in ('services run without a supervisor', 'loophole.conf:2'):
        contains(said, part)
    same(services, home.engine_processes())
    home.settings('')
    contains(home.loophole('down').out, 'The engine is down.')
    same([], home.engine_processes())


@claim
def an_up_during_a_slow_down_starts_the_engine_again(home):
    """A service that a tracer holds ends only when it is killed, 5 s after it was asked."""
    home.settings('[supervisor]\nhang_ms = 300000\n')
    home.up()
    supervisor, held = home.pid('supervisor'), home.pid('osc')
    said = home.file('said')
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    ptrace.argtypes = [ctypes.c_long] * 4
    for request in (0x4206, 0x4207):  # PTRACE_SEIZE, PTRACE_INTERRUPT
        same(0, ptrace(request, held, 0, 0))
    until(lambda: state_of(held) == 't', what='the service is stopped')
    down = home.start_into(said, 'loophole', 'down')
    until(lambda: 'shutting down' in home.log('supervisor'), what='the engine ends')
    contains(home.loophole('up').out, 'The engine is up.')
    assert home.pid('supervisor') != supervisor
    same(0, down.wait(600), file_text(said))


@claim
def an_old_error_in_the_log_is_not_the_reason_of_a_new_end(home):
    home.up()
    home.down()
    with open(home.file('data/log/supervisor.log'), 'a', encoding='utf-8') as log:
        log.write('2026-01-01T00:00:00.000Z error supervisor[1] an error of last year\n')
    lock = home.file('data/supervisor.lock')
    if os.path.exists(lock):
        os.unlink(lock)
    os.mkdir(lock)
    said = home.refused('up')
    contains(said, 'supervisor.lock: Is a directory')
    assert 'last year' not in said, said
    os.rmdir(lock)
    home.up()


@claim(inside=library)
def an_item_has_every_key_that_scripts_count_on(home):
    keys = home.first('search', 'amen', '--limit', '1')
    for key in ('id name path volume backend kind origin pack notes tags lifecycle availability container sample_format '
                'bit_depth sample_rate channels frames duration_s lufs lufs_confidence one_shot loopable score').split():
        assert key in keys, (key, keys)
    amen = search(home, 'amen')
    assert 'distance' in home.first('similar', amen, '--limit', '1')
    same(44100, home.first('show', home.library + '/loop_amen.flac')['sample_rate'])
    home.folder = home.library
    same(amen, home.first('show', 'loop_amen.flac')['id'])
    same(['name', 'path'], list(home.first('search', 'amen', '--fields', 'name,path')))


@claim(inside=library)
def the_output_of_json_is_declared_in_the_protocol(home):
    """The keys of each record have the declared order, and each line has all keys that are not optional."""
    shutil.copy(home.library + '/loop_amen.flac', home.library + '/pack/copy.flac')
    home.loophole('index', home.library, '--wait')
    id, other = search(home, 'class:kick'), search(home, 'amen')
    home.loophole('edit', id, '--any', 'mood=happy', 'bpm=120')
    home.loophole('unlike', id, other)
    home.loophole('search', 'kick', '--save', 'kicks')
    seen = set()

    def check(record, lines):
        for line in lines:
            _is_declared(record, line)
            seen.add(record)

    for record, *command in (
            ('item_line', 'search', '', '--limit', '100'), ('item_line', 'show', id), ('item_line', 'similar', id),
            ('duplicate_line', 'duplicates'), ('query_line', 'queries'), ('query_line', 'history'),
            ('summary_line', 'summary'), ('stats_line', 'stats', 'persist'), ('log_line', 'logs', 'persist'),
            ('finding_line', 'doctor'), ('check_line', 'store', 'check'), ('backup_line', 'backup', home.file('backup')),
            ('bench_line', 'bench', 'persist.ping', '--seconds', '1')):
        check(record, home.json(*command))
    check('result_line', home.json('search', 'amen', '--totals')[-1:])
    check('event_line', _events_of_a_change(home, id))
    check('error_line', [json.loads(home.refused('show', 'nothing', '--json'))])
    same(RECORDS_SEEN, seen)
    shown = home.first('show', id)
    same((120, 'happy'), (shown['bpm'], shown['mood']))
    same([other], shown['unlike'])


RECORDS_SEEN = {'item_line', 'result_line', 'duplicate_line', 'query_line', 'summary_line', 'stats_line', 'log_line', 'finding_line',
                'check_line', 'backup_line', 'bench_line', 'event_line', 'error_line'}
with open(os.path.join(TOP, 'docs/protocol.md'), encoding='utf-8') as _protocol:
    RECORDS = {name: re.findall(r'^\| `(\w+)` \| (.*?) \|', body, re.M)
               for name, body in re.findall(r'^### record (\w+)\n(.*?)(?=^###? |\Z)', _protocol.read(), re.M | re.S)}


def _is_declared(record, line):
    fields = [field for field, _ in RECORDS[record]]
    keys = [k[:-4] if k.endswith('_b64') and k[:-4] in line else k for k in line]
    known = [k for k in keys if k in fields]
    assert known == sorted(known, key=fields.index), (record, keys)
    needed = [f for f, kind in RECORDS[record] if 'optional' not in kind and 'as keys' not in kind]
    assert not set(needed) - set(keys), (record, set(needed) - set(keys))
    others = [k for k in keys if k not in fields]
    assert not others or 'as keys' in str(RECORDS[record]), (record, others)
    if record == 'item_line':  # a fact has three keys
        assert all(other in line for k in others for other in (k + '_confidence', k + '_source')
                   if not re.search('_(confidence|source)$', k)), others


def _events_of_a_change(home, id):
    """The lines of `loophole events`. The item is changed until they arrive, because the first changes may precede the
    subscription."""
    path = home.file('events')
    listener = home.start_into(path, 'loophole', 'events', 'persist.changed', '--limit', '1', '--json')
    numbers = iter(range(100000))

    def has_ended_after_a_change():
        home.loophole('tag', id, f'+t{next(numbers)}')
        return listener.poll() is not None

    until(has_ended_after_a_change)
    same(0, listener.returncode)
    with open(path, encoding='utf-8') as lines:
        return [json.loads(line) for line in lines]


@claim(inside=library)
def a_program_removes_and_adds_a_heard_tag_and_marks_a_pair_as_the_command_line_does(home):
    heard = next((line for line in home.json('search', '', '--limit', '100') if line['tags']), None)
    assert heard, 'no tag is heard in any of the sounds'
    by_shell, tag, copy = heard['id'], heard['tags'][0], home.library + '/pack/copy' + os.path.splitext(heard['path'])[1]
    shutil.copy(heard['path'], copy)  # the same content: analysis gives the same tags
    home.loophole('index', home.library, '--wait')
    by_python, program = home.first('show', copy)['id'], Client(home.path)

    def put(field, *values):
        return program.ask('persist.put_media', {'edit': {'id': _bytes_of(by_python), field: list(values)}})

    def same_facts():
        mine, theirs = (home.first('show', id) for id in (by_shell, by_python))
        for line in (mine, theirs):
            for key in ('id', 'name', 'path', 'pack', 'revision', 'added_us', 'storage'):
                line.pop(key, None)
        same(mine, theirs)

    def are_tagged(*wanted):
        found = [line['id'] for line in home.json('search', f'tag:{tag}', '--limit', '100')]
        same(wanted, (found.count(by_shell), found.count(by_python)))

    same_facts()
    home.loophole('tag', by_shell, '-' + tag)
    same('ok', put('remove_tags', tag)[0])
    are_tagged(0, 0)
    same_facts()
    home.loophole('undo')
    are_tagged(0, 1)
    home.loophole('redo')
    home.loophole('tag', by_shell, '+' + tag)
    same('ok', put('add_tags', tag)[0])
    same_facts()
    are_tagged(1, 1)
    same('ok', put('add_unlike', _bytes_of(by_shell))[0])
    same([by_shell], home.first('show', by_python)['unlike'])
    error, said = put('add_unlike', _bytes_of(by_python))
    assert error != 'ok' and said['field'] == 'edit.add_unlike[0]', (error, said)
    same('not_found', put('add_unlike', _bytes_of('01J0000000000000000000000Z'))[0])
    same('ok', put('remove_unlike', _bytes_of(by_shell))[0])
    same_facts()


def _bytes_of(id):
    number = 0
    for letter in id:
        number = number * 32 + '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.index(letter)
    return number.to_bytes(16, 'big')


@claim
def every_service_has_a_line_with_its_keys(home):
    home.up()
    for service in ('supervisor', 'persist', 'search', 'indexer'):
        same('ready', home.status(service)['state'])
    for line in home.json('status'):
        for key in ('service', 'state', 'pid', 'uptime_s', 'restarts', 'last_death'):
            assert key in line, (key, line)


@claim(inside=library)
def the_answer_to_a_cancel_names_the_task_that_no_service_has(home):
    task = '01J00000000000000000000000'
    contains(home.refused('cancel', task), 'no running service has the task ' + task)
    for service in ('persist', 'indexer', 'project'):
        contains(home.refused('ask', service + '.cancel', 'task=' + task), f'{service} has no task {task}')


@claim(inside=library)
def any_message_can_be_asked_without_code(home):
    amen = search(home, 'amen')
    same('persist', home.ask('persist.ping')['service'])
    same(amen, home.ask('search.query', 'query=amen', 'limit=1')['items'][0]['media']['id'])
    same(amen, home.ask('search.query', '--body', '{"query":"amen","limit":1}')['items'][0]['media']['id'])
    home.loophole('ask', 'persist.pang', code=12)
    lines = ['persist.ping', 'search.query\tquery=amen\tlimit=1', 'persist.pang', 'search.query\t{"query":"amen"}\tlimit=1',
             'search.query\tlimit=1001', '', 'persist.ping']
    first, second, third, fourth, fifth, empty, last = map(json.loads, home.loophole('ask', '-', input='\n'.join(lines)).out.splitlines())
    same(('persist', amen), (first['service'], second['items'][0]['media']['id']))
    same((amen, first), (fourth['items'][0]['media']['id'], last))
    same(['not_found', 'bad_request', 'not_found'], [third['error'], fifth['error'], empty['error']])
    contains(home.refused('ask', '-', '--request-id', '01J00000000000000000000000', input=''), 'standard input')
    contains(home.refused('ask', 'search.query', 'limit=1001'), 'limit')


@claim(inside=library)
def a_wrong_query_is_explained_with_a_caret(home):
    said = home.refused('search', 'kick bpn:120', code=11)
    contains(said, '^')
    contains(said, 'bpm')


@claim(inside=library)
def a_file_outside_the_library_finds_similar_items(home):
    outside = home.file('outside.flac')
    shutil.copy(home.library + '/loop_amen.flac', outside)
    same('loop_amen', home.first('similar', outside, '--limit', '1')['name'])
    same(len(home.json('search', '')), len(home.json('search', '', '--limit', '1000')))


@claim
def every_group_explains_itself(home):
    for group in ('library', 'record', 'preview', 'pads', 'transport', 'audio', 'crash', 'store'):
        contains(home.loophole(group, '--help').all, group)
    contains(home.loophole('record', '--help').out, 'record takes')
    contains(home.loophole('pads', '--help').out, 'pads set')
    home.loophole('record', code=64)
    home.loophole('status', '--none', code=64)
    same('bad_request', json.loads(home.refused('status', '--none', '--json'))['error'])


@claim(inside=library)
def the_fields_that_are_named_are_the_columns(home):
    amen = home.library + '/loop_amen.flac'
    out = home.loophole('search', 'amen', '--fields', 'name,path,tags').out
    same(['NAME', 'PATH', 'TAGS'], out.splitlines()[0].split())
    contains(out, f'loop_amen  {amen}')
    contains(home.loophole('similar', amen, '--limit', '1', '--fields', 'distance,path').out, 'DISTANCE  PATH')
    same(f'path             {amen}\n', home.loophole('show', amen, '--fields', 'path').out)


@claim(inside=library)
def pages_go_by_number(home):
    *first, end = home.json('search', '', '--sort', 'name', '--limit', '2', '--fields', 'title,dur,is,tag', '--totals')
    same((2, 2, len(home.json('search', '', '--limit', '1000'))), (len(first), end['shown'], end['total']))
    same(['availability', 'duration_s', 'name', 'tags'], sorted(first[0]))
    same([home.json('search', '', '--sort', 'name', '--limit', '3', '--fields', 'name')[2]],
         home.json('search', '', '--sort', 'name', '--limit', '1', '--cursor', end['cursor'], '--fields', 'name'))
    same([end['total']], [line['total'] for line in home.json('search', '', '--limit', '0', '--totals')])
    pages = [home.json('search', '', '--sort', 'name', '--limit', '2', '--page', str(page), '--fields', 'name')
             for page in (1, 2, 3)]
    same(home.json('search', '', '--sort', 'name', '--fields', 'name'), sum(pages, []))
    contains(home.loophole('search', '', '--limit', '2').all, '--page 2')
    home.loophole('search', '', '--limit', '2', '--page', '9', code=12)


@claim(inside=library)
def pages_hold_every_item_once(home):
    names, cursor = [], ''
    for _ in range(3):
        page = home.ask('search.query', 'limit=2', 'sort=name', 'cursor=' + cursor)
        cursor = page.get('cursor') or ''
        names += [item['media']['name'] for item in page['items']]
    same(6, len(set(names)))
    same('', cursor)
    same(sorted(names, key=str.lower), names)


@claim(inside=library)
def events_and_logs_report_changes(home):
    events = _events_of_a_change(home, search(home, 'amen'))
    same('persist.changed', events[0]['event'])
    contains(home.loophole('logs', 'indexer').all, 'library')


@claim(inside=library)
def two_engines_live_side_by_side(home):
    second = home.other('second')
    second.up()
    same([], second.json('search', 'amen'))
    second.loophole('down')
    same('loop_amen', home.first('search', 'amen')['name'])


@claim(inside=library)
def a_backup_brings_back_what_was_lost(home):
    id, backup = search(home, 'amen'), home.file('one.backup')
    home.loophole('tag', id, '+kept')
    home.loophole('backup', backup)
    home.loophole('tag', id, '-kept')
    home.refused('restore', backup)
    home.loophole('down')
    home.loophole('restore', backup)
    home.up()
    same(id, home.first('search', 'tag:kept')['id'])
    home.loophole('store', 'check')


@claim(inside=library)
def a_damaged_backup_is_refused_and_nothing_changes(home):
    backup = home.file('one.backup')
    home.loophole('backup', backup)
    home.loophole('down')
    with open(backup, 'r+b') as out:
        out.seek(5000)
        out.write(b'x')
    home.refused('restore', backup)
    os.truncate(backup, os.path.getsize(backup) - 10)
    home.refused('restore', backup)
    home.up()
    same('loop_amen', home.first('search', 'amen')['name'])


@claim(inside=library)
def the_doctor_finds_nothing_bad_in_a_healthy_engine(home):
    same([], [finding for finding in home.json('doctor') if finding['verdict'] == 'bad'])


@claim
def numbers_come_as_a_table_as_json_and_for_prometheus(home):
    home.up()
    home.loophole('ask', 'persist.ping')
    contains(home.loophole('stats', 'persist').out, 'ping')
    same('persist', home.first('stats', 'persist')['service'])
    contains(home.loophole('stats', '--prometheus').out,
             'loophole_ask_seconds{service="persist",ask="ping",quantile="0.99"}')
    plot = home.file('plot.svg')
    bench = home.first('bench', 'persist.ping', '--seconds', '1', '--clients', '2', '--rate', '200', '--plot', plot)
    same(0, bench['errors'])
    contains(file_text(plot), 'polyline')


@claim(inside=library)
def the_answer_to_a_wrong_command_line_names_the_mistake(home):
    """The error contains the wrong value, and then advice."""
    def refused(part, *arguments):
        contains(home.refused(*arguments, timeout=300), part)

    amen = home.library + '/loop_amen.flac'
    for command in ('index', 'library add', 'library rescan', 'play', 'preview', 'show', 'similar', 'tag', 'edit', 'hide',
                    'backup', 'restore', 'pattern'):
        refused('argument 1 is empty', *command.split(), '', '+x')
    refused('the FILE of --png is empty', 'map', '--png', '')
    refused('no option "--nosuch"', 'search', 'kick', '--nosuch')
    refused('-5 is out of range', 'transport', 'tempo', '-5')
    refused('unknown channel "mastre"', 'mixer', 'mastre', 'gain=1')
    refused('no media item /tmp', 'show', '/tmp')
    refused('no media item 01J0000000000000000000000F', 'similar', '01J0000000000000000000000F')
    refused('nothing matches "nosuchthing"', 'map', 'nosuchthing')
    refused('no event begins with "persist.nosuch"', 'events', 'persist.nosuch')
    refused('no query is saved as "nosuch"', 'queries', 'nosuch')
    refused('`loophole status` lists', 'logs', 'nosuch')
    refused('did you mean search?', 'serach')
    for word, command in (('add', 'library add'), ('export', 'send'), ('delete', 'forget'), ('start', 'up'), ('find', 'search'),
                          ('config', 'config list')):
        refused(command, word, 'x')
    refused('did you mean transport start?', 'transport', 'strat')
    refused('did you mean midi, midi learn, midi forget?', 'midi', 'list')
    refused('no command "library ad"', 'library', 'ad', '/tmp')
    refused('bpm "fast" is not a number', 'edit', amen, 'bpm=fast')
    refused('bpm 99999 is out of range', 'edit', amen, 'bpm=99999')
    refused('unknown key "H"', 'edit', amen, 'key=H')
    refused('is not a pattern', 'pattern', '/etc/passwd')
    refused('has an empty port', 'record', 'start', '--inputs', ',')
    contains(home.loophole('search', 'kick', '--fields', 'name,nosuch', code=None).all, 'none of these items has a "nosuch"')
    same(1, len(home.json('library', 'list')), 'libraries')
    home.loophole('search', 'kick', '--', '-is:loop')


@claim(inside=library)
def the_examples_of_the_readme_work_on_any_library(home):
    for snare in samples('*snare*', 3):
        if not os.path.exists(f'{home.library}/pack/{os.path.basename(snare)}'):
            shutil.copy(snare, home.library + '/pack')
    home.loophole('index', home.library, '--wait')
    with open(os.path.join(TOP, 'README.md'), encoding='utf-8') as readme:
        examples = re.findall(r'^\$ (.*)', re.search(r'^## Five things.*?^## Sound', readme.read(), re.M | re.S)[0], re.M)
    assert len(examples) >= 5, examples
    for line in examples:
        said = home.run('sh', '-c', line)
        assert [one for one in said.all.splitlines() if not one.startswith('loophole:')], f'{line} prints nothing'
        assert not re.search('^0 of 0', said.all, re.M), said
    home.wait_ready('persist')


@claim
def the_tables_make_help_completions_and_the_man_page(home):
    bash = home.loophole('completion', 'bash').out
    home.run('bash', '-n', input=bash)
    texts = {name: home.loophole(*name.split()).out for name in ('man', '--help', 'completion fish', 'completion zsh')}
    for command in ('search', 'similar', 'library add', 'backup'):
        contains(texts['man'], command)
        contains(texts['--help'], command)
        contains(texts['completion fish'], command.split()[0])
        contains(texts['completion zsh'], command.split()[0])
    contains(home.loophole('--version').out, 'loophole 0')
    home.refused('serch', 'kick')


run_claims()
