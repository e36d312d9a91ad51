"""vocals.py: a cappellas of a synthesiser's voices, with the time at which each syllable begins. From one seed always the
same. Each syllable is spoken by flite, which ffmpeg has, and shifted to a note of a melody; syllables of a phrase follow
each other without a pause. They keep their length: a stretched syllable has long consonants, which no singer has.
Those of persons are recorded syllables of six languages (klettres-data), shifted in the same way. They are left out of all tuning."""
import glob
import os
import random
import subprocess
import wave

import numpy as np

RATE, LEGATO, EDGE, NOTES = 44100, 0.02, 3528, (-5, -3, 0, 2, 4, 5, 7)
VOICES = ('slt', 'awb', 'rms', 'kal16')
WORDS = ('la na da mo see ray you love night hold me fall sky blue shine now stay time low fire gone heart the moon and dream '
         'walk tell why so we run light hands').split()
PERSONS = ('de', 'es', 'lt', 'pt_BR', 'ru', 'uk')
RECORDED = '/usr/share/klettres/{}/syllab/*.ogg'
NO_SYLLABLES = set('affe eule lisa nase opa pute ll kilo yra tvoya'.split())  # words of two, and the name of a letter
KINDS = ('dry', 'reverb', 'breath', 'noise')


def read(path):
    with wave.open(path) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), '<i2') / 32768


def write(path, samples):
    with wave.open(path, 'wb') as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype('<i2').tobytes())


def trimmed(samples):
    """Without what precedes and follows it: silence, or the noise of the recording, which its first and last 80 ms have."""
    level = np.convolve(samples ** 2, np.ones(220) / 220, 'same')
    first, last = (np.clip(4 * noise.max(), level.max() * 1e-4, level.max() * 1e-2) for noise in (level[:EDGE], level[-EDGE:]))
    return samples[np.argmax(level > first):len(level) - np.argmax(level[::-1] > last)]


def recorded(voice):
    """The files that have one syllable: a cut in the middle of "opa" is right, but the truth has no time of it."""
    files = sorted(glob.glob(RECORDED.format(voice)))
    return [path for path in files if os.path.basename(path).removesuffix('.ogg') not in NO_SYLLABLES]


def syllable(folder, word, voice, semitones):
    path = os.path.join(folder, f'{os.path.basename(word)}-{voice}-{semitones}.wav')
    source = ['-i', word] if voice in PERSONS else ['-f', 'lavfi', '-i', f"flite=text='{word}':voice={voice}"]
    if not os.path.exists(path):
        effects = f'rubberband=pitch={2 ** (semitones / 12):.6f}'
        subprocess.run(['ffmpeg', '-v', 'error', '-y', *source, '-af', effects, '-ar', str(RATE), '-ac', '1', path], check=True)
    one = trimmed(read(path))
    return one / np.sqrt(np.mean(one ** 2)) * 0.1


def breath(noise, seconds):
    """Noise of the breath before a phrase: band-limited, swelling, 26 dB below the voice."""
    white = noise.standard_normal(int(seconds * RATE))
    smooth = np.convolve(white, np.hanning(13) / 6, 'same') - np.convolve(white, np.hanning(60) / 30, 'same')
    return smooth / np.sqrt(np.mean(smooth ** 2)) * 0.005 * np.hanning(len(smooth)) * 1.6


def room(noise, samples):
    """A reverb of 0.9 s, 14 dB below the voice."""
    decay = noise.standard_normal(int(0.9 * RATE)) * np.exp(-6.9 * np.arange(int(0.9 * RATE)) / (0.9 * RATE))
    size = 1 << (len(samples) + len(decay)).bit_length()
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(decay, size), size)[:len(samples) + len(decay)]
    dry = np.concatenate((samples, np.zeros(len(decay))))
    return dry + wet * np.sqrt(np.mean(samples ** 2) / np.mean(wet ** 2)) * 0.2


def cappella(folder, kind, seed, voices):
    """Samples, their voice, and the seconds at which syllables begin."""
    choose, noise = random.Random(seed), np.random.default_rng(seed)
    voice = choose.choice(voices)
    words = recorded(voice) if voice in PERSONS else WORDS
    line, truth, legato = np.zeros(int(choose.uniform(0.6, 1.5) * RATE)), [], int(LEGATO * RATE)
    for _ in range(choose.randint(4, 6)):
        if kind == 'breath':
            sound, at = breath(noise, choose.uniform(0.25, 0.45)), int(choose.uniform(0.03, 0.12) * RATE)
            line[len(line) - at - len(sound):len(line) - at] += sound[-len(line):]
        for place in range(choose.randint(3, 8)):
            one = syllable(folder, choose.choice(words), voice, choose.choice(NOTES)) * choose.uniform(0.5, 1)
            over = legato if place else 0
            one[:over] *= np.linspace(0, 1, over)
            line[len(line) - over:] *= np.linspace(1, 0, over)
            truth.append((len(line) - over / 2) / RATE)
            line = np.concatenate((line[:len(line) - over], line[len(line) - over:] + one[:over], one[over:]))
        line = np.concatenate((line, np.zeros(int(choose.uniform(0.6, 1.6) * RATE))))
    if kind == 'reverb':
        line = room(noise, line)
    if kind == 'noise':
        line = line + noise.standard_normal(len(line)) * 0.1 * 10 ** (-35 / 20)
    return line, voice, truth


def make(folder, count, voices):
    """Writes `count` of them. Returns their paths, kinds, voices and truths."""
    made = []
    for n in range(count):
        kind, path = KINDS[n % len(KINDS)], os.path.join(folder, f'{voices[0]}{n}.wav')
        samples, voice, truth = cappella(folder, kind, 1000 + n, voices)
        write(path, samples)
        made.append((path, kind, voice, truth))
    return made
