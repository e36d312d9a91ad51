#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""What a person excluded never leaves: folders of the setting and of the command, copies, renamed folders, restored
catalogues. With a real PostgreSQL server."""
import os
import shutil

from tests.claims import claim, contains, run_claims, same, until
from tests.composer.composing import Studio


def restart(studio, *lines):
    """Starts the service with further lines in the section [composer]."""
    studio.home.settings('\n'.join(('[composer]', f'server = {studio.setting}', *lines, '')))
    pid = studio.home.pid('composer')
    studio.home.loophole('restart', 'composer')
    until(lambda: studio.home.is_other('composer', pid))


def excluded(studio):
    return [line['path'] for line in studio.home.json('composer', 'exclude', 'list') if 'path' in line]


def counts(studio):
    """The count ends early on a busy machine."""
    return {line['path']: line['items'] for line in studio.home.json('composer', 'exclude', 'list') if 'path' in line}


def is_excluded(studio, *folders):
    return sorted(folders) == sorted(excluded(studio)) and 'stopped' not in studio.status()


def offers(studio):
    return studio.json('preview')['offers']


def kit_of(studio):
    return os.path.dirname(studio.sound(0))


def other_sound(studio):
    return studio.home.first('search', 'path:GMRockKit kick')['path']


@claim(inside=Studio)
def sounds_of_an_excluded_folder_never_leave(studio):
    home, kit, other = studio.home, kit_of(studio), other_sound(studio)
    restart(studio, f'exclude = {kit}')
    until(lambda: is_excluded(studio, kit))
    home.loophole('use', 'Song', studio.sound(0), studio.sound(1), other)
    home.loophole('tag', studio.sound(0), '+dusty')
    home.loophole('tag', other, '+dusty')
    same(2, offers(studio))
    studio.join()
    same((1, 1), (studio.rows(), studio.rows('evidence_word')))
    contains(home.refused('composer', 'exclude', 'remove', kit), 'loophole.conf excludes it')
    restart(studio)
    studio.sync()  # without its line the folder stays excluded, until a person removes it
    same((1, 1), (studio.rows(), studio.rows('evidence_word')))
    home.loophole('composer', 'exclude', 'remove', kit)
    studio.sync()
    same((3, 2), (studio.rows(), studio.rows('evidence_word')))
    home.loophole('composer', 'exclude', 'add', kit)
    studio.sync()  # what was shared before is withdrawn
    same((1, 1), (studio.rows(), studio.rows('evidence_word')))


@claim(inside=Studio)
def a_line_that_names_no_folder_stops_all_sharing(studio):
    home, kit, other = studio.home, kit_of(studio), other_sound(studio)
    home.loophole('use', 'Song', studio.sound(0), other)
    same(2, offers(studio))
    studio.join()
    same(2, studio.rows())
    home.loophole('use', 'Song', studio.sound(1))
    for line in (f'/nowhere:{kit}', f'"{kit}"', '~/kit', os.path.relpath(kit), kit.upper(), f'{kit};/other', studio.sound(0)):
        restart(studio, f'exclude = {line}')
        until(lambda: 'nothing is shared: ' in studio.status().get('stopped', ''))
        same(0, offers(studio))
        contains(' '.join(studio.json('preview')['words']), 'nothing is shared')
        contains(home.refused('composer', 'sync'), 'nothing is shared')
        contains(home.run('loophole', 'doctor', code=None).out, 'nothing is shared')
    same(2, studio.rows())


@claim(inside=Studio)
def a_line_may_lead_over_links_and_may_have_blanks(studio):
    home, kit = studio.home, kit_of(studio)
    link = home.file('link')
    os.symlink(os.path.dirname(kit), link)
    home.loophole('use', 'Song', studio.sound(0), other_sound(studio))
    rock = os.path.dirname(other_sound(studio))
    restart(studio, f'exclude = {link}//{os.path.basename(kit)}/./ : {rock} ')
    until(lambda: is_excluded(studio, kit, rock))
    same(0, offers(studio))
    until(lambda: counts(studio)[kit] == 16)
    contains(' '.join(studio.json('preview')['words']), '2 excluded folders with ')


@claim(inside=Studio)
def a_link_that_leads_elsewhere_excludes_both_places(studio):
    home, kit, other = studio.home, kit_of(studio), other_sound(studio)
    link, rock = home.file('link'), os.path.dirname(other)
    os.symlink(kit, link)
    restart(studio, f'exclude = {link}')
    until(lambda: is_excluded(studio, kit))
    os.unlink(link)
    os.symlink(rock, link)
    home.loophole('use', 'Song', studio.sound(0), other)  # links are followed again when the catalogue has changed
    until(lambda: is_excluded(studio, kit, rock))
    home.loophole('composer', 'level', 'descriptors')
    os.unlink(link)
    os.symlink(home.library, link)
    restart(studio, f'exclude = {link}')
    home.loophole('composer', 'sync')  # waits until the link was followed
    same(sorted((home.library, kit, rock)), sorted(excluded(studio)))
    same(0, studio.rows())


@claim(inside=Studio)
def an_excluded_folder_stays_excluded_under_another_name_and_so_do_copies(studio):
    home, kit = studio.home, kit_of(studio)
    home.loophole('use', 'Song', studio.sound(0), other_sound(studio))
    same(2, offers(studio))
    home.loophole('composer', 'exclude', 'add', kit)
    same(1, offers(studio))
    copy = os.path.join(home.library, 'GMRockKit', 'copy of a sound.flac')
    shutil.copy(studio.sound(0), copy)
    home.loophole('library', 'rescan', '--wait')
    home.loophole('use', 'Song', copy)
    same(1, offers(studio))
    os.rename(kit, kit + ' 2025')
    home.loophole('library', 'rescan', '--wait')
    until(lambda: is_excluded(studio, kit + ' 2025'))
    same(1, offers(studio))
    home.loophole('library', 'remove', home.library)
    home.loophole('index', home.library, '--wait')
    same([kit + ' 2025'], excluded(studio))
    contains(home.refused('composer', 'exclude', 'add', '/nowhere'), 'no folder of the catalogue')
    contains(home.refused('composer', 'exclude', 'remove', '/nowhere'), 'is not an excluded folder')


def damage_exclusions(home):
    path, count = home.file('data', 'store', 'data.mdb'), 0
    with open(path, 'r+b') as store:
        data, at = store.read(), -1
        while (at := data.find(b'excluded ', at + 1)) >= 0:
            length = int.from_bytes(data[at - 2:at], 'little')
            if 9 + 16 < length < 64:
                store.seek(at + length)
                store.write(b'\xc1')
                count += 1
    return count


@claim(inside=Studio)
def a_damaged_exclusion_stops_sharing_but_neither_forget_nor_its_removal(studio):
    home, kit = studio.home, kit_of(studio)
    home.loophole('use', 'Song', studio.sound(0), other_sound(studio))
    studio.join()
    home.loophole('composer', 'exclude', 'add', kit)
    contains(until(lambda: damage_exclusions(home) and studio.status().get('stopped')), kit)  # a commit may be under way
    contains(home.refused('composer', 'sync'), 'is damaged')
    same((0, [kit]), (offers(studio), excluded(studio)))
    studio.json('forget')
    same(0, studio.rows())
    home.loophole('composer', 'exclude', 'remove', kit)
    assert 'stopped' not in studio.status()
    home.loophole('composer', 'exclude', 'add', kit)
    studio.join()
    same(1, studio.rows())


@claim(inside=Studio)
def offers_that_wait_do_not_leave_when_their_folder_is_excluded(studio):
    studio.level('use')
    studio.sync()
    studio.server.tool('stop')
    studio.use('Song', 0, 1)
    studio.home.refused('composer', 'sync')
    same(2, studio.status()['outbox'])
    studio.home.loophole('composer', 'exclude', 'add', kit_of(studio))
    same((0, 0), (studio.status()['outbox'], offers(studio)))
    studio.server.tool('again')
    studio.sync()
    same(0, studio.rows())


@claim(inside=Studio)
def after_a_restore_and_in_a_copy_of_the_home_the_level_is_off(studio):
    home = studio.home
    home.loophole('use', 'Song', studio.sound(0), other_sound(studio))
    home.loophole('composer', 'exclude', 'add', kit_of(studio))
    studio.join()
    same(1, studio.rows())
    backup = home.file('studio.backup')
    home.loophole('backup', backup)
    other = home.other('restored')
    other.settings(f'[composer]\nserver = {studio.setting}\n')
    other.loophole('restore', backup)
    copied_while_it_is_off(studio)
    other.up()
    other.wait_ready('composer')
    status = other.first('composer', 'status')
    same(('off', 'use', 1), (status['level'], status['confirm'], status['excluded']))
    contains(other.refused('composer', 'sync'), 'the level is off')
    contains(other.run('loophole', 'doctor', code=None).out, 'nothing is shared: the level was use')
    status = other.first('composer', 'level', 'use')
    same(('use', False), (status['level'], 'confirm' in status))
    other.first('composer', 'sync')
    same('1', studio.server.sql('select count(distinct (content, substring(context for 16))) from composer.evidence_use'))


def copied_while_it_is_off(studio):
    """A copy of the home of an engine that does not run is as another machine."""
    home = studio.home
    home.stop()
    copy = home.other('copied')
    shutil.rmtree(copy.path, ignore_errors=True)
    shutil.copytree(home.path, copy.path, symlinks=True, ignore=shutil.ignore_patterns('run', 'restored', 'copied'))
    copy.up()
    copy.wait_ready('composer')
    status = copy.first('composer', 'status')
    same(('off', 'use'), (status['level'], status['confirm']))
    copy.stop()
    home.up()
    home.wait_ready('composer')
    same('use', home.first('composer', 'status')['level'])


run_claims()
