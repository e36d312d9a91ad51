#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Autosaves beside a project, and the recovery of what differs from its save."""
import hashlib
import json
import os
import re
import shutil

from tests.claims import claim, contains, file_json, file_text, run_claims, same, until, write_file
from tests.drives.disks import Stalling
from tests.studio import Studio, running, word

STEM = re.compile(r'\d{8}-\d{6}-\d+')


class Autosaved(Studio):
    """A project, and its autosaves."""

    def sets_folder(self):
        return os.path.join(self.folder, '.autosave', word(self.id))

    def files(self):
        return sorted(os.listdir(self.sets_folder())) if os.path.isdir(self.sets_folder()) else []

    def sets(self):
        """The stems of the complete sets, the oldest first."""
        return [name[:-5] for name in self.files() if STEM.fullmatch(name[:-5])]

    def snapshot(self, stem):
        return file_json(os.path.join(self.sets_folder(), stem + '.json'))

    def layout(self, stem):
        return file_json(os.path.join(self.sets_folder(), stem + '-layout.json'))

    def has_tracks(self, *names):
        """The newest set has these tracks."""
        sets = self.sets()
        return bool(sets) and sorted(one['name'] for one in self.snapshot(sets[-1])['tracks']) == sorted(names)

    def recoveries(self):
        """By the name of the project; the names in a line of what differs in their order."""
        error, answer = self.client.ask('project.recoveries', {}, budget_ms=600000)
        assert error == 'ok', (error, answer)
        for one in answer.get('each', ()):
            one['differs'] = [re.sub(r'(?<=: ).*', lambda names: ', '.join(sorted(names[0].split(', '))), line)
                              for line in one['differs']]
        return {one['name']: one for one in answer.get('each', ())}

    def again(self):
        """After a start of the engine that nobody asked for."""
        until(lambda: self.home.has_lived('project'))
        self.home.kill('project')
        self.home.wait_ready('project')
        return self.recoveries().get(self.name)

    def tracks(self):
        return sorted(body['name'] for (kind, _), body in self.parts().items() if kind == 'track')


def make(home, name, *tracks):
    it = Autosaved(home, name)
    for track in tracks:
        it.put('track', name=track)
    if tracks:
        until(lambda: it.has_tracks(*tracks))
    return it


@claim(shares=running)
def an_edit_is_autosaved_as_a_set_of_readable_files(home):
    it = make(home, 'Set', 'Drums', 'Bass')
    stem = it.sets()[-1]
    same([stem + '-layout.json', stem + '.json'], [name for name in it.files() if name.startswith(stem)])
    layout = it.layout(stem)
    same(('Set', 2, False, stem[:15]), (layout['name'], layout['counts']['tracks'], layout['empty'], layout['autosaved']))
    same(word(it.id), layout['project'])
    same([], [name for name in it.files() if name.startswith('.')])
    same(it.parts().keys() & {('track', one['id']) for one in it.snapshot(stem)['tracks']},
         {('track', one['id']) for one in it.snapshot(stem)['tracks']})


@claim(shares=running)
def a_draft_that_differs_from_the_save_is_offered_until_it_is_answered(home):
    it = make(home, 'Draft', 'A')
    it.must('save')
    it.put('track', name='B')
    until(lambda: it.has_tracks('A', 'B'))
    assert 'recovery_prompt' not in it.state(), 'nothing is recovered from what a person does now'
    offer = it.again()
    same(f'Autosaved Draft at {it.sets()[-1][:15]}', offer['prompt'])
    same((1, ['1 track added: B'], False), (offer['saved'], offer['differs'], offer['elsewhere']))
    same(offer['prompt'], it.state()['recovery_prompt'])
    same(offer, it.again())  # nobody answered
    contains(home.loophole('project', 'recover').out, 'differs    1 track added: B')
    home.loophole('project', 'recover', 'Draft', '--draft')
    same(['A', 'B'], it.tracks())
    assert 'recovery_prompt' not in it.state()
    same(None, it.again())
    it.put('track', name='C')
    until(lambda: it.has_tracks('A', 'B', 'C'))
    same(['2 tracks added: B, C'], it.again()['differs'])  # a newer one
    home.loophole('project', 'recover', 'Draft', '--save')
    same(['A'], it.tracks())
    same(None, it.again())
    it.must('undo')
    same(['A', 'B', 'C'], it.tracks())


@claim(shares=running)
def a_save_or_a_load_ends_the_offer_of_what_the_store_had(home):
    it = make(home, 'Settled', 'A')
    assert it.again()
    it.must('save')
    it.put('track', name='B')
    assert 'recovery_prompt' not in it.state(), 'the save is newer than what was offered'
    same('not_found', it.client.ask('project.recover', {'project': 'Settled', 'choice': 'save'})[0])
    until(lambda: it.has_tracks('A', 'B'))
    assert it.again()
    it.must('load')
    it.put('track', name='C')
    assert 'recovery_prompt' not in it.state(), 'the person chose the save'
    same(['A', 'C'], it.tracks())


@claim(shares=running)
def what_a_person_does_right_after_a_start_is_not_recovered_and_what_was_before_it_is(home):
    it, draft = make(home, 'Clean', 'A'), make(home, 'Before', 'A')
    for one in it, draft:
        one.must('save')
    draft.put('track', name='B')
    until(lambda: home.has_lived('project'))
    home.kill('project')
    for one in it, draft:
        ask = {'project': one.name, 'kind': 'track', 'body': '{"name":"C"}'}
        same('ok', one.client.ask('project.put', ask, budget_ms=600000)[0])
    offers = it.recoveries()
    assert 'Clean' not in offers, offers
    assert 'B' in offers['Before']['differs'][0], offers
    until(lambda: it.has_tracks('A', 'C') and draft.has_tracks('A', 'B', 'C'))
    assert 'Clean' not in it.recoveries() and 'Before' in it.recoveries()


@claim(shares=running)
def a_set_has_a_copy_of_the_manifest_and_the_offer_its_digest_and_assets(home):
    it = Autosaved(home, 'Manifest')
    manifest = json.dumps({'manifest_version': '1.0.0', 'sampler_assets': [{'asset_name': 'choir.wav'}], 'more': 'x' * 200})
    os.makedirs(it.folder, exist_ok=True)
    write_file(os.path.join(it.folder, 'project_manifest.json'), manifest)
    it.put('track', name='A')
    until(lambda: it.has_tracks('A'))
    stem, digest = it.sets()[-1], hashlib.sha256(manifest.encode()).hexdigest()
    same(manifest, file_text(os.path.join(it.sets_folder(), stem + '-manifest.json')))
    same({'path': stem + '-manifest.json', 'sha256': digest, 'asset_count': 1, 'assets': ['choir.wav']}, it.layout(stem)['manifest'])
    offer = it.again()
    same((digest, 1, ['choir.wav']), (offer['manifest_sha256'], offer['asset_count'], offer['assets']))


@claim(shares=running)
def both_keeps_the_draft_as_a_save_beside_the_last_one(home):
    it = make(home, 'Both', 'A')
    it.must('save')
    it.put('track', name='B')
    until(lambda: it.has_tracks('A', 'B'))
    offer = it.again()
    home.loophole('project', 'recover', 'Both', '--both')
    state = it.state()
    same((2, False, 'same'), (state['revision'], state['dirty'], state['mirror']))
    same(['autosaved ' + offer['prompt'].split()[-1], ''], [one['name'] for one in it.must('saves')['each']])
    same(2, len(it.file()['tracks']))
    it.must('load', revision=1)
    same(['A'], it.tracks())


@claim(shares=running)
def work_that_was_never_saved_is_offered_and_an_empty_project_is_not(home):
    it, empty, _ = make(home, 'Unsaved', 'A'), make(home, 'Nothing'), make(home, 'Long', '\u6f22' * 40)
    offer = it.again()
    same((0, ['1 track added: A']), (offer['saved'], [line for line in offer['differs'] if line != 'mixer and pads added']))
    assert 'Nothing' not in it.recoveries()
    it.put('sound', pads=[])
    it.put('loop', fkey=1073741885, duration=1)
    until(lambda: 'loops' in it.snapshot(it.sets()[-1]), what='the loop is autosaved')
    lines = it.again()['differs']
    same(['1 loop added: F4', 'mixer and pads added'], sorted(line for line in lines if 'track' not in line))
    contains(it.recoveries()['Long']['differs'], '1 track added: ' + '\u6f22' * 26)  # whole characters
    contains(home.loophole('project', 'recover', 'Unsaved', '--save', code=None).err, 'never saved')
    home.loophole('project', 'recover', 'Unsaved', '--draft')
    same(None, it.again())
    same('not_found', it.client.ask('project.recover', {'project': 'Nothing', 'choice': 'draft'})[0])
    assert empty.id != it.id


@claim(shares=running)
def a_start_says_what_is_offered_and_each_answer_names_the_next_command(home):
    it = make(home, 'First', 'A')
    it.must('save')
    make(home, 'Second', 'B')  # never saved, and open
    it.put('track', name='C')
    until(lambda: it.has_tracks('A', 'C'))
    home.stop()
    said = home.loophole('up').out
    home.wait_ready('persist', 'project')
    it.client.reconnect()
    offers = it.recoveries()
    for name in ('First', 'Second'):
        contains(said, offers[name]['prompt'] + '; it differs from its save.' if offers[name]['saved'] else offers[name]['prompt'] + '; it was never saved.')
    contains(said, '`loophole project recover` lists what differs')
    contains(home.loophole('project', 'recover', 'First').out, '--save   go back to save 1; undo brings the draft back')
    assert '--save' not in home.loophole('project', 'recover', 'Second').out
    contains(home.loophole('project', 'recover', 'First', '--both').out, '`loophole project saves --project "First"` lists the one before')
    same(2, len(home.json('project', 'saves', '--project', 'First')))
    contains(home.loophole('project', 'recover', 'Second', '--draft').out, '`loophole project save` saves it')
    home.loophole('project', 'recover', 'Second', code=None)
    contains(home.loophole('up').out, 'The engine is running already.')


@claim(shares=running)
def five_sets_are_kept_and_an_empty_project_prunes_no_full_one(home):
    it = make(home, 'Five')
    it.must('save')
    for number in range(6):
        it.put('track', name=f'T{number}')
        until(lambda: it.has_tracks(*(f'T{n}' for n in range(number + 1))))
    until(lambda: len(it.sets()) == 5)
    sets = it.sets()
    same([2, 3, 4, 5, 6], [it.layout(stem)['counts']['tracks'] for stem in sets])
    it.must('load', revision=1)  # all in one step
    until(lambda: it.has_tracks())
    same(sets, it.sets()[:5])
    same(True, it.layout(it.sets()[-1])['empty'])


@claim(shares=running)
def stress_writes_and_prunes_by_a_synthetic_clock_and_touches_no_autosave_of_a_project(home):
    it = make(home, 'Real', 'A')
    manifest = home.file('manifest.json')
    write_file(manifest, json.dumps({'manifest_version': '1.0.0', 'sampler_assets': [{'asset_name': f'{n}.wav'} for n in range(3)]}))

    def run(folder, *more):
        return home.first('autosave', 'stress', '--project-id', 'choir_demo', '--autosave-dir', folder, '--manifest', manifest, *more)

    def read(folder):
        return {name: file_text(os.path.join(folder, 'choir_demo', name)) for name in os.listdir(os.path.join(folder, 'choir_demo'))}
    sum = hashlib.sha256(file_text(manifest).encode()).hexdigest()
    said = run(home.file('one'), '--iterations', '9', '--interval-seconds', '60')
    same({'written': 9, 'pruned': 4, 'kept': 5, 'recovery_prompt': 'Autosaved choir_demo at 20251127-153800',
          'manifest_sha256': sum, 'asset_count': 3}, said)
    run(home.file('two'), '--iterations', '9', '--interval-seconds', '60')
    same(read(home.file('one')), read(home.file('two')))
    files = read(home.file('one'))
    same([f'20251127-15{30 + n}00-{n + 1}{end}' for n in range(4, 9) for end in ('-layout.json', '-manifest.json', '.json')], sorted(files))
    layout = json.loads(files['20251127-153800-9-layout.json'])
    same(('choir_demo', sum, 3), (layout['project'], layout['manifest']['sha256'], layout['manifest']['asset_count']))
    again = run(home.file('one'), '--iterations', '2', '--asset-count', '7')
    same((2, 2, 'Autosaved choir_demo at 20251127-154100', 7),
         tuple(again[key] for key in ('written', 'pruned', 'recovery_prompt', 'asset_count')))
    before = it.files()
    contains(home.refused('autosave', 'stress', '--project-id', word(it.id), '--autosave-dir', os.path.dirname(it.sets_folder())),
             'has autosaves of a project')
    same(before, it.files())
    for name in ('../x', '.hidden', '', 'a/b', 'x' * 41):
        contains(home.refused('autosave', 'stress', '--project-id', name, '--autosave-dir', home.file('one')), '--project-id')


@claim
def a_setting_turns_autosaves_off(home):
    for word, expected in (('no', False), ('yes', True)):
        home.settings(f'[project]\nautosave = {word}\n')
        running(home)
        it = Autosaved(home, f'Autosave {word}')
        it.put('track', name='A')
        error, made = it.client.ask('project.checkpoint', {}, budget_ms=600000)
        same(('ok', it.name, ''), (error, made['name'], made['trouble']))
        same((expected, expected), (made['autosave'] in it.sets(), it.sets() != []))
        home.stop()


@claim
def an_autosave_before_an_import_on_a_disk_that_hangs_is_called_missing(home):
    running(home)
    with Stalling(home, home.file('disk'), home.file('mount'), home.file('fault')) as disk:
        it = Autosaved(home, 'Hung', folder=os.fsencode(os.path.join(disk.at, 'Hung')))
        it.must('save')
        disk.fail(0, '.autosave')
        it.put('track', name='A')
        made = {}
        for budget in (2000, 20000, 200000):  # the first one ends while the disk is still waited for, if the machine is fast
            error, made = it.client.ask('project.checkpoint', {}, budget_ms=budget)
            if error == 'ok':
                break
        same(('ok', ''), (error, made['autosave']))
        assert made['trouble'], made
        disk.heal()


@claim
def a_lost_home_leaves_the_draft_in_the_folder_of_the_project(home):
    running(home)
    folder = home.file('songs', 'Lost')
    it = Autosaved(home, 'Lost', folder=os.fsencode(folder))
    it.put('track', name='A')
    it.must('save')
    for names in ('AB', 'ABC'):
        it.put('track', name=names[-1])
        until(lambda: it.has_tracks(*names))
    newest = it.sets()[-1]
    stale = Autosaved(home, 'Stale', folder=os.fsencode(home.file('songs', 'Stale')))
    for names in ('A', 'AB'):
        stale.put('track', name=names[-1])
        until(lambda: stale.has_tracks(*names))
    stale.must('save')
    home.down()
    other = home.other('other')
    for name in ('Lost', 'Stale'):
        shutil.copytree(home.file('songs', name), other.file(name))
    running(other)
    Autosaved.at(other, other.file('Stale'))
    found = Autosaved.at(other, other.file('Lost'))
    until(lambda: 'recovery_prompt' in found.state())
    offer = found.recoveries()['Lost']
    same((newest, True, ['2 tracks added: B, C']), (offer['autosave'], offer['elsewhere'], offer['differs']))
    same(['A'], found.tracks())
    write_file(os.path.join(found.sets_folder(), newest + '.json'), '{"tracks": [')  # damaged
    same((['1 track added: B'], 1), (found.again()['differs'], found.recoveries()['Lost']['damaged']))
    assert 'Stale' not in found.recoveries(), 'its sets are older than its save'
    older = os.path.join(found.sets_folder(), found.recoveries()['Lost']['autosave'])
    was = {end: file_json(older + end) for end in ('.json', '-layout.json')}
    del was['-layout.json']['snapshot']['digest']  # as of another program
    write_file(older + '-layout.json', json.dumps(was['-layout.json']))
    write_file(older + '.json', json.dumps(dict(was['.json'], tracks=was['.json']['tracks'][:1])))
    for choice in ('draft', 'both'):
        same('conflict', found.client.ask('project.recover', {'project': 'Lost', 'choice': choice}, budget_ms=600000)[0])
    same(['A'], found.tracks())
    write_file(older + '.json', json.dumps(was['.json']))
    other.loophole('project', 'recover', '--draft')
    same(['A', 'B'], found.tracks())
    same(None, found.again())
    other.down()


@claim
def a_folder_that_cannot_be_written_is_said_in_state_and_doctor(home):
    running(home)
    it = Autosaved(home, 'Blocked')
    os.makedirs(it.folder, exist_ok=True)
    write_file(os.path.join(it.folder, '.autosave'), 'a file')
    it.put('track', name='A')
    until(lambda: 'autosave_trouble' in it.state())
    contains(home.loophole('doctor', code=None).out, 'has no new autosave')
    same(['A'], it.tracks())
    same(1, home.log('project').count('an autosave cannot be written: ' + it.state()['autosave_trouble']))


@claim(shares=running)
def a_folder_that_a_person_moved_away_is_not_made_again(home):
    it = make(home, 'Moved away', 'A')
    it.must('save')
    os.rename(it.folder, it.folder + ' elsewhere')
    it.put('track', name='B')
    until(lambda: 'autosave_trouble' in it.state())
    same(False, os.path.exists(it.folder))
    os.rename(it.folder + ' elsewhere', it.folder)
    it.put('track', name='C')
    until(lambda: it.has_tracks('A', 'B', 'C'))
    until(lambda: 'autosave_trouble' not in it.state())


run_claims()
