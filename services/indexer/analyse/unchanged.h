/* unchanged.h: checks, after a worker has read a file, that it is still the file that the scan saw, and on request that
 * it can be read now. A worker that is done says what its file is; if that is not what the scan saw, an errand looks,
 * because the file system may hang. The loop's thread. */
#ifndef LOOPHOLE_INDEXER_UNCHANGED_H
#define LOOPHOLE_INDEXER_UNCHANGED_H

#include "common/process/errand.h"
#include "services/indexer/base/analysis.h"

enum unchanged {
    UNCHANGED_YES,
    UNCHANGED_NO,
    UNCHANGED_HUNG,  /* its file system does not answer */
    UNCHANGED_UNREAD /* only with `reads`: it cannot be read */
};

/* True: size and times are those of the scan. */
bool unchanged_since_scan(const struct analysis *analysis, const struct file_times *now);

/* `result` is a copy, valid during the call. */
typedef void unchanged_found(void *state, struct analysis *analysis, const struct result *result, enum unchanged found);

/* Calls `found` once. Until then the analysis, with its open file, belongs to the errand. `reads`: reads a byte of the
 * file from its drive, because the kernel may remember the rest of a drive that is gone. */
void unchanged_start(struct errands *errands, struct analysis *analysis, const struct result *result, bool reads,
                     unchanged_found *found, void *state);

#endif
