/* peaks.h: the highest peaks of the last seconds, for several readers with their own intervals. RT: peaks_show.
 *
 * An entry covers one period, or several that are shorter than PEAKS_LEAST frames. The audio thread that owns the
 * studio rewrites it until it is complete; any thread reads at any time. Words are relaxed atomics: an entry read
 * during a write mixes peaks of both moments. */
#ifndef LOOPHOLE_AUDIO_RT_PEAKS_H
#define LOOPHOLE_AUDIO_RT_PEAKS_H

#include <stdatomic.h>

#include "common/rt/score.h"

enum {
    PEAKS_LEAST = 128,         /* frames of an entry */
    PEAKS_ENTRIES = 4096,      /* more than 2 s at any rate */
    PEAKS_STRIPS = GROUPS + 2, /* the groups, master, inputs */
    PEAKS_MASTER = GROUPS,
    PEAKS_INPUTS,
    PEAKS_SECONDS = 2,
};

struct peaks {
    float peak[PEAKS_STRIPS][2]; /* linear */
    float cut;                   /* the highest cut by the master's limiter, 0…1 */
};

struct peaks_entry {
    _Atomic int64_t until;                        /* frame of the audio clock at its end */
    _Atomic uint32_t words[PEAKS_STRIPS * 2 + 1]; /* struct peaks */
};
_Static_assert(sizeof(struct peaks) == (PEAKS_STRIPS * 2 + 1) * sizeof(uint32_t), "words");

struct peaks_memory {
    _Atomic uint64_t newest; /* number of the newest entry */
    struct peaks_entry entry[PEAKS_ENTRIES];
};

/* Writes entry `number`, which ends at frame `until`; numbers rise by 1. */
void peaks_show(struct peaks_memory *memory, uint64_t number, int64_t until, const struct peaks *peaks);

/* Any thread: the highest values of the entries that end after frame `since`, within the 2 s before frame `now`. */
void peaks_since(const struct peaks_memory *memory, int64_t since, int64_t now, uint32_t rate, struct peaks *highest);

#endif
