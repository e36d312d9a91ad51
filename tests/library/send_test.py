#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""`loophole send`: sounds copied and converted into a folder, its resumption, its names and its errors."""
import os
import pty
import random
import signal
import struct
import subprocess

from tests.claims import (BUILD, children_of, claim, contains, file_bytes, how_often, kill_command, name_of, open_files, run_claims,
                    same, state_of, until, worker_of, write_file)
from tests.record.wave_files import RATE, acid, chunk, chunks, form, samples_of, smpl, wav


def noise(seed, count, top=20000):
    """Noise that repeats after five seconds, because it takes longer to draw than to send."""
    drawn = random.Random(seed).choices(range(-top, top), k=min(count, 5 * RATE))
    return (drawn * (count // len(drawn) + 1))[:count]


def made(home, count=3, frames=RATE, **more):
    """An engine whose library has `count` WAVs, and their samples by name."""
    folder = home.file('library')
    os.makedirs(folder, exist_ok=True)
    sounds = {f'hit{i}.wav': noise(i, frames) for i in range(count)}
    for name, samples in sounds.items():
        wav(f'{folder}/{name}', samples, **more)
    home.index_library()
    return sounds


def sent(folder):
    return sorted(name for name in os.listdir(folder) if not name.startswith('.'))


@claim
def without_a_form_each_file_is_copied_byte_for_byte(home):
    made(home, more=smpl(10, 20) + chunk(b'odd ', b'kept'))
    card = home.file('card/deep')
    lines = home.json('send', 'hit', card)
    same({'folder': card, 'sent': 3, 'present': 0, 'failed': 0, 'bytes': lines[-1]['bytes']}, lines[-1])
    same(['hit0.wav', 'hit1.wav', 'hit2.wav'], sent(card))
    for name in sent(card):
        same(file_bytes(f'{home.file("library")}/{name}'), file_bytes(f'{card}/{name}'))


@claim
def a_file_that_its_recorder_did_not_close_is_sent_with_its_length(home):
    folder = home.file('library')
    os.makedirs(folder)
    samples = noise(1, RATE)
    wav(f'{folder}/open.wav', samples)
    whole = bytearray(file_bytes(f'{folder}/open.wav'))
    for at in (4, whole.index(b'data') + 4):
        whole[at:at + 4] = bytes(4)
    write_file(f'{folder}/open.wav', bytes(whole))
    home.index_library()
    same(['open.wav'], [os.path.basename(item['path']) for item in home.json('search', 'is:unclosed')])
    for number, option in enumerate(((), ('--bits', '16'))):
        home.loophole('send', 'open', home.file(f'card{number}'), *option)
        same(samples, samples_of(home.file(f'card{number}/open.wav')), option)


@claim
def a_wider_form_has_exactly_the_samples_of_the_file(home):
    sounds = made(home, 1)
    home.loophole('send', 'hit', home.file('card'), '--bits', '24')
    path = home.file('card/hit0.wav')
    same((1, 1, RATE, 24), form(path))
    same([s * 256 for s in sounds['hit0.wav']], samples_of(path))


@claim
def a_flac_becomes_a_wav_with_the_same_samples(home):
    folder = home.file('library')
    os.makedirs(folder)
    samples = noise(1, 2 * RATE)
    wav(home.file('plain.wav'), samples, channels=2)
    subprocess.run(['sox', home.file('plain.wav'), f'{folder}/hit.flac'], check=True)
    home.index_library()
    home.loophole('send', 'hit', home.file('card'), '--bits', '16')
    same((1, 2, RATE, 16), form(home.file('card/hit.wav')))
    same(samples, samples_of(home.file('card/hit.wav')))


@claim
def root_note_loop_and_tempo_follow_to_the_new_rate(home):
    os.makedirs(home.file('library'))
    wav(home.file('library/loop.wav'), noise(2, RATE + 1), more=smpl(11025, RATE) + acid(8, 140.0))
    home.index_library()
    home.loophole('send', 'loop', home.file('card'), '--rate', '22.05k')
    found = chunks(home.file('card/loop.wav'))
    same((1, 1, 22050, 16), form(home.file('card/loop.wav')))
    same((RATE + 2) // 2, len(found[b'data']) // 2)
    head = struct.unpack('<9I', found[b'smpl'][:36])
    same((round(1e9 / 22050), 48, 1), (head[2], head[3], head[7]))
    loop = struct.unpack('<6I', found[b'smpl'][36:])
    assert abs(loop[2] - 5512.5) <= 0.5 and loop[3] == (RATE + 2) // 2 - 1, f'the loop is {loop}'
    same(acid(8, 140.0)[8:], found[b'acid'])


@claim
def mono_is_the_mean_and_normalise_reaches_the_ceiling(home):
    os.makedirs(home.file('library'))
    left, right = noise(3, RATE, 8000), noise(4, RATE, 8000)
    wav(home.file('library/wide.wav'), [s for pair in zip(left, right) for s in pair], channels=2)
    home.index_library()
    home.loophole('send', 'wide', home.file('mono'), '--mono', '--bits', '24')
    same([(a + b) * 128 for a, b in zip(left, right)], samples_of(home.file('mono/wide.wav')))
    home.loophole('send', 'wide', home.file('loud'), '--normalise', '--bits', '24')
    peak = max(abs(s) for s in samples_of(home.file('loud/wide.wav')))
    assert abs(peak / 8388608 - 10 ** (-0.1 / 20)) < 1e-5, f'the highest sample is {peak}'


@claim
def another_rate_keeps_the_sound(home):
    os.makedirs(home.file('library'))
    subprocess.run(['sox', '-D', '-n', '-r', str(RATE), '-b', '24', home.file('library/tone.wav'), 'synth', '1', 'sine',
                    '1000', 'gain', '-6'], check=True)
    home.index_library()
    home.loophole('send', 'tone', home.file('card'), '--rate', '48k', '--bits', '24')
    path = home.file('card/tone.wav')
    same((1, 1, 48000, 24), form(path))
    wanted = subprocess.run(['sox', '-D', '-n', '-r', '48000', '-b', '24', '-t', 'raw', '-e', 'signed', '-', 'synth', '1',
                             'sine', '1000', 'gain', '-6'], check=True, capture_output=True).stdout
    wanted = [int.from_bytes(wanted[i:i + 3], 'little', signed=True) for i in range(0, len(wanted), 3)]
    got = samples_of(path)
    same(len(wanted), len(got))
    worst = max(abs(a - b) for a, b in zip(wanted[2000:-2000], got[2000:-2000]))
    assert worst < 8388608 * 10 ** (-90 / 20), f'the tone differs by {worst} of 8388608'


@claim
def a_file_that_is_so_already_keeps_all_its_chunks(home):
    made(home, 1, more=chunk(b'odd ', b'kept'))
    home.loophole('send', 'hit', home.file('card'), '--rate', str(RATE), '--bits', '16', '--mono')
    same(file_bytes(home.file('library/hit0.wav')), file_bytes(home.file('card/hit0.wav')))


@claim
def equal_names_get_a_number_and_nothing_is_replaced(home):
    for folder in ('a', 'b'):
        os.makedirs(f"{home.file('library')}/{folder}")
        wav(f'{home.file("library")}/{folder}/{"hit" if folder == "a" else "HIT"}.wav', noise(ord(folder), RATE))
    home.index_library()
    card = home.file('card')
    os.makedirs(card)
    with open(f'{card}/Hit.WAV', 'w', encoding='ascii') as file:
        file.write('mine')
    home.loophole('send', 'hit', card)
    same(['HIT', 'Hit', 'hit'], sorted(name.split('.')[0].split(' ')[0] for name in sent(card)))
    same(3, len({name.lower() for name in sent(card)}))
    same(b'mine', file_bytes(f'{card}/Hit.WAV'))


@claim
def names_are_made_of_parts(home):
    made(home, 2)
    home.loophole('tag', search_id(home, 'hit0'), '+x')
    home.loophole('edit', search_id(home, 'hit0'), 'name=Big / Kick', 'bpm=128.4')
    home.loophole('send', search_id(home, 'hit0'), home.file('card'), '--rename', '{n} {name} {bpm} [{pack}]')
    same(1, len(sent(home.file('card'))))
    contains(sent(home.file('card'))[0], '01 Big _ Kick 128 [')
    home.loophole('send', search_id(home, 'hit1'), home.file('blank'), '--rename', '{name}  {bpm}')
    same(['hit1.wav'], sent(home.file('blank')))  # its tempo is unknown
    contains(home.refused('send', 'hit', home.file('card'), '--rename', '{tempo}'), '{bpm}')
    contains(home.refused('send', 'hit', home.file('card'), '--rename', '../{n}'), 'slash')


def search_id(home, query):
    return home.first('search', query, '--limit', '1')['id']


@claim
def the_same_command_again_sends_only_what_is_new_or_changed(home):
    made(home)
    card = home.file('card')
    command = ('send', 'hit', card, '--bits', '24')
    same(3, home.json(*command)[-1]['sent'])
    again = home.json(*command)
    same((0, 3), (again[-1]['sent'], again[-1]['present']))
    os.unlink(f'{card}/hit1.wav')
    last = home.json(*command)[-1]
    same((1, 2), (last['sent'], last['present']))
    wav(f'{home.file("library")}/hit2.wav', noise(77, RATE))
    home.loophole('index', home.file('library'), '--wait')
    last = home.json(*command)[-1]
    same((1, 2), (last['sent'], last['present']))
    same(['hit0.wav', 'hit1.wav', 'hit2 (2).wav', 'hit2.wav'], sent(card))


@claim
def items_that_cannot_be_sent_are_named_and_the_rest_is_sent(home):
    made(home)
    os.unlink(f'{home.file("library")}/hit1.wav')
    with open(f'{home.file("library")}/hit2.wav', 'r+b') as file:
        file.truncate(20)
    run = home.run('loophole', 'send', 'hit', home.file('card'), '--bits', '24', '--json', code=None)
    assert run.code != 0, 'a failure is no success'
    same(['hit0.wav'], sent(home.file('card')))
    contains(run.all, '2 of 3 items could not be sent')
    contains(home.refused('send', 'nothingatall', home.file('card')), 'nothing matches')
    for bits in ('12', '20', '64'):
        contains(home.refused('send', 'hit', home.file('card'), '--bits', bits), '16, 24 or 32')
    contains(home.refused('send', 'hit', home.file('card'), '--rate', '10'), '1000 to 768000')
    contains(home.refused('send', 'hit', f'{home.file("library")}/hit0.wav'), 'hit0.wav')


@claim
def a_terminal_shows_the_progress_of_send(home):
    made(home)
    shown = bytearray()
    mine, theirs = pty.openpty()
    with subprocess.Popen([os.path.join(BUILD, 'bin/loophole'), 'send', 'hit', home.file('card'),
                           '--rate', '22050', '--rename', '{n} {name}'],
                          env={**os.environ, **home.env, 'TERM': 'xterm'}, stdin=theirs, stdout=theirs, stderr=theirs) as sending:
        os.close(theirs)
        while True:
            try:
                part = os.read(mine, 4096)
            except OSError:  # it has ended
                break
            if not part:
                break
            shown += part
    os.close(mine)
    same(0, sending.returncode)
    for part in ('1 of 3, 0 %: hit', '2 of 3, ', '3 of 3, ', '100 %', 'done: 3 sent, 0 there already, 0 failed'):
        contains(shown.decode(), part)
    same(['01 hit', '02 hit', '03 hit'], [name[:6] for name in sent(home.file('card'))])


@claim
def a_second_send_into_the_same_folder_waits_for_its_turn(home):
    made(home, 1, frames=200 * RATE)
    first = subprocess.Popen(['loophole', 'send', 'hit', home.file('card'), '--rate', '96000'], env=home.env,
                             stdout=subprocess.DEVNULL)
    part = f'{home.file("card")}/.loophole-sent.part'
    until(lambda: os.path.exists(part))
    worker = worker_of(first.pid)
    os.kill(worker, signal.SIGSTOP)
    contains(home.refused('send', 'hit', home.file('card')), 'another send')
    os.kill(worker, signal.SIGCONT)
    same(0, first.wait(600))


@claim
def a_killed_send_leaves_no_half_file_and_the_next_one_goes_on(home):
    sounds = made(home, 12, frames=4 * RATE)
    card, draw = home.file('card'), random.Random(int(os.environ['SEED']))
    whole = {name: [s * 256 for s in samples] for name, samples in sounds.items()}
    for _ in range(how_often(6, 100)):
        before = len(sent(card)) if os.path.isdir(card) else 0
        going = subprocess.Popen(['loophole', 'send', 'hit', card, '--bits', '24'], env=home.env,
                                 stdout=subprocess.DEVNULL)
        wanted = min(len(sounds), before + draw.randrange(0, 3))
        until(lambda: going.poll() is not None or (os.path.isdir(card) and len(sent(card)) >= wanted))
        kill_command(going)
        for name in sent(card) if os.path.isdir(card) else []:
            same(whole[name], samples_of(f'{card}/{name}'), f'of {name} after a kill')
    last = home.json('send', 'hit', card, '--bits', '24')[-1]
    same((len(sounds), 0), (last['sent'] + last['present'], last['failed']))
    same(sorted(sounds), sent(card))
    for name in sounds:
        same(whole[name], samples_of(f'{card}/{name}'), f'of {name} at the end')
    assert not os.path.exists(f'{card}/.loophole-sent.part')


@claim
def a_partial_file_of_a_killed_send_damages_no_sent_file(home):
    made(home)
    card = home.file('card')
    home.loophole('send', f'{home.file("library")}/hit0.wav', card)
    os.link(f'{card}/hit0.wav', f'{card}/.loophole-sent.part')  # a kill between the link and the removal of its first name
    home.loophole('send', 'hit', card)
    for name in ('hit0.wav', 'hit1.wav', 'hit2.wav'):
        same(file_bytes(f'{home.file("library")}/{name}'), file_bytes(f'{card}/{name}'), f'of {name}')


def decoder_of(pid):
    """A worker of that send which has its sound; waits for it."""
    return until(lambda: next((one for one in workers_of(pid) if any('/library/' in path for path in open_files(one))),
                              None))


def workers_of(pid):
    return [one for parent in children_of(pid) for one in children_of(parent) if name_of(one) == 'loophole-worker']


@claim
def a_killed_decoder_is_replaced_and_the_sound_is_whole(home):
    made(home, 1, frames=60 * RATE)
    form_of_both = ('--rate', '96000', '--normalise')
    home.loophole('send', 'hit', home.file('undisturbed'), *form_of_both)
    going = home.start('loophole', 'send', 'hit', home.file('card'), *form_of_both)
    os.kill(decoder_of(going.pid), signal.SIGKILL)
    same(0, going.wait(600))
    same(file_bytes(home.file('undisturbed/hit0.wav')), file_bytes(home.file('card/hit0.wav')))


@claim
def a_sound_that_ends_its_decoders_is_named_and_the_rest_is_sent(home):
    made(home, 2, frames=240 * RATE)  # so long that a busy machine kills both decoders of one sound
    going = home.start_into(home.file('said'), 'loophole', 'send', 'hit', home.file('card'), '--rate', '96000')
    for _ in range(2):
        worker = decoder_of(going.pid)
        os.kill(worker, signal.SIGKILL)
        until(lambda: worker not in workers_of(going.pid))
    assert going.wait(600) != 0, 'a failure is no success'
    same(1, len(sent(home.file('card'))))
    contains(file_bytes(home.file('said')).decode(), 'its decoder ended: signal 9')


@claim
def a_silent_decoder_is_ended_named_and_the_rest_is_sent(home):
    made(home, 2, frames=60 * RATE)
    going = home.start_into(home.file('said'), 'loophole', 'send', 'hit', home.file('card'), '--rate', '96000', '--budget',
                            '10000')
    worker = decoder_of(going.pid)
    os.kill(worker, signal.SIGSTOP)
    assert going.wait(600) != 0, 'a failure is no success'
    contains(file_bytes(home.file('said')).decode(), 'its decoder did not answer for 10 s')
    same(1, len(sent(home.file('card'))))
    assert not os.path.exists(f'/proc/{worker}/stat') or state_of(worker) == 'Z', 'the decoder lives'


@claim
def without_locks_two_sends_have_each_a_part_of_its_own(home):
    sounds = made(home, 4, frames=20 * RATE)
    card = home.file('card')
    os.makedirs(card)
    left = f'{card}/.loophole-sent-0badcafe.part'
    write_file(left, b'left by a kill')
    os.utime(left, (1, 1))
    without = ('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=flock', '-e', 'inject=flock:error=ENOLCK')
    both = [subprocess.Popen(without + ('loophole', 'send', 'hit', card, '--bits', bits), env=home.env,
                             stdout=subprocess.DEVNULL) for bits in ('24', '32')]
    same([0, 0], [one.wait(600) for one in both])
    same(8, len(sent(card)))
    for bits in (24, 32):
        same(sorted(len(samples) for samples in sounds.values()),
             sorted(len(chunks(f'{card}/{name}')[b'data']) * 8 // bits for name in sent(card) if form(f'{card}/{name}')[3] == bits))
    for name in sent(card):
        if form(f'{card}/{name}')[3] == 24:
            same([s * 256 for s in sounds[f'{name[:4]}.wav']], samples_of(f'{card}/{name}'), f'of {name}')
    same([], [name for name in os.listdir(card) if name.endswith('.part')])


@claim
def hostile_chunks_make_no_bad_wav(home):
    folder = home.file('library')
    os.makedirs(folder)
    bad = {'loops.wav': chunk(b'smpl', struct.pack('<9I', 0, 0, 0, 60, 0, 0, 0, 0xFFFFFFFF, 0) +
                              struct.pack('<6I', 0, 0, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0) * 3),
           'short.wav': chunk(b'smpl', b'x' * 11) + chunk(b'acid', b'y' * 3),
           'upside.wav': smpl(900, 100)}
    for name, more in bad.items():
        wav(f'{folder}/{name}', noise(1, RATE), more=more)
    home.index_library()
    home.loophole('send', 'is:oneshot or -is:oneshot', home.file('card'), '--rate', '48000')
    for name in bad:
        found = chunks(f'{home.file("card")}/{name}')
        same(0, struct.unpack('<I', found.get(b'smpl', b'\0' * 36)[28:32])[0], f'loops of {name}')


run_claims()
