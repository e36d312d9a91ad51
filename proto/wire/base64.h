/* base64.h: bytes in JSON (RFC 4648, section 4: with padding, no line breaks). Any thread. */
#ifndef LOOPHOLE_PROTO_BASE64_H
#define LOOPHOLE_PROTO_BASE64_H

#include "common/arena.h"
#include "common/buffer.h"

/* Appends `from` in base 64. */
void base64_write(struct buffer *to, struct bytes from);

/* False: not base 64, or larger than the arena's limit. Padding may be missing. */
bool base64_read(struct text from, struct arena *arena, struct bytes *to);

#endif
