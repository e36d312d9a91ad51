/* peaks.h: the highest peaks of the last seconds, for several readers, each with its own last look. RT: peaks_show.
 *
 * An entry is one period, or several that are shorter than PEAKS_LEAST frames. It is written again until it is
 * complete, by the audio thread that owns the studio; any thread reads, at any time. Words are relaxed atomics: an
 * entry that is read while it is written has peaks of both moments. */
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
    float cut;                   /* the most that the master's limiter took: 0…1 */
};

struct peaks_entry {
    _Atomic int64_t until;                        /* frame of the audio clock after it */
    _Atomic uint32_t words[PEAKS_STRIPS * 2 + 1]; /* struct peaks */
};
_Static_assert(sizeof(struct peaks) == (PEAKS_STRIPS * 2 + 1) * sizeof(uint32_t), "words");

struct peaks_memory {
    _Atomic uint64_t newest; /* number of the newest entry */
    struct peaks_entry entry[PEAKS_ENTRIES];
};

/* Entry `number`, which ends at frame `until`; numbers rise by 1. */
void peaks_show(struct peaks_memory *memory, uint64_t number, int64_t until, const struct peaks *peaks);

/* The highest of all entries that end after frame `since`, of the 2 s before frame `now`. */
void peaks_since(const struct peaks_memory *memory, int64_t since, int64_t now, uint32_t rate, struct peaks *highest);

#endif
