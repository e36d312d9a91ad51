/* glide.h: parameters that move without steps, the same however audio is cut into blocks. RT.
 *
 * A parameter moves on a grid of frames counted in the unit's state (`phase`), not in blocks: at each grid point it
 * goes the share `glide_share` of the way to its target. In the first run it is at its target at once. */
#ifndef LOOPHOLE_AUDIO_RT_GLIDE_H
#define LOOPHOLE_AUDIO_RT_GLIDE_H

#include <stdbool.h>

#include "services/audio/dsp/number.h"

struct glide {
    float now;
    uint32_t moving; /* 0 until the first target */
};

/* The share for a time constant in seconds, at a grid of so many frames. */
static inline float glide_share(float seconds, uint32_t grid, float rate)
{
    return 1 - expf(-(float)grid / (seconds * rate));
}

static inline float glide_to(struct glide *glide, float target, float share)
{
    float way = target - glide->now;

    if (!glide->moving || !(fabsf(way) > 1e-5f * fabsf(target)) || !isfinite(way))
        glide->now = target;
    else
        glide->now += share * way;
    glide->moving = 1;
    return glide->now;
}

/* Takes frames up to the next grid point, at most `frames`; the phase is 0 where a grid point is. */
static inline uint32_t glide_span(uint32_t *phase, uint32_t grid, uint32_t frames)
{
    uint32_t span = grid - *phase % grid;

    span = span < frames ? span : frames;
    *phase = (*phase % grid + span) % grid;
    return span;
}

#endif
