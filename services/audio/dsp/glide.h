/* glide.h: parameters that move smoothly, independent of how audio is cut into blocks. RT.
 *
 * A parameter moves on a grid of frames that the unit's state counts (`phase`), not per block. At each grid point it
 * moves by the fraction `glide_share` towards its target. In the first run it starts at its target. */
#ifndef LOOPHOLE_AUDIO_RT_GLIDE_H
#define LOOPHOLE_AUDIO_RT_GLIDE_H

#include "services/audio/dsp/number.h"

struct glide {
    float now;
    uint32_t moving; /* 0 until the first target */
};

/* The fraction for a time constant in seconds and a grid of `grid` frames. */
static inline float glide_share(float seconds, uint32_t grid, float rate)
{
    return 1 - expf(-(float)grid / (seconds * rate));
}

/* Moves to the next grid point, and returns the value there. */
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

/* Returns the frames to the next grid point, at most `frames`, and advances phase, which is 0 at a grid point. */
static inline uint32_t glide_span(uint32_t *phase, uint32_t grid, uint32_t frames)
{
    uint32_t span = grid - *phase % grid;

    span = span < frames ? span : frames;
    *phase = (*phase % grid + span) % grid;
    return span;
}

#endif
