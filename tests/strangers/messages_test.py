#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Strangers at every socket send garbage, too much, incomplete or slow messages, and open 10,000 connections at once. Each
is refused with an error or disconnected, no service dies of it, and other clients work on."""

from tests.claims import Home, claims, how_often, run_claims
from tests.driving import drive


def send(home, what, often=how_often(1, 20)):
    drive(home, 'strangers/messages.py', what, often)


claims(
    send,
    shares=Home.up,
    garbage_is_refused_and_harms_nobody=('garbage', how_often(1, 50)),
    a_large_message_is_refused_before_it_takes_memory='too_large',
    a_peer_that_sends_a_message_without_an_end_is_disconnected='endless',
    half_a_message_holds_up_no_other_client='half',
    slow_clients_are_answered_and_delay_no_other_client='slow',
    a_client_that_asks_without_end_and_all_others_are_answered='greedy',
    a_peer_that_ends_with_asks_and_heartbeats_under_way_ends_no_service='gone',
    floods_of_ten_thousand_connections_leave_other_clients_alone=('floods', how_often(2, 25)),
    idle_clients_make_room_for_a_new_one='idle',
)


run_claims()
