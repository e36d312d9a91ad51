/* vectors.h: finds the nearest embeddings exactly, by measuring every given row. The distance is the weighted Euclidean
 * one: the root of the sum of weight × difference². Any thread. */
#ifndef LOOPHOLE_SEARCH_VECTORS_H
#define LOOPHOLE_SEARCH_VECTORS_H

#include "services/search/containers/ids.h"

enum { VECTORS_WIDTH = 64 };

struct nearby {
    uint32_t row;
    float distance;
    struct id id; /* of equal distances the lower id comes first */
};

struct vectors {
    const float *at; /* by row, VECTORS_WIDTH numbers each */
    const struct ids *ids;
    const float *target;  /* VECTORS_WIDTH */
    const float *weights; /* VECTORS_WIDTH, not negative */
};

/* Writes the nearest of `rows` (NULL: of the first `count` rows), nearest first, at most `limit`; returns their number.
 * `to` has room for `limit`. */
uint32_t vectors_nearest(const struct vectors *vectors, const uint32_t *rows, uint32_t count, uint32_t limit,
                         struct nearby *to);

/* The distance of one row to the target. */
float vectors_distance(const struct vectors *vectors, uint32_t row);

#endif
