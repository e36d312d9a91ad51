/* pool.h: the workers, which start in advance, and the files that wait for them. The pool replaces a worker that dies,
 * misses its deadline, or sends an invalid answer, and gives its file to another worker. It quarantines a file that has
 * ended two workers. It also replaces a worker after a file that the worker could not read, and after 1,000 files. A
 * file gets no verdict while its drive is in trouble. The loop's thread.
 *
 *   pool_add ─► waiting ─(opened by errands)─► ready ─► a worker ─► analysed
 *                                                          └─ dies ─► waiting again, or quarantined ─► analysed */
#ifndef LOOPHOLE_INDEXER_POOL_H
#define LOOPHOLE_INDEXER_POOL_H

#include "common/process/errand.h"
#include "services/indexer/analyse/worker.h"

struct pool;

enum pool_loss {
    POOL_CHANGED, /* the file is not the one that the scan saw: the next scan reports it */
    POOL_HUNG,    /* its file system does not answer */
    POOL_UNREAD,  /* reading it failed, and a later try may succeed */
    POOL_NOT_NOW  /* it could not be opened or decoded now, for a reason outside of the file */
};

struct pool_events {
    /* The caller owns `analysis` from here on; `result` is valid during the call. The reason for a state failed or
     * quarantined may come from the pool itself. */
    void (*analysed)(void *state, struct analysis *analysis, const struct result *result);
    /* As `analysed`, but there is no verdict: the item keeps its state. `why` is "" for a file that changed. */
    void (*lost)(void *state, struct analysis *analysis, enum pool_loss loss, struct text why);
    void *state;
};

struct pool_settings {
    unsigned workers;    /* 1 … POOL_WORKERS_MAX */
    usec_t deadline;     /* for a file, and again for each 64 MB of it */
    const char *program; /* path of loophole-worker; must outlive the pool */
    const char *
        folder; /* for the sound that ffmpeg decodes from a file, until the worker has read it; must outlive the pool */
    const char *programs; /* the folder of `program` */
};

enum { POOL_WORKERS_MAX = 16, POOL_DEATHS_MAX = 2 };

/* Starts the workers. If none can be started, pool_alarm says why, and the start is tried again. */
struct pool *pool_new(struct service *service, struct errands *errands, const struct pool_settings *settings,
                      const struct pool_events *events);
void pool_free(struct pool *pool); /* ends the workers and drops waiting files; NULL is allowed */

void pool_add(struct pool *pool, struct analysis *analysis); /* takes ownership; analysis->mode says what to do */
void pool_again(struct pool *pool,
                struct analysis *analysis); /* as pool_add, but before all others; the file may be open already */

/* Removes and returns the waiting files of that library; files in progress stay. */
struct analysis_queue pool_withdraw(struct pool *pool, struct id library);

void pool_hold(struct pool *pool, bool hold); /* while true, no worker gets a file */
void pool_tick(struct pool *pool);            /* about every 100 ms: deadlines, workers to restart */

uint64_t pool_waiting(const struct pool *pool);  /* files that no worker has got yet */
uint64_t pool_analyser(const struct pool *pool); /* version of the workers' analyser; 0: none has started yet */
const char *pool_alarm(const struct pool *pool); /* "", or why no worker can be started */

#endif
