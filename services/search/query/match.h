/* match.h: finds the rows of a query. One thread. */
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

/* The matching rows, without hidden ones (match_unseen). The caller frees them; NULL: no memory. */
struct bitmap *match_query(const struct match *match, const struct node *root);

/* Like bitmap_array, for the rows of the index outside the bitmap. */
uint32_t *match_others(struct index *index, const struct bitmap *bitmap, uint32_t *count);

#endif
