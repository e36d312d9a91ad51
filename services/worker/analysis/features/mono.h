/* mono.h: mixes channels to mono, and halves the sample rate until it is low enough. One thread at a time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_MONO_H
#define LOOPHOLE_WORKER_ANALYSIS_MONO_H

#include <stddef.h>

enum { MONO_BLOCK = 1024, MONO_TAPS = 31, MONO_HALVINGS_MAX = 12 };

/* A half-band low-pass that keeps every second sample. All zero is the start of a sound. */
struct mono_halver {
    float line[MONO_TAPS - 1 + MONO_BLOCK]; /* the last samples of the previous block, then the new ones */
    size_t odd;                             /* 1: the next output is one sample later */
};

struct mono_chain {
    size_t count;
    struct mono_halver at[MONO_HALVINGS_MAX];
};

/* The mean of `channels` interleaved channels; `frames` at most MONO_BLOCK. */
void mono_mix(float *mono, const float *interleaved, size_t frames, size_t channels);

/* Sets up at most 12 halvings, until `rate` is at most `most`. Returns the resulting rate in Hz. */
double mono_chain_start(struct mono_chain *chain, double rate, double most);

/* Works in place; `frames` is at most MONO_BLOCK. Returns the number of resulting samples. */
size_t mono_chain_run(struct mono_chain *chain, float *samples, size_t frames);

#endif
