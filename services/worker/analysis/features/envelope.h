/* envelope.h: the level over time, fine enough to measure an attack. One thread at a time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_ENVELOPE_H
#define LOOPHOLE_WORKER_ANALYSIS_ENVELOPE_H

#include <stddef.h>

enum { ENVELOPE_MAX = 8192 /* twelve seconds */ };

#define ENVELOPE_RATE 689.0625 /* values per second, at every sample rate */

struct envelope {
    double hop, until; /* samples per value; samples left of the current value */
    float sum, weight;
    size_t count;
    float rms[ENVELOPE_MAX];
};

/* Starts a sound of `rate` Hz. Samples after ENVELOPE_MAX values are ignored. */
void envelope_start(struct envelope *envelope, double rate);
void envelope_feed(struct envelope *envelope, const float *mono, size_t count);

#endif
