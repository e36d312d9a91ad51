/* fade.h: the 5 ms fade at every start, stop, steal and underrun. RT.
 *
 * A position in 0..1 moves in a straight line, 5 ms for the whole way. The gain is position^2 (3 - 2 position), which
 * is a raised cosine within 1 % and smooth at both ends. A fade that is reversed continues from its position. */
#ifndef LOOPHOLE_AUDIO_RT_FADE_H
#define LOOPHOLE_AUDIO_RT_FADE_H

#include <stdbool.h>

#include "services/audio/dsp/ramp.h"

struct fade {
    struct ramp place; /* 0 silent, 1 open */
};

uint32_t fade_frames(uint32_t rate);             /* of the whole way: 5 ms, rounded */
void fade_in(struct fade *fade, uint32_t rate);  /* starts at the next frame */
void fade_out(struct fade *fade, uint32_t rate); /* likewise */
void fade_open(struct fade *fade);               /* at full gain at once */
void fade_cut(struct fade *fade);                /* silent at once, because the sound has ended */

/* Silent until the next fade_in or fade_open. */
static inline bool fade_is_silent(const struct fade *fade)
{
    return !fade->place.left && fade->place.target <= 0;
}

/* Multiplies by the gain; right may be NULL. */
void fade_apply(struct fade *fade, float *left, float *right, uint32_t frames);

#endif
