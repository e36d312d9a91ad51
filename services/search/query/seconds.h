/* seconds.h: the total length of the items of a result. One thread. */
#ifndef LOOPHOLE_SEARCH_SECONDS_H
#define LOOPHOLE_SEARCH_SECONDS_H

#include "services/search/index/index.h"

/* The total length of all items. All zero: not computed yet. */
struct all_seconds {
    bool is_made;
    uint64_t writes; /* of the index at the time */
    double seconds;
};

/* Of `rows`, which `each` lists, or NULL. Of a result that is most of the index, the few other rows are summed. */
double seconds_of(struct index *index, struct all_seconds *all, const struct bitmap *rows, const uint32_t *each);

#endif
