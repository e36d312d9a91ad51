/* state/capture.h: what a capture has got. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_CAPTURE_H
#define LOOPHOLE_AUDIO_RT_STATE_CAPTURE_H

#include "common/rt/capture.h"

struct capture {
    struct capture_header header;
    uint32_t running;
    uint32_t count; /* frames of the period … */
    uint64_t from;  /* … and the index of the first of them */
};

#endif
