#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The project service is killed while it autosaves, and while a person's answer is done. No acknowledged edit is lost, no
autosave is half there, and the same is offered again."""
import os
import re
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
from tests.claims import TOP, claim, contains, figure, file_json, file_text, how_often, random, run_claims, same, until, write_file
from tests.sounding import kill_processes
from tests.studio import Studio, word


class Killed:
    """`with Killed(home)`: an engine with a project, of which each edit is noted when it is acknowledged."""

    def __init__(self, home):
        self.home, self.stop = home, home.file('stop')
        home.env['LOOPHOLE_STOP'] = self.stop

    def __enter__(self):
        self.home.up()
        self.home.wait_ready('persist', 'project')
        self.it = Studio(self.home, 'Killed')
        self.acknowledged, self.asked, self.at = set(), 0, {}
        self.edit()
        self.it.must('save')
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.home.check_store()

    def kill(self):
        until(lambda: self.home.has_lived('project'))
        self.home.kill('project')
        self.home.wait_ready('project')

    def edit(self):
        name = f'T{self.asked:04}'
        self.asked += 1
        error, _ = self.it.client.ask('project.put', {'project': 'Killed', 'kind': 'track', 'body': f'{{"name":"{name}"}}'},
                                      budget_ms=600000)
        same('ok', error)
        self.acknowledged.add(name)
        self.at[name] = time.monotonic()

    def lost(self, killed):
        """How many acknowledged edits are gone, and the seconds of work that they are: since the oldest of them."""
        gone = self.acknowledged - self.tracks()
        return len(gone), max((killed - self.at[name] for name in gone), default=0)

    def tracks(self):
        return {body['name'] for (kind, _), body in self.it.parts().items() if kind == 'track'}

    def folder(self):
        return os.path.join(self.it.folder, '.autosave', word(self.it.id))

    def names(self):
        return sorted(os.listdir(self.folder())) if os.path.isdir(self.folder()) else []

    def has_autosaved(self):
        sets = [name for name in self.names() if re.fullmatch(r'\d{8}-\d{6}-\d+\.json', name)]
        return bool(sets) and {one['name'] for one in file_json(os.path.join(self.folder(), sets[-1]))['tracks']} == self.acknowledged

    def is_clean(self):
        """Each set is whole, and no temporary file is there."""
        names = self.names()
        stems = {name[:-5] for name in names if re.fullmatch(r'\d{8}-\d{6}-\d+\.json', name)}
        return set(names) == {stem + end for stem in stems for end in ('.json', '-layout.json')}

    def offers(self):
        error, answer = self.it.client.ask('project.recoveries', {}, budget_ms=600000)
        same('ok', error)
        return {one['name']: one for one in answer.get('each', ())}


def stop_points():
    """All names in the sources, so a new one is stopped at too."""
    found = []
    for folder in ('store/autosave', 'services/project/autosave'):
        for name in sorted(os.listdir(os.path.join(TOP, folder))):
            if name.endswith('.c'):
                found += re.findall(r'"(autosave-\w+)"', file_text(os.path.join(TOP, folder, name)))
    return found


@claim(inside=Killed)
def killed_at_each_stop_point_of_an_autosave_the_next_one_is_whole_and_nothing_is_left(it):
    points = stop_points()
    same(5, len(points))
    for number, point in enumerate(points):
        pid = it.home.pid('project')
        write_file(it.stop, point)
        it.edit()
        until(lambda: not os.path.exists(it.stop), what=f'stopped at {point}')
        if number == 0:  # a second death, while the successor writes what the first one did not
            write_file(it.stop, 'autosave-layout')
            it.edit()  # it may have written that before
            until(lambda: not os.path.exists(it.stop), what='stopped again')
        until(lambda: it.home.is_other('project', pid))
        it.home.wait_ready('project')
        until(it.has_autosaved, what=f'autosaved after {point}')
        same(it.acknowledged, it.tracks())
        assert 'Killed' in it.offers(), point
        until(it.is_clean, what=f'no part of a set is left alone after {point}')


def print_lost(what, lost):
    lost.sort()
    for word, at in (('worst', -1), ('median', len(lost) // 2)):
        figure(f'{len(lost)} {what}, {word}: {lost[at][0]} acknowledged edits lost, {lost[at][1]:.3f} s of work')
    same((0, 0), lost[-1])


def is_killed(home):
    left = home.engine_processes()  # also one that was started meanwhile
    kill_processes(left)
    return not left


@claim(inside=Killed)
def killed_with_everything_at_once_no_acknowledged_edit_is_lost(it):
    lost, away = [], []
    for _ in range(how_often(2, 200)):
        for _ in range(random.randrange(1, 12)):
            it.edit()
        unknown = f'U{len(lost):04}'
        it.it.client.send('project.put', {'project': 'Killed', 'kind': 'track', 'body': f'{{"name":"{unknown}"}}'})
        kill_processes(it.home.engine_processes())
        killed = time.monotonic()
        until(lambda: is_killed(it.home), what='no process of the engine is left')
        it.home.up()
        it.it.client.reconnect()
        it.home.wait_ready('persist', 'project')
        lost.append(it.lost(killed))
        away.append(time.monotonic() - killed)
        same(set(), it.tracks() - it.acknowledged - {unknown})
        if unknown in it.tracks():
            it.acknowledged.add(unknown)
            it.at[unknown] = killed
        contains(it.offers()['Killed']['prompt'], 'Autosaved Killed at ')
    print_lost('kills of everything at once', lost)
    figure(f'from such a kill until the project answers: worst {max(away):.1f} s, median {sorted(away)[len(away) // 2]:.1f} s')


@claim(inside=Killed)
def killed_at_random_while_edits_are_acknowledged_no_edit_is_lost(it):
    lost = []
    for _ in range(how_often(6, 1000)):
        until(lambda: it.home.has_lived('project'))
        ends = threading.Timer(random.uniform(0, 0.3), os.kill, (it.home.pid('project'), 9))
        ends.start()
        for _ in range(random.randrange(3, 12)):
            it.edit()
        ends.join()
        killed = time.monotonic()
        it.home.wait_ready('project')
        lost.append(it.lost(killed))
    print_lost('kills of the project service', lost)
    same(it.acknowledged, it.tracks())
    it.kill()
    offer = it.offers()['Killed']
    contains(offer['prompt'], 'Autosaved Killed at ')
    it.kill()  # before the answer
    it.home.loophole('project', 'recover', 'Killed', '--draft')
    it.kill()  # after it
    same({}, it.offers())
    same(it.acknowledged, it.tracks())


run_claims()
