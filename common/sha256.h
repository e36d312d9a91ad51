/* sha256.h: SHA-256 (FIPS 180-4) of short texts. A random text cannot be found from its hash. Any thread. */
#ifndef LOOPHOLE_COMMON_SHA256_H
#define LOOPHOLE_COMMON_SHA256_H

#include "common/text.h"

enum { SHA256_BYTES = 32 };

/* Hashes `first` and then `second`; together at most 247 bytes. */
void sha256_of(struct bytes first, struct bytes second, uint8_t to[SHA256_BYTES]);

#endif
