#include "services/audio/dsp/loudness.h"

#include <string.h>

static const double LOUDNESS_FLOOR = -100, LOUDNESS_OFFSET = -0.691;

struct biquad {
    double b[3], a[2];
};

/* BS.1770 gives both filters for 48 kHz; their analogue prototypes give them for any rate. */
static struct biquad shelf_filter(double rate)
{
    const double vh = 1.5848647011308556, vb = 1.2587209302325616, q = 0.7071752369554196; /* 4 dB, half of them, Q */
    double w = M_PI * fmin(1681.974450955533 / rate, 0.49), k = sin(w) / cos(w), a0 = 1 + k / q + k * k;

    return (struct biquad){ .b = { (vh + vb * k / q + k * k) / a0, 2 * (k * k - vh) / a0,
                                   (vh - vb * k / q + k * k) / a0 },
                            .a = { 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0 } };
}

static struct biquad high_pass(double rate)
{
    const double q = 0.5003270373238773;
    double w = M_PI * fmin(38.13547087602444 / rate, 0.49), k = sin(w) / cos(w), a0 = 1 + k / q + k * k;

    return (struct biquad){ .b = { 1, -2, 1 }, .a = { 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0 } };
}

static inline double pass_filter(const struct biquad *f, double past[2], double x)
{
    double y = f->b[0] * x + past[0];

    past[0] = f->b[1] * x - f->a[0] * y + past[1];
    past[1] = f->b[2] * x - f->a[1] * y;
    return y;
}

static double make_finite(double x)
{
    return fabs(x) < 1e12 ? x : 0; /* false for NaN */
}

/* 0 also for NaN. */
static inline double at_least_0(double x)
{
    x = make_finite(x);
    return x > 0 ? x : 0;
}

static void repair_loudness(struct rt_loudness *loudness)
{
    for (uint32_t channel = 0; channel < 2; channel++)
        for (uint32_t i = 0; i < 4; i++)
            loudness->past[channel][i / 2][i % 2] = make_finite(loudness->past[channel][i / 2][i % 2]);
    loudness->sum = at_least_0(loudness->sum);
    loudness->newest %= LOUDNESS_SHORT;
}

static void end_part(struct rt_loudness *loudness)
{
    loudness->part[loudness->newest] = loudness->sum / loudness->frames;
    loudness->newest = (loudness->newest + 1) % LOUDNESS_SHORT;
    loudness->sum = 0;
    loudness->frames = 0;
}

static inline double weigh_sample(const struct biquad f[2], double past[2][2], float x)
{
    return pass_filter(&f[1], past[1], pass_filter(&f[0], past[0], (double)number_sane(x)));
}

static void add_squares(struct rt_loudness *loudness, const struct biquad f[2], const float *left, const float *right,
                        uint32_t frames)
{
    double past[2][2][2], sum = loudness->sum;

    memcpy(past, loudness->past, sizeof(past));
    for (uint32_t i = 0; i < frames; i++) {
        double x = weigh_sample(f, past[0], left[i]), y = weigh_sample(f, past[1], right[i]);
        sum += x * x + y * y;
    }
    memcpy(loudness->past, past, sizeof(past));
    loudness->sum = sum;
}

void loudness_run(struct rt_loudness *loudness, uint32_t rate, const float *left, const float *right, uint32_t frames)
{
    double hertz = (double)number_rate(rate);
    const struct biquad f[2] = { shelf_filter(hertz), high_pass(hertz) };
    uint32_t whole = (uint32_t)(hertz / 100 + 0.5);

    repair_loudness(loudness);
    for (uint32_t at = 0; at < frames;) {
        uint32_t room = loudness->frames < whole ? whole - loudness->frames : 1;
        uint32_t n = frames - at < room ? frames - at : room;
        add_squares(loudness, f, left + at, right + at, n);
        loudness->frames = loudness->frames < whole ? loudness->frames + n : whole;
        at += n;
        if (loudness->frames >= whole)
            end_part(loudness);
    }
}

double loudness_of(const struct rt_loudness *loudness, uint32_t parts)
{
    double sum = 0;

    parts = parts < 1 ? 1 : parts > LOUDNESS_SHORT ? LOUDNESS_SHORT : parts;
    for (uint32_t i = 0, at = loudness->newest % LOUDNESS_SHORT; i < parts; i++) {
        at = at ? at - 1 : LOUDNESS_SHORT - 1;
        sum += at_least_0(loudness->part[at]);
    }
    return sum > 0 ? fmax(LOUDNESS_OFFSET + 10 / log(10) * log(sum / parts), LOUDNESS_FLOOR) : LOUDNESS_FLOOR;
}
