/* acid.h: acid1, a resonant low-pass of 24 dB per octave with its own envelope and drive. RT.
 *
 * Four one-poles in a loop without delay (trapezoidal, solved; Zavalishin, 5.). For small signals, with s as in svf.h
 * and k = 4 res:  H = sqrt(D) (1 + k)^vol_comp / ((1 + s)^4 + k),  D = 1 + 9 drive.
 * The function x (27 + x^2) / (27 + 9 x^2) limits the input of the first pole to +-1. So at res 1 the filter
 * oscillates by itself and stays bounded.
 * The cutoff is cutoff + (env_amount + boost) x envelope. The envelope starts at 1 with acid_note and falls by 60 dB
 * in `decay` seconds. */
#ifndef LOOPHOLE_AUDIO_RT_ACID_H
#define LOOPHOLE_AUDIO_RT_ACID_H

#include "services/audio/dsp/glide.h"

struct acid_params {
    float cutoff;     /* Hz, 20 .. 0.45 of the rate; the envelope stays in this range too */
    float res;        /* 0..1 */
    float env_amount; /* Hz, 0..20,000 */
    float decay;      /* seconds, 0.001..10 */
    float drive;      /* 0..1: raises the signal by up to 20 dB before the limiting function */
    float mix;        /* 0 dry .. 1 filtered */
    float vol_comp;   /* 0..1: how much of the bass lost to resonance is restored */
};

#define ACID_DEFAULTS                                                                                                  \
    ((struct acid_params){                                                                                             \
        .cutoff = 1500, .res = 0.45f, .env_amount = 2500, .decay = 0.25f, .drive = 0.2f, .mix = 1, .vol_comp = 0.5f })

struct acid {
    struct glide cutoff, k, drive, mix, level;
    float envelope; /* 1..0 */
    float boost;    /* Hz, of the current note */
    float pole[2][4];
    uint32_t phase;
    uint32_t spare;
};

/* Starts a note at the next frame: the envelope restarts. An accent adds boost Hz (0..20,000) to env_amount. */
void acid_note(struct acid *acid, float boost);

/* Filters in place. */
void acid_run(struct acid *acid, const struct acid_params *params, uint32_t rate, float *left, float *right,
              uint32_t frames);

#endif
