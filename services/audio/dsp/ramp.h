/* ramp.h: a gain that moves in a straight line and arrives on the frame that was asked for. RT.
 *
 * ramp_to(ramp, b, N) from a: the next frames have a + (b-a)/N, a + 2(b-a)/N … and exactly b from the N-th on. */
#ifndef LOOPHOLE_AUDIO_RT_RAMP_H
#define LOOPHOLE_AUDIO_RT_RAMP_H

#include "services/audio/dsp/number.h"

struct ramp {
    float target;
    float step;    /* a frame */
    uint32_t left; /* frames until the target */
};

void ramp_set(struct ramp *ramp, float gain); /* at once */

/* From where it is to `gain` in so many frames, 0: at once. The target it has already changes nothing. */
void ramp_to(struct ramp *ramp, float gain, uint32_t frames);

/* The gain of the frame before the next one. */
static inline float ramp_now(const struct ramp *ramp)
{
    return ramp->target - ramp->step * (float)ramp->left;
}

/* Writes the gains of the next frames. */
void ramp_fill(struct ramp *ramp, float *gain, uint32_t frames);

/* Multiplies; right may be NULL. */
void ramp_apply(struct ramp *ramp, float *left, float *right, uint32_t frames);

#endif
