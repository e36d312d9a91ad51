#!/bin/bash
# memory.sh: peers that read nothing, send half of what they announce, or send everything at once, to an engine whose
# services may take little memory. No service dies, others get their answers meanwhile, and memory is returned.
. "$(dirname "$0")/../lib.sh"

_claim() { drive memory.py "$@"; }

one_peer_that_reads_no_answers_leaves_room_for_others() { _claim deaf 1 60000; }

sixteen_such_peers_do_too() { _claim deaf 16 60000; }

small_answers_that_nobody_reads_count_as_well() { _claim deaf "$(how_often 4 16)" 10; }

hundreds_of_peers_that_read_nothing_leave_room_for_others() { _claim deaf 300 60000; }

half_messages_of_many_peers_wait_for_room() { _claim half "$(how_often 60 300)"; }

messages_of_many_tiny_frames_are_hung_up_on() { _claim tiny; }

subscriptions_without_end_are_hung_up_on() { _claim subscriptions; }

a_subscriber_that_reads_nothing_is_hung_up_on() { _claim deaf_subscriber; }

large_messages_of_many_clients_are_all_answered() { _claim crowd "$(how_often 40 200)"; }

the_largest_messages_of_each_service_end_none() { _claim largest_messages; }

mkdir -p "$LOOPHOLE_HOME/config"
printf '[limits]\ndata_mb = 256\n' >"$LOOPHOLE_HOME/config/loophole.conf"
engine_up
run_claims "$@"
