#include "services/worker/analysis/features/framer.h"

#include <string.h>

size_t framer_room(size_t size, double hop, size_t largest_chunk)
{
    return 2 * size + 2 * (size_t)hop + 2 + largest_chunk;
}

void framer_start(struct framer *framer, size_t size, double hop, float *line)
{
    *framer = (struct framer){ .size = size, .hop = hop, .line = line, .filled = size / 2 };
    memset(line, 0, size / 2 * sizeof(*line));
}

/* Moves the floats that are still needed to the front. */
static void drop_used(struct framer *framer)
{
    size_t gone = (size_t)framer->skip;

    if (gone > framer->filled)
        gone = framer->filled;
    memmove(framer->line, framer->line + gone, (framer->filled - gone) * sizeof(float));
    framer->filled -= gone;
    framer->skip -= (double)gone;
}

static void run_frames(struct framer *framer, framer_each *each, void *context)
{
    while ((size_t)framer->skip + framer->size <= framer->filled) {
        each(context, framer->line + (size_t)framer->skip);
        framer->skip += framer->hop;
    }
    drop_used(framer);
}

void framer_feed(struct framer *framer, const float *samples, size_t count, framer_each *each, void *context)
{
    memcpy(framer->line + framer->filled, samples, count * sizeof(*samples));
    framer->filled += count;
    run_frames(framer, each, context);
}

void framer_finish(struct framer *framer, framer_each *each, void *context)
{
    memset(framer->line + framer->filled, 0, framer->size / 2 * sizeof(float));
    framer->filled += framer->size / 2;
    run_frames(framer, each, context);
}
