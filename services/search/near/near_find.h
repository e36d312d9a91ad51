/* near_find.h: one query through the clusters. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_FIND_H
#define LOOPHOLE_SEARCH_NEAR_FIND_H

#include "services/search/near/near_file.h"
#include "services/search/near/near_state.h"
#include "services/search/near/near_work.h"
#include "services/search/near/vectors.h"

enum { NEAR_EACH = 20 }; /* rows of a filter that are looked at for each that is wanted, at least */

/* Looks through the clusters for the `limit` nearest among a `share` of all rows, those of `only` (NULL: all);
 * leaves in work->best, in no order, as many places as must be kept; returns their number. */
uint32_t near_find_places(struct near *near, const struct vectors *vectors, const struct bitmap_view *only, float share,
                          uint32_t limit);

/* The `wanted` best in fine codes of all places, the nearest clusters first, so that few are kept only to be dropped;
 * left and returned alike. work->scores has those of the clusters. */
uint32_t near_find_all(struct near *near, const struct vectors *vectors, uint32_t wanted);

/* As near_find_places for few rows, `count`: each that has a place in a cluster nearby is gone to. */
uint32_t near_find_among(struct near *near, const struct vectors *vectors, const struct bitmap *only, uint32_t count,
                         uint32_t limit);

#endif
