#include "services/audio/rt/core.h"

#include <string.h>

static void tell(struct engine *engine, uint32_t number, enum note_kind kind, int64_t index)
{
    const struct capture *capture = &engine->half->capture[number];

    notes_tell_all(
        engine,
        (struct note){ .kind = kind, .voice = number, .generation = capture->generation, .index = index });
}

static void stop(struct engine *engine, uint32_t number)
{
    struct capture *capture = &engine->half->capture[number];

    capture->running = 0;
    capture->end = capture->written + engine->capture[number].count;
    tell(engine, number, NOTE_CAPTURE_STOPPED, (int64_t)(capture->end - capture->begin));
}

bool capture_order_start(struct engine *engine, const struct order *order, uint32_t producer)
{
    struct capture *capture;

    (void)producer;
    if (order->voice >= CAPTURES || order->generation == 0)
        return false;
    capture = &engine->half->capture[order->voice];
    if (capture->running && capture->generation == order->generation)
        return true;
    if (capture->running)
        stop(engine, order->voice);
    *capture = (struct capture){ .generation = order->generation,
                                 .running = 1,
                                 .rate = engine->half->rate,
                                 .first = engine->now,
                                 .begin = capture->written + engine->capture[order->voice].count,
                                 .end = UINT64_MAX,
                                 .written = capture->written };
    tell(engine, order->voice, NOTE_CAPTURE_STARTED, capture->first);
    return true;
}

bool capture_order_stop(struct engine *engine, const struct order *order, uint32_t producer)
{
    const struct capture *capture;

    (void)producer;
    if (order->voice >= CAPTURES)
        return false;
    capture = &engine->half->capture[order->voice];
    if (!capture->running || capture->generation != order->generation)
        return false;
    stop(engine, order->voice);
    return true;
}

static void lose(struct engine *engine, uint32_t number, uint64_t frames)
{
    if (frames == 0)
        return;
    engine->half->capture[number].lost += frames;
    tell(engine, number, NOTE_CAPTURE_LOST, (int64_t)frames);
}

void capture_gap(struct engine *engine, uint64_t frames)
{
    for (uint32_t i = 0; i < CAPTURES; i++)
        if (engine->half->capture[i].running)
            lose(engine, i, frames);
}

/* NULL: silence. */
static const float *side_of(const struct engine_period *period, uint32_t number, int side)
{
    return number == CAPTURE_TAKE ? period->capture[side] : period->listen;
}

static void copy(const float *from, float (*to)[2], int side, uint32_t frames)
{
    for (uint32_t f = 0; f < frames; f++)
        to[f][side] = from ? number_sane(from[f]) : 0;
}

void capture_take(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < CAPTURES; i++) {
        struct core_capture *to = &engine->capture[i];
        uint32_t space = ring_space(&to->ring), room = space > to->count ? space - to->count : 0;
        uint32_t n =
            core_least(core_least(frames, room), ENGINE_FRAMES - core_least(to->count, ENGINE_FRAMES));
        if (!engine->half->capture[i].running)
            continue;
        for (int side = 0; side < 2; side++) {
            const float *from = side_of(engine->period, i, side);
            copy(from ? from + engine->at : NULL, to->frames + to->count, side, n);
        }
        to->count += n;
        lose(engine, i, frames - n);
    }
}

void capture_write(struct engine *engine)
{
    for (uint32_t i = 0; i < CAPTURES; i++) {
        struct core_capture *from = &engine->capture[i];
        struct ring_span room = ring_room(&from->ring, from->count);
        memcpy(room.at[0], from->frames, room.cells[0] * sizeof(*from->frames));
        memcpy(room.at[1], from->frames + room.cells[0], room.cells[1] * sizeof(*from->frames));
        engine->half->capture[i].written = ring_written(&from->ring) + room.cells[0] + room.cells[1];
    }
}

/* The header first: a take whose first cells can be seen has its name. All of it again is no harm. */
void capture_show(struct engine *engine)
{
    for (uint32_t i = 0; i < CAPTURES; i++) {
        const struct capture *capture = &engine->half->capture[i];
        struct capture_memory *to = engine->capture[i].memory;
        uint64_t hidden = capture->written - ring_written(&engine->capture[i].ring);
        atomic_store_explicit(&to->rate, capture->rate, memory_order_relaxed);
        atomic_store_explicit(&to->first, capture->first, memory_order_relaxed);
        atomic_store_explicit(&to->begin, capture->begin, memory_order_relaxed);
        atomic_store_explicit(&to->lost, capture->lost, memory_order_relaxed);
        if (capture->end == UINT64_MAX)
            atomic_store_explicit(&to->end, UINT64_MAX, memory_order_relaxed);
        atomic_store_explicit(&to->generation, capture->generation, memory_order_release);
        if (hidden > 0 && hidden <= ENGINE_FRAMES)
            ring_publish(&engine->capture[i].ring, (uint32_t)hidden);
        atomic_store_explicit(&to->end, capture->end, memory_order_release);
    }
}
