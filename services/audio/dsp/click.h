/* click.h: the metronome's sound. RT.
 *
 * A sine of 1,000 Hz, or 1,500 Hz with accent, that falls by 60 dB in 60 ms and is over after that. Its first frame,
 * already not 0, is the first of the run after click_start. */
#ifndef LOOPHOLE_AUDIO_RT_CLICK_H
#define LOOPHOLE_AUDIO_RT_CLICK_H

#include <stdbool.h>

#include "services/audio/dsp/number.h"

struct click {
    uint32_t frame;  /* of the sound */
    uint32_t sounds; /* 0: silent */
    uint32_t accent;
};

void click_start(struct click *click, bool accent); /* one that sounds begins again */

/* Adds to both channels; gain 0..1. */
void click_add(struct click *click, float gain, uint32_t rate, float *left, float *right, uint32_t frames);

#endif
