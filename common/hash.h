/* hash.h: XXH3-128 (https://github.com/Cyan4973/xxHash). It identifies content and places it in tables; it does not
 * protect against an attacker. Only hash.c includes xxHash. One thread for each stream. */
#ifndef LOOPHOLE_COMMON_HASH_H
#define LOOPHOLE_COMMON_HASH_H

#include "common/text.h"

/* In canonical byte order (big-endian), so equal on every machine. */
struct hash {
    uint8_t b[16];
};

/* Any thread. */
struct hash hash_of(const void *bytes, size_t len);

/* Hashes bytes that arrive in pieces; the result equals hash_of all of them. hash_free frees the stream. */
struct hash_stream;
struct hash_stream *hash_new(void);
void hash_add(struct hash_stream *stream, const void *bytes, size_t len);
struct hash hash_so_far(const struct hash_stream *stream); /* more may be added afterwards */
void hash_restart(struct hash_stream *stream);
void hash_free(struct hash_stream *stream); /* NULL is allowed */

/* Writes the first `digits` (at most 32) hex digits and a closing zero; returns `to`. */
const char *hash_hex(struct hash hash, unsigned digits, char *to);

#endif
