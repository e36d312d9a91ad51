#include "services/project/kit/heard_render.h"

#include <math.h>
#include <stdlib.h>

/* The first frame of a bar in the file, before it is rounded. */
static double begin_of(const struct heard_record *heard, uint32_t first, uint32_t bar)
{
    double begin = 0;

    for (uint32_t i = first; i < bar; i++)
        begin += heard->bars[i].frames;
    return begin;
}

static double frame_of(const struct heard_record *heard, uint32_t first, const struct heard_hit *hit)
{
    const struct heard_bar *bar = &heard->bars[hit->bar];
    const double begin = begin_of(heard, first, hit->bar);
    const double place = hit->is_moved ? hit->place * bar->frames / HEARD_STEPS : (double)hit->frame - bar->begin;

    return place > 0 ? begin + place : begin;
}

static int compare_hits(const void *a, const void *b)
{
    const struct render_hit *x = a, *y = b;

    return x->frame != y->frame ? (x->frame > y->frame) - (x->frame < y->frame) : y->release - x->release;
}

static uint64_t whole_frame(double frame, double end)
{
    const double most = floor(end) - 1;

    return (uint64_t)lround(frame < most ? frame : most);
}

uint32_t heard_render(const struct heard_record *heard, uint32_t first, uint32_t bars, struct arena *arena,
                      struct render_job *to)
{
    const double end = begin_of(heard, first, first + bars);
    uint32_t hits = 0;

    to->frames = (uint64_t)lround(end);
    to->hits = (struct render_hit_list){ 0, arena_array(arena, 2 * heard->hit_count + 1, sizeof(*to->hits.at)) };
    for (uint32_t i = 0; i < heard->hit_count; i++) {
        const struct heard_hit *hit = &heard->hits[i];
        if (hit->bar < first || hit->bar >= first + bars)
            continue;
        const double frame = frame_of(heard, first, hit), step = heard->bars[hit->bar].frames / HEARD_STEPS;
        hits++;
        to->hits.at[to->hits.count++] =
            (struct render_hit){ .frame = whole_frame(frame, end), .pad = hit->pad, .velocity = hit->velocity };
        if (hit->is_released)
            to->hits.at[to->hits.count++] = (struct render_hit){ .frame = (uint64_t)lround(frame + hit->length * step),
                                                                 .pad = hit->pad,
                                                                 .release = true };
    }
    qsort(to->hits.at, to->hits.count, sizeof(*to->hits.at), compare_hits);
    return hits;
}
