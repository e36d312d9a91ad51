#include "services/worker/kits/chop_levels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static const double turn = 6.283185307179586, flat = 0.7071067811865476;
static const double edges[CHOP_BANDS][2] = { { 150, 2000 }, { 2000, 4500 }, { 4500, 12000 } };

/* Second order, Butterworth (Bristow-Johnson's audio EQ cookbook). */
static void set_filter(struct chop_filter *filter, double hz, double rate, int is_high)
{
    const double angle = turn * fmin(hz, 0.45 * rate) / rate, slope = sin(angle) * flat, cosine = cos(angle);
    const double edge = (is_high ? 1 + cosine : 1 - cosine) / (1 + slope);

    filter->b[0] = filter->b[2] = (float)(edge / 2);
    filter->b[1] = (float)(is_high ? -edge : edge);
    filter->a[0] = (float)(-2 * cosine / (1 + slope));
    filter->a[1] = (float)((1 - slope) / (1 + slope));
}

static float run_filter(struct chop_filter *filter, float x)
{
    const float y = filter->b[0] * x + filter->line[0];

    filter->line[0] = filter->b[1] * x - filter->a[0] * y + filter->line[1];
    filter->line[1] = filter->b[2] * x - filter->a[1] * y;
    return y;
}

void chop_levels_begin(struct chop_levels *levels, uint32_t rate, uint32_t channels)
{
    *levels = (struct chop_levels){ .channels = channels, .hop = rate > CHOP_RATE ? rate / CHOP_RATE : 1 };
    levels->least = FLT_MAX;
    for (int i = 0; i < CHOP_BANDS; i++) {
        set_filter(&levels->filters[i][0], edges[i][0], rate, 1);
        set_filter(&levels->filters[i][1], edges[i][1], rate, 0);
    }
}

static struct chop_hop *add_hop(struct chop_levels *levels)
{
    ALLOC_ROOM(levels->hops, levels->count, levels->room, 1024);
    levels->hops[levels->count] = (struct chop_hop){ 0 };
    return &levels->hops[levels->count++];
}

/* A cut before this frame is quiet if the mix crosses zero there and both frames are small. Other frames count only
 * for want of a crossing. */
static void look_for_quiet(struct chop_levels *levels, struct chop_hop *hop, float mix, float size)
{
    const int crosses = (mix >= 0) != (levels->last >= 0) || (mix <= 0) != (levels->last <= 0) || size <= 0;
    const float here = crosses ? size + levels->last_size : 1e6F + size;

    if (here < levels->least) {
        levels->least = here;
        hop->quiet = levels->at;
    }
    levels->last = mix;
    levels->last_size = size;
}

static void end_hop(struct chop_levels *levels, struct chop_hop *hop)
{
    for (int i = 0; i < CHOP_BANDS; i++) {
        hop->power[i] = (float)(levels->sum[i] / levels->hop);
        levels->sum[i] = 0;
    }
    levels->least = FLT_MAX;
    levels->at = 0;
}

void chop_levels_feed(struct chop_levels *levels, const float *samples, size_t frames)
{
    for (size_t n = 0; n < frames; n++, samples += levels->channels) {
        struct chop_hop *hop = levels->at ? &levels->hops[levels->count - 1] : add_hop(levels);
        float mix = 0, size = 0;

        for (uint32_t i = 0; i < levels->channels; i++) {
            mix += chop_levels_sample(samples[i]);
            size += fabsf(samples[i]);
        }
        mix /= (float)levels->channels;
        look_for_quiet(levels, hop, mix, size);
        for (int i = 0; i < CHOP_BANDS; i++) {
            const float y = run_filter(&levels->filters[i][1], run_filter(&levels->filters[i][0], mix));
            levels->sum[i] += (double)(y * y);
        }
        levels->frames++;
        if (++levels->at == levels->hop)
            end_hop(levels, hop);
    }
}

uint64_t chop_levels_frame(const struct chop_levels *levels, size_t hop)
{
    return (uint64_t)hop * levels->hop + levels->hops[hop].quiet;
}

void chop_levels_free(struct chop_levels *levels)
{
    free(levels->hops);
    levels->hops = NULL;
}
