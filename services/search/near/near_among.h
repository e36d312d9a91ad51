/* near_among.h: the nearest among some rows. */
#ifndef LOOPHOLE_SEARCH_NEAR_AMONG_H
#define LOOPHOLE_SEARCH_NEAR_AMONG_H

#include "services/search/near/near_find.h"

/* Like near_find_places, for `count` rows, which are few: scores each that is in a cluster nearby, and looks further
 * until the last ring of clusters has none of the nearest. */
uint32_t near_find_among(struct near *near, const struct vectors *vectors, const struct bitmap *only, uint32_t count,
                         uint32_t limit);

#endif
