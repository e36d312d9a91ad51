/* near_query.h: what the searches of the clusters for one query share: the best places so far by fine codes, and the
 * effort that the query needs. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_QUERY_H
#define LOOPHOLE_SEARCH_NEAR_QUERY_H

#include <math.h>

#include "services/search/near/near_file.h"
#include "services/search/near/near_state.h"
#include "services/search/near/near_work.h"
#include "services/search/near/vectors.h"

enum { NEAR_ALLOWED = 200 }; /* a search ends when its last part had at most one new row in 200 */
enum { NEAR_LAST_PART = 2 }; /* of the planned clusters, the last half */
enum { NEAR_SHARE_OF = 8 };  /* nearest clusters, from which a filter's share is estimated */

/* One query. */
struct near_query {
    const struct near_machine *machine;
    struct near_parts parts;
    struct near_work *work;
    const struct bitmap_view *only; /* NULL: all */
    struct near_aim aim;
    struct near_scales scales;
    struct near_table table;
    float unit;                /* of the table's entries */
    float reach, coarse, fine; /* of the plan; coarse and fine as distances */
    uint32_t nearest;          /* cluster */
    float nearest_score;       /* of its centre */
    uint32_t limit;            /* rows to find */
    uint32_t wanted;           /* places to keep: a heap in work->best */
    uint32_t kept;
    uint32_t close;   /* places after the heap that may be as near as its worst, but for the error of the fine code */
    uint32_t waiting; /* entries in work->waiting whose codes are being fetched */
};

/* Begins a query that keeps `wanted` places, and scores all clusters: work->scores. `query` has limit and filter. */
void near_query_begin(struct near_query *query, struct near *near, const struct vectors *vectors, uint32_t wanted);

/* The number of places to keep by fine score. */
uint32_t near_query_wanted(uint32_t limit);

/* Ends the search: the places that may be among the nearest are at the beginning of work->best, `kept` of them. */
void near_query_end(struct near_query *query);

/* Orders the clusters to search for `limit` of a `share` of all rows. Takes the plan's number of clusters, and at least
 * NEAR_EACH rows of the share per wanted row, if these are spread evenly. The plan was not measured at such
 * distances. */
uint32_t near_query_plan(struct near_query *query, const float *weights, float limit, float share);

/* Scores the waiting places by their fine codes. */
void near_query_score(struct near_query *query);
void near_query_copy(const struct near_query *query, float *to); /* the scores of the kept places, unordered */

static inline float near_query_worst(const struct near_query *query)
{
    return query->kept < query->wanted ? INFINITY : query->work->best[0].score;
}

/* The square of `slack` more than the distance of the worst. */
static inline float near_query_limit(const struct near_query *query, float slack)
{
    float worst = near_query_worst(query), distance = sqrtf(worst) + slack;

    return fmaxf(worst, distance * distance);
}

static inline bool near_query_may_find(const struct near_query *query, uint32_t place)
{
    uint32_t row = query->parts.rows[place];

    return row != NEAR_NO_ROW && (!query->only || bitmap_view_has(query->only, row));
}

/* Collects places until there are enough, while their codes are fetched from memory. */
static inline void near_query_consider(struct near_query *query, uint32_t place)
{
    if (query->only)
        __builtin_prefetch(query->parts.rows + place);
    else
        __builtin_prefetch(query->parts.fine + (size_t)place * NEAR_WIDTH);
    query->work->waiting[query->waiting++] = place;
    if (query->waiting == NEAR_WAITING)
        near_query_score(query);
}

#endif
