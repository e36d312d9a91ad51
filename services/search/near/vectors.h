/* vectors.h: the nearest among rows of embeddings, exactly: every row that is asked for is measured. The
 * distance is the weighted Euclidean one: the root of the sum of weight × difference². Any thread. */
#ifndef LOOPHOLE_SEARCH_VECTORS_H
#define LOOPHOLE_SEARCH_VECTORS_H

#include "services/search/sets/ids.h"

enum { VECTORS_WIDTH = 64 };

struct nearby {
    uint32_t row;
    float distance;
    struct id id; /* decides between equal distances: the lower comes first */
};

struct vectors {
    const float *at; /* VECTORS_WIDTH numbers a row, by row */
    const struct ids *ids;
    const float *target;  /* VECTORS_WIDTH */
    const float *weights; /* VECTORS_WIDTH, none below zero */
};

/* Writes the nearest of `rows` (NULL: of the first `count` rows), nearest first, at most `limit`; returns their number.
 * `to` has room for `limit`. */
uint32_t vectors_nearest(const struct vectors *vectors, const uint32_t *rows, uint32_t count, uint32_t limit,
                         struct nearby *to);

float vectors_distance(const struct vectors *vectors, uint32_t row);

#endif
