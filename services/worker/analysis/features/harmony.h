/* harmony.h: which pitch classes sound in a piece, in which place, and together with which. Any thread. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_HARMONY_H
#define LOOPHOLE_WORKER_ANALYSIS_HARMONY_H

#include "services/worker/analysis/features/tonal.h"

enum {
    HARMONY_EVEN = 1,      /* the row of all partials, with loud frames attenuated */
    HARMONY_PROFILES = 12, /* rows with the sum 1, as `enum profile` in harmony.c has them */
    HARMONY_ROWS =
        HARMONY_PROFILES + 2 * 12 /* then, for each pitch class, those that sound with it, and over it as bass */
};

struct harmony {
    float row[HARMONY_ROWS][12];
};

/* Fills `harmony` from the frames. `tuning` is in semitones above 440 Hz tuning. */
void harmony_find(struct harmony *harmony, const struct tonal_frame *frame, size_t count, float tuning);

/* Copies the harmony to `to`, as it is seen from the pitch class `tonic`. */
void harmony_turn(const struct harmony *harmony, size_t tonic, struct harmony *to);

#endif
