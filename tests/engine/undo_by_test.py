#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Steps of undo have the client that made them, and undo takes back the last step of one client."""
import os

from tests.claims import claim, contains, run_claims, same
from tests.engine.cli_library import library
from tests.client import Client

NOT_FOUND = 12


def items_of(home, count=3):
    """The ids of items, as the protocol has them."""
    with_ids = Client(home.path).must('search.query', {'query': 'kick', 'limit': count})
    return [one['media']['id'] for one in with_ids['items']]


def tags(home, id):
    return set(Client(home.path).must('search.get', {'id': id})['item']['media'].get('tags', []))


def tag(client, id, *words):
    return client.must('persist.put_media', {'edit': {'id': id, 'add_tags': list(words)}})


def tag_all(client, ids, word):
    edits = [{'id': id, 'add_tags': [word]} for id in ids]
    return client.must('persist.edit_media', {'label': f'Tag {word}', 'edits': edits})['step']


def in_the_way(client, step, of='persist.undo'):
    """Undo of the client's last step is refused, because of that step."""
    error, said = client.ask(of, {'by': ''})
    same(('conflict', 'by'), (error, said['field']), said)
    contains(said['what'], f'step {step} (')
    return said['what']


@claim(inside=library)
def each_step_names_its_client_and_undo_takes_the_last_one_of_that_client(home):
    one, two, three = items_of(home)
    ana, ben = Client(home.path, 'Ana'), Client(home.path, 'Ben')
    tag(ana, one, 'of_ana')
    tag(ben, two, 'of_ben')
    home.loophole('tag', '--all', 'kick', '--limit', '1', '+first')
    home.loophole('undo')
    tag(Client(home.path), three, 'of_nobody')
    home.kill('persist')
    listed = home.json('undo', 'list')
    same([None, 'Ben', 'Ana'], [line.get('by') for line in listed])
    contains(home.loophole('undo', 'list').out, 'by Ben')
    home.loophole('undo', '--by', 'Ana')
    same((set(), {'of_ben'}, {'of_nobody'}), (tags(home, one), tags(home, two), tags(home, three)))
    same([False, False, True], [line['undone'] for line in home.json('undo', 'list')])
    home.refused('undo', '--by', 'Ana', code=NOT_FOUND)
    home.refused('undo', '--mine', code=NOT_FOUND)
    home.loophole('tag', '--all', 'amen', '+mine')
    same('loophole', home.json('undo', 'list')[0]['by'])
    same(home.json('undo', 'list')[0]['step'], home.first('undo', '--mine')['step'])
    home.loophole('undo')  # skips what was undone alone
    same((set(), {'of_ben'}, set()), (tags(home, one), tags(home, two), tags(home, three)))
    home.loophole('undo')
    same((set(), set(), set()), (tags(home, one), tags(home, two), tags(home, three)))
    home.refused('undo', code=NOT_FOUND)
    same('conflict', ana.ask('persist.redo', {'by': ''})[0])  # the next is of Ben
    ben.must('persist.redo', {'by': ''})
    same('conflict', ben.ask('persist.redo', {'by': ''})[0])
    home.loophole('redo')
    same((set(), {'of_ben'}, {'of_nobody'}), (tags(home, one), tags(home, two), tags(home, three)))
    home.loophole('redo')  # --mine took the newest
    home.refused('redo', code=NOT_FOUND)
    same('not_found', ana.ask('persist.redo', {'by': ''})[0])
    home.check_store()


@claim(inside=library)
def undo_of_a_client_names_the_later_step_that_changed_the_same_items(home):
    one, two, three = items_of(home)
    ana, ben = Client(home.path, 'Ana'), Client(home.path, 'Ben')
    first = tag_all(ana, (one, two, three), 'first')
    second = tag_all(ben, (three,), 'second')
    contains(in_the_way(ana, second), 'by Ben')
    ben.must('persist.undo', {'by': ''})
    undone = ana.must('persist.undo', {'by': ''})  # now it is the newest, and redo does both again in order
    same((first, 1, 3), (undone['step'], undone['steps'], undone['items']))
    same([set()] * 3, [tags(home, id) for id in (one, two, three)])
    same([first, second], [one.must('persist.redo', {'by': ''})['step'] for one in (ana, ben)])
    ben.must('persist.undo', {'by': ''})
    other = items_of(home, 4)[3]
    tag(ben, other, 'other')
    again = tag_all(ben, (three,), 'again')
    ben.must('persist.undo', {'by': ''})
    in_the_way(ana, again)  # redo would do it again
    tag(ben, other, 'more')  # it cannot be redone
    same(first, ana.must('persist.undo', {'by': ''})['step'])
    same([set()] * 3, [tags(home, id) for id in (one, two, three)])
    third = tag_all(ana, (one, two), 'third')
    tag_all(ben, (three,), 'fourth')  # another item
    same(third, ana.must('persist.undo', {'by': ''})['step'])
    same([set(), set(), {'fourth'}], [tags(home, id) for id in (one, two, three)])
    tag(ana, one, 'fifth')
    home.loophole('library', 'remove', home.library)
    removal = home.json('undo', 'list')[0]['step']
    in_the_way(ana, removal)
    home.loophole('undo', '--mine')
    ana.must('persist.undo', {'by': ''})
    same([set(), set(), {'fourth'}], [tags(home, id) for id in (one, two, three)])
    home.check_store()


@claim(inside=library)
def undo_of_a_client_is_of_the_catalogue_alone_and_is_done_once(home):
    one, _, three = items_of(home)
    ana = Client(home.path, 'Ana')
    step = tag_all(ana, (one,), 'first')
    for more in ({'to': step}, {'scope': 'moves'}, {'files': True}, {'only': True}):
        error, said = ana.ask('persist.undo', {'by': '', **more})
        same(('bad_request', 'by'), (error, said['field']), more)
    for more in ({'scope': 'moves'}, {'files': True}):
        same('bad_request', ana.ask('persist.redo', {'by': '', **more})[0], more)
    same('bad_request', Client(home.path, 'a' * 65).ask('persist.undo', {'by': ''})[0])
    for args in (('--to', str(step), '--mine'), ('--by', 'Ana', '--mine')):
        home.refused('undo', *args, code=11)
    tag_all(ana, (three,), 'second')
    request = os.urandom(16)
    answers = [ana.must('persist.undo', {'by': ''}, request=request) for _ in range(2)]
    same(answers[0], answers[1])
    same([{'first'}, set()], [tags(home, one), tags(home, three)])


@claim(inside=library)
def undo_of_a_client_skips_its_steps_whose_items_are_gone(home):
    one, two, three = items_of(home)
    ana = Client(home.path, 'Ana')
    step = tag_all(ana, (one,), 'first')
    tag_all(ana, (two, three), 'second')
    for id in (two, three):
        ana.must('persist.forget', {'id': id})
    same(step, ana.must('persist.undo', {'by': ''})['step'])
    same(set(), tags(home, one))
    same('not_found', ana.ask('persist.undo', {'by': ''})[0])
    home.check_store()


run_claims()
