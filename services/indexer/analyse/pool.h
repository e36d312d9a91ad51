/* pool.h: the workers, started ahead, one a core, and the files that wait for them. A worker that dies, hangs past
 * its deadline or talks nonsense is replaced, and its file given to another one; a file that did so to two workers
 * is quarantined. A worker is also replaced after a file that it could not read, and after 1,000 files. The loop's.
 *
 *   pool_add ─► waiting ─(opened by errands)─► ready ─► a worker ─► heard
 *                                                          └─ dies ─► waiting again, or quarantined ─► heard   */
#ifndef LOOPHOLE_INDEXER_POOL_H
#define LOOPHOLE_INDEXER_POOL_H

#include "common/process/errand.h"
#include "services/indexer/analyse/worker.h"

struct pool;

enum pool_loss {
    POOL_CHANGED, /* the file is not what the scan saw: the next scan reports it */
    POOL_HUNG     /* its file system does not answer */
};

struct pool_events {
    /* `work` is the caller's from here on; `result` lasts for the call. A state failed or quarantined has a reason
     * that may come from the pool itself. */
    void (*heard)(void *state, struct work *work, const struct result *result);
    void (*lost)(void *state, struct work *work, enum pool_loss loss);
    void *state;
};

struct pool_settings {
    unsigned workers;    /* 1 … POOL_WORKERS_MAX */
    usec_t deadline;     /* for a file, and as much again for each 64 MB of it */
    const char *program; /* path of loophole-worker; outlives the pool */
};

enum { POOL_WORKERS_MAX = 16, POOL_DEATHS_MAX = 2 };

/* Starts the workers. That none can be started shows in pool_alarm, and is tried again. */
struct pool *pool_new(struct service *service, struct errands *errands, const struct pool_settings *settings,
                      const struct pool_events *events);
void pool_free(struct pool *pool); /* ends the workers and drops what waits; NULL is allowed */

void pool_add(struct pool *pool, struct work *work);   /* takes it over; its mode says what to do */
void pool_again(struct pool *pool, struct work *work); /* the same, first of all; its file may be open */

/* Takes back what waits and belongs to that library; what is under way goes on. */
struct work_queue pool_withdraw(struct pool *pool, struct id library);

void pool_hold(struct pool *pool, bool hold); /* true: hand out nothing for now */
void pool_tick(struct pool *pool);            /* every 100 ms or so: deadlines, workers to start again */

uint64_t pool_waiting(const struct pool *pool);  /* files that were not handed out yet */
uint64_t pool_analyser(const struct pool *pool); /* version of the workers' analyser; 0: none has started yet */
const char *pool_alarm(const struct pool *pool); /* "", or why no worker can be started */

#endif
