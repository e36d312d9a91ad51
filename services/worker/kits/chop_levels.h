/* chop_levels.h: the levels of a sound over time, and where it may be cut without a click. Pure; one thread. */
#ifndef LOOPHOLE_WORKER_CHOP_LEVELS_H
#define LOOPHOLE_WORKER_CHOP_LEVELS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { CHOP_BANDS = 3 /* of vowels, and two of consonants */, CHOP_RATE = 200 /* hops per second, about */ };

struct chop_hop {
    float power[CHOP_BANDS]; /* the mean square */
    uint32_t quiet;          /* frames from the hop's first to the quietest zero crossing in it */
};

struct chop_filter {
    float b[3], a[2], line[2];
};

struct chop_levels {
    uint32_t channels, hop; /* frames of a hop */
    uint64_t frames;
    struct chop_hop *hops; /* the caller frees them with chop_levels_free */
    size_t count, room;
    struct chop_filter filters[CHOP_BANDS][2]; /* a high-pass and a low-pass */
    double sum[CHOP_BANDS];
    float last, last_size, least; /* the frame before: its mix, and all its channels; the least so far in the hop */
    uint32_t at;                  /* frames in the present hop */
};

void chop_levels_begin(struct chop_levels *levels, uint32_t rate, uint32_t channels);
/* Takes interleaved frames. */
void chop_levels_feed(struct chop_levels *levels, const float *samples, size_t frames);
void chop_levels_free(struct chop_levels *levels);

/* The sample; 0 for one that is no number or 60 dB over full scale, because filters and sums would not forget it. */
static inline float chop_levels_sample(float sample)
{
    return fabsf(sample) <= 1000 ? sample : 0;
}

/* The frame of a cut in the hop. */
uint64_t chop_levels_frame(const struct chop_levels *levels, size_t hop);

#endif
