/* unchanged.h: whether a file is still the one that the scan saw, after a worker has read it, and whether it can be
 * read now. An errand looks, because the file system may hang meanwhile. The loop's thread. */
#ifndef LOOPHOLE_INDEXER_UNCHANGED_H
#define LOOPHOLE_INDEXER_UNCHANGED_H

#include "common/process/errand.h"
#include "services/indexer/base/work.h"

enum unchanged {
    UNCHANGED_YES,
    UNCHANGED_NO,
    UNCHANGED_HUNG,  /* its file system does not answer */
    UNCHANGED_UNREAD /* only with `reads`: it cannot be read */
};

/* `result` is a copy, valid during the call. */
typedef void unchanged_found(void *state, struct work *work, const struct result *result, enum unchanged found);

/* Calls `found` once. Until then the work, with its open file, belongs to the errand. `reads`: reads a byte of the file
 * from its drive, because the kernel may remember the rest of a drive that is gone. */
void unchanged_start(struct errands *errands, struct work *work, const struct result *result, bool reads,
                     unchanged_found *found, void *state);

#endif
