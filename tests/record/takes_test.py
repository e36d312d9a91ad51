#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The catalogue's view of a recording before, during and after it."""
import base64
import os

from tests.claims import claim, contains, run_claims, same, until


class Takes:
    """A library that is a folder of takes, in an engine without sound."""

    def __init__(self, home):
        self.home, self.folder = home, home.file('takes')

    def __enter__(self):
        os.mkdir(self.folder)
        self.home.up()
        self.home.loophole('library', 'add', self.folder, '--wait')
        self.library = self.home.first('library', 'list')['id']
        return self

    def __exit__(self, *_):
        self.home.check_store()

    def reserving(self, file):
        """The ask that reserves a file for a take."""
        return ('ask', 'persist.reserve', f'folder={self.library}', f'file={encoded(file)}', 'sample_format=float', 'bit_depth=32',
                'sample_rate=48000', 'channels=2')

    def reserve(self, name):
        """The id of a new take."""
        return self.home.first(*self.reserving(name + '.wav'))['id']

    def record(self, name, hertz=440):
        path = f'{self.folder}/{name}.wav'
        self.home.run('sox', '-n', '-r', '48000', '-c', '2', '-e', 'floating-point', '-b', '32', path, 'synth', '0.5', 'sine', str(hertz))

    def ending(self, take, lifecycle, file, *more):
        """The ask that ends a take."""
        now = os.stat(f'{self.folder}/{file}')
        return ('ask', 'persist.end_take', f'id={take}', f'lifecycle={lifecycle}', 'frames=24000', f'size={now.st_size}',
                f'mtime={now.st_mtime_ns // 1000}', *more)

    def end(self, *args):
        return self.home.first(*self.ending(*args))

    def ending_as_flac(self, take, name, content):
        return self.ending(take, 'final', name + '.flac', 'first=-7', 'latency=768', f'encoded.file={encoded(name + ".flac")}',
                           'encoded.container=flac', 'encoded.sample_format=flac', 'encoded.bit_depth=24',
                           f'encoded.content={encoded(content)}')

    def rescan(self):
        self.home.loophole('library', 'rescan', '--wait')

    def shown(self, take):
        return self.home.first('show', take)

    def found(self, query):
        """The ids that search finds."""
        return [item['id'] for item in self.home.json('search', query)]

    def until_analysed(self, take):
        until(lambda: self.shown(take)['analysis'] == 'done')


def encoded(text):
    return base64.b64encode(text.encode()).decode()


@claim(inside=Takes)
def a_take_is_in_no_search_before_it_has_ended(takes):
    take = takes.reserve('one')
    takes.record('one')
    takes.rescan()
    now = takes.shown(take)
    same(('none', 'pending', 'recorded'), (now['analysis'], now['lifecycle'], now['origin']))
    same([], takes.found('one'))
    same([take], takes.found('is:pending'))
    takes.end(take, 'final', 'one.wav')
    takes.rescan()
    takes.until_analysed(take)
    same([take], takes.found('one'))
    same('final', takes.shown(take)['lifecycle'])


@claim(inside=Takes)
def an_abandoned_take_is_kept_and_never_analysed(takes):
    take = takes.reserve('two')
    takes.record('two', 220)
    takes.end(take, 'abandoned', 'two.wav')
    takes.rescan()
    same('none', takes.shown(take)['analysis'])
    same([], takes.found('two'))
    same([take], takes.found('is:abandoned'))
    contains(takes.home.refused(*takes.ending(take, 'final', 'two.wav')), 'has already ended as abandoned')


@claim(inside=Takes)
def an_end_reported_again_changes_nothing(takes):
    take = takes.reserve('three')
    takes.record('three', 330)
    takes.end(take, 'final', 'three.wav')
    takes.until_analysed(take)  # this is a change as well
    same(takes.end(take, 'final', 'three.wav')['revision'], takes.end(take, 'final', 'three.wav')['revision'])
    contains(takes.home.refused(*takes.ending(take, 'pending', 'three.wav')), 'expected final or abandoned')


@claim(inside=Takes)
def a_place_that_is_taken_is_refused(takes):
    takes.reserve('four')
    contains(takes.home.refused(*takes.reserving('four.wav')), 'has that place')
    contains(takes.home.refused(*takes.reserving('..')), 'is empty, "." or ".."')


@claim(inside=Takes)
def a_take_may_become_another_file_whose_name_was_kept_for_it(takes):
    home, take = takes.home, takes.reserve('five')
    wave, flac = takes.folder + '/five.wav', takes.folder + '/five.flac'
    takes.record('five', 550)
    home.run('sox', wave, '-b', '24', flac)
    takes.rescan()
    same(([], [take]), (takes.found('five'), takes.found('is:pending')), 'the FLAC was taken for a sound')
    contains(home.refused(*takes.ending_as_flac(take, 'five', 'short')), 'the content has 5 bytes: expected 16')
    home.run('sox', wave, '-b', '24', takes.folder + '/other.flac')
    takes.rescan()
    contains(home.refused(*takes.ending_as_flac(take, 'other', '0123456789abcdef')), 'has that place')
    os.remove(wave)
    takes.rescan()  # its item is missed, and is there again
    home.loophole(*takes.ending_as_flac(take, 'five', '0123456789abcdef'))
    same('local', takes.shown(take)['availability'])
    home.loophole(*takes.ending_as_flac(take, 'five', '0123456789abcdef'))  # the repeated ask
    now = takes.shown(take)
    same(['final', 'flac', 'flac', 24, -7, 768, flac], [now[key] for key in ('lifecycle', 'container', 'sample_format', 'bit_depth',
                                                                              'first', 'latency', 'path')])
    takes.rescan()
    takes.until_analysed(take)
    same([take], takes.found('five'))
    contains(home.refused(*takes.reserving('five.wav')), 'has that place')  # the take may become that file


run_claims()
