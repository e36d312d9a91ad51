/* score.h: how well a row fits the words of a query. For each word: the place where it is found (the name most,
 * then tags, pack, notes, folders), a whole word more than a beginning; a short name and a favourite a little
 * more. One thread. */
#ifndef LOOPHOLE_SEARCH_SCORE_H
#define LOOPHOLE_SEARCH_SCORE_H

#include "services/search/query/match.h"

/* Of a result. */
struct scores {
    const uint32_t *rows; /* rising */
    uint32_t count;
    float at[]; /* by place in `rows` */
};
double score_of(const struct scores *scores, uint32_t row); /* 0 for another row, and when `scores` is NULL */

/* False: all of them fit equally, with the score 0. */
bool score_differs(const struct match *match, const struct node *root, const struct bitmap *rows);

/* One score for each of `rows`, which `each` lists, and which must outlive them. The caller frees them; NULL: memory is
 * out. */
struct scores *score_rows(const struct match *match, const struct node *root, const struct bitmap *rows,
                          const uint32_t *each);

#endif
