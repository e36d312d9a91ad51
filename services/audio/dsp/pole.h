/* pole.h: a first-order low-pass by the trapezoidal rule (Zavalishin, The Art of VA Filter Design, 3.). RT. */
#ifndef LOOPHOLE_AUDIO_RT_POLE_H
#define LOOPHOLE_AUDIO_RT_POLE_H

#include "services/audio/dsp/number.h"

/* g = tan(pi cutoff / rate) of a cutoff below rate / 2. */
static inline float pole_g(float cutoff, float rate)
{
    return tanf(NUMBER_PI * cutoff / rate);
}

/* Filters the next frame; `share` is g / (1 + g). */
static inline float pole_low(float *held, float x, float share)
{
    float rest = (x - *held) * share, low = rest + *held;

    *held = low + rest;
    return low;
}

#endif
