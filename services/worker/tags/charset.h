/* charset.h: text in the encodings of tags, as UTF-8. Any thread. */
#ifndef LOOPHOLE_WORKER_CHARSET_H
#define LOOPHOLE_WORKER_CHARSET_H

#include "common/arena.h"

/* The first four as ID3v2.4 numbers them. */
enum charset {
    CHARSET_LATIN1,
    CHARSET_UTF16, /* with a byte order mark; little-endian without one */
    CHARSET_UTF16BE,
    CHARSET_UTF8,
    CHARSET_GUESS, /* UTF-8 when it is that, else Latin 1 */
    CHARSET_COUNT,
};

/* Up to the first zero character, at most `max_len` bytes of UTF-8, cut between characters; control characters
 * become spaces, spaces at both ends go, what is not well-formed becomes U+FFFD. Memory from `arena`; empty when
 * that is out. */
struct text charset_read(struct arena *arena, const uint8_t *bytes, size_t len, enum charset charset, uint32_t max_len);

/* Bytes up to (not with) the first zero character; `len` when there is none. */
size_t charset_length(const uint8_t *bytes, size_t len, enum charset charset);

/* Bytes of a zero character: 1 or 2. */
size_t charset_zero(enum charset charset);

#endif
