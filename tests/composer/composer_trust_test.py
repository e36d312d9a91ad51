#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Studios that lie, and studios whose evidence is marked: what the server publishes, and what an engine finds with it."""
import base64
import itertools
import random
from collections import Counter

from tests.claims import SEED, claim, run_claims, same
from tests.composer.composing import Studio

GROUPS, MOST, STUDIOS, PUSHED = 5, 5, 200, 8


def public(server, kind):
    return int(server.sql(f"select count(*) from composer.feed where kind = '{kind}' and not gone"))


def inbox_follows(studio):
    studio.sync()
    same(int(studio.server.sql('select count(*) from composer.feed where not gone')), studio.status()['inbox'])


@claim(inside=Studio)
def ten_studios_are_public_and_nine_are_not(studio):
    server = studio.server

    def add_like(first, last):
        server.sql("insert into composer.evidence_use select 'studio_made' || n, content, context, role, section from "
                   f"composer.evidence_use, generate_series({first}, {last}) n where studio = 'studio_{studio.name}'")

    def publish():
        return int(server.sql('select composer.publish_round()'))

    same('10', server.sql("select value from composer.setting where name = 'least_studios'"))
    studio.level('use')
    studio.use('Song', 0, 1)
    studio.sync()
    add_like(1, 8)
    same((0, 0), (publish(), public(server, 'use')))
    add_like(9, 9)
    assert publish() > 0
    same((2, 2, 1), (public(server, 'use'), public(server, 'pair'), public(server, 'total')))
    same('10|10|10', server.sql("select distinct together, stacked + 10, later from composer.feed where kind = 'pair'"))
    inbox_follows(studio)
    server.sql(f"insert into composer.mark (studio, reason) values ('studio_{studio.name}', 'it lies')")
    assert publish() > 0
    same((0, 0, 0), (public(server, 'use'), public(server, 'pair'), public(server, 'total')))
    same(2, studio.rows())
    inbox_follows(studio)
    studio.json('forget')
    studio.join()
    same((2, 0), (studio.rows(), publish()))
    server.sql('delete from composer.mark')
    assert publish() > 0
    same(2, public(server, 'pair'))
    inbox_follows(studio)


@claim(inside=Studio)
def the_marks_of_a_round_go_with_what_a_studio_forgets(studio):
    server = studio.server
    studio.use('Song', 0, 1)
    studio.join()
    server.sql("update composer.setting set value = 1 where name = 'longest_context'")
    server.round(1)
    same('a context that is too long', server.sql('select reason from composer.mark'))
    server.sql(f"insert into composer.mark (studio, reason) values ('studio_{studio.name}', 'it lies')",
               "insert into composer.mark (studio, reason, of_round) values ('studio_other', 'too much', true)")
    studio.json('forget')
    same('it lies\ntoo much', server.sql('select reason from composer.mark order by reason'))


class Sounds:
    """The sounds of an engine as a community knows them: a number for each content."""

    def __init__(self, studio):
        self.client = studio.home.client()
        found = studio.home.ask('search.query', 'query=', 'limit=200')['items']
        ids = {base64.b64decode(one['media']['content']): one['media']['id'] for one in found}
        self.content, self.id = list(ids), list(ids.values())
        self.number = {content: number for number, content in enumerate(ids)}

    def after(self, number):
        """The sounds that the engine proposes after this sound, the best first."""
        found = self.client.must('search.query', {'query': f'after:{self.id[number]}', 'limit': MOST})
        return [self.number[one['media']['content']] for one in found['items']]


def make_songs(chance, count):
    """Each studio works in one group of sounds; in each group some are common, and some are rare."""
    groups = [range(group, count - PUSHED, GROUPS) for group in range(GROUPS)]
    for studio in range(STUDIOS):
        group = groups[studio % GROUPS]
        for _ in range(6):
            yield studio, set(chance.choices(group, [1 / (rank + 2) for rank in range(len(group))], k=7))


def make_lies(count):
    """5 % of the studios push the same sounds beside each other sound."""
    for studio in range(STUDIOS, STUDIOS + STUDIOS // 20):
        for first in range(0, count - PUSHED, 12):
            yield studio, set(range(first, min(first + 12, count - PUSHED))) | set(range(count - PUSHED, count))


def share(server, sounds, songs):
    rows = [f"('studio_made{studio}', '\\x{sounds.content[sound].hex()}', '\\x{number:032x}', '', '')"
            for number, (studio, used) in songs for sound in sorted(used)]
    for at in range(0, len(rows), 500):
        server.sql('insert into composer.evidence_use values ' + ', '.join(rows[at:at + 500]))


def recall(sounds, asked):
    found = {number: set(sounds.after(number)) for number in set().union(*asked)}
    shares = [len(found[one] & (song - {one})) / min(MOST, len(song) - 1) for song in asked for one in song if len(song) > 1]
    return sum(shares) / len(shares)


def recall_of_popular(songs, asked):
    popular = {one for one, _ in Counter(itertools.chain(*(song for _, song in songs))).most_common(MOST)}
    shares = [len(popular & (song - {one})) / min(MOST, len(song) - 1) for song in asked for one in song if len(song) > 1]
    return sum(shares) / len(shares)


@claim(inside=Studio)
def five_percent_of_hostile_studios_change_little(studio):
    server, sounds, chance = studio.server, Sounds(studio), random.Random(SEED)
    songs = list(make_songs(chance, len(sounds.id)))
    asked = [song for _, song in songs[::6]]
    songs = [song for number, song in enumerate(songs) if number % 6]
    studio.level('ask')
    server.sql("update composer.setting set value = 100 where name = 'trim_least'")
    share(server, sounds, enumerate(songs))

    def learn():
        assert server.round(5) > 0
        studio.sync()
        return recall(sounds, asked)

    clean = learn()
    assert clean > 2 * recall_of_popular(songs, asked), clean
    same('0', server.sql('select count(*) from composer.mark'))
    share(server, sounds, enumerate(make_lies(len(sounds.id)), len(songs)))
    evidence = server.sql('select count(*) from composer.evidence_use')
    server.sql("update composer.setting set value = 1000000 where name = 'trim_least'")
    believed = learn()
    assert believed < 0.95 * clean, f'the lies are harmless: {clean}, {believed}'
    server.sql("update composer.setting set value = 100 where name = 'trim_least'")
    poisoned = learn()
    assert poisoned > 0.95 * clean, f'{clean} without lies, {poisoned} with them'
    same(evidence, server.sql('select count(*) from composer.evidence_use'))
    same(str(STUDIOS // 20), server.sql('select count(distinct studio) from composer.mark'))


@claim(inside=Studio)
def the_statements_of_most_studios_win_over_those_of_a_few(studio):
    server, sound = studio.server, '\\x' + Sounds(studio).content[0].hex()

    def say(first, last, value, sounds=f"values ('{sound}'::bytea)"):
        server.sql(f"insert into composer.evidence_word select 'studio_made' || n, content, 'class', '{value}' "
                   f'from generate_series({first}, {last}) n, ({sounds}) s(content)')

    def facts():
        return server.sql("select word || '=' || value from composer.feed where kind = 'fact' and not gone "
                          f"and content = '{sound}'")

    say(1, 11, 'kick')
    say(12, 22, 'junk')
    server.round(10)
    same('', facts())
    say(23, 23, 'kick')
    assert server.round(1) > 0
    same('class=kick', facts())
    server.sql("update composer.setting set value = 20 where name = 'trim_least'")
    say(100, 101, 'junk', "select decode(md5('s' || m), 'hex') from generate_series(1, 60) m")
    server.round(1)
    same('80|2', server.sql('select count(*), count(distinct studio) from composer.mark'))
    same('40', server.sql('select count(*) from composer.counted_word where octet_length(content) = 16 '
                          "and studio in ('studio_made100', 'studio_made101')"))


@claim(inside=Studio)
def a_published_fact_gives_no_exact_count(studio):
    server, sounds = studio.server, Sounds(studio)

    def say(number, first, last, value):
        server.sql(f"insert into composer.evidence_word select 'studio_made' || n, '\\x{sounds.content[number].hex()}', 'class', "
                   f"'{value}' from generate_series({first}, {last}) n")

    for number, (kicks, others) in enumerate(((10, 0), (13, 0), (10, 2), (14, 0), (12, 2))):
        say(number, 1, kicks, 'kick')
        say(number, kicks + 1, kicks + others, 'snare')
    assert server.round(10) > 0
    same('5', server.sql("select count(*) from composer.feed where kind = 'fact'"))
    rows = "select distinct value, studios, round(confidence::numeric, 6) from composer.feed where kind = 'fact'"
    same('kick|10|0.909091', server.sql(rows))


def add_evidence(server, first, last, song='song'):
    """Two contents in one context of each of these studios."""
    server.sql("insert into composer.evidence_use select 'studio_made' || n, decode(md5(c), 'hex'), decode(md5('"
               f"{song}' || n), 'hex'), '', '' from generate_series({first}, {last}) n, unnest('{{a,b}}'::text[]) c")


@claim(inside=Studio)
def nine_that_work_together_learn_nothing_of_a_tenth(studio):
    """Nine studios put one content of the tenth beside each other one; its song has three of them."""
    server = studio.server
    server.sql("update composer.setting set value = 9 where name = 'colluders'")

    def pairs():
        return server.sql("select count(*) from composer.feed where kind = 'pair' and not gone")

    def publish():
        return int(server.sql('select composer.publish_round()'))

    add_evidence(server, 1, 10)
    same((0, '0'), (publish(), pairs()))
    add_evidence(server, 11, 18)
    same((0, '0'), (publish(), pairs()))
    add_evidence(server, 19, 19)
    assert publish() > 0
    same('2', pairs())
    add_evidence(server, 20, 37)
    same(0, publish())  # the count moves with nineteen
    server.sql("delete from composer.evidence_use where studio in (select 'studio_made' || n from generate_series(20, 37) n)",
               "delete from composer.evidence_use where studio in (select 'studio_made' || n from generate_series(1, 9) n)")
    same((0, '2'), (publish(), pairs()))  # and goes when fewer than ten are left, which the nine cannot bring about
    server.sql("delete from composer.evidence_use where studio = 'studio_made10'")
    assert publish() > 0
    same('0', pairs())


@claim(inside=Studio)
def an_owner_counts_once_and_a_young_studio_does_not(studio):
    server = studio.server

    def total(least=3):
        server.round(least)
        return server.sql("select count(*) from composer.feed where kind = 'total' and not gone")

    add_evidence(server, 1, 3)
    server.sql("insert into composer.owner values ('studio_made1', 'anna'), ('studio_made2', 'anna')")
    same('0', total())
    server.sql("insert into composer.studio (name, joined) values ('studio_made4', now())",
               "update composer.setting set value = 3600 where name = 'least_age'")
    add_evidence(server, 4, 4)
    same('0', total())
    server.sql("update composer.studio set joined = now() - interval '2 hours'")
    same('1', total())


run_claims()
