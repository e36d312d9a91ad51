/* match.h: which rows a query finds. One thread. */
#ifndef LOOPHOLE_SEARCH_MATCH_H
#define LOOPHOLE_SEARCH_MATCH_H

#include "services/search/index/volumes.h"
#include "services/search/query/parse.h"

enum { MATCH_LIKE = 100 }; /* rows that like: finds */

/* The states of `is:` whose items a query finds only if it names the state. */
enum { MATCH_UNSEEN = 3 };
extern const char *const match_unseen[MATCH_UNSEEN];

struct match {
    struct index *index;
    const struct volumes *volumes;
};

/* The rows that match, without those of match_unseen. The caller frees them; NULL: memory is out. */
struct bitmap *match_query(const struct match *match, const struct node *root);

/* As bitmap_array, all rows of the index that are not in it. */
uint32_t *match_others(struct index *index, const struct bitmap *bitmap, uint32_t *count);

#endif
