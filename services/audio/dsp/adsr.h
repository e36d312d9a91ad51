/* adsr.h: an envelope. RT.
 *
 * Attack is a straight line from the current level to 1. Decay (from 1 to sustain) and release (from the current level
 * to 0) fall exponentially by 60 dB, shifted so that each ends exactly on its target. Each segment lasts exactly its
 * time, rounded to frames. A start during a note rises from the current level, without a click. */
#ifndef LOOPHOLE_AUDIO_RT_ADSR_H
#define LOOPHOLE_AUDIO_RT_ADSR_H

#include <stdbool.h>

#include "services/audio/dsp/number.h"

enum adsr_stage { ADSR_IDLE, ADSR_ATTACK, ADSR_DECAY, ADSR_SUSTAIN, ADSR_RELEASE };

struct adsr_params {
    float attack, decay; /* seconds, 0.0005..20 */
    float sustain;       /* level, 0..1 */
    float release;       /* seconds, 0.0005..20 */
};

struct rt_adsr {
    uint32_t stage; /* enum adsr_stage */
    uint32_t left;  /* frames left of this segment */
    uint32_t gate;  /* frames until the release; UINT32_MAX: it has started */
    uint32_t spare;
    double level, target;          /* at the last frame; at the end of the segment */
    double rest, distance, factor; /* decay, release: level = rest + distance, times factor each frame */
    double step;                   /* attack: added each frame */
};

/* Starts the attack at the next frame. The release starts `gate` frames later (at least 1), in any segment. */
void adsr_start(struct rt_adsr *adsr, const struct adsr_params *params, uint32_t rate, uint32_t gate);
bool adsr_is_idle(const struct rt_adsr *adsr); /* silent until the next start */

/* Writes the levels of the next frames. New parameters take effect at the next segment. */
void adsr_run(struct rt_adsr *adsr, const struct adsr_params *params, uint32_t rate, float *level, uint32_t frames);

#endif
