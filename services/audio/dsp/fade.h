/* fade.h: the 5 ms fade at every start, stop, steal and underrun. RT.
 *
 * A place 0..1 moves in a straight line, 5 ms for the whole way; the gain is place^2 (3 - 2 place), a raised cosine
 * within 1 %, smooth at both ends. A fade that turns back half-way goes back from where it is. */
#ifndef LOOPHOLE_AUDIO_RT_FADE_H
#define LOOPHOLE_AUDIO_RT_FADE_H

#include <stdbool.h>

#include "services/audio/dsp/ramp.h"

struct fade {
    struct ramp place; /* 0 silent, 1 open */
};

uint32_t fade_frames(uint32_t rate);            /* of the whole way: 5 ms, rounded */
void fade_in(struct fade *fade, uint32_t rate); /* begins with the next frame */
void fade_out(struct fade *fade, uint32_t rate);
void fade_open(struct fade *fade);            /* at full gain at once */
void fade_cut(struct fade *fade);             /* silent at once: what was heard is over already */
bool fade_is_silent(const struct fade *fade); /* and stays so */
bool fade_is_open(const struct fade *fade);   /* gain 1, and stays so: the audio passes unchanged */

/* Multiplies; right may be NULL. */
void fade_apply(struct fade *fade, float *left, float *right, uint32_t frames);

#endif
