/* mono.h: channels mixed to one, and a rate halved until it is low enough. One thread at a time. */
#ifndef LOOPHOLE_WORKER_HEAR_MONO_H
#define LOOPHOLE_WORKER_HEAR_MONO_H

#include <stddef.h>

enum { MONO_BLOCK = 1024, MONO_TAPS = 31, MONO_HALVINGS_MAX = 12 };

/* One half-band low-pass and a choice of every second sample. Zeroed is the start of a sound. */
struct mono_halver {
    float line[MONO_TAPS - 1 + MONO_BLOCK]; /* the last samples of before, then the new ones */
    size_t odd;                             /* 1: the next output lies one sample further on */
};

struct mono_chain {
    size_t count;
    struct mono_halver at[MONO_HALVINGS_MAX];
};

/* The mean of `channels` interleaved channels; `frames` at most MONO_BLOCK. */
void mono_mix(float *mono, const float *interleaved, size_t frames, size_t channels);

/* Sets up as many halvings of `rate` as bring it to `most` or below (at most 12); returns the rate that comes out. */
double mono_chain_start(struct mono_chain *chain, double rate, double most);

/* In place; `frames` at most MONO_BLOCK. Returns how many come out. */
size_t mono_chain_run(struct mono_chain *chain, float *samples, size_t frames);

#endif
