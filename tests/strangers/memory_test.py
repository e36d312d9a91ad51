#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Peers that read nothing, send half of what they announce, or send everything at once, to an engine whose services may
take little memory. No service dies, others get their answers meanwhile, and memory is returned."""

from tests.claims import claims, how_often, run_claims
from tests.driving import drive


def little(home):
    home.settings('[limits]\ndata_mb = 256\n')
    home.up()


def meet(home, *peers):
    drive(home, 'strangers/memory.py', *peers)


claims(
    meet,
    shares=little,
    one_peer_that_reads_no_answers_leaves_room_for_others=('deaf', 1, 60000),
    sixteen_peers_that_read_no_answers_leave_room_for_others=('deaf', 16, 60000),
    small_unread_answers_count_too=('deaf', how_often(4, 16), 10),
    hundreds_of_peers_that_read_nothing_leave_room_for_others=('deaf', 300, 60000),
    half_messages_of_many_peers_wait_for_room=('half', how_often(60, 300)),
    a_peer_that_sends_messages_of_many_tiny_frames_is_disconnected='tiny',
    a_peer_that_subscribes_without_end_is_disconnected='subscriptions',
    a_subscriber_that_reads_nothing_is_disconnected='deaf_subscriber',
    large_messages_of_many_clients_are_all_answered=('crowd', how_often(40, 200)),
    the_largest_messages_of_each_service_end_none='largest_messages',
)


run_claims()
