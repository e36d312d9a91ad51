/* reverb.h: reverb1. RT.
 *
 * The topology of Freeverb (Jezar at Dreampoint, public domain): for each channel eight combs with a low-pass in their
 * feedback, side by side, then four all-passes in a row; the right channel's are 23 frames longer. Lengths are those of
 * 44.1 kHz, scaled to the rate. The all-passes are true ones (Schroeder: (z^-D - 1/2) / (1 - z^-D / 2)). Into the combs
 * goes REVERB_GAIN (left + right); the low-pass is (1 - d) / (1 - d z^-1) with d = 0.4 damp.
 * With damp 0, a comb of D frames and feedback g = 0.7 + 0.28 room falls by 60 dB in 3 D / (-log10(g) rate) seconds. */
#ifndef LOOPHOLE_AUDIO_RT_REVERB_H
#define LOOPHOLE_AUDIO_RT_REVERB_H

#include "services/audio/dsp/glide.h"
#include "services/audio/dsp/line.h"

enum { REVERB_COMBS = 8, REVERB_PASSES = 4, REVERB_LINES = 2 * (REVERB_COMBS + REVERB_PASSES) };

static const float REVERB_GAIN = 0.045f;

/* All 0..1. */
struct reverb_params {
    float mix;  /* gain of what comes out: the dry sound is the sender's */
    float room; /* feedback */
    float damp; /* treble lost in each turn */
};

#define REVERB_DEFAULTS ((struct reverb_params){ .mix = 0.3f, .room = 0.5f, .damp = 0.5f })

struct reverb {
    struct glide mix, feedback, damp;
    float damped[2][REVERB_COMBS]; /* what the low-passes hold */
    uint32_t position;             /* frames run */
    uint32_t phase;
};

uint32_t reverb_size(uint32_t rate); /* of each line (line.h): 16,384 at every rate */

/* lines: REVERB_LINES x size floats. Writes the reverb of in (a send bus) to out; in and out may be the same. */
void reverb_run(struct reverb *reverb, float *lines, uint32_t size, const struct reverb_params *params, uint32_t rate,
                const float *in_left, const float *in_right, float *out_left, float *out_right, uint32_t frames);

#endif
