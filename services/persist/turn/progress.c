#include "services/persist/turn/progress.h"

#include <string.h>

#include "services/persist/turn/turn.h"
#include "store/parts.h"

enum { NUMBER_BYTES = 8 /* big-endian */ };

enum err progress_store(struct persist *p, const struct multipart *work, const uint64_t *numbers, uint32_t count)
{
    uint8_t bytes[PROGRESS_MOST * NUMBER_BYTES];
    enum err e;

    if (!p->request_revision)
        return ERR_OK;
    for (uint32_t i = 0; i < count; i++) {
        const struct key number = key_number(numbers[i]);
        memcpy(bytes + (size_t)i * NUMBER_BYTES, number.b, NUMBER_BYTES);
    }
    const struct part row = { .revision = p->request_revision,
                              .digest = work->digest,
                              .outcomes = bytes_of(bytes, (size_t)count * NUMBER_BYTES) };
    e = parts_drop(&p->w, work->request);
    return turn_wrote(p, e == ERR_OK ? parts_put(&p->w, work->request, &row) : e);
}

struct progress_reading {
    struct multipart *work;
    uint64_t *numbers;
    uint32_t count;
};

static bool take_row(void *state, const struct part *row)
{
    struct progress_reading *reading = state;

    if (row->outcomes.len != (size_t)reading->count * NUMBER_BYTES)
        return false;
    for (uint32_t i = 0; i < reading->count; i++)
        reading->numbers[i] = key_number_at(row->outcomes, i * NUMBER_BYTES);
    reading->work->revision = row->revision;
    return true;
}

enum err progress_read(struct persist *p, struct id request, struct multipart *work, uint64_t *numbers, uint32_t count)
{
    struct progress_reading reading = { work, numbers, count };

    return parts_read(p->w.txn, &p->arena, request, take_row, &reading);
}

enum err progress_drop(struct persist *p, struct id request)
{
    return parts_digest(p->w.txn, request) ? turn_wrote(p, parts_drop(&p->w, request)) : ERR_OK;
}
