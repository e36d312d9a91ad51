/* overview.h: the waveform drawn small: minimum, maximum and RMS of every stretch, as a pyramid in 8 bits.
 * The stretch doubles when the room ends, so that any length fits. One thread at a time. */
#ifndef LOOPHOLE_WORKER_HEAR_OVERVIEW_H
#define LOOPHOLE_WORKER_HEAR_OVERVIEW_H

#include "common/arena.h"
#include "schema_artefact.h"

enum { OVERVIEW_STRETCH = 128, OVERVIEW_BINS_MAX = 1 << 19, OVERVIEW_LEVELS_MAX = 24 };

struct overview_bin {
    float low, high, square; /* square: the sum of squares */
};

struct overview {
    struct overview_bin *bin; /* grows up to OVERVIEW_BINS_MAX */
    size_t count, room;
    uint64_t stretch; /* frames a bin */
    uint64_t inside;  /* frames of the bin that is being filled: bin[count] */
    uint64_t frames;
};

void overview_start(struct overview *overview); /* keeps its memory */
void overview_free(struct overview *overview);
void overview_feed(struct overview *overview, const float *mono, size_t frames);

/* The waveform in all resolutions, in the arena. A level's bin covers two of the finer one; low and high are
 * round(127 × value), clipped, and rms is round(255 × rms). */
void overview_draw(const struct overview *overview, struct arena *arena, struct artefact_waveform *to);

#endif
