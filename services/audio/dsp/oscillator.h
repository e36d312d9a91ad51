/* oscillator.h: sine, saw, pulse, triangle and noise. RT.
 *
 * The phase is a 64-bit integer: pitch is exact to 2^-53, without drift. Steps (saw, pulse) and corners (triangle) are
 * rounded by the integral of a cubic B-spline over four frames, which takes out what would fold back (polyBLEP and
 * polyBLAMP of third order), and with it some treble: -2.3 dB at a fifth of the rate, -0.9 dB at an eighth. The aliases
 * of a saw or square below a third of the rate (48 kHz): -74 dB at 221 Hz, -59 dB at 4 kHz. */
#ifndef LOOPHOLE_AUDIO_RT_OSCILLATOR_H
#define LOOPHOLE_AUDIO_RT_OSCILLATOR_H

#include "services/audio/dsp/number.h"

enum oscillator_shape {
    OSCILLATOR_SINE,
    OSCILLATOR_SAW,      /* rises from -1 to 1, from 0 at phase 0 */
    OSCILLATOR_PULSE,    /* a square of +-1 */
    OSCILLATOR_TRIANGLE, /* from 0 upwards, as the sine */
    OSCILLATOR_NOISE,    /* white, even in -1..1 */
    OSCILLATOR_SHAPES
};

struct oscillator_params {
    enum oscillator_shape shape; /* another value is a sine */
    float hz;                    /* 0 .. a quarter of the rate */
};

struct oscillator {
    uint64_t phase; /* 2^64 is a period */
    uint64_t noise; /* frames of noise made: each is a hash of its number */
};

void oscillator_restart(struct oscillator *oscillator); /* phase 0; the noise goes on */
void oscillator_run(struct oscillator *oscillator, const struct oscillator_params *params, uint32_t rate, float *out,
                    uint32_t frames);

#endif
