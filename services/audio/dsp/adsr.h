/* adsr.h: an envelope. RT.
 *
 * Attack: a straight line from the present level to 1. Decay (from 1 to sustain) and release (from the present level
 * to 0): an exponential that falls by 60 dB, shifted so that it ends on its target exactly. Each segment lasts exactly
 * its time, rounded to frames. A start while it sounds rises from where it is: no click. */
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

#define ADSR_DEFAULTS ((struct adsr_params){ .attack = 0.001f, .decay = 0.05f, .sustain = 0, .release = 0.1f })

struct rt_adsr {
    uint32_t stage; /* enum adsr_stage */
    uint32_t left;  /* frames of this segment */
    uint32_t gate;  /* frames until the release; UINT32_MAX: until adsr_release */
    uint32_t spare;
    double level, target;          /* of the last frame, of the segment's end */
    double rest, distance, factor; /* decay, release: level = rest + distance, which shrinks by factor a frame */
    double step;                   /* attack: a frame */
};

/* The attack begins with the next frame, the release `gate` frames later (at least 1), whatever segment it is in. */
void adsr_start(struct rt_adsr *adsr, const struct adsr_params *params, uint32_t rate, uint32_t gate);
void adsr_release(struct rt_adsr *adsr, const struct adsr_params *params, uint32_t rate);
bool adsr_is_idle(const struct rt_adsr *adsr); /* silent until the next start */

/* Writes the levels of the next frames. Parameters count from the next segment on. */
void adsr_run(struct rt_adsr *adsr, const struct adsr_params *params, uint32_t rate, float *level, uint32_t frames);

#endif
