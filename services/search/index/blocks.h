/* blocks.h: the five named blocks of an embedding, and their weights in a distance. Any thread. */
#ifndef LOOPHOLE_SEARCH_BLOCKS_H
#define LOOPHOLE_SEARCH_BLOCKS_H

#include "schema_search.h"
#include "services/search/index/entry.h"

enum { BLOCKS_COUNT = 5 };

struct block {
    const char *name;
    uint32_t first, count; /* of the 64 numbers */
};
extern const struct block blocks[BLOCKS_COUNT];

/* Writes the weight of each of the 64 numbers; 1 by default. */
void blocks_weigh(const struct weights *weights, float to[ENTRY_VECTOR]);

#endif
