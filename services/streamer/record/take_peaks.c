#include "services/streamer/record/take_peaks.h"

#include <math.h>
#include <string.h>

enum { FRAMES_A_BIN = 1024, FULL_SCALE = 127 };

void take_peaks_open(struct take_peaks *peaks)
{
    pthread_mutex_init(&peaks->lock, NULL);
    peaks->frames_a_bin = FRAMES_A_BIN;
    peaks->from = UINT64_MAX;
}

void take_peaks_close(struct take_peaks *peaks)
{
    pthread_mutex_destroy(&peaks->lock);
}

static int8_t lower_of(int8_t a, int8_t b)
{
    return a < b ? a : b;
}

static int8_t higher_of(int8_t a, int8_t b)
{
    return a > b ? a : b;
}

static void join_pairs(struct take_peaks *peaks)
{
    enum { HALF = TAKE_PEAKS / 2 };

    for (int i = 0; i < HALF; i++) {
        peaks->low[i] = lower_of(peaks->low[2 * i], peaks->low[2 * i + 1]);
        peaks->high[i] = higher_of(peaks->high[2 * i], peaks->high[2 * i + 1]);
    }
    memset(peaks->low + HALF, 0, HALF);
    memset(peaks->high + HALF, 0, HALF);
    peaks->frames_a_bin *= 2;
}

static int8_t level_of(float sample)
{
    return (int8_t)lrintf(fminf(fmaxf(sample, -1.0F), 1.0F) * FULL_SCALE);
}

static void add_frame(struct take_peaks *peaks, uint64_t at, const float *stereo)
{
    size_t bin = (size_t)(at / peaks->frames_a_bin);
    int8_t left = level_of(stereo[0]), right = level_of(stereo[1]);

    peaks->low[bin] = lower_of(peaks->low[bin], lower_of(left, right));
    peaks->high[bin] = higher_of(peaks->high[bin], higher_of(left, right));
}

void take_peaks_add(struct take_peaks *peaks, uint64_t at, const float *stereo, uint32_t count)
{
    if (count == 0)
        return;
    pthread_mutex_lock(&peaks->lock);
    while ((at + count - 1) / peaks->frames_a_bin >= TAKE_PEAKS)
        join_pairs(peaks);
    for (uint32_t i = 0; i < count; i++)
        add_frame(peaks, at + i, stereo + 2 * (size_t)i);
    peaks->from = at < peaks->from ? at : peaks->from;
    peaks->frames = at + count > peaks->frames ? at + count : peaks->frames;
    pthread_mutex_unlock(&peaks->lock);
}

uint32_t take_peaks_read(struct take_peaks *peaks, struct take_peaks *to)
{
    pthread_mutex_lock(&peaks->lock);
    to->frames_a_bin = peaks->frames_a_bin;
    to->from = peaks->from;
    to->frames = peaks->frames;
    memcpy(to->low, peaks->low, sizeof(to->low));
    memcpy(to->high, peaks->high, sizeof(to->high));
    pthread_mutex_unlock(&peaks->lock);
    return (uint32_t)((to->frames + to->frames_a_bin - 1) / to->frames_a_bin);
}
