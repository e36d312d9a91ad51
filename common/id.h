/* id.h: 128-bit ids ordered by time: 48 bits of milliseconds since 1970, then 80 bits that rise within one process
 * (ULID, https://github.com/ulid/spec). Their text is 26 characters of Crockford's base 32. Any thread. */
#ifndef LOOPHOLE_COMMON_ID_H
#define LOOPHOLE_COMMON_ID_H

#include "common/text.h"

#define ID_TEXT_SIZE 27 /* 26 characters and the closing zero */

struct id {
    uint8_t b[16];
};

struct id id_new(void); /* unique, and rising within a process */

/* Derives an id from the work itself, so that repeated work has the same request id: the first 16 bytes of XXH3-128 of
 * `bytes`. */
struct id id_of_bytes(const void *bytes, size_t len);

bool id_is_zero(struct id id);
bool id_equal(struct id a, struct id b);
int id_compare(struct id a, struct id b);                  /* the order of time: below 0, 0 or above 0 */
int id_order(const void *a, const void *b);                /* id_compare, to sort ids and to search sorted ones */
const char *id_write(struct id id, char to[ID_TEXT_SIZE]); /* returns `to` */
bool id_read(struct text from, struct id *to);             /* false: not 26 characters of base 32, or too large */

#endif
