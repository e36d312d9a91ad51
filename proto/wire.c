#include "proto/wire.h"

enum { GREETING = 64, SIGNATURE = 0xff, MAJOR_AT = 10, MAJOR_LEAST = 3, MORE = 1, LONG = 2, COMMAND = 4 };

static bool take_greeting(struct wire *wire, uint8_t byte)
{
    uint8_t at = wire->greeted++;

    return (at != 0 || byte == SIGNATURE) && (at != MAJOR_AT || byte >= MAJOR_LEAST);
}

/* Flags, and a size of one byte or eight. */
static bool take_head(struct wire *wire, uint8_t byte, uint64_t most)
{
    uint8_t size = wire->head_len == 0 ? 1 : (wire->head[0] & LONG) ? 8 : 1;

    wire->head[wire->head_len++] = byte;
    if (wire->head_len <= size)
        return true;
    wire->left = 0;
    for (uint8_t i = 1; i <= size; i++)
        wire->left = wire->left << 8 | wire->head[i];
    wire->head_len = 0;
    if (wire->left > most)
        return false;
    if (!(wire->head[0] & COMMAND))
        wire->message += 1 + size + wire->left;
    return wire->message <= most;
}

static void end_frame(struct wire *wire)
{
    if (!(wire->head[0] & (MORE | COMMAND)))
        wire->message = 0;
}

bool wire_take(struct wire *wire, const uint8_t *at, size_t len, uint64_t most)
{
    const uint8_t *end = at + len;

    while (at < end) {
        size_t part = wire->left < (size_t)(end - at) ? (size_t)wire->left : (size_t)(end - at);

        if (part > 0) {
            wire->left -= part;
            at += part;
        } else if (wire->greeted < GREETING) {
            if (!take_greeting(wire, *at++))
                return false;
            continue;
        } else if (!take_head(wire, *at++, most)) {
            return false;
        }
        if (wire->left == 0 && wire->head_len == 0)
            end_frame(wire);
    }
    return true;
}
