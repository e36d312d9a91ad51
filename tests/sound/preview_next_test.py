#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""`preview next`: it walks the last search result, or the folder of the last preview; over files that are gone, kills,
and the end of the result."""
import math
import os
import struct
import wave

from tests.claims import claim, contains, run_claims, same, until
from tests.sounding import engine, until_sounds


def tone(path, hertz):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with wave.open(path, 'wb') as out:
        out.setparams((1, 2, 48000, 0, 'NONE', ''))
        out.writeframes(b''.join(struct.pack('<h', round(9000 * math.sin(i * hertz * math.tau / 48000)))
                                 for i in range(48000)))


def library(home):
    """Three tones in two folders, and another sound in the first."""
    folder = home.file('library')
    for i, name in enumerate(('one/tone a', 'two/tone b', 'one/tone c', 'one/other')):
        tone(f'{folder}/{name}.wav', 220 * (i + 1))
    engine(home)
    home.loophole('index', folder, '--wait')
    return folder


def names(items):
    return [item['name'] for item in items]


def following(home, *more):
    """The name of the file that `preview next` begins."""
    return os.path.basename(home.first('preview', 'next', *more)['voice']['path'])[:-4]


def at_the_end(home):
    contains(home.refused('preview', 'next'), 'the last of 3 items was previewed')


@claim
def preview_next_walks_the_last_search_result_and_reports_its_end(home):
    library(home)
    same(['tone c', 'tone b', 'tone a'], names(home.json('search', 'tone', '--sort', '-name')))
    same(['tone c', 'tone b', 'tone a'], [following(home) for _ in range(3)])
    until_sounds(home, 'preview')
    at_the_end(home)
    found = names(home.json('similar', home.first('search', 'name:other')['id'], '--limit', '2'))
    same(found, [following(home), following(home)])
    contains(home.refused('preview', 'next'), 'the last of 2 items')
    home.loophole('search', 'nothing at all')
    contains(home.refused('preview', 'next'), 'the last search found nothing')


@claim
def the_preview_of_a_query_begins_its_walk_and_keeps_its_options(home):
    library(home)
    order = names(home.json('search', 'tone'))
    home.loophole('search', 'other')
    home.loophole('preview', 'tone', '--loop', '--gain', '0.5')
    same(order[1:], [following(home), following(home)])
    voice = until(lambda: home.json('voice'))[0]
    same((True, 'preview'), (voice['looping'], voice['group']))
    at_the_end(home)


@claim
def an_item_of_the_result_is_the_place_of_the_walk_and_any_other_file_begins_one_in_its_folder(home):
    folder = library(home)
    items = home.json('search', 'tone', '--sort', 'name')
    home.loophole('preview', items[1]['id'])
    same('tone c', following(home))
    home.loophole('preview', f'{folder}/one/other.wav')
    same(['tone a', 'tone c', 'other', 'tone a'], [following(home) for _ in range(4)])


@claim
def an_item_that_cannot_be_played_is_named_and_passed(home):
    folder = library(home)
    home.loophole('search', 'tone', '--sort', 'name')
    os.unlink(f'{folder}/two/tone b.wav')
    same('tone a', following(home))
    home.refused('preview', 'next')
    same('tone c', following(home))


@claim
def a_kill_of_the_streamer_or_of_the_audio_core_does_not_lose_the_place(home):
    library(home)
    home.loophole('search', 'tone', '--sort', 'name')
    same('tone a', following(home))
    home.kill('streamer')
    same('tone b', following(home))
    home.kill('audio')
    same('tone c', following(home))
    at_the_end(home)


run_claims()
