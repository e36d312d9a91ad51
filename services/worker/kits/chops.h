/* chops.h: where the slices of a sound begin. The voice of an a cappella is cut where one syllable follows another, and
 * at the beginning of each phrase; any other sound at its beats. Pure.
 *
 * A syllable is a peak of the level of vowels with a dip on both sides (Jong and Wempe, "Praat script to detect
 * syllable nuclei and measure speech rate automatically", 2009). Between two peaks there is one cut, at a dip of all
 * bands together (Mermelstein, "Automatic segmentation of speech into syllabic units", 1975). Of several dips it is the
 * likeliest by its depth, by its distance from the lowest, and by the change of timbre there (chop_timbre.h). The
 * weights are those of a logistic regression with syllables at the notes of melodies. In a long pause, the cut is at
 * its end. */
#ifndef LOOPHOLE_WORKER_CHOPS_H
#define LOOPHOLE_WORKER_CHOPS_H

#include "services/worker/kits/chop_levels.h"
#include "services/worker/kits/chop_timbre.h"

struct chop {
    uint64_t frame;
    uint32_t phrase, part; /* as in chop_slice */
    float weight;          /* of cuts, those with the least are left out first */
};

/* `timbre` is of the same sound. Fills `to`, which has room for `most`, in order; the first begins at frame 0. Phrases
 * stay longer than syllables if there are too many. Returns their number: 0 of an empty sound. */
uint32_t chops_by_syllables(const struct chop_levels *levels, const struct chop_timbre *timbre, uint32_t most,
                            struct chop *to);

/* A cut at each beat of `beat` frames, moved to the quietest frame within a hop; of more than `most`, at every second,
 * fourth, … beat. */
uint32_t chops_by_beats(const struct chop_levels *levels, double beat, uint32_t most, struct chop *to);

#endif
