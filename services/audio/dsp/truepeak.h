/* truepeak.h: the peaks between the samples, as ITU-R BS.1770-4, Annex 2 finds them: four times as many points by its
 * interpolating filter of 48 coefficients. RT.
 *
 * A parabola through three points gives the peak between the points, which the four points of a frame alone
 * underestimate: by 0.17 dB for a sine of a quarter of the rate. */
#ifndef LOOPHOLE_AUDIO_DSP_TRUEPEAK_H
#define LOOPHOLE_AUDIO_DSP_TRUEPEAK_H

#include "services/audio/dsp/number.h"

enum {
    TRUEPEAK_BEFORE = 12, /* frames of the past that a call reads */
    TRUEPEAK_LATE = 7,    /* a peak after frame n is found with frame n + 7 at the latest */
    TRUEPEAK_MOST = 64,   /* frames of a call */
};

/* Raises peak[i] to the highest magnitude among the peaks that are found with frame i of x. x has TRUEPEAK_BEFORE
 * frames before x[0]. frames: at most TRUEPEAK_MOST. */
void truepeak_raise(const float *x, float *peak, uint32_t frames);

#endif
