#include "services/streamer/play/sounds_room.h"

#include <stdlib.h>

enum { FLOATS = SOUNDS_BYTES / sizeof(float), LINE = 16 };

struct room_part {
    uint64_t from, until;
};

static int by_place(const void *a, const void *b)
{
    const struct room_part *first = a, *second = b;

    return (first->from > second->from) - (first->from < second->from);
}

/* A sound that is being loaded has no part yet. A part begins on a cache line. */
static uint32_t parts_of(const struct sounds_memory *memory, struct room_part parts[SOUNDS])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < SOUNDS; i++) {
        const struct sound_entry *entry = &memory->entries[i];
        uint32_t state = atomic_load(&entry->state);
        if (state != SOUND_READY && state != SOUND_LEAVING)
            continue;
        uint64_t from = atomic_load(&entry->offset);
        uint64_t floats = (uint64_t)atomic_load(&entry->frames) * atomic_load(&entry->channels);
        parts[count++] = (struct room_part){ from, from + (floats + LINE - 1) / LINE * LINE };
    }
    qsort(parts, count, sizeof(*parts), by_place);
    return count;
}

bool sounds_room_find(const struct sounds_memory *memory, uint64_t floats, uint64_t *offset)
{
    struct room_part parts[SOUNDS];
    uint32_t count = parts_of(memory, parts);
    uint64_t at = 0;

    for (uint32_t i = 0; i < count && (parts[i].from < at || parts[i].from - at < floats); i++)
        at = parts[i].until > at ? parts[i].until : at;
    *offset = at;
    return at <= FLOATS && floats <= FLOATS - at;
}

uint64_t sounds_room_used(const struct sounds_memory *memory)
{
    struct room_part parts[SOUNDS];
    uint32_t count = parts_of(memory, parts);
    uint64_t used = 0;

    for (uint32_t i = 0; i < count; i++)
        used += parts[i].until - parts[i].from;
    return used;
}
