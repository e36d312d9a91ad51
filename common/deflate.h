/* deflate.h: compressed data in the formats of zlib and of gzip, or without either. Only deflate.c includes zlib.
 * Memory comes from alloc.h, so no function here fails for lack of it. Any thread; one thread at a time for each
 * unpacker. */
#ifndef LOOPHOLE_COMMON_DEFLATE_H
#define LOOPHOLE_COMMON_DEFLATE_H

#include "common/buffer.h"
#include "common/err.h"

enum deflate_format { DEFLATE_ZLIB, DEFLATE_GZIP, DEFLATE_RAW /* without a sum, as in a zip */ };

/* Appends `from` in compressed form. */
void deflate_pack(struct bytes from, enum deflate_format format, struct buffer *to);

/* Returns the CRC-32 of PNG and gzip over `bytes` that follow those with the sum `before`; 0 before the first. */
uint32_t deflate_sum(uint32_t before, struct bytes bytes);

/* Unpacks compressed data piece by piece. deflate_close frees it; NULL is allowed. */
struct unpacker;
struct unpacker *deflate_open(enum deflate_format format);
void deflate_close(struct unpacker *unpacker);

/* Unpacks from the start of `*from` to at most `room` bytes at `to`, and removes what it used from `*from`. Fewer bytes
 * than `room` mean that `*from` is used up or that the data is over. When a call filled `room`, the next one may give
 * bytes, or find the end of the data, without more at `*from`. Errors: bad_request (the data is damaged). */
enum err deflate_unpack(struct unpacker *unpacker, struct bytes *from, void *to, uint32_t room, uint32_t *len);
bool deflate_is_over(const struct unpacker *unpacker); /* the end of the data was read, and its sum is right */

#endif
