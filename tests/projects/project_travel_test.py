#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""All that sounds, after a reboot, and on another machine whose disks are mounted at other places."""
import contextlib
import glob
import json
import os
import shutil

from tests.claims import claim, run_claims, same, until
from tests.library.indexing import wav
from tests.sounding import cut_power, engine, forget_memory, until_sounds
from tests.drives.storage import Disks
from tests.studio import Studio

SOUNDS = {'kick': 110, 'hat': 440, 'lost': 660}
VOLATILE = ('project', 'revision', 'serial', 'touched', 'keeper', 'newest', 'sets')  # of audio.sounding: whose it is, not what sounds
STRIPS = [{'bus': 'streams', 'gain': 0.75, 'reverb_send': 0.125}, {'bus': 'sounds', 'pan': 0.5, 'apart': True},
          {'bus': 'pads', 'gain': 0.5, 'pan': -0.25, 'delay_send': 0.25}, {'bus': 'sequencer', 'gain': 1.5},
          {'bus': 'preview', 'mute': True}, {'bus': 'metronome', 'solo': False, 'gain': 0.0625}, {'bus': 'master', 'gain': 0.875}]
EFFECTS = {'reverb1': {'mix': 0.375, 'room': 0.75, 'damp': 0.25}, 'acid1': {'cutoff': 900, 'res': 0.5, 'drive': 0.125},
           'delay1': {'time': 0.5, 'feedback': 0.625, 'mix': 0.25, 'lowcut': 200, 'highcut': 4000},
           'voice1': {'wave': 'square', 'freq': 55, 'acid': True, 'adsr': {'attack': 0.25, 'sustain': 0.5}}}


class Stage(Disks):
    """An engine that sounds, and disks."""

    def __enter__(self):
        engine(self.home, self.settings)
        self.client = self.home.client()
        self.mounts, self.disks = [], 0
        return self


def put_sounds(folder, names):
    for name in names:
        wav(os.path.join(folder, name + '.wav'), SOUNDS[name], 0.5)


def set_all(home, ids):
    """Sets something of each sort: in the project and in the core."""
    home.loophole('project', 'set', 'bpm=98.5', 'swing=0.125', 'key=F#m', 'tempo_lock=true')
    row = lambda name, **more: {'name': name, 'pattern': 'X...x...X...x.x.', **more}
    pads = [{'pad': 3, 'id': ids['kick'], 'gain': 0.75, 'mode': 'gate', 'choke': 2, 'note': 40, 'attack': 0.125,
             'filter_freq': 1000, 'reverb_send': 0.25, 'layers': [{'id': ids['hat'], 'low': 0.5, 'gain': 2}]},
            {'pad': 5, 'id': ids['lost'], 'mode': 'loop', 'reverse': True},
            {'pad': 63, 'wave': 'saw', 'mode': 'gate', 'keys_from': 30, 'keys_until': 70}]
    pattern = {'metadata': {'name': 'All', 'genre': 'dub', 'tags': ['warm']}, 'modules': EFFECTS, 'sequencer': {'seed': 7, 'tracks': [
        row('hat', id=ids['hat'], ratio=1.5, ratchet=[1, 3], probability=[1, 0.5]), row('lost', id=ids['lost'], choke=2),
        row('bass', voice_id='voice1', notes=[55, 82.5], midi_channel=3)]}}
    with contextlib.closing(home.client()) as client:
        for strip in STRIPS:
            client.must('audio.set_strip', {'strip': strip})
        client.must('audio.set_limiter', {'ceiling': 0.625})
        client.must('audio.set_metronome', {'on': True})
    home.ask('audio.set_sync', 'source=none', 'clock_out=true', 'clock_offset=0.0125')
    home.ask('audio.set_pads', 'each=' + json.dumps(pads))
    home.ask('audio.set_pattern', 'pattern=' + json.dumps(pattern))
    home.ask('audio.set_row', 'name=bass', 'mute=true')


def has_own_value(pad):
    return pad['mode'] != 'one_shot' or any(value for key, value in pad.items() if key not in ('pad', 'mode'))


def of_core(home):
    """What sounds. The core lists a pad that was emptied, too."""
    now = {key: value for key, value in home.ask('audio.sounding').items() if key not in VOLATILE}
    return now | {'pads': [pad for pad in now.get('pads', ()) if has_own_value(pad)]}


def of_project(home, name='Song'):
    """The parts of the project, but the descriptions of its items; the keys of its state that belong to the music."""
    shown = home.ask('project.show', f'project={name}')
    parts = {part['id']: (part['kind'], json.loads(part['body'])) for part in shown['each'] if part['kind'] != 'item'}
    return parts, {key: shown['state'][key] for key in ('name', 'bpm', 'swing', 'key', 'tempo_lock', 'items')}


def kept(home):
    """What sounds, as the project keeps it."""
    return next((body for kind, body in of_project(home)[0].values() if kind == 'sound'), {})


def until_kept(home):
    """Waits until the project keeps the sound of the core, and returns it."""
    until(lambda: not home.ask('audio.sounding').get('touched') and kept(home).get('pattern'),
          what=lambda: (kept(home), of_core(home)))
    return of_core(home)


def until_sounding(home, wanted):
    def differences():
        now = of_core(home)
        return {key: (wanted.get(key), now.get(key)) for key in {*wanted, *now} if wanted.get(key) != now.get(key)}
    until(lambda: of_core(home) == wanted, what=lambda: f'what was and what is: {differences()}')


def hear(home):
    """Plays the pattern, and ends it."""
    home.ask('audio.start')
    until_sounds(home, 'sequencer')
    home.ask('audio.stop')


def absent(home):
    return sorted(row['name'] for row in home.ask('audio.rows')['each'] if row.get('absent'))


@claim(inside=Stage)
def the_whole_sound_of_a_project_returns_after_a_reboot(it):
    home = it.home
    put_sounds(it.folder('lib'), SOUNDS)
    it.add(it.folder('lib'))
    home.loophole('project', 'new', 'Song')
    set_all(home, {name: it.id_of(it.folder('lib', name + '.wav')) for name in SOUNDS})
    wanted = until_kept(home)
    for key, value in (('bpm', 98.5), ('swing', 0.125), ('tempo_lock', True), ('clock_out', True), ('metronome', True)):
        same(value, wanted[key], key)
    home.loophole('project', 'save')
    project = of_project(home)
    same(('F#min', 3), tuple(project[1][key] for key in ('key', 'items')))
    for reboot in ('down', 'a power cut', 'down again'):
        if reboot == 'a power cut':
            cut_power(home, list(home.processes()))
        else:
            home.stop()
            forget_memory(home)
        with open(home.file('data/names'), encoding='utf-8') as names:
            same([], glob.glob(f'/dev/shm/loophole-{names.read().split()[0]}*'))
        engine(home)
        until_sounding(home, wanted)
        same(project, of_project(home), reboot)
        same((0, 0, False), tuple(home.ask('project.state')[key] for key in ('missing', 'offline', 'dirty')))
        until(lambda: not absent(home), what='all rows have their sounds')
        hear(home)
    home.stop()
    home.check_store()


@claim(inside=Stage)
def the_leader_of_the_transport_is_that_of_the_project(it):
    home, leader = it.home, lambda: home.ask('audio.sounding')['sync']
    for name in ('jack', 'lead', 'midi', 'none'):
        home.loophole('project', 'new', name)
        home.ask('audio.set_sync', 'source=' + name)
        until(lambda: next((body for kind, body in of_project(home, name)[0].values() if kind == 'sound'), {}).get('sync') == name)
    for name in ('midi', 'lead', 'jack', 'none'):
        home.loophole('project', 'open', name)
        until(lambda: leader() == name)
        home.stop()
        forget_memory(home)
        engine(home)
        until(lambda: leader() == name)


@claim(inside=Stage)
def the_whole_sound_of_a_project_returns_on_a_machine_whose_disks_are_mounted_elsewhere(it):
    home, travels, theirs = it.home, it.disk('travels'), it.disk('theirs')
    put_sounds(it.folder('lib'), SOUNDS)
    it.add(it.folder('lib'))
    mine = Studio(home, 'Song', folder=os.path.join(travels, 'Song').encode())
    set_all(home, {name: it.id_of(it.folder('lib', name + '.wav')) for name in SOUNDS})
    wanted = until_kept(home)
    mine.must('save')
    project = of_project(home)
    home.stop()
    shutil.rmtree(it.folder('lib'))
    travels = it.move(travels, 'media', 'stick')
    put_sounds(os.path.join(theirs, 'packs'), ('kick', 'hat'))
    other = home.other('second')
    second = Stage(other)
    second.__enter__()
    second.add(os.path.join(theirs, 'packs'))
    known = {name: second.id_of(os.path.join(theirs, 'packs', name + '.wav')) for name in ('kick', 'hat')}
    second.home.loophole('project', 'open', os.path.join(travels, 'Song'))
    text = json.dumps(wanted)
    for name, id in ids_of(project).items():
        text = text.replace(id, known.get(name, id))
    there = json.loads(text)
    for again in range(2):
        until_sounding(other, there)
        same(project, of_project(other), f'after {again} starts')
        same((1, 0, False), tuple(other.ask('project.state')[key] for key in ('missing', 'offline', 'dirty')))
        until(lambda: other.ask('project.state')['absent'] == ['lost'], what='the catalogue has the item of the project')
        same(['lost'], absent(other))
        hear(other)
        other.stop()
        forget_memory(other)
        engine(other)
    theirs = it.move(theirs, 'media', 'drive')  # a path of another length, while the engine runs
    until(lambda: second.id_of(os.path.join(theirs, 'packs', 'kick.wav')) == known['kick'])
    same((1, 0, False), tuple(other.ask('project.state')[key] for key in ('missing', 'offline', 'dirty')))
    put_sounds(other.file('found'), ('lost',))
    second.client = other.client()
    second.add(other.file('found'))
    until(lambda: other.ask('project.state')['missing'] == 0)
    until(lambda: not absent(other), what='the lost sound is heard')
    until_sounding(other, there)
    same(project, of_project(other))
    other.stop()
    other.check_store()


def ids_of(project):
    """The ids of the items by name, from the rows and pads of what sounds."""
    sound = next(body for kind, body in project[0].values() if kind == 'sound')
    rows = {row['name']: row['id'] for row in sound['pattern']['sequencer']['tracks'] if 'id' in row}
    return {**rows, 'kick': next(pad['id'] for pad in sound['pads'] if pad['pad'] == 3)}


run_claims()
