"""rounds.py: random changes of what a server of a community holds, and the round that counts everything, to compare with."""
import os

from tests.claims import TOP, file_text

# A round that counts everything: `whole.publish_round`.
WHOLE_ROUND = file_text(os.path.join(TOP, 'tests', 'composer', 'whole_round.sql'))
FEED = 'select position, kind, content, other, word, value, together, stacked, later, studios, confidence, gone, raw from composer.feed'
STATE = (f"select md5(coalesce(string_agg(f::text, '|' order by position), '')), count(*), count(*) filter (where not gone) from ({FEED}) f",
         "select md5(coalesce(string_agg(distinct m::text, '|' order by m::text), '')) from "
         '(select studio, context, content, attribute, reason from composer.mark where of_round) m',
         "select md5(coalesce(string_agg(concat(content, value, agreed), '|' order by content), '')) from composer.sound where studio = ''",
         'select coalesce(max(number), 0), coalesce(max(studios), 0) from composer.round')


def after_a_whole_round(server):
    """The state that a round that counts everything would leave."""
    return server.sql('begin', 'select whole.publish_round()', *STATE, 'rollback')


def after_a_round(server):
    return server.sql('select composer.publish_round()', *STATE)


def sound(number):
    return f"decode(md5('sound {number}'), 'hex')"


class Changes:
    """Random statements of a small community: what studios, owners and the operator do, and that time passes."""

    STUDIOS, SOUNDS, SONGS = 30, 60, 5

    def __init__(self, chance):
        self.chance = chance
        self.kinds = [self.uses] * 6 + [self.withdraw] * 3 + [self.words] * 4 + [self.withdraw_words] * 2 + [self.sounds] * 2 + [
            self.withdraw_sounds, self.time, self.time, self.leave, self.owner, self.mark, self.unmark, self.pack, self.unpack,
            self.layout, self.describe, self.setting]

    def studio(self):
        return f"'studio_{self.chance.randrange(self.STUDIOS)}'"

    def sound(self):
        return sound(int(self.SOUNDS ** self.chance.random()) - 1)

    def context(self, studio):
        return f"decode(md5({studio} || '{self.chance.randrange(self.SONGS)}'), 'hex')"

    def use_of(self, studio):
        role, section = self.chance.choice(('', 'drums', 'Drums', 'bass')), self.chance.choice(('', 'intro', 'chorus', 'outro'))
        return f"({studio}, {self.sound()}, {self.context(studio)}, '{role}', '{section}')"

    def join(self, studio):
        return (f'insert into composer.studio (name, joined) values ({studio}, now() - interval '
                f"'{self.chance.randrange(1, 200)} hours') on conflict do nothing")

    def uses(self):
        studio = self.studio()
        rows = ', '.join(self.use_of(studio) for _ in range(self.chance.randrange(1, 12)))
        return (self.join(studio), 'insert into composer.evidence_use (studio, content, context, role, section) '
                f'values {rows} on conflict do nothing')

    def withdraw(self):
        studio = self.studio()
        also = self.chance.choice((f'content = {self.sound()}', f'context = {self.context(studio)}'))
        return (f'delete from composer.evidence_use where studio = {studio} and {also}',)

    def words(self):
        studio, rows = self.studio(), {}
        for _ in range(self.chance.randrange(1, 8)):
            key = (self.chance.choice(('', 'second')), self.sound(), self.chance.choice(('class', 'tag:warm', 'vendor')))
            rows[key] = self.chance.choice(('kick', 'snare', 'yes'))
        rows = ', '.join(f"({studio}, '{engine}', {content}, '{name if name != 'vendor' else 'tag:old'}', '{value}')"
                         for (engine, content, name), value in rows.items())
        return (self.join(studio), 'insert into composer.evidence_word (studio, engine, content, attribute, value) values '
                f'{rows} on conflict (content, studio, engine, attribute) do update set value = excluded.value')

    def withdraw_words(self):
        return (f'delete from composer.evidence_word where studio = {self.studio()} and content = {self.sound()}',)

    def sounds(self):
        studio = self.studio()
        value = f'composer.sound_value({self.chance.randrange(9999)}, array_fill({self.chance.random():.3f}::real, array[64]))'
        return (self.join(studio), f'insert into composer.sound (studio, content, value) select {studio}, {self.sound()}, {value} '
                'on conflict (content, studio, engine) do update set value = excluded.value')

    def withdraw_sounds(self):
        return (f'delete from composer.sound where studio = {self.studio()} and content = {self.sound()}',)

    def time(self):
        return (f"update composer.studio set joined = joined - interval '{self.chance.randrange(1, 30)} hours'",)

    def leave(self):
        studio = self.studio()
        return (f'select composer.drop_rows({studio}, null)', f'delete from composer.studio where name = {studio}')

    def owner(self):
        studio = self.studio()
        return self.chance.choice(((f'delete from composer.owner where studio = {studio}',), (
            f"insert into composer.owner values ({studio}, 'owner {self.chance.randrange(3)}') "
            'on conflict (studio) do update set owner = excluded.owner',)))

    def mark(self):
        studio = self.studio()
        return (self.chance.choice((
            f"insert into composer.mark (studio, reason) values ({studio}, 'lies')",
            f"insert into composer.mark (studio, context, reason) values ({studio}, {self.context(studio)}, 'no song')",
            f"insert into composer.mark (studio, content, attribute, reason) values ({studio}, {self.sound()}, 'class', 'no')")),)

    def unmark(self):
        return (f'delete from composer.mark where not of_round and studio < {self.studio()}',)

    def pack(self):
        name = self.chance.choice(('one', 'two'))
        return (f"insert into composer.pack (name, title, tags) values ('{name}', 'Pack {name}', '{{warm}}') on conflict do nothing",
                f"insert into composer.pack_content values ('{name}', {self.sound()}) on conflict do nothing")

    def unpack(self):
        return self.chance.choice((("delete from composer.pack where name = 'one'",),
                                   (f'delete from composer.pack_content where content = {self.sound()}',)))

    def layout(self):
        return (f"insert into composer.layout_slot values ('rock', {self.chance.randrange(1, 5)}, 'kick') on conflict do nothing",)

    def describe(self):
        return self.chance.choice((("delete from composer.sound where studio = '' and not agreed",), (
            f"insert into composer.sound (studio, content, value) select '', {self.sound()}, "
            'composer.sound_value(5, array_fill(0.5::real, array[64])) on conflict do nothing',)))

    def setting(self):
        name, value = self.chance.choice((('least_studios', 3), ('least_studios', 2), ('colluders', 1), ('colluders', 2),
                                          ('longest_context', 7), ('longest_context', 14), ('trim_least', 5), ('trim_least', 20)))
        return (f"update composer.setting set value = {value} where name = '{name}'",)

    def next(self, count):
        return [statement for _ in range(count) for statement in self.chance.choice(self.kinds)()]
