#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Files of clouds: catalogued by name and size, read by a fetch alone, analysed when they are here."""
import json
import os
import shutil
import subprocess

from tests.claims import claim, contains, how_often, run_claims, same, skip, until, write_file
from tests.client import new_id
from tests.library.indexing import Indexing, wav
from tests.sounding import engine
from tests.drives.storage import Cloud, Disks, Hung


class Sounding(Indexing):
    def __enter__(self):
        engine(self.home, self.settings)
        self.client = self.home.client()
        return self


@claim(inside=Sounding)
def play_and_preview_do_not_fetch_but_say_how(it):
    with Cloud(it, 'silent', 'rclone') as cloud:
        cloud.put('a.wav')
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=1')
        id = it.id_of(cloud.at + '/a.wav')
        for command in (['play', id], ['preview', id], ['play', cloud.at + '/a.wav']):
            contains(it.home.loophole(*command, code=18).err, f'loophole fetch {id}')
        same([], cloud.log())
        it.home.loophole('fetch', id, '--wait')
        it.home.loophole('preview', id)


@claim(inside=Sounding)
def a_file_that_went_back_to_its_cloud_is_not_fetched_by_a_play(it):
    with Cloud(it, 'back', 'rclone') as cloud:
        cloud.put('a.wav', 'b.wav', 'c.wav')
        it.add(cloud.at)
        it.home.loophole('fetch', 'is:remote', '--all', '--wait')
        it.becomes(cloud.at, 'local:done=3')
        for name, command in (('a', 'play'), ('b', 'preview'), ('c', 'load')):
            id = it.id_of(f'{cloud.at}/{name}.wav')
            cloud.send_back(name + '.wav')
            before = cloud.log()
            said = it.home.loophole(*((command, id) if command != 'load' else
                                      ('ask', 'streamer.load_sound', 'id=' + id)), code=None)
            assert said.code, said.out
            contains(said.all, 'only online')
            contains(said.all, f'loophole fetch {id}')
            until(lambda: it.home.first('show', id)['availability'] == 'remote_offline')
            same(before, cloud.log())
        it.home.loophole('fetch', 'is:remote', '--all', '--wait')
        it.home.loophole('preview', id)


class Clouds(Indexing):
    settings = '[indexer]\ndeadline_s = 20\n[availability]\nfetch_patience_s = 2\n'

    def fetches(self):
        return {one['name']: one for one in self.home.json('fetches')}

    def task(self):
        return next((one for one in self.home.json('tasks') if 'etching' in one['label']), None)

    def declare(self, at, *more):
        self.add(at)
        self.home.loophole('library', 'set', at, 'backend=cloud', *more)
        self.idle()


@claim(inside=Clouds)
def a_file_of_a_cloud_is_read_by_a_fetch_alone_and_analysed_then(it):
    with Cloud(it, 'drive', 'rclone') as cloud:
        cloud.put('kit/a.wav', 'kit/b.wav', 'songs/c.wav')
        shutil.copy(cloud.under + '/kit/a.wav', cloud.under + '/kit/without extension')  # elsewhere its content is looked at
        write_file(cloud.under + '/songs/night.rpp', '<REAPER_PROJECT 0.1 "6.80"\n>\n')
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=3')
        id = it.id_of(cloud.at + '/kit/a.wav')
        shown = it.home.first('show', id)
        same(os.path.getsize(cloud.under + '/kit/a.wav'), shown['size'])
        same('cloud', shown['storage']['backend'])
        it.home.loophole('similar', id, code=None)
        contains(it.home.loophole('similar', cloud.at + '/kit/b.wav', code=18).err, 'loophole fetch')
        it.rescan(cloud.at)
        same([], cloud.log())

        said = it.home.loophole('fetch', id, '--wait', '--json').out
        same(1, json.loads(said.splitlines()[0])['items'])
        it.becomes(cloud.at, 'local:done=1 remote_offline:waiting=2')
        size = os.path.getsize(cloud.under + '/kit/a.wav')
        same(size, cloud.bytes_by()['loophole-fetch'])
        others = {entry[4] for entry in cloud.log() if entry[2] != 'loophole-fetch'}
        assert others <= {'/kit/a.wav'}, others
        same(['/kit/a.wav'], sorted({entry[4] for entry in cloud.log()}))
        same(None, it.task())
        same({}, it.fetches())


@claim(inside=Clouds)
def a_library_is_a_cloud_when_a_person_or_the_setting_says_so(it):
    with Cloud(it, 'Dropbox') as cloud, Cloud(it, 'Plain') as plain:
        cloud.put('a.wav')
        plain.put('b.wav')
        it.home.stop()
        it.home.settings(it.settings + f'cloud = /nowhere/*, {it.home.path}/Drop*/\n')
        it.home.up()
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=1')
        same([], cloud.log())
        it.add(plain.at)
        it.becomes(plain.at, 'external_online:done=1' if 'external_online' in it.states(plain.at) else 'local:done=1')
        plain.send_back('b.wav')
        it.home.loophole('library', 'set', plain.at, 'backend=cloud', 'fetch=ask')
        it.becomes(plain.at, 'remote_offline:done=1')
        lines = {one['path']: one for one in it.home.json('library', 'list')}
        same(('cloud', 'ask', 'cloud'), (lines[plain.at]['backend'], lines[plain.at]['fetch'],
                                         lines[cloud.at]['backend']))
        it.home.loophole('library', 'set', plain.at, 'backend=volume')
        it.becomes(plain.at, 'external_online:done=1' if 'external_online' in it.states(plain.at) else 'local:done=1')
        contains(it.home.refused('library', 'set', plain.at, 'fetch=never'), 'fetch=all')
        contains(it.home.refused('library', 'set', it.home.path, 'fetch=all'), 'is not a library')


def disk_of(it, name, make, *options):
    """A file as a disk with that file system, mounted."""
    image, at = it.folder(name + '.img'), it.place(name)
    it.home.run('truncate', '-s', '128M', image)
    it.home.run(*make, image)
    if subprocess.run(['mount', '-o', ','.join(('loop',) + options), image, at], check=False).returncode:
        skip('a file cannot be mounted as ' + name)
    subprocess.run(['mount', '--make-private', at], check=True)
    return at


def fill_without_blocks(at):
    """Sounds that lie in their inode, compressed, and of holes. Returns the names of those without blocks."""
    wav(at + '/kit/inline.wav', 1000, 0.001)
    with open(at + '/kit/silence.wav', 'wb') as out, open(wav(at + '/kit/tone.wav', 1000), 'rb') as tone:
        out.write(tone.read(44) + bytes(11024))
    with open(at + '/kit/holes.wav', 'wb') as out:
        out.truncate(1 << 20)
    subprocess.run(['sync', '-f', at], check=True)
    return sorted(one.name for one in os.scandir(at + '/kit') if one.stat().st_blocks == 0)


@claim(inside=Disks)
def a_send_from_a_cloud_that_hangs_names_the_mount(it):
    with Hung(it, 'hung') as hung:
        wav(hung.under + '/kit/a.wav', 1000)
        it.add(hung.at + '/kit')
        it.home.loophole('library', 'set', hung.at + '/kit', 'backend=cloud')
        it.becomes(hung.at, 'local:done=1')
        id = it.id_of(hung.at + '/kit/a.wav')
        hung.hang()
        contains(it.home.refused('send', id, it.folder('sent')), f'the disk at {hung.at} does not answer')


@claim(inside=Disks)
def a_file_without_blocks_on_a_disk_is_an_ordinary_file(it):
    at = disk_of(it, 'btrfs', ('mkfs.btrfs', '-q'), 'compress-force=zstd')
    same(['holes.wav'], fill_without_blocks(at))
    it.add(at + '/kit')
    until(lambda: len([one for one in it.items(at) if one[1] in ('done', 'failed')]) == 4)
    same({b'holes.wav': 'failed', b'inline.wav': 'done', b'silence.wav': 'done', b'tone.wav': 'done'},
         {os.path.basename(one[3]): one[1] for one in it.items(at)})
    same({'local'}, {one[0] for one in it.items(at)})
    same([], it.home.json('search', 'is:remote_offline'))
    it.home.loophole('library', 'set', at + '/kit', 'backend=cloud')
    it.rescan(at + '/kit')  # only now it says that the content is elsewhere
    until(lambda: [one['name'] for one in it.home.json('search', 'is:remote_offline')] == ['holes'])


@claim(inside=Clouds)
def a_fetch_shows_its_progress_can_be_cancelled_and_keeps_the_reason(it):
    with Cloud(it, 'slow', 'rclone') as cloud:
        cloud.put('long.wav', seconds=90)
        cloud.put('other.wav')
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=2')
        cloud.set('rate', 100)
        id = it.id_of(cloud.at + '/long.wav')
        size = os.path.getsize(cloud.under + '/long.wav')
        begun = it.home.first('fetch', id)
        same((1, size), (begun['items'], begun['bytes']))
        until(lambda: 0 < (it.task() or {'done': 0})['done'] < size)
        same(size, it.task()['total'])
        until(lambda: it.home.json('search', 'is:remote-fetching'))
        same('remote_fetching', it.home.first('show', id)['availability'])
        same(1, len(it.home.json('search', 'is:remote_offline')))
        same(1, it.home.json('library', 'list')[0]['remote_fetching'])
        same(begun['task'], it.home.first('fetch', id)['task'])
        it.home.loophole('cancel', begun['task'])
        until(lambda: len(it.home.json('search', 'is:remote_offline')) == 2)
        same(None, it.task())
        same(('cancelled', 'its task was cancelled'), (it.fetches()['long']['state'], it.fetches()['long']['why']))
        cloud.set('rate', 0)
        it.home.loophole('fetch', 'is:remote', '--all', '--wait')
        it.becomes(cloud.at, 'local:done=2')
        same({}, it.fetches())


@claim(inside=Clouds)
def a_cloud_that_fails_stalls_or_forgets_is_tried_again_until_the_reason_stays(it):
    it.home.stop()
    it.home.settings(it.settings + 'fetch_tries = 2\n')
    it.home.up()
    with Cloud(it, 'bad', 'rclone') as cloud:
        cloud.put('a.wav')
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=1')
        for mode, why in (('fail', 'Input/output error'), ('stall', 'does not answer'), ('offline', 'unreachable')):
            cloud.set('mode', mode)
            said = it.home.loophole('fetch', 'a', '--wait', code=18)
            contains(said.err, why)
            same(('failed', 2), (it.fetches()['a']['state'], it.fetches()['a']['tries']))
            it.becomes(cloud.at, 'remote_offline:waiting=1')
        cloud.set('mode', 'forget')
        contains(it.home.refused('fetch', 'a', '--wait'), 'did not keep it')
        same('failed', it.fetches()['a']['state'])
        request, ask = new_id(), {'ids': [it.client.must('search.query', {'query': 'a'})['items'][0]['media']['id']]}
        begun = it.client.ask('availability.fetch', ask, request)
        until(lambda: it.fetches()['a']['state'] == 'failed')
        task = it.fetches()['a']['task']
        same(begun, it.client.ask('availability.fetch', ask, request))  # sent again: its task is the one that failed
        same(('failed', task), (it.fetches()['a']['state'], it.fetches()['a']['task']))
        with open(cloud.control + '/here/a.wav', 'w', encoding='utf-8'):
            it.rescan(cloud.at)
        it.becomes(cloud.at, 'local:done=1')
        until(lambda: not it.fetches())
        cloud.send_back('a.wav')
        it.rescan(cloud.at)
        it.becomes(cloud.at, 'remote_offline:done=1')
        cloud.set('mode', 'stall')
        it.home.loophole('fetch', 'a')
        until(lambda: it.fetches()['a']['tries'] == 1)
        cloud.set('mode', 'ok')
        it.becomes(cloud.at, 'local:done=1')


@claim(inside=Clouds)
def a_library_that_fetches_all_does_so_unasked(it):
    with Cloud(it, 'all', 'rclone') as cloud:
        cloud.put(*(f'{i}.wav' for i in range(12)))
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=12')
        it.home.loophole('library', 'set', cloud.at, 'fetch=all')
        it.becomes(cloud.at, 'local:done=12')
        same(None, it.task())
        cloud.put('new.wav', hertz=3000)
        it.rescan(cloud.at)
        it.becomes(cloud.at, 'local:done=13')


@claim(inside=Clouds)
def more_placeholders_than_a_page_hold_up_no_other_file(it):
    with Cloud(it, 'many', 'rclone') as cloud:
        for i in range(300):
            with open(f'{cloud.under}/a{i:03}.wav.nextcloud', 'wb'):
                pass
        cloud.put('z.wav')
        it.add(cloud.at)
        until(lambda: it.home.json('search', 'z', '--limit', '1'))
        it.home.loophole('library', 'set', cloud.at, 'fetch=all')
        until(lambda: it.home.json('search', 'is:local'), 120)
        same(['z'], [one['name'] for one in it.home.json('search', 'is:local')])


@claim(inside=Clouds)
def a_fetch_that_is_refused_fetches_nothing_of_it(it):
    with Cloud(it, 'half', 'rclone') as cloud:
        cloud.put('a.wav', 'b.wav')
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=2')
        ids = [item[2] for item in it.items(cloud.at)]
        said = it.home.loophole('ask', 'availability.fetch', 'ids=' + json.dumps(ids + ['01J0000000000000000000000A']),
                                'label=', code=None)
        assert said.code, said.out
        same({}, it.fetches())
        same([], cloud.log())


@claim(inside=Clouds)
def a_placeholder_and_an_unmounted_cloud_say_what_is_missing(it):
    music = it.folder('music')
    wav(music + '/here.wav', 1000)
    write_file(music + '/a.wav.nextcloud', ' ')
    it.add(music)
    it.becomes(music, 'local:done=1 remote_offline:waiting=1')
    contains(it.home.refused('fetch', it.id_of(music + '/a.wav'), '--wait'), 'the program of the cloud')
    contains(it.home.loophole('fetch', 'here').out, 'here already')
    with Cloud(it, 'gone', 'rclone') as cloud:
        cloud.put('b.wav')
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=1')
        id = it.id_of(cloud.at + '/b.wav')
        subprocess.run(['umount', '-l', cloud.at], check=True)
        until(lambda: not it.home.first('show', id)['path'])
        same('remote_offline', it.home.first('show', id)['availability'])
        said = it.home.loophole('fetch', id, code=18)
        contains(said.err, 'volume that is away')


@claim(inside=Clouds)
def the_task_of_a_fetch_counts_only_items_that_are_not_here(it):
    with Cloud(it, 'counted', 'rclone') as cloud:
        cloud.put('long.wav', seconds=90)
        cloud.put('other.wav', 'third.wav')
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=3')
        it.home.loophole('fetch', it.id_of(cloud.at + '/other.wav'), it.id_of(cloud.at + '/third.wav'), '--wait')
        it.becomes(cloud.at, 'local:done=2 remote_offline:waiting=1')
        cloud.set('rate', 100)
        same(1, it.home.first('fetch', 'kind:audio', '--all')['items'])
        same('Fetching 1 item', until(it.task)['label'])


@claim(inside=Clouds)
def fetches_go_on_when_the_monitor_is_killed(it):
    with Cloud(it, 'killed', 'rclone') as cloud:
        cloud.put(*(f'{i}.wav' for i in range(8)), seconds=3)
        it.add(cloud.at)
        it.becomes(cloud.at, 'remote_offline:waiting=8')
        ids = sorted(one[2] for one in it.items(cloud.at))
        cloud.set('rate', 50)
        task = it.home.first('fetch', 'is:remote', '--all')['task']
        for _ in range(how_often(3, 20)):
            until(lambda: any(one['state'] == 'fetching' for one in it.home.json('fetches')) or not it.fetches())
            until(lambda: it.home.has_lived('availability'))
            it.home.kill('availability')
            assert all(one['task'] == task for one in it.home.json('fetches'))
        cloud.set('rate', 0)
        it.becomes(cloud.at, 'local:done=8')
        until(lambda: not it.fetches())
        same(None, it.task())
        same(ids, sorted(one[2] for one in it.items(cloud.at)))
        same([], it.home.json('search', 'is:remote'))


@claim(inside=Clouds)
def a_remote_address_is_kept_shown_found_and_undone(it):
    music = it.folder('music')
    wav(music + '/a.wav', 1000)
    wav(music + '/b.wav', 1100)
    it.add(music)
    it.becomes(music, 'local:done=2')
    id, url = it.id_of(music + '/a.wav'), 'https://Cloud.example/kicks/a1.wav'
    it.home.loophole('edit', id, 'remote=' + url)
    same(url, it.home.first('show', id)['storage']['remote'])
    contains(it.home.loophole('show', id).out, url)
    for query in ('remote:cloud', 'url:kicks', 'remote:a1 remote:example', 'remote:"cloud.example"', f'url:"{url}"',
                  'remote:"kicks" remote:"a1.wav"'):
        same([id], [one['id'] for one in it.home.json('search', query)], query)
    same([it.id_of(music + '/b.wav')], [one['id'] for one in it.home.json('search', '-remote:"cloud.example"')])
    assert 'remote' not in it.home.first('show', it.id_of(music + '/b.wav'))['storage']
    wav(music + '/a.wav', 1200)
    it.rescan(music)
    same(url, it.home.first('show', id)['storage']['remote'])
    contains(it.home.loophole('undo').out, 'remote')
    assert 'remote' not in it.home.first('show', id)['storage']
    it.home.loophole('redo')
    it.home.loophole('edit', id, 'remote=')
    assert 'remote' not in it.home.first('show', id)['storage']
    same([], it.home.json('search', 'remote:cloud'))


run_claims()
