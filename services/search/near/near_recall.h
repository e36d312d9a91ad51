/* near_recall.h: measures how many of the truly nearest rows the searches through clusters find. Now and then it keeps
 * a query with its result, and later, in idle time, measures all rows of the query exactly. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_RECALL_H
#define LOOPHOLE_SEARCH_NEAR_RECALL_H

#include "common/clock.h"
#include "services/search/near/near.h"

enum { NEAR_RECALL_MOST = 100, NEAR_RECALL_EVERY_S = 10 }; /* rows of a result; least time between two checks */

struct near_recall {
    struct near_kept *kept; /* a query to check; NULL: none */
    uint64_t checks;        /* queries that were checked */
    uint64_t found, wanted; /* rows of theirs that were found; that are truly nearest */
    usec_t next;            /* time from which a query is kept */
};

/* The share that was found: 0..1. Only if recall->checks > 0. */
double near_recall_share(const struct near_recall *recall);

/* Keeps a copy of the query for a check, if one is due and the search went through clusters. `rows` are those of the
 * query; `found` is the whole result, nearest first. It keeps none if limits_leave refuses. */
void near_recall_note(struct near_recall *recall, const struct near *near, const struct vectors *vectors,
                      const struct bitmap *rows, const struct nearby *found, uint32_t count);

/* Measures rows of the kept query for a few milliseconds. `at` and `ids` are those of the index, unchanged since. */
void near_recall_step(struct near_recall *recall, const float *at, const struct ids *ids);

/* Drops the kept query, because an embedding has changed, or at the end. */
void near_recall_drop(struct near_recall *recall);

#endif
