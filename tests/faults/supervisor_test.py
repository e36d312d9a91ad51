#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The supervisor under faults: killed repeatedly, stopped, killed with others; and the services that it must
replace."""
import glob
import os
import shutil
import signal

from tests.claims import BUILD, claim, claims, how_often, run_claims, same, until
from tests.driving import drive
from tests.sounding import tool


def under_fault(home, fault, short, long):
    """Runs the fault `short` or `long` times on an engine of its own, which must end in order afterwards."""
    home.up()
    drive(home, 'faults/supervisor.py', fault, how_often(short, long))
    home.loophole('down')


def with_own_programs(home):
    """Copies of the programs for this home; returns their folder."""
    folder = home.file('bin')
    os.mkdir(folder)
    for program in glob.glob(BUILD + '/bin/loophole*'):
        shutil.copy(program, folder)
    home.env['PATH'] = folder + ':' + home.env['PATH']
    return folder


def with_stuck_search(home):
    """Their search hangs or spins when an ask requests it."""
    folder = with_own_programs(home)
    os.unlink(folder + '/loophole-search')
    shutil.copy(tool('stuck'), folder + '/loophole-search')


claims(
    under_fault,
    a_supervisor_killed_again_and_again_interrupts_no_service=('killed', 6, 300),
    a_supervisor_killed_with_a_service_comes_back_and_so_does_the_service_once=('killed_with_another', 3, 150),
    killed_while_it_starts_the_supervisor_starts_no_service_twice=('killed_at_its_start', 4, 100),
    while_the_supervisor_is_stopped_all_services_run_and_a_dead_one_starts_once_afterwards=('stopped', 2, 30),
    killed_with_its_keeper_the_supervisor_leaves_all_services_running_for_its_successor=('killed_with_its_keeper', 3, 100),
    a_stopped_service_is_found_by_its_missed_beats_and_replaced=('service_stopped', 2, 40),
    services_whose_home_was_taken_away_are_replaced_by_the_next_engine=('homeless', 1, 20),
)


@claim
def a_supervisor_killed_while_its_program_is_replaced_comes_back(home):
    program = with_own_programs(home) + '/loopholed'
    home.up()
    was, persist = home.pid('supervisor'), home.pid('persist')
    os.rename(program, program + '.old')
    os.kill(was, signal.SIGKILL)
    until(lambda: 'cannot start the supervisor' in home.log('supervisor'))
    os.rename(program + '.old', program)
    until(lambda: home.is_other('supervisor', was))
    same(persist, home.pid('persist'))
    home.loophole('down')


@claim
def a_service_stuck_in_an_ask_is_found_by_its_missed_beats_and_replaced(home):
    with_stuck_search(home)
    under_fault(home, 'stuck', 1, 20)


@claim
def a_service_that_spins_is_found_on_a_busy_machine_too(home):
    with_stuck_search(home)
    under_fault(home, 'spinning', 2, 20)


run_claims()
