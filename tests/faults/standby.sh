#!/bin/bash
# standby.sh: two audio cores on one state. The owner is killed, or stopped and continued; the other one sounds.
. "$(dirname "$0")/../lib.sh"
export LOOPHOLE_AUDIO=dummy BUILD=$build
rounds=$(how_often 5 100)
mkdir -p "$LOOPHOLE_HOME/config"
printf '[audio]\nstandby = yes\nperiod = %s\n' "$(how_often 1024 256)" >"$LOOPHOLE_HOME/config/loophole.conf"

the_standby_sounds_within_two_periods_of_the_owners_death() {
    chrt --fifo 1 true 2>/dev/null || skip "no real-time scheduling for this user"
    drive_sound standby.py kills $rounds
}
an_owner_that_is_stopped_and_goes_on_owns_nothing() { drive_sound standby.py stops $((rounds / 2)); }

run_claims "$@"
