/* sha256.h: SHA-256 (FIPS 180-4). A random text cannot be found from its hash. Any thread. */
#ifndef LOOPHOLE_COMMON_SHA256_H
#define LOOPHOLE_COMMON_SHA256_H

#include "common/text.h"

enum { SHA256_BYTES = 32 };

/* Hashes `first` and then `second`; together at most 247 bytes. */
void sha256_of(struct bytes first, struct bytes second, uint8_t to[SHA256_BYTES]);

/* Hashes bytes of any length, and writes the hash in hex with a closing zero; returns `to`. */
const char *sha256_hex(struct bytes bytes, char to[2 * SHA256_BYTES + 1]);

#endif
