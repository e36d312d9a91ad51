#!/usr/bin/python3
"""Names of saves, folders of projects, and what the command line takes for the ids of parts and items."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from claims import claim, contains, run_claims, same, until
from indexing import Indexing, wav
from studio import Studio, running


def saves(it):
    return [(one['revision'], one['name']) for one in it.must('saves').get('each', ())]


@claim(shares=running)
def a_save_has_a_name_is_listed_and_loaded_by_it(home):
    it = Studio(home, 'Named')
    same([], saves(it))
    track = it.put('track', name='A')
    same(1, it.must('save', name='before the bridge')['revision'])
    same(1, it.must('save', name='before the bridge')['revision'])  # nothing changed
    same('before the bridge', it.file()['revision_name'])
    it.change(track, name='B')
    same(2, it.must('save')['revision'])
    assert 'revision_name' not in it.file()
    same(3, it.must('save', name='Ω mix')['revision'])  # a name is a save of its own
    same([(3, 'Ω mix'), (2, ''), (1, 'before the bridge')], saves(it))
    it.must('load', name='before the bridge')
    same('A', it.parts()['track', track]['name'])
    same('load revision 1', it.must('undo')['label'])
    contains(it.refused('not_found', 'load', name='nowhere'), 'no save "nowhere"')
    it.refused('bad_request', 'save', name='a/b')
    lines = home.json('project', 'saves', '--project', 'Named')
    same([3, 2, 1], [line['revision'] for line in lines])
    assert lines[0]['at'] >= lines[1]['at'] >= lines[2]['at'] > 1.5e15, lines
    contains(home.loophole('project', 'saves', '--project', 'Named').out, 'before the bridge')
    home.loophole('project', 'load', 'before the bridge', '--project', 'Named')
    same('A', it.parts()['track', track]['name'])
    for number in range(70):
        it.change(track, name=str(number))
        it.must('save', name='last' if number == 69 else f'n{number}')
    same((64, (73, 'last')), (len(saves(it)), saves(it)[0]))
    it.must('load', revision=saves(it)[-1][0])


@claim(shares=running)
def a_named_save_has_its_name_at_another_engine(home):
    it = Studio(home, 'Travels')
    it.put('track', name='A')
    it.must('save', name='for Ana')
    other = home.other('second')
    shutil.copytree(it.folder, other.file('moved'))
    other.up()
    theirs = Studio.at(other, other.file('moved'))
    same([(1, 'for Ana')], saves(theirs))
    same(False, theirs.state()['dirty'])
    other.stop()


@claim(shares=running)
def two_projects_never_share_a_folder(home):
    it = Studio(home, 'a:b')  # the folder is a_b
    same('a_b', os.path.basename(it.folder))
    contains(it.refused('exists', 'new', name='a?b'), 'another project has the folder')
    contains(it.refused('exists', 'save_as', name='a*b'), 'another project has the folder')
    contains(it.refused('exists', 'new', name='c', folder=os.fsencode(it.folder)), 'another project has the folder')
    same(1, it.must('save')['revision'])


@claim
def folders_lie_below_the_setting_under_names_that_every_system_accepts(home):
    home.settings(f'[project]\nfolder = {home.file("songs")}\n')
    running(home)
    for name, folder in (('Night drive', 'Night drive'), ('nul', '_nul'), ('COM1.wav', '_COM1.wav'), ('what? "x" <y>', 'what_ _x_ _y_'),
                         ('ends. ', 'ends__'), ('Ночь ☾', 'Ночь ☾')):
        it = Studio(home, name)
        same(home.file('songs', folder), it.folder)
        same(1, it.must('save')['revision'])
        same(name, it.file()['project']['name'])


@claim(inside=Indexing)
def parts_and_items_are_named_by_a_person_and_what_is_absent_is_named(it):
    home = it.home
    kick = wav(it.folder('lib', 'Kick 808.wav'), 440)
    wav(it.folder('lib', 'Snare.wav'), 550)
    it.add(it.folder('lib'))
    home.loophole('project', 'new', 'Hands')
    for kind, name in (('track', 'Drums'), ('track', 'Bass'), ('section', 'Drums')):
        home.loophole('project', 'add', kind, f'name={name}')
    ids = {(line['kind'], line['body']['name']): line['id'] for line in home.json('project', 'show')[1:] if line['kind'] != 'project'}
    clip = home.first('project', 'add', 'clip', 'item=kick', 'track=Drums', 'section=Drums', 'start=4')
    same((it.id_of(kick), ids['track', 'Drums'], ids['section', 'Drums']),
         tuple(clip['body'][key] for key in ('item', 'track', 'section')))
    home.loophole('project', 'put', clip['id'], 'item=' + it.folder('lib', 'Snare.wav'), 'track=Bass')
    home.loophole('project', 'put', 'Bass', 'gain=0.5')
    contains(home.refused('project', 'put', 'Drums', 'gain=0.5', code=11), '2 parts have the name "Drums"')
    contains(home.refused('project', 'add', 'clip', 'track=Horns', code=12), 'no track has this name')
    contains(home.refused('project', 'add', 'clip', 'item=class:nothing', code=12), 'no')
    home.loophole('project', 'remove', 'Bass')
    home.loophole('project', 'add', 'clip', 'item=kick')
    home.loophole('project', 'save')
    os.unlink(kick)
    it.rescan(it.folder('lib'), accept_missing=True)
    until(lambda: home.first('project', 'state')['missing'] == 1)
    folder = home.first('project', 'state')['folder']
    for said in (home.loophole('project', 'open', os.path.join(folder, 'project.json')).out,
                 home.loophole('project', 'load').out, home.loophole('project', 'state').out):
        contains(said, 'absent     Kick 808')
    same(['Kick 808'], home.first('project', 'state')['absent'])
    contains(home.refused('project', 'open', it.folder('lib'), code=12), 'there is no project.json in')


run_claims()
