/* reverb.h: reverb1. RT.
 *
 * The topology of Freeverb (Jezar at Dreampoint, public domain). Each channel has eight parallel combs with a low-pass
 * in their feedback, then four all-passes in series; those of the right channel are 23 frames longer. Lengths are those
 * for 44.1 kHz, scaled to the rate. The all-passes are true ones (Schroeder: (z^-D - 1/2) / (1 - z^-D / 2)). The input
 * of the combs is REVERB_GAIN (left + right); the low-pass is (1 - d) / (1 - d z^-1) with d = 0.4 damp. With damp 0, a
 * comb of D frames and feedback g = 0.7 + 0.28 room falls by 60 dB in 3 D / (-log10(g) rate) seconds. */
#ifndef LOOPHOLE_AUDIO_RT_REVERB_H
#define LOOPHOLE_AUDIO_RT_REVERB_H

#include "services/audio/dsp/glide.h"
#include "services/audio/dsp/line.h"

enum { REVERB_COMBS = 8, REVERB_PASSES = 4, REVERB_LINES = 2 * (REVERB_COMBS + REVERB_PASSES) };

static const float REVERB_GAIN = 0.045f;

/* All 0..1. */
struct reverb_params {
    float mix;  /* gain of the reverb; the dry sound stays with the caller */
    float room; /* feedback */
    float damp; /* loss of treble in each pass */
};

#define REVERB_DEFAULTS ((struct reverb_params){ .mix = 0.3f, .room = 0.5f, .damp = 0.5f })

struct reverb {
    struct glide mix, feedback, damp;
    float damped[2][REVERB_COMBS]; /* state of the low-passes */
    uint32_t position;             /* frames processed */
    uint32_t phase;
};

/* Writes the reverb of in (what the channels send) to out; in and out may be the same. lines: REVERB_LINES x size
 * floats (line.h); a size of 16,384 suffices at every rate. */
void reverb_run(struct reverb *reverb, float *lines, uint32_t size, const struct reverb_params *params, uint32_t rate,
                const float *in_left, const float *in_right, float *out_left, float *out_right, uint32_t frames);

#endif
