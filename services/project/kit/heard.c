#include "services/project/kit/heard.h"

#include <math.h>

static const double STEP_LEAST = 64, STEP_USUAL = 6000; /* frames */
static const double LENGTH_USUAL = 1, LENGTH_LEAST = 1e-3;

/* ---- bars ---- */

static struct heard_bar *last_bar(struct heard_record *h)
{
    return h->bar_count ? &h->bars[h->bar_count - 1] : NULL;
}

static bool is_bar(const struct heard_bar *bar, int64_t number, uint64_t rolls)
{
    return bar && bar->number == number && bar->rolls == rolls;
}

/* The length of the bar before the last one is known if the transport went on. */
static void measure_bar_before(struct heard_record *h)
{
    const struct heard_bar *last = last_bar(h);
    struct heard_bar *before = h->bar_count > 1 ? &h->bars[h->bar_count - 2] : NULL;

    if (is_bar(before, last->number - 1, last->rolls) && last->begin - before->begin >= STEP_LEAST)
        before->frames = last->begin - before->begin;
}

static void add_bar(struct heard_record *h, int64_t number, double begin, double step, const struct played_event *event)
{
    h->bars[h->bar_count++] = (struct heard_bar){ .number = number,
                                                  .begin = begin,
                                                  .frames = HEARD_STEPS * step,
                                                  .step = step,
                                                  .rolls = event->rolls,
                                                  .has_line = event->kind.value == PLAYED_KIND_BAR };
    measure_bar_before(h);
}

static double step_of(const struct played_event *event)
{
    return event->step >= STEP_LEAST ? event->step : STEP_USUAL;
}

static int64_t bar_of(double place)
{
    return (int64_t)floor(place / HEARD_STEPS);
}

/* A hit on the first frame of the bar may be recorded before the bar. */
static void read_bar(struct heard_record *h, const struct played_event *event)
{
    struct heard_bar *last = last_bar(h);
    const int64_t number = bar_of(event->place);

    if (!is_bar(last, number, event->rolls) || last->has_line) {
        add_bar(h, number, (double)event->frame, step_of(event), event);
        return;
    }
    last->begin = (double)event->frame;
    last->has_line = true;
    measure_bar_before(h);
}

/* ---- hits ---- */

/* The index, and 1, of the last hit of each pad that was not released. */
struct held_pads {
    uint32_t hit[HEARD_PADS];
};

static double steps_between(const struct heard_record *h, const struct heard_hit *from, const struct played_event *to)
{
    const struct heard_bar *bar = &h->bars[from->bar];

    if (to->has_place && to->rolls == bar->rolls)
        return to->place - (double)bar->number * HEARD_STEPS - from->place;
    return (double)(to->frame - from->frame) / bar->step;
}

static void end_hit(struct heard_record *h, struct held_pads *held, const struct played_event *event)
{
    struct heard_hit *hit = held->hit[event->pad] ? &h->hits[held->hit[event->pad] - 1] : NULL;
    const bool releases = event->kind.value == PLAYED_KIND_RELEASE;
    double length;

    held->hit[event->pad] = 0;
    if (!hit)
        return;
    length = steps_between(h, hit, event);
    if (releases || length < LENGTH_USUAL)
        hit->length = length > LENGTH_LEAST ? length : LENGTH_LEAST;
    hit->is_released = releases;
}

static void read_hit(struct heard_record *h, struct held_pads *held, const struct played_event *event)
{
    const int64_t number = bar_of(event->place);
    const double place = event->place - (double)number * HEARD_STEPS, step = step_of(event);

    if (!is_bar(last_bar(h), number, event->rolls))
        add_bar(h, number, (double)event->frame - place * step, step, event);
    last_bar(h)->step = step;
    h->hits[h->hit_count++] = (struct heard_hit){ .bar = h->bar_count - 1,
                                                  .place = place,
                                                  .length = LENGTH_USUAL,
                                                  .velocity = event->velocity,
                                                  .frame = event->frame,
                                                  .pad = (uint8_t)event->pad };
    held->hit[event->pad] = h->hit_count;
}

void heard_read(const struct played_event *events, uint32_t count, struct arena *arena, struct heard_record *to)
{
    struct held_pads held = { { 0 } };

    *to = (struct heard_record){ .bars = arena_array(arena, count + 2, sizeof(*to->bars)),
                                 .hits = arena_array(arena, count + 1, sizeof(*to->hits)),
                                 .gaps = arena_array(arena, count + 1, sizeof(*to->gaps)) };
    for (uint32_t i = 0; i < count; i++) {
        const struct played_event *event = &events[i];
        if (event->kind.value == PLAYED_KIND_BAR) {
            read_bar(to, event);
            continue;
        }
        if (event->kind.value == PLAYED_KIND_LOST) {
            to->gaps[to->gap_count++] = (struct heard_gap){ i ? events[i - 1].frame : 0, event->frame, event->lost };
            continue;
        }
        end_hit(to, &held, event);
        if (event->kind.value == PLAYED_KIND_HIT && event->has_place)
            read_hit(to, &held, event);
        else
            to->loose += event->kind.value == PLAYED_KIND_HIT;
    }
}

/* ---- the grid ---- */

/* False: a stop or a locate comes after the bar. The last bar is followed by one that is still to come. */
static bool has_next_bar(struct heard_record *h, uint32_t bar)
{
    const struct heard_bar *now = &h->bars[bar];

    if (bar + 1 < h->bar_count)
        return is_bar(&h->bars[bar + 1], now->number + 1, now->rolls);
    h->bars[h->bar_count++] = (struct heard_bar){ .number = now->number + 1,
                                                  .begin = now->begin + now->frames,
                                                  .frames = HEARD_STEPS * now->step,
                                                  .step = now->step,
                                                  .rolls = now->rolls };
    return true;
}

void heard_quantise(struct heard_record *heard, double grid, double strength)
{
    for (uint32_t i = 0; i < heard->hit_count; i++) {
        struct heard_hit *hit = &heard->hits[i];
        const double line = floor(hit->place / grid + 0.5) * grid;
        const double place = hit->place + strength * (line - hit->place);
        hit->is_moved = true;
        if (place < HEARD_STEPS) {
            hit->place = place;
        } else if (has_next_bar(heard, hit->bar)) {
            hit->bar++;
            hit->place = place - HEARD_STEPS;
        }
    }
}

/* ---- the choice ---- */

uint64_t heard_lost(const struct heard_record *heard, uint32_t first, uint32_t bars)
{
    const struct heard_bar *last = &heard->bars[first + bars - 1];
    uint64_t lost = 0;

    for (uint32_t i = 0; i < heard->gap_count; i++) {
        const struct heard_gap *gap = &heard->gaps[i];
        if ((double)gap->until >= heard->bars[first].begin && (double)gap->from <= last->begin + last->frames)
            lost += gap->lost;
    }
    return lost;
}

static uint32_t last_bar_with_hit(const struct heard_record *heard)
{
    uint32_t last = 0;

    for (uint32_t i = 0; i < heard->hit_count; i++)
        last = heard->hits[i].bar > last ? heard->hits[i].bar : last;
    return last;
}

static enum err refuse_unheard(const struct heard_record *heard, struct fault *fault)
{
    if (!heard->loose) {
        fault_set(fault, ERR_NOT_FOUND, "no pad was hit since the engine started");
        return fault_hint(fault, "hit pads while the transport runs: `loophole transport start`"), ERR_NOT_FOUND;
    }
    fault_set(fault, ERR_CONFLICT, "the transport was stopped at each hit, so there were no bars");
    return fault_hint(fault, "`loophole transport start`, then play"), ERR_CONFLICT;
}

enum err heard_choose(const struct heard_record *heard, uint32_t bars, uint32_t *first, struct fault *fault)
{
    uint32_t count;

    if (!heard->hit_count)
        return refuse_unheard(heard, fault);
    count = last_bar_with_hit(heard) + 1;
    if (count < bars) {
        fault_set(fault, ERR_CONFLICT, "only %u bar%s %s heard until the last hit, not %u", count, text_plural(count),
                  count == 1 ? "was" : "were", bars);
        return fault_hint(fault, "`loophole kit commit %u` takes them", count), ERR_CONFLICT;
    }
    *first = count - bars;
    return ERR_OK;
}
