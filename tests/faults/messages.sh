#!/bin/bash
# messages.sh: strangers at every socket send garbage, too much, incomplete or slow messages, and open 10,000
# connections at once. Each is refused with an error or disconnected, no service dies of it, and other clients work on.
. "$(dirname "$0")/../lib.sh"

_claim() { drive messages.py "$@"; }

garbage_is_refused_and_harms_nobody() { _claim garbage "$(how_often 1 50)"; }

what_is_too_large_is_refused_before_it_takes_memory() { _claim too_large "$(how_often 1 20)"; }

a_message_without_an_end_is_hung_up_on() { _claim endless "$(how_often 1 20)"; }

half_a_message_waits_for_nobody() { _claim half "$(how_often 1 20)"; }

the_slow_are_served_and_slow_nobody() { _claim slow "$(how_often 1 20)"; }

one_who_asks_without_end_gets_his_turn_and_others_theirs() { _claim greedy "$(how_often 1 20)"; }

a_peer_that_ends_with_asks_and_heartbeats_under_way_ends_no_service() { _claim gone "$(how_often 1 20)"; }

floods_of_ten_thousand_connections_pass_by() { _claim floods "$(how_often 2 25)"; }

the_idle_make_room_for_a_new_client() { _claim idle "$(how_often 1 20)"; }

engine_up
run_claims "$@"
