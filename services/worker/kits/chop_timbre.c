#include "services/worker/kits/chop_timbre.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/worker/analysis/features/fft.h"
#include "services/worker/kits/chop_levels.h"

enum { SIZE_LEAST = 16, SIZE_MOST = 65536, NEAR_HOPS = 3, FAR_HOPS = 12, DEEP = 55, HIGH = 20 /* dB */ };
static const double window_seconds = 0.02, lowest_hz = 80, highest_hz = 12000, loud_share = 0.9;
static const float silent = 1.6e-13F; /* -128 dB, the least that a level can hold */

/* ---- bands ---- */

static double mel_of(double hz)
{
    return 2595 * log10(1 + hz / 700);
}

static double edge_of(int number)
{
    const double low = mel_of(lowest_hz), high = mel_of(highest_hz);

    return 700 * (pow(10, (low + (high - low) * number / (CHOP_MELS + 1)) / 2595) - 1);
}

/* A band is a triangle from the edge of its number over the next one to that after it. */
static struct chop_bin place_bin(double hz)
{
    for (int i = 0; i <= CHOP_MELS; i++)
        if (hz >= edge_of(i) && hz < edge_of(i + 1))
            return (struct chop_bin){ i, (float)((hz - edge_of(i)) / (edge_of(i + 1) - edge_of(i))) };
    return (struct chop_bin){ -1, 0 };
}

void chop_timbre_begin(struct chop_timbre *timbre, uint32_t rate, uint32_t channels, uint32_t hop)
{
    size_t size = SIZE_LEAST;

    while (size < SIZE_MOST && ((double)size < window_seconds * rate || size < hop))
        size *= 2;
    *timbre = (struct chop_timbre){ .channels = channels, .hop = hop, .fft = fft_new(size) };
    timbre->bins = alloc_array(size / 2 + 1, sizeof(*timbre->bins));
    timbre->power = alloc_array(size / 2 + 1, sizeof(*timbre->power));
    timbre->line = alloc_zeroed(size, sizeof(*timbre->line));
    timbre->filled = (size - hop) / 2; /* the first window has the first hop in its middle */
    for (size_t i = 0; i <= size / 2; i++)
        timbre->bins[i] = place_bin((double)i * rate / (double)size);
}

/* ---- spectra ---- */

static void add_spectrum(struct chop_timbre *timbre)
{
    const size_t size = fft_size(timbre->fft);
    float sum[CHOP_MELS] = { 0 };

    fft_power(timbre->fft, timbre->line, timbre->power);
    for (size_t i = 0; i <= size / 2; i++) {
        const struct chop_bin bin = timbre->bins[i];
        if (bin.upper >= 0 && bin.upper < CHOP_MELS)
            sum[bin.upper] += bin.share * timbre->power[i];
        if (bin.upper > 0)
            sum[bin.upper - 1] += (1 - bin.share) * timbre->power[i];
    }
    ALLOC_ROOM(timbre->hops, timbre->count, timbre->room, 1024);
    struct chop_spectrum *to = &timbre->hops[timbre->count++];
    for (int i = 0; i < CHOP_MELS; i++)
        to->level[i] = (int8_t)lrintf(fminf(10 * log10f(sum[i] + silent), INT8_MAX));
    timbre->filled -= timbre->hop;
    memmove(timbre->line, timbre->line + timbre->hop, timbre->filled * sizeof(*timbre->line));
}

static void add_frame(struct chop_timbre *timbre, float mix)
{
    timbre->line[timbre->filled++] = mix;
    if (timbre->filled == fft_size(timbre->fft))
        add_spectrum(timbre);
}

void chop_timbre_feed(struct chop_timbre *timbre, const float *samples, size_t frames)
{
    for (size_t n = 0; n < frames; n++, samples += timbre->channels) {
        float mix = 0;
        for (uint32_t i = 0; i < timbre->channels; i++)
            mix += chop_levels_sample(samples[i]);
        add_frame(timbre, mix / (float)timbre->channels);
    }
}

static int loudest_of(const struct chop_spectrum *hop)
{
    int loudest = INT8_MIN;

    for (int i = 0; i < CHOP_MELS; i++)
        loudest = hop->level[i] > loudest ? hop->level[i] : loudest;
    return loudest;
}

void chop_timbre_end(struct chop_timbre *timbre, size_t count)
{
    size_t hops[UINT8_MAX + 1] = { 0 }, below = 0;
    int level = 0;

    while (timbre->count < count)
        add_frame(timbre, 0);
    for (size_t i = 0; i < count; i++)
        hops[loudest_of(&timbre->hops[i]) - INT8_MIN]++;
    while (level < UINT8_MAX && (double)(below += hops[level]) <= loud_share * (double)count)
        level++;
    timbre->usual = level + INT8_MIN;
}

void chop_timbre_free(struct chop_timbre *timbre)
{
    fft_free(timbre->fft);
    free(timbre->hops), free(timbre->bins), free(timbre->line), free(timbre->power);
    *timbre = (struct chop_timbre){ 0 };
}

/* ---- change ---- */

/* The level of a band, of the first or last hop for those beyond it. */
static int level_at(const struct chop_timbre *timbre, int64_t hop, int band)
{
    const int64_t last = (int64_t)timbre->count - 1, at = hop < 0 ? 0 : hop > last ? last : hop;
    const int level = timbre->hops[at].level[band] - timbre->usual;

    return level < -DEEP ? -DEEP : level > HIGH ? HIGH : level;
}

float chop_timbre_change(const struct chop_timbre *timbre, size_t hop)
{
    float gain[CHOP_MELS] = { 0 }, mean = 0, square = 0;

    for (int band = 0; band < CHOP_MELS; band++) {
        for (int i = NEAR_HOPS; i < FAR_HOPS; i++)
            gain[band] +=
                (float)(level_at(timbre, (int64_t)hop + i, band) - level_at(timbre, (int64_t)hop - i - 1, band));
        gain[band] /= FAR_HOPS - NEAR_HOPS;
        mean += gain[band] / CHOP_MELS;
    }
    for (int band = 0; band < CHOP_MELS; band++)
        square += (gain[band] - mean) * (gain[band] - mean) / CHOP_MELS;
    return sqrtf(square);
}
