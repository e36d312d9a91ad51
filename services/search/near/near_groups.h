/* near_groups.h: recent filters with their rows grouped by cluster, so that a further query with the same filter visits
 * only the rows in near clusters. A filter is known by its rows, because each ask makes its own bitmap. A few rows may
 * differ: the rows that a query compares with are left out of its filter. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_GROUPS_H
#define LOOPHOLE_SEARCH_NEAR_GROUPS_H

#include "services/search/near/near_state.h"

enum { NEAR_FILTERS = 4, NEAR_FILTER_ROWS = 1 << 18, NEAR_DIFFERING = 16 };

/* Rows without a place are in no group. A place may have lost its row since. */
struct near_groups {
    uint32_t *firsts; /* by cluster, and one more: its first place in `places` */
    uint32_t *places;
    uint32_t added[NEAR_DIFFERING], added_count;     /* rows of the query's filter that are in no group */
    uint32_t removed[NEAR_DIFFERING], removed_count; /* rows in groups that are not in the query's filter */
};

/* The groups of a filter with `count` rows, valid until the next call. NULL: it was not asked lately, and is remembered
 * now; or it has more than NEAR_FILTER_ROWS, or limits_leave refuses. The second query of a filter makes the groups. */
const struct near_groups *near_groups_find(struct near *near, const struct bitmap *only, uint32_t count);

void near_groups_drop(struct near *near); /* when the clusters go */

#endif
