/* near_find.h: one query through the clusters, and the memory for it. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_FIND_H
#define LOOPHOLE_SEARCH_NEAR_FIND_H

#include "services/search/near/near_file.h"

enum { NEAR_MOST_KEPT = 1 << 13, NEAR_WAITING = 64, NEAR_MASKS = 32, NEAR_BINS = 64 };
enum { NEAR_EACH = 20 }; /* rows of a filter that are looked at for each that is wanted, at least */

struct near_scored {
    float score;
    uint32_t place;
};

struct near_work {
    struct near_scored best[NEAR_MOST_KEPT];
    uint32_t waiting[NEAR_WAITING];
    float *scores;   /* by cluster */
    uint32_t *order; /* clusters */
    uint32_t *some;  /* as many */
    uint16_t chunk[BITMAP_CHUNK];
};

struct near_work *near_work_new(uint32_t clusters); /* NULL when memory is out */
void near_work_free(struct near_work *work);        /* NULL is allowed */

/* The numbers of the `wanted` lowest scores (or a few more), the lower about first; returns how many. */
uint32_t near_work_order(struct near_work *work, uint32_t clusters, uint32_t wanted);

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
