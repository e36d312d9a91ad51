#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A bundle on a fresh engine sounds as the project that was exported, frame for frame, at JACK's ports."""
import json
import os

from tests.claims import claim, run_claims, same, until
from tests.library.indexing import wav
from tests.sounding import engine, noise, undisturbed, until_connected, until_quiet, until_transport
from tests.studio import Studio

PORTS = 'main_left', 'main_right'
BAR, BARS = 96000, 2  # frames at 120 BPM


def begin(home):
    engine(home, '[audio]\nperiod = 1024\n[indexer]\ndeadline_s = 20\n', in_step=True)
    home.wait_ready('project', 'indexer', 'streamer')
    until_connected(home)


def item(home, name):
    return until(lambda: next((one['id'] for one in home.json('search', name)), None), what=f'{name} is found')


def make_music(home):
    """Two sounds in a pattern, one on a pad that the pattern does not play, and a mixer."""
    os.mkdir(home.file('library'))
    noise(home.file('library', 'hiss.wav'), 5000)
    wav(home.file('library', 'tone.wav'), 330, .2)
    home.loophole('index', home.file('library'), '--wait')
    song = Studio(home, 'Song', body={'bpm': 120})
    rows = [{'name': 'hiss', 'pattern': 'X...x...X...x.x.', 'id': item(home, 'hiss'), 'ratchet': [1, 3]},
            {'name': 'tone', 'pattern': '..x...x...x.x...', 'id': item(home, 'tone'), 'ratio': 1.5, 'velocity': [.5, 1]}]
    home.ask('audio.set_strip', 'strip={"bus":"sequencer","gain":0.75,"pan":-0.25}')
    home.ask('audio.set_pattern', 'pattern=' + json.dumps({'metadata': {'name': 'Beat'}, 'sequencer': {'bpm': 120, 'swing': .3, 'tracks': rows}}))
    home.ask('audio.set_pads', 'each=' + json.dumps([{'pad': 3, 'id': item(home, 'tone'), 'gain': .5, 'mode': 'one_shot'}]))
    until(lambda: json.dumps(list(song.parts().values())).count(item(home, 'tone')) > 1, what='the project keeps the pattern and the pad')
    song.must('save')


def hear(home):
    """Two bars of each main port, from the first sample on."""
    def act():
        home.loophole('transport', 'locate', '1')
        home.loophole('transport', 'start')
        until_transport(home, running=True, bar=lambda bar: bar > BARS + 1)
        home.loophole('transport', 'stop')
        until_quiet(home)

    def heard(port):
        before = home.ask('audio.meters')['underruns']
        samples = undisturbed(home, act, port)
        first = next((at for at, one in enumerate(samples) if one), None)
        if first is None or home.ask('audio.meters')['underruns'] != before:
            return None
        return samples[first:first + BAR * BARS]
    return [until(lambda: heard(port), 900, f'{port} is heard without a gap') for port in PORTS]


@claim
def a_bundle_sounds_on_a_fresh_engine_as_its_project_frame_for_frame(home):
    begin(home)
    make_music(home)
    wanted = hear(home)
    same([BAR * BARS] * 2, [len(one) for one in wanted])
    assert max(map(abs, wanted[0])) > .01 and wanted[0] != wanted[1]
    home.loophole('bundle', 'export', '--bundle-root', home.file('song'), '--zip', home.file('song.zip'))
    home.stop()
    other = home.other('fresh')
    begin(other)
    Studio(other, 'Before', body={'bpm': 90})
    until(lambda: other.look('audio.sounding')['bpm'] == 90, what='another project sounds')
    other.loophole('bundle', 'import', '--budget', '600000', '--bundle-root', home.file('song.zip'), '--destination-root', other.file('song'))
    until(lambda: other.first('project', 'state')['missing'] == 0, what='all sounds are found')
    until(lambda: other.look('audio.sounding')['bpm'] == 120 and not other.look('audio.pads').get('silent'), what='the imported project sounds')
    for port, one, two in zip(PORTS, wanted, hear(other)):
        differs = [at for at, (a, b) in enumerate(zip(one, two)) if a != b]
        same((len(one), []), (len(two), differs[:3]), f'{port}: {len(differs)} frames differ')
    other.loophole('undo')
    until(lambda: other.look('audio.sounding')['bpm'] == 90, what='the project before the import sounds again')
    other.stop()


run_claims()
