/* overview.h: a small waveform: minimum, maximum and RMS of every stretch of frames, as a pyramid in 8 bits. The
 * stretch doubles when the bins are full, so any length fits. One thread at a time. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_OVERVIEW_H
#define LOOPHOLE_WORKER_ANALYSIS_OVERVIEW_H

#include "common/arena.h"
#include "schema_artefact.h"

enum { OVERVIEW_STRETCH = 128, OVERVIEW_BINS_MAX = 1 << 19, OVERVIEW_LEVELS_MAX = 24 };

struct overview_bin {
    float low, high, square; /* square: sum of the squares */
};

struct overview {
    struct overview_bin *bin; /* grows up to OVERVIEW_BINS_MAX */
    size_t count, room;
    uint64_t stretch; /* frames per bin */
    uint64_t inside;  /* frames in bin[count], which is being filled */
    uint64_t frames;
};

void overview_start(struct overview *overview); /* keeps the memory of earlier sounds */
void overview_free(struct overview *overview);

/* Adds the next frames of the sound. */
void overview_feed(struct overview *overview, const float *mono, size_t frames);

/* Draws all levels into the arena. A bin covers two bins of the next finer level. Low and high are round(127 × value),
 * clipped; rms is round(255 × rms). */
void overview_draw(const struct overview *overview, struct arena *arena, struct artefact_waveform *to);

#endif
