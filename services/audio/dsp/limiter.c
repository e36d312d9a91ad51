#include "services/audio/dsp/limiter.h"

#include <stdbool.h>

static const float LIMITER_RECOVERY = 0.08f; /* seconds */
static const double LIMITER_LEAST = 0x1p-24; /* a smaller cut gives gain 1 exactly */

static float peak_of(float x, float y)
{
    float a = fabsf(x), b = fabsf(y);

    return a > b ? a : b;
}

static void limit_frame(struct limiter *limiter, float ceiling, double recovery, float *left, float *right)
{
    float x = number_sane(*left), y = number_sane(*right), peak = peak_of(x, y), gain;
    double needed = peak > ceiling ? 1 - (double)ceiling / (double)peak : 0;

    limiter->cut *= 1 - recovery;
    if (limiter->cut < needed)
        limiter->cut = needed;
    if (limiter->cut < LIMITER_LEAST)
        limiter->cut = 0;
    gain = (float)(1 - limiter->cut);
    *left = number_within(x * gain, -ceiling, ceiling);
    *right = number_within(y * gain, -ceiling, ceiling);
}

/* Nothing is cut, and no sample is over the ceiling: all pass unchanged. */
static bool passes_all(const struct limiter *limiter, float ceiling, const float *left, const float *right,
                       uint32_t frames)
{
    int32_t most = 0;

    for (uint32_t i = 0; i < frames; i++) {
        int32_t x = number_magnitude(left[i]), y = number_magnitude(right[i]), high = x > y ? x : y;
        most = high > most ? high : most;
    }
    return limiter->cut == 0 && most <= number_magnitude(ceiling);
}

void limiter_repair(struct limiter *limiter)
{
    limiter->most = number_within(limiter->most, 0, 1);
    limiter->cut = limiter->cut >= 0 && limiter->cut <= 1 ? limiter->cut : 0;
}

void limiter_run(struct limiter *limiter, float ceiling, uint32_t rate, float *left, float *right, uint32_t frames)
{
    double recovery;

    ceiling = number_within(ceiling, 0.01f, 1);
    if (passes_all(limiter, ceiling, left, right, frames))
        return;
    recovery = 1 - exp(-1 / (double)(LIMITER_RECOVERY * number_rate(rate)));
    for (uint32_t i = 0; i < frames; i++) {
        limit_frame(limiter, ceiling, recovery, &left[i], &right[i]);
        limiter->most = (float)limiter->cut > limiter->most ? (float)limiter->cut : limiter->most;
    }
}
