/* buffer.h: an array of bytes that grows. The owner of the struct owns the bytes. One thread at a time. */
#ifndef LOOPHOLE_COMMON_BUFFER_H
#define LOOPHOLE_COMMON_BUFFER_H

#include <string.h>

#include "common/text.h"

/* A zeroed struct is an empty buffer. An append beyond `limit` sets `failed`; later appends then do nothing. Without a
 * limit no append fails. */
struct buffer {
    uint8_t *at;
    size_t len;
    size_t room;
    size_t limit; /* 0: no limit */
    bool failed;
};

void buffer_add_with_room(struct buffer *buffer, const void *bytes, size_t len); /* buffer_add when there is no room */

/* Appends in place if there is room, because messages consist of many short pieces. The room never exceeds the
 * limit. */
static inline void buffer_add(struct buffer *buffer, const void *bytes, size_t len)
{
    if (buffer->failed || len == 0 || len >= buffer->room - buffer->len) {
        buffer_add_with_room(buffer, bytes, len);
        return;
    }
    memcpy(buffer->at + buffer->len, bytes, len);
    buffer->len += len;
}

/* Append a text, and what printf would write; both without the closing zero. */
void buffer_add_text(struct buffer *buffer, const char *zero_terminated);
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_reset(struct buffer *buffer); /* empties the buffer, keeps its memory, clears `failed` */
void buffer_free(struct buffer *buffer);

/* Return the bytes until the next change of the buffer: as C text, with a zero after them ("" if the buffer is empty or
 * failed); and as they are. */
const char *buffer_c(struct buffer *buffer);
struct bytes buffer_bytes(const struct buffer *buffer);

#endif
