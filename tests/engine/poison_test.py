#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Legal but expensive asks of one client delay no other client, and stop no service. The figures are the times of
another client. The claims run one after the other, because each of them measures."""

from tests.claims import claims, how_often, run_claims
from tests.driving import drive


def one_by_one(_):
    """Each claim has engines of its own; they share only this group."""


def poison(home, kind):
    for poisoners in (1, 4):
        each = home.other(f'{kind}-{poisoners}')
        each.up()
        drive(each, 'faults/poison.py', kind, poisoners, how_often(1, 20))
        deaths = each.loophole('crash', 'list').out
        assert 'hung' not in deaths, deaths
        each.down()
        each.loophole('store', 'check')


claims(
    poison,
    shares=one_by_one,
    a_batch_that_rewrites_a_large_item_is_answered_and_delays_no_other_client='edits',
    applies_of_the_most_actions_delay_no_other_client='applies',
    a_batch_of_refusals_that_takes_long_to_read_delays_no_other_client='refusals',
    a_batch_of_files_delays_no_other_client='files',
    a_batch_of_a_hundred_thousand_facts_delays_no_other_client='facts',
    a_flood_of_expensive_edits_delays_no_other_client='flood',
    a_flood_over_many_connections_of_one_client_delays_no_other_client='crowd',
    a_flood_of_long_reads_delays_no_other_client='reads',
    the_removal_of_a_library_with_many_folders_delays_no_other_client='removal',
    an_undo_past_thousands_of_removed_items_delays_no_other_client='undo',
)


run_claims()
