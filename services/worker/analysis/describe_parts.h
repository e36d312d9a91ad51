/* describe_parts.h: the functions that the blocks of describe.h share. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_DESCRIBE_PARTS_H
#define LOOPHOLE_WORKER_ANALYSIS_DESCRIBE_PARTS_H

#include <math.h>

#include "services/worker/analysis/parts.h"

enum { DESCRIBE_ACTIVE_MAX = 345 /* mel frames in four seconds */ };

#define DESCRIBE_RANGE 14.0f /* a natural logarithm of power: 60 dB */

/* The mel frames from the start until the sound has fallen by 40 dB, at most four seconds. */
struct describe_scope {
    const struct mel_frame *frame;
    size_t count, start, end;
    float top, loudest; /* ln power of the loudest band, of the loudest frame */
};

/* Writes the next number, limited to -8..8; NaN and infinities become 0. */
static inline void describe_put(float **row, float value)
{
    *(*row)++ = isfinite(value) ? fminf(8, fmaxf(-8, value)) : 0;
}

/* The level of a band: 0 at DESCRIBE_RANGE below the loudest, 1 at the loudest. */
static inline float describe_level(const struct describe_scope *scope, float band)
{
    float v = 1 + (band - scope->top) / DESCRIBE_RANGE;

    return v > 0 ? v : 0;
}

/* The decimal logarithm of a duration: 0 at a tenth of a second. */
static inline float describe_duration(double seconds)
{
    return (float)log10(seconds * 10 + 0.003);
}

/* describe_frames.c: the tonal frame `seconds` after the start; NULL after the end. */
const struct tonal_frame *describe_tonal_at(const struct sound_analysis *analysis, double seconds);

/* The autocorrelation of a curve at `lag` values: 1 at lag 0. */
float describe_likeness(const float *curve, size_t count, size_t lag);

/* Each function writes its block of the row. */
void describe_timbre(float **row, const struct sound_analysis *analysis, const struct describe_scope *scope);
void describe_pitch(float **row, const struct sound_analysis *analysis);
void describe_amplitude(float **row, const struct sound_analysis *analysis, const struct describe_scope *scope);
void describe_rhythm(float **row, const struct sound_analysis *analysis);

#endif
