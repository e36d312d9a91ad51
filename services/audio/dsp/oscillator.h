/* oscillator.h: sine, saw, pulse, triangle and noise. RT.
 *
 * The phase is a 64-bit integer: pitch is exact to 2^-53 and does not drift. The integral of a cubic B-spline over four
 * frames rounds steps (saw, pulse) and corners (triangle); this is polyBLEP and polyBLAMP of third order. It suppresses
 * aliases and some treble: -2.3 dB at a fifth of the rate, -0.9 dB at an eighth. Aliases of a saw or square below a
 * third of the rate (48 kHz) are at -74 dB for 221 Hz and -59 dB for 4 kHz. */
#ifndef LOOPHOLE_AUDIO_RT_OSCILLATOR_H
#define LOOPHOLE_AUDIO_RT_OSCILLATOR_H

#include "services/audio/dsp/number.h"

enum oscillator_shape {
    OSCILLATOR_SINE,
    OSCILLATOR_SAW,      /* rises from -1 to 1, from 0 at phase 0 */
    OSCILLATOR_PULSE,    /* a square of +-1 */
    OSCILLATOR_TRIANGLE, /* rises from 0, like the sine */
    OSCILLATOR_NOISE,    /* white, uniform in -1..1 */
    OSCILLATOR_SHAPES
};

struct oscillator_params {
    enum oscillator_shape shape; /* an invalid value is a sine */
    float hz;                    /* 0 .. a quarter of the rate */
};

struct oscillator {
    uint64_t phase; /* 2^64 is a period */
    uint64_t noise; /* number of noise frames so far; each frame is the hash of its number */
};

void oscillator_restart(struct oscillator *oscillator); /* phase 0; the noise continues */
/* Writes the next frames. The pitch may change in each run; the phase continues. */
void oscillator_run(struct oscillator *oscillator, const struct oscillator_params *params, uint32_t rate, float *out,
                    uint32_t frames);

#endif
