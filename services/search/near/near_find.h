/* near_find.h: searches the clusters for one query. near_among.c has near_find_among. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_FIND_H
#define LOOPHOLE_SEARCH_NEAR_FIND_H

#include "services/search/near/near_file.h"
#include "services/search/near/near_state.h"
#include "services/search/near/near_work.h"
#include "services/search/near/vectors.h"

/* Searches the clusters for the `limit` nearest rows of `only` (NULL: all), which is a `share` of all rows. Puts the
 * places that must be kept into work->best, unordered, and returns their number. */
uint32_t near_find_places(struct near *near, const struct vectors *vectors, const struct bitmap_view *only, float share,
                          uint32_t limit);

/* Puts the `wanted` best of all places by fine codes into work->best, and returns their number. Scans the nearest
 * clusters first, so few kept places give room to nearer ones. work->scores then has the clusters' scores. */
uint32_t near_find_all(struct near *near, const struct vectors *vectors, uint32_t wanted);

#endif
