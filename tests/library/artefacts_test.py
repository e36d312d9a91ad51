#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Artefacts whose files are missing or changed: the engine makes them again by itself, and changes nothing else."""
import glob
import os
import shutil
import signal
import time

from tests.claims import children_of, claim, contains, how_often, run_claims, same, until
from tests.library.indexing import wav


class Artefacts:
    """An engine with six sounds, each with a waveform of more than 1 KB."""

    def __init__(self, home):
        self.home, self.sounds, self.folder = home, home.file('sounds'), home.file('data/artefact')

    def __enter__(self):
        for i in range(1, 7):
            wav(self.sound(i), i * 130, 2)
        self.home.up()
        self.home.loophole('index', self.sounds, '--wait')
        assert self.gives(self.sound(1)), 'there is no waveform'
        self.count = len(self.workers())
        return self

    def __exit__(self, *_):
        pass

    def sound(self, number):
        return f'{self.sounds}/tone {number}.wav'

    def files(self):
        return sorted(path for path in glob.glob(self.folder + '/**', recursive=True) if os.path.isfile(path))

    def shows(self, item):
        return self.home.loophole('artefact', item, 'waveform', code=None).all

    def gives(self, item):
        return self.home.loophole('artefact', item, 'waveform', code=None).code == 0

    def until_given(self, item):
        until(lambda: self.gives(item))

    def until_whole(self):
        until(lambda: self.home.json('store', 'check')[-1]['artefact_files_lost'] == 0, what='no artefact is lost')

    def until_task(self):
        until(lambda: 'Making artefacts again' in self.home.loophole('tasks', code=None).out)

    def head(self):
        return self.home.client().must('persist.changes_since', {'revision': 0, 'limit': 1})['head']

    def workers(self):
        return children_of(self.home.pid('indexer'))

    def signal_workers(self, number):
        """To all workers: an indexer that has just begun is still starting them."""
        for worker in until(lambda: len(found := self.workers()) >= self.count and found, what='all workers run'):
            os.kill(worker, number)

    def take_away(self):
        """Simulates that the drive with the sounds is disconnected."""
        os.rename(self.sounds, self.home.file('away'))
        self.home.loophole('library', 'rescan', '--wait', code=None)

    def bring_back(self):
        os.rename(self.home.file('away'), self.sounds)
        self.home.loophole('library', 'rescan', '--wait', code=None)


def write_at(path, place, data):
    with open(path, 'r+b') as out:
        out.seek(place)
        out.write(data)


@claim(inside=Artefacts)
def a_deleted_folder_is_made_again_and_no_item_changes(it):
    before = it.head()
    it.signal_workers(signal.SIGSTOP)
    shutil.rmtree(it.folder)
    contains(it.shows(it.sound(1)), 'is being made again')
    it.until_task()
    contains(it.home.loophole('summary').out, 'now      Making artefacts again: ')
    it.signal_workers(signal.SIGCONT)
    it.until_given(it.sound(1))
    it.until_whole()
    same(before, it.head(), 'the change log grew')


@claim(inside=Artefacts)
def a_cut_and_a_changed_file_are_no_damage(it):
    files = it.files()
    it.signal_workers(signal.SIGSTOP)  # else the engine may make them again before the check
    os.truncate(files[0], 7)
    write_at(files[1], 9, b'X')
    said = it.home.loophole('store', 'check').out
    it.signal_workers(signal.SIGCONT)
    contains(said, f'2 of {len(files)} artefact files are lost or changed. This is not damage')
    contains(said, ' 0 problems')
    it.until_whole()


@claim(inside=Artefacts)
def artefacts_lost_while_the_engine_was_down_are_made_again(it):
    files = it.files()
    it.home.down()
    os.unlink(files[0])
    os.truncate(files[1], os.path.getsize(files[1]) + 1)
    it.home.up()
    until(lambda: os.path.isfile(files[0]))
    it.until_whole()


@claim(inside=Artefacts)
def an_offline_item_says_that_its_artefact_waits(it):
    it.take_away()
    id, before = it.home.first('search', 'tone 1', '--limit', '1')['id'], it.head()
    shutil.rmtree(it.folder)
    contains(it.shows(id), 'artefact waits: offline')
    contains(it.home.loophole('show', id).all, 'artefact waits: offline')
    assert 'peak_dbfs' in it.home.first('search', 'tone 1', '--limit', '1'), 'its facts are gone'
    same(before, it.head())
    it.bring_back()
    it.until_given(id)
    it.until_whole()


@claim(inside=Artefacts)
def a_changed_file_of_an_offline_item_is_found_again_later(it):
    """The survey that finds the file cannot have it made again. Later surveys, which read only later changes, still
    find it."""
    changed, client = it.files()[1], it.home.client()
    it.take_away()
    write_at(changed, 9, b'Y')

    def waiting():
        client.ask('indexer.remake', {})
        return it.home.log('indexer').count('waiting for a volume that is away 1')

    def is_older():  # older than the changes that a survey reads
        waiting()
        return time.time() > os.stat(changed).st_ctime + 3

    until(is_older)
    was = waiting()
    until(lambda: waiting() > was + 2)
    it.bring_back()
    it.until_whole()


@claim(inside=Artefacts)
def duplicates_say_which_prints_they_could_not_read(it):
    wav(it.sounds + '/again/same tone.wav', 390, 2.01)
    it.home.loophole('index', it.sounds, '--wait')
    before = it.home.json('duplicates')
    it.home.loophole('search', 'tone')  # search writes the file of its groups before it answers anything else
    it.signal_workers(signal.SIGSTOP)
    os.unlink(it.home.file('cache', 'search.duplicates'))
    it.home.kill('search')
    shutil.rmtree(it.folder)
    until(lambda: it.home.loophole('search', 'tone', code=None).code == 0)
    contains(it.home.loophole('duplicates', 'tone', code=None).all,
             'the engine makes their fingerprints again')
    it.signal_workers(signal.SIGCONT)
    it.until_whole()
    until(lambda: it.home.json('duplicates') == before)


@claim(inside=Artefacts)
def persist_and_indexer_killed_in_the_middle_go_on(it):
    for _ in range(how_often(2, 9)):
        it.until_whole()
        it.signal_workers(signal.SIGSTOP)
        shutil.rmtree(it.folder, ignore_errors=True)
        it.shows(it.sound(3))
        it.until_task()
        for service in ('persist', 'indexer'):
            os.kill(it.home.pid(service), signal.SIGKILL)
        it.home.wait_ready('persist', 'indexer')
    it.until_whole()


@claim(inside=Artefacts)
def a_restore_reports_the_lost_artefacts_and_the_engine_makes_them_again(it):
    backup, elsewhere = it.home.file('backup'), it.home.other('elsewhere')
    it.home.loophole('backup', backup)
    it.home.down()
    contains(elsewhere.loophole('restore', backup).all, 'A running engine makes them again from the sounds')
    elsewhere.up()
    it.home = elsewhere
    it.until_given(it.sound(2))
    it.until_whole()


run_claims()
