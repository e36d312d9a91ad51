/* remake_find.h: for some contents a file of each that can be heard, looked up in a thread. */
#ifndef LOOPHOLE_INDEXER_REMAKE_FIND_H
#define LOOPHOLE_INDEXER_REMAKE_FIND_H

#include "common/process/errand.h"
#include "services/indexer/scan/catalogue_reader.h"

struct remake_place {
    struct id content, media;
    struct bytes path; /* empty: no file is in reach */
    uint64_t size;
    usec_t mtime;
    bool exists; /* some item has this content */
};

struct remake_find_order {
    struct catalogue_reader *catalogue;
    const struct id *contents; /* copied */
    uint32_t count;
    bool first;
    /* In the loop; `places` last for the call. */
    void (*found)(void *state, const struct remake_place *places, uint32_t count, bool first);
    void *state;
};

/* Errors: full. */
enum err remake_find_start(struct errands *errands, const struct remake_find_order *order);

#endif
