#include "common/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"

enum { FIRST_ROOM = 256 };

/* Makes room for `more` bytes and a closing zero. */
static bool reserve_bytes(struct buffer *buffer, size_t more)
{
    size_t needed, room;

    if (buffer->failed || __builtin_add_overflow(buffer->len, more, &needed) || needed == SIZE_MAX)
        goto failed;
    if (buffer->limit && needed > buffer->limit)
        goto failed;
    if (needed < buffer->room)
        return true;
    room = buffer->room > SIZE_MAX / 2 ? needed + 1 : 2 * buffer->room;
    if (room < FIRST_ROOM)
        room = FIRST_ROOM;
    if (room < needed + 1)
        room = needed + 1;
    if (buffer->limit && room > buffer->limit + 1)
        room = buffer->limit + 1;
    buffer->at = alloc_grow(buffer->at, room, 1);
    buffer->room = room;
    return true;
failed:
    if (!buffer->limit)
        alloc_fail(more);
    buffer->failed = true;
    return false;
}

void buffer_add_with_room(struct buffer *buffer, const void *bytes, size_t len)
{
    if (len == 0 || !reserve_bytes(buffer, len))
        return;
    memcpy(buffer->at + buffer->len, bytes, len);
    buffer->len += len;
}

void buffer_add_text(struct buffer *buffer, const char *zero_terminated)
{
    buffer_add(buffer, zero_terminated, strlen(zero_terminated));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    const size_t room = buffer->failed ? 0 : buffer->room - buffer->len;
    va_list arguments, again;
    int len;

    va_start(arguments, format);
    va_copy(again, arguments);
    len = vsnprintf(room ? (char *)buffer->at + buffer->len : NULL, room, format, arguments);
    if (len < 0)
        buffer->failed = true;
    else if ((size_t)len < room)
        buffer->len += (size_t)len;
    else if (reserve_bytes(buffer, (size_t)len)) {
        (void)vsnprintf((char *)buffer->at + buffer->len, (size_t)len + 1, format, again);
        buffer->len += (size_t)len;
    }
    va_end(again);
    va_end(arguments);
}

void buffer_reset(struct buffer *buffer)
{
    buffer->len = 0;
    buffer->failed = false;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->at);
    *buffer = (struct buffer){ .limit = buffer->limit };
}

const char *buffer_c(struct buffer *buffer)
{
    if (buffer->failed || buffer->len == 0)
        return "";
    buffer->at[buffer->len] = '\0';
    return (const char *)buffer->at;
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
    return bytes_of(buffer->at, buffer->len);
}
