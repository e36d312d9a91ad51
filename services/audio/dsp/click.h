/* click.h: the sound of the metronome. RT.
 *
 * A sine of 1,000 Hz, with accent 1,500 Hz, that falls by 60 dB in 60 ms and then ends. Its first frame is not 0, and
 * is the first one that click_add writes after click_start. */
#ifndef LOOPHOLE_AUDIO_RT_CLICK_H
#define LOOPHOLE_AUDIO_RT_CLICK_H

#include <stdbool.h>

#include "services/audio/dsp/number.h"

struct click {
    uint32_t frame;  /* of the sound */
    uint32_t sounds; /* 0: silent */
    uint32_t accent;
};

void click_start(struct click *click, bool accent); /* restarts a sounding click */

/* Adds the click to both channels; gain 0..1. */
void click_add(struct click *click, float gain, uint32_t rate, float *left, float *right, uint32_t frames);

#endif
