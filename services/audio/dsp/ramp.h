/* ramp.h: a gain that moves in a straight line and arrives exactly at the requested frame. RT.
 *
 * After ramp_to(ramp, b, N) from gain a, the next frames have a + (b-a)/N, a + 2(b-a)/N …, and exactly b from the N-th
 * frame on. */
#ifndef LOOPHOLE_AUDIO_RT_RAMP_H
#define LOOPHOLE_AUDIO_RT_RAMP_H

#include "services/audio/dsp/number.h"

struct ramp {
    float target;
    float step;    /* per frame */
    uint32_t left; /* frames until the target */
};

void ramp_set(struct ramp *ramp, float gain); /* at once */

/* Moves from the current gain to `gain` within `frames`; 0: at once. An unchanged target changes nothing. */
void ramp_to(struct ramp *ramp, float gain, uint32_t frames);

/* The gain of the last frame. */
static inline float ramp_now(const struct ramp *ramp)
{
    return ramp->target - ramp->step * (float)ramp->left;
}

/* Writes the gains of the next frames. */
void ramp_fill(struct ramp *ramp, float *gain, uint32_t frames);

/* Multiplies by the gain; right may be NULL. */
void ramp_apply(struct ramp *ramp, float *left, float *right, uint32_t frames);

#endif
