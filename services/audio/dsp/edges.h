/* edges.h: linear fades at the beginning and the end of a part of a sound. RT.
 *
 * The gain is a function of the place in the part, so a loop, another pitch and the reverse direction hear the same.
 * The first frame of a fade in and the last one of a fade out are silent. */
#ifndef LOOPHOLE_AUDIO_DSP_EDGES_H
#define LOOPHOLE_AUDIO_DSP_EDGES_H

#include "services/audio/dsp/interpolate.h"

struct edges {
    uint32_t in, out; /* frames of the source; 0: no fade */
};

/* Multiplies what interpolate_run wrote for this source at this ratio, from `position` on: the position before it ran.
 * right may be NULL. */
void edges_apply(const struct edges *edges, const struct interpolate_source *source, uint64_t position, double ratio,
                 float *left, float *right, uint32_t frames);

#endif
