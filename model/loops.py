"""Makes loops with a known tempo: patterns of common styles, played with the labelled single sounds."""
import numpy as np

RATE = 44100

# Kick, snare and hat on the sixteenths of a bar: x always, o half of the time, . rarely, - never.
STYLES = (
    ('x---x---x---x--.', '----x-------x--.', '--x.--x.--x.--x.'),
    ('x-----o-x-.-----', '----x-------x---', 'x-x-x-x-x-x-x-x-'),
    ('x-o---.---x--.--', '----x--.-.--x--o', 'x-x-x-x-x-x-x-x-'),
    ('x-x-------xo----', '----x--o-o--x--o', 'x-x-x-x-x-x-x-x-'),
    ('x------o-.x--.--', '----x-------x--.', 'x.x.x.x.x.x.x.x.'),
    ('x---------x-----', '----x-------x---', 'x.x.x.x.x.x.x.x.'),
    ('x-----.---x--.--', '--------x-------', 'xoxoxoxoxoxoxoxo'),
    ('x---x---x---x---', '---x--x----x--x-', 'x-x-x-x-x-x-x-x-'),
    ('x--o--x---x--.--', '----x-------x---', 'xxxxxxxxxxxxxxxx'),
    ('x-.---o---.-----', '--------x------.', 'x-x-x-x-x-x-x-x-'),
    ('x---x---x---x---', '----x-------x---', 'x.xxx.xxx.xxx.xx'),
    ('x-o----o--x--o--', '----x--o.o-.x--.', 'xxxxxxxxxxxxxxxx'),
    ('x---x---x---x---', '----------------', '----------------'),
    ('x--ox--ox--ox--o', '..o..o..o..o..o.', 'xoxxxoxxxoxxxoxx'),
)
CHANCE = {'x': .97, 'o': .5, '.': .12, '-': .01}
SCALE = (1, 1, 1.189, 1.335, 1.498, 1.782, 2)
KINDS, SHARES = ('drums', 'hats', 'percussion', 'bass', 'shuffle', 'pulse'), (.52, .1, .14, .12, .08, .04)


class Loop:
    def __init__(self, random, sounds):
        self.random, self.sounds = random, sounds
        self.bpm = self.choose_bpm()
        self.step = 60 / self.bpm / 4
        bars = int(random.choice([1, 2, 4, 8], p=[.25, .4, .3, .05]))
        self.bars = bars if bars * 16 * self.step <= 20 else 4
        self.swing = random.uniform(0, .3) if random.random() < .25 else 0
        self.human = random.uniform(0, .006) if random.random() < .5 else 0
        self.frames = int(round(self.bars * 16 * self.step * RATE))
        self.samples = np.zeros(self.frames + 2 * RATE, 'f4')

    def choose_bpm(self):
        while True:
            bpm = float(np.round(np.exp(self.random.normal(np.log(115), .33)), 1 if self.random.random() < .4 else 0))
            if 62 <= bpm <= 182:
                return bpm

    def pick(self, *classes):
        sounds = self.sounds[classes[self.random.integers(len(classes))]]
        return sounds[self.random.integers(len(sounds))]

    def put(self, sound, step, gain):
        late = self.swing if step % 2 else 0
        at = int(max(0, (step + late) * self.step + self.random.normal(0, self.human)) * RATE)
        sound = sound[:min(int(RATE * 1.5), max(0, len(self.samples) - at))]
        self.samples[at:at + len(sound)] += gain * sound

    def roll(self, pattern):
        return [self.random.random() < CHANCE[c] for c in pattern]

    def drums(self, shuffle=False):
        r = self.random
        style = STYLES[r.integers(len(STYLES))]
        sounds = [self.pick('kick'), self.pick('snare', 'snare', 'clap', 'rim'),
                  self.pick('hat_closed', 'hat_closed', 'perc_shaker', 'cymbal')]
        opened = self.pick('hat_open')
        gains = [r.uniform(.7, 1), r.uniform(.5, 1), r.uniform(.15, .5)]
        mute = r.random(3) < [.05, .07, .15]
        mute[0] &= not mute.all()
        base = [self.roll(row) for row in style]
        for bar in range(self.bars):
            steps = base if r.random() < .7 else [self.roll(row) for row in style]
            for part in np.nonzero(~mute)[0]:
                if part == 2 and shuffle:
                    for beat in range(4):
                        for third in (0, 2.667):
                            self.put(sounds[2], bar * 16 + beat * 4 + third, gains[2] * r.uniform(.6, 1))
                    continue
                for i in np.nonzero(steps[part])[0]:
                    accent = 1 if i % 4 == 0 or part < 2 else .7
                    sound = opened if part == 2 and r.random() < .06 else sounds[part]
                    self.put(sound, bar * 16 + i, gains[part] * r.uniform(.7, 1) * accent)
        if r.random() < .1:
            self.put(self.pick('cymbal'), 0, .4)

    def shuffle(self):
        self.drums(True)

    def hats(self):
        r = self.random
        every = r.choice([1, 2, 4], p=[.45, .45, .1])
        closed, opened, mode = self.pick('hat_closed', 'perc_shaker'), self.pick('hat_open'), r.integers(3)
        for i in range(0, self.bars * 16, every):
            if r.random() < .04:
                continue
            accent = 1 if i % 4 == 0 else .75 if i % 2 == 0 else .5
            off = (mode == 1 and i % 4 == 2) or (mode == 2 and r.random() < .06)
            self.put(opened if off else closed, i, r.uniform(.75, 1) * (.8 if off else accent))

    def percussion(self):
        r = self.random
        for _ in range(int(r.integers(1, 4))):
            sound = self.pick('perc_hand', 'perc_wood', 'perc_bell', 'rim', 'tom', 'perc_shaker')
            steps = r.random(16) < r.choice([.2, .35, .5]) * np.array([2, .6, 1, .8] * 4)
            steps[0] |= r.random() < .7
            if r.random() < .3:
                steps = np.tile(steps[:8], 2)
            for bar in range(self.bars):
                now = steps if r.random() < .8 else r.random(16) < .3
                for i in np.nonzero(now)[0]:
                    self.put(sound, bar * 16 + i, r.uniform(.5, 1))

    def tone(self, sound, steps):
        factor = SCALE[self.random.integers(len(SCALE))] if self.random.random() < .5 else 1
        at = np.arange(0, len(sound) - 1, factor).astype(int)[:int(self.step * RATE * steps * self.random.uniform(.7, 1.5))]
        tone = sound[at] * np.linspace(1, .6, len(at))
        edge = min(100, len(tone))
        tone[len(tone) - edge:] *= np.linspace(1, 0, edge)
        return tone

    def bass(self):
        r = self.random
        sound, every = self.pick('bass'), int(r.choice([1, 2, 2, 4]))
        steps = r.random(16) < .6
        steps[0] = True
        for i in range(0, self.bars * 16, every):
            if steps[i % 16] or r.random() < .1:
                self.put(self.tone(sound, every), i, r.uniform(.7, 1))
        if r.random() < .35:
            kick = self.pick('kick')
            for i in range(0, self.bars * 16, 4):
                self.put(kick, i, .8)

    def pulse(self):
        sound, first = self.pick('perc_wood', 'hat_closed', 'rim', 'kick', 'clap'), self.random.uniform(.7, 1)
        for i in range(0, self.bars * 16, 4):
            self.put(sound, i, 1 if i % 16 == 0 else first)

    def length(self):
        """Four of five loops have a whole number of bars; the others end later or earlier."""
        r = self.random
        if r.random() < .8:
            return self.frames
        return self.frames + int(RATE * r.uniform(.05, 1.5)) if r.random() < .5 else int(self.frames * r.uniform(.7, 1))

    def play(self):
        r = self.random
        self.kind = KINDS[r.choice(len(KINDS), p=SHARES)]
        getattr(self, self.kind)()
        x = self.samples[:self.length()]
        if r.random() < .2:
            x = x + 1e-3 * r.uniform(.1, 3) * r.standard_normal(len(x)).astype('f4')
        return (x / (np.abs(x).max() + 1e-9) * r.uniform(.3, 1)).astype('f4')[:, None]


def sounds_of(originals):
    """class → single sounds at 44.1 kHz, mono, without leading silence."""
    sounds = {}
    for sound in originals:
        if sound.rate == RATE and len(sound.samples):
            x = sound.samples.mean(1)
            start = np.argmax(np.abs(x) > .05 * np.abs(x).max())
            sounds.setdefault(sound.kind, []).append(x[max(0, start - 20):] / (np.abs(x).max() + 1e-9))
    return sounds


def loops(count, seed, sounds):
    """(bpm, frames × 1, kind)"""
    random = np.random.default_rng(seed)
    for _ in range(count):
        loop = Loop(random, sounds)
        samples = loop.play()
        yield loop.bpm, samples, loop.kind
