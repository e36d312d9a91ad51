/* remake_find.h: finds for each of some contents a file that can be read, in a thread. */
#ifndef LOOPHOLE_INDEXER_REMAKE_FIND_H
#define LOOPHOLE_INDEXER_REMAKE_FIND_H

#include "common/process/errand.h"
#include "services/indexer/base/catalogue_reader.h"

struct remake_place {
    struct id content, media;
    struct bytes path; /* empty: no such file */
    uint64_t size;
    usec_t mtime;
    bool exists; /* an item has this content */
};

struct remake_find_order {
    struct catalogue_reader *catalogue;
    const struct id *contents; /* copied */
    uint32_t count;
    bool first;
    /* Called on the loop's thread; `places` is valid during the call. count 0: the thread was given up. */
    void (*found)(void *state, const struct remake_place *places, uint32_t count, bool first);
    void *state;
};

/* Copies the order. Always ok. */
enum err remake_find_start(struct errands *errands, const struct remake_find_order *order);

#endif
