#include "services/worker/analysis/features/loudness.h"

#include <math.h>
#include <string.h>

static const double FLOOR_LUFS = -70, BINS_PER_DB = 10;

/* BS.1770 gives the two filters for 48 kHz; their analogue prototypes give them for any rate. */
static void k_weighting(struct loudness_filter *f, double rate)
{
    double vh = pow(10, 3.999843853973347 / 20), vb = pow(vh, 0.4996667741545416);
    double q = 0.7071752369554196, k = tan(M_PI * fmin(1681.974450955533 / rate, 0.49));
    double a0 = 1 + k / q + k * k;

    f->b[0][0] = (vh + vb * k / q + k * k) / a0;
    f->b[0][1] = 2 * (k * k - vh) / a0;
    f->b[0][2] = (vh - vb * k / q + k * k) / a0;
    f->a[0][0] = 2 * (k * k - 1) / a0;
    f->a[0][1] = (1 - k / q + k * k) / a0;

    q = 0.5003270373238773;
    k = tan(M_PI * fmin(38.13547087602444 / rate, 0.49));
    a0 = 1 + k / q + k * k;
    f->b[1][0] = 1;
    f->b[1][1] = -2;
    f->b[1][2] = 1;
    f->a[1][0] = 2 * (k * k - 1) / a0;
    f->a[1][1] = (1 - k / q + k * k) / a0;
}

void loudness_start(struct loudness *loudness, double rate, size_t channels, int8_t *curve, size_t curve_room)
{
    memset(loudness, 0, sizeof(*loudness));
    k_weighting(&loudness->filter, rate);
    loudness->channels = channels < LOUDNESS_CHANNELS ? channels : LOUDNESS_CHANNELS;
    loudness->tenth = rate < 10 ? 1 : (size_t)(rate / 10 + 0.5);
    loudness->curve = curve;
    loudness->curve_room = curve_room;
}

/* BS.1770 for 5.0 and 5.1: surround channels weigh 1.41, the low-frequency channel 0. */
static double channel_weight(size_t channel, size_t channels)
{
    if (channels == 6 && channel == 3)
        return 0;
    if ((channels == 5 && channel >= 3) || (channels == 6 && channel >= 4))
        return 1.41;
    return 1;
}

typedef double pair __attribute__((vector_size(16)));

/* Energy of two channels after both filters (transposed direct form II); the state is four pairs. */
static pair pair_energy(const struct loudness_filter *f, pair *state, const float *x, size_t frames, size_t stride,
                        size_t second)
{
    pair s0 = state[0], s1 = state[1], s2 = state[2], s3 = state[3], sum = { 0, 0 };

    for (size_t i = 0; i < frames; i++, x += stride) {
        pair in = { (double)x[0], (double)x[second] };
        pair mid = f->b[0][0] * in + s0;
        s0 = f->b[0][1] * in - f->a[0][0] * mid + s1;
        s1 = f->b[0][2] * in - f->a[0][1] * mid;
        pair out = mid + s2;
        s2 = s3 - 2 * mid - f->a[1][0] * out;
        s3 = mid - f->a[1][1] * out;
        sum += out * out;
    }
    state[0] = s0;
    state[1] = s1;
    state[2] = s2;
    state[3] = s3;
    return sum;
}

static double sum_energy(struct loudness *l, const float *x, size_t frames, size_t stride)
{
    double sum = 0;

    for (size_t c = 0; c < l->channels; c += 2) {
        size_t second = c + 1 < l->channels;
        pair state[4], got;
        for (int i = 0; i < 4; i++)
            state[i] = (pair){ l->state[c][i], l->state[c + second][i] };
        got = pair_energy(&l->filter, state, x + c, frames, stride, second);
        for (int i = 0; i < 4; i++) {
            l->state[c][i] = state[i][0];
            l->state[c + second][i] = state[i][1];
        }
        sum += got[0] * channel_weight(c, l->channels);
        if (second)
            sum += got[1] * channel_weight(c + 1, l->channels);
    }
    return sum;
}

static double to_lufs(double mean_square)
{
    return mean_square > 0 ? 10 * log10(mean_square) - 0.691 : -INFINITY;
}

static void count_block(struct loudness *l)
{
    double mean = (l->last[0] + l->last[1] + l->last[2] + l->last[3]) / 4, lufs = to_lufs(mean);
    double at = (lufs - FLOOR_LUFS) * BINS_PER_DB;
    size_t bin = at > 0 ? (size_t)fmin(at, LOUDNESS_BINS - 1) : 0;

    if (l->tenths <= l->curve_room)
        l->curve[l->tenths - 1] = lufs > -127 ? (int8_t)fmin(127, round(lufs)) : INT8_MIN;
    if (l->tenths < 4 || at < 0)
        return;
    l->bin[bin]++;
    l->energy[bin] += mean;
}

static void end_tenth(struct loudness *l)
{
    l->last[l->tenths % 4] = l->sum / (double)l->tenth;
    l->tenths++;
    l->total += l->sum;
    l->sum = 0;
    l->done = 0;
    count_block(l);
}

void loudness_feed(struct loudness *l, const float *interleaved, size_t frames, size_t stride)
{
    while (frames > 0) {
        size_t now = l->tenth - l->done < frames ? l->tenth - l->done : frames;
        l->sum += sum_energy(l, interleaved, now, stride);
        l->done += now;
        l->frames += now;
        interleaved += now * stride;
        frames -= now;
        if (l->done == l->tenth)
            end_tenth(l);
    }
}

/* The middle of bin `i`. */
static double bin_lufs(size_t i)
{
    return FLOOR_LUFS + ((double)i + 0.5) / BINS_PER_DB;
}

static bool mean_above(const struct loudness *l, double gate, double *mean)
{
    double sum = 0, count = 0;

    for (size_t i = 0; i < LOUDNESS_BINS; i++) {
        if (!l->bin[i] || bin_lufs(i) < gate)
            continue;
        sum += l->energy[i];
        count += l->bin[i];
    }
    *mean = count > 0 ? sum / count : 0;
    return count > 0;
}

bool loudness_integrated(const struct loudness *l, double *lufs)
{
    double mean;

    if (l->tenths < 4) {
        *lufs = l->frames ? to_lufs((l->total + l->sum) / (double)l->frames) : -INFINITY;
        return *lufs > FLOOR_LUFS;
    }
    if (!mean_above(l, FLOOR_LUFS, &mean) || !mean_above(l, to_lufs(mean) - 10, &mean))
        return false;
    *lufs = to_lufs(mean);
    return true;
}

size_t loudness_curve_count(const struct loudness *l)
{
    return l->tenths < l->curve_room ? (size_t)l->tenths : l->curve_room;
}
