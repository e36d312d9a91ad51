#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""MIDI learn: the controls of a device move what they are bound to. The device is a JACK client."""
import array
import contextlib
import json
import os
import subprocess
import wave

from tests.claims import TOP, claim, contains, figure, file_bytes, file_json, file_text, run_claims, same, until
from tests.sound.devices import Device
from tests.sounding import Tape, engine, frame, noise, until_connected, until_later, until_transport


def sounding(home):
    engine(home, '[audio]\nperiod = 1024\n', in_step=True)
    home.wait_ready('project', 'persist', 'audio')
    until_connected(home)
    home.device = Device(home)
    home.device.until_wired()


def strip(home, bus, key):
    return next(one[key] for one in home.ask('audio.mixer')['strips'] if one['bus'] == bus)


def until_strip(home, bus, key, wanted):
    until(lambda: abs(strip(home, bus, key) - wanted) < 0.001, what=f'{key} of {bus} is {wanted}, not '
          f'{strip(home, bus, key)}')


def bindings(home):
    return [(one['control'], one['target'], one['mode']) for one in home.first('midi')['each']]


def begin_to_learn(home, target, *more):
    waits = home.log('project').count('waits for a MIDI control')
    process = home.start('loophole', 'midi', 'learn', target, *more, stdout=subprocess.PIPE)
    until(lambda: home.log('project').count('waits for a MIDI control') > waits, what='the service waits for a control')
    return process


def learn(home, target, *messages, more=()):
    """Learns the control that sends these messages."""
    until_learned(begin_to_learn(home, target, *more), home.device, *messages)


def until_learned(process, device, *messages):
    """Sends the messages until the client has learned their control: the core may skip the period in which they come."""
    def has_ended():
        device.send(*messages)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
            return True
    until(has_ended, what='the control is learned')
    same(0, process.returncode)


@claim(shares=sounding)
def a_control_that_is_moved_is_learned_and_moves_the_gain(home):
    home.loophole('project', 'new', 'Learning')
    learn(home, 'mixer/pads/gain', 'b0 07 00', more=['mode=jump'])
    same([('cc/1/7', 'mixer/pads/gain', 'jump')], bindings(home))
    home.device.send('b0 07 00')
    until_strip(home, 'pads', 'gain', 0)
    home.device.send('b0 07 7f')
    until_strip(home, 'pads', 'gain', 1)
    home.loophole('midi', 'forget', 'mixer/pads/gain')
    same([], bindings(home))
    home.loophole('project', 'undo')
    home.device.send('b0 07 00')
    until_strip(home, 'pads', 'gain', 0)


@claim(shares=sounding)
def a_control_loads_the_pattern_of_a_slot_and_chooses_a_bank(home):
    home.loophole('project', 'new', 'Loading')
    home.loophole('pattern', os.path.join(TOP, 'frontends/examples/acid.json'))
    home.loophole('pattern', 'save', '5', '--name', 'Five')
    home.loophole('midi', 'learn', 'pattern/load/5', 'control=program/9/4')
    home.loophole('midi', 'learn', 'pattern/bank/2', 'control=program/9/5')
    loaded = home.log('project').count('[SEQ] Pattern loaded at bar')
    home.device.send('c8 04')
    until(lambda: home.log('project').count('[SEQ] Pattern loaded at bar') > loaded, what='the pattern is loaded')
    home.device.send('c8 05')
    until(lambda: home.first('pattern', 'slots')['bank'] == '2', what='the bank is chosen')


@claim(shares=sounding)
def a_binding_outlives_each_service_and_follows_its_device_back(home):
    home.loophole('midi', 'learn', 'mixer/sounds/pan', 'control=cc/2/10', 'mode=jump')
    for n, service in enumerate(('project', 'audio', 'persist', 'jack')):
        home.kill(service)
        home.wait_ready('project', 'audio', 'persist')
        if service == 'jack':
            until_connected(home)
            home.device.process.kill()
            home.device.start()
        home.device.until_wired()
        wanted = (-1, 1)[n % 2]
        until(lambda: home.device.send('b1 0a 7f' if wanted > 0 else 'b1 0a 00') or
              abs(strip(home, 'sounds', 'pan') - wanted) < 0.001, what=f'the pan is {wanted} after a kill of {service}')
    home.device.end()
    home.device.start()
    home.device.until_wired()
    home.device.send('b1 0a 00')
    until_strip(home, 'sounds', 'pan', -1)


def inputs(home):
    return [one['to'] for one in home.ask('audio.ports')['each'] if one['port'] == 'midi_in' and one['made']]


@claim(shares=sounding)
def a_device_whose_port_has_another_number_gets_its_bindings_back(home):
    home.loophole('midi', 'learn', 'mixer/streams/pan', 'control=cc/5/10', 'mode=jump')
    bridge = Device(home, 'bridge', ['Nano [20] (capture)'])
    bridge.until_wired()
    bridge.end()
    bridge.start('Nano [24] (capture)')
    until(lambda: 'bridge:Nano [24] (capture)' in inputs(home), what='the port with another number is connected')
    bridge.send('b4 0a 7f')
    until_strip(home, 'streams', 'pan', 1)
    home.kill('audio')
    home.wait_ready('audio')
    bridge.end()
    bridge.start('Nano [28] (capture)')
    until(lambda: 'bridge:Nano [28] (capture)' in inputs(home), what='a successor of the core knows the device too')
    bridge.send('b4 0a 00')
    until_strip(home, 'streams', 'pan', -1)
    bridge.end()
    home.loophole('audio', 'disconnect', 'midi_in', 'bridge:Nano [28] (capture)')


@claim(shares=sounding)
def another_device_at_the_port_of_one_that_is_away_is_not_taken_for_it(home):
    """Ports of ALSA's MIDI in JACK: their names are numbers, their aliases name the device."""
    home.loophole('midi', 'learn', 'mixer/streams/gain', 'control=cc/6/10', 'mode=jump')
    nano = Device(home, 'machine', ['midi_capture_1', 'alsa_pcm:Nano/midi_capture_1'])
    nano.until_wired()
    until(lambda: 'alsa_pcm:Nano/midi_capture_1' in wires(home), what='its device is noted')
    nano.end()
    other = Device.__new__(Device)
    other.home, other.name = home, 'machine'
    other.start('midi_capture_1', 'alsa_pcm:Other/midi_capture_1')
    nano.name = 'machine2'
    nano.start('midi_capture_3', 'alsa_pcm:Nano/midi_capture_1')
    until(lambda: 'machine2:midi_capture_3' in inputs(home), what='the device is connected at its new port')
    assert 'machine:midi_capture_1' not in inputs(home), inputs(home)
    other.send('b5 0a 7f')
    nano.send('b5 0a 00')
    until_strip(home, 'streams', 'gain', 0)
    home.loophole('audio', 'connect', 'midi_in', 'machine:midi_capture_1')
    until(lambda: 'machine:midi_capture_1' in inputs(home), what='a person connects the other one too')
    other.send('b5 0a 7f')
    until_strip(home, 'streams', 'gain', 1)
    other.end()
    nano.end()


def wires(home):
    return file_text(home.file('data/audio.connections'))


@claim(shares=sounding)
def bindings_belong_to_their_project(home):
    folder = home.first('project', 'new', 'One')['folder']
    home.loophole('midi', 'learn', 'mixer/preview/gain', 'control=cc/3/1', 'mode=jump', 'from=0.5', 'until=0')
    home.loophole('project', 'save')
    same([{'control': 'cc/3/1', 'target': 'mixer/preview/gain', 'mode': 'jump', 'from': 0.5, 'until': 0.0}],
         file_json(os.path.join(folder, 'project.json'))['project']['midi'])
    home.device.send('b2 01 00')
    until_strip(home, 'preview', 'gain', 0.5)
    home.loophole('project', 'new', 'Two')
    same([], bindings(home))
    home.loophole('midi', 'learn', 'mixer/preview/pan', 'control=cc/3/2', 'mode=jump')
    home.device.send('b2 01 7f', 'b2 02 7f')
    until_strip(home, 'preview', 'pan', 1)
    same(0.5, strip(home, 'preview', 'gain'))
    home.loophole('project', 'open', 'One')
    home.device.send('b2 01 7f')
    until_strip(home, 'preview', 'gain', 0)


@claim(shares=sounding)
def invalid_bindings_are_kept_and_a_missing_range_is_that_of_the_target(home):
    folder = home.first('project', 'new', 'Written by hand')['folder']
    lamp = {'control': 'cc/5/2', 'target': 'lamp/3', 'mode': 'jump'}
    home.loophole('project', 'set',
                  'midi=' + json.dumps([{'control': 'cc/5/1', 'target': 'mixer/preview/pan', 'mode': 'jump'}, lamp]))
    home.device.send('b4 01 7f')
    until_strip(home, 'preview', 'pan', 1)
    home.device.send('b4 01 00')
    until_strip(home, 'preview', 'pan', -1)
    home.loophole('midi', 'learn', 'transport/swing', 'control=cc/5/3')
    home.loophole('midi', 'forget', 'mixer/preview/pan')
    same([('cc/5/3', 'transport/swing', 'pickup')], bindings(home))
    home.loophole('project', 'save')
    with open(os.path.join(folder, 'project.json'), encoding='utf-8') as file:
        same([lamp], [one for one in json.load(file)['project']['midi'] if one['target'] == 'lamp/3'])


def peak_after(home, hit):
    """The peak of the pads in the half second after a hit."""
    since = frame(home)
    hit()
    until_later(home, 24000)
    return next(one['peak_left'] for one in home.ask('audio.meters', f'since={since}')['meters'] if one['bus'] == 'pads')


@claim(shares=sounding)
def a_pad_is_hit_with_the_velocity_of_the_range(home):
    home.loophole('project', 'new', 'Pads')
    home.loophole('mixer', 'pads', 'gain=1', 'mute=off')
    noise(home.file('pad.wav'), 9600)
    home.loophole('pads', 'set', '5', 'sound=' + home.file('pad.wav'))
    home.loophole('midi', 'learn', 'pads/5', 'control=cc/6/1', 'from=0.25', 'until=0.25')
    whole = peak_after(home, lambda: home.loophole('pads', 'hit', '5', '1.0'))
    part = peak_after(home, lambda: home.device.send_now('b5 01 7f'))
    assert 0 < part < whole / 2, (part, whole)


@claim(shares=sounding)
def a_key_that_is_released_while_a_client_learns_ends_its_pad(home):
    home.loophole('project', 'new', 'Held')
    noise(home.file('long.wav'), 48000 * 60)
    home.loophole('pads', 'set', '6', 'sound=' + home.file('long.wav'), 'mode=gate')
    home.loophole('midi', 'learn', 'pads/6', 'control=note/6/60')
    home.device.send('95 3c 7f')
    until(lambda: home.ask('audio.meters')['sounds'] == 1, what='the pad sounds')
    process = begin_to_learn(home, 'panic')
    home.device.send('85 3c 00')
    until(lambda: home.ask('audio.meters')['sounds'] == 0, what='the pad is silent')
    until_learned(process, home.device, 'b5 50 7f')


@claim(shares=sounding)
def a_key_that_was_pressed_before_a_client_learns_is_not_the_move_that_it_waits_for(home):
    home.loophole('project', 'new', 'Before')
    noise(home.file('before.wav'), 48000 * 60)
    home.loophole('pads', 'set', '6', 'sound=' + home.file('before.wav'), 'mode=gate', 'note=70', 'channel=9')
    client, ended = home.client(), 0
    for _ in range(20):
        home.device.send('98 46 7f')
        while client.must('audio.meters')['sounds'] == 0:
            pass  # the core has played the key, and reports its message up to 10 ms later
        client.send('project.bind', {'target': 'panic', 'over': True}, budget_ms=60000)
        until(lambda: 'waits for a MIDI control' in home.log('project')[ended:], what='the service waits for a control')

        def answered():  # the core may skip the period in which the messages come
            home.device.send('88 46 00', 'b5 50 7f')
            return client.take('project', 10000)
        same('ok', until(answered)[1])
        same([('cc/6/80', 'panic')], [one[:2] for one in bindings(home)])
        home.loophole('midi', 'forget', 'panic')
        ended = len(home.log('project'))
    client.close()


def held_sounds(home):
    return home.ask('audio.meters')['sounds']


@claim(shares=sounding)
def a_pad_that_is_held_ends_with_its_control_after_its_binding_or_the_project_has_changed(home):
    home.loophole('project', 'new', 'Held too')
    noise(home.file('held.wav'), 48000 * 60)
    home.loophole('pads', 'set', '6', 'sound=' + home.file('held.wav'), 'mode=gate', 'note=70', 'channel=9')
    home.loophole('midi', 'learn', 'pads/6', 'control=note/6/60')

    def hold(*messages):
        home.device.send(*messages)
        until(lambda: held_sounds(home) == 1, what=f'the pad sounds after {messages}')

    def until_ended(why):
        until(lambda: held_sounds(home) == 0, what=why)

    hold('95 3c 7f')
    home.loophole('midi', 'forget', 'pads/6')
    same(1, held_sounds(home))
    home.device.send('85 3c 00')
    until_ended('the key whose binding was forgotten releases it')
    for control, press, release in (('cc14/6/3', ('b5 03 7f', 'b5 23 7f'), ('b5 03 00', 'b5 23 00')),
                                    ('nrpn/6/300', ('b5 63 02', 'b5 62 2c', 'b5 06 7f', 'b5 26 7f'), ('b5 06 00', 'b5 26 00')),
                                    ('bend/6', ('e5 7f 7f',), ('e5 00 40', 'e5 00 10'))):
        home.loophole('midi', 'learn', 'pads/6', 'control=' + control)
        hold(*press)
        home.loophole('midi', 'forget', 'pads/6')
        same(1, held_sounds(home))
        home.device.send(*release)
        until_ended(f'{control} releases its pad after it was forgotten')
    home.loophole('midi', 'learn', 'pads/6', 'control=cc/6/50')
    for messages, release in ((['b5 32 7f'], 'b5 32 00'), (['98 46 7f'], '88 46 00')):
        home.loophole('project', 'open', 'Held too')
        home.loophole('pads', 'set', '6', 'sound=' + home.file('held.wav'), 'mode=gate', 'note=70', 'channel=9')
        hold(*messages)
        home.loophole('project', 'new', f'Other {release[:2]}')
        home.device.send(release)
        until_ended(f'{release} releases it in another project')


@claim(shares=sounding)
def each_kind_of_control_hits_its_pad_while_the_project_service_does_not_run(home):
    home.loophole('project', 'new', 'Stopped')
    noise(home.file('held.wav'), 48000 * 60)
    home.loophole('pads', 'set', '9', 'sound=' + home.file('held.wav'), 'mode=gate')
    for control, press, release in (('cc14/7/4', ('b6 04 7f', 'b6 24 00'), ('b6 04 00', 'b6 24 00')),
                                    ('nrpn/7/9', ('b6 63 00', 'b6 62 09', 'b6 06 7f'), ('b6 06 00',)),
                                    ('bend/7', ('e6 00 7f',), ('e6 00 00',)), ('note/7/33', ('96 21 40',), ('96 21 00',))):
        home.loophole('midi', 'learn', 'pads/9', 'control=' + control)
        with home.paused('project'):
            home.device.send(*press)
            until(lambda: held_sounds(home) == 1, what=f'{control} hits its pad')
            home.device.send(*release)
            until(lambda: held_sounds(home) == 0, what=f'{control} releases its pad')
        home.wait_ready('project')


def ask_while_the_core_pauses(home, ask):
    """Sends an ask while the core is paused, and continues the core when the answer came, or is awaited. The pause is
    shorter than the time after which the supervisor replaces a core that hangs."""
    with contextlib.closing(home.client()) as client:
        with home.paused('audio'):
            request = client.send(*ask)
            answer = client.take('project', 150)
        return answer or client.must(*ask, request=request)


@claim(shares=sounding)
def a_press_right_after_the_answer_to_a_binding_hits_its_pad(home):
    home.loophole('project', 'new', 'At once')
    noise(home.file('held.wav'), 48000 * 60)
    home.loophole('pads', 'set', '9', 'sound=' + home.file('held.wav'), 'mode=gate')
    for control, press, release in (('cc/8/4', ('b7 04 7f',), ('b7 04 00',)),
                                    ('cc14/8/5', ('b7 05 7f', 'b7 25 00'), ('b7 05 00', 'b7 25 00')),
                                    ('nrpn/8/9', ('b7 63 00', 'b7 62 09', 'b7 06 7f'), ('b7 06 00',)),
                                    ('bend/8', ('e7 00 7f',), ('e7 00 00',)),
                                    ('note/8/33', ('97 21 40',), ('97 21 00',))):
        for ask in (('project.bind', {'target': 'pads/9', 'control': control}), ('project.undo',), ('project.redo',)):
            ask_while_the_core_pauses(home, ask)
            if ask[0] != 'project.undo':
                home.device.send(*press)
                until(lambda: held_sounds(home) == 1, what=f'{control} hits its pad after {ask[0]}')
                home.device.send(*release)
                until(lambda: held_sounds(home) == 0, what=f'{control} releases its pad')


@claim(shares=sounding)
def two_devices_that_send_the_same_have_bindings_of_their_own(home):
    home.loophole('project', 'new', 'Two devices')
    second = Device(home, 'second', number='_2')
    second.until_wired()
    home.loophole('midi', 'learn', 'mixer/pads/pan', 'control=cc/9/20', 'mode=jump')
    process = begin_to_learn(home, 'mixer/sounds/pan', 'mode=jump')
    until_learned(process, second, 'b8 14 7f')
    same([('cc/9/20', 'mixer/pads/pan', 'jump'), ('2:cc/9/20', 'mixer/sounds/pan', 'jump')], bindings(home))
    second.send('b8 14 00')
    until_strip(home, 'sounds', 'pan', -1)
    same(0, strip(home, 'pads', 'pan'))
    home.device.send('b8 14 7f')
    until_strip(home, 'pads', 'pan', 1)
    same(-1, strip(home, 'sounds', 'pan'))
    home.loophole('mixer', 'sounds', 'pan=1')
    second.until_shows('b8 14 7f')
    home.loophole('mixer', 'pads', 'pan=-1')
    home.device.until_shows('b8 14 00')
    second.until_shows('b8 14 7f')  # each device shows its own values alone
    second.end()
    second.start()
    second.until_wired()
    second.until_shows('b8 14 7f')
    home.kill('audio')
    home.wait_ready('audio', 'project')
    second.until_wired()
    until(lambda: second.send('b8 14 00') or strip(home, 'sounds', 'pan') == -1, what='the binding works after a kill')
    same(-1, strip(home, 'pads', 'pan'))
    home.loophole('audio', 'disconnect', 'midi_in_2', 'second:out')
    home.loophole('audio', 'disconnect', 'control_out_2', 'second:in')
    second.end()


def heard_of_keys(home, pad, key):
    """The frames at which the pad is heard and the key is sent, unless JACK skipped a client."""
    tape = Tape(home, 60, name='late' + pad, notes=(str(key), '30000', home.ask('audio.server')['client'] + ':midi_in'))
    until_later(home, 100000)
    heard = [at for at, level in enumerate(array.array('f', file_bytes(tape.stop()))) if level > 0.05]
    said = json.loads(tape.words().strip().split('\n')[-1])
    return (heard, said['notes']) if said['missed'] == said['baseline'] == 0 else None


@claim(shares=sounding)
def a_learned_pad_sounds_as_soon_as_a_pad_with_a_note_of_its_own(home):
    """JACK records when a key is sent, and when it sounds: of both pads after the same time, to the frame."""
    home.loophole('project', 'new', 'Soon')
    until_transport(home, running=False)
    late = {}
    for pad, key in (('7', 40), ('8', 50)):
        home.loophole('pads', 'set', pad, 'sound=' + click(home), *(['note=40'] if pad == '7' else []))
        if pad == '8':
            home.loophole('midi', 'learn', 'pads/8', 'control=note/10/50', 'from=1')
            home.kill('project')  # the core no longer needs it
        heard, sent = until(lambda: heard_of_keys(home, pad, key), 600, 'the machine has time for the recorder')
        late[pad] = [min(at - note for at in heard if at >= note) for note in sent[:3]]
        home.wait_ready('project')
    figure(f'from the key to the sound, in frames: a pad with a note {late["7"]}, a learned pad {late["8"]}')
    same(1, len(set(late['7'] + late['8'])), str(late))


def click(home):
    path = home.file('click.wav')
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(48000)
        out.writeframes(array.array('h', [32000] + [0] * 2000).tobytes())
    return path


@claim(shares=sounding)
def a_project_has_at_most_256_bindings_and_keeps_more_that_its_file_has(home):
    folder = home.first('project', 'new', 'Many')['folder']
    each = [{'control': f'cc/{1 + n // 100}/{n % 100}', 'target': f'pattern/load/{1 + n % 128}', 'mode': 'jump', 'from': 0.0, 'until': 1.0}
            for n in range(300)]
    home.loophole('project', 'set', 'midi=' + json.dumps(each))
    same(256, len(bindings(home)))
    for wrong in (['control=cc/9/1'], []):
        said = home.refused('midi', 'learn', 'panic', *wrong)
        assert 'the project has 256 MIDI bindings: at most 256 are allowed' in said and 'move the control' not in said, said
    home.loophole('midi', 'forget', 'cc/1/3')
    home.loophole('project', 'save')
    with open(os.path.join(folder, 'project.json'), encoding='utf-8') as file:
        same([one for one in each if one['control'] != 'cc/1/3'], json.load(file)['project']['midi'])
    home.loophole('project', 'new', 'Few')


@claim(shares=sounding)
def an_impossible_binding_is_refused_with_a_reason(home):
    for wrong in ('mixer/none/gain', 'mixer//gain', 'nothing', 'pads/128', 'rows/hat', 'pattern/load/', 'pattern/load/129'):
        contains(home.refused('midi', 'learn', wrong, 'control=cc/1/9', code=11), 'target')
    contains(home.refused('midi', 'learn', 'mixer/pads/pan', 'control=cc/17/9', code=11), 'not a MIDI control')
    waits = home.log('project').count('waits for a MIDI control')
    for args, why in ((['foo'], 'target'), (['mixer/pads/pan', 'mode=hold'], 'does not fit'), (['mixer/pads/gain', 'from=-1'], 'from'),
                      (['transport/tempo', 'until=10'], 'until')):
        said = home.refused('midi', 'learn', *args, code=11)
        assert why in said and 'move the control' not in said, said
    same(waits, home.log('project').count('waits for a MIDI control'))
    home.loophole('midi', 'learn', 'mixer/pads/pan', 'control=cc/1/9')
    contains(home.refused('midi', 'learn', 'panic', 'control=cc/1/9'), 'cc/1/9 moves mixer/pads/pan')
    home.loophole('midi', 'learn', 'panic', 'control=cc/1/9', '--force')
    same([('cc/1/9', 'panic', 'jump')], [one for one in bindings(home) if one[0] == 'cc/1/9'])
    contains(home.refused('midi', 'forget', 'cc/5/5'), 'nothing is bound')
    said = home.refused('midi', 'learn', 'mixer/pads/pan', '--budget', '5000')
    assert said.index('move the control now') < said.index('no control was moved'), said


@claim(shares=sounding)
def controls_of_two_bytes_of_parameters_and_keys_are_learned(home):
    home.loophole('project', 'new', 'Kinds')
    learn(home, 'mixer/streams/gain', 'b0 05 40', 'b0 25 10', more=['mode=jump'])
    learn(home, 'mixer/streams/pan', 'b0 63 02', 'b0 62 2c', 'b0 06 40', more=['mode=jump'])
    learn(home, 'transport/toggle', '90 3c 40', '80 3c 00')
    learn(home, 'mixer/streams/mute', 'b0 50 7f', 'b0 50 00')
    same([('cc14/1/5', 'mixer/streams/gain', 'jump'), ('nrpn/1/300', 'mixer/streams/pan', 'jump'),
          ('note/1/60', 'transport/toggle', 'jump'), ('cc/1/80', 'mixer/streams/mute', 'toggle')], bindings(home))
    home.device.send('b0 05 20', 'b0 25 01')
    until_strip(home, 'streams', 'gain', ((0x20 * 128 + 1) / 16383) ** 2)
    home.device.send('b0 63 02', 'b0 62 2c', 'b0 06 20', 'b0 26 01')
    until_strip(home, 'streams', 'pan', (0x20 * 128 + 1) / 16383 * 2 - 1)
    home.device.send('90 3c 40', '80 3c 00')
    until_transport(home, running=True)
    home.device.send('90 3c 40', '80 3c 00')
    until_transport(home, running=False)
    home.device.send('b0 50 7f', 'b0 50 00')
    until(lambda: strip(home, 'streams', 'mute'), what='the strip is muted')
    home.device.send('b0 50 7f', 'b0 50 00')
    until(lambda: not strip(home, 'streams', 'mute'), what='the strip is muted no more')


@claim(shares=sounding)
def a_client_that_learns_takes_the_place_of_one_that_gave_up(home):
    home.loophole('project', 'new', 'Again')
    first = begin_to_learn(home, 'panic')
    learn(home, 'mixer/streams/solo', 'b0 51 7f', 'b0 51 00')
    same([('cc/1/81', 'mixer/streams/solo', 'toggle')], bindings(home))
    assert first.wait(600) != 0


@claim(shares=sounding)
def a_fader_picks_its_value_up_and_an_encoder_steps(home):
    home.loophole('project', 'new', 'Ways')
    home.loophole('midi', 'learn', 'transport/swing', 'control=cc/1/20', 'from=0', 'until=0.5')
    home.loophole('midi', 'learn', 'transport/tempo', 'control=cc/1/21', 'mode=twos', 'from=20', 'until=147')
    home.loophole('transport', 'swing', '0.25')
    home.loophole('transport', 'tempo', '100')
    home.device.send('b0 14 01', 'b0 14 10', 'b0 15 03')  # the fader is far below the value
    until_transport(home, bpm=103, swing=0.25)
    home.device.send('b0 15 7e')
    until_transport(home, bpm=101, swing=0.25)
    home.device.send('b0 14 7f')  # it has passed the value
    until_transport(home, swing=0.5)
    home.device.send('b0 14 00')
    until_transport(home, swing=0)



@claim(shares=sounding)
def a_device_shows_the_values_on_change_on_load_and_when_it_returns(home):
    home.loophole('project', 'new', 'Shown')
    home.loophole('mixer', 'preview', 'gain=0', 'mute=off')
    for target, control in (('mixer/preview/gain', 'cc/7/7'), ('mixer/preview/mute', 'note/7/60'),
                            ('transport/swing', 'cc14/7/3'), ('transport/toggle', 'cc/7/90')):
        home.loophole('midi', 'learn', target, 'control=' + control, *['mode=jump'] * (target == 'mixer/preview/gain'))
    home.loophole('transport', 'swing', '0.75')
    home.device.until_shows('b6 07 00', '96 3c 00', 'b6 03 7f', 'b6 23 7f', 'b6 5a 00')
    home.loophole('mixer', 'preview', 'gain=1', 'mute=on')
    home.loophole('transport', 'start')
    home.device.until_shows('b6 07 7f', '96 3c 7f', 'b6 5a 7f')
    home.device.send('96 3c 40', '86 3c 00')  # the button switches its own light
    home.device.until_shows('96 3c 00')
    home.device.send('b6 07 20')
    until_strip(home, 'preview', 'gain', (0x20 / 127) ** 2)
    home.loophole('transport', 'stop')
    home.device.until_shows('b6 5a 00')
    same([], [line for line in home.device.heard() if line == 'b6 07 20'])  # what it sent itself
    home.loophole('project', 'new', 'Other')
    home.loophole('mixer', 'preview', 'gain=0.25')
    home.loophole('project', 'open', 'Shown')
    home.device.until_shows('b6 07 20')
    for service in ('audio', 'project'):
        home.device.end()
        home.device.start()
        home.kill(service)
        home.wait_ready('project', 'audio')
        home.device.until_wired()
        home.device.until_shows('b6 07 20', '96 3c 00', 'b6 03 7f', 'b6 23 7f', 'b6 5a 00')
    home.loophole('midi', 'forget', 'all')


run_claims()
