/* pcm.h: samples as 24-bit integers. Full scale is 8388607, as in JACK: a 24-bit converter's value that JACK turned
 * into a float becomes the same integer again. Any thread; RT. */
#ifndef LOOPHOLE_COMMON_PCM_H
#define LOOPHOLE_COMMON_PCM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum { PCM24_BITS = 24, PCM24_MOST = 8388607 };

/* True if the sample exceeds full scale or is not a number. */
static inline bool pcm24_is_over(float sample)
{
    return !(fabsf(sample) <= 1);
}

/* Rounds to the nearest integer, a half to the even one. Clips at full scale. `sample` is not NaN. */
static inline int32_t pcm24(float sample)
{
    return (int32_t)lrint((double)fminf(fmaxf(sample, -1), 1) * PCM24_MOST); /* a float would round twice */
}

#endif
