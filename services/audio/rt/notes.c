#include "services/audio/rt/core.h"

#include <string.h>

void notes_tell(struct engine *engine, uint32_t consumer, struct note note)
{
    struct notes_kept *kept;

    if (consumer >= ORDERS_RINGS)
        return;
    kept = &engine->kept[consumer];
    if (kept->count >= NOTES_PERIOD) {
        engine->half->notes.lost++;
        return;
    }
    note.frame = engine->now;
    kept->note[kept->count++] = note;
}

void notes_tell_all(struct engine *engine, struct note note)
{
    for (uint32_t consumer = 0; consumer < ORDERS_RINGS; consumer++)
        notes_tell(engine, consumer, note);
}

static void *cell(const struct ring_span *room, uint32_t at)
{
    if (at < room->cells[0])
        return room->at[0] + (size_t)at * sizeof(struct note);
    return room->at[1] + (size_t)(at - room->cells[0]) * sizeof(struct note);
}

static void write_one(struct engine *engine, uint32_t consumer)
{
    struct notes_kept *kept = &engine->kept[consumer];
    struct ring *ring = &engine->notes[consumer];
    struct ring_span room = ring_room(ring, kept->count);
    uint32_t fit = room.cells[0] + room.cells[1];

    for (uint32_t i = 0; i < fit; i++)
        memcpy(cell(&room, i), &kept->note[i], sizeof(struct note));
    engine->half->notes.written[consumer] = ring_written(ring) + fit;
    engine->half->notes.lost += kept->count - fit;
}

void notes_write(struct engine *engine)
{
    for (uint32_t consumer = 0; consumer < ORDERS_RINGS; consumer++)
        write_one(engine, consumer);
}

/* The difference is 0 when a predecessor had shown them already. */
void notes_show(struct engine *engine)
{
    for (uint32_t consumer = 0; consumer < ORDERS_RINGS; consumer++) {
        struct ring *ring = &engine->notes[consumer];
        uint64_t hidden = engine->half->notes.written[consumer] - ring_written(ring);
        if (hidden > 0 && hidden <= NOTES_PERIOD)
            ring_publish(ring, (uint32_t)hidden);
    }
}
