#include "services/audio/dsp/mix.h"

#include <string.h>

enum { MIX_CHUNK = 256 };
static const float MIX_SECONDS = 0.005f, MIX_GAIN_MOST = 16;

struct mix_pan mix_pan(float pan)
{
    static const float EIGHTH = 0.785398163397f; /* of a turn, in radians */
    float angle = (1 + number_within(pan, -1, 1)) * EIGHTH;

    if (!(fabsf(pan) > 0))
        return (struct mix_pan){ 1, 1 };
    return (struct mix_pan){ 1.41421356237f * cosf(angle), 1.41421356237f * sinf(angle) };
}

void mix_strip_set(struct mix_strip *strip, float gain, float pan, uint32_t rate)
{
    struct mix_pan sides = mix_pan(pan);
    uint32_t frames = strip->set == 1 ? (uint32_t)(MIX_SECONDS * number_rate(rate)) : 0;

    gain = number_within(gain, 0, MIX_GAIN_MOST);
    ramp_to(&strip->left, gain * sides.left, frames);
    ramp_to(&strip->right, gain * sides.right, frames);
    strip->set = 1;
}

void mix_strip_add(struct mix_strip *strip, const float *in_left, const float *in_right, float *out_left,
                   float *out_right, uint32_t frames)
{
    mix_add_ramp(out_left, in_left, &strip->left, frames);
    mix_add_ramp(out_right, in_right, &strip->right, frames);
}

void mix_add(float *restrict out, const float *restrict in, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        out[i] += in[i];
}

void mix_add_gain(float *restrict out, const float *restrict in, float gain, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        out[i] += in[i] * gain;
}

static void add_product(float *restrict out, const float *restrict in, const float *restrict gain, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        out[i] += in[i] * gain[i];
}

void mix_add_ramp(float *out, const float *in, struct ramp *ramp, uint32_t frames)
{
    float gain[MIX_CHUNK];
    uint32_t done = 0;

    while (done < frames && ramp->left) {
        uint32_t n = frames - done < MIX_CHUNK ? frames - done : MIX_CHUNK;
        ramp_fill(ramp, gain, n);
        add_product(out + done, in + done, gain, n);
        done += n;
    }
    if (done < frames && ramp->target > 0)
        mix_add_gain(out + done, in + done, ramp->target, frames - done);
}

void mix_multiply(float *restrict x, const float *restrict gain, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        x[i] *= gain[i];
}

float mix_highest(const float *left, const float *right, uint32_t frames)
{
    float most = 0;

    for (uint32_t i = 0; i < frames; i++) {
        float a = fabsf(left[i]), b = fabsf(right[i]), high = a > b ? a : b;
        most = high > most ? high : most;
    }
    return most;
}

void mix_clear(float *x, uint32_t frames)
{
    memset(x, 0, frames * sizeof(*x));
}

void mix_clean(float *x, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        x[i] = number_sane(x[i]);
}
