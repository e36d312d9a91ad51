/* chroma.h: the pitch classes of one frame of partials. Any thread. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_CHROMA_H
#define LOOPHOLE_WORKER_ANALYSIS_CHROMA_H

#include "services/worker/analysis/features/tonal.h"

struct chroma {
    float all[12], sum; /* of all partials */
    float root[12];     /* of partials, less what may be the third or fifth harmonic of a lower one */
    float bass[12];     /* the same, of the low partials */
    int lowest;         /* pitch class of the lowest strong partial; -1 none */
};

/* Fills all, sum and lowest. `tuning` is in semitones above 440 Hz tuning. */
void chroma_find(struct chroma *chroma, const struct tonal_frame *frame, float tuning);

/* Fills root and bass. */
void chroma_find_roots(struct chroma *chroma, const struct tonal_frame *frame, float tuning);

#endif
