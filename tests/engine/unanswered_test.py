#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A service is killed after it has done an ask and before it remembers the answer. The same bytes, sent again, change
nothing: neither the current sound, nor the takes, nor the libraries."""
import os

from tests.claims import claim, file_text, needs, run_claims, until
from tests.client import Client, new_id
from tests.sounding import engine, tool, until_connected


class Unanswered:
    """An engine that sounds, whose services die at the chosen point; and three sounds. The lead is longer than the 8 s that
    the streamer writes ahead, so a file can be queued behind it for a while."""

    def __init__(self, home):
        self.home, self.client = home, None

    def __enter__(self):
        needs('sox')
        self.long, self.short, self.lead = (
            self._tone(*tone) for tone in (('long', '90', '200'), ('short', '0.4', '400'), ('lead', '10', '300')))
        self.home.env['LD_PRELOAD'] = tool('unanswered.so')
        engine(self.home)
        del self.home.env['LD_PRELOAD']
        until_connected(self.home)
        self.client = Client(self.home.path)
        self.must, self.ask = self.client.must, self.client.ask
        return self

    def __exit__(self, *_):
        pass

    def _tone(self, name, seconds, hertz):
        path = self.home.file(name + '.wav')
        self.home.run('sox', '-n', '-r', '48000', '-c', '2', path, 'synth', seconds, 'sine', hertz)
        return path.encode()

    def pid(self, service):
        return int(file_text(self.home.file('run', service + '.lock')) or 0)

    def until_has_lived(self, service):
        """A service that dies five times in a row, sooner than that, is quarantined."""
        until(lambda: any(s['service'] == service and s['state'] == 'ready' and s['uptime_s'] > 2.5
                          for s in self.must('supervisor.services')['each']), what=f'{service} has lived')

    def unanswered(self, name, body=None):
        """Sends an ask, which its service does; the service dies before it remembers the answer. Returns the request
        id."""
        service, request = name.split('.', maxsplit=1)[0], new_id()
        self.until_has_lived(service)
        was, mark = self.pid(service), self.home.file('die-' + service)
        with open(mark, 'w', encoding='utf-8'):
            pass
        self.client.send(name, body, request)
        until(lambda: not os.path.exists(mark) and self.pid(service) not in (0, was))
        self.must(service + '.ping')
        return request

    def voices(self):
        return [v for v in self.must('streamer.voices').get('each', []) if v['state'] != 'ending']

    def until_none_plays(self):
        until(lambda: not self.must('streamer.voices').get('each', []), what='no voice plays')

    def silence(self):
        self.must('streamer.stop', {'fade': 0.0})
        self.must('streamer.preview_stop')
        self.until_none_plays()


def transport_of(it):
    return it.must('audio.transport')


@claim(inside=Unanswered)
def a_repeated_ask_does_not_play_a_sound_that_has_ended(it):
    for name in ('streamer.play', 'streamer.preview'):
        request = it.unanswered(name, {'path': it.short})
        until(lambda: not it.voices())
        answer = it.must(name, {'path': it.short}, request)
        assert 'voice' in answer and not it.voices(), (name, answer, it.voices())
        error, said = it.ask(name, {'path': it.long}, request)
        assert error == 'conflict', (error, said)


@claim(inside=Unanswered)
def a_repeated_ask_queues_a_file_once(it):
    it.until_has_lived('streamer')
    body = {'voice': it.must('streamer.play', {'path': it.lead})['voice'], 'path': it.long}
    request = it.unanswered('streamer.queue', body)
    until(lambda: [v['path'] for v in it.voices()] == [it.long])
    it.must('streamer.queue', body, request)
    assert it.voices()[0]['next'] == b'', it.voices()
    it.silence()


@claim(inside=Unanswered)
def a_repeated_seek_does_not_go_back(it):
    body = {'voice': it.must('streamer.play', {'path': it.long})['voice'], 'frame': 960000}
    request = it.unanswered('streamer.seek', body)
    until(lambda: it.voices()[0]['position'] > 970000)
    generation = it.voices()[0]['generation']
    assert it.must('streamer.seek', body, request)['position'] == 960000
    assert it.voices()[0]['generation'] == generation, it.voices()
    it.silence()


@claim(inside=Unanswered)
def a_repeated_stop_does_not_stop_a_sound_that_began_since(it):
    for begin, end in (('streamer.play', 'streamer.stop'), ('streamer.preview', 'streamer.preview_stop')):
        it.must(begin, {'path': it.long})
        request = it.unanswered(end)
        it.until_none_plays()
        it.must(begin, {'path': it.lead})
        it.must(end, {}, request)
        assert [v['path'] for v in it.voices()] == [it.lead], (end, it.voices())
        it.silence()


@claim(inside=Unanswered)
def a_repeated_ask_does_not_undo_a_later_change(it):
    it.must('audio.tap')
    request = it.unanswered('audio.tap')
    it.must('audio.set_tempo', {'bpm': 99.0})
    it.must('audio.tap', {}, request)
    assert it.must('audio.set_swing', {'swing': 0.0})['bpm'] == 99.0
    request = it.unanswered('audio.panic')
    it.must('audio.start')
    until(lambda: transport_of(it)['running'])
    it.must('audio.panic', {}, request)
    it.must('audio.locate', {'bar': 2})
    until(lambda: transport_of(it)['bar'] >= 2)
    assert transport_of(it)['running']
    request = it.unanswered('audio.locate', {'bar': 4})
    it.must('audio.locate', {'bar': 900})
    it.must('audio.locate', {'bar': 4}, request)
    until(lambda: transport_of(it)['bar'] >= 900)
    it.must('audio.stop')


@claim(inside=Unanswered)
def a_take_is_begun_once_and_its_end_ends_no_other(it):
    def state(take):
        return it.must('streamer.take', {'id': take['id']})['state']

    def conflict(name, request, body):
        error, said = it.ask(name, body, request)
        assert error == 'conflict', (name, error, said)
        return said

    folder, body = it.home.file('data/recordings'), {'name': 'one', 'seconds': 0.5}
    request = it.unanswered('streamer.record', body)
    first = it.must('streamer.record', body, request)
    until(lambda: state(first) == 'final')
    # removes the memory of the service, as 64 other asks would; the store remembers the ask
    os.unlink(it.home.file('run/streamer.answers'))
    it.until_has_lived('streamer')
    it.must('supervisor.restart', {'service': 'streamer'})
    assert it.must('streamer.record', body, request)['id'] == first['id']
    assert os.listdir(folder) == ['one.wav'], os.listdir(folder)
    assert 'belongs to another ask' in conflict('streamer.record', request, dict(body, name='two'))['what']
    conflict('persist.put_query', request, {'query': {'name': 'x', 'query': 'y'}})
    for end, wanted in (('streamer.record_stop', 'final'), ('streamer.record_cancel', 'abandoned')):
        ended = it.must('streamer.record', {'name': wanted})
        request = it.unanswered(end)
        until(lambda: state(ended) == wanted)
        other = it.must('streamer.record', {'name': 'other'})
        answer = it.must(end, {}, request)
        assert (answer['id'], answer['state']) == (ended['id'], wanted), answer
        assert state(other) == 'running'
        other = it.must('streamer.record_cancel')
        request = new_id()
        it.must('streamer.delete_take', {'id': other['id']}, request)
        it.must('streamer.delete_take', {'id': other['id']}, request)
        conflict('streamer.delete_take', request, {'id': first['id']})


@claim(inside=Unanswered)
def a_library_is_added_and_removed_once(it):
    path = {'path': it.home.file('library').encode()}
    os.mkdir(it.home.file('library'))
    add, remove, again = new_id(), new_id(), new_id()

    def paths():
        return [each['path'] for each in it.must('indexer.libraries').get('each', []) if each['path'] == path['path']]

    added = it.must('indexer.add_library', path, add)
    assert it.must('indexer.add_library', path, add)['id'] == added['id']
    error, said = it.ask('indexer.add_library', dict(path, hidden_files=True), add)
    assert error == 'conflict', (error, said)
    it.must('indexer.remove_library', path, remove)
    it.must('indexer.remove_library', path, remove)
    error, said = it.ask('indexer.add_library', path, add)
    assert error == 'not_found' and 'removed meanwhile' in said['what'] and not paths(), (error, said, paths())
    it.must('indexer.add_library', path, again)
    it.must('supervisor.restart', {'service': 'indexer'})
    it.must('indexer.remove_library', path, remove)
    assert paths(), 'what was added since is gone'


run_claims()
