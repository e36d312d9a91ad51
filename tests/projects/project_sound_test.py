#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""What sounds belongs to the open project: it is kept while it changes, and set again on a fresh core."""
import contextlib
import glob
import json
import os
import shutil
import signal

from tests.claims import claim, contains, how_often, run_claims, same, until, write_file
from tests.drives.disks import Lossy
from tests.sounding import cut_power, engine, kill_processes, noise, until_quiet, until_sounds

BARS = 'X...X...X...X...'


def studio(home):
    """An engine that sounds, with two items in its library."""
    os.makedirs(home.file('library'), exist_ok=True)
    for name in ('kick', 'hat'):
        noise(home.file('library', f'{name}.wav'), frames=24000 if name == 'kick' else 12000)
    engine(home)
    home.loophole('index', home.file('library'), '--wait')


def item(home, name):
    return home.first('search', name, '--limit', '1')['id']


def sounding(home):
    return home.ask('audio.sounding')


def kept(home, name=''):
    """The part of the project that has what sounds; {} if there is none."""
    parts = home.ask('project.show', f'project={name}')['each']
    return next((json.loads(part['body']) for part in parts if part['kind'] == 'sound'), {})


def strip(now, bus):
    return next(one for one in now['mixer']['strips'] if one['bus'] == bus)


def pads(now):
    return {pad['pad']: pad['id'] for pad in now.get('pads', ()) if 'id' in pad}


def rows(now):
    return {row['name']: row.get('id') for row in now.get('pattern', {}).get('sequencer', {}).get('tracks', ())}


def make_music(home, bpm=131.5, pad=3):
    """Sets one thing of each sort."""
    home.ask('audio.set_tempo', f'bpm={bpm}')
    home.ask('audio.set_swing', 'swing=0.25')
    home.ask('audio.set_metronome', 'on=false')
    home.ask('audio.set_sync', 'source=none', 'clock_out=true')
    home.ask('audio.set_strip', 'strip={"bus":"pads","gain":0.5,"pan":-0.5}')
    home.ask('audio.set_limiter', 'ceiling=0.75')
    home.ask('audio.set_pads', 'each=' + json.dumps([{'pad': pad, 'id': item(home, 'kick'), 'gain': 0.75, 'mode': 'one_shot'}]))
    home.ask('audio.set_pattern', 'pattern=' + json.dumps({'metadata': {'name': 'one'}, 'sequencer': {'tracks': [
        {'name': 'hat', 'pattern': BARS, 'id': item(home, 'hat')}]}}))


def music(now):
    """What make_music sets, as the core or a project has it."""
    return (now['bpm'], now['swing'], now['clock_out'], strip(now, 'pads')['gain'], strip(now, 'pads')['pan'],
            now['mixer']['ceiling'], pads(now), rows(now))


def made(home, bpm=131.5, pad=3):
    return bpm, 0.25, True, 0.5, -0.5, 0.75, {pad: item(home, 'kick')}, {'hat': item(home, 'hat')}


def is_music(now, wanted):
    return bool(now.get('mixer')) and music(now) == wanted


def either(home, name=''):
    """The kept sound of the project, and the sound of the core."""
    return {who: music(now) if now.get('mixer') else now
            for who, now in (('project', kept(home, name)), ('core', sounding(home)))}


def until_kept(home, wanted, name=''):
    until(lambda: is_music(kept(home, name), wanted), what=lambda: f'{name} keeps {wanted}: {either(home, name)}')


def song_of_music(home):
    """The open project Song of a studio keeps what make_music sets, which is returned."""
    studio(home)
    home.loophole('project', 'new', 'Song')
    make_music(home)
    wanted = made(home)
    until_kept(home, wanted)
    return wanted


def until_sounding(home, wanted):
    until(lambda: is_music(sounding(home), wanted), what=lambda: f'the core has {wanted}: {either(home)}')


def until_hit_sounds(home):
    """Hits the pad again and again. Its sound is short, so the peak from the hit until a little later counts."""
    seen = []
    with contextlib.closing(home.client()) as client:
        def sounds():
            since = client.must('audio.transport')['frame']
            hit = client.ask('audio.hit', {'pad': 3, 'velocity': 1})
            until(lambda: client.must('audio.transport')['frame'] > since + 8192, what='the audio core plays on')
            seen[:] = [since, hit, client.must('audio.meters', {'since': since})['meters']]
            return any(one['bus'] == 'pads' and one['peak_left'] for one in seen[-1])
        until(sounds, what=lambda: f'the pad sounds: {seen}, {home.ask("audio.pads")}, {home.ask("streamer.sounds")}')


@claim
def the_sound_of_a_project_returns_after_the_engine_was_stopped(home):
    wanted = song_of_music(home)
    same(2, home.ask('project.state')['items'])
    same(131.5, home.ask('project.state')['bpm'])
    home.loophole('project', 'save')
    file = json.load(open(home.file('data', 'projects', 'Song', 'project.json'), encoding='utf-8'))
    same(wanted, music(file['sound'][0]))
    contains(home.refused('project', 'undo'), 'undo')  # what sounds has no steps
    home.stop()
    engine(home)
    until_sounding(home, wanted)
    same(wanted, music(kept(home)))
    assert not home.ask('project.state')['dirty']
    until_hit_sounds(home)
    home.ask('audio.start')
    until_sounds(home, 'sequencer')
    home.ask('audio.stop')
    until_quiet(home)
    home.stop()
    home.check_store()


@claim
def each_project_has_its_own_sound(home):
    studio(home)
    home.loophole('project', 'new', 'First')
    make_music(home)
    first, second = made(home), made(home, 97, 5)
    home.loophole('project', 'new', 'Second')
    same(first, music(kept(home, 'First')))  # the last change before the switch too
    home.ask('audio.set_pads', 'each=[{"pad":3,"mode":"one_shot"}]')
    make_music(home, 97, 5)
    home.loophole('project', 'open', 'First')
    until_sounding(home, first)
    until_kept(home, second, 'Second')
    home.loophole('project', 'open', 'Second')
    until_sounding(home, second)
    same(first, music(kept(home, 'First')))


@claim
def a_new_project_and_a_draft_keep_the_sound_with_which_they_begin(home):
    wanted = song_of_music(home)
    home.loophole('project', 'new', 'Next')
    same((wanted, wanted), (music(kept(home, 'Next')), music(sounding(home))))
    same((2, 131.5), tuple(home.ask('project.state')[key] for key in ('items', 'bpm')))
    home.loophole('project', 'save')
    file = json.load(open(home.file('data', 'projects', 'Next', 'project.json'), encoding='utf-8'))
    same((wanted, 2), (music(file['sound'][0]), len(file['items'])))
    home.kill('audio')  # a core that starts again does not know the ids of its pads
    slow = (90, *wanted[1:])
    if home.first('project', 'new', 'Slow', 'bpm=90').get('unheard'):  # the core was busy
        until_sounding(home, slow)
    same((slow, 90), (music(kept(home, 'Slow')), sounding(home)['bpm']))
    home.loophole('project', 'open', 'Song')
    until_sounding(home, wanted)
    home.loophole('project', 'close')
    home.ask('audio.set_tempo', 'bpm=97')
    home.loophole('project', 'state')  # the draft
    present = (97, *wanted[1:])
    same((present, present), (music(kept(home)), music(sounding(home))))
    home.stop()
    engine(home)
    until_sounding(home, present)
    for name, sound in (('Next', wanted), ('Slow', slow), ('Song', wanted)):
        home.loophole('project', 'open', name)
        until_sounding(home, sound)
        same(sound, music(kept(home, name)))


@claim
def what_no_project_stores_is_no_change_of_the_sound(home):
    engine(home)
    nobody = {'project': '0' * 26, 'revision': 0, 'keeper': 'none'}
    others = (('audio.set_pad_controls', {'each': [], 'waits': False}), ('audio.set_monitoring', {'on': True}),
              ('audio.set_monitoring', {'on': False}))
    with contextlib.closing(home.client()) as client:
        for ask, value in others:
            before = client.must('audio.sounding')
            assert not before['touched'], before
            client.must(ask, value)
            assert not client.must('audio.sounding')['touched'], ask
            client.must('audio.sounding_kept', {**nobody, 'serial': before['serial']})  # asked before, noted after
            assert not client.must('audio.sounding')['touched'], ask
        client.must('audio.set_swing', {'swing': 0.3})
        client.must('audio.sounding_kept', {**nobody, 'serial': before['serial']})
        assert client.must('audio.sounding')['touched']


@claim
def a_load_an_undo_and_a_changed_tempo_are_heard(home):
    song_of_music(home)
    home.loophole('project', 'save')
    home.ask('audio.set_tempo', 'bpm=150')
    until_kept(home, made(home, 150))
    assert home.ask('project.state')['dirty']
    home.loophole('project', 'load')
    until_sounding(home, made(home))
    assert not home.ask('project.state')['dirty']
    home.loophole('project', 'undo')
    until_sounding(home, made(home, 150))
    home.loophole('project', 'set', 'bpm=111')
    until_sounding(home, made(home, 111))
    same(111, home.ask('project.state')['bpm'])
    home.loophole('project', 'undo')
    until_sounding(home, made(home, 150))


def keep_mix(home):
    """Changes mixer, pads and pattern, each once; the open project keeps them when this returns."""
    home.ask('audio.set_strip', 'strip={"bus":"pads","gain":0.75,"pan":0.25}')
    home.ask('audio.set_pads', 'each=' + json.dumps([{'pad': 3, 'id': item(home, 'hat'), 'gain': 0.5, 'mode': 'one_shot'}]))
    home.ask('audio.set_pattern', 'pattern=' + json.dumps({'metadata': {'name': 'two'}, 'sequencer': {'tracks': [
        {'name': 'kick', 'pattern': BARS, 'id': item(home, 'kick')}]}}))


def mixed(home, bpm, swing=0.25):
    """What make_music and keep_mix set, with this tempo."""
    return bpm, swing, True, 0.75, 0.25, 0.75, {3: item(home, 'hat')}, {'kick': item(home, 'kick')}


def until_both(home, wanted):
    until_sounding(home, wanted)
    until_kept(home, wanted)


@claim
def undo_of_a_tempo_gives_back_the_tempo_alone(home):
    song_of_music(home)
    home.loophole('project', 'set', 'bpm=111', 'swing=0.5')
    keep_mix(home)
    until_both(home, mixed(home, 111, 0.5))
    home.loophole('project', 'undo')
    until_both(home, mixed(home, 131.5))
    home.loophole('project', 'redo')
    until_both(home, mixed(home, 111, 0.5))
    home.loophole('project', 'undo')
    home.loophole('project', 'set', 'swing=0.5')
    home.ask('audio.set_tempo', 'bpm=140')
    home.loophole('project', 'undo')
    until_both(home, mixed(home, 140))
    part = next(part['id'] for part in home.ask('project.show')['each'] if part['kind'] == 'sound')
    home.loophole('project', 'put', part, 'swing=0.125', 'mine=7')
    until_both(home, mixed(home, 140, 0.125))
    home.ask('audio.set_tempo', 'bpm=141')
    home.loophole('project', 'undo')
    until_both(home, mixed(home, 141))
    assert 'mine' not in kept(home), kept(home)
    home.stop()
    home.check_store()


@claim
def a_tempo_that_was_changed_since_is_not_taken_back(home):
    song_of_music(home)
    home.loophole('project', 'set', 'bpm=111', 'key=F#min')
    home.ask('audio.set_tempo', 'bpm=99')
    for _ in range(2):
        contains(home.refused('project', 'undo'), '"bpm" was changed since, to 99')
        same((made(home, 99), 'F#min'), (music(kept(home)), home.ask('project.state')['key']))
    assert is_music(sounding(home), made(home, 99)), either(home)
    home.ask('audio.set_tempo', 'bpm=111')
    home.loophole('project', 'undo')
    until_both(home, made(home))
    assert not home.ask('project.state').get('key')


@claim
def undo_of_the_first_tempo_leaves_what_was_mixed_since(home):
    studio(home)
    folder = home.file('of another program')  # which keeps no sound
    os.makedirs(folder)
    write_file(folder + '/project.json', json.dumps(
        {'schema_version': '1.0', 'project': {'id': '01J8ZZZZZZZZZZZZZZZZZZZZZZ', 'name': 'Song', 'bpm': 101}}))
    home.loophole('project', 'open', folder)
    until(lambda: sounding(home)['bpm'] == 101)
    same({}, kept(home))
    home.loophole('project', 'save')
    home.loophole('project', 'set', 'bpm=102')
    same({'bpm': 102}, kept(home))
    home.loophole('project', 'undo')
    same(({}, False), (kept(home), home.ask('project.state')['dirty']))
    home.loophole('project', 'redo')
    home.ask('audio.set_strip', 'strip={"bus":"pads","gain":0.5}')
    until(lambda: kept(home).get('mixer') and strip(kept(home), 'pads')['gain'] == 0.5)
    home.loophole('project', 'undo')
    until(lambda: sounding(home)['bpm'] == 101, what=lambda: f'the former tempo: {sounding(home)}')
    same((0.5, 0.5), (strip(kept(home), 'pads')['gain'], strip(sounding(home), 'pads')['gain']))


@claim
def a_copy_sounds_as_its_project_and_later_changes_are_its_own(home):
    wanted = song_of_music(home)
    home.loophole('project', 'save_as', 'Copy')
    assert is_music(sounding(home), wanted), either(home)
    same((131.5, 0.25), tuple(home.first('project', 'state')[key] for key in ('bpm', 'swing')))
    home.loophole('transport', 'tempo', '99')
    until(lambda: kept(home)['bpm'] == 99, what=lambda: f'the copy keeps its tempo: {either(home)}')
    assert kept(home, 'Song')['bpm'] == 131.5, either(home)
    same(1, sum(part['kind'] == 'sound' for part in home.ask('project.show', 'project=Copy')['each']))
    home.loophole('project', 'open', 'Song')
    until_sounding(home, wanted)


def tempo_kept(home, name):
    return kept(home, name).get('bpm')


def two_songs(home):
    studio(home)
    for name, bpm in (('First', 101), ('Second', 102)):
        home.loophole('project', 'new', name)
        home.ask('audio.set_tempo', f'bpm={bpm}')
        home.loophole('project', 'save')


def until_set(client, ask, **fields):
    """Sends an ask once, and waits until the core has what it changed: on a busy machine the ask does not wait so long."""
    if not client.must('project.' + ask, fields).get('unheard'):
        return
    if ask == 'close':
        until(lambda: client.must('audio.sounding').get('keeper') == 'none')
    else:
        until(lambda: not client.must('project.open', {'project': fields['project']}).get('unheard'))


def change_kept(client, ask, **fields):
    """Changes what sounds once. The answer comes when the project has it, or the project has it later."""
    return not client.must('audio.' + ask, fields).get('unkept')


@claim
def a_change_right_after_a_project_is_opened_or_loaded_is_of_that_project(home):
    two_songs(home)
    tempo = {'First': 101, 'Second': 102}
    with contextlib.closing(home.client()) as client:
        for number in range(how_often(12, 200)):
            name, other = ('First', 'Second') if number % 2 == 0 else ('Second', 'First')
            until_set(client, 'open', project=name)
            same(tempo[name], sounding(home)['bpm'], f'{name} sounds as it was')
            tempo[name] = 120 + number
            change_kept(client, 'set_tempo', bpm=tempo[name])
            until(lambda: tempo_kept(home, name) == tempo[name], what=f'{name} has its change')
            same(tempo[other], tempo_kept(home, other), 'the project that was open before')
            until_set(client, 'load', project=name, revision=1)
            tempo[name] = {'First': 101, 'Second': 102}[name]
            change_kept(client, 'set_strip', strip={'bus': 'sounds', 'gain': 0.25})
            until(lambda: strip(kept(home, name), 'sounds')['gain'] == 0.25, what='the change after the load')
            same(tempo[name], tempo_kept(home, name), 'the save was loaded before')
            until_set(client, 'undo', project=name)
            tempo[name] = tempo_kept(home, name)
            if number % 3 == 0:
                until_set(client, 'close')
                change_kept(client, 'set_tempo', bpm=240)  # without an open project
                same(tempo, {one: tempo_kept(home, one) for one in tempo}, 'closed')
    home.stop()
    home.check_store()


@claim
def a_change_right_after_an_opening_in_which_a_service_died_is_of_that_project(home):
    two_songs(home)
    tempo = {'First': 101, 'Second': 102}
    for number, victim in enumerate(('project', 'audio', 'persist') * how_often(2, 20)):
        until(lambda: all(home.has_lived(one) for one in ('project', 'persist', 'audio')))
        name, other = ('First', 'Second') if number % 2 == 0 else ('Second', 'First')
        with contextlib.closing(home.client()) as client:
            request = client.send('project.open', {'project': name})
            os.kill(home.pid(victim), signal.SIGKILL)
            if client.must('project.open', {'project': name}, request=request).get('unheard'):
                until_set(client, 'open', project=name)
            tempo[name] = 120 + number
            change_kept(client, 'set_tempo', bpm=tempo[name])
            until(lambda: tempo_kept(home, name) == tempo[name], what=f'{name} has its change, {victim} killed')
            same(tempo[other], tempo_kept(home, other), f'the project that was open before, {victim} killed')
            same(tempo[name], sounding(home)['bpm'])
    home.stop()
    home.check_store()


def pattern_at(home, bpm):
    """Sets a pattern that has a tempo of its own."""
    home.ask('audio.set_pattern', 'pattern=' + json.dumps({'metadata': {'name': f'at {bpm}'}, 'sequencer': {
        'bpm': bpm, 'swing': 0.5, 'tracks': [{'name': 'hat', 'pattern': BARS, 'id': item(home, 'hat')}]}}))


@claim
def a_locked_tempo_is_not_changed_by_a_pattern(home):
    studio(home)
    home.loophole('project', 'new', 'Locked', 'bpm=101', 'tempo_lock=true')
    until(lambda: sounding(home)['bpm'] == 101 and sounding(home)['tempo_lock'])
    pattern_at(home, 140)
    same((101, 0), (sounding(home)['bpm'], sounding(home)['swing']))
    home.kill('project')
    home.kill('audio')
    until(lambda: home.has_lived('audio'))
    pattern_at(home, 141)
    same(101, sounding(home)['bpm'])
    home.ask('audio.set_tempo', 'bpm=102')  # a person may
    same(102, sounding(home)['bpm'])
    home.loophole('project', 'set', 'tempo_lock=false')
    until(lambda: not sounding(home)['tempo_lock'])
    pattern_at(home, 142)
    same((142, 0.5), (sounding(home)['bpm'], sounding(home)['swing']))
    home.loophole('project', 'set', 'tempo_lock=true')
    until(lambda: sounding(home)['tempo_lock'])
    home.loophole('project', 'close')
    until(lambda: not sounding(home)['tempo_lock'])


@claim
def a_running_core_is_never_overwritten(home):
    song_of_music(home)
    for number, service in enumerate(('project', 'persist', 'audio')):
        until(lambda: all(home.has_lived(one) for one in ('project', 'persist', 'audio')))
        bpm = 140 + number
        if service == 'audio':
            home.ask('audio.set_tempo', f'bpm={bpm}')
            os.kill(home.pid(service), signal.SIGKILL)
        else:
            os.kill(home.pid(service), signal.SIGKILL)
            home.ask('audio.set_tempo', f'bpm={bpm}')
        same(bpm, sounding(home)['bpm'])
        until_kept(home, made(home, bpm))
        same(bpm, sounding(home)['bpm'])
    until_hit_sounds(home)


@claim
def an_item_that_is_away_stays_silent_and_counts(home):
    wanted = song_of_music(home)
    home.stop()
    os.rename(home.file('library', 'kick.wav'), home.file('away.wav'))
    engine(home)
    home.loophole('index', home.file('library'), '--wait')
    until(lambda: home.ask('project.state')['missing'] == 1)
    until_sounding(home, wanted)
    same(wanted, music(kept(home)))
    shutil.move(home.file('away.wav'), home.file('library', 'kick.wav'))
    home.loophole('index', home.file('library'), '--wait')
    until(lambda: home.ask('project.state')['missing'] == 0)
    until_hit_sounds(home)  # at once
    home.ask('audio.set_tempo', 'bpm=99')
    until_kept(home, made(home, 99))
    home.stop()
    engine(home)
    until_sounding(home, made(home, 99))
    until_hit_sounds(home)


@claim
def a_pad_whose_sounds_are_away_keeps_them_when_another_value_changes(home):
    song_of_music(home)
    kick, hat = item(home, 'kick'), item(home, 'hat')
    home.ask('audio.set_pads', 'each=' + json.dumps([
        {'pad': 3, 'id': kick, 'mode': 'one_shot', 'layers': [{'id': one, 'low': 0.5} for one in (kick, hat, kick)]}]))

    def sounds_kept():
        return [(pad.get('id'), [layer['id'] for layer in pad.get('layers', ())]) for pad in kept(home)['pads'] if pad['pad'] == 3]
    until(lambda: sounds_kept() == [(kick, [kick, hat, kick])])
    home.stop()
    os.rename(home.file('library', 'kick.wav'), home.file('away.wav'))
    engine(home)
    home.loophole('index', home.file('library'), '--wait')
    until(lambda: home.ask('project.state')['missing'] == 1)
    until(lambda: len(home.ask('audio.pads').get('silent', ())) == 3)
    home.loophole('pads', 'set', '3', 'gain=0.5')
    home.loophole('pads', 'layer', '3', home.file('library', 'hat.wav'), 'velocity=0-20')
    until(lambda: sounds_kept() == [(kick, [kick, hat, kick, hat])], what=lambda: kept(home))
    same(1, home.ask('project.state')['missing'])
    shutil.move(home.file('away.wav'), home.file('library', 'kick.wav'))
    home.loophole('index', home.file('library'), '--wait')
    until(lambda: not home.ask('audio.pads').get('silent'))
    same([(0.5, 4)], [(pad['gain'], len(pad['layers'])) for pad in home.ask('audio.pads')['each'] if 'sound' in pad])
    home.loophole('pads', 'set', '3', 'sound=')
    until(lambda: sounds_kept() == [(None, [kick, hat, kick, hat])], what=lambda: kept(home))


@claim
def a_sound_that_the_streamer_cannot_load_for_a_moment_is_heard_when_it_can(home):
    """The streamer stops for longer than a load may take, and is not replaced."""
    wanted = song_of_music(home)
    home.stop()
    engine(home, '[supervisor]\nhang_ms = 300000\n')
    until_sounding(home, wanted)
    home.loophole('project', 'new', 'Other')  # it begins with what sounds
    home.ask('audio.set_pads', 'each=[{"pad":3,"mode":"one_shot"}]')
    streamer = home.pid('streamer')
    os.kill(streamer, signal.SIGSTOP)
    try:
        home.loophole('project', 'open', 'Song', code=None)  # before all is set: its sounds are not loaded yet
        until_sounding(home, wanted)
    finally:
        os.kill(streamer, signal.SIGCONT)
    until_hit_sounds(home)
    until(lambda: not any(row.get('absent') for row in home.ask('audio.rows')['each']), what='the row has its sound')
    same(wanted, music(kept(home)))


@claim
def a_sound_that_a_person_sets_while_the_streamer_is_in_quarantine_is_heard_after_its_release(home):
    """On a pad, and in a row of a pattern that waits for its bar."""
    song_of_music(home)
    while (streamer := home.status('streamer'))['state'] != 'quarantined':
        if streamer['pid']:
            kill_processes([streamer['pid']])
    home.loophole('pads', 'set', '9', 'id=' + item(home, 'hat'), code=None)
    home.ask('audio.set_pads', 'each=' + json.dumps([{'pad': 10, 'mode': 'one_shot', 'layers': [{'id': item(home, 'hat')}, {'id': item(home, 'kick')}]}]))
    contains(home.refused('pads', 'hit', '9'), 'pad 9 is silent: streamer is not running')
    rows = lambda: {row['name']: row.get('absent', False) for row in home.ask('audio.rows')['each']}
    client = home.client()
    changes, looks = client.listen('audio', 'audio.sounding_changed'), home.ask('audio.sounding')['serial']
    until(lambda: home.ask('audio.sounding')['serial'] > looks + 1, what='the project has tried to load the sound again')
    same(False, client.heard(changes)[3].get('awaited', False))  # the core does not wait for the project that waits for it
    same({'hat': False}, rows())  # a row with the same sound, which was loaded before, plays on
    home.loophole('transport', 'start')
    home.ask('audio.set_pattern', 'pattern=' + json.dumps({'metadata': {'name': 'two'}, 'sequencer': {'tracks': [
        {'name': 'synth', 'pattern': BARS}, {'name': 'late', 'pattern': BARS, 'id': item(home, 'kick')}]}}))
    until(lambda: rows() == {'synth': False, 'late': True}, what='the row lacks its sound')
    home.loophole('restart', 'streamer')
    until(lambda: not home.ask('audio.pads').get('silent'), what='the pad has its sound')
    home.loophole('pads', 'hit', '9')
    until(lambda: rows() == {'synth': False, 'late': False}, what='the row has its sound')
    home.loophole('transport', 'stop')


@claim
def a_sound_whose_disk_fails_is_heard_when_the_disk_answers_again(home):
    """The file can be opened, and a read of it fails; nothing in the catalogue changes."""
    with Lossy(home, home.file('library'), 1) as disk:
        wanted = song_of_music(home)
        home.stop()
        disk.turn_readable(home.file('library', 'kick.wav'), False)
        engine(home)
        until_sounding(home, wanted)
        until(lambda: any(row.get('absent') for row in home.ask('audio.rows')['each']), what='the row has no sound')
        disk.turn_readable(home.file('library', 'kick.wav'), True)
        until_hit_sounds(home)
        until(lambda: not any(row.get('absent') for row in home.ask('audio.rows')['each']), what='the row has its sound')
        same(wanted, music(kept(home)))
        home.stop()


@claim
def a_sound_that_returns_while_the_project_service_is_dead_is_heard_again(home):
    wanted = song_of_music(home)
    home.stop()
    for name in ('kick', 'hat'):
        os.rename(home.file('library', f'{name}.wav'), home.file(f'{name} away.wav'))
    engine(home)
    home.loophole('index', home.file('library'), '--wait')
    until(lambda: home.ask('project.state')['missing'] == 2)
    until_sounding(home, wanted)
    for name in ('kick', 'hat'):
        until(lambda: home.has_lived('project'))
        home.kill('project')
        shutil.move(home.file(f'{name} away.wav'), home.file('library', f'{name}.wav'))
        home.loophole('index', home.file('library'), '--wait')
        if name == 'kick':
            until_hit_sounds(home)
            same([True], [row.get('absent') for row in home.ask('audio.rows')['each']])
    home.ask('audio.start')
    until_sounds(home, 'sequencer')
    same([None], [row.get('absent') for row in home.ask('audio.rows')['each']])
    same(wanted, music(sounding(home)))
    same(wanted, music(kept(home)))


@claim
def the_sound_of_a_project_returns_on_another_machine_that_knows_none_of_its_items(home):
    wanted = song_of_music(home)
    home.loophole('project', 'collect')
    folder = home.first('project', 'save')['folder']
    home.stop()
    other = home.other('second')
    moved = other.file('moved')
    shutil.copytree(folder, moved, ignore=shutil.ignore_patterns('.autosave'))
    shutil.rmtree(home.file('library'))
    engine(other)
    other.loophole('project', 'open', moved)
    until(lambda: other.ask('project.state')['missing'] == 0)
    until_hit_sounds(other)  # its copies in Media were found after it was opened
    until_sounding(other, wanted)
    same(wanted, music(kept(other)))
    other.stop()
    other.check_store()


def another_machine(home):
    """A home that has a copy of the project's folder, and nothing else of this machine."""
    folder = home.first('project', 'save')['folder']
    home.stop()
    other = home.other('second')
    shutil.copytree(folder, other.file('moved'), ignore=shutil.ignore_patterns('.autosave'))
    return other


@claim
def a_sound_that_only_a_slot_uses_is_heard_on_another_machine_and_keeps_what_a_person_said(home):
    song_of_music(home)
    noise(home.file('library', 'low.wav'), frames=6000)
    home.loophole('index', home.file('library'), '--wait')
    id = item(home, 'low')
    home.loophole('favourite', id)
    home.loophole('tag', id, '+deep')
    home.loophole('edit', id, 'origin=generated')
    home.loophole('project', 'set', 'bpm=100')
    write_file(home.file('slot.json'), json.dumps({'sequencer': {'tracks': {'low': {'media_id': id, 'pattern': BARS}}}}))
    home.loophole('pattern', 'save', '2', home.file('slot.json'))
    home.loophole('project', 'collect')
    other = another_machine(home)
    shutil.rmtree(home.file('library'))
    engine(other)
    other.loophole('project', 'open', other.file('moved'))
    until(lambda: (now := other.ask('project.state')) and now['missing'] == 0 and now['items'] == 3)
    said = until(lambda: [one for one in other.json('search', 'low') if one['favourite']])[0]
    same(('deep', 'generated'), (said['tags'][0], said['origin']))
    same([], until(lambda: other.ask('project.load_pattern', 'slot=2', 'immediate=true')).get('silent', []))
    other.stop()
    other.check_store()


@claim
def a_slot_is_heard_by_the_id_that_another_machine_knows_its_sound_by(home):
    song_of_music(home)
    id = item(home, 'hat')
    write_file(home.file('slot.json'), json.dumps({'sequencer': {'tracks': {'hat': {'media_id': id, 'pattern': BARS}}}}))
    home.loophole('pattern', 'save', '2', home.file('slot.json'))
    other = another_machine(home)
    shutil.move(home.file('library'), other.file('sounds'))
    engine(other)
    other.loophole('index', other.file('sounds'), '--wait')
    assert item(other, 'hat') != id
    other.loophole('project', 'open', other.file('moved'))
    same([], other.ask('project.load_pattern', 'slot=2', 'immediate=true').get('silent', []))
    other.loophole('pattern', 'save', '3')
    with open(glob.glob(other.file('moved', 'patterns', '**', 'slot_003.json'), recursive=True)[0]) as saved:
        same([id], [row['media_id'] for row in json.load(saved)['sequencer']['tracks'].values()])
    other.stop()
    other.check_store()


@claim
def sounds_keep_their_ids_when_the_first_scan_of_another_machine_is_held_up(home):
    wanted = song_of_music(home)
    home.loophole('project', 'collect')
    other = another_machine(home)
    shutil.rmtree(home.file('library'))
    engine(other)
    with contextlib.closing(other.client()) as client:
        monitor = other.pid('availability')
        request = client.send('project.open', {'folder': other.file('moved')})
        os.kill(monitor, signal.SIGSTOP)  # the scan makes items that become those of the project later
        client.must('project.open', {'folder': other.file('moved')}, request=request)
        until(lambda: other.is_other('availability', monitor))
    until(lambda: other.ask('project.state')['missing'] == 0, what=lambda: (other.ask('project.state'), either(other)))
    until_sounding(other, wanted)
    same(wanted, music(kept(other)))
    assert not other.ask('project.state')['dirty']


@claim
def sounds_that_another_machine_knows_by_other_ids_keep_those_of_the_project(home):
    wanted = song_of_music(home)
    other = another_machine(home)
    shutil.move(home.file('library'), other.file('sounds'))
    engine(other)
    other.loophole('index', other.file('sounds'), '--wait')
    other.loophole('project', 'open', other.file('moved'))
    assert made(other) != wanted
    until_sounding(other, made(other))
    same(wanted, music(kept(other)))
    assert not other.ask('project.state')['dirty']
    for bpm, victim in ((99, ''), (98, 'project'), (97, 'audio')):
        if victim:
            other.kill(victim)
        other.ask('audio.set_tempo', f'bpm={bpm}')
        until(lambda: kept(other)['bpm'] == bpm, what=lambda: either(other))
        same((bpm, *wanted[1:]), music(kept(other)), victim)
    other.stop()
    other.check_store()


@claim
def without_an_open_project_nothing_is_kept(home):
    studio(home)
    make_music(home)
    until(lambda: home.has_lived('project'))
    assert 'project' not in sounding(home)
    same([], home.ask('project.list').get('each', []))
    home.loophole('project', 'state')  # makes the draft: it begins with what a person has set already
    until_kept(home, made(home))
    until_sounding(home, made(home))


# One change of each sort: the ask, its fields, how the part of the project shows it, and what it shows.
CHANGES = (
    ('audio.set_strip', {'strip': {'bus': 'sounds', 'gain': 0.125}}, lambda part: strip(part, 'sounds')['gain'], 0.125),
    ('audio.set_tempo', {'bpm': 143.5}, lambda part: part['bpm'], 143.5),
    ('audio.set_pads', {'each': [{'pad': 9, 'note': 40, 'mode': 'one_shot'}]},
     lambda part: [pad['note'] for pad in part['pads'] if pad['pad'] == 9], [40]),
    ('audio.set_pattern', {'pattern': {'metadata': {'name': 'newest'}, 'sequencer': {'tracks': [
        {'name': 'low', 'pattern': BARS}]}}}, lambda part: part['pattern']['metadata']['name'], 'newest'),
    ('audio.set_row', {'name': 'low', 'mute': True},
     lambda part: part['pattern']['sequencer']['tracks'][0]['mute'], True))


def until_answered_as_kept(home, ask, fields):
    """Asks until the answer does not say that the change is not kept; a busy machine may need another try."""
    with contextlib.closing(home.client()) as client:
        until(lambda: not client.must(ask, fields).get('unkept'), what=f'{ask} is answered as kept')


@claim
def a_change_that_is_acknowledged_is_there_after_a_power_cut_at_once(home):
    studio(home)
    home.loophole('project', 'new', 'Song')
    for ask, fields, look, wanted in CHANGES:
        processes = list(home.processes())
        until_answered_as_kept(home, ask, fields)
        cut_power(home, processes)
        engine(home)
        same(wanted, look(kept(home)), ask)
    home.stop()
    home.check_store()


@claim
def pads_and_rows_that_name_a_slot_are_kept_by_the_item_in_it(home):
    studio(home)
    home.loophole('project', 'new', 'Song')
    kick, hat = (home.ask('streamer.load_sound', 'id=' + item(home, name)) for name in ('kick', 'hat'))
    layer = {'sound': hat['sound'], 'low': 0.5}
    with contextlib.closing(home.client()) as client:
        client.must('audio.set_pads', {'each': [{'pad': 3, 'sound': kick['sound'], 'mode': 'one_shot', 'layers': [layer]}]})
        pattern = {'sequencer': {'tracks': [{'name': 'hat', 'pattern': BARS, 'sound': hat['sound']}]}}
        until(lambda: not client.must('audio.set_pattern', {'pattern': pattern}).get('unkept'))
    same({'hat': hat['id']}, rows(home.ask('audio.pattern')))
    home.loophole('pads', 'set', '3', 'note=40')  # the pad as the core has it, with its slot
    processes = list(home.processes())
    cut_power(home, processes)
    engine(home)
    until(lambda: rows(sounding(home)) == {'hat': hat['id']} and pads(sounding(home)) == {3: kick['id']})
    same([hat['id']], [layer['id'] for pad in sounding(home)['pads'] for layer in pad.get('layers', ())])
    same(2, home.ask('project.state')['items'])
    until_hit_sounds(home)


@claim
def what_is_set_with_the_fewest_fields_is_there_when_the_project_is_opened_again(home):
    """Also what an older version kept of it: an empty word."""
    studio(home)
    kick, hat = item(home, 'kick'), item(home, 'hat')
    with contextlib.closing(home.client()) as client:
        client.must('project.new', {'name': 'Other'})
        client.must('project.new', {'name': 'Song'})
        client.must('audio.set_pads', {'each': [{'pad': 0, 'id': kick}, {'pad': 1, 'id': hat, 'mode': ''},
                                                {'pad': 2, 'wave': 'saw'}, {'pad': 4, 'layers': [{'id': hat}]}]})
        client.must('audio.set_pattern', {'pattern': {'sequencer': {'tracks': [{'pattern': BARS}, {'pattern': BARS, 'id': hat}]}}})
        client.must('audio.set_strip', {'strip': {'bus': 'sounds'}})
        client.must('audio.set_limiter', {'ceiling': 0.5})
        client.must('audio.set_sync', {'source': 'none'})
        was = sounding(home)
        same(['one_shot'] * 4, [pad['mode'] for pad in was['pads']])
        for name in ('Other', 'Song'):
            client.must('project.open', {'project': name})

    def compared(one):
        pads = [pad for pad in one.get('pads', []) if pad['pad'] in (0, 1, 2, 4)]  # the others were emptied
        return {**{name: value for name, value in one.items() if name not in ('revision', 'serial', 'newest', 'sets')}, 'pads': pads}
    until(lambda: compared(sounding(home)) == compared(was), what=lambda: f'{compared(was)} is {compared(sounding(home))}')


@claim
def a_sound_that_is_no_item_is_not_kept_and_the_answer_says_so(home):
    studio(home)
    home.loophole('project', 'new', 'Song')
    noise(home.file('apart.wav'), frames=24000)
    slot = home.ask('streamer.load_sound', 'path=' + home.file('apart.wav'))['sound']
    with contextlib.closing(home.client()) as client:
        assert client.must('audio.set_pads', {'each': [{'pad': 3, 'sound': slot, 'mode': 'one_shot'}]})['unkept']
        pattern = {'sequencer': {'tracks': [{'name': 'hat', 'pattern': BARS, 'sound': slot}]}}
        assert client.must('audio.set_pattern', {'pattern': pattern})['unkept']
        home.loophole('project', 'close')
        until(lambda: sounding(home).get('keeper') == 'none')
        assert 'unkept' not in client.must('audio.set_pattern', {'pattern': pattern})
    until_hit_sounds(home)


@claim
def a_change_while_a_service_dies_is_kept_or_its_answer_says_that_it_is_not(home):
    studio(home)
    home.loophole('project', 'new', 'Song')
    for number, victim in enumerate(('project', 'persist', 'audio')):
        bpm = 140 + number
        processes = list(home.processes())
        with contextlib.closing(home.client()) as client:
            request = client.send('audio.set_tempo', {'bpm': bpm})
            os.kill(home.pid(victim), signal.SIGKILL)
            answer = client.must('audio.set_tempo', {'bpm': bpm}, request=request)
        if answer.get('unkept'):
            until(lambda: kept(home).get('bpm') == bpm)  # no client has to ask again while the engine lives
        cut_power(home, processes + list(home.processes()))
        engine(home)
        same(bpm, kept(home)['bpm'], victim)
    home.stop()


@claim
def an_answer_that_cannot_wait_says_that_the_change_is_not_kept(home):
    studio(home)
    home.loophole('project', 'new', 'Song')
    with contextlib.closing(home.client()) as client:
        def is_told():
            error, answer = client.ask('audio.set_tempo', {'bpm': 99}, budget_ms=200)
            return error == 'ok' and answer.get('unkept')
        until(is_told, what='an answer without time says so')
        until(lambda: not client.must('audio.set_tempo', {'bpm': 98}).get('unkept'))
        home.loophole('project', 'close')
        until(lambda: 'unkept' not in client.must('audio.set_tempo', {'bpm': 97}))
        until(lambda: sounding(home)['keeper'] == 'none')
        home.kill('audio')
        until(lambda: sounding(home).get('keeper') == 'none')
        assert 'unkept' not in client.must('audio.set_tempo', {'bpm': 96})


run_claims()
