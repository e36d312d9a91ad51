/* buffer.h: bytes that grow. The owner of the struct owns them. One thread at a time. */
#ifndef LOOPHOLE_COMMON_BUFFER_H
#define LOOPHOLE_COMMON_BUFFER_H

#include <string.h>

#include "common/text.h"

/* Zeroed is an empty buffer. After `failed` (past `limit`) appends do nothing; without a limit nothing fails. */
struct buffer {
    uint8_t *at;
    size_t len;
    size_t room;
    size_t limit; /* 0: no limit */
    bool failed;
};

void buffer_add_with_room(struct buffer *buffer, const void *bytes, size_t len); /* the same, but for its speed */

/* In place where there is room, for messages are made of many short pieces. There is never room past the limit. */
static inline void buffer_add(struct buffer *buffer, const void *bytes, size_t len)
{
    if (buffer->failed || len == 0 || len >= buffer->room - buffer->len) {
        buffer_add_with_room(buffer, bytes, len);
        return;
    }
    memcpy(buffer->at + buffer->len, bytes, len);
    buffer->len += len;
}
void buffer_add_text(struct buffer *buffer, const char *zero_terminated);
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_reset(struct buffer *buffer); /* empty, memory kept, `failed` cleared */
void buffer_free(struct buffer *buffer);

/* The bytes with a closing zero after them, as C text; "" when empty or failed. */
const char *buffer_c(struct buffer *buffer);
struct bytes buffer_bytes(const struct buffer *buffer);

#endif
