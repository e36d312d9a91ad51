#include "services/search/duplicates/fingerprint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/wire/codec.h"
#include "schema_artefact.h"

enum {
    RATE = 16000,
    LEAST_OVERLAP = 160, /* 10 ms */
    PEAKS = 8,           /* lags examined between the samples */
    PARTS = 4,           /* of a sample */
    REACH = 8,           /* samples on each side for interpolation */
    BANDS = 3,
    STRETCH = 32, /* samples per step of an envelope: 2 ms */
    STRETCHES = FINGERPRINT_SAMPLES / STRETCH,
    STRETCHES_OFF = FINGERPRINT_LAG / STRETCH
};

static const float LEAST_ENVELOPE = 0.96f;
static const double LEAST_ENERGY = 0.5, LEAST_CORRELATION = 0.88, LEAST_SHARE = 0.02;
static const double LOWEST_HZ = 20, BAND_END_HZ[BANDS] = { 1000, 3000, 8000 };
static const double BAND_LEAST[BANDS] = { 0.98, 0.85, 0.6 };

/* Sums over the first i samples. */
struct sums {
    uint32_t count;
    int32_t value[FINGERPRINT_SAMPLES + 1], square[FINGERPRINT_SAMPLES + 1];
};

struct lag_place {
    int lag; /* a[i + lag] is aligned with b[i] */
    double part, correlation;
};

struct fingerprint_bench {
    struct fourier fourier;
    struct sums a, b;
    struct fourier_signal signal, spare;
    uint32_t size;                        /* of the transform: short sounds need a small one */
    int furthest;                         /* lag with an overlap, at most FINGERPRINT_LAG */
    float cross[2 * FINGERPRINT_LAG + 1]; /* by lag + FINGERPRINT_LAG, up to `furthest` */
};

/* ---- reading ---- */

bool fingerprint_read(struct bytes from, struct fingerprint *to)
{
    struct artefact_print read = { 0 };

    if (codec_decode(&artefact_print_shape, from, NULL, &read, NULL) != ERR_OK || read.rate != RATE)
        return false;
    *to = (struct fingerprint){ read.samples.len, (const int8_t *)read.samples.at };
    return true;
}

/* Scales to the length FINGERPRINT_GIST. */
static void scale_bands(int8_t band[FINGERPRINT_BANDS])
{
    float norm = 0;

    for (uint32_t i = 0; i < FINGERPRINT_BANDS; i++)
        norm += (float)band[i] * (float)band[i];
    for (uint32_t i = 0; i < FINGERPRINT_BANDS && norm > 0; i++)
        band[i] = (int8_t)fmaxf(-127, fminf(127, roundf((float)band[i] * FINGERPRINT_GIST / sqrtf(norm))));
}

bool fingerprint_read_gist(struct bytes from, struct gist *to)
{
    struct artefact_gist read = { 0 };

    if (codec_decode(&artefact_gist_shape, from, NULL, &read, NULL) != ERR_OK ||
        read.samples_hash.len != sizeof(to->pcm) || read.bands.len != FINGERPRINT_BANDS)
        return false;
    memcpy(to->pcm, read.samples_hash.at, sizeof(to->pcm));
    memcpy(to->band, read.bands.at, FINGERPRINT_BANDS);
    to->seconds = (float)read.seconds;
    scale_bands(to->band);
    return true;
}

float fingerprint_alike(const struct gist *a, const struct gist *b)
{
    int sum = 0;

    for (uint32_t i = 0; i < FINGERPRINT_BANDS; i++)
        sum += a->band[i] * b->band[i];
    return (float)sum / (FINGERPRINT_GIST * FINGERPRINT_GIST);
}

/* ---- alignment ---- */

struct fingerprint_bench *fingerprint_bench_new(void)
{
    struct fingerprint_bench *bench = alloc_bytes(sizeof(*bench));

    fourier_init(&bench->fourier);
    return bench;
}

void fingerprint_bench_free(struct fingerprint_bench *bench)
{
    free(bench);
}

static void sum_up(const struct fingerprint *print, struct sums *to)
{
    to->count = print->count;
    to->value[0] = to->square[0] = 0;
    for (uint32_t i = 0; i < print->count; i++) {
        to->value[i + 1] = to->value[i] + print->sample[i];
        to->square[i + 1] = to->square[i] + print->sample[i] * print->sample[i];
    }
}

/* Separates the spectra of two real signals from that of one complex signal: of bin k, X = x[0] + j x[1], Y
 * likewise. */
static void part_spectra(const struct fingerprint_bench *bench, uint32_t k, double x[2], double y[2])
{
    uint32_t mirror = (bench->size - k) % bench->size;
    const float *real = bench->signal.re, *imaginary = bench->signal.im;
    double re = (double)real[k], im = (double)imaginary[k];
    double re_mirror = (double)real[mirror], im_mirror = (double)imaginary[mirror];

    x[0] = (re + re_mirror) / 2;
    x[1] = (im - im_mirror) / 2;
    y[0] = (im + im_mirror) / 2;
    y[1] = (re_mirror - re) / 2;
}

/* cross[lag] = Σ a[i + lag] b[i], from the product of the spectra. */
static void compute_correlation(struct fingerprint_bench *bench)
{
    float *re = bench->signal.re, *im = bench->signal.im;
    uint32_t size = bench->size;

    fourier_transform(&bench->fourier, size, &bench->signal, &bench->spare);
    for (uint32_t k = 0; k <= size / 2; k++) {
        uint32_t mirror = (size - k) % size;
        double a[2], b[2];
        part_spectra(bench, k, a, b);
        im[k] = im[mirror] = (float)((a[0] * b[0] + a[1] * b[1]) / size); /* exchanged, for the inverse */
        re[k] = (float)((a[1] * b[0] - a[0] * b[1]) / size);
        re[mirror] = -re[k];
    }
    fourier_transform(&bench->fourier, size, &bench->signal, &bench->spare);
    for (int lag = -bench->furthest; lag <= bench->furthest; lag++)
        bench->cross[lag + FINGERPRINT_LAG] = im[(uint32_t)(lag + (int)size) % size];
}

/* The transform has room for the longer signal and the furthest lag, so that no lag wraps into another one. */
static void put_signals(struct fingerprint_bench *bench, const int8_t *a, uint32_t a_count, const int8_t *b,
                        uint32_t b_count)
{
    uint32_t longer = a_count > b_count ? a_count : b_count;

    bench->furthest = longer < FINGERPRINT_LAG ? (int)longer : FINGERPRINT_LAG;
    for (bench->size = FOURIER_LEAST; bench->size < longer + (uint32_t)bench->furthest;)
        bench->size *= 2;
    memset(bench->signal.re, 0, bench->size * sizeof(float));
    memset(bench->signal.im, 0, bench->size * sizeof(float));
    for (uint32_t i = 0; i < a_count; i++)
        bench->signal.re[i] = a[i];
    for (uint32_t i = 0; i < b_count; i++)
        bench->signal.im[i] = b[i];
}

/* The overlapping parts. */
struct overlap {
    uint32_t a, b, count;
};

static struct overlap overlap_at(const struct sums *a, const struct sums *b, int lag)
{
    uint32_t from_a = lag > 0 ? (uint32_t)lag : 0, from_b = lag < 0 ? (uint32_t)-lag : 0;
    uint32_t left_a = a->count > from_a ? a->count - from_a : 0;
    uint32_t left_b = b->count > from_b ? b->count - from_b : 0;

    return (struct overlap){ from_a, from_b, left_a < left_b ? left_a : left_b };
}

static double sum_of(const int32_t *sums, uint32_t from, uint32_t count)
{
    return (double)(sums[from + count] - sums[from]);
}

/* The correlation coefficient of the overlap; `cross` is its sum of products. 0 if most of both lies outside. */
static double normalise_overlap(const struct sums *a, const struct sums *b, int lag, double cross)
{
    struct overlap o = overlap_at(a, b, lag);
    uint32_t shorter = a->count < b->count ? a->count : b->count;

    if (o.count == 0 || o.count < (shorter < LEAST_OVERLAP ? shorter : LEAST_OVERLAP))
        return 0;
    double energy_a = sum_of(a->square, o.a, o.count), energy_b = sum_of(b->square, o.b, o.count);
    double mean_a = sum_of(a->value, o.a, o.count) / o.count, mean_b = sum_of(b->value, o.b, o.count) / o.count;
    double spread = (energy_a - o.count * mean_a * mean_a) * (energy_b - o.count * mean_b * mean_b);
    if ((energy_a < LEAST_ENERGY * a->square[a->count] && energy_b < LEAST_ENERGY * b->square[b->count]) || spread <= 0)
        return 0;
    return (cross - o.count * mean_a * mean_b) / sqrt(spread);
}

/* Interpolates the cross-correlation between two lags: a sinc under a Hann window. */
static double cross_at(const struct fingerprint_bench *bench, int lag, double part)
{
    double sum = 0;

    for (int k = -REACH + 1; k <= REACH; k++) {
        int at = lag + k + FINGERPRINT_LAG;
        double x = M_PI * (part - k), window = cos((part - k) * M_PI / (2 * (REACH + 1)));
        if (abs(lag + k) <= bench->furthest)
            sum += (double)bench->cross[at] * (fabs(x) < 1e-9 ? 1 : sin(x) / x) * window * window;
    }
    return sum;
}

static void refine_lag(const struct fingerprint_bench *bench, int lag, struct lag_place *best)
{
    for (int k = -PARTS + 1; k < PARTS; k++) {
        double place = lag + (double)k / PARTS, whole = floor(place), part = place - whole;
        double cross = cross_at(bench, (int)whole, part);
        double correlation = normalise_overlap(&bench->a, &bench->b, (int)lround(place), cross);
        if (correlation > best->correlation)
            *best = (struct lag_place){ (int)whole, part, correlation };
    }
}

/* Refines the few highest lags and returns the best. */
static struct lag_place lay_over(const struct fingerprint_bench *bench)
{
    struct lag_place best = { 0 }, peak[PEAKS] = { 0 };

    for (int lag = -bench->furthest; lag <= bench->furthest; lag++) {
        double cross = (double)bench->cross[lag + FINGERPRINT_LAG];
        double correlation = normalise_overlap(&bench->a, &bench->b, lag, cross);
        int at = PEAKS;
        while (at > 0 && correlation > peak[at - 1].correlation)
            at--;
        if (at == PEAKS)
            continue;
        memmove(peak + at + 1, peak + at, (size_t)(PEAKS - 1 - at) * sizeof(*peak));
        peak[at] = (struct lag_place){ lag, 0, correlation };
    }
    for (int i = 0; i < PEAKS && peak[i].correlation > 0; i++)
        refine_lag(bench, peak[i].lag, &best);
    return best;
}

/* ---- band by band ---- */

/* Sums both spectra of the overlap over one band; the second is shifted by a fraction of a sample. */
static void sum_band(const struct fingerprint_bench *bench, double from_hz, double to_hz, double part, double sum[3])
{
    uint32_t first = (uint32_t)(from_hz * bench->size / RATE), last = (uint32_t)(to_hz * bench->size / RATE);
    double turn = 2 * M_PI * part / bench->size, cos_turn = cos(turn), sin_turn = sin(turn);
    double c = cos(turn * first), s = sin(turn * first); /* of bin k: turned once more for each */

    sum[0] = sum[1] = sum[2] = 0;
    for (uint32_t k = first; k < last; k++) {
        double x[2], y[2], before = c;
        part_spectra(bench, k, x, y);
        double re = y[0] * c - y[1] * s, im = y[1] * c + y[0] * s;
        sum[0] += x[0] * re + x[1] * im;
        sum[1] += x[0] * x[0] + x[1] * x[1];
        sum[2] += re * re + im * im;
        c = c * cos_turn - s * sin_turn;
        s = s * cos_turn + before * sin_turn;
    }
}

/* A band with little energy contains mostly coding noise. */
static bool bands_agree(const struct fingerprint_bench *bench, double part)
{
    double band[BANDS][3], all_x = 0, all_y = 0;

    for (int i = 0; i < BANDS; i++) {
        sum_band(bench, i ? BAND_END_HZ[i - 1] : LOWEST_HZ, BAND_END_HZ[i], part, band[i]);
        all_x += band[i][1];
        all_y += band[i][2];
    }
    for (int i = 0; i < BANDS; i++) {
        bool counts = band[i][1] > LEAST_SHARE * all_x && band[i][2] > LEAST_SHARE * all_y;
        if (counts && band[i][0] < BAND_LEAST[i] * sqrt(band[i][1] * band[i][2]))
            return false;
    }
    return all_x > 0 && all_y > 0;
}

/* ---- quick test ---- */

/* The level of stretches of 4 ms, every 2 ms. */
static uint32_t trace_loudness(const struct fingerprint *print, float *to)
{
    uint32_t count = print->count / STRETCH;

    for (uint32_t i = 0; i < count; i++) {
        int sum = 0;
        for (uint32_t k = i * STRETCH; k < (i + 2) * STRETCH && k < print->count; k++)
            sum += abs(print->sample[k]);
        to[i] = (float)sum;
    }
    return count;
}

static float correlation_of(const float *x, const float *y, uint32_t count)
{
    float xy = 0, xx = 1e-9f, yy = 1e-9f;

    for (uint32_t i = 0; i < count; i++) {
        xy += x[i] * y[i];
        xx += x[i] * x[i];
        yy += y[i] * y[i];
    }
    return xy / sqrtf(xx * yy);
}

/* True if the envelopes agree at some lag. Those of two different sounds mostly do not, which saves the full
 * comparison. */
static bool envelopes_agree(const struct fingerprint *a, const struct fingerprint *b)
{
    float x[STRETCHES], y[STRETCHES];
    uint32_t count_x = trace_loudness(a, x), count_y = trace_loudness(b, y);

    for (uint32_t off = 0; off <= STRETCHES_OFF; off++) {
        uint32_t left_x = count_x > off ? count_x - off : 0, left_y = count_y > off ? count_y - off : 0;
        uint32_t later_x = left_x < count_y ? left_x : count_y, later_y = left_y < count_x ? left_y : count_x;
        if ((later_x > 2 && correlation_of(x + off, y, later_x) > LEAST_ENVELOPE) ||
            (later_y > 2 && correlation_of(y + off, x, later_y) > LEAST_ENVELOPE))
            return true;
    }
    return count_x < 8 || count_y < 8;
}

bool fingerprint_is_same(struct fingerprint_bench *bench, const struct fingerprint *a, const struct fingerprint *b)
{
    struct lag_place place;
    struct overlap o;

    if (!envelopes_agree(a, b))
        return false;
    sum_up(a, &bench->a);
    sum_up(b, &bench->b);
    put_signals(bench, a->sample, a->count, b->sample, b->count);
    compute_correlation(bench);
    place = lay_over(bench);
    if (place.correlation < LEAST_CORRELATION)
        return false;
    o = overlap_at(&bench->a, &bench->b, place.lag);
    put_signals(bench, a->sample + o.a, o.count, b->sample + o.b, o.count);
    fourier_transform(&bench->fourier, bench->size, &bench->signal, &bench->spare);
    return bands_agree(bench, -place.part);
}
