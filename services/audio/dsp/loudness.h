/* loudness.h: the loudness of a stereo signal in LUFS (ITU-R BS.1770-4, EBU Tech 3341). RT.
 *
 * Each channel passes the K-weighting filter; the mean squares of both are added for parts of 10 ms. Momentary loudness
 * covers the last 40 parts, short-term loudness the last 300; parts before the start are silent. A sine of 1 kHz that
 * peaks at -23 dBFS in both channels gives -23 LUFS. */
#ifndef LOOPHOLE_AUDIO_RT_LOUDNESS_H
#define LOOPHOLE_AUDIO_RT_LOUDNESS_H

#include "services/audio/dsp/number.h"

enum { LOUDNESS_MOMENTARY = 40, LOUDNESS_SHORT = 300 }; /* parts */

struct rt_loudness {
    double past[2][2][2];        /* channel, filter, its two delays */
    double sum;                  /* of the squares in the current part */
    uint32_t frames;             /* length of the current part */
    uint32_t newest;             /* index of the part to be written next */
    double part[LOUDNESS_SHORT]; /* mean squares, a ring */
};

/* Measures the next frames. */
void loudness_run(struct rt_loudness *loudness, uint32_t rate, const float *left, const float *right, uint32_t frames);

/* Returns LUFS over the last parts, at most LOUDNESS_SHORT; at least -100 (silence). */
double loudness_of(const struct rt_loudness *loudness, uint32_t parts);

#endif
