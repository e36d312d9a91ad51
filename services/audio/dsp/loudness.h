/* loudness.h: how loud a stereo bus is, in LUFS (ITU-R BS.1770-4, EBU Tech 3341). RT.
 *
 * Each channel passes the K-weighting filter; the mean squares of both are added, for each 10 ms. Momentary loudness is
 * of the last 40 such parts, short-term loudness of the last 300; parts from before the beginning are silent. A sine of
 * 1 kHz that peaks at -23 dBFS in both channels shows -23 LUFS. */
#ifndef LOOPHOLE_AUDIO_RT_LOUDNESS_H
#define LOOPHOLE_AUDIO_RT_LOUDNESS_H

#include "services/audio/dsp/number.h"

enum { LOUDNESS_MOMENTARY = 40, LOUDNESS_SHORT = 300 }; /* parts */

struct rt_loudness {
    double past[2][2][2];        /* channel, filter, its two delays */
    double sum;                  /* of squares of the present part … */
    uint32_t frames;             /* … and how long it is */
    uint32_t newest;             /* the next one of the parts, in turn */
    double part[LOUDNESS_SHORT]; /* mean squares */
};

void loudness_run(struct rt_loudness *loudness, uint32_t rate, const float *left, const float *right, uint32_t frames);

/* Of the last parts, at most LOUDNESS_SHORT: LUFS, from -100 (silence) on. */
double loudness_of(const struct rt_loudness *loudness, uint32_t parts);

#endif
