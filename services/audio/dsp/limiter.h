/* limiter.h: the master's limiter. RT.
 *
 * |out| <= ceiling for every sample, whatever comes in; audio that stays below the ceiling passes bit for bit. Both
 * channels have one gain: it falls at once, with the sample that needs it, and recovers exponentially (time constant
 * 80 ms). It has no look-ahead, for that would make every sound late: what starts at a frame is heard at it. */
#ifndef LOOPHOLE_AUDIO_RT_LIMITER_H
#define LOOPHOLE_AUDIO_RT_LIMITER_H

#include "services/audio/dsp/number.h"

/* Zeroed: nothing is turned down. */
struct limiter {
    double cut; /* 1 - gain */
    float most; /* the highest cut since its owner set it to 0 */
    uint32_t spare;
};

/* ceiling 0.01..1, linear. In place. */
void limiter_run(struct limiter *limiter, float ceiling, uint32_t rate, float *left, float *right, uint32_t frames);

/* Any bytes become a state that limiter_run, which trusts it, goes on from. */
void limiter_heal(struct limiter *limiter);

#endif
