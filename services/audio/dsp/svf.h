/* svf.h: state-variable low-pass, 12 dB per octave. RT.
 *
 * The analogue prototype by the trapezoidal rule with a pre-warped cutoff (Zavalishin, The Art of VA Filter Design,
 * 4.). With s = j tan(pi f / rate) / tan(pi cutoff / rate) and k = 1/q, the response is 1 / (s^2 + k s + 1). It is
 * stable for any cutoff and q in range, also while they move (time constant 2 ms, every 16 frames). */
#ifndef LOOPHOLE_AUDIO_RT_SVF_H
#define LOOPHOLE_AUDIO_RT_SVF_H

#include "services/audio/dsp/glide.h"

struct svf_params {
    float cutoff; /* Hz, 5 .. 0.49 of the rate */
    float q;      /* 0.3..50, the gain at the cutoff; 0.707: no resonance */
};

struct svf {
    struct glide g, k;
    float first[2], second[2]; /* state of the two integrators: left, right */
    uint32_t phase;
    uint32_t spare;
};

/* Filters in place; right may be NULL. */
void svf_run(struct svf *svf, const struct svf_params *params, uint32_t rate, float *left, float *right,
             uint32_t frames);

#endif
