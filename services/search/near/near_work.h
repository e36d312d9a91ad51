/* near_work.h: the memory of one query through the clusters. One thread. */
#ifndef LOOPHOLE_SEARCH_NEAR_WORK_H
#define LOOPHOLE_SEARCH_NEAR_WORK_H

#include <stdint.h>

#include "services/search/containers/bitmap.h"

enum { NEAR_MOST_KEPT = 1 << 13, NEAR_WAITING = 64, NEAR_MASKS = 32, NEAR_BINS = 64 };

struct near_scored {
    float score;
    uint32_t place;
};

struct near_work {
    struct near_scored best[NEAR_MOST_KEPT];
    uint32_t waiting[NEAR_WAITING];
    float before[NEAR_MOST_KEPT], after[NEAR_MOST_KEPT]; /* copies of scores */
    float *scores;                                       /* by cluster */
    float *planes;                                       /* by place in the order */
    uint32_t *order;                                     /* clusters */
    uint32_t *some;                                      /* same size */
    uint8_t *is_within;                                  /* by cluster */
    uint16_t chunk[BITMAP_CHUNK];
};

struct near_work *near_work_new(uint32_t clusters);
void near_work_free(struct near_work *work); /* NULL is allowed */

/* The nth lowest of `values`, from 0; reorders them. */
float near_work_nth(float *values, uint32_t count, uint32_t n);

/* Finds the `wanted` lowest scores, or a few more, lower ones roughly first. Returns how many; `order` has their
 * numbers. */
uint32_t near_work_order(struct near_work *work, uint32_t clusters, uint32_t wanted);

#endif
