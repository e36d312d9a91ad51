/* state/capture.h: the state of a capture. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_CAPTURE_H
#define LOOPHOLE_AUDIO_RT_STATE_CAPTURE_H

#include "common/rt/capture.h"

struct capture {
    struct capture_header header;
    uint32_t running;
    uint32_t count; /* frames captured in this period */
    uint64_t from;  /* index of the first of them */
};

#endif
