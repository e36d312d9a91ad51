#include "services/search/near/near_work.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "services/search/near/near_machine.h"

enum { SAMPLE = 64 }; /* scores from which the limit is estimated */

struct near_work *near_work_new(uint32_t clusters)
{
    struct near_work *work = alloc_zeroed(1, sizeof(*work));

    work->scores = alloc_zeroed(clusters, sizeof(*work->scores));
    work->planes = alloc_zeroed(clusters, sizeof(*work->planes));
    work->order = alloc_zeroed(clusters, sizeof(*work->order));
    work->some = alloc_zeroed(clusters, sizeof(*work->some));
    work->is_within = alloc_zeroed(clusters, sizeof(*work->is_within));
    return work;
}

void near_work_free(struct near_work *work)
{
    if (!work)
        return;
    free(work->scores);
    free(work->planes);
    free(work->order);
    free(work->some);
    free(work->is_within);
    free(work);
}

float near_work_nth(float *values, uint32_t count, uint32_t n)
{
    uint32_t low = 0, high = count - 1;

    while (low < high) {
        float pivot = values[low + (high - low) / 2];
        uint32_t i = low, j = high;
        for (;;) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i >= j)
                break;
            float moved = values[i];
            values[i++] = values[j];
            values[j--] = moved;
        }
        if (n <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[low];
}

/* Estimates from a sample a score with about `wanted` or more scores below it. */
static float guess_limit(struct near_work *work, uint32_t clusters, uint32_t wanted)
{
    uint32_t step = clusters / SAMPLE + 1, count = 0, n;
    float sample[SAMPLE];

    for (uint32_t i = 0; i < clusters; i += step)
        sample[count++] = work->scores[i];
    n = wanted * count / clusters * 5 / 4 + 1;
    return near_work_nth(sample, count, n < count ? n : count - 1);
}

/* The last bin also takes NaN, which a file damaged after its check can cause. */
static uint32_t bin_of(float score, float lowest, float scale)
{
    float bin = (score - lowest) * scale;

    return bin >= 0 && bin < NEAR_BINS ? (uint32_t)bin : NEAR_BINS - 1;
}

/* Sorts the collected scores into bins, lowest first; the last bins may be left out. */
static uint32_t sort_into_bins(struct near_work *work, uint32_t count, uint32_t wanted)
{
    const float *scores = work->scores;
    uint32_t starts[NEAR_BINS + 1] = { 0 };
    float lowest = scores[work->some[0]], highest = lowest, scale;

    for (uint32_t i = 1; i < count; i++) {
        float score = scores[work->some[i]];
        lowest = score < lowest ? score : lowest;
        highest = score > highest ? score : highest;
    }
    scale = highest > lowest ? (NEAR_BINS - 1) / (highest - lowest) : 0;
    for (uint32_t i = 0; i < count; i++)
        starts[1 + bin_of(scores[work->some[i]], lowest, scale)]++;
    for (uint32_t i = 0; i < NEAR_BINS; i++)
        starts[i + 1] += starts[i];
    for (uint32_t i = 0; i < count; i++)
        work->order[starts[bin_of(scores[work->some[i]], lowest, scale)]++] = work->some[i];
    return wanted < count ? wanted : count;
}

static uint32_t take_all(struct near_work *work, uint32_t clusters)
{
    for (uint32_t i = 0; i < clusters; i++)
        work->some[i] = i;
    return clusters;
}

uint32_t near_work_order(struct near_work *work, uint32_t clusters, uint32_t wanted)
{
    uint32_t count = 0, ask;

    wanted = wanted < clusters ? wanted : clusters;
    for (ask = wanted; count < wanted && ask < clusters; ask += ask / 2 + 1)
        count = near_machine()->below(work->scores, clusters, guess_limit(work, clusters, ask), work->some);
    if (count < wanted)
        count = take_all(work, clusters);
    return sort_into_bins(work, count, wanted);
}
