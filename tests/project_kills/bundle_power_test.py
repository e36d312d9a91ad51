#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The power is cut in the middle of an export, an import, an autosave and a recovery. The store, the projects and the places of
the bundles are on a disk that loses unsynced data (powered.py). LONG cuts more."""
import contextlib
import json
import os
import re

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
from tests.projects.bundles import PATTERN, digests_of, foreign, packed
from tests.claims import claim, file_bytes, file_json, how_often, random, run_claims, same, until, write_file
from tests.drives.disks import ends_mounts
from tests.project_kills.powered import Powered, run_cuts
from tests.studio import word

CUTS = how_often(2, 40)


class Commanded(Powered):
    """The deed is a command, which dies with the power. Each has new places, in a folder that it makes."""
    number = 0

    def to(self):
        self.number += 1
        self.root = os.path.join(self.disk.at, 'bundles', str(self.number), 'bundle')

    def prepare(self):
        self.to()

    def do(self):
        self.to()
        self.home.loophole(*self.command())

    def begin_deed(self):
        self.to()
        with open(os.devnull, 'wb') as nowhere:
            running = self.home.start('loophole', *self.command(), stdout=nowhere, stderr=nowhere)
        return lambda: running.poll() == 0 or None

    def names(self):
        folder = os.path.dirname(self.root)
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def is_clean(self):
        super().is_clean()
        assert set(self.names()) <= {'bundle', 'bundle.zip', '.loophole-bundle.part', '.loophole-bundle.zip.part'}, self.names()


class Exporting(Commanded):
    deed = 'bundle export'

    def begin(self):
        for path in self.sounds.values():
            self.mine.put('clip', item=self.it.id_of(path))
        self.mine.must('save_pattern', slot='3', file=json.dumps(PATTERN))
        self.mine.must('save')
        self.to()
        self.home.loophole(*self.command())
        self.digests, self.zip = digests_of(self.root), file_bytes(self.root + '.zip')

    def command(self):
        with contextlib.suppress(OSError):  # this may be the change at which the power is cut
            os.makedirs(os.path.dirname(self.root), exist_ok=True)
            for folder in (os.path.dirname(os.path.dirname(self.root)), self.disk.at):  # the folder itself is not lost
                fd = os.open(folder, os.O_RDONLY)
                os.fsync(fd)
                os.close(fd)
        return ('bundle', 'export', 'Powered', '--bundle-root', self.root, '--zip', self.root + '.zip')

    def check_old_or_new(self):
        if os.path.exists(self.root):
            same(self.digests, digests_of(self.root))
        if os.path.exists(self.root + '.zip'):
            same(True, self.zip == file_bytes(self.root + '.zip'), 'the archive')
        if os.path.isdir(os.path.dirname(self.root)):
            self.root = os.path.join(os.path.dirname(self.root), 'again')
            self.home.loophole(*self.command())  # at the same place
            same([], [name for name in self.names() if name.startswith('.')])
            self.root = os.path.join(os.path.dirname(self.root), 'bundle')

    def is_clean(self):
        Powered.is_clean(self)

    def check_new(self):
        same((self.digests, True), (digests_of(self.root), self.zip == file_bytes(self.root + '.zip')))


class Importing(Commanded):
    deed = 'bundle import'

    def command(self):
        sound = file_bytes(self.sounds['1.wav'])
        project = {'id': f'bundle-{self.number}', 'name': f'Bundle {self.number}', 'bpm': 100.0, 'swing': .1}
        write_file(self.home.file('in.zip'), packed(foreign(sound, project=project)))
        return ('bundle', 'import', '--bundle-root', self.home.file('in.zip'), '--destination-root', self.root)

    def is_known(self):
        return f'Bundle {self.number}' in [one['name'] for one in self.home.json('project', 'list')]

    def check_old_or_new(self):
        if self.is_known():
            same(True, os.path.exists(self.root))
        if os.path.exists(self.root):
            self.home.loophole('bundle', 'verify', self.root)
            self.home.loophole('project', 'open', self.root)
            self.check_new()

    def check_new(self):
        same(True, self.is_known())
        name = f'Bundle {self.number}'
        same(['mixer'], [part['kind'] for part in self.home.json('project', 'show', name)[1:] if part['kind'] == 'mixer'])
        until(lambda: len(self.home.ask('project.list_patterns', f'project={name}')['slots']) == 1, what='its pattern is there')
        same(['bundle'], self.names())


class Tracks(Powered):
    """A project of tracks."""
    number = 0

    def tracks(self):
        return {body['name'] for (kind, _), body in self.mine.parts().items() if kind == 'track'}

    def put_track(self):
        self.number += 1
        self.mine.put('track', name=f'T{self.number}')


class Autosaving(Tracks):
    deed = 'autosave'

    def begin(self):
        self.put_track()
        self.mine.must('save')
        self.sets = os.path.join(self.mine.folder, '.autosave', word(self.mine.id))

    def names(self):
        return sorted(os.listdir(self.sets)) if os.path.isdir(self.sets) else []

    def stems(self):
        return [name[:-5] for name in self.names() if re.fullmatch(r'\d{8}-\d{6}-\d+\.json', name)]

    def has_autosaved(self, *tracks):
        stems = self.stems()
        if not stems:
            return False
        said = {one['name'] for one in file_json(os.path.join(self.sets, stems[-1] + '.json'))['tracks']}
        return set(tracks) <= said

    def prepare(self):
        self.acknowledged = self.tracks()

    def do(self):
        """The next autosave removes the parts of a set that a death has left."""
        self.put_track()
        until(lambda: self.has_autosaved(*self.tracks()) and self.has_whole_sets(), what=lambda: f'autosaved: {self.names()}')

    def has_whole_sets(self):
        return set(self.names()) == {stem + end for stem in self.stems() for end in ('.json', '-layout.json')}

    def begin_deed(self):
        self.number += 1
        client, name = self.mine.client, f'T{self.number}'
        client.send('project.put', {'project': 'Powered', 'kind': 'track', 'body': f'{{"name":"{name}"}}'})

        def look():  # a set that is there need not be synced
            answer = client.take('project', 50)
            if answer and answer[1] == 'ok':
                self.acknowledged.add(name)
            with contextlib.suppress(OSError, ValueError):
                return self.has_autosaved(name) or None
        return look

    def check_old_or_new(self):
        """Each snapshot is that of its layout, and the edit is in the store."""
        same(set(), self.acknowledged - self.tracks())
        for stem in self.stems():
            layout, snapshot = (file_json(os.path.join(self.sets, stem + end)) for end in ('-layout.json', '.json'))
            same(layout['counts']['tracks'], len(snapshot['tracks']), stem)
        [offer] = self.mine.client.must('project.recoveries', {}, budget_ms=600000)['each']
        same(('Powered', 0), (offer['name'], offer.get('damaged', 0)))

    def check_new(self):
        until(lambda: self.has_autosaved(*self.tracks()), what='the state is autosaved')


class Recovering(Tracks):
    deed = 'recover'

    def begin(self):
        self.put_track()

    def more(self):
        return {'choice': self.choice}

    def prepare(self):
        self.mine.must('save')
        self.saved = self.tracks()
        self.put_track()
        self.draft, self.revision, self.choice = self.tracks(), self.mine.state()['revision'], random.choice(('draft', 'save', 'both'))
        until(lambda: self.home.has_lived('project'))
        self.home.kill('project')
        until(self.is_offered, what='the draft is offered')

    def is_offered(self):
        self.mine.client.must('project.recoveries', {}, budget_ms=600000)
        return 'recovery_prompt' in self.mine.state()

    def do(self):
        if self.is_offered():  # it may be answered already
            super().do()

    def begin_deed(self):
        return super().begin_deed() if self.is_offered() else lambda: True

    def check_old_or_new(self):
        if self.is_offered():
            same(self.draft, self.tracks())
        else:
            self.check_new()

    def check_new(self):
        same(False, self.is_offered())
        same(self.saved if self.choice == 'save' else self.draft, self.tracks())
        same(self.revision + (self.choice == 'both'), self.mine.state()['revision'])


@claim(inside=ends_mounts)
def a_power_cut_in_an_export_leaves_whole_bundles_or_none(home):
    run_cuts(home, Exporting, CUTS)


@claim(inside=ends_mounts)
def a_power_cut_in_an_import_leaves_the_whole_project_or_none(home):
    run_cuts(home, Importing, CUTS)


@claim(inside=ends_mounts)
def a_power_cut_in_an_autosave_leaves_whole_sets_and_loses_no_edit(home):
    run_cuts(home, Autosaving, CUTS)


@claim(inside=ends_mounts)
def a_power_cut_in_a_recovery_leaves_the_offer_or_its_answer(home):
    run_cuts(home, Recovering, CUTS)


run_claims()
