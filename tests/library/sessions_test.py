#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Session files of other programs: read in the sandbox, resolved to items, kept up to date."""
import contextlib
import os
import shutil
import unicodedata

from tests.claims import claim, contains, lose_override, run_claims, same, until, write_file
from tests.library.indexing import up_without_watches, wav
from tests.library.session_files import FORMATS, ardour, hostile, hydrogen, live, reaper, write
from tests.drives.storage import Disks, Hung


@contextlib.contextmanager
def songs(home):
    """Two kicks of one name and other lengths, a snare, and a session of each program that uses a kick and the snare."""
    home.library = home.file('library')
    for number, name in enumerate(('kit/kick.wav', 'other/kick.wav', 'kit/snare.wav')):
        os.makedirs(os.path.dirname(f'{home.library}/{name}'), exist_ok=True)
        wav(f'{home.library}/{name}', 200 + 100 * number, 0.1 * (number + 1))
    for extension, make in FORMATS.items():
        up = 'kit' if extension == 'h2song' else '../kit'
        first = home.library + '/kit/kick.wav' if extension in ('ardour', 'rpp') else up + '/kick.wav'
        make(f'{home.library}/songs/{extension} song.{extension}',
             [('Kick in', first), ('Lead Vox', up + '/snare.wav'), ('x', '../lost.wav')])
    home.up()
    home.loophole('library', 'add', home.library, '--wait')
    yield home


def sessions(home):
    return {os.path.basename(one['path']): one for one in home.json('sessions')}


def paths(home, query):
    return sorted(os.path.relpath(one['path'], home.library) for one in home.json('search', query))


def since(home, item):
    """{context: since when it uses the item}."""
    return {use['name']: use['at'] for use in home.first('show', item)['used_in']}


@claim(inside=songs)
def sessions_of_five_programs_are_resolved(home):
    found = sessions(home)
    same({f'{extension} song.{extension}' for extension in FORMATS}, set(found))
    for extension in FORMATS:
        one = found[f'{extension} song.{extension}']
        same('', one['failure'], extension)
        same(['drums', 'vocal', ''], [reference['role'] for reference in one['references']], extension)
        assert [reference['state'] for reference in one['references']][:2] == [
            'absolute' if extension in ('ardour', 'rpp') else 'name' if extension == 'h2song' else 'relative',
            'name' if extension == 'h2song' else 'relative'], (extension, one['references'])
        same('none', one['references'][2]['state'], extension)
        same(['kit/kick.wav', 'kit/snare.wav'], paths(home, f'used:"{extension} song"'))
    same(['other/kick.wav'], paths(home, 'unused'))
    same({'Ardour 7.5.0', 'REAPER 6.80/linux-x86_64', 'LMMS 1.2.2', 'Hydrogen 1.2.3', 'Ableton Live 11.0'},
         {f'{one["program"]} {one["version"]}' for one in found.values()})
    contains(home.loophole('show', home.first('search', 'path:kit kick')['id']).out, 'used in          6 contexts')
    home.check_store()


@claim(inside=songs)
def a_name_with_several_items_is_listed_and_not_guessed(home):
    live(home.library + '/songs/old.als', [('Kick', 'Samples/gone/kick.wav')], version='9.7')
    size = os.path.getsize(home.library + '/other/kick.wav')
    live(home.library + '/songs/sized.als', [('Kick', 'Samples/gone/kick.wav')], version='12.1', size=size)
    live(home.library + '/songs/wrong.als', [('Kick', 'Samples/gone/snare.wav')], version='10.1', size=7)
    wav(home.library + '/kit/hat.aiff', 900, 0.2)
    for name, file in (('recoded', 'kit/hat.wav'), ('other recoded', 'gone/hat.wav'), ('no sound', 'kit/songs.wav')):
        live(f'{home.library}/songs/{name}.als', [('Hat', f'Samples/{file}')], version='12.1')
    home.loophole('library', 'rescan', '--wait')
    found = until(lambda: len(sessions(home)) == 12 and sessions(home))
    same(('several', 2), (lambda one: (one['state'], len(one['candidates'])))(found['old.als']['references'][0]))
    same('name', found['sized.als']['references'][0]['state'])
    same('none', found['wrong.als']['references'][0]['state'])
    same([('name', 0), ('several', 1), ('none', 0)],
         [(one['state'], len(one.get('candidates', []))) for name in ('recoded', 'other recoded', 'no sound')
          for one in found[f'{name}.als']['references']])
    same(['kit/hat.aiff'], paths(home, 'used:recoded'))
    same(['other/kick.wav'], paths(home, 'used:sized'))
    same([], paths(home, 'used:old'))


@claim(inside=songs)
def a_name_with_several_items_is_found_by_its_length(home):
    frames = home.ask('search.get', f'id={home.first("search", "path:other")["id"]}')['item']['media']['frames']
    ardour(home.library + '/songs/long.ardour', [('Kick', 'kick.wav')], frames)
    ardour(home.library + '/songs/longer.ardour', [('Kick', 'kick.wav')], frames + 1)
    home.loophole('library', 'rescan', '--wait')
    found = until(lambda: len(sessions(home)) == 8 and sessions(home))
    same(['name', 'none'], [found[name]['references'][0]['state'] for name in ('long.ardour', 'longer.ardour')])
    same(['other/kick.wav'], paths(home, 'used:long'))


@claim(inside=songs)
def all_shapes_of_live_are_resolved(home):
    """9 and 10 name the folders one by one, 11 and 12 have a path."""
    versions = ('9.7.7', '10.1.43', '11.3.13', '12.0.5')
    for version in versions:
        live(f'{home.library}/songs/live {version}.als', [('Bass', '../kit/kick.wav'), ('Lead', '../gone/hat.wav')], version)
    home.loophole('library', 'rescan', '--wait')
    found = until(lambda: len(sessions(home)) == 6 + len(versions) and sessions(home))
    for version in versions:
        one = found[f'live {version}.als']
        same(('Ableton Live', version, ''), (one['program'], one['version'], one['failure']))
        same([('relative', 'bass'), ('none', 'synth')], [(part['state'], part['role']) for part in one['references']])
        same(['kit/kick.wav'], paths(home, f'used:"live {version}"'))


@claim(inside=songs)
def a_path_of_the_user_library_is_absolute_and_a_kit_has_a_folder(home):
    """Two kicks have one name, so only the path tells which of them is meant."""
    for version in ('11.3.13', '12.0.5'):
        live(f'{home.library}/songs/live {version}.als', [('Bass', 'Samples/kick.wav')], version,
             absolute=f'{home.library}/other/kick.wav')
    hydrogen(f'{home.library}/songs/kit.h2song', [('Kick', 'My Kit/kick.wav')], folder=f'{home.library}/other')
    home.loophole('library', 'rescan', '--wait')
    for name in ('live 11.3.13', 'live 12.0.5', 'kit'):
        same(['other/kick.wav'], until(lambda name=name: paths(home, f'used:"{name}"')))
    same({'absolute'}, {one['state'] for name in ('live 11.3.13.als', 'kit.h2song')
                        for one in sessions(home)[name]['references']})


@claim(inside=songs)
def backups_that_a_program_makes_are_no_sessions(home):
    for path in ('songs/Backup/als song [2024-01-10 101010].als', 'songs/.als song.autosave.h2song', 'Autosave/als song.rpp'):
        live(f'{home.library}/{path}', [('Bass', f'{home.library}/kit/kick.wav')])
    live(f'{home.library}/Backup/mine/again.als', [('Bass', '../../kit/kick.wav')])
    home.loophole('library', 'rescan', '--wait')
    until(lambda: 'again.als' in sessions(home))
    same(7, len(sessions(home)))


@claim(inside=songs)
def a_song_that_is_renamed_stays_one_context_and_its_drums_sound_together(home):
    kick = home.first('search', 'path:kit kick')['id']
    reaper(home.library + '/songs/beat.rpp', [('Drums', '../kit/kick.wav'), ('Drums', '../kit/snare.wav')])
    home.loophole('library', 'rescan', '--wait')
    until(lambda: 'beat.rpp' in sessions(home))
    same(['in 7 of 7 contexts'], [one['why'] for one in home.json('search', f'after:{kick} snare')])
    same(['in 7 of 7 contexts'], [one['why'] for one in home.json('search', f'with:{kick} snare')])
    reaper(home.library + '/songs/beat.rpp', [('Drums', '../kit/snare.wav')])  # that it had the kick goes on to count
    home.loophole('library', 'rescan', '--wait')
    until(lambda: len(sessions(home)['beat.rpp']['references']) == 1)
    began = since(home, kick)
    for was, now in (('songs', 'album'), ('album', 'record')):
        home.stop()
        os.rename(f'{home.library}/{was}', f'{home.library}/{now}')
        home.up()
        until(lambda: {os.path.dirname(one['path']) for one in sessions(home).values()} == {f'{home.library}/{now}'})
    same(['in 7 of 7 contexts'], [one['why'] for one in home.json('search', f'after:{kick} snare')])
    same(began, since(home, kick))
    shutil.rmtree(home.library + '/record')
    home.loophole('library', 'rescan', '--wait')
    until(lambda: not sessions(home))
    same(['in 7 of 7 contexts'], [one['why'] for one in home.json('search', f'after:{kick} snare')])
    home.check_store()


@claim(inside=songs)
def a_sound_is_in_use_where_its_copy_is_and_under_the_name_that_a_mac_gives_it(home):
    os.makedirs(home.library + '/collected/Samples')
    shutil.copy(home.library + '/other/kick.wav', home.library + '/collected/Samples/kick.wav')
    wav(home.library + '/kit/größe.wav', 800, 0.4)
    for name in ('grosse', 'grösse', 'Мои', 'か'):
        wav(f'{home.library}/kit/{name}.wav', 850, 0.4)
    live(home.library + '/collected/collected.als', [('Kick', 'Samples/kick.wav')], version='12.1')
    names = [unicodedata.normalize('NFD', f'/Volumes/M/kit/{name}.wav') for name in ('größe', 'Мой', 'が')]
    reaper(home.library + '/songs/mac.rpp', [('Vox', name) for name in names])
    home.loophole('library', 'rescan', '--wait')
    until(lambda: {'collected.als', 'mac.rpp'} <= set(sessions(home)))
    original = home.library + '/other/kick.wav'
    same([('collected', True)], [(use['name'], use.get('copy')) for use in home.first('show', original)['used_in']])
    contains(home.loophole('show', original).out, 'used in          1 context: collected (a copy)')
    same(['kit/größe.wav'], paths(home, 'used:mac'))


@claim(inside=songs)
def a_session_is_a_context_and_no_item(home):
    same(3, len(home.json('search', '')))
    same([], paths(home, 'name:song'))
    kick, other = (home.first('search', f'path:{folder} kick')['id'] for folder in ('kit', 'other'))
    same({'session'}, {one['kind'] for one in home.first('show', kick)['used_in']})
    same(0, home.first('show', other)['contexts'])
    same(['other/kick.wav'], paths(home, 'unused:"als song"'))
    home.loophole('use', 'Album 3', other)
    same([], paths(home, 'unused'))
    same(['other/kick.wav'], paths(home, 'used:"Album 3"'))
    same(['kit/kick.wav', 'kit/snare.wav'], paths(home, 'unused:"Album 3"'))
    for one in home.json('sessions'):
        same({'id', 'library', 'path', 'program', 'version', 'size', 'mtime', 'failure', 'references', 'more'}, set(one))


@claim(inside=songs)
def sessions_follow_their_files(home):
    path = home.library + '/songs/rpp song.rpp'
    reaper(path, [('Bass', '../other/kick.wav')])
    until(lambda: paths(home, 'used:"rpp song"') == ['other/kick.wav'])
    same(['other/kick.wav'], paths(home, 'role:bass'))
    wav(home.library + '/lost.wav', 500, 0.5)
    until(lambda: 'lost.wav' in paths(home, 'used:"als song"'))
    os.remove(path)
    until(lambda: 'rpp song.rpp' not in sessions(home))
    same([], paths(home, 'used:"rpp song"'))
    shutil.move(home.library + '/songs/mmp song.mmp', home.library + '/songs/new name.mmp')
    until(lambda: {'new name.mmp'} <= set(sessions(home)) and 'mmp song.mmp' not in sessions(home))
    same(['kit/kick.wav', 'kit/snare.wav', 'lost.wav'], until(lambda: paths(home, 'used:"new name"')))
    wav(home.library + '/songs/sound.wav', 700)
    until(lambda: 'songs/sound.wav' in paths(home, ''))
    shutil.rmtree(home.library + '/songs')
    until(lambda: not sessions(home))


@contextlib.contextmanager
def songs_with_modes(home):
    lose_override()
    with songs(home) as inside:
        yield inside


@claim(inside=songs_with_modes)
def a_session_that_could_not_be_read_keeps_its_references_and_is_read_again(home):
    path, closed = home.library + '/songs/rpp song.rpp', home.file('closed')
    was = sessions(home)['rpp song.rpp']
    reaper(closed, [('Bass', '../other/kick.wav'), ('Lead', '../kit/snare.wav'), ('Keys', '../kit/snare.wav')])
    os.chmod(closed, 0)
    os.rename(closed, path)
    home.loophole('library', 'rescan', '--wait')
    found = until(lambda: (one := sessions(home)['rpp song.rpp'])['failure'] and one)
    contains(found['failure'], 'cannot be opened')
    same(was['references'], found['references'])
    same(['kit/kick.wav', 'kit/snare.wav'], paths(home, 'used:"rpp song"'))
    os.chmod(path, 0o644)
    home.loophole('library', 'rescan', '--wait')
    until(lambda: sessions(home)['rpp song.rpp']['failure'] == '')
    same(['kit/snare.wav', 'other/kick.wav'], until(lambda: 'other/kick.wav' in paths(home, 'used:"rpp song"') and paths(home, 'used:"rpp song"')))


@contextlib.contextmanager
def song_of_thirty(home, up=lambda home: home.up()):
    """A library of thirty sounds, and a session that uses one of them. A stopped service is not replaced."""
    home.settings('[supervisor]\nhang_ms = 300000\n')
    home.library = home.file('library')
    for number in range(30):
        wav(f'{home.library}/kit/{number}.wav', 200 + 10 * number, 0.02)
    reaper(home.library + '/songs/song.rpp', [('Bass', '../kit/1.wav')])
    up(home)
    home.loophole('library', 'add', home.library, '--wait')
    until(lambda: paths(home, 'used:song') == ['kit/1.wav'])
    yield home


def uses(home):
    return [(one['id'], one['at']) for one in home.first('show', home.first('search', 'used:song')['id'])['used_in']]


def lose_songs(home, to):
    """The folder of the session goes away while a question about missing files is open, and is scanned alone."""
    until(lambda: home.client().must('indexer.libraries').get('asks'))
    os.rename(home.library + '/songs', to)
    home.loophole('library', 'rescan', home.library + '/songs', '--wait')
    home.loophole('library', 'rescan', '--wait')


@claim(inside=song_of_thirty)
def a_session_outlives_a_scan_that_takes_the_volume_as_away(home):
    was, session = uses(home), sessions(home)['song.rpp']
    os.rename(home.library + '/kit', home.file('away kit'))
    lose_songs(home, home.file('away songs'))
    until(lambda: len(home.json('search', '--limit', '50', 'is:external_offline')) == 30)
    same({'song.rpp': session}, sessions(home))
    same(29, len(home.json('search', '--limit', '50', 'unused')))
    os.rename(home.file('away songs'), home.library + '/songs')  # first: without it, a scan in between ends the session
    os.rename(home.file('away kit'), home.library + '/kit')
    home.loophole('library', 'rescan', '--wait')
    until(lambda: len(home.json('search', '--limit', '50', 'is:local')) == 30)
    same({'song.rpp': session}, sessions(home))
    same(was, uses(home))


@claim(inside=song_of_thirty)
def a_session_outlives_a_question_about_missing_files_until_a_person_answers(home):
    was = uses(home)
    os.mkdir(home.file('away'))
    with home.paused('indexer'):  # one scan finds all of them
        for number in range(12, 24):
            os.rename(f'{home.library}/kit/{number}.wav', home.file('away', f'{number}.wav'))
    lose_songs(home, home.file('away songs'))
    same(was, uses(home))
    same({'song.rpp'}, set(sessions(home)))
    home.loophole('library', 'rescan', '--accept-missing', '--wait')
    until(lambda: len(home.json('search', 'is:missing')) == 12)
    until(lambda: not sessions(home))
    same([], paths(home, 'used:song'))


def song_without_watches(home):
    return song_of_thirty(home, lambda home: up_without_watches(home, 0))


@claim(inside=song_without_watches)
def a_scan_of_a_folder_ends_no_session_elsewhere(home):
    was, session, other = uses(home), sessions(home), home.library + '/other'
    os.mkdir(other)
    os.mkdir(home.file('away'))
    for number in range(12, 24):
        os.rename(f'{home.library}/kit/{number}.wav', home.file('away', f'{number}.wav'))
    os.rename(home.library + '/songs', home.file('away songs'))
    for folder in (other, home.library + '/songs', home.library):
        home.loophole('library', 'rescan', folder, '--wait')
        same((session, was), (sessions(home), uses(home)), folder)
    same(13, home.client().must('indexer.libraries')['asks'][0]['missing'])
    os.rename(home.file('away songs'), home.library + '/songs')
    for number in range(12, 24):
        os.rename(home.file('away', f'{number}.wav'), f'{home.library}/kit/{number}.wav')
    home.loophole('library', 'rescan', '--wait')
    same((session, was), (sessions(home), uses(home)))
    shutil.rmtree(home.library + '/songs')
    home.client().must('indexer.rescan', {'path': home.library.encode(), 'shallow': True})
    until(lambda: not sessions(home))


@contextlib.contextmanager
def twenty_songs(home):
    """A library of sessions without media."""
    home.library = home.file('library')
    for number in range(20):
        reaper(f'{home.library}/songs/{number}.rpp', [('Bass', f'../kit/{number}.wav')])
    home.up()
    home.loophole('library', 'add', home.library, '--wait')
    until(lambda: len(sessions(home)) == 20)
    yield home


def asked(home):
    return [(one['missing'], one['of']) for one in home.client().must('indexer.libraries').get('asks', [])]


@claim(inside=twenty_songs)
def many_sessions_outlive_an_empty_folder_in_the_place_of_theirs_until_a_person_answers(home):
    were = sessions(home)
    os.rename(home.library, home.file('away'))
    os.mkdir(home.library)
    home.loophole('library', 'rescan', '--wait')
    same(([(20, 20)], were), (asked(home), sessions(home)))
    os.rmdir(home.library)
    os.rename(home.file('away'), home.library)
    home.loophole('library', 'rescan', '--wait')
    same(([], were), (asked(home), sessions(home)))
    os.rename(home.library + '/songs', home.file('away songs'))  # all at once: no scan sees some of them gone
    home.loophole('library', 'rescan', '--wait')
    same(([(20, 20)], were), (asked(home), sessions(home)))
    home.loophole('library', 'rescan', '--accept-missing', '--wait')
    until(lambda: not sessions(home))
    same([], asked(home))


@claim(inside=twenty_songs)
def sessions_that_moved_raise_no_question(home):
    were = sessions(home)
    os.rename(home.library + '/songs', home.library + '/album')
    home.loophole('library', 'rescan', '--wait')
    until(lambda: {os.path.dirname(one['path']) for one in sessions(home).values()} == {home.library + '/album'})
    same(([], set(were)), (asked(home), set(sessions(home))))


@claim(inside=Disks)
def a_session_outlives_a_scan_during_which_its_folder_is_renamed(it):
    """The scan has listed the folder, and waits for a file below it while the folder goes. Only scans look at a text."""
    with Hung(it, 'held') as hung:
        library, home = hung.at + '/library', it.home
        wav(hung.under + '/library/album/takes/1.wav', 300)
        write_file(hung.under + '/library/album/takes/list.txt', 'a text')
        wav(hung.under + '/library/album/songs/2.wav', 400)
        reaper(hung.under + '/library/album/songs/song.rpp', [('Bass', '../takes/1.wav')])
        it.add(library)
        was, session = until(lambda: home.json('search', 'used:song') and (uses(home), sessions(home)))
        for folder in ('/library', '/library/album'):
            hung.fail(0, '/takes/list')
            it.must('rescan', library)
            until(hung.waits)
            os.rename(hung.under + folder, hung.under + '/renamed')
            hung.heal()
            until(lambda: not hung.waits())
            it.idle()
            same(session, sessions(home), folder)
            os.rename(hung.under + '/renamed', hung.under + folder)
            it.rescan(library)
            it.becomes(library, 'local:done=2')
            same((session, was), (sessions(home), uses(home)), folder)


@claim(inside=songs)
def hostile_sessions_are_refused_and_drop_no_other(home):
    files = hostile(home.library + '/hostile')
    write(home.library + '/hostile/good.rpp', '<REAPER_PROJECT 0.1 "7"\n<TRACK\nNAME Sub\nFILE ../kit/kick.wav\n>\n>\n')
    home.loophole('library', 'rescan', '--wait')
    found = until(lambda: len(sessions(home)) == len(files) + 1 + len(FORMATS) and sessions(home))
    for path, why in files.items():
        failure = found[os.path.basename(path)]['failure']
        assert (failure == '') if why is None else (failure and why in failure), (path, failure)
    same(2100, len(found['wide.rpp']['references']) + found['wide.rpp']['more'])
    same((2048, 2000000 - 2048), (len(found['many.rpp']['references']), found['many.rpp']['more']))
    same(2000, len(found['regions.ardour']['references']))
    same(['kit/kick.wav'], paths(home, 'used:good'))
    same(['kit/kick.wav', 'kit/snare.wav'], paths(home, 'used:"als song"'))
    contains(home.loophole('sessions').out, 'nested too deep')
    home.check_store()


if __name__ == '__main__':
    run_claims()
