/* overview.h: the waveform drawn small: minimum, maximum and RMS of every stretch, as a pyramid in 8 bits.
 * The stretch doubles when the room ends, so that any length fits. One thread at a time. */
#ifndef LOOPHOLE_WORKER_HEAR_OVERVIEW_H
#define LOOPHOLE_WORKER_HEAR_OVERVIEW_H

#include <stddef.h>
#include <stdint.h>

enum { OVERVIEW_STRETCH = 128, OVERVIEW_BINS_MAX = 1 << 19, OVERVIEW_LEVELS_MAX = 24, OVERVIEW_HEAD = 16 };

struct overview_bin {
    float low, high, square; /* square: the sum of squares */
};

struct overview {
    struct overview_bin *bin; /* grows up to OVERVIEW_BINS_MAX */
    size_t count, room;
    uint64_t stretch; /* frames a bin */
    uint64_t inside;  /* frames of the bin that is being filled: bin[count] */
    uint64_t frames;
    int failed; /* memory ran out */
};

void overview_start(struct overview *overview); /* keeps its memory */
void overview_free(struct overview *overview);
void overview_feed(struct overview *overview, const float *mono, size_t frames);

/* Layout, little-endian: "LHW1"; u32 stretch in frames; u64 frames; then the levels, finest first: every level has
 * u32 count before it and for each bin i8 low, i8 high (round(127 × value), clipped), u8 rms (round(255 × rms)).
 * A level's bin covers two of the finer one; the last level has one bin. A sound without frames has no level. */
size_t overview_size(const struct overview *overview);
void overview_write(const struct overview *overview, uint8_t *to); /* overview_size bytes */

#endif
