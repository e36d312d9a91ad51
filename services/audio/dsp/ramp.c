#include "services/audio/dsp/ramp.h"

enum { RAMP_MOST = 1 << 24 }; /* a float counts single frames up to this */

void ramp_set(struct ramp *ramp, float gain)
{
    ramp->target = number_sane(gain);
    ramp->step = 0;
    ramp->left = 0;
}

void ramp_to(struct ramp *ramp, float gain, uint32_t frames)
{
    float from, to = number_sane(gain);

    if (to == ramp->target && isfinite(ramp->step))
        return;
    from = number_sane(ramp_now(ramp));
    frames = frames < RAMP_MOST ? frames : RAMP_MOST;
    ramp->target = to;
    ramp->left = frames;
    ramp->step = frames ? (to - from) / (float)frames : 0;
}

void ramp_fill(struct ramp *ramp, float *gain, uint32_t frames)
{
    uint32_t moving = ramp->left < frames ? ramp->left : frames;
    float target = ramp->target, step = ramp->step;
    int32_t left = (int32_t)(ramp->left & (2 * RAMP_MOST - 1)) - 1;

    for (uint32_t i = 0; i < moving; i++)
        gain[i] = target - step * (float)(left - (int32_t)i);
    for (uint32_t i = moving; i < frames; i++)
        gain[i] = target;
    ramp->left -= moving;
}

static void multiply_gain(float *x, float gain, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        x[i] *= gain;
}

static void follow_ramp(const struct ramp *ramp, float *x, uint32_t frames)
{
    float target = ramp->target, step = ramp->step;
    int32_t left = (int32_t)(ramp->left & (2 * RAMP_MOST - 1)) - 1;

    for (uint32_t i = 0; i < frames; i++)
        x[i] *= target - step * (float)(left - (int32_t)i);
}

void ramp_apply(struct ramp *ramp, float *left, float *right, uint32_t frames)
{
    uint32_t moving = ramp->left < frames ? ramp->left : frames;

    follow_ramp(ramp, left, moving);
    if (right)
        follow_ramp(ramp, right, moving);
    ramp->left -= moving;
    if (ramp->target == 1)
        return;
    multiply_gain(left + moving, ramp->target, frames - moving);
    if (right)
        multiply_gain(right + moving, ramp->target, frames - moving);
}
