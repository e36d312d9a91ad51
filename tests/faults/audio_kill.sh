#!/bin/bash
# audio_kill.sh: the sound core killed and stopped; whoever else is killed, while it sounds.
. "$(dirname "$0")/../lib.sh"
export LOOPHOLE_AUDIO=dummy BUILD=$build
rounds=2
[ -z "${LONG:-}" ] || rounds=20

_run() { export LOOPHOLE_HOME=$scratch/home-$1; drive_sound core.py "$@"; }

a_core_that_is_killed_is_back_and_plays_on() { _run core $rounds; }
a_key_released_while_no_core_runs_releases_its_pad() { _run gate; }
a_core_that_is_stopped_is_replaced() { _run hangs; }
no_frame_is_lost_by_the_death_of_anybody_else() { in_step; _run others $((rounds / 2)); }
a_pad_sounds_at_the_frame_of_its_note() { in_step; _run pads 40; }

run_claims "$@"
