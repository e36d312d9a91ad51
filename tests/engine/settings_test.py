#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""loophole.conf: mistakes in it, and the commands for it."""
import json

from tests.web.browsing import certify, free_port, lan_settings
from tests.claims import claim, contains, file_text, run_claims, same

SUPERVISED = ('audio.device', 'audio.period', 'audio.rate', 'audio.standby', 'supervisor.hang_ms', 'supervisor.start_ms')


def conf(key, value):
    section, name = key.split('.')
    return f'[{section}]\n{name} = {value}\n'


def wrong(line):
    """A value that the setting does not accept. Texts have only a greatest length."""
    texts = 'availability.cloud', 'composer.exclude', 'composer.server', 'composer.team_server', 'web.name', 'web.password'
    return 'x' * 5000 if line['key'] in texts else 'x y'


def no_process(home):
    return not home.engine_processes()


@claim
def each_service_refuses_each_of_its_settings_and_ends_without_a_crash(home):
    lines = [line for line in home.json('config', 'list') if line['program'] not in ('', 'engine')]
    assert {'streamer', 'indexer', 'audio', 'osc', 'web', 'project'} <= {line['program'] for line in lines}
    certify(home)
    home.lan_port = free_port()
    for line in lines:
        home.settings(conf(line['key'], wrong(line)))
        if line['key'] in ('web.certificate', 'web.key', 'web.name', 'web.password'):  # read if the others are right
            lan_settings(home, **{line['key'][4:]: wrong(line)})
        said = home.run('loophole-' + line['program'], code=None, timeout=600)
        same(11, said.code, (line['key'], said))
        contains(home.log(line['program']).rpartition(' started: ')[2], line['key'])
    same([], home.json('crash', 'list'))


@claim
def up_names_each_mistake_at_once_and_starts_nothing(home):
    for line in home.json('config', 'list'):
        home.settings(conf(line['key'], wrong(line)))
        said = home.refused('up', code=11)
        contains(said, 'loophole.conf:2: ')
        contains(said, line['key'])
    assert no_process(home)


@claim
def misspelt_settings_are_refused_by_up_and_restart_and_listed_by_check_and_doctor(home):
    home.up()
    home.settings('[recording]\nfromat = flac\n[recrding]\ngaps = skip\n')
    for said in (home.loophole('config', 'check', code=11).all, home.loophole('doctor', code=None).all):
        for part in ('no setting "fromat" in [recording]', 'did you mean format in the section [recording]',
                     'no section [recrding]', 'did you mean gaps in the section [recording]'):
            contains(said, part)
    contains(home.refused('restart', 'search', code=11), 'mistakes in the file: 2')
    home.loophole('search', 'kick')  # the engine works on
    home.loophole('down')
    contains(home.refused('up', code=11), 'fromat')
    contains(home.fails('loopholed', '--detach', code=11), 'fromat')


@claim
def settings_are_written_after_a_check_and_read_back(home):
    contains(home.loophole('config', 'set', 'recording.format', 'flac').out, 'loophole restart streamer')
    same('[recording]\nformat = flac\n', file_text(home.file('config', 'loophole.conf')))
    same('flac\n', home.loophole('config', 'get', 'recording.format').out)
    same('-18\n', home.loophole('config', 'get', 'preview.loudness').out)
    home.loophole('config', 'set', 'preview.loudness', '-23')
    contains(home.refused('config', 'set', 'recording.format', 'mp3', code=11), 'expected wav, wav24 or flac')
    contains(home.refused('config', 'set', 'recording.fromat', 'wav', code=11), 'did you mean format')
    contains(home.refused('config', 'set', 'web.name', 'a ; b', code=11), 'cannot hold')
    with open(home.file('config', 'loophole.conf'), 'a', encoding='utf-8') as file:
        file.write('[web] # of the studio\n')
        while file.tell() < (1 << 20) - 50:
            file.write('#' * min(1000, (1 << 20) - 50 - file.tell()) + '\n')
    contains(home.refused('config', 'set', 'web.name', 'x' * 100), 'at most 1048576 are read')
    same([('recording.format', 'flac'), ('preview.loudness', '-23')][::-1],
         [(line['key'], line['value']) for line in home.json('config', 'list') if line['is_set']])
    home.loophole('config', 'check')


@claim
def a_list_does_not_show_a_password(home):
    home.settings(conf('web.password', 'twelve characters'))
    assert 'twelve' not in home.loophole('config', 'list').all + json.dumps(home.json('config', 'list', 'web'))


run_claims()
