#include "services/worker/analysis/features/mel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/worker/analysis/features/mono.h"

enum { COLUMN_MEASURED = 64 }; /* frames of a column that are measured after MEL_FRAMES_MAX, at least */

static const float SILENCE = 1e-11f;
static const double FRAME_SECONDS = 0.0232;

static double to_mel(double hz)
{
    return 2595 * log10(1 + hz / 700);
}

static double to_hz(double mel)
{
    return 700 * (pow(10, mel / 2595) - 1);
}

/* A triangle from `low` over `peak` to `high` Hz, at least one bin wide on each side, with the sum 1. */
static void make_band(struct mel *mel, size_t band, double low, double peak, double high)
{
    double hz = mel->rate / (double)fft_size(mel->fft), sum = 0;
    size_t bins = fft_size(mel->fft) / 2 + 1, first, last;

    low = fmin(low, peak - hz);
    high = fmax(high, peak + hz);
    first = (size_t)fmax(0, floor(low / hz) + 1);
    last = (size_t)fmax(0, ceil(high / hz));
    mel->first[band] = mel->width[band] = 0;
    if (peak > mel->rate / 2 || last > bins || last - first > MEL_BINS_MAX / 2)
        return;
    for (size_t i = first; i < last; i++) {
        double at = (double)i * hz, share = at < peak ? (at - low) / (peak - low) : (high - at) / (high - peak);
        mel->weight[band][i - first] = (float)share;
        sum += share;
    }
    for (size_t i = first; i < last; i++)
        mel->weight[band][i - first] /= (float)sum;
    mel->first[band] = first;
    mel->width[band] = last - first;
}

static void make_bands(struct mel *mel)
{
    double low = to_mel(MEL_LOWEST_HZ), step = (to_mel(MEL_HIGHEST_HZ) - low) / (MEL_BANDS + 1);

    for (size_t b = 0; b < MEL_BANDS; b++) {
        double at = low + step * (double)b;
        make_band(mel, b, to_hz(at), to_hz(at + step), to_hz(at + 2 * step));
    }
}

static size_t power_of_two(double near)
{
    size_t size = 16;

    while ((double)size * M_SQRT2 < near)
        size *= 2;
    return size;
}

void mel_init(struct mel *mel)
{
    memset(mel, 0, sizeof(*mel));
    mel->frame = alloc_bytes(MEL_FRAMES_MAX * sizeof(*mel->frame));
}

void mel_free(struct mel *mel)
{
    fft_free(mel->fft);
    free(mel->line);
    free(mel->frame);
}

/* The next sound of the same sample rate uses these values again. */
static void set_rate(struct mel *mel, double rate)
{
    size_t size = power_of_two(rate * FRAME_SECONDS), room = framer_room(size, rate / MEL_RATE, MONO_BLOCK);

    if (mel->rate == rate)
        return;
    mel->rate = 0;
    fft_free(mel->fft);
    mel->fft = fft_new(size);
    mel->line = alloc_grow(mel->line, room, sizeof(*mel->line));
    mel->rate = rate;
    make_bands(mel);
}

void mel_start(struct mel *mel, double rate)
{
    set_rate(mel, rate);
    mel->count = 0;
    memset(mel->total, 0, sizeof(mel->total));
    mel->columns = (struct mel_columns){ .together = 1 };
    framer_start(&mel->framer, fft_size(mel->fft), rate / MEL_RATE, mel->line);
}

static float sum_weighted(const float *power, const float *weight, size_t width)
{
    float sum[4] = { 0 };
    size_t i = 0;

    for (; i + 4 <= width; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += power[i + k] * weight[i + k];
    for (; i < width; i++)
        sum[0] += power[i] * weight[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void measure_energy(const struct mel *mel, struct mel_frame *frame)
{
    size_t bins = fft_size(mel->fft) / 2 + 1;
    float sum[4] = { 0 }, moment[4] = { 0 }, all, first;

    for (size_t i = 1; i + 4 <= bins; i += 4)
        for (size_t k = 0; k < 4; k++) {
            sum[k] += mel->power[i + k];
            moment[k] += mel->power[i + k] * (float)(i + k);
        }
    all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    first = (moment[0] + moment[1]) + (moment[2] + moment[3]);
    frame->power = logf(all + SILENCE);
    frame->centroid = all > SILENCE ? first / all * (float)(mel->rate / (double)fft_size(mel->fft)) : 0;
}

/* All columns are used: each holds twice as much from now on. */
static void fold_columns(struct mel_columns *columns)
{
    for (size_t i = 0; i < MEL_COLUMNS; i++) {
        bool is_used = i < MEL_COLUMNS / 2;

        for (size_t b = 0; b < MEL_BANDS; b++)
            columns->power[i][b] = is_used ? columns->power[2 * i][b] + columns->power[2 * i + 1][b] : 0;
        columns->measured[i] = is_used ? columns->measured[2 * i] + columns->measured[2 * i + 1] : 0;
    }
    columns->together *= 2;
}

/* The column of the next frame; MEL_COLUMNS: this frame is not measured. */
static size_t take_column(struct mel *mel)
{
    struct mel_columns *columns = &mel->columns;
    size_t at = columns->seen++, apart = columns->together / COLUMN_MEASURED;

    if (at / columns->together == MEL_COLUMNS)
        fold_columns(columns);
    return mel->count < MEL_FRAMES_MAX || at % (apart ? apart : 1) == 0 ? at / columns->together : MEL_COLUMNS;
}

static void measure_bands(struct mel *mel, const float *samples, size_t column, float *band)
{
    fft_power(mel->fft, samples, mel->power);
    for (size_t b = 0; b < MEL_BANDS; b++) {
        band[b] = sum_weighted(mel->power + mel->first[b], mel->weight[b], mel->width[b]) + SILENCE;
        mel->columns.power[column][b] += (double)band[b];
    }
    mel->columns.measured[column]++;
}

static void measure_frame(void *context, const float *samples)
{
    struct mel *mel = context;
    struct mel_frame *frame = &mel->frame[mel->count];
    float logs = 0, sum = 0, count = 0, band[MEL_BANDS];
    size_t column = take_column(mel);

    if (column < MEL_COLUMNS)
        measure_bands(mel, samples, column, band);
    if (mel->count == MEL_FRAMES_MAX)
        return;
    for (size_t b = 0; b < MEL_BANDS; b++) {
        float power = band[b];
        frame->band[b] = logf(power);
        mel->total[b] += (double)power;
        logs += mel->width[b] ? frame->band[b] : 0;
        sum += mel->width[b] ? power : 0;
        count += mel->width[b] ? 1 : 0;
    }
    frame->flatness = count > 0 ? expf(logs / count) * count / sum : 1;
    measure_energy(mel, frame);
    mel->count++;
}

void mel_feed(struct mel *mel, const float *mono, size_t count)
{
    framer_feed(&mel->framer, mono, count, measure_frame, mel);
}

void mel_finish(struct mel *mel)
{
    framer_finish(&mel->framer, measure_frame, mel);
}
