/* hash.h: XXH3-128 (https://github.com/Cyan4973/xxHash), for identity and placement, never against an attacker.
 * The only file with xxhash is hash.c. One thread for each stream. */
#ifndef LOOPHOLE_COMMON_HASH_H
#define LOOPHOLE_COMMON_HASH_H

#include "common/text.h"

/* In the canonical order of bytes (big-endian), the same on every machine. */
struct hash {
    uint8_t b[16];
};

struct hash hash_of(const void *bytes, size_t len);

/* Bytes that come in pieces: the same hash as of all of them at once. */
struct hash_stream;
struct hash_stream *hash_new(void);
void hash_add(struct hash_stream *stream, const void *bytes, size_t len);
struct hash hash_so_far(const struct hash_stream *stream); /* more may be added after it */
void hash_restart(struct hash_stream *stream);
void hash_free(struct hash_stream *stream); /* NULL is allowed */

/* The first `digits` (at most 32) hex digits, and a closing zero; returns `to`. */
const char *hash_hex(struct hash hash, unsigned digits, char *to);

#endif
