/* idset.h: a set of ids. A zeroed struct is empty. One thread at a time. */
#ifndef LOOPHOLE_INDEXER_IDSET_H
#define LOOPHOLE_INDEXER_IDSET_H

#include "common/id.h"

struct idset {
    struct id *at; /* open addressing; zero: free */
    size_t room;   /* a power of two */
    size_t count;
};

/* false: it was in the set, the set has no room (data_mb), or the id is zero */
bool idset_add(struct idset *set, struct id id);
bool idset_has(const struct idset *set, struct id id);
void idset_remove(struct idset *set, struct id id);
void idset_free(struct idset *set);

#endif
