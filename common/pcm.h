/* pcm.h: a sample as an integer of 24 bit. Full scale is 8388607, as JACK has it: what a converter of 24 bit gave, and
 * JACK made a float, becomes the same integer again. Any thread; may be called on the audio thread. */
#ifndef LOOPHOLE_COMMON_PCM_H
#define LOOPHOLE_COMMON_PCM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum { PCM24_BITS = 24, PCM24_MOST = 8388607 };

/* More than an integer can say, or no number. */
static inline bool pcm24_is_over(float sample)
{
    return !(fabsf(sample) <= 1);
}

/* The nearest integer, of two the even one; what is over full scale is clipped. `sample` is a number. */
static inline int32_t pcm24(float sample)
{
    return (int32_t)lrint((double)fminf(fmaxf(sample, -1), 1) * PCM24_MOST); /* a float would round twice */
}

#endif
