#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Recordings made with a project open go to its Media/Audio: takes, their folder in the catalogue, and kills."""
import os
import shutil
import signal

from tests.claims import claim, contains, file_json, run_claims, same, until
from tests.studio import Studio
from tests.record.takes import Recording, recording


def opened(it, name, **more):
    """A new project that is open; the takes that the tests read are those of its Media/Audio."""
    mine = Studio(it.home, name, **more)
    it.folder = os.path.join(mine.folder, 'Media', 'Audio')
    return mine


def libraries(it):
    return [os.fsdecode(each['path']) for each in it.home.client().must('indexer.libraries').get('each', [])]


def found(it, *query):
    return sorted(item['path'] for item in it.home.json('search', *query))


def a_take(it, name):
    """Records a take that ends by itself, and returns its item."""
    id = it.until_final(name, '--seconds', '1')
    it.until_analysed(id)
    return it.show(id)


@claim(inside=Recording)
def a_take_with_a_project_open_is_an_item_in_its_media(it):
    mine = opened(it, 'Song')
    take = a_take(it, 'verse')
    same(it.file('verse.wav'), take['path'])
    same('local', take['availability'])
    same([], libraries(it))  # Media is no library
    same([take['path']], found(it, 'name:verse'))
    same([], found(it, 'name:verse', '--view', 'global'))
    mine.put('clip', item=take['id'])
    until(lambda: found(it, 'used:Song') == [take['path']])
    same(0, mine.state()['missing'])
    it.home.loophole('project', 'close')
    same(it.home.file('data/recordings', 'loose.wav'), a_take(it, 'loose')['path'])
    same([it.home.file('data/recordings')], libraries(it))
    it.home.stop()
    it.home.check_store()


@claim(inside=Recording)
def a_take_goes_on_when_streamer_project_and_persist_die(it):
    opened(it, 'Killed')
    lost, id = it.lost(), it.start('kept')
    for service in ('project', 'persist', 'streamer', 'indexer'):
        it.until_it_goes_on(id)
        it.home.kill(service)
    it.until_it_goes_on(id)
    os.kill(it.home.pid('persist'), signal.SIGKILL)
    reported = it.stop()
    same(('final', id), (reported['state'], reported['id']))
    it.is_whole('kept.wav', lost, reported['lost'])
    it.until_analysed(id)
    same(it.file('kept.wav'), it.show(id)['path'])


@claim(inside=Recording)
def a_take_in_a_project_is_recovered_after_the_death_of_all(it):
    library = it.home.file('music')
    os.makedirs(library)
    it.home.loophole('index', library, '--wait')
    for name, more in (('Apart', {}), ('Within', {'folder': os.path.join(library, 'Within').encode()})):
        opened(it, name, **more)
        id = it.start(name)
        it.until_frames(id, 48000)
        it.kill_all()
        it.forget_memory()
        it.home.up()
        reported = it.home.first('recover')
        same((id, 'final'), (reported['id'], reported['state']))
        assert reported['frames'] > 0, reported
        it.until_analysed(id)
        same(it.file(name + '.wav'), it.show(id)['path'])
        it.home.down()
        it.__enter__()
    same([library], libraries(it))
    it.home.stop()
    it.home.check_store()


@claim(inside=Recording)
def a_take_in_a_library_that_is_known_waits_for_no_indexer(it):
    library = it.home.file('music')
    os.makedirs(library)
    it.home.loophole('index', library, '--wait')
    for name, more in (('Apart', {}), ('Within', {'folder': os.path.join(library, 'Within').encode()}), ('', {})):
        if name:
            opened(it, name, **more)
        else:
            it.home.loophole('project', 'close')
            it.folder = it.home.file('data/recordings')
        a_take(it, name + 'first')
        with it.home.paused('indexer'), it.home.paused('supervisor'):  # which would replace it
            id = it.until_final(name + 'second', '--seconds', '1')
        it.until_analysed(id)
        same(it.file(name + 'second.wav'), it.show(id)['path'])
    same([it.home.file('data/recordings'), library], sorted(libraries(it)))
    it.home.stop()
    it.home.check_store()


@claim(inside=Recording)
def the_media_of_a_project_goes_and_comes_back_with_its_folder(it):
    mine = opened(it, 'Moves')
    take = a_take(it, 'verse')
    mine.put('clip', item=take['id'])
    mine.must('save')
    it.home.loophole('project', 'close')
    moved = it.home.file('elsewhere', 'Moves')
    os.makedirs(os.path.dirname(moved))
    shutil.move(mine.folder, moved)
    until(lambda: it.show(take['id'])['availability'] not in ('local', 'external_online'))
    it.home.loophole('project', 'open', moved)
    there = os.path.join(moved, 'Media', 'Audio', 'verse.wav')
    until(lambda: it.show(take['id']).get('path') == there and it.show(take['id'])['availability'] == 'local')
    same([there], found(it, 'name:verse'))
    same(0, Studio.at(it.home, moved).state()['missing'])
    it.home.loophole('index', it.home.file('elsewhere'), '--wait')  # a library around it
    same([it.home.file('elsewhere')], libraries(it))
    same([there], found(it, 'name:verse'))
    it.folder = os.path.dirname(there)
    same(it.file('chorus.wav'), a_take(it, 'chorus')['path'])
    it.home.stop()
    it.home.check_store()


@claim(inside=Recording)
def a_project_reached_by_a_link_into_a_library_records_into_its_own_media(it):
    library, link = it.home.file('music'), it.home.file('shortcut')
    os.makedirs(library)
    os.symlink(library, link)
    it.home.loophole('index', library, '--wait')
    mine = opened(it, 'Linked', folder=os.fsencode(os.path.join(link, 'Linked')))
    real = os.path.join(library, 'Linked')
    same(real, mine.folder)
    take = a_take(it, 'verse')
    same(os.path.join(real, 'Media', 'Audio', 'verse.wav'), take['path'])
    same([library], libraries(it))
    mine.put('clip', item=take['id'])
    same(1, mine.must('save')['revision'])
    same(os.fsencode(real), mine.must('open', folder=os.fsencode(os.path.join(link, 'Linked')))['folder'])
    same(0, mine.state()['missing'])
    copy = os.fsencode(os.path.join(link, 'Copy'))
    same(os.fsencode(os.path.join(library, 'Copy')), mine.must('save_as', name='Copy', folder=copy)['folder'])


@claim(inside=Recording)
def a_take_that_runs_is_in_a_draft_and_in_a_save_after_its_end(it):
    mine = opened(it, 'Pending')
    id = it.start('long')
    it.until_it_goes_on(id)
    mine.put('clip', item=id)
    mine.must('put', kind='pads', body={'pads': [{'item': id, 'pad': 1}]})
    mine.must('save')
    same([], mine.file()['items'])
    same([id], [clip['item'] for clip in mine.file()['clips']])
    mine.must('draft')
    draft = file_json(os.path.join(mine.folder, 'draft.json'))
    same([(id, 'pending')], [(item['id'], item['lifecycle']) for item in draft['items']])
    same([id], [pads['pads'][0]['item'] for pads in draft['pads']])
    it.stop()
    it.until_analysed(id)
    same(2, mine.must('save')['revision'])
    same([(id, None)], [(item['id'], item.get('lifecycle')) for item in mine.file()['items']])
    same(2, mine.must('save')['revision'])


@claim(inside=recording('[supervisor]\nhang_ms = 300000\n'))
def a_save_has_the_content_of_a_take_that_was_hashed_after_the_last_one(it):
    mine = opened(it, 'Early')
    id = it.start('verse')
    it.until_it_goes_on(id)
    with it.home.paused('indexer'):
        it.stop()
        mine.put('clip', item=id)
        same(1, mine.must('save')['revision'])
        assert 'content' not in mine.file()['items'][0], mine.file()
    it.until_analysed(id)
    same((2, False), (mine.must('save')['revision'], mine.state()['dirty']))
    assert len(mine.file()['items'][0]['content']) == 32, mine.file()
    other = it.home.other('second')
    it.home.stop()
    shutil.move(mine.folder, other.file('moved'))
    other.up()
    theirs = Studio.at(other, other.file('moved'))
    until(lambda: theirs.state()['missing'] == 0)
    until(lambda: [item['id'] for item in other.json('search')] == [id])  # the copy has joined it
    other.stop()


@claim(inside=Recording)
def a_take_that_no_part_uses_is_found_after_a_restore_and_where_its_folder_is_opened(it):
    home, backup = it.home, it.home.file('backup')
    home.loophole('backup', backup)
    mine = opened(it, 'Unused')
    path = a_take(it, 'verse')['path']
    mine.must('save')
    home.stop()
    contains(home.loophole('restore', backup).out, 'Takes that were recorded since the backup')
    home.up()
    same([], found(it, 'name:verse'))
    home.loophole('project', 'open', mine.folder)
    until(lambda: found(it, 'name:verse') == [path])
    home.loophole('project', 'close')
    moved = home.file('elsewhere', 'Unused')
    os.makedirs(os.path.dirname(moved))
    shutil.move(mine.folder, moved)
    home.loophole('project', 'open', moved)
    until(lambda: found(it, 'name:verse') == [os.path.join(moved, 'Media', 'Audio', 'verse.wav')])
    home.stop()
    home.check_store()
    other = home.other('second')
    there = shutil.move(moved, other.file('Unused'))
    other.up()
    other.loophole('project', 'open', there)
    until(lambda: [item['path'] for item in other.json('search')] == [os.path.join(there, 'Media', 'Audio', 'verse.wav')])
    other.stop()


@claim(inside=Recording)
def a_project_whose_folder_cannot_be_written_records_to_the_recordings(it):
    mine = opened(it, 'Blocked')
    shutil.rmtree(mine.folder, ignore_errors=True)
    os.makedirs(os.path.dirname(mine.folder), exist_ok=True)
    with open(mine.folder, 'w', encoding='utf-8'):
        pass  # a file is where the folder was
    same(it.home.file('data/recordings', 'safe.wav'), a_take(it, 'safe')['path'])


run_claims()
