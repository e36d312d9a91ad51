#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Pictures of the browser app for people to look at, in the folder PICTURES: each mode in both themes and three sizes, of an
engine that plays (`make shots`); and the time from an input to its paint (`make paint`). They are no tests: people look at them."""
import os
import shutil

from tests.web.browsing import in_browser, prepare_browser
from tests.claims import SONIC, TOP, claim, figure, run_claims, samples
from tests.sounding import engine, until_connected


def studio(home):
    """A library of drums, basses and bells, a project with a kit and a pattern that plays, a loop, and a preview."""
    prepare_browser(home)
    os.makedirs(home.file('music', 'Sonic'))
    for sample in samples('*.flac', folder=SONIC):
        shutil.copy(sample, home.file('music', 'Sonic'))
    engine(home, '[audio]\nperiod = 1024\n')
    until_connected(home)
    home.loophole('index', home.file('music'), '--wait', timeout=1200)
    home.wait_ready('audio', 'streamer', 'project', 'web')
    home.loophole('project', 'new', 'Night session')
    kit = home.first('kit', 'build', '--seed', '3', '--name', 'Night', '--scope', 'project')
    home.loophole('kit', 'load', kit['id'])
    home.loophole('pattern', os.path.join(TOP, 'frontends/examples/acid.json'))
    home.loophole('transport', 'start')
    home.loophole('play', 'loop_amen', '--loop')


@claim(shares=studio)
def each_mode_is_pictured(home):
    for line in in_browser(home, 'each_mode_is_pictured'):
        figure(line)


@claim(shares=studio)
def inputs_are_painted(home):
    home.env['POINTS'] = '100000'
    for line in in_browser(home, 'inputs_are_painted'):
        figure(line)


run_claims()
