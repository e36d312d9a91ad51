#include "proto/peers/wire.h"

enum { GREETING = 64, SIGNATURE = 0xff, MAJOR_AT = 10, MAJOR_LEAST = 3, MORE = 1, LONG = 2, COMMAND = 4 };

static bool take_greeting(struct wire *wire, uint8_t byte)
{
    uint8_t at = wire->greeted++;

    return (at != 0 || byte == SIGNATURE) && (at != MAJOR_AT || byte >= MAJOR_LEAST);
}

bool wire_is_command(const struct wire *wire)
{
    return wire->head[0] & COMMAND;
}

bool wire_has_more(const struct wire *wire)
{
    return wire->head[0] & MORE;
}

/* Takes a byte of a head: flags, and a size of one byte or eight. */
static bool take_head_byte(struct wire *wire, uint8_t byte, uint64_t most)
{
    uint8_t size = wire->head_len == 0 ? 1 : (wire->head[0] & LONG) ? 8 : 1;

    wire->head[wire->head_len++] = byte;
    if (wire->head_len <= size)
        return true;
    wire->left = 0;
    for (uint8_t i = 1; i <= size; i++)
        wire->left = wire->left << 8 | wire->head[i];
    wire->head_len = 0;
    wire->in_frame = true;
    if (wire->left > most)
        return false;
    if (!wire_is_command(wire)) {
        wire->message += 1 + size + wire->left;
        wire->frames++;
    }
    return wire->message <= most;
}

static void end_frame(struct wire *wire)
{
    wire->in_frame = false;
    if (!wire_is_command(wire) && !wire_has_more(wire))
        wire->message = wire->frames = 0;
}

static void take_body(struct wire *wire, const uint8_t **at, const uint8_t *end)
{
    size_t room = (size_t)(end - *at);
    size_t part = wire->left < room ? (size_t)wire->left : room;

    wire->left -= part;
    *at += part;
}

enum wire_event wire_next(struct wire *wire, const uint8_t **at, const uint8_t *end, uint64_t most)
{
    for (;;) {
        if (wire->in_frame && wire->left == 0) {
            end_frame(wire);
            return WIRE_END;
        }
        if (*at == end)
            return WIRE_ALL;
        if (wire->in_frame) {
            take_body(wire, at, end);
            continue;
        }
        if (wire->greeted < GREETING) {
            if (!take_greeting(wire, *(*at)++))
                return WIRE_BAD;
            continue;
        }
        if (!take_head_byte(wire, *(*at)++, most))
            return WIRE_BAD;
        if (wire->in_frame)
            return WIRE_HEAD;
    }
}
