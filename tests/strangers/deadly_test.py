#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""An ask that ends the service which works on it, by a flaw that nobody has found yet, is refused with its reason after
two deaths, and other asks are answered. A file that ended its reader once is refused by its path."""
import json
import os
import struct

from tests.claims import claim, contains, run_claims, same, until, write_file
from tests.client import Catalogue
from tests.library.indexing import wav
from tests.sounding import tool
from tests.studio import Studio


def with_flaws(home):
    home.env['LD_PRELOAD'] = tool('deadly.so')
    home.up()
    del home.env['LD_PRELOAD']


def restarts(home, service):
    return home.status(service)['restarts']


def until_refused(it, service, ask, **body):
    """The sentence of the refusal, and how often the service died. The client repeats the ask while it gets no answer."""
    before = restarts(it.home, service)
    got, answer = it.ask(ask, **body)
    same('internal', got, answer)
    return answer['what'], restarts(it.home, service) - before


def is_as_before(it):
    same('ok', it.ask('put', kind='track', body='{"name":"another"}')[0])


def project_refuses_after_two_deaths(home, flaw):
    it = Studio(home, flaw.capitalize())
    what, deaths = until_refused(it, 'project', 'put', kind='track', body='{"name":"deadly %s in project"}' % flaw)
    contains(what, 'project died 2 times while it worked on this ask')
    same(2, deaths)
    is_as_before(it)


@claim(shares=with_flaws)
def an_ask_that_crashes_the_project_service_is_refused_after_two_deaths(home):
    project_refuses_after_two_deaths(home, 'crash')


@claim(shares=with_flaws)
def an_ask_that_hangs_the_project_service_is_refused_after_two_deaths(home):
    project_refuses_after_two_deaths(home, 'hang')


@claim(shares=with_flaws)
def an_ask_that_crashes_persist_in_the_hands_of_another_service_is_refused_after_two_deaths(home):
    it = Studio(home, 'Persist')
    track = it.put('track', name='a')
    it.must('put', id=track, kind='track', body='{"name":"b"}')
    keys = {'id': track, 'project': it.id, 'kind': 'track', 'body': '{"name":"deadly crash in persist"}'}
    before = restarts(home, 'persist')
    got, answer = it.client.ask('persist.apply', {'label': '', 'scope': '', 'actions': [{'keys': keys}]}, budget_ms=60000)
    same('internal', got, answer)
    contains(answer['what'], 'persist died 2 times')
    same(2, restarts(home, 'persist') - before)
    is_as_before(it)


@claim(shares=with_flaws)
def a_project_json_that_ended_its_reader_once_is_refused_by_its_path_until_it_changes(home):
    it = Studio(home, 'Reader')
    folder = home.file('stranger')
    path = os.path.join(folder, 'project.json')
    text = '{"schema_version":"1.0","project":{"name":"Nice","x":"deadly crash in project"}}'
    os.makedirs(folder)
    write_file(path, text)
    what, deaths = until_refused(it, 'project', 'open', folder=os.fsencode(folder))
    contains(what, path)
    same(1, deaths)
    same(0, until_refused(it, 'project', 'open', folder=os.fsencode(folder))[1])
    write_file(path, text.replace('deadly', 'no'))
    same('ok', it.ask('open', folder=os.fsencode(folder))[0])


def refuses_after_two_deaths(home, ask, hears_of_it=False, **body):
    """A service that `hears_of_it` from an event may answer until then."""
    service, client = ask.split('.')[0], home.client()
    before = restarts(home, service)

    def answered():
        got, answer = client.ask(ask, body, budget_ms=120000)
        return (got != 'ok' or not hears_of_it) and (got, answer)
    got, answer = until(answered)
    same('internal', got, answer)
    contains(answer['what'], f'{service} died 2 times while it worked on this ask')
    same(2, restarts(home, service) - before)


DEADLY_EVENTS = 1312  # as in deadly.c


def deadly_sound(home):
    """A library with a sound that search cannot name in an answer."""
    path = wav(home.file('music', 'deadly answer in search.wav'), 440)
    home.loophole('library', 'add', '--wait', os.path.dirname(os.fsdecode(path)))


def project_answers_after_one_death(home, ask, **body):
    """The answer; the project service died once before it."""
    before = restarts(home, 'project')
    answer = home.client().ask('project.' + ask, body, budget_ms=120000)
    same(1, restarts(home, 'project') - before)
    return answer


@claim(shares=with_flaws)
def a_pattern_of_the_library_that_ended_its_reader_once_is_listed_with_its_reason_and_others_are_read(home):
    folder = home.file('data', 'patterns', 'user')
    os.makedirs(folder, exist_ok=True)
    for name in ('deadly crash in project', 'harmless'):
        write_file(os.path.join(folder, name + '.json'), json.dumps({'metadata': {'name': name}, 'sequencer': {'tracks': {}}}))
    got, answer = project_answers_after_one_death(home, 'list_library')
    same('ok', got, answer)
    trouble = {line['place']: line['trouble'] for line in answer['each']}
    contains(trouble['user/deadly crash in project'], 'died while it read user/deadly crash in project.json')
    same('', trouble['user/harmless'])
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))


@claim(shares=with_flaws)
def a_midi_file_that_ended_its_reader_once_is_refused_by_its_path(home):
    path = home.file('data', 'patterns', 'export', 'groove.mid')
    os.makedirs(os.path.dirname(path), exist_ok=True)
    track = b'\0\x90\x3c\x64\x60\x80\x3c\0' * (DEADLY_EVENTS // 2) + b'\0\xff\x2f\0'
    write_file(path, b'MThd\0\0\0\6\0\0\0\1\0\x60MTrk' + struct.pack('>I', len(track)) + track)
    got, answer = project_answers_after_one_death(home, 'import_midi', name='groove')
    same('internal', got, answer)
    contains(answer['what'], f'died while it read {path}')


@claim(shares=with_flaws)
def an_ask_whose_answer_crashes_search_is_refused_after_two_deaths(home):
    deadly_sound(home)
    refuses_after_two_deaths(home, 'search.query', query='deadly')
    same('ok', home.client().ask('search.query', {'query': 'harmless'})[0])


@claim(shares=with_flaws)
def an_ask_that_crashes_search_after_another_service_answered_is_refused_after_two_deaths(home):
    deadly_sound(home)
    elsewhere = wav(home.file('elsewhere.wav'), 450)
    refuses_after_two_deaths(home, 'search.similar', path=elsewhere)
    same('ok', home.client().ask('search.query', {'query': 'harmless'})[0])


@claim(shares=with_flaws)
def a_list_that_crashes_availability_after_another_service_answered_is_refused_after_two_deaths(home):
    client = home.client()
    volume = dict(Catalogue.blank_volume(), identity='marker:away', mount=b'/nowhere', backend='external', online=False)
    client.must('persist.put_volume', {'volume': dict(volume, label='deadly answer in availability')})
    refuses_after_two_deaths(home, 'availability.volumes', hears_of_it=True)
    client.must('persist.put_volume', {'volume': dict(volume, label='harmless')})
    same('ok', client.ask('availability.volumes')[0])


run_claims()
