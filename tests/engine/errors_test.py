#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Asks that services refuse, and the errors that these asks declare (`gives` in the schemas)."""
import os
import re
import shutil

import msgpack
import zmq
from tests.claims import claim, contains, figure, run_claims, same
from tests.client import new_id
from tests.sounding import engine

OF_ALL = {'bad_request', 'too_large', 'busy', 'timeout', 'offline', 'io', 'full', 'version', 'internal'}
NONE = bytes(15) + b'\1'  # an id that no record has


def refusals(folder):
    """An ask, its body and the expected error."""
    return [
        ('persist.put_media', {'edit': {'id': NONE, 'name': 'x'}}, 'not_found'),
        ('persist.put_media', {'edit': {'id': NONE, 'name': 'x', 'expect': 1}}, 'conflict'),
        ('persist.forget', {'id': NONE}, 'not_found'),
        ('persist.undo', {}, 'not_found'),
        ('persist.redo', {}, 'not_found'),
        ('persist.remove_query', {'name': 'none'}, 'not_found'),
        ('persist.remove_library', {'id': NONE}, 'not_found'),
        ('persist.put_folder', {'folder': {'volume': NONE, 'name': b'x'}}, 'not_found'),
        ('persist.cancel', {'task': NONE}, 'not_found'),
        ('indexer.add_library', {'path': folder + b'/none'}, 'not_found'),
        ('indexer.add_library', {'path': os.path.dirname(folder)}, 'exists'),
        ('indexer.remove_library', {'path': b'/none'}, 'not_found'),
        ('indexer.rescan', {'path': b'/none'}, 'not_found'),
        ('indexer.analyse', {'path': b'none'}, 'bad_request'),
        ('search.get', {'id': NONE}, 'not_found'),
        ('search.get_artefact', {'id': NONE, 'type': 'waveform'}, 'not_found'),
        ('search.similar', {'id': NONE}, 'not_found'),
        ('search.query', {'query': '@none'}, 'not_found'),
        ('supervisor.restart', {'service': 'none'}, 'not_found'),
        ('streamer.stop', {'voice': 3}, 'not_found'),
        ('streamer.seek', {'voice': 3, 'frame': 1}, 'conflict'),
        ('streamer.gain', {'voice': 3, 'gain': 1.0}, 'not_found'),
        ('streamer.take', {'id': NONE}, 'not_found'),
        ('streamer.record_stop', {}, 'not_found'),
    ]


@claim
def each_refusal_is_declared_in_the_schema(home):
    """The document of the running service must declare the error for the ask."""
    sounds = shutil.which('jackd')  # without jackd there is no streamer
    if sounds:
        engine(home)
    else:
        home.up()
    folder = os.fsencode(home.file('library'))
    os.mkdir(folder)
    client, schemas = home.client(), {}
    client.must('indexer.add_library', {'path': folder})
    wanted = [each for each in refusals(folder) if sounds or not each[0].startswith('streamer.')]
    for name, body, expected in wanted:
        error, said = client.ask(name, body)
        assert error == expected and said['what'], (name, error, said)
        service, ask = name.split('.')
        if service not in schemas:
            schemas[service] = client.must(service + '.describe')['schema']
        line = re.search(rf'^ask {ask} .*$', schemas[service], re.M)
        declared = line.group(0).partition(' gives ')[2].split() if line else ['not_found']  # every service has cancel
        assert error in OF_ALL or error in declared, (name, error, declared)
    figure(f'{len(wanted)} refusals, each declared')


@claim
def an_ask_gets_as_many_frames_back_as_the_protocol_says(home):
    home.up()
    for frames in ([b'f'] * 15, [b'x' * 255] * 2 + [b'x' * 81], [b'f'] * 16, [b'x' * 255] * 2 + [b'x' * 82], [b'x' * 256]):
        fits = len(frames) <= 15 and sum(len(one) + 1 for one in frames) <= 594 and max(map(len, frames)) <= 255
        socket, request = zmq.Context.instance().socket(zmq.DEALER), new_id()
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect('ipc://' + home.file('run', 'persist.ask'))
        socket.send_multipart([*frames, msgpack.packb([1, 'persist.ping', request, 30000, {}])])
        assert socket.poll(30000), frames
        *back, answer = socket.recv_multipart()
        socket.close()
        _, answered, error, said = msgpack.unpackb(answer)
        same((frames, request, 'ok') if fits else ([], bytes(16), 'bad_request'), (back, answered, error))
        if not fits:
            contains(said['what'], 'more than 15 frames')


run_claims()
