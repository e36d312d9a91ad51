#include "services/audio/dsp/meter.h"

#include <stdbool.h>
#include <string.h>

static const double METER_SECONDS = 0.3;

/* Returns the highest magnitude, and counts the samples that reach 1. */
static int32_t highest_bits(const float *x, uint32_t frames, uint64_t *clips)
{
    int32_t most = 0, one = number_magnitude(1);
    uint32_t beyond = 0;

    for (uint32_t i = 0; i < frames; i++) {
        int32_t level = number_magnitude(number_sane(x[i]));
        most = level > most ? level : most;
        beyond += level >= one;
    }
    *clips += beyond;
    return most;
}

static float higher_peak(float peak, int32_t bits)
{
    int32_t most = number_magnitude(number_sane(peak));

    most = bits > most ? bits : most;
    memcpy(&peak, &most, sizeof(peak));
    return peak;
}

static void follow_means(struct rt_meter *meter, uint32_t rate, const float *left, const float *right, uint32_t frames)
{
    double share = 1 - exp(-1 / (METER_SECONDS * (double)number_rate(rate)));
    double a = isfinite(meter->mean[0]) ? meter->mean[0] : 0, b = isfinite(meter->mean[1]) ? meter->mean[1] : 0;

    for (uint32_t i = 0; i < frames; i++) {
        double x = (double)number_sane(left[i]), y = (double)number_sane(right[i]);
        a += share * (x * x - a);
        b += share * (y * y - b);
    }
    meter->mean[0] = a > 1e-30 ? a : 0;
    meter->mean[1] = b > 1e-30 ? b : 0;
}

void meter_run(struct rt_meter *meter, uint32_t rate, const float *left, const float *right, uint32_t frames)
{
    const int32_t highest[] = { highest_bits(left, frames, &meter->clips), highest_bits(right, frames, &meter->clips) };
    const bool was_silent = meter->mean[0] == 0 && meter->mean[1] == 0;

    meter->peak[0] = higher_peak(meter->peak[0], highest[0]);
    meter->peak[1] = higher_peak(meter->peak[1], highest[1]);
    if (!was_silent || highest[0] || highest[1])
        follow_means(meter, rate, left, right, frames);
}

void meter_clips(struct rt_meter *meter, const float *left, const float *right, uint32_t frames)
{
    (void)highest_bits(left, frames, &meter->clips);
    (void)highest_bits(right, frames, &meter->clips);
}

float meter_rms(const struct rt_meter *meter, uint32_t channel)
{
    return (float)sqrt(fmax(meter->mean[channel & 1], 0));
}

void meter_again(struct rt_meter *meter)
{
    meter->peak[0] = meter->peak[1] = 0;
}
