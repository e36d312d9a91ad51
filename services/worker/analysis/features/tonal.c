#include "services/worker/analysis/features/tonal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/worker/analysis/features/mono.h"

static const float LOWEST_NOTE = 28, RANGE = 3e-6f /* -55 dB below the strongest */, SILENCE = 1e-11f;
static const double FRAME_SECONDS = 0.3715, LOW_HZ = 27.5;

void tonal_init(struct tonal *tonal)
{
    memset(tonal, 0, sizeof(*tonal));
    tonal->frame = alloc_bytes(TONAL_FRAMES_MAX * sizeof(*tonal->frame));
}

void tonal_free(struct tonal *tonal)
{
    fft_free(tonal->fft);
    free(tonal->line);
    free(tonal->frame);
}

static void set_rate(struct tonal *tonal, double rate)
{
    size_t size = 16, room;

    if (tonal->rate == rate)
        return;
    while (size < TONAL_SIZE_MAX && (double)size * M_SQRT2 < rate * FRAME_SECONDS)
        size *= 2;
    room = framer_room(size, rate / TONAL_RATE, MONO_BLOCK);
    tonal->rate = 0;
    fft_free(tonal->fft);
    tonal->fft = fft_new(size);
    tonal->line = alloc_grow(tonal->line, room, sizeof(*tonal->line));
    tonal->rate = rate;
}

void tonal_start(struct tonal *tonal, double rate)
{
    set_rate(tonal, rate);
    tonal->count = 0;
    framer_start(&tonal->framer, fft_size(tonal->fft), rate / TONAL_RATE, tonal->line);
}

static double bin_hz(const struct tonal *tonal)
{
    return tonal->rate / (double)fft_size(tonal->fft);
}

/* The vertex of the parabola through three log powers; `i` has a neighbour on each side. */
static struct tonal_peak find_vertex(const struct tonal *tonal, size_t i)
{
    float a = logf(tonal->power[i - 1] + 1e-20f), b = logf(tonal->power[i] + 1e-20f);
    float c = logf(tonal->power[i + 1] + 1e-20f), bend = a - 2 * b + c;
    float offset = bend < 0 ? 0.5f * (a - c) / bend : 0;
    double hz = ((double)i + (double)offset) * bin_hz(tonal);

    return (struct tonal_peak){ (float)(69 + 12 * log2(hz / 440)), expf(b - 0.25f * (a - c) * offset) };
}

/* Keeps the TONAL_PEAKS strongest partials in order. */
static void keep_peak(struct tonal_frame *frame, struct tonal_peak peak)
{
    size_t at = TONAL_PEAKS - 1;

    if (frame->count < TONAL_PEAKS)
        at = frame->count++;
    else if (frame->peak[at].power > peak.power)
        return;
    for (; at > 0 && frame->peak[at - 1].power < peak.power; at--)
        frame->peak[at] = frame->peak[at - 1];
    frame->peak[at] = peak;
}

/* A partial exceeds both neighbours, and by far the bins five and six places away. */
static int is_peak(const float *power, size_t i, float least)
{
    float beside = power[i - 5] + power[i - 6] + power[i + 5] + power[i + 6];

    return power[i] > least && power[i] > power[i - 1] && power[i] >= power[i + 1] && power[i] > beside;
}

static void find_peaks(const struct tonal *tonal, struct tonal_frame *frame)
{
    size_t bins = fft_size(tonal->fft) / 2 + 1;
    double lowest = 440 * pow(2, (LOWEST_NOTE - 69) / 12) / bin_hz(tonal);
    float most = 0, inside = 0;

    for (size_t i = 6; i < bins; i++)
        most = fmaxf(most, tonal->power[i]);
    for (size_t i = (size_t)fmax(6, lowest); i + 6 < bins; i++) {
        if (!is_peak(tonal->power, i, most * RANGE + SILENCE))
            continue;
        keep_peak(frame, find_vertex(tonal, i));
        inside += tonal->power[i - 1] + tonal->power[i] + tonal->power[i + 1];
    }
    frame->tonal = frame->power > SILENCE ? fminf(1, inside / frame->power) : 0;
}

static void measure_low(const struct tonal *tonal, struct tonal_frame *frame)
{
    size_t bins = fft_size(tonal->fft) / 2 + 1;
    double edge = LOW_HZ / bin_hz(tonal), step = pow(2, 0.25);

    for (size_t b = 0; b < TONAL_LOW_BANDS; b++, edge *= step) {
        size_t first = (size_t)(edge + 0.5), last = (size_t)(edge * step + 0.5);
        float sum = 0;
        last = last > first ? last : first + 1;
        for (size_t i = first; i < last && i < bins; i++)
            sum += tonal->power[i];
        frame->low[b] = logf(sum + SILENCE);
    }
}

static void measure_frame(void *context, const float *samples)
{
    struct tonal *tonal = context;
    struct tonal_frame *frame = &tonal->frame[tonal->count];

    if (tonal->count == TONAL_FRAMES_MAX)
        return;
    fft_power(tonal->fft, samples, tonal->power);
    frame->count = 0;
    frame->power = 0;
    for (size_t i = 1; i <= fft_size(tonal->fft) / 2; i++)
        frame->power += tonal->power[i];
    find_peaks(tonal, frame);
    measure_low(tonal, frame);
    tonal->count++;
}

void tonal_feed(struct tonal *tonal, const float *mono, size_t count)
{
    if (tonal->count < TONAL_FRAMES_MAX)
        framer_feed(&tonal->framer, mono, count, measure_frame, tonal);
}

void tonal_finish(struct tonal *tonal)
{
    if (tonal->count < TONAL_FRAMES_MAX)
        framer_finish(&tonal->framer, measure_frame, tonal);
}

float tonal_nearest(const struct tonal *tonal, float note, float off)
{
    struct tonal_peak best = { 0 };

    for (size_t i = 0; i < tonal->count; i++)
        for (size_t k = 0; k < tonal->frame[i].count; k++) {
            const struct tonal_peak *p = &tonal->frame[i].peak[k];
            if (fabsf(p->note - note) <= off && p->power > best.power)
                best = *p;
        }
    return best.note;
}
