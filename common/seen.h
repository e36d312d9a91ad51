/* seen.h: texts that were seen, each with a number: a table of hashes. Two texts of one hash would count as one: then a
 * name gets a number that it does not need. One thread. */
#ifndef LOOPHOLE_COMMON_SEEN_H
#define LOOPHOLE_COMMON_SEEN_H

#include "common/hash.h"

struct seen_text {
    struct hash hash;
    uint32_t number;
    bool used;
};

/* Zeroed: no text was seen. */
struct seen_texts {
    struct seen_text *at;
    size_t count, room;
};

/* The number of the text, which the caller may change: 0 at first. Valid until the next call. */
uint32_t *seen_number(struct seen_texts *seen, const char *text);

void seen_free(struct seen_texts *seen);

#endif
