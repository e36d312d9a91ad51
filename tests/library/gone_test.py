#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Files that are missing or truncated: the question before very many are marked, the marks, and the counts."""
import contextlib
import glob
import os
import shutil
import subprocess
import time

from tests.claims import claim, contains, how_often, printed_in, run_claims, same, skip, until, write_file
from tests.library.indexing import Indexing, wav
from tests.drives.storage import Disks, Hung
from tests.studio import Studio


def tones(home):
    """An engine with 40 files in two folders."""
    home.music = home.file('music')
    for number in range(10, 30):
        wav(f'{home.music}/a/tone{number}.wav', number * 40)
        wav(f'{home.music}/b/buzz{number}.wav', number * 40 + 7)
    home.answer = ('library', 'rescan', home.music, '--accept-missing')
    home.up()
    home.loophole('index', home.music, '--wait')


def asked(home):
    return home.first('library', 'list').get('asks', {}).get('missing')


def until_asked_about(home, count):
    """Waits until the question is about this number of files; None: until there is no question."""
    until(lambda: asked(home) == count, what=f'{count} are asked about')


def until_found(home, query, count):
    until(lambda: total(home, query) == count, what=f'{query} finds {count}')


def total(home, query):
    return home.ask('search.query', 'query=' + query, 'limit=0').get('total', 0)


def take_away(home):
    """Moves half of the files away and waits for the question."""
    os.rename(home.music + '/a', home.file('away'))
    until_asked_about(home, 20)


def bring_back(home):
    os.rename(home.file('away'), home.music + '/a')
    until_asked_about(home, None)
    until_found(home, 'is:missing', 0)


@claim(shares=tones)
def the_question_about_many_missing_files_is_in_every_list(home):
    command = 'loophole ' + ' '.join(home.answer)
    said = home.file('asks')
    events = home.start_into(said, 'loophole', 'events', 'indexer', '--json')
    until(lambda: home.loophole('library', 'rescan') and printed_in(said), what='it listens')
    take_away(home)
    listed = home.loophole('library', 'list').out
    contains(listed, f'20 of 40 files in {home.music} are not found')
    contains(listed, command)
    contains(listed, 'None is marked missing before you answer')
    contains(home.loophole('summary').all, command)
    contains(home.loophole('search', 'is:missing').all, command)
    # both ask the indexer with a small budget, which a busy machine may use up
    until(lambda: f'20 of 40 files of {home.music} are gone' in home.loophole('status').all)
    until(lambda: '-> ' + command in home.loophole('doctor', code=None).all)
    until(lambda: '"missing":20' in printed_in(said))
    events.terminate()
    events.wait(600)
    same(0, total(home, 'is:missing'))
    bring_back(home)


@claim(shares=tones)
def the_question_survives_a_kill_of_the_indexer(home):
    take_away(home)
    home.kill('indexer')
    until_asked_about(home, 20)
    bring_back(home)


@claim(shares=tones)
def the_question_goes_when_the_files_return(home):
    take_away(home)
    os.rename(home.file('away') + '/tone10.wav', home.file('tone10.wav'))
    os.rename(home.file('away'), home.music + '/a')
    until_asked_about(home, None)
    os.rename(home.file('tone10.wav'), home.music + '/a/tone10.wav')
    until_found(home, 'is:missing', 0)
    assert ' '.join(home.answer) not in home.loophole('doctor', code=None).all
    assert 'are gone' not in home.loophole('status').all


@claim(shares=tones)
def over_half_are_offline_and_the_question_says_so(home):
    most = home.file('most')
    os.mkdir(most)
    home.down()  # one scan finds all of them
    for gone in [home.music + '/a', *glob.glob(home.music + '/b/buzz1*.wav')]:
        shutil.move(gone, most)
    home.up()
    until_asked_about(home, 30)
    until_found(home, 'is:offline', 30)
    contains(home.loophole('library', 'list').out, 'That is over half: they are marked offline')
    contains(home.loophole('doctor', code=None).all, f'30 of 40 files of {home.music} are gone and marked offline')
    for back in glob.glob(most + '/buzz*'):
        shutil.move(back, home.music + '/b')
    os.rename(most + '/a', home.music + '/a')
    until_asked_about(home, None)
    until_found(home, 'is:offline', 0)


def some(top):
    """Three files of one folder, and twelve of the other."""
    return [f'{top}/a/tone{number}.wav' for number in range(10, 13)] + [f'{top}/b/buzz{number}.wav' for number in range(10, 22)]


def move_some(old, new):
    for before, after in zip(some(old), some(new)):
        os.makedirs(os.path.dirname(after), exist_ok=True)
        os.rename(before, after)


def take_some(home):
    """Moves some files away while the engine is down, and waits for the question."""
    home.down()
    move_some(home.music, home.file('some'))
    home.up()
    until_asked_about(home, 15)


def bring_some_back(home):
    move_some(home.file('some'), home.music)
    home.loophole('library', 'rescan', home.music, '--wait')
    until_asked_about(home, None)
    until_found(home, 'is:missing', 0)


@claim(shares=tones)
def a_scan_of_some_folders_marks_nothing_that_a_question_is_about(home):
    take_some(home)
    for folder in ('/a', ''):
        home.loophole('library', 'rescan', home.music + folder, '--wait')
        same((15, 0), (asked(home), total(home, 'is:missing')))
    bring_some_back(home)


@claim(shares=tones)
def an_answer_about_a_folder_is_none_about_the_library(home):
    take_some(home)
    home.kill('indexer')  # its successor wants to scan the whole library
    for _ in range(2):
        home.loophole('library', 'rescan', home.music + '/a', '--accept-missing', '--wait')
        home.loophole('library', 'rescan', home.music, '--wait')
    until_found(home, 'is:missing tone', 3)
    same((12, 0), (asked(home), total(home, 'is:missing buzz')))
    bring_some_back(home)


@claim(shares=tones)
def an_answer_about_a_folder_is_none_about_another_that_waits_for_its_scan(home):
    take_some(home)
    client = home.client()
    asks = [client.send('indexer.rescan', dict(path=path.encode(), **more)) for path, more in (
        (home.music, {}), (home.music + '/b', {}), (home.music + '/a', {'accept_missing': True}))]
    for ask in asks:
        same('ok', client.take('indexer', 60000)[1], ask)
    home.loophole('library', 'rescan', home.music, '--wait')
    until_found(home, 'is:missing tone', 3)
    same((12, 0), (asked(home), total(home, 'is:missing buzz')))
    bring_some_back(home)


@contextlib.contextmanager
def deep_tones(home):
    """Eight files and twice five more in folders below `a` and `b`: such a folder goes at once."""
    for folder, count in (('a/eight', 8), ('b/five', 5), ('a/five', 5)):
        for number in range(count):
            wav(f'{home.file("music")}/{folder}/{number}.wav', 2000 + 50 * number + len(folder))
    tones(home)
    yield home


@claim(inside=deep_tones)
def an_answer_about_a_folder_leaves_the_count_of_what_vanished_elsewhere(home):
    os.rename(home.music + '/a/eight', home.file('eight'))
    until_found(home, 'is:missing', 8)
    os.rename(home.music + '/b/five', home.file('five'))
    until_asked_about(home, 5)
    home.loophole('library', 'rescan', home.music + '/b', '--accept-missing')
    until_found(home, 'is:missing', 13)
    until_asked_about(home, None)
    os.rename(home.music + '/a/five', home.file('five more'))
    home.loophole('library', 'rescan', home.music, '--wait')
    same((5, 13), (asked(home), total(home, 'is:missing')))


@claim(shares=tones)
def a_question_stays_open_while_the_library_is_away(home):
    take_away(home)
    os.rename(home.music, home.file('away music'))
    until_found(home, 'is:offline', 40)
    home.loophole('library', 'rescan', home.music, '--wait')
    same(20, asked(home))
    os.rename(home.file('away music'), home.music)
    bring_back(home)


@claim(shares=tones)
def after_the_answer_the_question_goes_and_the_missing_items_are_marked_in_every_list(home):
    take_away(home)
    home.loophole(*home.answer)
    until_found(home, 'is:missing', 20)
    until_asked_about(home, None)
    contains(home.loophole('summary').all, 'missing  20')
    same(20, sum(line.endswith(' missing') for line in home.loophole('search', 'tone', '--limit', '100').out.splitlines()))
    found = home.first('search', 'tone', '--limit', '1')
    same('missing', found['availability'])
    assert found['missing_since_us'] > 0
    contains(home.loophole('similar', found['id'], '--limit', '10').all, ' missing')
    contains(home.loophole('map').all, '20 of them missing')
    same(20, home.loophole('map', '--json').out.count('"missing":true'))
    bring_back(home)


@claim(shares=tones)
def an_item_whose_folder_is_gone_is_still_named_by_its_path(home):
    deep = home.music + '/c/d/deep.wav'
    os.makedirs(os.path.dirname(deep))
    shutil.copy(home.music + '/b/buzz12.wav', deep)
    home.loophole('index', home.music, '--wait')
    item = home.first('show', deep)['id']
    shutil.rmtree(home.music + '/c')
    same(item, home.first('show', deep)['id'])
    home.folder = home.music
    same(item, home.first('show', './c/d/deep.wav')['id'])
    home.folder = None
    home.loophole('tag', deep, '+kept')
    contains(home.refused('show', home.music + '/c/d/other.wav'), 'no media item')
    contains(home.refused('show', home.music + '/c/../b/other.wav'), 'neither an id nor a path')


def folders(home):
    """An engine with 24 folders of 10 files."""
    home.music = home.file('many')
    sound = wav(home.file('sound.wav'), 440)
    for folder in range(24):
        os.makedirs(f'{home.music}/{folder:02}')
        for number in range(10):
            shutil.copy(sound, f'{home.music}/{folder:02}/{number}.wav'.encode())
    home.up()
    home.loophole('index', home.music, '--wait')


def remove(home, number):
    """Takes a folder out of the library in one moment."""
    os.rename(f'{home.music}/{number:02}', home.file(f'out{number}'))


@claim
def files_that_vanish_a_few_at_a_time_count_together(home):
    folders(home)
    remove(home, 0)
    until_found(home, 'is:missing', 10)
    home.kill('indexer')
    until(lambda: home.has_lived('indexer'))
    remove(home, 1)
    until(lambda: asked(home) == 10 or total(home, 'is:missing') > 10)
    same((10, 10), (asked(home), total(home, 'is:missing')))
    home.loophole('library', 'rescan', home.music)
    home.run('rm', '-rf', *(f'{home.music}/{number:02}' for number in range(2, 12)))
    until(lambda: (asked(home) or 0) + total(home, 'is:missing') == 120)
    assert total(home, 'is:missing') <= 12, total(home, 'is:missing')  # 5 % of 240
    same(240, total(home, ''))
    home.loophole('library', 'rescan', home.music, '--accept-missing')
    until_found(home, 'is:missing', 120)
    until_asked_about(home, None)
    remove(home, 12)  # what a person accepted does not count any more
    until(lambda: asked(home) or total(home, 'is:missing') > 120)
    until_found(home, 'is:missing', 130)
    same((None, 240), (asked(home), total(home, '')))


def sox(home, path, *how):
    home.run('sox', '-V1', '-D', '-n', '-r', '44100', '-b', '16', path, 'synth', *how)


@claim(shares=tones)
def a_wav_that_its_recorder_did_not_close_is_whole_found_and_sent(home):
    folder, path = home.file('crashed'), home.file('crashed', 'crashed.wav')
    os.mkdir(folder)
    sox(home, path, '2', 'sine', '330')
    with open(path, 'r+b') as file:
        file.seek(4)
        file.write(b'\0\0\0\0')
        file.seek(40)
        file.write(b'\0\0\0\0')
    home.loophole('index', folder, '--wait')
    until_found(home, 'is:unclosed', 1)
    same(2.0, home.first('show', path)['duration_s'])
    contains(home.loophole('show', path).all, 'its recorder did not close it')
    home.loophole('send', path, home.file('card'))
    assert os.path.getsize(home.file('card', 'crashed.wav')) > 176400


@claim(shares=tones)
def a_file_that_is_cut_short_is_found_counted_and_named(home):
    """A copy of a known file is recognised by its content and not decoded; a touched file is hashed again."""
    cut = home.file('cut')
    whole, short = cut + '/whole.flac', cut + '/short.wav'
    os.mkdir(cut)
    sox(home, whole, '5', 'pinknoise')
    sox(home, short, '2', 'brownnoise')
    os.truncate(whole, os.path.getsize(whole) // 3)
    os.truncate(short, 100000)
    home.loophole('index', cut, '--wait')
    until_found(home, 'is:truncated', 2)
    summary = home.loophole('summary').all
    contains(summary, 'truncated 2')
    contains(summary, whole + ': ')
    contains(home.loophole('show', whole).all, 'of 220500 frames')
    shutil.copyfile(whole, cut + '/copy.flac')
    until_found(home, 'is:truncated', 3)
    os.utime(whole)
    os.utime(short)
    home.loophole('index', cut, '--wait')
    until_found(home, 'is:truncated', 3)
    sox(home, short, '2', 'brownnoise')
    until_found(home, 'is:truncated', 2)


def is_here(it, path):
    return [item[0] in ('local', 'external_online') for item in it.items() if item[3].endswith(os.fsencode(path))]


class Bare(Indexing):
    """Without autosaves, which would make the folder of a project that was never saved."""
    settings = Indexing.settings + '[project]\nautosave = no\n'


@claim(inside=Bare)
def a_library_and_the_media_of_a_project_go_and_come_with_a_folder_above_them_that_is_renamed(it):
    mine = Studio(it.home, 'Above')
    wav(it.folder('disk', 'packs', 'lib', 'tone.wav'), 440)
    wav(os.path.join(mine.folder, 'Media', 'Audio', 'verse.wav'), 550)
    it.add(it.folder('disk', 'packs', 'lib'))
    it.add(os.path.join(mine.folder, 'Media', 'Audio'), project=mine.id)
    until(lambda: is_here(it, 'tone.wav') == is_here(it, 'verse.wav') == [True])
    for sound, folder in (('tone.wav', it.folder('disk')), ('tone.wav', it.folder('disk', 'packs')), ('verse.wav', mine.folder)):
        for _ in range(2):
            os.rename(folder, folder + ' away')
            until(lambda: is_here(it, sound) != [True])
            os.rename(folder + ' away', folder)
            until(lambda: is_here(it, sound) == [True])


def until_counted(it, files):
    """The row of a library is written after those of its items."""
    until(lambda: [one['files'] for one in it.home.json('library', 'list')] == [files], what=f'{files} files are counted')


@claim(inside=Indexing)
def a_folder_that_leaves_and_returns_brings_back_all_below_it(it):
    music, away = it.folder('music'), it.folder('away')
    for number, name in enumerate(('stays', 'kit/a', 'kit/sub/b', 'kit/sub/deep/c')):
        wav(f'{music}/{name}.wav', 400 + 10 * number)
    it.add(music)
    it.becomes(music, 'local:done=4')
    until_counted(it, 4)
    for name in ('kit', 'other name'):
        os.rename(music + '/kit', away)
        it.becomes(music, 'local:done=1 missing:done=3')
        until_counted(it, 1)
        os.rename(away, f'{music}/{name}')
        it.becomes(music, 'local:done=4')
        until_counted(it, 4)
    wav(music + '/other name/sub/later.wav', 500)  # its folder is watched
    it.becomes(music, 'local:done=5')
    until_counted(it, 5)


@claim(inside=Disks)
def a_name_that_changes_only_its_case_where_case_is_ignored_keeps_its_item(it):
    """Another computer renames the files, and the disk numbers them anew."""
    names = {'Kick.wav': 'kick.wav', 'Kick copy.wav': 'KICK COPY.wav', 'Pack/Snare.wav': 'pack/Snare.wav', 'stays.wav': ''}
    with Hung(it, 'stick', 'any-case') as stick:
        write_file(stick.under + '/.loophole-volume', 'stick\n')
        for number, name in enumerate(names):
            wav(f'{stick.under}/kit/{name}', 400 + 10 * number)
        shutil.copyfile(f'{stick.under}/kit/Kick.wav', f'{stick.under}/kit/Kick copy.wav')
        it.add(stick.at + '/kit')
        it.becomes(stick.at, 'external_online:done=4')
        ids = [it.id_of(f'{stick.at}/kit/{name}') for name in names]
        os.mkdir(stick.under + '/kit/pack')
        for old, new in list(names.items())[:3]:
            shutil.copy2(f'{stick.under}/kit/{old}', f'{stick.under}/kit/{new}')
            os.unlink(f'{stick.under}/kit/{old}')
        os.rmdir(stick.under + '/kit/Pack')
        assert os.path.samefile(stick.at + '/kit/Kick.wav', stick.at + '/kit/kick.wav')
        it.rescan(stick.at + '/kit')
        for id, (old, new) in zip(ids, names.items()):
            it.until_it_is(id, f'{stick.at}/kit/{new or old}')
        it.becomes(stick.at, 'external_online:done=4')
        shutil.copyfile(stick.under + '/kit/stays.wav', stick.under + '/kit/again.wav')
        it.rescan(stick.at + '/kit')
        it.becomes(stick.at, 'external_online:done=5')
        same(ids[3], it.id_of(stick.at + '/kit/stays.wav'))


@claim
def half_of_a_library_that_is_removed_during_a_scan_loses_no_record(home):
    with Indexing(home) as it:
        for number in range(300):
            wav(f'{it.folder("music")}/{number % 10}/{number}.wav', 300 + 7 * number, 0.02)
        it.add(it.folder('music'))
        it.becomes(it.folder('music'), 'local:done=300')
        ids = sorted(item[2] for item in it.items())
        for round in range(how_often(3, 20)):
            it.must('rescan', it.folder('music'))
            for number in range(5):
                os.rename(f'{it.folder("music")}/{number}', f'{it.folder("away")}{number}')
            it.idle()
            it.rescan(it.folder('music'))
            same(ids, sorted(item[2] for item in it.items()), f'in round {round}')
            same([], it.home.json('search', 'is:missing', '--limit', '1'))  # so many are asked about, or offline
            for number in range(5):
                os.rename(f'{it.folder("away")}{number}', f'{it.folder("music")}/{number}')
            it.rescan(it.folder('music'))
            it.becomes(it.folder('music'), 'local:done=300')
            same(ids, sorted(item[2] for item in it.items()))


def swap(one, other):
    os.rename(one, one + '.aside')
    os.rename(other, one)
    time.sleep(0.02)  # the change times of two files differ, as those of files that a person moves
    os.rename(one + '.aside', other)


def change_times(*paths):
    return {os.stat(path).st_ctime_ns for path in paths}


def change_together(*paths):
    """The change times of the files become equal. A kernel may give a file an exact time if its last one was read, but
    only once: the second change then has the time of the clock's tick, as that of the other files."""
    for _ in range(1000):
        for path in paths * 2:
            os.utime(path, (1500000000, 1500000000))
        if len(change_times(*paths)) == 1:
            return
    skip('this file system has a change time of its own for each file')


@claim(inside=Indexing)
def folders_and_libraries_whose_files_have_equal_times_keep_their_items(it):
    """A folder that is renamed leaves the change times of its files. So only the inodes say which file is which."""
    one, other = it.folder('one'), it.folder('other')
    folders = (one, other, one + '/in', one + '/beside')
    for number, folder in enumerate(folders):
        wav(f'{folder}/a.wav', 1000 + 300 * number)
    paths = [f'{folder}/a.wav' for folder in folders]
    change_together(*paths)
    for folder in (one, other):
        it.add(folder)
    it.becomes('', 'local:done=4')
    ids = [it.id_of(path) for path in paths]

    def are_at(*order):
        it.home.loophole('library', 'rescan', '--wait', code=None)
        return [it.id_of(path) for path in paths] == [ids[n] for n in order]

    it.home.stop()
    time.sleep(1.5)  # the files are no longer new
    swap(one + '/in', one + '/beside')
    it.home.up()
    until(lambda: are_at(0, 1, 3, 2), what='folders of a library')
    it.becomes('', 'local:done=4')
    it.home.stop()
    swap(one, other)
    for folder in ('in', 'beside'):
        os.rename(f'{other}/{folder}', f'{one}/{folder}')
    it.home.up()
    until(lambda: are_at(1, 0, 3, 2), what='whole libraries')
    it.becomes('', 'local:done=4')
    same(1, len(change_times(*paths)))


@claim(inside=Indexing)
def sounds_that_exchange_places_between_two_libraries_keep_their_items(it):
    """Names, sizes and times are equal, so only the files themselves say which is which. A file that is saved again, as
    programs do it, is still the item of its place."""
    one, other = it.folder('one'), it.folder('other')
    for number, folder in enumerate((one, other)):
        for name in 'ab':
            path = f'{folder}/{name}.wav'
            wav(path, 1000 + 300 * number + (50 if name == 'b' else 0))
            os.utime(path, (1500000000, 1500000000))
        it.add(folder)
    it.becomes('', 'local:done=4')
    if subprocess.run(['stat', '-c', '%W', one + '/a.wav'], capture_output=True, check=True).stdout.strip() in (b'0', b'-'):
        skip('this file system does not say when a file was made')
    paths = [f'{folder}/{name}.wav' for folder in (one, other) for name in 'ab']
    ids = [it.id_of(path) for path in paths]
    time.sleep(1.5)  # the files are no longer new
    swap(paths[0], paths[2])
    until(lambda: [it.id_of(path) for path in paths] == [ids[2], ids[1], ids[0], ids[3]], what='files of two libraries')
    it.idle()
    it.home.stop()
    swap(one, other)
    it.home.up()
    until(lambda: [it.id_of(path) for path in paths] == [ids[0], ids[3], ids[2], ids[1]], what='whole libraries')
    it.idle()
    wav(one + '/new.part', 4000)
    os.rename(one + '/new.part', paths[0])
    until(lambda: it.home.first('show', paths[0])['analysis'] == 'done' and it.idle() is None)
    same(ids[0], it.id_of(paths[0]))
    it.becomes('', 'local:done=4')


run_claims()
