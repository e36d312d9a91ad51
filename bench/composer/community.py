"""community.py: makes a community of studios from the parameters of one file, and splits it. No package is needed."""
import configparser
import itertools
import random
from collections import Counter, namedtuple

Song = namedtuple('Song', 'studio time sounds')


def zipf(count, exponent):
    return [1 / rank ** exponent for rank in range(1, count + 1)]


class Community:
    def __init__(self, path, seed, kind='community', **others):
        """`others`: parameters with other values than in the file."""
        parser = configparser.ConfigParser(inline_comment_prefixes='#')
        parser.read(path)
        self.p = {**parser['community'], **parser[kind], **others}
        self.hostile, self.split, self.tuned = parser['hostile'], parser['split'], parser['tuned']
        self.chance = random.Random(seed)
        self.make_packs()
        self.songs = [song for studio in range(self.whole('studios')) for song in self.make_studio(studio)]

    def number(self, name):
        return float(self.p[name])

    def whole(self, name):
        return int(self.p[name])

    def between(self, name):
        return self.chance.randint(*map(int, self.p[name].split()))

    def make_packs(self):
        """A pack has a genre, a time at which it appears, and sounds with roles. A sound is a number."""
        roles, packs = self.p['roles'].split(), self.whole('packs')
        self.genre_of = [self.chance.randrange(self.whole('genres')) for _ in range(packs)]
        self.born = [max(0, self.chance.uniform(-2, 0.9)) for _ in range(packs)]
        self.pack_weight = zipf(packs, self.number('pack_zipf'))
        self.chance.shuffle(self.pack_weight)
        self.pack_of, self.role_of, self.sounds, self.weight = [], [], [], []
        for pack in range(packs):
            count = self.between('sounds_in_pack')
            self.sounds.append(range(len(self.pack_of), len(self.pack_of) + count))
            self.weight.append(list(itertools.accumulate(zipf(count, self.number('sound_zipf')))))
            self.pack_of += [pack] * count
            # a pack lists its kicks first, then its snares, …; `shuffled` mixes them
            own = sorted(self.chance.choices(roles, k=count), key=roles.index)
            if self.p.get('shuffled') == 'yes':
                self.chance.shuffle(own)
            self.role_of += own
        self.count = len(self.pack_of)

    def own_packs(self, genre):
        outside = self.number('outside_genre')
        weights = [weight * (1 if one == genre else outside) for weight, one in zip(self.pack_weight, self.genre_of)]
        return list(dict.fromkeys(self.chance.choices(range(len(weights)), weights, k=self.between('owned_packs'))))

    def make_studio(self, studio):
        genres, known = self.whole('genres'), []
        owned = self.own_packs(self.chance.choices(range(genres), zipf(genres, self.number('genre_zipf')))[0])
        for time in sorted(self.chance.random() for _ in range(self.between('songs'))):
            here = [pack for pack in owned if self.born[pack] <= time]
            if here:
                yield Song(studio, time, self.make_song(here, known))

    def make_song(self, owned, known):
        packs = self.chance.choices(owned, [self.pack_weight[pack] for pack in owned], k=self.between('packs_in_song'))
        sounds, roles = {}, set()
        for _ in range(self.between('sounds_in_song')):
            sound = self.take_sound(packs, known, roles)
            sounds[sound] = True
            roles.add(self.role_of[sound])
        known += sounds
        return list(sounds)

    def take_sound(self, packs, known, roles):
        """Prefers sounds of earlier songs, and roles that the song lacks."""
        luck = self.chance.random()
        if luck < self.number('stray'):
            return self.chance.randrange(self.count)
        if known and luck < self.number('stray') + self.number('favourite'):
            sound = self.chance.choice(known[-60:])
            if self.pack_of[sound] in packs:
                return sound
        for _ in range(4):
            pack = self.chance.choice(packs)
            sound = self.chance.choices(self.sounds[pack], cum_weights=self.weight[pack])[0]
            if self.role_of[sound] not in roles:
                break
        return sound

    def split_songs(self, by_time):
        """Songs to learn from, and songs that are asked for."""
        after, share = float(self.split['after']), float(self.split['held'])
        held = [song.time > after if by_time else self.chance.random() < share for song in self.songs]
        return ([song for song, is_held in zip(self.songs, held) if not is_held],
                [song for song, is_held in zip(self.songs, held) if is_held and len(song.sounds) > 1])

    def hostile_songs(self, songs):
        """The statements of hostile studios, which promote rare sounds by pairing them with frequent ones."""
        whole = {name: int(value) for name, value in self.hostile.items() if name != 'share'}
        uses = Counter(sound for song in songs for sound in song.sounds)
        popular = sorted(range(self.count), key=lambda sound: -uses[sound])
        studios, anchors = self.whole('studios'), whole['anchors']
        for studio in range(studios, studios + round(studios * float(self.hostile['share']))):
            for number in range(whole['songs']):
                first = number * anchors
                yield Song(studio, 1.0, popular[-whole['pushed']:] + popular[first:first + anchors])
