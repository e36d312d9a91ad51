/* state/cues.h: the waiting cues. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_CUES_H
#define LOOPHOLE_AUDIO_RT_STATE_CUES_H

#include "common/rt/cue.h"

enum { CUES_WAITING = 256 };

struct cues_waiting {
    struct cue cue;
    uint32_t producer, spare;
};

struct cues {
    uint64_t taken[CUES_RINGS]; /* index of the next cue in each ring */
    uint32_t count, spare;
    struct cues_waiting waiting[CUES_WAITING]; /* sorted; the earliest is last */
};

#endif
