/* chops.h: where the slices of a sound begin. The voice of an a cappella is cut where one syllable follows another, and
 * at the beginning of each phrase; any other sound at its beats. Pure.
 *
 * A syllable is a peak of the band of vowels that lies CHOPS_DIP over the lowest level on both sides. Between two peaks
 * there is one cut: where the levels of all bands together are lowest, in a long pause at its end. */
#ifndef LOOPHOLE_WORKER_CHOPS_H
#define LOOPHOLE_WORKER_CHOPS_H

#include "services/worker/kits/chop_levels.h"

struct chop {
    uint64_t frame;
    uint32_t phrase, part; /* as in chop_slice */
    float weight;          /* of cuts, those with the least are left out first */
};

/* Fills `to`, which has room for `most`, in order; the first begins at frame 0. Phrases stay longer than syllables if
 * there are too many. Returns their number: 0 of an empty sound. */
uint32_t chops_by_syllables(const struct chop_levels *levels, uint32_t most, struct chop *to);

/* A cut at each beat of `beat` frames, moved to the quietest frame within a hop; of more than `most`, at every second,
 * fourth, … beat. */
uint32_t chops_by_beats(const struct chop_levels *levels, double beat, uint32_t most, struct chop *to);

#endif
