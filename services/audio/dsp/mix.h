/* mix.h: adding, gain and pan. RT. The compiler vectorises these loops; inputs and outputs must not overlap.
 *
 * Pan -1 (left) .. 1 (right) has constant power: left^2 + right^2 = 2. Both are 1 in the middle, so a centred stereo
 * signal passes bit for bit; at the ends one side rises by 3 dB. */
#ifndef LOOPHOLE_AUDIO_RT_MIX_H
#define LOOPHOLE_AUDIO_RT_MIX_H

#include "services/audio/dsp/ramp.h"

struct mix_pan {
    float left, right; /* gains */
};

/* `pan` is limited to -1..1. */
struct mix_pan mix_pan(float pan);

/* A channel strip: gain and pan that move within 5 ms; the first setting takes effect at once. */
struct mix_strip {
    struct ramp left, right;
    uint32_t set; /* 0 until the first mix_strip_set */
};

/* Sets the target; gain 0..16, linear (0: muted). */
void mix_strip_set(struct mix_strip *strip, float gain, float pan, uint32_t rate);

/* Adds in, through the strip, to out; in_right may be in_left (mono). */
void mix_strip_add(struct mix_strip *strip, const float *in_left, const float *in_right, float *out_left,
                   float *out_right, uint32_t frames);

/* These add in, times a gain, to out. */
void mix_add(float *out, const float *in, uint32_t frames);
void mix_add_gain(float *out, const float *in, float gain, uint32_t frames);
void mix_add_ramp(float *out, const float *in, struct ramp *ramp, uint32_t frames);
void mix_multiply(float *x, const float *gain, uint32_t frames);           /* frame by frame, for an envelope */
float mix_highest(const float *left, const float *right, uint32_t frames); /* highest absolute value; 0 for no frames */
void mix_clear(float *x, uint32_t frames);

/* Sets invalid samples (number_sane) to 0: for input from shared memory or other clients. */
void mix_clean(float *x, uint32_t frames);

#endif
