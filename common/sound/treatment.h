/* treatment.h: how a sound is played and sent without a change of its file: a part of it, with fades and a gain. Pure
 * functions. Any thread. */
#ifndef LOOPHOLE_COMMON_TREATMENT_H
#define LOOPHOLE_COMMON_TREATMENT_H

#include <stdbool.h>
#include <stdint.h>

#define TREATMENT_FRAMES_MOST (INT64_C(1) << 40)

/* All places and lengths are frames of the file, 0 to TREATMENT_FRAMES_MOST. */
struct treatment {
    int64_t from;              /* the part begins at this frame … */
    int64_t until;             /* … and ends before this one; 0: at the file's end */
    int64_t fade_in, fade_out; /* lengths of linear fades, inside the part */
    double gain_db;            /* dB; 0: unchanged */
};

/* True if every member is 0: the whole file, as it is. */
bool treatment_is_none(const struct treatment *treatment);

/* True if it changes samples. If false, the frames of the part equal those of the file. */
bool treatment_changes(const struct treatment *treatment);

/* Sets `until` to the end of a file with this many frames, if the part would end later or has no end. -1: not known. */
void treatment_end(struct treatment *treatment, int64_t frames);

/* Changes interleaved samples; the first frame is the file's frame `frame`. */
void treatment_apply(const struct treatment *treatment, int64_t frame, float *samples, uint32_t frames,
                     unsigned channels);

#endif
