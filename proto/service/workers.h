/* workers.h: the sandboxed workers of one service (sandboxed.h). workers.c starts them ahead. A worker must answer a
 * first message before it gets work. A worker that dies, sends an invalid answer or misses a deadline is replaced. The
 * loop's thread.
 *
 *   start ─► asked for its first answer ─► spare ─(workers_take)─► held ─(workers_give_back)─► spare
 *     ▲                                                              │
 *     └───────────── lost: dead, invalid answer, late ◄──────────────┘ */
#ifndef LOOPHOLE_PROTO_WORKERS_H
#define LOOPHOLE_PROTO_WORKERS_H

#include "common/process/patience.h"
#include "proto/service/service.h"
#include "proto/transport/sandboxed.h"

enum { WORKERS_MAX = 44, WORKERS_FILES = 1000, WORKERS_START_US = 20000000 };

struct workers;

struct worker {
    struct sandboxed process; /* pid 0: no process */
    void *holder;             /* the owner of the worker's task; NULL: the worker is spare */
    uint64_t number;          /* of the last message */
    struct patience waited;   /* for the answer to message `waited_for`, at most `limit` */
    uint64_t waited_for;
    usec_t limit;
    uint32_t files; /* tasks that it has had; after WORKERS_FILES it is replaced */
    bool is_asked;  /* its last message has no answer yet */
    bool is_proved; /* it has answered its first message */
    bool is_broken; /* it did not accept the last message */
};

struct workers_settings {
    const char *program; /* path of loophole-worker; must outlive the workers */
    const char *mode;    /* its only argument, or NULL */
    uint32_t most;       /* most workers at a time, 1 to WORKERS_MAX */
    uint32_t ahead;      /* number of spare workers to keep ready */
    const struct shape *answer;
    size_t number_at; /* offset of the answer's number, which equals that of the message */
};

struct workers_events {
    /* The worker is new: send it the first message with workers_ask and WORKERS_START_US. An error ends it. */
    enum err (*prove)(struct worker *worker, struct fault *fault);
    /* An answer, valid during the call; the first one has no holder. An error means that it is invalid, and the worker
     * is lost. */
    enum err (*answered)(void *state, struct worker *worker, const void *answer, struct fault *fault);
    /* The holder's worker is gone. Faults: timeout (no answer in time), offline (it died, with the cause), bad_request
     * (an invalid answer). */
    void (*lost)(void *state, void *holder, const struct fault *fault);
    /* There is a spare worker again, after workers_take returned NULL. */
    void (*spare)(void *state);
    void *state;
};

/* Starts the workers; workers_free frees the result. If none can be started, workers_alarm says why, and the start is
 * tried again. */
struct workers *workers_new(struct service *service, const struct workers_settings *settings,
                            const struct workers_events *events);
void workers_free(struct workers *workers);               /* kills them; NULL is allowed */
void workers_tick(struct workers *workers);               /* called about every 100 ms */
const char *workers_alarm(const struct workers *workers); /* "", or why no worker can be started */

/* Takes a spare worker for `holder`. NULL: there is none; `spare` is called when there is one. */
struct worker *workers_take(struct workers *workers, void *holder);

/* Sends one message, a struct of `shape`; sets `number`, its field of that name. `fd` (or -1) stays the caller's. A
 * worker that does not accept the message is lost in the next tick. */
void workers_ask(struct worker *worker, const struct shape *shape, const void *message, uint64_t *number, int fd,
                 usec_t patience);

bool workers_is_free(const struct worker *worker); /* it has answered its last message */

/* The holder no longer needs the worker: it is spare after the answer to its last message. */
void workers_give_back(struct workers *workers, struct worker *worker);

/* Kills the worker, at any time, without waiting; the next tick or take starts another one. */
void workers_drop(struct workers *workers, struct worker *worker);

/* Returns the holders of all workers one by one, beginning with *at = 0; NULL after the last. */
void *workers_holder(const struct workers *workers, uint32_t *at);

#endif
