/* limiter.h: the limiter of the master. RT.
 *
 * |out| <= ceiling for every sample of any input. Audio below the ceiling passes bit for bit. Both channels have one
 * gain. It falls at the very sample that needs it, and recovers exponentially (time constant 80 ms). It has no
 * look-ahead, because that would delay every sound. */
#ifndef LOOPHOLE_AUDIO_RT_LIMITER_H
#define LOOPHOLE_AUDIO_RT_LIMITER_H

#include "services/audio/dsp/number.h"

/* All zero is the initial state: gain 1. */
struct limiter {
    double cut; /* 1 - gain */
    float most; /* the highest cut since the owner set it to 0 */
    uint32_t spare;
};

/* Limits in place; ceiling 0.01..1, linear. */
void limiter_run(struct limiter *limiter, float ceiling, uint32_t rate, float *left, float *right, uint32_t frames);

/* Repairs a state of any bytes. limiter_run trusts its state. */
void limiter_repair(struct limiter *limiter);

#endif
