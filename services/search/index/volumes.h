/* volumes.h: the volumes of the catalogue. They are few and change often, so their state is looked up here and not
 * written into rows. One thread. */
#ifndef LOOPHOLE_SEARCH_VOLUMES_H
#define LOOPHOLE_SEARCH_VOLUMES_H

#include "services/search/index/index.h"
#include "store/catalogue.h"

struct volume_state {
    struct id id;
    enum backend backend;
    bool online;
};

/* All zero: none. */
struct volumes {
    uint32_t count;
    struct volume_state *at;
};

/* Reads all volumes again. Errors: full, internal. */
enum err volumes_read(struct volumes *volumes, struct txn *txn, struct arena *arena);
void volumes_free(struct volumes *volumes);

/* Add the rows of all volumes with that backend, or of all that are offline. */
void volumes_of_backend(const struct volumes *volumes, struct index *index, enum backend backend, struct bitmap *to);
void volumes_offline(const struct volumes *volumes, struct index *index, struct bitmap *to);

#endif
