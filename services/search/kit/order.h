/* order.h: the order in which the candidates of a slot are looked at. It is a hash of seed and id, and does not depend
 * on the rows of the index. One thread. */
#ifndef LOOPHOLE_SEARCH_KIT_ORDER_H
#define LOOPHOLE_SEARCH_KIT_ORDER_H

#include "services/search/index/index.h"
#include "services/search/kit/signs.h"
#include "services/search/kit/source.h"

struct kit_candidate {
    double order;
    float distance; /* to the sounds that the kit is to be like; negative: unknown */
    uint32_t row;
};

struct kit_ordering {
    struct index *index;
    uint64_t seed;
    const struct bitmap *with_vector;
    const struct kit_signs *signs;   /* of rows that come earlier; NULL: none */
    const struct bitmap *like;       /* rows that the sounds are to be like, which are no candidates; NULL: none */
    const struct kit_source *source; /* of `like` */
    const float *weights;            /* of the distance, ENTRY_VECTOR */
};

/* From 0 to 1. */
double kit_order_hash(uint64_t seed, struct id id);

/* Returns the first `most` rows in order, and their number. The caller frees them. */
struct kit_candidate *kit_order(const struct kit_ordering *by, const struct bitmap *rows, uint32_t most,
                                uint32_t *count);

#endif
