#include "services/worker/analysis/features/onset.h"

#include <math.h>
#include <string.h>

enum { LAG = 2, NEAR = 3, BEFORE = 9, AFTER = 6, GAP = 4 };

static const float RANGE = 14 /* 60 dB, as a natural logarithm of power */, LEAST = 0.03f, ABOVE_MEAN = 0.025f;
static const size_t RANGE_END[ONSET_RANGES] = { 5, 19, MEL_BANDS };

static float loudest_band(const struct mel_frame *frame, size_t count)
{
    float most = -INFINITY;

    for (size_t i = 0; i < count; i++)
        for (size_t b = 0; b < MEL_BANDS; b++)
            most = frame[i].band[b] > most ? frame[i].band[b] : most;
    return most;
}

/* Scales to 0..1 above the floor, which is RANGE below the loudest band. */
static void compress_levels(float *level, const struct mel_frame *frame, float floor)
{
    for (size_t b = 0; b < MEL_BANDS; b++) {
        float v = (frame->band[b] - floor) / RANGE;
        level[b] = v > 0 ? v : 0;
    }
}

static void widen_bands(float *wide, const float *level)
{
    for (size_t b = 0; b < MEL_BANDS; b++) {
        float below = level[b ? b - 1 : b], above = level[b + 1 < MEL_BANDS ? b + 1 : b], most = level[b];
        most = below > most ? below : most;
        wide[b] = above > most ? above : most;
    }
}

static void flux_of(struct onset *onset, size_t i, const float *level, const float *before)
{
    size_t b = 0;
    float sum = 0;

    for (size_t r = 0; r < ONSET_RANGES; r++) {
        float part = 0;
        for (; b < RANGE_END[r]; b++)
            part += level[b] > before[b] ? level[b] - before[b] : 0;
        onset->part[r][i] = part / MEL_BANDS;
        sum += part;
    }
    onset->flux[i] = sum / MEL_BANDS;
}

static void find_flux(struct onset *onset, const struct mel_frame *frame, size_t count)
{
    float floor = loudest_band(frame, count) - RANGE, level[MEL_BANDS], wide[LAG][MEL_BANDS];

    memset(wide, 0, sizeof(wide));
    for (size_t i = 0; i < count; i++) {
        compress_levels(level, &frame[i], floor);
        flux_of(onset, i, level, wide[i % LAG]);
        widen_bands(wide[i % LAG], level);
    }
    onset->count = count;
}

static int is_onset(const struct onset *onset, size_t i)
{
    size_t first = i > BEFORE ? i - BEFORE : 0, last = i + AFTER < onset->count ? i + AFTER : onset->count - 1;
    float sum = 0, here = onset->flux[i];

    for (size_t k = first; k <= last; k++) {
        sum += onset->flux[k];
        if ((k + NEAR >= i && k < i && onset->flux[k] >= here) || (k > i && k <= i + NEAR && onset->flux[k] > here))
            return 0;
    }
    return here > LEAST && here > ABOVE_MEAN + sum / (float)(last - first + 1);
}

void onset_find(struct onset *onset, const struct mel_frame *frame, size_t count)
{
    size_t last = 0;

    find_flux(onset, frame, count);
    onset->peaks = 0;
    for (size_t i = 0; i < count && onset->peaks < ONSETS_MAX; i++) {
        if (!is_onset(onset, i) || (onset->peaks && i < last + GAP))
            continue;
        onset->time[onset->peaks] = (float)((double)i / MEL_RATE);
        onset->strength[onset->peaks++] = onset->flux[i];
        last = i;
    }
}
