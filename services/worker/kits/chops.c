#include "services/worker/kits/chops.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

enum {
    VOWEL_HOPS = 10, /* the window of the level of vowels: 50 ms */
    LEVEL_HOPS = 4,  /* of the level of all bands: 20 ms */
    APART_HOPS = 24, /* two syllables are at least 120 ms apart */
    PAUSE_HOPS = 80, /* 0.4 s: a pause, at whose end a phrase begins */
    LOOK_HOPS = 600, /* 3 s: the dips around a cut */
    LEAD_HOPS = 20,  /* a first syllable that begins earlier begins the sound */
    BEATS_OF_BAR = 4,
    GROWTH = 64, /* syllables */
};
static const float dip = 8, faint = 16, deep = 60, pause_above = 8, cut_above = 1, lowest = -160,
                   faintest = -80; /* dB: of a hop, and of a peak */
static const float shares[CHOP_BANDS] = { 1, 0.5F, 0.5F };

/* Of the likelihood of a cut, for each dB, and for each hop from the lowest one. */
static const float per_over = -0.167F, per_before = 0.059F, per_both = 0.094F, per_away = -0.1F, per_change = 0.341F;

/* ---- levels ---- */

static float to_decibels(double power)
{
    return power > 1e-16 ? (float)(10 * log10(power)) : lowest;
}

/* The level of a band at each hop, in windows of `width` hops. The caller frees it. */
static float *measure_level(const struct chop_levels *levels, int band, size_t width)
{
    float *to = alloc_array(levels->count, sizeof(*to));
    double sum = 0;

    for (size_t i = 0; i < levels->count + width / 2; i++) {
        sum += i < levels->count ? (double)levels->hops[i].power[band] : 0;
        sum -= i >= width ? (double)levels->hops[i - width].power[band] : 0;
        if (i >= width / 2)
            to[i - width / 2] = to_decibels(sum / (double)width);
    }
    return to;
}

static int by_level(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;

    return x < y ? -1 : x > y;
}

/* The level that `share` of the hops do not reach, of those at most `range` dB below the highest. */
static float usual_level(const float *level, size_t count, float range, double share)
{
    float *each = alloc_array(count, sizeof(*each)), highest = lowest;
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        highest = fmaxf(highest, level[i]);
    for (size_t i = 0; i < count; i++)
        if (level[i] > highest - range)
            each[used++] = level[i];
    qsort(each, used, sizeof(*each), by_level);
    highest = used ? each[(size_t)(share * (double)(used - 1))] : lowest;
    free(each);
    return highest;
}

/* All bands together, each below its own usual level. The caller frees it. */
static float *measure_all(const struct chop_levels *levels)
{
    float *to = alloc_zeroed(levels->count, sizeof(*to));

    for (int band = 0; band < CHOP_BANDS; band++) {
        float *level = measure_level(levels, band, LEVEL_HOPS);
        const float usual = usual_level(level, levels->count, 40, 0.9);
        for (size_t i = 0; i < levels->count; i++)
            to[i] += shares[band] / 2 * fminf(fmaxf(level[i] - usual, -deep), 20);
        free(level);
    }
    return to;
}

/* ---- syllables ---- */

struct vowel_peaks {
    size_t *at;
    uint32_t count, room;
};

static void add_peak(struct vowel_peaks *peaks, const float *level, size_t at)
{
    size_t *last = peaks->count ? &peaks->at[peaks->count - 1] : NULL;

    if (last && at - *last < APART_HOPS) {
        *last = level[at] > level[*last] ? at : *last;
        return;
    }
    ALLOC_ROOM(peaks->at, peaks->count, peaks->room, GROWTH);
    peaks->at[peaks->count++] = at;
}

/* Peaks over `floor` with a dip on both sides, by one pass. */
static struct vowel_peaks find_peaks(const float *level, size_t count, float floor)
{
    struct vowel_peaks peaks = { 0 };
    float highest = lowest, low = count ? level[0] : 0;
    bool rises = true;
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        if (rises && level[i] > highest) {
            highest = level[i];
            at = i;
        }
        low = rises ? level[i] : fminf(low, level[i]);
        if (rises && level[i] < highest - dip && highest > floor) {
            add_peak(&peaks, level, at);
            rises = false;
        } else if (!rises && level[i] > low + dip && level[i] > floor) {
            rises = true;
            highest = level[i];
            at = i;
        }
    }
    if (rises && highest > floor)
        add_peak(&peaks, level, at);
    return peaks;
}

static float lowest_of(const float *level, size_t from, size_t until)
{
    float least = INFINITY;

    for (size_t i = from; i <= until; i++)
        least = fminf(least, level[i]);
    return least;
}

/* The last hop that is at most `above` dB over the lowest. */
static size_t find_low(const float *level, size_t from, size_t until, float above)
{
    const float most = lowest_of(level, from, until) + above;
    size_t low = from;

    for (size_t i = from; i <= until; i++)
        low = level[i] <= most ? i : low;
    return low;
}

struct pause {
    size_t hops; /* from its first quiet hop to its last */
    float above; /* its mean level, over its lowest */
};

static struct pause measure_pause(const float *level, size_t from, size_t until, float least)
{
    size_t first = until, last = until, quiet = 0;
    double sum = 0;

    for (size_t i = from; i <= until; i++)
        if (level[i] <= least + pause_above) {
            first = first == until ? i : first;
            last = i;
            sum += (double)(level[i] - least);
            quiet++;
        }
    return (struct pause){ last - first, (float)(sum / (double)quiet) };
}

/* How deep the level dips between the hop `at` and a higher one on its way to `end`. */
static float measure_dip(const float *level, size_t at, size_t end)
{
    const int step = end > at ? 1 : -1;
    float highest = level[at], deepest = 0;

    for (size_t i = at, n = 0; n <= LOOK_HOPS; i += (size_t)step, n++) {
        highest = fmaxf(highest, level[i]);
        deepest = fmaxf(deepest, highest - level[i]);
        if (i == end)
            break;
    }
    return fminf(deepest, 40);
}

struct gap {
    size_t from, until, low; /* hops: after a peak, the next peak, the lowest */
    float least;
};

static float rate_cut(const struct gap *gap, const float *level, const struct chop_timbre *timbre, size_t at)
{
    const float before = measure_dip(level, at, gap->from), after = measure_dip(level, at, gap->until);
    const float away = fabsf((float)at - (float)gap->low);

    return per_over * fminf(level[at] - gap->least, 30) + per_before * before + per_both * fminf(before, after) +
           per_away * fminf(away, 20) + per_change * chop_timbre_change(timbre, at);
}

/* Of the hops at which the level is lower than beside them, the one that is most likely a cut. */
static size_t choose_cut(const struct gap *gap, const float *level, const struct chop_timbre *timbre)
{
    float best = -INFINITY;
    size_t to = gap->low;

    for (size_t i = gap->from; i < gap->until; i++) {
        if ((i > gap->from && level[i] > level[i - 1]) || level[i] >= level[i + 1])
            continue;
        const float rate = rate_cut(gap, level, timbre, i);
        to = rate > best ? i : to;
        best = fmaxf(best, rate);
    }
    return to;
}

/* The cut before the peak `until`, from the hop after the peak before it on: no two cuts are at one hop. */
static struct chop cut_between(const struct chop_levels *levels, const struct chop_timbre *timbre, const float *level,
                               size_t from, size_t until)
{
    const float least = lowest_of(level, from, until);
    const struct pause pause = measure_pause(level, from, until, least);
    const size_t last = until > from ? until - 1 : from;
    const struct gap gap = { from, until, find_low(level, from, last, cut_above), least };
    const bool is_pause = pause.hops > PAUSE_HOPS;
    const size_t at = is_pause ? find_low(level, from, last, pause.above + cut_above) : choose_cut(&gap, level, timbre);

    return (struct chop){ .frame = chop_levels_frame(levels, at),
                          .part = is_pause,
                          .weight = is_pause ? 1000 + (float)pause.hops : level[until] - level[at] };
}

/* ---- the list ---- */

static int by_weight(const void *a, const void *b)
{
    const struct chop *x = a, *y = b;

    return x->weight > y->weight ? -1 : x->weight < y->weight;
}

static int by_frame(const void *a, const void *b)
{
    const struct chop *x = a, *y = b;

    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* Keeps the `most` that weigh most, in order. */
static uint32_t keep_most(struct chop *all, uint32_t count, uint32_t most, struct chop *to)
{
    qsort(all, count, sizeof(*all), by_weight);
    count = count < most ? count : most;
    qsort(all, count, sizeof(*all), by_frame);
    memcpy(to, all, count * sizeof(*to));
    return count;
}

/* `part` is 1 where a phrase begins. */
static void number_parts(struct chop *to, uint32_t count)
{
    uint32_t phrase = 0, part = 0;

    for (uint32_t i = 0; i < count; i++) {
        part = to[i].part || i == 0 ? 1 : part + 1;
        phrase += part == 1;
        to[i].phrase = phrase;
        to[i].part = part;
    }
}

/* What precedes the first syllable is a slice of its own if it is long. */
static uint32_t begin_at_zero(const struct chop_levels *levels, struct chop *to, uint32_t count, uint32_t most)
{
    if (count && to[0].frame > (uint64_t)LEAD_HOPS * levels->hop && count < most) {
        memmove(to + 1, to, count * sizeof(*to));
        to[0] = (struct chop){ 0 };
        return count + 1;
    }
    if (count == 0)
        to[0] = (struct chop){ .phrase = 1, .part = 1 };
    to[0].frame = 0;
    return count ? count : 1;
}

uint32_t chops_by_syllables(const struct chop_levels *levels, const struct chop_timbre *timbre, uint32_t most,
                            struct chop *to)
{
    if (levels->count == 0)
        return 0;
    float *vowels = measure_level(levels, 0, VOWEL_HOPS), *level = measure_all(levels);
    const float floor = usual_level(vowels, levels->count, 30, 0.8) - faint;
    struct vowel_peaks peaks = find_peaks(vowels, levels->count, fmaxf(floor, faintest));
    struct chop *all = alloc_array(peaks.count + 1, sizeof(*all));
    uint32_t count;

    for (uint32_t i = 0; i < peaks.count; i++)
        all[i] = cut_between(levels, timbre, level, i ? peaks.at[i - 1] + 1 : 0, peaks.at[i]);
    if (peaks.count)
        all[0].weight = INFINITY;
    count = keep_most(all, peaks.count, most > 1 ? most - 1 : 1, to);
    number_parts(to, count);
    count = begin_at_zero(levels, to, count, most);
    free(vowels), free(level), free(peaks.at), free(all);
    return count;
}

/* ---- beats ---- */

/* The quietest frame nearest to it. A cut is not moved to another slice. */
static uint64_t quiet_near(const struct chop_levels *levels, double frame)
{
    const size_t hop = (size_t)(frame / levels->hop);

    return chop_levels_frame(levels, hop < levels->count ? hop : levels->count - 1);
}

uint32_t chops_by_beats(const struct chop_levels *levels, double beat, uint32_t most, struct chop *to)
{
    const double least = 2.0 * levels->hop;
    uint32_t count = 0, together = 1;

    if (levels->count == 0)
        return 0;
    while (!(beat >= least))
        beat = beat > 0 ? 2 * beat : least;
    while ((double)levels->frames / (beat * together) > most)
        together *= 2;
    for (uint32_t i = 0; count < most && i * beat * together < (double)levels->frames - least / 2; i++) {
        const uint32_t number = i * together;
        to[count++] = (struct chop){ .frame = i ? quiet_near(levels, number * beat) : 0,
                                     .phrase = 1 + number / BEATS_OF_BAR,
                                     .part = 1 + number % BEATS_OF_BAR };
    }
    return count;
}
