#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""A team whose engines are parted, killed and restored, and whose clocks differ by a year. With a real PostgreSQL server. At the
end all engines hold the same; each has the last statement of each engine about each field, once. LONG=1 does it for long."""
import collections
import json
import os
import random
import threading

from tests.claims import LONG, claim, run_claims, same, until
from tests.composer.teams import GLOBAL_KITS, SOUNDS, Member, id_text

YEAR = 365 * 86400
FIELDS = 'notes', 'fact:mood', 'fact:source_of'


class Run:
    """Engines of a team, and what was acknowledged."""

    def __init__(self, *members):
        self.members, self.server, self.number = members, members[0].server, 0
        self.last = {}  # (sound, field, name of the engine): value
        self.tags = {number: set() for number in range(SOUNDS)}
        self.ids = {one.name: [one.item(number)['id'] for number in range(SOUNDS)] for one in members}

    def edit(self, one):
        self.number += 1
        sound, field, value = random.randrange(SOUNDS), random.choice((*FIELDS, 'tag')), f'{one.name}{self.number}'
        edit = {'notes': {'notes': value}, 'tag': {'add_tags': [value]}}.get(field) or {
            'facts': [{'attribute': field[5:], 'text': value}]}
        body = json.dumps({'edit': {'id': self.ids[one.name][sound], **edit}})
        one.home.loophole('ask', 'persist.put_media', '--budget', '120000', '--body', body)
        if field == 'tag':
            self.tags[sound].add(value)
        else:
            self.last[sound, field, one.name] = value if field == 'notes' else 't' + value

    def edits(self, one, count):
        for _ in range(count):
            self.edit(one)

    def kill_while(self, one, service):
        """Kills the service while the engine is edited."""
        until(lambda: one.home.has_lived(service), what=f'{service} has lived')
        killing = threading.Timer(random.random() * .05, one.home.kill, (service,))
        killing.start()
        self.edits(one, 3)
        killing.join()

    def kill_server(self):
        self.server.tool('kill')
        self.server.tool('again')

    def part(self, one):
        """Or joins it again."""
        (one.unplug if one.is_plugged() else one.plug)()

    def restore(self, one):
        """What it said after the backup is at the server only."""
        backup = one.home.file(f'backup{self.number}')
        one.home.loophole('backup', backup)
        self.edits(one, 3)
        if not one.is_plugged():
            one.plug()
        until(one.is_quiet, what='all is at the server')
        one.home.loophole('down')
        one.home.loophole('restore', backup)
        one.home.loophole('up')
        one.home.wait_ready('composer')
        same(True, one.team('show')['elsewhere'])
        one.team('join', '--name', one.name)

    def fault(self):
        one = random.choice(self.members)
        random.choice((lambda: self.kill_while(one, 'composer'), lambda: self.kill_while(one, 'persist'), self.kill_server,
                       lambda: self.part(one), lambda: self.part(one), lambda: self.restore(one)))()

    def known_to(self, one):
        """What the engine has of each: {(sound, field, name): [values]}, without tags."""
        sounds = {line['id']: number for number in range(SOUNDS) for line in [one.item(number)]}
        known = {}
        for line in one.said('--all'):
            for said in line['each']:
                if not said['field'].startswith('tag:'):
                    known.setdefault((sounds[line['item']], said['field'], said['who']), []).append(said['value'])
        return known

    def check(self):
        for one in self.members:
            if not one.is_plugged():
                one.plug()
        wanted = {key: [value] for key, value in self.last.items()}

        def tags_of(one):
            return {number: set(one.facts(number)['tags']) for number in range(SOUNDS)}
        for one in self.members:
            until(one.is_quiet, what='all is at the server')
        for one in self.members:
            until(lambda one=one: self.known_to(one) == wanted and tags_of(one) == self.tags,
                  what=lambda one=one: f'{one.name} has {self.known_to(one)} of {wanted}, {tags_of(one)} of {self.tags}; {one.team("show")}')
        for number in range(SOUNDS):
            found = [one.facts(number) for one in self.members]
            same([found[0]] * len(found), found)
            same(self.tags[number], set(found[0]['tags']))
            for field in FIELDS:
                values = {value.removeprefix('t') if field != 'notes' else value for (sound, about, _), value in self.last.items()
                          if (sound, about) == (number, field)}
                assert not values or found[0][field.removeprefix('fact:')] in values, (found[0], values)
        rows = "select count(*) from composer.team_said where field not like 'tag:%'"
        same(len(self.last), int(self.server.sql(rows)))
        for one in self.members:
            one.home.check_store()


@claim(inside=Member)
def engines_that_are_parted_killed_and_restored_hold_the_same_in_the_end(a):
    a.create()
    run = Run(a, a.joined('b', skew=YEAR), a.joined('c', skew=-YEAR))
    run.restore(run.members[1])
    run.kill_server()
    for _ in range(200 if LONG else 8):
        for one in run.members:
            run.edits(one, random.randrange(3))
        run.fault()
    run.check()


KITS = 3
CONFLICT = 14  # the exit code


class KitRun(Run):
    """Engines of a team that change the same kits. The author of a kit is the number of its last change."""

    def __init__(self, *members):
        super().__init__(*members)
        self.kits = [id_text(os.urandom(15)) for _ in range(KITS)]
        self.values, self.replaced = set(), set()

    def kits_of(self, one):
        each = one.home.look('project.kits', {'limit': 256}).get('each', [])
        return {id_text(kit['id']): (kit.get('author'), kit['revision']) for kit in each}

    def edit(self, one):
        """Of a kit as it is there, or else it is repeated: so it is known which change replaced which."""
        self.number += 1
        kit, value = random.choice(self.kits), f'{one.name}{self.number}'
        while True:
            before, revision = self.kits_of(one).get(kit, (None, 0))
            removes = revision and random.random() < .2
            body = json.dumps({'name': f'kit {self.kits.index(kit)}', 'family': 'drum', 'tags': [], 'slots': [], 'author': value})
            action = {'element': {'id': kit, 'project': GLOBAL_KITS, 'kind': 'kit', 'expect': revision, **({} if removes else {'body': body})}}
            done = one.home.loophole('ask', 'persist.apply', '--budget', '120000', '--body', json.dumps({'label': 'kit', 'actions': [action]}), code=None)
            if done.code == 0:
                break
            same(CONFLICT, done.code)
        self.replaced.add(before)
        if not removes:
            self.values.add(value)

    def restore(self, one):
        """It changes a kit only when it has read what it had said: the server keeps its last word only."""
        super().restore(one)
        for _ in range(2):
            before = one.team('show')['last_sync']
            until(lambda before=before: one.team('show')['last_sync'] != before, what='it has read')

    def check(self):
        for one in self.members:
            if not one.is_plugged():
                one.plug()

        def authors(one):
            return {kit: author for kit, (author, _) in self.kits_of(one).items()}

        def are_same():
            first = authors(self.members[0])
            return all(one.is_quiet() for one in self.members) and all(authors(one) == first for one in self.members) and \
                self.values - self.replaced <= set(first.values())
        until(are_same, what=lambda: f'{[(one.name, authors(one), one.team("show")) for one in self.members]} of {self.values - self.replaced}')
        found = collections.Counter(authors(self.members[0]).values())
        same([], [value for value in self.values - self.replaced if found[value] != 1])
        for one in self.members:
            one.home.check_store()


@claim(inside=Member)
def kits_of_engines_that_are_parted_killed_and_restored_are_the_same_in_the_end_and_no_change_is_lost(a):
    a.create()
    run = KitRun(a, a.joined('b', skew=YEAR), a.joined('c', skew=-YEAR))
    for _ in range(200 if LONG else 10):
        for one in run.members:
            run.edits(one, random.randrange(3))
        run.fault()
    run.check()


run_claims()
