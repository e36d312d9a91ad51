#include "services/audio/dsp/meter.h"

#include <string.h>

static const double METER_SECONDS = 0.3;

/* The bits of positive floats have the same order as their values, and the maximum of integers vectorises. */
static int32_t magnitude_bits(float x)
{
    int32_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return bits & INT32_MAX;
}

static float peak_of(float peak, const float *x, uint32_t frames, uint64_t *clips)
{
    int32_t most = magnitude_bits(number_sane(peak)), one = magnitude_bits(1);
    uint32_t beyond = 0;

    for (uint32_t i = 0; i < frames; i++) {
        int32_t level = magnitude_bits(number_sane(x[i]));
        most = level > most ? level : most;
        beyond += level >= one;
    }
    memcpy(&peak, &most, sizeof(peak));
    *clips += beyond;
    return peak;
}

void meter_run(struct rt_meter *meter, uint32_t rate, const float *left, const float *right, uint32_t frames)
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
    meter->peak[0] = peak_of(meter->peak[0], left, frames, &meter->clips);
    meter->peak[1] = peak_of(meter->peak[1], right, frames, &meter->clips);
}

void meter_clips(struct rt_meter *meter, const float *left, const float *right, uint32_t frames)
{
    (void)peak_of(0, left, frames, &meter->clips);
    (void)peak_of(0, right, frames, &meter->clips);
}

float meter_rms(const struct rt_meter *meter, uint32_t channel)
{
    return (float)sqrt(fmax(meter->mean[channel & 1], 0));
}

void meter_again(struct rt_meter *meter)
{
    meter->peak[0] = meter->peak[1] = 0;
}
