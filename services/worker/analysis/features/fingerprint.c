#include "services/worker/analysis/features/fingerprint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static const float NOT_SILENT = 1e-5f, WITHIN_40_DB = 0.01f;
static const double LEAD_SECONDS = 0.02, PASSES = 0.9 /* of half the rate */, HALF_WIDTH = 8 /* of the kernel */;
static const double LOWEST_HZ = 50, HIGHEST_HZ = 7000;

void fingerprint_init(struct fingerprint_maker *p)
{
    p->hash = hash_new();
    p->fft = fft_new(FINGERPRINT_FFT);
    p->head = alloc_bytes(FINGERPRINT_HEAD_MAX * sizeof(*p->head));
}

void fingerprint_free(struct fingerprint_maker *p)
{
    hash_free(p->hash);
    fft_free(p->fft);
    free(p->head);
}

/* Windowed-sinc low-passes (Hann), one for each position between two samples. */
static void make_kernel(struct fingerprint_maker *p)
{
    double scale = fmax(1, p->rate / FINGERPRINT_RATE), half = HALF_WIDTH * scale;

    p->taps = 2 * (size_t)ceil(half);
    for (size_t phase = 0; phase < FINGERPRINT_PHASES; phase++)
        for (size_t k = 0; k < p->taps; k++) {
            double off = (double)k - (double)(p->taps / 2 - 1) - (double)phase / FINGERPRINT_PHASES;
            double x = M_PI * PASSES * off / scale, window = fabs(off) < half ? cos(M_PI * off / half / 2) : 0;
            p->kernel[phase][k] = (float)((fabs(x) < 1e-9 ? 1 : sin(x) / x) * window * window * PASSES / scale);
        }
}

void fingerprint_start(struct fingerprint_maker *p, double rate, double file_rate, size_t channels)
{
    double format[2] = { file_rate, (double)channels };

    if (p->rate < rate || p->rate > rate) {
        p->rate = rate;
        make_kernel(p);
    }
    p->head_count = 0;
    hash_restart(p->hash);
    hash_add(p->hash, format, sizeof(format));
}

void fingerprint_hash(struct fingerprint_maker *p, const float *interleaved, size_t samples)
{
    hash_add(p->hash, interleaved, samples * sizeof(*interleaved));
}

void fingerprint_keep(struct fingerprint_maker *p, const float *mono, size_t count)
{
    size_t i = 0, room = FINGERPRINT_HEAD_MAX - p->head_count;

    while (p->head_count == 0 && i < count && fabsf(mono[i]) < NOT_SILENT)
        i++;
    count -= i;
    memcpy(p->head + p->head_count, mono + i, (count < room ? count : room) * sizeof(*mono));
    p->head_count += count < room ? count : room;
}

/* The largest magnitude, at least 1e-12 so that it can divide. */
static float loudest_of(const float *from, size_t count)
{
    float most = 1e-12f;

    for (size_t i = 0; i < count; i++) {
        float size = fabsf(from[i]);
        most = size > most ? size : most;
    }
    return most;
}

/* The start of the fingerprint, in samples of the head. */
static double find_start(const struct fingerprint_maker *p)
{
    size_t last = (size_t)(p->rate * 4) < p->head_count ? (size_t)(p->rate * 4) : p->head_count, i = 0;
    float most = loudest_of(p->head, last);

    while (i < last && fabsf(p->head[i]) < WITHIN_40_DB * most)
        i++;
    return fmax(0, (double)i - LEAD_SECONDS * p->rate);
}

/* The low-passed head at a position between its samples; `place` must not be negative. */
static float sample_at(const struct fingerprint_maker *p, double place)
{
    ptrdiff_t whole = (ptrdiff_t)place, first = whole - (ptrdiff_t)(p->taps / 2 - 1);
    const float *kernel = p->kernel[(size_t)((place - (double)whole) * FINGERPRINT_PHASES)];
    size_t skip = first < 0 ? (size_t)-first : 0, left = p->head_count - (size_t)(first + (ptrdiff_t)skip);
    size_t taps = p->taps - skip < left ? p->taps - skip : left;
    const float *at = p->head + first + (ptrdiff_t)skip;
    float sum = 0;

    for (size_t k = 0; k < taps; k++)
        sum += kernel[skip + k] * at[k];
    return sum;
}

static void round_to_bytes(const float *from, size_t count, int8_t *to)
{
    float most = loudest_of(from, count);

    for (size_t i = 0; i < count; i++)
        to[i] = (int8_t)lrintf(from[i] / most * 127);
}

static void measure_bands(struct fingerprint_maker *p)
{
    double width = log(HIGHEST_HZ / LOWEST_HZ) / FINGERPRINT_BANDS, bin = (double)FINGERPRINT_RATE / FINGERPRINT_FFT;
    float band[FINGERPRINT_BANDS] = { 0 }, mean = 0;

    fft_power_plain(p->fft, p->line, p->power);
    for (size_t b = 0; b < FINGERPRINT_BANDS; b++) {
        size_t from = (size_t)ceil(LOWEST_HZ * exp((double)b * width) / bin);
        size_t to = (size_t)ceil(LOWEST_HZ * exp((double)(b + 1) * width) / bin);
        for (size_t i = from; i < to; i++)
            band[b] += p->power[i];
        band[b] = sqrtf(sqrtf(band[b]));
        mean += band[b] / FINGERPRINT_BANDS;
    }
    for (size_t b = 0; b < FINGERPRINT_BANDS; b++)
        band[b] -= mean;
    round_to_bytes(band, FINGERPRINT_BANDS, p->band);
}

void fingerprint_finish(struct fingerprint_maker *p)
{
    double step = p->rate / FINGERPRINT_RATE, start = find_start(p);

    p->count = 0;
    memset(p->line, 0, sizeof(p->line));
    for (double place = start; p->count < FINGERPRINT_SAMPLES && place < (double)p->head_count; p->count++) {
        p->line[p->count] = sample_at(p, place);
        place = start + (double)(p->count + 1) * step;
    }
    round_to_bytes(p->line, p->count, p->sample);
    measure_bands(p);
}

/* ---- the gist ---- */

static float find_peak(const struct overview_bin *bin)
{
    return fmaxf(bin->high, -bin->low);
}

static double audible_seconds(const struct overview *o, double rate)
{
    size_t bins = o->count + (o->inside > 0), first = 0;
    float most = 0;

    for (size_t i = 0; i < bins; i++)
        most = fmaxf(most, find_peak(&o->bin[i]));
    if (most <= 0)
        return 0;
    while (find_peak(&o->bin[first]) < WITHIN_40_DB * most)
        first++;
    while (find_peak(&o->bin[bins - 1]) < WITHIN_40_DB * most)
        bins--;
    return (double)(bins - first) * (double)o->stretch / rate;
}

void fingerprint_summarise(const struct fingerprint_maker *p, const struct overview *overview, double file_rate,
                           struct arena *arena, struct artefact_gist *to)
{
    struct hash hash = hash_so_far(p->hash);

    *to = (struct artefact_gist){ arena_bytes(arena, bytes_of(hash.b, sizeof(hash.b))),
                                  (double)(float)audible_seconds(overview, file_rate),
                                  bytes_of(p->band, FINGERPRINT_BANDS) };
}
