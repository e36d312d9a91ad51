#include "services/worker/analysis/describe_parts.h"

enum {
    SHAPE_SLOTS = 20,
    DECAYS = 5,
    RANGES = 4,
    SWING_STEP = 6, /* envelope values */
    SWING_MAX = 230
};

static const size_t RANGE_END[RANGES + 1] = { 0, 4, 12, 24, MEL_BANDS };
static const float DECAY_DB[DECAYS] = { 3, 6, 10, 20, 40 };

static size_t loudest_value(const float *x, size_t count)
{
    size_t at = 0;

    for (size_t i = 1; i < count; i++)
        at = x[i] > x[at] ? i : at;
    return at;
}

/* The loudest RMS of the slots: 0 at -60 dB, 1 at the loudest of the sound. */
static float shape_of(const float *rms, size_t from, size_t to, size_t count, float top)
{
    float most = 0;

    for (size_t i = from; i < to && i < count; i++)
        most = fmaxf(most, rms[i]);
    return fmaxf(0, 1 + log10f(most / top + 1e-9f) / 3);
}

static void put_shape(float **row, const float *rms, size_t count, float top)
{
    double edge = 0, step = 4, grow = 1.28;

    for (size_t k = 0; k < SHAPE_SLOTS; k++, edge += step, step *= grow)
        describe_put(row, 2 * shape_of(rms, (size_t)edge, (size_t)(edge + step), count, top));
}

static void put_attack_and_decay(float **row, const float *rms, size_t count, size_t loudest)
{
    size_t rise = loudest, fall = loudest;

    while (rise > 0 && rms[rise] > rms[loudest] * 0.1f)
        rise--;
    describe_put(row, describe_duration((double)(loudest - rise) / ENVELOPE_RATE));
    for (size_t k = 0; k < DECAYS; k++) {
        float under = rms[loudest] * powf(10, -DECAY_DB[k] / 20);
        for (fall = count; fall > loudest && rms[fall - 1] < under; fall--)
            ;
        describe_put(row, describe_duration((double)(fall - loudest) / ENVELOPE_RATE));
    }
}

/* Writes how fast each range of bands falls by 10 and by 20 dB after its loudest frame. */
static void put_range_decays(float **row, const struct describe_scope *s)
{
    for (size_t r = 0; r < RANGES; r++) {
        float power[DESCRIBE_ACTIVE_MAX], most = 0;
        size_t n = 0, at, ten, twenty;
        for (size_t i = s->start; i < s->end; i++, n++) {
            power[n] = 0;
            for (size_t b = RANGE_END[r]; b < RANGE_END[r + 1]; b++)
                power[n] += expf(s->frame[i].band[b] - s->top);
        }
        at = loudest_value(power, n);
        for (ten = n; ten > at && power[ten - 1] < 0.1f * power[at]; ten--)
            ;
        for (twenty = n; twenty > at && power[twenty - 1] < 0.01f * power[at]; twenty--)
            ;
        most = 1 + log10f(power[at] + 1e-6f) / 6;
        describe_put(row, describe_duration((double)at / MEL_RATE));
        describe_put(row, describe_duration((double)(ten - at) / MEL_RATE));
        describe_put(row, describe_duration((double)(twenty - at) / MEL_RATE));
        describe_put(row, most);
    }
}

/* The strength of the modulation at `hz` over the first two seconds: one bin of a Fourier transform. */
static float measure_swing(const float *windowed, size_t count, double hz)
{
    double turn = 2 * M_PI * hz * SWING_STEP / ENVELOPE_RATE, c = cos(turn), d = sin(turn), x = 1, y = 0, next;
    double re = 0, im = 0;

    for (size_t i = 0; i < count; i++, next = x * c - y * d, y = x * d + y * c, x = next) {
        re += (double)windowed[i] * x;
        im += (double)windowed[i] * y;
    }
    return (float)(sqrt(re * re + im * im) / (double)count);
}

static void put_swings(float **row, const float *rms, size_t count, float top)
{
    static const double HZ[12] = { 1.5, 2.2, 3.2, 4.5, 5.5, 6.5, 8, 11, 15, 21, 30, 42 };
    size_t n = count / SWING_STEP < SWING_MAX ? count / SWING_STEP : SWING_MAX;
    float windowed[SWING_MAX], mean = 0;

    for (size_t i = 0; i < n; i++)
        mean += rms[i * SWING_STEP] / (float)n;
    for (size_t i = 0; i < n; i++)
        windowed[i] = (rms[i * SWING_STEP] - mean) * (1 - cosf(2 * (float)M_PI * ((float)i + 0.5f) / (float)n));
    for (size_t k = 0; k < 12; k++)
        describe_put(row, n ? log10f(measure_swing(windowed, n, HZ[k]) / top + 1e-3f) + 2 : 0);
}

void describe_amplitude(float **row, const struct sound_analysis *analysis, const struct describe_scope *s)
{
    size_t count = analysis->envelope.count, from = 0, loudest;
    const float *rms = analysis->envelope.rms;
    float top;
    double sum = 0, moment = 0, square = 0;

    loudest = loudest_value(rms, count);
    top = fmaxf(count ? rms[loudest] : 0, 1e-9f);
    while (from < loudest && rms[from] < 0.1f * top)
        from++;
    rms += from;
    count -= from;
    loudest -= from;
    for (size_t i = 0; i < count; i++) {
        sum += (double)rms[i];
        moment += (double)rms[i] * (double)i;
        square += (double)rms[i] * (double)rms[i];
    }
    put_shape(row, rms, count, top);
    put_attack_and_decay(row, rms, count, loudest);
    put_range_decays(row, s);
    put_swings(row, rms, count, top);
    describe_put(row, describe_duration((double)analysis->frames / analysis->rate));
    describe_put(row, describe_duration((double)count / ENVELOPE_RATE));
    describe_put(row, describe_duration(moment / (sum + 1e-9) / ENVELOPE_RATE));
    describe_put(row, describe_duration(square / ((double)top * (double)top) / ENVELOPE_RATE));
    describe_put(row, (float)log10(analysis->peak / sqrt(square / (double)(count + 1) + 1e-12) + 1e-3));
    describe_put(row, count ? shape_of(rms, count - count / 10 - 1, count, count, top) : 0);
    describe_put(row, count ? shape_of(rms, count / 2, count / 2 + 20, count, top) : 0);
    describe_put(row, (float)from / 689.0f);
    for (size_t k = 0; k < 20; k++) /* the shape over the whole length */
        describe_put(row, count ? 2 * shape_of(rms, count * k / 20, count * (k + 1) / 20 + 1, count, top) : 0);
}
