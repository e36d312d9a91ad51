#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Sounds of a project that another program changed under their paths, and the event that says that a project changed."""
import os
import threading

from tests.claims import claim, contains, figure, run_claims, same, until
from tests.library.indexing import Indexing, wav
from tests.studio import Studio, running, word


def altered(state):
    """The number of altered sounds, and their names."""
    return state.get('altered', 0), sorted(state.get('altered_items', ()))


def saved_with(it, name, *sounds):
    """A saved project with a clip of each sound in a library; and the paths."""
    paths = [os.fsdecode(wav(it.folder('lib', f'{sound}.wav'), 300 + 50 * n)) for n, sound in enumerate(sounds)]
    it.add(it.folder('lib'))
    mine = Studio(it.home, name)
    for path in paths:
        mine.put('clip', item=it.id_of(path))
    same(1, mine.must('save')['revision'])
    return mine, paths


def bytes_of(*paths):
    return {path: open(path, 'rb').read() for path in paths}


@claim(inside=Indexing)
def a_sound_that_another_program_changed_while_the_engine_was_down_is_named_and_nothing_is_rewritten(it):
    mine, (kick, snare) = saved_with(it, 'Altered', 'kick', 'snare')
    file = os.path.join(mine.folder, 'project.json')
    same((0, []), altered(mine.state()))
    before, parts = bytes_of(file, snare), mine.parts()
    it.home.stop()
    wav(kick, 880, 0.3)
    it.home.up()
    mine.client.reconnect()
    until(lambda: altered(mine.state()) == (1, ['kick']))
    state = mine.state()
    same((1, False, 0, 0), tuple(state[key] for key in ('revision', 'dirty', 'missing', 'offline')))
    same((before, parts), (bytes_of(file, snare), mine.parts()))
    contains(it.home.loophole('project', 'state').out, 'altered    1: kick')
    same((1, ['kick']), altered(mine.must('load', revision=1)))
    same(before, bytes_of(file, snare))
    was = {item['name']: item['content'] for item in mine.file()['items']}
    saved = mine.must('save')  # the sound as it is now is a save of its own
    same((2, (0, [])), (saved['revision'], altered(saved)))
    now = {item['name']: item['content'] for item in mine.file()['items']}
    same((was['snare'], False), (now['snare'], was['kick'] == now['kick']))
    same((2, 2), (mine.must('save')['revision'], len(mine.must('saves')['each'])))
    same((1, ['kick']), altered(mine.must('load', revision=1)))  # beside the save that it went back to
    it.home.check_store()


@claim(inside=Indexing)
def a_change_that_no_watch_sees_is_found_when_the_project_is_opened_or_loaded(it):
    mine, (kick, snare) = saved_with(it, 'Unwatched', 'kick', 'snare')
    for path, do in ((kick, lambda: mine.must('open', folder=os.fsencode(mine.folder))), (snare, lambda: mine.must('load'))):
        link = it.folder('elsewhere')
        os.link(path, link)  # inotify reports a change only at the name that was written
        wav(link, 900, 0.3)
        os.unlink(link)
        do()
        until(lambda: os.path.basename(path)[:-4] in altered(mine.state())[1])
    same((2, ['kick', 'snare']), altered(mine.state()))
    same((1, False), tuple(mine.state()[key] for key in ('revision', 'dirty')))


@claim(inside=Indexing)
def a_copy_in_media_that_differs_from_its_digest_is_named_after_an_opening_and_a_start(it):
    mine, _ = saved_with(it, 'Copies', 'kick', 'snare', 'hat')
    mine.must('collect')
    kick, snare, hat = (os.path.join(mine.folder, 'Media', 'Audio', f'{name}.wav') for name in ('kick', 'snare', 'hat'))
    with open(kick, 'r+b') as file:
        file.seek(200)
        file.write(b'damaged')
    os.utime(snare, (1, 1))  # its time is another one, its bytes are not
    os.unlink(hat)           # collect writes it again
    before, heard = bytes_of(kick, snare), mine.client.listen('project')
    mine.must('open', folder=os.fsencode(mine.folder))
    until(lambda: altered(mine.state()) == (1, ['Media/Audio/kick.wav']))
    mine.client.heard(heard)
    it.home.kill('project')
    until(lambda: altered(mine.state()) == (1, ['Media/Audio/kick.wav']))
    same((before, False), (bytes_of(kick, snare), os.path.exists(hat)))
    same(2, mine.must('collect')['copied'])  # hat, and kick under another name
    same((0, []), altered(mine.state()))


@claim(inside=Indexing)
def a_copy_that_a_collect_has_not_noted_yet_is_no_file_from_elsewhere(it):
    for number in range(24):
        wav(it.folder('lib', f'{number}.wav'), 300 + 10 * number, seconds=20)
    it.add(it.folder('lib'))
    mine = Studio(it.home, 'Busy')
    for _, _, item, _ in it.items(it.folder('lib')):
        mine.put('clip', item=item)
    mine.must('save')
    audio = os.path.join(mine.folder, 'Media', 'Audio')
    names = lambda: [name for name in os.listdir(audio) if name[0] != '.'] if os.path.isdir(audio) else []
    collected = []
    collecting = threading.Thread(target=lambda: collected.append(it.home.first('project', 'collect')['copied']))
    collecting.start()
    until(names)
    mine.must('open', folder=os.fsencode(mine.folder))  # looks for files of Media that the project does not know
    figure(f'{len(names())} of 24 copies were there when a check of Media began')
    collecting.join()
    same([24], collected)
    with open(os.path.join(audio, names()[0]), 'ab') as file:
        file.write(b'damaged')
    mine.must('open', folder=os.fsencode(mine.folder))
    until(lambda: altered(mine.state())[0] == 1)
    it.idle()
    same([], it.items(audio))


@claim(shares=running)
def each_change_of_a_project_is_an_event(home):
    it = Studio(home, 'Told')
    heard = it.client.listen('project')

    def told(do):
        do()
        until(lambda: word(it.client.heard(heard)[-1]['id']) == word(it.id))
    until(lambda: it.put('track', name='A') and it.client.heard(heard, 100))  # the subscription has arrived
    track = it.put('track', name='B')
    for change in (lambda: it.change(track, name='C'), lambda: it.must('set', body={'bpm': 99}), lambda: it.must('save'),
                   lambda: it.must('undo'), lambda: it.must('remove', id=track)):
        while it.client.heard(heard, 50):
            pass
        told(change)


run_claims()
