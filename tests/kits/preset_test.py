#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Presets of synth voices: saved, heard through a kit and through a pattern, and kept while they are in use."""
import array
import json
import os
import signal

from tests.claims import claim, contains, file_bytes, run_claims, same, until
from tests.sounding import Tape, engine, until_connected, until_later, until_quiet

RATE = 48000


def sounding(home):
    engine(home, '[supervisor]\nhang_ms = 300000\n', in_step=True)
    until_connected(home)


def hertz(home, pad):
    """The frequency that a hit of the pad records."""
    def heard():
        until_quiet(home, 'pads', 0)
        tape = Tape(home, 120, 'pads_left')
        home.loophole('pads', 'hit', str(pad))
        until_later(home, RATE)
        frames = array.array('f', file_bytes(tape.stop()))
        if not any(frames) or any(x != x for x in frames):
            return None
        rises = [n for n in range(1, len(frames)) if frames[n - 1] < 0 <= frames[n]]
        return RATE * (len(rises) - 1) / (rises[-1] - rises[0])
    return until(heard, 900, 'the machine has time for the recorder')


def is_near(wanted, is_so):
    assert abs(wanted - is_so) < wanted / 100, (wanted, is_so)


def save(home, name, *values):
    return home.first('preset', 'save', name, *values)


def use(home, kit, preset, *more):
    home.loophole('kit', 'new', kit)
    return home.first('kit', 'set', kit, 'tone', f'preset={preset}', *more)


TONE = ('wave=sine', 'amp=0.5', 'filter_freq=20000', 'decay=0.4', 'sustain=1', 'release=0.05')


@claim(shares=sounding)
def a_slot_plays_its_preset_at_its_pitch_and_a_new_version_with_the_next_load(home):
    same(1, save(home, 'Tone', 'freq=500', *TONE)['version'])
    slot, = use(home, 'Tones', 'Tone')['slots']
    same(('Tone', ''), (slot['layers'][0]['name'], slot['placeholder']))
    home.loophole('kit', 'load', 'Tones')
    is_near(500, hertz(home, 0))
    changed = save(home, 'Tone', 'freq=4000')
    same((2, 'sine', 4000), (changed['version'], changed['voice']['wave'], changed['voice']['freq']))
    home.loophole('kit', 'load', 'Tones')
    is_near(4000, hertz(home, 0))
    home.loophole('kit', 'set', 'Tones', 'tone', 'pitch=-12')
    home.loophole('kit', 'load', 'Tones')
    is_near(2000, hertz(home, 0))


@claim(shares=sounding)
def a_preset_in_use_is_removed_only_when_it_is_said_and_its_slot_sounds_on(home):
    save(home, 'Used', 'freq=700', *TONE)
    use(home, 'User', 'Used')
    contains(home.refused('preset', 'remove', 'Used', code=14), 'is in use: by the kit User')
    home.loophole('preset', 'remove', 'Used', '--yes')
    contains(home.refused('preset', 'show', 'Used', code=12), 'no preset "Used"')
    slot, = home.first('kit', 'show', 'User')['slots']
    contains(slot['placeholder'], 'the preset Used is missing')
    home.loophole('kit', 'load', 'User')
    is_near(700, hertz(home, 0))
    home.loophole('undo')
    same('', home.first('kit', 'show', 'User')['slots'][0]['placeholder'])
    home.loophole('kit', 'remove', 'User')
    home.loophole('preset', 'remove', 'Used')


@claim(shares=sounding)
def a_preset_of_a_project_is_saved_and_loaded_with_it_and_survives_a_kill(home):
    home.loophole('project', 'new', 'Voices')
    save(home, 'Lead', 'freq=900', '--scope', 'project')
    home.loophole('kit', 'new', 'Led', '--scope', 'project')
    home.loophole('kit', 'set', 'Led', 'tone', 'preset=Lead')
    home.loophole('project', 'save')
    same((0, 0), tuple(home.ask('project.state')[key] for key in ('items', 'missing')))
    with open(os.path.join(home.ask('project.state')['folder'], 'project.json'), encoding='utf-8') as file:
        written, = json.load(file)['presets']
    same(('Lead', 900), (written['name'], written['voice']['freq']))
    save(home, 'Lead', 'freq=901')
    for service in ('persist', 'project'):
        os.kill(home.pid(service), signal.SIGKILL)
    same(901, home.first('preset', 'show', 'Lead')['voice']['freq'])
    home.loophole('project', 'undo')
    same(900, home.first('preset', 'show', 'Lead')['voice']['freq'])
    home.loophole('preset', 'remove', 'Lead', '--yes')
    home.loophole('project', 'load', '1')
    same([900], [one['voice']['freq'] for one in home.json('preset', 'list') if one['name'] == 'Lead'])
    home.loophole('project', 'close')
    contains(home.refused('preset', 'show', 'Lead', code=12), 'no preset')
    home.check_store()


@claim(shares=sounding)
def a_row_that_names_a_preset_gets_a_voice_with_its_values(home):
    home.loophole('project', 'new', 'Rows')
    save(home, 'Row', 'wave=square', 'freq=123')
    steps = 'x...............'
    pattern = {'sequencer': {'tracks': {name: {'pattern': steps, **more} for name, more in
                                        (('a', {'preset': 'Row'}), ('b', {}), ('c', {'preset': 'None'}))}},
               'modules': {'voice1': {'freq': 77}}}
    home.ask('project.save_pattern', 'slot=3', 'file=' + json.dumps(pattern))
    contains(home.refused('preset', 'remove', 'Row', code=14), 'slot 3 of bank 1 of the project Rows')
    home.ask('project.load_pattern', 'slot=3', 'immediate=true')
    playing = until(lambda: home.look('audio.pattern'))['pattern']
    voice = {row['name']: row['voice_id'] or 'voice1' for row in playing['sequencer']['tracks']}
    same(('square', 123), tuple(playing['modules'][voice['a']][key] for key in ('wave', 'freq')))
    same(77, playing['modules'][voice['b']]['freq'])
    save(home, 'Row', 'freq=321')
    with open(home.file('rows.json'), 'w', encoding='utf-8') as file:
        json.dump(pattern, file)

    def played(*more):
        said = home.loophole('pattern', home.file('rows.json'), '--immediate', *more).err
        playing = until(lambda: home.look('audio.pattern'))['pattern']
        voice = {row['name']: row['voice_id'] or 'voice1' for row in playing['sequencer']['tracks']}
        return said, [playing['modules'][voice[name]]['freq'] for name in 'abc']
    said, hertz_of_rows = played()
    same([321, 77, 77], hertz_of_rows)
    contains(said, 'warning: row 3 c keeps its voice: no preset "None"')
    with home.paused('project'):
        said, hertz_of_rows = played('--budget', '3000')
    same([77, 77, 77], hertz_of_rows)
    contains(said, 'warning: the rows from 1 on keep their voices, because their presets cannot be read')
    home.loophole('project', 'close')


@claim(shares=sounding)
def a_preset_is_saved_in_the_scope_that_is_said_and_no_second_one_by_a_wrong_project(home):
    home.loophole('project', 'new', 'Scopes')
    glob = save(home, 'Twin', 'freq=300', 'amp=0.25')
    own = save(home, 'Twin', 'freq=400', '--scope', 'project')
    same((1, None), (own['version'], own['voice'].get('amp')), 'it has no values of the other one')
    own = save(home, 'Twin', 'amp=0.5', '--scope', 'project')
    same((2, 400, 0.5), (own['version'], own['voice']['freq'], own['voice']['amp']))
    glob = save(home, 'Twin', 'decay=0.3', '--scope', 'global')
    same((2, 300, 0.25), (glob['version'], glob['voice']['freq'], glob['voice']['amp']))
    client = home.client()
    error, said = client.ask('project.save_preset', {'project': 'Nowhere', 'preset': 'Twin', 'voice': {'freq': 1}})
    same('not_found', error, said)
    contains(home.refused('preset', 'save', 'Twin', 'freq=1', '--project', 'Nowhere', code=12), 'Nowhere')
    same([300, 400], sorted(one['voice']['freq'] for one in home.json('preset', 'list') if one['name'] == 'Twin'))
    home.loophole('project', 'close')


@claim(shares=sounding)
def a_slot_plays_a_preset_of_the_longest_name_and_the_kit_is_read(home):
    name = 80 * '🎹'
    save(home, name, 'freq=600')
    use(home, 'Longest', name)
    slot, = home.first('kit', 'show', 'Longest')['slots']
    same(63 * '🎹', slot['layers'][0]['name'])
    home.loophole('kit', 'remove', 'Longest')
    home.loophole('preset', 'remove', name)


if __name__ == '__main__':
    run_claims()
