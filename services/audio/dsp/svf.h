/* svf.h: state-variable low-pass, 12 dB an octave. RT.
 *
 * The analogue prototype over the trapezoidal rule with the cutoff pre-warped (Zavalishin, The Art of VA Filter Design,
 * 4.): with s = j tan(pi f / rate) / tan(pi cutoff / rate) and k = 1/q, the
 * response is 1 / (s^2 + k s + 1).
 * Stable for any cutoff and q in range, also while they move (time constant 2 ms, every 16 frames). */
#ifndef LOOPHOLE_AUDIO_RT_SVF_H
#define LOOPHOLE_AUDIO_RT_SVF_H

#include "services/audio/dsp/glide.h"

struct svf_params {
    float cutoff; /* Hz, 5 .. 0.49 of the rate */
    float q;      /* 0.3..50; 0.707 has no resonance; the gain at the cutoff */
};

struct svf {
    struct glide g, k;
    float first[2], second[2]; /* what the two integrators hold: left, right */
    uint32_t phase;
    uint32_t spare;
};

/* In place; right may be NULL. */
void svf_run(struct svf *svf, const struct svf_params *params, uint32_t rate, float *left, float *right,
             uint32_t frames);

#endif
