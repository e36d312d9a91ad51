/* score.h: scores how well a row matches the words of a query. Each word scores by the field where it is found: name
 * most, then tags, pack, notes, folders. A whole word scores more than a beginning; a short name and a favourite a
 * little more. One thread. */
#ifndef LOOPHOLE_SEARCH_SCORE_H
#define LOOPHOLE_SEARCH_SCORE_H

#include "services/search/query/match.h"

/* The scores of a result. */
struct scores {
    const uint32_t *rows; /* rising */
    uint32_t count;
    float at[]; /* by place in `rows` */
};
double score_of(const struct scores *scores, uint32_t row); /* 0 for other rows, or if `scores` is NULL */

/* False: all rows have the score 0. */
bool score_differs(const struct match *match, const struct node *root, const struct bitmap *rows);

/* Scores `rows`, which `each` lists; `each` must outlive the scores. The caller frees them. */
struct scores *score_rows(const struct match *match, const struct node *root, const struct bitmap *rows,
                          const uint32_t *each);

#endif
