#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""loophole-project is killed at the system calls of an autosave and of a recovery (killing.py)."""
import os
import re

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
from tests.claims import claim, file_json, random, run_claims, same, until
from tests.project_kills.killing import Killed, Killing, run_killing
from tests.studio import word


class Tracks(Killing):
    """A project of tracks."""
    number = 0

    def tracks(self):
        return {body['name'] for (kind, _), body in self.mine.parts().items() if kind == 'track'}

    def put_track(self, request=None):
        self.number += 1
        self.mine.must('put', request, kind='track', body={'name': f'T{self.number}'})
        self.acknowledged = self.tracks()


class Autosaving(Tracks):
    """Each begins with an edit; it is over when a set has the edit."""
    deed = 'autosave'

    def prepare(self):
        if not self.number:
            self.put_track()
            self.mine.must('save')

    def names(self):
        folder = os.path.join(self.mine.folder, '.autosave', word(self.mine.id))
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def stems(self):
        return [name[:-5] for name in self.names() if re.fullmatch(r'\d{8}-\d{6}-\d+\.json', name)]

    def read(self, name):
        return file_json(os.path.join(self.mine.folder, '.autosave', word(self.mine.id), name))

    def has_autosaved(self):
        stems = self.stems()
        return bool(stems) and {one['name'] for one in self.read(stems[-1] + '.json')['tracks']} == self.acknowledged

    def do(self, request=None):
        """After a death the successor does it without another edit."""
        if not request:
            self.put_track()
        until(self.has_autosaved, what='autosaved')

    def begin_deed(self, request):
        self.put_track()
        return self.has_autosaved

    def check_between(self):
        """Of each snapshot the layout is there and says the same; the successor may prune it meanwhile."""
        same(self.acknowledged, self.tracks())
        for stem in self.stems():
            try:
                snapshot, layout = self.read(stem + '.json'), self.read(stem + '-layout.json')
            except FileNotFoundError:
                assert stem + '.json' not in self.names() or stem + '-layout.json' in self.names(), (stem, self.names())
                continue
            same(layout['counts']['tracks'], len(snapshot['tracks']), stem)

    def is_whole(self):
        return set(self.names()) == {stem + end for stem in self.stems() for end in ('.json', '-layout.json')}

    def check_after(self):
        until(lambda: self.has_autosaved() and self.is_whole(), what=lambda: f'whole sets: {self.names()}')
        same(self.acknowledged, self.tracks())
        self.is_clean()


class Recovering(Tracks):
    """The draft is offered, and answered in one of the three ways."""
    deed = 'recover'

    def more(self):
        return {'choice': self.choice}

    def prepare(self):
        if not self.number:
            self.put_track()
        self.mine.must('save')
        self.saved, self.revision = self.tracks(), self.mine.state()['revision']
        self.put_track()
        self.draft, self.choice = self.tracks(), random.choice(('draft', 'save', 'both'))
        until(lambda: self.home.has_lived('project'))
        self.home.kill('project')
        until(self.is_offered, what='the draft is offered')

    def is_offered(self):
        self.mine.client.must('project.recoveries', {}, budget_ms=600000)
        return 'recovery_prompt' in self.mine.state()

    def do(self, request=None):
        if self.is_offered():  # else it is answered
            super().do(request)

    def check_between(self):
        same(self.draft if self.is_offered() else self.answered(), self.tracks())

    def answered(self):
        return self.saved if self.choice == 'save' else self.draft

    def check_after(self):
        same((False, self.answered()), (self.is_offered(), self.tracks()))
        same(self.revision + (self.choice == 'both'), self.mine.state()['revision'])
        self.is_clean()


@claim(inside=Killed)
def killed_at_its_calls_of_an_autosave_each_set_is_whole_and_no_edit_is_lost(it):
    run_killing(it, Autosaving)


@claim(inside=Killed)
def killed_at_its_calls_of_a_recovery_the_draft_is_offered_or_answered(it):
    run_killing(it, Recovering)


run_claims()
