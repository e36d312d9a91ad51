#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Files that ffmpeg decodes: m4a, aac, wma, the sound of video; without ffmpeg; hostile ones; what its sandbox refuses."""
import array
import os
import random
import shutil
import signal
import subprocess

from tests.claims import BUILD, claim, contains, file_bytes, needs, run_claims, same, state_of, until, write_file
from tests.sounding import engine, until_sounds

CONFINED = os.path.join(BUILD, 'tests/programs/confined')
TONE = ('-f', 'lavfi', '-i', 'sine=440:d=2')


def ffmpeg(*args):
    needs('ffmpeg')
    subprocess.run(('ffmpeg', '-nostdin', '-loglevel', 'error', '-y') + args, check=True)


def encoded(home, name, *how):
    """A library with a tone of two seconds as that file."""
    os.makedirs(home.file('library'), exist_ok=True)
    path = f'{home.file("library")}/{name}'
    ffmpeg(*TONE, *how, path)
    return path


def sound_first(path):
    """A WAV whose format follows its sound."""
    whole = file_bytes(path)
    form, sound = (whole[at:at + 8 + int.from_bytes(whole[at + 4:at + 8], 'little')] for at in (
        whole.index(name) for name in (b'fmt ', b'data')))
    write_file(path, whole[:4] + (4 + len(sound) + len(form)).to_bytes(4, 'little') + b'WAVE' + sound + form)
    return path


def samples_of(path):
    return array.array('h', file_bytes(path).split(b'data', 1)[1][4:])


def shown(home, path):
    return home.first('show', path)


def box(path, brand, body=b''):
    """The beginning of an MP4 with that brand, and then anything."""
    write_file(path, (16).to_bytes(4, 'big') + b'ftyp' + brand + b'\0\0\0\0' + body)


def through(home, program):
    home.env['LOOPHOLE_FFMPEG'] = program


@claim
def each_format_is_heard_with_its_tags_and_length(home):
    paths = [encoded(home, 'a.m4a', '-c:a', 'aac', '-metadata', 'title=Golden hour', '-metadata', 'artist=Nobody'),
             encoded(home, 'b.aac', '-c:a', 'aac'), encoded(home, 'c.wma', '-c:a', 'wmav2', '-metadata', 'title=Dusk'),
             encoded(home, 'd.mp4', '-f', 'lavfi', '-i', 'testsrc=d=2:s=64x64', '-c:a', 'aac', '-c:v', 'mpeg4'),
             encoded(home, 'e.mkv', '-c:a', 'flac'), encoded(home, 'f.webm', '-c:a', 'libopus'),
             encoded(home, 'g.wav', '-c:a', 'wmav2'), encoded(home, 'h.wav', '-ar', '16000', '-c:a', 'g722'),
             encoded(home, 'i.caf', '-c:a', 'adpcm_ima_qt'),  # forms of our own decoder with other encodings
             sound_first(encoded(home, 'j.wav'))]
    home.index_library()
    for path in paths:
        item = shown(home, path)
        same(('done', ''), (item['analysis'], item['failure']), f'of {path}')
        assert 1.9 < item['duration_s'] < 2.3, f'{path} lasts {item["duration_s"]} s'
        assert abs(item['pitch_hz'] - 440) < 3, f'{path} sounds at {item["pitch_hz"]} Hz'
    same(('m4a', 'Golden hour', 'Nobody'), tuple(shown(home, paths[0])[key] for key in ('container', 'title', 'artist')))
    same('Dusk', shown(home, paths[2])['title'])
    same('video', shown(home, paths[3])['kind'])


@claim
def the_padding_at_the_end_of_an_m4a_is_no_sound(home):
    exact = encoded(home, 'exact.m4a', '-c:a', 'aac')
    odd = encoded(home, 'odd.m4a', '-af', 'atrim=end_sample=30001', '-c:a', 'aac', '-movflags', '+faststart')
    lies = encoded(home, 'lies.m4a', '-c:a', 'aac')
    whole = file_bytes(lies)
    at = whole.index(b'mdhd') + 4 + 4 + 12  # the length of the media
    write_file(lies, whole[:at] + (20000).to_bytes(4, 'big') + whole[at + 4:])
    home.index_library()
    same((88200, 30001), tuple(shown(home, path)['frames'] for path in (exact, odd)))
    assert shown(home, lies)['frames'] > 88000, 'a length that the packets do not have counts'


@claim
def the_words_of_a_files_own_tags_find_it(home):
    path = encoded(home, 'x1.wav', '-metadata', 'title=Golden Hour', '-metadata', 'artist=Mira Quade', '-metadata',
                   'album=Slow Tide', '-metadata', 'comment=recorded in Tromsoe')
    encoded(home, 'x2.m4a', '-c:a', 'aac', '-metadata', 'title=Something else')
    mp3 = encoded(home, 'x3.mp3', '-c:a', 'libmp3lame', '-metadata', 'comment=taped in Vardoe')
    home.index_library()
    same([mp3], [item['path'] for item in home.json('search', 'vardoe')])
    for query in ('golden', 'quade', 'tide', 'tromsoe', '"golden hour"', 'label:tromsoe', 'x1 mira', 'artist:mira'):
        same([path], [item['path'] for item in home.json('search', query)], f'of {query}')
    same([], home.json('search', 'golden -label:hour'))
    same(['x2'], [item['name'] for item in home.json('search', 'something else')])
    contains(home.loophole('search', 'tromsoo').all, 'tromsoe')


@claim
def a_sound_that_ffmpeg_decodes_is_sent_and_compared_like_any_other(home):
    path = encoded(home, 'tone.m4a', '-c:a', 'alac')
    ffmpeg(*TONE, home.file('tone.wav'))
    home.index_library()
    home.loophole('send', path, home.file('card'), '--bits', '16')
    got, wanted = samples_of(home.file('card/tone.wav')), samples_of(home.file('tone.wav'))
    same(len(wanted), len(got))
    assert max(abs(a - b) for a, b in zip(got, wanted)) <= 2, 'more than dither'
    os.rename(path, home.file('outside.m4a'))
    home.loophole('library', 'rescan', '--wait')
    assert home.json('similar', home.file('outside.m4a')) is not None


@claim
def a_sound_that_ffmpeg_decodes_plays(home):
    path = encoded(home, 'tone.m4a', '-c:a', 'aac')
    engine(home)
    home.loophole('play', path, '--loop')
    until_sounds(home, 'master')


@claim
def a_video_without_sound_has_its_length_and_no_analysis(home):
    os.makedirs(home.file('library'))
    videos = [f'{home.file("library")}/{name}' for name in ('mute.mp4', 'mute.mkv', 'copy.mkv')]
    for path in videos[:2]:  # the tags come before the length, also in ffmpeg's description
        ffmpeg('-f', 'lavfi', '-i', 'testsrc=d=2.5:s=64x64', '-c:v', 'mpeg4', '-metadata', 'comment=' + 'Duration: 9 ' * 200, path)
    shutil.copy(videos[1], videos[2])
    home.index_library()
    for path in videos:
        item = shown(home, path)
        same(('none', 'it has no sound'), (item['analysis'], item['failure']))
        assert 2.4 < item['duration_s'] < 2.6, item['duration_s']
    same(3, len(home.json('search', 'duration:2..3')))


@claim
def sound_that_begins_later_than_its_picture_follows_silence_unless_its_time_is_wild(home):
    os.mkdir(home.file('library'))
    paths = []
    for offset in '1.5', '0', '900000':
        paths.append(f'{home.file("library")}/{offset}.mkv')
        ffmpeg('-f', 'lavfi', '-i', 'color=d=3:s=64x64', '-itsoffset', offset, *TONE, '-map', '0:v', '-map', '1:a', '-c:v', 'mpeg4',
               '-c:a', 'pcm_s16le', paths[-1])
    home.index_library()
    same([66150 + 88200, 88200, 88200], [shown(home, path)['frames'] for path in paths])
    home.loophole('send', paths[0], home.file('card'), '--bits', '16')
    samples = samples_of(home.file('card/1.5.wav'))
    first = next(n for n, x in enumerate(samples) if x)
    assert 66150 <= first <= 66152, first


@claim
def without_ffmpeg_the_item_says_so_and_is_heard_once_it_is_installed(home):
    path = encoded(home, 'a.m4a', '-c:a', 'aac')
    video = encoded(home, 'b.mkv', '-c:a', 'flac')
    through(home, '/nonexistent/ffmpeg')
    home.index_library()
    for item in (shown(home, path), shown(home, video)):
        same('failed', item['analysis'])
        contains(item['failure'], 'only ffmpeg can decode it, which is not installed')
    contains(home.loophole('doctor', code=None).all, 'not installed: m4a')
    contains(home.run('loophole', 'send', path, home.file('card'), '--bits', '16', code=None).all, 'ffmpeg')
    home.stop()
    del home.env['LOOPHOLE_FFMPEG']
    home.up()
    home.loophole('library', 'rescan', '--retry-failed', '--wait')
    same(['done', 'done'], [shown(home, one)['analysis'] for one in (path, video)])


@claim
def a_file_for_whose_sound_there_is_no_room_gets_no_verdict(home):
    os.makedirs(home.file('library'))
    path = f'{home.file("library")}/a.m4a'
    box(path, b'M4A ')
    through(home, CONFINED)
    home.up()
    os.rename(home.file('cache'), home.file('no cache'))
    home.loophole('library', 'add', home.file('library'), '--wait')
    same('waiting', shown(home, path)['analysis'])
    contains(home.log('indexer'), f'{path} is not analysed now: no room to decode it')
    os.rename(home.file('no cache'), home.file('cache'))
    home.loophole('library', 'rescan', '--wait')
    until(lambda: shown(home, path)['failure'].startswith('ffmpeg cannot decode it'))


@claim
def the_decoder_can_open_only_its_file_and_has_no_network_and_no_children(home):
    os.makedirs(home.file('library'))
    box(f'{home.file("library")}/a.m4a', b'M4A ')
    through(home, CONFINED)
    home.index_library()
    same('ffmpeg cannot decode it: could:', shown(home, f'{home.file("library")}/a.m4a')['failure'])


@claim
def a_file_that_was_edited_in_place_holds_up_no_making_of_its_artefacts(home):
    path = encoded(home, 'a.m4a', '-c:a', 'aac', '-metadata', 'title=Golden hour')
    home.index_library()
    before = os.stat(path)
    write_file(path, file_bytes(path).replace(b'Golden', b'Silver'))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    shutil.rmtree(home.file('data', 'artefact'))
    home.ask('indexer.remake')
    until(lambda: 'made again 0, waiting for a volume that is away 1' in home.log('indexer'))
    until(lambda: 'No task is under way' in home.loophole('tasks').out)


def decoders(path):
    """The programs in place of ffmpeg that run now for that file: other claims have theirs."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            is_one = os.readlink(f'/proc/{pid}/exe') == os.path.realpath(CONFINED)
            if is_one and os.readlink(f'/proc/{pid}/fd/0') == os.path.realpath(path) and state_of(int(pid)) != 'Z':
                found.append(int(pid))
        except OSError:
            continue
    return found


@claim
def a_decoder_that_hangs_dies_with_its_parent_and_the_file_is_tried_again(home):
    os.makedirs(home.file('library'))
    path = f'{home.file("library")}/a.m4a'
    write_file(path, b'\0\0\0\x14ftypM4A wait\0\0\0\0')
    through(home, CONFINED)
    home.up()
    home.loophole('index', home.file('library'))
    first = until(lambda: decoders(path))[0]
    os.kill(home.pid('indexer'), signal.SIGKILL)
    second = until(lambda: [pid for pid in decoders(path) if pid != first])[0]
    until(lambda: first not in decoders(path))  # it ends only because its parent's death ends it
    os.kill(second, signal.SIGKILL)
    item = until(lambda: (one := shown(home, path))['analysis'] == 'failed' and one)
    contains(item['failure'], 'ffmpeg died: signal 9')


@claim
def hostile_files_are_refused_with_a_reason(home):
    path = encoded(home, 'whole.m4a', '-c:a', 'aac', '-movflags', '+faststart')
    draw = random.Random(int(os.environ['SEED']))
    whole = file_bytes(path)
    for i in range(12):
        damaged = bytearray(whole)
        for _ in range(40):
            damaged[draw.randrange(32, len(damaged))] = draw.randrange(256)
        with open(f'{home.file("library")}/damaged{i}.m4a', 'wb') as file:
            file.write(bytes(damaged[:draw.randrange(100, len(damaged))] if i % 2 else damaged))
    secret = home.file('secret.wav')
    ffmpeg(*TONE, secret)
    write_file(f'{home.file("library")}/bare.wav', b'RIFF\x24\0\0\0WAVEdata\x18\0\0\0' + bytes(24))
    for name, text in (('list.m4a', f'#EXTM3U\n#EXTINF:2,\n{secret}\n'), ('concat.m4a', f"ffconcat version 1.0\nfile '{secret}'\n")):
        write_file(f'{home.file("library")}/{name}', text)
    home.index_library()
    for name in ('list.m4a', 'concat.m4a'):
        item = shown(home, f'{home.file("library")}/{name}')
        same('failed', item['analysis'])
        assert item['failure'], 'no reason'
    contains(shown(home, f'{home.file("library")}/bare.wav')['failure'], 'lacks the chunk "fmt " or "data"')
    for item in home.json('search', 'damaged or -damaged', '--limit', '100'):
        assert item['analysis'] in ('done', 'failed') and (item['analysis'] == 'done' or item['failure']), item
    same('done', shown(home, path)['analysis'])
    same(0, home.status('indexer')['restarts'])


run_claims()
