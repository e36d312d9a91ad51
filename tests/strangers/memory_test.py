#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Peers that read nothing, send half of what they announce, or send everything at once, to an engine whose services may
take little memory. No service dies, others get their answers meanwhile, and memory is returned."""

from tests.claims import claim, how_often, run_claims
from tests.driving import drive


def little(home):
    home.settings('[limits]\ndata_mb = 256\n')
    home.up()


def meet(home, *peers):
    drive(home, 'strangers/memory.py', *peers)


@claim(shares=little)
def one_peer_that_reads_no_answers_leaves_room_for_others(home):
    meet(home, 'deaf', 1, 60000)


@claim(shares=little)
def sixteen_peers_that_read_no_answers_leave_room_for_others(home):
    meet(home, 'deaf', 16, 60000)


@claim(shares=little)
def small_unread_answers_count_too(home):
    meet(home, 'deaf', how_often(4, 16), 10)


@claim(shares=little)
def hundreds_of_peers_that_read_nothing_leave_room_for_others(home):
    meet(home, 'deaf', 300, 60000)


@claim(shares=little)
def half_messages_of_many_peers_wait_for_room(home):
    meet(home, 'half', how_often(60, 300))


@claim(shares=little)
def a_peer_that_sends_messages_of_many_tiny_frames_is_disconnected(home):
    meet(home, 'tiny')


@claim(shares=little)
def a_peer_that_subscribes_without_end_is_disconnected(home):
    meet(home, 'subscriptions')


@claim(shares=little)
def a_subscriber_that_reads_nothing_is_disconnected(home):
    meet(home, 'deaf_subscriber')


@claim(shares=little)
def large_messages_of_many_clients_are_all_answered(home):
    meet(home, 'crowd', how_often(40, 200))


@claim(shares=little)
def the_largest_messages_of_each_service_end_none(home):
    meet(home, 'largest_messages')


run_claims()
