/* reel_worker.h: the workers behind reel.h: started ahead, lent to one reel at a time, given back with their
 * file closed, killed when they are busy. The loop's. */
#ifndef LOOPHOLE_STREAMER_REEL_WORKER_H
#define LOOPHOLE_STREAMER_REEL_WORKER_H

#include "proto/service/service.h"
#include "proto/transport/sandboxed.h"
#include "schema_worker.h"

enum { REEL_WORKERS_MAX = 44, REEL_WORKERS_AHEAD = 4 };

struct reel_worker;
struct reel_workers;

struct reel_workers_listener {
    /* A worker is there for one that waited. */
    void (*spare)(void *state);
    /* An answer to the holder's last pull; `pulled` lasts for the call. */
    void (*answered)(void *holder, const struct pulled *pulled);
    /* The holder's worker is gone; why is its own fault, or that it answered nothing in time. */
    void (*lost)(void *holder, const struct fault *fault);
    void *state;
};

struct reel_workers *reel_workers_new(struct service *service, const struct reel_workers_listener *listener);
void reel_workers_free(struct reel_workers *workers);
void reel_workers_tick(struct reel_workers *workers);
const char *reel_workers_alarm(const struct reel_workers *workers);

/* A worker for `holder`, or NULL: `spare` is called when there is one. */
struct reel_worker *reel_worker_take(struct reel_workers *workers, void *holder);

/* Asks it; `fd` (or -1) stays the caller's. False: it is lost, and was told so later by the tick. */
void reel_worker_pull(struct reel_workers *workers, struct reel_worker *worker, struct pull *pull, int fd,
                      usec_t patience);
bool reel_worker_is_free(const struct reel_worker *worker);
void reel_worker_give_back(struct reel_workers *workers, struct reel_worker *worker); /* at any time */

#endif
