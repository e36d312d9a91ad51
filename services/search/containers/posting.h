/* posting.h: the rows with one term. Most terms have one or two rows, which are stored in place; others have a bitmap.
 * One thread. */
#ifndef LOOPHOLE_SEARCH_POSTING_H
#define LOOPHOLE_SEARCH_POSTING_H

#include "services/search/containers/bitmap.h"

enum { POSTING_FEW = 2 };

/* All zero: empty. */
struct posting {
    uint32_t count;
    bool is_many; /* never false again */
    union {
        uint32_t few[POSTING_FEW]; /* rising */
        struct bitmap *many;
    };
};

void posting_add(struct posting *posting, uint32_t row);    /* no effect if present */
void posting_remove(struct posting *posting, uint32_t row); /* no effect if absent */
void posting_free(struct posting *posting);

void posting_rows(const struct posting *posting, uint32_t *to); /* rising; `to` has room for `count` */

uint32_t posting_first(const struct posting *posting, uint32_t *to, uint32_t most); /* the lowest ones; their number */

/* Adds the rows, or those of them in `among`, to `to`. */
void posting_or(const struct posting *posting, const struct bitmap *among, struct bitmap *to);
uint32_t posting_and_count(const struct posting *posting, const struct bitmap *with);

/* The format: count u32, then the rows, u32 each; with more than POSTING_FEW rows: bytes u32, then a bitmap.
 * posting_read advances *at. False: not a posting of rows below `row_end`. */
void posting_write(const struct posting *posting, struct buffer *to);
bool posting_read(struct posting *posting, const uint8_t **at, const uint8_t *end, uint32_t row_end);

#endif
