/* charset.h: converts text from the encodings of tags to UTF-8. Any thread. */
#ifndef LOOPHOLE_WORKER_CHARSET_H
#define LOOPHOLE_WORKER_CHARSET_H

#include "common/arena.h"

/* The first four have the numbers of ID3v2.4. */
enum charset {
    CHARSET_LATIN1,
    CHARSET_UTF16, /* with a byte order mark; little-endian without one */
    CHARSET_UTF16BE,
    CHARSET_UTF8,
    CHARSET_GUESS, /* UTF-8 if the bytes are valid, else Latin 1 */
    CHARSET_COUNT,
};

/* Converts up to the first zero character, at most `max_len` bytes of UTF-8, cut between characters. Control characters
 * become spaces, spaces at both ends go, malformed bytes become U+FFFD. The text lives in `arena`; beyond its limit it
 * is empty. */
struct text charset_read(struct arena *arena, const uint8_t *bytes, size_t len, enum charset charset, uint32_t max_len);

/* The bytes before the first zero character; `len` if there is none. */
size_t charset_length(const uint8_t *bytes, size_t len, enum charset charset);

/* The size of a zero character: 1 or 2 bytes. */
size_t charset_zero(enum charset charset);

#endif
