/* state/notes.h: the notes of the last period, and their indices in the rings. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_NOTES_H
#define LOOPHOLE_AUDIO_RT_STATE_NOTES_H

#include "common/rt/cue.h"

enum { NOTES_PERIOD = 512 }; /* for one consumer; further notes are lost and counted */

struct notes {
    uint64_t from[CUES_RINGS];  /* index of the period's first note */
    uint32_t count[CUES_RINGS]; /* number of the period's notes */
    uint64_t lost;
    uint32_t lost_hits[CUES_RINGS]; /* of these: NOTE_PAD_HIT, but those of a keyboard */
};

#endif
