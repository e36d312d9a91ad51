/* mix.h: adding, gain and pan. RT. Written so that the compiler makes vectors of them; ins and outs do not overlap.
 *
 * Pan -1 (left) .. 1 (right), constant power: left^2 + right^2 = 2, both 1 in the middle, so that a centred stereo
 * signal passes bit for bit; the side panned to rises to +3 dB. */
#ifndef LOOPHOLE_AUDIO_RT_MIX_H
#define LOOPHOLE_AUDIO_RT_MIX_H

#include "services/audio/dsp/ramp.h"

struct mix_pan {
    float left, right; /* gains */
};

struct mix_pan mix_pan(float pan);

/* A channel strip: gain and pan that move in 5 ms, or at once when nothing was set yet. */
struct mix_strip {
    struct ramp left, right;
    uint32_t set; /* 0 until the first mix_strip_set */
};

/* gain 0..16, linear (0: muted). */
void mix_strip_set(struct mix_strip *strip, float gain, float pan, uint32_t rate);
/* out += in through the strip; in_right may be in_left (mono). */
void mix_strip_add(struct mix_strip *strip, const float *in_left, const float *in_right, float *out_left,
                   float *out_right, uint32_t frames);

void mix_add(float *out, const float *in, uint32_t frames);
void mix_add_gain(float *out, const float *in, float gain, uint32_t frames);
void mix_add_ramp(float *out, const float *in, struct ramp *ramp, uint32_t frames);
void mix_multiply(float *x, const float *gain, uint32_t frames);           /* frame by frame: an envelope */
float mix_highest(const float *left, const float *right, uint32_t frames); /* absolute value; of no frames 0 */
void mix_clear(float *x, uint32_t frames);
/* Samples that are no audio (number_sane) become 0: for what comes out of shared memory or from other clients. */
void mix_clean(float *x, uint32_t frames);

#endif
