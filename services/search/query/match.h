/* match.h: finds the rows of a query. One thread.
 *
 * A query, with the lists and scores of its result, takes at most 12 bytes for each row of the index, besides sets. The
 * index checks limits_leave for more than 300 bytes a row (vectors alone are 256) and so leaves more than 40 a row in
 * the eighth of limits.h. A query takes its memory from there, without a check. */
#ifndef LOOPHOLE_SEARCH_MATCH_H
#define LOOPHOLE_SEARCH_MATCH_H

#include "services/search/index/volumes.h"
#include "services/search/query/parse.h"

enum { MATCH_LIKE = 100 }; /* rows found by like: */

/* The states of `is:` that hide an item, unless the query names the state. */
enum { MATCH_UNSEEN = 3 };
extern const char *const match_unseen[MATCH_UNSEEN];

struct match {
    struct index *index;
    const struct volumes *volumes;
};

/* The matching rows, without hidden ones (match_unseen). The caller frees them. */
struct bitmap *match_query(const struct match *match, const struct node *root);

/* Like bitmap_array, for the rows of the index outside the bitmap. */
uint32_t *match_others(struct index *index, const struct bitmap *bitmap, uint32_t *count);

#endif
