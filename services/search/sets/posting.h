/* posting.h: the rows that have one term. Most terms are in one or two rows, which are kept in place; the
 * others in a bitmap. One thread. */
#ifndef LOOPHOLE_SEARCH_POSTING_H
#define LOOPHOLE_SEARCH_POSTING_H

#include "common/err.h"
#include "services/search/sets/bitmap.h"

enum { POSTING_FEW = 2 };

/* Zeroed is empty. */
struct posting {
    uint32_t count;
    bool is_many; /* once many, always many */
    union {
        uint32_t few[POSTING_FEW]; /* rising */
        struct bitmap *many;
    };
};

/* Errors: full. */
enum err posting_add(struct posting *posting, uint32_t row); /* nothing when it is there */
void posting_remove(struct posting *posting, uint32_t row);  /* nothing when it is not there */
void posting_free(struct posting *posting);

void posting_rows(const struct posting *posting, uint32_t *to); /* rising; `to` has room for `count` */
/* Adds its rows, or those of them that are in `among`. */
void posting_or(const struct posting *posting, const struct bitmap *among, struct bitmap *to);
uint32_t posting_and_count(const struct posting *posting, const struct bitmap *with);

/* count u32 · its rows, u32 each; or, when there are more than POSTING_FEW: bytes u32 · a bitmap. Reading takes
 * it off the front of `from`; false: not a posting of rows below `row_end`. */
void posting_write(const struct posting *posting, struct buffer *to);
bool posting_read(struct posting *posting, const uint8_t **at, const uint8_t *end, uint32_t row_end);

#endif
