#include "services/worker/analysis/features/overview.h"

#include <math.h>
#include <stdlib.h>

#include "common/alloc.h"

static const struct overview_bin EMPTY = { INFINITY, -INFINITY, 0 };

void overview_start(struct overview *o)
{
    o->count = 0;
    o->stretch = OVERVIEW_STRETCH;
    o->inside = 0;
    o->frames = 0;
}

void overview_free(struct overview *o)
{
    free(o->bin);
    o->bin = NULL;
    o->room = 0;
}

static struct overview_bin join_bins(const struct overview_bin *a, const struct overview_bin *b)
{
    return (struct overview_bin){ fminf(a->low, b->low), fmaxf(a->high, b->high), a->square + b->square };
}

/* Joins every two bins into one. */
static void halve_bins(struct overview *o)
{
    for (size_t i = 0; i < o->count / 2; i++)
        o->bin[i] = join_bins(&o->bin[2 * i], &o->bin[2 * i + 1]);
    o->count /= 2;
    o->stretch *= 2;
}

static void prepare_bin(struct overview *o)
{
    size_t room = o->room ? o->room * 2 : 4096;

    if (o->count < o->room)
        return;
    if (o->count == OVERVIEW_BINS_MAX) {
        halve_bins(o);
        return;
    }
    o->bin = alloc_grow(o->bin, room, sizeof(*o->bin));
    o->room = room;
}

static void measure_bin(struct overview_bin *bin, const float *x, size_t count)
{
    float low = bin->low, high = bin->high, square[4] = { 0 };
    size_t i = 0;

    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++) {
            float v = x[i + k];
            low = v < low ? v : low;
            high = v > high ? v : high;
            square[k] += v * v;
        }
    for (; i < count; i++) {
        low = fminf(low, x[i]);
        high = fmaxf(high, x[i]);
        square[0] += x[i] * x[i];
    }
    *bin = (struct overview_bin){ low, high, bin->square + square[0] + square[1] + square[2] + square[3] };
}

void overview_feed(struct overview *o, const float *mono, size_t frames)
{
    while (frames > 0) {
        size_t now;
        if (o->inside == 0) {
            prepare_bin(o);
            o->bin[o->count] = EMPTY;
        }
        now = o->stretch - o->inside < frames ? (size_t)(o->stretch - o->inside) : frames;
        measure_bin(&o->bin[o->count], mono, now);
        o->inside += now;
        o->frames += now;
        mono += now;
        frames -= now;
        if (o->inside == o->stretch) {
            o->count++;
            o->inside = 0;
        }
    }
}

static size_t count_bins(const struct overview *o)
{
    return o->count + (o->inside > 0);
}

static uint8_t byte_of(float value, float scale, float least, float most)
{
    return (uint8_t)lrintf(fminf(most, fmaxf(least, value * scale)));
}

/* The number of frames in bin `i` of a level; the last one may be short. */
static double frames_in(const struct overview *o, uint64_t stretch, size_t i)
{
    uint64_t from = i * stretch, left = o->frames - from;

    return (double)(left < stretch ? left : stretch);
}

static struct overview_bin level_bin(const struct overview *o, size_t i, size_t width)
{
    struct overview_bin sum = EMPTY;

    for (size_t k = i * width; k < (i + 1) * width && k < count_bins(o); k++)
        sum = join_bins(&sum, &o->bin[k]);
    return sum;
}

/* Draws a level of `count` bins, each `width` of the finest. */
static void draw_level(const struct overview *o, size_t count, size_t width, struct arena *arena,
                       struct artefact_level *to)
{
    uint8_t *low = arena_alloc(arena, 3 * count), *high = low + count, *rms = high + count;

    for (size_t i = 0; i < count; i++) {
        struct overview_bin b = level_bin(o, i, width);
        low[i] = byte_of(b.low, 127, -128, 127);
        high[i] = byte_of(b.high, 127, -128, 127);
        rms[i] = byte_of((float)sqrt((double)b.square / frames_in(o, o->stretch * width, i)), 255, 0, 255);
    }
    *to = (struct artefact_level){ bytes_of(low, count), bytes_of(high, count), bytes_of(rms, count) };
}

void overview_draw(const struct overview *o, struct arena *arena, struct artefact_waveform *to)
{
    struct artefact_level *level = arena_array(arena, OVERVIEW_LEVELS_MAX, sizeof(*level));
    uint32_t levels = 0;
    size_t width = 1;

    for (size_t n = count_bins(o); n > 0; n = n > 1 ? (n + 1) / 2 : 0, width *= 2)
        draw_level(o, n, width, arena, &level[levels++]);
    *to = (struct artefact_waveform){ o->frames, o->stretch, { levels, level } };
}
