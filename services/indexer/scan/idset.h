/* idset.h: a set of ids. Zeroed is empty. One thread at a time. */
#ifndef LOOPHOLE_INDEXER_IDSET_H
#define LOOPHOLE_INDEXER_IDSET_H

#include "common/id.h"

struct idset {
    struct id *at; /* open addressing; zero: free */
    size_t room;   /* a power of two */
    size_t count;
};

bool idset_add(struct idset *set, struct id id); /* false: it was in it, or no memory, or the id is zero */
bool idset_has(const struct idset *set, struct id id);
void idset_remove(struct idset *set, struct id id);
void idset_free(struct idset *set);

#endif
