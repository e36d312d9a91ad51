/* opening.h: a file is opened for a worker, in an errand, since its file system may hang. Never a FIFO, a socket or a
 * device: opening does not wait for another end, and what is not a regular file is closed again. */
#ifndef LOOPHOLE_INDEXER_OPENING_H
#define LOOPHOLE_INDEXER_OPENING_H

#include "common/errand.h"
#include "services/indexer/work.h"

enum opened {
    OPENED,         /* work->fd is set; for an ask, size and mtime too */
    OPENED_CHANGED, /* another size or time than the scan saw, or it is gone: another scan will tell */
    OPENED_FAILED,  /* `why` says why it can't be read */
    OPENED_HUNG     /* the file system does not answer */
};

/* Calls `opened` once, in the loop. Errors: full. */
enum err opening_start(struct errands *errands, struct work *work,
                       void (*opened)(void *state, struct work *work, enum opened how, const char *why),
                       void *state);

/* True while the open file is what the scan saw. */
bool opening_unchanged(const struct work *work);

#endif
